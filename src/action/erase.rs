//! Erasing a person (Art. 17 GDPR): each table by what its entry says, and nothing that references what is gone.

use super::done::Done;
use super::outside::Later;
use super::release::Released;
use super::report::{Action, Line};
use super::session::{Asked, ROUNDS, Session, endless};
use super::sources::{self, Sources};
use super::work::{Goal, Unchanged, Work};
use super::{apply, delete, detach, on_delete};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::link::graph::Graph;
use crate::log::secret;
use crate::plan::{Plan, Treatment};
use crate::spi::statement::Access;
use crate::walk::Earlier;
use crate::walk::begin::{self, Call};
use crate::walk::statements::Purpose;
use std::collections::HashSet;

/// Erases the persons asked for, or deletes them. Needs SPI; settings must not be pinned yet.
pub fn erase(home: &Home, call: &Call, asked: &Asked, goal: Goal) -> Result<Vec<Line>> {
    begin::require_read_committed()?;
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Lock, false, goal);
    let mut done = Done::new(&deciding);
    let mut earlier: Option<Earlier> = None;
    let mut kept = HashSet::new();
    let mut later = Later::default();
    let mut sources = None;
    let call_of = match goal {
        Goal::Delete => "delete",
        _ => "erase",
    };
    for round in 0.. {
        let mut found = session.walk(Purpose::Erase, earlier.as_ref())?;
        let mut work = deciding.decide(&found)?;
        if round == 0 {
            session.begin_with(&work)?;
            sources = Sources::of(&session, asked, &found, Access::Lock)?;
            if let Some(sources) = &sources {
                done.reported(sources.kept()?);
            }
            for unchanged in &work.unchanged {
                if let Some(found) = &found[unchanged.table] {
                    if is_kept(&session.plan, unchanged) {
                        unchanged.without(found, &mut kept);
                    }
                    done.unchanged(unchanged, found)?;
                }
            }
        } else {
            work.forget_twins(&found);
            // Copies that triggers have made in tables that are kept.
            for unchanged in work
                .unchanged
                .iter()
                .filter(|unchanged| is_kept(&session.plan, unchanged))
            {
                if let Some(found) = &found[unchanged.table] {
                    done.unchanged(&unchanged.without(found, &mut kept), found)?;
                }
            }
        }
        later.take(&session.plan, &mut work, &mut found)?;
        if work.is_done() {
            break;
        }
        if round == ROUNDS {
            return Err(endless());
        }
        apply::before(&session.plan, &work, &found)?;
        done.count_detached(&work)?;
        let released = Released::of(&deciding, &work, &found)?;
        let mut let_go = detach::of_what_stays(&deciding, &work, &found, &released)?;
        apply::alone(&session.plan, &work, &found, &released, &mut done)?;
        let_go.extend(released.let_go(&deciding, &found)?);
        let_go.extend(detach::of_what_goes(&deciding, &work, &found, &released)?);
        let_go.into_iter().for_each(|let_go| done.detached(let_go));
        delete::run(&deciding, &work, &found, |table, rows| {
            on_delete::of_what_goes(&deciding, &work, &found, (table, rows), &mut done)
        })?;
        for (table, rows) in &work.gone {
            if let Some(found) = &found[*table] {
                done.deleted(*table, rows, found)?;
            }
        }
        apply::together(&session.plan, &work, &found, &mut done)?;
        apply::after(&session.plan, &work, &found)?;
        done.remember()?;
        session.find_also(&done.take_moved())?;
        let fires = fires(&session, &work)?;
        earlier = Some(Earlier {
            links: links(&session.plan.graph, &session.plan.moving_links, &work),
            found,
        });
        if !fires {
            break;
        }
    }
    sources::finish(sources, later, &deciding, &mut done, call_of, || {
        session.walk(Purpose::Erase, earlier.as_ref())
    })?;
    let lines = done.lines();
    done.log(call_of)?;
    Ok(lines)
}

/// Rows of a table that is kept as it is.
fn is_kept(plan: &Plan, unchanged: &Unchanged) -> bool {
    matches!(plan.tables[unchanged.table].treatment, Treatment::Keep(_))
        && matches!(unchanged.action, Action::Kept(_))
}

/// A user's trigger was fired, which may have made rows.
fn fires(session: &Session, work: &Work) -> Result<bool> {
    let references = session.plan.references()?;
    let changed = work.changes.iter().map(|change| change.table);
    let gone = work.gone.iter().map(|(table, _)| *table);
    let let_go = work.detached.keys().map(|number| references[*number].from);
    // Of a table that no walk comes to it is not known.
    let mut tables = changed.chain(gone).map(Some).chain(let_go);
    Ok(tables.any(|table| table.is_none_or(|table| session.plan.tables[table].triggers)))
}

/// Links to follow from the rows that were there: those by values that have changed, and those from rows that are gone.
fn links(graph: &Graph, moving: &[usize], work: &Work) -> HashSet<usize> {
    let gone: HashSet<usize> = work.gone.iter().map(|(table, _)| *table).collect();
    let from_gone = graph.links.iter().enumerate();
    let from_gone =
        from_gone.filter(|(_, link)| link.depth.is_some() && gone.contains(&link.source.table));
    moving
        .iter()
        .copied()
        .chain(from_gone.map(|(number, _)| number))
        .collect()
}
