//! Functions of a table's owner that make another document of a row's, for what rules cannot state.

use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::registry::export::transform;
use crate::security::{self, ReadOnly};
use crate::spi::column::Column;
use crate::spi::guarded;
use crate::spi::json;
use crate::spi::kept;
use crate::spi::statement::{Access, Planning};
use pgrx::{PgMemoryContexts, pg_sys};

/// Documents given to one statement.
const BATCH: usize = 1_000;

/// What the function makes of each document. 22023 for what is no object.
pub fn transformed(name: &str, relation: &Relation, documents: Vec<String>) -> Result<Vec<String>> {
    let sql = format!(
        "SELECT s.ord, {}(s.document) FROM pg_catalog.unnest($1) WITH ORDINALITY AS s(document, ord)",
        transform(name, relation)?
    );
    let mut made = Vec::with_capacity(documents.len());
    let mut documents = documents.into_iter().peekable();
    while documents.peek().is_some() {
        let memory = PgMemoryContexts::new("gdpr_ext documents");
        let mut column = Column::new(pg_sys::JSONBOID, memory.value());
        for document in documents.by_ref().take(BATCH) {
            column.push(Some(json::value(document)?));
        }
        let rows: Vec<u32> = (0..column.len() as u32).collect();
        let parameters = [Some(column.array(&rows))];
        let mut batch = vec![String::new(); rows.len()];
        // Whoever wrote it, reading somebody's data changes nothing.
        let _read_only = ReadOnly::new();
        let _owner = security::as_owner(relation)?;
        let run = || {
            kept::of_session(&sql, &[pg_sys::JSONBARRAYOID], Planning::Once)?.run(
                &parameters,
                Access::Read,
                |row| {
                    let ord = row
                        .get(0)
                        .map_or(0, |datum| datum.value())
                        .saturating_sub(1);
                    if let (Some(place), Some(document)) = (batch.get_mut(ord), row.get(1)) {
                        *place = json::text(document);
                    }
                },
            )
        };
        guarded::run(run, |code| {
            Ok(Error::new(
                code,
                format!("transform {name} of table {} failed", relation.qualified()),
            )
            .hint("The server's message is not shown, since it can hold values of rows."))
        })?;
        if !batch.iter().all(|document| document.starts_with('{')) {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!("transform {name} of table {} returned something else than an object", relation.qualified()),
            )
            .hint("It has to make one JSON object of every row; columns are left out with \"exclude\"."));
        }
        made.extend(batch);
    }
    Ok(made)
}
