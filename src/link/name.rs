//! How a link is called: `customer(id) -> orders(customer_id)`.

use super::graph::{End, Graph, LinkColumn};
use crate::catalog::relation::is_visible;
use crate::sql::Ident;
use pgrx::pg_sys::Oid;

/// A link's name and those of its tables, as `regclass` prints them: with the schema where the search path does not find them.
pub struct LinkName {
    pub link: String,
    pub source: String,
    pub target: String,
}

/// The names of all links by the search path in force.
pub fn all(graph: &Graph) -> Vec<LinkName> {
    let name = |link: &super::graph::Link| {
        let source = table(graph, link.source.scan);
        let target = table(graph, link.target.scan);
        LinkName {
            link: format!(
                "{source}({}) -> {target}({})",
                columns(&link.source),
                columns(&link.target)
            ),
            source,
            target,
        }
    };
    graph.links.iter().map(name).collect()
}

fn columns(end: &End) -> String {
    let names: Vec<String> = end.columns.iter().map(shown).collect();
    names.join(", ")
}

/// A column's name, quoted where SQL wants it; an expression as it is.
fn shown(column: &LinkColumn) -> String {
    match column.is_expression {
        true => column.name.clone(),
        false => Ident(&column.name).to_string(),
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
