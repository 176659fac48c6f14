//! `gdpr_link` and `gdpr_unlink`: links that no foreign key states, and what foreign keys mean.

use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::registry::link::LinkEntry;
use crate::registry::write;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Declares a link, or anew what it means.
///
/// Columns are names, or expressions in parentheses: `'{(payload->>''user_id'')}'`. Where tables and columns are those of a foreign key, it takes that
/// foreign key's place. `kind`: owner, accessor, context, ignore. `condition`: an SQL expression over `source` and `target`, without subqueries and volatile functions.
/// Raises 42501 unless the caller owns both tables, 42703 for an unknown column, 42883 where the columns cannot be compared, 22023 for an unknown kind
/// or uneven columns, 42601, 0A000 and 42P17 for an expression that is not one.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_link(source regclass, source_columns text[], target regclass, target_columns text[],
    kind text DEFAULT 'owner', condition text DEFAULT NULL)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_link(
    source: Option<pg_sys::Oid>,
    source_columns: Option<Vec<Option<String>>>,
    target: Option<pg_sys::Oid>,
    target_columns: Option<Vec<Option<String>>>,
    kind: Option<String>,
    condition: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    let (source, source_columns, target, target_columns) =
        ends(source, source_columns, target, target_columns)?;
    let entry = LinkEntry {
        source,
        source_columns,
        target,
        target_columns,
        kind: kind.ok_or_else(|| Error::null_argument("kind"))?,
        condition,
    };
    let home = Home::of_call(fcinfo)?;
    let entry = entry.checked()?;
    let sql = "INSERT INTO @extschema@.gdpr_links (source, source_columns, target, target_columns, kind, condition)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (source, target, @extschema@.gdpr_pairs(source_columns, target_columns))
        DO UPDATE SET source_columns = excluded.source_columns, target_columns = excluded.target_columns,
                      kind = excluded.kind, condition = excluded.condition";
    write::run(
        &home,
        sql,
        &[
            entry.source.into(),
            entry.source_columns.into(),
            entry.target.into(),
            entry.target_columns.into(),
            entry.kind.into(),
            entry.condition.into(),
        ],
    )?;
    Ok(())
}

/// Takes a declared link back; a foreign key is again what it is by itself. Raises 42501 unless the caller owns both tables, 42704 if there is no such link.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_unlink(source regclass, source_columns text[], target regclass, target_columns text[])
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_unlink(
    source: Option<pg_sys::Oid>,
    source_columns: Option<Vec<Option<String>>>,
    target: Option<pg_sys::Oid>,
    target_columns: Option<Vec<Option<String>>>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    let (source, source_columns, target, target_columns) =
        ends(source, source_columns, target, target_columns)?;
    Ok(unlink(
        source,
        source_columns,
        target,
        target_columns,
        fcinfo,
    )?)
}

fn unlink(
    source: pg_sys::Oid,
    source_columns: Vec<String>,
    target: pg_sys::Oid,
    target_columns: Vec<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let home = Home::of_call(fcinfo)?;
    write::require_owner_of(&[source, target])?;
    let (canonical_source, canonical_target) =
        crate::registry::link::canonical_columns(source, &source_columns, target, &target_columns);
    // A link over a column that is gone can only be taken back by the columns as they are stored.
    let sql = "DELETE FROM @extschema@.gdpr_links
        WHERE source = $1 AND target = $3 AND @extschema@.gdpr_pairs(source_columns, target_columns)
          IN (@extschema@.gdpr_pairs($2, $4), @extschema@.gdpr_pairs($5, $6))
        RETURNING 1";
    let rows = write::run(
        &home,
        sql,
        &[
            source.into(),
            source_columns.into(),
            target.into(),
            target_columns.into(),
            canonical_source.into(),
            canonical_target.into(),
        ],
    )?;
    match rows {
        0 => Err(Error::new(
            Code::ERRCODE_UNDEFINED_OBJECT,
            "there is no such declared link",
        )
        .hint(
            "SELECT * FROM gdpr_links shows what is declared; gdpr_graph(subject) shows all links.",
        )),
        _ => Ok(()),
    }
}

type Columns = Vec<String>;

fn ends(
    source: Option<pg_sys::Oid>,
    source_columns: Option<Vec<Option<String>>>,
    target: Option<pg_sys::Oid>,
    target_columns: Option<Vec<Option<String>>>,
) -> Result<(pg_sys::Oid, Columns, pg_sys::Oid, Columns)> {
    Ok((
        source.ok_or_else(|| Error::null_argument("source"))?,
        names(source_columns, "source_columns")?,
        target.ok_or_else(|| Error::null_argument("target"))?,
        names(target_columns, "target_columns")?,
    ))
}

pub fn names(columns: Option<Vec<Option<String>>>, argument: &str) -> Result<Columns> {
    let names = columns.and_then(|columns| columns.into_iter().collect());
    names.ok_or_else(|| Error::null_argument(argument))
}
