//! Random values: of a type, between two ends, in a range, of an enum.

use super::constant::{self, Constant, count};
use super::family::{DATES, Family, NUMBERS};
use super::syntax::Call;
use super::token::Token;
use super::{Masked, Translated, chance, clock, range};
use serde_json::{Value, json};

/// The rule for a function whose name begins with `random_` and which is none of the fakes.
pub fn rule(call: &Call, masked: &Masked) -> Option<Translated> {
    Some(match call.name {
        "random_date" => dates(call, masked).map(|()| json!({"strategy": "random"})),
        "random_date_between" => dates(call, masked).and_then(|()| between(call)),
        "random_int_between" | "random_bigint_between" => {
            numbers(call, masked).and_then(|()| between(call))
        }
        "random_in_int4range" | "random_in_int8range" | "random_in_numrange" => {
            numbers(call, masked).and_then(|()| range::rule(call))
        }
        "random_in_daterange" | "random_in_tsrange" | "random_in_tstzrange" => {
            dates(call, masked).and_then(|()| range::rule(call))
        }
        "random_string" => string(call, masked),
        "random_hash" => texts(call, masked).map(|()| json!({"strategy": "random", "length": 64})),
        "random_in_enum" => in_enum(call, masked),
        "random_in" => chance::pick_rule(call, masked),
        // Distinct where the column is unique, and nothing that the row could be traced by.
        "random_id" | "random_id_int" | "random_id_small_int" => {
            numbers(call, masked).map(|()| json!({"strategy": "auto"}))
        }
        _ => return None,
    })
}

/// A random uuid.
pub fn uuid(call: &Call, masked: &Masked) -> Translated {
    masked.suits(&call.display(), "a uuid", &[Family::Uuid])?;
    Ok(json!({"strategy": "random"}))
}

fn numbers(call: &Call, masked: &Masked) -> Result<(), String> {
    masked.suits(&call.display(), "a number", &NUMBERS)
}

fn dates(call: &Call, masked: &Masked) -> Result<(), String> {
    masked.suits(&call.display(), "a date", &DATES)
}

fn texts(call: &Call, masked: &Masked) -> Result<(), String> {
    masked.suits(&call.display(), "a text", &[Family::Text])
}

fn string(call: &Call, masked: &Masked) -> Translated {
    texts(call, masked)?;
    match count(call.argument(0)?) {
        Some(length) => Ok(json!({"strategy": "random", "length": length})),
        None => Err(format!(
            "{} is read only with a constant length.",
            call.display()
        )),
    }
}

fn in_enum(call: &Call, masked: &Masked) -> Translated {
    masked.suits(&call.display(), "a value of an enum", &[])?;
    Ok(json!({"strategy": "random"}))
}

fn between(call: &Call) -> Translated {
    let (min, max) = (end(call, call.argument(0)?)?, end(call, call.argument(1)?)?);
    Ok(json!({"strategy": "random", "min": min, "max": max}))
}

/// One end of what is allowed: a constant, whatever it is cast to.
pub fn end(call: &Call, tokens: &[Token]) -> Translated {
    let value = match constant::read(tokens) {
        Some(Constant::Number(text)) => constant::number(&text),
        Some(Constant::Text(text)) if !clock::is_moment(text) => Some(Value::from(text)),
        _ => None,
    };
    value.ok_or_else(|| {
        format!("{} is read only with constants as its ends; the day on which it is called may be none of them.", call.display())
    })
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule};
    use serde_json::json;

    #[test]
    fn basic_values() {
        assert_eq!(
            rule("anon.random_date()", "date"),
            json!({"strategy": "random"})
        );
        assert_eq!(
            rule(
                "anon.random_date()::timestamp",
                "timestamp without time zone"
            ),
            json!({"strategy": "random"})
        );
        assert_eq!(
            rule("anon.random_string(12)", "text"),
            json!({"strategy": "random", "length": 12})
        );
        assert_eq!(
            rule(
                "anon.random_string(12::int)::varchar(5)",
                "character varying(5)"
            )["length"],
            12
        );
        assert_eq!(
            rule("anon.random_hash('seed')", "text"),
            json!({"strategy": "random", "length": 64})
        );
        assert_eq!(
            rule("anon.random_in_enum(creditcard)", "card"),
            json!({"strategy": "random"})
        );
        assert_eq!(
            rule("anon.random_in_enum(NULL::CARD)", "public.card"),
            json!({"strategy": "random"})
        );
        for function in [
            "anon.random_id()",
            "anon.random_id_int()",
            "anon.random_id_small_int()",
        ] {
            assert_eq!(rule(function, "bigint"), json!({"strategy": "auto"}));
        }
        assert_eq!(
            rule("gen_random_uuid()", "uuid"),
            json!({"strategy": "random"})
        );
        assert_eq!(rule("gen_random_uuid()::text", "text")["strategy"], "sql");
    }

    #[test]
    fn between_two_ends() {
        assert_eq!(
            rule("anon.random_int_between(1,3)", "integer"),
            json!({"strategy": "random", "min": 1, "max": 3})
        );
        assert_eq!(
            rule("anon.random_bigint_between( -5 , 5::bigint )", "numeric")["min"],
            json!(-5)
        );
        assert_eq!(
            rule(
                "anon.random_date_between('1920-01-01'::DATE, date '2000-12-31')",
                "date"
            ),
            json!({"strategy": "random", "min": "1920-01-01", "max": "2000-12-31"})
        );
        for bound in ["now()", "CURRENT_DATE", "'today'", "birth", "$$now$$::date"] {
            assert!(
                refusal(
                    &format!("anon.random_date_between('1920-01-01', {bound})"),
                    "date"
                )
                .contains("constants"),
                "{bound}"
            );
        }
        assert!(refusal("anon.random_int_between(1)", "integer").contains("argument"));
        assert!(refusal("anon.random_int_between(a := 1, b := 2)", "integer").contains("named"));
    }

    #[test]
    fn what_has_no_equivalent() {
        assert!(refusal("anon.random_string(length(name))", "text").contains("constant"));
        assert!(refusal("anon.random_int_between(0,9)::text", "text").contains("type text"));
        assert!(refusal("anon.random_date()", "text").contains("type text"));
        assert!(refusal("anon.random_in_enum(x)::text", "text").contains("enum"));
    }
}
