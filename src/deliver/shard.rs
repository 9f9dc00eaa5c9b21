//! A part of the units, for one of several runs that share a delivery: by the commit alone, so that all of them agree, at
//! whatever moment each was started.

use super::machine::Target;
use crate::ledger::UnitName;
use anyhow::{Context, bail};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// Which of how many; counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    index: usize,
    count: usize,
}

/// More runs than this would stand in each other's way: they all write into one ledger.
const MOST: usize = 256;

impl Shard {
    /// Its own units, and those of others that they stand on, however far: these are waited for.
    pub fn part(self, targets: Vec<Target>, wanted: &[&UnitName]) -> Vec<Target> {
        let all: BTreeMap<&UnitName, &Target> = targets.iter().map(|target| (&target.unit, target)).collect();
        let mut to_see: Vec<&UnitName> = all.keys().filter(|unit| self.has(unit, wanted)).copied().collect();
        let mut needed: BTreeSet<UnitName> = BTreeSet::new();
        while let Some(unit) = to_see.pop() {
            if needed.insert(unit.clone()) {
                to_see.extend(all[unit].after.iter().filter(|after| all.contains_key(after)));
            }
        }
        let needed = targets.into_iter().filter(|target| needed.contains(&target.unit));
        needed.map(|target| Target { is_elsewhere: !self.has(&target.unit, wanted), ..target }).collect()
    }

    /// Whether this shard has the unit. The units of the commit are dealt out in the order of their names, so that each
    /// shard has as many as any other, of all and of each environment, give or take one. One that the commit no longer has
    /// goes where it would stand among them.
    fn has(self, unit: &UnitName, wanted: &[&UnitName]) -> bool {
        wanted.partition_point(|one| *one < unit) % self.count == self.index - 1
    }
}

impl FromStr for Shard {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Shard> {
        let (index, count) = text.split_once('/').context("a shard is written 2/5: the second of five")?;
        let number = |text: &str| text.parse::<usize>().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
        let (index, count) = number(index).zip(number(count)).context("a shard is written 2/5: the second of five")?;
        if count == 0 || count > MOST {
            bail!("there are 1 to {MOST} shards");
        }
        if index == 0 || index > count {
            bail!("shards are counted from 1: there are 1/{count} to {count}/{count}");
        }
        Ok(Shard { index, count })
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Name;
    use proptest::prelude::*;

    fn unit() -> impl Strategy<Value = UnitName> {
        ("(local|staging|production)", "[a-z]{1,3}")
            .prop_map(|(environment, unit)| UnitName { environment: Name::parse(&environment).unwrap(), unit })
    }

    fn shards(count: usize) -> Vec<Shard> {
        (1..=count).map(|index| Shard { index, count }).collect()
    }

    #[test]
    fn a_shard_is_written_with_a_slash_and_counted_from_one() {
        assert_eq!("2/5".parse::<Shard>().unwrap(), Shard { index: 2, count: 5 });
        for wrong in ["", "2", "0/5", "6/5", "1/0", "1/257", "+1/2", "a/b", "1/2/3"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_shard_waits_for_what_its_own_units_stand_on_and_for_nothing_else() {
        let unit = |name: &str| UnitName { environment: Name::parse("local").unwrap(), unit: name.to_owned() };
        let target = |name: &str, after: &[&str]| Target {
            unit: unit(name),
            digest: Some(name.to_owned()),
            after: after.iter().map(|name| unit(name)).collect(),
            refused: None,
            is_open: false,
            is_elsewhere: false,
            handover: None,
        };
        // Dealt out: a and c are of the first, b and d of the second.
        let targets = vec![target("a", &["b"]), target("b", &["c"]), target("c", &[]), target("d", &["gone"])];
        let names: Vec<UnitName> = targets.iter().map(|target| target.unit.clone()).collect();
        let names: Vec<&UnitName> = names.iter().collect();
        let seen = |shard: Shard| -> Vec<(String, bool)> {
            let part = shard.part(targets.clone(), &names);
            part.into_iter().map(|target| (target.unit.unit, target.is_elsewhere)).collect()
        };
        let of = |all: &[(&str, bool)]| all.iter().map(|(name, is)| ((*name).to_owned(), *is)).collect::<Vec<_>>();
        assert_eq!(seen(Shard { index: 1, count: 2 }), of(&[("a", false), ("b", true), ("c", false)]));
        assert_eq!(seen(Shard { index: 2, count: 2 }), of(&[("b", false), ("c", true), ("d", false)]));
    }

    proptest! {
        #[test]
        fn every_unit_is_of_exactly_one_shard_whether_the_commit_has_it_or_not(
            wanted in prop::collection::btree_set(unit(), 0..60), gone in prop::collection::vec(unit(), 0..20), count in 1_usize..12,
        ) {
            let names: Vec<&UnitName> = wanted.iter().collect();
            for unit in wanted.iter().chain(&gone) {
                let having = shards(count).into_iter().filter(|shard| shard.has(unit, &names)).count();
                prop_assert_eq!(having, 1);
            }
        }

        #[test]
        fn all_have_as_many_of_everything_and_of_each_environment(
            wanted in prop::collection::btree_set(unit(), 0..120), count in 1_usize..12,
        ) {
            let names: Vec<&UnitName> = wanted.iter().collect();
            let environments: BTreeSet<Option<&Name>> = wanted.iter().map(|unit| Some(&unit.environment)).chain([None]).collect();
            for environment in environments {
                let of = |shard: &Shard| {
                    let here = wanted.iter().filter(|unit| environment.is_none_or(|name| unit.environment == *name));
                    here.filter(|unit| shard.has(unit, &names)).count()
                };
                let counts: Vec<usize> = shards(count).iter().map(of).collect();
                prop_assert!(counts.iter().max().unwrap() - counts.iter().min().unwrap() <= 1, "{:?}", counts);
            }
        }
    }
}
