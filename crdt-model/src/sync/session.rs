//! The session: who says what next, and when it is over.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::frontier::{CHAINS_MAX, Frontier};
use crate::sync::input::{Again, Config, Input, Output, Snapshot};
use crate::sync::message::{
    FRAME_BYTES_MAX, Gaps, HINT_BYTES_MAX, Message, MessageError, SCOPES_MAX, Status, hint_bytes,
};
use crate::sync::report::{Agreed, Progress, REFUSED_NAMED_MAX, Reason, Refused, Report, ScopeState};
use crate::sync::round::{FrameSize, Round, Step};
use crate::values::ScopeId;

/// Tips in one frame: 70 bytes each.
const TIPS_PER_FRAME: usize = 8_192;
/// Most tips taken from a peer in one round, over all scopes.
const TIPS_MAX: usize = 200_000;
/// Most bytes of entries put into one frame; the rest is left to headers.
const FRAME_ENTRIES_BYTES_MAX: usize = FRAME_BYTES_MAX - (64 << 10);

/// What a round is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// All scopes, by what the peer's hints say it holds.
    Hinted,
    /// The membership alone.
    Membership,
    /// Every scope that differs.
    All,
    /// Sections of entries both hold.
    Sections,
}

/// Where the session stands.
#[derive(Debug)]
enum Phase {
    /// Not started.
    Idle,
    /// Our status is sent, the peer's awaited.
    Greeting,
    /// Fresh frontiers are asked of the engine.
    Asking,
    /// Our scopes are sent, the peer's awaited.
    Listing,
    /// Our tips are sent, the peer's awaited, scope by scope.
    Comparing(Comparing),
    /// Entries go both ways.
    Streaming(Box<Round>),
    /// Over.
    Done,
}

#[derive(Debug)]
struct Comparing {
    awaited: VecDeque<ScopeId>,
    tips: BTreeMap<ScopeId, Frontier>,
    tips_count: usize,
}

/// Hash of the membership's frontier, and of all others.
type Hashes = ([u8; 32], [u8; 32]);

/// One side of one session. See the [module](crate::sync) for the protocol.
///
/// After every [`handle`](Session::handle) call [`poll`](Session::poll) until it gives `None`; nothing else makes
/// outputs appear. After [`Output::Finished`] every input is ignored.
#[derive(Debug)]
pub struct Session {
    config: Config,
    agreed: Option<Agreed>,
    phase: Phase,
    outputs: VecDeque<Output>,
    own: Snapshot,
    /// Our last status.
    mine: Option<Status>,
    /// A status of the peer that came before ours was sent.
    early: Option<Status>,
    /// The pair of hashes at the last status, ours and theirs, and the round that followed.
    previous: Option<(Hashes, Hashes, Kind)>,
    /// What both lacked before the last round over sections.
    lacked: Option<(Gaps, Gaps)>,
    /// The membership hashes at which a round over the membership changed nothing.
    membership_stuck: Option<([u8; 32], [u8; 32])>,
    /// Scopes found to differ by the last lists.
    differing: Vec<ScopeId>,
    /// How large frames have grown.
    frame: FrameSize,
    frames_confirmed: u32,
    frames_ingested: u32,
    half_trips: u32,
    rounds: u32,
    entries_sent: u64,
    entries_received: u64,
    sections_received: u64,
    frames: u64,
    bytes_sent: u64,
    bytes_received: u64,
    refused_count: u64,
    refused: Vec<Refused>,
    peer_explicit: bool,
    progress: Progress,
}

fn protocol<T>(what: impl Into<String>) -> Result<T, Reason> {
    Err(Reason::Protocol { what: what.into() })
}

impl Session {
    /// A session that has not begun. `agreed` is what the last session with this very peer gave back, if any.
    pub fn new(config: Config, agreed: Option<Agreed>) -> Self {
        let frame = FrameSize::new(config.frame_entries_bytes.min(FRAME_ENTRIES_BYTES_MAX));
        Self {
            config,
            agreed,
            phase: Phase::Idle,
            outputs: VecDeque::new(),
            own: Snapshot::default(),
            mine: None,
            early: None,
            previous: None,
            lacked: None,
            membership_stuck: None,
            differing: Vec::new(),
            frame,
            frames_confirmed: 0,
            frames_ingested: 0,
            half_trips: 0,
            rounds: 0,
            entries_sent: 0,
            entries_received: 0,
            sections_received: 0,
            frames: 0,
            bytes_sent: 0,
            bytes_received: 0,
            refused_count: 0,
            refused: Vec::new(),
            peer_explicit: false,
            progress: Progress::default(),
        }
    }

    /// The next thing to do, or `None`: then wait for something to [`handle`](Session::handle).
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Takes an input. Obliges to [`poll`](Session::poll) until `None`.
    pub fn handle(&mut self, input: Input) {
        if matches!(self.phase, Phase::Done) {
            return;
        }
        if let Err(reason) = self.dispatch(input) {
            self.fail(reason);
        }
    }

    /// How far it is.
    pub fn progress(&self) -> Progress {
        let p = self.progress;
        Progress { to_send: p.to_send.max(p.sent), to_receive: p.to_receive.max(p.received), ..p }
    }

    /// A person on the other side asked for this session. Known from the first frame on.
    pub fn peer_explicit(&self) -> bool {
        self.peer_explicit
    }

    /// True once [`Output::Finished`] is given or waits to be polled.
    pub fn is_finished(&self) -> bool {
        matches!(self.phase, Phase::Done)
    }

    fn dispatch(&mut self, input: Input) -> Result<(), Reason> {
        match input {
            Input::Start(snapshot) if matches!(self.phase, Phase::Idle) => {
                self.take(snapshot)?;
                self.greet(true)
            }
            Input::Frontiers(snapshot) if matches!(self.phase, Phase::Asking) => {
                self.take(snapshot)?;
                self.greet(false)
            }
            Input::Start(_) | Input::Frontiers(_) => Err(Reason::Local { what: "frontiers given that were not asked" }),
            Input::Frame(frame) => {
                self.frames += 1;
                self.bytes_received += frame.len() as u64;
                let message = Message::from_frame(&frame).map_err(|error| match error {
                    MessageError::Version { ours, theirs } => Reason::Version { ours, theirs },
                    other => Reason::Protocol { what: other.to_string() },
                })?;
                self.message(message)
            }
            Input::Supplied { scope, supply } => {
                self.round()?.supplied(scope, supply).map_err(|what| Reason::Local { what })?;
                self.pump()
            }
            Input::SuppliedSections { scope, sections, left } => {
                self.round()?.supplied_sections(scope, sections, left).map_err(|what| Reason::Local { what })?;
                self.pump()
            }
            Input::Ingested { scope, accepted, refused, resend } => self.ingested(scope, accepted, refused, resend),
            Input::Closed => Err(Reason::Cut),
        }
    }

    fn take(&mut self, mut snapshot: Snapshot) -> Result<(), Reason> {
        snapshot.frontiers.entry(self.config.membership).or_default();
        if snapshot.frontiers.len() > SCOPES_MAX {
            return Err(Reason::Local { what: "more scopes than a session compares" });
        }
        let chains = || snapshot.frontiers.values().map(Frontier::len);
        if chains().any(|n| n as u64 > CHAINS_MAX) || chains().sum::<usize>() > TIPS_MAX {
            return Err(Reason::Local { what: "more chains than a session compares" });
        }
        self.own = snapshot;
        Ok(())
    }

    fn send(&mut self, message: &Message) {
        let frame = message.to_frame();
        self.frames += 1;
        self.bytes_sent += frame.len() as u64;
        self.outputs.push_back(Output::Send(frame));
    }

    fn round(&mut self) -> Result<&mut Round, Reason> {
        match &mut self.phase {
            Phase::Streaming(round) => Ok(round),
            _ => Err(Reason::Local { what: "an answer that was not asked for" }),
        }
    }

    // ---- the greeting and what follows from it

    /// Sends our status and, if the peer's is here already, decides.
    fn greet(&mut self, first: bool) -> Result<(), Reason> {
        let status = self.status(first);
        self.send(&Message::Status(status.clone()));
        self.mine = Some(status);
        self.phase = Phase::Greeting;
        match self.early.take() {
            Some(theirs) => self.decide(&theirs),
            None => Ok(()),
        }
    }

    fn status(&self, first: bool) -> Status {
        let hash_of = |(scope, f): (&ScopeId, &Frontier)| (*scope, f.hash(&self.config.org, scope));
        let membership = self.own.frontiers.get_key_value(&self.config.membership).map(hash_of);
        let others = self.own.frontiers.iter().filter(|(s, f)| **s != self.config.membership && !f.is_empty());
        let mut status = Status {
            membership: membership.map_or([0; 32], |(_, hash)| hash),
            rest: hash_of_scopes(others.map(hash_of)),
            gaps: self.own.gaps,
            wants: self.own.wants,
            explicit: self.config.explicit,
            too_many: false,
            base: [0; 32],
            hints: Vec::new(),
        };
        if first && let Some(agreed) = self.usable_agreed() {
            status.base = agreed.hash(&self.config.org);
            status.hints = self.hints(agreed);
            if hint_bytes(&status.hints) > HINT_BYTES_MAX {
                status.too_many = true;
                status.hints.clear();
            }
        }
        status
    }

    /// What the two agreed on, unless it names scopes that are not shared any more.
    fn usable_agreed(&self) -> Option<&Agreed> {
        let agreed = self.agreed.as_ref()?;
        agreed.frontiers().keys().all(|scope| self.own.frontiers.contains_key(scope)).then_some(agreed)
    }

    fn hints(&self, agreed: &Agreed) -> Vec<(ScopeId, Frontier)> {
        let empty = Frontier::new();
        let changed = |(scope, own): (&ScopeId, &Frontier)| {
            let tips = own.changed_since(agreed.frontiers().get(scope).unwrap_or(&empty));
            (!tips.is_empty()).then_some((*scope, tips))
        };
        self.own.frontiers.iter().filter_map(changed).collect()
    }

    /// Both statuses are known: the same two on both sides, so both decide alike.
    fn decide(&mut self, theirs: &Status) -> Result<(), Reason> {
        let Some(mine) = self.mine.clone() else {
            return Err(Reason::Local { what: "no status was sent" });
        };
        self.half_trips += 1;
        self.peer_explicit |= theirs.explicit;
        let (ours, others) = ((mine.membership, mine.rest), (theirs.membership, theirs.rest));
        if ours == others {
            let lacked = (mine.gaps, theirs.gaps);
            if lacked.0 != lacked.1 && self.lacked != Some(lacked) && self.rounds < self.config.rounds_max {
                self.lacked = Some(lacked);
                self.previous = Some((ours, others, Kind::Sections));
                return self.fetch_sections();
            }
            // what both lack, neither can give; what one side has and does not give stays a difference with a name
            let reason = if mine.gaps.count > 0 || theirs.gaps.count > 0 || mine.gaps != theirs.gaps {
                Some(Reason::Gaps { ours: mine.gaps.count, theirs: theirs.gaps.count })
            } else {
                (mine.wants != theirs.wants).then_some(Reason::Wants)
            };
            self.finish(reason, true);
            return Ok(());
        }
        let membership = (mine.membership, theirs.membership);
        if let Some((a, b, kind)) = self.previous
            && (a, b) == (ours, others)
        {
            match kind {
                Kind::All => return Err(Reason::Differs { scopes: std::mem::take(&mut self.differing) }),
                Kind::Membership => self.membership_stuck = Some(membership),
                Kind::Hinted | Kind::Sections => {}
            }
        }
        if self.rounds >= self.config.rounds_max {
            return Err(Reason::Rounds { rounds: self.rounds });
        }
        let kind = if self.hints_usable(&mine, theirs) {
            Kind::Hinted
        } else if membership.0 != membership.1 && self.membership_stuck != Some(membership) {
            Kind::Membership
        } else {
            Kind::All
        };
        self.previous = Some((ours, others, kind));
        match kind {
            Kind::Hinted => self.stream_by_hints(theirs),
            Kind::Membership => self.compare(vec![self.config.membership]),
            Kind::All | Kind::Sections => {
                let hashes = self.own.frontiers.iter().map(|(s, f)| (*s, f.hash(&self.config.org, s))).collect();
                self.send(&Message::Scopes(hashes));
                self.phase = Phase::Listing;
                Ok(())
            }
        }
    }

    fn hints_usable(&self, mine: &Status, theirs: &Status) -> bool {
        let first = self.previous.is_none();
        first && mine.base != [0; 32] && mine.base == theirs.base && !mine.too_many && !theirs.too_many
    }

    /// The peer holds what was agreed on with the changes it names.
    fn stream_by_hints(&mut self, theirs: &Status) -> Result<(), Reason> {
        let hints: BTreeMap<_, _> = theirs.hints.iter().map(|(scope, tips)| (*scope, tips)).collect();
        let empty = Frontier::new();
        let mut peer = BTreeMap::new();
        for scope in self.own.frontiers.keys() {
            let base = self.agreed.as_ref().and_then(|a| a.frontiers().get(scope));
            let changed = hints.get(scope).copied();
            if base.is_none() && changed.is_none() {
                continue; // nothing says that the peer shares this scope
            }
            let kept =
                base.unwrap_or(&empty).iter().filter(|(chain, _)| changed.is_none_or(|f| f.tip(chain).is_none()));
            let tips = kept.chain(changed.unwrap_or(&empty).iter());
            peer.insert(*scope, tips.map(|(chain, tip)| (*chain, *tip)).collect());
        }
        self.stream(peer)
    }

    // ---- comparing scopes and tips

    fn listed(&mut self, theirs: &[(ScopeId, [u8; 32])]) -> Result<(), Reason> {
        self.half_trips += 1;
        let empty = Frontier::new();
        let theirs: BTreeMap<_, _> = theirs.iter().copied().collect();
        let all: BTreeSet<ScopeId> = self.own.frontiers.keys().chain(theirs.keys()).copied().collect();
        let hash = |scope: &ScopeId, f: &Frontier| f.hash(&self.config.org, scope);
        let differs = |scope: &ScopeId| {
            let ours = hash(scope, self.own.frontiers.get(scope).unwrap_or(&empty));
            ours != theirs.get(scope).copied().unwrap_or_else(|| hash(scope, &empty))
        };
        let differing: Vec<ScopeId> = all.into_iter().filter(differs).collect();
        let shared = |scope: &&ScopeId| self.own.frontiers.contains_key(scope) && theirs.contains_key(scope);
        let compared: Vec<ScopeId> = differing.iter().filter(shared).copied().collect();
        self.differing = differing;
        if compared.is_empty() {
            return Err(Reason::Differs { scopes: std::mem::take(&mut self.differing) });
        }
        self.compare(compared)
    }

    /// Sends all tips of `scopes`, which both sides know to differ, and awaits the peer's.
    fn compare(&mut self, scopes: Vec<ScopeId>) -> Result<(), Reason> {
        for scope in &scopes {
            let tips: Vec<_> = self.own.frontiers[scope].iter().map(|(chain, tip)| (*chain, *tip)).collect();
            let frames = tips.len().div_ceil(TIPS_PER_FRAME).max(1);
            for i in 0..frames {
                let part = tips.iter().skip(i * TIPS_PER_FRAME).take(TIPS_PER_FRAME).copied().collect();
                self.send(&Message::Tips { scope: *scope, tips: part, last: i + 1 == frames });
            }
        }
        let awaited = scopes.into_iter().collect();
        self.phase = Phase::Comparing(Comparing { awaited, tips: BTreeMap::new(), tips_count: 0 });
        Ok(())
    }

    fn tips(&mut self, scope: ScopeId, tips: &Frontier, last: bool) -> Result<(), Reason> {
        let Phase::Comparing(comparing) = &mut self.phase else {
            return protocol("tips out of turn");
        };
        if comparing.awaited.front() != Some(&scope) {
            return protocol("tips of another scope than awaited");
        }
        comparing.tips_count += tips.len();
        if comparing.tips_count > TIPS_MAX {
            return protocol("more tips than a round compares");
        }
        if tips.is_empty() && !last {
            return protocol("a part of no tips");
        }
        let known = comparing.tips.entry(scope).or_default();
        for (chain, tip) in tips.iter() {
            known.advance(*chain, *tip);
        }
        if last {
            comparing.awaited.pop_front();
        }
        if comparing.awaited.is_empty() {
            let peer = std::mem::take(&mut comparing.tips);
            self.half_trips += 1;
            return self.stream(peer);
        }
        Ok(())
    }

    // ---- streaming

    /// Both hold the same entries and not the same sections: each asks for what it lacks.
    fn fetch_sections(&mut self) -> Result<(), Reason> {
        let missing = std::mem::take(&mut self.own.missing);
        let peer = self.own.frontiers.clone();
        self.begin(peer);
        for (scope, wanted) in missing.into_iter().filter(|(_, wanted)| !wanted.is_empty()) {
            if self.own.frontiers.contains_key(&scope) {
                let message = self.round()?.want(scope, wanted);
                self.send(&message);
            }
        }
        self.pump()
    }

    /// Begins a round over the scopes of `peer`, all of which are shared.
    fn stream(&mut self, peer: BTreeMap<ScopeId, Frontier>) -> Result<(), Reason> {
        self.begin(peer);
        self.pump()
    }

    fn begin(&mut self, peer: BTreeMap<ScopeId, Frontier>) {
        self.rounds += 1;
        let own = self.own.frontiers.iter().filter(|(scope, _)| peer.contains_key(scope));
        let own = own.map(|(scope, f)| (*scope, f.clone())).collect();
        let window = self.config.window_frames;
        let first = self.config.membership;
        let round = Round::new(first, own, peer, &self.own.urgent, window, self.frame, &mut self.progress);
        self.phase = Phase::Streaming(Box::new(round));
    }

    /// Lets the round move on, and closes it when it is over.
    fn pump(&mut self) -> Result<(), Reason> {
        while let Phase::Streaming(round) = &mut self.phase {
            match round.next_step() {
                Some(Step::Send(message)) => {
                    if let Message::Entries { entries, .. } = &message {
                        self.entries_sent += entries.len() as u64;
                    }
                    self.send(&message);
                }
                Some(Step::Need { scope, suffix, bytes_max, urgent }) => {
                    self.outputs.push_back(Output::Need { scope, suffix, bytes_max, urgent });
                }
                Some(Step::NeedSections { scope, wanted, bytes_max }) => {
                    self.outputs.push_back(Output::NeedSections { scope, wanted, bytes_max });
                }
                None if round.is_over() => {
                    self.half_trips += round.half_trips();
                    self.frame = round.frame_size();
                    self.phase = Phase::Asking;
                    self.outputs.push_back(Output::AskFrontiers);
                }
                None => break,
            }
        }
        Ok(())
    }

    fn ingested(
        &mut self,
        scope: ScopeId,
        accepted: u64,
        refused: Vec<Refused>,
        resend: Vec<Again>,
    ) -> Result<(), Reason> {
        let entries = self.round()?.ingested(scope).map_err(|what| Reason::Local { what })?;
        match entries {
            Some(entries) => {
                self.progress.received += entries;
                self.entries_received += accepted;
            }
            None => self.sections_received += accepted,
        }
        self.refused_count += refused.len() as u64;
        let room = REFUSED_NAMED_MAX.saturating_sub(self.refused.len());
        self.refused.extend(refused.into_iter().take(room));
        for again in resend {
            if let Some(message) = self.round()?.ask_again(scope, again.chain, again.after) {
                self.send(&message);
            }
        }
        self.frames_ingested = self.frames_ingested.wrapping_add(1);
        self.send(&Message::Confirmed { frames: self.frames_ingested });
        self.pump()
    }

    // ---- what the peer says

    fn message(&mut self, message: Message) -> Result<(), Reason> {
        match (message, &mut self.phase) {
            (Message::Bye { code }, _) => Err(Reason::Bye { code }),
            (Message::Status(theirs), Phase::Greeting) => self.decide(&theirs),
            (Message::Status(theirs), Phase::Idle | Phase::Asking) if self.early.is_none() => {
                self.peer_explicit |= theirs.explicit;
                self.early = Some(theirs);
                Ok(())
            }
            (Message::Scopes(theirs), Phase::Listing) => self.listed(&theirs),
            (Message::Tips { scope, tips, last }, _) => self.tips(scope, &tips, last),
            (Message::Entries { scope, entries, urgent }, Phase::Streaming(round)) => {
                round.received(scope, Some(entries.len() as u64)).or_else(protocol)?;
                self.outputs.push_back(Output::Ingest { scope, entries, urgent });
                Ok(())
            }
            (Message::Sections { scope, sections }, Phase::Streaming(round)) => {
                round.received(scope, None).or_else(protocol)?;
                self.outputs.push_back(Output::Fill { scope, sections });
                Ok(())
            }
            (Message::WantSections { scope, wanted }, Phase::Streaming(round)) => {
                round.asked_for_sections(scope, wanted).or_else(protocol)?;
                self.pump()
            }
            (Message::Confirmed { frames }, Phase::Streaming(round)) => {
                let new = frames.wrapping_sub(self.frames_confirmed);
                self.progress.sent += round.confirmed(new).or_else(protocol)?;
                self.frames_confirmed = frames;
                self.pump()
            }
            (Message::RoundEnd { answered }, Phase::Streaming(round)) => {
                round.peer_ended(answered).or_else(protocol)?;
                self.pump()
            }
            (Message::Resend { scope, chain, after }, Phase::Streaming(round)) => {
                round.asked_again(scope, chain, after).or_else(protocol)?;
                self.pump()
            }
            (message, _) => protocol(format!("{} out of turn", message.name())),
        }
    }

    // ---- the end

    /// Ends the session for `reason`, telling the peer where it cannot know by itself.
    fn fail(&mut self, reason: Reason) {
        let tell = matches!(
            reason,
            Reason::Protocol { .. } | Reason::Version { .. } | Reason::Rounds { .. } | Reason::Local { .. }
        );
        if tell {
            self.send(&Message::Bye { code: reason.code().into() });
        }
        self.finish(Some(reason), false);
    }

    fn finish(&mut self, reason: Option<Reason>, frontiers_equal: bool) {
        self.phase = Phase::Done;
        let state = |(scope, f): (&ScopeId, &Frontier)| ScopeState {
            scope: *scope,
            entries: f.entries(),
            hash: f.hash(&self.config.org, scope),
        };
        let report = Report {
            equal: reason.is_none(),
            reason,
            round_trips: self.half_trips.div_ceil(2),
            rounds: self.rounds,
            entries_sent: self.entries_sent,
            entries_received: self.entries_received,
            sections_received: self.sections_received,
            frames: self.frames,
            bytes_sent: self.bytes_sent,
            bytes_received: self.bytes_received,
            refused_count: self.refused_count,
            refused: std::mem::take(&mut self.refused),
            peer_explicit: self.peer_explicit,
            scopes: self.own.frontiers.iter().map(state).collect(),
            agreed: frontiers_equal.then(|| Agreed::new(&self.own.frontiers)),
            progress: self.progress(),
        };
        self.outputs.push_back(Output::Finished(Box::new(report)));
    }
}

/// One hash over scopes and their frontier hashes, sorted.
fn hash_of_scopes(scopes: impl Iterator<Item = (ScopeId, [u8; 32])>) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 scopes v1");
    for (scope, hash) in scopes {
        hasher.update(&scope.0);
        hasher.update(&hash);
    }
    *hasher.finalize().as_bytes()
}
