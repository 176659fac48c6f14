//! Lets go of references to rows that go: the referencing columns become NULL, in one UPDATE for each foreign key, as the table's owner.

use super::done::place_of;
use super::failure;
use super::matched::{self, Values};
use super::release::Released;
use super::update::planning;
use super::work::{Deciding, Rows, Work, table_name};
use crate::catalog::schema::Release;
use crate::error::{Code, Error, Result};
use crate::plan::{KeyPart, Plan, Reference, TablePlan};
use crate::security;
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::statement::{Access, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::found::Found;
use crate::walk::identity::{IdentityColumn, identity_columns};
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::match_columns;
use pgrx::pg_sys::{Datum, Oid};
use pgrx::{FromDatum, PgMemoryContexts};

/// Rows that let go of what they referenced.
pub struct LetGo {
    pub relation: Oid,
    /// qualified name
    pub name: String,
    /// The table's number in the graph, if a walk comes to it.
    pub table: Option<usize>,
    /// The table's place in the report.
    pub place: usize,
    /// The referencing columns.
    pub columns: Vec<String>,
    pub key: Vec<KeyPart>,
    /// part by part as the log has them; nothing for rows without a key
    pub keys: Vec<Vec<String>>,
    pub rows: u64,
}

impl LetGo {
    /// Rows that a walk has found.
    pub fn of_rows(
        plan: &Plan,
        table: usize,
        reference: &Reference,
        place: usize,
        found: &Found,
        rows: &[u32],
    ) -> Result<Self> {
        let read = Rows::of(plan, table, found);
        let columns = plan.graph.tables[table].key.iter();
        let parts = columns.zip(&plan.tables[table].key);
        let key: Vec<KeyPart> = parts
            .map(|(column, part)| KeyPart::of_column(column, part.changes))
            .collect();
        let keys = match key.is_empty() {
            true => Vec::new(),
            false => rows.iter().map(|row| read.key_texts(*row)).collect(),
        };
        Ok(Self {
            relation: reference.relation.oid,
            name: table_name(&plan.graph, table)?,
            table: Some(table),
            place,
            columns: reference.settable.clone(),
            key,
            keys,
            rows: rows.len() as u64,
        })
    }
}

/// Shared rows let go of a person's rows that stay, but those that will when they are changed. Before that, since rows are found by what told
/// them apart. Needs SPI and pinned settings.
pub fn of_what_stays(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
    released: &Released,
) -> Result<Vec<LetGo>> {
    let mut all = Vec::new();
    for (number, detached) in &work.detached {
        let done = released.rows(*number);
        let shared = detached.shared.iter().copied();
        let shared: Vec<u32> = shared
            .filter(|row| done.is_none_or(|done| !done.contains(row)))
            .collect();
        if shared.is_empty() {
            continue;
        }
        let stays: Vec<u32> = detached.stays.iter().copied().collect();
        all.push(one(by, found, *number, &stays, &shared, Only::These)?);
    }
    Ok(all)
}

/// Everything lets go of rows that go, but what has done it already, and what goes itself: rows may reference each other. Needs SPI and pinned
/// settings.
pub fn of_what_goes(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
    released: &Released,
) -> Result<Vec<LetGo>> {
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
        let done = released.rows(*number).into_iter().flatten();
        let done = done.filter(|row| !detached.shared.contains(row)).count();
        let is_done = detached.rows.len() - detached.shared.len() == done;
        if goes.is_empty() || is_done {
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
    let mut meant = Meant::by(reference, &values);
    if let (Some(from), false) = (reference.from, rows.is_empty())
        && let Some(own) = &found[from]
    {
        // By the key where there is one: an UPDATE before this one can have moved the row.
        let read = Rows::of(by.plan, from, own);
        let key = &by.plan.tables[from].key;
        let place = identity_columns(&by.plan.graph.tables[from], "target");
        let (identity, kept): (Vec<_>, _) = match key.is_empty() {
            true => (place.iter().collect(), read.identity()),
            false => (key.iter().map(|part| &part.identity).collect(), read.key()),
        };
        meant.but(&identity, &own.kept[kept], rows, only)?;
    }
    let key = key_of(by, reference)?;
    let rules = reference.from.map(|table| &by.plan.tables[table]);
    let (keys, rows) = meant.let_go(rules, &key)?;
    Ok(LetGo {
        relation: reference.relation.oid,
        name: reference.relation.qualified().to_string(),
        table: reference.from,
        place: place_of(by, reference),
        columns: reference.settable.clone(),
        key,
        keys,
        rows,
    })
}

/// All rows that reference these values let go of them, but some of those found: they go themselves. Needs SPI and pinned settings.
pub fn all(
    plan: &Plan,
    reference: &Reference,
    values: &Values,
    found: &Found,
    but: &[u32],
) -> Result<()> {
    let mut meant = Meant::by(reference, values);
    if !but.is_empty() {
        let identity = identity_columns(&plan.graph.tables[0], "target");
        let identity: Vec<_> = identity.iter().collect();
        let kept = Rows::of(plan, 0, found).identity();
        meant.but(&identity, &found.kept[kept], but, Only::Others)?;
    }
    meant.let_go(Some(&plan.tables[0]), &[])?;
    Ok(())
}

/// Which referencing rows are meant, as the WHERE of an UPDATE. Lists are arrays, whatever their length.
struct Meant<'a> {
    reference: &'a Reference,
    test: String,
    types: Vec<Oid>,
    parameters: Vec<Option<Datum>>,
}

impl<'a> Meant<'a> {
    /// Those that reference these values; each once, though several of its referenced rows may go.
    fn by(reference: &'a Reference, values: &Values) -> Self {
        let mut keys = Keys::new(Size::Many);
        let matches = reference.pairs.matches(&mut keys);
        let mut parameters = vec![running::parameter()];
        parameters.extend(values.of_columns(Size::Many));
        Self {
            reference,
            test: format!("EXISTS (SELECT FROM {} WHERE {matches})", keys.from()),
            types: keys.types,
            parameters,
        }
    }

    /// Only these of them, or all others: by what tells rows apart, and its values.
    fn but(
        &mut self,
        identity: &[&IdentityColumn],
        columns: &[Column],
        rows: &[u32],
        only: Only,
    ) -> Result<()> {
        let mut these = Keys::after(self.types.len(), Size::Many);
        let is_one = match_columns(&mut these, &self.reference.relation, identity)?;
        let not = if only == Only::Others { "NOT " } else { "" };
        self.test.push_str(&format!(
            " AND {not}EXISTS (SELECT FROM {} WHERE {is_one})",
            these.from()
        ));
        self.types.append(&mut these.types);
        let columns = columns.iter();
        self.parameters
            .extend(columns.map(|column| Size::Many.parameter(column, rows)));
        Ok(())
    }

    /// The UPDATE of these rows: their keys, and their number.
    fn let_go(
        &self,
        rules: Option<&TablePlan>,
        key: &[KeyPart],
    ) -> Result<(Vec<Vec<String>>, u64)> {
        let (reference, test) = (self.reference, &self.test);
        let returned = match key.is_empty() {
            true => "1".to_owned(),
            false => {
                let parts = key.iter().map(|part| part.identity.read());
                parts.collect::<Vec<_>>().join(", ")
            }
        };
        let sets: Vec<String> = reference
            .sets()
            .into_iter()
            .map(|(column, value)| format!("{} = {value}", Ident(column)))
            .collect();
        let table = reference.relation.in_from();
        let update = format!(
            "UPDATE {table} AS target SET {} WHERE {test} RETURNING {returned}",
            sets.join(", ")
        );
        let left = format!("SELECT pg_catalog.count(*) FROM {table} AS target WHERE {test}");
        let (mut keys, mut rows, mut swallowed) = (Vec::new(), 0, 0);
        let _owner = security::as_owner_who_acts(&reference.relation)?;
        let run = || {
            let statement = Statement::prepare(&update, &self.types, planning(Size::Many))?;
            statement.run(&self.parameters, Access::Lock, |row| {
                rows += 1;
                if !key.is_empty() {
                    let texts = key.iter().enumerate().map(|(i, part)| {
                        let mut text = String::new();
                        part.write(row.get(i), &mut text);
                        text
                    });
                    keys.push(texts.collect());
                }
            })?;
            // A trigger can swallow an update or undo it; then the row would be deleted with what it references, or reference nothing.
            let statement = Statement::prepare(&left, &self.types, planning(Size::Many))?;
            statement.run(&self.parameters, Access::Lock, |row| {
                // SAFETY: the column is of type int8.
                swallowed = row
                    .get(0)
                    .and_then(|datum| unsafe { i64::from_datum(datum, false) })
                    .unwrap_or(0);
            })
        };
        guarded::run_naming(run, |code, message| {
            Ok(failure::of_table(&reference.relation, rules, code, message))
        })?;
        if swallowed > 0 {
            return Err(still_referenced(reference, rows, swallowed));
        }
        Ok((keys, rows))
    }
}

fn still_referenced(reference: &Reference, rows: u64, left: i64) -> Error {
    let table = reference.relation.qualified();
    if reference.release == Some(Release::Default) {
        return Error::new(
            Code::ERRCODE_FOREIGN_KEY_VIOLATION,
            format!("rows of table {table} still reference rows that would be deleted"),
        )
        .detail(format!(
            "Foreign key \"{}\": {left} of the rows, after SET DEFAULT.",
            reference.name
        ))
        .hint("The default must not reference what is deleted, and no trigger may give a row its key back.");
    }
    Error::new(
        Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
        format!(
            "only {rows} of {} rows of table {table} were changed",
            rows as i64 + left
        ),
    )
    .detail(format!(
        "Foreign key \"{}\" must become NULL, and a trigger of the table swallowed the change.",
        reference.name
    ))
    .hint("Let the trigger pass what gdpr_ext writes, or drop it.")
}

/// The referenced values of rows that go.
pub fn values_of(
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
        by.access,
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
