//! `gdpr_register_source` and `gdpr_unregister_source`: stores outside the database, which only code can reach.

use crate::catalog::home::Home;
use crate::error::Error;
use crate::registry::source::{self, Given};
use pgrx::JsonB;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Registers a store outside the database, or changes what is given of it.
///
/// Takes: `collect`, a function `(relation regclass, keys jsonb) RETURNS SETOF jsonb` that returns what the store holds of these rows (Art. 15 GDPR); `erase`, a function
/// `(relation regclass, keys jsonb, action text) RETURNS SETOF jsonb` that erases it and returns a report (Art. 17); `relation`, the table whose rows the
/// store is about (without it, the persons of all subjects); `label`; `facts` as for `gdpr_register`; `ground`, why what it holds is kept where there is no `erase`
/// (Art. 17(3)). Raises 42501 unless the caller owns the functions, and the table, or without one the extension; 42883 and 42804 for other
/// functions, 22023 for a name that cannot stand in a report and unknown facts, 22004 for a new source without `collect`, 42809, 0A000 and 55000 for what is no table,
/// is temporary or has no key.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_register_source(name text, collect regproc DEFAULT NULL, erase regproc DEFAULT NULL, relation regclass DEFAULT NULL,
    label text DEFAULT NULL, facts jsonb DEFAULT NULL, ground text DEFAULT NULL)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
#[allow(clippy::too_many_arguments)] // they are the SQL function's named arguments
fn gdpr_register_source(
    name: Option<String>,
    collect: Option<pg_sys::Oid>,
    erase: Option<pg_sys::Oid>,
    relation: Option<pg_sys::Oid>,
    label: Option<String>,
    facts: Option<JsonB>,
    ground: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<(), ErrorReport> {
    let home = Home::of_call(fcinfo)?;
    let given = Given {
        name: name.ok_or_else(|| Error::null_argument("name"))?,
        collect,
        erase,
        relation,
        ground,
        label,
        facts: facts.map(|JsonB(facts)| facts),
    };
    Ok(source::register(&home, given)?)
}

/// Takes a source out: nothing of what it holds is collected or erased any more. Raises 42501 unless the caller owns its table, or the extension; 42704 if there
/// is none of that name.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_unregister_source(name text)
  RETURNS void VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_unregister_source(
    name: Option<String>,
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<(), ErrorReport> {
    let name = name.ok_or_else(|| Error::null_argument("name"))?;
    Ok(source::unregister(&Home::of_call(fcinfo)?, &name)?)
}
