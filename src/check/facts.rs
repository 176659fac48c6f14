//! What the lints are told beside the catalog and the registry: tables and links as walks see them, rules as they are understood.

use super::rules::Rules;
use super::shared::Shared;
use crate::catalog::relation::{Relation, column_number};
use crate::catalog::schema::Schema;
use crate::error::Result;
use crate::link::whole::{Column, Link, Whole};
use pgrx::pg_sys::Oid;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// Needs SPI and pinned settings.
pub fn document(schema: &Schema, whole: &Whole, rules: &Rules, shared: &[Shared]) -> Result<Value> {
    // Of plain columns the catalog says by itself whether an index finds them.
    let targets = whole.links.iter().filter(|link| is_followed(whole, link));
    let targets = targets.filter(|link| numbers(link).is_none());
    let targets: HashSet<Oid> = targets.map(|link| link.target).collect();
    let targets: Vec<Oid> = targets.into_iter().collect();
    let targets = Relation::load(&targets)?.into_iter();
    let targets: HashMap<Oid, Relation> = targets.map(|r| (r.oid, r)).collect();
    let shared: HashMap<usize, &Shared> = shared.iter().map(|s| (s.link, s)).collect();
    let link = |(number, link): (usize, &Link)| {
        let columns = |side: fn(&(Column, Column)) -> &Column| -> Vec<&str> {
            let columns = link.pairs.iter().map(side);
            columns.map(|c| c.as_deref().unwrap_or("?")).collect()
        };
        let target_columns = columns(|pair| &pair.1);
        json!({
            "source": link.source.to_u32(),
            "source_table": link.source_table.to_u32(),
            "target": link.target.to_u32(),
            "target_table": link.target_table.to_u32(),
            "source_columns": columns(|pair| &pair.0),
            "indexed": targets.get(&link.target).map(|r| r.is_indexed(&target_columns, link.condition.as_deref())),
            "target_columns": target_columns,
            "target_numbers": numbers(link),
            "kind": link.kind.word(),
            "reviewed": link.reviewed,
            "walked": link.walked,
            "broken": link.pairs.iter().any(|(source, target)| source.is_none() || target.is_none()),
            "foreign_key": link.foreign_key,
            "shared": shared.get(&number).map(|shared| shared.why()),
            "shared_rows": shared.get(&number).and_then(|shared| shared.rows),
        })
    };
    Ok(json!({
        "tables": whole.tables.iter().map(|table| json!({
            "relation": table.relation.to_u32(),
            "subject": table.subject,
            "depth": table.depth,
            // its own, or one that it inherits
            "registered": schema.entry(table.relation).is_some(),
        })).collect::<Vec<_>>(),
        "links": whole.links.iter().enumerate().map(link).collect::<Vec<_>>(),
        "entries": rules.entries.iter().map(|(relation, registered)| json!({
            "relation": relation.to_u32(),
            "registered": registered.to_u32(),
        })).collect::<Vec<_>>(),
        "rules": rules.rules.iter().map(|rule| json!({
            "relation": rule.relation.to_u32(),
            "number": rule.column,
            "strategy": rule.strategy,
            "changes": rule.changes,
            "pseudonymous": rule.pseudonymous,
            "reason": rule.reason,
        })).collect::<Vec<_>>(),
        "broken": rules.broken.iter().map(|broken| json!({
            "relation": broken.relation.to_u32(),
            "column": broken.column,
            "problem": broken.problem,
            "call": broken.call,
        })).collect::<Vec<_>>(),
    }))
}

/// The target's columns, where they are plain and no condition holds besides.
fn numbers(link: &Link) -> Option<Vec<i16>> {
    if link.condition.is_some() {
        return None;
    }
    let columns = link.pairs.iter();
    columns
        .map(|(_, name)| column_number(link.target, name.as_deref()?))
        .collect()
}

/// Its target rows are looked for when a person's rows are found, or when they are deleted.
fn is_followed(whole: &Whole, link: &Link) -> bool {
    let found = whole
        .tables
        .binary_search_by_key(&link.source_table.to_u32(), |table| table.relation.to_u32());
    found.is_ok_and(|place| whole.tables[place].depth.is_some())
}
