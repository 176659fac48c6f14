//! The rows that a set-returning function gives back: in memory up to `work_mem`, beyond that in a temporary file.

use pgrx::pg_sys;

#[derive(Clone)]
pub struct Store {
    state: *mut pg_sys::Tuplestorestate,
    columns: pg_sys::TupleDesc,
}

impl Store {
    /// The store that a set-returning function gives its rows back in. 0A000 if the caller does not take a set.
    ///
    /// # Safety
    /// `fcinfo` must be that of the running function, which must be declared to return a row type.
    pub unsafe fn of_result(fcinfo: pg_sys::FunctionCallInfo) -> crate::error::Result<Self> {
        use crate::error::{Code, Error};
        // SAFETY: as fmgr documents: resultinfo is NULL or a node; a ReturnSetInfo node has an econtext whose query context
        // outlives the call, and the store and descriptor that we hand over belong to the caller from then on.
        unsafe {
            let info = (*fcinfo).resultinfo.cast::<pg_sys::ReturnSetInfo>();
            if info.is_null()
                || (*info).type_ != pg_sys::NodeTag::T_ReturnSetInfo
                || (*info).allowedModes as u32 & pg_sys::SetFunctionReturnMode::SFRM_Materialize
                    == 0
            {
                return Err(Error::new(
                    Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                    "the function returns a set of rows, which cannot be taken here",
                )
                .hint("Call it in FROM: SELECT * FROM gdpr_collect('customer', 42)."));
            }
            let context = (*(*info).econtext).ecxt_per_query_memory;
            let former = pg_sys::MemoryContextSwitchTo(context);
            let mut columns = std::ptr::null_mut();
            let class = pg_sys::get_call_result_type(fcinfo, std::ptr::null_mut(), &mut columns);
            if class != pg_sys::TypeFuncClass::TYPEFUNC_COMPOSITE {
                return Err(Error::internal(
                    "the function is not declared to return rows",
                ));
            }
            let columns = pg_sys::CreateTupleDescCopy(columns);
            let random = (*info).allowedModes as u32
                & pg_sys::SetFunctionReturnMode::SFRM_Materialize_Random
                != 0;
            let state = pg_sys::tuplestore_begin_heap(random, false, pg_sys::work_mem);
            pg_sys::MemoryContextSwitchTo(former);
            (*info).returnMode = pg_sys::SetFunctionReturnMode::SFRM_Materialize;
            (*info).setResult = state;
            (*info).setDesc = columns;
            Ok(Self { state, columns })
        }
    }

    /// Adds a row. As many values as the store has columns.
    pub fn put<const N: usize>(&mut self, row: [Option<pg_sys::Datum>; N]) {
        let mut values = row.map(|value| value.unwrap_or(pg_sys::Datum::from(0usize)));
        let mut nulls = row.map(|value| value.is_none());
        // SAFETY: both arrays have one entry for each column, of the column's type; the store copies the row.
        unsafe {
            debug_assert_eq!((*self.columns).natts as usize, N);
            pg_sys::tuplestore_putvalues(
                self.state,
                self.columns,
                values.as_mut_ptr(),
                nulls.as_mut_ptr(),
            );
        }
    }
}
