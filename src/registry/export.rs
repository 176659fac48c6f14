//! What an entry says of exports: which columns, in which order, under which names, and what a row is called.

use super::hooks;
use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use pgrx::pg_sys;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};

#[derive(Debug, Default, Clone, PartialEq, Deserialize)]
#[serde(default)]
pub struct Spec {
    /// All other columns are left out.
    pub include: Option<Vec<String>>,
    pub exclude: Vec<String>,
    /// Columns that come first.
    pub order: Vec<String>,
    /// column to what people call it
    pub labels: BTreeMap<String, String>,
    /// what people call the table
    pub label: Option<String>,
    /// What a row is called: canonical SQL over its columns, in parentheses.
    pub label_expression: Option<String>,
    /// A function of the table's owner that makes another document of a row's.
    pub transform: Option<String>,
    pub derived: Derived,
    /// Columns that are shown although they lead to other people.
    pub disclose: Vec<String>,
}

/// What was inferred, and is no part of a portable document: Art. 20 GDPR.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Derived {
    Table(bool),
    Columns(Vec<String>),
}

impl Default for Derived {
    fn default() -> Self {
        Self::Table(false)
    }
}

type Test = fn(&Value) -> bool;

const COLUMNS: &str = "an array of columns";
const KEYS: [(&str, &str, Test); 9] = [
    ("include", COLUMNS, is_texts),
    ("exclude", COLUMNS, is_texts),
    ("order", COLUMNS, is_texts),
    ("disclose", COLUMNS, is_texts),
    ("derived", "true, or an array of columns", |value| {
        value.is_boolean() || is_texts(value)
    }),
    ("labels", "an object: column to label", |value| {
        value
            .as_object()
            .is_some_and(|labels| labels.values().all(is_name))
    }),
    ("label", "a text", is_name),
    ("label_expression", "an SQL expression, as a text", is_name),
    ("transform", "a function's name", is_name),
];

/// How a key is given.
fn example(key: &str) -> &'static str {
    match key {
        "derived" => "\"derived\": true, or \"derived\": [\"score\"]",
        "labels" => "\"labels\": {\"placed\": \"Ordered on\"}",
        "label" => "\"label\": \"Orders\"",
        "label_expression" => "\"label_expression\": \"first_name || ' ' || last_name\"",
        "transform" => "\"transform\": \"schema.function\"",
        _ => "an array of names: [\"email\", \"phone\"]",
    }
}

fn is_texts(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.iter().all(Value::is_string))
}

/// A text that is not blank.
fn is_name(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

impl Spec {
    /// 22023 for what cannot be read.
    pub fn parse(export: &Value) -> Result<Self> {
        super::entry::check_words("export", export, &KEYS.map(|(key, ..)| key))?;
        for (key, what, is_right) in KEYS {
            if !export.get(key).is_none_or(is_right) {
                return Err(Error::new(
                    Code::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!("\"{key}\" of export is not {what}"),
                )
                .hint(format!("Give it as {}.", example(key))));
            }
        }
        Ok(serde_json::from_value(export.clone())?)
    }

    /// Against the table that it is about.
    pub fn check(&self, relation: &Relation) -> Result<()> {
        let derived = match &self.derived {
            Derived::Columns(columns) => columns.as_slice(),
            Derived::Table(_) => &[],
        };
        let lists = [&self.exclude, &self.order, &self.disclose];
        let columns = lists.into_iter().flatten().chain(derived);
        let columns = columns.chain(self.include.iter().flatten());
        for column in columns.chain(self.labels.keys()) {
            relation.require_column(column)?;
        }
        self.check_labels(relation)?;
        match &self.transform {
            Some(name) => transform(name, relation).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Two columns with one label would be one key of a document.
    fn check_labels(&self, relation: &Relation) -> Result<()> {
        let mut known: HashMap<&str, &str> = HashMap::new();
        for column in &relation.columns {
            let label = self.labels.get(&column.name).unwrap_or(&column.name);
            if let Some(other) = known.insert(label, &column.name) {
                return Err(Error::new(
                    Code::ERRCODE_INVALID_PARAMETER_VALUE,
                    format!(
                        "columns \"{other}\" and \"{}\" of table {} have the same label",
                        column.name,
                        relation.qualified()
                    ),
                )
                .hint("Give one of them another label."));
            }
        }
        Ok(())
    }

    /// The type and the canonical text of the expression that says what a row is called, read by the search path in force.
    fn analysed(&self, relation: &Relation) -> Result<Option<String>> {
        let Some(text) = &self.label_expression else {
            return Ok(None);
        };
        let what = format!("the label expression of table {}", relation.qualified());
        let scope = Scope {
            relation,
            alias: c"target",
        };
        let analysed = expression::analyse(text, &what, scope, None, false, Volatile::Refused)?;
        Ok(Some(expression::parenthesised(analysed.bare)))
    }
}

/// What is stored: names in the label expression are those that the search path in force finds, so settings must not be pinned yet.
pub fn canonical(relation: &Relation, export: &Value) -> Result<Value> {
    let mut stored = export.clone();
    if let Some(text) = Spec::parse(export)?.analysed(relation)? {
        stored["label_expression"] = Value::String(text);
    }
    Ok(stored)
}

/// The function as it stands in SQL: 42883 if there is none that takes one jsonb, 42804 if it returns anything but one jsonb.
pub fn transform(name: &str, relation: &Relation) -> Result<String> {
    let what = format!("transform {name} of table {}", relation.qualified());
    let (function, sql) = hooks::find(name, &[pg_sys::JSONBOID]).ok_or_else(|| {
        Error::new(
            Code::ERRCODE_UNDEFINED_FUNCTION,
            format!("{what} is no function (jsonb)"),
        )
        .hint("Name it with its schema, and let it take one jsonb and return one.")
    })?;
    // SAFETY: catalog look-ups by the oid of a function that was just found.
    let returns = unsafe {
        match pg_sys::get_func_retset(function) {
            true => pg_sys::InvalidOid,
            false => pg_sys::get_func_rettype(function),
        }
    };
    match returns {
        pg_sys::JSONBOID => Ok(sql),
        _ => Err(Error::new(
            Code::ERRCODE_DATATYPE_MISMATCH,
            format!("{what} does not return one jsonb"),
        )
        .hint("It makes one document of a row's document: RETURNS jsonb.")),
    }
}
