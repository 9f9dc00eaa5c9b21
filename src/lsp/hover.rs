//! What is known about the word under the cursor, in Markdown.

use super::analysis::Analysis;
use super::complete::description;
use super::mention::{Symbol, kind_of, name_of};
use super::{resolution, schema};
use crate::model::kinds::environment::Environment;
use crate::model::kinds::{Kind, ResourceType, Service, Team};
use crate::model::{Finding, RepoPath, Span};
use crate::read::{Declared, Document, DocumentId, Node, NodeValue};
use std::fmt::Write;

/// A text about a part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    pub markdown: String,
    pub span: Span,
}

/// Everything that is known at a byte of a file: a placeholder's values, what a name names, what a field is for, and
/// why a rule that is broken there exists.
pub fn hover(analysis: &Analysis, path: &RepoPath, offset: usize) -> Option<Hover> {
    let mut sections = Vec::new();
    let mut span = None;
    if let Some((id, placeholder)) = placeholder_at(analysis, path, offset) {
        sections.extend(resolution::resolution(&analysis.documents, id, &placeholder.path));
        span = Some(placeholder.span);
    }
    if let Some(mention) = analysis.name_at(path, offset) {
        sections.extend(about(analysis, &mention.symbol));
        span = span.or(Some(mention.span));
    }
    let fields = analysis.documents_of(path).filter_map(|(_, document)| field_at(document, offset));
    if let Some((text, key)) = fields.into_iter().next() {
        sections.push(text);
        span = span.or(Some(key));
    }
    for finding in analysis.findings_in(path) {
        if let Some(at) = finding.at.span.filter(|at| covers(*at, offset)) {
            sections.push(rule(finding));
            span = span.or(Some(at));
        }
    }
    let span = span?;
    (!sections.is_empty()).then(|| Hover { markdown: sections.join("\n\n---\n\n"), span })
}

fn placeholder_at(
    analysis: &Analysis,
    path: &RepoPath,
    offset: usize,
) -> Option<(DocumentId, super::mention::Placeholder)> {
    analysis.documents_of(path).find_map(|(id, _)| {
        let found = super::mention::mentions(&analysis.documents, id).placeholders;
        found.into_iter().find(|placeholder| covers(placeholder.span, offset)).map(|placeholder| (id, placeholder))
    })
}

fn covers(span: Span, offset: usize) -> bool {
    let range = span.range();
    range.start <= offset && offset <= range.end
}

/// The key at a byte, and what its schema says.
fn field_at(document: &Document, offset: usize) -> Option<(String, Span)> {
    let kind = kind_of(document)?;
    let mut route = Vec::new();
    let key = key_at(document.root(), offset, &mut route)?;
    let schema = schema::at(kind, &route);
    let text = schema::description(schema);
    if text.is_empty() {
        return None;
    }
    let mut markdown = format!("**{}** {}", route.last()?, schema::facts(schema));
    write!(markdown, "\n\n{text}").expect("writing to a string succeeds");
    for (value, meaning) in schema::choices(schema).into_iter().filter(|(_, meaning)| !meaning.is_empty()) {
        write!(markdown, "\n- `{value}`: {meaning}").expect("writing to a string succeeds");
    }
    Some((markdown, key))
}

fn key_at(node: &Node, offset: usize, route: &mut Vec<String>) -> Option<Span> {
    let below: Vec<(String, Option<Span>, &Node)> = match &node.value {
        NodeValue::Mapping(entries) => {
            entries.iter().map(|entry| (entry.key.clone(), Some(entry.key_span), &entry.value)).collect()
        }
        NodeValue::Sequence(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), None, item)).collect()
        }
        _ => return None,
    };
    for (step, key, child) in below {
        route.push(step);
        if let Some(key) = key.filter(|key| covers(*key, offset)) {
            return Some(key);
        }
        if let Some(found) = key_at(child, offset, route) {
            return Some(found);
        }
        route.pop();
    }
    None
}

/// Why a rule exists and how to satisfy it.
fn rule(finding: &Finding) -> String {
    format!("**{}**: {}\n\n{}", finding.rule.id, finding.rule.summary, finding.rule.explanation.trim())
}

/// What a name names.
fn about(analysis: &Analysis, symbol: &Symbol) -> Option<String> {
    let declarations = &analysis.documents.declarations;
    match symbol {
        Symbol::Declaration(Kind::Team, name) => named(&declarations.teams, name).map(team),
        Symbol::Declaration(Kind::Service, name) => named(&declarations.services, name).map(service),
        Symbol::Declaration(Kind::Environment, name) => named(&declarations.environments, name).map(environment),
        Symbol::Declaration(Kind::ResourceType, name) => named(&declarations.resource_types, name).map(resource_type),
        Symbol::Declaration(kind, name) => {
            let document = analysis.declaration(*kind, name)?;
            Some(heading(kind.as_str(), name_of(document)?, description(document)))
        }
        Symbol::Class(of_type, name) => {
            let presets = of(analysis, of_type)?.spec.classes.get(name.as_str())?;
            let each: Vec<String> =
                presets.iter().map(|(param, value)| format!("`{param}: {}`", schema::plain(value))).collect();
            Some(format!("**class {name}** of {of_type}: {}", each.join(", ")))
        }
        Symbol::Param(of_type, name) => {
            let param = of(analysis, of_type)?.spec.params.properties.get(name)?;
            let default = param.default.as_ref().map(|value| format!(", default `{}`", schema::plain(value)));
            let values: Vec<String> = param.values.iter().map(|value| format!("`{}`", schema::plain(value))).collect();
            let choices = if values.is_empty() { String::new() } else { format!("\n\none of {}", values.join(", ")) };
            let description = &param.description;
            Some(format!("**param {name}** of {of_type}{}\n\n{description}{choices}", default.unwrap_or_default()))
        }
        Symbol::Output(of_type, name) => {
            let outputs = &of(analysis, of_type)?.spec.outputs;
            let output = outputs.get(name).or_else(|| outputs.get("*"))?;
            let secret = if output.secret { ", a secret" } else { "" };
            Some(format!("**output {name}** of {of_type}{secret}\n\n{}", output.description))
        }
        Symbol::Port(name, port) => {
            let ports = &named(&declarations.services, name)?.spec.service.as_ref()?.ports;
            let (port, declared) = match port {
                Some(port) => ports.get_key_value(port.as_str())?,
                None => ports.first()?,
            };
            Some(format!("**port {port}** of {name}: {}", declared.port))
        }
        Symbol::SecretKey(request, key) => {
            let key = named(&declarations.secret_requests, request)?.spec.keys.get(key)?;
            Some(format!("**secret** {}", key.description))
        }
        Symbol::Api(_) | Symbol::Container(..) | Symbol::Resource(..) => None,
    }
}

fn named<'a, S>(declared: &'a [Declared<S>], name: &str) -> Option<&'a Declared<S>> {
    declared.iter().find(|declared| declared.metadata.name.as_str() == name)
}

fn of<'a>(analysis: &'a Analysis, of_type: &str) -> Option<&'a Declared<ResourceType>> {
    named(&analysis.documents.declarations.resource_types, of_type)
}

fn heading(kind: &str, name: &str, description: &str) -> String {
    format!("**{kind} {name}**\n\n{description}").trim_end().to_owned()
}

fn listed(heading: String, facts: Vec<Option<String>>) -> String {
    let facts = facts.into_iter().flatten().map(|fact| format!("\n- {fact}"));
    format!("{heading}\n{}", facts.collect::<String>())
}

fn team(team: &Declared<Team>) -> String {
    let spec = &team.spec;
    let on_call = spec.on_call.as_ref().map(|on_call| match &on_call.url {
        Some(url) => format!("on call: [{}]({})", on_call.rotation, url.as_str()),
        None => format!("on call: {}", on_call.rotation),
    });
    let members: Vec<&str> = spec.members.iter().map(|member| member.login.as_str()).collect();
    listed(
        heading("Team", &team.metadata.name, &team.metadata.description),
        vec![
            spec.channel.as_ref().map(|channel| format!("channel: `{channel}`")),
            on_call,
            Some(format!("forge: `{}`", spec.forge_team)),
            (!members.is_empty()).then(|| format!("people: {}", members.join(", "))),
        ],
    )
}

fn service(service: &Declared<Service>) -> String {
    let spec = &service.spec;
    let ports = spec.service.iter().flat_map(|service| &service.ports);
    let ports: Vec<String> = ports.map(|(name, port)| format!("{name} {}", port.port)).collect();
    let word = |value: serde_json::Result<serde_json::Value>| value.ok().map(|value| schema::plain(&value));
    listed(
        heading("Service", &service.metadata.name, &service.metadata.description),
        vec![
            service.metadata.owner.as_ref().map(|owner| format!("owner: {owner}")),
            word(serde_json::to_value(spec.tier)).map(|tier| format!("tier: {tier}")),
            word(serde_json::to_value(spec.lifecycle)).map(|lifecycle| format!("lifecycle: {lifecycle}")),
            (!ports.is_empty()).then(|| format!("ports: {}", ports.join(", "))),
        ],
    )
}

fn environment(environment: &Declared<Environment>) -> String {
    let spec = &environment.spec;
    listed(
        heading("Environment", &environment.metadata.name, &environment.metadata.description),
        vec![
            Some(format!("provider: {}", spec.provider.as_str())),
            spec.region.as_ref().map(|region| format!("region: {region}")),
            Some(format!("domain: {}", spec.domain)),
        ],
    )
}

/// The page of `pavior resource-types`, up to how each provider realises it.
fn resource_type(declared: &Declared<ResourceType>) -> String {
    let page = crate::report::resource_type(&declared.metadata, &declared.spec);
    let summary = page.split_once("\n## On ").map_or(page.as_str(), |(summary, _)| summary);
    summary.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Loaded;
    use crate::model::Findings;
    use crate::read::Snapshot;

    const TEAM: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: shopping, description: Sells}\nspec: {forgeTeam: \"@a/b\", channel: \"#shop\", onCall: {rotation: nights}}\n";
    const LOCAL: &str = "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: local, owner: shopping}\nspec: {class: development, provider: local, domain: here.example}\n";
    const CART: &str = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shopping}\nspec:\n  tier: important\n  containers:\n    main:\n      image: \"a/b:1\"\n      variables: {AT: \"${environment.domain}\"}\n";

    /// What is said about the word that begins with `mark`, and which words it is about.
    fn said(text: &str, mark: &str) -> Option<(String, String)> {
        let files = [("catalog/team.yaml", TEAM), ("catalog/local.yaml", LOCAL), ("catalog/cart.yaml", text)];
        let analysis =
            Analysis::of(Loaded { snapshot: Snapshot::of(files), findings: Findings::default(), as_of: None });
        let offset = text.find(mark).unwrap() + 1;
        let hover = hover(&analysis, &RepoPath::literal("catalog/cart.yaml"), offset)?;
        Some((hover.markdown, text[hover.span.range()].to_owned()))
    }

    #[test]
    fn a_field_is_explained_with_its_choices() {
        let (markdown, about) = said(CART, "tier").unwrap();
        assert_eq!(about, "tier");
        assert!(markdown.starts_with("**tier** string, default `supporting`\n\nHow much hurts"), "{markdown}");
        assert!(markdown.contains("\n- `critical`: The business stops."), "{markdown}");
    }

    #[test]
    fn an_owner_is_shown_with_the_ways_to_reach_them() {
        let (markdown, about) = said(CART, "shopping").unwrap();
        assert_eq!(about, "shopping");
        assert_eq!(markdown, "**Team shopping**\n\nSells\n\n- channel: `#shop`\n- on call: nights\n- forge: `@a/b`");
    }

    #[test]
    fn a_placeholder_says_what_it_becomes() {
        let (markdown, about) = said(CART, "${environment").unwrap();
        assert_eq!(about, "${environment.domain}");
        assert_eq!(markdown, "`${environment.domain}` is `here.example` in every environment");
    }

    #[test]
    fn a_broken_rule_is_explained_where_it_is_broken() {
        let (markdown, _) = said(&CART.replace("owner: shopping", "owner: nobody"), "nobody").unwrap();
        assert!(markdown.starts_with("**link/unknown-owner**: "), "{markdown}");
    }

    #[test]
    fn there_is_nothing_to_say_about_a_plain_value() {
        assert_eq!(said(CART, "a/b:1"), None);
    }
}
