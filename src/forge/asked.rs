//! What the bot answers to `plan`, `apply` and `unlock`. Values in, sentences out.

use super::wording::code;
use super::words::{Permission, PullNumber};
use crate::ledger::{Scope, UnitName};
use crate::model::Timestamp;
use crate::report::counted;

/// More names than this are counted.
const MOST_NAMES: usize = 10;

/// What a head would change of what the ledger says is deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prospect {
    /// Units that its own report shows.
    pub own: Vec<UnitName>,
    /// Those that are merged, or were taken back, and not as the ledger has them.
    pub others: Vec<UnitName>,
    pub is_from_fork: bool,
}

/// The answer to `/pavior plan`. Terraform is not run: whoever may write a pull request could make it run anything, with
/// whatever credentials there are.
pub fn plan(pull: PullNumber, prospect: &Prospect) -> String {
    let Prospect { own, others, is_from_fork } = prospect;
    let own = match own.as_slice() {
        [] => "an apply would change nothing of what this report shows".to_owned(),
        own => format!("an apply would change {}: {}", counted(own.len(), "unit"), names(own)),
    };
    let others = match others.as_slice() {
        [] => String::new(),
        others => format!(
            "; {} beside, which {} not yet what is merged: {}",
            others.len(),
            if others.len() == 1 { "is" } else { "are" },
            names(others)
        ),
    };
    let beware = match is_from_fork {
        true => ", once you have read it, for planning runs what its modules say",
        false => "",
    };
    format!(
        "`/pavior plan`: {own}{others}. What Terraform would do is asked where its credentials are, never where a pull request \
         is judged: `git fetch origin pull/{pull}/head && pavior plan --head FETCH_HEAD`{beware}"
    )
}

fn names(units: &[UnitName]) -> String {
    let shown: Vec<String> = units.iter().take(MOST_NAMES).map(|unit| code(&unit.to_string())).collect();
    match units.len() > MOST_NAMES {
        true => format!("{} and {} more", shown.join(", "), units.len() - MOST_NAMES),
        false => shown.join(", "),
    }
}

pub fn not_merged() -> String {
    "`/pavior apply` tries again what is merged, and this is not: once it is merged it is applied without being told"
        .to_owned()
}

/// The workflow that reports has no credentials, and none of what it says does.
pub fn done_elsewhere(command: &str) -> String {
    format!("`/pavior {command}` is done by the workflow `pavior apply`: what comes of it is said below")
}

/// Why a comment starts no apply, for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAsked {
    #[error("the comment is gone, or was edited")]
    Gone,
    #[error("the comment asks for no apply, and gives up no lock")]
    NoCommand,
    #[error("{login} may not say `{command}`: it takes {needed:?}")]
    NotAllowed { login: String, command: &'static str, needed: Permission },
    #[error("#{0} is not merged into the default branch")]
    NotMerged(PullNumber),
    #[error("the digest is not that of the report of #{0}")]
    AnotherDigest(PullNumber),
}

/// What became of a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unlocked {
    /// It was given back, in somebody's name.
    Returned { scope: Scope, by: String, at: Timestamp },
    /// Its run still works.
    Alive { scope: Scope, run: String },
    /// Nobody can say whether its holder is dead.
    Unknown { scope: Scope, holder: String, until: Timestamp },
}

/// The line of the comment, of the form of those of [`super::applied`].
pub fn unlocked(all: &[Unlocked]) -> String {
    let said: Vec<String> = all.iter().map(unlocked_one).collect();
    match said.as_slice() {
        [] => "- **`unlock`**: no unit of this pull request is locked".to_owned(),
        said => format!("- **`unlock`**: {}", said.join("; ")),
    }
}

fn unlocked_one(one: &Unlocked) -> String {
    match one {
        Unlocked::Returned { scope, by, at } => {
            format!("{} is given up by {} at {at}; the next run has it", code(&scope.to_string()), code(by))
        }
        Unlocked::Alive { scope, run } => {
            format!("{} stays: {} still works on it", code(&scope.to_string()), code(run))
        }
        Unlocked::Unknown { scope, holder, until } => format!(
            "{} stays: nobody can say from here whether {} is dead, and the lock ends by itself at {until}",
            code(&scope.to_string()),
            code(holder)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;

    fn unit(name: &str) -> UnitName {
        UnitName { environment: Name::parse("staging").unwrap(), unit: name.to_owned() }
    }

    #[test]
    fn a_plan_says_what_would_change_and_where_terraform_is_asked() {
        let prospect = Prospect { own: vec![unit("cart")], others: vec![unit("web")], is_from_fork: true };
        insta::assert_snapshot!(plan(PullNumber(7), &prospect));
        let none = Prospect { own: Vec::new(), others: Vec::new(), is_from_fork: false };
        assert!(!plan(PullNumber(7), &none).contains("read it"));
    }

    #[test]
    fn a_lock_that_is_not_provably_dead_is_said_to_stay() {
        let scope = Scope { environment: Name::parse("staging").unwrap(), unit: Some("cart".to_owned()) };
        let at = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let line = |one| unlocked(&[one]);
        let returned = line(Unlocked::Returned { scope: scope.clone(), by: "mira".to_owned(), at });
        assert_eq!(
            returned,
            "- **`unlock`**: `staging/cart` is given up by `mira` at 2026-11-23T12:00:00Z; the next run has it"
        );
        let unknown = line(Unlocked::Unknown { scope: scope.clone(), holder: "jo".to_owned(), until: at });
        assert!(unknown.contains("stays: nobody can say"), "{unknown}");
        assert!(line(Unlocked::Alive { scope, run: "https://x".to_owned() }).contains("still works"));
        assert!(unlocked(&[]).contains("no unit of this pull request is locked"));
    }
}
