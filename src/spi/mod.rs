//! Prepared statements whose rows are handed over one by one without leaving the server's memory.
//!
//! pgrx's own SPI collects a result before it can be read and copies each value; a walk over a million rows needs neither.

pub mod attempt;
pub mod column;
pub mod guarded;
pub mod json;
pub mod kept;
pub mod parallel;
pub mod row;
pub mod statement;
pub mod store;
pub mod transition;
pub mod written;

use pgrx::pg_sys;

/// SPI is connected while it lives.
pub struct Connection(());

impl Connection {
    pub fn open() -> Self {
        // SAFETY: SPI_connect raises on failure; Drop closes it, transaction abort does if an error passes by.
        unsafe { pg_sys::SPI_connect() };
        Self(())
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: closes what `open` opened.
            unsafe { pg_sys::SPI_finish() };
        }
    }
}

/// The newest committed state is what statements see while it lives, whatever snapshot the transaction reads its data in.
/// The catalog is read like this, as PostgreSQL itself reads it: what is cached from it must not be older than the
/// invalidation that it answers.
pub struct LatestSnapshot(());

impl LatestSnapshot {
    pub fn push() -> Self {
        // SAFETY: pushed here, popped by Drop, or by transaction abort.
        unsafe { pg_sys::PushActiveSnapshot(pg_sys::GetLatestSnapshot()) };
        Self(())
    }
}

impl Drop for LatestSnapshot {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: pops what `push` pushed.
            unsafe { pg_sys::PopActiveSnapshot() };
        }
    }
}
