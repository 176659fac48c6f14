//! The German tax number for life (Steueridentifikationsnummer): 11 digits, ISO 7064 MOD 11,10.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value};

pub struct SteuerId;

impl Detector for SteuerId {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "German tax numbers (Steuer-ID)"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() != 11 || !value.is_number(&[' ', '/']) {
            return false;
        }
        let digits = value.numbers();
        digits[0] != 0 && one_is_repeated(&digits[..10]) && check(&digits[..10]) == digits[10]
    }

    fn chance(&self) -> f64 {
        0.02
    }
}

/// Among the first ten digits one occurs twice or three times, and every other at most once.
fn one_is_repeated(digits: &[u32]) -> bool {
    let mut counts = [0; 10];
    for digit in digits {
        counts[*digit as usize] += 1;
    }
    let repeated: Vec<i32> = counts.into_iter().filter(|count| *count > 1).collect();
    let thrice_in_a_row = digits.windows(3).any(|d| d[0] == d[1] && d[1] == d[2]);
    matches!(repeated[..], [2 | 3]) && !thrice_in_a_row
}

fn check(digits: &[u32]) -> u32 {
    let product = digits.iter().fold(10, |product, digit| {
        let sum = match (digit + product) % 10 {
            0 => 10,
            sum => sum,
        };
        sum * 2 % 11
    });
    (11 - product) % 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| SteuerId.is(&Value::of_text(text));
        for text in [
            "86095742719",
            "47036892816",
            "65929970489",
            "86 095 742 719",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "86095742718",
            "06095742719",
            "11111111111",
            "8609574271",
            "86095742719x",
            "12345678901",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
