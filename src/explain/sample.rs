//! For tests: what set the fields of a small repository.

use crate::compile::compile_kept;
use crate::model::Findings;
use crate::provenance::Provenance;
use crate::read::Snapshot;

const ENVIRONMENT: &str = "apiVersion: pavior.dev/v1\nkind: Environment\nmetadata: {name: NAME, owner: shop}\n\
    spec: {class: development, provider: kubernetes, domain: a.example}\n";
const PLATFORM: &str =
    "apiVersion: pavior.dev/v1\nkind: Platform\nmetadata: {name: acme}\nspec: {organisation: acme, owners: [shop]}\n";
const REST: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec:\n  forgeTeam: \"@acme/shop\"\n  \
    members: [{login: ann}]\n---\n\
    apiVersion: pavior.dev/v1\nkind: Service\nmetadata: {name: cart, owner: shop}\nspec:\n  containers:\n    main:\n      \
    image: a.example/cart:v1\n      resources: {limits: {memory: 1Gi}}\n";

/// A service with one limit, in two environments.
pub fn units() -> Vec<Provenance> {
    let environment = |name: &str| ENVIRONMENT.replace("NAME", name);
    let texts = [("catalog/one.yaml", environment("one")), ("catalog/two.yaml", environment("two"))];
    let files = texts.iter().map(|(path, text)| (*path, text.as_str()));
    let snapshot = Snapshot::of(files.chain([("pavior.yaml", PLATFORM), ("catalog/rest.yaml", REST)]));
    let mut findings = Findings::default();
    let kept = compile_kept(snapshot, &mut findings, &(), |source, _| source.provenance()).unwrap();
    assert_eq!(findings.into_sorted().iter().map(|found| found.message.clone()).collect::<Vec<_>>(), [""; 0]);
    kept.1
}
