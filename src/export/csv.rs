//! csv/<name>.csv: a section for spreadsheets and for programs that read tables. RFC 4180, in UTF-8.
//!
//! - The file begins with a byte order mark: without one, spreadsheets take UTF-8 for a code page of the country.
//! - Texts stand in quotation marks, what is empty too; numbers, `true` and `false` do not, and NULL is nothing between the commas.
//! - What is left out as another person's is `[withheld]`; a text that says so has an apostrophe before it.
//! - A file of one column writes NULL as `[null]`: an empty line is skipped by most readers.
//! - A text that a spreadsheet would run as a formula has an apostrophe before it. What is exact stands in data.json.

use super::document::{Cell, Document, Kind, Section, is_null};
use super::json::{cells, invalid};
use csv_core::WriteResult;
use std::borrow::Cow;
use std::io::{self, Write};

const BYTE_ORDER_MARK: &str = "\u{FEFF}";
pub const WITHHELD: &str = "[withheld]";
pub const NULL_ALONE: &str = "[null]";

/// The rows of one section, those within other rows as well. What it needs beside `out` does not grow with the number of rows.
pub fn write(document: &Document, section: usize, out: &mut impl Write) -> io::Result<()> {
    let section = &document.sections[section];
    out.write_all(BYTE_ORDER_MARK.as_bytes())?;
    if section.columns.is_empty() {
        return Ok(());
    }
    line(out, section.columns.iter(), |column, out| {
        text(&column.label, out)
    })?;
    for row in &section.rows {
        let cells = cells(section, row)?.into_iter().zip(&section.columns);
        line(out, cells, |(cell, column), out| match cell {
            Cell::Redacted => out.write_all(WITHHELD.as_bytes()),
            Cell::Value(json) => value(section, column.kind, json, out),
        })?;
    }
    Ok(())
}

fn line<W: Write, T>(
    out: &mut W,
    fields: impl Iterator<Item = T>,
    mut write: impl FnMut(T, &mut W) -> io::Result<()>,
) -> io::Result<()> {
    for (number, field) in fields.enumerate() {
        if number > 0 {
            out.write_all(b",")?;
        }
        write(field, out)?;
    }
    out.write_all(b"\r\n")
}

fn value(section: &Section, kind: Kind, json: &str, out: &mut impl Write) -> io::Result<()> {
    match json.as_bytes() {
        _ if is_null(json) && section.columns.len() == 1 => out.write_all(NULL_ALONE.as_bytes()),
        _ if is_null(json) => Ok(()),
        // The json column's text keeps its quotation marks: "5" is not 5.
        [b'{' | b'[', ..] => text(json, out),
        [b'"', ..] if kind == Kind::Structure => text(json, out),
        [b'"', ..] => match unquoted(json) {
            // A number, or a date: nothing that somebody could have written.
            Ok(value) if kind != Kind::Text && value.eq_ignore_ascii_case("-infinity") => {
                quoted(&value, out)
            }
            Ok(value) => text(&value, out),
            Err(_) => Err(invalid(section, "a value is not JSON")),
        },
        _ => out.write_all(json.as_bytes()),
    }
}

/// The text of a JSON string.
fn unquoted(json: &str) -> serde_json::Result<Cow<'_, str>> {
    match json
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(plain) if !plain.contains('\\') => Ok(Cow::Borrowed(plain)),
        _ => serde_json::from_str(json).map(Cow::Owned),
    }
}

fn text(text: &str, out: &mut impl Write) -> io::Result<()> {
    if [WITHHELD, NULL_ALONE].contains(&text) {
        return quoted(&format!("'{text}"), out);
    }
    quoted(&harmless(text), out)
}

fn quoted(text: &str, out: &mut impl Write) -> io::Result<()> {
    let mut text = text.as_bytes();
    let mut buffer = [0; 1024];
    out.write_all(b"\"")?;
    loop {
        let (result, read, written) = csv_core::quote(text, &mut buffer, b'"', b'"', true);
        out.write_all(&buffer[..written])?;
        text = &text[read..];
        if matches!(result, WriteResult::InputEmpty) {
            return out.write_all(b"\"");
        }
    }
}

/// An apostrophe before what a spreadsheet would run.
///
/// Where the country separates fields by semicolons, a spreadsheet cuts this file at semicolons and line breaks, too, even if they
/// stand in quotation marks. A text could begin a cell there, and is looked at as the beginning of one.
fn harmless(text: &str) -> Cow<'_, str> {
    let mut safe = String::new();
    let mut copied = 0;
    // Where the cell begins, as long as only blanks have followed.
    let mut cell = Some(0);
    for (at, c) in text.char_indices() {
        let begins = cell.filter(|_| is_formula(c) || (at == 0 && is_separator(c) && c != ';'));
        if let Some(begin) = begins {
            safe.push_str(&text[copied..begin]);
            safe.push('\'');
            copied = begin;
        }
        if is_separator(c) {
            cell = Some(at + c.len_utf8());
        } else if !is_blank(c) {
            cell = None;
        }
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// What begins a formula; spreadsheets read the wide and the small forms of East Asian keyboards as the same.
fn is_formula(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '−'
    )
}

fn is_separator(c: char) -> bool {
    matches!(c, ';' | '\t' | '\r' | '\n')
}

/// What is not seen at the beginning of a cell, and is dropped by some.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
