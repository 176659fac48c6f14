//! `gdpr_discover`: columns that look personal and that nobody has registered.
//!
//! Detectors tell what values look like, names say what columns are called; neither knows anything of PostgreSQL. `judge` weighs them. `unregistered` goes from table to
//! table, `read` brings the values, `suggest` finds a rule that can be registered, `register` does so.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod address;
mod agent;
mod birth;
mod card;
mod category;
mod coordinates;
mod detector;
mod document;
mod email;
mod given_names;
mod iban;
mod ip;
mod judge;
mod names;
mod national;
mod person;
mod phone;
mod read;
pub mod register;
mod sample;
mod suggest;
pub mod unregistered;
