//! What an action would do, from the same decisions.

use super::apply;
use super::done::{action, place, rows_detached};
use super::on_delete;
use super::report::{Action, Line};
use super::session::{Asked, Session};
use super::sources::Sources;
use super::work::{Deciding, Goal, Work};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::log::secret;
use crate::spi::statement::Access;
use crate::walk::begin::Call;
use crate::walk::statements::Purpose;
use pgrx::pg_sys::Oid;
use std::collections::BTreeMap;

/// The lines that the action would return, and none of it done. Rows that `anonymise` would refuse are lines, too.
pub fn preview(home: &Home, call: &Call, asked: &Asked, goal: Goal) -> Result<Vec<Line>> {
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let force = goal == Goal::Anonymise && asked.force;
    let deciding = session.deciding(&keys, Access::Read, force, goal);
    let found = session.walk(Purpose::Preview, None)?;
    let work = deciding.decide(&found)?;
    apply::require_single_rows(&session.plan, &work)?;
    let on_delete = on_delete::preview(&deciding, &work, &found)?;
    let mut lines = lines(&deciding, &work, on_delete)?;
    if let Some(sources) = Sources::of(&session, asked, &found, Access::Read)? {
        lines.extend(sources.preview()?.iter().map(Line::of_source));
    }
    Ok(lines)
}

/// What is to be done, in the order of the walk.
fn lines(
    by: &Deciding,
    work: &Work,
    on_delete: BTreeMap<(usize, Action), (Oid, u64)>,
) -> Result<Vec<Line>> {
    let place = |table| place(by, table);
    let mut lines = on_delete;
    let mut add = |table: usize, action, rows: usize| {
        let relation = by.plan.graph.tables[table].relation;
        let line = lines.entry((place(table), action)).or_insert((relation, 0));
        line.1 += rows as u64;
    };
    for (table, rows) in &work.gone {
        add(*table, Action::Deleted, rows.len());
    }
    for change in &work.changes {
        let mut grounds: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &change.rows {
            *grounds.entry(change.ground(row)).or_default() += 1;
        }
        for (ground, rows) in grounds {
            add(change.table, action(by, change.table, ground), rows);
        }
    }
    for unchanged in &work.unchanged {
        add(
            unchanged.table,
            unchanged.action.clone(),
            unchanged.rows.len(),
        );
    }
    for (place, (relation, rows)) in rows_detached(by, work)? {
        let line = lines.entry((place, Action::Detached));
        line.or_insert((relation, 0)).1 += rows;
    }
    Ok(lines
        .into_iter()
        .filter(|(_, (_, rows))| *rows > 0)
        .map(|((_, action), (relation, rows))| Line {
            relation: Some(relation),
            action: action.word(),
            rows,
            ground: action.ground(),
        })
        .collect())
}
