//! How a column is compared with the term, in the words that its indexes know.

use super::indexes::{self, Bytes, Index};
use super::kind::Kind;
use super::term::Form;
use crate::catalog::operator;
use crate::catalog::relation::{Column, Relation};
use crate::catalog::types;
use crate::error::{Error, Result};
use crate::registry::search::{self, Way};
use crate::sql::Ident;
use pgrx::pg_sys::{self, Oid};

/// A comparison, as parts of `SELECT value FROM table AS target lateral WHERE test`.
pub struct Matching {
    pub value: String,
    pub lateral: String,
    pub test: String,
}

/// The parameters of a statement.
#[derive(Default)]
pub struct Parameters(pub Vec<Form>);

impl Parameters {
    /// How a form of the term stands in the statement.
    pub fn add(&mut self, form: Form) -> String {
        let known = self.0.iter().position(|known| *known == form);
        let number = known.unwrap_or_else(|| {
            self.0.push(form);
            self.0.len() - 1
        });
        format!("${}", number + 1)
    }
}

/// A text that is compared: the value itself, and what indexes there are on it.
struct Text {
    sql: String,
    collation: Oid,
    indexes: indexes::Found,
}

/// `by_parts` says whether a trigram index can look for the term.
pub fn of(
    relation: &Relation,
    column: &Column,
    way: Way,
    indexes: &[Index],
    by_parts: bool,
    parameters: &mut Parameters,
) -> Result<Matching> {
    let kind = search::require_comparable(relation, column, way)?;
    let name = format!("target.{}", Ident(&column.name));
    let mut found = indexes::of_column(indexes, relation.oid, column);
    if !by_parts || !is_deterministic(column.collation) {
        (found.parts, found.lower_parts) = (false, false);
    }
    let value = format!("{name}::pg_catalog.text");
    let plain = |test: String| Matching {
        value: value.clone(),
        lateral: String::new(),
        test,
    };
    let text = |sql: String, indexes| Text {
        sql,
        collation: column.collation,
        indexes,
    };
    Ok(match kind {
        Kind::OwnText if way == Way::Exact => {
            let base = types::base_type(column.type_oid);
            plain(equal(base, &name, &parameters.add(Form::Given(base)))?)
        }
        Kind::Text | Kind::OwnText => {
            let text = text(value.clone(), found);
            plain(text.test(way, parameters)?)
        }
        Kind::TextArray => {
            let element = text("e::pg_catalog.text".to_owned(), indexes::Found::default());
            Matching {
                value: "m.value".to_owned(),
                lateral: format!(
                    " CROSS JOIN LATERAL (SELECT e::pg_catalog.text AS value FROM pg_catalog.unnest({name}) e WHERE {} LIMIT 1) m",
                    element.test(way, parameters)?
                ),
                test: "true".to_owned(),
            }
        }
        Kind::Json | Kind::Jsonb if way == Way::Contains => {
            plain(text(value.clone(), found).quoted(parameters))
        }
        Kind::Json | Kind::Jsonb => Matching {
            value: "m.value".to_owned(),
            lateral: match kind {
                Kind::Jsonb => in_jsonb(&name, parameters),
                _ => in_json(&name, parameters),
            },
            test: "true".to_owned(),
        },
        Kind::Array(base) => {
            let term = parameters.add(Form::Typed(base));
            Matching {
                value: shown(&term),
                ..plain(format!("{term} {} ANY ({name})", operator(base)?))
            }
        }
        Kind::Other(base) => Matching {
            value: shown(&name),
            ..plain(equal(base, &name, &parameters.add(Form::Typed(base)))?)
        },
    })
}

impl Text {
    fn test(&self, way: Way, parameters: &mut Parameters) -> Result<String> {
        let (sql, found) = (&self.sql, self.indexes);
        // The server compares parts of texts under collations only that tell different texts apart.
        let is_deterministic = is_deterministic(self.collation);
        let literal = match is_deterministic {
            true => "",
            false => " COLLATE pg_catalog.\"default\"",
        };
        let lower = format!("pg_catalog.lower({sql})");
        let term = parameters.add(Form::Lower(self.collation));
        Ok(match way {
            Way::Exact if found.lower.is_none() && self.ignores_case() => {
                format!("{sql} = {}", parameters.add(Form::Given(pg_sys::TEXTOID)))
            }
            Way::Exact if found.lower.is_none() && !found.lower_parts && found.parts => {
                format!(
                    "{sql}{literal} ILIKE {} AND {lower} = {term}",
                    parameters.add(Form::Same)
                )
            }
            Way::Exact => match found
                .lower
                .filter(|of| is_deterministic && *of != self.collation)
            {
                // Under which of them texts are compared makes no difference but to the index.
                Some(of) => format!("{lower} COLLATE {} = {term}", types::collation_name(of)?),
                None => format!("{lower} = {term}"),
            },
            Way::Prefix => {
                let begins = format!("pg_catalog.starts_with({lower}{literal}, {term})");
                match self.range(&lower, &term, parameters)? {
                    Some(range) => format!("{range} AND {begins}"),
                    None => self.like(false, parameters).unwrap_or(begins),
                }
            }
            Way::Contains => self
                .like(true, parameters)
                .unwrap_or_else(|| format!("pg_catalog.strpos({lower}{literal}, {term}) > 0")),
        })
    }

    /// By a trigram index, if there is one.
    fn like(&self, anywhere: bool, parameters: &mut Parameters) -> Option<String> {
        let sql = &self.sql;
        let mut pattern = |collation| {
            parameters.add(Form::Pattern {
                collation,
                anywhere,
            })
        };
        if self.indexes.lower_parts {
            let pattern = pattern(Some(self.collation));
            return Some(format!("pg_catalog.lower({sql}) LIKE {pattern}"));
        }
        self.indexes
            .parts
            .then(|| format!("{sql} ILIKE {}", pattern(None)))
    }

    /// By an index in the order of bytes, if there is one: from the term up to what comes after all that begin with it.
    fn range(
        &self,
        lower: &str,
        term: &str,
        parameters: &mut Parameters,
    ) -> Result<Option<String>> {
        // SAFETY: reads a variable of the backend.
        let is_utf8 = unsafe { pg_sys::GetDatabaseEncoding() } == pg_sys::pg_enc::PG_UTF8 as i32;
        let Some(bytes) = self.indexes.lower_bytes.filter(|_| is_utf8) else {
            return Ok(None);
        };
        let beyond = parameters.add(Form::Beyond(self.collation));
        Ok(Some(match bytes {
            Bytes::Pattern => format!("{lower} ~>=~ {term} AND {lower} ~<~ {beyond}"),
            Bytes::Collation(collation) => {
                let lower = format!("{lower} COLLATE {}", types::collation_name(collation)?);
                format!("{lower} >= {term} AND {lower} < {beyond}")
            }
        }))
    }

    /// What contains the term as JSON writes it.
    fn quoted(&self, parameters: &mut Parameters) -> String {
        let sql = &self.sql;
        let mut form = |pattern| {
            parameters.add(Form::Quoted {
                collation: self.collation,
                pattern,
            })
        };
        match self.indexes {
            indexes::Found {
                lower_parts: true, ..
            } => {
                format!("pg_catalog.lower({sql}) LIKE {}", form(true))
            }
            indexes::Found { parts: true, .. } => format!("{sql} ILIKE {}", form(true)),
            _ => format!(
                "pg_catalog.strpos(pg_catalog.lower({sql}), {}) > 0",
                form(false)
            ),
        }
    }

    /// The collation itself holds upper and lower case to be equal.
    fn ignores_case(&self) -> bool {
        if is_deterministic(self.collation) {
            return false;
        }
        // SAFETY: both texts are one byte long.
        unsafe { pg_sys::varstr_cmp(c"a".as_ptr(), 1, c"A".as_ptr(), 1, self.collation) == 0 }
    }
}

fn is_deterministic(collation: Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    collation == pg_sys::InvalidOid || unsafe { pg_sys::get_collation_isdeterministic(collation) }
}

/// A value as its type writes it; the cast of some types writes more.
fn shown(value: &str) -> String {
    format!("pg_catalog.format('%s', {value})")
}

fn operator(base: Oid) -> Result<String> {
    let equality = operator::default_equality(base);
    operator::qualified_operator(equality.ok_or_else(|| Error::internal("an equality is gone"))?)
}

fn equal(base: Oid, value: &str, term: &str) -> Result<String> {
    Ok(format!("{value} {} {term}", operator(base)?))
}

/// A string anywhere in a document that is equal to the term.
fn in_jsonb(name: &str, parameters: &mut Parameters) -> String {
    let term = parameters.add(Form::Lower(pg_sys::DEFAULT_COLLATION_OID));
    format!(
        " CROSS JOIN LATERAL (SELECT v #>> '{{}}' AS value FROM pg_catalog.jsonb_path_query({name}, 'strict $.**') v \
         WHERE pg_catalog.jsonb_typeof(v) = 'string' AND pg_catalog.lower(v #>> '{{}}') = {term} LIMIT 1) m"
    )
}

/// The same for json, which can hold what jsonb and text cannot: the character 0 and halves of characters. A document with such an escape is compared as
/// it is written.
fn in_json(name: &str, parameters: &mut Parameters) -> String {
    let term = parameters.add(Form::Lower(pg_sys::DEFAULT_COLLATION_OID));
    let quoted = parameters.add(Form::Quoted {
        collation: pg_sys::DEFAULT_COLLATION_OID,
        pattern: false,
    });
    let given = parameters.add(Form::Given(pg_sys::TEXTOID));
    let plain = format!("{name}::pg_catalog.text !~* '\\\\u(0000|d[89a-f])'");
    format!(
        " CROSS JOIN LATERAL (\
           WITH RECURSIVE part(v) AS (\
             SELECT {name} WHERE {plain} \
             UNION ALL SELECT inner_part.v FROM part CROSS JOIN LATERAL (\
               SELECT value FROM pg_catalog.json_each(CASE WHEN pg_catalog.json_typeof(v) = 'object' THEN v END) \
               UNION ALL SELECT value FROM pg_catalog.json_array_elements(CASE WHEN pg_catalog.json_typeof(v) = 'array' THEN v END)\
             ) inner_part(v)) \
           SELECT v #>> '{{}}' AS value FROM part WHERE pg_catalog.json_typeof(v) = 'string' AND pg_catalog.lower(v #>> '{{}}') = {term} \
           UNION ALL SELECT {given} WHERE NOT {plain} AND pg_catalog.strpos(pg_catalog.lower({name}::pg_catalog.text), '\"' || {quoted} || '\"') > 0 \
           LIMIT 1) m"
    )
}
