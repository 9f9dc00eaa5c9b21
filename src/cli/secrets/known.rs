//! What is known of all secret requests of a repository: compiled, and asked of git and of the ledger.

use super::Source;
use crate::cli::terminal;
use crate::compile::compile_kept;
use crate::git::{git, printed};
use crate::ledger::{Intent, Record, SecretAsked, Store, UnitName, Upstream};
use crate::model::{Findings, Name, RepoPath, Timestamp};
use crate::read::{Node, NodeValue, Objects, roots};
use crate::revisions;
use crate::secrets::{Request, Written, carried, planned, register};
use anyhow::Result;
use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

pub struct Known {
    pub requests: Vec<Request>,
    pub ledger_is_empty: bool,
}

impl Known {
    /// None where the repository has errors, which are told.
    pub fn of(source: &Source) -> Result<Option<Known>> {
        let root = source.repository.root()?;
        let loaded = revisions::load(&root, None)?;
        let mut findings = loaded.findings;
        let (documents, planned) = compile_kept(loaded.snapshot, &mut findings, &(), |unit, _| planned(unit))?;
        if findings.has_errors() {
            terminal::tell_findings(findings, documents.snapshot.files);
            return Ok(None);
        }
        let planned: Vec<_> = planned.into_iter().flatten().collect();
        let records = records(&root, source.ledger.as_ref())?;
        let past = Past { objects: Objects::open(&root).ok(), texts: RefCell::default() };
        let carried = |request: &Request, environment: &Name| {
            let unit = UnitName { environment: environment.clone(), unit: request.service.to_string() };
            carried(&records, &unit, |intent| {
                says(intent, request) || past.has(&intent.change.head, request, environment)
            })
        };
        let requests = register(&documents, &planned, |path, line| blamed(&root, path, line), carried);
        Ok(Some(Known { requests, ledger_is_empty: records.is_empty() }))
    }
}

/// Whether a record names the request, with all its keys. Engines' health, and records from before they were named, do not.
fn says(intent: &Intent, request: &Request) -> bool {
    let is_it =
        |asked: &SecretAsked| asked.name == request.name && request.keys.keys().all(|key| asked.keys.contains(key));
    intent.secrets.iter().any(is_it)
}

fn records(root: &Path, ledger: Option<&String>) -> Result<Vec<Record>> {
    let upstream = ledger.map(|address| Upstream { address: address.clone(), authorization: None });
    let mut store = match Store::open(root.to_owned(), upstream) {
        // A folder that is in no repository has no ledger.
        Err(_) if ledger.is_none() => return Ok(Vec::new()),
        store => store?,
    };
    store.refresh()?;
    Ok(store.records()?.to_vec())
}

/// Who wrote the line with a request's name; None where git does not know yet.
fn blamed(root: &Path, path: &RepoPath, line: u32) -> Option<Written> {
    let mut command = git(root);
    command.args(["blame", "--line-porcelain", "-L", &format!("{line},{line}"), "--", path.as_str()]);
    let told = printed(command).ok()?;
    // What is not committed yet is nobody's.
    if told.starts_with("0000000000") {
        return None;
    }
    let of = |name: &str| told.lines().find_map(|line| line.strip_prefix(name));
    let seconds = of("author-time ")?.parse().ok()?;
    Some(Written { by: of("author ")?.to_owned(), on: Timestamp::of_unix_seconds(seconds)?.date })
}

/// What former commits say of requests, each file of each read once.
struct Past {
    objects: Option<Objects>,
    texts: RefCell<HashMap<(String, PathBuf), Vec<Node>>>,
}

impl Past {
    /// Whether the file in which a request is declared had it at a commit, for an environment, with all its keys.
    fn has(&self, commit: &str, request: &Request, environment: &Name) -> bool {
        let Some(objects) = &self.objects else { return false };
        let mut texts = self.texts.borrow_mut();
        let key = (commit.to_owned(), PathBuf::from(request.path.as_str()));
        let documents = texts.entry(key).or_insert_with(|| {
            let text = objects.tree(commit).and_then(|tree| objects.file(&tree, &request.path)).ok().flatten();
            text.map(|text| roots(&request.path, &text, &mut Findings::default())).unwrap_or_default()
        });
        documents.iter().any(|root| {
            let at = |route: &[&str]| route.iter().try_fold(root, |node, step| node.child(step));
            let is = |route: &[&str], text: &str| at(route).is_some_and(|node| is_text(node, text));
            let environments = at(&["spec", "environments"]).map(|node| &node.value);
            let is_there = matches!(environments, Some(NodeValue::Sequence(all)) if all.iter().any(|one| is_text(one, environment)));
            is(&["kind"], "SecretRequest")
                && is(&["metadata", "name"], &request.name)
                && is_there
                && request.keys.keys().all(|key| at(&["spec", "keys", key]).is_some())
        })
    }
}

fn is_text(node: &Node, text: &str) -> bool {
    matches!(&node.value, NodeValue::Text(written) if written == text)
}
