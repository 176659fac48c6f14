//! Sequences that logged keys came from are raised past them, so that no id is given out twice.

use super::events::{Mentioned, Part, parts};
use super::table::Table;
use crate::catalog::relation::{self, Relation};
use crate::error::Result;
use crate::security::RunAs;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, IntoDatum};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// A sequence, and how far logged keys have come.
struct Reached {
    smallest: i64,
    largest: i64,
}

/// Raises the sequences of these tables; the names of those that had to be raised. Nothing is changed if `dry_run`. Needs SPI and pinned settings.
pub fn raise(tables: &[Table], dry_run: bool) -> Result<Vec<String>> {
    let mut reached: BTreeMap<u32, Reached> = BTreeMap::new();
    for table in tables {
        for (place, name) in table.mentioned.key_columns.iter().enumerate() {
            let Some(column) = table.relation.column(name) else {
                continue;
            };
            for sequence in sequences_of(table.relation.oid, column.number)? {
                let given_out = range(sequence)?;
                for number in numbers(table.mentioned, place) {
                    // A key beyond what the sequence gives out cannot be given out again.
                    if given_out.contains(&number) {
                        let known = reached.entry(sequence.to_u32()).or_insert(Reached {
                            smallest: number,
                            largest: number,
                        });
                        known.smallest = known.smallest.min(number);
                        known.largest = known.largest.max(number);
                    }
                }
            }
        }
    }
    let mut raised = Vec::new();
    for (oid, reached) in reached {
        let sequence = Oid::from(oid);
        if raise_one(sequence, &reached, dry_run)? {
            raised.push(Relation::load_one(sequence)?.qualified().to_string());
        }
    }
    Ok(raised)
}

/// The numbers that were logged for a part of the key.
fn numbers(mentioned: &Mentioned, place: usize) -> impl Iterator<Item = i64> {
    let keys = mentioned.keys.iter();
    keys.filter_map(move |key| match parts(key).into_iter().nth(place) {
        Some(Part::Plain(text)) => text.parse().ok(),
        _ => None,
    })
}

/// What a sequence gives out.
fn range(sequence: Oid) -> Result<RangeInclusive<i64>> {
    let mut range = 0..=0;
    let sql = "SELECT q.seqmin, q.seqmax FROM pg_catalog.pg_sequence AS q WHERE q.seqrelid OPERATOR(pg_catalog.=) $1";
    kept::of_session(sql, &[pg_sys::OIDOID], Planning::Once)?.run(
        &[sequence.into_datum()],
        Access::Read,
        |row| {
            let number = |column| row.get(column).map_or(0, |datum| datum.value() as i64);
            range = number(0)..=number(1);
        },
    )?;
    Ok(range)
}

/// The sequences that a column owns, is an identity by, or has its default from.
fn sequences_of(relation: Oid, column: i16) -> Result<Vec<Oid>> {
    let sql = "SELECT d.objid FROM pg_catalog.pg_depend AS d JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.objid \
               WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
               AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
               AND d.refobjid OPERATOR(pg_catalog.=) $1 AND d.refobjsubid OPERATOR(pg_catalog.=) $2 AND c.relkind OPERATOR(pg_catalog.=) 'S' \
               UNION SELECT d.refobjid FROM pg_catalog.pg_attrdef AS a \
               JOIN pg_catalog.pg_depend AS d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) a.oid \
               JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) d.refobjid AND c.relkind OPERATOR(pg_catalog.=) 'S' \
               WHERE d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
               AND a.adrelid OPERATOR(pg_catalog.=) $1 AND a.adnum OPERATOR(pg_catalog.=) $2";
    let mut sequences = Vec::new();
    let parameters = [relation.into_datum(), i32::from(column).into_datum()];
    let types = [pg_sys::OIDOID, pg_sys::INT4OID];
    kept::of_session(sql, &types, Planning::Once)?.run(&parameters, Access::Read, |row| {
        // SAFETY: the column is of type oid.
        sequences.extend(
            row.get(0)
                .and_then(|datum| unsafe { Oid::from_datum(datum, false) }),
        );
    })?;
    Ok(sequences)
}

fn raise_one(sequence: Oid, reached: &Reached, dry_run: bool) -> Result<bool> {
    let relation = Relation::load_one(sequence)?;
    let _owner = RunAs::new(relation::owner(sequence)?);
    // Nobody takes a number between looking and setting.
    let lock = (!dry_run).then(|| Locked::new(sequence));
    let sql = format!(
        "SELECT CASE WHEN q.seqincrement OPERATOR(pg_catalog.>) 0 THEN $1 ELSE $2 END, s.last_value, s.is_called, q.seqincrement OPERATOR(pg_catalog.>) 0 \
         FROM {} AS s CROSS JOIN pg_catalog.pg_sequence AS q WHERE q.seqrelid OPERATOR(pg_catalog.=) $3",
        relation.qualified()
    );
    let parameters = [
        reached.largest.into_datum(),
        reached.smallest.into_datum(),
        sequence.into_datum(),
    ];
    let types = [pg_sys::INT8OID, pg_sys::INT8OID, pg_sys::OIDOID];
    let mut to = None;
    kept::of_session(&sql, &types, Planning::Once)?.run(&parameters, Access::Lock, |row| {
        let number = |column| row.get(column).map_or(0, |datum| datum.value() as i64);
        let (wanted, last) = (number(0), number(1));
        let is_past = match (row.is_true(3), row.is_true(2)) {
            (true, true) => last >= wanted,
            (true, false) => last > wanted,
            (false, true) => last <= wanted,
            (false, false) => last < wanted,
        };
        to = (!is_past).then_some(wanted);
    })?;
    if let (Some(to), Some(_)) = (to, &lock) {
        kept::of_session(
            "SELECT pg_catalog.setval($1::pg_catalog.regclass, $2, true)",
            &[pg_sys::OIDOID, pg_sys::INT8OID],
            Planning::Once,
        )?
        .run_without_rows(&[sequence.into_datum(), to.into_datum()], Access::Lock)?;
    }
    Ok(to.is_some())
}

/// A sequence that gives out no numbers while it lives.
struct Locked(Oid);

impl Locked {
    fn new(sequence: Oid) -> Self {
        // SAFETY: as ALTER SEQUENCE locks it; released by Drop, or when the transaction ends.
        unsafe { pg_sys::LockRelationOid(sequence, pg_sys::ShareRowExclusiveLock as i32) };
        Self(sequence)
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            // SAFETY: taken by `new`.
            unsafe {
                pg_sys::UnlockRelationOid(self.0, pg_sys::ShareRowExclusiveLock as i32);
            }
        }
    }
}
