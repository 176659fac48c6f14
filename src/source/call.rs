//! Calls a source's functions, as their owner. What they raise can hold values: only its SQLSTATE is passed on.

use super::report::{Report, Reported};
use crate::catalog::function::{Function, Role};
use crate::catalog::schema::{Named, Source};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::security::{self, ReadOnly};
use crate::spi::guarded;
use crate::spi::json::text;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Datum, Oid};

/// What a source holds of the rows with these keys, document by document. Nothing can be written meanwhile.
pub fn collector(
    source: &Source,
    relation: Oid,
    keys: &str,
    access: Access,
    mut each: impl FnMut(Datum),
) -> Result<()> {
    let function = found(source, &source.collect, Role::Collector)?;
    let sql = format!("SELECT d FROM {}($1, $2) AS d", function.qualified());
    let types = [pg_sys::REGCLASSOID, pg_sys::JSONBOID];
    let parameters = [relation.into_datum(), read(keys)?];
    let _owner = security::as_owner_of(&function)?;
    let _read_only = ReadOnly::new();
    let run = || {
        kept::of_session(&sql, &types, Planning::Once)?.run(&parameters, access, |row| {
            row.get(0).into_iter().for_each(&mut each);
        })
    };
    guarded::run(run, |code| Ok(failed(source, code)))
}

/// Has a source erase what it holds of the rows with these keys.
pub fn eraser(
    source: &Source,
    eraser: &Named,
    relation: Oid,
    keys: &str,
    action: &str,
) -> Result<Vec<Reported>> {
    let function = found(source, eraser, Role::Eraser)?;
    let sql = format!("SELECT d FROM {}($1, $2, $3) AS d", function.qualified());
    let types = [pg_sys::REGCLASSOID, pg_sys::JSONBOID, pg_sys::TEXTOID];
    let parameters = [relation.into_datum(), read(keys)?, action.into_datum()];
    let mut report = Report::default();
    let mut wrong = None;
    {
        let _owner = security::as_owner_of(&function)?;
        let run = || {
            kept::of_session(&sql, &types, Planning::Once)?.run(&parameters, Access::Lock, |row| {
                let row = row.get(0).map_or_else(|| "null".to_owned(), text);
                let added = report.add(&row);
                wrong = wrong.or(added.err());
            })
        };
        guarded::run(run, |code| Ok(failed(source, code)))?;
    }
    match wrong {
        None => Ok(report.of(&source.name).collect()),
        Some(what) => Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("source \"{}\" has not said what it did", source.name),
        )
        .detail(format!("A row that {} returned is no report. {what}", function.qualified()))
        .hint("A row is an object: {\"action\": \"deleted\", \"rows\": 1}, or {\"action\": \"kept\", \"rows\": 1, \"ground\": \"tax law, 10 years\"}.")),
    }
}

/// The function that was registered. 42883 if its name means none any more, or another.
fn found(source: &Source, named: &Named, role: Role) -> Result<Function> {
    let gone = |what: &str| {
        Error::new(
            Code::ERRCODE_UNDEFINED_FUNCTION,
            format!("the {} of source \"{}\" {what}", role.word(), source.name),
        )
        .detail(format!("It was registered as {}.", named.name))
        .hint("Register the function there is now: gdpr_register_source(...); or take the source out: gdpr_unregister_source(...).")
    };
    let oid = Function::named(&named.name, role)?.ok_or_else(|| gone("is gone"))?;
    match named.known.is_none_or(|known| known == oid) {
        true => Function::of(oid, role),
        // Whoever could make it need not be who registered it.
        false => Err(gone("was dropped, and another function has its name")),
    }
}

fn failed(source: &Source, code: Code) -> Error {
    Error::new(code, format!("source \"{}\" failed", source.name))
        .hint("The server's message is not shown, since it can hold values of rows.")
}

/// Keys as jsonb.
fn read(keys: &str) -> Result<Option<Datum>> {
    match types::read(pg_sys::JSONBOID, -1, keys) {
        None => Err(Error::internal("keys are no JSON")),
        keys => Ok(keys),
    }
}
