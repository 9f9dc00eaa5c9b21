//! What people could write to make the bot say it for them: in the comment it is text, and nothing comes of it.
//!
//! The same comment is rendered with GitHub's own renderer by `.ci/end_to_end.py`: `PAVIOR_HOSTILE_COMMENT` names the file
//! that it is to be written to.

use super::Fate;
use super::body::tests::{RULE, approval, needs, standing, text};
use crate::forge::approvals::codeowners::Problem;
use crate::forge::approvals::{Discounted, Standing};
use crate::forge::wording;
use crate::model::{Finding, Location, RepoPath};
use crate::report::Judged;

const HOSTILE: [&str; 12] = [
    "@acme/everyone #123 fixes #1 5bd5f196a46b8222fb7484f05faba41a73cf34bd",
    "<img src=https://evil.example/x> ![x](http://evil.example/x)",
    "</details></summary><details open><script>alert(1)</script>",
    "```` ``` ` ~~~ \n```\n@acme/everyone\n```",
    "<!-- pavior:report v1 pull=1 --> <!-- x",
    "| table | cell |\n|---|---|\n| @acme/everyone | x |",
    "[x](javascript:alert(1)) <a href=javascript:x>x</a> [y]: http://evil.example",
    "x\n\n# @acme/everyone\n\n> - [ ] fixes #1",
    "`x` @acme/everyone `y`",
    "\u{202e}@acme/everyone\u{2066} \u{e0041}",
    "https://evil.example/x www.evil.example mallory@evil.example",
    "\\` @acme/everyone \\` *x* _y_ ~~z~~ &commat;acme/everyone &#64;acme",
];

fn hostile() -> String {
    let all = HOSTILE.join(" ");
    let mut judged: Judged = needs(&[approval("shopping", 2)]);
    let at = || Location::file(RepoPath::literal("catalog/a.yaml"));
    judged.report.findings = HOSTILE.iter().map(|one| Finding::new(&RULE, at(), *one).help(*one).label(*one)).collect();
    judged.report.notes = HOSTILE.iter().map(|one| (*one).to_owned()).collect();
    let remarks: Vec<String> = HOSTILE
        .iter()
        .flat_map(|one| {
            [
                wording::unknown_command(one, None),
                wording::could_not_run(one),
                wording::not_allowed(one, "apply", crate::forge::words::Permission::Write),
            ]
        })
        .collect();
    let told = Standing {
        objections: HOSTILE.iter().map(|one| (*one).to_owned()).collect(),
        discounted: HOSTILE.iter().map(|one| ((*one).to_owned(), Discounted::Author)).collect(),
        codeowners: vec![
            Problem::Unowned { path: all.clone() },
            Problem::OwnerTakenAway { path: all.clone(), line: 1 },
        ],
        ..standing(&[&all])
    };
    // Open, so that approvals are told; what became of it is told by another line.
    let open = text(&judged, &told, &Fate::Open, &remarks);
    let merged = wording::fate(&Fate::Merged { by: Some(all), commit: None, applied: Vec::new() }).unwrap_or_default();
    format!("{open}\n{merged}\n")
}

#[test]
fn a39_hostile_text_is_in_code_or_a_fence_and_nowhere_else() {
    let comment = hostile();
    if let Ok(file) = std::env::var("PAVIOR_HOSTILE_COMMENT") {
        std::fs::write(file, &comment).expect("the file can be written");
    }
    let shown = outside_code(&comment);
    for piece in ["@acme", "#123", "fixes", "<img", "![", "javascript:", "evil", "<script", "\u{202e}", "5bd5f196"] {
        assert!(!shown.contains(piece), "{piece} in {shown}");
    }
    assert_eq!(shown.matches("<details").count(), shown.matches("</details>").count(), "{shown}");
    assert_eq!(shown.matches("<!--").count(), 1, "{shown}");
}

#[test]
fn what_is_not_in_code_would_be_found() {
    assert!(outside_code("a `b` @acme ``c ` d`` e").contains("@acme"));
    assert_eq!(outside_code("`@acme` ``@a ` @b``"), " \n");
    assert_eq!(outside_code("```\n@acme\n```\nx"), "x\n");
    assert!(outside_code("` @acme").contains("@acme"));
}

/// What GitHub would take for more than text.
fn outside_code(text: &str) -> String {
    let (mut shown, mut fence) = (String::new(), None);
    for line in text.lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            Some(longest) if ticks >= longest && line.len() == ticks => fence = None,
            Some(_) => {}
            None if ticks > 2 && !line[ticks..].contains('`') => fence = Some(ticks),
            None => shown.push_str(&(outside_spans(line) + "\n")),
        }
    }
    shown
}

/// A code span ends at the next run of as many ticks as it began with.
fn outside_spans(line: &str) -> String {
    let (mut shown, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        shown.push_str(&rest[..start]);
        let ticks = run(&rest[start..]);
        let behind = &rest[start + ticks..];
        let ends = |at: &usize| !behind[..*at].ends_with('`') && run(&behind[*at..]) == ticks;
        match behind.match_indices('`').map(|(at, _)| at).find(ends) {
            Some(end) => rest = &behind[end + ticks..],
            None => {
                shown.push_str(&rest[start..start + ticks]);
                rest = behind;
            }
        }
    }
    shown + rest
}

fn run(text: &str) -> usize {
    text.len() - text.trim_start_matches('`').len()
}
