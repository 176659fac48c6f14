//! The SQL of a walk's steps.
//!
//! Every statement reads one table, by values that earlier statements found. So it can run as that table's owner.

use super::identity::{IdentityColumn, identity_columns, key_columns, read_identity};
use super::keys::Keys;
use super::statements::{Purpose, Reading, Size, Step, flagged, reads_identity};
use crate::catalog::operator::Equality;
use crate::catalog::relation::Relation;
use crate::error::Result;
use crate::link::graph::{Graph, Link, LinkColumn, Table};
use crate::sql::{Ident, Literal};
use pgrx::pg_sys::Oid;

/// The SQL of a step for so many keys, and the types of its parameters.
pub fn of(graph: &Graph, step: Step, size: Size, reading: Reading) -> Result<(String, Vec<Oid>)> {
    match step {
        Step::Start => start(graph, size, reading),
        Step::Forward(number) => forward(graph, &graph.links[number], size, reading),
        Step::Reverse(number) => reverse(graph, &graph.links[number], size),
        Step::Content(table) => content(graph, &graph.tables[table], size),
    }
}

fn start(graph: &Graph, size: Size, reading: Reading) -> Result<(String, Vec<Oid>)> {
    let table = graph.start();
    let columns = found_columns(graph, 0, reading, true);
    let relation = graph.relation(graph.start_scan)?;
    let (sql, types) = match reading.start {
        Some(start) => {
            let mut keys = Keys::new(size);
            let matches = (start.matches)(&mut keys);
            (found_by(relation, &keys, &matches, &columns), keys.types)
        }
        None => by_columns(relation, &key_columns(table, "target"), size, &columns)?,
    };
    Ok((
        format!("{sql}{}", locking(reading.purpose, relation, table)),
        types,
    ))
}

fn content(graph: &Graph, table: &Table, size: Size) -> Result<(String, Vec<Oid>)> {
    let columns = format!("s.ord, {}", content_columns(table).join(", "));
    let keys = identity_columns(table, "target");
    by_columns(graph.relation(table.relation)?, &keys, size, &columns)
}

/// The rows of a relation by the values of some of its columns, each by its type's own equality.
fn by_columns(
    relation: &Relation,
    columns: &[IdentityColumn],
    size: Size,
    output: &str,
) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let columns: Vec<&IdentityColumn> = columns.iter().collect();
    let matches = match_columns(&mut keys, relation, &columns)?;
    let sql = found_by(relation, &keys, &matches, output);
    Ok((sql, keys.types))
}

pub fn found_by(relation: &Relation, keys: &Keys, matches: &str, output: &str) -> String {
    format!(
        "SELECT {output} FROM {} JOIN {} AS target ON {matches}",
        keys.from(),
        relation.in_from(),
    )
}

/// Takes keys for some columns of a relation, and returns the test by which they find its rows.
pub fn match_columns(
    keys: &mut Keys,
    relation: &Relation,
    columns: &[&IdentityColumn],
) -> Result<String> {
    let mut matches = Vec::new();
    for column in columns {
        let equality = Equality::between(column.kind, column.kind)?;
        let value = keys.add(column.element, &column.unload);
        let test = equality.sql(&value, &column.name);
        matches.push(keys.test(relation, &equality, &column.name, test));
    }
    Ok(matches.join(" AND "))
}

fn forward(graph: &Graph, link: &Link, size: Size, reading: Reading) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let relation = graph.relation(link.target.scan)?;
    let mut matches = Vec::new();
    for ((source, target), equality) in pairs(link) {
        let value = keys.add(source.value.wanted.element, &source.value.restore);
        let test = equality.sql(&value, &target.joined);
        matches.push(keys.test(relation, equality, &target.joined, test));
    }
    let mut from = String::new();
    if let Some(condition) = &link.condition {
        from = keys.lateral(&condition.source, "source");
        matches.push(format!("({})", condition.sql));
    }
    let table = &graph.tables[link.target.table];
    let sql = format!(
        "SELECT {} FROM {}{from} JOIN {} AS target ON {}{}",
        found_columns(graph, link.target.table, reading, table.read_at_once()),
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
        locking(reading.purpose, relation, table),
    );
    Ok((sql, keys.types))
}

fn reverse(graph: &Graph, link: &Link, size: Size) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let relation = graph.relation(link.source.scan)?;
    let mut matches = Vec::new();
    for ((source, target), equality) in pairs(link) {
        let value = keys.add(target.value.wanted.element, &target.value.restore);
        let test = equality.sql(&source.joined, &value);
        matches.push(keys.test(relation, equality, &source.joined, test));
    }
    let mut from = String::new();
    if let Some(condition) = &link.condition {
        from = keys.lateral(&condition.target, "target");
        matches.push(format!("({})", condition.sql));
    }
    let source = &graph.tables[link.source.table];
    let sql = format!(
        "SELECT s.ord, {} FROM {}{from} JOIN {} AS source ON {}",
        read_identity(source, "source").join(", "),
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
    );
    Ok((sql, keys.types))
}

pub fn pairs(link: &Link) -> impl Iterator<Item = ((&LinkColumn, &LinkColumn), &Equality)> {
    let columns = link.source.columns.iter().zip(&link.target.columns);
    columns.zip(&link.equalities)
}

/// What is read of each row found, as `Layout` describes it; its contents only where they are read at once.
fn found_columns(graph: &Graph, number: usize, reading: Reading, at_once: bool) -> String {
    let table = &graph.tables[number];
    let mut columns = vec!["s.ord".to_owned()];
    if reads_identity(table, reading.purpose) {
        columns.extend(read_identity(table, "target"));
    }
    columns.extend(flagged(table, &graph.links).map(|number| has_owner(&graph.links[number])));
    columns.extend(table.wanted.iter().map(|wanted| wanted.sql.clone()));
    match reading.purpose {
        Purpose::Collect | Purpose::Export if at_once => columns.extend(content_columns(table)),
        purpose if purpose.keeps_rows() => {
            let extra = reading.extra_of(number).iter();
            columns.extend(extra.map(|wanted| wanted.sql.clone()));
        }
        _ => {}
    }
    columns.join(", ")
}

/// The row's key and data, as `gdpr_collect` gives them.
fn content_columns(table: &Table) -> [String; 2] {
    [
        key_document(table),
        "pg_catalog.to_jsonb(target.*)".to_owned(),
    ]
}

/// The row's foreign key is not NULL, and the row is in the partition that has the foreign key.
pub fn has_owner(link: &Link) -> String {
    let columns = link.target.columns.iter();
    let mut tests: Vec<String> = columns
        .map(|c| format!("{} IS NOT NULL", c.joined))
        .collect();
    if let Some(partitions) = &link.target.partitions {
        let oids: Vec<String> = partitions
            .iter()
            .map(|oid| oid.to_u32().to_string())
            .collect();
        tests.push(format!("target.tableoid IN ({})", oids.join(", ")));
    }
    tests.join(" AND ")
}

pub fn key_document(table: &Table) -> String {
    if table.key.is_empty() {
        return "NULL::jsonb".to_owned();
    }
    let parts: Vec<String> = table
        .key
        .iter()
        .map(|column| format!("{}, target.{}", Literal(&column.name), Ident(&column.name)))
        .collect();
    format!("pg_catalog.jsonb_build_object({})", parts.join(", "))
}

/// Rows are locked in an order that is the same for everybody, so that two sessions do not wait for each other.
fn locking(purpose: Purpose, relation: &Relation, table: &Table) -> String {
    match purpose {
        purpose if !purpose.locks() => String::new(),
        _ if relation.is_foreign() => " FOR UPDATE OF target".to_owned(),
        _ => {
            let columns = identity_columns(table, "target");
            let order: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            format!(" ORDER BY {} FOR UPDATE OF target", order.join(", "))
        }
    }
}
