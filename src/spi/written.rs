//! The row that a row trigger is called for, read field by field into types that pgrx's own tuples do not offer (arrays, regclass as oid).

use crate::error::{Error, Result};
use pgrx::{FromDatum, PgTrigger, pg_sys};

pub struct Written {
    columns: pg_sys::TupleDesc,
    values: Vec<pg_sys::Datum>,
    nulls: Vec<bool>,
}

impl Written {
    /// The new row; None in a DELETE.
    pub fn new_row(trigger: &PgTrigger) -> Option<Self> {
        let data = trigger.trigger_data();
        let event = trigger.event();
        match (event.fired_by_insert(), event.fired_by_update()) {
            (true, _) => Some(Self::read(data, data.tg_trigtuple)),
            (_, true) => Some(Self::read(data, data.tg_newtuple)),
            _ => None,
        }
    }

    /// The old row; None in an INSERT.
    pub fn old_row(trigger: &PgTrigger) -> Option<Self> {
        let data = trigger.trigger_data();
        (!trigger.event().fired_by_insert()).then(|| Self::read(data, data.tg_trigtuple))
    }

    fn read(data: &pg_sys::TriggerData, tuple: pg_sys::HeapTuple) -> Self {
        // SAFETY: PostgreSQL calls a row trigger with these tuples of the trigger's relation; both arrays have room for all its columns.
        unsafe {
            let columns = (*data.tg_relation).rd_att;
            let width = (*columns).natts as usize;
            let mut values = vec![pg_sys::Datum::from(0usize); width];
            let mut nulls = vec![true; width];
            pg_sys::heap_deform_tuple(tuple, columns, values.as_mut_ptr(), nulls.as_mut_ptr());
            Self {
                columns,
                values,
                nulls,
            }
        }
    }

    /// The column's value, None for NULL. `T` must be what the column's type is.
    pub fn field<T: FromDatum>(&self, name: &str) -> Result<Option<T>> {
        // SAFETY: the descriptor has one attribute for each value; the value is of the type that the caller says.
        unsafe {
            let attributes = (*self.columns).attrs.as_slice(self.values.len());
            let place = attributes
                .iter()
                .position(|attribute| pgrx::name_data_to_str(&attribute.attname) == name)
                .ok_or_else(|| Error::internal(format!("the registry has no column {name}")))?;
            Ok(T::from_datum(self.values[place], self.nulls[place]))
        }
    }

    /// The same for a column that must have a value. 22004 if it has none.
    pub fn required<T: FromDatum>(&self, name: &str) -> Result<T> {
        self.field(name)?.ok_or_else(|| Error::null_argument(name))
    }
}
