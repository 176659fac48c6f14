//! The steps of a walk, and their statements, prepared when they are first needed and kept with the graph.

use super::identity::identity_columns;
use super::keys::Keys;
use super::text;
use crate::error::Result;
use crate::link::Kind;
use crate::link::graph::{Check, Graph, Link, Table, Wanted};
use crate::spi::column::Column;
use crate::spi::statement::{Planning, Statement};
use pgrx::pg_sys;
use std::rc::Rc;

/// What a walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The rows' contents are given out.
    Collect,
    /// The same, for an answer that must not hold other people's rows.
    Export,
    /// The rows are locked.
    Lock,
    /// The rows are locked, and kept with what an action needs of them.
    Act,
    /// The same, and each row's fingerprint is read, since it may go.
    Erase,
    /// The rows are kept with what an action would need of them.
    Preview,
    /// The same, with each row's fingerprint.
    Compare,
}

impl Purpose {
    pub fn locks(self) -> bool {
        self == Self::Lock || self.acts()
    }

    pub fn acts(self) -> bool {
        matches!(self, Self::Act | Self::Erase)
    }

    pub fn keeps_rows(self) -> bool {
        matches!(self, Self::Preview | Self::Compare) || self.acts()
    }
}

/// What is read of the rows: for what, and which values an action needs of each table's, over the alias `target`.
#[derive(Clone, Copy)]
pub struct Reading<'a> {
    pub purpose: Purpose,
    pub extra: &'a [Vec<Wanted>],
    /// By what the first rows are found, if not by their ids.
    pub start: Option<Start<'a>>,
}

/// What finds the first rows of a walk.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// by which its statements are told from others
    pub number: usize,
    /// Takes keys, and returns the test by which they find rows of the alias `target`.
    pub matches: &'a dyn Fn(&mut Keys) -> String,
}

impl<'a> Reading<'a> {
    pub fn only(purpose: Purpose) -> Self {
        Self {
            purpose,
            extra: &[],
            start: None,
        }
    }

    pub fn extra_of(&self, table: usize) -> &'a [Wanted] {
        self.extra.get(table).map_or(&[], Vec::as_slice)
    }
}

/// Which rows a statement finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// the subjects, by their ids or what else the walk starts from
    Start,
    /// a link's targets, by their sources
    Forward(usize),
    /// a link's sources, by their targets: who else owns them
    Reverse(usize),
    /// a table's rows that were found, by what tells them apart: their contents
    Content(usize),
}

/// How many keys it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// one, as plain parameters
    One,
    /// so few that a plan made for any number will do
    Few,
    /// so many that the number decides about the plan
    Many,
}

impl Size {
    /// Up to this many keys the index is the way, whatever their number: it takes about a microsecond a key.
    /// The planner, which takes each for a random read from disk, would rather read a table of some hundred thousand rows whole.
    const FEW: usize = 10_000;

    pub fn of(keys: usize) -> Self {
        match keys {
            1 => Self::One,
            n if n <= Self::FEW => Self::Few,
            _ => Self::Many,
        }
    }

    /// The values of these rows as a statement for so many takes them.
    pub fn parameter(self, column: &Column, rows: &[u32]) -> Option<pg_sys::Datum> {
        match self {
            Self::One => column.get(rows[0] as usize),
            Self::Few | Self::Many => Some(column.array(rows)),
        }
    }
}

/// Where each part of a forward statement's row begins. `ord`, the ordinal of the key that led to the row, comes first.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub identity: usize,
    /// for each incoming link that is checked by `Check::NotNull`, whether the row has an owner by it
    pub flags: usize,
    pub wanted: usize,
    /// key and data, where they are read at once; or the values that an action needs
    pub content: usize,
}

impl Layout {
    pub fn of(table: &Table, links: &[Link], purpose: Purpose) -> Self {
        let identity = 1;
        let flags = identity
            + if reads_identity(table, purpose) {
                identity_columns(table, "target").len()
            } else {
                0
            };
        let wanted = flags + flagged(table, links).count();
        Self {
            identity,
            flags,
            wanted,
            content: wanted + table.wanted.len(),
        }
    }
}

/// What tells the rows apart is read with them.
pub fn reads_identity(table: &Table, purpose: Purpose) -> bool {
    table.distinguished || purpose.keeps_rows()
}

/// The incoming links of a table by which a row has an owner when its columns are not NULL.
pub fn flagged<'a>(table: &'a Table, links: &'a [Link]) -> impl Iterator<Item = usize> + 'a {
    let counts = |number: &usize| {
        let link = &links[*number];
        table.distinguished && link.kind == Kind::Owner && link.check == Check::NotNull
    };
    table.incoming.iter().copied().filter(counts)
}

/// The statement of a step for so many keys.
pub fn prepared(graph: &Graph, step: Step, size: Size, reading: Reading) -> Result<Rc<Statement>> {
    let (kind, number) = match step {
        Step::Start => (0, reading.start.map_or(0, |start| start.number + 1)),
        Step::Forward(link) => (1, link),
        Step::Reverse(link) => (2, link),
        Step::Content(table) => (3, table),
    };
    let planning = match size {
        Size::Many => Planning::EachRun,
        Size::One | Size::Few => Planning::Once,
    };
    // An export reads what is collected.
    let purpose = match reading.purpose {
        Purpose::Export => Purpose::Collect,
        other => other,
    };
    let key = [kind, number, size as usize, purpose as usize];
    graph.statements.get(key, || {
        let (sql, types) = text::of(graph, step, size, reading)?;
        Statement::prepare(&sql, &types, planning)
    })
}
