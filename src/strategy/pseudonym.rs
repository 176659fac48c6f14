//! `pseudonym`: a made-up value that is always the same for the same value, in every table. Keyed with the secret.

use super::fake::{Chosen, chosen};
use super::{Field, Kind, Mask, Strategy, Values};
use crate::error::Result;
use crate::mask::{self, TextMask};
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
pub struct Pseudonym {
    kind: Option<String>,
    locale: Option<String>,
}

impl Pseudonym {
    pub fn text(&self, length: Option<usize>, what: &str) -> Result<TextMask> {
        let Chosen { kind, locale } =
            chosen(self.kind.as_deref(), self.locale.as_deref(), None, what)?;
        Ok(TextMask::Pseudonym {
            kind,
            locale,
            length,
            distinct: kind.is_some_and(is_told_apart),
        })
    }
}

impl Strategy for Pseudonym {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let value = field.value();
        let sql = match field.kind {
            Kind::Text(length) => {
                let mask = self.text(length, &field.name())?;
                field.text("pseudonym", mask.needs())?;
                field.masked(&format!("{value}::pg_catalog.text"), &mask)?
            }
            Kind::Uuid => field.masked(&value, &"hash")?,
            Kind::Integer(max) => field.masked(
                &format!("{value}::pg_catalog.int8"),
                &json!({"pseudonym": {"max": max}}),
            )?,
            _ => return Err(field.unsuitable("pseudonym", "texts, uuid and integers")),
        };
        // A name is a pick from a list, so two people can get the same, and it must be the same in a column that is unique and in one that is
        // not. Of the numbers of a smallint there are so few that another row is likely to have the one that is made.
        let is_distinct = match field.kind {
            Kind::Text(length) => match self.text(length, &field.name())? {
                TextMask::Pseudonym { kind, distinct, .. } => kind.is_none() || distinct,
                _ => false,
            },
            Kind::Uuid => true,
            Kind::Integer(max) => max > i16::MAX.into(),
            _ => false,
        };
        let values = match is_distinct {
            true => Values::Fresh,
            false => Values::Changed,
        };
        Ok(Mask::new(sql, values).strict().pseudonymous())
    }
}

/// Made-up values of this kind have room for what tells ten million of them apart.
pub fn is_told_apart(kind: mask::Kind) -> bool {
    use mask::Kind::{Email, Iban, Ip, Phone, Url, UserName};
    matches!(kind, Email | Iban | Ip | Phone | Url | UserName)
}
