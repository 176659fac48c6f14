//! `hash`: an HMAC of the value under the secret. Equal values stay equal, in every table.

use super::{Field, Kind, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use crate::mask::TextMask;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Hash {
    length: Option<usize>,
}

/// Hex digits of a whole HMAC-SHA256.
const WHOLE: usize = 64;
/// So many hex digits keep ten million values apart.
const APART: usize = 16;
/// Fewer than these say too little to be called a hash.
const LEAST: usize = 8;

impl Hash {
    pub fn text(&self, room: Option<usize>, what: &str) -> Result<TextMask> {
        let length = self.length.unwrap_or(WHOLE.min(room.unwrap_or(WHOLE)));
        if !(1..=WHOLE).contains(&length) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the length of the hash for {what} is out of range"),
            )
            .hint(format!("A hash has 1 to {WHOLE} hexadecimal digits.")));
        }
        Ok(TextMask::Hash { length })
    }
}

impl Strategy for Hash {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let value = field.value();
        let sql = match field.kind {
            Kind::Text(_) => {
                let least = if field.unique.is_some() { APART } else { LEAST };
                if let (Some(_), Some(length)) =
                    (field.unique, self.length.filter(|length| *length < APART))
                {
                    return Err(field.too_few("hash", length, APART));
                }
                let room = field.text("hash", self.length.unwrap_or(least))?;
                field.masked(
                    &format!("{value}::pg_catalog.text"),
                    &self.text(room, &field.name())?,
                )?
            }
            Kind::Bytea | Kind::Uuid | Kind::Integer(i64::MAX) => {
                if self.length.is_some() {
                    return Err(Error::new(
                        Code::ERRCODE_INVALID_PARAMETER_VALUE,
                        format!("the hash for {} is given a length", field.name()),
                    )
                    .hint("\"length\" is for texts."));
                }
                field.masked(&value, &"hash")?
            }
            _ => return Err(field.unsuitable("hash", "texts, bytea, uuid and bigint")),
        };
        Ok(Mask::new(sql, Values::Fresh).strict().pseudonymous())
    }
}
