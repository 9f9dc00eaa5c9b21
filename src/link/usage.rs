//! What a service's placeholders refer to: every text is parsed once, every reference keeps its place.

use super::placeholder::{ROOTS, Reference, Template, TemplatePart};
use super::rules::placeholders;
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
    /// Every placeholder that stands in a text and has one of the known forms.
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
    path: Vec<String>,
    /// As it is written, braces included.
    pub written: String,
    pub place: Place,
    /// The environment in whose settings it stands.
    pub environment: Option<&'d Name>,
    pub text: Text<'d>,
}

/// The text that a placeholder stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Text<'d> {
    Variable { container: &'d Name, name: &'d str },
    File,
    Volume,
    Param { resource: &'d Name, name: &'d str },
}

impl<'d> Use<'d> {
    /// Whether it counts in an environment: its own settings do, and of the base what is not replaced there.
    pub fn counts_in(&self, service: &Service, environment: &Name) -> bool {
        if let Some(own) = self.environment {
            return own == environment;
        }
        let Some(settings) = service.environments.get(environment) else { return true };
        match self.text {
            Text::File | Text::Volume => true,
            Text::Variable { container, name } => {
                !settings.containers.get(container).is_some_and(|own| own.variables.contains_key(name))
            }
            Text::Param { resource, name } => {
                !settings.resources.get(resource).is_some_and(|own| own.params.contains_key(name))
            }
        }
    }

    pub fn reference(&self) -> Reference<'_> {
        Reference::of(&self.path).expect("unknown paths were refused when the use was collected")
    }
}

/// Parses all texts of a service.
pub fn usage<'d>(documents: &Documents, service: &'d Declared<Service>, findings: &mut Findings) -> Usage<'d> {
    let mut reader = Reader { documents, findings, uses: Vec::new(), environment: None };
    let mut containers = IndexMap::new();
    for (name, container) in &service.spec.containers {
        containers.insert(name, reader.container(name, container, &service.place(&["spec", "containers", name])));
    }
    for (name, resource) in &service.spec.resources {
        reader.params(name, &resource.params, &service.place(&["spec", "resources", name]));
    }
    for (job, declared) in &service.spec.jobs {
        let place = service.place(&["spec", "jobs", job]);
        reader.refuse_all(&declared.command, "command", &place);
        reader.refuse_all(&declared.args, "args", &place);
    }
    let mut overrides: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
    for (environment, settings) in &service.spec.environments {
        reader.environment = Some(environment);
        let place = service.place(&["spec", "environments", environment]);
        for (container, differing) in &settings.containers {
            let place = place.clone().child("containers").child(container.as_str());
            let variables = reader.variables(container, &differing.variables, &place);
            overrides.entry(environment).or_default().insert(container, variables);
            if let Some(image) = &differing.image {
                reader.refuse(image, "image", &place.child("image"));
            }
        }
        for (resource, differing) in &settings.resources {
            reader.params(resource, &differing.params, &place.clone().child("resources").child(resource.as_str()));
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
}

impl<'d> Reader<'_, 'd> {
    fn container(&mut self, name: &'d Name, declared: &'d Container, place: &Place) -> ContainerUsage<'d> {
        let variables = self.variables(name, &declared.variables, place);
        let mut files = IndexMap::new();
        for (path, file) in &declared.files {
            let template = file.content.as_ref().filter(|_| !file.no_expand).map(|content| {
                let place = place.clone().child("files").child(path).child("content");
                self.template(content, Text::File, &place).unwrap_or_default()
            });
            files.insert(path.as_str(), template);
        }
        let mut volumes = IndexMap::new();
        for (path, volume) in &declared.volumes {
            let place = place.clone().child("volumes").child(path).child("source");
            if let Some(resource) = self.volume(&volume.source, &place) {
                volumes.insert(path.as_str(), resource);
            }
        }
        self.refuse_all(&declared.command, "command", place);
        self.refuse_all(&declared.args, "args", place);
        self.refuse(&declared.image, "image", &place.clone().child("image"));
        ContainerUsage { declared, variables, files, volumes }
    }

    /// `place` is that of the container, or of its settings.
    fn variables(
        &mut self,
        container: &'d Name,
        variables: &'d IndexMap<String, String>,
        place: &Place,
    ) -> IndexMap<&'d str, Template> {
        let mut parsed = IndexMap::new();
        for (name, text) in variables {
            let place = place.clone().child("variables").child(name);
            if let Some(template) = self.template(text, Text::Variable { container, name }, &place) {
                parsed.insert(name.as_str(), template);
            }
        }
        parsed
    }

    /// `place` is that of the resource, or of its settings.
    fn params(&mut self, resource: &'d Name, params: &'d serde_json::Map<String, Value>, place: &Place) {
        for (name, value) in params {
            self.param(value, Text::Param { resource, name }, place.clone().child("params").child(name));
        }
    }

    fn param(&mut self, value: &Value, text: Text<'d>, place: Place) {
        match value {
            Value::String(written) => {
                self.template(written, text, &place);
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.param(item, text, place.clone().child(index.to_string()));
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries {
                    self.param(entry, text, place.clone().child(key));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// The resource that a volume's source names; None where it names none, which is told here.
    fn volume(&mut self, source: &str, place: &Place) -> Option<Name> {
        let template = self.parse(source, place)?;
        if let [TemplatePart::Placeholder { path, .. }] = template.parts.as_slice()
            && let Ok(Reference::Resource(name)) = Reference::of(path)
        {
            let name = Name::parse(name);
            self.template(source, Text::Volume, place);
            return name;
        }
        self.findings.push(placeholders::not_a_volume(source, self.documents.locate(place)));
        None
    }

    fn parse(&mut self, text: &str, place: &Place) -> Option<Template> {
        let errors = match Template::parse(text) {
            Ok(template) => return Some(template),
            Err(errors) => errors,
        };
        for error in errors {
            let at = self.documents.locate(&place.clone().within(error.range.start, error.range.end));
            self.findings.push(placeholders::malformed_placeholder(&error, at));
        }
        None
    }

    /// Collects the uses in a text. None where one of its placeholders is wrong, which is told.
    fn template(&mut self, text: &str, stands_in: Text<'d>, place: &Place) -> Option<Template> {
        let template = self.parse(text, place)?;
        let mut whole = true;
        for (path, range) in template.placeholders() {
            let place = place.clone().within(range.start, range.end);
            let written = text[range.clone()].to_owned();
            match Reference::of(path) {
                Ok(_) => self.uses.push(Use {
                    path: path.to_vec(),
                    written,
                    place,
                    environment: self.environment,
                    text: stands_in,
                }),
                Err(unknown) => {
                    whole = false;
                    let at = self.documents.locate(&place);
                    self.findings.push(placeholders::unknown_placeholder(&written, &unknown, at));
                }
            }
        }
        whole.then_some(template)
    }

    fn refuse_all(&mut self, texts: &[String], field: &str, place: &Place) {
        for (index, text) in texts.iter().enumerate() {
            self.refuse(text, field, &place.clone().child(field).child(index.to_string()));
        }
    }

    /// `${resources...}` in a field that is not expanded would reach the container as it is written.
    fn refuse(&mut self, text: &str, field: &str, place: &Place) {
        let Ok(template) = Template::parse(text) else { return };
        for (path, range) in template.placeholders() {
            if path.first().is_some_and(|root| ROOTS.contains(&root.as_str())) {
                let at = self.documents.locate(&place.clone().within(range.start, range.end));
                self.findings.push(placeholders::placeholder_not_expanded(field, at));
            }
        }
    }
}
