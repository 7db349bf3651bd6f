//! The real thing: channels over libp2p.

use std::{
    fmt, io,
    sync::{
        Arc, Mutex as StdMutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use futures::AsyncReadExt as _;
use libp2p::{Multiaddr, PeerId};
use tokio::{
    runtime::{Builder, Runtime},
    sync::{Mutex, mpsc, oneshot, watch},
    time::{Instant, timeout, timeout_at},
};

use crate::{
    address::Target,
    channel::Channel,
    config::Config,
    discovery::{Discoveries, Discovery},
    driver::{BUSY, Command, Driver, Fault, Opened, Ports, Request, WELCOME},
    error::{Error, Side},
    limits::{COMMANDS_MAX, Limits},
    peer::Peer,
};

/// An endpoint on the network: dials peers and takes their channels, until stopped or dropped.
///
/// It runs on a thread of its own, so that a busy node does not keep peers waiting, and so that nothing at all of it is
/// left once it is gone (libp2p's mDNS tasks would otherwise outlive it).
pub struct Transport {
    local: Peer,
    limits: Arc<Limits>,
    commands: mpsc::Sender<Command>,
    accepted: Mutex<mpsc::Receiver<Channel>>,
    listening: watch::Receiver<Vec<String>>,
    discovery: watch::Receiver<Discovery>,
    failed_handshakes: Arc<AtomicU64>,
    runtime: OwnRuntime,
}

/// A runtime that can be dropped anywhere, and takes all its tasks with it.
struct OwnRuntime(StdMutex<Option<Runtime>>);

impl OwnRuntime {
    fn end(&self) {
        if let Some(runtime) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            runtime.shutdown_background();
        }
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        self.end();
    }
}

impl Transport {
    /// Starts with a new identity, and returns once every address in `config.listen` is listened on.
    ///
    /// # Errors
    ///
    /// [`Error::BadAddress`] and [`Error::Listen`] for an address to listen on, [`Error::Start`] if the system refuses a
    /// thread or a socket. mDNS that cannot start is no error: see [`discovered`](Self::discovered).
    pub async fn start(config: Config) -> Result<Self, Error> {
        let listen: Vec<Multiaddr> =
            config.listen.iter().map(|addr| Target::parse(addr)?.listen_addr()).collect::<Result<_, _>>()?;
        let limits = Arc::new(config.limits.clone());
        let (commands, command_queue) = mpsc::channel(COMMANDS_MAX);
        let (accepted_in, accepted) = mpsc::channel(limits.accept_queue());
        let (listening_in, listening) = watch::channel(Vec::new());
        let (discovery_in, discovery) = watch::channel(Discovery::default());
        let failed_handshakes = Arc::<AtomicU64>::default();
        let ports = Ports {
            commands: command_queue,
            accepted: accepted_in,
            listening: listening_in,
            discovery: discovery_in,
            failed_handshakes: failed_handshakes.clone(),
        };

        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("boucle-net")
            .enable_all()
            .build()
            .map_err(|error| Error::Start { reason: error.kind() })?;
        let (ready_in, ready) = oneshot::channel();
        let driver_limits = limits.clone();
        runtime.spawn(async move {
            let started = async {
                let mut driver = Driver::new(&config, driver_limits, ports)?;
                driver.listen(&listen).await?;
                Ok(driver)
            };
            match started.await {
                Ok(driver) => {
                    if ready_in.send(Ok(driver.local())).is_ok() {
                        driver.run().await;
                    }
                }
                Err(error) => {
                    let _ = ready_in.send(Err(error));
                }
            }
        });
        let runtime = OwnRuntime(StdMutex::new(Some(runtime)));
        let local = ready.await.unwrap_or(Err(Error::Start { reason: io::ErrorKind::Other }))?;
        let accepted = Mutex::new(accepted);
        Ok(Self { local, limits, commands, accepted, listening, discovery, failed_handshakes, runtime })
    }

    /// This endpoint, until the next start.
    pub fn local_peer(&self) -> Peer {
        self.local
    }

    /// Where it listens now, as multiaddrs with the real port and `/p2p/…`.
    pub fn listening(&self) -> Vec<String> {
        self.listening.borrow().clone()
    }

    /// What mDNS hears.
    pub fn discovered(&self) -> Discoveries {
        Discoveries::new(self.discovery.clone())
    }

    /// How many inbound connections ended before they showed the network secret: strangers, scanners, old invitations.
    /// The other side was told nothing; this is for our screen.
    pub fn failed_handshakes(&self) -> u64 {
        self.failed_handshakes.load(Ordering::Relaxed)
    }

    /// Opens a channel with whoever is at `addr`: a multiaddr with or without `/p2p/…`, `host:port`, `[v6]:port`, or a host
    /// (port [`DEFAULT_PORT`](crate::DEFAULT_PORT)). A connection that is there already is used. A name's addresses are
    /// tried in turn. Ends within `dial_timeout_ms`.
    ///
    /// # Errors
    ///
    /// Says at which step it failed; see [`Error`].
    pub async fn dial(&self, addr: &str) -> Result<Channel, Error> {
        let began = Instant::now();
        let deadline = began + self.limits.dial_timeout();
        let target = Target::parse(addr)?;
        let tell = |fault| error_of(fault, addr.trim(), began);
        let candidates = match timeout_at(deadline, target.resolve()).await {
            Ok(candidates) => candidates?,
            Err(_) => return Err(tell(Fault::Silent)),
        };
        let mut last = Fault::Silent;
        let mut left = u32::try_from(candidates.len()).unwrap_or(u32::MAX);
        for candidate in candidates {
            let share = deadline.saturating_duration_since(Instant::now()) / left.max(1);
            left = left.saturating_sub(1);
            last = match timeout(share, self.dial_one(candidate, target.peer)).await {
                Ok(Ok(channel)) => return Ok(channel),
                Ok(Err(fault @ (Fault::Refused | Fault::Unreachable | Fault::Silent))) => fault,
                Ok(Err(fault)) => return Err(tell(fault)),
                Err(_) => Fault::Silent,
            };
        }
        Err(tell(last))
    }

    async fn dial_one(&self, addr: Multiaddr, expected: Option<PeerId>) -> Result<Channel, Fault> {
        let (reply, answer) = oneshot::channel();
        let request = Request { addr, expected, reply };
        self.commands.send(Command::Dial(request)).await.map_err(|_| Fault::Stopped)?;
        let Opened { mut stream, between } = answer.await.map_err(|_| Fault::Stopped)??;
        let mut greeting = [0];
        stream.read_exact(&mut greeting).await.map_err(|_| Fault::Closed)?;
        match greeting[0] {
            WELCOME => Ok(Channel::new(Box::new(stream), between, &self.limits)),
            BUSY => Err(Fault::Busy(Side::There)),
            _ => Err(Fault::Incompatible),
        }
    }

    /// The next channel a peer opened; `None` once stopped. Channels that nobody accepts are refused beyond `accept_queue`.
    pub async fn accept(&self) -> Option<Channel> {
        self.accepted.lock().await.recv().await
    }

    /// Stops listening and ends all connections and tasks; what was flushed is given `stop_timeout_ms` to leave.
    /// Afterwards [`accept`](Self::accept) gives `None`, [`dial`](Self::dial) fails, and open channels are closed.
    pub async fn stop(&self) {
        let (done_in, done) = oneshot::channel();
        let goodbye = async {
            if self.commands.send(Command::Stop(done_in)).await.is_ok() {
                let _ = done.await;
            }
        };
        // The task bounds itself; this is for a task that is gone.
        let _ = timeout(2 * self.limits.stop_timeout(), goodbye).await;
        self.runtime.end();
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport").field("local", &self.local).finish_non_exhaustive()
    }
}

fn error_of(fault: Fault, addr: &str, began: Instant) -> Error {
    let addr = || addr.to_owned();
    match fault {
        Fault::Refused => Error::Refused { addr: addr() },
        Fault::Unreachable => Error::Unreachable { addr: addr() },
        Fault::Silent => {
            Error::NoAnswer { addr: addr(), after_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX) }
        }
        Fault::Busy(side) => Error::Busy { side },
        Fault::Closed => Error::Closed,
        Fault::Incompatible => Error::Incompatible,
        Fault::WrongPeer(found) => Error::WrongPeer { addr: addr(), found },
        Fault::Own => Error::OwnAddress { addr: addr() },
        Fault::Stopped => Error::Stopped,
    }
}
