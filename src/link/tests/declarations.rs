//! What a repository declares at all, and who answers for it.

use super::world::World;
use super::{Checked, Told};

#[test]
fn the_world_of_these_tests_has_no_mistakes() {
    let checked = Checked::of(&World::new().with_previews().callee("cart"));
    assert_eq!(checked.told(), []);
    assert_eq!(checked.units, ["preview/cart", "production/cart", "staging/cart"]);
}

#[test]
fn a_name_is_declared_once_per_kind() {
    let copy = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shopping}\nspec: {containers: {main: {image: \"acme/x:1\"}}}\n";
    let checked = Checked::of(&World::new().callee("cart").with("catalog/zzz.yaml", copy));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/duplicate-name",
            message: "Service `cart` is declared twice",
            at: ("catalog/zzz.yaml", "cart"),
            label: "declared again here",
            related: vec![("catalog/service-cart.yaml", "cart", "first declared here")],
            help: vec!["rename one of them, or delete the copy"],
        }
    );
    assert_eq!(checked.units.len(), 2, "the first is compiled");
}

#[test]
fn names_of_different_kinds_do_not_meet() {
    let checked = Checked::of(&World::new().callee("staging").callee("redis").callee("shopping"));
    assert_eq!(checked.told(), []);
}

#[test]
fn there_is_one_platform() {
    let second = "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: other}\nspec: {organisation: acme, owners: [shopping]}\n";
    let both = format!(
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {{name: platform}}\nspec: {{organisation: acme, owners: [shopping]}}\n---\n{second}"
    );
    let checked = Checked::of(&World::new().callee("cart").with("pavior.yaml", &both));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/second-platform",
            message: "a second `Platform` is declared",
            at: ("pavior.yaml", "other"),
            label: "only one may exist",
            related: vec![("pavior.yaml", "platform", "the first is here")],
            help: vec!["move its settings into the first and delete it"],
        }
    );
}

#[test]
fn a_repository_without_settings_is_told_where_to_start() {
    let checked = Checked::of(&World::new().callee("cart").without("pavior.yaml"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/no-platform",
            message: "the repository has no `pavior.yaml` with a `Platform` in it",
            at: ("pavior.yaml", ""),
            label: "",
            related: vec![],
            help: vec!["`pavior rules link/no-platform` shows one to start from"],
        }
    );
}

#[test]
fn settings_that_are_wrong_are_not_called_missing_too() {
    for text in [
        "kind: [",
        "apiVersion: pavior.dev/v1\nkind: Platfrom\n",
        "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: p}\nspec: {}\n",
    ] {
        let checked = Checked::of(&World::new().callee("cart").with("pavior.yaml", text));
        assert!(!checked.findings.is_empty());
        assert!(checked.said().iter().all(|(rule, _)| !rule.starts_with("link/")), "{:?}", checked.said());
    }
}

#[test]
fn a_world_without_services_compiles_to_nothing() {
    let checked = Checked::of(&World::new());
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/nothing-to-compile",
            message: "no service is declared",
            at: ("pavior.yaml", ""),
            label: "",
            related: vec![],
            help: vec!["declare one below catalog/"],
        }
    );
    let nowhere = World::new()
        .callee("cart")
        .without("catalog/environment-staging.yaml")
        .without("catalog/environment-production.yaml");
    assert_eq!(Checked::of(&nowhere).said(), [("link/nothing-to-compile", "no environment is declared")]);
    let mistaken = World::new().with("catalog/cart.yaml", "kind: [");
    assert!(Checked::of(&mistaken).said().iter().all(|(rule, _)| *rule != "link/nothing-to-compile"));
}

#[test]
fn who_runs_or_is_shared_has_an_owner() {
    let service = "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart}\nspec: {containers: {main: {image: \"acme/x:1\"}}}\n";
    let checked = Checked::of(&World::new().with("catalog/cart.yaml", service));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/missing-owner",
            message: "Service `cart` has no owner",
            at: ("catalog/cart.yaml", "cart"),
            label: "nobody answers for it",
            related: vec![],
            help: vec!["add `owner: <team>` to its metadata; teams are declared in catalog/teams/"],
        }
    );
    assert_eq!(checked.units, Vec::<String>::new());
    for (kind, spec) in [
        ("Resource", "{type: redis}"),
        ("Environment", "{class: staging, provider: kubernetes, domain: x.example}"),
        (
            "SecretRequest",
            "{service: cart, environments: [staging], keys: {KEY: {description: Opens it}}, reason: Payments need it}",
        ),
    ] {
        let text = format!("apiVersion: pavior.dev/v1\nkind: {kind}\nmetadata: {{name: orphan}}\nspec: {spec}\n");
        let checked = Checked::of(&World::new().callee("cart").with("catalog/orphan.yaml", &text));
        let message = format!("{kind} `orphan` has no owner");
        assert!(checked.said().contains(&("link/missing-owner", message.as_str())), "{:?}", checked.said());
    }
}

#[test]
fn a_former_name_is_free() {
    let checked = Checked::of(&World::new().callee("cart").service("basket", &[], "renamedFrom: cart"));
    assert_eq!(
        checked.only(),
        Told {
            rule: "link/renamed-from-exists",
            message: "Service `basket` was renamed from `cart`, which exists",
            at: ("catalog/service-basket.yaml", "cart"),
            label: "this name is taken",
            related: vec![("catalog/service-cart.yaml", "cart", "by this declaration")],
            help: vec!["delete the old declaration, or drop `renamedFrom`"],
        }
    );
    assert_eq!(Checked::of(&World::new().service("basket", &[], "renamedFrom: cart")).told(), []);
}

#[test]
fn a_former_name_is_that_of_one() {
    let world = World::new().service("basket", &[], "renamedFrom: cart").service("trolley", &[], "renamedFrom: cart");
    assert_eq!(
        Checked::of(&world).only(),
        Told {
            rule: "link/renamed-from-exists",
            message: "Service `basket` and `trolley` both say that they were renamed from `cart`",
            at: ("catalog/service-trolley.yaml", "cart"),
            label: "said again here",
            related: vec![("catalog/service-basket.yaml", "cart", "first said here")],
            help: vec!["drop `renamedFrom` from the one that has no data under the old name"],
        }
    );
    let world = World::new().callee("cart").declaring("Resource", "a", "{type: redis}").declaring(
        "Resource",
        "b",
        "{type: redis, renamedFrom: a}",
    );
    assert_eq!(
        Checked::of(&world).said(),
        [("link/renamed-from-exists", "Resource `b` was renamed from `a`, which exists")]
    );
}
