//! What becomes of the rows that a walk gives out; and the rows of `gdpr_collect`, written where PostgreSQL reads them from.

use crate::link::name::LinkName;
use crate::source::Keys;
use crate::spi::json;
use crate::spi::row::Row;
use crate::spi::store::Store;
use pgrx::{IntoDatum, PgMemoryContexts, pg_sys};

/// Takes the rows that a walk gives out, with their contents.
pub trait Sink {
    fn put(&mut self, given: &Given);
}

/// A row that is given out. Its contents live until the call ends.
pub struct Given {
    /// the table's number in the graph
    pub table: usize,
    pub relation: pg_sys::Oid,
    /// The row's number among the table's rows that were kept, if it was.
    pub place: Option<u32>,
    pub depth: u32,
    /// The link that led to it, and of a table that one link leads to, the number of the row that it led from.
    pub via: Option<usize>,
    pub from: Option<u32>,
    pub shared: bool,
    pub content: Content,
}

pub struct Output<'a> {
    store: Store,
    names: &'a [LinkName],
    memory: pg_sys::MemoryContext,
    /// The keys of the persons, as JSON, if they are asked for.
    pub persons: Option<Vec<String>>,
    /// link names as values, made when first needed
    via: Vec<Option<pg_sys::Datum>>,
    /// The keys of the rows that sources are called with, if any is.
    pub keys: Option<Keys>,
}

/// A row's key and data, as its statement made them.
pub type Content = [Option<pg_sys::Datum>; 2];

pub fn content(row: &Row, first: usize) -> Content {
    [row.get(first), row.get(first + 1)]
}

impl<'a> Output<'a> {
    /// `names` are the names of the graph's links; `memory` lives as long as the walk.
    pub fn new(store: Store, names: &'a [LinkName], memory: pg_sys::MemoryContext) -> Self {
        Self {
            store,
            names,
            memory,
            persons: None,
            via: vec![None; names.len()],
            keys: None,
        }
    }

    fn name(&mut self, link: usize) -> Option<pg_sys::Datum> {
        if self.via[link].is_none() {
            // The executor calls us in a short-lived context.
            let mut memory = PgMemoryContexts::For(self.memory);
            // SAFETY: the context lives as long as the walk.
            self.via[link] =
                unsafe { memory.switch_to(|_| self.names[link].link.as_str().into_datum()) };
        }
        self.via[link]
    }
}

impl Sink for Output<'_> {
    fn put(&mut self, given: &Given) {
        let via = given.via.and_then(|link| self.name(link));
        let [key, data] = given.content;
        if let Some(keys) = &mut self.keys {
            if given.via.is_none() {
                keys.add_person(key);
            }
            keys.add(given.relation, key);
        }
        if let (Some(persons), Some(key), 0) = (&mut self.persons, key, given.depth) {
            persons.push(json::text(key));
        }
        self.store.put([
            (given.depth as i32).into_datum(),
            given.relation.into_datum(),
            key,
            via,
            given.shared.into_datum(),
            data,
        ]);
    }
}
