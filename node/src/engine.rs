//! The live engine: peers found and kept, sessions run when there is something to say.
//!
//! ```text
//!  --peer, mDNS ─▶ keeper (one an address) ─▶ session at once, after every commit, every minute; backoff when it fails
//!  a peer calls ─▶ session ─▶ a keeper that calls back over the same connection when something is committed here
//!  boucle sync ─▶ session, released at once on both sides, with progress
//! ```
//!
//! Every session is a channel of its own over a connection that stays. What commits here wakes the keepers; what a
//! peer commits wakes its own: so an entry travels through a connected network in as many sessions as there are steps.

pub(crate) mod offer;
mod peers;
mod policy;
pub(crate) mod session;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use crdt_model::id::DeviceId;
use crdt_model::sync::handshake::Role;
use crdt_model::sync::{self, Agreed};
use serde_json::{Value as Json, json};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, sleep_until, timeout};
use transport::{Channel, Config, Limits, Psk, Transport};

use crate::api::{Progress, Ready, Reply, RunOptions};
use crate::clock;
use crate::core::{Core, locked};
use crate::error::Failure;
use offer::RELEASE_MS;
use session::{Spoken, Talk, blocking, converse, transport_failure};

/// Listened on unless told otherwise.
const LISTEN: &str = "/ip4/0.0.0.0/tcp/0";
/// Sessions that peers may have with us at once.
const SERVED_MAX: usize = 16;
/// First and longest wait before a peer that did not answer is tried again.
const BACKOFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));
/// How long a stop waits for commits under way.
const STOP_MAX: Duration = Duration::from_secs(5);
/// Peers called at once by a sync that names nobody.
const REACHED_MAX: usize = 64;

/// What tests make shorter.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Bounds of the transport.
    pub(crate) limits: Limits,
    /// How long own entries wait before a session in the background offers them, milliseconds.
    pub(crate) release_ms: i64,
    /// Commits within this time share a session.
    pub(crate) debounce: Duration,
    /// Kept peers are called at least this often.
    pub(crate) every: Duration,
    /// How long a sync without a name listens for peers on the local network.
    pub(crate) reach: Duration,
    /// The clock, Unix milliseconds.
    pub(crate) now: fn() -> i64,
}

impl Default for Settings {
    fn default() -> Self {
        // longer than the rhythm of the keepers, so that their connections stay
        let limits = Limits { idle_ms: 180_000, ..Limits::default() };
        Self {
            limits,
            release_ms: RELEASE_MS,
            debounce: Duration::from_millis(50),
            every: Duration::from_secs(60),
            reach: Duration::from_secs(3),
            now: clock::now_ms,
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
    talk: Arc<Talk>,
    transport: Transport,
    settings: Settings,
    mdns: bool,
    stopping: watch::Sender<bool>,
    /// Where each device met lately can be called.
    links: Mutex<HashMap<DeviceId, String>>,
    /// Addresses that have a keeper, and the device it found there.
    kept: Mutex<HashMap<String, Option<DeviceId>>>,
    /// Hash of what each device and we last agreed on.
    agreed: Mutex<HashMap<DeviceId, [u8; 32]>>,
    serving: Semaphore,
}

/// How long an address is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// As long as the node runs: a person named it.
    Always,
    /// As long as it is heard on the local network.
    WhileHeard,
    /// Until its connection ends: the peer called us.
    WhileUp,
}

/// What a sync tells its caller.
enum Told {
    Progress(Progress),
    Done(Reply),
}

/// Runs `work` on a thread of its own: a runtime may not be entered from inside another.
fn outside<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, Failure> {
    std::thread::scope(|scope| scope.spawn(work).join()).map_err(|_| Failure::new("unexpected"))
}

impl Engine {
    /// Listens, finds peers, keeps those named.
    pub(crate) fn start(core: Arc<Core>, options: &RunOptions) -> Result<(Self, Ready), Failure> {
        let mut listen = options.listen.clone();
        if listen.is_empty() {
            listen.push(LISTEN.to_owned());
        }
        Self::start_with(core, listen, options, Settings::default())
    }

    /// For one sync: listens on nothing.
    pub(crate) fn dial_only(core: Arc<Core>, options: &RunOptions) -> Result<Self, Failure> {
        Ok(Self::start_with(core, Vec::new(), options, Settings::default())?.0)
    }

    /// Starts with settings of the caller's.
    pub(crate) fn start_with(
        core: Arc<Core>,
        listen: Vec<String>,
        options: &RunOptions,
        settings: Settings,
    ) -> Result<(Self, Ready), Failure> {
        let failed = |error: std::io::Error| Failure::new("unexpected").because(&error);
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("boucle-sync")
            .enable_all()
            .build()
            .map_err(failed)?;
        let config = Config {
            psk: Psk::new(core.psk.0),
            listen: listen.clone(),
            mdns: options.mdns,
            limits: settings.limits.clone(),
        };
        let named = listen.join(", ");
        let transport = outside(|| runtime.block_on(Transport::start(config)))?
            .map_err(|error| transport_failure(&error, &named))?;
        let listening = transport.listening().iter().map(|addr| without_peer(addr)).collect();
        let talk = Arc::new(Talk::new(core, settings.now, settings.release_ms));
        let inner = Arc::new(Inner {
            talk,
            transport,
            settings,
            mdns: options.mdns,
            stopping: watch::Sender::new(false),
            links: Mutex::default(),
            kept: Mutex::default(),
            agreed: Mutex::default(),
            serving: Semaphore::new(SERVED_MAX),
        });
        if !listen.is_empty() {
            runtime.spawn(Arc::clone(&inner).accept());
            runtime.spawn(Arc::clone(&inner).mark());
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
        let stopped = || Failure::new("sync_cut").arg("peer", target.unwrap_or_default());
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
    fn core(&self) -> &Arc<Core> {
        &self.talk.core
    }

    // ------------------------------------------------------------------ being called

    async fn accept(self: Arc<Self>) {
        while let Some(channel) = self.transport.accept().await {
            tokio::spawn(Arc::clone(&self).serve(channel));
        }
    }

    async fn serve(self: Arc<Self>, channel: Channel) {
        let Ok(_turn) = self.serving.acquire().await else { return };
        let addr = format!("{}/p2p/{}", channel.remote_addr(), channel.remote());
        match converse(&self.talk, channel, Role::Responder, false, &|_| ()).await {
            Ok(spoken) => {
                let is_kept = locked(&self.kept).values().any(|device| *device == Some(spoken.device));
                locked(&self.links).insert(spoken.device, addr.clone());
                self.remember(&spoken, None).await;
                if !is_kept {
                    tokio::spawn(Arc::clone(&self).keep(addr, Keep::WhileUp));
                }
            }
            Err(failure) => tracing::info!(code = failure.code, "a peer called"),
        }
    }

    // ------------------------------------------------------------------ calling

    /// Notes when own entries were written, so that they are released in time.
    async fn mark(self: Arc<Self>) {
        let mut changed = self.core().changed();
        let mut stopping = self.stopping.subscribe();
        loop {
            let talk = Arc::clone(&self.talk);
            let marked = blocking(move || talk.core.frontiers_for(&talk.offer(true, false)).map(drop)).await;
            if let Err(failure) = marked {
                tracing::warn!(code = failure.code, "cannot note what was written");
            }
            tokio::select! {
                heard = changed.changed() => if heard.is_err() { return },
                _ = stopping.changed() => return,
            }
            sleep(self.settings.debounce).await;
            changed.borrow_and_update();
        }
    }

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
            if kept.contains_key(&addr) {
                return;
            }
            kept.insert(addr.clone(), None);
        }
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            () = self.keep_on(&addr, keep) => {}
            _ = stopping.changed() => {}
        }
        locked(&self.kept).remove(&addr);
    }

    async fn keep_on(&self, addr: &str, keep: Keep) {
        let mut changed = self.core().changed();
        let mut backoff = BACKOFF.0;
        // whoever called us has just been spoken with
        let mut met = None;
        if keep == Keep::WhileUp {
            met = locked(&self.links).iter().find(|(_, link)| *link == addr).map(|(device, _)| *device);
            locked(&self.kept).insert(addr.to_owned(), met);
            if !self.wait_for_news(&mut changed, met).await {
                return;
            }
        }
        loop {
            changed.borrow_and_update();
            let wait = match self.call(addr, false, &|_| ()).await {
                Ok((spoken, _)) => {
                    backoff = BACKOFF.0;
                    met = Some(spoken.device);
                    if keep != Keep::WhileUp && self.is_double(addr, spoken.device) {
                        return;
                    }
                    locked(&self.kept).insert(addr.to_owned(), met);
                    None
                }
                Err(failure) => {
                    tracing::info!(code = failure.code, "a kept peer did not answer");
                    if keep == Keep::WhileUp || failure.code == "bad_address" {
                        return;
                    }
                    let wait = backoff;
                    backoff = (backoff * 2).min(BACKOFF.1);
                    Some(wait)
                }
            };
            match wait {
                Some(wait) => sleep(wait).await,
                None => {
                    if !self.wait_for_news(&mut changed, met).await {
                        return;
                    }
                }
            }
            if keep == Keep::WhileHeard && !self.is_heard(addr) {
                return;
            }
        }
    }

    /// True when another address with a keeper leads to the same device.
    fn is_double(&self, addr: &str, device: DeviceId) -> bool {
        let kept = locked(&self.kept);
        kept.iter().any(|(other, found)| other != addr && *found == Some(device) && !other.contains("/p2p/"))
            && addr.contains("/p2p/")
    }

    /// Until something the peer lacks was committed or released, or it is time to ask. False when the node stops.
    async fn wait_for_news(&self, changed: &mut watch::Receiver<u64>, device: Option<DeviceId>) -> bool {
        let due = tokio::time::Instant::now() + self.settings.every;
        loop {
            tokio::select! {
                heard = changed.changed() => if heard.is_err() { return false },
                () = sleep_until(due) => return true,
            }
            sleep(self.settings.debounce).await;
            changed.borrow_and_update();
            if self.has_news_for(device).await {
                return true;
            }
        }
    }

    /// What would be offered differs from what was agreed on.
    async fn has_news_for(&self, device: Option<DeviceId>) -> bool {
        let agreed = device.and_then(|device| locked(&self.agreed).get(&device).copied());
        let talk = Arc::clone(&self.talk);
        let now = blocking(move || {
            let frontiers = talk.core.frontiers_for(&talk.offer(true, false))?;
            Ok(Agreed::new(&frontiers).hash(&talk.core.org))
        });
        now.await.is_ok_and(|now| Some(now) != agreed)
    }

    /// One session with whoever is at `addr`; and how long it took until it could begin.
    async fn call(
        &self,
        addr: &str,
        explicit: bool,
        told: &(dyn Fn(sync::Progress) + Send + Sync),
    ) -> Result<(Spoken, Duration), Failure> {
        let began = Instant::now();
        let channel = self.transport.dial(addr).await.map_err(|error| transport_failure(&error, addr))?;
        let dialled = began.elapsed();
        let remote = format!("{}/p2p/{}", channel.remote_addr(), channel.remote());
        let spoken = converse(&self.talk, channel, Role::Initiator, explicit, told).await;
        let spoken = spoken.map_err(|failure| named(failure, addr))?;
        locked(&self.links).insert(spoken.device, remote);
        let is_lasting = !addr.contains("/p2p/") || self.is_heard(addr);
        self.remember(&spoken, is_lasting.then_some(addr)).await;
        let setup = dialled + spoken.handshake;
        Ok((spoken, setup))
    }

    /// Keeps what the next session with this device can use.
    async fn remember(&self, spoken: &Spoken, addr: Option<&str>) {
        let core = Arc::clone(self.core());
        let hash = spoken.report.agreed.as_ref().map(|agreed| agreed.hash(&core.org));
        match hash {
            Some(hash) => locked(&self.agreed).insert(spoken.device, hash),
            None => locked(&self.agreed).remove(&spoken.device),
        };
        let (device, report) = (spoken.device, spoken.report.clone());
        let (addr, now) = (addr.map(without_peer), (self.talk.now)());
        let kept = blocking(move || core.remember_peer(&device, addr.as_deref(), &report, now)).await;
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
        Ok(json!({ "peers": peers }))
    }

    async fn sync_with(&self, target: &str, tell: &mpsc::Sender<Told>) -> Reply {
        let mut last = Failure::new("no_peer");
        for addr in self.addresses_of(target)? {
            match self.call(&addr, true, &teller(tell.clone())).await {
                Ok((spoken, setup)) => return Ok(self.told_of(&spoken, setup)),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    /// Everyone in reach: who is connected, who answered before, who is heard on the local network.
    async fn sync_with_all(&self, tell: &mpsc::Sender<Told>) -> Result<Vec<Json>, Failure> {
        let mut addrs: Vec<String> = locked(&self.links).values().cloned().collect();
        addrs.extend(locked(&self.kept).keys().cloned());
        let core = Arc::clone(self.core());
        let known = blocking(move || core.peers()).await?;
        addrs.extend(known.into_iter().filter_map(|peer| peer.addr));
        if self.mdns {
            addrs.extend(self.listen_for_peers().await);
        }
        let mut seen = HashSet::new();
        addrs.retain(|addr| seen.insert(addr.clone()));
        addrs.truncate(REACHED_MAX);
        let calls = addrs.into_iter().map(|addr| {
            let told = teller(tell.clone());
            async move { (self.call(&addr, true, &told).await, addr) }
        });
        let results = futures::future::join_all(calls).await;
        let mut met = HashSet::new();
        let (mut peers, mut failed) = (Vec::new(), None);
        for (result, addr) in results {
            match result {
                Ok((spoken, setup)) if met.insert(spoken.device) => peers.push(self.told_of(&spoken, setup)),
                Ok(_) => {}
                // nobody there is not a peer in reach
                Err(failure)
                    if matches!(failure.code, "peer_unreachable" | "peer_silent" | "wrong_peer" | "bad_address") =>
                {
                    failed.get_or_insert(failure);
                }
                Err(failure) => peers.push(json!({"peer": addr, "equal": false, "reason": failure.code})),
            }
        }
        if peers.is_empty() { Err(failed.unwrap_or_else(|| Failure::new("no_peer"))) } else { Ok(peers) }
    }

    /// Addresses heard on the local network within a few seconds.
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
        let _ = timeout(self.settings.reach, heard).await;
        self.transport.discovered().now().found.iter().map(|found| found.addr.clone()).collect()
    }

    /// Where a site, device or address is.
    fn addresses_of(&self, target: &str) -> Result<Vec<String>, Failure> {
        let target = target.trim();
        if is_address(target) {
            return Ok(vec![target.to_owned()]);
        }
        let shared = self.core().shared();
        let (hex, site) = (target.to_ascii_lowercase(), target.to_ascii_uppercase());
        let fits =
            |device: &str, at: Option<&str>| (hex.len() >= 8 && device.starts_with(&hex)) || at == Some(site.as_str());
        let site_of = |device: &DeviceId| {
            shared.roster.members.values().find(|m| m.device == *device).map(|m| m.site().to_owned())
        };
        let mut addrs: Vec<String> = locked(&self.links)
            .iter()
            .filter(|(device, _)| fits(&device.to_string(), site_of(device).as_deref()))
            .map(|(_, addr)| addr.clone())
            .collect();
        for peer in self.core().peers()? {
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
    fn told_of(&self, spoken: &Spoken, setup: Duration) -> Json {
        let shared = self.core().shared();
        let report = &spoken.report;
        let scopes: Vec<Json> = report
            .scopes
            .iter()
            .map(|state| {
                let fingerprint = data_encoding::HEXLOWER.encode(&state.hash);
                let name = self.core().scope_name(&shared, &state.scope);
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
        }
        told
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Names the peer as the person did, not by the address that was found for it.
fn named(mut failure: Failure, addr: &str) -> Failure {
    for (name, value) in failure.args.iter_mut().chain(&mut failure.where_) {
        if *name == "peer" {
            addr.clone_into(value);
        }
    }
    failure
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
