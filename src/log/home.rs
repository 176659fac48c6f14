//! The database that the log belongs to. A restored one is another, until it is known what was done since the backup.

use super::origin;
use crate::catalog::cache;
use crate::catalog::home::Home;
use crate::catalog::relation;
use crate::error::{Code, Error, Result};
use crate::security::RunAs;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::{FromDatum, IntoDatum, PgLogLevel, pg_sys};
use std::cell::RefCell;

thread_local! {
    /// The origin that the log belongs to.
    static BELONGS_TO: RefCell<Option<String>> = const { RefCell::new(None) };
    static WARNED: RefCell<bool> = const { RefCell::new(false) };
}

/// The log was written elsewhere last: this database was restored, and what the backup brought back has not been looked for. Needs SPI and pinned settings.
pub fn is_elsewhere(home: &Home) -> Result<bool> {
    let table = relation::named(c"gdpr_log", c"database")?;
    if cache::HOME.take_changed() {
        BELONGS_TO.set(None);
    }
    if BELONGS_TO.with_borrow(Option::is_none) {
        cache::HOME.watch(table);
        let _owner = RunAs::new(home.owner);
        let mut found = None;
        kept::of_session(
            "SELECT d.origin FROM gdpr_log.database AS d",
            &[],
            Planning::Once,
        )?
        .run(&[], Access::Lock, |row| {
            // SAFETY: the column is of type text.
            found = row
                .get(0)
                .and_then(|datum| unsafe { String::from_datum(datum, false) });
        })?;
        BELONGS_TO.set(found);
    }
    Ok(BELONGS_TO.with_borrow(|origin| origin.as_deref() != Some(origin::origin().as_str())))
}

/// The people in this database are those that the log speaks of: it was not scrubbed. 55000 otherwise. Needs SPI and pinned settings.
pub fn require_people(home: &Home) -> Result<()> {
    let _owner = RunAs::new(home.owner);
    let mut is_scrubbed = false;
    kept::of_session(
        "SELECT FROM gdpr_log.database AS d WHERE d.scrubbed IS NOT NULL",
        &[],
        Planning::Once,
    )?
    .run(&[], Access::Lock, |_| is_scrubbed = true)?;
    match is_scrubbed {
        false => Ok(()),
        true => Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "this database was scrubbed: nobody of whom the log speaks is in it",
        )
        .hint("A rerun is for a database that was restored to be used.")),
    }
}

/// Says so, once a session.
pub fn warn() {
    if WARNED.replace(true) {
        return;
    }
    ErrorReport::new(
        Code::ERRCODE_WARNING,
        "this database was restored from a backup, and what was erased since is back",
        "gdpr_ext",
    )
    .set_hint("SELECT * FROM gdpr_rerun();")
    .report(PgLogLevel::WARNING);
}

/// From now on the log belongs to this database. Whether it did not before.
pub fn belong_here(home: &Home) -> Result<bool> {
    if !is_elsewhere(home)? {
        return Ok(false);
    }
    let _owner = RunAs::new(home.owner);
    let sql =
        "UPDATE gdpr_log.database SET origin = $1, former = former OPERATOR(pg_catalog.||) origin";
    kept::of_session(sql, &[pg_sys::TEXTOID], Planning::Once)?
        .run_without_rows(&[origin::origin().into_datum()], Access::Lock)?;
    BELONGS_TO.set(None);
    Ok(true)
}
