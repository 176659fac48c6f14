//! Which kinds of made-up values anon has, and which of ours they are.

use super::constant::{self, Constant};
use super::syntax::Call;

/// What stands after `fake_`, `dummy_`, `pseudo_`, and the kind of value that it is.
const KINDS: [(&str, &str); 37] = [
    ("name", "name"),
    ("name_with_title", "name"),
    ("first_name", "first_name"),
    ("last_name", "last_name"),
    ("email", "email"),
    ("free_email", "email"),
    ("safe_email", "email"),
    ("phone", "phone"),
    ("phone_number", "phone"),
    ("cell_number", "phone"),
    ("company", "company"),
    ("company_name", "company"),
    ("address", "street"),
    ("street_name", "street"),
    ("city", "city"),
    ("city_name", "city"),
    ("postcode", "postcode"),
    ("post_code", "postcode"),
    ("zip", "postcode"),
    ("zip_code", "postcode"),
    ("country", "country"),
    ("country_name", "country"),
    ("iban", "iban"),
    ("ip", "ip"),
    ("ipv4", "ip"),
    ("ipv6", "ip"),
    ("username", "user_name"),
    ("lorem_ipsum", "text"),
    ("word", "text"),
    ("words", "text"),
    ("catchphrase", "text"),
    ("bs", "text"),
    ("bs_adj", "text"),
    ("bs_noun", "text"),
    ("bs_verb", "text"),
    ("buzzword", "text"),
    ("buzzword_tail", "text"),
];

/// What is never personal by itself, or has a form of its own.
pub const WITHOUT_KIND: [&str; 47] = [
    "bic",
    "building_number",
    "buzzword_middle",
    "city_in_country",
    "city_prefix",
    "city_suffix",
    "color",
    "company_suffix",
    "country_code",
    "credit_card_number",
    "currency_code",
    "currency_name",
    "currency_symbol",
    "dir_path",
    "domain_suffix",
    "file_extension",
    "file_name",
    "file_path",
    "free_email_provider",
    "health_insurance_code",
    "hex_color",
    "hsl_color",
    "hsla_color",
    "industry",
    "isbn",
    "isbn13",
    "isin",
    "licence_plate",
    "mac_address",
    "profession",
    "region",
    "region_in_country",
    "rfc_status_code",
    "rgb_color",
    "rgba_color",
    "secondary_address",
    "secondary_address_type",
    "siren",
    "siret",
    "state_abbr",
    "state_name",
    "street_suffix",
    "suffix",
    "timezone",
    "title",
    "user_agent",
    "valid_statux_code",
];

/// Locales of anon, and ours.
const LOCALES: [(&str, &str); 7] = [
    ("ar_sa", "ar"),
    ("en_us", "en"),
    ("fr_fr", "fr"),
    ("ja_jp", "ja"),
    ("pt_br", "pt_br"),
    ("zh_cn", "zh"),
    ("zh_tw", "zh_tw"),
];

/// The kind of value that a function's name stands for.
pub fn kind(call: &Call, what: &str) -> Result<&'static str, String> {
    if let Some((_, kind)) = KINDS.iter().find(|(name, _)| *name == what) {
        return Ok(kind);
    }
    let function = call.display();
    if WITHOUT_KIND.contains(&what) {
        return Err(format!(
            "{function} has no equivalent among the kinds of \"fake\" and \"pseudonym\": take \"auto\", \"value\", \
             \"random\", or for a text that must stay joinable \"hash\"."
        ));
    }
    Err(format!(
        "{function} is no masking function that is known here."
    ))
}

/// The locale is the last argument.
pub fn locale(call: &Call) -> Result<&'static str, String> {
    let last = call.arguments.len().saturating_sub(1);
    let given = match constant::read(call.argument(last)?) {
        Some(Constant::Text(text)) => text.to_lowercase().replace('-', "_"),
        _ => String::new(),
    };
    let known = LOCALES.iter().find(|(name, _)| *name == given);
    known.map(|(_, locale)| *locale).ok_or_else(|| {
        format!(
            "{} is called with a locale that is not known here.",
            call.display()
        )
    })
}
