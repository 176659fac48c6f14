//! The document about one person as data: what json, csv and html are written from. Pure; nothing here knows PostgreSQL.

use serde_json::Value;
use serde_json::value::RawValue;
use std::ops::Range;

/// Everything that is held about one person, with what Art. 15(1) GDPR asks to be told.
pub struct Document {
    pub mode: Mode,
    pub subject: Subject,
    /// When it was made: ISO 8601 with offset, `2026-11-22T01:13:09+00:00`.
    pub created_at: String,
    pub controller: Controller,
    /// In the order in which they are shown; a section comes after the one that it stands within.
    pub sections: Vec<Section>,
    /// What Art. 15(1) asks for and nobody has stated. Empty in a portable document.
    pub missing: Vec<Missing>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Art. 15: all of it, and what the person is to be told.
    Access,
    /// Art. 20: what the person provided or what was observed of them, to take along.
    Portability,
}

/// Whom it is about.
pub struct Subject {
    /// qualified name
    pub relation: String,
    /// what people call the table
    pub label: String,
    /// JSON: the key, column to value
    pub key: String,
    /// what people call the person, where it is stated how
    pub name: Option<String>,
}

/// Who is responsible and whom to turn to: from the facts of the subject's table.
#[derive(Default)]
pub struct Controller {
    pub name: Option<String>,
    pub contact: Option<String>,
    pub data_protection_officer: Option<String>,
    pub supervisory_authority: Option<String>,
}

/// What the person is told of the processing of a table's rows: Art. 15(1). Texts, or arrays of texts; None where nobody has stated it.
#[derive(Default)]
pub struct Facts {
    pub purpose: Option<Value>,
    pub legal_basis: Option<Value>,
    pub category: Option<Value>,
    pub recipients: Option<Value>,
    pub transfers: Option<Value>,
    pub retention: Option<Value>,
    pub source: Option<Value>,
    pub automated_decisions: Option<Value>,
}

/// A fact that nobody has stated of a table.
pub struct Missing {
    /// `15(1)(d)`
    pub article: &'static str,
    /// the key of the fact: `retention`
    pub fact: &'static str,
    /// The section's number; None for what is missing of the controller.
    pub section: Option<usize>,
}

/// The rows of one table, or of one store outside the database.
pub struct Section {
    /// a table's qualified name, or a source's name
    pub name: String,
    pub origin: Origin,
    /// what people call it; no two sections have the same
    pub label: String,
    pub facts: Facts,
    pub columns: Vec<Column>,
    /// The section in whose rows these stand; it is an earlier one.
    pub within: Option<usize>,
    /// In the order of their keys; those within another section's rows in the order of these first.
    pub rows: Vec<Row>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Table,
    Source,
}

pub struct Column {
    /// Its name in the table; of a label that stands for a key, the key's column.
    pub name: String,
    /// its key in json: the label that was registered, else the name; no two columns of a section, and no section within it, have the same
    pub label: String,
    /// for people: the label that was registered, else the name with blanks: `Placed on`
    pub title: String,
    pub kind: Kind,
    /// Only leads to the row that it stands within, or to the person: for people, nothing is said by it.
    pub leads_up: bool,
}

/// What a column's values are, so that they can be shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Number,
    Boolean,
    /// `2026-11-22`
    Date,
    /// `01:13:09`, with or without offset
    Time,
    /// `2026-11-22T01:13:09.5`, with offset where the column has a zone; `infinity`
    Timestamp,
    /// `\x` and hexadecimal digits
    Bytes,
    /// arrays, composites and json
    Structure,
}

pub struct Row {
    /// The number of the row that it stands within, in that section.
    pub parent: u32,
    /// It is another person's, too.
    pub shared: bool,
    /// A JSON array: a value for each column, as PostgreSQL writes them in jsonb; null where it is redacted.
    pub values: Box<str>,
    /// The columns that are another person's, and are left out: Art. 15(4).
    pub redacted: Box<[u16]>,
}

/// A value of a row.
#[derive(Debug, Clone, Copy)]
pub enum Cell<'a> {
    /// It is another person's.
    Redacted,
    /// JSON
    Value(&'a str),
}

impl Document {
    pub fn rows(&self) -> usize {
        self.sections.iter().map(|section| section.rows.len()).sum()
    }

    /// The numbers of the sections that stand within this one's rows.
    pub fn within(&self, section: usize) -> impl Iterator<Item = usize> {
        let numbered = self.sections.iter().enumerate();
        numbered
            .filter_map(move |(number, inner)| (inner.within == Some(section)).then_some(number))
    }
}

impl Section {
    /// The numbers of the rows that stand within a row of the section that this one is within.
    pub fn rows_of(&self, parent: u32) -> Range<usize> {
        let first = self.rows.partition_point(|row| row.parent < parent);
        let end = self.rows.partition_point(|row| row.parent <= parent);
        first..end
    }

    /// The numbers of the columns of which a value is redacted in some row, in order.
    pub fn redacted(&self) -> Vec<usize> {
        let redacted = |column: &usize| {
            let column = *column as u16;
            self.rows.iter().any(|row| row.redacted.contains(&column))
        };
        (0..self.columns.len()).filter(redacted).collect()
    }
}

impl Row {
    /// A cell for each column.
    pub fn cells<'a>(&'a self) -> Result<Vec<Cell<'a>>, serde_json::Error> {
        // A RawValue borrows from the row's text.
        let values: Vec<&RawValue> = serde_json::from_str(&self.values)?;
        let cell =
            |(column, value): (usize, &'a RawValue)| match self.redacted.contains(&(column as u16))
            {
                true => Cell::Redacted,
                false => Cell::Value(value.get()),
            };
        Ok(values.into_iter().enumerate().map(cell).collect())
    }
}

/// SQL NULL, or null of a json column.
pub fn is_null(json: &str) -> bool {
    json == "null"
}

/// The Art. 15(1)(e) and (f) rights, which the law gives everybody.
pub const RIGHTS: [(&str, &str); 7] = [
    (
        "16",
        "You can have inaccurate data about you rectified and incomplete data completed.",
    ),
    (
        "17",
        "You can have data about you erased, unless the law requires that they are kept.",
    ),
    (
        "18",
        "You can have the processing of data about you restricted.",
    ),
    (
        "20",
        "You can receive the data that you have provided in a machine-readable format, and have them sent to somebody else.",
    ),
    (
        "21",
        "You can object to processing that is based on a public or legitimate interest, and at any time to direct marketing.",
    ),
    (
        "7(3)",
        "You can withdraw a consent at any time; what was done before stays lawful.",
    ),
    (
        "77",
        "You can lodge a complaint with a supervisory authority.",
    ),
];
