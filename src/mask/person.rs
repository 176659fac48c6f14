//! Made-up people and companies.

use super::chance::Chance;
use super::fit::{cut_words, fits};
use super::words::{Words, fill};

/// How many words are drawn until one fits.
const DRAWS: usize = 8;

pub fn name(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    drawn(length, || {
        fill(words.name, |place| match place {
            "FirstName" => chance.word(words.first_names).trim(),
            _ => chance.word(words.last_names).trim(),
        })
    })
}

pub fn first_name(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    drawn(length, || chance.word(words.first_names).trim().to_owned())
}

pub fn last_name(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    drawn(length, || chance.word(words.last_names).trim().to_owned())
}

pub fn company(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    drawn(length, || {
        let template = chance.word(words.companies);
        fill(template, |place| match place {
            "Suffix" => chance.word(words.company_suffixes).trim(),
            _ => chance.word(words.last_names).trim(),
        })
    })
}

/// The first of a few that fits, or else the last one, cut.
pub fn drawn(length: Option<usize>, mut draw: impl FnMut() -> String) -> String {
    let mut text = draw();
    for _ in 1..DRAWS {
        if fits(&text, length) {
            return text;
        }
        text = draw();
    }
    cut_words(text, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::locale::Locale;
    use std::collections::HashSet;

    #[test]
    fn people_of_every_language() {
        let mut chance = Chance::seeded([1; 32]);
        for locale in Locale::ALL {
            let words = locale.words();
            let names: HashSet<String> =
                (0..1000).map(|_| name(words, None, &mut chance)).collect();
            assert!(names.len() > 300, "{locale:?} {}", names.len());
            assert!(names.iter().all(|name| !name.contains('{')));
            let companies: HashSet<String> = (0..1000)
                .map(|_| company(words, None, &mut chance))
                .collect();
            assert!(companies.len() > 80, "{locale:?} {}", companies.len());
            assert!(companies.iter().all(|name| !name.contains('{')));
        }
    }

    #[test]
    fn they_fit() {
        let mut chance = Chance::seeded([2; 32]);
        for makes in [name, first_name, last_name, company] {
            for locale in Locale::ALL {
                for length in 1..30 {
                    let text = makes(locale.words(), Some(length), &mut chance);
                    assert!((1..=length).contains(&text.chars().count()), "{text}");
                    assert_eq!(text, text.trim());
                }
            }
        }
    }
}
