//! `gdpr_collect`: everything held about a person.

use super::subject_and_id;
use crate::catalog::home::Home;
use crate::error::Result;
use crate::log::read;
use crate::security::PinnedSettings;
use crate::source::{self, Keys};
use crate::spi::Connection;
use crate::spi::store::Store;
use crate::walk::begin::{self, Call};
use crate::walk::output::Output;
use crate::walk::statements::Purpose;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{IntoDatum, PgMemoryContexts};

/// Every row that is held about a person, each once: Art. 15 GDPR.
///
/// What sources hold of the rows comes last: depth, relation and key are NULL, via is `source name`, data is what the source's function returned.
///
/// `id` is the subject's key: of its type or as text; a composite key as jsonb; an array for many subjects. Reads in the calling query's snapshot, takes no locks.
/// Raises 22004 (NULL argument), 22P02 and 22023 (id does not fit the key), 42501 (a table that may not be read in full), 42703 (a link
/// needs a column that is gone), 42809 (no table), 55000 (a subject without a key). An id that no row has gives no rows.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_collect(subject regclass, id anyelement,
    OUT depth integer, OUT relation regclass, OUT key jsonb, OUT via text, OUT shared boolean, OUT data jsonb)
  RETURNS SETOF record STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_collect(subject regclass, id text,
    OUT depth integer, OUT relation regclass, OUT key jsonb, OUT via text, OUT shared boolean, OUT data jsonb)
  RETURNS SETOF record STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_collect(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(collect(fcinfo)?)
}

fn collect(fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    // SAFETY: both SQL declarations have these arguments and return rows.
    let (subject, id, type_oid) = unsafe { subject_and_id(fcinfo, 0)? };
    // SAFETY: as above.
    let store = unsafe { Store::of_result(fcinfo)? };
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    let call = Call::of(fcinfo, subject)?;
    let memory = PgMemoryContexts::new("gdpr_ext names");
    let mut output = Output::new(store.clone(), &call.names, memory.value());
    output.persons = read::COLLECT.is_logged().then(Vec::new);
    output.keys = Keys::wanted(call.graph());
    let _pinned = PinnedSettings::new();
    begin::walk(&call, id, type_oid, Purpose::Collect, Some(&mut output))?;
    let Output { persons, keys, .. } = output;
    if let Some(keys) = keys {
        put_sources(&keys, store)?;
    }
    read::log(
        &home,
        call.graph(),
        read::COLLECT,
        &persons.unwrap_or_default(),
    )
}

/// What the sources hold: rows of no table.
fn put_sources(keys: &Keys, mut store: Store) -> Result<()> {
    source::collect(keys, |source, document| {
        store.put([
            None,
            None,
            None,
            source::said(&source.name, None).into_datum(),
            false.into_datum(),
            Some(document),
        ]);
    })
}
