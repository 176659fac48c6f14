//! Runs the statements of a walk, each with the rights of the owner of the table that it reads, after the caller's were checked.

use super::statements::{Purpose, Size, Step, prepared};
use crate::error::{Code, Error, Result};
use crate::link::graph::{Graph, Link};
use crate::security::{self, RunAs};
use crate::spi::row::Row;
use crate::spi::statement::Access;
use pgrx::pg_sys::panic::CaughtError;
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;

pub struct Steps<'a> {
    pub graph: &'a Graph,
    pub purpose: Purpose,
    caller: Oid,
    /// Tables that the caller's privileges have been checked for, without and with locking.
    checked: RefCell<HashSet<(Oid, bool)>>,
}

impl<'a> Steps<'a> {
    pub fn new(graph: &'a Graph, purpose: Purpose) -> Self {
        Self {
            graph,
            purpose,
            caller: security::caller(),
            checked: RefCell::default(),
        }
    }

    /// Runs a step for so many keys, and hands over each row.
    pub fn run(
        &self,
        step: Step,
        size: Size,
        parameters: &[Option<Datum>],
        each: impl FnMut(&Row),
    ) -> Result<()> {
        let relation = self.graph.relation(self.scan(step))?;
        let finds = matches!(step, Step::Start | Step::Forward(_));
        let locks = finds && self.purpose == Purpose::Lock;
        if self.checked.borrow_mut().insert((relation.oid, locks)) {
            security::require_access(relation, self.caller, locks)?;
        }
        let _owner = RunAs::new(relation.owner);
        let statement = prepared(self.graph, step, size, self.purpose)?;
        let access = match self.purpose {
            Purpose::Collect => Access::Read,
            Purpose::Lock => Access::Lock,
        };
        let run = || statement.run(parameters, access, each);
        match self.user_expression(step) {
            None => run(),
            Some(link) => without_values(run, || {
                let table = |oid| self.graph.relation(oid).map(|r| r.qualified().to_string());
                Ok((table(link.source.scan)?, table(link.target.scan)?))
            }),
        }
    }

    /// The relation that a step reads.
    fn scan(&self, step: Step) -> Oid {
        match step {
            Step::Start => self.graph.start_scan,
            Step::Forward(link) => self.graph.links[link].target.scan,
            Step::Reverse(link) => self.graph.links[link].source.scan,
            Step::Content(table) => self.graph.tables[table].relation,
        }
    }

    /// The link of a step, if it evaluates what a user wrote.
    fn user_expression(&self, step: Step) -> Option<&'a Link> {
        let (Step::Forward(number) | Step::Reverse(number)) = step else {
            return None;
        };
        let link = &self.graph.links[number];
        let columns = link.source.columns.iter().chain(&link.target.columns);
        let speaks = link.condition.is_some() || columns.into_iter().any(|c| c.is_expression);
        speaks.then_some(link)
    }
}

/// An expression that fails for some row says so with the row's value ("invalid input syntax for type integer: ..."). The error is
/// passed on without it. It ends the statement: nothing is done after it was caught.
fn without_values(
    run: impl FnOnce() -> Result<()>,
    tables: impl FnOnce() -> Result<(String, String)>,
) -> Result<()> {
    let run = AssertUnwindSafe(run);
    let failed = pgrx::PgTryBuilder::new(AssertUnwindSafe(|| run.0().map_err(Ok)))
        .catch_others(|caught| match caught {
            CaughtError::PostgresError(report) if shows_values(report.sql_error_code()) => {
                Err(Err(report.sql_error_code()))
            }
            other => other.rethrow(),
        })
        .execute();
    match failed {
        Ok(()) => Ok(()),
        Err(Ok(error)) => Err(error),
        Err(Err(code)) => {
            let (source, target) = tables()?;
            Err(Error::new(
                code,
                format!("an expression of the link from table {source} to table {target} failed for some row"),
            )
            .hint("Make it work for every row: a cast can be guarded with CASE WHEN ... ~ '^[0-9]+$' THEN ... END."))
        }
    }
}

/// Data exceptions, integrity violations, and what functions raise themselves: their messages are made of values.
fn shows_values(code: Code) -> bool {
    let class = code as u32 & 0o7777;
    [
        Code::ERRCODE_DATA_EXCEPTION,
        Code::ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION,
        Code::ERRCODE_RAISE_EXCEPTION,
    ]
    .iter()
    .any(|shown| class == *shown as u32 & 0o7777)
}
