//! What an action did, in the words of the report: a line per table and action.

use crate::source::{self, Reported};
use pgrx::pg_sys::Oid;

/// A row of the result.
pub struct Line {
    /// None for what is not in a table: a source.
    pub relation: Option<Oid>,
    pub action: &'static str,
    pub rows: u64,
    pub ground: Option<String>,
}

impl Line {
    /// What became of what a source holds.
    pub fn of_source(reported: &Reported) -> Self {
        Self {
            relation: None,
            action: reported.action,
            rows: reported.rows,
            ground: Some(source::said(&reported.source, reported.ground.as_deref())),
        }
    }
}

/// What becomes of rows, in the order of the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Deleted,
    /// with what keeps the row from being deleted, if that was wanted
    Anonymised(String),
    Pseudonymised(String),
    /// Keys to the person were set NULL.
    Detached,
    Kept(String),
    Unreviewed,
    Unregistered,
}

/// Why rows that other people own too are left as they are.
pub const SHARED: &str = "shared with other people";

impl Action {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Anonymised(_) => "anonymised",
            Self::Pseudonymised(_) => "pseudonymised",
            Self::Detached => "detached",
            Self::Kept(_) => "kept",
            Self::Unreviewed => "unreviewed",
            Self::Unregistered => "unregistered",
        }
    }

    pub fn ground(&self) -> Option<String> {
        match self {
            Self::Kept(ground) | Self::Anonymised(ground) | Self::Pseudonymised(ground) => {
                Some(ground.clone()).filter(|ground| !ground.is_empty())
            }
            _ => None,
        }
    }
}
