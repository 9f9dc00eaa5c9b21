//! Kinds stand where their owners look for them: platform kinds among the platform files, all others in the catalog.

use super::inspection::Inspection;
use crate::model::kinds::Kind;
use crate::model::{Finding, RepoPath};

/// Whether a declaration of this kind stands in its place; reports it otherwise.
pub fn check(inspection: &mut Inspection, kind: Kind) -> bool {
    let path = &inspection.document().path;
    let in_place = is_place_of(kind, path);
    if !in_place {
        inspection.report(out_of_place(inspection, kind, path));
    }
    in_place
}

fn is_place_of(kind: Kind, path: &RepoPath) -> bool {
    match kind {
        Kind::Platform => path.as_str() == "pavior.yaml",
        Kind::ResourceType => is_in_folder_below(path, "golden-paths/resources/"),
        Kind::GoldenPath => is_in_folder_below(path, "golden-paths/services/"),
        Kind::PriceBook => path.as_str().starts_with("golden-paths/prices/"),
        Kind::Team | Kind::Service | Kind::Environment | Kind::Resource => path.as_str().starts_with("catalog/"),
        Kind::SecretRequest | Kind::Waiver | Kind::Incident => path.as_str().starts_with("catalog/"),
    }
}

/// Directly in a folder of the given one.
fn is_in_folder_below(path: &RepoPath, folder: &str) -> bool {
    path.parent().strip_prefix(folder).is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

fn place_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Platform => "`pavior.yaml` at the root of the repository",
        Kind::ResourceType => "`golden-paths/resources/<name>/resource-type.yaml`",
        Kind::GoldenPath => "`golden-paths/services/<name>/golden-path.yaml`",
        Kind::PriceBook => "a file below `golden-paths/prices/`",
        Kind::Team | Kind::Service | Kind::Environment | Kind::Resource => "a file below `catalog/`",
        Kind::SecretRequest | Kind::Waiver | Kind::Incident => "a file below `catalog/`",
    }
}

fn out_of_place(inspection: &Inspection, kind: Kind, path: &RepoPath) -> Finding {
    let name = kind.as_str();
    let finding = inspection
        .finding(
            &rules::PLACE,
            &inspection.place(&["kind".to_owned()]),
            format!("a `{name}` cannot be declared in `{}`", super::shown::shown(path.as_str()).trim_matches('`')),
        )
        .label("not the place of this kind")
        .help(format!("declare it in {}", place_of(kind)));
    match kind.is_platform() {
        true => finding.help("platform files are read from the base revision, so that no change judges itself"),
        false => finding,
    }
}

pub mod rules {
    crate::model::rules! {
        PLACE = "schema/place", Error,
        "Every kind is declared in its own folder",
        "Platform files (`pavior.yaml`, `golden-paths/`) belong to the platform team and are read from the base \
    revision; `catalog/` belongs to everybody and is read from the head of a pull request. If a `ResourceType` could stand \
    in `catalog/`, a pull request could bring the rules by which it is judged; if a `Service` could stand in \
    `golden-paths/`, nobody would find it.\n\n| kind | place |\n|---|---|\n| `Platform` | `pavior.yaml` |\n\
    | `ResourceType` | `golden-paths/resources/<name>/` |\n| `GoldenPath` | `golden-paths/services/<name>/` |\n\
    | `PriceBook` | `golden-paths/prices/` |\n| all others | `catalog/` |\n\n\
    Wrong: a `ResourceType` in `catalog/redis.yaml`\n\n\
    Right: a `ResourceType` in `golden-paths/resources/redis/resource-type.yaml`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{check, told_at};
    use super::*;

    const TEAM: &str = "apiVersion: pavior.dev/v1\nkind: Team\nmetadata: {name: a}\nspec: {forgeTeam: \"@acme/a\"}\n";

    #[test]
    fn a_team_stands_in_the_catalog() {
        assert_eq!(told_at("catalog/teams/a.yaml", TEAM), []);
        let expected = ("schema/place", "a `Team` cannot be declared in `golden-paths/prices/a.yaml`", "Team");
        let told = told_at("golden-paths/prices/a.yaml", TEAM);
        assert_eq!(told, [(expected.0.to_owned(), expected.1.to_owned(), expected.2.to_owned())]);
    }

    #[test]
    fn what_stands_in_the_wrong_place_is_broken_and_not_used() {
        let (declarations, _) = check(&[("golden-paths/a.yaml", TEAM)]);
        assert!(declarations.teams.is_empty());
        assert_eq!(declarations.broken[0].name.as_ref().map(|name| name.as_str()), Some("a"));
    }

    #[test]
    fn every_kind_has_one_place() {
        for (kind, good, bad) in [
            (Kind::Platform, "pavior.yaml", "catalog/pavior.yaml"),
            (
                Kind::ResourceType,
                "golden-paths/resources/redis/resource-type.yaml",
                "golden-paths/resources/redis.yaml",
            ),
            (Kind::GoldenPath, "golden-paths/services/go/golden-path.yaml", "golden-paths/services/go/a/b.yaml"),
            (Kind::PriceBook, "golden-paths/prices/aws.yaml", "catalog/aws.yaml"),
            (Kind::Service, "catalog/shopping/cart.yaml", "catalog.yaml"),
        ] {
            assert!(is_place_of(kind, &RepoPath::literal(good)), "{good}");
            assert!(!is_place_of(kind, &RepoPath::literal(bad)), "{bad}");
        }
    }
}
