//! `change.diff`: edits in the shape of a unified diff, found by their text. Line numbers are not looked at, so a case
//! outlives changes of the catalog around it.

use std::fs;
use std::path::Path;

/// One place of a file: the lines that are there, and those that come.
#[derive(Debug, Default, PartialEq, Eq)]
struct Hunk {
    path: String,
    old: Vec<String>,
    new: Vec<String>,
}

/// Applies every hunk below `root`.
pub fn apply(diff: &str, root: &Path) -> Result<(), String> {
    for hunk in hunks(diff)? {
        let path = root.join(&hunk.path);
        let text = fs::read_to_string(&path).map_err(|error| format!("change.diff: {}: {error}", hunk.path))?;
        fs::write(&path, edited(&text, &hunk)?).map_err(|error| format!("change.diff: {}: {error}", hunk.path))?;
    }
    Ok(())
}

fn hunks(diff: &str) -> Result<Vec<Hunk>, String> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut path = String::new();
    for line in diff.lines() {
        if let Some(new) = line.strip_prefix("+++ ") {
            path = new.trim_start_matches("b/").to_owned();
            hunks.push(Hunk { path: path.clone(), ..Hunk::default() });
        } else if line.starts_with("@@") {
            hunks.push(Hunk { path: path.clone(), ..Hunk::default() });
        } else if !["--- ", "diff ", "index "].iter().any(|start| line.starts_with(start)) {
            let hunk = hunks.last_mut().ok_or("change.diff: a line stands before the first `+++ <path>`")?;
            let (mark, text) = line.split_at_checked(1).unwrap_or((" ", ""));
            match mark {
                "-" => hunk.old.push(text.to_owned()),
                "+" => hunk.new.push(text.to_owned()),
                " " => {
                    hunk.old.push(text.to_owned());
                    hunk.new.push(text.to_owned());
                }
                _ => return Err(format!("change.diff: `{line}` starts with none of `-`, `+`, ` `, `@@`")),
            }
        }
    }
    hunks.retain(|hunk| !hunk.old.is_empty() || !hunk.new.is_empty());
    Ok(hunks)
}

/// The text with the hunk's lines, which must be there exactly once.
fn edited(text: &str, hunk: &Hunk) -> Result<String, String> {
    let lines: Vec<&str> = text.lines().collect();
    if hunk.old.is_empty() {
        return Err(format!("change.diff: {}: a hunk that only adds needs a line of context", hunk.path));
    }
    let mut places = lines.windows(hunk.old.len()).enumerate().filter(|(_, window)| *window == hunk.old);
    match (places.next(), places.next()) {
        (Some((at, _)), None) => {
            let after = &lines[at + hunk.old.len()..];
            let all =
                lines[..at].iter().copied().chain(hunk.new.iter().map(String::as_str)).chain(after.iter().copied());
            Ok(all.map(|line| format!("{line}\n")).collect())
        }
        (None, _) => Err(format!("change.diff: {} does not hold\n{}", hunk.path, hunk.old.join("\n"))),
        (Some(_), Some(_)) => Err(format!("change.diff: {} holds this twice\n{}", hunk.path, hunk.old.join("\n"))),
    }
}

#[test]
fn a_change_is_found_by_its_text_wherever_it_stands() {
    let diff = "--- a/x.yaml\n+++ b/x.yaml\n@@ -7 +7 @@\n a: 1\n-b: 2\n+b: 3\n@@\n-d: 4\n";
    let hunks = hunks(diff).unwrap();
    let text =
        hunks.iter().fold("# new\na: 1\nb: 2\nc: 3\nd: 4\n".to_owned(), |text, hunk| edited(&text, hunk).unwrap());
    assert_eq!(text, "# new\na: 1\nb: 3\nc: 3\n");
}

#[test]
fn a_change_that_could_be_meant_twice_or_nowhere_is_refused() {
    let hunk = |old: &str| Hunk { path: "x".to_owned(), old: vec![old.to_owned()], new: Vec::new() };
    assert!(edited("a\na\n", &hunk("a")).unwrap_err().contains("twice"));
    assert!(edited("a\n", &hunk("b")).unwrap_err().contains("does not hold"));
    assert!(hunks("a\n").is_err());
}
