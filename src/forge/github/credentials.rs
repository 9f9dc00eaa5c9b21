//! Who we are to GitHub: a token, or an App that makes itself tokens of an hour. Nothing here can be printed.

use super::error::GitHubError;
use crate::forge::words::{AppId, InstallationId};
use base64::prelude::{BASE64_STANDARD, Engine};
use http::HeaderValue;
use octocrab::jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use octocrab::secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// A signed claim begins so long before the time of the server, so that a clock that is a little fast does no harm.
const BACKDATED: i64 = 60;
/// GitHub takes ten minutes at most, counted by its own clock.
const CLAIM_LIFE: i64 = 9 * 60;
/// A token is not used in its last five minutes: a call that begins now still ends within its life.
const SPARE: i64 = 5 * 60;

#[derive(Clone)]
pub enum Credentials {
    /// The token of a bot whose login is known: in Actions `github-actions[bot]`.
    Bot { token: Secret, login: String },
    /// A token of a person.
    Person { token: Secret },
    /// An App with its private key.
    App(AppKey),
}

impl Credentials {
    /// `GITHUB_TOKEN` of a workflow.
    pub fn actions(token: &str) -> Credentials {
        Credentials::Bot { token: Secret::new(token), login: "github-actions[bot]".to_owned() }
    }

    pub fn person(token: &str) -> Credentials {
        Credentials::Person { token: Secret::new(token) }
    }

    /// An App by its private key in PEM. Without an installation, that of the repository is asked for.
    pub fn app(id: AppId, key: &str, installation: Option<InstallationId>) -> Result<Credentials, GitHubError> {
        let key = EncodingKey::from_rsa_pem(key.as_bytes()).map_err(|_| GitHubError::Configuration(unusable_key()))?;
        Ok(Credentials::App(AppKey { id, key, installation }))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Bot { login, .. } => write!(f, "Bot({login})"),
            Credentials::Person { .. } => f.write_str("Person"),
            Credentials::App(app) => write!(f, "App({})", app.id),
        }
    }
}

/// What is never shown.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    pub fn new(text: &str) -> Secret {
        // A file or a variable often ends with a line break.
        Secret(SecretString::from(text.trim().to_owned()))
    }

    pub(super) fn header(&self) -> Result<HeaderValue, GitHubError> {
        let text = format!("Bearer {}", self.0.expose_secret());
        let mut value = HeaderValue::from_str(&text).map_err(|_| GitHubError::Configuration(unusable_token()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

impl Secret {
    /// As the password of a user.
    pub(super) fn basic(&self, user: &str) -> String {
        let pair = format!("{user}:{}", self.0.expose_secret());
        format!("Authorization: Basic {}", BASE64_STANDARD.encode(pair))
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Secret) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[derive(Clone)]
pub struct AppKey {
    pub(super) id: AppId,
    key: EncodingKey,
    pub(super) installation: Option<InstallationId>,
}

impl AppKey {
    /// A claim to be this App, for the next minutes of the server's time.
    pub(super) fn claim(&self, server_now: i64) -> Result<Secret, GitHubError> {
        #[derive(serde::Serialize)]
        struct Claims {
            iat: i64,
            exp: i64,
            iss: String,
        }
        let claims = Claims { iat: server_now - BACKDATED, exp: server_now + CLAIM_LIFE, iss: self.id.to_string() };
        let signed = encode(&Header::new(Algorithm::RS256), &claims, &self.key);
        signed.map(|text| Secret::new(&text)).map_err(|_| GitHubError::Configuration(unusable_key()))
    }
}

/// A token of an installation, with the end of its life in the server's time.
#[derive(Clone)]
pub(super) struct InstallationToken {
    pub token: Secret,
    pub ends: i64,
}

impl InstallationToken {
    pub fn is_good(&self, server_now: i64) -> bool {
        server_now + SPARE < self.ends
    }
}

/// Seconds since 1970 of `2026-11-02T08:15:00Z`.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let moment = crate::model::Timestamp::parse(text)?;
    let (year, month) = (i64::from(moment.date.year), i64::from(moment.date.month));
    // Years begin in March, so that the day of a leap year is the last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year.div_euclid(4) - year.div_euclid(100)
        + year.div_euclid(400)
        + (month * 153 + 2) / 5
        + i64::from(moment.date.day)
        - 1
        - 719_468;
    let time = i64::from(moment.hour) * 3_600 + i64::from(moment.minute) * 60 + i64::from(moment.second);
    Some(days * 86_400 + time)
}

fn unusable_key() -> String {
    "the private key of the GitHub App is no RSA key in PEM".to_owned()
}

fn unusable_token() -> String {
    "the GitHub token holds characters that no token has".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_printed() {
        let token = ["ghs_", "abcdef0123456789"].concat();
        for credentials in [Credentials::actions(&token), Credentials::person(&token)] {
            assert!(!format!("{credentials:?} {credentials:#?}").contains("abcdef"), "{credentials:?}");
        }
        let secret = Secret::new(&token);
        assert_eq!(format!("{secret:?}"), "[secret]");
        assert!(!format!("{:?}", secret.header().unwrap()).contains("abcdef"));
        assert!(!format!("{:?}", Secret::new("two\nlines abcdef").header()).contains("abcdef"));
    }

    #[test]
    fn a_key_that_is_none_is_named_but_not_shown() {
        let error = Credentials::app(AppId(1), "-----BEGIN abcdef", None).unwrap_err();
        assert!(!error.to_string().contains("abcdef"), "{error}");
    }

    #[test]
    fn moments_become_seconds() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:00:01Z"), Some(951_825_601));
        assert_eq!(seconds("2026-11-22T14:54:04Z"), Some(1_795_359_244));
        assert_eq!(seconds("soon"), None);
    }
}
