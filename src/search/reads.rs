//! What is read of a table's rows, so that it can be said whose they are.

use crate::link::Kind;
use crate::link::graph::{Graph, Link, Value, Wanted, partition_of_row};
use crate::walk::text;
use pgrx::pg_sys;

pub struct Reads {
    pub wanted: Vec<Wanted>,
    /// The links that lead to the table.
    pub ways: Vec<Way>,
    /// Where among the wanted values the person's key is, and the label: of the start table only.
    pub person: Option<Person>,
    /// One of them is an expression of a user's.
    pub speaks: bool,
}

/// A link that leads to the table, and where its values are.
pub struct Way {
    pub link: usize,
    /// It is walked, so its sources are looked for.
    pub walked: bool,
    /// Columns of the link, then those of its condition.
    pub values: Vec<usize>,
    /// How many of them are the link's own: they are not NULL where it leads to a row.
    pub columns: usize,
    /// Where only a partition is meant: which one the row is in.
    pub partition: Option<usize>,
    /// Whether the row has an owner by it that nobody has reviewed.
    pub owned: Option<usize>,
}

#[derive(Clone, Copy)]
pub struct Person {
    pub key: usize,
    pub label: Option<usize>,
    /// Where only a partition was registered: which one the row is in.
    pub partition: Option<usize>,
}

impl Reads {
    /// `label` is what a row of the start table is called, over the alias `target`.
    pub fn of(graph: &Graph, number: usize, label: Option<&str>) -> Self {
        let table = &graph.tables[number];
        let mut reads = Self {
            wanted: Vec::new(),
            ways: Vec::new(),
            person: None,
            speaks: false,
        };
        for link in &table.incoming {
            reads.add(*link, &graph.links[*link]);
        }
        if number == 0 {
            let in_partition = graph.start_scan != table.relation;
            reads.person = Some(Person {
                key: reads.want(text::key_document(table), pg_sys::JSONBOID),
                label: label.map(|label| {
                    reads.speaks = true;
                    reads.want(format!("({label})::pg_catalog.text"), pg_sys::TEXTOID)
                }),
                partition: in_partition.then(|| reads.want_partition()),
            });
        }
        reads
    }

    fn add(&mut self, number: usize, link: &Link) {
        let walked = link.depth.is_some();
        // A declared owner elsewhere does not keep a row from being found.
        let owned = (link.kind == Kind::Owner && !link.reviewed)
            .then(|| self.want(text::has_owner(link), pg_sys::BOOLOID));
        let (mut values, mut partition) = (Vec::new(), None);
        if walked {
            let columns = link.target.columns.iter();
            self.speaks |= columns.clone().any(|column| column.is_expression);
            let condition = link.condition.iter().flat_map(|c| &c.target);
            let all = columns.map(|column| &column.value);
            let all = all.chain(condition.map(|(_, value)| value));
            values.extend(all.map(|value: &Value| {
                let Wanted { sql, element } = value.wanted.clone();
                self.want(sql, element)
            }));
            partition = link
                .target
                .partitions
                .is_some()
                .then(|| self.want_partition());
        }
        self.ways.push(Way {
            link: number,
            walked,
            values,
            columns: link.target.columns.len(),
            partition,
            owned,
        });
    }

    fn want_partition(&mut self) -> usize {
        let Wanted { sql, element } = partition_of_row();
        self.want(sql, element)
    }

    fn want(&mut self, sql: String, element: pg_sys::Oid) -> usize {
        let wanted = Wanted { sql, element };
        let known = self.wanted.iter().position(|known| *known == wanted);
        known.unwrap_or_else(|| {
            self.wanted.push(wanted);
            self.wanted.len() - 1
        })
    }
}
