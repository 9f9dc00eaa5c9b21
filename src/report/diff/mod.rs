//! A diff as text: for people at a terminal, for pull requests, for programs.

mod human;
mod json;
mod markdown;
#[cfg(test)]
pub(super) mod samples;
mod table;
mod value;
mod wording;

pub use human::diff_human;
pub(super) use human::plain_lines;
pub(super) use json::Document;
pub use json::{diff_json, diff_schema};
pub use markdown::diff_markdown;
pub(super) use markdown::{escaped, fence, folds, unit_table};
pub use value::flow;
pub(super) use value::{Shown, shown};
