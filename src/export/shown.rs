//! What a document shows of a table: which of its columns, in which order, under which names.

use super::document::{Kind, Mode};
use super::gather;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::{Error, Result};
use crate::link::graph::{Graph, Link, Table};
use crate::registry::export::{Derived, Spec};
use pgrx::pg_sys::{self, Oid};

pub struct Shown<'a> {
    pub table: &'a Table,
    pub relation: &'a Relation,
    pub spec: Spec,
    /// It is part of the document.
    pub is_part: bool,
    /// Where each column of the relation stands in a row's data.
    places: Vec<usize>,
    /// The relation's columns that are shown, by their numbers in it, in the order of the document.
    pub columns: Vec<usize>,
}

impl<'a> Shown<'a> {
    pub fn of(graph: &'a Graph, number: usize) -> Result<Self> {
        let table = &graph.tables[number];
        let relation = graph.relation(table.relation)?;
        let spec = match &table.entry {
            Some(entry) => Spec::parse(&entry.export)?,
            None => Spec::default(),
        };
        let is_shown = |name: &String| {
            spec.include.as_ref().is_none_or(|only| only.contains(name))
                && !spec.exclude.contains(name)
        };
        let mut columns: Vec<usize> = (0..relation.columns.len())
            .filter(|column| is_shown(&relation.columns[*column].name))
            .collect();
        columns.sort_by_key(|column| {
            let name = &relation.columns[*column].name;
            let first = spec.order.iter().position(|first| first == name);
            first.unwrap_or(usize::MAX)
        });
        Ok(Self {
            table,
            relation,
            is_part: true,
            places: gather::places(&table.columns),
            columns,
            spec,
        })
    }

    /// Without what such a document leaves out.
    pub fn in_mode(mut self, mode: Mode) -> Self {
        match (&self.spec.derived, mode) {
            (_, Mode::Access) => {}
            (Derived::Table(is_derived), _) => self.is_part = !is_derived,
            (Derived::Columns(derived), _) => {
                let relation = self.relation;
                self.columns
                    .retain(|column| !derived.contains(&relation.columns[*column].name));
            }
        }
        self
    }

    /// What the table's rows are called, each.
    pub fn label(&self) -> String {
        let facts = self.table.entry.as_ref().map(|entry| &entry.facts);
        let stated = facts.and_then(|facts| facts.get("label")?.as_str());
        let label = self.spec.label.as_deref().or(stated);
        label.map_or_else(|| title(&self.relation.name), str::to_owned)
    }

    /// Where a column stands in a row's data.
    pub fn place(&self, column: usize) -> usize {
        self.places[column]
    }

    /// The number of a column by its name. 42703 if there is none.
    pub fn column(&self, name: &str) -> Result<usize> {
        let number = self.relation.require_column(name)?.number;
        let mut columns = self.relation.columns.iter();
        let place = columns.position(|column| column.number == number);
        place.ok_or_else(|| Error::internal("a column has no place in its table"))
    }

    /// A column is shown although it leads to other people.
    pub fn is_disclosed(&self, column: usize) -> bool {
        self.spec
            .disclose
            .contains(&self.relation.columns[column].name)
    }

    /// The columns that a link compares in this table; None if it compares anything else.
    pub fn target_of(&self, link: &Link) -> Option<Vec<usize>> {
        self.plain(
            link.target
                .columns
                .iter()
                .map(|c| (&c.name, c.is_expression)),
        )
    }

    /// The same where the link starts here.
    pub fn source_of(&self, link: &Link) -> Option<Vec<usize>> {
        self.plain(
            link.source
                .columns
                .iter()
                .map(|c| (&c.name, c.is_expression)),
        )
    }

    fn plain<'b>(&self, columns: impl Iterator<Item = (&'b String, bool)>) -> Option<Vec<usize>> {
        columns
            .map(|(name, is_expression)| match is_expression {
                true => None,
                false => self.column(name).ok(),
            })
            .collect()
    }

    /// The key of a column in json: the label that was registered, else its name.
    pub fn key(&self, column: &Column) -> String {
        let label = self.spec.labels.get(&column.name);
        label.unwrap_or(&column.name).clone()
    }
}

/// A name as people write it: `placed_on` is `Placed on`.
pub fn title(name: &str) -> String {
    let blanks = name.replace('_', " ");
    let words = blanks.trim();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// What the values of a type are, as jsonb has them.
pub fn kind(type_oid: Oid) -> Kind {
    let base = types::base_type(type_oid);
    match base {
        pg_sys::INT2OID
        | pg_sys::INT4OID
        | pg_sys::INT8OID
        | pg_sys::NUMERICOID
        | pg_sys::FLOAT4OID
        | pg_sys::FLOAT8OID => Kind::Number,
        pg_sys::BOOLOID => Kind::Boolean,
        pg_sys::DATEOID => Kind::Date,
        pg_sys::TIMEOID | pg_sys::TIMETZOID => Kind::Time,
        pg_sys::TIMESTAMPOID | pg_sys::TIMESTAMPTZOID => Kind::Timestamp,
        pg_sys::BYTEAOID => Kind::Bytes,
        pg_sys::JSONOID | pg_sys::JSONBOID => Kind::Structure,
        _ => match types::category_and_class(base).0 {
            pg_sys::TYPCATEGORY_ARRAY | pg_sys::TYPCATEGORY_COMPOSITE => Kind::Structure,
            _ => Kind::Text,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn names_become_titles() {
        assert_eq!(title("placed_on"), "Placed on");
        assert_eq!(title("orders"), "Orders");
        assert_eq!(title("état_civil"), "État civil");
        assert_eq!(title("_"), "_");
    }
}
