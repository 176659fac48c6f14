//! What the planner knows of values: the most common ones stand in the statistics as they are.

use super::heap::{self, Query};
use super::run;
use crate::catalog;
use crate::catalog::relation::{self, Relation};
use crate::error::{Error, Result};
use crate::security::RunAs;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct About {
    /// Relations of which statistics tell what their rows were: those that were written, what these are parts of, and their indexes.
    forgotten: Vec<Oid>,
    /// Those that ANALYZE is called for: partitions come with what they are parts of.
    analyzed: Vec<Oid>,
}

/// Gives these relations new statistics, and leaves nothing of the former ones: the two catalogs are written anew, too. Needs SPI and pinned settings.
pub fn replace(written: &BTreeSet<u32>) -> Result<()> {
    let written: Vec<Oid> = written.iter().copied().map(Oid::from).collect();
    let about: About = catalog::read_document(
        include_str!("analyze.sql"),
        &[pg_sys::OIDARRAYOID],
        &[written.into_datum()],
    )?;
    {
        let _catalog = RunAs::new(Oid::from(pg_sys::BOOTSTRAP_SUPERUSERID));
        let parameters = [about.forgotten.into_datum()];
        let without = |sql| Query {
            sql,
            types: &[pg_sys::OIDARRAYOID],
            parameters: &parameters,
        };
        heap::replace_catalog(
            pg_sys::StatisticRelationId,
            &without("SELECT * FROM pg_catalog.pg_statistic WHERE NOT starelid = ANY ($1)"),
        )?;
        heap::replace_catalog(
            relation::named(c"pg_catalog", c"pg_statistic_ext_data")?,
            &without(
                "SELECT * FROM pg_catalog.pg_statistic_ext_data AS d WHERE NOT EXISTS \
                 (SELECT FROM pg_catalog.pg_statistic_ext AS x WHERE x.oid = d.stxoid AND x.stxrelid = ANY ($1))",
            ),
        )?;
    }
    for relation in Relation::load(&about.analyzed)? {
        run::command("ANALYZE", &relation, |code| {
            Error::new(
                code,
                format!("table {} cannot be analyzed", relation.qualified()),
            )
            .hint("The server's message is not shown, since it can hold values of a row. ANALYZE shows it.")
        })?;
    }
    Ok(())
}
