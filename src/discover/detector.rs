//! What values look like. A detector each: a file, and a line in `ALL`.

use super::category::Category;
use super::{address, agent, birth, card, coordinates, email, iban, ip, national, person, phone};

/// Tells values of a category by how they are written.
pub trait Detector: Sync {
    fn category(&self) -> Category;

    /// What the values are called, in the plural: `e-mail addresses`.
    fn values(&self) -> &'static str;

    /// The whole value is one.
    fn is(&self, value: &Value) -> bool;

    /// Of values that look like this and are something else, the share that passes all the same.
    fn chance(&self) -> f64;

    /// The most that can be made of the values alone, without a name that says the same.
    fn most(&self) -> f64 {
        0.95
    }

    /// One of them stands in a longer text, which has more than one word.
    fn stands_in(&self, _text: &Value) -> bool {
        false
    }
}

pub const ALL: [&dyn Detector; 23] = [
    &email::Email,
    &iban::Iban,
    &card::Card,
    &ip::Ip,
    &phone::Phone,
    &phone::International,
    &agent::UserAgent,
    &national::de::SteuerId,
    &national::fr::Nir,
    &national::it::CodiceFiscale,
    &national::es::Dni,
    &national::pl::Pesel,
    &national::nl::Bsn,
    &national::be::NationalNumber,
    &national::se::Personnummer,
    &national::pt::Nif,
    &national::ro::Cnp,
    &coordinates::Coordinates,
    &birth::BirthDate,
    &person::FullName,
    &person::FirstName,
    &person::LastName,
    &address::Street,
];

/// A text, and what detectors ask of it first.
pub struct Value<'a> {
    pub text: &'a str,
    /// The value of a number or a date, which has no form of its own.
    pub origin: Origin,
    /// The digits in it.
    pub digits: String,
    pub letters: usize,
    /// Words between blanks.
    pub words: usize,
}

/// The type that a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Text,
    Number,
    Date,
    Inet,
    Other,
}

impl<'a> Value<'a> {
    pub fn new(text: &'a str, origin: Origin) -> Self {
        let text = text.trim();
        Self {
            text,
            origin,
            digits: text.chars().filter(char::is_ascii_digit).collect(),
            letters: text.chars().filter(|c| c.is_alphabetic()).count(),
            words: text.split_whitespace().count(),
        }
    }

    pub fn of_text(text: &'a str) -> Self {
        Self::new(text, Origin::Text)
    }

    /// It consists of digits and these separators, and begins and ends with a digit.
    pub fn is_number(&self, separators: &[char]) -> bool {
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        is_digit(self.text.chars().next())
            && is_digit(self.text.chars().next_back())
            && self
                .text
                .chars()
                .all(|c| c.is_ascii_digit() || separators.contains(&c))
    }

    /// The digits as numbers.
    pub fn numbers(&self) -> Vec<u32> {
        self.digits.bytes().map(|b| u32::from(b - b'0')).collect()
    }

    /// Its words, without the punctuation around them.
    pub fn tokens(&self) -> impl Iterator<Item = &'a str> {
        self.text
            .split(|c: char| {
                c.is_whitespace() || matches!(c, ',' | ';' | '<' | '>' | '(' | ')' | '"' | '|')
            })
            .map(|token| token.trim_matches(|c: char| !c.is_alphanumeric() && c != '+'))
            .filter(|token| !token.is_empty())
    }
}

/// The sum of digits times weights.
pub fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(d, w)| d * w).sum()
}

/// There is such a day: a year of two digits can be of any century.
pub fn is_day(year: u32, month: u32, day: u32) -> bool {
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// The number that some digits write.
pub fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_detector_has_words_for_its_values() {
        for detector in ALL {
            assert!(!detector.values().is_empty());
            assert!(detector.chance() > 0.0 && detector.chance() <= 0.5);
            assert!(!detector.is(&Value::of_text("")), "{}", detector.values());
            assert!(!detector.stands_in(&Value::of_text("")));
        }
    }

    #[test]
    fn values_are_taken_apart() {
        let value = Value::of_text(" call Ada (030 1234), <ada@example.org>. ");
        assert_eq!(value.digits, "0301234");
        assert_eq!(value.words, 5);
        let tokens: Vec<&str> = value.tokens().collect();
        assert_eq!(tokens, ["call", "Ada", "030", "1234", "ada@example.org"]);
        assert!(Value::of_text("12-34").is_number(&['-']));
        assert!(!Value::of_text("12-").is_number(&['-']));
        assert!(is_day(0, 2, 29) && !is_day(1, 2, 29) && !is_day(0, 13, 1) && !is_day(0, 1, 0));
    }
}
