//! Which of the rows found an action has something to do with, and what.

use super::report::{Action, SHARED};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::link::graph::Graph;
use crate::log::anonymised::{self, RowKey};
use crate::mask::Keys;
use crate::plan::{KeyPart, Plan, Treatment, image};
use crate::spi::statement::Access;
use crate::walk::found::Found;
use crate::walk::identity::identity_columns;
use crate::walk::resolve::Status;
use pgrx::FromDatum;
use std::cell::Cell;
use std::collections::HashSet;

/// Bytes of a mark. A mark of zeros stands for NULL.
pub const MARK: usize = 4;

/// The rows of one table that are to be changed.
pub struct Change {
    pub table: usize,
    /// places in the table's rows found
    pub rows: Vec<u32>,
    /// For each row the columns that keep their values, a bit each; empty if no row has such.
    pub kept: Vec<i64>,
    /// It is remembered of some rows what stood in them.
    pub remembered: bool,
}

/// Rows of one table of which nothing changes, and what is said of them.
pub struct Unchanged {
    pub table: usize,
    pub rows: Vec<u32>,
    pub action: Action,
}

#[derive(Default)]
pub struct Work {
    pub changes: Vec<Change>,
    pub unchanged: Vec<Unchanged>,
}

/// What was read of the rows of a table.
pub struct Rows<'a> {
    pub found: &'a Found,
    parts: &'a [KeyPart],
    /// where the key's parts begin among the kept columns
    key: usize,
}

impl<'a> Rows<'a> {
    pub fn of(plan: &'a Plan, table: usize, found: &'a Found) -> Self {
        Self {
            found,
            parts: &plan.tables[table].key,
            key: identity_columns(&plan.graph.tables[table], "target").len(),
        }
    }

    /// The kept columns of what tells rows apart.
    pub fn identity(&self) -> std::ops::Range<usize> {
        0..self.key
    }

    /// The kept columns of the key's parts.
    pub fn key(&self) -> std::ops::Range<usize> {
        self.key..self.key + self.parts.len()
    }

    /// The texts of the key's parts; of the whole row where there is no key.
    pub fn key_texts(&self, row: u32) -> Vec<String> {
        let row = row as usize;
        if self.parts.is_empty() {
            return vec![self.text(self.key, row)];
        }
        let parts = self.parts.iter().enumerate();
        parts
            .map(|(i, part)| {
                let mut text = String::new();
                part.write(self.found.kept[self.key + i].get(row), &mut text);
                text
            })
            .collect()
    }

    fn text(&self, column: usize, row: usize) -> String {
        let value = self
            .found
            .kept
            .get(column)
            .and_then(|column| column.get(row));
        // SAFETY: the column is of type text.
        value
            .and_then(|datum| unsafe { String::from_datum(datum, false) })
            .unwrap_or_default()
    }

    /// The marks of the values that stand in the columns that change.
    pub fn marks(&self, row: u32) -> &'a [u8] {
        let marks = self
            .found
            .kept
            .last()
            .and_then(|column| column.get(row as usize));
        // SAFETY: the last column is of type bytea, and its values live as long as the walk.
        marks
            .and_then(|datum| unsafe { <&[u8]>::from_datum(datum, false) })
            .unwrap_or_default()
    }

    /// The key under which it is remembered what stands in the row.
    pub fn row_key(&self, keys: &Keys, row: u32) -> u64 {
        let texts = self.key_texts(row);
        keys.row_key(&image(texts.iter().map(String::as_str)))
    }
}

/// By which a call decides what is to be done.
pub struct Deciding<'a> {
    pub home: &'a Home,
    pub plan: &'a Plan,
    pub keys: &'a Keys,
    /// Also what is anonymised already.
    pub force: Cell<bool>,
    pub access: Access,
}

impl Deciding<'_> {
    /// Decides about all rows that a walk has found. Needs SPI and pinned settings.
    pub fn decide(&self, found: &[Option<Found>]) -> Result<Work> {
        let mut work = Work::default();
        let order: Vec<usize> = self
            .plan
            .graph
            .components
            .iter()
            .flatten()
            .copied()
            .collect();
        let mut candidates = Vec::new();
        for table in order {
            if let Some(found) = &found[table] {
                self.table(table, found, &mut work, &mut candidates);
            }
        }
        self.changes(found, candidates, &mut work)?;
        Ok(work)
    }

    /// How many of the subjects' own rows something is remembered of.
    pub fn remembered(&self, found: &[Option<Found>]) -> Result<usize> {
        let Some(own) = &found[0] else { return Ok(0) };
        if self.plan.tables[0].treatment != Treatment::Mask {
            return Ok(0);
        }
        let rows = Rows::of(self.plan, 0, own);
        let relation = self.plan.graph.tables[0].relation;
        let keys: Vec<RowKey> = (0..own.rows() as u32)
            .map(|row| (relation, rows.row_key(self.keys, row)))
            .collect();
        let mut remembered = 0;
        anonymised::look_up(self.home, &keys, self.access, |_, _| remembered += 1)?;
        Ok(remembered)
    }

    fn table(
        &self,
        table: usize,
        found: &Found,
        work: &mut Work,
        candidates: &mut Vec<(usize, Vec<u32>)>,
    ) {
        let plan = &self.plan.tables[table];
        let own = found.rows_that_are(|status| status == Status::Own);
        let shared = found.rows_that_are(|status| status == Status::Shared);
        let unreviewed = found.rows_that_are(|status| status == Status::Unreviewed);
        let all = || [own.as_slice(), &shared].concat();
        let mut say = |rows: Vec<u32>, action| {
            if !rows.is_empty() {
                work.unchanged.push(Unchanged {
                    table,
                    rows,
                    action,
                });
            }
        };
        match &plan.treatment {
            Treatment::Unregistered(_) => say(all(), Action::Unregistered),
            Treatment::Keep(ground) => say(all(), Action::Kept(ground.clone())),
            Treatment::Mask => say(shared.clone(), Action::Kept(SHARED.to_owned())),
            Treatment::Nothing => {}
        }
        if let (Some(reasons), false) =
            (&plan.reasons, matches!(plan.treatment, Treatment::Keep(_)))
        {
            say(all(), Action::Kept(reasons.clone()));
        }
        say(unreviewed, Action::Unreviewed);
        if plan.treatment == Treatment::Mask && !own.is_empty() {
            candidates.push((table, own));
        }
    }

    /// Of the rows that rules are for, those that have a value which is not anonymised yet.
    fn changes(
        &self,
        found: &[Option<Found>],
        candidates: Vec<(usize, Vec<u32>)>,
        work: &mut Work,
    ) -> Result<()> {
        let mut asked: Vec<RowKey> = Vec::new();
        let mut places: Vec<(usize, u32)> = Vec::new();
        for (table, own) in candidates {
            let Some(found) = &found[table] else { continue };
            let rows = Rows::of(self.plan, table, found);
            let relation = self.plan.graph.tables[table].relation;
            let own: Vec<u32> = own
                .into_iter()
                .filter(|row| has_value(rows.marks(*row)))
                .collect();
            if !self.force.get() {
                for (i, row) in own.iter().enumerate() {
                    asked.push((relation, rows.row_key(self.keys, *row)));
                    places.push((work.changes.len(), i as u32));
                }
            }
            work.changes.push(Change {
                table,
                rows: own,
                kept: Vec::new(),
                remembered: self.force.get(),
            });
        }
        let mut known: Vec<Vec<(u32, i64)>> = work.changes.iter().map(|_| Vec::new()).collect();
        anonymised::look_up(self.home, &asked, self.access, |asked, marks| {
            let (change, i) = places[asked];
            let Change { table, rows, .. } = &work.changes[change];
            if let Some(found) = &found[*table] {
                let now = Rows::of(self.plan, *table, found).marks(rows[i as usize]);
                known[change].push((i, known_columns(now, marks)));
            }
        })?;
        for (change, known) in work.changes.iter_mut().zip(known) {
            let columns = self.plan.tables[change.table].changes.len();
            change.remembered |= !known.is_empty();
            change.leave(&known, columns);
        }
        work.changes.retain(|change| !change.rows.is_empty());
        Ok(())
    }
}

impl Change {
    /// A later walk can come to a row in two ways, by what was there and by what is there now; it is changed once.
    pub fn forget_twins(&mut self, found: &Option<Found>) {
        let Some(found) = found else { return };
        let mut seen = HashSet::new();
        let first: Vec<bool> = self
            .rows
            .iter()
            .map(|row| seen.insert(found.place_image(*row)))
            .collect();
        let mut keep = first.iter();
        self.rows.retain(|_| keep.next().copied().unwrap_or(false));
        let mut keep = first.iter();
        self.kept.retain(|_| keep.next().copied().unwrap_or(false));
    }

    /// In its `i`th row this column keeps its value.
    pub fn keeps(&self, i: usize, column: usize) -> bool {
        let bits = self.kept.get(i).copied().unwrap_or_default();
        column < BITS && bits & (1 << column) != 0
    }

    /// Leaves out the rows of which all columns are known, and notes for the others which.
    fn leave(&mut self, known: &[(u32, i64)], columns: usize) {
        let mut kept = vec![0; self.rows.len()];
        known
            .iter()
            .for_each(|(row, bits)| kept[*row as usize] = *bits);
        let whole = whole(columns);
        let rows = std::mem::take(&mut self.rows);
        let rest: Vec<(u32, i64)> = rows
            .into_iter()
            .zip(kept)
            .filter(|(_, bits)| *bits != whole)
            .collect();
        self.rows = rest.iter().map(|(row, _)| *row).collect();
        if rest.iter().any(|(_, bits)| *bits != 0) {
            self.kept = rest.iter().map(|(_, bits)| *bits).collect();
        }
    }
}

/// Columns beyond the number of bits are never said to be kept by themselves: their row is kept whole or changed whole.
pub const BITS: usize = 62;

fn whole(columns: usize) -> i64 {
    match columns > BITS {
        true => i64::MAX,
        false => (1 << columns) - 1,
    }
}

fn has_value(marks: &[u8]) -> bool {
    marks.iter().any(|byte| *byte != 0)
}

/// The columns of which the mark is one of those remembered, or that are NULL, a bit each.
fn known_columns(now: &[u8], remembered: &[u8]) -> i64 {
    let is_known =
        |mark: &[u8]| !has_value(mark) || remembered.chunks_exact(MARK).any(|known| known == mark);
    let columns = now.len() / MARK;
    let known = || now.chunks_exact(MARK).map(is_known);
    if columns > BITS {
        return if known().all(|known| known) {
            i64::MAX
        } else {
            0
        };
    }
    known()
        .enumerate()
        .filter(|(_, known)| *known)
        .fold(0, |bits, (i, _)| bits | 1 << i)
}

/// The names of the key's columns.
pub fn key_columns(plan: &Plan, table: usize) -> Vec<String> {
    plan.tables[table]
        .key
        .iter()
        .map(|part| part.column.clone())
        .collect()
}

/// The qualified name of a table of the graph.
pub fn table_name(graph: &Graph, table: usize) -> Result<String> {
    Ok(graph
        .relation(graph.tables[table].relation)?
        .qualified()
        .to_string())
}
