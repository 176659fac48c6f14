//! A label: `MASKED WITH FUNCTION f(...)`, `MASKED WITH VALUE expression`, or `NOT MASKED`.

use super::token::{Kind, Token, tokens};

/// Longer labels are not read, nor longer expressions made: whoever may label a table must not keep a superuser's import busy.
pub const LONGEST: usize = 10_000;
/// Labels nested deeper are not read: reading takes the stack.
const DEEPEST: usize = 50;

#[derive(Debug)]
pub enum Label {
    /// Somebody said that the column is not personal.
    NotMasked,
    Masked(Vec<Token>),
}

pub fn read(label: &str) -> Result<Label, String> {
    if label.len() > LONGEST {
        return Err(format!(
            "The label is longer than {LONGEST} bytes, and is not read."
        ));
    }
    let mut tokens = tokens(label)?;
    let words: Vec<&str> = tokens
        .iter()
        .take(3)
        .map(|token| token.name().unwrap_or_default())
        .collect();
    match words[..] {
        ["not", "masked"] if tokens.len() == 2 => return Ok(Label::NotMasked),
        ["masked", "with", "function" | "value"] => {}
        ["masked"] => return Err("MASKED without FUNCTION or VALUE is a label for roles, and says nothing about a column.".to_owned()),
        _ => {
            return Err(
                "The label is none of MASKED WITH FUNCTION, MASKED WITH VALUE and NOT MASKED, and says nothing about a column.".to_owned(),
            );
        }
    }
    let expression = tokens.split_off(3);
    check(&expression)?;
    Ok(Label::Masked(expression))
}

/// It is one expression, as far as this can be told without a parser.
fn check(expression: &[Token]) -> Result<(), String> {
    if expression.is_empty() {
        return Err("The label does not say with what the column is masked.".to_owned());
    }
    if expression.iter().any(|token| token.is(";")) {
        return Err("The label has a semicolon: a rule is one expression.".to_owned());
    }
    let mut open = Vec::new();
    for token in expression {
        let (Kind::Symbol(word) | Kind::Word(word)) = &token.kind else {
            continue;
        };
        match word.as_str() {
            "(" => open.push(")"),
            "[" => open.push("]"),
            "case" => open.push("end"),
            end @ (")" | "]" | "end") if open.pop() != Some(end) => {
                return Err("The label has a bracket or an END that closes nothing.".to_owned());
            }
            _ => {}
        }
        if open.len() > DEEPEST {
            return Err(format!(
                "The label is nested more than {DEEPEST} deep, and is not read."
            ));
        }
    }
    match open.is_empty() {
        true => Ok(()),
        false => Err("The label has a bracket or a CASE that is not closed.".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::import::token::sql;

    fn masked(label: &str) -> String {
        match read(label) {
            Ok(Label::Masked(tokens)) => sql(&tokens),
            other => panic!("{label}: {other:?}"),
        }
    }

    #[test]
    fn the_forms_in_any_case_and_spacing() {
        assert_eq!(
            masked("MASKED WITH FUNCTION anon.fake_email()"),
            "anon.fake_email()"
        );
        assert_eq!(
            masked("  masked\n\twith  /* a */ function anon.f( 1 ) -- b"),
            "anon.f( 1 )"
        );
        assert_eq!(
            masked("Masked With Value $$CONFIDENTIAL$$ "),
            "'CONFIDENTIAL'"
        );
        assert!(matches!(read(" not  masked "), Ok(Label::NotMasked)));
    }

    #[test]
    fn what_is_no_label_for_a_column() {
        for label in [
            "",
            "MASKED",
            "TRUSTED",
            "TABLESAMPLE BERNOULLI(10)",
            "NOT MASKED WITH",
            "MASKED WITH",
            "MASKED WITH FUNCTION",
            "MASKED WITH VALUE 1; DROP TABLE t",
            "MASKED WITH FUNCTION f(",
            "MASKED WITH FUNCTION f)",
            "MASKED WITH FUNCTION f(a]",
            "MASKED WITH VALUE 'open",
            "MASKED WITH VALUE CASE WHEN a THEN b",
            "MASKED WITH VALUE a END",
            "MASKED WITH VALUE (CASE WHEN a) THEN b END",
        ] {
            let why = read(label).unwrap_err();
            assert!(why.ends_with('.'), "{why}");
        }
    }

    #[test]
    fn long_and_deep_labels_are_not_read() {
        let nested = |depth| {
            format!(
                "MASKED WITH VALUE {}1{}",
                "f(".repeat(depth),
                ")".repeat(depth)
            )
        };
        assert!(read(&nested(DEEPEST)).is_ok());
        assert!(read(&nested(DEEPEST + 1)).unwrap_err().contains("deep"));
        assert!(read(&nested(LONGEST)).unwrap_err().contains("longer"));
    }
}
