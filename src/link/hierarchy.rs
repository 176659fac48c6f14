//! Partitions and inheritance: which tables are one, and which merely share columns.

use crate::catalog::schema::Inherits;
use pgrx::pg_sys::Oid;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub struct Hierarchy {
    partition_of: HashMap<Oid, Oid>,
    partitions: HashMap<Oid, Vec<Oid>>,
    heirs: HashMap<Oid, Vec<Oid>>,
}

impl Hierarchy {
    pub fn new(inheritance: &[Inherits]) -> Self {
        let mut hierarchy = Self::default();
        for Inherits {
            child,
            parent,
            partition,
        } in inheritance
        {
            if *partition {
                hierarchy.partition_of.insert(*child, *parent);
                hierarchy
                    .partitions
                    .entry(*parent)
                    .or_default()
                    .push(*child);
            } else {
                hierarchy.heirs.entry(*parent).or_default().push(*child);
            }
        }
        hierarchy
    }

    /// The table that a relation's rows belong to: the topmost partitioned table for a partition, else itself.
    pub fn table(&self, relation: Oid) -> Oid {
        let mut table = relation;
        while let Some(parent) = self.partition_of.get(&table) {
            table = *parent;
        }
        table
    }

    /// The relation and all partitions below it: where its rows are.
    pub fn with_partitions(&self, relation: Oid) -> Vec<Oid> {
        let below = Self::closure(&self.partitions, relation);
        below.into_iter().map(|(partition, _)| partition).collect()
    }

    /// The relation itself and the tables that inherit from it, each with its distance.
    pub fn with_heirs(&self, relation: Oid) -> Vec<(Oid, usize)> {
        Self::closure(&self.heirs, relation)
    }

    fn closure(children: &HashMap<Oid, Vec<Oid>>, from: Oid) -> Vec<(Oid, usize)> {
        let mut all = vec![(from, 0)];
        let mut next = 0;
        while next < all.len() {
            let (parent, distance) = all[next];
            for child in children.get(&parent).into_iter().flatten() {
                if !all.iter().any(|(known, _)| known == child) {
                    all.push((*child, distance + 1));
                }
            }
            next += 1;
        }
        all
    }
}
