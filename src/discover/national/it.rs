//! The Italian tax code (codice fiscale): 16 letters and digits, the last of which checks the others.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value};

pub struct CodiceFiscale;

impl Detector for CodiceFiscale {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "Italian tax codes (codice fiscale)"
    }

    fn is(&self, value: &Value) -> bool {
        value.text.len() == 16 && is_code(value.text)
    }

    fn chance(&self) -> f64 {
        0.0001
    }

    fn stands_in(&self, text: &Value) -> bool {
        text.tokens()
            .any(|token| token.len() == 16 && is_code(token))
    }
}

/// What letters and digits at odd places count, 0 to 9 and A to Z.
const ODD: [u32; 36] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6,
    8, 12, 14, 16, 10, 22, 25, 24, 23,
];

/// `L`: a letter; `D`: a digit, or the letter that stands for it where two people had the same code; `M`: the letter of a month.
const FORM: &[u8; 16] = b"LLLLLLDDMDDLDDDL";

fn is_code(text: &str) -> bool {
    let upper = text.to_ascii_uppercase();
    let fits = upper.bytes().zip(FORM).all(|(byte, form)| match form {
        b'L' => byte.is_ascii_uppercase(),
        b'M' => b"ABCDEHLMPRST".contains(&byte),
        _ => byte.is_ascii_digit() || b"LMNPQRSTUV".contains(&byte),
    });
    if !fits {
        return false;
    }
    let values: Vec<u32> = upper.chars().filter_map(|c| c.to_digit(36)).collect();
    let sum: u32 = values[..15]
        .iter()
        .enumerate()
        .map(|(place, value)| match (place % 2 == 0, value) {
            (true, value) => ODD[*value as usize],
            (false, value) if *value >= 10 => value - 10,
            (false, value) => *value,
        })
        .sum();
    values[15] == sum % 26 + 10
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| CodiceFiscale.is(&Value::of_text(text));
        assert!(is("RSSMRA85T10A562S"));
        assert!(is("rssmra85t10a562s"));
        assert!(is("MRTMTT25D09F205Z"));
        for text in [
            "RSSMRA85T10A562T",
            "RSSMRA85F10A562S",
            "RSSMRA85T10A562",
            "1SSMRA85T10A562S",
            "RSSMRÀ85T10A562",
        ] {
            assert!(!is(text), "{text}");
        }
        assert!(CodiceFiscale.stands_in(&Value::of_text("CF: RSSMRA85T10A562S, Roma")));
    }
}
