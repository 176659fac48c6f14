//! Changes the rows that were decided about: hooks, one UPDATE for each table, one statement for tables whose keys are rewritten.

use super::done::Done;
use super::release::Released;
use super::work::{Change, Rows, Work};
use super::{hooks, rewrite, update};
use crate::error::{Code, Error, Result};
use crate::plan::Plan;
use crate::registry::hooks::Hooks;
use crate::walk::found::Found;
use std::collections::BTreeMap;

/// Needs SPI and pinned settings; the rows must be locked.
pub fn apply(plan: &Plan, work: &Work, found: &[Option<Found>], done: &mut Done) -> Result<()> {
    before(plan, work, found)?;
    alone(plan, work, found, &Released::default(), done)?;
    together(plan, work, found, done)?;
    after(plan, work, found)
}

/// Before anything is changed: what cannot be done to single rows is refused, and the hooks are called.
pub fn before(plan: &Plan, work: &Work, found: &[Option<Found>]) -> Result<()> {
    require_single_rows(plan, work)?;
    call(plan, work, found, |hooks| hooks.before.as_deref())
}

pub fn after(plan: &Plan, work: &Work, found: &[Option<Found>]) -> Result<()> {
    call(plan, work, found, |hooks| hooks.after.as_deref())
}

/// Tables that are changed by themselves; what their rows let go of, they let go in the same UPDATE.
pub fn alone(
    plan: &Plan,
    work: &Work,
    found: &[Option<Found>],
    released: &Released,
    done: &mut Done,
) -> Result<()> {
    let mut alone = work
        .changes
        .iter()
        .filter(|change| plan.tables[change.table].group.is_none());
    alone.try_for_each(|change| {
        let Some(found) = &found[change.table] else {
            return Ok(());
        };
        let besides = released.besides(plan, change)?;
        let changed = update::run(plan, change, found, besides.as_ref())?;
        done.changed(change, found, &changed)
    })
}

/// Tables that are changed together, because keys of one are rewritten in the others.
pub fn together(plan: &Plan, work: &Work, found: &[Option<Found>], done: &mut Done) -> Result<()> {
    for (number, group) in plan.groups.iter().enumerate() {
        let of_group = |change: &&Change| plan.tables[change.table].group == Some(number);
        let changes: Vec<&Change> = work.changes.iter().filter(of_group).collect();
        if changes.is_empty() {
            continue;
        }
        let changed = rewrite::run(plan, group, &changes, found)?;
        for (change, changed) in changes.iter().zip(&changed) {
            if let Some(found) = &found[change.table] {
                done.changed(change, found, changed)?;
            }
        }
    }
    Ok(())
}

/// 0A000 for rules that work on whole tables.
pub fn require_single_rows(plan: &Plan, work: &Work) -> Result<()> {
    let mut needs = work
        .changes
        .iter()
        .filter_map(|change| plan.tables[change.table].needs_all_rows.as_ref());
    match needs.next() {
        None => Ok(()),
        Some(name) => Err(Error::new(
            Code::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!("the rule for {name} works on whole tables only"),
        )
        .detail("One person's values have nobody to change places with.")
        .hint("Use \"shuffle\" in gdpr_scrub_db, and another strategy for single persons.")),
    }
}

/// Calls the hooks of tables with rows that change or go, each table's once.
fn call<'a>(
    plan: &'a Plan,
    work: &Work,
    found: &[Option<Found>],
    which: impl Fn(&'a Hooks) -> Option<&'a str>,
) -> Result<()> {
    let mut tables: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
    for change in &work.changes {
        tables.entry(change.table).or_default().extend(&change.rows);
    }
    for (table, rows) in &work.gone {
        tables.entry(*table).or_default().extend(rows);
    }
    for (table, rows) in tables {
        let rules = &plan.tables[table];
        let (Some(name), Some(found)) = (which(&rules.hooks), &found[table]) else {
            continue;
        };
        let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
        let keys = hooks::keys(&rules.key, &Rows::of(plan, table, found), &rows);
        hooks::call(name, relation, &keys)?;
    }
    Ok(())
}
