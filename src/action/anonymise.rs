//! Anonymising a person: walk and lock, decide, change, log.

use super::apply;
use super::done::Done;
use super::outside::Later;
use super::report::Line;
use super::session::{Asked, ROUNDS, Session, endless};
use super::sources::{self, Sources};
use super::work::Goal;
use crate::catalog::home::Home;
use crate::error::Result;
use crate::log::secret;
use crate::spi::statement::Access;
use crate::walk::Earlier;
use crate::walk::begin::{self, Call};
use crate::walk::statements::Purpose;

/// Applies the rules to all rows of the persons asked for. Needs SPI; settings must not be pinned yet.
pub fn anonymise(home: &Home, call: &Call, asked: &Asked) -> Result<Vec<Line>> {
    begin::require_read_committed()?;
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Lock, asked.force, Goal::Anonymise);
    let mut done = Done::new(&deciding);
    let mut earlier = None;
    let mut later = Later::default();
    let mut sources = None;
    for round in 0.. {
        let mut found = session.walk(Purpose::Act, earlier.as_ref())?;
        let mut work = deciding.decide(&found)?;
        if round == 0 {
            session.begin_with(&work)?;
            sources = Sources::of(&session, asked, &found, Access::Lock)?;
            if let Some(sources) = &sources {
                done.reported(sources.kept()?);
            }
            for unchanged in &work.unchanged {
                if let Some(found) = &found[unchanged.table] {
                    done.unchanged(unchanged, found)?;
                }
            }
        } else {
            work.forget_twins(&found);
        }
        later.take(&session.plan, &mut work, &mut found)?;
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
        // A forced change is made once, not in every round.
        done.remember()?;
        session.find_also(&done.take_moved())?;
        earlier = Some(Earlier {
            found,
            links: session.plan.moving_links.iter().copied().collect(),
        });
        deciding.force.set(false);
        if !fired || !asked.cascade {
            break;
        }
    }
    sources::finish(sources, later, &deciding, &mut done, "anonymise", || {
        session.walk(Purpose::Act, earlier.as_ref())
    })?;
    let lines = done.lines();
    done.log("anonymise")?;
    Ok(lines)
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
