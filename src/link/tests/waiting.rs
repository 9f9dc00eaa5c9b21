//! Containers that come before each other.

use super::world::World;
use super::{Checked, Told};

fn checked(containers: &str) -> Checked {
    let text = format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: cart, owner: shopping}}\nspec:\n  containers:\n{containers}"
    );
    Checked::of(&World::new().with("catalog/service-cart.yaml", &text))
}

#[test]
fn containers_in_a_circle_are_told_once_at_the_first_of_them() {
    let both = "    main: {image: \"acme/x:1\", before: {proxy: {ready: started}}}\n    proxy: {image: \"acme/x:1\", before: {main: {ready: complete}}}\n";
    let checked_both = checked(both);
    let told: Told<'_> = checked_both.only();
    assert_eq!(
        told,
        Told {
            rule: "link/before-circle",
            message: "containers come before each other in a circle: main before proxy before main",
            at: ("catalog/service-cart.yaml", "proxy"),
            label: "none of them could start",
            related: vec![],
            help: vec!["remove one `before` of the circle"],
        }
    );
    assert_eq!(checked_both.units, Vec::<String>::new());
    let itself = checked("    main: {image: \"acme/x:1\", before: {main: {ready: started}}}\n");
    assert_eq!(itself.only().message, "container main comes before itself");
}

#[test]
fn who_has_to_be_healthy_has_a_probe() {
    let proxy = |more: &str| {
        checked(&format!(
            "    main: {{image: \"acme/x:1\"}}\n    proxy: {{image: \"acme/x:1\", before: {{main: {{ready: healthy}}}}{more}}}\n"
        ))
    };
    let without = proxy("");
    assert_eq!(without.only().rule, "link/before-healthy");
    assert_eq!(
        without.only().message,
        "container proxy has to be healthy before main, and has no probe that could tell"
    );
    assert_eq!(proxy(", readinessProbe: {httpGet: {path: /, port: 8080}}").findings.len(), 0);
}
