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
                hierarchy.partitions.entry(*parent).or_default().push(*child);
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
        Self::closure(&self.partitions, relation)
    }

    /// The tables that inherit from it, at any distance, without itself.
    pub fn heirs(&self, relation: Oid) -> Vec<Oid> {
        Self::closure(&self.heirs, relation).split_off(1)
    }

    fn closure(children: &HashMap<Oid, Vec<Oid>>, from: Oid) -> Vec<Oid> {
        let mut all = vec![from];
        let mut next = 0;
        while next < all.len() {
            for child in children.get(&all[next]).into_iter().flatten() {
                if !all.contains(child) {
                    all.push(*child);
                }
            }
            next += 1;
        }
        all
    }
}
