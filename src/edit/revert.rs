//! The pull request that takes back what made a unit sick: its own declaration and nothing else, as it stood at the last
//! healthy commit. Two snapshots in, texts out.
//!
//! Of a file with several documents only the unit's is taken back; the others stay as they are at head. A service's
//! workload may stand in a Score file, which is taken back with it.

use super::image::is_declared;
use super::refusal::Refusal;
use super::splice::parsed;
use super::whole::Whole;
use crate::ledger::UnitName;
use crate::model::{RepoPath, short_hash};
use crate::read::score::resolve;
use crate::read::{Node, NodeValue, Snapshot};
use crate::report::visible_line;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What made a unit sick, as the ledger has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sick<'a> {
    pub unit: &'a UnitName,
    /// The digest that made it sick; None where it was taken away.
    pub digest: Option<&'a str>,
    /// The commit that brought it.
    pub bad: &'a str,
    /// The commit that it was last healthy with.
    pub healthy: &'a str,
    /// What was seen.
    pub why: &'a str,
}

/// A change that takes a declaration back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revert {
    /// As they are read: LF, no byte order mark. None: the file goes.
    pub files: Vec<(RepoPath, Option<String>)>,
    /// The same for the same unit and digest, whatever else is at head by then.
    pub branch: String,
    pub title: String,
    pub body: String,
}

/// Takes a unit's declaration back. `head` is what the change is made on: the bad commit, or what came after it.
///
/// # Errors
/// When the declaration is the same on both sides, is none of a service, a shared resource or an environment, was
/// renamed, or cannot be taken back so that nothing else changes.
pub fn revert(sick: &Sick<'_>, head: &Snapshot, healthy: &Snapshot) -> Result<Revert, Refusal> {
    let (kind, name) = declared_as(sick.unit);
    let (now, then) = (find(head, kind, name)?, find(healthy, kind, name)?);
    if let (Some(now), None) = (&now, &then)
        && now.root().child("spec").and_then(|spec| spec.child("renamedFrom")).is_some()
    {
        return Err(sick.by_hand(format!("{kind} {name} had another name at the last healthy commit")));
    }
    if now.is_none() && then.is_none() {
        return Err(sick.by_hand(format!("no {kind} {name} is declared in either commit")));
    }
    let mut after = head.clone();
    take_back(&mut after, healthy, kind, name)?;
    for side in [&now, &then].into_iter().flatten() {
        if let Some(score) = side.score() {
            put(&mut after, &score, healthy.files.get(&score).map(|text| text.to_string()));
        }
    }
    if kind == "Service" {
        take_back_requests(&mut after, healthy, name, then.is_some())?;
    }
    let paths: BTreeSet<&RepoPath> = head.files.keys().chain(after.files.keys()).collect();
    let changed = paths.into_iter().filter(|path| head.files.get(*path) != after.files.get(*path));
    let files: Vec<(RepoPath, Option<String>)> =
        changed.map(|path| (path.clone(), after.files.get(path).map(|text| text.to_string()))).collect();
    if files.is_empty() {
        let subject = format!("{kind} {name}");
        return Err(Refusal::Unchanged { subject, healthy: sick.healthy.to_owned(), head: sick.bad.to_owned() });
    }
    Ok(Revert {
        branch: sick.branch(),
        title: format!("Take {name} back to what was healthy in {}", sick.unit.environment),
        body: sick.body(kind, name, files.iter().map(|(path, _)| path)),
        files,
    })
}

/// Puts one declaration of a snapshot back to what it was: its document, and no other.
fn take_back(after: &mut Snapshot, healthy: &Snapshot, kind: &'static str, name: &str) -> Result<(), Refusal> {
    let (now, then) = (find(after, kind, name)?, find(healthy, kind, name)?);
    let (path, text) = match (&now, &then) {
        (None, None) => return Ok(()),
        (Some(now), None) => {
            let without = Whole::of(now.text).and_then(|whole| whole.without(now.document));
            (now.path, without.map_err(|why| why.in_file(now.path))?)
        }
        (Some(now), Some(then)) => {
            let before = Whole::of(then.text).map_err(|why| why.in_file(then.path))?;
            let replaced = Whole::of(now.text).and_then(|whole| whole.replaced(now.document, &before, then.document));
            (now.path, Some(replaced.map_err(|why| why.in_file(now.path))?))
        }
        (None, Some(then)) => (then.path, Some(then.put_back(after).map_err(|why| why.in_file(then.path))?)),
    };
    let path = path.clone();
    put(after, &path, text);
    Ok(())
}

/// A service's secret requests: those that it needs are there again, and those of a service that is no longer there go with
/// it. What was asked for anew stays otherwise: somebody may have put a value there by now.
fn take_back_requests(after: &mut Snapshot, healthy: &Snapshot, service: &str, is_kept: bool) -> Result<(), Refusal> {
    let (now, then) = (requests(after, service)?, requests(healthy, service)?);
    let concerned: Vec<&String> =
        if is_kept { then.difference(&now).collect() } else { now.difference(&then).collect() };
    concerned.into_iter().try_for_each(|request| take_back(after, healthy, REQUEST, request))
}

/// The names of the secret requests for a service.
fn requests(snapshot: &Snapshot, service: &str) -> Result<BTreeSet<String>, Refusal> {
    let mut names = BTreeSet::new();
    for (path, text) in near(snapshot, REQUEST, service) {
        for root in parsed(text).map_err(|why| why.in_file(path))? {
            let text = |route: [&str; 2]| match &root.child(route[0])?.child(route[1])?.value {
                NodeValue::Text(text) => Some(text.clone()),
                _ => None,
            };
            let is_request = root.child("kind").is_some_and(|kind| kind.value == NodeValue::Text(REQUEST.to_owned()));
            if is_request && text(["spec", "service"]).as_deref() == Some(service) {
                names.extend(text(["metadata", "name"]));
            }
        }
    }
    Ok(names)
}

const REQUEST: &str = "SecretRequest";

fn put(snapshot: &mut Snapshot, path: &RepoPath, text: Option<String>) {
    match text {
        Some(text) => drop(snapshot.files.insert(path.clone(), text.into())),
        None => drop(snapshot.files.remove(path)),
    }
}

impl Sick<'_> {
    fn by_hand(&self, why: String) -> Refusal {
        Refusal::NotOne { why, healthy: self.healthy.to_owned(), head: self.bad.to_owned() }
    }

    fn branch(&self) -> String {
        let (_, name) = declared_as(self.unit);
        let what = format!("{}\n{}", self.unit, self.digest.unwrap_or(self.bad));
        format!("pavior/revert-{name}-{}-{:08x}", self.unit.environment, short_hash(what.as_bytes()) >> 32)
    }

    fn body<'p>(&self, kind: &str, name: &str, files: impl Iterator<Item = &'p RepoPath>) -> String {
        let digest = self.digest.map_or_else(|| "taken away".to_owned(), |digest| format!("digest `{digest}`"));
        let files: Vec<String> = files.map(|path| format!("- `{path}`\n")).collect();
        format!(
            "`{}` became sick with what {} brought ({digest}), and was taken back to what {} has, where it was last \
             healthy:\n\n    {}\n\nThis takes the declaration of {kind} `{name}` back to the same, so that git says what \
             runs; until it is merged, the digest stays quarantined. Everything that the declaration says goes back, for \
             every environment; nothing else of these files does:\n\n{}\nClose it to mend the declaration instead: it is \
             not opened again.\n",
            self.unit,
            self.bad,
            self.healthy,
            visible_line(self.why),
            files.concat(),
        )
    }
}

/// The kind and the name under which a unit is declared.
fn declared_as(unit: &UnitName) -> (&'static str, &str) {
    match (unit.unit.as_str(), unit.unit.strip_prefix("_shared/")) {
        ("_environment", _) => ("Environment", unit.environment.as_str()),
        (_, Some(shared)) => ("Resource", shared),
        (service, None) => ("Service", service),
    }
}

/// A declaration in its file.
struct Found<'s> {
    path: &'s RepoPath,
    text: &'s str,
    roots: Vec<Node>,
    document: usize,
}

impl Found<'_> {
    fn root(&self) -> &Node {
        &self.roots[self.document]
    }

    fn score(&self) -> Option<RepoPath> {
        match &self.root().child("spec")?.child("score")?.value {
            NodeValue::Text(written) => resolve(self.path, written),
            _ => None,
        }
    }

    /// The file of head with this in it again.
    fn put_back(&self, head: &Snapshot) -> Result<String, Refusal> {
        let then = Whole::of(self.text)?;
        match head.files.get(self.path) {
            Some(now) => Whole::of(now)?.with(&then, self.document),
            None => Ok(then.body(self.document).to_owned()),
        }
    }
}

fn find<'s>(snapshot: &'s Snapshot, kind: &'static str, name: &str) -> Result<Option<Found<'s>>, Refusal> {
    let mut found = None;
    for (path, text) in near(snapshot, kind, name) {
        let roots = parsed(text).map_err(|why| why.in_file(path))?;
        for document in 0..roots.len() {
            if !is_declared(&roots[document], kind, name) {
                continue;
            }
            if found.is_some() {
                return Err(Refusal::Twice { kind, name: name.to_owned() });
            }
            found = Some(Found { path, text, roots: roots.clone(), document });
        }
    }
    Ok(found)
}

/// Files in which something of a kind and a name may be declared: most are not even parsed.
fn near<'s>(snapshot: &'s Snapshot, kind: &str, name: &str) -> impl Iterator<Item = (&'s RepoPath, &'s Arc<str>)> {
    let is_near = move |text: &str| text.contains(kind) && text.contains(name);
    snapshot.files.iter().filter(move |(path, text)| path.as_str().starts_with("catalog/") && is_near(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;

    fn unit(name: &str) -> UnitName {
        UnitName { environment: Name::parse("production").unwrap(), unit: name.to_owned() }
    }

    fn reverted(name: &str, head: &[(&str, &str)], healthy: &[(&str, &str)]) -> Result<Revert, Refusal> {
        let unit = unit(name);
        let sick =
            Sick { unit: &unit, digest: Some("d1"), bad: "b0b0", healthy: "a0a0", why: "0 of 2\nare @all ready" };
        revert(&sick, &Snapshot::of(head.iter().copied()), &Snapshot::of(healthy.iter().copied()))
    }

    fn files(revert: &Revert) -> Vec<(&str, Option<&str>)> {
        revert.files.iter().map(|(path, text)| (path.as_str(), text.as_deref())).collect()
    }

    const CART: &str = "# cart\nkind: Service\nmetadata: {name: cart}\nspec: {tier: critical}\n";
    const WEB: &str = "kind: Service\nmetadata: {name: web}\nspec: {}\n";

    #[test]
    fn only_the_units_own_document_goes_back() {
        let sick = CART.replace("critical", "supporting");
        let (then, now) = (format!("{CART}---\n{WEB}"), format!("{sick}---\n{WEB}# newer\n"));
        let revert = reverted("cart", &[("catalog/a.yaml", &now)], &[("catalog/a.yaml", &then)]).unwrap();
        assert_eq!(files(&revert), [("catalog/a.yaml", Some(format!("{CART}---\n{WEB}# newer\n").as_str()))]);
        assert!(revert.branch.starts_with("pavior/revert-cart-production-"), "{}", revert.branch);
        assert!(revert.body.contains("\n    0 of 2\\nare @all ready\n"), "{}", revert.body);
    }

    #[test]
    fn what_was_not_there_before_is_taken_away() {
        let revert = reverted("cart", &[("catalog/a.yaml", CART), ("catalog/w.yaml", WEB)], &[("catalog/w.yaml", WEB)]);
        assert_eq!(files(&revert.unwrap()), [("catalog/a.yaml", None)]);
        let both = format!("{WEB}---\n{CART}");
        let revert = reverted("cart", &[("catalog/w.yaml", &both)], &[("catalog/w.yaml", WEB)]);
        assert_eq!(files(&revert.unwrap()), [("catalog/w.yaml", Some(WEB))]);
    }

    #[test]
    fn what_was_taken_away_is_there_again() {
        let both = format!("{WEB}---\n{CART}");
        let revert = reverted("cart", &[("catalog/w.yaml", WEB)], &[("catalog/w.yaml", &both)]);
        assert_eq!(files(&revert.unwrap()), [("catalog/w.yaml", Some(both.as_str()))]);
        let revert = reverted("cart", &[("catalog/w.yaml", WEB)], &[("catalog/a.yaml", CART)]);
        assert_eq!(files(&revert.unwrap()), [("catalog/a.yaml", Some(CART))]);
    }

    #[test]
    fn a_score_file_goes_back_with_its_service() {
        let cart = CART.replace("{tier: critical}", "{score: cart.score.yaml}");
        let side = |score| [("catalog/a.yaml", cart.as_str()), ("catalog/cart.score.yaml", score)];
        let revert = reverted("cart", &side("new: 1\n"), &side("old: 1\n")).unwrap();
        assert_eq!(files(&revert), [("catalog/cart.score.yaml", Some("old: 1\n"))]);
    }

    const ASKED: &str = "kind: SecretRequest\nmetadata: {name: key}\nspec: {service: cart}\n";

    #[test]
    fn secret_requests_go_with_their_service_and_come_back_with_it() {
        let both = format!("{WEB}---\n{CART}---\n{ASKED}");
        let gone = reverted("cart", &[("catalog/a.yaml", &both)], &[("catalog/a.yaml", WEB)]).unwrap();
        assert_eq!(files(&gone), [("catalog/a.yaml", Some(WEB))]);
        let back = reverted("cart", &[("catalog/a.yaml", WEB)], &[("catalog/a.yaml", &both)]).unwrap();
        assert_eq!(files(&back), [("catalog/a.yaml", Some(both.as_str()))]);
    }

    #[test]
    fn what_was_asked_for_anew_stays_for_its_value_may_be_there() {
        let sick = CART.replace("critical", "supporting");
        let now = [("catalog/a.yaml", sick.as_str()), ("catalog/k.yaml", ASKED)];
        let revert = reverted("cart", &now, &[("catalog/a.yaml", CART)]).unwrap();
        assert_eq!(files(&revert), [("catalog/a.yaml", Some(CART))]);
    }

    #[test]
    fn the_branch_is_the_same_whatever_else_came_after() {
        let sick = CART.replace("critical", "supporting");
        let branch = |name: &str, more: &str| {
            let now = format!("{sick}---\n{WEB}{more}");
            reverted(name, &[("catalog/a.yaml", &now)], &[("catalog/a.yaml", CART)]).unwrap().branch
        };
        assert_eq!(branch("cart", ""), branch("cart", "# more\n"));
        assert_ne!(branch("cart", ""), branch("web", ""));
    }

    #[test]
    fn a_shared_resource_and_an_environment_have_declarations_too() {
        for (name, kind, declared) in
            [("_shared/carts", "Resource", "carts"), ("_environment", "Environment", "production")]
        {
            let at = |spec: &str| format!("kind: {kind}\nmetadata: {{name: {declared}}}\nspec: {spec}\n");
            let revert = reverted(name, &[("catalog/a.yaml", &at("{a: 2}"))], &[("catalog/a.yaml", &at("{a: 1}"))]);
            assert_eq!(files(&revert.unwrap()), [("catalog/a.yaml", Some(at("{a: 1}").as_str()))]);
        }
    }

    #[test]
    fn what_is_not_the_declarations_doing_is_told() {
        let same = reverted("cart", &[("catalog/a.yaml", CART)], &[("catalog/a.yaml", CART)]).unwrap_err();
        assert!(same.to_string().contains("`pavior diff --base a0a0 --head b0b0 --exact`"), "{same}");
        let renamed = CART.replace("{tier: critical}", "{renamedFrom: basket}");
        let renamed = reverted("cart", &[("catalog/a.yaml", &renamed)], &[("catalog/a.yaml", WEB)]).unwrap_err();
        assert!(renamed.to_string().contains("had another name"), "{renamed}");
        let absent = reverted("_shared/x", &[], &[]).unwrap_err();
        assert!(absent.to_string().contains("no Resource x is declared in either commit"), "{absent}");
    }
}
