//! Statements that are run once, and read by parallel workers too.

use super::row::{Receiver, Row};
use super::statement::{Access, bind};
use crate::error::{Error, Result};
use pgrx::pg_sys;
use std::ffi::CString;

/// Runs it and hands over each row. It is planned for these parameters, and as PL/pgSQL's EXECUTE plans: with workers where that is cheaper. Needs SPI to
/// be connected.
pub fn read(
    sql: &str,
    types: &[pg_sys::Oid],
    parameters: &[Option<pg_sys::Datum>],
    mut each: impl FnMut(&Row),
) -> Result<()> {
    let mut receiver = Receiver::new(&mut each);
    send(sql, types, parameters, Access::Read, receiver.as_dest())
}

/// The same to a receiver, which must be one; with `Access::Lock` it sees what was committed up to now.
pub fn send(
    sql: &str,
    types: &[pg_sys::Oid],
    parameters: &[Option<pg_sys::Datum>],
    access: Access,
    dest: *mut pg_sys::DestReceiver,
) -> Result<()> {
    let text = CString::new(sql).map_err(|_| Error::internal("a NUL byte in a statement"))?;
    let options = pg_sys::SPIExecuteOptions {
        params: bind(parameters, types),
        read_only: access == Access::Read,
        must_return_tuples: true,
        dest,
        ..Default::default()
    };
    // SAFETY: text, parameters and receiver live through the call; errors raise.
    let outcome = unsafe { pg_sys::SPI_execute_extended(text.as_ptr(), &options) };
    if outcome < 0 {
        return Err(Error::internal(format!(
            "a statement failed with SPI code {outcome}"
        )));
    }
    Ok(())
}
