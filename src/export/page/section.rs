//! A section: what is said of it and of those within it, then its rows.

use super::facts::facts;
use super::number::entries;
use super::outline::Outline;
use super::rows::{Rows, mark};
use crate::export::document::{Document, Mode, Section};
use maud::{Markup, PreEscaped, html};
use std::io::{Result, Write};

/// A section that stands for itself.
pub fn write(
    document: &Document,
    outline: &Outline,
    number: usize,
    out: &mut impl Write,
) -> Result<()> {
    let before = html! {
        (PreEscaped(format!("<section id=\"s{number}\" aria-labelledby=\"t{number}\">")))
        (opening(document, number, 2))
        @for inner in &outline.within[number] {
            (inner_opening(document, outline, *inner, 3))
        }
    };
    out.write_all(before.0.as_bytes())?;
    Rows::new(document, outline, out).all_of(number)?;
    let after = html! {
        p.up { a href="#contents" { "Back to the contents" } }
        (PreEscaped("</section>"))
    };
    out.write_all(after.0.as_bytes())
}

fn opening(document: &Document, number: usize, level: usize) -> Markup {
    let section = &document.sections[number];
    let title = html! {
        bdi { (section.label) } " " span.count { (entries(section.rows.len())) }
    };
    html! {
        @match level {
            2 => h2 id={ "t" (number) } { (title) },
            3 => h3 id={ "t" (number) } { (title) },
            _ => h4 id={ "t" (number) } { (title) },
        }
        @if section.rows.is_empty() {
            p.quiet { "Nothing is held here." }
        } @else {
            (facts(document, number))
            (notes(document, section))
        }
    }
}

/// The same of a section within another, and of those within it: their rows are among the other's.
fn inner_opening(document: &Document, outline: &Outline, number: usize, level: usize) -> Markup {
    let section = &document.sections[number];
    let parent = section.within.map(|parent| &document.sections[parent]);
    html! {
        section.inner id={ "s" (number) } aria-labelledby={ "t" (number) } {
            (opening(document, number, level))
            @if let Some(parent) = parent.filter(|_| !section.rows.is_empty()) {
                p.note { "Shown below, each with what it belongs to (" bdi { (parent.label) } ")." }
            }
            @for inner in &outline.within[number] {
                (inner_opening(document, outline, *inner, level + 1))
            }
        }
    }
}

/// Nobody is told of others, whatever was asked for.
pub fn others(mode: Mode) -> &'static str {
    match mode {
        Mode::Access => "Art. 15(4) GDPR",
        Mode::Portability => "Art. 20(4) GDPR",
    }
}

/// What is to be known when reading the rows.
fn notes(document: &Document, section: &Section) -> Markup {
    let redacted = section.redacted();
    let columns = redacted
        .iter()
        .filter_map(|column| section.columns.get(*column));
    let shared = section.rows.iter().any(|row| row.shared);
    html! {
        @if shared {
            p.note { "What is marked " (mark()) " is also about another person." }
        }
        @if !redacted.is_empty() {
            p.note {
                "Withheld where it concerns another person (" (others(document.mode)) "): "
                @for (index, column) in columns.enumerate() {
                    @if index > 0 { ", " }
                    bdi { (column.title) }
                }
                "."
            }
        }
    }
}
