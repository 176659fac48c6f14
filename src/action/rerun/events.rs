//! The events to apply again, and what they say of each table's rows.

use super::source::uuid_bytes;
use crate::error::{Code, Error, Result};
use crate::log::event::SOURCE;
use crate::log::fingerprint::{MARK, WHOLE_ROW};
use crate::spi::row::Row;
use pgrx::FromDatum;
use pgrx::pg_sys::{self, Datum};
use serde_json::Value;
use std::collections::HashMap;
use std::rc::Rc;

/// What an event did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Deleted,
    Changed,
    Detached,
    /// Nothing that a backup could undo.
    Other,
}

pub struct Event {
    /// a uuid
    pub id: Vec<u8>,
    /// The transaction that it was written in.
    pub unit: u32,
    pub what: What,
    pub action: Rc<str>,
    /// Its place among the tables; None if it says nothing of single rows.
    pub table: Option<usize>,
    pub relation: Rc<str>,
    pub rows: u64,
    /// microseconds since 2000
    pub at: i64,
    pub columns: Rc<[String]>,
    pub fingerprints: Vec<u8>,
}

impl Event {
    /// The mark of a column in a row, by their places.
    pub fn mark(&self, row: u32, column: usize) -> &[u8] {
        let start = MARK * (row as usize * self.columns.len() + column);
        self.fingerprints
            .get(start..start + MARK)
            .unwrap_or(&[0; MARK])
    }

    /// The columns without what stands for the whole row.
    pub fn named_columns(&self) -> &[String] {
        match self.columns.split_last() {
            Some((last, named)) if self.what == What::Deleted && last == WHOLE_ROW => named,
            _ => &self.columns,
        }
    }

    /// The place of the mark of the whole row.
    pub fn whole_row(&self) -> Option<usize> {
        let named = self.named_columns().len();
        (named < self.columns.len()).then_some(named)
    }
}

/// A part of a key as the log has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Null,
    Plain(String),
    /// an HMAC, in hexadecimal digits
    Hidden(String),
}

/// An event speaks of a row.
#[derive(Debug, Clone, Copy)]
pub struct Mention {
    pub row: u32,
    pub event: u32,
    /// the row's place in the event
    pub place: u32,
}

/// The rows of a table that events speak of.
pub struct Mentioned {
    pub relation: Rc<str>,
    pub key_columns: Rc<[String]>,
    /// By their keys as `image` has them.
    pub rows: HashMap<Rc<[u8]>, u32>,
    pub keys: Vec<Rc<[u8]>>,
    /// Sorted by row.
    pub mentions: Vec<Mention>,
}

impl Mentioned {
    /// The mentions of each row.
    pub fn by_row(&self) -> impl Iterator<Item = (u32, &[Mention])> {
        let groups = self.mentions.chunk_by(|one, other| one.row == other.row);
        groups.map(|mentions| (mentions[0].row, mentions))
    }
}

#[derive(Default)]
pub struct Events {
    /// In the order of their ids.
    pub all: Vec<Event>,
    pub tables: Vec<Mentioned>,
    units: HashMap<(Rc<str>, u64), u32>,
    texts: HashMap<String, Rc<str>>,
    /// By the bytes of the array.
    lists: HashMap<Box<[u8]>, Rc<[String]>>,
    by_name: HashMap<(Rc<str>, Rc<[String]>), usize>,
}

impl Events {
    /// Reads an event. 22P02 if its keys are not what the log writes.
    pub fn add(&mut self, row: &Row) -> Result<()> {
        // SAFETY: the columns are of these types, as `Source::missing` reads them.
        let text = |column: usize| unsafe {
            row.get(column)
                .and_then(|datum| <&str>::from_datum(datum, false))
                .unwrap_or_default()
        };
        let number = |column: usize| row.get(column).map_or(0, |datum| datum.value() as i64);
        let action = self.text(text(3));
        let what = match &*action {
            // What a restore has not brought back: it is elsewhere.
            "deleted" | "anonymised" | "pseudonymised" | "kept" if text(2).starts_with(SOURCE) => {
                What::Other
            }
            "deleted" => What::Deleted,
            "anonymised" | "pseudonymised" => What::Changed,
            "detached" => What::Detached,
            "kept" | "unregistered" | "rerun" | "read" => What::Other,
            _ => return Err(not_logged("an event has an action that is not known")),
        };
        let relation = self.text(text(2));
        let key_columns = self.list(row, 6);
        let units = self.units.len() as u32;
        let unit = (self.text(text(1)), number(10) as u64);
        let event = Event {
            id: row.get(0).map(uuid_bytes).unwrap_or_default(),
            unit: *self.units.entry(unit).or_insert(units),
            what,
            action,
            table: (what != What::Other && !key_columns.is_empty())
                .then(|| self.table(&relation, &key_columns)),
            relation,
            rows: number(4) as u64,
            at: number(5),
            columns: self.list(row, 7),
            // SAFETY: the column is of type bytea.
            fingerprints: row
                .get(9)
                .and_then(|datum| unsafe { Vec::<u8>::from_datum(datum, false) })
                .unwrap_or_default(),
        };
        if let Some(table) = event.table {
            self.mention(table, text(8))?;
        }
        self.all.push(event);
        Ok(())
    }

    /// In the order of the ids: that is the order in which they were written.
    pub fn sort(&mut self) {
        let mut order: Vec<u32> = (0..self.all.len() as u32).collect();
        order.sort_unstable_by(|one, other| {
            self.all[*one as usize]
                .id
                .cmp(&self.all[*other as usize].id)
        });
        let mut place = vec![0; order.len()];
        for (now, before) in order.iter().enumerate() {
            place[*before as usize] = now as u32;
        }
        let mut all: Vec<Option<Event>> = std::mem::take(&mut self.all)
            .into_iter()
            .map(Some)
            .collect();
        self.all = order
            .iter()
            .filter_map(|before| all[*before as usize].take())
            .collect();
        for table in &mut self.tables {
            for mention in &mut table.mentions {
                mention.event = place[mention.event as usize];
            }
            table
                .mentions
                .sort_unstable_by_key(|mention| (mention.row, mention.event));
        }
    }

    fn mention(&mut self, table: usize, keys: &str) -> Result<()> {
        let event = self.all.len() as u32;
        let keys: Vec<Value> = serde_json::from_str(keys).map_err(|_| not_keys())?;
        let mentioned = &mut self.tables[table];
        let parts = mentioned.key_columns.len();
        for (place, key) in keys.into_iter().enumerate() {
            let key: Rc<[u8]> = image(&logged(key, parts)?).into();
            let rows = mentioned.keys.len() as u32;
            let row = match mentioned.rows.get(&key) {
                Some(row) => *row,
                None => {
                    mentioned.keys.push(key.clone());
                    mentioned.rows.insert(key, rows);
                    rows
                }
            };
            mentioned.mentions.push(Mention {
                row,
                event,
                place: place as u32,
            });
        }
        Ok(())
    }

    fn table(&mut self, relation: &Rc<str>, key_columns: &Rc<[String]>) -> usize {
        let tables = &mut self.tables;
        let name = (relation.clone(), key_columns.clone());
        *self.by_name.entry(name).or_insert_with(|| {
            tables.push(Mentioned {
                relation: relation.clone(),
                key_columns: key_columns.clone(),
                rows: HashMap::new(),
                keys: Vec::new(),
                mentions: Vec::new(),
            });
            tables.len() - 1
        })
    }

    fn text(&mut self, text: &str) -> Rc<str> {
        if let Some(known) = self.texts.get(text) {
            return known.clone();
        }
        let kept: Rc<str> = text.into();
        self.texts.insert(text.to_owned(), kept.clone());
        kept
    }

    /// An array of texts.
    fn list(&mut self, row: &Row, column: usize) -> Rc<[String]> {
        let Some(datum) = row.get(column) else {
            return Rc::from([]);
        };
        // SAFETY: the column is of type text[], a varlena; it lives as long as the row.
        let bytes = unsafe {
            pgrx::varlena_to_byte_slice(pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr()))
        };
        if let Some(known) = self.lists.get(bytes) {
            return known.clone();
        }
        // SAFETY: as above.
        let list = unsafe { Vec::<Option<String>>::from_datum(datum, false) };
        let list: Rc<[String]> = list.into_iter().flatten().flatten().collect();
        self.lists.insert(bytes.into(), list.clone());
        list
    }

    /// The ids of events, as an array of uuids in the current memory context.
    pub fn ids<'a>(&self, events: impl Iterator<Item = &'a Event>) -> Option<Datum> {
        let ids = events.filter_map(|event| pgrx::Uuid::from_slice(&event.id).ok());
        pgrx::IntoDatum::into_datum(ids.collect::<Vec<pgrx::Uuid>>())
    }
}

/// The parts of a key in `gdpr_log.event.keys`: numbers and uuids as they are, others as 32 hexadecimal digits.
fn logged(key: Value, parts: usize) -> Result<Vec<Part>> {
    let part = |value: Value| match value {
        Value::Null => Ok(Part::Null),
        Value::Number(number) => Ok(Part::Plain(number.to_string())),
        Value::String(text) if text.len() == 32 && !text.contains('-') => Ok(Part::Hidden(text)),
        Value::String(text) => Ok(Part::Plain(text)),
        _ => Err(not_keys()),
    };
    match key {
        Value::Array(values) if parts > 1 && values.len() == parts => {
            values.into_iter().map(part).collect()
        }
        single if parts == 1 => Ok(vec![part(single)?]),
        _ => Err(not_keys()),
    }
}

/// The bytes that stand for a key as the log has it.
pub fn image(parts: &[Part]) -> Vec<u8> {
    let mut image = Vec::with_capacity(16);
    for part in parts {
        let (kind, text) = match part {
            Part::Null => (0, ""),
            Part::Plain(text) => (1, text.as_str()),
            Part::Hidden(text) => (2, text.as_str()),
        };
        image.push(kind);
        image.extend_from_slice(&(text.len() as u32).to_le_bytes());
        image.extend_from_slice(text.as_bytes());
    }
    image
}

/// The parts that `image` was made of.
pub fn parts(mut image: &[u8]) -> Vec<Part> {
    let mut parts = Vec::new();
    while let Some((head, rest)) = image.split_at_checked(5) {
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]) as usize;
        let (text, rest) = rest.split_at_checked(length).unwrap_or((rest, &[]));
        let text = String::from_utf8_lossy(text).into_owned();
        parts.push(match head[0] {
            0 => Part::Null,
            1 => Part::Plain(text),
            _ => Part::Hidden(text),
        });
        image = rest;
    }
    parts
}

fn not_keys() -> Error {
    not_logged("an event's keys are not those of its key_columns")
}

fn not_logged(what: &str) -> Error {
    Error::new(Code::ERRCODE_INVALID_TEXT_REPRESENTATION, what)
    .hint("Take the events as they were written: from the mirror, or by gdpr_log_export() and gdpr_log_import().")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_read_as_they_were_written() {
        let hidden = "0123456789abcdef0123456789abcdef";
        let uuid = "01234567-89ab-cdef-0123-456789abcdef";
        let parts = |key, n| logged(key, n).unwrap_or_default();
        assert_eq!(parts(json!(42), 1), [Part::Plain("42".to_owned())]);
        assert_eq!(parts(json!(uuid), 1), [Part::Plain(uuid.to_owned())]);
        assert_eq!(parts(json!(hidden), 1), [Part::Hidden(hidden.to_owned())]);
        assert_eq!(
            parts(json!([1, null]), 2),
            [Part::Plain("1".to_owned()), Part::Null]
        );
        assert!(logged(json!([1]), 2).is_err());
        assert!(logged(json!({"id": 1}), 1).is_err());
        assert!(logged(json!([1, 2]), 1).is_err());
    }

    #[test]
    fn an_image_says_all_of_a_key() {
        let key = [
            Part::Plain("42".to_owned()),
            Part::Null,
            Part::Hidden("ab".to_owned()),
            Part::Plain(String::new()),
        ];
        assert_eq!(parts(&image(&key)), key);
    }
}
