//! A line: the channel that stays between two nodes in touch, on which each says what it holds.
//!
//! ```text
//!  commit ─▶ announcer ─▶ News on every line ─▶ whoever hears something it does not hold ─▶ one session, called by it
//!                          ▲                                                                │
//!                          └────────────────── its own News, once it holds it ◀─────────────┘
//! ```
//!
//! An announcement goes to direct neighbours and no further: nobody can fetch from a node it has no connection with, so a
//! node tells its own neighbours when it holds the thing itself. A pair has one line, whoever called whom; of two, that
//! of the lower device id stays. Silence is noticed: announcements are repeated, and a line without any is dead.

use std::sync::Arc;
use std::time::Duration;

use crdt_model::sync::message::Message;
use crdt_model::sync::news::{NEWS_BYTES_MAX, News};
use crdt_model::values::DeviceId;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};
use transport::{Receiver, Sender};

use super::session::{AuthenticatedPeer, got_further};
use super::{Called, Inner, limits};
use crate::error::Failure;
use crate::log::locked;

/// Why there is no line any more, or none at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// Another line with the same device stays.
    Double,
    /// The connection ended, or nothing was heard for too long.
    Lost,
    /// One of the two wants none; sessions may still be held.
    Refused,
    /// The node stops.
    Stopped,
}

/// What is known of the line with a device.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// Where sessions are called.
    pub(super) addr: String,
    /// Unix milliseconds.
    pub(super) since_ms: i64,
    by_us: bool,
    number: u64,
    end: watch::Sender<bool>,
}

#[cfg(test)]
impl Held {
    pub(super) fn by_us(&self) -> bool {
        self.by_us
    }

    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

/// A line's place among those of the node; given back when dropped.
struct Place<'a> {
    inner: &'a Inner,
    device: DeviceId,
    number: u64,
    end: watch::Receiver<bool>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut lines = locked(&self.inner.lines);
        if lines.get(&self.device).is_some_and(|held| held.number == self.number) {
            lines.remove(&self.device);
        }
        drop(lines);
        self.inner.lines_changed.send_modify(|n| *n += 1);
    }
}

impl Inner {
    pub(super) fn has_line(&self, device: &DeviceId) -> bool {
        locked(&self.lines).contains_key(device)
    }

    /// How long this neighbour is told after the first ones. Who comes first is another at every node, so that news
    /// spreads as a tree.
    fn turn_of(&self, device: &DeviceId) -> Duration {
        let own = self.log().device.0;
        let distance = |other: &DeviceId| -> [u8; 16] { std::array::from_fn(|i| own[i] ^ other.0[i]) };
        let own_distance = distance(device);
        let before = locked(&self.lines).keys().filter(|other| distance(other) < own_distance).count();
        limits::TOLD_APART * u32::try_from(before / limits::TOLD_AT_ONCE).unwrap_or(u32::MAX)
    }

    /// Waits until there is no line with this device.
    pub(super) async fn line_gone(&self, device: &DeviceId) {
        let mut changed = self.lines_changed.subscribe();
        while self.has_line(device) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    /// A place for a new line; `None` when the one that is there stays. A newer one by the same side replaces the older:
    /// whoever calls again has lost it.
    fn place(&self, device: DeviceId, by_us: bool, addr: &str) -> Option<Place<'_>> {
        let ours_stays = self.log().device < device;
        let (end, ended) = watch::channel(false);
        let mut lines = locked(&self.lines);
        if let Some(held) = lines.get(&device) {
            if held.by_us != by_us && by_us != ours_stays {
                return None;
            }
            held.end.send_replace(true);
        }
        let number = self.lines_changed.borrow().wrapping_add(1);
        self.lines_changed.send_replace(number);
        let held = Held { addr: addr.to_owned(), since_ms: (self.talk.now)(), by_us, number, end };
        lines.insert(device, held);
        Some(Place { inner: self, device, number, end: ended })
    }

    /// Holds a line with somebody who has shaken hands, until it ends. `heard`: what the other side said to open it.
    pub(super) async fn hold(self: &Arc<Self>, met: AuthenticatedPeer, by_us: bool, heard: Option<News>) -> Ended {
        let device = met.peer.device;
        let addr = format!("{}/p2p/{}", met.channel.remote_addr(), met.channel.remote());
        let (sender, receiver) = met.channel.split();
        let mut ends = Ends { sender, receiver };
        if met.peer.require_member().is_err() || !self.talk.is_welcome(&device) {
            ends.bye("not_member").await;
            return Ended::Refused;
        }
        let Some(place) = self.place(device, by_us, &addr) else {
            ends.bye("double").await;
            return Ended::Double;
        };
        locked(&self.links).insert(device, addr.clone());
        tracing::info!(peer = device.short(), by_us, "in touch");
        let now = Instant::now();
        let line = Line {
            inner: self,
            device,
            addr,
            ends,
            said: None,
            turn: None,
            beat: now,
            heard_at: now,
            heard_count: 0,
            theirs: heard.map(|news| news.digest),
            is_news: heard.is_some(),
            fetching: None,
            tried: None,
            not_before: now,
            vain: Duration::ZERO,
        };
        let ended = line.run(place).await;
        tracing::info!(peer = device.short(), ?ended, "out of touch");
        ended
    }
}

/// The two directions of a line.
struct Ends {
    sender: Sender,
    receiver: Receiver,
}

impl Ends {
    async fn say(&mut self, frame: &[u8]) -> Result<(), transport::Error> {
        super::session::tap(frame);
        self.sender.send(frame).await?;
        self.sender.flush().await
    }

    async fn bye(&mut self, code: &str) {
        let frame = Message::Bye { code: code.to_owned() }.to_frame();
        let goodbye = async {
            // nobody need hear it
            let _ = self.say(&frame).await;
            let _ = self.sender.close().await;
        };
        let _ = tokio::time::timeout(limits::HANDSHAKE_PATIENCE, goodbye).await;
    }
}

type Fetched = Result<Called, Failure>;

/// One line while it lasts.
struct Line<'a> {
    inner: &'a Arc<Inner>,
    device: DeviceId,
    addr: String,
    ends: Ends,
    /// What the other side was told, or told us.
    said: Option<[u8; 32]>,
    /// When the newest is to be told.
    turn: Option<([u8; 32], Instant)>,
    /// When the announcement is repeated.
    beat: Instant,
    heard_at: Instant,
    /// Announcements heard since the last beat.
    heard_count: u32,
    theirs: Option<[u8; 32]>,
    /// What was heard last is not dealt with.
    is_news: bool,
    fetching: Option<JoinHandle<Fetched>>,
    /// What the two held when a session was last begun because of an announcement, and when that was.
    tried: Option<([u8; 32], [u8; 32], Instant)>,
    not_before: Instant,
    /// How long to wait after announcements that brought nothing.
    vain: Duration,
}

impl Line<'_> {
    async fn run(mut self, mut place: Place<'_>) -> Ended {
        let mut newest = self.inner.announcer.watch();
        let mut sessions = self.inner.sessions_ended.subscribe();
        loop {
            let ours = *newest.borrow_and_update();
            if let Some(ours) = ours
                && self.is_to_be_told(ours)
            {
                if self.ends.say(&News { digest: ours }.to_frame()).await.is_err() {
                    return Ended::Lost;
                }
                self.inner.traffic.said();
                self.said = Some(ours);
                self.beat = Instant::now() + self.inner.settings.heartbeat;
                self.heard_count = 0;
            }
            let turn = self.turn.filter(|(digest, _)| self.said != Some(*digest)).map(|(_, at)| at);
            self.beat = self.beat.max(Instant::now());
            if ours.is_none() {
                self.beat += self.inner.settings.heartbeat;
            }
            self.fetch_what_is_new().await;
            let silent = self.heard_at + self.inner.settings.heard_within;
            let look_again = self.not_before.max(Instant::now() + limits::FETCH_ALONE / 8);
            let waits = self.is_news && self.fetching.is_none();
            tokio::select! {
                biased;
                _ = place.end.changed() => {
                    self.ends.bye("double").await;
                    return Ended::Double;
                }
                fetched = finished(&mut self.fetching) => self.after(fetched),
                heard = self.ends.receiver.recv(NEWS_BYTES_MAX, limits::SILENCE) => match heard {
                    Ok(Some(frame)) => if let Some(ended) = self.hear(&frame) {
                        return ended;
                    },
                    // silence is counted below, over all turns of this loop
                    Err(transport::Error::Timeout { .. }) => {}
                    Ok(None) | Err(_) => return Ended::Lost,
                },
                changed = newest.changed() => if changed.is_err() { return Ended::Stopped },
                changed = sessions.changed(), if waits => if changed.is_err() { return Ended::Stopped },
                () = sleep_until(look_again), if waits => {}
                () = sleep_until(self.beat.min(turn.unwrap_or(self.beat))) => {}
                () = sleep_until(silent) => return Ended::Lost,
            }
        }
    }

    /// True when it is time to say what we hold: it is new to the other side and its turn has come, or to be repeated.
    fn is_to_be_told(&mut self, ours: [u8; 32]) -> bool {
        let now = Instant::now();
        if self.beat <= now {
            return true;
        }
        if self.theirs == Some(ours) {
            self.said = Some(ours);
        }
        if self.said == Some(ours) {
            self.turn = None;
            return false;
        }
        let turn = match self.turn {
            Some((digest, turn)) if digest == ours => turn,
            _ => now + self.inner.turn_of(&self.device),
        };
        self.turn = Some((ours, turn));
        turn <= now
    }

    /// Takes what the other side says; `Some` when that ends the line.
    fn hear(&mut self, frame: &[u8]) -> Option<Ended> {
        self.heard_at = Instant::now();
        self.heard_count += 1;
        if self.heard_count > limits::NEWS_HEARD_MAX || !self.inner.talk.is_welcome(&self.device) {
            return Some(Ended::Refused);
        }
        match News::from_frame(frame) {
            Ok(news) => {
                self.theirs = Some(news.digest);
                self.is_news = true;
                None
            }
            Err(_) => match Message::from_frame(frame) {
                Ok(Message::Bye { code }) if code == "double" => Some(Ended::Double),
                _ => Some(Ended::Refused),
            },
        }
    }

    /// Starts a session if the other side holds something else than this one, and nothing else is about to bring it.
    async fn fetch_what_is_new(&mut self) {
        let Some(theirs) = self.theirs.filter(|_| self.is_news && self.fetching.is_none()) else { return };
        let inner = self.inner;
        if *inner.announcer.watch().borrow() == Some(theirs) {
            self.is_news = false;
            return;
        }
        if self.not_before > Instant::now() || inner.is_busy(&self.device) || !inner.may_fetch(theirs) {
            return;
        }
        // what was committed in the last moment counts
        let Some(ours) = inner.announcer.refresh(&inner.talk).await else { return };
        let retry = inner.settings.every;
        let in_vain = self.tried.is_some_and(|(o, t, at)| (o, t) == (ours, theirs) && at.elapsed() < retry);
        if ours == theirs || in_vain {
            self.is_news = false;
            return;
        }
        inner.fetches(theirs);
        self.tried = Some((ours, theirs, Instant::now()));
        let (caller, addr) = (Arc::clone(inner), self.addr.clone());
        self.fetching = Some(tokio::spawn(async move { caller.call(&addr, false, &|_| (), None).await }));
    }

    /// A session that an announcement caused has ended.
    fn after(&mut self, fetched: Fetched) {
        let asked_for = self.tried.map(|(_, theirs, _)| theirs);
        match fetched {
            Ok(Called::SessionOutcome(spoken, _)) if spoken.report.equal || spoken.report.entries_received > 0 => {
                self.vain = Duration::ZERO;
                self.is_news = self.theirs != asked_for;
            }
            Ok(_) => {
                self.wait_longer();
                self.is_news = self.theirs != asked_for;
            }
            Err(failure) => {
                // a link that drops and lets something through each time is worth another try at once
                match got_further(&failure) {
                    true => self.vain = Duration::ZERO,
                    false => self.wait_longer(),
                }
                // the same again
                self.tried = None;
            }
        }
    }

    fn wait_longer(&mut self) {
        self.vain = (self.vain * 2).clamp(limits::VAIN.0, limits::VAIN.1);
        self.not_before = Instant::now() + self.vain;
    }
}

/// The end of the session under way; never, if there is none.
async fn finished(fetching: &mut Option<JoinHandle<Fetched>>) -> Fetched {
    match fetching {
        None => std::future::pending().await,
        Some(task) => {
            let fetched = task.await.unwrap_or_else(|_| Err(Failure::new("unexpected")));
            *fetching = None;
            fetched
        }
    }
}
