//! `gdpr_register` and `gdpr_unregister`: what is personal in a table, and what to do with it.

use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::registry::register::{self, Given};
use crate::registry::write;
use pgrx::JsonB;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Registers a table, or changes what is given of an entry that there is.
///
/// Takes: `rules` (column to rule), `subject` (its rows are people), `on_erase` (`delete`, `anonymise` or `keep`, which needs a `ground`, Art. 17(3)), `search`
/// columns, `export` (include, exclude, order, labels, label, label_expression, transform, derived, disclose), `facts` (Art. 15(1) and 30: purpose, legal_basis, category,
/// recipients, transfers, retention, source, automated_decisions, label, controller, contact, data_protection_officer, supervisory_authority), `key` (the columns that identify a row, where no unique index says so), `hooks` (functions called before and after a change), `created` (the column
/// that says when a row was made). Raises 42501 unless the caller owns the
/// table, 42703 for a column that it does not have, 42809 if it is no table, 22023 for words that are not known, 55000 for a subject without a key.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_register(relation regclass, rules jsonb DEFAULT NULL, subject boolean DEFAULT NULL,
    on_erase text DEFAULT NULL, ground text DEFAULT NULL, search text[] DEFAULT NULL, export jsonb DEFAULT NULL,
    facts jsonb DEFAULT NULL, key text[] DEFAULT NULL, hooks jsonb DEFAULT NULL, created text DEFAULT NULL)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
#[allow(clippy::too_many_arguments)] // they are the SQL function's named arguments
fn gdpr_register(
    relation: Option<pg_sys::Oid>,
    rules: Option<JsonB>,
    subject: Option<bool>,
    on_erase: Option<String>,
    ground: Option<String>,
    search: Option<Vec<Option<String>>>,
    export: Option<JsonB>,
    facts: Option<JsonB>,
    key: Option<Vec<Option<String>>>,
    hooks: Option<JsonB>,
    created: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    let relation = relation.ok_or_else(|| Error::null_argument("relation"))?;
    let home = Home::of_call(fcinfo)?;
    let (rules, export) = register::canonical(relation, rules, export)?;
    let given = Given {
        rules,
        subject,
        on_erase,
        ground,
        search,
        export,
        facts,
        key,
        hooks,
        created,
    };
    Ok(register::register(&home, relation, given)?)
}

/// Takes a table out of the registry. Raises 42501 unless the caller owns the table, 42704 if it was not registered.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_unregister(relation regclass)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_unregister(
    relation: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(unregister(relation, fcinfo)?)
}

fn unregister(relation: Option<pg_sys::Oid>, fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    let relation = relation.ok_or_else(|| Error::null_argument("relation"))?;
    let home = Home::of_call(fcinfo)?;
    write::require_owner_of(&[relation])?;
    let sql = "DELETE FROM @extschema@.gdpr_registry WHERE relation = $1 RETURNING 1";
    match write::run(&home, sql, &[relation.into()])? {
        0 => Err(Error::new(
            Code::ERRCODE_UNDEFINED_OBJECT,
            "the table is not registered",
        )
        .hint("SELECT relation FROM gdpr_registry shows what is.")),
        _ => Ok(()),
    }
}
