//! One expression: a plain path, looked up directly, or a CEL program with its bounds checked.

use super::function;
use super::problem::{self, Problem};
use super::scope::{Run, Scope};
use super::value::{Unfit, to_json};
use super::{MAX_NESTING, MAX_RESULT};
use cel::ExecutionError;
use cel::common::ast::{CallExpr, ComprehensionExpr, EntryExpr, Expr, IdedExpr};
use cel::parser::Parser;
use serde_json::Value;
use std::ops::Range;

/// The function that gives maps an order before a macro goes over them. No user can spell it.
pub const ORDERED: &str = "@ordered";
/// Our `bytes("1Gi")`, which takes the place of CEL's own function of that name.
pub const BYTES: &str = "@bytes";

/// A parsed expression.
#[derive(Debug)]
pub enum Program {
    Path(Vec<String>),
    /// `names.short(n)`.
    ShortName(usize),
    Cel(Box<IdedExpr>),
}

impl Program {
    /// Parses the source of an expression; `range` is where it stands in its string.
    pub fn parse(source: &str, range: &Range<usize>) -> Result<Program, Problem> {
        let source = source.trim();
        if let Some(path) = plain_path(source) {
            return Ok(Program::Path(path));
        }
        if let Some(max) = short_name_limit(source) {
            return Ok(Program::ShortName(max));
        }
        let parser = Parser::new().max_recursion_depth(MAX_NESTING as u16);
        let mut tree = parser.parse(source).map_err(|errors| {
            let first = errors.errors.first().map_or("it is incomplete", |error| error.msg.as_str());
            problem::syntax(range.clone(), first)
        })?;
        bound(&mut tree, false, range)?;
        Ok(Program::Cel(Box::new(tree)))
    }

    pub fn evaluate(&self, run: &Run<'_>, range: &Range<usize>) -> Result<Value, Problem> {
        let scope = run.scope;
        let tree = match self {
            Program::Path(path) => return scope.look_up(path, range).cloned(),
            Program::ShortName(max) => {
                let name = scope.short_name(*max).map(Value::String);
                return name.ok_or_else(|| problem::name_too_short(range.clone(), *max));
            }
            Program::Cel(tree) => tree,
        };
        let result = cel::Value::resolve(tree, run.context())
            .map_err(|error| unknown_path(tree, scope, range).unwrap_or_else(|| failed(tree, scope, range, &error)))?;
        let mut budget = MAX_RESULT as isize;
        to_json(&result, &mut budget).map_err(|unfit| match unfit {
            Unfit::Kind(kind) => problem::no_value(range.clone(), kind),
            Unfit::TooLarge => problem::too_large(range.clone()),
        })
    }
}

/// `environment.namespace`: names between dots and nothing else.
fn plain_path(source: &str) -> Option<Vec<String>> {
    let is_name = |part: &str| {
        let mut bytes = part.bytes();
        bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    let constant = matches!(source, "true" | "false" | "null");
    (!constant && source.split('.').all(is_name)).then(|| source.split('.').map(str::to_owned).collect())
}

/// By far the most frequent call: it needs no interpreter either.
fn short_name_limit(source: &str) -> Option<usize> {
    let limit = source.strip_prefix("names.short(")?.strip_suffix(')')?;
    limit.bytes().all(|b| b.is_ascii_digit()).then(|| limit.parse().ok())?
}

/// Refuses nested macros and message literals, names our functions, and puts the keys of maps in order where a macro goes over them.
fn bound(tree: &mut IdedExpr, in_macro: bool, range: &Range<usize>) -> Result<(), Problem> {
    match &mut tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) => Ok(()),
        Expr::Struct(_) => Err(problem::struct_literal(range.clone())),
        Expr::Select(select) => bound(&mut select.operand, in_macro, range),
        Expr::List(list) => list.elements.iter_mut().try_for_each(|item| bound(item, in_macro, range)),
        Expr::Map(map) => map.entries.iter_mut().try_for_each(|entry| match &mut entry.expr {
            EntryExpr::MapEntry(entry) => {
                bound(&mut entry.key, in_macro, range)?;
                bound(&mut entry.value, in_macro, range)
            }
            EntryExpr::StructField(_) => Err(problem::struct_literal(range.clone())),
        }),
        Expr::Call(call) => {
            if call.func_name == "bytes" {
                BYTES.clone_into(&mut call.func_name);
            }
            if let Some(target) = &mut call.target {
                bound(target, in_macro, range)?;
            }
            call.args.iter_mut().try_for_each(|argument| bound(argument, in_macro, range))
        }
        Expr::Comprehension(_) if in_macro => Err(problem::nested_comprehension(range.clone())),
        Expr::Comprehension(comprehension) => {
            bound(&mut comprehension.iter_range, false, range)?;
            let ComprehensionExpr { accu_init, loop_cond, loop_step, result, .. } = comprehension.as_mut();
            for part in [accu_init, loop_cond, loop_step, result] {
                bound(part, true, range)?;
            }
            let over = std::mem::take(&mut comprehension.iter_range);
            let call = CallExpr { func_name: ORDERED.to_owned(), target: None, args: vec![over] };
            comprehension.iter_range = IdedExpr { id: 0, expr: Expr::Call(call) };
            Ok(())
        }
    }
}

fn failed(tree: &IdedExpr, scope: &Scope, range: &Range<usize>, error: &ExecutionError) -> Problem {
    match error {
        ExecutionError::UndeclaredReference(name) if tree.references().has_function(name.as_str()) => {
            function::unknown(range.clone(), name)
        }
        ExecutionError::UndeclaredReference(name) => problem::unknown_name(range.clone(), name, scope.root_names()),
        error => problem::failed(range.clone(), error),
    }
}

/// The first path in the expression that leads nowhere: a better answer than the interpreter's.
fn unknown_path(tree: &IdedExpr, scope: &Scope, range: &Range<usize>) -> Option<Problem> {
    if let Some(path) = select_path(tree) {
        return if scope.has_root(&path[0]) { scope.look_up(&path, range).err() } else { None };
    }
    let inside = |part: &IdedExpr| unknown_path(part, scope, range);
    match &tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => None,
        Expr::Select(select) if select.test => None,
        Expr::Select(select) => inside(&select.operand),
        Expr::List(list) => list.elements.iter().find_map(inside),
        Expr::Map(map) => map.entries.iter().find_map(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => inside(&entry.key).or_else(|| inside(&entry.value)),
            EntryExpr::StructField(_) => None,
        }),
        Expr::Call(call) => call.target.as_deref().and_then(inside).or_else(|| call.args.iter().find_map(inside)),
        Expr::Comprehension(comprehension) => {
            inside(&comprehension.iter_range).or_else(|| inside(&comprehension.loop_step))
        }
    }
}

/// `a.b.c` as its names.
pub fn select_path(tree: &IdedExpr) -> Option<Vec<String>> {
    match &tree.expr {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select(select) if !select.test => {
            let mut path = select_path(&select.operand)?;
            path.push(select.field.clone());
            Some(path)
        }
        _ => None,
    }
}
