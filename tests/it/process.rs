//! Runs the binary as nobody in particular: an empty environment, no terminal, no colours.

use crate::repository::Repository;
use std::collections::BTreeMap;
use std::process::Command;

/// Turkish is where `I` and `i` are not a pair: it finds code that asks the locale.
pub const LOCALES: [&str; 2] = ["C", "tr_TR.UTF-8"];

/// How a run ended, with what changes from run to run made the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Ended {
    pub stdout: String,
    pub stderr: String,
    pub exit_code: String,
}

impl Ended {
    /// As the files of an expectation; empty ones are left out.
    pub fn files(self) -> BTreeMap<String, String> {
        let files = [("stdout", self.stdout), ("stderr", self.stderr), ("exit-code", self.exit_code)];
        files.into_iter().filter(|(_, text)| !text.is_empty()).map(|(name, text)| (name.to_owned(), text)).collect()
    }
}

/// `pavior` with these arguments in this repository; `$OUT` in them is a new folder.
pub fn pavior(repository: &Repository, arguments: &[String], environment: &[(&str, &str)]) -> Ended {
    let out = repository.new_out();
    let output = Command::new(env!("CARGO_BIN_EXE_pavior"))
        .args(arguments.iter().map(|argument| argument.replace("$OUT", &out)))
        .current_dir(repository.root())
        .env_clear()
        .envs([("NO_COLOR", "1"), ("TERM", "xterm-256color"), ("HOME", "/nonexistent"), ("PATH", "/usr/bin:/bin")])
        .envs(environment.iter().copied())
        .output()
        .expect("the binary can be run");
    let same = |bytes: &[u8]| {
        let root = repository.root().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(bytes).replace(&out, "$OUT").replace(&root, "$ROOT");
        let text = repository.head().into_iter().fold(text, |text, id| text.replace(&id[..10], "$BASE"));
        text.lines().filter(|line| !line.starts_with("checked in ")).map(|line| without_count(line) + "\n").collect()
    };
    let exit_code = match output.status.code() {
        Some(code) => format!("{code}\n"),
        None => "ended by a signal\n".to_owned(),
    };
    Ended { stdout: same(&output.stdout), stderr: same(&output.stderr), exit_code }
}

/// `in 1 of 73 files` -> `in 1 of N files`, so that a new file of the catalog changes no case.
fn without_count(line: &str) -> String {
    const SEARCHED: &str = "searched ";
    if let Some((before, rest)) = line.split_once(SEARCHED)
        && let Some((count, rest)) = rest.split_once(" files")
        && count.bytes().all(|byte| byte.is_ascii_digit())
    {
        return format!("{before}{SEARCHED}N files{rest}");
    }
    let Some((before, count)) = line.rsplit_once(" of ") else { return line.to_owned() };
    match count.strip_suffix(" files") {
        Some(count) if !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{before} of N files")
        }
        _ => line.to_owned(),
    }
}
