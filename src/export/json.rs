//! data.json: the document for programs, as docs/export.schema.json describes it.
//!
//! Values are passed through as PostgreSQL wrote them and never read as numbers, so that none of them loses a digit. A row is a line,
//! so that the file can be read in an editor, too.

use super::document::{
    Cell, Controller, Document, Facts, Kind, Mode, Origin, RIGHTS, Row, Section,
};
use serde::Serialize;
use std::io::{self, Write};
use std::ops::Range;

#[cfg(test)]
#[path = "sample.rs"]
pub mod sample;

const FORMAT: &str = "gdpr_ext export 1";

/// The same document gives the same bytes. What it needs beside `out` does not grow with the number of rows.
pub fn write(document: &Document, out: &mut impl Write) -> io::Result<()> {
    check(document)?;
    let access = document.mode == Mode::Access;
    let mut frame = Object::lines(out, 0)?;
    frame.value("format", FORMAT)?;
    frame.value("mode", if access { "access" } else { "portability" })?;
    frame.value("created_at", &document.created_at)?;
    subject(document, frame.key("subject")?)?;
    frame.value("rows", &document.rows())?;
    if access {
        controller(&document.controller, frame.key("controller")?)?;
        rights(frame.key("rights")?)?;
        missing(document, frame.key("missing")?)?;
    }
    let rows = Rows::new(document)?;
    let sections = document.sections.iter().enumerate();
    list(
        frame.key("sections")?,
        1,
        sections,
        |(number, section), out| write_section(&rows, number, section, out),
    )?;
    frame.close()?;
    out.write_all(b"\n")
}

fn subject(document: &Document, out: &mut impl Write) -> io::Result<()> {
    let subject = &document.subject;
    let mut object = Object::lines(out, 1)?;
    object.value("relation", &subject.relation)?;
    object.value("label", &subject.label)?;
    object.key("key")?.write_all(subject.key.as_bytes())?;
    object.value("name", &subject.name)?;
    object.close()
}

fn controller(controller: &Controller, out: &mut impl Write) -> io::Result<()> {
    let mut object = Object::lines(out, 1)?;
    object.value("name", &controller.name)?;
    object.value("contact", &controller.contact)?;
    object.value(
        "data_protection_officer",
        &controller.data_protection_officer,
    )?;
    object.value("supervisory_authority", &controller.supervisory_authority)?;
    object.close()
}

fn rights(out: &mut impl Write) -> io::Result<()> {
    list(out, 1, RIGHTS.iter(), |(article, text), out| {
        let mut object = Object::inline(out)?;
        object.value("article", article)?;
        object.value("text", text)?;
        object.close()
    })
}

fn missing(document: &Document, out: &mut impl Write) -> io::Result<()> {
    list(out, 1, document.missing.iter(), |missing, out| {
        let section = missing
            .section
            .and_then(|number| document.sections.get(number));
        let mut object = Object::inline(out)?;
        object.value("article", missing.article)?;
        object.value("fact", fact(missing.fact))?;
        object.value(
            section.map_or("relation", origin),
            &section.map(|section| &section.name),
        )?;
        object.close()
    })
}

/// What a fact is called in the document, where `source` is the name of a store outside the database.
fn fact(name: &str) -> &str {
    match name {
        "source" => "origin_of_data",
        name => name,
    }
}

fn origin(section: &Section) -> &'static str {
    match section.origin {
        Origin::Table => "relation",
        Origin::Source => "source",
    }
}

fn write_section(
    rows: &Rows,
    number: usize,
    section: &Section,
    out: &mut impl Write,
) -> io::Result<()> {
    let document = rows.document;
    let mut object = Object::lines(out, 2)?;
    object.value(origin(section), &section.name)?;
    object.value("label", &section.label)?;
    if document.mode == Mode::Access {
        facts(&section.facts, &mut object)?;
    }
    list(
        object.key("columns")?,
        3,
        section.columns.iter(),
        |column, out| {
            let mut object = Object::inline(out)?;
            object.value("column", &column.name)?;
            object.value("label", &column.label)?;
            object.value("type", kind(column.kind))?;
            object.close()
        },
    )?;
    object.value("rows", &section.rows.len())?;
    let redacted = section.redacted();
    let redacted: Vec<&str> = redacted
        .iter()
        .map(|column| section.columns[*column].label.as_str())
        .collect();
    object.value("redacted", &redacted)?;
    match section.within {
        Some(outer) => object.value("within", &document.sections[outer].label)?,
        None => rows.write(number, 0..section.rows.len(), 3, object.key("data")?)?,
    }
    object.close()
}

fn facts(facts: &Facts, object: &mut Object<impl Write>) -> io::Result<()> {
    object.value("purpose", &facts.purpose)?;
    object.value("legal_basis", &facts.legal_basis)?;
    object.value("category", &facts.category)?;
    object.value("recipients", &facts.recipients)?;
    object.value("transfers", &facts.transfers)?;
    object.value("retention", &facts.retention)?;
    object.value(fact("source"), &facts.source)?;
    object.value("automated_decisions", &facts.automated_decisions)
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Number => "number",
        Kind::Boolean => "boolean",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::Timestamp => "timestamp",
        Kind::Bytes => "bytes",
        Kind::Structure => "structure",
    }
}

/// Rows, and the rows that stand within them.
struct Rows<'a> {
    document: &'a Document,
    sections: Vec<Keys>,
}

/// The keys of a section's rows, which are the same in each of them.
struct Keys {
    /// a column's key, as JSON
    columns: Vec<String>,
    /// a section within this one, as JSON, and its number
    within: Vec<(String, usize)>,
}

impl<'a> Rows<'a> {
    fn new(document: &'a Document) -> io::Result<Self> {
        let key = |label: &str| Ok(serde_json::to_string(label)?);
        let keys = |(number, section): (usize, &Section)| {
            let columns = section.columns.iter().map(|column| key(&column.label));
            let within = document.within(number);
            let within = within.map(|inner| Ok((key(&document.sections[inner].label)?, inner)));
            Ok(Keys {
                columns: columns.collect::<io::Result<_>>()?,
                within: within.collect::<io::Result<_>>()?,
            })
        };
        let sections = document.sections.iter().enumerate().map(keys);
        Ok(Self {
            document,
            sections: sections.collect::<io::Result<_>>()?,
        })
    }

    fn write(
        &self,
        number: usize,
        rows: Range<usize>,
        depth: usize,
        out: &mut impl Write,
    ) -> io::Result<()> {
        let section = &self.document.sections[number];
        let numbered = rows.clone().zip(&section.rows[rows]);
        list(out, depth, numbered, |(row_number, row), out| {
            let mut object = Object::inline(out)?;
            for (cell, key) in cells(section, row)?
                .into_iter()
                .zip(&self.sections[number].columns)
            {
                if let Cell::Value(json) = cell {
                    object.raw_key(key)?.write_all(json.as_bytes())?;
                }
            }
            for (key, inner) in &self.sections[number].within {
                let rows = self.document.sections[*inner].rows_of(row_number as u32);
                self.write_within(*inner, rows, depth + 1, object.raw_key(key)?)?;
            }
            object.close()
        })
    }

    /// The writer's type is lost, lest every depth has a type of its own.
    fn write_within(
        &self,
        number: usize,
        rows: Range<usize>,
        depth: usize,
        mut out: &mut dyn Write,
    ) -> io::Result<()> {
        self.write(number, rows, depth, &mut out)
    }
}

/// A cell for each column. What is wrong of a row is said without its values.
pub fn cells<'a>(section: &Section, row: &'a Row) -> io::Result<Vec<Cell<'a>>> {
    match row.cells() {
        Ok(cells) if cells.len() == section.columns.len() => Ok(cells),
        _ => Err(invalid(
            section,
            "a row is not a JSON array with a value for each column",
        )),
    }
}

pub fn invalid(section: &Section, what: &str) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("{}: {what}", section.name),
    )
}

/// Rows within rows that are not there would be left out.
fn check(document: &Document) -> io::Result<()> {
    for (number, section) in document.sections.iter().enumerate() {
        let Some(outer) = section.within else {
            continue;
        };
        let parents = document.sections[..number]
            .get(outer)
            .map_or(0, |outer| outer.rows.len());
        let in_order = section.rows.is_sorted_by_key(|row| row.parent);
        if !in_order
            || section
                .rows
                .last()
                .is_some_and(|row| row.parent as usize >= parents)
        {
            return Err(invalid(
                section,
                "a row stands within a row that is not there",
            ));
        }
    }
    Ok(())
}

/// An array with an element a line.
fn list<W: Write, T>(
    out: &mut W,
    depth: usize,
    elements: impl Iterator<Item = T>,
    mut write: impl FnMut(T, &mut W) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    let mut empty = true;
    for element in elements {
        if !empty {
            out.write_all(b",")?;
        }
        empty = false;
        line(out, depth + 1)?;
        write(element, out)?;
    }
    if !empty {
        line(out, depth)?;
    }
    out.write_all(b"]")
}

fn line(out: &mut impl Write, depth: usize) -> io::Result<()> {
    out.write_all(b"\n")?;
    (0..depth).try_for_each(|_| out.write_all(b"  "))
}

/// An object that is being written.
struct Object<'a, W> {
    out: &'a mut W,
    /// Its members stand on lines of their own, one deeper than this.
    depth: Option<usize>,
    empty: bool,
}

impl<'a, W: Write> Object<'a, W> {
    fn lines(out: &'a mut W, depth: usize) -> io::Result<Self> {
        Self::open(out, Some(depth))
    }

    fn inline(out: &'a mut W) -> io::Result<Self> {
        Self::open(out, None)
    }

    fn open(out: &'a mut W, depth: Option<usize>) -> io::Result<Self> {
        out.write_all(b"{")?;
        Ok(Self {
            out,
            depth,
            empty: true,
        })
    }

    /// `key` is JSON.
    fn raw_key(&mut self, key: &str) -> io::Result<&mut W> {
        if !self.empty {
            self.out.write_all(b",")?;
        }
        match self.depth {
            Some(depth) => line(self.out, depth + 1)?,
            None if self.empty => (),
            None => self.out.write_all(b" ")?,
        }
        self.empty = false;
        self.out.write_all(key.as_bytes())?;
        self.out.write_all(b": ")?;
        Ok(self.out)
    }

    /// A key of the format, which has nothing to escape.
    fn key(&mut self, key: &'static str) -> io::Result<&mut W> {
        self.raw_key(&format!("\"{key}\""))
    }

    fn value(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
        let out = self.key(key)?;
        Ok(serde_json::to_writer(out, value)?)
    }

    fn close(self) -> io::Result<()> {
        if let (Some(depth), false) = (self.depth, self.empty) {
            line(self.out, depth)?;
        }
        self.out.write_all(b"}")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
