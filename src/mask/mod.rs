//! Values into masked values. Leaves only: no SQL, nothing of PostgreSQL, no state but keys and chance.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod chance;
pub mod decimal;
pub mod digits;
pub mod email;
pub mod fake;
pub mod fit;
pub mod hash;
pub mod iban;
pub mod infer;
pub mod json;
pub mod json_path;
pub mod keys;
pub mod kind;
pub mod leak;
pub mod locale;
pub mod number;
pub mod online;
pub mod partial;
pub mod permute;
pub mod person;
pub mod phone;
pub mod place;
pub mod text;
pub mod uuid;
pub mod words;

pub use chance::Chance;
pub use json::JsonMask;
pub use json_path::JsonPaths;
pub use keys::Keys;
pub use kind::Kind;
pub use locale::Locale;
pub use number::Noise;
pub use text::TextMask;
