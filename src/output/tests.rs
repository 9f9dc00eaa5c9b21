//! Writing into real folders.

use super::folder::LOCK;
use super::inventory::INVENTORY;
use super::{Files, Refusal, Written, write, write_files, write_gated};
use crate::compile::{CompiledUnit, Digest};
use crate::emit::Artifact;
use crate::model::{Name, RepoPath};
use crate::provision::{UnitId, UnitKind};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;

pub(super) fn files<'t>(files: &[(&str, &'t str)]) -> Files<'t> {
    files.iter().map(|(path, text)| (RepoPath::literal(path), *text)).collect()
}

fn paths(paths: &[&str]) -> Vec<RepoPath> {
    paths.iter().map(|path| RepoPath::literal(path)).collect()
}

/// A folder that is not there yet.
pub(super) fn fresh() -> (TempDir, PathBuf) {
    let parent = tempfile::tempdir().unwrap();
    let out = parent.path().join("out");
    (parent, out)
}

/// Everything below a folder but the lock: files with their text, folders and links by themselves.
pub(super) fn tree(out: &Path) -> BTreeMap<String, String> {
    let entries = walkdir::WalkDir::new(out).min_depth(1).into_iter().map(Result::unwrap);
    let entries = entries.filter(|entry| entry.file_name() != LOCK).map(|entry| {
        let path = entry.path().strip_prefix(out).unwrap().to_str().unwrap().to_owned();
        if entry.file_type().is_file() {
            (path, fs::read_to_string(entry.path()).unwrap())
        } else {
            (path + "/", String::new())
        }
    });
    entries.collect()
}

/// What a folder holds into which nothing else was ever written.
pub(super) fn tree_of(files: &Files<'_>) -> BTreeMap<String, String> {
    let (_parent, out) = fresh();
    write_files(&out, files).unwrap();
    tree(&out)
}

fn refusal(result: anyhow::Result<Written>) -> Refusal {
    let error = result.unwrap_err();
    error.downcast_ref::<Refusal>().unwrap_or_else(|| panic!("{error:#}")).clone()
}

pub(super) const CART: (&str, &str) = ("staging/cart/terraform/main.tf", "module \"carts\" {}\n");
pub(super) const ADS: (&str, &str) = ("staging/ads/manifests/service.yaml", "kind: Service\n");

#[test]
fn a_folder_is_made_and_filled_and_a_second_run_touches_nothing() {
    let (_parent, out) = fresh();
    let written = write_files(&out, &files(&[CART, ADS])).unwrap();
    assert_eq!(written, Written { created: paths(&[ADS.0, CART.0]), ..Written::default() });
    assert_eq!(tree(&out)[CART.0], CART.1);
    let inodes = || [CART.0, ADS.0, INVENTORY].map(|path| fs::metadata(out.join(path)).unwrap().ino());
    let before = inodes();
    let written = write_files(&out, &files(&[CART, ADS])).unwrap();
    assert_eq!(written, Written { unchanged: 2, ..Written::default() });
    assert_eq!(inodes(), before);
}

#[test]
fn only_what_differs_is_written_and_only_what_is_no_longer_made_is_removed() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART, ADS, ("a/b/c/d.tf", "")])).unwrap();
    let cart = fs::metadata(out.join(CART.0)).unwrap().ino();
    let next = files(&[CART, (ADS.0, "kind: Deployment\n"), ("x.txt", "new")]);
    let written = write_files(&out, &next).unwrap();
    assert_eq!(
        written,
        Written {
            created: paths(&["x.txt"]),
            changed: paths(&[ADS.0]),
            removed: paths(&["a/b/c/d.tf"]),
            unchanged: 1,
            ..Written::default()
        }
    );
    assert_eq!(fs::metadata(out.join(CART.0)).unwrap().ino(), cart);
    assert_eq!(tree(&out), tree_of(&next));
}

#[test]
fn what_a_hand_changed_is_restored_and_reported() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART, ADS])).unwrap();
    fs::write(out.join(CART.0), "by hand").unwrap();
    fs::remove_file(out.join(ADS.0)).unwrap();
    let written = write_files(&out, &files(&[CART, ADS])).unwrap();
    assert_eq!(written, Written { restored: paths(&[ADS.0, CART.0]), ..Written::default() });
    assert_eq!(tree(&out), tree_of(&files(&[CART, ADS])));
}

#[test]
fn what_a_hand_changed_is_not_removed_but_reported_until_it_is_gone() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART, ADS])).unwrap();
    fs::write(out.join(CART.0), "by hand").unwrap();
    for _ in 0..2 {
        let written = write_files(&out, &files(&[ADS])).unwrap();
        assert_eq!(written, Written { kept: paths(&[CART.0]), unchanged: 1, ..Written::default() });
        assert_eq!(tree(&out)[CART.0], "by hand");
    }
    fs::write(out.join(CART.0), CART.1).unwrap();
    assert_eq!(write_files(&out, &files(&[ADS])).unwrap().removed, paths(&[CART.0]));
    assert_eq!(tree(&out), tree_of(&files(&[ADS])));
}

#[test]
fn files_of_others_are_never_touched() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART])).unwrap();
    let state = out.join("staging/cart/terraform/terraform.tfstate");
    fs::write(&state, "state").unwrap();
    fs::write(out.join("staging/notes.md"), "mine").unwrap();
    write_files(&out, &files(&[ADS])).unwrap();
    assert_eq!(fs::read_to_string(&state).unwrap(), "state");
    let before = tree(&out);
    let clash = files(&[ADS, ("staging/notes.md", "ours"), ("staging/a.txt", "new")]);
    assert_eq!(refusal(write_files(&out, &clash)), Refusal::Foreign { path: "staging/notes.md".to_owned() });
    assert_eq!(tree(&out), before);
    let same = write_files(&out, &files(&[ADS, ("staging/notes.md", "mine")])).unwrap();
    assert_eq!(same.unchanged, 2);
}

#[test]
fn a_folder_of_others_is_refused_and_left_as_it_was() {
    let (_parent, out) = fresh();
    fs::create_dir(&out).unwrap();
    fs::write(out.join("README.md"), "mine").unwrap();
    assert_eq!(refusal(write_files(&out, &files(&[CART]))), Refusal::NotOurs { out: out.clone() });
    assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
}

#[test]
fn a_damaged_or_lost_inventory_is_refused() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART])).unwrap();
    let text = fs::read_to_string(out.join(INVENTORY)).unwrap();
    fs::write(out.join(INVENTORY), text.replace("cart", "ads")).unwrap();
    assert!(matches!(refusal(write_files(&out, &files(&[ADS]))), Refusal::Damaged { .. }));
    fs::remove_file(out.join(INVENTORY)).unwrap();
    assert_eq!(refusal(write_files(&out, &files(&[ADS]))), Refusal::NotOurs { out: out.clone() });
    assert_eq!(tree(&out)[CART.0], CART.1);
}

#[test]
fn links_are_refused_wherever_they_stand() {
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir_all(outside.path().join("cart/terraform")).unwrap();
    fs::write(outside.path().join("file"), CART.1).unwrap();
    let before = tree(outside.path());
    for (link, target) in
        [("staging", ""), ("staging/cart", "cart"), (CART.0, "file"), (INVENTORY, "file"), (LOCK, "file")]
    {
        for next in [files(&[(CART.0, "other")]), files(&[ADS]), files(&[CART])] {
            let (_parent, out) = fresh();
            write_files(&out, &files(&[CART])).unwrap();
            let at = out.join(link);
            if at.is_dir() {
                fs::remove_dir_all(&at).unwrap()
            } else {
                fs::remove_file(&at).unwrap()
            }
            symlink(outside.path().join(target), &at).unwrap();
            let expected = Refusal::Obstacle { path: link.to_owned(), what: "a symbolic link" };
            assert_eq!(refusal(write_files(&out, &next)), expected, "{next:?}");
            assert!(at.is_symlink());
        }
    }
    assert_eq!(tree(outside.path()), before);
}

#[test]
fn what_stands_in_the_way_is_named() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[ADS])).unwrap();
    fs::create_dir_all(out.join(CART.0)).unwrap();
    let folder = Refusal::Obstacle { path: CART.0.to_owned(), what: "a folder where a file belongs" };
    assert_eq!(refusal(write_files(&out, &files(&[ADS, CART]))), folder);
    fs::remove_dir_all(out.join("staging/cart")).unwrap();
    fs::write(out.join("staging/cart"), "").unwrap();
    let file = Refusal::Obstacle { path: "staging/cart".to_owned(), what: "a file where a folder belongs" };
    assert_eq!(refusal(write_files(&out, &files(&[ADS, CART]))), file);
}

#[test]
fn a_link_under_a_temporary_name_is_replaced_and_not_followed() {
    let (parent, out) = fresh();
    let target = parent.path().join("target");
    fs::write(&target, "untouched").unwrap();
    write_files(&out, &files(&[CART])).unwrap();
    symlink(&target, out.join("staging/cart/terraform/main.tf.pavior-temporary")).unwrap();
    symlink(&target, out.join(INVENTORY.to_owned() + ".pavior-temporary")).unwrap();
    let next = files(&[(CART.0, "other")]);
    write_files(&out, &next).unwrap();
    assert_eq!(tree(&out), tree_of(&next));
    assert_eq!(fs::read_to_string(target).unwrap(), "untouched");
}

#[test]
fn a_folder_that_is_swapped_for_a_link_never_leads_outside() {
    let (parent, out) = fresh();
    let outside = parent.path().join("outside");
    fs::create_dir(&outside).unwrap();
    write_files(&out, &files(&[CART])).unwrap();
    let turns = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let toggling = scope.spawn(|| {
            // Any step may meet a folder that a run has just made; on a busy machine they meet later.
            let mut swaps = 0;
            while swaps < 2_000 || turns.load(Ordering::Relaxed) <= 10 {
                swaps += 1;
                let _ = fs::rename(out.join("staging"), parent.path().join("aside"));
                let _ = symlink(&outside, out.join("staging"));
                let _ = fs::remove_file(out.join("staging"));
                let _ = fs::remove_dir_all(out.join("staging"));
                let _ = fs::rename(parent.path().join("aside"), out.join("staging"));
            }
        });
        while !toggling.is_finished() {
            let text = turns.fetch_add(1, Ordering::Relaxed).to_string();
            let _ = write_files(&out, &files(&[(CART.0, &text), ("staging/b.txt", &text)]));
        }
    });
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let (_parent, out) = fresh();
    let mut met = None;
    write_gated(&out, &files(&[CART]), &mut || {
        met.get_or_insert_with(|| refusal(write_files(&out, &files(&[ADS]))));
        Ok(())
    })
    .unwrap();
    assert_eq!(met, Some(Refusal::Busy { out: out.clone() }));
    assert_eq!(tree(&out), tree_of(&files(&[CART])));
}

#[test]
fn paths_that_would_be_one_file_somewhere_are_refused() {
    let (_parent, out) = fresh();
    for (first, second, named) in [
        ("a/Main.tf", "a/main.tf", "a/main.tf"),
        ("a/b", "a/b/c", "a/b"),
        ("a/B", "a/b/c/d", "a/b"),
        ("x", "a/..b/.c.pavior-temporary", "a/..b/.c.pavior-temporary"),
        ("x", INVENTORY, INVENTORY),
        ("x", LOCK, LOCK),
    ] {
        let message = refusal(write_files(&out, &files(&[(first, ""), (second, "")]))).to_string();
        assert!(message.starts_with(&format!("{named} ")), "{message}");
    }
    assert!(!out.exists());
}

#[test]
fn an_error_of_the_disk_is_an_error_of_the_run_and_leaves_no_half_file() {
    let (_parent, out) = fresh();
    write_files(&out, &files(&[CART])).unwrap();
    let mut operations = 0;
    let error = write_gated(&out, &files(&[(CART.0, "new")]), &mut || {
        operations += 1;
        if operations == 5 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    });
    assert!(format!("{:#}", error.unwrap_err()).contains(&format!("cannot write {}: ", CART.0)));
    assert_eq!(fs::read_to_string(out.join(CART.0)).unwrap(), CART.1);
}

fn unit(environment: &str, service: &str, artifacts: &[(&str, &str)]) -> CompiledUnit {
    let name = |text| Name::parse(text).unwrap();
    let artifacts =
        artifacts.iter().map(|(path, text)| Artifact { path: RepoPath::literal(path), text: (*text).to_owned() });
    let artifacts: Vec<Artifact> = artifacts.collect();
    CompiledUnit {
        id: UnitId { environment: name(environment), kind: UnitKind::Service, name: name(service) },
        digest: Digest::of(&artifacts),
        artifacts,
    }
}

#[test]
fn units_lie_in_folders_of_their_own_and_are_the_same_bytes_wherever_they_are_written() {
    let main = [("terraform/main.tf", "module \"carts\" {}\n")];
    let units = [unit("staging", "cart", &main), unit("production", "cart", &main)];
    let ((_a, short), (_b, parent)) = (fresh(), fresh());
    let long = parent.join("a/longer/path");
    write(&short, &units).unwrap();
    let written = write(&long, &units).unwrap();
    assert_eq!(written.created, paths(&["production/cart/terraform/main.tf", CART.0]));
    assert_eq!(tree(&short), tree(&long));
}

#[test]
fn a_unit_is_written_once() {
    let units = [unit("staging", "cart", &[("a.tf", "")]), unit("staging", "cart", &[("a.tf", "")])];
    let (_parent, out) = fresh();
    assert_eq!(refusal(write(&out, &units)), Refusal::Twice { path: "staging/cart/a.tf".to_owned() });
}
