//! References to container images: `registry/path:tag@sha256:digest`.

use super::super::inspection::Inspection;
use super::super::shown::{route_text, shown};
use crate::model::Finding;
use crate::read::Place;
use std::ops::Range;

/// Why a text is no reference, and the bytes that are meant.
struct Fault {
    text: String,
    part: Range<usize>,
}

/// What pins an image.
struct Pins<'t> {
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

pub fn check(inspection: &mut Inspection, place: &Place, image: &str) {
    match parse(image) {
        Err(fault) => inspection.report(no_image(inspection, place, image, fault)),
        Ok(Pins { tag: None, digest: None }) => inspection.report(unpinned(inspection, place, image)),
        Ok(Pins { tag: Some("latest"), digest: None }) => inspection.report(latest(inspection, place)),
        Ok(_) => {}
    }
}

fn parse(image: &str) -> Result<Pins<'_>, Fault> {
    let fault = |text: String, part: Range<usize>| Err(Fault { text, part });
    if let Some(at) = image.find("${") {
        return fault("placeholders are not possible in images".to_owned(), at..image.len());
    }
    if let Some((at, c)) = image.char_indices().find(|(_, c)| c.is_whitespace() || !c.is_ascii_graphic()) {
        let what = if c == ' ' { "a space".to_owned() } else { shown(&c.to_string()) };
        return fault(format!("{what} is not allowed in it"), at..at + c.len_utf8());
    }
    if let Some((scheme, _)) = image.split_once("://") {
        return fault("it has no `https://` before it".to_owned(), 0..scheme.len() + 3);
    }
    let (rest, digest) = match image.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (image, None),
    };
    if let Some(digest) = digest.filter(|digest| !is_digest(digest)) {
        let start = image.len() - digest.len();
        return fault("behind the `@` stands `sha256:` and 64 hexadecimal digits".to_owned(), start..image.len());
    }
    let after_path = rest.rfind('/').map_or(0, |slash| slash + 1);
    let (name, tag) = match rest[after_path..].split_once(':') {
        Some((last, tag)) => (&rest[..after_path + last.len()], Some(tag)),
        None => (rest, None),
    };
    if let Some(tag) = tag.filter(|tag| !is_tag(tag)) {
        let start = name.len() + 1;
        return fault("a tag has letters, digits, `_`, `.` and `-`, 128 at most".to_owned(), start..start + tag.len());
    }
    check_name(name)?;
    Ok(Pins { tag, digest })
}

fn check_name(name: &str) -> Result<(), Fault> {
    let mut start = 0;
    for (index, part) in name.split('/').enumerate() {
        let range = start..start + part.len();
        start = range.end + 1;
        let is_registry = index == 0 && name.contains('/') && (part.contains(['.', ':']) || part == "localhost");
        let good = if is_registry { is_registry_host(part) } else { is_repository_part(part) };
        if good {
            continue;
        }
        let text = match part {
            "" => "a part between slashes is empty".to_owned(),
            part if part.bytes().any(|b| b.is_ascii_uppercase()) => "a repository is in lower case".to_owned(),
            part => format!("{} is no part of a repository's name", shown(part)),
        };
        return Err(Fault { text, part: range });
    }
    Ok(())
}

fn is_registry_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').unwrap_or((text, "443"));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    host.split('.').all(label) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// Lower-case words with one of `.`, `_`, `__` or any number of `-` between.
fn is_repository_part(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let between = |text: &str| matches!(text, "." | "_" | "__") || text.bytes().all(|b| b == b'-');
    let Some(last) = text.bytes().last() else { return false };
    word(text.as_bytes()[0])
        && word(last)
        && text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()).all(between)
}

fn is_tag(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && !text.starts_with(['.', '-'])
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256:")
        .is_some_and(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f')))
}

fn no_image(inspection: &Inspection, place: &Place, image: &str, fault: Fault) -> Finding {
    let place = match fault.part.is_empty() {
        true => place.clone(),
        false => place.clone().within(fault.part.start, fault.part.end),
    };
    inspection
        .finding(&rules::IMAGE, &place, format!("{} is no image: {}", shown(image), fault.text))
        .label("this part")
        .help("an image is `registry/path:tag@sha256:digest`, such as `ghcr.io/acme/cart:1.4.0`")
}

/// An image is long, and the end that matters would be cut off: the field names it, and the excerpt shows it.
fn path(inspection: &Inspection, place: &Place) -> String {
    route_text(inspection.root(), &place.route)
}

fn unpinned(inspection: &Inspection, place: &Place, image: &str) -> Finding {
    inspection
        .finding(&rules::UNPINNED, place, format!("`{}` has neither tag nor digest", path(inspection, place)))
        .label("which version is this?")
        .help(format!("pin it: `{image}:<tag>`, or better `{image}@sha256:<digest>`"))
}

fn latest(inspection: &Inspection, place: &Place) -> Finding {
    inspection
        .finding(&rules::LATEST, place, format!("`{}` can be another image tomorrow", path(inspection, place)))
        .label("`latest` moves")
        .help("name a version, or add `@sha256:<digest>`")
}

pub mod rules {
    crate::model::rules! {
        IMAGE = "schema/image", Error,
        "An image is a reference that every registry and runtime takes",
r"An image is `registry/path:tag@sha256:digest`; registry and digest may be left out. A repository is in lower case, a
digest is `sha256:` with 64 hexadecimal digits. Placeholders are not possible: the image of an environment is set by
`environments.<name>.containers.<name>.image`.

Wrong: `image: Acme/Cart:1.0`, `image: evil@example.com/cart`

Right: `image: ghcr.io/acme/cart:1.4.0`";

        UNPINNED = "schema/image-unpinned", Error,
        "An image says which version it is",
r"Without a tag or a digest a registry hands out whatever `latest` is at that moment: two replicas of one service can then
run different programs, and a rollback brings back nothing.

Wrong: `image: ghcr.io/acme/cart`

Right: `image: ghcr.io/acme/cart:1.4.0`, or better with its digest: `image: ghcr.io/acme/cart:1.4.0@sha256:...`";

        LATEST = "schema/image-latest", Warning,
        "An image's tag does not move",
r"`latest` is a name that moves. A deployment of the same declaration tomorrow can bring another program, and nobody will
have reviewed that.

Wrong: `image: ghcr.io/acme/cart:latest`

Right: `image: ghcr.io/acme/cart:1.4.0`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};
    use crate::model::Severity;

    fn image(reference: &str) -> String {
        service(&format!("  containers: {{main: {{image: \"{reference}\"}}}}\n"))
    }

    fn is(reference: &str, rule: &str, message: &str, at: &str) {
        assert_eq!(only(&image(reference)), (rule.to_owned(), message.to_owned(), at.to_owned()));
    }

    #[test]
    fn every_usual_reference_is_taken() {
        let digest = "0".repeat(64);
        for reference in [
            "nginx:1.27",
            "acme/cart:1.0",
            "us-central1-docker.pkg.dev/online-boutique-ci/microservices-demo/cartservice:v0.10.6",
            "localhost:5000/cart:dev",
            "ghcr.io/acme/my__cart.x-y--z:1.0_rc.1",
            &format!("ghcr.io/acme/cart@sha256:{digest}"),
            &format!("ghcr.io/acme/cart:1.0@sha256:{digest}"),
        ] {
            assert_eq!(findings(&image(reference)), [], "{reference}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_reference_is_told_at_its_part() {
        is("acme/my cart:1", "schema/image", "`acme/my cart:1` is no image: a space is not allowed in it", " ");
        is("acme/Cart:1", "schema/image", "`acme/Cart:1` is no image: a repository is in lower case", "Cart");
        is(
            "acme//cart:1",
            "schema/image",
            "`acme//cart:1` is no image: a part between slashes is empty",
            "\"acme//cart:1\"",
        );
        is(
            "acme/cart:",
            "schema/image",
            "`acme/cart:` is no image: a tag has letters, digits, `_`, `.` and `-`, 128 at most",
            "\"acme/cart:\"",
        );
        let told = "`evil@example.com/cart` is no image: behind the `@` stands `sha256:` and 64 hexadecimal digits";
        is("evil@example.com/cart", "schema/image", told, "example.com/cart");
        is(
            "https://ghcr.io/a:1",
            "schema/image",
            "`https://ghcr.io/a:1` is no image: it has no `https://` before it",
            "https://",
        );
        is(
            "acme/cart:${metadata.name}",
            "schema/image",
            "`acme/cart:${metadata.name}` is no image: placeholders are not possible in images",
            "${metadata.name}",
        );
        is(
            "acme/-cart:1",
            "schema/image",
            "`acme/-cart:1` is no image: `-cart` is no part of a repository's name",
            "-cart",
        );
    }

    #[test]
    fn an_image_is_pinned_and_latest_is_a_warning() {
        is(
            "ghcr.io/acme/cart",
            "schema/image-unpinned",
            "`spec.containers.main.image` has neither tag nor digest",
            "\"ghcr.io/acme/cart\"",
        );
        is(
            "localhost:5000/cart",
            "schema/image-unpinned",
            "`spec.containers.main.image` has neither tag nor digest",
            "\"localhost:5000/cart\"",
        );
        is(
            "acme/cart:latest",
            "schema/image-latest",
            "`spec.containers.main.image` can be another image tomorrow",
            "\"acme/cart:latest\"",
        );
        assert_eq!(findings(&image("acme/cart:latest"))[0].severity(), Severity::Warning);
    }

    #[test]
    fn images_of_environments_are_checked_too() {
        let text = service("  environments: {staging: {containers: {main: {image: Acme/Cart:1}}}}\n");
        assert_eq!(only(&text).2, "Acme");
    }
}
