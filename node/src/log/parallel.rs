//! Work on a few cores: pure functions over parts of a list.

use crate::error::Failure;

/// Most threads one piece of work is cut for.
const THREADS_MAX: usize = 8;

/// How many threads so many items are worth, when fewer than `each_min` are not worth a thread.
pub(crate) fn threads_for(items: usize, each_min: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    (items / each_min.max(1)).clamp(1, cores.min(THREADS_MAX))
}

/// Maps a list in so many parts, each on a thread; the results are in the order of the parts.
///
/// # Errors
///
/// The first failure of a part; `unexpected` where one panicked on a thread of its own.
pub(crate) fn in_parts<'i, T: Sync, R: Send>(
    items: &'i [T],
    threads: usize,
    map: impl Fn(&'i [T]) -> Result<R, Failure> + Sync,
) -> Result<Vec<R>, Failure> {
    let share = items.len().div_ceil(threads.max(1)).max(1);
    let mut parts = items.chunks(share);
    let Some(first) = parts.next() else { return Ok(Vec::new()) };
    let map = &map;
    std::thread::scope(|scope| {
        let others: Vec<_> =
            parts.map(|part| (part, std::thread::Builder::new().spawn_scoped(scope, move || map(part)))).collect();
        // this thread has nothing else to do meanwhile
        let first = map(first);
        let others = others.into_iter().map(|(part, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|_| Err(Failure::new("unexpected"))),
            // the system gives no more threads
            Err(_) => map(part),
        });
        std::iter::once(first).chain(others).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_mapped_once_and_in_order() {
        for n in [0, 1, 2, 7, 100] {
            let items: Vec<usize> = (0..n).collect();
            for threads in [1, 2, 3, 200] {
                let parts = in_parts(&items, threads, |part| Ok(part.to_vec())).expect("mapped");
                assert_eq!(parts.concat(), items, "{n} on {threads}");
            }
        }
    }

    #[test]
    fn a_failure_or_a_panic_of_any_part_is_the_failure_of_all() {
        let items = [1, 2, 3, 4];
        let failing = |bad: i32| {
            in_parts(&items, 4, |part| match part {
                [n] if *n == bad => Err(Failure::new("disk_full")),
                part => Ok(part.len()),
            })
        };
        for bad in items {
            assert_eq!(failing(bad).expect_err("fails").code, "disk_full");
        }
        let panics = in_parts(&items, 4, |part| if part[0] == 3 { panic!("a bug") } else { Ok(()) });
        assert_eq!(panics.expect_err("fails").code, "unexpected");
    }
}
