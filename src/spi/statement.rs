//! A statement prepared once and kept for the session.

use super::row::{Receiver, Row};
use crate::error::{Error, Result};
use pgrx::pg_sys;
use std::ffi::CString;

/// How PostgreSQL plans a kept statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Planning {
    /// Once, for any parameters: right for few keys.
    Once,
    /// Anew for the parameters of each run: right for many keys, whose number decides between an index and a hash join.
    EachRun,
}

/// What a statement may do and see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Reads in the active snapshot.
    Read,
    /// Locks rows or writes; sees what was committed up to now.
    Lock,
}

pub struct Statement {
    plan: pg_sys::SPIPlanPtr,
    types: Vec<pg_sys::Oid>,
}

impl Statement {
    /// Needs SPI to be connected; the statement outlives the connection.
    pub fn prepare(sql: &str, types: &[pg_sys::Oid], planning: Planning) -> Result<Self> {
        let text = CString::new(sql).map_err(|_| Error::internal("a NUL byte in a statement"))?;
        let mut types = types.to_vec();
        let options = match planning {
            Planning::Once => pg_sys::CURSOR_OPT_GENERIC_PLAN,
            Planning::EachRun => pg_sys::CURSOR_OPT_CUSTOM_PLAN,
        };
        // SAFETY: text and types live through the call, which copies them; a parse error raises.
        let plan = unsafe {
            pg_sys::SPI_prepare_cursor(
                text.as_ptr(),
                types.len() as i32,
                types.as_mut_ptr(),
                options as i32,
            )
        };
        // SAFETY: the plan was just made; keeping moves it to memory that lives as long as the session.
        if plan.is_null() || unsafe { pg_sys::SPI_keepplan(plan) } != 0 {
            return Err(Error::internal("a statement could not be prepared"));
        }
        Ok(Self { plan, types })
    }

    /// Runs it and hands over each row. Needs SPI to be connected.
    pub fn run(
        &self,
        parameters: &[Option<pg_sys::Datum>],
        access: Access,
        mut each: impl FnMut(&Row),
    ) -> Result<()> {
        let mut receiver = Receiver::new(&mut each);
        self.execute(parameters, access, receiver.as_dest())
    }

    /// Runs a statement that gives no rows. Needs SPI to be connected.
    pub fn run_without_rows(
        &self,
        parameters: &[Option<pg_sys::Datum>],
        access: Access,
    ) -> Result<()> {
        self.execute(parameters, access, std::ptr::null_mut())
    }

    /// The same for one that writes: how many rows it has written.
    pub fn run_counting(
        &self,
        parameters: &[Option<pg_sys::Datum>],
        access: Access,
    ) -> Result<u64> {
        self.execute(parameters, access, std::ptr::null_mut())?;
        // SAFETY: SPI sets it when it has run a statement.
        Ok(unsafe { pg_sys::SPI_processed })
    }

    fn execute(
        &self,
        parameters: &[Option<pg_sys::Datum>],
        access: Access,
        dest: *mut pg_sys::DestReceiver,
    ) -> Result<()> {
        debug_assert_eq!(parameters.len(), self.types.len());
        let options = pg_sys::SPIExecuteOptions {
            params: bind(parameters, &self.types),
            read_only: access == Access::Read,
            must_return_tuples: !dest.is_null(),
            dest,
            ..Default::default()
        };
        // SAFETY: plan, parameters and receiver live through the call; errors raise.
        let outcome = unsafe { pg_sys::SPI_execute_plan_extended(self.plan, &options) };
        if outcome < 0 {
            return Err(Error::internal(format!(
                "a statement failed with SPI code {outcome}"
            )));
        }
        Ok(())
    }
}

/// Parameters and their types, as the executor takes them. Needs SPI to be connected.
pub fn bind(parameters: &[Option<pg_sys::Datum>], types: &[pg_sys::Oid]) -> pg_sys::ParamListInfo {
    // SAFETY: makeParamList allocates as many entries as asked for in the current memory context, which is SPI's own.
    unsafe {
        let list = pg_sys::makeParamList(parameters.len() as i32);
        let entries = (*list).params.as_mut_slice(parameters.len());
        for ((entry, value), oid) in entries.iter_mut().zip(parameters).zip(types) {
            entry.value = value.unwrap_or(pg_sys::Datum::from(0usize));
            entry.isnull = value.is_none();
            entry.pflags = pg_sys::PARAM_FLAG_CONST as u16;
            entry.ptype = *oid;
        }
        list
    }
}

impl Drop for Statement {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: a kept plan, freed once.
            unsafe { pg_sys::SPI_freeplan(self.plan) };
        }
    }
}
