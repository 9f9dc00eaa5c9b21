//! Hostile text made inert: what comes from a repository must not steer a terminal, a reader's eye or a CI runner.

use std::borrow::Cow;
use std::fmt::Write;

/// Control, bidirectional and invisible characters written out as `\u{202e}`; line feeds and tabs stay.
///
/// Works character by character, so that the parts of a text may be escaped one by one.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_hidden(c) {
            true => escaped.extend(c.escape_unicode()),
            false => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// The same for text that has to stay on one line.
pub fn visible_line(text: &str) -> Cow<'_, str> {
    match visible(text) {
        line if line.contains(['\n', '\t']) => Cow::Owned(line.replace('\n', "\\n").replace('\t', " ")),
        line => line,
    }
}

/// Breaks what the runner of GitHub Actions takes for a command: `##[` anywhere, `::name::` at the start of a line.
pub fn inert(output: String) -> String {
    let output = without_bracket_commands(output);
    if !output.lines().any(is_colon_command) {
        return output;
    }
    let broken = |line: &str| if is_colon_command(line) { line.replacen(':', r"\u{3a}", 1) } else { line.to_owned() };
    output.split('\n').map(broken).collect::<Vec<_>>().join("\n")
}

/// Breaks `##[` alone, for output whose lines are commands of our own.
pub fn without_bracket_commands(output: String) -> String {
    if output.contains("##[") { output.replace("##[", r"#\u{23}[") } else { output }
}

/// As the runner decides it.
fn is_colon_command(line: &str) -> bool {
    line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"))
}

/// The same text in JSON: equal when parsed, but without a hidden character or a runner's command in it.
pub fn inert_json(json: String) -> String {
    let escaped = match json.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        // Nothing hides in plain ASCII, and most JSON is no more: a look at its bytes is ten times as fast.
        true => json,
        false => without_hidden(&json),
    };
    if escaped.contains("##[") { escaped.replace("##[", "#\\u0023[") } else { escaped }
}

fn without_hidden(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    let mut units = [0; 2];
    // Outside strings JSON has none of these, but for line feeds.
    for c in json.chars() {
        match is_hidden(c) {
            true => {
                for unit in c.encode_utf16(&mut units) {
                    write!(escaped, "\\u{unit:04x}").expect("writing to a string succeeds");
                }
            }
            false => escaped.push(c),
        }
    }
    escaped
}

/// Whether a character is one that a person cannot see, or that moves what they see.
pub fn is_hidden(c: char) -> bool {
    match c {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' => true,
        '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' => true,
        '\u{13430}'..='\u{13455}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' => true,
        '\u{e0000}'..='\u{e0fff}' => true,
        _ => c.is_control(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_or_hides_text_is_written_out() {
        for (text, shown) in [
            ("plain é 中 🦀\n\tx", "plain é 中 🦀\n\tx"),
            ("a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("a\rb", "a\\u{d}b"),
            ("user\u{202e}txt", "user\\u{202e}txt"),
            ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
            ("tag\u{e0041}", "tag\\u{e0041}"),
            ("\u{85}\u{2028}\u{200b}\u{feff}", "\\u{85}\\u{2028}\\u{200b}\\u{feff}"),
        ] {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_line("a\nb\tc"), "a\\nb c");
    }

    #[test]
    fn a_runner_command_is_broken_in_text_and_kept_in_parsed_json() {
        assert_eq!(inert("x ##[add-mask]y".to_owned()), r"x #\u{23}[add-mask]y");
        assert_eq!(inert("a\n ::add-mask::b\n".to_owned()), "a\n \\u{3a}:add-mask::b\n");
        assert_eq!(inert("  ::: a.yaml:1:2\na::b::c\n".to_owned()), "  ::: a.yaml:1:2\na::b::c\n");
        let hostile = "##[group]\u{202e}\u{e0041}";
        let json = inert_json(serde_json::to_string(hostile).unwrap());
        assert_eq!(json, "\"#\\u0023[group]\\u202e\\udb40\\udc41\"");
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), hostile);
    }
}
