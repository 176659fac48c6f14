//! What is said when a change fails, without the values that the server's message shows.

use crate::catalog::relation::Relation;
use crate::error::{Code, Error};
use crate::link::cached;
use crate::link::hierarchy::Hierarchy;
use crate::plan::TablePlan;
use crate::walk::foreign;

/// What SET DEFAULT makes of a foreign key references nothing.
pub fn of_default(relation: &Relation, constraint: &str, code: Code) -> Error {
    let table = relation.qualified();
    Error::new(
        code,
        format!("SET DEFAULT makes a row of table {table} violate foreign key \"{constraint}\""),
    )
    .hint("Let the columns' defaults reference a row that is there.")
}

/// Rows that are to be deleted are still referenced, by a foreign key that the server names; None for any other error.
pub fn of_reference(relation: &Relation, code: Code, message: &str) -> Option<Error> {
    let schema = cached::schema().filter(|_| code == Code::ERRCODE_FOREIGN_KEY_VIOLATION)?;
    let mut keys = schema.foreign_keys.iter();
    let named = keys.find(|key| {
        let of_table = Hierarchy::new(&schema.inheritance).table(key.source) == relation.oid;
        of_table && message.contains(&format!("\"{}\"", key.name))
    })?;
    let by = Relation::load_one(named.target).ok()?;
    Some(
        Error::new(
            code,
            format!(
                "rows of table {} are still referenced by foreign key \"{}\" of table {}",
                relation.qualified(),
                named.name,
                by.qualified()
            ),
        )
        .hint("Delete these rows, or let them reference something else."),
    )
}

/// Of these constraints and columns the one that refused a row, if the server's message names it.
pub fn named<'a>(
    mut names: impl Iterator<Item = &'a String>,
    code: Code,
    message: &str,
) -> Option<&'a String> {
    let class = |code: Code| code as u32 & 0o7777;
    let is_integrity = class(code) == class(Code::ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION);
    names.find(|name| is_integrity && message.contains(&format!("\"{name}\"")))
}

/// A constraint, a rule's expression or a trigger refused some row. The constraint is named if the server named it.
pub fn of_table(
    relation: &Relation,
    rules: Option<&TablePlan>,
    code: Code,
    message: &str,
) -> Error {
    let constraint = rules.and_then(|rules| named(rules.constraints.iter(), code, message));
    if foreign::is_of_server(relation, code) {
        return foreign::unchangeable(relation, code);
    }
    let table = relation.qualified();
    if code == Code::ERRCODE_INSUFFICIENT_PRIVILEGE && message.contains("deferred trigger") {
        return Error::new(
            code,
            format!("a deferred constraint or trigger of table {table} cannot be checked at the end of the transaction"),
        )
        .detail("It would run with the rights of whoever commits, and the table is another role's.")
        .hint("SET CONSTRAINTS ALL IMMEDIATE first.");
    }
    match constraint {
        Some(name) => Error::new(
            code,
            format!("constraint \"{name}\" of table {table} refuses what a rule makes of some row"),
        )
        .hint("Choose a strategy or parameters whose values fit every row."),
        None => Error::new(code, format!("the rules, constraints or triggers of table {table} failed for some row"))
            .hint("The server's message is not shown, since it can hold values of the row. Try the rules on a copy of the row."),
    }
}
