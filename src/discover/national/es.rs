//! The Spanish identity numbers: DNI of citizens, NIE of foreigners. Digits and a letter, modulo 23.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value};

pub struct Dni;

const LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

impl Detector for Dni {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Spanish identity numbers (DNI, NIE)"
    }

    fn is(&self, value: &Value) -> bool {
        if !(7..=8).contains(&value.digits.len()) || !(1..=2).contains(&value.letters) {
            return false;
        }
        let bare: String = value
            .text
            .chars()
            .filter(|c| !matches!(c, '-' | '.' | ' '))
            .collect();
        bare.len() == 9 && bare.is_ascii() && is_number(&bare.to_ascii_uppercase())
    }

    fn chance(&self) -> f64 {
        0.05
    }
}

fn is_number(bare: &str) -> bool {
    // The first letter of a NIE counts as a digit.
    let first = match bare.as_bytes()[0] {
        b'X' => "0",
        b'Y' => "1",
        b'Z' => "2",
        _ => &bare[..1],
    };
    let Ok(number) = format!("{first}{}", &bare[1..8]).parse::<usize>() else {
        return false;
    };
    LETTERS[number % 23] == bare.as_bytes()[8]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Dni.is(&Value::of_text(text));
        for text in ["12345678Z", "12.345.678-Z", "X1234567L", "00000000t"] {
            assert!(is(text), "{text}");
        }
        for text in [
            "12345678A",
            "1234567Z",
            "X1234567M",
            "Z12345678",
            "123456789",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
