//! What parsing says about values and keys. Hidden characters are named, never shown.

use super::scalar::Ambiguity;
use super::{MAX_DEPTH, MAX_DOCUMENTS, MAX_KEY_BYTES, MAX_KEYS, MAX_MISTAKES, MAX_NODES, MAX_SCALAR_BYTES};
use crate::model::{Finding, Location, Span};
use crate::read::load::{named, visible};
use crate::read::rules;

pub(super) fn ambiguous(at: Location, span: Span, text: &str, why: Ambiguity) -> Finding {
    let (readings, meant) = match why {
        Ambiguity::Boolean => {
            ("is text to some readers and a boolean to others", "for a boolean write `true` or `false`")
        }
        Ambiguity::LeadingZero => (
            "is a decimal number to some readers and an octal one to others",
            "for a number leave out the leading zeros",
        ),
        Ambiguity::Radix => ("is text to some readers and a number to others", "for a number write its decimal digits"),
        Ambiguity::Underscore => {
            ("is text to some readers and a number to others", "for a number leave out the underscores")
        }
        Ambiguity::Sexagesimal => (
            "is text to some readers and a number to the base of sixty to others",
            "for a number write its decimal digits",
        ),
        Ambiguity::Exponent => {
            ("is text to some readers and a number to others", "for a number write it without an exponent")
        }
        Ambiguity::NotFinite => ("is text to some readers and a number to others", "no setting takes such a number"),
        Ambiguity::NoWhole => {
            ("is text to some readers and a number to others", "for a number write a digit before the dot")
        }
        Ambiguity::ValueKey => ("is text to some readers and a mistake to others", "it means nothing else"),
        Ambiguity::TooLarge => {
            ("is too large a number: readers round it, each in its own way", "a number has 64 bits at most")
        }
        Ambiguity::TooPrecise => ("has more digits than readers keep of a number", "a number has 15 digits at most"),
    };
    Finding::new(&rules::AMBIGUOUS_SCALAR, at, format!("bare `{}` {readings}", visible(text)))
        .label("means different things to different readers")
        .help(format!("for text quote it: `\"{}\"`; {meant}", visible(text)))
        .fix(span, format!("\"{text}\""))
}

pub(super) fn scalar_key(at: Location, span: Span, text: &str) -> Finding {
    Finding::new(&rules::KEY_NOT_TEXT, at, format!("the key `{}` is not text", visible(text)))
        .label("a number, boolean or null")
        .help(format!("quote it: `\"{}\"`", visible(text)))
        .fix(span, format!("\"{text}\""))
}

pub(super) fn missing_key(at: Location) -> Finding {
    Finding::new(&rules::KEY_NOT_TEXT, at, "a value has no key").label("nothing stands before the `:`").help("name it")
}

pub(super) fn collection_key(at: Location) -> Finding {
    Finding::new(&rules::KEY_NOT_TEXT, at, "a key is a list or a mapping, not text")
        .label("used as a key")
        .help("quote it if text is meant, as for a `{{placeholder}}`; otherwise name the key")
}

pub(super) fn duplicate_key(at: Location, key: &str, first: Location) -> Finding {
    let message = format!("key `{}` stands twice in one mapping, first on line {}", visible(key), first.start.line);
    Finding::new(&rules::DUPLICATE_KEY, at, message)
        .label("again here")
        .related(first, "first here")
        .help("remove one of the two, or merge their values")
}

pub(super) fn anchor(at: Location) -> Finding {
    Finding::new(&rules::ANCHOR, at, "anchors are not used in declarations")
        .label("an anchor; a text that starts with `&` needs quotes")
        .help("remove it, and write the value out where its alias stands")
}

pub(super) fn alias(at: Location) -> Finding {
    Finding::new(&rules::ANCHOR, at, "aliases are not used in declarations")
        .label("an alias; a text that starts with `*` needs quotes")
        .help("write the value out here, so that a reviewer sees it where it holds")
}

pub(super) fn merge_key(at: Location) -> Finding {
    Finding::new(&rules::ANCHOR, at, "merge keys are not used in declarations")
        .label("merges another mapping into this one")
        .help("write the keys of the other mapping out here")
}

pub(super) fn tag(at: Location) -> Finding {
    Finding::new(&rules::TAG, at, "tags are not used in declarations")
        .label("a tag; a text that starts with `!` needs quotes")
        .help("remove it; put quotes around the value if it is text")
}

pub(super) fn hidden_character(at: Location, c: char) -> Finding {
    Finding::new(&rules::ESCAPED_CHARACTER, at, format!("a text holds {}", named(c)))
        .label(format!("U+{:04X}", u32::from(c)))
        .help("remove the escape or the character; only `\\n` and `\\t` may stand in a text")
}

pub(super) fn too_deep(at: Location) -> Finding {
    Finding::new(&rules::TOO_DEEP, at, format!("mappings and lists are nested more than {MAX_DEPTH} deep"))
        .label("one level too many")
        .help("flatten the value")
}

pub(super) fn too_many_nodes(at: Location) -> Finding {
    Finding::new(&rules::TOO_BIG, at, format!("a file holds more than {MAX_NODES} values"))
        .label("one value too many")
        .help("split the file")
}

pub(super) fn too_many_documents(at: Location) -> Finding {
    Finding::new(&rules::TOO_BIG, at, format!("a file holds more than {MAX_DOCUMENTS} documents"))
        .label("one document too many")
        .help("split the file")
}

pub(super) fn too_many_keys(at: Location) -> Finding {
    Finding::new(&rules::TOO_BIG, at, format!("a mapping has more than {MAX_KEYS} keys"))
        .label("one key too many")
        .help("split the mapping")
}

pub(super) fn scalar_too_big(at: Location) -> Finding {
    Finding::new(&rules::TOO_BIG, at, format!("a text is longer than {} KiB", MAX_SCALAR_BYTES >> 10))
        .label("too long")
        .help("keep large content outside of declarations and refer to it")
}

pub(super) fn key_too_big(at: Location) -> Finding {
    Finding::new(&rules::TOO_BIG, at, format!("a key is longer than {MAX_KEY_BYTES} bytes"))
        .label("too long")
        .help("shorten it")
}

pub(super) fn empty_file(at: Location) -> Finding {
    let message = format!("{} declares nothing", at.path);
    Finding::new(&rules::EMPTY_DOCUMENT, at, message).help("write the declaration, or delete the file")
}

pub(super) fn empty_document(at: Location) -> Finding {
    Finding::new(&rules::EMPTY_DOCUMENT, at, "a document is empty")
        .label("nothing is declared here")
        .help("write the declaration, or remove the `---` that announces it")
}

pub(super) fn too_many_mistakes(at: Location) -> Finding {
    let message = format!("{} has {MAX_MISTAKES} mistakes or more; the rest of it was not read", at.path);
    Finding::new(&rules::TOO_MANY_MISTAKES, at, message).help("mend these and run the check again")
}
