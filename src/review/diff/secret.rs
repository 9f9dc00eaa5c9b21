//! Secrets in a diff: where they are may be shown, what they are is not kept.
//!
//! No type of the compiler holds a secret, but a provisioner may write a `Secret` object of its own.

use super::address::Address;
use super::change::{FieldChange, Secrecy};
use serde_json::Value;

/// Keys below which a Kubernetes object says where a secret is.
const REFERENCES: [&str; 6] = ["secretKeyRef", "secretRef", "remoteRef", "secretName", "secretStoreRef", "sourceRef"];

/// Marks the field, and forgets its values where they would be secrets.
pub fn guarded(address: &Address, mut field: FieldChange) -> FieldChange {
    field.secrecy = secrecy(address, &field);
    if field.secrecy == Secrecy::Hidden {
        let hidden = |value: Option<Value>| value.map(|_| Value::from("(hidden)"));
        field.before = hidden(field.before);
        field.after = hidden(field.after);
    }
    field
}

fn secrecy(address: &Address, field: &FieldChange) -> Secrecy {
    let keys = field.path.keys();
    match address {
        Address::Object { group, kind, .. }
            if group.is_empty() && kind == "Secret" && matches!(keys.first(), Some(&"data" | &"stringData")) =>
        {
            Secrecy::Hidden
        }
        _ if keys.iter().any(|key| REFERENCES.contains(key)) => Secrecy::Reference,
        _ => Secrecy::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::differences;
    use super::*;
    use serde_json::json;

    fn object(kind: &str) -> Address {
        Address::Object { group: String::new(), kind: kind.to_owned(), namespace: None, name: "x".to_owned() }
    }

    #[test]
    fn the_value_of_a_secret_is_not_kept_whatever_wrote_it() {
        for key in ["data", "stringData"] {
            let change = differences(&json!({key: {"p": "hunter2"}}), &json!({key: {"p": "hunter3"}, "x": 1}));
            let guarded: Vec<_> = change.into_iter().map(|field| guarded(&object("Secret"), field)).collect();
            assert!(!format!("{guarded:?}").contains("hunter"), "{guarded:?}");
            assert_eq!((guarded[0].secrecy, guarded[1].secrecy), (Secrecy::Hidden, Secrecy::Plain));
        }
    }

    #[test]
    fn where_a_secret_is_may_be_shown() {
        let env = |key: &str| json!({"valueFrom": {"secretKeyRef": {"name": "db", "key": key}}});
        let change = differences(&env("a"), &env("b")).remove(0);
        let guarded = guarded(&object("Pod"), change);
        assert_eq!((guarded.secrecy, guarded.after), (Secrecy::Reference, Some(json!("b"))));
    }
}
