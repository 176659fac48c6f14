//! Rows that are anonymised and let go of what they reference get both in one UPDATE: one version of the row, and none of its other foreign keys is
//! checked again.

use super::detach::LetGo;
use super::done::place_of;
use super::work::{BITS, Change, Deciding, Work};
use crate::catalog::schema::Release;
use crate::error::Result;
use crate::plan::{Plan, Reference};
use crate::walk::found::Found;
use std::collections::{BTreeMap, HashSet};

/// Columns that no rule decides about, or not alone, and their values.
pub struct Besides<'a> {
    /// by which its statements are told from others
    pub number: usize,
    /// The column, its value, and in which rows it gets it, by their bits; 0 for all rows.
    pub sets: Vec<(&'a str, &'static str, i64)>,
    /// For each row of the change; empty if everything is for all rows.
    pub rows: Vec<i64>,
    /// The foreign key that is SET DEFAULT.
    default_of: Option<&'a str>,
}

impl<'a> Besides<'a> {
    /// The foreign key that is SET DEFAULT, if the server's message names it.
    pub fn refused(&self, message: &str) -> Option<&'a str> {
        let named = |name: &&str| message.contains(&format!("foreign key constraint \"{name}\""));
        self.default_of.filter(named)
    }

    /// All rows let go of a reference.
    pub fn all(reference: &'a Reference) -> Self {
        let sets = reference.sets().into_iter();
        Self {
            number: reference.number + 2,
            sets: sets.map(|(column, value)| (column, value, 0)).collect(),
            rows: Vec::new(),
            default_of: (reference.release == Some(Release::Default))
                .then_some(reference.name.as_str()),
        }
    }
}

/// What changed rows let go of: of each reference the places of the rows.
#[derive(Default)]
pub struct Released(BTreeMap<usize, HashSet<u32>>);

impl Released {
    /// Needs SPI and pinned settings.
    pub fn of(by: &Deciding, work: &Work, found: &[Option<Found>]) -> Result<Self> {
        let mut released = Self::default();
        if work.detached.is_empty() {
            return Ok(released);
        }
        for change in &work.changes {
            let Some(own) = &found[change.table] else {
                continue;
            };
            for number in in_one(by.plan, change.table)? {
                let Some(detached) = work.detached.get(&number) else {
                    continue;
                };
                let rows = change.rows.iter().copied();
                let rows = rows.filter(|row| detached.rows.contains(&own.place_image(*row)));
                released.0.entry(number).or_default().extend(rows);
            }
        }
        released.0.retain(|_, rows| !rows.is_empty());
        Ok(released)
    }

    /// Rows that have let go of a reference already.
    pub fn rows(&self, reference: usize) -> Option<&HashSet<u32>> {
        self.0.get(&reference)
    }

    /// What the UPDATE of a change sets besides.
    pub fn besides<'a>(&self, plan: &'a Plan, change: &Change) -> Result<Option<Besides<'a>>> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let own = in_one(plan, change.table)?;
        if own.iter().all(|number| self.rows(*number).is_none()) {
            return Ok(None);
        }
        let references = plan.references()?;
        let mut besides = Besides {
            number: 1,
            sets: Vec::new(),
            rows: vec![0; change.rows.len()],
            default_of: None,
        };
        for (i, number) in own.into_iter().enumerate() {
            let bit = 1 << i;
            for (column, value) in references[number].sets() {
                let same = |known: &&mut (&str, &str, i64)| known.0 == column && known.1 == value;
                match besides.sets.iter_mut().find(same) {
                    Some(known) => known.2 |= bit,
                    None => besides.sets.push((column, value, bit)),
                }
            }
            if let Some(released) = self.rows(number) {
                for (bits, row) in besides.rows.iter_mut().zip(&change.rows) {
                    if released.contains(row) {
                        *bits |= bit;
                    }
                }
            }
        }
        Ok(Some(besides))
    }

    /// What was let go of, for the log.
    pub fn let_go(&self, by: &Deciding, found: &[Option<Found>]) -> Result<Vec<LetGo>> {
        let references = by.plan.references()?;
        let mut all = Vec::new();
        for (number, released) in &self.0 {
            let reference = &references[*number];
            let Some(table) = reference.from else {
                continue;
            };
            let Some(own) = &found[table] else { continue };
            let mut rows: Vec<u32> = released.iter().copied().collect();
            rows.sort_unstable();
            let place = place_of(by, reference);
            all.push(LetGo::of_rows(
                by.plan, table, reference, place, own, &rows,
            )?);
        }
        Ok(all)
    }
}

/// The references of a table that is changed by itself which its UPDATE can let go of, by their numbers.
pub fn in_one(plan: &Plan, table: usize) -> Result<Vec<usize>> {
    if plan.tables[table].group.is_some() {
        return Ok(Vec::new());
    }
    let references = plan.references()?.iter().enumerate();
    let own = references.filter(|(_, reference)| {
        reference.from == Some(table)
            && reference.relation.oid == plan.graph.tables[table].relation
            && !reference.settable.is_empty()
            // DEFAULT can stand in SET by itself only.
            && reference.release != Some(Release::Default)
    });
    let own: Vec<usize> = own.map(|(number, _)| number).collect();
    Ok(match own.len() > BITS {
        true => Vec::new(),
        false => own,
    })
}
