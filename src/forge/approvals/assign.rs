//! Places in, people who may take each, and as many places taken as can be: each by one person, each person once.

/// For each place, which of the people take it. `may[place]` are people by index, those preferred first.
pub fn assign(may: &[Vec<usize>], people: usize) -> Vec<Option<usize>> {
    let mut place_of: Vec<Option<usize>> = vec![None; people];
    for place in 0..may.len() {
        let mut tried = vec![false; people];
        seat(place, may, &mut place_of, &mut tried);
    }
    let mut taken = vec![None; may.len()];
    for (person, place) in place_of.into_iter().enumerate() {
        if let Some(place) = place {
            taken[place] = Some(person);
        }
    }
    taken
}

/// Whether a person is found for a place, if need be by moving others to other places.
fn seat(place: usize, may: &[Vec<usize>], place_of: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for &person in &may[place] {
        if std::mem::replace(&mut tried[person], true) {
            continue;
        }
        let is_free = match place_of[person] {
            None => true,
            Some(other) => seat(other, may, place_of, tried),
        };
        if is_free {
            place_of[person] = Some(place);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn who_may_take_two_places_leaves_the_one_that_another_may_take() {
        assert_eq!(assign(&[vec![0, 1], vec![0]], 2), [Some(1), Some(0)]);
        assert_eq!(assign(&[vec![0], vec![0]], 1).iter().flatten().count(), 1);
        assert_eq!(assign(&[], 3), []);
        assert_eq!(assign(&[vec![], vec![2]], 3), [None, Some(2)]);
    }

    /// The most places that any choice takes, by trying all.
    fn most(may: &[Vec<usize>], taken: &mut Vec<usize>) -> usize {
        let Some((first, rest)) = may.split_first() else { return 0 };
        let mut best = most(rest, taken);
        for &person in first {
            if !taken.contains(&person) {
                taken.push(person);
                best = best.max(1 + most(rest, taken));
                taken.pop();
            }
        }
        best
    }

    proptest! {
        #[test]
        fn as_many_are_taken_as_can_be_and_nobody_twice(
            may in proptest::collection::vec(proptest::collection::vec(0..5_usize, 0..5), 0..6)
        ) {
            let taken = assign(&may, 5);
            let people: Vec<usize> = taken.iter().flatten().copied().collect();
            let distinct: std::collections::BTreeSet<usize> = people.iter().copied().collect();
            prop_assert_eq!(distinct.len(), people.len());
            for (place, person) in taken.iter().enumerate() {
                prop_assert!(person.is_none_or(|person| may[place].contains(&person)));
            }
            prop_assert_eq!(people.len(), most(&may, &mut Vec::new()));
        }
    }
}
