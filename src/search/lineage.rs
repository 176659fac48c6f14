//! Whose rows are these? Pure: of rows and all that leads to them, what a walk from each person would find among them.
//!
//! Whether a walk finds a row depends on nothing but what leads to it. So the walk's own decision, asked about these rows alone, is the one that it would
//! come to itself.

use crate::walk::resolve::{Candidate, Edge, Status, resolve};

/// Rows and the links between them, from owners to the owned.
pub struct Lineage<'a> {
    edges: &'a [Edge],
    /// Rows that somebody else owns by a link that nobody declared.
    outside: &'a [bool],
    /// The edges by the row that they start from.
    first: Vec<u32>,
    outgoing: Vec<u32>,
    /// For each row, the undeclared owner links that lead to it.
    owners: Vec<u32>,
    /// The number of each row among those that the person in question leads to.
    number: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'a> Lineage<'a> {
    pub fn new(edges: &'a [Edge], outside: &'a [bool]) -> Self {
        let rows = outside.len();
        let mut first = vec![0; rows + 1];
        let mut owners = vec![0; rows];
        for edge in edges {
            first[edge.from as usize + 1] += 1;
            owners[edge.to as usize] += u32::from(is_undeclared_owner(edge));
        }
        for row in 0..rows {
            first[row + 1] += first[row];
        }
        let mut next = first.clone();
        let mut outgoing = vec![0; edges.len()];
        for (number, edge) in (0..).zip(edges) {
            let place = &mut next[edge.from as usize];
            outgoing[*place as usize] = number;
            *place += 1;
        }
        Self {
            edges,
            outside,
            first,
            outgoing,
            owners,
            number: vec![NONE; rows],
        }
    }

    /// The rows that a walk from the person finds, the person's own row among them.
    pub fn found_from(&mut self, person: u32) -> Vec<u32> {
        let rows = self.led_to(person);
        let mut edges = Vec::new();
        let mut owners = vec![0; rows.len()];
        for row in &rows {
            for edge in self.of(*row) {
                let [from, to] = [edge.from, edge.to].map(|row| self.number[row as usize]);
                owners[to as usize] += u32::from(is_undeclared_owner(edge));
                edges.push(Edge { from, to, ..*edge });
            }
        }
        let candidates: Vec<Candidate> = rows
            .iter()
            .zip(&owners)
            .map(|(row, inside)| Candidate {
                start: *row == person,
                outside_undeclared: self.outside[*row as usize]
                    || self.owners[*row as usize] > *inside,
                ..Candidate::default()
            })
            .collect();
        let outcomes = resolve(&candidates, &edges);
        for row in &rows {
            self.number[*row as usize] = NONE;
        }
        let found = rows.into_iter().zip(outcomes);
        found
            .filter(|(_, outcome)| outcome.status != Status::Absent)
            .map(|(row, _)| row)
            .collect()
    }

    /// The rows that any chain leads to from the person, numbered.
    fn led_to(&mut self, person: u32) -> Vec<u32> {
        let mut rows = vec![person];
        self.number[person as usize] = 0;
        let mut next = 0;
        while next < rows.len() {
            let edges = self.first[rows[next] as usize]..self.first[rows[next] as usize + 1];
            for edge in edges {
                let to = self.edges[self.outgoing[edge as usize] as usize].to;
                if self.number[to as usize] == NONE {
                    self.number[to as usize] = rows.len() as u32;
                    rows.push(to);
                }
            }
            next += 1;
        }
        rows
    }

    fn of(&self, row: u32) -> impl Iterator<Item = &'a Edge> {
        let range = self.first[row as usize] as usize..self.first[row as usize + 1] as usize;
        let edges = self.edges;
        self.outgoing[range]
            .iter()
            .map(move |number| &edges[*number as usize])
    }
}

fn is_undeclared_owner(edge: &Edge) -> bool {
    edge.owner && !edge.declared
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edge(from: u32, to: u32) -> Edge {
        Edge {
            from,
            to,
            link: 0,
            owner: true,
            declared: false,
        }
    }

    fn accessor(from: u32, to: u32) -> Edge {
        Edge {
            owner: false,
            declared: true,
            ..edge(from, to)
        }
    }

    #[test]
    fn a_chain_leads_to_its_person() {
        // person 0 <- order 1 <- line 2
        let edges = [edge(0, 1), edge(1, 2)];
        let mut lineage = Lineage::new(&edges, &[false; 3]);
        assert_eq!(lineage.found_from(0), [0, 1, 2]);
    }

    #[test]
    fn an_unreviewed_row_is_found_and_what_hangs_on_it_is_not() {
        // persons 0 and 1 <- message 2 <- attachment 3
        let edges = [edge(0, 2), edge(1, 2), edge(2, 3)];
        let mut lineage = Lineage::new(&edges, &[false; 4]);
        assert_eq!(lineage.found_from(0), [0, 2]);
        assert_eq!(lineage.found_from(1), [1, 2]);
    }

    #[test]
    fn a_declared_way_leads_on() {
        let edges = [edge(0, 2), accessor(1, 2), edge(2, 3)];
        let mut lineage = Lineage::new(&edges, &[false; 4]);
        assert_eq!(lineage.found_from(0), [0, 2, 3]);
        assert_eq!(lineage.found_from(1), [1, 2, 3]);
    }

    #[test]
    fn an_owner_that_is_no_row_ends_the_walk() {
        let edges = [edge(0, 1), edge(1, 2)];
        let mut lineage = Lineage::new(&edges, &[false, true, false]);
        assert_eq!(lineage.found_from(0), [0, 1]);
    }

    #[test]
    fn circles_lead_to_whom_they_hang_on() {
        // person 0 <- order 1 <-> invoice 2; person 3 has none of it
        let edges = [edge(0, 1), edge(1, 2), edge(2, 1)];
        let mut lineage = Lineage::new(&edges, &[false; 4]);
        assert_eq!(lineage.found_from(0), [0, 1, 2]);
        assert_eq!(lineage.found_from(3), [3]);
        assert_eq!(lineage.found_from(0), [0, 1, 2]);
    }
}
