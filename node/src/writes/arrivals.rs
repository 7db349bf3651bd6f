//! What came is looked at once: each entry's open layer is opened, and what others have to know of it is noted.
//!
//! ```text
//!  what came since ─▶ gives a case to somebody here ─▶ one receipt: our device holds these chains so far
//!                 │                            └────▶ a mark: the case is to be confirmed by them
//!                 └─▶ names anybody, moved, sealed ─▶ a mark: something may be owed of the case
//! ```
//!
//! What this device writes is marked where it is written ([`note_own`]), and is not opened again here.
//!
//! It needs no key of a member. A receipt is written only for what another device wrote and no receipt of ours covers: after
//! one round everything is quiet. Of a restricted case the open layer names nobody, so no receipt is written for one.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::case::assignment::ASSIGNEE;
use crdt_model::case::facts::FactKind;
use crdt_model::document::Opened;
use crdt_model::entry::{Entry, Header, Kind};
use crdt_model::gate;
use crdt_model::layer::{Layer, LayerOp, Value};
use crdt_model::receipt::{Receipt, receipts_doc};
use crdt_model::seal::FLAG_DEVICE_ONLY;
use crdt_model::values::{ChainKey, DocId, MemberId, ScopeId, Who};

use super::gifts::NAMING;
use super::receipts;
use crate::cases;
use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::log::attached::Plain;
use crate::log::draft::{Draft, clear};
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Shared, entropy, locked, marks};
use crate::members;
use crate::store;
use crate::store::{ASSIGNED, Arrival, Snapshot, Space, Tx};

/// Key of how far was looked: u64 the newest arrival, and one more ‖ tag of whom was looked for 8 ‖ u64 the newest arrival ever
/// looked at, and one more ‖ u64 the first whose open layer did not open, and one more (0: none) ‖ tag of the keys tried 8.
const LOOKED: &[u8] = b"arrivals-looked";
/// Arrivals looked at in one go: a part of a second.
pub(crate) const LOOK_MAX: usize = 4_096;
/// The same in passing, while somebody waits.
pub(crate) const LOOK_IN_PASSING: usize = 128;
/// Parts of what came that are looked at one after the other.
const PARTS_MAX: usize = 64;
/// Arrivals after which it is kept how far was looked, though nothing was found: what a new process looks at again at most.
const KEPT_EVERY: u64 = 512;
/// Entries remembered that wait for something before them in their chain.
pub(super) const WAITING_MAX: usize = 1024;

/// A place of a chain, in a scope.
pub(super) type At = (ScopeId, ChainKey, u64);

/// What this home remembers of its looking.
#[derive(Default)]
pub(super) struct Looking {
    is_read: bool,
    /// The newest arrival looked at.
    seen: Option<u64>,
    /// The newest ever looked at: some are looked at again.
    furthest: Option<u64>,
    /// That, as it is kept on the disk.
    kept: Option<u64>,
    /// Tag of whom was looked for.
    whom: [u8; 8],
    /// The device's keys, with the membership they were taken from.
    keys: Option<(u64, Keychain)>,
    /// The first arrival whose open layer did not open, and the tag of the keys that were tried.
    unopened: Option<(u64, [u8; 8])>,
    /// Held here, but not all that stands before them in their chains.
    waiting: BTreeSet<At>,
}

impl Looking {
    /// Goes on where it was left, once.
    fn read(&mut self, snapshot: &Snapshot) -> Result<(), Failure> {
        if self.is_read {
            return Ok(());
        }
        let kept = snapshot.get(Space::Meta, LOOKED)?;
        if let Some([seen, whom, furthest, unopened, tag]) =
            kept.as_ref().and_then(|bytes| bytes.as_chunks::<8>().0.first_chunk())
        {
            let before = |next: &[u8; 8]| u64::from_be_bytes(*next).checked_sub(1);
            (self.seen, self.whom, self.furthest) = (before(seen), *whom, before(furthest));
            self.unopened = before(unopened).map(|first| (first, *tag));
        }
        self.kept = self.seen;
        self.is_read = true;
        Ok(())
    }
}

/// Whom cases are given to here: members of this home and the roles they work by.
struct Addressees {
    all: BTreeMap<Who, BTreeSet<MemberId>>,
    /// Tells them from others, with the sites at which the roles are held.
    tag: [u8; 8],
}

impl Addressees {
    fn of(shared: &Shared) -> Self {
        let mut all: BTreeMap<Who, BTreeSet<MemberId>> = BTreeMap::new();
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 addressees tag v1");
        let is_live = |id: &&MemberId| shared.roster.members.get(id).is_none_or(|member| member.is_live());
        for member in shared.here.iter().filter(is_live) {
            hasher.update(&member.0);
            all.entry(Who::Member(*member)).or_default().insert(*member);
            for (role, site) in members::roles_held(shared, member) {
                hasher.update(format!("{role}@{site};").as_bytes());
                all.entry(Who::Role(role)).or_default().insert(*member);
            }
        }
        let mut tag = [0; 8];
        tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        Self { all, tag }
    }

    /// Those whom an ordinary case of a scope was given to.
    fn of_case(&self, shared: &Shared, scope: &ScopeId, whom: &Who) -> BTreeSet<MemberId> {
        let holds = |member: &&MemberId| match whom {
            Who::Member(_) => true,
            Who::Role(role) => cases::holds_at(shared, scope, false, member, role),
        };
        self.all.get(whom).into_iter().flatten().filter(holds).copied().collect()
    }

    fn members(&self) -> BTreeSet<MemberId> {
        self.all.values().flatten().copied().collect()
    }
}

/// What was found among what came.
#[derive(Default)]
struct Found {
    /// Entries of other devices that give a case to somebody here.
    given: BTreeSet<At>,
    /// Cases that members here may have to confirm.
    to_confirm: BTreeMap<(ScopeId, DocId), BTreeSet<MemberId>>,
    /// Documents of which something may be owed, by the store's numbers.
    owing: BTreeSet<(u32, u32)>,
    /// The first arrival whose open layer did not open.
    unopened: Option<u64>,
}

/// The mark, in [`Space::Owing`], of a document by the store's own numbers of its scope and of itself.
fn owing_key((scope, doc): (u32, u32)) -> Vec<u8> {
    [scope.to_be_bytes(), doc.to_be_bytes()].concat()
}

/// Of which of some documents, by their numbers, something may be owed, as far as was looked.
///
/// # Errors
///
/// When the store cannot be read.
pub(super) fn may_owe(snapshot: &Snapshot, docs: impl Iterator<Item = (u32, u32)>) -> Result<Vec<bool>, Failure> {
    Ok(snapshot.holds(Space::Owing, &docs.map(owing_key).collect::<Vec<_>>())?)
}

/// The newest arrival that was ever looked at.
///
/// # Errors
///
/// When the store cannot be read.
pub(super) fn furthest(log: &Log, snapshot: &Snapshot) -> Result<Option<u64>, Failure> {
    let mut kept = locked(&log.kept);
    let looking: &mut Looking = kept.of();
    looking.read(snapshot)?;
    Ok(looking.furthest)
}

/// Whether something came that nobody looked at yet, or waits: what a session asks before it holds anybody off.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn is_behind(log: &Log) -> Result<bool, Failure> {
    let newest = log.store.read()?.newest_arrival()?;
    let mut kept = locked(&log.kept);
    let looking: &mut Looking = kept.of();
    Ok(!looking.is_read || newest > looking.seen || !looking.waiting.is_empty())
}

/// Looks at what came, `most` arrivals of it, and writes a receipt for what was given to somebody here. Returns whether one was
/// written. The caller holds off other writers.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(crate) fn look(log: &Log, most: usize, now_ms: i64) -> Result<bool, Failure> {
    let mut looking = std::mem::take(locked(&log.kept).of::<Looking>());
    let done = look_with(log, &mut looking, most, now_ms);
    *locked(&log.kept).of() = looking;
    done
}

/// Looks at all that came, while nobody waits: a part at a time, [`PARTS_MAX`] at most. The caller holds off other writers.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(crate) fn look_at_all(log: &Log, now_ms: i64) -> Result<(), Failure> {
    for _ in 0..PARTS_MAX {
        if !is_behind(log)? {
            break;
        }
        look(log, LOOK_MAX, now_ms)?;
    }
    Ok(())
}

fn look_with(log: &Log, looking: &mut Looking, most: usize, now_ms: i64) -> Result<bool, Failure> {
    let (shared, snapshot) = (log.shared(), log.store.read()?);
    let addressees = Addressees::of(&shared);
    resume(log, &shared, &snapshot, looking, addressees.tag)?;
    let arrived = snapshot.arrived(looking.seen, most)?;
    let (mut found, mut unopened) = (Found::default(), looking.unopened);
    found.given.extend(looking.waiting.iter().copied());
    let mut waiting = BTreeSet::new();
    if let Some((_, keychain)) = looking.keys.as_mut().filter(|_| !arrived.is_empty()) {
        look_at(log, &shared, &snapshot, keychain, &addressees, &arrived, &mut found)?;
        if let (Some(first), None) = (found.unopened, unopened) {
            unopened = Some((first, keychain.tag()));
        }
    }
    let seen = arrived.last().map(|last| last.arrival).or(looking.seen);
    let receipts = receipts::due(log, &shared, &snapshot, &found.given, &mut waiting)?;
    let is_marked = may_owe(&snapshot, found.owing.iter().copied())?;
    let owing = std::mem::take(&mut found.owing).into_iter().zip(is_marked);
    let owing: Vec<(u32, u32)> = owing.filter(|(_, is_marked)| !is_marked).map(|(doc, _)| doc).collect();
    drop(snapshot);
    let furthest = looking.furthest.max(seen);
    // what waits is looked for again after a restart
    let is_waiting = !waiting.is_empty();
    let keep = if is_waiting { looking.kept } else { seen };
    let is_far = !is_waiting && seen.map_or(0, |seen| seen + 1) >= looking.kept.map_or(0, |kept| kept + 1) + KEPT_EVERY;
    let is_found = !receipts.is_empty() || !found.to_confirm.is_empty() || !owing.is_empty();
    if is_found || is_far {
        let incarnation = log.incarnation();
        let mut entropy = entropy()?;
        let write = |tx: &mut Tx<'_>| -> Result<(), Failure> {
            for (scope, held) in &receipts {
                let content = crdt_model::cbor::encode(&Receipt { at_ms: now_ms, held: held.clone() });
                let (kind, doc) = (Kind::Receipt, receipts_doc(&log.org, scope));
                let (auth, deps, sections) = (log.auth(&shared), Vec::new(), clear(content));
                let draft = Draft { scope: *scope, kind, doc, incarnation, auth, deps, sections };
                draft.append(log, tx, None, &mut entropy)?;
            }
            for ((scope, doc), members) in &found.to_confirm {
                let key = marks::doc_key(ASSIGNED, scope, doc);
                let mut all = members.clone();
                all.extend(receipts::marked(
                    tx.get(Space::Meta, &key)?.as_deref().map(Vec::as_slice).unwrap_or_default(),
                ));
                tx.put(Space::Meta, &key, &receipts::mark(&all))?;
            }
            for doc in &owing {
                tx.put(Space::Owing, &owing_key(*doc), &[1])?;
            }
            let next = |seen: Option<u64>| seen.map_or(0, |seen| seen + 1).to_be_bytes();
            let (first, tag) = unopened.map_or((None, [0; 8]), |(first, tag)| (Some(first), tag));
            let value = [next(keep), looking.whom, next(furthest), next(first), tag].concat();
            Ok(tx.put(Space::Meta, LOOKED, &value)?)
        };
        match receipts.is_empty() {
            true => log.commit_quietly(write)?,
            false => log.commit(write)?,
        }
        looking.kept = keep;
    }
    (looking.seen, looking.furthest, looking.waiting, looking.unopened) = (seen, furthest, waiting, unopened);
    locked(&log.kept).of::<Plain>().forget(seen.unwrap_or_default());
    Ok(!receipts.is_empty())
}

/// Goes on where it was left, or from the beginning where others are looked for now; a little back where keys came for
/// what did not open.
fn resume(
    log: &Log,
    shared: &Shared,
    snapshot: &Snapshot,
    looking: &mut Looking,
    whom: [u8; 8],
) -> Result<(), Failure> {
    looking.read(snapshot)?;
    if looking.whom != whom {
        (looking.seen, looking.kept, looking.whom, looking.unopened) = (None, None, whom, None);
    }
    if looking.keys.as_ref().is_none_or(|(generation, _)| *generation != shared.generation) {
        let keychain = log.device_keychain(snapshot, shared)?;
        if let Some((first, tag)) = looking.unopened
            && keychain.tag() != tag
        {
            looking.seen = looking.seen.min(first.checked_sub(1));
            looking.unopened = None;
        }
        looking.keys = Some((shared.generation, keychain));
    }
    Ok(())
}

/// Whether an entry writes to what only an audience reads: an edit, or a case said anew.
fn touches_sealed(header: &Header) -> bool {
    let [personal, sensitive] = [Layer::Personal, Layer::Sensitive].map(|layer| header.section(layer.code()));
    sensitive.is_some_and(|(_, section)| personal.is_none() || section.generation > 0)
}

/// Marks a document of which an entry written here may make something owed, gives it to somebody, or writes to what is sealed of
/// it: of the others, what this device wrote need not be opened when it is looked at what came.
///
/// # Errors
///
/// When the store cannot be written.
pub(super) fn note_own(
    tx: &mut Tx<'_>,
    header: &Header,
    open: &[LayerOp],
    own_site: Option<&str>,
) -> Result<(), Failure> {
    let (_, personal) = header.section(Layer::Personal.code()).unzip();
    if touches_sealed(header) || open.iter().any(|op| may_make_owing(op, own_site)) {
        let at = tx.numbers(&header.scope, &header.doc)?;
        tx.put(Space::Owing, &owing_key(at), &[1])?;
    } else if personal.is_none_or(|section| section.generation == 0) {
        // of a later generation more arrives than the entry itself
        store::note_plain(tx);
    }
    Ok(())
}

/// Of which of what arrived nothing has to be opened: this device wrote it in the chain it is at, and marked nothing.
fn is_plain_own(log: &Log, entry: &Entry, is_marked: bool) -> bool {
    let header = entry.header();
    !is_marked && header.device == log.device && header.incarnation == log.incarnation() && header.kind == Kind::Edit
}

fn look_at(
    log: &Log,
    shared: &Shared,
    snapshot: &Snapshot,
    keychain: &Keychain,
    addressees: &Addressees,
    arrived: &[Arrival],
    found: &mut Found,
) -> Result<(), Failure> {
    let scopes: BTreeSet<ScopeId> = cases::case_scopes(log, shared).into_iter().collect();
    let numbers = snapshot.scopes();
    let is_marked = may_owe(snapshot, arrived.iter().map(|one| (one.scope, one.doc)))?;
    let own = locked(&log.kept).of::<Plain>().clone();
    for (one, is_marked) in arrived.iter().zip(is_marked) {
        if !is_marked && own.holds(one.arrival) {
            continue;
        }
        let Some(scope) = numbers.get(one.scope as usize) else { continue };
        let stored = match one.at {
            Some(at) => snapshot.entry_at(at)?.into_iter().collect(),
            // sections came for some entry of it
            None => snapshot.numbered_entries(one.doc)?,
        };
        for stored in stored {
            let entry = log.decode(&stored.bytes)?;
            if is_plain_own(log, &entry, is_marked) {
                continue;
            }
            if entry.header().content_kind() == Some(Kind::Edit) {
                let addressees = scopes.contains(scope).then_some(addressees);
                look_at_entry((log, shared), keychain, addressees, (one, *scope), &entry, found);
            }
        }
    }
    Ok(())
}

fn look_at_entry(
    (log, shared): (&Log, &Shared),
    keychain: &Keychain,
    // nobody, of what is no case as far as is known
    addressees: Option<&Addressees>,
    (arrived, scope): (&Arrival, ScopeId),
    entry: &Entry,
    found: &mut Found,
) {
    let said = unwrap_carried(entry);
    let (header, is_ours) = (said.header(), said.header().device == log.device);
    if let Some(addressees) = addressees.filter(|_| touches_sealed(header)) {
        found.to_confirm.entry((scope, header.doc)).or_default().extend(addressees.members());
    }
    let opened = keychain.open_one(&said, Layer::Open);
    let written = match &opened {
        Opened::Absent => return,
        Opened::Plain(plain) => gate::written(&plain.change).ok(),
        Opened::Unreadable | Opened::Missing => None,
    };
    let site = shared.site_with(&scope).map(|site| site.op.code.as_str());
    if written.as_ref().is_none_or(|ops| ops.iter().any(|op| may_make_owing(op, site))) {
        found.owing.insert((arrived.scope, arrived.doc));
    }
    if matches!(opened, Opened::Unreadable) {
        found.unopened.get_or_insert(arrived.arrival);
    }
    let (Some(addressees), Opened::Plain(plain)) = (addressees, &opened) else { return };
    if plain.flags & FLAG_DEVICE_ONLY != 0 {
        return;
    }
    // whether it may be written is judged by whoever reads the case: a receipt says only that it is held
    let written = written.unwrap_or_default();
    let whom = written.iter().find_map(|op| match op {
        LayerOp::Put { key, value: Value::Text(who) } if key == ASSIGNEE => who.parse::<Who>().ok(),
        _ => None,
    });
    let Some(whom) = whom else { return };
    let members = addressees.of_case(shared, &scope, &whom);
    if members.is_empty() {
        return;
    }
    found.to_confirm.entry((scope, header.doc)).or_default().extend(&members);
    let is_whole = said.sections().iter().all(Option::is_some);
    if !is_ours && is_whole && entry.header().device != log.device {
        found.given.insert((scope, ChainKey::of(entry.header()), entry.header().seq));
    }
}

/// Whether an operation makes something owed of its case, to somebody: it names them, gave it to them, moved or sealed it. That a
/// case is worked on at its own site, as nearly every one is, makes nothing owed.
pub(super) fn may_make_owing(op: &LayerOp, own_site: Option<&str>) -> bool {
    let LayerOp::Put { key, value } = op else { return false };
    match (key.split('/').next().unwrap_or_default(), value) {
        ("handling_site", Value::Text(site)) => Some(site.as_str()) != own_site,
        ("restricted" | "moved", _) => true,
        (name, _) => NAMING.contains(&name) || key.starts_with(FactKind::Gift.prefix()),
    }
}
