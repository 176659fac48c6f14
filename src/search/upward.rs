//! From rows that were found to the persons whose they are: against the links, a statement for each link and round.

use super::lineage::Lineage;
use super::reads::{Reads, Way};
use crate::catalog::operator::Equality;
use crate::error::{Error, Result};
use crate::link::Kind;
use crate::link::graph::{Graph, Link, LinkColumn, Value};
use crate::security;
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Planning, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::BATCH;
use crate::walk::foreign;
use crate::walk::found::Identities;
use crate::walk::identity::{identity_columns, read_identity};
use crate::walk::keys::Keys;
use crate::walk::resolve::Edge;
use crate::walk::statements::Size;
use crate::walk::text::pairs;
use pgrx::pg_sys::{self, Datum, Oid};
use std::collections::HashSet;
use std::rc::Rc;

/// The links from one table of persons, and what is read for them.
pub struct Ways {
    pub graph: Rc<Graph>,
    /// None for tables that no walk comes to.
    pub reads: Vec<Option<Reads>>,
    /// Where only a partition holds persons: the relations whose rows count.
    pub partitions: Option<Vec<Oid>>,
}

/// The rows that were met on the way up.
pub struct Upward<'a> {
    ways: &'a Ways,
    memory: pg_sys::MemoryContext,
    tables: Vec<Option<Met>>,
    rows: u32,
    edges: Vec<Edge>,
    /// Rows that have an owner, by a link that nobody declared, who is nowhere.
    outside: Vec<bool>,
}

/// Those of one table.
struct Met {
    identities: Identities,
    /// the values that `Reads` wants, a column each
    values: Vec<Column>,
    /// the number of each row among all
    numbers: Vec<u32>,
    /// rows from here on have not been looked at
    pending: usize,
}

/// A person and the rows that a walk from there finds.
pub struct Person<'b> {
    pub key: Option<Datum>,
    pub label: Option<Datum>,
    pub rows: &'b [u32],
}

impl<'a> Upward<'a> {
    /// `memory` must live as long as this.
    pub fn new(ways: &'a Ways, memory: pg_sys::MemoryContext) -> Self {
        Self {
            ways,
            memory,
            tables: ways.reads.iter().map(|_| None).collect(),
            rows: 0,
            edges: Vec::new(),
            outside: Vec::new(),
        }
    }

    /// The number of a row that a statement found; its identity begins at `identity`, and `value` says where each wanted value is.
    pub fn meet(
        &mut self,
        table: usize,
        row: &Row,
        identity: usize,
        value: impl Fn(usize) -> usize,
    ) -> u32 {
        let Some(reads) = &self.ways.reads[table] else {
            unreachable!("rows are met in tables that a walk comes to only");
        };
        let (graph, memory) = (&self.ways.graph, self.memory);
        let met = self.tables[table].get_or_insert_with(|| Met {
            identities: Identities::new(&graph.tables[table]),
            values: reads
                .wanted
                .iter()
                .map(|w| Column::new(w.element, memory))
                .collect(),
            numbers: Vec::new(),
            pending: 0,
        });
        let next = met.numbers.len() as u32;
        let (place, is_new) = met.identities.number(row, identity, next);
        if !is_new {
            return met.numbers[place as usize];
        }
        for (slot, column) in met.values.iter_mut().enumerate() {
            column.push(row.get(value(slot)));
        }
        met.numbers.push(self.rows);
        self.outside.push(false);
        self.rows += 1;
        self.rows - 1
    }

    /// Follows all links up until nothing new is met.
    pub fn run(&mut self, checked: &mut HashSet<Oid>) -> Result<()> {
        loop {
            let mut pending = Vec::new();
            for (table, met) in self.tables.iter_mut().enumerate() {
                let Some(met) = met else { continue };
                let rows = met.pending..met.numbers.len();
                met.pending = rows.end;
                if !rows.is_empty() {
                    pending.push((table, rows));
                }
            }
            if pending.is_empty() {
                return Ok(());
            }
            let ways = self.ways;
            for (table, rows) in pending {
                let rows: Vec<u32> = (rows.start as u32..rows.end as u32).collect();
                for way in ways.reads[table].iter().flat_map(|reads| &reads.ways) {
                    self.follow(table, way, &rows, checked)?;
                }
            }
        }
    }

    /// Looks for the rows from which a link leads to these.
    fn follow(
        &mut self,
        table: usize,
        way: &Way,
        rows: &[u32],
        checked: &mut HashSet<Oid>,
    ) -> Result<()> {
        let graph = &self.ways.graph;
        let link = &graph.links[way.link];
        let mut followed = HashSet::new();
        if way.walked {
            for rows in self.leading(table, way, link, rows).chunks(BATCH) {
                let size = Size::of(rows.len());
                let met = self.met(table)?;
                let numbers: Vec<u32> = rows.iter().map(|row| met.numbers[*row as usize]).collect();
                let values = way.values.iter().map(|slot| &met.values[*slot]);
                let parameters: Vec<_> =
                    values.map(|column| size.parameter(column, rows)).collect();
                let ways = self.ways;
                run(ways, way.link, size, &parameters, checked, |row| {
                    let ordinal = row.get(0).map_or(0, |datum| datum.value() - 1);
                    let to = numbers[ordinal];
                    let layout = Layout::of(ways, link.source.table);
                    let from = self.meet(link.source.table, row, layout.identity, |slot| {
                        layout.values + slot
                    });
                    followed.insert(to);
                    self.edges.push(Edge {
                        from,
                        to,
                        link: way.link as u32,
                        owner: link.kind == Kind::Owner,
                        declared: link.reviewed,
                    });
                })?;
            }
        }
        if let Some(owned) = way.owned {
            let met = self.met(table)?;
            let is_owned = |row: &u32| {
                met.values[owned]
                    .get(*row as usize)
                    .is_some_and(|datum| datum.value() & 1 == 1)
            };
            let rows = rows.iter().copied().filter(is_owned);
            let owned: Vec<u32> = rows.map(|row| met.numbers[row as usize]).collect();
            for row in owned.into_iter().filter(|row| !followed.contains(row)) {
                self.outside[row as usize] = true;
            }
        }
        Ok(())
    }

    fn met(&self, table: usize) -> Result<&Met> {
        self.tables[table]
            .as_ref()
            .ok_or_else(|| Error::internal("rows were lost on the way to their person"))
    }

    /// Of these rows, those that the link can lead to.
    fn leading(&self, table: usize, way: &Way, link: &Link, rows: &[u32]) -> Vec<u32> {
        let Some(met) = &self.tables[table] else {
            return Vec::new();
        };
        let has_values = |row: &u32| {
            let mut columns = way.values[..way.columns].iter();
            columns.all(|slot| !met.values[*slot].is_null(*row as usize))
        };
        let rows = rows.iter().copied().filter(has_values);
        rows.filter(|row| is_in(met, *row, way.partition, link.target.partitions.as_deref()))
            .collect()
    }

    /// The table whose rows are the persons.
    pub fn subject(&self) -> Oid {
        self.ways.graph.start_scan
    }

    /// Hands over each person with the rows that a walk from there finds among those that were met. The persons' own rows come first.
    pub fn persons(&self, mut each: impl FnMut(&Person)) {
        let reads = self.ways.reads[0].as_ref().and_then(|reads| reads.person);
        let (Some(met), Some(reads)) = (&self.tables[0], reads) else {
            return;
        };
        let partitions = self.ways.partitions.as_deref();
        let mut lineage = Lineage::new(&self.edges, &self.outside);
        for (row, number) in (0..).zip(&met.numbers) {
            if !is_in(met, row, reads.partition, partitions) {
                continue;
            }
            each(&Person {
                key: met.values[reads.key].get(row as usize),
                label: reads
                    .label
                    .and_then(|label| met.values[label].get(row as usize)),
                rows: &lineage.found_from(*number),
            });
        }
    }
}

/// The row is in one of these partitions, if only they count.
fn is_in(met: &Met, row: u32, slot: Option<usize>, partitions: Option<&[Oid]>) -> bool {
    let (Some(slot), Some(partitions)) = (slot, partitions) else {
        return true;
    };
    let partition = met.values[slot].get(row as usize);
    partition.is_some_and(|oid| partitions.contains(&Oid::from(oid.value() as u32)))
}

/// Where each part of a statement's row begins, after the ordinal of the row that it was found for.
struct Layout {
    identity: usize,
    values: usize,
}

impl Layout {
    fn of(ways: &Ways, table: usize) -> Self {
        Self {
            identity: 1,
            values: 1 + identity_columns(&ways.graph.tables[table], "target").len(),
        }
    }
}

/// Runs the statement of a link with the rights of the owner of the table that it reads, after the caller's were checked.
fn run(
    ways: &Ways,
    number: usize,
    size: Size,
    parameters: &[Option<Datum>],
    checked: &mut HashSet<Oid>,
    mut each: impl FnMut(&Row),
) -> Result<()> {
    let graph = &ways.graph;
    let link = &graph.links[number];
    let relation = graph.relation(link.source.scan)?;
    if checked.insert(relation.oid) {
        security::require_access(relation, security::caller(), false)?;
    }
    let _owner = security::as_owner(relation)?;
    let (size, asked) = foreign::asked(relation, size, parameters);
    let statement = graph
        .statements
        .get([UPWARD, number, size as usize, 0], || {
            let (sql, types) = text(ways, link, size)?;
            let planning = match size {
                Size::Many => Planning::EachRun,
                Size::One | Size::Few => Planning::Once,
            };
            Statement::prepare(&sql, &types, planning)
        })?;
    let mut ask = |first: usize, keys: &[Option<Datum>]| {
        let parameters = [&[running::parameter()], keys].concat();
        statement.run(&parameters, Access::Read, |row| match first {
            0 => each(row),
            first => row.numbered(first + 1, &mut each),
        })
    };
    let mut asked = asked.iter().enumerate();
    let mut run = || asked.try_for_each(|(first, keys)| ask(first, keys));
    let speaks = speaks(ways, link);
    if !speaks && !relation.is_foreign() {
        return run();
    }
    guarded::run(run, |code| {
        if !speaks || foreign::is_of_server(relation, code) {
            return Ok(foreign::unreadable(relation, code));
        }
        Ok(Error::new(
            code,
            format!("an expression about table {} failed for some row", relation.qualified()),
        )
        .hint("It is of a link to or from the table, or says what its rows are called. Make it work for every row."))
    })
}

/// Steps of a walk have smaller numbers (walk::statements).
const UPWARD: usize = 100;

/// The statement evaluates what a user wrote.
fn speaks(ways: &Ways, link: &Link) -> bool {
    let reads = ways.reads[link.source.table].as_ref();
    let mut columns = link.source.columns.iter();
    link.condition.is_some()
        || columns.any(|column| column.is_expression)
        || reads.is_some_and(|reads| reads.speaks)
}

/// The rows from which a link leads to the rows that are given: the one table that is read has the alias `target`, as in every statement that reads rows
/// for later ones.
fn text(ways: &Ways, link: &Link, size: Size) -> Result<(String, Vec<Oid>)> {
    let mut keys = Keys::new(size);
    let graph = &ways.graph;
    let relation = graph.relation(link.source.scan)?;
    let mut matches = Vec::new();
    for ((source, target), equality) in pairs(link) {
        let source = read_again(source);
        let value = keys.add(target.value.wanted.element, &target.value.restore);
        let equality: &Equality = equality;
        let test = equality.sql(&source, &value);
        matches.push(keys.test(relation, equality, &source, test));
    }
    if let Some(condition) = &link.condition {
        let read = condition
            .source
            .iter()
            .map(|(name, _)| (name, format!("target.{}", Ident(name))));
        let read = row("source", read.collect());
        let given = condition
            .target
            .iter()
            .map(|(name, value): &(String, Value)| {
                (name, keys.add(value.wanted.element, &value.restore))
            });
        let given = row("target", given.collect());
        matches.push(format!(
            "(SELECT ({}) FROM {read} CROSS JOIN {given})",
            condition.sql
        ));
    }
    let table = &graph.tables[link.source.table];
    let mut columns = vec!["s.ord".to_owned()];
    columns.extend(read_identity(table, "target"));
    let reads = ways.reads[link.source.table].iter();
    columns.extend(reads.flat_map(|reads| reads.wanted.iter().map(|wanted| wanted.sql.clone())));
    let sql = format!(
        "SELECT {} FROM {} JOIN {} AS target ON {}",
        columns.join(", "),
        keys.from(),
        relation.in_from(),
        matches.join(" AND "),
    );
    Ok((sql, keys.types))
}

/// A column of the link's source over the alias `target`.
fn read_again(column: &LinkColumn) -> String {
    match column.is_expression {
        false => format!("target.{}", Ident(&column.name)),
        // Without the cast that lets it travel.
        true => {
            let sql = &column.value.wanted.sql;
            let travels = !column.value.restore.is_empty();
            let bare = sql.strip_suffix("::text").filter(|_| travels);
            bare.unwrap_or(sql).to_owned()
        }
    }
}

/// A row of these values under an alias.
fn row(alias: &str, columns: Vec<(&String, String)>) -> String {
    let columns: Vec<String> = columns
        .into_iter()
        .map(|(name, value)| format!("{value} AS {}", Ident(name)))
        .collect();
    format!("(SELECT {}) AS {alias}", columns.join(", "))
}
