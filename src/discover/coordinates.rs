//! Places on earth: a latitude and a longitude in one value.

use super::category::Category;
use super::detector::{Detector, Value};

pub struct Coordinates;

impl Detector for Coordinates {
    fn category(&self) -> Category {
        Category::Coordinates
    }

    fn values(&self) -> &'static str {
        "coordinates"
    }

    fn is(&self, value: &Value) -> bool {
        if value.digits.len() < 8 {
            return false;
        }
        let bare = value
            .text
            .trim_start_matches("SRID=4326;")
            .trim_start_matches("POINT")
            .trim();
        let bare = bare.trim_matches(['(', ')', '[', ']']);
        let parts: Vec<&str> = bare
            .split([',', ' ', ';'])
            .filter(|part| !part.is_empty())
            .collect();
        let [one, other] = parts[..] else {
            return false;
        };
        let (Some(one), Some(other)) = (degrees(one), degrees(other)) else {
            return false;
        };
        one.min(other) <= 90.0 && one.max(other) <= 180.0
    }

    fn chance(&self) -> f64 {
        0.01
    }

    fn most(&self) -> f64 {
        0.6
    }
}

/// A number with three decimals or more: less exact ones are no place.
fn degrees(text: &str) -> Option<f64> {
    let (_, decimals) = text.split_once('.')?;
    let is_exact = decimals.len() >= 3;
    text.parse::<f64>().ok().filter(|_| is_exact).map(f64::abs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Coordinates.is(&Value::of_text(text));
        for text in [
            "52.5200, 13.4050",
            "(13.40495,52.52001)",
            "POINT(13.404 52.520)",
            "-33.8688 151.2093",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "52.5, 13.4",
            "1.999, 2",
            "252.520, 113.405",
            "52.5200",
            "1920x1080",
            "12.345,67.890,1.234",
        ] {
            assert!(!is(text), "{text}");
        }
    }
}
