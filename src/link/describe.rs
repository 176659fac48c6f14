//! Describes tables and links from what the catalog says: keys, types, operators, expressions, conditions.

use super::Kind;
use super::edges::{ColumnRef, Edge};
use super::graph::{Check, Condition, End, Identity, Link, LinkColumn, Table, Value, Wanted};
use super::hierarchy::Hierarchy;
use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::operator::Equality;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::Schema;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::sql::Ident;
use pgrx::pg_sys::Oid;
use std::collections::HashMap;

pub struct Describer<'a> {
    schema: &'a Schema,
    hierarchy: &'a Hierarchy,
    relations: &'a HashMap<Oid, Relation>,
    numbers: HashMap<Oid, usize>,
    pub tables: Vec<Table>,
}

impl<'a> Describer<'a> {
    pub fn new(
        schema: &'a Schema,
        hierarchy: &'a Hierarchy,
        relations: &'a HashMap<Oid, Relation>,
    ) -> Self {
        Self {
            schema,
            hierarchy,
            relations,
            numbers: HashMap::new(),
            tables: Vec::new(),
        }
    }

    fn relation(&self, oid: Oid) -> Result<&Relation> {
        self.relations.get(&oid).ok_or_else(|| {
            Error::new(
                Code::ERRCODE_UNDEFINED_TABLE,
                format!("relation {} was dropped meanwhile", oid.to_u32()),
            )
        })
    }

    pub fn table(&mut self, oid: Oid, depth: Option<u32>) -> Result<()> {
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
        let columns = relation.columns.iter();
        let columns = columns.map(|column| column.name.clone()).collect();
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
            columns,
            wanted: Vec::new(),
            entry: self.schema.entry(oid).cloned(),
            subject: false,
            incoming: Vec::new(),
            outgoing: Vec::new(),
            straight: true,
            distinguished: false,
        });
        Ok(())
    }

    pub fn link(&self, edge: &Edge, kind: Kind, depth: Option<u32>) -> Result<Link> {
        let source = self.end(edge, true)?;
        let target = self.end(edge, false)?;
        let mut equalities = Vec::with_capacity(edge.pairs.len());
        for (i, (s, t)) in edge.pairs.iter().enumerate() {
            let left = self.type_of(&source, i, s)?;
            let right = self.type_of(&target, i, t)?;
            equalities.push(match edge.foreign_key {
                Some(key) => Equality::of_foreign_key(key.operators[i], left, right)?,
                None => Equality::between(left, right)?,
            });
        }
        let condition = self.condition(edge)?;
        let indexed = self.relation(edge.target)?.is_indexed(
            &target.names(),
            edge.declared.and_then(|link| link.condition.as_deref()),
        );
        let source_unique = edge.foreign_key.is_some()
            || equalities.iter().all(Equality::is_that_of_source)
                && self
                    .relation(edge.source)?
                    .is_unique(&source.names(), self.schema.declared_key(edge.source));
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
                let joined =
                    expression::analyse(text, &what, scope(alias), None, false, Volatile::Refused)?;
                let read = expression::analyse(
                    text,
                    &what,
                    scope(c"target"),
                    None,
                    false,
                    Volatile::Refused,
                )?;
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
                let analysed =
                    expression::analyse(text, text, scope, None, false, Volatile::Refused)?;
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
        let analysed = expression::analyse_condition(text, &what, source, target)?;
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
