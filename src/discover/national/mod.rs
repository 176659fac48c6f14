//! National numbers of persons, a file per country, by their check digits.

pub mod be;
pub mod de;
pub mod es;
pub mod fr;
pub mod it;
pub mod nl;
pub mod pl;
pub mod pt;
pub mod ro;
pub mod se;

#[cfg(test)]
mod tests {
    use crate::discover::detector::{ALL, Origin, Value};

    /// Of numbers that count up, no more than chance lets through pass: else every serial number would be somebody's.
    #[test]
    fn serial_numbers_are_nobodys() {
        for start in [
            100_000_000_u64,
            10_000_000_000,
            1_000_000_000_000,
            20_240_100_001,
        ] {
            let texts: Vec<String> = (start..start + 2000).map(|n| n.to_string()).collect();
            for detector in ALL {
                let passed = texts
                    .iter()
                    .filter(|text| detector.is(&Value::new(text, Origin::Number)))
                    .count();
                let most = (2000.0 * detector.chance() * 1.3) as usize + 2;
                assert!(
                    passed <= most,
                    "{}: {passed} from {start}",
                    detector.values()
                );
            }
        }
    }
}
