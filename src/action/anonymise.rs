//! Anonymising a person: walk and lock, decide, change, log. And the same without the changing: the preview.

use super::apply;
use super::done::{Done, action};
use super::report::{Action, Line};
use super::unregistered;
use super::work::{Deciding, Unchanged, Work};
use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::log::secret;
use crate::plan::{self, Plan};
use crate::security::{CallersPath, PinnedSettings};
use crate::spi::statement::Access;
use crate::strategy::running::Running;
use crate::walk::begin::{self, Call};
use crate::walk::found::Found;
use crate::walk::statements::{Purpose, Reading};
use crate::walk::subject::Ids;
use crate::walk::{Earlier, Walk};
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Whom a call is about, and how far it goes.
pub struct Asked {
    pub id: Datum,
    pub type_oid: Oid,
    /// Everything that is the person's; else only the person's own row.
    pub cascade: bool,
    /// Also what is anonymised already.
    pub force: bool,
}

/// Rows that triggers make while rows are changed are changed in the next round; there are not more rounds than this.
const ROUNDS: usize = 10;

/// Applies the rules to all rows of the persons asked for. Needs SPI; settings must not be pinned yet.
pub fn anonymise(home: &Home, call: &Call, asked: &Asked) -> Result<Vec<Line>> {
    begin::require_read_committed()?;
    let keys = secret::keys()?;
    let session = Session::begin(home, call, asked)?;
    let deciding = session.deciding(&keys, Access::Lock, asked.force);
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
            work.changes
                .iter_mut()
                .for_each(|change| change.forget_twins(&found[change.table]));
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
    let deciding = session.deciding(&keys, Access::Read, asked.force);
    let found = session.walk(Purpose::Preview, None)?;
    let work = deciding.decide(&found)?;
    apply::require_single_rows(&session.plan, &work)?;
    let mut lines: Vec<(usize, Action, u64)> = Vec::new();
    let unchanged = work.unchanged.iter().map(|unchanged| {
        (
            unchanged.table,
            unchanged.action.clone(),
            unchanged.rows.len(),
        )
    });
    let changes = work.changes.iter().map(|change| {
        (
            change.table,
            action(&deciding, change.table),
            change.rows.len(),
        )
    });
    let order: Vec<usize> = session
        .plan
        .graph
        .components
        .iter()
        .flatten()
        .copied()
        .collect();
    for (table, action, rows) in unchanged.chain(changes) {
        let place = order
            .iter()
            .position(|number| *number == table)
            .unwrap_or(usize::MAX);
        lines.push((place, action, rows as u64));
    }
    lines.sort();
    Ok(lines
        .into_iter()
        .map(|(place, action, rows)| Line {
            table: order[place],
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
    let deciding = session.deciding(&keys, Access::Read, false);
    let found = session.walk(Purpose::Preview, None)?;
    let own = found[0].as_ref().map_or(0, |found| found.rows());
    Ok(own > 0
        && own == session.ids.borrow().distinct()
        && deciding.remembered(&found)? == own
        && deciding.decide(&found)?.changes.is_empty())
}

fn endless() -> Error {
    Error::new(
        Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
        format!("triggers still made new rows of this person after {ROUNDS} rounds of anonymising"),
    )
    .hint("A trigger that copies old values must not fire for the copies.")
}

/// What a call works with.
struct Session<'a> {
    home: &'a Home,
    call: &'a Call,
    asked: &'a Asked,
    plan: Rc<Plan>,
    ids: RefCell<Ids>,
    memory: PgMemoryContexts,
    _pinned: PinnedSettings,
    _path: CallersPath,
    _running: Running,
}

impl<'a> Session<'a> {
    fn begin(home: &'a Home, call: &'a Call, asked: &'a Asked) -> Result<Self> {
        let memory = PgMemoryContexts::new("gdpr_ext action");
        let path = CallersPath::keep();
        let pinned = PinnedSettings::new();
        let running = Running::start()?;
        let plan = plan::plan(call.graph())?;
        let ids = Ids::read(call.graph(), asked.id, asked.type_oid, memory.value())?;
        Ok(Self {
            home,
            call,
            asked,
            plan,
            ids: RefCell::new(ids),
            memory,
            _pinned: pinned,
            _path: path,
            _running: running,
        })
    }

    fn deciding<'b>(
        &'b self,
        keys: &'b crate::mask::Keys,
        access: Access,
        force: bool,
    ) -> Deciding<'b> {
        Deciding {
            home: self.home,
            plan: &self.plan,
            keys,
            force: Cell::new(force),
            access,
        }
    }

    fn walk(&self, purpose: Purpose, earlier: Option<&Earlier>) -> Result<Vec<Option<Found>>> {
        let reading = Reading {
            purpose,
            extra: &self.plan.extra,
        };
        let memory: pg_sys::MemoryContext = self.memory.value();
        let walk = Walk::new(&self.plan.graph, reading, memory, None).after(earlier);
        let walk = match self.asked.cascade {
            true => walk.run(&self.ids.borrow())?,
            false => walk.run_start(&self.ids.borrow())?,
        };
        if purpose == Purpose::Act {
            walk.unreviewed()
                .refuse(&self.plan.graph, &self.call.names)?;
        }
        Ok(walk.into_found())
    }

    /// Later walks start from these keys too: those of the persons asked for were rewritten.
    fn find_also(&self, keys: &[Vec<String>]) -> Result<()> {
        let mut ids = self.ids.borrow_mut();
        keys.iter()
            .try_for_each(|texts| ids.add_texts(&self.plan.graph, texts))
    }

    /// Before anything is changed.
    fn begin_with(&self, work: &Work) -> Result<()> {
        let unregistered: Vec<&Unchanged> = work
            .unchanged
            .iter()
            .filter(|unchanged| unchanged.action == Action::Unregistered)
            .collect();
        unregistered::refuse(&self.plan, &unregistered)
    }
}
