//! The search: from a term to the rows that hold it, and on to the persons whose they are. docs/search.md says what it answers.

mod indexes;
pub mod kind;
mod lineage;
mod matching;
mod plan;
mod reads;
mod statements;
mod term;
mod text;
mod upward;

use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::log::read;
use crate::security::{self, PinnedSettings};
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::json;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Planning, Statement};
use crate::walk::foreign;
use pgrx::FromDatum;
use pgrx::pg_sys::{self, Datum, Oid};
use plan::{Plan, Searched};
use statements::{Layout, Text};
use std::collections::{BTreeSet, HashSet};
use term::Term;
use upward::Upward;

/// A row that was found, by one column, with one of the persons whose it is.
pub struct Hit {
    pub relation: Oid,
    /// as `gdpr_collect` gives it
    pub key: Option<Datum>,
    /// None for what a function found.
    pub column: Option<String>,
    pub snippet: Option<String>,
    /// None if it is nobody's.
    pub person: Option<Person>,
}

#[derive(Clone, Copy)]
pub struct Person {
    pub subject: Oid,
    pub key: Option<Datum>,
    /// What the person is called.
    pub label: Option<Datum>,
}

/// A row that was found, before it is known whose it is.
struct Match {
    table: usize,
    column: Option<usize>,
    snippet: Option<String>,
}

/// Looks for the term in every registered search column. Needs SPI, and settings not yet pinned; the hits' values live in `memory`.
/// 22004 and 22023 for no term, 42501 for a table that the caller may not read in full, 42703 for a column that is gone.
pub fn search(home: &Home, term: Option<&str>, memory: pg_sys::MemoryContext) -> Result<Vec<Hit>> {
    let term = Term::new(term)?;
    let plan = Plan::current(home)?;
    let _pinned = PinnedSettings::new();
    let mut checked = HashSet::new();
    for searched in &plan.tables {
        if checked.insert(searched.relation.oid) {
            security::require_access(&searched.relation, security::caller(), false)?;
        }
    }
    let mut found = Found::new(&plan, memory);
    for number in 0..plan.tables.len() {
        found.look(number, &term)?;
    }
    let hits = found.hits(&mut checked)?;
    log_read(home, &plan, &hits)?;
    Ok(hits)
}

/// Who was found is logged where reads are, an event for each table of persons; what was searched for never is.
fn log_read(home: &Home, plan: &Plan, hits: &[Hit]) -> Result<()> {
    if !read::SEARCH.is_logged() {
        return Ok(());
    }
    if hits.iter().all(|hit| hit.person.is_none()) {
        return read::log_of_nobody(home, read::SEARCH);
    }
    for ways in &plan.persons {
        let persons = hits.iter().filter_map(|hit| hit.person);
        let persons = persons.filter(|person| person.subject == ways.graph.start_scan);
        let keys: BTreeSet<String> = persons
            .filter_map(|person| person.key.map(json::text))
            .collect();
        if !keys.is_empty() {
            let keys: Vec<String> = keys.into_iter().collect();
            read::log(home, &ways.graph, read::SEARCH, &keys)?;
        }
    }
    Ok(())
}

struct Found<'a> {
    plan: &'a Plan,
    matches: Vec<Match>,
    keys: Column,
    upward: Vec<Upward<'a>>,
    /// For each of the ways up, the rows that they start from, and the matches in them.
    rows: Vec<Vec<(u32, u32)>>,
}

impl<'a> Found<'a> {
    fn new(plan: &'a Plan, memory: pg_sys::MemoryContext) -> Self {
        let ways = plan.persons.iter();
        Self {
            plan,
            matches: Vec::new(),
            keys: Column::new(pg_sys::JSONBOID, memory),
            upward: ways.map(|ways| Upward::new(ways, memory)).collect(),
            rows: plan.persons.iter().map(|_| Vec::new()).collect(),
        }
    }

    /// Looks in one table: a statement for its columns, and one for each function.
    fn look(&mut self, number: usize, term: &Term) -> Result<()> {
        let plan = self.plan;
        let searched = &plan.tables[number];
        let relation = &searched.relation;
        if !searched.columns.is_empty() {
            let by_parts = term.has_trigram();
            let prepare = || statements::by_columns(plan, searched, by_parts);
            self.run(number, 0, term, by_parts, prepare, || {
                format!(
                    "the search in table {} failed for some row",
                    relation.qualified()
                )
            })?;
        }
        for (place, name) in searched.functions.iter().enumerate() {
            let prepare = || statements::by_function(plan, searched, name);
            self.run(number, place + 1, term, true, prepare, || {
                format!(
                    "search function {name} of table {} failed",
                    relation.qualified()
                )
            })?;
        }
        Ok(())
    }

    fn run(
        &mut self,
        number: usize,
        part: usize,
        term: &Term,
        by_parts: bool,
        text: impl Fn() -> Result<Text>,
        failed: impl Fn() -> String,
    ) -> Result<()> {
        let plan = self.plan;
        let searched = &plan.tables[number];
        let relation = &searched.relation;
        let text = text()?;
        let mut parameters = Vec::with_capacity(text.parameters.len());
        for form in &text.parameters {
            parameters.push(term.form(*form, relation)?);
        }
        let _owner = security::as_owner(relation)?;
        let key = [number, part, by_parts as usize, 0];
        let statement = plan.statements.get(key, || {
            let types: Vec<Oid> = text.parameters.iter().map(|form| form.type_oid()).collect();
            // For any term: a plan made for this one would show it to whoever reads plans.
            Statement::prepare(&text.sql, &types, Planning::Once)
        })?;
        let layout = Layout::of(plan, searched);
        let run = || {
            statement.run(&parameters, Access::Read, |row| {
                self.take(number, term, &layout, row)
            })
        };
        guarded::run(run, |code| {
            if foreign::is_of_server(relation, code) {
                return Ok(foreign::unreadable(relation, code));
            }
            Ok(Error::new(code, failed())
                .hint("The server's message is not shown, since it can hold values of rows."))
        })
    }

    fn take(&mut self, number: usize, term: &Term, layout: &Layout, row: &Row) {
        let searched = &self.plan.tables[number];
        // SAFETY: the second column is a text.
        let value = row
            .get(1)
            .and_then(|value| unsafe { String::from_datum(value, false) });
        let place = self.matches.len() as u32;
        self.keys.push(row.get(layout.key));
        self.matches.push(Match {
            table: number,
            column: row.get(0).map(Datum::value),
            snippet: value.map(|value| text::snippet(&value, term.text())),
        });
        for ((ways, table), values) in searched.met.iter().zip(&layout.values) {
            let met = self.upward[*ways].meet(*table, row, layout.identity, |slot| values[slot]);
            self.rows[*ways].push((met, place));
        }
    }

    /// Finds the persons, and gives a hit for each.
    fn hits(mut self, checked: &mut HashSet<Oid>) -> Result<Vec<Hit>> {
        let mut persons: Vec<Vec<Person>> = self.matches.iter().map(|_| Vec::new()).collect();
        for (upward, rows) in self.upward.iter_mut().zip(&mut self.rows) {
            upward.run(checked)?;
            rows.sort_unstable();
            let subject = upward.subject();
            upward.persons(|person| {
                for row in person.rows {
                    let first = rows.partition_point(|(known, _)| known < row);
                    let matches = rows[first..].iter().take_while(|(known, _)| known == row);
                    for (_, place) in matches {
                        persons[*place as usize].push(Person {
                            subject,
                            key: person.key,
                            label: person.label,
                        });
                    }
                }
            });
        }
        let mut hits = Vec::with_capacity(self.matches.len());
        for (place, (found, persons)) in self.matches.into_iter().zip(persons).enumerate() {
            let searched: &Searched = &self.plan.tables[found.table];
            let column = found
                .column
                .map(|column| searched.columns[column].0.name.clone());
            let hit = |person| Hit {
                relation: searched.table,
                key: self.keys.get(place),
                column: column.clone(),
                snippet: found.snippet.clone(),
                person,
            };
            match persons.is_empty() {
                true => hits.push(hit(None)),
                false => hits.extend(persons.into_iter().map(|person| hit(Some(person)))),
            }
        }
        Ok(hits)
    }
}
