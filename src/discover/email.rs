//! E-mail addresses of persons: not those of an office (`info@`), which are nobody's.

use super::category::Category;
use super::detector::{Detector, Value};

pub struct Email;

impl Detector for Email {
    fn category(&self) -> Category {
        Category::Email
    }

    fn values(&self) -> &'static str {
        "e-mail addresses"
    }

    fn is(&self, value: &Value) -> bool {
        is_address(value.text)
    }

    fn chance(&self) -> f64 {
        0.0001
    }

    fn stands_in(&self, text: &Value) -> bool {
        text.text.contains('@')
            && text
                .tokens()
                .any(|token| is_address(token.strip_prefix("mailto:").unwrap_or(token)))
    }
}

/// Who reads mail to these is not said.
const OFFICES: [&str; 40] = [
    "info",
    "contact",
    "contacto",
    "kontakt",
    "sales",
    "support",
    "help",
    "office",
    "hello",
    "mail",
    "admin",
    "service",
    "noreply",
    "no-reply",
    "donotreply",
    "do-not-reply",
    "webmaster",
    "postmaster",
    "shop",
    "store",
    "orders",
    "billing",
    "accounts",
    "accounting",
    "jobs",
    "careers",
    "press",
    "presse",
    "newsletter",
    "marketing",
    "team",
    "vertrieb",
    "ventas",
    "vendite",
    "commercial",
    "verkauf",
    "buchhaltung",
    "biuro",
    "reservations",
    "helpdesk",
];

/// What ends a file's name, and no domain's.
const FILES: [&str; 8] = ["png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "html"];

fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else {
        return false;
    };
    let is_local = !local.is_empty()
        && local.len() <= 64
        && local
            .chars()
            .all(|c| c.is_alphanumeric() || "._%+-'!#$&*/=?^`{|}~".contains(c));
    let labels: Vec<&str> = domain.split('.').collect();
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
    };
    let is_domain = labels.len() > 1
        && labels.iter().all(is_label)
        && labels.last().is_some_and(|last| {
            let last = last.to_lowercase();
            (last.chars().count() >= 2 && last.chars().all(char::is_alphabetic)
                || last.starts_with("xn--"))
                && !FILES.contains(&last.as_str())
        });
    is_local && is_domain && !OFFICES.contains(&local.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Email.is(&Value::of_text(text));
        for text in [
            "ada@example.org",
            "a.b+c@mail.example.co.uk",
            "jürgen@müller.de",
            "O'Neil@example.com",
            "ADA@EXAMPLE.ORG",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "info@example.org",
            "No-Reply@example.org",
            "ada@example",
            "@example.org",
            "ada@",
            "a@b@example.org",
            "logo@2x.png",
            "git@github.com:x/y",
            "ada at example.org",
            "ada@1.2",
        ] {
            assert!(!is(text), "{text}");
        }
        let stands = |text: &str| Email.stands_in(&Value::of_text(text));
        assert!(stands("Please write to <ada@example.org>, she knows."));
        assert!(stands("Mail: ada@example.org."));
        assert!(!stands("Please write to info@example.org"));
        assert!(!stands("3 apples @ 2.50 each"));
    }
}
