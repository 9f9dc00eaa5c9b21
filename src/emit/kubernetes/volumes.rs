//! The volumes of a pod and where its containers mount them: files, claimed storage, and scratch space, because the
//! root file system is read-only.

use super::claim;
use super::files::{Files, Source, SourceKind};
use super::names;
use super::unit::ServiceUnit;
use crate::model::Name;
use crate::provision::ContainerPlan;
use k8s_openapi::api::core::v1::{
    ConfigMapVolumeSource, EmptyDirVolumeSource, KeyToPath, PersistentVolumeClaimVolumeSource, SecretVolumeSource,
    Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use std::collections::{BTreeMap, BTreeSet};

const TMP: &str = "/tmp";
/// A pod that writes more than this into one scratch directory is evicted before it fills its node.
const SCRATCH_LIMIT: &str = "1Gi";
const FILE_MODE: u32 = 0o444;
/// Readable by the pod's group, which is the user's.
const SECRET_FILE_MODE: u32 = 0o440;
const MAX_NAME: usize = 63;

/// Collects volumes while containers are mounted.
pub struct Volumes {
    /// The claim of each resource that a container may mount, by its local name.
    claims: BTreeMap<Name, String>,
    volumes: Vec<Volume>,
    taken: BTreeSet<String>,
    /// The volume of each mounted ConfigMap, Secret or claim.
    known: BTreeMap<String, String>,
}

impl Volumes {
    pub fn new(claims: BTreeMap<Name, String>) -> Volumes {
        let taken = claims.keys().map(Name::to_string).collect();
        Volumes { claims, volumes: Vec::new(), taken, known: BTreeMap::new() }
    }

    /// The storage of a unit's workload.
    pub fn of_workload(unit: &ServiceUnit<'_>) -> Volumes {
        Volumes::new(unit.mounted().map(|resource| (resource.local.clone(), claim::name(resource))).collect())
    }

    /// Everything that a container mounts, by path.
    pub fn mount(&mut self, container: &Name, plan: &ContainerPlan, files: &Files<'_>) -> Vec<VolumeMount> {
        let mut mounts = BTreeMap::new();
        for file in files.of_container(container) {
            let (name, sub_path) = self.file(&file.source, file.mode);
            mounts.insert(file.path, mount_of(file.path, name, Some(sub_path), true));
        }
        for (path, volume) in &plan.volumes {
            if let Some(name) = self.storage(&volume.resource) {
                mounts.insert(path, mount_of(path, name, volume.path.clone(), volume.read_only));
            }
        }
        for path in plan.writable.iter().map(|path| without_last_slash(path)).chain([TMP]) {
            if !mounts.contains_key(path) {
                let name = self.scratch(container, path);
                mounts.insert(path, mount_of(path, name, None, false));
            }
        }
        mounts.into_values().collect()
    }

    pub fn into_volumes(self) -> Vec<Volume> {
        self.volumes
    }

    /// The volume and the path in it of one file.
    fn file(&mut self, source: &Source, mode: Option<u32>) -> (String, String) {
        let (wanted, default) = match source.kind {
            SourceKind::ConfigMap => ("files".to_owned(), FILE_MODE),
            SourceKind::Secret => (names::readable(&source.object), SECRET_FILE_MODE),
        };
        let name = self.named(&wanted, &format!("{:?} {}", source.kind, source.object), |name| match source.kind {
            SourceKind::ConfigMap => Volume {
                name,
                config_map: Some(ConfigMapVolumeSource {
                    name: source.object.clone(),
                    items: Some(Vec::new()),
                    ..ConfigMapVolumeSource::default()
                }),
                ..Volume::default()
            },
            SourceKind::Secret => Volume {
                name,
                secret: Some(SecretVolumeSource {
                    secret_name: Some(source.object.clone()),
                    items: Some(Vec::new()),
                    ..SecretVolumeSource::default()
                }),
                ..Volume::default()
            },
        });
        let items = self.volumes.iter_mut().find(|volume| volume.name == name).and_then(|volume| {
            let config_map = volume.config_map.as_mut().and_then(|source| source.items.as_mut());
            config_map.or(volume.secret.as_mut().and_then(|source| source.items.as_mut()))
        });
        let path = items.map(|items| item_path(items, &source.key, mode.unwrap_or(default)));
        (name, path.unwrap_or_else(|| source.key.clone()))
    }

    fn storage(&mut self, local: &Name) -> Option<String> {
        let claim_name = self.claims.get(local)?.clone();
        if self.known.insert(format!("claim {local}"), local.to_string()).is_none() {
            self.volumes.push(Volume {
                name: local.to_string(),
                persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource { claim_name, read_only: None }),
                ..Volume::default()
            });
        }
        Some(local.to_string())
    }

    /// Scratch space of one container: no other sees it.
    fn scratch(&mut self, container: &Name, path: &str) -> String {
        let wanted = names::readable(path);
        self.named(&wanted, &format!("scratch {container} {path}"), |name| Volume {
            name,
            empty_dir: Some(EmptyDirVolumeSource {
                medium: None,
                size_limit: Some(Quantity(SCRATCH_LIMIT.to_owned())),
            }),
            ..Volume::default()
        })
    }

    /// The volume known under `identity`, made if it is new: with the wanted name if that is free, else with a hash.
    fn named(&mut self, wanted: &str, identity: &str, make: impl FnOnce(String) -> Volume) -> String {
        if let Some(name) = self.known.get(identity) {
            return name.clone();
        }
        let free = !wanted.is_empty() && wanted.len() <= MAX_NAME && !self.taken.contains(wanted);
        let name = match free {
            true => wanted.to_owned(),
            false => names::with_suffix(&format!("v-{wanted}"), &names::fingerprint([identity]), MAX_NAME),
        };
        self.taken.insert(name.clone());
        self.known.insert(identity.to_owned(), name.clone());
        self.volumes.push(make(name.clone()));
        name
    }
}

/// The path of a key inside its volume: one for each mode that it is mounted with.
fn item_path(items: &mut Vec<KeyToPath>, key: &str, mode: u32) -> String {
    let mode_bits = i32::try_from(mode & 0o777).unwrap_or_default();
    if let Some(item) = items.iter().find(|item| item.key == key && item.mode == Some(mode_bits)) {
        return item.path.clone();
    }
    let path = match items.iter().any(|item| item.path == key) {
        true => format!("{key}.{mode_bits:o}"),
        false => key.to_owned(),
    };
    items.push(KeyToPath { key: key.to_owned(), mode: Some(mode_bits), path: path.clone() });
    path
}

/// `/tmp/` is `/tmp`.
fn without_last_slash(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        trimmed => trimmed,
    }
}

fn mount_of(path: &str, name: String, sub_path: Option<String>, read_only: bool) -> VolumeMount {
    VolumeMount {
        mount_path: path.to_owned(),
        name,
        read_only: read_only.then_some(true),
        sub_path,
        ..VolumeMount::default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use crate::provision::{FileContent, FilePlan, ProvisionedUnit, VolumePlan};
    use serde_json::{Value, json};

    fn mounts_and_volumes(unit: &ProvisionedUnit<'_>) -> (Value, Value) {
        let unit = sample::service(unit);
        let files = Files::of(&unit);
        let mut volumes = Volumes::of_workload(&unit);
        let mounts: Vec<_> =
            unit.plan.containers.iter().flat_map(|(name, plan)| volumes.mount(name, plan, &files)).collect();
        (serde_json::to_value(mounts).unwrap(), serde_json::to_value(volumes.into_volumes()).unwrap())
    }

    #[test]
    fn a_container_can_write_to_tmp_and_where_it_says() {
        let unit = sample::unit_with("cart", |plan| {
            plan.containers[0].writable = vec!["/tmp/".to_owned(), "/var/cache".to_owned()];
        });
        let (mounts, volumes) = mounts_and_volumes(&unit);
        assert_eq!(
            mounts,
            json!([{ "mountPath": "/tmp", "name": "tmp" }, { "mountPath": "/var/cache", "name": "var-cache" }])
        );
        assert_eq!(
            volumes,
            json!([{ "name": "tmp", "emptyDir": { "sizeLimit": "1Gi" } },
                { "name": "var-cache", "emptyDir": { "sizeLimit": "1Gi" } }])
        );
    }

    #[test]
    fn containers_do_not_share_scratch_space() {
        let unit = sample::unit_with("cart", |plan| {
            plan.containers.insert(sample::name("log"), sample::container());
        });
        let (mounts, volumes) = mounts_and_volumes(&unit);
        assert_eq!(volumes.as_array().map(Vec::len), Some(2));
        assert_ne!(mounts[0]["name"], mounts[1]["name"]);
    }

    #[test]
    fn files_are_mounted_one_by_one_read_only_with_their_mode() {
        let unit = sample::unit_with("cart", |plan| {
            let file = |mode| FilePlan { content: FileContent::Text("x".to_owned()), mode };
            plan.containers[0].files.insert("/etc/a.conf".to_owned(), file(None));
            plan.containers[0].files.insert("/usr/bin/b".to_owned(), file(Some(0o755)));
        });
        let (mounts, volumes) = mounts_and_volumes(&unit);
        assert_eq!(
            mounts[0],
            json!({ "mountPath": "/etc/a.conf", "name": "files", "subPath": "a.conf", "readOnly": true })
        );
        assert_eq!(mounts[2]["mountPath"], json!("/usr/bin/b"));
        assert_eq!(
            volumes[0],
            json!({ "name": "files", "configMap": { "name": "cart.files", "items": [
                { "key": "a.conf", "path": "a.conf", "mode": 0o444 }, { "key": "b", "path": "b", "mode": 0o755 },
            ]}})
        );
    }

    #[test]
    fn own_and_shared_storage_are_claims() {
        let mut unit = sample::unit_with("cart", |plan| {
            for (path, resource) in [("/data", "data"), ("/shared", "shared")] {
                let volume = VolumePlan { resource: sample::name(resource), path: None, read_only: false };
                plan.containers[0].volumes.insert(path.to_owned(), volume);
            }
        });
        unit.resources.push(sample::volume("data"));
        unit.resources.push(crate::provision::ResolvedResource {
            own: false,
            claim: None,
            ..sample::resource("shared")
        });
        let (mounts, volumes) = mounts_and_volumes(&unit);
        assert_eq!(mounts[0], json!({ "mountPath": "/data", "name": "data" }));
        assert_eq!(mounts[1], json!({ "mountPath": "/shared", "name": "shared" }));
        let claimed =
            |name: &str, claim: &str| json!({ "name": name, "persistentVolumeClaim": { "claimName": claim } });
        assert_eq!(volumes[0], claimed("data", "cart-data"));
        assert_eq!(volumes[1], claimed("shared", "cart-shared"));
        assert_eq!(volumes.as_array().map(Vec::len), Some(3), "both claims and the scratch space");
    }

    #[test]
    fn paths_that_read_alike_get_volumes_of_their_own() {
        let unit = sample::unit_with("cart", |plan| {
            plan.containers[0].writable = vec!["/a/b".to_owned(), "/a-b".to_owned(), "/Ü".to_owned()];
        });
        let (mounts, _) = mounts_and_volumes(&unit);
        let names: BTreeSet<_> = mounts.as_array().unwrap().iter().map(|mount| mount["name"].to_string()).collect();
        assert_eq!(names.len(), 4);
    }
}
