//! What differs between PostgreSQL's major versions, and nothing else.

use pgrx::pg_sys;

/// `role` may SELECT every column of the relation and use its schema.
pub fn may_select(relation: pg_sys::Oid, schema: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    const OK: pg_sys::AclResult::Type = pg_sys::AclResult::ACLCHECK_OK;
    // SAFETY: catalog look-ups by oid; a relation that is gone answers "no".
    unsafe {
        let table = pg_sys::pg_class_aclcheck(relation, role, pg_sys::ACL_SELECT as _) == OK
            || pg_sys::pg_attribute_aclcheck_all(
                relation,
                role,
                pg_sys::ACL_SELECT as _,
                pg_sys::AclMaskHow::ACLMASK_ALL,
            ) == OK;
        table && schema_usage(schema, role) == OK
    }
}

/// `role` may lock rows of the relation against others: UPDATE on the table.
pub fn may_update(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid; a relation that is gone answers "no".
    unsafe {
        pg_sys::pg_class_aclcheck(relation, role, pg_sys::ACL_UPDATE as _)
            == pg_sys::AclResult::ACLCHECK_OK
    }
}

/// `role` may delete rows of the relation.
pub fn may_delete(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid; a relation that is gone answers "no".
    unsafe {
        pg_sys::pg_class_aclcheck(relation, role, pg_sys::ACL_DELETE as _)
            == pg_sys::AclResult::ACLCHECK_OK
    }
}

#[cfg(any(feature = "pg14", feature = "pg15"))]
unsafe fn schema_usage(schema: pg_sys::Oid, role: pg_sys::Oid) -> pg_sys::AclResult::Type {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::pg_namespace_aclcheck(schema, role, pg_sys::ACL_USAGE as _) }
}

#[cfg(not(any(feature = "pg14", feature = "pg15")))]
unsafe fn schema_usage(schema: pg_sys::Oid, role: pg_sys::Oid) -> pg_sys::AclResult::Type {
    // SAFETY: catalog look-up by oid.
    unsafe {
        pg_sys::object_aclcheck(
            pg_sys::NamespaceRelationId,
            schema,
            role,
            pg_sys::ACL_USAGE as _,
        )
    }
}

/// The timeline that WAL is written on.
#[cfg(feature = "pg14")]
pub fn timeline() -> u32 {
    // SAFETY: reads a variable of the backend.
    unsafe { pg_sys::ThisTimeLineID }
}

/// The timeline that WAL is written on.
#[cfg(not(feature = "pg14"))]
pub fn timeline() -> u32 {
    // SAFETY: reads shared memory; recovery is over where something is written.
    unsafe { pg_sys::GetWALInsertionTimeLine() }
}

/// `role` owns the relation, or is a superuser.
#[cfg(any(feature = "pg14", feature = "pg15"))]
pub fn owns_relation(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::pg_class_ownercheck(relation, role) }
}

/// `role` owns the relation, or is a superuser.
#[cfg(not(any(feature = "pg14", feature = "pg15")))]
pub fn owns_relation(relation: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::object_ownercheck(pg_sys::RelationRelationId, relation, role) }
}

/// `role` owns the function, or is a superuser.
#[cfg(any(feature = "pg14", feature = "pg15"))]
pub fn owns_function(function: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::pg_proc_ownercheck(function, role) }
}

/// `role` owns the function, or is a superuser.
#[cfg(not(any(feature = "pg14", feature = "pg15")))]
pub fn owns_function(function: pg_sys::Oid, role: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::object_ownercheck(pg_sys::ProcedureRelationId, function, role) }
}

unsafe extern "C-unwind" {
    /// `commands/cluster.h`
    #[cfg(feature = "pg14")]
    fn make_new_heap(
        old: pg_sys::Oid,
        tablespace: pg_sys::Oid,
        persistence: std::ffi::c_char,
        lock: pg_sys::LOCKMODE,
    ) -> pg_sys::Oid;
    /// `commands/cluster.h`
    #[cfg(not(feature = "pg14"))]
    fn make_new_heap(
        old: pg_sys::Oid,
        tablespace: pg_sys::Oid,
        access_method: pg_sys::Oid,
        persistence: std::ffi::c_char,
        lock: pg_sys::LOCKMODE,
    ) -> pg_sys::Oid;
}

/// An empty heap with the columns, the place and the options of this one, and a TOAST table if it has one.
///
/// # Safety
/// The relation must be open, and locked against everybody else.
pub unsafe fn new_heap(old: pg_sys::Relation) -> pg_sys::Oid {
    // SAFETY: as promised by the caller; an error raised inside is turned into a panic at the boundary.
    unsafe {
        let (form, oid) = (&*(*old).rd_rel, (*old).rd_id);
        let lock = pg_sys::AccessExclusiveLock as pg_sys::LOCKMODE;
        pg_sys::ffi::pg_guard_ffi_boundary(|| {
            make_new_heap(
                oid,
                form.reltablespace,
                #[cfg(not(feature = "pg14"))]
                form.relam,
                form.relpersistence,
                lock,
            )
        })
    }
}
