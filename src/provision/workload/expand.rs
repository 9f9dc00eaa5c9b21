//! Templates become pieces: text that is known, and outputs that only the cluster knows.

use super::wording;
use crate::link::{Catalog, MetadataField, Reference, Template, TemplatePart, Unit};
use crate::provision::ask::SECRET_TYPE;
use crate::provision::environment::Surroundings;
use crate::provision::reporter::Reporter;
use crate::provision::resolve::environment_field;
use crate::provision::unit::{Output, ResolvedResource};
use crate::read::Place;

/// A piece of an expanded template. Two texts never follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// An output that is a secret or in the store: the position of its resource, and its name.
    Output {
        resource: usize,
        output: String,
    },
}

pub struct Expander<'e, 'r, 'f, 'd> {
    pub catalog: &'e Catalog<'d>,
    pub unit: &'e Unit<'d>,
    pub surroundings: &'e Surroundings<'d>,
    pub resources: &'e mut [ResolvedResource],
    pub reporter: &'r mut Reporter<'f, 'd>,
}

impl Expander<'_, '_, '_, '_> {
    /// The pieces of a template that stands at `place`. What has no value is told and left out.
    pub fn expand(&mut self, template: &Template, place: &Place) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for part in &template.parts {
            let piece = match part {
                TemplatePart::Literal(literal) => Piece::Text(literal.clone()),
                TemplatePart::Placeholder { path, range } => match self.value(path) {
                    Ok(piece) => piece,
                    Err(why) => {
                        let at = self.reporter.locate(&place.clone().within(range.start, range.end));
                        let environment = &self.surroundings.facts.name;
                        self.reporter.say(wording::no_value(at, &path.join("."), environment, &why));
                        continue;
                    }
                },
            };
            match (pieces.last_mut(), piece) {
                (Some(Piece::Text(before)), Piece::Text(text)) => before.push_str(&text),
                (_, piece) => pieces.push(piece),
            }
        }
        pieces
    }

    /// Where an output is. The piece came from [`Expander::expand`], so it is there.
    pub fn output(&self, resource: usize, output: &str) -> Option<(&ResolvedResource, &Output)> {
        let resource = self.resources.get(resource)?;
        Some((resource, resource.outputs.get(output)?))
    }

    fn value(&mut self, path: &[String]) -> Result<Piece, String> {
        let text = |text: String| Ok(Piece::Text(text));
        match Reference::of(path) {
            Ok(Reference::Metadata(MetadataField::Name)) => text(self.unit.name.to_string()),
            Ok(Reference::Metadata(MetadataField::Owner)) => text(self.unit.owner.to_string()),
            Ok(Reference::Environment(field)) => environment_field(&self.surroundings.facts, field).map(Piece::Text),
            Ok(Reference::ServiceHost(service)) => match self.catalog.services.get(service) {
                Some(_) => text(self.service_host(service)),
                None => Err(format!("there is no service `{service}`")),
            },
            Ok(Reference::ServicePort { service, port }) => self.service_port(service, port).map(Piece::Text),
            Ok(Reference::ResourceOutput { resource, output }) => {
                let position = self.resources.iter().position(|known| &*known.local == resource);
                self.used(position, resource, output)
            }
            Ok(Reference::SecretKey { request, key }) => {
                let is_it = |known: &ResolvedResource| &*known.local == request && &*known.kind == SECRET_TYPE;
                self.used(self.resources.iter().position(is_it), request, key)
            }
            Ok(Reference::Resource(_)) => Err("it names a resource and none of its outputs".to_owned()),
            Err(_) => Err("it names nothing that exists".to_owned()),
        }
    }

    /// The name of its Service, with the namespace where it is not this unit's.
    fn service_host(&self, service: &str) -> String {
        let calls = self.unit.service.iter().flat_map(|unit| &unit.calls);
        let lent_by = calls.filter(|callee| callee.name.as_str() == service).find_map(|callee| callee.lent_by);
        match lent_by {
            Some(by) => format!("{service}.{}.svc", by.spec.namespace.as_ref().unwrap_or(&by.metadata.name)),
            None => service.to_owned(),
        }
    }

    fn service_port(&self, service: &str, port: Option<&str>) -> Result<String, String> {
        let declared = self.catalog.services.get(service).ok_or_else(|| format!("there is no service `{service}`"))?;
        let ports = declared.spec.service.as_ref().map(|service| &service.ports);
        let names = || crate::model::listed(ports.into_iter().flatten().map(|(name, _)| name.as_str()), 10);
        match (ports, port) {
            (Some(ports), Some(name)) => {
                let port = ports.get(name).map(|port| port.port.to_string());
                port.ok_or_else(|| format!("{service} has no port `{name}`; its ports are {}", names()))
            }
            (Some(ports), None) if ports.len() > 1 => {
                Err(format!("{service} has several ports; name one of {}", names()))
            }
            (Some(ports), None) if let Some((_, port)) = ports.first() => Ok(port.port.to_string()),
            (None | Some(_), _) => Err(format!("{service} has no ports")),
        }
    }

    /// Marks an output as used.
    fn used(&mut self, position: Option<usize>, name: &str, output: &str) -> Result<Piece, String> {
        let position = position.ok_or_else(|| format!("nothing named `{name}` is there"))?;
        let resource = &mut self.resources[position];
        match resource.outputs.get(output) {
            Some(Output::Plain(value)) => {
                let value = value.clone();
                resource.used_outputs.insert(output.to_owned());
                Ok(Piece::Text(value))
            }
            Some(Output::Store { .. } | Output::Secret { .. }) => {
                resource.used_outputs.insert(output.to_owned());
                Ok(Piece::Output { resource: position, output: output.to_owned() })
            }
            None => {
                let known = crate::model::listed(resource.outputs.keys().map(String::as_str), 20);
                Err(format!("`{name}` has no `{output}`; it has {known}"))
            }
        }
    }
}
