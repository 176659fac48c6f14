//! `random`: any value of the type.

use super::{Field, Kind, Mask, Strategy, Values};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::mask::TextMask;
use crate::mask::fit::LONGEST;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
pub struct Random {
    length: Option<usize>,
    min: Option<Value>,
    max: Option<Value>,
}

const LENGTH: usize = 16;
/// So many letters and digits keep ten million values apart.
pub const APART: usize = 12;
const NUMBERS: (&str, &str) = ("0", "1000000");
const SMALL_NUMBERS: (&str, &str) = ("0", "32767");
/// Not up to today, which would tell when it was done.
const DATES: (&str, &str) = ("1940-01-01", "2005-12-31");

impl Random {
    /// The ends of the range as constants of a type.
    fn range(&self, field: &Field, default: (&str, &str)) -> Result<(String, String)> {
        let (base, _) = field.column.base();
        let end = |given: &Option<Value>, default: &str| match given {
            None => default.to_owned(),
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
        };
        let ends = (end(&self.min, default.0), end(&self.max, default.1));
        let fits = |end: &str| types::reads(base, field.column.base().1, end);
        if self.length.is_none() && fits(&ends.0) && fits(&ends.1) {
            return match types::is_in_order(base, &ends.0, &ends.1)? {
                true => Ok(ends),
                false => Err(Error::new(
                    Code::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!("the range of random values for {} is empty", field.name()),
                )
                .hint("\"min\" must not be more than \"max\".")),
            };
        }
        Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!(
                "the range of random values for {} cannot be read",
                field.name()
            ),
        )
        .hint("Give \"min\" and \"max\" as values of the column's type."))
    }

    /// For a text of any length.
    pub fn text(&self, what: &str) -> Result<TextMask> {
        let length = self.length.unwrap_or(LENGTH);
        if self.min.is_some() || self.max.is_some() || !(1..=LONGEST).contains(&length) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("random texts for {what} are given by their length"),
            )
            .hint(format!(
                "\"length\" is a number of characters from 1 to {LONGEST}."
            )));
        }
        Ok(TextMask::Random { length })
    }

    fn without_range(&self, field: &Field) -> Result<()> {
        match (&self.min, &self.max, self.length) {
            (None, None, None) => Ok(()),
            _ => Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("random values for {} take no parameters", field.name()),
            )
            .hint("\"min\" and \"max\" are for numbers and dates, \"length\" is for texts.")),
        }
    }
}

impl Strategy for Random {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let value = field.value();
        let chance = field.ours("chance()");
        let between = |(min, max): (String, String)| {
            let (min, max) = (field.literal(&min), field.literal(&max));
            format!(
                "({min} OPERATOR(pg_catalog.+) (({max} OPERATOR(pg_catalog.-) {min}) OPERATOR(pg_catalog.*) {chance}))"
            )
        };
        let any = |sql| Ok(Mask::new(sql, Values::Any));
        match field.kind {
            Kind::Text(room) => {
                let TextMask::Random { length } = self.text(&field.name())? else {
                    return Err(field.unsuitable("random", "texts"));
                };
                let length = match (self.length, room) {
                    (None, Some(room)) => length.min(room.max(1)),
                    _ => length,
                };
                if field.unique.is_some() && self.length.is_some_and(|length| length < APART) {
                    return Err(field.too_few("random", length, APART));
                }
                let length = match field.unique {
                    Some(_) => length.max(APART),
                    None => length,
                };
                field.text("random", length)?;
                let mask = TextMask::Random { length };
                let sql = field.masked(&format!("{value}::pg_catalog.text"), &mask)?;
                Ok(Mask::new(sql, Values::Fresh).strict())
            }
            Kind::Integer(max) => {
                let default = if max == i64::from(i16::MAX) {
                    SMALL_NUMBERS
                } else {
                    NUMBERS
                };
                let (min, max) = self.range(field, default)?;
                let read = |end: &str| {
                    end.trim()
                        .parse::<i64>()
                        .map_err(|_| field.unsuitable("random", "whole numbers"))
                };
                let mask = json!({"random": {"min": read(&min)?, "max": read(&max)?}});
                any(field.masked(&format!("{value}::pg_catalog.int8"), &mask)?)
            }
            Kind::Numeric(limits) => {
                let limit = limits.map_or(6, |(whole, _)| whole.clamp(0, 6));
                let max = format!("0{}", "9".repeat(limit as usize));
                let (min, max) = self.range(field, ("0", &max))?;
                let (min, max) = (field.literal(&min), field.literal(&max));
                any(format!(
                    "pg_catalog.round(({min} OPERATOR(pg_catalog.+) (({max} OPERATOR(pg_catalog.-) {min}) OPERATOR(pg_catalog.*) {chance}::pg_catalog.numeric)), {})",
                    limits.map_or(2, |(_, scale)| scale)
                ))
            }
            Kind::Float => any(field.cast(&between(self.range(field, NUMBERS)?))),
            Kind::Date => {
                let (min, max) = self.range(field, DATES)?;
                let (min, max) = (field.literal(&min), field.literal(&max));
                any(format!(
                    "({min} OPERATOR(pg_catalog.+) pg_catalog.floor(({max} OPERATOR(pg_catalog.-) {min} OPERATOR(pg_catalog.+) 1) OPERATOR(pg_catalog.*) {chance})::pg_catalog.int4)"
                ))
            }
            Kind::Timestamp | Kind::TimestampTz => any(between(self.range(field, DATES)?)),
            Kind::Bool => {
                self.without_range(field)?;
                any(format!("({chance} OPERATOR(pg_catalog.<) 0.5)"))
            }
            Kind::Uuid => {
                self.without_range(field)?;
                Ok(Mask::new(
                    "pg_catalog.gen_random_uuid()".to_owned(),
                    Values::Fresh,
                ))
            }
            Kind::Bytea => {
                self.without_range(field)?;
                Ok(Mask::new(
                    "pg_catalog.uuid_send(pg_catalog.gen_random_uuid())".to_owned(),
                    Values::Fresh,
                ))
            }
            Kind::Enum => {
                self.without_range(field)?;
                let labels = format!(
                    "pg_catalog.enum_range(NULL::{})",
                    types::sql_name(field.column.base().0)
                );
                any(format!(
                    "({labels})[1 OPERATOR(pg_catalog.+) pg_catalog.floor({chance} OPERATOR(pg_catalog.*) pg_catalog.cardinality({labels}))::pg_catalog.int4]"
                ))
            }
            Kind::Inet => {
                self.without_range(field)?;
                any(format!(
                    "('10.0.0.0'::pg_catalog.inet OPERATOR(pg_catalog.+) pg_catalog.floor({chance} OPERATOR(pg_catalog.*) 16777216)::pg_catalog.int8)"
                ))
            }
            _ => Err(field.unsuitable(
                "random",
                "texts, numbers, dates, timestamps, booleans, uuid, bytea, enums and inet",
            )),
        }
    }
}
