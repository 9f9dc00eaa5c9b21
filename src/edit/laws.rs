//! Laws of editing, on texts that are laid out in many ways: what is asked for is what changes, and nothing else.

use super::splice::parsed;
use super::{Image, Refusal, as_read, as_written, set_image};
use crate::read::Node;
use proptest::prelude::*;
use serde_json::Value;

/// The settings of a service in one of the ways in which people write them.
fn settings() -> impl Strategy<Value = String> {
    let main = prop_oneof![
        Just("\n          image: old:1 # why\n          variables: {A: b}\n"),
        Just(" {image: \"old:1\"}\n"),
        Just("\n          # first\n          image: 'old:1'\n\n"),
        Just(" {variables: {A: \"image: x\"}}\n"),
        Just(" {}\n"),
        Just("\n          image: >-\n            old:1\n          requests: {cpu: 1m}\n"),
    ];
    let containers = prop_oneof![
        main.prop_map(|main| format!("\n      containers:\n        main:{main}")),
        Just(" {scaling: {min: 1, max: 2}}\n".to_owned()),
        Just(" {containers: {other: {image: x}}}\n".to_owned()),
        Just("\n      scaling: {min: 1}\n      # the end\n".to_owned()),
    ];
    let other = prop_oneof![Just(""), Just("    local: {enabled: false}\n"), Just("    # nothing yet\n")];
    prop_oneof![
        (other.clone(), containers, other).prop_map(|(before, production, after)| {
            let after = if before == after { "" } else { after };
            format!("  environments: # all\n{before}    production:{production}{after}")
        }),
        Just("  environments: {local: {enabled: false}, }\n".to_owned()),
        Just("  environments:\n    local: {enabled: false}   # mine\n".to_owned()),
        Just(String::new()),
    ]
}

fn file() -> impl Strategy<Value = String> {
    let before = prop_oneof![
        Just(""),
        Just("# yaml-language-server: $schema=x\n"),
        Just("kind: Team\nmetadata: {name: cart}\n---\n"),
        Just("# only a comment\n---\n"),
    ];
    let last = prop_oneof![
        Just("  tier: critical # last\n"),
        Just("  text: |\n    a\n\n"),
        Just("  text: |+\n    a\n\n\n"),
        Just("  list:\n    - a\n    - {b: c}\n"),
        Just("  docs:\n  - {kind: readme}\n\n  # more\n"),
    ];
    let after = prop_oneof![Just(""), Just("---\nkind: Service\nmetadata: {name: web}\nspec: {}\n"), Just("# end")];
    (before, settings(), last, any::<bool>(), after).prop_map(|(before, settings, last, settings_first, after)| {
        let (one, two) = if settings_first { (settings.as_str(), last) } else { (last, settings.as_str()) };
        format!("{before}kind: Service # a service\nmetadata: {{name: cart}}\nspec:\n  score: a\n{one}{two}{after}")
    })
}

fn values(text: &str) -> Vec<Value> {
    parsed(text).unwrap().iter().map(Node::to_json).collect()
}

const CART: Image<'_> = Image { service: "cart", environment: "production", container: "main" };

/// The lines of a text that are not in another, in their order.
fn lines_gone<'t>(before: &'t str, after: &str) -> Vec<&'t str> {
    let after: Vec<&str> = after.lines().collect();
    let mut rest = after.as_slice();
    let is_gone = |line: &&str| match rest.iter().position(|other| other == line) {
        Some(at) => {
            rest = &rest[at + 1..];
            false
        }
        None => true,
    };
    before.lines().filter(is_gone).collect()
}

proptest! {
    #[test]
    fn exactly_the_image_changes(text in file(), image in "[a-z]{1,8}(:[0-9]{1,3})?") {
        let edited = match set_image(&text, &CART, &image) {
            Err(Refusal::NotExact { .. }) => return Err(TestCaseError::fail(format!("refused:\n{text}"))),
            edited => edited.unwrap(),
        };
        let (mut wanted, after) = (values(&text), values(&edited));
        let cart = wanted.iter_mut().find(|one| one["kind"] == "Service" && one["metadata"]["name"] == "cart").unwrap();
        let mut node = cart;
        for step in ["spec", "environments", "production", "containers", "main"] {
            if node.get(step).is_none() {
                node[step] = Value::Object(Default::default());
            }
            node = &mut node[step];
        }
        node["image"] = Value::String(image.clone());
        prop_assert_eq!(after, wanted);
        // Of all lines at most the one with the old image, or the one that it was written into, is another.
        let was_folded = text.contains("image: >-");
        prop_assert!(lines_gone(&text, &edited).len() <= if was_folded { 2 } else { 1 }, "{}\n{}", text, edited);
        prop_assert_eq!(edited.matches('#').count(), text.matches('#').count());
        prop_assert_eq!(set_image(&edited, &CART, &image).unwrap(), edited);
    }

    #[test]
    fn files_of_windows_stay_so(text in file()) {
        let raw = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        let edited = set_image(&as_read(&raw), &CART, "new:2").unwrap();
        let written = as_written(&raw, &edited);
        prop_assert_eq!(as_read(&written), edited);
        prop_assert_eq!(written.matches('\n').count(), written.matches("\r\n").count());
        let has_mark = written.starts_with('\u{feff}');
        prop_assert!(has_mark);
    }
}
