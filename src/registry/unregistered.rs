//! Rows in tables of which the registry knows nothing.

use super::register;
use crate::error::{Code, Error, Result};
use crate::guc;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::{Map, Value};

/// A table, and how many rows were found in it.
pub struct Unregistered {
    /// qualified name
    pub table: String,
    pub rows: usize,
    /// what it has beside keys
    pub columns: Vec<String>,
}

/// 55000 if there are any, with the calls to fill in; or a WARNING, by the setting `gdpr_ext.unregistered`.
pub fn refuse(tables: &[Unregistered]) -> Result<()> {
    refuse_saying(
        "rows of this person are in tables that nobody has registered",
        tables,
    )
}

/// The same, of rows that are several persons'.
pub fn refuse_saying(message: &'static str, tables: &[Unregistered]) -> Result<()> {
    if tables.is_empty() {
        return Ok(());
    }
    let mut details = Vec::new();
    let mut calls = Vec::new();
    for Unregistered {
        table,
        rows,
        columns,
    } in tables
    {
        details.push(format!(
            "{table}: {rows} {}",
            if *rows == 1 { "row" } else { "rows" }
        ));
        let rules: Map<String, Value> = columns
            .iter()
            .map(|column| (column.clone(), "...".into()))
            .collect();
        calls.push(register::call(table, rules));
    }
    let (detail, hint) = (
        details.join("\n"),
        format!(
            "Say what is to become of each column, \"keep\" if it is not personal:\n{}",
            calls.join("\n")
        ),
    );
    match guc::unregistered() {
        guc::Unregistered::Refuse => Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            message,
        )
        .detail(detail)
        .hint(hint)),
        guc::Unregistered::Report => {
            ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, message, "gdpr_ext")
                .set_detail(detail)
                .set_hint(hint)
                .report(PgLogLevel::WARNING);
            Ok(())
        }
    }
}
