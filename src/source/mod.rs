//! Stores outside the database: what they hold of rows that a walk has found, and how it is erased there. docs/sources.md says what their functions are given.

mod call;
mod keys;
mod report;

pub use keys::Keys;
pub use report::Reported;

use crate::catalog::schema::Source;
use crate::error::{Code, Error, Result};
use crate::security::PinnedSettings;
use crate::spi::json;
use crate::spi::statement::Access;
use pgrx::pg_sys::Datum;

/// What the sources hold, in the order of their names: hands over document by document, as jsonb, each of which lives until the next one comes. Nothing can be
/// written meanwhile. Needs SPI.
pub fn collect(keys: &Keys, mut each: impl FnMut(&Source, Datum)) -> Result<()> {
    let _pinned = PinnedSettings::new();
    for (source, relation, keys) in keys.calls()? {
        call::collector(source, relation, &keys, Access::Read, |document| {
            each(source, document);
        })?;
    }
    Ok(())
}

/// The same as JSON texts, by source; one that holds nothing is not in it. Needs SPI.
pub fn collected(keys: &Keys) -> Result<Vec<(Source, Vec<String>)>> {
    let mut collected: Vec<(Source, Vec<String>)> = Vec::new();
    collect(keys, |source, document| {
        let text = json::text(document);
        match collected.last_mut() {
            Some((known, documents)) if known.name == source.name => documents.push(text),
            _ => collected.push((source.clone(), vec![text])),
        }
    })?;
    Ok(collected)
}

/// How many documents each of the sources holds that an action is about. Needs SPI and pinned settings.
pub fn count(
    keys: &Keys,
    access: Access,
    which: impl Fn(&Source) -> bool,
) -> Result<Vec<(&Source, u64)>> {
    let mut counts = Vec::new();
    for (source, relation, keys) in keys.calls()? {
        if !which(source) {
            continue;
        }
        let mut documents = 0;
        call::collector(source, relation, &keys, access, |_| documents += 1)?;
        counts.push((source, documents));
    }
    Ok(counts)
}

/// Has the sources erase what they hold, and takes their reports. Needs SPI and pinned settings.
pub fn erase(keys: &Keys, action: &str) -> Result<Vec<Reported>> {
    let mut reported = Vec::new();
    for (source, relation, keys) in keys.calls()? {
        if let Some(eraser) = &source.erase {
            reported.extend(call::eraser(source, eraser, relation, &keys, action)?);
        }
    }
    Ok(reported)
}

/// Some source that is called can erase.
pub fn has_erasers(keys: &Keys) -> bool {
    keys.sources().any(|source| source.erase.is_some())
}

/// A store that cannot be erased is said before anything is: 55000, unless it is kept on a ground.
pub fn require_erasers(keys: &Keys) -> Result<()> {
    let stays = |source: &&Source| source.erase.is_none() && source.ground.is_none();
    match keys.sources().find(stays) {
        None => Ok(()),
        Some(source) => Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            format!("source \"{}\" has no function that erases", source.name),
        )
        .detail("What it holds of this person would stay.")
        .hint("Say how it is erased, or why it is kept: gdpr_register_source(..., erase => 'schema.function') or gdpr_register_source(..., ground => 'tax law, 10 years').")),
    }
}

/// What a source is called in reports.
pub fn said(name: &str, ground: Option<&str>) -> String {
    match ground {
        Some(ground) => format!("source {name}: {ground}"),
        None => format!("source {name}"),
    }
}
