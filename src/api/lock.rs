//! `gdpr_lock`: holds a person's rows still.

use super::subject_and_id;
use crate::error::Result;
use crate::security::PinnedSettings;
use crate::spi::Connection;
use crate::spi::store::Store;
use crate::walk::begin::{self, Call};
use crate::walk::statements::Purpose;
use pgrx::IntoDatum;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Locks every row of a person as an action would, until the transaction ends, and says how many there are in each table. For scripts that do
/// work of their own on them: no row that references them by a foreign key can be added meanwhile.
///
/// Takes and raises what `gdpr_collect` does, and besides 25001 (not in READ COMMITTED) and 55000 (rows that belong to somebody else too,
/// while nobody has declared what that means; the hint prints the calls that settle it).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_lock(subject regclass, id anyelement, OUT relation regclass, OUT rows bigint)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_lock(subject regclass, id text, OUT relation regclass, OUT rows bigint)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_lock(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(lock(fcinfo)?)
}

fn lock(fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    // SAFETY: both SQL declarations have these arguments and return rows.
    let (subject, id, type_oid) = unsafe { subject_and_id(fcinfo, 0)? };
    // SAFETY: as above.
    let mut store = unsafe { Store::of_result(fcinfo)? };
    begin::require_read_committed()?;
    let _spi = Connection::open();
    let call = Call::of(fcinfo, subject)?;
    let _pinned = PinnedSettings::new();
    for (relation, rows) in begin::walk(&call, id, type_oid, Purpose::Lock, None)? {
        store.put([relation.into_datum(), (rows as i64).into_datum()]);
    }
    Ok(())
}
