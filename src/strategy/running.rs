//! Whether an action of ours is running. Our internal masking functions may be executed by anybody, because statements run with the rights
//! of whoever owns a table. But with them values could be tried until one gives a known hash: so they work for the statements of an
//! action only, which know its token. It is given to them as a parameter: what a table's owner wrote and an action runs can read the text of
//! a statement, but not its parameters.

use super::chance::with_chance;
use super::workers::{self, Segment};
use crate::error::{Code, Error, Result};
use crate::log::secret::{self, OneTime};
use pgrx::IntoDatum;
use pgrx::pg_sys::Datum;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// How statements name the token.
pub const PARAMETER: &str = "$1";

thread_local! {
    static RUNNING: Cell<u32> = const { Cell::new(0) };
    static TOKEN: Cell<i64> = const { Cell::new(0) };
    /// How many distinct values each series has given.
    static SERIES: RefCell<HashMap<i32, u64>> = RefCell::default();
}

/// Counts the values of a series, from 0 in each action.
pub fn next_of_series(series: i32) -> u64 {
    SERIES.with_borrow_mut(|all| {
        let next = all.entry(series).or_default();
        *next += 1;
        *next - 1
    })
}

/// Internal functions work while it lives.
pub struct Running(());

impl Running {
    /// 58000 if the operating system gives no randomness.
    pub fn start() -> Result<Self> {
        // An action within an action, as a trigger may call it, goes by the same token.
        if RUNNING.get() == 0 {
            TOKEN.set(with_chance(|chance| chance.between(i64::MIN, i64::MAX))?);
            SERIES.take();
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

/// An action with a secret of its own, which is known to the parallel workers of its statements, and to nobody once it is over.
pub struct RunningApart {
    // Dropped in this order.
    _running: Running,
    _secret: OneTime,
    segment: Segment,
}

impl RunningApart {
    /// 58000 if the operating system gives no randomness; 55000 within another action.
    pub fn start() -> Result<Self> {
        if RUNNING.get() > 0 {
            return Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "an action of gdpr_ext is running already",
            )
            .hint("Call it by itself, not from a trigger or a hook."));
        }
        let (half, bytes) =
            with_chance(|chance| (chance.below(1 << 31) as u32, chance.bytes::<32>()))?;
        let segment = Segment::new(half, &bytes)?;
        let running = Running::start()?;
        TOKEN.set(segment.token);
        Ok(Self {
            _running: running,
            _secret: OneTime::use_instead(&bytes),
            segment,
        })
    }

    pub fn parameter(&self) -> Option<Datum> {
        self.segment.token.into_datum()
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
    if workers::is_worker()
        && let Some(secret) = workers::secret_of(token)
    {
        // As long as this process.
        secret::use_always(&secret);
        TOKEN.set(token);
        RUNNING.set(1);
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        "an internal masking function works inside an action only",
    )
    .hint("Call gdpr_hash, gdpr_pseudonym, gdpr_partial or gdpr_fake_name instead."))
}
