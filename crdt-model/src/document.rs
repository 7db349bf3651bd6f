//! From entries to what a reader sees: verdicts, order, layers.
//!
//! ```text
//! admitted entries of one document
//!   ─ authority of the device at `auth` ──▶ base   (void and waiting ones are named, and stay in the log)
//!   ─ causal closure ───────────────────▶ accepted
//!   ─ topological order, earliest claimed first
//!   ─ per layer: member, change header, schema, canonical form ──▶ Automerge, or a fault with author and reason
//! ```
//!
//! A pure function of the entries, the keys of the reader and the roster: no order of arrival changes it. Who cannot
//! read a layer does not judge it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use automerge::ChangeHash;

use crate::entry::{Header, Kind, VALIDATOR};
use crate::gate::{Expect, Schema, check_change};
use crate::id::{EntryId, MemberId};
use crate::layer::{Layer, LayerDoc, LayerOp, LayerState, Stamp};
use crate::roster::Roster;
use crate::seal::{ActorOf, FLAG_DEVICE_ONLY, FLAG_DROP_BOX, Plain, birth_doc};
use crate::taxonomy::Capabilities;

/// One layer's section as a reader finds it.
#[derive(Debug, Clone, Default)]
pub enum Opened {
    /// The entry has no such section.
    #[default]
    Absent,
    /// Its bytes are not held, though the header names it.
    Missing,
    /// Sealed to others, or padding: the two look alike.
    Unreadable,
    /// Opened.
    Plain(Box<Plain>),
}

/// An entry of the document, with what this reader could open.
#[derive(Debug, Clone)]
pub struct DocEntry {
    /// Its id.
    pub id: EntryId,
    /// Its header.
    pub header: Header,
    /// Open, personal, sensitive.
    pub layers: [Opened; 3],
}

/// Why an entry, or one layer of it, is not in the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The entry.
    pub entry: EntryId,
    /// The layer, or `None` for the whole entry.
    pub layer: Option<Layer>,
    /// The signing member, where known.
    pub member: Option<MemberId>,
    /// The verdict step it failed at: `authority`, `member`, `header`, `semantic`, `canonical`…
    pub step: &'static str,
    /// A stable code.
    pub code: String,
    /// True when it may still become good: something it names has not arrived.
    pub waiting: bool,
}

/// One section in the history of a document.
#[derive(Debug, Clone)]
pub struct Written {
    /// Where it stands.
    pub stamp: Stamp,
    /// The layer.
    pub layer: Layer,
    /// What was written.
    pub ops: Vec<LayerOp>,
}

/// A document as one reader sees it.
#[derive(Debug, Default)]
pub struct Document {
    /// Per layer, its Automerge document (empty where nothing was readable).
    pub docs: [LayerDoc; 3],
    /// Per layer, its content; `None` where sections exist and none could be opened.
    pub states: [Option<LayerState>; 3],
    /// Entries accepted that no other accepted entry follows, sorted.
    pub heads: Vec<EntryId>,
    /// What is not in the view, and why.
    pub faults: Vec<Fault>,
    /// Readable sections in the document's order.
    pub history: Vec<Written>,
    /// Number of accepted entries.
    pub accepted: usize,
    /// How many of them lack the bytes of a section: the view may say less than was written.
    pub incomplete: usize,
}

/// Builds the document from its entries of one `kind`; others are faults. `schema` gives the schema of a layer.
///
/// # Panics
///
/// Never: what is expected here was put there above.
pub fn build(entries: &[DocEntry], kind: Kind, roster: &Roster, schema: &dyn Fn(Layer) -> Box<dyn Schema>) -> Document {
    let mut document = Document::default();
    let accepted = accept(entries, kind, roster, &mut document.faults);
    let order = order(entries, &accepted);
    document.heads = heads(entries, &accepted);
    document.accepted = accepted.len();
    let missing = |n: usize, layer: Layer| matches!(entries[n].layers[layer as usize], Opened::Missing);
    let lacks = |n: &&usize| Layer::ALL.into_iter().any(|layer| missing(**n, layer));
    document.incomplete = accepted.iter().filter(lacks).count();
    let mut pasts = Pasts::of(entries, &order);
    let mut stamps: [HashMap<ChangeHash, Stamp>; 3] = Default::default();
    for (position, n) in order.iter().enumerate() {
        let entry = &entries[*n];
        for layer in Layer::ALL {
            let Opened::Plain(plain) = &entry.layers[layer as usize] else { continue };
            if plain.change.is_empty() {
                continue;
            }
            let at = usize::from(layer.code());
            let result = judge(entry, *n, layer, plain, roster, &document.docs[at], &pasts, &*schema(layer));
            match result {
                Ok(change) => {
                    let stamp = Stamp {
                        entry: entry.id,
                        order: position as u64,
                        claimed_ms: plain.claimed_ms,
                        member: (plain.member != MemberId::ZERO).then_some(plain.member),
                        device: entry.header.device,
                    };
                    let ops = change.ops().iter().map(|op| op.op.clone()).collect();
                    if document.docs[at].apply([&change]).is_err() {
                        document.faults.push(fault(entry, Some(layer), plain, "apply", "frozen", false));
                        continue;
                    }
                    pasts.carried[at].insert(change.hash(), *n);
                    stamps[at].insert(change.hash(), stamp);
                    document.history.push(Written { stamp, layer, ops });
                }
                // what it builds on may be in a section that has not come
                Err(found) if pasts.any_before(*n, |n| missing(n, layer), &order) => {
                    document.faults.push(Fault { code: "section_missing".to_owned(), waiting: true, ..found });
                }
                Err(found) => document.faults.push(found),
            }
        }
    }
    for layer in Layer::ALL {
        let at = usize::from(layer.code());
        let readable = readable(entries, &accepted, at);
        let stamps = &stamps[at];
        document.states[at] = readable
            .then(|| document.docs[at].state(|hash| *stamps.get(hash).expect("every applied change has a stamp")));
    }
    document
}

/// False when sections of the layer exist and not one could be opened.
fn readable(entries: &[DocEntry], accepted: &BTreeSet<usize>, at: usize) -> bool {
    let mut sealed = false;
    for n in accepted {
        match entries[*n].layers[at] {
            Opened::Plain(_) => return true,
            // fail closed: nobody knows what the missing ones say
            Opened::Unreadable | Opened::Missing => sealed = true,
            Opened::Absent => {}
        }
    }
    !sealed
}

fn fault(
    entry: &DocEntry,
    layer: Option<Layer>,
    plain: &Plain,
    step: &'static str,
    code: &str,
    waiting: bool,
) -> Fault {
    let member = (plain.member != MemberId::ZERO).then_some(plain.member);
    Fault { entry: entry.id, layer, member, step, code: code.to_owned(), waiting }
}

/// Base (form and authority hold, past complete) and all its ancestors. What is against the form of the document, or
/// builds on such, is in no view; an ancestor that a good entry builds on stays, whatever its own authority.
fn accept(entries: &[DocEntry], kind: Kind, roster: &Roster, faults: &mut Vec<Fault>) -> BTreeSet<usize> {
    let index: HashMap<EntryId, usize> = entries.iter().enumerate().map(|(n, e)| (e.id, n)).collect();
    let mut complete = vec![None; entries.len()];
    let mut accepted = BTreeSet::new();
    for (n, entry) in entries.iter().enumerate() {
        let verdict = form_verdict(entry, kind)
            .and_then(|()| header_verdict(entry, roster))
            .and_then(|()| past_held(n, entries, kind, &index, &mut complete));
        match verdict {
            Ok(()) => {
                let mut stack = vec![n];
                while let Some(n) = stack.pop() {
                    if accepted.insert(n) {
                        stack.extend(entries[n].header.deps.iter().filter_map(|dep| index.get(dep)));
                    }
                }
            }
            Err((code, waiting)) => faults.push(Fault {
                entry: entry.id,
                layer: None,
                member: None,
                step: if code == "kind" || code == "birth" { "form" } else { "authority" },
                code: code.to_owned(),
                waiting,
            }),
        }
    }
    faults.retain(|f| !index.get(&f.entry).is_some_and(|n| accepted.contains(n)));
    accepted
}

/// One kind of entry per document; and a case is born once, by the entry its id is bound to.
fn form_verdict(entry: &DocEntry, kind: Kind) -> Result<(), (&'static str, bool)> {
    let header = &entry.header;
    if header.kind != kind {
        return Err(("kind", false));
    }
    let born_here =
        birth_doc(&header.org, &header.scope, &header.device, &header.incarnation, header.seq) == header.doc;
    if kind == Kind::Edit && header.deps.is_empty() != born_here {
        return Err(("birth", false));
    }
    Ok(())
}

/// The device's authority at the entry's `auth`.
fn header_verdict(entry: &DocEntry, roster: &Roster) -> Result<(), (&'static str, bool)> {
    let header = &entry.header;
    if header.validator > VALIDATOR {
        return Err(("update_needed", true));
    }
    let authority = roster.authority_at(&header.device, &header.auth).ok_or(("auth_unknown", true))?;
    let needed = match header.kind {
        Kind::Edit => {
            authority.capabilities.contains(Capabilities::INTAKE)
                || authority.capabilities.contains(Capabilities::WRITE_OPEN)
        }
        _ => authority.is_member,
    };
    if needed { Ok(()) } else { Err(("not_authorised", false)) }
}

/// Every entry in the past of `n` is held and in form.
fn past_held(
    n: usize,
    entries: &[DocEntry],
    kind: Kind,
    index: &HashMap<EntryId, usize>,
    known: &mut [Option<Result<(), (&'static str, bool)>>],
) -> Result<(), (&'static str, bool)> {
    let mut stack = vec![(n, false)];
    while let Some((at, visited)) = stack.pop() {
        if known[at].is_some() {
            continue;
        }
        let deps = &entries[at].header.deps;
        if !visited {
            stack.push((at, true));
            let unknown = deps.iter().filter_map(|dep| index.get(dep)).filter(|d| known[**d].is_none());
            stack.extend(unknown.map(|d| (*d, false)));
            continue;
        }
        let mut verdict = form_verdict(&entries[at], kind);
        for dep in deps {
            let of_dep = match index.get(dep) {
                None => Err(("deps_unknown", true)),
                // a cycle cannot be made of hashes; one in hand is no past
                Some(d) => known[*d]
                    .unwrap_or(Err(("deps_unknown", true)))
                    .map_err(|(code, waiting)| if waiting { (code, waiting) } else { ("deps_void", false) }),
            };
            verdict = verdict.and(of_dep);
        }
        known[at] = Some(verdict);
    }
    known[n].unwrap_or(Err(("deps_unknown", true)))
}

/// Topological order; among entries whose predecessors are placed, the earliest claimed comes next, then the lowest id.
fn order(entries: &[DocEntry], accepted: &BTreeSet<usize>) -> Vec<usize> {
    let index: HashMap<EntryId, usize> = accepted.iter().map(|n| (entries[*n].id, *n)).collect();
    let mut children: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut missing: BTreeMap<usize, usize> = BTreeMap::new();
    for n in accepted {
        let deps: Vec<usize> = entries[*n].header.deps.iter().filter_map(|dep| index.get(dep)).copied().collect();
        missing.insert(*n, deps.len());
        for dep in deps {
            children.entry(dep).or_default().push(*n);
        }
    }
    let rank = |n: usize| (claimed_ms(&entries[n]), entries[n].id, n);
    let mut ready: BTreeSet<_> = missing.iter().filter(|(_, left)| **left == 0).map(|(n, _)| rank(*n)).collect();
    let mut order = Vec::with_capacity(accepted.len());
    while let Some((_, _, n)) = ready.pop_first() {
        order.push(n);
        for child in children.get(&n).into_iter().flatten() {
            let left = missing.get_mut(child).expect("every child was counted");
            *left -= 1;
            if *left == 0 {
                ready.insert(rank(*child));
            }
        }
    }
    order
}

/// The claimed time in the most sealed layer this reader opened: the open layer of a restricted case carries only the
/// week.
fn claimed_ms(entry: &DocEntry) -> i64 {
    entry
        .layers
        .iter()
        .rev()
        .find_map(|opened| match opened {
            Opened::Plain(plain) => Some(plain.claimed_ms),
            _ => None,
        })
        .unwrap_or(i64::MIN)
}

fn heads(entries: &[DocEntry], accepted: &BTreeSet<usize>) -> Vec<EntryId> {
    let followed: HashSet<EntryId> = accepted.iter().flat_map(|n| entries[*n].header.deps.iter().copied()).collect();
    let mut heads: Vec<EntryId> = accepted.iter().map(|n| entries[*n].id).filter(|id| !followed.contains(id)).collect();
    heads.sort_unstable();
    heads
}

/// Past of each entry of the document as bits over the order, and which entry carried which accepted change.
struct Pasts {
    position: HashMap<usize, usize>,
    past: Vec<Vec<u64>>,
    carried: [HashMap<ChangeHash, usize>; 3],
}

impl Pasts {
    fn of(entries: &[DocEntry], order: &[usize]) -> Self {
        let position: HashMap<usize, usize> = order.iter().enumerate().map(|(at, n)| (*n, at)).collect();
        let index: HashMap<EntryId, usize> = order.iter().enumerate().map(|(at, n)| (entries[*n].id, at)).collect();
        let mut past: Vec<Vec<u64>> = Vec::with_capacity(order.len());
        for n in order {
            let mut bits = vec![0_u64; past.len().div_ceil(64)];
            for dep in entries[*n].header.deps.iter().filter_map(|dep| index.get(dep)) {
                bits[dep / 64] |= 1 << (dep % 64);
                for (mine, theirs) in bits.iter_mut().zip(&past[*dep]) {
                    *mine |= theirs;
                }
            }
            past.push(bits);
        }
        Self { position, past, carried: Default::default() }
    }

    /// True when `holds` of some entry in the past of `n`.
    fn any_before(&self, n: usize, holds: impl Fn(usize) -> bool, order: &[usize]) -> bool {
        let Some(past) = self.position.get(&n).map(|at| &self.past[*at]) else { return false };
        let is_past = |at: usize| past.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1);
        order.iter().enumerate().any(|(at, n)| is_past(at) && holds(*n))
    }

    fn sees(&self, n: usize, layer: usize, hash: &ChangeHash) -> bool {
        let at = |n: &usize| self.position.get(n).copied();
        let (Some(by), Some(of)) = (self.carried[layer].get(hash).and_then(at), at(&n)) else { return false };
        self.past[of].get(by / 64).is_some_and(|word| word >> (by % 64) & 1 == 1)
    }
}

#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename the arguments")]
fn judge(
    entry: &DocEntry,
    n: usize,
    layer: Layer,
    plain: &Plain,
    roster: &Roster,
    doc: &LayerDoc,
    pasts: &Pasts,
    schema: &dyn Schema,
) -> Result<crate::gate::CheckedChange, Fault> {
    let header = &entry.header;
    member_verdict(entry, layer, plain, roster)
        .map_err(|(code, waiting)| fault(entry, Some(layer), plain, "member", code, waiting))?;
    let drop_box = plain.flags & FLAG_DROP_BOX != 0;
    let actor = ActorOf {
        org: &header.org,
        scope: &header.scope,
        doc: &header.doc,
        layer: layer.code(),
        generation: plain.generation,
        device: &header.device,
        incarnation: &header.incarnation,
        member: &plain.member,
        drop_box_seq: drop_box.then_some(header.seq),
    }
    .id();
    let at = usize::from(layer.code());
    let visible = |hash: &ChangeHash| pasts.sees(n, at, hash);
    let change = check_change(&plain.change, &Expect { actor, drop_box, visible: &visible }, doc.history(), schema)
        .map_err(|found| fault(entry, Some(layer), plain, found.step().code(), found.code(), false))?;
    let rewrites = |op: &crate::gate::CheckedOp| !op.preds.is_empty() && !schema.may_supersede(&key_of(&op.op));
    if change.ops().iter().any(rewrites) {
        return Err(fault(entry, Some(layer), plain, "semantic", "fact_rewritten", false));
    }
    let late = |op: &crate::gate::CheckedOp| !header.deps.is_empty() && schema.birth_only(&key_of(&op.op));
    if change.ops().iter().any(late) {
        return Err(fault(entry, Some(layer), plain, "semantic", "birth_only", false));
    }
    let nameless = plain.flags & FLAG_DEVICE_ONLY != 0;
    if nameless && !change.ops().iter().all(|op| schema.nameless(&key_of(&op.op))) {
        return Err(fault(entry, Some(layer), plain, "member", "device_only", false));
    }
    Ok(change)
}

fn key_of(op: &LayerOp) -> String {
    match op {
        LayerOp::Put { key, .. } | LayerOp::Delete { key } => key.clone(),
    }
}

/// The signing member: known, on this device, allowed to write.
fn member_verdict(entry: &DocEntry, layer: Layer, plain: &Plain, roster: &Roster) -> Result<(), (&'static str, bool)> {
    let header = &entry.header;
    if plain.flags & FLAG_DEVICE_ONLY != 0 {
        // the open mark of a restricted case names nobody; its schema admits nothing else
        let nobody = plain.member == MemberId::ZERO && plain.member_sig == [0; 64] && layer == Layer::Open;
        return if nobody { Ok(()) } else { Err(("device_only", false)) };
    }
    let member = roster.members.get(&plain.member).ok_or(("member_unknown", true))?;
    if member.device != header.device {
        return Err(("member_not_on_device", false));
    }
    let key = roster.member_key(&plain.member).ok_or(("member_unknown", true))?;
    plain.verify(&header.aad(), layer.code(), &key).map_err(|_| ("member_signature", false))?;
    let capabilities = member.capabilities();
    let may_write = capabilities.contains(Capabilities::INTAKE) || capabilities.contains(Capabilities::WRITE_OPEN);
    if header.kind == Kind::Edit && !may_write {
        return Err(("member_authority", false));
    }
    Ok(())
}
