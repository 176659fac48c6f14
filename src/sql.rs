//! The one place where a name becomes SQL text. Values never do: they go as parameters.

use std::fmt;

/// The schema of the functions that statements of ours call. Nobody but the extension's owner can create anything in it: in the extension's own
/// schema, which may be `public`, somebody could have made a function of the same name that fits better.
pub const INTERNAL: &str = "gdpr_internal";

/// An identifier, printed the way `quote_ident` prints it.
#[derive(Debug, Clone, Copy)]
pub struct Ident<'a>(pub &'a str);

impl fmt::Display for Ident<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&pgrx::spi::quote_identifier(self.0))
    }
}

/// A name with its schema: `public.customer`.
#[derive(Debug, Clone, Copy)]
pub struct Qualified<'a> {
    pub schema: &'a str,
    pub name: &'a str,
}

impl fmt::Display for Qualified<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Ident(self.schema), Ident(self.name))
    }
}

/// A string constant of our own making (a column name as a JSON key), printed the way `quote_literal` prints it.
#[derive(Debug, Clone, Copy)]
pub struct Literal<'a>(pub &'a str);

impl fmt::Display for Literal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&pgrx::spi::quote_literal(self.0))
    }
}
