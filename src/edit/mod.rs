//! Declarations are edited as people wrote them: a text and what is to change in it come in, a text goes out in which
//! that has changed and every other byte stands as it stood, comments and layout too.
//!
//! ```text
//! text, route, value -> places where it may be written -> text -> read back -> the text, if it says exactly that
//! ```
//!
//! What is asked for may not be possible so; then a [`Refusal`] says what to write by hand. Knows no files and no git.

mod image;
mod refusal;
mod revert;
mod splice;
mod verbatim;
mod whole;
#[cfg(test)]
mod laws;

pub use image::{Image, Stands, image_that_stands, is_image, set_image};
pub use refusal::Refusal;
pub use revert::{Revert, Sick, revert};
pub use splice::set_text;
pub use verbatim::{as_read, as_written};
