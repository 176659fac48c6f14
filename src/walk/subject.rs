//! The ids that a walk starts from: as the caller gave them, in the types of the table's key.

use super::statements::Size;
use crate::catalog::relation::Column as KeyColumn;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::link::graph::{Graph, Table};
use crate::spi::column::Column;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Datum, Oid};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::ffi::CStr;

/// One column of values for each key column.
pub struct Ids {
    columns: Vec<Column>,
    rows: Vec<u32>,
}

impl Ids {
    /// None yet.
    pub fn none(graph: &Graph, memory: pg_sys::MemoryContext) -> Self {
        let key = graph.start().key.iter();
        Self {
            columns: key
                .map(|column| Column::new(types::carriage(column.type_oid).element, memory))
                .collect(),
            rows: Vec::new(),
        }
    }

    /// From a value of any type: the key's own or one that reads as it, text, jsonb for a composite key, or an array of these for
    /// many subjects. 22004 for NULLs, 22P02 for a value that the key's type does not read, 22023 for wrong parts.
    pub fn read(
        graph: &Graph,
        id: Datum,
        type_oid: Oid,
        memory: pg_sys::MemoryContext,
    ) -> Result<Self> {
        let table = graph.start();
        let name = graph.relation(graph.start_scan)?.qualified().to_string();
        let mut ids = Self::none(graph, memory);
        if table.key.is_empty() {
            return Err(Error::new(
                Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
                format!("table {name} has no key by which a row could be asked for"),
            )
            .hint(format!(
                "Add a primary key or a unique key of NOT NULL columns, or name the columns: gdpr_register('{name}', key => '{{...}}')."
            )));
        }
        // SAFETY: catalog look-up by oid.
        let element = unsafe { pg_sys::get_element_type(types::base_type(type_oid)) };
        let own_type = table.key.len() == 1
            && types::base_type(table.key[0].type_oid) == types::base_type(type_oid);
        if element == pg_sys::InvalidOid || own_type {
            ids.add(table, &name, Some(id), type_oid)?;
        } else {
            for value in elements(id, element) {
                ids.add(table, &name, value, element)?;
            }
        }
        Ok(ids)
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// How many different ids were given.
    pub fn distinct(&self) -> usize {
        let image = |row: &u32| {
            let mut image = Vec::new();
            for column in &self.columns {
                if let Some(datum) = column.get(*row as usize) {
                    column.storage().append_image(datum, &mut image);
                }
            }
            image
        };
        self.rows.iter().map(image).collect::<HashSet<_>>().len()
    }

    /// The first, as JSON: key column to value.
    pub fn as_json(&self, graph: &Graph) -> String {
        let parts = graph.start().key.iter().zip(&self.columns);
        let part = |(column, values): (&KeyColumn, &Column)| {
            let kept = values.storage().oid;
            let text = values.get(0).map(|value| output_text(value, kept));
            let value = match (text, kept) {
                (None, _) => Value::Null,
                (Some(text), pg_sys::INT2OID | pg_sys::INT4OID | pg_sys::INT8OID) => {
                    text.parse().map_or(Value::String(text), Value::Number)
                }
                (Some(text), _) => Value::String(text),
            };
            (column.name.clone(), value)
        };
        Value::Object(parts.map(part).collect()).to_string()
    }

    pub fn parameters(&self, size: Size) -> Vec<Option<Datum>> {
        let columns = self.columns.iter();
        columns
            .map(|column| size.parameter(column, &self.rows))
            .collect()
    }

    fn add(&mut self, table: &Table, name: &str, id: Option<Datum>, type_oid: Oid) -> Result<()> {
        let id = id.ok_or_else(|| Error::null_argument("id"))?;
        if let [column] = table.key.as_slice() {
            let element = self.columns[0].storage().oid;
            if element == types::base_type(type_oid) && element == types::base_type(column.type_oid)
            {
                self.push(0, Some(id));
                return self.end();
            }
        }
        let text = output_text(id, type_oid);
        if type_oid == pg_sys::JSONBOID || type_oid == pg_sys::JSONOID || table.key.len() > 1 {
            return match serde_json::from_str(&text) {
                Ok(Value::Array(many)) => many
                    .into_iter()
                    .try_for_each(|one| self.add_json(table, name, one)),
                Ok(one) => self.add_json(table, name, one),
                Err(_) => Err(not_composite(table, name)),
            };
        }
        self.push_text(0, &table.key[0], name, &text)?;
        self.end()
    }

    fn add_json(&mut self, table: &Table, name: &str, id: Value) -> Result<()> {
        let parts: Map<String, Value> = match (id, table.key.as_slice()) {
            (Value::Object(parts), _) => parts,
            (Value::Null, _) => return Err(Error::null_argument("id")),
            (Value::Array(_), _) => return Err(not_composite(table, name)),
            (scalar, [only]) => Map::from_iter([(only.name.clone(), scalar)]),
            _ => return Err(not_composite(table, name)),
        };
        // Which part is unknown is not said: it is the caller's text, and could be personal.
        let is_part = |part: &String| table.key.iter().any(|column| column.name == *part);
        if !parts.keys().all(is_part) {
            return Err(wrong_parts(
                table,
                name,
                "does not have all the parts given",
            ));
        }
        for (i, column) in table.key.iter().enumerate() {
            match parts.get(&column.name) {
                Some(Value::Null) => {
                    return Err(Error::null_argument(&format!(
                        "id part \"{}\"",
                        column.name
                    )));
                }
                Some(Value::String(text)) => self.push_text(i, column, name, text)?,
                Some(value) => self.push_text(i, column, name, &value.to_string())?,
                None => {
                    return Err(wrong_parts(
                        table,
                        name,
                        &format!("also has the part \"{}\"", column.name),
                    ));
                }
            }
        }
        self.end()
    }

    /// One more, by the texts of its key's parts.
    pub fn add_texts(&mut self, graph: &Graph, texts: &[String]) -> Result<()> {
        let table = graph.start();
        let name = graph.relation(graph.start_scan)?.qualified().to_string();
        for (i, (column, text)) in table.key.iter().zip(texts).enumerate() {
            self.push_text(i, column, &name, text)?;
        }
        self.end()
    }

    /// The same, unless a part's type does not read its text. Whether it did.
    pub fn add_if_read(&mut self, graph: &Graph, texts: &[&str]) -> bool {
        let key = graph.start().key.iter();
        let read = key.zip(texts).zip(&self.columns);
        let values: Option<Vec<Datum>> = read
            .map(|((column, text), kept)| value_of(column, text, kept.storage().oid))
            .collect();
        let Some(values) = values else {
            return false;
        };
        for (i, value) in values.into_iter().enumerate() {
            self.push(i, Some(value));
        }
        self.rows.push(self.rows.len() as u32);
        true
    }

    fn push(&mut self, column: usize, value: Option<Datum>) {
        self.columns[column].push(value);
    }

    fn push_text(&mut self, i: usize, column: &KeyColumn, table: &str, text: &str) -> Result<()> {
        let value = value_of(column, text, self.columns[i].storage().oid);
        let value = value.ok_or_else(|| {
            let wanted = types::display_name(column.type_oid);
            Error::new(
                Code::ERRCODE_INVALID_TEXT_REPRESENTATION,
                format!("the id given for table {table} is no {wanted}"),
            )
            .hint(format!(
                "Its key column \"{}\" is of type {wanted}.",
                column.name
            ))
        })?;
        self.push(i, Some(value));
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.rows.push(self.rows.len() as u32);
        Ok(())
    }
}

/// The value of a text as it travels; None if the column's type does not read it.
fn value_of(column: &KeyColumn, text: &str, travels: Oid) -> Option<Datum> {
    let base = types::base_type(column.type_oid);
    let value = types::read(base, -1, text)?;
    // What has no arrays travels as its text.
    match travels == base {
        true => Some(value),
        false => text.into_datum(),
    }
}

fn not_composite(table: &Table, name: &str) -> Error {
    wrong_parts(table, name, "must be given as one jsonb object")
}

fn wrong_parts(table: &Table, name: &str, what: &str) -> Error {
    let parts: Vec<String> = table
        .key
        .iter()
        .map(|c| format!("\"{}\": ...", c.name))
        .collect();
    Error::new(
        Code::ERRCODE_INVALID_PARAMETER_VALUE,
        format!("the key of table {name} {what}"),
    )
    .hint(format!("Give the id as '{{{}}}'.", parts.join(", ")))
}

/// The elements of an array, whatever their type.
pub fn elements_of(array: Datum) -> Vec<Option<Datum>> {
    // SAFETY: the datum is an array; detoasted, it begins with the header that holds the type of its elements.
    let element = unsafe {
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr());
        (*array.cast::<pg_sys::ArrayType>()).elemtype
    };
    elements(array, element)
}

/// The elements of an array.
fn elements(array: Datum, element: Oid) -> Vec<Option<Datum>> {
    let (mut length, mut by_value, mut align) = (0i16, false, 0);
    let (mut values, mut nulls, mut count) = (std::ptr::null_mut(), std::ptr::null_mut(), 0);
    // SAFETY: the datum is an array of this element type; deconstruct_array allocates both results with `count` entries.
    unsafe {
        pg_sys::get_typlenbyvalalign(element, &mut length, &mut by_value, &mut align);
        let array = pg_sys::pg_detoast_datum(array.cast_mut_ptr());
        pg_sys::deconstruct_array(
            array.cast(),
            element,
            length.into(),
            by_value,
            align,
            &mut values,
            &mut nulls,
            &mut count,
        );
        (0..count as usize)
            .map(|i| (!*nulls.add(i)).then(|| *values.add(i)))
            .collect()
    }
}

/// What the type prints for a value.
fn output_text(value: Datum, type_oid: Oid) -> String {
    let (mut function, mut is_varlena) = (pg_sys::InvalidOid, false);
    // SAFETY: the value is of this type; its output function returns a palloc'd string.
    unsafe {
        pg_sys::getTypeOutputInfo(type_oid, &mut function, &mut is_varlena);
        CStr::from_ptr(pg_sys::OidOutputFunctionCall(function, value))
            .to_string_lossy()
            .into_owned()
    }
}
