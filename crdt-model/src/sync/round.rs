//! One round of streaming: what is still to be sent, what is on its way, what has come in.
//!
//! A round is over when nothing is left to send, all that was sent is confirmed, the peer said its [`Message::RoundEnd`]
//! after answering every [`Message::Resend`] of ours, and all that came in is ingested. A `Resend` precedes the
//! `Confirmed` of the frame that caused it, so neither side can think the round over while the other knows better.

use std::collections::{BTreeMap, VecDeque};

use crate::entry::ENTRY_BYTES_MAX;
use crate::frontier::{ChainKey, Frontier, Suffix};
use crate::id::ScopeId;
use crate::sync::message::{FRAME_ENTRIES_MAX, Message};
use crate::sync::report::Progress;

/// Most frames of entries on their way to a peer and not confirmed.
pub const WINDOW_FRAMES_MAX: usize = 8;
/// Most times one chain is asked for again in a round.
pub const RESENDS_PER_CHAIN_MAX: u32 = 64;
/// Most chains asked for again in a round.
pub const RESENT_CHAINS_MAX: usize = 1_024;

/// Most bytes an entry takes in a frame beside its own.
const ENTRY_OVERHEAD_BYTES: usize = 5;

/// What the round wants next.
#[derive(Debug)]
pub(super) enum Step {
    Send(Message),
    Need { scope: ScopeId, suffix: Suffix, bytes_max: usize },
}

/// Entries gathered for one frame.
#[derive(Debug)]
struct Batch {
    scope: ScopeId,
    entries: Vec<Vec<u8>>,
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
    frame_bytes: usize,
    plan: VecDeque<(ScopeId, Suffix)>,
    /// The front of the plan is being read by the engine.
    needing: bool,
    batch: Batch,
    ready: VecDeque<(ScopeId, Vec<Vec<u8>>)>,
    /// Entries of each frame sent and not confirmed.
    in_flight: VecDeque<u64>,
    /// Frames received and not ingested.
    ingesting: VecDeque<(ScopeId, u64)>,
    end_sent: bool,
    peer_ended: bool,
    peer_answered: u32,
    asked: BTreeMap<(ScopeId, ChainKey), Resent>,
    asked_count: u32,
    answered: BTreeMap<(ScopeId, ChainKey), Resent>,
    answered_count: u32,
    streamed: bool,
}

impl Round {
    /// A round over the scopes of `own`, in the order of `first` and then by id. `peer` has the same scopes.
    pub(super) fn new(
        first: ScopeId,
        own: BTreeMap<ScopeId, Frontier>,
        peer: BTreeMap<ScopeId, Frontier>,
        window: usize,
        frame_bytes: usize,
        progress: &mut Progress,
    ) -> Self {
        let empty = Frontier::new();
        let mut plan = VecDeque::new();
        let mut scopes: Vec<_> = own.keys().copied().collect();
        scopes.sort_by_key(|scope| (*scope != first, *scope));
        for scope in scopes {
            let (ours, theirs) = (&own[&scope], peer.get(&scope).unwrap_or(&empty));
            for suffix in ours.lacking_in(theirs) {
                progress.to_send = progress.to_send.saturating_add(suffix.upto - suffix.after);
                plan.push_back((scope, suffix));
            }
            for suffix in theirs.lacking_in(ours) {
                progress.to_receive = progress.to_receive.saturating_add(suffix.upto - suffix.after);
            }
        }
        Self {
            peer,
            own,
            window: window.clamp(1, WINDOW_FRAMES_MAX),
            frame_bytes,
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
            streamed: false,
        }
    }

    /// Moves on as far as the window, the engine and the plan allow.
    pub(super) fn next_step(&mut self) -> Option<Step> {
        loop {
            if self.in_flight.len() < self.window
                && let Some((scope, entries)) = self.ready.pop_front()
            {
                self.in_flight.push_back(entries.len() as u64);
                self.streamed = true;
                return Some(Step::Send(Message::Entries { scope, entries }));
            }
            if self.needing || !self.ready.is_empty() || self.in_flight.len() >= self.window {
                return None;
            }
            match self.plan.front() {
                Some((scope, suffix)) if self.batch.takes_more(*scope, self.frame_bytes) => {
                    self.needing = true;
                    let bytes_max = self.frame_bytes - self.batch.bytes;
                    return Some(Step::Need { scope: *scope, suffix: *suffix, bytes_max });
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
        self.ready.push_back((batch.scope, batch.entries));
    }

    /// The engine's answer to [`Step::Need`].
    pub(super) fn supplied(&mut self, scope: ScopeId, entries: Vec<Vec<u8>>, reached: u64) -> Result<(), &'static str> {
        if !self.needing {
            return Err("entries supplied that were not needed");
        }
        let Some((needed, suffix)) = self.plan.front_mut() else {
            return Err("entries supplied that were not needed");
        };
        if *needed != scope {
            return Err("entries supplied of another scope than needed");
        }
        if entries.iter().any(|entry| entry.len() > ENTRY_BYTES_MAX) {
            return Err("an entry supplied is too long for a frame");
        }
        self.needing = false;
        if entries.is_empty() || reached >= suffix.upto || reached <= suffix.after {
            self.plan.pop_front();
        } else {
            suffix.after = reached;
        }
        for entry in entries {
            if !self.batch.fits(entry.len(), self.frame_bytes) {
                self.flush();
            }
            self.batch.scope = scope;
            self.batch.bytes += entry.len() + ENTRY_OVERHEAD_BYTES;
            self.batch.entries.push(entry);
        }
        Ok(())
    }

    /// The peer says how many frames it made durable since it last said so; gives the number of entries in them.
    pub(super) fn confirmed(&mut self, frames: u32) -> Result<u64, &'static str> {
        if frames as usize > self.in_flight.len() {
            return Err("frames confirmed that were not sent");
        }
        Ok(self.in_flight.drain(..frames as usize).sum())
    }

    /// A frame of entries came in.
    pub(super) fn received(&mut self, scope: ScopeId, entries: usize) -> Result<(), &'static str> {
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
        self.ingesting.push_back((scope, entries as u64));
        Ok(())
    }

    /// The engine has made the oldest frame of a scope durable; gives the number of entries in it.
    pub(super) fn ingested(&mut self, scope: ScopeId) -> Result<u64, &'static str> {
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
            self.plan.push_back((scope, Suffix { chain, after, upto }));
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
        Self { scope: ScopeId::ZERO, entries: Vec::new(), bytes: 0 }
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
