//! The rows of one table that events speak of, as they are in this database.

use super::events::{Event, Events, Mention, Mentioned, Part, What, image, parts};
use super::refusals::Refusals;
use crate::action::matched;
use crate::action::work::{Deciding, Goal, Rows};
use crate::catalog::home::Home;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::Result;
use crate::link::cached;
use crate::log::keys;
use crate::mask::Keys;
use crate::plan::{Plan, Treatment};
use crate::security;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use crate::walk::Walk;
use crate::walk::found::Found;
use crate::walk::statements::{Purpose, Reading};
use crate::walk::subject::Ids;
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, PgMemoryContexts};
use std::collections::HashMap;
use std::rc::Rc;

/// What is known of a row that was found under a logged key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// The same, whatever it references.
    Certainly,
    /// The same, if what it references is.
    ByContent,
    Unknown,
    /// Another one.
    Not,
}

/// What becomes of a row, or became.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Nothing is to be done, or nothing is left to do.
    Gone,
    ToDo,
    Done,
    Failed,
}

pub struct Table<'a> {
    /// Its place among the tables that events name.
    pub of: usize,
    pub mentioned: &'a Mentioned,
    pub relation: Relation,
    pub plan: Rc<Plan>,
    /// One for each table of the plan; the first is this.
    pub found: Vec<Option<Found>>,
    /// By the numbers of the mentioned rows: the key is none of the table's, which may have had another type.
    pub unread: Vec<bool>,
    /// By the numbers of the mentioned rows: the place among the found.
    pub place: Vec<Option<u32>>,
    /// By the places of the found rows: the number of the mentioned row.
    pub number: HashMap<u32, u32>,
    pub same: Vec<Same>,
    pub gone: Vec<Fate>,
    pub masked: Vec<Fate>,
    pub detached: Vec<Fate>,
    access: Access,
    pub memory: PgMemoryContexts,
}

impl<'a> Table<'a> {
    /// Finds the rows of a table, but those that were settled earlier. None if there is no such table. Needs SPI and pinned settings; 42501 if the caller may not read or
    /// change it.
    pub fn find(
        home: &Home,
        secret: &Keys,
        (of, mentioned): (usize, &'a Mentioned),
        oid: Oid,
        access: Access,
        earlier: Option<&Table>,
        refusals: &Refusals,
    ) -> Result<Option<Self>> {
        let relation = Relation::load_one(oid)?;
        if relation.require_table().is_err() {
            return Ok(None);
        }
        let memory = PgMemoryContexts::new("gdpr_ext rerun");
        let graph = cached::unnamed(home, oid)?;
        let (plan, broken) = Plan::of_one(&graph)?;
        if let Some(error) = broken {
            refusals.add(format!(
                "the rules of table {} do not work: {}",
                relation.qualified(),
                error.message()
            ));
        }
        let plan = Rc::new(plan);
        let mut table = Self {
            of,
            place: vec![None; mentioned.keys.len()],
            number: HashMap::new(),
            same: vec![Same::Unknown; mentioned.keys.len()],
            gone: vec![Fate::Gone; mentioned.keys.len()],
            masked: vec![Fate::Gone; mentioned.keys.len()],
            detached: vec![Fate::Gone; mentioned.keys.len()],
            found: plan.graph.tables.iter().map(|_| None).collect(),
            unread: vec![false; mentioned.keys.len()],
            mentioned,
            relation,
            plan,
            access,
            memory,
        };
        if table.has_key() {
            table.read(secret, earlier)?;
        }
        Ok(Some(table))
    }

    /// Its key has the columns that it was logged with.
    pub fn has_key(&self) -> bool {
        let key = self.plan.tables[0].key.iter();
        key.map(|part| &part.column)
            .eq(self.mentioned.key_columns.iter())
    }

    /// Nothing is left to do for the row.
    fn is_settled(&self, number: usize) -> bool {
        let fates = [&self.gone, &self.masked, &self.detached];
        let fates = fates.map(|fates| fates[number]);
        fates.contains(&Fate::Done) && !fates.contains(&Fate::Failed)
    }

    /// What was found, and done, later.
    pub fn take(&mut self, later: &Table) {
        for number in 0..later.place.len() {
            if later.place[number].is_some() {
                self.place[number] = later.place[number];
                self.same[number] = later.same[number];
                for (own, later) in [
                    (&mut self.gone, &later.gone),
                    (&mut self.masked, &later.masked),
                    (&mut self.detached, &later.detached),
                ] {
                    if own[number] != Fate::Done {
                        own[number] = later[number];
                    }
                }
            }
        }
    }

    /// Keys have been rewritten.
    pub fn has_rewritten(&self) -> bool {
        self.plan.tables[0].rewrites_key() && self.masked.contains(&Fate::Done)
    }

    /// Something was done.
    pub fn has_done(&self) -> bool {
        let fates = [&self.gone, &self.masked, &self.detached];
        fates.into_iter().any(|fates| fates.contains(&Fate::Done))
    }

    fn read(&mut self, secret: &Keys, earlier: Option<&Table>) -> Result<()> {
        let mut kinds: Vec<Vec<bool>> = Vec::new();
        let mut ids = Ids::none(&self.plan.graph, self.memory.value());
        let is_settled = |number: usize| earlier.is_some_and(|earlier| earlier.is_settled(number));
        for (number, key) in self.mentioned.keys.iter().enumerate() {
            if is_settled(number) {
                continue;
            }
            let parts = parts(key);
            let kind = hidden(&parts);
            let is_hidden = kind.contains(&true);
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
            let texts: Option<Vec<&str>> = parts.iter().map(Part::plain).collect();
            if let Some(texts) = texts.filter(|_| !is_hidden) {
                self.unread[number] = !ids.add_if_read(&self.plan.graph, &texts);
            }
        }
        kinds.sort_unstable();
        if kinds.iter().any(|hidden| hidden.contains(&true)) {
            self.scan(secret, &kinds, &mut ids)?;
        }
        let purpose = match self.access {
            Access::Lock => Purpose::Erase,
            Access::Read => Purpose::Compare,
        };
        let reading = Reading {
            purpose,
            extra: self.plan.extra(purpose),
            start: None,
        };
        let graph = self.plan.graph.clone();
        let walk = Walk::new(&graph, reading, self.memory.value(), None).run_start(&ids)?;
        self.found = walk.into_found();
        let Some(own) = &self.found[0] else {
            return Ok(());
        };
        let rows = Rows::of(&self.plan, 0, own);
        for place in 0..own.rows() as u32 {
            let texts = rows.key_texts(place);
            for kind in &kinds {
                let key = logged(secret, &self.mentioned.relation, &texts, kind);
                let number = self.mentioned.rows.get(image(&key).as_slice());
                if let Some(number) = number.filter(|number| !is_settled(**number as usize)) {
                    self.place[*number as usize] = Some(place);
                    self.number.insert(place, *number);
                }
            }
        }
        Ok(())
    }

    /// Reads the table once for keys of which the log has an HMAC.
    fn scan(&self, secret: &Keys, kinds: &[Vec<bool>], ids: &mut Ids) -> Result<()> {
        let graph = &self.plan.graph;
        let relation = graph.relation(graph.tables[0].relation)?;
        let locks = self.access == Access::Lock;
        security::require_access(relation, security::caller(), locks)?;
        let key = &self.plan.tables[0].key;
        let columns: Vec<String> = key.iter().map(|part| part.identity.read()).collect();
        let sql = format!(
            "SELECT {} FROM {} AS target",
            columns.join(", "),
            relation.in_from()
        );
        let kinds: Vec<&Vec<bool>> = kinds.iter().filter(|kind| kind.contains(&true)).collect();
        let mut texts = vec![String::new(); key.len()];
        let _owner = security::as_owner(relation)?;
        kept::of_session(&sql, &[], Planning::EachRun)?.run(&[], self.access, |row| {
            for (i, (part, text)) in key.iter().zip(&mut texts).enumerate() {
                text.clear();
                part.write(row.get(i), text);
            }
            let is_mentioned = kinds.iter().any(|kind| {
                let key = logged(secret, &self.mentioned.relation, &texts, kind);
                self.mentioned.rows.contains_key(image(&key).as_slice())
            });
            if is_mentioned {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                ids.add_if_read(graph, &texts);
            }
        })
    }

    pub fn access(&self) -> Access {
        self.access
    }

    pub fn own(&self) -> Option<&Found> {
        self.found.first()?.as_ref()
    }

    pub fn rows(&self) -> Option<Rows<'_>> {
        Some(Rows::of(&self.plan, 0, self.own()?))
    }

    pub fn deciding<'b>(&'b self, home: &'b Home, secret: &'b Keys) -> Deciding<'b> {
        Deciding::new(home, &self.plan, secret, self.access, Goal::Anonymise)
    }

    /// The events of a row's mentions.
    pub fn events<'b>(
        &self,
        events: &'b Events,
        mentions: &'b [Mention],
    ) -> impl Iterator<Item = (&'b Event, u32)> {
        let event = |mention: &Mention| (&events.all[mention.event as usize], mention.place);
        mentions.iter().map(event)
    }

    /// An event's columns can be changed by the rules that there are now. One that is not there any more may have another name.
    pub fn has_rules(&self, event: &Event) -> bool {
        let plan = &self.plan.tables[0];
        let is_ruled = |column: &String| {
            let mut changes = plan.changes.iter();
            changes.any(|change| change.column == *column)
        };
        plan.treatment == Treatment::Mask && event.columns.iter().all(is_ruled)
    }

    /// When these rows were made, in microseconds since 2000: the earliest and the latest that a date can mean. Nothing for NULL.
    pub fn created(&self, places: &[u32]) -> Result<HashMap<u32, (i64, i64)>> {
        let entry = self.plan.graph.tables[0].entry.as_ref();
        let column = entry.and_then(|entry| self.relation.column(entry.created.as_deref()?));
        let (Some(column), Some(rows)) = (column, self.rows()) else {
            return Ok(HashMap::new());
        };
        let values = self.values(places, std::slice::from_ref(column), &rows)?;
        let base = types::base_type(column.type_oid);
        let time = |i: usize| {
            let value = values.columns[0].get(i)?;
            // SAFETY: the column is of one of these types.
            let (time, around) = unsafe {
                match base {
                    pg_sys::TIMESTAMPTZOID => (i64::from_datum(value, false)?, 0),
                    pg_sys::TIMESTAMPOID => (i64::from_datum(value, false)?, DAY),
                    pg_sys::DATEOID => (i64::from(i32::from_datum(value, false)?) * DAY, 2 * DAY),
                    _ => return None,
                }
            };
            Some((time.saturating_sub(around), time.saturating_add(around)))
        };
        let rows = values.rows.iter().enumerate();
        Ok(rows
            .filter_map(|(i, place)| Some((*place, time(i)?)))
            .collect())
    }

    /// The values of these columns, of these rows in which none of them is NULL.
    pub fn values(
        &self,
        places: &[u32],
        columns: &[Column],
        rows: &Rows,
    ) -> Result<matched::Values> {
        let graph = &self.plan.graph;
        matched::read(
            &self.plan,
            0,
            rows,
            places,
            columns,
            graph.relation(graph.tables[0].relation)?,
            self.memory.value(),
            self.access,
        )
    }

    /// Of the found rows by mention: those with something to do of which this is true.
    pub fn to_do(&self, fates: &[Fate]) -> Vec<u32> {
        let numbers = (0..fates.len()).filter(|number| fates[*number] == Fate::ToDo);
        let places = numbers.filter_map(|number| self.place[number]);
        let mut places: Vec<u32> = places.collect();
        places.sort_unstable();
        places
    }

    /// Some event deletes the row.
    pub fn deletes(&self, events: &Events, mentions: &[Mention]) -> bool {
        self.events(events, mentions)
            .any(|(event, _)| event.what == What::Deleted)
    }
}

/// Microseconds.
const DAY: i64 = 86_400_000_000;

impl Part {
    fn plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            _ => None,
        }
    }
}

/// Which parts of a key are HMACs.
fn hidden(parts: &[Part]) -> Vec<bool> {
    let is_hidden = |part: &Part| matches!(part, Part::Hidden(_));
    parts.iter().map(is_hidden).collect()
}

/// A row's key as the log would have it.
fn logged(secret: &Keys, relation: &str, texts: &[String], hidden: &[bool]) -> Vec<Part> {
    let part = |(text, hidden): (&String, &bool)| match hidden {
        true => Part::Hidden(keys::hidden(secret, relation, text)),
        false if text.is_empty() => Part::Null,
        false => Part::Plain(text.clone()),
    };
    texts.iter().zip(hidden).map(part).collect()
}
