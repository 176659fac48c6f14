//! What becomes of each table: its own rules, and the columns that follow keys which other rules rewrite. Everything that can be refused is refused here.

use super::follow::{self, Followed, Place};
use crate::catalog::details::{self, Details};
use crate::catalog::operator::qualified_operator;
use crate::catalog::relation::Relation;
use crate::catalog::schema::{Entry, ForeignKey, Schema};
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use crate::link::hierarchy::Hierarchy;
use crate::plan::build;
use crate::registry::rules::{self, Ruled};
use crate::security;
use crate::strategy::{Field, Kind};
use pgrx::pg_sys::{self, Oid};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub struct Plan {
    /// Tables that change: first those that are registered, then those that follow.
    pub tables: Vec<Table>,
    /// Tables of which everything is kept, and on what ground.
    pub kept: Vec<(Oid, String)>,
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
    key: usize,
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

/// A table as the catalog and the registry have it.
struct Described {
    relation: Relation,
    details: Details,
    entry: Option<Entry>,
    heaps: Vec<Relation>,
}

/// Numbers of series of distinct values: more than a table has columns.
const SERIES: i32 = 2000;

impl Plan {
    /// For the tables asked for, or all that are registered. Needs SPI and pinned settings.
    pub fn of(schema: &Schema, asked: Option<&[Oid]>) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let names = match asked {
            Some(tables) => asked_for(&hierarchy, schema, tables)?,
            None => registered(&hierarchy, schema),
        };
        if names.is_empty() && asked.is_some() {
            return Err(
                Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "no table is named")
                    .hint("Leave out \"tables\", or give NULL, for all that are registered."),
            );
        }
        let mut described = describe(schema, &hierarchy, &names, true)?;
        if asked.is_none() {
            // What is a temporary table of somebody else's is not part of any copy.
            described.retain(|table| table.relation.require_table().is_ok());
        }
        let mut ruled = read_all(&described)?;
        for (table, ruled) in described.iter().zip(&ruled) {
            let changes = ruled.iter().any(Ruled::changes);
            if !changes && asked.is_some() && !is_kept(table) {
                return Err(no_rules(&table.relation));
            }
            if changes {
                require(table)?;
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
        let more = describe(schema, &hierarchy, &more, false)?;
        narrow(&mut ruled, &described, &more, &followed)?;
        for table in &more {
            require(table)?;
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

fn registered(hierarchy: &Hierarchy, schema: &Schema) -> Vec<Oid> {
    let heirs = |entry: &Entry| hierarchy.with_heirs(entry.relation);
    let all = schema.entries.iter().flat_map(heirs);
    let all: BTreeSet<u32> = all.map(|(relation, _)| relation.to_u32()).collect();
    all.into_iter().map(Oid::from).collect()
}

/// The tables, and what inherits from them without an entry of its own.
fn asked_for(hierarchy: &Hierarchy, schema: &Schema, tables: &[Oid]) -> Result<Vec<Oid>> {
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

fn describe(
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

/// What is made of a key must fit the columns that follow it.
fn narrow<'a>(
    ruled: &mut [Vec<Ruled<'a>>],
    described: &'a [Described],
    more: &[Described],
    followed: &BTreeMap<Place, Followed>,
) -> Result<()> {
    let find = |place: Place| {
        let mut all = described.iter().chain(more);
        let table = all.find(|known| known.relation.oid.to_u32() == place.0)?;
        let mut columns = table.details.columns.iter();
        Some((table, columns.find(|column| column.number == place.1)?))
    };
    for (place, followed) in followed {
        let table = described
            .iter()
            .position(|table| table.relation.oid.to_u32() == followed.origin.0);
        let (Some(table), Some((follower, column))) = (table, find(*place)) else {
            continue;
        };
        let mut rules = ruled[table].iter_mut();
        let Some(rule) = rules.find(|rule| rule.field.column.number == followed.origin.1) else {
            continue;
        };
        let narrower = match (rule.field.kind, Kind::of(column)) {
            (Kind::Integer(here), Kind::Integer(there)) if there < here => Kind::Integer(there),
            (Kind::Text(here), Kind::Text(Some(there))) if here.is_none_or(|here| there < here) => {
                Kind::Text(Some(there))
            }
            _ => continue,
        };
        rule.field.kind = narrower;
        rule.mask = rule.strategy.mask(&rule.field).map_err(|error| {
            error.detail(format!(
                "Column \"{}\" of table {} follows it, and has less room.",
                column.name,
                follower.relation.qualified()
            ))
        })?;
    }
    Ok(())
}

fn is_kept(table: &Described) -> bool {
    let entry = table.entry.as_ref();
    entry.is_some_and(|entry| entry.on_erase.as_deref() == Some("keep"))
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

/// The caller may write the table, and all of it is here.
fn require(table: &Described) -> Result<()> {
    let relation = &table.relation;
    if let Some(foreign) = [relation]
        .into_iter()
        .chain(&table.heaps)
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
    if let Some(hidden) = [relation].into_iter().chain(&table.heaps).find(is_hidden) {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("the owner of table {} may not read it", hidden.qualified()),
        )
        .detail("Rules are evaluated with the rights of who owns the table.")
        .hint("GRANT USAGE on its schema and SELECT on the table to the owner."));
    }
    let is_strange = |heap: &&Relation| heap.owner != relation.owner;
    match table.heaps.iter().find(is_strange) {
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

fn has_expression(ruled: &[Ruled]) -> bool {
    let mut changes = ruled.iter().filter(|rule| rule.changes());
    changes.any(|rule| rule.strategy.is_expression())
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
        let name = |oid: Oid, number| crate::catalog::relation::column_name(oid, number);
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

/// From what is known to the plan.
struct Making<'a> {
    schema: &'a Schema,
    described: &'a [Described],
    more: &'a [Described],
    ruled: &'a [Vec<Ruled<'a>>],
    followed: BTreeMap<Place, Followed>,
}

impl Making<'_> {
    fn make(&self) -> Result<Plan> {
        let mut kept = Vec::new();
        let mut tables = Vec::new();
        let own = self
            .described
            .iter()
            .zip(self.ruled.iter().map(Vec::as_slice));
        for (table, ruled) in own.chain(self.more.iter().map(|table| (table, [].as_slice()))) {
            match self.table(table, ruled)? {
                table if !table.values.is_empty() => tables.push(table),
                _ if is_kept(table) => {
                    let ground = table.entry.as_ref().and_then(|entry| entry.ground.clone());
                    kept.push((table.relation.oid, ground.unwrap_or_default()));
                }
                _ => {}
            }
        }
        if tables.is_empty() {
            return Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                "no table has rules",
            )
            .hint("SELECT gdpr_register('table', '{\"column\": \"strategy\", ...}');"));
        }
        let maps = ordered(&tables)?;
        Ok(Plan { tables, kept, maps })
    }

    fn find(&self, table: u32) -> Result<&Described> {
        let mut all = self.described.iter().chain(self.more);
        let found = all.find(|known| known.relation.oid.to_u32() == table);
        found.ok_or_else(|| Error::internal("a table of a foreign key is not described"))
    }

    fn column(&self, place: Place) -> Result<&details::Column> {
        let table = self.find(place.0)?;
        let column = table.details.columns.iter().find(|c| c.number == place.1);
        column.ok_or_else(|| Error::internal("a key column is gone"))
    }

    fn rule(&self, place: Place) -> Option<&Ruled<'_>> {
        let mut all = self.described.iter().zip(self.ruled);
        let (_, ruled) = all.find(|(table, _)| table.relation.oid.to_u32() == place.0)?;
        ruled
            .iter()
            .find(|rule| rule.field.column.number == place.1)
    }

    fn table(&self, table: &Described, ruled: &[Ruled]) -> Result<Table> {
        let oid = table.relation.oid.to_u32();
        let mut values = BTreeMap::new();
        for rule in ruled.iter().filter(|rule| rule.changes()) {
            let value = match rule.strategy.needs_all_rows() {
                true => Value::Shuffled,
                false => Value::Sql(build::change(rule).sql),
            };
            values.insert(rule.field.column.name.clone(), value);
        }
        let mut joins: Vec<Join> = Vec::new();
        for (place, followed) in self.followed.range((oid, i16::MIN)..=(oid, i16::MAX)) {
            let column = self.column(*place)?;
            let value = match self.direct(*place)? {
                Some(sql) => Value::Sql(sql),
                None => {
                    let join = match joins.iter().position(|join| join.key == followed.key) {
                        Some(known) => known,
                        None => {
                            joins.push(self.join(followed.key)?);
                            joins.len() - 1
                        }
                    };
                    Value::Follows(join, followed.source.1)
                }
            };
            values.insert(column.name.clone(), value);
        }
        let is_shuffled = values
            .values()
            .any(|value| matches!(value, Value::Shuffled));
        let gathered = match table.relation.is_partitioned() {
            true if self.moves(table, &values)? => Some(Gathered::Moves),
            true if is_shuffled => Some(Gathered::Shuffled),
            _ => None,
        };
        Ok(Table {
            map: self.map(table)?,
            relation: table.relation.clone(),
            heaps: table.heaps.clone(),
            has_expression: has_expression(ruled),
            constraints: names(table)?,
            values,
            joins,
            gathered,
        })
    }

    /// What makes the column's new value from its former one, if that is the same in every table: hashes and pseudonyms of values that are equal only if their bytes are.
    fn direct(&self, place: Place) -> Result<Option<String>> {
        let Some(followed) = self.followed.get(&place) else {
            return Ok(None);
        };
        let (column, source) = (self.column(place)?, self.column(followed.source)?);
        if column.type_oid != source.type_oid || !self.is_bytewise(place)? {
            return Ok(None);
        }
        if followed.source != followed.origin && self.direct(followed.source)?.is_none() {
            return Ok(None);
        }
        let Some(rule) = self.rule(followed.origin) else {
            return Ok(None);
        };
        let is_same = rule.mask.pseudonymous && rule.mask.strict && !rule.strategy.is_expression();
        if !is_same || !self.is_bytewise(followed.origin)? {
            return Ok(None);
        }
        let mut renamed = rule.field.column.clone();
        renamed.name.clone_from(&column.name);
        let field = Field {
            column: &renamed,
            ..rule.field
        };
        Ok(Some(rule.strategy.mask(&field)?.sql))
    }

    /// Values of the column are equal only if their bytes are.
    fn is_bytewise(&self, place: Place) -> Result<bool> {
        let base = self.column(place)?.base().0;
        let relation = &self.find(place.0)?.relation;
        let collation = relation.column_numbered(place.1).map(|c| c.collation);
        let is_deterministic = match collation {
            // SAFETY: catalog look-up by oid.
            Some(oid) if oid != pg_sys::InvalidOid => unsafe {
                pg_sys::get_collation_isdeterministic(oid)
            },
            _ => true,
        };
        Ok(is_deterministic
            && matches!(
                base,
                pg_sys::TEXTOID
                    | pg_sys::VARCHAROID
                    | pg_sys::UUIDOID
                    | pg_sys::INT2OID
                    | pg_sys::INT4OID
                    | pg_sys::INT8OID
            ))
    }

    fn join(&self, number: usize) -> Result<Join> {
        let key = &self.schema.foreign_keys[number];
        let columns = key.source_columns.iter().zip(&key.target_columns);
        let on = columns
            .zip(&key.operators)
            .map(|((source, target), operator)| {
                let referencing = self.column((key.target.to_u32(), *target))?;
                let operator = qualified_operator(*operator)?;
                Ok((*source, operator, referencing.name.clone()))
            });
        Ok(Join {
            key: number,
            table: key.source,
            on: on.collect::<Result<_>>()?,
            apart: self.find(key.source.to_u32())?.relation.owner
                != self.find(key.target.to_u32())?.relation.owner,
        })
    }

    /// What others must know of the table's keys.
    fn map(&self, table: &Described) -> Result<Option<Map>> {
        let mut map = Map {
            former: BTreeMap::new(),
            new: BTreeMap::new(),
        };
        let oid = table.relation.oid;
        for (number, key) in self.schema.foreign_keys.iter().enumerate() {
            if key.source != oid {
                continue;
            }
            let mut follows = Vec::new();
            for (place, followed) in &self.followed {
                if followed.key == number && self.direct(*place)?.is_none() {
                    follows.push(followed.source.1);
                }
            }
            if follows.is_empty() {
                continue;
            }
            let name = |number: i16| -> Result<(i16, String)> {
                Ok((number, self.column((oid.to_u32(), number))?.name.clone()))
            };
            for column in &key.source_columns {
                map.former.extend([name(*column)?]);
            }
            for column in follows {
                map.new.extend([name(column)?]);
            }
        }
        Ok((!map.new.is_empty()).then_some(map))
    }

    /// A column of the partition key, or of one of the keys of partitions that are partitioned themselves, gets other values.
    fn moves(&self, table: &Described, values: &BTreeMap<String, Value>) -> Result<bool> {
        let names = super::partition::key_columns(table.relation.oid)?;
        Ok(names.iter().any(|name| values.contains_key(name)))
    }
}

/// Names that the server calls when a table or one of its partitions refuses a value.
fn names(table: &Described) -> Result<Vec<String>> {
    let partitions = table.heaps.iter().map(|heap| heap.oid);
    let partitions: Vec<Oid> = partitions
        .filter(|oid| *oid != table.relation.oid)
        .collect();
    let of_partitions = match partitions.is_empty() {
        true => Vec::new(),
        false => Details::load_all(&partitions)?,
    };
    let own = table.details.names().into_iter();
    Ok(own
        .chain(of_partitions.iter().flat_map(Details::names))
        .collect())
}

/// The tables with maps, those whose maps are read before those that read them.
fn ordered(tables: &[Table]) -> Result<Vec<usize>> {
    let mapped: Vec<usize> = (0..tables.len())
        .filter(|i| tables[*i].map.is_some())
        .collect();
    let mut order: Vec<usize> = Vec::new();
    while order.len() < mapped.len() {
        let is_ready = |table: &usize| {
            let table = &tables[*table];
            let new = table.map.iter().flat_map(|map| map.new.values());
            let mut needs = new.filter_map(|column| match table.values.get(column) {
                Some(Value::Follows(join, _)) => Some(table.joins[*join].table),
                _ => None,
            });
            needs.all(|oid| order.iter().any(|done| tables[*done].relation.oid == oid))
        };
        let waiting = mapped.iter().filter(|table| !order.contains(table));
        let Some(next) = waiting.copied().find(|table| is_ready(table)) else {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                "keys that reference each other in a circle cannot be rewritten",
            )
            .hint("Take the rule from one of the key columns."));
        };
        order.push(next);
    }
    Ok(order)
}
