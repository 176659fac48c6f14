//! What is done to the rows that a walk has found: plan in, report out.

pub mod anonymise;
mod apply;
mod done;
mod failure;
mod hooks;
mod report;
mod rewrite;
mod statement;
mod unregistered;
mod update;
mod work;

pub use report::Line;
