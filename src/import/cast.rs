//! Casts, and the parentheses around them: what is said about the type of an expression, and not about its value.

use super::syntax::{call, closing, outermost, path, split};
use super::token::{Kind, Token, sql};

/// What stands in parentheses around everything; a row constructor is none.
fn in_parentheses(tokens: &[Token]) -> Option<&[Token]> {
    let whole = tokens.first()?.is("(") && closing(tokens, 0)? + 1 == tokens.len();
    let inside = tokens.get(1..tokens.len() - 1).filter(|_| whole)?;
    (!inside.is_empty() && split(inside, ",").len() == 1).then_some(inside)
}

/// Takes off parentheses and casts, and gives the types that were cast to, the outermost first.
pub fn uncast(mut tokens: &[Token]) -> (&[Token], Vec<Type<'_>>) {
    let mut types = Vec::new();
    loop {
        if let Some(inside) = in_parentheses(tokens) {
            tokens = inside;
        } else if let Some((inside, outer)) = one_cast(tokens) {
            types.extend(outer);
            tokens = inside;
        } else {
            return (tokens, types);
        }
    }
}

fn one_cast(tokens: &[Token]) -> Option<(&[Token], Vec<Type<'_>>)> {
    let (last, before) = tokens.split_last()?;
    if last.text().is_some() && !before.is_empty() {
        return Some((&tokens[before.len()..], vec![Type::read(before)?]));
    }
    if let Some(cast) = call(tokens).filter(|call| call.schema.is_none() && call.name == "cast") {
        let [argument] = cast.arguments[..] else {
            return None;
        };
        let at = *outermost(argument, |token| token.is_word("as")).last()?;
        return Some((&argument[..at], vec![Type::read(&argument[at + 1..])?]));
    }
    let parts = split(tokens, "::");
    let (value, types) = parts
        .split_first()
        .filter(|(value, types)| !types.is_empty() && is_primary(value))?;
    let types: Option<Vec<Type>> = types
        .iter()
        .rev()
        .map(|tokens| Type::read(tokens))
        .collect();
    Some((*value, types?))
}

/// It binds tighter than a cast, so that the cast is of all of it. (A sign does not, but a number's sign survives its cast.)
fn is_primary(tokens: &[Token]) -> bool {
    match tokens {
        [] => false,
        [_] => true,
        [sign, number] if sign.is("-") || sign.is("+") => matches!(number.kind, Kind::Number(_)),
        _ => {
            path(tokens).1 == tokens.len()
                || call(tokens).is_some()
                || in_parentheses(tokens).is_some()
                || (tokens[0].is_word("case") && closing(tokens, 0) == Some(tokens.len() - 1))
        }
    }
}

/// A type's name, its modifiers, and whether it is an array.
#[derive(Debug, Clone)]
pub struct Type<'a> {
    pub tokens: &'a [Token],
    /// The modifiers, as in `varchar(30)`.
    pub length: Option<&'a [Token]>,
}

impl<'a> Type<'a> {
    /// None if the tokens are not the name of a type and nothing else.
    fn read(tokens: &'a [Token]) -> Option<Self> {
        let (names, mut at) = path(tokens);
        let (first, more) = (names.first()?, names.len() == 1);
        let skip_words = |mut at: usize, words: &[&str]| {
            while more
                && tokens
                    .get(at)
                    .is_some_and(|token| words.iter().any(|word| token.is_word(word)))
            {
                at += 1;
            }
            at
        };
        if ["character", "char", "bit", "national", "double"].contains(first) {
            at = skip_words(at, &["character", "char", "varying", "precision"]);
        }
        let mut length = None;
        if tokens.get(at).is_some_and(|token| token.is("(")) {
            let end = closing(tokens, at)?;
            length = Some(&tokens[at + 1..end]);
            at = end + 1;
        }
        if ["timestamp", "time"].contains(first) {
            at = skip_words(at, &["with", "without", "time", "zone"]);
        }
        let brackets =
            |token: &Token| token.is("[") || token.is("]") || matches!(token.kind, Kind::Number(_));
        let plain = tokens[at..].iter().all(brackets)
            && tokens[at..].first().is_none_or(|token| token.is("["));
        plain.then_some(Self { tokens, length })
    }

    pub fn sql(&self) -> String {
        sql(self.tokens)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::import::token::tokens;

    fn inner(text: &str) -> (String, Vec<String>) {
        let tokens = tokens(text).unwrap();
        let (inside, types) = uncast(&tokens);
        (sql(inside), types.iter().map(Type::sql).collect())
    }

    #[test]
    fn casts_are_taken_off() {
        assert_eq!(
            inner("anon.f()::VARCHAR(30)"),
            ("anon.f()".to_owned(), vec!["varchar(30)".to_owned()])
        );
        assert_eq!(
            inner("((a)::text)::\"My Type\"[]"),
            (
                "a".to_owned(),
                vec!["\"My Type\"[]".to_owned(), "text".to_owned()]
            )
        );
        assert_eq!(inner("a::int::text").1, ["text", "int"]);
        assert_eq!(
            inner("CAST(f(a, b) AS character varying(12))"),
            (
                "f(a, b)".to_owned(),
                vec!["character varying(12)".to_owned()]
            )
        );
        assert_eq!(
            inner("'x'::timestamp(3) with time zone").1,
            ["timestamp(3) with time zone"]
        );
        assert_eq!(
            inner("DATE '2020-01-01'"),
            ("'2020-01-01'".to_owned(), vec!["date".to_owned()])
        );
        assert_eq!(inner("-1::int").0, "-1");
        assert_eq!(inner("CASE WHEN a THEN b END::text").1, ["text"]);
    }

    #[test]
    fn what_only_looks_like_a_cast_stays() {
        for text in [
            "a::int IS NULL",
            "1 + 2::int",
            "a::text || b",
            "a::text COLLATE \"C\"",
            "(a, b)",
            "(a) + (b)",
            "a AND b::bool",
        ] {
            let (sql, types) = inner(text);
            assert_eq!((sql.to_lowercase(), types.len()), (text.to_lowercase(), 0));
        }
    }
}
