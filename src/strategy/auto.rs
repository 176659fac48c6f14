//! `auto`: NULL where it is allowed, else the type's neutral value, else, in a unique column, a value of its own.

use super::random::APART;
use super::{Field, Kind, Mask, Strategy, Values, null};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::mask::TextMask;
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

/// A value that no other row has, and that fits.
fn distinct(field: &Field) -> Result<Mask> {
    let number = field.ours("gdpr_distinct_number()");
    let random = || "pg_catalog.gen_random_uuid()".to_owned();
    let sql = match field.kind {
        Kind::Text(length) if length.is_none_or(|length| length >= APART) => {
            let mask = TextMask::Random {
                length: length.unwrap_or(16).min(16),
            };
            let sql = field.masked(&format!("{}::pg_catalog.text", field.value()), &mask)?;
            return Ok(Mask::new(sql, Values::Fresh).strict());
        }
        // Too short for chance: every number gives another text.
        Kind::Text(length) => field.ours(&format!("gdpr_distinct_text({})", length.unwrap_or(APART))),
        // From the type's largest number downwards, where nobody's keys are.
        Kind::Integer(max) => field.cast(&format!(
            "({max}::pg_catalog.int8 OPERATOR(pg_catalog.-) ({number} OPERATOR(pg_catalog.%) {max}::pg_catalog.int8))"
        )),
        Kind::Numeric(limits) => {
            let digits = limits.map_or(18, |(whole, _)| whole.clamp(0, 18)) as usize;
            let most = format!("0{}", "9".repeat(digits));
            format!(
                "({most}::pg_catalog.numeric OPERATOR(pg_catalog.-) ({number}::pg_catalog.numeric OPERATOR(pg_catalog.%) ({most}::pg_catalog.numeric OPERATOR(pg_catalog.+) 1)))"
            )
        }
        Kind::Float => field.cast(&format!("(0 OPERATOR(pg_catalog.-) {number})")),
        Kind::Uuid => random(),
        Kind::Bytea => format!("pg_catalog.uuid_send({})", random()),
        Kind::Inet => format!("('fd00::'::pg_catalog.inet OPERATOR(pg_catalog.+) {number})"),
        Kind::Date => format!(
            "('1600-01-01'::pg_catalog.date OPERATOR(pg_catalog.-) ({number} OPERATOR(pg_catalog.%) 2000000)::pg_catalog.int4)"
        ),
        Kind::Timestamp | Kind::TimestampTz => format!(
            "({} OPERATOR(pg_catalog.-) ({number} OPERATOR(pg_catalog.*) '1 microsecond'::pg_catalog.interval))",
            field.literal("1600-01-01 00:00:00+00")
        ),
        Kind::Jsonb => format!("pg_catalog.to_jsonb({number})"),
        _ => {
            let index = field.unique.map_or("", |index| index.name.as_str());
            return Err(Error::new(
                Code::ERRCODE_UNIQUE_VIOLATION,
                format!("\"auto\" has no distinct values for {}, which index \"{index}\" holds unique", field.name()),
            )
            .hint("Give an expression: {\"strategy\": \"sql\", \"expression\": \"...\"}."));
        }
    };
    Ok(Mask::new(sql, Values::Fresh))
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
