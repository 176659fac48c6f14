//! The masking functions as SQL functions, for views and `sql` rules.

use crate::error::{Code, Error, Result};
use crate::log::secret;
use crate::mask::{self, Kind, Locale, Noise, TextMask};
use crate::strategy::chance::with_chance;
use crate::strategy::pseudonym::is_told_apart;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::CStr;

type Outcome<T> = std::result::Result<T, ErrorReport>;

/// A keyed hash: `length` hex digits (1 to 64) of the value's HMAC-SHA256 under the secret. Equal values give equal hashes, in every table; pseudonymised in
/// the sense of recital 26 GDPR. NULL for NULL. Raises 22023 for a length that is out of range.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_hash(value text, length integer DEFAULT 64) RETURNS text STABLE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_hash(value: &str, length: i32) -> Outcome<String> {
    let length = within("length", length, 1, 64)?;
    Ok(mask::hash::hex(value, length, &*secret::keys()?))
}

/// A made-up value that is always the same for the same value, in every table, under the secret: of a kind (as the `gdpr_fake_` functions), or a token.
/// Pseudonymised in the sense of recital 26 GDPR. NULL for a NULL value. Raises 22023 for an unknown kind or locale.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_pseudonym(value text, kind text DEFAULT NULL, locale text DEFAULT 'en') RETURNS text STABLE PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_pseudonym(
    value: Option<&str>,
    kind: Option<&str>,
    locale: Option<&str>,
) -> Outcome<Option<String>> {
    let Some(value) = value else { return Ok(None) };
    let kind = kind.map(read_kind).transpose()?;
    let mask = TextMask::Pseudonym {
        kind,
        locale: read_locale(locale)?,
        length: None,
        distinct: kind.is_some_and(is_told_apart),
    };
    let keys = secret::keys()?;
    Ok(Some(with_chance(|chance| {
        mask.apply(value, &keys, chance)
    })?))
}

/// The value with only the first and last characters left, the others replaced by `mask` (one character). A value that is not longer than what would be
/// left is replaced whole. NULL for NULL. Raises 22023 for a negative number or another mask.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_partial(value text, keep_first integer DEFAULT 0, keep_last integer DEFAULT 0, mask text DEFAULT '*')
  RETURNS text IMMUTABLE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_partial(value: &str, keep_first: i32, keep_last: i32, mask: &str) -> Outcome<String> {
    let first = within("keep_first", keep_first, 0, i32::MAX)?;
    let last = within("keep_last", keep_last, 0, i32::MAX)?;
    let mut characters = mask.chars();
    match (characters.next(), characters.next()) {
        (Some(mask), None) => Ok(mask::partial::partial(value, first, last, mask)),
        _ => Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "mask is not one character",
        )
        .hint("Give one, such as '*' or 'x'.")
        .into()),
    }
}

/// An address of nobody, another one each time, in a domain that RFC 2606 reserves. Raises 22023 for another domain.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_email(domain text DEFAULT 'example.invalid') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_email(domain: &str) -> Outcome<String> {
    if !mask::email::is_reserved(domain) {
        return Err(Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "the domain could be somebody's")
            .hint("Take one of RFC 2606: example.com, example.org, example.net, or one that ends in .invalid, .example or .test.")
            .into());
    }
    Ok(with_chance(|chance| {
        mask::email::email(domain, None, chance)
    })?)
}

/// Random lower-case letters and digits. Raises 22023 for a length that is not 1 to 1,000,000.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_random_text(length integer DEFAULT 16) RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_random_text(length: i32) -> Outcome<String> {
    let mask = TextMask::Random {
        length: within("length", length, 1, 1_000_000)?,
    };
    let keys = secret::keys()?;
    Ok(with_chance(|chance| mask.apply("", &keys, chance))?)
}

/// A made-up value of the kind that the function is named after, another one each time: realistic, and nobody's (RFC 2606 domains, numbers reserved for
/// fiction, IBANs with valid check digits). Raises 22023 for an unknown locale.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_fake_name(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_first_name(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_last_name(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_email(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_phone(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_company(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_street(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_city(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_postcode(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_country(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_iban(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_ip(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_url(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_user_name(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_fake_text(locale text DEFAULT 'en') RETURNS text VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_fake(locale: &str, fcinfo: pg_sys::FunctionCallInfo) -> Outcome<String> {
    let locale = read_locale(Some(locale))?;
    let kind = kind_of_function(fcinfo)?;
    Ok(with_chance(|chance| {
        mask::fake::fake(kind, locale, None, false, chance)
    })?)
}

thread_local! {
    static KINDS: RefCell<HashMap<u32, Kind>> = RefCell::default();
}

/// The kind that the running function is named after.
fn kind_of_function(fcinfo: pg_sys::FunctionCallInfo) -> Result<Kind> {
    // SAFETY: PostgreSQL calls functions with a filled flinfo.
    let function = unsafe { (*(*fcinfo).flinfo).fn_oid };
    if let Some(known) = KINDS.with_borrow(|kinds| kinds.get(&function.to_u32()).copied()) {
        return Ok(known);
    }
    // SAFETY: a palloc'd name, or NULL for a function that is gone.
    let name = unsafe {
        let name = pg_sys::get_func_name(function);
        if name.is_null() {
            String::new()
        } else {
            CStr::from_ptr(name).to_string_lossy().into_owned()
        }
    };
    let kind = name.strip_prefix("gdpr_fake_").and_then(Kind::parse);
    let kind = kind.ok_or_else(|| Error::internal("a fake of an unknown kind was asked for"))?;
    KINDS.with_borrow_mut(|kinds| kinds.insert(function.to_u32(), kind));
    Ok(kind)
}

/// A number near the value, never the value itself: within `ratio` of it either way (0.1 is ten per cent), by at least 1. NULL for NULL. Raises 22023 unless
/// the ratio is more than 0.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_noise(value bigint, ratio double precision DEFAULT 0.1) RETURNS bigint VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_noise_integer(value: i64, ratio: f64) -> Outcome<i64> {
    let noise = read_ratio(ratio)?;
    Ok(with_chance(|chance| {
        mask::number::noise_int(value, noise, i64::MIN, i64::MAX, chance)
    })?)
}

/// The same for numeric: the result has the value's scale. NaN and infinities stay.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_noise(value numeric, ratio double precision DEFAULT 0.1) RETURNS numeric VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_noise_numeric(value: AnyNumeric, ratio: f64) -> Outcome<AnyNumeric> {
    let noise = read_ratio(ratio)?;
    let text = value.to_string();
    let noisy = with_chance(|chance| mask::decimal::noise_decimal(&text, noise, None, chance))?;
    let noisy = noisy.and_then(|text| AnyNumeric::try_from(text.as_str()).ok());
    Ok(noisy.unwrap_or(value))
}

/// The same for double precision. NaN and infinities stay.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_noise(value double precision, ratio double precision DEFAULT 0.1) RETURNS double precision VOLATILE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_noise_float(value: f64, ratio: f64) -> Outcome<f64> {
    let noise = read_ratio(ratio)?;
    Ok(with_chance(|chance| {
        mask::number::noise_float(value, noise, 0.01, f64::MAX, chance)
    })?)
}

/// The multiple of `step` at or below the value: 167 by 10 is 160. NULL for NULL. Raises 22023 for a step that is not above 0.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_generalise(value integer, step integer) RETURNS integer IMMUTABLE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_generalise_integer(value: i32, step: i32) -> Outcome<i32> {
    let step = read_step(i64::from(step), 0)?;
    let below = mask::number::floor(i64::from(value), step);
    Ok(below.max(i32::MIN.into()) as i32)
}

/// The same for bigint.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_generalise(value bigint, step bigint) RETURNS bigint IMMUTABLE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_generalise_bigint(value: i64, step: i64) -> Outcome<i64> {
    Ok(mask::number::floor(value, read_step(step, 0)?))
}

/// The same for double precision. NaN and infinities stay.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_generalise(value double precision, step double precision) RETURNS double precision IMMUTABLE STRICT PARALLEL SAFE COST 10
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_generalise_float(value: f64, step: f64) -> Outcome<f64> {
    let step = read_step(if step.is_finite() { step } else { 0.0 }, 0.0)?;
    let below = (value / step).floor() * step;
    Ok(if below.is_finite() { below } else { value })
}

fn read_step<T: PartialOrd>(step: T, zero: T) -> Result<T> {
    if step > zero {
        return Ok(step);
    }
    Err(Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        "step must be a number above 0",
    )
    .hint("10 makes 167 160."))
}

fn read_ratio(ratio: f64) -> Result<Noise> {
    if ratio.is_finite() && ratio > 0.0 {
        return Ok(Noise::Ratio(ratio));
    }
    Err(Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        "ratio must be more than 0",
    )
    .hint("0.1 is ten per cent either way."))
}

fn read_kind(name: &str) -> Result<Kind> {
    Kind::parse(name).ok_or_else(|| Error::unknown_word("a kind of fake", name, &Kind::NAMES))
}

fn read_locale(code: Option<&str>) -> Result<Locale> {
    match code {
        Some(code) => {
            Locale::parse(code).ok_or_else(|| Error::unknown_word("a locale", code, &Locale::NAMES))
        }
        None => Ok(Locale::default()),
    }
}

fn within(name: &str, value: i32, least: i32, most: i32) -> Result<usize> {
    match usize::try_from(value) {
        Ok(number) if (least..=most).contains(&value) => Ok(number),
        _ => Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("{name} must be between {least} and {most}"),
        )),
    }
}
