//! A row on its way out of the executor, and the receiver that it is handed to.

use pgrx::pg_sys;

/// A result row. Its values live until the next row comes.
pub struct Row<'a> {
    values: &'a [pg_sys::Datum],
    nulls: &'a [bool],
}

impl<'a> Row<'a> {
    /// The value of a column, counted from 0; None for NULL.
    pub fn get(&self, column: usize) -> Option<pg_sys::Datum> {
        if self.nulls[column] {
            None
        } else {
            Some(self.values[column])
        }
    }

    pub fn is_true(&self, column: usize) -> bool {
        self.get(column).is_some_and(|datum| datum.value() & 1 == 1)
    }

    /// The same row, with this ordinal in its first column.
    pub fn numbered(&self, ordinal: usize, take: impl FnOnce(&Row)) {
        let mut values = self.values.to_vec();
        values[0] = pg_sys::Datum::from(ordinal);
        take(&Row {
            values: &values,
            nulls: self.nulls,
        });
    }

    /// # Safety
    /// The slot must hold a row, and must not be changed while the result lives.
    pub unsafe fn of_slot(slot: *mut pg_sys::TupleTableSlot) -> Self {
        // SAFETY: after slot_getallattrs both arrays hold one entry for each attribute of the slot's descriptor.
        unsafe {
            pg_sys::slot_getallattrs(slot);
            let columns = (*(*slot).tts_tupleDescriptor).natts as usize;
            Self {
                values: std::slice::from_raw_parts((*slot).tts_values, columns),
                nulls: std::slice::from_raw_parts((*slot).tts_isnull, columns),
            }
        }
    }
}

/// A DestReceiver that calls a closure for every row. The first field is what the executor knows.
#[repr(C)]
pub struct Receiver<'a> {
    head: pg_sys::DestReceiver,
    each: &'a mut dyn FnMut(&Row),
}

impl<'a> Receiver<'a> {
    pub fn new(each: &'a mut dyn FnMut(&Row)) -> Self {
        Self {
            head: pg_sys::DestReceiver {
                receiveSlot: Some(receive),
                rStartup: Some(start),
                rShutdown: Some(nothing),
                rDestroy: Some(nothing),
                mydest: pg_sys::CommandDest::DestTuplestore,
            },
            each,
        }
    }

    pub fn as_dest(&mut self) -> *mut pg_sys::DestReceiver {
        std::ptr::from_mut(self).cast()
    }
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn receive(
    slot: *mut pg_sys::TupleTableSlot,
    receiver: *mut pg_sys::DestReceiver,
) -> bool {
    // SAFETY: the executor passes back the pointer that `as_dest` gave it, and a slot that holds a row.
    unsafe {
        let receiver = &mut *receiver.cast::<Receiver>();
        (receiver.each)(&Row::of_slot(slot));
    }
    true
}

#[pgrx::pg_guard]
unsafe extern "C-unwind" fn start(
    _receiver: *mut pg_sys::DestReceiver,
    _operation: i32,
    _columns: pg_sys::TupleDesc,
) {
}

/// What a receiver does that needs no end.
#[pgrx::pg_guard]
pub unsafe extern "C-unwind" fn nothing(_receiver: *mut pg_sys::DestReceiver) {}
