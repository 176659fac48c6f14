//! Who read whose data: an event without what was read or searched for. Art. 5(2) GDPR.

use super::event::{self, Event, Request};
use super::keys::write_key;
use super::{secret, server};
use crate::catalog::home::Home;
use crate::catalog::relation::Column;
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use crate::guc::{self, LogReads};
use crate::link::graph::{Graph, Table};
use crate::plan::KeyPart;
use crate::strategy;
use pgrx::pg_sys;
use serde_json::Value;

/// What was called, and from which setting on it is logged.
pub struct Call {
    name: &'static str,
    from: LogReads,
}

pub const EXPORT: Call = Call {
    name: "export",
    from: LogReads::Export,
};
pub const COLLECT: Call = Call {
    name: "collect",
    from: LogReads::All,
};
pub const SEARCH: Call = Call {
    name: "search",
    from: LogReads::All,
};
pub const FIND: Call = Call {
    name: "find",
    from: LogReads::All,
};

impl Call {
    pub fn is_logged(&self) -> bool {
        guc::log_reads() >= self.from
    }
}

/// Writes the event, if that is wanted. `keys` are those of the persons found, as JSON: column to value. Needs SPI and pinned settings. 25006 where nothing can be written.
pub fn log(home: &Home, graph: &Graph, call: Call, keys: &[String]) -> Result<()> {
    if !call.is_logged() {
        return Ok(());
    }
    let table = graph.start();
    let subject = graph.relation(table.relation)?.qualified().to_string();
    let event = Event {
        action: "read",
        rows: keys.len() as u64,
        key_columns: table.key.iter().map(|column| column.name.clone()).collect(),
        keys: hidden_where_needed(&subject, table, keys)?,
        relation: subject.clone(),
        columns: Vec::new(),
        fingerprints: None,
        ground: None,
    };
    write(home, &call, &subject, &graph.registry_version, event)
}

/// The same for a call that is about nobody in particular.
pub fn log_of_nobody(home: &Home, call: Call) -> Result<()> {
    if !call.is_logged() {
        return Ok(());
    }
    let event = Event {
        relation: String::new(),
        action: "read",
        rows: 0,
        key_columns: Vec::new(),
        keys: "[]".to_owned(),
        columns: Vec::new(),
        fingerprints: None,
        ground: None,
    };
    write(home, &call, "", "", event)
}

fn write(
    home: &Home,
    call: &Call,
    subject: &str,
    registry_version: &str,
    event: Event,
) -> Result<()> {
    // SAFETY: reads backend-local state.
    if unsafe { pg_sys::XactReadOnly || pg_sys::RecoveryInProgress() } {
        return Err(Error::new(
            Code::ERRCODE_READ_ONLY_SQL_TRANSACTION,
            format!("gdpr_{} is logged, and nothing can be written here", call.name),
        )
        .hint("Call it on the primary, in a transaction that can write; or let a superuser SET gdpr_ext.log_reads = 'none'."));
    }
    let rows = event.rows;
    let request = Request {
        home,
        call: call.name,
        subject,
        registry_version,
    };
    event::write(&request, &[event])?;
    // What is rolled back has been read all the same: the server's log shows it.
    let what = match subject {
        "" => "the database".to_owned(),
        table => format!("the data of {rows} in table {table}"),
    };
    server::note(&format!("gdpr_{} read {what}", call.name))
}

/// The keys as they stand in an event.
fn hidden_where_needed(subject: &str, table: &Table, keys: &[String]) -> Result<String> {
    let part = |column| {
        let changes = has_rule(table, column)?;
        Ok(KeyPart::of_column(column, changes))
    };
    let parts: Vec<KeyPart> = table.key.iter().map(part).collect::<Result<_>>()?;
    let secret = secret::keys()?;
    let mut hidden = String::new();
    for key in keys {
        let key: serde_json::Map<String, Value> = serde_json::from_str(key)?;
        let mut texts = Vec::with_capacity(parts.len());
        for (part, column) in parts.iter().zip(&table.key) {
            let text = match key.get(&column.name) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            // As the type writes it, not as JSON does.
            let mut written = String::new();
            let value = types::read(part.identity.element, -1, &text)
                .ok_or_else(|| Error::internal("a key cannot be read"))?;
            part.write(Some(value), &mut written);
            texts.push(written);
        }
        write_key(&secret, subject, &parts, &texts, &mut hidden);
    }
    Ok(format!("[{hidden}]"))
}

/// A rule changes the column.
fn has_rule(table: &Table, column: &Column) -> Result<bool> {
    let rule = table
        .entry
        .as_ref()
        .and_then(|entry| entry.rules.get(&column.name));
    let strategy = rule
        .map(|rule| strategy::parse(rule, &column.name))
        .transpose()?;
    Ok(strategy.is_some_and(|strategy| strategy.keeps().is_none()))
}
