//! The same channels without a network, for tests and simulations: [`pair`], or a [`MemoryNet`] where endpoints have names.
//!
//! Frames, bounds, counters and errors are those of the real transport, for it is the same [`Channel`]. There is no
//! secret, no encryption and no discovery. A [`Cut`] breaks a channel at an exact byte.

use std::{
    collections::HashMap,
    fmt, io,
    pin::Pin,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use futures::{AsyncRead, AsyncWrite};
use libp2p::identity::Keypair;
use tokio::{
    io::DuplexStream,
    sync::mpsc::{self, error::TrySendError},
};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt as _};

use crate::{
    channel::{Between, Channel},
    error::{Error, Side},
    limits::Limits,
    peer::Peer,
    slots::{Slot, Slots},
};

/// Bytes under way in one direction before the sender has to wait; small, so that flow control is exercised.
const PIPE_BYTES: usize = 64 * 1024;

/// After how many bytes, counted over both directions, a channel breaks; never by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cut {
    /// Bytes let through, frame prefixes included.
    pub after_bytes: Option<u64>,
}

impl Cut {
    /// Breaks the channel after that many bytes.
    pub const fn after(bytes: u64) -> Self {
        Self { after_bytes: Some(bytes) }
    }
}

/// Two connected channels, with default limits.
pub fn pair() -> (Channel, Channel) {
    pair_with(&Limits::default(), Cut::default())
}

/// Two connected channels with these limits, which break as `cut` says.
pub fn pair_with(limits: &Limits, cut: Cut) -> (Channel, Channel) {
    let (left, right) = (numbered_peer(1), numbered_peer(2));
    connect((left, "left", None), (right, "right", None), limits, cut)
}

type End<'a> = (Peer, &'a str, Option<Slot>);

fn connect(left: End<'_>, right: End<'_>, limits: &Limits, cut: Cut) -> (Channel, Channel) {
    let (left_io, right_io) = tokio::io::duplex(PIPE_BYTES);
    let budget = Arc::new(AtomicU64::new(cut.after_bytes.unwrap_or(u64::MAX)));
    let channel = |io: DuplexStream, slot, local, remote, name: &str| {
        let io = Pipe { io: Some(io.compat()), budget: budget.clone(), reader: None };
        let between = Between { local, remote, remote_addr: name.to_owned(), slot };
        Channel::new(Box::new(io), between, limits)
    };
    (channel(left_io, left.2, left.0, right.0, right.1), channel(right_io, right.2, right.0, left.0, left.1))
}

/// A peer with a real PeerId that is the same in every run.
fn numbered_peer(number: u64) -> Peer {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&number.to_be_bytes());
    let keypair = Keypair::ed25519_from_bytes(seed).expect("any 32 bytes are an Ed25519 seed");
    Peer::new(keypair.public().to_peer_id())
}

/// One end of a pipe that breaks when its budget is spent. Losing `io` tells the other end.
struct Pipe {
    io: Option<Compat<DuplexStream>>,
    budget: Arc<AtomicU64>,
    reader: Option<Waker>,
}

impl Pipe {
    fn broken<T>() -> Poll<io::Result<T>> {
        Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
    }
}

impl AsyncRead for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut [u8]) -> Poll<io::Result<usize>> {
        let Some(io) = &mut self.io else { return Self::broken() };
        let read = Pin::new(io).poll_read(cx, buf);
        if read.is_pending() {
            self.reader = Some(cx.waker().clone());
        }
        read
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let left = self.budget.load(Ordering::SeqCst);
        let allowed = buf.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if allowed == 0 && !buf.is_empty() {
            self.io = None;
            if let Some(reader) = self.reader.take() {
                reader.wake();
            }
        }
        let Some(io) = &mut self.io else { return Self::broken() };
        let written = Pin::new(io).poll_write(cx, &buf[..allowed]);
        if let Poll::Ready(Ok(count)) = written {
            let spent = |left: u64| Some(if left == u64::MAX { left } else { left.saturating_sub(count as u64) });
            let _ = self.budget.fetch_update(Ordering::SeqCst, Ordering::SeqCst, spent);
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Some(io) => Pin::new(io).poll_flush(cx),
            None => Self::broken(),
        }
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Some(io) => Pin::new(io).poll_close(cx),
            None => Self::broken(),
        }
    }
}

/// Endpoints that find each other by name. Clones are the same net.
#[derive(Clone, Default)]
pub struct MemoryNet(Arc<Mutex<Hub>>);

#[derive(Default)]
struct Hub {
    peers: u64,
    listeners: HashMap<String, Listener>,
}

#[derive(Clone)]
struct Listener {
    peer: Peer,
    slots: Slots,
    accepted: mpsc::Sender<Channel>,
}

impl MemoryNet {
    /// A net without endpoints.
    pub fn new() -> Self {
        Self::default()
    }

    /// A new endpoint called `name`; it takes the place of one of the same name. Peers are numbered, alike in every run.
    pub fn listen(&self, name: &str, limits: Limits) -> MemoryTransport {
        let (accepted, inbound) = mpsc::channel(limits.accept_queue());
        let slots = Slots::new(limits.streams_per_peer);
        let mut hub = self.hub();
        hub.peers += 1;
        let peer = numbered_peer(hub.peers);
        hub.listeners.insert(name.to_owned(), Listener { peer, slots: slots.clone(), accepted });
        drop(hub);
        MemoryTransport {
            net: self.clone(),
            name: name.to_owned(),
            peer,
            limits,
            slots,
            inbound: tokio::sync::Mutex::new(inbound),
        }
    }

    fn hub(&self) -> std::sync::MutexGuard<'_, Hub> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryNet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryNet").finish_non_exhaustive()
    }
}

/// An endpoint in a [`MemoryNet`], with the calls of [`Transport`](crate::Transport).
#[derive(Debug)]
pub struct MemoryTransport {
    net: MemoryNet,
    name: String,
    peer: Peer,
    limits: Limits,
    slots: Slots,
    inbound: tokio::sync::Mutex<mpsc::Receiver<Channel>>,
}

impl MemoryTransport {
    /// This endpoint.
    pub fn local_peer(&self) -> Peer {
        self.peer
    }

    /// Its name, as long as it listens.
    pub fn listening(&self) -> Vec<String> {
        let listens = self.net.hub().listeners.get(&self.name).is_some_and(|listener| listener.peer == self.peer);
        if listens { vec![self.name.clone()] } else { Vec::new() }
    }

    /// Opens a channel with the endpoint of that name.
    ///
    /// # Errors
    ///
    /// [`Error::Refused`] if there is none, [`Error::Busy`] as in the real transport, [`Error::OwnAddress`],
    /// [`Error::Stopped`].
    pub async fn dial(&self, name: &str) -> Result<Channel, Error> {
        self.dial_with(name, Cut::default()).await
    }

    /// As [`dial`](Self::dial), over a line that will break.
    ///
    /// # Errors
    ///
    /// As [`dial`](Self::dial).
    pub async fn dial_with(&self, name: &str, cut: Cut) -> Result<Channel, Error> {
        if self.listening().is_empty() {
            return Err(Error::Stopped);
        }
        let listener = self.net.hub().listeners.get(name).cloned();
        let listener = listener.ok_or_else(|| Error::Refused { addr: name.to_owned() })?;
        if listener.peer == self.peer {
            return Err(Error::OwnAddress { addr: name.to_owned() });
        }
        let ours = self.slots.take(listener.peer).ok_or(Error::Busy { side: Side::Here })?;
        let theirs = listener.slots.take(self.peer).ok_or(Error::Busy { side: Side::There })?;
        let (near, far) =
            connect((self.peer, &self.name, Some(ours)), (listener.peer, name, Some(theirs)), &self.limits, cut);
        match listener.accepted.try_send(far) {
            Ok(()) => Ok(near),
            Err(TrySendError::Full(_)) => Err(Error::Busy { side: Side::There }),
            Err(TrySendError::Closed(_)) => Err(Error::Refused { addr: name.to_owned() }),
        }
    }

    /// The next channel a peer opened; `None` once stopped.
    pub async fn accept(&self) -> Option<Channel> {
        self.inbound.lock().await.recv().await
    }

    /// Leaves the net. Open channels go on until they are dropped.
    pub async fn stop(&self) {
        self.leave();
    }

    fn leave(&self) {
        let mut hub = self.net.hub();
        if hub.listeners.get(&self.name).is_some_and(|listener| listener.peer == self.peer) {
            hub.listeners.remove(&self.name);
        }
    }
}

impl Drop for MemoryTransport {
    fn drop(&mut self) {
        self.leave();
    }
}
