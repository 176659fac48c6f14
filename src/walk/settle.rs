//! Tables whose rows can be reached in several ways, or from each other: rows are gathered as candidates, then resolved together.

use super::found::Found;
use super::output::content;
use super::resolve::{Candidate, Edge, Outcome, Status, resolve};
use super::statements::{Purpose, Size, Step, flagged};
use super::{Batch, Walk, batches, forward_parameters, parameters, require_select, run};
use crate::error::Result;
use crate::link::Kind;
use crate::link::graph::{Check, Graph, Link, partition_of_row};
use crate::spi::row::Row;
use pgrx::pg_sys::{self, Oid};
use std::collections::{HashMap, HashSet};

/// The tables being settled.
struct Gathering {
    tables: HashMap<usize, Gathered>,
    candidates: Vec<Candidate>,
    /// For each candidate the links by which it has an owner that has not been met.
    owed: Vec<Vec<u32>>,
    /// Candidates and links with `Check::Probe` that have been followed to them.
    followed: HashSet<(u32, u32)>,
    edges: Vec<Edge>,
}

/// One of them.
struct Gathered {
    found: Found,
    /// The candidate of each row.
    candidates: Vec<u32>,
    /// The rows before it are start rows: decided, and given out already.
    first: usize,
    explored: Vec<bool>,
    /// Rows to walk on from.
    pending: Vec<u32>,
}

impl Walk<'_> {
    pub(super) fn settle(&mut self, tables: &[usize]) -> Result<()> {
        let mut gathering = self.gather_start(tables);
        let graph = self.graph;
        for table in tables {
            for number in self.walked_links_to(*table) {
                if !tables.contains(&graph.links[number].source.table) {
                    self.gather_from_outside(number, &mut gathering)?;
                }
            }
        }
        loop {
            let pending = gathering.take_pending(graph);
            if pending.is_empty() {
                break;
            }
            for (table, rows) in &pending {
                for number in &graph.tables[*table].outgoing {
                    if tables.contains(&graph.links[*number].target.table) {
                        self.gather_from_inside(*number, rows, &mut gathering)?;
                    }
                }
            }
        }
        for table in tables {
            for number in &graph.tables[*table].incoming {
                let link = &graph.links[*number];
                if link.kind == Kind::Owner && link.check == Check::Probe {
                    self.look_for_owners(*number, &mut gathering)?;
                }
            }
        }
        self.finish(tables, gathering)
    }

    fn gather_start(&mut self, tables: &[usize]) -> Gathering {
        let mut gathering = Gathering {
            tables: HashMap::new(),
            candidates: Vec::new(),
            owed: Vec::new(),
            followed: HashSet::new(),
            edges: Vec::new(),
        };
        for number in tables {
            let table = &self.graph.tables[*number];
            let mut found = self.found[*number]
                .take()
                .unwrap_or_else(|| Found::new(table, &self.graph.links, self.memory));
            let starts = found.rows();
            let first = gathering.candidates.len() as u32;
            for _ in 0..starts {
                let start = Candidate {
                    start: true,
                    ..Candidate::default()
                };
                gathering.add(start, Vec::new());
            }
            if self.output.is_some() {
                found.keep_identity(table, self.memory);
            }
            gathering.tables.insert(
                *number,
                Gathered {
                    found,
                    candidates: (first..first + starts as u32).collect(),
                    first: starts,
                    explored: vec![false; starts],
                    pending: (0..starts as u32).collect(),
                },
            );
        }
        gathering
    }

    /// Follows a link from a table whose rows are decided.
    fn gather_from_outside(&mut self, number: usize, gathering: &mut Gathering) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let Some(source) = self.found[link.source.table].take() else {
            return Ok(());
        };
        let rows = (0..source.rows() as u32).collect();
        for batch in batches(link, &source, rows, self.partition_slot(link))? {
            let size = Size::of(batch.rows.len());
            let parameters = forward_parameters(link, &source, &batch, size);
            self.probe(number, size, &parameters, |row| {
                let from = batch.row(row);
                let to = gathering.meet(graph, link.target.table, row);
                let candidate = &mut gathering.candidates[to as usize];
                if candidate.start {
                    return;
                }
                let way = (source.depth[from] + 1, number as u32);
                candidate.nearest = Some(candidate.nearest.map_or(way, |known| known.min(way)));
                match (link.kind, source.status[from]) {
                    (Kind::Owner, Status::Own) => candidate.own_owner = true,
                    (Kind::Owner, _) => candidate.shared_owner = true,
                    _ => candidate.accessed = true,
                }
                gathering.note_followed(number, link, to);
            })?;
        }
        self.found[link.source.table] = Some(source);
        Ok(())
    }

    /// Follows a link between the tables being settled, from these rows.
    fn gather_from_inside(
        &mut self,
        number: usize,
        rows: &[u32],
        gathering: &mut Gathering,
    ) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let slot = self.partition_slot(link);
        let source = &gathering.tables[&link.source.table];
        let mut prepared = Vec::new();
        for batch in batches(link, &source.found, rows.to_vec(), slot)? {
            let size = Size::of(batch.rows.len());
            let parameters = forward_parameters(link, &source.found, &batch, size);
            let from: Vec<u32> = batch
                .rows
                .iter()
                .map(|row| source.candidates[*row as usize])
                .collect();
            prepared.push((Batch { rows: from }, size, parameters));
        }
        for (batch, size, parameters) in prepared {
            self.probe(number, size, &parameters, |row| {
                let from = batch.row(row) as u32;
                let to = gathering.meet(graph, link.target.table, row);
                if gathering.candidates[to as usize].start {
                    return;
                }
                gathering.edges.push(Edge {
                    from,
                    to,
                    link: number as u32,
                    owner: link.kind == Kind::Owner,
                    declared: link.reviewed,
                });
                gathering.note_followed(number, link, to);
            })?;
        }
        Ok(())
    }

    fn probe(
        &mut self,
        number: usize,
        size: Size,
        parameters: &[Option<pg_sys::Datum>],
        each: impl FnMut(&Row),
    ) -> Result<()> {
        let scan = self.graph.links[number].target.scan;
        require_select(self.graph, &mut self.checked, self.caller, scan)?;
        let step = Step::Forward(number);
        run(self.graph, step, size, self.purpose, scan, parameters, each)
    }

    /// Looks for the owners that a declared link gives to the rows gathered, wherever they are.
    fn look_for_owners(&mut self, number: usize, gathering: &mut Gathering) -> Result<()> {
        let graph = self.graph;
        let link = &graph.links[number];
        let wanted = &graph.tables[link.target.table].wanted;
        let partition = wanted.iter().position(|known| *known == partition_of_row());
        let rows = gathering.rows_to_ask_about(number, link, partition);
        for rows in rows.chunks(super::BATCH) {
            let batch = Batch {
                rows: rows.to_vec(),
            };
            let size = Size::of(rows.len());
            let target = &gathering.tables[&link.target.table];
            let condition = link.condition.iter().flat_map(|c| &c.target);
            let values = link.target.columns.iter().map(|column| &column.value);
            let slots = values
                .chain(condition.map(|(_, value)| value))
                .filter_map(|value| value.slot);
            let parameters = parameters(slots, &target.found, &batch, size);
            let asked: Vec<u32> = rows
                .iter()
                .map(|row| target.candidates[*row as usize])
                .collect();
            let asked = Batch { rows: asked };
            let scan = link.source.scan;
            require_select(graph, &mut self.checked, self.caller, scan)?;
            let decided = self.found[link.source.table].as_ref();
            let step = Step::Reverse(number);
            run(
                graph,
                step,
                size,
                Purpose::Collect,
                scan,
                &parameters,
                |row| {
                    let to = asked.row(row);
                    gathering.owner_seen(number, link, decided, to as u32, row);
                },
            )?;
        }
        Ok(())
    }

    /// Decides what each candidate is, and gives out those that are found.
    fn finish(&mut self, tables: &[usize], mut gathering: Gathering) -> Result<()> {
        let graph = self.graph;
        for (candidate, owed) in gathering.candidates.iter_mut().zip(&gathering.owed) {
            for link in owed {
                match graph.links[*link as usize].reviewed {
                    true => candidate.outside_declared = true,
                    false => candidate.outside_undeclared = true,
                }
            }
        }
        let outcomes = resolve(&gathering.candidates, &gathering.edges);
        for number in tables {
            let Some(mut gathered) = gathering.tables.remove(number) else {
                continue;
            };
            for (row, candidate) in gathered.candidates.iter().enumerate().skip(gathered.first) {
                let outcome = &outcomes[*candidate as usize];
                gathered.found.status[row] = outcome.status;
                gathered.found.depth[row] = outcome.depth;
                gathered.found.taken += u64::from(outcome.status != Status::Absent);
                if outcome.unreviewed {
                    let owed = gathering.owed[*candidate as usize].iter();
                    let undeclared = owed.map(|link| *link as usize);
                    let undeclared = undeclared.filter(|link| !graph.links[*link].reviewed);
                    self.unreviewed.add(*number, undeclared);
                }
            }
            self.give_out(*number, &gathered, &outcomes)?;
            self.found[*number] = Some(gathered.found);
        }
        Ok(())
    }

    /// Reads the contents of the rows that are found.
    fn give_out(&mut self, number: usize, gathered: &Gathered, outcomes: &[Outcome]) -> Result<()> {
        let graph = self.graph;
        let table = &graph.tables[number];
        let Some(output) = &mut self.output else {
            return Ok(());
        };
        let outcome = |row: u32| &outcomes[gathered.candidates[row as usize] as usize];
        let rows = gathered.first as u32..gathered.candidates.len() as u32;
        let rows: Vec<u32> = rows
            .filter(|row| outcome(*row).status != Status::Absent)
            .collect();
        // The identity columns have no values for start rows, which were given out when they were found.
        let places: Vec<u32> = rows.iter().map(|row| row - gathered.first as u32).collect();
        for (rows, places) in rows.chunks(super::BATCH).zip(places.chunks(super::BATCH)) {
            let size = Size::of(rows.len());
            let identity = gathered.found.identity.iter();
            let parameters: Vec<_> = identity
                .map(|column| size.parameter(column, places))
                .collect();
            let batch = Batch {
                rows: rows.to_vec(),
            };
            let mut given = vec![false; rows.len()];
            let scan = table.relation;
            require_select(graph, &mut self.checked, self.caller, scan)?;
            let step = Step::Content(number);
            run(graph, step, size, self.purpose, scan, &parameters, |row| {
                // Rows that nothing tells apart are one row.
                if std::mem::replace(&mut given[batch.ordinal(row)], true) {
                    return;
                }
                let outcome = outcome(batch.row(row) as u32);
                let via = outcome.via.map(|link| link as usize);
                let shared = outcome.status != Status::Own;
                output.put(scan, outcome.depth, via, shared, content(row, 1));
            })?;
        }
        Ok(())
    }
}

impl Gathering {
    /// The candidate of a row that a statement found; a new one if it was not known.
    fn meet(&mut self, graph: &Graph, number: usize, row: &Row) -> u32 {
        let table = &graph.tables[number];
        let Some(gathered) = self.tables.get_mut(&number) else {
            unreachable!("links are followed between the tables being settled only");
        };
        let (place, is_new) = gathered.found.recognise(row);
        if !is_new {
            return gathered.candidates[place as usize];
        }
        gathered.found.keep(row, Status::Own, 0);
        let flags = flagged(table, &graph.links).enumerate();
        let first = gathered.found.layout.flags;
        let owed = flags.filter(|(i, _)| row.is_true(first + i));
        let owed = owed.map(|(_, link)| link as u32).collect();
        gathered.candidates.push(self.candidates.len() as u32);
        gathered.explored.push(false);
        gathered.pending.push(place);
        self.add(Candidate::default(), owed)
    }

    fn add(&mut self, candidate: Candidate, owed: Vec<u32>) -> u32 {
        self.candidates.push(candidate);
        self.owed.push(owed);
        self.candidates.len() as u32 - 1
    }

    /// A link was followed to a candidate: the owner that it gives it has been met.
    fn note_followed(&mut self, number: usize, link: &Link, candidate: u32) {
        if link.check == Check::Probe {
            self.followed.insert((candidate, number as u32));
        }
        if link.kind == Kind::Owner {
            self.owed[candidate as usize].retain(|owed| *owed != number as u32);
        }
    }

    /// Rows by table that have not been walked on from, and may have to be. Passed over is a row of which it is certain that the walk ends
    /// there: somebody outside owns it by a link that nobody declared, and no accessor link leads to it. All links from outside have
    /// been followed by now.
    fn take_pending(&mut self, graph: &Graph) -> Vec<(usize, Vec<u32>)> {
        let is_inside = |link: &Link| self.tables.contains_key(&link.source.table);
        let accessible: HashSet<usize> = self
            .tables
            .keys()
            .copied()
            .filter(|table| {
                let mut incoming = graph.tables[*table]
                    .incoming
                    .iter()
                    .map(|link| &graph.links[*link]);
                incoming.any(|link| link.kind == Kind::Accessor && is_inside(link))
            })
            .collect();
        let is_owned_elsewhere = |owed: &u32| {
            let link = &graph.links[*owed as usize];
            !link.reviewed && !is_inside(link)
        };
        let ends: Vec<bool> = self
            .candidates
            .iter()
            .zip(&self.owed)
            .map(|(candidate, owed)| !candidate.accessed && owed.iter().any(is_owned_elsewhere))
            .collect();
        let mut taken = Vec::new();
        for (number, gathered) in &mut self.tables {
            let mut rows = std::mem::take(&mut gathered.pending);
            rows.retain(|row| {
                accessible.contains(number) || !ends[gathered.candidates[*row as usize] as usize]
            });
            rows.iter()
                .for_each(|row| gathered.explored[*row as usize] = true);
            if !rows.is_empty() {
                taken.push((*number, rows));
            }
        }
        taken
    }

    /// Rows of a link's target that could have another owner by it than those met.
    fn rows_to_ask_about(&self, number: usize, link: &Link, partition: Option<usize>) -> Vec<u32> {
        let Some(target) = self.tables.get(&link.target.table) else {
            return Vec::new();
        };
        let columns = link.target.columns.iter();
        let slots: Vec<usize> = columns.filter_map(|column| column.value.slot).collect();
        let wanted = &target.found.wanted;
        (target.first..target.candidates.len())
            .filter(|row| slots.iter().all(|slot| !wanted[*slot].is_null(*row)))
            .filter(|row| match (partition, &link.target.partitions) {
                (Some(slot), Some(partitions)) => {
                    let partition = wanted[slot].get(*row);
                    partition.is_some_and(|oid| partitions.contains(&Oid::from(oid.value() as u32)))
                }
                _ => true,
            })
            .filter(|row| {
                let way = (target.candidates[*row], number as u32);
                !(link.source_unique && self.followed.contains(&way))
            })
            .map(|row| row as u32)
            .collect()
    }

    /// A row was found that owns a candidate by a declared link.
    fn owner_seen(
        &mut self,
        number: usize,
        link: &Link,
        decided: Option<&Found>,
        to: u32,
        row: &Row,
    ) {
        let first_identity_column = 1;
        let is_met = match self.tables.get(&link.source.table) {
            Some(source) => match source.found.find(row, first_identity_column) {
                Some(owner) if source.explored[owner as usize] => true,
                // It is known but was passed over, so the link was not followed from it.
                Some(owner) => {
                    self.edges.push(Edge {
                        from: source.candidates[owner as usize],
                        to,
                        link: number as u32,
                        owner: true,
                        declared: link.reviewed,
                    });
                    true
                }
                None => false,
            },
            None => decided
                .and_then(|found| {
                    Some(found.status[found.find(row, first_identity_column)? as usize])
                })
                .is_some_and(|status| matches!(status, Status::Own | Status::Shared)),
        };
        if !is_met {
            self.candidates[to as usize].outside_declared = true;
        }
    }
}
