//! What is to be done to each row that was found: what the events did, as far as the row is known to be theirs and nothing holds it.

use super::events::{Event, Events, Mention, What};
use super::refusals::Refusals;
use super::same::{Between, by_image, is_known_by};
use super::table::{Fate, Same, Table};
use crate::action::matched;
use crate::action::work::{BITS, Candidates, Work};
use crate::catalog::home::Home;
use crate::catalog::relation::{self, Column, Relation};
use crate::catalog::schema::Schema;
use crate::error::Result;
use crate::link::hierarchy::Hierarchy;
use crate::mask::Keys as Secret;
use crate::plan::Reference;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Says what is to be done to each row that was found. Needs SPI and pinned settings.
pub fn decide(
    home: &Home,
    secret: &Secret,
    tables: &mut [Table],
    (schema, between): (&Schema, &[Between]),
    events: &Events,
    apply_all: bool,
) -> Result<()> {
    for table in tables.iter_mut() {
        decide_whole(home, secret, table, events)?;
    }
    for number in 0..tables.len() {
        decide_detached(tables, number, (schema, between), events, apply_all)?;
    }
    for table in tables.iter_mut() {
        for number in 0..table.same.len() {
            let same = match table.same[number] {
                Same::Unknown if apply_all => Same::ByContent,
                same => same,
            };
            for fates in [&mut table.gone, &mut table.masked] {
                fates[number] = of_same(fates[number], same);
            }
        }
    }
    Ok(())
}

fn of_same(fate: Fate, same: Same) -> Fate {
    match (fate, same) {
        (Fate::ToDo, Same::Unknown) => Fate::Failed,
        (Fate::ToDo | Fate::Failed, Same::Not) => Fate::Gone,
        (Fate::Failed, Same::Certainly | Same::ByContent) => Fate::ToDo,
        (fate, _) => fate,
    }
}

/// Rows that were deleted, and of the others those in which something is not anonymised any more.
fn decide_whole(home: &Home, secret: &Secret, table: &mut Table, events: &Events) -> Result<()> {
    let mut masked = Vec::new();
    for (number, mentions) in table.mentioned.by_row() {
        let Some(place) = table.place[number as usize] else {
            continue;
        };
        if table.deletes(events, mentions) {
            table.gone[number as usize] = Fate::ToDo;
            continue;
        }
        masked.extend(kept(table, events, mentions).map(|kept| (place, kept)));
    }
    let mut work = Work::default();
    masked.sort_unstable();
    let candidates = vec![Candidates {
        table: 0,
        rows: masked,
    }];
    table
        .deciding(home, secret)
        .changes(&table.found, candidates, &mut work)?;
    for place in work.changes.iter().flat_map(|change| &change.rows) {
        if let Some(number) = table.number.get(place) {
            table.masked[*number as usize] = Fate::ToDo;
        }
    }
    Ok(())
}

/// The columns that none of a row's events has changed, a bit each. None if no event has changed one that there is a rule for.
pub fn kept(table: &Table, events: &Events, mentions: &[Mention]) -> Option<i64> {
    let events: Vec<&Event> = table
        .events(events, mentions)
        .map(|(event, _)| event)
        .filter(|event| event.what == What::Changed && table.has_rules(event))
        .collect();
    if events.is_empty() {
        return None;
    }
    let columns = table.plan.tables[0].changes.iter().take(BITS).enumerate();
    let is_kept = |column: &String| events.iter().all(|event| !event.columns.contains(column));
    let kept = columns.filter(|(_, change)| is_kept(&change.column));
    Some(kept.fold(0, |bits, (i, _)| bits | 1 << i))
}

/// Rows that let go of what they referenced, and have not: theirs is what references a row that is known, or is known itself.
fn decide_detached(
    tables: &mut [Table],
    number: usize,
    (schema, between): (&Schema, &[Between]),
    events: &Events,
    apply_all: bool,
) -> Result<()> {
    for (columns, rows) in detached(&tables[number], events) {
        let table = &tables[number];
        let is_reference = is_reference(schema, table, &columns);
        let Some(read) = table.rows() else { continue };
        let places: Vec<u32> = rows
            .iter()
            .filter_map(|row| table.place[*row as usize])
            .collect();
        let referencing = table.values(&places, &columns, &read)?.rows;
        let mut fates: BTreeMap<u32, Fate> = BTreeMap::new();
        for row in referencing
            .iter()
            .filter_map(|place| table.number.get(place))
        {
            let fate = match table.same[*row as usize] {
                // Only references are let go of, whatever an event says.
                _ if !is_reference => Fate::Failed,
                Same::Unknown if apply_all => Fate::ToDo,
                Same::Unknown => Fate::Failed,
                Same::Not => Fate::Gone,
                Same::Certainly | Same::ByContent => Fate::ToDo,
            };
            fates.insert(*row, fate);
        }
        let unknown: Vec<u32> = fates
            .iter()
            .filter(|(_, fate)| **fate == Fate::Failed && is_reference)
            .map(|(row, _)| *row)
            .collect();
        let keys = between.iter().filter(|key| key.from == number);
        for key in keys.filter(|key| key.has(&columns)) {
            for (row, referenced) in key.referenced(tables, &unknown)? {
                if is_known_by(tables, key, events, row, referenced) {
                    fates.insert(row, Fate::ToDo);
                }
            }
        }
        for (row, fate) in fates {
            // What is deleted need not let go.
            if tables[number].gone[row as usize] == Fate::Gone {
                tables[number].detached[row as usize] = fate;
            }
        }
    }
    Ok(())
}

/// The columns are those of a foreign key.
fn is_reference(schema: &Schema, table: &Table, columns: &[Column]) -> bool {
    let hierarchy = Hierarchy::new(&schema.inheritance);
    let mut keys = schema.foreign_keys.iter();
    keys.any(|key| {
        let number = |column: &Column| match key.target == table.relation.oid {
            true => Some(column.number),
            false => relation::column_number(key.target, &column.name),
        };
        let has = |column: &Column| {
            number(column).is_some_and(|number| key.target_columns.contains(&number))
        };
        hierarchy.table(key.target) == table.relation.oid && columns.iter().all(has)
    })
}

/// The rows that let go of something, by the columns that became NULL; those that there are.
pub fn detached(table: &Table, events: &Events) -> Vec<(Vec<Column>, Vec<u32>)> {
    let mut by_columns: HashMap<Vec<&str>, Vec<u32>> = HashMap::new();
    for (number, mentions) in table.mentioned.by_row() {
        if table.place[number as usize].is_none() {
            continue;
        }
        let mut seen = HashSet::new();
        for (event, _) in table.events(events, mentions) {
            if event.what == What::Detached && seen.insert(event.columns.as_ptr()) {
                let columns = event.columns.iter().map(String::as_str).collect();
                by_columns.entry(columns).or_default().push(number);
            }
        }
    }
    let columns = |names: Vec<&str>| -> Vec<Column> {
        let columns = names
            .into_iter()
            .filter_map(|name| table.relation.column(name));
        columns.cloned().collect()
    };
    let mut all: Vec<(Vec<Column>, Vec<u32>)> = by_columns
        .into_iter()
        .map(|(names, rows)| (columns(names), rows))
        .filter(|(columns, _)| !columns.is_empty())
        .collect();
    all.sort_by(|(one, _), (other, _)| {
        let names = |columns: &[Column]| columns.iter().map(|c| c.number).collect::<Vec<_>>();
        names(one).cmp(&names(other))
    });
    all
}

/// Rows that are referenced by rows which stay are left, and decided about by who knows these: they came after the restore. ON DELETE CASCADE would take them along,
/// though no event speaks of them; but what goes like that from tables that are not registered was never logged. Needs SPI and pinned settings.
pub fn leave_what_is_held(
    tables: &mut [Table],
    schema: &Schema,
    apply_all: bool,
    refusals: &Refusals,
) -> Result<()> {
    let hierarchy = Hierarchy::new(&schema.inheritance);
    let keys = schema.foreign_keys.iter().enumerate();
    let keys = keys.filter(|(_, key)| {
        let holds = match key.on_delete.as_str() {
            "a" | "r" => true,
            "c" => !apply_all && schema.entry(hierarchy.table(key.target)).is_some(),
            _ => false,
        };
        holds && key.release.is_none()
    });
    let place = |tables: &[Table], oid| {
        let table = hierarchy.table(oid);
        tables.iter().position(|known| known.relation.oid == table)
    };
    let mut holding = Vec::new();
    for (number, key) in keys {
        if let Some(to) = place(tables, key.source) {
            let reference = Reference::of_key(schema, number, Relation::load_one)?;
            holding.push((to, place(tables, key.target), reference));
        }
    }
    // What stays lets what it references stay.
    loop {
        let mut changed = false;
        for (to, from, reference) in &holding {
            let held = held(&tables[*to], from.map(|from| &tables[from]), reference)?;
            if !held.is_empty() {
                refusals.add(format!(
                    "rows of table {} could not be deleted: rows of table {} that no event speaks of reference them by foreign key \"{}\"",
                    tables[*to].relation.qualified(),
                    reference.relation.qualified(),
                    reference.name
                ));
            }
            for number in held {
                tables[*to].gone[number as usize] = Fate::Failed;
                changed = true;
            }
        }
        if !changed {
            return Ok(());
        }
    }
}

/// The rows to delete, by their numbers, that rows reference which neither go nor let go.
fn held(to: &Table, from: Option<&Table>, reference: &Reference) -> Result<Vec<u32>> {
    let places = to.to_do(&to.gone);
    let Some(rows) = to.rows().filter(|_| !places.is_empty()) else {
        return Ok(Vec::new());
    };
    let known = from.and_then(Table::own).map(by_image);
    let goes = |image: &Vec<u8>| {
        let place = known.as_ref().and_then(|known| known.get(image));
        let number = from
            .zip(place)
            .and_then(|(from, place)| from.number.get(place));
        from.zip(number).is_some_and(|(from, number)| {
            let fates = [from.gone[*number as usize], from.detached[*number as usize]];
            fates.contains(&Fate::ToDo)
        })
    };
    let values = to.values(&places, &reference.pairs.referenced, &rows)?;
    let plan = from.map_or(&to.plan, |from| &from.plan);
    let mut held = Vec::new();
    matched::referencing(
        plan,
        &reference.relation,
        from.map(|_| 0),
        &reference.pairs,
        &values,
        to.access(),
        |place, image| {
            if !goes(&image) {
                held.extend(to.number.get(&place));
            }
        },
    )?;
    Ok(held)
}
