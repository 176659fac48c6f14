//! What stands where: a document's sections as people are shown them.

use crate::export::document::{Column, Document, Kind, Section};

/// More columns than these are too narrow to read beside each other, on paper least of all.
const COLUMNS_OF_A_TABLE: usize = 6;
/// Nor is a row with more characters than these.
const TEXT_OF_A_LINE: usize = 200;

/// How the rows of a section are laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One row: a list of what it says.
    Entry,
    /// A card for each row, with what stands within it.
    Cards,
    Table,
}

pub struct Outline {
    /// The sections that stand for themselves.
    pub top: Vec<usize>,
    /// For each section, the ones that stand within its rows.
    pub within: Vec<Vec<usize>>,
    pub layouts: Vec<Layout>,
}

impl Outline {
    pub fn of(document: &Document) -> Self {
        let mut outline = Self {
            top: Vec::new(),
            within: vec![Vec::new(); document.sections.len()],
            layouts: Vec::new(),
        };
        for (number, section) in document.sections.iter().enumerate() {
            match section
                .within
                .filter(|parent| *parent < number && !is_the_person(document, *parent))
            {
                Some(parent) => outline.within[parent].push(number),
                None => outline.top.push(number),
            }
        }
        outline.layouts = (0..document.sections.len())
            .map(|number| outline.layout(document, number))
            .collect();
        outline
    }

    fn layout(&self, document: &Document, number: usize) -> Layout {
        let section = &document.sections[number];
        if section.rows.len() == 1 && self.top.contains(&number) {
            return Layout::Entry;
        }
        match self.within[number].is_empty()
            && shown(section).count() <= COLUMNS_OF_A_TABLE
            && !is_wordy(section)
        {
            true => Layout::Table,
            false => Layout::Cards,
        }
    }
}

/// Everything stands within the person; to say so by nesting would say nothing.
fn is_the_person(document: &Document, section: usize) -> bool {
    let section = &document.sections[section];
    section.name == document.subject.relation && section.rows.len() == 1
}

/// Are its rows to be read rather than looked up? Bytes are shown by their size.
fn is_wordy(section: &Section) -> bool {
    let text = || section.rows.iter().map(|row| row.values.len());
    let bytes = section
        .columns
        .iter()
        .any(|column| column.kind == Kind::Bytes);
    !bytes && text().sum::<usize>() > TEXT_OF_A_LINE * section.rows.len()
}

/// The columns that say something, with their numbers. Of a table that only leads elsewhere, all of them.
pub fn shown(section: &Section) -> impl Iterator<Item = (usize, &Column)> {
    let none = section.columns.iter().all(|column| column.leads_up);
    let columns = section.columns.iter().enumerate();
    columns.filter(move |(_, column)| none || !column.leads_up)
}
