//! The graphs of this session, read from the catalog anew only when something that they depend on has changed.

use super::graph::Graph;
use super::name::{self, LinkName};
use crate::catalog::cache;
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::Result;
use crate::security::{self, PinnedSettings};
use pgrx::pg_sys::{self, Oid};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::rc::Rc;

thread_local! {
    static SESSION: RefCell<Session> = RefCell::default();
}

#[derive(Default)]
struct Session {
    home: Option<Home>,
    schema: Option<Rc<Schema>>,
    graphs: HashMap<Oid, Cached>,
}

struct Cached {
    graph: Rc<Graph>,
    /// One of its relations may have changed since it was read.
    stale: bool,
    names: Option<(SearchPath, Rc<Vec<LinkName>>)>,
}

/// What the visibility of names depends on.
#[derive(PartialEq, Clone)]
struct SearchPath(CString, Oid);

impl SearchPath {
    fn current() -> Self {
        // SAFETY: the setting's value, a NUL-terminated string.
        let path = unsafe { CStr::from_ptr(pg_sys::namespace_search_path) };
        Self(path.to_owned(), security::caller())
    }
}

/// The graph of walks from `start`, and the names of its links by the search path in force. Needs SPI, and settings not yet pinned.
pub fn graph(home: &Home, start: Oid) -> Result<(Rc<Graph>, Rc<Vec<LinkName>>)> {
    // SAFETY: handles the messages of other sessions, as every statement does that takes a lock it did not have.
    unsafe { pg_sys::AcceptInvalidationMessages() };
    SESSION.with_borrow_mut(|session| {
        // If reading fails half-way, by an error that is returned or raised, everything is read anew next time.
        let guard = Reread;
        session.refresh(home)?;
        session.ensure(start)?;
        std::mem::forget(guard);
        session.take(start)
    })
}

/// The graph of walks from `start`, without names. Needs SPI.
pub fn unnamed(home: &Home, start: Oid) -> Result<Rc<Graph>> {
    // SAFETY: as in `graph`.
    unsafe { pg_sys::AcceptInvalidationMessages() };
    SESSION.with_borrow_mut(|session| {
        let guard = Reread;
        session.refresh(home)?;
        session.ensure(start)?;
        std::mem::forget(guard);
        let known = session.graphs.get(&start);
        let graph = known.map(|cached| cached.graph.clone());
        graph.ok_or_else(|| crate::error::Error::internal("the links could not be read"))
    })
}

/// The whole database as it is now. Needs SPI.
pub fn refreshed(home: &Home) -> Result<Rc<Schema>> {
    // SAFETY: as in `graph`.
    unsafe { pg_sys::AcceptInvalidationMessages() };
    SESSION.with_borrow_mut(|session| {
        let guard = Reread;
        session.refresh(home)?;
        std::mem::forget(guard);
        let schema = session.schema.clone();
        schema.ok_or_else(|| crate::error::Error::internal("the links could not be read"))
    })
}

/// The schema that the graphs were read from.
pub fn schema() -> Option<Rc<Schema>> {
    SESSION.with_borrow(|session| session.schema.clone())
}

/// There is a graph from this table, so it is known to be one.
pub fn is_known(start: Oid) -> bool {
    SESSION.with_borrow(|session| session.graphs.contains_key(&start))
}

struct Reread;

impl Drop for Reread {
    fn drop(&mut self) {
        cache::invalidate();
    }
}

impl Session {
    fn refresh(&mut self, home: &Home) -> Result<()> {
        if self.home.as_ref() != Some(home) {
            *self = Self {
                home: Some(home.clone()),
                ..Self::default()
            };
            cache::watch([home.registry, home.links, home.on_delete, home.sources]);
            cache::invalidate();
        }
        let changes = cache::take();
        if !changes.constraints && !changes.relations {
            return Ok(());
        }
        let _pinned = PinnedSettings::new();
        let schema = Schema::read(home)?;
        if self.schema.as_deref() != Some(&schema) {
            self.schema = Some(Rc::new(schema));
            self.graphs.clear();
        } else if changes.relations {
            self.graphs
                .values_mut()
                .for_each(|cached| cached.stale = true);
        }
        Ok(())
    }

    /// Reads the graph if there is none, or if one of its relations is not what it was.
    fn ensure(&mut self, start: Oid) -> Result<()> {
        match self.graphs.get_mut(&start) {
            Some(cached) if !cached.stale => return Ok(()),
            Some(cached) => {
                let _pinned = PinnedSettings::new();
                let known = &cached.graph.relations;
                let oids: Vec<Oid> = known.keys().copied().collect();
                let now = Relation::load(&oids)?;
                cached.stale = false;
                cached.names = None;
                if now.len() == known.len() && now.iter().all(|r| known.get(&r.oid) == Some(r)) {
                    let generation = &cached.graph.generation;
                    generation.set(generation.get() + 1);
                    return Ok(());
                }
            }
            None => {}
        }
        let Some(schema) = self.schema.clone() else {
            return Ok(());
        };
        let _pinned = PinnedSettings::new();
        let graph = Graph::build(&schema, start)?;
        self.graphs.insert(
            start,
            Cached {
                graph: Rc::new(graph),
                stale: false,
                names: None,
            },
        );
        Ok(())
    }

    fn take(&mut self, start: Oid) -> Result<(Rc<Graph>, Rc<Vec<LinkName>>)> {
        let cached = self
            .graphs
            .get_mut(&start)
            .ok_or_else(|| crate::error::Error::internal("the links could not be read"))?;
        let path = SearchPath::current();
        if let Some((known, names)) = &cached.names
            && *known == path
        {
            return Ok((cached.graph.clone(), names.clone()));
        }
        let names = Rc::new(name::all(&cached.graph));
        cached.names = Some((path, names.clone()));
        Ok((cached.graph.clone(), names))
    }
}
