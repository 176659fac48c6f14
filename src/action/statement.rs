//! The SQL of an UPDATE by rules, and the rows that it is given.

use super::work::BITS;
use crate::error::Result;
use crate::link::graph::{Graph, Identity, Table};
use crate::plan::build::marks;
use crate::plan::{Plan, TablePlan};
use crate::spi::statement::Planning;
use crate::sql::Ident;
use crate::walk::identity::{identity_columns, whole_row};
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::match_columns;
use pgrx::pg_sys::{self, Oid};
use std::collections::BTreeMap;

/// Which form of a table's UPDATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub size: Size,
    /// Rows are found by their keys, not by their place.
    pub by_key: bool,
    /// Some columns of some rows keep their values.
    pub partly: bool,
    /// Some rows also let go of what they reference.
    pub releases: bool,
}

impl Form {
    /// Rows that are found by their place are looked up one by one, whatever their number; else the number decides about the plan.
    pub fn planning(self, table: &Table) -> Planning {
        match self.size {
            Size::Many if self.by_key || table.identity != Identity::Place => Planning::EachRun,
            _ => Planning::Once,
        }
    }

    pub fn number(self) -> usize {
        let flags = [self.by_key, self.partly, self.releases];
        let number = |number, flag| number << 1 | usize::from(flag);
        flags.into_iter().fold(self.size as usize, number)
    }
}

/// The UPDATE of a table, and the types of its parameters: what finds the rows, then for each the columns that keep their values. It gives back each
/// row's ordinal, whether it references after all what it was to let go of, its marks, and its key where that has changed. `besides` are columns that no rule decides about, and their values.
pub fn update(
    plan: &Plan,
    table: usize,
    form: Form,
    besides: &[(&str, &str, i64)],
) -> Result<(String, Vec<Oid>)> {
    let graph = &plan.graph;
    let relation = graph.relation(graph.tables[table].relation)?;
    let rules = &plan.tables[table];
    let keys = Keys::new(form.size);
    let (mut keys, matches, kept) = found_again(graph, plan, table, form, keys)?;
    let released = form.releases.then(|| keys.add(pg_sys::INT8OID, ""));
    let set = |column: &str, value: &str| format!("{} = {value}", Ident(column));
    let mut kept_reference = Vec::new();
    let mut values: BTreeMap<&str, String> = values(rules, kept.as_deref()).into_iter().collect();
    for (column, value, bits) in besides {
        let of_row = released.as_ref().filter(|_| *bits != 0);
        let is_meant = of_row.map(|released| format!("({released} OPERATOR(pg_catalog.&) {bits}::pg_catalog.int8) OPERATOR(pg_catalog.<>) 0"));
        if *value == "NULL" {
            let is_left = format!("target.{} IS NOT NULL", Ident(column));
            kept_reference.push(match &is_meant {
                Some(is_meant) => format!("{is_meant} AND {is_left}"),
                None => is_left,
            });
        }
        let value = match is_meant {
            Some(is_meant) => {
                let other = values.remove(column);
                let other = other.unwrap_or_else(|| format!("target.{}", Ident(column)));
                format!("CASE WHEN {is_meant} THEN {value} ELSE {other} END")
            }
            None => (*value).to_owned(),
        };
        values.insert(column, value);
    }
    let sets: Vec<String> = values
        .iter()
        .map(|(column, value)| set(column, value))
        .collect();
    let sql = format!(
        "UPDATE {} AS target SET {} FROM {} WHERE {matches} RETURNING s.ord, {}, {}",
        relation.in_from(),
        sets.join(", "),
        keys.from(),
        match kept_reference.is_empty() {
            true => "false".to_owned(),
            false => kept_reference.join(" OR "),
        },
        returned(graph, table, rules).join(", "),
    );
    Ok((sql, keys.types))
}

/// The same for a server that gives nothing back of what it has written: the UPDATE, the query for what would have been given back, and the types
/// of the parameters of both.
pub fn update_and_read(
    plan: &Plan,
    table: usize,
    form: Form,
) -> Result<(String, String, Vec<Oid>)> {
    let graph = &plan.graph;
    let relation = graph.relation(graph.tables[table].relation)?;
    let rules = &plan.tables[table];
    let (keys, matches, kept) = found_again(graph, plan, table, form, Keys::new(form.size))?;
    let values = values(rules, kept.as_deref()).into_iter();
    let sets: Vec<String> = values
        .map(|(column, value)| format!("{} = {value}", Ident(column)))
        .collect();
    let (target, from) = (relation.in_from(), keys.from());
    let update = format!(
        "UPDATE {target} AS target SET {} FROM {from} WHERE {matches}",
        sets.join(", ")
    );
    let again = format!(
        "SELECT s.ord, false, {} FROM {from} JOIN {target} AS target ON {matches}",
        returned(graph, table, rules).join(", ")
    );
    Ok((update, again, keys.types))
}

/// The keys that a statement is given, added to `keys`, the test by which they find the table's rows, and what says which columns of a row are kept.
pub fn found_again(
    graph: &Graph,
    plan: &Plan,
    table: usize,
    form: Form,
    mut keys: Keys,
) -> Result<(Keys, String, Option<String>)> {
    let relation = graph.relation(graph.tables[table].relation)?;
    let own;
    let columns = match form.by_key {
        true => plan.tables[table]
            .key
            .iter()
            .map(|part| &part.identity)
            .collect::<Vec<_>>(),
        false => {
            own = identity_columns(&graph.tables[table], "target");
            own.iter().collect()
        }
    };
    let matches = match_columns(&mut keys, relation, &columns)?;
    let kept = form.partly.then(|| keys.add(pg_sys::INT8OID, ""));
    Ok((keys, matches, kept))
}

/// Each column that changes and its new value.
pub fn values<'a>(rules: &'a TablePlan, kept: Option<&str>) -> Vec<(&'a str, String)> {
    let value = |(i, change): (usize, &'a crate::plan::Change)| {
        let sql = match kept.filter(|_| rules.changes.len() <= BITS) {
            Some(kept) => format!(
                "CASE WHEN ({kept} OPERATOR(pg_catalog.&) {}::pg_catalog.int8) OPERATOR(pg_catalog.=) 0 THEN {} ELSE target.{} END",
                1_i64 << i,
                change.sql,
                Ident(&change.column)
            ),
            None => change.sql.clone(),
        };
        (change.column.as_str(), sql)
    };
    rules.changes.iter().enumerate().map(value).collect()
}

/// What is read of each changed row: its marks, and the parts of its key where they are not what they were.
fn returned(graph: &Graph, table: usize, rules: &TablePlan) -> Vec<String> {
    let mut returned = vec![marks(rules)];
    if rules.key.is_empty() {
        returned.push(whole_row(&graph.tables[table], "target"));
    } else if rules.rewrites_key() {
        returned.extend(rules.key.iter().map(|part| part.identity.read()));
    }
    returned
}
