//! Strings with `${...}` expressions in CEL. A pattern is parsed once and evaluated against a [`Scope`]: on values,
//! never on text, so that nothing a value holds can become structure. There is no clock, randomness or environment.

mod function;
mod pattern;
mod problem;
mod program;
mod references;
mod scan;
mod scope;
mod value;

pub use pattern::Expressions;
#[cfg(test)]
pub use pattern::Pattern;
pub use problem::Problem;
pub use references::References;
pub use scope::{Known, Run, Scope};
pub use value::to_text;

/// The longest expression, in bytes.
pub const MAX_EXPRESSION: usize = 2_048;
/// How deep brackets and conditionals of an expression nest at most.
pub const MAX_NESTING: usize = 32;
/// How many operators, selections and brackets an expression has at most: the depth of its tree.
pub const MAX_OPERATORS: usize = 256;
/// The largest result of a string, in bytes of all texts in it plus one per value.
pub const MAX_RESULT: usize = 256 * 1024;

#[cfg(test)]
mod tests;
