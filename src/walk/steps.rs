//! Runs the statements of a walk, each with the rights of the owner of the table that it reads, after the caller's were checked.

use super::foreign;
use super::statements::{Reading, Size, Step, prepared};
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::link::graph::{End, Graph, Link};
use crate::security;
use crate::spi::guarded;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Statement};
use crate::strategy::running;
use pgrx::FromDatum;
use pgrx::pg_sys::{Datum, Oid};
use std::cell::RefCell;
use std::collections::HashSet;

pub struct Steps<'a> {
    pub graph: &'a Graph,
    pub reading: Reading<'a>,
    caller: Oid,
    /// Tables that the caller's privileges have been checked for, without and with locking.
    checked: RefCell<HashSet<(Oid, bool)>>,
}

impl<'a> Steps<'a> {
    pub fn new(graph: &'a Graph, reading: Reading<'a>) -> Self {
        Self {
            graph,
            reading,
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
        let locks = finds && self.reading.purpose.locks();
        // Who deletes a row needs no privileges on what references it, as for any foreign key action.
        let is_of_foreign_key = self.reading.start.is_some();
        if !is_of_foreign_key && self.checked.borrow_mut().insert((relation.oid, locks)) {
            security::require_access(relation, self.caller, locks)?;
        }
        let _owner = security::as_owner(relation)?;
        let (size, asked) = foreign::asked(relation, size, parameters);
        let statement = prepared(self.graph, step, size, self.reading)?;
        let access = match self.reading.purpose.locks() {
            false => Access::Read,
            true => Access::Lock,
        };
        if relation.is_outside() {
            let run = || self.run_singly(&statement, step, &asked, access, each);
            return guarded::run(run, |code| self.failed(step, relation, code));
        }
        let parameters = [&[running::parameter()], parameters].concat();
        let run = || statement.run(&parameters, access, each);
        match relation.is_foreign() || self.user_expression(step).is_some() {
            false => run(),
            true => guarded::run(run, |code| self.failed(step, relation, code)),
        }
    }

    /// One statement for each key. What was read is counted again by the server.
    fn run_singly(
        &self,
        statement: &Statement,
        step: Step,
        keys: &[Vec<Option<Datum>>],
        access: Access,
        mut each: impl FnMut(&Row),
    ) -> Result<()> {
        let counted = foreign::counted(self.graph, step, self.reading)?;
        for (key, parameters) in keys.iter().enumerate() {
            let parameters = [&[running::parameter()], parameters.as_slice()].concat();
            let (mut read, mut there) = (0, 0);
            statement.run(&parameters, access, |row| {
                read += 1;
                row.numbered(key + 1, &mut each);
            })?;
            let Some(counted) = &counted else { continue };
            counted.run(&parameters, access, |row| {
                // SAFETY: the column is of type int8.
                let count = row
                    .get(0)
                    .and_then(|datum| unsafe { i64::from_datum(datum, false) });
                there = count.unwrap_or_default();
            })?;
            if read < there {
                let relation = self.graph.relation(self.scan(step))?;
                return Err(foreign::cut_off(relation, read, there));
            }
        }
        Ok(())
    }

    /// What is said of a statement that has failed for what others wrote: a link's expressions, or what is on a foreign server.
    fn failed(&self, step: Step, relation: &Relation, code: Code) -> Result<Error> {
        match self.user_expression(step) {
            Some(link) if !foreign::is_of_server(relation, code) => {
                let table = |oid| self.graph.relation(oid).map(|r| r.qualified().to_string());
                let (source, target) = (table(link.source.scan)?, table(link.target.scan)?);
                Ok(Error::new(
                    code,
                    format!("an expression of the link from table {source} to table {target} failed for some row"),
                )
                .hint("Make it work for every row: a cast can be guarded with CASE WHEN ... ~ '^[0-9]+$' THEN ... END."))
            }
            _ => Ok(foreign::unreadable(relation, code)),
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

    /// A link of which a step evaluates what a user wrote: the one that it follows, or one that will be followed from the rows that it finds.
    fn user_expression(&self, step: Step) -> Option<&'a Link> {
        let graph = self.graph;
        let (followed, found) = match step {
            Step::Start => (None, 0),
            Step::Forward(number) => (Some(number), graph.links[number].target.table),
            Step::Reverse(number) => (Some(number), graph.links[number].source.table),
            Step::Content(_) => return None,
        };
        let is_written = |end: &End| end.columns.iter().any(|column| column.is_expression);
        let speaks = |link: &&Link| {
            link.condition.is_some() || is_written(&link.source) || is_written(&link.target)
        };
        let followed = followed.map(|number| &graph.links[number]).filter(speaks);
        let table = &graph.tables[found];
        let links = |numbers: &'a [usize]| numbers.iter().map(|number| &graph.links[*number]);
        let mut outgoing = links(&table.outgoing).filter(|link| is_written(&link.source));
        let mut incoming = links(&table.incoming).filter(|link| is_written(&link.target));
        followed
            .or_else(|| outgoing.next())
            .or_else(|| incoming.next())
    }
}
