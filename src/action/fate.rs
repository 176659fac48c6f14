//! What becomes of each row that a walk has found: docs/erase.md.
//!
//! A row that goes must leave no reference behind. So what a row that stays references either stays too, or is let go of.

use super::matched::{self, Values};
use super::work::{Deciding, Goal, Rows};
use crate::error::{Code, Error, Result};
use crate::plan::build::not_keys;
use crate::plan::{Pairs, Plan, Reference, Treatment};
use crate::security;
use crate::spi::statement::Access;
use crate::strategy;
use crate::walk::found::Found;
use crate::walk::resolve::Status;
use pgrx::PgMemoryContexts;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is deleted.
    Gone,
    /// It stays, and its table's rules apply.
    Stays,
    /// It stays as it is, on a ground or because nobody has said what it is.
    Kept,
    /// It stays, and what is the person's in it goes.
    Shared,
    /// The walk did not take it.
    Outside,
}

/// Rows that were to go and stay, each with the tables of which rows reference it.
pub type Forced = BTreeMap<u32, BTreeSet<String>>;

/// A reference that is let go of.
struct LetGo {
    reference: usize,
    /// what tells the referencing row apart
    row: Vec<u8>,
    /// the place of the referenced row
    to: u32,
    /// The referencing row is shared: it lets go of the person's rows also where these stay.
    shared: bool,
}

/// What becomes of the references of a foreign key.
#[derive(Default)]
pub struct Detached {
    /// Rows that let go of rows that go.
    pub rows: HashSet<Vec<u8>>,
    /// Places of shared rows that let go of rows that stay, and of these rows.
    pub shared: BTreeSet<u32>,
    pub stays: BTreeSet<u32>,
}

pub struct Fates<'a> {
    by: &'a Deciding<'a>,
    found: &'a [Option<Found>],
    of: Vec<Vec<Fate>>,
    pub forced: BTreeMap<usize, Forced>,
    /// Rows by what tells them apart, of the tables that were asked about.
    places: HashMap<usize, HashMap<Vec<u8>, u32>>,
    let_go: Vec<LetGo>,
    /// References of rows outside the walk that cannot be let go of.
    stuck: Vec<(usize, Vec<u8>, u32)>,
    memory: PgMemoryContexts,
}

impl<'a> Fates<'a> {
    /// By what the table's entry says, before rows are asked what they reference.
    pub fn new(by: &'a Deciding<'a>, found: &'a [Option<Found>]) -> Self {
        let of = found.iter().enumerate();
        let of = of.map(|(table, found)| match found {
            Some(found) => {
                let own = own(by, table);
                let fate = |status: &Status| match status {
                    Status::Own => own,
                    Status::Shared if own == Fate::Kept => Fate::Kept,
                    Status::Shared => Fate::Shared,
                    Status::Unreviewed | Status::Absent => Fate::Outside,
                };
                let mut of: Vec<Fate> = found.status.iter().map(fate).collect();
                by.let_stay(table, found, &mut of);
                of
            }
            None => Vec::new(),
        });
        Self {
            by,
            found,
            of: of.collect(),
            forced: BTreeMap::new(),
            places: HashMap::new(),
            let_go: Vec::new(),
            stuck: Vec::new(),
            memory: PgMemoryContexts::new("gdpr_ext fates"),
        }
    }

    /// The rows of a table of which this becomes.
    pub fn rows(&self, table: usize, fate: Fate) -> Vec<u32> {
        let rows = 0..self.of[table].len() as u32;
        rows.filter(|row| self.of[table][*row as usize] == fate)
            .collect()
    }

    fn any_was_to_go(&self, table: usize) -> bool {
        self.of[table].contains(&Fate::Gone) || self.forced.contains_key(&table)
    }

    /// Rows that go, and those that were to go and stay: all that keeps them is named.
    fn were_to_go(&self, table: usize) -> Vec<u32> {
        let mut rows = self.rows(table, Fate::Gone);
        rows.extend(
            self.forced
                .get(&table)
                .into_iter()
                .flat_map(|forced| forced.keys()),
        );
        rows
    }

    /// What rows of the one table reference in the other decides about something.
    fn matters(&self, from: usize, to: usize) -> bool {
        self.any_was_to_go(to) || to == 0 && self.of[from].contains(&Fate::Shared)
    }

    fn plan(&self) -> &'a Plan {
        self.by.plan
    }

    /// Follows the references of what stays until nothing more has to stay. Needs SPI and pinned settings. 23503 for rows outside the walk that
    /// reference rows that go and cannot let go of them; 55000 for rows that must stay in a table without rules.
    pub fn settle(&mut self) -> Result<()> {
        let references = self.plan().references()?;
        for (number, reference) in references.iter().enumerate() {
            // What ON DELETE ANONYMISE is declared for lets go by itself.
            let lets_go = reference.release.is_some() && !reference.is_kept;
            if self.any_was_to_go(reference.to) && !reference.is_walked && !lets_go {
                self.outside(number, reference)?;
            }
        }
        let mut new: Vec<Vec<u32>> = (0..self.of.len())
            .map(|table| {
                let rows = 0..self.of[table].len() as u32;
                rows.filter(|row| self.stays(table, *row)).collect()
            })
            .collect();
        for (table, forced) in &self.forced {
            new[*table].extend(forced.keys());
            new[*table].sort_unstable();
            new[*table].dedup();
        }
        while new.iter().any(|rows| !rows.is_empty()) {
            let mut next: Vec<Vec<u32>> = vec![Vec::new(); self.of.len()];
            for (number, reference) in references.iter().enumerate() {
                let Some(from) = reference.from else { continue };
                if !new[from].is_empty() && self.matters(from, reference.to) {
                    self.follow(number, reference, from, &new[from], &mut next)?;
                }
            }
            new = next;
        }
        self.refuse_stuck(references)?;
        self.refuse_without_rules()
    }

    fn stays(&self, table: usize, row: u32) -> bool {
        matches!(
            self.of[table][row as usize],
            Fate::Stays | Fate::Kept | Fate::Shared
        )
    }

    /// The row must stay. Whether that is new.
    fn force(&mut self, table: usize, row: u32, by: &Reference) -> bool {
        let fate = &mut self.of[table][row as usize];
        let is_new = *fate == Fate::Gone;
        if is_new {
            *fate = Fate::Stays;
        }
        let forced = self.forced.get(&table);
        if is_new || forced.is_some_and(|forced| forced.contains_key(&row)) {
            let forced = self.forced.entry(table).or_default();
            let name = by.relation.qualified().to_string();
            forced.entry(row).or_default().insert(name);
        }
        is_new
    }

    /// What these rows, which stay, reference.
    fn follow(
        &mut self,
        number: usize,
        reference: &Reference,
        from: usize,
        rows: &[u32],
        next: &mut [Vec<u32>],
    ) -> Result<()> {
        let met = self.referenced_by(from, rows, reference)?;
        for (row, place) in met {
            let fate = self.of[from][row as usize];
            if reference.settable.is_empty() || fate == Fate::Kept {
                if self.force(reference.to, place, reference) {
                    next[reference.to].push(place);
                }
                continue;
            }
            // The rule of a key makes it NULL anyway.
            if fate == Fate::Stays && self.becomes_null(from, reference) {
                continue;
            }
            // Of what stays, only the person is let go of.
            let shared = fate == Fate::Shared && reference.to == 0 && self.is_own(0, place);
            let Some(found) = &self.found[from] else {
                continue;
            };
            if shared || self.of[reference.to][place as usize] == Fate::Gone {
                self.let_go.push(LetGo {
                    reference: number,
                    row: found.place_image(row),
                    to: place,
                    shared,
                });
            }
        }
        Ok(())
    }

    fn becomes_null(&self, table: usize, reference: &Reference) -> bool {
        let mut changes = self.plan().tables[table].changes.iter();
        changes.any(|change| {
            change.values == strategy::Values::Null && reference.settable.contains(&change.column)
        })
    }

    fn is_own(&self, table: usize, row: u32) -> bool {
        let found = self.found[table].as_ref();
        found.is_some_and(|found| found.status[row as usize] == Status::Own)
    }

    /// Pairs of rows: of these, and what they reference.
    fn referenced_by(
        &mut self,
        from: usize,
        rows: &[u32],
        reference: &Reference,
    ) -> Result<Vec<(u32, u32)>> {
        let (plan, access) = (self.plan(), self.by.access);
        let Some(found) = &self.found[from] else {
            return Ok(Vec::new());
        };
        let values = matched::read(
            plan,
            from,
            &Rows::of(plan, from, found),
            rows,
            &reference.pairs.referencing,
            &reference.relation,
            self.memory.value(),
            access,
        )?;
        let mut met = Vec::new();
        let to = reference.to;
        let places = self.places(to);
        matched::referenced(
            plan,
            to,
            &reference.referenced,
            &reference.pairs,
            &values,
            access,
            |row, image| {
                if let Some(place) = places.get(&image) {
                    met.push((row, *place));
                }
            },
        )?;
        Ok(met)
    }

    /// Rows that reference rows that go, and that no walk has found.
    fn outside(&mut self, number: usize, reference: &Reference) -> Result<()> {
        let (plan, access) = (self.plan(), self.by.access);
        let to = reference.to;
        let Some(found) = &self.found[to] else {
            return Ok(());
        };
        let locks = access == Access::Lock;
        security::require_access(&reference.relation, security::caller(), locks)?;
        let values: Values = matched::read(
            plan,
            to,
            &Rows::of(plan, to, found),
            &self.were_to_go(to),
            &reference.pairs.referenced,
            &reference.referenced,
            self.memory.value(),
            access,
        )?;
        let mut met = Vec::new();
        let known = reference.from.map(|from| self.places(from));
        matched::referencing(
            plan,
            &reference.relation,
            reference.from,
            &reference.pairs,
            &values,
            access,
            |place, image| {
                if !known.is_some_and(|known| known.contains_key(&image)) {
                    met.push((image, place));
                }
            },
        )?;
        for (image, place) in met {
            if reference.is_kept {
                self.force(to, place, reference);
            } else if reference.settable.is_empty() {
                self.stuck.push((number, image, place));
            } else {
                self.let_go.push(LetGo {
                    reference: number,
                    row: image,
                    to: place,
                    shared: false,
                });
            }
        }
        Ok(())
    }

    fn places(&mut self, table: usize) -> &HashMap<Vec<u8>, u32> {
        let found = &self.found[table];
        self.places.entry(table).or_insert_with(|| {
            let found = found.iter();
            found
                .flat_map(|found| (0..found.rows() as u32).map(|row| (found.place_image(row), row)))
                .collect()
        })
    }

    fn is_gone(&self, reference: &Reference, place: u32) -> bool {
        self.of[reference.to][place as usize] == Fate::Gone
    }

    fn refuse_stuck(&self, references: &[Reference]) -> Result<()> {
        let mut rows: BTreeMap<usize, HashSet<&[u8]>> = BTreeMap::new();
        for (number, image, place) in &self.stuck {
            if self.is_gone(&references[*number], *place) {
                rows.entry(*number).or_default().insert(image);
            }
        }
        let Some(first) = rows.keys().next().map(|number| &references[*number]) else {
            return Ok(());
        };
        let detail: Vec<String> = rows
            .iter()
            .map(|(number, rows)| {
                let reference = &references[*number];
                format!(
                    "{}: {} {} by foreign key \"{}\"",
                    reference.relation.qualified(),
                    rows.len(),
                    if rows.len() == 1 { "row" } else { "rows" },
                    reference.name
                )
            })
            .collect();
        let table = first.relation.qualified();
        Err(Error::new(
            Code::ERRCODE_FOREIGN_KEY_VIOLATION,
            format!("rows of table {table} reference rows that would be deleted"),
        )
        .detail(detail.join("\n"))
        .hint("They are not this person's, and their key cannot be NULL. Let them reference something else, make the column nullable, or say that they are the person's: gdpr_link(..., 'owner')."))
    }

    fn refuse_without_rules(&self) -> Result<()> {
        for (table, forced) in &self.forced {
            let entry = self.plan().graph.tables[*table].entry.as_ref();
            let rules = entry.and_then(|entry| entry.rules.as_object());
            let has_rules = rules.is_some_and(|rules| !rules.is_empty());
            // A table of keys only has no column that a rule could be for.
            if has_rules || not_keys(&self.plan().graph, *table)?.is_empty() {
                continue;
            }
            let name = super::work::table_name(&self.plan().graph, *table)?;
            let rows = match forced.len() {
                1 => "a row".to_owned(),
                rows => format!("{rows} rows"),
            };
            let by: BTreeSet<&str> = forced.values().flatten().map(String::as_str).collect();
            let by: Vec<&str> = by.into_iter().collect();
            return Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("{rows} of table {name} must stay, and the table has no rules"),
            )
            .detail(format!("What references it stays: {}.", by.join(", ")))
            .hint(format!("Say how to anonymise it: SELECT gdpr_register('{name}', rules => '{{\"*\": \"auto\"}}');")));
        }
        Ok(())
    }

    /// What is let go of, by the numbers of the references.
    pub fn detached(&mut self) -> Result<BTreeMap<usize, Detached>> {
        let references = self.plan().references()?;
        let mut detached: BTreeMap<usize, Detached> = BTreeMap::new();
        for LetGo {
            reference,
            row,
            to,
            shared,
        } in std::mem::take(&mut self.let_go)
        {
            if self.is_gone(&references[reference], to) {
                detached.entry(reference).or_default().rows.insert(row);
            } else if let (true, Some(from)) = (shared, references[reference].from) {
                let place = self.places(from).get(&row).copied();
                let detached = detached.entry(reference).or_default();
                detached.shared.extend(place);
                detached.stays.insert(to);
                detached.rows.insert(row);
            }
        }
        Ok(detached)
    }

    /// Of the shared rows of a table those in which something is the person's, by `"of"` of its rules: for each the columns that keep their
    /// values, a bit each.
    pub fn own_in_shared(&mut self, table: usize) -> Result<Vec<(u32, i64)>> {
        let plan = self.plan();
        let changes = &plan.tables[table].changes;
        let columns: BTreeSet<&str> = changes
            .iter()
            .filter_map(|change| change.of.as_deref())
            .collect();
        let shared = self.rows(table, Fate::Shared);
        if columns.is_empty() || shared.is_empty() {
            return Ok(Vec::new());
        }
        super::work::require_bits(plan, table)?;
        let mut own: HashMap<u32, BTreeSet<&str>> = HashMap::new();
        for link in plan
            .graph
            .links
            .iter()
            .filter(|link| link.depth.is_some() && link.target.table == table)
        {
            let named = link
                .target
                .columns
                .iter()
                .find_map(|column| columns.get(column.name.as_str()));
            let (Some(column), Some(pairs)) = (named, Pairs::of_link(&plan.graph, link)?) else {
                continue;
            };
            let reference = Reference::of_link(&plan.graph, link, pairs)?;
            for (row, place) in self.referenced_by(table, &shared, &reference)? {
                let source = &self.found[link.source.table];
                let is_own = source
                    .as_ref()
                    .is_some_and(|found| found.status[place as usize] == Status::Own);
                if is_own {
                    own.entry(row).or_default().insert(*column);
                }
            }
        }
        let mut rows: Vec<(u32, i64)> = own
            .into_iter()
            .map(|(row, of)| {
                let kept = changes.iter().enumerate().filter(|(_, change)| {
                    !change
                        .of
                        .as_deref()
                        .is_some_and(|column| of.contains(column))
                });
                (row, kept.fold(0, |bits, (i, _)| bits | 1 << i))
            })
            .collect();
        rows.sort_unstable();
        Ok(rows)
    }
}

/// What becomes of a person's own rows in a table.
fn own(by: &Deciding, table: usize) -> Fate {
    let entry = &by.plan.graph.tables[table].entry;
    let on_erase = entry.as_ref().and_then(|entry| entry.on_erase.as_deref());
    match (&by.plan.tables[table].treatment, by.goal) {
        (Treatment::Unregistered(_) | Treatment::Keep(_), _) => Fate::Kept,
        (_, Goal::Anonymise) => Fate::Stays,
        (_, Goal::Erase) if on_erase == Some("anonymise") => Fate::Stays,
        (_, Goal::Erase | Goal::Delete) => Fate::Gone,
    }
}
