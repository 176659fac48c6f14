//! Whether a masked value gives away what it masks.

/// How often a value is made anew before another form is taken.
const TRIES: usize = 64;

/// Whether `output` contains `value`, whatever the case. Of values of one or two characters, which
/// turn up everywhere: whether it is `value`.
pub fn reveals(output: &str, value: &str) -> bool {
    match (output.is_ascii(), value.is_ascii()) {
        (true, true) => reveals_ascii(output.as_bytes(), value.as_bytes()),
        // Of all other characters, only the Kelvin sign becomes an ASCII one in lower case.
        (true, false) if value.chars().any(|c| !c.is_ascii() && c != '\u{212a}') => false,
        _ => reveals_lower(&output.to_lowercase(), &value.to_lowercase()),
    }
}

fn reveals_ascii(output: &[u8], value: &[u8]) -> bool {
    let Some((first, _)) = value.split_first() else {
        return output.is_empty();
    };
    if value.len() < 3 {
        return output.eq_ignore_ascii_case(value);
    }
    output.windows(value.len()).any(|part| {
        part.first()
            .is_some_and(|byte| byte.eq_ignore_ascii_case(first))
            && part.eq_ignore_ascii_case(value)
    })
}

fn reveals_lower(output: &str, value: &str) -> bool {
    match value.chars().nth(2) {
        Some(_) => output.contains(value),
        None => output == value,
    }
}

/// The first of the values made that does not reveal `value`, if one comes soon.
pub fn first_safe(value: &str, make: impl FnMut() -> String) -> Option<String> {
    std::iter::repeat_with(make)
        .take(TRIES)
        .find(|made| !reveals(made, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_looked_for() {
        assert!(reveals("xxADAxx", "ada"));
        assert!(reveals("ada", "ADA"));
        assert!(reveals("Frau ÄNNE", "änne"));
        assert!(reveals("kelvin", "\u{212a}elvin"));
        assert!(!reveals("xxADxAxx", "ada"));
        assert!(!reveals("a", "ada"));
        assert!(!reveals("", "ada"));
        assert!(!reveals("Anne", "änne"));
    }

    #[test]
    fn short_values_are_compared() {
        assert!(reveals("a", "A"));
        assert!(reveals("ä", "Ä"));
        assert!(reveals("", ""));
        assert!(!reveals("ab", "a"));
        assert!(!reveals("ab", ""));
        assert!(!reveals("😀x", "😀"));
        assert!(reveals("x😀😀😀x", "😀😀😀"));
    }

    #[test]
    fn it_gives_up() {
        assert_eq!(first_safe("same", || "same".to_owned()), None);
        let mut made = ["same", "other"].into_iter().cycle().map(str::to_owned);
        let safe = first_safe("same", || made.next().unwrap());
        assert_eq!(safe.as_deref(), Some("other"));
    }
}
