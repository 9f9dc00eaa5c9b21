//! Each stage of the compiler, and then what users run, on made-up organisations of 100, 1,000 and 10,000 services in one
//! environment, in memory: `cargo bench`, or `cargo bench -- check` for some of them. Stages start from what the one
//! before gives; what users run starts from git.

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
use mimalloc::MiMalloc;
use pavior::check::Loaded;
use pavior::compile::compile;
use pavior::emit::{Objects, emit};
use pavior::link::link;
use pavior::model::Findings;
use pavior::provision::provision;
use pavior::read::{Documents, Snapshot, Trees, load_revision, parse, read, read_keeping};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const SERVICES: [usize; 3] = [100, 1_000, 10_000];

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() {
    // Ten thousand services take seconds: a few samples tell enough.
    divan::Divan::from_args().max_time(Duration::from_secs(5)).main();
}

/// The program itself, which has to find nothing wrong.
fn pavior(folder: &Path, arguments: &[&str]) {
    let program = Command::new(env!("CARGO_BIN_EXE_pavior")).args(arguments).current_dir(folder).output();
    let output = program.expect("the program can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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
    bencher.bench(|| {
        units.iter().map(|unit| emit(unit, &Objects::of_unit(unit)).expect("units can be written").len()).sum::<usize>()
    });
}

/// All stages; the artifacts and their digests are kept: what a diff of whole revisions does for each.
#[divan::bench(args = SERVICES)]
fn g_compile_in_memory(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    let inputs = || (snapshot.clone(), Findings::default());
    bencher
        .with_inputs(inputs)
        .bench_values(|(snapshot, mut findings)| compile(snapshot, &mut findings).expect("the organisation compiles"));
}

/// All of it: the whole process, cold.
#[divan::bench(args = SERVICES)]
fn h_check(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    bencher.bench(|| pavior(&folder, &["check", "--head", "HEAD"]));
}

/// Both revisions are compiled whole.
#[divan::bench(args = SERVICES)]
fn i_check_change_of_one(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    bencher.bench(|| pavior(&folder, &["check", "--base", "HEAD~1", "--head", "HEAD"]));
}

/// Only what differs is compiled, by what the first of many diffs learned.
#[divan::bench(args = SERVICES)]
fn j_diff_of_one_in_part(bencher: Bencher, services: usize) {
    let folder = organisation(services);
    let diff = || pavior(&folder, &["diff", "--base", "HEAD~1", "--head", "HEAD"]);
    diff();
    bencher.bench(diff);
}

/// What the language server does when nothing was typed for a while: everything is read, linked and provisioned again.
#[divan::bench(args = SERVICES)]
fn k_recheck_in_an_editor(bencher: Bencher, services: usize) {
    let snapshot = snapshot(services);
    let inputs = || (snapshot.clone(), Findings::default());
    bencher.with_inputs(inputs).bench_values(|(snapshot, mut findings)| {
        let documents = read_keeping(Trees::Kept, snapshot, &mut findings);
        let catalog = link(&documents, &mut findings);
        provision(&documents, &catalog, &mut findings).len()
    });
}
