//! The graph as a Mermaid flowchart: a box for each table, an arrow for each link.

use super::Kind;
use super::graph::{End, Graph, Link};
use super::name;
use std::fmt::Write;

/// `shown` chooses the links to draw.
pub fn draw(graph: &Graph, shown: impl Fn(&Link) -> bool) -> String {
    let links: Vec<&Link> = graph.links.iter().filter(|link| shown(link)).collect();
    let mut text = String::from("flowchart LR\n");
    for (number, table) in graph.tables.iter().enumerate() {
        let touches = |link: &&&Link| link.source.table == number || link.target.table == number;
        if number > 0 && links.iter().find(touches).is_none() {
            continue;
        }
        let label = label(&name::table(graph, table.relation));
        let (open, close) = if number == 0 {
            ("([", "])")
        } else {
            ("[", "]")
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    t{number}{open}\"{label}\"{close}");
    }
    for link in links {
        let arrow = match link.kind {
            Kind::Owner => "-->",
            Kind::Accessor => "-.->",
            Kind::Context | Kind::Ignore => "-.-",
        };
        let _ = writeln!(
            text,
            "    t{} {arrow}|\"{}\"| t{}",
            link.source.table,
            label(&columns(&link.target)),
            link.target.table
        );
    }
    text
}

fn columns(end: &End) -> String {
    let names: Vec<&str> = end
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    names.join(", ")
}

/// Mermaid reads HTML entities in quoted labels; everything that means something to it is written as one.
fn label(text: &str) -> String {
    let mut label = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '&' | '<' | '>' | '`' | '\\' | '|' | '[' | ']' | '{' | '}' | '\n'
            | '\r' => {
                let _ = write!(label, "#{};", c as u32);
            }
            _ => label.push(c),
        }
    }
    label
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn what_means_something_to_mermaid_is_an_entity() {
        assert_eq!(label("orders(customer_id)"), "orders(customer_id)");
        assert_eq!(label("we\"ird|[x]"), "we#34;ird#124;#91;x#93;");
    }
}
