//! The indexes that a search could use, which decide what the comparison has to look like.

use crate::catalog;
use crate::catalog::relation::Column;
use crate::error::Result;
use crate::spi::LatestSnapshot;
use crate::sql::Ident;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Index {
    pub relation: Oid,
    /// a column, or an expression as `pg_get_indexdef` prints it
    expression: String,
    method: String,
    family: String,
    collation: Oid,
    /// Its order is that of bytes.
    by_bytes: bool,
}

/// Those of the relations. Needs SPI and pinned settings.
pub fn load(relations: &[Oid]) -> Result<Vec<Index>> {
    let Some(array) = relations.to_vec().into_datum() else {
        return Ok(Vec::new());
    };
    let _latest = LatestSnapshot::push();
    catalog::read_document(
        include_str!("indexes.sql"),
        &[pg_sys::OIDARRAYOID],
        &[Some(array)],
    )
}

/// What finds texts of one column.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// equal ones, by lower(column) under this collation
    pub lower: Option<Oid>,
    /// beginnings, by the bytes of lower(column)
    pub lower_bytes: Option<Bytes>,
    /// parts, by lower(column)
    pub lower_parts: bool,
    /// parts, by the column itself
    pub parts: bool,
}

/// An index whose order is that of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// text_pattern_ops
    Pattern,
    /// of this collation
    Collation(Oid),
}

/// What the indexes of a relation do for one of its columns.
pub fn of_column(indexes: &[Index], relation: Oid, column: &Column) -> Found {
    let name = Ident(&column.name).to_string();
    let plain = [name.clone(), format!("({name})::text")];
    let lower = [format!("lower({name})"), format!("lower(({name})::text)")];
    let mut found = Found::default();
    for index in indexes.iter().filter(|index| index.relation == relation) {
        let is_lower = lower.contains(&index.expression);
        let is_plain = plain
            .iter()
            .any(|text| *text == index.expression || format!("({text})") == index.expression);
        match (index.method.as_str(), index.family.as_str()) {
            ("gin", "gin_trgm_ops") | ("gist", "gist_trgm_ops") => {
                found.lower_parts |= is_lower;
                found.parts |= is_plain;
            }
            ("hash", "text_ops") if is_lower => found.add_lower(index, column),
            ("btree", "text_ops") if is_lower => {
                found.add_lower(index, column);
                if index.by_bytes {
                    found.lower_bytes = Some(Bytes::Collation(index.collation));
                }
            }
            ("btree", "text_pattern_ops") if is_lower => {
                found.add_lower(index, column);
                found.lower_bytes = Some(Bytes::Pattern);
            }
            _ => {}
        }
    }
    found
}

impl Found {
    /// The column's own collation is better than another.
    fn add_lower(&mut self, index: &Index, column: &Column) {
        if self.lower.is_none() || index.collation == column.collation {
            self.lower = Some(index.collation);
        }
    }
}
