//! The Belgian national number: a date, a number and two check digits, modulo 97.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, number};

pub struct NationalNumber;

impl Detector for NationalNumber {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Belgian national numbers"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 11 || !value.is_number(&['.', '-', ' ']) {
            return false;
        }
        let Ok(all) = value.digits.parse::<u64>() else {
            return false;
        };
        let (person, check) = (all / 100, all % 100);
        let digits = value.numbers();
        // Where the day is not known, it is 0; the month of a foreigner counts 20 or 40 more.
        number(&digits[2..4]) % 20 <= 12
            && number(&digits[4..6]) <= 31
            // A 2 in front of those who are born since 2000.
            && [person, 2_000_000_000 + person].iter().any(|n| 97 - n % 97 == check)
    }

    fn chance(&self) -> f64 {
        0.02
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| NationalNumber.is(&Value::of_text(text));
        for text in ["85073003328", "85.07.30-033.28", "93051822361"] {
            assert!(is(text), "{text}");
        }
        let young = 97 - 2_010_203_123_u64 % 97;
        assert!(is(&format!("010203123{young:02}")));
        for text in ["85073003329", "85173003328", "8507300332", "850730033280"] {
            assert!(!is(text), "{text}");
        }
    }
}
