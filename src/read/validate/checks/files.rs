//! Files, volumes, writable folders and documents: one source each, and paths that mean one place.

use super::super::inspection::Inspection;
use super::super::shown::{route_text, shown};
use crate::model::Finding;
use crate::model::kinds::service::Document;
use crate::model::kinds::workload::{Container, File};
use crate::read::Place;

/// `/a/b`: absolute, and the shortest way to say it. The root itself is not meant: nothing is mounted over it.
pub fn is_normal_absolute_path(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.split('/').all(|part| !matches!(part, "" | "." | "..")))
        && !text.contains(|c: char| c.is_control() || c == ':')
}

pub fn check(inspection: &mut Inspection, container: &Place, declared: &Container) {
    for (path, file) in &declared.files {
        check_content(inspection, &container.clone().child("files").child(path.as_str()), file);
    }
    for (path, volume) in &declared.volumes {
        let place = container.clone().child("volumes").child(path.as_str()).child("path");
        if let Some(folder) = volume.path.as_deref().filter(|folder| !is_normal_relative_path(folder)) {
            inspection.report(no_folder(inspection, &place, folder));
        }
        if declared.files.contains_key(path) {
            inspection.report(mounted_twice(inspection, container, path));
        }
    }
    for (at, path) in declared.writable.iter().enumerate() {
        if !is_normal_absolute_path(path) {
            let place = container.clone().child("writable").child(at.to_string());
            inspection.report(no_absolute_path(inspection, &place, path));
        }
    }
}

fn is_normal_relative_path(text: &str) -> bool {
    is_normal_absolute_path(&format!("/{text}"))
}

fn check_content(inspection: &mut Inspection, place: &Place, file: &File) {
    match (&file.content, &file.binary_content) {
        (Some(_), None) => {}
        (None, Some(binary)) => {
            if let Err(fault) = check_base64(binary) {
                inspection.report(no_base64(inspection, &place.clone().child("binaryContent"), &fault));
            }
        }
        (None, None) => inspection.report(no_content(inspection, place)),
        (Some(_), Some(_)) => inspection.report(two_contents(inspection, place)),
    }
}

/// Base64 with padding, as Kubernetes reads it; line breaks are not counted.
fn check_base64(text: &str) -> Result<(), String> {
    let digits: Vec<char> = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let padding = digits.iter().rev().take_while(|c| **c == '=').count();
    let body = &digits[..digits.len() - padding];
    if let Some(c) = body.iter().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/'))) {
        return Err(format!("{} is not allowed in it", shown(&c.to_string())));
    }
    let value = |c: char| match c {
        'A'..='Z' => c as u32 - 'A' as u32,
        'a'..='z' => c as u32 - 'a' as u32 + 26,
        '0'..='9' => c as u32 - '0' as u32 + 52,
        '+' => 62,
        _ => 63,
    };
    let unused_bits = match (body.len() % 4, padding) {
        (0, 0) => 0,
        (2, 2) => 0b1111,
        (3, 1) => 0b11,
        _ => return Err("its length is no multiple of four".to_owned()),
    };
    match body.last().is_none_or(|last| value(*last) & unused_bits == 0) {
        true => Ok(()),
        false => Err("its last character has bits that belong to no byte".to_owned()),
    }
}

pub fn documents(inspection: &mut Inspection, documents: &[Document]) {
    for (at, document) in documents.iter().enumerate() {
        let place = inspection.spec("docs").child(at.to_string());
        match (&document.path, &document.url) {
            (Some(_), None) | (None, Some(_)) => {}
            (None, None) => inspection.report(no_target(inspection, &place)),
            (Some(_), Some(_)) => inspection.report(two_targets(inspection, &place)),
        }
    }
}

fn path_of(inspection: &Inspection, place: &Place) -> String {
    route_text(inspection.root(), &place.route)
}

fn no_content(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::CONTENT, &place.clone().key(), format!("`{}` has no content", path_of(inspection, place)))
        .label("nothing is in this file")
        .help(
            "add `content` with its text, or `binaryContent` with its bytes in base64; `content: ''` is an empty file",
        )
}

fn two_contents(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(
            &rules::CONTENT,
            &place.clone().child("binaryContent").key(),
            format!("`{}` has both `content` and `binaryContent`", path_of(inspection, place)),
        )
        .label("a second content")
        .related(inspection.locate(&place.clone().child("content").key()), "the first is here")
        .help("keep one of them")
}

fn no_base64(inspection: &Inspection, place: &Place, fault: &str) -> Finding {
    inspection
        .finding(&rules::BASE64, place, format!("`{}` is no base64: {fault}", path_of(inspection, place)))
        .label("no base64")
        .help("write what `base64 < file` prints")
}

fn no_absolute_path(inspection: &Inspection, place: &Place, path: &str) -> Finding {
    inspection
        .finding(
            &rules::PATH,
            place,
            format!("`{}` is {}, which is no absolute path", path_of(inspection, place), shown(path)),
        )
        .label("no absolute path")
        .help("a path starts with `/` and has no `.`, `..`, `:`, `//` or `/` at its end")
}

fn no_folder(inspection: &Inspection, place: &Place, path: &str) -> Finding {
    inspection
        .finding(
            &rules::PATH,
            place,
            format!("`{}` is {}, which is no folder inside the volume", path_of(inspection, place), shown(path)),
        )
        .label("leaves the volume, or could")
        .help("a folder inside a volume has no `/` at its start or end and no `.` or `..` in it")
}

fn mounted_twice(inspection: &Inspection, container: &Place, path: &str) -> Finding {
    let volume = container.clone().child("volumes").child(path).key();
    let file = container.clone().child("files").child(path).key();
    inspection
        .finding(&rules::PATH, &volume, format!("{} is both a file and a volume", shown(path)))
        .label("a volume")
        .related(inspection.locate(&file), "a file")
        .help("mount one of them elsewhere")
}

fn no_target(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::TARGET, place, format!("`{}` does not say where the document is", path_of(inspection, place)))
        .label("where is it?")
        .help("add `path` for a file of the source repository, or `url` for one elsewhere")
}

fn two_targets(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(
            &rules::TARGET,
            &place.clone().child("url").key(),
            format!("`{}` has both `path` and `url`", path_of(inspection, place)),
        )
        .label("a second place")
        .related(inspection.locate(&place.clone().child("path").key()), "the first is here")
        .help("keep one of them")
}

pub mod rules {
    crate::model::rules! {
        CONTENT = "schema/file-content", Error,
        "A file has `content` or `binaryContent`",
r"`content` is text, in which placeholders are filled in; `binaryContent` is base64 and stays as it is. With both, one would
be lost; with none, the file would be empty without anybody having said so.

Wrong: `/etc/app.conf: {mode: '0644'}`

Right: `/etc/app.conf: {content: 'debug=false'}`";

        BASE64 = "schema/base64", Error,
        "`binaryContent` is base64",
r"Kubernetes stores binary files in base64 with its ordinary alphabet (`+` and `/`) and padding (`=`), and refuses
anything else when the object is applied.

Wrong: `binaryContent: hello world`

Right: `binaryContent: aGVsbG8gd29ybGQ=`";

        PATH = "schema/mount-path", Error,
        "Paths in containers are absolute and normal, and each is mounted once",
r"`/data/../etc` and `/etc/` are other ways to say `/etc`, by which two mounts could meet unnoticed. A folder inside a volume
is relative and cannot leave it.

Wrong: `writable: [tmp, /var/cache/]`

Right: `writable: [/tmp, /var/cache]`";

        TARGET = "schema/document-target", Error,
        "A document is at a `path` or at a `url`",
r"`path` is a file in the repository of `source`, `url` is anywhere else. A reader can follow one of them.

Wrong: `{kind: runbook}`

Right: `{kind: runbook, path: docs/runbook.md}`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};
    use super::*;

    fn container(more: &str) -> String {
        service(&format!("  containers: {{main: {{image: \"a/b:1\", {more}}}}}\n"))
    }

    fn is(text: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(text), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn a_file_has_one_content() {
        let path = "spec.containers.main.files[\"/a\"]";
        is(
            &container("files: {/a: {mode: \"0644\"}}"),
            "schema/file-content",
            &format!("`{path}` has no content"),
            "/a",
        );
        let both = format!("`{path}` has both `content` and `binaryContent`");
        is(&container("files: {/a: {content: a, binaryContent: YQ==}}"), "schema/file-content", &both, "binaryContent");
        assert_eq!(findings(&container("files: {/a: {content: \"\"}}")), []);
    }

    #[test]
    fn binary_content_is_base64_as_kubernetes_reads_it() {
        let wrong = "`spec.containers.main.files[\"/a\"].binaryContent` is no base64: ` ` is not allowed in it";
        is(&container("files: {/a: {binaryContent: hello world}}"), "schema/base64", wrong, "hello world");
        for good in ["", "YQ==", "YWI=", "YWJj", "YWJj\nYWJj"] {
            assert_eq!(check_base64(good), Ok(()), "{good}");
        }
        for bad in ["YQ", "YQ=", "Y", "Y===", "YR==", "YW-_", "=YQ="] {
            assert!(check_base64(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn paths_are_absolute_and_normal() {
        let told = "`spec.containers.main.writable[1]` is `tmp`, which is no absolute path";
        is(&container("writable: [/var/cache, tmp]"), "schema/mount-path", told, "tmp");
        let told = "`spec.containers.main.volumes[\"/data\"].path` is `../x`, which is no folder inside the volume";
        is(&container("volumes: {/data: {source: \"${resources.v}\", path: ../x}}"), "schema/mount-path", told, "../x");
        let both = container("files: {/a: {content: a}}, volumes: {/a: {source: \"${resources.v}\"}}");
        is(&both, "schema/mount-path", "`/a` is both a file and a volume", "/a");
    }

    #[test]
    fn a_document_is_in_one_place() {
        is(
            &service("  docs:\n    - kind: runbook\n"),
            "schema/document-target",
            "`spec.docs[0]` does not say where the document is",
            "kind",
        );
        let text = service("  docs: [{kind: runbook, path: a.md, url: \"https://a.example\"}]\n");
        is(&text, "schema/document-target", "`spec.docs[0]` has both `path` and `url`", "url");
    }
}
