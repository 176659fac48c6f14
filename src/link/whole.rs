//! All links of the database and what each means for walks from any subject: what `gdpr_check` goes by.

use super::Kind;
use super::build::{number_tables, shapes, subjects};
use super::edges::{self, ColumnRef, Edge};
use super::hierarchy::Hierarchy;
use super::{kinds, order};
use crate::catalog::relation::column_name;
use crate::catalog::schema::Schema;
use crate::error::Result;
use pgrx::pg_sys::{InvalidOid, Oid};

pub struct Whole {
    pub hierarchy: Hierarchy,
    /// Every table that has a link or holds people, partitions as their partitioned table.
    pub tables: Vec<Table>,
    pub links: Vec<Link>,
}

pub struct Table {
    pub relation: Oid,
    pub subject: bool,
    /// The least number of links from a table of persons; None if no walk leads here.
    pub depth: Option<u32>,
}

pub struct Link {
    /// The relations that the foreign key or the declaration names, and the tables that they are of.
    pub source: Oid,
    pub source_table: Oid,
    pub target: Oid,
    pub target_table: Oid,
    pub pairs: Vec<(Column, Column)>,
    pub kind: Kind,
    /// Somebody declared what it means.
    pub reviewed: bool,
    /// A walk takes it.
    pub walked: bool,
    /// The name of the foreign key that it is, and not only inherits from.
    pub foreign_key: Option<String>,
    pub condition: Option<String>,
    /// The equality of each pair, if it is a foreign key: it leads to one source row at most.
    pub operators: Option<Vec<Oid>>,
}

/// A column's name, or an expression in parentheses; None where there is no such column.
pub type Column = Option<String>;

impl Whole {
    pub fn read(schema: &Schema) -> Result<Self> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let edges = edges::all(schema, &hierarchy);
        // Table 0 is none: it leads to all that hold people.
        let mut numbers = number_tables(&edges, &hierarchy, InvalidOid);
        for entry in schema.entries.iter().filter(|entry| entry.subject) {
            for (heir, _) in hierarchy.with_heirs(entry.relation) {
                let next = numbers.len();
                numbers.entry(hierarchy.table(heir)).or_insert(next);
            }
        }
        let shapes = shapes(&edges, &hierarchy, &numbers)?;
        let subjects = subjects(schema, &hierarchy, &numbers, None);
        let kinds = kinds::decide(&shapes, &subjects);
        let walked = shapes.iter().zip(&kinds);
        let walked = walked.filter(|(_, kind)| kind.is_walked());
        let people = (0..subjects.len()).filter(|table| subjects[*table]);
        let steps: Vec<_> = people
            .map(|table| (0, table))
            .chain(walked.map(|(shape, _)| (shape.source, shape.target)))
            .collect();
        let depths = order::depths(numbers.len(), &steps);
        let links = edges.iter().zip(&shapes).zip(kinds);
        let links = links.map(|((edge, shape), kind)| {
            link(
                edge,
                &hierarchy,
                kind,
                kind.is_walked() && depths[shape.source].is_some(),
            )
        });
        let links = links.collect();
        let mut tables: Vec<Table> = numbers
            .into_iter()
            .filter(|(relation, _)| *relation != InvalidOid)
            .map(|(relation, number)| Table {
                relation,
                subject: subjects[number],
                depth: depths[number].map(|depth| depth - 1),
            })
            .collect();
        tables.sort_unstable_by_key(|table| table.relation.to_u32());
        Ok(Self {
            hierarchy,
            tables,
            links,
        })
    }
}

fn link(edge: &Edge, hierarchy: &Hierarchy, kind: Kind, walked: bool) -> Link {
    let pairs = edge.pairs.iter();
    let own = |key: &&crate::catalog::schema::ForeignKey| {
        (key.source, key.target) == (edge.source, edge.target)
    };
    Link {
        source: edge.source,
        source_table: hierarchy.table(edge.source),
        target: edge.target,
        target_table: hierarchy.table(edge.target),
        pairs: pairs
            .map(|(source, target)| (name(edge.source, source), name(edge.target, target)))
            .collect(),
        kind,
        reviewed: edge.declared.is_some(),
        walked,
        foreign_key: edge.foreign_key.filter(own).map(|key| key.name.clone()),
        condition: edge.declared.and_then(|link| link.condition.clone()),
        operators: edge.foreign_key.map(|key| key.operators.clone()),
    }
}

fn name(relation: Oid, column: &ColumnRef) -> Column {
    match column {
        ColumnRef::Number(number) => column_name(relation, *number),
        ColumnRef::Expression(text) => Some(text.clone()),
        ColumnRef::Missing(_) => None,
    }
}
