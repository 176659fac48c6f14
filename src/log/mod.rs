//! What was done, without personal data: events, what stands in anonymised rows, and the secret that both are keyed with.

pub mod anonymised;
pub mod event;
pub mod fingerprint;
pub mod home;
pub mod keys;
pub mod mirror;
pub mod origin;
pub mod read;
pub mod secret;
pub mod server;
