//! Functions that the table's owner wants called before and after a change.

use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::sql::Qualified;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;
use serde_json::Value;
use std::ffi::CString;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hooks {
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Hooks {
    /// 22023 if it is anything but an object with the keys `before` and `after`.
    pub fn parse(hooks: &Value) -> Result<Self> {
        serde_json::from_value(hooks.clone()).map_err(|_| {
            Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "hooks cannot be read")
                .hint("Write them as '{\"before\": \"schema.function\", \"after\": \"schema.function\"}'.")
        })
    }

    /// Each is a function `(regclass, jsonb)`: 42883.
    pub fn check(&self, relation: &Relation) -> Result<()> {
        for name in self.before.iter().chain(&self.after) {
            function(name, relation)?;
        }
        Ok(())
    }
}

/// The function of that name as it stands in SQL. A name without a schema is not looked for: the search path is the caller's.
pub fn function(name: &str, relation: &Relation) -> Result<String> {
    let found = find(name, &[pg_sys::REGCLASSOID, pg_sys::JSONBOID]);
    found.map(|(_, sql)| sql).ok_or_else(|| {
        Error::new(
            Code::ERRCODE_UNDEFINED_FUNCTION,
            format!(
                "hook {name} of table {} is no function (regclass, jsonb)",
                relation.qualified()
            ),
        )
        .hint("Name it with its schema, and let it take (relation regclass, keys jsonb).")
    })
}

/// The function `schema.name` that takes arguments of these types, and how it stands in SQL.
pub fn find(name: &str, types: &[Oid]) -> Option<(Oid, String)> {
    let (schema, name) = match name.split_once('.') {
        Some((schema, name)) if !name.contains('.') => (schema, name),
        _ => return None,
    };
    let (c_schema, c_name) = (CString::new(schema).ok()?, CString::new(name).ok()?);
    // SAFETY: a list of two String nodes, as the parser makes of a qualified name; missing_ok keeps the look-up from raising.
    let oid = unsafe {
        let mut names = pg_sys::lappend(
            std::ptr::null_mut(),
            pg_sys::makeString(pg_sys::pstrdup(c_schema.as_ptr())).cast(),
        );
        names = pg_sys::lappend(
            names,
            pg_sys::makeString(pg_sys::pstrdup(c_name.as_ptr())).cast(),
        );
        pg_sys::LookupFuncName(names, types.len() as i32, types.as_ptr(), true)
    };
    // SAFETY: catalog look-up by the oid of a function.
    let is_function = oid != pg_sys::InvalidOid
        && unsafe { pg_sys::get_func_prokind(oid) } as u8 == pg_sys::PROKIND_FUNCTION;
    is_function.then(|| (oid, Qualified { schema, name }.to_string()))
}
