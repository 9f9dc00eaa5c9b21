//! The rules of Score files, and the sentences that their findings say.

use crate::model::{Finding, Location, Span, listed, nearest, rules};

rules! {
    VERSION = "score/version", Error,
    "A Score file is of version `score.dev/v1b1`",
r"Pavior reads the Score specification v1b1, the only version that there is so far.

Wrong: `apiVersion: score.dev/v1`

Right: `apiVersion: score.dev/v1b1`";

    SERVICE = "score/no-service", Error,
    "A Score file is the workload of a `Service`",
r"A Score file says what runs. Who answers for it, how much hurts when it is down and in which environments it runs stands
in a `Service`, which names the file by `spec.score`. `pavior import score <path> --owner <team>` writes one.

Wrong: `catalog/shop/score.yaml` alone.

Right, in `catalog/shop/service.yaml`:
```yaml
apiVersion: pavior.dev/v1
kind: Service
metadata:
  name: shop
  owner: shopping
spec:
  score: ./score.yaml
```";

    FILE = "score/file", Error,
    "`spec.score` names a Score file below `catalog/`",
r"The path is relative to the file that it is written in. Only files below `catalog/` are read.

Wrong: `score: ../../src/shop/score.yaml`

Right: `score: ./score.yaml`";

    BOTH = "score/both", Error,
    "A service takes its workload from a Score file or has its own, not both",
r"`spec.score` stands in place of `containers`, `service` and `resources`. With both, nobody could say which counts.

To mend it, move the fields into the Score file, or remove `score`. What differs by environment stays in
`environments`.

Wrong: `spec: {score: ./score.yaml, resources: {db: {type: postgres}}}`

Right: `spec: {score: ./score.yaml}`";

    NAME = "score/name", Error,
    "A Score file and its service have the same name",
r"`${metadata.name}` in the Score file is the name of the service; another one in the file itself would be wrong in one
of the two places.

Wrong: `metadata: {name: shop-app}` in the Score file of the service `shop`

Right: `metadata: {name: shop}`";

    TARGET = "score/target", Error,
    "Files and volumes in the older list form each have a `target` of their own",
r"In the list form of Score, `target` says where a file or volume is mounted. The newer form is a map by target, in which
none can be missing or there twice.

Wrong: `files: [{content: x}]`

Right: `files: {/etc/app.conf: {content: x}}`";

    SOURCE = "score/source", Error,
    "The source of a file is a text file below `catalog/`",
r"`files.<path>.source` is read from the repository, relative to the Score file, so that every machine compiles the same.
It stands below `catalog/`, is no symbolic link, has at most 1 MiB and is UTF-8 without hidden characters. Bytes that
are no text go into `binaryContent`. With `source`, there is neither `content` nor `binaryContent`.

Wrong: `files: {/etc/app.conf: {source: /home/me/app.conf}}`

Right: `files: {/etc/app.conf: {source: ./app.conf}}`";

    METADATA = "score/metadata", Error,
    "`${metadata...}` names something that the Score file's metadata has",
r"The values are taken from `metadata` of the same file. A dot inside of a name is written `\.`.

Wrong: `${metadata.annotations.example.com/team}`

Right: `${metadata.annotations.example\.com/team}`";

    DOLLAR = "score/dollar", Error,
    "No literal `$` stands directly before a placeholder",
r"`$$` is a literal `$` in a Score file, and `$${` a literal `${`. A `$` and then the value of a placeholder cannot be
told from that in a declaration.

Wrong: `$$${resources.price.amount}`

Right: put another character between them, or the `$` into the program.";

    SEVERAL = "score/several", Error,
    "A file holds one Score workload",
r"A `Service` names a file, so each workload has one of its own.

Wrong: two documents with `apiVersion: score.dev/v1b1` in `score.yaml`

Right: `catalog/shop/score.yaml` and `catalog/cart/score.yaml`";
}

pub fn version(written: Option<&str>, at: Location, span: Option<Span>) -> Finding {
    let message = match written {
        Some(written) => format!("`apiVersion` is `{written}`, the only version of Score is `score.dev/v1b1`"),
        None => "the Score file has no `apiVersion`".to_owned(),
    };
    let finding =
        Finding::new(&VERSION, at, message).label("not a version of Score").help("write `apiVersion: score.dev/v1b1`");
    match span {
        Some(span) => finding.fix(span, "score.dev/v1b1"),
        None => finding,
    }
}

pub fn no_service(file: &str, lines: &str, at: Location) -> Finding {
    let finding = Finding::new(&SERVICE, at, format!("no service names `{file}`, so nothing of it runs"))
        .label("a workload without a service")
        .help(format!(
            "`pavior import score {file} --owner <team>` writes one; by hand, these lines in a file beside it:"
        ));
    lines.lines().fold(finding, Finding::help)
}

pub fn no_file<'a>(written: &str, at: Location, files: impl IntoIterator<Item = &'a str>) -> Finding {
    let finding = Finding::new(&FILE, at, format!("`spec.score` is `{written}`, which is no file below `catalog/`"))
        .label("no such file");
    match nearest(written.trim_start_matches("./"), files) {
        Some(near) => finding.help(format!("did you mean `{near}`? the path is relative to this file")),
        None => finding.help("write its path relative to this file, such as `./score.yaml`"),
    }
}

pub fn not_score(written: &str, at: Location) -> Finding {
    Finding::new(&FILE, at, format!("`{written}` holds no Score workload"))
        .label("this file")
        .help("a Score file begins with `apiVersion: score.dev/v1b1`")
}

pub fn both(field: &str, at: Location, score: Location) -> Finding {
    Finding::new(&BOTH, at, format!("the workload is taken from a Score file, and `{field}` is here, too"))
        .label("counts for nothing")
        .related(score, "the workload stands there")
        .help(format!("move `{field}` into the Score file, or remove `score`"))
}

pub fn another_name(written: &str, service: &str, at: Location, span: Span, service_at: Location) -> Finding {
    Finding::new(&NAME, at, format!("the Score file is called `{written}`, its service `{service}`"))
        .label("another name")
        .related(service_at, "the service")
        .help(format!("write `{service}`"))
        .fix(span, service)
}

pub fn no_target(field: &str, at: Location) -> Finding {
    Finding::new(&TARGET, at, format!("an entry of `{field}` has no `target`"))
        .label("mounted nowhere")
        .help("add `target:` with an absolute path")
}

pub fn same_target(path: &str, at: Location, first: Location) -> Finding {
    Finding::new(&TARGET, at, format!("`{path}` is mounted twice"))
        .label("the second one")
        .related(first, "the first one")
        .help("remove one, or mount it elsewhere")
}

pub fn no_source(written: &str, at: Location) -> Finding {
    Finding::new(&SOURCE, at, format!("`{written}` is no text file below `catalog/` that can be read"))
        .label("no such source")
        .help("write its path relative to this file, such as `./app.conf`; bytes that are no text go into `binaryContent`")
}

pub fn source_and_content(other: &str, at: Location, first: Location) -> Finding {
    Finding::new(&SOURCE, at, format!("a file has a `source` and a `{other}`"))
        .label("one of them is too many")
        .related(first, "its content comes from here")
        .help("keep one of them")
}

pub fn unknown_metadata<'a>(path: &str, at: Location, known: impl IntoIterator<Item = &'a str> + Clone) -> Finding {
    let finding = Finding::new(&METADATA, at, format!("`${{metadata.{path}}}` is not in the metadata of this file"))
        .label("not there");
    let finding = match nearest(path, known.clone()) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    };
    finding.help(format!("there is {}; a dot inside of a name is written `\\.`", listed(known, 10)))
}

pub fn dollar(at: Location) -> Finding {
    Finding::new(&DOLLAR, at, "a literal `$` stands directly before a placeholder")
        .label("here")
        .help("put another character between them")
}

pub fn several(at: Location, first: Location) -> Finding {
    Finding::new(&SEVERAL, at, "a second Score workload in one file")
        .label("the second one")
        .related(first, "the first one")
        .help("move it to a file of its own")
}
