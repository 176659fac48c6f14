//! What the executor hands the rows of a statement to, so that they become rows of a table: checked against the constraints of another one, and written many at a time.

use crate::error::{Error, Result};
use crate::spi::row::nothing;
use pgrx::pg_sys::{self, Oid};
use std::ffi::{c_char, c_int};

/// Rows that are kept before they are written, as COPY has it.
const ROWS: usize = 1000;
/// Bytes of them.
const BYTES: u64 = 65535;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Into a heap that nobody else sees before it is whole: frozen.
    NewHeap,
    /// Into a table of the session.
    Temporary,
}

/// The first field is what the executor knows.
#[repr(C)]
pub struct Writer {
    head: pg_sys::DestReceiver,
    into: pg_sys::Relation,
    checks: Checks,
    /// Rows are kept here: the executor's own memory is gone before the last are written.
    memory: pg_sys::MemoryContext,
    slots: Vec<*mut pg_sys::TupleTableSlot>,
    used: usize,
    bytes: u64,
    bulk: pg_sys::BulkInsertState,
    command: pg_sys::CommandId,
    options: c_int,
    rows: u64,
}

/// The constraints that rows must meet, and the memory that this takes.
struct Checks {
    state: *mut pg_sys::EState,
    /// of the table whose constraints they are; NULL if there are none
    of: *mut pg_sys::ResultRelInfo,
}

impl Writer {
    /// Writes into `into`. What `checked` demands, a row must meet: NOT NULL and CHECK; an error is raised otherwise, as INSERT raises it.
    ///
    /// # Safety
    /// Both relations must be open as long as it lives, and have the same columns.
    pub unsafe fn new(
        into: pg_sys::Relation,
        checked: Option<pg_sys::Relation>,
        kind: Kind,
    ) -> Self {
        let frozen = match kind {
            Kind::NewHeap => pg_sys::TABLE_INSERT_FROZEN,
            Kind::Temporary => 0,
        };
        // SAFETY: as promised by the caller. The node is zeroed, as makeNode does it, and lives in the current memory context.
        unsafe {
            let mut of = std::ptr::null_mut();
            // Where nothing is demanded, there is nothing to look at.
            if let Some(checked) = checked.filter(|checked| !(*(**checked).rd_att).constr.is_null())
            {
                of = pg_sys::palloc0(size_of::<pg_sys::ResultRelInfo>())
                    .cast::<pg_sys::ResultRelInfo>();
                (*of).type_ = pg_sys::NodeTag::T_ResultRelInfo;
                pg_sys::InitResultRelInfo(of, checked, 0, std::ptr::null_mut(), 0);
            }
            Self {
                head: pg_sys::DestReceiver {
                    receiveSlot: Some(receive),
                    rStartup: Some(start),
                    rShutdown: Some(nothing),
                    rDestroy: Some(nothing),
                    mydest: pg_sys::CommandDest::DestTransientRel,
                },
                into,
                checks: Checks {
                    state: pg_sys::CreateExecutorState(),
                    of,
                },
                memory: pg_sys::CurrentMemoryContext,
                slots: Vec::with_capacity(ROWS),
                used: 0,
                bytes: 0,
                bulk: pg_sys::GetBulkInsertState(),
                command: pg_sys::GetCurrentCommandId(true),
                options: (pg_sys::TABLE_INSERT_SKIP_FSM | frozen) as c_int,
                rows: 0,
            }
        }
    }

    pub fn as_dest(&mut self) -> *mut pg_sys::DestReceiver {
        std::ptr::from_mut(self).cast()
    }

    /// Writes what is left, and says how many rows there were.
    pub fn finish(mut self) -> u64 {
        // SAFETY: everything was made by `new` and `take`; the relation is open.
        unsafe {
            self.flush();
            for slot in &self.slots {
                pg_sys::ExecDropSingleTupleTableSlot(*slot);
            }
            pg_sys::FreeBulkInsertState(self.bulk);
            pg_sys::table_finish_bulk_insert(self.into, self.options);
            pg_sys::FreeExecutorState(self.checks.state);
        }
        self.rows
    }

    /// # Safety
    /// The slot must hold a row with the columns of the relation.
    unsafe fn take(&mut self, row: *mut pg_sys::TupleTableSlot) {
        // SAFETY: as promised by the caller; a slot of ours is of the relation's own kind, and copies the row.
        unsafe {
            if self.slots.len() == self.used {
                let former = pg_sys::MemoryContextSwitchTo(self.memory);
                let slot = pg_sys::table_slot_create(self.into, std::ptr::null_mut());
                pg_sys::MemoryContextSwitchTo(former);
                self.slots.push(slot);
            }
            let slot = self.slots[self.used];
            if let Some(copy) = (*(*slot).tts_ops).copyslot {
                pg_sys::ffi::pg_guard_ffi_boundary(|| copy(slot, row));
            }
            if !self.checks.of.is_null() {
                // To a CHECK the row is one of the table itself.
                (*slot).tts_tableOid = (*(*self.checks.of).ri_RelationDesc).rd_id;
                pg_sys::ExecConstraints(self.checks.of, slot, self.checks.state);
            }
            self.used += 1;
            self.bytes += size_of_row(slot);
            if self.used == ROWS || self.bytes > BYTES {
                self.flush();
            }
        }
    }

    /// # Safety
    /// The relation must be open.
    unsafe fn flush(&mut self) {
        if self.used == 0 {
            return;
        }
        // SAFETY: as promised by the caller; as many slots hold rows as are said. What writing them takes is given back with the context.
        unsafe {
            let context = match (*self.checks.state).es_per_tuple_exprcontext {
                none if none.is_null() => pg_sys::MakePerTupleExprContext(self.checks.state),
                known => known,
            };
            let former = pg_sys::MemoryContextSwitchTo((*context).ecxt_per_tuple_memory);
            pg_sys::table_multi_insert(
                self.into,
                self.slots.as_mut_ptr(),
                self.used as c_int,
                self.command,
                self.options,
                self.bulk,
            );
            pg_sys::MemoryContextSwitchTo(former);
            pg_sys::MemoryContextReset((*context).ecxt_per_tuple_memory);
            for slot in &self.slots[..self.used] {
                if let Some(clear) = (*(**slot).tts_ops).clear {
                    pg_sys::ffi::pg_guard_ffi_boundary(|| clear(*slot));
                }
            }
        }
        self.rows += self.used as u64;
        (self.used, self.bytes) = (0, 0);
        super::progress::written(self.rows);
    }

    /// The statement gives what the relation has.
    ///
    /// # Safety
    /// The descriptor must be that of the statement, and the relation open.
    unsafe fn require_columns(&self, given: pg_sys::TupleDesc) -> Result<()> {
        // SAFETY: as promised by the caller; both have as many attributes as they say.
        unsafe {
            let wanted = (*self.into).rd_att;
            let (given, wanted) = (attributes(given), attributes(wanted));
            let fits = given.len() == wanted.len()
                && given.iter().zip(wanted).all(|(given, wanted)| {
                    wanted.attisdropped || given.atttypid == wanted.atttypid
                });
            match fits {
                true => Ok(()),
                false => Err(Error::internal("rows are not those of the table")),
            }
        }
    }
}

/// # Safety
/// The descriptor must be one.
unsafe fn attributes<'a>(columns: pg_sys::TupleDesc) -> &'a [pg_sys::FormData_pg_attribute] {
    // SAFETY: as promised by the caller.
    unsafe { (*columns).attrs.as_slice((*columns).natts as usize) }
}

/// Bytes of a row that a heap stores; of other storage nothing is known.
///
/// # Safety
/// The slot must hold a row.
unsafe fn size_of_row(slot: *mut pg_sys::TupleTableSlot) -> u64 {
    // SAFETY: as promised by the caller; a slot of this kind begins with a HeapTupleTableSlot.
    unsafe {
        if !std::ptr::eq((*slot).tts_ops, &raw const pg_sys::TTSOpsBufferHeapTuple) {
            return 0;
        }
        let tuple = (*slot.cast::<pg_sys::HeapTupleTableSlot>()).tuple;
        match tuple.is_null() {
            true => 0,
            false => u64::from((*tuple).t_len),
        }
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor passes back the pointer that `as_dest` gave it, and a slot that holds a row.
    unsafe { (*receiver.cast::<Writer>()).take(slot) };
    true
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn start(
    receiver: *mut pg_sys::DestReceiver,
    _operation: c_int,
    columns: pg_sys::TupleDesc,
) {
    // SAFETY: as in `receive`; the descriptor is that of the statement.
    let fits = unsafe { (*receiver.cast::<Writer>()).require_columns(columns) };
    if let Err(error) = fits {
        pg_sys::panic::ErrorReport::from(error).report(pgrx::PgLogLevel::ERROR);
    }
}

/// A relation that is open while it lives; its lock stays.
pub struct Open(pg_sys::Relation);

impl Open {
    /// The relation must be locked already.
    pub fn locked(relation: Oid) -> Self {
        // SAFETY: raises if there is none; closed by Drop, by transaction abort if an error passes by.
        Self(unsafe { pg_sys::table_open(relation, pg_sys::NoLock as pg_sys::LOCKMODE) })
    }

    /// With a lock that nobody shares.
    pub fn exclusively(relation: Oid) -> Self {
        // SAFETY: as in `locked`.
        Self(unsafe {
            pg_sys::table_open(relation, pg_sys::AccessExclusiveLock as pg_sys::LOCKMODE)
        })
    }

    pub fn relation(&self) -> pg_sys::Relation {
        self.0
    }

    pub fn persistence(&self) -> c_char {
        // SAFETY: the relation is open.
        unsafe { (*(*self.0).rd_rel).relpersistence }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: opened by `locked` or `exclusively`.
            unsafe { pg_sys::table_close(self.0, pg_sys::NoLock as pg_sys::LOCKMODE) };
        }
    }
}
