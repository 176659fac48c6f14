//! The mirror: every event is written to a second database too, in the same transaction, through a foreign table.

use super::{home, secret};
use crate::catalog::home::Home;
use crate::catalog::relation;
use crate::error::{Code, Error, Result};
use crate::guc::{self, Mirror};
use crate::security::RunAs;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Datum};
use std::ffi::CStr;

pub fn exists() -> bool {
    relation::find(c"gdpr_log", c"mirror").is_some()
}

/// Writes these events of ours, given as an array of their ids, to the mirror, or into the queue of those that are to be written. 58000 if it cannot be reached. Needs SPI and pinned settings.
pub fn write(of: &Home, ids: Option<Datum>) -> Result<()> {
    let is_elsewhere = home::is_elsewhere(of)?;
    if is_elsewhere {
        home::warn();
    }
    if !exists() {
        return Ok(());
    }
    // What a copy of the database does is no business of the mirror of the original.
    if is_elsewhere || guc::mirror() == Mirror::Deferred {
        return queue(of, ids);
    }
    let parameters = [ids, secret::check()?.into_datum()];
    let sql = "INSERT INTO gdpr_log.mirror SELECT e.*, $2, false FROM gdpr_log.event AS e WHERE e.id OPERATOR(pg_catalog.=) ANY ($1)";
    let types = [pg_sys::UUIDARRAYOID, pg_sys::TEXTOID];
    guarded::run(
        || {
            let _owner = RunAs::new(of.owner);
            kept::of_session(sql, &types, Planning::Once)?
                .run_without_rows(&parameters, Access::Lock)
        },
        |code| {
            Ok(Error::new(
                Code::ERRCODE_SYSTEM_ERROR,
                "the mirror of the log cannot be written to",
            )
            .detail(format!("The foreign server says SQLSTATE {}. Nothing was changed.", sqlstate(code)))
            .hint("See to the server that gdpr_log.mirror is on; or, to go on without it for now, SET gdpr_ext.mirror = 'deferred' and call gdpr_log_mirror_sync() later."))
        },
    )
}

/// These events, given as an array of their ids, wait for the mirror. Needs SPI and pinned settings.
pub fn queue(of: &Home, ids: Option<Datum>) -> Result<()> {
    let _owner = RunAs::new(of.owner);
    let sql = "INSERT INTO gdpr_log.mirror_queue (event) SELECT pg_catalog.unnest($1) ON CONFLICT DO NOTHING";
    kept::of_session(sql, &[pg_sys::UUIDARRAYOID], Planning::Once)?
        .run_without_rows(&[ids], Access::Lock)
}

/// The five characters of an error code.
fn sqlstate(code: Code) -> String {
    // SAFETY: the server's function returns a static NUL-terminated buffer, which is copied.
    unsafe { CStr::from_ptr(pg_sys::unpack_sql_state(code as i32)) }
        .to_string_lossy()
        .into_owned()
}
