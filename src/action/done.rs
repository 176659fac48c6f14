//! What has been done so far: it becomes the report, the events, and what is remembered of anonymised rows.

use super::report::{Action, Line};
use super::update::Changed;
use super::work::{Change, Deciding, MARK, Rows, Unchanged, key_columns, table_name};
use crate::error::Result;
use crate::log::anonymised::{self, Remembered};
use crate::log::event::{self, Event, Request};
use crate::plan::{TablePlan, image};
use crate::walk::found::Found;
use std::collections::BTreeMap;

/// Keys in one event: more come in several.
const KEYS: u64 = 1_000_000;

pub struct Done<'a> {
    by: &'a Deciding<'a>,
    /// by the table's place in the walk
    entries: BTreeMap<(usize, Action), Vec<Entry>>,
    remembered: Vec<Remembered>,
    /// Keys that start rows have got.
    moved: Vec<Vec<String>>,
}

/// An event in the making.
struct Entry {
    table: usize,
    rows: u64,
    /// the elements of a JSON array
    keys: String,
    /// the marks of each row, as they were
    fingerprints: Vec<u8>,
    /// For each column that a rule changes, whether it changed in some row.
    changed: Vec<bool>,
}

impl Entry {
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
        }
    }

    fn place(&self, table: usize) -> usize {
        let mut order = self.by.plan.graph.components.iter().flatten();
        order
            .position(|number| *number == table)
            .unwrap_or(usize::MAX)
    }

    pub fn unchanged(&mut self, unchanged: &Unchanged, found: &Found) -> Result<()> {
        self.add(
            unchanged.table,
            unchanged.action.clone(),
            &unchanged.rows,
            found,
            None,
        )
    }

    pub fn changed(&mut self, change: &Change, found: &Found, changed: &[Changed]) -> Result<()> {
        let plan = self.by.plan;
        self.add(
            change.table,
            action(self.by, change.table),
            &change.rows,
            found,
            Some(change),
        )?;
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
            self.remembered.push(Remembered {
                key: (relation, key),
                marks: row.marks.clone(),
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
        places: &[u32],
        found: &Found,
        change: Option<&Change>,
    ) -> Result<()> {
        let plan = self.by.plan;
        let name = table_name(&plan.graph, table)?;
        let rows = Rows::of(plan, table, found);
        let place = self.place(table);
        let entries = self.entries.entry((place, action)).or_default();
        for (i, row) in places.iter().enumerate() {
            if entries.last().is_none_or(|entry| entry.rows == KEYS) {
                entries.push(Entry {
                    table,
                    rows: 0,
                    keys: String::new(),
                    fingerprints: Vec::new(),
                    changed: vec![false; plan.tables[table].changes.len()],
                });
            }
            let Some(entry) = entries.last_mut() else {
                continue;
            };
            entry.rows += 1;
            write_key(self.by, table, &name, &rows, *row, &mut entry.keys);
            if let Some(change) = change {
                let marks = rows.marks(*row);
                entry.fingerprints.extend_from_slice(marks);
                for (column, changed) in entry.changed.iter_mut().enumerate() {
                    *changed |=
                        !change.keeps(i, column) && marks[MARK * column..][..MARK] != [0; MARK];
                }
            }
        }
        Ok(())
    }

    pub fn lines(&self) -> Vec<Line> {
        let line = |((_, action), entries): (&(usize, Action), &Vec<Entry>)| Line {
            table: entries.first().map_or(0, |entry| entry.table),
            action: action.word(),
            rows: entries.iter().map(|entry| entry.rows).sum(),
            ground: action.ground(),
        };
        self.entries.iter().map(line).collect()
    }

    /// The keys that start rows have got since this was asked last.
    pub fn take_moved(&mut self) -> Vec<Vec<String>> {
        std::mem::take(&mut self.moved)
    }

    /// Remembers what stands in the rows changed so far.
    pub fn remember(&mut self) -> Result<()> {
        anonymised::record(self.by.home, &std::mem::take(&mut self.remembered))
    }

    /// Writes the events, and remembers what stands in the changed rows.
    pub fn log(mut self, call: &str) -> Result<()> {
        self.remember()?;
        let plan = self.by.plan;
        let mut events = Vec::new();
        for ((_, action), entries) in self.entries {
            for entry in entries {
                let (columns, fingerprints) = entry.changes(&plan.tables[entry.table]);
                let changes = matches!(action, Action::Anonymised | Action::Pseudonymised);
                events.push(Event {
                    relation: table_name(&plan.graph, entry.table)?,
                    action: action.word(),
                    rows: entry.rows,
                    key_columns: key_columns(plan, entry.table),
                    keys: format!("[{}]", entry.keys),
                    columns,
                    fingerprints: changes.then_some(fingerprints),
                    ground: action.ground(),
                });
            }
        }
        let request = Request {
            home: self.by.home,
            call,
            subject: &table_name(&plan.graph, 0)?,
            registry_version: &plan.graph.registry_version,
        };
        event::write(&request, &events)
    }
}

/// What changing a table's rows by its rules is called.
pub fn action(by: &Deciding, table: usize) -> Action {
    match by.plan.tables[table].pseudonymous {
        true => Action::Pseudonymised,
        false => Action::Anonymised,
    }
}

/// Appends a row's key as an element of a JSON array.
fn write_key(by: &Deciding, table: usize, name: &str, rows: &Rows, row: u32, keys: &mut String) {
    let parts = &by.plan.tables[table].key;
    if parts.is_empty() {
        return;
    }
    if !keys.is_empty() {
        keys.push(',');
    }
    if parts.len() > 1 {
        keys.push('[');
    }
    for (i, (part, text)) in parts.iter().zip(rows.key_texts(row)).enumerate() {
        if i > 0 {
            keys.push(',');
        }
        match (part.plain, part.is_number()) {
            (true, true) => keys.push_str(&text),
            // Digits and hyphens need no escaping.
            (true, false) => keys.extend(["\"", &text, "\""]),
            (false, _) => {
                keys.push('"');
                let hidden = by.keys.log_key(name, text.as_bytes());
                hidden
                    .iter()
                    .for_each(|byte| keys.push_str(&format!("{byte:02x}")));
                keys.push('"');
            }
        }
    }
    if parts.len() > 1 {
        keys.push(']');
    }
}
