//! The rules of every registered table, and what is wrong with an entry.

use crate::catalog::details::Details;
use crate::catalog::relation::Relation;
use crate::catalog::schema::{Entry, Schema};
use crate::error::Result;
use crate::link::hierarchy::Hierarchy;
use crate::registry::export::Spec;
use crate::registry::hooks::Hooks;
use crate::registry::register;
use crate::registry::rules::{self, Ruled};
use crate::registry::search;
use crate::security::RunAs;
use crate::spi::Connection;
use crate::spi::attempt::attempt;
use crate::sql::Literal;
use pgrx::pg_sys::Oid;
use serde_json::{Map, Value, json};
use std::collections::HashMap;

#[derive(Default)]
pub struct Rules {
    pub rules: Vec<Rule>,
    pub broken: Vec<Broken>,
    /// Tables by the entry that is for them: their own, or that of the nearest table that they inherit from.
    pub entries: Vec<(Oid, Oid)>,
}

/// What a rule makes of a column.
pub struct Rule {
    pub relation: Oid,
    pub column: i16,
    pub strategy: String,
    pub changes: bool,
    pub pseudonymous: bool,
    pub reason: Option<String>,
}

/// An entry, or one rule of it, that does not fit its table any more.
pub struct Broken {
    pub relation: Oid,
    pub column: Option<String>,
    pub problem: String,
    /// The call that mends it.
    pub call: Option<String>,
}

/// Needs SPI and pinned settings.
pub fn read(schema: &Schema, hierarchy: &Hierarchy) -> Result<Rules> {
    let mut read = Rules {
        entries: entries(schema, hierarchy),
        ..Rules::default()
    };
    let oids: Vec<Oid> = read.entries.iter().map(|(table, _)| *table).collect();
    let relations = Relation::load(&oids)?.into_iter();
    let relations: HashMap<Oid, Relation> = relations.map(|r| (r.oid, r)).collect();
    let details = Details::load_all(&oids)?.into_iter();
    let details: HashMap<Oid, Details> = details.map(|d| (d.relation, d)).collect();
    for (table, registered) in read.entries.clone() {
        let known = relations.get(&table).zip(details.get(&table));
        let entry = schema.entries.iter().find(|e| e.relation == registered);
        if let Some(((relation, details), entry)) = known.zip(entry) {
            of_table(relation, details, entry, &mut read);
        }
    }
    Ok(read)
}

fn entries(schema: &Schema, hierarchy: &Hierarchy) -> Vec<(Oid, Oid)> {
    let mut tables: Vec<Oid> = schema
        .entries
        .iter()
        .flat_map(|entry| hierarchy.with_heirs(entry.relation))
        .map(|(table, _)| table)
        .collect();
    tables.sort_unstable_by_key(|table| table.to_u32());
    tables.dedup();
    let entry = |table: Oid| schema.entry(table).map(|entry| (table, entry.relation));
    tables.into_iter().filter_map(entry).collect()
}

fn of_table(relation: &Relation, details: &Details, entry: &Entry, read: &mut Rules) {
    // What an owner wrote is read with his rights.
    let _owner = RunAs::new(relation.owner);
    let is_own = relation.oid == entry.relation;
    let whole = tried(relation, details, &entry.rules, is_own);
    let problem = match whole {
        Ok(rules) => {
            read.rules.extend(rules);
            is_own.then(|| rest(relation, entry)).flatten()
        }
        Err(problem) => {
            one_by_one(relation, details, entry, is_own.then_some(problem), read);
            return;
        }
    };
    if let Some(problem) = problem {
        read.broken.push(Broken {
            relation: relation.oid,
            column: None,
            problem,
            call: mended_rest(relation, entry),
        });
    }
}

/// Each rule by itself. `problem` is that of all together, None where only those that can be read count.
fn one_by_one(
    relation: &Relation,
    details: &Details,
    entry: &Entry,
    problem: Option<String>,
    read: &mut Rules,
) {
    let empty = Map::new();
    let rules = entry.rules.as_object().unwrap_or(&empty);
    let mut mended = rules.clone();
    let mut broken = Vec::new();
    for (name, rule) in rules {
        match tried(relation, details, &json!({ name: rule }), problem.is_some()) {
            // The rule for the remaining columns is not for those that have one.
            Ok(alone) => read.rules.extend(alone.into_iter().filter(|alone| {
                let column = relation.column_numbered(alone.column);
                name != "*" || column.is_none_or(|column| !rules.contains_key(&column.name))
            })),
            Err(why) => {
                match name == "*" || relation.column(name).is_some() {
                    true => mended.insert(name.clone(), replacement(relation, details, name)),
                    false => mended.remove(name),
                };
                broken.push((name.clone(), why));
            }
        }
    }
    let Some(problem) = problem else {
        return;
    };
    // No rule by itself, but what they do together.
    if broken.is_empty() {
        for (name, rule) in &mut mended {
            if tried(relation, details, &json!({ name: &*rule }), false)
                .is_ok_and(|rules| rules.iter().any(|rule| rule.changes))
            {
                *rule = replacement(relation, details, name);
            }
        }
    }
    let is_mended = tried(relation, details, &Value::Object(mended.clone()), true).is_ok();
    let call = is_mended.then(|| register::call(&relation.qualified().to_string(), mended));
    if broken.is_empty() {
        read.broken.push(Broken {
            relation: relation.oid,
            column: None,
            problem,
            call: call.clone(),
        });
    }
    read.broken
        .extend(broken.into_iter().map(|(name, problem)| Broken {
            relation: relation.oid,
            column: (name != "*").then_some(name),
            problem,
            call: call.clone(),
        }));
}

/// The plainest rule that suits the column.
fn replacement(relation: &Relation, details: &Details, name: &str) -> Value {
    let auto = json!("auto");
    match tried(relation, details, &json!({ name: &auto }), true) {
        Ok(_) => auto,
        Err(_) => json!("keep"),
    }
}

fn tried(
    relation: &Relation,
    details: &Details,
    rules: &Value,
    checked: bool,
) -> std::result::Result<Vec<Rule>, String> {
    attempt(|| {
        let _spi = Connection::open();
        let ruled = rules::read(relation, details, rules)?;
        if checked {
            rules::check(relation, details, &ruled)?;
        }
        Ok(ruled
            .iter()
            .map(|ruled| described(relation, rules, ruled))
            .collect())
    })
}

fn described(relation: &Relation, rules: &Value, ruled: &Ruled) -> Rule {
    let rule = rules
        .get(&ruled.field.column.name)
        .or_else(|| rules.get("*"));
    let strategy = rule.and_then(|rule| rule.as_str().or_else(|| rule.get("strategy")?.as_str()));
    let kept = ruled.strategy.keeps();
    Rule {
        relation: relation.oid,
        column: ruled.field.column.number,
        strategy: strategy.unwrap_or_default().to_owned(),
        changes: kept.is_none(),
        pseudonymous: ruled.mask.pseudonymous,
        reason: kept.and_then(|kept| kept.reason.map(str::to_owned)),
    }
}

/// What else the entry says of columns and functions.
fn rest(relation: &Relation, entry: &Entry) -> Option<String> {
    let check = || {
        let _spi = Connection::open();
        Hooks::parse(&entry.hooks)?.check(relation)?;
        search::check(&entry.search, relation)?;
        let columns = entry.key.iter().flatten().chain(&entry.created);
        for column in columns {
            relation.require_column(column)?;
        }
        Spec::parse(&entry.export)?.check(relation)
    };
    attempt(check).err()
}

/// The entry without what does not hold, as far as that can be said part by part.
fn mended_rest(relation: &Relation, entry: &Entry) -> Option<String> {
    let without = |change: &dyn Fn(&mut Entry)| {
        let mut entry = entry.clone();
        change(&mut entry);
        rest(relation, &entry).is_none()
    };
    let part = [
        (
            "search => '{}'",
            without(&|entry| entry.search = Vec::new()),
        ),
        ("export => '{}'", without(&|entry| entry.export = json!({}))),
        ("hooks => '{}'", without(&|entry| entry.hooks = json!({}))),
    ];
    let part = part.iter().find(|(_, mends)| *mends);
    part.map(|(part, _)| {
        format!(
            "SELECT gdpr_register({}, {part});",
            Literal(&relation.qualified().to_string())
        )
    })
}
