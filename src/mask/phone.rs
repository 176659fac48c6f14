//! Made-up phone numbers: of ranges that regulators keep for fiction, or else of none that is given
//! out.

use super::chance::Chance;
use super::digits::DECIMAL;
use super::fit::cut;
use super::locale::Locale;

/// Digits that tell numbers apart: 60 bits. No number that rings has as many.
const DISTINCT: usize = 18;
/// Country code that nobody has.
const NOWHERE: &str = "+999 ";

/// `#` is a digit. Numbers kept for fiction in the United States (555-01##), by Ofcom, by the
/// Bundesnetzagentur and by ARCEP; elsewhere numbers with a digit that the plan does not have there.
fn formats(locale: Locale) -> &'static [&'static str] {
    match locale {
        Locale::En => &[
            "+1 2## 555 01##",
            "+1 3## 555 01##",
            "+1 6## 555 01##",
            "+1 7## 555 01##",
        ],
        Locale::Cy => &["+44 29 2018 0###", "+44 7700 900###", "+44 113 496 0###"],
        Locale::De => &[
            "+49 30 23125###",
            "+49 69 90009###",
            "+49 40 66969###",
            "+49 221 4710###",
            "+49 89 99998###",
        ],
        Locale::Fr => &[
            "+33 1 99 00 ## ##",
            "+33 2 61 91 ## ##",
            "+33 3 53 01 ## ##",
            "+33 4 65 71 ## ##",
            "+33 5 36 49 ## ##",
            "+33 6 39 98 ## ##",
        ],
        Locale::Ar => &["+966 11 0## ####"],
        Locale::Fa => &["+98 21 0### ####"],
        Locale::It => &["+39 06 0### ####"],
        Locale::Ja => &["+81 3 0### ####"],
        Locale::Nl => &["+31 20 0## ####"],
        Locale::Pt => &["+351 20# ### ###"],
        Locale::PtBr => &["+55 11 0### ####"],
        Locale::Tr => &["+90 212 0## ## ##"],
        Locale::Zh => &["+86 10 0### ####"],
        Locale::ZhTw => &["+886 2 0### ####"],
    }
}

pub fn phone(locale: Locale, length: Option<usize>, distinct: bool, chance: &mut Chance) -> String {
    let mut text = String::with_capacity(NOWHERE.len() + DISTINCT);
    if distinct {
        if length.is_none_or(|length| length >= NOWHERE.len() + DISTINCT) {
            text.push_str(NOWHERE);
        }
        chance.push(&mut text, DECIMAL, DISTINCT);
        return cut(text, length);
    }
    for letter in chance.word(formats(locale)).chars() {
        match letter {
            '#' => chance.push(&mut text, DECIMAL, 1),
            other => text.push(other),
        }
    }
    if length.is_some_and(|length| text.len() > length) {
        text.retain(|c| c != ' ');
    }
    cut(text, length)
}

/// The longest number without its spaces.
pub fn needs(locale: Locale, distinct: bool) -> usize {
    let longest = formats(locale)
        .iter()
        .map(|format| format.replace(' ', "").len())
        .max();
    if distinct {
        DISTINCT
    } else {
        longest.unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_of_every_country() {
        let mut chance = Chance::seeded([1; 32]);
        for locale in Locale::ALL {
            let all: HashSet<String> = (0..1000)
                .map(|_| phone(locale, None, false, &mut chance))
                .collect();
            assert!(all.len() > 700, "{locale:?} {}", all.len());
            for text in &all {
                assert!(text.starts_with('+') && !text.contains('#'));
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                assert!((9..=15).contains(&digits), "{text}");
            }
        }
    }

    #[test]
    fn they_fit() {
        let mut chance = Chance::seeded([2; 32]);
        for locale in Locale::ALL {
            for distinct in [false, true] {
                let least = needs(locale, distinct);
                for length in 1..30 {
                    let text = phone(locale, Some(length), distinct, &mut chance);
                    assert!((1..=length).contains(&text.len()), "{text}");
                }
                let tight = phone(locale, Some(least), distinct, &mut chance);
                assert!(!tight.contains(' '));
            }
        }
        assert_eq!(needs(Locale::En, false), 12);
    }

    #[test]
    fn distinct_ones_are() {
        let mut chance = Chance::seeded([3; 32]);
        let all: HashSet<String> = (0..100_000)
            .map(|_| phone(Locale::De, Some(20), true, &mut chance))
            .collect();
        assert_eq!(all.len(), 100_000);
    }
}
