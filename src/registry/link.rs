//! An entry of `gdpr_links`: checked, and its expressions brought into canonical form.

use crate::catalog::expression::{self, Scope, Volatile};
use crate::catalog::operator::Equality;
use crate::catalog::relation::Relation;
use crate::error::{Code, Error, Result};
use crate::link::Kind;
use crate::security::{self, PinnedSettings};
use crate::spi::Connection;
use pgrx::pg_sys::Oid;

pub struct LinkEntry {
    pub source: Oid,
    pub source_columns: Vec<String>,
    pub target: Oid,
    pub target_columns: Vec<String>,
    pub kind: String,
    pub condition: Option<String>,
}

impl LinkEntry {
    /// The entry as it is stored. Names in expressions are found by the search path in force; rights are the current user's.
    pub fn checked(self) -> Result<Self> {
        let _spi = Connection::open();
        let (source, target) = {
            let _pinned = PinnedSettings::new();
            (
                Relation::load_one(self.source)?,
                Relation::load_one(self.target)?,
            )
        };
        for relation in [&source, &target] {
            relation.require_table()?;
            security::require_owner(relation, security::caller())?;
            if relation.is_temporary() {
                return Err(Error::new(
                    Code::ERRCODE_FEATURE_NOT_SUPPORTED,
                    format!("temporary table {} cannot be linked", relation.qualified()),
                )
                .hint("A link outlives the session, a temporary table does not."));
            }
        }
        Kind::parse(&self.kind)?;
        if self.source_columns.is_empty() || self.source_columns.len() != self.target_columns.len()
        {
            return Err(Error::new(
                Code::ERRCODE_INVALID_PARAMETER_VALUE,
                format!(
                    "a link needs as many source columns as target columns, at least one: there are {} and {}",
                    self.source_columns.len(),
                    self.target_columns.len()
                ),
            )
            .hint("Give them in pairs: gdpr_link('customer', '{id}', 'orders', '{customer_id}')."));
        }
        let mut source_columns = Vec::new();
        let mut target_columns = Vec::new();
        for (left, right) in self.source_columns.iter().zip(&self.target_columns) {
            let (left, left_type) = column(&source, left)?;
            let (right, right_type) = column(&target, right)?;
            Equality::between(left_type, right_type)?;
            source_columns.push(left);
            target_columns.push(right);
        }
        let condition = match self.condition.as_deref() {
            Some(text) => {
                let what = "the condition";
                Some(expression::analyse_condition(text, what, &source, &target)?.qualified)
            }
            None => None,
        };
        Ok(Self {
            source_columns,
            target_columns,
            condition,
            ..self
        })
    }
}

/// The columns as they would be stored, for finding an entry. Where one is no longer understood, as they were given.
pub fn canonical_columns(
    source: Oid,
    source_columns: &[String],
    target: Oid,
    target_columns: &[String],
) -> (Vec<String>, Vec<String>) {
    let _spi = Connection::open();
    let canonical = |oid, columns: &[String]| -> Vec<String> {
        let has_expression = columns.iter().any(|text| text.starts_with('('));
        let relation = {
            let _pinned = PinnedSettings::new();
            has_expression
                .then(|| Relation::load_one(oid).ok())
                .flatten()
        };
        let Some(relation) = relation else {
            return columns.to_vec();
        };
        columns
            .iter()
            .map(|text| column(&relation, text).map_or_else(|_| text.clone(), |(text, _)| text))
            .collect()
    };
    (
        canonical(source, source_columns),
        canonical(target, target_columns),
    )
}

/// A column as it is stored, with its type and collation: a name, or an expression in parentheses.
fn column(relation: &Relation, text: &str) -> Result<(String, (Oid, Oid))> {
    if !text.starts_with('(') {
        let column = relation.require_column(text)?;
        return Ok((column.name.clone(), (column.type_oid, column.collation)));
    }
    let what = format!("{text} over table {}", relation.qualified());
    let scope = Scope {
        relation,
        alias: c"target",
    };
    let analysed = expression::analyse(text, &what, scope, None, false, Volatile::Refused)?;
    let kind = (analysed.type_oid, analysed.collation);
    Ok((expression::parenthesised(analysed.bare), kind))
}
