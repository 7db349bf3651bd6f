//! What can go wrong between two endpoints, said so that a person can act on it.

use std::io;

use crate::peer::Peer;

/// Which bound makes an endpoint refuse more work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// This endpoint has as many connections or channels as its limits allow.
    Here,
    /// The other one says so, or hung up right after the handshake.
    There,
}

/// Why a dial, a channel or a start failed. No variant carries a byte of a frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The machine answers, but nothing listens on that port.
    #[error("{addr} refused the connection: nothing listens there")]
    Refused {
        /// The address dialled.
        addr: String,
    },
    /// The network knows no way to that machine.
    #[error("{addr} cannot be reached from this network")]
    Unreachable {
        /// The address dialled.
        addr: String,
    },
    /// Nobody proved to know the network secret: another organisation, an old invitation, a firewall or a machine that
    /// is off. A peer with another secret stays silent or hangs up; the two cannot be told apart.
    #[error("no answer from {addr} in {after_ms} ms")]
    NoAnswer {
        /// The address dialled.
        addr: String,
        /// How long it was waited for.
        after_ms: u64,
    },
    /// The host name has no address.
    #[error("{name} has no address")]
    Unresolvable {
        /// The name that was looked up.
        name: String,
    },
    /// Neither a TCP multiaddr nor `host:port`.
    #[error("not an address: {reason}")]
    BadAddress {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The bytes or text are no PeerId.
    #[error("not a peer id")]
    BadPeer,
    /// Somebody else answers at that address. PeerIds change at each start: dial again without `/p2p/…`.
    #[error("{found} answers at {addr}")]
    WrongPeer {
        /// The address dialled, with the peer that was expected.
        addr: String,
        /// The one that answered.
        found: Peer,
    },
    /// The address is our own.
    #[error("{addr} is this endpoint itself")]
    OwnAddress {
        /// The address dialled.
        addr: String,
    },
    /// A bound on connections or channels is reached; try again later.
    #[error("too many connections or channels ({side:?})")]
    Busy {
        /// Whose bound.
        side: Side,
    },
    /// The peer knows the network secret but does not speak this version of the protocol.
    #[error("the peer speaks another version of the protocol")]
    Incompatible,
    /// The channel or its connection ended, in the middle of a frame or before an answer.
    #[error("the connection was closed")]
    Closed,
    /// Not a byte moved for this long. The channel can still be used.
    #[error("nothing moved for {after_ms} ms")]
    Timeout {
        /// How long it was waited for.
        after_ms: u64,
    },
    /// A frame over the bound. When receiving, nothing was allocated for it and the channel is of no more use.
    #[error("a frame of {found} bytes, at most {max} are allowed")]
    FrameTooLarge {
        /// Its length.
        found: usize,
        /// The bound.
        max: usize,
    },
    /// This endpoint cannot listen there.
    #[error("cannot listen on {addr}: {reason}")]
    Listen {
        /// The address asked for.
        addr: String,
        /// What the system said.
        reason: io::ErrorKind,
    },
    /// The network part could not be set up at all.
    #[error("the network could not be started: {reason}")]
    Start {
        /// What the system said.
        reason: io::ErrorKind,
    },
    /// The transport was stopped.
    #[error("the transport is stopped")]
    Stopped,
}

impl Error {
    /// A stable name for texts and exit codes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "refused",
            Self::Unreachable { .. } => "unreachable",
            Self::NoAnswer { .. } => "no_answer",
            Self::Unresolvable { .. } => "unresolvable",
            Self::BadAddress { .. } => "bad_address",
            Self::BadPeer => "bad_peer",
            Self::WrongPeer { .. } => "wrong_peer",
            Self::OwnAddress { .. } => "own_address",
            Self::Busy { .. } => "busy",
            Self::Incompatible => "incompatible",
            Self::Closed => "closed",
            Self::Timeout { .. } => "timeout",
            Self::FrameTooLarge { .. } => "frame_too_large",
            Self::Listen { .. } => "cannot_listen",
            Self::Start { .. } => "cannot_start",
            Self::Stopped => "stopped",
        }
    }
}
