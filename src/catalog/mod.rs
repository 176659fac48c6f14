//! What PostgreSQL knows: relations, columns, keys, foreign keys, operators, expressions. Reads only, by oid.

pub mod cache;
pub mod expression;
pub mod home;
pub mod operator;
pub mod relation;
pub mod schema;
pub mod types;
pub mod version;

use crate::error::Result;
use crate::spi::statement::{Access, Planning, Statement};
use pgrx::{FromDatum, pg_sys};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    /// The catalog queries of this session. Planning one takes longer than running it.
    static QUERIES: RefCell<HashMap<String, Rc<Statement>>> = RefCell::default();
}

/// Runs a catalog query whose one value is a JSON document, into serde structs.
fn read_document<T: DeserializeOwned>(
    sql: &str,
    types: &[pg_sys::Oid],
    parameters: &[Option<pg_sys::Datum>],
) -> Result<T> {
    let mut text = String::new();
    prepared(sql, types)?.run(parameters, Access::Read, |row| {
        if let Some(datum) = row.get(0) {
            // SAFETY: the query's only column is of type text.
            text = unsafe { String::from_datum(datum, false) }.unwrap_or_default();
        }
    })?;
    Ok(serde_json::from_str(&text)?)
}

fn prepared(sql: &str, types: &[pg_sys::Oid]) -> Result<Rc<Statement>> {
    if let Some(known) = QUERIES.with_borrow(|queries| queries.get(sql).cloned()) {
        return Ok(known);
    }
    let statement = Rc::new(Statement::prepare(sql, types, Planning::Once)?);
    QUERIES.with_borrow_mut(|queries| queries.insert(sql.to_owned(), statement.clone()));
    Ok(statement)
}
