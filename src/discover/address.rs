//! Streets with a number, by the words for a street in many languages.

use super::category::Category;
use super::detector::{Detector, Value};
use super::given_names::plain;
use std::collections::HashSet;
use std::sync::LazyLock;

pub struct Street;

impl Detector for Street {
    fn category(&self) -> Category {
        Category::Street
    }

    fn values(&self) -> &'static str {
        "streets"
    }

    fn is(&self, value: &Value) -> bool {
        (2..=8).contains(&value.words)
            && !value.digits.is_empty()
            && value.letters >= 4
            && is_street(value.text)
    }

    fn chance(&self) -> f64 {
        0.01
    }

    fn most(&self) -> f64 {
        0.85
    }
}

/// A word of its own: rue de la Paix 3, 12 High Street, ul. Długa 7.
static WORDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "street road avenue lane drive court square boulevard st rd ave blvd way close terrace crescent parkway \
    rue chemin allee impasse quai via viale piazza corso vicolo largo calle avenida paseo plaza carrer rua travessa praca \
    ul ulica al aleja plac strada str bulevardul calea utca ut ter korut namesti ulice trida cesta trg odos gatve iela straat laan weg platz bd"
        .split_whitespace()
        .collect()
});

/// The end of a word: Hauptstraße 5, Storgatan 12, Kerkstraat 3.
const ENDS: [&str; 18] = [
    "strasse", "strase", "gasse", "weg", "platz", "allee", "ring", "damm", "ufer", "straat",
    "laan", "gracht", "plein", "gatan", "vagen", "vej", "gade", "katu",
];

fn is_street(text: &str) -> bool {
    let words: Vec<String> = text
        .split([' ', ',', '.'])
        .map(plain)
        .filter(|word| !word.is_empty())
        .collect();
    // A number with digits of its own, and not a measure such as 5x
    let has_number = text.split([' ', ',']).any(|word| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().filter(char::is_ascii_digit).count() <= 5
            && word.chars().count() <= 7
    });
    has_number
        && words.iter().any(|word| {
            WORDS.contains(word.as_str()) && words.len() >= 2
                || ENDS
                    .iter()
                    .any(|end| word.len() > end.len() + 2 && word.ends_with(end))
                || word.len() > 5 && word.ends_with("str")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Street.is(&Value::of_text(text));
        for text in [
            "12 High Street",
            "Hauptstraße 5",
            "Hauptstr. 5a",
            "rue de la Paix 3",
            "ul. Długa 7",
            "Storgatan 12",
            "Via Roma 3",
            "1913 Hanoi Way",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "High Street",
            "Chair 5",
            "5 x 12 mm",
            "Order 12",
            "2024-05-01",
            "Spring 2024",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
