//! What an environment itself needs: its namespace, quota and defaults.

use super::facts::World;
use super::trace::Traced;
use super::walk::Spot;
use super::words;
use crate::model::kinds::Environment;
use crate::read::{Declared, Place};

/// An environment as a unit.
pub struct Around<'c> {
    pub world: World<'c>,
    pub environment: &'c Declared<Environment>,
}

impl Around<'_> {
    /// A field of any of its objects.
    pub fn object(&self, spot: &Spot<'_>) -> Option<Traced> {
        let kind = spot.root.get("kind").and_then(|kind| kind.as_str()).unwrap_or_default();
        match (kind, spot.steps) {
            (_, ["apiVersion" | "kind"]) => Some(Traced::default(words::SHAPE)),
            (_, ["metadata", "labels", key]) => Some(self.label(key)),
            ("Namespace", ["metadata", "annotations", _]) => Some(Traced::default(words::PREVIEW)),
            ("Namespace", ["metadata", "name"]) | (_, ["metadata", "namespace"]) => Some(self.namespace()),
            (_, ["metadata", "name"]) => Some(Traced::default(words::SHAPE)),
            ("ResourceQuota", ["spec", "hard", what]) => {
                let field = what.strip_prefix("requests.").unwrap_or(what);
                Some(Traced::at(self.at(&["spec", "capacity", field])))
            }
            ("LimitRange", ["spec"]) => Some(Traced::default(words::LIMIT_RANGE)),
            ("NetworkPolicy", ["spec"]) => Some(Traced::default(words::CLOSED)),
            _ => None,
        }
    }

    fn at(&self, route: &[&str]) -> Place {
        self.environment.place(route)
    }

    fn namespace(&self) -> Traced {
        let set = self.at(&["spec", "namespace"]);
        match self.world.exists(&set) {
            true => Traced::at(set),
            false => Traced::at(self.at(&["metadata", "name"])).because(words::NAMESPACE),
        }
    }

    fn label(&self, key: &str) -> Traced {
        let platform = self.world.catalog.platform;
        match key {
            "app.kubernetes.io/name" | "pavior.dev/environment" => Traced::at(self.at(&["metadata", "name"])),
            "app.kubernetes.io/managed-by" => Traced::default(words::MANAGED_BY),
            "app.kubernetes.io/part-of" => match platform {
                Some(platform) => Traced::at(platform.place(&["spec", "organisation"])),
                None => Traced::default(words::ORGANISATION),
            },
            "pavior.dev/shares" => Traced::at(self.at(&["spec", "preview", "shares"])),
            "pavior.dev/pull" | "pavior.dev/team" | "pavior.dev/expires" => Traced::default(words::PREVIEW),
            other if other.starts_with("pod-security.kubernetes.io/") => Traced::default(words::POD_SECURITY),
            other => {
                let platform = platform.map(|platform| platform.place(&["spec", "labels", other]));
                let places = platform.into_iter().chain([self.at(&["spec", "preview", "labels", other])]);
                let mut there = places.filter(|place| self.world.exists(place));
                there.next().map_or_else(|| Traced::default(words::SHAPE), Traced::at)
            }
        }
    }
}
