//! What a scrub would leave as it is, though nobody has said that it may stay.

use super::run;
use crate::catalog;
use crate::catalog::details::{Column, Details};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::plan::build;
use crate::registry::register;
use crate::registry::rules;
use crate::registry::unregistered::{self, Unregistered as Named};
use crate::security::PinnedSettings;
use crate::strategy::Kind;
use pgrx::pg_sys::Oid;
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// A table with rows of persons, of which the registry knows nothing.
pub struct Unregistered {
    pub relation: Oid,
    pub rows: u64,
    table: String,
    columns: Vec<String>,
}

/// Those that walks from all subjects lead to. Needs SPI, and settings not yet pinned.
pub fn unregistered(home: &Home) -> Result<Vec<Unregistered>> {
    let schema = cached::refreshed(home)?;
    let mut all: Vec<Unregistered> = Vec::new();
    for subject in schema.entries.iter().filter(|entry| entry.subject) {
        let graph = cached::unnamed(home, subject.relation)?;
        let _pinned = PinnedSettings::new();
        for (number, table) in graph.tables.iter().enumerate() {
            let is_known = all.iter().any(|known| known.relation == table.relation);
            if table.depth.is_none() || table.entry.is_some() || is_known {
                continue;
            }
            let relation = graph.relation(table.relation)?;
            let columns = build::not_keys(&graph, number)?;
            // What is on another server is not part of the copy.
            if columns.is_empty() || relation.is_foreign() {
                continue;
            }
            let rows = run::count(relation)?;
            if rows > 0 {
                all.push(Unregistered {
                    relation: table.relation,
                    table: relation.qualified().to_string(),
                    rows,
                    columns,
                });
            }
        }
    }
    Ok(all)
}

/// 55000 if there are any, or a WARNING, by the setting `gdpr_ext.unregistered`.
pub fn refuse(tables: &[Unregistered]) -> Result<()> {
    let named: Vec<Named> = tables
        .iter()
        .map(|table| Named {
            table: table.table.clone(),
            rows: table.rows as usize,
            columns: table.columns.clone(),
        })
        .collect();
    unregistered::refuse_saying(
        "rows of persons are in tables that nobody has registered",
        &named,
    )
}

/// Every column has a rule, or stays because somebody has said so: of these tables, or of all that the database has. 55000 otherwise. Needs SPI and pinned settings.
pub fn require_all(schema: &Schema, tables: Option<&[Oid]>) -> Result<()> {
    let oids: Vec<Oid> = match tables {
        Some(tables) => tables.to_vec(),
        None => catalog::read_document(include_str!("coverage.sql"), &[], &[])?,
    };
    let relations = Relation::load(&oids)?;
    let details: HashMap<Oid, Details> = Details::load_all(&oids)?
        .into_iter()
        .map(|details| (details.relation, details))
        .collect();
    let (mut missing, mut calls) = (Vec::new(), Vec::new());
    for relation in &relations {
        let Some(details) = details.get(&relation.oid) else {
            continue;
        };
        let ruled = match schema.entry(relation.oid) {
            Some(entry) => rules::read(relation, details, &entry.rules)?,
            None => Vec::new(),
        };
        let ruled: BTreeSet<i16> = ruled.iter().map(|rule| rule.field.column.number).collect();
        let columns: Vec<&str> = details
            .columns
            .iter()
            .filter(|column| !ruled.contains(&column.number) && !is_exempt(details, column))
            .map(|column| column.name.as_str())
            .collect();
        if columns.is_empty() {
            continue;
        }
        let table = relation.qualified().to_string();
        missing.push(format!("{table}: {}", columns.join(", ")));
        // What it has is given again, since a call replaces all rules.
        let mut rules: Map<String, Value> = schema
            .entry(relation.oid)
            .and_then(|entry| entry.rules.as_object().cloned())
            .unwrap_or_default();
        rules.extend(
            columns
                .iter()
                .map(|column| ((*column).to_owned(), "...".into())),
        );
        calls.push(register::call(&table, rules));
    }
    if missing.is_empty() {
        return Ok(());
    }
    missing.sort();
    calls.sort();
    Err(Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "there are columns without a rule",
    )
    .detail(missing.join("\n"))
    .hint(format!(
        "gdpr_ext.privacy_by_default wants one for each, \"keep\" if it is not personal:\n{}",
        calls.join("\n")
    )))
}

/// It says nothing by itself: it is made of other columns, repeats what it references, or is a number that was given out.
fn is_exempt(details: &Details, column: &Column) -> bool {
    let is_key = details.is_primary(column.number)
        || details.referenced.contains(&column.number)
        || column.identity_always;
    column.generated
        || details.reference_by(column.number).is_some()
        || is_key && matches!(Kind::of(column), Kind::Integer(_) | Kind::Uuid)
}
