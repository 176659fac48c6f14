//! Rows that belong to somebody else too, and the declarations that would settle what that means.

use crate::error::{Code, Error, Result};
use crate::link::graph::{End, Graph};
use crate::link::name::LinkName;
use crate::sql::Literal;
use std::collections::BTreeMap;

#[derive(Default)]
pub struct Unreviewed {
    /// Rows by the undeclared link that gives them an owner elsewhere. A row can count for several links.
    rows: BTreeMap<usize, u64>,
}

impl Unreviewed {
    /// A link for each unreviewed row that has an owner elsewhere by it.
    pub fn add(&mut self, links: impl Iterator<Item = usize>) {
        for link in links {
            *self.rows.entry(link).or_default() += 1;
        }
    }

    /// 55000 if there are any, with the calls that settle them.
    pub fn refuse(&self, graph: &Graph, names: &[LinkName]) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let links: Vec<&usize> = self.rows.keys().collect();
        let lines = |each: &dyn Fn(usize) -> String| {
            let lines: Vec<String> = links.iter().map(|link| each(**link)).collect();
            lines.join("\n")
        };
        let detail = lines(&|link| {
            let rows = self.rows[&link];
            let noun = if rows == 1 { "row" } else { "rows" };
            format!("{}: {rows} {noun}", names[link].link)
        });
        let hint = lines(&|link| call(graph, link, &names[link]));
        Err(Error::new(
            Code::ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE,
            "rows of this person belong to somebody else too, and nobody has declared what that means",
        )
        .detail(detail)
        .hint(format!(
            "Say of each link what it is, 'owner', 'accessor', 'context' or 'ignore':\n{hint}"
        )))
    }
}

fn call(graph: &Graph, link: usize, name: &LinkName) -> String {
    let link = &graph.links[link];
    let columns = |end: &End| {
        let names: Vec<String> = end.columns.iter().map(|c| array_item(&c.name)).collect();
        format!("{{{}}}", names.join(","))
    };
    format!(
        "SELECT gdpr_link({}, {}, {}, {}, kind => 'accessor');",
        Literal(&name.source),
        Literal(&columns(&link.source)),
        Literal(&name.target),
        Literal(&columns(&link.target)),
    )
}

/// An element of an array constant, quoted where array syntax wants it.
fn array_item(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    if !text.is_empty() && text.chars().all(plain) && !text.eq_ignore_ascii_case("null") {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
