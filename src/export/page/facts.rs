//! What the person is told of a section's processing: Art. 15(1).

use super::structure::structure;
use super::value;
use crate::export::document::{Document, Facts};
use maud::{Markup, html};
use serde_json::Value;
use std::borrow::Cow;

/// The facts of a section that are stated, and those that should be.
pub fn facts(document: &Document, section: usize) -> Markup {
    let missing = |fact: &str| {
        document
            .missing
            .iter()
            .any(|missing| missing.section == Some(section) && missing.fact == fact)
    };
    let facts = named(&document.sections[section].facts);
    let told: Vec<_> = facts
        .into_iter()
        .filter(|(fact, stated)| stated.is_some() || missing(fact))
        .collect();
    html! {
        @if told.iter().all(|(_, stated)| stated.is_none()) {
            @if !told.is_empty() {
                p.note { "What these data are used for, and what else there is to say of them, is " a href="#missing" { "not stated" } "." }
            }
        } @else {
            dl.facts {
                @for (fact, stated) in told {
                    div {
                        dt { (title(fact)) }
                        dd { (stated.map_or_else(not_stated, |fact| structure(&fact.to_string()))) }
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
        "controller" | "name" => "Who is responsible",
        "contact" => "Contact",
        "data_protection_officer" => "Data protection officer",
        "supervisory_authority" => "Supervisory authority",
        _ => return Cow::Owned(fact.replace('_', " ")),
    })
}

/// The same where nobody has stated it.
pub fn question(fact: &str) -> Cow<'_, str> {
    Cow::Borrowed(match fact {
        "purpose" => "What the data are used for",
        "legal_basis" => "On which legal basis",
        "category" => "What kind of data they are",
        "recipients" => "Who receives them",
        "transfers" => "Whether they go to other countries",
        "retention" => "How long they are kept",
        "source" => "Where they come from",
        "contact" => "Whom to turn to",
        "automated_decisions" => "Whether anything is decided automatically",
        _ => return title(fact),
    })
}
