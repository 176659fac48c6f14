//! Where an event was written: after a restore, the database is another, or the same one on another timeline.

use crate::catalog::version;
use pgrx::pg_sys;

/// The cluster's system identifier, the database's oid and the timeline. Not during recovery.
pub fn origin() -> String {
    // SAFETY: reads variables of the server.
    let (system, database) = unsafe { (pg_sys::GetSystemIdentifier(), pg_sys::MyDatabaseId) };
    format!("{system}/{database}/{}", version::timeline())
}
