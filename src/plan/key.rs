//! The parts of a row's key as texts: for the log, and for what tells rows apart beyond a transaction.

use crate::catalog::relation::Column;
use crate::catalog::types;
use crate::walk::identity::IdentityColumn;
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, Uuid};
use std::ffi::CStr;
use std::fmt::Write;

pub struct KeyPart {
    pub column: String,
    pub identity: IdentityColumn,
    /// It goes into the log as it is: an integer or a uuid without a rule.
    pub plain: bool,
    /// It has a rule that changes it.
    pub changes: bool,
    form: Form,
}

enum Form {
    Int2,
    Int4,
    Int8,
    Uuid,
    Text,
    /// a timestamp with time zone, in UTC, whatever the session's time zone is
    Instant(Oid),
    /// by the type's output function
    Output(Oid),
}

impl Form {
    /// How values of a type, which is no domain, are written.
    fn of(oid: Oid) -> Self {
        match oid {
            pg_sys::INT2OID => Self::Int2,
            pg_sys::INT4OID => Self::Int4,
            pg_sys::INT8OID => Self::Int8,
            pg_sys::UUIDOID => Self::Uuid,
            pg_sys::TEXTOID | pg_sys::VARCHAROID => Self::Text,
            // It is stored as the timestamp in UTC is.
            pg_sys::TIMESTAMPTZOID => Self::Instant(output_function(pg_sys::TIMESTAMPOID)),
            other => Self::Output(output_function(other)),
        }
    }
}

impl KeyPart {
    pub fn new(column: String, identity: IdentityColumn, changes: bool) -> Self {
        let form = Form::of(identity.element);
        let plain = !changes && matches!(form, Form::Int2 | Form::Int4 | Form::Int8 | Form::Uuid);
        Self {
            column,
            identity,
            plain,
            changes,
            form,
        }
    }

    /// Of a table that no walk comes to.
    pub fn of_column(column: &Column, changes: bool) -> Self {
        Self::new(
            column.name.clone(),
            IdentityColumn::of_column(column, "target"),
            changes,
        )
    }

    /// The same, for values as they are stored in the column, of whatever type it is.
    pub fn of_stored(column: &Column, changes: bool) -> Self {
        Self {
            form: Form::of(types::base_type(column.type_oid)),
            ..Self::of_column(column, changes)
        }
    }

    /// It stands in JSON without quotes.
    pub fn is_number(&self) -> bool {
        matches!(self.form, Form::Int2 | Form::Int4 | Form::Int8)
    }

    /// Appends the text of a value of this part.
    pub fn write(&self, value: Option<Datum>, text: &mut String) {
        let Some(value) = value else { return };
        // SAFETY: the value is of the type that the form was chosen by.
        unsafe {
            match self.form {
                Form::Int2 => append(text, i16::from_datum(value, false)),
                Form::Int4 => append(text, i32::from_datum(value, false)),
                Form::Int8 => append(text, i64::from_datum(value, false)),
                Form::Uuid => append(text, Uuid::from_datum(value, false)),
                Form::Text => append(text, <&str>::from_datum(value, false)),
                Form::Output(function) => print(function, value, text),
                Form::Instant(function) => {
                    print(function, value, text);
                    match text.strip_suffix(" BC").map(str::len) {
                        Some(before) => text.insert_str(before, "+00"),
                        None if text.ends_with("infinity") => {}
                        None => text.push_str("+00"),
                    }
                }
            }
        }
    }
}

/// # Safety
/// The value must be of the type that the output function is of.
unsafe fn print(function: Oid, value: Datum, text: &mut String) {
    // SAFETY: as promised by the caller; the function returns a palloc'd string.
    unsafe {
        let printed = pg_sys::OidOutputFunctionCall(function, value);
        text.push_str(&CStr::from_ptr(printed).to_string_lossy());
        pg_sys::pfree(printed.cast());
    }
}

fn append(text: &mut String, value: Option<impl std::fmt::Display>) {
    if let Some(value) = value {
        // Writing to a String does not fail.
        let _ = write!(text, "{value}");
    }
}

fn output_function(oid: Oid) -> Oid {
    let (mut function, mut is_varlena) = (pg_sys::InvalidOid, false);
    // SAFETY: the pointers are to live locals.
    unsafe { pg_sys::getTypeOutputInfo(oid, &mut function, &mut is_varlena) };
    function
}

/// The bytes that stand for a key: its parts' texts, each with its length.
pub fn image<'a>(parts: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut image = Vec::with_capacity(16);
    for part in parts {
        image.extend_from_slice(&(part.len() as u32).to_le_bytes());
        image.extend_from_slice(part.as_bytes());
    }
    image
}
