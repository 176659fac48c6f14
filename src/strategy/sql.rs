//! `sql`: an expression over the row's columns, as somebody wrote it.

use super::{Field, Mask, Strategy, Values};
use crate::catalog::expression::{self, Analysed, Scope, Volatile};
use crate::catalog::types;
use crate::error::{Code, Error, Result};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Sql {
    expression: String,
    #[serde(default)]
    pseudonymous: bool,
}

impl Sql {
    fn analysed(&self, field: &Field) -> Result<Analysed> {
        let what = format!("the expression for {}", field.name());
        let scope = Scope {
            relation: field.relation,
            alias: c"target",
        };
        let analysed = expression::analyse(
            &self.expression,
            &what,
            scope,
            None,
            false,
            Volatile::Harmless,
        )?;
        if !types::is_assignable(analysed.type_oid, field.column.type_oid) {
            return Err(Error::new(
                Code::ERRCODE_DATATYPE_MISMATCH,
                format!(
                    "{what} is of type {}, the column of type {}",
                    types::display_name(analysed.type_oid),
                    types::display_name(field.column.type_oid)
                ),
            )
            .hint("Cast it to the column's type."));
        }
        Ok(analysed)
    }
}

impl Strategy for Sql {
    fn mask(&self, field: &Field) -> Result<Mask> {
        let analysed = self.analysed(field)?;
        let values = match analysed.columns.is_empty() && !analysed.is_volatile {
            true => Values::Constant,
            false => Values::Unknown,
        };
        let mask = Mask::new(format!("({})", analysed.qualified), values);
        Ok(match self.pseudonymous {
            true => mask.pseudonymous(),
            false => mask,
        })
    }

    fn is_expression(&self) -> bool {
        true
    }

    /// As PostgreSQL prints it: with every name that the writer's search path found, and in parentheses, as the registry knows expressions.
    fn canonical(&self, field: &Field) -> Result<Option<(&'static str, String)>> {
        let text = expression::parenthesised(self.analysed(field)?.bare);
        Ok(Some(("expression", text)))
    }
}
