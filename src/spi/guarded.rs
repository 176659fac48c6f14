//! Statements that run what a user wrote: expressions, constraints, triggers.

use crate::error::{Code, Error, Result};
use pgrx::pg_sys::panic::CaughtError;
use std::panic::AssertUnwindSafe;

/// What fails for some row says so with the row's values ("invalid input syntax for type integer: ...", "Failing row contains ..."). The
/// error is passed on without them, as `said` puts it. It ends the statement: nothing is done after it was caught.
pub fn run(
    run: impl FnOnce() -> Result<()>,
    said: impl FnOnce(Code) -> Result<Error>,
) -> Result<()> {
    run_naming(run, |code, _| said(code))
}

/// The same; `said` is given the server's message too, to find the names of constraints in it.
pub fn run_naming(
    run: impl FnOnce() -> Result<()>,
    said: impl FnOnce(Code, &str) -> Result<Error>,
) -> Result<()> {
    let run = AssertUnwindSafe(run);
    let failed = pgrx::PgTryBuilder::new(AssertUnwindSafe(|| run.0().map_err(Ok)))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report) if !is_of_session(report.sql_error_code()) => {
                Err(Err((report.sql_error_code(), report.message().to_owned())))
            }
            other => other.rethrow(),
        })
        .execute();
    match failed {
        Ok(()) => Ok(()),
        Err(Ok(error)) => Err(error),
        Err(Err((code, message))) => Err(said(code, &message)?),
    }
}

/// What fails because another server cannot be reached is said by `said`.
pub fn connected(run: impl FnOnce() -> Result<()>, said: impl FnOnce() -> Error) -> Result<()> {
    let run = AssertUnwindSafe(run);
    let failed = pgrx::PgTryBuilder::new(AssertUnwindSafe(|| run.0().map(|()| true)))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report)
                if report.sql_error_code() as u32 & 0o7777
                    == Code::ERRCODE_CONNECTION_EXCEPTION as u32 & 0o7777 =>
            {
                Ok(false)
            }
            other => other.rethrow(),
        })
        .execute();
    match failed? {
        true => Ok(()),
        false => Err(said()),
    }
}

/// The server's own errors that are about the session and not about a row: conflicts with others, resources, cancels. All others can show values:
/// what a function raises, and the statements that it makes of values, can say anything in any class.
pub fn is_of_session(code: Code) -> bool {
    let class = code as u32 & 0o7777;
    let is_of_class = |own: Code| class == own as u32 & 0o7777;
    is_of_class(Code::ERRCODE_T_R_SERIALIZATION_FAILURE)
        || is_of_class(Code::ERRCODE_INSUFFICIENT_RESOURCES)
        || is_of_class(Code::ERRCODE_OPERATOR_INTERVENTION)
        || code == Code::ERRCODE_LOCK_NOT_AVAILABLE
}
