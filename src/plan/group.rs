//! Keys that are rewritten: which tables' references have to follow.

use super::{Following, Group, Member, Pair, TablePlan};
use crate::catalog::details::Details;
use crate::catalog::operator::qualified_operator;
use crate::catalog::relation::{Relation, column_name};
use crate::catalog::schema::{ForeignKey, Schema};
use crate::error::{Code, Error, Result};
use crate::link::graph::Graph;
use pgrx::pg_sys::Oid;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Which columns of which tables get other values.
type Changing = BTreeMap<u32, BTreeSet<i16>>;

impl Group {
    /// All groups, and tells each table its own.
    pub fn all(
        graph: &Graph,
        tables: &mut [TablePlan],
        details: &HashMap<Oid, Details>,
        schema: Option<&Schema>,
    ) -> Result<Vec<Self>> {
        let mut changing = Changing::new();
        for (table, plan) in graph.tables.iter().zip(tables.iter()) {
            let Some(details) = details.get(&table.relation) else {
                continue;
            };
            let referenced = plan
                .changes
                .iter()
                .map(|change| change.number)
                .filter(|n| details.referenced.contains(n));
            let referenced: BTreeSet<i16> = referenced.collect();
            if !referenced.is_empty() {
                changing.insert(table.relation.to_u32(), referenced);
            }
        }
        let (Some(schema), false) = (schema, changing.is_empty()) else {
            return Ok(Vec::new());
        };
        close(&mut changing, &schema.foreign_keys);
        let mut groups = Vec::new();
        for members in connected(&changing, &schema.foreign_keys) {
            let group = Self::of(graph, &members, &changing, &schema.foreign_keys)?;
            for member in &group.members {
                if let Some(table) = member.table {
                    tables[table].group = Some(groups.len());
                }
            }
            groups.push(group);
        }
        Ok(groups)
    }

    fn of(
        graph: &Graph,
        members: &[u32],
        changing: &Changing,
        keys: &[ForeignKey],
    ) -> Result<Self> {
        let order = referenced_first(members, changing, keys)?;
        let place = |oid: Oid| order.iter().position(|member| *member == oid.to_u32());
        let mut group = Vec::new();
        for member in &order {
            let relation = Oid::from(*member);
            let mut references = Vec::new();
            for key in keys
                .iter()
                .filter(|key| key.target == relation && follows(key, changing))
            {
                let Some(to) = place(key.source) else {
                    continue;
                };
                let changes = &changing[&key.source.to_u32()];
                let pair = |((source, target), operator): ((&i16, &i16), &Oid)| {
                    let name = |oid, number: i16| {
                        column_name(oid, number)
                            .ok_or_else(|| Error::internal("a key column is gone"))
                    };
                    Ok(Pair {
                        referenced: name(key.source, *source)?,
                        referencing: name(key.target, *target)?,
                        operator: qualified_operator(*operator)?,
                        changes: changes.contains(source),
                    })
                };
                let pairs = key
                    .source_columns
                    .iter()
                    .zip(&key.target_columns)
                    .zip(&key.operators)
                    .map(pair);
                references.push(Following {
                    to,
                    pairs: pairs.collect::<Result<_>>()?,
                });
            }
            group.push(Member {
                relation: match graph.relation(relation) {
                    Ok(known) => known.clone(),
                    Err(_) => Relation::load_one(relation)?,
                },
                table: graph
                    .tables
                    .iter()
                    .position(|table| table.relation == relation && table.depth.is_some()),
                references,
            });
        }
        Ok(Self { members: group })
    }
}

/// The foreign key references a column that gets other values.
fn follows(key: &ForeignKey, changing: &Changing) -> bool {
    let columns = changing.get(&key.source.to_u32());
    columns.is_some_and(|columns| {
        key.source_columns
            .iter()
            .any(|column| columns.contains(column))
    })
}

/// What references a changing column changes too, and what references that.
fn close(changing: &mut Changing, keys: &[ForeignKey]) {
    loop {
        let mut grew = false;
        for key in keys {
            let Some(columns) = changing.get(&key.source.to_u32()) else {
                continue;
            };
            let pairs = key.source_columns.iter().zip(&key.target_columns);
            let following: Vec<i16> = pairs
                .filter(|(source, _)| columns.contains(source))
                .map(|(_, target)| *target)
                .collect();
            if following.is_empty() {
                continue;
            }
            let target = changing.entry(key.target.to_u32()).or_default();
            for column in following {
                grew |= target.insert(column);
            }
        }
        if !grew {
            return;
        }
    }
}

/// The changing tables, those together that references connect.
fn connected(changing: &Changing, keys: &[ForeignKey]) -> Vec<Vec<u32>> {
    let mut groups: Vec<Vec<u32>> = Vec::new();
    for table in changing.keys() {
        let is_near = |other: &u32| {
            keys.iter().filter(|key| follows(key, changing)).any(|key| {
                let (source, target) = (key.source.to_u32(), key.target.to_u32());
                (source == *table && target == *other) || (target == *table && source == *other)
            })
        };
        let (near, apart): (Vec<_>, Vec<_>) = groups
            .into_iter()
            .partition(|group| group.iter().any(is_near));
        groups = apart;
        groups.push(near.into_iter().flatten().chain([*table]).collect());
    }
    groups
}

/// What is referenced before what references it. A table may reference itself, but not by the column that is referenced.
fn referenced_first(members: &[u32], changing: &Changing, keys: &[ForeignKey]) -> Result<Vec<u32>> {
    let mut rest: Vec<u32> = members.to_vec();
    let mut order = Vec::new();
    while !rest.is_empty() {
        let waits = |table: &u32| {
            keys.iter().filter(|key| follows(key, changing)).any(|key| {
                let source = key.source.to_u32();
                key.target.to_u32() == *table && source != *table && rest.contains(&source)
            })
        };
        let Some(next) = rest.iter().position(|table| !waits(table)) else {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                "keys that reference each other in a circle cannot be rewritten",
            )
            .hint("Take the rule from one of the key columns."));
        };
        order.push(rest.remove(next));
    }
    Ok(order)
}
