//! `gdpr_search`: who is this about?

use crate::catalog::home::Home;
use crate::error::Result;
use crate::search;
use crate::spi::Connection;
use crate::spi::store::Store;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{IntoDatum, PgMemoryContexts};

/// The rows that hold a term in a registered search column, and the persons whose they are: where a request by a person begins (Art. 15 to 17 GDPR).
///
/// A row for each row and column that matches and each person whose row it is, the person's own row among them; subject and key are NULL where it is nobody's.
/// Reads in the calling query's snapshot, takes no locks. Raises 22004 (NULL), 22023 (a blank term), 42501 (a table that may not be read in full), 42703 (a search column
/// or a link needs a column that is gone), 42883 (a search function that is gone).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_search(term text,
    OUT relation regclass, OUT key jsonb, OUT "column" text, OUT snippet text, OUT subject regclass, OUT subject_key jsonb, OUT label text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_search(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(find(fcinfo)?)
}

fn find(fcinfo: pg_sys::FunctionCallInfo) -> Result<()> {
    // SAFETY: the function has one argument, a text, and returns rows.
    let term: Option<String> = unsafe { pgrx::pg_getarg(fcinfo, 0) };
    // SAFETY: as above.
    let mut store = unsafe { Store::of_result(fcinfo)? };
    let home = Home::of_call(fcinfo)?;
    let memory = PgMemoryContexts::new("gdpr_ext search");
    let _spi = Connection::open();
    for hit in search::search(&home, term.as_deref(), memory.value())? {
        let person = hit.person;
        store.put([
            hit.relation.into_datum(),
            hit.key,
            hit.column.into_datum(),
            hit.snippet.into_datum(),
            person.and_then(|person| person.subject.into_datum()),
            person.and_then(|person| person.key),
            person.and_then(|person| person.label),
        ]);
    }
    Ok(())
}
