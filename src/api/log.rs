//! What the log's functions in `sql/seal.sql` need of the server.

use crate::catalog::types;
use crate::error::{Code, Error};
use crate::guc;
use crate::log::{origin, secret};
use pgrx::FromDatum;
use pgrx::datum::Interval;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Internal. Where events are written now: system identifier, database oid and timeline.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_log_origin() RETURNS text STABLE PARALLEL RESTRICTED
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_log_origin() -> String {
    origin::origin()
}

/// Internal. The setting gdpr_ext.backup_retention. 22023 if it is no interval.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_backup_retention() RETURNS interval STABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_backup_retention() -> Result<Option<Interval>, ErrorReport> {
    let Some(text) = guc::backup_retention() else {
        return Ok(None);
    };
    let value = types::read(pg_sys::INTERVALOID, -1, &text);
    let value = value.ok_or_else(|| {
        Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "gdpr_ext.backup_retention is no interval",
        )
        .hint("Set it to how long backups are kept: '35 days'.")
    })?;
    // SAFETY: the type's own input function made the value.
    Ok(unsafe { Interval::from_datum(value, false) })
}

/// Internal. By which it is known that two databases have the same secret, and nothing more.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_secret_check() RETURNS text STABLE PARALLEL RESTRICTED
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_secret_check() -> Result<String, ErrorReport> {
    Ok(secret::check()?)
}
