//! Shapes of expressions: names, calls, lists. Everything else is left to PostgreSQL's own parser.

use super::cast::uncast;
use super::token::{Kind, Token};

/// A call of a function: `schema.name(arguments)`.
#[derive(Debug)]
pub struct Call<'a> {
    pub schema: Option<&'a str>,
    pub name: &'a str,
    pub arguments: Vec<&'a [Token]>,
}

impl<'a> Call<'a> {
    /// The argument at a place, from 0.
    pub fn argument(&self, place: usize) -> Result<&'a [Token], String> {
        let Some(argument) = self.arguments.get(place) else {
            return Err(format!(
                "{} is called without its argument number {}.",
                self.display(),
                place + 1
            ));
        };
        match argument {
            [name, sign, ..] if name.name().is_some() && (sign.is(":=") || sign.is("=>")) => {
                Err(format!(
                    "{} is called with named arguments, which are not read here: give them by their places.",
                    self.display()
                ))
            }
            argument => Ok(argument),
        }
    }

    /// The argument at a place, if it is a string constant.
    pub fn constant_text(&self, place: usize) -> Result<Option<&'a str>, String> {
        Ok(match uncast(self.argument(place)?).0 {
            [token] => token.text(),
            _ => None,
        })
    }

    /// It is a function of anon, or of PostgreSQL if `name` is one that anon takes over.
    pub fn is_wrapper_of(&self, name: &str) -> bool {
        self.name == name && matches!(self.schema, None | Some("anon" | "pg_catalog"))
    }

    /// How messages call it.
    pub fn display(&self) -> String {
        match self.schema {
            Some(schema) => format!("{schema}.{}()", self.name),
            None => format!("{}()", self.name),
        }
    }
}

/// Where the parenthesis that opens at `start` closes.
pub fn closing(tokens: &[Token], start: usize) -> Option<usize> {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(start) {
        depth += change(token);
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// How a token changes the depth of nesting. CASE ... END nests too.
fn change(token: &Token) -> i32 {
    match &token.kind {
        Kind::Symbol(symbol) if symbol == "(" || symbol == "[" => 1,
        Kind::Symbol(symbol) if symbol == ")" || symbol == "]" => -1,
        Kind::Word(word) if word == "case" => 1,
        Kind::Word(word) if word == "end" => -1,
        _ => 0,
    }
}

/// The places of the tokens outside of all nesting for which `test` holds.
pub fn outermost(tokens: &[Token], test: impl Fn(&Token) -> bool) -> Vec<usize> {
    let mut depth = 0;
    let mut places = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if depth == 0 && test(token) {
            places.push(at);
        }
        depth += change(token);
    }
    places
}

/// The parts between the tokens, outside of all nesting, that are `symbol`.
pub fn split<'a>(tokens: &'a [Token], symbol: &str) -> Vec<&'a [Token]> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in outermost(tokens, |token| token.is(symbol)) {
        parts.push(&tokens[start..at]);
        start = at + 1;
    }
    parts.push(&tokens[start..]);
    parts
}

/// A dotted name at the start, and how many tokens it takes.
pub fn path(tokens: &[Token]) -> (Vec<&str>, usize) {
    let mut names = Vec::new();
    let mut length = 0;
    while let Some(name) = tokens.get(length).and_then(Token::name) {
        names.push(name);
        length += 1;
        let more = tokens.get(length).is_some_and(|token| token.is("."))
            && tokens.get(length + 1).is_some_and(|t| t.name().is_some());
        if !more {
            break;
        }
        length += 1;
    }
    (names, length)
}

/// The call at the start, and how many tokens it takes.
pub fn call_at(tokens: &[Token]) -> Option<(Call<'_>, usize)> {
    let (names, length) = path(tokens);
    let (schema, name) = match names[..] {
        [name] => (None, name),
        [schema, name] => (Some(schema), name),
        _ => return None,
    };
    let open = tokens.get(length)?;
    let keyword = [
        "case", "and", "or", "not", "in", "when", "then", "else", "any", "all", "between", "is",
    ];
    if !open.is("(") || (schema.is_none() && keyword.iter().any(|word| tokens[0].is_word(word))) {
        return None;
    }
    let end = closing(tokens, length)?;
    let inside = &tokens[length + 1..end];
    let arguments = match inside {
        [] => Vec::new(),
        inside => split(inside, ","),
    };
    let call = Call {
        schema,
        name,
        arguments,
    };
    Some((call, end + 1))
}

/// The tokens are one call.
pub fn call(tokens: &[Token]) -> Option<Call<'_>> {
    call_at(tokens)
        .filter(|(_, length)| *length == tokens.len())
        .map(|(call, _)| call)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::import::token::{sql, tokens};

    #[test]
    fn calls() {
        let read = |text: &str| {
            let tokens = tokens(text).unwrap();
            call(&tokens).map(|call| {
                (
                    call.display(),
                    call.arguments
                        .iter()
                        .map(|tokens| sql(tokens))
                        .collect::<Vec<_>>(),
                )
            })
        };
        assert_eq!(read("anon.f()"), Some(("anon.f()".to_owned(), vec![])));
        assert_eq!(
            read(r#""anon" . "F"  ( a, g(b, 'x,)'), ARRAY[1,2], CASE WHEN a THEN (1, 2) END )"#)
                .map(|(name, arguments)| (name, arguments.len())),
            Some(("anon.F()".to_owned(), 4))
        );
        for text in [
            "a",
            "f() || g()",
            "f()::text",
            "f(",
            "(f())",
            "a.b.c.f()",
            "case (a)",
            "not (a)",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
