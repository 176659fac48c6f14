//! The Romanian personal number (CNP): sex, date, county, number and a check digit, modulo 11.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, is_day, number, weighted};

pub struct Cnp;

impl Detector for Cnp {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Romanian numbers (CNP)"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 13 || !value.is_number(&[]) {
            return false;
        }
        let digits = value.numbers();
        let check = match weighted(&digits[..12], &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11 {
            10 => 1,
            rest => rest,
        };
        digits[0] > 0
            && is_day(
                number(&digits[1..3]),
                number(&digits[3..5]),
                number(&digits[5..7]),
            )
            && (1..=52).contains(&number(&digits[7..9]))
            && check == digits[12]
    }

    fn chance(&self) -> f64 {
        0.06
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Cnp.is(&Value::of_text(text));
        assert!(is("1800101221144"));
        for text in [
            "1800101221145",
            "0800101221144",
            "1801301221144",
            "1800101991144",
            "180010122114",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
