//! ON DELETE ANONYMISE: rows that reference a deleted row are anonymised by their table's rules, and let go of it.
//!
//! As for any foreign key action, whoever deletes needs no privileges on the referencing table: it is changed as its owner.

use super::apply;
use super::detach;
use super::detach::LetGo;
use super::done::{Done, action, place_of};
use super::matched::Values;
use super::release::Besides;
use super::report::Action;
use super::update;
use super::work::{Deciding, Goal, Rows, Work, require_bits, table_name};
use crate::catalog::cache::{self, Known};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::link::hierarchy::Hierarchy;
use crate::log::event::{self, Event, Request};
use crate::log::secret;
use crate::mask::Keys;
use crate::plan::{self, Plan, Reference, Treatment};
use crate::security::{CallersPath, PinnedSettings};
use crate::spi::statement::Access;
use crate::spi::transition::{Fired, Taken};
use crate::strategy::running::Running;
use crate::walk::Walk;
use crate::walk::found::Found;
use crate::walk::resolve::Status;
use crate::walk::statements::{Purpose, Reading, Start};
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::Oid;
use std::collections::{BTreeMap, HashSet};
use std::rc::Rc;

/// What was done to the rows that a foreign key had.
pub struct Outcome {
    pub relation: Oid,
    pub rows: Vec<(Action, u64)>,
    pub events: Vec<Event>,
}

thread_local! {
    /// By the relation that a trigger is of.
    static KNOWN: Known<Declared> = Known::default();
}

/// The foreign keys that reference a relation and for which ON DELETE ANONYMISE was declared.
struct Declared {
    /// the qualified name of the table
    name: String,
    references: Vec<Reference>,
    /// For each the numbers of the referenced columns in the relation that the trigger is of.
    columns: Vec<Vec<i16>>,
}

/// Does what a trigger was fired for. Needs SPI; settings must not be pinned yet.
pub fn fire(home: &Home, fired: &Fired, taken: Taken) -> Result<()> {
    let schema = cached::refreshed(home)?;
    let _path = CallersPath::keep();
    let _pinned = PinnedSettings::new();
    let of = fired.relation();
    let declared = KNOWN.with(|known| known.get(of, || Declared::read(&schema, of)))?;
    let Some(declared) = declared else {
        return Ok(());
    };
    let memory = PgMemoryContexts::new("gdpr_ext on delete");
    let mut events = Vec::new();
    let is_moved = taken == Taken::Row && fired.is_moved();
    for (reference, columns) in declared.references.iter().zip(&declared.columns) {
        // It is still a row of what the partitions are of.
        if is_moved && reference.referenced.oid != of {
            continue;
        }
        let mut values = Values::new(&reference.pairs.referenced, memory.value());
        fired.each_taken(taken, columns, |row| {
            values.push_stored(&reference.pairs.referenced, row);
        });
        events.extend(act(home, reference, &values, &HashSet::new())?.events);
    }
    let request = Request {
        home,
        call: "ON DELETE",
        subject: &declared.name,
        registry_version: &schema.version,
    };
    event::write(&request, &events)
}

impl Declared {
    fn read(schema: &Schema, of: Oid) -> Result<Option<Self>> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let own = Relation::load_one(of)?;
        let mut declared = Self {
            name: Relation::load_one(hierarchy.table(of))?
                .qualified()
                .to_string(),
            references: Vec::new(),
            columns: Vec::new(),
        };
        cache::watch([of]);
        for (number, key) in schema.foreign_keys.iter().enumerate() {
            // Rows of a partition are rows of what it is a partition of.
            let is_of_it = key.source == of || hierarchy.with_partitions(key.source).contains(&of);
            if !is_of_it || key.release.is_none() {
                continue;
            }
            cache::watch([key.source, key.target]);
            let reference = Reference::of_key(schema, number, Relation::load_one)?;
            let stored = reference.pairs.referenced.iter().map(|column| {
                let stored = own.column(&column.name).map(|column| column.number);
                stored.ok_or_else(|| Error::internal("a partition lacks a column"))
            });
            declared.columns.push(stored.collect::<Result<_>>()?);
            declared.references.push(reference);
        }
        Ok(Some(declared))
    }
}

/// Rows that reference deleted rows, and what is to be done about them.
struct Referencing<'a> {
    home: &'a Home,
    reference: &'a Reference,
    plan: Rc<Plan>,
    secret: Rc<Keys>,
    found: Vec<Option<Found>>,
    /// Rows that stay, and those that are deleted themselves.
    stay: Vec<u32>,
    go: Vec<u32>,
    access: Access,
    _memory: PgMemoryContexts,
    _running: Running,
}

impl<'a> Referencing<'a> {
    fn find(
        home: &'a Home,
        reference: &'a Reference,
        values: &Values,
        gone: &HashSet<u64>,
        access: Access,
    ) -> Result<Self> {
        let memory = PgMemoryContexts::new("gdpr_ext referencing");
        let graph = cached::unnamed(home, reference.relation.oid)?;
        let running = Running::start()?;
        let plan = plan::plan(&graph)?;
        let start = Start {
            number: reference.number,
            matches: &|keys| reference.pairs.matches(keys),
        };
        let purpose = match access {
            Access::Lock => Purpose::Act,
            Access::Read => Purpose::Preview,
        };
        let reading = Reading {
            purpose,
            extra: plan.extra(purpose),
            start: Some(start),
        };
        let walk = Walk::new(&plan.graph, reading, memory.value(), None);
        let walk = walk.run_start_by(values.rows.len(), |size| values.of_columns(size))?;
        let secret = secret::keys()?;
        let mut found = walk.into_found();
        let (mut stay, mut go) = (Vec::new(), Vec::new());
        if let Some(own) = &mut found[0] {
            let read = Rows::of(&plan, 0, own);
            (go, stay) = (0..own.rows() as u32)
                .partition(|row| !gone.is_empty() && gone.contains(&read.row_key(&secret, *row)));
            go.iter()
                .for_each(|row| own.status[*row as usize] = Status::Absent);
        }
        Ok(Self {
            home,
            reference,
            found,
            stay,
            go,
            secret,
            plan: plan.clone(),
            access,
            _memory: memory,
            _running: running,
        })
    }

    fn deciding(&self) -> Result<Deciding<'_>> {
        let goal = Goal::Anonymise;
        Ok(Deciding {
            spared: self.spared()?,
            ..Deciding::new(self.home, &self.plan, &self.secret, self.access, goal)
        })
    }

    /// Columns that are another person's, by `"of"` of their rules.
    fn spared(&self) -> Result<i64> {
        let changes = &self.plan.tables[0].changes;
        if changes.iter().all(|change| change.of.is_none()) {
            return Ok(0);
        }
        require_bits(&self.plan, 0)?;
        let own = &self.reference.pairs.referencing;
        let is_others = |of: &String| own.iter().all(|column| column.name != *of);
        let others = changes.iter().enumerate();
        let others = others.filter(|(_, change)| change.of.as_ref().is_some_and(is_others));
        Ok(others.fold(0, |bits, (i, _)| bits | 1 << i))
    }

    /// Rows that may not be anonymised keep their person. 23503 for rows that are kept, 55000 for a table that has no rules any more.
    fn require_rules(&self) -> Result<()> {
        let table = table_name(&self.plan.graph, 0)?;
        match &self.plan.tables[0].treatment {
            Treatment::Mask => Ok(()),
            Treatment::Keep(ground) => Err(Error::new(
                Code::ERRCODE_FOREIGN_KEY_VIOLATION,
                format!("rows of table {table} are kept and reference rows that would be deleted"),
            )
            .detail(format!(
                "Foreign key \"{}\": {} of the rows are kept on the ground: {ground}.",
                self.reference.name,
                self.stay.len()
            ))
            .hint("gdpr_erase anonymises a person whom kept rows reference, and deletes the rest.")),
            Treatment::Unregistered(_) | Treatment::Nothing => Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("table {table} has no rules to anonymise its rows by"),
            )
            .detail(format!(
                "Foreign key \"{}\" is declared ON DELETE ANONYMISE, and rows that would be deleted are referenced.",
                self.reference.name
            ))
            .hint(format!("SELECT gdpr_register('{table}', rules => '{{\"*\": \"auto\"}}'); or gdpr_on_delete_drop."))),
        }
    }
}

/// Anonymises what references these values, and lets it go. Needs SPI and pinned settings.
fn act(
    home: &Home,
    reference: &Reference,
    values: &Values,
    gone: &HashSet<u64>,
) -> Result<Outcome> {
    let mut outcome = Outcome {
        relation: reference.relation.oid,
        rows: Vec::new(),
        events: Vec::new(),
    };
    if values.rows.is_empty() {
        return Ok(outcome);
    }
    let referencing = Referencing::find(home, reference, values, gone, Access::Lock)?;
    let (plan, found) = (&referencing.plan, &referencing.found);
    let Some(own) = found[0].as_ref().filter(|_| !referencing.stay.is_empty()) else {
        return Ok(outcome);
    };
    referencing.require_rules()?;
    let deciding = referencing.deciding()?;
    let work = deciding.decide(found)?;
    let mut done = Done::new(&deciding);
    apply::before(plan, &work, found)?;
    let mut let_go = 0;
    match (work.changes.first(), plan.tables[0].group) {
        (Some(change), None) => {
            let besides = Besides::all(reference);
            let changed = update::run(plan, change, own, Some(&besides))?;
            done.changed(change, own, &changed)?;
            let_go = changed.len();
        }
        (Some(_), Some(_)) => apply::together(plan, &work, found, &mut done)?,
        (None, _) => {}
    }
    // Those in which nothing was left to anonymise, and those that a trigger has given the key back.
    if let_go < referencing.stay.len() || plan.tables[0].triggers {
        detach::all(plan, reference, values, own, &referencing.go)?;
    }
    apply::after(plan, &work, found)?;
    outcome.rows = counts(&deciding, &work, &referencing.stay);
    let rows = &referencing.stay;
    done.detached(LetGo::of_rows(plan, 0, reference, 0, own, rows)?);
    outcome.events = done.events()?;
    Ok(outcome)
}

fn counts(by: &Deciding, work: &Work, rows: &[u32]) -> Vec<(Action, u64)> {
    let changed = work.changes.iter();
    let changed: usize = changed.map(|change| change.rows.len()).sum();
    let mut counts = vec![
        (action(by, 0, ""), changed as u64),
        (Action::Detached, rows.len() as u64),
    ];
    counts.retain(|(_, rows)| *rows > 0);
    counts
}

/// What ON DELETE ANONYMISE is declared for and no walk comes to, before rows of a table are deleted.
pub fn of_what_goes(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
    (table, rows): (usize, &[u32]),
    done: &mut Done,
) -> Result<()> {
    let memory = PgMemoryContexts::new("gdpr_ext on delete");
    for reference in declared(by, table)? {
        let values = detach::values_of(by, found, table, rows, reference, &memory)?;
        let gone = keys_of_gone(by, work, found, reference);
        let outcome = act(by.home, reference, &values, &gone)?;
        done.on_delete(place_of(by, reference), outcome);
    }
    Ok(())
}

/// The same for all rows that would be deleted, and nothing is done.
pub fn preview(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
) -> Result<BTreeMap<(usize, Action), (Oid, u64)>> {
    let memory = PgMemoryContexts::new("gdpr_ext on delete");
    let mut lines = BTreeMap::new();
    for (table, rows) in &work.gone {
        for reference in declared(by, *table)? {
            let values = detach::values_of(by, found, *table, rows, reference, &memory)?;
            let gone = keys_of_gone(by, work, found, reference);
            let referencing = Referencing::find(by.home, reference, &values, &gone, Access::Read)?;
            if referencing.stay.is_empty() {
                continue;
            }
            referencing.require_rules()?;
            let deciding = referencing.deciding()?;
            let decided = deciding.decide(&referencing.found)?;
            for (action, rows) in counts(&deciding, &decided, &referencing.stay) {
                let line = lines.entry((place_of(by, reference), action));
                line.or_insert((reference.relation.oid, 0)).1 += rows;
            }
        }
    }
    Ok(lines)
}

/// References of rows that the walk does not look for.
fn declared<'a>(by: &'a Deciding, table: usize) -> Result<impl Iterator<Item = &'a Reference>> {
    let references = by.plan.references()?.iter();
    Ok(references.filter(move |reference| {
        reference.to == table
            && reference.release.is_some()
            && !reference.is_walked
            && !reference.is_kept
    }))
}

/// Referencing rows that are deleted themselves.
fn keys_of_gone(
    by: &Deciding,
    work: &Work,
    found: &[Option<Found>],
    reference: &Reference,
) -> HashSet<u64> {
    let of_it = work
        .gone
        .iter()
        .filter(|(table, _)| Some(*table) == reference.from);
    let keys = of_it.flat_map(|(table, rows)| {
        let found = found[*table].iter();
        found.flat_map(|found| {
            let read = Rows::of(by.plan, *table, found);
            let keys: Vec<u64> = rows.iter().map(|row| read.row_key(by.keys, *row)).collect();
            keys
        })
    });
    keys.collect()
}
