//! Materialized views: they hold old values until they are refreshed.

use super::Line;
use super::run::{self, milliseconds};
use crate::catalog;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::security;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;
use std::time::Instant;

pub struct View {
    pub relation: Relation,
    /// Its query calls functions that somebody wrote, which can read what nobody knows of.
    calls: bool,
}

#[derive(Deserialize)]
struct Listed {
    relation: Oid,
    calls: bool,
}

/// All that are populated, those that others read first. 42501 if the caller cannot act as the owner of one. Needs SPI and pinned settings.
pub fn all() -> Result<Vec<View>> {
    let listed: Vec<Listed> = {
        let _latest = crate::spi::LatestSnapshot::push();
        catalog::read_document(include_str!("views.sql"), &[], &[])?
    };
    let oids: Vec<Oid> = listed.iter().map(|view| view.relation).collect();
    let mut relations = Relation::load(&oids)?;
    let mut views = Vec::new();
    for Listed { relation, calls } in listed {
        let Some(place) = relations.iter().position(|known| known.oid == relation) else {
            continue; // dropped meanwhile
        };
        let relation = relations.swap_remove(place);
        // SAFETY: catalog look-up by oid.
        if !unsafe { pg_sys::is_member_of_role(security::caller(), relation.owner) } {
            return Err(Error::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of materialized view {}", relation.qualified()),
            )
            .detail("It holds what its tables held, until it is refreshed.")
            .hint("Call it as a superuser or as a member of the role that owns the view; or DROP the view."));
        }
        views.push(View { relation, calls });
    }
    Ok(views)
}

/// Refreshes them in their order; those that call functions once more, when all others are done: what functions read is not known. Needs SPI and pinned settings.
pub fn refresh(views: &[View]) -> Result<Vec<Line>> {
    let mut lines: Vec<Line> = views.iter().map(View::refresh).collect::<Result<_>>()?;
    if views.len() > 1 {
        for (view, line) in views.iter().zip(&mut lines) {
            if view.calls {
                let again = view.refresh()?;
                line.rows = again.rows;
                line.bytes_after = again.bytes_after;
                line.milliseconds = line
                    .milliseconds
                    .zip(again.milliseconds)
                    .map(|(first, second)| first + second);
            }
        }
    }
    for (view, line) in views.iter().zip(&lines) {
        run::say(&view.relation, line);
    }
    Ok(lines)
}

impl View {
    fn refresh(&self) -> Result<Line> {
        let started = Instant::now();
        let relation = &self.relation;
        let bytes_before = run::size(relation.oid)?;
        run::command("REFRESH MATERIALIZED VIEW", relation, |code| {
            Error::new(
                code,
                format!("materialized view {} cannot be refreshed", relation.qualified()),
            )
            .hint("The server's message is not shown, since it can hold values of a row. REFRESH MATERIALIZED VIEW shows it; or DROP the view.")
        })?;
        Ok(Line {
            relation: relation.oid,
            action: "refreshed",
            rows: run::count(relation)?,
            bytes_before: Some(bytes_before),
            bytes_after: Some(run::size(relation.oid)?),
            milliseconds: Some(milliseconds(started.elapsed())),
        })
    }
}
