//! Lets go of references to rows that go: the referencing columns become NULL, in one UPDATE for each foreign key, as the table's owner.

use super::failure;
use super::matched::{self, Values};
use super::update::planning;
use super::work::{Deciding, Rows, Work};
use crate::error::{Code, Error, Result};
use crate::plan::{KeyPart, Reference};
use crate::security;
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::statement::{Access, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::found::Found;
use crate::walk::identity::identity_columns;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::match_columns;
use pgrx::pg_sys::Oid;
use pgrx::{FromDatum, PgMemoryContexts};

/// The keys of the rows whose references were let go of, part by part as the log has them; nothing for rows without a key.
pub struct LetGo {
    pub reference: usize,
    pub key: Vec<KeyPart>,
    pub keys: Vec<Vec<String>>,
    pub rows: u64,
}

/// Shared rows let go of a person's rows that stay. Before they are changed in another way: they are found by what told them apart. Needs SPI and
/// pinned settings.
pub fn of_what_stays(by: &Deciding, work: &Work, found: &[Option<Found>]) -> Result<Vec<LetGo>> {
    let mut all = Vec::new();
    for (number, detached) in &work.detached {
        if detached.shared.is_empty() {
            continue;
        }
        let stays: Vec<u32> = detached.stays.iter().copied().collect();
        let shared: Vec<u32> = detached.shared.iter().copied().collect();
        all.push(one(by, found, *number, &stays, &shared, Only::These)?);
    }
    Ok(all)
}

/// Everything lets go of rows that go, but what goes itself: rows may reference each other. Needs SPI and pinned settings.
pub fn of_what_goes(by: &Deciding, work: &Work, found: &[Option<Found>]) -> Result<Vec<LetGo>> {
    let references = by.plan.references()?;
    let gone = |table: Option<usize>| {
        let mut gone = work.gone.iter();
        gone.find(|(known, _)| Some(*known) == table)
            .map(|(_, rows)| rows.as_slice())
            .unwrap_or_default()
    };
    let mut all = Vec::new();
    for (number, detached) in &work.detached {
        let reference = &references[*number];
        let goes = gone(Some(reference.to));
        if goes.is_empty() || detached.rows.len() == detached.shared.len() {
            continue;
        }
        all.push(one(
            by,
            found,
            *number,
            goes,
            gone(reference.from),
            Only::Others,
        )?);
    }
    Ok(all)
}

/// Which rows an UPDATE is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Only {
    These,
    Others,
}

fn one(
    by: &Deciding,
    found: &[Option<Found>],
    number: usize,
    referenced: &[u32],
    rows: &[u32],
    only: Only,
) -> Result<LetGo> {
    let reference = &by.plan.references()?[number];
    let memory = PgMemoryContexts::new("gdpr_ext detach");
    let values = values_of(by, found, reference.to, referenced, reference, &memory)?;
    let mut parameters = vec![running::parameter()];
    // Both lists are arrays, whatever their length.
    let mut keys = Keys::new(Size::Many);
    let matches = reference.pairs.matches(&mut keys);
    let all: Vec<u32> = (0..values.rows.len() as u32).collect();
    let columns = values.columns.iter();
    parameters.extend(columns.map(|column| Size::Many.parameter(column, &all)));
    let mut types: Vec<Oid> = keys.types.clone();
    // A row is meant once, though several of its referenced rows may go.
    let mut meant = format!("EXISTS (SELECT FROM {} WHERE {matches})", keys.from());
    if let (Some(from), false) = (reference.from, rows.is_empty())
        && let Some(own) = &found[from]
    {
        let mut these = Keys::after(types.len(), Size::Many);
        // By the key where there is one: an UPDATE before this one can have moved the row.
        let read = Rows::of(by.plan, from, own);
        let key = &by.plan.tables[from].key;
        let place = identity_columns(&by.plan.graph.tables[from], "target");
        let (identity, kept): (Vec<_>, _) = match key.is_empty() {
            true => (place.iter().collect(), read.identity()),
            false => (key.iter().map(|part| &part.identity).collect(), read.key()),
        };
        let is_one = match_columns(&mut these, &reference.relation, &identity)?;
        let not = if only == Only::Others { "NOT " } else { "" };
        meant.push_str(&format!(
            " AND {not}EXISTS (SELECT FROM {} WHERE {is_one})",
            these.from()
        ));
        types.append(&mut these.types);
        let columns: &[Column] = &own.kept[kept];
        parameters.extend(
            columns
                .iter()
                .map(|column| Size::Many.parameter(column, rows)),
        );
    }
    let key = key_of(by, reference)?;
    let returned = match key.is_empty() {
        true => "1".to_owned(),
        false => {
            let parts = key.iter().map(|part| part.identity.read());
            parts.collect::<Vec<_>>().join(", ")
        }
    };
    let sets: Vec<String> = reference
        .settable
        .iter()
        .map(|column| format!("{} = NULL", Ident(column)))
        .collect();
    let table = reference.relation.in_from();
    let update = format!(
        "UPDATE {table} AS target SET {} WHERE {meant} RETURNING {returned}",
        sets.join(", ")
    );
    let left = format!("SELECT pg_catalog.count(*) FROM {table} AS target WHERE {meant}");
    let mut let_go = LetGo {
        reference: number,
        key,
        keys: Vec::new(),
        rows: 0,
    };
    let mut swallowed = 0;
    let _owner = security::as_owner_who_acts(&reference.relation)?;
    let run = || {
        let statement = Statement::prepare(&update, &types, planning(Size::Many))?;
        statement.run(&parameters, Access::Lock, |row| {
            let_go.rows += 1;
            if !let_go.key.is_empty() {
                let texts = let_go.key.iter().enumerate().map(|(i, part)| {
                    let mut text = String::new();
                    part.write(row.get(i), &mut text);
                    text
                });
                let_go.keys.push(texts.collect());
            }
        })?;
        // A trigger can swallow an update or undo it; then the row would be deleted with what it references, or reference nothing.
        let statement = Statement::prepare(&left, &types, planning(Size::Many))?;
        statement.run(&parameters, Access::Lock, |row| {
            // SAFETY: the column is of type int8.
            swallowed = row
                .get(0)
                .and_then(|datum| unsafe { i64::from_datum(datum, false) })
                .unwrap_or(0);
        })
    };
    let rules = reference.from.map(|table| &by.plan.tables[table]);
    guarded::run_naming(run, |code, message| {
        Ok(failure::of_table(&reference.relation, rules, code, message))
    })?;
    if swallowed > 0 {
        return Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            format!(
                "only {} of {} rows of table {} were changed",
                let_go.rows,
                let_go.rows as i64 + swallowed,
                reference.relation.qualified()
            ),
        )
        .detail(format!(
            "Foreign key \"{}\" must become NULL, and a trigger of the table swallowed the change.",
            reference.name
        ))
        .hint("Let the trigger pass what gdpr_ext writes, or drop it."));
    }
    Ok(let_go)
}

/// The referenced values of rows that go.
fn values_of(
    by: &Deciding,
    found: &[Option<Found>],
    table: usize,
    rows: &[u32],
    reference: &Reference,
    memory: &PgMemoryContexts,
) -> Result<Values> {
    let empty = Values {
        columns: Vec::new(),
        rows: Vec::new(),
    };
    let Some(own) = &found[table] else {
        return Ok(empty);
    };
    matched::read(
        by.plan,
        table,
        &Rows::of(by.plan, table, own),
        rows,
        &reference.pairs.referenced,
        &reference.referenced,
        memory.value(),
        Access::Lock,
    )
}

/// By which the rows are logged.
fn key_of(by: &Deciding, reference: &Reference) -> Result<Vec<KeyPart>> {
    let columns = reference.relation.key(None).unwrap_or_default();
    let ruled = |name: &str| {
        let changes = reference.from.map(|table| &by.plan.tables[table].changes);
        changes.is_some_and(|changes| changes.iter().any(|change| change.column == name))
    };
    Ok(columns
        .into_iter()
        .map(|column| KeyPart::of_column(column, ruled(&column.name)))
        .collect())
}
