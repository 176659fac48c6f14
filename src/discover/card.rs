//! Payment cards, by the issuer's prefix, its length, and the check digit (Luhn).

use super::category::Category;
use super::detector::{Detector, Value};

pub struct Card;

impl Detector for Card {
    fn category(&self) -> Category {
        Category::PaymentCard
    }

    fn values(&self) -> &'static str {
        "payment cards"
    }

    fn is(&self, value: &Value) -> bool {
        value.is_number(&[' ', '-']) && is_card(&value.digits)
    }

    fn chance(&self) -> f64 {
        0.05
    }
}

fn is_card(digits: &str) -> bool {
    let starts = |length: usize| {
        digits
            .get(..length)
            .and_then(|start| start.parse::<u32>().ok())
            .unwrap_or(0)
    };
    let is_issued = match digits.len() {
        // Diners
        14 => matches!(starts(3), 300..=305) || matches!(starts(2), 36 | 38 | 39),
        // American Express. What else has 15 digits and passes Luhn is a telephone (IMEI).
        15 => matches!(starts(2), 34 | 37),
        // Visa, Mastercard, Discover, JCB, Maestro
        16 => {
            starts(1) == 4
                || matches!(starts(2), 51..=55 | 65 | 50 | 56..=58 | 67)
                || matches!(starts(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(starts(3), 644..=649)
        }
        19 => starts(1) == 4 || matches!(starts(2), 50 | 56..=58 | 67 | 62),
        // With 13 digits it would be an old Visa, or any article of a shop (EAN).
        _ => false,
    };
    let is_one_digit = digits
        .bytes()
        .all(|b| Some(&b) == digits.as_bytes().first());
    is_issued && !is_one_digit && luhn3::decimal::valid(digits.as_bytes()) && !is_article(digits)
}

/// The check digit of articles in boxes (GTIN-14) counts other places than that of cards.
fn is_article(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .enumerate()
        .map(|(place, digit)| u32::from(digit - b'0') * if place % 2 == 0 { 3 } else { 1 })
        .sum();
    digits.len() == 14 && sum.is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Card.is(&Value::of_text(text));
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "5555-5555-5555-4444",
            "378282246310005",
            "6011111111111117",
            "30569309025904",
            "3530111333300000",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "4111111111111112",
            "0000000000000000",
            // an EAN and an IMEI, both of which pass Luhn
            "4006381333931",
            "490154203237518",
            "411111111111111",
            "x4111111111111111",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
