//! `blank`: the empty value of the type.

use super::{Field, Kind, Mask, Strategy};
use crate::error::Result;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Blank {}

impl Strategy for Blank {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let empty = match field.kind {
            Kind::Text(_) | Kind::Bytea => "",
            Kind::Json | Kind::Jsonb | Kind::Array | Kind::Multirange => "{}",
            Kind::Range => "empty",
            _ => return Err(field.unsuitable("blank", "texts, bytea, json, arrays and ranges")),
        };
        Ok(Mask::constant(field.literal(empty)))
    }
}
