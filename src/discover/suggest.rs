//! A rule for what was found, that can be registered.

use super::category::Category;
use super::judge::{Finding, LEAST};
use crate::catalog::details::Details;
use crate::catalog::relation::Relation;
use crate::error::Result;
use crate::registry::rules;
use crate::security::PinnedSettings;
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use crate::strategy::Kind;
use serde_json::{Map, Value, json};

/// Rules for columns, in their order; None where none fits. `registered` is what the table's entry has already.
pub fn rules(
    relation: &Relation,
    details: &Details,
    registered: &Map<String, Value>,
    found: &[(&str, Kind, &Finding)],
) -> Vec<Option<Value>> {
    let fits = |rules: &Map<String, Value>| attempt(|| check(relation, details, rules)).is_ok();
    // What does not hold by itself any more is not for us to judge.
    let mut accepted = match fits(registered) {
        true => registered.clone(),
        false => Map::new(),
    };
    let wished: Vec<Vec<Value>> = found
        .iter()
        .map(|(_, kind, finding)| candidates(*kind, finding))
        .collect();
    let mut all = accepted.clone();
    for ((column, ..), wished) in found.iter().zip(&wished) {
        if let Some(first) = wished.first() {
            all.insert((*column).to_owned(), first.clone());
        }
    }
    if fits(&all) {
        return found
            .iter()
            .map(|(column, ..)| all.get(*column).cloned())
            .collect();
    }
    let mut rules = Vec::new();
    for ((column, ..), wished) in found.iter().zip(wished) {
        let rule = wished.into_iter().find(|rule| {
            accepted.insert((*column).to_owned(), rule.clone());
            fits(&accepted)
        });
        if rule.is_none() {
            accepted.remove(*column);
        }
        rules.push(rule);
    }
    rules
}

/// What gdpr_register would say of them.
fn check(relation: &Relation, details: &Details, rules: &Map<String, Value>) -> Result<()> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let rules = Value::Object(rules.clone());
    rules::check(relation, details, &rules::read(relation, details, &rules)?)
}

/// The best first. What fits nothing else is taken out.
fn candidates(kind: Kind, finding: &Finding) -> Vec<Value> {
    let mut candidates = Vec::new();
    match kind {
        Kind::Text(_) => candidates.extend(of_text(finding.category)),
        Kind::Json | Kind::Jsonb => candidates.extend(inside(finding)),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz
            if finding.category == Category::BirthDate =>
        {
            candidates.push(json!({"strategy": "generalise", "to": "year"}));
        }
        _ => {}
    }
    candidates.push(json!("auto"));
    if matches!(kind, Kind::Text(_)) {
        candidates.push(json!("random"));
    }
    candidates
}

fn of_text(category: Category) -> Option<Value> {
    match category {
        Category::Email => Some(json!("email")),
        category => category
            .fake()
            .map(|kind| json!({"strategy": "fake", "kind": kind.name()})),
    }
}

fn inside(finding: &Finding) -> Option<Value> {
    let paths: Map<String, Value> = finding
        .places
        .iter()
        .filter(|place| place.confidence >= LEAST && !place.path.is_empty())
        .map(|place| {
            (
                place.path.clone(),
                of_text(place.category).unwrap_or_else(|| json!("null")),
            )
        })
        .collect();
    (!paths.is_empty()).then(|| json!({"strategy": "json", "paths": paths}))
}
