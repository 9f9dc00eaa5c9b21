//! What a placeholder becomes in each environment.

use super::mention::name_of;
use crate::link::{MetadataField, Reference, link};
use crate::model::Findings;
use crate::provision::{Output, ProvisionedUnit, environment_field, provision};
use crate::read::{DocumentId, Documents};

/// A table of environments and values; none where the service has mistakes, or runs nowhere.
pub fn resolution(documents: &Documents, service: DocumentId, path: &[String]) -> Option<String> {
    let name = name_of(documents.document(service))?;
    let reference = Reference::of(path).ok()?;
    // What is wrong has been told already.
    let mut told = Findings::default();
    let mut catalog = link(documents, &mut told);
    catalog.units.retain(|unit| unit.service.is_some() && unit.name.as_str() == name);
    let units = provision(documents, &catalog, &mut told);
    let port = |service: &str, port: Option<&str>| {
        let ports = &catalog.services.get(service)?.spec.service.as_ref()?.ports;
        let port = port.map_or_else(|| ports.values().next(), |port| ports.get(port))?;
        Some(format!("`{}`", port.port))
    };
    let rows: Vec<(String, String)> = units
        .iter()
        .filter_map(|unit| {
            let value = match reference {
                Reference::Metadata(MetadataField::Name) => format!("`{}`", unit.id.name),
                Reference::Metadata(MetadataField::Owner) => format!("`{}`", unit.owner),
                Reference::Environment(field) => match environment_field(&unit.environment, field) {
                    Ok(value) => format!("`{value}`"),
                    Err(why) => why,
                },
                Reference::Resource(_) => "a volume".to_owned(),
                Reference::ResourceOutput { resource, output } => of_output(unit, resource, output)?,
                Reference::ServiceHost(callee) => format!("`{callee}`"),
                Reference::ServicePort { service, port: named } => port(service, named)?,
                Reference::SecretKey { request, key } => of_output(unit, request, key)?,
            };
            Some((unit.environment.name.to_string(), value))
        })
        .collect();
    (!rows.is_empty()).then(|| table(path, &rows))
}

fn of_output(unit: &ProvisionedUnit<'_>, resource: &str, output: &str) -> Option<String> {
    let resource = unit.resources.iter().find(|known| known.local.as_str() == resource)?;
    Some(match resource.outputs.get(output)? {
        Output::Plain(value) => format!("`{value}`"),
        Output::Store { path, property: Some(property) } => format!("from the secret store: `{path}`, `{property}`"),
        Output::Store { path, property: None } => format!("from the secret store: `{path}`"),
        Output::Secret { name, key } => format!("from the Kubernetes Secret `{name}`, key `{key}`"),
    })
}

fn table(path: &[String], rows: &[(String, String)]) -> String {
    let head = format!("`${{{}}}`", path.join("."));
    if let [(_, first), rest @ ..] = rows
        && rest.iter().all(|(_, value)| value == first)
    {
        return format!("{head} is {first} in every environment");
    }
    let rows: String = rows.iter().map(|(environment, value)| format!("\n| {environment} | {value} |")).collect();
    format!("{head}\n\n| environment | value |\n|---|---|{rows}")
}
