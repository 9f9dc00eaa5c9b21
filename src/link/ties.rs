//! What stays of a service's links once its texts have been read: whom it calls and which secrets it uses, in little
//! room. The words that say so are found again when a finding has to point at them.

use super::resolve::Links;
use super::usage::{Standing, usage};
use crate::model::kinds::{SecretRequest, Service};
use crate::model::{Findings, Name};
use crate::read::{Declared, Documents, Place};

/// What a service is tied to.
#[derive(Debug)]
pub struct Ties<'d> {
    pub service: &'d Declared<Service>,
    /// In the order of their mentions; placeholders before `dependsOn`.
    pub calls: Box<[Call<'d>]>,
    pub secrets: Box<[Secret<'d>]>,
}

/// One mention of another service.
#[derive(Debug)]
pub struct Call<'d> {
    pub callee: &'d Declared<Service>,
    /// The port that is named.
    pub port: Option<&'d Name>,
    pub by: Mention<'d>,
}

/// One mention of a secret's key.
#[derive(Debug)]
pub struct Secret<'d> {
    pub request: &'d Declared<SecretRequest>,
    pub by: Mention<'d>,
}

/// By what something is mentioned.
#[derive(Debug, Clone, Copy)]
pub enum Mention<'d> {
    /// The placeholder of this number.
    Placeholder(usize, Standing<'d>),
    /// The entry of `dependsOn` at this position.
    DependsOn(usize),
}

impl<'d> Ties<'d> {
    pub fn of(links: &Links<'_, 'd>) -> Ties<'d> {
        let uses = &links.usage.uses;
        let placeholder = |number: usize| Mention::Placeholder(number, uses[number].standing);
        let depends_on = &links.service().spec.depends_on;
        let calls = links.calls.iter().map(|call| {
            let position = || depends_on.iter().position(|name| *name == call.callee.metadata.name);
            let by = call.by.map_or_else(|| Mention::DependsOn(position().unwrap_or_default()), placeholder);
            Call { callee: call.callee, port: call.port, by }
        });
        let secrets = links.secrets.iter().map(|secret| Secret { request: secret.request, by: placeholder(secret.by) });
        Ties { service: links.service(), calls: calls.collect(), secrets: secrets.collect() }
    }

    /// Where something is mentioned: the service's texts are parsed again, which is not too much for a finding.
    pub fn place(&self, documents: &Documents, by: &Mention<'d>) -> Place {
        match *by {
            Mention::DependsOn(position) => self.service.place(&["spec", "dependsOn", &position.to_string()]),
            Mention::Placeholder(number, _) => {
                let uses = usage(documents, self.service, &mut Findings::default()).uses;
                uses.into_iter().nth(number).map_or_else(|| self.service.name_place(), |one| one.place)
            }
        }
    }

    /// Whether a mention counts in an environment.
    pub fn counts_in(&self, by: &Mention<'d>, environment: &Name) -> bool {
        match by {
            Mention::DependsOn(_) => true,
            Mention::Placeholder(_, standing) => standing.counts_in(&self.service.spec, environment),
        }
    }
}
