//! What the log's functions in `sql/seal.sql` need of the server.

use crate::log::origin;
use pgrx::prelude::*;

/// Internal. Where events are written now: system identifier, database oid and timeline.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_log_origin() RETURNS text STABLE PARALLEL RESTRICTED
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_log_origin() -> String {
    origin::origin()
}
