//! Tables of foreign servers: how they are asked, and what is said when they cannot be read.

use super::statements::{Purpose, Reading, Size, Step};
use super::{subject, text};
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::link::graph::Graph;
use crate::log::event;
use crate::spi::statement::{Planning, Statement};
use crate::sql::Ident;
use pgrx::pg_sys::Datum;
use std::rc::Rc;

/// Of parameters for so many keys those for each alone. Not every server can be sent an array, and not every wrapper quotes the texts in it.
fn singly(size: Size, parameters: &[Option<Datum>]) -> Vec<Vec<Option<Datum>>> {
    if size == Size::One {
        return vec![parameters.to_vec()];
    }
    let columns: Vec<Vec<Option<Datum>>> = parameters
        .iter()
        .map(|array| array.map_or_else(Vec::new, subject::elements_of))
        .collect();
    let keys = columns.iter().map(Vec::len).max().unwrap_or_default();
    let of_key = |key: usize| {
        let values = columns.iter();
        values
            .map(|column| column.get(key).copied().flatten())
            .collect()
    };
    (0..keys).map(of_key).collect()
}

/// What a statement that reads a relation by so many keys is run with: for how many it is made, and the parameters of each run. Where it is run
/// once for each key, the first column of its rows is 1 in each.
pub fn asked(
    relation: &Relation,
    size: Size,
    parameters: &[Option<Datum>],
) -> (Size, Vec<Vec<Option<Datum>>>) {
    match relation.is_outside() {
        true => (Size::One, singly(size, parameters)),
        false => (size, vec![parameters.to_vec()]),
    }
}

/// The statement that counts what a step finds by one key. It reads nothing but what the rows are found by.
pub fn counted(graph: &Graph, step: Step, reading: Reading) -> Result<Option<Rc<Statement>>> {
    let (kind, number) = match step {
        Step::Start if reading.start.is_none() => (10, 0),
        Step::Forward(link) => (11, link),
        Step::Content(table) => (12, table),
        Step::Start | Step::Reverse(_) => return Ok(None),
    };
    let statement = graph.statements.get([kind, number, 0, 0], || {
        let (sql, types) = text::of(graph, step, Size::One, Reading::only(Purpose::Collect))?;
        let sql = format!("SELECT pg_catalog.count(*) FROM ({sql}) AS found");
        Statement::prepare(&sql, &types, Planning::Once)
    });
    statement.map(Some)
}

/// Fewer rows could be read than there are. mysql_fdw ends a scan without an error at a value that is too long for it.
pub fn cut_off(relation: &Relation, read: i64, there: i64) -> Error {
    Error::new(
        Code::ERRCODE_FDW_INVALID_STRING_LENGTH_OR_BUFFER_LENGTH,
        format!("only {read} of {there} rows of {} could be read", name(relation)),
    )
    .detail("Its foreign data wrapper stops at a value that is too long for it.")
    .hint("mysql_fdw reads values of more than 64 KB from columns of type text only: declare the column as text.")
}

/// What failed is the way to the server, not a row.
pub fn is_of_server(relation: &Relation, code: Code) -> bool {
    let class = code as u32 & 0o7777;
    let is_of_class = |own: Code| class == own as u32 & 0o7777;
    relation.is_foreign()
        && (is_of_class(Code::ERRCODE_CONNECTION_EXCEPTION)
            || is_of_class(Code::ERRCODE_FDW_ERROR)
            || code == Code::ERRCODE_UNDEFINED_OBJECT)
}

/// A statement that reads a foreign table has failed. Its server's message can hold values: a column's declared type may not fit them.
pub fn unreadable(relation: &Relation, code: Code) -> Error {
    let hint = match is_of_server(relation, code) {
        _ if code == Code::ERRCODE_FDW_INVALID_DATA_TYPE => {
            "The wrapper cannot send a key of this type: declare the column as text, and link to it from an expression, '{(id::text)}'."
        }
        true => {
            "The server cannot be reached, refuses the user of the user mapping, or has no such table: SELECT from it as its owner shows which."
        }
        false => {
            "Do the types of its columns fit what is there? SELECT from it as its owner shows the message."
        }
    };
    failed(relation, code, "could not be read", hint)
}

/// A statement that writes to a foreign table has failed.
pub fn unchangeable(relation: &Relation, code: Code) -> Error {
    let hint = "The server refuses the change, or cannot be reached. mysql_fdw finds the row by the first column, which has to be unique over there.";
    failed(relation, code, "could not be changed", hint)
}

fn failed(relation: &Relation, code: Code, what: &str, hint: &str) -> Error {
    let error = Error::new(code, format!("{} {what}", name(relation)));
    if code == Code::ERRCODE_UNDEFINED_OBJECT {
        let owner = event::user_name(relation.owner).unwrap_or_default();
        return error.hint(format!(
            "A table is read as its owner: CREATE USER MAPPING FOR {} SERVER {} ..., if that is what is missing.",
            Ident(&owner),
            Ident(relation.server().unwrap_or_default())
        ));
    }
    error
        .detail("The server's message is not shown, since it can hold values of a row.")
        .hint(hint)
}

fn name(relation: &Relation) -> String {
    let server = relation.server().unwrap_or_default();
    format!(
        "foreign table {} of server {}",
        relation.qualified(),
        Ident(server)
    )
}
