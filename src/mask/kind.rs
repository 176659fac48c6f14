//! Kinds of made-up values.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Name,
    FirstName,
    LastName,
    Email,
    Phone,
    Company,
    Street,
    City,
    Postcode,
    Country,
    Iban,
    Ip,
    Url,
    UserName,
    Text,
}

impl Kind {
    pub const ALL: [Kind; 15] = [
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Phone,
        Self::Company,
        Self::Street,
        Self::City,
        Self::Postcode,
        Self::Country,
        Self::Iban,
        Self::Ip,
        Self::Url,
        Self::UserName,
        Self::Text,
    ];

    /// As they are written, in the order of `ALL`.
    pub const NAMES: [&'static str; 15] = [
        "name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "company",
        "street",
        "city",
        "postcode",
        "country",
        "iban",
        "ip",
        "url",
        "user_name",
        "text",
    ];

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
            let json = serde_json::to_string(&kind).unwrap();
            assert_eq!(json, format!("\"{}\"", kind.name()));
            assert_eq!(serde_json::from_str::<Kind>(&json).unwrap(), kind);
        }
        assert_eq!(Kind::parse("Name"), None);
        assert_eq!(Kind::parse(""), None);
    }
}
