//! Rows: as a table, as cards with what stands within them, or, of one row, as a list.

use super::number::entries;
use super::outline::{Layout, Outline, shown};
use super::table;
use super::value;
use crate::export::document::{Document, Row, Section};
use maud::{Markup, html};
use std::io::{Result, Write};
use std::ops::Range;

/// A browser lays out a block of rows when it comes into sight; 100,000 rows at once would take it long.
const BLOCK: usize = 200;

pub struct Rows<'a, W> {
    document: &'a Document,
    outline: &'a Outline,
    out: &'a mut W,
}

impl<'a, W: Write> Rows<'a, W> {
    pub fn new(document: &'a Document, outline: &'a Outline, out: &'a mut W) -> Self {
        Self {
            document,
            outline,
            out,
        }
    }

    pub fn all_of(&mut self, number: usize) -> Result<()> {
        let rows = 0..self.document.sections[number].rows.len();
        match self.outline.layouts[number] {
            Layout::Entry => self.entry(number),
            Layout::Cards => self.cards(number, rows),
            Layout::Table => self.table(number, rows, None),
        }
    }

    fn put(&mut self, markup: &Markup) -> Result<()> {
        self.out.write_all(markup.0.as_bytes())
    }

    fn put_tag(&mut self, tag: &str) -> Result<()> {
        self.out.write_all(tag.as_bytes())
    }

    fn entry(&mut self, number: usize) -> Result<()> {
        for (index, row) in self.document.sections[number].rows.iter().enumerate() {
            self.put(&fields(&self.document.sections[number], row, "entry")?)?;
            self.within(number, index)?;
        }
        Ok(())
    }

    fn cards(&mut self, number: usize, rows: Range<usize>) -> Result<()> {
        let section = &self.document.sections[number];
        let class = if rows.len() > BLOCK {
            "cards block"
        } else {
            "cards"
        };
        for block in blocks(&rows) {
            let start = block.start - rows.start + 1;
            self.put_tag(&format!("<ol class=\"{class}\" start=\"{start}\">"))?;
            for (index, row) in block.clone().zip(&section.rows[block]) {
                self.put_tag("<li>")?;
                self.put(&fields(section, row, "fields")?)?;
                self.within(number, index)?;
                self.put_tag("</li>")?;
            }
            self.put_tag("</ol>")?;
        }
        Ok(())
    }

    /// What stands within a row.
    fn within(&mut self, number: usize, row: usize) -> Result<()> {
        let outline = self.outline;
        for inner in &outline.within[number] {
            let section = &self.document.sections[*inner];
            let rows = u32::try_from(row).map_or(0..0, |row| section.rows_of(row));
            let caption = html! {
                bdi { (section.label) } " " span.count { (entries(rows.len())) }
            };
            if rows.is_empty() {
                continue;
            }
            if outline.layouts[*inner] == Layout::Table {
                self.table(*inner, rows, Some(caption))?;
            } else {
                self.put(&html! { p.caption { (caption) } })?;
                self.cards(*inner, rows)?;
            }
        }
        Ok(())
    }

    fn table(&mut self, number: usize, rows: Range<usize>, caption: Option<Markup>) -> Result<()> {
        let section = &self.document.sections[number];
        let columns: Vec<_> = shown(section).collect();
        let many = rows.len() > BLOCK;
        // Tables below each other are read as one, so their columns have to stand below each other.
        let even = many || caption.is_some();
        for block in blocks(&rows) {
            let from = block.start - rows.start;
            let named = caption.as_ref().filter(|_| from == 0);
            self.put(&html! {
                (table::opening(even, many, rows.len()))
                @if let Some(caption) = named {
                    caption { (caption) }
                } @else if many {
                    caption.unseen { "From " (from + 1) " on" }
                }
                (table::columns(&columns, even))
            })?;
            for row in &section.rows[block] {
                self.put(&table::line(row, &columns)?)?;
            }
            self.put_tag("</tbody></table></div>")?;
        }
        Ok(())
    }
}

fn blocks(rows: &Range<usize>) -> impl Iterator<Item = Range<usize>> + use<> {
    let end = rows.end;
    let starts = rows.clone().step_by(BLOCK);
    starts.map(move |start| start..end.min(start + BLOCK))
}

fn fields(section: &Section, row: &Row, class: &str) -> Result<Markup> {
    let cells = row.cells()?;
    let cells = shown(section).filter_map(|(number, column)| Some((*cells.get(number)?, column)));
    Ok(html! {
        dl.(class) {
            @for (index, (cell, column)) in cells.enumerate() {
                div class=[value::is_wide(cell, column).then_some("full")] {
                    dt { bdi { (column.title) } @if index == 0 && row.shared { " " (mark()) } }
                    dd { (value::cell(cell, column)) }
                }
            }
        }
    })
}

/// Of a row that is another person's, too.
pub fn mark() -> Markup {
    html! { span.mark { "shared" } }
}
