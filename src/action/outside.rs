//! Rows of servers that write at once, outside of our transaction, and give nothing back: one statement for each row, after which the row is
//! read again; and all of it when everything else is done, since it cannot be undone.

use super::delete::{self, Member};
use super::done::Done;
use super::statement::{self, Form, found_again};
use super::update::{self, Changed, given};
use super::work::{Change, Deciding, Rows, Work};
use super::{apply, release::Released};
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::plan::Plan;
use crate::spi::statement::{Access, Planning, Statement};
use crate::strategy::running;
use crate::walk::found::Found;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use pgrx::PgMemoryContexts;
use std::collections::HashSet;

/// By what these statements are told from others of a plan.
const UPDATE: usize = 2;
const AGAIN: usize = 3;
const DELETE: usize = 4;
const LEFT: usize = 5;

/// What is to be done outside, put off until everything else is done.
#[derive(Default)]
pub struct Later {
    rounds: Vec<(Work, Vec<Option<Found>>)>,
    /// The rows, by table and what tells them apart: a later round finds them again.
    known: HashSet<(usize, Vec<u8>)>,
}

impl Later {
    /// Takes it out of the work of a round. 0A000 for rows without a key, which could not be found again.
    pub fn take(
        &mut self,
        plan: &Plan,
        work: &mut Work,
        found: &mut [Option<Found>],
    ) -> Result<()> {
        let mut later = Work::default();
        let mut rows: Vec<Option<Found>> = found.iter().map(|_| None).collect();
        for change in std::mem::take(&mut work.changes) {
            match is_outside(plan, change.table)? {
                true => later.changes.push(change),
                false => work.changes.push(change),
            }
        }
        for (table, gone) in std::mem::take(&mut work.gone) {
            match is_outside(plan, table)? {
                true => later.gone.push((table, gone)),
                false => work.gone.push((table, gone)),
            }
        }
        let changed = later.changes.iter().map(|change| change.table);
        for table in changed.chain(later.gone.iter().map(|(table, _)| *table)) {
            require_key(plan, table)?;
            if rows[table].is_none() {
                rows[table] = found[table].take();
            }
        }
        for change in &mut later.changes {
            if let Some(found) = &rows[change.table] {
                let (table, known) = (change.table, &mut self.known);
                change.keep_only(|row| known.insert((table, found.place_image(row))));
            }
        }
        for (table, gone) in &mut later.gone {
            if let Some(found) = &rows[*table] {
                gone.retain(|row| self.known.insert((*table, found.place_image(*row))));
            }
        }
        later.changes.retain(|change| !change.rows.is_empty());
        later.gone.retain(|(_, gone)| !gone.is_empty());
        if !later.is_done() {
            self.rounds.push((later, rows));
        }
        Ok(())
    }

    /// Does it.
    pub fn run(self, by: &Deciding, done: &mut Done) -> Result<()> {
        for (work, found) in &self.rounds {
            apply::before(by.plan, work, found)?;
        }
        for (work, found) in &self.rounds {
            apply::alone(by.plan, work, found, &Released::default(), done)?;
            delete::run(by, work, found, |_, _| Ok(()))?;
            for (table, rows) in &work.gone {
                if let Some(found) = &found[*table] {
                    done.deleted(*table, rows, found)?;
                }
            }
        }
        for (work, found) in &self.rounds {
            apply::together(by.plan, work, found, done)?;
            apply::after(by.plan, work, found)?;
        }
        Ok(())
    }
}

fn is_outside(plan: &Plan, table: usize) -> Result<bool> {
    let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
    Ok(relation.is_outside())
}

fn require_key(plan: &Plan, table: usize) -> Result<()> {
    if !plan.tables[table].key.is_empty() {
        return Ok(());
    }
    let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
    Err(Error::new(
        Code::ERRCODE_FEATURE_NOT_SUPPORTED,
        format!("foreign table {} has no key", relation.qualified()),
    )
    .detail("Its server writes single rows, and does not say which it has written.")
    .hint(format!(
        "Say what tells its rows apart: SELECT gdpr_register('{}', key => '{{...}}')",
        relation.qualified()
    )))
}

const fn one_row(partly: bool) -> Form {
    Form {
        size: Size::One,
        by_key: true,
        partly,
        releases: false,
    }
}

/// Changes these rows of a table, and reads them again.
pub fn update(
    plan: &Plan,
    change: &Change,
    rows: &Rows,
    batch: std::ops::Range<usize>,
    changed: &mut Vec<Changed>,
) -> Result<()> {
    let table = change.table;
    let rules = &plan.tables[table];
    let form = one_row(!change.kept.is_empty());
    let prepared = |what: usize| {
        plan.statements.get([what, table, form.number(), 0], || {
            let (update, again, types) = statement::update_and_read(plan, table, form)?;
            let sql = if what == UPDATE { update } else { again };
            Statement::prepare(&sql, &types, Planning::Once)
        })
    };
    let (write, again) = (prepared(UPDATE)?, prepared(AGAIN)?);
    let memory = PgMemoryContexts::new("gdpr_ext update outside");
    for place in batch {
        let kept = change.kept.get(place..place + 1);
        let bits: Vec<&[i64]> = kept.into_iter().collect();
        let mut parameters = vec![running::parameter()];
        parameters.extend(given(
            rows,
            &change.rows[place..place + 1],
            &bits,
            form,
            &memory,
        ));
        if write.run_counting(&parameters, Access::Lock)? == 0 {
            continue;
        }
        again.run(&parameters, Access::Lock, |row| {
            changed.push(update::read(rules, change, place, row, 2));
        })?;
    }
    Ok(())
}

/// Deletes these rows of a table. How many are gone.
pub fn delete(member: &Member, relation: &Relation) -> Result<usize> {
    let Member {
        plan, table, rows, ..
    } = *member;
    let form = one_row(false);
    let prepared = |what: usize| {
        plan.statements.get([what, table, 0, 0], || {
            let keys = Keys::new(form.size);
            let (keys, matches, _) = found_again(&plan.graph, plan, table, form, keys)?;
            let (target, from) = (relation.in_from(), keys.from());
            let sql = match what {
                DELETE => format!("DELETE FROM {target} AS target USING {from} WHERE {matches}"),
                _ => format!("SELECT 1 FROM {from} JOIN {target} AS target ON {matches}"),
            };
            Statement::prepare(&sql, &keys.types, Planning::Once)
        })
    };
    let (delete, left) = (prepared(DELETE)?, prepared(LEFT)?);
    let memory = PgMemoryContexts::new("gdpr_ext delete outside");
    let mut gone = 0;
    for row in rows {
        let mut parameters = vec![running::parameter()];
        parameters.extend(given(&member.rows_read(), &[*row], &[], form, &memory));
        let deleted = delete.run_counting(&parameters, Access::Lock)?;
        let mut is_left = deleted == 0;
        left.run(&parameters, Access::Lock, |_| is_left = true)?;
        gone += usize::from(!is_left);
    }
    Ok(gone)
}
