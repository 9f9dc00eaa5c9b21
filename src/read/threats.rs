//! The rows of the threat list that concern declarations, from bytes in a folder to findings. A test only.

use super::{load_directory, parse};
use crate::model::{Finding, Findings};
use std::time::{Duration, Instant};

/// Loads and parses a repository with this file; the findings, and the values of what was understood.
fn read_file(path: &str, bytes: &[u8]) -> (Vec<Finding>, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(file, bytes).unwrap();
    let mut findings = Findings::default();
    let snapshot = load_directory(folder.path(), &mut findings).unwrap();
    let documents = parse(&snapshot, &mut findings);
    let values: Vec<String> = documents.iter().map(|document| document.root().to_json().to_string()).collect();
    (findings.into_sorted(), values.join("\n"))
}

/// Each row of threats: its number, a file, and the rule that refuses it.
fn rows() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let laughs = (1..10).fold("a0: &a0 lol\n".to_owned(), |text, n| {
        let aliases = vec![format!("*a{}", n - 1); 9].join(",");
        format!("{text}a{n}: &a{n} [{aliases}]\n")
    });
    let keys: String = (0..70_000).map(|n| format!("k{n}: 1\n")).collect();
    let blocks: String = (0..1_000).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("A01", text(&laughs), "yaml/anchor"),
        ("A02", text(&format!("a: &a '{}'\nb: [{}]", "x".repeat(80_000), "*a,".repeat(25_000))), "yaml/anchor"),
        ("A03", text(&"{a: ".repeat(100_000)), "yaml/too-deep"),
        ("A03", text(&"[".repeat(100_000)), "yaml/too-deep"),
        ("A03", text(&"- ".repeat(100_000)), "yaml/too-deep"),
        ("A03", text(&blocks), "yaml/too-deep"),
        ("A04", vec![b'x'; 64 << 20], "load/file-too-large"),
        ("A04", vec![b'x'; 1 << 20], "yaml/too-big"),
        ("A04", text(&keys), "yaml/too-big"),
        ("A04", text(&"- &a 1\n".repeat(100_000)), "yaml/anchor"),
        ("A05", text("privileged: false\na: 1\nprivileged: true\n"), "yaml/duplicate-key"),
        ("A06", text("a: &b {c: 1}\nd:\n  <<: *b\n  <<: *b\n"), "yaml/anchor"),
        ("A07", text("a: 1\n\u{feff}b: 2\n"), "load/hidden-character"),
        ("A08", text("a: 1\n\0b: 2\n"), "load/nul"),
        ("A09", b"a: caf\xe9\n".to_vec(), "load/not-utf8"),
        ("A09", b"\xff\xfea\0:\0 \x001\0".to_vec(), "load/not-utf8"),
        ("A09", b"a: \xc0\x80\n".to_vec(), "load/not-utf8"),
        ("A09", text("a: \"\\ud800\"\n"), "yaml/syntax"),
        ("A10", text("a: 1\rb: 2\r"), "load/line-break"),
        ("A10", text("a: 1\u{85}b: 2\n"), "load/line-break"),
        ("A10", text("a: 1\u{2028}b: 2\n"), "load/line-break"),
        ("A11", text("a:\n\tb: 1\n"), "yaml/syntax"),
        ("A11", text("a: [1, 2"), "yaml/syntax"),
        ("A11", text(""), "yaml/empty-document"),
        ("A11", text("# nothing\n"), "yaml/empty-document"),
        ("A11", text("null\n"), "yaml/empty-document"),
        ("A13", text("country: no\n"), "yaml/ambiguous-scalar"),
        ("A13", text("a: 99999999999999999999\n"), "yaml/ambiguous-scalar"),
        ("A14", text("a: !!python/object/apply:os.system ['id']\n"), "yaml/tag"),
        ("A14", text("a: !include /etc/passwd\n"), "yaml/tag"),
        ("A14", text("a: !!binary aGk=\n"), "yaml/tag"),
        ("A14", text("%YAML 9.9\n---\na: 1\n"), "yaml/directive"),
        ("A15", text("a: &a [*a]\n"), "yaml/anchor"),
        ("A15", text("a: *b\n"), "yaml/anchor"),
        ("A16", text(&format!("? {}\n: 1\n", "k".repeat(1_000_000))), "yaml/too-big"),
        ("A16", text("{[1]: x}\n"), "yaml/key-not-text"),
        ("A24", text("name: pay\u{200d}ments\n"), "load/hidden-character"),
        ("A25", text("# \u{202e}\na: 1\n"), "load/hidden-character"),
        ("A25", text("a: \"\\u2066\"\n"), "yaml/hidden-character"),
        ("A25", text("a: x\u{e0041}\n"), "load/hidden-character"),
    ]
}

#[test]
fn every_hostile_file_is_a_finding_and_nothing_else() {
    for (row, bytes, rule) in rows() {
        let start = Instant::now();
        let (findings, values) = read_file("catalog/a.yaml", &bytes);
        let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert!(findings.iter().any(|finding| finding.rule.id == rule), "{row} {shown:?}: {findings:#?}");
        assert!(findings.iter().all(|finding| finding.at.path.as_str() == "catalog/a.yaml"), "{row} {shown:?}");
        let said = format!("{findings:?}");
        assert!(!said.contains(['\u{202e}', '\u{200d}', '\u{e0041}', '\0']), "{row} {shown:?}");
        assert!(values.len() < 2_000_000, "{row} {shown:?}: {} bytes", values.len());
        // Unoptimised, and with other tests beside it; a second is the promise of the released program.
        assert!(start.elapsed() < Duration::from_secs(10), "{row} {shown:?}: {:?}", start.elapsed());
    }
}

#[test]
fn the_same_declaration_is_read_whatever_its_line_ends_and_byte_order_mark() {
    let expected = read_file("catalog/a.yaml", b"a: |\n  x\n  y\nb: 'z'\n");
    assert_eq!(expected, (Vec::new(), r#"{"a":"x\ny\n","b":"z"}"#.to_owned()));
    for bytes in [b"a: |\r\n  x\r\n  y\r\nb: 'z'\r\n".as_slice(), b"\xef\xbb\xbfa: |\r\n  x\n  y\r\nb: 'z'\n"] {
        assert_eq!(read_file("catalog/a.yaml", bytes), expected);
    }
}

#[test]
fn a_name_from_another_platform_is_a_finding() {
    for path in ["catalog/nul.yaml", "catalog/aux/a.yaml", "catalog/a:b.yaml", "catalog/COM1.yaml", "catalog/a./b.yaml"]
    {
        let (findings, values) = read_file(path, b"a: 1\n");
        assert_eq!(findings[0].rule.id, "load/path", "{path}");
        assert_eq!(values, "");
    }
}
