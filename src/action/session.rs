//! What a call of an action works with.

use super::report::Action;
use super::work::{Deciding, Goal, Work, table_name};
use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::mask::Keys;
use crate::plan::{self, Plan, Treatment};
use crate::registry::unregistered::{self, Unregistered};
use crate::security::{CallersPath, PinnedSettings};
use crate::spi::statement::Access;
use crate::strategy::running::Running;
use crate::walk::begin::Call;
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
pub const ROUNDS: usize = 10;

/// What a call works with.
pub struct Session<'a> {
    pub home: &'a Home,
    call: &'a Call,
    asked: &'a Asked,
    pub plan: Rc<Plan>,
    pub ids: RefCell<Ids>,
    pub memory: PgMemoryContexts,
    _pinned: PinnedSettings,
    _path: CallersPath,
    _running: Running,
}

impl<'a> Session<'a> {
    pub fn begin(home: &'a Home, call: &'a Call, asked: &'a Asked) -> Result<Self> {
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

    pub fn deciding<'b>(
        &'b self,
        keys: &'b Keys,
        access: Access,
        force: bool,
        goal: Goal,
    ) -> Deciding<'b> {
        Deciding {
            force: Cell::new(force),
            ..Deciding::new(self.home, &self.plan, keys, access, goal)
        }
    }

    pub fn walk(&self, purpose: Purpose, earlier: Option<&Earlier>) -> Result<Vec<Option<Found>>> {
        let reading = Reading {
            purpose,
            extra: self.plan.extra(purpose),
            start: None,
        };
        let memory: pg_sys::MemoryContext = self.memory.value();
        let walk = Walk::new(&self.plan.graph, reading, memory, None).after(earlier);
        let walk = match self.asked.cascade {
            true => walk.run(&self.ids.borrow())?,
            false => walk.run_start(&self.ids.borrow())?,
        };
        if purpose.acts() {
            walk.unreviewed()
                .refuse(&self.plan.graph, &self.call.names)?;
        }
        Ok(walk.into_found())
    }

    /// Later walks start from these keys too: those of the persons asked for were rewritten.
    pub fn find_also(&self, keys: &[Vec<String>]) -> Result<()> {
        let mut ids = self.ids.borrow_mut();
        keys.iter()
            .try_for_each(|texts| ids.add_texts(&self.plan.graph, texts))
    }

    /// Before anything is changed: refuses rows in tables that nobody has registered.
    pub fn begin_with(&self, work: &Work) -> Result<()> {
        let mut unregistered = Vec::new();
        for unchanged in &work.unchanged {
            if unchanged.action == Action::Unregistered
                && let Treatment::Unregistered(columns) =
                    &self.plan.tables[unchanged.table].treatment
            {
                unregistered.push(Unregistered {
                    table: table_name(&self.plan.graph, unchanged.table)?,
                    rows: unchanged.rows.len(),
                    columns: columns.clone(),
                });
            }
        }
        unregistered::refuse(&unregistered)
    }
}

pub fn endless() -> Error {
    Error::new(
        Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
        format!("triggers still made new rows of this person after {ROUNDS} rounds"),
    )
    .hint("A trigger that copies old values must not fire for the copies.")
}
