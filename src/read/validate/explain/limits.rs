//! Values that are too small, too large, too short, too long, too few, too many, or there twice.

use super::super::inspection::Inspection;
use super::super::shown::{shown, shown_node};
use super::Mistake;
use crate::model::Finding;
use crate::read::{Node, NodeValue};
use serde_json::Value;

pub fn too_small(value: &Mistake, limit: &Value) -> Finding {
    range(value, format!("at least {limit}"), "too small")
}

pub fn too_large(value: &Mistake, limit: &Value) -> Finding {
    range(value, format!("at most {limit}"), "too large")
}

fn range(value: &Mistake, limit: String, label: &str) -> Finding {
    let message = format!("`{}` is {}, {limit} is possible", value.path(), shown_node(value.node));
    let help = match (&value.schema["minimum"], &value.schema["maximum"]) {
        (Value::Null, limit) => format!("choose a number up to {limit}"),
        (limit, Value::Null) => format!("choose a number from {limit}"),
        (from, to) => format!("choose a number from {from} to {to}"),
    };
    value.inspection.finding(&rules::RANGE, &value.place(), message).label(label).help(help)
}

pub fn too_short(value: &Mistake, limit: u64) -> Finding {
    let length = length(value.node);
    let message = match length {
        0 => format!("`{}` is empty", value.path()),
        length => format!("`{}` has {}, at least {limit} are needed", value.path(), characters(length)),
    };
    with_purpose(value, value.inspection.finding(&rules::SIZE, &value.place(), message).label("too short"))
}

pub fn too_long(value: &Mistake, limit: u64) -> Finding {
    let message = format!("`{}` has {}, at most {limit} are possible", value.path(), characters(length(value.node)));
    value
        .inspection
        .finding(&rules::SIZE, &value.place(), message)
        .label("too long")
        .help(format!("shorten it to {}", characters(limit as usize)))
}

pub fn too_few(value: &Mistake, limit: u64) -> Finding {
    let message = match length(value.node) {
        0 => format!(
            "`{}` is empty, at least {limit} {} needed",
            value.path(),
            if limit == 1 { "entry is" } else { "entries are" }
        ),
        length => format!("`{}` has {}, at least {limit} are needed", value.path(), entries(length)),
    };
    with_purpose(value, value.inspection.finding(&rules::SIZE, &value.place(), message).label("too few"))
}

pub fn too_many(value: &Mistake, limit: u64) -> Finding {
    let message = format!("`{}` has {}, at most {limit} are possible", value.path(), entries(length(value.node)));
    value
        .inspection
        .finding(&rules::SIZE, &value.place(), message)
        .label("too many")
        .help(format!("keep it to {}", entries(limit as usize)))
}

/// A list with an entry that is there twice: the second is told, with the first beside it.
pub fn repeated(value: &Mistake) -> Finding {
    let NodeValue::Sequence(items) = &value.node.value else { return refused(value, "uniqueItems") };
    let values: Vec<Value> = items.iter().map(Node::to_json).collect();
    let twice = (0..values.len())
        .find_map(|second| values[..second].iter().position(|one| *one == values[second]).map(|first| (first, second)));
    let Some((first, second)) = twice else { return refused(value, "uniqueItems") };
    let at = |index: usize| value.place().child(index.to_string());
    value
        .inspection
        .finding(&rules::REPEATED, &at(second), format!("`{}` has {} twice", value.path(), shown_node(&items[second])))
        .label("again")
        .related(value.inspection.locate(&at(first)), "first here")
        .help("remove one of them")
}

/// A document with more mistakes than anybody reads.
pub fn too_many_mistakes(inspection: &Inspection) -> Finding {
    inspection
        .finding(
            &rules::MORE,
            &inspection.place(&["kind".to_owned()]),
            "this declaration has more mistakes than are told here",
        )
        .label("of this declaration")
        .help(
            "mend those that are told and check again; compare it with the schema of its kind if they are of one sort",
        )
}

/// A keyword that none of our schemas has today.
pub fn refused(value: &Mistake, keyword: &str) -> Finding {
    let message = format!("`{}` is not what the schema asks for by {}", value.path(), shown(keyword));
    with_purpose(value, value.inspection.finding(&rules::RANGE, &value.place(), message).label("refused"))
}

fn with_purpose(value: &Mistake, finding: Finding) -> Finding {
    match value.purpose() {
        purpose if purpose.is_empty() => finding,
        purpose => finding.help(format!("here stands {purpose}")),
    }
}

fn length(node: &Node) -> usize {
    match &node.value {
        NodeValue::Text(text) => text.chars().count(),
        NodeValue::Sequence(items) => items.len(),
        NodeValue::Mapping(entries) => entries.len(),
        NodeValue::Null | NodeValue::Boolean(_) | NodeValue::Integer(_) | NodeValue::Float(_) => 0,
    }
}

fn characters(count: usize) -> String {
    if count == 1 { "1 character".to_owned() } else { format!("{count} characters") }
}

fn entries(count: usize) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

pub mod rules {
    crate::model::rules! {
        RANGE = "schema/range", Error,
        "A number is within the limits of its field",
r"Limits are either those of the thing itself (a port is 1 to 65535) or generous bounds that no sensible value reaches; a
number beyond them is a slip of the keyboard that would cost money or an outage.

Wrong: `port: 70000`

Right: `port: 7000`";

        SIZE = "schema/size", Error,
        "Texts and lists are neither too short nor too long",
r"A reason of three letters tells nobody anything, a description of a page is read by nobody, and every collection is
bounded so that no declaration can exhaust the compiler.

Wrong: `reason: ok`

Right: `reason: The provider's sandbox needs a key of its own`";

        MORE = "schema/more-mistakes", Error,
        "A declaration with very many mistakes is told the first of them",
r"A report of thousands of lines hides what it says, and making it takes time that other declarations need. So the schema
tells at most 100 mistakes of one declaration. Very many of them usually have one cause: another kind of file under this
name, an indentation that slipped, or a generator that went wrong.

Wrong: a Helm `values.yaml` saved as `catalog/shopping/cart.yaml`, 5,000 unknown fields

Right: one cause mended, and the rest told by the next `pavior check`";

        REPEATED = "schema/repeated", Error,
        "A list that names things names each of them once",
r"The second time a name stands in a list it adds nothing. It is usually what is left of a merge, and whoever removes one
of the two believes to have removed it.

Wrong: `environments: [staging, production, staging]`

Right: `environments: [staging, production]`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};

    fn is(more: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(&service(more)), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn numbers_stay_within_their_limits() {
        is(
            "  scaling: {max: 5000}\n",
            "schema/range",
            "`spec.scaling.max` is `5000`, at most 1000 is possible",
            "5000",
        );
        is("  scaling: {min: -1}\n", "schema/range", "`spec.scaling.min` is `-1`, at least 0 is possible", "-1");
        assert_eq!(findings(&service("  scaling: {max: 0}\n"))[0].help, ["choose a number from 1 to 1000"]);
    }

    #[test]
    fn texts_and_lists_have_a_size() {
        let long = "x".repeat(201);
        let egress = |reason: &str| format!("  egress: [{{cidr: 203.0.113.0/24, port: 443, reason: \"{reason}\"}}]\n");
        is(
            &egress(&long),
            "schema/size",
            "`spec.egress[0].reason` has 201 characters, at most 200 are possible",
            &format!("\"{long}\""),
        );
        is(&egress(""), "schema/size", "`spec.egress[0].reason` is empty", "\"\"");
        is("  containers: {}\n", "schema/size", "`spec.containers` is empty, at least 1 entry is needed", "containers");
        let many = vec!["sh"; 201].join(", ");
        let containers = format!("  containers: {{main: {{image: \"a/b:1\", args: [{many}]}}}}\n");
        is(&containers, "schema/size", "`spec.containers.main.args` has 201 entries, at most 200 are possible", "args");
    }

    #[test]
    fn a_flood_of_mistakes_is_cut() {
        let fields: String = (0..20_000).map(|at| format!("  x{at}: 1\n")).collect();
        let items = format!("  dependsOn: [{}]\n", vec!["A_B"; 20_000].join(", "));
        for text in [service(&fields), service(&items)] {
            let found = findings(&text);
            assert!(found.len() <= 101, "{}", found.len());
            let more = found.iter().find(|finding| finding.rule.id == "schema/more-mistakes").expect("it is told");
            assert_eq!(more.message, "this declaration has more mistakes than are told here");
            assert_eq!(more.at.span.map(|span| &text[span.range()]), Some("Service"));
        }
    }

    #[test]
    fn a_name_that_is_listed_twice_is_told_with_the_first() {
        let text = service("  dependsOn: [checkout, email, checkout]\n");
        let finding = &findings(&text)[0];
        assert_eq!(
            (finding.rule.id, finding.message.as_str()),
            ("schema/repeated", "`spec.dependsOn` has `checkout` twice")
        );
        assert!(finding.at.span > finding.related[0].at.span);
    }
}
