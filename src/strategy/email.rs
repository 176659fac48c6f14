//! `email`: an address of nobody, another one each time.

use super::{Field, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use crate::mask::{TextMask, email};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Email {
    #[serde(default = "nowhere")]
    domain: String,
}

fn nowhere() -> String {
    "example.invalid".to_owned()
}

impl Email {
    pub fn text(&self, length: Option<usize>, what: &str) -> Result<TextMask> {
        if !email::is_reserved(&self.domain) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the domain given for {what} could be somebody's"),
            )
            .hint("Take one of RFC 2606: example.com, example.org, example.net, or one that ends in .invalid, .example or .test."));
        }
        Ok(TextMask::Email {
            domain: self.domain.clone(),
            length,
        })
    }
}

impl Strategy for Email {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let room = field.text("email", 0)?;
        let mask = self.text(room, &field.name())?;
        field.text("email", mask.needs())?;
        let sql = field.masked(&format!("{}::pg_catalog.text", field.value()), &mask)?;
        Ok(Mask::new(sql, Values::Fresh).strict())
    }
}
