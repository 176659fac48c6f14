//! What a column's type is to a search.

use crate::catalog::{operator, types};
use pgrx::pg_sys::{self, Oid};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// text with an equality of its own, such as citext
    OwnText,
    TextArray,
    Json,
    Jsonb,
    /// elements of another type: its base type
    Array(Oid),
    /// any other: its base type
    Other(Oid),
}

impl Kind {
    /// None for what has no values that could be compared.
    pub fn of(type_oid: Oid) -> Option<Self> {
        let base = types::base_type(type_oid);
        Some(match base {
            pg_sys::TEXTOID
            | pg_sys::VARCHAROID
            | pg_sys::BPCHAROID
            | pg_sys::NAMEOID
            | pg_sys::CHAROID => Self::Text,
            pg_sys::JSONOID => Self::Json,
            pg_sys::JSONBOID => Self::Jsonb,
            _ if operator::is_text_of_its_own(base) => Self::OwnText,
            _ => {
                // SAFETY: catalog look-up by oid.
                let element = unsafe { pg_sys::get_element_type(base) };
                match element {
                    pg_sys::InvalidOid => Self::Other(base),
                    element => match Self::of(element)? {
                        Self::Text | Self::OwnText => Self::TextArray,
                        Self::Other(element) => Self::Array(element),
                        // An array of documents is compared with nothing.
                        _ => return None,
                    },
                }
            }
        })
    }

    /// Its values can be told to be equal to a term.
    pub fn is_comparable(self) -> bool {
        match self {
            Self::Array(base) | Self::Other(base) => operator::default_equality(base).is_some(),
            _ => true,
        }
    }
}
