//! `fake`: made-up values of a kind.

use super::chance::Chance;
use super::digits::{BASE36, BASE36_MOST, base};
use super::fit::{TAIL, cut, cut_words, with_tail};
use super::kind::Kind;
use super::locale::Locale;
use super::{iban, online, person, phone, place};

/// Makes up a value of at most `length` characters, if `length` is at least what the kind needs.
/// Distinct ones bear 60 bits of chance.
pub fn fake(
    kind: Kind,
    locale: Locale,
    length: Option<usize>,
    distinct: bool,
    chance: &mut Chance,
) -> String {
    let words = locale.words();
    match kind {
        Kind::Email => online::email(words, length, distinct, chance),
        Kind::UserName => online::user_name(words, length, distinct, chance),
        Kind::Url => online::url(length, distinct, chance),
        Kind::Ip => online::ip(distinct, chance),
        Kind::Phone => phone::phone(locale, length, distinct, chance),
        Kind::Iban => iban::iban(locale, distinct, chance),
        Kind::Postcode if distinct => base(
            chance.below(36_u64.pow(BASE36_MOST as u32)),
            BASE36,
            BASE36_MOST,
        )
        .to_uppercase(),
        Kind::Postcode => place::postcode(locale, length, chance),
        _ if distinct => with_tail(of_words(kind, locale, None, chance), length, chance),
        _ => of_words(kind, locale, length, chance),
    }
}

fn of_words(kind: Kind, locale: Locale, length: Option<usize>, chance: &mut Chance) -> String {
    let words = locale.words();
    match kind {
        Kind::Name => person::name(words, length, chance),
        Kind::FirstName => person::first_name(words, length, chance),
        Kind::LastName => person::last_name(words, length, chance),
        Kind::Company => person::company(words, length, chance),
        Kind::Street => place::street(locale, length, chance),
        Kind::City => place::city(words, length, chance),
        Kind::Country => place::country(words, length, chance),
        _ => text(locale, length, chance),
    }
}

/// A sentence of 6 to 12 words.
fn text(locale: Locale, length: Option<usize>, chance: &mut Chance) -> String {
    let (joint, stop) = match locale {
        Locale::Zh => ("", "。"),
        _ => (" ", "."),
    };
    let words = locale.words().text;
    let count = 6 + chance.below(7) as usize;
    let drawn: Vec<&str> = (0..count).map(|_| chance.word(words)).collect();
    let mut text = drawn.join(joint);
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text.push_str(stop);
    cut_words(text, length)
}

/// The shortest column, in characters, that takes such values.
pub fn needs(kind: Kind, locale: Locale, distinct: bool) -> usize {
    match kind {
        Kind::Email => online::email_needs(distinct),
        Kind::UserName => online::user_name_needs(distinct),
        Kind::Url => online::url_needs(distinct),
        Kind::Ip => online::ip_needs(distinct),
        Kind::Phone => phone::needs(locale, distinct),
        Kind::Iban => iban::needs(locale, distinct),
        Kind::Postcode if distinct => BASE36_MOST,
        Kind::Postcode => place::postcode_needs(locale),
        _ if distinct => TAIL,
        _ => 2,
    }
}

/// Letters and digits with no meaning, where nothing of the kind will do.
pub fn meaningless(length: Option<usize>, chance: &mut Chance) -> String {
    let number = chance.below(36_u64.pow(BASE36_MOST as u32));
    cut(base(number, BASE36, BASE36_MOST), length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn each(mut check: impl FnMut(Kind, Locale, bool)) {
        for kind in Kind::ALL {
            for locale in Locale::ALL {
                [false, true]
                    .into_iter()
                    .for_each(|distinct| check(kind, locale, distinct));
            }
        }
    }

    #[test]
    fn all_fit_where_they_say() {
        let mut chance = Chance::seeded([1; 32]);
        each(|kind, locale, distinct| {
            let least = needs(kind, locale, distinct);
            for length in least..least + 50 {
                let text = fake(kind, locale, Some(length), distinct, &mut chance);
                let count = text.chars().count();
                assert!(
                    (1..=length).contains(&count),
                    "{kind:?} {locale:?} {length} {text}"
                );
                assert_eq!(text, text.trim());
            }
            assert!(!fake(kind, locale, None, distinct, &mut chance).is_empty());
        });
    }

    #[test]
    fn any_length_will_do() {
        let mut chance = Chance::seeded([2; 32]);
        each(|kind, locale, distinct| {
            for length in [0, 1, 2, usize::MAX] {
                fake(kind, locale, Some(length), distinct, &mut chance);
            }
        });
    }

    #[test]
    fn distinct_ones_are() {
        let mut chance = Chance::seeded([3; 32]);
        for kind in Kind::ALL {
            let length = Some(needs(kind, Locale::En, true));
            let all: HashSet<String> = (0..100_000)
                .map(|_| fake(kind, Locale::En, length, true, &mut chance))
                .collect();
            assert_eq!(all.len(), 100_000, "{kind:?}");
        }
    }

    #[test]
    fn a_seed_always_gives_the_same() {
        let made = Kind::ALL.map(|kind| {
            let mut chance = Chance::seeded([4; 32]);
            fake(kind, Locale::De, None, false, &mut chance)
        });
        assert_eq!(made, EXPECTED);
    }

    const EXPECTED: [&str; 15] = [
        "Herbert Schröder",
        "Herbert",
        "Vogt",
        "andrea.zimmermann72@example.net",
        "+49 221 4710237",
        "Schröder & Zimmermann e.V.",
        "Schröderstraße 62",
        "Altschusterfeld",
        "72372",
        "Saint Martin",
        "DE30723722302660830511",
        "10.162.169.168",
        "https://example.net/9bs97d",
        "herbert_schroder37",
        "Enim nemo temporibus ut numquam iure eaque magnam cumque est et.",
    ];
}
