//! Triggers on the registry's tables: whoever writes there, by whatever way, is checked by the same code.

use super::{check, follow};
use crate::catalog::cache;
use crate::catalog::home::Home;
use crate::catalog::relation;
use crate::error::{self, Error};
use crate::registry::entry::Entry;
use crate::registry::link::LinkEntry;
use crate::registry::on_delete::OnDeleteEntry;
use crate::registry::source::{self, SourceEntry};
use crate::registry::write;
use crate::spi::written::Written;
use pgrx::heap_tuple::PgHeapTuple;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{AllocatedByRust, IntoDatum, JsonB};

type Row<'a> = PgHeapTuple<'a, AllocatedByRust>;

/// BEFORE INSERT, UPDATE or DELETE ON gdpr_registry: only a table's owner, and only what makes sense for the table.
#[pg_trigger]
fn gdpr_registry_check<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    Ok(Some(raise(check_entry(trigger))))
}

/// BEFORE INSERT, UPDATE or DELETE ON gdpr_links: only the owner of both tables; expressions become canonical.
#[pg_trigger]
fn gdpr_links_check<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    Ok(Some(raise(check_link(trigger))))
}

/// BEFORE INSERT, UPDATE or DELETE ON gdpr_on_delete: only the owner of the table, and only what its foreign key and its rules allow.
#[pg_trigger]
fn gdpr_on_delete_check<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    Ok(Some(raise(check_on_delete(trigger))))
}

/// BEFORE INSERT, UPDATE or DELETE ON gdpr_sources: only who owns the functions, and the table or the extension.
#[pg_trigger]
fn gdpr_sources_check<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    Ok(Some(raise(check_source(trigger))))
}

/// AFTER INSERT, UPDATE or DELETE ON gdpr_registry and gdpr_on_delete: makes the triggers of the table that the row names.
#[pg_trigger]
fn gdpr_registry_triggers<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    raise(make_triggers(trigger));
    Ok(None)
}

/// AFTER any statement on either table: at commit every session reads it anew.
#[pg_trigger]
fn gdpr_registry_announce<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    if let Ok(relation) = trigger.relid() {
        cache::announce(relation);
    }
    Ok(None)
}

/// AFTER INSERT ON gdpr_pending_ddl, at the end of the transaction: tells what its DDL left open.
#[pg_trigger]
fn gdpr_check_ddl<'a>(trigger: &'a PgTrigger<'a>) -> Result<Option<Row<'a>>, ErrorReport> {
    raise(check::check_ddl(trigger));
    Ok(None)
}

/// An Err of a trigger would reach the client as XX000, so the error is raised here.
fn raise<T>(result: error::Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => {
            ErrorReport::from(error).report(PgLogLevel::ERROR);
            unreachable!("an ERROR does not return")
        }
    }
}

fn check_entry<'a>(trigger: &'a PgTrigger<'a>) -> error::Result<Row<'a>> {
    if let Some(old) = Written::old_row(trigger) {
        require_owner_of_existing(&[old.required("relation")?])?;
    }
    let Some(row) = Written::new_row(trigger) else {
        return kept(trigger);
    };
    let json = |name| -> error::Result<_> { Ok(row.required::<JsonB>(name)?.0) };
    let checked = Entry {
        relation: row.required("relation")?,
        subject: row.required("subject")?,
        rules: json("rules")?,
        on_erase: row.field("on_erase")?,
        ground: row.field("ground")?,
        search: names(row.required("search")?, "search")?,
        export: json("export")?,
        facts: json("facts")?,
        key: row.field("key")?.map(|key| names(key, "key")).transpose()?,
        hooks: json("hooks")?,
        created: row.field("created")?,
    }
    .checked()?;
    let mut stored = kept(trigger)?;
    set(&mut stored, "rules", JsonB(checked.rules))?;
    set(&mut stored, "export", JsonB(checked.export))?;
    Ok(stored)
}

fn check_link<'a>(trigger: &'a PgTrigger<'a>) -> error::Result<Row<'a>> {
    if let Some(old) = Written::old_row(trigger) {
        require_owner_of_existing(&[old.required("source")?, old.required("target")?])?;
    }
    let Some(row) = Written::new_row(trigger) else {
        return kept(trigger);
    };
    let entry = LinkEntry {
        source: row.required("source")?,
        source_columns: names(row.required("source_columns")?, "source_columns")?,
        target: row.required("target")?,
        target_columns: names(row.required("target_columns")?, "target_columns")?,
        kind: row.required("kind")?,
        condition: row.field("condition")?,
    }
    .checked()?;
    let mut stored = kept(trigger)?;
    set(&mut stored, "source_columns", entry.source_columns)?;
    set(&mut stored, "target_columns", entry.target_columns)?;
    set(&mut stored, "condition", entry.condition)?;
    Ok(stored)
}

fn check_on_delete<'a>(trigger: &'a PgTrigger<'a>) -> error::Result<Row<'a>> {
    if let Some(old) = Written::old_row(trigger) {
        require_owner_of_existing(&[old.required("relation")?])?;
    }
    let Some(row) = Written::new_row(trigger) else {
        return kept(trigger);
    };
    let entry = OnDeleteEntry {
        relation: row.required("relation")?,
        columns: names(row.required("columns")?, "columns")?,
        action: row.required("action")?,
    }
    .checked(&home(trigger)?)?;
    let mut stored = kept(trigger)?;
    set(&mut stored, "columns", entry.columns)?;
    set(&mut stored, "action", entry.action)?;
    Ok(stored)
}

fn check_source<'a>(trigger: &'a PgTrigger<'a>) -> error::Result<Row<'a>> {
    let home = home(trigger)?;
    if let Some(old) = Written::old_row(trigger) {
        source::require_owner(&home, source::existing(old.field("relation")?))?;
    }
    let Some(row) = Written::new_row(trigger) else {
        return kept(trigger);
    };
    let entry = SourceEntry {
        name: row.required("name")?,
        collect: row.required("collect")?,
        erase: row.field("erase")?,
        relation: row.field("relation")?,
        ground: row.field("ground")?,
        label: row.field("label")?,
        facts: row.required::<JsonB>("facts")?.0,
    }
    .checked(&home)?;
    let mut stored = kept(trigger)?;
    set(&mut stored, "collect", entry.collect)?;
    set(&mut stored, "erase", entry.erase)?;
    Ok(stored)
}

fn make_triggers(trigger: &PgTrigger) -> error::Result<()> {
    let rows = [Written::old_row(trigger), Written::new_row(trigger)];
    rows.into_iter()
        .flatten()
        .try_for_each(|row| follow::make_triggers(&home(trigger)?, row.required("relation")?))
}

fn home(trigger: &PgTrigger) -> error::Result<Home> {
    let relation = trigger.relid();
    Home::of_table(relation.map_err(|_| Error::internal("a trigger was called without its table"))?)
}

/// The elements of an array of names, none of them NULL.
fn names(array: Vec<Option<String>>, column: &str) -> error::Result<Vec<String>> {
    let names: Option<Vec<String>> = array.into_iter().collect();
    names.ok_or_else(|| Error::null_argument(column))
}

/// The row as it was given to the trigger.
fn kept<'a>(trigger: &'a PgTrigger<'a>) -> error::Result<Row<'a>> {
    let row = match trigger.event().fired_by_delete() {
        true => trigger.old(),
        false => trigger.new(),
    };
    let row = row.ok_or_else(|| Error::internal("a row trigger was called without a row"))?;
    Ok(row.into_owned())
}

/// Of tables that are gone nobody is the owner any more, so their entries are anybody's to take out.
fn require_owner_of_existing(relations: &[pg_sys::Oid]) -> error::Result<()> {
    let existing = relations.iter().copied();
    let existing: Vec<_> = existing
        .filter(|oid| relation::owner(*oid).is_ok())
        .collect();
    write::require_owner_of(&existing)
}

fn set<T: IntoDatum>(row: &mut Row, name: &str, value: T) -> error::Result<()> {
    row.set_by_name(name, value)
        .map_err(|error| Error::internal(format!("column {name} of the registry: {error}")))
}
