//! Hostile words and trees out of arbitrary bytes: pieces that mean something to YAML, HCL, CEL, Markdown, terminals or
//! the runner of GitHub Actions, and letters between them.

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Number, Value};

const PIECES: &[&str] = &[
    "",
    "a",
    "cart",
    "no",
    "null",
    "~",
    "0x1F",
    "1_000",
    "014",
    "12:30",
    "1e3",
    ".inf",
    "2024-01-01",
    "<<",
    "=",
    "- ",
    ": ",
    " #",
    "? ",
    "---",
    "...",
    "\n---\nkind: ClusterRoleBinding\n",
    "|",
    ">",
    "&a",
    "*a",
    "!!str ",
    "%YAML",
    "[",
    "]",
    "{",
    "}",
    "'",
    "\"",
    "\\",
    "`",
    "```",
    "````",
    "~~~",
    "\n",
    "\r",
    "\r\n",
    "\t",
    " ",
    "  ",
    "$",
    "%",
    "${",
    "%{",
    "$${",
    "%%{",
    "${file(\"/etc/passwd\")}",
    "${resources.db.host}",
    "$(VAR)",
    "\"\n}\nprovisioner \"x\" {\n",
    "#",
    "//",
    "/*",
    "*/",
    "<<EOT\n",
    "EOT\n",
    "\\u0024{",
    "@acme/all",
    "#123",
    "fixes #1",
    "<img src=x>",
    "![](http://x)",
    "](http://x)",
    "https://evil.example/x",
    "<details>",
    "</details>",
    "</summary>",
    "</code>",
    "<!--",
    "-->",
    "|",
    "||",
    "**",
    "__",
    "::error::",
    "\n::add-mask::a",
    "##[group]",
    "##",
    "[add-mask]",
    "%0A",
    "%0D",
    "]]>",
    "&lt;",
    "&#64;",
    "\u{0}",
    "\u{8}",
    "\u{1b}[31m",
    "\u{1b}]8;;http://x\u{7}",
    "\u{7f}",
    "\u{85}",
    "\u{9b}2J",
    "\u{ad}",
    "\u{200b}",
    "\u{200d}",
    "\u{202e}",
    "\u{2028}",
    "\u{2029}",
    "\u{2066}",
    "\u{e000}",
    "\u{fe0f}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{e0041}",
    "\u{10ffff}",
    "é",
    "e\u{301}",
    "東",
    "😀",
    "ﷺ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];

/// A text of some pieces; now and then whatever the bytes say.
pub fn text(u: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    for _ in 0..u.int_in_range(0..=5)? {
        match u.int_in_range(0..=5)? {
            0 => text.push_str(u.arbitrary::<&str>()?),
            1 => text.push(u.arbitrary()?),
            _ => text.push_str(u.choose(PIECES)?),
        }
    }
    Ok(text)
}

/// A name of ours: what all checks before have let through.
pub fn name(u: &mut Unstructured<'_>) -> Result<&'static str> {
    u.choose(&["a", "cart", "checkout-service", "x9", "production", "staging"]).copied()
}

/// A JSON value, `depth` deep at most.
pub fn tree(u: &mut Unstructured<'_>, depth: usize) -> Result<Value> {
    Ok(match u.int_in_range(0..=if depth == 0 { 6 } else { 9 })? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::from(u.arbitrary::<i64>()?),
        3 => Value::from(u.arbitrary::<u64>()?),
        4 => Number::from_f64(u.arbitrary()?).map_or(Value::Null, Value::Number),
        5 | 6 => Value::String(text(u)?),
        7 => Value::Array((0..u.int_in_range(0..=4)?).map(|_| tree(u, depth - 1)).collect::<Result<_>>()?),
        _ => Value::Object(entries(u, depth - 1)?),
    })
}

/// The entries of an object.
pub fn entries(u: &mut Unstructured<'_>, depth: usize) -> Result<Map<String, Value>> {
    (0..u.int_in_range(0..=5)?).map(|_| Ok((text(u)?, tree(u, depth)?))).collect()
}
