//! Events: one for each action and table of a call, written in its transaction.

use super::{mirror, origin, server};
use crate::catalog::home::Home;
use crate::error::{Error, Result};
use crate::guc;
use crate::security::{self, RunAs};
use crate::spi::column::Column;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::{IntoDatum, PgMemoryContexts, pg_sys};
use std::ffi::CStr;
use uuid::Uuid;

/// What a session LISTENs to.
const CHANNEL: &str = "gdpr_event";

/// What `relation` begins with where an event is about a store outside the database. No table is called so: its name would be in quotes.
pub const SOURCE: &str = "source:";

pub struct Event {
    /// qualified name
    pub relation: String,
    pub action: &'static str,
    pub rows: u64,
    pub key_columns: Vec<String>,
    /// a JSON array
    pub keys: String,
    pub columns: Vec<String>,
    pub fingerprints: Option<Vec<u8>>,
    pub ground: Option<String>,
}

/// A call that events are of.
pub struct Request<'a> {
    pub home: &'a Home,
    pub call: &'a str,
    /// qualified name
    pub subject: &'a str,
    pub registry_version: &'a str,
}

const INSERT: &str = "INSERT INTO gdpr_log.event (id, request, \"session_user\", \"current_user\", call, subject, relation, action, rows, \
 key_columns, keys, columns, fingerprints, ground, registry_version, reason, origin) \
 SELECT e.id::pg_catalog.uuid, $1::pg_catalog.uuid, $2::pg_catalog.name, $3::pg_catalog.name, $4, $5, e.relation, e.action, e.rows, \
 e.key_columns::pg_catalog.text[], e.keys::pg_catalog.jsonb, e.columns::pg_catalog.text[], e.fingerprints, e.ground, $6, $7, $17 \
 FROM ROWS FROM (pg_catalog.unnest($8), pg_catalog.unnest($9), pg_catalog.unnest($10), pg_catalog.unnest($11), pg_catalog.unnest($12), \
 pg_catalog.unnest($13), pg_catalog.unnest($14), pg_catalog.unnest($15), pg_catalog.unnest($16)) \
 AS e(id, relation, action, rows, key_columns, keys, columns, fingerprints, ground)";

/// Writes the events of a call, and announces them at commit. Needs SPI and pinned settings.
pub fn write(request: &Request, events: &[Event]) -> Result<()> {
    if events.is_empty() {
        return Ok(());
    }
    let memory = PgMemoryContexts::new("gdpr_ext events");
    let text = pg_sys::TEXTOID;
    let mut columns: Vec<Column> = [
        text,
        text,
        text,
        pg_sys::INT8OID,
        text,
        text,
        text,
        pg_sys::BYTEAOID,
        text,
    ]
    .into_iter()
    .map(|oid| Column::new(oid, memory.value()))
    .collect();
    let ids: Vec<Uuid> = events.iter().map(|_| Uuid::now_v7()).collect();
    for (event, id) in events.iter().zip(&ids) {
        let row = [
            id.to_string().into_datum(),
            event.relation.as_str().into_datum(),
            event.action.into_datum(),
            (event.rows as i64).into_datum(),
            array_text(&event.key_columns).into_datum(),
            event.keys.as_str().into_datum(),
            array_text(&event.columns).into_datum(),
            event
                .fingerprints
                .as_deref()
                .and_then(IntoDatum::into_datum),
            event.ground.as_deref().and_then(IntoDatum::into_datum),
        ];
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let rows: Vec<u32> = (0..events.len() as u32).collect();
    // SAFETY: reads a backend-local variable.
    let session = user_name(unsafe { pg_sys::GetSessionUserId() })?;
    let mut parameters = vec![
        Uuid::now_v7().to_string().into_datum(),
        session.into_datum(),
        user_name(security::caller())?.into_datum(),
        request.call.into_datum(),
        request.subject.into_datum(),
        request.registry_version.into_datum(),
        guc::reason().and_then(IntoDatum::into_datum),
    ];
    parameters.extend(columns.iter().map(|column| Some(column.array(&rows))));
    parameters.push(origin::origin().into_datum());
    let (texts, bytes) = (pg_sys::TEXTARRAYOID, pg_sys::BYTEAARRAYOID);
    let types = [
        text,
        text,
        text,
        text,
        text,
        text,
        text,
        texts,
        texts,
        texts,
        pg_sys::INT8ARRAYOID,
        texts,
        texts,
        texts,
        bytes,
        texts,
        text,
    ];
    {
        let _owner = RunAs::new(request.home.owner);
        kept::of_session(INSERT, &types, Planning::Once)?
            .run_without_rows(&parameters, Access::Lock)?;
    }
    let written: Vec<pgrx::Uuid> = ids
        .iter()
        .map(|id| pgrx::Uuid::from_bytes(id.into_bytes()))
        .collect();
    mirror::write(request.home, written.into_datum())?;
    for id in &ids {
        server::notify(CHANNEL, &id.to_string())?;
    }
    Ok(())
}

/// An array of texts as PostgreSQL writes one.
fn array_text(items: &[String]) -> String {
    let quoted: Vec<String> = items
        .iter()
        .map(|item| format!("\"{}\"", item.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    format!("{{{}}}", quoted.join(","))
}

pub fn user_name(user: pg_sys::Oid) -> Result<String> {
    // SAFETY: returns a palloc'd name, or NULL for a role that is gone.
    unsafe {
        let name = pg_sys::GetUserNameFromId(user, true);
        if name.is_null() {
            return Err(Error::internal("the current user is gone"));
        }
        Ok(CStr::from_ptr(name).to_string_lossy().into_owned())
    }
}
