//! What can be wrong with environments that Argo CD or Flux delivers.

use crate::model::{Finding, Location, rules};

rules! {
    NO_REPOSITORY = "engines/no-repository", Error,
        "An engine is told from which repository it delivers",
        r#"Argo CD and Flux read what is rendered from a branch of a repository, and its address stands in the objects that tell
them so. Where `pavior.yaml` names no forge, there is none to write.

```yaml
spec: {organisation: acme, owners: [platform]}                                                     # wrong
```

```yaml
spec: {organisation: acme, owners: [platform], forge: {kind: github, repository: acme/platform}}   # right
```
"#;
}

pub fn no_repository(environment: &str, at: Location) -> Finding {
    Finding::new(
        &NO_REPOSITORY,
        at,
        format!("environment {environment} is delivered from a repository, and `pavior.yaml` names none"),
    )
    .label("the engine reads a branch of it")
    .help("add `forge: {kind: github, repository: <owner>/<name>}` to `pavior.yaml`")
}
