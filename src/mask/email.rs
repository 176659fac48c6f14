//! `email`: an address that is nobody's.

use super::chance::Chance;
use super::digits::{BASE36, BASE36_MOST, push_base};

/// Characters of chance in an address where there is room: 82 bits.
const ROOMY: usize = 16;
const PREFIX: &str = "anon-";

/// `anon-<random>@<domain>`, shorter if it must be.
pub fn email(domain: &str, length: Option<usize>, chance: &mut Chance) -> String {
    let room = length.map_or(usize::MAX, |length| {
        length.saturating_sub(1 + domain.chars().count())
    });
    let mut text = String::with_capacity(PREFIX.len() + ROOMY + 1 + domain.len());
    if room >= PREFIX.len() + BASE36_MOST {
        text.push_str(PREFIX);
    }
    let random = (room - text.len()).clamp(BASE36_MOST, ROOMY);
    let number = chance.below(36_u64.pow(BASE36_MOST as u32));
    push_base(&mut text, number, BASE36, BASE36_MOST);
    chance.push(&mut text, BASE36, random - BASE36_MOST);
    text.push('@');
    text.push_str(domain);
    text
}

/// The shortest column that takes such addresses and never two the same.
pub fn needs(domain: &str) -> usize {
    BASE36_MOST + 1 + domain.chars().count()
}

/// Whether nobody can ever receive mail at this domain: RFC 2606.
pub fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let mut labels = domain.rsplit('.');
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if domain.len() > 253 || !domain.split('.').all(is_label) {
        return false;
    }
    match labels.next() {
        Some("com" | "net" | "org") => labels.next() == Some("example"),
        Some(top) => matches!(top, "test" | "example" | "invalid" | "localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn they_fit() {
        let mut chance = Chance::seeded([1; 32]);
        for length in needs("example.invalid")..60 {
            let text = email("example.invalid", Some(length), &mut chance);
            assert!(text.len() <= length, "{text}");
            assert!(text.ends_with("@example.invalid"));
            assert_eq!(text.starts_with("anon-"), length >= 33);
        }
        assert_eq!(email("example.invalid", None, &mut chance).len(), 37);
        assert_eq!(needs("example.invalid"), 28);
    }

    #[test]
    fn they_are_distinct() {
        let mut chance = Chance::seeded([2; 32]);
        let all: HashSet<String> = (0..100_000)
            .map(|_| email("a.test", Some(19), &mut chance))
            .collect();
        assert_eq!(all.len(), 100_000);
    }

    #[test]
    fn nothing_fits_into_nothing() {
        let mut chance = Chance::seeded([3; 32]);
        assert_eq!(email("", Some(0), &mut chance).len(), 13);
    }

    #[test]
    fn reserved_domains() {
        for domain in [
            "example",
            "example.invalid",
            "EXAMPLE.com",
            "mail.example.org",
            "a.test",
        ] {
            assert!(is_reserved(domain), "{domain}");
        }
        for domain in [
            "",
            "com",
            "gmail.com",
            "example.de",
            "notexample.com",
            "a..test",
            ".test",
            "a b.test",
            "a@b.test",
            "-.test",
            "test.",
            "ä.test",
        ] {
            assert!(!is_reserved(domain), "{domain}");
        }
        assert!(!is_reserved(&format!("{}.test", "a".repeat(64))));
    }
}
