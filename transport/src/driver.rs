//! The one task that owns the libp2p swarm: dials, takes streams, keeps the bounds, tells what it found.

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{AsyncWriteExt as _, StreamExt as _};
use libp2p::{
    Multiaddr, PeerId, Stream, Swarm,
    core::transport::{ListenerId, TransportError},
    identity::Keypair,
    mdns,
    multiaddr::Protocol,
    swarm::{
        self, ConnectionId, DialError, ListenError, NetworkBehaviour, SwarmEvent,
        behaviour::toggle::Toggle,
        dial_opts::{DialOpts, PeerCondition},
    },
};
use libp2p_connection_limits::{self as connection_limits, ConnectionLimits};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
    time::timeout,
};

use crate::{
    address::{is_dialable, is_link_local, without_peer},
    carrier::{self, CarrierFault},
    channel::{Between, Channel},
    config::Config,
    discovery::{Discovery, Found, Mdns},
    error::{Error, Side},
    limits::{Limits, MDNS_HEARD_MAX},
    peer::Peer,
    slots::{Slot, Slots},
    streams::{self, OpenFault, Ticket},
};

/// First byte of the side that took a stream.
pub(crate) const WELCOME: u8 = 1;
/// First and only byte of a side that has no room for the stream.
pub(crate) const BUSY: u8 = 0;

/// How many refusals may be under way; further streams are dropped without a word.
const REFUSALS_MAX: usize = 32;
/// How long a new listener may take to tell its address.
const LISTEN_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a listener on every interface may take to name them all, after the first.
const LISTEN_MORE: Duration = Duration::from_millis(100);
/// How long mDNS answers are believed without being heard again.
const MDNS_TTL: Duration = Duration::from_secs(120);

/// What the transport asks of the task.
pub(crate) enum Command {
    Dial(Request),
    Stop(oneshot::Sender<()>),
}

/// A stream wanted with whoever is at an address.
pub(crate) struct Request {
    pub(crate) addr: Multiaddr,
    pub(crate) expected: Option<PeerId>,
    pub(crate) reply: oneshot::Sender<Result<Opened, Fault>>,
}

/// A stream the peer has agreed to; its first byte says whether there was room.
pub(crate) struct Opened {
    pub(crate) stream: Stream,
    pub(crate) between: Between,
}

/// Why there is no stream. The transport adds address and time to make an [`Error`] of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Refused,
    Unreachable,
    Silent,
    Busy(Side),
    Closed,
    Incompatible,
    WrongPeer(Peer),
    Own,
    Stopped,
}

impl Fault {
    fn of(error: &DialError) -> Self {
        match error {
            // libp2p leaves out our own listen addresses, so that none is left to try.
            DialError::LocalPeerId { .. } | DialError::NoAddresses => Self::Own,
            DialError::WrongPeerId { obtained, .. } => Self::WrongPeer(Peer::new(*obtained)),
            DialError::Denied { .. } | DialError::DialPeerConditionFalse(_) => Self::Busy(Side::Here),
            DialError::Aborted => Self::Closed,
            DialError::Transport(tried) => match tried.first().map(|(_, error)| CarrierFault::of(error)) {
                Some(CarrierFault::Tcp(io::ErrorKind::ConnectionRefused)) => Self::Refused,
                Some(CarrierFault::Tcp(
                    io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
                    | io::ErrorKind::NetworkDown
                    | io::ErrorKind::AddrNotAvailable
                    | io::ErrorKind::InvalidInput,
                )) => Self::Unreachable,
                _ => Self::Silent,
            },
        }
    }
}

#[derive(NetworkBehaviour)]
struct Parts {
    // First, so that a connection over the bounds costs nothing else.
    bounds: connection_limits::Behaviour,
    streams: streams::Behaviour,
    mdns: Toggle<mdns::tokio::Behaviour>,
}

struct Connection {
    peer: PeerId,
    addr: Multiaddr,
    dialled: bool,
}

/// A stream being opened.
struct Opening {
    request: Request,
    connection: ConnectionId,
    /// The connection was there before: if it turns out dead, a new one is tried.
    reused: bool,
    slot: Slot,
}

/// Ends of the channels the transport keeps.
pub(crate) struct Ports {
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) accepted: mpsc::Sender<Channel>,
    pub(crate) listening: watch::Sender<Vec<String>>,
    pub(crate) discovery: watch::Sender<Discovery>,
    pub(crate) failed_handshakes: Arc<AtomicU64>,
}

pub(crate) struct Driver {
    swarm: Swarm<Parts>,
    ports: Ports,
    limits: Arc<Limits>,
    local: Peer,
    slots: Slots,
    connections: HashMap<ConnectionId, Connection>,
    dials: HashMap<ConnectionId, Request>,
    openings: HashMap<Ticket, Opening>,
    tickets: u64,
    listeners: Vec<ListenerId>,
    listen_addrs: Vec<Multiaddr>,
    found: Vec<(Peer, Multiaddr)>,
    /// Inbound streams being told that they are welcome, or not.
    greetings: JoinSet<()>,
}

fn parts(config: &Config, local: PeerId) -> (Parts, Mdns) {
    let limits = &config.limits;
    let bounds = ConnectionLimits::default()
        .with_max_pending_incoming(Some(limits.pending_in))
        .with_max_pending_outgoing(Some(limits.pending_out))
        .with_max_established_incoming(Some(limits.established_in))
        .with_max_established_outgoing(Some(limits.established_out))
        .with_max_established_per_peer(Some(limits.per_peer));
    let settings = mdns::Config { ttl: MDNS_TTL, query_interval: limits.mdns_query(), enable_ipv6: false };
    let (mdns, state) = match config.mdns.then(|| mdns::tokio::Behaviour::new(settings, local)) {
        None => (None, Mdns::Off),
        Some(Ok(mdns)) => (Some(mdns), Mdns::On),
        Some(Err(error)) => {
            tracing::warn!(reason = %error.kind(), "mDNS could not be started");
            (None, Mdns::Failed(error.kind()))
        }
    };
    let parts = Parts {
        bounds: connection_limits::Behaviour::new(bounds),
        streams: streams::Behaviour::new(limits.dial_timeout() / 2),
        mdns: mdns.into(),
    };
    (parts, state)
}

impl Driver {
    /// Builds the swarm. Must be called inside the runtime that will run it.
    pub(crate) fn new(config: &Config, limits: Arc<Limits>, ports: Ports) -> Result<Self, Error> {
        let keypair = Keypair::generate_ed25519();
        let local = keypair.public().to_peer_id();
        let carrier = carrier::build(&keypair, &config.psk, &limits)
            .map_err(|_| Error::Start { reason: io::ErrorKind::InvalidData })?;
        let (parts, mdns) = parts(config, local);
        ports.discovery.send_modify(|discovery| discovery.mdns = mdns);
        let settings = swarm::Config::with_tokio_executor()
            .with_idle_connection_timeout(limits.idle())
            .with_max_negotiating_inbound_streams(usize::try_from(limits.streams_per_peer).unwrap_or(usize::MAX));
        Ok(Self {
            swarm: Swarm::new(carrier, parts, local, settings),
            ports,
            local: Peer::new(local),
            slots: Slots::new(limits.streams_per_peer),
            limits,
            connections: HashMap::new(),
            dials: HashMap::new(),
            openings: HashMap::new(),
            tickets: 0,
            listeners: Vec::new(),
            listen_addrs: Vec::new(),
            found: Vec::new(),
            greetings: JoinSet::new(),
        })
    }

    pub(crate) fn local(&self) -> Peer {
        self.local
    }

    /// Starts listening and waits until each listener has an address.
    pub(crate) async fn listen(&mut self, wanted: &[Multiaddr]) -> Result<(), Error> {
        let mut waiting: HashMap<ListenerId, &Multiaddr> = HashMap::new();
        let failed = |addr: &Multiaddr, reason| Error::Listen { addr: addr.to_string(), reason };
        for addr in wanted {
            let id = self.swarm.listen_on(addr.clone()).map_err(|error| failed(addr, tcp_kind(&error)))?;
            self.listeners.push(id);
            waiting.insert(id, addr);
        }
        let mut deadline = tokio::time::Instant::now() + LISTEN_TIMEOUT;
        while !waiting.is_empty() {
            // A machine without any network has nothing to tell; its addresses are listed when they come up.
            let Ok(event) = tokio::time::timeout_at(deadline, self.swarm.select_next_some()).await else { break };
            match &event {
                SwarmEvent::NewListenAddr { listener_id, .. } => {
                    waiting.remove(listener_id);
                    // one kind of address is there: the other may have none on this machine
                    deadline = deadline.min(tokio::time::Instant::now() + LISTEN_MORE);
                }
                SwarmEvent::ListenerClosed { listener_id, reason: Err(error), .. } => {
                    if let Some(addr) = waiting.get(listener_id) {
                        return Err(failed(addr, error.kind()));
                    }
                }
                _ => {}
            }
            self.on_event(event);
        }
        // the other interfaces follow at once: whoever reads our addresses is to see those that others can call
        let everywhere = |addr: &Multiaddr| addr.to_string().contains("/0.0.0.0/") || addr.to_string().contains("/::/");
        if wanted.iter().any(everywhere) {
            let more = async {
                loop {
                    let event = self.swarm.select_next_some().await;
                    self.on_event(event);
                }
            };
            let _: Result<(), _> = timeout(LISTEN_MORE, more).await;
        }
        Ok(())
    }

    /// Runs until told to stop or until the transport is gone.
    pub(crate) async fn run(mut self) {
        loop {
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.ports.commands.recv() => match command {
                    Some(Command::Dial(request)) => self.dial(request),
                    Some(Command::Stop(done)) => {
                        self.hang_up().await;
                        let _ = done.send(());
                        return;
                    }
                    None => return,
                },
                Some(_) = self.greetings.join_next(), if !self.greetings.is_empty() => {}
            }
        }
    }

    /// Closes every connection after what is queued on it, for as long as `stop_timeout_ms` allows.
    async fn hang_up(&mut self) {
        for listener in std::mem::take(&mut self.listeners) {
            self.swarm.remove_listener(listener);
        }
        let peers: HashSet<PeerId> = self.connections.values().map(|connection| connection.peer).collect();
        for peer in peers {
            let _ = self.swarm.disconnect_peer_id(peer);
        }
        let goodbye = async {
            while self.swarm.network_info().num_peers() > 0 {
                let _ = self.swarm.select_next_some().await;
            }
        };
        let _ = timeout(self.limits.stop_timeout(), goodbye).await;
    }

    fn dial(&mut self, request: Request) {
        let known = self.connections.iter().find(|(_, connection)| match request.expected {
            Some(peer) => connection.peer == peer,
            None => connection.dialled && connection.addr == request.addr,
        });
        match known.map(|(id, _)| *id) {
            Some(connection) => self.open(connection, request, true),
            None => self.dial_anew(request),
        }
    }

    fn dial_anew(&mut self, request: Request) {
        if request.reply.is_closed() {
            return;
        }
        let opts = match request.expected {
            Some(peer) => DialOpts::peer_id(peer)
                .addresses(vec![request.addr.clone()])
                .condition(PeerCondition::Always)
                .allocate_new_port()
                .build(),
            None => DialOpts::unknown_peer_id().address(request.addr.clone()).allocate_new_port().build(),
        };
        let id = opts.connection_id();
        match self.swarm.dial(opts) {
            Ok(()) => {
                self.dials.insert(id, request);
            }
            Err(error) => {
                let _ = request.reply.send(Err(Fault::of(&error)));
            }
        }
    }

    fn open(&mut self, connection: ConnectionId, request: Request, reused: bool) {
        if request.reply.is_closed() {
            return;
        }
        let Some(peer) = self.connections.get(&connection).map(|connection| connection.peer) else {
            let _ = request.reply.send(Err(Fault::Closed));
            return;
        };
        let Some(slot) = self.slots.take(Peer::new(peer)) else {
            let _ = request.reply.send(Err(Fault::Busy(Side::Here)));
            return;
        };
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.swarm.behaviour_mut().streams.open(peer, connection, ticket);
        self.openings.insert(ticket, Opening { request, connection, reused, slot });
    }

    fn on_event(&mut self, event: SwarmEvent<PartsEvent>) {
        match event {
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                let addr = without_peer(endpoint.get_remote_address());
                let dialled = endpoint.is_dialer();
                self.connections.insert(connection_id, Connection { peer: peer_id, addr, dialled });
                if let Some(request) = self.dials.remove(&connection_id) {
                    self.open(connection_id, request, false);
                }
            }
            SwarmEvent::ConnectionClosed { connection_id, .. } => self.on_closed(connection_id),
            SwarmEvent::OutgoingConnectionError { connection_id, peer_id, error } => {
                if let Some(request) = self.dials.remove(&connection_id) {
                    self.on_dial_failed(request, peer_id, &error);
                }
            }
            SwarmEvent::IncomingConnectionError { error: ListenError::Transport(_), .. } => {
                self.ports.failed_handshakes.fetch_add(1, Ordering::Relaxed);
            }
            SwarmEvent::NewListenAddr { address, .. } => {
                self.listen_addrs.push(address);
                self.tell_listening();
            }
            SwarmEvent::ExpiredListenAddr { address, .. } => {
                self.listen_addrs.retain(|known| *known != address);
                self.tell_listening();
            }
            SwarmEvent::ListenerClosed { addresses, .. } => {
                self.listen_addrs.retain(|known| !addresses.contains(known));
                self.tell_listening();
            }
            SwarmEvent::Behaviour(PartsEvent::Streams(event)) => self.on_stream(event),
            SwarmEvent::Behaviour(PartsEvent::Mdns(event)) => self.on_mdns(event),
            _ => {}
        }
    }

    fn on_dial_failed(&mut self, request: Request, peer: Option<PeerId>, error: &DialError) {
        // One connection too many with a peer that was met under another address: use one that is there.
        if let (DialError::Denied { .. }, Some(peer)) = (error, peer) {
            let other = self.connections.iter().find(|(_, connection)| connection.peer == peer).map(|(id, _)| *id);
            if let Some(connection) = other {
                self.open(connection, request, false);
                return;
            }
        }
        let _ = request.reply.send(Err(Fault::of(error)));
    }

    fn on_closed(&mut self, closed: ConnectionId) {
        self.connections.remove(&closed);
        let waiting: Vec<Ticket> =
            self.openings.iter().filter(|(_, opening)| opening.connection == closed).map(|(id, _)| *id).collect();
        for ticket in waiting {
            let Some(Opening { request, reused, slot, .. }) = self.openings.remove(&ticket) else { continue };
            drop(slot);
            if reused {
                self.dial_anew(request);
            } else {
                // The handshake went well and the peer hung up all the same: that is how a bound on connections looks.
                let _ = request.reply.send(Err(Fault::Busy(Side::There)));
            }
        }
    }

    fn on_stream(&mut self, event: streams::Event) {
        match event {
            streams::Event::Inbound { peer, connection, stream } => self.greet(peer, connection, stream),
            streams::Event::Outbound { ticket, outcome } => {
                if let Some(opening) = self.openings.remove(&ticket) {
                    self.on_opened(opening, outcome);
                }
            }
        }
    }

    fn on_opened(&mut self, opening: Opening, outcome: Result<Stream, OpenFault>) {
        let Opening { request, connection, reused, slot } = opening;
        let fault = match (outcome, self.connections.get(&connection)) {
            (Ok(stream), Some(known)) => {
                let between = Between {
                    local: self.local,
                    remote: Peer::new(known.peer),
                    remote_addr: known.addr.to_string(),
                    slot: Some(slot),
                };
                let _ = request.reply.send(Ok(Opened { stream, between }));
                return;
            }
            (Ok(_), None) => Fault::Closed,
            (Err(OpenFault::Incompatible), _) => Fault::Incompatible,
            (Err(OpenFault::Silent), _) => Fault::Silent,
            (Err(OpenFault::Broken), _) => Fault::Busy(Side::There),
        };
        drop(slot);
        if reused && fault != Fault::Incompatible {
            // A connection to a machine that went to sleep looks open for a long time.
            self.swarm.close_connection(connection);
            self.dial_anew(request);
        } else {
            let _ = request.reply.send(Err(fault));
        }
    }

    /// Takes an inbound stream if there is room for it, and says so in its first byte.
    fn greet(&mut self, peer: PeerId, connection: ConnectionId, mut stream: Stream) {
        let patience = self.limits.send_timeout();
        let remote = Peer::new(peer);
        let Some((slot, place)) = self.slots.take(remote).zip(self.ports.accepted.clone().try_reserve_owned().ok())
        else {
            if self.greetings.len() < REFUSALS_MAX {
                self.greetings.spawn(async move {
                    let refusal = async {
                        stream.write_all(&[BUSY]).await?;
                        stream.close().await
                    };
                    let _ = timeout(patience, refusal).await;
                });
            }
            return;
        };
        let remote_addr = self.connections.get(&connection).map(|known| known.addr.to_string()).unwrap_or_default();
        let between = Between { local: self.local, remote, remote_addr, slot: Some(slot) };
        let limits = self.limits.clone();
        self.greetings.spawn(async move {
            let welcome = async {
                stream.write_all(&[WELCOME]).await?;
                stream.flush().await
            };
            if let Ok(Ok(())) = timeout(patience, welcome).await {
                place.send(Channel::new(Box::new(stream), between, &limits));
            }
        });
    }

    fn tell_listening(&self) {
        // what others can call, the kind that every network has before the other
        let mut callable: Vec<&Multiaddr> = self.listen_addrs.iter().filter(|addr| !is_link_local(addr)).collect();
        callable.sort_by_key(|addr| matches!(addr.iter().next(), Some(Protocol::Ip6(_))));
        let addrs = callable.into_iter().map(|addr| format!("{addr}/p2p/{}", self.local)).collect();
        self.ports.listening.send_replace(addrs);
    }

    fn on_mdns(&mut self, event: mdns::Event) {
        match event {
            mdns::Event::Discovered(heard) => {
                for (peer, addr) in heard {
                    let entry = (Peer::new(peer), without_peer(&addr));
                    let room = self.found.len() < self.limits.discovered_max;
                    if room && entry.0 != self.local && is_dialable(&entry.1) && !self.found.contains(&entry) {
                        self.found.push(entry);
                    }
                }
            }
            mdns::Event::Expired(gone) => {
                let gone: HashSet<_> =
                    gone.into_iter().map(|(peer, addr)| (Peer::new(peer), without_peer(&addr))).collect();
                self.found.retain(|entry| !gone.contains(entry));
            }
        }
        let heard = self.swarm.behaviour().mdns.as_ref().map_or(0, |mdns| mdns.discovered_nodes().len());
        let flooded = heard > MDNS_HEARD_MAX;
        if flooded {
            tracing::warn!(heard, "mDNS is flooded with invented peers and was switched off");
            self.swarm.behaviour_mut().mdns = Toggle::from(None);
        }
        let found = self.found.iter().map(|(peer, addr)| Found { peer: *peer, addr: format!("{addr}/p2p/{peer}") });
        let found: Arc<[Found]> = found.collect();
        self.ports.discovery.send_modify(|discovery| {
            discovery.found = found;
            if flooded {
                discovery.mdns = Mdns::Flooded;
            }
        });
    }
}

fn tcp_kind(error: &TransportError<io::Error>) -> io::ErrorKind {
    match CarrierFault::of(error) {
        CarrierFault::Tcp(kind) => kind,
        CarrierFault::Handshake | CarrierFault::Silent => io::ErrorKind::Other,
    }
}

#[cfg(test)]
mod tests {
    use crate::Psk;

    use super::*;

    #[tokio::test]
    async fn what_is_invented_on_the_local_network_stays_within_the_bound() {
        let (_commands, commands) = mpsc::channel(1);
        let (accepted, _accepted) = mpsc::channel(1);
        let (listening, _listening) = watch::channel(Vec::new());
        let (discovery, seen) = watch::channel(Discovery::default());
        let ports = Ports { commands, accepted, listening, discovery, failed_handshakes: Arc::default() };
        let config = Config::new(Psk::new([1; 32]));
        let limits = Arc::new(Limits { discovered_max: 10, ..Limits::default() });
        let mut driver = Driver::new(&config, limits, ports).expect("builds");

        let addr = |port: u16| -> Multiaddr { format!("/ip4/192.168.1.2/tcp/{port}").parse().expect("valid") };
        let heard: Vec<_> = (1..=100).map(|port| (PeerId::random(), addr(port))).collect();
        driver.on_mdns(mdns::Event::Discovered(vec![(driver.local.id(), addr(9)), (PeerId::random(), addr(0))]));
        assert!(seen.borrow().found.is_empty(), "neither ourselves nor what cannot be dialled");
        driver.on_mdns(mdns::Event::Discovered(heard.clone()));
        driver.on_mdns(mdns::Event::Discovered(heard[..10].to_vec()));
        assert_eq!(seen.borrow().found.len(), 10);
        assert_eq!(seen.borrow().found[0].addr, format!("{}/p2p/{}", heard[0].1, heard[0].0));
        driver.on_mdns(mdns::Event::Expired(heard[..4].to_vec()));
        assert_eq!(seen.borrow().found.len(), 6);
        assert_eq!(seen.borrow().found[0].peer, Peer::new(heard[4].0));
    }
}
