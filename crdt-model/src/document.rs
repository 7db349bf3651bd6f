//! From entries to what a reader sees: verdicts, order, layers.
//!
//! ```text
//! admitted entries of one document
//!   ─ authority of the device at `auth` ──▶ base   (void and waiting ones are named, and stay in the log)
//!   ─ causal closure ───────────────────▶ accepted
//!   ─ topological order, earliest claimed first
//!   ─ the generation that counts ───────▶ its entries; what came late for it is named
//!   ─ per layer: member, change header, schema, canonical form ──▶ Automerge, or a fault with author and reason
//! ```
//!
//! A pure function of the entries, the keys of the reader and the roster: no order of arrival changes it. Who cannot
//! read a layer does not judge it, nor what builds on it: such a change *waits* here, and its author is not blamed
//! (`nobody_is_blamed_for_what_a_reader_cannot_open`).
//!
//! **Generations.** A case is written anew when it is sealed or opened. The first entry of generation *g* + 1 follows
//! entries of *g* and holds everything; the greatest generation counts and the others are in no view. Births of one
//! generation that did not see each other are one generation if they are of one shape, since what they restate is the
//! same facts; a restricted birth beats an ordinary one. Opening, and writing a sealed case anew, is for those who may be
//! of an audience. Each generation stands on a valid one below: none is skipped, and there is no last one. An entry of an
//! older generation that no counted entry follows is *late*.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use automerge::ChangeHash;

use crate::case::origin;
use crate::entry::{Header, Kind, LAYER_GRANT, VALIDATOR};
use crate::erasure::Gone;
use crate::gate::{Expect, Schema, check_change};
use crate::layer::{Layer, LayerDoc, LayerOp, LayerState, Stamp};
use crate::roster::Roster;
use crate::seal::{ActorOf, FLAG_DEVICE_ONLY, FLAG_DROP_BOX, Plain, birth_of, term_of_hint};
use crate::taxonomy::Capabilities;
use crate::values::{ChainKey, EntryId, MemberId};

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
    /// Entries that no other follows, sorted: of those accepted, and not late.
    pub heads: Vec<EntryId>,
    /// The generation that counts.
    pub generation: u32,
    /// The entries of that generation, which the view is made of.
    pub counted: BTreeSet<EntryId>,
    /// Entries of another generation that nothing counted follows, in the document's order: written without knowing of
    /// this generation, and not yet carried into it.
    pub late: Vec<EntryId>,
    /// Entries that were late and are carried: something counted follows them, but no birth of this generation.
    pub carried: Vec<EntryId>,
    /// What is not in the view, and why.
    pub faults: Vec<Fault>,
    /// Readable sections in the document's order.
    pub history: Vec<Written>,
    /// The chains that wrote a personal layer of this generation, each with the terms it wrote in.
    pub chains: BTreeSet<(ChainKey, u16)>,
    /// Number of accepted entries.
    pub accepted: usize,
    /// How many of them lack the bytes of a section: the view may say less than was written.
    pub incomplete: usize,
}

/// Code of a fault that is none: what the entry builds on was sealed to others, so it is not judged here.
pub const SECTION_UNREADABLE: &str = "section_unreadable";

/// The late entries in the past of some of them. Whoever carries those carries these, too: once something counted follows them
/// they are not late any more, and what they say stands in the generation that was built on them, under their own origin.
pub fn late_before(late: &[EntryId], taken: &[EntryId], deps_of: impl Fn(&EntryId) -> Vec<EntryId>) -> Vec<EntryId> {
    let mut before = BTreeSet::new();
    let mut stack = taken.to_vec();
    while let Some(id) = stack.pop() {
        // what is in the past of a counted entry is not late, nor is what that follows: so the way leads over late ones alone
        let is_new = |dep: &EntryId| late.contains(dep) && !taken.contains(dep) && before.insert(*dep);
        stack.extend(deps_of(&id).into_iter().filter(is_new));
    }
    late.iter().copied().filter(|id| before.contains(id)).collect()
}

/// Bits below the place of an entry in [`Stamp::order`]: room for the places of what it restates.
pub const ORDER_BITS: u32 = 20;

/// Builds the document from its entries of one `kind`; others are faults. `schema` gives the schema of a layer.
pub fn build(entries: &[DocEntry], kind: Kind, roster: &Roster, schema: &dyn Fn(Layer) -> Box<dyn Schema>) -> Document {
    build_above(entries, kind, roster, schema, &Gone::default())
}

/// As [`build`], where generations were destroyed.
///
/// # Panics
///
/// Never: what is expected here was put there above.
pub fn build_above(
    entries: &[DocEntry],
    kind: Kind,
    roster: &Roster,
    schema: &dyn Fn(Layer) -> Box<dyn Schema>,
    gone: &Gone,
) -> Document {
    let mut document = Document::default();
    let accepted = accept(entries, kind, roster, &mut document.faults);
    let order = order(entries, &accepted);
    document.accepted = accepted.len();
    let mut pasts = Pasts::of(entries, &order);
    let turn = Turn::of(entries, &order, &pasts, roster, gone, &mut document.faults);
    document.heads = heads(entries, &accepted, &turn);
    document.generation = turn.generation;
    document.counted = turn.counted.iter().map(|n| entries[*n].id).collect();
    document.chains = turn.counted.iter().filter_map(|n| chain_and_term(&entries[*n].header)).collect();
    document.late = turn.late.iter().map(|n| entries[*n].id).collect();
    document.carried = turn.carried.iter().map(|n| entries[*n].id).collect();
    // what is missing of an older generation, erased perhaps, is of no matter
    let missing = |n: usize, layer: Layer| {
        turn.counted.contains(&n) && matches!(entries[n].layers[layer as usize], Opened::Missing)
    };
    // what was not opened of this generation, and whose open layer does not even tell what kind of birth it is
    let unopened = |n: usize, layer: Layer| {
        let closed = |at: Layer| matches!(entries[n].layers[at as usize], Opened::Missing | Opened::Unreadable);
        generation_of(&entries[n].header) == Some(turn.generation) && (closed(layer) || closed(Layer::Open))
    };
    let lacks = |n: &&usize| Layer::ALL.into_iter().any(|layer| missing(**n, layer));
    document.incomplete = turn.counted.iter().filter(lacks).count();
    let mut stamps: [HashMap<ChangeHash, Stamp>; 3] = Default::default();
    for (position, n) in order.iter().enumerate().filter(|(_, n)| turn.counted.contains(n)) {
        let entry = &entries[*n];
        let is_birth = entry.header.deps.is_empty() || turn.births.contains(n);
        for layer in Layer::ALL {
            let Opened::Plain(plain) = &entry.layers[layer as usize] else { continue };
            if plain.change.is_empty() {
                continue;
            }
            let at = usize::from(layer.code());
            let result = judge(entry, *n, is_birth, layer, plain, roster, &document.docs[at], &pasts, &*schema(layer));
            match result {
                Ok(change) => {
                    let stamp = Stamp {
                        entry: entry.id,
                        order: (position as u64) << ORDER_BITS,
                        claimed_ms: plain.claimed_ms,
                        member: (plain.member != MemberId::ZERO).then_some(plain.member),
                        device: entry.header.device,
                    };
                    let ops = change.ops().iter().map(|op| op.op.clone()).collect();
                    if document.docs[at].apply([&change]).is_err() {
                        document.faults.push(fault(entry, Some(layer), plain, "apply", "frozen", false));
                        continue;
                    }
                    // where a device forked, two entries can hold one change: the first tells when it was written
                    pasts.carried[at].entry(change.hash()).or_default().push(*n);
                    stamps[at].entry(change.hash()).or_insert(stamp);
                    document.history.push(Written { stamp, layer, ops });
                }
                // what it builds on may be in a section that has not come
                Err((found, _)) if pasts.any_before(*n, |n| missing(n, layer), &order) => {
                    document.faults.push(Fault { code: "section_missing".to_owned(), waiting: true, ..found });
                }
                // or in one that was sealed to others: who cannot open it cannot say that it is not there
                Err((found, true)) if pasts.any_before(*n, |n| unopened(n, layer), &order) => {
                    document.faults.push(Fault { code: SECTION_UNREADABLE.to_owned(), waiting: true, ..found });
                }
                Err((found, _)) => document.faults.push(found),
            }
        }
    }
    for layer in Layer::ALL {
        let at = usize::from(layer.code());
        let readable = readable(entries, &turn.counted, at);
        let stamps = &stamps[at];
        document.states[at] = readable
            .then(|| document.docs[at].state(|hash| *stamps.get(hash).expect("every applied change has a stamp")));
    }
    let moved_here = |op: &LayerOp| matches!(op, LayerOp::Put { key, .. } if key.starts_with("moved/from:"));
    // what nothing stands before is the birth: a case is born once
    let is_moved =
        || document.history.iter().any(|written| written.stamp.order == 0 && written.ops.iter().any(moved_here));
    // only a generation written anew, or a case that moved, is somebody else's words said again
    if turn.generation > 0 || is_moved() {
        origin::restore(&mut document.states, &mut document.history);
    }
    document
}

/// Which generation counts, and what of it.
struct Turn {
    generation: u32,
    /// Its entries.
    counted: BTreeSet<usize>,
    /// Its first entries.
    births: BTreeSet<usize>,
    /// Accepted, of another generation, and followed by nothing counted; in order.
    late: Vec<usize>,
    /// As those, but followed by something counted that is no birth.
    carried: Vec<usize>,
    /// Of a generation whose first entry had no right to be one: nobody builds on them.
    void: BTreeSet<usize>,
}

impl Turn {
    fn of(
        entries: &[DocEntry],
        order: &[usize],
        pasts: &Pasts,
        roster: &Roster,
        gone: &Gone,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let generation = |n: usize| generation_of(&entries[n].header).unwrap_or(0);
        let mut turn = Self {
            generation: 0,
            counted: order.iter().copied().filter(|n| generation(*n) == 0).collect(),
            births: BTreeSet::new(),
            late: Vec::new(),
            carried: Vec::new(),
            void: BTreeSet::new(),
        };
        if turn.counted.len() == order.len() {
            return turn;
        }
        let is_first =
            |n: usize| !order.iter().any(|other| generation(*other) >= generation(n) && pasts.follows(n, *other));
        let witness = Witness::of(entries, order, pasts, gone);
        // a generation that was destroyed was an ordinary one if, in the eyes of those who destroyed it, someone turned it
        // who may turn no other, or sealed it: nobody seals what is sealed
        let may_open = |n: usize| roster.device_may_open(&entries[n].header.device);
        let turned = order.iter().copied().filter(|n| generation(*n) > 0 && is_first(*n));
        let was_ordinary: BTreeSet<u32> = turned
            .filter(|n| witness.saw(*n) && (!may_open(*n) || Shown::of(&entries[*n]) == Shown::Restricted))
            .map(|n| generation(n) - 1)
            .collect();
        // by generation: its first entries, and whether they are restricted
        let mut births: BTreeMap<u32, Vec<(usize, Shown)>> = BTreeMap::new();
        let mut doubted: Vec<usize> = Vec::new();
        for n in order {
            let entry = &entries[*n];
            let Some(before) = generation(*n).checked_sub(1) else {
                if entry.header.deps.is_empty() {
                    births.entry(0).or_default().push((*n, Shown::of(entry)));
                }
                continue;
            };
            if !is_first(*n) {
                continue;
            }
            let vouched = witness.saw(*n) || was_ordinary.contains(&before);
            let below = || births.get(&before).into_iter().flatten().filter(|(birth, _)| pasts.follows(*n, *birth));
            // what follows no valid birth of the generation below jumps ahead of everybody's
            let stands = before == 0 || below().next().is_some();
            let judged = below().filter(|(birth, _)| !(vouched && witness.lost(*birth, generation(*birth))));
            let was = judged.map(|(_, shown)| *shown).max().unwrap_or(Shown::Ordinary);
            let verdict = match stands {
                true => birth_verdict(entry, was, roster),
                // unless the one below waits itself
                false => Err(jumped(entry, doubted.iter().any(|birth| pasts.follows(*n, *birth)))),
            };
            if verdict.as_ref().is_err_and(|found| found.waiting) {
                doubted.push(*n);
            }
            match verdict {
                Ok(shown) => births.entry(generation(*n)).or_default().push((*n, shown)),
                Err(found) => faults.push(found),
            }
        }
        births.remove(&0);
        let stands_on = |n: usize, on: &BTreeSet<usize>| on.iter().any(|birth| n == *birth || pasts.follows(n, *birth));
        let valid: BTreeMap<u32, BTreeSet<usize>> =
            births.iter().map(|(number, first)| (*number, first.iter().map(|(n, _)| *n).collect())).collect();
        if let Some((number, first)) = births.pop_last() {
            let restricted = first.iter().any(|(_, shown)| shown.counts_as_restricted());
            turn.generation = number;
            let alike = first.iter().filter(|(_, shown)| shown.counts_as_restricted() == restricted);
            turn.births = alike.map(|(n, _)| *n).collect();
            let counts = |n: &usize| generation(*n) == number && stands_on(*n, &turn.births);
            turn.counted = order.iter().copied().filter(counts).collect();
        }
        for n in order.iter().filter(|n| !turn.counted.contains(n)) {
            // an older generation's valid birth carries nobody over one that is none
            let stands = || valid.get(&generation(*n)).is_some_and(|valid| stands_on(*n, valid));
            if generation(*n) > 0 && !stands() {
                turn.void.insert(*n);
                continue;
            }
            if turn.births.iter().any(|birth| pasts.follows(*birth, *n)) {
                continue;
            }
            match turn.counted.iter().any(|counted| pasts.follows(*counted, *n)) {
                true => turn.carried.push(*n),
                false => turn.late.push(*n),
            }
        }
        turn
    }
}

/// What can be known of the shape of generations that were destroyed.
struct Witness<'a> {
    entries: &'a [DocEntry],
    pasts: &'a Pasts,
    gone: &'a Gone,
    /// What those who destroyed them named as coming after.
    heirs: Vec<usize>,
}

impl<'a> Witness<'a> {
    fn of(entries: &'a [DocEntry], order: &[usize], pasts: &'a Pasts, gone: &'a Gone) -> Self {
        let heirs = order.iter().copied().filter(|n| gone.heirs.contains(&entries[*n].id)).collect();
        Self { entries, pasts, gone, heirs }
    }

    /// Whether those who destroyed what came before had seen this entry, and judged it while that could be read.
    fn saw(&self, n: usize) -> bool {
        self.heirs.iter().any(|heir| *heir == n || self.pasts.follows(*heir, n))
    }

    /// Whether what this entry of a generation says of its shape was destroyed.
    fn lost(&self, n: usize, generation: u32) -> bool {
        self.gone.up_to.is_some_and(|up_to| generation <= up_to)
            && matches!(self.entries[n].layers[usize::from(Layer::Open.code())], Opened::Missing)
    }
}

/// The one generation of all sections of an entry; `None` where they differ.
pub fn generation_of(header: &Header) -> Option<u32> {
    let mut generations = header.sections.iter().map(|section| section.generation);
    let first = generations.next().unwrap_or(0);
    generations.all(|other| other == first).then_some(first)
}

/// What the open layer of a birth says of its case, to this reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// It names its author, as that of an ordinary case does.
    Ordinary,
    /// It is not held, or sealed to others: nothing is known, and nobody is judged by it.
    Closed,
    /// It names nobody, as that of a restricted case.
    Restricted,
}

impl Shown {
    fn of(entry: &DocEntry) -> Self {
        match &entry.layers[usize::from(Layer::Open.code())] {
            Opened::Plain(plain) if plain.flags & FLAG_DEVICE_ONLY == 0 => Self::Ordinary,
            Opened::Plain(_) => Self::Restricted,
            Opened::Absent | Opened::Missing | Opened::Unreadable => Self::Closed,
        }
    }

    /// A view shows what it cannot open as it shows a restricted case: not at all.
    fn counts_as_restricted(self) -> bool {
        self != Self::Ordinary
    }
}

/// A birth with none below it: its author's, or not to be judged while one below waits.
fn jumped(entry: &DocEntry, waiting: bool) -> Fault {
    let code = if waiting { SECTION_UNREADABLE } else { "generation_authority" };
    Fault { entry: entry.id, layer: None, member: None, step: "authority", code: code.to_owned(), waiting }
}

/// Whether the first entry of a generation may be one, after births that showed `was`, and what it shows itself.
fn birth_verdict(entry: &DocEntry, was: Shown, roster: &Roster) -> Result<Shown, Fault> {
    let refused = |layer, code: &str, waiting| Fault {
        entry: entry.id,
        layer,
        member: None,
        step: "authority",
        code: code.to_owned(),
        waiting,
    };
    let shown = Shown::of(entry);
    if !roster.device_may_open(&entry.header.device) {
        match was {
            Shown::Restricted => return Err(refused(None, "generation_authority", false)),
            // it may have been an ordinary case, which anybody may seal
            Shown::Closed => return Err(refused(None, SECTION_UNREADABLE, true)),
            Shown::Ordinary => {}
        }
    }
    if let (Shown::Ordinary, Opened::Plain(plain)) = (shown, &entry.layers[usize::from(Layer::Open.code())]) {
        member_verdict(entry, Layer::Open, plain, roster)
            .map_err(|(code, waiting)| refused(Some(Layer::Open), code, waiting))?;
        if !roster.may_open(&plain.member) {
            return Err(refused(Some(Layer::Open), "generation_authority", false));
        }
    }
    Ok(shown)
}

/// False when sections of the layer exist and not one could be opened.
fn readable(entries: &[DocEntry], counted: &BTreeSet<usize>, at: usize) -> bool {
    let mut sealed = false;
    for n in counted {
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
                step: if matches!(code, "kind" | "birth" | "generation") { "form" } else { "authority" },
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
    if kind == Kind::Edit && header.deps.is_empty() != (birth_of(header) == header.doc) {
        return Err(("birth", false));
    }
    Ok(())
}

/// The generation of an entry, by what it follows: that of its past, or the next one above it, begun by an entry of all
/// sections. An older one was not written by someone who had seen the newer.
fn generation_verdict(header: &Header, past: Option<u32>) -> Result<u32, (&'static str, bool)> {
    let generation = generation_of(header).ok_or(("generation", false))?;
    let begins = past.is_none_or(|past| generation > past);
    let whole = [0, 1, 2, LAYER_GRANT].into_iter().all(|layer| header.section(layer).is_some());
    match past {
        None if generation > 0 => Err(("generation", false)),
        Some(past) if generation < past || generation > past.saturating_add(1) => Err(("generation", false)),
        Some(_) if begins && !whole => Err(("generation", false)),
        _ => Ok(generation),
    }
}

/// The chain and the term of an entry's personal layer.
fn chain_and_term(header: &Header) -> Option<(ChainKey, u16)> {
    let (_, personal) = header.section(Layer::Personal.code())?;
    Some((ChainKey::of(header), term_of_hint(&personal.hint)))
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

/// Of an entry: that it and its past are held and in form, and the greatest generation up to it; or why not.
type Held = Result<u32, (&'static str, bool)>;

/// Every entry in the past of `n` is held and in form.
fn past_held(
    n: usize,
    entries: &[DocEntry],
    kind: Kind,
    index: &HashMap<EntryId, usize>,
    known: &mut [Option<Held>],
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
        let form = form_verdict(&entries[at], kind);
        let mut past: Result<Option<u32>, _> = Ok(None);
        for dep in deps {
            let of_dep = match index.get(dep) {
                None => Err(("deps_unknown", true)),
                // a cycle cannot be made of hashes; one in hand is no past
                Some(d) => known[*d]
                    .unwrap_or(Err(("deps_unknown", true)))
                    .map_err(|(code, waiting)| if waiting { (code, waiting) } else { ("deps_void", false) }),
            };
            past = past.and_then(|past| of_dep.map(|generation| past.max(Some(generation))));
        }
        let verdict = form.and(past);
        known[at] = Some(match kind {
            Kind::Edit => verdict.and_then(|past| generation_verdict(&entries[at].header, past)),
            _ => verdict.map(|_| 0),
        });
    }
    known[n].unwrap_or(Err(("deps_unknown", true))).map(drop)
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

/// What an act names as its past. What is late is not among it: whoever follows it says that they carry it.
fn heads(entries: &[DocEntry], accepted: &BTreeSet<usize>, turn: &Turn) -> Vec<EntryId> {
    let known = || accepted.iter().filter(|n| !turn.late.contains(n) && !turn.void.contains(n));
    let followed: HashSet<EntryId> = known().flat_map(|n| entries[*n].header.deps.iter().copied()).collect();
    let mut heads: Vec<EntryId> = known().map(|n| entries[*n].id).filter(|id| !followed.contains(id)).collect();
    heads.sort_unstable();
    heads
}

/// Past of each entry of the document as bits over the order, and which entry carried which accepted change.
struct Pasts {
    position: HashMap<usize, usize>,
    past: Vec<Vec<u64>>,
    carried: [HashMap<ChangeHash, Vec<usize>>; 3],
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
        self.carried[layer].get(hash).is_some_and(|by| by.iter().any(|by| self.follows(n, *by)))
    }

    /// Whether `before` is in the past of `n`.
    fn follows(&self, n: usize, before: usize) -> bool {
        let (Some(by), Some(of)) = (self.position.get(&before), self.position.get(&n)) else { return false };
        self.past[*of].get(by / 64).is_some_and(|word| word >> (by % 64) & 1 == 1)
    }
}

/// The change, if it passes; else what is wrong with it, and whether that is a statement about its past.
#[expect(clippy::too_many_arguments, reason = "one call site; a struct would only rename the arguments")]
fn judge(
    entry: &DocEntry,
    n: usize,
    is_birth: bool,
    layer: Layer,
    plain: &Plain,
    roster: &Roster,
    doc: &LayerDoc,
    pasts: &Pasts,
    schema: &dyn Schema,
) -> Result<crate::gate::CheckedChange, (Fault, bool)> {
    let header = &entry.header;
    member_verdict(entry, layer, plain, roster)
        .map_err(|(code, waiting)| (fault(entry, Some(layer), plain, "member", code, waiting), false))?;
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
        .map_err(|found| {
            let told = fault(entry, Some(layer), plain, found.step().code(), found.code(), false);
            (told, found.is_of_the_past())
        })?;
    let refused = |step, code| Err((fault(entry, Some(layer), plain, step, code, false), false));
    let rewrites = |op: &crate::gate::CheckedOp| !op.preds.is_empty() && !schema.may_supersede(&key_of(&op.op));
    if change.ops().iter().any(rewrites) {
        return refused("semantic", "fact_rewritten");
    }
    let late = |op: &crate::gate::CheckedOp| !is_birth && schema.birth_only(&key_of(&op.op));
    if change.ops().iter().any(late) {
        return refused("semantic", "birth_only");
    }
    let nameless = plain.flags & FLAG_DEVICE_ONLY != 0;
    if nameless && !change.ops().iter().all(|op| schema.nameless(&key_of(&op.op))) {
        return refused("member", "device_only");
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

#[cfg(test)]
mod tests;
