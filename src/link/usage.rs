//! What a service's placeholders refer to: every text is parsed, every reference keeps its place.

use super::placeholder::{ROOTS, Reference, Template};
use super::rules::placeholders;
use crate::model::kinds::Service;
use crate::model::kinds::workload::Container;
use crate::model::{Findings, Name, SmallMap};
use crate::read::{Declared, Documents, Place};
use serde_json::Value;

/// The references in the texts of one service.
#[derive(Debug)]
pub struct Usage<'d> {
    pub service: &'d Declared<Service>,
    /// Every placeholder that stands in a text and has one of the known forms.
    pub uses: Vec<Use<'d>>,
}

/// One placeholder.
#[derive(Debug)]
pub struct Use<'d> {
    path: Vec<String>,
    /// As it is written, braces included.
    pub written: String,
    pub place: Place,
    pub standing: Standing<'d>,
}

/// In which of a service's texts a placeholder stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'d> {
    /// The environment in whose settings the text is.
    environment: Option<&'d Name>,
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

impl Standing<'_> {
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
}

impl Use<'_> {
    pub fn reference(&self) -> Reference<'_> {
        Reference::of(&self.path).expect("unknown paths were refused when the use was collected")
    }
}

/// Parses all texts of a service.
pub fn usage<'d>(documents: &Documents, service: &'d Declared<Service>, findings: &mut Findings) -> Usage<'d> {
    let mut reader = Reader { documents, findings, uses: Vec::new(), environment: None };
    for (name, container) in &service.spec.containers {
        reader.container(name, container, &service.place(&["spec", "containers", name]));
    }
    for (name, resource) in &service.spec.resources {
        reader.params(name, &resource.params, &service.place(&["spec", "resources", name]));
    }
    for (job, declared) in &service.spec.jobs {
        let place = service.place(&["spec", "jobs", job]);
        reader.refuse_all(&declared.command, "command", &place);
        reader.refuse_all(&declared.args, "args", &place);
    }
    for (environment, settings) in &service.spec.environments {
        reader.environment = Some(environment);
        let place = service.place(&["spec", "environments", environment]);
        for (container, differing) in &settings.containers {
            let place = place.clone().child("containers").child(container.as_str());
            reader.variables(container, &differing.variables, &place);
            if let Some(image) = &differing.image {
                reader.refuse(image, "image", &place.child("image"));
            }
        }
        for (resource, differing) in &settings.resources {
            reader.params(resource, &differing.params, &place.clone().child("resources").child(resource.as_str()));
        }
    }
    Usage { service, uses: reader.uses }
}

struct Reader<'a, 'd> {
    documents: &'a Documents,
    findings: &'a mut Findings,
    uses: Vec<Use<'d>>,
    environment: Option<&'d Name>,
}

impl<'d> Reader<'_, 'd> {
    fn container(&mut self, name: &'d Name, declared: &'d Container, place: &Place) {
        self.variables(name, &declared.variables, place);
        for (path, file) in &declared.files {
            if let Some(content) = file.content.as_ref().filter(|_| !file.no_expand) {
                self.template(content, Text::File, &place.clone().child("files").child(path).child("content"));
            }
        }
        for (path, volume) in &declared.volumes {
            self.volume(&volume.source, &place.clone().child("volumes").child(path).child("source"));
        }
        self.refuse_all(&declared.command, "command", place);
        self.refuse_all(&declared.args, "args", place);
        self.refuse(&declared.image, "image", &place.clone().child("image"));
    }

    /// `place` is that of the container, or of its settings.
    fn variables(&mut self, container: &'d Name, variables: &'d SmallMap<String, String>, place: &Place) {
        for (name, text) in variables {
            self.template(text, Text::Variable { container, name }, &place.clone().child("variables").child(name));
        }
    }

    /// `place` is that of the resource, or of its settings.
    fn params(&mut self, resource: &'d Name, params: &'d serde_json::Map<String, Value>, place: &Place) {
        for (name, value) in params {
            self.param(value, Text::Param { resource, name }, place.clone().child("params").child(name));
        }
    }

    fn param(&mut self, value: &Value, text: Text<'d>, place: Place) {
        match value {
            Value::String(written) => self.template(written, text, &place),
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

    /// A volume's source names a resource.
    fn volume(&mut self, source: &str, place: &Place) {
        let Some(template) = self.parse(source, place) else { return };
        if template.resource().is_some() {
            self.template(source, Text::Volume, place);
        } else {
            self.findings.push(placeholders::not_a_volume(source, self.documents.locate(place)));
        }
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

    /// Collects the uses in a text. What is wrong with its placeholders is told.
    fn template(&mut self, text: &str, stands_in: Text<'d>, place: &Place) {
        // Most texts are plain.
        let Some(template) = text.contains("${").then(|| self.parse(text, place)).flatten() else { return };
        for (path, range) in template.placeholders() {
            let place = place.clone().within(range.start, range.end);
            let written = text[range.clone()].to_owned();
            let standing = Standing { environment: self.environment, text: stands_in };
            match Reference::of(path) {
                Ok(_) => self.uses.push(Use { path: path.to_vec(), written, place, standing }),
                Err(unknown) => {
                    let at = self.documents.locate(&place);
                    self.findings.push(placeholders::unknown_placeholder(&written, &unknown, at));
                }
            }
        }
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
