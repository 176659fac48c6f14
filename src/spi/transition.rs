//! The rows that a statement has deleted, as an AFTER trigger is given them (PostgreSQL documentation, chapter 39.3 Writing Trigger Functions in C).

use crate::error::{Code, Error, Result};
use pgrx::pg_sys::{self, Datum, Oid};

/// What a trigger is called for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// after rows were deleted
    Delete,
    /// before all rows of a table are
    Truncate,
}

/// Which rows a call of a row trigger is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Nothing,
    /// the one that it was called for
    Row,
    /// all of its statement
    All,
}

pub struct Fired<'a>(&'a pg_sys::TriggerData);

impl<'a> Fired<'a> {
    /// 39P01 if the function was not called as a trigger.
    ///
    /// # Safety
    /// `fcinfo` must be that of the running function.
    pub unsafe fn by(fcinfo: pg_sys::FunctionCallInfo) -> Result<Self> {
        // SAFETY: the context is NULL or a node, whose tag says what it is.
        unsafe {
            let context = (*fcinfo).context;
            if context.is_null() || (*context).type_ != pg_sys::NodeTag::T_TriggerData {
                return Err(not_so());
            }
            Ok(Self(&*context.cast::<pg_sys::TriggerData>()))
        }
    }

    pub fn relation(&self) -> Oid {
        // SAFETY: PostgreSQL calls a trigger with its relation.
        unsafe { (*self.0.tg_relation).rd_id }
    }

    fn is(&self, mask: u32, value: u32) -> bool {
        self.0.tg_event & mask == value
    }

    fn event(&self) -> Option<Event> {
        if self.is(pg_sys::TRIGGER_EVENT_OPMASK, pg_sys::TRIGGER_EVENT_DELETE)
            && self.is(
                pg_sys::TRIGGER_EVENT_TIMINGMASK,
                pg_sys::TRIGGER_EVENT_AFTER,
            )
        {
            return Some(Event::Delete);
        }
        let truncates = self.is(pg_sys::TRIGGER_EVENT_OPMASK, pg_sys::TRIGGER_EVENT_TRUNCATE)
            && self.is(
                pg_sys::TRIGGER_EVENT_TIMINGMASK,
                pg_sys::TRIGGER_EVENT_BEFORE,
            );
        truncates.then_some(Event::Truncate)
    }

    /// AFTER DELETE with the rows as a table, or for each row; or BEFORE TRUNCATE. 39P01 for any other trigger.
    pub fn what(&self) -> Result<Event> {
        let event = self.event().filter(|event| {
            *event == Event::Truncate || self.is_for_row() || !self.0.tg_oldtable.is_null()
        });
        event.ok_or_else(not_so)
    }

    fn is_for_row(&self) -> bool {
        self.is(pg_sys::TRIGGER_EVENT_ROW, pg_sys::TRIGGER_EVENT_ROW)
    }

    /// AFTER DELETE for each row. 39P01 for any other trigger.
    pub fn for_row(&self) -> Result<()> {
        match self.event() {
            Some(Event::Delete) if self.is_for_row() => Ok(()),
            _ => Err(not_so()),
        }
    }

    /// What this call of a row trigger is for: all rows of the statement, if they are given as a table, and nothing in its further calls. The
    /// table's heirs can stand among them; then each call is for its own row.
    pub fn take(&self) -> Taken {
        if !self.is_for_row() {
            return Taken::All;
        }
        // SAFETY: the relation is the trigger's.
        let has_heirs = unsafe { (*(*self.0.tg_relation).rd_rel).relhassubclass };
        if self.0.tg_oldtable.is_null() || has_heirs {
            return Taken::Row;
        }
        // SAFETY: the table of deleted rows lives as long as its statement's triggers. Nobody reads by its first pointer: whoever reads
        // makes one of his own, and rewinds it. So it says whether the rows have been taken.
        unsafe {
            pg_sys::tuplestore_select_read_pointer(self.0.tg_oldtable, 0);
            if pg_sys::tuplestore_ateof(self.0.tg_oldtable) {
                return Taken::Nothing;
            }
            pg_sys::tuplestore_skiptuples(self.0.tg_oldtable, i64::MAX, true);
        }
        Taken::All
    }

    /// Hands over the rows taken: of each the values of these columns.
    pub fn each_taken(
        &self,
        taken: Taken,
        columns: &[i16],
        mut each: impl FnMut(&[Option<Datum>]),
    ) {
        match taken {
            Taken::Nothing => {}
            // SAFETY: only a row trigger takes its row.
            Taken::Row => unsafe { each(&self.of_tuple(columns)) },
            Taken::All => self.each_row(columns, each),
        }
    }

    /// All deleted rows: of each the values of these columns.
    pub fn each_row(&self, columns: &[i16], mut each: impl FnMut(&[Option<Datum>])) {
        let store = self.0.tg_oldtable;
        // SAFETY: the table of deleted rows was given, and has the columns of the trigger's relation. A slot of its own is dropped below; an
        // error in between leaves it to the memory context.
        unsafe {
            let pointer =
                pg_sys::tuplestore_alloc_read_pointer(store, pg_sys::EXEC_FLAG_REWIND as i32);
            pg_sys::tuplestore_select_read_pointer(store, pointer);
            pg_sys::tuplestore_rescan(store);
            let slot = pg_sys::MakeSingleTupleTableSlot(
                (*self.0.tg_relation).rd_att,
                &raw const pg_sys::TTSOpsMinimalTuple,
            );
            let mut values = Vec::with_capacity(columns.len());
            while pg_sys::tuplestore_gettupleslot(store, true, false, slot) {
                pg_sys::slot_getallattrs(slot);
                values.clear();
                values.extend(columns.iter().map(|number| {
                    let place = *number as usize - 1;
                    let is_null = *(*slot).tts_isnull.add(place);
                    (!is_null).then(|| *(*slot).tts_values.add(place))
                }));
                each(&values);
            }
            pg_sys::ExecDropSingleTupleTableSlot(slot);
            pg_sys::tuplestore_select_read_pointer(store, 0);
        }
    }

    /// An UPDATE has moved the row to another partition, which deletes it here.
    pub fn is_moved(&self) -> bool {
        // SAFETY: the tuple of a row trigger is the deleted row as it stands in its table.
        unsafe {
            let tuple = self.0.tg_trigtuple;
            if tuple.is_null() {
                return false;
            }
            let next = (*(*tuple).t_data).t_ctid;
            let block = u32::from(next.ip_blkid.bi_hi) << 16 | u32::from(next.ip_blkid.bi_lo);
            block == pg_sys::InvalidBlockNumber && next.ip_posid == MOVED_TO_PARTITION
        }
    }

    /// # Safety
    /// Only in a row trigger.
    unsafe fn of_tuple(&self, columns: &[i16]) -> Vec<Option<Datum>> {
        let column = |number: &i16| {
            let mut is_null = false;
            // SAFETY: the tuple has the columns of the trigger's relation.
            let value = unsafe {
                pg_sys::heap_getattr(
                    self.0.tg_trigtuple,
                    (*number).into(),
                    (*self.0.tg_relation).rd_att,
                    &mut is_null,
                )
            };
            (!is_null).then_some(value)
        };
        columns.iter().map(column).collect()
    }
}

/// MovedPartitionsOffsetNumber (itemptr.h).
const MOVED_TO_PARTITION: u16 = 0xfffd;

fn not_so() -> Error {
    Error::new(
        Code::ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED,
        "a trigger function of gdpr_ext was not called as gdpr_ext calls it",
    )
    .hint("gdpr_register and gdpr_on_delete make the triggers that are needed.")
}

/// How deep in triggers the session is.
pub fn depth() -> i32 {
    // SAFETY: the function reads a variable of the backend, and no arguments.
    unsafe { pg_sys::pg_trigger_depth(std::ptr::null_mut()).value() as i32 }
}
