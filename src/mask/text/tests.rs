use super::*;
use crate::mask::leak::reveals;
use std::collections::HashSet;

fn values() -> Vec<String> {
    let mut values: Vec<String> = [
        "",
        "a",
        "Z",
        "0",
        "ab",
        "abc",
        "123",
        "com",
        "+49",
        "10.",
        "anon",
        "GB",
        "example",
        "https://",
        "mail.test",
        "Ada Lovelace",
        "ADA",
        "John",
        "ada@example.org",
        "Jürgen Müller",
        "田中 太郎",
        "محمد",
        "😀",
        "👩‍👩‍👧‍👦 family",
        "e\u{301}e\u{301}",
        "\u{301}",
        "İstanbul",
        "\u{212a}",
        "a\tb\nc",
        " ",
        "'; --",
    ]
    .map(str::to_owned)
    .to_vec();
    values.push("x".repeat(100_000));
    values.push("é😀".repeat(10_000));
    values
}

fn masks() -> Vec<TextMask> {
    let mut masks = vec![
        TextMask::Hash { length: 64 },
        TextMask::Hash { length: 1 },
        TextMask::Random { length: 1 },
        TextMask::Random { length: 16 },
        TextMask::Pseudonym {
            kind: None,
            locale: Locale::En,
            length: None,
            distinct: false,
        },
    ];
    for kind in Kind::ALL {
        for locale in [Locale::En, Locale::De, Locale::Ja, Locale::Ar] {
            for distinct in [false, true] {
                for length in [None, Some(fake::needs(kind, locale, distinct))] {
                    masks.push(TextMask::Fake {
                        kind,
                        locale,
                        length,
                        distinct,
                    });
                    masks.push(TextMask::Pseudonym {
                        kind: Some(kind),
                        locale,
                        length,
                        distinct,
                    });
                }
            }
        }
    }
    masks
}

fn limit(mask: &TextMask) -> Option<usize> {
    match mask {
        TextMask::Hash { length } | TextMask::Random { length } => Some(*length),
        TextMask::Pseudonym { length, .. }
        | TextMask::Fake { length, .. }
        | TextMask::Email { length, .. } => *length,
        TextMask::Partial { .. } => None,
    }
}

#[test]
fn nothing_reveals_its_value_and_all_fit() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([1; 32]);
    for mask in masks() {
        for value in values() {
            let masked = mask.apply(&value, &keys, &mut chance);
            assert!(!reveals(&masked, &value), "{mask:?} {value:?} {masked:?}");
            assert_ne!(masked, value);
            if let Some(limit) = limit(&mask) {
                assert!(masked.chars().count() <= limit, "{mask:?} {masked:?}");
            }
        }
    }
}

#[test]
fn every_two_letters_and_digits_change() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([2; 32]);
    let short: Vec<String> = BASE36
        .iter()
        .map(|byte| char::from(*byte).to_string())
        .collect();
    for mask in masks() {
        for value in &short {
            assert_ne!(&mask.apply(value, &keys, &mut chance), value);
        }
    }
}

#[test]
fn names_never_stay() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([3; 32]);
    for kind in [Kind::FirstName, Kind::Name, Kind::City, Kind::Country] {
        let mask = TextMask::Fake {
            kind,
            locale: Locale::Ja,
            length: None,
            distinct: false,
        };
        for word in Locale::Ja
            .words()
            .first_names
            .iter()
            .chain(Locale::Ja.words().countries)
        {
            assert!(!reveals(&mask.apply(word, &keys, &mut chance), word));
        }
    }
}

#[test]
fn pseudonyms_stay_the_same() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([4; 32]);
    for mask in masks().into_iter().filter(TextMask::is_pseudonym) {
        for value in values() {
            let once = mask.apply(&value, &keys, &mut chance);
            assert_eq!(once, mask.apply(&value, &keys, &mut chance));
        }
        let other = Keys::derive(b"other");
        let differs = |value: &String| {
            mask.apply(value, &keys, &mut chance) != mask.apply(value, &other, &mut chance)
        };
        assert!(values().iter().any(differs), "{mask:?}");
    }
}

#[test]
fn pseudonyms_of_a_secret_are_always_these() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([5; 32]);
    let made = Kind::ALL.map(|kind| {
        let mask = TextMask::Pseudonym {
            kind: Some(kind),
            locale: Locale::En,
            length: None,
            distinct: false,
        };
        mask.apply("Ada Lovelace", &keys, &mut chance)
    });
    assert_eq!(made, EXPECTED);
}

const EXPECTED: [&str; 15] = [
    "Addie Wolf",
    "Reva",
    "Konopelski",
    "devin.pfannerstill98@mail.test",
    "+1 613 555 0174",
    "Hane and Mueller and Sons",
    "178 Sipes Fords",
    "Jacobsfort",
    "42308",
    "Palau",
    "GB48SPHN00734101735124",
    "10.78.12.131",
    "https://example.org/49v1d6",
    "raoul_batz71",
    "Et voluptatibus in cum eveniet veritatis nesciunt laudantium adipisci.",
];

#[test]
fn distinct_pseudonyms_are() {
    let keys = Keys::derive(b"secret");
    let mut chance = Chance::seeded([6; 32]);
    let mut are_distinct = |mask: &TextMask, count| {
        let made: HashSet<String> = (0..count)
            .map(|n| mask.apply(&format!("person {n}"), &keys, &mut chance))
            .collect();
        assert_eq!(made.len(), count, "{mask:?}");
    };
    let is_tight = |mask: &TextMask| mask.is_distinct() && limit(mask).is_some();
    for mask in masks().iter().filter(|mask| is_tight(mask)) {
        are_distinct(mask, 1000);
    }
    let many = TextMask::Pseudonym {
        kind: Some(Kind::Email),
        locale: Locale::En,
        length: Some(19),
        distinct: true,
    };
    are_distinct(&many, 100_000);
}

#[test]
fn they_travel_as_json() {
    let email = TextMask::Email {
        domain: "example.invalid".to_owned(),
        length: Some(40),
    };
    let partial = TextMask::Partial {
        keep_first: 1,
        keep_last: 0,
        mask: '•',
    };
    for mask in masks().into_iter().chain([email, partial]) {
        let json = serde_json::to_string(&mask).unwrap();
        assert_eq!(serde_json::from_str::<TextMask>(&json).unwrap(), mask);
        let value = serde_json::to_value(&mask).unwrap();
        assert_eq!(serde_json::from_value::<TextMask>(value).unwrap(), mask);
    }
    let short: TextMask = serde_json::from_str(r#"{"fake": {"kind": "city"}}"#).unwrap();
    assert_eq!(short.needs(), 2);
    assert!(serde_json::from_str::<TextMask>(r#"{"fake": {"kind": "city", "x": 1}}"#).is_err());
}
