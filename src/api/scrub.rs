//! `gdpr_scrub_db`: a copy that is safe to develop on.

use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::scrub::{self, Asked, LargeObjects};
use crate::spi::Connection;
use crate::spi::store::Store;
use pgrx::IntoDatum;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Applies every rule to every row of this copy of a database, so that it is safe to develop on: Art. 25, 32 GDPR.
///
/// `tables`: these, with their partitions, with what inherits from them, and with what references a key of theirs that is rewritten; else all that are registered. `dry_run => true` changes nothing and says the same.
/// `large_objects`: `refuse` if there are any, `unlink` them all, or `keep` them. Returns for each relation what was done (`rewritten`, `repartitioned`, `refreshed`, `unlinked`, `kept`, `unregistered`), its rows, its size
/// with indexes and TOAST in bytes before and after, and milliseconds. In one transaction; tables are locked against everybody else. Raises 55000 (`gdpr_ext.allow_scrub` is off; a table without rules; columns without one, by
/// `gdpr_ext.privacy_by_default`; tables that nobody has registered; large objects), 42501 (SELECT or UPDATE is missing, or a materialized view is another role's), 42809 (no table, or a partition), 0A000 (foreign tables), 22023
/// (another `large_objects`), 25001 (not READ COMMITTED), 55006 (a cursor of this session reads a table), and the SQLSTATE of a constraint that refuses a new value.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_scrub_db(tables regclass[] DEFAULT NULL, dry_run boolean DEFAULT false, large_objects text DEFAULT 'refuse',
    OUT relation regclass, OUT action text, OUT rows bigint, OUT bytes_before bigint, OUT bytes_after bigint, OUT ms double precision)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_scrub_db(
    tables: Option<Vec<Option<pg_sys::Oid>>>,
    dry_run: Option<bool>,
    large_objects: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(run(tables, dry_run, large_objects, fcinfo)?)
}

fn run(
    tables: Option<Vec<Option<pg_sys::Oid>>>,
    dry_run: Option<bool>,
    large_objects: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let large_objects = large_objects.ok_or_else(|| Error::null_argument("large_objects"))?;
    let tables = tables.map(|tables| {
        let named = tables.into_iter().collect::<Option<Vec<_>>>();
        named.ok_or_else(|| Error::null_argument("an element of tables"))
    });
    let asked = Asked {
        tables: tables.transpose()?,
        dry_run: dry_run.ok_or_else(|| Error::null_argument("dry_run"))?,
        large_objects: LargeObjects::of(&large_objects)?,
    };
    let home = Home::of_call(fcinfo)?;
    // SAFETY: PostgreSQL calls this function, which returns a set of rows.
    let mut store = unsafe { Store::of_result(fcinfo)? };
    let _spi = Connection::open();
    for line in scrub::scrub(&home, &asked)? {
        store.put([
            line.relation.into_datum(),
            line.action.into_datum(),
            (line.rows as i64).into_datum(),
            line.bytes_before.into_datum(),
            line.bytes_after.into_datum(),
            line.milliseconds.into_datum(),
        ]);
    }
    Ok(())
}
