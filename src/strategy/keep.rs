//! `keep`: stated not to be personal, or kept for a reason.

use super::{Field, Kept, Mask, Strategy, Values};
use crate::error::Result;
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Keep {
    reason: Option<String>,
}

impl Strategy for Keep {
    fn mask(&self, field: &Field) -> Result<Mask> {
        Ok(Mask::new(field.value(), Values::Derived))
    }

    fn keeps(&self) -> Option<Kept<'_>> {
        Some(Kept {
            reason: self.reason.as_deref(),
        })
    }
}
