//! Where the extension lives: its schema, its registry, and who owns them.

use crate::error::{Error, Result};
use pgrx::pg_sys;
use std::ffi::{CStr, CString};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    pub schema: String,
    pub registry: pg_sys::Oid,
    pub links: pg_sys::Oid,
    pub on_delete: pg_sys::Oid,
    pub sources: pg_sys::Oid,
    pub owner: pg_sys::Oid,
}

impl Home {
    /// From the function that was called, for functions and tables of the extension live in one schema.
    pub fn of_call(fcinfo: pg_sys::FunctionCallInfo) -> Result<Self> {
        // SAFETY: PostgreSQL calls functions with a filled flinfo.
        let function = unsafe { (*(*fcinfo).flinfo).fn_oid };
        // SAFETY: catalog look-up by oid.
        Self::of_schema(unsafe { pg_sys::get_func_namespace(function) })
    }

    /// From one of the extension's own tables.
    pub fn of_table(relation: pg_sys::Oid) -> Result<Self> {
        // SAFETY: catalog look-up by oid.
        Self::of_schema(unsafe { pg_sys::get_rel_namespace(relation) })
    }

    fn of_schema(schema_oid: pg_sys::Oid) -> Result<Self> {
        // SAFETY: catalog look-ups by oid and name; what is missing answers InvalidOid or NULL.
        unsafe {
            let name = pg_sys::get_namespace_name(schema_oid);
            if name.is_null() {
                return Err(Error::internal("the schema of gdpr_ext is gone"));
            }
            let schema = CStr::from_ptr(name).to_string_lossy().into_owned();
            let registry = table(c"gdpr_registry", schema_oid)?;
            let links = table(c"gdpr_links", schema_oid)?;
            let on_delete = table(c"gdpr_on_delete", schema_oid)?;
            let sources = table(c"gdpr_sources", schema_oid)?;
            let owner = super::relation::owner(registry)?;
            Ok(Self {
                schema,
                registry,
                links,
                on_delete,
                sources,
                owner,
            })
        }
    }
}

fn table(name: &CStr, schema: pg_sys::Oid) -> Result<pg_sys::Oid> {
    // SAFETY: catalog look-up by name.
    let oid = unsafe { pg_sys::get_relname_relid(name.as_ptr(), schema) };
    if oid == pg_sys::InvalidOid {
        return Err(Error::internal(format!(
            "table {} of gdpr_ext is gone",
            name.to_string_lossy()
        )));
    }
    Ok(oid)
}

/// A name for the server's functions.
pub fn c_name(name: &str) -> Result<CString> {
    CString::new(name).map_err(|_| Error::internal("a NUL byte in a name"))
}
