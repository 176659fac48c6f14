//! The SQL of an UPDATE by rules, and the rows that it is given.

use super::work::BITS;
use crate::error::Result;
use crate::link::graph::Graph;
use crate::plan::build::marks;
use crate::plan::{Plan, TablePlan};
use crate::sql::Ident;
use crate::walk::identity::{identity_columns, whole_row};
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::match_columns;
use pgrx::pg_sys::{self, Oid};

/// Which form of a table's UPDATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    pub size: Size,
    /// Rows are found by their keys, not by their place.
    pub by_key: bool,
    /// Some columns of some rows keep their values.
    pub partly: bool,
}

impl Form {
    pub fn number(self) -> usize {
        (self.size as usize) << 2 | usize::from(self.by_key) << 1 | usize::from(self.partly)
    }
}

/// The UPDATE of a table, and the types of its parameters: what finds the rows, then for each the columns that keep their values. It gives back each
/// row's ordinal, its marks, and its key where that has changed.
pub fn update(plan: &Plan, table: usize, form: Form) -> Result<(String, Vec<Oid>)> {
    let graph = &plan.graph;
    let relation = graph.relation(graph.tables[table].relation)?;
    let rules = &plan.tables[table];
    let keys = Keys::new(form.size);
    let (keys, matches, kept) = found_again(graph, plan, table, form, keys)?;
    let sets: Vec<String> = values(rules, kept.as_deref())
        .into_iter()
        .map(|(column, value)| format!("{} = {value}", Ident(column)))
        .collect();
    let sql = format!(
        "UPDATE {} AS target SET {} FROM {} WHERE {matches} RETURNING s.ord, {}",
        relation.in_from(),
        sets.join(", "),
        keys.from(),
        returned(graph, table, rules).join(", "),
    );
    Ok((sql, keys.types))
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
