//! Registering a table, for its owner.

use super::{entry, write};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::sql::Literal;
use pgrx::JsonB;
use pgrx::pg_sys::Oid;
use serde_json::{Map, Value};

/// What is said of a table; None leaves what was said before.
#[derive(Default)]
pub struct Given {
    /// canonical
    pub rules: Option<Value>,
    pub subject: Option<bool>,
    pub on_erase: Option<String>,
    pub ground: Option<String>,
    pub search: Option<Vec<Option<String>>>,
    /// canonical
    pub export: Option<Value>,
    pub facts: Option<JsonB>,
    pub key: Option<Vec<Option<String>>>,
    pub hooks: Option<JsonB>,
    pub created: Option<String>,
}

/// The call that gives a table these rules, for whoever reads a hint.
pub fn call(table: &str, rules: Map<String, Value>) -> String {
    format!(
        "SELECT gdpr_register({}, rules => {});",
        Literal(table),
        Literal(&Value::Object(rules).to_string())
    )
}

/// Rules and what is said of exports as they are stored, read by the caller's search path. 42501 unless the caller owns the table.
pub fn canonical(
    relation: Oid,
    rules: Option<JsonB>,
    export: Option<JsonB>,
) -> Result<(Option<Value>, Option<Value>)> {
    write::require_owner_of(&[relation])?;
    let rules = rules.map(|JsonB(rules)| entry::canonical_rules(relation, &rules));
    let export = export.map(|JsonB(export)| entry::canonical_export(relation, &export));
    Ok((rules.transpose()?, export.transpose()?))
}

/// Makes an entry, or changes what is given of it. 42501 unless the caller owns the table.
pub fn register(home: &Home, relation: Oid, given: Given) -> Result<()> {
    write::require_owner_of(&[relation])?;
    let gives_rules = given.rules.is_some();
    write::run(
        home,
        include_str!("register.sql"),
        &[
            relation.into(),
            given.rules.map(JsonB).into(),
            given.subject.into(),
            given.on_erase.into(),
            given.ground.into(),
            given.search.into(),
            given.export.map(JsonB).into(),
            given.facts.into(),
            given.key.into(),
            given.hooks.into(),
            given.created.into(),
        ],
    )?;
    if gives_rules {
        // Rules are for columns as they are now.
        let types = "UPDATE @extschema@.gdpr_known_column k SET type = a.atttypid, told = NULL FROM pg_attribute a
            WHERE k.relation = $1 AND a.attrelid = k.relation AND a.attnum = k.number AND (a.atttypid <> k.type OR k.told IS NOT NULL)";
        write::run(home, types, &[relation.into()])?;
    }
    Ok(())
}
