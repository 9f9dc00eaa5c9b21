//! Resources: where params and classes come from, and what the expressions of a provisioner are made of.

use super::facts::{Facts, place};
use super::trace::Traced;
use super::walk::Spot;
use crate::link::Template;
use crate::provision::{ResolvedResource, params_place};
use crate::read::{Node, NodeValue, Place};

impl Facts<'_> {
    /// A field of what a provisioner wrote: its own line, with what the expressions there are made of. `raw` leads from
    /// `start`, the tree in the resource type, to the field.
    pub fn provisioned(
        &self,
        spot: &Spot<'_>,
        resource: &ResolvedResource,
        start: Place,
        raw: &[String],
    ) -> Option<Traced> {
        let (mut place, mut node) = (start.clone(), self.world.node(&start)?);
        let mut left = raw;
        while let [step, rest @ ..] = left {
            let Some(child) = node.child(step) else { break };
            (place, node, left) = (place.child(step.as_str()), child, rest);
        }
        match &node.value {
            NodeValue::Mapping(_) | NodeValue::Sequence(_) => spot.is_leaf().then(|| Traced::at(place)),
            NodeValue::Text(text) => {
                // Labels are told apart by their keys.
                let labels = text.trim() == "${labels}";
                if labels && left.is_empty() && !spot.is_leaf() {
                    return None;
                }
                let inputs = match left {
                    [key] if labels => self.resource_label(resource, key),
                    _ => self.expressions(resource, text),
                };
                let traced = Traced::at(place).of(inputs);
                Some(match self.settable_param(resource, text) {
                    Some(setting) => traced.unless_set(setting),
                    None => traced,
                })
            }
            NodeValue::Null | NodeValue::Boolean(_) | NodeValue::Integer(_) | NodeValue::Float(_) => {
                Some(Traced::at(place))
            }
        }
    }

    /// What the expressions of a text in a provisioner are made of.
    pub fn expressions(&self, resource: &ResolvedResource, text: &str) -> Vec<Place> {
        let named = self.world.references.of(text);
        named.iter().flat_map(|path| self.named(resource, path)).collect()
    }

    /// Where a user would give the param that an expression names, if nobody gave it.
    fn settable_param(&self, resource: &ResolvedResource, text: &str) -> Option<Place> {
        let asked = self.world.node(&resource.asked);
        let takes_params = asked.is_some_and(|asked| asked.child("type").is_some());
        let named = self.world.references.of(text);
        let mut params = named.iter().filter(|path| path[0] == "params").filter_map(|path| path.get(1));
        let param = params.find(|param| takes_params && self.given(resource, param).is_none())?;
        Some(resource.asked.clone().child("params").child(param.as_str()))
    }

    /// What one name in an expression stands for.
    fn named(&self, resource: &ResolvedResource, path: &[String]) -> Vec<Place> {
        let Some((root, rest)) = path.split_first() else { return Vec::new() };
        let step = |index: usize| rest.get(index).map(String::as_str);
        match (root.as_str(), step(0)) {
            ("params", Some(param)) => self.param(resource, param),
            ("params", None) => resource.params.keys().flat_map(|param| self.param(resource, param)).collect(),
            ("class", _) => self.class(resource).places(),
            ("type", _) => vec![place(resource.provisioner.document, &["metadata", "name"])],
            ("environment", _) => self.environment_value(rest),
            ("organisation", _) => self.organisation().places(),
            ("service", Some("owner")) => vec![self.owner()],
            ("service", Some("tier")) => self.tier().places(),
            ("service", _) if self.is_shared() => vec![self.owner()],
            ("service", _) => vec![self.name()],
            ("resource" | "selector" | "output", _) => self.resource_name(resource),
            ("names" | "store", _) => self.full_name(resource),
            ("labels", _) => self.resource_labels(resource),
            ("tables", Some(table)) => vec![place(resource.provisioner.document, &["spec", "tables", table])],
            ("tables", None) => vec![place(resource.provisioner.document, &["spec", "tables"])],
            ("grants", _) => self.grants(resource),
            (_, _) => Vec::new(),
        }
    }

    /// The permissions of all resources of the unit, which its identity has.
    fn grants(&self, identity: &ResolvedResource) -> Vec<Place> {
        let others = self.unit.resources.iter().filter(|resource| resource.local != identity.local);
        others
            .flat_map(|resource| {
                let grants = resource.provisioner.clone().child("grants");
                let Some(node) = self.world.node(&grants) else { return Vec::new() };
                let mut places = vec![self.local(resource), grants];
                places.extend(self.below(resource, node));
                places
            })
            .collect()
    }

    /// What all expressions below a node of a provisioner are made of.
    pub fn below(&self, resource: &ResolvedResource, node: &Node) -> Vec<Place> {
        match &node.value {
            NodeValue::Text(text) => self.expressions(resource, text),
            NodeValue::Sequence(items) => items.iter().flat_map(|item| self.below(resource, item)).collect(),
            NodeValue::Mapping(entries) => {
                entries.iter().flat_map(|entry| self.below(resource, &entry.value)).collect()
            }
            NodeValue::Null | NodeValue::Boolean(_) | NodeValue::Integer(_) | NodeValue::Float(_) => Vec::new(),
        }
    }

    /// An output of a resource: the provisioner's line, and what is made into it.
    pub fn output(&self, resource: &ResolvedResource, output: &str) -> Vec<Place> {
        let outputs = resource.provisioner.clone().child("outputs");
        let each = outputs.clone().child("*");
        let Some(place) = self.there([outputs.child(output), each]) else { return Vec::new() };
        let inputs = self.world.node(&place).map(|node| self.below(resource, node)).unwrap_or_default();
        let in_store = self.world.exists(&place.clone().child("store"));
        let path = if in_store { self.full_name(resource) } else { Vec::new() };
        [self.local(resource), place].into_iter().chain(inputs).chain(path).collect()
    }

    /// Where the class of a resource comes from.
    pub fn class(&self, resource: &ResolvedResource) -> Traced {
        let local = resource.local.as_str();
        let environment = self.environment.metadata.name.as_str();
        let document = resource.asked.document;
        let settings = [
            place(document, &["spec", "environments", environment, "resources", local, "class"]),
            place(document, &["spec", "environments", environment, "class"]),
            resource.asked.clone().child("class"),
            place(resource.provisioner.document, &["spec", "defaultClass"]),
        ];
        self.there(settings).map_or_else(|| Traced::at(resource.provisioner.clone()), Traced::at)
    }

    /// Where a param of a resource comes from: as given, with what its placeholders stand for, of its class, or of its
    /// type.
    pub fn param(&self, resource: &ResolvedResource, param: &str) -> Vec<Place> {
        let kind = resource.provisioner.document;
        if let Some(given) = self.given(resource, param) {
            let texts = self.world.node(&given).map(|node| self.texts(node)).unwrap_or_default();
            return std::iter::once(given).chain(texts).collect();
        }
        let of_class = place(kind, &["spec", "classes", &resource.class, param]);
        if self.world.exists(&of_class) {
            return std::iter::once(of_class).chain(self.class(resource).places()).collect();
        }
        self.there([place(kind, &["spec", "params", "properties", param, "default"])]).into_iter().collect()
    }

    fn given(&self, resource: &ResolvedResource, param: &str) -> Option<Place> {
        let requested = match param {
            "keys" => place(resource.asked.document, &["spec", "keys"]),
            "rotationDays" => place(resource.asked.document, &["spec", "rotation"]),
            _ => resource.asked.clone().child(param),
        };
        let is_request = resource.asked.route == ["metadata", "name"];
        let environment = &self.environment.metadata.name;
        let params = params_place(self.world.documents, &resource.asked, &resource.local, environment, param);
        self.there([if is_request { requested } else { params.child(param) }])
    }

    /// What the placeholders in the texts of a param stand for.
    fn texts(&self, node: &Node) -> Vec<Place> {
        match &node.value {
            NodeValue::Text(text) => {
                Template::parse(text).map(|template| self.placeholders(&template)).unwrap_or_default()
            }
            NodeValue::Sequence(items) => items.iter().flat_map(|item| self.texts(item)).collect(),
            NodeValue::Mapping(entries) => entries.iter().flat_map(|entry| self.texts(&entry.value)).collect(),
            NodeValue::Null | NodeValue::Boolean(_) | NodeValue::Integer(_) | NodeValue::Float(_) => Vec::new(),
        }
    }

    /// `environment.<path>` in an expression.
    fn environment_value(&self, path: &[String]) -> Vec<Place> {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        let at = |route: &[&str]| self.around(&[&["spec"], route].concat());
        let places = match steps.as_slice() {
            [] => vec![self.around(&["spec"])],
            ["name", ..] => vec![self.environment_name()],
            ["namespace", ..] => return self.namespace().places(),
            ["privateCidrs", ..] => vec![at(&["aws", "privateCidrs"]), at(&["gcp", "privateCidrs"])],
            ["storageClass", ..] => vec![at(&["storageClass"]), at(&["provider"])],
            ["gateway", "internalClass"] => vec![at(&["gateway", "internalClass"]), at(&["gateway", "class"])],
            route => vec![at(route)],
        };
        self.there(places).into_iter().collect()
    }

    fn resource_labels(&self, resource: &ResolvedResource) -> Vec<Place> {
        let mut places = self.resource_name(resource);
        places.extend(self.organisation().places());
        places.extend([self.environment_name(), self.owner()]);
        let platform = self.world.catalog.platform.map(|platform| platform.place(&["spec", "labels"]));
        places.extend(platform.filter(|labels| self.world.exists(labels)));
        places
    }

    /// One label of what a provisioner makes.
    fn resource_label(&self, resource: &ResolvedResource, key: &str) -> Vec<Place> {
        match key {
            "app.kubernetes.io/name" | "pavior.dev/resource" => self.resource_name(resource),
            other => self.label(other).places(),
        }
    }
}
