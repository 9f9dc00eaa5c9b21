//! The declaration that the documentation shows: Pavior deploys itself by it.

use crate::process::pavior;
use crate::repository::Repository;

#[test]
fn the_service_in_the_documentation_compiles() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/serve.md")).unwrap();
    let (_, rest) = page.split_once("```yaml\n").unwrap();
    let (declarations, _) = rest.split_once("\n```").unwrap();
    let repository = Repository::shipped();
    repository.write("catalog/platform/pavior.yaml", declarations);
    let ended = pavior(&repository, &["compile", "--out", "$OUT"].map(str::to_owned), &[]);
    assert_eq!(ended.exit_code, "0\n", "{}{}", ended.stdout, ended.stderr);
    let compiled = repository.compiled_files();
    let manifests: String =
        compiled.iter().filter(|(path, _)| path.contains("pavior")).map(|(_, text)| &**text).collect();
    for expected in ["--sweep-every", "/webhook", "runAsNonRoot: true", "140.82.112.0/20", "mountPath: /tmp"] {
        assert!(manifests.contains(expected), "{expected}");
    }
}
