//! Terraform: the variables of modules come from provisioners, settings and state from the environment.

use super::facts::Facts;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::read::Place;

impl Facts<'_> {
    /// A field of a file that is written, not copied.
    pub fn terraform(&self, spot: &Spot<'_>) -> Option<Traced> {
        match spot.steps {
            ["module", label, field, ..] => {
                let resource = self.resource(label)?;
                let call = resource.provisioner.clone().child("terraform");
                match *field {
                    "source" => Some(Traced::at(call.child("module")).of([self.local(resource)])),
                    _ => self.provisioned(spot, resource, call.child("variables"), &spot.raw[2..]),
                }
            }
            ["moved", "from"] => Some(Traced::at(self.identity()).because(words::MOVED)),
            ["moved", "to"] => Some(Traced::at(self.name()).because(words::MOVED)),
            ["terraform", "required_version"] => Some(Traced::default(words::TERRAFORM_VERSION)),
            ["terraform", "required_providers"] => {
                Some(Traced::default(words::TERRAFORM_PROVIDER).of(self.there([self.around(&["spec", "provider"])])))
            }
            ["terraform", "backend", kind, field] => Some(self.backend(kind, field)),
            ["terraform", "backend", "local"] => Some(Traced::default(words::LOCAL_STATE)),
            ["provider", _, "default_tags", "tags", tag] => Some(self.tag(tag)),
            ["provider", _, "region"] => Some(Traced::at(self.around(&["spec", "region"]))),
            ["provider", "aws", "allowed_account_ids"] => Some(Traced::at(self.around(&["spec", "aws", "account"]))),
            ["provider", "google", "project"] => Some(Traced::at(self.around(&["spec", "gcp", "project"]))),
            ["terraform"] if spot.is_leaf() => Some(Traced::default(words::TERRAFORM_VERSION)),
            _ => None,
        }
    }

    fn backend(&self, kind: &str, field: &str) -> Traced {
        match field {
            "bucket" | "region" => Traced::at(self.around(&["spec", "terraform", "backend", kind, field])),
            "kms_key_id" => Traced::at(self.around(&["spec", "terraform", "backend", kind, "kmsKey"])),
            "key" | "prefix" => Traced::default(words::STATE).of(self.state_folder()),
            _ => Traced::default(words::STATE),
        }
    }

    fn state_folder(&self) -> Vec<Place> {
        let mut places = self.organisation().places();
        places.extend([self.environment_name(), self.identity()]);
        places
    }

    fn tag(&self, tag: &str) -> Traced {
        match tag {
            "organisation" => self.organisation(),
            "environment" => Traced::at(self.environment_name()),
            "unit" => Traced::at(self.name()).of([self.environment_name()]),
            "owner" => Traced::at(self.owner()),
            _ => Traced::default(words::TAGS),
        }
        .because(words::TAGS)
    }
}
