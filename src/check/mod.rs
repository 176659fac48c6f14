//! Lints: what could leave something of a person behind. A lint is a file in `lints/`: a query over the catalog, the registry and the facts of `prelude.sql`,
//! whose columns are severity, relation, column, message and hint. What the catalog alone cannot say (links, rules, shared rows) `facts` hands them as one document.

pub mod codes;
mod facts;
mod rules;
mod shared;

use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::link::cached;
use crate::link::whole::Whole;
use crate::security::{Interpreted, PinnedSettings, RunAs};
use crate::spi::{Connection, parallel};
use crate::sql::{Ident, Literal};
use codes::{Lint, SHARED};
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, IntoDatum};

pub struct Finding {
    pub severity: String,
    pub code: String,
    pub relation: Option<Oid>,
    pub column: Option<String>,
    pub message: String,
    pub hint: Option<String>,
}

/// What is looked at, and by which lints.
pub struct Scope<'a> {
    /// None for the whole database.
    pub relations: Option<&'a [Oid]>,
    pub lints: &'a [Lint],
}

/// The findings, the gravest first. By the caller's rights where rows are counted, else by those of the registry's owner. Settings must not be pinned yet.
pub fn run(home: &Home, scope: &Scope) -> Result<Vec<Finding>> {
    let _spi = Connection::open();
    let schema = cached::refreshed(home)?;
    let _pinned = PinnedSettings::new();
    let whole = Whole::read(&schema)?;
    let rules = rules::read(&schema, &whole.hierarchy)?;
    let shared = match scope.lints.iter().any(|lint| lint.code == SHARED) {
        true => shared::count(&whole, scope.relations)?,
        false => Vec::new(),
    };
    let document = facts::document(&schema, &whole, &rules, &shared)?.to_string();
    let _owner = RunAs::new(home.owner);
    let _interpreted = Interpreted::new();
    findings(&statement(home, scope.lints), document, scope.relations)
}

fn statement(home: &Home, lints: &[Lint]) -> String {
    let lints: Vec<String> = lints
        .iter()
        .map(|lint| {
            format!(
                "SELECT severity, {}::text, relation::oid, \"column\"::text, message, hint\nFROM (\n{}\n) lint(severity, relation, \"column\", message, hint)",
                Literal(lint.code),
                lint.sql.trim_end()
            )
        })
        .collect();
    [
        include_str!("prelude.sql"),
        ", found(severity, code, relation, \"column\", message, hint) AS (\n",
        &lints.join("\nUNION ALL\n"),
        "\n)\n",
        include_str!("waived.sql"),
    ]
    .concat()
    .replace("@extschema@", &Ident(&home.schema).to_string())
}

fn findings(sql: &str, document: String, relations: Option<&[Oid]>) -> Result<Vec<Finding>> {
    let types = [pg_sys::TEXTOID, pg_sys::OIDARRAYOID];
    let relations = relations.and_then(|relations| relations.to_vec().into_datum());
    let mut findings = Vec::new();
    let mut incomplete = false;
    parallel::read(sql, &types, &[document.into_datum(), relations], |row| {
        let text = |column| {
            let value: Option<Datum> = row.get(column);
            // SAFETY: all of the statement's columns but the third are texts.
            value.and_then(|value| unsafe { String::from_datum(value, false) })
        };
        let (Some(severity), Some(code), Some(message)) = (text(0), text(1), text(4)) else {
            incomplete = true;
            return;
        };
        findings.push(Finding {
            severity,
            code,
            relation: row.get(2).map(|value| Oid::from(value.value() as u32)),
            column: text(3),
            message,
            hint: text(5),
        });
    })?;
    match incomplete {
        true => Err(Error::internal("a lint gave no message")),
        false => Ok(findings),
    }
}
