//! A table's rules: read, matched with its columns, and checked against what the table demands.

use super::probe;
use crate::catalog::details::{Column, Details};
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::strategy::{self, Field, Kind, Mask, Strategy, Values};
use serde_json::{Map, Value};

/// A column, its strategy, and what that makes of it.
pub struct Ruled<'a> {
    pub field: Field<'a>,
    pub strategy: Box<dyn Strategy>,
    pub mask: Mask,
    /// The column that says whose the value is, where a row can be several people's.
    pub of: Option<String>,
}

impl Ruled<'_> {
    pub fn changes(&self) -> bool {
        self.strategy.keeps().is_none()
    }
}

/// The rules of a table, in the order of its columns: those given by name, and for the remaining columns the one given for `*`. 22023 for what cannot be read, 42703 for a missing column, and whatever a strategy says of a
/// column that it does not suit.
pub fn read<'a>(
    relation: &'a Relation,
    details: &'a Details,
    rules: &Value,
) -> Result<Vec<Ruled<'a>>> {
    read_for(relation, details, rules, None)
}

/// The same for all rows of the table at once: what is made of distinct values comes in series of its own, which begin behind this number.
pub fn read_for_all_rows<'a>(
    relation: &'a Relation,
    details: &'a Details,
    rules: &Value,
    series: i32,
) -> Result<Vec<Ruled<'a>>> {
    read_for(relation, details, rules, Some(series))
}

fn read_for<'a>(
    relation: &'a Relation,
    details: &'a Details,
    rules: &Value,
    series: Option<i32>,
) -> Result<Vec<Ruled<'a>>> {
    let Some(rules) = rules.as_object() else {
        return Err(Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "rules is not a JSON object")
            .hint("Give it as '{\"email\": \"email\", \"phone\": {\"strategy\": \"partial\", \"keep_last\": 2}}'."));
    };
    for name in rules.keys().filter(|name| *name != "*") {
        relation.require_column(name)?;
    }
    let mut chosen = Vec::new();
    for column in &details.columns {
        if let Some((strategy, named)) = of_column(relation, details, rules, column)? {
            chosen.push((column, strategy, named));
        }
    }
    let changes =
        |(_, strategy, _): &&(&Column, Box<dyn Strategy>, bool)| strategy.keeps().is_none();
    let changed: Vec<i16> = chosen
        .iter()
        .filter(changes)
        .map(|(column, ..)| column.number)
        .collect();
    let ruled = |(column, strategy, _): (&'a Column, Box<dyn Strategy>, bool)| {
        let field = Field {
            relation,
            column,
            kind: Kind::of(column),
            unique: details.unique_by(column.number, &changed),
            referenced: details.referenced.contains(&column.number),
            series: series.map(|series| series + i32::from(column.number)),
        };
        let mask = strategy.mask(&field)?;
        Ok(Ruled {
            of: whose(
                relation,
                rules.get(&column.name).or_else(|| rules.get("*")),
                &field,
            )?,
            field,
            strategy,
            mask,
        })
    };
    chosen.into_iter().map(ruled).collect()
}

/// `"of": "sender_id"` of a rule.
fn whose(relation: &Relation, rule: Option<&Value>, field: &Field) -> Result<Option<String>> {
    let Some(of) = rule.and_then(|rule| rule.get("of")) else {
        return Ok(None);
    };
    let Some(of) = of.as_str() else {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!(
                "\"of\" in the rule for {} is not a column's name",
                field.name()
            ),
        )
        .hint(
            "Name the column that leads to the person whose value it is: \"of\": \"sender_id\".",
        ));
    };
    relation.require_column(of)?;
    Ok(Some(of.to_owned()))
}

fn of_column(
    relation: &Relation,
    details: &Details,
    rules: &Map<String, Value>,
    column: &Column,
) -> Result<Option<(Box<dyn Strategy>, bool)>> {
    let (rule, named) = match (rules.get(&column.name), rules.get("*")) {
        (Some(rule), _) => (rule, true),
        (None, Some(rule)) if !details.is_structural(column) => (rule, false),
        _ => return Ok(None),
    };
    let what = match named {
        true => format!(
            "column \"{}\" of table {}",
            column.name,
            relation.qualified()
        ),
        false => format!("the remaining columns of table {}", relation.qualified()),
    };
    Ok(Some((strategy::parse(rule, &what)?, named)))
}

/// Refuses rules that cannot work: `key_is_made` is false while a dump is being loaded, when neither keys nor constraints exist yet.
pub fn check(relation: &Relation, details: &Details, ruled: &[Ruled]) -> Result<()> {
    for rule in ruled.iter().filter(|rule| rule.changes()) {
        check_kind_of_column(rule)?;
        check_reference(details, rule)?;
        check_unique(rule)?;
    }
    probe::constraints(relation, details, ruled)
}

/// The rules as they are stored: expressions in PostgreSQL's own words.
pub fn canonical(rules: &Value, ruled: &[Ruled]) -> Result<Value> {
    let mut stored = rules.clone();
    for rule in ruled {
        let Some((parameter, text)) = rule.strategy.canonical(&rule.field)? else {
            continue;
        };
        let name = rule.field.column.name.as_str();
        let key = if rules.get(name).is_some() { name } else { "*" };
        if let Some(Value::Object(long)) = stored.get_mut(key) {
            long.insert(parameter.to_owned(), Value::String(text));
        }
    }
    Ok(stored)
}

fn check_kind_of_column(rule: &Ruled) -> Result<()> {
    let what = match rule.field.column {
        column if column.generated => "is generated from other columns",
        column if column.identity_always => "is GENERATED ALWAYS AS IDENTITY",
        _ => return Ok(()),
    };
    Err(Error::new(
        Code::ERRCODE_GENERATED_ALWAYS,
        format!("{} {what} and cannot be given a rule", rule.field.name()),
    )
    .hint("A generated column follows from the rules of the columns that it is made from; \"keep\" says that it is not personal."))
}

/// A column that references a key follows that key; by itself it can only be let go.
fn check_reference(details: &Details, rule: &Ruled) -> Result<()> {
    let field = &rule.field;
    if let Some(reference) = details.reference_by(field.column.number)
        && rule.mask.values != Values::Null
    {
        return Err(Error::new(
            Code::ERRCODE_FOREIGN_KEY_VIOLATION,
            format!("{} is part of the foreign key \"{}\"", field.name(), reference.name),
        )
        .detail("Another value would reference nothing.")
        .hint("Give the rule to the referenced column: what references it is rewritten with it. Here only \"null\" and \"keep\" can stand."));
    }
    if field.referenced && rule.mask.values == Values::Null {
        return Err(Error::new(
            Code::ERRCODE_FOREIGN_KEY_VIOLATION,
            format!("{} is referenced by foreign keys and cannot become NULL", field.name()),
        )
        .hint("Take a strategy that gives distinct values, such as \"auto\", \"hash\" or \"email\": what references the column is rewritten with it."));
    }
    Ok(())
}

fn check_unique(rule: &Ruled) -> Result<()> {
    let Some(index) = rule.field.unique else {
        return Ok(());
    };
    // The values of a unique column are distinct wherever they stand.
    if rule.strategy.needs_all_rows() {
        return Ok(());
    }
    let may_repeat = match rule.mask.values {
        Values::Null => !index.nulls_distinct,
        Values::Constant | Values::Changed | Values::Any | Values::Derived => true,
        Values::Fresh | Values::Unknown => false,
    };
    if !may_repeat {
        return Ok(());
    }
    Err(Error::new(
        Code::ERRCODE_UNIQUE_VIOLATION,
        format!("the rule for {} gives two rows the same value", rule.field.name()),
    )
    .detail(format!("Unique index \"{}\" does not allow that.", index.name))
    .hint(match rule.field.kind {
        Kind::Text(_) => "\"auto\", \"hash\", \"email\", \"random\", \"fake\" and \"pseudonym\" without a kind give distinct texts.",
        Kind::Integer(max) if max > i16::MAX.into() => "\"auto\" and \"pseudonym\" give distinct numbers.",
        Kind::Uuid => "\"auto\", \"hash\", \"random\" and \"pseudonym\" give distinct values.",
        _ => "\"auto\" gives distinct values, or an expression: {\"strategy\": \"sql\", \"expression\": \"...\"}.",
    }))
}
