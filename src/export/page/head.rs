//! What stands before and after the rows: whom it is about, who is responsible, contents, rights, and what nobody has stated.

use super::facts::{not_stated, question, title};
use super::json::{self, Json};
use super::number::{self, entries};
use super::outline::Outline;
use super::section::others;
use super::{moment, value};
use crate::export::document::{Document, Mode, RIGHTS, Subject};
use maud::{Markup, html};

pub fn head(document: &Document, outline: &Outline) -> Markup {
    html! {
        header {
            h1 { (super::title(document.mode)) }
            p.lead { (lead(document)) }
            (about(document))
        }
        @if document.rows() == 0 {
            (nothing(document))
        } @else {
            nav id="contents" aria-labelledby="contents-title" {
                h2 id="contents-title" { "Contents" }
                (contents(document, outline, &outline.top))
            }
        }
        @if document.mode == Mode::Access {
            (rights())
            (missing(document))
        }
    }
}

fn lead(document: &Document) -> Markup {
    html! {
        @match document.mode {
            _ if document.rows() == 0 => {
                "The answer to the question which personal data are held about " (person(&document.subject))
                @match document.mode {
                    Mode::Access => " (Art. 15 GDPR).",
                    Mode::Portability => " and can be taken along (Art. 20 GDPR).",
                }
            }
            Mode::Access => {
                "A copy of the personal data that are held about " (person(&document.subject))
                ", and what the law entitles you to be told about them (Art. 15 GDPR)."
            }
            Mode::Portability => {
                "The personal data that " (person(&document.subject)) " provided, or that were observed, "
                "to keep or to hand on to somebody else (Art. 20 GDPR)."
            }
        }
    }
}

fn person(subject: &Subject) -> Markup {
    html! {
        @match &subject.name {
            Some(name) => strong { bdi { (name) } },
            None => { strong { bdi { (subject.label) } } " (" (key(subject)) ")" }
        }
    }
}

/// `id 42`
fn key(subject: &Subject) -> Markup {
    let Json::Object(columns) = json::read(&subject.key) else {
        return value::text(&subject.key);
    };
    html! {
        @for (index, (column, key)) in columns.iter().enumerate() {
            @if index > 0 { ", " }
            bdi { (column) } " "
            @match json::read(key.get()) {
                Json::Text(key) => bdi { (key) },
                _ => bdi { (key.get()) },
            }
        }
    }
}

fn about(document: &Document) -> Markup {
    let made = moment::timestamp(&document.created_at)
        .unwrap_or_else(|| value::text(&document.created_at));
    let controller = &document.controller;
    let responsible = [
        ("controller", &controller.name),
        ("contact", &controller.contact),
        (
            "data_protection_officer",
            &controller.data_protection_officer,
        ),
        ("supervisory_authority", &controller.supervisory_authority),
    ];
    let responsible = responsible
        .into_iter()
        .filter(|_| document.mode == Mode::Access);
    html! {
        dl.about {
            div { dt { "About" } dd {
                @if let Some(name) = &document.subject.name { bdi { (name) } br; }
                span.muted { bdi { (document.subject.label) } ", " (key(&document.subject)) }
            } }
            div { dt { "Made on" } dd { (made) } }
            div { dt { "Extent" } dd { (extent(document)) } }
            @for (fact, stated) in responsible {
                div { dt { (title(fact)) } dd { (stated.as_deref().map_or_else(not_stated, value::text)) } }
            }
        }
    }
}

fn extent(document: &Document) -> String {
    let parts = document
        .sections
        .iter()
        .filter(|section| !section.rows.is_empty())
        .count();
    match parts {
        0 => entries(0),
        1 => format!("{} in 1 part", entries(document.rows())),
        _ => format!(
            "{} in {} parts",
            entries(document.rows()),
            number::grouped(&parts.to_string())
        ),
    }
}

fn contents(document: &Document, outline: &Outline, sections: &[usize]) -> Markup {
    html! {
        ol {
            @for number in sections {
                @let section = &document.sections[*number];
                li {
                    a href={ "#s" (number) } {
                        bdi { (section.label) }
                        span.count { (number::grouped(&section.rows.len().to_string())) span.unseen { " entries" } }
                    }
                    @if !outline.within[*number].is_empty() {
                        (contents(document, outline, &outline.within[*number]))
                    }
                }
            }
        }
    }
}

/// Art. 15(1) is also answered by this.
fn nothing(document: &Document) -> Markup {
    html! {
        section.nothing aria-labelledby="nothing" {
            h2 id="nothing" { "Nothing is held" }
            p {
                @match document.mode {
                    Mode::Access => "No personal data about this person were found.",
                    Mode::Portability => "No personal data were found that this person provided, or that were observed.",
                }
                @if !document.sections.is_empty() { " It was looked for in:" }
            }
            @if !document.sections.is_empty() {
                ul { @for section in &document.sections { li { bdi { (section.label) } } } }
            }
        }
    }
}

fn rights() -> Markup {
    html! {
        section.rights aria-labelledby="rights" {
            h2 id="rights" { "Your rights" }
            ul {
                @for (article, text) in RIGHTS {
                    li { (text) " " span.article { "Art. " (article) } }
                }
            }
        }
    }
}

fn missing(document: &Document) -> Markup {
    let facts = missing_facts(document);
    let sections = document
        .sections
        .iter()
        .filter(|section| !section.rows.is_empty())
        .count();
    html! {
        @if !facts.is_empty() {
            section.missing aria-labelledby="missing" {
                h2 id="missing" { "Not stated" }
                p { "You are to be told the following, too. It has not been recorded yet: please ask for it." }
                ul {
                    @for (article, fact, labels) in facts {
                        li {
                            (question(fact)) " " span.article { "Art. " (article) }
                            @if labels.len() > 1 && labels.len() == sections { ": all sections" }
                            @else if !labels.is_empty() { ": " (names(&labels)) }
                        }
                    }
                }
            }
        }
    }
}

/// The article, the fact, and the sections of which it is missing; of which nothing is held, nothing is missing.
fn missing_facts(document: &Document) -> Vec<(&str, &str, Vec<&str>)> {
    let mut facts: Vec<(&str, &str, Vec<&str>)> = Vec::new();
    for missing in &document.missing {
        let section = missing
            .section
            .and_then(|number| document.sections.get(number));
        if section.is_some_and(|section| section.rows.is_empty()) {
            continue;
        }
        let known = facts
            .iter()
            .position(|(article, fact, _)| (*article, *fact) == (missing.article, missing.fact));
        let at = known.unwrap_or(facts.len());
        if known.is_none() {
            facts.push((missing.article, missing.fact, Vec::new()));
        }
        facts[at]
            .2
            .extend(section.map(|section| section.label.as_str()));
    }
    facts
}

fn names(labels: &[&str]) -> Markup {
    html! {
        @for (index, label) in labels.iter().enumerate() {
            @if index > 0 { ", " }
            bdi { (label) }
        }
    }
}

/// How the values are to be read, where there are any.
pub fn foot(document: &Document) -> Markup {
    if document.rows() == 0 {
        return html! {};
    }
    html! {
        footer {
            h2 { "How to read this page" }
            ul {
                li { (value::none()) " means that nothing is stored; " (value::quiet("(empty)")) " is a stored text without characters." }
                @if document.sections.iter().any(|section| !section.redacted().is_empty()) {
                    li { (value::quiet("withheld")) " stands where something would tell you about another person (" (others(document.mode)) ")." }
                }
                li { "Times are shown to the minute, and large numbers with their thousands apart. The exact value appears when you point at it." }
                li { "If a file data.json came with this page: it holds the same data in full, for computers." }
            }
        }
    }
}
