//! `noise`: a number or a date near the value, never the value itself.

use super::{Field, Kind, Mask, Strategy, Values};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::mask;
use crate::sql::Literal;
use pgrx::datum::Interval;
use pgrx::{FromDatum, pg_sys};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub struct Noise {
    ratio: Option<f64>,
    amount: Option<f64>,
    interval: Option<String>,
}

/// in microseconds
const DAY: u128 = 86_400_000_000;
const RATIO: f64 = 0.1;
const INTERVAL: &str = "30 days";

impl Noise {
    fn number(&self, field: &Field) -> Result<mask::Noise> {
        let wrong = |what: &str| {
            Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("noise for {} {what}", field.name()),
            )
            .hint("Numbers take \"ratio\" (0.1 is ten per cent either way) or \"amount\", dates take \"interval\".")
        };
        let noise = match (self.ratio, self.amount, &self.interval) {
            (_, _, Some(_)) => return Err(wrong("cannot be given by an interval")),
            (Some(_), Some(_), None) => return Err(wrong("is given twice")),
            (ratio, None, None) => mask::Noise::Ratio(ratio.unwrap_or(RATIO)),
            (None, Some(amount), None) => mask::Noise::Amount(amount),
        };
        let size = match noise {
            mask::Noise::Ratio(size) | mask::Noise::Amount(size) => size,
        };
        if size.is_finite() && size > 0.0 {
            Ok(noise)
        } else {
            Err(wrong("must be more than nothing"))
        }
    }

    fn interval(&self, field: &Field) -> Result<&str> {
        let interval = self.interval.as_deref().unwrap_or(INTERVAL);
        let given = self.ratio.is_none() && self.amount.is_none();
        let least = match field.kind {
            Kind::Date => DAY,
            _ => 1,
        };
        let span = types::read(pg_sys::INTERVALOID, -1, interval)
            // SAFETY: the value is an interval.
            .and_then(|datum| unsafe { Interval::from_datum(datum, false) });
        if given && span.is_some_and(|span| span.as_micros().unsigned_abs() >= least) {
            return Ok(interval);
        }
        Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("noise for {} needs an interval that moves it", field.name()),
        )
        .hint("Write it as {\"strategy\": \"noise\", \"interval\": \"30 days\"}."))
    }
}

impl Strategy for Noise {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let value = field.value();
        let offset = |unit: &str| -> Result<String> {
            let interval = Literal(self.interval(field)?).to_string();
            Ok(field.ours(&format!(
                "distance((EXTRACT(epoch FROM {interval}::pg_catalog.interval) OPERATOR(pg_catalog.*) {unit})::pg_catalog.int8)"
            )))
        };
        let sql = match field.kind {
            Kind::Integer(max) => {
                let noise = json!({"noise": {"noise": self.number(field)?, "max": max}});
                field.masked(&format!("{value}::pg_catalog.int8"), &noise)?
            }
            Kind::Numeric(typmod) => {
                let typmod = typmod.map(|(whole, scale)| ((whole + scale) as u32, scale));
                let noise = json!({"decimal": {"noise": self.number(field)?, "typmod": typmod}});
                field.masked(&format!("{value}::pg_catalog.text"), &noise)?
            }
            Kind::Float => field.masked(
                &format!("{value}::pg_catalog.float8"),
                &json!({"noise": self.number(field)?, "real": field.column.base().0 == pg_sys::FLOAT4OID}),
            )?,
            Kind::Date => format!(
                "({value} OPERATOR(pg_catalog.+) {}::pg_catalog.int4)",
                offset("(1.0 / 86400)")?
            ),
            Kind::Timestamp | Kind::TimestampTz => format!(
                "({value} OPERATOR(pg_catalog.+) ({} OPERATOR(pg_catalog.*) '1 microsecond'::pg_catalog.interval))",
                offset("1000000")?
            ),
            _ => return Err(field.unsuitable("noise", "numbers, dates and timestamps")),
        };
        // NaN and infinities stay what they are.
        Ok(Mask::new(sql, Values::Derived).strict())
    }
}
