//! The Portuguese tax number (NIF) of persons: nine digits, modulo 11. Companies have others.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, weighted};

pub struct Nif;

impl Detector for Nif {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Portuguese tax numbers (NIF)"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 9 || !value.is_number(&[' ', '.']) {
            return false;
        }
        let digits = value.numbers();
        let is_persons = matches!(digits[..2], [1..=3, _] | [4, 5]);
        let check = match weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
            0 | 1 => 0,
            rest => 11 - rest,
        };
        is_persons && check == digits[8]
    }

    fn chance(&self) -> f64 {
        0.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Nif.is(&Value::of_text(text));
        for text in ["123456789", "123 456 789", "287024008"] {
            assert!(is(text), "{text}");
        }
        for text in ["123456788", "501442600", "12345678", "1234567890"] {
            assert!(!is(text), "{text}");
        }
    }
}
