//! Whether an action of ours is running. Our internal masking functions may be executed by anybody, because statements run with the rights
//! of whoever owns a table. But with them values could be tried until one gives a known hash: so they work for the statements of an
//! action only, which know its token. It is given to them as a parameter: what a table's owner wrote and an action runs can read the text of
//! a statement, but not its parameters.

use super::chance::with_chance;
use crate::error::{Code, Error, Result};
use pgrx::IntoDatum;
use pgrx::pg_sys::Datum;
use std::cell::Cell;

/// How statements name the token.
pub const PARAMETER: &str = "$1";

thread_local! {
    static RUNNING: Cell<u32> = const { Cell::new(0) };
    static TOKEN: Cell<i64> = const { Cell::new(0) };
}

/// Internal functions work while it lives.
pub struct Running(());

impl Running {
    /// 58000 if the operating system gives no randomness.
    pub fn start() -> Result<Self> {
        // An action within an action, as a trigger may call it, goes by the same token.
        if RUNNING.get() == 0 {
            TOKEN.set(with_chance(|chance| chance.between(i64::MIN, i64::MAX))?);
        }
        RUNNING.set(RUNNING.get() + 1);
        Ok(Self(()))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        RUNNING.set(RUNNING.get().saturating_sub(1));
    }
}

/// The token, as the first parameter of a statement.
pub fn parameter() -> Option<Datum> {
    TOKEN.get().into_datum()
}

/// 42501 for who is not a statement of the action that runs.
pub fn require(token: i64) -> Result<()> {
    if RUNNING.get() > 0 && token == TOKEN.get() {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        "an internal masking function works inside an action only",
    )
    .hint("Call gdpr_hash, gdpr_pseudonym, gdpr_partial or gdpr_fake_name instead."))
}
