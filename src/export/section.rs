//! A section of the document: from the rows of a table to what is shown of them.

use super::called::{self, Context};
use super::document::{self, Column, Kind, Origin, Section};
use super::gather::Row;
use super::redact::Redaction;
use super::shown::{self, Shown, title};
use super::transform::transformed;
use super::value;
use crate::error::Result;
use crate::link::graph::Graph;
use serde_json::value::RawValue;
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

/// The rows of a table as they are shown, and where each row of the walk stands among them.
pub struct Made {
    pub columns: Vec<Column>,
    pub rows: Vec<document::Row>,
    /// by the walk's place
    pub order: Vec<u32>,
}

/// What is known of a table before its rows are made.
pub struct Making<'a> {
    pub graph: &'a Graph,
    pub number: usize,
    pub shown: &'a Shown<'a>,
    pub redaction: &'a Redaction,
    /// The link by which all rows stand within other rows, and where those stand.
    pub within: Option<(usize, &'a [u32])>,
}

/// A row in the making.
struct Part {
    /// by the columns of the relation, those that are shown
    values: Vec<String>,
    redacted: Vec<usize>,
}

impl Part {
    fn row(self, parent: u32, shared: bool) -> document::Row {
        document::Row {
            parent,
            shared,
            redacted: self.redacted.iter().map(|column| *column as u16).collect(),
            values: format!("[{}]", self.values.join(",")).into(),
        }
    }
}

impl Making<'_> {
    /// Each row is dropped once it is made, so that a person of very many rows is not in memory twice.
    pub fn make(&self, rows: Vec<Row>) -> Result<Made> {
        let shown = self.shown;
        let contexts = called::contexts(self.graph, self.number, shown, &rows)?;
        let sorted = self.sorted(shown, &rows)?;
        let mut columns = self.columns(shown, &contexts, &rows);
        let order = order(&rows, &sorted);
        let rows = match &shown.spec.transform {
            Some(function) => {
                self.transformed(function, &mut columns, &rows, &sorted, &contexts)?
            }
            None => {
                let mut made = Vec::with_capacity(rows.len());
                let mut rows: Vec<Option<Row>> = rows.into_iter().map(Some).collect();
                for (number, parent) in &sorted {
                    let Some(row) = rows[*number as usize].take() else {
                        continue;
                    };
                    let values = row.values()?;
                    let redacted = self.redaction.columns(shown, &row, &values);
                    let part = named(shown, &values, redacted, &contexts);
                    made.push(part.row(*parent, row.shared));
                }
                made
            }
        };
        Ok(Made {
            columns,
            rows,
            order,
        })
    }

    fn transformed(
        &self,
        function: &str,
        columns: &mut Vec<Column>,
        rows: &[Row],
        sorted: &[(u32, u32)],
        contexts: &[Context],
    ) -> Result<Vec<document::Row>> {
        let shown = self.shown;
        let mut parts = Vec::with_capacity(rows.len());
        for (number, _) in sorted {
            let row = &rows[*number as usize];
            let values = row.values()?;
            let redacted = self.redaction.columns(shown, row, &values);
            parts.push(raw(shown, &values, redacted));
        }
        let documents = parts.iter().map(|part| document(shown, part)).collect();
        let documents = transformed(function, shown.relation, documents)?;
        let parts =
            self.of_documents(shown, columns, &documents, parts, (rows, sorted), contexts)?;
        let made = sorted.iter().zip(parts);
        Ok(made
            .map(|((number, parent), part)| part.row(*parent, rows[*number as usize].shared))
            .collect())
    }

    /// The numbers of the rows, each with that of the row that it stands within, in the order of these and of their keys.
    fn sorted(&self, shown: &Shown, rows: &[Row]) -> Result<Vec<(u32, u32)>> {
        let key = shown
            .table
            .key
            .iter()
            .map(|column| shown.column(&column.name));
        let key: Vec<usize> = key.collect::<Result<_>>()?;
        let compared: Vec<usize> = match key.is_empty() {
            true => (0..shown.relation.columns.len()).collect(),
            false => key,
        };
        let parent = |row: &Row| match (self.within, row.from) {
            (Some((_, order)), Some(from)) => order.get(from as usize).copied().unwrap_or_default(),
            _ => 0,
        };
        // The keys of all rows one after the other: there can be very many.
        let mut keys: Vec<&str> = Vec::with_capacity(rows.len() * compared.len());
        let mut sorted = Vec::with_capacity(rows.len());
        for (number, row) in (0u32..).zip(rows) {
            let values = row.values()?;
            keys.extend(
                compared
                    .iter()
                    .map(|column| values[shown.place(*column)].get()),
            );
            sorted.push((number, parent(row)));
        }
        let key = |number: u32| keys.iter().skip(number as usize * compared.len());
        let order = |one: u32, other: u32| {
            let mut parts = key(one).zip(key(other)).take(compared.len());
            let order = parts.find_map(|(one, other)| {
                Some(value::order(one, other)).filter(|order| order.is_ne())
            });
            order.unwrap_or(Ordering::Equal)
        };
        sorted.sort_by(|one, other| one.1.cmp(&other.1).then_with(|| order(one.0, other.0)));
        Ok(sorted)
    }

    fn columns(&self, shown: &Shown, contexts: &[Context], rows: &[Row]) -> Vec<Column> {
        let names: Vec<&str> = shown
            .columns
            .iter()
            .map(|column| shown.relation.columns[*column].name.as_str())
            .collect();
        let leading_up = self.leading_up(shown, rows);
        let column = |number: &usize| {
            let column = &shown.relation.columns[*number];
            let context = contexts.iter().find(|context| context.column() == *number);
            let short = column
                .name
                .strip_suffix("_id")
                .filter(|short| context.is_some() && !short.is_empty() && !names.contains(short));
            let registered = shown.spec.labels.get(&column.name);
            Column {
                name: column.name.clone(),
                label: match (registered, short) {
                    (None, Some(short)) => short.to_owned(),
                    _ => shown.key(column),
                },
                title: registered
                    .cloned()
                    .unwrap_or_else(|| title(short.unwrap_or(&column.name))),
                kind: match context {
                    Some(_) => Kind::Text,
                    None => shown::kind(column.type_oid),
                },
                leads_up: leading_up.contains(number),
            }
        };
        let mut columns: Vec<Column> = shown.columns.iter().map(column).collect();
        // A short name that is somebody else's label is none.
        for place in 0..columns.len() {
            let is_taken = |(other, column): (usize, &Column)| {
                other != place && column.label == columns[place].label
            };
            if columns.iter().enumerate().any(is_taken) {
                let name = columns[place].name.clone();
                let label = shown.spec.labels.get(&name).cloned();
                columns[place].label = label.unwrap_or(name);
            }
        }
        columns
    }

    /// The columns by which all rows hang on what they stand within, or on the person.
    fn leading_up(&self, shown: &Shown, rows: &[Row]) -> Vec<usize> {
        let link = self.within.map(|(link, _)| link).or_else(|| {
            let first = rows.first()?.via?;
            let is_by_it = rows.iter().all(|row| row.via == Some(first));
            let link = first as usize;
            (is_by_it && self.graph.links[link].source.table == 0).then_some(link)
        });
        let link = link.map(|link| &self.graph.links[link]);
        link.and_then(|link| shown.target_of(link))
            .unwrap_or_default()
    }

    /// What became of the rows' documents: the columns that they have now, and their values.
    fn of_documents(
        &self,
        shown: &Shown,
        columns: &mut Vec<Column>,
        documents: &[String],
        parts: Vec<Part>,
        (rows, sorted): (&[Row], &[(u32, u32)]),
        contexts: &[Context],
    ) -> Result<Vec<Part>> {
        let documents: Vec<BTreeMap<String, &RawValue>> = documents
            .iter()
            .map(|document| serde_json::from_str(document))
            .collect::<serde_json::Result<_>>()?;
        let is_known =
            |columns: &[Column], name: &str| columns.iter().any(|column| column.name == name);
        columns.retain(|column| {
            let mut documents = documents.iter();
            documents.any(|document| document.contains_key(&column.name))
        });
        for document in &documents {
            for (name, value) in document {
                if !is_known(columns, name) {
                    columns.push(Column {
                        name: name.clone(),
                        label: untaken(columns, name),
                        title: title(name),
                        kind: kind(value.get()),
                        leads_up: false,
                    });
                }
            }
        }
        let mut made = Vec::with_capacity(parts.len());
        for ((document, part), (number, _)) in documents.iter().zip(parts).zip(sorted) {
            let values = rows[*number as usize].values()?;
            let before = named(shown, &values, Vec::new(), contexts);
            let mut changed = Part {
                values: Vec::with_capacity(columns.len()),
                redacted: Vec::new(),
            };
            for (place, column) in columns.iter().enumerate() {
                let former = shown
                    .column(&column.name)
                    .ok()
                    .and_then(|number| shown.columns.iter().position(|shown| *shown == number));
                let given = document.get(&column.name);
                let is_redacted = former.is_some_and(|former| part.redacted.contains(&former));
                if is_redacted && given.is_none() {
                    changed.redacted.push(place);
                }
                // A key that the function left as it was is shown as what it refers to is called.
                changed.values.push(match (former, given) {
                    (Some(former), Some(given))
                        if !is_redacted && part.values[former] == given.get() =>
                    {
                        before.values[former].clone()
                    }
                    (_, Some(given)) => given.get().to_owned(),
                    (_, None) => "null".to_owned(),
                });
            }
            made.push(changed);
        }
        Ok(made)
    }
}

/// Where each row of the walk stands, by its place there.
fn order(rows: &[Row], sorted: &[(u32, u32)]) -> Vec<u32> {
    let mut order = vec![0; rows.len()];
    for (position, (number, _)) in (0..).zip(sorted) {
        if let Some(place) = rows[*number as usize].place {
            let place = place as usize;
            if order.len() <= place {
                order.resize(place + 1, 0);
            }
            order[place] = position;
        }
    }
    order
}

/// The values of the columns that are shown, and which of these are redacted.
fn raw(shown: &Shown, values: &[&RawValue], redacted: Vec<usize>) -> Part {
    let columns = shown.columns.iter().enumerate();
    let redacted: Vec<usize> = columns
        .filter(|(_, column)| redacted.contains(column))
        .map(|(place, _)| place)
        .collect();
    let value = |(place, column): (usize, &usize)| match redacted.contains(&place) {
        true => "null".to_owned(),
        false => values[shown.place(*column)].get().to_owned(),
    };
    Part {
        values: shown.columns.iter().enumerate().map(value).collect(),
        redacted,
    }
}

/// The same, with names in place of the keys of what is called something.
fn named(shown: &Shown, values: &[&RawValue], redacted: Vec<usize>, contexts: &[Context]) -> Part {
    let mut part = raw(shown, values, redacted);
    for context in contexts {
        let place = shown
            .columns
            .iter()
            .position(|column| *column == context.column());
        let key = value::texts(
            values,
            context.columns.iter().map(|column| shown.place(*column)),
        );
        let (Some(place), Some(key)) = (place, key) else {
            continue;
        };
        if !part.redacted.contains(&place) {
            // What has no name is shown by its key.
            let name = context
                .name(&key)
                .or_else(|| key.last().map(String::as_str));
            part.values[place] = serde_json::Value::from(name).to_string();
        }
    }
    part
}

/// A row without what is redacted, as an object by the names of its columns.
fn document(shown: &Shown, part: &Part) -> String {
    let columns = shown.columns.iter().zip(&part.values).enumerate();
    let fields: Vec<String> = columns
        .filter(|(place, _)| !part.redacted.contains(place))
        .map(|(_, (column, value))| {
            let name = serde_json::Value::from(shown.relation.columns[*column].name.as_str());
            format!("{name}:{value}")
        })
        .collect();
    format!("{{{}}}", fields.join(","))
}

/// A label that no column has.
fn untaken(columns: &[Column], label: &str) -> String {
    let is_taken = |label: &str| columns.iter().any(|column| column.label == label);
    let numbered = (2..).map(|number| format!("{label} ({number})"));
    let mut labels = std::iter::once(label.to_owned()).chain(numbered);
    labels
        .find(|label| !is_taken(label))
        .unwrap_or_else(|| label.to_owned())
}

/// A section of what a store outside the database holds: its documents are the rows, their keys the columns.
pub fn of_source(
    name: &str,
    label: Option<&str>,
    facts: document::Facts,
    documents: &[String],
) -> Result<Section> {
    let mut rows: Vec<BTreeMap<String, &RawValue>> = Vec::with_capacity(documents.len());
    for document in documents {
        rows.push(match document.starts_with('{') {
            true => serde_json::from_str(document)?,
            false => BTreeMap::from([("value".to_owned(), serde_json::from_str(document)?)]),
        });
    }
    let mut columns: Vec<Column> = Vec::new();
    for (key, value) in rows.iter().flatten() {
        if columns.iter().all(|column| column.name != *key) {
            columns.push(Column {
                name: key.clone(),
                label: key.clone(),
                title: title(key),
                kind: kind(value.get()),
                leads_up: false,
            });
        }
    }
    let row = |row: &BTreeMap<String, &RawValue>| {
        let value = |column: &Column| row.get(&column.name).map_or("null", |value| value.get());
        let values: Vec<&str> = columns.iter().map(value).collect();
        document::Row {
            parent: 0,
            shared: false,
            values: format!("[{}]", values.join(",")).into(),
            redacted: Box::default(),
        }
    };
    Ok(Section {
        rows: rows.iter().map(row).collect(),
        name: name.to_owned(),
        origin: Origin::Source,
        label: label.map_or_else(|| title(name), str::to_owned),
        facts,
        columns,
        within: None,
    })
}

/// What a value is that no column's type says.
pub fn kind(json: &str) -> Kind {
    match json.as_bytes().first() {
        Some(b'{' | b'[') => Kind::Structure,
        Some(b't' | b'f') => Kind::Boolean,
        Some(b'-' | b'0'..=b'9') => Kind::Number,
        _ => Kind::Text,
    }
}

/// Gives each section a label that no other has, and that no column has of the section that it stands within.
pub fn distinguish(sections: &mut [Section]) {
    let mut known: HashMap<String, usize> = HashMap::new();
    for number in 0..sections.len() {
        let section = &sections[number];
        let columns = section
            .within
            .map(|within| sections[within].columns.as_slice())
            .unwrap_or_default();
        let is_taken = |label: &str| {
            known.contains_key(label) || columns.iter().any(|column| column.label == label)
        };
        let mut label = section.label.clone();
        if is_taken(&label) {
            label = format!("{} ({})", section.label, section.name);
        }
        let mut more = 2;
        while is_taken(&label) {
            label = format!("{} ({}, {more})", section.label, section.name);
            more += 1;
        }
        known.insert(label.clone(), number);
        sections[number].label = label;
    }
}
