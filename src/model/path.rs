//! Paths inside a repository or an output folder: relative, `/`-separated, never escaping.

use std::fmt;
use std::sync::Arc;

/// Largest path length that is accepted, in bytes.
pub const MAX_PATH_BYTES: usize = 1024;

/// A path relative to the repository root that names exactly one file on every platform. A clone is the same text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoPath(Arc<str>);

/// Why a text is no [`RepoPath`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    #[error("is empty")]
    Empty,
    #[error("is longer than {MAX_PATH_BYTES} bytes")]
    TooLong,
    #[error("is absolute")]
    Absolute,
    #[error("has an empty, `.` or `..` segment")]
    Traversal,
    #[error("holds a backslash")]
    Backslash,
    #[error("holds a control, colon or other character that some platforms refuse")]
    Character,
    #[error("has a segment that ends in a dot or a space")]
    TrailingDot,
    #[error("has a segment that Windows reserves for a device")]
    Device,
}

impl RepoPath {
    /// Checks `text` and keeps it as it is.
    pub fn parse(text: &str) -> Result<RepoPath, PathError> {
        if text.is_empty() {
            return Err(PathError::Empty);
        }
        if text.len() > MAX_PATH_BYTES {
            return Err(PathError::TooLong);
        }
        if text.starts_with('/') {
            return Err(PathError::Absolute);
        }
        text.split('/').try_for_each(check_segment)?;
        Ok(RepoPath(text.into()))
    }

    /// For paths that our own code spells out.
    ///
    /// # Panics
    /// When the text is no path; a test of the caller finds that.
    pub fn literal(text: &str) -> RepoPath {
        RepoPath::parse(text).expect("a path spelled in the source is valid")
    }

    /// `self` with another path behind it.
    pub fn join(&self, tail: &str) -> Result<RepoPath, PathError> {
        RepoPath::parse(&format!("{}/{tail}", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// All but the last segment; empty at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// What stands behind the last dot of the file name.
    pub fn extension(&self) -> Option<&str> {
        self.file_name().rsplit_once('.').map(|(_, extension)| extension)
    }
}

fn check_segment(segment: &str) -> Result<(), PathError> {
    if segment.is_empty() || segment == "." || segment == ".." {
        return Err(PathError::Traversal);
    }
    if segment.contains('\\') {
        return Err(PathError::Backslash);
    }
    if segment.chars().any(|c| c.is_control() || matches!(c, ':' | '<' | '>' | '"' | '|' | '?' | '*')) {
        return Err(PathError::Character);
    }
    if segment.ends_with(['.', ' ']) {
        return Err(PathError::TrailingDot);
    }
    if is_device(segment) {
        return Err(PathError::Device);
    }
    Ok(())
}

/// `CON`, `nul.yaml`, `COM1`: names that Windows gives to devices whatever their extension.
fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    match stem.as_str() {
        "con" | "prn" | "aux" | "nul" | "conin$" | "conout$" => true,
        other => {
            let digits = other.strip_prefix("com").or_else(|| other.strip_prefix("lpt"));
            matches!(digits, Some(d) if d.chars().count() == 1 && d.chars().all(|c| c.is_ascii_digit() || "¹²³".contains(c)))
        }
    }
}

impl fmt::Display for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for RepoPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_repository_are_refused() {
        for (text, error) in [
            ("", PathError::Empty),
            ("/etc/passwd", PathError::Absolute),
            ("../x", PathError::Traversal),
            ("a/../../b", PathError::Traversal),
            ("a//b", PathError::Traversal),
            ("./a", PathError::Traversal),
            ("a\\..\\b", PathError::Backslash),
            ("a:b", PathError::Character),
            ("a\u{0}b", PathError::Character),
            ("a./b", PathError::TrailingDot),
            ("a ", PathError::TrailingDot),
            ("catalog/nul.yaml", PathError::Device),
            ("CON", PathError::Device),
            ("aux", PathError::Device),
            ("COM1.txt", PathError::Device),
        ] {
            assert_eq!(RepoPath::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn ordinary_paths_are_kept() {
        for text in ["pavior.yaml", "catalog/shopping/cart.yaml", "a/common/b", "%2e%2e/x", "com10"] {
            assert_eq!(RepoPath::parse(text).map(|p| p.to_string()), Ok(text.to_owned()));
        }
    }
}
