//! Deletes rows: one statement for each table, those that reference before those that are referenced; tables whose foreign keys run in a circle in
//! one statement together, at the end of which every foreign key holds.

use super::statement::{Form, found_again};
use super::update::{given, planning};
use super::work::{Deciding, Rows, Work, table_name};
use super::{failure, outside};
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
    let plan = by.plan;
    for (table, _) in &work.gone {
        require_delete(plan.graph.relation(plan.graph.tables[*table].relation)?)?;
    }
    for together in order(plan, work)? {
        let mut members = Vec::new();
        for place in together {
            let (table, rows) = &work.gone[place];
            before(*table, rows)?;
            if let Some(found) = &found[*table] {
                members.push(Member {
                    plan,
                    table: *table,
                    found,
                    rows,
                });
            }
        }
        statement(&members)?;
    }
    Ok(())
}

/// Rows of a table that one statement deletes.
pub struct Member<'a> {
    pub plan: &'a Plan,
    /// The table's number in the plan.
    pub table: usize,
    pub found: &'a Found,
    pub rows: &'a [u32],
}

impl<'a> Member<'a> {
    fn relation(&self) -> Result<&'a Relation> {
        let graph = &self.plan.graph;
        graph.relation(graph.tables[self.table].relation)
    }

    pub fn rows_read(&self) -> Rows<'a> {
        Rows::of(self.plan, self.table, self.found)
    }
}

/// The caller may delete from it. 42501 otherwise.
pub fn require_delete(relation: &Relation) -> Result<()> {
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
    let references = plan.references()?.iter();
    let pairs = references
        .filter_map(|reference| Some((reference.from.and_then(place)?, place(reference.to)?)));
    Ok(referencing_first(work.gone.len(), pairs))
}

/// Tables by their places, of which some reference others: those that reference first, those in a circle together.
pub fn referencing_first(
    tables: usize,
    references: impl Iterator<Item = (usize, usize)>,
) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::new();
    for _ in 0..tables {
        graph.add_node(());
    }
    for (from, to) in references {
        // Tarjan's algorithm gives what is led to first.
        graph.add_edge(NodeIndex::new(to), NodeIndex::new(from), ());
    }
    let groups = tarjan_scc(&graph).into_iter();
    groups
        .map(|group| group.into_iter().map(NodeIndex::index).collect())
        .collect()
}

/// Deletes these rows in one statement. 27000 if not all of them are gone then. Needs SPI and pinned settings; `DELETE` must have been checked.
pub fn statement(members: &[Member]) -> Result<()> {
    let relations: Vec<&Relation> = members
        .iter()
        .map(Member::relation)
        .collect::<Result<_>>()?;
    let owner = one_owner(&relations)?;
    let _owner = match owner {
        Some(relation) => Some(security::as_owner_who_acts(relation)?),
        None => None,
    };
    let _deletes = Deletes::from(&relations);
    let mut deleted = vec![0; members.len()];
    let run = || {
        deleted = match members {
            [member] if is_by_place(member) => vec![places(member)?],
            [member] if member.relation()?.is_outside() => {
                vec![outside::delete(member, member.relation()?)?]
            }
            _ => together(members)?,
        };
        Ok(())
    };
    guarded::run_naming(run, |code, message| {
        let named = relations
            .iter()
            .position(|relation| message.contains(&format!("\"{}\"", relation.name)));
        let named = named.unwrap_or(0);
        let rules = &members[named].plan.tables[members[named].table];
        let referenced = relations
            .iter()
            .find_map(|relation| failure::of_reference(relation, code, message));
        Ok(referenced
            .unwrap_or_else(|| failure::of_table(relations[named], Some(rules), code, message)))
    })?;
    for (member, deleted) in members.iter().zip(deleted) {
        if deleted != member.rows.len() {
            return Err(Error::new(
                Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
                format!(
                    "only {deleted} of {} rows of table {} were deleted",
                    member.rows.len(),
                    table_name(&member.plan.graph, member.table)?
                ),
            )
            .detail("A trigger of the table swallowed the deletion.")
            .hint("Let the trigger pass what gdpr_ext deletes, or drop it."));
        }
    }
    Ok(())
}

/// The rows are where the walk has found them.
fn is_by_place(member: &Member) -> bool {
    let is_place = member.plan.graph.tables[member.table].identity == Identity::Place;
    is_place && !member.plan.by_key()
}

/// Deletes rows of one table by their places: one visit to each page, however large the table is.
fn places(member: &Member) -> Result<usize> {
    let sql = format!(
        "DELETE FROM {} AS target WHERE target.ctid OPERATOR(pg_catalog.=) ANY ($1)",
        member.relation()?.in_from()
    );
    let statement = kept::of_session(&sql, &[pg_sys::TIDARRAYOID], Planning::Once)?;
    let places = &member.found.kept[member.rows_read().identity()][0];
    let mut deleted = 0;
    for batch in member.rows.chunks(BATCH) {
        deleted += statement.run_counting(&[Some(places.array(batch))], Access::Lock)?;
    }
    Ok(deleted as usize)
}

/// Deletes rows of several tables in one statement. How many of each.
fn together(members: &[Member]) -> Result<Vec<usize>> {
    let memory = PgMemoryContexts::new("gdpr_ext delete");
    let mut parameters = vec![running::parameter()];
    let mut types = vec![pg_sys::INT8OID];
    let (mut parts, mut results) = (Vec::new(), Vec::new());
    for (i, member) in members.iter().enumerate() {
        let Member {
            plan, table, rows, ..
        } = *member;
        let form = Form {
            size: Size::Many,
            // What referenced these rows may have been anonymised meanwhile, and be among them.
            by_key: !plan.tables[table].key.is_empty(),
            partly: false,
            releases: false,
        };
        let keys = Keys::after(types.len(), form.size);
        let (mut keys, matches, _) = found_again(&plan.graph, plan, table, form, keys)?;
        let from = keys.from();
        types.append(&mut keys.types);
        parameters.extend(given(&member.rows_read(), rows, &[], form, &memory));
        parts.push(format!(
            "gone_{i} AS (DELETE FROM {} AS target USING {from} WHERE {matches} RETURNING 1)",
            member.relation()?.in_from()
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
