//! Records and what stands on GitHub in, the calls that make GitHub show what they say out. Where it does, there are none.

use super::record::Record;
use super::standing::{Standing, Told};
use super::state::{Entry, places};
use crate::forge::words::{DeploymentId, DeploymentState, DeploymentStatus, NewDeployment};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    Create { deployment: NewDeployment, statuses: Vec<DeploymentStatus> },
    Tell { of: DeploymentId, status: DeploymentStatus },
}

/// What is over first: whoever finds something that runs need not look for what ran before it.
pub fn plan(records: &[Record], standing: &[Standing]) -> Vec<Call> {
    let (mut over, mut news) = (Vec::new(), Vec::new());
    for entries in places(records, standing).into_values() {
        for entry in &entries {
            match entry.ended_by(&entries) {
                Some(by) => over.extend(end(entry, by)),
                None => news.extend(tell(entry)),
            }
        }
    }
    over.into_iter().chain(news).collect()
}

/// What never stood need not be ended, and what failed has ended.
fn end(entry: &Entry, by: &Told) -> Option<Call> {
    let (of, latest) = entry.stands.as_ref()?;
    let has_ended = |status: &DeploymentStatus| {
        matches!(status.state, DeploymentState::Inactive | DeploymentState::Failure | DeploymentState::Error)
    };
    let is_over = latest.as_ref().is_some_and(has_ended);
    (!is_over).then(|| Call::Tell { of: *of, status: Told::over(by).status })
}

/// The newest word; and before it that by which others ended, where another word has followed it since: who comes later
/// has to find it.
fn tell(entry: &Entry) -> Vec<Call> {
    let Some(told) = &entry.told else { return Vec::new() };
    let ends = entry.ends.iter().filter(|ends| entry.ends_is_news && ends.sequence != told.sequence);
    let statuses: Vec<DeploymentStatus> = ends.chain([told]).map(|told| told.status.clone()).collect();
    match (&entry.stands, &entry.new) {
        (Some((_, Some(latest))), _) if statuses[..] == [latest.clone()] => Vec::new(),
        (Some((of, _)), _) => statuses.into_iter().map(|status| Call::Tell { of: *of, status }).collect(),
        (None, Some(new)) => vec![Call::Create { deployment: new.clone(), statuses }],
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::record::tests::record;
    use super::super::standing::tests::{OWN, user};
    use super::super::state::shown;
    use super::*;
    use crate::forge::words::{Deployment, StandingStatus};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    /// GitHub, as far as it matters: deployments with their statuses, newest first.
    #[derive(Default, Clone)]
    struct Forge(Vec<(Deployment, Vec<StandingStatus>)>);

    impl Forge {
        fn standing(&self) -> Vec<Standing> {
            self.0.iter().map(|(made, statuses)| Standing::of(made, statuses.clone(), OWN)).collect()
        }

        fn plan(&self, records: &[Record]) -> Vec<Call> {
            plan(records, &self.standing())
        }

        fn apply(&mut self, calls: &[Call]) {
            for call in calls {
                let (at, statuses) = match call {
                    Call::Tell { of, status } => (of.0 as usize, std::slice::from_ref(status)),
                    Call::Create { deployment, statuses } => {
                        self.create(deployment);
                        (self.0.len() - 1, &statuses[..])
                    }
                };
                for status in statuses {
                    let status = StandingStatus { status: status.clone(), creator: Some(user(OWN)) };
                    self.0[at].1.insert(0, status);
                }
            }
        }

        fn create(&mut self, new: &NewDeployment) {
            let NewDeployment { environment, task, commit, description, .. } = new.clone();
            let (id, creator) = (DeploymentId(self.0.len() as u64), Some(user(OWN)));
            self.0.push((Deployment { id, environment, task, commit, description, creator }, Vec::new()));
        }

        fn tell(&mut self, records: &[Record]) -> &mut Forge {
            self.apply(&self.plan(records));
            assert_eq!(self.plan(records), [], "it is told once");
            self
        }

        /// What GitHub shows that has not ended: environment, task, commit and state.
        fn active(&self) -> BTreeSet<String> {
            let latest = |(made, statuses): &(Deployment, Vec<StandingStatus>)| {
                let state = statuses.first()?.status.state;
                let ended = [DeploymentState::Inactive, DeploymentState::Failure, DeploymentState::Error];
                (!ended.contains(&state))
                    .then(|| format!("{} {} {} {state:?}", made.environment, made.task, made.commit))
            };
            self.0.iter().filter_map(latest).collect()
        }

        fn states(&self) -> Vec<DeploymentState> {
            self.0.iter().map(|(_, statuses)| statuses[0].status.state).collect()
        }
    }

    use DeploymentState::{Error, Failure, InProgress, Inactive, Queued, Success};

    #[test]
    fn a_preview_is_made_once_and_goes_through_its_states() {
        let mut forge = Forge::default();
        for (sequence, state) in [(1, Queued), (2, InProgress), (3, Success), (9, Inactive)] {
            forge.tell(&[record(sequence, 'a', state)]);
            assert_eq!(forge.states(), [state]);
        }
        assert_eq!(forge.0[0].1.len(), 4);
        let (made, statuses) = &forge.0[0];
        assert_eq!((made.environment.as_str(), made.task.as_str()), ("pr-7", "deploy:pavior/cart"));
        assert_eq!(made.description, "preview of #7: cart");
        assert_eq!(statuses[1].status.environment_url.as_deref(), Some("https://cart-pr-7.preview.example"));
        assert_eq!(statuses[1].status.description, "up (record 3, 2026-11-22T10:00:00Z)");
    }

    #[test]
    fn of_one_file_only_the_last_word_about_a_commit_is_told() {
        let mut forge = Forge::default();
        let all = [(1, Queued), (2, InProgress), (3, Success)].map(|(number, state)| record(number, 'a', state));
        forge.tell(&all);
        assert_eq!((forge.states(), forge.0[0].1.len()), (vec![Success], 1));
    }

    #[test]
    fn an_older_record_changes_nothing() {
        let mut forge = Forge::default();
        forge.tell(&[record(5, 'a', Success)]);
        for older in
            [record(4, 'a', Inactive), record(4, 'b', Success), record(3, 'b', Queued), record(2, 'c', Failure)]
        {
            // What failed before that is a thing of its own, and yet no news.
            let calls = forge.plan(std::slice::from_ref(&older));
            assert_eq!(calls, [], "{older:?}");
        }
    }

    #[test]
    fn what_runs_ends_what_ran_and_what_does_not_leaves_it() {
        let mut forge = Forge::default();
        forge.tell(&[record(1, 'a', Success)]).tell(&[record(2, 'b', InProgress)]);
        assert_eq!(forge.states(), [Success, InProgress]);
        forge.tell(&[record(3, 'b', Failure)]);
        assert_eq!(forge.states(), [Success, Failure]);
        forge.tell(&[record(4, 'c', Error)]).tell(&[record(5, 'd', Success)]);
        assert_eq!(forge.states(), [Inactive, Failure, Error, Success]);
        assert_eq!(forge.0[0].1[0].status.description, "replaced (since record 5, 2026-11-22T10:00:00Z)");
        // Back to what ran first: its deployment runs again.
        forge.tell(&[record(6, 'a', Success)]);
        assert_eq!(forge.states(), [Success, Failure, Error, Inactive]);
        assert_eq!(shown("pr-7", &[], &forge.standing())[0].commit, record(6, 'a', Success).commit);
    }

    #[test]
    fn what_ran_and_then_failed_has_ended_what_ran_before_also_when_both_are_told_at_once() {
        let both = [record(2, 'b', Success), record(3, 'b', Failure)];
        let mut forge = Forge::default();
        forge.tell(&[record(1, 'a', Success)]).tell(&both);
        assert_eq!(forge.states(), [Inactive, Failure]);
        let mut late = Forge::default();
        late.tell(&both).tell(&[record(1, 'a', Success)]);
        assert_eq!(late.states(), [Failure]);
    }

    #[test]
    fn a_preview_that_was_taken_down_is_over_whatever_commit_it_was_of() {
        let mut forge = Forge::default();
        forge.tell(&[record(1, 'a', Success)]).tell(&[record(2, 'b', InProgress)]).tell(&[record(3, 'b', Inactive)]);
        assert_eq!(forge.states(), [Inactive, Inactive]);
        // It stays so when what it was comes late.
        forge.tell(&[record(2, 'b', InProgress), record(1, 'a', Success)]);
        let mut late = Forge::default();
        late.tell(&[record(3, 'b', Inactive)]).tell(&[record(1, 'a', Success)]);
        assert_eq!((forge.active(), late.active()), (BTreeSet::new(), BTreeSet::new()));
    }

    #[test]
    fn units_and_environments_do_not_end_each_other() {
        let mut forge = Forge::default();
        let other = |unit: Option<&str>| Record { unit: unit.map(str::to_owned), ..record(9, 'b', Success) };
        forge.tell(&[record(1, 'a', Success), other(Some("ads")), other(None)]);
        assert_eq!(forge.states(), [Success; 3]);
        let words = shown("pr-7", &[], &forge.standing());
        assert_eq!(words.iter().map(|one| one.unit.as_deref()).collect::<Vec<_>>(), [None, Some("ads"), Some("cart")]);
        assert_eq!(shown("pr-70", &[], &forge.standing()), []);
    }

    #[test]
    fn a_deployment_whose_status_got_lost_is_told_it_and_not_made_again() {
        let mut forge = Forge::default();
        let record = record(1, 'a', Success);
        let Call::Create { deployment, .. } = &forge.plan(std::slice::from_ref(&record))[0] else { panic!() };
        forge.create(deployment);
        assert!(matches!(forge.plan(&[record])[..], [Call::Tell { of: DeploymentId(0), .. }]));
    }

    #[test]
    fn of_two_deployments_of_one_commit_the_first_is_ended() {
        let mut forge = Forge::default();
        forge.tell(&[record(1, 'a', Success)]);
        let twin = forge.0[0].clone();
        forge.0.push((Deployment { id: DeploymentId(1), ..twin.0 }, twin.1));
        forge.tell(&[record(1, 'a', Success)]);
        assert_eq!(forge.states(), [Inactive, Success]);
    }

    #[test]
    fn what_an_overtaken_run_told_last_is_mended() {
        let mut forge = Forge::default();
        forge.tell(&[record(5, 'a', Success)]);
        let mut overtaken = Forge::default();
        overtaken.tell(&[record(4, 'a', InProgress)]);
        let late = overtaken.0.remove(0).1.remove(0);
        forge.0[0].1.insert(0, late);
        forge.tell(&[record(4, 'a', InProgress)]);
        assert_eq!(forge.states(), [Success]);
    }

    fn history() -> impl Strategy<Value = Vec<Record>> {
        let state = prop::sample::select(vec![Queued, InProgress, Success, Failure, Error, Inactive]);
        let one = (prop::sample::select(vec!['a', 'b', 'c']), state, prop::sample::select(vec![None, Some("cart")]));
        prop::collection::vec(one, 1..12).prop_map(|all| {
            let numbered = all.into_iter().enumerate();
            let made = numbered.map(|(at, (commit, state, unit))| {
                let unit = unit.map(str::to_owned);
                Record { unit, ..record(at as u64 + 1, commit, state) }
            });
            made.collect()
        })
    }

    proptest! {
        #[test]
        fn told_in_any_order_and_in_any_parts_it_ends_the_same(
            (history, shuffled, parts) in history().prop_flat_map(|history| {
                let parts = prop::collection::vec(1..4_usize, history.len());
                (Just(history.clone()), Just([history.clone(), history].concat()).prop_shuffle(), parts)
            })
        ) {
            let mut at_once = Forge::default();
            at_once.tell(&history);
            let (mut forge, mut rest) = (Forge::default(), &shuffled[..]);
            for part in parts.iter().cycle() {
                let (now, later) = rest.split_at((*part).min(rest.len()));
                forge.tell(now);
                rest = later;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(at_once.active(), forge.active());
            let words = shown("pr-7", &[], &forge.standing());
            prop_assert_eq!(&shown("pr-7", &[], &at_once.standing()), &words);
            prop_assert_eq!(&shown("pr-7", &history, &forge.standing()), &words);
            for unit in [None, Some("cart")] {
                let newest = history.iter().rfind(|record| record.unit.as_deref() == unit);
                let word = words.iter().find(|word| word.unit.as_deref() == unit);
                prop_assert_eq!(newest.map(|one| (one.state, &one.commit)), word.map(|one| (one.state, &one.commit)));
            }
            let mut made: Vec<_> = forge.0.iter().map(|(one, _)| (&one.task, &one.commit)).collect();
            let count = made.len();
            made.sort();
            made.dedup();
            prop_assert_eq!(made.len(), count, "one deployment of each commit");
        }
    }
}
