//! Work on many items by all processors, to a result that does not depend on how many there are: items are cut into
//! chunks of a fixed size, and what comes of them stands in the order of the chunks. Knows nothing of the items.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Items of one chunk: enough that handing them out costs nothing, few enough that no thread waits long at the end.
const CHUNK: usize = 32;

/// As large as that of the main thread: what is nested as deep as we allow must fit on any.
const STACK: usize = 8 << 20;

/// What `work` makes of each chunk, in order. Every thread makes one `state` and keeps it from chunk to chunk, so
/// results must not depend on what is in it.
pub fn in_chunks<'i, I: Sync, S, R: Send>(
    items: &'i [I],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &'i [I]) -> R + Sync,
) -> Vec<R> {
    let chunks: Vec<&'i [I]> = items.chunks(CHUNK).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        let (mut state, mut done) = (state(), Vec::new());
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(chunk) = chunks.get(number) else { return done };
            done.push((number, work(&mut state, chunk)));
        }
    };
    let others = thread::available_parallelism().map_or(1, NonZero::get).min(chunks.len()).saturating_sub(1);
    let mut done = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run);
        // A thread that cannot be had is not missed: the others take its chunks.
        let others: Vec<_> = (0..others).filter_map(|number| spawn(number).ok()).collect();
        let mut done = run();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| resume_unwind(panic)));
        }
        done
    });
    done.sort_unstable_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn results_stand_in_the_order_of_the_items(items in prop::collection::vec(any::<u16>(), 0..500)) {
            let chunks = in_chunks(&items, || (), |(), chunk| chunk.to_vec());
            prop_assert_eq!(chunks.concat(), items);
        }
    }

    #[test]
    fn a_panic_is_passed_on() {
        let items: Vec<usize> = (0..200).collect();
        let panicked =
            std::panic::catch_unwind(|| in_chunks(&items, || (), |(), chunk| assert!(!chunk.contains(&199))));
        assert!(panicked.is_err());
    }
}
