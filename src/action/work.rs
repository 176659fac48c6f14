//! Which of the rows found an action has something to do with, and what.

use super::fate::{Detached, Fate, Fates};
use super::release;
use super::report::{Action, SHARED};
use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::link::graph::Graph;
use crate::log::anonymised::{self, RowKey};
use crate::log::fingerprint::MARK;
use crate::mask::Keys;
use crate::plan::{KeyPart, Plan, Treatment, image};
use crate::spi::statement::Access;
use crate::walk::found::Found;
use crate::walk::identity::identity_columns;
use crate::walk::resolve::Status;
use pgrx::FromDatum;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// The rows of one table that are to be changed.
pub struct Change {
    pub table: usize,
    /// places in the table's rows found
    pub rows: Vec<u32>,
    /// For each row the columns that keep their values, a bit each; empty if no row has such.
    pub kept: Vec<i64>,
    /// It is remembered of some rows what stood in them.
    pub remembered: bool,
    /// Rows are found again by their keys: something may have moved them since the walk.
    pub by_key: bool,
    /// Rows that would have been deleted, each with what keeps it from that.
    pub grounds: HashMap<u32, String>,
    /// For each row the columns of which nothing is to be remembered, a bit each: they are another person's. Empty if no row has such.
    pub others: Vec<i64>,
}

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    Anonymise,
    /// By each table's `on_erase`.
    Erase,
    /// Everything that need not be kept.
    Delete,
}

/// Rows of one table of which nothing changes, and what is said of them.
pub struct Unchanged {
    pub table: usize,
    pub rows: Vec<u32>,
    pub action: Action,
}

impl Unchanged {
    /// Without the rows that are known, by table and what tells them apart; what is left is known from now on.
    pub fn without(&self, found: &Found, known: &mut HashSet<(usize, Vec<u8>)>) -> Self {
        let rows = self.rows.iter().copied();
        Self {
            table: self.table,
            rows: rows
                .filter(|row| known.insert((self.table, found.place_image(*row))))
                .collect(),
            action: self.action.clone(),
        }
    }
}

#[derive(Default)]
pub struct Work {
    pub changes: Vec<Change>,
    pub unchanged: Vec<Unchanged>,
    /// Rows that are deleted, by table.
    pub gone: Vec<(usize, Vec<u32>)>,
    /// References that are let go of, by their numbers in the plan.
    pub detached: BTreeMap<usize, Detached>,
}

impl Work {
    /// A later walk can come to a row in two ways, by what was there and by what is there now; it is changed once.
    pub fn forget_twins(&mut self, found: &[Option<Found>]) {
        for change in &mut self.changes {
            change.forget_twins(&found[change.table]);
        }
        for (table, rows) in &mut self.gone {
            let mut seen = HashSet::new();
            if let Some(found) = &found[*table] {
                rows.retain(|row| seen.insert(found.place_image(*row)));
            }
        }
    }

    pub fn is_done(&self) -> bool {
        self.changes.is_empty() && self.gone.is_empty() && self.detached.is_empty()
    }
}

/// What was read of the rows of a table.
pub struct Rows<'a> {
    pub found: &'a Found,
    parts: &'a [KeyPart],
    /// where the key's parts begin among the kept columns
    key: usize,
    /// where the mark of the whole row is, if it was read
    whole: Option<usize>,
    is_masked: bool,
}

impl<'a> Rows<'a> {
    pub fn of(plan: &'a Plan, table: usize, found: &'a Found) -> Self {
        let parts = &plan.tables[table].key;
        let key = identity_columns(&plan.graph.tables[table], "target").len();
        // Behind the key come the text of a masked row without a key, the mark of the whole row, and the marks of a masked row.
        let is_masked = plan.tables[table].treatment == Treatment::Mask;
        let whole = key + parts.len() + usize::from(is_masked && parts.is_empty());
        Self {
            found,
            parts,
            key,
            is_masked,
            whole: (found.kept.len() > whole + usize::from(is_masked)).then_some(whole),
        }
    }

    /// The mark of the whole row without its key. None if it was not read: of a table that consists of its key, or of rows that cannot go.
    pub fn whole_mark(&self, row: u32) -> Option<[u8; MARK]> {
        let mark = self.found.kept[self.whole?].get(row as usize);
        Some(mark.map_or([0; MARK], |mark| (mark.value() as u32).to_le_bytes()))
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

    /// The marks of the values that stand in the columns that change; none where these are not read.
    pub fn marks_if_read(&self, row: u32) -> &'a [u8] {
        match self.is_masked {
            true => self.marks(row),
            false => &[],
        }
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
    pub goal: Goal,
    /// Rows of which it was decided in an earlier round that they stay.
    pub stayed: RefCell<HashSet<(u32, u64)>>,
    /// Columns of the first table that keep their values in all rows: they are other people's. A bit each.
    pub spared: i64,
}

/// Rows that rules are for, and of each the columns that keep their values all the same, a bit each.
pub struct Candidates {
    pub table: usize,
    pub rows: Vec<(u32, i64)>,
}

impl<'a> Deciding<'a> {
    /// What is anonymised already is left alone, and no column is spared.
    pub fn new(home: &'a Home, plan: &'a Plan, keys: &'a Keys, access: Access, goal: Goal) -> Self {
        Self {
            home,
            plan,
            keys,
            force: Cell::new(false),
            access,
            goal,
            stayed: RefCell::default(),
            spared: 0,
        }
    }

    /// Decides about all rows that a walk has found. Needs SPI and pinned settings.
    pub fn decide(&self, found: &[Option<Found>]) -> Result<Work> {
        let mut fates = Fates::new(self, found);
        if self.goal != Goal::Anonymise {
            fates.settle()?;
            self.note_forced(&fates, found);
        }
        let detached = match self.goal {
            Goal::Anonymise => BTreeMap::new(),
            Goal::Erase | Goal::Delete => fates.detached()?,
        };
        let mut work = Work::default();
        let order = self.plan.graph.components.iter().flatten().copied();
        let mut candidates = Vec::new();
        for table in order {
            if let Some(found) = &found[table] {
                self.table(
                    table,
                    found,
                    &mut fates,
                    &detached,
                    &mut work,
                    &mut candidates,
                )?;
            }
        }
        self.changes(found, candidates, &mut work)?;
        for change in &mut work.changes {
            let forced = fates.forced.remove(&change.table).unwrap_or_default();
            let ground = |by: BTreeSet<String>| {
                let by: Vec<String> = by.into_iter().collect();
                format!("referenced by {}", by.join(", "))
            };
            let grounds = forced.into_iter().map(|(row, by)| (row, ground(by)));
            change.grounds = grounds.collect();
            change.by_key = self.is_moved(change.table, &detached)?;
        }
        work.detached = detached;
        Ok(work)
    }

    /// References that are let go of before a table is changed move its rows: those of shared rows, and where keys are rewritten, which is done
    /// last, all of them.
    fn is_moved(&self, table: usize, detached: &BTreeMap<usize, Detached>) -> Result<bool> {
        if detached.is_empty() {
            return Ok(false);
        }
        let references = self.plan.references()?;
        let is_late = self.plan.tables[table].group.is_some();
        let in_one = release::in_one(self.plan, table)?;
        Ok(detached.iter().any(|(number, detached)| {
            references[*number].from == Some(table)
                && !in_one.contains(number)
                && (is_late || !detached.shared.is_empty())
        }))
    }

    /// What is decided once, holds for later rounds.
    pub fn let_stay(&self, table: usize, found: &Found, fates: &mut [Fate]) {
        let stayed = self.stayed.borrow();
        if stayed.is_empty() {
            return;
        }
        let relation = self.plan.graph.tables[table].relation.to_u32();
        let rows = Rows::of(self.plan, table, found);
        for (row, fate) in (0..).zip(fates) {
            if *fate == Fate::Gone && stayed.contains(&(relation, rows.row_key(self.keys, row))) {
                *fate = Fate::Stays;
            }
        }
    }

    /// Remembers for later rounds what stays.
    fn note_forced(&self, fates: &Fates, found: &[Option<Found>]) {
        let mut stayed = self.stayed.borrow_mut();
        for (table, forced) in &fates.forced {
            let relation = self.plan.graph.tables[*table].relation.to_u32();
            if let Some(found) = &found[*table] {
                let rows = Rows::of(self.plan, *table, found);
                let keys = forced
                    .keys()
                    .map(|row| (relation, rows.row_key(self.keys, *row)));
                stayed.extend(keys);
            }
        }
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
        fates: &mut Fates,
        detached: &BTreeMap<usize, Detached>,
        work: &mut Work,
        candidates: &mut Vec<Candidates>,
    ) -> Result<()> {
        let plan = &self.plan.tables[table];
        let stays = fates.rows(table, Fate::Stays);
        let gone = fates.rows(table, Fate::Gone);
        let unreviewed = found.rows_that_are(|status| status == Status::Unreviewed);
        let own_in_shared = fates.own_in_shared(table)?;
        let spared = if table == 0 { self.spared } else { 0 };
        let mut masked: Vec<(u32, i64)> = stays.iter().map(|row| (*row, spared)).collect();
        masked.extend(&own_in_shared);
        let mut shared = fates.rows(table, Fate::Shared);
        let all = || found.rows_that_are(|status| matches!(status, Status::Own | Status::Shared));
        let all_but_gone = || {
            let rows = all().into_iter();
            rows.filter(|row| gone.binary_search(row).is_err())
                .collect::<Vec<u32>>()
        };
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
            Treatment::Nothing if self.goal == Goal::Anonymise => {}
            Treatment::Mask | Treatment::Nothing => {
                let references = match self.goal {
                    Goal::Anonymise => &[],
                    Goal::Erase | Goal::Delete => self.plan.references()?,
                };
                let is_detached = |row: &u32| {
                    let image = found.place_image(*row);
                    let of_table = |number: &usize| references[*number].from == Some(table);
                    let mut of_table = detached.iter().filter(|(number, _)| of_table(number));
                    of_table.any(|(_, detached)| detached.rows.contains(&image))
                };
                shared.retain(|row| {
                    own_in_shared
                        .binary_search_by_key(row, |(row, _)| *row)
                        .is_err()
                        && !is_detached(row)
                });
                say(shared, Action::Kept(SHARED.to_owned()));
            }
        }
        if let (Some(reasons), false) =
            (&plan.reasons, matches!(plan.treatment, Treatment::Keep(_)))
        {
            say(all_but_gone(), Action::Kept(reasons.clone()));
        }
        say(unreviewed, Action::Unreviewed);
        if plan.treatment == Treatment::Mask && !masked.is_empty() {
            candidates.push(Candidates {
                table,
                rows: masked,
            });
        }
        if !gone.is_empty() {
            work.gone.push((table, gone));
        }
        Ok(())
    }

    /// Of the rows that rules are for, those that have a value which is not anonymised yet.
    pub fn changes(
        &self,
        found: &[Option<Found>],
        candidates: Vec<Candidates>,
        work: &mut Work,
    ) -> Result<()> {
        let mut asked: Vec<RowKey> = Vec::new();
        let mut places: Vec<(usize, u32)> = Vec::new();
        let mut known: Vec<Vec<i64>> = Vec::new();
        for Candidates { table, rows: own } in candidates {
            let Some(found) = &found[table] else { continue };
            let rows = Rows::of(self.plan, table, found);
            let relation = self.plan.graph.tables[table].relation;
            let own: Vec<(u32, i64)> = own
                .into_iter()
                .filter(|(row, kept)| has_value_but(rows.marks(*row), *kept))
                .collect();
            if !self.force.get() {
                for (i, (row, _)) in own.iter().enumerate() {
                    asked.push((relation, rows.row_key(self.keys, *row)));
                    places.push((work.changes.len(), i as u32));
                }
            }
            let own_kept: Vec<i64> = own.iter().map(|(_, kept)| *kept).collect();
            known.push(vec![0; own.len()]);
            work.changes.push(Change {
                table,
                rows: own.into_iter().map(|(row, _)| row).collect(),
                kept: Vec::new(),
                remembered: self.force.get(),
                by_key: false,
                grounds: HashMap::new(),
                others: own_kept.clone(),
            });
        }
        anonymised::look_up(self.home, &asked, self.access, |asked, marks| {
            let (change, i) = places[asked];
            let Change { table, rows, .. } = &mut work.changes[change];
            if let Some(found) = &found[*table] {
                let now = Rows::of(self.plan, *table, found).marks(rows[i as usize]);
                known[change][i as usize] |= known_columns(now, marks);
                work.changes[change].remembered = true;
            }
        })?;
        for (change, known) in work.changes.iter_mut().zip(known) {
            let columns = self.plan.tables[change.table].changes.len();
            change.leave(&known, columns);
        }
        work.changes.retain(|change| !change.rows.is_empty());
        Ok(())
    }
}

impl Change {
    fn forget_twins(&mut self, found: &Option<Found>) {
        let Some(found) = found else { return };
        let mut seen = HashSet::new();
        self.keep_only(|row| seen.insert(found.place_image(row)));
    }

    /// Leaves out the other rows.
    pub fn keep_only(&mut self, mut is_kept: impl FnMut(u32) -> bool) {
        let first: Vec<bool> = self.rows.iter().map(|row| is_kept(*row)).collect();
        let mut keep = first.iter();
        self.rows.retain(|_| keep.next().copied().unwrap_or(false));
        let mut keep = first.iter();
        self.kept.retain(|_| keep.next().copied().unwrap_or(false));
        let mut keep = first.iter();
        self.others
            .retain(|_| keep.next().copied().unwrap_or(false));
    }

    /// What keeps a row from being deleted; nothing if it was not to go.
    pub fn ground(&self, row: &u32) -> &str {
        self.grounds.get(row).map_or("", String::as_str)
    }

    /// What is remembered of its `i`th row: nothing of another person's columns.
    pub fn remembered_marks(&self, i: usize, marks: &[u8]) -> Vec<u8> {
        let mut marks = marks.to_vec();
        let others = self.others.get(i).copied().unwrap_or_default();
        if others != 0 {
            for (column, mark) in marks.chunks_exact_mut(MARK).enumerate() {
                if column < BITS && others & (1 << column) != 0 {
                    mark.fill(0);
                }
            }
        }
        marks
    }

    /// In its `i`th row this column keeps its value.
    pub fn keeps(&self, i: usize, column: usize) -> bool {
        let bits = self.kept.get(i).copied().unwrap_or_default();
        column < BITS && bits & (1 << column) != 0
    }

    /// Leaves out the rows of which all columns are known, and notes for the others which.
    fn leave(&mut self, known: &[i64], columns: usize) {
        let whole = whole(columns);
        let rows = std::mem::take(&mut self.rows).into_iter();
        let rest: Vec<(u32, i64, i64)> = rows
            .zip(self.others.iter().zip(known))
            .map(|(row, (others, known))| (row, others | known, others & !known))
            .filter(|(_, kept, _)| *kept != whole)
            .collect();
        let of = |bits: &dyn Fn(&(u32, i64, i64)) -> i64| -> Vec<i64> {
            match rest.iter().any(|row| bits(row) != 0) {
                true => rest.iter().map(bits).collect(),
                false => Vec::new(),
            }
        };
        self.kept = of(&|(_, kept, _)| *kept);
        self.others = of(&|(_, _, others)| *others);
        self.rows = rest.iter().map(|(row, ..)| *row).collect();
    }
}

/// Columns beyond the number of bits are never said to be kept by themselves: their row is kept whole or changed whole.
pub const BITS: usize = 62;

/// 0A000 for a table with more columns than can be told apart in its rows.
pub fn require_bits(plan: &Plan, table: usize) -> Result<()> {
    if plan.tables[table].changes.len() <= BITS {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_FEATURE_NOT_SUPPORTED,
        format!(
            "table {} has more than {BITS} columns with rules, and rules that say whose a column is",
            table_name(&plan.graph, table)?
        ),
    )
    .hint("Leave out \"of\", or give fewer columns a rule."))
}

fn whole(columns: usize) -> i64 {
    match columns > BITS {
        true => i64::MAX,
        false => (1 << columns) - 1,
    }
}

fn has_value(marks: &[u8]) -> bool {
    marks.iter().any(|byte| *byte != 0)
}

/// A column that is not kept has a value.
fn has_value_but(marks: &[u8], kept: i64) -> bool {
    let is_kept = |column: usize| column < BITS && kept & (1 << column) != 0;
    let mut columns = marks.chunks_exact(MARK).enumerate();
    columns.any(|(column, mark)| !is_kept(column) && has_value(mark))
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
