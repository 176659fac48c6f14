//! What PostgreSQL knows: relations, columns, keys, foreign keys, operators, expressions. Reads only, by oid.

pub mod cache;
pub mod details;
pub mod expression;
pub mod function;
pub mod home;
pub mod labels;
pub mod operator;
pub mod relation;
pub mod schema;
pub mod types;
pub mod version;
mod volatile;

use crate::error::Result;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::{FromDatum, pg_sys};
use serde::de::DeserializeOwned;

/// Runs a catalog query whose one value is a JSON document, into serde structs.
pub fn read_document<T: DeserializeOwned>(
    sql: &str,
    types: &[pg_sys::Oid],
    parameters: &[Option<pg_sys::Datum>],
) -> Result<T> {
    let mut text = String::new();
    kept::of_session(sql, types, Planning::Once)?.run(parameters, Access::Read, |row| {
        if let Some(datum) = row.get(0) {
            // SAFETY: the query's only column is of type text.
            text = unsafe { String::from_datum(datum, false) }.unwrap_or_default();
        }
    })?;
    Ok(serde_json::from_str(&text)?)
}
