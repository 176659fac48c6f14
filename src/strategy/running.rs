//! Whether an action of ours is running. Our internal masking functions may be executed by anybody, because statements run with the rights
//! of whoever owns a table; outside an action they refuse, since with them values could be tried until one gives a known hash.

use crate::error::{Code, Error, Result};
use std::cell::Cell;

thread_local! {
    static RUNNING: Cell<u32> = const { Cell::new(0) };
}

/// Internal functions work while it lives.
pub struct Running(());

impl Running {
    pub fn start() -> Self {
        RUNNING.set(RUNNING.get() + 1);
        Self(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get().saturating_sub(1));
    }
}

/// 42501 outside an action.
pub fn require() -> Result<()> {
    if RUNNING.get() > 0 {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        "an internal masking function works inside an action only",
    )
    .hint("Call gdpr_hash, gdpr_pseudonym, gdpr_partial or gdpr_fake_name instead."))
}
