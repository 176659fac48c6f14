//! Links: the ways from rows of one table to rows of another.
//!
//! `edges` lists them for the whole database, `kinds` decides what each means, `describe` and `build` make of those that a walk from one table
//! can meet a `graph`, and `cached` keeps it. See docs/walk.md.

mod build;
pub mod cached;
mod describe;
pub mod edges;
pub mod graph;
pub mod hierarchy;
pub mod kinds;
pub mod mermaid;
pub mod name;
pub mod order;
pub mod whole;

use crate::error::{Error, Result};

/// What a link means for a person's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Owner,
    Accessor,
    Context,
    Ignore,
}

impl Kind {
    pub const WORDS: [&'static str; 4] = ["owner", "accessor", "context", "ignore"];

    pub fn parse(word: &str) -> Result<Self> {
        match word {
            "owner" => Ok(Self::Owner),
            "accessor" => Ok(Self::Accessor),
            "context" => Ok(Self::Context),
            "ignore" => Ok(Self::Ignore),
            _ => Err(Error::unknown_word("a kind of link", word, &Self::WORDS)),
        }
    }

    pub fn word(self) -> &'static str {
        Self::WORDS[self as usize]
    }

    pub fn is_walked(self) -> bool {
        matches!(self, Self::Owner | Self::Accessor)
    }
}
