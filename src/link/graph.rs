//! The links that a walk from one table can meet, and the tables that they touch, described in full.

use super::Kind;
use crate::catalog::operator::Equality;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::Entry;
use crate::error::{Error, Result};
use crate::spi::kept::Kept;
use pgrx::pg_sys::{self, Oid};
use std::cell::Cell;
use std::collections::HashMap;

pub struct Graph {
    /// The table that the walk starts from is table 0.
    pub tables: Vec<Table>,
    pub links: Vec<Link>,
    /// Tables to walk, owners before the owned; tables that lead to each other in circles come together.
    pub components: Vec<Vec<usize>>,
    pub relations: HashMap<Oid, Relation>,
    /// The statements of walks over it.
    pub statements: Kept,
    /// The digest of the registry that it was read from.
    pub registry_version: String,
    /// Counts how often a relation of it may have changed, though not in what the walk reads of it.
    pub generation: Cell<u64>,
    /// The relation that was asked for: the start table or one of its partitions.
    pub start_scan: Oid,
}

/// A table as the walk knows it: a partitioned table with all its partitions, or a table by itself.
#[derive(Debug)]
pub struct Table {
    pub relation: Oid,
    /// The least number of links from the start table; None if no walk leads here.
    pub depth: Option<u32>,
    pub identity: Identity,
    /// Names and types of the key columns; empty for a table that has no key.
    pub key: Vec<Column>,
    /// The names of all columns.
    pub columns: Vec<String>,
    /// What is read of each of its rows, because a link needs it.
    pub wanted: Vec<Wanted>,
    /// What is registered for it; None if nothing is.
    pub entry: Option<Entry>,
    /// Its rows are people: it is registered so, or the walk starts from it, or it inherits from such a table.
    pub subject: bool,
    /// Owner links that lead here from anywhere, and accessor links from walked tables.
    pub incoming: Vec<usize>,
    /// Walked links that start here.
    pub outgoing: Vec<usize>,
    /// Each row comes once, by the one link that leads here, and is what its source is.
    pub straight: bool,
    /// The rows must be told apart, because they can be found in several ways or are asked for by `Check::Probe`.
    pub distinguished: bool,
}

/// What tells a table's rows apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Identity {
    /// the physical place: plain local tables
    Place,
    /// the place and the partition that it is in: partitioned tables without a key
    PlaceInPartition,
    /// the key columns: partitioned and foreign tables, and other storage than heap
    Key,
    /// all columns: foreign tables without a key
    WholeRow,
}

impl Identity {
    /// Rows can be found again by it at the cost of the rows asked for.
    pub fn is_address(self) -> bool {
        matches!(self, Self::Place | Self::Key)
    }
}

/// An expression over the alias `target`, and how its values travel.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub sql: String,
    pub element: Oid,
}

#[derive(Debug)]
pub struct Link {
    pub source: End,
    pub target: End,
    pub equalities: Vec<Equality>,
    pub kind: Kind,
    /// Somebody declared what it means.
    pub reviewed: bool,
    /// The number of the step that takes it; None if no walk does.
    pub depth: Option<u32>,
    pub on_delete: Option<&'static str>,
    pub condition: Option<Condition>,
    pub indexed: bool,
    /// At most one source row leads to a target row.
    pub source_unique: bool,
    pub check: Check,
}

/// How to know that a row has an owner by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Its columns are not NULL: a foreign key.
    NotNull,
    /// A source row can be found: anything else.
    Probe,
}

#[derive(Debug)]
pub struct End {
    pub table: usize,
    /// The relation named in the foreign key or declaration: the table or one of its partitions.
    pub scan: Oid,
    /// Where only a partition is meant: the relations whose rows count.
    pub partitions: Option<Vec<Oid>>,
    pub columns: Vec<LinkColumn>,
}

#[derive(Debug)]
pub struct LinkColumn {
    /// the column's name, or the expression in parentheses
    pub name: String,
    pub is_expression: bool,
    /// over the alias `source` or `target`, whichever end this is
    pub joined: String,
    pub value: Value,
}

/// A value that one statement reads and a later one is given.
#[derive(Debug)]
pub struct Value {
    /// over the alias `target`, for the former
    pub wanted: Wanted,
    /// makes the value what it was, where it travels as something else
    pub restore: String,
    /// its place among the table's wanted values; None where it is never read
    pub slot: Option<usize>,
}

#[derive(Debug)]
pub struct Condition {
    pub sql: String,
    /// The columns that it reads, by name.
    pub source: Vec<(String, Value)>,
    pub target: Vec<(String, Value)>,
}

impl End {
    pub fn names(&self) -> Vec<&str> {
        self.columns
            .iter()
            .map(|column| column.name.as_str())
            .collect()
    }
}

impl Table {
    /// A row's contents are read when it is found: because it is certain that it is, or because it could not be found again.
    pub fn read_at_once(&self) -> bool {
        self.straight || !self.identity.is_address()
    }
}

impl Graph {
    pub fn relation(&self, oid: Oid) -> Result<&Relation> {
        self.relations
            .get(&oid)
            .ok_or_else(|| Error::internal("a relation of the walk is not described"))
    }

    pub fn start(&self) -> &Table {
        &self.tables[0]
    }
}

/// The partition that a row is in.
pub fn partition_of_row() -> Wanted {
    Wanted {
        sql: "target.tableoid".to_owned(),
        element: pg_sys::OIDOID,
    }
}
