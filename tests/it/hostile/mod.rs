//! Hostile inputs against the real binary, in a process of its own: a finding with exit code 1, never a signal, soon,
//! and in little memory. The rows are those of the list of threats: bytes, paths and names, and what is written.

mod bytes;
mod injection;
mod names;
mod platform;

use crate::case::read_tree;
use crate::repository::Repository;
use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// A released program has one second; an unoptimised one beside other tests gets five.
const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 5 } else { 1 });
const MEMORY: u64 = 100 << 20;

/// How a run on hostile input ended.
pub struct Run {
    pub exit_code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    /// The files below `out`.
    pub written: Vec<String>,
    time: Duration,
    /// The most memory that was seen; none where the system does not say.
    memory: Option<u64>,
}

impl Run {
    /// Fails unless the input was refused by this rule, in time, and nothing of it steers a terminal.
    pub fn expect_refusal(&self, row: &str, rule: &str) {
        let said = format!("{}{}", self.stdout, self.stderr);
        let said = said.chars().take(4_000).collect::<String>();
        assert_eq!(self.exit_code, Some(1), "{row}: {said}");
        assert!(self.stdout.contains(&format!("[{rule}]")), "{row}: {rule} is not told: {said}");
        self.expect_containment(row);
    }

    /// The same for a run that would have written files: it wrote none, and said so on standard error.
    pub fn expect_compile_refusal(&self, row: &str, rule: &str) {
        assert_eq!(self.exit_code, Some(1), "{row}: {}{}", self.stdout, self.stderr);
        assert!(self.stderr.contains(&format!("[{rule}]")), "{row}: {rule} is not told: {}", self.stderr);
        assert_eq!(self.written, Vec::<String>::new(), "{row}");
        self.expect_containment(row);
    }

    /// Fails when the run took long, took much, or printed what nobody can see.
    pub fn expect_containment(&self, row: &str) {
        assert!(self.exit_code.is_some(), "{row}: ended by a signal: {}", self.stderr);
        assert!(self.time < LIMIT, "{row}: {:?}", self.time);
        match self.memory {
            Some(memory) => assert!(memory < MEMORY, "{row}: {} MiB", memory >> 20),
            None => println!("{row}: memory is not measured on this system"),
        }
        let hidden = |c: char| {
            c.is_control() && c != '\n'
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
                || c > '\u{e0000}'
        };
        for text in [&self.stdout, &self.stderr] {
            assert!(!text.contains(hidden), "{row}: a hidden character is printed");
            assert!(text.len() < 1 << 20, "{row}: {} bytes are printed", text.len());
        }
    }
}

/// Runs `pavior` in this repository and watches it.
pub fn watch(repository: &Repository, arguments: &[&str]) -> Run {
    let paths = ["stdout", "stderr"].map(|name| repository.root().with_file_name(name));
    let [stdout, stderr] = paths.each_ref().map(|path| Stdio::from(File::create(path).expect("a file can be made")));
    let started = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_pavior"))
        .args(arguments)
        .current_dir(repository.root())
        .env_clear()
        .env("NO_COLOR", "1")
        .stdout(stdout)
        .stderr(stderr)
        .spawn()
        .expect("the binary can be run");
    let mut memory = None;
    let status = loop {
        memory = peak(child.id()).max(memory);
        match child.try_wait().expect("a child can be asked") {
            Some(status) => break status,
            None if started.elapsed() > LIMIT * 4 => {
                child.kill().expect("a child can be ended");
                break child.wait().expect("a child can be waited for");
            }
            None => std::thread::sleep(Duration::from_millis(1)),
        }
    };
    let time = started.elapsed();
    let [stdout, stderr] = paths.map(|path| fs::read_to_string(path).expect("what is printed is UTF-8"));
    let written = read_tree(&repository.root().join("out")).into_keys().collect();
    Run { written, exit_code: status.code(), stdout, stderr, time, memory }
}

/// The most memory that a process has had so far; it is asked again and again, because nobody knows when it ends.
fn peak(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? << 10)
}

/// A repository that is well, with nothing in it but what a service needs to be declared.
pub fn small() -> Repository {
    let repository = Repository::empty();
    repository.write(
        "pavior.yaml",
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: platform}\nspec: {organisation: acme, owners: [shopping]}\n",
    );
    repository.write(
        "catalog/team.yaml",
        "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: shopping}\nspec: {forgeTeam: \"@acme/shopping\"}\n",
    );
    repository.write(
        "catalog/test.yaml",
        "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: test, owner: shopping}\n\
         spec: {class: development, provider: local, domain: test.example}\n",
    );
    repository
}

/// A service with these lines at the end of its specification.
pub fn service(more: &str) -> String {
    format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: cart, owner: shopping}}\nspec:\n  \
         containers: {{main: {{image: \"a/b:1\"}}}}\n{more}"
    )
}

#[test]
fn the_small_repository_is_well() {
    let repository = small();
    repository.write("catalog/cart.yaml", service(""));
    let run = watch(&repository, &["check"]);
    assert_eq!(run.exit_code, Some(0), "{}{}", run.stdout, run.stderr);
    run.expect_containment("a small repository");
    assert!(run.memory.is_some() || !cfg!(target_os = "linux"), "memory is measured where it can be");
}
