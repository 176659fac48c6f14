//! The links that a walk from one table can meet, described in full: names, types, operators, conditions, order.

use super::Kind;
use super::edges::{self, ColumnRef, Edge};
use super::hierarchy::Hierarchy;
use super::kinds::{self, Shape};
use super::order;
use crate::catalog::cache;
use crate::catalog::expression::{self, Scope};
use crate::catalog::operator::Equality;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::Schema;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::sql::Ident;
use crate::walk::statements::Statements;
use pgrx::pg_sys::{self, Oid};
use std::collections::{HashMap, HashSet};

pub struct Graph {
    /// The table that the walk starts from is table 0.
    pub tables: Vec<Table>,
    pub links: Vec<Link>,
    /// Tables to walk, owners before the owned; tables that lead to each other in circles come together.
    pub components: Vec<Vec<usize>>,
    pub relations: HashMap<Oid, Relation>,
    pub statements: Statements,
    /// The relation that was asked for: the start table or one of its partitions.
    pub start_scan: Oid,
}

/// A table as the walk knows it: a partitioned table with all its partitions, or a table by itself.
#[derive(Debug)]
pub struct Table {
    pub relation: Oid,
    /// The least number of links from the start table; None if no walk leads here.
    pub depth: Option<u32>,
    pub identity: Identity,
    /// Names and types of the key columns; empty for a table that has no key.
    pub key: Vec<Column>,
    /// What is read of each of its rows, because a link needs it.
    pub wanted: Vec<Wanted>,
    /// Owner links that lead here from anywhere, and accessor links from walked tables.
    pub incoming: Vec<usize>,
    /// Walked links that start here.
    pub outgoing: Vec<usize>,
    /// Each row comes once, by the one link that leads here, and is what its source is.
    pub straight: bool,
    /// The rows must be told apart, because they can be found in several ways or are asked for by `Check::Probe`.
    pub distinguished: bool,
}

/// What tells a table's rows apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Identity {
    /// the physical place: plain local tables
    Place,
    /// the place and the partition that it is in: partitioned tables without a key
    PlaceInPartition,
    /// the key columns: partitioned and foreign tables, and other storage than heap
    Key,
    /// all columns: foreign tables without a key
    WholeRow,
}

impl Identity {
    /// Rows can be found again by it at the cost of the rows asked for.
    pub fn is_address(self) -> bool {
        matches!(self, Self::Place | Self::Key)
    }
}

/// An expression over the alias `target`, and how its values travel.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    pub sql: String,
    pub element: Oid,
}

#[derive(Debug)]
pub struct Link {
    pub source: End,
    pub target: End,
    pub equalities: Vec<Equality>,
    pub kind: Kind,
    /// Somebody declared what it means.
    pub reviewed: bool,
    /// The number of the step that takes it; None if no walk does.
    pub depth: Option<u32>,
    pub on_delete: Option<&'static str>,
    pub condition: Option<Condition>,
    pub indexed: bool,
    /// At most one source row leads to a target row.
    pub source_unique: bool,
    pub check: Check,
}

/// How to know that a row has an owner by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Its columns are not NULL: a foreign key.
    NotNull,
    /// A source row can be found: anything else.
    Probe,
}

#[derive(Debug)]
pub struct End {
    pub table: usize,
    /// The relation named in the foreign key or declaration: the table or one of its partitions.
    pub scan: Oid,
    /// Where only a partition is meant: the relations whose rows count.
    pub partitions: Option<Vec<Oid>>,
    pub columns: Vec<LinkColumn>,
}

#[derive(Debug)]
pub struct LinkColumn {
    /// the column's name, or the expression in parentheses
    pub name: String,
    pub is_expression: bool,
    /// over the alias `source` or `target`, whichever end this is
    pub joined: String,
    pub value: Value,
}

/// A value that one statement reads and a later one is given.
#[derive(Debug)]
pub struct Value {
    /// over the alias `target`, for the former
    pub wanted: Wanted,
    /// makes the value what it was, where it travels as something else
    pub restore: String,
    /// its place among the table's wanted values; None where it is never read
    pub slot: Option<usize>,
}

#[derive(Debug)]
pub struct Condition {
    pub sql: String,
    /// The columns that it reads, by name.
    pub source: Vec<(String, Value)>,
    pub target: Vec<(String, Value)>,
}

impl Table {
    /// A row's contents are read when it is found: because it is certain that it is, or because it could not be found again.
    pub fn read_at_once(&self) -> bool {
        self.straight || !self.identity.is_address()
    }
}

impl Graph {
    /// Needs SPI and pinned settings.
    pub fn build(schema: &Schema, start: Oid) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let edges = edges::all(schema, &hierarchy);
        let tables = number_tables(&edges, &hierarchy, start);
        let shapes = shapes(&edges, &hierarchy, &tables)?;
        let subjects = subjects(schema, &hierarchy, &tables, start);
        let kinds = kinds::decide(&shapes, &subjects);
        let walked: Vec<_> = shapes
            .iter()
            .zip(&kinds)
            .filter(|(_, kind)| kind.is_walked())
            .map(|(shape, _)| (shape.source, shape.target))
            .collect();
        let depths = order::depths(tables.len(), &walked);

        // From here on only what touches a walked table matters.
        let touched: Vec<usize> = (0..edges.len())
            .filter(|i| depths[shapes[*i].source].is_some() || depths[shapes[*i].target].is_some())
            .collect();
        let mut needed: HashSet<Oid> = HashSet::from([start, hierarchy.table(start)]);
        for edge in touched.iter().map(|i| &edges[*i]) {
            let scans = [edge.source, edge.target];
            needed.extend(scans);
            needed.extend(scans.map(|scan| hierarchy.table(scan)));
        }
        let needed: Vec<Oid> = needed.into_iter().collect();
        // Before they are read, so that a change while reading counts.
        cache::watch(needed.iter().copied());
        let relations: HashMap<Oid, Relation> = Relation::load(&needed)?
            .into_iter()
            .map(|relation| (relation.oid, relation))
            .collect();

        let mut builder = Builder {
            schema,
            hierarchy: &hierarchy,
            relations: &relations,
            numbers: HashMap::new(),
            tables: Vec::new(),
        };
        builder.table(hierarchy.table(start), depths[0])?;
        let mut links = Vec::with_capacity(touched.len());
        for i in touched {
            let shape = &shapes[i];
            let step = depths[shape.source].filter(|_| kinds[i].is_walked());
            builder.table(hierarchy.table(edges[i].source), depths[shape.source])?;
            builder.table(hierarchy.table(edges[i].target), depths[shape.target])?;
            links.push(builder.link(&edges[i], kinds[i], step.map(|depth| depth + 1))?);
        }
        let mut tables = builder.tables;
        sort_by_name(&mut links, &relations);
        connect(&mut tables, &mut links);
        let components = order::components(&tables, &links);
        mark(&mut tables, &links, &components);
        Ok(Self {
            tables,
            links,
            components,
            relations,
            statements: Statements::default(),
            start_scan: start,
        })
    }

    pub fn relation(&self, oid: Oid) -> Result<&Relation> {
        self.relations
            .get(&oid)
            .ok_or_else(|| Error::internal("a relation of the walk is not described"))
    }

    pub fn start(&self) -> &Table {
        &self.tables[0]
    }
}

/// Numbers every table of the database that has a link; the start table first.
fn number_tables(edges: &[Edge], hierarchy: &Hierarchy, start: Oid) -> HashMap<Oid, usize> {
    let mut numbers = HashMap::from([(hierarchy.table(start), 0)]);
    for relation in edges.iter().flat_map(|edge| [edge.source, edge.target]) {
        let next = numbers.len();
        numbers.entry(hierarchy.table(relation)).or_insert(next);
    }
    numbers
}

/// Which tables hold people: those registered so, the one that the walk starts from, and what inherits from them.
fn subjects(
    schema: &Schema,
    hierarchy: &Hierarchy,
    tables: &HashMap<Oid, usize>,
    start: Oid,
) -> Vec<bool> {
    let mut subjects = vec![false; tables.len()];
    let registered = schema.entries.iter().filter(|entry| entry.subject);
    for named in registered.map(|entry| entry.relation).chain([start]) {
        for (heir, _) in hierarchy.with_heirs(named) {
            if let Some(table) = tables.get(&hierarchy.table(heir)) {
                subjects[*table] = true;
            }
        }
    }
    subjects
}

fn shapes(
    edges: &[Edge],
    hierarchy: &Hierarchy,
    tables: &HashMap<Oid, usize>,
) -> Result<Vec<Shape>> {
    let declared: HashSet<_> = edges
        .iter()
        .filter(|edge| edge.declared.is_some())
        .map(Edge::identity)
        .collect();
    let shape = |edge: &Edge| {
        Ok(Shape {
            source: tables[&hierarchy.table(edge.source)],
            target: tables[&hierarchy.table(edge.target)],
            declared: edge
                .declared
                .map(|link| Kind::parse(&link.kind))
                .transpose()?,
            reversed: !declared.is_empty() && declared.contains(&edge.reverse_identity()),
        })
    };
    edges.iter().map(shape).collect()
}

struct Builder<'a> {
    schema: &'a Schema,
    hierarchy: &'a Hierarchy,
    relations: &'a HashMap<Oid, Relation>,
    numbers: HashMap<Oid, usize>,
    tables: Vec<Table>,
}

impl Builder<'_> {
    fn relation(&self, oid: Oid) -> Result<&Relation> {
        self.relations.get(&oid).ok_or_else(|| {
            Error::new(
                Code::ERRCODE_UNDEFINED_TABLE,
                format!("relation {} was dropped meanwhile", oid.to_u32()),
            )
        })
    }

    fn table(&mut self, oid: Oid, depth: Option<u32>) -> Result<()> {
        if self.numbers.contains_key(&oid) {
            return Ok(());
        }
        let relation = self.relation(oid)?;
        let key: Vec<Column> = relation
            .key(self.schema.declared_key(oid))
            .unwrap_or_default()
            .into_iter()
            .cloned()
            .collect();
        let identity = match (relation.is_local_heap(), key.is_empty()) {
            (true, _) => Identity::Place,
            (false, false) => Identity::Key,
            (false, true) if relation.is_partitioned() => Identity::PlaceInPartition,
            (false, true) => Identity::WholeRow,
        };
        self.numbers.insert(oid, self.tables.len());
        self.tables.push(Table {
            relation: oid,
            depth,
            identity,
            key,
            wanted: Vec::new(),
            incoming: Vec::new(),
            outgoing: Vec::new(),
            straight: true,
            distinguished: false,
        });
        Ok(())
    }

    fn link(&self, edge: &Edge, kind: Kind, depth: Option<u32>) -> Result<Link> {
        let source = self.end(edge, true)?;
        let target = self.end(edge, false)?;
        let types = |end: &End, i: usize, column: &ColumnRef| self.type_of(end, i, column);
        let mut equalities = Vec::with_capacity(edge.pairs.len());
        for (i, (s, t)) in edge.pairs.iter().enumerate() {
            let (left, right) = (types(&source, i, s)?, types(&target, i, t)?);
            equalities.push(match edge.foreign_key {
                Some(key) => Equality::of_foreign_key(key.operators[i], left, right)?,
                None => Equality::between(left, right)?,
            });
        }
        let condition = self.condition(edge)?;
        let names = |end: &'_ End| -> Vec<String> {
            end.columns
                .iter()
                .map(|column| column.name.clone())
                .collect()
        };
        let (source_names, target_names) = (names(&source), names(&target));
        let as_str = |names: &'_ [String]| -> Vec<String> { names.to_vec() };
        let target_relation = self.relation(edge.target)?;
        let refs: Vec<&str> = target_names.iter().map(String::as_str).collect();
        let indexed = target_relation.is_indexed(
            &refs,
            edge.declared.and_then(|link| link.condition.as_deref()),
        );
        let source_refs = as_str(&source_names);
        let source_refs: Vec<&str> = source_refs.iter().map(String::as_str).collect();
        let source_unique = edge.foreign_key.is_some()
            || self
                .relation(edge.source)?
                .is_unique(&source_refs, self.schema.declared_key(edge.source));
        let check = match (&edge.foreign_key, &condition) {
            (Some(_), None) => Check::NotNull,
            _ => Check::Probe,
        };
        Ok(Link {
            source,
            target,
            equalities,
            kind,
            reviewed: edge.declared.is_some(),
            depth,
            on_delete: edge.foreign_key.map(|key| match key.on_delete.as_str() {
                "r" => "RESTRICT",
                "c" => "CASCADE",
                "n" => "SET NULL",
                "d" => "SET DEFAULT",
                _ => "NO ACTION",
            }),
            condition,
            indexed,
            source_unique,
            check,
        })
    }

    fn end(&self, edge: &Edge, is_source: bool) -> Result<End> {
        let scan = if is_source { edge.source } else { edge.target };
        let relation = self.relation(scan)?;
        let table = self.hierarchy.table(scan);
        let mut columns = Vec::with_capacity(edge.pairs.len());
        for (source, target) in &edge.pairs {
            let column = if is_source { source } else { target };
            columns.push(self.link_column(edge, relation, column, is_source)?);
        }
        Ok(End {
            table: self.numbers[&table],
            scan,
            partitions: (scan != table).then(|| self.hierarchy.with_partitions(scan)),
            columns,
        })
    }

    fn link_column(
        &self,
        edge: &Edge,
        relation: &Relation,
        column: &ColumnRef,
        is_source: bool,
    ) -> Result<LinkColumn> {
        let alias = if is_source { c"source" } else { c"target" };
        match column {
            ColumnRef::Number(number) => {
                let column = relation
                    .column_numbered(*number)
                    .ok_or_else(|| self.broken(edge, relation, &number.to_string()))?;
                Ok(LinkColumn {
                    name: column.name.clone(),
                    is_expression: false,
                    joined: format!("{}.{}", alias.to_string_lossy(), Ident(&column.name)),
                    value: value_of_column(column),
                })
            }
            ColumnRef::Missing(name) => Err(self.broken(edge, relation, name)),
            ColumnRef::Expression(text) => {
                let what = format!("{text} of link {}", self.describe(edge));
                let scope = |alias| Scope { relation, alias };
                let joined = expression::analyse(text, &what, scope(alias), None, false)?;
                let read = expression::analyse(text, &what, scope(c"target"), None, false)?;
                Ok(LinkColumn {
                    name: text.clone(),
                    is_expression: true,
                    joined: format!("({})", joined.qualified),
                    value: value(format!("({})", read.qualified), read.type_oid),
                })
            }
        }
    }

    /// Type and collation of a link's column.
    fn type_of(&self, end: &End, i: usize, column: &ColumnRef) -> Result<(Oid, Oid)> {
        let relation = self.relation(end.scan)?;
        match column {
            ColumnRef::Number(number) => {
                let column = relation.column_numbered(*number);
                let column = column.ok_or_else(|| Error::internal("a key column is gone"))?;
                Ok((column.type_oid, column.collation))
            }
            _ => {
                let text = &end.columns[i].name;
                let scope = Scope {
                    relation,
                    alias: c"target",
                };
                let analysed = expression::analyse(text, text, scope, None, false)?;
                Ok((analysed.type_oid, analysed.collation))
            }
        }
    }

    fn condition(&self, edge: &Edge) -> Result<Option<Condition>> {
        let Some(text) = edge.declared.and_then(|link| link.condition.as_deref()) else {
            return Ok(None);
        };
        let (source, target) = (self.relation(edge.source)?, self.relation(edge.target)?);
        let what = format!("the condition of link {}", self.describe(edge));
        let inner = Scope {
            relation: target,
            alias: c"target",
        };
        let outer = Scope {
            relation: source,
            alias: c"source",
        };
        let analysed = expression::analyse(text, &what, inner, Some(outer), true)?;
        let columns = |relation: &Relation, numbers: &[i16]| -> Vec<(String, Value)> {
            numbers
                .iter()
                .filter_map(|number| relation.column_numbered(*number))
                .map(|column| (column.name.clone(), value_of_column(column)))
                .collect()
        };
        Ok(Some(Condition {
            source: columns(source, &analysed.outer_columns),
            target: columns(target, &analysed.columns),
            sql: analysed.qualified,
        }))
    }

    fn describe(&self, edge: &Edge) -> String {
        let side = |oid: Oid, columns: Vec<&ColumnRef>| {
            let table = match self.relations.get(&oid) {
                Some(relation) => relation.qualified().to_string(),
                None => oid.to_u32().to_string(),
            };
            let names: Vec<String> = columns
                .into_iter()
                .map(|column| match column {
                    ColumnRef::Number(number) => self
                        .relations
                        .get(&oid)
                        .and_then(|relation| relation.column_numbered(*number))
                        .map_or_else(|| number.to_string(), |c| Ident(&c.name).to_string()),
                    ColumnRef::Expression(text) => text.clone(),
                    ColumnRef::Missing(name) => Ident(name).to_string(),
                })
                .collect();
            format!("{table}({})", names.join(", "))
        };
        format!(
            "{} -> {}",
            side(edge.source, edge.pairs.iter().map(|(s, _)| s).collect()),
            side(edge.target, edge.pairs.iter().map(|(_, t)| t).collect())
        )
    }

    fn broken(&self, edge: &Edge, relation: &Relation, column: &str) -> Error {
        Error::new(
            Code::ERRCODE_UNDEFINED_COLUMN,
            format!(
                "link {} needs the column \"{column}\" of table {}, which is gone",
                self.describe(edge),
                relation.qualified()
            ),
        )
        .hint("Declare the link anew with gdpr_link, or take it back with gdpr_unlink.")
    }
}

fn value_of_column(column: &Column) -> Value {
    value(format!("target.{}", Ident(&column.name)), column.type_oid)
}

fn value(sql: String, type_oid: Oid) -> Value {
    let carriage = types::carriage(type_oid);
    Value {
        wanted: Wanted {
            sql: format!("{sql}{}", carriage.load),
            element: carriage.element,
        },
        restore: carriage.unload,
        slot: None,
    }
}

/// A stable order, by the names of tables and columns.
fn sort_by_name(links: &mut [Link], relations: &HashMap<Oid, Relation>) {
    let name = |end: &End| {
        let relation = relations.get(&end.scan);
        let table = relation.map(|r| (r.schema.clone(), r.name.clone()));
        let columns: Vec<String> = end.columns.iter().map(|c| c.name.clone()).collect();
        (table, columns)
    };
    links.sort_by_cached_key(|link| (name(&link.source), name(&link.target)));
}

/// Tells each table its links, and what it must read for them.
fn connect(tables: &mut [Table], links: &mut [Link]) {
    for (number, link) in links.iter_mut().enumerate() {
        let (source, target) = (link.source.table, link.target.table);
        let walked = link.depth.is_some();
        if walked {
            tables[source].outgoing.push(number);
            let condition = link.condition.iter_mut().flat_map(|c| &mut c.source);
            let values = link.source.columns.iter_mut().map(|c| &mut c.value);
            for value in values.chain(condition.map(|(_, value)| value)) {
                value.slot = Some(want(&mut tables[source], &value.wanted));
            }
            if link.source.partitions.is_some() {
                want(&mut tables[source], &partition_of_row());
            }
        }
        if tables[target].depth.is_none() || !(walked || link.kind == Kind::Owner) {
            continue;
        }
        tables[target].incoming.push(number);
        if link.kind == Kind::Owner && link.check == Check::Probe {
            let condition = link.condition.iter_mut().flat_map(|c| &mut c.target);
            let values = link.target.columns.iter_mut().map(|c| &mut c.value);
            for value in values.chain(condition.map(|(_, value)| value)) {
                value.slot = Some(want(&mut tables[target], &value.wanted));
            }
            if link.target.partitions.is_some() {
                want(&mut tables[target], &partition_of_row());
            }
        }
    }
}

/// The partition that a row is in.
pub fn partition_of_row() -> Wanted {
    Wanted {
        sql: "target.tableoid".to_owned(),
        element: pg_sys::OIDOID,
    }
}

fn want(table: &mut Table, wanted: &Wanted) -> usize {
    match table.wanted.iter().position(|known| known == wanted) {
        Some(slot) => slot,
        None => {
            table.wanted.push(wanted.clone());
            table.wanted.len() - 1
        }
    }
}

/// A table that only one link leads to, over a unique source, gives each row once, and each row is what its source is. In any other, rows must be
/// told apart. So must the start rows, since an id may be asked for twice, and those that `Check::Probe` looks for.
fn mark(tables: &mut [Table], links: &[Link], components: &[Vec<usize>]) {
    for component in components {
        for number in component {
            let incoming = &tables[*number].incoming;
            let straight = match incoming.as_slice() {
                // Start rows have no owners, so only links that are walked count.
                all if *number == 0 => all.iter().all(|link| links[*link].depth.is_none()),
                [link] => links[*link].source_unique && links[*link].source.table != *number,
                all => all.is_empty(),
            };
            tables[*number].straight = straight && component.len() == 1;
            tables[*number].distinguished = !tables[*number].straight;
        }
    }
    tables[0].distinguished = true;
    let probes = |link: &&Link| link.kind == Kind::Owner && link.check == Check::Probe;
    for link in links.iter().filter(probes) {
        tables[link.source.table].distinguished = true;
    }
}
