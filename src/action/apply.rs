//! Changes the rows that were decided about: hooks, one UPDATE for each table, one statement for tables whose keys are rewritten.

use super::done::Done;
use super::work::{Change, Rows, Work};
use super::{hooks, rewrite, update};
use crate::error::{Code, Error, Result};
use crate::plan::Plan;
use crate::walk::found::Found;

/// Needs SPI and pinned settings; the rows must be locked.
pub fn apply(plan: &Plan, work: &Work, found: &[Option<Found>], done: &mut Done) -> Result<()> {
    require_single_rows(plan, work)?;
    for change in &work.changes {
        call(plan, change, found, |hooks| hooks.before.as_deref())?;
    }
    let (together, alone): (Vec<&Change>, Vec<&Change>) = work
        .changes
        .iter()
        .partition(|change| plan.tables[change.table].group.is_some());
    for change in &alone {
        if let Some(found) = &found[change.table] {
            let changed = update::run(plan, change, found)?;
            done.changed(change, found, &changed)?;
        }
    }
    for (number, group) in plan.groups.iter().enumerate() {
        let changes: Vec<&Change> = together
            .iter()
            .filter(|change| plan.tables[change.table].group == Some(number))
            .copied()
            .collect();
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
    for change in &work.changes {
        call(plan, change, found, |hooks| hooks.after.as_deref())?;
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

fn call<'a>(
    plan: &'a Plan,
    change: &Change,
    found: &[Option<Found>],
    which: impl Fn(&'a crate::registry::hooks::Hooks) -> Option<&'a str>,
) -> Result<()> {
    let rules = &plan.tables[change.table];
    let (Some(name), Some(found)) = (which(&rules.hooks), &found[change.table]) else {
        return Ok(());
    };
    let relation = plan
        .graph
        .relation(plan.graph.tables[change.table].relation)?;
    let keys = hooks::keys(
        &rules.key,
        &Rows::of(plan, change.table, found),
        &change.rows,
    );
    hooks::call(name, relation, &keys)
}
