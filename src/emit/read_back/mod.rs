//! Read back: what was written is parsed again, by a parser that nobody here wrote, and compared with what was meant.

pub mod hcl;
