//! Applies again what a restored backup has undone: the events that another copy of the log has and this one has not, for a local event proves its effect.
//! docs/restore.md says when to call it.

mod decide;
mod events;
mod redo;
mod refusals;
mod same;
mod sequences;
mod source;
mod table;

use crate::action::session::ROUNDS;
use crate::catalog::home::Home;
use crate::catalog::schema::Schema;
use crate::error::{Error, Result};
use crate::link::cached;
use crate::log::event::{self, Request};
use crate::log::{home as log_home, secret};
use crate::mask::Keys;
use crate::security::{CallersPath, PinnedSettings, RunAs};
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use crate::strategy::running::Running;
use crate::walk::begin;
use events::{Event, Events, What};
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, IntoDatum};
use refusals::Refusals;
use same::Between;
use source::Source;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;
use table::{Fate, Same, Table};

/// What is done about rows of which it is not known whether they are those of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
    Report,
    Apply,
    Skip,
}

impl Mismatch {
    /// 22023 for another word.
    pub fn of(word: &str) -> Result<Self> {
        match word {
            "report" => Ok(Self::Report),
            "apply" => Ok(Self::Apply),
            "skip" => Ok(Self::Skip),
            other => Err(Error::unknown_word(
                "what can be done on a mismatch",
                other,
                &["report", "apply", "skip"],
            )),
        }
    }
}

/// What is asked for.
pub struct Asked {
    pub source: Option<Oid>,
    pub dry_run: bool,
    pub mismatch: Mismatch,
}

/// What became of rows of an event, or of a sequence.
pub struct Line {
    /// a uuid
    pub event: Option<Vec<u8>>,
    pub relation: Rc<str>,
    pub action: Rc<str>,
    pub outcome: &'static str,
    pub rows: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    Recorded,
    Applied,
    AlreadyGone,
    NoSuchTable,
    NoRule,
    NeedsDecision,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Applied => "applied",
            Self::AlreadyGone => "already gone",
            Self::NoSuchTable => "no such table",
            Self::NoRule => "no rule",
            Self::NeedsDecision => "needs decision",
        }
    }

    fn is_settled(self) -> bool {
        matches!(self, Self::Recorded | Self::Applied | Self::AlreadyGone)
    }

    fn of_fate(fate: Fate) -> Self {
        match fate {
            Fate::Gone => Self::AlreadyGone,
            Fate::ToDo | Fate::Done => Self::Applied,
            Fate::Failed => Self::NeedsDecision,
        }
    }
}

/// By outcome, the rows of an event.
type Counts = BTreeMap<Outcome, u64>;

/// Needs SPI; settings must not be pinned yet.
pub fn rerun(home: &Home, asked: &Asked) -> Result<Vec<Line>> {
    begin::require_read_committed()?;
    let schema = cached::refreshed(home)?;
    let _path = CallersPath::keep();
    let _pinned = PinnedSettings::new();
    let _running = Running::start()?;
    let secret = secret::keys()?;
    let access = match asked.dry_run {
        true => Access::Read,
        false => Access::Lock,
    };
    log_home::require_people(home)?;
    let source = Source::choose(home, asked.source)?;
    if !asked.dry_run {
        source::lock(home)?;
    }
    source.require_sound(home)?;
    let events = source.missing(home)?;
    let oids = resolve(home, &events)?;
    let round = Round {
        home,
        secret: &secret,
        schema: &schema,
        events: &events,
        oids: &oids,
        access,
        apply_all: asked.mismatch == Mismatch::Apply,
    };
    let mut refusals = Refusals::default();
    let mut tables = round.run(&[], &refusals)?;
    let raised = sequences::raise(&tables, asked.dry_run)?;
    let mut rewritten = tables.iter().any(Table::has_rewritten);
    // A key that an event has made is one that a later event can be about.
    for _ in 1..ROUNDS {
        if !rewritten {
            break;
        }
        // It says again what is refused still.
        refusals = Refusals::default();
        let later = round.run(&tables, &refusals)?;
        rewritten = later.iter().any(Table::has_done);
        for later in &later {
            let mut known = tables.iter_mut();
            if let Some(table) = known.find(|table| table.of == later.of) {
                table.take(later);
            }
        }
    }
    refusals.say();
    let counts = count(&events, &tables);
    if !asked.dry_run {
        record(home, asked, &source, &events, &counts, &schema.version)?;
    }
    let of_event = |(event, counts): (&Event, &Counts)| {
        let lines = counts.iter().map(|(outcome, rows)| Line {
            event: Some(event.id.clone()),
            relation: event.relation.clone(),
            action: event.action.clone(),
            outcome: outcome.word(),
            rows: Some(*rows),
        });
        lines.collect::<Vec<_>>()
    };
    let mut lines: Vec<Line> = events.all.iter().zip(&counts).flat_map(of_event).collect();
    lines.extend(raised.into_iter().map(|name| Line {
        event: None,
        relation: name.into(),
        action: "sequence".into(),
        outcome: Outcome::Applied.word(),
        rows: None,
    }));
    Ok(lines)
}

/// What is done with the rows that events speak of.
struct Round<'a> {
    home: &'a Home,
    secret: &'a Keys,
    schema: &'a Schema,
    events: &'a Events,
    oids: &'a [Option<Oid>],
    access: Access,
    apply_all: bool,
}

impl<'a> Round<'a> {
    /// Does what can be done, but to rows that were settled earlier.
    fn run(&self, earlier: &[Table], refusals: &Refusals) -> Result<Vec<Table<'a>>> {
        let mut tables = Vec::new();
        for (of, (mentioned, oid)) in self.events.tables.iter().zip(self.oids).enumerate() {
            let earlier = earlier.iter().find(|table| table.of == of);
            if let Some(oid) = oid {
                let named = (of, mentioned);
                let (home, secret) = (self.home, self.secret);
                let found = Table::find(home, secret, named, *oid, self.access, earlier, refusals)?;
                tables.extend(found);
            }
        }
        for table in &mut tables {
            same::judge(table, self.events)?;
        }
        let between = Between::all(self.schema, &tables)?;
        same::judge_by_references(&mut tables, &between, self.events)?;
        let (home, secret, events) = (self.home, self.secret, self.events);
        let keys = (self.schema, between.as_slice());
        decide::decide(home, secret, &mut tables, keys, events, self.apply_all)?;
        decide::leave_what_is_held(&mut tables, self.schema, self.apply_all, refusals)?;
        if self.access == Access::Lock {
            redo::require_privileges(&tables)?;
            redo::run(home, secret, &mut tables, &between, events, refusals)?;
        }
        Ok(tables)
    }
}

/// The tables that the events name, as far as there are such.
fn resolve(home: &Home, events: &Events) -> Result<Vec<Option<Oid>>> {
    let names: Vec<String> = events
        .tables
        .iter()
        .map(|table| table.relation.to_string())
        .collect();
    let mut oids = vec![None; names.len()];
    // No event is about the server's own tables, or about ours, as the log itself.
    let sql = "SELECT n.ord, c.oid FROM pg_catalog.unnest($1) WITH ORDINALITY AS n(name, ord) \
               JOIN (SELECT r.oid, pg_catalog.format('%I.%I', s.nspname, r.relname) AS name FROM pg_catalog.pg_class AS r \
               JOIN pg_catalog.pg_namespace AS s ON s.oid OPERATOR(pg_catalog.=) r.relnamespace \
               WHERE NOT pg_catalog.starts_with(s.nspname::pg_catalog.text, 'pg_') AND s.nspname OPERATOR(pg_catalog.<>) ALL ('{information_schema,gdpr_log}'::pg_catalog.name[]) \
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass \
               AND d.objid OPERATOR(pg_catalog.=) r.oid AND d.deptype OPERATOR(pg_catalog.=) 'e' \
               AND d.refobjid OPERATOR(pg_catalog.=) (SELECT x.oid FROM pg_catalog.pg_extension AS x WHERE x.extname OPERATOR(pg_catalog.=) 'gdpr_ext'))) AS c ON c.name OPERATOR(pg_catalog.=) n.name";
    let _owner = RunAs::new(home.owner);
    kept::of_session(sql, &[pg_sys::TEXTARRAYOID], Planning::Once)?.run(
        &[names.into_datum()],
        Access::Lock,
        |row| {
            if let Some(ord) = row.get(0) {
                // SAFETY: the column is of type oid.
                oids[ord.value() - 1] = row
                    .get(1)
                    .and_then(|datum| unsafe { Oid::from_datum(datum, false) });
            }
        },
    )?;
    Ok(oids)
}

/// What became of the rows of each event.
fn count(events: &Events, tables: &[Table]) -> Vec<Counts> {
    let mut counts: Vec<Counts> = vec![Counts::new(); events.all.len()];
    let mut known = HashSet::new();
    for table in tables {
        let has_key = table.has_key();
        let mut has_rules: HashMap<*const String, bool> = HashMap::new();
        for (number, mentions) in table.mentioned.by_row() {
            let deletes = table.deletes(events, mentions);
            for mention in mentions {
                let event = &events.all[mention.event as usize];
                let mut has_rules = || {
                    *has_rules
                        .entry(event.columns.as_ptr())
                        .or_insert_with(|| table.has_rules(event))
                };
                let n = number as usize;
                let outcome = match event.what {
                    _ if !has_key || table.unread[n] => Outcome::NeedsDecision,
                    _ if table.place[n].is_none() || table.same[n] == Same::Not => {
                        Outcome::AlreadyGone
                    }
                    _ if deletes => Outcome::of_fate(table.gone[n]),
                    What::Changed if !has_rules() => Outcome::NoRule,
                    What::Changed => Outcome::of_fate(table.masked[n]),
                    _ => Outcome::of_fate(table.detached[n]),
                };
                *counts[mention.event as usize].entry(outcome).or_default() += 1;
            }
        }
        known.insert(Rc::as_ptr(&table.mentioned.relation).cast::<u8>());
    }
    for (event, counts) in events.all.iter().zip(&mut counts) {
        if !counts.is_empty() {
            continue;
        }
        let is_known = known.contains(&Rc::as_ptr(&event.relation).cast::<u8>());
        let outcome = match event.what {
            What::Other => Outcome::Recorded,
            // Rows of a table without a key cannot be found again.
            _ if event.table.is_none() || is_known => Outcome::NeedsDecision,
            _ => Outcome::NoSuchTable,
        };
        counts.insert(outcome, event.rows);
    }
    counts
}

/// Makes the events part of the log of which nothing is open, and says that this was done.
fn record(
    home: &Home,
    asked: &Asked,
    source: &Source,
    events: &Events,
    counts: &[Counts],
    registry_version: &str,
) -> Result<()> {
    let is_settled = |counts: &Counts| {
        asked.mismatch == Mismatch::Skip || counts.keys().all(|outcome| outcome.is_settled())
    };
    let settled = events.all.iter().zip(counts);
    let settled = settled
        .filter(|(_, counts)| is_settled(counts))
        .map(|(event, _)| event);
    let recorded = settled.clone().count();
    if recorded > 0 {
        source.record(home, events.ids(settled).unwrap_or(pg_sys::Datum::null()))?;
    }
    source.take_seals(home)?;
    let applied = counts.iter().filter_map(|c| c.get(&Outcome::Applied)).sum();
    let was_restored = log_home::belong_here(home)?;
    if recorded == 0 && applied == 0 && !was_restored {
        return Ok(());
    }
    let request = Request {
        home,
        call: "rerun",
        subject: "",
        registry_version,
    };
    event::write(
        &request,
        &[event::Event {
            relation: source.name(),
            action: "rerun",
            rows: applied,
            key_columns: Vec::new(),
            keys: "[]".to_owned(),
            columns: Vec::new(),
            fingerprints: None,
            ground: None,
        }],
    )
}
