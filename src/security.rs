//! Whose rights a statement runs with: the table's owner's, after the caller's own privileges were checked,
//! as `ri_triggers.c` does it for foreign key actions.

use crate::catalog::relation::Relation;
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use pgrx::pg_sys;
use std::ffi::CStr;

/// The role whose privileges count: the one that called the function.
pub fn caller() -> pg_sys::Oid {
    // SAFETY: reads a backend-local variable.
    unsafe { pg_sys::GetUserId() }
}

/// While it lives, the backend is `user`, and user code cannot leave anything behind in the session
/// (SECURITY_RESTRICTED_OPERATION: no temporary tables, no prepared statements, no SET ROLE).
pub struct RunAs {
    user: pg_sys::Oid,
    context: i32,
}

impl RunAs {
    pub fn new(user: pg_sys::Oid) -> Self {
        let mut saved = Self {
            user: pg_sys::InvalidOid,
            context: 0,
        };
        let flags = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_RESTRICTED_OPERATION;
        // SAFETY: both pointers are to live fields; the former state is put back by Drop, and by
        // transaction abort if an error passes by.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut saved.user, &mut saved.context);
            pg_sys::SetUserIdAndSecContext(user, saved.context | flags as i32);
        }
        saved
    }
}

impl Drop for RunAs {
    fn drop(&mut self) {
        // SAFETY: puts back what `new` read.
        unsafe { pg_sys::SetUserIdAndSecContext(self.user, self.context) }
    }
}

/// While it lives, settings that could change the meaning or the exactness of a statement are ours:
/// names resolve in pg_catalog only, a row security policy raises instead of filtering, values print exactly.
pub struct PinnedSettings {
    nest_level: i32,
}

const PINNED: [(&CStr, &CStr); 5] = [
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"row_security", c"off"),
    (c"bytea_output", c"hex"),
    (c"extra_float_digits", c"1"),
    (c"IntervalStyle", c"postgres"),
];

impl PinnedSettings {
    pub fn new() -> Self {
        // SAFETY: opens a GUC nest level that Drop closes; transaction abort closes it if an error passes by.
        let nest_level = unsafe { pg_sys::NewGUCNestLevel() };
        for (name, value) in PINNED {
            // SAFETY: both strings are NUL-terminated and static. The setting lasts until the nest level ends.
            unsafe {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    pg_sys::GucContext::PGC_USERSET,
                    pg_sys::GucSource::PGC_S_SESSION,
                    pg_sys::GucAction::GUC_ACTION_SAVE,
                    true,
                    0,
                    false,
                );
            }
        }
        Self { nest_level }
    }
}

impl Drop for PinnedSettings {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return; // an error is on its way out; aborting the transaction restores the settings
        }
        // SAFETY: closes the nest level that `new` opened, putting back the values from before.
        unsafe { pg_sys::AtEOXact_GUC(false, self.nest_level) }
    }
}

/// The caller may read every column of `relation`, and no row security policy stands in the way of the caller or of the owner
/// (a policy raises, it never silently shrinks what is found). 42501 otherwise.
pub fn require_select(relation: &Relation, caller: pg_sys::Oid) -> Result<()> {
    if !version::may_select(relation.oid, relation.schema_oid, caller) {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("permission denied for table {}", relation.qualified()),
        )
        .detail(
            "The walk found rows that lead to this table, and the caller may not read all of it.",
        )
        .hint(format!(
            "GRANT SELECT ON {} TO the role that calls this function.",
            relation.qualified()
        )));
    }
    for role in [caller, relation.owner] {
        // SAFETY: catalog look-up; noError keeps it from raising.
        let rls = unsafe { pg_sys::check_enable_rls(relation.oid, role, true) };
        if rls == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32 {
            return Err(Error::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!(
                    "row-level security on table {} would hide rows",
                    relation.qualified()
                ),
            )
            .detail("What is held about a person is answered completely or not at all.")
            .hint("Call it as a role that the policies do not apply to (the table's owner, or one with BYPASSRLS)."));
        }
    }
    Ok(())
}

/// The caller owns `relation` or is a superuser. 42501 otherwise.
pub fn require_owner(relation: &Relation, caller: pg_sys::Oid) -> Result<()> {
    if version::owns_relation(relation.oid, caller) {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!("must be owner of table {}", relation.qualified()),
    )
    .hint("Only a table's owner or a superuser may say what is personal in it and whom it belongs to."))
}
