//! What rows are called where people read of them: `Tea pot`, not `product_id: 5`.

use super::gather::Row;
use super::redact::is_of_persons;
use super::shown::Shown;
use super::value;
use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::relation::{Column, Relation};
use crate::error::{Error, Result};
use crate::link::Kind;
use crate::link::graph::{Graph, Link};
use crate::registry::export::Spec;
use crate::security;
use crate::spi::guarded;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use crate::strategy::running;
use crate::walk::foreign;
use crate::walk::identity::IdentityColumn;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use crate::walk::text::{found_by, match_columns};
use pgrx::{FromDatum, PgMemoryContexts, pg_sys};
use std::collections::{HashMap, HashSet};

/// What the rows are called that a table's rows refer to: by a `context` link, or where it is disclosed, people.
pub struct Context {
    /// The referencing columns, by their numbers.
    pub columns: Vec<usize>,
    names: HashMap<Vec<String>, String>,
}

impl Context {
    /// The column in whose place the name stands.
    pub fn column(&self) -> usize {
        self.columns.last().copied().unwrap_or_default()
    }

    pub fn name(&self, key: &[String]) -> Option<&str> {
        self.names.get(key).map(String::as_str)
    }
}

/// The contexts of the rows of a table that are to be named, one for a column.
pub fn contexts(graph: &Graph, number: usize, shown: &Shown, rows: &[Row]) -> Result<Vec<Context>> {
    let mut contexts: Vec<Context> = Vec::new();
    for of in &graph.links {
        let is_of_table = of.target.table == number && of.condition.is_none();
        let (Some(columns), true) = (shown.target_of(of), is_of_table) else {
            continue;
        };
        let is_named = match is_of_persons(graph, of) {
            true => columns
                .last()
                .is_some_and(|column| shown.is_disclosed(*column)),
            false => of.kind == Kind::Context,
        };
        if !is_named {
            continue;
        }
        let mut context = Context {
            columns,
            names: HashMap::new(),
        };
        let column = context.column();
        if !shown.columns.contains(&column) || contexts.iter().any(|known| known.column() == column)
        {
            continue;
        }
        let relation = graph.relation(of.source.scan)?;
        let entry = graph.tables[of.source.table].entry.as_ref();
        let spec = entry.map(|entry| Spec::parse(&entry.export)).transpose()?;
        let expression = spec.and_then(|spec| spec.label_expression);
        let (Some(expression), Some(referenced)) = (expression, referenced(of, relation)) else {
            continue;
        };
        let mut keys = HashSet::new();
        for row in rows {
            let values = row.values()?;
            keys.extend(value::texts(
                &values,
                context.columns.iter().map(|column| shown.place(*column)),
            ));
        }
        let keys: Vec<Vec<String>> = keys.into_iter().collect();
        let names = names(relation, &referenced, &expression, &keys)?;
        let named = keys.into_iter().zip(names);
        context.names = named.filter_map(|(key, name)| Some((key, name?))).collect();
        contexts.push(context);
    }
    Ok(contexts)
}

/// The columns that a link compares in its source; None if it compares anything else.
fn referenced<'a>(link: &Link, relation: &'a Relation) -> Option<Vec<&'a Column>> {
    let columns = link.source.columns.iter();
    columns
        .map(|column| {
            relation
                .column(&column.name)
                .filter(|_| !column.is_expression)
        })
        .collect()
}

/// What the rows with these keys, as texts, are called by the expression. The caller's right to read the table is checked; it is read as its owner.
pub fn names(
    relation: &Relation,
    columns: &[&Column],
    expression: &str,
    keys: &[Vec<String>],
) -> Result<Vec<Option<String>>> {
    let mut names = vec![None; keys.len()];
    if keys.is_empty() {
        return Ok(names);
    }
    security::require_access(relation, security::caller(), false)?;
    let what = format!("the label expression of table {}", relation.qualified());
    let scope = Scope {
        relation,
        alias: c"target",
    };
    let analysed = expression::analyse(expression, &what, scope, None, false, Volatile::Refused)?;
    let memory = PgMemoryContexts::new("gdpr_ext names of rows");
    let size = Size::of(keys.len());
    let rows: Vec<u32> = (0..keys.len() as u32).collect();
    let mut parameters = Vec::new();
    for (part, column) in columns.iter().enumerate() {
        let texts = keys.iter().map(|key| key.get(part).map(String::as_str));
        let values = value::column(column.type_oid, texts, memory.value())?;
        parameters.push(size.parameter(&values, &rows));
    }
    let compared: Vec<IdentityColumn> = columns
        .iter()
        .map(|column| IdentityColumn::of_column(column, "target"))
        .collect();
    let (size, asked) = foreign::asked(relation, size, &parameters);
    let mut taken = Keys::new(size);
    let matches = match_columns(&mut taken, relation, &compared.iter().collect::<Vec<_>>())?;
    let output = format!("s.ord, ({})::pg_catalog.text", analysed.qualified);
    let sql = found_by(relation, &taken, &matches, &output);
    let planning = match size {
        Size::Many => Planning::EachRun,
        _ => Planning::Once,
    };
    let _owner = security::as_owner(relation)?;
    let mut ask = |first: usize, keys: &[Option<pg_sys::Datum>]| {
        let parameters = [&[running::parameter()], keys].concat();
        kept::of_session(&sql, &taken.types, planning)?.run(&parameters, Access::Read, |row| {
            let ord = row
                .get(0)
                .map_or(0, |datum| datum.value())
                .saturating_sub(1);
            // SAFETY: the second column is of type text.
            let name = row
                .get(1)
                .and_then(|datum| unsafe { String::from_datum(datum, false) });
            if let Some(place) = names.get_mut(first + ord) {
                *place = name;
            }
        })
    };
    let mut asked = asked.iter().enumerate();
    let run = || asked.try_for_each(|(first, keys)| ask(first, keys));
    guarded::run(run, |code| {
        Ok(Error::new(code, format!("{what} failed for some row"))
            .hint("The server's message is not shown, since it can hold values of rows."))
    })?;
    Ok(names)
}
