//! The document about one person: what is held (Art. 15 GDPR), or what is theirs to take along (Art. 20).
//!
//! A walk finds the rows; what is other people's is left out of them; keys become what they refer to is called. What comes out is pure data, from
//! which json, csv and html are written.

pub mod archive;
pub mod called;
mod csv;
pub mod document;
mod facts;
mod gather;
pub mod json;
pub mod page;
mod redact;
mod section;
mod shown;
mod transform;
mod value;

use crate::catalog::home::Home;
use crate::error::{Code, Error, Result};
use crate::link::Kind;
use crate::link::graph::Graph;
use crate::log::read;
use crate::plan::build::not_keys;
use crate::registry::unregistered::{self, Unregistered};
use crate::security::PinnedSettings;
use crate::source::{self, Keys};
use crate::spi::json::now;
use crate::walk::Walk;
use crate::walk::begin::Call;
use crate::walk::found::Found;
use crate::walk::statements::{Purpose, Reading};
use crate::walk::subject::Ids;
use document::{Document, Mode, Origin, Section, Subject};
use gather::Gathered;
use pgrx::PgMemoryContexts;
use pgrx::pg_sys::{Datum, Oid};
use redact::Redaction;
use section::{Made, Making};
use shown::Shown;

/// The document about the person with this id. Needs SPI; settings must not be pinned yet. 22023 for several ids, 55000 for rows that nobody has reviewed or
/// registered.
pub fn document(
    home: &Home,
    call: &Call,
    (id, type_oid): (Datum, Oid),
    mode: Mode,
) -> Result<Document> {
    let graph = call.graph();
    let memory = PgMemoryContexts::new("gdpr_ext export");
    let _pinned = PinnedSettings::new();
    let ids = Ids::read(graph, id, type_oid, memory.value())?;
    if ids.len() != 1 {
        return Err(Error::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            "a document is about one person",
        )
        .hint(
            "Call it for each: SELECT gdpr_export('customer', id) FROM unnest('{1,2}'::int[]) id.",
        ));
    }
    let mut gathered = Gathered::new(graph.tables.len());
    gathered.keys = Keys::wanted(graph);
    let walk = Walk::new(
        graph,
        Reading::only(Purpose::Export),
        memory.value(),
        Some(&mut gathered),
    );
    let walk = walk.run(&ids)?;
    walk.unreviewed().refuse(graph, &call.names)?;
    let found = walk.into_found();
    require_registered(graph, &gathered)?;
    let subject = subject(graph, &gathered, &ids)?;
    let mut sections = sections(graph, &mut gathered, &found, mode)?;
    if let Some(keys) = &gathered.keys {
        for (source, documents) in source::collected(keys)? {
            let facts = facts::of_source(&source.facts, graph.start());
            let label = source.label.as_deref();
            sections.push(section::of_source(&source.name, label, facts, &documents)?);
        }
    }
    section::distinguish(&mut sections);
    let document = Document {
        mode,
        subject,
        created_at: now(),
        controller: facts::controller(graph.start()),
        missing: match mode {
            Mode::Access => facts::missing(&sections, &facts::controller(graph.start())),
            Mode::Portability => Vec::new(),
        },
        sections,
    };
    read::log(home, graph, read::EXPORT, &gathered.persons)?;
    Ok(document)
}

/// 55000 for rows in tables of which the registry knows nothing: what it does not know, nobody has looked at.
fn require_registered(graph: &Graph, gathered: &Gathered) -> Result<()> {
    let mut unknown = Vec::new();
    for (number, rows) in gathered.tables.iter().enumerate() {
        if rows.is_empty() || graph.tables[number].entry.is_some() {
            continue;
        }
        let columns = not_keys(graph, number)?;
        if !columns.is_empty() {
            unknown.push(Unregistered {
                table: graph
                    .relation(graph.tables[number].relation)?
                    .qualified()
                    .to_string(),
                rows: rows.len(),
                columns,
            });
        }
    }
    unregistered::refuse(&unknown)
}

fn subject(graph: &Graph, gathered: &Gathered, ids: &Ids) -> Result<Subject> {
    let table = Shown::of(graph, 0)?;
    let key = match gathered.persons.first() {
        Some(found) => found.clone(),
        None => ids.as_json(graph),
    };
    let name = match (&table.spec.label_expression, gathered.tables[0].first()) {
        (Some(expression), Some(row)) => {
            let columns: Vec<_> = table.table.key.iter().collect();
            let values = row.values()?;
            let places = columns
                .iter()
                .map(|column| Ok(table.place(table.column(&column.name)?)));
            let places: Vec<usize> = places.collect::<Result<_>>()?;
            match value::texts(&values, places.into_iter()) {
                Some(key) => called::names(table.relation, &columns, expression, &[key])?
                    .pop()
                    .flatten(),
                None => None,
            }
        }
        _ => None,
    };
    Ok(Subject {
        relation: table.relation.qualified().to_string(),
        label: table.label(),
        key,
        name,
    })
}

/// A section for each table in which something was found: the nearest first, and what hangs on the rows of one table only within these.
fn sections(
    graph: &Graph,
    gathered: &mut Gathered,
    found: &[Option<Found>],
    mode: Mode,
) -> Result<Vec<Section>> {
    let shown: Vec<Shown> = (0..graph.tables.len())
        .map(|number| Shown::of(graph, number))
        .collect::<Result<_>>()?;
    let shown: Vec<Shown> = shown.into_iter().map(|shown| shown.in_mode(mode)).collect();
    let is_part = |number: usize| !gathered.tables[number].is_empty() && shown[number].is_part;
    let holders: Vec<Option<(usize, usize)>> = (0..graph.tables.len())
        .map(|number| holder(graph, gathered, number).filter(|(_, source)| is_part(*source)))
        .collect();
    // A section follows the one that it is within.
    let mut order: Vec<usize> = Vec::new();
    let tables = graph.components.iter().flatten().copied();
    let mut waiting: Vec<usize> = tables.filter(|number| is_part(*number)).collect();
    waiting.sort_by_key(|number| gathered.tables[*number].iter().map(|row| row.depth).min());
    for top in waiting.iter().filter(|number| holders[**number].is_none()) {
        enter(*top, &waiting, &holders, &mut order);
    }
    let redactions = order
        .iter()
        .map(|number| Redaction::of(graph, *number, &shown, gathered, found));
    let redactions: Vec<Redaction> = redactions.collect::<Result<_>>()?;
    let mut sections: Vec<Section> = Vec::with_capacity(order.len());
    let mut made: Vec<Option<Vec<u32>>> = graph.tables.iter().map(|_| None).collect();
    for (number, redaction) in order.iter().zip(&redactions) {
        let holder = holders[*number];
        let table = &shown[*number];
        let making = Making {
            graph,
            number: *number,
            shown: table,
            redaction,
            within: holder.and_then(|(link, source)| Some((link, made[source].as_deref()?))),
        };
        let Made {
            columns,
            rows,
            order: places,
        } = making.make(std::mem::take(&mut gathered.tables[*number]))?;
        made[*number] = Some(places);
        sections.push(Section {
            name: table.relation.qualified().to_string(),
            origin: Origin::Table,
            label: table.label(),
            facts: facts::of_table(table.table, graph.start()),
            columns,
            within: holder
                .and_then(|(_, source)| order.iter().position(|number| *number == source)),
            rows,
        });
    }
    Ok(sections)
}

fn enter(
    number: usize,
    waiting: &[usize],
    holders: &[Option<(usize, usize)>],
    order: &mut Vec<usize>,
) {
    order.push(number);
    for inner in waiting {
        if holders[*inner].is_some_and(|(_, source)| source == number) {
            enter(*inner, waiting, holders, order);
        }
    }
}

/// The link by which all rows of a table were found, and its source, if that is not the person: they read better within its rows.
fn holder(graph: &Graph, gathered: &Gathered, number: usize) -> Option<(usize, usize)> {
    let rows = &gathered.tables[number];
    let link = rows.first()?.via? as usize;
    let of = &graph.links[link];
    let is_by_it = rows
        .iter()
        .all(|row| row.via == Some(link as u32) && row.from.is_some());
    let hangs = of.kind == Kind::Owner && of.source.table != 0 && of.source.table != number;
    (is_by_it && hangs).then_some((link, of.source.table))
}
