//! What tells a table's rows apart, as columns of a statement.

use crate::catalog::relation::Column;
use crate::catalog::types;
use crate::link::graph::{Identity, Table};
use crate::sql::Ident;
use pgrx::pg_sys::{self, Oid};

/// A column that tells a table's rows apart.
pub struct IdentityColumn {
    /// with its alias
    pub name: String,
    /// type and collation
    pub kind: (Oid, Oid),
    /// how its values travel
    pub element: Oid,
    load: &'static str,
    pub unload: String,
}

impl IdentityColumn {
    fn new(name: String, kind: (Oid, Oid)) -> Self {
        let carriage = types::carriage(kind.0);
        Self {
            name,
            kind,
            element: carriage.element,
            load: carriage.load,
            unload: carriage.unload,
        }
    }

    pub fn of_column(column: &Column, alias: &str) -> Self {
        let name = format!("{alias}.{}", Ident(&column.name));
        Self::new(name, (column.type_oid, column.collation))
    }

    pub fn read(&self) -> String {
        format!("{}{}", self.name, self.load)
    }
}

/// The columns that tell a table's rows apart.
pub fn identity_columns(table: &Table, alias: &str) -> Vec<IdentityColumn> {
    match table.identity {
        Identity::Place => vec![place(alias)],
        Identity::PlaceInPartition => place_in_partition(alias),
        Identity::Key => key_columns(table, alias),
        Identity::WholeRow => {
            let text = (pg_sys::TEXTOID, pg_sys::DEFAULT_COLLATION_OID);
            vec![IdentityColumn::new(whole_row(table, alias), text)]
        }
    }
}

/// The place of a row, and the table or partition that it is in.
pub fn place_in_partition(alias: &str) -> Vec<IdentityColumn> {
    vec![system(alias, "tableoid", pg_sys::OIDOID), place(alias)]
}

fn place(alias: &str) -> IdentityColumn {
    system(alias, "ctid", pg_sys::TIDOID)
}

fn system(alias: &str, name: &str, oid: Oid) -> IdentityColumn {
    IdentityColumn::new(format!("{alias}.{name}"), (oid, pg_sys::InvalidOid))
}

/// All of a row as a text. Its columns are named: a foreign table's `alias.*` has no row type in an UPDATE with a join.
pub fn whole_row(table: &Table, alias: &str) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| format!("{alias}.{}", Ident(column)))
        .collect();
    format!("ROW({})::pg_catalog.text", columns.join(", "))
}

pub fn key_columns(table: &Table, alias: &str) -> Vec<IdentityColumn> {
    let key = table.key.iter();
    key.map(|column| IdentityColumn::of_column(column, alias))
        .collect()
}

pub fn read_identity(table: &Table, alias: &str) -> Vec<String> {
    identity_columns(table, alias)
        .iter()
        .map(IdentityColumn::read)
        .collect()
}
