//! Keys, derived from the secret: one for each use, so that none tells about another.

use super::kind::Kind;
use super::locale::Locale;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;
use std::fmt;

/// The SHA-256 state after the key, cloned for each value.
type Keyed = Hmac<Sha256>;

#[derive(Clone)]
pub struct Keys {
    hash: Keyed,
    pseudonym: Keyed,
    log: Keyed,
    order: Keyed,
    row: SipHasher24,
    mark: SipHasher24,
    permutation: [u8; 32],
}

impl Keys {
    pub fn derive(secret: &[u8]) -> Self {
        let secret = keyed(secret);
        let key = |label: &str| digest(&secret, [label.as_bytes()]);
        Self {
            hash: keyed(&key("gdpr_ext hash")),
            pseudonym: keyed(&key("gdpr_ext pseudonym")),
            log: keyed(&key("gdpr_ext log")),
            order: keyed(&key("gdpr_ext order")),
            row: SipHasher24::new_with_key(&half(&key("gdpr_ext row"))),
            mark: SipHasher24::new_with_key(&half(&key("gdpr_ext mark"))),
            permutation: key("gdpr_ext permutation"),
        }
    }

    /// What a value hashes to.
    pub fn hash(&self, value: &[u8]) -> [u8; 32] {
        digest(&self.hash, [value])
    }

    /// What the pseudonym of a value is drawn from.
    pub fn pseudonym_seed(&self, kind: Kind, locale: Locale, value: &[u8]) -> [u8; 32] {
        let (kind, locale) = (kind.name().as_bytes(), locale.code().as_bytes());
        digest(&self.pseudonym, [kind, &[0], locale, &[0], value])
    }

    /// Stands in the log for the key of a row.
    pub fn log_key(&self, relation: &str, image: &[u8]) -> [u8; 16] {
        // The length first: no name can run into an image.
        let length = (relation.len() as u64).to_le_bytes();
        half(&digest(&self.log, [&length, relation.as_bytes(), image]))
    }

    /// Finds a row again by its key, where 64 bits will do.
    pub fn row_key(&self, image: &[u8]) -> u64 {
        self.row.hash(image)
    }

    /// Recognises a value. Never 0, which stands for NULL.
    pub fn mark(&self, image: &[u8]) -> u32 {
        (self.mark.hash(image) % u64::from(u32::MAX)) as u32 + 1
    }

    /// The key by which numbers change places.
    pub fn permutation(&self) -> &[u8; 32] {
        &self.permutation
    }

    /// A key for the order of distinct values, one for each label.
    pub fn order(&self, label: &str) -> [u8; 32] {
        digest(&self.order, [label.as_bytes()])
    }
}

/// Shows nothing.
impl fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Keys")
    }
}

/// HMAC takes keys of any length; `Hmac::new` takes one block.
fn keyed(key: &[u8]) -> Keyed {
    Keyed::new_from_slice(key).unwrap_or_else(|_| Keyed::new(&Default::default()))
}

fn digest<const N: usize>(keyed: &Keyed, parts: [&[u8]; N]) -> [u8; 32] {
    let mut mac = keyed.clone();
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn half(digest: &[u8; 32]) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn a_secret_always_gives_the_same() {
        let keys = Keys::derive(b"secret");
        assert_eq!(keys.hash(b"ada@example.org")[..4], [26, 72, 68, 188]);
        assert_eq!(keys.row_key(b"42"), 2_845_119_604_232_521_204);
        assert_eq!(keys.mark(b"42"), 3_981_252_750);
        assert_eq!(
            keys.log_key("public.customer", b"42")[..4],
            [217, 197, 125, 212]
        );
        let seed = keys.pseudonym_seed(Kind::Name, Locale::En, b"Ada");
        assert_eq!(seed[..4], [146, 27, 174, 101]);
    }

    #[test]
    fn hmac_is_the_standard_one() {
        // RFC 4231, test case 2.
        let mac = digest(&keyed(b"Jefe"), [b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(mac[28..], [0x64, 0xec, 0x38, 0x43]);
    }

    #[test]
    fn every_use_has_its_own_key() {
        let keys = Keys::derive(b"");
        let long = Keys::derive(&[0; 1000]);
        let value = b"value";
        let all = [&keys, &long].map(|keys| {
            [
                half(&keys.hash(value)),
                half(&keys.pseudonym_seed(Kind::Name, Locale::En, value)),
                half(&keys.pseudonym_seed(Kind::Name, Locale::De, value)),
                half(&keys.pseudonym_seed(Kind::City, Locale::En, value)),
                keys.log_key("", value),
                keys.log_key("v", b"alue"),
                half(&keys.order("value")),
                half(keys.permutation()),
            ]
        });
        let distinct: HashSet<_> = all.iter().flatten().collect();
        assert_eq!(distinct.len(), 16);
        assert_ne!(keys.row_key(value), long.row_key(value));
        assert_ne!(keys.row_key(value) as u32, keys.mark(value));
    }

    #[test]
    fn marks_are_spread_and_never_zero() {
        let keys = Keys::derive(b"secret");
        let marks: HashSet<u32> = (0..100_000_u32)
            .map(|n| keys.mark(&n.to_le_bytes()))
            .collect();
        assert!(marks.len() > 99_990);
        assert!(!marks.contains(&0));
        assert_ne!(keys.mark(b""), 0);
    }

    #[test]
    fn it_shows_nothing() {
        assert_eq!(format!("{:?}", Keys::derive(b"secret")), "Keys");
    }
}
