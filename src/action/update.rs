//! Changes the rows of one table in one UPDATE, as the table's owner, and sees to it that every row was changed.

use super::release::Besides;
use super::statement::{self, Form};
use super::work::{Change, Rows};
use super::{failure, outside};
use crate::error::{Code, Error, Result};
use crate::log::fingerprint::MARK;
use crate::plan::{Plan, TablePlan};
use crate::security;
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Planning, Statement};
use crate::sql::Ident;
use crate::strategy::{Values, running};
use crate::walk::found::Found;
use crate::walk::statements::Size;
use pgrx::pg_sys::{self, Datum};
use pgrx::{FromDatum, IntoDatum, PgMemoryContexts};

/// Rows changed by one statement.
const BATCH: usize = 1_000_000;

/// By what a plan's statements are told apart.
const UPDATE: usize = 0;
const CONSTANTS: usize = 1;

/// A row as it is after the change.
pub struct Changed {
    pub row: u32,
    /// its place among the rows of the change
    pub ord: usize,
    pub marks: Vec<u8>,
    /// The texts of its key's parts, where they are not what they were.
    pub key: Option<Vec<String>>,
}

/// Runs the UPDATE of a table; other columns are set besides. Needs SPI and pinned settings; privileges have been checked by the walk.
pub fn run(
    plan: &Plan,
    change: &Change,
    found: &Found,
    besides: Option<&Besides>,
) -> Result<Vec<Changed>> {
    let rows = Rows::of(plan, change.table, found);
    let mut changed = Vec::with_capacity(change.rows.len());
    for from in (0..change.rows.len()).step_by(BATCH) {
        let batch = from..(from + BATCH).min(change.rows.len());
        run_batch(plan, change, &rows, batch, besides, &mut changed)?;
    }
    verify(plan, change.table, change, &changed, &rows)?;
    Ok(changed)
}

fn run_batch(
    plan: &Plan,
    change: &Change,
    rows: &Rows,
    batch: std::ops::Range<usize>,
    besides: Option<&Besides>,
    changed: &mut Vec<Changed>,
) -> Result<()> {
    let table = change.table;
    let rules = &plan.tables[table];
    let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
    let places = &change.rows[batch.clone()];
    let form = Form {
        size: Size::of(places.len()),
        by_key: (change.by_key || plan.by_key()) && !rules.key.is_empty(),
        partly: !change.kept.is_empty(),
        releases: besides.is_some_and(|besides| !besides.rows.is_empty()),
    };
    let memory = PgMemoryContexts::new("gdpr_ext update");
    let kept = change.kept.get(batch.clone()).unwrap_or_default();
    let released = besides.and_then(|besides| besides.rows.get(batch.clone()));
    let bits: Vec<&[i64]> = [form.partly.then_some(kept), released]
        .into_iter()
        .flatten()
        .collect();
    let mut parameters = vec![running::parameter()];
    parameters.extend(given(rows, places, &bits, form, &memory));
    let mut still = 0;
    let _owner = security::as_owner_who_acts(relation)?;
    let run = || {
        if relation.is_outside() {
            return outside::update(plan, change, rows, batch.clone(), changed);
        }
        let key = [
            UPDATE,
            table,
            form.number(),
            besides.map_or(0, |b| b.number),
        ];
        let statement = plan.statements.get(key, || {
            let sets = besides.map_or(&[][..], |besides| &besides.sets);
            let (sql, types) = statement::update(plan, table, form, sets)?;
            Statement::prepare(&sql, &types, form.planning(&plan.graph.tables[table]))
        })?;
        statement.run(&parameters, Access::Lock, |row| {
            if let Some(ord) = row.get(0) {
                still += u64::from(row.is_true(1));
                changed.push(read(rules, change, batch.start + ord.value() - 1, row, 2));
            }
        })
    };
    guarded::run_naming(run, |code, message| {
        Ok(match besides.and_then(|besides| besides.refused(message)) {
            Some(name) => failure::of_default(relation, name, code),
            None => failure::of_table(relation, Some(rules), code, message),
        })
    })?;
    match still {
        0 => Ok(()),
        still => Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            format!(
                "{still} rows of table {} still reference what they were to let go of",
                relation.qualified()
            ),
        )
        .detail("A trigger of the table undid the change.")
        .hint("Let the trigger pass what gdpr_ext writes, or drop it.")),
    }
}

pub fn planning(size: Size) -> Planning {
    match size {
        Size::Many => Planning::EachRun,
        Size::One | Size::Few => Planning::Once,
    }
}

/// What the statement is given to find the rows again, and the bits that it has of each.
pub fn given(
    rows: &Rows,
    places: &[u32],
    bits: &[&[i64]],
    form: Form,
    memory: &PgMemoryContexts,
) -> Vec<Option<Datum>> {
    let range = if form.by_key {
        rows.key()
    } else {
        rows.identity()
    };
    let columns = &rows.found.kept[range];
    let mut parameters: Vec<_> = columns
        .iter()
        .map(|column| form.size.parameter(column, places))
        .collect();
    for bits in bits {
        let mut column = Column::new(pg_sys::INT8OID, memory.value());
        bits.iter().for_each(|bits| column.push(bits.into_datum()));
        let all: Vec<u32> = (0..bits.len() as u32).collect();
        parameters.push(form.size.parameter(&column, &all));
    }
    parameters
}

/// A row that the statement gives back, from its column of marks on.
pub fn read(rules: &TablePlan, change: &Change, ord: usize, row: &Row, from: usize) -> Changed {
    let text = |column: usize| {
        // SAFETY: the column is of type text.
        row.get(column)
            .and_then(|datum| unsafe { String::from_datum(datum, false) })
            .unwrap_or_default()
    };
    let key = if rules.key.is_empty() {
        Some(vec![text(from + 1)])
    } else {
        rules.rewrites_key().then(|| {
            let parts = rules.key.iter().enumerate();
            parts
                .map(|(i, part)| {
                    let mut text = String::new();
                    part.write(row.get(from + 1 + i), &mut text);
                    text
                })
                .collect()
        })
    };
    Changed {
        row: change.rows[ord],
        ord,
        // SAFETY: the column is of type bytea.
        marks: row
            .get(from)
            .and_then(|datum| unsafe { Vec::<u8>::from_datum(datum, false) })
            .unwrap_or_default(),
        key,
    }
}

/// Every row was changed, and no value that had to change is what it was: a trigger can swallow an update or undo it. 27000.
pub fn verify(
    plan: &Plan,
    table: usize,
    change: &Change,
    changed: &[Changed],
    rows: &Rows,
) -> Result<()> {
    let name = super::work::table_name(&plan.graph, table)?;
    let refuse = |message: String| {
        Err(
            Error::new(Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION, message)
                .detail("A trigger of the table swallowed or undid the change.")
                .hint("Let the trigger pass what gdpr_ext writes, or drop it."),
        )
    };
    if changed.len() != change.rows.len() {
        return refuse(format!(
            "only {} of {} rows of table {name} were changed",
            changed.len(),
            change.rows.len()
        ));
    }
    let rules = &plan.tables[table];
    let mut same: Vec<bool> = vec![false; rules.changes.len()];
    let mut constants = None;
    for row in changed {
        let before = rows.marks(row.row).chunks_exact(MARK);
        let unchanged = before
            .zip(row.marks.chunks_exact(MARK))
            .map(|(before, after)| before == after && before != [0; MARK]);
        for (i, _) in unchanged
            .enumerate()
            .filter(|(i, unchanged)| *unchanged && !change.keeps(row.ord, *i))
        {
            match rules.changes[i].values {
                Values::Null | Values::Fresh | Values::Changed => same[i] = true,
                Values::Constant => {
                    if constants.is_none() {
                        constants = Some(constant_marks(plan, table)?);
                    }
                    let mark = row.marks.chunks_exact(MARK).nth(i);
                    same[i] |= constants
                        .as_ref()
                        .and_then(|marks| marks.chunks_exact(MARK).nth(i))
                        != mark;
                }
                Values::Any | Values::Derived | Values::Unknown => {}
            }
        }
    }
    match same.iter().position(|same| *same) {
        Some(i) => refuse(format!(
            "column \"{}\" of table {name} kept its value",
            rules.changes[i].column
        )),
        None => Ok(()),
    }
}

/// The marks of the constants that rules give; of other columns those of NULL.
fn constant_marks(plan: &Plan, table: usize) -> Result<Vec<u8>> {
    let rules = &plan.tables[table];
    let relation = plan.graph.relation(plan.graph.tables[table].relation)?;
    let columns: Vec<String> = rules
        .changes
        .iter()
        .map(|change| {
            format!(
                "{} AS {}",
                change
                    .constant
                    .as_deref()
                    .unwrap_or("NULL::pg_catalog.text"),
                Ident(&change.column)
            )
        })
        .collect();
    let sql = format!(
        "SELECT {} FROM (SELECT {}) AS target",
        crate::plan::build::marks(rules),
        columns.join(", ")
    );
    let mut marks = Vec::new();
    let _owner = security::as_owner(relation)?;
    let statement = plan.statements.get([CONSTANTS, table, 0, 0], || {
        Statement::prepare(&sql, &[pg_sys::INT8OID], Planning::Once)
    })?;
    statement.run(&[running::parameter()], Access::Lock, |row| {
        // SAFETY: the column is of type bytea.
        marks = row
            .get(0)
            .and_then(|datum| unsafe { Vec::<u8>::from_datum(datum, false) })
            .unwrap_or_default();
    })?;
    Ok(marks)
}
