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
    static SECRET_TABLE: (Cell<Oid>, Cell<bool>) = const { (Cell::new(pg_sys::InvalidOid), Cell::new(true)) };
    static HOME_TABLE: (Cell<Oid>, Cell<bool>) = const { (Cell::new(pg_sys::InvalidOid), Cell::new(true)) };
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

/// A table of ours whose one row is kept in mind.
pub struct Watched(&'static std::thread::LocalKey<(Cell<Oid>, Cell<bool>)>);

/// The table that the secret is in.
pub const SECRET: Watched = Watched(&SECRET_TABLE);

/// The table that says which database the log belongs to.
pub const HOME: Watched = Watched(&HOME_TABLE);

impl Watched {
    /// Whether it may have changed since this was last asked.
    pub fn take_changed(&self) -> bool {
        self.0.with(|(_, changed)| changed.replace(false))
    }

    pub fn watch(&self, table: Oid) {
        listen();
        self.0.with(|(known, _)| known.set(table));
    }

    fn notice(&self, relation: Oid) {
        // When the session ends the variable may be gone already.
        let _ = self.0.try_with(|(known, changed)| {
            if relation == pg_sys::InvalidOid || relation == known.get() {
                changed.set(true);
            }
        });
    }
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
    SECRET.notice(relation);
    HOME.notice(relation);
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn constraint_changed(_argument: pg_sys::Datum, _cache: i32, _hash: u32) {
    CONSTRAINTS_CHANGED.set(true);
    GENERATION.set(GENERATION.get() + 1);
}
