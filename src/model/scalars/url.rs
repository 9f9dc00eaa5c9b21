//! Links that people follow.

use std::fmt;

/// A link that people follow: `https://` only, so that no `javascript:` or `data:` reaches a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HttpsUrl(String);

impl HttpsUrl {
    pub fn parse(text: &str) -> Option<HttpsUrl> {
        let rest = text.strip_prefix("https://")?;
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host_ok =
            !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        let rest_ok = rest.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'<' | b'>' | b'\\' | b'`'));
        (text.len() <= 2_000 && host_ok && rest_ok).then(|| HttpsUrl(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for HttpsUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

text_scalar!(
    HttpsUrl,
    "pavior-https-url",
    r"^https://[A-Za-z0-9.:-]+([/?#][!#-;=?-\[\]^_a-z{|}~]*)?$",
    2000,
    "an https:// address"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_links_are_links() {
        assert!(HttpsUrl::parse("https://github.com/acme/boutique/tree/main/src/cart").is_some());
        for bad in [
            "javascript:alert(1)",
            "data:text/html,x",
            "http://a.example",
            "https://",
            "https://a b",
            "https://a/\"><img>",
        ] {
            assert!(HttpsUrl::parse(bad).is_none(), "{bad}");
        }
    }
}
