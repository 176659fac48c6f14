//! What an action did, in the words of the report: a line per table and action.

/// A row of the result.
pub struct Line {
    /// number in the graph
    pub table: usize,
    pub action: &'static str,
    pub rows: u64,
    pub ground: Option<String>,
}

/// What becomes of rows, in the order of the report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Anonymised,
    Pseudonymised,
    Kept(String),
    Unreviewed,
    Unregistered,
}

/// Why rows that other people own too are left as they are.
pub const SHARED: &str = "shared with other people";

impl Action {
    pub fn word(&self) -> &'static str {
        match self {
            Self::Anonymised => "anonymised",
            Self::Pseudonymised => "pseudonymised",
            Self::Kept(_) => "kept",
            Self::Unreviewed => "unreviewed",
            Self::Unregistered => "unregistered",
        }
    }

    pub fn ground(&self) -> Option<String> {
        match self {
            Self::Kept(ground) => Some(ground.clone()).filter(|ground| !ground.is_empty()),
            _ => None,
        }
    }
}
