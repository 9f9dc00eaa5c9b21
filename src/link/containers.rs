//! The containers of a service in one environment: its settings applied, its texts parsed. What is wrong in them has been
//! told before, so nothing is told here.

use super::catalog::{ServiceUnit, UnitContainer};
use super::placeholder::Template;
use crate::model::Name;
use crate::model::kinds::service::ContainerSettings;
use crate::model::kinds::workload::{ComputeAmounts, Container};
use indexmap::IndexMap;

impl<'d> ServiceUnit<'d> {
    /// Made anew each time: those of all units together would take much room.
    pub fn containers(&self) -> IndexMap<Name, UnitContainer<'d>> {
        let settings = |name| self.settings.and_then(|settings| settings.containers.get(name));
        let containers = self.declared.spec.containers.iter();
        containers.map(|(name, declared)| (name.clone(), container(declared, settings(name)))).collect()
    }
}

fn container<'d>(declared: &'d Container, settings: Option<&'d ContainerSettings>) -> UnitContainer<'d> {
    let variables = declared.variables.iter().chain(settings.into_iter().flat_map(|settings| &settings.variables));
    let files = declared.files.iter().map(|(path, file)| {
        let content = file.content.as_ref().filter(|_| !file.no_expand);
        (path.clone(), content.map(|content| Template::parse(content).unwrap_or_default()))
    });
    let volumes = declared.volumes.iter().filter_map(|(path, volume)| {
        let source = Template::parse(&volume.source).ok()?;
        Some((path.clone(), source.resource()?))
    });
    UnitContainer {
        declared,
        image: settings.and_then(|settings| settings.image.as_deref()).unwrap_or(&declared.image),
        variables: variables.filter_map(|(name, text)| Some((name.clone(), Template::parse(text).ok()?))).collect(),
        files: files.collect(),
        volumes: volumes.collect(),
        requests: amounts(settings.map(|settings| &settings.requests), &declared.resources.requests),
        limits: amounts(settings.map(|settings| &settings.limits), &declared.resources.limits),
    }
}

fn amounts(own: Option<&ComputeAmounts>, base: &ComputeAmounts) -> ComputeAmounts {
    ComputeAmounts {
        cpu: own.and_then(|own| own.cpu.clone()).or_else(|| base.cpu.clone()),
        memory: own.and_then(|own| own.memory.clone()).or_else(|| base.memory.clone()),
    }
}
