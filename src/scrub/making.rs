//! From the rules and the keys to what becomes of each column.

use super::described::Described;
use super::follow::{Followed, Place};
use super::plan::{Gathered, Join, Map, Plan, Table, Value};
use crate::catalog::details;
use crate::catalog::operator::qualified_operator;
use crate::catalog::schema::Schema;
use crate::error::{Code, Error, Result};
use crate::plan::build;
use crate::registry::rules::Ruled;
use crate::strategy::{Field, Kind};
use pgrx::pg_sys;
use std::collections::BTreeMap;

/// What is made of a key must fit the columns that follow it.
pub fn narrow<'a>(
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

fn has_expression(ruled: &[Ruled]) -> bool {
    let mut changes = ruled.iter().filter(|rule| rule.changes());
    changes.any(|rule| rule.strategy.is_expression())
}

/// From what is known to the plan.
pub struct Making<'a> {
    pub schema: &'a Schema,
    pub described: &'a [Described],
    /// Tables that only follow.
    pub more: &'a [Described],
    pub ruled: &'a [Vec<Ruled<'a>>],
    pub followed: BTreeMap<Place, Followed>,
}

impl Making<'_> {
    pub fn make(&self) -> Result<Plan> {
        let mut kept = Vec::new();
        let mut tables = Vec::new();
        let own = self
            .described
            .iter()
            .zip(self.ruled.iter().map(Vec::as_slice));
        for (table, ruled) in own.chain(self.more.iter().map(|table| (table, [].as_slice()))) {
            match self.table(table, ruled)? {
                table if !table.values.is_empty() => tables.push(table),
                _ if table.is_kept() => kept.push(table.relation.clone()),
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
            constraints: table.names()?,
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
