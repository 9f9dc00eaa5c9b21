//! What merged pull requests were reviewed for in, which units may be applied on whose word out. A function of values: who
//! asks GitHub and git is `ci`, who carries it out is `pavior apply --mandate`.
//!
//! A unit may go from what it is healthy with to what is merged where approved reports lead there, each beginning where the
//! one before it ended. That a report showed what is merged is not enough: what it was built on may have been reviewed by
//! nobody.

use crate::ledger::UnitName;
use crate::model::kinds::environment::EnvironmentClass;
use crate::model::{Name, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Rises when a reader of the previous version could break.
const VERSION: u32 = 1;

/// Approvals were counted when it was made: so many seconds later they have to be counted again.
const FRESH: i64 = 15 * 60;

/// What comes behind the apply of the same job comes later by as long as that takes: a database takes a quarter of an hour.
const BEHIND: i64 = FRESH + 2 * 3_600;

/// Where a mandate is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// By `pavior apply`, as soon as it is there.
    First,
    /// By `pavior publish`, behind it.
    BehindApply,
}

/// What one commit may be applied on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mandate {
    pub version: u32,
    /// The commit that is carried out.
    pub head: String,
    /// The branch that it is the tip of.
    pub branch: String,
    pub at: Timestamp,
    /// Each unit that is not what the ledger last found it healthy with; sorted.
    pub units: Vec<Mandated>,
    /// The merged pull requests that change one of them, the oldest first.
    pub pulls: Vec<MergedPull>,
    /// How much depends on each environment.
    pub environments: BTreeMap<Name, EnvironmentClass>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergedPull {
    pub number: u64,
    /// The digest of its report, as it was made anew.
    pub report: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mandated {
    pub unit: UnitName,
    /// None: it is to be taken away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// The merged pull requests that change it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pulls: Vec<u64>,
    pub word: Word,
}

/// Whether a unit may be applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Word {
    Given(Box<Given>),
    Refused { why: String },
}

/// On whose word; nobody's, where the environment asks for none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Given {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<u64>,
    /// What the report compares with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Of every report that leads there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approved_by: Vec<String>,
}

/// A unit that is to become another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    pub unit: UnitName,
    /// What it is healthy with.
    pub from: Option<String>,
    pub to: Option<String>,
    pub since: Since,
    /// Whether the environment lets anything be applied that is merged.
    pub asks_for_none: bool,
}

/// Where the commit that a unit is healthy with stands on the branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// So many commits came after it.
    Commits(usize),
    /// There is none, or it is further away than was looked.
    Ever,
    /// The branch does not have it any more.
    Rewritten,
}

/// A merged pull request, judged anew at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    pub pull: u64,
    /// So many commits of the branch came after it.
    pub age: usize,
    pub base: String,
    pub report: String,
    pub author: String,
    pub approved_by: Vec<String>,
    /// Why nothing may be applied on its word.
    pub lacks: Option<String>,
    /// Of each unit that its report shows, what it was and what it becomes.
    pub shows: BTreeMap<UnitName, (Option<String>, Option<String>)>,
}

impl Wish {
    /// Whether a pull request came after what the unit is healthy with.
    fn is_since(&self, reviewed: &Reviewed) -> bool {
        match self.since {
            Since::Commits(count) => reviewed.age < count,
            Since::Ever => true,
            Since::Rewritten => false,
        }
    }

    fn shown<'r>(&self, all: &'r [Reviewed]) -> Vec<&'r Reviewed> {
        all.iter().filter(|one| self.is_since(one) && one.shows.contains_key(&self.unit)).collect()
    }

    /// Whether older commits of the branch cannot change what becomes of it.
    pub fn is_settled(&self, all: &[Reviewed], age: usize) -> bool {
        let is_over = match self.since {
            Since::Commits(count) => age >= count,
            Since::Ever => false,
            Since::Rewritten => true,
        };
        is_over || matches!(word(self, all), Word::Given(_))
    }
}

/// What may be applied, unit by unit.
pub fn decide(wishes: &[Wish], all: &[Reviewed]) -> Vec<Mandated> {
    let mandated = |wish: &Wish| {
        let pulls: BTreeSet<u64> = wish.shown(all).iter().map(|one| one.pull).collect();
        Mandated {
            unit: wish.unit.clone(),
            digest: wish.to.clone(),
            pulls: pulls.into_iter().collect(),
            word: word(wish, all),
        }
    };
    wishes.iter().map(mandated).collect()
}

fn word(wish: &Wish, all: &[Reviewed]) -> Word {
    let shown = wish.shown(all);
    let approved: Vec<&Reviewed> = shown.iter().copied().filter(|one| one.lacks.is_none()).collect();
    if let Some(way) = way(wish, &approved) {
        return Word::Given(Box::new(given(&way)));
    }
    let unapproved = way(wish, &shown);
    if wish.asks_for_none {
        return Word::Given(Box::new(given(&unapproved.unwrap_or_default())));
    }
    Word::Refused { why: refusal(wish, &shown, unapproved.as_deref()) }
}

/// The shortest way from what it is to what it is to be: of each step the report that shows it.
fn way<'r>(wish: &Wish, reports: &[&'r Reviewed]) -> Option<Vec<&'r Reviewed>> {
    let mut ways: BTreeMap<&Option<String>, Vec<&Reviewed>> = BTreeMap::from([(&wish.from, Vec::new())]);
    let mut next = VecDeque::from([&wish.from]);
    while let Some(at) = next.pop_front() {
        if *at == wish.to {
            return ways.remove(at);
        }
        for report in reports {
            let Some((from, to)) = report.shows.get(&wish.unit) else { continue };
            if from == at && !ways.contains_key(to) {
                let way = ways[at].iter().copied().chain([*report]).collect();
                ways.insert(to, way);
                next.push_back(to);
            }
        }
    }
    None
}

fn given(way: &[&Reviewed]) -> Given {
    let Some(last) = way.last() else { return Given::default() };
    let approved_by: BTreeSet<&String> = way.iter().flat_map(|one| &one.approved_by).collect();
    Given {
        pull: Some(last.pull),
        base: Some(last.base.clone()),
        report: Some(last.report.clone()),
        author: Some(last.author.clone()),
        approved_by: approved_by.into_iter().cloned().collect(),
    }
}

fn refusal(wish: &Wish, shown: &[&Reviewed], unapproved: Option<&[&Reviewed]>) -> String {
    if wish.since == Since::Rewritten {
        return "the branch was rewritten: it no longer has the commit that this unit is healthy with".to_owned();
    }
    let lacking = unapproved.into_iter().flatten().find_map(|one| Some((one.pull, one.lacks.as_ref()?)));
    if let Some((pull, lacks)) = lacking {
        return format!("#{pull}: {lacks}");
    }
    let numbers: Vec<String> = shown.iter().map(|one| format!("#{}", one.pull)).collect();
    let ends_there = shown.iter().find(|one| one.shows[&wish.unit].1 == wish.to);
    match (ends_there, numbers.as_slice()) {
        (Some(one), _) => format!(
            "#{} is built on a change of this unit that nobody reviewed: revert both, and propose them again",
            one.pull
        ),
        (None, []) => {
            "nobody reviewed it: no merged pull request changes it; revert it, and propose it by one".to_owned()
        }
        (None, _) => format!(
            "what is merged is not what {} showed: revert it, and propose it again on the branch as it is now",
            numbers.join(", ")
        ),
    }
}

impl Mandate {
    pub fn new(head: String, branch: String, at: Timestamp, units: Vec<Mandated>, reviewed: &[Reviewed]) -> Mandate {
        let named: BTreeSet<u64> = units.iter().flat_map(|unit| unit.pulls.iter().copied()).collect();
        let mut pulls: Vec<&Reviewed> = reviewed.iter().filter(|one| named.contains(&one.pull)).collect();
        pulls.sort_by_key(|one| (std::cmp::Reverse(one.age), one.pull));
        let pull = |one: &Reviewed| MergedPull { number: one.pull, report: one.report.clone() };
        Mandate {
            version: VERSION,
            head,
            branch,
            at,
            units,
            pulls: pulls.into_iter().map(pull).collect(),
            environments: BTreeMap::new(),
        }
    }

    /// # Errors
    /// When it is none, or of another version.
    pub fn read(text: &[u8]) -> Result<Mandate, String> {
        let mandate: Mandate = serde_json::from_slice(text).map_err(|error| format!("it is no mandate: {error}"))?;
        match mandate.version {
            VERSION => Ok(mandate),
            other => Err(format!("it is of version {other}, and this reads version {VERSION}")),
        }
    }

    /// Why it may not be carried out at this moment.
    pub fn is_stale(&self, now: Timestamp, turn: Turn) -> Option<String> {
        let age = now.unix_seconds() - self.at.unix_seconds();
        let most = match turn {
            Turn::First => FRESH,
            Turn::BehindApply => BEHIND,
        };
        (!(-FRESH..=most).contains(&age))
            .then(|| format!("approvals were counted at {}, which is not now: count them again", self.at))
    }

    pub fn unit(&self, unit: &UnitName) -> Option<&Mandated> {
        self.units.iter().find(|one| one.unit == *unit)
    }

    /// Why a unit may not be applied with what it compiles into.
    pub fn refusal(&self, unit: &UnitName, digest: Option<&str>) -> Option<String> {
        let Some(mandated) = self.unit(unit) else {
            return Some("the ledger has changed since approvals were counted: the next run looks again".to_owned());
        };
        if mandated.digest.as_deref() != digest {
            return Some("what is compiled is not what approvals were counted for".to_owned());
        }
        match &mandated.word {
            Word::Given(_) => None,
            Word::Refused { why } => Some(why.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unit() -> UnitName {
        UnitName { environment: Name::parse("production").unwrap(), unit: "cart".to_owned() }
    }

    fn digest(text: &str) -> Option<String> {
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn wish(from: &str, to: &str) -> Wish {
        Wish { unit: unit(), from: digest(from), to: digest(to), since: Since::Ever, asks_for_none: false }
    }

    fn reviewed(pull: u64, from: &str, to: &str) -> Reviewed {
        Reviewed {
            pull,
            age: usize::try_from(100 - pull).unwrap(),
            base: format!("base of {pull}"),
            report: format!("report of {pull}"),
            author: "ada".to_owned(),
            approved_by: vec![format!("approver of {pull}")],
            lacks: None,
            shows: BTreeMap::from([(unit(), (digest(from), digest(to)))]),
        }
    }

    fn lacking(pull: u64, from: &str, to: &str) -> Reviewed {
        let lacks = Some("1 approval of 1 missing".to_owned());
        Reviewed { lacks, approved_by: Vec::new(), ..reviewed(pull, from, to) }
    }

    fn refused(wish: &Wish, all: &[Reviewed]) -> String {
        match word(wish, all) {
            Word::Refused { why } => why,
            Word::Given(given) => panic!("{given:?}"),
        }
    }

    fn given_by(wish: &Wish, all: &[Reviewed]) -> Given {
        match word(wish, all) {
            Word::Given(given) => *given,
            Word::Refused { why } => panic!("{why}"),
        }
    }

    #[test]
    fn what_an_approved_report_showed_may_be_applied_and_it_is_said_by_whom() {
        let given = given_by(&wish("0", "1"), &[reviewed(7, "0", "1"), lacking(8, "0", "2")]);
        assert_eq!((given.pull, given.approved_by.as_slice()), (Some(7), ["approver of 7".to_owned()].as_slice()));
        assert_eq!(given.report.as_deref(), Some("report of 7"));
        // What comes, what goes, and what is there already.
        assert_eq!(given_by(&wish("", "1"), &[reviewed(7, "", "1")]).pull, Some(7));
        assert_eq!(given_by(&wish("1", ""), &[reviewed(7, "1", "")]).pull, Some(7));
        assert_eq!(given_by(&wish("1", "1"), &[]), Given::default());
    }

    #[test]
    fn a66_several_reports_lead_there_one_behind_the_other() {
        let all = [reviewed(8, "1", "2"), reviewed(7, "0", "1")];
        let given = given_by(&wish("0", "2"), &all);
        assert_eq!((given.pull, given.approved_by.len()), (Some(8), 2));
        assert_eq!(
            refused(&wish("0", "2"), &[reviewed(8, "1", "2"), lacking(7, "0", "1")]),
            "#7: 1 approval of 1 missing"
        );
    }

    #[test]
    fn a65_what_no_report_showed_goes_back_to_review() {
        let both = [reviewed(7, "0", "1"), reviewed(8, "0", "2")];
        let why = refused(&wish("0", "both"), &both);
        assert!(why.starts_with("what is merged is not what #7, #8 showed"), "{why}");
    }

    #[test]
    fn a_report_that_is_built_on_what_nobody_reviewed_launders_nothing() {
        let why = refused(&wish("0", "2"), &[reviewed(8, "evil", "2")]);
        assert!(why.starts_with("#8 is built on a change of this unit that nobody reviewed"), "{why}");
        assert!(refused(&wish("0", "evil"), &[]).starts_with("nobody reviewed it"));
    }

    #[test]
    fn what_was_approved_before_the_unit_became_what_it_is_gives_no_word() {
        let all = [reviewed(7, "0", "1")];
        let since = |since| Wish { since, ..wish("0", "1") };
        assert_eq!(given_by(&since(Since::Commits(94)), &all).pull, Some(7));
        refused(&since(Since::Commits(93)), &all);
        assert!(refused(&since(Since::Rewritten), &all).starts_with("the branch was rewritten"));
    }

    #[test]
    fn where_nobody_has_to_approve_a_report_is_named_where_there_is_one() {
        let free = |to: &str| Wish { asks_for_none: true, ..wish("0", to) };
        assert_eq!(given_by(&free("1"), &[lacking(7, "0", "1")]).pull, Some(7));
        assert_eq!(given_by(&free("else"), &[reviewed(7, "0", "1")]), Given::default());
    }

    #[test]
    fn a63_a_mandate_is_for_what_was_counted_and_for_now() {
        let at = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        let units = decide(&[wish("0", "1")], &[reviewed(7, "0", "1")]);
        let mandate = Mandate::new("c".repeat(40), "main".to_owned(), at, units, &[reviewed(7, "0", "1")]);
        let read = Mandate::read(serde_json::to_string(&mandate).unwrap().as_bytes()).unwrap();
        assert_eq!(read, mandate);
        assert_eq!(mandate.refusal(&unit(), Some("1")), None);
        assert!(mandate.refusal(&unit(), Some("2")).is_some() && mandate.refusal(&unit(), None).is_some());
        let other = UnitName { unit: "web".to_owned(), ..unit() };
        assert!(mandate.refusal(&other, Some("1")).is_some());
        let at = |text: &str, turn: Turn| mandate.is_stale(Timestamp::parse(text).unwrap(), turn);
        let later = |text: &str| at(text, Turn::First);
        assert_eq!(later("2026-11-23T12:15:00Z"), None);
        assert!(later("2026-11-23T12:15:01Z").is_some() && later("2026-11-23T11:00:00Z").is_some());
        assert_eq!(at("2026-11-23T14:15:00Z", Turn::BehindApply), None);
        assert!(at("2026-11-23T14:15:01Z", Turn::BehindApply).is_some());
    }

    fn report() -> impl Strategy<Value = Reviewed> {
        (1..99_u64, "[0-4]", "[0-4]", any::<bool>()).prop_map(|(pull, from, to, is_approved)| match is_approved {
            true => reviewed(pull, &from, &to),
            false => lacking(pull, &from, &to),
        })
    }

    proptest! {
        /// Whatever else was merged without an approval: only approved reports lead anywhere, and each was there when the
        /// unit had become what it is.
        #[test]
        fn a_word_is_given_only_where_approved_reports_lead_there(
            all in prop::collection::vec(report(), 0..9), to in "[1-4]", since in 1..100_usize,
        ) {
            let wish = Wish { since: Since::Commits(since), ..wish("0", &to) };
            let mut there = BTreeSet::from([digest("0")]);
            loop {
                let steps = all.iter().filter(|one| one.lacks.is_none() && one.age < since).map(|one| &one.shows[&unit()]);
                let next: Vec<_> = steps.filter(|(from, to)| there.contains(from) && !there.contains(to)).collect();
                if next.is_empty() {
                    break;
                }
                there.extend(next.into_iter().map(|(_, to)| to.clone()));
            }
            let is_given = matches!(word(&wish, &all), Word::Given(_));
            prop_assert_eq!(is_given, there.contains(&digest(&to)));
        }
    }
}
