//! HCL: a value model and its writer.
//!
//! In goes a [`Body`] of attributes and blocks, out comes the text that `terraform fmt` would leave alone. Text is only
//! ever a literal: what a value holds can become neither a template, a comment nor a block. Knows nothing of units.

mod escape;
#[cfg(test)]
mod laws;
mod tree;
mod value;
mod write;

pub use tree::tree;
pub use value::{Block, Body, Expression, Identifier, Item, NotAnIdentifier};
pub use write::write;
