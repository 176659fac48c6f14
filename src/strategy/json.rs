//! `json`: rules for places inside a document.

use super::email::Email;
use super::fake::Fake;
use super::hash::Hash;
use super::partial::Partial;
use super::pseudonym::Pseudonym;
use super::random::Random;
use super::{Field, Kind, Mask, Strategy, Values};
use crate::error::{Code, Error, Result};
use crate::mask::{JsonMask, JsonPaths, TextMask};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

#[derive(Deserialize)]
pub struct Json {
    paths: Map<String, Value>,
}

/// What can be done to a place inside a document.
const INSIDE: [&str; 9] = [
    "null",
    "blank",
    "value",
    "partial",
    "hash",
    "pseudonym",
    "fake",
    "email",
    "random",
];

impl Strategy for Json {
    fn mask(&self, field: &Field) -> Result<Mask> {
        if !matches!(field.kind, Kind::Json | Kind::Jsonb) {
            return Err(field.unsuitable("json", "json and jsonb"));
        }
        let mut masks = Vec::new();
        for (path, rule) in &self.paths {
            let what = format!("path \"{path}\" in {}", field.name());
            // The last name on the way is what a column's name is.
            let name = path.rsplit('.').find(|part| *part != "*").unwrap_or(path);
            masks.push((path.clone(), inside(rule, name, &what)?));
        }
        if masks.is_empty() {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("strategy \"json\" for {} has no paths", field.name()),
            )
            .hint(
                "Write it as {\"strategy\": \"json\", \"paths\": {\"contact.email\": \"email\"}}.",
            ));
        }
        let paths = JsonPaths::parse(masks).map_err(|error| {
            Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("a path of {} cannot be read: {error}", field.name()),
            )
            .hint("A path is names with points between them; * is every element.")
        })?;
        let sql = field.masked(&format!("{}::pg_catalog.jsonb", field.value()), &paths)?;
        let mask = Mask::new(sql, Values::Unknown).strict();
        Ok(match paths.is_pseudonym() {
            true => mask.pseudonymous(),
            false => mask,
        })
    }
}

fn inside(rule: &Value, name: &str, what: &str) -> Result<JsonMask> {
    super::parse(rule, what)?;
    if rule.get("of").is_some() {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("\"of\" is given for {what}"),
        )
        .hint("It is a parameter of the column's rule: whose the document is."));
    }
    let (strategy, parameters) = match rule {
        Value::Object(object) => {
            let mut parameters = object.clone();
            let strategy = parameters.remove("strategy");
            (strategy.unwrap_or_default(), parameters)
        }
        short => (short.clone(), Map::new()),
    };
    let strategy = strategy.as_str().unwrap_or_default();
    fn read<T: DeserializeOwned>(parameters: Map<String, Value>) -> Result<T> {
        serde_json::from_value(Value::Object(parameters)).map_err(Error::from)
    }
    let text: TextMask = match strategy {
        "null" => return Ok(JsonMask::Null),
        "blank" => return Ok(JsonMask::Blank),
        "value" => {
            return Ok(JsonMask::Value(
                parameters.get("value").cloned().unwrap_or_default(),
            ));
        }
        "partial" => read::<Partial>(parameters)?.text(),
        "hash" => read::<Hash>(parameters)?.text(None, what)?,
        "pseudonym" => read::<Pseudonym>(parameters)?.text(None, what)?,
        "fake" => read::<Fake>(parameters)?.text(name, None, false, what)?,
        "email" => read::<Email>(parameters)?.text(None, what)?,
        "random" => read::<Random>(parameters)?.text(what)?,
        other => {
            return Err(Error::unknown_word(
                "a strategy for a place inside a document",
                other,
                &INSIDE,
            )
            .detail(format!("It is given for {what}.")));
        }
    };
    Ok(JsonMask::Text(text))
}
