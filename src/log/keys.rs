//! Keys of rows as they stand in events.

use crate::mask::Keys;
use crate::plan::KeyPart;
use uuid::Uuid;

/// Appends a row's key as an element of a JSON array.
pub fn write_key(
    secret: &Keys,
    name: &str,
    parts: &[KeyPart],
    texts: &[String],
    keys: &mut String,
) {
    if !keys.is_empty() {
        keys.push(',');
    }
    if parts.len() > 1 {
        keys.push('[');
    }
    for (i, (part, text)) in parts.iter().zip(texts).enumerate() {
        if i > 0 {
            keys.push(',');
        }
        match (part.plain, part.is_number()) {
            (true, _) if text.is_empty() => keys.push_str("null"),
            (true, true) => keys.push_str(text),
            // Digits and hyphens need no escaping.
            (true, false) => keys.extend(["\"", text, "\""]),
            (false, _) => {
                keys.push('"');
                keys.push_str(&hidden(secret, name, text));
                keys.push('"');
            }
        }
    }
    if parts.len() > 1 {
        keys.push(']');
    }
}

/// What stands in the log for a part of a key that is not to be read: an HMAC, in hexadecimal digits.
pub fn hidden(secret: &Keys, name: &str, text: &str) -> String {
    Uuid::from_bytes(secret.log_key(name, text.as_bytes()))
        .simple()
        .to_string()
}
