//! Names of persons, by lists of common ones: a column of names holds enough of them.

use super::category::Category;
use super::detector::{Detector, Value};
use super::given_names::{is_family, is_given, plain};

pub struct FullName;
pub struct FirstName;
pub struct LastName;

impl Detector for FullName {
    fn category(&self) -> Category {
        Category::Name
    }

    fn values(&self) -> &'static str {
        "names of persons"
    }

    fn is(&self, value: &Value) -> bool {
        (2..=4).contains(&value.words) && value.digits.is_empty() && is_full_name(value.text)
    }

    fn chance(&self) -> f64 {
        0.02
    }

    fn most(&self) -> f64 {
        0.92
    }

    fn stands_in(&self, text: &Value) -> bool {
        text.words >= 3 && mentions_person(text.text)
    }
}

impl Detector for FirstName {
    fn category(&self) -> Category {
        Category::FirstName
    }

    fn values(&self) -> &'static str {
        "first names"
    }

    fn is(&self, value: &Value) -> bool {
        value.words <= 2
            && is_word(value.text)
            && value
                .text
                .split([' ', '-'])
                .all(|part| is_capital(part) && is_given(part))
    }

    fn chance(&self) -> f64 {
        0.04
    }

    fn most(&self) -> f64 {
        0.85
    }
}

impl Detector for LastName {
    fn category(&self) -> Category {
        Category::LastName
    }

    fn values(&self) -> &'static str {
        "family names"
    }

    fn is(&self, value: &Value) -> bool {
        value.words <= 3
            && is_word(value.text)
            && is_capital(value.text)
            && value.text.split(' ').next_back().is_some_and(is_family)
    }

    fn chance(&self) -> f64 {
        0.04
    }

    fn most(&self) -> f64 {
        0.7
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’'))
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

/// `Ada Lovelace`, `Dr. Ada M. Lovelace`, `Lovelace, Ada`, `ADA LOVELACE`.
fn is_full_name(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '’' | '.' | ',');
    if !text.chars().all(fits) {
        return false;
    }
    if let Some((family, given)) = text.split_once(", ") {
        return is_capital(family) && given.split([' ', '-']).next().is_some_and(is_given);
    }
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| !TITLES.contains(&word.trim_end_matches('.')))
        .collect();
    let [given, .., family] = words[..] else {
        return false;
    };
    let is_person = |given: &str, family: &str| {
        is_capital(given)
            && given.split('-').all(is_given)
            && is_capital(family)
            && family.chars().count() > 1
    };
    // Hungarian, and lists: the family's name first, if it is known as one.
    is_person(given, family) || is_person(family, given) && is_family(given)
}

const TITLES: [&str; 22] = [
    "Mr", "Mrs", "Ms", "Miss", "Dr", "Prof", "Herr", "Frau", "Herrn", "M", "Mme", "Mlle", "Sr",
    "Sra", "Dott", "Sig", "Dhr", "Mevr", "Ing", "Mgr", "Pan", "Pani",
];

/// Behind these comes a name.
const SALUTATIONS: [&str; 17] = [
    "Mr", "Mrs", "Ms", "Herr", "Frau", "Herrn", "Mme", "Mlle", "Madame", "Monsieur", "Sra",
    "Señor", "Señora", "Signora", "Mevrouw", "Pani", "Senhora",
];

/// Given names that are words besides, and stand in front of others: Amber Table, Grace Period.
const WORDS: [&str; 20] = [
    "amber",
    "grace",
    "rose",
    "rosa",
    "ivy",
    "mark",
    "florence",
    "victoria",
    "charlotte",
    "sandy",
    "rip",
    "angel",
    "jesus",
    "luna",
    "stella",
    "viola",
    "bruno",
    "iris",
    "flora",
    "jade",
];

/// `Mrs Lovelace`, or a given name with a name behind it, in a text that is not in capitals throughout.
fn mentions_person(text: &str) -> bool {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '(' | ')' | '"'))
        .collect();
    let is_name = |word: &str| {
        let letters = word.trim_matches(|c: char| !c.is_alphabetic());
        is_capital(letters)
            && letters.chars().skip(1).any(char::is_lowercase)
            && letters.chars().count() > 2
    };
    words.windows(2).any(|pair| {
        let (first, second) = (pair[0].trim_end_matches('.'), pair[1]);
        is_name(second)
            && (SALUTATIONS.contains(&first)
                || is_name(pair[0])
                    && !pair[0].ends_with(['.', '!', '?', ':'])
                    && is_given(first)
                    && !WORDS.contains(&plain(first).as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names() {
        let is = |text: &str| FullName.is(&Value::of_text(text));
        for text in [
            "Ada Lovelace",
            "ADA LOVELACE",
            "Dr. Ada M. Lovelace",
            "Lovelace, Ada",
            "Jean-Pierre Dupont",
            "Łukasz Żak",
            "Nagy István",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "Ada",
            "Blue Chair",
            "Ada 2",
            "Order Number",
            "the Ada lovelace",
            "ACADEMY DINOSAUR",
            "Coca-Cola Company",
        ] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn single_names() {
        for text in ["Ada", "Jean-Pierre", "MARIA", "Anna Maria"] {
            assert!(FirstName.is(&Value::of_text(text)), "{text}");
        }
        for text in ["ada", "Chair", "", "Ada3", "Ada Lovelace"] {
            assert!(!FirstName.is(&Value::of_text(text)), "{text}");
        }
        for text in ["Smith", "van der Berg", "Müller"] {
            assert_eq!(
                LastName.is(&Value::of_text(text)),
                text != "van der Berg",
                "{text}"
            );
        }
        assert!(!LastName.is(&Value::of_text("Chair")));
    }

    #[test]
    fn persons_in_texts() {
        let stands = |text: &str| FullName.stands_in(&Value::of_text(text));
        for text in [
            "called by Ada Lovelace yesterday",
            "Frau Schulze will morgen anrufen",
            "Angus Young, Malcolm Young, Brian Johnson",
        ] {
            assert!(stands(text), "{text}");
        }
        for text in [
            "A Fanciful Documentary of a Frisbee And a Lumberjack",
            "call again tomorrow",
            "the red chair is broken",
            "thanks Ada. Regards",
            "one Amber Table with drawers",
        ] {
            assert!(!stands(text), "{text}");
        }
    }
}
