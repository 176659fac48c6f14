//! The French social security number (NIR): 13 digits and a key of two, modulo 97.

use crate::discover::category::Category;
use crate::discover::detector::{Detector, Value};

pub struct Nir;

impl Detector for Nir {
    fn category(&self) -> Category {
        Category::NationalId
    }

    fn values(&self) -> &'static str {
        "French social security numbers (NIR)"
    }

    fn is(&self, value: &Value) -> bool {
        if !(14..=15).contains(&value.digits.len()) || value.letters > 1 {
            return false;
        }
        let bare: String = value
            .text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.'))
            .collect();
        bare.len() == 15 && bare.is_ascii() && is_nir(&bare)
    }

    fn chance(&self) -> f64 {
        0.005
    }
}

/// Sex, year, month, department, commune, number, key. The departments of Corsica are 2A and 2B, which count as 19 and 18.
fn is_nir(bare: &str) -> bool {
    let counted = match bare[5..7].to_ascii_uppercase().as_str() {
        "2A" => format!("{}19{}", &bare[..5], &bare[7..]),
        "2B" => format!("{}18{}", &bare[..5], &bare[7..]),
        _ => bare.to_owned(),
    };
    let (Ok(number), Ok(key), Ok(month)) = (
        counted[..13].parse::<u64>(),
        counted[13..].parse::<u64>(),
        counted[3..5].parse::<u64>(),
    ) else {
        return false;
    };
    let sex = bare.as_bytes()[0];
    // 20 to 42 and from 50: the month is not known.
    matches!(sex, b'1' | b'2' | b'3' | b'4' | b'7' | b'8')
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && key == 97 - number % 97
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Nir.is(&Value::of_text(text));
        assert!(is("255081416802538"));
        assert!(is("2 55 08 14 168 025 38"));
        for text in [
            "255081416802539",
            "955081416802538",
            "255131416802538",
            "25508141680253",
            "2550814168025380",
        ] {
            assert!(!is(text), "{text}");
        }
        let corsican = format!("1850{}2A004123", 6);
        let key = 97 - 1_850_619_004_123_u64 % 97;
        assert!(is(&format!("{corsican}{key:02}")));
    }
}
