//! How far each device said that it holds chains of others: kept beside the log, in `counters`, so that no receipt is read
//! twice. A key names scope, holder's chain and chain held, and a part of that chain; its value has each step once.

use crdt_model::entry::Entry;
use crdt_model::receipt::Receipt;
use crdt_model::values::{ChainKey, DeviceId, ScopeId};

use super::forks::Forks;
use crate::store::{Fields, Snapshot, Space, StoreError, Tx};

/// Entries of a chain whose steps lie under one key: as a power of two.
const PART_BITS: u32 = 12;
/// In place of a part: the greatest part that has steps.
const GREATEST: u64 = u64::MAX;

/// One step: the chain is held up to here, since then, by the holder's entry of this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Step {
    upto: u64,
    at_ms: i64,
    by: u64,
}

fn key(scope: &ScopeId, holder: &ChainKey, chain: &ChainKey, part: u64) -> Vec<u8> {
    let chains = [holder, chain].map(|of| [of.device.0.as_slice(), &of.incarnation.0].concat()).concat();
    [b"stored/".as_slice(), &scope.0, &chains, &part.to_be_bytes()].concat()
}

fn steps(bytes: &[u8]) -> Vec<Step> {
    let step = |bytes: &[u8; 24]| {
        let mut f = Fields(bytes);
        Some(Step { upto: f.u64()?, at_ms: f.take().map(i64::from_be_bytes)?, by: f.u64()? })
    };
    bytes.as_chunks::<24>().0.iter().filter_map(step).collect()
}

/// Parts looked at for one place.
const PARTS_MAX: usize = 64;

fn greatest(bytes: Option<&Vec<u8>>) -> Option<u64> {
    bytes?.as_slice().try_into().ok().map(u64::from_be_bytes)
}

/// Keeps what an appended receipt says.
pub(crate) fn note_receipt(tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
    let Some(receipt) = Receipt::read_from(entry) else { return Ok(()) };
    let header = entry.header();
    let holder = ChainKey::of(header);
    for held in receipt.held.iter().filter(|held| held.chain.device != header.device) {
        let key = key(&header.scope, &holder, &held.chain, held.upto >> PART_BITS);
        let mut bytes = tx.get(Space::Counters, &key)?.map(|bytes| bytes.to_vec()).unwrap_or_default();
        // what says no more than was said is no step
        if steps(&bytes).last().is_none_or(|last| last.upto < held.upto) {
            bytes.extend(held.upto.to_be_bytes());
            bytes.extend(receipt.at_ms.to_be_bytes());
            bytes.extend(header.seq.to_be_bytes());
            tx.put(Space::Counters, &key, &bytes)?;
        }
        let (key, part) = (self::key(&header.scope, &holder, &held.chain, GREATEST), held.upto >> PART_BITS);
        if greatest(tx.get(Space::Counters, &key)?.as_deref()).is_none_or(|greatest| greatest < part) {
            tx.put(Space::Counters, &key, &part.to_be_bytes())?;
        }
    }
    Ok(())
}

fn is_cut(forks: &Forks, scope: ScopeId, chain: ChainKey, seq: u64) -> bool {
    forks.get(&(scope, chain)).is_some_and(|fork| seq >= *fork)
}

/// Since when a device holds an entry at one of these places of chains, as it said: Unix milliseconds. What either says
/// beyond the fork of a chain counts for nothing.
pub(crate) fn stored_at(
    snapshot: &Snapshot,
    forks: &Forks,
    scope: &ScopeId,
    device: &DeviceId,
    places: &[(ChainKey, u64)],
) -> Result<Option<i64>, StoreError> {
    let mut first: Option<i64> = None;
    for holder in snapshot.chains_of(scope).filter(|chain| chain.key.device == *device) {
        let holder = ChainKey { device: *device, incarnation: holder.key.incarnation };
        for (chain, seq) in places.iter().filter(|(chain, seq)| !is_cut(forks, *scope, *chain, *seq)) {
            let last = greatest(snapshot.get(Space::Counters, &key(scope, &holder, chain, GREATEST))?.as_deref());
            let Some(last) = last else { continue };
            // a step further on than there are entries of ours is looked for among few parts
            for part in (seq >> PART_BITS..=last).take(PARTS_MAX).chain([last]).filter(|part| *part >= seq >> PART_BITS)
            {
                let Some(bytes) = snapshot.get(Space::Counters, &key(scope, &holder, chain, part))? else { continue };
                let counts = |step: &Step| step.upto >= *seq && !is_cut(forks, *scope, holder, step.by);
                if let Some(step) = steps(&bytes).into_iter().find(counts) {
                    first = Some(first.map_or(step.at_ms, |first| first.min(step.at_ms)));
                    break;
                }
            }
        }
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use crdt_model::entry::Kind;
    use crdt_model::receipt::{Held, receipts_doc};
    use crdt_model::values::Incarnation;
    use proptest::prelude::*;

    use super::*;
    use crate::log::draft::{Draft, clear};
    use crate::testkit::{Home, NOW, founded};

    fn chain() -> ChainKey {
        ChainKey { device: DeviceId([7; 16]), incarnation: Incarnation([1; 8]) }
    }

    fn scope(home: &Home) -> ScopeId {
        crdt_model::roster::site_scope(&home.log.org, "REG")
    }

    /// A receipt of this home for a chain nobody has.
    fn says(home: &Home, upto: u64, at_ms: i64) {
        let (log, scope) = (&home.log, scope(home));
        let (shared, incarnation) = (log.shared(), log.incarnation());
        let content = crdt_model::cbor::encode(&Receipt { at_ms, held: vec![Held { chain: chain(), upto }] });
        let mut entropy = crate::log::entropy().expect("entropy");
        let draft = Draft {
            scope,
            kind: Kind::Receipt,
            doc: receipts_doc(&log.org, &scope),
            incarnation,
            auth: log.auth(&shared),
            deps: Vec::new(),
            sections: clear(content),
        };
        log.commit(|tx| draft.append(log, tx, None, &mut entropy)).expect("written");
    }

    fn since(home: &Home, seq: u64) -> Option<i64> {
        let snapshot = home.log.store.read().expect("readable");
        let (shared, device) = (home.log.shared(), home.log.device);
        stored_at(&snapshot, &shared.forks, &scope(home), &device, &[(chain(), seq)]).expect("readable")
    }

    #[test]
    fn a_place_is_held_since_the_first_receipt_that_covers_it() {
        let home = founded();
        assert_eq!(since(&home, 1), None);
        for (upto, at_ms) in [(10, NOW), (10, NOW + 1), (9, NOW + 2), (5_000, NOW + 3), (5_001, NOW + 4)] {
            says(&home, upto, at_ms);
        }
        for (seq, at_ms) in [(1, 0), (10, 0), (11, 3), (4_095, 3), (4_096, 3), (5_000, 3), (5_001, 4)] {
            assert_eq!(since(&home, seq), Some(NOW + at_ms), "{seq}");
        }
        assert_eq!(since(&home, 5_002), None);
        let snapshot = home.log.store.read().expect("readable");
        let other = stored_at(&snapshot, &home.log.shared().forks, &scope(&home), &DeviceId([9; 16]), &[(chain(), 1)]);
        assert_eq!(other.expect("readable"), None, "another device said nothing");
    }

    #[test]
    fn what_lies_beyond_a_fork_is_held_by_nobody() {
        let home = founded();
        says(&home, 10, NOW);
        let snapshot = home.log.store.read().expect("readable");
        let ask = |forks: &Forks| {
            let at = |seq| stored_at(&snapshot, forks, &scope(&home), &home.log.device, &[(chain(), seq)]);
            [4, 5].map(|seq| at(seq).expect("readable").is_some())
        };
        let mut forks = Forks::new();
        assert_eq!(ask(&forks), [true, true]);
        forks.insert((scope(&home), chain()), 5);
        assert_eq!(ask(&forks), [true, false]);
        // nor does a receipt count that stands beyond a fork itself
        let own = ChainKey { device: home.log.device, incarnation: home.log.incarnation() };
        forks.insert((scope(&home), own), 1);
        assert_eq!(ask(&forks), [false, false]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn the_steps_kept_say_what_the_receipts_say(said in proptest::collection::vec(1u64..10_000, 1..12), asked in 1u64..10_500) {
            let home = founded();
            let mut rising = said.clone();
            rising.sort_unstable();
            for (at, upto) in rising.iter().enumerate() {
                says(&home, *upto, NOW + at as i64);
            }
            let first = rising.iter().position(|upto| *upto >= asked).map(|at| NOW + at as i64);
            prop_assert_eq!(since(&home, asked), first);
        }
    }
}
