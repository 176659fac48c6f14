//! One level of JSON. What is below it is read when it is shown, in the order in which it was written, so that nothing is too deep and
//! no number is changed.

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

pub enum Json<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(String),
    List(Vec<&'a RawValue>),
    Object(Vec<(String, &'a RawValue)>),
    /// It is no JSON; it is shown as it is.
    Unreadable(&'a str),
}

pub fn read(json: &str) -> Json<'_> {
    let known = match json.as_bytes().first() {
        Some(b'n') => (json == "null").then_some(Json::Null),
        Some(b't') => (json == "true").then_some(Json::Boolean(true)),
        Some(b'f') => (json == "false").then_some(Json::Boolean(false)),
        Some(b'"') => serde_json::from_str(json).ok().map(Json::Text),
        Some(b'[') => serde_json::from_str(json).ok().map(Json::List),
        Some(b'{') => serde_json::from_str::<Entries>(json)
            .ok()
            .map(|entries| Json::Object(entries.0)),
        Some(b'-' | b'0'..=b'9') => Some(Json::Number(json)),
        _ => None,
    };
    known.unwrap_or(Json::Unreadable(json))
}

struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(InOrder)
    }
}

struct InOrder;

impl<'de> Visitor<'de> for InOrder {
    type Value = Entries<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Entries(entries))
    }
}
