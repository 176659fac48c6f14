//! This session's source of chance.

use crate::error::{Code, Error, Result};
use crate::mask::Chance;
use std::cell::RefCell;

thread_local! {
    static CHANCE: RefCell<Option<Chance>> = const { RefCell::new(None) };
}

/// Works with it. It is seeded by the operating system; 58000 if that gives no randomness.
pub fn with_chance<T>(work: impl FnOnce(&mut Chance) -> T) -> Result<T> {
    CHANCE.with_borrow_mut(|chance| {
        let chance = match chance {
            Some(chance) => chance,
            None => chance.insert(Chance::of_system().map_err(|_| {
                Error::new(
                    Code::ERRCODE_SYSTEM_ERROR,
                    "the operating system gives no randomness",
                )
                .hint("See to it that getrandom() works for the server.")
            })?),
        };
        Ok(work(chance))
    })
}
