//! The words of a label, as PostgreSQL's lexer would tell them apart.

use super::string;

/// What a token is. Names are kept as PostgreSQL looks them up: folded to lower case unless they were quoted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    Word(String),
    Quoted(String),
    Text(String),
    Number(String),
    Bits(String),
    Symbol(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub kind: Kind,
    /// White space or a comment stood before it.
    pub spaced: bool,
}

impl Token {
    /// The name that it is, if it is one: of a column, a function, a type, or a key word.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(name) | Kind::Quoted(name) => Some(name),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// It is this key word; a quoted name is none.
    pub fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(name) if name == word)
    }

    pub fn is(&self, symbol: &str) -> bool {
        matches!(&self.kind, Kind::Symbol(text) if text == symbol)
    }

    /// Its SQL.
    pub fn sql(&self) -> String {
        match &self.kind {
            Kind::Word(text) | Kind::Number(text) | Kind::Bits(text) | Kind::Symbol(text) => {
                text.clone()
            }
            Kind::Quoted(name) => format!("\"{}\"", name.replace('"', "\"\"")),
            Kind::Text(text) => string::literal(text),
        }
    }
}

/// The SQL of some tokens; whatever stood between two of them is one space.
pub fn sql(tokens: &[Token]) -> String {
    let mut sql = String::new();
    for token in tokens {
        if token.spaced && !sql.is_empty() {
            sql.push(' ');
        }
        sql.push_str(&token.sql());
    }
    sql
}

/// Takes a text apart. The error is a sentence.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        let (after, _) = skip_space(rest)?;
        if after.is_empty() {
            return Ok(tokens);
        }
        let spaced = after.len() < rest.len();
        let (kind, after) = next(after)?;
        tokens.push(Token { kind, spaced });
        rest = after;
    }
}

/// Skips white space and comments; tells whether there was a line break.
pub fn skip_space(mut rest: &str) -> Result<(&str, bool), String> {
    let mut line_break = false;
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        line_break |= rest[..rest.len() - trimmed.len()].contains(['\n', '\r']);
        rest = if trimmed.starts_with("--") {
            trimmed.find(['\n', '\r']).map_or("", |end| &trimmed[end..])
        } else if trimmed.starts_with("/*") {
            skip_comment(trimmed)?
        } else {
            return Ok((trimmed, line_break));
        };
    }
}

/// Comments nest.
fn skip_comment(mut rest: &str) -> Result<&str, String> {
    let mut depth = 0;
    loop {
        if let Some(after) = rest.strip_prefix("/*") {
            (rest, depth) = (after, depth + 1);
        } else if let Some(after) = rest.strip_prefix("*/") {
            (rest, depth) = (after, depth - 1);
            if depth == 0 {
                return Ok(rest);
            }
        } else {
            let mut characters = rest.chars();
            if characters.next().is_none() {
                return Err("The label has a comment that does not end.".to_owned());
            }
            rest = characters.as_str();
        }
    }
}

fn next(rest: &str) -> Result<(Kind, &str), String> {
    if let Some((kind, after)) = string::read(rest)? {
        return Ok((kind, after));
    }
    if let Some(after) = rest.strip_prefix('"') {
        return quoted_name(after);
    }
    let starts = |test: fn(char) -> bool| rest.starts_with(test);
    if starts(is_name_start) {
        let (name, after) = span(rest, |c| is_name_start(c) || c.is_ascii_digit() || c == '$');
        return Ok((Kind::Word(fold(name)), after));
    }
    let decimal = rest
        .strip_prefix('.')
        .is_some_and(|after| after.starts_with(|c: char| c.is_ascii_digit()));
    if decimal || starts(|c| c.is_ascii_digit()) {
        return Ok(number(rest));
    }
    for symbol in ["::", ":=", "=>"] {
        if let Some(after) = rest.strip_prefix(symbol) {
            return Ok((Kind::Symbol(symbol.to_owned()), after));
        }
    }
    if starts(is_operator) {
        return Ok(operator(rest));
    }
    match rest.chars().next() {
        Some(c) if "()[],.;:".contains(c) => {
            Ok((Kind::Symbol(c.to_string()), &rest[c.len_utf8()..]))
        }
        Some('$') => Err("The label has a parameter, which a rule cannot have.".to_owned()),
        _ => Err("The label has a character that is not SQL.".to_owned()),
    }
}

/// Key words and names are ASCII folded, as PostgreSQL does it in multibyte encodings.
fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn is_name_start(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || !c.is_ascii()
}

fn is_operator(c: char) -> bool {
    "+-*/<>=~!@#%^&|`?".contains(c)
}

fn span(rest: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    rest.split_at(rest.find(|c| !belongs(c)).unwrap_or(rest.len()))
}

fn quoted_name(rest: &str) -> Result<(Kind, &str), String> {
    let mut name = String::new();
    let mut rest = rest;
    while let Some((part, after)) = rest.split_once('"') {
        name.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                name.push('"');
                rest = after;
            }
            None => return Ok((Kind::Quoted(name), after)),
        }
    }
    Err("The label has a quoted name that does not end.".to_owned())
}

fn number(rest: &str) -> (Kind, &str) {
    let digits = |rest| span(rest, |c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let (text, after) = digits(rest);
    // 1e-5: the sign belongs to it.
    let exponent =
        text.ends_with(['e', 'E']) && !text.starts_with("0x") && after.starts_with(['+', '-']);
    let end = match exponent {
        true => text.len() + 1 + digits(&after[1..]).0.len(),
        false => text.len(),
    };
    (Kind::Number(rest[..end].to_owned()), &rest[end..])
}

/// PostgreSQL lets an operator of several characters end in + or - only if it has one of ~ ! @ # % ^ & | ` ? in it: `=-1` is two tokens.
fn operator(rest: &str) -> (Kind, &str) {
    let (run, _) = span(rest, is_operator);
    let comment = ["--", "/*"]
        .iter()
        .filter_map(|start| run.find(start))
        .min();
    let mut end = comment.unwrap_or(run.len());
    if !run[..end].contains(|c| "~!@#%^&|`?".contains(c)) {
        while end > 1 && run[..end].ends_with(['+', '-']) {
            end -= 1;
        }
    }
    (Kind::Symbol(run[..end].to_owned()), &rest[end..])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        sql(&tokens(text).unwrap())
    }

    #[test]
    fn names_are_folded_unless_quoted() {
        let tokens = tokens(r#"Anon."Fake ""x""" ÄÖ_1$"#).unwrap();
        let kinds: Vec<Kind> = tokens.into_iter().map(|token| token.kind).collect();
        assert_eq!(kinds[0], Kind::Word("anon".to_owned()));
        assert_eq!(kinds[2], Kind::Quoted("Fake \"x\"".to_owned()));
        assert_eq!(kinds[3], Kind::Word("ÄÖ_1$".to_owned()));
    }

    #[test]
    fn white_space_and_comments_become_one_space() {
        assert_eq!(printed(" a /* x /* y */ z */\n\t+ -- end\n b"), "a + b");
        assert_eq!(printed("f( a,b )"), "f( a,b )");
        assert_eq!(printed("a--b"), "a");
        assert!(tokens("a /* b").is_err());
    }

    #[test]
    fn operators_end_where_postgresql_ends_them() {
        let count = |text| tokens(text).unwrap().len();
        assert_eq!(count("a=-1"), 4);
        assert_eq!(count("a||b"), 3);
        assert_eq!(count("a@-1"), 3);
        assert_eq!(count("a::text"), 3);
        assert_eq!(count("paragraphs:=4"), 3);
        assert_eq!(count("paragraphs => 4"), 3);
        assert_eq!(count("a*/* comment */b"), 3);
    }

    #[test]
    fn numbers() {
        for number in ["1", "0.33", ".5", "1e5", "1e-5", "1.5E+10", "1_000", "0x1F"] {
            assert_eq!(
                tokens(number).unwrap()[0].kind,
                Kind::Number(number.to_owned())
            );
        }
        assert_eq!(tokens("1-2").unwrap().len(), 3);
        assert_eq!(tokens("1,2").unwrap().len(), 3);
    }

    #[test]
    fn what_is_not_sql() {
        for text in ["$1", "\u{7}", "\"open", "a \\ b"] {
            assert!(tokens(text).is_err(), "{text}");
        }
    }
}
