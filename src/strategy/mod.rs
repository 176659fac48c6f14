//! Strategies: what anonymising can do to a column. A file each: its parameters, whether it suits a column, and the SQL expression that it becomes.

mod auto;
mod blank;
pub mod chance;
mod default;
mod email;
mod fake;
mod field;
mod generalise;
mod hash;
mod json;
mod keep;
mod noise;
mod null;
mod partial;
pub mod pseudonym;
mod random;
pub mod running;
mod shuffle;
mod sql;
mod value;
mod workers;

pub use field::{Field, Kind};

use crate::error::{Code, Error, Result};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A rule's strategy with its parameters.
pub trait Strategy {
    /// What it makes of a column; an error if it does not suit the column.
    fn mask(&self, field: &Field) -> Result<Mask>;

    /// The column is left as it is, and why.
    fn keeps(&self) -> Option<Kept<'_>> {
        None
    }

    /// It works on whole tables only.
    fn needs_all_rows(&self) -> bool {
        false
    }

    /// It evaluates what the table's owner wrote.
    fn is_expression(&self) -> bool {
        false
    }

    /// The parameters as they are stored, where that is not as they were given.
    fn canonical(&self, _field: &Field) -> Result<Option<(&'static str, String)>> {
        Ok(None)
    }
}

pub struct Kept<'a> {
    pub reason: Option<&'a str>,
}

/// What becomes of a column's values.
#[derive(Debug, Clone)]
pub struct Mask {
    /// over the alias `target`
    pub sql: String,
    /// NULL gives NULL by itself.
    pub strict: bool,
    pub values: Values,
    /// In the sense of recital 26: with the secret it can be told from which value it was made.
    pub pseudonymous: bool,
}

/// What is known of the new values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    Null,
    /// the same for every row
    Constant,
    /// never what was there; distinct where the column is unique
    Fresh,
    /// never what was there, but two rows can get the same
    Changed,
    /// may be what was there, and two rows can get the same
    Any,
    /// depends on what is there, and may be equal to it
    Derived,
    /// not known: as somebody wrote it
    Unknown,
}

impl Mask {
    pub fn constant(sql: String) -> Self {
        Self {
            sql,
            strict: false,
            values: Values::Constant,
            pseudonymous: false,
        }
    }

    pub fn new(sql: String, values: Values) -> Self {
        Self {
            sql,
            strict: false,
            values,
            pseudonymous: false,
        }
    }

    pub fn strict(self) -> Self {
        Self {
            strict: true,
            ..self
        }
    }

    pub fn pseudonymous(self) -> Self {
        Self {
            pseudonymous: true,
            ..self
        }
    }

    /// It is the same whatever stands in the row, so it can be tried beforehand.
    pub fn can_be_tried(&self) -> bool {
        matches!(
            self.values,
            Values::Constant | Values::Fresh | Values::Changed | Values::Any
        )
    }
}

/// A strategy: its name, its parameters, and how it is read.
struct Known {
    name: &'static str,
    parameters: &'static [&'static str],
    read: fn(Value) -> serde_json::Result<Box<dyn Strategy>>,
}

fn read<S: Strategy + DeserializeOwned + 'static>(
    parameters: Value,
) -> serde_json::Result<Box<dyn Strategy>> {
    Ok(Box::new(serde_json::from_value::<S>(parameters)?))
}

const KNOWN: [Known; 17] = [
    Known {
        name: "auto",
        parameters: &[],
        read: read::<auto::Auto>,
    },
    Known {
        name: "null",
        parameters: &[],
        read: read::<null::Null>,
    },
    Known {
        name: "blank",
        parameters: &[],
        read: read::<blank::Blank>,
    },
    Known {
        name: "default",
        parameters: &[],
        read: read::<default::Default>,
    },
    Known {
        name: "value",
        parameters: &["value"],
        read: read::<value::Constant>,
    },
    Known {
        name: "partial",
        parameters: &["keep_first", "keep_last", "mask"],
        read: read::<partial::Partial>,
    },
    Known {
        name: "hash",
        parameters: &["length"],
        read: read::<hash::Hash>,
    },
    Known {
        name: "pseudonym",
        parameters: &["kind", "locale"],
        read: read::<pseudonym::Pseudonym>,
    },
    Known {
        name: "fake",
        parameters: &["kind", "locale"],
        read: read::<fake::Fake>,
    },
    Known {
        name: "email",
        parameters: &["domain"],
        read: read::<email::Email>,
    },
    Known {
        name: "noise",
        parameters: &["ratio", "amount", "interval"],
        read: read::<noise::Noise>,
    },
    Known {
        name: "generalise",
        parameters: &["to", "step"],
        read: read::<generalise::Generalise>,
    },
    Known {
        name: "shuffle",
        parameters: &[],
        read: read::<shuffle::Shuffle>,
    },
    Known {
        name: "random",
        parameters: &["length", "min", "max"],
        read: read::<random::Random>,
    },
    Known {
        name: "json",
        parameters: &["paths"],
        read: read::<json::Json>,
    },
    Known {
        name: "sql",
        parameters: &["expression", "pseudonymous"],
        read: read::<sql::Sql>,
    },
    Known {
        name: "keep",
        parameters: &["reason"],
        read: read::<keep::Keep>,
    },
];

/// Reads a rule: the name of a strategy, or an object with the key `strategy` and its parameters. `what` names the rule in errors.
/// 22023 for what is not known, with the nearest name as hint.
pub fn parse(rule: &Value, what: &str) -> Result<Box<dyn Strategy>> {
    let (name, parameters) = match rule {
        Value::String(name) => (name.as_str(), Map::new()),
        Value::Object(object) => {
            let mut parameters = object.clone();
            match object.get("strategy").and_then(Value::as_str) {
                Some(name) => {
                    parameters.remove("strategy");
                    // Whose the value is does not concern the strategy.
                    parameters.remove("of");
                    (name, parameters)
                }
                None => return Err(not_a_rule(what)),
            }
        }
        _ => return Err(not_a_rule(what)),
    };
    let Some(known) = KNOWN.iter().find(|known| known.name == name) else {
        let names: Vec<&str> = KNOWN.iter().map(|known| known.name).collect();
        return Err(Error::unknown_word("a strategy", name, &names)
            .detail(format!("It is given for {what}.")));
    };
    let is_unknown = |key: &&String| !known.parameters.contains(&key.as_str());
    if let Some(key) = parameters.keys().find(is_unknown) {
        let error = match known.parameters {
            [] => Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("strategy \"{name}\" takes no parameters, and \"{key}\" is given"),
            )
            .hint(format!("Write it as \"{name}\".")),
            known => {
                Error::unknown_word(&format!("a parameter of strategy \"{name}\""), key, known)
            }
        };
        return Err(error.detail(format!("It is given for {what}.")));
    }
    (known.read)(Value::Object(parameters)).map_err(|error| {
        // serde's message names the parameter and the type, and may repeat the value, which is the user's own text.
        Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("the parameters of strategy \"{name}\" for {what} cannot be read: {error}"),
        )
        .hint(match known.parameters {
            [] => format!("Write it as \"{name}\"."),
            known => format!("It takes: {}.", known.join(", ")),
        })
    })
}

fn not_a_rule(what: &str) -> Error {
    Error::new(Code::ERRCODE_INVALID_PARAMETER_VALUE, format!("the rule for {what} is not a strategy"))
        .hint("A rule is the name of a strategy, or an object with the key \"strategy\" and its parameters.")
}
