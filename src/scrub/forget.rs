//! The log of a copy: what it must forget, and what it says.

use super::{Line, Whole};
use crate::catalog::home::Home;
use crate::error::Result;
use crate::log::event::{self, Event, Request};
use crate::log::home;
use crate::security::RunAs;
use crate::spi::statement::{Access, Planning, Statement};

/// Needs SPI and pinned settings.
pub fn forget(home: &Home, whole: &Whole, lines: &[Line]) -> Result<()> {
    home::belong_here(home)?;
    {
        let _owner = RunAs::new(home.owner);
        Statement::prepare("SELECT gdpr_log.forget()", &[], Planning::Once)?.run(
            &[],
            Access::Lock,
            |_| {},
        )?;
    }
    let request = Request {
        home,
        call: "scrub",
        subject: "",
        registry_version: &whole.schema.version,
    };
    let events = whole.plan.tables.iter().map(|table| Event {
        relation: table.relation.qualified().to_string(),
        action: "scrubbed",
        rows: rows(table, lines),
        key_columns: Vec::new(),
        keys: "[]".to_owned(),
        columns: table.changed(),
        fingerprints: None,
        ground: None,
    });
    event::write(&request, &events.collect::<Vec<_>>())
}

fn rows(table: &super::plan::Table, lines: &[Line]) -> u64 {
    let is_of_table = |line: &&Line| table.heaps.iter().any(|heap| heap.oid == line.relation);
    let lines = lines.iter().filter(is_of_table);
    lines.map(|line| line.rows).sum()
}
