//! The `search` words of an entry: by what its rows are found.

use super::hooks;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::search::kind::Kind;
use pgrx::pg_sys;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word<'a> {
    Column(&'a str, Way),
    /// `schema.name`
    Function(&'a str),
}

/// How a column's values are compared with what is searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Exact,
    Prefix,
    Contains,
}

impl Way {
    const WORDS: [(&'static str, Self); 3] = [
        ("exact", Self::Exact),
        ("prefix", Self::Prefix),
        ("contains", Self::Contains),
    ];

    fn parse(word: &str) -> Option<Self> {
        let known = Self::WORDS.iter().find(|(known, _)| *known == word);
        known.map(|(_, way)| *way)
    }
}

/// Reads a word: the name of a column, alone or with how it is compared behind it, or `function` and a name. 42703 for a column that the table
/// does not have, 22023 for a word behind it that is none of ours.
pub fn parse<'a>(word: &'a str, relation: &Relation) -> Result<Word<'a>> {
    if relation.column(word).is_some() {
        return Ok(Word::Column(word, Way::Exact));
    }
    let Some((first, last)) = word.trim_end().rsplit_once(char::is_whitespace) else {
        return Err(missing(word, relation));
    };
    let column = first.trim_end();
    match (relation.column(column), Way::parse(last)) {
        (Some(_), Some(way)) => Ok(Word::Column(column, way)),
        (Some(_), None) => Err(unknown(last)),
        (None, _) if column == "function" => Ok(Word::Function(last)),
        (None, Some(_)) => Err(missing(column, relation)),
        (None, None) => Err(missing(word, relation)),
    }
}

fn unknown(word: &str) -> Error {
    let known = Way::WORDS.map(|(word, _)| word);
    Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        format!("\"{word}\" is not a way to search a column"),
    )
    .hint(format!(
        "It is one of: {}; or the word is 'function schema.name'.",
        known.join(", ")
    ))
}

fn missing(column: &str, relation: &Relation) -> Error {
    match relation.require_column(column) {
        Err(error) => error,
        Ok(_) => Error::internal("a column is there and is not"),
    }
}

/// All words are what the table, its column's types and the functions allow.
pub fn check(words: &[String], relation: &Relation) -> Result<()> {
    for word in words {
        match parse(word, relation)? {
            Word::Column(name, way) => {
                let column = relation.require_column(name)?;
                require_comparable(relation, column, way)?;
            }
            Word::Function(name) => {
                function(name, relation)?;
            }
        }
    }
    Ok(())
}

/// 42804 for a column whose type cannot be compared like this.
pub fn require_comparable(relation: &Relation, column: &Column, way: Way) -> Result<Kind> {
    let kind = Kind::of(column.type_oid);
    let hint = match (&kind, way) {
        (Some(kind), Way::Exact) if kind.is_comparable() => None,
        (Some(Kind::Text | Kind::OwnText | Kind::TextArray), _) => None,
        (Some(Kind::Json | Kind::Jsonb), Way::Contains) => None,
        (Some(Kind::Json | Kind::Jsonb), _) => {
            Some("It can be searched exactly, or with contains.")
        }
        (Some(kind), _) if kind.is_comparable() => {
            Some("Its values can be searched exactly; prefix and contains are for text.")
        }
        _ => Some("The type has no equality; a function can search it: 'function schema.name'."),
    };
    match (kind, hint) {
        (Some(kind), None) => Ok(kind),
        (_, hint) => Err(Error::new(
            Code::ERRCODE_DATATYPE_MISMATCH,
            format!(
                "column \"{}\" of table {} is of type {}, which cannot be searched like this",
                column.name,
                relation.qualified(),
                types::display_name(column.type_oid)
            ),
        )
        .hint(hint.unwrap_or_default())),
    }
}

/// The function as it stands in SQL: (text) RETURNS SETOF the table. 42883 if there is none, 42804 if it returns anything else.
pub fn function(name: &str, relation: &Relation) -> Result<String> {
    let (oid, sql) = hooks::find(name, &[pg_sys::TEXTOID]).ok_or_else(|| {
        Error::new(
            Code::ERRCODE_UNDEFINED_FUNCTION,
            format!(
                "search function {name} of table {} is no function (text)",
                relation.qualified()
            ),
        )
        .hint("Name it with its schema, and let it take (term text).")
    })?;
    // SAFETY: catalog look-ups by oid.
    let returns_rows = unsafe {
        pg_sys::get_func_retset(oid)
            && pg_sys::get_typ_typrelid(pg_sys::get_func_rettype(oid)) == relation.oid
    };
    if returns_rows {
        return Ok(sql);
    }
    Err(Error::new(
        Code::ERRCODE_DATATYPE_MISMATCH,
        format!(
            "search function {name} does not return rows of table {}",
            relation.qualified()
        ),
    )
    .hint(format!("Let it return SETOF {}.", relation.qualified())))
}
