//! Internal functions that the statements of actions call: with the rights of whoever owns the table, hence for everybody, hence only inside an action.

use crate::error::{Code, Error, Result};
use crate::log::fingerprint::{MARK, Marker};
use crate::log::{secret, server};
use crate::mask::{self, Chance, JsonPaths, Noise, TextMask, permute};
use crate::strategy::chance::with_chance;
use crate::strategy::running;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{JsonB, Uuid};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// What happens to a text.
enum OfText {
    Text(TextMask),
    Decimal(Noise, Option<(u32, i32)>),
}

/// What happens to a whole number.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum OfInteger {
    Noise { noise: Noise, max: i64 },
    Pseudonym { max: i64 },
    Random { min: i64, max: i64 },
    Hash,
}

/// What happens to a number that has no scale.
#[derive(Deserialize)]
struct OfFloat {
    noise: Noise,
    /// It is of single precision.
    real: bool,
}

#[derive(Deserialize)]
struct Decimal {
    noise: Noise,
    typmod: Option<(u32, i32)>,
}

type Known<T> = RefCell<HashMap<String, Rc<T>>>;

thread_local! {
    static TEXTS: Known<OfText> = RefCell::default();
    static INTEGERS: Known<OfInteger> = RefCell::default();
    static FLOATS: Known<OfFloat> = RefCell::default();
    static PATHS: Known<JsonPaths> = RefCell::default();
}

/// A description that rules have become, read once for a session.
fn known<T>(
    cache: &'static std::thread::LocalKey<Known<T>>,
    description: &str,
    read: fn(Value) -> serde_json::Result<T>,
) -> Result<Rc<T>> {
    if let Some(known) = cache.with_borrow(|cache| cache.get(description).cloned()) {
        return Ok(known);
    }
    let read = serde_json::from_str(description).and_then(read);
    let read = read.map_err(|_| {
        Error::internal("a masking function was called with a description that is none")
    })?;
    let read = Rc::new(read);
    cache.with_borrow_mut(|cache| cache.insert(description.to_owned(), read.clone()));
    Ok(read)
}

fn plain<T: DeserializeOwned>(description: Value) -> serde_json::Result<T> {
    serde_json::from_value(description)
}

fn of_text(description: Value) -> serde_json::Result<OfText> {
    match description.get("decimal") {
        Some(decimal) => {
            let Decimal { noise, typmod } = plain(decimal.clone())?;
            Ok(OfText::Decimal(noise, typmod))
        }
        None => Ok(OfText::Text(plain(description)?)),
    }
}

/// Internal. A text by a rule.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value text, mask text) RETURNS text VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_text(
    token: i64,
    value: &str,
    mask: &str,
) -> std::result::Result<String, ErrorReport> {
    Ok(masked_text(token, value, mask)?)
}

fn masked_text(token: i64, value: &str, mask: &str) -> Result<String> {
    running::require(token)?;
    let keys = secret::keys()?;
    let mask = known(&TEXTS, mask, of_text)?;
    with_chance(|chance| match &*mask {
        OfText::Text(mask) => mask.apply(value, &keys, chance),
        OfText::Decimal(noise, typmod) => {
            mask::decimal::noise_decimal(value, *noise, *typmod, chance)
                .unwrap_or_else(|| value.to_owned())
        }
    })
}

/// Internal. A whole number by a rule.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value bigint, mask text) RETURNS bigint VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_integer(
    token: i64,
    value: i64,
    mask: &str,
) -> std::result::Result<i64, ErrorReport> {
    Ok(masked_integer(token, value, mask)?)
}

fn masked_integer(token: i64, value: i64, mask: &str) -> Result<i64> {
    running::require(token)?;
    match &*known(&INTEGERS, mask, plain::<OfInteger>)? {
        OfInteger::Noise { noise, max } => {
            with_chance(|chance| mask::number::noise_int(value, *noise, -max - 1, *max, chance))
        }
        OfInteger::Pseudonym { max } => Ok(mask::number::pseudonym(value, *max, &*secret::keys()?)),
        OfInteger::Random { min, max } => with_chance(|chance| chance.between(*min, *max)),
        OfInteger::Hash => {
            let digest = secret::keys()?.hash(value.to_string().as_bytes());
            let mut first = [0; 8];
            first.copy_from_slice(&digest[..8]);
            Ok(i64::from_be_bytes(first) & i64::MAX)
        }
    }
}

/// Internal. A number by a rule.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value double precision, mask text) RETURNS double precision VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_float(token: i64, value: f64, mask: &str) -> std::result::Result<f64, ErrorReport> {
    Ok(masked_float(token, value, mask)?)
}

/// The smallest noise on a number that has no scale.
const STEP: f64 = 0.01;

fn masked_float(token: i64, value: f64, mask: &str) -> Result<f64> {
    running::require(token)?;
    let OfFloat { noise, real } = &*known(&FLOATS, mask, plain)?;
    with_chance(|chance| match real {
        true => mask::number::noise_real(value as f32, *noise, STEP, chance).into(),
        false => mask::number::noise_float(value, *noise, STEP, f64::MAX, chance),
    })
}

/// Internal. A uuid by a rule.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value uuid, mask text) RETURNS uuid VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_uuid(token: i64, value: Uuid, mask: &str) -> std::result::Result<Uuid, ErrorReport> {
    let _ = mask; // there is but one
    let digest = hash(token, value.as_bytes())?;
    Ok(Uuid::from_bytes(mask::uuid::of_digest(&digest)))
}

/// Internal. Bytes by a rule.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value bytea, mask text) RETURNS bytea VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_bytes(
    token: i64,
    value: &[u8],
    mask: &str,
) -> std::result::Result<Vec<u8>, ErrorReport> {
    let _ = mask; // there is but one
    Ok(hash(token, value)?.to_vec())
}

fn hash(token: i64, value: &[u8]) -> Result<[u8; 32]> {
    running::require(token)?;
    Ok(secret::keys()?.hash(value))
}

/// Internal. A document by the rules for its paths.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.masked(token bigint, value jsonb, mask text) RETURNS jsonb VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_masked_json(
    token: i64,
    value: JsonB,
    mask: &str,
) -> std::result::Result<JsonB, ErrorReport> {
    Ok(JsonB(masked_json(token, value.0, mask)?))
}

fn masked_json(token: i64, value: Value, mask: &str) -> Result<Value> {
    running::require(token)?;
    let keys = secret::keys()?;
    let paths = known(&PATHS, mask, plain::<JsonPaths>)?;
    with_chance(|chance| mask::json::rewrite(value, &paths, &keys, chance))
}

/// Internal. A random number from 0 to below 1.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.chance() RETURNS double precision VOLATILE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_chance() -> std::result::Result<f64, ErrorReport> {
    Ok(with_chance(Chance::uniform)?)
}

/// Internal. A random number between minus and plus this one, not 0. Raises 22023 for a span of nothing.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.distance(span bigint) RETURNS bigint VOLATILE STRICT PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_offset(span: i64) -> std::result::Result<i64, ErrorReport> {
    Ok(offset(span)?)
}

fn offset(span: i64) -> Result<i64> {
    if span == 0 {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "the interval is too short to move anything",
        )
        .hint("A date needs a day or more."));
    }
    with_chance(|chance| mask::number::offset(span, chance))
}

/// Internal. A number below `size` that was never given before, as long as there are such, in an order that the secret decides.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.distinct_number(token bigint, size bigint) RETURNS bigint VOLATILE STRICT PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_distinct_number(token: i64, size: i64) -> std::result::Result<i64, ErrorReport> {
    Ok(distinct_number(token, size)?)
}

/// Internal. A text of that many letters and digits that was never given before, as long as there are such.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.distinct_text(token bigint, length integer) RETURNS text VOLATILE STRICT PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_distinct_text(token: i64, length: i32) -> std::result::Result<String, ErrorReport> {
    Ok(distinct_text(token, length)?)
}

/// Internal. The same, where all rows of a table are given new values: the next number of a series, which begins with the action.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.distinct_number(token bigint, size bigint, series integer) RETURNS bigint VOLATILE STRICT PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_distinct_number_of_series(
    token: i64,
    size: i64,
    series: i32,
) -> std::result::Result<i64, ErrorReport> {
    let (order, number) = next_of_series(token, series)?;
    // When all are given, the negative ones.
    Ok(match number.checked_sub(size.max(1).unsigned_abs()) {
        None => numbered(size, (order, number)),
        Some(number) => -1 - numbered(size, (order, number)),
    })
}

/// Internal. The same for texts.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.distinct_text(token bigint, length integer, series integer) RETURNS text VOLATILE STRICT PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_distinct_text_of_series(
    token: i64,
    length: i32,
    series: i32,
) -> std::result::Result<String, ErrorReport> {
    Ok(lettered(length, next_of_series(token, series)?))
}

fn distinct_number(token: i64, size: i64) -> Result<i64> {
    Ok(numbered(size, next_distinct(token)?))
}

fn distinct_text(token: i64, length: i32) -> Result<String> {
    Ok(lettered(length, next_distinct(token)?))
}

fn numbered(size: i64, (order, number): Distinct) -> i64 {
    let size = size.max(1).unsigned_abs();
    permute::permute(&order, number % size, size) as i64
}

fn lettered(length: i32, (order, number): Distinct) -> String {
    permute::distinct_text(&order, number, length.max(1) as usize)
}

/// The order that distinct values come in, and the place of the next.
type Distinct = ([u8; 32], u64);

fn next_distinct(token: i64) -> Result<Distinct> {
    running::require(token)?;
    let number = server::next_number(secret::distinct_numbers()?);
    Ok((secret::keys()?.order("distinct"), number.unsigned_abs()))
}

fn next_of_series(token: i64, series: i32) -> Result<Distinct> {
    running::require(token)?;
    Ok((
        secret::keys()?.order("distinct"),
        running::next_of_series(series),
    ))
}

/// Internal. Four bytes for each value: a keyed digest; zeros for NULL.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.marks(token bigint, VARIADIC "any") RETURNS bytea STABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_marks(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<Vec<u8>, ErrorReport> {
    Ok(marks(fcinfo)?)
}

fn marks(fcinfo: pg_sys::FunctionCallInfo) -> Result<Vec<u8>> {
    let values = values_for_action(fcinfo)?;
    let keys = secret::keys()?;
    let mut marker = Marker::new(&keys);
    let marks = values.into_iter();
    Ok(marks
        .flat_map(|(type_oid, value)| marker.value(type_oid, value))
        .collect())
}

/// Internal. One keyed digest for all values; NULL if they are all NULL.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_internal.row_mark(token bigint, VARIADIC "any") RETURNS integer STABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_row_mark(
    fcinfo: pg_sys::FunctionCallInfo,
) -> std::result::Result<Option<i32>, ErrorReport> {
    Ok(row_mark(fcinfo)?)
}

fn row_mark(fcinfo: pg_sys::FunctionCallInfo) -> Result<Option<i32>> {
    let values = values_for_action(fcinfo)?;
    let keys = secret::keys()?;
    let mark = Marker::new(&keys).row(values.into_iter());
    Ok((mark != [0; MARK]).then(|| i32::from_le_bytes(mark)))
}

/// The arguments after the token, each with its type.
fn values_for_action(
    fcinfo: pg_sys::FunctionCallInfo,
) -> Result<Vec<(pg_sys::Oid, Option<pg_sys::Datum>)>> {
    // SAFETY: PostgreSQL calls functions with as many arguments as it says; the first is a bigint.
    let arguments = unsafe { (*fcinfo).args.as_slice((*fcinfo).nargs as usize) };
    let token = arguments.first().filter(|token| !token.isnull);
    running::require(token.map_or(0, |token| token.value.value() as i64))?;
    let values = arguments.iter().enumerate().skip(1);
    Ok(values
        .map(|(i, argument)| {
            // SAFETY: the argument's type is known from the call's expression.
            let type_oid = unsafe { pg_sys::get_fn_expr_argtype((*fcinfo).flinfo, i as i32) };
            (type_oid, (!argument.isnull).then_some(argument.value))
        })
        .collect())
}
