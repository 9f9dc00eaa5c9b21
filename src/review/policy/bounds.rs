//! Functions of Rego that can make much of little, held to a budget: a step limit alone would let forty steps double a
//! text forty times.
//!
//! A program's functions are exchanged for ones that first weigh what they are given and would make. Each thread has one
//! budget, which is filled before each evaluation; what would exceed it fails, and the budget remembers.

use regorus::Value;
use regorus::rvm::Program;
use regorus::unstable::{BUILTINS, BuiltinFcn, Expr, Ref, Span};
use std::cell::Cell;

/// Bytes that functions may be given and make in one evaluation of one rule, together.
const BUDGET: usize = 32 << 20;

/// What one call may be given: also bounds functions whose result is the product of two arguments.
const ONE_CALL: usize = 1 << 20;

/// The most bytes of a product, such as a text joined of many parts by a long separator.
const PRODUCT: usize = 8 << 20;

/// Bits that a number may be shifted by.
const MAX_SHIFT: i64 = 64;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(BUDGET) };
    static EXCEEDED: Cell<bool> = const { Cell::new(false) };
}

/// Fills the budget of this thread.
pub fn fill() {
    LEFT.set(BUDGET);
    EXCEEDED.set(false);
}

/// Whether something was refused since the budget was filled.
pub fn is_exceeded() -> bool {
    EXCEEDED.get()
}

/// Puts the functions of a program under the budget.
pub fn bound(program: &mut Program) {
    for (info, resolved) in program.builtin_info_table.iter().zip(&mut program.resolved_builtins) {
        if let Some((_, bounded)) = BOUNDED.iter().find(|(name, _)| *name == info.name) {
            resolved.0 = *bounded;
        }
    }
}

type Function = fn(&Span, &[Ref<Expr>], &[Value], bool) -> anyhow::Result<Value>;

macro_rules! bounded {
    ($($name:literal),+ $(,)?) => {
        static BOUNDED: &[(&str, Function)] = &[$(($name, |span, params, arguments, strict| {
            call($name, span, params, arguments, strict)
        })),+];
    };
}

bounded! {
    "array.concat", "base64.decode", "base64.encode", "bits.lsh", "concat", "format_int", "glob.match", "intersection", "json.filter",
    "json.marshal", "json.marshal_with_options", "json.remove", "json.unmarshal", "lower", "object.filter",
    "object.remove", "object.union", "object.union_n", "product", "regex.find_n", "regex.match", "regex.replace",
    "regex.split", "replace", "sort", "split", "sprintf", "strings.any_prefix_match", "strings.any_suffix_match",
    "strings.count", "strings.replace_n", "strings.reverse", "substring", "union", "upper",
}

fn call(
    name: &'static str,
    span: &Span,
    params: &[Ref<Expr>],
    arguments: &[Value],
    strict: bool,
) -> anyhow::Result<Value> {
    let weights: Vec<usize> = arguments.iter().map(|argument| weight(argument, ONE_CALL)).collect();
    let given = weights.iter().sum::<usize>();
    let product = weights.iter().fold(1_usize, |product, weight| product.saturating_mul(*weight));
    // What is made of two or more arguments is at most as large as their product, or as their sum.
    let made = if multiplies(name) { product } else { given };
    if given > ONE_CALL
        || made > PRODUCT
        || shifts_far(name, arguments)
        || pads_far(name, arguments)
        || !take(given + made)
    {
        EXCEEDED.set(true);
        anyhow::bail!("more than a policy may make");
    }
    let (function, _): &BuiltinFcn = BUILTINS.get(name).expect("only functions that are there are exchanged");
    function(span, params, arguments, strict)
}

fn multiplies(name: &str) -> bool {
    matches!(name, "concat" | "replace" | "strings.replace_n" | "regex.replace")
}

fn shifts_far(name: &str, arguments: &[Value]) -> bool {
    name == "bits.lsh" && arguments.get(1).is_some_and(|by| by.as_i64().map_or(true, |by| by > MAX_SHIFT))
}

/// Whether a format asks for a width of more than three digits: `%1000000d`, or for one that is given as an argument.
fn pads_far(name: &str, arguments: &[Value]) -> bool {
    let Some(Value::String(format)) = arguments.first().filter(|_| name == "sprintf") else { return false };
    format.split('%').skip(1).any(|verb| {
        let digits = verb.bytes().take_while(|byte| byte.is_ascii_digit() || b"+-# .*".contains(byte));
        let width: Vec<u8> = digits.collect();
        width.contains(&b'*') || width.split(|byte| !byte.is_ascii_digit()).any(|digits| digits.len() > 3)
    })
}

fn take(bytes: usize) -> bool {
    let left = LEFT.get().checked_sub(bytes);
    LEFT.set(left.unwrap_or(0));
    left.is_some()
}

/// How many bytes and values there are; no more is counted than it takes to exceed the limit, because what is shared is
/// seen as often as it is referred to.
fn weight(value: &Value, limit: usize) -> usize {
    let mut total = 1_usize;
    let mut add = |value: &Value| {
        if total <= limit {
            total += weight(value, limit - total);
        }
    };
    match value {
        Value::Null | Value::Bool(_) | Value::Undefined => {}
        Value::Number(_) => total += 8,
        Value::String(text) => total += text.len(),
        Value::Array(items) => items.iter().for_each(add),
        Value::Set(items) => items.iter().for_each(add),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            add(key);
            add(value);
        }),
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_values_are_weighed_no_longer_than_it_takes() {
        let mut value = Value::from("x".repeat(100));
        for _ in 0..60 {
            value = Value::from(vec![value.clone(), value]);
        }
        assert!(weight(&value, 1_000) > 1_000);
    }

    #[test]
    fn a_wide_format_is_seen() {
        let format = |text: &str| pads_far("sprintf", &[Value::from(text), Value::from(Vec::<Value>::new())]);
        assert!(format("%1000000d") && format("a %s %-09999s") && format("%*d") && format("%.99999f"));
        assert!(!format("%s is 100% of %d, 12345") && !format("%05d"));
    }

    #[test]
    fn every_exchanged_function_is_there() {
        let missing: Vec<_> =
            BOUNDED.iter().filter(|(name, _)| !BUILTINS.contains_key(name)).map(|(name, _)| name).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
