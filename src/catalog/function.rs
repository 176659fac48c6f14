//! Functions that a source is made of: found by name or oid, and known by their signature and owner.

use crate::error::{Code, Error, Result};
use crate::sql::Qualified;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use std::ffi::{CStr, CString};

/// What a source needs a function for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Collector,
    Eraser,
}

impl Role {
    pub fn word(self) -> &'static str {
        match self {
            Self::Collector => "collector",
            Self::Eraser => "eraser",
        }
    }

    fn arguments(self) -> &'static [Oid] {
        let all = &[pg_sys::REGCLASSOID, pg_sys::JSONBOID, pg_sys::TEXTOID];
        match self {
            Self::Collector => &all[..2],
            Self::Eraser => all,
        }
    }

    fn shown(self) -> &'static str {
        match self {
            Self::Collector => "(relation regclass, keys jsonb)",
            Self::Eraser => "(relation regclass, keys jsonb, action text)",
        }
    }

    fn hint(self, name: &str) -> String {
        let arguments = self.shown();
        format!("CREATE FUNCTION {name}{arguments} RETURNS SETOF jsonb ...")
    }
}

#[derive(Debug, Clone)]
pub struct Function {
    pub oid: Oid,
    pub owner: Oid,
    schema: String,
    name: String,
}

impl Function {
    /// The function of that oid. 42883 if there is none, or it takes something else; 42804 if it returns something else.
    pub fn of(oid: Oid, role: Role) -> Result<Self> {
        let function = read(oid).ok_or_else(|| missing(&oid.to_u32().to_string(), role))?;
        let (mut arguments, mut count) = (std::ptr::null_mut(), 0);
        // SAFETY: catalog look-ups by the oid of a function that exists; the arguments are palloc'd, as many as are counted.
        let (is_taking, is_returning) = unsafe {
            let returns = pg_sys::get_func_signature(oid, &mut arguments, &mut count);
            let taken = (0..count as usize).map(|i| *arguments.add(i));
            let is_function = pg_sys::get_func_prokind(oid) as u8 == pg_sys::PROKIND_FUNCTION;
            (
                is_function && taken.eq(role.arguments().iter().copied()),
                returns == pg_sys::JSONBOID && pg_sys::get_func_retset(oid),
            )
        };
        let name = function.qualified().to_string();
        if !is_taking {
            return Err(missing(&name, role));
        }
        if !is_returning {
            return Err(Error::new(
                Code::ERRCODE_DATATYPE_MISMATCH,
                format!(
                    "{} {name} of a source does not return SETOF jsonb",
                    role.word()
                ),
            )
            .hint(role.hint(&name)));
        }
        Ok(function)
    }

    /// The function of that qualified name, if there is one that takes what it has to. 42602 for what is no name, 42883 for one without a schema: the
    /// search path is the caller's.
    pub fn named(name: &str, role: Role) -> Result<Option<Oid>> {
        let (schema, function) = parts(name).ok_or_else(|| missing(name, role))?;
        let arguments = role.arguments();
        // SAFETY: catalog look-ups by name; what is missing answers InvalidOid. All three keys live through the call.
        let oid = unsafe {
            let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
            let arguments = pg_sys::buildoidvector(arguments.as_ptr(), arguments.len() as i32);
            pg_sys::GetSysCacheOid(
                pg_sys::SysCacheIdentifier::PROCNAMEARGSNSP as i32,
                pg_sys::Anum_pg_proc_oid as pg_sys::AttrNumber,
                pg_sys::Datum::from(function.as_ptr()),
                pg_sys::Datum::from(arguments),
                pg_sys::Datum::from(schema),
                pg_sys::Datum::from(0usize),
            )
        };
        Ok((oid != pg_sys::InvalidOid).then_some(oid))
    }

    pub fn qualified(&self) -> Qualified<'_> {
        Qualified {
            schema: &self.schema,
            name: &self.name,
        }
    }
}

/// 42883: there is no such function for a source.
pub fn missing(name: &str, role: Role) -> Error {
    Error::new(
        Code::ERRCODE_UNDEFINED_FUNCTION,
        format!(
            "{} {name} of a source is no function {}",
            role.word(),
            role.shown()
        ),
    )
    .hint(role.hint(name))
}

fn read(oid: Oid) -> Option<Function> {
    // SAFETY: catalog look-up by oid; the tuple is released after its fields were copied.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::PROCOID as i32,
            pg_sys::Datum::from(oid),
        );
        if tuple.is_null() {
            return None;
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_proc>();
        let function = Function {
            oid,
            owner: (*form).proowner,
            schema: super::relation::schema_name((*form).pronamespace),
            name: pgrx::name_data_to_str(&(*form).proname).to_owned(),
        };
        pg_sys::ReleaseSysCache(tuple);
        Some(function)
    }
}

/// The schema and the name in a name as SQL writes it; None where there is no schema. 42602 is raised for what is no name.
fn parts(name: &str) -> Option<(CString, CString)> {
    let name = name.into_datum()?;
    let (mut schema, mut function) = (std::ptr::null_mut(), std::ptr::null_mut());
    // SAFETY: the datum is a text; both results are NULL or strings of the list, which is palloc'd.
    unsafe {
        let list = pg_sys::textToQualifiedNameList(name.cast_mut_ptr());
        pg_sys::DeconstructQualifiedName(list, &mut schema, &mut function);
        let owned = |text: *mut std::ffi::c_char| {
            (!text.is_null()).then(|| CStr::from_ptr(text).to_owned())
        };
        Some((owned(schema)?, owned(function)?))
    }
}
