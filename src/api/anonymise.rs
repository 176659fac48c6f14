//! `gdpr_anonymise`, `gdpr_preview`, `gdpr_is_anonymised`: rules applied to a person's rows, what that would do, and whether it was done.

use super::subject_and_id;
use crate::action::{Asked, Goal, Line, anonymise, preview};
use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::spi::Connection;
use crate::spi::store::Store;
use crate::walk::begin::Call;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;
use pgrx::{FromDatum, IntoDatum};

/// Applies the registered rules to all rows of a person, or of several: recital 26 and Art. 17 GDPR.
///
/// `id` as in `gdpr_collect`. `cascade => false` changes the person's own row only; `force => true` also values that are anonymised already. Returns, per table,
/// how many rows were `anonymised` or `pseudonymised`, and what was `kept` on which ground. In the rights of each table's owner; all or nothing.
/// Raises what `gdpr_lock` does, and besides 55000 (rows in tables that nobody has registered), 42501 (UPDATE is missing), 27000 (a trigger swallowed a change),
/// 0A000 (a rule for whole tables), and the SQLSTATE of a constraint or expression that fails.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_anonymise(subject regclass, id anyelement, cascade boolean DEFAULT true, force boolean DEFAULT false,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_anonymise(subject regclass, id text, cascade boolean DEFAULT true, force boolean DEFAULT false,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record VOLATILE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_anonymise(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(report(fcinfo, 0, anonymise::anonymise)?)
}

/// What an action would do: the rows that it would return, from the same plan. Changes nothing and locks nothing.
///
/// `action`: `anonymise`, `erase` or `delete`; `cascade` and `force` are for `anonymise`. Where the action would refuse, there are rows `unreviewed` and `unregistered` instead. Raises 22023 for an unknown action, and what
/// `gdpr_collect` raises.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_preview(action text, subject regclass, id anyelement, cascade boolean DEFAULT true, force boolean DEFAULT false,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_preview(action text, subject regclass, id text, cascade boolean DEFAULT true, force boolean DEFAULT false,
    OUT relation regclass, OUT action text, OUT rows bigint, OUT ground text)
  RETURNS SETOF record STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_preview(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    // SAFETY: both SQL declarations have a text first.
    let action: Option<String> = unsafe { argument(fcinfo, 0) };
    let goal = match action.as_deref() {
        Some("anonymise") => Goal::Anonymise,
        Some("erase") => Goal::Erase,
        Some("delete") => Goal::Delete,
        Some(other) => {
            let known = ["anonymise", "erase", "delete"];
            return Err(
                Error::unknown_word("an action that can be previewed", other, &known).into(),
            );
        }
        None => return Err(Error::null_argument("action").into()),
    };
    Ok(report(fcinfo, 1, |home, call, asked| {
        preview::preview(home, call, asked, goal)
    })?)
}

/// Whether a person's own row was anonymised, and nothing personal has been written to it since. False for an id that no row has; for an
/// array, whether all were. Raises what `gdpr_collect` does.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_is_anonymised(subject regclass, id anyelement) RETURNS boolean STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
CREATE FUNCTION gdpr_is_anonymised(subject regclass, id text) RETURNS boolean STABLE PARALLEL UNSAFE COST 1000
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_is_anonymised(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<bool, ErrorReport> {
    Ok(is_anonymised(fcinfo)?)
}

fn is_anonymised(fcinfo: pg_sys::FunctionCallInfo) -> Result<bool> {
    // SAFETY: both SQL declarations have these arguments.
    let (subject, id, type_oid) = unsafe { subject_and_id(fcinfo, 0)? };
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    let call = Call::of(fcinfo, subject)?;
    let asked = Asked {
        id,
        type_oid,
        cascade: false,
        force: false,
    };
    anonymise::is_anonymised(&home, &call, &asked)
}

/// Runs an action whose arguments subject and id, and cascade and force if it has them, begin at `first`, and returns its lines.
pub fn report(
    fcinfo: pg_sys::FunctionCallInfo,
    first: usize,
    run: impl FnOnce(&Home, &Call, &Asked) -> Result<Vec<Line>>,
) -> Result<()> {
    // SAFETY: the SQL declarations have these arguments and return rows.
    let (subject, id, type_oid) = unsafe { subject_and_id(fcinfo, first)? };
    // SAFETY: as above; the number of arguments says whether the function has these two.
    let (cascade, force) = unsafe {
        match usize::try_from((*fcinfo).nargs) {
            Ok(arguments) if arguments > first + 3 => {
                (argument(fcinfo, first + 2), argument(fcinfo, first + 3))
            }
            _ => (Some(true), Some(false)),
        }
    };
    // SAFETY: as above.
    let mut store = unsafe { Store::of_result(fcinfo)? };
    let home = Home::of_call(fcinfo)?;
    let _spi = Connection::open();
    let call = Call::of(fcinfo, subject)?;
    let asked = Asked {
        id,
        type_oid,
        cascade: cascade.ok_or_else(|| Error::null_argument("cascade"))?,
        force: force.ok_or_else(|| Error::null_argument("force"))?,
    };
    for line in run(&home, &call, &asked)? {
        store.put([
            line.relation.into_datum(),
            line.action.into_datum(),
            (line.rows as i64).into_datum(),
            line.ground.as_deref().and_then(IntoDatum::into_datum),
        ]);
    }
    Ok(())
}

/// An argument of the running function; None for NULL.
///
/// # Safety
/// `fcinfo` must be that of the running function, which must have that argument, of that type.
unsafe fn argument<T: FromDatum>(fcinfo: pg_sys::FunctionCallInfo, number: usize) -> Option<T> {
    // SAFETY: as promised by the caller.
    unsafe {
        let argument = &(*fcinfo).args.as_slice((*fcinfo).nargs as usize)[number];
        T::from_datum(argument.value, argument.isnull)
    }
}
