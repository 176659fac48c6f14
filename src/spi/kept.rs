//! Statements kept under a key, prepared when they are first asked for.

use super::statement::{Planning, Statement};
use crate::error::Result;
use pgrx::pg_sys;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What names a statement among those kept together.
pub type Key = [usize; 4];

/// A statement's text, the types of its parameters, and how it is planned.
type Text = (String, Vec<pg_sys::Oid>, Planning);

thread_local! {
    /// Statements of this session that belong to no graph. Planning one takes longer than running it.
    static SESSION: RefCell<HashMap<Text, Rc<Statement>>> = RefCell::default();
}

/// A statement kept as long as the session.
pub fn of_session(sql: &str, types: &[pg_sys::Oid], planning: Planning) -> Result<Rc<Statement>> {
    let key = (sql.to_owned(), types.to_vec(), planning);
    if let Some(known) = SESSION.with_borrow(|statements| statements.get(&key).cloned()) {
        return Ok(known);
    }
    let statement = Rc::new(Statement::prepare(sql, types, planning)?);
    SESSION.with_borrow_mut(|statements| statements.insert(key, statement.clone()));
    Ok(statement)
}

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
