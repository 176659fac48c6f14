//! Constants: `MASKED WITH VALUE 'CONFIDENTIAL'`, NULL, numbers, true and false, with or without a cast.

use super::cast::{Type, uncast};
use super::family::{DATES, Family, is_same};
use super::token::{Kind, Token};
use super::{Masked, Translated, clock, expression};
use serde_json::{Value, json};

#[derive(Debug, PartialEq)]
pub enum Constant<'a> {
    Null,
    Bool(bool),
    /// As it is written, with its sign.
    Number(String),
    Text(&'a str),
}

/// The constant that the expression is, if it is one, whatever it is cast to.
pub fn read(tokens: &[Token]) -> Option<Constant<'_>> {
    let (inside, _) = uncast(tokens);
    let (sign, number) = match inside {
        [sign, number] if sign.is("-") => ("-", number),
        [sign, number] if sign.is("+") => ("", number),
        [one] => ("", one),
        _ => return None,
    };
    match &number.kind {
        Kind::Number(text) => Some(Constant::Number(format!("{sign}{text}"))),
        _ if inside.len() > 1 => None,
        Kind::Text(text) => Some(Constant::Text(text)),
        Kind::Word(word) => match word.as_str() {
            "null" => Some(Constant::Null),
            "true" => Some(Constant::Bool(true)),
            "false" => Some(Constant::Bool(false)),
            _ => None,
        },
        _ => None,
    }
}

/// A number as JSON writes it. None for 1e5, 0x1F and 1_000, which not every type reads.
pub fn number(text: &str) -> Option<Value> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if !whole
        .bytes()
        .chain(fraction.bytes())
        .all(|digit| digit.is_ascii_digit())
    {
        return None;
    }
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let point = if fraction.is_empty() { "" } else { "." };
    serde_json::from_str(&format!("{sign}{whole}{point}{fraction}")).ok()
}

/// A whole number of a size that lengths and counts have.
pub fn count(tokens: &[Token]) -> Option<u32> {
    match read(tokens)? {
        Constant::Number(text) => text.parse().ok(),
        Constant::Text(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The rule for a constant, and for the key word DEFAULT.
pub fn rule(tokens: &[Token], masked: &Masked) -> Option<Translated> {
    if let [token] = tokens
        && token.is_word("default")
    {
        return Some(Ok(json!({"strategy": "default"})));
    }
    let (_, types) = uncast(tokens);
    // A cast that makes something else of it is left to PostgreSQL.
    let plain = types
        .iter()
        .all(|cast: &Type| is_same(cast, masked.column_type));
    let value = match read(tokens)? {
        Constant::Null => return Some(Ok(json!({"strategy": "null"}))),
        Constant::Bool(value) => Some(json!(value)),
        Constant::Number(text) => {
            let rounded = masked.family() == Family::Integer && text.contains('.');
            number(&text).filter(|_| plain && !rounded)
        }
        Constant::Text(text) if DATES.contains(&masked.family()) && clock::is_moment(text) => {
            return Some(Err(clock::refusal()));
        }
        Constant::Text(text) if masked.family() == Family::Json => match serde_json::from_str(text)
        {
            Ok(value) => Some(value),
            Err(_) => {
                return Some(Err(format!(
                    "The label's string is no JSON, and the column is of type {}.",
                    masked.column_type
                )));
            }
        },
        Constant::Text(text) => {
            let fits = types.iter().all(|cast| leaves(cast, text, masked));
            fits.then(|| json!(text))
        }
    };
    Some(match value {
        Some(value) => Ok(json!({"strategy": "value", "value": value})),
        None => expression::rule(tokens, masked),
    })
}

/// The cast makes nothing else of the text, and does not cut it.
fn leaves(cast: &Type, text: &str, masked: &Masked) -> bool {
    let room = cast.length.and_then(count).map(|room| room as usize);
    let long_enough = masked.family() == Family::Text
        && Family::of(&cast.sql()) == Family::Text
        && room.is_some_and(|room| text.chars().count() <= room);
    long_enough || is_same(cast, masked.column_type)
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule};
    use serde_json::{Value, json};

    fn value(expression: &str, column_type: &str) -> Value {
        let rule = rule(expression, column_type);
        assert_eq!(rule["strategy"], "value", "{expression}");
        rule["value"].clone()
    }

    #[test]
    fn null_in_any_dress() {
        for null in [
            "NULL",
            "null",
            " ( NULL ) ",
            "NULL::text",
            "CAST(NULL AS varchar(3))",
            "(NULL)::int",
        ] {
            assert_eq!(rule(null, "text"), json!({"strategy": "null"}));
        }
        assert_eq!(rule("DEFAULT", "text"), json!({"strategy": "default"}));
    }

    #[test]
    fn strings() {
        assert_eq!(value("'CONFIDENTIAL'", "text"), "CONFIDENTIAL");
        assert_eq!(value("$$CONFIDENTIAL$$", "text"), "CONFIDENTIAL");
        assert_eq!(value(r"E'it\'s'", "character varying(30)"), "it's");
        assert_eq!(value("'it''s'::text", "text"), "it's");
        assert_eq!(value("''", "text"), "");
        assert_eq!(
            value("'secret'::varchar(6)", "character varying(30)"),
            "secret"
        );
        assert_eq!(value("'amex'::public.card", "card"), "amex");
        assert_eq!(value("'2020-01-01'::DATE", "date"), "2020-01-01");
        assert_eq!(value("date '2020-01-01'", "date"), "2020-01-01");
        assert_eq!(value("'{a,b}'", "text[]"), "{a,b}");
        assert_eq!(value(r"'\xdead'", "bytea"), r"\xdead");
    }

    #[test]
    fn numbers_and_booleans() {
        assert_eq!(value("0", "integer"), json!(0));
        assert_eq!(value("-42", "bigint"), json!(-42));
        assert_eq!(value("+42::bigint", "bigint"), json!(42));
        assert_eq!(value("12.50", "numeric(10,2)").to_string(), "12.50");
        assert_eq!(value(".5", "double precision").to_string(), "0.5");
        assert_eq!(value("007", "text"), json!(7));
        assert_eq!(
            value("123456789012345678901234567890", "numeric").to_string(),
            "123456789012345678901234567890"
        );
        assert_eq!(value("'42'", "integer"), "42");
        assert_eq!(value("TRUE", "boolean"), json!(true));
        assert_eq!(value("false::bool", "boolean"), json!(false));
    }

    #[test]
    fn json() {
        assert_eq!(
            value("'{\"a\": [1, null]}'::jsonb", "jsonb"),
            json!({"a": [1, null]})
        );
        assert_eq!(value("'null'", "json"), Value::Null);
        assert!(refusal("'{a}'", "jsonb").contains("JSON"));
    }

    #[test]
    fn a_cast_that_changes_the_constant_stays_an_expression() {
        for (expression, column_type) in [
            ("'abcdef'::varchar(3)", "text"),
            ("10.7::int", "integer"),
            ("10.7", "integer"),
            ("1e5", "integer"),
            ("'2020-01-01 10:00'::date", "timestamp without time zone"),
            ("b'101'", "bit(3)"),
        ] {
            assert_eq!(
                rule(expression, column_type),
                json!({"strategy": "sql", "expression": expression})
            );
        }
    }

    #[test]
    fn today_is_no_constant() {
        for today in [
            "'today'",
            "'NOW'::date",
            "now()",
            "current_date",
            "CURRENT_TIMESTAMP(3)::date",
            "now() - interval '1 year'",
            "pg_catalog.now()",
        ] {
            assert!(refusal(today, "date").contains("date"), "{today}");
        }
        assert_eq!(value("'today'", "text"), "today");
    }
}
