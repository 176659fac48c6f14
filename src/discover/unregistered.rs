//! The columns that nobody has said anything about, judged one table after the other.

use super::document::Place;
use super::judge::{self, Finding};
use super::names::Form;
use super::read::{self, Piece, Read};
use super::sample::Sample;
use super::{detector::Origin, suggest};
use crate::catalog::details::{Column, Details};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::catalog::{read_document, version};
use crate::error::{Code, Error, Result};
use crate::security::{self, PinnedSettings};
use crate::spi::attempt::attempt;
use crate::spi::{Connection, LatestSnapshot};
use crate::strategy::Kind;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{IntoDatum, pg_sys};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// A column that looks personal, and the rule that could be registered for it.
pub struct Found {
    pub relation: pg_sys::Oid,
    pub column: String,
    pub finding: Finding,
    pub rule: Option<Value>,
}

/// A table, the numbers of the columns that can have a rule, and what its rows are read from.
#[derive(Deserialize)]
struct Candidate {
    relation: pg_sys::Oid,
    columns: Vec<i16>,
    pieces: Vec<Piece>,
}

/// What is known of the tables before any of them is read.
struct Known {
    candidates: Vec<Candidate>,
    relations: HashMap<pg_sys::Oid, Relation>,
    details: HashMap<pg_sys::Oid, Details>,
    /// the rules of each table: its own, or its parent's
    rules: HashMap<pg_sys::Oid, Map<String, Value>>,
}

/// In these tables, or in all. 42501, 42809, 42P01 for one that was named and cannot be read.
pub fn discover(home: &Home, tables: Option<&[pg_sys::Oid]>, rows: u64) -> Result<Vec<Found>> {
    let known = know(home, tables)?;
    let caller = security::caller();
    let (mut found, mut unread, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for candidate in &known.candidates {
        let (Some(relation), Some(details)) = (
            known.relations.get(&candidate.relation),
            known.details.get(&candidate.relation),
        ) else {
            continue; // dropped meanwhile
        };
        let registered = known.rules.get(&candidate.relation);
        let columns: Vec<&Column> = details
            .columns
            .iter()
            .filter(|column| {
                candidate.columns.contains(&column.number) && !is_ruled(details, column, registered)
            })
            .collect();
        if columns.is_empty() {
            continue;
        }
        let mut read: Vec<(&Column, Read)> = columns
            .iter()
            .map(|column| (*column, read::form(column).1.unwrap_or(Read::Nothing)))
            .collect();
        if !may_read(relation, caller) {
            if tables.is_some() {
                return Err(denied(relation));
            }
            unread.push(relation.qualified().to_string());
        } else if !sample(&known, candidate, rows, &mut read) {
            failed.push(relation.qualified().to_string());
        }
        found.extend(of_table(relation, details, registered, read));
    }
    tell(
        &unread,
        PgLogLevel::NOTICE,
        "the rows of these tables were not read, only the names and types of their columns",
        "It takes SELECT on them, and a role that their policies do not limit.",
    );
    tell(
        &failed,
        PgLogLevel::WARNING,
        "the rows of these tables could not be read, or not wholly",
        "What stands in them is not in the answer. SELECT from them to see why.",
    );
    Ok(found)
}

fn know(home: &Home, tables: Option<&[pg_sys::Oid]>) -> Result<Known> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    if let Some(tables) = tables {
        for table in tables {
            Relation::load_one(*table)?.require_table()?;
        }
    }
    let schema = Schema::read(home)?;
    let candidates: Vec<Candidate> = {
        let _latest = LatestSnapshot::push();
        let oids = tables.and_then(|tables| tables.to_vec().into_datum());
        read_document(include_str!("columns.sql"), &[pg_sys::OIDARRAYOID], &[oids])?
    };
    let oids: Vec<pg_sys::Oid> = candidates
        .iter()
        .map(|candidate| candidate.relation)
        .collect();
    let pieces = candidates
        .iter()
        .flat_map(|candidate| &candidate.pieces)
        .map(|piece| piece.relation);
    let all: Vec<pg_sys::Oid> = oids.iter().copied().chain(pieces).collect();
    let relations: HashMap<_, _> = Relation::load(&all)?
        .into_iter()
        .map(|relation| (relation.oid, relation))
        .collect();
    let details: HashMap<_, _> = Details::load_all(&oids)?
        .into_iter()
        .map(|details| (details.relation, details))
        .collect();
    let partition = details.values().find(|details| details.is_partition);
    if let Some(relation) = partition.and_then(|details| relations.get(&details.relation)) {
        return Err(Error::new(
            Code::ERRCODE_WRONG_OBJECT_TYPE,
            format!("{} is a partition", relation.qualified()),
        )
        .hint("Name the partitioned table: its rules are for all partitions."));
    }
    Ok(Known {
        candidates,
        relations,
        details,
        rules: rules_of(&schema, &oids),
    })
}

/// The rules that a table has, or that it has from its parent.
pub fn registered_rules(home: &Home, relation: pg_sys::Oid) -> Result<Map<String, Value>> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let schema = Schema::read(home)?;
    Ok(rules_of(&schema, &[relation])
        .remove(&relation)
        .unwrap_or_default())
}

/// What is registered of a table, or of the nearest that it inherits from.
fn rules_of(schema: &Schema, tables: &[pg_sys::Oid]) -> HashMap<pg_sys::Oid, Map<String, Value>> {
    let entries: HashMap<_, _> = schema
        .entries
        .iter()
        .map(|entry| (entry.relation, entry))
        .collect();
    let nearest = |table: &pg_sys::Oid| {
        let mut generation = vec![*table];
        while !generation.is_empty() {
            if let Some(entry) = generation.iter().find_map(|table| entries.get(table)) {
                return entry.rules.as_object().cloned();
            }
            let parents = schema
                .inheritance
                .iter()
                .filter(|inherits| generation.contains(&inherits.child));
            generation = parents.map(|inherits| inherits.parent).collect();
        }
        None
    };
    tables
        .iter()
        .filter_map(|table| Some((*table, nearest(table)?)))
        .collect()
}

/// Its rule, or that of the remaining columns.
fn is_ruled(details: &Details, column: &Column, rules: Option<&Map<String, Value>>) -> bool {
    rules.is_some_and(|rules| {
        rules.contains_key(&column.name)
            || rules.contains_key("*") && !details.is_structural(column)
    })
}

fn may_read(relation: &Relation, caller: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up; noError keeps it from raising.
    let rls = unsafe { pg_sys::check_enable_rls(relation.oid, caller, true) };
    version::may_select(relation.oid, relation.schema_oid, caller)
        && rls != pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32
}

fn denied(relation: &Relation) -> Error {
    Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!("permission denied for table {}", relation.qualified()),
    )
    .detail("A sample of its rows is read, and the caller may not read all of it.")
    .hint("It takes SELECT on the table, and a role that its policies do not limit.")
}

/// Reads some rows of each piece; what fails is undone, and another piece may be read all the same.
fn sample(
    known: &Known,
    candidate: &Candidate,
    rows: u64,
    columns: &mut [(&Column, Read)],
) -> bool {
    let share = rows.div_ceil(candidate.pieces.len().max(1) as u64);
    let mut is_read = true;
    for piece in &candidate.pieces {
        if let Some(relation) = known.relations.get(&piece.relation) {
            // The message could hold values.
            is_read &= attempt(|| read::add(relation, piece, share, columns)).is_ok();
        }
    }
    is_read
}

fn of_table(
    relation: &Relation,
    details: &Details,
    registered: Option<&Map<String, Value>>,
    read: Vec<(&Column, Read)>,
) -> Vec<Found> {
    enum Content {
        Values(Sample),
        Places(Vec<Place>),
    }
    let columns: Vec<(&Column, Form, Content)> = read
        .into_iter()
        .map(|(column, read)| {
            let content = match read {
                Read::Values(sample) => Content::Values(sample),
                Read::Document(node) => Content::Places(node.places()),
                Read::Nothing => Content::Values(Sample::new(Origin::Other)),
            };
            (column, read::form(column).0, content)
        })
        .collect();
    let nothing = Sample::new(Origin::Other);
    let unread = details
        .columns
        .iter()
        .filter(|column| columns.iter().all(|(own, ..)| own.number != column.number));
    let beside = unread.map(|column| (column.name.as_str(), read::form(column).0, &nothing));
    let single = columns
        .iter()
        .filter_map(|(column, form, content)| match content {
            Content::Values(sample) => Some((column.name.as_str(), *form, sample)),
            Content::Places(_) => None,
        });
    let around = judge::around(&relation.name, single.chain(beside));
    let judged: Vec<(&Column, Finding)> = columns
        .iter()
        .filter_map(|(column, form, content)| {
            let finding = match content {
                Content::Values(sample) => judge::column(&column.name, *form, sample, &around),
                Content::Places(places) => judge::document(&column.name, places, &around),
            };
            Some((*column, finding?))
        })
        .collect();
    if judged.is_empty() {
        return Vec::new();
    }
    let empty = Map::new();
    let wanted: Vec<(&str, Kind, &Finding)> = judged
        .iter()
        .map(|(column, finding)| (column.name.as_str(), Kind::of(column), finding))
        .collect();
    let rules = suggest::rules(relation, details, registered.unwrap_or(&empty), &wanted);
    let found = |((column, mut finding), rule): ((&Column, Finding), Option<Value>)| {
        if rule.is_none() {
            finding
                .reason
                .push_str("; no rule alone fits its constraints");
        }
        Found {
            relation: relation.oid,
            column: column.name.clone(),
            finding,
            rule,
        }
    };
    judged.into_iter().zip(rules).map(found).collect()
}

/// Names the first few of these tables.
pub fn tell(tables: &[String], level: PgLogLevel, message: &str, hint: &str) {
    if tables.is_empty() {
        return;
    }
    let mut detail = tables
        .iter()
        .take(5)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if tables.len() > 5 {
        detail.push_str(&format!(" and {} more", tables.len() - 5));
    }
    let code = match level {
        PgLogLevel::WARNING => PgSqlErrorCode::ERRCODE_WARNING,
        _ => PgSqlErrorCode::ERRCODE_SUCCESSFUL_COMPLETION,
    };
    ErrorReport::new(code, message.to_owned(), "gdpr_ext")
        .set_detail(detail)
        .set_hint(hint)
        .report(level);
}
