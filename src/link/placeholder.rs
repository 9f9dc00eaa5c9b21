//! `${...}` placeholders of declarations: parsed once, plain paths only.

use std::ops::Range;

/// A text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Template {
    pub parts: Vec<TemplatePart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplatePart {
    Literal(String),
    /// What stands between the braces, split at dots, with its byte range (braces included) in the text.
    Placeholder {
        path: Vec<String>,
        range: Range<usize>,
    },
}
