//! String constants: 'it''s', E'it\'s', $$it's$$, and B'101'. Read as PostgreSQL reads them with standard_conforming_strings on.

use super::token::{Kind, skip_space};

/// Reads the string constant that `rest` begins with, if it does.
pub fn read(rest: &str) -> Result<Option<(Kind, &str)>, String> {
    let prefix = rest.find('\'').map(|end| rest[..end].to_ascii_lowercase());
    let quoted = |length: usize| &rest[length + 1..];
    match prefix.as_deref() {
        Some("" | "n") => {
            let (text, after) = plain(quoted(prefix.map_or(0, |prefix| prefix.len())))?;
            Ok(Some((Kind::Text(text), after)))
        }
        Some("e") => {
            let (text, after) = escaped(quoted(1))?;
            Ok(Some((Kind::Text(text), after)))
        }
        Some(base @ ("b" | "x")) => {
            let (digits, after) = plain(quoted(1))?;
            Ok(Some((
                Kind::Bits(format!("{base}{}", literal(&digits))),
                after,
            )))
        }
        Some("u&") => Err(
            "The label has a U&'...' string, which is not read here: write it as '...' or E'...'."
                .to_owned(),
        ),
        _ => dollar_quoted(rest),
    }
}

/// The constant that reads as `text`, whatever standard_conforming_strings is.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match text.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

fn does_not_end() -> String {
    "The label has a string that does not end.".to_owned()
}

/// A string goes on after a line break.
fn continued(rest: &str) -> Result<Option<&str>, String> {
    let (after, line_break) = skip_space(rest)?;
    Ok(after.strip_prefix('\'').filter(|_| line_break))
}

fn plain(mut rest: &str) -> Result<(String, &str), String> {
    let mut text = String::new();
    loop {
        let (part, after) = rest.split_once('\'').ok_or_else(does_not_end)?;
        text.push_str(part);
        if let Some(after) = after.strip_prefix('\'') {
            text.push('\'');
            rest = after;
        } else if let Some(after) = continued(after)? {
            rest = after;
        } else {
            return Ok((text, after));
        }
    }
}

fn escaped(mut rest: &str) -> Result<(String, &str), String> {
    let mut bytes = Vec::new();
    loop {
        let end = rest.find(['\'', '\\']).ok_or_else(does_not_end)?;
        bytes.extend_from_slice(&rest.as_bytes()[..end]);
        let after = &rest[end + 1..];
        if rest[end..].starts_with('\\') {
            rest = escape(after, &mut bytes)?;
        } else if let Some(after) = after.strip_prefix('\'') {
            bytes.push(b'\'');
            rest = after;
        } else if let Some(after) = continued(after)? {
            rest = after;
        } else {
            let text = String::from_utf8(bytes)
                .ok()
                .filter(|text| !text.contains('\0'));
            let text = text.ok_or_else(|| {
                "The label has an E'...' string that is no text in UTF-8.".to_owned()
            })?;
            return Ok((text, after));
        }
    }
}

/// What stands after a backslash.
fn escape<'a>(rest: &'a str, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let c = rest.chars().next().ok_or_else(does_not_end)?;
    let after = &rest[c.len_utf8()..];
    // The longest run of digits that belongs to the escape, read as a number.
    let digits = |from: &'a str, base: u32, most: usize| {
        let run = from
            .chars()
            .take(most)
            .take_while(|c| c.is_digit(base))
            .count();
        (
            u32::from_str_radix(&from[..run], base).ok(),
            run,
            &from[run..],
        )
    };
    match c {
        'b' => bytes.push(8),
        'f' => bytes.push(12),
        'n' => bytes.push(b'\n'),
        'r' => bytes.push(b'\r'),
        't' => bytes.push(b'\t'),
        '0'..='7' => {
            let (code, _, after) = digits(rest, 8, 3);
            bytes.extend(code.map(|code| code as u8));
            return Ok(after);
        }
        'x' => {
            if let (Some(code), _, after) = digits(after, 16, 2) {
                bytes.push(code as u8);
                return Ok(after);
            }
            bytes.push(b'x');
        }
        'u' | 'U' => {
            let length = if c == 'u' { 4 } else { 8 };
            let (code, run, after) = digits(after, 16, length);
            let character = code.filter(|_| run == length).and_then(char::from_u32);
            let character = character.ok_or_else(|| {
                "The label has an E'...' string with a Unicode escape that is none.".to_owned()
            })?;
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(after);
        }
        c => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
    Ok(after)
}

/// $$...$$ and $tag$...$tag$.
fn dollar_quoted(rest: &str) -> Result<Option<(Kind, &str)>, String> {
    let Some((tag, after)) = rest.strip_prefix('$').and_then(|rest| rest.split_once('$')) else {
        return Ok(None);
    };
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii();
    if !tag.chars().all(is_tag) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return Ok(None);
    }
    let (text, after) = after
        .split_once(&format!("${tag}$"))
        .ok_or_else(does_not_end)?;
    Ok(Some((Kind::Text(text.to_owned()), after)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::import::token::tokens;

    fn text(sql: &str) -> String {
        let tokens = tokens(sql).unwrap();
        assert_eq!(tokens.len(), 1, "{sql}");
        tokens[0].text().unwrap().to_owned()
    }

    #[test]
    fn every_way_to_quote() {
        assert_eq!(text("'CONFIDENTIAL'"), "CONFIDENTIAL");
        assert_eq!(text("'it''s'"), "it's");
        assert_eq!(text("''"), "");
        assert_eq!(text("N'x'"), "x");
        assert_eq!(text(r"'a\b'"), r"a\b");
        assert_eq!(text("$$it's$$"), "it's");
        assert_eq!(text("$tag$a $$ b$tag$"), "a $$ b");
        assert_eq!(text("'Ж'"), "Ж");
    }

    #[test]
    fn escapes() {
        assert_eq!(text(r"E'it\'s \\ \n\t'"), "it's \\ \n\t");
        assert_eq!(text(r"e'\101\x42\u0043\U00000044'"), "ABCD");
        assert_eq!(text(r"E'\xc3\xa9'"), "é");
        assert_eq!(text(r"E'a''b\q\x'"), "a'bqx");
        for wrong in [
            r"E'\xff'",
            r"E'\u12'",
            r"E'\000'",
            r"E'\u0000'",
            r"E'open\'",
            "'open",
            "$a$open$b$",
            "U&'x'",
        ] {
            assert!(tokens(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_string_goes_on_after_a_line_break() {
        assert_eq!(text("'a' -- more\n 'b'"), "ab");
        assert_eq!(text("E'a'\n'\\n'"), "a\n");
        assert_eq!(tokens("'a' 'b'").unwrap().len(), 2);
    }

    #[test]
    fn what_is_printed_reads_the_same() {
        for value in ["", "it's", r"a\b'c", "$$", "Ж\n"] {
            assert_eq!(text(&literal(value)), value);
        }
        assert_eq!(tokens("B'101'").unwrap()[0].sql(), "b'101'");
    }

    #[test]
    fn a_name_before_a_quote_is_a_name() {
        assert_eq!(tokens("date '2020-01-01'").unwrap().len(), 2);
        assert_eq!(tokens("e'x'").unwrap().len(), 1);
        assert_eq!(tokens("e 'x'").unwrap().len(), 2);
    }
}
