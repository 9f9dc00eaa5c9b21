//! What no schema can say about one declaration. Each file has one group of checks with its rules.

mod cidr;
mod cron;
mod environment;
mod files;
mod image;
mod labels;
mod limits;
mod outputs;
mod params;
mod people;
mod ports;
mod price_book;
mod probe;
mod provisioners;
mod questions;
mod schedule;
mod workload;
mod slo;

use super::inspection::Inspection;
use crate::model::Findings;
use crate::model::kinds::{
    Environment, GoldenPath, Incident, Metadata, Platform, PriceBook, ResourceType, Service, Team,
};
use crate::read::{Declarations, Declared, Document};

pub use files::is_normal_absolute_path;
pub use workload::has_workload;

pub mod rules {
    pub use super::cidr::rules as cidr;
    pub use super::cron::rules as cron;
    pub use super::environment::rules as environment;
    pub use super::files::rules as files;
    pub use super::image::rules as image;
    pub use super::labels::rules as labels;
    pub use super::limits::rules as limits;
    pub use super::outputs::rules as outputs;
    pub use super::params::rules as params;
    pub use super::people::rules as people;
    pub use super::ports::rules as ports;
    pub use super::price_book::rules as price_book;
    pub use super::probe::rules as probe;
    pub use super::provisioners::rules as provisioners;
    pub use super::questions::rules as questions;
    pub use super::schedule::rules as schedule;
    pub use super::slo::rules as slo;
}

pub fn metadata(inspection: &mut Inspection, metadata: &Metadata) {
    let place = inspection.place(&["metadata".to_owned()]);
    labels::check(inspection, &place.clone().child("labels"), &metadata.labels);
    labels::check_annotations(inspection, &place.child("annotations"), &metadata.annotations);
}

pub fn team(inspection: &mut Inspection, team: &Declared<Team>) {
    people::members(inspection, &team.spec.members);
}

pub fn service(inspection: &mut Inspection, service: &Declared<Service>) {
    let service = &service.spec;
    workload::is_there(inspection, service);
    schedule::check(inspection, service);
    files::documents(inspection, &service.docs);
    limits::scaling(inspection, service);
    let containers = inspection.spec("containers");
    for (name, container) in &service.containers {
        let place = containers.clone().child(name.as_str());
        if !workload::image_from_outside(inspection, &container.image) {
            image::check(inspection, &place.clone().child("image"), &container.image);
        }
        files::check(inspection, &place, container);
        probe::check(inspection, &place, container);
        let resources = place.child("resources");
        limits::amounts(inspection, &resources, &container.resources.requests, &container.resources.limits);
    }
    for (name, job) in &service.jobs {
        let resources = inspection.spec("jobs").child(name.as_str()).child("resources");
        limits::amounts(inspection, &resources, &job.resources.requests, &job.resources.limits);
    }
    for (environment, settings) in &service.environments {
        for (name, container) in &settings.containers {
            let place =
                inspection.spec("environments").child(environment.as_str()).child("containers").child(name.as_str());
            if let Some(image) = &container.image {
                image::check(inspection, &place.clone().child("image"), image);
            }
            limits::amounts(inspection, &place, &container.requests, &container.limits);
        }
    }
    if let Some(ports) = &service.service {
        ports::check(inspection, ports);
    }
    if let Some(slo) = &service.slo {
        slo::check(inspection, slo);
    }
    for (at, egress) in service.egress.iter().enumerate() {
        cidr::check(inspection, &inspection.spec("egress").child(at.to_string()).child("cidr"), &egress.cidr);
    }
}

pub fn environment(inspection: &mut Inspection, declared: &Declared<Environment>) {
    environment::check(inspection, declared);
    labels::check(inspection, &inspection.spec("observability").child("labels"), &declared.spec.observability.labels);
    let blocks = [
        ("aws", declared.spec.aws.as_ref().map(|aws| &aws.private_cidrs)),
        ("gcp", declared.spec.gcp.as_ref().map(|gcp| &gcp.private_cidrs)),
    ];
    for (block, ranges) in blocks {
        for (at, range) in ranges.into_iter().flatten().enumerate() {
            let place = inspection.spec(block).child("privateCidrs").child(at.to_string());
            cidr::check(inspection, &place, range);
        }
    }
    if let Some(preview) = &declared.spec.preview {
        labels::check(inspection, &inspection.spec("preview").child("labels"), &preview.labels);
    }
}

pub fn resource_type(inspection: &mut Inspection, declared: &Declared<ResourceType>) {
    provisioners::folder(inspection, &declared.metadata.name);
    params::check(inspection, &declared.spec);
    outputs::check(inspection, &declared.spec);
    provisioners::check(inspection, &declared.spec);
}

pub fn golden_path(inspection: &mut Inspection, declared: &Declared<GoldenPath>) {
    provisioners::folder(inspection, &declared.metadata.name);
    questions::check(inspection, &declared.spec);
}

pub fn incident(inspection: &mut Inspection, incident: &Declared<Incident>) {
    people::incident_ends(inspection, &incident.spec);
}

pub fn platform(inspection: &mut Inspection, platform: &Declared<Platform>) {
    labels::check(inspection, &inspection.spec("labels"), &platform.spec.labels);
}

pub fn price_book(inspection: &mut Inspection, declared: &Declared<PriceBook>) {
    price_book::check(inspection, &declared.spec);
}

/// For kinds of which the schema says it all.
pub fn nothing_more<S>(_: &mut Inspection, _: &Declared<S>) {}

/// What can only be seen with several documents of one kind.
pub fn across_documents(documents: &[Document], declarations: &Declarations, findings: &mut Findings) {
    price_book::check_all(documents, &declarations.price_books, findings);
}
