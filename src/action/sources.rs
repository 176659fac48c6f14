//! Stores outside the database in an action: they are asked before anything is changed what they keep, and erase when everything in the database is done.

use super::done::Done;
use super::outside::Later;
use super::session::{Asked, Session};
use super::work::{Deciding, Rows, Work};
use crate::catalog::schema::Source;
use crate::error::{Code, Error, Result};
use crate::plan::{Plan, Treatment};
use crate::security;
use crate::source::{self, Keys, Reported};
use crate::spi::kept;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Planning};
use crate::sql::Literal;
use crate::walk::found::Found;
use crate::walk::resolve::Status;
use crate::walk::statements::Size;
use crate::walk::{BATCH, keys};

pub struct Sources {
    /// Those from before anything was changed.
    keys: Keys,
    access: Access,
}

/// What would be called by the action.
const CALLED: &str = "called";

impl Sources {
    /// None if no source is called. They are told of the persons, and of rows that are theirs alone in tables that are not kept. Needs SPI and pinned settings.
    /// 55000 for a source that would be left as it is, on no ground.
    pub fn of(
        session: &Session,
        asked: &Asked,
        found: &[Option<Found>],
        access: Access,
    ) -> Result<Option<Self>> {
        let plan = &session.plan;
        let wanted = asked.cascade.then(|| Keys::wanted(&plan.graph)).flatten();
        let Some(mut keys) = wanted else {
            return Ok(None);
        };
        for (table, found) in found.iter().enumerate() {
            let Some(found) = found else { continue };
            let relation = plan.graph.tables[table].relation;
            if table == 0 && keys.wants_persons() {
                let persons = found.rows_that_are(|status| status == Status::Own);
                let persons: Vec<u32> = persons
                    .into_iter()
                    .filter(|row| found.depth[*row as usize] == 0)
                    .collect();
                each_key(plan, table, found, &persons, access, |row| {
                    keys.add_person(row.get(0));
                })?;
            }
            let is_left = matches!(
                plan.tables[table].treatment,
                Treatment::Keep(_) | Treatment::Unregistered(_)
            );
            if keys.wants(relation) && !is_left {
                let own = found.rows_that_are(|status| status == Status::Own);
                each_key(plan, table, found, &own, access, |row| {
                    keys.add(relation, row.get(0));
                })?;
            }
        }
        source::require_erasers(&keys)?;
        Ok(Some(Self { keys, access }))
    }

    fn has_erasers(&self) -> bool {
        source::has_erasers(&self.keys)
    }

    /// What is kept in sources that have no eraser.
    pub fn kept(&self) -> Result<Vec<Reported>> {
        let has_none = |source: &Source| source.erase.is_none();
        let counts = source::count(&self.keys, self.access, has_none)?.into_iter();
        let counts = counts.filter(|(_, documents)| *documents > 0);
        let kept = counts.map(|(source, documents)| Reported {
            source: source.name.clone(),
            action: "kept",
            rows: documents,
            ground: source.ground.clone(),
        });
        Ok(kept.collect())
    }

    /// What they would be called for.
    pub fn preview(&self) -> Result<Vec<Reported>> {
        let counts = source::count(&self.keys, self.access, |_| true)?.into_iter();
        let lines = counts.map(|(source, documents)| {
            let (action, ground) = match source.erase {
                Some(_) => (CALLED, None),
                None => ("kept", source.ground.clone()),
            };
            Reported {
                source: source.name.clone(),
                action,
                rows: documents,
                ground,
            }
        });
        Ok(lines
            .filter(|line| line.action == CALLED || line.rows > 0)
            .collect())
    }

    fn erase(&self, action: &str) -> Result<Vec<Reported>> {
        source::erase(&self.keys, action)
    }

    /// After the erasers: what has been done in the database is so still. 27000 otherwise.
    fn require_untouched(&self, work: &Work) -> Result<()> {
        if work.is_done() {
            return Ok(());
        }
        Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            "sources have written rows of this person again",
        )
        .detail("Their erasers are called when everything in the database is done.")
        .hint("An eraser must not write what the call has just erased."))
    }
}

/// When everything else in the database is done: the erasers, and the rows of servers that cannot roll back; then a look, by another walk, whether an
/// eraser has written rows of the person again.
pub fn finish(
    sources: Option<Sources>,
    later: Later,
    by: &Deciding,
    done: &mut Done,
    call: &str,
    walk: impl FnOnce() -> Result<Vec<Option<Found>>>,
) -> Result<()> {
    let erasing = sources.filter(Sources::has_erasers);
    if let Some(sources) = &erasing {
        done.reported(sources.erase(call)?);
    }
    later.run(by, done)?;
    match erasing {
        Some(sources) => sources.require_untouched(&by.decide(&walk()?)?),
        None => Ok(()),
    }
}

/// The keys of rows as `gdpr_collect` shows them, made by the server from what the walk has read; NULL for those of a table without a key.
fn each_key(
    plan: &Plan,
    table: usize,
    found: &Found,
    rows: &[u32],
    access: Access,
    mut each: impl FnMut(&Row),
) -> Result<()> {
    let parts = &plan.tables[table].key;
    let read = Rows::of(plan, table, found);
    let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
    for rows in rows.chunks(BATCH) {
        let size = Size::of(rows.len());
        let mut keys = keys::Keys::after(0, size);
        let members: Vec<String> = parts
            .iter()
            .map(|part| {
                let value = keys.add(part.identity.element, &part.identity.unload);
                format!("{}, {value}", Literal(&part.column))
            })
            .collect();
        let sql = match parts.is_empty() {
            true => "SELECT NULL::pg_catalog.jsonb".to_owned(),
            false => format!(
                "SELECT pg_catalog.jsonb_build_object({}) FROM {} ORDER BY s.ord",
                members.join(", "),
                keys.from()
            ),
        };
        let columns = &found.kept[read.key()];
        let parameters: Vec<_> = columns
            .iter()
            .map(|column| size.parameter(column, rows))
            .collect();
        let _owner = security::as_owner(relation)?;
        kept::of_session(&sql, &keys.types, Planning::Once)?.run(&parameters, access, &mut each)?;
    }
    Ok(())
}
