//! Conditions: `anon.ternary(condition, a, b)` and CASE.
//!
//! A NULL stays NULL under every rule, so a condition that only spares NULLs falls away.

use super::cast::uncast;
use super::constant::{self, Constant};
use super::syntax::{Call, closing, outermost};
use super::token::Token;
use super::{Masked, Translated, expression, nested, rule as rule_for};

/// `ternary`, called for the whole column.
pub fn ternary(call: &Call, masked: &Masked) -> Translated {
    let (condition, then, otherwise) = (call.argument(0)?, call.argument(1)?, call.argument(2)?);
    match branch_for_values(condition, then, Some(otherwise), masked) {
        Some(branch) => rule_for(branch, masked),
        None => {
            let expression = nested::ternary(call, masked)?;
            Ok(expression::sql_rule(expression.sql, expression.from_row))
        }
    }
}

/// CASE with one condition, if that only spares NULLs. Every other CASE is an expression.
pub fn rule(tokens: &[Token], masked: &Masked) -> Option<Translated> {
    let case = tokens.first()?.is_word("case") && closing(tokens, 0)? == tokens.len() - 1;
    let inside = tokens.get(1..tokens.len() - 1).filter(|_| case)?;
    let places = |word: &'static str| outermost(inside, move |token| token.is_word(word));
    let ([0], [then]) = (&places("when")[..], &places("then")[..]) else {
        return None;
    };
    let otherwise = places("else").first().copied();
    let value = &inside[then + 1..otherwise.unwrap_or(inside.len())];
    let branch = branch_for_values(
        &inside[1..*then],
        value,
        otherwise.map(|at| &inside[at + 1..]),
        masked,
    )?;
    Some(rule_for(branch, masked))
}

/// What happens to the values that are not NULL, if the condition asks for nothing else and NULL stays NULL. No ELSE is NULL.
fn branch_for_values<'a>(
    condition: &[Token],
    then: &'a [Token],
    otherwise: Option<&'a [Token]>,
    masked: &Masked,
) -> Option<&'a [Token]> {
    let stays_null = |branch: &[Token]| {
        constant::read(branch) == Some(Constant::Null) || masked.is_column(branch)
    };
    match asks_for_null(condition, masked)? {
        true => otherwise.filter(|_| stays_null(then)),
        false => otherwise.is_none_or(stays_null).then_some(then),
    }
}

/// `column IS NULL` is true, `column IS NOT NULL` is false, anything else is neither.
fn asks_for_null(condition: &[Token], masked: &Masked) -> Option<bool> {
    let (inside, _) = uncast(condition);
    let at = *outermost(inside, |token| token.is_word("is")).first()?;
    let words: Vec<Option<&str>> = inside[at + 1..].iter().map(Token::name).collect();
    let asks = match words[..] {
        [Some("null")] => true,
        [Some("not"), Some("null")] => false,
        _ => return None,
    };
    masked.is_column(&inside[..at]).then_some(asks)
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule, rule_of};
    use serde_json::json;

    #[test]
    fn sparing_nulls_is_no_condition() {
        let random = json!({"strategy": "random", "min": 0, "max": 100});
        for expression in [
            "anon.ternary(score IS NULL,\n  NULL,\n  anon.random_int_between(0,100))",
            "anon.ternary(users.score is not null, anon.random_int_between(0,100), NULL::int)",
            "CASE WHEN score IS NULL THEN NULL ELSE anon.random_int_between(0,100) END",
            "(CASE WHEN (score IS NULL) THEN score ELSE anon.random_int_between(0,100) END)::int",
            "CASE WHEN score IS NOT NULL THEN anon.random_int_between(0,100) END",
        ] {
            assert_eq!(
                rule_of("score", expression, "integer"),
                random,
                "{expression}"
            );
        }
    }

    #[test]
    fn other_conditions_are_expressions() {
        assert_eq!(
            rule_of(
                "password",
                "anon.ternary( id > 1000, NULL::TEXT, password)",
                "text"
            ),
            json!({"strategy": "sql", "expression": "CASE WHEN id > 1000 THEN null::text ELSE password END", "pseudonymous": true})
        );
        assert_eq!(
            rule(
                "CASE WHEN id > 1000 THEN anon.hash(email) ELSE CASE WHEN a THEN 'b' END END",
                "text"
            )["expression"],
            "case when id > 1000 then gdpr.gdpr_hash(email::text) else case when a then 'b' end end"
        );
        assert_eq!(
            rule("CASE login WHEN 'root' THEN email ELSE 'x' END", "text")["strategy"],
            "sql"
        );
        assert_eq!(
            rule("anon.ternary(a, anon.ternary(b, 1, 2), 3)", "integer")["expression"],
            "CASE WHEN a THEN CASE WHEN b THEN 1 ELSE 2 END ELSE 3 END"
        );
    }

    #[test]
    fn a_condition_on_more_than_null_stays() {
        for (expression, ours) in [
            (
                "anon.ternary(login IS NULL, NULL, anon.fake_email())",
                "CASE WHEN login is null THEN null ELSE gdpr.gdpr_fake_email() END",
            ),
            (
                "anon.ternary(email IS NULL, '', anon.fake_email())",
                "CASE WHEN email is null THEN '' ELSE gdpr.gdpr_fake_email() END",
            ),
            (
                "CASE WHEN id > 1 THEN NULL ELSE anon.random_string(3) END",
                "case when id > 1 then null else gdpr.gdpr_random_text(3) end",
            ),
        ] {
            assert_eq!(rule(expression, "text")["expression"], ours);
        }
        assert!(refusal("anon.ternary(a, b)", "text").contains("argument"));
        assert!(
            refusal("anon.ternary(a, anon.fake_siret(), b)", "text").contains("anon.fake_siret()")
        );
    }
}
