//! An entry of `gdpr_on_delete`: ON DELETE ANONYMISE for a foreign key, checked against the table and its rules.

use super::{is_restoring, rules};
use crate::catalog::details::{Column, Details};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::catalog::schema::Schema;
use crate::error::{Code, Error, Result};
use crate::link::cached;
use crate::link::hierarchy::Hierarchy;
use crate::security::{self, PinnedSettings};
use crate::spi::Connection;
use pgrx::pg_sys::Oid;

pub struct OnDeleteEntry {
    pub relation: Oid,
    pub columns: Vec<String>,
    pub action: String,
}

const NULL: &str = "SET NULL";
const DEFAULT: &str = "SET DEFAULT";
/// What SQL knows besides.
const OTHERS: [&str; 3] = ["CASCADE", "RESTRICT", "NO ACTION"];

impl OnDeleteEntry {
    /// The entry as it is stored: the columns in the foreign key's order, the action in SQL's words. By the rights of the current user.
    pub fn checked(self, home: &Home) -> Result<Self> {
        let action = action(&self.action)?;
        let _spi = Connection::open();
        // A dump is loaded before foreign keys are made; it was checked when it was written.
        let restoring = is_restoring();
        let schema = cached::refreshed(home)?;
        let _pinned = PinnedSettings::new();
        let relation = Relation::load_one(self.relation)?;
        relation.require_table()?;
        security::require_owner(&relation, security::caller())?;
        for column in &self.columns {
            relation.require_column(column)?;
        }
        let columns = match restoring {
            true => self.columns,
            false => {
                let details = Details::load(relation.oid)?;
                let columns = foreign_key(&schema, &relation, &details, &self.columns)?;
                for column in &columns {
                    can_be_set(&relation, column, action)?;
                }
                require_rules(&schema, &relation)?;
                columns.iter().map(|column| column.name.clone()).collect()
            }
        };
        Ok(Self {
            relation: self.relation,
            columns,
            action: action.to_owned(),
        })
    }
}

/// 22023 for anything but SET NULL and SET DEFAULT.
fn action(given: &str) -> Result<&'static str> {
    let words: Vec<String> = given
        .split_whitespace()
        .map(str::to_ascii_uppercase)
        .collect();
    let known = words.join(" ");
    if let Some(action) = [NULL, DEFAULT].into_iter().find(|action| *action == known) {
        return Ok(action);
    }
    if !OTHERS.contains(&known.as_str()) {
        return Err(Error::unknown_word(
            "an action of ON DELETE ANONYMISE",
            given,
            &[NULL, DEFAULT],
        ));
    }
    Err(Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        format!("ON DELETE ANONYMISE cannot {known}"),
    )
    .detail("The rows stay, anonymised, and what they reference is gone: so their key must get another value.")
    .hint("Use SET NULL or SET DEFAULT; for CASCADE, RESTRICT and NO ACTION the foreign key's own ON DELETE is enough."))
}

/// The columns of the foreign key that is over these columns, in its order. 42704 if there is none.
fn foreign_key<'a>(
    schema: &Schema,
    relation: &Relation,
    details: &'a Details,
    names: &[String],
) -> Result<Vec<&'a Column>> {
    let columns = |numbers: &[i16]| -> Vec<&'a Column> {
        let column = |number: &i16| {
            details
                .columns
                .iter()
                .find(|column| column.number == *number)
        };
        numbers.iter().filter_map(column).collect()
    };
    let own = || {
        schema
            .foreign_keys
            .iter()
            .filter(|key| key.target == relation.oid)
    };
    let mut keys = own().map(|key| columns(&key.target_columns));
    let is_it = |key: &Vec<&Column>| {
        key.len() == names.len() && key.iter().all(|column| names.contains(&column.name))
    };
    if let Some(key) = keys.find(is_it) {
        return Ok(key);
    }
    let known: Vec<String> = own()
        .map(|key| {
            let names = columns(&key.target_columns).into_iter();
            let names: Vec<&str> = names.map(|column| column.name.as_str()).collect();
            format!("({})", names.join(", "))
        })
        .collect();
    let error = Error::new(
        Code::ERRCODE_UNDEFINED_OBJECT,
        format!(
            "table {} has no foreign key over ({})",
            relation.qualified(),
            names.join(", ")
        ),
    );
    Err(match known.is_empty() {
        true if details.is_partition => error.hint(
            "It is a partition: declare it for the partitioned table, whose foreign key it is.",
        ),
        true => {
            error.hint("It has no foreign key at all: ALTER TABLE ... ADD FOREIGN KEY makes one.")
        }
        false => error.hint(format!("It has foreign keys over {}.", known.join(", "))),
    })
}

/// 23502 where the column cannot become NULL and would have to; 428C9 where it cannot be set at all.
fn can_be_set(relation: &Relation, column: &Column, action: &str) -> Result<()> {
    let name = format!(
        "column \"{}\" of table {}",
        column.name,
        relation.qualified()
    );
    if column.generated {
        return Err(Error::new(
            Code::ERRCODE_GENERATED_ALWAYS,
            format!("{name} is generated from other columns and cannot be set"),
        )
        .hint("Let the foreign key cascade, or leave it to gdpr_erase."));
    }
    let becomes_null = action == NULL || column.default.is_none();
    if !becomes_null || !column.is_not_null() {
        return Ok(());
    }
    let error = Error::new(
        Code::ERRCODE_NOT_NULL_VIOLATION,
        format!("{name} is NOT NULL and cannot be {action}"),
    );
    Err(match action {
        NULL => error.hint("Make the column nullable, or give it a default that references a row which stands for nobody, and use SET DEFAULT."),
        _ => error
            .detail("It has no default, so SET DEFAULT would make it NULL.")
            .hint("Give the column a default that references a row which stands for nobody."),
    })
}

/// 55000 for a table whose rows could not be anonymised; 0A000 for rules that work on whole tables only.
fn require_rules(schema: &Schema, relation: &Relation) -> Result<()> {
    let table = Hierarchy::new(&schema.inheritance).table(relation.oid);
    let entry = schema.entry(table);
    let name = relation.qualified();
    if let Some(entry) = entry.filter(|entry| entry.on_erase.as_deref() == Some("keep")) {
        return Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("rows of table {name} are kept and cannot be anonymised on delete"),
        )
        .detail(format!(
            "Ground: {}. What is kept keeps its person.",
            entry.ground.as_deref().unwrap_or_default()
        ))
        .hint(format!("SELECT gdpr_register('{name}', on_erase => 'anonymise'); if nothing has to be kept. gdpr_erase anonymises whom kept rows reference.")));
    }
    let table = match table == relation.oid {
        true => relation.clone(),
        false => Relation::load_one(table)?,
    };
    let details = Details::load(table.oid)?;
    let ruled = match entry {
        Some(entry) => rules::read(&table, &details, &entry.rules)?,
        None => Vec::new(),
    };
    if !ruled.iter().any(rules::Ruled::changes) {
        return Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("table {name} has no rules to anonymise its rows by"),
        )
        .hint(format!(
            "SELECT gdpr_register('{}', rules => '{{\"*\": \"auto\"}}');",
            table.qualified()
        )));
    }
    match ruled.iter().find(|rule| rule.strategy.needs_all_rows()) {
        None => Ok(()),
        Some(rule) => Err(Error::new(
            Code::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!(
                "the rule for {} works on whole tables only",
                rule.field.name()
            ),
        )
        .hint("Use \"shuffle\" in gdpr_scrub_db, and another strategy for single rows.")),
    }
}
