//! Each stage of the compiler on made-up organisations of 100, 1,000 and 10,000 services in one environment, in memory:
//! `cargo bench`, or `cargo bench -- check` for some of them. All but `load` start from what the stage before it gives.

#[path = "../examples/organisation/chance.rs"]
mod chance;
#[path = "../examples/organisation/history.rs"]
mod history;
#[path = "../examples/organisation/pack.rs"]
mod pack;
#[path = "../examples/organisation/repository.rs"]
mod repository;
#[path = "../examples/organisation/service.rs"]
mod service;

use divan::Bencher;
use pavior::check::{Loaded, check, check_against};
use pavior::compile::{compile, compile_outlines};
use pavior::emit::emit;
use pavior::link::link;
use pavior::model::Findings;
use pavior::provision::provision;
use pavior::read::{Documents, Snapshot, load_revision, parse, read};
use std::path::{Path, PathBuf};

const SERVICES: [usize; 3] = [100, 1_000, 10_000];

fn main() {
    divan::main();
}

/// A git repository whose head changes one service.
fn organisation(services: usize) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("organisation-{services}"));
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old organisation can be removed");
    }
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
    let base = repository::repository(shipped, services, 1).expect("the shipped golden paths can be read");
    history::write(&folder, &base, &repository::changed(services, 1, 1)).expect("the organisation can be written");
    folder
}

fn load(folder: &Path, revision: &str) -> Loaded {
    let mut findings = Findings::default();
    let snapshot = load_revision(folder, revision, &mut findings).expect("the organisation is a repository");
    Loaded { snapshot, findings, as_of: None }
}

fn head(services: usize) -> Loaded {
    load(&organisation(services), "HEAD")
}

fn documents(services: usize) -> Documents {
    read(snapshot(services), &mut Findings::default())
}

fn snapshot(services: usize) -> Snapshot {
    head(services).snapshot
}

#[divan::bench(args = SERVICES)]
fn a_load_from_git(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    bencher.bench(|| load(&folder, "HEAD"));
}

#[divan::bench(args = SERVICES)]
fn b_parse(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    bencher.bench(|| parse(&snapshot, &mut Findings::default()));
}

/// A few files at a time, so that the trees of all are never there at once.
#[divan::bench(args = SERVICES)]
fn c_parse_and_validate(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    bencher.with_inputs(|| snapshot.clone()).bench_values(|snapshot| read(snapshot, &mut Findings::default()));
}

#[divan::bench(args = SERVICES)]
fn d_link(bencher: Bencher, services: usize) {
    let documents = documents(services);
    bencher.bench(|| link(&documents, &mut Findings::default()));
}

#[divan::bench(args = SERVICES)]
fn e_provision(bencher: Bencher, services: usize) {
    let documents = documents(services);
    let catalog = link(&documents, &mut Findings::default());
    bencher.bench(|| provision(&documents, &catalog, &mut Findings::default()));
}

/// On one processor; within a check it runs on all.
#[divan::bench(args = SERVICES)]
fn f_emit(bencher: Bencher, services: usize) {
    let documents = documents(services);
    let catalog = link(&documents, &mut Findings::default());
    let units = provision(&documents, &catalog, &mut Findings::default());
    bencher.bench(|| units.iter().map(|unit| emit(unit).expect("units can be written").len()).sum::<usize>());
}

/// All stages; the artifacts are counted and forgotten.
#[divan::bench(args = SERVICES)]
fn g_compile_and_forget(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    let inputs = || (snapshot.clone(), Findings::default());
    bencher.with_inputs(inputs).bench_values(|(snapshot, mut findings)| {
        compile_outlines(snapshot, &mut findings, &()).expect("the organisation compiles")
    });
}

/// All stages; the artifacts and their digests are kept.
#[divan::bench(args = SERVICES)]
fn h_compile_in_memory(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    let inputs = || (snapshot.clone(), Findings::default());
    bencher
        .with_inputs(inputs)
        .bench_values(|(snapshot, mut findings)| compile(snapshot, &mut findings).expect("the organisation compiles"));
}

#[divan::bench(args = SERVICES)]
fn i_check(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    bencher.bench(|| check(load(&folder, "HEAD")).expect("the organisation compiles"));
}

#[divan::bench(args = SERVICES)]
fn j_check_change_of_one(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    bencher.bench(|| check_against(load(&folder, "HEAD~1"), load(&folder, "HEAD")).expect("the organisation compiles"));
}
