//! The rows of `gdpr_collect`, written where PostgreSQL reads them from.

use crate::link::name::LinkName;
use crate::source::Keys;
use crate::spi::row::Row;
use crate::spi::store::Store;
use pgrx::{IntoDatum, PgMemoryContexts, pg_sys};
use std::cell::RefCell;

pub struct Output<'a> {
    store: Store,
    names: &'a [LinkName],
    memory: pg_sys::MemoryContext,
    /// link names as values, made when first needed
    via: Vec<Option<pg_sys::Datum>>,
    /// Sources are called with the keys of the rows.
    keys: Option<&'a RefCell<Keys>>,
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
            via: vec![None; names.len()],
            keys: None,
        }
    }

    /// The keys of the rows are put there too.
    pub fn with_keys(self, keys: Option<&'a RefCell<Keys>>) -> Self {
        Self { keys, ..self }
    }

    pub fn put(
        &mut self,
        relation: pg_sys::Oid,
        depth: u32,
        via: Option<usize>,
        shared: bool,
        [key, data]: Content,
    ) {
        if let Some(keys) = self.keys {
            let mut keys = keys.borrow_mut();
            if via.is_none() {
                keys.add_person(key);
            }
            keys.add(relation, key);
        }
        let via = via.and_then(|link| self.name(link));
        self.store.put([
            (depth as i32).into_datum(),
            relation.into_datum(),
            key,
            via,
            shared.into_datum(),
            data,
        ]);
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
