//! Functions of anon within an expression: they become ours, or PostgreSQL's.

use super::constant::count;
use super::expression::{Expression, rewrite};
use super::kinds;
use super::label::LONGEST;
use super::string::literal;
use super::syntax::{self, Call, path};
use super::token::Token;
use super::{Masked, chance};

/// Functions that anon takes over from pg_catalog under their own names.
pub const WRAPPERS: [&str; 9] = [
    "concat",
    "left",
    "length",
    "lower",
    "md5",
    "right",
    "substr",
    "substring",
    "upper",
];

/// An address like da******@gm******.com keeps two characters on either side of the @, and the last part of the domain.
const ADDRESS: &str = r"'^([^@]{2})[^@]+@([^@]{2})[^@]+([.][^@.]+)$'";

/// The call in our words.
pub fn expression(call: &Call, masked: &Masked) -> Result<Expression, String> {
    match call.name {
        "hash" | "digest" => Ok(from_row(format!(
            "{}.gdpr_hash({})",
            masked.home,
            text(call.argument(0)?, masked)?
        ))),
        "partial" => partial(call, masked),
        "partial_email" | "email" => partial_email(call.argument(0)?, masked),
        "ternary" => ternary(call, masked),
        name if WRAPPERS.contains(&name) => wrapper(call, masked),
        name => match name.strip_prefix("pseudo_") {
            Some(what) => {
                let kind = literal(kinds::kind(call, what)?);
                Ok(from_row(format!(
                    "{}.gdpr_pseudonym({}, {kind})",
                    masked.home,
                    text(call.argument(0)?, masked)?
                )))
            }
            None => chance::expression(call, masked).unwrap_or_else(|| {
                Err(format!(
                    "{} stands inside of an expression, where it has no equivalent.",
                    call.display()
                ))
            }),
        },
    }
}

fn from_row(sql: String) -> Expression {
    Expression {
        sql,
        from_row: true,
    }
}

/// The argument as a text.
fn text(tokens: &[Token], masked: &Masked) -> Result<String, String> {
    let sql = rewrite(tokens, masked)?.sql;
    // Some functions repeat their argument, and calls of them within each other would grow without end.
    if sql.len() > LONGEST {
        return Err(format!(
            "The label makes an expression of more than {LONGEST} bytes."
        ));
    }
    let simple =
        tokens.len() == 1 || path(tokens).1 == tokens.len() || syntax::call(tokens).is_some();
    Ok(if simple {
        format!("{sql}::text")
    } else {
        format!("({sql})::text")
    })
}

/// `partial` with any padding. What is too short to hide anything of it is hidden whole.
pub fn partial(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let value = text(call.argument(0)?, masked)?;
    let (Some(first), Some(padding), Some(last)) = (
        count(call.argument(1)?),
        call.constant_text(2)?,
        count(call.argument(3)?),
    ) else {
        return Err(format!(
            "{} is read only with constants for what stays and for the padding.",
            call.display()
        ));
    };
    let padding = literal(padding);
    let mut parts = vec![padding.clone()];
    if first > 0 {
        parts.insert(0, format!("left({value}, {first})"));
    }
    if last > 0 {
        parts.push(format!("right({value}, {last})"));
    }
    let sql = format!(
        "CASE WHEN length({value}) > {} THEN {} ELSE {padding} END",
        u64::from(first) + u64::from(last),
        parts.join(" || ")
    );
    Ok(Expression {
        sql,
        from_row: false,
    })
}

/// What is no address, or too short for this, is hidden whole.
pub fn partial_email(tokens: &[Token], masked: &Masked) -> Result<Expression, String> {
    let value = text(tokens, masked)?;
    let masked_address = format!(r"regexp_replace({value}, {ADDRESS}, E'\\1******@\\2******\\3')");
    let sql = format!("CASE WHEN {value} ~ {ADDRESS} THEN {masked_address} ELSE '******' END");
    Ok(Expression {
        sql,
        from_row: false,
    })
}

pub fn ternary(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let part = |n: usize| Ok::<_, String>(rewrite(call.argument(n)?, masked)?.sql);
    Ok(from_row(format!(
        "CASE WHEN {} THEN {} ELSE {} END",
        part(0)?,
        part(1)?,
        part(2)?
    )))
}

fn wrapper(call: &Call, masked: &Masked) -> Result<Expression, String> {
    let arguments: Result<Vec<Expression>, String> = call
        .arguments
        .iter()
        .map(|tokens| rewrite(tokens, masked))
        .collect();
    let arguments = arguments?;
    let sql: Vec<&str> = arguments
        .iter()
        .map(|argument| argument.sql.as_str())
        .collect();
    Ok(Expression {
        sql: format!("pg_catalog.{}({})", call.name, sql.join(", ")),
        from_row: arguments.iter().any(|argument| argument.from_row),
    })
}

#[cfg(test)]
mod tests {
    use crate::import::asked::{refusal, rule};

    #[test]
    fn calls_within_calls() {
        assert_eq!(
            rule(
                "upper(anon.pseudo_city(anon.partial(login, 1, '*', 0)))",
                "text"
            )["expression"],
            "upper(gdpr.gdpr_pseudonym(CASE WHEN length(login::text) > 1 THEN left(login::text, 1) || '*' ELSE '*' END::text, 'city'))"
        );
        assert_eq!(
            rule("anon.upper( 'x' )", "text")["pseudonymous"],
            serde_json::json!(null)
        );
    }

    #[test]
    fn what_would_grow_without_end() {
        let nested = format!(
            "{}login{}",
            "anon.partial(".repeat(40),
            ", 1, '*', 1)".repeat(40)
        );
        assert!(refusal(&nested, "text").contains("10000 bytes"));
        assert_eq!(
            rule(
                &format!("{}1{}", "anon.ternary(a, 1, ".repeat(50), ")".repeat(50)),
                "integer"
            )["strategy"],
            "sql"
        );
    }
}
