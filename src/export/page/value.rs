//! A value for people. Every value is one element; a text is a `bdi`, so that no direction sign in it reaches what stands around it.

use super::json::{self, Json};
use super::structure::structure;
use super::{moment, number};
use crate::export::document::{Cell, Column, Kind};
use maud::{Markup, html};

/// A longer text is set to a measure that can be read.
const LONG: usize = 60;
/// A longer word may be broken where it is too wide.
const WORD: usize = 16;

pub fn cell(cell: Cell, column: &Column) -> Markup {
    match cell {
        Cell::Redacted => quiet("withheld: concerns another person"),
        Cell::Value(json) => value(json, column),
    }
}

fn value(json: &str, column: &Column) -> Markup {
    match json::read(json) {
        Json::Null => none(),
        Json::Boolean(boolean) => yes_or_no(boolean),
        Json::Number(digits) if names_a_row(&column.name) => number::plain(digits),
        Json::Number(digits) => number::quantity(digits),
        Json::Text(written) => of_kind(&written, column.kind).unwrap_or_else(|| text(&written)),
        Json::Unreadable(written) => text(written),
        Json::List(_) | Json::Object(_) => structure(json),
    }
}

fn of_kind(written: &str, kind: Kind) -> Option<Markup> {
    match kind {
        Kind::Date => moment::date(written),
        Kind::Time => moment::time(written),
        Kind::Timestamp => moment::timestamp(written),
        Kind::Bytes => bytes(written),
        Kind::Text | Kind::Number | Kind::Boolean | Kind::Structure => None,
    }
}

/// By the last word of its name: an identifier is no quantity.
fn names_a_row(column: &str) -> bool {
    let word = column.rsplit('_').next().unwrap_or(column);
    ["id", "no", "nr", "number", "code", "year"]
        .iter()
        .any(|name| word.eq_ignore_ascii_case(name))
}

/// Nothing is stored: NULL.
pub fn none() -> Markup {
    html! { span.quiet { span aria-hidden="true" { "–" } span.unseen { "no value" } } }
}

pub fn quiet(said: &str) -> Markup {
    html! { span.quiet { (said) } }
}

pub fn yes_or_no(boolean: bool) -> Markup {
    html! { span { (if boolean { "yes" } else { "no" }) } }
}

pub fn text(written: &str) -> Markup {
    if written.is_empty() {
        return quiet("(empty)");
    }
    if written.chars().all(char::is_whitespace) {
        return quiet("(blank)");
    }
    let hard = written.split_whitespace().any(|word| word.len() > WORD);
    let class = match (written.len() > LONG, hard) {
        (true, true) => Some("long hard"),
        (true, false) => Some("long"),
        (false, true) => Some("hard"),
        (false, false) => None,
    };
    html! { bdi class=[class] { (written) } }
}

/// Is it too long to stand beside others?
pub fn is_wide(cell: Cell, column: &Column) -> bool {
    let Cell::Value(json) = cell else {
        return false;
    };
    match column.kind {
        Kind::Text => json.len() > LONG,
        Kind::Structure => json.starts_with(['[', '{']) && json.len() > LONG,
        _ => false,
    }
}

/// Its size: there is nothing to read in it.
pub fn bytes(written: &str) -> Option<Markup> {
    let digits = written.strip_prefix("\\x")?;
    let count = digits.len() / 2;
    match count {
        0 => Some(quiet("(empty)")),
        _ => Some(
            html! { span.quiet title={ (count) " bytes" } { (number::size(count)) " of data, in data.json" } },
        ),
    }
}
