//! `hash` and the tokens of `pseudonym`: HMACs written as text.

use super::digits::{BASE36, BASE36_MOST, HEX, push_base};
use super::keys::Keys;
use super::leak::reveals;

/// Hexadecimal digits of a hash.
pub const HEX_MOST: usize = 64;
/// Characters of a token, and how few still tell 10 million values apart (62 bits).
pub const TOKEN_MOST: usize = 26;
pub const TOKEN_LEAST: usize = 13;

/// The hash of a value, in 1 to 64 lower-case hexadecimal digits.
pub fn hex(value: &str, length: usize, keys: &Keys) -> String {
    let length = length.clamp(1, HEX_MOST);
    safe(value, keys, |digest| {
        let mut text = String::with_capacity(HEX_MOST);
        for byte in digest {
            text.push(char::from(HEX[usize::from(byte >> 4)]));
            text.push(char::from(HEX[usize::from(byte & 15)]));
        }
        text.truncate(length);
        text
    })
}

/// A name for a value that has no other meaning: `p` and 12 to 25 characters of [a-z0-9].
pub fn token(value: &str, length: Option<usize>, keys: &Keys) -> String {
    let length = length.map_or(TOKEN_MOST, |length| length.clamp(TOKEN_LEAST, TOKEN_MOST));
    safe(value, keys, |digest| {
        let mut text = String::with_capacity(TOKEN_MOST);
        text.push('p');
        let numbers = digest.as_chunks().0.iter().copied().map(u64::from_le_bytes);
        numbers
            .take((length - 1).div_ceil(BASE36_MOST))
            .for_each(|number| push_base(&mut text, number, BASE36, BASE36_MOST));
        text.truncate(length);
        text
    })
}

/// Writes the hash of a value; where that happens to contain the value, the hash of the hash.
fn safe(value: &str, keys: &Keys, write: impl Fn(&[u8; 32]) -> String) -> String {
    let mut digest = keys.hash(value.as_bytes());
    let mut text = write(&digest);
    // A hash of one digit is the value itself one time in 16, at each try.
    for _ in 0..100 {
        if !reveals(&text, value) {
            break;
        }
        digest = keys.hash(&digest);
        text = write(&digest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_secret_always_gives_the_same() {
        let keys = Keys::derive(b"secret");
        assert_eq!(hex("ada@example.org", 16, &keys), "1a4844bc20ca1820");
        assert_eq!(
            token("ada@example.org", None, &keys),
            "phkkyhuz0av4qsbnqisl91y8ya"
        );
        assert_eq!(token("", Some(13), &keys), "ps2vcg30cvskt");
    }

    #[test]
    fn shorter_ones_are_beginnings() {
        let keys = Keys::derive(b"secret");
        let (whole, name) = (hex("Ada", 64, &keys), token("Ada", None, &keys));
        for length in 1..80 {
            let part = hex("Ada", length, &keys);
            assert_eq!(part.len(), length.min(64));
            assert!(whole.starts_with(&part));
            let part = token("Ada", Some(length), &keys);
            assert_eq!(part.len(), length.clamp(13, 26));
            assert!(name.starts_with(&part));
        }
        assert_eq!(hex("Ada", 0, &keys).len(), 1);
    }

    #[test]
    fn they_never_contain_the_value() {
        let keys = Keys::derive(b"secret");
        for n in 0..5000 {
            let value = format!("{n:03x}");
            for text in [hex(&value, 64, &keys), token(&value, None, &keys)] {
                assert!(!text.contains(&value), "{value} in {text}");
            }
        }
        for value in ["0", "7", "A", "f"] {
            assert_ne!(hex(value, 1, &keys), value.to_lowercase());
        }
    }

    #[test]
    fn they_are_distinct() {
        let keys = Keys::derive(b"secret");
        let all: HashSet<String> = (0..100_000)
            .map(|n| token(&n.to_string(), Some(13), &keys))
            .collect();
        assert_eq!(all.len(), 100_000);
        assert!(all.iter().all(|text| text.starts_with('p')));
        assert_ne!(token("a", None, &keys), token("A", None, &keys));
        assert_ne!(
            token("a", None, &keys),
            token("a", None, &Keys::derive(b"other"))
        );
    }
}
