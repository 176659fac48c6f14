//! One relation: its names, columns, indexes, and the key by which its rows are known.

use crate::error::{Code, Error, Result};
use crate::sql::Qualified;
use pgrx::{IntoDatum, pg_sys};
use serde::Deserialize;
use std::ffi::CStr;

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Relation {
    pub oid: pg_sys::Oid,
    pub name: String,
    pub schema: String,
    pub schema_oid: pg_sys::Oid,
    pub owner: pg_sys::Oid,
    kind: String,
    temporary: bool,
    reachable: bool,
    access_method: Option<String>,
    server: Option<Server>,
    pub columns: Vec<Column>,
    indexes: Vec<Index>,
}

/// Where the rows of a foreign table are.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Server {
    name: String,
    is_postgres: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Column {
    pub number: i16,
    pub name: String,
    #[serde(rename = "type")]
    pub type_oid: pg_sys::Oid,
    pub collation: pg_sys::Oid,
    pub not_null: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Index {
    primary: bool,
    unique: bool,
    usable: bool,
    predicate: Option<String>,
    /// names of columns, or expressions as `pg_get_indexdef` prints them
    columns: Vec<String>,
    plain: bool,
}

impl Relation {
    /// These relations, in no particular order; what is gone is left out. Needs SPI and pinned settings.
    pub fn load(oids: &[pg_sys::Oid]) -> Result<Vec<Self>> {
        let Some(array) = oids.to_vec().into_datum() else {
            return Ok(Vec::new());
        };
        let _latest = crate::spi::LatestSnapshot::push();
        super::read_document(
            include_str!("relations.sql"),
            &[pg_sys::OIDARRAYOID],
            &[Some(array)],
        )
    }

    pub fn load_one(oid: pg_sys::Oid) -> Result<Self> {
        Self::load(&[oid])?.pop().ok_or_else(|| not_found(oid))
    }

    pub fn qualified(&self) -> Qualified<'_> {
        Qualified {
            schema: &self.schema,
            name: &self.name,
        }
    }

    pub fn is_partitioned(&self) -> bool {
        self.kind == "p"
    }

    pub fn is_foreign(&self) -> bool {
        self.kind == "f"
    }

    /// A foreign table of another foreign data wrapper than postgres_fdw. Of those it is only known that they can be asked by one value of each
    /// column. Some compare texts in a way of their own, write at once and outside of our transaction, and give nothing back of what they
    /// have written, as mysql_fdw does.
    pub fn is_outside(&self) -> bool {
        self.server
            .as_ref()
            .is_some_and(|server| !server.is_postgres)
    }

    /// The name of a foreign table's server.
    pub fn server(&self) -> Option<&str> {
        self.server.as_ref().map(|server| server.name.as_str())
    }

    pub fn is_materialized_view(&self) -> bool {
        self.kind == "m"
    }

    pub fn is_temporary(&self) -> bool {
        self.temporary
    }

    /// A table whose rows have a physical place that stays theirs during a snapshot.
    pub fn is_local_heap(&self) -> bool {
        self.kind == "r" && self.access_method.as_deref() == Some("heap")
    }

    /// How it stands in FROM: a plain table alone, without the tables that inherit from it, which are tables of their own.
    pub fn in_from(&self) -> String {
        match self.kind.as_str() {
            "r" => format!("ONLY {}", self.qualified()),
            _ => self.qualified().to_string(),
        }
    }

    /// The same, where what is tested is more than values of keys: a server that may not know our functions gives all its rows.
    pub fn in_from_read_whole(&self) -> String {
        match self.is_outside() {
            true => format!("(SELECT * FROM {} OFFSET 0)", self.qualified()),
            false => self.in_from(),
        }
    }

    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    pub fn column_numbered(&self, number: i16) -> Option<&Column> {
        self.columns.iter().find(|column| column.number == number)
    }

    /// The key that rows are known by: the primary key, else the smallest unique, immediate, not partial key of NOT NULL columns,
    /// else the declared one. Its columns in the key's order.
    pub fn key(&self, declared: Option<&[String]>) -> Option<Vec<&Column>> {
        let columns = |names: &[String]| -> Option<Vec<&Column>> {
            names.iter().map(|name| self.column(name)).collect()
        };
        self.indexes
            .iter()
            .filter(|index| index.unique && index.plain)
            .filter_map(|index| columns(&index.columns))
            .find(|key| key.iter().all(|column| column.not_null))
            .or_else(|| columns(declared?))
    }

    /// All columns but those of a key, by their names: a dump can restore them in another order.
    pub fn columns_beside<'a>(&'a self, key: &[Column]) -> Vec<&'a Column> {
        let is_key = |column: &&Column| key.iter().any(|part| part.name == column.name);
        let mut columns: Vec<&Column> = self.columns.iter().filter(|c| !is_key(c)).collect();
        columns.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        columns
    }

    /// No two rows agree in all of these columns (or expressions).
    pub fn is_unique(&self, columns: &[&str], declared_key: Option<&[String]>) -> bool {
        let covered = |key: &[String]| key.iter().all(|name| columns.contains(&name.as_str()));
        self.indexes
            .iter()
            .any(|index| index.unique && covered(&index.columns))
            || declared_key.is_some_and(covered)
    }

    /// An index finds rows by these columns (or expressions in parentheses): they are, in any order, its leading columns, and it has all
    /// rows that the link can lead to.
    pub fn is_indexed(&self, columns: &[&str], condition: Option<&str>) -> bool {
        let bare = |text: &str| {
            text.trim_start_matches('(')
                .trim_end_matches(')')
                .to_string()
        };
        let wanted: Vec<String> = columns.iter().map(|column| bare(column)).collect();
        self.indexes.iter().any(|index| {
            let leading = index.columns.iter().take(wanted.len());
            index.usable
                && index.columns.len() >= wanted.len()
                && leading.clone().all(|column| wanted.contains(&bare(column)))
                && index.predicate.as_deref().is_none_or(|predicate| {
                    columns
                        .iter()
                        .any(|column| predicate == format!("({column} IS NOT NULL)"))
                        || condition
                            .is_some_and(|c| bare(&c.replace("target.", "")) == bare(predicate))
                })
        })
    }

    /// Rows can be read from it and belong to somebody: a table, a partitioned or a foreign table, but no other session's
    /// temporary one. 42809 otherwise.
    pub fn require_table(&self) -> Result<()> {
        let what = match self.kind.as_str() {
            "r" | "p" | "f" if self.reachable => return Ok(()),
            "r" => "is a temporary table of another session",
            "v" => "is a view",
            "m" => "is a materialized view",
            "i" | "I" => "is an index",
            "S" => "is a sequence",
            "c" => "is a composite type",
            _ => "is no table",
        };
        Err(Error::new(
            Code::ERRCODE_WRONG_OBJECT_TYPE,
            format!("{} {what}", self.qualified()),
        )
        .hint("Name the table that holds the rows."))
    }

    pub fn require_column(&self, name: &str) -> Result<&Column> {
        self.column(name).ok_or_else(|| {
            let nearest = self
                .columns
                .iter()
                .map(|column| (strsim::damerau_levenshtein(&column.name, name), column))
                .min_by_key(|(distance, _)| *distance)
                .filter(|(distance, column)| *distance <= column.name.len() / 2);
            let error = Error::new(
                Code::ERRCODE_UNDEFINED_COLUMN,
                format!("table {} has no column \"{name}\"", self.qualified()),
            );
            match nearest {
                Some((_, column)) => error.hint(format!("Perhaps you meant \"{}\".", column.name)),
                None => error,
            }
        })
    }
}

fn not_found(oid: pg_sys::Oid) -> Error {
    Error::new(
        Code::ERRCODE_UNDEFINED_TABLE,
        format!("there is no relation with the oid {}", oid.to_u32()),
    )
    .hint("Name the table: gdpr_collect('customer', 42).")
}

/// A relation of ours by its name. XX000 if it is gone.
pub fn named(schema: &CStr, name: &CStr) -> Result<pg_sys::Oid> {
    find(schema, name)
        .ok_or_else(|| Error::internal(format!("{} of gdpr_ext is gone", name.to_string_lossy())))
}

/// A relation by its name.
pub fn find(schema: &CStr, name: &CStr) -> Option<pg_sys::Oid> {
    // SAFETY: catalog look-ups by name; what is missing answers InvalidOid.
    let oid = unsafe {
        pg_sys::get_relname_relid(
            name.as_ptr(),
            pg_sys::get_namespace_oid(schema.as_ptr(), true),
        )
    };
    (oid != pg_sys::InvalidOid).then_some(oid)
}

/// The owner of a relation.
pub fn owner(relation: pg_sys::Oid) -> Result<pg_sys::Oid> {
    // SAFETY: catalog look-up by oid; the tuple is released after its field was copied.
    unsafe {
        let tuple = pg_sys::SearchSysCache1(
            pg_sys::SysCacheIdentifier::RELOID as i32,
            pg_sys::Datum::from(relation),
        );
        if tuple.is_null() {
            return Err(not_found(relation));
        }
        let owner = (*pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_class>()).relowner;
        pg_sys::ReleaseSysCache(tuple);
        Ok(owner)
    }
}

/// The qualified name finds this relation.
pub fn found_by_name(relation: pg_sys::Oid, schema: &str, name: &str) -> bool {
    let names = (super::home::c_name(schema), super::home::c_name(name));
    let (Ok(schema), Ok(name)) = names else {
        return false;
    };
    // SAFETY: catalog look-ups by name; what is missing answers InvalidOid.
    unsafe {
        let schema = pg_sys::get_namespace_oid(schema.as_ptr(), true);
        pg_sys::get_relname_relid(name.as_ptr(), schema) == relation
    }
}

/// The name of a schema; empty when it is gone.
pub fn schema_name(oid: pg_sys::Oid) -> String {
    // SAFETY: catalog look-up by oid, NULL when gone.
    unsafe {
        let name = pg_sys::get_namespace_name(oid);
        if name.is_null() {
            return String::new();
        }
        CStr::from_ptr(name).to_string_lossy().into_owned()
    }
}

/// Its unqualified name would find it by the search path in force.
pub fn is_visible(relation: pg_sys::Oid) -> bool {
    // SAFETY: catalog look-up by oid.
    unsafe { pg_sys::RelationIsVisible(relation) }
}

/// The column of that name, None if there is none (any more).
pub fn column_number(relation: pg_sys::Oid, name: &str) -> Option<i16> {
    let name = super::home::c_name(name).ok()?;
    // SAFETY: catalog look-up by name.
    let number = unsafe { pg_sys::get_attnum(relation, name.as_ptr()) };
    (number > 0).then_some(number)
}

/// The name of a column, None if it was dropped.
pub fn column_name(relation: pg_sys::Oid, number: i16) -> Option<String> {
    // SAFETY: catalog look-up by number, NULL when there is none or it was dropped; the tuple is released after its name was copied.
    unsafe {
        let tuple = pg_sys::SearchSysCacheAttNum(relation, number);
        if tuple.is_null() {
            return None;
        }
        let form = pg_sys::GETSTRUCT(tuple).cast::<pg_sys::FormData_pg_attribute>();
        let name = pgrx::name_data_to_str(&(*form).attname).to_owned();
        pg_sys::ReleaseSysCache(tuple);
        Some(name)
    }
}

/// The column is GENERATED ALWAYS AS (...) STORED.
pub fn is_generated(relation: pg_sys::Oid, number: i16) -> bool {
    // SAFETY: catalog look-up by oid and number; the column exists.
    unsafe { pg_sys::get_attgenerated(relation, number) != 0 }
}
