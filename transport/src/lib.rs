//! Moves opaque frames between peers. It cannot read a case and does not know what one is.
//!
//! ```text
//!  node ── Channel: send, flush, recv ──┐                              ┌── Channel ── node
//!                                       │ frames: u32 length, bytes    │
//!                Yamux stream /boucle/1 ├──────────────────────────────┤ first byte back: 1 welcome, 0 busy
//!                      Noise (Ed25519)  │ proves the PeerIds           │
//!                     pnet (32 bytes)   │ no secret, no answer         │
//!                        TCP, nodelay ──┴──────────────────────────────┴── mDNS: PeerId, address, port
//! ```
//!
//! Start a [`Transport`], [`dial`](Transport::dial) an address or [`accept`](Transport::accept) what comes, and exchange
//! frames over the [`Channel`]. [`memory`] offers the same channels without a network.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! use std::time::Duration;
//! use transport::{Limits, memory::MemoryNet};
//!
//! let net = MemoryNet::new();
//! let (goma, bukavu) = (net.listen("goma", Limits::default()), net.listen("bukavu", Limits::default()));
//! let mut near = goma.dial("bukavu").await?;
//! let mut far = bukavu.accept().await.expect("the channel just dialled");
//!
//! near.send(b"sealed").await?;
//! near.flush().await?;
//! assert_eq!(far.recv(1024, Duration::from_secs(5)).await?.as_deref(), Some(&b"sealed"[..]));
//! assert_eq!(far.bytes_received(), 4 + 6);
//!
//! near.close().await?;
//! assert!(far.recv(1024, Duration::from_secs(5)).await?.is_none());
//! # Ok::<(), transport::Error>(())
//! # }).unwrap();
//! ```
//!
//! **Promised.** Frames arrive whole, unchanged, in order, from the peer [`Channel::remote`] names, or the channel says
//! that it ended. Every wait ends: a dial at `dial_timeout_ms`, a send when the peer takes nothing, a receive when nothing
//! comes. Memory a peer can use is bounded ([`Limits`]): connections, channels, frames, queues. A peer with another
//! network secret learns nothing but that a port is open. Nothing runs on after [`Transport::stop`] or a drop.
//!
//! **Not promised.** That a flushed frame arrived: only a frame from the peer says so. That the end of a stream means the
//! peer was done: a cut between two frames looks the same. Which device a peer is: PeerIds are made anew at each start, and
//! the handshake of the node binds them to devices. Secrecy of who talks to whom, when and how much. Delivery, retries,
//! address books: the node's.
//!
//! **Limits of libp2p, as used here.** `pnet` keeps an unwiped copy of the secret. A Yamux receive window can grow, slowly,
//! towards 1 GiB for a peer that sends fast on a long line while the node reads fast; libp2p lets nobody lower it.
//! mDNS keeps whatever is invented on the local network until it is switched off at some thousand entries, and shows on
//! the network that libp2p runs here (`_p2p._udp.local`).

mod address;
mod carrier;
mod channel;
mod config;
mod discovery;
mod driver;
mod endpoint;
mod error;
mod limits;
pub mod memory;
mod net;
mod peer;
mod slots;
mod streams;

pub use channel::{Channel, Receiver, Sender};
pub use config::{Config, Psk};
pub use discovery::{Discoveries, Discovery, Found, Mdns};
pub use endpoint::Endpoint;
pub use error::{Error, Side};
pub use limits::{ADDRESS_BYTES_MAX, DEFAULT_PORT, FRAME_PREFIX_BYTES, Limits};
pub use net::Transport;
pub use peer::Peer;
