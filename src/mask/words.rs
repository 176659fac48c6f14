//! The words that made-up values consist of: the lists of the `fake` crate. Where it has none for a language it gives
//! the English ones; where these would stand beside words of another script or grammar, a few of our own.

use super::chance::Chance;
use super::locale::Locale;
use ::fake::Fake;
use ::fake::faker::address::raw::CityName;
use ::fake::locales::{
    AR_SA, CY_GB, DE_DE, Data, EN, FA_IR, FR_FR, IT_IT, JA_JP, NL_NL, PT_BR, PT_PT, TR_TR, ZH_CN,
    ZH_TW,
};

type List = &'static [&'static str];

pub struct Words {
    pub first_names: List,
    pub last_names: List,
    pub name: &'static str,
    pub company_suffixes: List,
    pub companies: List,
    pub street_suffixes: List,
    pub street: &'static str,
    pub city: City,
    pub countries: List,
    pub country_codes: List,
    pub text: List,
}

/// Where cities come from.
pub enum City {
    /// The crate knows how they are called.
    Made(fn(&mut Chance) -> String),
    /// It does not: a family name, and what makes it a place.
    Named(&'static str),
}

const fn words<L: Data>(city: City) -> Words {
    Words {
        first_names: L::NAME_FIRST_NAME,
        last_names: L::NAME_LAST_NAME,
        name: L::NAME_TPL,
        company_suffixes: L::COMPANY_SUFFIX,
        companies: L::COMPANY_NAME_TPLS,
        street_suffixes: L::ADDRESS_STREET_SUFFIX,
        street: L::ADDRESS_STREET_TPL,
        city,
        countries: L::ADDRESS_COUNTRY,
        country_codes: L::ADDRESS_COUNTRY_CODE,
        text: L::LOREM_WORD,
    }
}

static AR: Words = Words {
    company_suffixes: &["شركة", "مؤسسة", "مجموعة"],
    companies: &["{Suffix} {Name_1}"],
    street_suffixes: &["شارع", "طريق", "حي"],
    street: "{StreetSuffix} {StreetName}",
    ..words::<AR_SA>(City::Named(""))
};
static CY: Words = words::<CY_GB>(City::Named(""));
static DE: Words = Words {
    companies: &["{Name_1} {Suffix}", "{Name_1} & {Name_2} {Suffix}"],
    street: "{StreetName}{StreetSuffix}",
    countries: EN::ADDRESS_COUNTRY,
    ..words::<DE_DE>(City::Made(|chance| CityName(DE_DE).fake_with_rng(chance)))
};
static ENGLISH: Words = words::<EN>(City::Made(|chance| CityName(EN).fake_with_rng(chance)));
static FA: Words = Words {
    companies: &["{Name_1} {Suffix}"],
    ..words::<FA_IR>(City::Named(""))
};
static FR: Words = Words {
    company_suffixes: &["SA", "SARL", "SAS", "et Fils"],
    companies: &["{Name_1} {Suffix}", "{Name_1} et {Name_2} {Suffix}"],
    ..words::<FR_FR>(City::Named(""))
};
static IT: Words = words::<IT_IT>(City::Made(|chance| CityName(IT_IT).fake_with_rng(chance)));
static JA: Words = Words {
    street_suffixes: &["町", "通り", "丁目"],
    street: "{StreetName}{StreetSuffix}",
    ..words::<JA_JP>(City::Named("市"))
};
static NL: Words = Words {
    companies: &["{Name_1} {Suffix}", "{Name_1} en {Name_2} {Suffix}"],
    street: "{StreetName}{StreetSuffix}",
    ..words::<NL_NL>(City::Made(|chance| CityName(NL_NL).fake_with_rng(chance)))
};
static PT: Words = words::<PT_PT>(City::Made(|chance| CityName(PT_PT).fake_with_rng(chance)));
static BR: Words = Words {
    companies: &["{Name_1} {Suffix}", "{Name_1} e {Name_2} {Suffix}"],
    countries: PT_PT::ADDRESS_COUNTRY,
    ..words::<PT_BR>(City::Made(|chance| CityName(PT_PT).fake_with_rng(chance)))
};
static TR: Words = Words {
    company_suffixes: &["A.Ş.", "Ltd. Şti."],
    companies: &["{Name_1} {Suffix}", "{Name_1} ve {Name_2} {Suffix}"],
    ..words::<TR_TR>(City::Made(|chance| CityName(TR_TR).fake_with_rng(chance)))
};
static ZH: Words = words::<ZH_CN>(City::Made(|chance| CityName(ZH_CN).fake_with_rng(chance)));
static TW: Words = Words {
    company_suffixes: &["有限公司", "股份有限公司", "企業社"],
    companies: &["{Name_1}{Suffix}", "{Name_1}{Name_2}{Suffix}"],
    street_suffixes: &["路", "街", "巷"],
    street: "{StreetName}{StreetSuffix}",
    ..words::<ZH_TW>(City::Named("市"))
};

impl Locale {
    pub fn words(self) -> &'static Words {
        match self {
            Self::Ar => &AR,
            Self::Cy => &CY,
            Self::De => &DE,
            Self::En => &ENGLISH,
            Self::Fa => &FA,
            Self::Fr => &FR,
            Self::It => &IT,
            Self::Ja => &JA,
            Self::Nl => &NL,
            Self::Pt => &PT,
            Self::PtBr => &BR,
            Self::Tr => &TR,
            Self::Zh => &ZH,
            Self::ZhTw => &TW,
        }
    }
}

/// A template with a word for each `{Place}`.
pub fn fill(template: &str, mut word: impl FnMut(&str) -> &'static str) -> String {
    let mut text = String::with_capacity(40);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (place, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(word(place));
        rest = after;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_templates() {
        let word = |place: &str| if place == "A" { "x" } else { "" };
        assert_eq!(fill("{A} and {A}{B}.", word), "x and x.");
        assert_eq!(fill("none", word), "none");
        assert_eq!(fill("{A", word), "x");
        assert_eq!(fill("", word), "");
    }

    #[test]
    fn no_list_is_empty_and_no_word_is_odd() {
        for locale in Locale::ALL {
            let words = locale.words();
            for list in [
                words.first_names,
                words.last_names,
                words.company_suffixes,
                words.companies,
                words.street_suffixes,
                words.countries,
                words.country_codes,
                words.text,
            ] {
                assert!(!list.is_empty(), "{locale:?}");
                for word in list {
                    assert!(!word.trim().is_empty(), "{locale:?} {word:?}");
                    assert!(
                        !word.trim().contains(char::is_control),
                        "{locale:?} {word:?}"
                    );
                }
            }
        }
    }
}
