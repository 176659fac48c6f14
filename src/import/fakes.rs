//! Made-up values: `fake_first_name`, `dummy_city_name_locale`, and the kinds of value that ours has for them.

use super::expression::Expression;
use super::family::Family;
use super::kinds::{kind, locale};
use super::syntax::{Call, call, split};
use super::token::Token;
use super::{Masked, Translated, chance};
use serde_json::{Value, json};

/// A fake for the whole column. `what` is the function's name without `fake_` or `dummy_`.
pub fn rule(call: &Call, what: &str, masked: &Masked) -> Translated {
    let (what, locale) = named(call, what)?;
    let kind = match other_strategy(call, what, masked) {
        Some(rule) => return rule,
        None => kind(call, what)?,
    };
    match kind {
        "ip" => masked.suits(
            &call.display(),
            "an address of the internet",
            &[Family::Text, Family::Inet],
        )?,
        _ => masked.suits(&call.display(), "a text", &[Family::Text])?,
    }
    Ok(fake(kind, locale))
}

/// The same within an expression.
pub fn expression(call: &Call, what: &str, masked: &Masked) -> Result<Expression, String> {
    let (what, locale) = named(call, what)?;
    Ok(chance::fake(kind(call, what)?, locale, masked))
}

/// What the function makes up, and the locale in which it does.
fn named<'a>(call: &Call, what: &'a str) -> Result<(&'a str, Option<&'static str>), String> {
    Ok(match what.strip_suffix("_locale") {
        Some(what) => (what, Some(locale(call)?)),
        None => (what, None),
    })
}

/// A rule for a kind. English is the default, and not written.
fn fake(kind: &str, locale: Option<&str>) -> Value {
    match locale.filter(|locale| *locale != "en") {
        Some(locale) => json!({"strategy": "fake", "kind": kind, "locale": locale}),
        None => json!({"strategy": "fake", "kind": kind}),
    }
}

/// Fakes of which any value of the type is one.
fn other_strategy(call: &Call, what: &str, masked: &Masked) -> Option<Translated> {
    let degrees = match what {
        "latitude" => 90,
        "longitude" => 180,
        "uuidv1" | "uuidv3" | "uuidv4" | "uuidv5" => {
            return Some(super::random::uuid(call, masked));
        }
        "zip" if masked.family() == Family::Integer => {
            return Some(Ok(
                json!({"strategy": "random", "min": 10000, "max": 99999}),
            ));
        }
        _ => return None,
    };
    let suits = masked.suits(
        &call.display(),
        "a number",
        &[Family::Numeric, Family::Float],
    );
    Some(suits.map(|()| json!({"strategy": "random", "min": -degrees, "max": degrees})))
}

/// `anon.fake_first_name() || ' ' || anon.fake_last_name()` is one name.
pub fn whole_name(tokens: &[Token], masked: &Masked) -> Option<Translated> {
    whole_name_of(&split(tokens, "||"), masked)
}

/// The same of the parts that are put together: a first name, a last name, and perhaps a constant between them.
pub fn whole_name_of(parts: &[&[Token]], masked: &Masked) -> Option<Translated> {
    let (first, last) = match parts {
        [first, last] => (first, last),
        [first, between, last] if between.len() == 1 && between[0].text().is_some() => {
            (first, last)
        }
        _ => return None,
    };
    let is = |tokens: &[Token], what: &str| {
        call(tokens).is_some_and(|call| {
            let name = call
                .name
                .strip_prefix("fake_")
                .or_else(|| call.name.strip_prefix("dummy_"));
            call.schema == Some("anon") && name == Some(what)
        })
    };
    let name = is(first, "first_name") && is(last, "last_name")
        || is(first, "last_name") && is(last, "first_name");
    let suits = || masked.suits("A name", "a text", &[Family::Text]);
    name.then(|| suits().map(|()| fake("name", None)))
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule, rule_of};
    use crate::import::kinds::WITHOUT_KIND;
    use serde_json::json;

    #[test]
    fn faking() {
        for (function, kind) in [
            ("anon.fake_address()", "street"),
            ("anon.fake_city()", "city"),
            ("anon.fake_country()", "country"),
            ("anon.fake_company()", "company"),
            ("anon.fake_email()", "email"),
            ("anon.fake_first_name()", "first_name"),
            ("anon.fake_iban()", "iban"),
            ("anon.fake_last_name()::VARCHAR(30)", "last_name"),
            ("ANON . FAKE_POSTCODE ( )", "postcode"),
            ("\"anon\".\"fake_email\"()", "email"),
            ("anon.random_last_name()", "last_name"),
            ("anon.random_zip()", "postcode"),
            ("anon.random_phone('0612')", "phone"),
            ("anon.lorem_ipsum()", "text"),
            ("anon.lorem_ipsum(2)", "text"),
            ("anon.lorem_ipsum( paragraphs := 4 )", "text"),
            ("anon.lorem_ipsum( words := 20 )", "text"),
            (
                "anon.lorem_ipsum( characters := anon.length(users.email) )",
                "text",
            ),
        ] {
            assert_eq!(
                rule(function, "character varying(30)"),
                json!({"strategy": "fake", "kind": kind}),
                "{function}"
            );
        }
        assert_eq!(
            rule("anon.random_zip()::int", "integer"),
            json!({"strategy": "random", "min": 10000, "max": 99999})
        );
        for function in [
            "anon.fake_siret()",
            "anon.fake_siren()",
            "anon.fake_region()",
            "anon.fake_city_in_country('France')",
        ] {
            assert!(refusal(function, "text").contains("no equivalent"));
        }
    }

    /// Every dummy_ function of the manual.
    #[test]
    fn advanced_faking() {
        for what in [
            "cell_number",
            "city_name",
            "company_name",
            "country_name",
            "first_name",
            "free_email",
            "ip",
            "ipv4",
            "ipv6",
            "last_name",
            "name",
            "name_with_title",
            "phone_number",
            "post_code",
            "safe_email",
            "street_name",
            "username",
            "word",
            "zip_code",
            "catchphrase",
            "bs",
            "bs_adj",
            "bs_noun",
            "bs_verb",
            "buzzword",
            "buzzword_tail",
        ] {
            assert_eq!(
                rule(&format!("anon.dummy_{what}()"), "text")["strategy"],
                "fake",
                "{what}"
            );
            assert_eq!(
                rule(&format!("anon.dummy_{what}_locale('fr_FR')"), "text")["locale"],
                "fr",
                "{what}"
            );
        }
        for what in WITHOUT_KIND {
            assert!(
                refusal(&format!("anon.dummy_{what}()"), "text").contains("no equivalent"),
                "{what}"
            );
        }
        assert_eq!(
            rule("anon.dummy_words('[1,4)'::int4range)", "text")["kind"],
            "text"
        );
        assert_eq!(
            rule("anon.dummy_ipv6()", "inet"),
            json!({"strategy": "fake", "kind": "ip"})
        );
        assert_eq!(
            rule("anon.dummy_latitude()::float", "double precision"),
            json!({"strategy": "random", "min": -90, "max": 90})
        );
        assert_eq!(
            rule("anon.dummy_longitude()", "numeric(9,6)"),
            json!({"strategy": "random", "min": -180, "max": 180})
        );
        for version in ["v1", "v3", "v4", "v5"] {
            assert_eq!(
                rule(&format!("anon.dummy_uuid{version}()"), "uuid"),
                json!({"strategy": "random"})
            );
        }
    }

    #[test]
    fn locales() {
        for (given, ours) in [
            ("ar_SA", "ar"),
            ("fr_FR", "fr"),
            ("ja-JP", "ja"),
            ("pt_BR", "pt_br"),
            ("zh_CN", "zh"),
            ("zh_TW", "zh_tw"),
        ] {
            let expected = json!({"strategy": "fake", "kind": "last_name", "locale": ours});
            assert_eq!(
                rule(&format!("anon.dummy_last_name_locale('{given}')"), "text"),
                expected
            );
        }
        assert_eq!(
            rule("anon.dummy_city_name_locale($$en_US$$)", "text"),
            json!({"strategy": "fake", "kind": "city"})
        );
        assert_eq!(
            rule("anon.dummy_words_locale('[1,4)', 'fr_FR')", "text")["locale"],
            "fr"
        );
        assert!(refusal("anon.dummy_city_name_locale('xx_XX')", "text").contains("locale"));
        assert!(refusal("anon.dummy_city_name_locale()", "text").contains("argument"));
    }

    #[test]
    fn a_name_of_two_parts() {
        for expression in [
            "anon.fake_first_name() || anon.fake_last_name()",
            "anon.fake_first_name() || ' ' || anon.fake_last_name()",
            "(anon.dummy_last_name() || ', ' || anon.dummy_first_name())::varchar(30)",
            "anon.concat(anon.fake_first_name(),anon.fake_last_name())",
            "concat(anon.fake_first_name(), ' ', anon.fake_last_name())",
        ] {
            assert_eq!(
                rule(expression, "text"),
                json!({"strategy": "fake", "kind": "name"}),
                "{expression}"
            );
        }
    }

    #[test]
    fn a_text_for_a_number() {
        assert!(refusal("anon.fake_email()", "integer").contains("integer"));
        assert!(refusal("anon.dummy_ipv4()", "date").contains("date"));
        assert!(refusal("anon.dummy_nothing()", "text").contains("anon.dummy_nothing()"));
        assert_eq!(
            rule_of("mail", "anon.fake_email()", "public.email_address")["kind"],
            "email"
        );
    }
}
