//! Tokens, and an App that signs for its own: its claims are checked as GitHub checks them.

use super::reply::{Reply, Request};
use super::world::{Asker, World};
use octocrab::jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use pavior::forge::github::{Clock, Credentials as Identity, SystemClock};
use pavior::forge::words::{AppId, InstallationId};
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey, LineEnding};
use rsa::{RsaPrivateKey, RsaPublicKey, rand_core};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub struct App {
    pub id: u64,
    pub slug: String,
    pub installation: u64,
    /// Its private half, for a process that acts as the App.
    pub pem: String,
    public_key: String,
    /// The second in which each token ends.
    pub tokens: BTreeMap<String, i64>,
    /// How long a token lives.
    pub life: i64,
}

#[derive(Deserialize)]
struct Claims {
    iat: i64,
    exp: i64,
    iss: String,
}

impl World {
    /// Makes the App `pavior` and installs it; the credentials to connect with.
    pub fn install_app(&mut self, installation: Option<InstallationId>) -> Identity {
        let key = RsaPrivateKey::new(&mut rand_core::OsRng, 2_048).unwrap();
        let private_key = key.to_pkcs1_pem(LineEnding::LF).unwrap().to_string();
        let public_key = RsaPublicKey::from(&key).to_pkcs1_pem(LineEnding::LF).unwrap();
        let identity = Identity::app(AppId(77), &private_key, installation).unwrap();
        let app = App {
            id: 77,
            slug: "pavior".to_owned(),
            installation: 55,
            pem: private_key,
            public_key,
            tokens: BTreeMap::new(),
            life: 3_600,
        };
        self.user("pavior[bot]", 4_711, "Bot", ("none", "none"));
        self.app = Some(app);
        identity
    }
}

impl App {
    /// Whether a claim is ours and holds now: issued in the past, at an end within ten minutes.
    fn accepts(&self, claim: &str) -> bool {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.set_required_spec_claims(&["iat", "exp", "iss"]);
        let key = DecodingKey::from_rsa_pem(self.public_key.as_bytes()).unwrap();
        let now = SystemClock.now();
        decode::<Claims>(claim, &key, &validation).is_ok_and(|token| {
            let Claims { iat, exp, iss } = token.claims;
            iss == self.id.to_string() && iat <= now && now < exp && exp <= now + 600
        })
    }
}

/// Who stands behind a request, or the refusal.
pub fn who_asks(world: &World, request: &Request) -> Result<Asker, Reply> {
    let bad = || Reply::error(401, "Bad credentials");
    let token = request.authorization.strip_prefix("Bearer ").ok_or_else(bad)?;
    if let Some(asker) = world.tokens.get(token) {
        return Ok(asker.clone());
    }
    let app = world.app.as_ref().ok_or_else(bad)?;
    let is_live = app.tokens.get(token).is_some_and(|ends| SystemClock.now() < *ends);
    let is_claim = is_for_apps(request) && app.accepts(token);
    let login = if is_live { format!("{}[bot]", app.slug) } else { String::new() };
    if is_live || is_claim { Ok(Asker { login, writes: true }) } else { Err(bad()) }
}

fn is_for_apps(request: &Request) -> bool {
    request.path.starts_with("/app") || request.path.ends_with("/installation")
}

pub fn app(world: &World) -> Reply {
    world.app.as_ref().map_or_else(Reply::not_found, |app| Reply::ok(json!({"id": app.id, "slug": app.slug})))
}

pub fn installation(world: &World) -> Reply {
    world.app.as_ref().map_or_else(Reply::not_found, |app| Reply::ok(json!({"id": app.installation})))
}

pub fn new_token(world: &mut World, request: &Request, installation: &str) -> Reply {
    let number = world.id();
    let Some(app) = world.app.as_mut().filter(|app| app.installation.to_string() == installation) else {
        return Reply::not_found();
    };
    if request.body["repositories"] == Value::Null {
        return Reply::unprocessable("the test wants tokens for one repository");
    }
    let ends = SystemClock.now() + app.life;
    let token = format!("installation-token-{number}");
    app.tokens.insert(token.clone(), ends);
    Reply::created(json!({"token": token, "expires_at": moment(ends)}))
}

/// `2026-11-02T08:15:00Z` of seconds since 1970, by way of the date that HTTP writes.
fn moment(seconds: i64) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds as u64);
    let text = httpdate::fmt_http_date(time);
    let parts: Vec<&str> = text.split(' ').collect();
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = months.iter().position(|month| *month == parts[2]).unwrap() + 1;
    format!("{}-{month:02}-{}T{}Z", parts[3], parts[1], parts[4])
}
