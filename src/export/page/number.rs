//! Numbers for people. Not a digit is lost: a number is text from end to end.

use maud::{Markup, html};
use std::borrow::Cow;

/// A narrow blank that does not break. It cannot be taken for a decimal sign, as a comma or a point would be by half of Europe.
const SEPARATOR: char = '\u{202f}';
/// Four digits are read at a glance; and a year is one, too.
const UNGROUPED: usize = 4;
/// A longer number may be broken.
const SHORT: usize = 14;

/// A quantity; what is shown and what it is exactly.
pub fn quantity(number: &str) -> Markup {
    match grouped(number) {
        Cow::Borrowed(same) => plain(same),
        Cow::Owned(shown) => {
            html! { data value=(number) title=(number) class=[(number.len() > SHORT).then_some("hard")] { (shown) } }
        }
    }
}

/// A number that only tells things apart: as it is, so that it can be copied and searched for.
pub fn plain(number: &str) -> Markup {
    html! { span.num .hard[number.len() > SHORT] { (number) } }
}

/// With its thousands apart. What is no plain number stays as it is.
pub fn grouped(number: &str) -> Cow<'_, str> {
    let unsigned = number.strip_prefix('-').unwrap_or(number);
    let (whole, fraction) = unsigned
        .split_once('.')
        .map_or((unsigned, None), |(whole, fraction)| {
            (whole, Some(fraction))
        });
    let is_plain =
        |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() <= UNGROUPED || !is_plain(whole) || !fraction.is_none_or(is_plain) {
        return Cow::Borrowed(number);
    }
    let mut text = String::with_capacity(number.len() * 2);
    text.push_str(&number[..number.len() - unsigned.len()]);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(SEPARATOR);
        }
        text.push(digit);
    }
    text.push_str(&number[number.len() - fraction.map_or(0, |fraction| fraction.len() + 1)..]);
    Cow::Owned(text)
}

/// `1 entry`, `12 345 entries`
pub fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        _ => format!("{} entries", grouped(&count.to_string())),
    }
}

/// `512 bytes`, `1.2 kB`
pub fn size(bytes: usize) -> String {
    let (unit, name) = match bytes {
        1 => return "1 byte".to_owned(),
        0..1_000 => return format!("{bytes} bytes"),
        1_000..1_000_000 => (1_000, "kB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let tenths = bytes / (unit / 10);
    format!("{}.{} {name}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_and_no_digit_is_lost() {
        let groups = |number: &str, expected: &str| {
            assert_eq!(grouped(number).replace(SEPARATOR, "_"), expected);
            assert_eq!(grouped(number).replace(SEPARATOR, ""), number);
        };
        groups("0", "0");
        groups("-1234", "-1234");
        groups("12345", "12_345");
        groups("-123456", "-123_456");
        groups("1234567.8901234", "1_234_567.8901234");
        groups("0.00000001", "0.00000001");
        groups("1e100000", "1e100000");
        groups("12345e3", "12345e3");
        groups("12345.", "12345.");
        groups("-", "-");
    }

    #[test]
    fn sizes_are_never_more_than_there_is() {
        assert_eq!(size(1), "1 byte");
        assert_eq!(size(999), "999 bytes");
        assert_eq!(size(1_000), "1.0 kB");
        assert_eq!(size(1_999), "1.9 kB");
        assert_eq!(size(999_999), "999.9 kB");
        assert_eq!(size(5_250_000), "5.2 MB");
        assert_eq!(size(3_000_000_000), "3.0 GB");
    }
}
