//! Documents for the tests of the formats.

use super::super::document::{
    Column, Controller, Document, Facts, Kind, Mode, Origin, Row, Section, Subject,
};
use std::io::{self, Write};

pub fn document(sections: Vec<Section>) -> Document {
    Document {
        mode: Mode::Access,
        subject: Subject {
            relation: "public.customer".to_owned(),
            label: "Customer".to_owned(),
            key: r#"{"id": 42}"#.to_owned(),
            name: Some("Ada".to_owned()),
        },
        created_at: "2026-11-22T01:13:09+00:00".to_owned(),
        controller: Controller::default(),
        sections,
        missing: Vec::new(),
    }
}

/// Each row is a JSON array.
pub fn section(name: &str, label: &str, columns: &[(&str, Kind)], rows: &[&str]) -> Section {
    let column = |(label, kind): &(&str, Kind)| Column {
        name: label.to_lowercase(),
        label: (*label).to_owned(),
        title: (*label).to_owned(),
        kind: *kind,
        leads_up: false,
    };
    Section {
        name: name.to_owned(),
        origin: Origin::Table,
        label: label.to_owned(),
        facts: Facts::default(),
        columns: columns.iter().map(column).collect(),
        within: None,
        rows: rows.iter().map(|values| row(values)).collect(),
    }
}

pub fn row(values: &str) -> Row {
    Row {
        parent: 0,
        shared: false,
        values: values.into(),
        redacted: [].into(),
    }
}

/// The same section within rows of another.
pub fn within(mut section: Section, outer: usize, parents: &[u32]) -> Section {
    section.within = Some(outer);
    for (row, parent) in section.rows.iter_mut().zip(parents) {
        row.parent = *parent;
    }
    section
}

/// 100,000 rows, of which half stand within the other half.
pub fn large() -> Document {
    let columns = [("Id", Kind::Number), ("Text", Kind::Text)];
    let mut orders = section("public.orders", "Orders", &columns, &[]);
    let mut lines = within(section("public.line", "Lines", &columns, &[]), 0, &[]);
    for number in 0..50_000 {
        orders
            .rows
            .push(row(&format!(r#"[{number}, "an order of tea"]"#)));
        lines.rows.push(Row {
            parent: number,
            ..row(&format!(r#"[{number}, "=tea"]"#))
        });
    }
    document(vec![orders, lines])
}

/// Keeps nothing but how much was written, and the most at once.
#[derive(Default)]
pub struct Counting {
    pub bytes: usize,
    pub at_once: usize,
}

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len();
        self.at_once = self.at_once.max(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
