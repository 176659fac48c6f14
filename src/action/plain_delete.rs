//! Rows of registered tables that plain SQL deletes, by whatever client: they are events too, so that a rerun knows them.

use super::delete;
use super::done::KEYS;
use crate::catalog::cache::{self, Known};
use crate::catalog::details::Details;
use crate::catalog::home::Home;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::{Entry, Schema};
use crate::error::{Error, Result};
use crate::link::cached;
use crate::link::hierarchy::Hierarchy;
use crate::log::anonymised::{self, RowKey};
use crate::log::event::{self, Event, Request};
use crate::log::fingerprint::{Marker, WHOLE_ROW};
use crate::log::keys::write_key;
use crate::log::secret;
use crate::mask::Keys;
use crate::plan::{KeyPart, image};
use crate::registry::rules::{self, Ruled};
use crate::security::{self, PinnedSettings};
use crate::spi::statement::{Access, Planning};
use crate::spi::transition::{self, Fired};
use crate::spi::{LatestSnapshot, kept};
use crate::sql::Ident;
use pgrx::pg_sys::{Datum, Oid};

thread_local! {
    /// By the relation that a trigger is of.
    static KNOWN: Known<Logged> = Known::default();
}

/// A registered table as the log knows it.
struct Logged {
    /// The table: where a trigger is of a partition, not the partition.
    relation: Relation,
    name: String,
    parts: Vec<KeyPart>,
    /// What is read of a row: the key's columns, then all others.
    read: Vec<Column>,
    /// Their numbers in the relation that the trigger is of.
    numbers: Vec<i16>,
    /// The names of columns that rules change, and their places in what is read.
    ruled: Vec<(String, usize)>,
    /// Something may be remembered of its rows.
    is_masked: bool,
}

/// Logs what a trigger was fired for. Needs SPI; settings must not be pinned yet.
pub fn log(home: &Home, fired: &Fired) -> Result<()> {
    let of = fired.relation();
    let what = fired.what()?;
    if what == transition::Event::Delete && delete::is_of_action(of) {
        return Ok(());
    }
    let schema = cached::refreshed(home)?;
    let secret = secret::keys()?;
    let _pinned = PinnedSettings::new();
    let table = KNOWN.with(|known| known.get(of, || Logged::read(&schema, of)))?;
    let Some(table) = table else {
        return Ok(());
    };
    let mut gone = Gone::new(&secret, &table);
    let call = match what {
        transition::Event::Delete => {
            fired.each_taken(fired.take(), &table.numbers, |row| gone.add(row));
            "DELETE"
        }
        transition::Event::Truncate => {
            every_row(&table, of, |row| gone.add(row))?;
            "TRUNCATE"
        }
    };
    anonymised::forget(home, &gone.forgotten)?;
    let request = Request {
        home,
        call,
        subject: &table.name,
        registry_version: &schema.version,
    };
    event::write(&request, &gone.events())
}

/// Reads a table before it is truncated, as its owner.
fn every_row(table: &Logged, of: Oid, mut each: impl FnMut(&[Option<Datum>])) -> Result<()> {
    let own;
    let relation = match of == table.relation.oid {
        true => &table.relation,
        false => {
            own = Relation::load_one(of)?;
            &own
        }
    };
    let columns: Vec<String> = table
        .read
        .iter()
        .map(|column| format!("target.{}", Ident(&column.name)))
        .collect();
    let sql = format!(
        "SELECT {} FROM {} AS target",
        columns.join(", "),
        relation.in_from()
    );
    let _owner = security::as_owner(relation)?;
    // Rows that others have added since the transaction began go too.
    let _latest = LatestSnapshot::push();
    kept::of_session(&sql, &[], Planning::Once)?.run(&[], Access::Read, |row| {
        let values: Vec<_> = (0..table.read.len()).map(|i| row.get(i)).collect();
        each(&values);
    })
}

impl Logged {
    fn has_more_than_key(&self) -> bool {
        self.read.len() > self.parts.len()
    }

    /// None for a table that is not registered.
    fn read(schema: &Schema, of: Oid) -> Result<Option<Self>> {
        let table = Hierarchy::new(&schema.inheritance).table(of);
        let Some(entry) = schema.entry(table) else {
            return Ok(None);
        };
        cache::watch([of, table]);
        let relation = Relation::load_one(table)?;
        let own = Relation::load_one(of)?;
        let key: Vec<Column> = relation
            .key(entry.key.as_deref())
            .unwrap_or_default()
            .into_iter()
            .cloned()
            .collect();
        let changing = changing(&relation, entry)?;
        let changes = |column: &Column| {
            let names = changing.as_ref();
            names.is_none_or(|names| names.contains(&column.name))
        };
        let others = relation.columns_beside(&key);
        let read: Vec<Column> = key.iter().chain(others).cloned().collect();
        let number = |column: &Column| {
            let stored = own.column(&column.name).map(|stored| stored.number);
            stored.ok_or_else(|| Error::internal("a partition lacks a column"))
        };
        let place = |name: &String| read.iter().position(|column| column.name == *name);
        let ruled = changing.iter().flatten();
        Ok(Some(Self {
            name: relation.qualified().to_string(),
            parts: key
                .iter()
                .map(|column| KeyPart::of_stored(column, changes(column)))
                .collect(),
            numbers: read.iter().map(number).collect::<Result<_>>()?,
            is_masked: changing.as_ref().is_none_or(|names| !names.is_empty()),
            ruled: ruled
                .filter_map(|name| Some((name.clone(), place(name)?)))
                .collect(),
            read,
            relation,
        }))
    }
}

/// The columns that rules change. None if the rules do not fit the table any more: that must not keep anybody from deleting, and then no part of
/// the key is logged as it is.
fn changing(relation: &Relation, entry: &Entry) -> Result<Option<Vec<String>>> {
    if entry.on_erase.as_deref() == Some("keep") {
        return Ok(Some(Vec::new()));
    }
    let details = Details::load(relation.oid)?;
    let ruled = rules::read(relation, &details, &entry.rules).ok();
    Ok(ruled.map(|ruled| {
        let changes = ruled.iter().filter(|rule| Ruled::changes(rule));
        changes.map(|rule| rule.field.column.name.clone()).collect()
    }))
}

/// An event in the making.
#[derive(Default)]
struct Made {
    rows: u64,
    /// the elements of a JSON array
    keys: String,
    fingerprints: Vec<u8>,
}

struct Gone<'a> {
    secret: &'a Keys,
    table: &'a Logged,
    marker: Marker<'a>,
    events: Vec<Made>,
    forgotten: Vec<RowKey>,
}

impl<'a> Gone<'a> {
    fn new(secret: &'a Keys, table: &'a Logged) -> Self {
        Self {
            secret,
            table,
            marker: Marker::new(secret),
            events: Vec::new(),
            forgotten: Vec::new(),
        }
    }

    fn add(&mut self, row: &[Option<Datum>]) {
        if self.events.last().is_none_or(|made| made.rows == KEYS) {
            self.events.push(Made::default());
        }
        let Some(made) = self.events.last_mut() else {
            return;
        };
        made.rows += 1;
        let marks = &mut made.fingerprints;
        let value = |place: usize| (self.table.read[place].type_oid, row[place]);
        for (_, place) in &self.table.ruled {
            let (type_oid, value) = value(*place);
            marks.extend(self.marker.value(type_oid, value));
        }
        if self.table.has_more_than_key() {
            let others = self.table.parts.len()..row.len();
            marks.extend(self.marker.row(others.map(value)));
        }
        if self.table.parts.is_empty() {
            return;
        }
        let parts = self.table.parts.iter().zip(row);
        let texts: Vec<String> = parts
            .map(|(part, value)| {
                let mut text = String::new();
                part.write(*value, &mut text);
                text
            })
            .collect();
        write_key(
            self.secret,
            &self.table.name,
            &self.table.parts,
            &texts,
            &mut made.keys,
        );
        if self.table.is_masked {
            let image = image(texts.iter().map(String::as_str));
            let key = self.secret.row_key(&image);
            self.forgotten.push((self.table.relation.oid, key));
        }
    }

    fn events(self) -> Vec<Event> {
        let parts = self.table.parts.iter();
        let key_columns: Vec<String> = parts.map(|part| part.column.clone()).collect();
        let ruled = self.table.ruled.iter().map(|(name, _)| name.clone());
        let whole = self.table.has_more_than_key().then(|| WHOLE_ROW.to_owned());
        let columns: Vec<String> = ruled.chain(whole).collect();
        let event = |made: Made| Event {
            relation: self.table.name.clone(),
            action: "deleted",
            rows: made.rows,
            key_columns: key_columns.clone(),
            keys: format!("[{}]", made.keys),
            columns: columns.clone(),
            fingerprints: (!columns.is_empty()).then_some(made.fingerprints),
            ground: None,
        };
        self.events.into_iter().map(event).collect()
    }
}
