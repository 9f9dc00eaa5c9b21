//! One request and its answer, over octocrab's connections: in go method, path and headers, out come status, headers
//! and a body of bounded size. Sends nothing twice, follows no redirection, decides nothing.

use super::error::GitHubError;
use http::{HeaderMap, HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use octocrab::{OctoBody, Octocrab};
use std::time::Duration;

/// The version of the API whose words we speak.
const API_VERSION: &str = "2022-11-28";

/// How long is waited for what.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// For the next bytes to come.
    pub read: Duration,
    /// From the first byte that is sent to the last that is read.
    pub whole: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        let seconds = Duration::from_secs;
        Timeouts { connect: seconds(10), read: seconds(30), whole: seconds(120) }
    }
}

pub(super) struct Transport {
    octocrab: Octocrab,
    /// What stands before every path: empty, or `/api/v3` on GitHub Enterprise. Octocrab's own joining puts it also
    /// before the paths of other hosts.
    prefix: String,
    origin: String,
    timeouts: Timeouts,
}

/// What is sent. The path begins with `/` and holds its query.
pub(super) struct Sent<'a> {
    pub method: &'a Method,
    pub target: Target<'a>,
    pub accept: &'static str,
    pub body: Option<&'a str>,
    /// How many bytes of an answer are read at most.
    pub limit: usize,
}

pub(super) enum Target<'a> {
    /// A path of the API, with what says who asks.
    Api { path: &'a str, authorization: HeaderValue },
    /// An address elsewhere that GitHub sent us to. It never hears who we are.
    Elsewhere(&'a str),
}

#[derive(Debug)]
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Broken {
    TooLarge,
    Connection(String),
}

impl Transport {
    /// Octocrab starts a task of its own: call it within a tokio runtime.
    pub fn new(api_url: &str, timeouts: Timeouts) -> Result<Transport, GitHubError> {
        let unusable = || GitHubError::Configuration(unusable_address(api_url));
        let uri: Uri = api_url.trim_end_matches('/').parse().map_err(|_| unusable())?;
        if !is_confidential(&uri) || uri.query().is_some() {
            return Err(unusable());
        }
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(unusable()) };
        let origin = format!("{scheme}://{authority}");
        let octocrab = Octocrab::builder()
            .base_uri(origin.as_str())
            .map_err(|_| unusable())?
            .add_header(header::USER_AGENT, format!("pavior/{}", env!("CARGO_PKG_VERSION")))
            .set_connect_timeout(Some(timeouts.connect))
            .set_read_timeout(Some(timeouts.read))
            .set_write_timeout(Some(timeouts.read))
            .build()
            .map_err(|error| GitHubError::Configuration(no_client(&chain(&error))))?;
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Transport { octocrab, prefix, origin, timeouts })
    }

    /// A path of this API, if that is where an address of GitHub's leads.
    pub fn path_of<'a>(&self, address: &'a str) -> Option<&'a str> {
        let rest = address.strip_prefix(&self.origin)?.strip_prefix(&self.prefix)?;
        rest.starts_with('/').then_some(rest)
    }

    pub async fn send(&self, sent: &Sent<'_>) -> Result<Answer, Broken> {
        let whole = tokio::time::timeout(self.timeouts.whole, self.exchange(sent));
        whole.await.unwrap_or_else(|_| Err(Broken::Connection("no answer in time".to_owned())))
    }

    async fn exchange(&self, sent: &Sent<'_>) -> Result<Answer, Broken> {
        let request = self.request(sent)?;
        let response = self.octocrab.execute(request).await.map_err(|error| Broken::Connection(chain(&error)))?;
        let (parts, body) = response.into_parts();
        match Limited::new(body, sent.limit).collect().await {
            Ok(body) => {
                let body = body.to_bytes().to_vec();
                Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
            }
            Err(error) if error.is::<LengthLimitError>() => Err(Broken::TooLarge),
            Err(error) => Err(Broken::Connection(chain(error.as_ref()))),
        }
    }

    fn request(&self, sent: &Sent<'_>) -> Result<Request<OctoBody>, Broken> {
        let mut request = Request::builder().method(sent.method).header(header::ACCEPT, sent.accept);
        match &sent.target {
            Target::Api { path, authorization } => {
                let path = format!("{}{path}", self.prefix);
                request = request.uri(path).header(header::AUTHORIZATION, authorization);
                request = request.header("x-github-api-version", API_VERSION);
            }
            Target::Elsewhere(address) => {
                let uri: Uri = address.parse().map_err(|_| Broken::Connection(wrong_redirection()))?;
                if !is_confidential(&uri) {
                    return Err(Broken::Connection(wrong_redirection()));
                }
                request = request.uri(uri);
            }
        }
        let body = match sent.body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                OctoBody::from(body.to_owned())
            }
            None => OctoBody::empty(),
        };
        request.body(body).map_err(|_| Broken::Connection("the request cannot be written".to_owned()))
    }
}

/// Nobody on the way can read a token: HTTPS, or this very machine.
fn is_confidential(uri: &Uri) -> bool {
    let is_loopback = |host: &str| matches!(host, "127.0.0.1" | "localhost" | "[::1]");
    match uri.scheme_str() {
        Some("https") => uri.host().is_some(),
        Some("http") => uri.host().is_some_and(is_loopback),
        _ => false,
    }
}

/// An error with what caused it, on one line. None of the layers below puts headers into it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut causes = vec![first_line(&error.to_string())];
    let mut next = error.source();
    while let Some(cause) = next {
        let text = first_line(&cause.to_string());
        if causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes.join(": ")
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn unusable_address(api_url: &str) -> String {
    format!("`{api_url}` is no address of GitHub's API, such as https://api.github.com or https://ghe.example/api/v3")
}

fn no_client(reason: &str) -> String {
    format!("no connection to GitHub can be made: {reason}")
}

fn wrong_redirection() -> String {
    "GitHub leads to an address that is not HTTPS".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_token_is_never_sent_in_clear() {
        for address in ["http://api.github.com", "ftp://github.com", "api.github.com", "", "https://a/?b", "https:///x"]
        {
            assert!(Transport::new(address, Timeouts::default()).is_err(), "{address}");
        }
        for address in ["https://api.github.com", "https://ghe.example/api/v3/", "http://127.0.0.1:4010"] {
            assert!(Transport::new(address, Timeouts::default()).is_ok(), "{address}");
        }
    }

    #[tokio::test]
    async fn the_prefix_of_an_enterprise_is_kept_and_other_hosts_are_told_apart() {
        let transport = Transport::new("https://ghe.example/api/v3/", Timeouts::default()).unwrap();
        assert_eq!(transport.path_of("https://ghe.example/api/v3/repos/a/b?page=2"), Some("/repos/a/b?page=2"));
        for other in ["https://evil.example/api/v3/x", "https://ghe.example/login", "https://ghe.example/api/v30/x"] {
            assert_eq!(transport.path_of(other), None, "{other}");
        }
    }
}
