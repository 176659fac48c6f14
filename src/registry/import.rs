//! Rules from the labels that PostgreSQL Anonymizer has left in `pg_seclabel`.

use super::register::{self, Given};
use crate::catalog::home::Home;
use crate::catalog::labels::{self, Labelled};
use crate::catalog::schema::Schema;
use crate::error::Result;
use crate::import::{self, Masked};
use crate::security::PinnedSettings;
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use crate::sql::Ident;
use pgrx::JsonB;
use pgrx::pg_sys::Oid;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What became of a column's label: a rule, or a sentence that says why not.
pub struct Imported {
    pub relation: Oid,
    pub column: String,
    pub label: String,
    pub outcome: std::result::Result<Value, String>,
}

/// Registers what has an equivalent, column by column: a rule that is refused keeps no other from being registered. A rule that is there stays.
pub fn import(home: &Home) -> Result<Vec<Imported>> {
    let (labels, schema) = {
        let _spi = Connection::open();
        let _pinned = PinnedSettings::new();
        (labels::of_anon()?, Schema::read(home)?)
    };
    let entries = schema.entries.into_iter();
    let mut rules: HashMap<Oid, Map<String, Value>> = entries
        .filter_map(|entry| Some((entry.relation, entry.rules.as_object()?.clone())))
        .collect();
    let imported = labels.into_iter().map(|labelled| {
        let known = rules.entry(labelled.relation).or_default();
        let outcome = one(home, &labelled, known);
        Imported {
            relation: labelled.relation,
            column: labelled.column,
            label: labelled.label,
            outcome,
        }
    });
    Ok(imported.collect())
}

fn one(
    home: &Home,
    labelled: &Labelled,
    rules: &mut Map<String, Value>,
) -> std::result::Result<Value, String> {
    let schema = Ident(&home.schema).to_string();
    let masked = Masked {
        table: &labelled.table,
        column: &labelled.column,
        column_type: &labelled.column_type,
        home: &schema,
    };
    let rule = import::translate(&labelled.label, &masked)?;
    let mut given = rules.clone();
    given.insert(labelled.column.clone(), rule);
    let registered = attempt(|| {
        let given = Some(JsonB(Value::Object(given)));
        let (canonical, _) = register::canonical(labelled.relation, given, None)?;
        let canonical = canonical.unwrap_or_default();
        let rule = canonical.get(&labelled.column).cloned().unwrap_or_default();
        match rules.get(&labelled.column) {
            Some(own) if *own != rule => return Ok(None),
            Some(_) => {}
            None => {
                let given = Given {
                    rules: Some(canonical),
                    ..Given::default()
                };
                register::register(home, labelled.relation, given)?;
            }
        }
        Ok(Some(rule))
    })?;
    let rule = registered.ok_or("the column has a rule already, which stays")?;
    rules.insert(labelled.column.clone(), rule.clone());
    Ok(rule)
}
