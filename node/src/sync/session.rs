//! One conversation with one peer: the handshake, then a session driven over a channel.
//!
//! ```text
//!  channel ─▶ reader task ─▶ frames ─┐                       ┌─▶ frames ─▶ writer task ─▶ channel
//!                                    ├─▶ Session (this task) ─┤
//!  store, admission (blocking pool) ─┘       one at a time   └─▶ Need · Ingest · AskFrontiers
//! ```
//!
//! Reading the store and ingesting run side by side on threads of their own, so both directions stream. What has come in
//! while a transaction was under way goes into the next one together.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crdt_model::roster::membership_scope;
use crdt_model::sync::handshake::{
    Handshake, HandshakeError, JOIN_BYTES_MAX, Local, MESSAGE_BYTES_MAX, Peer, PeerPolicy, Role, Standing,
};
use crdt_model::sync::message::{FRAME_BYTES_MAX, Message};
use crdt_model::sync::{Config, Input, Output, Progress, Reason, Report, Session, Snapshot, WINDOW_FRAMES_MAX};
use crdt_model::values::{DeviceId, DocId};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{sleep_until, timeout};
use transport::{Channel, Receiver, Sender};

use super::gaps::people_at;
use super::limits::{
    BAN, BANNED_MAX, BATCH_BYTES, ENTRIES_PER_SECOND, FIRST_FRAME, FRAMES_AHEAD, GATHER, GOODBYE, HANDSHAKE_PATIENCE,
    LOOKED_PARTS, REFUSED_MAX, SILENCE,
};
use super::policy::Policy;
use super::rate_limit::TokenBuckets;
use super::release::Offer;
use crate::error::Failure;
use crate::log::admission;
use crate::log::admission::sections;
use crate::log::admission::sections::{Arrived, Frame};
use crate::log::admission::{Ingested, Source};
use crate::log::forks;
use crate::log::marks;
use crate::log::now;
use crate::log::{Log, Reader, fresh, locked};
use crate::store;
use crate::sync::peers;
use crate::sync::release;
use crate::sync::urgent;
use crate::writes::arrivals;
use crate::writes::gifts;
use crate::writes::housekeeping;
use crate::writes::receipts;
use crate::writes::reclassify;
use crate::writes::tampering;

/// What all conversations of a node share.
pub(super) struct SessionContext {
    pub(super) log: Arc<Log>,
    /// Unix milliseconds.
    pub(super) now: Box<dyn Fn() -> i64 + Send + Sync>,
    /// How long own entries wait before a session in the background offers them, milliseconds.
    pub(super) release_ms: i64,
    /// A peer that says nothing for so long, while it is its turn, is gone.
    pub(super) silence: Duration,
    /// The membership for which what is owed to others was last written.
    maintained: AtomicU64,
    /// Something owed waits for others to write it.
    waits: AtomicBool,
    /// The same of gifts.
    gifts_wait: AtomicBool,
    banned: Mutex<HashMap<DeviceId, Instant>>,
    /// How many entries each device may still bring at once.
    purses: Mutex<TokenBuckets>,
}

/// How a conversation went.
#[derive(Debug)]
pub(super) struct SessionOutcome {
    pub(super) device: DeviceId,
    pub(super) report: Report,
    /// Time taken by the handshake.
    pub(super) handshake: Duration,
    /// Time taken by the session.
    pub(super) session: Duration,
}

/// Runs what may wait for the disk on a thread that may.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Failure::new("unexpected")))
}

/// A transport's error, as people are told.
pub(super) fn transport_failure(error: &transport::Error, peer: &str) -> Failure {
    use transport::Error;
    if let Some(lack) = lack_behind(error) {
        return lack;
    }
    match error {
        Error::Refused { .. } | Error::Unreachable { .. } | Error::Unresolvable { .. } => {
            Failure::new("peer_unreachable").arg("peer", peer)
        }
        Error::NoAnswer { after_ms, .. } => silent(peer, Duration::from_millis(*after_ms)),
        Error::BadAddress { .. } | Error::BadPeer | Error::OwnAddress { .. } => {
            Failure::new("bad_address").arg("address", peer)
        }
        Error::WrongPeer { .. } => Failure::new("wrong_peer").arg("address", peer),
        Error::Busy { .. } | Error::Incompatible => {
            Failure::new("peer_refused").arg("peer", peer).arg("reason", error.code())
        }
        Error::Listen { addr, .. } => Failure::new("cannot_listen").arg("address", addr),
        Error::Start { .. } => Failure::new("cannot_listen").arg("address", peer),
        _ => cut(peer),
    }
    .because(error)
    .at("peer", peer)
}

/// What this machine lacks, where that is at the bottom of an error.
fn lack_behind(error: &transport::Error) -> Option<Failure> {
    let mut next: Option<&dyn std::error::Error> = Some(error);
    while let Some(cause) = next {
        if let Some(lack) = cause.downcast_ref::<std::io::Error>().and_then(Failure::of_lack) {
            return Some(lack);
        }
        next = cause.source();
    }
    None
}

/// Nobody at this address has said anything, or shown the network's secret.
fn silent(peer: &str, waited: Duration) -> Failure {
    Failure::new("peer_silent").arg("peer", peer).arg("seconds", waited.as_millis().div_ceil(1000))
}

/// How far a session got that did not come to its end. A count of zero tells that nothing was to come, or to go.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    /// Entries that came whole, and were made durable here.
    kept: u64,
    to_receive: u64,
    /// Entries the peer said it made durable.
    sent: u64,
    to_send: u64,
}

impl Reached {
    /// Says in a failure who it was and how far it got.
    fn tell(self, mut failure: Failure, who: &str) -> Failure {
        failure.args.retain(|(name, _)| !matches!(*name, "who" | "kept" | "to_receive" | "sent" | "to_send"));
        let failure = failure.arg("who", who);
        let failure = failure.arg("kept", self.kept).arg("to_receive", self.to_receive.max(self.kept));
        failure.arg("sent", self.sent).arg("to_send", self.to_send.max(self.sent))
    }
}

/// The link broke before anything went over it. `peer`: its address.
pub(super) fn cut(peer: &str) -> Failure {
    Reached::default().tell(Failure::new("sync_cut").arg("peer", peer), peer)
}

/// Whoever is at `peer` had answered, and then said nothing for so long.
fn stopped(peer: &str, silent: Duration) -> Failure {
    let failure = Failure::new("peer_stopped").arg("peer", peer).arg("seconds", silent.as_secs().max(1));
    Reached::default().tell(failure, peer).at("peer", peer)
}

/// Whether a session that failed moved something all the same: the next one has less to do, and need not wait.
pub(super) fn got_further(failure: &Failure) -> bool {
    failure.args.iter().any(|(name, count)| matches!(*name, "kept" | "sent") && count != "0")
}

/// Whether nobody was found at an address, or nobody of ours: all other failures come from somebody who answered.
pub(super) fn is_nobody(failure: &Failure) -> bool {
    matches!(failure.code, "peer_unreachable" | "peer_silent" | "wrong_peer" | "bad_address")
}

fn refused(peer: &str, reason: &str) -> Failure {
    Failure::new("peer_refused").arg("peer", peer).arg("reason", reason).at("peer", peer)
}

fn handshake_failure(error: &HandshakeError, peer: &str) -> Failure {
    refused(peer, error.code()).because(error)
}

impl SessionContext {
    pub(super) fn new(log: Arc<Log>, now: Option<fn() -> i64>, release_ms: i64) -> Self {
        let now: Box<dyn Fn() -> i64 + Send + Sync> = match now {
            Some(now) => Box::new(now),
            None => {
                let log = Arc::clone(&log);
                Box::new(move || now::now_ms(&log))
            }
        };
        let (maintained, waits) = (AtomicU64::new(u64::MAX), AtomicBool::new(false));
        let (banned, purses) = (Mutex::default(), Mutex::default());
        Self {
            log,
            now,
            release_ms,
            silence: SILENCE,
            maintained,
            waits,
            gifts_wait: AtomicBool::new(false),
            banned,
            purses,
        }
    }

    pub(super) fn offer(&self, member: bool, explicit: bool) -> Offer {
        Offer { member, explicit, release_ms: self.release_ms, now_ms: (self.now)() }
    }

    pub(super) fn is_banned(&self, device: &DeviceId) -> bool {
        let mut banned = locked(&self.banned);
        banned.retain(|_, since| since.elapsed() < BAN);
        banned.contains_key(device)
    }

    /// Speaks no more with a device for a while.
    fn ban(&self, device: DeviceId) {
        tracing::warn!(peer = device.short(), "banned for ten minutes: it sent what may not be sent");
        let mut banned = locked(&self.banned);
        if banned.len() >= BANNED_MAX
            && let Some(oldest) = banned.iter().min_by_key(|(_, since)| **since).map(|(device, _)| *device)
        {
            banned.remove(&oldest);
        }
        banned.insert(device, Instant::now());
    }

    /// Empties a device's purse.
    #[cfg(test)]
    pub(super) fn spend(&self, device: DeviceId) {
        locked(&self.purses).pay(device, 1_000_000, true, Instant::now());
    }

    /// True while the device may be told everything and is not banned: what a line asks again and again.
    pub(super) fn is_welcome(&self, device: &DeviceId) -> bool {
        let policy = Policy::of(&self.log, (self.now)());
        policy.is_founded() && policy.standing(device) == Standing::Member && !self.is_banned(device)
    }

    /// What we bring to a handshake.
    fn local(&self, channel: (Vec<u8>, Vec<u8>)) -> Result<Local, Failure> {
        let log = &self.log;
        let shared = log.shared();
        let snapshot = log.store.read()?;
        let scope = membership_scope(&log.org);
        let membership = log.frontier(&snapshot, &shared, &scope)?.hash(&log.org, &scope);
        let (local_peer, remote_peer) = channel;
        Ok(Local {
            device: log.device,
            key: log.device_ed.clone(),
            membership,
            join: own_join(log, &snapshot)?,
            newcomer: shared.roster.founding.is_none(),
            local_peer,
            remote_peer,
        })
    }

    /// Writes what unlocked members owe to others (wraps, names), once for every state of the membership.
    pub(super) fn housekeeping(&self) -> Result<(), Failure> {
        self.rewrap_late()?;
        self.of_membership()?;
        self.confirm_given(arrivals::LOOK_IN_PASSING)?;
        self.give_owed(gifts::LOOK_IN_PASSING)
    }

    /// What follows from the membership, once for every state of it.
    fn of_membership(&self) -> Result<(), Failure> {
        let generation = self.log.shared().generation;
        if self.maintained.swap(generation, Ordering::SeqCst) == generation {
            return Ok(());
        }
        let (mut all, mut waits) = (true, false);
        for member in self.log.unlocked() {
            let Some(reader) = self.log.reader(&member) else { continue };
            // a reader at long work is not waited for: the next round, or session, finds it free
            let Ok(mut reader) = reader.try_lock() else {
                all = false;
                continue;
            };
            let _writer = self.log.lock_writer();
            waits |= housekeeping::of_membership(&self.log, &mut reader, (self.now)())?.waits;
        }
        self.waits.store(waits, Ordering::SeqCst);
        // what waits for others is looked at again at the next occasion
        let now = if all && !waits { self.log.shared().generation } else { u64::MAX };
        self.maintained.store(now, Ordering::SeqCst);
        Ok(())
    }

    /// Looks again at what waited for others to write it, if there is anything: they may be away, and no session come.
    pub(super) fn look_again(&self) -> Result<(), Failure> {
        // a part at a time, so that whoever works here waits for no more
        for _ in 0..LOOKED_PARTS {
            if !arrivals::is_behind(&self.log)? {
                break;
            }
            self.confirm_given(arrivals::LOOK_MAX)?;
        }
        if self.gifts_wait.load(Ordering::SeqCst) {
            self.give_owed(gifts::LOOK_MAX)?;
        }
        if self.waits.load(Ordering::SeqCst) { self.housekeeping() } else { Ok(()) }
    }

    /// Confirms what was given to members here: on the device, whoever is unlocked, and by those who are. A reader at long
    /// work does it next time.
    fn confirm_given(&self, most: usize) -> Result<(), Failure> {
        if arrivals::is_behind(&self.log)? {
            let _writer = self.log.lock_writer();
            arrivals::look(&self.log, most, (self.now)())?;
        }
        if !receipts::is_marked(&self.log)? {
            return Ok(());
        }
        self.with_readers(|reader| {
            self.log.refresh_reader(reader)?;
            receipts::deliver(&self.log, reader, (self.now)()).map(drop)
        })
    }

    /// Acts for each unlocked member. A reader at long work is not waited for.
    fn with_readers(&self, act: impl Fn(&mut Reader) -> Result<(), Failure>) -> Result<(), Failure> {
        for member in self.log.unlocked() {
            let Some(reader) = self.log.reader(&member) else { continue };
            let Ok(mut reader) = reader.try_lock() else { continue };
            let _writer = self.log.lock_writer();
            act(&mut reader)?;
        }
        Ok(())
    }

    /// Carries into sealed cases what was written to them elsewhere in ignorance. A reader at long work does it next time.
    fn rewrap_late(&self) -> Result<(), Failure> {
        if marks::turned(&self.log)?.is_empty() {
            return Ok(());
        }
        self.with_readers(|reader| {
            self.log.refresh_reader(reader)?;
            reclassify::rewrap_all_late(&self.log, &self.log.shared(), reader, (self.now)()).map(drop)
        })
    }

    /// Gives cases to those to whom they were given elsewhere by word alone. A reader at long work does it next time.
    fn give_owed(&self, most: usize) -> Result<(), Failure> {
        let waits = AtomicBool::new(false);
        self.with_readers(|reader| {
            let kept = gifts::give_owed(&self.log, reader, most, (self.now)())?;
            waits.fetch_or(kept.waits, Ordering::SeqCst);
            Ok(())
        })?;
        self.gifts_wait.store(waits.into_inner(), Ordering::SeqCst);
        Ok(())
    }

    /// Ingests frames, those of one scope in one transaction; answers for each, and says if a foreign founding came.
    fn ingest(&self, from: DeviceId, frames: Vec<Frame>) -> Result<(Vec<Input>, bool), Failure> {
        let (mut inputs, mut foreign) = (Vec::with_capacity(frames.len()), false);
        let alike = |a: &Frame, b: &Frame| {
            a.0 == b.0 && matches!(a.1, Arrived::Entries(..)) == matches!(b.1, Arrived::Entries(..))
        };
        for group in frames.chunk_by(alike) {
            let scope = group[0].0;
            let source = Source { from: Some(from), scope: Some(scope) };
            let (mut entries, mut sections, mut urgent) = (Vec::new(), Vec::new(), Vec::new());
            for (_, frame) in group {
                match frame {
                    Arrived::Entries(some, places) => {
                        urgent.extend(places.iter().map(|place| place + entries.len() as u32));
                        entries.extend_from_slice(some);
                    }
                    Arrived::Sections(some) => sections.extend_from_slice(some),
                }
            }
            let mut done = match sections.is_empty() {
                true => admission::ingest_from(&self.log, &entries, source, (self.now)())?,
                false => sections::fill_from(&self.log, &sections, source, (self.now)())?,
            };
            if !sections.is_empty() {
                done.accepted = done.filled;
            }
            if !urgent.is_empty() {
                urgent::hear_urgent(&self.log, scope, &entries, &urgent)?;
            }
            foreign |= done.is_foreign();
            // told with the first frame, so that what is asked for again precedes the confirmation that caused it
            let mut told = Some(done);
            for _ in group {
                let Ingested { accepted, refused, resend, .. } = told.take().unwrap_or_default();
                let resend = resend.into_iter().map(|(_, again)| again).collect();
                inputs.push(Input::Ingested { scope, accepted, refused, resend });
            }
        }
        Ok((inputs, foreign))
    }

    /// Answers [`Output::AskFrontiers`]: looks again at who the peer is, now that more is known.
    fn frontiers(&self, peer: &Mutex<Peer>, explicit: bool, foreign: bool, name: &str) -> Result<Snapshot, Failure> {
        let policy = Policy::of(&self.log, (self.now)());
        if !policy.is_founded() {
            // A whole round, and still no founding that the invitation vouches for.
            return Err(match foreign {
                true => Failure::new("peer_other_org").arg("peer", name).at("peer", name),
                false => refused(name, "newcomer"),
            });
        }
        self.housekeeping()?;
        let member = {
            let mut peer = locked(peer);
            peer.confirm(&Policy::of(&self.log, (self.now)())).map_err(|error| handshake_failure(&error, name))?;
            peer.require_member().is_ok()
        };
        release::offer(&self.log, &self.offer(member, explicit))
    }
}

/// The Join that brought this device, for peers that may not hold it yet.
pub(crate) fn own_join(log: &Log, snapshot: &store::Snapshot) -> Result<Option<Vec<u8>>, Failure> {
    let shared = log.shared();
    let scope = membership_scope(&log.org);
    if shared.roster.founding.as_ref().is_some_and(|f| f.device.ed == log.device_ed.verifying_key().to_bytes()) {
        return Ok(None);
    }
    for chain in snapshot.chains_of(&scope).filter(|chain| chain.key.device == log.device) {
        let Some(stored) = snapshot.entry_in(&chain.key, 1)? else { continue };
        let entry = log.decode(&stored.bytes)?;
        let joins = crdt_model::roster::self_introduced_key(&log.org, &entry).is_some();
        if joins && entry.header().doc == DocId::ZERO && stored.bytes.len() <= JOIN_BYTES_MAX {
            return Ok(Some(stored.bytes));
        }
    }
    Ok(None)
}

/// Finds out who is at the other end, and lets a newcomer's Join in.
async fn shake_hands(
    talk: &Arc<SessionContext>,
    channel: &mut Channel,
    role: Role,
    name: &str,
) -> Result<Peer, Failure> {
    let ends = (channel.local().to_bytes(), channel.remote().to_bytes());
    let speaker = Arc::clone(talk);
    let local = blocking(move || speaker.local(ends)).await?;
    let mut handshake = Handshake::new(role, local, fresh()?);
    let lost = |error: &transport::Error| match error {
        // it showed the network's secret before: somebody is there, and the link or their machine stopped
        transport::Error::Timeout { .. } => stopped(name, HANDSHAKE_PATIENCE),
        other => transport_failure(other, name),
    };
    channel.send(&handshake.first()).await.map_err(|error| lost(&error))?;
    loop {
        let bytes_max = MESSAGE_BYTES_MAX + JOIN_BYTES_MAX;
        let frame = channel.recv(bytes_max, HANDSHAKE_PATIENCE).await.map_err(|error| lost(&error))?;
        let frame = frame.ok_or_else(|| transport_failure(&transport::Error::Closed, name))?;
        let policy = Policy::of(&talk.log, (talk.now)());
        let outcome = handshake.handle(&frame, &policy);
        if let Some(invite) = policy.reused() {
            let (talk, now_ms) = (Arc::clone(talk), (talk.now)());
            let noted = move || {
                tampering::note_reuse(&talk.log, &invite, now_ms);
                Ok(())
            };
            blocking(noted).await?;
        }
        if let Some(send) = &outcome.send {
            tap(send);
            channel.send(send).await.map_err(|error| lost(&error))?;
            channel.flush().await.map_err(|error| lost(&error))?;
        }
        match outcome.done {
            None => {}
            Some(Err(error)) => return Err(handshake_failure(&error, name)),
            Some(Ok(peer)) => {
                if talk.is_banned(&peer.device) {
                    return Err(refused(name, "banned"));
                }
                let talk = Arc::clone(talk);
                let name = name.to_owned();
                return blocking(move || welcome(&talk, peer, &name)).await;
            }
        }
    }
}

/// Takes in the Join that a newcomer showed; from then on it is a member.
fn welcome(talk: &SessionContext, mut peer: Peer, name: &str) -> Result<Peer, Failure> {
    let policy = Policy::of(&talk.log, (talk.now)());
    if let Some(join) = peer.join.take()
        && peer.verified
        && policy.key(&peer.device).is_none()
    {
        admission::ingest(&talk.log, &[join], Some(peer.device), (talk.now)())?;
        let policy = Policy::of(&talk.log, (talk.now)());
        peer.confirm(&policy).map_err(|error| handshake_failure(&error, name))?;
    }
    Ok(peer)
}

/// Somebody who has shaken hands, at the other end of a channel.
pub(super) struct AuthenticatedPeer {
    pub(super) channel: Channel,
    pub(super) peer: Peer,
    /// The other end's address, for messages.
    pub(super) name: String,
    /// Time taken by the handshake.
    pub(super) handshake: Duration,
}

impl AuthenticatedPeer {
    /// What an initiator wants shows in its first frame; `None`: it hung up.
    pub(super) async fn first(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let received = self.channel.recv(FRAME_BYTES_MAX, FIRST_FRAME).await;
        received.map_err(|error| match error {
            transport::Error::Timeout { .. } => stopped(&self.name, FIRST_FRAME),
            other => transport_failure(&other, &self.name),
        })
    }
}

impl AuthenticatedPeer {
    /// Ends it with a reason.
    pub(super) async fn bye(mut self, code: &str) {
        let frame = Message::Bye { code: code.to_owned() }.to_frame();
        let goodbye = async {
            // nobody need hear it
            let _ = self.channel.send(&frame).await;
            let _ = self.channel.close().await;
        };
        let _ = timeout(HANDSHAKE_PATIENCE, goodbye).await;
    }
}

/// Shakes hands with the peer at the other end of `channel`.
pub(super) async fn meet(
    talk: &Arc<SessionContext>,
    mut channel: Channel,
    role: Role,
) -> Result<AuthenticatedPeer, Failure> {
    let name = channel.remote_addr().to_owned();
    let began = Instant::now();
    match shake_hands(talk, &mut channel, role, &name).await {
        Ok(peer) => Ok(AuthenticatedPeer { channel, peer, name, handshake: began.elapsed() }),
        Err(failure) => {
            // lets a refusal leave before the channel goes
            let _ = timeout(GOODBYE, channel.close()).await;
            Err(failure)
        }
    }
}

/// Speaks with the peer at the other end of `channel` until both are equal or a reason why not has a name.
///
/// `explicit`: a person on this side asked. `told` hears how far it is.
#[cfg(test)]
pub(super) async fn converse(
    talk: &Arc<SessionContext>,
    channel: Channel,
    role: Role,
    explicit: bool,
    told: &(dyn Fn(Progress) + Send + Sync),
) -> Result<SessionOutcome, Failure> {
    let mut met = meet(talk, channel, role).await?;
    let first = match role {
        Role::Initiator => None,
        // Whoever called says first whether a person asked: that decides what is released here.
        Role::Responder => Some(met.first().await?.map_or(Input::Closed, Input::Frame)),
    };
    exchange(talk, met, explicit, first, told).await
}

/// One session with whom one has met. `first`: what the initiator said, when it is the peer.
pub(super) async fn exchange(
    talk: &Arc<SessionContext>,
    met: AuthenticatedPeer,
    explicit: bool,
    first: Option<Input>,
    told: &(dyn Fn(Progress) + Send + Sync),
) -> Result<SessionOutcome, Failure> {
    let AuthenticatedPeer { channel, peer, name, handshake } = met;
    let began = Instant::now();
    let device = peer.device;
    let member = peer.require_member().is_ok();
    let log = Arc::clone(&talk.log);
    let agreed = blocking(move || peers::agreed(&log, &device)).await?;
    let mut config = Config::new(talk.log.org, membership_scope(&talk.log.org));
    config.explicit = explicit;
    let config_explicit = explicit;
    let mut session = Session::new(config, agreed);
    if let Some(first) = first {
        session.handle(first);
    }
    let explicit = explicit || session.peer_explicit();
    let speaker = Arc::clone(talk);
    let start = blocking(move || release::offer(&speaker.log, &speaker.offer(member, explicit))).await?;
    let mut driver = Driver::new(talk, channel, session, (peer, explicit), name.clone());
    // a person of ours who waits for it is not made to wait
    driver.pays = !config_explicit;
    driver.is_free = locked(&talk.purses).is_full(&device, Instant::now());
    driver.wait_for_what_is_owed();
    let report = driver.run(Input::Start(start), told).await;
    let reached = driver.end(&report).await?;
    if report.as_ref().is_ok_and(|report| report.reason != Some(Reason::Cut)) {
        // a session that broke off does not show that nobody else carries it on
        let log = Arc::clone(&talk.log);
        blocking(move || forks::republish_rest(&log)).await?;
    }
    if talk.log.shared().roster.founding.is_none() {
        // what came from somebody our invitation does not vouch for is not kept
        let log = Arc::clone(&talk.log);
        blocking(move || admission::drop_pending(&log)).await?;
    }
    let who = people_at(&talk.log.shared(), &device).unwrap_or_else(|| name.clone());
    let report = report.map_err(|failure| match failure.code {
        "peer_stopped" => reached.tell(failure, &who),
        _ => failure,
    })?;
    if report.refused_count >= REFUSED_MAX {
        talk.ban(device);
    }
    let session = began.elapsed();
    match &report.reason {
        Some(Reason::Cut) => Err(reached.tell(Failure::new("sync_cut").arg("peer", &name), &who).at("peer", &name)),
        Some(Reason::Bye { code }) => Err(refused(&name, code)),
        Some(reason @ (Reason::Protocol { .. } | Reason::Version { .. } | Reason::Local { .. })) => {
            Err(refused(&name, reason.code()).because(reason))
        }
        _ => Ok(SessionOutcome { device, report, handshake, session }),
    }
}

/// What the reader task says.
enum Heard {
    Frame(Vec<u8>),
    /// Nothing came for [`SessionContext::silence`]; said again each time it has lasted as long.
    Quiet,
}

/// What work off this task came to.
struct Done {
    inputs: Result<Vec<Input>, Failure>,
    /// Entries made durable by it.
    kept: u64,
    /// It was a transaction.
    wrote: bool,
    foreign: bool,
}

/// Drives one session.
struct Driver {
    talk: Arc<SessionContext>,
    session: Session,
    peer: Arc<Mutex<Peer>>,
    device: DeviceId,
    name: String,
    explicit: bool,
    writer: Option<mpsc::UnboundedSender<Vec<u8>>>,
    frames: mpsc::Receiver<Heard>,
    done_in: mpsc::UnboundedSender<Done>,
    done: mpsc::UnboundedReceiver<Done>,
    /// Frames of entries and sections to be ingested.
    arrived: VecDeque<Frame>,
    /// A transaction is under way; so many pieces of work are.
    writing: bool,
    working: usize,
    /// Entries made durable.
    kept: u64,
    /// How often the peer was [`Heard::Quiet`] since it last spoke.
    quiet: u32,
    /// A founding of other roots than our invitation pins came.
    foreign: bool,
    /// Entries are taken no faster than the device's purse allows, which may have been full when we met.
    pays: bool,
    is_free: bool,
    /// What has arrived waits until then for what comes right behind it.
    gather_until: Option<tokio::time::Instant>,
    /// Nothing is taken before this.
    paced_until: Option<tokio::time::Instant>,
    tasks: (JoinHandle<()>, JoinHandle<()>),
}

async fn read_frames(mut receiver: Receiver, frames: mpsc::Sender<Heard>, silence: Duration) {
    loop {
        let heard = match receiver.recv(FRAME_BYTES_MAX, silence).await {
            Ok(Some(frame)) => Heard::Frame(frame),
            Err(transport::Error::Timeout { .. }) => Heard::Quiet,
            Ok(None) | Err(_) => return,
        };
        if frames.send(heard).await.is_err() {
            return;
        }
    }
}

async fn write_frames(mut sender: Sender, mut frames: mpsc::UnboundedReceiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        let mut next = Some(frame);
        while let Some(frame) = next {
            tap(&frame);
            if sender.send(&frame).await.is_err() {
                return;
            }
            next = frames.try_recv().ok();
        }
        if sender.flush().await.is_err() {
            return;
        }
    }
    // the peer may have gone first: it has what it needed
    let _ = sender.close().await;
}

impl Driver {
    fn new(talk: &Arc<SessionContext>, channel: Channel, session: Session, who: (Peer, bool), name: String) -> Self {
        let (peer, explicit) = who;
        let (sender, receiver) = channel.split();
        let (frames_in, frames) = mpsc::channel(FRAMES_AHEAD);
        let reading = tokio::spawn(read_frames(receiver, frames_in, talk.silence));
        // Bounded by the session: a window of frames, and the tips of one round.
        let (writer, outgoing) = mpsc::unbounded_channel();
        let (done_in, done) = mpsc::unbounded_channel();
        Self {
            talk: Arc::clone(talk),
            session,
            device: peer.device,
            peer: Arc::new(Mutex::new(peer)),
            name,
            explicit,
            writer: Some(writer),
            frames,
            done_in,
            done,
            arrived: VecDeque::new(),
            writing: false,
            working: 0,
            kept: 0,
            quiet: 0,
            foreign: false,
            pays: false,
            is_free: true,
            gather_until: None,
            paced_until: None,
            tasks: (reading, tokio::spawn(write_frames(sender, outgoing))),
        }
    }

    /// Until the session has finished, or this node cannot go on.
    async fn run(&mut self, first: Input, told: &(dyn Fn(Progress) + Send + Sync)) -> Result<Report, Failure> {
        let mut inputs = VecDeque::from([first]);
        let mut before = Progress::default();
        loop {
            while let Some(input) = inputs.pop_front() {
                self.session.handle(input);
                if let Some(report) = self.carry_out() {
                    return Ok(report);
                }
            }
            self.ingest_what_arrived();
            let progress = self.session.progress();
            if progress != before {
                told(progress);
                before = progress;
            }
            let (paced_until, gather_until) = (self.paced_until, self.gather_until);
            tokio::select! {
                biased;
                () = async { sleep_until(paced_until.unwrap_or_else(tokio::time::Instant::now)).await },
                    if paced_until.is_some() => self.paced_until = None,
                () = async { sleep_until(gather_until.unwrap_or_else(tokio::time::Instant::now)).await },
                    if gather_until.is_some() && paced_until.is_none() && !self.writing => {}
                Some(done) = self.done.recv() => {
                    self.working -= 1;
                    self.kept += done.kept;
                    self.writing &= !done.wrote;
                    self.foreign |= done.foreign;
                    inputs.extend(done.inputs?);
                }
                heard = self.frames.recv() => match heard {
                    Some(Heard::Frame(frame)) => {
                        self.quiet = 0;
                        inputs.push_back(Input::Frame(frame));
                    }
                    Some(Heard::Quiet) => {
                        self.quiet += 1;
                        // while we are at work ourselves, or let it wait, it is not the peer's turn
                        if self.working == 0 && self.paced_until.is_none() {
                            return Err(stopped(&self.name, self.talk.silence * self.quiet));
                        }
                    }
                    None => inputs.push_back(Input::Closed),
                },
            }
        }
    }

    /// Does what the session asks.
    fn carry_out(&mut self) -> Option<Report> {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Send(frame) => {
                    if let Some(writer) = &self.writer {
                        // a writer that is gone shows as the end of the frames that come
                        let _ = writer.send(frame);
                    }
                }
                Output::Need { scope, suffix, bytes_max, urgent } => self.work(false, move |talk| {
                    let supply = urgent::supply_in_order(&talk.log, scope, &suffix, bytes_max, urgent)?;
                    Ok((vec![Input::Supplied { scope, supply }], false))
                }),
                Output::NeedSections { scope, wanted, bytes_max } => self.work(false, move |talk| {
                    let (sections, left) = urgent::supply_sections(&talk.log, scope, wanted, bytes_max)?;
                    Ok((vec![Input::SuppliedSections { scope, sections, left }], false))
                }),
                Output::Ingest { scope, entries, urgent } => {
                    self.arrived.push_back((scope, Arrived::Entries(entries, urgent)));
                }
                Output::Fill { scope, sections } => self.arrived.push_back((scope, Arrived::Sections(sections))),
                Output::AskFrontiers => {
                    let (peer, name, foreign) = (Arc::clone(&self.peer), self.name.clone(), self.foreign);
                    let explicit = self.explicit || self.session.peer_explicit();
                    self.work(false, move |talk| {
                        let snapshot = talk.frontiers(&peer, explicit, foreign, &name)?;
                        Ok((vec![Input::Frontiers(snapshot)], false))
                    });
                }
                Output::Finished(report) => return Some(*report),
            }
        }
        None
    }

    fn ingest_what_arrived(&mut self) {
        if self.writing || self.arrived.is_empty() || self.paced_until.is_some() {
            return;
        }
        if self.is_worth_waiting() {
            return;
        }
        self.gather_until = None;
        let device = self.device;
        // whoever is held to the rate gets a second's worth at a time, however small the frames are
        let entries_max = if self.pays && !self.is_free { ENTRIES_PER_SECOND } else { u64::MAX };
        let mut batch = Vec::new();
        let (mut bytes, mut entries_taken) = (0, 0);
        while bytes < BATCH_BYTES
            && entries_taken < entries_max
            && let Some((scope, frame)) = self.arrived.pop_front()
        {
            bytes += frame.bytes();
            entries_taken += frame.entries();
            batch.push((scope, frame));
        }
        if self.pays {
            // what was taken is paid for before more is taken: the window closes, and the peer waits
            locked(&self.talk.purses).pay(device, entries_taken, self.is_free, Instant::now());
            self.wait_for_what_is_owed();
        }
        self.writing = true;
        self.work(true, move |talk| talk.ingest(device, batch));
    }

    /// Whether more of what the peer announced is about to come, so that it goes into one transaction: small frames are to
    /// cost neither more commits nor announcements of what is half there.
    fn is_worth_waiting(&mut self) -> bool {
        let (progress, arrived) = (self.session.progress(), self.arrived.iter().map(|(_, frame)| frame.entries()));
        let is_all = progress.to_receive <= progress.received + arrived.sum::<u64>();
        // beyond a window nothing comes before we confirm
        if is_all || self.arrived.len() >= WINDOW_FRAMES_MAX {
            return false;
        }
        let now = tokio::time::Instant::now();
        now < *self.gather_until.get_or_insert(now + GATHER)
    }

    /// Takes nothing more until the device's debt is waited out, if it pays.
    fn wait_for_what_is_owed(&mut self) {
        if self.pays {
            let wait = locked(&self.talk.purses).owed(&self.device, Instant::now());
            self.paced_until = (!wait.is_zero()).then(|| tokio::time::Instant::now() + wait);
        }
    }

    /// Runs a piece of work on a thread of its own.
    fn work(
        &mut self,
        wrote: bool,
        work: impl FnOnce(&SessionContext) -> Result<(Vec<Input>, bool), Failure> + Send + 'static,
    ) {
        let (talk, done_in) = (Arc::clone(&self.talk), self.done_in.clone());
        self.working += 1;
        tokio::spawn(async move {
            let (inputs, foreign) = match blocking(move || work(&talk)).await {
                Ok((inputs, foreign)) => (Ok(inputs), foreign),
                Err(failure) => (Err(failure), false),
            };
            let kept = inputs.iter().flatten().map(accepted).sum();
            // nobody waits for it any more when the session is over
            let _ = done_in.send(Done { inputs, kept, wrote, foreign });
        });
    }

    /// Lets the last frames leave, and the work under way come to its end. What came whole before a cut, a silence or the
    /// peer's goodbye is made durable and paid for; nobody is told, and the next session finds it held. A failure of ours is
    /// told to the peer, so that its screen names a reason too.
    async fn end(mut self, report: &Result<Report, Failure>) -> Result<Reached, Failure> {
        let failure = report.as_ref().err();
        if let Some((writer, failure)) = self.writer.take().zip(failure) {
            let reason = failure.args.iter().find(|(name, _)| *name == "reason");
            let code = reason.map_or(failure.code, |(_, reason)| reason).to_owned();
            // a writer that is gone has nobody to tell
            let _ = writer.send(Message::Bye { code }.to_frame());
        }
        while self.working > 0
            && let Some(done) = self.done.recv().await
        {
            self.working -= 1;
            self.kept += done.kept;
        }
        let broke = match report {
            Ok(report) => matches!(report.reason, Some(Reason::Cut | Reason::Bye { .. })),
            Err(failure) => failure.code == "peer_stopped",
        };
        let rest = std::mem::take(&mut self.arrived);
        let kept = if broke && !rest.is_empty() { self.keep_the_rest(rest).await } else { Ok(0) };
        let (reader, writer) = &mut self.tasks;
        let _ = timeout(GOODBYE, &mut *writer).await;
        reader.abort();
        writer.abort();
        let progress = self.session.progress();
        Ok(Reached {
            kept: self.kept + kept?,
            to_receive: progress.to_receive,
            sent: progress.sent,
            to_send: progress.to_send,
        })
    }
}

impl Driver {
    /// Ingests what came whole in a session that is over: a window of frames at most. Gives the number of entries made
    /// durable. Nobody waits for the purse any more; the device's next session does.
    async fn keep_the_rest(&self, rest: VecDeque<Frame>) -> Result<u64, Failure> {
        if self.pays {
            let entries = rest.iter().map(|(_, frame)| frame.entries()).sum();
            locked(&self.talk.purses).pay(self.device, entries, self.is_free, Instant::now());
        }
        let (talk, device) = (Arc::clone(&self.talk), self.device);
        blocking(move || Ok(talk.ingest(device, rest.into())?.0.iter().map(accepted).sum())).await
    }
}

/// How many entries an answer says were made durable.
fn accepted(input: &Input) -> u64 {
    match input {
        Input::Ingested { accepted, .. } => *accepted,
        _ => 0,
    }
}

/// Frames handed to the transport, for the confidentiality scan.
#[cfg(test)]
pub(crate) static FRAMES: std::sync::Mutex<Vec<Vec<u8>>> = std::sync::Mutex::new(Vec::new());

#[cfg(test)]
pub(super) fn tap(frame: &[u8]) {
    FRAMES.lock().expect("no test panics while it holds it").push(frame.to_vec());
}

#[cfg(not(test))]
pub(super) fn tap(_: &[u8]) {}
