//! What happens when rows are deleted by plain SQL: `gdpr_on_delete`, and the functions of the triggers.

use super::link::names;
use crate::action::{on_delete, plain_delete};
use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::registry::on_delete::OnDeleteEntry;
use crate::registry::write;
use crate::spi::Connection;
use crate::spi::transition::{Fired, Taken};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// ON DELETE ANONYMISE for a foreign key: when the row that it references is deleted, by whatever client, statement or cascade, the referencing rows are
/// anonymised by their table's rules, and the key is `SET NULL` or `SET DEFAULT` (Art. 17 GDPR; PostgreSQL documentation, chapter 5.4.5 Foreign Keys).
///
/// Takes the referencing table, the foreign key's columns in any order, and the action. Whatever ON DELETE says in the foreign key itself, finds nothing left to do.
/// Raises 42501 unless the caller owns the table, 42704 if there is no such foreign key, 22023 for CASCADE, RESTRICT and what is no action, 23502 if
/// a column cannot be NULL and would be, 55000 if the table has no rules or its rows are kept.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_on_delete(relation regclass, columns text[], action text DEFAULT 'SET NULL')
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_on_delete(
    relation: Option<pg_sys::Oid>,
    columns: Option<Vec<Option<String>>>,
    action: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    let entry = OnDeleteEntry {
        relation: relation.ok_or_else(|| Error::null_argument("relation"))?,
        columns: names(columns, "columns")?,
        action: action.ok_or_else(|| Error::null_argument("action"))?,
    };
    let home = Home::of_call(fcinfo)?;
    let entry = entry.checked(&home)?;
    let sql =
        "INSERT INTO @extschema@.gdpr_on_delete (relation, columns, action) VALUES ($1, $2, $3)
        ON CONFLICT (relation, columns) DO UPDATE SET action = excluded.action";
    write::run(
        &home,
        sql,
        &[
            entry.relation.into(),
            entry.columns.into(),
            entry.action.into(),
        ],
    )?;
    Ok(())
}

/// Takes ON DELETE ANONYMISE back: what becomes of the rows is again what the foreign key itself says. Raises 42501 unless the caller owns the table, 42704 if it
/// was not declared.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_on_delete_drop(relation regclass, columns text[])
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_on_delete_drop(
    relation: Option<pg_sys::Oid>,
    columns: Option<Vec<Option<String>>>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    let relation = relation.ok_or_else(|| Error::null_argument("relation"))?;
    let columns = names(columns, "columns")?;
    Ok(take_back(relation, columns, fcinfo)?)
}

fn take_back(
    relation: pg_sys::Oid,
    columns: Vec<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let home = Home::of_call(fcinfo)?;
    write::require_owner_of(&[relation])?;
    let sql = "DELETE FROM @extschema@.gdpr_on_delete
        WHERE relation = $1 AND columns @> $2 AND columns <@ $2 RETURNING 1";
    match write::run(&home, sql, &[relation.into(), columns.into()])? {
        0 => Err(Error::new(
            Code::ERRCODE_UNDEFINED_OBJECT,
            "ON DELETE ANONYMISE is not declared for these columns",
        )
        .hint("SELECT * FROM gdpr_on_delete shows what is declared.")),
        _ => Ok(()),
    }
}

/// Internal. Trigger of registered tables, AFTER DELETE and BEFORE TRUNCATE for each statement: logs the rows that go.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_log_deleted() RETURNS trigger VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_log_deleted(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(log_deleted(fcinfo)?)
}

fn log_deleted(fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    // SAFETY: the information is that of this call.
    let fired = unsafe { Fired::by(fcinfo)? };
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    plain_delete::log(&home, &fired)
}

/// Internal. Trigger of tables that are referenced ON DELETE ANONYMISE, AFTER DELETE for each row: anonymises what references it.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_anonymise_on_delete() RETURNS trigger VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_anonymise_on_delete(
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(anonymise_on_delete(fcinfo)?)
}

fn anonymise_on_delete(fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    // SAFETY: the information is that of this call.
    let fired = unsafe { Fired::by(fcinfo)? };
    fired.for_row()?;
    // Called for each row of a statement, it has something to do in the first call.
    let taken = fired.take();
    if taken == Taken::Nothing {
        return Ok(());
    }
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    on_delete::fire(&home, &fired, taken)
}
