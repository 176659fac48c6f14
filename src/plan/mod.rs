//! What happens to each table of a walk: from the registry's rules to the columns that change.

pub mod build;
mod cache;
mod group;
mod key;
mod reference;

pub use cache::plan;
pub use key::{KeyPart, image};
pub use reference::{Pairs, Reference};

use crate::catalog::relation::Relation;
use crate::error::{Error, Result};
use crate::link::cached;
use crate::link::graph::{Graph, Wanted};
use crate::registry::hooks::Hooks;
use crate::spi::kept::Kept;
use crate::strategy::Values;
use crate::walk::statements::Purpose;
use std::cell::OnceCell;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

pub struct Plan {
    pub graph: Rc<Graph>,
    /// One for each table of the graph.
    pub tables: Vec<TablePlan>,
    /// What a walk reads of each table's rows: the parts of the key, then the marks of the columns that change.
    extra: Vec<Vec<Wanted>>,
    /// The same, with the mark of the whole row.
    extra_of_gone: Vec<Vec<Wanted>>,
    /// Tables that are changed in one statement, because keys of one are rewritten in the others.
    pub groups: Vec<Group>,
    /// Links whose source columns change, or whose source rows are not found any more once they have changed.
    pub moving_links: Vec<usize>,
    /// What references its tables; read when something is erased.
    references: OnceCell<Vec<Reference>>,
    /// The statements of actions by it.
    pub statements: Kept,
}

pub struct TablePlan {
    pub treatment: Treatment,
    /// Columns that change, in the table's order.
    pub changes: Vec<Change>,
    /// Why columns are kept, where a rule says so.
    pub reasons: Option<String>,
    pub pseudonymous: bool,
    pub key: Vec<KeyPart>,
    pub hooks: Hooks,
    /// A user's trigger is fired by an UPDATE or a DELETE.
    pub triggers: bool,
    /// A column whose rule works on whole tables only.
    pub needs_all_rows: Option<String>,
    /// A rule evaluates an expression of the table's owner.
    pub has_expression: bool,
    /// Names that the server calls when the table refuses a value: of constraints, indexes and columns.
    pub constraints: Vec<String>,
    /// The group that it is changed with.
    pub group: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Treatment {
    /// Nobody has said what it holds: the columns that are no keys.
    Unregistered(Vec<String>),
    /// It has no rules, or consists of keys.
    Nothing,
    Keep(String),
    Mask,
}

pub struct Change {
    pub column: String,
    pub number: i16,
    /// over the alias `target`
    pub sql: String,
    pub values: Values,
    /// The column that says whose it is: of a row that is shared, only what is the person's changes.
    pub of: Option<String>,
    /// the new value as the column's type, where it is the same for every row
    pub constant: Option<String>,
}

/// Tables whose keys are rewritten together, those that are referenced before those that reference them.
pub struct Group {
    pub members: Vec<Member>,
}

pub struct Member {
    pub relation: Relation,
    /// Its number in the graph, if a walk can come to it.
    pub table: Option<usize>,
    /// References that follow another member's keys.
    pub references: Vec<Following>,
}

/// A foreign key whose columns are rewritten with what they reference.
pub struct Following {
    /// The member that it references.
    pub to: usize,
    pub pairs: Vec<Pair>,
}

/// A column of a foreign key and the column that it references.
pub struct Pair {
    pub referenced: String,
    pub referencing: String,
    /// by which the referenced is compared with the referencing
    pub operator: String,
    /// The value changes.
    pub changes: bool,
}

/// A short name for a long one.
pub fn digest(name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

impl TablePlan {
    /// A part of the key changes.
    pub fn rewrites_key(&self) -> bool {
        self.key.iter().any(|part| part.changes)
    }
}

impl Plan {
    /// What a walk reads of each table's rows.
    pub fn extra(&self, purpose: Purpose) -> &[Vec<Wanted>] {
        match purpose {
            Purpose::Erase | Purpose::Compare => &self.extra_of_gone,
            _ => &self.extra,
        }
    }

    /// Needs SPI and pinned settings.
    pub fn references(&self) -> Result<&[Reference]> {
        if let Some(known) = self.references.get() {
            return Ok(known);
        }
        let schema = cached::schema().ok_or_else(|| Error::internal("the links are not read"))?;
        let all = Reference::all(&self.graph, &schema)?;
        Ok(self.references.get_or_init(|| all))
    }

    /// Rows are found again by their keys: a trigger or a hook could have moved them since the walk.
    pub fn by_key(&self) -> bool {
        let mut tables = self.tables.iter();
        tables.any(|table| table.triggers || table.hooks.before.is_some())
    }
}
