//! What loading says. A refused file's content, and where a link leads, are never shown.

use super::characters::{named, visible};
use super::{MAX_ENTRIES, MAX_FILE_BYTES, MAX_TOTAL_BYTES};
use crate::model::{Finding, Location, RepoPath, Span};
use crate::read::rules;
use std::str::Utf8Error;

pub(super) fn symbolic_link(path: RepoPath) -> Finding {
    let message = format!("{path} is a symbolic link, which Pavior never follows");
    Finding::new(&rules::SYMBOLIC_LINK, Location::file(path), message)
        .help("replace it by the file or folder itself; a declaration lives where it is read")
}

pub(super) fn submodule(path: RepoPath) -> Finding {
    let message = format!("{path} is a git submodule, whose files this repository does not hold");
    Finding::new(&rules::SUBMODULE, Location::file(path), message)
        .help("copy its files into this repository, or move the submodule out of the folders that Pavior reads")
}

pub(super) fn special_file(path: RepoPath) -> Finding {
    let message = format!("{path} is a pipe, socket or device, not a file");
    Finding::new(&rules::SPECIAL_FILE, Location::file(path), message).help("remove it")
}

pub(super) fn file_too_large(path: RepoPath) -> Finding {
    let message = format!("{path} is larger than {} KiB, the most that is read of one file", MAX_FILE_BYTES >> 10);
    Finding::new(&rules::FILE_TOO_LARGE, Location::file(path), message).help("split it into several files")
}

pub(super) fn too_many_files() -> Finding {
    let message = format!("the folders that Pavior reads hold more than {MAX_ENTRIES} files and folders");
    Finding::new(&rules::TOO_MANY_FILES, Location::file(RepoPath::literal("catalog")), message)
        .help("move what is no declaration out of catalog/, golden-paths/ and policies/")
}

pub(super) fn too_many_bytes(path: RepoPath) -> Finding {
    let message = format!("with {path}, the files that Pavior reads exceed {} MiB in all", MAX_TOTAL_BYTES >> 20);
    Finding::new(&rules::TOO_MANY_BYTES, Location::file(path), message)
        .help("look for generated files that were committed by mistake")
}

pub(super) fn empty_catalog() -> Finding {
    Finding::new(&rules::EMPTY_CATALOG, Location::file(RepoPath::literal("catalog")), "catalog/ declares nothing")
        .label("no .yaml or .yml file below it")
        .help("write the first declaration, for example catalog/teams/platform.yaml; nothing that runs is removed")
}

pub(super) fn misnamed(path: RepoPath) -> Finding {
    let message = format!("{path} is not read, because its extension is not in lower case");
    Finding::new(&rules::MISNAMED, Location::file(path), message).help("rename it if it is to be read")
}

pub(super) fn name_collision(path: RepoPath, first: RepoPath) -> Finding {
    let message = format!("{path} and {first} are the same name where case or accents are not told apart");
    Finding::new(&rules::NAME_COLLISION, Location::file(path), message)
        .related(Location::file(first), "the other one")
        .help("rename one of them: macOS and Windows keep only one of the two")
}

pub(super) fn path_not_utf8(folder: &str, name: &[u8]) -> Finding {
    let shown = String::from_utf8_lossy(name);
    path_finding(folder, format!("the name `{}` in {} is not UTF-8", visible(&shown), place(folder)))
}

pub(super) fn path_hidden(folder: &str, name: &str, c: char) -> Finding {
    path_finding(folder, format!("the name `{}` in {} holds {}", visible(name), place(folder), named(c)))
}

pub(super) fn path_refused(folder: &str, name: &str, why: &str) -> Finding {
    path_finding(folder, format!("the name `{}` in {} {why}", visible(name), place(folder)))
}

fn path_finding(folder: &str, message: String) -> Finding {
    let at = RepoPath::parse(folder).unwrap_or_else(|_| RepoPath::literal("catalog"));
    Finding::new(&rules::PATH, Location::file(at), message)
        .help("rename it: letters, digits, `-`, `_` and single dots are safe on every platform")
}

fn place(folder: &str) -> String {
    if folder.is_empty() { "the root of the repository".to_owned() } else { format!("{folder}/") }
}

pub(super) fn not_utf8(path: RepoPath, bytes: &[u8], error: Utf8Error) -> Finding {
    let offset = error.valid_up_to();
    let what = match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "it looks like UTF-16".to_owned(),
        _ => format!("byte {offset} is 0x{:02x}", bytes[offset]),
    };
    let message = format!("{path} is not UTF-8: {what}");
    let valid = String::from_utf8_lossy(&bytes[..offset]);
    let at = Location::in_text(path, &valid, Span::new(offset, offset));
    Finding::new(&rules::NOT_UTF8, at, message)
        .label("the first byte that no character of UTF-8 has here")
        .help("save the file as UTF-8")
}

pub(super) fn hidden_character(path: RepoPath, text: &str, offset: usize, c: char) -> Finding {
    let at = Location::in_text(path.clone(), text, Span::new(offset, offset + c.len_utf8()));
    match c {
        '\0' => Finding::new(&rules::NUL, at, format!("{path} holds a NUL byte"))
            .label("byte 0x00")
            .help("remove it; a file of text has none, and some readers stop there"),
        '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
            let message =
                format!("{path} holds U+{:04X}, which only some readers take for the end of a line", c as u32);
            Finding::new(&rules::LINE_BREAK, at, message)
                .label(format!("U+{:04X}", c as u32))
                .help("end lines with LF or CRLF")
        }
        _ => Finding::new(&rules::HIDDEN_CHARACTER, at, format!("{path} holds {}", named(c)))
            .label(format!("U+{:04X}", c as u32))
            .help("delete it; an editor that shows invisible characters, or `grep -nP '[^\\x00-\\x7F]'`, finds it"),
    }
}

pub(super) fn more_hidden_characters(path: RepoPath, text: &str, offset: usize) -> Finding {
    let at = Location::in_text(path.clone(), text, Span::new(offset, offset));
    Finding::new(&rules::HIDDEN_CHARACTER, at, format!("{path} holds more characters that are refused"))
        .label("and from here on")
        .help("run the check again when the ones above are gone")
}
