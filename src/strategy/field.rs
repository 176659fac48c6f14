//! The column that a strategy is asked about.

use super::running;
use crate::catalog::details::{Column, UniqueIndex};
use crate::catalog::relation::Relation;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::sql::{INTERNAL, Ident, Literal};
use pgrx::pg_sys::{self, Oid};
use serde::Serialize;

pub struct Field<'a> {
    pub relation: &'a Relation,
    pub column: &'a Column,
    pub kind: Kind,
    /// The unique index that wants its values distinct.
    pub unique: Option<&'a UniqueIndex>,
    /// Foreign keys reference it.
    pub referenced: bool,
    /// All rows get new values, and no old one stays: the number of a series of distinct values of their own.
    pub series: Option<i32>,
}

/// What a strategy needs to know of a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// with the most characters that fit
    Text(Option<usize>),
    /// with the largest number
    Integer(i64),
    /// with digits before and after the point, where they are limited
    Numeric(Option<(i32, i32)>),
    Float,
    Date,
    Timestamp,
    TimestampTz,
    Bool,
    Uuid,
    Bytea,
    Json,
    Jsonb,
    Inet,
    Array,
    Enum,
    Range,
    Multirange,
    /// with its length
    Bit(usize),
    Composite(usize),
    Other(Oid),
}

impl Kind {
    pub fn of(column: &Column) -> Self {
        let (base, typmod) = column.base();
        match base {
            pg_sys::TEXTOID => Self::Text(None),
            pg_sys::VARCHAROID | pg_sys::BPCHAROID => {
                Self::Text(usize::try_from(typmod - 4).ok().filter(|_| typmod > 4))
            }
            pg_sys::NAMEOID => Self::Text(Some(63)),
            pg_sys::INT2OID => Self::Integer(i16::MAX.into()),
            pg_sys::INT4OID => Self::Integer(i32::MAX.into()),
            pg_sys::INT8OID => Self::Integer(i64::MAX),
            pg_sys::NUMERICOID => Self::Numeric((typmod >= 4).then(|| {
                let modifier = typmod - 4;
                let (precision, scale) = (
                    (modifier >> 16) & 0xffff,
                    ((modifier & 0x7ff) ^ 1024) - 1024,
                );
                (precision - scale, scale)
            })),
            pg_sys::FLOAT4OID | pg_sys::FLOAT8OID => Self::Float,
            pg_sys::DATEOID => Self::Date,
            pg_sys::TIMESTAMPOID => Self::Timestamp,
            pg_sys::TIMESTAMPTZOID => Self::TimestampTz,
            pg_sys::BOOLOID => Self::Bool,
            pg_sys::UUIDOID => Self::Uuid,
            pg_sys::BYTEAOID => Self::Bytea,
            pg_sys::JSONOID => Self::Json,
            pg_sys::JSONBOID => Self::Jsonb,
            pg_sys::INETOID => Self::Inet,
            pg_sys::BITOID => Self::Bit(usize::try_from(typmod).unwrap_or(1)),
            other => Self::by_class(other),
        }
    }

    fn by_class(base: Oid) -> Self {
        let (category, class) = types::category_and_class(base);
        match (class, category) {
            (b'e', _) => Self::Enum,
            (b'r', _) => Self::Range,
            (b'm', _) => Self::Multirange,
            (b'c', _) => Self::Composite(types::row_width(base)),
            (_, b'A') => Self::Array,
            // citext and its like; "char" is of category Z
            (_, b'S') => Self::Text(None),
            _ => Self::Other(base),
        }
    }
}

impl Field<'_> {
    /// The column of the row that is being changed.
    pub fn value(&self) -> String {
        format!("target.{}", Ident(&self.column.name))
    }

    /// A constant of the column's type, which checks it when it is stored.
    pub fn literal(&self, text: &str) -> String {
        self.cast(&Literal(text).to_string())
    }

    /// A call of our function that masks by a description, as the column's type.
    pub fn masked<M: Serialize>(&self, value: &str, mask: &M) -> Result<String> {
        let description = serde_json::to_string(mask)
            .map_err(|error| Error::internal(format!("a rule cannot be written: {error}")))?;
        Ok(self.cast(&format!(
            "{INTERNAL}.masked({}, {value}, {}::pg_catalog.text)",
            running::PARAMETER,
            Literal(&description)
        )))
    }

    /// A call of another function of ours.
    pub fn ours(&self, call: &str) -> String {
        format!("{INTERNAL}.{call}")
    }

    pub fn cast(&self, sql: &str) -> String {
        let base = match self.column.base().0 {
            // Bare `bit` is one of them.
            pg_sys::BITOID => types::sql_name(pg_sys::VARBITOID),
            base => types::sql_name(base),
        };
        format!("{sql}::{base}")
    }

    /// The strategy is not for this type of column: 42804.
    pub fn unsuitable(&self, strategy: &str, suits: &str) -> Error {
        Error::new(
            Code::ERRCODE_DATATYPE_MISMATCH,
            format!(
                "strategy \"{strategy}\" does not suit {}, which is of type {}",
                self.name(),
                types::display_name(self.column.type_oid)
            ),
        )
        .hint(format!("It is for {suits}."))
    }

    /// The column is too short for what the strategy makes: 22001.
    pub fn too_short(&self, strategy: &str, needs: usize) -> Error {
        Error::new(
            Code::ERRCODE_STRING_DATA_RIGHT_TRUNCATION,
            format!("{} is too short for strategy \"{strategy}\"", self.name()),
        )
        .detail(format!("It needs room for {needs} characters."))
        .hint("\"auto\" and \"random\" fit any length.")
    }

    /// So few characters do not tell the rows of a unique column apart: 23505.
    pub fn too_few(&self, strategy: &str, given: usize, needs: usize) -> Error {
        let index = self.unique.map_or("", |index| index.name.as_str());
        Error::new(
            Code::ERRCODE_UNIQUE_VIOLATION,
            format!(
                "{given} characters of strategy \"{strategy}\" do not tell rows apart in {}",
                self.name()
            ),
        )
        .detail(format!("Unique index \"{index}\" holds it unique."))
        .hint(format!("Leave out \"length\", or give {needs} or more."))
    }

    /// The most characters that fit, if it is a text that has room for `needs` of them.
    pub fn text(&self, strategy: &str, needs: usize) -> Result<Option<usize>> {
        match self.kind {
            Kind::Text(Some(length)) if length < needs => Err(self.too_short(strategy, needs)),
            Kind::Text(length) => Ok(length),
            _ => Err(self.unsuitable(strategy, "texts")),
        }
    }

    /// `column "email" of table public.customer`
    pub fn name(&self) -> String {
        format!(
            "column \"{}\" of table {}",
            self.column.name,
            self.relation.qualified()
        )
    }
}
