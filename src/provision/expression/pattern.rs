//! A pattern: literal parts and expressions. One that is exactly one expression keeps the type of its result; in any
//! other, results become text.

use super::MAX_RESULT;
use super::problem::{self, Problem};
use super::program::Program;
use super::scan::{Piece, cut};
use super::scope::Run;
use super::value::to_text;
use serde_json::Value;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};

/// A string with expressions, parsed.
#[derive(Debug)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Literal(String),
    Expression { program: Program, range: Range<usize> },
}

impl Pattern {
    pub fn parse(text: &str) -> Result<Pattern, Problem> {
        let part = |piece| {
            Ok(match piece {
                Piece::Literal(literal) => Part::Literal(literal),
                Piece::Expression { source, range } => {
                    Part::Expression { program: Program::parse(source, &range)?, range }
                }
            })
        };
        Ok(Pattern { parts: cut(text)?.into_iter().map(part).collect::<Result<_, _>>()? })
    }

    pub fn evaluate(&self, run: &Run<'_>) -> Result<Value, Problem> {
        if let [Part::Expression { program, range }] = self.parts.as_slice() {
            return program.evaluate(run, range);
        }
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Expression { program, range } => {
                    let value = program.evaluate(run, range)?;
                    text.push_str(&to_text(&value).map_err(|kind| problem::not_text(range.clone(), kind))?);
                    if text.len() > MAX_RESULT {
                        return Err(problem::too_large(range.clone()));
                    }
                }
            }
        }
        Ok(Value::String(text))
    }
}

/// Patterns by their text, each parsed once.
#[derive(Debug, Default)]
pub struct Expressions {
    parsed: RwLock<HashMap<String, Parsed>>,
}

type Parsed = Arc<Result<Pattern, Problem>>;

impl Expressions {
    pub fn parse(&self, text: &str) -> Parsed {
        if let Some(known) = self.parsed.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        let parsed = Arc::new(Pattern::parse(text));
        self.parsed.write().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), parsed.clone());
        parsed
    }

    pub fn evaluate(&self, text: &str, run: &Run<'_>) -> Result<Value, Problem> {
        if !text.contains("${") {
            return Ok(Value::String(text.to_owned()));
        }
        match &*self.parse(text) {
            Ok(pattern) => pattern.evaluate(run),
            Err(problem) => Err(problem.clone()),
        }
    }
}
