//! How a link is called: `customer(id) -> orders(customer_id)`.

use super::graph::{End, Graph, Link};
use crate::catalog::relation::is_visible;
use crate::sql::Ident;
use pgrx::pg_sys::Oid;

/// The names of all links as `regclass` would print their tables: with the schema where the search path does not find them.
pub fn all(graph: &Graph) -> Vec<String> {
    graph.links.iter().map(|link| of(graph, link)).collect()
}

fn of(graph: &Graph, link: &Link) -> String {
    format!("{} -> {}", end(graph, &link.source), end(graph, &link.target))
}

fn end(graph: &Graph, end: &End) -> String {
    let columns: Vec<String> = end.columns.iter().map(|c| column(&c.name)).collect();
    format!("{}({})", table(graph, end.scan), columns.join(", "))
}

/// A column's name, quoted where SQL wants it; an expression as it is.
fn column(name: &str) -> String {
    if name.starts_with('(') {
        name.to_owned()
    } else {
        Ident(name).to_string()
    }
}

/// A table's name as `regclass` prints it.
pub fn table(graph: &Graph, relation: Oid) -> String {
    match graph.relations.get(&relation) {
        Some(relation) if is_visible(relation.oid) => Ident(&relation.name).to_string(),
        Some(relation) => relation.qualified().to_string(),
        None => relation.to_u32().to_string(),
    }
}
