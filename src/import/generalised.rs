//! Generalisation. anon's functions give a range, another type than the column's; what they are the lower end of is ours.

use super::constant::{self, Constant};
use super::family::{DATES, NUMBERS};
use super::syntax::{Call, call};
use super::{Masked, Translated};
use serde_json::{Value, json};

/// Why a range is not what the column can hold, and what comes near.
pub fn refusal(call: &Call, masked: &Masked) -> String {
    let function = call.display();
    let instead = match rule(call, masked) {
        Some(rule) => format!("{rule} keeps the type, and gives the range's lower end."),
        None => {
            "\"generalise\" keeps the type: numbers take a \"step\", dates take \"to\".".to_owned()
        }
    };
    format!(
        "{function} gives a range, and the column is of type {}: {instead}",
        masked.column_type
    )
}

/// `lower(anon.generalize_int4range(age, 10))` is what `generalise` does.
pub fn lower(called: &Call, masked: &Masked) -> Option<Translated> {
    let [argument] = called.arguments[..] else {
        return None;
    };
    let inner = call(argument)?;
    let generalises = inner.schema == Some("anon") && inner.name.starts_with("generalize_");
    generalises.then(|| rule(&inner, masked).ok_or_else(|| refusal(&inner, masked)))
}

/// `date_trunc('year', birth)`.
pub fn date_trunc(call: &Call, masked: &Masked) -> Option<Translated> {
    let [unit, value] = call.arguments[..] else {
        return None;
    };
    let Constant::Text(unit) = constant::read(unit)? else {
        return None;
    };
    let unit = self::unit(unit)?;
    (masked.is_column(value) && DATES.contains(&masked.family()))
        .then(|| Ok(json!({"strategy": "generalise", "to": unit})))
}

/// The rule that gives the lower end of a range of the column itself.
fn rule(call: &Call, masked: &Masked) -> Option<Value> {
    let value = call
        .argument(0)
        .ok()
        .filter(|value| masked.is_column(value));
    let size = constant::read(call.argument(1).ok().filter(|_| value.is_some())?)?;
    match size {
        Constant::Number(step) if NUMBERS.contains(&masked.family()) => {
            Some(json!({"strategy": "generalise", "step": constant::number(&step)?}))
        }
        Constant::Text(unit) if DATES.contains(&masked.family()) => {
            Some(json!({"strategy": "generalise", "to": self::unit(unit)?}))
        }
        _ => None,
    }
}

fn unit(text: &str) -> Option<String> {
    let unit = text.trim().to_lowercase();
    let known = [
        "hour", "day", "week", "month", "quarter", "year", "decade", "century",
    ];
    known.contains(&unit.as_str()).then_some(unit)
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule};
    use serde_json::json;

    #[test]
    fn a_range_is_another_type() {
        for function in ["int4range", "int8range", "numrange"] {
            let why = refusal(
                &format!("anon.generalize_{function}(email, 100)"),
                "integer",
            );
            assert!(
                why.contains("type integer") && why.contains("\"step\":100"),
                "{why}"
            );
        }
        for function in ["tsrange", "tstzrange", "daterange"] {
            let why = refusal(
                &format!("anon.generalize_{function}(email, 'decade')"),
                "date",
            );
            assert!(
                why.contains("type date") && why.contains("\"to\":\"decade\""),
                "{why}"
            );
        }
        assert!(
            refusal("anon.generalize_int4range(zipcode::int, 100)::text", "text")
                .contains("keeps the type")
        );
    }

    #[test]
    fn its_lower_end_is_not() {
        let step = json!({"strategy": "generalise", "step": 10});
        assert_eq!(
            rule("lower(anon.generalize_int4range(email, 10))", "integer"),
            step
        );
        assert_eq!(
            rule(
                "pg_catalog.lower(anon.generalize_numrange(users.email,10))::numeric",
                "numeric"
            ),
            step
        );
        assert_eq!(
            rule("lower(anon.generalize_daterange(email,'Month'))", "date"),
            json!({"strategy": "generalise", "to": "month"})
        );
        assert!(
            refusal("lower(anon.generalize_int4range(other, 10))", "integer").contains("range")
        );
        assert_eq!(rule("lower(email)", "text")["strategy"], "sql");
    }

    #[test]
    fn dates() {
        let year = json!({"strategy": "generalise", "to": "year"});
        assert_eq!(rule("pg_catalog.date_trunc('year',email)", "date"), year);
        assert_eq!(rule("date_trunc('year', email)::date", "date"), year);
        assert_eq!(
            rule("date_trunc('year', other)::date", "date")["strategy"],
            "sql"
        );
        assert_eq!(
            rule("date_trunc('second', email)", "timestamp without time zone")["strategy"],
            "sql"
        );
    }
}
