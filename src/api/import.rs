//! `gdpr_import_anon`: rules from the labels of PostgreSQL Anonymizer.

use crate::catalog::home::Home;
use crate::error::Result;
use crate::registry::import;
use pgrx::JsonB;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

type Row = (pg_sys::Oid, String, String, Option<JsonB>, Option<String>);

/// Reads the security labels of PostgreSQL Anonymizer (`MASKED WITH FUNCTION`, `MASKED WITH VALUE`) from `pg_seclabel`, and registers the rule that does the
/// same or hides more. It need not be installed; its labels are left as they are.
///
/// A row for each label on a column: the rule that it became, or the problem that kept it from becoming one; a column that has a rule keeps
/// it. Registers only tables that the caller owns; says so of others.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_import_anon(OUT relation regclass, OUT "column" text, OUT label text, OUT rule jsonb, OUT problem text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_import_anon(
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(relation, pg_sys::Oid),
            name!(column, String),
            name!(label, String),
            name!(rule, Option<JsonB>),
            name!(problem, Option<String>),
        ),
    >,
    ErrorReport,
> {
    Ok(TableIterator::new(rows(fcinfo)?))
}

fn rows(fcinfo: pg_sys::FunctionCallInfo) -> Result<std::vec::IntoIter<Row>> {
    let imported = import::import(&Home::of_call(fcinfo)?)?;
    let row = |imported: import::Imported| {
        let (rule, problem) = match imported.outcome {
            Ok(rule) => (Some(JsonB(rule)), None),
            Err(problem) => (None, Some(problem)),
        };
        (
            imported.relation,
            imported.column,
            imported.label,
            rule,
            problem,
        )
    };
    Ok(imported
        .into_iter()
        .map(row)
        .collect::<Vec<_>>()
        .into_iter())
}
