//! Noise on `numeric`, exactly: on its digits, of which there may be any number.

use super::chance::Chance;
use super::digits::DECIMAL;
use super::number::{Noise, noise_int};

/// Digits that a 64-bit number has for certain.
const WORD: usize = 18;
const WORD_MAX: i64 = 10_i64.pow(WORD as u32) - 1;

/// A decimal number: its digits, without a point and without zeros in front, and how many of them are behind the point.
struct Decimal<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

impl<'a> Decimal<'a> {
    /// As PostgreSQL writes them. None for NaN and the infinities.
    fn parse(text: &'a str) -> Option<Self> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        let is_some = !whole.is_empty() || !fraction.is_empty();
        (is_some && is_number(whole) && is_number(fraction)).then_some(Self {
            negative,
            whole,
            fraction,
        })
    }
}

/// Another number near it, with as many digits behind the point, that fits numeric(precision, scale) if such a one is
/// given. None if it is no finite number.
pub fn noise_decimal(
    value: &str,
    noise: Noise,
    typmod: Option<(u32, i32)>,
    chance: &mut Chance,
) -> Option<String> {
    let decimal = Decimal::parse(value)?;
    // numeric(p, -3) has thousands: its last digits are always 0.
    let zeros = typmod.map_or(0, |(_, scale)| (-i64::from(scale)).clamp(0, 1000) as usize);
    let zeros = if decimal.fraction.is_empty() {
        zeros
    } else {
        0
    };
    let digits = format!("{}{}", decimal.whole, decimal.fraction);
    let digits = digits.trim_start_matches('0');
    let digits = &digits[..digits.len().saturating_sub(zeros)];
    let unit = decimal.fraction.len() as f64 - zeros as f64;
    let most = typmod.map_or(WORD, |(precision, _)| WORD.min(precision as usize));
    let moved = if digits.len() <= WORD {
        short(digits, decimal.negative, noise, unit, most, chance)?
    } else {
        let sign = if decimal.negative { "-" } else { "" };
        format!("{sign}{}", long(digits, noise, unit, chance)?)
    };
    Some(write(&moved, decimal.fraction.len(), zeros))
}

/// All digits in one number.
fn short(
    digits: &str,
    negative: bool,
    noise: Noise,
    unit: f64,
    most: usize,
    chance: &mut Chance,
) -> Option<String> {
    let number: i64 = if digits.is_empty() {
        0
    } else {
        digits.parse().ok()?
    };
    let number = if negative { -number } else { number };
    let max = 10_i64.pow(most as u32) - 1;
    Some(noise_int(number, in_units(noise, unit), -max, max, chance).to_string())
}

/// The noise is in the first digits, and the rest is chance; or it is too small for these, and is in the last ones.
fn long(digits: &str, noise: Noise, unit: f64, chance: &mut Chance) -> Option<String> {
    let rest = digits.len() - WORD;
    let noise = in_units(noise, unit - rest as f64);
    if let Noise::Amount(amount) = noise
        && amount < 1.0
    {
        let (first, last) = digits.split_at(rest);
        let amount = in_units(noise, rest as f64);
        let last = noise_int(last.parse().ok()?, amount, 0, WORD_MAX, chance);
        return Some(format!("{first}{last:018}"));
    }
    let first: i64 = digits[..WORD].parse().ok()?;
    let mut text = noise_int(first, noise, 1, WORD_MAX, chance).to_string();
    chance.push(&mut text, DECIMAL, rest);
    Some(text)
}

/// Amounts count in the last digit.
fn in_units(noise: Noise, digits: f64) -> Noise {
    match noise {
        Noise::Amount(amount) => Noise::Amount(amount.abs() * 10_f64.powf(digits)),
        ratio => ratio,
    }
}

/// Puts back the zeros, the point and what stands before it.
fn write(number: &str, fraction: usize, zeros: usize) -> String {
    let (sign, digits) = match number.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", number),
    };
    let width = fraction + 1;
    let digits = format!("{digits:0>width$}{}", "0".repeat(zeros));
    let (whole, fraction) = digits.split_at(digits.len() - fraction);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    match fraction {
        "" => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{fraction}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(value: &str, noise: Noise, typmod: Option<(u32, i32)>) -> Vec<String> {
        let mut chance = Chance::seeded([1; 32]);
        (0..500)
            .map(|_| noise_decimal(value, noise, typmod, &mut chance).unwrap())
            .collect()
    }

    #[test]
    fn they_move_by_their_last_digit() {
        for text in moved("1000.00", Noise::Ratio(0.1), Some((8, 2))) {
            let number: f64 = text.parse().unwrap();
            assert!((900.0..=1100.0).contains(&number) && text != "1000.00");
            assert_eq!(text.split_once('.').unwrap().1.len(), 2, "{text}");
        }
        let mut all = moved("0.00", Noise::Ratio(0.1), None);
        all.sort();
        all.dedup();
        assert_eq!(all, ["-0.01", "0.01"]);
        let mut all = moved("-0.5", Noise::Amount(0.5), None);
        all.sort();
        all.dedup();
        assert_eq!(
            all,
            [
                "-0.1", "-0.2", "-0.3", "-0.4", "-0.6", "-0.7", "-0.8", "-0.9", "-1.0", "0.0"
            ]
        );
    }

    #[test]
    fn they_fit_their_type() {
        for text in moved("99.99", Noise::Ratio(5.0), Some((4, 2))) {
            assert!(text.parse::<f64>().unwrap().abs() <= 99.99 && text != "99.99");
        }
        for text in moved("0.009", Noise::Amount(7.0), Some((1, 3))) {
            assert!(text.parse::<f64>().unwrap().abs() <= 0.009 && text != "0.009");
        }
        for text in moved("12000", Noise::Ratio(0.5), Some((2, -3))) {
            assert!(text.ends_with("000") && text != "12000", "{text}");
            assert!((6000..=18000).contains(&text.parse::<i64>().unwrap()));
        }
        assert!(moved("0", Noise::Ratio(0.5), Some((2, -3))).contains(&"-1000".to_owned()));
        for text in moved("9", Noise::Amount(1e9), Some((1, 0))) {
            assert!(
                text.trim_start_matches('-').len() == 1 && text != "9",
                "{text}"
            );
        }
    }

    #[test]
    fn long_ones_keep_their_length() {
        let long = "12345678901234567890123456789.123456";
        for text in moved(long, Noise::Ratio(0.01), None) {
            assert_eq!(text.len(), long.len(), "{text}");
            assert!(text.starts_with("12") && text != long, "{text}");
        }
        for text in moved(long, Noise::Amount(0.001), Some((35, 6))) {
            assert!(
                text.starts_with("12345678901234567890123456789.12") && text != long,
                "{text}"
            );
        }
        let huge = format!("-{}", "9".repeat(1000));
        for text in moved(&huge, Noise::Ratio(0.5), None).iter().take(10) {
            assert!(text.len() <= huge.len() && text.starts_with('-') && *text != huge);
        }
    }

    #[test]
    fn what_is_no_finite_number() {
        let mut chance = Chance::seeded([2; 32]);
        for text in [
            "",
            "NaN",
            "Infinity",
            "-Infinity",
            "-",
            ".",
            "1e5",
            "1.2.3",
            "+1",
            "١",
            " 1",
        ] {
            assert_eq!(
                noise_decimal(text, Noise::Ratio(0.1), None, &mut chance),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn any_noise_and_type() {
        let mut chance = Chance::seeded([3; 32]);
        for value in [
            "0",
            "5",
            "-5.50",
            "0.0000000000000000000000001",
            "123456789012345678",
            "1234567890123456789",
        ] {
            for size in [0.0, 1.0, f64::MAX, f64::NAN, f64::INFINITY, -1.0, 1e-300] {
                for noise in [Noise::Ratio(size), Noise::Amount(size)] {
                    for typmod in [
                        None,
                        Some((0, 0)),
                        Some((1000, 1000)),
                        Some((1, -1000)),
                        Some((u32::MAX, i32::MIN)),
                    ] {
                        let moved = noise_decimal(value, noise, typmod, &mut chance);
                        assert!(moved.is_some());
                        if typmod.is_none() {
                            assert_ne!(moved.as_deref(), Some(value), "{noise:?}");
                        }
                    }
                }
            }
        }
    }
}
