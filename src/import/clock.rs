//! Values that tell when a row was anonymised. From the day, and from what else happened on that day, a row can be traced.

use super::cast::uncast;
use super::syntax::call;
use super::token::Token;

const WORDS: [&str; 5] = [
    "current_date",
    "current_timestamp",
    "current_time",
    "localtimestamp",
    "localtime",
];
const FUNCTIONS: [&str; 4] = [
    "now",
    "clock_timestamp",
    "statement_timestamp",
    "transaction_timestamp",
];
const TEXTS: [&str; 4] = ["now", "today", "tomorrow", "yesterday"];

/// The whole expression is the time of day, or a date counted from it: `now()`, `now() - interval '1 year'`.
pub fn is_read_by(tokens: &[Token]) -> bool {
    let (inside, _) = uncast(tokens);
    let word = inside
        .first()
        .is_some_and(|token| WORDS.iter().any(|word| token.is_word(word)));
    let operator = |token: &Token| token.is("+") || token.is("-");
    let shifted = inside
        .iter()
        .position(operator)
        .is_some_and(|at| at > 0 && is_read_by(&inside[..at]));
    let called = call(inside).is_some_and(|call| {
        matches!(call.schema, None | Some("pg_catalog" | "anon")) && FUNCTIONS.contains(&call.name)
    });
    word || called || shifted
}

/// The constant is a moment, not a date: `'today'`.
pub fn is_moment(text: &str) -> bool {
    TEXTS.contains(&text.trim().to_lowercase().as_str())
}

pub fn refusal() -> String {
    "The label takes the date of the day, and a value may not tell when it was made: \
     write a fixed date, {\"strategy\": \"value\", \"value\": \"1970-01-01\"}."
        .to_owned()
}
