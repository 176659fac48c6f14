//! `null`: nothing is left.

use super::{Field, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Null {}

impl Strategy for Null {
    fn mask(&self, field: &Field) -> Result<Mask> {
        if field.column.is_not_null() {
            return Err(Error::new(
                Code::ERRCODE_NOT_NULL_VIOLATION,
                format!("{} must not be NULL", field.name()),
            )
            .hint("\"auto\" takes a neutral value where NULL is not allowed."));
        }
        Ok(mask(field))
    }
}

pub fn mask(field: &Field) -> Mask {
    Mask::new(field.cast("NULL"), Values::Null)
}
