//! Provisioners: each can be reached, and says of params that exist what a change of them means.

use super::super::inspection::Inspection;
use super::super::shown::shown;
use crate::model::kinds::ResourceType;
use crate::model::kinds::resource_type::{ChangeEffect, Provider, Provisioner, Reversibility};
use crate::model::{Finding, Name, listed, nearest};
use crate::read::Place;

/// Resource types and golden paths stand in a folder of their name.
pub fn folder(inspection: &mut Inspection, name: &Name) {
    let parent = inspection.document().path.parent();
    let folder = parent.rsplit('/').next().unwrap_or_default();
    if parent.starts_with("golden-paths/") && folder != name.as_str() {
        inspection.report(other_folder(inspection, name, folder));
    }
}

pub fn check(inspection: &mut Inspection, kind: &ResourceType) {
    for (at, provisioner) in kind.provisioners.iter().enumerate() {
        let place = inspection.spec("provisioners").child(at.to_string());
        let covers = |earlier: &Provisioner| {
            let (before, own) = (&earlier.environment, &provisioner.environment);
            before.provider == own.provider && (before.class.is_none() || before.class == own.class)
        };
        if let Some(first) = kind.provisioners[..at].iter().position(covers) {
            inspection.report(never_taken(inspection, &place, first));
        }
        for (key, effect) in &provisioner.reversibility {
            check_effect(inspection, &place.clone().child("reversibility").child(key.as_str()), kind, key, effect);
        }
        check_grants(inspection, &place, provisioner);
    }
}

fn check_effect(inspection: &mut Inspection, place: &Place, kind: &ResourceType, key: &str, effect: &Reversibility) {
    if !matches!(key, "*" | "delete") && !kind.params.properties.contains_key(key) {
        inspection.report(unknown_key(inspection, &place.clone().key(), key, kind));
        return;
    }
    let effects = match effect {
        Reversibility::Always(effect) => vec![*effect],
        Reversibility::ByDirection(directed) => vec![directed.increase, directed.decrease],
    };
    let of_delete = |effect: &ChangeEffect| {
        matches!(effect, ChangeEffect::HoldsNoData | ChangeEffect::KeepsData | ChangeEffect::LosesData)
    };
    let fits =
        effects.iter().all(|effect| *effect == ChangeEffect::Irreversible || of_delete(effect) == (key == "delete"));
    if !fits || (key == "delete" && matches!(effect, Reversibility::ByDirection(_))) {
        inspection.report(wrong_effect(inspection, place, key));
    }
}

fn check_grants(inspection: &mut Inspection, place: &Place, provisioner: &Provisioner) {
    for (at, grant) in provisioner.grants.iter().enumerate() {
        let aws = (!grant.actions.is_empty(), !grant.resources.is_empty());
        let gcp = (grant.role.is_some(), grant.resource.is_some());
        let fits = match provisioner.environment.provider {
            Provider::Aws => aws == (true, true) && gcp == (false, false),
            Provider::Gcp => gcp == (true, true) && aws == (false, false),
            Provider::Kubernetes | Provider::Local => false,
        };
        if !fits {
            let place = place.clone().child("grants").child(at.to_string());
            inspection.report(wrong_grant(inspection, &place, provisioner.environment.provider));
        }
    }
}

fn other_folder(inspection: &Inspection, name: &Name, folder: &str) -> Finding {
    let place = inspection.place(&["metadata".to_owned(), "name".to_owned()]);
    inspection
        .finding(&rules::FOLDER, &place, format!("`{name}` is declared in the folder {}", shown(folder)))
        .label("has to be the name of its folder")
        .help(format!("rename the folder to `{name}`, or the declaration to the folder's name"))
}

fn never_taken(inspection: &Inspection, place: &Place, first: usize) -> Finding {
    let earlier = inspection.spec("provisioners").child(first.to_string()).child("environment");
    inspection
        .finding(
            &rules::ORDER,
            &place.clone().child("environment").key(),
            "this provisioner is never taken: an earlier one matches all its environments",
        )
        .label("comes too late")
        .related(inspection.locate(&earlier.key()), "matches first")
        .help("put the one with a `class` before the one without, or remove one of them")
}

fn unknown_key(inspection: &Inspection, place: &Place, key: &str, kind: &ResourceType) -> Finding {
    let known = || kind.params.properties.keys().map(String::as_str).chain(["*", "delete"]);
    let finding = inspection
        .finding(&rules::REVERSIBILITY, place, format!("{} is no param whose change could mean something", shown(key)))
        .label("no such param");
    let finding = match nearest(key, known()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("possible are {}", listed(known(), 20)))
}

fn wrong_effect(inspection: &Inspection, place: &Place, key: &str) -> Finding {
    let (message, choices) = match key {
        "delete" => (
            "this is no effect of `delete`".to_owned(),
            "`holds-no-data`, `keeps-data`, `loses-data` and `irreversible`",
        ),
        key => (
            format!("this is no effect of a change of {}", shown(key)),
            "`in-place`, `replace-keeps-data`, `replace-loses-data`, `irreversible` and `refused`",
        ),
    };
    inspection
        .finding(&rules::REVERSIBILITY, place, message)
        .label("means nothing here")
        .help(format!("choose one of {choices}"))
}

fn wrong_grant(inspection: &Inspection, place: &Place, provider: Provider) -> Finding {
    let help = match provider {
        Provider::Aws => "on `aws` a grant has `actions` and `resources`",
        Provider::Gcp => "on `gcp` a grant has `role` and `resource`",
        Provider::Kubernetes | Provider::Local => "only `aws` and `gcp` have identities to grant something to",
    };
    inspection
        .finding(&rules::GRANT, place, format!("this is no grant on `{}`", provider.as_str()))
        .label("cannot be granted")
        .help(help)
}

pub mod rules {
    crate::model::rules! {
        FOLDER = "schema/folder-name", Error,
        "A resource type or golden path stands in a folder of its name",
r"Modules and templates lie beside the declaration and are found by its name.

Wrong: `name: redis` in `golden-paths/resources/cache/resource-type.yaml`

Right: `name: redis` in `golden-paths/resources/redis/resource-type.yaml`";

        ORDER = "schema/provisioner-order", Error,
        "Every provisioner can be taken",
r"The first provisioner whose environment matches is taken. One behind another that matches all the same environments is
never used, although it looks as if it were.

Wrong: `{provider: aws}` before `{provider: aws, class: production}`

Right: `{provider: aws, class: production}` before `{provider: aws}`";

        REVERSIBILITY = "schema/reversibility", Error,
        "Reversibility speaks of params that exist, in the effects that a change or a deletion has",
r"Who approves a change depends on whether it can be undone. An entry for a param that does not exist judges nothing, and
`keeps-data` and `loses-data` are answers about `delete` alone.

Wrong: `reversibility: {memry: in-place, delete: in-place}`

Right: `reversibility: {memory: in-place, delete: loses-data, '*': replace-loses-data}`";

        GRANT = "schema/grant", Error,
        "A grant has the fields of its provider",
r"On AWS a grant is a list of actions on a list of ARNs; on Google Cloud it is a role on a resource. A half of either would
grant nothing, or everything.

Wrong: `{provider: aws}` with `grants: [{role: roles/pubsub.publisher, resource: ...}]`

Right: `{provider: aws}` with `grants: [{actions: [s3:GetObject], resources: ['arn:aws:s3:::...']}]`";
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::super::sample::told_at;

    const PATH: &str = "golden-paths/resources/redis/resource-type.yaml";

    /// A resource type without a mistake.
    pub fn redis() -> String {
        "apiVersion: pavior.dev/v1\nkind: ResourceType\nmetadata: {name: redis, owner: platform}\nspec:\n  \
         params: {type: object, additionalProperties: false, properties: {version: {type: string, enum: [\"7.1\"], default: \"7.1\", description: Engine}, \
         memory: {type: string, format: quantity, enum: [1Gi, 12Gi], default: 1Gi, description: Memory}}}\n  \
         classes: {small: {memory: 1Gi}, large: {memory: 12Gi}}\n  defaultClass: small\n  \
         tables: {nodeTypes: {1Gi: cache.t4g.small}}\n  \
         outputs: {host: {description: Host}, port: {description: Port}, password: {description: Token, secret: true}}\n  provisioners:\n    \
         - environment: {provider: aws}\n      terraform: {module: ./aws, variables: {name: \"${names.short(40)}\"}}\n      \
         outputs: {host: {store: host}, port: 6379, password: {store: password}}\n      \
         network: {egress: [{to: network, port: 6379}]}\n      \
         cost: [{sku: \"elasticache/redis/${terraform.node_type}\", quantity: \"${1 + terraform.replicas}\", unit: node-hour}]\n      \
         capacity: {cpu: 70m, memory: \"${params.memory}\"}\n      \
         access: {owner: administer, consumers: read-write}\n      \
         reversibility: {version: replace-keeps-data, memory: {increase: in-place, decrease: replace-loses-data}, delete: loses-data, \"*\": in-place}\n"
            .to_owned()
    }

    pub fn told(text: &str) -> Vec<(String, String, String)> {
        told_at(PATH, text)
    }

    pub fn is(text: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(told(text), [(rule.to_owned(), message.to_owned(), at.to_owned())]);
    }

    #[test]
    fn a_type_stands_in_a_folder_of_its_name() {
        is(
            &redis().replace("name: redis", "name: cache"),
            "schema/folder-name",
            "`cache` is declared in the folder `redis`",
            "cache",
        );
    }

    #[test]
    fn a_provisioner_behind_a_wider_one_is_never_taken() {
        let text = format!(
            "{}    - environment: {{provider: aws, class: production}}\n      outputs: {{host: {{store: host}}, port: 1, password: {{store: p}}}}\n",
            redis()
        );
        let told = "this provisioner is never taken: an earlier one matches all its environments";
        is(&text, "schema/provisioner-order", told, "environment");
    }

    #[test]
    fn reversibility_speaks_of_params_and_of_the_end() {
        let text = redis().replace("{version: replace-keeps-data", "{versio: replace-keeps-data");
        is(&text, "schema/reversibility", "`versio` is no param whose change could mean something", "versio");
        let text = redis().replace("delete: loses-data", "delete: in-place");
        is(&text, "schema/reversibility", "this is no effect of `delete`", "in-place");
        let text = redis().replace("version: replace-keeps-data", "version: loses-data");
        is(&text, "schema/reversibility", "this is no effect of a change of `version`", "loses-data");
    }

    #[test]
    fn a_grant_is_one_of_its_provider() {
        let text = redis().replace("      access:", "      grants: [{role: roles/x, resource: y}]\n      access:");
        is(&text, "schema/grant", "this is no grant on `aws`", "role");
        let text = redis().replace(
            "      access:",
            "      grants: [{actions: [\"s3:GetObject\"], resources: [\"arn:aws:s3:::x\"]}]\n      access:",
        );
        assert_eq!(told(&text), []);
    }

    #[test]
    fn a_module_is_a_folder_beside_the_declaration() {
        let text = redis().replace("module: ./aws", "module: \"git::https://evil.example/x\"");
        is(
            &text,
            "schema/format",
            "`spec.provisioners[0].terraform.module` cannot be `git::https://evil.example/x`",
            "\"git::https://evil.example/x\"",
        );
    }

    #[test]
    fn effects_and_output_sources_of_the_wrong_kind_are_told_in_one_sentence() {
        let text = redis().replace("version: replace-keeps-data", "version: inplace");
        is(&text, "schema/choice", "`spec.provisioners[0].reversibility.version` cannot be `inplace`", "inplace");
        let text = redis().replace("port: 6379,", "port: [6379],");
        let told = "`spec.provisioners[0].outputs.port` is a list, a mapping, `true` or `false`, a whole number or a text is needed";
        is(&text, "schema/type", told, "port");
    }
}
