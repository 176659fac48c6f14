//! Rows in tables of which the registry knows nothing.

use super::work::{Unchanged, table_name};
use crate::error::{Code, Error, Result};
use crate::guc::{self, Unregistered};
use crate::plan::{Plan, Treatment};
use crate::sql::Literal;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use serde_json::{Map, Value};

const MESSAGE: &str = "rows of this person are in tables that nobody has registered";

/// 55000 if there are any, with the calls to fill in; or a WARNING, by the setting `gdpr_ext.unregistered`.
pub fn refuse(plan: &Plan, rows: &[&Unchanged]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut details = Vec::new();
    let mut calls = Vec::new();
    for unchanged in rows {
        let table = table_name(&plan.graph, unchanged.table)?;
        let number = unchanged.rows.len();
        details.push(format!(
            "{table}: {number} {}",
            if number == 1 { "row" } else { "rows" }
        ));
        let Treatment::Unregistered(columns) = &plan.tables[unchanged.table].treatment else {
            continue;
        };
        let rules: Map<String, Value> = columns
            .iter()
            .map(|column| (column.clone(), "...".into()))
            .collect();
        calls.push(format!(
            "SELECT gdpr_register({}, rules => {});",
            Literal(&table),
            Literal(&Value::Object(rules).to_string())
        ));
    }
    let (detail, hint) = (
        details.join("\n"),
        format!(
            "Say what is to become of each column, \"keep\" if it is not personal:\n{}",
            calls.join("\n")
        ),
    );
    match guc::unregistered() {
        Unregistered::Refuse => Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            MESSAGE,
        )
        .detail(detail)
        .hint(hint)),
        Unregistered::Report => {
            ErrorReport::new(PgSqlErrorCode::ERRCODE_WARNING, MESSAGE, "gdpr_ext")
                .set_detail(detail)
                .set_hint(hint)
                .report(PgLogLevel::WARNING);
            Ok(())
        }
    }
}
