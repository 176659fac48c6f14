//! `gdpr_discover` and `gdpr_discover_register`: what nobody has thought of.

use crate::catalog::home::Home;
use crate::discover::register;
use crate::discover::unregistered::{self, Found};
use crate::error::{Code, Error, Result};
use pgrx::JsonB;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The most rows of a table that are read.
const MOST_ROWS: i32 = 100_000;
/// What gdpr_discover reads if nothing is said.
const USUAL_ROWS: u64 = 1000;

type Row = (
    pg_sys::Oid,
    String,
    String,
    bool,
    f32,
    String,
    Option<JsonB>,
);

/// The columns that have no rule and look personal, by name, type and a sample of their values (Art. 9, 10, 24, 30 GDPR), with a rule that could be registered.
///
/// Takes the tables, or NULL for all that can be registered, and how many rows of each are read, 1 to 100,000. A row for each column: what it holds, whether that is a special
/// category (Art. 9, 10), how certain it is, from 0 to 1, and why; never a value. Tables are read with the rights of their owners. Raises 22004 (NULL in relations, sample NULL), 22023 (a sample out of
/// range), 42501 (a table that was named and may not be read), 42809 (it is no table, or a partition). Of tables that were not named and may not be read, and of foreign tables, only names and types are judged.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_discover(relations regclass[] DEFAULT NULL, sample integer DEFAULT 1000,
    OUT relation regclass, OUT "column" text, OUT category text, OUT special boolean, OUT confidence real, OUT reason text, OUT rule jsonb)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_discover(
    relations: Option<Vec<Option<pg_sys::Oid>>>,
    sample: Option<i32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(relation, pg_sys::Oid),
            name!(column, String),
            name!(category, String),
            name!(special, bool),
            name!(confidence, f32),
            name!(reason, String),
            name!(rule, Option<JsonB>),
        ),
    >,
    ErrorReport,
> {
    Ok(TableIterator::new(rows(relations, sample, fcinfo)?))
}

fn rows(
    relations: Option<Vec<Option<pg_sys::Oid>>>,
    sample: Option<i32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<std::vec::IntoIter<Row>> {
    let relations: Option<Vec<pg_sys::Oid>> = relations
        .map(|relations| {
            let relation = |relation: Option<pg_sys::Oid>| {
                relation.ok_or_else(|| Error::null_argument("a table in relations"))
            };
            relations.into_iter().map(relation).collect::<Result<_>>()
        })
        .transpose()?;
    let sample = sample.ok_or_else(|| Error::null_argument("sample"))?;
    if !(1..=MOST_ROWS).contains(&sample) {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("sample is not within 1 to {MOST_ROWS}"),
        )
        .hint("It is the number of rows of each table that are read."));
    }
    let home = Home::of_call(fcinfo)?;
    let found = unregistered::discover(&home, relations.as_deref(), sample.unsigned_abs().into())?;
    let row = |found: Found| {
        let finding = found.finding;
        (
            found.relation,
            found.column,
            finding.category.name().to_owned(),
            finding.is_special(),
            (finding.confidence * 100.0).round() as f32 / 100.0,
            finding.reason,
            found.rule.map(JsonB),
        )
    };
    Ok(found.into_iter().map(row).collect::<Vec<_>>().into_iter())
}

/// Registers what gdpr_discover suggests, for somebody to review (Art. 24, 30 GDPR): in the entries of the caller's tables, new ones or those that there are. A rule that is there stays.
///
/// A row for each column that was registered. Tables of others are named in a NOTICE. Raises 22004 (NULL), 22023 (a confidence that is not within 0 to 1).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_discover_register(min_confidence real DEFAULT 0.8, OUT relation regclass, OUT "column" text, OUT rule jsonb)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 100000 ROWS 100
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_discover_register(
    min_confidence: Option<f32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(relation, pg_sys::Oid),
            name!(column, String),
            name!(rule, Option<JsonB>),
        ),
    >,
    ErrorReport,
> {
    Ok(TableIterator::new(registered(min_confidence, fcinfo)?))
}

fn registered(
    min_confidence: Option<f32>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<std::vec::IntoIter<(pg_sys::Oid, String, Option<JsonB>)>> {
    let confidence = min_confidence.ok_or_else(|| Error::null_argument("min_confidence"))?;
    if !(0.0..=1.0).contains(&confidence) {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "min_confidence is not within 0 to 1",
        )
        .hint("1 is certain. gdpr_discover shows how certain each column is."));
    }
    // As gdpr_discover shows it, which rounds.
    let confidence = f64::from(confidence) - 0.005;
    let found = register::register(&Home::of_call(fcinfo)?, confidence, USUAL_ROWS)?;
    let row = |found: Found| (found.relation, found.column, found.rule.map(JsonB));
    Ok(found.into_iter().map(row).collect::<Vec<_>>().into_iter())
}
