//! Does again what the events did, to the rows that are known to be theirs. What a table refuses is left as it is, and the rest goes on.

use super::decide::{detached, kept};
use super::events::Events;
use super::refusals::Refusals;
use super::same::{Between, of_row};
use super::table::{Fate, Table};
use crate::action::delete::{self, Member};
use crate::action::done::Done;
use crate::action::statement::{Form, found_again};
use crate::action::update::given;
use crate::action::work::{Candidates, Work, require_bits};
use crate::action::{apply, failure};
use crate::catalog::home::Home;
use crate::catalog::relation::Column;
use crate::catalog::schema::Release;
use crate::error::{Code, Error, Result};
use crate::mask::Keys as Secret;
use crate::security;
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use crate::spi::guarded;
use crate::spi::statement::{Access, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use pgrx::PgMemoryContexts;
use std::collections::{HashMap, HashSet};

/// Rows that a table refuses one by one before what is left is tried in large pieces only.
const REFUSED: usize = 1000;

/// The caller may delete what is to be deleted. 42501 otherwise; what else the caller needs the walk has looked for.
pub fn require_privileges(tables: &[Table]) -> Result<()> {
    let deleting = tables
        .iter()
        .filter(|table| table.gone.contains(&Fate::ToDo));
    for table in deleting {
        let graph = &table.plan.graph;
        delete::require_delete(graph.relation(graph.tables[0].relation)?)?;
    }
    Ok(())
}

/// Does all that is to be done: rows let go, then rules are applied, then rows are deleted, those first that reference others. Keys are rewritten at last, since that
/// moves the rows that reference them. Needs pinned settings.
pub fn run(
    home: &Home,
    secret: &Secret,
    tables: &mut [Table],
    between: &[Between],
    events: &Events,
    refusals: &Refusals,
) -> Result<()> {
    let rewrites = |table: &Table| table.plan.tables[0].group.is_some();
    for table in tables.iter_mut() {
        let moved = let_go(table, between, events, refusals)?;
        if !rewrites(table) {
            mask(home, secret, table, events, moved, refusals)?;
        }
    }
    let pairs = between.iter().map(|key| (key.from, key.to));
    for group in delete::referencing_first(tables.len(), pairs) {
        match group.as_slice() {
            [one] => delete_one(home, secret, &mut tables[*one], refusals)?,
            many => delete_circle(home, secret, tables, many, refusals)?,
        }
    }
    let mut rewriting = tables.iter_mut().filter(|table| rewrites(table));
    rewriting.try_for_each(|table| mask(home, secret, table, events, true, refusals))
}

/// Tries the work on all rows; if it fails, on halves of them, until it is known which rows are refused.
fn each_that_can(
    table: &str,
    rows: &[u32],
    refusals: &Refusals,
    work: &mut dyn FnMut(&[u32]) -> Result<()>,
) -> Vec<u32> {
    let mut refused = Vec::new();
    let mut left = vec![rows.to_vec()];
    let mut said = false;
    while let Some(rows) = left.pop() {
        if rows.is_empty() {
            continue;
        }
        let outcome = attempt(|| {
            let _spi = Connection::open();
            work(&rows)
        });
        let Err(message) = outcome else { continue };
        if rows.len() > 1 && refused.len() < REFUSED {
            let (first, second) = rows.split_at(rows.len() / 2);
            left.push(second.to_vec());
            left.push(first.to_vec());
            continue;
        }
        refused.extend(rows);
        if !said {
            refusals.add(format!(
                "rows of table {table} could not be changed: {message}"
            ));
            said = true;
        }
    }
    refused
}

/// What has to let go does so. Whether that has moved rows.
fn let_go(
    table: &mut Table,
    between: &[Between],
    events: &Events,
    refusals: &Refusals,
) -> Result<bool> {
    let mut moved = false;
    for (columns, rows) in detached(table, events) {
        let rows: HashSet<u32> = rows.into_iter().collect();
        let of_these = |place: &u32| {
            let number = table.number.get(place);
            number.is_some_and(|number| rows.contains(number))
        };
        let mut places = table.to_do(&table.detached);
        places.retain(of_these);
        if places.is_empty() {
            continue;
        }
        // By the key, where rows may have let go of something else before.
        let by_key = moved && !table.plan.tables[0].key.is_empty();
        let value = release(table, between, &columns);
        let name = table.relation.qualified().to_string();
        let refused = each_that_can(&name, &places, refusals, &mut |places| {
            set(table, places, &columns, value, by_key)
        });
        moved = true;
        note(table, |table| &mut table.detached, &places, &refused);
    }
    Ok(moved)
}

/// What becomes of the columns of a foreign key.
fn release(table: &Table, between: &[Between], columns: &[Column]) -> &'static str {
    let is_of =
        |key: &&Between| key.reference.relation.oid == table.relation.oid && key.has(columns);
    let released = between.iter().find(is_of);
    match released.and_then(|key| key.reference.release) {
        Some(Release::Default) => "DEFAULT",
        _ => "NULL",
    }
}

fn set(table: &Table, places: &[u32], columns: &[Column], value: &str, by_key: bool) -> Result<()> {
    let plan = &table.plan;
    let Some(rows) = table.rows() else {
        return Ok(());
    };
    let relation = plan.graph.relation(plan.graph.tables[0].relation)?;
    let form = Form {
        size: Size::Many,
        by_key,
        partly: false,
        releases: false,
    };
    let (mut keys, matches, _) = found_again(&plan.graph, plan, 0, form, Keys::new(form.size))?;
    let sets: Vec<String> = columns
        .iter()
        .map(|column| format!("{} = {value}", Ident(&column.name)))
        .collect();
    let sql = format!(
        "UPDATE {} AS target SET {} FROM {} WHERE {matches}",
        relation.in_from(),
        sets.join(", "),
        keys.from()
    );
    let memory = PgMemoryContexts::new("gdpr_ext rerun");
    let mut parameters = vec![running::parameter()];
    parameters.extend(given(&rows, places, &[], form, &memory));
    let types = std::mem::take(&mut keys.types);
    let mut changed = 0;
    let _owner = security::as_owner_who_acts(relation)?;
    let run = || {
        let planning = form.planning(&plan.graph.tables[0]);
        let statement = Statement::prepare(&sql, &types, planning)?;
        changed = statement.run_counting(&parameters, Access::Lock)?;
        Ok(())
    };
    guarded::run_naming(run, |code, message| {
        Ok(failure::of_table(
            relation,
            Some(&plan.tables[0]),
            code,
            message,
        ))
    })?;
    match changed == places.len() as u64 {
        true => Ok(()),
        false => Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            "a trigger of the table swallowed the change",
        )),
    }
}

fn mask(
    home: &Home,
    secret: &Secret,
    table: &mut Table,
    events: &Events,
    moved: bool,
    refusals: &Refusals,
) -> Result<()> {
    let places = table.to_do(&table.masked);
    if places.is_empty() {
        return Ok(());
    }
    let mut kept_of = HashMap::new();
    for place in &places {
        let Some(number) = table.number.get(place) else {
            continue;
        };
        let mentions = of_row(&table.mentioned.mentions, *number);
        kept_of.insert(*place, kept(table, events, mentions).unwrap_or_default());
    }
    if kept_of.values().any(|kept| *kept != 0) {
        require_bits(&table.plan, 0)?;
    }
    let name = table.relation.qualified().to_string();
    let refused = each_that_can(&name, &places, refusals, &mut |places| {
        let deciding = table.deciding(home, secret);
        let rows = places.iter().map(|place| (*place, kept_of[place]));
        let candidates = vec![Candidates {
            table: 0,
            rows: rows.collect(),
        }];
        let mut work = Work::default();
        deciding.changes(&table.found, candidates, &mut work)?;
        for change in &mut work.changes {
            change.by_key = moved;
        }
        let mut done = Done::new(&deciding);
        apply::apply(&table.plan, &work, &table.found, &mut done)?;
        done.remember()
    });
    note(table, |table| &mut table.masked, &places, &refused);
    Ok(())
}

fn delete_one(home: &Home, secret: &Secret, table: &mut Table, refusals: &Refusals) -> Result<()> {
    let name = table.relation.qualified().to_string();
    let mut places = table.to_do(&table.gone);
    // Rows of one table can reference each other: what is refused now may not be when the others are gone.
    loop {
        if places.is_empty() {
            return Ok(());
        }
        let refused = each_that_can(&name, &places, refusals, &mut |places| {
            remove(home, secret, &[(table, places)])
        });
        let again = refused.len() < places.len() && !refused.is_empty();
        note(table, |table| &mut table.gone, &places, &refused);
        if !again {
            return Ok(());
        }
        for place in &refused {
            if let Some(number) = table.number.get(place) {
                table.gone[*number as usize] = Fate::ToDo;
            }
        }
        places = refused;
    }
}

/// Tables that reference each other in a circle are deleted from in one statement: all rows or none.
fn delete_circle(
    home: &Home,
    secret: &Secret,
    tables: &mut [Table],
    members: &[usize],
    refusals: &Refusals,
) -> Result<()> {
    let places: Vec<(usize, Vec<u32>)> = members
        .iter()
        .map(|number| (*number, tables[*number].to_do(&tables[*number].gone)))
        .filter(|(_, places)| !places.is_empty())
        .collect();
    let outcome = attempt(|| {
        let _spi = Connection::open();
        let members: Vec<(&Table, &[u32])> = places
            .iter()
            .map(|(number, places)| (&tables[*number], places.as_slice()))
            .collect();
        remove(home, secret, &members)
    });
    if let Err(message) = &outcome {
        let names = places.iter().map(|(number, _)| &tables[*number].relation);
        let names: Vec<String> = names.map(|table| table.qualified().to_string()).collect();
        refusals.add(format!(
            "rows of tables {} could not be deleted: {message}",
            names.join(", ")
        ));
    }
    for (number, places) in &places {
        let refused: &[u32] = if outcome.is_err() { places } else { &[] };
        note(
            &mut tables[*number],
            |table| &mut table.gone,
            places,
            refused,
        );
    }
    Ok(())
}

/// Deletes these rows of each table in one statement.
fn remove(home: &Home, secret: &Secret, tables: &[(&Table, &[u32])]) -> Result<()> {
    let mut members = Vec::new();
    for (table, places) in tables {
        if let Some(found) = table.own() {
            members.push(Member {
                plan: &table.plan,
                table: 0,
                found,
                rows: places,
            });
        }
    }
    if members.is_empty() {
        return Ok(());
    }
    let work = |places: &[u32]| Work {
        gone: vec![(0, places.to_vec())],
        ..Work::default()
    };
    for (table, places) in tables {
        apply::before(&table.plan, &work(places), &table.found)?;
    }
    delete::statement(&members)?;
    for (table, places) in tables {
        apply::after(&table.plan, &work(places), &table.found)?;
        if let Some(found) = table.own() {
            let deciding = table.deciding(home, secret);
            let mut done = Done::new(&deciding);
            done.forget(0, places, found);
            done.remember()?;
        }
    }
    Ok(())
}

/// Notes what was done to these rows, and what was not.
fn note(
    table: &mut Table,
    which: impl for<'t, 'm> Fn(&'t mut Table<'m>) -> &'t mut Vec<Fate>,
    places: &[u32],
    refused: &[u32],
) {
    let refused: HashSet<&u32> = refused.iter().collect();
    for place in places {
        let Some(number) = table.number.get(place).copied() else {
            continue;
        };
        which(table)[number as usize] = match refused.contains(place) {
            true => Fate::Failed,
            false => Fate::Done,
        };
    }
}
