//! What happens to an environment as a whole: it moves elsewhere, or guards of its data are taken away. Told once, not
//! of each unit in it.

use super::reversibility::{Cause, Consequence, Undo};
use crate::model::Name;
use crate::model::kinds::environment::{Backend, Environment, EnvironmentClass, Protection};
use crate::provision::{UnitId, UnitKind};

/// What a change of its declaration does to an environment with so many units.
pub fn upheavals(name: &Name, base: &Environment, head: &Environment, units: usize) -> Vec<Consequence> {
    let unit = UnitId { environment: name.clone(), kind: UnitKind::Environment, name: name.clone() };
    let nobodys = [base, head].iter().all(|side| side.class == EnvironmentClass::Development);
    let consequence = |undo, what, why: &str, cause| Consequence {
        unit: unit.clone(),
        undo,
        what,
        why: why.to_owned(),
        cause: Some(cause),
    };
    let mut found = Vec::new();
    if let Some((moves, why)) = relocation(name, base, head) {
        let units = if units == 1 { "its unit".to_owned() } else { format!("all of its {units} units") };
        let what = format!("the environment moves with {units}: {}", moves.join(", "));
        let undo = if nobodys { Undo::WithLoss } else { Undo::Irreversible };
        found.push(consequence(undo, what, why, Cause::Relocation));
    }
    if !nobodys {
        let guards = taken_away(&base.protection, &head.protection);
        found.extend(guards.into_iter().map(|(what, why)| consequence(Undo::WithLoss, what, why, Cause::Guard)));
    }
    found
}

/// Whether an environment moves: then what its objects do follows from that.
pub fn moves(name: &Name, base: &Environment, head: &Environment) -> bool {
    relocation(name, base, head).is_some()
}

/// What is elsewhere, and what follows from the worst of it.
fn relocation(name: &Name, base: &Environment, head: &Environment) -> Option<(Vec<String>, &'static str)> {
    let in_cluster = [("cluster", cluster as Part), ("namespace", namespace)];
    let in_cloud = [("provider", provider as Part), ("region", region), ("account", account), ("project", project)];
    let told = |parts: &[(&str, Part)]| -> Vec<String> {
        let differs = |(what, part): &(&str, Part)| {
            let (before, after) = (part(name, base), part(name, head));
            (before != after).then(|| format!("{what} {before} -> {after}"))
        };
        parts.iter().filter_map(differs).collect()
    };
    let (cloud, state, cluster) =
        (told(&in_cloud), told(&[("Terraform's state", state_backend as Part)]), told(&in_cluster));
    let why = match (cloud.is_empty(), state.is_empty(), cluster.is_empty()) {
        (false, _, _) => {
            "everything in it would be made anew there, and empty; what is there now stays behind, with its data and \
             its costs, and nothing manages it"
        }
        (true, false, _) => {
            "Terraform would find no state there and make everything anew beside what is there now, which nothing would \
             manage any more; copy the state of each unit to its new place first"
        }
        (true, true, false) => {
            "all that runs in the cluster would be made anew there, with empty volumes; what is there now stays behind"
        }
        (true, true, true) => return None,
    };
    Some(([cloud, state, cluster].concat(), why))
}

type Part = fn(&Name, &Environment) -> String;

fn or_none(value: Option<String>) -> String {
    value.unwrap_or_else(|| "none".to_owned())
}

fn provider(_: &Name, spec: &Environment) -> String {
    spec.provider.as_str().to_owned()
}

fn region(_: &Name, spec: &Environment) -> String {
    or_none(spec.region.clone())
}

fn account(_: &Name, spec: &Environment) -> String {
    or_none(spec.aws.as_ref().map(|aws| aws.account.clone()))
}

fn project(_: &Name, spec: &Environment) -> String {
    or_none(spec.gcp.as_ref().map(|gcp| gcp.project.clone()))
}

fn cluster(_: &Name, spec: &Environment) -> String {
    or_none(spec.cluster.as_ref().map(ToString::to_string))
}

fn namespace(name: &Name, spec: &Environment) -> String {
    spec.namespace.as_ref().unwrap_or(name).to_string()
}

fn state_backend(_: &Name, spec: &Environment) -> String {
    let Backend { s3, gcs, .. } = &spec.terraform.backend;
    match (s3, gcs) {
        (Some(s3), _) => format!("bucket {} in {}", s3.bucket, s3.region),
        (None, Some(gcs)) => format!("Google bucket {}", gcs.bucket),
        (None, None) => "a folder".to_owned(),
    }
}

/// Guards that are there at base and not, or less, at head.
fn taken_away(base: &Protection, head: &Protection) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    if base.deletion_protection && !head.deletion_protection {
        let why = "with it the last guard against deletion is gone: the next change that deletes or replaces a datastore \
                   is carried out";
        found.push(("deletion protection is switched off".to_owned(), why));
    }
    if base.final_snapshot && !head.final_snapshot {
        let why = "a datastore that is deleted leaves nothing to restore it from";
        found.push(("final snapshots are switched off".to_owned(), why));
    }
    let (before, after) = (base.backup_retention_days, head.backup_retention_days);
    if after < before {
        let why = "backups that are older are deleted at once, and switching back does not bring them back";
        found.push((format!("backups are kept for {after} instead of {before} days"), why));
    }
    if base.multi_zone && !head.multi_zone {
        let why = "datastores lose their standby: when its zone fails, each is away until the zone is back";
        found.push(("datastores stand in one zone only".to_owned(), why));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn environment(more: Value) -> Environment {
        let mut spec = json!({
            "class": "production", "provider": "aws", "region": "eu-central-1", "cluster": "one", "domain": "x.example",
            "terraform": {"backend": {"s3": {"bucket": "state", "region": "eu-central-1"}}},
        });
        for (key, value) in more.as_object().unwrap() {
            spec[key] = value.clone();
        }
        serde_json::from_value(spec).unwrap()
    }

    fn told(base: Value, head: Value) -> Vec<String> {
        let name = Name::parse("production").unwrap();
        let found = upheavals(&name, &environment(base), &environment(head), 11);
        found.iter().map(|one| format!("{}: {}", one.undo.as_str(), one.what)).collect()
    }

    #[test]
    fn an_environment_that_moves_is_told_once_with_all_that_is_elsewhere() {
        let head = json!({"region": "eu-west-1", "cluster": "two"});
        let what =
            "the environment moves with all of its 11 units: region eu-central-1 -> eu-west-1, cluster one -> two";
        assert_eq!(told(json!({}), head), [format!("irreversible: {what}")]);
    }

    #[test]
    fn a_backend_a_namespace_and_a_folder_are_places_too() {
        let gcs = json!({"terraform": {"backend": {"gcs": {"bucket": "other"}}}});
        let moved = "irreversible: the environment moves with all of its 11 units: Terraform's state bucket state in \
                     eu-central-1 -> Google bucket other";
        assert_eq!(told(json!({}), gcs), [moved]);
        assert_eq!(told(json!({}), json!({"namespace": "production"})), [""; 0]);
        assert_eq!(told(json!({}), json!({"namespace": "shop"})).len(), 1);
        assert_eq!(told(json!({}), json!({"terraform": {}})).len(), 1);
    }

    #[test]
    fn an_encryption_key_or_another_setting_moves_nothing() {
        let key = json!({"s3": {"bucket": "state", "region": "eu-central-1", "kmsKey": "x"}});
        assert_eq!(told(json!({}), json!({"terraform": {"backend": key}, "domain": "y.example"})), [""; 0]);
    }

    #[test]
    fn each_guard_that_goes_has_a_line_and_one_that_comes_has_none() {
        let without = json!({"protection": {
            "deletionProtection": false, "backupRetentionDays": 7, "multiZone": false, "finalSnapshot": false,
        }});
        assert_eq!(
            told(json!({}), without.clone()),
            [
                "reversible with loss: deletion protection is switched off",
                "reversible with loss: final snapshots are switched off",
                "reversible with loss: backups are kept for 7 instead of 30 days",
                "reversible with loss: datastores stand in one zone only",
            ]
        );
        assert_eq!(told(without, json!({})), [""; 0]);
    }

    #[test]
    fn a_pattern_of_previews_guards_nobodys_data() {
        let development = |more: &str| json!({"class": "development", "region": more});
        let found = told(development("eu-west-1"), development("eu-west-2"));
        assert!(found[0].starts_with("reversible with loss: the environment moves"), "{found:?}");
        let off = json!({"class": "development", "protection": {"deletionProtection": false}});
        assert_eq!(told(json!({"class": "development"}), off), [""; 0]);
    }
}
