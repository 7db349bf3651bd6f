//! One round of streaming: what is still to be sent, what is on its way, what has come in.
//!
//! A round is over when nothing is left to send, all that was sent is confirmed, the peer said its [`Message::RoundEnd`]
//! after answering every [`Message::Resend`] and [`Message::WantSections`] of ours, and all that came in is ingested. A
//! `Resend` precedes the `Confirmed` of the frame that caused it, so neither side can think the round over while the other
//! knows better.
//!
//! What matters goes first: the membership; chains up to the last entry somebody waits for; then short stretches before
//! long ones, since what a peer lacks little of is what happened lately; last, the sections that were left out on the way.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::entry::ENTRY_BYTES_MAX;
use crate::frontier::{Frontier, Suffix};
use crate::sync::input::{Supply, Wanted};
use crate::sync::message::{FRAME_BYTES_MAX, FRAME_ENTRIES_MAX, Message, Missing, SectionsOf, WANTED_MAX};
use crate::sync::report::Progress;
use crate::values::{ChainKey, ScopeId};

/// Most frames of entries on their way to a peer and not confirmed.
pub const WINDOW_FRAMES_MAX: usize = 8;
/// Most times one chain is asked for again in a round.
pub const RESENDS_PER_CHAIN_MAX: u32 = 64;
/// Most chains asked for again in a round.
pub const RESENT_CHAINS_MAX: usize = 1_024;

/// Most bytes an entry takes in a frame beside its own, with its place among the urgent ones.
const ENTRY_OVERHEAD_BYTES: usize = 8;
/// Bytes of entries that the first frame of a session gathers, about one entry, and those after it at least. A link that
/// drops early lets these through.
const FRAME_FIRST_BYTES: usize = 4 << 10;
const FRAME_LEAST_BYTES: usize = 2 * FRAME_FIRST_BYTES;
/// Most bytes of sections in one frame.
const SECTIONS_BYTES_MAX: usize = FRAME_BYTES_MAX - 1_024;

/// What the round wants next.
#[derive(Debug)]
pub(super) enum Step {
    Send(Message),
    Need { scope: ScopeId, suffix: Suffix, bytes_max: usize, urgent: bool },
    NeedSections { scope: ScopeId, wanted: Wanted, bytes_max: usize },
}

/// Something to send.
#[derive(Debug)]
enum Item {
    Entries { scope: ScopeId, suffix: Suffix, urgent: bool },
    Sections { scope: ScopeId, wanted: Wanted },
}

/// How much goes into the next frame: little at first, then as much as all that went before it.
///
/// What comes whole is kept and what is cut is lost, so a link that drops loses half of what it carried at most, whatever
/// it carried. Frames grow without waiting for an answer, since on an ordered link each one passes after those before it:
/// a window of frames holds half a megabyte, and a good link waits no more often than with large frames from the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameSize {
    max: usize,
    sent: usize,
}

impl FrameSize {
    /// Of a session that has sent nothing yet; no frame gathers more than `max` bytes.
    pub(super) fn new(max: usize) -> Self {
        Self { max: max.max(1), sent: 0 }
    }

    fn bytes(self) -> usize {
        let bytes = if self.sent == 0 { FRAME_FIRST_BYTES } else { self.sent.max(FRAME_LEAST_BYTES) };
        bytes.min(self.max)
    }

    fn gathered(&mut self, bytes: usize) {
        self.sent = self.sent.saturating_add(bytes);
    }
}

/// Entries gathered for one frame.
#[derive(Debug)]
struct Batch {
    scope: ScopeId,
    entries: Vec<Vec<u8>>,
    urgent: Vec<u32>,
    bytes: usize,
}

/// A chain that was asked for again: the lowest seq asked from, and how often.
#[derive(Debug, Clone, Copy)]
struct Resent {
    after: u64,
    times: u32,
}

#[derive(Debug)]
pub(super) struct Round {
    /// The peer's frontier of each scope of this round, as far as known.
    peer: BTreeMap<ScopeId, Frontier>,
    /// Our own.
    own: BTreeMap<ScopeId, Frontier>,
    window: usize,
    frame: FrameSize,
    plan: VecDeque<Item>,
    /// The front of the plan is being read by the engine.
    needing: bool,
    batch: Batch,
    /// Frames to send, each with the number of its entries.
    ready: VecDeque<(Message, u64)>,
    /// Entries of each frame sent and not confirmed.
    in_flight: VecDeque<u64>,
    /// Frames received and not ingested: the number of entries, `None` for sections.
    ingesting: VecDeque<(ScopeId, Option<u64>)>,
    end_sent: bool,
    peer_ended: bool,
    peer_answered: u32,
    asked: BTreeMap<(ScopeId, ChainKey), Resent>,
    asked_count: u32,
    answered: BTreeMap<(ScopeId, ChainKey), Resent>,
    answered_count: u32,
    /// Scopes in which the peer asked for sections.
    wanted: BTreeSet<ScopeId>,
    streamed: bool,
}

/// Stretches of which one is not more than four times as long as another are as good as each other: those of one scope
/// then share frames.
fn length_class(suffix: &Suffix) -> u32 {
    (suffix.upto - suffix.after).max(1).ilog2() / 2
}

/// What `own` holds and `peer` lacks, in the order of sending.
fn plan(
    first: ScopeId,
    own: &BTreeMap<ScopeId, Frontier>,
    peer: &BTreeMap<ScopeId, Frontier>,
    urgent: &BTreeMap<(ScopeId, ChainKey), Vec<u64>>,
) -> VecDeque<Item> {
    let empty = Frontier::new();
    let mut items = Vec::new();
    for (scope, ours) in own {
        for suffix in ours.lacking_in(peer.get(scope).unwrap_or(&empty)) {
            let awaited = urgent.get(&(*scope, suffix.chain)).into_iter().flatten();
            let last = awaited.copied().filter(|seq| (suffix.after + 1..=suffix.upto).contains(seq)).max();
            if let Some(upto) = last {
                items.push((*scope, Suffix { upto, ..suffix }, true));
            }
            let after = last.unwrap_or(suffix.after);
            if after < suffix.upto {
                items.push((*scope, Suffix { after, ..suffix }, false));
            }
        }
    }
    items.sort_by_key(|(scope, suffix, urgent)| (*scope != first, !urgent, length_class(suffix), *scope));
    items.into_iter().map(|(scope, suffix, urgent)| Item::Entries { scope, suffix, urgent }).collect()
}

impl Round {
    /// A round over the scopes of `own`, `first` before all others. `peer` has the same scopes.
    pub(super) fn new(
        first: ScopeId,
        own: BTreeMap<ScopeId, Frontier>,
        peer: BTreeMap<ScopeId, Frontier>,
        urgent: &BTreeMap<(ScopeId, ChainKey), Vec<u64>>,
        window: usize,
        frame: FrameSize,
        progress: &mut Progress,
    ) -> Self {
        let plan = plan(first, &own, &peer, urgent);
        // what an earlier round announced and did not bring is announced again: it counts once
        let empty = Frontier::new();
        (progress.to_send, progress.to_receive) = (progress.sent, progress.received);
        for (scope, ours) in &own {
            let theirs = peer.get(scope).unwrap_or(&empty);
            for suffix in ours.lacking_in(theirs) {
                progress.to_send = progress.to_send.saturating_add(suffix.upto - suffix.after);
            }
            for suffix in theirs.lacking_in(ours) {
                progress.to_receive = progress.to_receive.saturating_add(suffix.upto - suffix.after);
            }
        }
        Self {
            peer,
            own,
            window: window.clamp(1, WINDOW_FRAMES_MAX),
            frame,
            plan,
            needing: false,
            batch: Batch::new(),
            ready: VecDeque::new(),
            in_flight: VecDeque::new(),
            ingesting: VecDeque::new(),
            end_sent: false,
            peer_ended: false,
            peer_answered: 0,
            asked: BTreeMap::new(),
            asked_count: 0,
            answered: BTreeMap::new(),
            answered_count: 0,
            wanted: BTreeSet::new(),
            streamed: false,
        }
    }

    /// Moves on as far as the window, the engine and the plan allow.
    pub(super) fn next_step(&mut self) -> Option<Step> {
        loop {
            if self.in_flight.len() < self.window
                && let Some((message, entries)) = self.ready.pop_front()
            {
                self.in_flight.push_back(entries);
                self.streamed = true;
                return Some(Step::Send(message));
            }
            if self.needing || !self.ready.is_empty() || self.in_flight.len() >= self.window {
                return None;
            }
            match self.plan.front() {
                Some(Item::Entries { scope, suffix, urgent }) if self.batch.takes_more(*scope, self.frame.bytes()) => {
                    self.needing = true;
                    let bytes_max = self.frame.bytes() - self.batch.bytes;
                    return Some(Step::Need { scope: *scope, suffix: *suffix, bytes_max, urgent: *urgent });
                }
                Some(Item::Sections { scope, wanted }) if self.batch.entries.is_empty() => {
                    self.needing = true;
                    let wanted = wanted.clone();
                    return Some(Step::NeedSections { scope: *scope, wanted, bytes_max: self.frame.bytes() });
                }
                Some(_) => self.flush(),
                None if !self.batch.entries.is_empty() => self.flush(),
                None if !self.end_sent => {
                    self.end_sent = true;
                    return Some(Step::Send(Message::RoundEnd { answered: self.answered_count }));
                }
                None => return None,
            }
        }
    }

    fn flush(&mut self) {
        let batch = std::mem::replace(&mut self.batch, Batch::new());
        self.frame.gathered(batch.bytes);
        let entries = batch.entries.len() as u64;
        let message = Message::Entries { scope: batch.scope, entries: batch.entries, urgent: batch.urgent };
        self.ready.push_back((message, entries));
    }

    /// The engine's answer to [`Step::Need`].
    pub(super) fn supplied(&mut self, scope: ScopeId, supply: Supply) -> Result<(), &'static str> {
        let Supply { entries, urgent, reached, bare } = supply;
        if !self.needing {
            return Err("entries supplied that were not needed");
        }
        let Some(Item::Entries { scope: needed, suffix, urgent: awaited }) = self.plan.front_mut() else {
            return Err("entries supplied that were not needed");
        };
        if *needed != scope {
            return Err("entries supplied of another scope than needed");
        }
        if entries.iter().any(|entry| entry.len() > ENTRY_BYTES_MAX) {
            return Err("an entry supplied is too long for a frame");
        }
        self.needing = false;
        let given = Suffix { upto: reached.min(suffix.upto), ..*suffix };
        let ends_awaited = if entries.is_empty() || reached >= suffix.upto || reached <= suffix.after {
            let awaited = *awaited;
            self.plan.pop_front();
            awaited
        } else {
            suffix.after = reached;
            false
        };
        for (at, entry) in (0_u32..).zip(entries) {
            if !self.batch.fits(entry.len(), self.frame.bytes()) {
                self.flush();
            }
            self.batch.scope = scope;
            self.batch.bytes += entry.len() + ENTRY_OVERHEAD_BYTES;
            if urgent.binary_search(&at).is_ok() {
                self.batch.urgent.push(self.batch.entries.len() as u32);
            }
            self.batch.entries.push(entry);
        }
        if bare && given.after < given.upto {
            self.leave_for_later(scope, given);
        }
        if ends_awaited && !self.batch.entries.is_empty() {
            // what is waited for does not wait for a full frame
            self.flush();
        }
        Ok(())
    }

    /// Sections left out of a stretch go last.
    fn leave_for_later(&mut self, scope: ScopeId, given: Suffix) {
        if let Some(Item::Sections { scope: last, wanted: Wanted::Of(suffix) }) = self.plan.back_mut()
            && *last == scope
            && suffix.chain == given.chain
            && suffix.upto == given.after
        {
            suffix.upto = given.upto;
            return;
        }
        self.plan.push_back(Item::Sections { scope, wanted: Wanted::Of(given) });
    }

    /// The engine's answer to [`Step::NeedSections`].
    pub(super) fn supplied_sections(
        &mut self,
        scope: ScopeId,
        sections: Vec<SectionsOf>,
        left: Option<Wanted>,
    ) -> Result<(), &'static str> {
        let (true, Some(Item::Sections { scope: needed, wanted })) = (self.needing, self.plan.front_mut()) else {
            return Err("sections supplied that were not needed");
        };
        if *needed != scope {
            return Err("sections supplied of another scope than needed");
        }
        self.needing = false;
        match left {
            Some(left) if left != *wanted => *wanted = left,
            _ => {
                self.plan.pop_front();
            }
        }
        let mut frame = Vec::new();
        let mut bytes = 0;
        for of in sections {
            let size = of.frame_bytes();
            if size > SECTIONS_BYTES_MAX {
                return Err("sections supplied are too long for a frame");
            }
            let room = self.frame.bytes().min(SECTIONS_BYTES_MAX);
            if !frame.is_empty() && (bytes + size > room || frame.len() >= FRAME_ENTRIES_MAX) {
                self.ready.push_back((Message::Sections { scope, sections: std::mem::take(&mut frame) }, 0));
                self.frame.gathered(std::mem::take(&mut bytes));
            }
            bytes += size;
            frame.push(of);
        }
        if !frame.is_empty() {
            self.ready.push_back((Message::Sections { scope, sections: frame }, 0));
            self.frame.gathered(bytes);
        }
        Ok(())
    }

    /// Asks for sections of a scope: once a round.
    pub(super) fn want(&mut self, scope: ScopeId, mut wanted: Vec<Missing>) -> Message {
        self.asked_count += 1;
        wanted.truncate(WANTED_MAX);
        Message::WantSections { scope, wanted }
    }

    /// The peer asks for sections.
    pub(super) fn asked_for_sections(&mut self, scope: ScopeId, wanted: Vec<Missing>) -> Result<(), &'static str> {
        if !self.own.contains_key(&scope) {
            return Err("sections wanted of a scope that is not part of the round");
        }
        if !self.wanted.insert(scope) {
            return Err("sections wanted twice in a round");
        }
        self.answered_count += 1;
        self.end_sent = false;
        self.plan.push_back(Item::Sections { scope, wanted: Wanted::Listed(wanted) });
        Ok(())
    }

    /// The peer says how many frames it made durable since it last said so; gives the number of entries in them.
    pub(super) fn confirmed(&mut self, frames: u32) -> Result<u64, &'static str> {
        if frames as usize > self.in_flight.len() {
            return Err("frames confirmed that were not sent");
        }
        Ok(self.in_flight.drain(..frames as usize).sum())
    }

    /// A frame of entries, or of sections, came in.
    pub(super) fn received(&mut self, scope: ScopeId, entries: Option<u64>) -> Result<(), &'static str> {
        if !self.own.contains_key(&scope) {
            return Err("entries of a scope that is not part of the round");
        }
        if self.ingesting.len() >= WINDOW_FRAMES_MAX {
            return Err("more frames than the window allows");
        }
        if self.peer_ended && self.peer_answered == self.asked_count {
            return Err("entries after the end of the round");
        }
        self.streamed = true;
        self.ingesting.push_back((scope, entries));
        Ok(())
    }

    /// The engine has made the oldest frame durable; gives the number of entries in it, `None` for sections.
    pub(super) fn ingested(&mut self, scope: ScopeId) -> Result<Option<u64>, &'static str> {
        match self.ingesting.front() {
            Some((expected, entries)) if *expected == scope => {
                let entries = *entries;
                self.ingesting.pop_front();
                Ok(entries)
            }
            _ => Err("entries ingested that did not come in"),
        }
    }

    /// Asks for a chain again and plans our own stretch of it. `None` if that stretch, or a longer one, was asked for
    /// already, or the chain was asked for too often.
    pub(super) fn ask_again(&mut self, scope: ScopeId, chain: ChainKey, after: u64) -> Option<Message> {
        if !lower(&mut self.asked, (scope, chain), after) {
            return None;
        }
        self.asked_count += 1;
        self.plan_stretch(scope, chain, after);
        Some(Message::Resend { scope, chain, after })
    }

    /// The peer asks for a chain again.
    pub(super) fn asked_again(&mut self, scope: ScopeId, chain: ChainKey, after: u64) -> Result<(), &'static str> {
        if !self.own.contains_key(&scope) {
            return Err("resend of a scope that is not part of the round");
        }
        if !lower(&mut self.answered, (scope, chain), after) {
            return Err("resend of what was asked for already");
        }
        self.answered_count += 1;
        self.peer_ended = false;
        self.plan_stretch(scope, chain, after);
        Ok(())
    }

    fn plan_stretch(&mut self, scope: ScopeId, chain: ChainKey, after: u64) {
        let seq = |side: &BTreeMap<ScopeId, Frontier>| side.get(&scope)?.tip(&chain).map(|tip| tip.seq);
        let upto = seq(&self.own).unwrap_or(0).max(seq(&self.peer).unwrap_or(0));
        if upto > after {
            self.plan.push_back(Item::Entries { scope, suffix: Suffix { chain, after, upto }, urgent: false });
        }
        self.end_sent = false;
        self.streamed = true;
    }

    pub(super) fn peer_ended(&mut self, answered: u32) -> Result<(), &'static str> {
        if answered < self.peer_answered || answered > self.asked_count {
            return Err("round ended with an impossible count of resends");
        }
        self.peer_answered = answered;
        self.peer_ended = true;
        Ok(())
    }

    /// How large frames have grown, for the next round of the session.
    pub(super) fn frame_size(&self) -> FrameSize {
        self.frame
    }

    pub(super) fn is_over(&self) -> bool {
        self.end_sent
            && self.plan.is_empty()
            && self.in_flight.is_empty()
            && self.ingesting.is_empty()
            && self.peer_ended
            && self.peer_answered == self.asked_count
    }

    /// How often one waits for the peer in this round, each way of a round trip counted as one.
    pub(super) fn half_trips(&self) -> u32 {
        let resends = if self.asked_count + self.answered_count > 0 { 2 } else { 0 };
        1 + u32::from(self.streamed) + resends
    }
}

impl Batch {
    fn new() -> Self {
        Self { scope: ScopeId::ZERO, entries: Vec::new(), urgent: Vec::new(), bytes: 0 }
    }

    /// Whether there is room for more of `scope`.
    fn takes_more(&self, scope: ScopeId, frame_bytes: usize) -> bool {
        self.entries.is_empty()
            || (self.scope == scope && self.bytes < frame_bytes && self.entries.len() < FRAME_ENTRIES_MAX)
    }

    fn fits(&self, entry_bytes: usize, frame_bytes: usize) -> bool {
        self.entries.is_empty()
            || (self.bytes + entry_bytes + ENTRY_OVERHEAD_BYTES <= frame_bytes
                && self.entries.len() < FRAME_ENTRIES_MAX)
    }
}

/// Notes that a chain is streamed again from `after`; false unless that is lower than before and within bounds.
fn lower(resent: &mut BTreeMap<(ScopeId, ChainKey), Resent>, key: (ScopeId, ChainKey), after: u64) -> bool {
    if let Some(seen) = resent.get_mut(&key) {
        if after >= seen.after || seen.times >= RESENDS_PER_CHAIN_MAX {
            return false;
        }
        *seen = Resent { after, times: seen.times + 1 };
        return true;
    }
    if resent.len() >= RESENT_CHAINS_MAX {
        return false;
    }
    resent.insert(key, Resent { after, times: 1 });
    true
}
