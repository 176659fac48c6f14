//! A table of rows, which the style turns into cards where it is too wide.

use super::rows::mark;
use super::value;
use crate::export::document::{Column, Kind, Row};
use maud::{Markup, PreEscaped, html};
use std::io::Result;

/// No more rows than these stay together on paper.
const TOGETHER: usize = 8;

pub fn opening(even: bool, many: bool, rows: usize) -> Markup {
    let classes = [
        (true, "rows"),
        (even, " even"),
        (many, " block"),
        (rows <= TOGETHER, " few"),
    ];
    let class: String = classes
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, class)| *class)
        .collect();
    PreEscaped(format!("<div class=\"{class}\"><table>"))
}

pub fn columns(columns: &[(usize, &Column)], even: bool) -> Markup {
    html! {
        @if even { (widths(columns)) }
        thead {
            tr {
                @for (_, column) in columns {
                    th scope="col" class=[class(column)] { (value::text(&column.title)) }
                }
            }
        }
        (PreEscaped("<tbody>"))
    }
}

/// By what the columns hold, not by what stands in these rows.
fn widths(columns: &[(usize, &Column)]) -> Markup {
    let share = |column: &Column| match column.kind {
        Kind::Number | Kind::Boolean | Kind::Time => 3,
        Kind::Date => 4,
        Kind::Timestamp | Kind::Bytes => 6,
        Kind::Text | Kind::Structure => 8,
    };
    let all: usize = columns.iter().map(|(_, column)| share(column)).sum();
    html! {
        colgroup {
            @for (_, column) in columns { col style={ "width:" (share(column) * 100 / all) "%" }; }
        }
    }
}

/// Numbers are read from their end.
fn class(column: &Column) -> Option<&'static str> {
    (column.kind == Kind::Number).then_some("n")
}

pub fn line(row: &Row, columns: &[(usize, &Column)]) -> Result<Markup> {
    let cells = row.cells()?;
    let cells = columns
        .iter()
        .filter_map(|(number, column)| Some((*cells.get(*number)?, *column)));
    Ok(html! {
        tr {
            @for (index, (cell, column)) in cells.enumerate() {
                td data-title=(column.title) class=[class(column)] {
                    (value::cell(cell, column))
                    @if index == 0 && row.shared { " " (mark()) }
                }
            }
        }
    })
}
