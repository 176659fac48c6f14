//! What becomes of each table: its own rules, and the columns that follow keys which other rules rewrite. Everything that can be refused is refused here.

use super::described::{self, Described};
use super::follow::{self, Followed, Place};
use super::making::{self, Making};
use crate::catalog::relation::{self, Relation};
use crate::catalog::schema::{ForeignKey, Schema};
use crate::error::{Code, Error, Result};
use crate::link::hierarchy::Hierarchy;
use crate::registry::rules::{self, Ruled};
use pgrx::pg_sys::Oid;
use std::collections::{BTreeMap, BTreeSet};

pub struct Plan {
    /// Tables that change: first those that are registered, then those that follow.
    pub tables: Vec<Table>,
    /// Tables of which everything is kept.
    pub kept: Vec<Relation>,
    /// Maps are made in this order.
    pub maps: Vec<usize>,
}

pub struct Table {
    /// with all its partitions
    pub relation: Relation,
    /// Where its rows are: the partitions, or the table itself.
    pub heaps: Vec<Relation>,
    /// Columns that get other values.
    pub values: BTreeMap<String, Value>,
    /// Maps of other tables' keys that it reads.
    pub joins: Vec<Join>,
    /// Its own keys, if others need them.
    pub map: Option<Map>,
    /// A rule evaluates what the owner wrote.
    pub has_expression: bool,
    /// Rows can belong to another partition afterwards, or are needed all at once: they are gathered before they are written.
    pub gathered: Option<Gathered>,
    /// Names that the server calls when the table refuses a value.
    pub constraints: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gathered {
    /// A rule changes the partition key.
    Moves,
    /// Values change places across partitions.
    Shuffled,
}

/// The new value of a column.
pub enum Value {
    /// an expression over the alias `target`
    Sql(String),
    /// that of another row
    Shuffled,
    /// what the column of this number has become, which the join of this number finds
    Follows(usize, i16),
}

/// A foreign key by which the map of the referenced table is read.
pub struct Join {
    /// the foreign key's number
    pub key: usize,
    /// the referenced table
    pub table: Oid,
    /// the referenced column, the operator, the referencing column
    pub on: Vec<(i16, String, String)>,
    /// The referenced table is another role's, whose keys the owner of this one must not see: what he needs of them is put beside his own rows.
    pub apart: bool,
}

/// Former and new keys, a row for each of the table's.
pub struct Map {
    /// Columns by which others reference it.
    pub former: BTreeMap<i16, String>,
    /// Those of them that change.
    pub new: BTreeMap<i16, String>,
}

/// Numbers of series of distinct values: more than a table has columns.
const SERIES: i32 = 2000;

impl Plan {
    /// For the tables asked for, or all that are registered. Needs SPI and pinned settings.
    pub fn of(schema: &Schema, asked: Option<&[Oid]>) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let names = match asked {
            Some(tables) => described::asked_for(&hierarchy, schema, tables)?,
            None => described::registered(&hierarchy, schema),
        };
        if names.is_empty() && asked.is_some() {
            return Err(
                Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "no table is named")
                    .hint("Leave out \"tables\", or give NULL, for all that are registered."),
            );
        }
        let mut described = described::describe(schema, &hierarchy, &names, true)?;
        if asked.is_none() {
            // What is a temporary table of somebody else's is not part of any copy.
            described.retain(|table| table.relation.require_table().is_ok());
        }
        let mut ruled = read_all(&described)?;
        for (table, ruled) in described.iter().zip(&ruled) {
            let changes = ruled.iter().any(Ruled::changes);
            if !changes && asked.is_some() && !table.is_kept() {
                return Err(no_rules(&table.relation));
            }
            if changes {
                table.require()?;
                rules::check(&table.relation, &table.details, ruled)?;
            }
        }
        let changed: BTreeSet<Place> = described
            .iter()
            .zip(&ruled)
            .flat_map(|(table, ruled)| {
                let changes = ruled.iter().filter(|rule| rule.changes());
                changes.map(|rule| (table.relation.oid.to_u32(), rule.field.column.number))
            })
            .collect();
        let followed = follow::all(&changed, &schema.foreign_keys)
            .map_err(|conflict| conflicting(schema, &conflict))?;
        require_whole_tables(schema, &hierarchy, &changed, &followed)?;
        // Tables that only follow.
        let followers: BTreeSet<u32> = followed.keys().map(|(table, _)| *table).collect();
        let more: Vec<Oid> = followers
            .into_iter()
            .map(Oid::from)
            .filter(|oid| !described.iter().any(|table| table.relation.oid == *oid))
            .collect();
        let more = described::describe(schema, &hierarchy, &more, false)?;
        making::narrow(&mut ruled, &described, &more, &followed)?;
        for table in &more {
            table.require()?;
        }
        Making {
            schema,
            described: &described,
            more: &more,
            ruled: &ruled,
            followed,
        }
        .make()
    }

    /// All relations that are written.
    pub fn relations(&self) -> BTreeSet<u32> {
        let tables = self.tables.iter();
        tables
            .flat_map(|table| table.heaps.iter().chain([&table.relation]))
            .map(|relation| relation.oid.to_u32())
            .collect()
    }
}

impl Table {
    /// The names of the columns that change, of those that follow too.
    pub fn changed(&self) -> Vec<String> {
        self.values.keys().cloned().collect()
    }

    /// The map of its own keys gives these.
    pub fn is_mapped(&self, column: &str) -> bool {
        let map = self.map.as_ref();
        map.is_some_and(|map| map.new.values().any(|name| name == column))
    }
}

fn read_all(described: &[Described]) -> Result<Vec<Vec<Ruled<'_>>>> {
    described
        .iter()
        .enumerate()
        .map(|(number, table)| match &table.entry {
            Some(entry) => rules::read_for_all_rows(
                &table.relation,
                &table.details,
                &entry.rules,
                number as i32 * SERIES,
            ),
            None => Ok(Vec::new()),
        })
        .collect()
}

fn no_rules(relation: &Relation) -> Error {
    let table = relation.qualified();
    Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        format!("table {table} has no rules"),
    )
    .hint(format!(
        "SELECT gdpr_register('{table}', '{{\"column\": \"strategy\", ...}}');"
    ))
}

fn conflicting(schema: &Schema, conflict: &follow::Conflict) -> Error {
    let [one, other] = conflict
        .keys
        .map(|key| schema.foreign_keys[key].name.as_str());
    let table = Relation::load_one(Oid::from(conflict.place.0));
    let table = table.map_or_else(|_| String::new(), |table| table.qualified().to_string());
    Error::new(
        Code::ERRCODE_FEATURE_NOT_SUPPORTED,
        format!("a column of table {table} references two keys that are rewritten apart"),
    )
    .detail(format!(
        "Foreign keys \"{one}\" and \"{other}\" want it to become two values."
    ))
    .hint("Take the rule from one of the two keys, or let one of them reference the other.")
}

/// Keys that follow are those of whole tables: a foreign key of one partition, or to one, stays apart.
fn require_whole_tables(
    schema: &Schema,
    hierarchy: &Hierarchy,
    changed: &BTreeSet<Place>,
    followed: &BTreeMap<Place, Followed>,
) -> Result<()> {
    let changes = |table: Oid| {
        let table = table.to_u32();
        changed.iter().any(|place| place.0 == table)
            || followed.keys().any(|place| place.0 == table)
    };
    let of_partition = |key: &&ForeignKey| {
        let (source, target) = (hierarchy.table(key.source), hierarchy.table(key.target));
        (source != key.source || target != key.target) && (changes(source) || changes(key.source))
    };
    // A partition's columns have numbers of their own, so it is asked by name whether the key changes.
    for key in schema.foreign_keys.iter().filter(of_partition) {
        let root = hierarchy.table(key.source);
        let name = |oid: Oid, number| relation::column_name(oid, number);
        let moves = key.source_columns.iter().any(|number| {
            let wanted = name(key.source, *number);
            let all = changed.iter().chain(followed.keys());
            all.filter(|place| place.0 == root.to_u32())
                .any(|place| name(root, place.1) == wanted)
        });
        if moves {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!("foreign key \"{}\" is one of a single partition, and what it references is rewritten", key.name),
            )
            .hint("Declare the foreign key for the partitioned table, or take the rule from the key."));
        }
    }
    Ok(())
}
