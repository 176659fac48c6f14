//! What a search reads: the columns of every registered table, and the links up from there. Kept while nothing that it was read from changes.

use super::indexes::{self, Index};
use super::reads::Reads;
use super::upward::Ways;
use crate::catalog::cache::{self, Known};
use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::home::Home;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::{Entry, Schema};
use crate::error::{Error, Result};
use crate::link::cached;
use crate::link::graph::Graph;
use crate::link::hierarchy::Hierarchy;
use crate::registry::export::Spec;
use crate::registry::search::{self, Way, Word};
use crate::security::PinnedSettings;
use crate::spi::kept::Kept;
use pgrx::pg_sys::Oid;
use std::collections::HashMap;
use std::rc::Rc;

thread_local! {
    static PLAN: Known<Plan> = Known::default();
}

pub struct Plan {
    pub tables: Vec<Searched>,
    /// For each table of persons, the ways up to it.
    pub persons: Vec<Ways>,
    pub indexes: Vec<Index>,
    pub statements: Kept,
}

/// A table that is searched.
pub struct Searched {
    /// The relation that is read: a table, or a partition that is registered.
    pub relation: Relation,
    /// What its rows are said to be of: the topmost partitioned table, or itself.
    pub table: Oid,
    pub key: Vec<Column>,
    pub columns: Vec<(Column, Way)>,
    pub functions: Vec<String>,
    /// Where walks come to it: the number of the ways, and of the table in their graph.
    pub met: Vec<(usize, usize)>,
}

impl Plan {
    /// Needs SPI, and settings not yet pinned.
    pub fn current(home: &Home) -> Result<Rc<Self>> {
        let schema = cached::refreshed(home)?;
        let plan =
            PLAN.with(|known| known.get(home.registry, || Self::read(home, &schema).map(Some)))?;
        plan.ok_or_else(|| Error::internal("what to search could not be read"))
    }

    fn read(home: &Home, schema: &Schema) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let mut persons = Vec::new();
        for subject in subjects(schema, &hierarchy) {
            let graph = cached::unnamed(home, subject)?;
            // What inherits from a table of persons may have no key by which a person could be asked for.
            if graph.start().key.is_empty() {
                continue;
            }
            persons.push(ways(schema, &hierarchy, graph)?);
        }
        let _pinned = PinnedSettings::new();
        let scans: Vec<(Oid, &Entry)> = scans(schema, &hierarchy);
        let oids: Vec<Oid> = scans.iter().map(|(scan, _)| *scan).collect();
        let tops = oids.iter().map(|scan| hierarchy.table(*scan));
        let needed: Vec<Oid> = oids.iter().copied().chain(tops).collect();
        // Before they are read, so that a change while reading counts.
        cache::watch(
            needed
                .iter()
                .flat_map(|oid| hierarchy.with_partitions(*oid)),
        );
        let relations: HashMap<Oid, Relation> = Relation::load(&needed)?
            .into_iter()
            .map(|relation| (relation.oid, relation))
            .collect();
        let indexes = indexes::load(&oids)?;
        let mut tables = Vec::new();
        for (scan, entry) in scans {
            let (Some(relation), Some(top)) =
                (relations.get(&scan), relations.get(&hierarchy.table(scan)))
            else {
                continue; // dropped meanwhile
            };
            let known = schema.entry(top.oid).filter(|_| top.oid != scan);
            let key = top.key(schema.declared_key(top.oid)).unwrap_or_default();
            let mut searched = Searched {
                relation: relation.clone(),
                table: top.oid,
                key: key.into_iter().cloned().collect(),
                columns: Vec::new(),
                functions: Vec::new(),
                met: met(&persons, top.oid),
            };
            for word in &entry.search {
                // What the partitioned table is searched by, its partitions are.
                if !known.is_some_and(|known| known.search.contains(word)) {
                    searched.add(word, entry)?;
                }
            }
            if !searched.columns.is_empty() || !searched.functions.is_empty() {
                tables.push(searched);
            }
        }
        Ok(Self {
            tables,
            persons,
            indexes,
            statements: Kept::default(),
        })
    }
}

impl Searched {
    fn add(&mut self, word: &str, entry: &Entry) -> Result<()> {
        let parsed = search::parse(word, &self.relation)
            .map_err(|error| error.hint("What is not searched should not look like what holds nothing. Register the table anew: gdpr_register(..., search => '{...}')."));
        match parsed? {
            Word::Column(name, way) => {
                let column = self.relation.require_column(name)?.clone();
                if !self.columns.contains(&(column.clone(), way)) {
                    self.columns.push((column, way));
                }
            }
            // It gives rows of its own table only.
            Word::Function(name) if self.relation.oid == entry.relation => {
                self.functions.push(name.to_owned());
            }
            Word::Function(_) => {}
        }
        Ok(())
    }
}

/// The tables of persons: those registered so, and what inherits from them.
fn subjects(schema: &Schema, hierarchy: &Hierarchy) -> Vec<Oid> {
    let registered = schema.entries.iter().filter(|entry| entry.subject);
    let mut subjects: Vec<Oid> = Vec::new();
    for (table, _) in registered.flat_map(|entry| hierarchy.with_heirs(entry.relation)) {
        if !subjects.contains(&table) {
            subjects.push(table);
        }
    }
    subjects
}

/// The relations that are searched, with the entry that says by what: a table that inherits is searched by the entry of the nearest table above it.
fn scans<'a>(schema: &'a Schema, hierarchy: &Hierarchy) -> Vec<(Oid, &'a Entry)> {
    let mut scans: Vec<(Oid, &Entry)> = Vec::new();
    for entry in schema
        .entries
        .iter()
        .filter(|entry| !entry.search.is_empty())
    {
        for (table, _) in hierarchy.with_heirs(entry.relation) {
            let is_for = schema
                .entry(table)
                .is_some_and(|own| own.relation == entry.relation);
            if is_for && !scans.iter().any(|(known, _)| *known == table) {
                scans.push((table, entry));
            }
        }
    }
    scans
}

fn ways(schema: &Schema, hierarchy: &Hierarchy, graph: Rc<Graph>) -> Result<Ways> {
    let _pinned = PinnedSettings::new();
    let start = graph.relation(graph.start_scan)?;
    let entry = schema.entry(graph.start_scan);
    let spec = entry.map(|entry| Spec::parse(&entry.export)).transpose()?;
    let label = match spec.and_then(|spec| spec.label_expression) {
        Some(text) => Some(label(&text, start)?),
        None => None,
    };
    let tables = graph.tables.iter().enumerate();
    let reads = tables.map(|(number, table)| {
        table
            .depth
            .map(|_| Reads::of(&graph, number, label.as_deref()))
    });
    let reads = reads.collect();
    let is_partition = graph.start_scan != graph.start().relation;
    Ok(Ways {
        reads,
        partitions: is_partition.then(|| hierarchy.with_partitions(graph.start_scan)),
        graph,
    })
}

/// What a row is called, over the alias `target`.
fn label(text: &str, relation: &Relation) -> Result<String> {
    let what = format!("the label_expression of table {}", relation.qualified());
    let scope = Scope {
        relation,
        alias: c"target",
    };
    let analysed = expression::analyse(text, &what, scope, None, false, Volatile::Refused)?;
    Ok(analysed.qualified)
}

/// Where walks come to a table.
fn met(persons: &[Ways], table: Oid) -> Vec<(usize, usize)> {
    let number = |ways: &Ways| {
        let mut tables = ways.graph.tables.iter();
        tables.position(|known| known.relation == table && known.depth.is_some())
    };
    let ways = persons.iter().enumerate();
    ways.filter_map(|(at, ways)| Some((at, number(ways)?)))
        .collect()
}
