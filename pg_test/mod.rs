//! Tests in the database of what SQL does not show: how the catalog is read, how expressions are printed, what is kept between calls.

// A test that finds something missing has failed, and says what.
#![allow(clippy::expect_used)]

mod cached;
mod expression;
mod relation;

/// Called once by pgrx-tests before the first test.
pub fn setup(_options: Vec<&str>) {}

/// Settings of the server that the tests run in.
pub fn postgresql_conf_options() -> Vec<&'static str> {
    vec![]
}
