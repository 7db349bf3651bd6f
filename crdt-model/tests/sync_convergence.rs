//! Whatever two replicas hold and whatever they believe of each other, a session makes them equal or names why not.
//!
//! A toy engine (chains in maps, admission by predecessor and signature, a chain counts up to its fork) drives real
//! sessions over queues of frames, in lockstep to count round trips or in a random order from a seed.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use crdt_model::entry::{Entry, Header, Kind, Place, SectionRef, VALIDATOR};
use crdt_model::frontier::{Frontier, Suffix, Tip};
use crdt_model::sync::message::{Gaps, Message, Missing, SectionsOf, wants_hash};
use crdt_model::sync::{
    Again, Agreed, Config, Input, Output, Reason, Refused, Report, Session, Snapshot, Supply, Wanted,
};
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, Incarnation, OrgId, ScopeId};
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

const ORG: OrgId = OrgId([1; 16]);
const MEMBERSHIP: ScopeId = ScopeId([0xEE; 16]);

fn scope(n: u8) -> ScopeId {
    if n == 0 { MEMBERSHIP } else { ScopeId([n; 16]) }
}

fn chain(device: u16) -> ChainKey {
    let [high, low] = device.to_be_bytes();
    let mut id = [low; 16];
    if high > 0 {
        (id[0], id[1]) = (high, !low);
    }
    ChainKey { device: DeviceId(id), incarnation: Incarnation([1; 8]) }
}

fn signing_key(device: &DeviceId) -> SigningKey {
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(&device.0);
    seed[16..].copy_from_slice(&device.0);
    SigningKey::from_bytes(&seed)
}

thread_local! {
    /// What was checked once, of all nodes of a simulation: the same entry, whole or not, is kept once.
    static CHECKED: RefCell<HashMap<Vec<u8>, Rc<Entry>>> = RefCell::default();
}

/// An entry whose form and signature hold.
fn checked(bytes: &[u8]) -> Result<Rc<Entry>, (Option<EntryId>, &'static str)> {
    if let Some(held) = CHECKED.with_borrow(|all| all.get(bytes).cloned()) {
        return Ok(held);
    }
    let entry = Entry::decode(bytes).map_err(|error| (None, error.code()))?;
    let key = signing_key(&entry.header().device).verifying_key();
    entry.verify(&key).map_err(|error| (Some(entry.id()), error.code()))?;
    let entry = Rc::new(entry);
    CHECKED.with_borrow_mut(|all| all.insert(bytes.to_vec(), Rc::clone(&entry)));
    Ok(entry)
}

/// A deterministic source of choices.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % n
    }
}

type Chain = BTreeMap<u64, Vec<Rc<Entry>>>;

#[derive(Clone, Default)]
struct Node {
    scopes: BTreeSet<ScopeId>,
    chains: BTreeMap<ScopeId, BTreeMap<ChainKey, Chain>>,
    /// How far to step back next when a chain does not fit.
    steps: BTreeMap<(ScopeId, ChainKey), u64>,
    agreed: Option<Agreed>,
    /// Entries whose signature is never accepted here.
    distrusted: BTreeSet<EntryId>,
    /// Shares scopes 0 to 2 once the membership has so many entries.
    opens_after: Option<u64>,
    /// This device writes something new on the next so many requests for frontiers.
    writes_on_asking: (u16, u64),
    /// Gives everything without its sections, and says it has them all.
    strips: bool,
    /// Somebody waits for these; what stands before them is given bare, but for entries of their documents.
    urgent: BTreeMap<(ScopeId, ChainKey), Vec<u64>>,
}

enum Admission {
    New,
    Known,
    Refused(Refused),
    Misfit(Again),
}

impl Node {
    fn new(scopes: u8) -> Self {
        Self { scopes: (0..scopes).map(scope).collect(), ..Self::default() }
    }

    fn frontiers(&self) -> BTreeMap<ScopeId, Frontier> {
        self.scopes.iter().map(|scope| (*scope, self.frontier(scope))).collect()
    }

    fn frontier(&self, scope: &ScopeId) -> Frontier {
        let tip = |(key, chain): (&ChainKey, &Chain)| Some((*key, effective_tip(chain)?));
        self.chains.get(scope).into_iter().flatten().filter_map(tip).collect()
    }

    /// What it tells a peer.
    fn snapshot(&self) -> Snapshot {
        let mut missing: BTreeMap<ScopeId, Vec<Missing>> = BTreeMap::new();
        for (scope, chains) in self.chains.iter().filter(|(scope, _)| self.scopes.contains(scope)) {
            for chain in chains.values() {
                let upto = effective_tip(chain).map_or(0, |tip| tip.seq);
                for entry in chain.range(..=upto).flat_map(|(_, at)| at).filter(|entry| !entry.is_whole()) {
                    let lacking =
                        entry.header().sections.iter().zip(entry.sections()).filter(|(_, held)| held.is_none());
                    let layers = lacking.map(|(named, _)| 1 << named.layer).sum();
                    missing.entry(*scope).or_default().push(Missing { entry: entry.id(), layers });
                }
            }
        }
        missing.values_mut().for_each(|list| list.sort_unstable());
        if self.strips {
            missing.clear();
        }
        let all: Vec<Missing> = missing.values().flatten().copied().collect();
        let gaps = Gaps::over(all.clone(), all.len() as u32);
        Snapshot { frontiers: self.frontiers(), gaps, missing, urgent: self.urgent.clone(), ..Snapshot::default() }
    }

    /// Number of entries that lack a section.
    fn gaps(&self) -> u32 {
        Self { strips: false, ..self.clone() }.snapshot().gaps.count
    }

    fn entry(&mut self, id: &EntryId) -> Option<&mut Rc<Entry>> {
        let chains = self.chains.values_mut().flat_map(BTreeMap::values_mut);
        chains.flat_map(BTreeMap::values_mut).flatten().find(|entry| entry.id() == *id)
    }

    /// Puts sections where they are missing.
    fn fill(&mut self, scope: ScopeId, sections: Vec<SectionsOf>) -> Input {
        let (mut accepted, mut refused) = (0, Vec::new());
        for of in sections {
            let Some(held) = self.entry(&of.entry) else { continue };
            for (layer, bytes) in of.sections {
                let Some((at, _)) = held.header().section(layer) else { continue };
                let mut parts = held.sections().to_vec();
                if parts[at].replace(bytes).is_some() {
                    continue;
                }
                match Entry::from_parts(held.header_bytes(), *held.signature(), parts) {
                    Ok(filled) => {
                        *held = Rc::new(filled);
                        accepted += 1;
                    }
                    Err(error) => refused.push(Refused { entry: Some(of.entry), code: error.code() }),
                }
            }
        }
        Input::Ingested { scope, accepted, refused, resend: vec![] }
    }

    fn supply_sections(&mut self, scope: ScopeId, wanted: Wanted, bytes_max: usize) -> Input {
        let list: Vec<Missing> = match wanted {
            Wanted::Listed(list) => list,
            Wanted::Of(suffix) => {
                let chain = &self.chains[&scope][&suffix.chain];
                let bare = |entry: &&Rc<Entry>| !self.keeps_whole(entry);
                let range = chain.range(suffix.after + 1..=suffix.upto).flat_map(|(_, at)| at).filter(bare);
                range.map(|entry| Missing { entry: entry.id(), layers: 7 }).collect()
            }
        };
        let (mut sections, mut bytes, mut taken) = (Vec::new(), 0, 0);
        for one in &list {
            if bytes >= bytes_max {
                break;
            }
            taken += 1;
            let strips = self.strips;
            let Some(entry) = self.entry(&one.entry).filter(|_| !strips) else { continue };
            let held = entry.header().sections.iter().zip(entry.sections());
            let held = held.filter(|(named, _)| one.layers >> named.layer & 1 == 1);
            let of: Vec<_> = held.filter_map(|(named, held)| Some((named.layer, held.clone()?))).collect();
            if !of.is_empty() {
                sections.push(SectionsOf { entry: one.entry, sections: of });
                bytes += sections.last().map_or(0, SectionsOf::frame_bytes);
            }
        }
        let left = (taken < list.len()).then(|| Wanted::Listed(list[taken..].to_vec()));
        Input::SuppliedSections { scope, sections, left }
    }

    /// Entries of a document somebody waits for.
    fn keeps_whole(&self, entry: &Entry) -> bool {
        let header = entry.header();
        let key = (header.scope, ChainKey::of(header));
        let awaited = self.urgent.get(&key).into_iter().flatten();
        let mut awaited = awaited.filter_map(|seq| self.chains[&header.scope][&key.1].get(seq)?.first());
        awaited.any(|one| one.header().doc == header.doc)
    }

    /// All entries held, rivals too.
    fn ids(&self) -> BTreeSet<EntryId> {
        self.chains.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values).flatten().map(|e| e.id()).collect()
    }

    fn put(&mut self, entry: Rc<Entry>) {
        let header = entry.header();
        let chains = self.chains.entry(header.scope).or_default();
        chains.entry(ChainKey::of(header)).or_default().entry(header.seq).or_default().push(entry);
    }

    /// Writes `n` entries at the end of a device's own chain.
    fn write(&mut self, device: u16, scope: ScopeId, n: u64, section_bytes: usize, salt: u8) {
        for _ in 0..n {
            let last = self.chains.get(&scope).and_then(|c| c.get(&chain(device))?.last_key_value());
            let place = last.map_or(Place::FIRST, |(_, at)| Place::after(at[0].header(), at[0].id()));
            self.put(Rc::new(sign(device, scope, place, section_bytes, salt)));
        }
    }

    fn admit(&mut self, scope: ScopeId, bytes: &[u8]) -> Admission {
        let refused = |entry, code| Admission::Refused(Refused { entry, code });
        let entry = match checked(bytes) {
            Ok(entry) => entry,
            Err((id, code)) => return refused(id, code),
        };
        let header = entry.header();
        let key = ChainKey::of(header);
        if header.scope != scope || header.org != ORG {
            return refused(Some(entry.id()), "foreign_org");
        }
        if self.distrusted.contains(&entry.id()) {
            return refused(Some(entry.id()), "signature");
        }
        let empty = Chain::new();
        let held = self.chains.get(&scope).and_then(|chains| chains.get(&key)).unwrap_or(&empty);
        let effective = effective_tip(held).map_or(0, |tip| tip.seq);
        if held.get(&header.seq).is_some_and(|at| at.iter().any(|e| e.id() == entry.id())) {
            if header.seq > effective {
                return Admission::Misfit(Again { chain: key, after: effective });
            }
            return Admission::Known;
        }
        let before = header.seq.checked_sub(1).and_then(|seq| held.get(&seq));
        match before {
            _ if header.seq == 1 => {}
            Some(at) if at.iter().any(|e| e.id() == header.prev) => {}
            Some(_) => {
                let step = self.steps.entry((scope, key)).or_insert(0);
                let after = (header.seq - 2).saturating_sub(*step);
                *step = *step * 2 + 1;
                return Admission::Misfit(Again { chain: key, after });
            }
            None => {
                let last = held.last_key_value().map_or(0, |(seq, _)| *seq);
                return Admission::Misfit(Again { chain: key, after: last.min(effective.max(1)) });
            }
        }
        self.put(entry);
        Admission::New
    }

    fn supply(&self, scope: ScopeId, suffix: Suffix, bytes_max: usize, urgent: bool) -> Input {
        let (mut entries, mut awaited, mut bare) = (Vec::new(), Vec::new(), false);
        let (mut bytes, mut reached) = (0, suffix.upto);
        let seqs = self.urgent.get(&(scope, suffix.chain)).cloned().unwrap_or_default();
        let chain = self.chains.get(&scope).and_then(|chains| chains.get(&suffix.chain));
        for (seq, at) in chain.into_iter().flat_map(|c| c.range(suffix.after.saturating_add(1)..)) {
            if *seq > suffix.upto {
                break;
            }
            if bytes > 0 && bytes >= bytes_max {
                reached = seq - 1;
                break;
            }
            for entry in at {
                let strips = self.strips || (urgent && !self.keeps_whole(entry));
                bare |= strips && !self.strips;
                let encoded = if strips { stripped(entry).encode() } else { entry.encode() };
                bytes += encoded.len();
                if seqs.contains(seq) {
                    awaited.push(entries.len() as u32);
                }
                entries.push(encoded);
            }
        }
        Input::Supplied { scope, supply: Supply { entries, urgent: awaited, reached, bare } }
    }

    fn ingest(&mut self, scope: ScopeId, entries: &[Vec<u8>], urgent: &[u32]) -> Input {
        let (mut accepted, mut refused, mut resend) = (0, Vec::new(), Vec::new());
        for (at, bytes) in (0..).zip(entries) {
            if let (true, Ok(entry)) = (urgent.contains(&at), Entry::decode(bytes)) {
                let seqs = self.urgent.entry((scope, ChainKey::of(entry.header()))).or_default();
                if !seqs.contains(&entry.header().seq) {
                    seqs.push(entry.header().seq);
                }
            }
            match self.admit(scope, bytes) {
                Admission::New => accepted += 1,
                Admission::Known => {}
                Admission::Refused(fault) => refused.push(fault),
                Admission::Misfit(again) => resend.push(again),
            }
        }
        Input::Ingested { scope, accepted, refused, resend }
    }

    fn answer(&mut self, ask: Output) -> Input {
        match ask {
            Output::Need { scope, suffix, bytes_max, urgent } => self.supply(scope, suffix, bytes_max, urgent),
            Output::NeedSections { scope, wanted, bytes_max } => self.supply_sections(scope, wanted, bytes_max),
            Output::Ingest { scope, entries, urgent } => self.ingest(scope, &entries, &urgent),
            Output::Fill { scope, sections } => self.fill(scope, sections),
            Output::AskFrontiers => {
                if self.opens_after.is_some_and(|n| self.frontier(&MEMBERSHIP).entries() >= n) {
                    self.scopes = (0..3).map(scope).collect();
                }
                if let (device, left @ 1..) = self.writes_on_asking {
                    self.writes_on_asking = (device, left - 1);
                    self.write(device, scope(1), 1, 40, left as u8);
                }
                Input::Frontiers(self.snapshot())
            }
            Output::Send(_) | Output::Finished(_) => unreachable!("handled where it is polled"),
        }
    }
}

/// The last entry before a chain's first fork.
fn effective_tip(chain: &Chain) -> Option<Tip> {
    let alone = chain.iter().zip(1..).take_while(|((seq, at), n)| **seq == *n && at.len() == 1);
    alone.last().map(|((seq, at), _)| Tip { seq: *seq, entry: at[0].id() })
}

/// The entry as a header alone.
fn stripped(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    (0..4).for_each(|layer| entry.drop_section(layer));
    entry
}

fn sign(device: u16, scope: ScopeId, place: Place, section_bytes: usize, salt: u8) -> Entry {
    let sections: Vec<Vec<u8>> = (0..3).map(|layer| vec![salt ^ layer; section_bytes]).collect();
    let named = |layer| SectionRef { layer, generation: 0, len: section_bytes as u32, hash: [0; 32], hint: [salt; 8] };
    let chain = chain(device);
    let mut header = Header {
        org: ORG,
        scope,
        kind: Kind::Edit,
        doc: DocId([salt; 16]),
        device: chain.device,
        incarnation: chain.incarnation,
        seq: place.seq,
        prev: place.prev,
        bytes_total: 0,
        validator: VALIDATOR,
        auth: vec![],
        deps: vec![],
        sections: (0..3).map(named).collect(),
    };
    header.bytes_total = place.bytes_before + header.cost();
    Entry::sign(header, sections, &signing_key(&chain.device))
}

/// One end of a session with its engine.
struct Side<'a> {
    node: &'a mut Node,
    session: Session,
    inbox: VecDeque<Vec<u8>>,
    asks: VecDeque<Output>,
    report: Option<Report>,
}

impl<'a> Side<'a> {
    fn new(node: &'a mut Node, config: Config) -> Self {
        node.steps.clear();
        let session = Session::new(config, node.agreed.clone());
        Self { node, session, inbox: VecDeque::new(), asks: VecDeque::new(), report: None }
    }

    /// Gives an input and sorts the outputs; frames go to `out`.
    fn handle(&mut self, input: Input, out: &mut VecDeque<Vec<u8>>) {
        self.session.handle(input);
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send(frame) => out.push_back(frame),
                Output::Finished(report) => {
                    assert!(self.report.is_none(), "finished twice");
                    self.report = Some(*report);
                }
                ask => self.asks.push_back(ask),
            }
        }
    }

    fn answer_one(&mut self, out: &mut VecDeque<Vec<u8>>) {
        if let Some(ask) = self.asks.pop_front() {
            let input = self.node.answer(ask);
            self.handle(input, out);
        }
    }
}

/// What a channel puts before each frame: its length.
const FRAME_PREFIX_BYTES: usize = 4;

struct Met {
    a: Report,
    b: Report,
    half_trips: u32,
    frames: usize,
    bytes: usize,
}

/// Keeps what was agreed on, as a store would.
fn keep(node: &mut Node, report: &Report) {
    if let Some(agreed) = &report.agreed {
        node.agreed = Some(agreed.clone());
    }
}

/// Runs a session in lockstep: all that is on its way arrives at once, engines answer at once. Cut after `frames_max`.
fn meet_cut(a: &mut Node, b: &mut Node, config: &Config, frames_max: usize) -> Met {
    meet_until(a, b, config, frames_max, usize::MAX)
}

/// As [`meet_cut`], cut also after `bytes_max` of both directions together. A frame of which a byte is lacking is lost.
fn meet_until(a: &mut Node, b: &mut Node, config: &Config, frames_max: usize, bytes_max: usize) -> Met {
    let (mut a, mut b) = (Side::new(a, config.clone()), Side::new(b, config.clone()));
    let (mut to_a, mut to_b) = (VecDeque::new(), VecDeque::new());
    let start = Input::Start(a.node.snapshot());
    a.handle(start, &mut to_b);
    let start = Input::Start(b.node.snapshot());
    b.handle(start, &mut to_a);
    let (mut half_trips, mut frames, mut bytes, mut is_cut) = (0, 0, 0, false);
    while !is_cut && frames < frames_max && !(to_a.is_empty() && to_b.is_empty()) {
        half_trips += 1;
        std::mem::swap(&mut a.inbox, &mut to_a);
        std::mem::swap(&mut b.inbox, &mut to_b);
        for (side, out) in [(&mut a, &mut to_b), (&mut b, &mut to_a)] {
            while let Some(frame) = side.inbox.pop_front() {
                let carried = bytes + frames * FRAME_PREFIX_BYTES;
                if frames == frames_max || carried + FRAME_PREFIX_BYTES + frame.len() > bytes_max {
                    is_cut = true;
                    break;
                }
                frames += 1;
                bytes += frame.len();
                side.handle(Input::Frame(frame), out);
                while !side.asks.is_empty() {
                    side.answer_one(out);
                }
            }
        }
    }
    for side in [&mut a, &mut b] {
        side.handle(Input::Closed, &mut VecDeque::new());
    }
    let (ra, rb) = (a.report.take().expect("finished"), b.report.take().expect("finished"));
    keep(a.node, &ra);
    keep(b.node, &rb);
    Met { a: ra, b: rb, half_trips, frames, bytes }
}

fn meet(a: &mut Node, b: &mut Node) -> Met {
    meet_cut(a, b, &config(), usize::MAX)
}

fn config() -> Config {
    Config::new(ORG, MEMBERSHIP)
}

/// Runs a session in an order drawn from `seed`: frames are late, engines are slow.
fn meet_in_disorder(a: &mut Node, b: &mut Node, config: &Config, seed: u64) -> (Report, Report) {
    let mut dice = Dice(seed);
    let (mut a, mut b) = (Side::new(a, config.clone()), Side::new(b, config.clone()));
    let mut starts = [true, true];
    loop {
        let mut moves = Vec::new();
        for (n, side) in [&a, &b].into_iter().enumerate() {
            moves.extend(starts[n].then_some((n, 0)));
            moves.extend((!side.inbox.is_empty()).then_some((n, 1)));
            moves.extend((!side.asks.is_empty()).then_some((n, 2)));
        }
        if moves.is_empty() {
            break;
        }
        let (n, act) = moves[dice.below(moves.len())];
        let (side, other) = if n == 0 { (&mut a, &mut b) } else { (&mut b, &mut a) };
        let out = &mut other.inbox;
        match act {
            0 => {
                starts[n] = false;
                let start = Input::Start(side.node.snapshot());
                side.handle(start, out);
            }
            1 => {
                let frame = side.inbox.pop_front().expect("a frame waits");
                side.handle(Input::Frame(frame), out);
            }
            _ => side.answer_one(out),
        }
    }
    let (ra, rb) = (a.report.take().expect("a finished"), b.report.take().expect("b finished"));
    keep(a.node, &ra);
    keep(b.node, &rb);
    (ra, rb)
}

// ---- one by one

/// Two nodes with three scopes that have met, each with entries of its own in every scope.
fn acquainted(entries: u64, section_bytes: usize) -> (Node, Node) {
    let (mut a, mut b) = (Node::new(3), Node::new(3));
    for n in 0..3 {
        a.write(1, scope(n), entries, section_bytes, 0);
        b.write(2, scope(n), entries, section_bytes, 0);
    }
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal, "{:?} {:?}", met.a.reason, met.b.reason);
    assert_eq!(a.ids(), b.ids());
    (a, b)
}

#[test]
fn two_strangers_become_equal_membership_first() {
    let (mut a, mut b) = (Node::new(3), Node::new(3));
    a.write(1, scope(0), 4, 60, 0);
    a.write(1, scope(1), 4, 60, 0);
    b.write(2, scope(2), 4, 60, 0);
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal);
    assert_eq!((met.a.entries_sent, met.a.entries_received), (8, 4));
    assert_eq!((met.a.rounds, met.b.rounds), (2, 2), "one for the membership, one for the rest");
    assert_eq!(met.a.progress, crdt_model::sync::Progress { sent: 8, to_send: 8, received: 4, to_receive: 4 });
    assert_eq!(a.ids(), b.ids());
    assert_eq!(met.a.scopes, met.b.scopes);
}

#[test]
fn nothing_to_do_is_one_round_trip_and_400_bytes() {
    let (mut a, mut b) = acquainted(50, 60);
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal);
    assert_eq!((met.a.round_trips, met.b.round_trips, met.half_trips), (1, 1, 1));
    assert!(met.bytes <= 400, "{} bytes", met.bytes);
    assert_eq!(met.a.bytes_sent + met.b.bytes_sent, met.bytes as u64);
    // Without a memory of each other it costs the same.
    (a.agreed, b.agreed) = (None, None);
    assert!(meet(&mut a, &mut b).bytes <= 400);
}

#[test]
fn a_hundred_new_entries_take_two_round_trips_and_little_more_than_their_bytes() {
    for (known, both_ways) in [(10, false), (10, true), (400, false)] {
        let (mut a, mut b) = acquainted(known, 512);
        let before = a.ids();
        a.write(1, scope(1), 60, 512, 1);
        if both_ways {
            b.write(2, scope(2), 40, 512, 1);
        } else {
            a.write(1, scope(2), 40, 512, 1);
        }
        let new = [&a, &b].into_iter().flat_map(|node| node.chains.values().flat_map(BTreeMap::values));
        let new = new.flat_map(BTreeMap::values).flatten().filter(|e| !before.contains(&e.id()));
        let entry_bytes: usize = new.map(|e| e.encode().len()).sum();
        let met = meet(&mut a, &mut b);
        assert!(met.a.equal && met.b.equal);
        assert_eq!(met.a.entries_received + met.b.entries_received, 100);
        assert_eq!((met.a.round_trips, met.b.round_trips), (2, 2));
        assert!(met.half_trips <= 4, "{} half trips", met.half_trips);
        assert!(met.bytes * 100 <= entry_bytes * 115, "{} bytes for {entry_bytes}", met.bytes);
        assert_eq!(a.ids(), b.ids());
    }
}

#[test]
fn a_session_cut_at_any_frame_resumes_where_it_stopped() {
    let small = Config { frame_entries_bytes: 1_500, window_frames: 3, ..config() };
    for hinted in [false, true] {
        let (mut a, mut b) = if hinted { acquainted(3, 60) } else { (Node::new(3), Node::new(3)) };
        for n in 0..3 {
            a.write(1, scope(n), 12, 60, 5);
        }
        let due = 36;
        let whole = meet_cut(&mut a.clone(), &mut b.clone(), &small, usize::MAX);
        assert!(whole.a.equal && whole.frames > 12, "{} frames", whole.frames);
        for cut in 0..whole.frames - 2 {
            let (mut a, mut b) = (a.clone(), b.clone());
            let first = meet_cut(&mut a, &mut b, &small, cut);
            assert_eq!(first.a.reason, Some(Reason::Cut), "cut at {cut}");
            assert!(!first.a.equal && first.a.agreed.is_none());
            let second = meet_cut(&mut a, &mut b, &small, usize::MAX);
            assert!(second.a.equal && second.b.equal, "cut at {cut}: {:?}", second.a.reason);
            let again = second.a.entries_sent + first.a.progress.sent;
            assert!(again <= due, "cut at {cut}: {again} entries for {due}");
            assert_eq!(first.b.entries_received + second.b.entries_received, due);
            assert_eq!(a.ids(), b.ids());
        }
        b.scopes.clear();
    }
}

#[test]
fn a_session_cut_at_every_byte_keeps_what_came_whole_and_resumes() {
    let mut a = Node::new(3);
    (0..3).for_each(|n| a.write(1, scope(n), 5, 60, 5));
    let (due, b) = (15, Node::new(3));
    let whole = meet(&mut a.clone(), &mut b.clone());
    assert!(whole.a.equal && whole.frames > 6, "{} frames", whole.frames);
    let mut kept_before = 0;
    for cut in 0..=whole.bytes + whole.frames * FRAME_PREFIX_BYTES {
        let (mut a, mut b) = (a.clone(), b.clone());
        let first = meet_until(&mut a, &mut b, &config(), usize::MAX, cut);
        let kept = b.ids().len();
        assert!(kept >= kept_before, "cut at {cut}: a byte more brought less");
        kept_before = kept;
        assert!(first.b.equal || first.b.reason == Some(Reason::Cut), "cut at {cut}: {:?}", first.b.reason);
        let second = meet(&mut a, &mut b);
        assert!(second.a.equal && second.b.equal, "cut at {cut}: {:?}", second.a.reason);
        assert_eq!(second.a.entries_sent as usize, due - kept, "cut at {cut}: what came whole is not sent again");
        assert_eq!(a.ids(), b.ids());
    }
    assert_eq!(kept_before, due);
}

#[test]
fn a_link_that_drops_after_a_little_try_after_try_brings_everything_in_the_end() {
    for bytes_max in [6_000, 20_000, 60_000, 200_000] {
        let (mut a, mut b) = acquainted(3, 60);
        a.write(1, scope(1), 400, 1_000, 5);
        let (due, mut tries) = (a.ids().len(), 0);
        while b.ids().len() < due {
            let before = b.ids().len();
            meet_until(&mut a, &mut b, &config(), usize::MAX, bytes_max);
            tries += 1;
            assert!(b.ids().len() > before, "{bytes_max}: try {tries} brought nothing");
        }
        let bytes: usize = 400 * (1_000 * 3 + 600);
        assert!(tries * bytes_max < 3 * bytes.max(bytes_max), "{bytes_max}: {tries} tries");
    }
}

#[test]
fn both_branches_of_a_fork_reach_both_sides() {
    // (shared, branch of a, branch of b)
    for (shared, ours, theirs) in [(4, 1, 1), (4, 3, 3), (4, 2, 9), (0, 1, 1), (0, 30, 2), (1, 20, 20)] {
        for acquainted in [false, true] {
            let (mut a, mut b) = (Node::new(2), Node::new(2));
            a.write(9, scope(0), 1, 60, 0);
            a.write(1, scope(1), shared, 60, 0);
            assert!(meet(&mut a, &mut b).a.equal);
            if !acquainted {
                (a.agreed, b.agreed) = (None, None);
            }
            a.write(1, scope(1), ours, 60, 0xA);
            b.write(1, scope(1), theirs, 60, 0xB);
            let met = meet(&mut a, &mut b);
            let case = format!("{shared}+{ours}/{theirs}: {:?}", met.a.reason);
            assert!(met.a.equal && met.b.equal, "{case}");
            for node in [&a, &b] {
                assert_eq!(node.chains[&scope(1)][&chain(1)][&(shared + 1)].len(), 2, "{case}");
                assert_eq!(node.frontier(&scope(1)).tip(&chain(1)).map_or(0, |tip| tip.seq), shared, "{case}");
            }
            assert_eq!(meet(&mut a, &mut b).a.round_trips, 1, "{case}");
        }
    }
}

#[test]
fn what_two_rounds_announce_counts_once() {
    let (mut a, mut b) = (Node::new(2), Node::new(2));
    a.write(1, scope(0), 2, 60, 0);
    assert!(meet(&mut a, &mut b).a.equal);
    // the first entries of a scope: who lacks them is not known to share it, so a round by hints announces and brings nothing
    a.write(1, scope(1), 7, 60, 0);
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.rounds == 2, "{} rounds", met.b.rounds);
    assert_eq!((met.a.progress.sent, met.a.progress.to_send), (7, 7));
    assert_eq!((met.b.progress.received, met.b.progress.to_receive), (7, 7));
}

#[test]
fn any_part_of_a_forked_chain_is_kept_and_the_rest_comes_to_the_same_end() {
    for (shared, ours, theirs) in [(3, 1, 1), (3, 4, 4), (2, 2, 7), (0, 6, 2)] {
        let (mut a, mut b) = (Node::new(2), Node::new(2));
        a.write(9, scope(0), 1, 60, 0);
        a.write(1, scope(1), shared, 60, 0);
        assert!(meet(&mut a, &mut b).a.equal);
        a.write(1, scope(1), ours, 1_500, 0xA);
        b.write(1, scope(1), theirs, 1_500, 0xB);
        let (mut whole_a, mut whole_b) = (a.clone(), b.clone());
        let whole = meet(&mut whole_a, &mut whole_b);
        assert!(whole.a.equal && whole.b.equal);
        let bytes = whole.bytes + whole.frames * FRAME_PREFIX_BYTES;
        for cut in (0..bytes).step_by(bytes / 40) {
            let (mut a, mut b) = (a.clone(), b.clone());
            // a part, then another part, then all of it
            meet_until(&mut a, &mut b, &config(), usize::MAX, cut);
            meet_until(&mut a, &mut b, &config(), usize::MAX, cut);
            let rest = meet(&mut a, &mut b);
            let case = format!("{shared}+{ours}/{theirs}, cut at {cut}: {:?}", rest.a.reason);
            assert!(rest.a.equal && rest.b.equal, "{case}");
            for (node, whole) in [(&a, &whole_a), (&b, &whole_b)] {
                assert_eq!(node.frontier(&scope(1)), whole.frontier(&scope(1)), "{case}");
                assert_eq!(node.chains[&scope(1)][&chain(1)][&(shared + 1)].len(), 2, "{case}");
            }
            assert_eq!(meet(&mut a, &mut b).a.round_trips, 1, "{case}");
        }
    }
}

#[test]
fn who_has_heard_of_a_fork_tells_who_has_not() {
    let (mut a, mut b, mut c) = (Node::new(2), Node::new(2), Node::new(2));
    a.write(1, scope(1), 3, 60, 0);
    meet(&mut a, &mut b);
    a.write(1, scope(1), 4, 60, 0xA);
    b.write(1, scope(1), 6, 60, 0xB);
    meet(&mut a, &mut c);
    assert_eq!(c.frontier(&scope(1)).entries(), 7);
    meet(&mut a, &mut b);
    let met = meet(&mut b, &mut c);
    assert!(met.a.equal, "{:?}", met.a.reason);
    assert_eq!(c.frontier(&scope(1)).entries(), 3);
    assert!(meet(&mut a, &mut c).a.equal);
}

#[test]
fn what_one_side_refuses_is_named_and_the_rest_still_arrives() {
    let (mut a, mut b) = (Node::new(3), Node::new(3));
    a.write(1, scope(1), 3, 60, 0);
    a.write(3, scope(0), 2, 60, 0);
    a.write(2, scope(2), 3, 60, 0);
    let bad = a.chains[&scope(1)][&chain(1)][&3][0].id();
    let bad_member = a.chains[&scope(0)][&chain(3)][&2][0].id();
    b.distrusted.extend([bad, bad_member]);
    let met = meet(&mut a, &mut b);
    let differs = Some(Reason::Differs { scopes: vec![scope(1), scope(0)] });
    assert_eq!((&met.a.reason, &met.b.reason), (&differs, &differs));
    assert!(!met.a.equal && met.b.agreed.is_none());
    assert!(met.b.refused.iter().all(|r| r.code == "signature"));
    let named: BTreeSet<_> = met.b.refused.iter().filter_map(|r| r.entry).collect();
    assert_eq!(named, BTreeSet::from([bad, bad_member]));
    assert_eq!(b.frontier(&scope(2)), a.frontier(&scope(2)));
    assert_eq!(b.frontier(&scope(1)).entries(), 2);
}

#[test]
fn a_scope_only_one_side_may_hold_is_neither_sent_nor_hidden() {
    let (mut a, mut b) = acquainted(2, 60);
    a.scopes.insert(scope(7));
    a.write(1, scope(7), 5, 60, 0);
    a.write(1, scope(1), 5, 60, 0);
    let met = meet(&mut a, &mut b);
    assert_eq!(met.a.reason, Some(Reason::Differs { scopes: vec![scope(7)] }));
    assert_eq!(met.b.reason, met.a.reason);
    assert_eq!(met.a.entries_sent, 5);
    assert!(!b.chains.contains_key(&scope(7)));
    assert_eq!(a.frontier(&scope(1)), b.frontier(&scope(1)));
    // A scope shared once and not any more, with an old memory of each other.
    let (mut a, mut b) = acquainted(2, 60);
    b.scopes.remove(&scope(2));
    a.write(1, scope(2), 5, 60, 0);
    a.write(1, scope(1), 5, 60, 0);
    let met = meet(&mut a, &mut b);
    assert_eq!(met.a.reason, Some(Reason::Differs { scopes: vec![scope(2)] }));
    assert_eq!(met.b.reason, met.a.reason);
    assert_eq!(met.b.entries_received, 5);
    // Empty, it is no difference.
    let (mut a, mut b) = acquainted(2, 60);
    a.scopes.insert(scope(7));
    assert!(meet(&mut a, &mut b).a.equal);
    // A scope shared from now on, with an old memory of each other.
    b.scopes.insert(scope(7));
    a.write(1, scope(7), 5, 60, 0);
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal, "{:?}", met.a.reason);
    assert_eq!(b.frontier(&scope(7)).entries(), 5);
}

#[test]
fn many_short_chains_share_frames() {
    let (mut a, mut b) = (Node::new(2), Node::new(2));
    for device in 0..200 {
        a.write(device, scope(1), 1, 40, 0);
    }
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal);
    // a dozen beside those of entries, which begin small and double
    assert!(met.frames <= 24, "{} frames", met.frames);
}

#[test]
fn hints_too_large_for_a_greeting_are_left_out() {
    let (mut a, mut b) = acquainted(1, 40);
    for scope_no in [1, 2] {
        for device in 10..250 {
            a.write(device, scope(scope_no), 1, 40, 0);
            b.write(device, scope(scope_no), 1, 40, 0);
        }
    }
    for n in 3..8 {
        for node in [&mut a, &mut b] {
            node.scopes.insert(scope(n));
        }
        for device in 10..250 {
            a.write(device, scope(n), 1, 40, 0);
        }
    }
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal);
    assert!(met.a.round_trips > 2, "hints were used");
    assert_eq!(a.ids(), b.ids());
}

#[test]
fn missing_sections_and_differing_wants_are_named_and_remembered_as_agreed() {
    let gaps = |count: u32| Gaps { count, hash: [count as u8; 32] };
    for (ours, theirs, wants, reason) in [
        (2, 0, 0, Some(Reason::Gaps { ours: 2, theirs: 0 })),
        (3, 3, 0, Some(Reason::Gaps { ours: 3, theirs: 3 })),
        (0, 0, 1, Some(Reason::Wants)),
        (0, 0, 0, None),
    ] {
        let (mut a, mut b) = acquainted(2, 40);
        let told = |node: &Node, missing: u32, wanted: u8| Snapshot {
            gaps: if missing == 0 { Gaps::default() } else { gaps(missing) },
            wants: wants_hash((0..wanted).map(|n| EntryId([n; 32])).collect()),
            ..Snapshot::from(node.frontiers())
        };
        let (first, second) = (told(&a, ours, wants), told(&b, theirs, 0));
        let (mut a, mut b) = (Side::new(&mut a, config()), Side::new(&mut b, config()));
        let (mut to_a, mut to_b) = (VecDeque::new(), VecDeque::new());
        a.handle(Input::Start(first.clone()), &mut to_b);
        b.handle(Input::Start(second.clone()), &mut to_a);
        let turn =
            |side: &mut Side<'_>, inbox: &mut VecDeque<Vec<u8>>, out: &mut VecDeque<Vec<u8>>, says: &Snapshot| {
                let Some(frame) = inbox.pop_front() else { return };
                side.handle(Input::Frame(frame), out);
                while let Some(ask) = side.asks.pop_front() {
                    assert!(matches!(ask, Output::AskFrontiers), "nobody lists what is missing: {ask:?}");
                    side.handle(Input::Frontiers(says.clone()), out);
                }
            };
        while !(to_a.is_empty() && to_b.is_empty()) {
            turn(&mut a, &mut to_a, &mut to_b, &first);
            turn(&mut b, &mut to_b, &mut to_a, &second);
        }
        let report = a.report.take().expect("finished");
        assert_eq!((report.equal, &report.reason), (reason.is_none(), &reason));
        assert!(report.agreed.is_some(), "the frontiers are equal");
        assert!(report.rounds <= 1, "what nobody gives is not asked for again and again");
        assert!(b.report.is_some());
    }
}

#[test]
fn sections_that_are_missing_come_from_whoever_has_them_and_then_all_is_quiet() {
    let (mut author, mut relay, mut reader) = (Node::new(2), Node::new(2), Node::new(2));
    author.write(1, scope(1), 40, 600, 0);
    relay.strips = true;
    assert!(meet(&mut author, &mut relay).a.equal);
    let met = meet(&mut relay, &mut reader);
    assert_eq!(reader.gaps(), 40);
    assert_eq!(met.b.reason, Some(Reason::Gaps { ours: 40, theirs: 0 }), "the loss has a name on both sides");
    assert_eq!(met.a.reason, Some(Reason::Gaps { ours: 0, theirs: 40 }));
    // two who lack the same say so, in one round trip
    let mut other = Node::new(2);
    meet(&mut relay, &mut other);
    let met = meet(&mut other, &mut reader);
    assert_eq!((met.a.reason, met.a.round_trips), (Some(Reason::Gaps { ours: 40, theirs: 40 }), 1));
    let small = Config { frame_entries_bytes: 3_000, window_frames: 2, ..config() };
    let met = meet_cut(&mut author, &mut reader, &small, usize::MAX);
    assert!(met.a.equal && met.b.equal, "{:?}", met.b.reason);
    assert_eq!((met.b.sections_received, met.b.entries_received, reader.gaps()), (120, 0, 0));
    let met = meet(&mut author, &mut reader);
    assert_eq!((met.a.round_trips, met.bytes <= 400), (1, true));
    assert!(meet(&mut reader, &mut other).a.equal, "and on from there");
    assert_eq!(other.gaps(), 0);
}

#[test]
fn a_fetch_of_sections_cut_at_any_frame_goes_on_where_it_stopped() {
    let (mut author, mut relay, mut reader) = (Node::new(2), Node::new(2), Node::new(2));
    author.write(1, scope(1), 9, 300, 0);
    relay.strips = true;
    meet(&mut author, &mut relay);
    meet(&mut relay, &mut reader);
    let small = Config { frame_entries_bytes: 900, window_frames: 2, ..config() };
    let whole = meet_cut(&mut author.clone(), &mut reader.clone(), &small, usize::MAX).frames;
    for cut in 0..whole {
        let (mut author, mut reader) = (author.clone(), reader.clone());
        let first = meet_cut(&mut author, &mut reader, &small, cut).b.sections_received;
        let second = meet_cut(&mut author, &mut reader, &small, usize::MAX);
        assert!(second.a.equal && second.b.equal, "cut at {cut}");
        assert_eq!((first + second.b.sections_received, reader.gaps()), (27, 0), "cut at {cut}");
    }
}

/// A chain of `old` entries of 3 KB whose last one somebody waits for, beside other chains; what the receiver has seen of
/// it after how many frames.
fn frames_until_awaited(old: u64, says_urgent: bool) -> (usize, usize) {
    let (mut a, b) = acquainted(1, 60);
    for device in 10..14 {
        a.write(device, scope(1), 200, 1_000, 0);
    }
    a.write(1, scope(2), old, 1_000, 1);
    a.write(1, scope(2), 1, 1_000, 2);
    let (key, last) = ((scope(2), chain(1)), old + 2);
    if says_urgent {
        a.urgent.insert(key, vec![last]);
    }
    let small = Config { frame_entries_bytes: 16_000, ..config() };
    let whole = meet_cut(&mut a.clone(), &mut b.clone(), &small, usize::MAX);
    assert!(whole.a.equal && whole.b.equal, "{:?}", whole.a.reason);
    let arrived = |frames: usize| {
        let mut b = b.clone();
        meet_cut(&mut a.clone(), &mut b, &small, frames);
        b.chains.get(&key.0).and_then(|chains| chains.get(&key.1)?.get(&last)).is_some_and(|at| at[0].is_whole())
    };
    let (mut low, mut high) = (0, whole.frames);
    while low + 1 < high {
        let middle = (low + high) / 2;
        if arrived(middle) { high = middle } else { low = middle }
    }
    (high, whole.frames)
}

#[test]
fn what_somebody_waits_for_is_whole_at_the_receiver_long_before_the_rest() {
    let (plain, all) = frames_until_awaited(200, false);
    let (urgent, all_urgent) = frames_until_awaited(200, true);
    // measured: 8 of 484 frames, and 502 of 508 without the hint
    assert!(urgent * 4 <= plain, "{urgent} of {all_urgent} frames, else {plain} of {all}");
    assert!(all_urgent <= all + all / 8, "and the whole takes hardly longer: {all_urgent}, {all}");
}

#[test]
fn the_hint_that_somebody_waits_travels_on_and_nothing_is_missing_in_the_end() {
    let (mut a, mut b, mut c) = (Node::new(2), Node::new(2), Node::new(2));
    a.write(1, scope(1), 30, 400, 0);
    a.write(1, scope(1), 1, 400, 9);
    a.urgent.insert((scope(1), chain(1)), vec![31]);
    assert!(meet(&mut a, &mut b).a.equal);
    assert_eq!(b.urgent, a.urgent);
    let met = meet(&mut b, &mut c);
    assert!(met.a.equal && met.b.equal);
    assert_eq!(c.urgent, a.urgent);
    assert_eq!((b.gaps(), c.gaps()), (0, 0));
    assert_eq!(met.b.sections_received, 90, "all but those of the one waited for came after it");
}

#[test]
fn a_little_that_is_new_goes_before_much_that_is_old() {
    let (mut a, mut b) = acquainted(1, 60);
    a.write(1, scope(1), 300, 500, 1);
    a.write(7, scope(2), 2, 500, 1);
    let small = Config { frame_entries_bytes: 8_000, ..config() };
    // the greetings, the end of what b has to send, and the first frame of entries
    meet_cut(&mut a, &mut b, &small, 4);
    assert_eq!(b.frontier(&scope(2)).tip(&chain(7)).map(|tip| tip.seq), Some(2));
}

#[test]
fn a_newcomer_gets_the_rest_in_the_session_that_made_it_a_member() {
    let (mut a, mut b) = (Node::new(3), Node::new(1));
    a.write(1, scope(0), 3, 40, 0);
    a.write(1, scope(1), 3, 40, 0);
    b.write(2, scope(0), 1, 40, 0);
    a.scopes = BTreeSet::from([scope(0)]);
    a.opens_after = Some(4);
    b.opens_after = Some(4);
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal, "{:?}", met.a.reason);
    assert_eq!(b.frontier(&scope(1)).entries(), 3);
}

#[test]
fn what_is_written_during_a_session_goes_along_and_endless_writing_is_bounded() {
    let (mut a, mut b) = acquainted(2, 40);
    a.write(1, scope(1), 2, 40, 0);
    (a.writes_on_asking, b.writes_on_asking) = ((1, 3), (2, 2));
    let met = meet(&mut a, &mut b);
    assert!(met.a.equal && met.b.equal);
    assert_eq!(a.ids(), b.ids());
    a.write(1, scope(1), 2, 40, 0);
    a.writes_on_asking = (1, 1_000);
    let met = meet_cut(&mut a, &mut b, &Config { rounds_max: 4, ..config() }, usize::MAX);
    assert_eq!(met.a.reason, Some(Reason::Rounds { rounds: 4 }));
    assert_eq!(met.b.reason, met.a.reason);
}

#[test]
fn the_other_side_learns_that_a_person_asked() {
    let (mut a, mut b) = acquainted(1, 40);
    let mut asks = Side::new(&mut a, Config { explicit: true, ..config() });
    let mut out = VecDeque::new();
    let start = Input::Start(asks.node.snapshot());
    asks.handle(start, &mut out);
    let mut asked = Side::new(&mut b, config());
    asked.handle(Input::Frame(out.pop_front().expect("a greeting")), &mut out);
    assert!(asked.session.peer_explicit(), "before this side has said anything");
    assert!(!asks.session.peer_explicit());
}

#[test]
fn an_engine_that_answers_what_was_not_asked_is_a_local_fault() {
    let answers = [
        Input::Supplied { scope: scope(1), supply: Supply::default() },
        Input::SuppliedSections { scope: scope(1), sections: vec![], left: None },
        Input::Ingested { scope: scope(1), accepted: 1, refused: vec![], resend: vec![] },
        Input::Frontiers(Snapshot::default()),
        Input::Start(Snapshot::default()),
    ];
    for answer in answers {
        let mut node = Node::new(2);
        let mut side = Side::new(&mut node, config());
        let start = Input::Start(side.node.snapshot());
        side.handle(start, &mut VecDeque::new());
        side.handle(answer, &mut VecDeque::new());
        assert_eq!(side.report.and_then(|r| r.reason).map(|r| r.code()), Some("local"));
    }
}

// ---- properties

/// What two nodes hold of one chain: so many entries in common, then so many each, on one branch or on two.
#[derive(Debug, Clone)]
struct Holding {
    device: u16,
    scope: u8,
    common: u64,
    ours: u64,
    theirs: u64,
    forked: bool,
}

fn holdings(forks: bool) -> impl Strategy<Value = Vec<Holding>> {
    let one = (1u8..5, 0u8..3, 0u64..5, 0u64..5, 0u64..5, any::<bool>()).prop_map(move |h| {
        let (device, scope, common, ours, theirs, forked) = h;
        Holding { device: u16::from(device), scope, common, ours, theirs, forked: forked && forks }
    });
    proptest::collection::vec(one, 0..6)
}

fn build(holdings: &[Holding]) -> (Node, Node) {
    let (mut a, mut b) = (Node::new(3), Node::new(3));
    let mut seen = BTreeSet::new();
    for h in holdings {
        if !seen.insert((h.device, h.scope)) {
            continue;
        }
        a.write(h.device, scope(h.scope), h.common, 20, 0);
        b.write(h.device, scope(h.scope), h.common, 20, 0);
        a.write(h.device, scope(h.scope), h.ours, 20, 0xA);
        b.write(h.device, scope(h.scope), h.theirs, 20, if h.forked { 0xB } else { 0xA });
    }
    (a, b)
}

/// A memory of a last meeting, true or not.
#[derive(Debug, Clone, Copy)]
enum Memory {
    None,
    /// What both really hold together.
    True,
    /// The same on both sides, and more than they hold: both were restored from a backup.
    Lost,
    /// Of one's own present state, different on the two sides.
    Own,
    /// Of other chains altogether.
    Foreign,
}

fn remember(a: &mut Node, b: &mut Node, memory: Memory) {
    let all = build(&[Holding { device: 1, scope: 1, common: 9, ours: 0, theirs: 0, forked: false }]).0;
    let common = |a: &Node, b: &Node| {
        let mut both = Node::new(3);
        let in_b = b.ids();
        for entry in a.chains.values().flat_map(BTreeMap::values).flat_map(BTreeMap::values).flatten() {
            if in_b.contains(&entry.id()) {
                both.put(entry.clone());
            }
        }
        both.frontiers()
    };
    let (for_a, for_b) = match memory {
        Memory::None => (None, None),
        Memory::True => {
            let common = common(a, b);
            (Some(common.clone()), Some(common))
        }
        Memory::Lost => {
            let mut more = a.clone();
            for n in 0..3 {
                more.write(2, scope(n), 4, 20, 0xA);
            }
            (Some(more.frontiers()), Some(more.frontiers()))
        }
        Memory::Own => (Some(a.frontiers()), Some(b.frontiers())),
        Memory::Foreign => (Some(all.frontiers()), Some(all.frontiers())),
    };
    a.agreed = for_a.as_ref().map(Agreed::new);
    b.agreed = for_b.as_ref().map(Agreed::new);
}

fn memories() -> impl Strategy<Value = Memory> {
    prop_oneof![Just(Memory::None), Just(Memory::True), Just(Memory::Lost), Just(Memory::Own), Just(Memory::Foreign)]
}

fn configs() -> impl Strategy<Value = Config> {
    (1usize..9, prop_oneof![Just(1usize), Just(900), Just(256 << 10)])
        .prop_map(|(window_frames, frame_entries_bytes)| Config { window_frames, frame_entries_bytes, ..config() })
}

/// Every rival either side held is held by both.
fn rivals(node: &Node) -> BTreeSet<(ScopeId, ChainKey, u64, EntryId)> {
    let mut out = BTreeSet::new();
    for (scope, chains) in &node.chains {
        for (key, chain) in chains {
            if let Some((seq, at)) = chain.iter().find(|(_, at)| at.len() > 1) {
                out.extend(at.iter().map(|e| (*scope, *key, *seq, e.id())));
            }
        }
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_two_sets_of_chains_become_equal_whatever_is_remembered(
        holdings in holdings(false), memory in memories(), config in configs(), seed in any::<u64>(),
    ) {
        let (mut a, mut b) = build(&holdings);
        remember(&mut a, &mut b, memory);
        let union: BTreeSet<_> = a.ids().union(&b.ids()).copied().collect();
        let (ra, rb) = meet_in_disorder(&mut a, &mut b, &config, seed);
        prop_assert!(ra.equal && rb.equal, "{:?} {:?}", ra.reason, rb.reason);
        prop_assert_eq!(a.ids(), union);
        prop_assert_eq!(a.frontiers(), b.frontiers());
        prop_assert_eq!(ra.agreed, rb.agreed);
        prop_assert_eq!((ra.bytes_sent, ra.bytes_received), (rb.bytes_received, rb.bytes_sent));
        let (ra, _) = meet_in_disorder(&mut a, &mut b, &config, seed);
        prop_assert_eq!(ra.round_trips, 1);
    }

    #[test]
    fn forks_anywhere_end_with_both_rivals_on_both_sides(
        holdings in holdings(true), memory in memories(), config in configs(), seed in any::<u64>(),
    ) {
        let (mut a, mut b) = build(&holdings);
        remember(&mut a, &mut b, memory);
        let (ra, rb) = meet_in_disorder(&mut a, &mut b, &config, seed);
        prop_assert!(ra.equal && rb.equal, "{:?} {:?}", ra.reason, rb.reason);
        prop_assert_eq!(a.frontiers(), b.frontiers());
        prop_assert_eq!(rivals(&a), rivals(&b));
        let mut seen = BTreeSet::new();
        for h in holdings.iter().filter(|h| seen.insert((h.device, h.scope))) {
            if h.forked && h.ours > 0 && h.theirs > 0 {
                let at = &a.chains[&scope(h.scope)][&chain(h.device)][&(h.common + 1)];
                prop_assert_eq!(at.len(), 2);
            }
        }
    }

    #[test]
    fn three_replicas_converge_in_any_order_of_meetings(
        ab in holdings(false), extra in 0u64..4, first in 0usize..3, seed in any::<u64>(),
    ) {
        let (a, b) = build(&ab);
        let mut c = Node::new(3);
        c.write(6, scope(1), extra, 20, 0);
        let mut nodes = [a, b, c];
        let union: BTreeSet<_> = nodes.iter().flat_map(Node::ids).collect();
        // Two meetings of each pair in some order are enough: the second pass carries what the first brought.
        for pass in 0..2 {
            for k in 0..3 {
                let skip = (first + k * (1 + seed as usize % 2)) % 3;
                let (x, y) = ((skip + 1) % 3, (skip + 2) % 3);
                let (lo, hi) = (x.min(y), x.max(y));
                let (left, right) = nodes.split_at_mut(hi);
                let (x, y) = (&mut left[lo], &mut right[0]);
                // Memories are kept per peer; here they are forgotten.
                (x.agreed, y.agreed) = (None, None);
                let (rx, ry) = meet_in_disorder(x, y, &config(), seed ^ pass);
                prop_assert!(rx.equal && ry.equal);
            }
        }
        for node in &nodes {
            prop_assert_eq!(node.ids(), union.clone());
        }
    }
}

// ---- hostile peers

#[derive(Debug, Clone)]
enum Attack {
    Replace(Vec<u8>),
    Say(Message),
    Drop,
    Repeat,
    Flip(u16, u8),
    Oversize,
    Swap,
}

fn messages() -> impl Strategy<Value = Message> {
    let tips = (1u8..4, 1u64..9).prop_map(|(device, seq)| {
        [(chain(u16::from(device)), Tip { seq, entry: EntryId([seq as u8; 32]) })].into_iter().collect::<Frontier>()
    });
    let tips = prop_oneof![tips, Just(Frontier::new()), Just(far_tip())];
    prop_oneof![
        (0u8..4, tips, any::<bool>()).prop_map(|(n, tips, last)| Message::Tips { scope: scope(n), tips, last }),
        (0u8..4).prop_map(|n| Message::Scopes(vec![(scope(n), [n; 32])])),
        (0u8..4).prop_map(|n| Message::Entries { scope: scope(n), entries: vec![vec![1, 2, 3]], urgent: vec![] }),
        (0u8..4, 1u8..16).prop_map(|(n, layers)| Message::WantSections {
            scope: scope(n),
            wanted: vec![Missing { entry: EntryId([n; 32]), layers }]
        }),
        (0u8..4, 0u8..4).prop_map(|(n, layer)| Message::Sections {
            scope: scope(n),
            sections: vec![SectionsOf { entry: EntryId([n; 32]), sections: vec![(layer, vec![n; 20])] }]
        }),
        any::<u32>().prop_map(|frames| Message::Confirmed { frames }),
        (0u32..4).prop_map(|answered| Message::RoundEnd { answered }),
        (0u8..4, 0u8..4, prop_oneof![0u64..9, Just(u64::MAX)]).prop_map(|(s, d, after)| Message::Resend {
            scope: scope(s),
            chain: chain(u16::from(d)),
            after
        }),
        Just(Message::Bye { code: "rounds".into() }),
    ]
}

fn far_tip() -> Frontier {
    [(chain(1), Tip { seq: u64::MAX, entry: EntryId([7; 32]) })].into_iter().collect()
}

fn attacks() -> impl Strategy<Value = Attack> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..80).prop_map(Attack::Replace),
        messages().prop_map(Attack::Say),
        messages().prop_map(Attack::Say),
        Just(Attack::Drop),
        Just(Attack::Repeat),
        (any::<u16>(), 0u8..8).prop_map(|(at, bit)| Attack::Flip(at, bit)),
        Just(Attack::Oversize),
        Just(Attack::Swap),
    ]
}

/// A session in which everything `b` sends passes through `attack`, from its `nth` frame on or at that one.
fn meet_attacked(a: &mut Node, b: &mut Node, nth: usize, attack: &Attack, config: &Config) -> Report {
    let (mut a, mut b) = (Side::new(a, config.clone()), Side::new(b, config.clone()));
    let (mut to_a, mut to_b) = (VecDeque::new(), VecDeque::new());
    let start = Input::Start(a.node.snapshot());
    a.handle(start, &mut to_b);
    let start = Input::Start(b.node.snapshot());
    b.handle(start, &mut to_a);
    let mut count = 0;
    while !(to_a.is_empty() && to_b.is_empty()) {
        if attack_swaps(attack, count, nth) && to_a.len() > 1 {
            to_a.swap(0, 1);
        }
        if let Some(frame) = to_a.pop_front() {
            let frames = if count == nth { tampered(frame, attack) } else { vec![frame] };
            count += 1;
            for frame in frames {
                a.handle(Input::Frame(frame), &mut to_b);
            }
        }
        if let Some(frame) = to_b.pop_front() {
            b.handle(Input::Frame(frame), &mut to_a);
        }
        while !a.asks.is_empty() {
            a.answer_one(&mut to_b);
        }
        while !b.asks.is_empty() {
            b.answer_one(&mut to_a);
        }
    }
    a.handle(Input::Closed, &mut to_b);
    a.report.take().expect("the honest side finishes")
}

fn attack_swaps(attack: &Attack, count: usize, nth: usize) -> bool {
    matches!(attack, Attack::Swap) && count == nth
}

fn tampered(mut frame: Vec<u8>, attack: &Attack) -> Vec<Vec<u8>> {
    match attack {
        Attack::Replace(bytes) => vec![bytes.clone()],
        Attack::Say(message) => vec![message.to_frame(), frame],
        Attack::Drop => vec![],
        Attack::Repeat => vec![frame.clone(), frame],
        Attack::Flip(at, bit) => {
            let at = usize::from(*at) % frame.len();
            frame[at] ^= 1 << bit;
            vec![frame]
        }
        Attack::Oversize => {
            frame.resize((1 << 20) + 1, 0);
            vec![frame]
        }
        Attack::Swap => vec![frame],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_peer_that_strips_sections_makes_no_loss_permanent_whatever_the_order_of_meetings(
        written in (1u64..6, 1u64..6), orders in proptest::collection::vec((0usize..4, 0usize..4), 0..12), seed in any::<u64>(),
    ) {
        // 0 and 1 write, 2 strips, 3 reads
        let mut nodes: Vec<Node> = (0..4).map(|_| Node::new(3)).collect();
        nodes[0].write(1, scope(0), 2, 20, 0);
        nodes[0].write(1, scope(1), written.0, 40, 0);
        nodes[1].write(2, scope(1), written.1, 40, 0);
        nodes[2].strips = true;
        let union: BTreeSet<_> = nodes.iter().flat_map(Node::ids).collect();
        let meeting = |nodes: &mut Vec<Node>, x: usize, y: usize, seed: u64| {
            let (lo, hi) = (x.min(y), x.max(y));
            let (left, right) = nodes.split_at_mut(hi);
            let (x, y) = (&mut left[lo], &mut right[0]);
            (x.agreed, y.agreed) = (None, None);
            meet_in_disorder(x, y, &config(), seed)
        };
        for (n, (x, y)) in orders.into_iter().enumerate().filter(|(_, (x, y))| x != y) {
            meeting(&mut nodes, x, y, seed ^ n as u64);
        }
        // then the honest ones meet, in two passes
        for pass in 0..2 {
            for (x, y) in [(0, 3), (1, 3), (0, 1)] {
                let (rx, ry) = meeting(&mut nodes, x, y, seed ^ pass);
                prop_assert_eq!(rx.equal, rx.reason.is_none());
                if pass == 1 {
                    prop_assert!(rx.equal && ry.equal, "{:?} {:?}", rx.reason, ry.reason);
                }
            }
        }
        for n in [0, 1, 3] {
            prop_assert_eq!(nodes[n].ids(), union.clone());
            prop_assert_eq!(nodes[n].gaps(), 0);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_peer_that_breaks_the_protocol_ends_the_session_with_a_name_and_harms_nothing(
        holdings in holdings(true), memory in memories(), nth in 0usize..12, attack in attacks(),
    ) {
        let (mut a, mut b) = build(&holdings);
        remember(&mut a, &mut b, memory);
        let before = a.ids();
        let small = Config { frame_entries_bytes: 900, ..config() };
        let report = meet_attacked(&mut a, &mut b, nth, &attack, &small);
        prop_assert_eq!(report.equal, report.reason.is_none());
        prop_assert!(a.ids().is_superset(&before));
        if let (Attack::Oversize, Some(reason)) = (&attack, &report.reason) {
            prop_assert_eq!(reason.code(), "protocol");
        }
        // What was kept of the broken session does not stand in the way of an honest one.
        let (ra, rb) = meet_in_disorder(&mut a, &mut b, &config(), 1);
        prop_assert!(ra.equal && rb.equal, "{:?} {:?}", ra.reason, rb.reason);
    }

    #[test]
    fn any_frames_at_all_end_with_a_named_reason(
        frames in proptest::collection::vec(prop_oneof![
            messages().prop_map(|m| m.to_frame()),
            proptest::collection::vec(any::<u8>(), 0..60),
        ], 0..20),
        early in any::<bool>(),
    ) {
        let mut node = build(&[Holding { device: 1, scope: 1, common: 5, ours: 0, theirs: 0, forked: false }]).0;
        let mut side = Side::new(&mut node, config());
        let mut out = VecDeque::new();
        if !early {
            let start = Input::Start(side.node.snapshot());
            side.handle(start, &mut out);
        }
        for frame in frames {
            side.handle(Input::Frame(frame), &mut out);
            while !side.asks.is_empty() {
                side.answer_one(&mut out);
            }
        }
        side.handle(Input::Closed, &mut out);
        let report = side.report.expect("finished");
        prop_assert!(!report.equal);
        prop_assert!(report.reason.is_some_and(|r| matches!(r.code(), "protocol" | "cut" | "bye" | "version")));
    }
}

#[test]
fn each_kind_of_misbehaviour_has_its_name() {
    let reason = |frames: Vec<Vec<u8>>| {
        let mut node = Node::new(2);
        node.write(1, scope(0), 2, 20, 0);
        let mut side = Side::new(&mut node, config());
        let mut out = VecDeque::new();
        let start = Input::Start(side.node.snapshot());
        side.handle(start, &mut out);
        for frame in frames {
            side.handle(Input::Frame(frame), &mut out);
        }
        let bye = out.back().is_some_and(|f| matches!(Message::from_frame(f), Ok(Message::Bye { .. })));
        (side.report.and_then(|r| r.reason), bye)
    };
    let protocol = |(reason, bye): (Option<Reason>, bool)| matches!(reason, Some(Reason::Protocol { .. })) && bye;
    let bare = [0u8; 32];
    let hello = |membership| {
        Message::Status(crdt_model::sync::message::Status {
            membership,
            rest: bare,
            gaps: Default::default(),
            wants: bare,
            explicit: false,
            too_many: false,
            base: bare,
            hints: vec![],
        })
        .to_frame()
    };
    let tips = |n, last| Message::Tips { scope: scope(n), tips: far_tip(), last }.to_frame();
    let entries = || Message::Entries { scope: scope(0), entries: vec![vec![1]], urgent: vec![] }.to_frame();
    assert!(protocol(reason(vec![vec![0xff; 40]])), "garbage");
    assert!(protocol(reason(vec![vec![0x82, 0x0b, 0x00]])), "an unknown tag");
    assert!(protocol(reason(vec![vec![0; (1 << 20) + 1]])), "oversize");
    assert!(protocol(reason(vec![entries()])), "entries before the greeting");
    assert!(protocol(reason(vec![hello([9; 32]), hello([9; 32])])), "a second greeting");
    assert!(protocol(reason(vec![hello([9; 32]), tips(1, true)])), "tips of a scope not compared");
    assert!(
        protocol(reason(vec![
            hello([9; 32]),
            Message::Tips { scope: scope(0), tips: Frontier::new(), last: false }.to_frame()
        ])),
        "a part of nothing"
    );
    let streaming = || vec![hello([9; 32]), tips(0, true)];
    let then = |frame: Vec<u8>| reason([streaming(), vec![frame]].concat());
    assert!(protocol(then(Message::Confirmed { frames: 9 }.to_frame())), "confirms what was not sent");
    assert!(protocol(then(Message::RoundEnd { answered: 1 }.to_frame())), "answers what was not asked");
    assert!(
        protocol(then(Message::Entries { scope: scope(1), entries: vec![vec![1]], urgent: vec![] }.to_frame())),
        "a scope not in the round"
    );
    assert!(protocol(then(hello([9; 32]))), "a status within a round");
    let wants = || {
        let wanted = vec![Missing { entry: EntryId([1; 32]), layers: 1 }];
        Message::WantSections { scope: scope(0), wanted }.to_frame()
    };
    assert!(protocol(reason([streaming(), vec![wants(), wants()]].concat())), "sections wanted twice");
    assert!(protocol(reason(vec![wants()])), "sections wanted before the greeting");
    let window = || (0..9).map(|_| entries());
    assert!(protocol(reason(streaming().into_iter().chain(window()).collect())), "more than the window");
    let resend = || Message::Resend { scope: scope(0), chain: chain(1), after: 1 }.to_frame();
    assert!(protocol(reason([streaming(), vec![resend(), resend()]].concat())), "the same stretch twice");
    assert_eq!(reason(vec![vec![0x83, 0x01, 0x02, 0xf6]]), (Some(Reason::Version { ours: 1, theirs: 2 }), true));
    let bye = Message::Bye { code: "local".into() }.to_frame();
    assert_eq!(reason(vec![bye]), (Some(Reason::Bye { code: "local".into() }), false));
}

// ---- very many

/// Replicas meet at random, in pairs: out of reach, cut off at any frame, crashed with what they had agreed on forgotten;
/// one in twenty lies. Meanwhile all write. Then it gets quiet.
struct Swarm {
    nodes: Vec<Node>,
    dice: Dice,
    /// What honest nodes were told is kept.
    acknowledged: BTreeSet<EntryId>,
    met: usize,
    cut: usize,
    lied: usize,
    bytes: u64,
}

/// One in so many lies.
const LIARS: usize = 20;

impl Swarm {
    fn of(replicas: u16, seed: u64) -> Self {
        let nodes = (0..replicas).map(|_| Node::new(2)).collect();
        let dice = Dice(seed);
        Self { nodes, dice, acknowledged: BTreeSet::new(), met: 0, cut: 0, lied: 0, bytes: 0 }
    }

    fn lies(n: usize) -> bool {
        n % LIARS == LIARS - 1
    }

    fn honest(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().enumerate().filter(|(n, _)| !Self::lies(*n)).map(|(_, node)| node)
    }

    fn write(&mut self, n: usize) {
        let section = 20 + self.dice.below(3) * 20;
        let scope = scope(u8::from(self.dice.below(10) > 0));
        self.nodes[n].write(n as u16, scope, 1, section, n as u8);
        if !Self::lies(n) {
            let (_, last) = self.nodes[n].chains[&scope][&chain(n as u16)].last_key_value().expect("written");
            self.acknowledged.insert(last[0].id());
        }
    }

    /// A lie: one of the ways in which a frame can be wrong, or a peer that gives headers for entries.
    fn lie(&mut self) -> Option<Attack> {
        let at = self.dice.below(1 << 16) as u16;
        Some(match self.dice.below(8) {
            0 => Attack::Replace(vec![at as u8; usize::from(at % 90)]),
            1 => Attack::Say(Message::Scopes(vec![(scope(1), [at as u8; 32])])),
            2 => Attack::Say(Message::Tips { scope: scope(1), tips: far_tip(), last: true }),
            3 => Attack::Drop,
            4 => Attack::Repeat,
            5 => Attack::Flip(at, (at % 8) as u8),
            6 => Attack::Swap,
            _ => return None,
        })
    }

    fn pair(&mut self, a: usize, b: usize, is_stormy: bool) {
        let config = config();
        let frames = if is_stormy && self.dice.below(4) == 0 { self.dice.below(12) } else { usize::MAX };
        let crash = is_stormy && self.dice.below(10) == 0;
        let lie = if Self::lies(b) { self.lie() } else { None };
        let (lied, nth) = (Self::lies(b), self.dice.below(8));
        let (low, high) = self.nodes.split_at_mut(a.max(b));
        let (a, b) = if a < b { (&mut low[a], &mut high[0]) } else { (&mut high[0], &mut low[b]) };
        // the toy remembers one peer only
        (a.agreed, b.agreed) = (None, None);
        self.met += 1;
        match (lied, lie) {
            (true, Some(attack)) => {
                self.lied += 1;
                let report = meet_attacked(a, b, nth, &attack, &config);
                assert_eq!(report.equal, report.reason.is_none(), "ends equal or with a named reason");
            }
            (true, None) => {
                self.lied += 1;
                b.strips = true;
                meet_cut(a, b, &config, frames);
                b.strips = false;
            }
            (false, _) => {
                let met = meet_cut(a, b, &config, frames);
                self.cut += usize::from(frames != usize::MAX && !met.a.equal);
                self.bytes += met.bytes as u64;
                assert_eq!(met.a.equal, met.a.reason.is_none(), "ends equal or with a named reason");
            }
        }
        if crash {
            a.steps.clear();
            a.agreed = None;
        }
    }

    /// Everybody meets somebody once, in pairs; in a storm a third is out of reach. An honest one is the first of its pair.
    fn round(&mut self, is_stormy: bool) {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        for n in (1..order.len()).rev() {
            order.swap(n, self.dice.below(n + 1));
        }
        for pair in order.chunks_exact(2) {
            let (a, b) = if Self::lies(pair[0]) { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
            let out_of_reach = is_stormy && self.dice.below(3) == 0;
            let unwilling = Self::lies(a) || (!is_stormy && Self::lies(b));
            if !out_of_reach && !unwilling {
                self.pair(a, b, is_stormy);
            }
        }
    }

    /// Writes in a storm of so many rounds, then goes on in quiet until all honest replicas are equal; how many rounds that
    /// took.
    fn run(&mut self, stormy: usize, quiet_max: usize) -> usize {
        for n in 0..self.nodes.len() {
            self.write(n);
        }
        for _ in 0..stormy {
            for _ in 0..self.nodes.len() / 10 {
                let n = self.dice.below(self.nodes.len());
                self.write(n);
            }
            self.round(true);
        }
        for quiet in 1..=quiet_max {
            self.round(false);
            // what a liar alone had it may have kept to itself: then all lack the same
            let of = |node: &Node| (node.frontiers(), node.snapshot().missing);
            let first = of(&self.nodes[0]);
            if self.honest().all(|node| of(node) == first) {
                return quiet;
            }
        }
        panic!("not equal after {quiet_max} quiet rounds")
    }

    fn check(&self) {
        for node in self.honest() {
            assert!(node.ids().is_superset(&self.acknowledged), "something acknowledged is lost");
            let missing = node.snapshot().missing.into_values().flatten();
            let bare: BTreeSet<EntryId> = missing.map(|one| one.entry).collect();
            assert!(bare.is_disjoint(&self.acknowledged), "sections of something acknowledged are lost");
        }
    }
}

#[test]
fn many_replicas_with_cuts_crashes_and_liars_converge_and_lose_nothing() {
    for seed in 1..4 {
        let mut swarm = Swarm::of(60, seed);
        swarm.run(6, 40);
        swarm.check();
        assert!(swarm.lied > 5 && swarm.cut > 5, "{} lied, {} cut", swarm.lied, swarm.cut);
    }
}

/// `cargo test --release -p crdt-model --test sync_convergence -- --ignored --nocapture`: `REPLICAS=n SIM_SEED=n`.
#[test]
#[ignore = "minutes"]
#[expect(clippy::disallowed_methods, clippy::disallowed_macros, reason = "asked for by hand, and told")]
fn a_thousand_replicas_with_cuts_crashes_and_liars_converge_and_lose_nothing() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let (replicas, seed) = (number("REPLICAS").unwrap_or(1_000), number("SIM_SEED").unwrap_or(20_261_124));
    let mut swarm = Swarm::of(replicas as u16, seed);
    let quiet = swarm.run(8, 60);
    swarm.check();
    println!(
        "SIM_SEED={seed}: {replicas} replicas, {} entries acknowledged, {} sessions, {} cut, {} with a liar, {} MB: all equal after {quiet} quiet rounds, nothing lost",
        swarm.acknowledged.len(),
        swarm.met,
        swarm.cut,
        swarm.lied,
        swarm.bytes / 1_000_000
    );
}
