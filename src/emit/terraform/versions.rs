//! `versions.tf`: the Terraform version, the environment's provider and its settings.

use crate::emit::hcl::{Block, Body, Expression, Identifier};
use crate::model::kinds::environment::Environment;
use crate::model::kinds::resource_type::Provider;
use crate::provision::ProvisionedUnit;

/// Write-only arguments, which keep secrets out of state, need it.
const TERRAFORM: &str = ">= 1.11.0";

/// `local` modules use `terraform_data` alone, and what `kubernetes` realises needs no Terraform: neither has a
/// provider to configure.
pub(super) fn versions(unit: &ProvisionedUnit<'_>) -> Body {
    let environment = unit.environment.spec;
    match environment.provider {
        Provider::Aws => {
            Body::new().block(settings(Some(("aws", "hashicorp/aws", "~> 5.100")))).block(aws(unit, environment))
        }
        Provider::Gcp => {
            Body::new().block(settings(Some(("google", "hashicorp/google", "~> 6.0")))).block(google(environment))
        }
        Provider::Kubernetes | Provider::Local => Body::new().block(settings(None)),
    }
}

fn settings(provider: Option<(&'static str, &str, &str)>) -> Block {
    let body = Body::new().attribute("required_version", TERRAFORM);
    let body = match provider {
        Some((name, source, version)) => {
            let requirement = Expression::object([("source", source), ("version", version)]);
            body.block(Block::new("required_providers", Body::new().attribute(name, requirement)))
        }
        None => body,
    };
    Block::new("terraform", body)
}

/// A plan that runs with the credentials of another account fails before it reads anything.
fn aws(unit: &ProvisionedUnit<'_>, environment: &Environment) -> Block {
    let account = environment.aws.as_ref().map(|aws| Expression::list([aws.account.as_str()]));
    let body = Body::new()
        .optional("region", environment.region.as_deref())
        .optional("allowed_account_ids", account)
        .block(Block::new("default_tags", Body::new().attribute("tags", tags(unit))));
    Block::new("provider", body).label(Identifier::literal("aws"))
}

/// On everything that can be tagged, whatever a module does: cost reports and searches rest on them.
fn tags(unit: &ProvisionedUnit<'_>) -> Expression {
    Expression::object([
        ("organisation", unit.environment.organisation.as_str()),
        ("environment", unit.id.environment.as_str()),
        ("unit", &unit.id.folder()),
        ("owner", unit.owner.as_str()),
        ("managed-by", "pavior"),
    ])
}

fn google(environment: &Environment) -> Block {
    let body = Body::new()
        .optional("project", environment.gcp.as_ref().map(|gcp| gcp.project.as_str()))
        .optional("region", environment.region.as_deref());
    Block::new("provider", body).label(Identifier::literal("google"))
}
