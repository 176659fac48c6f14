//! Functions of anon that give another value each time, within an expression: our masking functions, or PostgreSQL's random().

use super::constant::{self, Constant, count};
use super::expression::{Expression, rewrite};
use super::string::literal;
use super::syntax::{Call, closing, split};
use super::{Masked, Translated, expression, fakes};

/// The call in our words; None if it is none of these functions.
pub fn expression(call: &Call, masked: &Masked) -> Option<Result<Expression, String>> {
    match call.name {
        "noise" => Some(noise(call, masked)),
        "random_string" => Some(string(call, masked)),
        "random_int_between" => Some(between(call, "int")),
        "random_bigint_between" => Some(between(call, "bigint")),
        "random_in" => Some(pick(call, masked)),
        "lorem_ipsum" => Some(fakes::expression(call, "lorem_ipsum", masked)),
        "random_zip" | "random_phone" => Some(fakes::expression(
            call,
            &call.name["random_".len()..],
            masked,
        )),
        name => {
            let what = name
                .strip_prefix("fake_")
                .or_else(|| name.strip_prefix("dummy_"))?;
            Some(fakes::expression(call, what, masked))
        }
    }
}

/// `random_in(ARRAY[...])` for a whole column: no strategy picks from a list.
pub fn pick_rule(call: &Call, masked: &Masked) -> Translated {
    pick(call, masked).map(|expression| expression::sql_rule(expression.sql, expression.from_row))
}

fn by_chance(sql: String) -> Expression {
    Expression {
        sql,
        from_row: false,
    }
}

/// Of numbers. Dates have noise as a strategy only.
fn noise(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let value = rewrite(call.argument(0)?, masked)?;
    match constant::read(call.argument(1)?) {
        Some(Constant::Number(ratio)) => Ok(by_chance(format!(
            "{}.gdpr_noise({}, {ratio})",
            masked.home, value.sql
        ))),
        _ => Err(format!(
            "{} is read in an expression only for numbers, with a constant ratio.",
            call.display()
        )),
    }
}

fn string(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let length = count(call.argument(0)?)
        .ok_or_else(|| format!("{} is read only with a constant length.", call.display()))?;
    Ok(by_chance(format!(
        "{}.gdpr_random_text({length})",
        masked.home
    )))
}

fn between(call: &Call, type_name: &str) -> Result<Expression, String> {
    let end = |place| match constant::read(call.argument(place)?) {
        Some(Constant::Number(text)) => Ok(text.parse::<i64>().ok()),
        _ => Ok::<_, String>(None),
    };
    let (Some(min), Some(max)) = (end(0)?, end(1)?) else {
        return Err(format!(
            "{} is read only with constants as its ends.",
            call.display()
        ));
    };
    let size = i128::from(max) - i128::from(min) + 1;
    Ok(by_chance(format!(
        "({min} + floor(random() * {size}))::{type_name}"
    )))
}

fn pick(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let tokens = call.argument(0)?;
    let list = match tokens {
        [array, open, inside @ .., _]
            if array.is_word("array")
                && open.is("[")
                && closing(tokens, 1) == Some(tokens.len() - 1) =>
        {
            inside
        }
        _ => {
            return Err(format!(
                "{} is read only with a list, ARRAY['a', 'b'].",
                call.display()
            ));
        }
    };
    let elements = match list {
        [] => return Err(format!("{} is called with an empty list.", call.display())),
        list => split(list, ",").len(),
    };
    let array = rewrite(tokens, masked)?;
    Ok(Expression {
        sql: format!("({})[1 + floor(random() * {elements})::int]", array.sql),
        from_row: array.from_row,
    })
}

/// A call of one of our functions for made-up values. English is its default.
pub fn fake(kind: &str, locale: Option<&str>, masked: &Masked) -> Expression {
    let argument = locale.map(literal).unwrap_or_default();
    by_chance(format!("{}.gdpr_fake_{kind}({argument})", masked.home))
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule};
    use serde_json::json;

    #[test]
    fn picks_from_a_list() {
        assert_eq!(
            rule("anon.random_in(ARRAY['red','green','blue'])", "text"),
            json!({"strategy": "sql", "expression": "(array['red','green','blue'])[1 + floor(random() * 3)::int]"})
        );
        assert_eq!(
            rule("anon.random_in(array[1, id])", "integer")["pseudonymous"],
            true
        );
        for list in ["colours", "ARRAY[]", "ARRAY[1] || 2", "'{1,2}'::int[]"] {
            assert!(
                refusal(&format!("anon.random_in({list})"), "integer").contains("list"),
                "{list}"
            );
        }
    }

    #[test]
    fn chance_under_a_condition() {
        for (call, ours) in [
            ("anon.fake_last_name()", "gdpr.gdpr_fake_last_name()"),
            (
                "anon.dummy_city_name_locale('fr_FR')",
                "gdpr.gdpr_fake_city('fr')",
            ),
            ("anon.random_phone('06')", "gdpr.gdpr_fake_phone()"),
            ("anon.lorem_ipsum(words := 3)", "gdpr.gdpr_fake_text()"),
            ("anon.random_string(3)", "gdpr.gdpr_random_text(3)"),
            (
                "anon.random_int_between(-1,100)",
                "(-1 + floor(random() * 102))::int",
            ),
            (
                "anon.random_bigint_between(5,5)",
                "(5 + floor(random() * 1))::bigint",
            ),
            ("anon.noise(salary, .5)", "gdpr.gdpr_noise(salary, .5)"),
        ] {
            let expression = format!("CASE WHEN id > 1000 THEN {ours} ELSE email END");
            assert_eq!(
                rule(&format!("anon.ternary(id > 1000, {call}, email)"), "text")["expression"],
                expression
            );
        }
        assert_eq!(
            rule(
                "anon.fake_first_name() || '.' || anon.fake_company()",
                "text"
            ),
            json!({"strategy": "sql", "expression": "gdpr.gdpr_fake_first_name() || '.' || gdpr.gdpr_fake_company()"})
        );
        for call in [
            "anon.fake_siret()",
            "anon.random_date()",
            "anon.dnoise(a, '2 days')",
            "anon.noise(a, b)",
            "anon.random_int_between(a, 3)",
        ] {
            assert!(
                refusal(&format!("anon.ternary(id > 1000, {call}, email)"), "text")
                    .contains("anon."),
                "{call}"
            );
        }
    }
}
