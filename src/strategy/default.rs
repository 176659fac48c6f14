//! `default`: the column's own DEFAULT.

use super::{Field, Mask, Strategy, Values, null};
use crate::error::{Code, Error, Result};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Default {}

/// How PostgreSQL prints what reads the clock.
const CLOCK: [&str; 10] = [
    "now()",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIME",
    "transaction_timestamp()",
    "statement_timestamp()",
    "clock_timestamp()",
    "timeofday()",
    "'now'::",
    "'today'::",
];

impl Strategy for Default {
    fn mask(&self, field: &Field) -> Result<Mask> {
        match &field.column.default {
            None if field.column.is_not_null() => Err(Error::new(
                Code::ERRCODE_NOT_NULL_VIOLATION,
                format!("{} has no DEFAULT and must not be NULL", field.name()),
            )
            .hint("\"auto\" takes a neutral value.")),
            None => Ok(null::mask(field)),
            Some(default) if CLOCK.iter().any(|clock| default.contains(clock)) => Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the DEFAULT of {} reads the clock", field.name()),
            )
            .detail("When something was anonymised can lead back to what it was.")
            .hint("\"auto\" takes a fixed date.")),
            Some(default) => Ok(Mask::new(format!("({default})"), Values::Unknown)),
        }
    }
}
