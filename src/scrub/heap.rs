//! A table's rows written into a new heap that takes the place of the old one, as REFRESH MATERIALIZED VIEW does it: the table keeps its oid and all that hangs on it, its
//! indexes are built anew, and nothing of the old rows is left.

use super::progress;
use super::writer::{Kind, Open, Writer};
use crate::catalog::version;
use crate::error::Result;
use crate::spi::parallel;
use crate::spi::statement::Access;
use pgrx::pg_sys::{self, Datum, Oid};
use std::ffi::c_char;

unsafe extern "C-unwind" {
    /// `commands/cluster.h`
    fn finish_heap_swap(
        old: Oid,
        new: Oid,
        is_system_catalog: bool,
        swap_toast_by_content: bool,
        check_constraints: bool,
        is_internal: bool,
        frozen: pg_sys::TransactionId,
        multi: pg_sys::MultiXactId,
        persistence: c_char,
    );
}

/// A statement with its parameters.
pub struct Query<'a> {
    pub sql: &'a str,
    pub types: &'a [Oid],
    pub parameters: &'a [Option<Datum>],
}

/// Lets the rows of a statement take the place of a table's, and says how many there are. The table must be locked against everybody else. Needs SPI. Raises what a row does to the
/// constraints of the table.
pub fn replace(table: Oid, rows: &Query) -> Result<u64> {
    let old = Open::locked(table);
    // SAFETY: the relation is open, and locked as promised by the caller.
    let new = unsafe { version::new_heap(old.relation()) };
    let into = Open::exclusively(new);
    // SAFETY: both are open until the writer has finished, and the one was made like the other.
    let writer = unsafe { Writer::new(into.relation(), Some(old.relation()), Kind::NewHeap) };
    let count = write(rows, writer)?;
    let persistence = old.persistence();
    drop((old, into));
    progress::phase(pg_sys::PROGRESS_CLUSTER_PHASE_SWAP_REL_FILES);
    swap(table, new, false, persistence);
    Ok(count)
}

/// The same for a system catalog, whose rows are only picked.
pub fn replace_catalog(catalog: Oid, rows: &Query) -> Result<u64> {
    let old = Open::exclusively(catalog);
    // SAFETY: the relation is open and locked.
    let new = unsafe { version::new_heap(old.relation()) };
    let into = Open::exclusively(new);
    // The TOAST table keeps its oid, so pointers into the new one must name the old one. As copy_table_data() has it.
    // SAFETY: both are open.
    let writer = unsafe {
        (*into.relation()).rd_toastoid = (*(*old.relation()).rd_rel).reltoastrelid;
        Writer::new(into.relation(), None, Kind::NewHeap)
    };
    let count = write(rows, writer)?;
    // SAFETY: it is open still.
    unsafe { (*into.relation()).rd_toastoid = pg_sys::InvalidOid };
    let persistence = old.persistence();
    drop((old, into));
    swap(catalog, new, true, persistence);
    Ok(count)
}

/// Writes the rows of a statement into a table of the session. Needs SPI.
pub fn fill(table: Oid, rows: &Query) -> Result<u64> {
    let into = Open::exclusively(table);
    // SAFETY: it is open until the writer has finished.
    let writer = unsafe { Writer::new(into.relation(), None, Kind::Temporary) };
    let count = write(rows, writer)?;
    drop(into);
    // SAFETY: what was written is seen by the next statement.
    unsafe { pg_sys::CommandCounterIncrement() };
    Ok(count)
}

fn write(rows: &Query, mut writer: Writer) -> Result<u64> {
    parallel::send(
        rows.sql,
        rows.types,
        rows.parameters,
        Access::Lock,
        writer.as_dest(),
    )?;
    Ok(writer.finish())
}

fn swap(old: Oid, new: Oid, is_catalog: bool, persistence: c_char) {
    // SAFETY: both are closed and locked. Rows were written as frozen, so no transaction id of theirs is older than the oldest that runs; unique and exclusion constraints are checked while the
    // indexes of a user's table are built. Errors raised inside are turned into panics at the boundary.
    unsafe {
        pg_sys::CommandCounterIncrement();
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            finish_heap_swap(
                old,
                new,
                is_catalog,
                is_catalog,
                !is_catalog,
                true,
                pg_sys::RecentXmin,
                pg_sys::ReadNextMultiXactId(),
                persistence,
            )
        });
    }
}
