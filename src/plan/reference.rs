//! Foreign keys as an erasure sees them: what references rows that go.

use crate::catalog::operator::Equality;
use crate::catalog::relation::{self, Column, Relation};
use crate::catalog::schema::{Release, Schema};
use crate::catalog::types;
use crate::error::{Error, Result};
use crate::link::Kind;
use crate::link::graph::{End, Graph, Link};
use crate::link::hierarchy::Hierarchy;
use crate::sql::Ident;
use crate::walk::keys::Keys;
use pgrx::pg_sys::Oid;

/// Columns of two tables that are compared, pair by pair.
pub struct Pairs {
    /// of the referenced table
    pub referenced: Vec<Column>,
    /// of the referencing table
    pub referencing: Vec<Column>,
    pub equalities: Vec<Equality>,
}

impl Pairs {
    /// Takes keys for the referencing values, and returns the test by which they find the referenced rows, over the alias `target`.
    pub fn matches_referenced(&self, keys: &mut Keys) -> String {
        self.each(|referenced, referencing, equality| {
            let carriage = types::carriage(referencing.type_oid);
            let value = keys.add(carriage.element, &carriage.unload);
            equality.sql(&format!("target.{}", Ident(&referenced.name)), &value)
        })
    }

    fn each(&self, mut test: impl FnMut(&Column, &Column, &Equality) -> String) -> String {
        let pairs = self.referenced.iter().zip(&self.referencing);
        let tests: Vec<String> = pairs
            .zip(&self.equalities)
            .map(|((referenced, referencing), equality)| test(referenced, referencing, equality))
            .collect();
        tests.join(" AND ")
    }

    /// Takes keys for the referenced values, and returns the test by which they find the referencing rows, over the alias `target`.
    pub fn matches(&self, keys: &mut Keys) -> String {
        self.each(|referenced, referencing, equality| {
            let carriage = types::carriage(referenced.type_oid);
            let value = keys.add(carriage.element, &carriage.unload);
            equality.sql(&value, &format!("target.{}", Ident(&referencing.name)))
        })
    }
}

pub struct Reference {
    /// of the constraint
    pub name: String,
    /// Its number in the schema.
    pub number: usize,
    /// The number of the referenced table.
    pub to: usize,
    /// The relation that the constraint names: the table or one of its partitions.
    pub referenced: Relation,
    /// The referencing relation.
    pub relation: Relation,
    /// The number of the referencing table, if a walk comes to it.
    pub from: Option<usize>,
    pub pairs: Pairs,
    /// Referencing columns that can become NULL. None can if the reference cannot be let go.
    pub settable: Vec<String>,
    /// ON DELETE ANONYMISE was declared for it.
    pub release: Option<Release>,
    /// A walk finds every referencing row of the rows that it finds.
    pub is_walked: bool,
    /// Rows of the referencing table are kept, whoever they belong to.
    pub is_kept: bool,
}

impl Reference {
    /// All foreign keys that reference tables of the graph. Needs SPI and pinned settings.
    pub fn all(graph: &Graph, schema: &Schema) -> Result<Vec<Self>> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let number = |relation| {
            let table = hierarchy.table(relation);
            let mut tables = graph.tables.iter();
            tables.position(|known| known.relation == table && known.depth.is_some())
        };
        let mut references = Vec::new();
        for (number_of_key, key) in schema.foreign_keys.iter().enumerate() {
            let Some(to) = number(key.source) else {
                continue;
            };
            let load = |oid| match graph.relation(oid) {
                Ok(known) => Ok(known.clone()),
                Err(_) => Relation::load_one(oid),
            };
            let reference = Self::of_key(schema, number_of_key, load)?;
            let from = number(key.target);
            let columns = reference.pairs.referencing.iter();
            let names: Vec<&str> = columns.map(|c| c.name.as_str()).collect();
            let is_walked = graph.links.iter().any(|link| {
                link.depth.is_some()
                    && link.kind == Kind::Owner
                    && link.on_delete.is_some()
                    && link.condition.is_none()
                    && Some(link.target.table) == from
                    && link.target.scan == key.target
                    && link.source.scan == key.source
                    && link
                        .target
                        .columns
                        .iter()
                        .map(|c| c.name.as_str())
                        .eq(names.iter().copied())
            });
            references.push(Self {
                to,
                is_kept: schema
                    .entry(hierarchy.table(key.target))
                    .is_some_and(|entry| entry.on_erase.as_deref() == Some("keep")),
                from,
                is_walked,
                ..reference
            });
        }
        Ok(references)
    }

    /// A foreign key by itself, by its number in the schema: without the places that its tables have in a graph.
    pub fn of_key(
        schema: &Schema,
        number: usize,
        load: impl Fn(Oid) -> Result<Relation>,
    ) -> Result<Self> {
        let key = &schema.foreign_keys[number];
        let (referenced, relation) = (load(key.source)?, load(key.target)?);
        let column = |relation: &Relation, number: i16| -> Result<Column> {
            let column = relation.column_numbered(number).cloned();
            column.ok_or_else(|| Error::internal("a key column is gone"))
        };
        let mut pairs = Pairs {
            referenced: Vec::new(),
            referencing: Vec::new(),
            equalities: Vec::new(),
        };
        let columns = key.source_columns.iter().zip(&key.target_columns);
        for ((source, target), operator) in columns.zip(&key.operators) {
            let (source, target) = (column(&referenced, *source)?, column(&relation, *target)?);
            pairs.equalities.push(Equality::of_foreign_key(
                *operator,
                (source.type_oid, source.collation),
                (target.type_oid, target.collation),
            )?);
            pairs.referenced.push(source);
            pairs.referencing.push(target);
        }
        let settable = match key.release {
            Some(Release::Default) => {
                let columns = pairs.referencing.iter();
                columns.map(|column| column.name.clone()).collect()
            }
            _ => settable(&relation, &pairs.referencing, key.match_full),
        };
        Ok(Self {
            name: key.name.clone(),
            number,
            to: 0,
            from: None,
            settable,
            release: key.release,
            is_kept: false,
            is_walked: false,
            referenced,
            relation,
            pairs,
        })
    }

    /// What becomes of the referencing columns when they let go.
    pub fn sets(&self) -> Vec<(&str, &'static str)> {
        let value = match self.release {
            Some(Release::Default) => "DEFAULT",
            _ => "NULL",
        };
        let columns = self.settable.iter();
        columns.map(|column| (column.as_str(), value)).collect()
    }
}

impl Pairs {
    /// Those that a link compares; None for a link that is more than a comparison of columns.
    pub fn of_link(graph: &Graph, link: &Link) -> Result<Option<Self>> {
        let (source, target) = (
            graph.relation(link.source.scan)?,
            graph.relation(link.target.scan)?,
        );
        let columns = |relation: &Relation, end: &End| -> Option<Vec<Column>> {
            end.columns
                .iter()
                .map(|column| {
                    relation
                        .column(&column.name)
                        .filter(|_| !column.is_expression)
                        .cloned()
                })
                .collect()
        };
        let both = columns(source, &link.source).zip(columns(target, &link.target));
        Ok(both
            .filter(|_| link.condition.is_none())
            .map(|(referenced, referencing)| Self {
                referenced,
                referencing,
                equalities: link.equalities.clone(),
            }))
    }
}

impl Reference {
    /// A link as if it were a foreign key.
    pub fn of_link(graph: &Graph, link: &Link, pairs: Pairs) -> Result<Self> {
        Ok(Self {
            name: String::new(),
            number: usize::MAX,
            to: link.source.table,
            referenced: graph.relation(link.source.scan)?.clone(),
            relation: graph.relation(link.target.scan)?.clone(),
            from: Some(link.target.table),
            settable: Vec::new(),
            release: None,
            pairs,
            is_walked: true,
            is_kept: false,
        })
    }
}

/// As MATCH SIMPLE has it, one NULL is enough to reference nothing; MATCH FULL wants all.
fn settable(relation: &Relation, columns: &[Column], match_full: bool) -> Vec<String> {
    let can_be_null = |column: &&Column| {
        !column.not_null
            && !types::domain_is_not_null(column.type_oid)
            && !relation::is_generated(relation.oid, column.number)
    };
    let settable: Vec<String> = columns
        .iter()
        .filter(can_be_null)
        .map(|column| column.name.clone())
        .collect();
    match match_full && settable.len() < columns.len() {
        true => Vec::new(),
        false => settable,
    }
}
