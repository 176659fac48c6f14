//! `gdpr_export`, `gdpr_export_html` and `gdpr_export_archive`: the document about one person, for machines, for people, and both as files.

use super::subject_and_id;
use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::export::document::{Document, Mode};
use crate::export::{self, archive, json, page};
use crate::spi::Connection;
use crate::spi::json as jsonb;
use crate::walk::begin::Call;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{AnyElement, FromDatum};
use std::io::Cursor;

/// Everything that is held about one person, as one document: what is held and why (Art. 15 GDPR), or what to take along (Art. 20).
///
/// `id` is the subject's key, as for `gdpr_collect`, but of one person. `mode` is `access` or `portability`. Columns of other people are left out (Art. 15(4)); an id that no row has
/// gives a document that says so. docs/export.md describes it. The call is an event of the log. Raises what `gdpr_collect` does, and besides 22023 (several ids, an unknown mode),
/// 55000 (rows that nobody has reviewed or registered), 25006 (it cannot be logged), 54000 (too large for one value).
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_export(subject regclass, id anyelement, mode text DEFAULT 'access') RETURNS jsonb
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_export(subject regclass, id text, mode text DEFAULT 'access') RETURNS jsonb
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_export(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<AnyElement, ErrorReport> {
    let text = written(fcinfo, json::write)?;
    Ok(jsonb::element(utf8(text)?)?)
}

/// The same as one page of HTML for people: self-contained, without scripts, made to be read on a phone and to be printed. Raises what `gdpr_export` does.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_export_html(subject regclass, id anyelement, mode text DEFAULT 'access') RETURNS text
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_export_html(subject regclass, id text, mode text DEFAULT 'access') RETURNS text
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_export_html(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<String, ErrorReport> {
    let text = written(fcinfo, page::write)?;
    Ok(utf8(sized(text, "one text")?)?)
}

/// The same as a zip of files: data.json, a CSV for each table, and report.html. Raises what `gdpr_export` does.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_export_archive(subject regclass, id anyelement, mode text DEFAULT 'access') RETURNS bytea
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_export_archive(subject regclass, id text, mode text DEFAULT 'access') RETURNS bytea
  VOLATILE PARALLEL UNSAFE COST 1000 LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_export_archive(
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<Vec<u8>, ErrorReport> {
    let zip = written(fcinfo, |document, out| {
        archive::write(document, Cursor::new(out))
    })?;
    Ok(sized(zip, "one value")?)
}

fn written(
    fcinfo: pg_sys::FunctionCallInfo,
    write: impl FnOnce(&Document, &mut Vec<u8>) -> std::io::Result<()>,
) -> Result<Vec<u8>> {
    let document = document(fcinfo)?;
    let mut out = Vec::new();
    let written = write(&document, &mut out);
    written.map_err(|error| {
        Error::internal(format!(
            "the document could not be written: {}",
            error.kind()
        ))
    })?;
    Ok(out)
}

fn document(fcinfo: pg_sys::FunctionCallInfo) -> Result<Document> {
    // SAFETY: all SQL declarations have these arguments, and a text as the third.
    let ((subject, id, type_oid), mode) = unsafe {
        let mode = &(*fcinfo).args.as_slice((*fcinfo).nargs as usize)[2];
        (
            subject_and_id(fcinfo, 0)?,
            String::from_datum(mode.value, mode.isnull),
        )
    };
    let mode = match mode.as_deref() {
        Some("access") => Mode::Access,
        Some("portability") => Mode::Portability,
        Some(other) => {
            return Err(Error::unknown_word(
                "a mode of an export",
                other,
                &["access", "portability"],
            ));
        }
        None => return Err(Error::null_argument("mode")),
    };
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    let call = Call::of(fcinfo, subject)?;
    export::document(&home, &call, (id, type_oid), mode)
}

fn utf8(text: Vec<u8>) -> Result<String> {
    String::from_utf8(text).map_err(|_| Error::internal("the document is no UTF-8"))
}

/// 54000 if it is larger than a value can be.
fn sized(content: Vec<u8>, what: &str) -> Result<Vec<u8>> {
    match content.len() < jsonb::LARGEST {
        true => Ok(content),
        false => Err(jsonb::too_large(what)),
    }
}
