//! What the tables refuse.

use std::cell::RefCell;

/// What is refused, and why. It is said at the end, of what is refused still.
#[derive(Default)]
pub struct Refusals(RefCell<Vec<String>>);

impl Refusals {
    pub fn add(&self, message: String) {
        self.0.borrow_mut().push(message);
    }

    pub fn say(self) {
        for message in self.0.into_inner() {
            pgrx::warning!("{message}");
        }
    }
}
