//! `gdpr_graph` and `gdpr_graph_mermaid`: which links a walk may take, as rows and as a drawing.

use crate::error::{Error, Result};
use crate::link::Kind;
use crate::link::mermaid;
use crate::spi::Connection;
use crate::walk::begin::Call;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

type GraphRow = (
    Option<i32>,
    String,
    pg_sys::Oid,
    Vec<String>,
    pg_sys::Oid,
    Vec<String>,
    &'static str,
    bool,
    bool,
    Option<&'static str>,
    Option<String>,
);

/// The links that a walk from `subject` may take, and those that touch its tables without being taken (depth NULL).
///
/// `depth` is the number of the step that takes the link; `reviewed` says that somebody declared what it means; `indexed` that an index finds its
/// target rows; `on_delete` is the foreign key's action, NULL for links that are no foreign key. Raises 22004, 42703, 42809.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_graph(subject regclass,
    OUT depth integer, OUT link text, OUT source regclass, OUT source_columns text[],
    OUT target regclass, OUT target_columns text[], OUT kind text, OUT reviewed boolean, OUT indexed boolean,
    OUT on_delete text, OUT condition text)
  RETURNS SETOF record STABLE PARALLEL UNSAFE ROWS 50
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_graph(
    subject: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(depth, Option<i32>),
            name!(link, String),
            name!(source, pg_sys::Oid),
            name!(source_columns, Vec<String>),
            name!(target, pg_sys::Oid),
            name!(target_columns, Vec<String>),
            name!(kind, &'static str),
            name!(reviewed, bool),
            name!(indexed, bool),
            name!(on_delete, Option<&'static str>),
            name!(condition, Option<String>),
        ),
    >,
    ErrorReport,
> {
    Ok(TableIterator::new(rows(subject, fcinfo)?))
}

fn rows(
    subject: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<std::vec::IntoIter<GraphRow>> {
    let call = call(subject, fcinfo)?;
    let graph = call.graph();
    let mut rows: Vec<GraphRow> = graph
        .links
        .iter()
        .zip(call.names.iter())
        .map(|(link, name)| {
            let columns = |end: &crate::link::graph::End| -> Vec<String> {
                end.columns
                    .iter()
                    .map(|column| column.name.clone())
                    .collect()
            };
            (
                link.depth.map(|depth| depth as i32),
                name.link.clone(),
                link.source.scan,
                columns(&link.source),
                link.target.scan,
                columns(&link.target),
                link.kind.word(),
                link.reviewed,
                link.indexed,
                link.on_delete,
                link.condition
                    .as_ref()
                    .map(|condition| condition.sql.clone()),
            )
        })
        .collect();
    rows.sort_by_key(|row| row.0.unwrap_or(i32::MAX));
    Ok(rows.into_iter())
}

/// `gdpr_graph(subject)`, without what is ignored, as a Mermaid flowchart, for any viewer of it. Raises 22004, 42703, 42809.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_graph_mermaid(subject regclass)
  RETURNS text STABLE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_graph_mermaid(
    subject: Option<pg_sys::Oid>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<String, ErrorReport> {
    let call = call(subject, fcinfo)?;
    Ok(mermaid::draw(call.graph(), |link| {
        link.kind != Kind::Ignore
    }))
}

fn call(subject: Option<pg_sys::Oid>, fcinfo: pg_sys::FunctionCallInfo) -> Result<Call> {
    let subject = subject.ok_or_else(|| Error::null_argument("subject"))?;
    let _spi = Connection::open();
    Call::of(fcinfo, subject)
}
