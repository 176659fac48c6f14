//! `shuffle`: the column's own values among all rows. Only where all rows are rewritten: one person's values have nobody to change places with.

use super::{Field, Mask, Strategy, Values};
use crate::error::Result;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Shuffle {}

impl Strategy for Shuffle {
    fn mask(&self, field: &Field) -> Result<Mask> {
        Ok(Mask::new(field.value(), Values::Derived))
    }

    fn needs_all_rows(&self) -> bool {
        true
    }
}
