//! An entry of `gdpr_registry`: checked against the table that it is about.

use super::export::Spec;
use super::hooks::Hooks;
use super::{export, is_restoring, rules, search};
use crate::catalog::details::Details;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::security;
use crate::security::PinnedSettings;
use crate::spi::Connection;
use pgrx::pg_sys::{self, Oid};
use serde_json::Value;

pub struct Entry {
    pub relation: Oid,
    pub subject: bool,
    pub rules: Value,
    pub on_erase: Option<String>,
    pub ground: Option<String>,
    pub search: Vec<String>,
    pub export: Value,
    pub facts: Value,
    pub key: Option<Vec<String>>,
    pub hooks: Value,
    pub created: Option<String>,
}

const ON_ERASE: [&str; 3] = ["delete", "anonymise", "keep"];

/// Art. 15(1) and 30(1): what the person is told, and what the record of processing holds.
pub const FACTS: [&str; 9] = [
    "purpose",
    "legal_basis",
    "category",
    "recipients",
    "transfers",
    "retention",
    "source",
    "automated_decisions",
    "label",
];

/// The same of the table of the persons: who is responsible, and whom to turn to.
const RESPONSIBLE: [&str; 4] = [
    "controller",
    "contact",
    "data_protection_officer",
    "supervisory_authority",
];

/// An entry's documents as they are stored: expressions in PostgreSQL's own words.
pub struct Stored {
    pub rules: Value,
    pub export: Value,
}

impl Entry {
    /// By the rights of the current user.
    pub fn checked(&self) -> Result<Stored> {
        let _spi = Connection::open();
        let restoring = is_restoring();
        let stored = match restoring {
            true => Stored {
                rules: self.rules.clone(),
                export: self.export.clone(),
            },
            false => Stored {
                rules: canonical_rules(self.relation, &self.rules)?,
                export: canonical_export(self.relation, &self.export)?,
            },
        };
        let _pinned = PinnedSettings::new();
        let relation = Relation::load_one(self.relation)?;
        relation.require_table()?;
        security::require_owner(&relation, security::caller())?;
        if relation.is_temporary() {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!(
                    "temporary table {} cannot be registered",
                    relation.qualified()
                ),
            )
            .hint("The registry outlives the session, a temporary table does not."));
        }
        self.check_erasure()?;
        Hooks::parse(&self.hooks)?.check(&relation)?;
        search::check(&self.search, &relation)?;
        for column in self.key.iter().flatten() {
            relation.require_column(column)?;
        }
        if let Some(created) = &self.created {
            require_time(&relation, relation.require_column(created)?)?;
        }
        if self.key.as_ref().is_some_and(Vec::is_empty) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "a key needs at least one column",
            ));
        }
        Spec::parse(&self.export)?.check(&relation)?;
        check_facts(&self.facts, &[&FACTS[..], &RESPONSIBLE].concat())?;
        // A dump is loaded before the keys are made.
        if self.subject && !restoring && relation.key(self.key.as_deref()).is_none() {
            return Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("table {} has no key by which a subject could be asked for", relation.qualified()),
            )
            .hint("Add a primary key or a unique key of NOT NULL columns, or name the columns with key => '{...}'."));
        }
        // A dump is loaded before the keys and constraints are made that rules are checked against; it was checked when it was written.
        if !restoring {
            let details = Details::load(relation.oid)?;
            if details.is_partition
                && self
                    .rules
                    .as_object()
                    .is_some_and(|rules| !rules.is_empty())
            {
                return Err(Error::new(
                    Code::ERRCODE_WRONG_OBJECT_TYPE,
                    format!(
                        "{} is a partition and has no rules of its own",
                        relation.qualified()
                    ),
                )
                .hint("Register the partitioned table: its rules are for all partitions."));
            }
            rules::check(
                &relation,
                &details,
                &rules::read(&relation, &details, &stored.rules)?,
            )?;
        }
        Ok(stored)
    }

    fn check_erasure(&self) -> Result<()> {
        let Some(on_erase) = self.on_erase.as_deref() else {
            return Ok(());
        };
        if !ON_ERASE.contains(&on_erase) {
            return Err(Error::unknown_word("a way to erase", on_erase, &ON_ERASE));
        }
        if on_erase == "keep" && self.ground.as_deref().is_none_or(str::is_empty) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                "keeping a table's rows needs a ground",
            )
            .detail("Personal data may be kept against a request to erase it only to the extent that the law asks for it: Art. 17(3) GDPR.")
            .hint("Name it: gdpr_register(..., on_erase => 'keep', ground => 'tax law, 10 years')."));
        }
        Ok(())
    }
}

/// Each fact is one of those known, a text or several; null where it is not stated.
pub fn check_facts(facts: &Value, known: &[&str]) -> Result<()> {
    check_words("facts", facts, known)?;
    let is_fact = |value: &Value| match value {
        Value::Array(items) => items.iter().all(Value::is_string),
        other => other.is_string() || other.is_null(),
    };
    let mut facts = facts.as_object().into_iter().flatten();
    match facts.find(|(_, value)| !is_fact(value)) {
        Some((key, _)) => Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("\"{key}\" of facts is neither a text nor an array of texts"),
        )
        .hint("It is read by people: {\"retention\": \"two years after the last order\"}.")),
        None => Ok(()),
    }
}

/// 42804 for a column that cannot say when a row was made.
fn require_time(relation: &Relation, column: &Column) -> Result<()> {
    match types::base_type(column.type_oid) {
        pg_sys::TIMESTAMPTZOID | pg_sys::TIMESTAMPOID | pg_sys::DATEOID => Ok(()),
        _ => Err(Error::new(
            Code::ERRCODE_DATATYPE_MISMATCH,
            format!(
                "column \"{}\" of table {} is of type {}",
                column.name,
                relation.qualified(),
                types::display_name(column.type_oid)
            ),
        )
        .hint("created names the column that says when a row was made: a timestamp, with or without time zone, or a date.")),
    }
}

/// The rules as they are stored. Names in expressions are found by the search path in force, so settings must not be pinned yet.
pub fn canonical_rules(relation: Oid, rules: &Value) -> Result<Value> {
    let _spi = Connection::open();
    let (relation, details) = {
        let _pinned = PinnedSettings::new();
        let relation = Relation::load_one(relation)?;
        relation.require_table()?;
        let details = Details::load(relation.oid)?;
        (relation, details)
    };
    rules::canonical(rules, &rules::read(&relation, &details, rules)?)
}

/// What is said of exports as it is stored. Settings must not be pinned yet.
pub fn canonical_export(relation: Oid, export: &Value) -> Result<Value> {
    let _spi = Connection::open();
    let relation = {
        let _pinned = PinnedSettings::new();
        let relation = Relation::load_one(relation)?;
        relation.require_table()?;
        relation
    };
    export::canonical(&relation, export)
}

pub fn check_words(what: &str, document: &Value, known: &[&str]) -> Result<()> {
    let Some(object) = document.as_object() else {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("{what} is not a JSON object"),
        )
        .hint(format!("Its keys are: {}.", known.join(", "))));
    };
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        Some(unknown) => Err(Error::unknown_word(
            &format!("a key of {what}"),
            unknown,
            known,
        )),
        None => Ok(()),
    }
}
