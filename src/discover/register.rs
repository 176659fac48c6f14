//! What was found, registered for somebody to look at.

use super::unregistered::{self, Found};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::version;
use crate::error::Result;
use crate::registry::register::{self, Given};
use crate::security::{self, PinnedSettings};
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use pgrx::prelude::*;
use pgrx::{JsonB, pg_sys};
use serde_json::{Map, Value};

/// Adds the rules of what is at least so certain to the entries of the caller's tables; what an entry has stays as it is.
pub fn register(home: &Home, confidence: f64, rows: u64) -> Result<Vec<Found>> {
    let found = unregistered::discover(home, None, rows)?;
    let mut registered: Vec<Found> = Vec::new();
    let (mut others, mut refused) = (Vec::new(), Vec::new());
    let mut certain = found
        .into_iter()
        .filter(|found| found.finding.confidence >= confidence && found.rule.is_some())
        .peekable();
    while let Some(first) = certain.next() {
        let relation = first.relation;
        let mut columns = vec![first];
        while let Some(next) = certain.next_if(|next| next.relation == relation) {
            columns.push(next);
        }
        let name = || -> Result<String> {
            let _spi = Connection::open();
            let _pinned = PinnedSettings::new();
            Ok(Relation::load_one(relation)?.qualified().to_string())
        };
        if !version::owns_relation(relation, security::caller()) {
            others.push(name()?);
            continue;
        }
        let rules = |columns: &[Found]| -> Map<String, Value> {
            let rule = |found: &Found| Some((found.column.clone(), found.rule.clone()?));
            columns.iter().filter_map(rule).collect()
        };
        if attempt(|| add(home, relation, rules(&columns))).is_ok() {
            registered.extend(columns);
            continue;
        }
        // One that does not fit what is there keeps no other from being registered.
        for column in columns {
            match attempt(|| add(home, relation, rules(std::slice::from_ref(&column)))) {
                Ok(()) => registered.push(column),
                Err(_) => refused.push(format!("{} (column {})", name()?, column.column)),
            }
        }
    }
    unregistered::tell(
        &others,
        PgLogLevel::NOTICE,
        "columns of these tables look personal, and were not registered",
        "Only the owner of a table may register it.",
    );
    unregistered::tell(
        &refused,
        PgLogLevel::WARNING,
        "rules for these columns could not be registered",
        "gdpr_discover shows what they are; gdpr_register says what is wrong with a rule.",
    );
    Ok(registered)
}

fn add(home: &Home, relation: pg_sys::Oid, suggested: Map<String, Value>) -> Result<()> {
    let mut rules = unregistered::registered_rules(home, relation)?;
    for (column, rule) in suggested {
        rules.entry(column).or_insert(rule);
    }
    let (rules, _) = register::canonical(relation, Some(JsonB(Value::Object(rules))), None)?;
    let given = Given {
        rules,
        ..Given::default()
    };
    register::register(home, relation, given)
}
