//! The Dutch citizen service number (BSN): nine digits, modulo 11.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, weighted};

pub struct Bsn;

impl Detector for Bsn {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Dutch citizen numbers (BSN)"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 9 || !value.is_number(&['.', ' ', '-']) {
            return false;
        }
        let digits = value.numbers();
        let sum = weighted(&digits[..8], &[9, 8, 7, 6, 5, 4, 3, 2]);
        sum > 0 && sum % 11 == digits[8]
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
        let is = |text: &str| Bsn.is(&Value::of_text(text));
        for text in ["111222333", "123456782", "1234.56.782"] {
            assert!(is(text), "{text}");
        }
        for text in [
            "111222334",
            "000000000",
            "11122233",
            "1112223330",
            "a11222333",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
