//! Deletes rows: one statement for each table, those that reference before those that are referenced; tables whose foreign keys run in a circle in
//! one statement together, at the end of which every foreign key holds.

use super::failure;
use super::statement::{Form, found_again};
use super::update::{given, planning};
use super::work::{Deciding, Rows, Work, table_name};
use crate::catalog::relation::Relation;
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use crate::link::graph::Identity;
use crate::plan::Plan;
use crate::security;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning, Statement};
use crate::spi::transition;
use crate::strategy::running;
use crate::walk::found::Found;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, PgMemoryContexts};
use std::cell::RefCell;

/// Rows deleted by one statement.
const BATCH: usize = 1_000_000;

thread_local! {
    /// What the statements that run now delete from, each with how deep in triggers it runs.
    static DELETING: RefCell<Vec<(i32, Vec<Oid>)>> = const { RefCell::new(Vec::new()) };
}

/// A statement of ours deletes from these tables while it lives: its triggers need not log what the action logs.
struct Deletes(());

impl Deletes {
    fn from(relations: &[&Relation]) -> Self {
        let oids = relations.iter().map(|relation| relation.oid).collect();
        DELETING.with_borrow_mut(|deleting| deleting.push((transition::depth(), oids)));
        Self(())
    }
}

impl Drop for Deletes {
    fn drop(&mut self) {
        DELETING.with_borrow_mut(Vec::pop);
    }
}

/// The trigger that runs now was fired by a statement of ours that deletes from this table.
pub fn is_of_action(relation: Oid) -> bool {
    DELETING.with_borrow(|deleting| {
        deleting.last().is_some_and(|(depth, relations)| {
            *depth + 1 == transition::depth() && relations.contains(&relation)
        })
    })
}

/// Needs SPI and pinned settings; the rows must be locked, and nothing else may reference them.
///
/// `before` is called with the tables of each statement, and the rows that go.
pub fn run(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
    mut before: impl FnMut(usize, &[u32]) -> Result<()>,
) -> Result<()> {
    for (table, _) in &work.gone {
        require_delete(
            by.plan
                .graph
                .relation(by.plan.graph.tables[*table].relation)?,
        )?;
    }
    for together in order(by.plan, work)? {
        let members: Vec<(usize, &[u32])> = together
            .into_iter()
            .map(|place| (work.gone[place].0, work.gone[place].1.as_slice()))
            .collect();
        for (table, rows) in &members {
            before(*table, rows)?;
        }
        statement(by.plan, &members, found)?;
    }
    Ok(())
}

/// The caller may delete from it. 42501 otherwise.
fn require_delete(relation: &Relation) -> Result<()> {
    if version::may_delete(relation.oid, security::caller()) {
        return Ok(());
    }
    let table = relation.qualified();
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!("permission denied for table {table}"),
    )
    .detail("Rows of this table would be deleted, and the caller lacks DELETE on it.")
    .hint(format!(
        "GRANT DELETE ON {table} TO the role that calls this function."
    )))
}

/// The tables of which rows go, by their places: referencing tables first, those in a circle together.
fn order(plan: &Plan, work: &Work) -> Result<Vec<Vec<usize>>> {
    let place = |table: usize| work.gone.iter().position(|(known, _)| *known == table);
    let mut graph = DiGraph::<(), ()>::new();
    for _ in &work.gone {
        graph.add_node(());
    }
    for reference in plan.references()? {
        let from = reference.from.and_then(place);
        if let (Some(from), Some(to)) = (from, place(reference.to)) {
            // Tarjan's algorithm gives what is led to first.
            graph.add_edge(NodeIndex::new(to), NodeIndex::new(from), ());
        }
    }
    Ok(tarjan_scc(&graph)
        .into_iter()
        .map(|group| group.into_iter().map(NodeIndex::index).collect())
        .collect())
}

fn statement(plan: &Plan, members: &[(usize, &[u32])], found: &[Option<Found>]) -> Result<()> {
    let relations: Vec<&Relation> = members
        .iter()
        .map(|(table, _)| plan.graph.relation(plan.graph.tables[*table].relation))
        .collect::<Result<_>>()?;
    let owner = one_owner(&relations)?;
    let _owner = match owner {
        Some(relation) => Some(security::as_owner_who_acts(relation)?),
        None => None,
    };
    let _deletes = Deletes::from(&relations);
    let mut deleted = vec![0; members.len()];
    let run = || {
        deleted = match by_place(plan, members, &relations) {
            Some(relation) => vec![places(plan, relation, members[0], found)?],
            None => together(plan, members, &relations, found)?,
        };
        Ok(())
    };
    guarded::run_naming(run, |code, message| {
        let named = relations
            .iter()
            .position(|relation| message.contains(&format!("\"{}\"", relation.name)));
        let named = named.unwrap_or(0);
        let rules = &plan.tables[members[named].0];
        Ok(failure::of_table(
            relations[named],
            Some(rules),
            code,
            message,
        ))
    })?;
    for ((table, rows), deleted) in members.iter().zip(deleted) {
        if deleted != rows.len() {
            return Err(Error::new(
                Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
                format!(
                    "only {deleted} of {} rows of table {} were deleted",
                    rows.len(),
                    table_name(&plan.graph, *table)?
                ),
            )
            .detail("A trigger of the table swallowed the deletion.")
            .hint("Let the trigger pass what gdpr_ext deletes, or drop it."));
        }
    }
    Ok(())
}

/// The one table that is deleted from, if its rows are where the walk has found them.
fn by_place<'a>(
    plan: &Plan,
    members: &[(usize, &[u32])],
    relations: &[&'a Relation],
) -> Option<&'a Relation> {
    let ([(table, _)], [relation]) = (members, relations) else {
        return None;
    };
    let is_place = plan.graph.tables[*table].identity == Identity::Place;
    (is_place && !plan.by_key()).then_some(*relation)
}

/// Deletes rows of one table by their places: one visit to each page, however large the table is.
fn places(
    plan: &Plan,
    relation: &Relation,
    (table, rows): (usize, &[u32]),
    found: &[Option<Found>],
) -> Result<usize> {
    let Some(own) = &found[table] else {
        return Ok(0);
    };
    let sql = format!(
        "DELETE FROM {} AS target WHERE target.ctid OPERATOR(pg_catalog.=) ANY ($1)",
        relation.in_from()
    );
    let statement = kept::of_session(&sql, &[pg_sys::TIDARRAYOID], Planning::Once)?;
    let places = &own.kept[Rows::of(plan, table, own).identity()][0];
    let mut deleted = 0;
    for batch in rows.chunks(BATCH) {
        deleted += statement.run_counting(&[Some(places.array(batch))], Access::Lock)?;
    }
    Ok(deleted as usize)
}

/// Deletes rows of several tables in one statement. How many of each.
fn together(
    plan: &Plan,
    members: &[(usize, &[u32])],
    relations: &[&Relation],
    found: &[Option<Found>],
) -> Result<Vec<usize>> {
    let memory = PgMemoryContexts::new("gdpr_ext delete");
    let mut parameters = vec![running::parameter()];
    let mut types = vec![pg_sys::INT8OID];
    let (mut parts, mut results) = (Vec::new(), Vec::new());
    for (i, ((table, rows), relation)) in members.iter().zip(relations).enumerate() {
        let Some(own) = &found[*table] else { continue };
        let form = Form {
            size: Size::Many,
            // What referenced these rows may have been anonymised meanwhile, and be among them.
            by_key: !plan.tables[*table].key.is_empty(),
            partly: false,
            releases: false,
        };
        let keys = Keys::after(types.len(), form.size);
        let (mut keys, matches, _) = found_again(&plan.graph, plan, *table, form, keys)?;
        let from = keys.from();
        types.append(&mut keys.types);
        parameters.extend(given(
            &Rows::of(plan, *table, own),
            rows,
            &[],
            form,
            &memory,
        ));
        parts.push(format!(
            "gone_{i} AS (DELETE FROM {} AS target USING {from} WHERE {matches} RETURNING 1)",
            relation.in_from()
        ));
        results.push(format!("SELECT {i}, pg_catalog.count(*) FROM gone_{i}"));
    }
    let sql = format!("WITH {} {}", parts.join(", "), results.join(" UNION ALL "));
    let mut deleted = vec![0; members.len()];
    Statement::prepare(&sql, &types, planning(Size::Many))?.run(
        &parameters,
        Access::Lock,
        |row| {
            // SAFETY: the statement's columns are of types int4 and int8.
            let count = row
                .get(1)
                .and_then(|datum| unsafe { i64::from_datum(datum, false) });
            if let (Some(i), Some(count)) = (row.get(0), count) {
                deleted[i.value()] = count as usize;
            }
        },
    )?;
    Ok(deleted)
}

/// The table as whose owner the statement runs; None if the tables have several owners: it runs as the caller then, who must not be a superuser
/// whom it would make run what the owners wrote. 42501.
fn one_owner<'a>(relations: &[&'a Relation]) -> Result<Option<&'a Relation>> {
    for relation in relations {
        security::require_in_place(relation)?;
    }
    let first = relations[0];
    if relations
        .iter()
        .all(|relation| relation.owner == first.owner)
    {
        return Ok(Some(first));
    }
    if !security::is_superuser() {
        return Ok(None);
    }
    let names: Vec<String> = relations
        .iter()
        .map(|relation| relation.qualified().to_string())
        .collect();
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!("tables {} have several owners and reference each other in a circle", names.join(", ")),
    )
    .detail("One statement deletes from them all, and what their owners wrote would run with a superuser's rights.")
    .hint("Call it as a role that may SELECT, UPDATE and DELETE in them all and is no superuser."))
}
