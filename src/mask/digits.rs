//! Numbers written in other alphabets.

pub const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
pub const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
pub const DECIMAL: &[u8; 10] = b"0123456789";
pub const HEX: &[u8; 16] = b"0123456789abcdef";

/// The most characters of [a-z0-9] that a 63-bit number can count: 36^12 texts, 62 bits.
pub const BASE36_MOST: usize = 12;

/// The last `length` digits of a number, in an ASCII alphabet.
pub fn base<const N: usize>(number: u64, alphabet: &[u8; N], length: usize) -> String {
    let mut text = String::with_capacity(length);
    push_base(&mut text, number, alphabet, length);
    text
}

/// Appends the last `length` digits of a number; those above 64 bits are the first of the alphabet.
pub fn push_base<const N: usize>(
    text: &mut String,
    mut number: u64,
    alphabet: &[u8; N],
    length: usize,
) {
    let mut digits = [0; 64];
    let size = N as u64;
    let low = length.min(digits.len());
    for digit in digits[..low].iter_mut().rev() {
        *digit = alphabet[(number % size) as usize];
        number /= size;
    }
    text.extend(std::iter::repeat_n(char::from(alphabet[0]), length - low));
    text.extend(digits[..low].iter().map(|byte| char::from(*byte)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_numbers() {
        assert_eq!(base(0, BASE36, 0), "");
        assert_eq!(base(35, BASE36, 3), "00z");
        assert_eq!(base(36 * 36, BASE36, 2), "00");
        assert_eq!(base(255, HEX, 2), "ff");
        assert_eq!(base(1234, DECIMAL, 6), "001234");
        assert_eq!(base(u64::MAX, DECIMAL, 20), "18446744073709551615");
        assert_eq!(base(1, HEX, 100).len(), 100);
        assert_eq!(base(26, LETTERS, 2), "ba");
    }
}
