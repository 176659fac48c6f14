//! Telephone numbers: in international form, or in a national one that is told by its separators. A few of the former are enough.

use super::category::Category;
use super::detector::{Detector, Origin, Value};

pub struct Phone;

impl Detector for Phone {
    fn category(&self) -> Category {
        Category::Phone
    }

    fn values(&self) -> &'static str {
        "telephone numbers"
    }

    fn is(&self, value: &Value) -> bool {
        (8..=16).contains(&value.digits.len())
            && value.origin == Origin::Text
            && is_phone(value.text)
    }

    fn chance(&self) -> f64 {
        0.02
    }

    fn most(&self) -> f64 {
        0.9
    }

    fn stands_in(&self, text: &Value) -> bool {
        text.text.match_indices('+').any(|(place, _)| {
            let rest = &text.text[place + 1..];
            let end = rest
                .find(|c: char| !c.is_ascii_digit() && !SEPARATORS.contains(&c))
                .unwrap_or(rest.len());
            let number = rest[..end].trim_end_matches(SEPARATORS);
            is_international(number)
        })
    }
}

pub struct International;

impl Detector for International {
    fn category(&self) -> Category {
        Category::Phone
    }

    fn values(&self) -> &'static str {
        "international telephone numbers"
    }

    fn is(&self, value: &Value) -> bool {
        // A signed amount can have a point.
        let number = value.text.strip_prefix('+');
        value.origin == Origin::Text
            && number.is_some_and(|number| !number.contains('.') && is_international(number))
    }

    fn chance(&self) -> f64 {
        0.0005
    }

    fn most(&self) -> f64 {
        0.9
    }
}

const SEPARATORS: [char; 6] = [' ', '-', '/', '.', '(', ')'];

fn is_phone(text: &str) -> bool {
    if let Some(number) = text.strip_prefix('+') {
        return is_international(number);
    }
    if !text
        .chars()
        .all(|c| c.is_ascii_digit() || SEPARATORS.contains(&c))
    {
        return false;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let is_written_apart = digits.len() < text.len();
    match digits.as_bytes() {
        // 0049 30 1234567; zeros in front of any other number are more
        [b'0', b'0', b'1'..=b'9', ..] => is_written_apart && (10..=16).contains(&digits.len()),
        // 030 1234567, 06 12 34 56 78, (0711) 123456; 0-306-40615-2 is a book
        [b'0', b'1'..=b'9', ..] => {
            is_written_apart
                && (8..=12).contains(&digits.len())
                && !text[1..].starts_with(['-', '.', ' '])
                && !is_date(text)
        }
        // (555) 123-4567, 612 345 678
        [b'2'..=b'9', ..] => {
            matches!(groups(text)[..], [3, 3, 4])
                || matches!(groups(text)[..], [3, 3, 3]) && text.contains(' ')
        }
        _ => false,
    }
}

/// The lengths of the groups of digits.
fn groups(text: &str) -> Vec<usize> {
    text.split(SEPARATORS)
        .map(str::len)
        .filter(|length| *length > 0)
        .collect()
}

/// 01.02.2003, 01/02/2003
fn is_date(text: &str) -> bool {
    matches!(groups(text)[..], [2, 2, 4] | [2, 2, 2])
}

/// A country code and more, 8 to 15 digits.
fn is_international(number: &str) -> bool {
    let digits = number.chars().filter(char::is_ascii_digit).count();
    number.starts_with(|c: char| ('1'..='9').contains(&c))
        && number
            .chars()
            .all(|c| c.is_ascii_digit() || SEPARATORS.contains(&c))
        && (8..=15).contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Phone.is(&Value::of_text(text));
        for text in [
            "+49 30 1234567",
            "+4930123456",
            "0049 30 1234567",
            "030 1234567",
            "06 12 34 56 78",
            "(0711) 123456",
            "(555) 123-4567",
            "612 345 678",
            "+1 (780) 428-9482",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "0301234567",
            "01.02.2003",
            "2003-02-01",
            "0-306-40615-2",
            "0001-2345-6789",
            "12345678",
            "+5",
            "4006381333931",
            "1 234 567",
            "0010012345",
            "1.234.567,89",
            "ORD-2024-000123",
        ] {
            assert!(!is(text), "{text}");
        }
        assert!(!Phone.is(&Value::new("4930123456", Origin::Number)));
        assert!(Phone.stands_in(&Value::of_text("call me: +49 30 1234567, thanks")));
        assert!(!Phone.stands_in(&Value::of_text("1 + 2 makes 3")));
        assert!(International.is(&Value::of_text("+370 649 97322")));
        assert!(!International.is(&Value::of_text("030 1234567")));
        assert!(!International.is(&Value::of_text("+12345678.90")));
    }
}
