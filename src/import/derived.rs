//! Functions of the value that stood there: noise, hashes, pseudonyms, parts of it.

use super::cast::Type;
use super::constant::{self, Constant, count};
use super::family::{DATES, Family, NUMBERS};
use super::syntax::{Call, call};
use super::{Masked, Translated, expression, kinds, nested};
use serde_json::{Value, json};

/// `noise(column, ratio)`, `dnoise(column, interval)`; older versions called both noise.
pub fn noise(call: &Call, masked: &Masked) -> Translated {
    if !masked.is_column(call.argument(0)?) {
        return as_expression(call, masked);
    }
    let function = call.display();
    match constant::read(call.argument(1)?) {
        Some(Constant::Number(text)) => {
            masked.suits(&function, "a number near a number", &NUMBERS)?;
            let ratio = constant::number(&text)
                .ok_or_else(|| format!("{function} is read only with a ratio like 0.1."))?;
            Ok(json!({"strategy": "noise", "ratio": ratio}))
        }
        Some(Constant::Text(interval)) => {
            masked.suits(&function, "a date near a date", &DATES)?;
            Ok(json!({"strategy": "noise", "interval": interval}))
        }
        _ => Err(format!(
            "{function} is read only with a constant ratio or interval."
        )),
    }
}

/// `hash(value)` and `digest(value, salt, algorithm)`: ours is keyed with the secret, so that their salt and algorithm have no say.
pub fn hash(call: &Call, casts: &[Type], masked: &Masked) -> Translated {
    if !masked.is_column(call.argument(0)?) {
        return as_expression(call, masked);
    }
    masked.suits(
        &call.display(),
        "a text",
        &[Family::Text, Family::Bytea, Family::Uuid],
    )?;
    let algorithm = match call.arguments.len() {
        3 => call.constant_text(2)?,
        _ => None,
    };
    let length = match algorithm {
        Some("md5") => Some(32),
        Some("sha224") => Some(56),
        _ => None,
    };
    let cut = casts
        .iter()
        .filter_map(|cast| count(cast.length?))
        .chain(length)
        .min();
    Ok(hash_rule(cut))
}

fn hash_rule(length: Option<u32>) -> Value {
    match length {
        Some(length) if length < 64 => json!({"strategy": "hash", "length": length}),
        _ => json!({"strategy": "hash"}),
    }
}

/// md5 of the column itself. It is not keyed, so anybody can try what gives it; ours is as long, and keyed.
pub fn md5(call: &Call, masked: &Masked) -> Option<Translated> {
    let of_column = matches!(call.arguments[..], [argument] if masked.is_column(argument));
    (of_column && masked.family() == Family::Text).then(|| Ok(hash_rule(Some(32))))
}

/// `left(anon.hash(column), 12)`, `substr(md5(column), 1, 12)`.
pub fn shortened_hash(called: &Call, masked: &Masked) -> Option<Translated> {
    let (of, length) = match (called.name, &called.arguments[..]) {
        ("left", [of, length]) => (of, count(length)?),
        ("substr" | "substring", [of, start, length]) if count(start) == Some(1) => {
            (of, count(length)?)
        }
        _ => return None,
    };
    let inner = call(of)?;
    let hash = inner.schema == Some("anon") && ["hash", "digest"].contains(&inner.name)
        || inner.is_wrapper_of("md5");
    let of_column = inner
        .arguments
        .first()
        .is_some_and(|argument| masked.is_column(argument));
    (hash && of_column && masked.family() == Family::Text).then(|| Ok(hash_rule(Some(length))))
}

/// `partial(column, 2, '****', 2)`. Ours masks as many characters as there are; a padding of several characters stays an expression.
pub fn partial(call: &Call, masked: &Masked) -> Translated {
    masked.suits(&call.display(), "a text", &[Family::Text])?;
    let mask = call.constant_text(2)?.and_then(only_character);
    let kept = (count(call.argument(1)?), count(call.argument(3)?));
    match (kept, mask) {
        ((Some(first), Some(last)), Some(mask)) if masked.is_column(call.argument(0)?) => {
            Ok(json!({"strategy": "partial", "keep_first": first, "keep_last": last, "mask": mask}))
        }
        _ => as_expression(call, masked),
    }
}

/// The character of which a text consists.
fn only_character(text: &str) -> Option<char> {
    let first = text.chars().next()?;
    text.chars().all(|c| c == first).then_some(first)
}

/// `pseudo_email(seed, salt)`: the seed can be the column itself or anything else of the row. Ours is keyed with the secret, not salted.
pub fn pseudonym(call: &Call, what: &str, masked: &Masked) -> Translated {
    let kind = kinds::kind(call, what)?;
    masked.suits(&call.display(), "a text", &[Family::Text])?;
    if masked.is_column(call.argument(0)?) {
        return Ok(json!({"strategy": "pseudonym", "kind": kind}));
    }
    as_expression(call, masked)
}

fn as_expression(call: &Call, masked: &Masked) -> Translated {
    let expression = nested::expression(call, masked)?;
    Ok(expression::sql_rule(expression.sql, expression.from_row))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::import::asked::{refusal, rule};
    use serde_json::json;

    #[test]
    fn adding_noise() {
        assert_eq!(
            rule("anon.noise(email,0.33)", "integer").to_string(),
            r#"{"ratio":0.33,"strategy":"noise"}"#
        );
        assert_eq!(
            rule(
                "anon.noise(users.email::float, .5::double precision)::int",
                "bigint"
            )["strategy"],
            "noise"
        );
        for interval in [
            "'2 days'",
            "'2 days'::interval",
            "INTERVAL '2 days'",
            "$$2 days$$",
        ] {
            let expected = json!({"strategy": "noise", "interval": "2 days"});
            assert_eq!(
                rule(&format!("anon.dnoise(email, {interval})"), "date"),
                expected
            );
            assert_eq!(
                rule(
                    &format!("anon.noise(email, {interval})::timestamp"),
                    "timestamp with time zone"
                ),
                expected
            );
        }
        assert!(
            refusal("anon.dnoise(email, '2 hours')", "time without time zone")
                .contains("type time")
        );
        assert!(refusal("anon.noise(email, 0.1)", "date").contains("type date"));
        assert_eq!(
            rule("anon.noise(salary, 0.1)", "integer")["expression"],
            "gdpr.gdpr_noise(salary, 0.1)"
        );
        assert!(refusal("anon.dnoise(born, '2 days')", "date").contains("anon.dnoise()"));
        assert!(refusal("anon.noise(email, ratio)", "integer").contains("constant"));
        assert!(refusal("anon.noise(email)", "integer").contains("argument"));
    }

    #[test]
    fn hashing() {
        let whole = json!({"strategy": "hash"});
        assert_eq!(rule("anon.hash(email)", "text"), whole);
        assert_eq!(rule("anon.digest(email, 'salt', 'sha256')", "text"), whole);
        assert_eq!(rule("anon.digest(email, 'salt', 'sha512')", "text"), whole);
        assert_eq!(
            rule("anon.digest(email, 'salt', 'md5')", "text"),
            json!({"strategy": "hash", "length": 32})
        );
        let short = json!({"strategy": "hash", "length": 12});
        for expression in [
            "anon.left(anon.hash(email),12)",
            "pg_catalog.left(anon.digest(email, 's', 'sha256'), 12)",
            "substr(anon.hash(email), 1, 12)",
            "anon.substring(md5(email),1,12)",
            "anon.hash(email)::varchar(12)",
            "anon.hash(email)::character varying(12)::text",
        ] {
            assert_eq!(
                rule(expression, "character varying(12)"),
                short,
                "{expression}"
            );
        }
        for expression in [
            "md5(email)",
            "anon.md5(email)",
            "pg_catalog.md5(email::text)",
        ] {
            assert_eq!(
                rule(expression, "text"),
                json!({"strategy": "hash", "length": 32})
            );
        }
        assert_eq!(
            rule("anon.hash(lower(email))", "text"),
            json!({"strategy": "sql", "expression": "gdpr.gdpr_hash(lower(email)::text)", "pseudonymous": true})
        );
        assert_eq!(
            rule("anon.left(anon.hash(login),12)", "text")["expression"],
            "pg_catalog.left(gdpr.gdpr_hash(login::text), 12)"
        );
        assert_eq!(
            rule("anon.md5(phone)", "text")["expression"],
            "pg_catalog.md5(phone)"
        );
        assert!(refusal("anon.hash(email)", "integer").contains("integer"));
    }

    #[test]
    fn pseudonyms() {
        for (what, kind) in [
            ("first_name", "first_name"),
            ("last_name", "last_name"),
            ("email", "email"),
            ("city", "city"),
            ("country", "country"),
            ("company", "company"),
            ("iban", "iban"),
        ] {
            assert_eq!(
                rule(&format!("anon.pseudo_{what}(email)"), "text"),
                json!({"strategy": "pseudonym", "kind": kind})
            );
            assert_eq!(
                rule(
                    &format!("anon.pseudo_{what}(users.email::text, 'salt')"),
                    "text"
                )["kind"],
                kind
            );
        }
        let by_login = json!({"strategy": "sql", "expression": "gdpr.gdpr_pseudonym(login::text, 'email')", "pseudonymous": true});
        assert_eq!(rule("anon.pseudo_email(users.login) ", "text"), by_login);
        assert_eq!(
            rule("anon.pseudo_email(login || 'x')", "text")["expression"],
            "gdpr.gdpr_pseudonym((login || 'x')::text, 'email')"
        );
        for expression in [
            "anon.pseudo_siret(email)",
            "anon.pseudo_siren(email)",
            "anon.pseudo_region(email)",
        ] {
            assert!(refusal(expression, "text").contains("no equivalent"));
        }
        assert!(refusal("anon.pseudo_email()", "text").contains("argument"));
    }

    #[test]
    fn parts() {
        assert_eq!(
            rule("anon.partial(email,2,$$******$$,2)", "text"),
            json!({"strategy": "partial", "keep_first": 2, "keep_last": 2, "mask": "*"})
        );
        assert_eq!(rule("anon.partial(email,2,'xxx',0)", "text")["mask"], "x");
        assert_eq!(
            rule("anon.partial(email,2,$$X-XXX-XX$$,2)", "text"),
            json!({
                "strategy": "sql",
                "expression": "CASE WHEN length(email::text) > 4 THEN left(email::text, 2) || 'X-XXX-XX' || right(email::text, 2) \
                               ELSE 'X-XXX-XX' END"
            })
        );
        assert_eq!(
            rule("anon.partial(phone, 2, '', 0)", "text")["expression"],
            "CASE WHEN length(phone::text) > 2 THEN left(phone::text, 2) || '' ELSE '' END"
        );
        assert!(refusal("anon.partial(email, n, '*', 2)", "text").contains("constants"));
        assert!(refusal("anon.partial(email, 1)", "text").contains("argument"));
    }

    #[test]
    fn parts_of_an_address() {
        for expression in ["anon.partial_email(email)", "anon.email(users.email)"] {
            let rule = rule(expression, "text");
            assert_eq!(rule["strategy"], "sql");
            assert_eq!(rule["pseudonymous"], json!(null));
            assert!(
                rule["expression"]
                    .as_str()
                    .unwrap()
                    .starts_with("CASE WHEN email::text ~ ")
            );
        }
    }
}
