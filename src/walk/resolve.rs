//! Which candidates are a person's own, which are shared, which nobody has reviewed. Pure: docs/walk.md, sections Owners and What is walked,
//! for the rows of tables that lead to each other in circles or can be reached in several ways.
//!
//! Both sets are the largest of their kind, so everything starts inside and what does not hold is put out, together with what falls because of
//! it, until nothing falls any more.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// A row that was found, and what is known of it beside the edges between candidates.
#[derive(Debug, Clone, Default)]
pub struct Candidate {
    /// A start row: own, whatever leads to it.
    pub start: bool,
    /// An owner outside the candidates whose rows are already decided is own.
    pub own_owner: bool,
    /// One of those is walked but not own.
    pub shared_owner: bool,
    /// An accessor link from a walked row of those leads to it.
    pub accessed: bool,
    /// It has an owner that was not found, by a declared link.
    pub outside_declared: bool,
    /// It has an owner that was not found, by a link that nobody declared.
    pub outside_undeclared: bool,
    /// Depth and link of the nearest decided row that leads to it.
    pub nearest: Option<(u32, u32)>,
}

/// A link between two candidates.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub from: u32,
    pub to: u32,
    /// Number of the link, in the order of names.
    pub link: u32,
    pub owner: bool,
    pub declared: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Own,
    Shared,
    /// Found, but the walk ends here.
    Unreviewed,
    /// Not found after all: everything that led to it fell.
    Absent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    pub status: Status,
    /// Somebody else owns it too by a link that nobody declared. Always so for `Unreviewed`; also for a shared row that is walked
    /// because an accessor link leads to it.
    pub unreviewed: bool,
    pub depth: u32,
    /// None for a start row.
    pub via: Option<u32>,
}

pub fn resolve(candidates: &[Candidate], edges: &[Edge]) -> Vec<Outcome> {
    let outgoing = Outgoing::new(candidates.len(), edges);
    let own = own_rows(candidates, edges, &outgoing);
    let walked = walked_rows(candidates, edges, &outgoing);
    let depths = depths(candidates, edges, &outgoing, &walked);
    let via = nearest_links(candidates, edges, &walked, &depths);
    let suspects = suspects(candidates, edges, &walked);
    (0..candidates.len())
        .map(|i| {
            let unreviewed = !own[i] && suspects[i];
            let status = match (own[i], walked[i]) {
                (true, _) => Status::Own,
                (false, true) => Status::Shared,
                (false, false) if unreviewed => Status::Unreviewed,
                (false, false) => Status::Absent,
            };
            Outcome {
                status,
                unreviewed,
                depth: depths[i].unwrap_or(0),
                via: via[i],
            }
        })
        .collect()
}

/// Edges by the candidate they start from.
struct Outgoing {
    first: Vec<u32>,
    edges: Vec<u32>,
}

impl Outgoing {
    fn new(candidates: usize, edges: &[Edge]) -> Self {
        let mut first = vec![0; candidates + 1];
        for edge in edges {
            first[edge.from as usize + 1] += 1;
        }
        for i in 0..candidates {
            first[i + 1] += first[i];
        }
        let mut next = first.clone();
        let mut sorted = vec![0; edges.len()];
        for (number, edge) in edges.iter().enumerate() {
            let place = &mut next[edge.from as usize];
            sorted[*place as usize] = number as u32;
            *place += 1;
        }
        Self {
            first,
            edges: sorted,
        }
    }

    fn of(&self, candidate: usize) -> impl Iterator<Item = usize> {
        let range = self.first[candidate] as usize..self.first[candidate + 1] as usize;
        self.edges[range].iter().map(|number| *number as usize)
    }
}

/// The largest set in which every owner of a row is in the set, and every row is connected to the person by owner links.
fn own_rows(candidates: &[Candidate], edges: &[Edge], outgoing: &Outgoing) -> Vec<bool> {
    let is_entry = |i: usize| candidates[i].start || candidates[i].own_owner;
    let mut falling: Vec<usize> = (0..candidates.len())
        .filter(|i| {
            let row = &candidates[*i];
            !row.start && (row.shared_owner || row.outside_declared || row.outside_undeclared)
        })
        .collect();
    let mut own = vec![true; candidates.len()];
    falling.iter().for_each(|i| own[*i] = false);
    loop {
        while let Some(fallen) = falling.pop() {
            for edge in outgoing.of(fallen).map(|number| edges[number]) {
                let to = edge.to as usize;
                if edge.owner && own[to] && !candidates[to].start {
                    own[to] = false;
                    falling.push(to);
                }
            }
        }
        falling = disconnected(&own, edges, outgoing, is_entry, |edge| edge.owner);
        if falling.is_empty() {
            return own;
        }
        falling.iter().for_each(|i| own[*i] = false);
    }
}

/// The largest set in which a chain leads from the person to every row, each step an accessor link or an owner link to a row that has in the set all
/// owners that an undeclared link gives it.
fn walked_rows(candidates: &[Candidate], edges: &[Edge], outgoing: &Outgoing) -> Vec<bool> {
    let mut missing: Vec<bool> = candidates.iter().map(|c| c.outside_undeclared).collect();
    let mut accesses: Vec<u32> = candidates.iter().map(|c| c.accessed.into()).collect();
    for edge in edges.iter().filter(|edge| !edge.owner) {
        accesses[edge.to as usize] += 1;
    }
    let falls = |i: usize, missing: &[bool], accesses: &[u32]| {
        !candidates[i].start && missing[i] && accesses[i] == 0
    };
    let mut walked = vec![true; candidates.len()];
    let mut falling: Vec<usize> = (0..candidates.len())
        .filter(|i| falls(*i, &missing, &accesses))
        .collect();
    falling.iter().for_each(|i| walked[*i] = false);
    loop {
        while let Some(fallen) = falling.pop() {
            for edge in outgoing.of(fallen).map(|number| edges[number]) {
                let to = edge.to as usize;
                if !edge.owner {
                    accesses[to] -= 1;
                } else if !edge.declared {
                    missing[to] = true;
                }
                if walked[to] && falls(to, &missing, &accesses) {
                    walked[to] = false;
                    falling.push(to);
                }
            }
        }
        // A row that lacks an owner may still be accessed, but only from rows that are walked without it.
        let is_entry = |i: usize| {
            let row = &candidates[i];
            row.start || row.accessed || (!missing[i] && (row.own_owner || row.shared_owner))
        };
        let counts = |edge: &Edge| !edge.owner || !missing[edge.to as usize];
        falling = disconnected(&walked, edges, outgoing, is_entry, counts);
        if falling.is_empty() {
            return walked;
        }
        falling.iter().for_each(|i| walked[*i] = false);
    }
}

/// Members of the set that no chain of edges within the set leads to from an entry.
fn disconnected(
    set: &[bool],
    edges: &[Edge],
    outgoing: &Outgoing,
    is_entry: impl Fn(usize) -> bool,
    counts: impl Fn(&Edge) -> bool,
) -> Vec<usize> {
    let mut met = vec![false; set.len()];
    let mut frontier: Vec<usize> = (0..set.len()).filter(|i| set[*i] && is_entry(*i)).collect();
    frontier.iter().for_each(|i| met[*i] = true);
    while let Some(from) = frontier.pop() {
        for edge in outgoing.of(from).map(|number| &edges[number]) {
            let to = edge.to as usize;
            if counts(edge) && set[to] && !met[to] {
                met[to] = true;
                frontier.push(to);
            }
        }
    }
    (0..set.len()).filter(|i| set[*i] && !met[*i]).collect()
}

/// The length of the shortest chain through walked rows.
fn depths(
    candidates: &[Candidate],
    edges: &[Edge],
    outgoing: &Outgoing,
    walked: &[bool],
) -> Vec<Option<u32>> {
    let mut depths: Vec<Option<u32>> = candidates
        .iter()
        .map(|c| {
            if c.start {
                Some(0)
            } else {
                c.nearest.map(|(depth, _)| depth)
            }
        })
        .collect();
    let mut heap: BinaryHeap<_> = (0..candidates.len())
        .filter_map(|i| depths[i].map(|depth| Reverse((depth, i))))
        .collect();
    while let Some(Reverse((depth, i))) = heap.pop() {
        if depths[i] != Some(depth) || !walked[i] {
            continue;
        }
        for to in outgoing.of(i).map(|number| edges[number].to as usize) {
            if depths[to].is_none_or(|known| known > depth + 1) {
                depths[to] = Some(depth + 1);
                heap.push(Reverse((depth + 1, to)));
            }
        }
    }
    depths
}

/// The last link of the shortest chain; of several, the first by name.
fn nearest_links(
    candidates: &[Candidate],
    edges: &[Edge],
    walked: &[bool],
    depths: &[Option<u32>],
) -> Vec<Option<u32>> {
    let mut via: Vec<Option<u32>> = candidates
        .iter()
        .zip(depths)
        .map(|(c, depth)| match c.nearest {
            Some((nearest, link)) if !c.start && Some(nearest) == *depth => Some(link),
            _ => None,
        })
        .collect();
    for edge in edges.iter().filter(|edge| walked[edge.from as usize]) {
        let (from, to) = (edge.from as usize, edge.to as usize);
        let is_last = !candidates[to].start && depths[from].map(|d| d + 1) == depths[to];
        if is_last && via[to].is_none_or(|known| known > edge.link) {
            via[to] = Some(edge.link);
        }
    }
    via
}

/// Rows that an owner link from a walked row leads to, with an owner outside the walked rows by an undeclared link.
fn suspects(candidates: &[Candidate], edges: &[Edge], walked: &[bool]) -> Vec<bool> {
    let mut owned: Vec<bool> = candidates
        .iter()
        .map(|c| c.own_owner || c.shared_owner)
        .collect();
    let mut missing: Vec<bool> = candidates.iter().map(|c| c.outside_undeclared).collect();
    for edge in edges.iter().filter(|edge| edge.owner) {
        if walked[edge.from as usize] {
            owned[edge.to as usize] = true;
        } else if !edge.declared {
            missing[edge.to as usize] = true;
        }
    }
    (0..candidates.len())
        .map(|i| !candidates[i].start && owned[i] && missing[i])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned() -> Candidate {
        Candidate {
            own_owner: true,
            nearest: Some((1, 0)),
            ..Candidate::default()
        }
    }

    fn edge(from: u32, to: u32) -> Edge {
        Edge {
            from,
            to,
            link: 1,
            owner: true,
            declared: false,
        }
    }

    fn statuses(candidates: &[Candidate], edges: &[Edge]) -> Vec<Status> {
        resolve(candidates, edges)
            .iter()
            .map(|o| o.status)
            .collect()
    }

    #[test]
    fn an_order_and_its_invoice_that_refer_to_each_other_are_both_own() {
        let rows = [owned(), Candidate::default()];
        let edges = [edge(0, 1), edge(1, 0)];
        assert_eq!(statuses(&rows, &edges), [Status::Own, Status::Own]);
    }

    #[test]
    fn rows_that_only_hold_each_other_are_not_found() {
        let rows = [owned(), Candidate::default(), Candidate::default()];
        let edges = [edge(1, 2), edge(2, 1)];
        let expected = [Status::Own, Status::Absent, Status::Absent];
        assert_eq!(statuses(&rows, &edges), expected);
    }

    #[test]
    fn an_undeclared_owner_elsewhere_ends_the_walk() {
        let rows = [
            Candidate {
                outside_undeclared: true,
                ..owned()
            },
            Candidate::default(),
        ];
        let outcomes = resolve(&rows, &[edge(0, 1)]);
        assert_eq!(outcomes[0].status, Status::Unreviewed);
        assert!(outcomes[0].unreviewed);
        assert_eq!(outcomes[1].status, Status::Absent);
    }

    #[test]
    fn a_declared_owner_elsewhere_makes_it_and_what_hangs_on_it_shared() {
        let rows = [
            Candidate {
                outside_declared: true,
                ..owned()
            },
            Candidate::default(),
        ];
        let expected = [Status::Shared, Status::Shared];
        assert_eq!(statuses(&rows, &[edge(0, 1)]), expected);
    }

    #[test]
    fn an_accessed_row_is_walked_whoever_owns_it() {
        let row = Candidate {
            accessed: true,
            outside_undeclared: true,
            nearest: Some((1, 0)),
            ..Candidate::default()
        };
        let outcome = resolve(std::slice::from_ref(&row), &[])[0];
        assert_eq!(
            (outcome.status, outcome.unreviewed),
            (Status::Shared, false)
        );
        let also_owned = Candidate {
            own_owner: true,
            ..row
        };
        let outcome = resolve(&[also_owned], &[])[0];
        assert_eq!((outcome.status, outcome.unreviewed), (Status::Shared, true));
    }

    #[test]
    fn a_row_cannot_make_itself_accessible() {
        let row = Candidate {
            outside_undeclared: true,
            ..owned()
        };
        let to_itself = Edge {
            owner: false,
            declared: true,
            ..edge(0, 0)
        };
        assert_eq!(statuses(&[row], &[to_itself]), [Status::Unreviewed]);
    }

    #[test]
    fn the_shortest_chain_counts_and_of_equal_ones_the_first_by_name() {
        let rows = [owned(), owned(), Candidate::default()];
        let edges = [
            Edge {
                link: 7,
                ..edge(0, 2)
            },
            Edge {
                link: 5,
                ..edge(1, 2)
            },
        ];
        let outcome = resolve(&rows, &edges)[2];
        assert_eq!((outcome.depth, outcome.via), (2, Some(5)));
    }
}
