//! Environments: what a provider needs, one backend, previews, freeze windows.

use super::super::inspection::Inspection;
use crate::model::kinds::Environment;
use crate::model::kinds::environment::{Backend, EnvironmentClass, EnvironmentType};
use crate::model::kinds::resource_type::Provider;
use crate::model::{Finding, listed};
use crate::read::{Declared, Place};

pub fn check(inspection: &mut Inspection, declared: &Declared<Environment>) {
    let environment = &declared.spec;
    check_provider(inspection, environment);
    check_backend(inspection, environment);
    check_preview(inspection, environment);
    for (at, window) in environment.freeze_windows.iter().enumerate() {
        if window.from > window.to {
            let place = inspection.spec("freezeWindows").child(at.to_string());
            inspection.report(window_backwards(inspection, &place));
        }
    }
    if environment.promotes_from.as_ref() == Some(&declared.metadata.name) {
        inspection.report(promotes_from_itself(inspection));
    }
}

fn check_provider(inspection: &mut Inspection, environment: &Environment) {
    let provider = environment.provider;
    let needs_cloud = matches!(provider, Provider::Aws | Provider::Gcp);
    if needs_cloud && environment.region.is_none() {
        inspection.report(provider_needs(inspection, provider, "region"));
    }
    let blocks = [("aws", Provider::Aws, environment.aws.is_some()), ("gcp", Provider::Gcp, environment.gcp.is_some())];
    for (block, owner, given) in blocks {
        match (owner == provider, given) {
            (true, false) => inspection.report(provider_needs(inspection, provider, block)),
            (false, true) => inspection.report(foreign_block(inspection, provider, block)),
            (true, true) | (false, false) => {}
        }
    }
}

fn check_backend(inspection: &mut Inspection, environment: &Environment) {
    let Backend { s3, gcs, local } = &environment.terraform.backend;
    let all = [("s3", s3.is_some()), ("gcs", gcs.is_some()), ("local", local.is_some())];
    let given: Vec<&str> = all.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
    let is_cloud = matches!(environment.provider, Provider::Aws | Provider::Gcp);
    match given.as_slice() {
        [] if is_cloud => inspection.report(no_backend(inspection, environment.provider)),
        ["local"] if is_cloud && environment.class == EnvironmentClass::Production => {
            inspection.report(local_backend(inspection));
        }
        [] | [_] => {}
        [first, .., last] => inspection.report(several_backends(inspection, &given, first, last)),
    }
}

fn check_preview(inspection: &mut Inspection, environment: &Environment) {
    match (environment.kind, environment.preview.is_some()) {
        (EnvironmentType::Preview, false) => inspection.report(preview_missing(inspection)),
        (EnvironmentType::Permanent, true) => inspection.report(preview_unused(inspection)),
        (EnvironmentType::Preview, true) | (EnvironmentType::Permanent, false) => {}
    }
}

fn backend(inspection: &Inspection) -> Place {
    inspection.spec("terraform").child("backend")
}

fn provider_needs(inspection: &Inspection, provider: Provider, field: &str) -> Finding {
    let provider = provider.as_str();
    inspection
        .finding(&rules::PROVIDER, &inspection.spec("provider"), format!("`provider: {provider}` needs `{field}`"))
        .label(format!("needs `{field}`"))
        .help(match field {
            "region" => "add `region:` with the name of the provider's region".to_owned(),
            field => format!("add `{field}:` with what already exists there; `pavior schema` shows its fields"),
        })
}

fn foreign_block(inspection: &Inspection, provider: Provider, block: &str) -> Finding {
    inspection
        .finding(
            &rules::PROVIDER,
            &inspection.spec(block).key(),
            format!("`{block}` has no effect with `provider: {}`", provider.as_str()),
        )
        .label("for another provider")
        .related(inspection.locate(&inspection.spec("provider")), "the provider")
        .help(format!("remove it, or write `provider: {block}`"))
}

fn no_backend(inspection: &Inspection, provider: Provider) -> Finding {
    inspection
        .finding(
            &rules::BACKEND,
            &inspection.spec("provider"),
            format!("`provider: {}` needs `terraform.backend`: state must not live on one machine", provider.as_str()),
        )
        .label("where does Terraform keep its state?")
        .help("add `terraform: {backend: {s3: {bucket: ..., region: ...}}}` or `terraform: {backend: {gcs: {bucket: ...}}}`")
}

fn local_backend(inspection: &Inspection) -> Finding {
    inspection
        .finding(
            &rules::BACKEND,
            &backend(inspection).child("local").key(),
            "a production environment cannot keep its Terraform state in a folder",
        )
        .label("lost with the machine")
        .help("use `s3` or `gcs`")
}

fn several_backends(inspection: &Inspection, given: &[&str], first: &str, last: &str) -> Finding {
    inspection
        .finding(
            &rules::BACKEND,
            &backend(inspection).child(last).key(),
            format!("state can be in one backend, here are {}", listed(given.iter().copied(), 3)),
        )
        .label("one too many")
        .related(inspection.locate(&backend(inspection).child(first).key()), "the first")
        .help("keep one of them")
}

fn preview_missing(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::PREVIEW, &inspection.spec("type"), "`type: preview` needs `preview`")
        .label("needs `preview`")
        .help("add `preview: {shares: <a permanent environment>}`")
}

fn preview_unused(inspection: &Inspection) -> Finding {
    inspection
        .finding(
            &rules::PREVIEW,
            &inspection.spec("preview").key(),
            "`preview` has no effect in a permanent environment",
        )
        .label("only for `type: preview`")
        .help("remove it, or add `type: preview`")
}

fn window_backwards(inspection: &Inspection, window: &Place) -> Finding {
    inspection
        .finding(&rules::WINDOW, &window.clone().child("to"), "the freeze window ends before it begins")
        .label("the last day")
        .related(inspection.locate(&window.clone().child("from")), "the first day")
        .help("exchange `from` and `to`; a single day has the same date in both")
}

fn promotes_from_itself(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::PROMOTION, &inspection.spec("promotesFrom"), "an environment cannot be promoted from itself")
        .label("this environment")
        .help("name the environment that a change reaches before, or remove it where a change begins")
}

pub mod rules {
    crate::model::rules! {
        PROVIDER = "schema/environment-provider", Error,
        "An environment has what its provider needs, and nothing of another",
r"Modules for `aws` need a region, an account, a VPC and subnets; modules for `gcp` need a region and a project. They exist
already and only the platform team knows them. A block of another provider would have no effect.

Wrong: `{provider: aws, gcp: {project: acme}}`

Right: `{provider: aws, region: eu-central-1, aws: {account: '123456789012', vpc: ...}}`";

        BACKEND = "schema/backend", Error,
        "Terraform keeps its state in exactly one backend, and a shared one for a cloud",
r"Whoever loses the state of a cloud's resources loses the way to change or delete them. So `aws` and `gcp` environments
name a bucket; a folder (`local: {}`) is for `local` environments and for trying things outside production.

Wrong: `terraform: {backend: {s3: {...}, gcs: {...}}}`

Right: `terraform: {backend: {s3: {bucket: acme-state, region: eu-central-1}}}`";

        PREVIEW = "schema/preview-settings", Error,
        "Previews have `preview` settings, permanent environments have none",
r"A preview has to know which permanent environment lends it the services that the pull request does not change. A
permanent environment does not end, so settings about its life would have no effect.

Wrong: `{type: permanent, preview: {shares: staging}}`

Right: `{type: preview, preview: {shares: staging, idle: 1h}}`";

        WINDOW = "schema/freeze-window", Error,
        "A freeze window begins before it ends",
r"A window whose last day lies before its first freezes nothing, on the very days when that matters.

Wrong: `{from: 2026-12-31, to: 2026-12-20, reason: Christmas}`

Right: `{from: 2026-12-20, to: 2026-12-31, reason: Christmas}`";

        PROMOTION = "schema/promotion", Error,
        "An environment is promoted from another one",
r"`promotesFrom` names the environment in which a change has to be healthy first. An environment that waits for itself
waits for ever.

Wrong: `{metadata: {name: staging}, spec: {promotesFrom: staging}}`

Right: `{metadata: {name: production}, spec: {promotesFrom: staging}}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, told};

    const AWS: &str = "aws: {account: \"123456789012\", vpc: vpc-0a1b2c3d, privateSubnets: [subnet-0a1b2c3d, subnet-0a1b2c3e], \
                       privateCidrs: [10.0.0.0/16], clusterSecurityGroup: sg-0a1b2c3d}";
    const S3: &str = "terraform: {backend: {s3: {bucket: acme-state, region: eu-central-1}}}";

    fn environment(spec: &str) -> String {
        format!(
            "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {{name: staging}}\nspec: {{class: production, domain: a.example, {spec}}}\n"
        )
    }

    fn is(spec: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(&environment(spec)), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn a_provider_has_what_it_needs() {
        assert_eq!(findings(&environment(&format!("provider: aws, region: eu-central-1, {AWS}, {S3}"))), []);
        assert_eq!(findings(&environment("provider: local")), []);
        is(
            &format!("provider: aws, {AWS}, {S3}"),
            "schema/environment-provider",
            "`provider: aws` needs `region`",
            "aws",
        );
        is(
            &format!("provider: aws, region: eu-central-1, {S3}"),
            "schema/environment-provider",
            "`provider: aws` needs `aws`",
            "aws",
        );
        is(
            &format!("provider: local, {AWS}"),
            "schema/environment-provider",
            "`aws` has no effect with `provider: local`",
            "aws",
        );
        let told = told(&environment(&format!("provider: gcp, {S3}")));
        assert_eq!(told.len(), 2, "{told:?}");
    }

    #[test]
    fn state_is_in_one_backend_that_lasts() {
        let aws = |more: &str| format!("provider: aws, region: eu-central-1, {AWS}{more}");
        is(
            &aws(""),
            "schema/backend",
            "`provider: aws` needs `terraform.backend`: state must not live on one machine",
            "aws",
        );
        let local = aws(", terraform: {backend: {local: {}}}");
        is(&local, "schema/backend", "a production environment cannot keep its Terraform state in a folder", "local");
        let both = aws(", terraform: {backend: {s3: {bucket: acme, region: eu-central-1}, gcs: {bucket: acme}}}");
        is(&both, "schema/backend", "state can be in one backend, here are `s3` and `gcs`", "gcs");
    }

    #[test]
    fn preview_settings_are_for_previews() {
        is("provider: local, type: preview", "schema/preview-settings", "`type: preview` needs `preview`", "preview");
        let unused = "`preview` has no effect in a permanent environment";
        is("provider: local, preview: {shares: production}", "schema/preview-settings", unused, "preview");
        assert_eq!(findings(&environment("provider: local, type: preview, preview: {shares: production}")), []);
    }

    #[test]
    fn a_freeze_window_runs_forwards_and_no_environment_waits_for_itself() {
        let window = "provider: local, freezeWindows: [{from: 2026-12-31, to: 2026-12-20, reason: rest}]";
        is(window, "schema/freeze-window", "the freeze window ends before it begins", "2026-12-20");
        let itself = "an environment cannot be promoted from itself";
        is("provider: local, promotesFrom: staging", "schema/promotion", itself, "staging");
    }

    #[test]
    fn private_ranges_are_ranges() {
        let aws = AWS.replace("10.0.0.0/16", "10.0.0.5/16");
        assert_eq!(only(&environment(&format!("provider: aws, region: eu-central-1, {aws}, {S3}"))).0, "schema/cidr");
    }
}
