//! Columns of a row that are other people's, and are left out: Art. 15(4) GDPR.

use super::gather::{Gathered, Row};
use super::shown::Shown;
use super::value;
use crate::error::Result;
use crate::link::graph::{Graph, Link};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::HashSet;

/// What in the rows of one table can be other people's.
pub struct Redaction {
    leads: Vec<Lead>,
    /// Columns whose rule says whose they are, with the leads that it names.
    of: Vec<(usize, Vec<usize>)>,
}

/// A link by which rows lead to somebody.
struct Lead {
    link: u32,
    /// by their numbers
    columns: Vec<usize>,
    /// It leads to a person; else to what hangs on one.
    to_person: bool,
    /// What its columns are in rows that lead to the person of the document.
    found: HashSet<Vec<String>>,
}

impl Redaction {
    pub fn of(graph: &Graph, number: usize, shown: &[Shown], gathered: &Gathered) -> Result<Self> {
        let table = &shown[number];
        let whose = whose(table)?;
        let mut leads = Vec::new();
        for (place, link) in graph.links.iter().enumerate() {
            let (Some(columns), true) = (table.target_of(link), link.target.table == number) else {
                continue;
            };
            let to_person = is_of_persons(graph, link);
            let is_named =
                whose.iter().any(|(_, of)| columns.contains(of)) && link.condition.is_none();
            if to_person || is_named {
                leads.push(Lead {
                    link: place as u32,
                    found: found(link, &shown[link.source.table], gathered)?,
                    columns,
                    to_person,
                });
            }
        }
        let of = whose.into_iter().map(|(column, of)| {
            let named = leads
                .iter()
                .enumerate()
                .filter(|(_, lead)| lead.columns.contains(&of));
            (column, named.map(|(place, _)| place).collect())
        });
        let of = of.collect();
        Ok(Self { leads, of })
    }

    /// Nothing in the table can be another person's.
    pub fn is_nothing(&self) -> bool {
        self.leads.iter().all(|lead| !lead.to_person) && self.of.is_empty()
    }

    /// The columns of a row that are another person's.
    pub fn columns(&self, shown: &Shown, row: &Row, values: &[&RawValue]) -> Vec<usize> {
        if self.is_nothing() {
            return Vec::new();
        }
        let key = |lead: &Lead| {
            value::texts(
                values,
                lead.columns.iter().map(|column| shown.place(*column)),
            )
        };
        let leads: Vec<(&Lead, Option<Vec<String>>)> =
            self.leads.iter().map(|lead| (lead, key(lead))).collect();
        let is_met = |(lead, key): &(&Lead, Option<Vec<String>>)| {
            row.via == Some(lead.link) || key.as_ref().is_some_and(|key| lead.found.contains(key))
        };
        let met: Vec<bool> = leads.iter().map(is_met).collect();
        let leads_here = |column: &usize| {
            leads
                .iter()
                .zip(&met)
                .any(|((lead, _), met)| *met && lead.columns.contains(column))
        };
        let mut columns: Vec<usize> = leads
            .iter()
            .zip(&met)
            .filter(|((lead, key), met)| lead.to_person && key.is_some() && !**met)
            .flat_map(|((lead, _), _)| lead.columns.iter().copied())
            .filter(|column| !leads_here(column))
            .collect();
        let of = self.of.iter();
        columns.extend(
            of.filter(|(_, leads)| !leads.iter().any(|lead| met[*lead]))
                .map(|(column, _)| *column),
        );
        columns.retain(|column| !shown.is_disclosed(*column));
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

/// By the rules of a table: columns, and the column that leads to the person whose each is.
fn whose(table: &Shown) -> Result<Vec<(usize, usize)>> {
    let Some(rules) = table
        .table
        .entry
        .as_ref()
        .and_then(|entry| entry.rules.as_object())
    else {
        return Ok(Vec::new());
    };
    let mut whose = Vec::new();
    for (number, column) in table.relation.columns.iter().enumerate() {
        let rule = rules.get(&column.name).or_else(|| rules.get("*"));
        if let Some(of) = rule.and_then(|rule| rule.get("of")).and_then(Value::as_str) {
            whose.push((number, table.column(of)?));
        }
    }
    Ok(whose)
}

/// The rows that a link starts from are people.
pub fn is_of_persons(graph: &Graph, link: &Link) -> bool {
    let entry = graph.tables[link.source.table].entry.as_ref();
    link.source.table == 0 || entry.is_some_and(|entry| entry.subject)
}

/// What stands in the source columns of a link, in the rows that were found.
fn found(link: &Link, source: &Shown, gathered: &Gathered) -> Result<HashSet<Vec<String>>> {
    let mut found = HashSet::new();
    if let Some(columns) = source.source_of(link) {
        for row in &gathered.tables[link.source.table] {
            let values = row.values()?;
            found.extend(value::texts(
                &values,
                columns.iter().map(|column| source.place(*column)),
            ));
        }
    }
    Ok(found)
}
