//! Columns of a row that are other people's, and are left out: Art. 15(4) GDPR.

use super::gather::{Gathered, Row};
use super::shown::Shown;
use super::value;
use crate::catalog::details::Details;
use crate::error::Result;
use crate::link::graph::{Graph, Link, partition_of_row};
use crate::plan::build::not_keys;
use crate::security;
use crate::spi;
use crate::walk::found::Found;
use crate::walk::statements::{Purpose, Reading, Size, Step};
use crate::walk::steps::Steps;
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::Oid;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};

/// What in the rows of one table can be other people's.
pub struct Redaction {
    leads: Vec<Lead>,
    /// Columns whose rule says whose they are, with the leads that it names.
    of: Vec<(usize, Vec<usize>)>,
    /// Columns that the server makes of others: they show what those hold.
    generated: Vec<usize>,
}

/// A link by which rows lead to somebody.
struct Lead {
    link: u32,
    /// by their numbers
    columns: Vec<usize>,
    /// Those and what its condition reads.
    asked: Vec<usize>,
    /// It leads to a person; else to what hangs on one.
    to_person: bool,
    /// Rows in partitions that it does not lead to, by their places.
    elsewhere: HashSet<u32>,
    /// To whom the rows lead that were not found by it, by what is asked; nobody if it is not there.
    known: HashMap<Asked, Whom>,
}

/// The texts of what a link compares and its condition reads.
type Asked = Vec<Option<String>>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whom {
    ThePerson,
    SomebodyElse,
    Nobody,
}

impl Lead {
    /// None if the row leads nowhere by it, since a column is NULL.
    fn asked(&self, shown: &Shown, values: &[&RawValue]) -> Option<Asked> {
        let text = |column: &usize| {
            let value = values.get(shown.place(*column))?;
            value::text(value.get()).map(|text| text.into_owned())
        };
        let asked: Asked = self.asked.iter().map(text).collect();
        let compared = &asked[..self.columns.len()];
        compared.iter().all(Option::is_some).then_some(asked)
    }

    fn whom(&self, shown: &Shown, row: &Row, values: &[&RawValue]) -> Whom {
        if row.via == Some(self.link) {
            return Whom::ThePerson;
        }
        if row
            .place
            .is_some_and(|place| self.elsewhere.contains(&place))
        {
            return Whom::Nobody;
        }
        let asked = self.asked(shown, values);
        let known = asked.and_then(|asked| self.known.get(&asked).copied());
        known.unwrap_or(Whom::Nobody)
    }
}

impl Redaction {
    /// Needs the rows of all tables. Links are asked themselves, so that what they compare as equal is equal, and what their conditions exclude leads to nobody.
    pub fn of(
        graph: &Graph,
        number: usize,
        shown: &[Shown],
        gathered: &Gathered,
        found: &[Option<Found>],
    ) -> Result<Self> {
        let table = &shown[number];
        let whose = whose(graph, number, table)?;
        let mut leads = Vec::new();
        for (place, link) in graph.links.iter().enumerate() {
            let (Some(columns), true) = (table.target_of(link), link.target.table == number) else {
                continue;
            };
            let to_person = is_of_persons(graph, link);
            let is_named = whose.iter().any(|(_, of)| columns.contains(of));
            if to_person || is_named && link.condition.is_none() {
                let read = link.condition.iter().flat_map(|c| &c.target);
                let read = read.map(|(name, _)| table.column(name));
                let read: Vec<usize> = read.collect::<Result<_>>()?;
                let mut lead = Lead {
                    link: place as u32,
                    asked: columns.iter().copied().chain(read).collect(),
                    columns,
                    to_person,
                    elsewhere: HashSet::new(),
                    known: HashMap::new(),
                };
                lead.ask(graph, shown, gathered, found)?;
                leads.push(lead);
            }
        }
        let generated = match whose.is_empty() {
            true => Vec::new(),
            false => {
                let details = Details::load(table.relation.oid)?;
                let generated = details.columns.iter().filter(|column| column.generated);
                let generated = generated.map(|column| table.column(&column.name));
                generated.collect::<Result<_>>()?
            }
        };
        let of = whose.into_iter().map(|(column, of)| {
            let named = leads
                .iter()
                .enumerate()
                .filter(|(_, lead)| lead.columns.contains(&of));
            (column, named.map(|(place, _)| place).collect())
        });
        Ok(Self {
            of: of.collect(),
            leads,
            generated,
        })
    }

    /// The columns of a row that are another person's.
    pub fn columns(&self, shown: &Shown, row: &Row, values: &[&RawValue]) -> Vec<usize> {
        if self.leads.is_empty() && self.of.is_empty() {
            return Vec::new();
        }
        let leads = self.leads.iter();
        let whom: Vec<Whom> = leads.map(|lead| lead.whom(shown, row, values)).collect();
        let leads_here = |column: &usize| {
            let mut leads = self.leads.iter().zip(&whom);
            leads.any(|(lead, whom)| *whom == Whom::ThePerson && lead.columns.contains(column))
        };
        let mut columns: Vec<usize> = self
            .leads
            .iter()
            .zip(&whom)
            .filter(|(lead, whom)| lead.to_person && **whom == Whom::SomebodyElse)
            .flat_map(|(lead, _)| lead.columns.iter().copied())
            .filter(|column| !leads_here(column))
            .collect();
        let is_others = |leads: &[usize]| !leads.iter().any(|lead| whom[*lead] == Whom::ThePerson);
        let of = self.of.iter().filter(|(_, leads)| is_others(leads));
        let of: Vec<usize> = of.map(|(column, _)| *column).collect();
        if !of.is_empty() {
            columns.extend(&self.generated);
        }
        columns.extend(of);
        columns.retain(|column| !shown.is_disclosed(*column));
        columns.sort_unstable();
        columns.dedup();
        columns
    }
}

impl Lead {
    /// Finds out to whom the rows lead that were not found by it.
    fn ask(
        &mut self,
        graph: &Graph,
        shown: &[Shown],
        gathered: &Gathered,
        found: &[Option<Found>],
    ) -> Result<()> {
        let link = &graph.links[self.link as usize];
        let (source, target) = (link.source.table, link.target.table);
        if let (Some(partitions), Some(found)) = (&link.target.partitions, &found[target]) {
            let mut wanted = graph.tables[target].wanted.iter();
            let slot = wanted.position(|known| *known == partition_of_row());
            for place in gathered.tables[target].iter().filter_map(|row| row.place) {
                let partition = slot.and_then(|slot| found.wanted[slot].get(place as usize));
                if partition.is_some_and(|oid| !partitions.contains(&Oid::from(oid.value() as u32)))
                {
                    self.elsewhere.insert(place);
                }
            }
        }
        let mut asked: HashSet<Asked> = HashSet::new();
        for row in &gathered.tables[target] {
            if row.via != Some(self.link) {
                asked.extend(self.asked(&shown[target], &row.values()?));
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        // Rows that were found are told from others by what the walk knows of them, else by what they hold.
        let known = found[source].as_ref();
        let known = known.filter(|_| graph.tables[source].distinguished);
        let held = match known {
            Some(_) => HashSet::new(),
            None => held(link, &shown[source], gathered)?,
        };
        let asked: Vec<Asked> = asked.into_iter().collect();
        let is_held = |asked: &Asked| {
            let key: Option<Vec<String>> = asked[..self.columns.len()].iter().cloned().collect();
            key.is_some_and(|key| held.contains(&key))
        };
        let mut whom = vec![Whom::SomebodyElse; asked.len()];
        let relation = graph.relation(link.source.scan)?;
        // What the caller may not read is somebody else's.
        if security::require_access(relation, security::caller(), false).is_ok() {
            whom.fill(Whom::Nobody);
            self.ask_server(graph, &shown[target], &asked, |row, ord| {
                let is_found = known.is_some_and(|found| found.find(row, 1).is_some());
                if let Some(whom) = whom.get_mut(ord)
                    && *whom != Whom::ThePerson
                {
                    *whom = match is_found {
                        true => Whom::ThePerson,
                        false => Whom::SomebodyElse,
                    };
                }
            })?;
        }
        for (whom, asked) in whom.iter_mut().zip(&asked) {
            if is_held(asked) {
                *whom = Whom::ThePerson;
            }
        }
        self.known = asked.into_iter().zip(whom).collect();
        Ok(())
    }

    /// Hands over each row that the link leads from to a row with what is asked, and the number of that.
    fn ask_server(
        &self,
        graph: &Graph,
        shown: &Shown,
        asked: &[Asked],
        mut each: impl FnMut(&spi::row::Row, usize),
    ) -> Result<()> {
        let memory = PgMemoryContexts::new("gdpr_ext leads");
        let size = Size::of(asked.len());
        let rows: Vec<u32> = (0..asked.len() as u32).collect();
        let mut parameters = Vec::with_capacity(self.asked.len());
        for (part, column) in self.asked.iter().enumerate() {
            let texts = asked.iter().map(|key| key[part].as_deref());
            let type_oid = shown.relation.columns[*column].type_oid;
            let values = value::column(type_oid, texts, memory.value())?;
            parameters.push(size.parameter(&values, &rows));
        }
        let steps = Steps::new(graph, Reading::only(Purpose::Export));
        steps.run(
            Step::Reverse(self.link as usize),
            size,
            &parameters,
            |row| {
                let ord = row.get(0).map_or(0, |datum| datum.value());
                each(row, ord.saturating_sub(1));
            },
        )
    }
}

/// What the rows that were found hold in the columns of a link that starts from them.
fn held(link: &Link, source: &Shown, gathered: &Gathered) -> Result<HashSet<Vec<String>>> {
    let mut held = HashSet::new();
    if let Some(columns) = source.source_of(link) {
        for row in &gathered.tables[link.source.table] {
            let values = row.values()?;
            held.extend(value::texts(
                &values,
                columns.iter().map(|column| source.place(*column)),
            ));
        }
    }
    Ok(held)
}

/// By the rules of a table: columns, and the column that leads to the person whose each is.
fn whose(graph: &Graph, number: usize, table: &Shown) -> Result<Vec<(usize, usize)>> {
    let entry = table.table.entry.as_ref();
    let Some(rules) = entry.and_then(|entry| entry.rules.as_object()) else {
        return Ok(Vec::new());
    };
    let of = |rule: Option<&Value>| Some(rule?.get("of")?.as_str()?.to_owned());
    // What is said of all remaining columns is not said of keys.
    let remaining = match of(rules.get("*")) {
        Some(_) => not_keys(graph, number)?,
        None => Vec::new(),
    };
    let mut whose = Vec::new();
    for (number, column) in table.relation.columns.iter().enumerate() {
        let of = match rules.get(&column.name) {
            None if remaining.contains(&column.name) => of(rules.get("*")),
            rule => of(rule),
        };
        if let Some(of) = of {
            whose.push((number, table.column(&of)?));
        }
    }
    Ok(whose)
}

/// The rows that a link starts from are people.
pub fn is_of_persons(graph: &Graph, link: &Link) -> bool {
    graph.tables[link.source.table].subject
}
