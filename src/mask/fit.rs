//! Making texts fit a column. Lengths are in characters, as PostgreSQL counts them.

use super::chance::Chance;
use super::digits::{LETTERS, base};

/// The longest varchar that PostgreSQL has.
pub const LONGEST: usize = 10_485_760;

/// Letters that tell values apart: 61 bits.
pub const TAIL: usize = 13;

/// The longest beginning that fits.
pub fn cut(mut text: String, length: Option<usize>) -> String {
    if let Some(end) = end_of(&text, length) {
        text.truncate(end);
    }
    text
}

/// The longest beginning of whole words that fits; if there is none, of the first word.
pub fn cut_words(mut text: String, length: Option<usize>) -> String {
    if let Some(end) = end_of(&text, length) {
        let whole = text[..end].trim_end().len();
        let at_word = text[end..].starts_with(char::is_whitespace) || whole < end;
        let space = text[..whole].rfind(char::is_whitespace);
        let end = match space {
            Some(space) if !at_word => text[..space].trim_end().len(),
            _ => whole,
        };
        text.truncate(end);
    }
    text
}

/// The byte at which a text becomes too long.
fn end_of(text: &str, length: Option<usize>) -> Option<usize> {
    let length = length?;
    if text.len() <= length {
        return None;
    }
    text.char_indices().nth(length).map(|(end, _)| end)
}

/// Whether it fits as it is.
pub fn fits(text: &str, length: Option<usize>) -> bool {
    end_of(text, length).is_none()
}

/// Words with letters behind them that tell them from all others. Of the words, what fits.
pub fn with_tail(words: String, length: Option<usize>, chance: &mut Chance) -> String {
    let mut tail = base(chance.below(26_u64.pow(TAIL as u32)), LETTERS, TAIL);
    if let Some(first) = tail.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let room = length.map(|length| length.saturating_sub(TAIL + 1));
    let mut text = cut_words(words, room);
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(&tail);
    cut(text, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str, length: usize) -> String {
        cut_words(text.to_owned(), Some(length))
    }

    #[test]
    fn cuts_at_characters() {
        let text = || "äö😀e\u{301}x".to_owned();
        assert_eq!(cut(text(), Some(3)), "äö😀");
        assert_eq!(cut(text(), Some(0)), "");
        assert_eq!(cut(text(), Some(6)), text());
        assert_eq!(cut(text(), None), text());
        assert_eq!(cut(String::new(), Some(3)), "");
    }

    #[test]
    fn cuts_at_words() {
        assert_eq!(words("Ada King Lovelace", 17), "Ada King Lovelace");
        assert_eq!(words("Ada King Lovelace", 16), "Ada King");
        assert_eq!(words("Ada King Lovelace", 9), "Ada King");
        assert_eq!(words("Ada King Lovelace", 8), "Ada King");
        assert_eq!(words("Ada King Lovelace", 7), "Ada");
        assert_eq!(words("Ada King Lovelace", 2), "Ad");
        assert_eq!(words("Ädä  Ködel", 5), "Ädä");
        assert_eq!(words("田中 太郎", 3), "田中");
        assert_eq!(words("", 3), "");
        assert_eq!(words("   ", 2), "");
    }

    #[test]
    fn tails_fit() {
        let mut chance = Chance::seeded([1; 32]);
        for length in 0..40 {
            let text = with_tail("Ada King".to_owned(), Some(length), &mut chance);
            assert!(text.chars().count() <= length);
            assert!(!text.starts_with(' ') && !text.ends_with(' '));
            assert_eq!(text.starts_with("Ada King "), length >= 22, "{text}");
        }
        let text = with_tail("Ada".to_owned(), None, &mut chance);
        assert_eq!(text.len(), 17);
    }
}
