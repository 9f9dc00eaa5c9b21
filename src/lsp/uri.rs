//! Addresses of files: `file:///a%20b.yaml` and paths.

use lsp_types::Uri;
use std::path::{Path, PathBuf};

/// The path of a `file:` address on this machine; none for any other.
pub fn path_of(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    let rest = rest.strip_prefix("localhost").unwrap_or(rest);
    let path = String::from_utf8(decoded(rest)?).ok()?;
    match path.strip_prefix('/') {
        // `/c:/work` is `c:/work` where drives have letters.
        Some(tail) if cfg!(windows) => Some(PathBuf::from(tail)),
        Some(_) => Some(PathBuf::from(path)),
        None => None,
    }
}

/// The address of a path; none where it is no text.
pub fn uri_of(path: &Path) -> Option<Uri> {
    let text = path.to_str()?;
    let text = if cfg!(windows) { format!("/{}", text.replace('\\', "/")) } else { text.to_owned() };
    let mut address = String::from("file://");
    for byte in text.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => address.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => address.push(char::from(byte)),
            byte => address.push_str(&format!("%{byte:02X}")),
        }
    }
    address.parse().ok()
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => (hex(rest.next()?)? << 4) | hex(rest.next()?)?,
            byte => byte,
        });
    }
    Some(bytes)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_path() {
        let path = Path::new("/work/a b/é#?%/c.yaml");
        let uri = uri_of(path).unwrap();
        assert_eq!(uri.as_str(), "file:///work/a%20b/%C3%A9%23%3F%25/c.yaml");
        assert_eq!(path_of(&uri).unwrap(), path);
    }

    #[test]
    fn only_files_of_this_machine_have_a_path() {
        for address in ["untitled:Untitled-1", "https://a.example/b", "file://elsewhere/b", "file:///a%zz"] {
            let path = address.parse::<Uri>().ok().and_then(|uri| path_of(&uri));
            assert_eq!(path, None, "{address}");
        }
    }
}
