//! JSON values as they stand in a row's data.

use crate::catalog::types;
use crate::error::{Error, Result};
use crate::spi::column::Column;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The text of a value, as its type writes it, and the same for the same number; None for null.
pub fn text(json: &str) -> Option<Cow<'_, str>> {
    match json {
        "null" => None,
        quoted if quoted.starts_with('"') => {
            serde_json::from_str::<String>(quoted).ok().map(Cow::Owned)
        }
        number if number.contains('.') && !number.contains(['e', 'E', '{', '[']) => {
            let digits = number.trim_end_matches('0');
            Some(Cow::Borrowed(digits.strip_suffix('.').unwrap_or(digits)))
        }
        other => Some(Cow::Borrowed(other)),
    }
}

/// The texts of the values at these places; None if one is null: as a foreign key, it leads nowhere.
pub fn texts(values: &[&RawValue], places: impl Iterator<Item = usize>) -> Option<Vec<String>> {
    places
        .map(|place| text(values.get(place)?.get()).map(Cow::into_owned))
        .collect()
}

/// Texts that a type has written, as values of it, as they travel to a statement. `memory` must outlive the column.
pub fn column<'a>(
    type_oid: Oid,
    texts: impl Iterator<Item = Option<&'a str>>,
    memory: pg_sys::MemoryContext,
) -> Result<Column> {
    let base = types::base_type(type_oid);
    let element = types::carriage(type_oid).element;
    let mut column = Column::new(element, memory);
    for text in texts {
        column.push(match text {
            None => None,
            Some(text) if element == base => {
                let value = types::read(base, -1, text);
                Some(value.ok_or_else(|| Error::internal("a key cannot be read"))?)
            }
            // What has no arrays travels as its text.
            Some(text) => text.into_datum(),
        });
    }
    Ok(column)
}

/// Numbers by what they are, all else by its text.
pub fn order(one: &str, other: &str) -> Ordering {
    let integers = one.parse::<i128>().ok().zip(other.parse::<i128>().ok());
    if let Some((one, other)) = integers {
        return one.cmp(&other);
    }
    let numbers = one.parse::<f64>().ok().zip(other.parse::<f64>().ok());
    numbers
        .map_or(Ordering::Equal, |(one, other)| one.total_cmp(&other))
        .then_with(|| one.cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_without_quotes() {
        assert_eq!(text("null"), None);
        assert_eq!(text("1.50").as_deref(), Some("1.5"));
        assert_eq!(text("10.0").as_deref(), Some("10"));
        assert_eq!(text("10").as_deref(), Some("10"));
        assert_eq!(text(r#"["1.0"]"#).as_deref(), Some(r#"["1.0"]"#));
        assert_eq!(text(r#""a\"b\u00e9""#).as_deref(), Some("a\"bé"));
        assert_eq!(text(r#""null""#).as_deref(), Some("null"));
    }

    #[test]
    fn numbers_are_in_their_order() {
        let mut keys = [
            "10",
            "9",
            "-1",
            "170141183460469231731687303715884105728",
            "9.5",
            "9007199254740993",
            "9007199254740992",
        ];
        keys.sort_by(|one, other| order(one, other));
        assert_eq!(
            keys,
            [
                "-1",
                "9",
                "9.5",
                "10",
                "9007199254740992",
                "9007199254740993",
                "170141183460469231731687303715884105728"
            ]
        );
        assert_eq!(order("\"a\"", "\"b\""), Ordering::Less);
    }
}
