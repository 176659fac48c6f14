//! `partial`: the ends stay, the rest is covered.

/// Covers all characters but the first and last few. A value that has no more than these is
/// covered whole.
pub fn partial(value: &str, keep_first: usize, keep_last: usize, mask: char) -> String {
    let count = value.chars().count();
    let kept = keep_first.saturating_add(keep_last);
    let (first, last) = match count > kept {
        true => (keep_first, count - keep_last),
        false => (0, count),
    };
    value
        .chars()
        .enumerate()
        .map(|(n, c)| if n < first || n >= last { c } else { mask })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_ends() {
        assert_eq!(partial("+49 30 1234", 3, 2, '*'), "+49******34");
        assert_eq!(partial("12345", 0, 2, 'x'), "xxx45");
        assert_eq!(partial("12345", 1, 0, '*'), "1****");
        assert_eq!(partial("äöü😀é", 1, 1, '•'), "ä•••é");
        assert_eq!(partial("e\u{301}e\u{301}", 1, 1, '*'), "e**\u{301}");
    }

    #[test]
    fn short_values_are_covered_whole() {
        assert_eq!(partial("", 3, 3, '*'), "");
        assert_eq!(partial("a", 1, 0, '*'), "*");
        assert_eq!(partial("abc", 1, 2, '*'), "***");
        assert_eq!(partial("abc", usize::MAX, usize::MAX, '*'), "***");
        assert_eq!(partial("abc", 0, 0, '*'), "***");
        assert_eq!(partial("abcd", 1, 2, '*'), "a*cd");
    }

    #[test]
    fn length_stays() {
        let long = "ß".repeat(100_000);
        let masked = partial(&long, 5, 5, '*');
        assert_eq!(masked.chars().count(), 100_000);
        assert_eq!(masked.chars().filter(|c| *c == '*').count(), 99_990);
    }
}
