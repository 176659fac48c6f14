//! Whose rights a statement runs with: the table's owner's, after the caller's own privileges were checked,
//! as `ri_triggers.c` does it for foreign key actions.

use crate::catalog::cache;
use crate::catalog::function::Function;
use crate::catalog::relation::{self, Relation};
use crate::catalog::version;
use crate::error::{Code, Error, Result};
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::{IntoDatum, pg_sys};
use std::cell::RefCell;
use std::ffi::{CStr, CString};

/// The role whose privileges count: the one that called the function.
pub fn caller() -> pg_sys::Oid {
    // SAFETY: reads a backend-local variable.
    unsafe { pg_sys::GetUserId() }
}

/// While it lives, the backend is `user`, and user code cannot leave anything behind in the session
/// (SECURITY_RESTRICTED_OPERATION: no temporary tables, no prepared statements, no SET ROLE, no deferred triggers), unless it could act as
/// the caller in any case. As for a foreign key action, FORCE ROW LEVEL
/// SECURITY does not count: whether a policy limits the caller has been checked.
pub struct RunAs {
    user: pg_sys::Oid,
    context: i32,
}

impl RunAs {
    pub fn new(user: pg_sys::Oid) -> Self {
        // Who can act as the caller anyway needs no fence, which would also refuse deferred constraints.
        // SAFETY: catalog look-up by oid.
        match unsafe { pg_sys::is_member_of_role(user, caller()) } {
            true => Self::unfenced(user),
            false => Self::with(user, pg_sys::SECURITY_RESTRICTED_OPERATION),
        }
    }

    /// For a statement of ours that runs no code of `user`, and puts something off to the end of the transaction.
    pub fn unfenced(user: pg_sys::Oid) -> Self {
        Self::with(user, 0)
    }

    fn with(user: pg_sys::Oid, fence: u32) -> Self {
        let mut saved = Self {
            user: pg_sys::InvalidOid,
            context: 0,
        };
        let flags = pg_sys::SECURITY_LOCAL_USERID_CHANGE | pg_sys::SECURITY_NOFORCE_RLS | fence;
        // SAFETY: both pointers are to live fields; the former state is put back by Drop, and by
        // transaction abort if an error passes by.
        unsafe {
            pg_sys::GetUserIdAndSecContext(&mut saved.user, &mut saved.context);
            pg_sys::SetUserIdAndSecContext(user, saved.context | flags as i32);
        }
        saved
    }
}

/// Becomes the owner of a table, under whose name there must still be this table, and whose owner must still be this one: a statement finds
/// it by its name, and what an owner wrote may have renamed things since. 55006 otherwise.
pub fn as_owner(relation: &Relation) -> Result<RunAs> {
    require_in_place(relation)?;
    Ok(RunAs::new(relation.owner))
}

/// Becomes the owner of a table to change it, which fires its triggers: they find names by the caller's search_path, as they do when the caller
/// changes the table himself. But only where the caller can act as the owner in any case; else names that an owner's function does not
/// qualify could be made to mean something of the caller's, and only pg_catalog is searched.
pub fn as_owner_who_acts(relation: &Relation) -> Result<(RunAs, Option<PinnedSettings>)> {
    // SAFETY: catalog look-up by oid.
    let can_be_owner = unsafe { pg_sys::is_member_of_role(caller(), relation.owner) };
    if !can_be_owner {
        require_no_shadows(relation)?;
    }
    let owner = as_owner(relation)?;
    let path = CALLERS_PATH.with_borrow(|path| path.clone());
    let path = path.filter(|_| can_be_owner);
    Ok((
        owner,
        path.map(|path| PinnedSettings::of(&[(c"search_path", &path)])),
    ))
}

/// What a trigger function of the owner does not qualify could be found among the session's temporary objects, which PostgreSQL searches whether they are
/// in a path or not: so there must be none, or every function a path of its own. Needs SPI. 42501 otherwise.
fn require_no_shadows(relation: &Relation) -> Result<()> {
    let sql = "SELECT FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid \
        JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
        WHERE t.tgrelid IN (SELECT $1 UNION SELECT relid FROM pg_catalog.pg_partition_tree($1::regclass)) \
        AND NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & (8 | 16) <> 0 AND l.lanname NOT IN ('c', 'internal') \
        AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) c WHERE c LIKE 'search_path=%') LIMIT 1";
    if !has_temporary(Access::Lock)? || !finds(sql, relation.oid, Access::Lock)? {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!(
            "triggers of table {}, which is another role's, could find temporary objects of this session",
            relation.qualified()
        ),
    )
    .detail("Their functions have no search_path of their own.")
    .hint("DISCARD TEMP; or let the owner ALTER FUNCTION ... SET search_path."))
}

/// What the owner of a table wrote could find temporary objects of the session by names that it does not qualify: so there must be none, unless the caller can act as the owner in any
/// case. 42501 otherwise. Needs SPI and pinned settings.
pub fn require_no_temporary(relation: &Relation) -> Result<()> {
    // SAFETY: catalog look-up by oid.
    let can_be_owner = unsafe { pg_sys::is_member_of_role(caller(), relation.owner) };
    if can_be_owner || !has_temporary(Access::Lock)? {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!(
            "rules and constraints of table {}, which is another role's, could find temporary objects of this session",
            relation.qualified()
        ),
    )
    .hint("DISCARD TEMP;"))
}

/// The session has temporary objects that a name could mean: relations or types. Needs SPI.
fn has_temporary(access: Access) -> Result<bool> {
    let (mut temporary, mut toast) = (pg_sys::InvalidOid, pg_sys::InvalidOid);
    // SAFETY: both pointers are to live locals.
    unsafe { pg_sys::GetTempNamespaceState(&mut temporary, &mut toast) };
    let sql = "SELECT WHERE EXISTS (SELECT FROM pg_catalog.pg_class WHERE relnamespace = $1) OR EXISTS (SELECT FROM pg_catalog.pg_type WHERE typnamespace = $1)";
    Ok(temporary != pg_sys::InvalidOid && finds(sql, temporary, access)?)
}

/// The statement, which is about one object, finds a row.
fn finds(sql: &str, about: pg_sys::Oid, access: Access) -> Result<bool> {
    let mut found = false;
    kept::of_session(sql, &[pg_sys::OIDOID], Planning::Once)?.run(
        &[about.into_datum()],
        access,
        |_| found = true,
    )?;
    Ok(found)
}

/// Becomes the owner of a function that somebody else has called for. What it does not qualify is found in pg_catalog; but also among the session's temporary
/// objects, as in `require_no_shadows`: so there must be none, or the function must have a path of its own. Needs SPI and pinned settings. 42501 otherwise.
pub fn as_owner_of(function: &Function) -> Result<RunAs> {
    // SAFETY: catalog look-up by oid.
    let can_be_owner = unsafe { pg_sys::is_member_of_role(caller(), function.owner) };
    let sql = "SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_language l ON l.oid = p.prolang \
        WHERE p.oid = $1 AND l.lanname NOT IN ('c', 'internal') \
        AND NOT EXISTS (SELECT FROM pg_catalog.unnest(p.proconfig) c WHERE c LIKE 'search_path=%')";
    if can_be_owner || !has_temporary(Access::Read)? || !finds(sql, function.oid, Access::Read)? {
        return Ok(RunAs::new(function.owner));
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!(
            "function {}, which is another role's, could find temporary objects of this session",
            function.qualified()
        ),
    )
    .detail("It has no search_path of its own.")
    .hint("DISCARD TEMP; or let the owner ALTER FUNCTION ... SET search_path."))
}

thread_local! {
    static CALLERS_PATH: RefCell<Option<CString>> = const { RefCell::new(None) };
}

/// While it lives, triggers can search the path that is in force now, after pg_catalog, in which our own statements find their names.
pub struct CallersPath(Option<CString>);

impl CallersPath {
    /// Before settings are pinned.
    pub fn keep() -> Self {
        // SAFETY: the setting's value, a NUL-terminated string.
        let path = unsafe { CStr::from_ptr(pg_sys::namespace_search_path) };
        let path = [c"pg_catalog, ".to_bytes(), path.to_bytes()].concat();
        // An empty path leaves a comma at the end.
        let path = path
            .trim_ascii_end()
            .strip_suffix(b",")
            .unwrap_or(&path)
            .to_vec();
        Self(CALLERS_PATH.replace(CString::new(path).ok()))
    }
}

impl Drop for CallersPath {
    fn drop(&mut self) {
        CALLERS_PATH.set(self.0.take());
    }
}

/// The name still means this table of this owner. 55006 otherwise.
pub fn require_in_place(relation: &Relation) -> Result<()> {
    let in_place = relation::found_by_name(relation.oid, &relation.schema, &relation.name)
        && relation::owner(relation.oid).ok() == Some(relation.owner);
    if in_place {
        return Ok(());
    }
    cache::invalidate();
    Err(Error::new(
        Code::ERRCODE_OBJECT_IN_USE,
        format!(
            "table {} was changed while the call ran",
            relation.qualified()
        ),
    )
    .hint("Call it again."))
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

const PINNED: [(&CStr, &CStr); 9] = [
    (c"search_path", c"pg_catalog, pg_temp"),
    (c"row_security", c"off"),
    (c"bytea_output", c"hex"),
    (c"extra_float_digits", c"1"),
    (c"IntervalStyle", c"postgres"),
    // How a stored expression is read and printed.
    (c"DateStyle", c"ISO, MDY"),
    (c"standard_conforming_strings", c"on"),
    (c"transform_null_equals", c"off"),
    (c"quote_all_identifiers", c"off"),
];

/// Setting it costs more than finding that it is so already.
fn is_set(name: &CStr, value: &CStr) -> bool {
    // SAFETY: the name is NUL-terminated; the result is NULL or a string that lives until the setting changes.
    unsafe {
        let current = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        !current.is_null() && CStr::from_ptr(current) == value
    }
}

impl PinnedSettings {
    pub fn new() -> Self {
        Self::of(&PINNED)
    }

    fn of(settings: &[(&CStr, &CStr)]) -> Self {
        Self::with_rights_of(pg_sys::GucContext::PGC_USERSET, settings)
    }

    fn with_rights_of(context: pg_sys::GucContext::Type, settings: &[(&CStr, &CStr)]) -> Self {
        // SAFETY: opens a GUC nest level that Drop closes; transaction abort closes it if an error passes by.
        let nest_level = unsafe { pg_sys::NewGUCNestLevel() };
        for (name, value) in settings
            .iter()
            .copied()
            .filter(|(name, value)| !is_set(name, value))
        {
            // SAFETY: both strings are NUL-terminated and static. The setting lasts until the nest level ends.
            unsafe {
                pg_sys::set_config_option(
                    name.as_ptr(),
                    value.as_ptr(),
                    context,
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

/// While it lives, rows are looked up by an index where there is one.
pub struct ByIndex(#[allow(dead_code)] PinnedSettings); // held for its Drop

impl ByIndex {
    pub fn new() -> Self {
        Self(PinnedSettings::of(&[(c"enable_seqscan", c"off")]))
    }
}

/// While it lives, no trigger fires, and no event trigger, but those that are to fire always.
pub struct NoTriggers(#[allow(dead_code)] PinnedSettings); // held for its Drop

impl NoTriggers {
    pub fn new() -> Self {
        Self(PinnedSettings::with_rights_of(
            pg_sys::GucContext::PGC_SUSET,
            &[(c"session_replication_role", c"replica")],
        ))
    }
}

/// While it lives, statements read whole tables: in their order, with the memory that maintenance may take, and, where workers are wanted, with as many as the
/// session allows, since what is computed for each row costs more than to pass it on.
pub struct Bulk(#[allow(dead_code)] PinnedSettings); // held for its Drop

impl Bulk {
    pub fn new(workers: bool) -> Self {
        // SAFETY: the setting's value, or NULL; it lives until the setting changes.
        let memory = unsafe {
            let value = pg_sys::GetConfigOption(c"maintenance_work_mem".as_ptr(), true, false);
            match value.is_null() {
                true => c"64MB".to_owned(),
                false => CStr::from_ptr(value).to_owned(),
            }
        };
        // Compiling takes longer than it saves where a function does the work.
        let whole: [(&CStr, &CStr); 3] = [
            (c"work_mem", &memory),
            (c"synchronize_seqscans", c"off"),
            (c"jit", c"off"),
        ];
        let parallel: &[(&CStr, &CStr)] = match workers {
            true => &[
                (c"parallel_setup_cost", c"0"),
                (c"parallel_tuple_cost", c"0"),
            ],
            false => &[(c"max_parallel_workers_per_gather", c"0")],
        };
        Self(PinnedSettings::of(&[&whole, parallel].concat()))
    }
}

/// While it lives, nothing is compiled: for a statement of many parts that are run once, that takes longer than to run it.
pub struct Interpreted(#[allow(dead_code)] PinnedSettings); // held for its Drop

impl Interpreted {
    pub fn new() -> Self {
        Self(PinnedSettings::of(&[(c"jit", c"off")]))
    }
}

/// While it lives, nothing is written.
pub struct ReadOnly(#[allow(dead_code)] PinnedSettings); // held for its Drop

impl ReadOnly {
    pub fn new() -> Self {
        Self(PinnedSettings::of(&[(c"transaction_read_only", c"on")]))
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

/// The caller may read every column of `relation`, and update it where rows are to be locked; and no row security policy stands in the
/// way (a policy raises, it never silently shrinks what is found). 42501 otherwise.
pub fn require_access(relation: &Relation, caller: pg_sys::Oid, locking: bool) -> Result<()> {
    let missing = if !version::may_select(relation.oid, relation.schema_oid, caller) {
        Some("SELECT")
    } else if locking && !version::may_update(relation.oid, caller) {
        Some("UPDATE")
    } else {
        None
    };
    if let Some(privilege) = missing {
        let table = relation.qualified();
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("permission denied for table {table}"),
        )
        .detail(format!(
            "The walk reads this table, and the caller lacks {privilege} on all of it."
        ))
        .hint(format!(
            "GRANT {privilege} ON {table} TO the role that calls this function."
        )));
    }
    // SAFETY: catalog look-up; noError keeps it from raising.
    let rls = unsafe { pg_sys::check_enable_rls(relation.oid, caller, true) };
    if rls == pg_sys::CheckEnableRlsResult::RLS_ENABLED as i32 {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("row-level security on table {} would hide rows", relation.qualified()),
        )
        .detail("What is held about a person is answered completely or not at all.")
        .hint("Call it as a role that the policies do not apply to (the table's owner, or one with BYPASSRLS)."));
    }
    Ok(())
}

pub fn is_superuser() -> bool {
    // SAFETY: catalog look-up for the current user.
    unsafe { pg_sys::superuser() }
}

/// The caller is a superuser. 42501 otherwise.
pub fn require_superuser(what: &str) -> Result<()> {
    if is_superuser() {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
        format!("must be superuser to call {what}"),
    )
    .hint("It is internal to gdpr_ext, whose event triggers call it."))
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
