//! The column that a label is on.

use super::cast::uncast;
use super::family::Family;
use super::syntax::path;
use super::token::Token;

/// Names as the catalog has them, the type as format_type() prints it, and the extension's schema as quote_ident() prints it.
#[derive(Debug, Clone, Copy)]
pub struct Masked<'a> {
    pub table: &'a str,
    pub column: &'a str,
    pub column_type: &'a str,
    pub home: &'a str,
}

impl Masked<'_> {
    pub fn family(&self) -> Family {
        Family::of(self.column_type)
    }

    /// The expression is the column itself, whatever it is cast to.
    pub fn is_column(&self, tokens: &[Token]) -> bool {
        let (inside, _) = uncast(tokens);
        let (names, length) = path(inside);
        let qualified = match names[..] {
            [_] => true,
            [table, _] | [_, table, _] => table == self.table,
            _ => false,
        };
        qualified && length == inside.len() && names.last() == Some(&self.column)
    }

    /// How many tokens at the start say which table the column after them is of: `users.` of `users.login`, `public.users.` too.
    pub fn qualifier(&self, tokens: &[Token]) -> usize {
        match path(tokens).0[..] {
            [table, _] if table == self.table => 2,
            [_, table, _] if table == self.table => 4,
            _ => 0,
        }
    }

    /// An error unless the column is of one of these families, or of a type of which nothing is known here.
    pub fn suits(&self, function: &str, gives: &str, families: &[Family]) -> Result<(), String> {
        let family = self.family();
        if family == Family::Other || families.contains(&family) {
            return Ok(());
        }
        Err(format!(
            "{function} gives {gives}, and the column is of type {}.",
            self.column_type
        ))
    }
}
