//! The rows of a walk, kept for a document.

use crate::source::Keys;
use crate::spi::json;
use crate::walk::output::{Given, Sink};
use serde_json::value::RawValue;

/// By table of the graph.
pub struct Gathered {
    pub tables: Vec<Vec<Row>>,
    /// The keys of the persons, as JSON.
    pub persons: Vec<String>,
    /// The keys of the rows that sources are called with, if any is.
    pub keys: Option<Keys>,
}

pub struct Row {
    /// what the walk knows it by, where it walks on from here
    pub place: Option<u32>,
    pub depth: u32,
    pub via: Option<u32>,
    /// the place of the row that led to it
    pub from: Option<u32>,
    pub shared: bool,
    /// as JSON
    data: Box<str>,
}

impl Gathered {
    pub fn new(tables: usize) -> Self {
        Self {
            tables: (0..tables).map(|_| Vec::new()).collect(),
            persons: Vec::new(),
            keys: None,
        }
    }
}

impl Sink for Gathered {
    fn put(&mut self, given: &Given) {
        let [key, data] = given.content;
        if let Some(keys) = &mut self.keys {
            if given.via.is_none() {
                keys.add_person(key);
            }
            keys.add(given.relation, key);
        }
        if given.table == 0 && given.depth == 0 {
            self.persons.extend(key.map(json::text));
        }
        self.tables[given.table].push(Row {
            place: given.place,
            depth: given.depth,
            via: given.via.map(|link| link as u32),
            from: given.from,
            shared: given.shared,
            data: data.map(json::text).unwrap_or_default().into(),
        });
    }
}

impl Row {
    /// The values of its columns as JSON, in the order in which jsonb keeps keys.
    pub fn values(&self) -> serde_json::Result<Vec<&RawValue>> {
        let Values(values) = serde_json::from_str(&self.data)?;
        Ok(values)
    }
}

/// The values of an object without its keys.
struct Values<'a>(Vec<&'a RawValue>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Values<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Values<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(
                self,
                mut map: M,
            ) -> Result<Self::Value, M::Error> {
                let mut values = Vec::new();
                while let Some((serde::de::IgnoredAny, value)) = map.next_entry()? {
                    values.push(value);
                }
                Ok(Values(values))
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Where the values of these columns stand in an object of them all: jsonb orders keys by length, then by bytes.
pub fn places(columns: &[String]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..columns.len()).collect();
    order.sort_by_key(|column| (columns[*column].len(), columns[*column].as_bytes()));
    let mut places = vec![0; columns.len()];
    for (place, column) in order.into_iter().enumerate() {
        places[column] = place;
    }
    places
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_jsonb() {
        let columns = ["name", "id", "ab", "zz", "a"].map(str::to_owned);
        // as jsonb writes it: {"a": .., "ab": .., "id": .., "zz": .., "name": ..}
        assert_eq!(places(&columns), [4, 2, 1, 3, 0]);
    }

    #[test]
    fn values_are_taken_as_they_are_written() {
        let data = r#"{"a": 1.50, "ab": {"x": [1, 2]}, "id": null}"#;
        let Values(values) = serde_json::from_str(data).unwrap();
        let texts: Vec<&str> = values.iter().map(|value| value.get()).collect();
        assert_eq!(texts, ["1.50", r#"{"x": [1, 2]}"#, "null"]);
    }
}
