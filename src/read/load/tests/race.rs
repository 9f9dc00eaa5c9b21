//! Links that are swapped in while we look.

use super::{SECRET, folder, ids};
use crate::model::Findings;
use crate::read::load_directory;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// A thread swaps a file and a folder for links that lead outside, as fast as it can, while we load again and again.
fn race(flips: usize) {
    let outside = folder(&[("secret.yaml", SECRET.as_bytes())]);
    let folder = folder(&[("catalog/a.yaml", b"a: 1\n"), ("catalog/d/b.yaml", b"b: 1\n")]);
    let catalog = folder.path().join("catalog");
    let (done, flipped) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut loads, mut whole, mut links) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while flipped.load(Ordering::Relaxed) < flips {
                swap(&catalog, outside.path());
                flipped.fetch_add(4, Ordering::Relaxed);
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            let mut findings = Findings::default();
            loads += 1;
            // An entry that is absent for a moment, or never twice the same, is an error: that is no escape.
            let Ok(snapshot) = load_directory(folder.path(), &mut findings) else { continue };
            assert!(snapshot.files.values().all(|text| !text.contains("secret")), "escaped");
            assert!(!format!("{findings:?}").contains("secret"), "told about the outside: {findings:?}");
            whole += usize::from(snapshot.files.len() == 2);
            links += usize::from(ids(&findings).contains(&"load/symbolic-link"));
        }
    });
    assert!(whole > 0 && links > 0, "{loads} loads saw {whole} whole trees and {links} with links");
}

/// Four flips: a file and a folder become links, and themselves again. The file's name is never absent.
fn swap(catalog: &Path, outside: &Path) {
    use std::os::unix::fs::symlink;
    let (file, side) = (catalog.join("a.yaml"), catalog.join("side"));
    symlink(outside.join("secret.yaml"), &side).unwrap();
    std::fs::rename(&side, &file).unwrap();
    let (inner, kept) = (catalog.join("d"), outside.join("kept"));
    std::fs::rename(&inner, &kept).unwrap();
    symlink(outside, &inner).unwrap();
    std::fs::remove_file(&inner).unwrap();
    std::fs::rename(&kept, &inner).unwrap();
    std::fs::write(&side, b"a: 1\n").unwrap();
    std::fs::rename(&side, &file).unwrap();
}

#[test]
fn a_link_swapped_in_between_check_and_open_never_escapes() {
    race(20_000);
}

#[test]
fn a_link_swapped_in_a_hundred_thousand_times_never_escapes() {
    if std::env::var_os("PAVIOR_LONG_TESTS").is_none() {
        eprintln!("skipped: set PAVIOR_LONG_TESTS=1 to run the long race");
        return;
    }
    race(150_000);
}
