//! Documents and arrays as places with values. What its keys are called can itself be personal: a map from e-mail address to something.

use super::detector::{Origin, Value};
use super::names::{self, Form};
use super::sample::Sample;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What was found at a place, in all documents.
pub struct Node {
    /// Documents, or elements, that have it.
    seen: usize,
    members: BTreeMap<String, Node>,
    elements: Option<Box<Node>>,
    texts: Sample,
    numbers: Sample,
}

/// A place with values in it: names, and `*` for any element or name.
pub struct Place {
    pub path: Vec<String>,
    pub form: Form,
    pub values: Sample,
}

const DEEPEST: usize = 32;
/// Names at one place, beyond which they are data.
const MOST_NAMES: usize = 200;

impl Default for Node {
    fn default() -> Self {
        Self {
            seen: 0,
            members: BTreeMap::new(),
            elements: None,
            texts: Sample::new(Origin::Text),
            numbers: Sample::new(Origin::Number),
        }
    }
}

impl Node {
    pub fn add(&mut self, document: &Json) {
        self.add_below(document, 0);
    }

    fn add_below(&mut self, document: &Json, depth: usize) {
        self.seen += 1;
        if depth == DEEPEST {
            return;
        }
        match document {
            Json::String(text) => self.texts.add(text),
            Json::Number(number) => self.numbers.add(&number.to_string()),
            Json::Array(elements) => {
                let below = self.elements.get_or_insert_default();
                elements
                    .iter()
                    .for_each(|element| below.add_below(element, depth + 1));
            }
            Json::Object(members) => {
                for (name, member) in members {
                    self.members
                        .entry(name.clone())
                        .or_default()
                        .add_below(member, depth + 1);
                }
            }
            Json::Null | Json::Bool(_) => {}
        }
    }

    /// The places that have values, in the order of their names.
    pub fn places(self) -> Vec<Place> {
        let mut places = Vec::new();
        self.gather(&mut Vec::new(), &mut places);
        places
    }

    fn gather(self, path: &mut Vec<String>, places: &mut Vec<Place>) {
        let (seen, count) = (self.seen, self.members.len());
        for (form, values) in [(Form::Text, self.texts), (Form::Number, self.numbers)] {
            if !values.is_empty() {
                places.push(Place {
                    path: path.clone(),
                    form,
                    values,
                });
            }
        }
        let mut any = self.elements.map(|elements| *elements);
        for (name, member) in self.members {
            if count <= MOST_NAMES && is_name(&name, member.seen, seen) {
                path.push(name);
                member.gather(path, places);
                path.pop();
            } else {
                any = Some(any.unwrap_or_default().merged(member));
            }
        }
        if let Some(any) = any {
            path.push("*".to_owned());
            any.gather(path, places);
            path.pop();
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.seen += other.seen;
        self.texts.merge(other.texts);
        self.numbers.merge(other.numbers);
        for (name, member) in other.members {
            let own = self.members.remove(&name).unwrap_or_default();
            self.members.insert(name, own.merged(member));
        }
        self.elements = match (self.elements, other.elements) {
            (Some(one), Some(other)) => Some(Box::new(one.merged(*other))),
            (one, other) => one.or(other),
        };
        self
    }
}

/// Said by whoever made the documents, and not by the data: words that columns are called by, or what a good part of several documents has; and it looks like nothing
/// personal.
fn is_name(name: &str, has: usize, of: usize) -> bool {
    let is_identifier = name.len() <= 40
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    let capital: String = name
        .char_indices()
        .map(|(place, c)| {
            if place == 0 {
                c.to_ascii_uppercase()
            } else {
                c
            }
        })
        .collect();
    let looks_personal = || {
        let value = Value::of_text(&capital);
        super::detector::ALL
            .iter()
            .any(|detector| detector.is(&value))
    };
    is_identifier && (names::is_known(name) || has > 2 && has * 3 >= of && !looks_personal())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(documents: &[Json]) -> Vec<String> {
        let mut node = Node::default();
        documents.iter().for_each(|document| node.add(document));
        node.places()
            .into_iter()
            .map(|place| format!("{}: {}", place.path.join("."), place.values.len()))
            .collect()
    }

    #[test]
    fn places_of_documents() {
        let document = |n: u32| json!({"contact": {"email": format!("u{n}@example.org"), "tags": ["a", "b"]}, "cards": [{"iban": n.to_string()}, {"iban": "x"}], "n": n, "none": null});
        assert_eq!(
            paths(&[document(1), document(2), document(3)]),
            [
                "cards.*.iban: 4",
                "contact.email: 3",
                "contact.tags.*: 2",
                "n: 3"
            ]
        );
        assert_eq!(paths(&[json!("a"), json!("b")]), [": 2"]);
        assert_eq!(
            paths(&[json!(["a", "b"]), json!([["c"]])]),
            ["*: 2", "*.*: 1"]
        );
    }

    #[test]
    fn names_that_are_data_are_not_shown() {
        let map = json!({"ada@example.org": {"email": "x"}, "bea@example.org": {"email": "y"}, "Ada": 1, "a.b": 2});
        assert_eq!(paths(&[map]), ["*: 2", "*.email: 2"]);
        let of = |name: &str| json!({ name: "x", "kind": "y" });
        assert_eq!(
            paths(&[of("ada"), of("bea"), of("ada"), of("ada")]),
            ["kind: 1", "*: 1"]
        );
        // Words that columns are called by, alone: not with something else beside them, nor in a row of letters and digits.
        assert_eq!(paths(&[of("work_email")]), ["kind: 1", "work_email: 1"]);
        for name in ["ada_email", "q6c48cf39", "email2024", "cf1"] {
            assert_eq!(paths(&[of(name)]), ["kind: 1", "*: 1"], "{name}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        let mut document = json!("x");
        for _ in 0..100 {
            document = json!([document]);
        }
        assert!(paths(&[document]).is_empty());
    }
}
