//! The module list of `src/lib.rs` is the architecture: a module imports only from those above it, and every file is
//! short and says at its top what it is.

use crate::case::read_tree;
use std::collections::BTreeMap;
use std::path::Path;

/// The longest file.
const MAX_LINES: usize = 500;

/// The sources, by path from `src/`.
fn sources() -> BTreeMap<String, String> {
    let tree = read_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    tree.into_iter().filter(|(path, _)| path.ends_with(".rs")).collect()
}

/// The modules of the crate in the order in which `lib.rs` lists them.
fn modules(lib: &str) -> Vec<&str> {
    let declarations = lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    declarations.filter_map(|rest| rest.strip_suffix(';')).collect()
}

/// The modules that a text names by `crate::module` or `crate::{module, ...}`, with the line of each.
fn imports(text: &str) -> Vec<(usize, String)> {
    let mut imports = Vec::new();
    for (at, found) in text.match_indices("crate::") {
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + found.len()..];
        match rest.strip_prefix('{') {
            Some(group) => imports.extend(first_segments(group).into_iter().map(|name| (line, name))),
            None => imports.push((line, first_word(rest))),
        }
    }
    imports
}

fn first_word(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// `a::b, c::{d, e}, f}` names `a`, `c` and `f`.
fn first_segments(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut expects) = (0, Vec::new(), true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => expects = true,
            c if expects && !c.is_whitespace() => {
                names.push(first_word(&group[at..]));
                expects = false;
            }
            _ => {}
        }
    }
    names
}

/// Imports that lead downwards.
fn wrong_way(modules: &[&str], sources: &BTreeMap<String, String>) -> Vec<String> {
    let position = |name: &str| modules.iter().position(|module| *module == name);
    let mut faults = Vec::new();
    for (path, text) in sources {
        let own = path.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        let Some(own_position) = position(own) else { continue };
        for (line, name) in imports(text) {
            if position(&name).is_some_and(|other| other > own_position) {
                faults.push(format!("src/{path}:{line}: {own} imports {name}, which lib.rs lists below it"));
            }
        }
    }
    faults
}

#[test]
fn a_module_imports_only_from_those_above_it() {
    let sources = sources();
    let modules = modules(&sources["lib.rs"]);
    assert!(modules.starts_with(&["model", "known", "parallel", "read", "link"]), "{modules:?}");
    assert_eq!(wrong_way(&modules, &sources), Vec::<String>::new());
    let unlisted = sources.keys().map(|path| path.split('/').next().unwrap_or_default().trim_end_matches(".rs"));
    let unlisted: Vec<&str> =
        unlisted.filter(|name| !["lib", "main"].contains(name) && !modules.contains(name)).collect();
    assert_eq!(unlisted, Vec::<&str>::new(), "lib.rs lists every module");
}

#[test]
fn every_file_is_short_and_says_what_it_is() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let lines = text.lines().count();
        if lines > MAX_LINES {
            faults.push(format!("src/{path} has {lines} lines, {MAX_LINES} are the most"));
        }
        if !text.starts_with("//! ") {
            faults.push(format!("src/{path} does not begin with `//!`"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn an_import_that_leads_downwards_would_be_found() {
    let text = "use crate::model::Name;\nuse crate::{read::{self, Snapshot}, emit::Artifact};\nfn f() { crate::link::link() }\n";
    let names: Vec<(usize, String)> = imports(text);
    let names: Vec<(usize, &str)> = names.iter().map(|(line, name)| (*line, name.as_str())).collect();
    assert_eq!(names, [(1, "model"), (2, "read"), (2, "emit"), (3, "link")]);
    let sources = BTreeMap::from([("read/mod.rs".to_owned(), text.to_owned())]);
    assert_eq!(
        wrong_way(&["model", "read", "link", "emit"], &sources),
        [
            "src/read/mod.rs:2: read imports emit, which lib.rs lists below it",
            "src/read/mod.rs:3: read imports link, which lib.rs lists below it"
        ]
    );
}
