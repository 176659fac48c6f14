//! `gdpr_scrub_db`: every rule on every row of a copy, so that it is safe to develop on. Tables are read once and written anew, in one transaction; nothing of what stood in a
//! column with a rule is left in the database. docs/scrub.md is the exact semantics.

mod analyze;
mod coverage;
mod described;
mod follow;
mod forget;
mod heap;
mod making;
mod objects;
mod partition;
mod plan;
mod progress;
mod run;
mod select;
mod views;
mod writer;

pub use objects::LargeObjects;

use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::{Code, Error, Result};
use crate::guc;
use crate::link::cached;
use crate::security::PinnedSettings;
use coverage::Unregistered;
use pgrx::pg_sys::{self, Oid};
use plan::Plan;
use std::collections::BTreeSet;
use std::rc::Rc;
use views::View;

/// What is asked for.
pub struct Asked {
    pub tables: Option<Vec<Oid>>,
    pub dry_run: bool,
    pub large_objects: LargeObjects,
}

/// What became of a relation, or would.
pub struct Line {
    pub relation: Oid,
    pub action: &'static str,
    pub rows: u64,
    pub bytes_before: Option<i64>,
    pub bytes_after: Option<i64>,
    pub milliseconds: Option<f64>,
}

/// Everything that is to be done.
struct Whole {
    schema: Rc<Schema>,
    plan: Plan,
    /// Materialized views, those that others read first.
    views: Vec<View>,
}

/// Needs SPI; settings must not be pinned yet.
pub fn scrub(home: &Home, asked: &Asked) -> Result<Vec<Line>> {
    if !guc::allow_scrub() {
        return Err(refused());
    }
    if !asked.dry_run {
        require_transaction()?;
    }
    let known = Whole::of(home, asked)?;
    let unregistered = match asked.tables {
        None => coverage::unregistered(home)?,
        Some(_) => Vec::new(),
    };
    coverage::refuse(&unregistered)?;
    if asked.dry_run {
        let _pinned = PinnedSettings::new();
        return known.preview(asked, &unregistered);
    }
    let locked = known.lock();
    // What others changed until the locks were there counts.
    let whole = Whole::of(home, asked)?;
    if !whole.relations().is_subset(&locked) {
        return Err(Error::new(
            Code::ERRCODE_OBJECT_IN_USE,
            "tables were changed while the call waited for its locks",
        )
        .hint("Call it again."));
    }
    let _pinned = PinnedSettings::new();
    run::run(home, &whole, asked, &unregistered)
}

fn refused() -> Error {
    Error::new(
        Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
        "gdpr_scrub_db is not allowed in this database",
    )
    .detail("It changes every row of every table with rules, for good.")
    .hint("In a copy, and only there: a superuser sets it by ALTER DATABASE ... SET gdpr_ext.allow_scrub = on; then connect again.")
}

/// One that writes, and sees what others have committed until the tables are locked.
fn require_transaction() -> Result<()> {
    // SAFETY: reads variables of the backend.
    let (is_read_only, isolation) = unsafe { (pg_sys::XactReadOnly, pg_sys::XactIsoLevel) };
    if is_read_only {
        return Err(Error::new(
            Code::ERRCODE_READ_ONLY_SQL_TRANSACTION,
            "gdpr_scrub_db cannot work in a read-only transaction",
        ));
    }
    if isolation > pg_sys::XACT_READ_COMMITTED as i32 {
        return Err(Error::new(
            Code::ERRCODE_ACTIVE_SQL_TRANSACTION,
            "gdpr_scrub_db needs a READ COMMITTED transaction",
        )
        .detail("A transaction that keeps its first snapshot would not see rows that others have added since.")
        .hint("BEGIN ISOLATION LEVEL READ COMMITTED."));
    }
    Ok(())
}

impl Whole {
    fn of(home: &Home, asked: &Asked) -> Result<Self> {
        let schema = cached::refreshed(home)?;
        let _pinned = PinnedSettings::new();
        let plan = Plan::of(&schema, asked.tables.as_deref())?;
        if guc::privacy_by_default() {
            coverage::require_all(&schema, asked.tables.as_deref())?;
        }
        if asked.large_objects == LargeObjects::Refuse {
            objects::refuse()?;
        }
        Ok(Self {
            views: views::all()?,
            schema,
            plan,
        })
    }

    fn relations(&self) -> BTreeSet<u32> {
        let views = self.views.iter().map(|view| view.relation.oid.to_u32());
        self.plan.relations().into_iter().chain(views).collect()
    }

    /// Against everybody else; in the order of their oids, as every call does.
    fn lock(&self) -> BTreeSet<u32> {
        let all = self.relations();
        for relation in &all {
            // SAFETY: locks by oid, until the transaction ends; a cancel raises.
            unsafe {
                pg_sys::LockRelationOid(
                    Oid::from(*relation),
                    pg_sys::AccessExclusiveLock as pg_sys::LOCKMODE,
                );
            }
        }
        all
    }

    fn preview(&self, asked: &Asked, unregistered: &[Unregistered]) -> Result<Vec<Line>> {
        let mut lines = Vec::new();
        let mut line = |relation: &Relation, action, rows| -> Result<()> {
            lines.push(Line {
                relation: relation.oid,
                action,
                rows,
                bytes_before: Some(run::size(relation.oid)?),
                bytes_after: None,
                milliseconds: None,
            });
            Ok(())
        };
        for table in &self.plan.tables {
            for heap in &table.heaps {
                line(heap, run::action(table), run::count(heap)?)?;
            }
        }
        for view in &self.views {
            line(&view.relation, "refreshed", run::count(&view.relation)?)?;
        }
        let untouched = self.untouched(unregistered)?.into_iter();
        lines.extend(untouched.map(|line| Line {
            bytes_after: None,
            ..line
        }));
        if asked.large_objects == LargeObjects::Unlink {
            lines.extend(objects::preview()?);
        }
        Ok(lines)
    }

    /// Tables that stay as they are, and of which this is said.
    fn untouched(&self, unregistered: &[Unregistered]) -> Result<Vec<Line>> {
        let line = |relation, action, rows| -> Result<Line> {
            let size = Some(run::size(relation)?);
            Ok(Line {
                relation,
                action,
                rows,
                bytes_before: size,
                bytes_after: size,
                milliseconds: None,
            })
        };
        let kept = self.plan.kept.iter();
        let kept = kept.map(|table| line(table.oid, "kept", run::count(table)?));
        let unregistered = unregistered.iter();
        kept.chain(unregistered.map(|table| line(table.relation, "unregistered", table.rows)))
            .collect()
    }
}
