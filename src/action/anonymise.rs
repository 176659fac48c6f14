//! Anonymising a person: walk and lock, decide, change, log. And the same without the changing: the preview.

use super::apply;
use super::done::{Done, action, place, rows_detached};
use super::report::{Action, Line};
use super::session::{Asked, ROUNDS, Session, endless};
use super::work::{Deciding, Goal, Work};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::log::secret;
use crate::spi::statement::Access;
use crate::walk::Earlier;
use crate::walk::begin::{self, Call};
use crate::walk::statements::Purpose;
use pgrx::pg_sys::Oid;
use std::collections::BTreeMap;

/// Applies the rules to all rows of the persons asked for. Needs SPI; settings must not be pinned yet.
pub fn anonymise(home: &Home, call: &Call, asked: &Asked) -> Result<Vec<Line>> {
    begin::require_read_committed()?;
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Lock, asked.force, Goal::Anonymise);
    let mut done = Done::new(&deciding);
    let mut earlier = None;
    for round in 0.. {
        let found = session.walk(Purpose::Act, earlier.as_ref())?;
        let mut work = deciding.decide(&found)?;
        if round == 0 {
            session.begin_with(&work)?;
            for unchanged in &work.unchanged {
                if let Some(found) = &found[unchanged.table] {
                    done.unchanged(unchanged, found)?;
                }
            }
        } else {
            work.forget_twins(&found);
        }
        if work.changes.is_empty() {
            break;
        }
        if round == ROUNDS {
            return Err(endless());
        }
        apply::apply(&session.plan, &work, &found, &mut done)?;
        let fired = work
            .changes
            .iter()
            .any(|change| session.plan.tables[change.table].triggers);
        if !fired || !asked.cascade {
            break;
        }
        // A forced change is made once, not in every round.
        done.remember()?;
        session.find_also(&done.take_moved())?;
        earlier = Some(Earlier {
            found,
            links: session.plan.moving_links.iter().copied().collect(),
        });
        deciding.force.set(false);
    }
    let lines = done.lines();
    done.log("anonymise")?;
    Ok(lines)
}

/// What `anonymise` would do: the same lines, and none of it done. What it would refuse is a line, too.
pub fn preview(home: &Home, call: &Call, asked: &Asked) -> Result<Vec<Line>> {
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Read, asked.force, Goal::Anonymise);
    let found = session.walk(Purpose::Preview, None)?;
    let work = deciding.decide(&found)?;
    apply::require_single_rows(&session.plan, &work)?;
    lines(&deciding, &work)
}

/// What is to be done, in the order of the walk.
pub fn lines(by: &Deciding, work: &Work) -> Result<Vec<Line>> {
    let place = |table| place(by, table);
    let mut lines: BTreeMap<(usize, Action), (Oid, u64)> = BTreeMap::new();
    let mut add = |table: usize, action, rows: usize| {
        let relation = by.plan.graph.tables[table].relation;
        let line = lines.entry((place(table), action)).or_insert((relation, 0));
        line.1 += rows as u64;
    };
    for (table, rows) in &work.gone {
        add(*table, Action::Deleted, rows.len());
    }
    for change in &work.changes {
        for row in &change.rows {
            let ground = change.grounds.get(row).map_or("", String::as_str);
            add(change.table, action(by, change.table, ground), 1);
        }
    }
    for unchanged in &work.unchanged {
        add(
            unchanged.table,
            unchanged.action.clone(),
            unchanged.rows.len(),
        );
    }
    for (place, line) in rows_detached(by, work)? {
        lines.insert((place, Action::Detached), line);
    }
    Ok(lines
        .into_iter()
        .filter(|(_, (_, rows))| *rows > 0)
        .map(|((_, action), (relation, rows))| Line {
            relation,
            action: action.word(),
            rows,
            ground: action.ground(),
        })
        .collect())
}

/// The persons' own rows were anonymised, all of them, and nothing personal has been written to them since.
pub fn is_anonymised(home: &Home, call: &Call, asked: &Asked) -> Result<bool> {
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Read, false, Goal::Anonymise);
    let found = session.walk(Purpose::Preview, None)?;
    let own = found[0].as_ref().map_or(0, |found| found.rows());
    Ok(own > 0
        && own == session.ids.borrow().distinct()
        && deciding.remembered(&found)? == own
        && deciding.decide(&found)?.changes.is_empty())
}
