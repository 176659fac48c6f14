//! The SQL of each step of a walk, prepared when it is first needed and kept with the graph.
//!
//! Every statement reads one table, by values that earlier statements found. So it can run as that table's owner.

use crate::catalog::operator::Equality;
use crate::catalog::relation::Relation;
use crate::catalog::types;
use crate::error::Result;
use crate::link::Kind;
use crate::link::graph::{Check, Graph, Identity, Link, LinkColumn, Table, Value};
use crate::spi::column::Column;
use crate::spi::statement::{Planning, Statement};
use crate::sql::{Ident, Literal};
use pgrx::pg_sys::{self, Oid};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What a walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// The rows' contents are given out.
    Collect,
    /// The rows are locked.
    Lock,
}

/// Which rows a statement finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// the subjects, by their ids
    Start,
    /// a link's targets, by their sources
    Forward(usize),
    /// a link's sources, by their targets: who else owns them
    Reverse(usize),
    /// a table's rows that were found, by what tells them apart: their contents
    Content(usize),
}

/// How many keys it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    /// one, as plain parameters
    One,
    /// so few that a plan made for any number will do
    Few,
    /// so many that the number decides about the plan
    Many,
}

impl Size {
    /// Up to this many keys the index is the way, whatever their number: it takes about a microsecond a key.
    /// The planner, which takes each for a random read from disk, would rather read a table of some hundred thousand rows whole.
    const FEW: usize = 10_000;

    pub fn of(keys: usize) -> Self {
        match keys {
            1 => Self::One,
            n if n <= Self::FEW => Self::Few,
            _ => Self::Many,
        }
    }

    /// The values of these rows as a statement for so many takes them.
    pub fn parameter(self, column: &Column, rows: &[u32]) -> Option<pg_sys::Datum> {
        match self {
            Self::One => column.get(rows[0] as usize),
            Self::Few | Self::Many => Some(column.array(rows)),
        }
    }
}

/// The statements of one graph.
#[derive(Default)]
pub struct Statements {
    prepared: RefCell<HashMap<(Step, Size, Purpose), Rc<Statement>>>,
}

impl Statements {
    pub fn get(
        &self,
        graph: &Graph,
        step: Step,
        size: Size,
        purpose: Purpose,
    ) -> Result<Rc<Statement>> {
        let key = (step, size, purpose);
        if let Some(statement) = self.prepared.borrow().get(&key) {
            return Ok(statement.clone());
        }
        let (sql, types) = text(graph, step, size, purpose)?;
        let planning = match size {
            Size::Many => Planning::EachRun,
            Size::One | Size::Few => Planning::Once,
        };
        let statement = Rc::new(Statement::prepare(&sql, &types, planning)?);
        self.prepared.borrow_mut().insert(key, statement.clone());
        Ok(statement)
    }
}

/// Where each part of a forward statement's row begins. `ord`, the ordinal of the key that led to the row, comes first.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    pub identity: usize,
    /// for each incoming link that is checked by `Check::NotNull`, whether the row has an owner by it
    pub flags: usize,
    pub wanted: usize,
    /// key and data, where they are read at once
    pub content: usize,
}

impl Layout {
    pub fn of(table: &Table, links: &[Link]) -> Self {
        let identity = 1;
        let flags = identity
            + if table.distinguished {
                identity_columns(table, "target").len()
            } else {
                0
            };
        let wanted = flags + flagged(table, links).count();
        Self {
            identity,
            flags,
            wanted,
            content: wanted + table.wanted.len(),
        }
    }
}

/// The incoming links of a table by which a row has an owner when its columns are not NULL.
pub fn flagged<'a>(table: &'a Table, links: &'a [Link]) -> impl Iterator<Item = usize> + 'a {
    let counts = |number: &usize| {
        let link = &links[*number];
        table.distinguished && link.kind == Kind::Owner && link.check == Check::NotNull
    };
    table.incoming.iter().copied().filter(counts)
}

fn text(graph: &Graph, step: Step, size: Size, purpose: Purpose) -> Result<(String, Vec<Oid>)> {
    match step {
        Step::Start => start(graph, size, purpose),
        Step::Forward(number) => forward(graph, &graph.links[number], size, purpose),
        Step::Reverse(number) => reverse(graph, &graph.links[number], size),
        Step::Content(table) => content(graph, &graph.tables[table], size),
    }
}

fn start(graph: &Graph, size: Size, purpose: Purpose) -> Result<(String, Vec<Oid>)> {
    let table = graph.start();
    let columns = found_columns(graph, table, purpose == Purpose::Collect);
    let keys = key_columns(table, "target");
    let relation = graph.relation(graph.start_scan)?;
    let (sql, types) = by_columns(relation, &keys, size, &columns)?;
    Ok((format!("{sql}{}", locking(purpose, relation, table)), types))
}

fn content(graph: &Graph, table: &Table, size: Size) -> Result<(String, Vec<Oid>)> {
    let columns = format!("s.ord, {}", content_columns(table).join(", "));
    let keys = identity_columns(table, "target");
    by_columns(graph.relation(table.relation)?, &keys, size, &columns)
}

/// The rows of a relation by the values of some of its columns, each by its type's own equality.
fn by_columns(
    relation: &Relation,
    columns: &[IdentityColumn],
    size: Size,
    output: &str,
) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let mut matches = Vec::new();
    for column in columns {
        let equality = Equality::between(column.kind, column.kind)?;
        let value = keys.add(column.element, &column.unload);
        if let Some(remote) = equality.sent_to_foreign_server(relation, &keys, &column.name) {
            matches.push(remote);
        }
        matches.push(equality.sql(&value, &column.name));
    }
    let sql = format!(
        "SELECT {output} FROM {} JOIN {} AS target ON {}",
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
    );
    Ok((sql, keys.types))
}

fn forward(graph: &Graph, link: &Link, size: Size, purpose: Purpose) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let relation = graph.relation(link.target.scan)?;
    let mut matches = Vec::new();
    for ((source, target), equality) in pairs(link) {
        let value = keys.add(source.value.wanted.element, &source.value.restore);
        if let Some(remote) = equality.sent_to_foreign_server(relation, &keys, &target.joined) {
            matches.push(remote);
        }
        matches.push(equality.sql(&value, &target.joined));
    }
    let mut from = String::new();
    if let Some(condition) = &link.condition {
        from = keys.lateral(&condition.source, "source");
        matches.push(format!("({})", condition.sql));
    }
    let table = &graph.tables[link.target.table];
    let sql = format!(
        "SELECT {} FROM {}{from} JOIN {} AS target ON {}{}",
        found_columns(
            graph,
            table,
            purpose == Purpose::Collect && table.read_at_once()
        ),
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
        locking(purpose, relation, table),
    );
    Ok((sql, keys.types))
}

fn reverse(graph: &Graph, link: &Link, size: Size) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let relation = graph.relation(link.source.scan)?;
    let mut matches = Vec::new();
    for ((source, target), equality) in pairs(link) {
        let value = keys.add(target.value.wanted.element, &target.value.restore);
        if let Some(remote) = equality.sent_to_foreign_server(relation, &keys, &source.joined) {
            matches.push(remote);
        }
        matches.push(equality.sql(&source.joined, &value));
    }
    let mut from = String::new();
    if let Some(condition) = &link.condition {
        from = keys.lateral(&condition.target, "target");
        matches.push(format!("({})", condition.sql));
    }
    let source = &graph.tables[link.source.table];
    let sql = format!(
        "SELECT s.ord, {} FROM {}{from} JOIN {} AS source ON {}",
        read_identity(source, "source").join(", "),
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
    );
    Ok((sql, keys.types))
}

fn pairs(link: &Link) -> impl Iterator<Item = ((&LinkColumn, &LinkColumn), &Equality)> {
    let columns = link.source.columns.iter().zip(&link.target.columns);
    columns.zip(&link.equalities)
}

/// What is read of each row found, as `Layout` describes it.
fn found_columns(graph: &Graph, table: &Table, content: bool) -> String {
    let mut columns = vec!["s.ord".to_owned()];
    if table.distinguished {
        columns.extend(read_identity(table, "target"));
    }
    columns.extend(flagged(table, &graph.links).map(|number| has_owner(&graph.links[number])));
    columns.extend(table.wanted.iter().map(|wanted| wanted.sql.clone()));
    if content {
        columns.extend(content_columns(table));
    }
    columns.join(", ")
}

/// The row's key and data, as `gdpr_collect` gives them.
fn content_columns(table: &Table) -> [String; 2] {
    [
        key_document(table),
        "pg_catalog.to_jsonb(target.*)".to_owned(),
    ]
}

/// The row's foreign key is not NULL, and the row is in the partition that has the foreign key.
fn has_owner(link: &Link) -> String {
    let columns = link.target.columns.iter();
    let mut tests: Vec<String> = columns
        .map(|c| format!("{} IS NOT NULL", c.joined))
        .collect();
    if let Some(partitions) = &link.target.partitions {
        let oids: Vec<String> = partitions
            .iter()
            .map(|oid| oid.to_u32().to_string())
            .collect();
        tests.push(format!("target.tableoid IN ({})", oids.join(", ")));
    }
    tests.join(" AND ")
}

fn key_document(table: &Table) -> String {
    if table.key.is_empty() {
        return "NULL::jsonb".to_owned();
    }
    let parts: Vec<String> = table
        .key
        .iter()
        .map(|column| format!("{}, target.{}", Literal(&column.name), Ident(&column.name)))
        .collect();
    format!("pg_catalog.jsonb_build_object({})", parts.join(", "))
}

/// A column that tells a table's rows apart.
pub struct IdentityColumn {
    /// with its alias
    name: String,
    /// type and collation
    kind: (Oid, Oid),
    /// how its values travel
    pub element: Oid,
    load: &'static str,
    unload: String,
}

impl IdentityColumn {
    fn new(name: String, kind: (Oid, Oid)) -> Self {
        let carriage = types::carriage(kind.0);
        Self {
            name,
            kind,
            element: carriage.element,
            load: carriage.load,
            unload: carriage.unload,
        }
    }

    fn read(&self) -> String {
        format!("{}{}", self.name, self.load)
    }
}

/// The columns that tell a table's rows apart.
pub fn identity_columns(table: &Table, alias: &str) -> Vec<IdentityColumn> {
    let system =
        |name: &str, oid| IdentityColumn::new(format!("{alias}.{name}"), (oid, pg_sys::InvalidOid));
    let place = || system("ctid", pg_sys::TIDOID);
    match table.identity {
        Identity::Place => vec![place()],
        Identity::PlaceInPartition => vec![system("tableoid", pg_sys::OIDOID), place()],
        Identity::Key => key_columns(table, alias),
        Identity::WholeRow => {
            let text = (pg_sys::TEXTOID, pg_sys::DEFAULT_COLLATION_OID);
            vec![IdentityColumn::new(format!("({alias}.*)::text"), text)]
        }
    }
}

fn key_columns(table: &Table, alias: &str) -> Vec<IdentityColumn> {
    let key = table.key.iter();
    key.map(|column| {
        let name = format!("{alias}.{}", Ident(&column.name));
        IdentityColumn::new(name, (column.type_oid, column.collation))
    })
    .collect()
}

fn read_identity(table: &Table, alias: &str) -> Vec<String> {
    identity_columns(table, alias)
        .iter()
        .map(IdentityColumn::read)
        .collect()
}

/// Rows are locked in an order that is the same for everybody, so that two sessions do not wait for each other.
fn locking(purpose: Purpose, relation: &Relation, table: &Table) -> String {
    match purpose {
        Purpose::Collect => String::new(),
        Purpose::Lock if relation.is_foreign() => " FOR UPDATE OF target".to_owned(),
        Purpose::Lock => {
            let columns = identity_columns(table, "target");
            let order: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            format!(" ORDER BY {} FOR UPDATE OF target", order.join(", "))
        }
    }
}

/// The keys that a statement is given, as a relation `s(k1, k2, ..., ord)`.
pub struct Keys {
    size: Size,
    elements: Vec<Oid>,
    types: Vec<Oid>,
}

impl Keys {
    fn new(size: Size) -> Self {
        Self {
            size,
            elements: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Takes one more column of values of this type and returns the SQL for its value.
    fn add(&mut self, element: Oid, restore: &str) -> String {
        self.elements.push(element);
        self.types.push(match self.size {
            Size::One => element,
            Size::Few | Size::Many => types::carriage(element).array,
        });
        format!("s.k{}{restore}", self.elements.len())
    }

    /// Columns of the side that the statement does not read, under that side's alias, for a condition to speak of.
    fn lateral(&mut self, columns: &[(String, Value)], alias: &str) -> String {
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, value)| {
                let key = self.add(value.wanted.element, &value.restore);
                format!("{key} AS {}", Ident(name))
            })
            .collect();
        if columns.is_empty() {
            return String::new();
        }
        format!(
            " CROSS JOIN LATERAL (SELECT {}) AS {alias}",
            columns.join(", ")
        )
    }

    fn from(&self) -> String {
        let numbers = 1..=self.elements.len();
        match self.size {
            Size::One => {
                let values: Vec<String> = numbers.map(|n| format!("${n} AS k{n}")).collect();
                format!("(SELECT {}, 1::int8 AS ord) AS s", values.join(", "))
            }
            Size::Few | Size::Many => {
                let arrays = numbers.clone().map(|n| format!("pg_catalog.unnest(${n})"));
                let arrays: Vec<String> = arrays.collect();
                let names: Vec<String> = numbers.map(|n| format!("k{n}")).collect();
                format!(
                    "ROWS FROM ({}) WITH ORDINALITY AS s({}, ord)",
                    arrays.join(", "),
                    names.join(", ")
                )
            }
        }
    }
}

impl Equality {
    /// The same test against the array of all keys, where that lets a foreign server do the search: a join with our keys it cannot do.
    fn sent_to_foreign_server(
        &self,
        relation: &Relation,
        keys: &Keys,
        column: &str,
    ) -> Option<String> {
        let is_array = keys.size != Size::One;
        (relation.is_foreign() && is_array)
            .then(|| self.any(column, &format!("${}", keys.elements.len())))
            .flatten()
    }
}
