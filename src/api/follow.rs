//! Internal functions for the event triggers, which keep the registry in step with DDL.

use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::home::Home;
use crate::catalog::relation::Relation;
use crate::error::Result;
use crate::guc;
use crate::registry::{is_restoring, write};
use crate::security::{self, PinnedSettings};
use crate::spi::Connection;
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::prelude::*;

/// Internal. The parse tree of a declared expression over one table, or of a condition over a target and a source, and the columns it reads.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_expression_tree(expression text, inner_relation regclass, outer_relation regclass,
    OUT tree text, OUT inner_columns smallint[], OUT outer_columns smallint[])
  RETURNS SETOF record STABLE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_expression_tree(
    expression: String,
    inner_relation: pg_sys::Oid,
    outer_relation: Option<pg_sys::Oid>,
) -> std::result::Result<
    TableIterator<
        'static,
        (
            name!(tree, String),
            name!(inner_columns, Vec<i16>),
            name!(outer_columns, Vec<i16>),
        ),
    >,
    ErrorReport,
> {
    let rows = with_scopes(inner_relation, outer_relation, |inner, outer| {
        let condition = outer.is_some();
        let analysed = expression::analyse(
            &expression,
            &expression,
            inner,
            outer,
            condition,
            Volatile::Harmless,
        )?;
        Ok((analysed.tree, analysed.columns, analysed.outer_columns))
    })?;
    Ok(TableIterator::once(rows))
}

/// Internal. The text of a parse tree with the names that things have now; NULL if a column that it reads was dropped.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_expression_text(tree text, inner_relation regclass, outer_relation regclass)
  RETURNS text STABLE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_expression_text(
    tree: String,
    inner_relation: pg_sys::Oid,
    outer_relation: Option<pg_sys::Oid>,
) -> std::result::Result<Option<String>, ErrorReport> {
    Ok(with_scopes(
        inner_relation,
        outer_relation,
        |inner, outer| expression::print(&tree, inner, outer),
    )?)
}

/// Internal. The setting gdpr_ext.strict_ddl. A function, so that reading it loads the library, which decides who may set it.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_strict_ddl() RETURNS boolean STABLE PARALLEL SAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_strict_ddl() -> bool {
    guc::strict_ddl()
}

/// Internal. Event trigger after CREATE TABLE and ALTER TABLE: new partitions and heirs of registered tables get the triggers that these have, and what triggers
/// say of foreign keys follows the names. A dump brings its own triggers.
#[pg_extern(sql = r#"
CREATE FUNCTION gdpr_follow_tables() RETURNS event_trigger VOLATILE PARALLEL UNSAFE
  LANGUAGE c AS 'MODULE_PATHNAME', '@FUNCTION_NAME@';
"#)]
fn gdpr_follow_tables(fcinfo: pg_sys::FunctionCallInfo) -> std::result::Result<(), ErrorReport> {
    Ok(follow_tables(&Home::of_call(fcinfo)?)?)
}

/// Only of the tables that the command was about: others have owners who may hold a lock on them.
fn follow_tables(home: &Home) -> Result<()> {
    if !is_restoring() {
        let sql = "SELECT @extschema@.gdpr_make_triggers(pg_catalog.array_agg(c.oid), true)
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_event_trigger_ddl_commands() d
              ON d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid
              OR d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = c.relnamespace
            WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'
              AND (EXISTS (SELECT FROM @extschema@.gdpr_registry WHERE relation = c.oid)
                   OR EXISTS (SELECT FROM @extschema@.gdpr_on_delete WHERE relation = c.oid)
                   OR EXISTS (SELECT FROM pg_catalog.pg_inherits WHERE c.oid IN (inhrelid, inhparent))
                   OR EXISTS (SELECT FROM pg_catalog.pg_trigger WHERE tgrelid = c.oid AND tgname LIKE 'gdpr_log_%'))
            HAVING pg_catalog.count(*) > 0";
        write::run(home, sql, &[])?;
    }
    Ok(())
}

/// Makes the triggers of a table, unless a dump is being loaded, which has them.
pub fn make_triggers(home: &Home, relation: pg_sys::Oid) -> Result<()> {
    if !is_restoring() {
        let sql = "SELECT @extschema@.gdpr_make_triggers(ARRAY[$1::oid], false)";
        write::run(home, sql, &[relation.into()])?;
    }
    Ok(())
}

fn with_scopes<T>(
    inner: pg_sys::Oid,
    outer: Option<pg_sys::Oid>,
    work: impl FnOnce(Scope, Option<Scope>) -> Result<T>,
) -> Result<T> {
    security::require_superuser("an internal function")?;
    let _spi = Connection::open();
    let _pinned = PinnedSettings::new();
    let inner = Relation::load_one(inner)?;
    let outer = outer.map(Relation::load_one).transpose()?;
    let scope = Scope {
        relation: &inner,
        alias: c"target",
    };
    let above = outer.as_ref().map(|relation| Scope {
        relation,
        alias: c"source",
    });
    work(scope, above)
}
