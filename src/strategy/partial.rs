//! `partial`: some characters at either end stay, the others become the mask.

use super::{Field, Mask, Strategy, Values};
use crate::error::Result;
use crate::mask::TextMask;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Partial {
    #[serde(default)]
    keep_first: usize,
    #[serde(default)]
    keep_last: usize,
    #[serde(default = "star")]
    mask: char,
}

fn star() -> char {
    '*'
}

impl Partial {
    pub fn text(&self) -> TextMask {
        TextMask::Partial {
            keep_first: self.keep_first,
            keep_last: self.keep_last,
            mask: self.mask,
        }
    }
}

impl Strategy for Partial {
    fn mask(&self, field: &Field) -> Result<Mask> {
        field.text("partial", 0)?;
        let sql = field.masked(&format!("{}::pg_catalog.text", field.value()), &self.text())?;
        Ok(Mask::new(sql, Values::Derived).strict())
    }
}
