//! What is searched for, in the forms that statements are given.

use super::text::like;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::security;
use crate::spi::attempt::attempt;
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, IntoDatum};
use std::ffi::CString;

/// A term that is not blank.
pub struct Term<'a>(&'a str);

/// A form of the term: what a parameter of a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// as it was given, as a text type
    Given(Oid),
    /// in lower case, under this collation
    Lower(Oid),
    /// the pattern of what contains it, or begins with it; in lower case under this collation, or as it was given
    Pattern {
        collation: Option<Oid>,
        anywhere: bool,
    },
    /// the pattern of what is the same but for case
    Same,
    /// the first text by its bytes that comes after all that begin with the lower-case term
    Beyond(Oid),
    /// as it stands in a JSON text, in lower case, under this collation
    Quoted { collation: Oid, pattern: bool },
    /// the value of a type that the term reads as; NULL if it does not
    Typed(Oid),
}

impl<'a> Term<'a> {
    /// 22004 for NULL, 22023 for a blank one.
    pub fn new(term: Option<&'a str>) -> Result<Self> {
        let term = term.ok_or_else(|| Error::null_argument("term"))?;
        match term.trim().is_empty() {
            true => Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "the term to search for is blank",
            )
            .hint("Give a name, an address, a number: whatever the person is known by.")),
            false => Ok(Self(term)),
        }
    }

    pub fn text(&self) -> &str {
        self.0
    }

    /// A trigram index can look for it: it has three letters or digits in a row. It would read all of its entries for a shorter one.
    pub fn has_trigram(&self) -> bool {
        let mut words = self.0.split(|c: char| !c.is_alphanumeric());
        words.any(|word| word.chars().count() >= 3)
    }

    /// A form of it. `relation` is the table that is searched: a type's own input function runs with its owner's rights.
    pub fn form(&self, form: Form, relation: &Relation) -> Result<Option<Datum>> {
        Ok(match form {
            Form::Given(_) => self.0.into_datum(),
            Form::Lower(collation) => lower(self.0, collation).into_datum(),
            Form::Pattern {
                collation,
                anywhere,
            } => {
                let term = match collation {
                    Some(collation) => lower(self.0, collation),
                    None => self.0.to_owned(),
                };
                like(&term, anywhere).into_datum()
            }
            Form::Same => super::text::escaped(self.0).into_datum(),
            Form::Beyond(collation) => super::text::beyond(&lower(self.0, collation)).into_datum(),
            Form::Quoted { collation, pattern } => {
                let quoted = super::text::quoted(&lower(self.0, collation));
                match pattern {
                    true => like(&quoted, true).into_datum(),
                    false => quoted.into_datum(),
                }
            }
            Form::Typed(oid) => self.typed(oid, relation),
        })
    }

    fn typed(&self, oid: Oid, relation: &Relation) -> Option<Datum> {
        let text = CString::new(self.0).ok()?;
        let read = attempt(|| {
            let _owner = security::as_owner(relation)?;
            let (mut function, mut parameter) = (pg_sys::InvalidOid, pg_sys::InvalidOid);
            // SAFETY: the pointers are to live locals, and the string lives through the call.
            Ok(unsafe {
                pg_sys::getTypeInputInfo(oid, &mut function, &mut parameter);
                pg_sys::OidInputFunctionCall(function, text.as_ptr().cast_mut(), parameter, -1)
            })
        });
        read.ok()
    }
}

impl Form {
    /// The type of the parameter.
    pub fn type_oid(self) -> Oid {
        match self {
            Self::Given(oid) | Self::Typed(oid) => oid,
            _ => pg_sys::TEXTOID,
        }
    }
}

/// As SQL's lower() says it, under a collation.
fn lower(text: &str, collation: Oid) -> String {
    let collation = match collation {
        pg_sys::InvalidOid => pg_sys::DEFAULT_COLLATION_OID,
        collation => collation,
    };
    // SAFETY: lower takes and returns a text.
    unsafe {
        let lower = text.into_datum().map(|text| {
            pg_sys::OidFunctionCall1Coll(Oid::from(pg_sys::F_LOWER_TEXT), collation, text)
        });
        lower
            .and_then(|lower| String::from_datum(lower, false))
            .unwrap_or_else(|| text.to_owned())
    }
}
