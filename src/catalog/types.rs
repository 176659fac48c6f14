//! Types: names for SQL, what a domain is made of, how a value travels as an array element.

use crate::error::{Code, Error, Result};
use pgrx::pg_sys;
use std::ffi::{CStr, CString};
use std::panic::AssertUnwindSafe;

/// What lies under a domain; any other type is itself.
pub fn base_type(oid: pg_sys::Oid) -> pg_sys::Oid {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::getBaseType(oid) }
}

/// The type's name with its schema, quoted, as it goes into SQL.
pub fn sql_name(oid: pg_sys::Oid) -> String {
    // Bare `character` is character(1).
    if oid == pg_sys::BPCHAROID {
        return "pg_catalog.bpchar".to_owned();
    }
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

/// A value of a column as it travels.
pub fn carried(oid: pg_sys::Oid, value: pg_sys::Datum) -> pg_sys::Datum {
    if carriage(oid).load.is_empty() {
        return value;
    }
    let (mut function, mut is_varlena) = (pg_sys::InvalidOid, false);
    // SAFETY: the value is of this type; its output function returns a palloc'd string.
    unsafe {
        pg_sys::getTypeOutputInfo(oid, &mut function, &mut is_varlena);
        let text = pg_sys::OidOutputFunctionCall(function, value);
        pg_sys::Datum::from(pg_sys::cstring_to_text(text))
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

/// A row of `pg_type`, or None if the type is gone.
fn with_type<T>(oid: pg_sys::Oid, read: impl FnOnce(&pg_sys::FormData_pg_type) -> T) -> Option<T> {
    // SAFETY: catalog look-up by oid; the tuple is released after its fields were read.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::TYPEOID as i32,
            pg_sys::Datum::from(oid),
        );
        if tuple.is_null() {
            return None;
        }
        let result = read(&*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_type>());
        pg_sys::ReleaseSysCache(tuple);
        Some(result)
    }
}

/// Category and class (`typcategory`, `typtype`) of a type.
pub fn category_and_class(oid: pg_sys::Oid) -> (u8, u8) {
    with_type(oid, |row| (row.typcategory as u8, row.typtype as u8)).unwrap_or_default()
}

/// A domain, or one under it, is declared NOT NULL.
pub fn domain_is_not_null(oid: pg_sys::Oid) -> bool {
    let domain = |row: &pg_sys::FormData_pg_type| {
        let is_domain = row.typtype as u8 == pg_sys::TYPTYPE_DOMAIN;
        is_domain.then_some((row.typnotnull, row.typbasetype))
    };
    match with_type(oid, domain).flatten() {
        Some((true, _)) => true,
        Some((false, under)) => domain_is_not_null(under),
        None => false,
    }
}

/// Names and expressions of a domain's CHECK constraints, those of domains under it included. Needs SPI and pinned settings.
pub fn domain_checks(oid: pg_sys::Oid) -> Result<Vec<(String, String)>> {
    let is_domain = |row: &pg_sys::FormData_pg_type| row.typtype as u8 == pg_sys::TYPTYPE_DOMAIN;
    if with_type(oid, is_domain) != Some(true) {
        return Ok(Vec::new());
    }
    super::read_document(
        "WITH RECURSIVE domain AS (\
           SELECT oid, typbasetype FROM pg_catalog.pg_type WHERE oid = $1 AND typtype = 'd' \
           UNION ALL SELECT t.oid, t.typbasetype FROM domain d JOIN pg_catalog.pg_type t ON t.oid = d.typbasetype AND t.typtype = 'd') \
         SELECT coalesce(json_agg(json_build_array(c.conname, pg_catalog.pg_get_expr(c.conbin, 0)) ORDER BY c.conname), '[]')::text \
         FROM domain d JOIN pg_catalog.pg_constraint c ON c.contypid = d.oid AND c.contype = 'c'",
        &[pg_sys::OIDOID],
        &[Some(pg_sys::Datum::from(oid))],
    )
}

/// The number of columns of a composite type.
pub fn row_width(oid: pg_sys::Oid) -> usize {
    // SAFETY: returns a descriptor for composite types, NULL otherwise; it is released after its width was read.
    unsafe {
        let columns = pg_sys::lookup_rowtype_tupdesc_noerror(oid, -1, true);
        if columns.is_null() {
            return 0;
        }
        let width = (*columns).natts as usize;
        if (*columns).tdrefcount >= 0 {
            pg_sys::DecrTupleDescRefCount(columns);
        }
        width
    }
}

/// A value of one type can be stored in a column of the other.
pub fn is_assignable(from: pg_sys::Oid, to: pg_sys::Oid) -> bool {
    let (from, to) = ([from], [to]);
    // SAFETY: both arrays have the one element announced.
    unsafe {
        pg_sys::can_coerce_type(
            1,
            from.as_ptr(),
            to.as_ptr(),
            pg_sys::CoercionContext::COERCION_ASSIGNMENT,
        )
    }
}

/// The type reads this text, within its modifier. After `false` the caller has to end the statement with an error: the type's own has
/// been caught.
pub fn reads(oid: pg_sys::Oid, typmod: i32, text: &str) -> bool {
    read(oid, typmod, text).is_some()
}

/// The value that the type reads from a text; None if it does not. The type's own message would repeat the text, which may be personal.
/// After None the caller has to end the statement with an error.
pub fn read(oid: pg_sys::Oid, typmod: i32, text: &str) -> Option<pg_sys::Datum> {
    let text = CString::new(text).ok()?;
    let (mut function, mut parameter) = (pg_sys::InvalidOid, pg_sys::InvalidOid);
    // SAFETY: the pointers are to live locals.
    unsafe { pg_sys::getTypeInputInfo(oid, &mut function, &mut parameter) };
    pgrx::PgTryBuilder::new(AssertUnwindSafe(|| {
        // SAFETY: the string lives through the call.
        Some(unsafe {
            pg_sys::OidInputFunctionCall(function, text.as_ptr().cast_mut(), parameter, typmod)
        })
    }))
    .catch_others(|_| None)
    .execute()
}

/// The first of two values that the type reads is not more than the second, by the type's own order. After an error as for `reads`.
pub fn is_in_order(oid: pg_sys::Oid, first: &str, second: &str) -> Result<bool> {
    let (Some(first), Some(second)) = (read(oid, -1, first), read(oid, -1, second)) else {
        return Ok(false);
    };
    // SAFETY: the entry lives as long as the session; both values are of the type that the function compares.
    unsafe {
        let entry = pg_sys::lookup_type_cache(oid, pg_sys::TYPECACHE_CMP_PROC_FINFO as i32);
        let compare = &raw mut (*entry).cmp_proc_finfo;
        if (*compare).fn_oid == pg_sys::InvalidOid {
            return Err(Error::internal("a type with a range has no order"));
        }
        let order = pg_sys::FunctionCall2Coll(compare, pg_sys::InvalidOid, first, second);
        Ok(order.value() as i32 <= 0)
    }
}

/// The stored bytes of a value are the same in every database: not so where they hold oids, which enums, rows, and arrays and ranges of
/// such do, and not so for what knows objects by oid.
pub fn is_stored_alike(base: pg_sys::Oid) -> bool {
    let is_built_in = base.to_u32() < pg_sys::FirstNormalObjectId;
    let (category, class) = category_and_class(base);
    let knows_objects = category == b'N'
        && with_type(base, |row| {
            row.typlen == 4 && row.typbyval && row.typelem == pg_sys::InvalidOid
        })
        .unwrap_or(false)
        && base != pg_sys::INT4OID
        && base != pg_sys::FLOAT4OID;
    is_built_in && class == b'b' && !knows_objects
}
