//! Standard output and standard error: colours only where they are wanted, and a reader may leave early.

use std::process::{Command, Output, Stdio};

fn check(environment: &[(&str, &str)], stdout: Stdio) -> Output {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::create_dir(folder.path().join("catalog")).expect("a folder can be made");
    let child = Command::new(env!("CARGO_BIN_EXE_pavior"))
        .args(["check", "--root"])
        .arg(folder.path())
        .env_clear()
        .env("TERM", "xterm-256color")
        .envs(environment.iter().copied())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be run");
    child.wait_with_output().expect("the binary ends")
}

#[test]
fn colours_are_sent_only_when_they_are_wanted() {
    let is_coloured = |environment: &[(&str, &str)]| check(environment, Stdio::piped()).stdout.contains(&0x1b);
    assert!(!is_coloured(&[]), "a pipe gets no colours");
    assert!(!is_coloured(&[("CI", "true")]), "a log gets no colours");
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), "NO_COLOR wins");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    let broken = check(&[], writer.into());
    let whole = check(&[], Stdio::piped());
    assert_eq!(broken.status.code(), whole.status.code());
    let stderr = String::from_utf8_lossy(&broken.stderr).into_owned();
    assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{stderr}");
}

#[test]
fn the_time_is_told_on_standard_error_alone() {
    let Output { stdout, stderr, .. } = check(&[], Stdio::piped());
    assert!(String::from_utf8_lossy(&stderr).starts_with("checked in "));
    assert!(!String::from_utf8_lossy(&stdout).contains("checked in "));
}
