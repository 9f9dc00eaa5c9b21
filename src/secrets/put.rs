//! The command by which an owner puts a value into its store. The value is typed into the command: it stands in no
//! argument, where others on the machine see it, in no file and in no history of the shell, and Pavior never has it.

use super::place::Place;
use std::borrow::Cow;

/// What asks for the value, without showing it.
const ASK: &str = "read -rs VALUE && printf %s \"$VALUE\"";

/// In bash or zsh. Its first word is a comment where there is something to know first.
pub fn command(place: &Place) -> String {
    let put = match place {
        Place::Aws { region, id, property } => format!(
            "{}aws secretsmanager put-secret-value --region {} --secret-id {} --secret-string file:///dev/stdin",
            wrapped(property.as_deref()),
            word(region),
            word(id)
        ),
        Place::Gcp { project, id, property } => format!(
            "{}gcloud secrets versions add {} --project {} --data-file=-",
            wrapped(property.as_deref()),
            word(id),
            word(project)
        ),
        Place::Cluster { namespace, secret, id } => format!(
            "kubectl create secret generic {} --namespace {} --from-file={}=/dev/stdin --dry-run=client -o yaml | kubectl \
             apply --server-side --field-manager={} -f -",
            word(secret),
            word(namespace),
            word(id),
            word(&format!("owner-of-{id}"))
        ),
        Place::Behind { kind, name, id, property } => {
            let shape =
                property.as_ref().map(|property| format!(" as {{\"{property}\": \"...\"}}")).unwrap_or_default();
            let kind = kind.to_ascii_lowercase();
            return format!(
                "kubectl get {kind} {} -o jsonpath='{{.spec.provider}}'  # says what is behind it; there the value belongs \
                 at {}{shape}",
                word(name),
                word(id)
            );
        }
    };
    format!("({ASK} | {put})")
}

/// The command that says when a value was last put there; None where Pavior does not know the store.
pub fn last_changed(place: &Place) -> Option<String> {
    match place {
        Place::Aws { region, id, .. } => Some(format!(
            "aws secretsmanager describe-secret --region {} --secret-id {} --query LastChangedDate",
            word(region),
            word(id)
        )),
        Place::Gcp { project, id, .. } => Some(format!(
            "gcloud secrets versions list {} --project {} --limit 1 --format 'value(createTime)'",
            word(id),
            word(project)
        )),
        Place::Cluster { namespace, secret, .. } => Some(format!(
            "kubectl get secret {} --namespace {} --show-managed-fields -o yaml",
            word(secret),
            word(namespace)
        )),
        Place::Behind { .. } => None,
    }
}

/// As a property of a JSON object, where the store holds one.
fn wrapped(property: Option<&str>) -> String {
    property.map(|property| format!("jq -Rs --arg at {} '{{($at): .}}' | ", word(property))).unwrap_or_default()
}

/// One word of a shell, whatever it holds.
fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':');
    match !text.is_empty() && text.chars().all(is_plain) {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("'{}'", text.replace('\'', "'\\''"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    fn aws(id: &str) -> Place {
        Place::Aws { region: "eu-central-1".to_owned(), id: id.to_owned(), property: Some("value".to_owned()) }
    }

    #[test]
    fn each_store_has_its_command() {
        assert_eq!(
            command(&aws("boutique/production/pay/gateway/API_KEY")),
            "(read -rs VALUE && printf %s \"$VALUE\" | jq -Rs --arg at value '{($at): .}' | aws secretsmanager \
             put-secret-value --region eu-central-1 --secret-id boutique/production/pay/gateway/API_KEY --secret-string \
             file:///dev/stdin)"
        );
        let gcp = Place::Gcp { project: "p-1".to_owned(), id: "a-KEY".to_owned(), property: None };
        assert_eq!(
            command(&gcp),
            "(read -rs VALUE && printf %s \"$VALUE\" | gcloud secrets versions add a-KEY --project p-1 --data-file=-)"
        );
        let [namespace, secret, id] = ["local", "pay-gateway", "KEY"].map(str::to_owned);
        let cluster = command(&Place::Cluster { namespace, secret, id });
        assert!(cluster.contains("--from-file=KEY=/dev/stdin") && cluster.contains("--field-manager=owner-of-KEY"));
        let [kind, name, id] = ["ClusterSecretStore", "vault", "a/b/KEY"].map(str::to_owned);
        let behind = command(&Place::Behind { kind, name, id, property: Some("value".to_owned()) });
        assert!(
            behind.starts_with("kubectl get clustersecretstore vault ") && behind.contains("at a/b/KEY as {\"value\"")
        );
    }

    #[test]
    fn what_stands_in_a_command_is_no_command() {
        let hostile = command(&aws("a'; touch /tmp/x; '"));
        assert!(hostile.contains(r"--secret-id 'a'\''; touch /tmp/x; '\''' "), "{hostile}");
    }

    /// The line as it is, with programs in place of the cloud's that say what they were given.
    #[test]
    fn the_value_reaches_the_store_and_no_argument() {
        let line = command(&aws("a/KEY"));
        let script = format!(
            "jq() {{ python3 -c 'import json,sys; print(json.dumps({{sys.argv[1]: sys.stdin.read()}}))' \"$4\"; }}\n\
             aws() {{ echo \"arguments: $*\"; cat; }}\n{line}\n"
        );
        let mut shell = Command::new("bash");
        shell.args(["-c", &script]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = shell.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"p4$$ w\\ord\"\n").unwrap();
        let output = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let (arguments, stored) = output.split_once('\n').unwrap();
        assert!(arguments.starts_with("arguments: secretsmanager put-secret-value") && !arguments.contains("p4"));
        assert_eq!(stored.trim(), r#"{"value": "p4$$ w\\ord\""}"#);
    }
}
