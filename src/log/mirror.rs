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
        let _owner = RunAs::new(of.owner);
        let sql = "INSERT INTO gdpr_log.mirror_queue (event) SELECT pg_catalog.unnest($1)";
        return kept::of_session(sql, &[pg_sys::UUIDARRAYOID], Planning::Once)?
            .run_without_rows(&[ids], Access::Lock);
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

/// The five characters of an error code.
fn sqlstate(code: Code) -> String {
    let code = code as u32;
    let character = |i: u32| char::from(b'0'.wrapping_add((code >> (6 * i) & 0o77) as u8));
    (0..5).map(character).collect()
}
