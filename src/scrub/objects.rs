//! Large objects: no rule speaks of them, and nobody knows whose they are.

use super::heap::{self, Query};
use super::{Line, run};
use crate::catalog::relation;
use crate::error::{Code, Error, Result};
use crate::security::RunAs;
use crate::spi::statement::{Access, Planning, Statement};
use pgrx::pg_sys::{self, Oid};

/// What is done about large objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LargeObjects {
    /// There must be none.
    Refuse,
    Keep,
    /// All of them are removed.
    Unlink,
}

impl LargeObjects {
    /// 22023 for another word.
    pub fn of(word: &str) -> Result<Self> {
        match word {
            "refuse" => Ok(Self::Refuse),
            "keep" => Ok(Self::Keep),
            "unlink" => Ok(Self::Unlink),
            other => Err(Error::unknown_word(
                "what can be done about large objects",
                other,
                &["refuse", "keep", "unlink"],
            )),
        }
    }
}

/// pg_largeobject.
fn catalog() -> Result<Oid> {
    relation::named(c"pg_catalog", c"pg_largeobject")
}

fn count() -> Result<u64> {
    let sql = "SELECT pg_catalog.count(*) FROM pg_catalog.pg_largeobject_metadata";
    Ok(run::number(sql, &[], &[])? as u64)
}

/// 55000 if there are any.
pub fn refuse() -> Result<()> {
    match count()? {
        0 => Ok(()),
        count => Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("the database has large objects: {count}"),
        )
        .detail("Rules are about columns; what is in a large object stays as it is.")
        .hint("gdpr_scrub_db(large_objects => 'unlink') removes them all; 'keep' says that they are not personal.")),
    }
}

fn line(count: u64) -> Result<Option<Line>> {
    if count == 0 {
        return Ok(None);
    }
    Ok(Some(Line {
        relation: catalog()?,
        action: "unlinked",
        rows: count,
        bytes_before: Some(run::size(catalog()?)?),
        bytes_after: None,
        milliseconds: None,
    }))
}

pub fn preview() -> Result<Option<Line>> {
    line(count()?)
}

/// Removes them all, and the file that they were in. 42501 unless the caller owns them, or is a superuser.
pub fn unlink() -> Result<Option<Line>> {
    let started = std::time::Instant::now();
    let Some(mut line) = line(count()?)? else {
        return Ok(None);
    };
    Statement::prepare(
        "SELECT pg_catalog.count(pg_catalog.lo_unlink(o.oid)) FROM pg_catalog.pg_largeobject_metadata AS o",
        &[],
        Planning::Once,
    )?
    .run(&[], Access::Lock, |_| {})?;
    let _catalog = RunAs::new(Oid::from(pg_sys::BOOTSTRAP_SUPERUSERID));
    // Their pages held them still.
    heap::replace_catalog(
        catalog()?,
        &Query {
            sql: "SELECT * FROM pg_catalog.pg_largeobject WHERE false",
            types: &[],
            parameters: &[],
        },
    )?;
    line.bytes_after = Some(run::size(catalog()?)?);
    line.milliseconds = Some(run::milliseconds(started.elapsed()));
    Ok(Some(line))
}
