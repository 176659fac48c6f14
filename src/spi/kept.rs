//! Statements kept under a key, prepared when they are first asked for.

use super::statement::Statement;
use crate::error::Result;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What names a statement among those kept together.
pub type Key = [usize; 4];

#[derive(Default)]
pub struct Kept {
    statements: RefCell<HashMap<Key, Rc<Statement>>>,
}

impl Kept {
    pub fn get(
        &self,
        key: Key,
        prepare: impl FnOnce() -> Result<Statement>,
    ) -> Result<Rc<Statement>> {
        if let Some(statement) = self.statements.borrow().get(&key) {
            return Ok(statement.clone());
        }
        let statement = Rc::new(prepare()?);
        self.statements.borrow_mut().insert(key, statement.clone());
        Ok(statement)
    }
}
