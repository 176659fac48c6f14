//! What rules have to respect in a table: column types and defaults, indexes, constraints. Read when rules are checked or planned.

use super::types;
use crate::error::{Error, Result};
use crate::spi::LatestSnapshot;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Details {
    pub relation: Oid,
    pub is_partition: bool,
    /// A user's trigger would be fired by an UPDATE or a DELETE.
    pub triggers: bool,
    pub columns: Vec<Column>,
    pub unique_indexes: Vec<UniqueIndex>,
    pub checks: Vec<Check>,
    pub exclusions: Vec<Exclusion>,
    /// Foreign keys of this table.
    pub references: Vec<Reference>,
    /// Columns of this table that foreign keys reference.
    pub referenced: Vec<i16>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    pub number: i16,
    pub name: String,
    #[serde(rename = "type")]
    pub type_oid: Oid,
    pub typmod: i32,
    /// the type with its modifier, as it stands in SQL
    pub sql_type: String,
    not_null: bool,
    pub generated: bool,
    pub identity_always: bool,
    pub default: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct UniqueIndex {
    pub name: String,
    pub primary: bool,
    /// It holds every row, by columns as they are.
    whole: bool,
    pub nulls_distinct: bool,
    pub columns: Vec<i16>,
}

impl UniqueIndex {
    /// It finds rows by the value of this column.
    pub fn finds_by(&self, number: i16) -> bool {
        self.whole && self.columns.first() == Some(&number)
    }
}

#[derive(Debug, Deserialize)]
pub struct Check {
    pub name: String,
    pub columns: Vec<i16>,
    pub expression: String,
}

#[derive(Debug, Deserialize)]
pub struct Exclusion {
    pub name: String,
    pub columns: Vec<i16>,
    pub operators: Vec<Oid>,
}

#[derive(Debug, Deserialize)]
pub struct Reference {
    pub name: String,
    pub columns: Vec<i16>,
}

impl Details {
    /// Needs SPI and pinned settings.
    pub fn load(relation: Oid) -> Result<Self> {
        let known = Self::load_all(&[relation])?.pop();
        known.ok_or_else(|| Error::internal("the table was dropped meanwhile"))
    }

    /// Those of several tables, in no particular order.
    pub fn load_all(relations: &[Oid]) -> Result<Vec<Self>> {
        let Some(array) = relations.to_vec().into_datum() else {
            return Ok(Vec::new());
        };
        let _latest = LatestSnapshot::push();
        super::read_document(
            include_str!("details.sql"),
            &[pg_sys::OIDARRAYOID],
            &[Some(array)],
        )
    }

    /// What the server names when the table refuses a value.
    pub fn names(&self) -> Vec<String> {
        let checks = self.checks.iter().map(|check| &check.name);
        let exclusions = self.exclusions.iter().map(|exclusion| &exclusion.name);
        let references = self.references.iter().map(|reference| &reference.name);
        let indexes = self.unique_indexes.iter().map(|index| &index.name);
        let constraints = checks.chain(exclusions).chain(references).chain(indexes);
        constraints
            .chain(self.columns.iter().map(|column| &column.name))
            .cloned()
            .collect()
    }

    pub fn is_primary(&self, number: i16) -> bool {
        let mut primary = self.unique_indexes.iter().filter(|index| index.primary);
        primary.any(|index| index.columns.contains(&number))
    }

    pub fn reference_by(&self, number: i16) -> Option<&Reference> {
        self.references
            .iter()
            .find(|reference| reference.columns.contains(&number))
    }

    /// A part of a key or a reference, or made by the server: what `"*"` does not mean.
    pub fn is_structural(&self, column: &Column) -> bool {
        column.generated
            || column.identity_always
            || self.is_primary(column.number)
            || self.reference_by(column.number).is_some()
            || self.referenced.contains(&column.number)
    }

    /// The unique index that lets no two rows have the same value in this column while these columns change: one whose other columns
    /// do not tell rows apart already.
    pub fn unique_by(&self, number: i16, changed: &[i16]) -> Option<&UniqueIndex> {
        self.unique_indexes.iter().find(|index| {
            let told_apart = |other: &UniqueIndex| {
                let stays =
                    |column: &i16| index.columns.contains(column) && !changed.contains(column);
                other.whole && other.columns.iter().all(stays)
            };
            index.columns.contains(&number) && !self.unique_indexes.iter().any(told_apart)
        })
    }
}

impl Column {
    /// NULL does not fit: by the column itself or by its domain.
    pub fn is_not_null(&self) -> bool {
        self.not_null || types::domain_is_not_null(self.type_oid)
    }

    /// The type under a domain, and its modifier.
    pub fn base(&self) -> (Oid, i32) {
        let mut typmod = self.typmod;
        // SAFETY: catalog look-up by oid; the pointer is to a live local.
        let base = unsafe { pg_sys::getBaseTypeAndTypmod(self.type_oid, &mut typmod) };
        (base, typmod)
    }
}
