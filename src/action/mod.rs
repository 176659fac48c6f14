//! What is done to the rows that a walk has found: plan in, report out.

pub mod anonymise;
mod apply;
mod delete;
mod detach;
mod done;
pub mod erase;
pub mod failure;
mod fate;
mod hooks;
mod matched;
pub mod on_delete;
mod outside;
pub mod plain_delete;
pub mod preview;
mod release;
mod report;
pub mod rerun;
mod rewrite;
mod session;
mod sources;
mod statement;
mod update;
mod work;

pub use report::Line;
pub use session::Asked;
pub use work::Goal;
