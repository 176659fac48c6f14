//! The keys that sources are called with, gathered as a walk finds the rows.

use crate::catalog::schema::{Schema, Source};
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::link::graph::Graph;
use crate::spi::json::text;
use pgrx::pg_sys::{Datum, Oid};
use std::collections::HashMap;
use std::rc::Rc;

pub struct Keys {
    schema: Rc<Schema>,
    /// The subject's table, and the keys of the persons, if some source is about all subjects.
    persons: Option<(Oid, Gathered)>,
    /// Keys of rows found, by the tables that sources are about.
    rows: HashMap<Oid, Gathered>,
}

/// The elements of a JSON array.
#[derive(Default)]
struct Gathered {
    elements: String,
    /// A row of it has no key.
    has_keyless: bool,
}

impl Keys {
    /// None if no source is called for walks over this graph.
    pub fn wanted(graph: &Graph) -> Option<Self> {
        let schema = cached::schema()?;
        let walked = graph.tables.iter().filter(|table| table.depth.is_some());
        let walked: Vec<Oid> = walked.map(|table| table.relation).collect();
        let of_rows = schema.sources.iter().filter_map(|source| source.relation);
        let rows: HashMap<Oid, Gathered> = of_rows
            .filter(|relation| walked.contains(relation))
            .map(|relation| (relation, Gathered::default()))
            .collect();
        // The keys of what is no person would be taken for a person's.
        let start = graph.start();
        let is_subject = start.entry.as_ref().is_some_and(|entry| entry.subject);
        let of_persons = schema.sources.iter();
        let of_persons = of_persons
            .filter(|source| source.relation.is_none())
            .count();
        let persons = (is_subject && of_persons > 0).then(|| (start.relation, Gathered::default()));
        (persons.is_some() || !rows.is_empty()).then_some(Self {
            schema,
            persons,
            rows,
        })
    }

    pub fn wants_persons(&self) -> bool {
        self.persons.is_some()
    }

    /// Some source is about the rows of this table.
    pub fn wants(&self, relation: Oid) -> bool {
        self.rows.contains_key(&relation)
    }

    /// A row that the walk has started from: its key as jsonb, None if its table has none.
    pub fn add_person(&mut self, key: Option<Datum>) {
        if let Some((_, gathered)) = &mut self.persons {
            gathered.add(key.map(text).as_deref());
        }
    }

    /// A row that the walk has found, also if it started from it.
    pub fn add(&mut self, relation: Oid, key: Option<Datum>) {
        if let Some(gathered) = self.rows.get_mut(&relation) {
            gathered.add(key.map(text).as_deref());
        }
    }

    /// The sources that rows were found of.
    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        let sources = self.schema.sources.iter();
        sources.filter(|source| self.of(source).is_some_and(|(_, keys)| keys.has_some()))
    }

    /// The table that a source is told of, and the keys.
    fn of(&self, source: &Source) -> Option<(Oid, &Gathered)> {
        match source.relation {
            Some(relation) => Some((relation, self.rows.get(&relation)?)),
            None => self
                .persons
                .as_ref()
                .map(|(relation, keys)| (*relation, keys)),
        }
    }

    /// The calls to make, in the order of the sources' names: whom, with which table and keys. Sources of which no row was found are not called.
    /// 55000 for a table that has lost its key.
    pub(super) fn calls(&self) -> Result<Vec<(&Source, Oid, String)>> {
        let call = |source| {
            let (relation, keys) = self.of(source)?;
            Some((source, relation, keys))
        };
        let calls = self.sources().filter_map(call);
        calls
            .map(|(source, relation, keys)| {
                if keys.has_keyless {
                    return Err(keyless(source));
                }
                Ok((source, relation, format!("[{}]", keys.elements)))
            })
            .collect()
    }
}

fn keyless(source: &Source) -> Error {
    Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!(
            "source \"{}\" cannot be told which rows it is about",
            source.name
        ),
    )
    .detail("Their table has no key any more.")
    .hint("Add a primary key or a unique key of NOT NULL columns, or name the columns: gdpr_register(..., key => '{...}').")
}

impl Gathered {
    fn has_some(&self) -> bool {
        self.has_keyless || !self.elements.is_empty()
    }

    fn add(&mut self, key: Option<&str>) {
        let Some(key) = key else {
            self.has_keyless = true;
            return;
        };
        if !self.elements.is_empty() {
            self.elements.push(',');
        }
        self.elements.push_str(key);
    }
}
