//! What stands in anonymised rows, so that it is known again: keyed digests of values, by a keyed digest of the row's key.

use crate::catalog::home::Home;
use crate::error::Result;
use crate::security::{ByIndex, RunAs};
use crate::spi::column::Column;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, IntoDatum, PgMemoryContexts};
use std::collections::{BTreeSet, HashSet};

/// A row: its table and the digest of its key.
pub type RowKey = (Oid, u64);

/// A row that was changed, and the marks of what stands in it.
pub struct Remembered {
    pub key: RowKey,
    pub marks: Vec<u8>,
    /// It may have been remembered before.
    pub known: bool,
}

/// Runs with more rows than this are planned for their number.
const MANY: usize = 10_000;

/// Row by row through the primary key.
const LOOK_UP: &str = "SELECT s.ord, a.marks \
 FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS s(relation, key, ord) \
 CROSS JOIN LATERAL (SELECT a.marks FROM gdpr_log.anonymised AS a \
 WHERE a.relation OPERATOR(pg_catalog.=) s.relation AND a.key OPERATOR(pg_catalog.=) s.key OFFSET 0) AS a";
/// As the planner likes.
const LOOK_UP_MANY: &str = "SELECT s.ord, a.marks \
 FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) WITH ORDINALITY AS s(relation, key, ord) \
 JOIN gdpr_log.anonymised AS a ON a.relation OPERATOR(pg_catalog.=) s.relation AND a.key OPERATOR(pg_catalog.=) s.key";

/// Hands over the marks of those rows that have some, by their places in `rows`. Needs SPI and pinned settings.
pub fn look_up(
    home: &Home,
    rows: &[RowKey],
    access: Access,
    mut each: impl FnMut(usize, &[u8]),
) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let memory = PgMemoryContexts::new("gdpr_ext anonymised");
    let parameters = columns(rows.iter().copied(), &memory);
    let _owner = RunAs::new(home.owner);
    let sql = match rows.len() > MANY {
        true => LOOK_UP_MANY,
        false => LOOK_UP,
    };
    // A plan that was made while the table was small would read all of it for ever.
    let _by_index = (rows.len() <= MANY).then(ByIndex::new);
    let types = [pg_sys::OIDARRAYOID, pg_sys::INT8ARRAYOID];
    let statement = kept::of_session(sql, &types, planning(rows.len()))?;
    statement.run(&parameters, access, |row| {
        // SAFETY: the statement's columns are of types int8 and bytea.
        let (ord, marks) = unsafe {
            (
                row.get(0).and_then(|datum| i64::from_datum(datum, false)),
                row.get(1)
                    .and_then(|datum| <&[u8]>::from_datum(datum, false)),
            )
        };
        if let (Some(ord), Some(marks)) = (ord, marks) {
            each(ord as usize - 1, marks);
        }
    })
}

/// Remembers what stands in rows now. Two rows that have one key (which only rows without a key can) are one.
pub fn record(home: &Home, rows: &[Remembered]) -> Result<()> {
    let mut seen = HashSet::with_capacity(rows.len());
    let rows = rows
        .iter()
        .filter(|row| seen.insert((row.key.0.to_u32(), row.key.1)));
    let (known, mut new): (Vec<&Remembered>, Vec<&Remembered>) = rows.partition(|row| row.known);
    // In the index's order: neighbours go to the same page.
    new.sort_unstable_by_key(|row| (row.key.0.to_u32(), row.key.1 as i64));
    // Whoever else writes about these rows waits for the locks on them, so what was not there is not there.
    write(
        home,
        &new,
        "INSERT INTO gdpr_log.anonymised (relation, key, marks) \
         SELECT s.relation::pg_catalog.regclass, s.key, s.marks \
         FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS s(relation, key, marks)",
    )?;
    write(
        home,
        &known,
        "INSERT INTO gdpr_log.anonymised AS a (relation, key, marks) \
         SELECT s.relation::pg_catalog.regclass, s.key, s.marks \
         FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2), pg_catalog.unnest($3)) AS s(relation, key, marks) \
         ON CONFLICT (relation, key) DO UPDATE SET marks = excluded.marks",
    )
}

/// What stood in rows that are gone is forgotten: another row can have their keys.
pub fn forget(home: &Home, rows: &[RowKey]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let memory = PgMemoryContexts::new("gdpr_ext anonymised");
    let _owner = RunAs::new(home.owner);
    let relations: BTreeSet<u32> = rows.iter().map(|(oid, _)| oid.to_u32()).collect();
    if !is_any_remembered(&relations, &memory)? {
        return Ok(());
    }
    let parameters = columns(rows.iter().copied(), &memory);
    let _by_index = (rows.len() <= MANY).then(ByIndex::new);
    kept::of_session(
        "DELETE FROM gdpr_log.anonymised AS a \
         USING ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS s(relation, key) \
         WHERE a.relation OPERATOR(pg_catalog.=) s.relation AND a.key OPERATOR(pg_catalog.=) s.key",
        &[pg_sys::OIDARRAYOID, pg_sys::INT8ARRAYOID],
        Planning::EachRun,
    )?
    .run_without_rows(&parameters, Access::Lock)
}

/// Something is remembered of rows of these tables. Mostly not, and then many keys need not be looked up.
fn is_any_remembered(relations: &BTreeSet<u32>, memory: &PgMemoryContexts) -> Result<bool> {
    let mut column = Column::new(pg_sys::OIDOID, memory.value());
    let relations = relations.iter().map(|oid| Oid::from(*oid));
    relations.for_each(|oid| column.push(oid.into_datum()));
    let all: Vec<u32> = (0..column.len() as u32).collect();
    let mut is_any = false;
    let _by_index = ByIndex::new();
    kept::of_session(
        "SELECT FROM pg_catalog.unnest($1) AS s(relation) CROSS JOIN LATERAL (SELECT FROM gdpr_log.anonymised AS a \
         WHERE a.relation OPERATOR(pg_catalog.=) s.relation LIMIT 1) AS a LIMIT 1",
        &[pg_sys::OIDARRAYOID],
        Planning::Once,
    )?
    .run(&[Some(column.array(&all))], Access::Lock, |_| is_any = true)?;
    Ok(is_any)
}

fn write(home: &Home, rows: &[&Remembered], sql: &str) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let memory = PgMemoryContexts::new("gdpr_ext anonymised");
    let mut marks = Column::new(pg_sys::BYTEAOID, memory.value());
    for row in rows {
        marks.push(row.marks.as_slice().into_datum());
    }
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let mut parameters = columns(rows.iter().map(|row| row.key), &memory).to_vec();
    parameters.push(Some(marks.array(&all)));
    let types = [
        pg_sys::OIDARRAYOID,
        pg_sys::INT8ARRAYOID,
        pg_sys::BYTEAARRAYOID,
    ];
    let _owner = RunAs::new(home.owner);
    kept::of_session(sql, &types, planning(rows.len()))?.run_without_rows(&parameters, Access::Lock)
}

fn planning(rows: usize) -> Planning {
    match rows > MANY {
        true => Planning::EachRun,
        false => Planning::Once,
    }
}

fn columns(
    rows: impl ExactSizeIterator<Item = RowKey>,
    memory: &PgMemoryContexts,
) -> [Option<pg_sys::Datum>; 2] {
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let mut relations = Column::new(pg_sys::OIDOID, memory.value());
    let mut keys = Column::new(pg_sys::INT8OID, memory.value());
    for (relation, key) in rows {
        relations.push(relation.into_datum());
        keys.push((key as i64).into_datum());
    }
    [Some(relations.array(&all)), Some(keys.array(&all))]
}
