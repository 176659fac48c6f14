//! Every link of the database: foreign keys, declared links, and what tables inherit of both.

use super::hierarchy::Hierarchy;
use crate::catalog::relation::{column_name, column_number};
use crate::catalog::schema::{DeclaredLink, ForeignKey, Schema};
use pgrx::pg_sys::Oid;
use std::collections::HashSet;

/// One side's column of a link.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ColumnRef {
    Number(i16),
    /// in parentheses, as declared
    Expression(String),
    /// a name that the table does not have
    Missing(String),
}

impl ColumnRef {
    pub fn resolve(relation: Oid, text: &str) -> Self {
        if text.starts_with('(') {
            return Self::Expression(text.to_owned());
        }
        match column_number(relation, text) {
            Some(number) => Self::Number(number),
            None => Self::Missing(text.to_owned()),
        }
    }

    /// The column of the same name in a table that inherits from `parent`.
    fn inherited(&self, parent: Oid, child: Oid) -> Self {
        match self {
            Self::Number(number) => match column_name(parent, *number) {
                Some(name) => Self::resolve(child, &name),
                None => self.clone(),
            },
            _ => self.clone(),
        }
    }
}

type Pairs = Vec<(ColumnRef, ColumnRef)>;

/// A link between two relations as they are named in the foreign key or declaration. A foreign key that was declared anew has both.
#[derive(Debug, Clone)]
pub struct Edge<'a> {
    pub source: Oid,
    pub target: Oid,
    pub pairs: Pairs,
    pub foreign_key: Option<&'a ForeignKey>,
    pub declared: Option<&'a DeclaredLink>,
}

impl Edge<'_> {
    /// Relations and column pairs, in no particular order of pairs: what makes two links the same.
    pub fn identity(&self) -> (Oid, Oid, Pairs) {
        let mut pairs = self.pairs.clone();
        pairs.sort();
        (self.source, self.target, pairs)
    }

    /// The same link between tables that inherit from its own.
    fn inherited(&self, source: Oid, target: Oid) -> Self {
        let pairs = self.pairs.iter();
        let inherited = pairs.map(|(s, t)| {
            (
                s.inherited(self.source, source),
                t.inherited(self.target, target),
            )
        });
        Self {
            source,
            target,
            pairs: inherited.collect(),
            ..self.clone()
        }
    }

    /// The identity of the link that runs the other way.
    pub fn reverse_identity(&self) -> (Oid, Oid, Pairs) {
        let swapped = self.pairs.iter().cloned().map(|(s, t)| (t, s));
        let mut pairs: Pairs = swapped.collect();
        pairs.sort();
        (self.target, self.source, pairs)
    }
}

pub fn all<'a>(schema: &'a Schema, hierarchy: &Hierarchy) -> Vec<Edge<'a>> {
    // A foreign key that stands twice is one link.
    let mut known = HashSet::new();
    let mut edges: Vec<Edge> = schema
        .foreign_keys
        .iter()
        .map(of_foreign_key)
        .filter(|edge| known.insert(edge.identity()))
        .collect();
    for declaration in &schema.links {
        let mut link = of_declaration(declaration);
        let same = edges
            .iter_mut()
            .find(|edge| edge.foreign_key.is_some() && edge.identity() == link.identity());
        match same {
            Some(edge) => edge.declared = link.declared,
            None => {
                link.foreign_key = None;
                edges.push(link);
            }
        }
    }
    add_inherited(&mut edges, hierarchy);
    edges
}

fn of_foreign_key(key: &ForeignKey) -> Edge<'_> {
    let sources = key.source_columns.iter().copied().map(ColumnRef::Number);
    let targets = key.target_columns.iter().copied().map(ColumnRef::Number);
    Edge {
        source: key.source,
        target: key.target,
        pairs: sources.zip(targets).collect(),
        foreign_key: Some(key),
        declared: None,
    }
}

fn of_declaration(link: &DeclaredLink) -> Edge<'_> {
    let sources = link.source_columns.iter();
    let targets = link.target_columns.iter();
    Edge {
        source: link.source,
        target: link.target,
        pairs: sources
            .zip(targets)
            .map(|(source, target)| {
                (
                    ColumnRef::resolve(link.source, source),
                    ColumnRef::resolve(link.target, target),
                )
            })
            .collect(),
        foreign_key: None,
        declared: Some(link),
    }
}

/// A link to a table leads to the tables that inherit from it too, and a declared one starts from them too, unless they have that link themselves;
/// of several that they inherit, the nearest counts. A foreign key cannot refer to an heir's row, so it starts from none.
fn add_inherited(edges: &mut Vec<Edge>, hierarchy: &Hierarchy) {
    let mut inherited: Vec<(usize, Edge)> = Vec::new();
    for edge in edges.iter() {
        let mut sources = hierarchy.with_heirs(edge.source);
        if edge.foreign_key.is_some() {
            sources.truncate(1);
        }
        for (source, up) in sources {
            for (target, down) in hierarchy.with_heirs(edge.target) {
                if up + down > 0 {
                    inherited.push((up + down, edge.inherited(source, target)));
                }
            }
        }
    }
    inherited.sort_by_key(|(distance, _)| *distance);
    let mut known: HashSet<_> = edges.iter().map(Edge::identity).collect();
    edges.extend(
        inherited
            .into_iter()
            .map(|(_, edge)| edge)
            .filter(|edge| known.insert(edge.identity())),
    );
}
