//! What happens to a text.

use super::chance::Chance;
use super::digits::{BASE36, BASE36_MOST};
use super::fit::LONGEST;
use super::hash::{TOKEN_LEAST, hex, token};
use super::keys::Keys;
use super::kind::Kind;
use super::leak::first_safe;
use super::locale::Locale;
use super::partial::partial;
use super::{email, fake};
use serde::{Deserialize, Serialize};

/// Hexadecimal digits that tell 10 million hashes apart: 60 bits.
const DISTINCT_HEX: usize = 15;

/// A mask for texts. Lengths are in characters; no length is no limit.
// Tagged from outside, {"hash": {"length": 64}}: numbers within an enum that is tagged from inside cannot be read from
// text once serde_json keeps them exactly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum TextMask {
    /// Covers what is not at the ends.
    Partial {
        #[serde(default)]
        keep_first: usize,
        #[serde(default)]
        keep_last: usize,
        mask: char,
    },
    /// Hexadecimal digits of the HMAC.
    Hash { length: usize },
    /// Equal values become equal: a made-up value, or without a kind a token.
    Pseudonym {
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        locale: Locale,
        #[serde(default)]
        length: Option<usize>,
        #[serde(default)]
        distinct: bool,
    },
    /// A made-up value.
    Fake {
        kind: Kind,
        #[serde(default)]
        locale: Locale,
        #[serde(default)]
        length: Option<usize>,
        #[serde(default)]
        distinct: bool,
    },
    /// An address that is nobody's, and never two the same.
    Email {
        domain: String,
        #[serde(default)]
        length: Option<usize>,
    },
    /// Lower-case letters and digits.
    Random { length: usize },
}

impl TextMask {
    /// Masks what stands there now. The outcome never contains it, whatever the case, if it has three characters
    /// or more, and is another text if it has fewer. Two exceptions: what the rule itself writes (the domain of
    /// an e-mail), and a value that is covered already, under `Partial`.
    pub fn apply(&self, value: &str, keys: &Keys, chance: &mut Chance) -> String {
        match self {
            Self::Partial {
                keep_first,
                keep_last,
                mask,
            } => partial(value, *keep_first, *keep_last, *mask),
            Self::Hash { length } => hex(value, *length, keys),
            Self::Pseudonym {
                kind: None, length, ..
            } => token(value, *length, keys),
            Self::Pseudonym {
                kind: Some(kind),
                locale,
                length,
                distinct,
            } => {
                let seed = keys.pseudonym_seed(*kind, *locale, value.as_bytes());
                made_up(
                    value,
                    *kind,
                    *locale,
                    *length,
                    *distinct,
                    &mut Chance::seeded(seed),
                )
            }
            Self::Fake {
                kind,
                locale,
                length,
                distinct,
            } => made_up(value, *kind, *locale, *length, *distinct, chance),
            Self::Email { domain, length } => {
                let mut make = || email::email(domain, *length, chance);
                first_safe(value, &mut make).unwrap_or_else(make)
            }
            Self::Random { length } => {
                let mut make = || random(*length, chance);
                first_safe(value, &mut make).unwrap_or_else(make)
            }
        }
    }

    /// The shortest column, in characters, that it can work in. 0: it never lengthens a value.
    pub fn needs(&self) -> usize {
        match self {
            Self::Partial { .. } => 0,
            Self::Hash { length } | Self::Random { length } => (*length).max(1),
            Self::Pseudonym { kind: None, .. } => TOKEN_LEAST,
            Self::Pseudonym {
                kind: Some(kind),
                locale,
                distinct,
                ..
            }
            | Self::Fake {
                kind,
                locale,
                distinct,
                ..
            } => fake::needs(*kind, *locale, *distinct),
            Self::Email { domain, .. } => email::needs(domain),
        }
    }

    /// Whether equal values become equal: pseudonymised, not anonymised.
    pub fn is_pseudonym(&self) -> bool {
        matches!(self, Self::Hash { .. } | Self::Pseudonym { .. })
    }

    /// Whether it may stand in a unique column: of 10 million values, practically no two become the same.
    pub fn is_distinct(&self) -> bool {
        match self {
            Self::Partial { .. } => false,
            Self::Hash { length } => *length >= DISTINCT_HEX,
            Self::Random { length } => *length >= BASE36_MOST,
            Self::Pseudonym { kind: None, .. } | Self::Email { .. } => true,
            Self::Pseudonym { distinct, .. } | Self::Fake { distinct, .. } => *distinct,
        }
    }
}

fn made_up(
    value: &str,
    kind: Kind,
    locale: Locale,
    length: Option<usize>,
    distinct: bool,
    chance: &mut Chance,
) -> String {
    let length = length.map(|length| length.max(1));
    // Of a value like "https://", every made-up address contains it.
    first_safe(value, || fake::fake(kind, locale, length, distinct, chance))
        .or_else(|| first_safe(value, || fake::meaningless(length, chance)))
        .unwrap_or_default()
}

fn random(length: usize, chance: &mut Chance) -> String {
    let length = length.clamp(1, LONGEST);
    let mut text = String::with_capacity(length);
    chance.push(&mut text, BASE36, length);
    text
}

#[cfg(test)]
mod tests;
