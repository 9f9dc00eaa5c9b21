//! Which rules need which: refuses those that need themselves, because evaluating them ends with our stack, and chains
//! that are longer than it is deep. As OPA does, without looking at values.

use super::source::Policy;
use super::wording;
use crate::model::Findings;
use std::collections::{BTreeMap, BTreeSet};

/// How often one value may be referred to by what is built of it: comparing or writing it down looks at each.
const MAX_SHARING: u64 = 100_000;

/// The longest chain of rules that need each other.
const MAX_CHAIN: usize = 64;

/// What one rule refers to: a name or a path of names, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct References {
    pub rule: String,
    pub line: u32,
    /// As it is written, whole.
    pub text: String,
    /// With how often they are put into something that is built.
    pub paths: BTreeMap<Vec<String>, u64>,
    /// What it calls, as often as it does.
    pub functions: Vec<Vec<String>>,
    /// At most so often does what it builds hold one value of its own names.
    pub sharing: u64,
}

/// Takes out, and tells, what refers to itself or is too long a chain.
pub fn refuse(policies: &mut Vec<Policy>, findings: &mut Findings) {
    while let Some((rule, depth)) = worst(policies) {
        let is_its_file =
            |policy: &Policy| rule.starts_with(&format!("{}.", policy.package)) && line(policy, &rule).is_some();
        let Some(index) = policies.iter().position(is_its_file) else { return };
        let policy = policies.remove(index);
        let line = line(&policy, &rule).unwrap_or(1);
        let at = super::located::at(&policy.path, &policy.text, line as usize, 1);
        let name = rule.rsplit('.').next().unwrap_or(&rule);
        findings.push(match depth {
            Depth::Endless => wording::recursive(at, name),
            Depth::TooDeep => wording::too_long_a_chain(at, name, MAX_CHAIN),
            Depth::TooWide => wording::too_much_sharing(at, name),
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Endless,
    TooDeep,
    /// It puts one value together with itself, again and again.
    TooWide,
}

fn line(policy: &Policy, rule: &str) -> Option<u32> {
    let own = |references: &&References| format!("{}.{}", policy.package, references.rule) == rule;
    policy.references.iter().find(own).map(|references| references.line)
}

type Graph = BTreeMap<String, BTreeSet<String>>;

/// A rule that must not be evaluated.
fn worst(policies: &[Policy]) -> Option<(String, Depth)> {
    let graph = graph(policies);
    // Rules whose depth is known are taken away until none is left, or all that are left stand in or above a circle.
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    loop {
        let known = depths.len();
        for (rule, needs) in &graph {
            if depths.contains_key(rule.as_str()) {
                continue;
            }
            let below = needs.iter().map(|need| depths.get(need.as_str()).copied());
            if let Some(deepest) = below.collect::<Option<Vec<usize>>>().map(|all| all.into_iter().max().unwrap_or(0)) {
                depths.insert(rule, deepest + 1);
            }
        }
        if depths.len() == known {
            break;
        }
    }
    if let Some((rule, _)) = depths.iter().find(|(_, depth)| **depth > MAX_CHAIN) {
        return Some(((*rule).to_owned(), Depth::TooDeep));
    }
    if let Some(rule) = widest(policies, &depths) {
        return Some((rule, Depth::TooWide));
    }
    let left = |rule: &&String| !depths.contains_key(rule.as_str());
    graph.keys().filter(left).find(|rule| reaches(&graph, rule, rule)).map(|rule| (rule.clone(), Depth::Endless))
}

/// A rule whose value would be shared beyond the limit. What a rule takes from others is added up, what it puts through
/// functions multiplied.
fn widest(policies: &[Policy], depths: &BTreeMap<&str, usize>) -> Option<String> {
    let rules: BTreeSet<String> = depths.keys().map(|rule| (*rule).to_owned()).collect();
    let mut order: Vec<(usize, String, &Policy, &References)> = Vec::new();
    for policy in policies {
        for references in &policy.references {
            let rule = format!("{}.{}", policy.package, references.rule);
            if let Some(depth) = depths.get(rule.as_str()) {
                order.push((*depth, rule, policy, references));
            }
        }
    }
    order.sort_by(|a, b| (a.0, &a.1, a.3.line).cmp(&(b.0, &b.1, b.3.line)));
    let mut widths: BTreeMap<String, u64> = BTreeMap::new();
    for (_, rule, policy, references) in order {
        let width = |path: &Vec<String>| {
            let meant = resolved(path, policy, &rules).into_iter().filter_map(|rule| widths.get(&rule).copied());
            meant.max().unwrap_or(1)
        };
        let is_function = |path: &Vec<String>| references.functions.contains(path);
        let values = references.paths.iter().filter(|(path, _)| !is_function(path));
        let taken = values.map(|(path, count)| width(path).saturating_mul((*count).max(1)));
        // A value of one alone is looked at, not put together.
        let taken = taken.filter(|width| *width > 1).fold(0, u64::saturating_add).max(1);
        let through = references.functions.iter().map(width).fold(1, u64::saturating_mul);
        let width = references.sharing.saturating_mul(taken).saturating_mul(through);
        if width > MAX_SHARING {
            return Some(rule);
        }
        let known = widths.entry(rule).or_insert(1);
        *known = width.max(*known);
    }
    None
}

/// The texts of all that a rule needs, itself first: where none of them changes, it says the same.
pub fn whole_text<'p>(policies: &'p [Policy], policy: &'p Policy, line: u32) -> Vec<&'p str> {
    let graph = graph(policies);
    let rules: BTreeSet<String> = graph.keys().cloned().collect();
    let Some(own) = policy.references.iter().find(|one| one.line == line) else { return Vec::new() };
    let mut next: Vec<String> = own.paths.keys().flat_map(|path| resolved(path, policy, &rules)).collect();
    let mut needed: BTreeSet<String> = next.iter().cloned().collect();
    while let Some(rule) = next.pop() {
        next.extend(graph[&rule].iter().filter(|need| needed.insert((*need).clone())).cloned());
    }
    let others = policies.iter().flat_map(|policy| policy.references.iter().map(move |one| (policy, one)));
    let is_needed =
        |(policy, one): &(&Policy, &References)| needed.contains(&format!("{}.{}", policy.package, one.rule));
    std::iter::once(own.text.as_str()).chain(others.filter(is_needed).map(|(_, one)| one.text.as_str())).collect()
}

fn reaches(graph: &Graph, from: &str, to: &str) -> bool {
    let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(rule) = next.pop() {
        for need in graph.get(rule).into_iter().flatten() {
            if need == to {
                return true;
            }
            if seen.insert(need.as_str()) {
                next.push(need);
            }
        }
    }
    false
}

fn graph(policies: &[Policy]) -> Graph {
    let mut graph = Graph::new();
    for policy in policies {
        for references in &policy.references {
            graph.entry(format!("{}.{}", policy.package, references.rule)).or_default();
        }
    }
    let rules: BTreeSet<String> = graph.keys().cloned().collect();
    for policy in policies {
        for references in &policy.references {
            let needs = references.paths.keys().flat_map(|path| resolved(path, policy, &rules));
            graph.entry(format!("{}.{}", policy.package, references.rule)).or_default().extend(needs);
        }
    }
    graph
}

/// The rules that a path may mean: one, all of a package, or none.
fn resolved(path: &[String], policy: &Policy, rules: &BTreeSet<String>) -> Vec<String> {
    let Some((first, rest)) = path.split_first() else { return Vec::new() };
    let imported = policy.imports.iter().find(|(alias, _)| alias == first).map(|(_, path)| path.as_str());
    let absolute = match (first.as_str(), imported) {
        ("data", _) => rest.join("."),
        ("input", _) => return Vec::new(),
        (_, Some(path)) => [&[path.to_owned()], rest].concat().join("."),
        (name, None) => format!("{}.{name}", policy.package),
    };
    let is_meant = |rule: &&String| {
        // `pavior.a.x.field` means the rule `pavior.a.x`; `pavior.a` means all that is in it.
        let begins = |long: &str, short: &str| {
            long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        begins(&absolute, rule) || begins(rule, &absolute)
    };
    rules.iter().filter(is_meant).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::RepoPath;
    use crate::review::policy::source::policy;

    fn refused(texts: &[&str]) -> Vec<String> {
        let mut findings = Findings::default();
        let files = texts.iter().enumerate();
        let mut policies = files
            .filter_map(|(number, text)| {
                policy(&RepoPath::literal(&format!("policies/{number}.rego")), text, &mut findings)
            })
            .collect();
        assert!(findings.is_empty(), "{findings:?}");
        refuse(&mut policies, &mut findings);
        findings.iter().map(|one| format!("{}:{} {}", one.at.path, one.at.start.line, one.rule.id)).collect()
    }

    #[test]
    fn a_rule_that_needs_itself_is_refused() {
        assert_eq!(refused(&["package pavior.a\nf(x) := f(x + 1)\n"]), ["policies/0.rego:2 policy/recursion"]);
        assert_eq!(
            refused(&["package pavior.a\nx := y\ny := z\nz := [x]\nok := 1\n"]),
            ["policies/0.rego:2 policy/recursion"]
        );
    }

    #[test]
    fn circles_through_other_files_are_found() {
        let a = "package pavior.a\nimport data.pavior.b\nx := b.y\n";
        let b = "package pavior.b\ny := data.pavior.a.x\n";
        assert_eq!(refused(&[a, b]), ["policies/0.rego:3 policy/recursion"]);
        assert_eq!(refused(&["package pavior.a\nx := data.pavior\n"]).len(), 1);
    }

    #[test]
    fn names_of_its_own_are_not_those_of_rules() {
        let text = "package pavior.a\nname(one) := one.name\nf(name) := name\ng := x if { some name in input.l; x := f(name) }\n";
        assert_eq!(refused(&[text]), Vec::<String>::new());
    }

    #[test]
    fn what_doubles_again_and_again_is_refused() {
        let rules: String = (1..30).map(|n| format!("x{n} := [x{}, x{}]\n", n - 1, n - 1)).collect();
        assert_eq!(refused(&[&format!("package pavior.a\nx0 := 1\n{rules}")]).len(), 1);
        let names: String = (1..30).map(|n| format!("x{n} := [x{}, x{}]; ", n - 1, n - 1)).collect();
        assert_eq!(refused(&[&format!("package pavior.a\nd contains 1 if {{ x0 := 1; {names} x29 }}\n")]).len(), 1);
        let calls: String = (1..30).map(|n| format!("x{n} := f(x{})\n", n - 1)).collect();
        assert_eq!(refused(&[&format!("package pavior.a\nf(a) := [a, a]\nx0 := 1\n{calls}")]).len(), 1);
    }

    #[test]
    fn a_chain_is_no_longer_than_our_stack() {
        let chain = |length: usize| {
            let rules: String = (1..length).map(|n| format!("x{n} := x{}\n", n - 1)).collect();
            format!("package pavior.a\nx0 := 1\n{rules}")
        };
        assert_eq!(refused(&[&chain(64)]), Vec::<String>::new());
        assert_eq!(refused(&[&chain(66)]).len(), 1);
    }
}
