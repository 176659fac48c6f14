//! Changes tables together of which keys are rewritten and references follow, in one statement: at its end every foreign key holds again,
//! whatever it does ON UPDATE, and no constraint is deferred or switched off.

use super::failure;
use super::statement::{Form, found_again, values};
use super::update::{Changed, given, verify};
use super::work::{Change, Rows};
use crate::error::{Code, Error, Result};
use crate::plan::build::marks;
use crate::plan::{Group, Member, Plan};
use crate::security;
use crate::spi::guarded;
use crate::spi::row::Row;
use crate::spi::statement::{Access, Planning, Statement};
use crate::sql::Ident;
use crate::strategy::running;
use crate::walk::found::Found;
use crate::walk::identity::whole_row;
use crate::walk::keys::Keys;
use crate::walk::statements::Size;
use pgrx::pg_sys::{self, Datum, Oid};
use pgrx::{FromDatum, PgMemoryContexts};
use std::collections::BTreeSet;

/// Runs the statement of a group, and gives back the changed rows of each of `changes`. Needs SPI and pinned settings.
pub fn run(
    plan: &Plan,
    group: &Group,
    changes: &[&Change],
    found: &[Option<Found>],
) -> Result<Vec<Vec<Changed>>> {
    let owner = privileges(plan, group)?;
    let memory = PgMemoryContexts::new("gdpr_ext rewrite");
    let mut writer = Writer::new(plan, group, changes);
    let mut parameters = vec![running::parameter()];
    for (number, member) in group.members.iter().enumerate() {
        let own = changes
            .iter()
            .find(|change| Some(change.table) == member.table);
        if let Some((change, found)) =
            own.and_then(|change| Some((change, found[change.table].as_ref()?)))
        {
            let form = writer.own(number, change)?;
            let kept = bits(change);
            parameters.extend(given(
                &Rows::of(plan, change.table, found),
                &change.rows,
                &[&kept],
                form,
                &memory,
            ));
        }
        writer.member(number, member)?;
    }
    let (sql, types) = writer.finish();
    let mut changed: Vec<Vec<Changed>> = changes.iter().map(|_| Vec::new()).collect();
    let mut missed = 0;
    let _owner = match owner {
        Some(_) => Some(security::as_owner_who_acts(&group.members[0].relation)?),
        None => None,
    };
    let run = || {
        let statement = Statement::prepare(&sql, &types, Planning::EachRun)?;
        statement.run(&parameters, Access::Lock, |row| {
            match row.get(0).map(Datum::value) {
                Some(number) => read(group, changes, number, row, &mut changed),
                None => missed += row.get(4).map_or(0, |datum| datum.value() as i64),
            }
        })
    };
    guarded::run_naming(run, |code, message| {
        let named = group
            .members
            .iter()
            .find(|member| message.contains(&format!("\"{}\"", member.relation.name)));
        let member = named.unwrap_or(&group.members[0]);
        let rules = member.table.map(|table| &plan.tables[table]);
        Ok(failure::of_table(&member.relation, rules, code, message))
    })?;
    if missed != 0 {
        return Err(Error::new(
            Code::ERRCODE_TRIGGERED_DATA_CHANGE_VIOLATION,
            "some rows that reference a rewritten key were not changed",
        )
        .detail("A trigger of one of the tables swallowed the change.")
        .hint("Let the trigger pass what gdpr_ext writes, or drop it."));
    }
    for (change, changed) in changes.iter().zip(&changed) {
        if let Some(found) = &found[change.table] {
            verify(
                plan,
                change.table,
                change,
                changed,
                &Rows::of(plan, change.table, found),
            )?;
        }
    }
    Ok(changed)
}

fn bits(change: &Change) -> Vec<i64> {
    match change.kept.is_empty() {
        true => vec![0; change.rows.len()],
        false => change.kept.clone(),
    }
}

/// The owner that the statement runs as; None if the tables have several owners: it runs as the caller then, who must not be a superuser
/// whom it would make run what the owners wrote.
fn privileges(plan: &Plan, group: &Group) -> Result<Option<Oid>> {
    let caller = security::caller();
    for Member { relation, .. } in &group.members {
        security::require_access(relation, caller, true)?;
        security::require_in_place(relation)?;
        if relation.is_foreign() {
            return Err(Error::new(
                Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                format!(
                    "foreign table {} has a key that would be rewritten",
                    relation.qualified()
                ),
            )
            .hint("Keys are rewritten together with what references them in local tables only."));
        }
    }
    let owner = group.members[0].relation.owner;
    if group
        .members
        .iter()
        .all(|member| member.relation.owner == owner)
    {
        return Ok(Some(owner));
    }
    let names: Vec<String> = group
        .members
        .iter()
        .map(|member| member.relation.qualified().to_string())
        .collect();
    let names = names.join(", ");
    if security::is_superuser() {
        return Err(Error::new(
            Code::ERRCODE_INSUFFICIENT_PRIVILEGE,
            format!("tables {names} have several owners, and a key that one of them rewrites in the others"),
        )
        .detail("One statement changes them all, and what their owners wrote would run with a superuser's rights.")
        .hint("Call it as a role that may SELECT and UPDATE them all and is no superuser."));
    }
    let written = group
        .members
        .iter()
        .filter_map(|member| member.table)
        .find(|table| plan.tables[*table].has_expression);
    match written {
        Some(_) => Err(Error::new(
            Code::ERRCODE_FEATURE_NOT_SUPPORTED,
            format!("tables {names} have several owners, and a rule of one is an expression"),
        )
        .detail("One statement changes them all, with the caller's rights, and an expression is evaluated with its owner's only.")
        .hint("Use another strategy than \"sql\" in these tables.")),
        None => Ok(None),
    }
}

/// Writes the statement, member by member.
struct Writer<'a> {
    plan: &'a Plan,
    group: &'a Group,
    changes: &'a [&'a Change],
    parts: Vec<String>,
    results: Vec<String>,
    types: Vec<Oid>,
    /// Members some of whose rows may change.
    changing: BTreeSet<usize>,
}

impl<'a> Writer<'a> {
    fn new(plan: &'a Plan, group: &'a Group, changes: &'a [&'a Change]) -> Self {
        Self {
            plan,
            group,
            changes,
            parts: Vec::new(),
            results: Vec::new(),
            types: vec![pg_sys::INT8OID],
            changing: BTreeSet::new(),
        }
    }

    /// The rows that the member's own rules are for, with their new values.
    fn own(&mut self, number: usize, change: &Change) -> Result<Form> {
        // Rows are found by their place: nothing has moved them since they were locked, or the key tells.
        let form = Form {
            // Always as arrays, so that the statement can number its parameters.
            size: Size::Many,
            by_key: (change.by_key || self.plan.by_key())
                && !self.plan.tables[change.table].key.is_empty(),
            partly: true,
            releases: false,
        };
        let relation = &self.group.members[number].relation;
        let keys = Keys::after(self.types.len(), form.size);
        let (mut keys, matches, kept) =
            found_again(&self.plan.graph, self.plan, change.table, form, keys)?;
        let from = keys.from();
        let mut columns = vec![
            "s.ord".to_owned(),
            "target.tableoid AS part".to_owned(),
            "target.ctid AS place".to_owned(),
        ];
        columns.extend(
            self.referenced(number)
                .iter()
                .map(|column| format!("target.{} AS {}", Ident(column), old(column))),
        );
        let values = values(&self.plan.tables[change.table], kept.as_deref());
        columns.extend(
            values
                .iter()
                .map(|(column, value)| format!("{value} AS {}", new(column))),
        );
        self.types.append(&mut keys.types);
        self.parts.push(format!(
            "own_{number} AS MATERIALIZED (SELECT {} FROM {from} JOIN {} AS target ON {matches})",
            columns.join(", "),
            relation.in_from()
        ));
        Ok(form)
    }

    /// Columns of a member that rewritten references need the former values of.
    fn referenced(&self, number: usize) -> BTreeSet<&'a str> {
        let references = self
            .group
            .members
            .iter()
            .flat_map(|member| &member.references);
        let to_it = references.filter(|reference| reference.to == number);
        to_it
            .flat_map(|reference| reference.pairs.iter().map(|pair| pair.referenced.as_str()))
            .collect()
    }

    fn change_of(&self, member: &Member) -> Option<&'a Change> {
        self.changes
            .iter()
            .find(|change| Some(change.table) == member.table)
            .copied()
    }

    /// What changes in a member: by its own rules, and what follows rewritten keys.
    fn member(&mut self, number: usize, member: &'a Member) -> Result<()> {
        let own = self.change_of(member);
        let mut found = Vec::new();
        let mut joins = String::new();
        let mut cases: Vec<(&str, Vec<String>)> = Vec::new();
        let mut case = |column: &'a str, from: &str| {
            let when = format!("WHEN {from}.place IS NOT NULL THEN {from}.{}", new(column));
            match cases.iter_mut().find(|(known, _)| *known == column) {
                Some((_, whens)) => whens.push(when),
                None => cases.push((column, vec![when])),
            }
        };
        let mut join = |from: &str| {
            found.push(format!("SELECT part, place FROM {from}"));
            joins.push_str(&format!(
                " LEFT JOIN {from} ON {from}.part OPERATOR(pg_catalog.=) i.part AND {from}.place OPERATOR(pg_catalog.=) i.place"
            ));
        };
        if let Some(change) = own {
            let from = format!("own_{number}");
            join(&from);
            self.plan.tables[change.table]
                .changes
                .iter()
                .for_each(|change| case(&change.column, &from));
        }
        for (i, reference) in member.references.iter().enumerate() {
            // A table that references itself follows its own rules.
            let of_itself = reference.to == number;
            let source_changes = match of_itself {
                true => own.is_some(),
                false => self.changing.contains(&reference.to),
            };
            if !source_changes {
                continue;
            }
            let source = if of_itself { "own" } else { "new" };
            let from = format!("reference_{number}_{i}");
            let matches: Vec<String> = reference
                .pairs
                .iter()
                .map(|pair| {
                    format!(
                        "n.{} {} target.{}",
                        old(&pair.referenced),
                        pair.operator,
                        Ident(&pair.referencing)
                    )
                })
                .collect();
            let follows = reference.pairs.iter().filter(|pair| pair.changes);
            // Rows that change can keep their key; what references those stays as it is, and its triggers do not fire.
            let both = |name: fn(&str) -> String| -> String {
                let all = follows
                    .clone()
                    .map(|pair| format!("n.{}", name(&pair.referenced)));
                all.collect::<Vec<_>>().join(", ")
            };
            let columns: Vec<String> = follows
                .clone()
                .map(|pair| format!("n.{} AS {}", new(&pair.referenced), new(&pair.referencing)))
                .collect();
            self.parts.push(format!(
                "{from} AS MATERIALIZED (SELECT target.tableoid AS part, target.ctid AS place, {} FROM {source}_{} AS n JOIN {} AS target ON {} WHERE ROW({})::pg_catalog.record OPERATOR(pg_catalog.*<>) ROW({})::pg_catalog.record)",
                columns.join(", "),
                reference.to,
                member.relation.in_from(),
                matches.join(" AND "),
                both(old),
                both(new)
            ));
            join(&from);
            follows.for_each(|pair| case(&pair.referencing, &from));
        }
        if found.is_empty() {
            return Ok(());
        }
        let ord = match own {
            Some(_) => format!("own_{number}.ord"),
            None => "NULL::pg_catalog.int8".to_owned(),
        };
        let mut columns = vec![
            "i.part".to_owned(),
            "i.place".to_owned(),
            format!("{ord} AS ord"),
        ];
        columns.extend(
            self.referenced(number)
                .iter()
                .map(|column| format!("target.{} AS {}", Ident(column), old(column))),
        );
        columns.extend(cases.iter().map(|(column, whens)| {
            format!(
                "CASE {} ELSE target.{} END AS {}",
                whens.join(" "),
                Ident(column),
                new(column)
            )
        }));
        // What is referenced but does not change here is what it was.
        let unchanged = self
            .referenced(number)
            .into_iter()
            .filter(|column| !cases.iter().any(|(known, _)| known == column));
        columns
            .extend(unchanged.map(|column| format!("target.{} AS {}", Ident(column), new(column))));
        self.parts.push(format!(
            "new_{number} AS MATERIALIZED (SELECT {} FROM ({}) AS i JOIN {} AS target \
             ON target.ctid OPERATOR(pg_catalog.=) i.place AND target.tableoid OPERATOR(pg_catalog.=) i.part{joins})",
            columns.join(", "),
            found.join(" UNION "),
            member.relation.in_from()
        ));
        self.changing.insert(number);
        self.update(number, member, own, &cases);
        Ok(())
    }

    fn update(
        &mut self,
        number: usize,
        member: &Member,
        own: Option<&Change>,
        cases: &[(&str, Vec<String>)],
    ) {
        let sets: Vec<String> = cases
            .iter()
            .map(|(column, _)| format!("{} = n.{}", Ident(column), new(column)))
            .collect();
        let rules = own.map(|change| &self.plan.tables[change.table]);
        let marks = rules.map_or("NULL::pg_catalog.bytea".to_owned(), marks);
        let keys: Vec<String> = match rules {
            Some(rules) if rules.key.is_empty() => member
                .table
                .iter()
                .map(|table| whole_row(&self.plan.graph.tables[*table], "target"))
                .collect(),
            Some(rules) => rules
                .key
                .iter()
                .map(|part| format!("{}::pg_catalog.text", part.identity.name))
                .collect(),
            None => vec!["NULL::pg_catalog.text".to_owned()],
        };
        self.parts.push(format!(
            "changed_{number} AS (UPDATE {} AS target SET {} FROM new_{number} AS n \
             WHERE target.ctid OPERATOR(pg_catalog.=) n.place AND target.tableoid OPERATOR(pg_catalog.=) n.part \
             RETURNING n.ord, {marks} AS marks, ARRAY[{}] AS keys)",
            member.relation.in_from(),
            sets.join(", "),
            keys.join(", ")
        ));
        self.results.push(format!(
            "SELECT {number}, ord, marks, keys, NULL::pg_catalog.int8 FROM changed_{number} WHERE ord IS NOT NULL"
        ));
        self.results.push(format!(
            "SELECT NULL::pg_catalog.int4, NULL, NULL, NULL, (SELECT pg_catalog.count(*) FROM new_{number}) \
             OPERATOR(pg_catalog.-) (SELECT pg_catalog.count(*) FROM changed_{number})"
        ));
    }

    fn finish(self) -> (String, Vec<Oid>) {
        let sql = format!(
            "WITH {} {}",
            self.parts.join(", "),
            self.results.join(" UNION ALL ")
        );
        (sql, self.types)
    }
}

/// The former value of a column.
fn old(column: &str) -> String {
    Ident(&shortened("o", column)).to_string()
}

/// Its new value.
fn new(column: &str) -> String {
    Ident(&shortened("n", column)).to_string()
}

/// A name of our own for a column: names end at 63 bytes, so a long one is known by its digest.
fn shortened(prefix: &str, column: &str) -> String {
    match column.len() < 60 {
        true => format!("{prefix}:{column}"),
        false => format!("{prefix}#{}", crate::plan::digest(column)),
    }
}

fn read(
    group: &Group,
    changes: &[&Change],
    number: usize,
    row: &Row,
    changed: &mut [Vec<Changed>],
) {
    let place = changes
        .iter()
        .position(|change| Some(change.table) == group.members[number].table);
    let (Some(place), Some(ord)) = (place, row.get(1)) else {
        return;
    };
    // SAFETY: the statement's columns are of types bytea and text[].
    let (marks, keys) = unsafe {
        (
            row.get(2)
                .and_then(|datum| Vec::<u8>::from_datum(datum, false)),
            row.get(3)
                .and_then(|datum| Vec::<Option<String>>::from_datum(datum, false)),
        )
    };
    let keys: Vec<String> = keys
        .unwrap_or_default()
        .into_iter()
        .map(Option::unwrap_or_default)
        .collect();
    changed[place].push(Changed {
        row: changes[place].rows[ord.value() - 1],
        ord: ord.value() - 1,
        marks: marks.unwrap_or_default(),
        key: Some(keys),
    });
}
