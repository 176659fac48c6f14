//! Errors: a sentence, an SQLSTATE that a client can branch on, a hint that says what to do. Never a personal value.

use pgrx::pg_sys::panic::ErrorReport;
pub use pgrx::prelude::PgSqlErrorCode as Code;

pub type Result<T> = std::result::Result<T, Error>;

/// What inner code returns. It becomes a PostgreSQL error in one place, at the SQL boundary.
#[derive(Debug)]
pub struct Error {
    code: Code,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
            hint: None,
        }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn message(&self) -> &str {
        &self.message
    }

    /// Something that PostgreSQL promises did not hold: a defect of ours, said as such.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(Code::ERRCODE_INTERNAL_ERROR, message)
    }

    /// A required argument is NULL (22004).
    pub fn null_argument(name: &str) -> Self {
        Self::new(
            Code::ERRCODE_NULL_VALUE_NOT_ALLOWED,
            format!("{name} must not be NULL"),
        )
        .hint("Give a value; what can be left out has a default.")
    }

    /// `value` is none of `known` (22023); the hint names the nearest, or all of them.
    pub fn unknown_word(what: &str, value: &str, known: &[&str]) -> Self {
        let nearest = known
            .iter()
            .map(|word| (strsim::damerau_levenshtein(word, value), word))
            .min()
            .filter(|(distance, word)| *distance <= word.len() / 2);
        let hint = match nearest {
            Some((_, word)) => format!("Perhaps you meant \"{word}\"."),
            None => format!("It is one of: {}.", known.join(", ")),
        };
        Self::new(
            Code::ERRCODE_INVALID_PARAMETER_VALUE,
            format!("\"{value}\" is not {what}"),
        )
        .hint(hint)
    }
}

impl From<Error> for ErrorReport {
    #[track_caller]
    fn from(error: Error) -> Self {
        let mut report = ErrorReport::new(error.code, error.message, "gdpr_ext");
        if let Some(detail) = error.detail {
            report = report.set_detail(detail);
        }
        if let Some(hint) = error.hint {
            report = report.set_hint(hint);
        }
        report
    }
}

impl From<pgrx::spi::SpiError> for Error {
    fn from(error: pgrx::spi::SpiError) -> Self {
        Self::internal(format!("a statement of gdpr_ext failed: {error}"))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(format!("the catalog could not be read: {error}"))
    }
}
