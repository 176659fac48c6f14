//! The statements that look for the term, one for the columns of each table and one for each function.

use super::matching::{self, Parameters};
use super::plan::{Plan, Searched};
use super::term::Form;
use crate::catalog::operator::Equality;
use crate::catalog::relation::{Column, Relation};
use crate::error::Result;
use crate::registry::search;
use crate::sql::{Ident, Literal};
use crate::walk::identity::{IdentityColumn, read_identity};
use pgrx::pg_sys;

/// A statement, and what its parameters and the values of its rows are.
pub struct Text {
    pub sql: String,
    pub parameters: Vec<Form>,
}

/// Where each part of a row begins. The number of the column and the value that matched come first.
pub struct Layout {
    pub key: usize,
    pub identity: usize,
    /// For each of the ways that come to the table, where each value that it wants is.
    pub values: Vec<Vec<usize>>,
}

impl Layout {
    pub fn of(plan: &Plan, searched: &Searched) -> Self {
        read(plan, searched).1
    }
}

/// The columns that every row is read with, and where they stand.
fn read(plan: &Plan, searched: &Searched) -> (Vec<String>, Layout) {
    let mut columns = vec![key_document(&searched.key)];
    let mut layout = Layout {
        key: 2,
        identity: 3,
        values: Vec::new(),
    };
    if let Some((ways, table)) = searched.met.first() {
        columns.extend(read_identity(
            &plan.persons[*ways].graph.tables[*table],
            "target",
        ));
    }
    for (ways, table) in &searched.met {
        let reads = plan.persons[*ways].reads[*table].iter();
        let wanted = reads.flat_map(|reads| &reads.wanted);
        let places = wanted.map(|wanted| {
            let known = columns.iter().position(|known| *known == wanted.sql);
            2 + known.unwrap_or_else(|| {
                columns.push(wanted.sql.clone());
                columns.len() - 1
            })
        });
        layout.values.push(places.collect());
    }
    (columns, layout)
}

/// What finds the rows of a table by its columns: each column by what its own indexes can do. `by_parts` says whether a trigram index can
/// look for the term.
pub fn by_columns(plan: &Plan, searched: &Searched, by_parts: bool) -> Result<Text> {
    let (columns, _) = read(plan, searched);
    let relation = &searched.relation;
    let mut parameters = Parameters::default();
    let mut parts = Vec::with_capacity(searched.columns.len());
    for (number, (column, way)) in searched.columns.iter().enumerate() {
        let matching = matching::of(
            relation,
            column,
            *way,
            &plan.indexes,
            by_parts,
            &mut parameters,
        )?;
        parts.push(format!(
            "SELECT {number}, {}, {} FROM {} AS target{} WHERE {}",
            matching.value,
            columns.join(", "),
            relation.in_from_read_whole(),
            matching.lateral,
            matching.test,
        ));
    }
    Ok(Text {
        sql: parts.join(" UNION ALL "),
        parameters: parameters.0,
    })
}

/// What finds those that a function gives, each once.
pub fn by_function(plan: &Plan, searched: &Searched, name: &str) -> Result<Text> {
    let (columns, _) = read(plan, searched);
    let relation = &searched.relation;
    let function = search::function(name, relation)?;
    let (given, same) = match searched.key.as_slice() {
        [] => (
            format!("{} AS whole", whole(relation, "f")),
            format!("{} = found.whole", whole(relation, "target")),
        ),
        key => {
            let names: Vec<String> = key
                .iter()
                .map(|part| format!("f.{}", Ident(&part.name)))
                .collect();
            let mut same = Vec::with_capacity(key.len());
            for part in key {
                let (known, given) = (
                    IdentityColumn::of_column(part, "target"),
                    IdentityColumn::of_column(part, "found"),
                );
                same.push(Equality::between(known.kind, given.kind)?.sql(&known.name, &given.name));
            }
            (names.join(", "), same.join(" AND "))
        }
    };
    let sql = format!(
        "SELECT NULL::pg_catalog.int4, NULL::pg_catalog.text, {} \
         FROM (SELECT DISTINCT {given} FROM {function}($1) AS f) AS found JOIN {} AS target ON {same}",
        columns.join(", "),
        relation.in_from_read_whole(),
    );
    Ok(Text {
        sql,
        parameters: vec![Form::Given(pg_sys::TEXTOID)],
    })
}

fn whole(relation: &Relation, alias: &str) -> String {
    let columns: Vec<String> = relation
        .columns
        .iter()
        .map(|column| format!("{alias}.{}", Ident(&column.name)))
        .collect();
    format!("ROW({})::pg_catalog.text", columns.join(", "))
}

fn key_document(key: &[Column]) -> String {
    if key.is_empty() {
        return "NULL::pg_catalog.jsonb".to_owned();
    }
    let parts: Vec<String> = key
        .iter()
        .map(|column| format!("{}, target.{}", Literal(&column.name), Ident(&column.name)))
        .collect();
    format!("pg_catalog.jsonb_build_object({})", parts.join(", "))
}
