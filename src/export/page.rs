//! The document as one page for people: no scripts, nothing from outside, printable, readable on a phone. Art. 12(1) GDPR asks for
//! "concise, transparent, intelligible and easily accessible".
//!
//! It is written row by row, so that a person with very many rows does not have to fit into memory twice.

mod facts;
mod head;
mod json;
mod moment;
mod number;
mod outline;
mod rows;
mod section;
mod structure;
mod table;
mod value;

#[cfg(test)]
mod sample;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

use super::document::{Document, Mode};
use maud::{DOCTYPE, PreEscaped, html};
use outline::Outline;
use std::io::{Result, Write};

const STYLE: &str = include_str!("page.css");
/// Nothing may be loaded and nothing may run, whatever the rows say.
const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

pub fn write(document: &Document, out: &mut impl Write) -> Result<()> {
    let outline = Outline::of(document);
    let before = html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(POLICY);
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="referrer" content="no-referrer";
            meta name="robots" content="noindex, nofollow";
            meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
            meta name="color-scheme" content="light dark";
            title { (title(document.mode)) }
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("<body>"))
        a.skip href="#data" { "Skip to the data" }
        (head::head(document, &outline))
        (PreEscaped("<main id=\"data\" tabindex=\"-1\">"))
    };
    out.write_all(before.0.as_bytes())?;
    if document.rows() > 0 {
        for number in &outline.top {
            section::write(document, &outline, *number, out)?;
        }
    }
    let after = html! {
        (PreEscaped("</main>"))
        (head::foot(document))
        (PreEscaped("</body></html>\n"))
    };
    out.write_all(after.0.as_bytes())
}

/// Without the person's name: a title ends up in a browser's history.
fn title(mode: Mode) -> &'static str {
    match mode {
        Mode::Access => "Your personal data",
        Mode::Portability => "Your data to take along",
    }
}
