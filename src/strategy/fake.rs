//! `fake`: a made-up value of some kind, another one each time.

use super::{Field, Kind as Type, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use crate::mask::{Kind, Locale, TextMask};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Fake {
    kind: Option<String>,
    locale: Option<String>,
}

/// What the parameters say.
pub struct Chosen {
    pub kind: Option<Kind>,
    pub locale: Locale,
}

/// Reads the parameters; the kind can follow from the column's name. 22023 for words that are not known.
pub fn chosen(
    kind: Option<&str>,
    locale: Option<&str>,
    column: Option<&str>,
    what: &str,
) -> Result<Chosen> {
    let given = |error: Error| error.detail(format!("It is given for {what}."));
    let kind =
        match kind {
            Some(name) => {
                let known = Kind::parse(name);
                Some(known.ok_or_else(|| {
                    given(Error::unknown_word("a kind of fake", name, &Kind::NAMES))
                })?)
            }
            None => column.and_then(Kind::infer),
        };
    let locale = match locale {
        Some(code) => {
            let known = Locale::parse(code);
            known.ok_or_else(|| given(Error::unknown_word("a locale", code, &Locale::NAMES)))?
        }
        None => Locale::default(),
    };
    Ok(Chosen { kind, locale })
}

impl Fake {
    /// `column` is the name from which the kind follows where it is not given.
    pub fn text(
        &self,
        column: &str,
        length: Option<usize>,
        distinct: bool,
        what: &str,
    ) -> Result<TextMask> {
        let Chosen { kind, locale } = chosen(
            self.kind.as_deref(),
            self.locale.as_deref(),
            Some(column),
            what,
        )?;
        let kind = kind.ok_or_else(|| {
            Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the name of {what} does not say what kind of fake it needs"),
            )
            .hint(format!(
                "Say it: {{\"strategy\": \"fake\", \"kind\": \"name\"}}. Kinds are: {}.",
                Kind::NAMES.join(", ")
            ))
        })?;
        Ok(TextMask::Fake {
            kind,
            locale,
            length,
            distinct,
        })
    }
}

impl Strategy for Fake {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let distinct = field.unique.is_some();
        let length = match field.kind {
            Type::Text(length) => length,
            Type::Inet => None,
            _ => return Err(field.unsuitable("fake", "texts, and inet for the kind \"ip\"")),
        };
        let mask = self.text(&field.column.name, length, distinct, &field.name())?;
        if field.kind == Type::Inet {
            if !matches!(mask, TextMask::Fake { kind: Kind::Ip, .. }) {
                return Err(field.unsuitable("fake", "texts, and inet for the kind \"ip\""));
            }
        } else {
            field.text("fake", mask.needs())?;
        }
        let sql = field.masked(&format!("{}::pg_catalog.text", field.value()), &mask)?;
        let values = if distinct {
            Values::Fresh
        } else {
            Values::Changed
        };
        Ok(Mask::new(sql, values).strict())
    }
}
