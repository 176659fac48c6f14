//! The zip that is handed to the person: the document for people, for programs and for spreadsheets.

use super::document::{Document, Mode, Section};
use super::{csv, json, page};
use deunicode::deunicode;
use std::collections::HashSet;
use std::io::{self, BufWriter, Seek, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The same document gives the same bytes. What it needs beside `out` does not grow with the number of rows.
pub fn write(document: &Document, out: impl Write + Seek) -> io::Result<()> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(modified(&document.created_at).unwrap_or_default())
        .large_file(may_be_large(document));
    let names = file_names(&document.sections);
    let mut zip = ZipWriter::new(out);
    add(&mut zip, "README.txt", options, |out| {
        readme(document, &names, out)
    })?;
    add(&mut zip, "report.html", options, |out| {
        page::write(document, out)
    })?;
    add(&mut zip, "data.json", options, |out| {
        json::write(document, out)
    })?;
    for (section, name) in names.iter().enumerate() {
        add(&mut zip, name, options, |out| {
            csv::write(document, section, out)
        })?;
    }
    zip.finish()?;
    Ok(())
}

/// Compression is quicker with larger pieces than the writers give.
fn add<W: Write + Seek>(
    zip: &mut ZipWriter<W>,
    name: &str,
    options: SimpleFileOptions,
    content: impl FnOnce(&mut BufWriter<&mut ZipWriter<W>>) -> io::Result<()>,
) -> io::Result<()> {
    zip.start_file(name, options)?;
    let mut out = BufWriter::with_capacity(64 * 1024, zip);
    content(&mut out)?;
    out.flush()
}

/// When the document was made. A zip knows the years 1980 to 2107 and no time zone.
fn modified(created_at: &str) -> Option<DateTime> {
    let year = created_at.get(0..4)?.parse().ok()?;
    let number = |at: usize| created_at.get(at..at + 2)?.parse().ok();
    let (month, day) = (number(5)?, number(8)?);
    DateTime::from_date_and_time(year, month, day, number(11)?, number(14)?, number(17)?).ok()
}

/// A file could be larger than 4 GiB, which has to be said before it is written. The page needs the most: tags around each value, and
/// up to six characters for one.
fn may_be_large(document: &Document) -> bool {
    let size = |section: &Section| {
        let labels: usize = section
            .columns
            .iter()
            .map(|column| column.label.len() + column.title.len() + 64)
            .sum();
        let values: usize = section.rows.iter().map(|row| row.values.len()).sum();
        (section.rows.len() * labels + values) * 6
    };
    document.sections.iter().map(size).sum::<usize>() > u32::MAX as usize
}

/// A name for each section's file: nothing that a system could take for another folder, for a device, or for the same file.
fn file_names(sections: &[Section]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut name = |section: &Section| {
        let stem = stem(&section.name);
        let numbered = (2..).map(|number| format!("{stem}-{number}"));
        let mut free = std::iter::once(stem.clone()).chain(numbered);
        let free = free
            .find(|name| taken.insert(name.to_ascii_lowercase()))
            .unwrap_or(stem);
        format!("csv/{free}.csv")
    };
    sections.iter().map(&mut name).collect()
}

/// The longest that all systems take, with a number and the suffix, is more.
const LONGEST: usize = 120;
/// Windows takes these for devices, whatever follows after a dot.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin", "conout"];

/// Letters, digits, `.`, `-` and `_`.
fn stem(name: &str) -> String {
    let mut stem = String::new();
    for c in deunicode(name).chars().filter(|c| *c != '"').take(LONGEST) {
        let c = if c.is_ascii_alphanumeric() || "-.".contains(c) {
            c
        } else {
            '_'
        };
        // No two dots: they are the folder above.
        if c.is_ascii_alphanumeric() || !stem.ends_with(c) {
            stem.push(c);
        }
    }
    let stem = stem.trim_matches(['.', '-', '_', ' ']);
    let first = stem
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let port = first
        .strip_prefix("com")
        .or_else(|| first.strip_prefix("lpt"));
    let numbered = port
        .is_some_and(|port| port.len() == 1 && port.bytes().all(|digit| digit.is_ascii_digit()));
    match stem {
        "" => "data".to_owned(),
        stem if numbered || DEVICES.contains(&first.as_str()) => format!("_{stem}"),
        stem => stem.to_owned(),
    }
}

fn readme(document: &Document, names: &[String], out: &mut impl Write) -> io::Result<()> {
    let mut line = |text: &str| write!(out, "{text}\r\n");
    let (title, nothing) = match document.mode {
        Mode::Access => (
            "What is held about one person: Art. 15 GDPR.",
            "Nothing was found about this person.",
        ),
        Mode::Portability => (
            "Data of one person, to take along: Art. 20 GDPR.",
            "Nothing was found that this person could take along.",
        ),
    };
    line(title)?;
    line(&format!("Made: {}", document.created_at))?;
    line("")?;
    if document.rows() == 0 {
        line(nothing)?;
        line("")?;
    }
    line("report.html   to read and to print; open it in a browser")?;
    line("data.json     for programs; numbers, times and texts are exact")?;
    if !names.is_empty() {
        line("csv           for spreadsheets, a file for each kind of data:")?;
        line("")?;
    }
    for (name, section) in names.iter().zip(&document.sections) {
        let label = section.label.replace(char::is_control, " ");
        let rows = section.rows.len();
        line(&format!(
            "  {name}: {label}, {rows} {}",
            if rows == 1 { "row" } else { "rows" }
        ))?;
    }
    if !names.is_empty() {
        line("")?;
        CSV.iter().try_for_each(|text| line(text))?;
    }
    Ok(())
}

const CSV: [&str; 8] = [
    "In the csv files, a line is a row, a comma separates values, and texts stand in quotation marks.",
    "- Nothing between two commas: there is no value. \"\" is a text that is empty.",
    "- [null]: there is no value, in a file that has one column only.",
    "- [withheld]: the value is about another person, and is left out for that reason.",
    "- ' before a text, or before a part of it: a spreadsheet could have taken what follows for a formula.",
    "  It was added here; data.json does not have it.",
    "The letters are UTF-8. If a spreadsheet shows a whole line in one cell, import the file and choose the",
    "comma as the separator.",
];

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
