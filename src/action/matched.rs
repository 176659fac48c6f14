//! Rows that belong together by the values of their columns: which rows reference which. Each statement reads one table, as its owner.

use super::failure;
use super::update::{given, planning};
use super::work::Rows;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::Result;
use crate::plan::{Pairs, Plan};
use crate::security;
use crate::spi::column;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::row::Row;
use crate::spi::statement::Access;
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::identity::{IdentityColumn, identity_columns, place_in_partition};
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::match_columns;
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::{self, Datum};

/// Values of some columns, a row for each of `rows`.
pub struct Values {
    pub columns: Vec<column::Column>,
    /// the place of the row that each is of
    pub rows: Vec<u32>,
}

impl Values {
    /// None yet, of these columns.
    pub fn new(columns: &[Column], memory: pg_sys::MemoryContext) -> Self {
        let columns = columns.iter();
        Self {
            columns: columns
                .map(|c| column::Column::new(types::carriage(c.type_oid).element, memory))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// One more row, of which the values are as they are stored. A row with a NULL is referenced by nothing.
    pub fn push_stored(&mut self, columns: &[Column], row: &[Option<Datum>]) {
        if row.iter().any(Option::is_none) {
            return;
        }
        for ((kept, column), value) in self.columns.iter_mut().zip(columns).zip(row) {
            kept.push(value.map(|value| types::carried(column.type_oid, value)));
        }
        self.rows.push(self.rows.len() as u32);
    }

    pub fn of_columns(&self, size: Size) -> Vec<Option<Datum>> {
        let all: Vec<u32> = (0..self.rows.len() as u32).collect();
        let columns = self.columns.iter();
        columns.map(|column| size.parameter(column, &all)).collect()
    }

    fn size(&self) -> Size {
        Size::of(self.rows.len())
    }
}

/// Reads these columns of these rows, as far as they are rows of `scan`: the table or one of its partitions. Rows of which one is NULL are left out.
#[allow(clippy::too_many_arguments)] // what is read, of what, for what
pub fn read(
    plan: &Plan,
    table: usize,
    rows: &Rows,
    places: &[u32],
    columns: &[Column],
    scan: &Relation,
    memory: pg_sys::MemoryContext,
    access: Access,
) -> Result<Values> {
    let mut values = Values::new(columns, memory);
    if places.is_empty() {
        return Ok(values);
    }
    let size = Size::of(places.len());
    let identity = identity_columns(&plan.graph.tables[table], "target");
    let mut keys = Keys::new(size);
    let matches = match_columns(&mut keys, scan, &identity.iter().collect::<Vec<_>>())?;
    let wanted: Vec<String> = columns
        .iter()
        .map(|column| {
            let load = types::carriage(column.type_oid).load;
            format!("target.{}{load}", Ident(&column.name))
        })
        .collect();
    let sql = format!(
        "SELECT s.ord, {} FROM {} JOIN {} AS target ON {matches}",
        wanted.join(", "),
        keys.from(),
        scan.in_from()
    );
    let form = super::statement::Form {
        size,
        by_key: false,
        partly: false,
        releases: false,
    };
    let scratch = PgMemoryContexts::new("gdpr_ext matched");
    let mut parameters = vec![running::parameter()];
    parameters.extend(given(rows, places, &[], form, &scratch));
    let _owner = security::as_owner(scan)?;
    let planning = form.planning(&plan.graph.tables[table]);
    let statement = kept::of_session(&sql, &keys.types, planning)?;
    statement.run(&parameters, access, |row| {
        let is_whole = (1..=columns.len()).all(|i| row.get(i).is_some());
        if let (true, Some(ord)) = (is_whole, row.get(0)) {
            values.rows.push(places[ord.value() - 1]);
            for (i, column) in values.columns.iter_mut().enumerate() {
                column.push(row.get(i + 1));
            }
        }
    })?;
    Ok(values)
}

/// Hands over, for each value of a referencing row, the rows that it references: the place of the referencing row and the image of what tells
/// the referenced row apart.
pub fn referenced(
    plan: &Plan,
    table: usize,
    scan: &Relation,
    pairs: &Pairs,
    values: &Values,
    access: Access,
    each: impl FnMut(u32, Vec<u8>),
) -> Result<()> {
    let mut keys = Keys::new(values.size());
    let matches = pairs.matches_referenced(&mut keys);
    let identity = identity_columns(&plan.graph.tables[table], "target");
    find(scan, &identity, &keys, &matches, values, access, each)
}

/// Hands over the rows of a relation that reference rows with these values: the place of the referenced row, and the image of what tells the
/// referencing row apart: of `table`, or of a table that no walk comes to.
pub fn referencing(
    plan: &Plan,
    relation: &Relation,
    table: Option<usize>,
    pairs: &Pairs,
    values: &Values,
    access: Access,
    each: impl FnMut(u32, Vec<u8>),
) -> Result<()> {
    let mut keys = Keys::new(values.size());
    let matches = pairs.matches(&mut keys);
    let identity = match table {
        Some(table) => identity_columns(&plan.graph.tables[table], "target"),
        None => place_in_partition("target"),
    };
    find(relation, &identity, &keys, &matches, values, access, each)
}

/// The rows of a relation that match these values, as its owner.
fn find(
    scan: &Relation,
    identity: &[IdentityColumn],
    keys: &Keys,
    matches: &str,
    values: &Values,
    access: Access,
    mut each: impl FnMut(u32, Vec<u8>),
) -> Result<()> {
    if values.rows.is_empty() {
        return Ok(());
    }
    let read: Vec<String> = identity.iter().map(IdentityColumn::read).collect();
    let sql = format!(
        "SELECT s.ord, {} FROM {} JOIN {} AS target ON {matches}",
        read.join(", "),
        keys.from(),
        scan.in_from(),
    );
    let storage: Vec<column::Storage> = identity
        .iter()
        .map(|column| column::Storage::of(column.element))
        .collect();
    let mut parameters = vec![running::parameter()];
    parameters.extend(values.of_columns(values.size()));
    let _owner = security::as_owner(scan)?;
    let statement = kept::of_session(&sql, &keys.types, planning(values.size()))?;
    let take = |row: &Row| {
        if let Some(ord) = row.get(0) {
            each(values.rows[ord.value() - 1], image(row, &storage));
        }
    };
    guarded::run(
        || statement.run(&parameters, access, take),
        |code| Ok(failure::of_table(scan, None, code, "")),
    )
}

/// The bytes of what tells a row apart, which stands behind its ordinal.
fn image(row: &Row, storage: &[column::Storage]) -> Vec<u8> {
    let mut image = Vec::new();
    for (i, storage) in storage.iter().enumerate() {
        if let Some(datum) = row.get(i + 1) {
            storage.append_image(datum, &mut image);
        }
    }
    image
}
