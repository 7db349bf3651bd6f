//! Taking back one's own words while nobody else can have them; and what was captured here and has not left.

use std::collections::{BTreeMap, BTreeSet};

use crdt_model::cbor;
use crdt_model::document::Opened;
use crdt_model::entry::{Entry, Kind};
use crdt_model::retraction::{Retraction, Withdrawn, taken_back};
use crdt_model::roster::{knowledge_scope, membership_scope};
use crdt_model::seal::{Entropy, FLAG_DEVICE_ONLY, birth_of};
use crdt_model::sync::Agreed;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{ChainKey, DocId, EntryId, ScopeId};
use serde_json::{Value as Json, json};

use crate::cases;
use crate::cases::{Captured, Loaded, captured_key};
use crate::error::Failure;
use crate::list;
use crate::log::draft::{Draft, clear};
use crate::log::marks::note_withdrawal;
use crate::log::{Log, Reader, Shared, entropy, meta};
use crate::store::{self, Gap, MemberSpace, Snapshot, Space};
use crate::writes::imported::is_note_of;

/// Digits by which people name an entry, at least.
const SHORT_MIN: usize = 4;

/// Key of a note that the member wrote an entry which itself does not tell: among the member's own values.
pub(crate) fn written_key(entry: &EntryId) -> Vec<u8> {
    [b"wrote/".as_slice(), &entry.0].concat()
}

/// An edit of a case written on this device.
struct Own {
    entry: Entry,
    /// When, as its author claimed; unknown where not even its author can open it.
    claimed_ms: Option<i64>,
    mine: bool,
    /// Peers may have it.
    offered: bool,
}

impl Own {
    fn id(&self) -> EntryId {
        self.entry.id()
    }
}

/// `boucle case withdraw`: takes back an entry of a case. Without `entry`, the failure lists those that can be.
pub(crate) fn withdraw(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    entry: Option<&str>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let view = loaded.view(now_ms);
    let snapshot = log.store.read()?;
    let captured = captured(&snapshot, &loaded.doc)?;
    let kept = captured.as_ref().map(|kept| kept.reference.clone());
    let mark = view.mark().map(str::to_owned).or(kept);
    let mark = mark.unwrap_or_else(|| typed.to_owned());
    let all = counted_stored(log, &snapshot, &loaded)?;
    let own = own_edits(log, &snapshot, reader, &all, captured.as_ref())?;
    let Some(named) = entry else { return Err(which(&loaded, &own, &mark)) };
    let chosen = choose(&all, named, &mark)?;
    let fail = |code| Failure::new(code).arg("entry", chosen.short()).arg("ref", &mark).at("entry", chosen);
    let Some(target) = own.iter().find(|one| one.id() == chosen).filter(|one| one.mine) else {
        return Err(fail("entry_not_yours"));
    };
    if target.offered {
        return Err(fail("entry_offered"));
    }
    let later: Vec<String> = later_than(&own, target).map(|one| one.id().short()).collect();
    if !later.is_empty() {
        return Err(fail("entry_built_upon").arg("later", later.join(", ")));
    }
    drop(snapshot);
    let is_birth = is_birth(&target.entry);
    withdraw_entry(log, reader, &shared, &loaded, target, is_birth)?;
    cases::cache(reader).clear();
    Ok(json!({
        "ref": mark, "case_id": loaded.doc, "withdrawn": [chosen], "case_withdrawn": is_birth,
    }))
}

/// One transaction: the withdrawal is in the chain, the sections are gone, nobody misses them.
fn withdraw_entry(
    log: &Log,
    reader: &mut Reader,
    shared: &Shared,
    loaded: &Loaded,
    target: &Own,
    is_birth: bool,
) -> Result<(), Failure> {
    let access = reader.secrets.store_access();
    let mut entropy = entropy()?;
    log.commit(|tx| {
        // a session may have offered it since it was looked at
        if is_offered(log, tx, &target.entry) {
            let id = target.id();
            return Err(Failure::new("entry_offered").arg("entry", id.short()).arg("ref", "").at("entry", id));
        }
        withdraw_in(log, tx, shared, &target.entry, &access, &mut entropy)?;
        if is_birth { forget_case(log, tx, &access, &loaded.doc, None) } else { Ok(()) }
    })?;
    log.sections_changed();
    log.refresh_reader(reader)
}

/// Whether peers may have an entry of this device: of an earlier life of this store they may have anything.
pub(crate) fn is_offered(log: &Log, tx: &store::Tx<'_>, entry: &Entry) -> bool {
    let header = entry.header();
    let chain = store::ChainKey { scope: header.scope, device: header.device, incarnation: header.incarnation };
    header.device != log.device
        || header.incarnation != log.incarnation()
        || tx.chain(&chain).is_none_or(|held| held.offered_seq >= header.seq)
}

/// Puts the withdrawal of an own entry into the chain and takes its sections away.
pub(crate) fn withdraw_in(
    log: &Log,
    tx: &mut store::Tx<'_>,
    shared: &Shared,
    entry: &Entry,
    access: &store::MemberKey,
    entropy: &mut Entropy,
) -> Result<(), Failure> {
    let (header, id) = (entry.header(), entry.id());
    let chain = store::ChainKey { scope: header.scope, device: header.device, incarnation: header.incarnation };
    let content = Retraction::Withdrawal(vec![Withdrawn { seq: header.seq, entry: id }]);
    let (mut bare, mut layers) = (entry.clone(), 0);
    for section in &header.sections {
        bare.drop_section(section.layer);
        layers |= 1 << section.layer;
    }
    let withdrawal = Draft {
        scope: header.scope,
        kind: Kind::Erasure,
        doc: header.doc,
        incarnation: header.incarnation,
        auth: log.auth(shared),
        deps: Vec::new(),
        sections: clear(cbor::encode(&content)),
    };
    let withdrawal = withdrawal.append(log, tx, None, entropy)?;
    note_withdrawal(tx, &chain, header.seq, withdrawal.header().seq)?;
    tx.replace_entry_bytes(&id, &bare.encode())?;
    tx.touch_doc(&header.scope, &header.doc)?;
    if let Some(at) = tx.location(&id)? {
        tx.put_gap(at, &Gap { entry: id, layers, withdrawn: true, from: log.device })?;
    }
    tx.delete_member(MemberSpace::Rows, access, &written_key(&id))?;
    Ok(())
}

/// What the machine kept of a case that is taken back; `row`: the key of the imported row it was made of, where that is
/// known. Its reference is not given again: the counter stays.
pub(crate) fn forget_case(
    log: &Log,
    tx: &mut store::Tx<'_>,
    access: &store::MemberKey,
    doc: &DocId,
    row: Option<&[u8]>,
) -> Result<(), Failure> {
    tx.delete(Space::Outbox, &doc.0)?;
    tx.delete_member(MemberSpace::Rows, access, &captured_key(doc, 0))?;
    // so that the same row of the same file makes it anew
    match row {
        Some(row) => {
            tx.delete(Space::Imported, row)?;
        }
        None => {
            for (key, value) in tx.list(Space::Imported)? {
                if value.starts_with(&doc.0) || is_note_of(&key, doc) {
                    tx.delete(Space::Imported, &key)?;
                }
            }
        }
    }
    // not by the keyring: whoever renews an incarnation holds it and waits for this very transaction
    for member in &log.shared().here {
        let key = meta::last_case(member);
        if tx.get(Space::Meta, &key)?.is_some_and(|held| held.as_slice() == doc.0) {
            tx.delete(Space::Meta, &key)?;
        }
    }
    Ok(())
}

pub(crate) fn is_birth(entry: &Entry) -> bool {
    birth_of(entry.header()) == entry.header().doc
}

/// A document's entries with what takes some of them back, in order of arrival.
fn counted_stored(log: &Log, snapshot: &Snapshot, loaded: &Loaded) -> Result<Vec<Entry>, Failure> {
    let mut entries = log.entries(snapshot, &loaded.scope, &loaded.doc)?;
    let gone = taken_back(&entries);
    entries.retain(|entry| entry.header().kind == Kind::Edit && !gone.contains(&entry.id()));
    Ok(entries)
}

/// Those this device wrote.
fn own_edits(
    log: &Log,
    snapshot: &Snapshot,
    reader: &Reader,
    entries: &[Entry],
    captured: Option<&Captured>,
) -> Result<Vec<Own>, Failure> {
    let access = reader.secrets.store_access();
    let incarnation = log.incarnation();
    let mut own = Vec::new();
    for entry in entries.iter().filter(|entry| entry.header().device == log.device) {
        let header = entry.header();
        let opened = reader.keychain.open_entry(entry);
        let plains = || {
            opened.layers.iter().rev().filter_map(|layer| match layer {
                Opened::Plain(plain) => Some(plain),
                _ => None,
            })
        };
        let key = written_key(&entry.id());
        let mine = plains().any(|plain| plain.member == reader.member())
            || snapshot.get_member(MemberSpace::Rows, &access, &key)?.is_some();
        let kept = captured.filter(|kept| kept.entry == entry.id()).map(|kept| kept.saved_ms);
        let chain = store::ChainKey { scope: header.scope, device: header.device, incarnation: header.incarnation };
        // of an earlier life of this store others may hold anything
        let offered = header.incarnation != incarnation
            || snapshot.chain(&chain).is_none_or(|held| held.offered_seq >= header.seq);
        let claimed_ms = kept.or_else(|| plains().next().map(|plain| plain.claimed_ms));
        own.push(Own { entry: entry.clone(), claimed_ms, mine, offered });
    }
    own.sort_by_key(|one| (one.entry.header().incarnation, one.entry.header().seq));
    Ok(own)
}

/// `boucle outbox`.
pub(crate) fn outbox(log: &Log, reader: &Reader) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    let held = held_by_peers(log, &snapshot)?;
    let mut captured: Vec<Captured> = Vec::new();
    for (_, value) in snapshot.list(Space::Outbox)? {
        captured.extend(serde_json::from_slice::<Captured>(&value).ok());
    }
    captured.sort_by_key(|kept| (std::cmp::Reverse(kept.saved_ms), kept.case_id));
    let mut rows = Vec::with_capacity(captured.len());
    for kept in &captured {
        let Some(stored) = snapshot.entry(&kept.entry)? else { continue };
        let key = ChainKey { device: stored.chain.device, incarnation: stored.chain.incarnation };
        let tips = held.get(&(stored.chain.scope, key)).map_or(&[][..], Vec::as_slice);
        // what a fork cut off may have left by whoever carries it on: this device, as far as is known here
        let mut held_by = tips.iter().filter(|seq| **seq >= stored.seq()).count();
        for carrier in snapshot.carriers(&kept.entry)? {
            let key = ChainKey { device: carrier.chain.device, incarnation: carrier.chain.incarnation };
            let tips = held.get(&(carrier.chain.scope, key)).map_or(&[][..], Vec::as_slice);
            held_by = held_by.max(tips.iter().filter(|seq| **seq >= carrier.seq()).count());
        }
        let offered = snapshot.chain(&stored.chain).is_some_and(|chain| chain.offered_seq >= stored.seq());
        rows.push(json!({
            "ref": kept.reference, "case_id": kept.case_id, "saved_at": rfc3339(kept.saved_ms),
            "left_machine": held_by > 0, "held_by_n": held_by, "delivered_to_n": Json::Null,
            "withdrawable": !offered,
        }));
    }
    let saved: BTreeMap<EntryId, i64> = captured.iter().map(|kept| (kept.entry, kept.saved_ms)).collect();
    let (entries, oldest) = waiting(log, &snapshot, reader, &saved)?;
    Ok(json!({"captured": rows, "waiting": {"entries": entries, "oldest": oldest.map(rfc3339)}}))
}

/// Own entries that were offered to nobody yet, and since when the oldest waits, as far as this member can tell. `saved`:
/// when cases were captured here whose words their author cannot open any more.
fn waiting(
    log: &Log,
    snapshot: &Snapshot,
    reader: &Reader,
    saved: &BTreeMap<EntryId, i64>,
) -> Result<(u64, Option<i64>), Failure> {
    let at_once = [membership_scope(&log.org), knowledge_scope(&log.org)];
    let (mut entries, mut oldest) = (0, None::<i64>);
    let chains = snapshot.chains().filter(|chain| chain.key.device == log.device);
    for chain in chains.filter(|chain| !at_once.contains(&chain.key.scope)) {
        entries += chain.tip_seq.saturating_sub(chain.offered_seq);
        // the first that can be opened is the oldest of its chain
        for stored in snapshot.chain_entries(&chain.key, chain.offered_seq + 1, 1 << 20)? {
            let entry = log.decode(&stored.bytes)?;
            let opened = reader.keychain.open_entry(&entry);
            let claimed = opened.layers.iter().rev().find_map(|layer| match layer {
                // the open mark of a sealed case tells the week alone
                Opened::Plain(plain) if plain.flags & FLAG_DEVICE_ONLY == 0 => Some(plain.claimed_ms),
                _ => None,
            });
            if let Some(claimed) = saved.get(&entry.id()).copied().or(claimed) {
                oldest = Some(oldest.map_or(claimed, |held| held.min(claimed)));
                break;
            }
        }
    }
    Ok((entries, oldest))
}

/// How far each other device is known to hold our chains, one number a device: by the last session that ended equal,
/// and by their last bundle.
pub(crate) fn held_by_peers(
    log: &Log,
    snapshot: &Snapshot,
) -> Result<BTreeMap<(ScopeId, ChainKey), Vec<u64>>, Failure> {
    let mut of: BTreeMap<(ScopeId, ChainKey), BTreeMap<Vec<u8>, u64>> = BTreeMap::new();
    for (key, value) in snapshot.list(Space::Peers)? {
        let (device, said) = match (key.strip_prefix(b"agreed/"), key.strip_prefix(b"held/")) {
            (Some(device), _) => (device, Some(value.as_slice())),
            (_, Some(device)) => (device, value.get(8..)),
            _ => continue,
        };
        let Some(Ok(agreed)) = said.map(cbor::decode::<Agreed>) else { continue };
        for (scope, frontier) in agreed.frontiers() {
            for (chain, tip) in frontier.iter().filter(|(chain, _)| chain.device == log.device) {
                let seen = of.entry((*scope, *chain)).or_default().entry(device.to_vec()).or_default();
                *seen = (*seen).max(tip.seq);
            }
        }
    }
    Ok(of.into_iter().map(|(chain, seen)| (chain, seen.into_values().collect())).collect())
}

fn captured(snapshot: &Snapshot, doc: &DocId) -> Result<Option<Captured>, Failure> {
    let kept = snapshot.get(Space::Outbox, &doc.0)?;
    Ok(kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// Edits of the same chain after an entry.
fn later_than<'o>(own: &'o [Own], target: &'o Own) -> impl Iterator<Item = &'o Own> {
    let place = |one: &Own| (ChainKey::of(one.entry.header()), one.entry.header().seq);
    let (chain, seq) = place(target);
    own.iter().filter(move |one| place(one).0 == chain && place(one).1 > seq)
}

/// The entry a person means by the first digits of its id.
fn choose(entries: &[Entry], named: &str, mark: &str) -> Result<EntryId, Failure> {
    let digits = named.trim().to_ascii_lowercase();
    let is_id = digits.len() >= SHORT_MIN && digits.chars().all(|c| c.is_ascii_hexdigit());
    let found: BTreeSet<EntryId> =
        entries.iter().map(Entry::id).filter(|id| is_id && id.to_string().starts_with(&digits)).collect();
    match found.len() {
        1 => found.first().copied().ok_or_else(|| Failure::new("unexpected")),
        n => {
            let near: Vec<String> = found.iter().map(|id| id.to_string().chars().take(16).collect()).collect();
            let code = if n == 0 { "entry_not_found" } else { "entry_ambiguous" };
            // not quoted: a mistyped line may hold words where the entry should stand
            Err(Failure::new(code).arg("ref", mark).arg("near", near.join(", ")).at("ref", mark))
        }
    }
}

/// Which could be taken back now: each with its short id, its time and what it did.
fn which(loaded: &Loaded, own: &[Own], mark: &str) -> Failure {
    let can = own.iter().filter(|one| one.mine && !one.offered && later_than(own, one).next().is_none());
    let tell = |one: &Own| {
        let written = loaded.document.history.iter().filter(|w| w.stamp.entry == one.id());
        let ops: Vec<_> = written
            .flat_map(|w| w.ops.iter().map(|op| crdt_model::view::Written { stamp: w.stamp, layer: w.layer, op }))
            .collect();
        // fields, never what was written to them
        let mut fields: Vec<&str> = crdt_model::view::history(&ops).iter().map(|item| item.field).collect();
        fields.dedup();
        let more = fields.len().saturating_sub(4);
        fields.truncate(4);
        let mut told = vec![one.id().short()];
        told.extend(one.claimed_ms.map(rfc3339));
        if !fields.is_empty() {
            told.push(fields.join(" ") + if more > 0 { " …" } else { "" });
        }
        told.join(" ")
    };
    let list: Vec<String> = can.map(tell).collect();
    let code = if list.is_empty() { "withdraw_nothing" } else { "withdraw_which" };
    Failure::new(code).arg("ref", mark).arg("entries", list.join("; ")).at("ref", mark)
}

#[cfg(test)]
mod tests;
