//! The Swedish personnummer: a date, a number and a check digit (Luhn).

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, is_day, number};

pub struct Personnummer;

impl Detector for Personnummer {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Swedish numbers (personnummer)"
    }

    fn is(&self, value: &Value) -> bool {
        let length = value.digits.len();
        if !matches!(length, 10 | 12) || !value.is_number(&['-', '+']) {
            return false;
        }
        let century =
            length == 10 || value.digits.starts_with("19") || value.digits.starts_with("20");
        let ten = &value.digits[length - 10..];
        let digits = &value.numbers()[length - 10..];
        // Who is not registered has a day that counts 60 more.
        let day = number(&digits[4..6]);
        let day = if day > 60 { day - 60 } else { day };
        century
            && is_day(number(&digits[..2]), number(&digits[2..4]), day)
            && luhn3::decimal::valid(ten.as_bytes())
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
        let is = |text: &str| Personnummer.is(&Value::of_text(text));
        for text in ["811218-9876", "19811218-9876", "8112189876", "811278-9873"] {
            assert!(is(text), "{text}");
        }
        for text in [
            "811218-9877",
            "811318-9876",
            "811232-9876",
            "18811218-9876",
            "81121-89876x",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
