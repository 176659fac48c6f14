//! What is said when a change fails, without the values that the server's message shows.

use crate::catalog::relation::Relation;
use crate::error::{Code, Error};
use crate::plan::TablePlan;

/// What SET DEFAULT makes of a foreign key references nothing.
pub fn of_default(relation: &Relation, constraint: &str, code: Code) -> Error {
    let table = relation.qualified();
    Error::new(
        code,
        format!("SET DEFAULT makes a row of table {table} violate foreign key \"{constraint}\""),
    )
    .hint("Let the columns' defaults reference a row that is there.")
}

/// A constraint, a rule's expression or a trigger refused some row. The constraint is named if the server named it.
pub fn of_table(
    relation: &Relation,
    rules: Option<&TablePlan>,
    code: Code,
    message: &str,
) -> Error {
    let is_integrity =
        code as u32 & 0o7777 == Code::ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION as u32 & 0o7777;
    let constraint = rules.and_then(|rules| {
        rules
            .constraints
            .iter()
            .find(|name| message.contains(&format!("\"{name}\"")))
    });
    let table = relation.qualified();
    if code == Code::ERRCODE_INSUFFICIENT_PRIVILEGE && message.contains("deferred trigger") {
        return Error::new(
            code,
            format!("a deferred constraint or trigger of table {table} cannot be checked at the end of the transaction"),
        )
        .detail("It would run with the rights of whoever commits, and the table is another role's.")
        .hint("SET CONSTRAINTS ALL IMMEDIATE first.");
    }
    match constraint.filter(|_| is_integrity) {
        Some(name) => Error::new(
            code,
            format!("constraint \"{name}\" of table {table} refuses what a rule makes of some row"),
        )
        .hint("Choose a strategy or parameters whose values fit every row."),
        None => Error::new(code, format!("the rules, constraints or triggers of table {table} failed for some row"))
            .hint("The server's message is not shown, since it can hold values of the row. Try the rules on a copy of the row."),
    }
}
