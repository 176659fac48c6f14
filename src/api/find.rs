//! What `gdpr_find`, which is written in SQL, cannot do there: read a table with the rights of its owner, and write an event.

use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::log::read;
use crate::security::{self, PinnedSettings};
use crate::spi::statement::{Access, Planning};
use crate::spi::{Connection, kept, parallel};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// The registry of the extension, if the caller may call gdpr_find.
const HOME: &str = "SELECT c.oid FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_class c ON c.relnamespace = e.extnamespace AND c.relname = 'gdpr_registry' \
    WHERE e.extname = 'gdpr_ext' AND pg_catalog.has_function_privilege( \
    pg_catalog.format('%I.gdpr_find(pg_catalog.text,pg_catalog.text,pg_catalog.name[])', e.extnamespace::pg_catalog.regnamespace::pg_catalog.text), 'EXECUTE')";

const STATEMENT: &str = "SELECT gdpr_internal.find_statement($1, $2, $3, $4)";

/// Internal. For each of these columns the number of rows in which `gdpr_find` finds its text. The caller needs SELECT on the columns of `via`, which is the table or a
/// partitioned one that it is a part of (42501); the table is read with the rights of its owner, who may have put code of his into what the planner reads.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.find_counts(relation regclass, via regclass, columns name[], needle jsonb) RETURNS bigint[]
  VOLATILE STRICT PARALLEL UNSAFE COST 10000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_find_counts(
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<Vec<i64>, ErrorReport> {
    // SAFETY: the SQL declaration has these four arguments, and is strict.
    let [relation, via, columns, needle] =
        unsafe { [0, 1, 2, 3].map(|place| (*fcinfo).args.as_slice(4)[place].value) };
    Ok(counts(relation, via, columns, needle)?)
}

fn counts(
    relation: pg_sys::Datum,
    via: pg_sys::Datum,
    columns: pg_sys::Datum,
    needle: pg_sys::Datum,
) -> Result<Vec<i64>> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let table = Relation::load_one(pg_sys::Oid::from(relation.value() as u32))?;
    // Made as the caller, whose rights it checks.
    let sql = statement([relation, via, columns, needle])?;
    let mut counts = None;
    let _owner = security::as_owner(&table)?;
    parallel::read(&sql, &[pg_sys::JSONBOID], &[Some(needle)], |row| {
        // SAFETY: the statement returns one array of bigint.
        counts = row
            .get(0)
            .and_then(|datum| unsafe { Vec::<i64>::from_datum(datum, false) });
    })?;
    counts.ok_or_else(|| Error::internal("a table was counted without a result"))
}

fn statement(arguments: [pg_sys::Datum; 4]) -> Result<String> {
    let types = [
        pg_sys::REGCLASSOID,
        pg_sys::REGCLASSOID,
        pg_sys::NAMEARRAYOID,
        pg_sys::JSONBOID,
    ];
    let mut text = None;
    kept::of_session(STATEMENT, &types, Planning::Once)?.run(
        &arguments.map(Some),
        Access::Read,
        |row| {
            // SAFETY: the function returns text.
            text = row
                .get(0)
                .and_then(|datum| unsafe { String::from_datum(datum, false) });
        },
    )?;
    text.ok_or_else(|| Error::internal("a table was not given a statement"))
}

/// Internal. Logs that somebody searches the database, as far as `gdpr_ext.log_reads` says so; not for what. 42501 for whom gdpr_find is not granted to, 25006 where nothing can be
/// written.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.log_find() RETURNS void
  VOLATILE PARALLEL UNSAFE LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_log_find() -> std::result::Result<(), ErrorReport> {
    Ok(log_find()?)
}

fn log_find() -> Result<()> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let mut registry = None;
    kept::of_session(HOME, &[], Planning::Once)?.run(&[], Access::Read, |row| {
        registry = row
            .get(0)
            .map(|datum| pg_sys::Oid::from(datum.value() as u32));
    })?;
    let Some(registry) = registry else {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            "permission denied for function gdpr_find",
        )
        .hint("GRANT EXECUTE ON FUNCTION gdpr_find TO the role that calls it."));
    };
    read::log_of_nobody(&Home::of_table(registry)?, read::FIND)
}
