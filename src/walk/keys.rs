//! The keys that a statement is given.

use super::statements::Size;
use crate::catalog::operator::Equality;
use crate::catalog::relation::Relation;
use crate::catalog::types;
use crate::link::graph::Value;
use crate::sql::Ident;
use pgrx::pg_sys::{self, Oid};

/// The keys that a statement is given, as a relation `s(k1, k2, ..., ord)`. The first parameter of every statement that has keys is the
/// token of the action that runs (`strategy::running`).
pub struct Keys {
    size: Size,
    /// parameters of the statement before these
    before: usize,
    elements: Vec<Oid>,
    pub types: Vec<Oid>,
}

impl Keys {
    pub fn new(size: Size) -> Self {
        Self {
            types: vec![pg_sys::INT8OID],
            ..Self::after(1, size)
        }
    }

    /// Keys for a statement that has other parameters before these.
    pub fn after(before: usize, size: Size) -> Self {
        Self {
            size,
            before,
            elements: Vec::new(),
            types: Vec::new(),
        }
    }

    /// Takes one more column of values of this type and returns the SQL for its value.
    pub fn add(&mut self, element: Oid, restore: &str) -> String {
        self.elements.push(element);
        self.types.push(match self.size {
            Size::One => element,
            Size::Few | Size::Many => types::carriage(element).array,
        });
        format!("s.k{}{restore}", self.elements.len())
    }

    /// Columns of the side that the statement does not read, under that side's alias, for a condition to speak of.
    pub fn lateral(&mut self, columns: &[(String, Value)], alias: &str) -> String {
        let columns: Vec<String> = columns
            .iter()
            .map(|(name, value)| {
                let key = self.add(value.wanted.element, &value.restore);
                format!("{key} AS {}", Ident(name))
            })
            .collect();
        if columns.is_empty() {
            return String::new();
        }
        format!(
            " CROSS JOIN LATERAL (SELECT {}) AS {alias}",
            columns.join(", ")
        )
    }

    pub fn from(&self) -> String {
        let before = self.before;
        let numbers = 1..=self.elements.len();
        match self.size {
            Size::One => {
                let values: Vec<String> = numbers
                    .map(|n| format!("${} AS k{n}", n + before))
                    .collect();
                format!("(SELECT {}, 1::int8 AS ord) AS s", values.join(", "))
            }
            Size::Few | Size::Many => {
                let arrays = numbers
                    .clone()
                    .map(|n| format!("pg_catalog.unnest(${})", n + before));
                let arrays: Vec<String> = arrays.collect();
                let names: Vec<String> = numbers.map(|n| format!("k{n}")).collect();
                format!(
                    "ROWS FROM ({}) WITH ORDINALITY AS s({}, ord)",
                    arrays.join(", "),
                    names.join(", ")
                )
            }
        }
    }

    /// The test of the last key added, as it stands in the statement.
    pub fn test(
        &self,
        relation: &Relation,
        equality: &Equality,
        column: &str,
        test: String,
    ) -> String {
        // What is equal over there need not be equal here: MariaDB's collations ignore case, accents and trailing blanks. A subselect is not
        // sent, so that it is tested here.
        if relation.is_outside() {
            return format!("{test} AND (SELECT {test})");
        }
        match self.sent_to(relation, equality, column) {
            Some(remote) => format!("{remote} AND {test}"),
            None => test,
        }
    }

    /// The test of the last key added against all keys at once, where that lets a foreign server do the search: a join with our keys it
    /// cannot do.
    fn sent_to(&self, relation: &Relation, equality: &Equality, column: &str) -> Option<String> {
        let is_array = self.size != Size::One;
        (relation.is_foreign() && is_array)
            .then(|| equality.any(column, &format!("${}", self.before + self.elements.len())))
            .flatten()
    }
}
