//! One service, as others see it, and the line that says so.

use super::Environments;
use crate::model::Name;
use std::collections::BTreeMap;

/// One service, as others see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceRow {
    /// The hash of all that others can see of it.
    pub interface: u64,
    /// The hash of the names that its units take.
    pub claims: u64,
    /// It shares something or was renamed, so that what it is depends on more than its neighbours.
    pub entangled: bool,
    /// Where it has a unit.
    pub units: Environments,
    pub secret_requests: Vec<Name>,
    /// Whom it calls, and where.
    pub calls: BTreeMap<Name, Environments>,
    /// Who calls it, and where.
    pub called_by: BTreeMap<Name, Environments>,
}

impl ServiceRow {
    pub(super) fn written(&self) -> String {
        let ServiceRow { interface, claims, entangled, units, secret_requests, calls, called_by } = self;
        let requests: Vec<&str> = secret_requests.iter().map(Name::as_str).collect();
        let tail = [requests.join(","), pairs(calls), pairs(called_by)].join("\t");
        format!("{interface:016x}\t{claims:016x}\t{}\t{units:x}\t{tail}\n", u8::from(*entangled))
    }

    /// What [`ServiceRow::written`] gave.
    pub(super) fn read(text: &str) -> Option<ServiceRow> {
        let mut fields = text.strip_suffix('\n')?.split('\t');
        let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
        Some(ServiceRow {
            interface: hexadecimal(fields.next()?)?,
            claims: hexadecimal(fields.next()?)?,
            entangled: fields.next()? == "1",
            units: hexadecimal(fields.next()?)?,
            secret_requests: items(fields.next()?).map(Name::parse).collect::<Option<_>>()?,
            calls: read_pairs(fields.next()?)?,
            called_by: read_pairs(fields.next()?)?,
        })
    }
}

fn pairs(map: &BTreeMap<Name, Environments>) -> String {
    let pairs: Vec<String> = map.iter().map(|(name, environments)| format!("{name}={environments:x}")).collect();
    pairs.join(",")
}

fn read_pairs(text: &str) -> Option<BTreeMap<Name, Environments>> {
    items(text)
        .map(|item| {
            let (name, environments) = item.split_once('=')?;
            Some((Name::parse(name)?, u64::from_str_radix(environments, 16).ok()?))
        })
        .collect()
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|item| !item.is_empty())
}
