//! Languages of made-up values: those that the `fake` crate has words of.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Locale {
    Ar,
    Cy,
    De,
    #[default]
    En,
    Fa,
    Fr,
    It,
    Ja,
    Nl,
    Pt,
    PtBr,
    Tr,
    Zh,
    ZhTw,
}

impl Locale {
    pub const ALL: [Locale; 14] = [
        Self::Ar,
        Self::Cy,
        Self::De,
        Self::En,
        Self::Fa,
        Self::Fr,
        Self::It,
        Self::Ja,
        Self::Nl,
        Self::Pt,
        Self::PtBr,
        Self::Tr,
        Self::Zh,
        Self::ZhTw,
    ];

    /// As they are written, in the order of `ALL`.
    pub const NAMES: [&'static str; 14] = [
        "ar", "cy", "de", "en", "fa", "fr", "it", "ja", "nl", "pt", "pt_br", "tr", "zh", "zh_tw",
    ];

    /// A language, or a language of a country, as in `de`, `de_DE` or `pt-br`.
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('-', "_");
        let language = match name.as_str() {
            "ar_sa" | "cy_gb" | "de_de" | "fa_ir" | "fr_fr" | "it_it" | "ja_jp" | "nl_nl"
            | "pt_pt" | "tr_tr" | "zh_cn" | "en_us" => &name[..2],
            other => other,
        };
        Self::ALL
            .into_iter()
            .find(|locale| locale.code() == language)
    }

    pub fn code(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back() {
        for locale in Locale::ALL {
            assert_eq!(Locale::parse(locale.code()), Some(locale));
            let json = serde_json::to_string(&locale).unwrap();
            assert_eq!(json, format!("\"{}\"", locale.code()));
        }
    }

    #[test]
    fn countries_and_case_do_not_matter() {
        assert_eq!(Locale::parse("de_DE"), Some(Locale::De));
        assert_eq!(Locale::parse("PT-br"), Some(Locale::PtBr));
        assert_eq!(Locale::parse("en-US"), Some(Locale::En));
        assert_eq!(Locale::parse("zh_TW"), Some(Locale::ZhTw));
        assert_eq!(Locale::parse("xx"), None);
        assert_eq!(Locale::parse("ßß"), None);
        assert_eq!(Locale::parse(""), None);
    }
}
