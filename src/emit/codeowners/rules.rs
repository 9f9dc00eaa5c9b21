//! What can be wrong with CODEOWNERS.

use crate::model::{Finding, Location, rules};

rules! {
    TOO_LARGE = "codeowners/too-large", Error,
        "CODEOWNERS is smaller than what GitHub ignores",
        r#"GitHub ignores a CODEOWNERS file of 3 MB or more: then no file has an owner, and nobody has to approve anything.

A folder whose files all have the same owners is one line, so give each team a folder of its own:

```
catalog/mixed/cart.yaml       # shopping's
catalog/mixed/payment.yaml    # payments': two lines
```

```
catalog/shopping/...          # one line
catalog/payments/...          # one line
```
"#;
}

pub fn too_large(bytes: usize, at: Location) -> Finding {
    Finding::new(&TOO_LARGE, at, format!("CODEOWNERS has {bytes} bytes, and GitHub ignores it from 3000000 on"))
        .help("give each team a folder of its own below catalog/: a folder of one owner is one line")
}
