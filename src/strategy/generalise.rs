//! `generalise`: a date becomes the first of its month or year, a number the step that it stands on.

use super::{Field, Kind, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use crate::sql::Literal;
use serde::Deserialize;
use serde_json::Number;

#[derive(Deserialize)]
pub struct Generalise {
    to: Option<String>,
    step: Option<Number>,
}

const UNITS: [&str; 8] = [
    "hour", "day", "week", "month", "quarter", "year", "decade", "century",
];

impl Generalise {
    fn unit(&self, field: &Field) -> Result<&str> {
        let unit = self.to.as_deref().unwrap_or("year");
        if self.step.is_some() {
            return Err(self
                .wrong(field, "is given a step")
                .hint("Dates take \"to\": \"month\", \"year\", ..."));
        }
        if !UNITS.contains(&unit) {
            return Err(Error::unknown_word("a unit of time", unit, &UNITS)
                .detail(format!("It is given for {}.", field.name())));
        }
        Ok(unit)
    }

    fn step(&self, field: &Field) -> Result<String> {
        let hint = "Numbers take a \"step\": {\"strategy\": \"generalise\", \"step\": 10}.";
        let Some(step) = self.step.as_ref().filter(|_| self.to.is_none()) else {
            return Err(self.wrong(field, "needs a step").hint(hint));
        };
        let whole = !matches!(field.kind, Kind::Integer(_)) || step.as_i64().is_some();
        if !whole || step.as_f64().is_none_or(|step| step <= 0.0) {
            return Err(self.wrong(field, "has a step that does not fit").hint(hint));
        }
        Ok(step.to_string())
    }

    fn wrong(&self, field: &Field, what: &str) -> Error {
        Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("\"generalise\" for {} {what}", field.name()),
        )
    }
}

impl Strategy for Generalise {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let value = field.value();
        let floor = |step: &str| {
            let numeric = format!("{value}::pg_catalog.numeric");
            format!(
                "(pg_catalog.floor({numeric} OPERATOR(pg_catalog./) {step}::pg_catalog.numeric) OPERATOR(pg_catalog.*) {step}::pg_catalog.numeric)"
            )
        };
        let sql = match field.kind {
            Kind::Date => field.cast(&format!(
                "pg_catalog.date_trunc({}, {value}::pg_catalog.timestamp)",
                Literal(self.unit(field)?)
            )),
            Kind::Timestamp => format!(
                "pg_catalog.date_trunc({}, {value})",
                Literal(self.unit(field)?)
            ),
            Kind::TimestampTz => format!(
                "pg_catalog.date_trunc({}, {value}, 'UTC')",
                Literal(self.unit(field)?)
            ),
            // The step below the smallest number is not a number of the type.
            Kind::Integer(max) => field.cast(&format!(
                "GREATEST({}, {}::pg_catalog.numeric)",
                floor(&self.step(field)?),
                Literal(&(-max - 1).to_string())
            )),
            Kind::Numeric(_) => floor(&self.step(field)?),
            Kind::Float => field.cast(&floor(&self.step(field)?)),
            _ => return Err(field.unsuitable("generalise", "dates, timestamps and numbers")),
        };
        // GREATEST and its like do not give NULL for NULL.
        Ok(Mask::new(sql, Values::Derived))
    }
}
