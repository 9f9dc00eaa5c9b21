//! Linking real YAML: each rule with its message, what is pointed at, what explains it and what helps.

mod declarations;
mod dependencies;
mod environments;
mod laws;
mod names;
mod once;
mod placeholders;
mod prices;
mod sharing;
mod units;
mod waiting;
mod world;

use crate::link::{Catalog, link};
use crate::model::{Finding, Findings, Location};
use crate::read::{Documents, Snapshot, read};
use std::collections::BTreeMap;
use world::World;

/// What a finding says, without positions: the texts that they point at.
#[derive(Debug, PartialEq, Eq)]
struct Told<'t> {
    rule: &'t str,
    message: &'t str,
    /// File and text.
    at: (&'t str, &'t str),
    label: &'t str,
    /// File, text and label.
    related: Vec<(&'t str, &'t str, &'t str)>,
    help: Vec<&'t str>,
}

/// A snapshot that was read and linked, with all that was said.
struct Checked {
    documents: Documents,
    findings: Vec<Finding>,
    /// The units, as `environment/name`.
    units: Vec<String>,
}

impl Checked {
    fn of(world: &World) -> Checked {
        let mut findings = Findings::default();
        let documents = documents(world, &mut findings);
        let units = link(&documents, &mut findings)
            .units
            .iter()
            .map(|unit| id(&unit.environment.metadata.name, &unit.name))
            .collect();
        Checked { findings: findings.into_sorted(), documents, units }
    }

    fn told(&self) -> Vec<Told<'_>> {
        self.findings.iter().map(|finding| self.tell(finding)).collect()
    }

    fn tell<'t>(&'t self, finding: &'t Finding) -> Told<'t> {
        Told {
            rule: finding.rule.id,
            message: &finding.message,
            at: (finding.at.path.as_str(), self.pointed(&finding.at)),
            label: &finding.label,
            related: finding
                .related
                .iter()
                .map(|l| (l.at.path.as_str(), self.pointed(&l.at), l.text.as_str()))
                .collect(),
            help: finding.help.iter().map(String::as_str).collect(),
        }
    }

    fn pointed(&self, at: &Location) -> &str {
        at.span.map_or("", |span| &self.documents.snapshot.files[&at.path][span.range()])
    }

    /// Rule and message of each finding.
    fn said(&self) -> Vec<(&str, &str)> {
        self.findings.iter().map(|finding| (finding.rule.id, finding.message.as_str())).collect()
    }

    /// The single finding.
    fn only(&self) -> Told<'_> {
        assert_eq!(self.findings.len(), 1, "{:#?}", self.said());
        self.tell(&self.findings[0])
    }

    /// The environments in which a unit of this name is.
    fn environments_of(&self, unit: &str) -> Vec<&str> {
        self.units
            .iter()
            .filter_map(|id| id.split_once('/'))
            .filter(|(_, name)| *name == unit)
            .map(|(e, _)| e)
            .collect()
    }
}

fn id(environment: &str, unit: &str) -> String {
    format!("{environment}/{unit}")
}

fn documents(world: &World, findings: &mut Findings) -> Documents {
    read(Snapshot::of(world.files()), findings)
}

/// Looks at the catalog of a world that has no mistakes.
fn with_catalog<T>(world: &World, look: impl FnOnce(&Catalog<'_>) -> T) -> T {
    let mut findings = Findings::default();
    let documents = documents(world, &mut findings);
    let catalog = link(&documents, &mut findings);
    let said: Vec<_> = findings.iter().map(|finding| (finding.rule.id, finding.message.clone())).collect();
    assert_eq!(said, [], "a world without mistakes");
    look(&catalog)
}

/// The text of a file after the fix of the only finding.
fn mended(world: &World) -> World {
    let checked = Checked::of(world);
    checked.only();
    let finding = &checked.findings[0];
    let fix = finding.fix.as_ref().expect("it has a fix");
    let text = &checked.documents.snapshot.files[&finding.at.path];
    let range = fix.span.range();
    world.with(finding.at.path.as_str(), &format!("{}{}{}", &text[..range.start], fix.replacement, &text[range.end..]))
}

/// Every rule of this stage is asserted by name in one of these tests.
#[test]
fn every_rule_has_a_test() {
    let tests = [
        include_str!("declarations.rs"),
        include_str!("dependencies.rs"),
        include_str!("environments.rs"),
        include_str!("names.rs"),
        include_str!("placeholders.rs"),
        include_str!("prices.rs"),
        include_str!("sharing.rs"),
        include_str!("waiting.rs"),
    ];
    let tested = |id: &str| tests.iter().any(|text| text.contains(&format!("\"{id}\"")));
    let untested: Vec<&str> = super::rules::all().map(|rule| rule.id).filter(|id| !tested(id)).collect();
    assert_eq!(untested, Vec::<&str>::new());
}

/// Units by id.
fn units_of<'c, 'd>(catalog: &'c Catalog<'d>) -> BTreeMap<String, &'c crate::link::Unit<'d>> {
    catalog.units.iter().map(|unit| (id(&unit.environment.metadata.name, &unit.name), unit)).collect()
}
