//! What the person is told of a section's processing: Art. 15(1).

use super::structure::structure;
use super::value;
use crate::export::document::{Document, Facts};
use maud::{Markup, html};
use serde_json::Value;
use std::borrow::Cow;

/// The facts of a section that are stated, and which others should be.
pub fn facts(document: &Document, section: usize) -> Markup {
    let stated = named(&document.sections[section].facts);
    let stated: Vec<_> = stated
        .into_iter()
        .filter_map(|(fact, value)| Some((fact, value?)))
        .collect();
    let missing = document
        .missing
        .iter()
        .filter(|missing| missing.section == Some(section));
    let missing: Vec<_> = missing.map(|missing| question(missing.fact)).collect();
    html! {
        @if !stated.is_empty() || !missing.is_empty() {
            dl.facts {
                @for (fact, value) in stated {
                    div {
                        dt { (title(fact)) }
                        dd { (structure(&value.to_string())) }
                    }
                }
                @if !missing.is_empty() {
                    div.full {
                        dt { "Not stated" }
                        dd { (value::quiet(&missing.join(", "))) }
                    }
                }
            }
        }
    }
}

fn named(facts: &Facts) -> [(&'static str, Option<&Value>); 8] {
    [
        ("purpose", facts.purpose.as_ref()),
        ("legal_basis", facts.legal_basis.as_ref()),
        ("category", facts.category.as_ref()),
        ("recipients", facts.recipients.as_ref()),
        ("transfers", facts.transfers.as_ref()),
        ("retention", facts.retention.as_ref()),
        ("source", facts.source.as_ref()),
        ("automated_decisions", facts.automated_decisions.as_ref()),
    ]
}

pub fn not_stated() -> Markup {
    value::quiet("not stated")
}

/// What a fact is called by people.
pub fn title(fact: &str) -> Cow<'_, str> {
    Cow::Borrowed(match fact {
        "purpose" => "Used for",
        "legal_basis" => "Legal basis",
        "category" => "Kind of data",
        "recipients" => "Passed on to",
        "transfers" => "Transfers abroad",
        "retention" => "Kept for",
        "source" => "Comes from",
        "automated_decisions" => "Automated decisions",
        "controller" => "Who is responsible",
        "contact" => "Contact",
        "data_protection_officer" => "Data protection officer",
        "supervisory_authority" => "Supervisory authority",
        _ => return Cow::Owned(fact.replace('_', " ")),
    })
}

/// What is to be told by a fact, where nobody has stated it.
pub fn question(fact: &str) -> Cow<'_, str> {
    Cow::Borrowed(match fact {
        "purpose" => "what the data are used for",
        "legal_basis" => "on which legal basis",
        "category" => "what kind of data they are",
        "recipients" => "who receives them",
        "transfers" => "whether they go to other countries",
        "retention" => "how long they are kept",
        "source" => "where they come from",
        "automated_decisions" => "whether anything is decided automatically",
        "controller" => "who is responsible",
        "contact" => "whom to turn to",
        "data_protection_officer" => "who the data protection officer is",
        "supervisory_authority" => "who supervises it",
        _ => return Cow::Owned(fact.replace('_', " ")),
    })
}
