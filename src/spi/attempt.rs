//! Work that may fail without ending the statement: in a subtransaction of its own, as PL/pgSQL's EXCEPTION blocks run theirs
//! (PostgreSQL documentation, chapter 67.3 Subtransactions).

use super::guarded::is_of_session;
use crate::error::Result;
use pgrx::pg_sys;
use pgrx::pg_sys::panic::CaughtError;
use std::panic::AssertUnwindSafe;

/// What the work gives; or, after everything that it did was undone, the message of the error that it failed with. Errors about the session,
/// such as a cancel, are raised. Work that needs SPI connects for itself, whatever is connected outside.
pub fn attempt<T>(work: impl FnOnce() -> Result<T>) -> std::result::Result<T, String> {
    // SAFETY: as in plpgsql's exec_stmt_block: the memory context and the resource owner of now are put back after the subtransaction. An
    // error that is raised leaves it to the transaction's abort.
    unsafe {
        let (context, owner) = (pg_sys::CurrentMemoryContext, pg_sys::CurrentResourceOwner);
        pg_sys::BeginInternalSubTransaction(std::ptr::null());
        pg_sys::MemoryContextSwitchTo(context);
        let outcome = pgrx::PgTryBuilder::new(AssertUnwindSafe(|| {
            work().map_err(|error| error.message().to_owned())
        }))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report) | CaughtError::ErrorReport(report)
                if !is_of_session(report.sql_error_code()) =>
            {
                Err(report.message().to_owned())
            }
            other => other.rethrow(),
        })
        .execute();
        match &outcome {
            Ok(_) => pg_sys::ReleaseCurrentSubTransaction(),
            Err(_) => pg_sys::RollbackAndReleaseCurrentSubTransaction(),
        }
        pg_sys::MemoryContextSwitchTo(context);
        pg_sys::CurrentResourceOwner = owner;
        outcome
    }
}
