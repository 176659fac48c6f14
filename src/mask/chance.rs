//! Chance: cryptographically strong, from the operating system or from a seed.

use rand::rngs::{ChaCha12Rng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use std::convert::Infallible;
use std::io;

/// A stream of random numbers. What it gives for a seed never changes: pseudonyms hang on it.
pub struct Chance(ChaCha12Rng);

impl Chance {
    /// Seeded by the operating system. Fails if that has no randomness to give.
    pub fn of_system() -> io::Result<Self> {
        let mut seed = [0; 32];
        SysRng.try_fill_bytes(&mut seed).map_err(io::Error::other)?;
        Ok(Self::seeded(seed))
    }

    pub fn seeded(seed: [u8; 32]) -> Self {
        Self(ChaCha12Rng::from_seed(seed))
    }

    /// A number of `0..n`, all equally likely; 0 for `n == 0`.
    pub fn below(&mut self, n: u64) -> u64 {
        // Lemire: the high half of a product is uniform but for `2^64 mod n` values of its low half.
        let mut product = u128::from(self.0.next_u64()) * u128::from(n);
        if (product as u64) < n {
            let surplus = n.wrapping_neg().checked_rem(n).unwrap_or(0);
            while (product as u64) < surplus {
                product = u128::from(self.0.next_u64()) * u128::from(n);
            }
        }
        (product >> 64) as u64
    }

    /// A number from `min` to `max`, both included, in whichever order they come.
    pub fn between(&mut self, min: i64, max: i64) -> i64 {
        let (min, max) = (min.min(max), min.max(max));
        let offset = match max.abs_diff(min).checked_add(1) {
            Some(count) => self.below(count),
            None => self.0.next_u64(),
        };
        min.wrapping_add_unsigned(offset)
    }

    /// A number of `0.0 <= x < 1.0`, out of 2^53.
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn flip(&mut self) -> bool {
        self.0.next_u32() & 1 == 1
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }

    pub fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// One of them, or none of nothing.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len() as u64) as usize)
    }

    /// One of the words, or an empty one of none.
    pub fn word(&mut self, words: &[&'static str]) -> &'static str {
        self.pick(words).copied().unwrap_or_default()
    }

    /// Appends `count` characters of an ASCII alphabet.
    pub fn push(&mut self, text: &mut String, alphabet: &[u8], count: usize) {
        for _ in 0..count {
            text.extend(self.pick(alphabet).map(|byte| char::from(*byte)));
        }
    }
}

/// So that the `fake` crate can draw from it.
impl TryRng for Chance {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same() {
        let mut chance = Chance::seeded([7; 32]);
        let drawn = [chance.below(1000), chance.below(u64::MAX), chance.below(2)];
        assert_eq!(drawn, EXPECTED);
    }

    const EXPECTED: [u64; 3] = [128, 13_552_751_203_817_743_522, 1];

    #[test]
    fn two_of_the_system_differ() {
        let draw = || Chance::of_system().unwrap().bytes::<16>();
        assert_ne!(draw(), draw());
    }

    #[test]
    fn below_is_even() {
        let mut chance = Chance::seeded([1; 32]);
        for n in [1, 2, 3, 7, 10] {
            let mut counts = vec![0; n];
            (0..100_000).for_each(|_| counts[chance.below(n as u64) as usize] += 1);
            let expected = 100_000 / n as i32;
            assert!(
                counts
                    .iter()
                    .all(|count: &i32| (count - expected).abs() < 1200)
            );
        }
        assert_eq!(chance.below(0), 0);
        assert!((0..1000).all(|_| chance.below((1 << 63) + 1) <= 1 << 63));
    }

    #[test]
    fn between_covers_both_ends() {
        let mut chance = Chance::seeded([2; 32]);
        let drawn: Vec<i64> = (0..1000).map(|_| chance.between(2, -1)).collect();
        assert!([-1, 0, 1, 2].iter().all(|n| drawn.contains(n)));
        assert!(drawn.iter().all(|n| (-1..=2).contains(n)));
        assert_eq!(chance.between(5, 5), 5);
        let wide: Vec<i64> = (0..100)
            .map(|_| chance.between(i64::MIN, i64::MAX))
            .collect();
        assert!(wide.iter().any(|n| *n < 0) && wide.iter().any(|n| *n > 0));
    }

    #[test]
    fn uniform_is_even() {
        let mut chance = Chance::seeded([3; 32]);
        let drawn: Vec<f64> = (0..100_000).map(|_| chance.uniform()).collect();
        assert!(drawn.iter().all(|x| (0.0..1.0).contains(x)));
        assert!((drawn.iter().sum::<f64>() / 100_000.0 - 0.5).abs() < 0.01);
    }

    #[test]
    fn nothing_to_pick_from() {
        let mut chance = Chance::seeded([4; 32]);
        assert_eq!(chance.pick::<u8>(&[]), None);
        assert_eq!(chance.word(&[]), "");
        assert_eq!(chance.pick(&[9]), Some(&9));
    }
}
