//! What the person is to be told of the processing: Art. 15(1) and (2) GDPR, from the registry.

use super::document::{Controller, Facts, Missing, Section};
use crate::link::graph::Table;
use serde_json::{Map, Value};

type Stated = Map<String, Value>;

fn stated(table: &Table) -> Option<&Stated> {
    table.entry.as_ref()?.facts.as_object()
}

fn fact(stated: Option<&Stated>, name: &str) -> Option<Value> {
    stated?.get(name).filter(|value| !is_blank(value)).cloned()
}

fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_blank),
        _ => false,
    }
}

/// Of a table's rows. What is decided for all data of a person can be stated once, of the table of the persons.
pub fn of_table(table: &Table, person: &Table) -> Facts {
    of(stated(table), stated(person))
}

/// Of what a source outside the database holds.
pub fn of_source(facts: &Value, person: &Table) -> Facts {
    of(facts.as_object(), stated(person))
}

fn of(own: Option<&Stated>, general: Option<&Stated>) -> Facts {
    let own_or_general = |name| fact(own, name).or_else(|| fact(general, name));
    Facts {
        purpose: fact(own, "purpose"),
        legal_basis: fact(own, "legal_basis"),
        category: fact(own, "category"),
        recipients: fact(own, "recipients"),
        retention: fact(own, "retention"),
        source: fact(own, "source"),
        transfers: own_or_general("transfers"),
        automated_decisions: own_or_general("automated_decisions"),
    }
}

/// Of the table of the persons.
pub fn controller(person: &Table) -> Controller {
    let text = |name| match fact(stated(person), name)? {
        Value::String(text) => Some(text),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            Some(items.join(", "))
        }
        _ => None,
    };
    Controller {
        name: text("controller"),
        contact: text("contact"),
        data_protection_officer: text("data_protection_officer"),
        supervisory_authority: text("supervisory_authority"),
    }
}

/// What a section is asked for.
const OF_SECTION: [(&str, &str, fn(&Facts) -> &Option<Value>); 5] = [
    ("15(1)(a)", "purpose", |facts| &facts.purpose),
    ("15(1)(b)", "category", |facts| &facts.category),
    ("15(1)(c)", "recipients", |facts| &facts.recipients),
    ("15(1)(d)", "retention", |facts| &facts.retention),
    ("15(1)(g)", "source", |facts| &facts.source),
];

/// What nobody has stated: of sections, of the controller, and of what is decided for all data.
pub fn missing(sections: &[Section], controller: &Controller) -> Vec<Missing> {
    let of_section = |(number, section): (usize, &Section)| {
        let facts = OF_SECTION
            .iter()
            .filter(|(.., of)| of(&section.facts).is_none());
        let missing = facts.map(move |(article, fact, _)| Missing {
            article,
            fact,
            section: Some(number),
        });
        missing.collect::<Vec<_>>()
    };
    let mut missing: Vec<Missing> = sections.iter().enumerate().flat_map(of_section).collect();
    let mut of_all = |article, fact, is_missing| {
        if is_missing {
            missing.push(Missing {
                article,
                fact,
                section: None,
            });
        }
    };
    let is_stated = |of: fn(&Facts) -> &Option<Value>| {
        sections.iter().any(|section| of(&section.facts).is_some())
    };
    let is_asked = !sections.is_empty();
    of_all("12(1)", "controller", controller.name.is_none());
    of_all("12(2)", "contact", controller.contact.is_none());
    of_all(
        "15(1)(f)",
        "supervisory_authority",
        controller.supervisory_authority.is_none(),
    );
    of_all(
        "15(1)(h)",
        "automated_decisions",
        is_asked && !is_stated(|facts| &facts.automated_decisions),
    );
    of_all(
        "15(2)",
        "transfers",
        is_asked && !is_stated(|facts| &facts.transfers),
    );
    missing
}
