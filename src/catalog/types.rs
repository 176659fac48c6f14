//! Types: names for SQL, what a domain is made of, how a value travels as an array element.

use crate::error::{Code, Error, Result};
use pgrx::pg_sys;
use std::ffi::CStr;

/// What lies under a domain; any other type is itself.
pub fn base_type(oid: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::getBaseType(oid) }
}

/// The type's name with its schema, quoted, as it goes into SQL.
pub fn sql_name(oid: pg_sys::Oid) -> String {
    // SAFETY: format_type_be_qualified returns a palloc'd string for any oid.
    unsafe {
        CStr::from_ptr(pg_sys::format_type_be_qualified(oid))
            .to_string_lossy()
            .into_owned()
    }
}

/// The type's name for people.
pub fn display_name(oid: pg_sys::Oid) -> String {
    // SAFETY: format_type_be returns a palloc'd string for any oid.
    unsafe {
        CStr::from_ptr(pg_sys::format_type_be(oid))
            .to_string_lossy()
            .into_owned()
    }
}

/// How values of a type travel from one statement to the next: as elements of an array parameter.
pub struct Carriage {
    /// The base type itself, or text where an array of it would not do (arrays, rows).
    pub element: pg_sys::Oid,
    pub array: pg_sys::Oid,
    /// Casts, as SQL, to put behind an expression: on the way out, and on the way in.
    pub unload: String,
    pub load: &'static str,
}

pub fn carriage(oid: pg_sys::Oid) -> Carriage {
    let base = base_type(oid);
    // SAFETY: catalog look-ups by oid.
    let (array, is_row) = unsafe { (pg_sys::get_array_type(base), pg_sys::type_is_rowtype(base)) };
    match array {
        // unnest would take rows apart
        _ if is_row => as_text(base),
        pg_sys::InvalidOid => as_text(base),
        array => Carriage {
            element: base,
            array,
            unload: String::new(),
            load: "",
        },
    }
}

fn as_text(base: pg_sys::Oid) -> Carriage {
    Carriage {
        element: pg_sys::TEXTOID,
        array: pg_sys::TEXTARRAYOID,
        unload: format!("::{}", sql_name(base)),
        load: "::text",
    }
}

/// The name of a collation with its schema, quoted.
pub fn collation_name(oid: pg_sys::Oid) -> Result<String> {
    // SAFETY: catalog look-ups by oid; NULL when gone.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::COLLOID as i32,
            pg_sys::Datum::from(oid),
        );
        if tuple.is_null() {
            return Err(Error::new(
                Code::ERRCODE_UNDEFINED_OBJECT,
                "a collation that a key column uses is gone",
            ));
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_collation>();
        let name = pgrx::name_data_to_str(&(*form).collname).to_owned();
        let schema = super::relation::schema_name((*form).collnamespace);
        pg_sys::ReleaseSysCache(tuple);
        Ok(crate::sql::Qualified {
            schema: &schema,
            name: &name,
        }
        .to_string())
    }
}
