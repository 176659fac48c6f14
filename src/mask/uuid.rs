//! UUIDs that look random, from chance or from a hash.

/// The UUID that stands for a value.
pub fn of_digest(digest: &[u8; 32]) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    layout(bytes)
}

/// RFC 9562, version 4.
fn layout(mut bytes: [u8; 16]) -> [u8; 16] {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_of_version_four() {
        let made = [of_digest(&[0; 32]), of_digest(&[255; 32])];
        for bytes in made {
            assert_eq!(bytes[6] >> 4, 4);
            assert_eq!(bytes[8] >> 6, 2);
        }
        assert_ne!(made[0], made[1]);
        assert_eq!(of_digest(&[7; 32]), of_digest(&[7; 32]));
    }
}
