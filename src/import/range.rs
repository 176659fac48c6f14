//! Ranges as anon takes them: `'[2001-01-01,2002-01-01)'`. Both of our ends belong to what is allowed, so an open end moves by one.

use super::Translated;
use super::cast::uncast;
use super::random::end;
use super::syntax::{Call, call};
use serde_json::{Value, json};

/// The rule for `random_in_..range(range)`: the range is a constant, or made of constants by `int4range(1, 5, '[]')`.
pub fn rule(called: &Call) -> Translated {
    let whole = called.name.strip_prefix("random_in_").unwrap_or_default();
    let argument = called.argument(0)?;
    let range = match called.constant_text(0)? {
        Some(text) => read(text),
        None => constructed(uncast(argument).0),
    };
    let between = range.and_then(|range| match whole {
        "int4range" | "int8range" => range.closed(next_number),
        "daterange" => range.closed(next_day),
        _ => Some((range.lower, range.upper)),
    });
    let (lower, upper) = between.ok_or_else(|| {
        format!(
            "{} is read only with a constant range that has two ends, dates written as 2001-12-31.",
            called.display()
        )
    })?;
    let ends = (read_end(whole, &lower), read_end(whole, &upper));
    match ends {
        (Some(min), Some(max)) => Ok(json!({"strategy": "random", "min": min, "max": max})),
        _ => Err(format!(
            "{} is called with a range whose ends cannot be read.",
            called.display()
        )),
    }
}

fn read_end(whole: &str, text: &str) -> Option<Value> {
    match whole {
        "int4range" | "int8range" | "numrange" => super::constant::number(text),
        _ => Some(Value::from(text)),
    }
}

struct Range {
    lower: String,
    upper: String,
    with_lower: bool,
    with_upper: bool,
}

impl Range {
    /// The smallest and the largest value of a type of whole steps.
    fn closed(self, step: fn(&str, i32) -> Option<String>) -> Option<(String, String)> {
        let lower = if self.with_lower {
            self.lower
        } else {
            step(&self.lower, 1)?
        };
        let upper = if self.with_upper {
            self.upper
        } else {
            step(&self.upper, -1)?
        };
        Some((lower, upper))
    }
}

/// None for what is empty, has no end on one side, or is no range.
fn read(text: &str) -> Option<Range> {
    let text = text.trim();
    let inside = text.strip_prefix(['[', '('])?.strip_suffix([']', ')'])?;
    let (lower, upper) = inside.split_once(',')?;
    let value = |text: &str| {
        let value = text.trim().trim_matches('"');
        let finite = !value.is_empty()
            && !value.contains([',', '"', '\\'])
            && !value.to_lowercase().contains("infinity");
        finite.then(|| value.to_owned())
    };
    Some(Range {
        lower: value(lower)?,
        upper: value(upper)?,
        with_lower: text.starts_with('['),
        with_upper: text.ends_with(']'),
    })
}

/// `daterange('2001-01-01', '2002-01-01')`: without the last value, unless it says otherwise.
fn constructed(tokens: &[super::token::Token]) -> Option<Range> {
    let call = call(tokens).filter(|call| call.name.ends_with("range"))?;
    let value = |place: usize| match end(&call, call.arguments.get(place)?).ok()? {
        Value::String(text) => Some(text),
        value => Some(value.to_string()),
    };
    let brackets = match call.arguments.len() {
        2 => "[)",
        _ => call.constant_text(2).ok()??,
    };
    read(&format!(
        "{}{},{}{}",
        brackets.get(..1)?,
        value(0)?,
        value(1)?,
        brackets.get(1..)?
    ))
}

fn next_number(text: &str, by: i32) -> Option<String> {
    let number: i64 = text.parse().ok()?;
    Some(number.checked_add(i64::from(by))?.to_string())
}

/// The day after or before, of the Gregorian calendar.
fn next_day(text: &str, by: i32) -> Option<String> {
    let parts: Vec<i32> = text
        .split('-')
        .map(str::parse)
        .collect::<Result<_, _>>()
        .ok()?;
    let [year, month @ 1..=12, day] = parts[..] else {
        return None;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = |month| match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    let (year, month, day) = match day + by {
        0 if month == 1 => (year - 1, 12, 31),
        0 => (year, month - 1, days(month - 1)),
        day if day > days(month) && month == 12 => (year + 1, 1, 1),
        day if day > days(month) => (year, month + 1, 1),
        day => (year, month, day),
    };
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::next_day;
    use crate::import::asked::{refusal, rule};
    use serde_json::json;

    #[test]
    fn both_ends_belong_to_it() {
        assert_eq!(
            rule("anon.random_in_int4range('[5,6)')", "integer"),
            json!({"strategy": "random", "min": 5, "max": 5})
        );
        assert_eq!(
            rule("anon.random_in_int8range('(6,7]'::int8range)", "bigint"),
            json!({"strategy": "random", "min": 7, "max": 7})
        );
        assert_eq!(
            rule("anon.random_in_numrange('[0.1,0.9]')", "numeric").to_string(),
            r#"{"max":0.9,"min":0.1,"strategy":"random"}"#
        );
        assert_eq!(
            rule(
                "anon.random_in_daterange('[2001-01-01, 2001-12-31)')",
                "date"
            ),
            json!({"strategy": "random", "min": "2001-01-01", "max": "2001-12-30"})
        );
        assert_eq!(
            rule(
                "anon.random_in_tsrange('[2022-10-01,2022-10-31]')",
                "timestamp without time zone"
            ),
            json!({"strategy": "random", "min": "2022-10-01", "max": "2022-10-31"})
        );
        assert_eq!(
            rule(
                "anon.random_in_tstzrange('[\"2022-10-01 00:00\",2022-10-31]')",
                "timestamp with time zone"
            )["min"],
            "2022-10-01 00:00"
        );
    }

    #[test]
    fn constructors() {
        assert_eq!(
            rule("anon.random_in_int4range(int4range(1, 5))", "integer"),
            json!({"strategy": "random", "min": 1, "max": 4})
        );
        assert_eq!(
            rule("anon.random_in_int4range(int4range(1, 5, '[]'))", "integer")["max"],
            5
        );
        assert_eq!(
            rule(
                "anon.random_in_daterange(daterange('2001-01-01'::date, '2002-01-01'::date))",
                "date"
            )["max"],
            "2001-12-31"
        );
    }

    #[test]
    fn ranges_without_an_end() {
        for range in [
            "'[2022,)'",
            "'empty'",
            "'(,)'",
            "'[1,x)'",
            "int4range(1, NULL)",
            "int4range(id, 5)",
            "age",
            "int4range(1,2,'x')",
        ] {
            assert!(
                refusal(&format!("anon.random_in_int4range({range})"), "integer").contains("range"),
                "{range}"
            );
        }
        refusal("anon.random_in_daterange('[2001-01-01,infinity)')", "date");
        refusal(
            "anon.random_in_int4range('(1,9223372036854775807]')::text",
            "text",
        );
    }

    #[test]
    fn days() {
        for (day, next) in [
            ("2001-12-31", "2002-01-01"),
            ("2000-02-28", "2000-02-29"),
            ("1900-02-28", "1900-03-01"),
            ("2001-04-30", "2001-05-01"),
        ] {
            assert_eq!(next_day(day, 1).as_deref(), Some(next));
            assert_eq!(next_day(next, -1).as_deref(), Some(day));
        }
        assert_eq!(next_day("31.12.2001", 1), None);
        assert_eq!(next_day("2001-13-01", 1), None);
    }
}
