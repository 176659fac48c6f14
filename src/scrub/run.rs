//! Does what was planned, table by table.

use super::coverage::Unregistered;
use super::heap::{self, Query};
use super::plan::{Gathered, Plan, Table, Value};
use super::progress::Progress;
use super::select;
use super::{Asked, LargeObjects, Line, Whole, analyze, forget, objects, views};
use crate::action::failure;
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::log::event::user_name;
use crate::security::{self, Bulk, NoTriggers, RunAs};
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::parallel;
use crate::spi::statement::{Access, Planning, Statement};
use crate::sql::Ident;
use crate::strategy::running::RunningApart;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pg_sys::{self, Oid};
use pgrx::{FromDatum, IntoDatum, PgLogLevel};
use std::time::Instant;

/// Needs SPI and pinned settings; everything that is written must be locked.
pub fn run(
    home: &Home,
    whole: &Whole,
    asked: &Asked,
    unregistered: &[Unregistered],
) -> Result<Vec<Line>> {
    let plan = &whole.plan;
    for table in &plan.tables {
        security::require_no_temporary(&table.relation)?;
        table.heaps.iter().try_for_each(require_unused)?;
    }
    let mut lines = Vec::new();
    {
        let _silence = NoTriggers::new();
        let rows = Rows {
            home,
            running: RunningApart::start()?,
        };
        for number in &plan.maps {
            rows.make_map(plan, &plan.tables[*number])?;
        }
        for table in &plan.tables {
            lines.extend(rows.write_anew(table)?);
        }
        drop(rows);
        drop_maps(home, plan)?;
        lines.extend(views::refresh(&whole.views)?);
    }
    lines.extend(whole.untouched(unregistered)?);
    if asked.large_objects == LargeObjects::Unlink {
        lines.extend(objects::unlink()?);
    }
    analyze::replace(&whole.relations())?;
    forget::forget(home, whole, &lines)?;
    Ok(lines)
}

/// What the result says of a table that is written anew.
pub fn action(table: &Table) -> &'static str {
    match table.gathered {
        Some(Gathered::Moves) => "repartitioned",
        _ => "rewritten",
    }
}

/// No cursor of this session reads it, and no trigger of it waits. 55006 otherwise.
fn require_unused(heap: &Relation) -> Result<()> {
    let open = super::writer::Open::locked(heap.oid);
    // SAFETY: the relation is open; the name is a constant.
    unsafe { pg_sys::CheckTableNotInUse(open.relation(), c"scrub".as_ptr()) };
    Ok(())
}

/// Reads rows with new values.
struct Rows<'a> {
    home: &'a Home,
    running: RunningApart,
}

impl Rows<'_> {
    /// The former and the new keys of a table, for those that reference it, and for itself.
    fn make_map(&self, plan: &Plan, table: &Table) -> Result<()> {
        let name = select::map_name(table.relation.oid);
        self.make(&select::make_map(table)?, &name, table)?;
        self.fill(table, &select::map(table)?, &name)?;
        for reader in &plan.tables {
            for (number, join) in reader.joins.iter().enumerate() {
                if join.apart && join.table == table.relation.oid {
                    self.put_apart(reader, number, table)?;
                }
            }
        }
        Ok(())
    }

    /// Beside the rows of another role's table what the keys that they reference have become.
    fn put_apart(&self, reader: &Table, number: usize, referenced: &Table) -> Result<()> {
        let Some(map) = &referenced.map else {
            return Err(Error::internal("a table has no map"));
        };
        let name = select::references_name(reader, number);
        let references = select::references(reader, &reader.joins[number]);
        execute(
            self.home,
            &format!("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS {references} WITH NO DATA"),
        )?;
        self.fill(reader, &references, &name)?;
        let apart = select::make_apart(reader, number, map);
        self.make(&apart, &select::apart_name(reader, number), reader)?;
        execute(self.home, &format!("DROP TABLE {name}"))
    }

    /// Fills a table of the session with what the owner of a table reads.
    fn fill(&self, table: &Table, sql: &str, name: &str) -> Result<u64> {
        self.as_owner(table, &table.relation, || {
            let into = named(name)?;
            // The token is a parameter of every statement, whether it calls ours or not.
            self.read(sql, |query| heap::fill(into, query))
        })
    }

    fn write_anew(&self, table: &Table) -> Result<Vec<Line>> {
        if table.gathered.is_none() {
            return table
                .heaps
                .iter()
                .map(|heap| self.heap(table, heap))
                .collect();
        }
        let name = select::gathered_name(table.relation.oid);
        self.make(&select::make_gathered(table), &name, table)?;
        let started = Instant::now();
        let rows = {
            let _progress = Progress::of(table.relation.oid);
            self.fill(table, &select::gathering(table)?, &name)?
        };
        let mut gathering = started.elapsed();
        let mut lines = Vec::new();
        for heap in &table.heaps {
            let mut line = self.replaced(table, heap, &select::gathered(table, heap)?)?;
            // What it took to gather them is said with the first.
            line.milliseconds = line.milliseconds.map(|ms| ms + milliseconds(gathering));
            gathering = std::time::Duration::ZERO;
            lines.push(line);
        }
        if lines.iter().map(|line| line.rows).sum::<u64>() != rows {
            return Err(Error::new(
                Code::ERRCODE_CHECK_VIOLATION,
                format!(
                    "no partition of table {} takes what a rule makes of some row",
                    table.relation.qualified()
                ),
            )
            .hint(
                "Add a DEFAULT partition, or choose a strategy whose values fit the partitions.",
            ));
        }
        execute(self.home, &format!("DROP TABLE {name}"))?;
        let heaps = table.heaps.iter().zip(&lines);
        heaps.for_each(|(heap, line)| say(heap, line));
        Ok(lines)
    }

    fn heap(&self, table: &Table, heap: &Relation) -> Result<Line> {
        let line = self.replaced(table, heap, &select::rows(table, heap)?)?;
        say(heap, &line);
        Ok(line)
    }

    fn replaced(&self, table: &Table, heap: &Relation, sql: &str) -> Result<Line> {
        let started = Instant::now();
        let bytes_before = size(heap.oid)?;
        let rows = self.as_owner(table, heap, || {
            let _progress = Progress::of(heap.oid);
            self.read(sql, |query| heap::replace(heap.oid, query))
        })?;
        Ok(Line {
            relation: heap.oid,
            action: action(table),
            rows,
            bytes_before: Some(bytes_before),
            bytes_after: Some(size(heap.oid)?),
            milliseconds: Some(milliseconds(started.elapsed())),
        })
    }

    /// Runs with the rights of who owns a relation, and says of an error nothing that a row holds.
    fn as_owner(
        &self,
        table: &Table,
        relation: &Relation,
        run: impl FnOnce() -> Result<u64>,
    ) -> Result<u64> {
        // Workers give rows in no order. And what an owner wrote can call functions of ours that are about the secret, of which workers know only what is handed to them.
        let workers = !table.has_expression && !is_in_order(relation.oid)?;
        let _owner = security::as_owner(relation)?;
        let _bulk = Bulk::new(workers);
        let mut rows = 0;
        guarded::run_naming(
            || {
                rows = run()?;
                Ok(())
            },
            |code, message| Ok(refused(relation, table, code, message)),
        )?;
        Ok(rows)
    }

    fn read(&self, sql: &str, write: impl FnOnce(&Query) -> Result<u64>) -> Result<u64> {
        write(&Query {
            sql,
            types: &[pg_sys::INT8OID],
            parameters: &[self.running.parameter()],
        })
    }

    /// Makes a table of the session, which the owner of a table may read.
    fn make(&self, sql: &str, name: &str, reader: &Table) -> Result<()> {
        execute(self.home, sql)?;
        let owner = user_name(reader.relation.owner)?;
        execute(
            self.home,
            &format!("GRANT SELECT ON {name} TO {}", Ident(&owner)),
        )
    }
}

fn drop_maps(home: &Home, plan: &Plan) -> Result<()> {
    let maps = plan.maps.iter();
    let maps = maps.map(|number| select::map_name(plan.tables[*number].relation.oid));
    let apart = plan.tables.iter().flat_map(|table| {
        let joins = table.joins.iter().enumerate();
        let apart = joins.filter(|(_, join)| join.apart);
        apart.map(|(number, _)| select::apart_name(table, number))
    });
    maps.chain(apart)
        .try_for_each(|name| execute(home, &format!("DROP TABLE {name}")))
}

/// A command about a relation, as its owner; `said` is said of an error instead of what the server says, which can hold values of a row.
pub fn command(words: &str, relation: &Relation, said: impl FnOnce(Code) -> Error) -> Result<()> {
    let sql = format!("{words} {}", relation.qualified());
    let _owner = security::as_owner(relation)?;
    guarded::run(
        || Statement::prepare(&sql, &[], Planning::Once)?.run_without_rows(&[], Access::Lock),
        |code| Ok(said(code)),
    )
}

/// A command of ours, as the extension's owner.
fn execute(home: &Home, sql: &str) -> Result<()> {
    let _owner = RunAs::new(home.owner);
    Statement::prepare(sql, &[], Planning::Once)?.run_without_rows(&[], Access::Lock)
}

/// The order of a table's rows is worth something: it was clustered, or has an index that lives by it.
fn is_in_order(relation: Oid) -> Result<bool> {
    let sql = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
        JOIN pg_catalog.pg_am a ON a.oid = c.relam WHERE i.indrelid = $1 AND (i.indisclustered OR a.amname = 'brin')";
    Ok(number(sql, &[pg_sys::OIDOID], &[relation.into_datum()])? > 0)
}

/// A table of the session by its name.
fn named(name: &str) -> Result<Oid> {
    let mut oid = None;
    kept::of_session(
        "SELECT pg_catalog.to_regclass($1)::pg_catalog.oid",
        &[pg_sys::TEXTOID],
        Planning::Once,
    )?
    .run(&[name.into_datum()], Access::Lock, |row| {
        oid = row.get(0).map(|datum| Oid::from(datum.value() as u32))
    })?;
    oid.ok_or_else(|| Error::internal("a table of the session is gone"))
}

/// Without what the server says: it can hold values of the row.
fn refused(relation: &Relation, table: &Table, code: Code, message: &str) -> Error {
    let name = relation.qualified();
    let values = table.values.iter();
    let follows = values.filter(|(_, value)| matches!(value, Value::Follows(..)));
    let follows = follows.map(|(column, _)| column);
    if code == Code::ERRCODE_NOT_NULL_VIOLATION
        && let Some(column) = failure::named(follows, code, message)
    {
        return Error::new(
            Code::ERRCODE_FOREIGN_KEY_VIOLATION,
            format!("column \"{column}\" of table {name} holds a reference that leads nowhere"),
        )
        .detail("What it references is rewritten, and it cannot be let go: the column is NOT NULL.")
        .hint("Its foreign key is NOT VALID, or another column of it is NULL. Delete these rows, or let them reference something.");
    }
    let error = match failure::named(table.constraints.iter(), code, message) {
        Some(column) if code == Code::ERRCODE_NOT_NULL_VIOLATION => Error::new(
            code,
            format!(
                "column \"{column}\" of table {name} is NOT NULL, and a rule makes NULL of some row"
            ),
        ),
        Some(constraint) => Error::new(
            code,
            format!(
                "constraint \"{constraint}\" of table {name} refuses what a rule makes of some row"
            ),
        ),
        None => Error::new(
            code,
            format!("the rules or constraints of table {name} failed for some row"),
        ),
    };
    error.hint("The server's message is not shown, since it can hold values of the row. Choose a strategy or parameters whose values fit every row.")
}

/// The size of a relation with its indexes and TOAST, in bytes.
pub fn size(relation: Oid) -> Result<i64> {
    number(
        "SELECT pg_catalog.pg_total_relation_size($1)",
        &[pg_sys::OIDOID],
        &[relation.into_datum()],
    )
}

/// How many rows a relation has. Read with the rights of its owner, who may have put code into what the planner reads.
pub fn count(relation: &Relation) -> Result<u64> {
    let _owner = security::as_owner(relation)?;
    let sql = format!("SELECT pg_catalog.count(*) FROM {}", relation.in_from());
    Ok(number(&sql, &[], &[])? as u64)
}

/// The number that a statement finds. Needs SPI.
pub fn number(sql: &str, types: &[Oid], parameters: &[Option<pg_sys::Datum>]) -> Result<i64> {
    let mut number = 0;
    parallel::read(sql, types, parameters, |row| {
        // SAFETY: the only column is of type bigint.
        number = row
            .get(0)
            .and_then(|datum| unsafe { i64::from_datum(datum, false) })
            .unwrap_or_default();
    })?;
    Ok(number)
}

pub fn milliseconds(duration: std::time::Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// A NOTICE about a relation that is done.
pub fn say(relation: &Relation, line: &Line) {
    let rows = match line.rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    };
    let seconds = line.milliseconds.unwrap_or_default() / 1e3;
    ErrorReport::new(
        Code::ERRCODE_SUCCESSFUL_COMPLETION,
        format!(
            "{} {}: {rows} in {seconds:.1} s",
            relation.qualified(),
            line.action
        ),
        "gdpr_ext",
    )
    .report(PgLogLevel::NOTICE);
}
