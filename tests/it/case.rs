//! One folder of `tests/cases`: a repository, a command, and what has to come of it.

use crate::picture;
use crate::process::{Ended, LOCALES, pavior};
use crate::repository::Repository;
use similar::TextDiff;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub struct Case {
    folder: PathBuf,
}

impl Case {
    /// Every case, or the one that PAVIOR_CASE names.
    pub fn all(folder: &Path) -> Vec<Case> {
        let wanted = std::env::var("PAVIOR_CASE").ok();
        let entries = fs::read_dir(folder).expect("tests/cases can be listed");
        let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry can be read").path()).collect();
        folders.retain(|folder| folder.is_dir());
        folders.retain(|folder| wanted.as_ref().is_none_or(|wanted| folder.ends_with(wanted)));
        folders.sort();
        folders.into_iter().map(|folder| Case { folder }).collect()
    }

    /// Runs the command; what differs from the expectation, in words. With PAVIOR_BLESS=1 the expectation is rewritten.
    pub fn run(&self) -> Vec<String> {
        let name = self.folder.file_name().expect("a case has a name").to_string_lossy().into_owned();
        let arguments = self.arguments();
        let repository = match Repository::prepare(&self.folder, &arguments) {
            Ok(repository) => repository,
            Err(problem) => return vec![format!("{name}: {problem}")],
        };
        let mut failures = Vec::new();
        let [first, second] = LOCALES.map(|locale| pavior(&repository, &arguments, &[("LC_ALL", locale)]));
        if first != second {
            failures.push(format!("{name}: the locale changes the output"));
        }
        let mut actual = first.files();
        actual.extend(repository.compiled_files().into_iter().map(|(path, text)| (format!("tree/{path}"), text)));
        failures.extend(self.compare(&name, &self.folder.join("expect"), &actual));
        failures.extend(self.compare_picture(&name, &repository, &arguments));
        failures
    }

    /// One argument a line; `check` where there is no `command`.
    fn arguments(&self) -> Vec<String> {
        let command = fs::read_to_string(self.folder.join("command")).unwrap_or_else(|_| "check".to_owned());
        command.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn compare(&self, name: &str, folder: &Path, actual: &BTreeMap<String, String>) -> Vec<String> {
        let expected = read_tree(folder);
        if expected == *actual {
            return Vec::new();
        }
        if is_blessing() {
            write_tree(folder, actual);
            return Vec::new();
        }
        let paths: std::collections::BTreeSet<&String> = expected.keys().chain(actual.keys()).collect();
        let text = |files: &BTreeMap<String, String>, path| files.get(path).cloned().unwrap_or_default();
        paths
            .into_iter()
            .filter(|path| expected.get(*path) != actual.get(*path))
            .map(|path| difference(&format!("{name}/expect/{path}"), &text(&expected, path), &text(actual, path)))
            .collect()
    }

    /// A case with a file `picture` is shown in the documentation: the file names the SVG, from the repository's root.
    fn compare_picture(&self, name: &str, repository: &Repository, arguments: &[String]) -> Option<String> {
        let target = fs::read_to_string(self.folder.join("picture")).ok()?;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(target.trim());
        let Ended { stdout, .. } = pavior(repository, arguments, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")]);
        let svg = picture::svg(&format!("pavior {}", arguments.join(" ")), &stdout);
        if fs::read_to_string(&path).ok().as_ref() == Some(&svg) {
            return None;
        }
        if is_blessing() {
            fs::create_dir_all(path.parent().expect("a picture is in a folder")).expect("its folder can be made");
            fs::write(&path, svg).expect("a picture can be written");
            return None;
        }
        Some(format!("{name}: {} is not what the terminal shows", target.trim()))
    }
}

fn is_blessing() -> bool {
    std::env::var_os("PAVIOR_BLESS").is_some_and(|value| value == "1")
}

fn difference(title: &str, expected: &str, actual: &str) -> String {
    let diff = TextDiff::from_lines(expected, actual);
    format!("{}", diff.unified_diff().context_radius(3).header(title, "what came"))
}

/// All files below a folder, by path.
pub fn read_tree(folder: &Path) -> BTreeMap<String, String> {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("a walk stays below its root");
            let text = String::from_utf8_lossy(&fs::read(entry.path()).expect("a file can be read")).into_owned();
            (path.to_string_lossy().into_owned(), text)
        })
        .collect()
}

fn write_tree(folder: &Path, files: &BTreeMap<String, String>) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("an old expectation can be removed");
    }
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(path, text).expect("an expectation can be written");
    }
}
