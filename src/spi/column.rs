//! Values of one type, copied out of rows and kept, to be given to later statements as arrays.

use pgrx::pg_sys;
use std::ffi::CStr;

/// How values of a type are stored.
#[derive(Debug, Clone, Copy)]
pub struct Storage {
    pub oid: pg_sys::Oid,
    length: i16,
    by_value: bool,
    align: i8,
}

impl Storage {
    pub fn of(oid: pg_sys::Oid) -> Self {
        let (mut length, mut by_value, mut align) = (0i16, false, 0);
        // SAFETY: the pointers are to live locals; an unknown type raises.
        unsafe {
            pg_sys::get_typlenbyvalalign(oid, &mut length, &mut by_value, &mut align);
        }
        Self {
            oid,
            length,
            by_value,
            align,
        }
    }

    /// The bytes that make two occurrences of the same stored value equal, appended to `image`.
    pub fn append_image(&self, datum: pg_sys::Datum, image: &mut Vec<u8>) {
        if self.by_value {
            image.extend_from_slice(&datum.value().to_ne_bytes());
            return;
        }
        // SAFETY: the datum is a value of this type: of fixed length, NUL-terminated, or a varlena.
        let bytes = unsafe {
            match self.length {
                -1 => {
                    let plain = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
                    pgrx::varlena_to_byte_slice(plain)
                }
                -2 => CStr::from_ptr(datum.cast_mut_ptr()).to_bytes(),
                fixed => std::slice::from_raw_parts(datum.cast_mut_ptr::<u8>(), fixed as usize),
            }
        };
        image.extend_from_slice(&(bytes.len() as u32).to_ne_bytes());
        image.extend_from_slice(bytes);
    }
}

/// A growing column. By-reference values are copied into the memory context it was made in.
pub struct Column {
    storage: Storage,
    memory: pg_sys::MemoryContext,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

impl Column {
    /// `memory` must outlive the column.
    pub fn new(oid: pg_sys::Oid, memory: pg_sys::MemoryContext) -> Self {
        Self {
            storage: Storage::of(oid),
            memory,
            values: Vec::new(),
            nulls: Vec::new(),
        }
    }

    pub fn storage(&self) -> Storage {
        self.storage
    }

    pub fn push(&mut self, value: Option<pg_sys::Datum>) {
        let kept = match value {
            Some(datum) if !self.storage.by_value => self.copy(datum),
            Some(datum) => datum,
            None => pg_sys::Datum::from(0usize),
        };
        self.values.push(kept);
        self.nulls.push(value.is_none());
    }

    fn copy(&self, datum: pg_sys::Datum) -> pg_sys::Datum {
        // SAFETY: the datum points to a value of this column's type, of that many bytes; the copy lives in `memory`.
        unsafe {
            let bytes = match self.storage.length {
                -1 => {
                    let former = pg_sys::MemoryContextSwitchTo(self.memory);
                    let copy = pg_sys::pg_detoast_datum_copy(datum.cast_mut_ptr());
                    pg_sys::MemoryContextSwitchTo(former);
                    return pg_sys::Datum::from(copy);
                }
                -2 => CStr::from_ptr(datum.cast_mut_ptr()).count_bytes() + 1,
                fixed => fixed as usize,
            };
            let copy = pg_sys::MemoryContextAlloc(self.memory, bytes);
            std::ptr::copy_nonoverlapping(datum.cast_mut_ptr::<u8>(), copy.cast(), bytes);
            pg_sys::Datum::from(copy)
        }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_null(&self, row: usize) -> bool {
        self.nulls[row]
    }

    pub fn get(&self, row: usize) -> Option<pg_sys::Datum> {
        (!self.nulls[row]).then(|| self.values[row])
    }

    /// An array of the values of these rows, in the current memory context.
    pub fn array(&self, rows: &[u32]) -> pg_sys::Datum {
        let mut values: Vec<_> = rows.iter().map(|row| self.values[*row as usize]).collect();
        let mut nulls: Vec<_> = rows.iter().map(|row| self.nulls[*row as usize]).collect();
        let (mut length, mut lower_bound) = (rows.len() as i32, 1);
        // SAFETY: both vectors have `length` entries of the type that `storage` describes; the array is a copy.
        unsafe {
            pg_sys::Datum::from(pg_sys::construct_md_array(
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
                1,
                &mut length,
                &mut lower_bound,
                self.storage.oid,
                self.storage.length.into(),
                self.storage.by_value,
                self.storage.align,
            ))
        }
    }
}
