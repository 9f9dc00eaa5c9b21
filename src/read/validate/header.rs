//! The header of a document: a mapping, of our version, of a kind that there is.

use super::inspection::Inspection;
use super::shown::{shown, shown_node};
use crate::model::kinds::{API_VERSION, Kind};
use crate::model::{Finding, listed, nearest};
use crate::read::{Node, NodeValue, Place};

/// The kind of a document. Without one, nothing more can be said about it.
pub fn kind(inspection: &mut Inspection) -> Option<Kind> {
    let root = inspection.root();
    let NodeValue::Mapping(_) = root.value else {
        inspection.report(not_a_mapping(inspection, root));
        return None;
    };
    if let Some(finding) = of_another_tool(inspection, root) {
        inspection.report(finding);
        return None;
    }
    check_version(inspection, root);
    let Some(entry) = root.entry("kind") else {
        inspection.report(kind_missing(inspection));
        return None;
    };
    let found = match &entry.value.value {
        NodeValue::Text(text) => Kind::parse(text),
        _ => None,
    };
    if found.is_none() {
        inspection.report(kind_unknown(inspection, &entry.value));
    }
    found
}

/// A manifest of Kubernetes and the like, which no change of its version would make a declaration.
fn of_another_tool(inspection: &Inspection, root: &Node) -> Option<Finding> {
    let text = |field: &str| match &root.entry(field)?.value.value {
        NodeValue::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let (version, kind) = (text("apiVersion")?, text("kind")?);
    let (group, _) = API_VERSION.split_once('/')?;
    let is_ours = version.split('/').next() == Some(group)
        || Kind::ALL.iter().any(|known| known.as_str().eq_ignore_ascii_case(kind));
    let message = format!("{} of {} is no kind of Pavior", shown(kind), shown(version));
    let finding = inspection.finding(&rules::KIND, &field(inspection, "kind"), message).label("of another tool");
    let finding = finding.help("here stand declarations; objects of Kubernetes are compiled from a `Service`");
    (!is_ours).then(|| finding.help(format!("kinds are {}", kinds())))
}

fn check_version(inspection: &mut Inspection, root: &Node) {
    match root.entry("apiVersion").map(|entry| &entry.value) {
        None => inspection.report(version_missing(inspection)),
        Some(node) if node.value == NodeValue::Text(API_VERSION.to_owned()) => {}
        Some(node) => inspection.report(version_unknown(inspection, node)),
    }
}

fn top(inspection: &Inspection) -> Place {
    inspection.place(&[])
}

fn field(inspection: &Inspection, name: &str) -> Place {
    inspection.place(&[name.to_owned()])
}

fn not_a_mapping(inspection: &Inspection, root: &Node) -> Finding {
    inspection
        .finding(
            &rules::NOT_A_MAPPING,
            &top(inspection),
            format!("a declaration is a mapping, this document is {}", article(root)),
        )
        .label("no mapping")
        .help(format!("start with `apiVersion: {API_VERSION}`, `kind`, `metadata` and `spec`"))
}

fn article(node: &Node) -> String {
    match &node.value {
        NodeValue::Text(_) => "a text".to_owned(),
        NodeValue::Boolean(_) => "a boolean".to_owned(),
        NodeValue::Integer(_) | NodeValue::Float(_) => "a number".to_owned(),
        NodeValue::Null | NodeValue::Sequence(_) | NodeValue::Mapping(_) => shown_node(node),
    }
}

fn version_missing(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::API_VERSION, &top(inspection), "the declaration has no `apiVersion`")
        .label("the declaration starts here")
        .help(format!("add `apiVersion: {API_VERSION}` as its first line"))
}

fn version_unknown(inspection: &Inspection, node: &Node) -> Finding {
    let place = field(inspection, "apiVersion");
    let message = format!("`apiVersion` is {}, the only version is `{API_VERSION}`", shown_node(node));
    let finding = inspection
        .finding(&rules::API_VERSION, &place, message)
        .label("not a version of Pavior")
        .help(format!("write `apiVersion: {API_VERSION}`"));
    match node.value {
        NodeValue::Null => finding,
        _ => finding.fix(node.span, API_VERSION),
    }
}

fn kind_missing(inspection: &Inspection) -> Finding {
    inspection
        .finding(&rules::KIND, &top(inspection), "the declaration has no `kind`")
        .label("the declaration starts here")
        .help(format!("add `kind:` with one of {}", kinds()))
}

fn kind_unknown(inspection: &Inspection, node: &Node) -> Finding {
    let place = field(inspection, "kind");
    let NodeValue::Text(text) = &node.value else {
        return inspection
            .finding(&rules::KIND, &place, format!("`kind` is {}, a text is needed", article(node)))
            .label("no kind")
            .help(format!("kinds are {}", kinds()));
    };
    let finding =
        inspection.finding(&rules::KIND, &place, format!("there is no kind {}", shown(text))).label("unknown kind");
    let finding = match nearest(text, Kind::ALL.map(Kind::as_str)) {
        Some(near) if near.eq_ignore_ascii_case(text) => {
            finding.help(format!("did you mean `{near}`? kinds are case-sensitive")).fix(node.span, near)
        }
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("kinds are {}", kinds()))
}

fn kinds() -> String {
    listed(Kind::ALL.map(Kind::as_str), Kind::ALL.len())
}

pub mod rules {
    crate::model::rules! {
        NOT_A_MAPPING = "schema/not-a-mapping", Error,
        "A document is a mapping",
        "Every YAML document below `catalog/` is one declaration: a mapping with `apiVersion`, `kind`, `metadata` and \
    `spec`. A list or a lone text declares nothing, and taking it for an empty declaration would mean to delete what was \
    there before.\n\nTo declare several things in one file, write several documents with `---` between them.\n\n\
    Wrong:\n```yaml\n- kind: Team\n- kind: Service\n```\n\nRight:\n```yaml\napiVersion: pavior.dev/v1\nkind: Team\n\
    metadata: {name: shopping}\nspec: {forgeTeam: \"@acme/shopping\"}\n---\napiVersion: pavior.dev/v1\nkind: Service\n\
    # ...\n```";

        API_VERSION = "schema/api-version", Error,
        "A declaration says `apiVersion: pavior.dev/v1`",
        "The version says by which rules a declaration is read, so that a later version of Pavior can still read what \
    was written for this one. There is one version: `pavior.dev/v1`.\n\nWrong: `apiVersion: v1`\n\n\
    Right: `apiVersion: pavior.dev/v1`";

        KIND = "schema/kind", Error,
        "A declaration says which of the known kinds it is",
        "The kind decides which fields a declaration has. Kinds are written with capitals, as in Kubernetes: `Team`, \
    `Service`, `Environment`, `Resource`, `SecretRequest`, `ResourceType`, `GoldenPath`, `Waiver`, `Incident`, \
    `PriceBook`, `Platform`.\n\nKubernetes objects such as `Deployment` are not declared: they are compiled from a \
    `Service`.\n\nWrong: `kind: service`\n\nRight: `kind: Service`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{findings, mended, only, pointed};

    fn is(text: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(text), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn a_document_is_a_mapping() {
        is(
            "- kind: Team\n",
            "schema/not-a-mapping",
            "a declaration is a mapping, this document is a list",
            "- kind: Team\n",
        );
        is("hello\n", "schema/not-a-mapping", "a declaration is a mapping, this document is a text", "hello");
    }

    #[test]
    fn the_version_is_named_when_it_is_missing_or_wrong() {
        let rest = "kind: Team\nmetadata: {name: a}\nspec: {forgeTeam: \"@acme/a\"}\n";
        is(rest, "schema/api-version", "the declaration has no `apiVersion`", "kind");
        let text = format!("apiVersion: v1\n{rest}");
        is(&text, "schema/api-version", "`apiVersion` is `v1`, the only version is `pavior.dev/v1`", "v1");
        let finding = &findings(&text)[0];
        assert_eq!(mended(&text, finding), format!("apiVersion: pavior.dev/v1\n{rest}"));
    }

    #[test]
    fn a_manifest_of_another_tool_is_told_as_that() {
        let told = "`Deployment` of `apps/v1` is no kind of Pavior";
        is("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n", "schema/kind", told, "Deployment");
        let found = findings("apiVersion: v1\nkind: team\n");
        assert_eq!(found[0].rule.id, "schema/api-version", "a slip is told as a slip");
    }

    #[test]
    fn an_unknown_kind_is_told_with_the_nearest_one() {
        is("apiVersion: pavior.dev/v1\n", "schema/kind", "the declaration has no `kind`", "apiVersion");
        let text = "apiVersion: pavior.dev/v1\nkind: service\n";
        let finding = &findings(text)[0];
        assert_eq!(finding.message, "there is no kind `service`");
        assert_eq!(pointed(text, finding), "service");
        assert_eq!(finding.help[0], "did you mean `Service`? kinds are case-sensitive");
        assert!(mended(text, finding).ends_with("kind: Service\n"));
        is("apiVersion: pavior.dev/v1\nkind: [a]\n", "schema/kind", "`kind` is a list, a text is needed", "kind");
    }
}
