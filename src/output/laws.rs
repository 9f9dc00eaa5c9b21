//! Laws of writing: a run may be stopped before any of its operations, and hands may change what is there; the next run
//! leaves the folder as compiled.

use super::tests::{ADS, CART, files, fresh, tree, tree_of};
use super::{Files, Written, write_files, write_gated};
use crate::model::RepoPath;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// Runs until the operation of that number, which is not done any more. Whether the run was stopped.
fn killed_at(out: &Path, files: &Files<'_>, operation: usize) -> bool {
    let mut left = operation;
    let result = write_gated(out, files, &mut || match left.checked_sub(1) {
        Some(next) => {
            left = next;
            Ok(())
        }
        None => Err(io::Error::other("killed")),
    });
    result.is_err()
}

#[test]
fn a_run_killed_anywhere_is_repaired_by_the_next_whatever_that_writes() {
    let first = files(&[CART, ADS, ("old/only.txt", "1"), ("both.txt", "1")]);
    let second = files(&[(CART.0, "second"), ("new/deep/er.txt", "2"), ("both.txt", "2")]);
    let third = files(&[ADS, ("new/other.txt", "3"), ("old/only.txt", "3")]);
    for next in [&first, &second, &third] {
        let expected = tree_of(next);
        for operation in 0.. {
            let (_parent, out) = fresh();
            write_files(&out, &first).unwrap();
            let stopped = killed_at(&out, &second, operation);
            let written = write_files(&out, next).unwrap();
            assert_eq!(tree(&out), expected, "after operation {operation}");
            assert_eq!(written.kept, [], "after operation {operation}");
            if !stopped {
                assert!(operation > 10, "there was something to stop");
                break;
            }
        }
    }
}

/// What may happen to a folder. Hands edit and delete what is there; new files of theirs are tried elsewhere.
#[derive(Debug, Clone)]
enum Step {
    Write(BTreeMap<String, String>),
    Killed(BTreeMap<String, String>, usize),
    Edit(String),
    Delete(String),
}

fn by_path(files: &BTreeMap<String, String>) -> Files<'_> {
    files.iter().map(|(path, text)| (RepoPath::literal(path), text.as_str())).collect()
}

fn wanted() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("[ab]/[ab]/[xy]\\.txt|[cd]\\.txt", "[12]", 0..6)
}

fn step() -> impl Strategy<Value = Step> {
    let path = "[ab]/[ab]/[xy]\\.txt|[cd]\\.txt";
    prop_oneof![
        1 => wanted().prop_map(Step::Write),
        3 => (wanted(), 0..30usize).prop_map(|(files, operation)| Step::Killed(files, operation)),
        1 => path.prop_map(Step::Edit),
        1 => path.prop_map(Step::Delete),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happened_the_folder_ends_as_compiled_beside_what_hands_made(
        steps in prop::collection::vec(step(), 0..8),
        last in wanted(),
    ) {
        let (_parent, out) = fresh();
        write_files(&out, &Files::new()).unwrap();
        for step in &steps {
            match step {
                Step::Write(files) => {
                    write_files(&out, &by_path(files)).unwrap();
                }
                Step::Killed(files, operation) => {
                    killed_at(&out, &by_path(files), *operation);
                }
                Step::Edit(path) if out.join(path).exists() => fs::write(out.join(path), "by hand").unwrap(),
                Step::Delete(path) if out.join(path).exists() => fs::remove_file(out.join(path)).unwrap(),
                Step::Edit(_) | Step::Delete(_) => {}
            }
        }
        let files = by_path(&last);
        let before = tree(&out);
        let written = write_files(&out, &files).unwrap();
        let after: BTreeMap<_, _> = tree(&out).into_iter().filter(|(path, _)| path.ends_with(".txt")).collect();
        let mut expected: BTreeMap<String, String> = last.clone();
        for (path, text) in before.into_iter().filter(|(path, text)| text == "by hand" && !last.contains_key(path)) {
            prop_assert!(written.kept.iter().any(|kept| kept.as_str() == path));
            expected.insert(path, text);
        }
        prop_assert_eq!(after, expected);
        let again = write_files(&out, &files).unwrap();
        prop_assert_eq!(again, Written { kept: written.kept, unchanged: files.len(), ..Written::default() });
    }
}
