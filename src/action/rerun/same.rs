//! Whether a row that was found under a logged key is the one that the event was about, or another that got the same key.

use super::events::{Event, Events, Mention, What};
use super::table::{Same, Table};
use crate::action::work::Rows;
use crate::action::{delete, matched};
use crate::catalog::relation::{Column, Relation};
use crate::catalog::schema::Schema;
use crate::catalog::types;
use crate::error::Result;
use crate::link::hierarchy::Hierarchy;
use crate::log::fingerprint::MARK;
use crate::plan::{Reference, Treatment};
use crate::walk::found::Found;
use pgrx::pg_sys;
use std::collections::{HashMap, HashSet};

/// So many equal values make a person, where all are equal: one alone, as a first name, can be another's.
const ENOUGH: usize = 2;
/// Where only these values are changed, it is enough that they are the same.
const ENOUGH_TO_CHANGE: usize = 1;

/// What a column's mark says, by its place among the marks that are read.
struct Ruled {
    place: usize,
    /// No two rows have the same value.
    is_unique: bool,
    /// Not one of few values, as a boolean has.
    tells: bool,
}

/// Judges each row by itself: by its key, its content, and when it was made.
pub fn judge(table: &mut Table, events: &Events) -> Result<()> {
    let key = table.plan.tables[0].key.iter();
    let is_uuid = |oid| types::base_type(oid) == pg_sys::UUIDOID;
    // Nobody gets the same uuid again.
    let by_key =
        key.clone().count() > 0 && key.into_iter().all(|part| is_uuid(part.identity.element));
    let Some(rows) = table.rows() else {
        return Ok(());
    };
    let mut columns: HashMap<*const String, Vec<Option<Ruled>>> = HashMap::new();
    let mut judged = table.same.clone();
    let mut unclear = Vec::new();
    for (number, mentions) in table.mentioned.by_row() {
        let Some(place) = table.place[number as usize] else {
            continue;
        };
        let mut same = match by_key {
            true => Same::Certainly,
            false => Same::Unknown,
        };
        for (event, of) in table.events(events, mentions) {
            if same == Same::Certainly {
                break;
            }
            let named = columns
                .entry(event.columns.as_ptr())
                .or_insert_with(|| ruled(table, event));
            match compare(event, of, &rows, place, named) {
                Same::Unknown => {}
                clearer => same = clearer,
            }
        }
        judged[number as usize] = same;
        if same != Same::Certainly {
            unclear.push(place);
        }
    }
    table.same = judged;
    by_age(table, events, &unclear)
}

/// The columns that an event names, as far as they are read.
fn ruled(table: &Table, event: &Event) -> Vec<Option<Ruled>> {
    let plan = &table.plan.tables[0];
    let named = event.named_columns().iter();
    let read = |name: &String| {
        let is_read = plan.treatment == Treatment::Mask;
        let mut changes = plan.changes.iter();
        let place = changes.position(|change| change.column == *name && is_read)?;
        let column = table.relation.column(name)?;
        let base = types::base_type(column.type_oid);
        Some(Ruled {
            place,
            is_unique: table.relation.is_unique(&[name.as_str()], None),
            tells: !matches!(types::category_and_class(base).0, b'B' | b'E'),
        })
    };
    named.map(read).collect()
}

fn compare(event: &Event, of: u32, rows: &Rows, place: u32, named: &[Option<Ruled>]) -> Same {
    let marks = rows.marks_if_read(place);
    let (mut all, mut telling) = (true, 0);
    for (column, ruled) in named.iter().enumerate() {
        let mark = event.mark(of, column);
        let now = ruled.as_ref().and_then(|ruled| {
            let now = marks.chunks_exact(MARK).nth(ruled.place)?;
            (now == mark).then_some(ruled)
        });
        match now {
            Some(ruled) if mark != [0; MARK] => {
                if ruled.is_unique {
                    return Same::Certainly;
                }
                telling += usize::from(ruled.tells);
            }
            Some(_) => {}
            None => all = false,
        }
    }
    let whole = event.whole_row().zip(rows.whole_mark(place));
    let is_whole =
        whole.is_some_and(|(column, now)| now != [0; MARK] && event.mark(of, column) == now);
    let enough = match event.what {
        What::Changed => ENOUGH_TO_CHANGE,
        _ => ENOUGH,
    };
    match is_whole || all && telling >= enough {
        true => Same::ByContent,
        false => Same::Unknown,
    }
}

/// A row that is older than the event is the one that it was about: nobody else had its key then. A younger one is another.
fn by_age(table: &mut Table, events: &Events, places: &[u32]) -> Result<()> {
    let created = match places.is_empty() {
        true => return Ok(()),
        false => table.created(places)?,
    };
    if created.is_empty() {
        return Ok(());
    }
    let mut at: HashMap<u32, i64> = HashMap::new();
    for mention in &table.mentioned.mentions {
        let event = events.all[mention.event as usize].at;
        let latest = at.entry(mention.row).or_insert(event);
        *latest = event.max(*latest);
    }
    for (place, (from, to)) in created {
        let Some(number) = table.number.get(&place) else {
            continue;
        };
        let Some(at) = at.get(number) else { continue };
        if to <= *at {
            table.same[*number as usize] = Same::Certainly;
        } else if from > *at {
            table.same[*number as usize] = Same::Not;
        }
    }
    Ok(())
}

/// A foreign key between tables of the rerun, by their places.
pub struct Between {
    pub from: usize,
    pub to: usize,
    pub reference: Reference,
}

impl Between {
    pub fn all(schema: &Schema, tables: &[Table]) -> Result<Vec<Self>> {
        let hierarchy = Hierarchy::new(&schema.inheritance);
        let place = |oid| {
            let table = hierarchy.table(oid);
            tables.iter().position(|known| known.relation.oid == table)
        };
        let mut all: Vec<Self> = Vec::new();
        for (number, key) in schema.foreign_keys.iter().enumerate() {
            if let (Some(from), Some(to)) = (place(key.target), place(key.source)) {
                let reference = Reference::of_key(schema, number, Relation::load_one)?;
                all.push(Self {
                    from,
                    to,
                    reference,
                });
            }
        }
        // What is referenced is judged before what references it.
        let pairs = all.iter().map(|key| (key.from, key.to));
        let groups = delete::referencing_first(tables.len(), pairs);
        let order: HashMap<usize, usize> = groups.into_iter().rev().flatten().zip(0..).collect();
        all.sort_by_key(|key| order.get(&key.from).copied());
        Ok(all)
    }

    /// All of these columns are among the referencing ones.
    pub fn has(&self, columns: &[Column]) -> bool {
        let own = &self.reference.pairs.referencing;
        let mut columns = columns.iter();
        columns.all(|column| own.iter().any(|own| own.name == column.name))
    }

    /// Which of these rows, by their numbers, reference which rows of the other table.
    pub fn referenced(&self, tables: &[Table], numbers: &[u32]) -> Result<Vec<(u32, u32)>> {
        let (from, to) = (&tables[self.from], &tables[self.to]);
        let (Some(rows), Some(found)) = (from.rows(), to.own()) else {
            return Ok(Vec::new());
        };
        let places = numbers
            .iter()
            .filter_map(|number| from.place[*number as usize]);
        let mut places: Vec<u32> = places.collect();
        places.sort_unstable();
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let values = from.values(&places, &self.reference.pairs.referencing, &rows)?;
        let by_image = by_image(found);
        let mut pairs = Vec::new();
        matched::referenced(
            &to.plan,
            0,
            &self.reference.referenced,
            &self.reference.pairs,
            &values,
            from.access(),
            |place, image| {
                let referenced = by_image.get(&image).and_then(|place| to.number.get(place));
                if let (Some(number), Some(referenced)) = (from.number.get(&place), referenced) {
                    pairs.push((*number, *referenced));
                }
            },
        )?;
        Ok(pairs)
    }

    /// Which rows, by their numbers, reference these rows of the other table.
    fn referencing(&self, tables: &[Table], numbers: &[u32]) -> Result<Vec<u32>> {
        let (from, to) = (&tables[self.from], &tables[self.to]);
        let (Some(found), Some(rows)) = (from.own(), to.rows()) else {
            return Ok(Vec::new());
        };
        let places = numbers
            .iter()
            .filter_map(|number| to.place[*number as usize]);
        let mut places: Vec<u32> = places.collect();
        places.sort_unstable();
        let values = to.values(&places, &self.reference.pairs.referenced, &rows)?;
        let by_image = by_image(found);
        let mut referencing = Vec::new();
        matched::referencing(
            &from.plan,
            &self.reference.relation,
            Some(0),
            &self.reference.pairs,
            &values,
            from.access(),
            |_, image| {
                let number = by_image
                    .get(&image)
                    .and_then(|place| from.number.get(place));
                referencing.extend(number);
            },
        )?;
        Ok(referencing)
    }
}

pub fn by_image(found: &Found) -> HashMap<Vec<u8>, u32> {
    (0..found.rows() as u32)
        .map(|place| (found.place_image(place), place))
        .collect()
}

/// What rows reference says more of them: what belongs to a person who is known is the person's; and what hangs on a row of which it is not known whose it is can be
/// a stranger's, though it looks alike.
pub fn judge_by_references(
    tables: &mut [Table],
    between: &[Between],
    events: &Events,
) -> Result<()> {
    // Each round clears up some row or is the last.
    loop {
        let mut changed = false;
        for key in between {
            changed |= doubt(tables, key)?;
            changed |= trust(tables, key, events)?;
        }
        if !changed {
            return Ok(());
        }
    }
}

fn doubt(tables: &mut [Table], key: &Between) -> Result<bool> {
    let to = &tables[key.to];
    let doubtful: Vec<u32> = (0..to.same.len() as u32)
        .filter(|number| {
            to.place[*number as usize].is_some()
                && matches!(to.same[*number as usize], Same::Unknown | Same::Not)
        })
        .collect();
    let is_by_content = tables[key.from].same.contains(&Same::ByContent);
    if doubtful.is_empty() || !is_by_content {
        return Ok(false);
    }
    let mut changed = false;
    for number in key.referencing(tables, &doubtful)? {
        let same = &mut tables[key.from].same[number as usize];
        changed |= *same == Same::ByContent;
        if *same == Same::ByContent {
            *same = Same::Unknown;
        }
    }
    Ok(changed)
}

fn trust(tables: &mut [Table], key: &Between, events: &Events) -> Result<bool> {
    let from = &tables[key.from];
    let unknown: Vec<u32> = (0..from.same.len() as u32)
        .filter(|number| {
            from.place[*number as usize].is_some() && from.same[*number as usize] == Same::Unknown
        })
        .collect();
    let mut known = Vec::new();
    for (number, referenced) in key.referenced(tables, &unknown)? {
        if is_known_by(tables, key, events, number, referenced) {
            known.push(number);
        }
    }
    for number in &known {
        // Its person is certain, or as good as the person's own content.
        tables[key.from].same[*number as usize] = Same::Certainly;
    }
    Ok(!known.is_empty())
}

/// The referenced row is the one that the log knows, by an event of the same transaction.
pub fn is_known_by(
    tables: &[Table],
    key: &Between,
    events: &Events,
    number: u32,
    referenced: u32,
) -> bool {
    let same = tables[key.to].same[referenced as usize];
    if !matches!(same, Same::Certainly | Same::ByContent) {
        return false;
    }
    let own = units(&tables[key.from], events, number);
    let theirs = units(&tables[key.to], events, referenced);
    !own.is_disjoint(&theirs)
}

/// The transactions of a row's events.
fn units(table: &Table, events: &Events, number: u32) -> HashSet<u32> {
    let mentions = of_row(&table.mentioned.mentions, number);
    table
        .events(events, mentions)
        .map(|(event, _)| event.unit)
        .collect()
}

/// A row's mentions among all, which are sorted by row.
pub fn of_row(mentions: &[Mention], number: u32) -> &[Mention] {
    let from = mentions.partition_point(|mention| mention.row < number);
    let to = mentions.partition_point(|mention| mention.row <= number);
    &mentions[from..to]
}
