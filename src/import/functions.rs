//! Functions for a whole column: which of our strategies does what they do.

use super::cast::Type;
use super::syntax::Call;
use super::{
    Masked, Translated, conditional, derived, expression, fakes, generalised, nested, random,
};

/// None if it is a function of PostgreSQL or of the user, which an expression may call.
pub fn rule(call: &Call, casts: &[Type], masked: &Masked) -> Option<Translated> {
    match call.schema {
        Some("anon") => Some(of_anon(call, casts, masked)),
        None | Some("pg_catalog") => of_postgresql(call, casts, masked),
        Some(_) => None,
    }
}

fn of_anon(call: &Call, casts: &[Type], masked: &Masked) -> Translated {
    match call.name {
        "noise" | "dnoise" => derived::noise(call, masked),
        "hash" | "digest" => derived::hash(call, casts, masked),
        "partial" => derived::partial(call, masked),
        "partial_email" | "email" => {
            let expression = nested::partial_email(call.argument(0)?, masked)?;
            Ok(expression::sql_rule(expression.sql, expression.from_row))
        }
        "ternary" => conditional::ternary(call, masked),
        "lorem_ipsum" => fakes::rule(call, "lorem_ipsum", masked),
        "image_blur" => Err("anon.image_blur() has no equivalent, for a picture that is only blurred can still be recognised: \
                             \"blank\" or \"auto\" empties the column, \"sql\" calls a function of your own."
            .to_owned()),
        "shuffle_column" | "add_noise_on_numeric_column" | "add_noise_on_datetime_column" => {
            Err(format!("{} works on a whole table, and is no function for a masking rule.", call.display()))
        }
        name if name.starts_with("pseudo_") => derived::pseudonym(call, &name["pseudo_".len()..], masked),
        name if name.starts_with("generalize_") => Err(generalised::refusal(call, masked)),
        name if nested::WRAPPERS.contains(&name) => match of_postgresql(call, casts, masked) {
            Some(rule) => rule,
            None => {
                let expression = nested::expression(call, masked)?;
                Ok(expression::sql_rule(expression.sql, expression.from_row))
            }
        },
        name => match random::rule(call, masked) {
            Some(rule) => rule,
            None => match ["fake_", "dummy_", "random_"].iter().find_map(|start| name.strip_prefix(start)) {
                Some(what) => fakes::rule(call, what, masked),
                None => Err(format!("{} is no masking function that is known here.", call.display())),
            },
        },
    }
}

/// What is more telling as a strategy than as an expression.
fn of_postgresql(call: &Call, casts: &[Type], masked: &Masked) -> Option<Translated> {
    match call.name {
        "md5" => derived::md5(call, masked),
        "left" | "substr" | "substring" => derived::shortened_hash(call, masked),
        "concat" => fakes::whole_name_of(&call.arguments, masked),
        "lower" => generalised::lower(call, masked),
        "date_trunc" => generalised::date_trunc(call, masked),
        "gen_random_uuid" if casts.is_empty() => random::uuid(call, masked).ok().map(Ok),
        _ => None,
    }
}
