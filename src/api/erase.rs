//! `gdpr_erase` and `gdpr_delete`: Art. 17 GDPR.

use super::anonymise::report;
use crate::action::{Goal, erase};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Erases a person, or several: each table by its `on_erase`. Rows of `delete` tables go (also where nothing is said), those of `anonymise` tables get their rules,
/// those of `keep` tables stay, on their ground (Art. 17(3) GDPR). What a row that stays references stays too, anonymised, unless its key can be NULL.
///
/// `id` as in `gdpr_collect`. Shared rows stay: keys to the person become NULL, and columns whose rule names the person by `"of"` are masked. Returns, per table, how many
/// rows were `deleted`, `anonymised`, `pseudonymised`, `detached` (a key became NULL) and `kept`, and why. All or nothing. Raises what `gdpr_anonymise` does, and besides
/// 23503 (rows of others reference rows that would go), 42501 (DELETE is missing), 55000 (a row must stay in a table without rules).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_erase(subject regclass, id anyelement,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_erase(subject regclass, id text,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_erase(fcinfo: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(report(fcinfo, 0, |home, call, asked| {
        erase::erase(home, call, asked, Goal::Erase)
    })?)
}

/// Deletes a person, or several, with all rows that are theirs alone. `keep` still keeps. Otherwise as `gdpr_erase`.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_delete(subject regclass, id anyelement,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_delete(subject regclass, id text,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_delete(fcinfo: pg_sys::FunctionCallInfo) -> Result<(), ErrorReport> {
    Ok(report(fcinfo, 0, |home, call, asked| {
        erase::erase(home, call, asked, Goal::Delete)
    })?)
}
