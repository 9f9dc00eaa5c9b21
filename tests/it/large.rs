//! A change of five hundred services at once, by the real pre-flight: its comment fits, and says what it leaves out.

use crate::process::pavior;
use crate::repository::Repository;

const SERVICES: usize = 500;

/// Base, or what the change makes of it: another image, variable, number of replicas or cache, in turn.
fn declaration(number: usize, changed: bool) -> String {
    let is = |kind: usize| changed && number % 4 == kind;
    let image = if is(0) { number + 2 } else { 1 };
    let limit = if is(1) { number + 100 } else { 1 };
    let most = if is(2) { 3 + number % 7 } else { 2 };
    let cache = if is(3) { "medium" } else { "small" };
    format!(
        "apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {{name: many-{number}, description: One of many, owner: \
         shopping}}\nspec:\n  tier: supporting\n  containers:\n    main:\n      image: ghcr.io/acme/many:v{image}\n      \
         variables: {{LIMIT: \"{limit}\", CACHE: \"${{resources.cache.host}}:${{resources.cache.port}}\"}}\n      \
         resources: {{requests: {{cpu: 50m, memory: 64Mi}}, limits: {{cpu: 100m, memory: 128Mi}}}}\n  resources: \
         {{cache: {{type: redis, class: {cache}}}}}\n  scaling: {{min: 1, max: {most}}}\n  environments: {{local: \
         {{enabled: false}}, staging: {{enabled: false}}, preview: {{enabled: false}}}}\n"
    )
}

fn write(repository: &Repository, changed: bool) {
    for number in 0..SERVICES {
        repository.write(&format!("catalog/many/many-{number}.yaml"), declaration(number, changed));
    }
    repository.commit().expect("git commits");
}

#[test]
fn five_hundred_changed_services_fit_one_comment() {
    let repository = Repository::shipped();
    write(&repository, false);
    write(&repository, true);
    let arguments = ["preflight", "--base", "HEAD~1", "--head", "HEAD", "--format", "markdown"].map(str::to_owned);
    let ended = pavior(&repository, &arguments, &[]);
    let text = ended.stdout;
    assert_eq!(ended.stderr, "");
    assert!(text.len() < 60_000, "{} bytes", text.len());
    let first = text.lines().next().unwrap_or_default();
    assert!(first.starts_with("### Pavior: ") && first.contains("500 units change"), "{first}");
    for more in [" units more", " lines more", " groups more", " and 499 more there"] {
        assert!(text.contains(more), "{more} is not in\n{text}");
    }
    let count = |mark: &str| text.lines().filter(|line| line.starts_with(mark)).count();
    assert!(count("<details") > 10, "{text}");
    assert_eq!(count("<details"), count("</details>"), "{text}");
    // What the folds show is what really changed, not the same thing 500 times.
    for field in ["image", "LIMIT", "maxReplicas", "node_type"] {
        assert!(text.contains(field), "{field} is not in\n{text}");
    }
}
