//! The candidates of the tables that are settled together, as they are gathered.

use super::found::Found;
use super::resolve::{Candidate, Edge, Outcome, Status};
use super::statements::flagged;
use crate::link::Kind;
use crate::link::graph::{Check, Graph, Link};
use crate::spi::row::Row;
use pgrx::pg_sys::Oid;
use std::collections::{HashMap, HashSet};

/// The tables being settled.
#[derive(Default)]
pub struct Gathering {
    pub tables: HashMap<usize, Gathered>,
    pub candidates: Vec<Candidate>,
    /// For each candidate the links by which it has an owner that has not been met.
    pub owed: Vec<Vec<u32>>,
    /// Candidates and links with `Check::Probe` that have been followed to them.
    followed: HashSet<(u32, u32)>,
    pub edges: Vec<Edge>,
}

/// One of them.
pub struct Gathered {
    pub found: Found,
    /// The candidate of each row.
    pub candidates: Vec<u32>,
    /// The rows before it are start rows: decided, and given out already.
    pub first: usize,
    pub explored: Vec<bool>,
    /// Rows to walk on from.
    pending: Vec<u32>,
}

impl Gathering {
    /// A table, with the rows that it has already: start rows.
    pub fn enter(&mut self, number: usize, found: Found) {
        let starts = found.rows();
        let first = self.candidates.len() as u32;
        for _ in 0..starts {
            let start = Candidate {
                start: true,
                ..Candidate::default()
            };
            self.add(start, Vec::new());
        }
        self.tables.insert(
            number,
            Gathered {
                found,
                candidates: (first..first + starts as u32).collect(),
                first: starts,
                explored: vec![false; starts],
                pending: (0..starts as u32).collect(),
            },
        );
    }

    /// The candidate of a row that a statement found; a new one if it was not known.
    pub fn meet(&mut self, graph: &Graph, number: usize, row: &Row) -> u32 {
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
    pub fn note_followed(&mut self, number: usize, link: &Link, candidate: u32) {
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
    pub fn take_pending(&mut self, graph: &Graph) -> Vec<(usize, Vec<u32>)> {
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
    pub fn rows_to_ask_about(
        &self,
        number: usize,
        link: &Link,
        partition: Option<usize>,
    ) -> Vec<u32> {
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
    pub fn owner_seen(
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

impl Gathered {
    /// Rows that turned out unreviewed and were not walked on from.
    pub fn passed_over(&self, outcomes: &[Outcome]) -> Vec<u32> {
        let is_unreviewed = |row: &u32| {
            outcomes[self.candidates[*row as usize] as usize].status == Status::Unreviewed
        };
        let rows = (0..self.candidates.len() as u32).filter(is_unreviewed);
        rows.filter(|row| !self.explored[*row as usize]).collect()
    }
}
