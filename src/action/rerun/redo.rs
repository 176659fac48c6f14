//! Does again what the events did, to the rows that are known to be theirs. What a table refuses is left as it is, and the rest goes on.

use super::events::{Event, Events, Mention, What};
use super::same::{Between, by_image, is_known_by, of_row};
use super::table::{Fate, Same, Table};
use crate::action::delete::{self, Member};
use crate::action::done::Done;
use crate::action::statement::{Form, found_again};
use crate::action::update::given;
use crate::action::work::{BITS, Candidates, Work, require_bits};
use crate::action::{apply, failure, matched};
use crate::catalog::home::Home;
use crate::catalog::relation::{self, Column, Relation};
use crate::catalog::schema::{Release, Schema};
use crate::error::{Code, Error, Result};
use crate::link::hierarchy::Hierarchy;
use crate::mask::Keys as Secret;
use crate::plan::Reference;
use crate::security;
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use crate::spi::guarded;
use crate::spi::statement::{Access, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use pgrx::PgMemoryContexts;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

/// What is refused, and why. It is said at the end, of what is refused still.
#[derive(Default)]
pub struct Refusals(RefCell<Vec<String>>);

impl Refusals {
    pub fn add(&self, message: String) {
        self.0.borrow_mut().push(message);
    }

    pub fn say(self) {
        for message in self.0.into_inner() {
            pgrx::warning!("{message}");
        }
    }
}

/// Rows that a table refuses one by one before what is left is tried in large pieces only.
const REFUSED: usize = 1000;

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
fn kept(table: &Table, events: &Events, mentions: &[Mention]) -> Option<i64> {
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
fn detached(table: &Table, events: &Events) -> Vec<(Vec<Column>, Vec<u32>)> {
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

/// The caller may delete what is to be deleted. 42501 otherwise; what else the caller needs the walk has looked for.
pub fn require_privileges(tables: &[Table]) -> Result<()> {
    let deleting = tables
        .iter()
        .filter(|table| table.gone.contains(&Fate::ToDo));
    for table in deleting {
        let graph = &table.plan.graph;
        delete::require_delete(graph.relation(graph.tables[0].relation)?)?;
    }
    Ok(())
}

/// Does all that is to be done: rows let go, then rules are applied, then rows are deleted, those first that reference others. Keys are rewritten at last, since that
/// moves the rows that reference them. Needs pinned settings.
pub fn run(
    home: &Home,
    secret: &Secret,
    tables: &mut [Table],
    between: &[Between],
    events: &Events,
    refusals: &Refusals,
) -> Result<()> {
    let rewrites = |table: &Table| table.plan.tables[0].group.is_some();
    for table in tables.iter_mut() {
        let moved = let_go(table, between, events, refusals)?;
        if !rewrites(table) {
            mask(home, secret, table, events, moved, refusals)?;
        }
    }
    let pairs = between.iter().map(|key| (key.from, key.to));
    for group in delete::referencing_first(tables.len(), pairs) {
        match group.as_slice() {
            [one] => delete_one(home, secret, &mut tables[*one], refusals)?,
            many => delete_circle(home, secret, tables, many, refusals)?,
        }
    }
    let mut rewriting = tables.iter_mut().filter(|table| rewrites(table));
    rewriting.try_for_each(|table| mask(home, secret, table, events, true, refusals))
}

/// Tries the work on all rows; if it fails, on halves of them, until it is known which rows are refused.
fn each_that_can(
    table: &str,
    rows: &[u32],
    refusals: &Refusals,
    work: &mut dyn FnMut(&[u32]) -> Result<()>,
) -> Vec<u32> {
    let mut refused = Vec::new();
    let mut left = vec![rows.to_vec()];
    let mut said = false;
    while let Some(rows) = left.pop() {
        if rows.is_empty() {
            continue;
        }
        let outcome = attempt(|| {
            let _spi = Connection::open();
            work(&rows)
        });
        let Err(message) = outcome else { continue };
        if rows.len() > 1 && refused.len() < REFUSED {
            let (first, second) = rows.split_at(rows.len() / 2);
            left.push(second.to_vec());
            left.push(first.to_vec());
            continue;
        }
        refused.extend(rows);
        if !said {
            refusals.add(format!(
                "rows of table {table} could not be changed: {message}"
            ));
            said = true;
        }
    }
    refused
}

/// What has to let go does so. Whether that has moved rows.
fn let_go(
    table: &mut Table,
    between: &[Between],
    events: &Events,
    refusals: &Refusals,
) -> Result<bool> {
    let mut moved = false;
    for (columns, rows) in detached(table, events) {
        let rows: HashSet<u32> = rows.into_iter().collect();
        let of_these = |place: &u32| {
            let number = table.number.get(place);
            number.is_some_and(|number| rows.contains(number))
        };
        let mut places = table.to_do(&table.detached);
        places.retain(of_these);
        if places.is_empty() {
            continue;
        }
        // By the key, where rows may have let go of something else before.
        let by_key = moved && !table.plan.tables[0].key.is_empty();
        let value = release(table, between, &columns);
        let name = table.relation.qualified().to_string();
        let refused = each_that_can(&name, &places, refusals, &mut |places| {
            set(table, places, &columns, value, by_key)
        });
        moved = true;
        note(table, |table| &mut table.detached, &places, &refused);
    }
    Ok(moved)
}

/// What becomes of the columns of a foreign key.
fn release(table: &Table, between: &[Between], columns: &[Column]) -> &'static str {
    let is_of =
        |key: &&Between| key.reference.relation.oid == table.relation.oid && key.has(columns);
    let released = between.iter().find(is_of);
    match released.and_then(|key| key.reference.release) {
        Some(Release::Default) => "DEFAULT",
        _ => "NULL",
    }
}

fn set(table: &Table, places: &[u32], columns: &[Column], value: &str, by_key: bool) -> Result<()> {
    let plan = &table.plan;
    let Some(rows) = table.rows() else {
        return Ok(());
    };
    let relation = plan.graph.relation(plan.graph.tables[0].relation)?;
    let form = Form {
        size: Size::Many,
        by_key,
        partly: false,
        releases: false,
    };
    let (mut keys, matches, _) = found_again(&plan.graph, plan, 0, form, Keys::new(form.size))?;
    let sets: Vec<String> = columns
        .iter()
        .map(|column| format!("{} = {value}", Ident(&column.name)))
        .collect();
    let sql = format!(
        "UPDATE {} AS target SET {} FROM {} WHERE {matches}",
        relation.in_from(),
        sets.join(", "),
        keys.from()
    );
    let memory = PgMemoryContexts::new("gdpr_ext rerun");
    let mut parameters = vec![running::parameter()];
    parameters.extend(given(&rows, places, &[], form, &memory));
    let types = std::mem::take(&mut keys.types);
    let mut changed = 0;
    let _owner = security::as_owner_who_acts(relation)?;
    let run = || {
        let planning = form.planning(&plan.graph.tables[0]);
        let statement = Statement::prepare(&sql, &types, planning)?;
        changed = statement.run_counting(&parameters, Access::Lock)?;
        Ok(())
    };
    guarded::run_naming(run, |code, message| {
        Ok(failure::of_table(
            relation,
            Some(&plan.tables[0]),
            code,
            message,
        ))
    })?;
    match changed == places.len() as u64 {
        true => Ok(()),
        false => Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            "a trigger of the table swallowed the change",
        )),
    }
}

fn mask(
    home: &Home,
    secret: &Secret,
    table: &mut Table,
    events: &Events,
    moved: bool,
    refusals: &Refusals,
) -> Result<()> {
    let places = table.to_do(&table.masked);
    if places.is_empty() {
        return Ok(());
    }
    let mut kept_of = HashMap::new();
    for place in &places {
        let Some(number) = table.number.get(place) else {
            continue;
        };
        let mentions = of_row(&table.mentioned.mentions, *number);
        kept_of.insert(*place, kept(table, events, mentions).unwrap_or_default());
    }
    if kept_of.values().any(|kept| *kept != 0) {
        require_bits(&table.plan, 0)?;
    }
    let name = table.relation.qualified().to_string();
    let refused = each_that_can(&name, &places, refusals, &mut |places| {
        let deciding = table.deciding(home, secret);
        let rows = places.iter().map(|place| (*place, kept_of[place]));
        let candidates = vec![Candidates {
            table: 0,
            rows: rows.collect(),
        }];
        let mut work = Work::default();
        deciding.changes(&table.found, candidates, &mut work)?;
        for change in &mut work.changes {
            change.by_key = moved;
        }
        let mut done = Done::new(&deciding);
        apply::apply(&table.plan, &work, &table.found, &mut done)?;
        done.remember()
    });
    note(table, |table| &mut table.masked, &places, &refused);
    Ok(())
}

fn delete_one(home: &Home, secret: &Secret, table: &mut Table, refusals: &Refusals) -> Result<()> {
    let name = table.relation.qualified().to_string();
    let mut places = table.to_do(&table.gone);
    // Rows of one table can reference each other: what is refused now may not be when the others are gone.
    loop {
        if places.is_empty() {
            return Ok(());
        }
        let refused = each_that_can(&name, &places, refusals, &mut |places| {
            remove(home, secret, &[(table, places)])
        });
        let again = refused.len() < places.len() && !refused.is_empty();
        note(table, |table| &mut table.gone, &places, &refused);
        if !again {
            return Ok(());
        }
        for place in &refused {
            if let Some(number) = table.number.get(place) {
                table.gone[*number as usize] = Fate::ToDo;
            }
        }
        places = refused;
    }
}

/// Tables that reference each other in a circle are deleted from in one statement: all rows or none.
fn delete_circle(
    home: &Home,
    secret: &Secret,
    tables: &mut [Table],
    members: &[usize],
    refusals: &Refusals,
) -> Result<()> {
    let places: Vec<(usize, Vec<u32>)> = members
        .iter()
        .map(|number| (*number, tables[*number].to_do(&tables[*number].gone)))
        .filter(|(_, places)| !places.is_empty())
        .collect();
    let outcome = attempt(|| {
        let _spi = Connection::open();
        let members: Vec<(&Table, &[u32])> = places
            .iter()
            .map(|(number, places)| (&tables[*number], places.as_slice()))
            .collect();
        remove(home, secret, &members)
    });
    if let Err(message) = &outcome {
        let names = places.iter().map(|(number, _)| &tables[*number].relation);
        let names: Vec<String> = names.map(|table| table.qualified().to_string()).collect();
        refusals.add(format!(
            "rows of tables {} could not be deleted: {message}",
            names.join(", ")
        ));
    }
    for (number, places) in &places {
        let refused: &[u32] = if outcome.is_err() { places } else { &[] };
        note(
            &mut tables[*number],
            |table| &mut table.gone,
            places,
            refused,
        );
    }
    Ok(())
}

/// Deletes these rows of each table in one statement.
fn remove(home: &Home, secret: &Secret, tables: &[(&Table, &[u32])]) -> Result<()> {
    let mut members = Vec::new();
    for (table, places) in tables {
        if let Some(found) = table.own() {
            members.push(Member {
                plan: &table.plan,
                table: 0,
                found,
                rows: places,
            });
        }
    }
    if members.is_empty() {
        return Ok(());
    }
    let work = |places: &[u32]| Work {
        gone: vec![(0, places.to_vec())],
        ..Work::default()
    };
    for (table, places) in tables {
        apply::before(&table.plan, &work(places), &table.found)?;
    }
    delete::statement(&members)?;
    for (table, places) in tables {
        apply::after(&table.plan, &work(places), &table.found)?;
        if let Some(found) = table.own() {
            let deciding = table.deciding(home, secret);
            let mut done = Done::new(&deciding);
            done.forget(0, places, found);
            done.remember()?;
        }
    }
    Ok(())
}

/// Notes what was done to these rows, and what was not.
fn note(
    table: &mut Table,
    which: impl for<'t, 'm> Fn(&'t mut Table<'m>) -> &'t mut Vec<Fate>,
    places: &[u32],
    refused: &[u32],
) {
    let refused: HashSet<&u32> = refused.iter().collect();
    for place in places {
        let Some(number) = table.number.get(place).copied() else {
            continue;
        };
        which(table)[number as usize] = match refused.contains(place) {
            true => Fate::Failed,
            false => Fate::Done,
        };
    }
}
