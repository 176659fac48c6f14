//! The statements that read rows as they are to be: in the order of a table's columns, with new values where there are some.

use super::plan::{Join, Map, Table, Value};
use crate::catalog;
use crate::catalog::relation::Relation;
use crate::error::{Error, Result};
use crate::sql::{INTERNAL, Ident};
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;

/// A column as it is stored.
#[derive(Debug, Deserialize)]
struct Column {
    name: String,
    dropped: bool,
    #[serde(rename = "type")]
    type_oid: Oid,
    typmod: i32,
    sql_type: String,
    generated: Option<String>,
}

/// Those of a relation, in their physical order. Needs SPI and pinned settings.
fn columns(relation: Oid) -> Result<Vec<Column>> {
    let _latest = crate::spi::LatestSnapshot::push();
    catalog::read_document(
        include_str!("columns.sql"),
        &[pg_sys::OIDOID],
        &[relation.into_datum()],
    )
}

/// The name of the table in which the former and the new keys of one are kept.
pub fn map_name(table: Oid) -> String {
    format!("pg_temp.gdpr_map_{}", table.to_u32())
}

/// The name of the table in which the new keys are that the rows of another role's table reference.
pub fn apart_name(table: &Table, join: usize) -> String {
    format!("pg_temp.gdpr_new_{}_{join}", table.relation.oid.to_u32())
}

/// The name of the table in which the references are that these are for.
pub fn references_name(table: &Table, join: usize) -> String {
    format!("pg_temp.gdpr_old_{}_{join}", table.relation.oid.to_u32())
}

/// The references that a table's rows hold, by one foreign key. Read with the rights of its owner.
pub fn references(table: &Table, join: &Join) -> String {
    let columns =
        join.on.iter().enumerate().map(|(i, (_, _, referencing))| {
            format!("target.{} AS reference_{i}", Ident(referencing))
        });
    let place = [
        "target.tableoid AS part".to_owned(),
        "target.ctid AS place".to_owned(),
    ];
    let columns: Vec<String> = place.into_iter().chain(columns).collect();
    format!(
        "SELECT {} FROM {} AS target",
        columns.join(", "),
        table.relation.in_from()
    )
}

/// A statement that makes the table of the new keys, of the references and the map: of nothing else, so that it runs what nobody wrote.
pub fn make_apart(table: &Table, number: usize, map: &Map) -> String {
    let join = &table.joins[number];
    let new = map
        .new
        .keys()
        .map(|number| format!("key.{}", made(*number)));
    let columns: Vec<String> = ["old.part".to_owned(), "old.place".to_owned()]
        .into_iter()
        .chain(new)
        .collect();
    let on: Vec<String> = join
        .on
        .iter()
        .enumerate()
        .map(|(i, (referenced, operator, _))| {
            format!("key.{} {operator} old.reference_{i}", former(*referenced))
        })
        .collect();
    format!(
        "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} AS old JOIN {} AS key ON {}",
        apart_name(table, number),
        columns.join(", "),
        references_name(table, number),
        map_name(join.table),
        on.join(" AND ")
    )
}

/// The name of the table in which rows are gathered.
pub fn gathered_name(table: Oid) -> String {
    format!("pg_temp.gdpr_rows_{}", table.to_u32())
}

/// Rows of a heap that is the table or one of its partitions, with the new values.
pub fn rows(table: &Table, heap: &Relation) -> Result<String> {
    let columns = columns(heap.oid)?;
    let new = New {
        table,
        from: heap.in_from(),
        uses_map: true,
    };
    new.statement(&columns, true)
}

/// Rows of a partitioned table, with the new values, as they are gathered.
pub fn gathering(table: &Table) -> Result<String> {
    let columns = columns(table.relation.oid)?;
    let new = New {
        table,
        from: table.relation.in_from(),
        uses_map: true,
    };
    new.statement(&columns, false)
}

/// Of the rows that were gathered those of a partition.
pub fn gathered(table: &Table, heap: &Relation) -> Result<String> {
    let columns = columns(heap.oid)?;
    let columns: Vec<String> = columns
        .iter()
        .map(|column| match column.dropped {
            true => DROPPED.to_owned(),
            false => format!("target.{}", Ident(&column.name)),
        })
        .collect();
    let condition = super::partition::condition(heap.oid)?;
    Ok(format!(
        "SELECT {} FROM {} AS target WHERE {}",
        columns.join(", "),
        gathered_name(table.relation.oid),
        condition.as_deref().unwrap_or("true")
    ))
}

/// A statement that makes the table in which rows are gathered, without any.
pub fn make_gathered(table: &Table) -> String {
    format!(
        "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT target.* FROM {} AS target WITH NO DATA",
        gathered_name(table.relation.oid),
        table.relation.in_from()
    )
}

/// A statement that makes the table in which keys are kept, without any.
pub fn make_map(table: &Table) -> Result<String> {
    let place = ["target.tableoid", "target.ctid"];
    let columns = map_columns(table, place, |column| format!("target.{}", Ident(column)))?;
    Ok(format!(
        "CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {columns} FROM {} AS target WITH NO DATA",
        map_name(table.relation.oid),
        table.relation.in_from()
    ))
}

/// The former and the new keys of the table's rows.
pub fn map(table: &Table) -> Result<String> {
    let of = columns(table.relation.oid)?;
    let new = New {
        table,
        from: table.relation.in_from(),
        uses_map: false,
    };
    let mut values = Vec::new();
    for column in of.iter().filter(|column| !column.dropped) {
        if table.is_mapped(&column.name) {
            values.push((column.name.as_str(), new.made(column)?));
        }
    }
    let columns = map_columns(table, new.place(), |column| {
        let value = values.iter().find(|(name, _)| *name == column);
        value.map_or_else(
            || format!("target.{}", Ident(column)),
            |(_, value)| value.clone(),
        )
    })?;
    Ok(format!("SELECT {columns} FROM {}", new.from()))
}

fn map_columns(
    table: &Table,
    [part, place]: [&str; 2],
    new: impl Fn(&str) -> String,
) -> Result<String> {
    let map = table
        .map
        .as_ref()
        .ok_or_else(|| Error::internal("a table has no map"))?;
    let mut columns = vec![format!("{part} AS part"), format!("{place} AS place")];
    columns.extend(
        map.former
            .iter()
            .map(|(number, name)| format!("target.{} AS {}", Ident(name), former(*number))),
    );
    columns.extend(
        map.new
            .iter()
            .map(|(number, name)| format!("{} AS {}", new(name), made(*number))),
    );
    Ok(columns.join(", "))
}

fn former(number: i16) -> String {
    format!("former_{number}")
}

fn made(number: i16) -> String {
    format!("new_{number}")
}

/// What stands in the place of a column that was dropped.
const DROPPED: &str = "NULL::pg_catalog.int4";

/// Rows with new values.
struct New<'a> {
    table: &'a Table,
    /// as it stands in FROM
    from: String,
    /// The map of the table's own keys has been made, and is not being made.
    uses_map: bool,
}

impl New<'_> {
    /// `with_dropped`: as a heap stores them.
    fn statement(&self, columns: &[Column], with_dropped: bool) -> Result<String> {
        let mut plain = Vec::new();
        for column in columns
            .iter()
            .filter(|c| !c.dropped && c.generated.is_none())
        {
            let value = match self.table.values.contains_key(&column.name) {
                true => self.value(column)?,
                false => format!("target.{}", Ident(&column.name)),
            };
            plain.push((column.name.as_str(), value));
        }
        let is_generated = columns.iter().any(|column| column.generated.is_some());
        let from = self.from();
        let mut list = Vec::new();
        for column in columns {
            let known = plain.iter().find(|(name, _)| *name == column.name);
            match (&column.generated, known, is_generated) {
                _ if column.dropped && with_dropped => list.push(DROPPED.to_owned()),
                _ if column.dropped => {}
                (Some(expression), ..) => list.push(column.assigned(expression)),
                (None, Some(_), true) => list.push(format!("made.{}", Ident(&column.name))),
                (None, Some((_, value)), false) => list.push(value.clone()),
                (None, None, _) => return Err(Error::internal("a column has no value")),
            }
        }
        if !is_generated {
            return Ok(format!("SELECT {} FROM {from}", list.join(", ")));
        }
        // What is generated reads the new values, by their bare names, and can read the relation.
        let [part, _] = self.place();
        let plain = plain
            .iter()
            .map(|(name, value)| format!("{value} AS {}", Ident(name)));
        let plain: Vec<String> = plain.chain([format!("{part} AS tableoid")]).collect();
        Ok(format!(
            "SELECT {} FROM (SELECT {} FROM {from} OFFSET 0) AS made",
            list.join(", "),
            plain.join(", ")
        ))
    }

    /// The value of a column that changes.
    fn value(&self, column: &Column) -> Result<String> {
        match self.table.map.as_ref().and_then(|map| {
            let mut new = map.new.iter();
            new.find(|(_, name)| **name == column.name)
        }) {
            Some((number, _)) => Ok(format!("own.{}", made(*number))),
            None => self.made(column),
        }
    }

    /// The same, where it is made.
    fn made(&self, column: &Column) -> Result<String> {
        match self.table.values.get(&column.name) {
            Some(Value::Sql(sql)) => Ok(column.assigned(sql)),
            Some(Value::Shuffled) => Ok(format!("shuffled_{}.value", self.shuffled(&column.name))),
            // A reference that leads nowhere is let go.
            Some(Value::Follows(join, referenced)) => Ok(column.assigned(&format!(
                "CASE WHEN key_{join}.place IS NOT NULL THEN key_{join}.{} END",
                made(*referenced)
            ))),
            None => Err(Error::internal("a column has no new value")),
        }
    }

    /// The columns that change places here: those of the key do where the map is made.
    fn shuffles(&self) -> Vec<&String> {
        let values = self.table.values.iter();
        values
            .filter(|(_, value)| matches!(value, Value::Shuffled))
            .map(|(column, _)| column)
            .filter(|column| self.table.is_mapped(column) != self.uses_map)
            .collect()
    }

    fn shuffled(&self, column: &str) -> usize {
        let shuffles = self.shuffles();
        shuffles.iter().take_while(|name| **name != column).count()
    }

    /// A column that is made here follows this key: the map of the table's own keys can be made before those that its other columns need.
    fn reads(&self, join: usize) -> bool {
        self.table.values.iter().any(|(column, value)| {
            matches!(value, Value::Follows(known, _) if *known == join)
                && self.table.is_mapped(column) != self.uses_map
        })
    }

    /// Where a row is: the relation, and the place in it.
    fn place(&self) -> [&'static str; 2] {
        match self.shuffles().is_empty() {
            true => ["target.tableoid", "target.ctid"],
            false => ["target.\"gdpr part\"", "target.\"gdpr place\""],
        }
    }

    /// FROM, with the maps that are read.
    fn from(&self) -> String {
        let mut from = format!("{} AS target", self.from);
        let shuffles = self.shuffles();
        if !shuffles.is_empty() {
            // Each row's number among those that have a value.
            let numbers: Vec<String> = shuffles
                .iter()
                .enumerate()
                .map(|(i, column)| {
                    format!(
                        "pg_catalog.sum(CASE WHEN h.{} IS NULL THEN 0 ELSE 1 END) OVER (ROWS UNBOUNDED PRECEDING) AS \"gdpr number {i}\"",
                        Ident(column)
                    )
                })
                .collect();
            from = format!(
                "(SELECT h.*, h.ctid AS \"gdpr place\", h.tableoid AS \"gdpr part\", {} FROM {} AS h) AS target",
                numbers.join(", "),
                self.from
            );
            for (i, column) in shuffles.iter().enumerate() {
                let column = Ident(column);
                from.push_str(&format!(
                    " LEFT JOIN (SELECT h.{column} AS value, pg_catalog.row_number() OVER (ORDER BY {INTERNAL}.chance()) AS number FROM {} AS h \
                     WHERE h.{column} IS NOT NULL) AS shuffled_{i} \
                     ON shuffled_{i}.number OPERATOR(pg_catalog.=) CASE WHEN target.{column} IS NOT NULL THEN target.\"gdpr number {i}\" END",
                    self.from
                ));
            }
        }
        let [part, place] = self.place();
        if self.uses_map && self.table.map.is_some() {
            from.push_str(&format!(
                " LEFT JOIN {} AS own ON own.place OPERATOR(pg_catalog.=) {place} AND own.part OPERATOR(pg_catalog.=) {part}",
                map_name(self.table.relation.oid)
            ));
        }
        for (i, join) in self.table.joins.iter().enumerate() {
            if !self.reads(i) {
                continue;
            }
            if join.apart {
                from.push_str(&format!(
                    " LEFT JOIN {} AS key_{i} ON key_{i}.place OPERATOR(pg_catalog.=) {place} AND key_{i}.part OPERATOR(pg_catalog.=) {part}",
                    apart_name(self.table, i)
                ));
                continue;
            }
            let on: Vec<String> = join
                .on
                .iter()
                .map(|(referenced, operator, referencing)| {
                    format!(
                        "key_{i}.{} {operator} target.{}",
                        former(*referenced),
                        Ident(referencing)
                    )
                })
                .collect();
            from.push_str(&format!(
                " LEFT JOIN {} AS key_{i} ON {}",
                map_name(join.table),
                on.join(" AND ")
            ));
        }
        from
    }
}

impl Column {
    /// The same for an array of texts: one that a cast would cut is refused by what refuses a text that is too long.
    fn assigned_array(&self, sql: &str) -> String {
        let cast = &self.sql_type;
        format!(
            "(SELECT CASE WHEN v.a::{cast} OPERATOR(pg_catalog.=) v.a OR v.a IS NULL THEN v.a::{cast} \
             ELSE ARRAY[pg_catalog.\"varchar\"((pg_catalog.array_to_string(v.a, '') OPERATOR(pg_catalog.||) 'xx')::pg_catalog.\"varchar\", 5, false)]::{cast} END \
             FROM (SELECT ({sql})::pg_catalog.\"varchar\"[] AS a OFFSET 0) AS v)"
        )
    }

    /// The value as an assignment makes it one of the column: what is too long is an error, and not cut as by a cast.
    fn assigned(&self, sql: &str) -> String {
        let mut typmod = self.typmod;
        // SAFETY: catalog look-up by oid; the pointer is to a live local.
        let base = unsafe { pg_sys::getBaseTypeAndTypmod(self.type_oid, &mut typmod) };
        let (function, given) = match base {
            _ if typmod < 0 => return format!("({sql})::{}", self.sql_type),
            pg_sys::VARCHAROID => ("\"varchar\"", "\"varchar\""),
            pg_sys::BPCHAROID => ("bpchar", "bpchar"),
            pg_sys::BITOID => ("\"bit\"", "varbit"),
            pg_sys::VARBITOID => ("varbit", "varbit"),
            pg_sys::VARCHARARRAYOID | pg_sys::BPCHARARRAYOID => return self.assigned_array(sql),
            _ => return format!("({sql})::{}", self.sql_type),
        };
        let value = format!("pg_catalog.{function}(({sql})::pg_catalog.{given}, {typmod}, false)");
        match base == self.type_oid {
            true => value,
            false => format!("{value}::{}", self.sql_type),
        }
    }
}
