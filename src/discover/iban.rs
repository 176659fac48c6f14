//! Bank accounts (IBAN), by their country's form and the check digits of ISO 7064.

use super::category::Category;
use super::detector::{Detector, Value};

pub struct Iban;

impl Detector for Iban {
    fn category(&self) -> Category {
        Category::Iban
    }

    fn values(&self) -> &'static str {
        "bank accounts (IBAN)"
    }

    fn is(&self, value: &Value) -> bool {
        is_iban(value.text)
    }

    fn chance(&self) -> f64 {
        0.0001
    }

    fn stands_in(&self, text: &Value) -> bool {
        // Written together, or in groups of four.
        let tokens: Vec<&str> = text.tokens().collect();
        (0..tokens.len()).any(|first| {
            starts_one(tokens[first])
                && (first + 1..=tokens.len().min(first + 9))
                    .any(|last| is_iban(&tokens[first..last].concat()))
        })
    }
}

/// Two letters and two digits.
fn starts_one(text: &str) -> bool {
    let start = text.as_bytes().get(..4);
    start.is_some_and(|b| {
        b[..2].iter().all(u8::is_ascii_alphabetic) && b[2..].iter().all(u8::is_ascii_digit)
    })
}

fn is_iban(text: &str) -> bool {
    if !(15..=42).contains(&text.len()) || !starts_one(text) {
        return false;
    }
    let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
    bare.to_ascii_uppercase().parse::<iban::Iban>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Iban.is(&Value::of_text(text));
        for text in [
            "GB82WEST12345698765432",
            "DE89 3704 0044 0532 0130 00",
            "fr1420041010050500013m02606",
            "IT60X0542811101000000123456",
            "NL91ABNA0417164300",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "DE88370400440532013000",
            "DE8937040044053201300",
            "XX89370400440532013000",
            "ABCDEFGHIJKLMNOP",
        ] {
            assert!(!is(text), "{text}");
        }
        let stands = |text: &str| Iban.stands_in(&Value::of_text(text));
        assert!(stands("refund to DE89 3704 0044 0532 0130 00 please"));
        assert!(stands("refund to DE89370400440532013000."));
        assert!(!stands("refund to DE88 3704 0044 0532 0130 00 please"));
    }
}
