//! Security labels on columns, as other extensions leave them.

use crate::error::Result;
use pgrx::pg_sys::Oid;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub struct Labelled {
    pub relation: Oid,
    pub table: String,
    pub column: String,
    /// with its modifier, as it stands in SQL
    pub column_type: String,
    pub label: String,
}

/// Those of PostgreSQL Anonymizer, whether it is installed or not. Needs SPI and pinned settings.
pub fn of_anon() -> Result<Vec<Labelled>> {
    super::read_document(include_str!("labels.sql"), &[], &[])
}
