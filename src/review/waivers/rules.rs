//! What can be wrong with waivers.

use crate::model::rules;

rules! {
    UNUSED = "waiver/unused", Warning,
    "Waivers waive something",
    "A waiver names the fingerprint of a finding that is not there: it was mended, its message changed, or the fingerprint \
was never right. Left in place it would silently excuse the same mistake when somebody makes it again.

Remove the `Waiver`. Findings of policies (`policy/...`) and warnings can be waived, no others. When the finding is still there, copy its fingerprint anew, from `help: fingerprint ...` or from \
`pavior check --format json`.";

    EXPIRED = "waiver/expired", Error,
    "Waivers end on their day",
    "`expires` was the last day on which the exception counted. The finding it excused counts again.

Mend what was excused and remove the waiver, or have its approver agree to a later day:

```yaml
spec:
  fingerprint: 5c3e0a9c1b7f2d48
  reason: the vendor's image has no digest until version 5
  approver: security
  expires: 2027-06-30
```

The day is that of the commit that is checked, or the one given by `--as-of`: never that of the machine.";

    NOT_WAIVABLE = "waiver/not-waivable", Error,
    "What the compiler refuses cannot be waived",
    "A waiver may excuse a finding of the organisation's policies (`policy/...`) and any warning. An error of Pavior's own \
means that a declaration has no meaning, that there is no room or no money for it, or that a secret is out: nothing that \
an exception would make better. Limits such as budgets have owners, who can raise them.

Mend the declaration and remove the waiver: `pavior rules <id>` says how.";
}
