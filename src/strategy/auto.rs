//! `auto`: NULL where it is allowed, else the type's neutral value, else, in a unique column, a value of its own.

use super::random::APART;
use super::{Field, Kind, Mask, Strategy, Values, null, running};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::mask::TextMask;
use crate::sql::Ident;
use pgrx::pg_sys;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Auto {}

impl Strategy for Auto {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let nulls_are_distinct = field.unique.is_none_or(|index| index.nulls_distinct);
        if !field.column.is_not_null() && nulls_are_distinct && !field.referenced {
            return Ok(null::mask(field));
        }
        match field.unique {
            Some(_) => distinct(field),
            None => neutral(field).map(Mask::constant),
        }
    }
}

/// Where a type has fewer values than this, one that is new can be one that a row has already.
const ROOMY: u64 = 1 << 40;
/// Values that are tried for a row before the constraint refuses one.
const TRIES: u32 = 100_000;

/// A value that no other row has, and that fits.
fn distinct(field: &Field) -> Result<Mask> {
    let series = match field.series {
        Some(series) => format!(", {series}::pg_catalog.int4"),
        None => String::new(),
    };
    let below = |size: u64| {
        field.ours(&format!(
            "distinct_number({}, {size}::pg_catalog.int8{series})",
            running::PARAMETER
        ))
    };
    let random = || "pg_catalog.gen_random_uuid()".to_owned();
    const LARGEST: u64 = i64::MAX as u64;
    let (sql, size) = match field.kind {
        Kind::Text(length) if length.is_none_or(|length| length >= APART) => {
            let mask = TextMask::Random {
                length: length.unwrap_or(16).min(16),
            };
            let sql = field.masked(&format!("{}::pg_catalog.text", field.value()), &mask)?;
            return Ok(Mask::new(sql, Values::Fresh).strict());
        }
        // Too short for chance: every number gives another text.
        Kind::Text(length) => {
            let length = length.unwrap_or(APART) as u32;
            let call = format!(
                "distinct_text({}, {length}::pg_catalog.int4{series})",
                running::PARAMETER
            );
            (
                field.cast(&field.ours(&call)),
                36_u64.saturating_pow(length),
            )
        }
        Kind::Integer(max) => {
            let size = max.unsigned_abs().saturating_add(1).min(LARGEST);
            (field.cast(&below(size)), size)
        }
        Kind::Numeric(limits) => {
            let digits = limits.map_or(18, |(whole, _)| whole.clamp(0, 18)) as u32;
            let size = 10_u64.pow(digits);
            (format!("{}::pg_catalog.numeric", below(size)), size)
        }
        Kind::Float => (field.cast(&below(1 << 53)), 1 << 53),
        Kind::Uuid => (random(), u64::MAX),
        Kind::Bytea => (format!("pg_catalog.uuid_send({})", random()), u64::MAX),
        Kind::Inet => (
            format!(
                "('fd00::'::pg_catalog.inet OPERATOR(pg_catalog.+) {})",
                below(LARGEST)
            ),
            LARGEST,
        ),
        Kind::Date => (
            format!(
                "('1600-01-01'::pg_catalog.date OPERATOR(pg_catalog.-) {}::pg_catalog.int4)",
                below(DAYS)
            ),
            DAYS,
        ),
        Kind::Timestamp | Kind::TimestampTz => (
            format!(
                "({} OPERATOR(pg_catalog.-) ({} OPERATOR(pg_catalog.*) '1 microsecond'::pg_catalog.interval))",
                field.literal("1600-01-01 00:00:00+00"),
                below(1 << 53)
            ),
            1 << 53,
        ),
        Kind::Jsonb => (format!("pg_catalog.to_jsonb({})", below(LARGEST)), LARGEST),
        _ => {
            let index = field.unique.map_or("", |index| index.name.as_str());
            return Err(Error::new(
                Code::ERRCODE_UNIQUE_VIOLATION,
                format!(
                    "\"auto\" has no distinct values for {}, which index \"{index}\" holds unique",
                    field.name()
                ),
            )
            .hint("Give an expression: {\"strategy\": \"sql\", \"expression\": \"...\"}."));
        }
    };
    let finds = field
        .unique
        .is_some_and(|index| index.finds_by(field.column.number));
    let sql = match size < ROOMY && finds && field.series.is_none() {
        true => untaken(field, &sql),
        false => sql,
    };
    Ok(Mask::new(sql, Values::Fresh))
}

/// Days from the year 1 to 1600: before that, clients cannot read dates.
const DAYS: u64 = 584_000;

/// The first of the values that no row has. The unique index answers that; values are made one by one, until one is free. If none is, the index
/// refuses the next.
fn untaken(field: &Field, candidate: &str) -> String {
    let value = field.value();
    let column = Ident(&field.column.name);
    // It speaks of the row, so that it is evaluated for each.
    let tries = format!("CASE WHEN {value} IS NULL THEN 0 ELSE {TRIES} END");
    format!(
        "COALESCE((SELECT candidate.value FROM (SELECT {candidate} AS value FROM (SELECT pg_catalog.generate_series(1, {tries})) AS tries) AS candidate \
         WHERE NOT EXISTS (SELECT FROM {} AS other WHERE other.{column} OPERATOR(pg_catalog.=) candidate.value) LIMIT 1), {candidate})",
        field.relation.in_from()
    )
}

/// The value that says nothing.
fn neutral(field: &Field) -> Result<String> {
    let zeros;
    let text = match field.kind {
        Kind::Text(_) | Kind::Bytea => "",
        Kind::Integer(_) | Kind::Numeric(_) | Kind::Float => "0",
        Kind::Date => "1970-01-01",
        Kind::Timestamp => "1970-01-01 00:00:00",
        Kind::TimestampTz => "1970-01-01 00:00:00+00",
        Kind::Bool => "false",
        Kind::Uuid => "00000000-0000-0000-0000-000000000000",
        Kind::Json | Kind::Jsonb | Kind::Array | Kind::Multirange => "{}",
        Kind::Inet => "0.0.0.0",
        Kind::Range => "empty",
        Kind::Enum => {
            return Ok(format!("pg_catalog.enum_first({})", field.cast("NULL")));
        }
        Kind::Bit(length) => {
            zeros = "0".repeat(length);
            &zeros
        }
        Kind::Composite(width) => {
            zeros = format!("({})", ",".repeat(width.saturating_sub(1)));
            &zeros
        }
        Kind::Other(base) => by_type(base).ok_or_else(|| {
            Error::new(
                Code::ERRCODE_DATATYPE_MISMATCH,
                format!(
                    "\"auto\" knows no neutral value for {}, which is of type {}",
                    field.name(),
                    types::display_name(base)
                ),
            )
            .hint("Name one: {\"strategy\": \"value\", \"value\": \"...\"}.")
        })?,
    };
    Ok(field.literal(text))
}

fn by_type(base: pg_sys::Oid) -> Option<&'static str> {
    Some(match base {
        pg_sys::TIMEOID => "00:00",
        pg_sys::TIMETZOID => "00:00+00",
        pg_sys::INTERVALOID | pg_sys::MONEYOID | pg_sys::OIDOID => "0",
        pg_sys::CIDROID => "0.0.0.0/32",
        pg_sys::MACADDROID => "00:00:00:00:00:00",
        pg_sys::MACADDR8OID => "00:00:00:00:00:00:00:00",
        pg_sys::VARBITOID | pg_sys::TSVECTOROID | pg_sys::XMLOID | pg_sys::CHAROID => "",
        pg_sys::POINTOID => "(0,0)",
        pg_sys::LSEGOID => "[(0,0),(0,0)]",
        pg_sys::BOXOID => "(0,0),(0,0)",
        pg_sys::PATHOID => "((0,0))",
        pg_sys::POLYGONOID => "((0,0))",
        pg_sys::CIRCLEOID => "<(0,0),0>",
        pg_sys::LINEOID => "{0,1,0}",
        pg_sys::JSONPATHOID => "$",
        pg_sys::PG_LSNOID => "0/0",
        _ => return None,
    })
}
