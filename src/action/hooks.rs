//! Calls the functions that a table's owner wants called around a change.

use super::work::Rows;
use crate::catalog::relation::Relation;
use crate::error::{Error, Result};
use crate::plan::KeyPart;
use crate::registry::hooks;
use crate::security;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::{IntoDatum, JsonB, pg_sys};
use serde_json::{Map, Value};

/// The keys of rows as a hook gets them: an array of objects, column to value.
pub fn keys(parts: &[KeyPart], rows: &Rows, places: &[u32]) -> Value {
    let key = |row: &u32| {
        let texts = rows.key_texts(*row);
        let part = |(part, text): (&KeyPart, String)| {
            let number = part
                .is_number()
                .then(|| text.parse().ok().map(Value::Number))
                .flatten();
            (part.column.clone(), number.unwrap_or(Value::String(text)))
        };
        Value::Object(Map::from_iter(parts.iter().zip(texts).map(part)))
    };
    Value::Array(places.iter().map(key).collect())
}

/// Calls one as the table's owner.
pub fn call(name: &str, relation: &Relation, keys: &Value) -> Result<()> {
    let sql = format!("SELECT {}($1, $2)", hooks::function(name, relation)?);
    let types = [pg_sys::REGCLASSOID, pg_sys::JSONBOID];
    let parameters = [relation.oid.into_datum(), JsonB(keys.clone()).into_datum()];
    let _owner = security::as_owner_who_acts(relation)?;
    let run =
        || kept::of_session(&sql, &types, Planning::Once)?.run(&parameters, Access::Lock, |_| {});
    guarded::run(run, |code| {
        Ok(Error::new(
            code,
            format!("hook {name} of table {} failed", relation.qualified()),
        )
        .hint("The server's message is not shown, since it can hold values of rows."))
    })
}
