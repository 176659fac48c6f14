//! Expressions over the row, for the strategy `sql`. What is anon's in them is replaced by what is ours or PostgreSQL's.

use super::syntax::{call_at, path};
use super::token::{Kind, Token};
use super::{Masked, Translated, nested};
use serde_json::{Value, json};

/// An expression in our words.
#[derive(Debug, PartialEq)]
pub struct Expression {
    pub sql: String,
    /// It is made from what stands in the row.
    pub from_row: bool,
}

/// Words that are not columns where a column could stand. Others that are none (`year` in EXTRACT) do no harm: see `rule`.
const KEY_WORDS: &[&str] = &[
    "and",
    "array",
    "as",
    "at",
    "between",
    "case",
    "cast",
    "collate",
    "distinct",
    "else",
    "end",
    "false",
    "for",
    "from",
    "ilike",
    "in",
    "is",
    "isnull",
    "like",
    "not",
    "notnull",
    "null",
    "operator",
    "or",
    "row",
    "similar",
    "then",
    "time",
    "to",
    "true",
    "unknown",
    "when",
    "with",
    "without",
    "zone",
    "precision",
];

/// Nobody knows what an expression leaves of the row that it reads, so it counts as pseudonymous.
pub fn rule(tokens: &[Token], masked: &Masked) -> Translated {
    rewrite(tokens, masked).map(|expression| sql_rule(expression.sql, expression.from_row))
}

pub fn sql_rule(expression: String, pseudonymous: bool) -> Value {
    match pseudonymous {
        true => json!({"strategy": "sql", "expression": expression, "pseudonymous": true}),
        false => json!({"strategy": "sql", "expression": expression}),
    }
}

/// The expression in our words, or why it cannot be one.
pub fn rewrite(tokens: &[Token], masked: &Masked) -> Result<Expression, String> {
    let mut whole = Expression {
        sql: String::new(),
        from_row: false,
    };
    let mut at = 0;
    while at < tokens.len() {
        let before = at.checked_sub(1).map(|before| &tokens[before]);
        let (piece, length) = piece(before, &tokens[at..], masked)?;
        if tokens[at].spaced && !whole.sql.is_empty() {
            whole.sql.push(' ');
        }
        whole.sql.push_str(&piece.sql);
        whole.from_row |= piece.from_row;
        at += length;
    }
    Ok(whole)
}

/// What the tokens begin with, and how many of them that is.
fn piece(
    before: Option<&Token>,
    tokens: &[Token],
    masked: &Masked,
) -> Result<(Expression, usize), String> {
    let as_it_is = |length: usize| {
        let sql = tokens[..length].iter().map(Token::sql).collect();
        Ok((
            Expression {
                sql,
                from_row: false,
            },
            length,
        ))
    };
    if begins_query(before, &tokens[0]) {
        return Err("The label has a subquery, and a rule reads its own row only: put the query into a function of your own.".to_owned());
    }
    let (names, length) = path(tokens);
    if names.is_empty() {
        return as_it_is(1);
    }
    if names.len() > 1 && names[0] == "anon" && masked.table != "anon" {
        return match call_at(tokens) {
            Some((call, length)) => Ok((nested::expression(&call, masked)?, length)),
            None => Err(
                "The label refers to something in the schema anon that is no function.".to_owned(),
            ),
        };
    }
    let follows = tokens.get(length);
    let function = follows.is_some_and(|token| token.is("("));
    let type_of_constant = follows.is_some_and(|token| token.text().is_some());
    let type_or_field = before.is_some_and(|token| token.is("::") || token.is("."));
    let key_word = matches!(&tokens[0].kind, Kind::Word(word) if KEY_WORDS.contains(&word.as_str()))
        && length == 1;
    if function || type_of_constant || type_or_field || key_word {
        return as_it_is(length);
    }
    let column = &tokens[masked.qualifier(tokens)..length];
    let sql = column.iter().map(Token::sql).collect();
    Ok((
        Expression {
            sql,
            from_row: true,
        },
        length,
    ))
}

fn begins_query(before: Option<&Token>, token: &Token) -> bool {
    let opens = before.is_none_or(|before| before.is("("));
    opens
        && ["select", "with", "values", "table"]
            .iter()
            .any(|word| token.is_word(word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::import::asked::{refusal, rule, rule_of};
    use serde_json::json;

    fn sql(expression: &str) -> String {
        let rule = rule(expression, "text");
        assert_eq!(rule["strategy"], "sql");
        assert_eq!(rule["pseudonymous"], true);
        rule["expression"].as_str().unwrap().to_owned()
    }

    #[test]
    fn functions_of_postgresql_and_of_the_user_stay() {
        assert_eq!(sql("upper(email)"), "upper(email)");
        assert_eq!(
            sql("pg_catalog.left(email,\n  2)"),
            "pg_catalog.left(email, 2)"
        );
        assert_eq!(
            sql("custom_masks.remove_last_name(info)"),
            "custom_masks.remove_last_name(info)"
        );
        assert_eq!(
            sql("my_masks.\"Clean\"(\"E\"\"Mail\") -- sic"),
            "my_masks.\"Clean\"(\"E\"\"Mail\")"
        );
        assert_eq!(
            sql("make_date(EXTRACT(YEAR FROM birth)::INT,1,1)"),
            "make_date(extract(year from birth)::int,1,1)"
        );
        assert_eq!(
            sql("substring(email FROM 1 FOR 3) || E'\\''"),
            "substring(email from 1 for 3) || ''''"
        );
        assert_eq!(sql("(info).name"), "(info).name");
    }

    #[test]
    fn what_does_not_read_the_row_is_not_pseudonymous() {
        for expression in [
            "array['a', 'b']",
            "my_masks.redacted()",
            "'x'::varchar(3) || 'y'",
            "'2020-01-01'::timestamp with time zone at time zone 'utc'",
        ] {
            assert_eq!(
                rule(expression, "tsrange"),
                json!({"strategy": "sql", "expression": expression})
            );
        }
    }

    #[test]
    fn the_table_before_a_column_goes() {
        assert_eq!(
            sql("lower(users.login) || public.users.id"),
            "lower(login) || id"
        );
        assert_eq!(sql("other.f(users.login)"), "other.f(login)");
        assert_eq!(sql("lower(people.login)"), "lower(people.login)");
    }

    #[test]
    fn the_column_itself_is_kept() {
        for expression in ["email", "users.email", "(public.users.email)", "\"email\""] {
            assert_eq!(rule(expression, "text"), json!({"strategy": "keep"}));
        }
        assert_eq!(
            rule_of("E Mail", "\"E Mail\"", "text"),
            json!({"strategy": "keep"})
        );
        assert_eq!(sql("login"), "login");
        assert_eq!(sql("email::varchar(3)"), "email::varchar(3)");
    }

    #[test]
    fn no_subquery() {
        for expression in [
            "(SELECT name FROM other LIMIT 1)",
            "coalesce((select 1), 2)",
            "f(ARRAY(SELECT 1))",
            "exists (with x as (select 1) select 1)",
            "id IN (VALUES (1))",
        ] {
            assert!(
                refusal(expression, "text").contains("subquery"),
                "{expression}"
            );
        }
        assert_eq!(sql("\"select\""), "\"select\"");
    }

    #[test]
    fn nothing_of_anon_is_left() {
        assert!(refusal("upper(anon.random_date()::text)", "text").contains("anon.random_date()"));
        assert!(refusal("'x'::anon.thing", "text").contains("anon"));
        assert!(refusal("\"anon\".\"no_such\"() || 'x'", "text").contains("anon.no_such()"));
        assert_eq!(
            sql("lower(anon.hash(email))"),
            "lower(gdpr.gdpr_hash(email::text))"
        );
    }
}
