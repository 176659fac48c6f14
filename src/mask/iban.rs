//! Made-up bank accounts, with the check digits that a real one would have.

use super::chance::Chance;
use super::digits::{DECIMAL, LETTERS};
use super::locale::Locale;

/// The ISO code of the country whose accounts are made, of those that have IBANs.
fn country(locale: Locale, distinct: bool) -> &'static str {
    match locale {
        // 18 digits, 60 bits, in the shortest IBAN that has as many.
        _ if distinct => "DE",
        Locale::En | Locale::Cy => "GB",
        Locale::Fr => "FR",
        Locale::It => "IT",
        Locale::Nl => "NL",
        Locale::Pt => "PT",
        Locale::PtBr => "BR",
        Locale::Tr => "TR",
        Locale::Ar => "SA",
        Locale::De | Locale::Fa | Locale::Ja | Locale::Zh | Locale::ZhTw => "DE",
    }
}

pub fn iban(locale: Locale, distinct: bool, chance: &mut Chance) -> String {
    let country = country(locale, distinct);
    let account = account(country, chance);
    let check = 98 - remainder(account.chars().chain(country.chars()).chain("00".chars()));
    format!("{country}{check:02}{account}")
}

pub fn needs(locale: Locale, distinct: bool) -> usize {
    match country(locale, distinct) {
        "GB" | "DE" => 22,
        "NL" => 18,
        "SA" => 24,
        "PT" => 25,
        "TR" => 26,
        "FR" | "IT" => 27,
        _ => 29,
    }
}

/// The number within the country (BBAN).
fn account(country: &str, chance: &mut Chance) -> String {
    let digits = |count, chance: &mut Chance| {
        let mut text = String::with_capacity(count);
        chance.push(&mut text, DECIMAL, count);
        text
    };
    match country {
        // No sort code begins with 00.
        "GB" => format!("{}00{}", bank(chance), digits(12, chance)),
        "NL" => format!("{}{}", bank(chance), digits(10, chance)),
        "FR" => with_french_key(digits(21, chance)),
        "IT" => with_italian_letter(digits(22, chance)),
        "PT" => with_portuguese_key(digits(19, chance)),
        "BR" => format!("{}C1", digits(23, chance)),
        "TR" => format!("{}0{}", digits(5, chance), digits(16, chance)),
        "SA" => digits(20, chance),
        _ => digits(18, chance),
    }
}

/// Four letters for a bank.
fn bank(chance: &mut Chance) -> String {
    let mut text = String::with_capacity(4);
    chance.push(&mut text, LETTERS, 4);
    text.make_ascii_uppercase();
    text
}

/// Bank 5, branch 5, account 11 digits, and two so that all of them are divisible by 97.
fn with_french_key(digits: String) -> String {
    let key = 97 - remainder(digits.chars().chain("00".chars()));
    format!("{digits}{key:02}")
}

/// Bank 4, branch 4, account 11 digits, and two so that the remainder by 97 is 1.
fn with_portuguese_key(digits: String) -> String {
    let key = 98 - remainder(digits.chars().chain("00".chars()));
    format!("{digits}{key:02}")
}

/// The letter that the digits add up to: those at odd places count by a table.
fn with_italian_letter(digits: String) -> String {
    const ODD: [u32; 10] = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21];
    let values = digits.bytes().map(|byte| u32::from(byte - b'0'));
    let sum: u32 = values
        .enumerate()
        .map(|(n, digit)| {
            if n % 2 == 0 {
                ODD[digit as usize]
            } else {
                digit
            }
        })
        .sum();
    let letter = char::from(b'A' + (sum % 26) as u8);
    format!("{letter}{digits}")
}

/// Modulo 97, letters counting as 10 to 35: ISO 7064.
fn remainder(text: impl Iterator<Item = char>) -> u32 {
    text.filter_map(|c| c.to_digit(36)).fold(0, |rest, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn is_valid(iban: &str) -> bool {
        remainder(iban[4..].chars().chain(iban[..4].chars())) == 1
    }

    #[test]
    fn known_ones() {
        for iban in [
            "GB82WEST12345698765432",
            "DE89370400440532013000",
            "FR1420041010050500013M02606",
            "IT60X0542811101000000123456",
            "NL91ABNA0417164300",
        ] {
            assert!(is_valid(iban), "{iban}");
        }
        assert!(!is_valid("DE88370400440532013000"));
        assert_eq!(
            with_italian_letter("0542811101000000123456".into())[..1],
            *"X"
        );
        assert_eq!(
            with_portuguese_key("0002012312345678901".into())[19..],
            *"54"
        );
        assert_eq!(with_french_key("300060000112345678901".into())[21..], *"89");
    }

    #[test]
    fn all_are_valid_and_as_long_as_the_countrys() {
        let mut chance = Chance::seeded([1; 32]);
        for locale in Locale::ALL {
            for distinct in [false, true] {
                for _ in 0..1000 {
                    let iban = iban(locale, distinct, &mut chance);
                    assert!(is_valid(&iban), "{iban}");
                    assert_eq!(iban.len(), needs(locale, distinct), "{iban}");
                }
            }
        }
    }

    #[test]
    fn distinct_ones_are() {
        let mut chance = Chance::seeded([2; 32]);
        let all: HashSet<String> = (0..100_000)
            .map(|_| iban(Locale::Nl, true, &mut chance))
            .collect();
        assert_eq!(all.len(), 100_000);
    }
}
