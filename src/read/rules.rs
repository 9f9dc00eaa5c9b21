//! The rules of load and parse.

use crate::model::rules;

rules! {
    SYMBOLIC_LINK = "load/symbolic-link", Error,
    "What Pavior reads is a file or a folder, not a symbolic link",
r"A symbolic link can lead out of the repository, to a file that no reviewer saw, and it can lead elsewhere tomorrow.
Pavior therefore never follows one, and never shows where it leads.

To mend it, put the file itself where the link is. To share one definition among services, declare a `Resource`.

Wrong: `catalog/shopping/cart.yaml -> ../../legacy/cart.yaml`

Right: `catalog/shopping/cart.yaml`, a file.";

    SUBMODULE = "load/submodule", Error,
    "The folders that Pavior reads hold no git submodules",
r"A submodule is a pointer to a commit of another repository. Its files are not part of the revision that is reviewed,
so what they declare could not be reproduced from this repository alone.

To mend it, copy the files into this repository, or keep the submodule outside `catalog/`, `golden-paths/` and
`policies/`.

Wrong: `catalog/shared` is a submodule.

Right: `catalog/shared/` is a folder of this repository.";

    SPECIAL_FILE = "load/special-file", Error,
    "The folders that Pavior reads hold no pipes, sockets or devices",
r"Reading a pipe or a device can wait for ever, or never end. Git cannot store one, so it is there by accident.

To mend it, remove it.

Wrong: `mkfifo catalog/cart.yaml`

Right: `catalog/cart.yaml`, a file.";

    PATH = "load/path", Error,
    "A path names one file on every platform",
r"A repository is read on Linux, macOS and Windows. A name that one of them refuses, gives to a device (`nul.yaml`,
`COM1`), trims (`a.`), splits (`a\b`, `a:b`) or shows differently from what it is (hidden characters) would mean
different files to different people. Folders may be nested 32 deep; a path may have 1,024 bytes.

To mend it, rename the file with letters, digits, `-`, `_` and single dots.

Wrong: `catalog/aux.yaml`, `catalog/a:b.yaml`

Right: `catalog/auxiliary.yaml`, `catalog/a-b.yaml`";

    MISNAMED = "load/misnamed", Error,
    "Extensions are in lower case",
r"Pavior reads `.yaml`, `.yml`, `.tf` and `.rego`. A file that ends in `.YAML` would be passed over without a word, and
what it declares would look deleted.

To mend it, rename the file.

Wrong: `catalog/Cart.YAML`

Right: `catalog/cart.yaml`";

    NAME_COLLISION = "load/name-collision", Error,
    "No two paths differ only in case or in how accents are encoded",
r"macOS and Windows take `Cart.yaml` and `cart.yaml` for one file, and macOS takes both encodings of `é` for one. A
checkout there keeps only one of the two, so half of what was declared would be missing without a word.

To mend it, rename one of them.

Wrong: `catalog/Cart.yaml` beside `catalog/cart.yaml`

Right: `catalog/cart.yaml` beside `catalog/cart-legacy.yaml`";

    FILE_TOO_LARGE = "load/file-too-large", Error,
    "A file has 1 MiB at most",
r"A declaration has a few hundred bytes. A file of more than 1 MiB is generated, or hostile, and would make every run of
everybody slower. It is refused by its size, before it is read.

To mend it, split it: one service to a file is a good measure.

Wrong: `catalog/everything.yaml` with 2 MiB

Right: `catalog/shopping/cart.yaml`, `catalog/shopping/checkout.yaml`, ...";

    TOO_MANY_FILES = "load/too-many-files", Error,
    "The folders that Pavior reads hold 100,000 files and folders at most",
r"So that a run is bounded in time whatever a pull request adds. A run over the limit reads nothing: a part of a catalog
must never be taken for the whole, because what is missing would look deleted.

To mend it, move what is no declaration out of `catalog/`, `golden-paths/` and `policies/`.

Wrong: `catalog/node_modules/...`

Right: only declarations below `catalog/`";

    TOO_MANY_BYTES = "load/too-many-bytes", Error,
    "All files that Pavior reads have 256 MiB at most together",
r"So that a run is bounded in memory whatever a pull request adds. A run over the limit reads nothing: a part of a
catalog must never be taken for the whole, because what is missing would look deleted.

To mend it, remove generated files from `catalog/`, `golden-paths/` and `policies/`.

Wrong: a rendered copy of every manifest below `catalog/`

Right: only declarations below `catalog/`; what Pavior renders goes elsewhere";

    NOT_UTF8 = "load/not-utf8", Error,
    "A file is text in UTF-8",
r"Bytes in another encoding (Latin-1, UTF-16), overlong forms and surrogates read as different text in different tools.
Guessing would change what was declared.

To mend it, save the file as UTF-8, or convert it: `iconv -f latin1 -t utf-8 old.yaml > new.yaml`. A byte order mark at
the very start is accepted.

Wrong: `description: Caf\xe9` (Latin-1)

Right: `description: Café` (UTF-8: `c3 a9`)";

    NUL = "load/nul", Error,
    "A file holds no NUL byte",
r"Some readers stop at a NUL byte, others skip it: what stands behind it would be declared for one and not for the other.

To mend it, remove the byte. A file full of them is UTF-16 or no text at all.

Wrong: `name: cart\0`

Right: `name: cart`";

    LINE_BREAK = "load/line-break", Error,
    "Lines end with LF or CRLF",
r"CR alone, NEL (U+0085) and the Unicode separators (U+2028, U+2029) end a line for some readers and not for others, so
that a comment of one is a declaration of the other. LF and CRLF are both fine and mean the same.

To mend it, let the editor convert line endings to LF.

Wrong: `# a comment<CR>privileged: true`

Right: `# a comment` and `privileged: true` on lines that end with LF";

    HIDDEN_CHARACTER = "load/hidden-character", Error,
    "A file holds no characters that cannot be seen",
r"Bidirectional controls change the order in which text is shown, zero-width and tag characters are not shown at all, and
other control characters steer terminals. With them a reviewer approves something other than what is there. They are
refused everywhere, in comments too, and named by their number, never shown.

To mend it, delete the character; retyping the word is the quickest way. Accents, other alphabets and simple emoji
are fine in descriptions.

Wrong: `name: pay<U+200B>ments`

Right: `name: payments`";

    EMPTY_CATALOG = "load/empty-catalog", Warning,
    "The folder `catalog/` declares something",
r"An empty catalog is what a failed or sparse checkout looks like. It is never read as `delete everything`: nothing that
runs is removed because of it.

To mend it, write the first declaration, or check out the whole repository.

Wrong: `catalog/` without any `.yaml` file

Right: `catalog/teams/platform.yaml`";

    SYNTAX = "yaml/syntax", Error,
    "A file is well-formed YAML",
r"What comes behind a mistake of syntax cannot be understood with certainty, so nothing in the rest of that file is used.
Other files are checked all the same.

To mend it, look at the place that is shown and at the line above it: a missing bracket or quote is often there.
Indentation is made of spaces; a text that holds `: ` or ` #`, or starts with one of `@ & * ! % { [ >` or a backtick,
stands in quotes.

Wrong: `description: note: all of it`

Right: `description: 'note: all of it'`";

    ANCHOR = "yaml/anchor", Error,
    "A file uses no anchors, aliases or merge keys",
r"`&anchor`, `*alias` and `<<: *alias` let a few lines stand for gigabytes, let one line change meaning far away, and are
read differently by different tools (what `<<` does twice, or whether it exists at all). A reviewer should see a value
where it holds.

To mend it, write the values out. What several services share is a `Resource`, a default of the platform, or a class
of a resource type.

Wrong: `limits: &small {cpu: 100m}` and `limits: *small`

Right: `limits: {cpu: 100m}` in both places";

    DUPLICATE_KEY = "yaml/duplicate-key", Error,
    "A key stands once in a mapping",
r"Of two equal keys some readers take the first, some the last: `privileged: false` at the top can be undone forty lines
below. Both places are shown.

To mend it, remove one of them, or merge their values.

Wrong: `{cpu: 100m, memory: 64Mi, cpu: 200m}`

Right: `{cpu: 200m, memory: 64Mi}`";

    KEY_NOT_TEXT = "yaml/key-not-text", Error,
    "A key is text",
r"Keys that are numbers, booleans, null, lists or mappings have no meaning in JSON, Kubernetes or Terraform, and are
converted differently by each tool: `7.10` becomes `7.1`.

To mend it, quote the key, or give the mapping a name.

Wrong: `8080: web`, `[a, b]: c`

Right: `'8080': web`";

    TAG = "yaml/tag", Error,
    "A file uses no tags",
r"Tags such as `!!python/object`, `!include` or `!!binary` ask the reader to run, read or decode something. Pavior does
none of that, and every value already has the type it is written as.

To mend it, remove the tag. Quotes make a value text: `'1.10'` instead of `!!str 1.10`.

Wrong: `replicas: !!int '3'`

Right: `replicas: 3`";

    DIRECTIVE = "yaml/directive", Error,
    "A file uses no YAML directives",
r"`%YAML` and `%TAG` change how the rest of the file is to be read, and few readers heed them. Pavior reads YAML 1.2.

To mend it, delete the line that starts with `%`.

Wrong: `%YAML 1.1` and `---` above the declaration

Right: the declaration alone";

    AMBIGUOUS_SCALAR = "yaml/ambiguous-scalar", Error,
    "A bare word or number means the same to every reader",
r"`no` is text in YAML 1.2 and `false` in YAML 1.1; `010` is ten or eight; `12:30` is text or 750; `1e3` is a number or
text; `1_000` is text or a thousand; a number of twenty digits is rounded. Between an editor, Pavior, Helm, kubectl and
Terraform some will read it one way and some the other. Such values are refused when they stand bare, as keys too.

To mend it, quote it when it is text. When a number is meant, write plain digits; for a boolean write `true` or `false`.

Wrong: `country: no`, `version: 1e3`, `mode: 0644`, `debug: on`

Right: `country: 'no'`, `limit: 1000`, `mode: '0644'`, `debug: true`";

    TOO_DEEP = "yaml/too-deep", Error,
    "Mappings and lists are nested 64 deep at most",
r"No declaration needs more than a dozen levels. Thousands of them exhaust the memory or the stack of YAML readers, which
is what files with so many are made for.

To mend it, flatten the value.

Wrong: `[[[[[[ ... ]]]]]]` with 65 brackets

Right: at most 64 levels";

    TOO_BIG = "yaml/too-big", Error,
    "Values, keys and documents keep within their limits",
r"A file has 100,000 values in 256 documents at most, a mapping 10,000 keys, a text 256 KiB, a key 1 KiB. What exceeds them is generated,
or hostile, and nothing that Pavior produces could hold it.

To mend it, split the file, or move large content out of the declaration.

Wrong: `CA_BUNDLE: -----BEGIN CERTIFICATE----- ...` with 300 KiB of certificates

Right: `CA_BUNDLE: /etc/ssl/bundle.pem`, where the image or a volume has the file";

    ESCAPED_CHARACTER = "yaml/hidden-character", Error,
    "No escape in a quoted text makes a character that cannot be seen",
r"`\0`, `\x1b`, `\u202e` and the like put into a value what may not stand in the file itself: characters that end texts,
steer terminals or change the order in which text is shown. `\n` and `\t` are fine.

To mend it, remove the escape.

Wrong: `name: 'cart\u202e'` in double quotes

Right: `name: cart`";

    EMPTY_DOCUMENT = "yaml/empty-document", Warning,
    "A file declares something",
r"A file that is empty, holds only comments, or has nothing between two `---` is often a mistake of an editor or a merge.
It is never read as a wish to delete anything.

To mend it, write the declaration or delete the file.

Wrong: an empty `catalog/shopping/cart.yaml`

Right: no such file, or one that declares a service";

    TOO_MANY_MISTAKES = "yaml/too-many-mistakes", Error,
    "Mistakes of one file are reported up to a hundred",
r"A file with more than a hundred mistakes of form is likely no declaration at all, and a longer report helps nobody.

To mend it, mend the ones that are shown and run the check again.

Wrong: a file with two hundred bare `no`

Right: the same file with `'no'`";
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_rule_says_why_and_how() {
        let ids: BTreeSet<_> = ALL.iter().map(|rule| rule.id).collect();
        assert_eq!(ids.len(), ALL.len());
        for rule in ALL {
            assert!(rule.id.starts_with("load/") || rule.id.starts_with("yaml/"), "{}", rule.id);
            for part in ["To mend it", "Wrong:", "Right:"] {
                assert!(rule.explanation.contains(part), "{} lacks {part}", rule.id);
            }
        }
    }
}
