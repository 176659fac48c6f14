//! Labels of PostgreSQL Anonymizer (`MASKED WITH FUNCTION anon.fake_email()`) become rules. Text in, JSON out: nothing is looked up.
//!
//! What its functions do is taken from its manual. A rule is made if ours does the same or hides more: every other label is answered with
//! a sentence that says why not, and what to write instead.

mod cast;
mod chance;
mod clock;
mod conditional;
mod constant;
mod derived;
mod expression;
mod fakes;
mod family;
mod functions;
mod generalised;
mod kinds;
mod label;
mod masked;
mod nested;
mod random;
mod range;
mod string;
mod syntax;
mod token;

pub use masked::Masked;

use label::Label;
use serde_json::{Value, json};
use token::Token;

/// A rule, or a sentence that says why there is none.
type Translated = Result<Value, String>;

/// The rule that does what the label says of the column.
pub fn translate(label: &str, masked: &Masked) -> Translated {
    match label::read(label)? {
        Label::NotMasked => Ok(json!({"strategy": "keep"})),
        Label::Masked(expression) => rule(&expression, masked),
    }
}

/// What the expression is, the most telling shape first.
fn rule(tokens: &[Token], masked: &Masked) -> Translated {
    let (inside, types) = cast::uncast(tokens);
    if let Some(rule) = constant::rule(tokens, masked) {
        return rule;
    }
    if types.is_empty() && masked.is_column(inside) {
        return Ok(json!({"strategy": "keep"}));
    }
    if clock::is_read_by(inside) {
        return Err(clock::refusal());
    }
    let call = syntax::call(inside);
    if let Some(rule) = call.and_then(|call| functions::rule(&call, &types, masked)) {
        return rule;
    }
    if let Some(rule) =
        fakes::whole_name(inside, masked).or_else(|| conditional::rule(inside, masked))
    {
        return rule;
    }
    expression::rule(tokens, masked)
}

/// What the tests of this module ask.
#[cfg(test)]
mod asked {
    use super::{Masked, Translated, translate};
    use serde_json::Value;

    fn asked(column: &str, expression: &str, column_type: &str) -> Translated {
        let masked = Masked {
            table: "users",
            column,
            column_type,
            home: "gdpr",
        };
        translate(&format!("MASKED WITH FUNCTION {expression}"), &masked)
    }

    /// The rule for column `email` of table `users`.
    pub fn rule(expression: &str, column_type: &str) -> Value {
        rule_of("email", expression, column_type)
    }

    pub fn rule_of(column: &str, expression: &str, column_type: &str) -> Value {
        match asked(column, expression, column_type) {
            Ok(rule) => rule,
            Err(why) => panic!("{expression}: {why}"),
        }
    }

    /// Why there is no rule for it.
    pub fn refusal(expression: &str, column_type: &str) -> String {
        match asked("email", expression, column_type) {
            Ok(rule) => panic!("{expression}: {rule}"),
            Err(why) => {
                assert!(why.ends_with('.') && why.len() > 30, "{why}");
                why
            }
        }
    }
}
