//! Writing the registry for those who own the tables but have no right to the registry itself.

use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::error::Result;
use crate::security::{self, PinnedSettings, RunAs};
use crate::spi::Connection;
use pgrx::datum::DatumWithOid;
use pgrx::pg_sys::Oid;
use pgrx::spi::Spi;

/// The caller owns all of these relations. 42501 otherwise.
pub fn require_owner_of(relations: &[Oid]) -> Result<()> {
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    for relation in relations {
        security::require_owner(&Relation::load_one(*relation)?, security::caller())?;
    }
    Ok(())
}

/// Runs one of our statements on the registry as its owner; `@extschema@` in it stands for the extension's schema. Returns the number of rows.
/// Ownership of what it is about has to be checked before.
pub fn run(home: &Home, sql: &str, parameters: &[DatumWithOid]) -> Result<u64> {
    let sql = sql.replace("@extschema@", &crate::sql::Ident(&home.schema).to_string());
    let _pinned = PinnedSettings::new();
    let _owner = RunAs::new(home.owner);
    let rows = Spi::connect_mut(|client| {
        client
            .update(sql.as_str(), None, parameters)
            .map(|rows| rows.len() as u64)
    })?;
    Ok(rows)
}
