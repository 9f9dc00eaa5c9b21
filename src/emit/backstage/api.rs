//! APIs that services provide.
//!
//! Backstage demands a definition; the compiler reads no other repository, so the definition says where the real one is,
//! in a text that every renderer of its language takes.

use super::component::{lifecycle_word, owner};
use super::entity::{Entity, reference};
use crate::link::Catalog;
use crate::model::kinds::Service;
use crate::model::kinds::service::{Api, ApiFormat};
use crate::query::{api_word, in_repository};
use crate::read::Declared;
use serde_json::{Value, json};

pub fn apis(catalog: &Catalog<'_>) -> Vec<Entity> {
    let provided =
        catalog.services.values().flat_map(|service| service.spec.apis.provides.iter().map(move |api| (service, api)));
    provided.map(|(service, api)| entity(catalog, service, api)).collect()
}

fn entity(catalog: &Catalog<'_>, service: &Declared<Service>, api: &Api) -> Entity {
    let address = address(service, api);
    let link = address.clone().map(|url| ("Definition".to_owned(), url));
    Entity::new("API", &api.name)
        .description(&format!("Provided by {}", service.metadata.name))
        .links(&link.into_iter().collect::<Vec<_>>())
        .spec(json!({
            "type": api_word(api.format),
            "lifecycle": lifecycle_word(service.spec.lifecycle),
            "owner": owner(catalog, service.metadata.owner.as_deref()),
            "system": service.spec.system.as_ref().map(|system| reference("system", system)),
            "definition": definition(api, &service.metadata.name, address.as_deref()),
        }))
}

/// Where the definition can be seen.
fn address(service: &Declared<Service>, api: &Api) -> Option<String> {
    in_repository(service.spec.source.as_ref()?.as_str(), api.path.as_deref()?)
}

fn definition(api: &Api, service: &str, address: Option<&str>) -> String {
    let sentence = match (address, &api.path) {
        (Some(address), _) => format!("Defined in {address}"),
        (None, Some(path)) => format!("Defined in {path} of the source of {service}"),
        (None, None) => format!("{service} does not say where this API is defined"),
    };
    let pretty = |value: Value| serde_json::to_string_pretty(&value).unwrap_or_default() + "\n";
    let info = json!({"title": api.name, "version": "unknown", "description": sentence});
    match api.format {
        ApiFormat::Openapi => pretty(json!({"openapi": "3.0.3", "info": info, "paths": {}})),
        ApiFormat::Asyncapi => pretty(json!({"asyncapi": "2.6.0", "info": info, "channels": {}})),
        ApiFormat::Grpc => format!("// {sentence}\nsyntax = \"proto3\";\n"),
        ApiFormat::Graphql => format!("# {sentence}\ntype Query {{\n  _: Boolean\n}}\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::query::sample::with_sample;

    #[test]
    fn a_definition_says_where_the_real_one_is() {
        let definitions: Vec<String> = with_sample(|_, catalog, _| {
            apis(catalog).iter().map(|entity| entity.tree["spec"]["definition"].as_str().unwrap().to_owned()).collect()
        });
        let openapi: Value = serde_json::from_str(&definitions[0]).unwrap();
        let address = "https://github.com/acme/checkout/blob/main/api/openapi.yaml";
        assert_eq!(openapi["info"]["description"], format!("Defined in {address}"));
        assert!(definitions[1].starts_with("// ledger does not say"), "{}", definitions[1]);
    }
}
