//! jsonb values and their texts.

use super::guarded;
use crate::error::{Code, Error, Result};
use pgrx::pg_sys::{self, Datum};
use pgrx::{AnyElement, FromDatum};
use std::ffi::{CStr, CString};

/// Bytes that no value can have: the server's own limit of 1 GB, less a header.
pub const LARGEST: usize = 0x3fff_ff00;

/// The text of a jsonb value: numbers with all their digits.
pub fn text(value: Datum) -> String {
    // SAFETY: the value is a jsonb; the function returns a palloc'd string.
    unsafe {
        let printed = pg_sys::OidOutputFunctionCall(pg_sys::F_JSONB_OUT.into(), value);
        let text = CStr::from_ptr(printed).to_string_lossy().into_owned();
        pg_sys::pfree(printed.cast());
        text
    }
}

/// The jsonb value of a text. 54000 if it is larger than a value can be.
pub fn value(text: String) -> Result<Datum> {
    if text.len() >= LARGEST {
        return Err(too_large("one jsonb"));
    }
    let text = CString::new(text).map_err(|_| Error::internal("a NUL byte in a document"))?;
    let mut value = Datum::from(0usize);
    let read = || {
        // SAFETY: the string lives through the call; the function raises for what is too large, and for what is no JSON, which our own writers do not make.
        value = unsafe {
            pg_sys::OidInputFunctionCall(
                pg_sys::F_JSONB_IN.into(),
                text.as_ptr().cast_mut(),
                pg_sys::JSONBOID,
                -1,
            )
        };
        Ok(())
    };
    guarded::run(read, |code| {
        Ok(match code {
            Code::ERRCODE_PROGRAM_LIMIT_EXCEEDED => too_large("one jsonb"),
            _ => Error::internal("a document is no JSON"),
        })
    })?;
    Ok(value)
}

/// The same, as a function returns it.
pub fn element(text: String) -> Result<AnyElement> {
    let value = value(text)?;
    // SAFETY: the datum is a jsonb.
    let element = unsafe { AnyElement::from_polymorphic_datum(value, false, pg_sys::JSONBOID) };
    element.ok_or_else(|| Error::internal("a document is NULL"))
}

/// 54000: what is asked for does not fit into `what`.
pub fn too_large(what: &str) -> Error {
    Error::new(
        Code::ERRCODE_PROGRAM_LIMIT_EXCEEDED,
        format!("the document is too large for {what}"),
    )
    .hint("gdpr_export_archive gives it compressed, as files.")
}

/// When the transaction began, to the second: `2026-11-22T01:13:09+00:00`.
pub fn now() -> String {
    // SAFETY: without a buffer the function returns a palloc'd string; the time is a timestamptz.
    let text = unsafe {
        let time = Datum::from(pg_sys::GetCurrentTransactionStartTimestamp());
        let text = pg_sys::JsonEncodeDateTime(
            std::ptr::null_mut(),
            time,
            pg_sys::TIMESTAMPTZOID,
            std::ptr::null(),
        );
        CStr::from_ptr(text).to_string_lossy().into_owned()
    };
    let Some((seconds, rest)) = text.split_once('.') else {
        return text;
    };
    let zone = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    format!("{seconds}{zone}")
}
