//! `value`: a constant.

use super::{Field, Kind, Mask, Strategy, null::Null};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub struct Constant {
    value: Value,
}

impl Strategy for Constant {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let text = match (&self.value, field.kind) {
            (value, Kind::Json | Kind::Jsonb) => value.to_string(),
            (Value::Null, _) => return Null {}.mask(field),
            (Value::String(text), _) => text.clone(),
            (value, _) => value.to_string(),
        };
        let (base, typmod) = field.column.base();
        if !types::reads(base, typmod, &text) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_TEXT_REPRESENTATION,
                format!(
                    "the value given for {} does not fit its type {}",
                    field.name(),
                    types::display_name(field.column.type_oid)
                ),
            )
            .hint("Give it as the type writes it, within its length."));
        }
        Ok(Mask::constant(field.literal(&text)))
    }
}
