//! What a column holds of a person.

use crate::mask::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    Name,
    FirstName,
    LastName,
    Email,
    Phone,
    Address,
    Street,
    City,
    Postcode,
    Country,
    BirthDate,
    BirthPlace,
    Age,
    Gender,
    FamilyStatus,
    Nationality,
    NationalId,
    IdentityDocument,
    TaxNumber,
    Vehicle,
    Iban,
    BankAccount,
    PaymentCard,
    Income,
    Employment,
    UserName,
    Password,
    Ip,
    Device,
    Coordinates,
    Photo,
    SocialMedia,
    FreeText,
    Health,
    Religion,
    Ethnicity,
    Political,
    Union,
    SexualLife,
    Biometric,
    Genetic,
    Criminal,
}

impl Category {
    pub const ALL: [Category; 42] = [
        Self::Name,
        Self::FirstName,
        Self::LastName,
        Self::Email,
        Self::Phone,
        Self::Address,
        Self::Street,
        Self::City,
        Self::Postcode,
        Self::Country,
        Self::BirthDate,
        Self::BirthPlace,
        Self::Age,
        Self::Gender,
        Self::FamilyStatus,
        Self::Nationality,
        Self::NationalId,
        Self::IdentityDocument,
        Self::TaxNumber,
        Self::Vehicle,
        Self::Iban,
        Self::BankAccount,
        Self::PaymentCard,
        Self::Income,
        Self::Employment,
        Self::UserName,
        Self::Password,
        Self::Ip,
        Self::Device,
        Self::Coordinates,
        Self::Photo,
        Self::SocialMedia,
        Self::FreeText,
        Self::Health,
        Self::Religion,
        Self::Ethnicity,
        Self::Political,
        Self::Union,
        Self::SexualLife,
        Self::Biometric,
        Self::Genetic,
        Self::Criminal,
    ];

    /// As they are written, in the order of the categories.
    const NAMES: [&'static str; 42] = [
        "name",
        "first_name",
        "last_name",
        "email",
        "phone",
        "address",
        "street",
        "city",
        "postcode",
        "country",
        "birth_date",
        "birth_place",
        "age",
        "gender",
        "family_status",
        "nationality",
        "national_id",
        "identity_document",
        "tax_number",
        "vehicle",
        "iban",
        "bank_account",
        "payment_card",
        "income",
        "employment",
        "user_name",
        "password",
        "ip",
        "device",
        "coordinates",
        "photo",
        "social_media",
        "free_text",
        "health",
        "religion",
        "ethnicity",
        "political",
        "union",
        "sexual_life",
        "biometric",
        "genetic",
        "criminal",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn of_name(name: &str) -> Option<Self> {
        let place = Self::NAMES.iter().position(|known| *known == name)?;
        Some(Self::ALL[place])
    }

    /// The article of the GDPR that forbids its processing but for exceptions.
    pub fn article(self) -> Option<u8> {
        match self {
            Self::Health
            | Self::Religion
            | Self::Ethnicity
            | Self::Political
            | Self::Union
            | Self::SexualLife
            | Self::Biometric
            | Self::Genetic => Some(9),
            Self::Criminal => Some(10),
            _ => None,
        }
    }

    /// It makes of a table one of persons, where it is certain.
    pub fn is_of_persons(self) -> bool {
        matches!(
            self,
            Self::FirstName | Self::LastName | Self::Email | Self::BirthDate | Self::NationalId
        ) || self.article().is_some()
    }

    /// What a made-up value of it is called.
    pub fn fake(self) -> Option<Kind> {
        Some(match self {
            Self::Name => Kind::Name,
            Self::FirstName => Kind::FirstName,
            Self::LastName => Kind::LastName,
            Self::Phone => Kind::Phone,
            Self::Street | Self::Address => Kind::Street,
            Self::City | Self::BirthPlace => Kind::City,
            Self::Postcode => Kind::Postcode,
            Self::Iban => Kind::Iban,
            Self::UserName => Kind::UserName,
            _ => return None,
        })
    }

    /// Where the name says the one, and the values the other, both speak of the same.
    pub fn agrees(self, other: Self) -> bool {
        use Category::*;
        let same = |one, other| match (one, other) {
            (Name, FirstName | LastName) => true,
            (Address, Street | City | Postcode) => true,
            (NationalId, TaxNumber | IdentityDocument | Health) => true,
            (Iban, BankAccount) => true,
            (UserName, Email | Name) => true,
            (Device, Ip) => true,
            _ => one == other,
        };
        same(self, other) || same(other, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn names_are_in_the_order_of_the_categories() {
        for (place, category) in Category::ALL.into_iter().enumerate() {
            assert_eq!(category as usize, place);
        }
        assert_eq!(Category::BirthDate.name(), "birth_date");
        assert_eq!(Category::SocialMedia.name(), "social_media");
        assert_eq!(Category::Criminal.name(), "criminal");
        let names: HashSet<&str> = Category::ALL.map(Category::name).into();
        assert_eq!(names.len(), Category::ALL.len());
    }

    #[test]
    fn special_categories() {
        let of = |article| {
            let all = Category::ALL.into_iter();
            all.filter(|category| category.article() == Some(article))
                .count()
        };
        assert_eq!((of(9), of(10)), (8, 1));
    }
}
