//! Rows that belong to two persons by links that nobody has declared. Here they are counted for a whole table at once, and only by foreign keys: a row's persons
//! are those that its keys lead to, up to a few steps away.

use crate::catalog::operator::Equality;
use crate::catalog::relation::Relation;
use crate::error::Result;
use crate::link::whole::{Link, Whole};
use crate::security;
use crate::spi::statement::Access;
use crate::spi::statement::Planning;
use crate::spi::{kept, parallel};
use crate::sql::Ident;
use pgrx::IntoDatum;
use pgrx::pg_sys::{self, Oid};
use std::collections::{HashMap, HashSet};

/// How far up a person is looked for, and by how many ways.
const STEPS: usize = 5;
const WAYS: usize = 16;

/// A link that nobody has declared, into a table that other links lead to as well.
pub struct Shared {
    /// its place in `Whole::links`
    pub link: usize,
    /// None where they could not be counted.
    pub rows: Option<i64>,
    /// The table has no rows yet, and two tables of persons lead to it.
    is_empty: bool,
}

impl Shared {
    pub fn why(&self) -> &'static str {
        match (self.rows, self.is_empty) {
            (Some(_), false) => "counted",
            (Some(_), true) => "empty",
            (None, _) => "not counted",
        }
    }
}

/// A way up from a row to a person: links, the nearest first.
type Way = Vec<usize>;

struct Shape<'a> {
    whole: &'a Whole,
    /// The links that walks take into each table.
    into: HashMap<Oid, Vec<usize>>,
    subjects: HashSet<Oid>,
}

/// Needs SPI and pinned settings.
pub fn count(whole: &Whole, only: Option<&[Oid]>) -> Result<Vec<Shared>> {
    let mut into: HashMap<Oid, Vec<usize>> = HashMap::new();
    let walked = |link: &&(usize, &Link)| link.1.walked && link.1.operators.is_some();
    for (number, link) in whole.links.iter().enumerate().filter(|link| walked(&link)) {
        into.entry(link.target).or_default().push(number);
    }
    let subjects = whole.tables.iter().filter(|table| table.subject);
    let shape = Shape {
        whole,
        into,
        subjects: subjects.map(|table| table.relation).collect(),
    };
    let mut candidates: Vec<(Oid, &Vec<usize>)> = shape
        .into
        .iter()
        .filter(|(table, links)| {
            only.is_none_or(|only| only.contains(table))
                && links.len() > 1
                && links.iter().any(|link| !whole.links[*link].reviewed)
        })
        .map(|(table, links)| (*table, links))
        .collect();
    candidates.sort_unstable_by_key(|(table, _)| table.to_u32());
    let filled = filled(&candidates)?;
    let mut shared = Vec::new();
    for (table, links) in candidates {
        match filled.contains(&table) {
            true => shape.table(table, links, &mut shared)?,
            false => shape.empty(links, &mut shared),
        }
    }
    Ok(shared)
}

/// Those of these tables that have a page.
fn filled(candidates: &[(Oid, &Vec<usize>)]) -> Result<HashSet<Oid>> {
    let tables: Vec<Oid> = candidates.iter().map(|(table, _)| *table).collect();
    let mut filled = HashSet::new();
    let sql = "SELECT t FROM pg_catalog.unnest($1) t WHERE EXISTS (SELECT FROM pg_catalog.pg_partition_tree(t) p WHERE p.isleaf AND pg_catalog.pg_relation_size(p.relid) > 0) \
        OR pg_catalog.pg_relation_size(t) > 0 OR EXISTS (SELECT FROM pg_catalog.pg_class WHERE oid = t AND relkind = 'f')";
    kept::of_session(sql, &[pg_sys::OIDARRAYOID], Planning::Once)?.run(
        &[tables.into_datum()],
        Access::Read,
        |row| {
            filled.extend(row.get(0).map(|oid| Oid::from(oid.value() as u32)));
        },
    )?;
    Ok(filled)
}

impl Shape<'_> {
    /// Two tables of persons, or one twice, lead to it: every row of it may be shared.
    fn empty(&self, links: &[usize], shared: &mut Vec<Shared>) {
        let direct = |link: &&usize| {
            self.subjects
                .contains(&self.whole.links[**link].source_table)
        };
        if links.iter().filter(direct).count() < 2 {
            return;
        }
        let undeclared = |link: &&usize| direct(link) && !self.whole.links[**link].reviewed;
        shared.extend(links.iter().filter(undeclared).map(|link| Shared {
            link: *link,
            rows: Some(0),
            is_empty: true,
        }));
    }

    fn table(&self, table: Oid, links: &[usize], shared: &mut Vec<Shared>) -> Result<()> {
        let mut ways: Vec<Way> = Vec::new();
        for link in links {
            self.climb(vec![*link], &mut ways);
        }
        let undeclared = links.iter().copied();
        let undeclared: Vec<usize> = undeclared
            .filter(|link| !self.whole.links[*link].reviewed)
            .filter(|link| ways.iter().any(|way| way[0] != *link))
            .collect();
        if undeclared.is_empty() {
            return Ok(());
        }
        let counts = match self.readable(table, &ways)? {
            Some(owner) => self.counts(&owner, table, &ways, &undeclared)?,
            None => vec![None; undeclared.len()],
        };
        let counted = undeclared.into_iter().zip(counts);
        shared.extend(
            counted
                .filter(|(_, rows)| *rows != Some(0))
                .map(|(link, rows)| Shared {
                    link,
                    rows,
                    is_empty: false,
                }),
        );
        Ok(())
    }

    /// All ways on from the last link of this one.
    fn climb(&self, way: Way, ways: &mut Vec<Way>) {
        let source = self.whole.links[way[way.len() - 1]].source;
        if self.subjects.contains(&self.whole.hierarchy.table(source)) {
            if ways.len() < WAYS {
                ways.push(way);
            }
            return;
        }
        if way.len() == STEPS {
            return;
        }
        for next in self.into.get(&source).into_iter().flatten() {
            let link = &self.whole.links[*next];
            // A table that refers to itself is climbed once.
            let known = |number: &usize| self.whole.links[*number].source == link.source;
            if !way.contains(next) && !way.iter().any(known) {
                self.climb([way.clone(), vec![*next]].concat(), ways);
            }
        }
    }

    /// The table itself, if the caller may read all that the ways touch, and if all of it is one owner's: with whose rights it is read then, since
    /// what an owner put on a table may run when it is read.
    fn readable(&self, table: Oid, ways: &[Way]) -> Result<Option<Relation>> {
        let mut oids: Vec<Oid> = ways
            .iter()
            .flatten()
            .map(|l| self.whole.links[*l].source)
            .collect();
        oids.push(table);
        oids.sort_unstable_by_key(|oid| oid.to_u32());
        oids.dedup();
        let relations = Relation::load(&oids)?;
        let caller = security::caller();
        let is_readable = |relation: &Relation| {
            !relation.is_foreign() && security::require_access(relation, caller, false).is_ok()
        };
        let Some(place) = relations.iter().position(|relation| relation.oid == table) else {
            return Ok(None);
        };
        let owner = relations[place].owner;
        let all = relations.len() == oids.len()
            && relations.iter().all(|r| r.owner == owner && is_readable(r));
        Ok(all.then(|| relations[place].clone()))
    }

    fn counts(
        &self,
        owner: &Relation,
        table: Oid,
        ways: &[Way],
        undeclared: &[usize],
    ) -> Result<Vec<Option<i64>>> {
        let Some(sql) = self.statement(table, ways, undeclared)? else {
            return Ok(vec![None; undeclared.len()]);
        };
        let mut counts = Vec::new();
        let _owner = security::as_owner(owner)?;
        parallel::read(&sql, &[], &[], |row| {
            counts = (0..undeclared.len())
                .map(|place| row.get(place).map(|count| count.value() as i64))
                .collect();
        })?;
        Ok(counts)
    }

    /// For each link: the rows that lead to a person by another link, and by this one to somebody who is not this person.
    fn statement(&self, table: Oid, ways: &[Way], undeclared: &[usize]) -> Result<Option<String>> {
        let mut oids: Vec<Oid> = ways
            .iter()
            .flatten()
            .map(|l| self.whole.links[*l].source)
            .collect();
        oids.push(table);
        let relations = Relation::load(&oids)?.into_iter();
        let relations: HashMap<Oid, Relation> = relations.map(|r| (r.oid, r)).collect();
        let mut from = match relations.get(&table) {
            Some(relation) => format!("{} t", relation.in_from()),
            None => return Ok(None),
        };
        // Each step of a way is joined once, under the name of the links that lead to it.
        let alias = |way: &[usize]| {
            let numbers: Vec<String> = way.iter().map(usize::to_string).collect();
            format!("s{}", numbers.join("_"))
        };
        let mut joined = HashSet::new();
        for way in ways {
            for length in 1..=way.len() {
                let name = alias(&way[..length]);
                if !joined.insert(name.clone()) {
                    continue;
                }
                let link = &self.whole.links[way[length - 1]];
                let below = match length {
                    1 => "t".to_owned(),
                    _ => alias(&way[..length - 1]),
                };
                let ends = relations.get(&link.source).zip(relations.get(&link.target));
                let Some((source, target)) = ends else {
                    return Ok(None);
                };
                let Some(on) = equal(link, (source, &name), (target, &below))? else {
                    return Ok(None);
                };
                from.push_str(&format!(" LEFT JOIN {} {name} ON {on}", source.in_from()));
            }
        }
        let person = |way: &Way| alias(way);
        let counts: Vec<String> = undeclared
            .iter()
            .map(|link| {
                let own: Vec<&Way> = ways.iter().filter(|way| way[0] == *link).collect();
                let others = ways.iter().filter(|way| way[0] != *link).map(person);
                let others: Vec<String> = others
                    .map(|other| {
                        let not = own.iter().map(|way| person(way)).map(|own| {
                            format!(" AND ({own}.ctid IS DISTINCT FROM {other}.ctid OR {own}.tableoid IS DISTINCT FROM {other}.tableoid)")
                        });
                        format!("{other}.ctid IS NOT NULL{}", not.collect::<String>())
                    })
                    .collect();
                let keys = self.whole.links[*link].pairs.iter();
                let keys = keys.filter_map(|(_, target)| target.as_deref());
                let keys: String = keys
                    .map(|key| format!("t.{} IS NOT NULL AND ", Ident(key)))
                    .collect();
                format!(
                    "pg_catalog.count(*) FILTER (WHERE {keys}({}))",
                    others.join(" OR ")
                )
            })
            .collect();
        Ok(Some(format!("SELECT {} FROM {from}", counts.join(", "))))
    }
}

/// The join by a foreign key, of relations under their names; None where a column is gone.
fn equal(
    link: &Link,
    source: (&Relation, &str),
    target: (&Relation, &str),
) -> Result<Option<String>> {
    let column = |(relation, alias): (&Relation, &str), name: &Option<String>| {
        let column = relation.column(name.as_deref()?)?;
        let sql = format!("{alias}.{}", Ident(&column.name));
        Some((sql, (column.type_oid, column.collation)))
    };
    let mut all = Vec::new();
    for ((left, right), operator) in link.pairs.iter().zip(link.operators.iter().flatten()) {
        let Some((left, right)) = column(source, left).zip(column(target, right)) else {
            return Ok(None);
        };
        all.push(Equality::of_foreign_key(*operator, left.1, right.1)?.sql(&left.0, &right.0));
    }
    Ok(Some(all.join(" AND ")))
}
