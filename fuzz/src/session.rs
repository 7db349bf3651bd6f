//! A sync session with a peer that says anything. First byte: how our engine answers; second: most frames on the way. Then
//! frames.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crdt_model::entry::{Entry, Header, Kind, Place, SectionRef, VALIDATOR};
use crdt_model::frontier::Tip;
use crdt_model::sync::message::{FRAME_BYTES_MAX, Message, SectionsOf};
use crdt_model::sync::{Again, Config, Input, Output, Refused, Report, Session, Snapshot, Supply, Wanted};
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, Incarnation, OrgId, ScopeId};
use ed25519_dalek::SigningKey;

use crate::{Seed, joined, pieces, vectors};

const ORG: OrgId = OrgId([1; 16]);
const MEMBERSHIP: ScopeId = ScopeId([0xEE; 16]);
/// What one frame may set off here at most: every chain streamed again as often as a session allows, and some.
const OUTPUTS_MAX: usize = 50_000;

type Chains = BTreeMap<(ScopeId, ChainKey), Vec<Entry>>;

/// A replica that keeps what it is given as far as its form holds.
#[derive(Clone, Default)]
struct Replica {
    chains: Chains,
    choice: u8,
}

fn sign(device: u8, scope: ScopeId, place: Place, salt: u8) -> Entry {
    let sections: Vec<Vec<u8>> = (0..3).map(|layer| vec![salt ^ layer; 40]).collect();
    let named = |layer| SectionRef { layer, generation: 0, len: 40, hash: [0; 32], hint: [salt; 8] };
    let mut header = Header {
        org: ORG,
        scope,
        kind: Kind::Edit,
        doc: DocId([salt; 16]),
        device: DeviceId([device; 16]),
        incarnation: Incarnation([1; 8]),
        seq: place.seq,
        prev: place.prev,
        bytes_total: 0,
        validator: VALIDATOR,
        auth: vec![],
        deps: vec![],
        sections: (0..3).map(named).collect(),
    };
    header.bytes_total = place.bytes_before + header.cost();
    Entry::sign(header, sections, &SigningKey::from_bytes(&[device; 32]))
}

impl Replica {
    /// Chains of some devices in the membership and one scope more.
    fn of(devices: &[u8], choice: u8) -> Self {
        let mut replica = Self { chains: Chains::new(), choice };
        for scope in [MEMBERSHIP, ScopeId([2; 16])] {
            for device in devices {
                let mut place = Place::FIRST;
                for salt in 0..3 {
                    let entry = sign(*device, scope, place, salt);
                    place = Place::after(entry.header(), entry.id());
                    replica.put(entry);
                }
            }
        }
        replica
    }

    fn put(&mut self, entry: Entry) {
        let key = (entry.header().scope, ChainKey::of(entry.header()));
        self.chains.entry(key).or_default().push(entry);
    }

    fn snapshot(&self) -> Snapshot {
        let mut tips: BTreeMap<ScopeId, Vec<(ChainKey, Tip)>> =
            [MEMBERSHIP, ScopeId([2; 16])].map(|scope| (scope, vec![])).into();
        for ((scope, chain), entries) in &self.chains {
            if let (Some(tips), Some(last)) = (tips.get_mut(scope), entries.last()) {
                tips.push((*chain, Tip { seq: last.header().seq, entry: last.id() }));
            }
        }
        Snapshot::from(
            tips.into_iter().map(|(scope, tips)| (scope, tips.into_iter().collect())).collect::<BTreeMap<_, _>>(),
        )
    }

    fn ingest(&mut self, scope: ScopeId, entries: &[Vec<u8>]) -> Input {
        let (mut accepted, mut refused, mut resend) = (0, Vec::new(), BTreeSet::new());
        for bytes in entries {
            let entry = match Entry::decode(bytes) {
                Ok(entry) if entry.header().scope == scope => entry,
                Ok(entry) => {
                    refused.push(Refused { entry: Some(entry.id()), code: "foreign_scope" });
                    continue;
                }
                Err(error) => {
                    refused.push(Refused { entry: None, code: error.code() });
                    continue;
                }
            };
            let chain = ChainKey::of(entry.header());
            let held = self.chains.get(&(scope, chain)).map_or(0, |held| held.len() as u64);
            if entry.header().seq == held + 1 {
                accepted += 1;
                self.put(entry);
            } else if entry.header().seq > held {
                resend.insert(chain);
            }
        }
        let again = |chain| Again { chain, after: if self.choice & 2 == 0 { 0 } else { u64::MAX } };
        let resend = if self.choice & 1 == 1 { resend.into_iter().map(again).collect() } else { vec![] };
        Input::Ingested { scope, accepted, refused, resend }
    }

    fn answer(&mut self, ask: Output) -> Input {
        match ask {
            Output::Need { scope, suffix, bytes_max, .. } => {
                let mut supply = Supply { reached: suffix.upto, ..Supply::default() };
                let mut bytes = 0;
                for entry in self.chains.get(&(scope, suffix.chain)).into_iter().flatten() {
                    let seq = entry.header().seq;
                    if seq > suffix.after && seq <= suffix.upto {
                        if bytes > 0 && bytes >= bytes_max {
                            supply.reached = seq - 1;
                            break;
                        }
                        let entry = entry.encode();
                        bytes += entry.len();
                        supply.entries.push(entry);
                    }
                }
                Input::Supplied { scope, supply }
            }
            Output::NeedSections { scope, wanted, .. } => {
                let listed: BTreeSet<EntryId> = match wanted {
                    Wanted::Listed(list) => list.into_iter().map(|missing| missing.entry).collect(),
                    Wanted::Of(_) => BTreeSet::new(),
                };
                let held = self.chains.values().flatten().filter(|entry| listed.contains(&entry.id()));
                let of = |entry: &Entry| SectionsOf { entry: entry.id(), sections: vec![(1, vec![1; 40])] };
                Input::SuppliedSections { scope, sections: held.map(of).collect(), left: None }
            }
            Output::Ingest { scope, entries, .. } => self.ingest(scope, &entries),
            Output::Fill { scope, sections } => {
                Input::Ingested { scope, accepted: sections.len() as u64, refused: vec![], resend: vec![] }
            }
            Output::AskFrontiers => Input::Frontiers(self.snapshot()),
            Output::Send(_) | Output::Finished(_) => unreachable!("handled where it is polled"),
        }
    }
}

/// One side: what it sends goes to the caller.
struct Side {
    replica: Replica,
    session: Session,
    report: Option<Report>,
}

impl Side {
    fn new(replica: Replica, window: u8) -> Self {
        let mut config = Config::new(ORG, MEMBERSHIP);
        config.window_frames = 1 + usize::from(window % 8);
        config.frame_entries_bytes = 1_000;
        Self { replica, session: Session::new(config, None), report: None }
    }

    /// Gives an input, answers whatever it asks; frames to send.
    fn handle(&mut self, input: Input) -> Vec<Vec<u8>> {
        let (mut inputs, mut sent, mut outputs) = (vec![input], Vec::new(), 0);
        while let Some(input) = inputs.pop() {
            self.session.handle(input);
            let mut asks = Vec::new();
            while let Some(output) = self.session.poll() {
                outputs += 1;
                assert!(outputs < OUTPUTS_MAX, "one frame sets off work without end");
                match output {
                    Output::Send(frame) => {
                        assert!(frame.len() <= FRAME_BYTES_MAX, "a frame that no peer would take");
                        sent.push(frame);
                    }
                    Output::Finished(report) => {
                        assert!(self.report.is_none(), "it ends twice");
                        self.report = Some(*report);
                    }
                    ask => asks.push(ask),
                }
            }
            for ask in asks.into_iter().rev() {
                inputs.push(self.replica.answer(ask));
            }
        }
        sent
    }
}

static OURS: LazyLock<Replica> = LazyLock::new(|| Replica::of(&[1, 2], 0));

/// A session ends once, and does bounded work for a frame.
pub fn run(data: &[u8]) {
    let [choice, window, frames @ ..] = data else { return };
    let replica = Replica { choice: *choice, ..OURS.clone() };
    let mut side = Side::new(replica, *window);
    let start = side.replica.snapshot();
    side.handle(Input::Start(start));
    for frame in pieces(frames) {
        if let Ok(message) = Message::from_frame(frame) {
            assert!(Message::from_frame(&message.to_frame()).is_ok(), "{} has no frame", message.name());
        }
        side.handle(Input::Frame(frame.to_vec()));
    }
    side.handle(Input::Closed);
    assert!(side.report.is_some() && side.session.is_finished(), "a closed connection ends a session");
    let progress = side.session.progress();
    assert!(progress.sent <= progress.to_send && progress.received <= progress.to_receive);
}

/// What honest peers say who hold other chains, the same ones or none, and every message of the vectors.
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (label, theirs) in [("other", &[3, 4][..]), ("some", &[1, 3]), ("same", &[1, 2]), ("nothing", &[])] {
        for window in [0, 7] {
            let (mut us, mut them) = (Side::new(OURS.clone(), window), Side::new(Replica::of(theirs, 0), window));
            let start = us.replica.snapshot();
            let mut to_them = us.handle(Input::Start(start));
            let start = them.replica.snapshot();
            let mut to_us = them.handle(Input::Start(start));
            let mut said = Vec::new();
            while !(to_us.is_empty() && to_them.is_empty()) {
                let (here, there) = (std::mem::take(&mut to_us), std::mem::take(&mut to_them));
                said.extend(here.iter().cloned());
                to_them.extend(here.into_iter().flat_map(|frame| us.handle(Input::Frame(frame))));
                to_us.extend(there.into_iter().flat_map(|frame| them.handle(Input::Frame(frame))));
            }
            assert!(us.report.is_some_and(|report| report.equal), "honest peers become equal");
            let said = joined(said.iter().map(Vec::as_slice));
            seeds.push((format!("{label}-{window}"), [vec![1, window], said].concat()));
        }
    }
    for (label, bytes) in vectors::fields(vectors::SESSION) {
        if Message::from_frame(&bytes).is_ok() {
            seeds.push((format!("vector-{label}"), [vec![0, 7], joined([bytes.as_slice()])].concat()));
        }
    }
    seeds
}
