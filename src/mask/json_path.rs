//! Paths into JSON documents: `contact.email`, `items.*.name`, `"a.b".c`.

use super::json::JsonMask;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The most names in a path. Documents nest up to 127 levels, or serde_json does not read them.
const DEEPEST: usize = 100;

/// Masks by path, read into a tree. Travels as a JSON object, path -> mask.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<String, JsonMask>",
    into = "BTreeMap<String, JsonMask>"
)]
pub struct JsonPaths {
    paths: BTreeMap<String, JsonMask>,
    pub(super) root: Node,
}

/// What the rest of the paths says from one place on.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Node {
    pub mask: Option<JsonMask>,
    pub members: BTreeMap<String, Node>,
    pub any: Option<Box<Node>>,
}

/// A path that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathError {
    pub path: String,
    /// The character where it goes wrong, from 1.
    pub position: usize,
    pub problem: &'static str,
}

impl fmt::Display for PathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            position,
            problem,
        } = self;
        write!(
            formatter,
            "JSON path '{path}' {problem} at character {position}"
        )
    }
}

impl std::error::Error for PathError {}

impl JsonPaths {
    pub fn parse(paths: impl IntoIterator<Item = (String, JsonMask)>) -> Result<Self, PathError> {
        let paths: BTreeMap<String, JsonMask> = paths.into_iter().collect();
        let mut root = Node::default();
        for (path, mask) in &paths {
            let steps = Reader::new(path).steps()?;
            let node = steps.into_iter().fold(&mut root, |node, step| match step {
                Step::Any => node.any.get_or_insert_default(),
                Step::Member(name) => node.members.entry(name).or_default(),
            });
            if node.mask.replace(mask.clone()).is_some() {
                return Err(error(path, 1, "is written twice, beginning"));
            }
        }
        Ok(Self { paths, root })
    }

    /// Whether equal values become equal anywhere in it.
    pub fn is_pseudonym(&self) -> bool {
        self.masks()
            .any(|mask| matches!(mask, JsonMask::Text(text) if text.is_pseudonym()))
    }

    pub fn masks(&self) -> impl Iterator<Item = &JsonMask> {
        self.paths.values()
    }
}

impl TryFrom<BTreeMap<String, JsonMask>> for JsonPaths {
    type Error = PathError;

    fn try_from(paths: BTreeMap<String, JsonMask>) -> Result<Self, PathError> {
        Self::parse(paths)
    }
}

impl From<JsonPaths> for BTreeMap<String, JsonMask> {
    fn from(paths: JsonPaths) -> Self {
        paths.paths
    }
}

enum Step {
    /// Every element of an array, every member of an object.
    Any,
    Member(String),
}

struct Reader<'a> {
    path: &'a str,
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn new(path: &'a str) -> Self {
        Self { path, rest: path }
    }

    fn steps(mut self) -> Result<Vec<Step>, PathError> {
        let mut steps = vec![self.step()?];
        while let Some(rest) = self.rest.strip_prefix('.') {
            if steps.len() == DEEPEST {
                return Err(self.error("has more than 100 names, continued"));
            }
            self.rest = rest;
            steps.push(self.step()?);
        }
        if !self.rest.is_empty() {
            return Err(self.error("lacks a '.'"));
        }
        Ok(steps)
    }

    fn step(&mut self) -> Result<Step, PathError> {
        if self.rest.starts_with('"') {
            return self.quoted();
        }
        let end = self.rest.find(['.', '"']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            return Err(self.error("lacks a name"));
        }
        if rest.starts_with('"') {
            self.rest = rest;
            return Err(self.error("has a double quote inside a name"));
        }
        self.rest = rest;
        Ok(match name {
            "*" => Step::Any,
            _ => Step::Member(name.to_owned()),
        })
    }

    /// A name in double quotes; a double quote in it is written twice.
    fn quoted(&mut self) -> Result<Step, PathError> {
        let mut name = String::new();
        let mut rest = &self.rest[1..];
        loop {
            let Some((part, after)) = rest.split_once('"') else {
                return Err(self.error("has a double quote that is never closed"));
            };
            name.push_str(part);
            let Some(after_pair) = after.strip_prefix('"') else {
                self.rest = after;
                return Ok(Step::Member(name));
            };
            name.push('"');
            rest = after_pair;
        }
    }

    fn error(&self, problem: &'static str) -> PathError {
        let read = &self.path[..self.path.len() - self.rest.len()];
        error(self.path, read.chars().count() + 1, problem)
    }
}

fn error(path: &str, position: usize, problem: &'static str) -> PathError {
    PathError {
        path: path.to_owned(),
        position,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(paths: &[&str]) -> Result<JsonPaths, PathError> {
        JsonPaths::parse(paths.iter().map(|path| (path.to_string(), JsonMask::Null)))
    }

    fn node<'a>(paths: &'a JsonPaths, steps: &[&str]) -> Option<&'a Node> {
        steps
            .iter()
            .try_fold(&paths.root, |node, step| match *step {
                "*" => node.any.as_deref(),
                name => node.members.get(name),
            })
    }

    #[test]
    fn reads_paths() {
        let paths = parse(&[
            "a.b.c",
            "a.*.ü",
            "*",
            r#""x.y".z"#,
            r#""*""#,
            r#""say ""hi""""#,
            "0",
            r#""""#,
        ])
        .unwrap();
        for steps in [
            &["a", "b", "c"][..],
            &["a", "*", "ü"],
            &["*"],
            &["x.y", "z"],
            &["say \"hi\""],
            &["0"],
            &[""],
        ] {
            assert!(node(&paths, steps).unwrap().mask.is_some(), "{steps:?}");
        }
        assert!(paths.root.members.contains_key("*"));
        assert!(node(&paths, &["a", "b"]).unwrap().mask.is_none());
    }

    #[test]
    fn says_where_a_path_goes_wrong() {
        for (path, position) in [
            ("", 1),
            (".", 1),
            ("a.", 3),
            ("ä..b", 3),
            ("a\"b", 2),
            ("\"a", 1),
            ("ä.\"a", 3),
            ("\"a\"b", 4),
            ("\"a\"\"", 1),
        ] {
            let error = parse(&[path]).unwrap_err();
            assert_eq!((error.position, error.path.as_str()), (position, path));
        }
        assert!(parse(&[&vec!["a"; 100].join(".")]).is_ok());
        let error = parse(&[&vec!["a"; 100_000].join(".")]).unwrap_err();
        assert_eq!(error.position, 200);
        let error = parse(&["a", "\"a\""]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "JSON path 'a' is written twice, beginning at character 1"
        );
        let error = parse(&["ä..b"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "JSON path 'ä..b' lacks a name at character 3"
        );
    }

    #[test]
    fn travels_as_json() {
        let json = r#"{"a.b":"null","c":{"value":1.50},"d":{"text":{"hash":{"length":8}}}}"#;
        let paths: JsonPaths = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&paths).unwrap(), json);
        assert!(paths.is_pseudonym());
        let value = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::from_value::<JsonPaths>(value).unwrap(), paths);
        assert!(serde_json::from_str::<JsonPaths>(r#"{"a..b":"null"}"#).is_err());
    }
}
