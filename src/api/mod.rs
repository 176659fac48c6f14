//! The SQL functions: arguments in, rows out, no logic.

mod anonymise;
mod check;
mod collect;
mod discover;
mod erase;
mod export;
mod find;
mod follow;
mod graph;
mod import;
mod link;
mod lock;
mod log;
pub mod masked;
mod masking;
mod on_delete;
mod register;
mod rerun;
mod scrub;
mod search;
mod source;
mod triggers;

use crate::error::{Error, Result};
use pgrx::pg_sys::{self, Datum, Oid};

/// The subject table and the id of a call `f(.., subject regclass, id any)`: the arguments from `first` on. 22004 if one is NULL.
///
/// # Safety
/// `fcinfo` must be that of the running function, which must have these two arguments.
unsafe fn subject_and_id(
    fcinfo: pg_sys::FunctionCallInfo,
    first: usize,
) -> Result<(Oid, Datum, Oid)> {
    // SAFETY: as promised by the caller; the second argument's type is known from the call's expression.
    unsafe {
        let arguments = &(*fcinfo).args.as_slice((*fcinfo).nargs as usize)[first..];
        if arguments[0].isnull {
            return Err(Error::null_argument("subject"));
        }
        if arguments[1].isnull {
            return Err(Error::null_argument("id"));
        }
        let subject = Oid::from(arguments[0].value.value() as u32);
        let type_oid = pg_sys::get_fn_expr_argtype((*fcinfo).flinfo, first as i32 + 1);
        Ok((subject, arguments[1].value, type_oid))
    }
}
