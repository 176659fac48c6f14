//! `gdpr_rerun`: what a restored backup has undone is done again.

use crate::action::rerun::{self, Asked, Mismatch};
use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::spi::Connection;
use crate::spi::store::Store;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{IntoDatum, Uuid};

/// Applies again what was erased, anonymised or deleted between a backup and its restore: the events that `source` has and the log of this database has not (Art. 17 GDPR).
///
/// `source`: a table of events; if it is not given, the mirror, else what was imported. `dry_run => true` changes nothing and says the same. Returns for each event how many of its rows were `applied`,
/// were `already gone`, have `no such table` or `no rule`, or need a decision, because it cannot be proven that the row is the same; `on_mismatch` `apply` takes them for the same, `skip` leaves them and
/// settles the event. Sequences are raised past logged keys. Again: nothing. Raises 55000 (no source), 42501 (privileges on the tables; a source of somebody else), 42804 (a source of another
/// shape), 22023 (events of another database, another `on_mismatch`), XX001 (events that were changed since they were sealed), 25001 (not READ COMMITTED).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_rerun(source regclass DEFAULT NULL, dry_run boolean DEFAULT false, on_mismatch text DEFAULT 'report',
    OUT event uuid, OUT relation text, OUT action text, OUT outcome text, OUT rows bigint)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_rerun(
    source: Option<pg_sys::Oid>,
    dry_run: Option<bool>,
    on_mismatch: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<(), ErrorReport> {
    Ok(run(source, dry_run, on_mismatch, fcinfo)?)
}

fn run(
    source: Option<pg_sys::Oid>,
    dry_run: Option<bool>,
    on_mismatch: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<()> {
    let on_mismatch = on_mismatch.ok_or_else(|| Error::null_argument("on_mismatch"))?;
    let asked = Asked {
        source,
        dry_run: dry_run.ok_or_else(|| Error::null_argument("dry_run"))?,
        mismatch: Mismatch::of(&on_mismatch)?,
    };
    let home = Home::of_call(fcinfo)?;
    // SAFETY: PostgreSQL calls this function, which returns a set of rows.
    let mut store = unsafe { Store::of_result(fcinfo)? };
    let _spi = Connection::open();
    for line in rerun::rerun(&home, &asked)? {
        let event = line.event.and_then(|id| Uuid::from_slice(&id).ok());
        store.put([
            event.into_datum(),
            line.relation.as_ref().into_datum(),
            line.action.as_ref().into_datum(),
            line.outcome.into_datum(),
            line.rows.map(|rows| rows as i64).into_datum(),
        ]);
    }
    Ok(())
}
