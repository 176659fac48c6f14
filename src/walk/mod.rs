//! The walk: from the ids of subjects to every row that is theirs, set by set. docs/walk.md says what it answers.
//!
//! Tables come owners first. A table that one link leads to is read once, and its rows go straight to the caller. Tables that can be
//! reached in several ways or in circles are settled together: their rows are put aside until it is known which of them are found.

pub mod begin;
pub mod found;
pub mod gathering;
pub mod identity;
pub mod keys;
pub mod output;
pub mod resolve;
pub mod settle;
pub mod statements;
pub mod steps;
pub mod subject;
pub mod text;
pub mod unreviewed;

use crate::error::{Error, Result};
use crate::link::Kind;
use crate::link::graph::{Graph, Link, partition_of_row};
use crate::spi::row::Row;
use found::Found;
use output::Output;
use pgrx::pg_sys::{self, Datum, Oid};
use resolve::Status;
use statements::{Reading, Size, Step};
use std::collections::HashSet;
use steps::Steps;
use subject::Ids;
use unreviewed::Unreviewed;

pub struct Walk<'a> {
    graph: &'a Graph,
    steps: Steps<'a>,
    /// Where kept values live: as long as the walk.
    memory: pg_sys::MemoryContext,
    found: Vec<Option<Found>>,
    unreviewed: Unreviewed,
    output: Option<Output<'a>>,
    earlier: Option<&'a Earlier>,
}

/// A walk from before the rows were changed: what links led by then.
pub struct Earlier {
    pub found: Vec<Option<Found>>,
    /// Links whose source columns may have other values since.
    pub links: HashSet<usize>,
}

/// Numbers of rows found, by table, in the order of the walk.
pub type Tally = Vec<(Oid, u64)>;

/// Rows of a link's source that are walked on from, and whose link columns are not NULL.
struct Batch {
    rows: Vec<u32>,
}

/// Keys given to one statement. More come in several statements, so that an array stays far below the 1 GB that a value may have.
pub const BATCH: usize = 1_000_000;

impl<'a> Walk<'a> {
    /// Needs SPI and pinned settings. `memory` is the context that the walk's values are kept in.
    pub fn new(
        graph: &'a Graph,
        reading: Reading<'a>,
        memory: pg_sys::MemoryContext,
        output: Option<Output<'a>>,
    ) -> Self {
        Self {
            graph,
            steps: Steps::new(graph, reading),
            memory,
            found: graph.tables.iter().map(|_| None).collect(),
            unreviewed: Unreviewed::default(),
            output,
            earlier: None,
        }
    }

    /// Rows that an earlier walk would find now, by the values that were there then, are found too.
    pub fn after(self, earlier: Option<&'a Earlier>) -> Self {
        Self { earlier, ..self }
    }

    /// Finds the subjects' own rows only.
    pub fn run_start(mut self, ids: &Ids) -> Result<Self> {
        self.start(ids.len(), |size| ids.parameters(size))?;
        Ok(self)
    }

    /// Finds the rows only that the reading starts from, by so many keys.
    pub fn run_start_by(
        mut self,
        keys: usize,
        parameters: impl FnOnce(Size) -> Vec<Option<Datum>>,
    ) -> Result<Self> {
        self.start(keys, parameters)?;
        Ok(self)
    }

    pub fn run(mut self, ids: &Ids) -> Result<Self> {
        let graph = self.graph;
        self.start(ids.len(), |size| ids.parameters(size))?;
        for component in &graph.components {
            match component.as_slice() {
                [table] if graph.tables[*table].straight => {
                    for link in self.walked_links_to(*table) {
                        self.follow(link)?;
                    }
                }
                tables => self.settle(tables)?,
            }
        }
        Ok(self)
    }

    pub fn tally(&self) -> Tally {
        let tables = self.graph.components.iter().flatten();
        tables
            .filter_map(|table| {
                let found = self.found[*table].as_ref()?;
                Some((self.graph.tables[*table].relation, found.taken))
            })
            .filter(|(_, rows)| *rows > 0)
            .collect()
    }

    pub fn into_found(self) -> Vec<Option<Found>> {
        self.found
    }

    fn earlier_source(&self, link: usize) -> Option<&'a Found> {
        let earlier = self
            .earlier
            .filter(|earlier| earlier.links.contains(&link))?;
        earlier.found[self.graph.links[link].source.table].as_ref()
    }

    pub fn unreviewed(&self) -> &Unreviewed {
        &self.unreviewed
    }

    fn walked_links_to(&self, table: usize) -> Vec<usize> {
        let incoming = self.graph.tables[table].incoming.iter().copied();
        incoming
            .filter(|link| self.graph.links[*link].depth.is_some())
            .collect()
    }

    fn start(
        &mut self,
        keys: usize,
        parameters: impl FnOnce(Size) -> Vec<Option<Datum>>,
    ) -> Result<()> {
        let graph = self.graph;
        let mut found = Found::new(graph, 0, self.steps.reading, self.memory);
        let output = &mut self.output;
        let size = Size::of(keys);
        if keys > 0 {
            let parameters = parameters(size);
            let take = |row: &Row| {
                if !found.recognise(row).1 {
                    return;
                }
                found.keep(row, Status::Own, 0);
                found.taken += 1;
                if let Some(output) = output {
                    let content = output::content(row, found.layout.content);
                    output.put(graph.start().relation, 0, None, false, content);
                }
            };
            self.steps.run(Step::Start, size, &parameters, take)?;
        }
        self.found[0] = Some(found);
        Ok(())
    }

    /// Takes the rows that a link leads to into a table that no other link leads to.
    fn follow(&mut self, number: usize) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let source = self.found[link.source.table].take();
        let Some(source) = source else {
            return Ok(());
        };
        let mut found = Found::new(graph, link.target.table, self.steps.reading, self.memory);
        self.follow_from(number, &source, &mut found)?;
        if let Some(earlier) = self.earlier_source(number) {
            self.follow_from(number, earlier, &mut found)?;
        }
        self.found[link.target.table] = Some(found);
        self.found[link.source.table] = Some(source);
        Ok(())
    }

    fn follow_from(&mut self, number: usize, source: &Found, found: &mut Found) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let table = &graph.tables[link.target.table];
        let slot = self.partition_slot(link);
        let keeps = !table.wanted.is_empty()
            || table.distinguished
            || self.steps.reading.purpose.keeps_rows();
        for batch in &batches(link, source, source.walked(), slot)? {
            let size = Size::of(batch.rows.len());
            let parameters = forward_parameters(link, source, batch, size);
            let output = &mut self.output;
            let take = |row: &Row| {
                let from = batch.row(row);
                let depth = source.depth[from] + 1;
                let status = match link.kind {
                    Kind::Owner => source.status[from],
                    _ => Status::Shared,
                };
                if keeps {
                    found.recognise(row);
                    found.keep(row, status, depth);
                }
                found.taken += 1;
                if let Some(output) = output {
                    let content = output::content(row, found.layout.content);
                    let shared = status != Status::Own;
                    output.put(table.relation, depth, Some(number), shared, content);
                }
            };
            self.steps
                .run(Step::Forward(number), size, &parameters, take)?;
        }
        Ok(())
    }

    /// Where a link starts from one partition only: which of the table's wanted values says where a row is.
    fn partition_slot(&self, link: &Link) -> Option<usize> {
        link.source.partitions.as_ref()?;
        let wanted = &self.graph.tables[link.source.table].wanted;
        wanted.iter().position(|known| *known == partition_of_row())
    }
}

impl Batch {
    /// The place in the batch of the row that led to a row found.
    fn ordinal(&self, found: &Row) -> usize {
        found.get(0).map_or(0, |datum| datum.value() - 1)
    }

    /// The row that led to a row found.
    fn row(&self, found: &Row) -> usize {
        self.rows[self.ordinal(found)] as usize
    }
}

/// Of these rows, those that the link can be followed from.
fn batches(
    link: &Link,
    source: &Found,
    mut rows: Vec<u32>,
    partition_slot: Option<usize>,
) -> Result<Vec<Batch>> {
    let mut slots = Vec::with_capacity(link.source.columns.len());
    for column in &link.source.columns {
        let slot = column.value.slot;
        slots.push(slot.ok_or_else(|| Error::internal("a link column was not read"))?);
    }
    rows.retain(|row| {
        let row = *row as usize;
        slots.iter().all(|slot| !source.wanted[*slot].is_null(row))
    });
    if let (Some(slot), Some(partitions)) = (partition_slot, &link.source.partitions) {
        rows.retain(|row| {
            let partition = source.wanted[slot].get(*row as usize);
            partition.is_some_and(|oid| partitions.contains(&Oid::from(oid.value() as u32)))
        });
    }
    Ok(rows
        .chunks(BATCH)
        .map(|rows| Batch {
            rows: rows.to_vec(),
        })
        .collect())
}

fn forward_parameters(
    link: &Link,
    source: &Found,
    batch: &Batch,
    size: Size,
) -> Vec<Option<Datum>> {
    let condition = link.condition.iter().flat_map(|c| &c.source);
    let values = link.source.columns.iter().map(|column| &column.value);
    let slots = values
        .chain(condition.map(|(_, value)| value))
        .filter_map(|value| value.slot);
    parameters(slots, source, batch, size)
}

fn parameters(
    slots: impl Iterator<Item = usize>,
    source: &Found,
    batch: &Batch,
    size: Size,
) -> Vec<Option<Datum>> {
    let columns = slots.map(|slot| &source.wanted[slot]);
    columns
        .map(|column| size.parameter(column, &batch.rows))
        .collect()
}
