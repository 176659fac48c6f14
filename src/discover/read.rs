//! A sample of a table's rows. Never more blocks than there are rows asked for.

use super::detector::Origin;
use super::document::Node;
use super::names::Form;
use super::sample::Sample;
use crate::catalog::details::Column;
use crate::catalog::relation::Relation;
use crate::catalog::types;
use crate::error::Result;
use crate::security::{self, PinnedSettings};
use crate::spi::{Connection, parallel};
use crate::sql::Ident;
use crate::strategy::Kind;
use pgrx::{FromDatum, pg_sys};
use serde::Deserialize;

/// A table without partitions, and how large it is.
#[derive(Debug, Clone, Deserialize)]
pub struct Piece {
    pub relation: pg_sys::Oid,
    pages: u64,
    /// rows in a block, where the planner has counted them
    density: Option<f64>,
}

/// Rows in a block of a table that nobody has analysed.
const USUAL: f64 = 20.0;
/// Fewer blocks would be no choice.
const FEWEST: u64 = 8;
/// No more of a value is read, in characters; and no longer documents, in bytes.
const LONGEST: usize = 4000;
const LARGEST: usize = 1_000_000;

/// What is read of a column.
pub enum Read {
    Values(Sample),
    Document(Box<Node>),
    /// Its values say nothing.
    Nothing,
}

/// What can be in a column, and how its values are read; None where they are not.
pub fn form(column: &Column) -> (Form, Option<Read>) {
    let values = |origin| Some(Read::Values(Sample::new(origin)));
    let document = || Some(Read::Document(Box::default()));
    match Kind::of(column) {
        Kind::Text(_) => (Form::Text, values(Origin::Text)),
        Kind::Integer(_) | Kind::Numeric(_) | Kind::Float => (Form::Number, values(Origin::Number)),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz => (Form::Date, values(Origin::Date)),
        Kind::Inet => (Form::Inet, values(Origin::Inet)),
        Kind::Json | Kind::Jsonb | Kind::Array | Kind::Composite(_) => (Form::Document, document()),
        Kind::Bool => (Form::Bool, None),
        Kind::Bytea => (Form::Bytes, None),
        Kind::Other(pg_sys::POINTOID) => (Form::Point, values(Origin::Other)),
        Kind::Other(pg_sys::XMLOID) => (Form::Text, values(Origin::Text)),
        Kind::Other(other) => match types::display_name(other).rsplit('.').next() {
            Some("geometry" | "geography") => (Form::Point, None),
            Some("hstore") => (Form::Document, document()),
            _ => (Form::Other, None),
        },
        _ => (Form::Other, None),
    }
}

/// A value as a text, under the alias `t`.
fn expression(column: &Column, read: &Read) -> String {
    let value = format!("t.{}", Ident(&column.name));
    match (read, Kind::of(column)) {
        (Read::Document(_), Kind::Json | Kind::Jsonb) => {
            format!(
                "CASE WHEN pg_catalog.pg_column_size({value}) < {LARGEST} THEN {value}::pg_catalog.text END"
            )
        }
        (Read::Document(_), _) => {
            format!(
                "CASE WHEN pg_catalog.pg_column_size({value}) < {LARGEST} THEN pg_catalog.to_jsonb({value})::pg_catalog.text END"
            )
        }
        _ => format!("pg_catalog.left({value}::pg_catalog.text, {LONGEST})"),
    }
}

/// Adds the values of some rows of a piece. It is read with the rights of its owner, whose code the planner may have to run; that the caller may read it has been checked.
pub fn add(
    piece: &Relation,
    size: &Piece,
    rows: u64,
    columns: &mut [(&Column, Read)],
) -> Result<()> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let mut read: Vec<&mut (&Column, Read)> = columns
        .iter_mut()
        .filter(|(_, read)| !matches!(read, Read::Nothing))
        .collect();
    if read.is_empty() {
        return Ok(());
    }
    let values: Vec<String> = read
        .iter()
        .map(|(column, read)| expression(column, read))
        .collect();
    let sql = format!(
        "SELECT {} FROM {} t {} LIMIT {rows}",
        values.join(", "),
        piece.in_from(),
        size.part(rows)
    );
    let _owner = security::as_owner(piece)?;
    parallel::read(&sql, &[], &[], |row| {
        for (place, (_, read)) in read.iter_mut().enumerate() {
            // SAFETY: every column of the statement is a text, whose bytes are in the encoding of the database, which need not be UTF-8.
            let bytes = row
                .get(place)
                .and_then(|datum| unsafe { Vec::<u8>::from_datum(datum, false) });
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            match (text, read) {
                (Some(text), Read::Values(sample)) => sample.add(&text),
                (Some(text), Read::Document(node)) => {
                    if let Ok(document) = serde_json::from_str(&text) {
                        node.add(&document);
                    }
                }
                _ => {}
            }
        }
    })
}

impl Piece {
    /// Which blocks are read: all of a small table, of others about as many as hold the rows, the same ones in every call. Where rows are rare, a block for each row, so that
    /// what was deleted is not read from end to end in search of what is left.
    fn part(&self, rows: u64) -> String {
        let expected = (1.2 * rows as f64 / self.density.unwrap_or(USUAL)).ceil() as u64;
        let blocks = expected.clamp(FEWEST, rows.max(FEWEST));
        if self.pages <= blocks {
            return String::new();
        }
        let percent = 100.0 * blocks as f64 / self.pages as f64;
        format!("TABLESAMPLE pg_catalog.system ({percent}) REPEATABLE (0)")
    }
}
