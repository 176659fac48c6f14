//! Tries rules on a made-up row: what no outcome of them can meet is refused when they are registered.

use super::rules::Ruled;
use crate::catalog::details::{Check, Details, Exclusion};
use crate::catalog::operator::qualified_operator;
use crate::catalog::relation::Relation;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::security;
use crate::spi::guarded;
use crate::spi::statement::{Access, Planning, Statement};
use crate::sql::Ident;
use crate::strategy::running::{self, Running};
use crate::strategy::{Field, Kind, Values};
use pgrx::pg_sys;

/// Made-up rows: enough to be sure of a rule of which one outcome in two would do.
const TRIES: u32 = 16;

/// CHECK constraints of the table and of domains, and exclusion constraints, as far as they speak of ruled columns only. 23514, 23P01.
pub fn constraints(relation: &Relation, details: &Details, ruled: &[Ruled]) -> Result<()> {
    let tried: Vec<&Ruled> = ruled
        .iter()
        .filter(|rule| rule.changes() && rule.mask.can_be_tried())
        .collect();
    for rule in &tried {
        if rule.strategy.is_expression() {
            constant_expression(relation, rule)?;
        }
        domain(relation, rule)?;
    }
    let of = |number: &i16| {
        tried
            .iter()
            .find(|rule| rule.field.column.number == *number)
            .copied()
    };
    for check in &details.checks {
        let rules: Option<Vec<&Ruled>> = check.columns.iter().map(of).collect();
        if let Some(rules) = rules.filter(|rules| !rules.is_empty()) {
            table_check(relation, check, &rules)?;
        }
    }
    for exclusion in &details.exclusions {
        exclusion_constraint(relation, exclusion, ruled)?;
    }
    Ok(())
}

/// An expression that reads no column gives a value that the column's type reads, and not NULL where that does not fit. 23502; else the
/// type's own SQLSTATE.
fn constant_expression(relation: &Relation, rule: &Ruled) -> Result<()> {
    let condition = match rule.field.column.is_not_null() {
        true => format!("{} IS NOT NULL", Ident(&rule.field.column.name)),
        // Always so, but it is evaluated.
        false => format!("({} IS NULL) IS NOT NULL", Ident(&rule.field.column.name)),
    };
    let failed = || format!("the expression for {} fails", rule.field.name());
    match outcome_meets(relation, &[rule], &condition, failed)? {
        true => Ok(()),
        false => Err(Error::new(
            Code::ERRCODE_NOT_NULL_VIOLATION,
            format!("the expression for {} gives NULL", rule.field.name()),
        )
        .hint("The column is NOT NULL: give a value.")),
    }
}

fn table_check(relation: &Relation, check: &Check, rules: &[&Ruled]) -> Result<()> {
    if any_outcome_meets(relation, rules, &check.expression)? {
        return Ok(());
    }
    let columns: Vec<String> = rules
        .iter()
        .map(|rule| format!("\"{}\"", rule.field.column.name))
        .collect();
    Err(Error::new(
        Code::ERRCODE_CHECK_VIOLATION,
        format!(
            "the rule for column {} of table {} cannot meet check constraint \"{}\"",
            columns.join(", "),
            relation.qualified(),
            check.name
        ),
    )
    .hint("Choose a strategy or parameters whose values the constraint allows."))
}

fn domain(relation: &Relation, rule: &Ruled) -> Result<()> {
    for (name, expression) in types::domain_checks(rule.field.column.type_oid)? {
        let column = Ident(&rule.field.column.name).to_string();
        if !any_outcome_meets(relation, &[rule], &with_value(&expression, &column))? {
            return Err(Error::new(
                Code::ERRCODE_CHECK_VIOLATION,
                format!(
                    "the rule for {} cannot meet constraint \"{name}\" of domain {}",
                    rule.field.name(),
                    types::display_name(rule.field.column.type_oid)
                ),
            )
            .hint("Choose a strategy or parameters whose values the domain allows."));
        }
    }
    Ok(())
}

/// A domain's constraint speaks of VALUE; names and constants in it stay what they are.
fn with_value(expression: &str, column: &str) -> String {
    let mut result = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '\'' | '"' => 1 + rest[1..].find(c).map_or(rest.len() - 1, |end| end + 1),
            c if c.is_alphanumeric() || c == '_' => rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        result.push_str(if token == "VALUE" { column } else { token });
        rest = after;
    }
    result
}

/// Rows that agree in all constants would exclude each other.
fn exclusion_constraint(relation: &Relation, exclusion: &Exclusion, ruled: &[Ruled]) -> Result<()> {
    let mut conflicts = Vec::new();
    let mut names = Vec::new();
    for (number, operator) in exclusion.columns.iter().zip(&exclusion.operators) {
        let rule = ruled
            .iter()
            .find(|rule| rule.field.column.number == *number && rule.changes());
        let Some(rule) = rule else { continue };
        match rule.mask.values {
            Values::Constant => {}
            // NULL excludes nothing, and of others it is not known.
            _ => return Ok(()),
        }
        let column = Ident(&rule.field.column.name).to_string();
        conflicts.push(format!(
            "({column} {} {column})",
            qualified_operator(*operator)?
        ));
        names.push(rule);
    }
    if names.is_empty() || !any_outcome_meets(relation, &names, &conflicts.join(" AND "))? {
        return Ok(());
    }
    let columns: Vec<String> = names
        .iter()
        .map(|rule| format!("\"{}\"", rule.field.column.name))
        .collect();
    Err(Error::new(
        Code::ERRCODE_EXCLUSION_VIOLATION,
        format!(
            "the rule for column {} of table {} gives every row the same value, which exclusion constraint \"{}\" does not allow",
            columns.join(", "),
            relation.qualified(),
            exclusion.name
        ),
    )
    .hint("Take a value that excludes nothing, such as NULL or an empty range."))
}

/// The condition holds, or is NULL, for one of some made-up outcomes of these rules.
fn any_outcome_meets(relation: &Relation, rules: &[&Ruled], condition: &str) -> Result<bool> {
    outcome_meets(relation, rules, condition, || {
        format!(
            "a constraint of table {} fails for what its rules make",
            relation.qualified()
        )
    })
}

/// The same; `failed` says what could not be evaluated.
fn outcome_meets(
    relation: &Relation,
    rules: &[&Ruled],
    condition: &str,
    failed: impl FnOnce() -> String,
) -> Result<bool> {
    let columns = |expression: &dyn Fn(&Ruled) -> String| {
        let columns: Vec<String> = rules
            .iter()
            .map(|rule| format!("{} AS {}", expression(rule), Ident(&rule.field.column.name)))
            .collect();
        columns.join(", ")
    };
    let made = columns(&|rule| rule.field.cast(&format!("({})", rule.mask.sql)));
    let samples = columns(&|rule| sample(&rule.field));
    let sql = format!(
        "SELECT pg_catalog.bool_or(({condition}) IS NOT FALSE) FROM (SELECT {made} FROM (SELECT {samples}) AS target, \
         pg_catalog.generate_series(1, {TRIES})) AS made"
    );
    let mut met = false;
    let _owner = security::as_owner(relation)?;
    let _running = Running::start()?;
    let run = || {
        Statement::prepare(&sql, &[pg_sys::INT8OID], Planning::Once)?.run(
            &[running::parameter()],
            Access::Lock,
            |row| met = row.is_true(0),
        )
    };
    guarded::run(run, |code| {
        Ok(Error::new(code, failed())
            .hint("It is tried on a made-up row. The server's message is not shown, since such messages can hold values."))
    })?;
    Ok(met)
}

/// What the rules are tried on.
fn sample(field: &Field) -> String {
    match field.kind {
        Kind::Text(_) => field.literal("Sample 1234567890"),
        Kind::Json | Kind::Jsonb => field.literal("{}"),
        Kind::Integer(_) | Kind::Numeric(_) | Kind::Float => field.literal("42"),
        Kind::Uuid => field.literal("00000000-0000-4000-8000-000000000000"),
        Kind::Bytea => field.literal("sample"),
        Kind::Date | Kind::Timestamp | Kind::TimestampTz => field.literal("1970-01-01"),
        _ => field.cast("NULL"),
    }
}

#[cfg(test)]
mod tests {
    use super::with_value;

    #[test]
    fn value_is_replaced_where_it_is_a_word() {
        assert_eq!(
            with_value("(VALUE ~ '^VALUE'::text)", "\"e\""),
            "(\"e\" ~ '^VALUE'::text)"
        );
        assert_eq!(
            with_value("f(VALUES, \"VALUE\", 'it''s VALUE', VALUE)", "c"),
            "f(VALUES, \"VALUE\", 'it''s VALUE', c)"
        );
    }
}
