//! The rows of one table that a walk has found.

use super::identity::identity_columns;
use super::resolve::Status;
use super::statements::{Layout, Reading};
use crate::link::graph::{Graph, Identity, Table};
use crate::spi::column::{Column, Storage};
use crate::spi::row::Row;
use pgrx::pg_sys;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

pub struct Found {
    pub layout: Layout,
    /// What each row is, and how far from the person. Kept where a link needs it.
    pub status: Vec<Status>,
    pub depth: Vec<u32>,
    /// The values that links need, a column each.
    pub wanted: Vec<Column>,
    /// For contents that are given out later: what tells each row apart, where it can be found again by that, else the contents themselves.
    /// For an action: both what tells each row apart and the values that it needs.
    pub kept: Vec<Column>,
    /// Where in a statement's row each stands.
    kept_at: Vec<usize>,
    identities: Option<Identities>,
    /// Rows that count as the person's: own, shared, or unreviewed.
    pub taken: u64,
}

impl Found {
    /// `number` is the table's in the graph.
    pub fn new(
        graph: &Graph,
        number: usize,
        reading: Reading,
        memory: pg_sys::MemoryContext,
    ) -> Self {
        let table = &graph.tables[number];
        let columns = table.wanted.iter();
        let mut found = Self {
            layout: Layout::of(table, &graph.links, reading.purpose),
            status: Vec::new(),
            depth: Vec::new(),
            wanted: columns.map(|w| Column::new(w.element, memory)).collect(),
            kept: Vec::new(),
            kept_at: Vec::new(),
            identities: table.distinguished.then(|| Identities::new(table)),
            taken: 0,
        };
        if reading.purpose.keeps_rows() {
            found.keep_identity(table, memory);
            let extra = reading.extra_of(number).iter().map(|wanted| wanted.element);
            found.keep_columns(extra, found.layout.content, memory);
        }
        found
    }

    /// From here on, rows are kept so that their contents can be given out later.
    pub fn keep_for_later(&mut self, table: &Table, memory: pg_sys::MemoryContext) {
        if table.identity.is_address() {
            self.keep_identity(table, memory);
        } else {
            self.keep_columns(
                [pg_sys::JSONBOID; 2].into_iter(),
                self.layout.content,
                memory,
            );
        }
    }

    fn keep_identity(&mut self, table: &Table, memory: pg_sys::MemoryContext) {
        let columns = identity_columns(table, "target").into_iter();
        self.keep_columns(
            columns.map(|column| column.element),
            self.layout.identity,
            memory,
        );
    }

    fn keep_columns(
        &mut self,
        types: impl Iterator<Item = pg_sys::Oid>,
        from: usize,
        memory: pg_sys::MemoryContext,
    ) {
        for (i, oid) in types.enumerate() {
            self.kept.push(Column::new(oid, memory));
            self.kept_at.push(from + i);
        }
    }

    /// The bytes of what tells a row apart, where that is kept first.
    pub fn place_image(&self, row: u32) -> Vec<u8> {
        let mut image = Vec::new();
        let identity = self.layout.flags - self.layout.identity;
        for column in &self.kept[..identity] {
            if let Some(datum) = column.get(row as usize) {
                column.storage().append_image(datum, &mut image);
            }
        }
        image
    }

    pub fn rows(&self) -> usize {
        self.status.len()
    }

    /// Rows that the walk goes on from.
    pub fn walked(&self) -> Vec<u32> {
        self.rows_that_are(|status| matches!(status, Status::Own | Status::Shared))
    }

    pub fn rows_that_are(&self, what: impl Fn(Status) -> bool) -> Vec<u32> {
        let rows = 0..self.rows() as u32;
        rows.filter(|row| what(self.status[*row as usize]))
            .collect()
    }

    /// The number of the row, and whether it is new.
    pub fn recognise(&mut self, row: &Row) -> (u32, bool) {
        let next = self.status.len() as u32;
        match &mut self.identities {
            Some(identities) => identities.number(row, self.layout.identity, next),
            None => (next, true),
        }
    }

    /// The number of a row of which the identity stands in these columns, if it was found.
    pub fn find(&self, row: &Row, first: usize) -> Option<u32> {
        self.identities.as_ref()?.find(row, first)
    }

    /// Keeps what links need of a new row.
    pub fn keep(&mut self, row: &Row, status: Status, depth: u32) {
        self.status.push(status);
        self.depth.push(depth);
        for (i, column) in self.wanted.iter_mut().enumerate() {
            column.push(row.get(self.layout.wanted + i));
        }
        for (column, at) in self.kept.iter_mut().zip(&self.kept_at) {
            column.push(row.get(*at));
        }
    }
}

/// Rows by what tells them apart. A stored row always gives the same bytes, and two rows differ in them, so bytes are compared.
pub enum Identities {
    Place(HashMap<u64, u32>),
    Image(Vec<Storage>, HashMap<Box<[u8]>, u32>),
}

impl Identities {
    pub fn new(table: &Table) -> Self {
        match table.identity {
            Identity::Place => Self::Place(HashMap::new()),
            _ => {
                let columns = identity_columns(table, "target").into_iter();
                Self::Image(
                    columns.map(|c| Storage::of(c.element)).collect(),
                    HashMap::new(),
                )
            }
        }
    }

    pub fn number(&mut self, row: &Row, first: usize, next: u32) -> (u32, bool) {
        match self {
            Self::Place(known) => enter(known.entry(place(row, first)), next),
            Self::Image(storage, known) => enter(known.entry(image(storage, row, first)), next),
        }
    }

    fn find(&self, row: &Row, first: usize) -> Option<u32> {
        match self {
            Self::Place(known) => known.get(&place(row, first)).copied(),
            Self::Image(storage, known) => known.get(&image(storage, row, first)).copied(),
        }
    }
}

fn enter<K>(entry: Entry<K, u32>, next: u32) -> (u32, bool) {
    match entry {
        Entry::Occupied(known) => (*known.get(), false),
        Entry::Vacant(place) => (*place.insert(next), true),
    }
}

fn place(row: &Row, column: usize) -> u64 {
    row.get(column).map_or(0, |datum| {
        // SAFETY: the column is of type tid, a pointer to six bytes.
        unsafe {
            pgrx::itemptr::item_pointer_to_u64(*datum.cast_mut_ptr::<pg_sys::ItemPointerData>())
        }
    })
}

fn image(storage: &[Storage], row: &Row, first: usize) -> Box<[u8]> {
    let mut image = Vec::new();
    for (i, storage) in storage.iter().enumerate() {
        match row.get(first + i) {
            Some(datum) => {
                image.push(1);
                storage.append_image(datum, &mut image);
            }
            None => image.push(0),
        }
    }
    image.into_boxed_slice()
}
