//! Partitioned tables: which columns say where a row belongs, and which rows belong to a partition.

use crate::error::Result;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, IntoDatum};

/// Columns of the partition keys of a table and of the partitions that are partitioned themselves; of expressions all that they read. PostgreSQL
/// notes them as internal dependencies of a column on its own table, of which there are no others.
const KEY_COLUMNS: &str = "SELECT DISTINCT a.attname::text \
    FROM pg_catalog.pg_partition_tree($1::regclass) AS t JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = t.relid \
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum > 0 \
    WHERE a.attnum = ANY (p.partattrs::int2[]) OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d \
      WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = p.partrelid AND d.objsubid = a.attnum \
        AND d.refclassid = 'pg_catalog.pg_class'::regclass AND d.refobjid = p.partrelid AND d.refobjsubid = 0 AND d.deptype = 'i')";

/// Needs SPI and pinned settings.
pub fn key_columns(table: Oid) -> Result<Vec<String>> {
    texts(KEY_COLUMNS, table)
}

/// What holds for the rows of a partition, over its columns by their bare names; None for one that takes all rows.
pub fn condition(partition: Oid) -> Result<Option<String>> {
    let sql = "SELECT pg_catalog.pg_get_partition_constraintdef($1)";
    Ok(texts(sql, partition)?.pop())
}

fn texts(sql: &str, relation: Oid) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    kept::of_session(sql, &[pg_sys::OIDOID], Planning::Once)?.run(
        &[relation.into_datum()],
        Access::Lock,
        |row| {
            // SAFETY: the only column is of type text.
            texts.extend(
                row.get(0)
                    .and_then(|datum| unsafe { String::from_datum(datum, false) }),
            );
        },
    )?;
    Ok(texts)
}
