//! The tables that a scrub is about, as the catalog and the registry have them; and whether the caller may write them, and all of their rows are here.

use crate::catalog::details::Details;
use crate::catalog::relation::Relation;
use crate::catalog::schema::{Entry, Schema};
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use crate::link::hierarchy::Hierarchy;
use crate::security;
use pgrx::pg_sys::Oid;
use std::collections::{BTreeSet, HashMap};

/// A table as the catalog and the registry have it.
pub struct Described {
    pub relation: Relation,
    pub details: Details,
    pub entry: Option<Entry>,
    /// The table itself, or its partitions that have rows.
    pub heaps: Vec<Relation>,
}

/// All tables with an entry, their own or that of a table that they inherit from.
pub fn registered(hierarchy: &Hierarchy, schema: &Schema) -> Vec<Oid> {
    let heirs = |entry: &Entry| hierarchy.with_heirs(entry.relation);
    let all = schema.entries.iter().flat_map(heirs);
    let all: BTreeSet<u32> = all.map(|(relation, _)| relation.to_u32()).collect();
    all.into_iter().map(Oid::from).collect()
}

/// The tables, and what inherits from them without an entry of its own.
pub fn asked_for(hierarchy: &Hierarchy, schema: &Schema, tables: &[Oid]) -> Result<Vec<Oid>> {
    let mut all = BTreeSet::new();
    for table in tables {
        let relation = Relation::load_one(*table)?;
        relation.require_table()?;
        if hierarchy.table(*table) != *table {
            return Err(Error::new(
                Code::ERRCODE_WRONG_OBJECT_TYPE,
                format!("{} is a partition", relation.qualified()),
            )
            .hint("Name the partitioned table."));
        }
        let heirs = hierarchy.with_heirs(*table).into_iter();
        let has_entry = |oid: Oid| schema.entries.iter().any(|entry| entry.relation == oid);
        all.extend(
            heirs
                .filter(|(heir, distance)| *distance == 0 || !has_entry(*heir))
                .map(|(heir, _)| heir.to_u32()),
        );
    }
    Ok(all.into_iter().map(Oid::from).collect())
}

/// Those of these tables that are there, each with its partitions; with their entries, or without.
pub fn describe(
    schema: &Schema,
    hierarchy: &Hierarchy,
    tables: &[Oid],
    with_rules: bool,
) -> Result<Vec<Described>> {
    let parts: Vec<Oid> = tables
        .iter()
        .flat_map(|table| hierarchy.with_partitions(*table))
        .collect();
    let relations = Relation::load(&parts)?;
    let relations: HashMap<Oid, Relation> = relations.into_iter().map(|r| (r.oid, r)).collect();
    let mut details: HashMap<Oid, Details> = Details::load_all(tables)?
        .into_iter()
        .map(|details| (details.relation, details))
        .collect();
    let mut all = Vec::new();
    for table in tables {
        let (Some(relation), Some(details)) = (relations.get(table), details.remove(table)) else {
            continue; // dropped meanwhile
        };
        let parts = hierarchy.with_partitions(*table).into_iter();
        let parts = parts.filter_map(|part| relations.get(&part));
        all.push(Described {
            relation: relation.clone(),
            details,
            entry: schema.entry(*table).filter(|_| with_rules).cloned(),
            heaps: parts
                .filter(|part| !part.is_partitioned())
                .cloned()
                .collect(),
        });
    }
    Ok(all)
}

impl Described {
    pub fn is_kept(&self) -> bool {
        let entry = self.entry.as_ref();
        entry.is_some_and(|entry| entry.on_erase.as_deref() == Some("keep"))
    }

    /// The caller may write the table, and all of it is here.
    pub fn require(&self) -> Result<()> {
        let relation = &self.relation;
        if let Some(foreign) = [relation]
            .into_iter()
            .chain(&self.heaps)
            .find(|relation| relation.is_foreign())
        {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("the rows of foreign table {} are on another server", foreign.qualified()),
            )
            .detail("A scrub writes the tables of this database anew, and no other.")
            .hint("Scrub it where its rows are; here DROP the foreign table or gdpr_unregister it, or name the tables to be scrubbed."));
        }
        security::require_access(relation, security::caller(), true)
            .map_err(|error| error.detail("A scrub reads and writes every row of this table."))?;
        let is_hidden = |relation: &&Relation| {
            !version::may_select(relation.oid, relation.schema_oid, relation.owner)
        };
        if let Some(hidden) = [relation].into_iter().chain(&self.heaps).find(is_hidden) {
            return Err(Error::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("the owner of table {} may not read it", hidden.qualified()),
            )
            .detail("Rules are evaluated with the rights of who owns the table.")
            .hint("GRANT USAGE on its schema and SELECT on the table to the owner."));
        }
        let is_strange = |heap: &&Relation| heap.owner != relation.owner;
        match self.heaps.iter().find(is_strange) {
            None => Ok(()),
            Some(heap) => Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!(
                    "partition {} of table {} has another owner",
                    heap.qualified(),
                    relation.qualified()
                ),
            )
            .detail("Rules are evaluated with the rights of who owns the table.")
            .hint("ALTER TABLE ... OWNER TO the owner of the partitioned table.")),
        }
    }

    /// Names that the server calls when a table or one of its partitions refuses a value.
    pub fn names(&self) -> Result<Vec<String>> {
        let partitions = self.heaps.iter().map(|heap| heap.oid);
        let partitions: Vec<Oid> = partitions.filter(|oid| *oid != self.relation.oid).collect();
        let of_partitions = match partitions.is_empty() {
            true => Vec::new(),
            false => Details::load_all(&partitions)?,
        };
        let own = self.details.names().into_iter();
        Ok(own
            .chain(of_partitions.iter().flat_map(Details::names))
            .collect())
    }
}
