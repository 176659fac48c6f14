//! Functions of the server that pgrx does not bind.

use crate::catalog::home::c_name;
use crate::error::Result;
use pgrx::pg_sys::{self, Oid};
use std::ffi::c_char;

unsafe extern "C-unwind" {
    /// `commands/sequence.h`
    fn nextval_internal(relation: Oid, check_permissions: bool) -> i64;
    /// `commands/async.h`
    fn Async_Notify(channel: *const c_char, payload: *const c_char);
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
