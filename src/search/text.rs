//! Texts: patterns that mean a term literally, and the part of a value that is shown. Pure.

/// Characters of a value that are shown.
const SHOWN: usize = 60;

/// The term without what LIKE gives a meaning to.
pub fn escaped(term: &str) -> String {
    let mut pattern = String::with_capacity(term.len());
    for c in term.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// The LIKE pattern of what contains the term, or begins with it.
pub fn like(term: &str, anywhere: bool) -> String {
    let first = if anywhere { "%" } else { "" };
    format!("{first}{}%", escaped(term))
}

/// The first text by its bytes that comes after all that begin with this one; None if nothing does.
pub fn beyond(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        // The order of UTF-8's bytes is that of code points.
        let next = match last {
            '\u{D7FF}' => Some('\u{E000}'),
            last => char::from_u32(last as u32 + 1),
        };
        if let Some(next) = next {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// The term as a JSON string holds it, without the quotes around it.
pub fn quoted(term: &str) -> String {
    let mut quoted = String::with_capacity(term.len());
    for c in term.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted
}

/// A short value as it is; of a long one the part around the term, with an ellipsis where something is left out.
pub fn snippet(value: &str, term: &str) -> String {
    let chars: Vec<char> = value.chars().collect();
    if chars.len() <= SHOWN {
        return value.to_owned();
    }
    let wanted: Vec<char> = term.chars().map(folded).collect();
    let found = position(&chars, &wanted).unwrap_or(0);
    let room = SHOWN - 2;
    let matched = wanted.len().min(room);
    let before = (room - matched) / 2;
    let first = found.saturating_sub(before).min(chars.len() - room);
    let last = first + room;
    // The place of an ellipsis that is not needed is taken by a character more.
    let (first, last) = match (first, chars.len() - last) {
        (0, _) => (0, last + 1),
        (first, 0) => (first - 1, last),
        both => (both.0, last),
    };
    let mut shown = String::new();
    if first > 0 {
        shown.push('…');
    }
    shown.extend(&chars[first..last]);
    if last < chars.len() {
        shown.push('…');
    }
    shown
}

fn position(chars: &[char], wanted: &[char]) -> Option<usize> {
    let is_here = |part: &[char]| part.iter().zip(wanted).all(|(c, w)| folded(*c) == *w);
    chars.windows(wanted.len().max(1)).position(is_here)
}

/// One character in lower case, where that is one.
fn folded(c: char) -> char {
    let mut lower = c.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(lower), None) => lower,
        _ => c,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_in_a_term_mean_themselves() {
        assert_eq!(like(r"50%_\x", true), r"%50\%\_\\x%");
        assert_eq!(like("ada", false), "ada%");
        assert_eq!(escaped("a_b"), r"a\_b");
    }

    #[test]
    fn what_comes_after_a_beginning() {
        assert_eq!(beyond("ab").as_deref(), Some("ac"));
        assert_eq!(beyond("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(beyond("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(beyond("\u{10FFFF}"), None);
        assert!("ab\u{10FFFF}z".as_bytes() < beyond("ab").unwrap().as_bytes());
    }

    #[test]
    fn a_term_as_json_holds_it() {
        assert_eq!(quoted("say \"hi\"\n"), r#"say \"hi\"\n"#);
        assert_eq!(quoted("C:\\temp\u{1}"), r"C:\\temp\u0001");
    }

    #[test]
    fn a_short_value_is_shown_whole() {
        assert_eq!(snippet("Ada Lovelace", "love"), "Ada Lovelace");
        let sixty = "x".repeat(60);
        assert_eq!(snippet(&sixty, "x"), sixty);
    }

    #[test]
    fn a_long_value_is_shown_around_the_match() {
        let text = format!("{}ADA Lovelace{}", "x".repeat(100), "y".repeat(100));
        let shown = snippet(&text, "ada");
        assert!(shown.contains("ADA Lovelace") && shown.starts_with("…x") && shown.ends_with("y…"));
        assert_eq!(shown.chars().count(), SHOWN);
        let first = snippet(&format!("ada{}", "y".repeat(100)), "Ada");
        assert!(first.starts_with("ada") && first.ends_with("y…"));
        assert_eq!(first.chars().count(), SHOWN);
        let last = snippet(&format!("{}ada", "x".repeat(100)), "ADA");
        assert!(last.starts_with("…x") && last.ends_with("ada"));
        assert_eq!(last.chars().count(), SHOWN);
    }

    #[test]
    fn a_match_that_cannot_be_seen_shows_the_beginning() {
        let text = "z".repeat(100);
        assert!(snippet(&text, "ada").starts_with("zzz"));
        let long = "ada ".repeat(100);
        assert_eq!(snippet(&long, &long).chars().count(), SHOWN);
    }
}
