//! `gdpr_check` and its waivers; and what tells a migration, at its end, what it forgot.

use crate::catalog::home::Home;
use crate::catalog::relation::{self, Relation};
use crate::check::codes::{self, LINTS, RETYPED, WITHOUT_RULE};
use crate::check::{self, Finding, Scope};
use crate::error::{Code, Error, Result};
use crate::guc;
use crate::registry::{is_restoring, write};
use crate::security::{PinnedSettings, RunAs};
use crate::spi::Connection;
use crate::sql::Ident;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

type FindingRow = (
    String,
    String,
    Option<pg_sys::Oid>,
    Option<String>,
    String,
    Option<String>,
);

/// What could leave something of a person behind, in this table or the whole database: a row per finding, the gravest first. `severity` is error, warning, notice
/// or waived; `code` never changes its meaning; `hint` is SQL that settles it. Reads no user's table but to count shared rows, with the caller's privileges.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_check(relation regclass DEFAULT NULL,
    OUT severity text, OUT code text, OUT relation regclass, OUT "column" text, OUT message text, OUT hint text)
  RETURNS SETOF record STABLE PARALLEL UNSAFE COST 100000 ROWS 50
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_check(
    relation: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(severity, String),
            name!(code, String),
            name!(relation, Option<pg_sys::Oid>),
            name!(column, Option<String>),
            name!(message, String),
            name!(hint, Option<String>),
        ),
    >,
    ErrorReport,
> {
    Ok(TableIterator::new(rows(relation, fcinfo)?))
}

fn rows(
    relation: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<impl Iterator<Item = FindingRow>> {
    let home = Home::of_call(fcinfo)?;
    let relations = relation.map(|relation| vec![relation]);
    let scope = Scope {
        relations: relations.as_deref(),
        lints: &LINTS,
    };
    let findings = check::run(&home, &scope)?.into_iter();
    Ok(findings.map(|f| (f.severity, f.code, f.relation, f.column, f.message, f.hint)))
}

/// Says that a finding is known and accepted, and why: `gdpr_check` then lists it as waived. Without a relation, wherever it is found. Raises 42501 unless the caller
/// owns the table, or without one the extension; 22023 for an unknown code or no reason, 42703 for a missing column.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_waive(code text, relation regclass DEFAULT NULL, "column" text DEFAULT NULL, reason text DEFAULT NULL)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_waive(
    code: Option<String>,
    relation: Option<pg_sys::Oid>,
    column: Option<String>,
    reason: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(waive(code, relation, column, reason, fcinfo)?)
}

fn waive(
    code: Option<String>,
    relation: Option<pg_sys::Oid>,
    column: Option<String>,
    reason: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let code = code.ok_or_else(|| Error::null_argument("code"))?;
    codes::require(&code)?;
    let Some(reason) = reason.filter(|reason| !reason.trim().is_empty()) else {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "a waiver needs a reason",
        )
        .hint("Whoever reads it later has to see why: gdpr_waive(..., reason => 'a table of three rows')."));
    };
    let home = Home::of_call(fcinfo)?;
    require_may_waive(&home, relation)?;
    match (relation, &column) {
        (None, Some(_)) => {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "a column is waived together with its table",
            )
            .hint("gdpr_waive(code, relation, \"column\", reason => ...)."));
        }
        (Some(relation), Some(column)) => require_columns(relation, column)?,
        _ => {}
    }
    let sql = "INSERT INTO @extschema@.gdpr_waivers (code, relation, \"column\", reason) VALUES ($1, $2, $3, $4)
        ON CONFLICT (code, coalesce(relation::oid, 0), coalesce(\"column\", '')) DO UPDATE SET reason = excluded.reason, waived_by = excluded.waived_by, waived_at = excluded.waived_at";
    let parameters = [code.into(), relation.into(), column.into(), reason.into()];
    write::run(&home, sql, &parameters)?;
    Ok(())
}

/// Takes a waiver back. Raises 42501 as `gdpr_waive` does, 42704 if there is none.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_unwaive(code text, relation regclass DEFAULT NULL, "column" text DEFAULT NULL)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_unwaive(
    code: Option<String>,
    relation: Option<pg_sys::Oid>,
    column: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(unwaive(code, relation, column, fcinfo)?)
}

fn unwaive(
    code: Option<String>,
    relation: Option<pg_sys::Oid>,
    column: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let code = code.ok_or_else(|| Error::null_argument("code"))?;
    let home = Home::of_call(fcinfo)?;
    require_may_waive(&home, relation)?;
    let sql = "DELETE FROM @extschema@.gdpr_waivers
        WHERE code = $1 AND coalesce(relation::oid, 0) = coalesce($2::oid, 0) AND coalesce(\"column\", '') = coalesce($3, '') RETURNING 1";
    match write::run(&home, sql, &[code.into(), relation.into(), column.into()])? {
        0 => Err(
            Error::new(Code::ERRCODE_UNDEFINED_OBJECT, "there is no such waiver")
                .hint("SELECT * FROM gdpr_waivers shows what there is."),
        ),
        _ => Ok(()),
    }
}

/// Of a table or a view its owner, else the extension's owner.
fn require_may_waive(home: &Home, relation: Option<pg_sys::Oid>) -> Result<()> {
    write::require_owner_of(&[relation.unwrap_or(home.registry)])
}

/// One column, or several as `gdpr_check` lists them.
fn require_columns(relation: pg_sys::Oid, columns: &str) -> Result<()> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let relation = Relation::load_one(relation)?;
    if relation.column(columns).is_some() || columns.starts_with('(') {
        return Ok(());
    }
    columns
        .split(", ")
        .try_for_each(|column| relation.require_column(column).map(|_| ()))
}

/// Internal. Event trigger after DDL on tables: notes those that the end of the transaction is to look at. A dump brings nothing new.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_note_tables() RETURNS event_trigger VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_note_tables(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(note_tables(&Home::of_call(fcinfo)?)?)
}

fn note_tables(home: &Home) -> Result<()> {
    if is_restoring() {
        return Ok(());
    }
    let sql =
        include_str!("../check/noted.sql").replace("@extschema@", &Ident(&home.schema).to_string());
    let _pinned = PinnedSettings::new();
    let _owner = RunAs::unfenced(home.owner);
    Spi::connect_mut(|client| client.update(sql.as_str(), None, &[]).map(|_| ()))?;
    Ok(())
}

/// At the end of the transaction: what its DDL left open. A WARNING for each finding, or with gdpr_ext.strict_ddl an error.
pub fn check_ddl(trigger: &PgTrigger) -> Result<()> {
    let relation = trigger
        .relid()
        .map_err(|_| Error::internal("a trigger was called without its table"))?;
    let home = Home::of_table(relation)?;
    let pending = take_pending(&home)?;
    if pending.is_empty() {
        return Ok(());
    }
    let relations: Vec<pg_sys::Oid> = pending.iter().map(|noted| noted.relation).collect();
    let scope = Scope {
        relations: Some(&relations),
        lints: &codes::of_ddl(),
    };
    let findings = check::run(&home, &scope)?.into_iter();
    let findings: Vec<Finding> = findings
        .filter(|finding| finding.severity == "error" || finding.code == RETYPED)
        .filter(|finding| !is_told(finding, &pending))
        .collect();
    match findings.split_first() {
        None => Ok(()),
        Some((first, others)) if guc::strict_ddl() => {
            let others: Vec<String> = others.iter().map(said).collect();
            let hint = first.hint.clone().unwrap_or_default();
            let error =
                Error::new(Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE, said(first)).hint(hint);
            Err(match others.is_empty() {
                true => error,
                false => error.detail(others.join("\n")),
            })
        }
        Some(_) => {
            warn(&findings);
            // It is told once.
            write::run(&home, "SELECT @extschema@.gdpr_remember_names()", &[])?;
            let told = "UPDATE @extschema@.gdpr_known_column k SET told = a.atttypid FROM pg_attribute a
                WHERE k.relation = ANY ($1) AND a.attrelid = k.relation AND a.attnum = k.number AND a.atttypid <> k.type";
            write::run(&home, told, &[relations.into()])?;
            Ok(())
        }
    }
}

/// A column that nobody had given a rule before the DDL is no news, nor one that had that type.
fn is_told(finding: &Finding, pending: &[Pending]) -> bool {
    let noted = pending
        .iter()
        .find(|noted| finding.relation == Some(noted.relation));
    let column = finding.column.as_ref().zip(finding.relation);
    let number = column.and_then(|(column, relation)| relation::column_number(relation, column));
    noted.zip(number).is_some_and(|(noted, number)| {
        let told = match finding.code.as_str() {
            WITHOUT_RULE => &noted.known,
            RETYPED => &noted.told,
            _ => return false,
        };
        told.contains(&number)
    })
}

/// What settles several findings is said with the last of them.
fn warn(findings: &[Finding]) {
    for (place, finding) in findings.iter().enumerate() {
        let mut report =
            ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, said(finding), "gdpr_ext");
        let next = findings.get(place + 1).and_then(|next| next.hint.as_ref());
        if let Some(hint) = finding.hint.as_ref().filter(|hint| Some(*hint) != next) {
            report = report.set_hint(hint.clone());
        }
        report.report(PgLogLevel::WARNING);
    }
}

fn said(finding: &Finding) -> String {
    format!("{}: {}", finding.code, finding.message)
}

/// A table that the transaction's DDL was about.
struct Pending {
    relation: pg_sys::Oid,
    /// The columns that it had when it was registered.
    known: Vec<i16>,
    /// Those of which it was said that they have another type.
    told: Vec<i16>,
}

/// The tables that this transaction noted: the first row's trigger takes them all.
fn take_pending(home: &Home) -> Result<Vec<Pending>> {
    let sql = "DELETE FROM @extschema@.gdpr_pending_ddl RETURNING relation, known, told"
        .replace("@extschema@", &Ident(&home.schema).to_string());
    let _pinned = PinnedSettings::new();
    let _owner = RunAs::new(home.owner);
    let mut pending = Vec::new();
    Spi::connect_mut(|client| -> Result<()> {
        for row in client.update(sql.as_str(), None, &[])? {
            if let (Some(relation), Some(known), Some(told)) =
                (row.get(1)?, row.get(2)?, row.get(3)?)
            {
                pending.push(Pending {
                    relation,
                    known,
                    told,
                });
            }
        }
        Ok(())
    })?;
    Ok(pending)
}
