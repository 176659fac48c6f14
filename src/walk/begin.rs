//! From a function call to a walk.

use super::output::Sink;
use super::statements::{Purpose, Reading};
use super::subject::Ids;
use super::{Tally, Walk};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::link::graph::Graph;
use crate::link::name::LinkName;
use crate::security::PinnedSettings;
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::{self, Datum, Oid};
use std::rc::Rc;

/// A call about subjects of one table.
pub struct Call {
    graph: Rc<Graph>,
    /// The links' names, as the caller would write them.
    pub names: Rc<Vec<LinkName>>,
}

impl Call {
    /// Needs SPI, and settings not yet pinned. 42809 if `subject` is no table.
    pub fn of(fcinfo: pg_sys::FunctionCallInfo, subject: Oid) -> Result<Self> {
        let home = Home::of_call(fcinfo)?;
        if !cached::is_known(subject) {
            let _pinned = PinnedSettings::new();
            Relation::load_one(subject)?.require_table()?;
        }
        let (graph, names) = cached::graph(&home, subject)?;
        Ok(Self { graph, names })
    }

    pub fn graph(&self) -> &Rc<Graph> {
        &self.graph
    }
}

/// Walks from the subjects that `id` names, and says how many rows of which table it found. Needs pinned settings, as the walk does.
pub fn walk<'a>(
    call: &'a Call,
    id: Datum,
    type_oid: Oid,
    purpose: Purpose,
    output: Option<&'a mut dyn Sink>,
) -> Result<Tally> {
    let memory = PgMemoryContexts::new("gdpr_ext walk");
    let graph = &call.graph;
    let ids = Ids::read(graph, id, type_oid, memory.value())?;
    let walk = Walk::new(graph, Reading::only(purpose), memory.value(), output).run(&ids)?;
    if purpose != Purpose::Collect {
        walk.unreviewed().refuse(graph, &call.names)?;
    }
    Ok(walk.tally())
}

/// What acts must see rows that others have committed since the transaction began. 25001 otherwise.
pub fn require_read_committed() -> Result<()> {
    // SAFETY: reads a backend-local variable.
    if unsafe { pg_sys::XactIsoLevel } <= pg_sys::XACT_READ_COMMITTED as i32 {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_ACTIVE_SQL_TRANSACTION,
        "a person's rows can be locked in READ COMMITTED transactions only",
    )
    .detail("A transaction that keeps its first snapshot would not see rows that others have added since.")
    .hint("BEGIN ISOLATION LEVEL READ COMMITTED."))
}
