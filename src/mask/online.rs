//! Made-up addresses on the net: mail, users, web, machines. None of them can be anybody's.

use super::chance::Chance;
use super::digits::{BASE36, BASE36_MOST, DECIMAL, push_base};
use super::fit::cut;
use super::words::Words;
use deunicode::deunicode_with_tofu;
use std::net::{Ipv4Addr, Ipv6Addr};

/// RFC 2606. Not all `example`: a value may be that word.
const DOMAINS: [&str; 6] = [
    "example.com",
    "example.com",
    "example.org",
    "example.org",
    "example.net",
    "mail.test",
];
const SHORT_DOMAIN: &str = "a.test";
const SCHEME: &str = "https://";
/// The fewest characters of a local part or path that need not be distinct.
const SHORT: usize = 6;

pub fn email(words: &Words, length: Option<usize>, distinct: bool, chance: &mut Chance) -> String {
    let domain = chance.word(&DOMAINS);
    let least = if distinct { BASE36_MOST } else { SHORT };
    let room_at =
        |domain: &str| length.map_or(usize::MAX, |length| length.saturating_sub(1 + domain.len()));
    let domain = if room_at(domain) < least {
        SHORT_DOMAIN
    } else {
        domain
    };
    let room = room_at(domain).max(least);
    let local = local_part(words, '.', distinct, room, chance);
    format!("{local}@{domain}")
}

pub fn email_needs(distinct: bool) -> usize {
    1 + SHORT_DOMAIN.len() + if distinct { BASE36_MOST } else { SHORT }
}

pub fn user_name(
    words: &Words,
    length: Option<usize>,
    distinct: bool,
    chance: &mut Chance,
) -> String {
    let room = length.unwrap_or(usize::MAX);
    local_part(words, '_', distinct, room, chance)
}

pub fn user_name_needs(distinct: bool) -> usize {
    if distinct { BASE36_MOST } else { 2 }
}

/// A name in ASCII with a few digits, or with as many characters as distinctness needs.
fn local_part(
    words: &Words,
    joint: char,
    distinct: bool,
    room: usize,
    chance: &mut Chance,
) -> String {
    // RFC 5321 allows 64 characters.
    let room = room.min(64);
    let tail = if distinct { BASE36_MOST } else { 2 };
    let mut text = ascii(chance.word(words.first_names));
    if !text.is_empty() {
        text.push(joint);
    }
    text.push_str(&ascii(chance.word(words.last_names)));
    text.truncate(room.saturating_sub(tail + 1));
    if text.ends_with(joint) {
        text.pop();
    }
    if distinct {
        if !text.is_empty() {
            text.push(joint);
        }
        push_base(
            &mut text,
            chance.below(36_u64.pow(BASE36_MOST as u32)),
            BASE36,
            BASE36_MOST,
        );
    } else {
        chance.push(&mut text, DECIMAL, 2);
    }
    cut(text, Some(room))
}

/// A word in [a-z0-9].
fn ascii(word: &str) -> String {
    let mut text = match word.is_ascii() {
        true => word.to_owned(),
        false => deunicode_with_tofu(word, ""),
    };
    text.retain(|c| c.is_ascii_alphanumeric());
    text.make_ascii_lowercase();
    text
}

pub fn url(length: Option<usize>, distinct: bool, chance: &mut Chance) -> String {
    let least = if distinct { BASE36_MOST } else { SHORT };
    let domain = chance.word(&DOMAINS);
    let room = length.unwrap_or(usize::MAX);
    let fits = SCHEME.len() + domain.len() + 1 + least <= room;
    let mut text = format!("{SCHEME}{}/", if fits { domain } else { SHORT_DOMAIN });
    chance.push(&mut text, BASE36, least);
    text
}

pub fn url_needs(distinct: bool) -> usize {
    SCHEME.len() + SHORT_DOMAIN.len() + 1 + if distinct { BASE36_MOST } else { SHORT }
}

/// A private address, or one of 2^64 of the network for documentation (RFC 3849).
pub fn ip(distinct: bool, chance: &mut Chance) -> String {
    if distinct {
        let host = u128::from(u64::from_le_bytes(chance.bytes()));
        return Ipv6Addr::from_bits(0x2001_0db8 << 96 | host).to_string();
    }
    let [b, c] = chance.bytes();
    Ipv4Addr::new(10, b, c, 1 + chance.below(254) as u8).to_string()
}

pub fn ip_needs(distinct: bool) -> usize {
    if distinct {
        "2001:db8::ffff:ffff:ffff:ffff".len()
    } else {
        "10.255.255.254".len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::email::is_reserved;
    use crate::mask::locale::Locale;
    use std::net::IpAddr;

    #[test]
    fn mail_is_nobodys() {
        let mut chance = Chance::seeded([1; 32]);
        for locale in Locale::ALL {
            for distinct in [false, true] {
                for length in email_needs(distinct)..100 {
                    let text = email(locale.words(), Some(length), distinct, &mut chance);
                    assert!(text.len() <= length, "{text}");
                    let (local, domain) = text.split_once('@').unwrap();
                    assert!(is_reserved(domain), "{text}");
                    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.';
                    assert!(local.bytes().all(is_plain), "{text}");
                    assert!(!local.starts_with('.') && !local.ends_with('.'), "{text}");
                    assert!(!local.contains("..") && local.len() <= 64);
                }
            }
        }
    }

    #[test]
    fn users() {
        let mut chance = Chance::seeded([2; 32]);
        for distinct in [false, true] {
            for length in 2..60 {
                let text = user_name(Locale::De.words(), Some(length), distinct, &mut chance);
                assert!((1..=length).contains(&text.len()), "{text}");
            }
        }
        assert_eq!(ascii("Jürgen-Straße"), "jurgenstrasse");
        assert_eq!(ascii("😀"), "grinning");
        assert_eq!(ascii("\u{10ffff}"), "");
    }

    #[test]
    fn web_addresses_fit() {
        let mut chance = Chance::seeded([3; 32]);
        for distinct in [false, true] {
            for length in url_needs(distinct)..60 {
                let text = url(Some(length), distinct, &mut chance);
                assert!(text.len() <= length, "{text}");
                let host = text.split('/').nth(2).unwrap();
                assert!(is_reserved(host), "{text}");
            }
        }
    }

    #[test]
    fn machines() {
        let mut chance = Chance::seeded([4; 32]);
        for distinct in [false, true] {
            for _ in 0..10_000 {
                let text = ip(distinct, &mut chance);
                assert!(text.len() <= ip_needs(distinct));
                let parsed: IpAddr = text.parse().unwrap();
                assert_eq!(parsed.is_ipv6(), distinct);
                assert!(text.starts_with(if distinct { "2001:db8:" } else { "10." }));
            }
        }
    }
}
