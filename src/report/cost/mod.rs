//! What units cost as text: for people at a terminal, for pull requests, for programs, and as a picture.

mod human;
mod json;
mod markdown;
#[cfg(test)]
mod samples;
mod svg;
mod wording;

pub use human::cost_human;
pub use json::{cost_json, cost_schema};
pub use markdown::cost_markdown;
pub use svg::cost_svg;
