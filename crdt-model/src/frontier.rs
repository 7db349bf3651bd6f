//! Chains, tips and frontiers: what a replica holds of a scope, in a few bytes.
//!
//! A *chain* is (device, incarnation, scope), hash-linked from seq 1. Its *tip* is the last entry held. The set of tips
//! of a scope is its *frontier*, and since a store never counts an entry without its predecessor, equal frontiers mean
//! equal sets of entries: comparing two replicas is comparing one hash.
//!
//! ```text
//! F(scope) = BLAKE3 derive_key("boucle 2026 frontier v1")
//!            (org16 ‖ scope16 ‖ u32be n ‖ [ device16 ‖ incarnation8 ‖ u64be seq ‖ entry_id32 ] * n, sorted)
//! ```

use std::collections::BTreeMap;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt};
use crate::entry::{Entry, FormError, HEADER_BYTES_MAX, Header, entry_id, signed_message};
use crate::values::{ChainKey, DeviceId, EntryId, Incarnation, OrgId, ScopeId};

impl ChainKey {
    /// The chain an entry stands in.
    pub fn of(header: &Header) -> Self {
        Self { device: header.device, incarnation: header.incarnation }
    }
}

/// The last entry held of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tip {
    /// Its position, from 1.
    pub seq: u64,
    /// Its id.
    pub entry: EntryId,
}

impl Tip {
    /// The further of two tips; of two branches of a fork at one seq, the one with the lower id.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match self.seq.cmp(&other.seq) {
            std::cmp::Ordering::Less => other,
            std::cmp::Ordering::Greater => self,
            std::cmp::Ordering::Equal => {
                if other.entry < self.entry {
                    other
                } else {
                    self
                }
            }
        }
    }
}

/// The tips of a scope.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier(BTreeMap<ChainKey, Tip>);

/// A stretch of a chain the other side lacks: entries `after + 1 ..= upto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suffix {
    /// The chain.
    pub chain: ChainKey,
    /// The last seq the other side holds; 0 when it holds nothing.
    pub after: u64,
    /// The last seq to send.
    pub upto: u64,
}

impl Frontier {
    /// No chain at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves a chain's tip forward (never back).
    pub fn advance(&mut self, chain: ChainKey, tip: Tip) {
        self.0.entry(chain).and_modify(|held| *held = held.join(tip)).or_insert(tip);
    }

    /// What two replicas hold together. Commutative, associative and idempotent.
    #[must_use]
    pub fn join(mut self, other: &Self) -> Self {
        for (chain, tip) in &other.0 {
            self.advance(*chain, *tip);
        }
        self
    }

    /// The tip of a chain.
    pub fn tip(&self, chain: &ChainKey) -> Option<Tip> {
        self.0.get(chain).copied()
    }

    /// Chains and their tips, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&ChainKey, &Tip)> {
        self.0.iter()
    }

    /// Number of chains.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when no chain is held.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of entries held: the sum of the tips' positions.
    pub fn entries(&self) -> u64 {
        self.0.values().fold(0, |sum: u64, tip| sum.saturating_add(tip.seq))
    }

    /// What `other` lacks of this frontier. Two tips of one chain with equal seq and different ids are rivals of a fork:
    /// that last entry is then lacking in both, so that both sides come to hold the two.
    pub fn lacking_in(&self, other: &Self) -> Vec<Suffix> {
        self.0
            .iter()
            .filter_map(|(chain, tip)| {
                let after = match other.tip(chain) {
                    Some(held) if held.seq == tip.seq && held.entry != tip.entry => tip.seq.saturating_sub(1),
                    Some(held) => held.seq,
                    None => 0,
                };
                (after < tip.seq).then_some(Suffix { chain: *chain, after, upto: tip.seq })
            })
            .collect()
    }

    /// The tips in which this frontier differs from an older one of the same replica.
    #[must_use]
    pub fn changed_since(&self, older: &Self) -> Self {
        Self(self.0.iter().filter(|(chain, tip)| older.tip(chain) != Some(**tip)).map(|(c, t)| (*c, *t)).collect())
    }

    /// The hash that stands for the whole set of entries.
    pub fn hash(&self, org: &OrgId, scope: &ScopeId) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 frontier v1");
        hasher.update(&org.0);
        hasher.update(&scope.0);
        hasher.update(&u32::try_from(self.0.len()).unwrap_or(u32::MAX).to_be_bytes());
        for (chain, tip) in &self.0 {
            hasher.update(&chain.device.0);
            hasher.update(&chain.incarnation.0);
            hasher.update(&tip.seq.to_be_bytes());
            hasher.update(&tip.entry.0);
        }
        *hasher.finalize().as_bytes()
    }
}

impl FromIterator<(ChainKey, Tip)> for Frontier {
    fn from_iter<I: IntoIterator<Item = (ChainKey, Tip)>>(tips: I) -> Self {
        let mut frontier = Self::new();
        for (chain, tip) in tips {
            frontier.advance(chain, tip);
        }
        frontier
    }
}

/// Most chains a frontier on the wire names.
pub const CHAINS_MAX: u64 = 50_000;

impl Canonical for Frontier {
    fn write(&self, w: &mut Writer) {
        w.arr(self.0.len());
        for (chain, tip) in &self.0 {
            w.arr(4).bstr(&chain.device.0).bstr(&chain.incarnation.0).uint(tip.seq).bstr(&tip.entry.0);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let n = r.arr_max(CHAINS_MAX)?;
        let mut frontier = Self::new();
        for _ in 0..n {
            r.arr_of(4)?;
            let chain = ChainKey { device: DeviceId(r.fixed()?), incarnation: Incarnation(r.fixed()?) };
            let tip = Tip { seq: r.u64()?, entry: EntryId(r.fixed()?) };
            if tip.seq == 0 {
                return cbor::malformed("tip at seq 0");
            }
            frontier.advance(chain, tip);
        }
        Ok(frontier)
    }
}

/// Two signed headers of one chain with equal seq and different ids: whoever holds both can show that the device wrote
/// two histories. The chain counts up to the entry before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForkProof {
    a: (Vec<u8>, [u8; 64]),
    b: (Vec<u8>, [u8; 64]),
}

impl ForkProof {
    /// The proof that `a` and `b` are rivals, or `None` if they are not.
    pub fn of(a: &Entry, b: &Entry) -> Option<Self> {
        let (x, y) = (a.header(), b.header());
        let rivals = ChainKey::of(x) == ChainKey::of(y) && x.scope == y.scope && x.seq == y.seq && a.id() != b.id();
        let pair = |e: &Entry| (e.header_bytes().to_vec(), *e.signature());
        let (first, second) = if a.id() < b.id() { (a, b) } else { (b, a) };
        rivals.then(|| Self { a: pair(first), b: pair(second) })
    }

    /// Checks both signatures with the device's key and gives (scope, chain, seq) of the fork.
    ///
    /// # Errors
    ///
    /// [`FormError`] when a header or signature does not hold, or the two are not rivals.
    pub fn check(
        &self,
        key_of: impl Fn(&DeviceId) -> Option<VerifyingKey>,
    ) -> Result<(ScopeId, ChainKey, u64), FormError> {
        let mut headers = Vec::with_capacity(2);
        for (bytes, sig) in [&self.a, &self.b] {
            let header: Header = cbor::decode(bytes)?;
            let key = key_of(&header.device).ok_or(FormError::Signature)?;
            let message = signed_message(&entry_id(bytes));
            key.verify_strict(&message, &Signature::from_bytes(sig)).map_err(|_| FormError::Signature)?;
            headers.push(header);
        }
        let (x, y) = (&headers[0], &headers[1]);
        if ChainKey::of(x) != ChainKey::of(y) || x.scope != y.scope || x.seq != y.seq || x == y {
            return Err(CborError::Malformed("not two rivals of one chain".into()).into());
        }
        Ok((x.scope, ChainKey::of(x), x.seq))
    }
}

impl Canonical for ForkProof {
    fn write(&self, w: &mut Writer) {
        w.arr(5).uint(1);
        for (header, sig) in [&self.a, &self.b] {
            w.bstr(header).bstr(sig);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(5)?;
        if r.u64()? != 1 {
            return cbor::malformed("unknown proof version");
        }
        let mut pair = || -> Result<_, CborError> { Ok((r.bstr_max(HEADER_BYTES_MAX)?.to_vec(), r.fixed()?)) };
        Ok(Self { a: pair()?, b: pair()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frontiers() -> impl Strategy<Value = Frontier> {
        proptest::collection::vec((0u8..4, 0u8..2, 1u64..6, 0u8..3), 0..8).prop_map(|tips| {
            tips.into_iter()
                .map(|(d, i, seq, e)| {
                    let chain = ChainKey { device: DeviceId([d; 16]), incarnation: Incarnation([i; 8]) };
                    (chain, Tip { seq, entry: EntryId([e; 32]) })
                })
                .collect()
        })
    }

    proptest! {
        #[test]
        fn joining_commutes_associates_and_repeats_harmlessly(a in frontiers(), b in frontiers(), c in frontiers()) {
            prop_assert_eq!(a.clone().join(&b), b.clone().join(&a));
            prop_assert_eq!(a.clone().join(&b).join(&c), a.clone().join(&b.clone().join(&c)));
            prop_assert_eq!(a.clone().join(&a), a.clone());
        }

        #[test]
        fn sending_what_the_other_lacks_makes_both_reach_the_join(a in frontiers(), b in frontiers()) {
            let joined = a.clone().join(&b);
            let mut received = b.clone();
            for suffix in a.lacking_in(&b) {
                received.advance(suffix.chain, a.tip(&suffix.chain).expect("chain is held"));
            }
            for (chain, tip) in joined.iter() {
                prop_assert_eq!(received.tip(chain).map(|t| t.seq), Some(tip.seq));
            }
            prop_assert!(joined.lacking_in(&received).is_empty());
        }

        #[test]
        fn equal_hashes_only_for_equal_frontiers(a in frontiers(), b in frontiers()) {
            let (org, scope) = (OrgId([1; 16]), ScopeId([2; 16]));
            prop_assert_eq!(a.hash(&org, &scope) == b.hash(&org, &scope), a == b);
            prop_assert_eq!(cbor::decode::<Frontier>(&cbor::encode(&a)).expect("round trip"), a);
        }
    }

    #[test]
    fn rivals_at_one_seq_are_lacking_on_both_sides() {
        let chain = ChainKey { device: DeviceId([1; 16]), incarnation: Incarnation([2; 8]) };
        let at = |seq, id| -> Frontier { [(chain, Tip { seq, entry: EntryId([id; 32]) })].into_iter().collect() };
        let last = Suffix { chain, after: 6, upto: 7 };
        assert_eq!(at(7, 1).lacking_in(&at(7, 2)), [last]);
        assert_eq!(at(7, 2).lacking_in(&at(7, 1)), [last]);
        assert_eq!(at(7, 1).lacking_in(&at(7, 1)), []);
        assert_eq!(at(7, 1).lacking_in(&at(9, 2)), []);
    }

    #[test]
    fn golden_frontier_hash() {
        let chain = ChainKey { device: DeviceId([1; 16]), incarnation: Incarnation([2; 8]) };
        let frontier: Frontier = [(chain, Tip { seq: 3, entry: EntryId([4; 32]) })].into_iter().collect();
        let mut input = Vec::new();
        input.extend([9; 16]);
        input.extend([8; 16]);
        input.extend(1u32.to_be_bytes());
        input.extend([1; 16]);
        input.extend([2; 8]);
        input.extend(3u64.to_be_bytes());
        input.extend([4; 32]);
        assert_eq!(
            frontier.hash(&OrgId([9; 16]), &ScopeId([8; 16])),
            blake3::derive_key("boucle 2026 frontier v1", &input)
        );
    }
}
