//! Numbers change places, as a key decides: each number below a size becomes another one below it.

use super::digits::{BASE36, BASE36_MOST, push_base};
use super::fit::LONGEST;
use siphasher::sip::SipHasher24;

/// Even; 10 are what NIST SP 800-38G asks of a Feistel network.
const ROUNDS: u64 = 10;
const LARGEST: u64 = 1 << 63;

/// A Feistel network over pairs of numbers, one below `a`, one below `b` (Black and Rogaway 2002).
struct Network {
    hasher: SipHasher24,
    a: u64,
    b: u64,
    size: u64,
}

impl Network {
    /// `a * b` is at least `size`, by less than `a`.
    fn new(key: &[u8; 32], size: u64) -> Self {
        let size = size.clamp(1, LARGEST);
        let root = size.isqrt();
        let a = if root * root == size { root } else { root + 1 };
        Self {
            hasher: SipHasher24::new_with_key(&half(key, 0)),
            a,
            b: size.div_ceil(a),
            size,
        }
    }

    /// A number below `modulus`, by the high half of a product: a division would cost more than the hash.
    fn round(&self, round: u64, part: u64, modulus: u64) -> u64 {
        let mut message = [0; 16];
        message[..8].copy_from_slice(&part.to_le_bytes());
        message[8..].copy_from_slice(&(self.size.rotate_left(8) ^ round).to_le_bytes());
        let product = u128::from(self.hasher.hash(&message)) * u128::from(modulus);
        (product >> 64) as u64
    }

    fn modulus(&self, round: u64) -> u64 {
        if round.is_multiple_of(2) {
            self.a
        } else {
            self.b
        }
    }

    fn forth(&self, n: u64) -> u64 {
        let (mut left, mut right) = (n % self.a, n / self.a);
        for round in 0..ROUNDS {
            let modulus = self.modulus(round);
            let sum = left + self.round(round, right, modulus);
            let rest = if sum < modulus { sum } else { sum - modulus };
            (left, right) = (right, rest);
        }
        right * self.a + left
    }

    fn back(&self, n: u64) -> u64 {
        let (mut left, mut right) = (n % self.a, n / self.a);
        for round in (0..ROUNDS).rev() {
            let modulus = self.modulus(round);
            let shift = self.round(round, left, modulus);
            let rest = if right < shift {
                right + modulus - shift
            } else {
                right - shift
            };
            (left, right) = (rest, left);
        }
        right * self.a + left
    }

    /// Goes on until it is back below the size: `n` lies on a cycle, so it comes back.
    fn walk(&self, n: u64, step: impl Fn(u64) -> u64) -> u64 {
        let mut n = step(n % self.size);
        while n >= self.size {
            n = step(n);
        }
        n
    }
}

/// The number that takes the place of `n`; of 0..size, with a size up to 2^63.
pub fn permute(key: &[u8; 32], n: u64, size: u64) -> u64 {
    let network = Network::new(key, size);
    network.walk(n, |n| network.forth(n))
}

/// A permutation that leaves no number where it was, if there are two or more: the neighbour in
/// another order.
pub fn derange(key: &[u8; 32], n: u64, size: u64) -> u64 {
    let network = Network::new(key, size);
    let size = network.size;
    if size == 1 {
        return 0;
    }
    let distance =
        1 + SipHasher24::new_with_key(&half(key, 16)).hash(&size.to_le_bytes()) % (size - 1);
    let place = network.walk(n, |n| network.forth(n));
    network.walk((place + distance) % size, |n| network.back(n))
}

/// The `n`-th of all texts of `length` characters of [a-z0-9], in an order that the key decides.
/// Begins again after all of them, and after 36^12 of the longer ones.
pub fn distinct_text(key: &[u8; 32], n: u64, length: usize) -> String {
    let length = length.min(LONGEST);
    let mut text = String::with_capacity(length);
    let place = n % distinct_texts(length);
    if length > BASE36_MOST {
        let hasher = SipHasher24::new_with_key(&half(key, 16));
        for block in 0..(length - BASE36_MOST).div_ceil(BASE36_MOST) as u64 {
            let rest = length - BASE36_MOST - text.len();
            let mut message = [0; 16];
            message[..8].copy_from_slice(&place.to_le_bytes());
            message[8..].copy_from_slice(&block.to_le_bytes());
            push_base(
                &mut text,
                hasher.hash(&message),
                BASE36,
                rest.min(BASE36_MOST),
            );
        }
    }
    let number = permute(key, place, distinct_texts(length));
    push_base(&mut text, number, BASE36, length.min(BASE36_MOST));
    text
}

/// How many texts of a length `distinct_text` gives.
pub fn distinct_texts(length: usize) -> u64 {
    36_u64.pow(length.min(BASE36_MOST) as u32)
}

fn half(key: &[u8; 32], start: usize) -> [u8; 16] {
    std::array::from_fn(|n| key[start + n])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    const KEY: [u8; 32] = *b"0123456789abcdefghijklmnopqrstuv";

    fn all(size: u64, f: impl Fn(u64) -> u64) -> Vec<u64> {
        let mut seen = vec![false; size as usize];
        let numbers: Vec<u64> = (0..size).map(f).collect();
        for n in &numbers {
            assert!(
                !std::mem::replace(&mut seen[*n as usize], true),
                "{n} of {size}"
            );
        }
        numbers
    }

    #[test]
    fn every_number_is_there_once() {
        for size in (1..300).chain([1000, 4096, 32_768, 99_999, 1_679_616]) {
            all(size, |n| permute(&KEY, n, size));
        }
    }

    #[test]
    fn nothing_stays_where_it_was() {
        for size in (2..300).chain([1000, 32_768, 65_537]) {
            let numbers = all(size, |n| derange(&KEY, n, size));
            assert!((0..).zip(&numbers).all(|(n, place)| n != *place));
        }
        assert_eq!(derange(&KEY, 0, 1), 0);
    }

    #[test]
    fn large_sizes() {
        for size in [1 << 31, 1 << 62, LARGEST - 1, LARGEST] {
            let network = Network::new(&KEY, size);
            let places: HashSet<u64> = (0..10_000)
                .chain(size - 10_000..size)
                .map(|n| {
                    let place = permute(&KEY, n, size);
                    assert!(place < size);
                    assert_eq!(network.walk(place, |n| network.back(n)), n);
                    assert_ne!(derange(&KEY, n, size), n);
                    place
                })
                .collect();
            assert_eq!(places.len(), 20_000);
        }
    }

    #[test]
    fn any_input() {
        assert_eq!(permute(&KEY, 5, 0), 0);
        assert_eq!(permute(&KEY, u64::MAX, 1), 0);
        assert!(permute(&KEY, u64::MAX, u64::MAX) < LARGEST);
        assert!(derange(&KEY, u64::MAX, u64::MAX) < LARGEST);
    }

    #[test]
    fn the_order_is_the_keys() {
        let order = |key| all(1000, |n| permute(key, n, 1000));
        assert_ne!(order(&KEY), order(&[0; 32]));
        assert_eq!(
            [0, 1, 2].map(|n| permute(&KEY, n, 1 << 31)),
            [1_831_388_859, 351_697_465, 1_586_288_678]
        );
        assert_eq!(
            [0, 1, 2].map(|n| derange(&KEY, n, 1 << 31)),
            [261_028_147, 68_644_471, 587_729_945]
        );
    }

    #[test]
    fn it_is_spread() {
        let size = 1 << 40;
        let low = (0..10_000)
            .filter(|n| permute(&KEY, *n, size) < size / 2)
            .count();
        assert!((4800..5200).contains(&low), "{low}");
    }

    #[test]
    fn all_texts_of_four() {
        let texts: HashSet<String> = (0..1_679_616).map(|n| distinct_text(&KEY, n, 4)).collect();
        assert_eq!(texts.len(), 1_679_616);
        assert!(texts.iter().all(|text| text.len() == 4));
        assert_eq!(distinct_text(&KEY, 1_679_616, 4), distinct_text(&KEY, 0, 4));
    }

    #[test]
    fn texts_of_any_length() {
        for length in (0..40).chain([1000]) {
            let count = distinct_texts(length).min(5000);
            let texts: HashSet<String> =
                (0..count).map(|n| distinct_text(&KEY, n, length)).collect();
            assert_eq!(texts.len() as u64, count);
            assert!(texts.iter().all(|text| text.len() == length));
        }
        assert_eq!(distinct_text(&KEY, 0, 20), "pt9abddde25uxsat9ixf");
    }
}
