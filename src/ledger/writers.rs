//! Tests: several writers of one ledger, and what a remote may do to them.

use super::*;
use crate::model::{Name, Timestamp};
use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const NOW: &str = "2026-11-22T08:00:00Z";

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// A bare repository, and clones of it, each a writer's own.
struct World {
    folder: TempDir,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().unwrap();
        let world = World { folder };
        git(world.folder.path(), &["init", "--quiet", "--bare", "remote.git"]);
        world
    }

    fn remote(&self) -> PathBuf {
        self.folder.path().join("remote.git")
    }

    fn clone(&self, name: &str) -> Store {
        let folder = self.folder.path().join(name);
        git(self.folder.path(), &["init", "--quiet", name]);
        let address = self.remote().display().to_string();
        let store = Store::open(folder, Some(Upstream { address, authorization: None })).unwrap();
        store.refresh().unwrap();
        store
    }

    fn hook(&self, name: &str, text: &str) {
        let hook = self.remote().join("hooks").join(name);
        fs::create_dir_all(hook.parent().unwrap()).unwrap();
        fs::write(&hook, format!("#!/bin/sh\n{text}\n")).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

fn writer(actor: &str) -> Writer {
    Writer { version: "0.1.0".to_owned(), actor: actor.to_owned(), run: None }
}

fn leased(unit: &str) -> Entry {
    let scope = Scope { environment: Name::parse("staging").unwrap(), unit: Some(unit.to_owned()) };
    Entry::Leased { scope, until: Timestamp::parse("2026-11-22T09:00:00Z").unwrap() }
}

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn units(store: &mut Store) -> Vec<String> {
    let unit = |record: &Record| match &record.entry {
        Entry::Leased { scope, .. } => scope.unit.clone().unwrap(),
        _ => unreachable!(),
    };
    store.records().unwrap().iter().map(unit).collect()
}

#[test]
fn several_writers_at_once_lose_nothing() {
    let world = World::new();
    std::thread::scope(|scope| {
        for name in ["ada", "jo", "mira"] {
            let world = &world;
            scope.spawn(move || {
                let mut store = world.clone(name);
                for count in 0..6 {
                    let entries = |_: &[Record]| Ok(vec![leased(&format!("{name}-{count}"))]);
                    store.append(&writer(name), now, entries).unwrap();
                }
            });
        }
    });
    let mut reader = world.clone("reader");
    let mut found = units(&mut reader);
    let order: Vec<String> = found.iter().filter(|unit| unit.starts_with("jo-")).cloned().collect();
    assert_eq!(order, (0..6).map(|count| format!("jo-{count}")).collect::<Vec<_>>());
    found.sort();
    found.dedup();
    assert_eq!((found.len(), reader.verify(Vec::new()).unwrap().unwrap().number), (18, 18));
    assert_eq!(git(&world.remote(), &["rev-list", "--count", REFERENCE]), "18");
    let newest = git(&world.remote(), &["log", "-1", "--format=%an %aI %s", REFERENCE]);
    assert!(newest.starts_with("Pavior 2026-11-22T08:00:00Z staging/"), "{newest}");
}

#[test]
fn whoever_comes_second_decides_anew() {
    let world = World::new();
    let (mut first, mut second) = (world.clone("first"), world.clone("second"));
    let once = |records: &[Record]| Ok(if records.is_empty() { vec![leased("cart")] } else { Vec::new() });
    let head = first.append(&writer("first"), now, once).unwrap();
    assert_eq!(second.append(&writer("second"), now, once).unwrap(), head);
    assert_eq!(
        (units(&mut first), second.records().unwrap()[0].writer.actor.as_str()),
        (vec!["cart".to_owned()], "first")
    );
}

#[test]
fn a80_who_writes_in_the_same_clone_while_another_thinks_loses_nothing() {
    let world = World::new();
    let mut slow = world.clone("clone");
    let quick = RefCell::new(world.clone("clone"));
    let entries = |records: &[Record]| {
        // Between what was read and what is written.
        let first = |known: &[Record]| Ok(if known.is_empty() { vec![leased("quick")] } else { Vec::new() });
        quick.borrow_mut().append(&writer("quick"), now, first)?;
        Ok(vec![leased(&format!("slow behind {}", records.len()))])
    };
    slow.append(&writer("slow"), now, entries).unwrap();
    assert_eq!(units(&mut slow), ["quick", "slow behind 1"]);
    assert_eq!(slow.verify(Vec::new()).unwrap().unwrap().number, 2);
}

#[test]
fn a_record_is_what_its_hash_says_to_any_tool() {
    let world = World::new();
    let mut store = world.clone("writer");
    let head = store.append(&writer("jo"), now, |_| Ok(vec![leased("cart"), leased("web")])).unwrap();
    let file = format!("{REFERENCE}:records/000000/000000002.json");
    let mut sum = Command::new("sh");
    sum.args(["-c", &format!("git -C {} cat-file blob {file} | sha256sum", world.remote().display())]);
    let printed = String::from_utf8(sum.output().unwrap().stdout).unwrap();
    assert_eq!(head.to_string(), format!("2:{}", printed.split_whitespace().next().unwrap()));
    assert_eq!(git(&world.remote(), &["log", "-1", "--format=%s", REFERENCE]), "2 records");
}

#[test]
fn an_answer_that_is_lost_doubles_nothing() {
    let world = World::new();
    let mut store = world.clone("writer");
    store.append(&writer("jo"), now, |_| Ok(vec![leased("a")])).unwrap();
    // The reference has moved, and nobody is told.
    world.hook("post-receive", "kill -9 $PPID");
    store.append(&writer("jo"), now, |_| Ok(vec![leased("b")])).unwrap();
    fs::remove_file(world.remote().join("hooks/post-receive")).unwrap();
    store.append(&writer("jo"), now, |_| Ok(vec![leased("c")])).unwrap();
    assert_eq!(units(&mut store), ["a", "b", "c"]);
    assert_eq!(units(&mut world.clone("reader")), ["a", "b", "c"]);
}

#[test]
fn a_remote_that_refuses_is_told_as_it_says() {
    let world = World::new();
    world.hook("pre-receive", "echo 'the ledger is closed' >&2; exit 1");
    let mut store = world.clone("writer");
    let error = store.append(&writer("jo"), now, |_| Ok(vec![leased("a")])).unwrap_err();
    assert!(format!("{error:#}").starts_with("pushing the ledger: git says: "), "{error:#}");
    assert_eq!(units(&mut store), [""; 0]);
}

#[test]
fn a80_a_remote_that_forgets_is_not_followed() {
    let world = World::new();
    let mut store = world.clone("writer");
    for unit in ["a", "b"] {
        store.append(&writer("jo"), now, |_| Ok(vec![leased(unit)])).unwrap();
    }
    git(&world.remote(), &["update-ref", REFERENCE, &format!("{REFERENCE}~1")]);
    let error = store.append(&writer("jo"), now, |_| Ok(vec![leased("c")])).unwrap_err();
    assert!(format!("{error:#}").contains("fetching the ledger"), "{error:#}");
    assert_eq!(units(&mut store), ["a", "b"]);
}

#[test]
fn without_a_remote_the_ledger_is_in_the_repository() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    let open = || Store::open(folder.path().to_owned(), None).unwrap();
    let (mut first, mut second) = (open(), open());
    first.append(&writer("jo"), now, |_| Ok(vec![leased("a")])).unwrap();
    second.append(&writer("jo"), now, |_| Ok(vec![leased("b")])).unwrap();
    first.append(&writer("jo"), now, |_| Ok(vec![leased("c")])).unwrap();
    assert_eq!(units(&mut second), ["a", "b", "c"]);
    assert!(git(folder.path(), &["branch", "--all"]).is_empty());
}

#[test]
fn a_thousand_records_lie_in_more_than_one_folder() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "--quiet"]);
    let mut store = Store::open(folder.path().to_owned(), None).unwrap();
    for part in [990, 20, 1_000] {
        let head = store.append(&writer("jo"), now, |_| Ok(vec![leased("cart"); part])).unwrap();
        assert_eq!(store.verify(Vec::new()).unwrap(), Ok(head));
    }
    let list = git(folder.path(), &["ls-tree", "--name-only", REFERENCE, "records/"]);
    assert_eq!(list, "records/000000\nrecords/000001\nrecords/000002");
    git(folder.path(), &["fsck", "--strict", "--no-dangling"]);
    // A clone that reads on from where it was reads what is new.
    let mut late = Store::open(folder.path().to_owned(), None).unwrap();
    assert_eq!(late.records().unwrap().len(), 2_010);
    store.append(&writer("jo"), now, |_| Ok(vec![leased("late")])).unwrap();
    assert_eq!(late.records().unwrap().len(), 2_011);
}

#[test]
fn a67_the_lock_of_a_git_that_was_killed_is_not_in_the_way_for_ever() {
    let world = World::new();
    let mut store = world.clone("ada");
    store.append(&writer("ada"), now, |_| Ok(vec![leased("cart")])).unwrap();
    let lock = world.folder.path().join("ada/.git/refs/pavior/ledger.lock");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(60);
    fs::File::create(&lock).unwrap().set_modified(long_ago).unwrap();
    store.append(&writer("ada"), now, |_| Ok(vec![leased("web")])).unwrap();
    assert!(!lock.exists());
    // One that is held is waited for.
    fs::File::create(&lock).unwrap();
    let holder = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(300));
        fs::remove_file(lock).unwrap();
    });
    store.append(&writer("ada"), now, |_| Ok(vec![leased("ads")])).unwrap();
    holder.join().unwrap();
    assert_eq!(units(&mut store), ["cart", "web", "ads"]);
}
