//! Lists, page after page, to their end: a part of a list is never taken for the whole.

use super::GitHub;
use super::call::{Call, Caller, Repeat};
use super::error::GitHubError;
use super::path;
use super::transport::Answer;
use serde::de::DeserializeOwned;

/// The most that GitHub gives at once.
const PER_PAGE: &str = "100";
/// 10,000 entries. Who has more is told so.
const PAGES: usize = 100;

impl GitHub {
    /// All entries of a list that is an array.
    pub(super) async fn list<T: DeserializeOwned>(&self, path: String) -> Result<Vec<T>, GitHubError> {
        self.list_in(path, |entries: Vec<T>| entries).await
    }

    /// All entries of a list whose pages hold them in a field.
    pub(super) async fn list_in<P: DeserializeOwned, T>(
        &self,
        path: String,
        entries: fn(P) -> Vec<T>,
    ) -> Result<Vec<T>, GitHubError> {
        let mut call = Call::get(path::with(&path, "per_page", PER_PAGE));
        let mut all = Vec::new();
        for _ in 0..PAGES {
            let answer = self.send(&call, Repeat::Harmless, Caller::Worker).await?;
            all.extend(entries(call.parse(&answer)?));
            let Some(next) = next_address(&answer) else { return Ok(all) };
            let Some(next) = self.session.transport.path_of(next) else {
                return Err(call.unreadable("its next page is not on GitHub".to_owned()));
            };
            call = Call::get(next.to_owned());
        }
        Err(GitHubError::TooMany { call: call.to_string(), limit: format!("{} entries", all.len()) })
    }
}

/// The address of `rel="next"` in a `Link` header.
fn next_address(answer: &Answer) -> Option<&str> {
    answer.header("link")?.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        parameters.split(';').any(|parameter| parameter.trim() == "rel=\"next\"").then_some(address)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue};

    #[test]
    fn the_next_page_is_found_among_the_links() {
        let next = |link: &'static str| {
            let headers = HeaderMap::from_iter([(http::header::LINK, HeaderValue::from_static(link))]);
            next_address(&Answer { status: 200, headers, body: Vec::new() }).map(str::to_owned)
        };
        let both = r#"<https://api/x?page=1>; rel="prev", <https://api/x?page=3>; rel="next", <https://api/x?page=9>; rel="last""#;
        assert_eq!(next(both).as_deref(), Some("https://api/x?page=3"));
        assert_eq!(next(r#"<https://api/x?page=1>; rel="first""#), None);
        assert_eq!(next("rubbish"), None);
    }
}
