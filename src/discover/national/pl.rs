//! The Polish PESEL: a date, a number and a check digit.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value, is_day, number, weighted};

pub struct Pesel;

impl Detector for Pesel {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Polish numbers (PESEL)"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 11 || !value.is_number(&[' ']) {
            return false;
        }
        let digits = value.numbers();
        // The month says the century: from 80 the 19th, from 0 the 20th, from 20 the 21st.
        let month = number(&digits[2..4]) % 20;
        is_day(number(&digits[..2]), month, number(&digits[4..6]))
            && (10 - weighted(&digits[..10], &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10) % 10
                == digits[10]
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
        let is = |text: &str| Pesel.is(&Value::of_text(text));
        for text in ["44051401359", "02070803628", "02270803624"] {
            assert!(is(text), "{text}");
        }
        for text in [
            "44051401358",
            "44131401359",
            "44053201359",
            "4405140135",
            "440514013590",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
