//! Where a service's runbook is: as declared, or in its source repository.

use crate::model::kinds::Service;
use crate::model::kinds::service::DocumentKind;

/// The address of the first runbook that has one.
pub fn address(service: &Service) -> Option<String> {
    let runbooks = service.docs.iter().filter(|document| document.kind == DocumentKind::Runbook);
    let mut addresses = runbooks.filter_map(|document| match (&document.url, &document.path, &service.source) {
        (Some(url), _, _) => Some(url.to_string()),
        (None, Some(path), Some(source)) => Some(in_repository(source.as_str(), path)),
        (None, _, _) => None,
    });
    addresses.next()
}

/// Forges show a file below the address of a folder; below that of a repository, at its newest commit.
fn in_repository(source: &str, path: &str) -> String {
    let source = source.trim_end_matches('/');
    let path = encoded(path.trim_start_matches("./").trim_start_matches('/'));
    match source.contains("/tree/") {
        true => format!("{source}/{path}"),
        false => format!("{source}/blob/HEAD/{path}"),
    }
}

/// What no address can hold as it is, in percent.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'~');
    path.bytes().fold(String::new(), |text, byte| match plain(byte) {
        true => text + char::from(byte).encode_utf8(&mut [0; 4]),
        false => format!("{text}%{byte:02X}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn address_of(source: Option<&str>, docs: Value) -> Option<String> {
        let mut service = json!({ "containers": { "main": { "image": "a:1" } }, "docs": docs });
        if let Some(source) = source {
            service["source"] = json!(source);
        }
        address(&serde_json::from_value(service).unwrap())
    }

    #[test]
    fn a_runbook_is_at_its_address_or_in_the_source() {
        let path =
            json!([{ "kind": "readme", "path": "README.md" }, { "kind": "runbook", "path": "docs/run book.md" }]);
        let at = |source| address_of(source, path.clone());
        assert_eq!(
            at(Some("https://github.com/a/b/tree/main/src/cart")).as_deref(),
            Some("https://github.com/a/b/tree/main/src/cart/docs/run%20book.md")
        );
        assert_eq!(
            at(Some("https://github.com/a/b/")).as_deref(),
            Some("https://github.com/a/b/blob/HEAD/docs/run%20book.md")
        );
        assert_eq!(at(None), None);
        let url = json!([{ "kind": "runbook", "url": "https://runbooks.example/cart" }]);
        assert_eq!(address_of(None, url).as_deref(), Some("https://runbooks.example/cart"));
    }
}
