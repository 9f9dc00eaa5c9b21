//! Who the bot is to GitHub, by environment variables: an App where one is configured, else a token.

use crate::forge::github::Credentials;
use crate::forge::words::AppId;
use anyhow::{Context, Result, bail};

/// A variable that is set to nothing is not set: that is how an absent secret of Actions comes.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// From a variable, or from the file that `<name>_FILE` names.
pub fn secret(name: &str) -> Result<Option<String>> {
    let file = format!("{name}_FILE");
    match (variable(name), variable(&file)) {
        (Some(_), Some(_)) => bail!("{name} and {file} are both set: which one is meant?"),
        (Some(value), None) => Ok(Some(value)),
        (None, Some(path)) => {
            let text = std::fs::read_to_string(&path);
            text.map(Some).with_context(|| format!("reading {path}, which {file} names"))
        }
        (None, None) => Ok(None),
    }
}

/// `key` is told the App's private key before anything is done with it; `token` says whose a token is.
pub fn credentials(
    key: impl FnOnce(&str) -> Result<()>,
    token: impl FnOnce(&str) -> Credentials,
) -> Result<Credentials> {
    match (variable("PAVIOR_APP_ID"), secret("PAVIOR_APP_PRIVATE_KEY")?, secret("GITHUB_TOKEN")?) {
        (Some(id), Some(given), _) => {
            key(&given)?;
            let id = id.parse().map(AppId).context("PAVIOR_APP_ID is no number")?;
            Ok(Credentials::app(id, &given, None)?)
        }
        (Some(_), None, _) => bail!("PAVIOR_APP_ID is set and PAVIOR_APP_PRIVATE_KEY is not"),
        (None, _, Some(given)) => Ok(token(&given)),
        (None, _, None) => bail!("neither PAVIOR_APP_ID nor GITHUB_TOKEN is set: one of them says who the bot is"),
    }
}
