//! Which files of a repository Pavior reads. Paths come in, yes or no goes out.

/// Whether the file at `path` is read, if it is a file.
pub fn reads_file(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        ["pavior.yaml"] => true,
        ["catalog", .., name] => has_extension(name, &["yaml", "yml"]),
        ["golden-paths", "terraform.lock.hcl"] => true,
        ["golden-paths", "resources", .., name] => has_extension(name, &["yaml", "yml", "tf"]),
        ["golden-paths", "prices", .., name] => has_extension(name, &["yaml", "yml"]),
        ["golden-paths", "services", _, "golden-path.yaml"] => true,
        ["policies", .., name] => has_extension(name, &["rego"]),
        _ => false,
    }
}

/// Whether the folder at `path` is walked, if it is a folder.
pub(super) fn reads_folder(path: &str) -> bool {
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        // What `terraform init` leaves behind is never committed.
        [.., ".terraform"] => false,
        ["golden-paths", "services"] | ["golden-paths", "services", _] => true,
        ["golden-paths"] | ["golden-paths", "resources" | "prices", ..] => true,
        ["catalog" | "policies", ..] => true,
        _ => false,
    }
}

/// Whether the file at `path` would be read if its extension were in lower case: surely an oversight.
pub(super) fn is_misnamed(path: &str) -> bool {
    match path.rsplit_once('.') {
        Some((stem, extension)) if stem.contains('/') => {
            !reads_file(path) && reads_file(&format!("{stem}.{}", extension.to_ascii_lowercase()))
        }
        _ => false,
    }
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_pavior_knows_is_read() {
        for path in [
            "pavior.yaml",
            "catalog/a.yaml",
            "catalog/x/y/b.yml",
            "golden-paths/resources/redis/resource-type.yaml",
            "golden-paths/resources/redis/aws/main.tf",
            "golden-paths/terraform.lock.hcl",
            "golden-paths/prices/aws/eu.yaml",
            "golden-paths/services/web/golden-path.yaml",
            "policies/deny/root.rego",
        ] {
            assert!(reads_file(path), "{path}");
        }
        for path in [
            "catalog",
            "README.md",
            "other.yaml",
            "catalog/README.md",
            "catalog/yaml",
            "golden-paths/other.yaml",
            "golden-paths/services/web/template/golden-path.yaml",
            "golden-paths/services/web/other.yaml",
            "policies/data.json",
            "sub/catalog/a.yaml",
        ] {
            assert!(!reads_file(path), "{path}");
        }
    }

    #[test]
    fn an_extension_in_capitals_is_an_oversight() {
        assert!(is_misnamed("catalog/a.YAML") && is_misnamed("policies/a.Rego"));
        assert!(!is_misnamed("catalog/a.yaml") && !is_misnamed("catalog/README.MD") && !is_misnamed("catalog/A"));
    }

    #[test]
    fn templates_and_foreign_folders_are_not_walked() {
        for path in ["catalog", "catalog/a", "golden-paths", "golden-paths/services/web", "policies/x/y"] {
            assert!(reads_folder(path), "{path}");
        }
        for path in ["src", "golden-paths/services/web/template", "golden-paths/resources/redis/aws/.terraform"] {
            assert!(!reads_folder(path), "{path}");
        }
    }
}
