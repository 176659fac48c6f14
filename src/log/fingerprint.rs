//! Keyed digests of values, by which a row is known again: one for each value, and one for a whole row.

use crate::catalog::types;
use crate::mask::Keys;
use crate::spi::column::Storage;
use pgrx::pg_sys::{self, Datum, Oid};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;

/// Bytes of a mark. A mark of zeros stands for NULL.
pub const MARK: usize = 4;

/// Stands in `gdpr_log.event.columns` for all columns of a row that are not of its key.
pub const WHOLE_ROW: &str = "*";

/// Of a larger value the length and its beginning are digested, not all of it.
const LARGE: usize = 8192;
const BEGINNING: usize = 1024;

thread_local! {
    /// How values of a type are stored; None for types whose stored bytes would not be the same in another database.
    static STORAGE: RefCell<HashMap<u32, Option<Storage>>> = RefCell::default();
}

/// Digests values.
pub struct Marker<'a> {
    keys: &'a Keys,
    image: Vec<u8>,
}

impl<'a> Marker<'a> {
    pub fn new(keys: &'a Keys) -> Self {
        Self {
            keys,
            image: Vec::new(),
        }
    }

    /// The mark of a value; zeros for NULL.
    pub fn value(&mut self, type_oid: Oid, value: Option<Datum>) -> [u8; MARK] {
        self.image.clear();
        match value {
            None => [0; MARK],
            Some(value) => {
                append_image(type_oid, value, &mut self.image);
                self.keys.mark(&self.image).to_le_bytes()
            }
        }
    }

    /// One mark for many values. What is NULL does not count, so that a column that is added changes nothing; zeros where all is NULL.
    pub fn row(&mut self, values: impl Iterator<Item = (Oid, Option<Datum>)>) -> [u8; MARK] {
        self.image.clear();
        for (type_oid, value) in values {
            match value {
                Some(value) if !append_beginning(type_oid, value, &mut self.image) => {
                    append_image(type_oid, value, &mut self.image);
                }
                _ => {}
            }
        }
        match self.image.is_empty() {
            true => [0; MARK],
            false => self.keys.mark(&self.image).to_le_bytes(),
        }
    }
}

/// Of a large text or bytea its length and its beginning; false for every other value.
fn append_beginning(type_oid: Oid, value: Datum, image: &mut Vec<u8>) -> bool {
    if !matches!(
        type_oid,
        pg_sys::TEXTOID | pg_sys::VARCHAROID | pg_sys::BYTEAOID
    ) {
        return false;
    }
    // SAFETY: the value is a varlena; its length is known without reading all of it, and the slice is a copy.
    unsafe {
        let length = pg_sys::toast_raw_datum_size(value) - pg_sys::VARHDRSZ;
        if length <= LARGE {
            return false;
        }
        let slice = pg_sys::pg_detoast_datum_slice(value.cast_mut_ptr(), 0, BEGINNING as i32);
        image.extend_from_slice(&(length as u64).to_le_bytes());
        image.extend_from_slice(pgrx::varlena_to_byte_slice(slice));
        pg_sys::pfree(slice.cast());
    }
    true
}

fn append_image(type_oid: Oid, value: Datum, image: &mut Vec<u8>) {
    let storage = STORAGE.with_borrow_mut(|known| {
        let of = || {
            let base = types::base_type(type_oid);
            types::is_stored_alike(base).then(|| Storage::of(base))
        };
        *known.entry(type_oid.to_u32()).or_insert_with(of)
    });
    if let Some(storage) = storage {
        storage.append_image(value, image);
        return;
    }
    let (mut function, mut is_varlena) = (pg_sys::InvalidOid, false);
    // SAFETY: the value is of this type; its output function returns a palloc'd string.
    unsafe {
        pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
        let text = pg_sys::OidOutputFunctionCall(function, value);
        image.extend_from_slice(CStr::from_ptr(text).to_bytes());
        pg_sys::pfree(text.cast());
    }
}
