//! Notices when what was read from the catalog may no longer hold, in this session or any other.
//!
//! PostgreSQL tells every session, at the start of its next statement, which relations and constraints another one has changed.
//! What we keep depends on all foreign keys (hence CONSTROID) and on the relations it names.

use crate::error::Result;
use pgrx::pg_sys::{self, Oid};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Once;

thread_local! {
    static CONSTRAINTS_CHANGED: Cell<bool> = const { Cell::new(true) };
    static RELATIONS_CHANGED: Cell<bool> = const { Cell::new(true) };
    static GENERATION: Cell<u64> = const { Cell::new(0) };
    static SECRET: Cell<Oid> = const { Cell::new(pg_sys::InvalidOid) };
    static SECRET_CHANGED: Cell<bool> = const { Cell::new(true) };
    static WATCHED: RefCell<HashSet<u32>> = RefCell::new(HashSet::new());
}

/// What may have changed since the last call of `take`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Changes {
    /// some foreign key somewhere
    pub constraints: bool,
    /// a watched relation: its columns, indexes, owner, place in a hierarchy, or what is registered
    pub relations: bool,
}

/// Says what may have changed, and forgets it. Called before the catalog is read anew, so that a change while reading counts again.
pub fn take() -> Changes {
    listen();
    Changes {
        constraints: CONSTRAINTS_CHANGED.replace(false),
        relations: RELATIONS_CHANGED.replace(false),
    }
}

/// What was read of relations, of each as long as nothing that counts has changed. What is read must be watched before.
pub struct Known<T>(RefCell<HashMap<Oid, (u64, Rc<T>)>>);

impl<T> Known<T> {
    /// What is known of a relation, or else what `read` finds; None is not kept. Needs that `take` was called before.
    pub fn get(
        &self,
        relation: Oid,
        read: impl FnOnce() -> Result<Option<T>>,
    ) -> Result<Option<Rc<T>>> {
        let generation = GENERATION.get();
        let known = self.0.borrow().get(&relation).cloned();
        if let Some((_, known)) = known.filter(|(of, _)| *of == generation) {
            return Ok(Some(known));
        }
        let found = read()?.map(Rc::new);
        if let Some(found) = &found {
            let entry = (generation, found.clone());
            self.0.borrow_mut().insert(relation, entry);
        }
        Ok(found)
    }
}

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

/// Whether the secret may be another than when this was last asked. It is watched from then on.
pub fn take_secret_changed() -> bool {
    SECRET_CHANGED.replace(false)
}

/// The table that the secret is in.
pub fn watch_secret(table: Oid) {
    listen();
    SECRET.set(table);
}

fn listen() {
    static REGISTERED: Once = Once::new();
    REGISTERED.call_once(|| {
        // SAFETY: callbacks are registered once for the life of the backend; both only set flags.
        unsafe {
            pg_sys::CacheRegisterRelcacheCallback(
                Some(relation_changed),
                pg_sys::Datum::from(0usize),
            );
            pg_sys::CacheRegisterSyscacheCallback(
                pg_sys::SysCacheIdentifier::CONSTROID as i32,
                Some(constraint_changed),
                pg_sys::Datum::from(0usize),
            );
        }
    });
}

/// Says that what was read must be read again, after it could not be read to the end.
pub fn invalidate() {
    CONSTRAINTS_CHANGED.set(true);
    RELATIONS_CHANGED.set(true);
}

/// From now on a change of one of these relations counts, beside those watched already.
pub fn watch(relations: impl IntoIterator<Item = Oid>) {
    WATCHED
        .with_borrow_mut(|watched| watched.extend(relations.into_iter().map(|oid| oid.to_u32())));
}

/// Tells every session, at commit, that `relation` changed in a way that PostgreSQL itself does not count as a change: its rows.
pub fn announce(relation: Oid) {
    // SAFETY: queues an invalidation message for an existing relation.
    unsafe { pg_sys::CacheInvalidateRelcacheByRelid(relation) }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn relation_changed(_argument: pg_sys::Datum, relation: Oid) {
    // InvalidOid: everything may have changed.
    let counts = relation == pg_sys::InvalidOid
        || WATCHED
            .try_with(|watched| watched.borrow().contains(&relation.to_u32()))
            .unwrap_or(true);
    if counts {
        RELATIONS_CHANGED.set(true);
        GENERATION.set(GENERATION.get() + 1);
    }
    if relation == pg_sys::InvalidOid || relation == SECRET.get() {
        SECRET_CHANGED.set(true);
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn constraint_changed(_argument: pg_sys::Datum, _cache: i32, _hash: u32) {
    CONSTRAINTS_CHANGED.set(true);
    GENERATION.set(GENERATION.get() + 1);
}
