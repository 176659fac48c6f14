//! Dates on which people who live were born. Nothing in a date says what happened on it, so this alone is a weak sign.

use super::category::Category;
use super::detector::{Detector, Origin, Value, is_day};

pub struct BirthDate;

/// What a database keeps of its own day is younger.
const YEARS: std::ops::RangeInclusive<u32> = 1915..=2012;

impl Detector for BirthDate {
    fn category(&self) -> Category {
        Category::BirthDate
    }

    fn values(&self) -> &'static str {
        "dates of past decades"
    }

    fn is(&self, value: &Value) -> bool {
        matches!(value.origin, Origin::Text | Origin::Date)
            && value.digits.len() >= 8
            && is_date(value.text)
    }

    fn chance(&self) -> f64 {
        0.3
    }

    fn most(&self) -> f64 {
        0.25
    }
}

/// 1985-12-10, 10.12.1985, 12/10/1985, with or without a time behind it.
fn is_date(text: &str) -> bool {
    let date = text.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['-', '.', '/']).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
    match numbers.as_deref() {
        Some([year, month, day]) if parts[0].len() == 4 => {
            YEARS.contains(year) && is_day(*year, *month, *day)
        }
        Some([one, other, year]) if parts[2].len() == 4 => {
            YEARS.contains(year) && (is_day(*year, *other, *one) || is_day(*year, *one, *other))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| BirthDate.is(&Value::of_text(text));
        for text in [
            "1985-12-10",
            "10.12.1985",
            "12/31/1985",
            "1985-12-10 00:00:00",
        ] {
            assert!(is(text), "{text}");
        }
        for text in ["2024-05-01", "1850-01-01", "1985-13-32", "10.12.85", "1985"] {
            assert!(!is(text), "{text}");
        }
        assert!(BirthDate.is(&Value::new("1985-12-10", Origin::Date)));
        assert!(!BirthDate.is(&Value::new("19851210", Origin::Number)));
    }
}
