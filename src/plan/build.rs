//! Makes a plan from the graph, the registry's rules and the catalog.

use super::{Change, Group, KeyPart, Plan, TablePlan, Treatment};
use crate::catalog::details::Details;
use crate::catalog::relation::{Column, Relation};
use crate::error::{Error, Result};
use crate::link::cached;
use crate::link::graph::{End, Graph, Link, Table, Value, Wanted};
use crate::registry::hooks::Hooks;
use crate::registry::rules::{self, Ruled};
use crate::spi::kept::Kept;
use crate::sql::{INTERNAL, Ident};
use crate::strategy::{Values, running};
use crate::walk::identity::{key_columns, whole_row};
use pgrx::pg_sys::{self, Oid};
use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Arguments that one call of our function takes: PostgreSQL's own limit is 100.
const ARGUMENTS: usize = 90;

impl Plan {
    /// Needs SPI and pinned settings.
    pub fn build(graph: &Rc<Graph>) -> Result<Self> {
        Self::build_by(graph, table_plan)
    }

    /// For rows of the first table alone. If its rules do not work, it has none, and the error says why. Needs SPI and pinned settings.
    pub fn of_one(graph: &Rc<Graph>) -> Result<(Self, Option<Error>)> {
        let mut broken = None;
        let plan = Self::build_by(graph, |graph, number, details| {
            if number == 0 {
                match table_plan(graph, number, details) {
                    Ok(plan) => return Ok(plan),
                    Err(error) => broken = Some(error),
                }
            }
            Ok(without_rules(graph, number, details))
        })?;
        Ok((plan, broken))
    }

    fn build_by(
        graph: &Rc<Graph>,
        mut table_plan: impl FnMut(&Graph, usize, Option<&Details>) -> Result<TablePlan>,
    ) -> Result<Self> {
        let ruled = graph.tables.iter().filter(|table| table.depth.is_some());
        let ruled: Vec<Oid> = ruled.map(|table| table.relation).collect();
        let details: HashMap<Oid, Details> = Details::load_all(&ruled)?
            .into_iter()
            .map(|details| (details.relation, details))
            .collect();
        let mut tables = Vec::with_capacity(graph.tables.len());
        for number in 0..graph.tables.len() {
            let details = details.get(&graph.tables[number].relation);
            tables.push(table_plan(graph, number, details)?);
        }
        let groups = Group::all(graph, &mut tables, &details, cached::schema().as_deref())?;
        let extra = |whole: bool| -> Result<Vec<Vec<Wanted>>> {
            let described = tables.iter().zip(&graph.tables);
            described
                .map(|(table, of)| Ok(extra(table, of, graph.relation(of.relation)?, whole)))
                .collect()
        };
        let (extra, extra_of_gone) = (extra(false)?, extra(true)?);
        let lost: HashSet<usize> = graph
            .links
            .iter()
            .filter(|link| loses(link, &tables))
            .map(|link| link.target.table)
            .collect();
        let links = graph.links.iter().enumerate();
        let moving_links = links
            .filter(|(_, link)| moves(link, &tables) || lost.contains(&link.source.table))
            .map(|(number, _)| number)
            .collect();
        Ok(Self {
            graph: graph.clone(),
            tables,
            extra,
            extra_of_gone,
            groups,
            moving_links,
            references: OnceCell::new(),
            statements: Kept::default(),
        })
    }
}

fn table_plan(graph: &Graph, number: usize, details: Option<&Details>) -> Result<TablePlan> {
    let table = &graph.tables[number];
    let relation = graph.relation(table.relation)?;
    let ruled = match (&table.entry, details) {
        (Some(entry), Some(details)) => rules::read(relation, details, &entry.rules)?,
        _ => Vec::new(),
    };
    let kept_whole = table
        .entry
        .as_ref()
        .filter(|entry| entry.on_erase.as_deref() == Some("keep"));
    let treatment = match (&table.entry, kept_whole) {
        (None, _) => match not_keys(graph, number)? {
            columns if columns.is_empty() => Treatment::Nothing,
            columns => Treatment::Unregistered(columns),
        },
        (_, Some(entry)) => Treatment::Keep(entry.ground.clone().unwrap_or_default()),
        _ if ruled.iter().any(Ruled::changes) => Treatment::Mask,
        _ => Treatment::Nothing,
    };
    let changed = || {
        ruled
            .iter()
            .filter(|rule| rule.changes() && treatment == Treatment::Mask)
    };
    let changes: Vec<Change> = changed().map(change).collect();
    let key = table
        .key
        .iter()
        .zip(key_columns(table, "target"))
        .map(|(column, identity)| {
            let changes = changes.iter().any(|change| change.column == column.name);
            KeyPart::new(column.name.clone(), identity, changes)
        });
    Ok(TablePlan {
        reasons: reasons(&ruled),
        pseudonymous: changed().any(|rule| rule.mask.pseudonymous),
        key: key.collect(),
        hooks: match &table.entry {
            Some(entry) => Hooks::parse(&entry.hooks)?,
            None => Hooks::default(),
        },
        triggers: details.is_some_and(|details| details.triggers),
        needs_all_rows: changed()
            .find(|rule| rule.strategy.needs_all_rows())
            .map(|rule| rule.field.name()),
        has_expression: changed().any(|rule| rule.strategy.is_expression()),
        constraints: details.map(Details::names).unwrap_or_default(),
        group: None,
        changes,
        treatment,
    })
}

fn without_rules(graph: &Graph, number: usize, details: Option<&Details>) -> TablePlan {
    let table = &graph.tables[number];
    let key = table.key.iter().zip(key_columns(table, "target"));
    TablePlan {
        treatment: Treatment::Nothing,
        changes: Vec::new(),
        reasons: None,
        pseudonymous: false,
        key: key
            .map(|(column, identity)| KeyPart::new(column.name.clone(), identity, false))
            .collect(),
        hooks: Hooks::default(),
        triggers: details.is_some_and(|details| details.triggers),
        needs_all_rows: None,
        has_expression: false,
        constraints: details.map(Details::names).unwrap_or_default(),
        group: None,
    }
}

/// NULL stays NULL, whatever the rule.
pub fn change(rule: &Ruled) -> Change {
    let field = &rule.field;
    let sql =
        match rule.mask.strict || field.column.is_not_null() || rule.mask.values == Values::Null {
            true => rule.mask.sql.clone(),
            false => format!(
                "CASE WHEN {0} IS NULL THEN {0} ELSE {1} END",
                field.value(),
                rule.mask.sql
            ),
        };
    Change {
        column: field.column.name.clone(),
        number: field.column.number,
        sql,
        values: rule.mask.values,
        of: rule.of.clone(),
        constant: (rule.mask.values == Values::Constant)
            .then(|| format!("{}::{}", rule.mask.sql, field.column.sql_type)),
    }
}

fn reasons(ruled: &[Ruled]) -> Option<String> {
    let mut reasons: Vec<&str> = ruled
        .iter()
        .filter_map(|rule| rule.strategy.keeps()?.reason)
        .collect();
    reasons.dedup();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// The columns of a table that belong neither to its key nor to a foreign key.
pub fn not_keys(graph: &Graph, number: usize) -> Result<Vec<String>> {
    let table = &graph.tables[number];
    let is_key = |name: &String| table.key.iter().any(|column| column.name == *name);
    let is_reference = |name: &String| {
        let mut keys = graph
            .links
            .iter()
            .filter(|link| link.on_delete.is_some() && link.target.table == number);
        keys.any(|link| {
            link.target
                .columns
                .iter()
                .any(|column| column.name == *name)
        })
    };
    let columns = graph
        .relation(table.relation)?
        .columns
        .iter()
        .map(|column| column.name.clone());
    Ok(columns
        .filter(|name| !is_key(name) && !is_reference(name))
        .collect())
}

fn extra(table: &TablePlan, of: &Table, relation: &Relation, whole: bool) -> Vec<Wanted> {
    let key = table.key.iter().map(|part| Wanted {
        sql: part.identity.read(),
        element: part.identity.element,
    });
    let mut extra: Vec<Wanted> = key.collect();
    let is_masked = table.treatment == Treatment::Mask;
    if is_masked && table.key.is_empty() {
        extra.push(Wanted {
            sql: whole_row(of, "target"),
            element: pg_sys::TEXTOID,
        });
    }
    if let Some(sql) = row_mark(relation, &of.key).filter(|_| whole) {
        extra.push(Wanted {
            sql,
            element: pg_sys::INT4OID,
        });
    }
    if is_masked {
        extra.push(Wanted {
            sql: marks(table),
            element: pg_sys::BYTEAOID,
        });
    }
    extra
}

/// A keyed digest of the row without its key, over the alias `target`. None for a table that consists of its key.
fn row_mark(relation: &Relation, key: &[Column]) -> Option<String> {
    let columns = relation.columns_beside(key);
    columns.chunks(ARGUMENTS).fold(None, |before, columns| {
        let columns = columns
            .iter()
            .map(|column| format!("target.{}", Ident(&column.name)));
        let values: Vec<String> = before.into_iter().chain(columns).collect();
        let values = values.join(", ");
        Some(format!(
            "{INTERNAL}.row_mark({}, {values})",
            running::PARAMETER
        ))
    })
}

/// Keyed digests of the columns that change, over the alias `target`.
pub fn marks(table: &TablePlan) -> String {
    let columns: Vec<String> = table
        .changes
        .iter()
        .map(|change| format!("target.{}", Ident(&change.column)))
        .collect();
    let calls: Vec<String> = columns
        .chunks(ARGUMENTS)
        .map(|columns| {
            format!(
                "{INTERNAL}.marks({}, {})",
                running::PARAMETER,
                columns.join(", ")
            )
        })
        .collect();
    calls.join(" OPERATOR(pg_catalog.||) ")
}

/// What a link leads to by a source column that changes would not be found afterwards.
fn moves(link: &Link, tables: &[TablePlan]) -> bool {
    let condition = link.condition.iter();
    let condition = condition.flat_map(|condition| &condition.source);
    link.depth.is_some() && changes(&tables[link.source.table], &link.source, condition)
}

/// Rows that a link leads to would not be found afterwards, since they have changed by what it compares.
fn loses(link: &Link, tables: &[TablePlan]) -> bool {
    let condition = link.condition.iter();
    let condition = condition.flat_map(|condition| &condition.target);
    link.depth.is_some() && changes(&tables[link.target.table], &link.target, condition)
}

fn changes<'a>(
    table: &TablePlan,
    end: &End,
    mut condition: impl Iterator<Item = &'a (String, Value)>,
) -> bool {
    let changed = |name: &String| table.changes.iter().any(|change| change.column == *name);
    let mut columns = end.columns.iter();
    !table.changes.is_empty()
        && (columns.any(|column| column.is_expression || changed(&column.name))
            || condition.any(|(name, _)| changed(name)))
}
