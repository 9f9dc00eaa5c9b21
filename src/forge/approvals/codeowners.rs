//! CODEOWNERS of the base branch and the files that a change touches in, what makes it unreliable out.
//!
//! GitHub ignores a file that is too large and lines that it cannot read, without a word on the pull request: whoever
//! relies on code owners is then let through. So either is as good as an approval that is missing.

use crate::emit::codeowners::MAX_BYTES;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Problem {
    TooLarge {
        bytes: usize,
    },
    /// As GitHub counts them.
    Errors {
        count: usize,
    },
    /// It could not be asked.
    Unknown,
    /// A line that says what GitHub does not read.
    BadPattern {
        line: usize,
    },
    /// No line matches.
    Unowned {
        path: String,
    },
    /// The last line that matches names nobody.
    OwnerTakenAway {
        path: String,
        line: usize,
    },
}

/// `errors` is what GitHub said of it, None where it did not answer.
pub fn problems(text: &str, errors: Option<usize>, changed: &[&str]) -> Vec<Problem> {
    let mut problems = Vec::new();
    if text.len() >= MAX_BYTES {
        problems.push(Problem::TooLarge { bytes: text.len() });
    }
    match errors {
        Some(0) => {}
        Some(count) => problems.push(Problem::Errors { count }),
        None => problems.push(Problem::Unknown),
    }
    let mut rules = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match rule(line, index + 1) {
            Ok(rule) => rules.extend(rule),
            Err(problem) => problems.push(problem),
        }
    }
    for path in changed {
        match rules.iter().rev().find(|rule| rule.matches(path)) {
            None => problems.push(Problem::Unowned { path: (*path).to_owned() }),
            Some(rule) if !rule.is_owned => {
                problems.push(Problem::OwnerTakenAway { path: (*path).to_owned(), line: rule.line });
            }
            Some(_) => {}
        }
    }
    problems
}

struct Rule {
    pattern: Vec<String>,
    /// Whether it begins at the root.
    is_anchored: bool,
    /// Whether it means a folder and all that is in it, and not a file.
    is_folder: bool,
    is_owned: bool,
    line: usize,
}

/// None for a line that says nothing.
fn rule(line: &str, number: usize) -> Result<Option<Rule>, Problem> {
    let words = words(line);
    let Some((pattern, owners)) = words.split_first() else { return Ok(None) };
    let owners = owners.iter().take_while(|word| !word.starts_with('#'));
    if pattern.starts_with(['!', '#']) || pattern.contains(['[', ']']) && !pattern.contains('\\') {
        return Err(Problem::BadPattern { line: number });
    }
    let is_folder = pattern.ends_with('/');
    let bare = pattern.trim_matches('/');
    Ok(Some(Rule {
        pattern: bare.split('/').map(str::to_owned).collect(),
        is_anchored: pattern.starts_with('/') || bare.contains('/'),
        is_folder,
        is_owned: owners.count() > 0,
        line: number,
    }))
}

/// By spaces that no backslash stands before; nothing behind `#` at the beginning.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut characters) = (Vec::new(), String::new(), line.chars());
    if line.trim_start().starts_with('#') {
        return words;
    }
    while let Some(c) = characters.next() {
        match c {
            '\\' => {
                word.push(c);
                word.extend(characters.next());
            }
            c if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            c => word.push(c),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

impl Rule {
    fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        let starts = if self.is_anchored { 0..=0 } else { 0..=path.len().saturating_sub(1) };
        starts.into_iter().any(|start| self.matches_from(&self.pattern, &path[start..]))
    }

    /// `docs/*` means files in `docs` alone; everything else means what is below it, too.
    fn matches_from(&self, pattern: &[String], path: &[&str]) -> bool {
        match (pattern, path) {
            ([], []) => !self.is_folder,
            ([], _) => !self.pattern.last().is_some_and(|last| last == "*" && self.pattern.len() > 1),
            ([first, rest @ ..], _) if first == "**" => {
                (0..=path.len()).any(|skipped| self.matches_from(rest, &path[skipped..]))
            }
            (_, []) => false,
            ([first, rest @ ..], [name, below @ ..]) => {
                segment(first.as_bytes(), name.as_bytes()) && self.matches_from(rest, below)
            }
        }
    }
}

/// `*` is any run of characters of one name, `?` one of them, and what stands behind a backslash is itself.
fn segment(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n, mut star) = (0, 0, None);
    loop {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
                continue;
            }
            Some(b'?') if n < name.len() => {
                (p, n) = (p + 1, n + 1);
                continue;
            }
            Some(b'\\') if pattern.get(p + 1).is_some() && pattern.get(p + 1) == name.get(n) => {
                (p, n) = (p + 2, n + 1);
                continue;
            }
            Some(c) if *c != b'\\' && name.get(n) == Some(c) => {
                (p, n) = (p + 1, n + 1);
                continue;
            }
            None if n == name.len() => return true,
            _ => {}
        }
        // Back to the last star, which takes one more.
        match star {
            Some((at, from)) if from < name.len() => {
                star = Some((at, from + 1));
                (p, n) = (at + 1, from + 1);
            }
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str, path: &str) -> Vec<Problem> {
        problems(text, Some(0), &[path])
    }

    fn owned(pattern: &str, path: &str) -> bool {
        told(&format!("{pattern} @acme/x\n"), path).is_empty()
    }

    #[test]
    fn a49_a_file_that_github_ignores_protects_nothing() {
        let large = "# x\n".repeat(MAX_BYTES / 4) + "* @acme/x\n";
        assert!(matches!(told(&large, "a")[..], [Problem::TooLarge { .. }]));
        assert_eq!(problems("* @acme/x", Some(2), &["a"]), [Problem::Errors { count: 2 }]);
        assert_eq!(problems("* @acme/x", None, &["a"]), [Problem::Unknown]);
    }

    #[test]
    fn a49_a_path_without_an_owner_is_told() {
        let unowned = |path: &str| vec![Problem::Unowned { path: path.to_owned() }];
        assert_eq!(told("/catalog/ @acme/x\n", "policies/a.rego"), unowned("policies/a.rego"));
        assert_eq!(told("", "a"), unowned("a"));
        assert_eq!(told("# * @acme/x", "a"), unowned("a"));
        let taken = "* @acme/x\n/catalog/secret.yaml\n";
        let path = "catalog/secret.yaml".to_owned();
        assert_eq!(told(taken, &path), [Problem::OwnerTakenAway { path: path.clone(), line: 2 }]);
        assert_eq!(told("* @acme/x\n/catalog/secret.yaml # @acme/y\n", &path).len(), 1);
        assert_eq!(told(&format!("{taken}* @acme/y"), &path), []);
    }

    #[test]
    fn a49_a_line_that_github_does_not_read_is_told() {
        for line in ["!catalog/ @acme/x", "/catalog/[ab].yaml @acme/x"] {
            assert!(told(&format!("* @acme/x\n{line}\n"), "a").contains(&Problem::BadPattern { line: 2 }), "{line}");
        }
    }

    #[test]
    fn patterns_mean_what_they_mean_to_github() {
        for (pattern, path) in [
            ("*", "a/b/c.yaml"),
            ("*.yaml", "a/b/c.yaml"),
            ("/catalog/", "catalog/a/b.yaml"),
            ("catalog/", "x/catalog/b.yaml"),
            ("docs/*", "docs/a.md"),
            ("/catalog/**/a.yaml", "catalog/b/c/a.yaml"),
            ("/catalog/**/a.yaml", "catalog/a.yaml"),
            ("**/logs", "a/b/logs/c"),
            ("/catalog/d\\ e\\#f.yaml", "catalog/d e#f.yaml"),
            ("/catalog/x", "catalog/x/y"),
            ("/a?c", "abc"),
        ] {
            assert!(owned(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("/catalog/", "x/catalog/b.yaml"),
            ("/catalog/", "catalog"),
            ("docs/*", "docs/a/b.md"),
            ("docs/*", "x/docs/a.md"),
            ("*.yaml", "a.yml"),
            ("/a?c", "ac"),
            ("/a", "ab"),
        ] {
            assert!(!owned(pattern, path), "{pattern} {path}");
        }
    }

    proptest! {
        #[test]
        fn no_file_makes_it_stumble(text in "([*?/\\\\a-c#! @\\[]{0,12}\n){0,8}", path in "[a-c*]{1,4}(/[a-c]{1,4}){0,3}") {
            problems(&text, Some(0), &[&path]);
        }

        #[test]
        fn many_stars_take_no_long_time(stars in 1..40_usize) {
            let pattern = format!("/{}b", "*a".repeat(stars));
            prop_assert!(!owned(&pattern, &"a".repeat(5000)));
        }
    }
}
