//! Internet addresses, v4 and v6. A version (`2.13.4.1`) is written alike.

use super::category::Category;
use super::detector::{Detector, Origin, Value};
use std::net::{IpAddr, Ipv4Addr};

pub struct Ip;

impl Detector for Ip {
    fn category(&self) -> Category {
        Category::Ip
    }

    fn values(&self) -> &'static str {
        "internet addresses"
    }

    fn is(&self, value: &Value) -> bool {
        if !(3..=43).contains(&value.text.len()) {
            return false;
        }
        let address = match value.origin {
            // with or without the length of its network
            Origin::Inet => value
                .text
                .split_once('/')
                .map_or(value.text, |(address, _)| address),
            _ => value.text,
        };
        match address.parse() {
            Ok(IpAddr::V4(address)) => value.origin == Origin::Inet || !is_version(address),
            Ok(IpAddr::V6(_)) => true,
            Err(_) => false,
        }
    }

    fn chance(&self) -> f64 {
        0.01
    }

    fn most(&self) -> f64 {
        0.9
    }

    fn stands_in(&self, text: &Value) -> bool {
        text.tokens().any(|token| {
            token
                .parse()
                .is_ok_and(|address: Ipv4Addr| !is_version(address))
        })
    }
}

/// Four small numbers count something; but for the addresses of private networks, whose first number says what they are.
fn is_version(address: Ipv4Addr) -> bool {
    let [first, rest @ ..] = address.octets();
    let is_small = |octet: &u8| *octet < 24;
    match first {
        10 | 127 => false,
        0 => true,
        first => is_small(&first) && rest.iter().filter(|octet| is_small(octet)).count() >= 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid_and_invalid() {
        let is = |text: &str| Ip.is(&Value::of_text(text));
        for text in [
            "192.168.1.1",
            "8.8.8.8",
            "84.112.3.9",
            "10.0.0.5",
            "2001:db8::1",
            "fe80::1ff:fe23:4567:890a",
        ] {
            assert_eq!(is(text), text != "8.8.8.8", "{text}");
        }
        for text in [
            "1.2.3.4",
            "2.13.0.1",
            "10.0.19041.1",
            "1.2.3",
            "256.1.1.1",
            "10:20:30",
            "0.9.1.200",
        ] {
            assert!(!is(text), "{text}");
        }
        let of_inet = |text: &str| Ip.is(&Value::new(text, Origin::Inet));
        assert!(of_inet("1.2.3.4") && of_inet("10.0.0.0/8") && of_inet("2001:db8::/32"));
        assert!(Ip.stands_in(&Value::of_text("login from 84.112.3.9 failed")));
        assert!(!Ip.stands_in(&Value::of_text("upgrade to 1.2.3.4 failed")));
    }
}
