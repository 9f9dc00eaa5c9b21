//! What a file can hold: bytes, and YAML that means harm or nothing.

use super::{service, small, watch};
use std::fs::File;

/// Each row: its number, the bytes of a file, and the rule that refuses them.
fn rows() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let with =
        |variables: &str| text(&service("").replace("\"a/b:1\"", &format!("\"a/b:1\", variables: {{V: {variables}}}")));
    let laughs = (1..10).fold("a0: &a0 lol\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 9].join(",");
        format!("{text}a{n}: &a{n} [{aliases}]\n")
    });
    let blocks: String = (0..1_400).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let keys: String = (0..80_000).map(|n| format!("k{n}: 1\n")).collect();
    vec![
        ("A01", text(&laughs), "yaml/anchor"),
        ("A02", text(&format!("a: &a '{}'\nb: [{}]", "x".repeat(80_000), "*a,".repeat(25_000))), "yaml/anchor"),
        ("A03 maps", text(&"{a: ".repeat(100_000)), "yaml/too-deep"),
        ("A03 brackets", text(&"[".repeat(100_000)), "yaml/too-deep"),
        ("A03 dashes", text(&"- ".repeat(100_000)), "yaml/too-deep"),
        ("A03 blocks", text(&blocks), "yaml/too-deep"),
        ("A04 scalar", vec![b'x'; 64 << 20], "load/file-too-large"),
        ("A04 keys", text(&keys), "yaml/too-big"),
        ("A04 anchors", text(&"- &a 1\n".repeat(100_000)), "yaml/anchor"),
        ("A04 brackets of quotes", text(&format!("[{}", "'',".repeat(300_000))), "yaml/too-big"),
        ("A05", text("privileged: false\na: 1\nprivileged: true\n"), "yaml/duplicate-key"),
        ("A06", text("a: &b {c: 1}\nd:\n  <<: *b\n  <<: *b\n"), "yaml/anchor"),
        ("A07", text("a: 1\n\u{feff}b: 2\n"), "load/hidden-character"),
        ("A08", text("a: 1\n\0b: 2\n"), "load/nul"),
        ("A09 Latin-1", b"a: caf\xe9\n".to_vec(), "load/not-utf8"),
        ("A09 UTF-16", b"\xff\xfea\0:\0 \x001\0".to_vec(), "load/not-utf8"),
        ("A09 overlong", b"a: \xc0\x80\n".to_vec(), "load/not-utf8"),
        ("A09 surrogate", text("a: \"\\ud800\"\n"), "yaml/syntax"),
        ("A10 CR", text("a: 1\rb: 2\r"), "load/line-break"),
        ("A10 NEL", text("a: 1\u{85}b: 2\n"), "load/line-break"),
        ("A10 U+2028", text("a: 1\u{2028}b: 2\n"), "load/line-break"),
        ("A11 tab", text("a:\n\tb: 1\n"), "yaml/syntax"),
        ("A11 truncated", text("a: [1, 2"), "yaml/syntax"),
        ("A12 second document", text("---\nkind: [\n---\n"), "yaml/syntax"),
        ("A13 no", with("no"), "yaml/ambiguous-scalar"),
        ("A13 010", with("010"), "yaml/ambiguous-scalar"),
        ("A13 0o10", with("0o10"), "yaml/ambiguous-scalar"),
        ("A13 1e3", with("1e3"), "yaml/ambiguous-scalar"),
        ("A13 12:30", with("12:30"), "yaml/ambiguous-scalar"),
        ("A13 .inf", with(".inf"), "yaml/ambiguous-scalar"),
        ("A13 twenty digits", with("99999999999999999999"), "yaml/ambiguous-scalar"),
        ("A13 1.0", with("1.0"), "schema/type"),
        ("A14 python", text("a: !!python/object/apply:os.system ['id']\n"), "yaml/tag"),
        ("A14 include", text("a: !include /etc/passwd\n"), "yaml/tag"),
        ("A14 binary", text("a: !!binary aGk=\n"), "yaml/tag"),
        ("A14 version", text("%YAML 9.9\n---\na: 1\n"), "yaml/directive"),
        ("A15 cycle", text("a: &a [*a]\n"), "yaml/anchor"),
        ("A15 undefined", text("a: *b\n"), "yaml/anchor"),
        ("A16 long key", text(&format!("? {}\n: 1\n", "k".repeat(1_000_000))), "yaml/too-big"),
        ("A16 list as key", text("{[1]: x}\n"), "yaml/key-not-text"),
        ("A16 __proto__", text(&service("  __proto__: {polluted: true}\n")), "schema/unknown-field"),
        ("A16 constructor", text(&service("  constructor: {prototype: 1}\n")), "schema/unknown-field"),
        ("A17", text(&service("  Scaling: {min: 1}\n")), "schema/unknown-field"),
        ("A25 bidirectional", text("# \u{202e}\na: 1\n"), "load/hidden-character"),
        ("A25 escaped", text("a: \"\\u2066\"\n"), "yaml/hidden-character"),
        ("A25 tag characters", text("a: x\u{e0041}\n"), "load/hidden-character"),
        ("A25 a terminal's escape", text("a: \u{1b}[2J\n"), "load/hidden-character"),
    ]
}

#[test]
fn every_hostile_file_is_refused_and_contained() {
    for (row, bytes, rule) in rows() {
        let repository = small();
        repository.write("catalog/x.yaml", bytes);
        watch(&repository, &["check"]).expect_refusal(row, rule);
    }
}

#[test]
fn a_file_of_a_gigabyte_is_refused_unread() {
    let repository = small();
    repository.write("catalog/x.yaml", "");
    let file = File::options().write(true).open(repository.root().join("catalog/x.yaml")).unwrap();
    file.set_len(1 << 30).unwrap();
    watch(&repository, &["check"]).expect_refusal("A04 gigabyte", "load/file-too-large");
}

#[test]
fn a_file_that_declares_nothing_is_a_warning_and_deletes_nothing() {
    for (row, bytes) in
        [("A11 empty", ""), ("A11 comment", "# nothing\n"), ("A11 null", "null\n"), ("A11", "---\n---\n")]
    {
        let repository = small();
        repository.write("catalog/x.yaml", bytes);
        let run = watch(&repository, &["check"]);
        assert_eq!(run.exit_code, Some(0), "{row}: {}", run.stdout);
        assert!(run.stdout.contains("warning[yaml/empty-document]"), "{row}: {}", run.stdout);
    }
}

#[test]
fn marks_and_line_ends_of_windows_are_accepted() {
    let lines = service("").replace('\n', "\r\n");
    for text in [format!("\u{feff}{}", service("")), lines.clone(), format!("\u{feff}{lines}")] {
        let repository = small();
        repository.write("catalog/x.yaml", text);
        let run = watch(&repository, &["check"]);
        assert_eq!(run.exit_code, Some(0), "{}", run.stdout);
    }
}
