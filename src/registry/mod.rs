//! What the user told us: which tables are personal, what to do with them, and links that no foreign key states.
//!
//! Whatever way an entry is written, the trigger on the table has it checked here.

pub mod entry;
pub mod export;
pub mod hooks;
pub mod import;
pub mod link;
pub mod on_delete;
mod probe;
pub mod register;
pub mod rules;
pub mod search;
pub mod source;
pub mod unregistered;
pub mod write;

use pgrx::pg_sys;
use std::ffi::CStr;

/// pg_dump's scripts run with an empty search_path. They load the registry before any key, index or constraint exists.
pub fn is_restoring() -> bool {
    // SAFETY: the setting's value, a NUL-terminated string.
    unsafe { CStr::from_ptr(pg_sys::namespace_search_path) }.is_empty()
}
