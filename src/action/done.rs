//! What has been done so far: it becomes the report, the events, and what is remembered of anonymised rows.

use super::detach::LetGo;
use super::on_delete::Outcome;
use super::report::{Action, Line};
use super::update::Changed;
use super::work::{Change, Deciding, Rows, Unchanged, Work, key_columns, table_name};
use crate::error::Result;
use crate::log::anonymised::{self, Remembered, RowKey};
use crate::log::event::{self, Event, Request};
use crate::log::fingerprint::{MARK, WHOLE_ROW};
use crate::log::keys::write_key;
use crate::plan::{Reference, TablePlan, Treatment, image};
use crate::source::Reported;
use crate::walk::found::Found;
use pgrx::pg_sys::Oid;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Keys in one event: more come in several.
pub const KEYS: u64 = 1_000_000;

pub struct Done<'a> {
    by: &'a Deciding<'a>,
    /// by the table's place in the walk
    entries: BTreeMap<(usize, Action), Vec<Entry>>,
    remembered: Vec<Remembered>,
    /// Keys that start rows have got.
    moved: Vec<Vec<String>>,
    /// Rows that are gone.
    forgotten: Vec<RowKey>,
    /// Rows of each table that let go of something, each once.
    detached: BTreeMap<usize, u64>,
    /// What ON DELETE ANONYMISE did: rows, and events.
    on_delete: BTreeMap<(usize, Action), (Oid, u64)>,
    events: Vec<Event>,
    /// What became of what sources hold.
    sources: Vec<Reported>,
}

/// An event in the making.
struct Entry {
    relation: Oid,
    /// the relation's qualified name
    name: String,
    key_columns: Vec<String>,
    /// The table's number; None for one that no walk comes to.
    table: Option<usize>,
    rows: u64,
    /// the elements of a JSON array
    keys: String,
    /// the marks of each row, as they were
    fingerprints: Vec<u8>,
    /// For each column that a rule changes, whether it changed in some row.
    changed: Vec<bool>,
    /// Columns that became NULL because what they referenced is gone.
    detached: BTreeSet<String>,
}

impl Entry {
    /// The columns that deleted rows are known again by: those with rules, if their table is masked, and the whole row.
    fn fingerprinted(&self, plan: &TablePlan) -> Vec<String> {
        let masked = match plan.treatment {
            Treatment::Mask => plan.changes.as_slice(),
            _ => &[],
        };
        let marks = self.fingerprints.len() / MARK / self.rows.max(1) as usize;
        let columns = masked.iter().map(|change| change.column.clone());
        columns.chain([WHOLE_ROW.to_owned()]).take(marks).collect()
    }

    /// The columns that were changed, and of each row the fingerprints of these.
    fn changes(&self, plan: &TablePlan) -> (Vec<String>, Vec<u8>) {
        let changed = || (0..self.changed.len()).filter(|column| self.changed[*column]);
        let columns = changed().map(|column| plan.changes[column].column.clone());
        let rows = self
            .fingerprints
            .chunks_exact(MARK * self.changed.len().max(1));
        let of_row = |marks: &[u8]| {
            let of_column = |column| marks[MARK * column..][..MARK].to_vec();
            changed().flat_map(of_column).collect::<Vec<u8>>()
        };
        let fingerprints = match self.changed.iter().all(|changed| *changed) {
            true => self.fingerprints.clone(),
            false => rows.flat_map(of_row).collect(),
        };
        (columns.collect(), fingerprints)
    }
}

impl<'a> Done<'a> {
    pub fn new(by: &'a Deciding<'a>) -> Self {
        Self {
            by,
            entries: BTreeMap::new(),
            remembered: Vec::new(),
            moved: Vec::new(),
            detached: BTreeMap::new(),
            forgotten: Vec::new(),
            on_delete: BTreeMap::new(),
            events: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// What sources hold was erased there, or is kept.
    pub fn reported(&mut self, sources: Vec<Reported>) {
        self.sources.extend(sources);
    }

    pub fn unchanged(&mut self, unchanged: &Unchanged, found: &Found) -> Result<()> {
        let rows = unchanged.rows.iter().copied().enumerate();
        self.add(unchanged.table, unchanged.action.clone(), rows, found, None)
    }

    pub fn deleted(&mut self, table: usize, rows: &[u32], found: &Found) -> Result<()> {
        self.forget(table, rows, found);
        let rows = rows.iter().copied().enumerate();
        self.add(table, Action::Deleted, rows, found, None)
    }

    /// What stood in these rows need not be remembered any more.
    pub fn forget(&mut self, table: usize, rows: &[u32], found: &Found) {
        let plan = self.by.plan;
        if plan.tables[table].treatment == Treatment::Mask {
            let read = Rows::of(plan, table, found);
            let relation = plan.graph.tables[table].relation;
            let keys = rows
                .iter()
                .map(|row| (relation, read.row_key(self.by.keys, *row)));
            self.forgotten.extend(keys);
        }
    }

    pub fn changed(&mut self, change: &Change, found: &Found, changed: &[Changed]) -> Result<()> {
        let plan = self.by.plan;
        let grounds: BTreeSet<&str> = change.rows.iter().map(|row| change.ground(row)).collect();
        for of in grounds {
            let rows = change.rows.iter().copied().enumerate();
            let rows = rows.filter(|(_, row)| change.ground(row) == of);
            let action = action(self.by, change.table, of);
            self.add(change.table, action, rows, found, Some(change))?;
        }
        let relation = plan.graph.tables[change.table].relation;
        let rows = Rows::of(plan, change.table, found);
        let rewrites = plan.tables[change.table].rewrites_key();
        for row in changed {
            let key = match &row.key {
                Some(texts) => self
                    .by
                    .keys
                    .row_key(&image(texts.iter().map(String::as_str))),
                None => rows.row_key(self.by.keys, row.row),
            };
            // Under the key that it has now.
            if row.key.is_some() {
                self.by.stayed.borrow_mut().insert((relation.to_u32(), key));
            }
            self.remembered.push(Remembered {
                key: (relation, key),
                marks: change.remembered_marks(row.ord, &row.marks),
                known: change.remembered || row.key.is_some(),
            });
            if let (0, true, Some(texts)) = (change.table, rewrites, &row.key) {
                self.moved.push(texts.clone());
            }
        }
        Ok(())
    }

    fn add(
        &mut self,
        table: usize,
        action: Action,
        rows: impl Iterator<Item = (usize, u32)>,
        found: &Found,
        change: Option<&Change>,
    ) -> Result<()> {
        let plan = self.by.plan;
        let name = table_name(&plan.graph, table)?;
        let read = Rows::of(plan, table, found);
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        let is_deleted = action == Action::Deleted;
        let entries = self
            .entries
            .entry((place(self.by, table), action))
            .or_default();
        for (i, row) in rows {
            if entries.last().is_none_or(|entry| entry.rows == KEYS) {
                entries.push(Entry {
                    relation: plan.graph.tables[table].relation,
                    name: name.clone(),
                    key_columns: key_columns(plan, table),
                    table: Some(table),
                    rows: 0,
                    keys: String::new(),
                    fingerprints: Vec::new(),
                    changed: vec![false; plan.tables[table].changes.len()],
                    detached: BTreeSet::new(),
                });
            }
            let Some(entry) = entries.last_mut() else {
                continue;
            };
            entry.rows += 1;
            let parts = &plan.tables[table].key;
            if !parts.is_empty() {
                write_key(
                    self.by.keys,
                    &name,
                    parts,
                    &read.key_texts(row),
                    &mut entry.keys,
                );
            }
            if is_deleted {
                if plan.tables[table].treatment == Treatment::Mask {
                    entry.fingerprints.extend_from_slice(read.marks(row));
                }
                entry
                    .fingerprints
                    .extend(read.whole_mark(row).into_iter().flatten());
            }
            if let Some(change) = change {
                let marks = read.marks(row);
                entry.fingerprints.extend_from_slice(marks);
                for (column, changed) in entry.changed.iter_mut().enumerate() {
                    *changed |=
                        !change.keeps(i, column) && marks[MARK * column..][..MARK] != [0; MARK];
                }
            }
        }
        Ok(())
    }

    /// References that were let go of: an event for each foreign key, which says which column became NULL.
    pub fn detached(&mut self, let_go: LetGo) {
        if let_go.rows == 0 {
            return;
        }
        let columns: BTreeSet<String> = let_go.columns.into_iter().collect();
        let entries = self
            .entries
            .entry((let_go.place, Action::Detached))
            .or_default();
        let mut known = entries.iter().enumerate().rev();
        let known = known.find(|(_, entry)| entry.detached == columns && entry.rows < KEYS);
        let place = match known {
            Some((place, _)) => place,
            None => {
                entries.push(Entry {
                    relation: let_go.relation,
                    key_columns: let_go.key.iter().map(|part| part.column.clone()).collect(),
                    table: let_go.table,
                    rows: 0,
                    keys: String::new(),
                    fingerprints: Vec::new(),
                    changed: Vec::new(),
                    detached: columns,
                    name: let_go.name,
                });
                entries.len() - 1
            }
        };
        let entry = &mut entries[place];
        entry.rows += let_go.rows;
        for texts in &let_go.keys {
            write_key(
                self.by.keys,
                &entry.name,
                &let_go.key,
                texts,
                &mut entry.keys,
            );
        }
    }

    /// Rows of a table that ON DELETE ANONYMISE was declared for.
    pub fn on_delete(&mut self, place: usize, outcome: Outcome) {
        for (action, rows) in outcome.rows {
            let line = self.on_delete.entry((place, action));
            line.or_insert((outcome.relation, 0)).1 += rows;
        }
        self.events.extend(outcome.events);
    }

    /// So many rows of each table let go of something, whatever number of keys they had.
    pub fn count_detached(&mut self, work: &Work) -> Result<()> {
        for (place, (_, rows)) in rows_detached(self.by, work)? {
            *self.detached.entry(place).or_default() += rows;
        }
        Ok(())
    }

    pub fn lines(&self) -> Vec<Line> {
        let mut lines = self.on_delete.clone();
        for ((place, action), entries) in &self.entries {
            let relation = entries.first().map_or(Oid::INVALID, |entry| entry.relation);
            let rows = match action {
                Action::Detached => self.detached.get(place).copied().unwrap_or_default(),
                _ => entries.iter().map(|entry| entry.rows).sum(),
            };
            let line = lines.entry((*place, action.clone()));
            line.or_insert((relation, 0)).1 += rows;
        }
        let line = |((_, action), (relation, rows)): ((usize, Action), (Oid, u64))| Line {
            relation: Some(relation),
            action: action.word(),
            rows,
            ground: action.ground(),
        };
        let mut sources: Vec<&Reported> = self.sources.iter().collect();
        sources.sort_by_key(|reported| &reported.source);
        let sources = sources.into_iter().map(Line::of_source);
        lines.into_iter().map(line).chain(sources).collect()
    }

    /// The keys that start rows have got since this was asked last.
    pub fn take_moved(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.moved)
    }

    /// Remembers what stands in the rows changed so far, and forgets those that are gone.
    pub fn remember(&mut self) -> Result<()> {
        anonymised::forget(self.by.home, &std::mem::take(&mut self.forgotten))?;
        anonymised::record(self.by.home, &std::mem::take(&mut self.remembered))
    }

    /// Writes the events, and remembers what stands in the changed rows.
    pub fn log(self, call: &str) -> Result<()> {
        let (home, graph) = (self.by.home, &self.by.plan.graph);
        let request = Request {
            home,
            call,
            subject: &table_name(graph, 0)?,
            registry_version: &graph.registry_version,
        };
        event::write(&request, &self.events()?)
    }

    /// The events, after it was remembered what stands in the changed rows.
    pub fn events(mut self) -> Result<Vec<Event>> {
        self.remember()?;
        let plan = self.by.plan;
        let mut events = self.events;
        for ((_, action), entries) in self.entries {
            for entry in entries {
                let changes = matches!(action, Action::Anonymised(_) | Action::Pseudonymised(_));
                let of_table = entry.table.map(|table| &plan.tables[table]);
                let (columns, fingerprints) = match of_table {
                    Some(table) if changes => entry.changes(table),
                    Some(table) if action == Action::Deleted => {
                        (entry.fingerprinted(table), entry.fingerprints)
                    }
                    _ => (entry.detached.iter().cloned().collect(), Vec::new()),
                };
                events.push(Event {
                    relation: entry.name,
                    action: action.word(),
                    rows: entry.rows,
                    key_columns: entry.key_columns,
                    keys: format!("[{}]", entry.keys),
                    columns,
                    fingerprints: (!fingerprints.is_empty()).then_some(fingerprints),
                    ground: action.ground(),
                });
            }
        }
        let sources = self.sources.into_iter();
        events.extend(
            sources
                .filter(|reported| reported.rows > 0)
                .map(event_of_source),
        );
        Ok(events)
    }
}

fn event_of_source(reported: Reported) -> Event {
    Event {
        relation: format!("{}{}", event::SOURCE, reported.source),
        action: reported.action,
        rows: reported.rows,
        key_columns: Vec::new(),
        keys: "[]".to_owned(),
        columns: Vec::new(),
        fingerprints: None,
        ground: reported.ground,
    }
}

/// What changing a table's rows by its rules is called.
pub fn action(by: &Deciding, table: usize, ground: &str) -> Action {
    match by.plan.tables[table].pseudonymous {
        true => Action::Pseudonymised(ground.to_owned()),
        false => Action::Anonymised(ground.to_owned()),
    }
}

/// A table's place in the report.
pub fn place(by: &Deciding, table: usize) -> usize {
    let mut order = by.plan.graph.components.iter().flatten();
    order
        .position(|number| *number == table)
        .unwrap_or(usize::MAX)
}

/// The place of the table that has a foreign key: one that no walk comes to is behind all others.
pub fn place_of(by: &Deciding, reference: &Reference) -> usize {
    match reference.from {
        Some(table) => place(by, table),
        None => by.plan.graph.tables.len() + reference.relation.oid.to_u32() as usize,
    }
}

/// By the place of a table in the report: how many of its rows let go of something.
pub fn rows_detached(by: &Deciding, work: &Work) -> Result<BTreeMap<usize, (Oid, u64)>> {
    let references = by.plan.references()?;
    let mut tables: BTreeMap<usize, (Oid, HashSet<&[u8]>)> = BTreeMap::new();
    for (number, detached) in &work.detached {
        let reference = &references[*number];
        let table = tables.entry(place_of(by, reference));
        let (_, rows) = table.or_insert_with(|| (reference.relation.oid, HashSet::new()));
        rows.extend(detached.rows.iter().map(Vec::as_slice));
    }
    Ok(tables
        .into_iter()
        .map(|(place, (relation, rows))| (place, (relation, rows.len() as u64)))
        .collect())
}
