//! Masks inside JSON documents.

use super::chance::Chance;
use super::json_path::{JsonPaths, Node};
use super::keys::Keys;
use super::text::TextMask;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What happens to a value in a document. A null stays null.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonMask {
    Null,
    /// `""`, `0`, `false`, `[]` or `{}`, after what stands there.
    Blank,
    Value(Value),
    /// Numbers and booleans are masked as their text and stay strings. Of an object or an array, everything in it is masked
    /// that has no path of its own.
    Text(TextMask),
}

/// Applies masks to a document. A name beats `*`, a longer path a text mask of a shorter one. A name is looked for in
/// every element of an array that stands where an object might; a path that leads nowhere does nothing.
pub fn rewrite(document: Value, paths: &JsonPaths, keys: &Keys, chance: &mut Chance) -> Value {
    let root = At {
        node: &paths.root,
        names_only: false,
    };
    Rewrite { keys, chance }.value(document, &[root], None)
}

/// What a path says from here on.
#[derive(Clone, Copy)]
struct At<'a> {
    node: &'a Node,
    /// In an element of the array that the path has come to: only names are looked for.
    names_only: bool,
}

impl<'a> At<'a> {
    fn is_here(&self) -> bool {
        !self.names_only
    }

    fn member(&self, name: &str) -> Option<Self> {
        self.node.members.get(name).map(Self::of)
    }

    fn any(&self) -> Option<Self> {
        let any = self.node.any.as_deref().filter(|_| self.is_here());
        any.map(Self::of)
    }

    fn names(&self) -> Option<Self> {
        (!self.node.members.is_empty()).then_some(Self {
            names_only: true,
            ..*self
        })
    }

    fn of(node: &'a Node) -> Self {
        Self {
            node,
            names_only: false,
        }
    }
}

struct Rewrite<'a> {
    keys: &'a Keys,
    chance: &'a mut Chance,
}

impl Rewrite<'_> {
    /// `paths` are those that come by here, the ones that say it by name first; `around` is the text mask of a value around it.
    fn value(&mut self, value: Value, paths: &[At], around: Option<&TextMask>) -> Value {
        let here = paths.iter().filter(|at| at.is_here());
        let text = match here.filter_map(|at| at.node.mask.as_ref()).next() {
            _ if value.is_null() => return value,
            Some(JsonMask::Null) => return Value::Null,
            Some(JsonMask::Blank) => return blank(&value),
            Some(JsonMask::Value(constant)) => return constant.clone(),
            Some(JsonMask::Text(text)) => Some(text),
            None => around,
        };
        match (value, text) {
            (value, None) if paths.is_empty() => value,
            (Value::Array(elements), _) => self.array(elements, paths, text),
            (Value::Object(members), _) => self.object(members, paths, text),
            (Value::String(old), Some(mask)) => self.text(&old, mask),
            (scalar, Some(mask)) => self.text(&scalar.to_string(), mask),
            (scalar, None) => scalar,
        }
    }

    fn array(&mut self, elements: Vec<Value>, paths: &[At], text: Option<&TextMask>) -> Value {
        let any = paths.iter().filter_map(At::any);
        let below: Vec<At> = any.chain(paths.iter().filter_map(At::names)).collect();
        elements
            .into_iter()
            .map(|element| self.value(element, &below, text))
            .collect()
    }

    fn object(
        &mut self,
        members: Map<String, Value>,
        paths: &[At],
        text: Option<&TextMask>,
    ) -> Value {
        let member = |(name, value): (String, Value)| {
            let named = paths.iter().filter_map(|at| at.member(&name));
            let below: Vec<At> = named.chain(paths.iter().filter_map(At::any)).collect();
            let value = self.value(value, &below, text);
            (name, value)
        };
        members.into_iter().map(member).collect()
    }

    fn text(&mut self, old: &str, mask: &TextMask) -> Value {
        Value::String(mask.apply(old, self.keys, self.chance))
    }
}

fn blank(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::Bool(_) => Value::Bool(false),
        Value::Number(_) => Value::from(0),
        Value::String(_) => Value::String(String::new()),
        Value::Array(_) => Value::Array(Vec::new()),
        Value::Object(_) => Value::Object(Map::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn star() -> JsonMask {
        JsonMask::Text(TextMask::Partial {
            keep_first: 0,
            keep_last: 0,
            mask: '*',
        })
    }

    fn masked(document: Value, paths: &[(&str, JsonMask)]) -> Value {
        let paths = paths
            .iter()
            .map(|(path, mask)| (path.to_string(), mask.clone()));
        let paths = JsonPaths::parse(paths).unwrap();
        rewrite(
            document,
            &paths,
            &Keys::derive(b"secret"),
            &mut Chance::seeded([1; 32]),
        )
    }

    #[test]
    fn masks_what_paths_lead_to() {
        let document =
            json!({"contact": {"email": "a@b", "phone": 123, "since": 2020}, "x": [1, 2]});
        let outcome = masked(
            document,
            &[
                ("contact.email", star()),
                ("contact.phone", star()),
                ("contact.none", star()),
                ("none.at.all", star()),
                ("x.*", JsonMask::Value(json!("y"))),
            ],
        );
        let expected =
            json!({"contact": {"email": "***", "phone": "***", "since": 2020}, "x": ["y", "y"]});
        assert_eq!(outcome, expected);
    }

    #[test]
    fn blanks_are_of_the_same_type() {
        let document = json!([1.5, "a", true, [1], {"a": 1}, null]);
        let outcome = masked(document, &[("*", JsonMask::Blank)]);
        assert_eq!(outcome, json!([0, "", false, [], {}, null]));
    }

    #[test]
    fn null_stays_null() {
        for mask in [
            JsonMask::Null,
            JsonMask::Blank,
            JsonMask::Value(json!(1)),
            star(),
        ] {
            assert_eq!(
                masked(json!({"a": null}), &[("a", mask)]),
                json!({"a": null})
            );
        }
        assert_eq!(
            masked(json!({"a": 1}), &[("a", JsonMask::Null)]),
            json!({"a": null})
        );
    }

    #[test]
    fn a_text_mask_is_for_all_below() {
        let document =
            json!({"a": {"b": "xy", "c": [true, {"d": 12}], "e": null, "f": "keep"}, "g": "keep"});
        let outcome = masked(
            document,
            &[("a", star()), ("a.f", JsonMask::Value(json!("own")))],
        );
        let expected = json!({"a": {"b": "**", "c": ["****", {"d": "**"}], "e": null, "f": "own"}, "g": "keep"});
        assert_eq!(outcome, expected);
    }

    #[test]
    fn names_beat_stars() {
        let document = json!({"a": {"x": "1", "y": "1"}, "b": {"x": "1", "y": "1"}});
        let outcome = masked(
            document,
            &[
                ("*.x", JsonMask::Value(json!("star"))),
                ("a.x", JsonMask::Value(json!("name"))),
                ("b.*", JsonMask::Value(json!("any"))),
            ],
        );
        let expected = json!({"a": {"x": "name", "y": "1"}, "b": {"x": "star", "y": "any"}});
        assert_eq!(outcome, expected);
    }

    #[test]
    fn names_are_found_in_arrays() {
        let document = json!({"items": [{"name": "a", "k": {"name": "k"}}, [{"name": "b"}], "c"]});
        let outcome = masked(document.clone(), &[("items.name", star())]);
        assert_eq!(
            outcome,
            json!({"items": [{"name": "*", "k": {"name": "k"}}, [{"name": "*"}], "c"]})
        );
        assert_eq!(masked(document, &[("items.*.name", star())]), outcome);
        let pairs = json!([{"a": {"x": "1"}}]);
        assert_eq!(masked(pairs.clone(), &[("*.x", star())]), pairs);
        assert_eq!(
            masked(pairs, &[("*.*.x", star())]),
            json!([{"a": {"x": "*"}}])
        );
    }

    #[test]
    fn quoted_names() {
        let document = json!({"a.b": "1", "*": "2", "c": "3", "": "4"});
        let outcome = masked(
            document,
            &[(r#""a.b""#, star()), (r#""*""#, star()), (r#""""#, star())],
        );
        assert_eq!(outcome, json!({"a.b": "*", "*": "*", "c": "3", "": "*"}));
    }

    #[test]
    fn numbers_stay_exact() {
        let text = r#"{"a":1.500,"b":12345678901234567890123456789.10,"c":1e400}"#;
        let outcome = masked(
            serde_json::from_str(text).unwrap(),
            &[("none", JsonMask::Null)],
        );
        assert_eq!(
            serde_json::to_string(&outcome).unwrap().replace('+', ""),
            text
        );
        let outcome = masked(serde_json::from_str(text).unwrap(), &[("b", star())]);
        assert_eq!(outcome["b"], "*".repeat(32));
    }

    #[test]
    fn scalars_have_no_paths() {
        for document in [json!("x"), json!(1), json!(null), json!([]), json!({})] {
            assert_eq!(
                masked(document.clone(), &[("a.b", star()), ("*", star())]),
                document
            );
        }
    }

    #[test]
    fn deep_documents() {
        let deep = (0..100).fold(json!("x"), |inner, _| json!([inner]));
        let path = vec!["*"; 100].join(".");
        let outcome = masked(deep, &[(&path, star())]);
        assert!(outcome.to_string().contains("\"*\""));
    }
}
