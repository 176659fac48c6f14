//! Volatile functions in an expression that a user wrote: one that writes would be run for every row that somebody else acts on.

use pgrx::pg_sys;
use std::ffi::{CStr, c_void};

/// Volatile functions of PostgreSQL that write nothing. Not those that read the clock: when it was done would show in the value.
const HARMLESS: [&str; 2] = ["random", "gen_random_uuid"];

/// It calls a volatile function that is neither harmless nor ours.
pub fn is_called_in(node: *mut pg_sys::Node) -> bool {
    // SAFETY: the walker only reads the tree.
    unsafe { walk(node, std::ptr::null_mut()) }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn walk(node: *mut pg_sys::Node, context: *mut c_void) -> bool {
    if node.is_null() {
        return false;
    }
    // SAFETY: both are given a node of an expression, as the parser made it.
    unsafe {
        pg_sys::check_functions_in_node(node, Some(is_refused), context)
            || pg_sys::expression_tree_walker(node, Some(walk), context)
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn is_refused(function: pg_sys::Oid, _context: *mut c_void) -> bool {
    // SAFETY: catalog look-ups by oid; a name is NULL or a palloc'd string.
    unsafe {
        if pg_sys::func_volatile(function) as u8 != pg_sys::PROVOLATILE_VOLATILE {
            return false;
        }
        let name = pg_sys::get_func_name(function);
        if name.is_null() {
            return true;
        }
        let is_built_in = function.to_u32() < pg_sys::FirstNormalObjectId;
        let name = CStr::from_ptr(name).to_string_lossy();
        let is_harmless = is_built_in && HARMLESS.contains(&&*name);
        !is_harmless && !is_ours(function)
    }
}

/// A masking function of this extension: they write nothing, so parallel workers may call them.
fn is_ours(function: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-ups by oid and name.
    unsafe {
        let extension = pg_sys::getExtensionOfObject(pg_sys::ProcedureRelationId, function);
        pg_sys::func_parallel(function) as u8 == pg_sys::PROPARALLEL_SAFE
            && extension != pg_sys::InvalidOid
            && extension == pg_sys::get_extension_oid(c"gdpr_ext".as_ptr(), true)
    }
}
