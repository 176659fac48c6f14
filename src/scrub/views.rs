//! Materialized views: they hold old values until they are refreshed.

use super::run::{self, milliseconds};
use super::Line;
use crate::catalog;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::security;
use crate::spi::guarded;
use crate::spi::statement::{Access, Planning, Statement};
use pgrx::pg_sys::{self, Oid};
use std::time::Instant;

pub struct View {
    pub relation: Relation,
}

/// All that are populated, those that others read first. 42501 if the caller cannot act as the owner of one. Needs SPI and pinned settings.
pub fn all() -> Result<Vec<View>> {
    let oids: Vec<Oid> = {
        let _latest = crate::spi::LatestSnapshot::push();
        catalog::read_document(include_str!("views.sql"), &[], &[])?
    };
    let mut relations = Relation::load(&oids)?;
    relations.sort_by_key(|relation| oids.iter().position(|oid| *oid == relation.oid));
    for relation in &relations {
        // SAFETY: catalog look-up by oid.
        if !unsafe { pg_sys::is_member_of_role(security::caller(), relation.owner) } {
            return Err(Error::new(
                Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
                format!("must be owner of materialized view {}", relation.qualified()),
            )
            .detail("It holds what its tables held, until it is refreshed.")
            .hint("Call it as a superuser or as a member of the role that owns the view; or DROP the view."));
        }
    }
    Ok(relations
        .into_iter()
        .map(|relation| View { relation })
        .collect())
}

impl View {
    pub fn refresh(&self) -> Result<Line> {
        let started = Instant::now();
        let relation = &self.relation;
        let bytes_before = run::size(relation.oid)?;
        let sql = format!("REFRESH MATERIALIZED VIEW {}", relation.qualified());
        {
            let _owner = security::as_owner_who_acts(relation)?;
            guarded::run(
                || Statement::prepare(&sql, &[], Planning::Once)?.run_without_rows(&[], Access::Lock),
                |code| {
                    Ok(Error::new(
                        code,
                        format!("materialized view {} cannot be refreshed", relation.qualified()),
                    )
                    .hint("The server's message is not shown, since it can hold values of a row. REFRESH MATERIALIZED VIEW shows it; or DROP the view."))
                },
            )?;
        }
        let line = Line {
            relation: relation.oid,
            action: "refreshed",
            rows: run::count(relation)?,
            bytes_before: Some(bytes_before),
            bytes_after: Some(run::size(relation.oid)?),
            milliseconds: Some(milliseconds(started.elapsed())),
        };
        run::say(relation, &line);
        Ok(line)
    }
}
