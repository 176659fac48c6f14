//! A statement that is run once and only reads, by parallel workers too.

use super::row::{Receiver, Row};
use super::statement::bind;
use crate::error::{Error, Result};
use pgrx::pg_sys;
use std::ffi::CString;

/// Runs it and hands over each row. It is planned for these parameters, and as PL/pgSQL's EXECUTE plans: with workers where that is cheaper. Needs SPI to
/// be connected.
pub fn read(
    sql: &str,
    types: &[pg_sys::Oid],
    parameters: &[Option<pg_sys::Datum>],
    mut each: impl FnMut(&Row),
) -> Result<()> {
    let text = CString::new(sql).map_err(|_| Error::internal("a NUL byte in a statement"))?;
    let mut receiver = Receiver::new(&mut each);
    let options = pg_sys::SPIExecuteOptions {
        params: bind(parameters, types),
        read_only: true,
        must_return_tuples: true,
        dest: receiver.as_dest(),
        ..Default::default()
    };
    // SAFETY: text, parameters and receiver live through the call; errors raise.
    let outcome = unsafe { pg_sys::SPI_execute_extended(text.as_ptr(), &options) };
    if outcome < 0 {
        return Err(Error::internal(format!(
            "a statement failed with SPI code {outcome}"
        )));
    }
    Ok(())
}
