//! What a service's placeholders refer to: every text is parsed once, every reference keeps its place.

use super::placeholder::{Reference, Template};
use super::rules;
use crate::model::kinds::Service;
use crate::model::kinds::workload::Container;
use crate::model::{Findings, Name};
use crate::read::{Declared, Documents, Place};
use indexmap::IndexMap;
use serde_json::Value;
use std::collections::BTreeMap;

/// The parsed texts of one service and the references in them.
#[derive(Debug)]
pub struct Usage<'d> {
    pub service: &'d Declared<Service>,
    pub containers: IndexMap<&'d Name, ContainerUsage<'d>>,
    /// Environment -> container -> variables that differ there.
    pub overrides: BTreeMap<&'d Name, BTreeMap<&'d Name, IndexMap<&'d str, Template>>>,
    /// Every placeholder that stands in a text.
    pub uses: Vec<Use<'d>>,
}

/// The parsed texts of one container.
#[derive(Debug)]
pub struct ContainerUsage<'d> {
    pub declared: &'d Container,
    pub variables: IndexMap<&'d str, Template>,
    /// None for binary content and `noExpand`.
    pub files: IndexMap<&'d str, Option<Template>>,
    /// Mount path -> resource.
    pub volumes: IndexMap<&'d str, Name>,
}

/// One placeholder.
#[derive(Debug)]
pub struct Use<'d> {
    pub path: Vec<String>,
    /// As it is written, braces included.
    pub written: String,
    pub place: Place,
    /// The environment in whose settings it stands.
    pub environment: Option<&'d Name>,
    /// The container and variable whose value it stands in.
    pub variable: Option<(&'d Name, &'d str)>,
}

impl Use<'_> {
    /// Whether it counts in an environment: its own settings do, and of the base what is not replaced there.
    pub fn counts_in(&self, usage: &Usage<'_>, environment: &Name) -> bool {
        match (self.environment, self.variable) {
            (Some(own), _) => own == environment,
            (None, None) => true,
            (None, Some((container, variable))) => {
                let replaced = usage.overrides.get(environment).and_then(|containers| containers.get(container));
                !replaced.is_some_and(|variables| variables.contains_key(variable))
            }
        }
    }

    /// Uses whose path refers to nothing are not collected.
    pub fn reference(&self) -> Reference<'_> {
        Reference::of(&self.path).expect("unknown paths were refused when the use was collected")
    }
}

/// Parses all texts of a service.
pub fn usage<'d>(documents: &Documents, service: &'d Declared<Service>, findings: &mut Findings) -> Usage<'d> {
    let mut reader = Reader { documents, findings, uses: Vec::new(), environment: None, variable: None };
    let mut containers = IndexMap::new();
    for (name, container) in &service.spec.containers {
        let at = service.place(&["spec", "containers", name]);
        containers.insert(name, reader.container(name, container, &at));
    }
    for (name, resource) in &service.spec.resources {
        reader.params(&resource.params, &service.place(&["spec", "resources", name, "params"]));
    }
    for (job, declared) in &service.spec.jobs {
        let at = service.place(&["spec", "jobs", job]);
        reader.refuse(&declared.command, "command", &at);
        reader.refuse(&declared.args, "args", &at);
    }
    let mut overrides: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (environment, settings) in &service.spec.environments {
        reader.environment = Some(environment);
        let at = service.place(&["spec", "environments", environment]);
        for (container, differing) in &settings.containers {
            let at = at.clone().child("containers").child(container.as_str()).child("variables");
            let variables = reader.variables(container, &differing.variables, &at);
            overrides.entry(environment).or_default().insert(container, variables);
        }
        for (resource, differing) in &settings.resources {
            reader.params(&differing.params, &at.clone().child("resources").child(resource.as_str()).child("params"));
        }
    }
    let uses = reader.uses;
    Usage { service, containers, overrides, uses }
}

struct Reader<'a, 'd> {
    documents: &'a Documents,
    findings: &'a mut Findings,
    uses: Vec<Use<'d>>,
    environment: Option<&'d Name>,
    variable: Option<(&'d Name, &'d str)>,
}

impl<'d> Reader<'_, 'd> {
    fn container(&mut self, name: &'d Name, declared: &'d Container, at: &Place) -> ContainerUsage<'d> {
        let variables = self.variables(name, &declared.variables, &at.clone().child("variables"));
        let mut files = IndexMap::new();
        for (path, file) in &declared.files {
            let template = match &file.content {
                Some(content) if !file.no_expand => {
                    let at = at.clone().child("files").child(path).child("content");
                    Some(self.template(content, &at).unwrap_or_default())
                }
                _ => None,
            };
            files.insert(path.as_str(), template);
        }
        let mut volumes = IndexMap::new();
        for (path, volume) in &declared.volumes {
            let at = at.clone().child("volumes").child(path).child("source");
            if let Some(resource) = self.volume(&volume.source, &at) {
                volumes.insert(path.as_str(), resource);
            }
        }
        self.refuse(&declared.command, "command", at);
        self.refuse(&declared.args, "args", at);
        self.refuse(std::slice::from_ref(&declared.image), "image", at);
        ContainerUsage { declared, variables, files, volumes }
    }

    fn variables(
        &mut self,
        container: &'d Name,
        variables: &'d IndexMap<String, String>,
        at: &Place,
    ) -> IndexMap<&'d str, Template> {
        let mut parsed = IndexMap::new();
        for (name, text) in variables {
            self.variable = Some((container, name.as_str()));
            if let Some(template) = self.template(text, &at.clone().child(name)) {
                parsed.insert(name.as_str(), template);
            }
        }
        self.variable = None;
        parsed
    }

    fn params(&mut self, params: &serde_json::Map<String, Value>, at: &Place) {
        for (name, value) in params {
            self.param(value, at.clone().child(name));
        }
    }

    fn param(&mut self, value: &Value, at: Place) {
        match value {
            Value::String(text) => {
                self.template(text, &at);
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.param(item, at.clone().child(index.to_string()));
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries {
                    self.param(entry, at.clone().child(key));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn volume(&mut self, source: &str, at: &Place) -> Option<Name> {
        let template = self.template(source, at)?;
        let name = match template.parts.as_slice() {
            [super::TemplatePart::Placeholder { path, .. }] => match Reference::of(path) {
                Ok(Reference::Resource(name)) => Name::parse(name),
                _ => None,
            },
            _ => None,
        };
        if name.is_none() {
            self.findings.push(rules::not_a_volume(source, self.documents.locate(at)));
        }
        name
    }

    fn template(&mut self, text: &str, at: &Place) -> Option<Template> {
        if !text.contains("${") {
            return Template::parse(text).ok();
        }
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(errors) => {
                for error in errors {
                    let at = self.documents.locate(&at.clone().within(error.range.start, error.range.end));
                    self.findings.push(rules::malformed_placeholder(&error, at));
                }
                return None;
            }
        };
        let mut whole = true;
        for (path, range) in template.placeholders() {
            let place = at.clone().within(range.start, range.end);
            let written = text[range.clone()].to_owned();
            match Reference::of(path) {
                Ok(_) => self.uses.push(Use {
                    path: path.to_vec(),
                    written,
                    place,
                    environment: self.environment,
                    variable: self.variable,
                }),
                Err(unknown) => {
                    whole = false;
                    self.findings.push(rules::unknown_placeholder(&written, &unknown, self.documents.locate(&place)));
                }
            }
        }
        whole.then_some(template)
    }

    /// `${resources...}` in a field that is not expanded would reach the container as it is written.
    fn refuse(&mut self, texts: &[String], field: &str, at: &Place) {
        for (index, text) in texts.iter().enumerate() {
            let Ok(template) = Template::parse(text) else { continue };
            for (path, range) in template.placeholders() {
                if path.first().is_some_and(|root| super::placeholder::ROOTS.contains(&root.as_str())) {
                    let at = at.clone().child(field).child(index.to_string()).within(range.start, range.end);
                    self.findings.push(rules::placeholder_not_expanded(field, self.documents.locate(&at)));
                }
            }
        }
    }
}
