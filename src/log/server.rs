//! Functions of the server that pgrx does not bind.

use crate::catalog::home::c_name;
use crate::error::Result;
use pgrx::pg_sys::{self, Oid};
use std::ffi::{c_char, c_int};

unsafe extern "C-unwind" {
    /// `commands/sequence.h`
    fn nextval_internal(relation: Oid, check_permissions: bool) -> i64;
    /// `commands/async.h`
    fn Async_Notify(channel: *const c_char, payload: *const c_char);
    /// `utils/elog.h`
    fn errstart(level: c_int, domain: *const c_char) -> bool;
    fn errfinish(file: *const c_char, line: c_int, function: *const c_char);
}

/// The next number of a sequence of ours, whoever asks.
pub fn next_number(sequence: Oid) -> i64 {
    // SAFETY: the sequence exists; an error raised inside is turned into a panic at the boundary.
    unsafe { pg_sys::ffi::pg_guard_ffi_boundary(|| nextval_internal(sequence, false)) }
}

/// NOTIFY, at commit.
pub fn notify(channel: &str, payload: &str) -> Result<()> {
    let (channel, payload) = (c_name(channel)?, c_name(payload)?);
    // SAFETY: both strings live through the call, which copies them; errors as above.
    unsafe {
        pg_sys::ffi::pg_guard_ffi_boundary(|| Async_Notify(channel.as_ptr(), payload.as_ptr()))
    };
    Ok(())
}

/// A line of the server's log. Without the statement that was called, which can hold what people are known by.
pub fn note(message: &str) -> Result<()> {
    let message = c_name(message)?;
    // SAFETY: as ereport does it; the level raises nothing, and the strings live through the calls, which copy them.
    unsafe {
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            if errstart(pg_sys::LOG_SERVER_ONLY as c_int, std::ptr::null()) {
                pg_sys::errmsg_internal(c"%s".as_ptr(), message.as_ptr());
                pg_sys::errhidestmt(true);
                pg_sys::errhidecontext(true);
                errfinish(c"gdpr_ext".as_ptr(), 0, std::ptr::null());
            }
        });
    }
    Ok(())
}
