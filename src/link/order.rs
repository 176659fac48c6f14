//! In which order tables are walked. Pure.

use super::graph::{Link, Table};
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The least number of links from table 0 to each table.
pub fn depths(tables: usize, links: &[(usize, usize)]) -> Vec<Option<u32>> {
    let mut outgoing = vec![Vec::new(); tables];
    for (source, target) in links {
        outgoing[*source].push(*target);
    }
    let mut depths = vec![None; tables];
    depths[0] = Some(0);
    let mut layer = vec![0];
    let mut depth = 0;
    while !layer.is_empty() {
        depth += 1;
        let mut next = Vec::new();
        for target in layer.iter().flat_map(|table| &outgoing[*table]) {
            if depths[*target].is_none() {
                depths[*target] = Some(depth);
                next.push(*target);
            }
        }
        layer = next;
    }
    depths
}

/// The walked tables in groups: tables that lead to each other in circles together, owners before the owned, and among
/// those that could come next the one nearest to the start.
pub fn components(tables: &[Table], links: &[Link]) -> Vec<Vec<usize>> {
    let mut graph = DiGraph::<(), ()>::new();
    for _ in tables {
        graph.add_node(());
    }
    let walked = || links.iter().filter(|link| link.depth.is_some());
    for link in walked() {
        let (source, target) = (link.source.table, link.target.table);
        graph.add_edge(NodeIndex::new(source), NodeIndex::new(target), ());
    }
    let mut groups: Vec<Vec<usize>> = tarjan_scc(&graph)
        .into_iter()
        .map(|group| group.into_iter().map(NodeIndex::index).collect())
        .filter(|group: &Vec<usize>| group.iter().any(|table| tables[*table].depth.is_some()))
        .collect();
    groups.iter_mut().for_each(|group| group.sort_unstable());

    let mut group_of = vec![usize::MAX; tables.len()];
    for (number, group) in groups.iter().enumerate() {
        for table in group {
            group_of[*table] = number;
        }
    }
    let mut waiting = vec![0; groups.len()];
    let mut followers = vec![Vec::new(); groups.len()];
    for link in walked() {
        let (from, to) = (group_of[link.source.table], group_of[link.target.table]);
        if from != to {
            waiting[to] += 1;
            followers[from].push(to);
        }
    }
    let rank = |group: usize| {
        let depth = groups[group]
            .iter()
            .filter_map(|table| tables[*table].depth)
            .min();
        Reverse((depth, groups[group][0], group))
    };
    let mut ready: BinaryHeap<_> = (0..groups.len())
        .filter(|group| waiting[*group] == 0)
        .map(rank)
        .collect();
    let mut ordered = Vec::with_capacity(groups.len());
    while let Some(Reverse((_, _, group))) = ready.pop() {
        ordered.push(groups[group].clone());
        for follower in &followers[group] {
            waiting[*follower] -= 1;
            if waiting[*follower] == 0 {
                ready.push(rank(*follower));
            }
        }
    }
    ordered
}
