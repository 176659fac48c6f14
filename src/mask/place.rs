//! Made-up places: streets, cities, postcodes, countries.

use super::chance::Chance;
use super::digits::DECIMAL;
use super::locale::Locale;
use super::person::drawn;
use super::words::{City, Words, fill};

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPRSTUVWXYZ";

/// A street with a number.
pub fn street(locale: Locale, length: Option<usize>, chance: &mut Chance) -> String {
    let words = locale.words();
    drawn(length, || {
        let suffix = chance.word(words.street_suffixes).trim();
        let street = fill(words.street, |place| match place {
            "StreetSuffix" => suffix,
            _ => chance.word(words.last_names).trim(),
        });
        let number = 1 + chance.below(199);
        match locale {
            Locale::En | Locale::Cy | Locale::Fr => format!("{number} {street}"),
            Locale::Ja | Locale::Zh | Locale::ZhTw => format!("{street}{number}"),
            Locale::It | Locale::Pt | Locale::PtBr => format!("{street}, {number}"),
            _ => format!("{street} {number}"),
        }
    })
}

pub fn city(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    drawn(length, || match words.city {
        // The crate leaves a "{River}" in some Dutch ones.
        City::Made(make) => cut_at_brace(make(chance)),
        City::Named(suffix) => format!("{}{suffix}", chance.word(words.last_names).trim()),
    })
}

fn cut_at_brace(mut city: String) -> String {
    city.truncate(city.find('{').unwrap_or(city.len()));
    city.trim().to_owned()
}

/// A country; its two letters where there is room for three or fewer.
pub fn country(words: &Words, length: Option<usize>, chance: &mut Chance) -> String {
    let list = match length {
        Some(..4) => words.country_codes,
        _ => words.countries,
    };
    drawn(length, || chance.word(list).trim().to_owned())
}

/// A postcode, without its separator if it does not fit with it.
pub fn postcode(locale: Locale, length: Option<usize>, chance: &mut Chance) -> String {
    let format = postcode_format(locale);
    let tight = length.is_some_and(|length| length < format.len());
    let mut text = String::with_capacity(format.len());
    let letters = format.chars().filter(|c| !tight || !is_separator(*c));
    for letter in letters.take(length.unwrap_or(usize::MAX)) {
        match letter {
            '#' => chance.push(&mut text, DECIMAL, 1),
            '1' => chance.push(&mut text, &DECIMAL[1..], 1),
            '$' => chance.push(&mut text, LETTERS, 1),
            other => text.push(other),
        }
    }
    text
}

/// The length of a postcode without separators.
pub fn postcode_needs(locale: Locale) -> usize {
    let format = postcode_format(locale).chars();
    format.filter(|c| !is_separator(*c)).count()
}

fn is_separator(c: char) -> bool {
    matches!(c, ' ' | '-')
}

/// `#` is a digit, `1` one that is not 0, `$` a letter.
fn postcode_format(locale: Locale) -> &'static str {
    match locale {
        Locale::Cy => "CF1# #$$",
        Locale::De | Locale::En | Locale::Fr | Locale::It | Locale::Tr | Locale::Ar => "1####",
        Locale::Fa => "1####-#####",
        Locale::Ja => "###-####",
        Locale::Nl => "1### $$",
        Locale::Pt => "1###-###",
        Locale::PtBr => "#####-###",
        Locale::Zh => "1#####",
        Locale::ZhTw => "1##",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn places_of_every_language() {
        let mut chance = Chance::seeded([1; 32]);
        for locale in Locale::ALL {
            let words = locale.words();
            let streets: HashSet<String> = (0..1000)
                .map(|_| street(locale, None, &mut chance))
                .collect();
            assert!(streets.len() > 900, "{locale:?} {}", streets.len());
            let cities: HashSet<String> =
                (0..1000).map(|_| city(words, None, &mut chance)).collect();
            assert!(cities.len() > 15, "{locale:?} {}", cities.len());
            let all = streets.iter().chain(&cities);
            for text in all {
                assert!(!text.contains(['{', '}']) && text == text.trim(), "{text}");
            }
        }
    }

    #[test]
    fn they_fit() {
        let mut chance = Chance::seeded([2; 32]);
        for locale in Locale::ALL {
            for length in 1..30 {
                let words = locale.words();
                for text in [
                    street(locale, Some(length), &mut chance),
                    city(words, Some(length), &mut chance),
                    country(words, Some(length), &mut chance),
                    postcode(locale, Some(length), &mut chance),
                ] {
                    assert!((1..=length).contains(&text.chars().count()), "{text}");
                }
            }
        }
    }

    #[test]
    fn short_countries_are_codes() {
        let mut chance = Chance::seeded([3; 32]);
        for length in [2, 3] {
            let code = country(Locale::De.words(), Some(length), &mut chance);
            assert!(code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
        }
    }

    #[test]
    fn postcodes_lose_their_separator_first() {
        let mut chance = Chance::seeded([4; 32]);
        let full = postcode(Locale::Nl, None, &mut chance);
        assert_eq!((full.len(), full.find(' ')), (7, Some(4)));
        let tight = postcode(Locale::Nl, Some(6), &mut chance);
        assert_eq!((tight.len(), tight.find(' ')), (6, None));
        assert_eq!(postcode_needs(Locale::Nl), 6);
        assert_eq!(postcode(Locale::De, None, &mut chance).len(), 5);
    }
}
