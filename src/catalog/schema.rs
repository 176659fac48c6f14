//! The whole database as the walk sees it: foreign keys, table hierarchies, declared links and subjects. One query.

use super::home::Home;
use crate::error::Result;
use crate::security::RunAs;
use crate::spi::LatestSnapshot;
use crate::sql::Ident;
use pgrx::pg_sys::Oid;
use serde::Deserialize;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Schema {
    pub foreign_keys: Vec<ForeignKey>,
    pub inheritance: Vec<Inherits>,
    pub entries: Vec<Entry>,
    /// A digest of what is registered.
    pub version: String,
    pub links: Vec<DeclaredLink>,
    /// In the order of their names.
    pub sources: Vec<Source>,
}

/// A foreign key, from the referenced (source) to the referencing table (target).
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ForeignKey {
    pub name: String,
    pub source: Oid,
    pub source_columns: Vec<i16>,
    pub target: Oid,
    pub target_columns: Vec<i16>,
    /// source column = target column, a pair each
    pub operators: Vec<Oid>,
    pub on_delete: String,
    /// MATCH FULL: all columns are NULL or none is.
    pub match_full: bool,
    /// ON DELETE ANONYMISE was declared for it.
    pub release: Option<Release>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Inherits {
    pub child: Oid,
    pub parent: Oid,
    pub partition: bool,
}

/// What the registry says of a table.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Entry {
    pub relation: Oid,
    pub subject: bool,
    pub key: Option<Vec<String>>,
    pub rules: serde_json::Value,
    pub on_erase: Option<String>,
    pub ground: Option<String>,
    pub hooks: serde_json::Value,
    /// The column that says when a row was made.
    pub created: Option<String>,
    pub export: serde_json::Value,
    pub facts: serde_json::Value,
    /// By what its rows are found.
    pub search: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DeclaredLink {
    pub source: Oid,
    pub source_columns: Vec<String>,
    pub target: Oid,
    pub target_columns: Vec<String>,
    pub kind: String,
    pub condition: Option<String>,
}

/// A store outside the database.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Source {
    pub name: String,
    pub collect: Named,
    pub erase: Option<Named>,
    /// The table whose rows it is about; None for all persons of all subjects.
    pub relation: Option<Oid>,
    /// Why what it holds is kept, where it has no eraser.
    pub ground: Option<String>,
    pub label: Option<String>,
    pub facts: serde_json::Value,
}

/// A function of a source.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Named {
    /// qualified
    pub name: String,
    /// The function that had the name when the source was written; None where that is not known.
    pub known: Option<Oid>,
}

/// What becomes of a key whose row is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Release {
    #[serde(rename = "SET NULL")]
    Null,
    #[serde(rename = "SET DEFAULT")]
    Default,
}

impl Schema {
    /// Reads it with the rights of the registry's owner, in the newest snapshot. Needs SPI and pinned settings.
    pub fn read(home: &Home) -> Result<Self> {
        let sql =
            include_str!("schema.sql").replace("@extschema@", &Ident(&home.schema).to_string());
        let _owner = RunAs::new(home.owner);
        let _latest = LatestSnapshot::push();
        super::read_document(&sql, &[], &[])
    }

    /// The entry that is for a table: its own, else that of the nearest table that it inherits from.
    pub fn entry(&self, relation: Oid) -> Option<&Entry> {
        let mut near = vec![relation];
        let mut next = 0;
        while next < near.len() {
            let own = self
                .entries
                .iter()
                .find(|entry| entry.relation == near[next]);
            if own.is_some() {
                return own;
            }
            let parents = self
                .inheritance
                .iter()
                .filter(|i| i.child == near[next] && !i.partition);
            let parents: Vec<Oid> = parents
                .map(|i| i.parent)
                .filter(|parent| !near.contains(parent))
                .collect();
            near.extend(parents);
            next += 1;
        }
        None
    }

    pub fn declared_key(&self, relation: Oid) -> Option<&[String]> {
        let entry = self.entries.iter().find(|e| e.relation == relation)?;
        entry.key.as_deref()
    }
}
