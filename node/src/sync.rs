//! The live engine: peers found and kept, sessions run when there is something to say.
//!
//! ```text
//!  --peer, mDNS ─▶ keeper (one an address) ─▶ session, then a line that stays; backoff when nobody answers
//!  a peer calls ─▶ session, or its end of a line
//!  commit ─▶ one small announcement on every line ─▶ who lacks something calls a session (peer_link.rs, announcer.rs)
//!  boucle sync ─▶ session, released at once on both sides, with progress
//! ```
//!
//! Every session is a channel of its own over a connection that stays. What commits here is announced to whom we have a
//! line with; what a peer fetched it announces in turn: so an entry travels through a connected network in as many
//! sessions as there are nodes that lack it.

mod announcer;
pub(crate) mod gaps;
mod limits;
mod options;
mod peer_link;
pub(crate) mod peers;
pub(crate) mod policy;
mod rate_limit;
pub(crate) mod reachability;
pub(crate) mod release;
pub(crate) mod session;
pub(crate) mod urgent;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use crdt_model::sync;
use crdt_model::sync::handshake::Role;
use crdt_model::sync::news::News;
use crdt_model::values::DeviceId;
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use transport::{Channel, Config, Limits, Psk, Transport};

use crate::error::Failure;
use crate::log::{Log, locked};
use crate::members;
use crate::reply::{Progress, Reply};
use crate::writes::tampering;
use announcer::Announcer;
use limits::{BACKOFF, KEPT_MAX, REACHED_MAX, SERVED_MAX, SESSIONS_PER_DEVICE_MAX, STOP_MAX, STRANGER_BACKOFF};
pub use options::{Ready, RunOptions};
use peer_link::{Ended, Held};
use reachability::Tried;
pub(crate) use reachability::not_running;
use release::RELEASE_MS;
use session::{
    AuthenticatedPeer, SessionContext, SessionOutcome, blocking, exchange, got_further, is_nobody, meet,
    transport_failure,
};

/// Where a node listens unless told otherwise: on IPv4 and, where the machine has it, on IPv6. The port is the one that an
/// address without one means, so that `boucle sync HOST` and a firewall's rule hold from one start to the next; any other
/// when a second node of this machine has it.
fn usual_listen() -> Vec<String> {
    use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpListener};
    // Asked without sharing the port: two nodes that listen on one would get each other's calls. Each listener is gone
    // before the next is tried: a socket of both kinds would find the other's port taken.
    let can_listen = |ip: IpAddr, port: u16| TcpListener::bind((ip, port)).is_ok();
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED));
    let has_v6 = can_listen(v6, 0);
    let is_free = can_listen(v4, transport::DEFAULT_PORT) && (!has_v6 || can_listen(v6, transport::DEFAULT_PORT));
    let port = if is_free { transport::DEFAULT_PORT } else { 0 };
    let v6 = has_v6.then(|| format!("/ip6/::/tcp/{port}"));
    std::iter::once(format!("/ip4/0.0.0.0/tcp/{port}")).chain(v6).collect()
}

/// What tests make shorter.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Bounds of the transport.
    pub(crate) limits: Limits,
    /// How long own entries wait before a session in the background offers them, milliseconds.
    pub(crate) release_ms: i64,
    /// A peer with which there is no line is called this often, and the same announcement is followed up no more often.
    pub(crate) every: Duration,
    /// How often an announcement is repeated.
    pub(crate) heartbeat: Duration,
    /// A line on which nothing was heard for so long is dead.
    pub(crate) heard_within: Duration,
    /// How long a sync without a name listens for peers on the local network.
    pub(crate) reach: Duration,
    /// The clock, Unix milliseconds; `None`: the home's, see [`crate::clock`].
    pub(crate) now: Option<fn() -> i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            release_ms: RELEASE_MS,
            every: Duration::from_secs(60),
            heartbeat: limits::HEARTBEAT,
            heard_within: limits::HEARD_WITHIN,
            reach: Duration::from_secs(3),
            now: None,
        }
    }
}

/// A running engine. Dropping it ends everything at once; [`stop`](Self::stop) says goodbye.
pub(crate) struct Engine {
    inner: Arc<Inner>,
    /// `None` once stopped.
    runtime: Mutex<Option<Runtime>>,
}

struct Inner {
    talk: Arc<SessionContext>,
    transport: Transport,
    settings: Settings,
    mdns: bool,
    /// Since when the local network is listened to.
    started: Instant,
    stopping: watch::Sender<bool>,
    /// Where each device met lately can be called.
    links: Mutex<HashMap<DeviceId, String>>,
    /// Addresses that a person named.
    named: Mutex<HashSet<String>>,
    /// Addresses that have a keeper.
    kept: Mutex<HashSet<String>>,
    /// The line with each device in touch.
    lines: Mutex<HashMap<DeviceId, Held>>,
    /// Counts lines that came and went.
    lines_changed: watch::Sender<u64>,
    announcer: Announcer,
    /// Devices that keepers of addresses are speaking with.
    claimed: Claims,
    /// Sessions under way with each device.
    busy: Mutex<HashMap<DeviceId, usize>>,
    /// Counts sessions that ended.
    sessions_ended: watch::Sender<u64>,
    /// What is being fetched because of an announcement, and since when.
    fetching: Mutex<HashMap<[u8; 32], Instant>>,
    /// What came of the addresses that were tried.
    tried: Mutex<HashMap<String, Tried>>,
    traffic: Traffic,
    serving: Semaphore,
}

/// What sessions and announcements amount to, since the start.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// Sessions called from here.
    pub(crate) called: AtomicU64,
    /// Sessions served to others.
    pub(crate) served: AtomicU64,
    /// Bytes of their frames, both ways.
    pub(crate) session_bytes: AtomicU64,
    /// Announcements sent.
    pub(crate) news: AtomicU64,
}

impl Traffic {
    fn said(&self) {
        self.news.fetch_add(1, Ordering::Relaxed);
    }

    /// Sessions called and served, bytes of sessions, announcements sent.
    fn counts(&self) -> (u64, u64, u64, u64) {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (of(&self.called), of(&self.served), of(&self.session_bytes), of(&self.news))
    }

    fn spoke(&self, by_us: bool, spoken: &SessionOutcome) {
        let count = if by_us { &self.called } else { &self.served };
        count.fetch_add(1, Ordering::Relaxed);
        let bytes = spoken.report.bytes_sent + spoken.report.bytes_received;
        self.session_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A session under way with a device.
struct Busy<'a> {
    inner: &'a Inner,
    device: DeviceId,
}

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        let mut busy = locked(&self.inner.busy);
        if let Some(count) = busy.get_mut(&self.device) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.device);
            }
        }
        drop(busy);
        self.inner.sessions_ended.send_modify(|n| *n += 1);
    }
}

/// What came of a call that was answered.
enum Called {
    /// One session, and how long it took until it could begin.
    SessionOutcome(Box<SessionOutcome>, Duration),
    /// It is being spoken with at another of its addresses.
    Double(DeviceId),
}

impl Called {
    fn device(&self) -> DeviceId {
        match self {
            Self::SessionOutcome(spoken, _) => spoken.device,
            Self::Double(device) => *device,
        }
    }
}

/// Devices that several callers do not want to speak with twice.
#[derive(Debug, Default)]
struct Claims {
    devices: Mutex<HashSet<DeviceId>>,
    /// A claim outlives its session.
    lasting: bool,
}

impl Claims {
    fn lasting() -> Self {
        Self { lasting: true, ..Self::default() }
    }

    /// `None` when another caller has it.
    fn claim(&self, device: DeviceId) -> Option<Claim<'_>> {
        locked(&self.devices).insert(device).then_some(Claim { claims: self, device })
    }
}

/// A device that one caller speaks with.
struct Claim<'a> {
    claims: &'a Claims,
    device: DeviceId,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.claims.lasting {
            locked(&self.claims.devices).remove(&self.device);
        }
    }
}

/// How long an address is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// As long as the node runs: a person named it.
    Always,
    /// As long as it is heard on the local network.
    WhileHeard,
}

/// What a sync tells its caller.
enum Told {
    Progress(Progress),
    Done(Reply),
}

/// Runs `work` on a thread of its own: a runtime may not be entered from inside another.
fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| {
        let thread =
            std::thread::Builder::new().spawn_scoped(scope, work).map_err(|error| Failure::of_system(&error))?;
        thread.join().map_err(|_| Failure::new("unexpected"))
    })
}

impl Engine {
    /// Listens, finds peers, keeps those named.
    pub(crate) fn start(log: Arc<Log>, options: &RunOptions) -> Result<(Self, Ready), Failure> {
        let mut listen = options.listen.clone();
        if listen.is_empty() {
            listen = usual_listen();
        }
        Self::start_with(log, listen, options, Settings::default())
    }

    /// For one sync: listens on nothing.
    pub(crate) fn dial_only(log: Arc<Log>, options: &RunOptions) -> Result<Self, Failure> {
        Ok(Self::start_with(log, Vec::new(), options, Settings::default())?.0)
    }

    /// Starts with settings of the caller's.
    pub(crate) fn start_with(
        log: Arc<Log>,
        listen: Vec<String>,
        options: &RunOptions,
        settings: Settings,
    ) -> Result<(Self, Ready), Failure> {
        let failed = |error: std::io::Error| Failure::of_system(&error);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("boucle-sync")
            .enable_all()
            .build()
            .map_err(failed)?;
        let config = Config {
            psk: Psk::new(log.psk.0),
            listen: listen.clone(),
            mdns: options.mdns,
            limits: settings.limits.clone(),
        };
        let named = listen.join(", ");
        let transport = outside(|| runtime.block_on(Transport::start(config)))?
            .map_err(|error| transport_failure(&error, &named))?;
        let listening = transport.listening().iter().map(|addr| without_peer(addr)).collect();
        let talk = Arc::new(SessionContext::new(log, settings.now, settings.release_ms));
        let inner = Arc::new(Inner {
            talk,
            transport,
            settings,
            mdns: options.mdns,
            started: Instant::now(),
            stopping: watch::Sender::new(false),
            links: Mutex::default(),
            named: Mutex::new(options.peers.iter().cloned().collect()),
            kept: Mutex::default(),
            lines: Mutex::default(),
            lines_changed: watch::Sender::new(0),
            announcer: Announcer::new(),
            claimed: Claims::default(),
            busy: Mutex::default(),
            sessions_ended: watch::Sender::new(0),
            fetching: Mutex::default(),
            tried: Mutex::default(),
            traffic: Traffic::default(),
            serving: Semaphore::new(SERVED_MAX),
        });
        if !listen.is_empty() {
            runtime.spawn(Arc::clone(&inner).accept());
            runtime.spawn(Arc::clone(&inner).proclaim());
            if options.mdns {
                runtime.spawn(Arc::clone(&inner).discover());
            }
        }
        for peer in &options.peers {
            runtime.spawn(Arc::clone(&inner).keep(peer.clone(), Keep::Always));
        }
        Ok((Self { inner, runtime: Mutex::new(Some(runtime)) }, Ready { ready: true, listening, web: None }))
    }

    /// Syncs with `target` (an address, a site or a device), or with everyone in reach. Everything of both sides is
    /// released, whatever its age.
    pub(crate) fn sync(&self, target: Option<&str>, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        let stopped = || session::cut(target.unwrap_or_default());
        let runtime = locked(&self.runtime).as_ref().map(|runtime| runtime.handle().clone()).ok_or_else(stopped)?;
        let (tell, told) = mpsc::channel();
        let (inner, wanted) = (Arc::clone(&self.inner), target.map(str::to_owned));
        runtime.spawn(async move {
            let reply = inner.sync(wanted.as_deref(), tell.clone()).await;
            // nobody listens any more: the caller has gone
            let _ = tell.send(Told::Done(reply));
        });
        loop {
            match told.recv() {
                Ok(Told::Progress(progress)) => on_progress(progress),
                Ok(Told::Done(reply)) => return reply,
                Err(_) => return Err(stopped()),
            }
        }
    }

    /// `reach` of `boucle status`: who is in touch, what was tried, what to do.
    pub(crate) fn reach(&self) -> Result<Json, Failure> {
        self.inner.reach()
    }

    /// Ends sessions, connections and listening, after the commit under way; a sync under way ends with `sync_cut`.
    /// Stopping twice is harmless.
    pub(crate) fn stop(&self) {
        let Some(runtime) = locked(&self.runtime).take() else { return };
        self.inner.stopping.send_replace(true);
        let ended = outside(|| {
            runtime.block_on(self.inner.transport.stop());
            runtime.shutdown_timeout(STOP_MAX);
        });
        if ended.is_err() {
            tracing::warn!("the engine did not stop in order");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Some(runtime) = locked(&self.runtime).take() {
            self.inner.stopping.send_replace(true);
            runtime.shutdown_background();
        }
    }
}

/// The address itself: a PeerId lives only until its node starts anew.
fn without_peer(addr: &str) -> String {
    addr.split("/p2p/").next().unwrap_or(addr).to_owned()
}

/// Names a place on the network rather than a site or a device.
fn is_address(text: &str) -> bool {
    text.contains(['/', ':', '.'])
}

impl Inner {
    fn log(&self) -> &Arc<Log> {
        &self.talk.log
    }

    // ------------------------------------------------------------------ being called

    async fn accept(self: Arc<Self>) {
        while let Some(channel) = self.transport.accept().await {
            tokio::spawn(Arc::clone(&self).serve(channel));
        }
    }

    async fn serve(self: Arc<Self>, channel: Channel) {
        let addr = format!("{}/p2p/{}", channel.remote_addr(), channel.remote());
        let answered = async {
            let mut met = meet(&self.talk, channel, Role::Responder).await?;
            // what the caller wants it says first, and whether a person asked: that decides what is released here
            let first = met.first().await?;
            Ok::<_, Failure>((met, first))
        };
        let (met, first) = match answered.await {
            Ok(answered) => answered,
            Err(failure) => return tracing::info!(code = failure.code, "a peer called"),
        };
        if let Some(news) = first.as_deref().and_then(|frame| News::from_frame(frame).ok()) {
            self.hold(met, false, Some(news)).await;
            return;
        }
        if let Err(failure) = self.serve_session(met, first, addr).await {
            tracing::info!(code = failure.code, "a session that a peer called failed");
        }
    }

    async fn serve_session(
        self: &Arc<Self>,
        met: AuthenticatedPeer,
        first: Option<Vec<u8>>,
        addr: String,
    ) -> Result<(), Failure> {
        let device = met.peer.device;
        let Some(busy) = self.busy_with(device) else {
            met.bye("busy").await;
            return Err(Failure::new("peer_refused").arg("peer", device.short()).arg("reason", "busy"));
        };
        let Ok(_turn) = self.serving.acquire().await else { return Ok(()) };
        let first = first.map_or(sync::Input::Closed, sync::Input::Frame);
        let spoken = exchange(&self.talk, met, false, Some(first), &logged(device)).await;
        self.ended(device, false, spoken, addr, None, Some(busy)).await.map(drop)
    }

    /// After a session: tells the log, keeps where the device is and what the next session can use. The session is under
    /// way until then.
    async fn ended(
        &self,
        device: DeviceId,
        by_us: bool,
        spoken: Result<SessionOutcome, Failure>,
        remote: String,
        lasting: Option<&str>,
        busy: Option<Busy<'_>>,
    ) -> Result<SessionOutcome, Failure> {
        self.told_in_the_log(device, by_us, &spoken);
        let spoken = spoken?;
        locked(&self.links).insert(device, remote);
        self.remember(&spoken, lasting).await;
        self.traffic.spoke(by_us, &spoken);
        drop(busy);
        if spoken.report.entries_sent > 0 {
            // what a person's sync released is news to the others
            self.announcer.nudge();
        }
        Ok(spoken)
    }

    /// One line a session: with whom, equal or why not, how much, how long.
    fn told_in_the_log(&self, device: DeviceId, by_us: bool, spoken: &Result<SessionOutcome, Failure>) {
        let peer = device.short();
        match spoken {
            Ok(SessionOutcome { report, session, .. }) => tracing::info!(
                peer,
                by_us,
                equal = report.equal,
                reason = report.reason.as_ref().map_or("", |reason| reason.code()),
                sent = report.entries_sent,
                received = report.entries_received,
                bytes = report.bytes_sent + report.bytes_received,
                ms = millis(*session),
                "session"
            ),
            Err(failure) => {
                let (reason, kept, of) =
                    (argument(failure, "reason"), argument(failure, "kept"), argument(failure, "to_receive"));
                tracing::info!(peer, by_us, equal = false, code = failure.code, reason, kept, of, "session");
            }
        }
    }

    /// Notes a session under way; `None` when the device has as many as it may.
    fn busy_with(&self, device: DeviceId) -> Option<Busy<'_>> {
        let mut busy = locked(&self.busy);
        let count = busy.entry(device).or_default();
        if *count >= SESSIONS_PER_DEVICE_MAX {
            return None;
        }
        *count += 1;
        drop(busy);
        Some(Busy { inner: self, device })
    }

    fn is_busy(&self, device: &DeviceId) -> bool {
        locked(&self.busy).contains_key(device)
    }

    /// True unless the same is on its way from somebody else.
    fn may_fetch(&self, digest: [u8; 32]) -> bool {
        let mut fetching = locked(&self.fetching);
        fetching.retain(|_, since| since.elapsed() < limits::FETCH_ALONE);
        !fetching.contains_key(&digest)
    }

    fn fetches(&self, digest: [u8; 32]) {
        locked(&self.fetching).insert(digest, Instant::now());
    }

    // ------------------------------------------------------------------ calling

    async fn discover(self: Arc<Self>) {
        let mut discoveries = self.transport.discovered();
        let mut now = discoveries.now();
        loop {
            for found in now.found.iter() {
                tokio::spawn(Arc::clone(&self).keep(found.addr.clone(), Keep::WhileHeard));
            }
            match discoveries.changed().await {
                Some(next) => now = next,
                None => return,
            }
        }
    }

    fn is_heard(&self, addr: &str) -> bool {
        self.transport.discovered().now().found.iter().any(|found| found.addr == addr)
    }

    /// Calls an address again and again. One keeper an address.
    async fn keep(self: Arc<Self>, addr: String, keep: Keep) {
        {
            let mut kept = locked(&self.kept);
            let room = kept.len() < KEPT_MAX || keep == Keep::Always;
            if !room || !kept.insert(addr.clone()) {
                return;
            }
        }
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            () = self.keep_on(&addr, keep) => {}
            _ = stopping.changed() => {}
        }
        locked(&self.kept).remove(&addr);
    }

    async fn keep_on(self: &Arc<Self>, addr: &str, keep: Keep) {
        let mut backoff = BACKOFF.0;
        let mut sessions = self.sessions_ended.subscribe();
        loop {
            sessions.mark_unchanged();
            match self.call(addr, false, &|_| (), Some(&self.claimed)).await {
                Ok(called) => {
                    backoff = BACKOFF.0;
                    let device = match called {
                        Called::SessionOutcome(spoken, _) => spoken.device,
                        // it is being spoken with at another of its addresses
                        Called::Double(device) => {
                            let _ = timeout(self.settings.every, sessions.changed()).await;
                            device
                        }
                    };
                    match self.stay(addr, device).await {
                        // somebody else's line with the same device, or ours, has ended: see if it is still there
                        Ended::Double | Ended::Lost => sleep(BACKOFF.0 / 4).await,
                        Ended::Refused => self.wait_for_news().await,
                        Ended::Stopped => return,
                    }
                }
                Err(failure) => {
                    tracing::info!(code = failure.code, "a kept peer did not answer");
                    if failure.code == "bad_address" {
                        return;
                    }
                    if got_further(&failure) {
                        // a link that drops and lets something through each time is worth another try at once
                        backoff = BACKOFF.0;
                    }
                    sleep(backoff).await;
                    let is_strange = keep == Keep::WhileHeard && failure.code == "peer_silent";
                    backoff = if is_strange { backoff * 4 } else { backoff * 2 };
                    backoff = backoff.min(if is_strange { STRANGER_BACKOFF } else { BACKOFF.1 });
                }
            }
            if keep == Keep::WhileHeard && !self.is_heard(addr) {
                return;
            }
        }
    }

    /// Holds a line with a device that was just spoken with, or waits while there is another with it.
    async fn stay(self: &Arc<Self>, addr: &str, device: DeviceId) -> Ended {
        if !self.has_line(&device) {
            match self.open_line(addr).await {
                Ok(Ended::Double) => {}
                Ok(ended) => return ended,
                Err(failure) => {
                    tracing::info!(code = failure.code, "no line with a kept peer");
                    return Ended::Lost;
                }
            }
        }
        self.line_gone(&device).await;
        Ended::Double
    }

    async fn open_line(self: &Arc<Self>, addr: &str) -> Result<Ended, Failure> {
        let channel = self.transport.dial(addr).await.map_err(|error| transport_failure(&error, addr))?;
        let met = meet(&self.talk, channel, Role::Initiator).await?;
        self.announcer.refresh(&self.talk).await;
        Ok(self.hold(met, true, None).await)
    }

    /// For a peer with which there is no line: until there is something to tell, or it is time to ask.
    async fn wait_for_news(&self) {
        let mut newest = self.announcer.watch();
        newest.borrow_and_update();
        let _ = timeout(self.settings.every, newest.changed()).await;
    }

    /// One session with whoever is at `addr`. `claims`: devices that callers who share it are speaking with; who turns out to
    /// be one of them is hung up on, since somebody with several addresses is to be spoken with at one of them.
    async fn call(
        &self,
        addr: &str,
        explicit: bool,
        told: &(dyn Fn(sync::Progress) + Send + Sync),
        claims: Option<&Claims>,
    ) -> Result<Called, Failure> {
        let called = self.call_untold(addr, explicit, told, claims).await;
        self.note(addr, called.as_ref().map(Called::device));
        called
    }

    async fn call_untold(
        &self,
        addr: &str,
        explicit: bool,
        told: &(dyn Fn(sync::Progress) + Send + Sync),
        claims: Option<&Claims>,
    ) -> Result<Called, Failure> {
        let began = Instant::now();
        let channel = self.transport.dial(addr).await.map_err(|error| transport_failure(&error, addr))?;
        let dialled = began.elapsed();
        let remote = format!("{}/p2p/{}", channel.remote_addr(), channel.remote());
        let met = meet(&self.talk, channel, Role::Initiator).await.map_err(|failure| named(failure, addr))?;
        let device = met.peer.device;
        let _claim = match claims.map(|claims| claims.claim(device)) {
            Some(None) => return Ok(Called::Double(device)),
            claim => claim,
        };
        let busy = self.busy_with(device);
        let spoken = exchange(&self.talk, met, explicit, None, told).await.map_err(|failure| named(failure, addr));
        let is_lasting = !addr.contains("/p2p/") || self.is_heard(addr);
        let spoken = self.ended(device, true, spoken, remote, is_lasting.then_some(addr), busy).await?;
        let setup = dialled + spoken.handshake;
        Ok(Called::SessionOutcome(Box::new(spoken), setup))
    }

    /// Keeps what the next session with this device can use.
    async fn remember(&self, spoken: &SessionOutcome, addr: Option<&str>) {
        let log = Arc::clone(self.log());
        let (device, report) = (spoken.device, spoken.report.clone());
        let (addr, now) = (addr.map(without_peer), (self.talk.now)());
        let kept = blocking(move || peers::remember_peer(&log, &device, addr.as_deref(), &report, now)).await;
        if let Err(failure) = kept {
            tracing::warn!(code = failure.code, "cannot note a session");
        }
    }

    // ------------------------------------------------------------------ asked by a person

    async fn sync(&self, target: Option<&str>, tell: mpsc::Sender<Told>) -> Reply {
        let peers = match target {
            Some(target) => vec![self.sync_with(target, &tell).await?],
            None => self.sync_with_all(&tell).await?,
        };
        let log = Arc::clone(self.log());
        let alarms = blocking(move || tampering::alarms(&log, &log.shared())).await?;
        Ok(json!({"peers": peers, "alarms": alarms}))
    }

    async fn sync_with(&self, target: &str, tell: &mpsc::Sender<Told>) -> Reply {
        if is_address(target) {
            let mut named = locked(&self.named);
            if named.len() < limits::TRIED_MAX {
                named.insert(target.trim().to_owned());
            }
        }
        let mut failed = Failure::new("peer_unknown").arg("peer", target);
        for addr in self.addresses_of(target)? {
            match self.call(&addr, true, &teller(tell.clone()), None).await {
                Ok(Called::SessionOutcome(spoken, setup)) => return Ok(self.told_of(&spoken, setup)),
                Ok(Called::Double(_)) => {}
                // somebody who answered tells more than nobody
                Err(failure) if failed.code == "peer_unknown" || is_nobody(&failed) || !is_nobody(&failure) => {
                    failed = failure;
                }
                Err(_) => {}
            }
        }
        Err(failed)
    }

    /// Everyone in reach: who is connected, who answered before, who is heard on the local network.
    async fn sync_with_all(&self, tell: &mpsc::Sender<Told>) -> Result<Vec<Json>, Failure> {
        let mut addrs: Vec<String> = locked(&self.links).values().cloned().collect();
        addrs.extend(locked(&self.kept).iter().cloned());
        let log = Arc::clone(self.log());
        let known = blocking(move || peers::peers(&log)).await?;
        addrs.extend(known.into_iter().filter_map(|peer| peer.addr));
        if self.mdns {
            addrs.extend(self.listen_for_peers().await);
        }
        let (claims, mut peers) = (Claims::lasting(), Vec::new());
        let calls = in_turn(addrs).into_iter().take(REACHED_MAX).map(|addr| {
            let (told, claims) = (teller(tell.clone()), &claims);
            async move { (self.call(&addr, true, &told, Some(claims)).await, addr) }
        });
        for (result, addr) in futures::future::join_all(calls).await {
            match result {
                Ok(Called::SessionOutcome(spoken, setup)) => peers.push(self.told_of(&spoken, setup)),
                Err(failure) if !is_nobody(&failure) => peers.push(broken_off(&failure, &addr)),
                // met at another address; or nobody there, who is not a peer in reach
                Ok(Called::Double(_)) | Err(_) => {}
            }
        }
        if peers.is_empty() { Err(self.nobody()) } else { Ok(peers) }
    }

    /// Addresses heard on the local network within a few seconds of the start.
    async fn listen_for_peers(&self) -> Vec<String> {
        let mut discoveries = self.transport.discovered();
        let heard = async {
            while discoveries.now().found.is_empty() {
                if discoveries.changed().await.is_none() {
                    return;
                }
            }
            // the others answer at about the same time
            sleep(self.settings.reach / 6).await;
        };
        // a node that has run for a while has heard whoever is there
        let _ = timeout(self.settings.reach.saturating_sub(self.started.elapsed()), heard).await;
        self.transport.discovered().now().found.iter().map(|found| found.addr.clone()).collect()
    }

    /// Where a site, device or address is.
    fn addresses_of(&self, target: &str) -> Result<Vec<String>, Failure> {
        let target = target.trim();
        if is_address(target) {
            return Ok(vec![target.to_owned()]);
        }
        let shared = self.log().shared();
        let (hex, site) = (target.to_ascii_lowercase(), target.to_ascii_uppercase());
        let fits =
            |device: &str, at: Option<&str>| (hex.len() >= 8 && device.starts_with(&hex)) || at == Some(site.as_str());
        let mut addrs: Vec<String> = locked(&self.links)
            .iter()
            .filter(|(device, _)| fits(&device.to_string(), shared.site_at(device)))
            .map(|(_, addr)| addr.clone())
            .collect();
        for peer in peers::peers(self.log())? {
            if fits(&peer.device, peer.site.as_deref()) {
                addrs.extend(peer.addr);
            }
        }
        let is_known =
            shared.roster.sites.contains_key(&site) || shared.roster.devices.keys().any(|d| fits(&d.to_string(), None));
        if addrs.is_empty() && !is_known {
            // the name of a machine, then
            addrs.push(target.to_owned());
        }
        Ok(addrs)
    }

    /// One peer of the reply to `sync`.
    fn told_of(&self, spoken: &SessionOutcome, setup: Duration) -> Json {
        let shared = self.log().shared();
        let report = &spoken.report;
        let scopes: Vec<Json> = report
            .scopes
            .iter()
            .map(|state| {
                let fingerprint = data_encoding::HEXLOWER.encode(&state.hash);
                let name = members::scope_name(self.log(), &shared, &state.scope);
                json!({"scope": name, "entries": state.entries, "fingerprint": fingerprint})
            })
            .collect();
        let mut told = json!({
            "peer": spoken.device, "equal": report.equal, "round_trips": report.round_trips,
            "bytes_sent": report.bytes_sent, "bytes_received": report.bytes_received,
            "entries_sent": report.entries_sent, "entries_received": report.entries_received,
            "elapsed_ms": millis(spoken.session), "setup_ms": millis(setup), "scopes": scopes,
        });
        if let Some(reason) = &report.reason {
            told["reason"] = json!(reason.code());
            if let sync::Reason::Gaps { ours, theirs } = reason {
                let authors = gaps::authors_of_gaps(self.log(), &shared).unwrap_or_default();
                told["sections_missing"] = json!({"here": ours, "there": theirs, "authors": authors});
            }
        }
        told
    }
}

/// The PeerId an address names.
fn peer_in(addr: &str) -> Option<&str> {
    addr.split_once("/p2p/").map(|(_, peer)| peer)
}

/// Addresses in the order of calling: everybody at one of theirs before anybody at another, and of one peer's the network
/// before this machine alone, IPv4 before IPv6, which fewer networks let through.
fn in_turn(addrs: Vec<String>) -> Vec<String> {
    let likelihood =
        |addr: &str| (addr.starts_with("/ip4/127.") || addr.starts_with("/ip6/::1/"), addr.starts_with("/ip6/"));
    let mut seen = HashSet::new();
    let mut addrs: Vec<String> = addrs.into_iter().filter(|addr| seen.insert(addr.clone())).collect();
    addrs.sort_by_key(|addr| likelihood(addr));
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut turns: Vec<(usize, String)> = Vec::with_capacity(addrs.len());
    for addr in addrs {
        let turn = peer_in(&addr).map_or(0, |peer| {
            let place = places.entry(peer.to_owned()).or_default();
            *place += 1;
            *place
        });
        turns.push((turn, addr));
    }
    turns.sort_by_key(|(turn, _)| *turn);
    turns.into_iter().map(|(_, addr)| addr).collect()
}

/// What a failure says under a name; empty if nothing.
fn argument<'f>(failure: &'f Failure, name: &str) -> &'f str {
    failure.args.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value.as_str())
}

/// One peer of the reply to `sync` that answered and with whom it came to no end: why, how far, and what else the failure
/// says.
fn broken_off(failure: &Failure, addr: &str) -> Json {
    let count = |name| argument(failure, name).parse::<u64>().unwrap_or(0);
    let mut told = json!({
        "peer": addr, "equal": false, "reason": failure.code,
        "entries_received": count("kept"), "entries_sent": count("sent"),
    });
    for (name, value) in &failure.args {
        match *name {
            "peer" => {}
            "reason" => told["refusal"] = json!(value),
            "who" => told["who"] = json!(value),
            name => told[name] = value.parse::<u64>().map_or_else(|_| json!(value), |count| json!(count)),
        }
    }
    told
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Names the peer as the person did, not by the address that was found for it.
fn named(mut failure: Failure, addr: &str) -> Failure {
    let found = argument(&failure, "peer").to_owned();
    for (name, value) in failure.args.iter_mut().chain(&mut failure.where_) {
        if *name == "peer" || (*name == "who" && *value == found) {
            addr.clone_into(value);
        }
    }
    failure
}

/// Tells the log of a long session how far it is: the screen of whoever was called.
fn logged(device: DeviceId) -> impl Fn(sync::Progress) + Send + Sync {
    let told_at = Mutex::new(Instant::now());
    move |progress| {
        let mut told_at = locked(&told_at);
        if told_at.elapsed() >= Duration::from_secs(5) {
            *told_at = Instant::now();
            let (done, of) = (progress.sent + progress.received, progress.to_send + progress.to_receive);
            tracing::info!(peer = device.short(), done, of, "session under way");
        }
    }
}

/// Passes a session's progress on.
fn teller(tell: mpsc::Sender<Told>) -> impl Fn(sync::Progress) + Send + Sync {
    move |progress| {
        let (done, total) = (progress.sent + progress.received, progress.to_send + progress.to_receive);
        // nobody listens any more: the sync goes on all the same
        let _ = tell.send(Told::Progress(Progress { what: "entries".into(), done, total: Some(total) }));
    }
}

#[cfg(test)]
mod tests;
