//! From bytes to accepted entries: admission, one transaction a batch, durable before it returns.
//!
//! ```text
//!  bytes ─ decode ─┬─ admit ─┬─ Append ─▶ chain ─▶ retries what waited for it, or for the device it brings
//!                  │         ├─ Wait ───▶ pending (bounded)
//!                  │         ├─ Aside ──▶ aside: beyond a proved fork
//!                  │         └─ Rival ──▶ both branches at hand: a proof, the rival aside; else ask further back
//!                  └─ refused ─▶ quarantine: id, reason, sender; not relayed
//! ```
//!
//! What is admitted depends on the set of entries held and on nothing else: not on their order, nor on how they were cut
//! into batches (`any_order_gives_the_same_frontiers`).

pub(crate) mod sections;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crdt_model::admission::{Admission, ChainState, Pending, SignedBy, admit};
use crdt_model::cbor;
use crdt_model::entry::{Entry, FormError, Header, Kind, Place};
use crdt_model::frontier::ForkProof;
use crdt_model::roster::{Operation, membership_scope, self_introduced_key};
use crdt_model::seal::Entropy;
use crdt_model::sync::{Again, Refused};
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, Incarnation, ScopeId};
use ed25519_dalek::VerifyingKey;

use crate::error::Failure;
use crate::log::draft::{Draft, clear};
use crate::log::erasure::{self, Refused as RefusedSections};
use crate::log::forks;
use crate::log::forks::Carry;
use crate::log::parallel::{in_parts, threads_for};
use crate::log::{Log, Shared, append, entropy};
use crate::store::{self, QuarantineRecord, StagedEntry, StoreError, Tx};

/// Entries worth a second thread.
const THREAD_ENTRIES_MIN: usize = 32;

/// Codes of refusals beside those of [`FormError`].
const WRONG_SCOPE: &str = "wrong_scope";
const FOREIGN_ROOTS: &str = "foreign_roots";

/// The number under which quarantine keeps a reason. Numbers are never given to another reason.
const REASONS: &[(u16, &str)] = &[
    (1, "too_long"),
    (2, "not_canonical"),
    (3, "malformed"),
    (4, "section_count"),
    (5, "section_hash"),
    (6, "signature"),
    (7, "foreign_org"),
    (8, WRONG_SCOPE),
    (9, FOREIGN_ROOTS),
];

/// The code of a reason in quarantine.
pub(crate) fn reason_code(reason: u16) -> &'static str {
    REASONS.iter().find(|(number, _)| *number == reason).map_or("unknown", |(_, code)| code)
}

fn reason_number(code: &str) -> u16 {
    REASONS.iter().find(|(_, known)| *known == code).map_or(0, |(number, _)| *number)
}

/// Where a batch comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Source {
    /// The device that sent it.
    pub(crate) from: Option<DeviceId>,
    /// The scope all of it must be of.
    pub(crate) scope: Option<ScopeId>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub(crate) struct Ingested {
    /// New entries that count.
    pub(crate) accepted: u64,
    /// Entries held before.
    pub(crate) known: u64,
    /// Entries that wait for another.
    pub(crate) waiting: u64,
    /// Entries beyond a fork.
    pub(crate) aside: u64,
    /// What was not admitted.
    pub(crate) refused: Vec<Refused>,
    /// Chains that do not fit what is held, and from where to give them again.
    pub(crate) resend: Vec<(ScopeId, Again)>,
    /// Sections that came for entries held before.
    pub(crate) filled: u64,
    /// Proofs of forks written.
    pub(crate) proofs: u64,
    /// The membership, the forks or the names are others than before.
    pub(crate) membership_changed: bool,
    /// The sender held entries of this very incarnation that this store lacks: it had been set back. Those entries are
    /// taken, and from now on this device writes under a new incarnation.
    pub(crate) own_chain_ahead: bool,
}

impl Ingested {
    /// A founding came whose roots our invitation does not vouch for.
    pub(crate) fn is_foreign(&self) -> bool {
        self.refused.iter().any(|refused| refused.code == FOREIGN_ROOTS)
    }
}

/// Admits entries, in one transaction.
pub(crate) fn ingest(log: &Log, entries: &[Vec<u8>], from: Option<DeviceId>, now_ms: i64) -> Result<Ingested, Failure> {
    ingest_from(log, entries, Source { from, scope: None }, now_ms)
}

/// As [`ingest`], of a peer that may send one scope only.
pub(crate) fn ingest_from(log: &Log, entries: &[Vec<u8>], source: Source, now_ms: i64) -> Result<Ingested, Failure> {
    let _writer = log.lock_writer();
    let decoded = decode_all(log, entries)?;
    let own_chain_ahead = is_own_chain_ahead(log, decoded.iter().filter_map(|read| read.entry.as_ref().ok()))?;
    if own_chain_ahead {
        log.leave_incarnation()?;
    }
    let mut done = in_batch(log, source, now_ms, |batch| {
        for read in decoded {
            batch.take(read)?;
            while let Some(bytes) = batch.queue.pop_front() {
                batch.take(Read { bytes: &bytes, entry: Entry::decode(&bytes), signed_by: None })?;
            }
        }
        Ok(())
    })?;
    done.own_chain_ahead = own_chain_ahead;
    Ok(done)
}

/// Decodes entries, and checks the signatures of those whose devices are known and that are new: what costs most of
/// admission, on as many cores as there are, before the transaction begins.
fn decode_all<'b>(log: &Log, entries: &'b [Vec<u8>]) -> Result<Vec<Read<'b>>, Failure> {
    let (shared, snapshot) = (log.shared(), log.store.read()?);
    let read = |bytes: &'b Vec<u8>| {
        let entry = Entry::decode(bytes);
        let is_new = |header: &Header| snapshot.chain(&chain_of(header)).is_none_or(|tip| tip.tip_seq < header.seq);
        let new = entry.as_ref().ok().filter(|entry| is_new(entry.header()));
        let signer = |entry: &&Entry| shared.device_keys.get(&entry.header().device);
        let signed_by = new.and_then(|entry| signer(&entry).filter(|key| entry.verify(key).is_ok())).copied();
        Read { bytes, entry, signed_by }
    };
    let threads = threads_for(entries.len(), THREAD_ENTRIES_MIN);
    let parts = in_parts(entries, threads, |part| Ok(part.iter().map(read).collect::<Vec<_>>()))?;
    Ok(parts.into_iter().flatten().collect())
}

/// Runs a batch in one transaction, and sees to what follows from it. The caller holds off other writers.
fn in_batch(
    log: &Log,
    source: Source,
    now_ms: i64,
    work: impl FnOnce(&mut Batch<'_, '_>) -> Result<(), Failure>,
) -> Result<Ingested, Failure> {
    let shared = log.shared();
    let shelves = log.store.read()?.staging_counts()?;
    let refused = erasure::refused_sections(log)?;
    let (incarnation, entropy) = (log.incarnation(), entropy()?);
    let (done, erases) = log.commit_quietly(|tx| {
        let gaps = tx.has_gaps()?;
        let mut batch = Batch {
            log,
            shared: &shared,
            tx,
            source,
            now_ms,
            incarnation,
            entropy,
            keys: HashMap::new(),
            forks: HashMap::new(),
            held: HashSet::new(),
            founded: shared.roster.founding.is_some(),
            pending: shelves.pending > 0,
            quarantine: shelves.quarantine > 0,
            gaps,
            queue: VecDeque::new(),
            again: BTreeMap::new(),
            refused: &refused,
            erases: false,
            done: Ingested::default(),
        };
        work(&mut batch)?;
        let erases = batch.erases;
        Ok((batch.finish(), erases))
    })?;
    if done.filled > 0 {
        log.sections_changed();
    }
    if done.membership_changed {
        log.refresh()?;
    }
    // also what was heard before the device that signed it was known
    if erases || done.membership_changed {
        erasure::apply_erasures(log, &log.shared())?;
    }
    if done.membership_changed {
        forks::republish_orphaned(log, Carry::Counted)?;
    }
    if done.accepted > 0 {
        log.notify();
    }
    Ok(done)
}

/// True when one of these is an entry of our present incarnation that we signed and do not hold.
fn is_own_chain_ahead<'e>(log: &Log, entries: impl Iterator<Item = &'e Entry>) -> Result<bool, Failure> {
    let incarnation = log.incarnation();
    let key = log.device_ed.verifying_key();
    let snapshot = log.store.read()?;
    for entry in entries {
        let header = entry.header();
        if header.org == log.org
            && header.device == log.device
            && header.incarnation == incarnation
            && !snapshot.has(&entry.id())?
            && entry.verify(&key).is_ok()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Forgets what waits: when it turned out to be another organisation's.
pub(crate) fn drop_pending(log: &Log) -> Result<(), Failure> {
    let _writer = log.lock_writer();
    log.commit_quietly(|tx| Ok(tx.take_pending().map(drop)?))
}

fn chain_of(header: &Header) -> store::ChainKey {
    store::ChainKey { scope: header.scope, device: header.device, incarnation: header.incarnation }
}

/// An entry that came, as far as it can be looked at without knowing what becomes of the others.
struct Read<'b> {
    bytes: &'b [u8],
    entry: Result<Entry, FormError>,
    /// The key with which its signature was seen to hold.
    signed_by: Option<VerifyingKey>,
}

/// A batch under way.
struct Batch<'a, 't> {
    log: &'a Log,
    shared: &'a Shared,
    tx: &'a mut Tx<'t>,
    source: Source,
    now_ms: i64,
    incarnation: Incarnation,
    entropy: Entropy,
    /// Devices this batch brought.
    keys: HashMap<DeviceId, VerifyingKey>,
    /// Forks this batch proved.
    forks: HashMap<(ScopeId, ChainKey), u64>,
    /// Entries known to be held.
    held: HashSet<EntryId>,
    /// The founding is held. Until then a newcomer knows nobody, and everything else waits.
    founded: bool,
    /// Something may wait; there may be something in quarantine.
    pending: bool,
    quarantine: bool,
    /// Sections of some entry may be missing.
    gaps: bool,
    /// What waited and is to be tried again.
    queue: VecDeque<Vec<u8>>,
    /// What is erased, and not taken in again.
    refused: &'a RefusedSections,
    /// Something was heard that erases.
    erases: bool,
    /// Lowest seq each misfitting chain is asked from.
    again: BTreeMap<(ScopeId, ChainKey), u64>,
    done: Ingested,
}

impl Batch<'_, '_> {
    fn finish(mut self) -> Ingested {
        let again = std::mem::take(&mut self.again);
        self.done.resend = again.into_iter().map(|((scope, chain), after)| (scope, Again { chain, after })).collect();
        self.done
    }

    fn take(&mut self, read: Read<'_>) -> Result<(), Failure> {
        let Read { bytes, entry, signed_by } = read;
        let entry = match entry {
            Ok(entry) => entry,
            // Its id is not to be trusted: a record under it would accuse the true entry.
            Err(error) => return self.refuse(EntryId(*blake3::hash(bytes).as_bytes()), None, error.code()),
        };
        let header = entry.header();
        if self.source.scope.is_some_and(|scope| scope != header.scope) {
            return self.refuse(entry.id(), Some(entry.id()), WRONG_SCOPE);
        }
        let key = match self.key_for(&entry) {
            Ok(key) => key,
            Err(code) => return self.refuse(entry.id(), Some(entry.id()), code),
        };
        let chain = chain_of(header);
        let next = self.tx.chain(&chain).filter(|tip| tip.tip_seq > 0).map_or(Place::FIRST, |tip| Place {
            seq: tip.tip_seq + 1,
            prev: tip.tip_entry,
            bytes_before: tip.bytes_total,
        });
        let held = if header.seq < next.seq { self.tx.entry_in(&chain, header.seq)? } else { None };
        let state = ChainState { next, fork: self.fork(header), held: held.as_ref().map(|held| held.entry_id) };
        let signer = key.as_ref().map(|key| match signed_by {
            Some(by) if by == *key => SignedBy::Checked,
            _ => SignedBy::Unchecked(key),
        });
        match admit(&entry, &self.log.org, signer, &state) {
            Ok(Admission::Append) => self.append(&entry),
            Ok(Admission::Known) => {
                self.done.known += 1;
                if self.gaps { self.fill_known(&entry) } else { Ok(()) }
            }
            Ok(Admission::Wait(Pending::Join | Pending::Prev)) => self.wait(&entry, bytes),
            Ok(Admission::Aside) => self.put_aside(&entry, bytes),
            Ok(Admission::Rival) => {
                let held = held.map(|held| self.log.decode(&held.bytes)).transpose()?;
                self.rival(&entry, bytes, held.as_ref(), next)
            }
            Err(error) => self.refuse(entry.id(), Some(entry.id()), error.code()),
        }
    }

    /// The key an entry's signature is to be checked with, if its device is known or it makes the device known.
    fn key_for(&self, entry: &Entry) -> Result<Option<VerifyingKey>, &'static str> {
        let device = entry.header().device;
        let known = self.keys.get(&device).or_else(|| self.shared.device_keys.get(&device)).copied();
        if self.founded || known.is_some() {
            return Ok(known.or_else(|| self_introduced_key(&self.log.org, entry)));
        }
        // A newcomer takes its organisation's founding first, and only that whose roots its invitation pins.
        let Some((_, section)) = entry.section(0).filter(|_| entry.header().kind == Kind::Membership) else {
            return Ok(None);
        };
        let Ok(Operation::Genesis(founding, _)) = cbor::decode::<Operation>(section) else { return Ok(None) };
        if self.shared.pinned().is_some_and(|pin| pin.root_set_hash != founding.root_set_hash()) {
            return Err(FOREIGN_ROOTS);
        }
        Ok(self_introduced_key(&self.log.org, entry))
    }

    fn fork(&self, header: &Header) -> Option<u64> {
        let chain = (header.scope, ChainKey::of(header));
        let (old, new) = (self.shared.forks.get(&chain), self.forks.get(&chain));
        old.into_iter().chain(new).min().copied()
    }

    fn append(&mut self, entry: &Entry) -> Result<(), Failure> {
        let header = entry.header();
        let erased = self.refused.get(&(header.scope, header.doc)).and_then(|erased| erased.strip(entry));
        append(self.tx, erased.as_ref().unwrap_or(entry))?;
        self.erases |= header.content_kind() == Some(Kind::Erasure);
        self.done.accepted += 1;
        if self.quarantine {
            self.tx.unquarantine(&entry.id())?;
        }
        self.note_lack(entry)?;
        self.took_sections(entry)?;
        let mut freed = Vec::new();
        if header.kind == Kind::Membership && header.scope == membership_scope(&self.log.org) {
            freed.extend(self.introduce(entry)?);
        }
        if self.pending {
            freed.extend(self.tx.take_pending_by_prev(&entry.id())?);
        }
        self.queue.extend(freed.into_iter().map(|item| item.bytes));
        Ok(())
    }

    /// Takes note of the device an appended Genesis or Join brings; gives what waited for it.
    fn introduce(&mut self, entry: &Entry) -> Result<Vec<StagedEntry>, Failure> {
        let device = entry.header().device;
        let is_known = self.keys.contains_key(&device) || self.shared.device_keys.contains_key(&device);
        if !is_known && let Some(key) = self_introduced_key(&self.log.org, entry) {
            self.keys.insert(device, key);
            if !self.founded {
                self.founded = true;
                return Ok(self.tx.take_pending()?);
            }
            if self.pending {
                return Ok(self.tx.take_pending_by_device(&device)?);
            }
        }
        Ok(Vec::new())
    }

    fn note_fork(&mut self, scope: ScopeId, chain: ChainKey, seq: u64) {
        let at = self.forks.entry((scope, chain)).or_insert(seq);
        *at = seq.min(*at);
        self.done.membership_changed = true;
    }

    fn shelved(entry: &Entry, bytes: &[u8]) -> StagedEntry {
        let header = entry.header();
        StagedEntry {
            entry_id: entry.id(),
            chain: chain_of(header),
            seq: header.seq,
            prev: header.prev,
            pinned: false,
            bytes: bytes.to_vec(),
        }
    }

    fn wait(&mut self, entry: &Entry, bytes: &[u8]) -> Result<(), Failure> {
        match self.tx.put_pending(&Self::shelved(entry, bytes)) {
            Ok(_) => {
                self.done.waiting += 1;
                self.pending = true;
                Ok(())
            }
            Err(StoreError::TooLarge { .. }) => self.refuse(entry.id(), Some(entry.id()), "too_long"),
            Err(error) => Err(error.into()),
        }
    }

    fn put_aside(&mut self, entry: &Entry, bytes: &[u8]) -> Result<(), Failure> {
        self.tx.put_aside(&Self::shelved(entry, bytes))?;
        self.done.aside += 1;
        Ok(())
    }

    /// Another entry stands at its place, or before it.
    fn rival(&mut self, entry: &Entry, bytes: &[u8], held: Option<&Entry>, next: Place) -> Result<(), Failure> {
        let header = entry.header();
        let chain = ChainKey::of(header);
        match held {
            // They part here: before this entry the two histories are one.
            Some(held) if held.header().prev == header.prev => {
                self.put_aside(entry, bytes)?;
                self.prove(held, entry)
            }
            // They parted earlier. Step back further with every miss, so that few questions find where.
            _ => {
                let missed = next.seq.saturating_sub(header.seq);
                let after = (header.seq - 1).saturating_sub((2 * missed).max(1));
                let lowest = self.again.entry((header.scope, chain)).or_insert(after);
                *lowest = after.min(*lowest);
                Ok(())
            }
        }
    }

    /// Writes the proof that `held` and `rival` are two histories of one chain.
    fn prove(&mut self, held: &Entry, rival: &Entry) -> Result<(), Failure> {
        let Some(proof) = ForkProof::of(held, rival) else { return Ok(()) };
        let header = rival.header();
        tracing::warn!(device = %header.device, seq = header.seq, "a device has written two histories");
        let proof = Draft {
            scope: header.scope,
            kind: Kind::Proof,
            doc: DocId::ZERO,
            incarnation: self.incarnation,
            auth: self.log.auth(self.shared),
            deps: Vec::new(),
            sections: clear(cbor::encode(&proof)),
        };
        proof.append(self.log, self.tx, None, &mut self.entropy)?;
        self.note_fork(header.scope, ChainKey::of(header), header.seq);
        self.done.proofs += 1;
        self.done.accepted += 1;
        Ok(())
    }

    fn refuse(&mut self, record: EntryId, entry: Option<EntryId>, code: &'static str) -> Result<(), Failure> {
        self.tx.quarantine(&QuarantineRecord {
            entry_id: record,
            reason: reason_number(code),
            first_seen_ms: u64::try_from(self.now_ms).unwrap_or(0),
            from_peer: self.source.from.unwrap_or(DeviceId([0; 16])),
        })?;
        self.quarantine = true;
        self.done.refused.push(Refused { entry, code });
        Ok(())
    }
}

#[cfg(test)]
mod tests;
