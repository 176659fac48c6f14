//! Rules: what anonymising does to a column. Read here as they are registered: which strategy, with which parameters.

use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The strategies there are.
pub const STRATEGIES: [&str; 17] = [
    "auto",
    "null",
    "blank",
    "default",
    "value",
    "partial",
    "hash",
    "pseudonym",
    "fake",
    "email",
    "noise",
    "generalise",
    "shuffle",
    "random",
    "json",
    "sql",
    "keep",
];

/// Short form `"email"`, long form `{"strategy": "partial", "keep_last": 2}`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Rule {
    Short(String),
    Long {
        strategy: String,
        #[serde(flatten)]
        _parameters: Map<String, Value>,
    },
}

impl Rule {
    fn strategy(&self) -> &str {
        match self {
            Self::Short(strategy) | Self::Long { strategy, .. } => strategy,
        }
    }
}

/// Every rule is for a column that the table has, or for `*`, and names a strategy that there is.
pub fn check(relation: &Relation, rules: &Value) -> Result<()> {
    let rules: BTreeMap<String, Value> = serde_json::from_value(rules.clone()).map_err(|_| {
        Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, "rules is not a JSON object")
            .hint("Give it as '{\"email\": \"email\", \"phone\": {\"strategy\": \"partial\", \"keep_last\": 2}}'.")
    })?;
    for (column, rule) in rules {
        if column != "*" {
            relation.require_column(&column)?;
        }
        let rule: Rule = serde_json::from_value(rule).map_err(|_| {
            Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("the rule for column \"{column}\" is not a strategy"),
            )
            .hint("A rule is the name of a strategy, or an object with the key \"strategy\" and its parameters.")
        })?;
        if !STRATEGIES.contains(&rule.strategy()) {
            return Err(Error::unknown_word(
                "a strategy",
                rule.strategy(),
                &STRATEGIES,
            ));
        }
    }
    Ok(())
}
