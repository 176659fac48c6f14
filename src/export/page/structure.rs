//! Lists and objects within a value, as lists within lists.

use super::json::{self, Json};
use super::number;
use super::value;
use maud::{Markup, html};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// Deeper than this there is no room left on a phone: the rest is shown as it is written.
const DEEPEST: usize = 6;
/// Longer texts do not stand beside each other.
const SHORT: usize = 24;
const LONGEST_BYTES: usize = 64;

pub fn structure(json: &str) -> Markup {
    at(json, 0)
}

fn at(json: &str, depth: usize) -> Markup {
    match json::read(json) {
        Json::Null => value::none(),
        Json::Boolean(boolean) => value::yes_or_no(boolean),
        Json::Number(digits) => number::quantity(digits),
        Json::Text(text) => long_bytes(&text).unwrap_or_else(|| value::text(&text)),
        Json::Unreadable(text) => value::text(text),
        Json::List(items) if items.is_empty() => value::quiet("(empty list)"),
        Json::Object(entries) if entries.is_empty() => value::quiet("(empty)"),
        Json::List(_) | Json::Object(_) if depth >= DEEPEST => value::text(json),
        Json::List(items) => list(&items, depth),
        Json::Object(entries) => object(&entries, depth),
    }
}

/// Bytes are not known by a column's type here. What is short may be read as well as counted.
fn long_bytes(text: &str) -> Option<Markup> {
    let is_bytes = text.len() > LONGEST_BYTES
        && text
            .strip_prefix("\\x")?
            .bytes()
            .all(|digit| digit.is_ascii_hexdigit());
    value::bytes(text).filter(|_| is_bytes)
}

fn list(items: &[&RawValue], depth: usize) -> Markup {
    let short = items.iter().all(|item| is_short(item.get()));
    html! {
        ul.tree .short[short] {
            @for item in items {
                li { (at(item.get(), depth + 1)) }
            }
        }
    }
}

fn object(entries: &[(String, &RawValue)], depth: usize) -> Markup {
    html! {
        dl.tree {
            @for (key, item) in entries {
                div {
                    dt { bdi { (words(key)) } }
                    dd { (at(item.get(), depth + 1)) }
                }
            }
        }
    }
}

/// Numbers and words of a list may stand beside each other.
fn is_short(json: &str) -> bool {
    match json::read(json) {
        Json::Text(text) => {
            !text.is_empty() && text.chars().count() <= SHORT && !text.contains('\n')
        }
        Json::Null | Json::Boolean(_) | Json::Number(_) => true,
        _ => false,
    }
}

/// A name that a program gave, as people write it: `Gift_wrap` of `gift_wrap`. Whatever else stands there is left alone.
fn words(key: &str) -> Cow<'_, str> {
    let is_name = key.contains('_')
        && key
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    match is_name {
        true => Cow::Owned(key.replace('_', " ")),
        false => Cow::Borrowed(key),
    }
}
