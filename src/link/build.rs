//! Builds a graph: which links there are, what kind each is, how far it is from the start, what each table must read for them.

use super::Kind;
use super::describe::Describer;
use super::edges::{self, Edge};
use super::graph::{Check, End, Graph, Link, Table, Wanted, partition_of_row};
use super::hierarchy::Hierarchy;
use super::kinds::{self, Shape};
use super::order;
use crate::catalog::cache;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::Result;
use crate::spi::kept::Kept;
use pgrx::pg_sys::Oid;
use std::cell::Cell;
use std::collections::{HashMap, HashSet};

impl Graph {
    /// Needs SPI and pinned settings.
    pub fn build(schema: &Schema, start: Oid) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let edges = edges::all(schema, &hierarchy);
        let numbers = number_tables(&edges, &hierarchy, start);
        let shapes = shapes(&edges, &hierarchy, &numbers)?;
        let subjects = subjects(schema, &hierarchy, &numbers, Some(start));
        let kinds = kinds::decide(&shapes, &subjects);
        let walked: Vec<_> = shapes
            .iter()
            .zip(&kinds)
            .filter(|(_, kind)| kind.is_walked())
            .map(|(shape, _)| (shape.source, shape.target))
            .collect();
        let depths = order::depths(numbers.len(), &walked);

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

        let mut describer = Describer::new(schema, &hierarchy, &relations);
        describer.table(hierarchy.table(start), depths[0])?;
        let mut links = Vec::with_capacity(touched.len());
        for i in touched {
            let shape = &shapes[i];
            let step = depths[shape.source].filter(|_| kinds[i].is_walked());
            describer.table(hierarchy.table(edges[i].source), depths[shape.source])?;
            describer.table(hierarchy.table(edges[i].target), depths[shape.target])?;
            links.push(describer.link(&edges[i], kinds[i], step.map(|depth| depth + 1))?);
        }
        let mut tables = describer.tables;
        for table in &mut tables {
            let number = numbers.get(&table.relation);
            table.subject = number.is_some_and(|number| subjects[*number]);
        }
        sort_by_name(&mut links, &relations);
        connect(&mut tables, &mut links);
        let components = order::components(&tables, &links);
        mark(&mut tables, &links, &components);
        Ok(Self {
            tables,
            links,
            components,
            relations,
            statements: Kept::default(),
            start_scan: start,
            registry_version: schema.version.clone(),
            generation: Cell::new(0),
        })
    }
}

/// Numbers every table of the database that has a link; the start table first.
pub(super) fn number_tables(
    edges: &[Edge],
    hierarchy: &Hierarchy,
    start: Oid,
) -> HashMap<Oid, usize> {
    let mut numbers = HashMap::from([(hierarchy.table(start), 0)]);
    for relation in edges.iter().flat_map(|edge| [edge.source, edge.target]) {
        let next = numbers.len();
        numbers.entry(hierarchy.table(relation)).or_insert(next);
    }
    numbers
}

/// Which tables hold people: those registered so, the one that a walk starts from, and what inherits from them.
pub(super) fn subjects(
    schema: &Schema,
    hierarchy: &Hierarchy,
    tables: &HashMap<Oid, usize>,
    start: Option<Oid>,
) -> Vec<bool> {
    let mut subjects = vec![false; tables.len()];
    let registered = schema.entries.iter().filter(|entry| entry.subject);
    for named in registered.map(|entry| entry.relation).chain(start) {
        for (heir, _) in hierarchy.with_heirs(named) {
            if let Some(table) = tables.get(&hierarchy.table(heir)) {
                subjects[*table] = true;
            }
        }
    }
    subjects
}

pub(super) fn shapes(
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
        // Of a row it is known whether it is in the partition that a link leads to.
        if tables[target].depth.is_some() && link.target.partitions.is_some() {
            want(&mut tables[target], &partition_of_row());
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
        }
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
