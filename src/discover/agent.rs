//! What browsers and other programs call themselves, by how that begins (RFC 9110, User-Agent).

use super::category::Category;
use super::detector::{Detector, Value};

pub struct UserAgent;

/// Of programs that people use: products, before the slash.
const PRODUCTS: [&str; 8] = [
    "Mozilla",
    "Opera",
    "Dalvik",
    "okhttp",
    "CFNetwork",
    "Thunderbird",
    "Outlook",
    "AppleCoreMedia",
];

impl Detector for UserAgent {
    fn category(&self) -> Category {
        Category::Device
    }

    fn values(&self) -> &'static str {
        "user agents"
    }

    fn is(&self, value: &Value) -> bool {
        value.text.split_once('/').is_some_and(|(product, rest)| {
            PRODUCTS.contains(&product) && rest.starts_with(|c: char| c.is_ascii_digit())
        })
    }

    fn chance(&self) -> f64 {
        0.0005
    }

    fn most(&self) -> f64 {
        0.8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| UserAgent.is(&Value::of_text(text));
        for text in [
            "Mozilla/5.0 (X11; Linux x86_64; rv:119.0) Gecko/20100101 Firefox/119.0",
            "okhttp/4.9.3",
        ] {
            assert!(is(text), "{text}");
        }
        for text in ["Mozilla", "Mozilla/x", "text/html", "/5.0", "curl 8"] {
            assert!(!is(text), "{text}");
        }
    }
}
