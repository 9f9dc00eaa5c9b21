//! What can be wrong with the organisation's policies themselves.

use crate::model::rules;

rules! {
    SYNTAX = "policy/syntax", Error,
    "Policies are Rego v1 that compiles",
    "A file below `policies/` is not Rego v1, or names something that does not exist. The others are evaluated all the \
same; this one is not, so that nobody may rely on it.

Rego v1 writes `if` before a body and `contains` for a set:

```rego
package pavior.images

deny contains msg if {
    some container in input.containers
    endswith(container.image, \":latest\")
    msg := \"the tag latest means something else every day\"
}
```

Wrong: `deny[msg] { ... }`, which is Rego v0. `opa fmt --v0-v1 -w policies` rewrites it.";

    METADATA = "policy/metadata", Error,
    "METADATA annotations of policies say what is known",
    "The comment block that begins with `# METADATA` stands right above a rule or above `package`, and is YAML:

```rego
# METADATA
# title: Images are pinned by digest
# description: A tag may be moved to another image, a digest may not.
# related_resources:
# - ref: https://kubernetes.io/docs/concepts/containers/images/
# custom:
#   id: pinned
#   severity: warning
#   owners: [security]
#   approvals: 1
#   help: write the image with its digest
deny contains msg if ...
```

`severity` is `error` or `warning`; `owners` are teams of the catalog, `approvals` how many of their people have to \
approve what the rule finds. `id` ends the rule's id; it is needed where a package has several rules. Fields that are \
nobody's slip of the keyboard are left to other tools.";

    REFUSED = "policy/refused", Error,
    "Policies use no clock, chance, network or environment",
    "The same input has to give the same verdict, on every machine and on every day. So a policy cannot call \
`time.now_ns`, `rand.intn`, `uuid.rfc4122`, `http.send`, `net.*` or `opa.runtime`; nor `print` and `trace`, which would \
carry the input into logs; nor `numbers.range`, which makes a list as long as it is told.

Right: `input.environment.class == \"production\"`. Wrong: `http.send({\"url\": ...})`.

Tests (`*_test.rego`) may print.";

    NESTING = "policy/nesting", Error,
    "Expressions of policies are nested at most 16 deep",
    "Every further level of `[`, `{` and `(` doubles the time that reading a policy may take, so that a line of brackets \
would hold up everybody's checks. No policy that a person can read comes near the limit.

Name the parts: instead of `[[[[...]]]]` write `inner := [...]` and use `inner`.";

    RECURSION = "policy/recursion", Error,
    "Rules of policies do not need themselves",
    "A rule or a function that refers to itself, directly or through others, need not end. OPA refuses it, too. Chains of \
more than 64 rules are refused because each link takes room on the stack, and so are chains that put a value together with itself (`x1 := [x0, x0]`, `x2 := \
[x1, x1]`, ...), because comparing the last would never end.

Walk over what is nested with `walk(input.manifests, [path, value])` instead of a function that calls itself.";

    EVALUATION = "policy/evaluation", Error,
    "Policies can be evaluated",
    "A rule stopped with an error instead of a result, mostly because two definitions of one value gave different \
results. What it would have said of this unit is not known, so it counts as a finding.

```rego
limit := 1 if input.unit.tier == \"critical\"
limit := 2 if input.environment.class == \"production\"
```

Both may hold; write `else := 2` for the second. The message shows no value of the input.";

    LIMIT = "policy/limit", Error,
    "Policies end",
    "Evaluating one rule on one unit may take a fixed number of steps and make a fixed amount of text. A rule that needs \
more is stopped, and what it would have said is not known, so it counts as a finding. The limits are the same on every \
machine; they are hundreds of times what the shipped policies need.

Mostly two loops run over the same list where one lookup would do: index the list by an object comprehension \
(`by_name := {o.name: o | some o in input.resources}`) and look up `by_name[name]`.";

    SHAPE = "policy/shape", Error,
    "Rules of policies say what they found, and where",
    "`deny` and `warn` are sets (`deny contains ...`) of messages or of objects with a message:

```rego
deny contains \"public services need an SLO\" if ...
deny contains {\"msg\": \"...\", \"field\": \"spec.slo\"} if ...
deny contains {\"msg\": \"...\", \"object\": \"manifests/Deployment/cart\", \"field\": \"spec.replicas\"} if ...
```

`msg` is one line of text. `field` is a path in the declaration, or, with `object`, in a compiled object: \
`manifests/<kind>/<name>` or `terraform/<module>`. Anything else cannot be shown to the one who has to mend it.

Wrong: `deny if ...`, `deny := ...`, `deny contains 1`.";

    PACKAGE = "policy/package", Error,
    "Policies live in packages below `pavior`",
    "Pavior asks the rules `deny` and `warn` of packages `pavior.<set>.<check>`. A policy in another package would never \
be asked, and everybody would believe that it was.

```rego
package pavior.security.images
```

Files with functions for others need no `deny` or `warn`, but live below `pavior`, too. Two rules of one package need \
different `custom.id` in their annotations.";

    UNKNOWN_OWNER = "policy/unknown-owner", Error,
    "Policies are owned by teams of the catalog",
    "`owners` of a policy set in `pavior.yaml`, or in an annotation, must be names of teams, because they are asked to \
approve. Declare the team in `catalog/teams/`, or correct the name.

```yaml
policies:
- {path: policies/security, owners: [platform], approvals: 1}
```";

    UNKNOWN_SET = "policy/unknown-set", Error,
    "Policy sets of `pavior.yaml` exist",
    "`spec.policies[].path` names a folder or a file below `policies/` in which there is no policy: its owners, approvals \
and ceiling would count for nothing.

```yaml
policies:
- path: policies/security
```";
}
