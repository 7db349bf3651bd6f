//! Gate 3: who is at the other end, before anything is served. Sans-IO, both roles.
//!
//! ```text
//!   initiator                                                        responder
//!      │── [0, version, nonce_i] ──────▶   ◀────── [0, version, nonce_r] ──│   at once
//!      │── [1, device, F(membership), sig, join / null] ──────────────────▶│   key known? signature? standing?
//!      │◀───────────────── [1, device, F(membership), sig, join / null] ───│   only if all three hold
//!      │◀───────────────── [2, code] ──────────────────────────────────────│   otherwise
//!
//!   sig = Ed25519(device key, "boucle/session/v1\0" ‖ nonce_i ‖ nonce_r ‖ len ‖ peer_i ‖ len ‖ peer_r ‖ role)
//!   len: u16, big-endian · role: 0 initiator, 1 responder · peer: the transport's peer ids, as the channel proved them
//! ```
//!
//! The signature binds both nonces (no replay), both transport identities (nobody in the middle can carry it over to a
//! channel of its own) and the role (no reflection). The responder names its device only to a device it knows and finds
//! entitled; a stranger learns a code and nothing else, and the code is the same whether the device it claimed exists or not.
//!
//! # A newcomer that knows nobody
//!
//! It cannot check any signature: it holds no membership, only the pinned hash of the organisation's root set. It
//! goes on with a peer marked unverified. That is safe because (1) until [`Peer::confirm`] succeeds the engine offers
//! and takes the membership scope alone, (2) membership entries certify themselves from the Genesis whose roots are pinned:
//! a stranger can withhold them, not invent them, (3) all the newcomer gives out meanwhile is its own Join, which is made
//! to be shown. After the membership round the engine calls [`Peer::confirm`]: only if the membership now names the
//! device, its signature over this very session verifies and it is in good standing does anything else flow.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::values::DeviceId;

/// Version of the handshake.
pub const HANDSHAKE_VERSION: u64 = 1;
/// Largest message beside the Join it carries, bytes.
pub const MESSAGE_BYTES_MAX: usize = 2_048;
/// Largest Join entry a message carries, bytes.
pub const JOIN_BYTES_MAX: usize = 8_192;
/// Longest transport peer id, bytes.
pub const PEER_ID_BYTES_MAX: usize = 256;

const DOMAIN: &[u8] = b"boucle/session/v1\0";

/// Which end of the channel one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Opened the channel; reveals itself first.
    Initiator,
    /// Was called.
    Responder,
}

impl Role {
    fn other(self) -> Self {
        match self {
            Self::Initiator => Self::Responder,
            Self::Responder => Self::Initiator,
        }
    }
}

/// What a device may have of us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All scopes both may hold.
    Member,
    /// The membership scope alone: a suspended device or a newcomer.
    MembershipOnly,
    /// Nothing: revoked or void.
    Refused,
}

/// Why a Join a stranger presents is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NewcomerFault {
    /// Not an entry that joins, or its signatures do not hold.
    #[error("the Join does not hold")]
    BadSignature,
    /// On no invitation this node knows.
    #[error("the invitation is unknown here")]
    UnknownInvite,
    /// On an invitation whose author had no right to it.
    #[error("the invitation does not count")]
    InviteVoid,
    /// On an invitation past its date, or ended.
    #[error("the invitation has expired")]
    InviteExpired,
    /// On an invitation that another device has used.
    #[error("the invitation was used already")]
    InviteUsed,
    /// Into another organisation.
    #[error("the invitation is to another organisation")]
    ForeignOrg,
}

/// What the membership says of devices; asked while a handshake runs.
pub trait PeerPolicy {
    /// The key of a device whose Join is held.
    fn key(&self, device: &DeviceId) -> Option<VerifyingKey>;

    /// Judges the Join of a device that is not known yet.
    ///
    /// # Errors
    ///
    /// [`NewcomerFault`] when the Join, or the invitation it stands on, does not hold.
    fn admit_newcomer(&self, join_entry: &[u8]) -> Result<(DeviceId, VerifyingKey), NewcomerFault>;

    /// What a device whose Join is held may have.
    fn standing(&self, device: &DeviceId) -> Standing;
}

/// Why a handshake failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// A message is malformed, too long or out of turn.
    #[error("the peer broke the handshake: {0}")]
    Protocol(String),
    /// The peer speaks another version.
    #[error("the peer speaks version {theirs} of the handshake, this node version {ours}")]
    Version {
        /// Ours.
        ours: u64,
        /// Theirs.
        theirs: u64,
    },
    /// The device is not a member here and presented no Join.
    #[error("device {0} is unknown here")]
    UnknownDevice(DeviceId),
    /// The signature over this session is not the device's.
    #[error("the signature of device {0} does not verify")]
    BadSignature(DeviceId),
    /// The membership refuses the device.
    #[error("device {0} is revoked or void")]
    Void(DeviceId),
    /// The device is suspended, and asked for what only members get.
    #[error("device {0} is suspended")]
    Suspended(DeviceId),
    /// Its Join is not taken.
    #[error(transparent)]
    Newcomer(#[from] NewcomerFault),
    /// The peer refused us.
    #[error("refused by the peer: {code}")]
    RefusedByPeer {
        /// Its code.
        code: String,
    },
}

impl HandshakeError {
    /// A stable code, for this side's screens.
    pub fn code(&self) -> &str {
        match self {
            Self::Protocol(_) => "protocol",
            Self::Version { .. } => "version",
            Self::UnknownDevice(_) => "unknown_device",
            Self::BadSignature(_) => "bad_signature",
            Self::Void(_) => "void",
            Self::Suspended(_) => "suspended",
            Self::Newcomer(fault) => match fault {
                NewcomerFault::BadSignature => "bad_signature",
                NewcomerFault::UnknownInvite => "unknown_invite",
                NewcomerFault::InviteVoid => "invite_void",
                NewcomerFault::InviteExpired => "invite_expired",
                NewcomerFault::InviteUsed => "invite_used",
                NewcomerFault::ForeignOrg => "foreign_org",
            },
            Self::RefusedByPeer { code } => code,
        }
    }

    /// The code the peer is told. Who could not sign for a device learns nothing about whether it exists.
    fn told(&self) -> &str {
        match self {
            Self::BadSignature(_) => "unknown_device",
            other => other.code(),
        }
    }
}

/// What this side brings to a handshake.
#[derive(Clone)]
pub struct Local {
    /// Our device.
    pub device: DeviceId,
    /// Its key.
    pub key: SigningKey,
    /// Hash of our membership frontier: a hint for the peer, checked by nothing.
    pub membership: [u8; 32],
    /// Our Join entry, for peers that may not hold it yet: shown to whom we reveal ourselves.
    pub join: Option<Vec<u8>>,
    /// We hold no membership yet, only the pinned root set.
    pub newcomer: bool,
    /// Our transport identity, as the channel proved it.
    pub local_peer: Vec<u8>,
    /// The peer's transport identity, as the channel proved it.
    pub remote_peer: Vec<u8>,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Local({:?}, newcomer: {})", self.device, self.newcomer)
    }
}

/// Who is at the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The device it says it is.
    pub device: DeviceId,
    /// Its signature over this session was checked with that device's key. If not, nothing but the membership may be
    /// offered or taken until [`Peer::confirm`] succeeds.
    pub verified: bool,
    /// What it may have.
    pub standing: Standing,
    /// Hash of its membership frontier, as it says.
    pub membership: [u8; 32],
    /// The Join it presented.
    pub join: Option<Vec<u8>>,
    signed: Vec<u8>,
    sig: [u8; 64],
}

impl Peer {
    /// Looks again at who this is, with the membership as it is now: after a membership round, and whenever the
    /// membership changes during a session.
    ///
    /// # Errors
    ///
    /// [`HandshakeError`] when the device is (still) unknown, did not sign this session, or may have nothing; then the
    /// session must end.
    pub fn confirm(&mut self, policy: &impl PeerPolicy) -> Result<(), HandshakeError> {
        let key = policy.key(&self.device).ok_or(HandshakeError::UnknownDevice(self.device))?;
        check(&key, &self.signed, &self.sig, self.device)?;
        self.standing = match policy.standing(&self.device) {
            Standing::Refused => return Err(HandshakeError::Void(self.device)),
            standing => standing,
        };
        self.verified = true;
        Ok(())
    }

    /// Whether scopes beside the membership may be offered to it and taken from it.
    ///
    /// # Errors
    ///
    /// [`HandshakeError::UnknownDevice`] while it is unverified, [`HandshakeError::Suspended`] when it may have the
    /// membership alone. Of a newcomer whose Join came in since, [`Peer::confirm`] first.
    pub fn require_member(&self) -> Result<(), HandshakeError> {
        match self.standing {
            _ if !self.verified => Err(HandshakeError::UnknownDevice(self.device)),
            Standing::Member => Ok(()),
            Standing::MembershipOnly => Err(HandshakeError::Suspended(self.device)),
            Standing::Refused => Err(HandshakeError::Void(self.device)),
        }
    }
}

/// What to do after a message.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Send this first.
    pub send: Option<Vec<u8>>,
    /// Then: the handshake is over, one way or the other.
    pub done: Option<Result<Peer, HandshakeError>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The peer's nonce is awaited.
    Nonce,
    /// The peer's proof is awaited.
    Proof,
    Over,
}

/// One side of a handshake: send [`Handshake::first`], then give every frame to [`Handshake::handle`] and do what its
/// [`Outcome`] says. The engine ends it after 5 seconds.
#[derive(Debug)]
pub struct Handshake {
    role: Role,
    local: Local,
    nonce: [u8; 32],
    theirs: [u8; 32],
    state: State,
}

impl Handshake {
    /// A handshake with a `nonce` never used before.
    pub fn new(role: Role, local: Local, nonce: [u8; 32]) -> Self {
        Self { role, local, nonce, theirs: [0; 32], state: State::Nonce }
    }

    /// The first frame, sent by both sides at once.
    pub fn first(&self) -> Vec<u8> {
        cbor::encode(&Message::Nonce(self.nonce))
    }

    /// Takes a frame from the peer. After an [`Outcome`] that is done every frame is ignored.
    pub fn handle(&mut self, frame: &[u8], policy: &impl PeerPolicy) -> Outcome {
        if self.state == State::Over {
            return Outcome::default();
        }
        match self.step(frame, policy) {
            Ok(outcome) => {
                if outcome.done.is_some() {
                    self.state = State::Over;
                }
                outcome
            }
            Err(error) => {
                self.state = State::Over;
                let tell = !matches!(error, HandshakeError::RefusedByPeer { .. });
                let refusal = tell.then(|| cbor::encode(&Message::Refusal(error.told().to_owned())));
                Outcome { send: refusal, done: Some(Err(error)) }
            }
        }
    }

    fn step(&mut self, frame: &[u8], policy: &impl PeerPolicy) -> Result<Outcome, HandshakeError> {
        match (Message::from_frame(frame)?, self.state) {
            (Message::Refusal(code), _) => Err(HandshakeError::RefusedByPeer { code }),
            (Message::Nonce(nonce), State::Nonce) => {
                if nonce == self.nonce {
                    return Err(HandshakeError::Protocol("our own nonce came back".into()));
                }
                self.theirs = nonce;
                self.state = State::Proof;
                let send = (self.role == Role::Initiator).then(|| self.prove());
                Ok(Outcome { send, done: None })
            }
            (Message::Proof(proof), State::Proof) => {
                let peer = self.judge(proof, policy)?;
                let send = (self.role == Role::Responder).then(|| self.prove());
                Ok(Outcome { send, done: Some(Ok(peer)) })
            }
            _ => Err(HandshakeError::Protocol("a message out of turn".into())),
        }
    }

    fn prove(&self) -> Vec<u8> {
        let sig = self.local.key.sign(&self.signed_by(self.role)).to_bytes();
        let Local { device, membership, join, .. } = &self.local;
        cbor::encode(&Message::Proof(Proof { device: *device, membership: *membership, sig, join: join.clone() }))
    }

    /// What the side in `role` signs.
    fn signed_by(&self, role: Role) -> Vec<u8> {
        let ours = (self.nonce, &self.local.local_peer);
        let theirs = (self.theirs, &self.local.remote_peer);
        let (i, r) = if self.role == Role::Initiator { (ours, theirs) } else { (theirs, ours) };
        let mut out = [DOMAIN, &i.0, &r.0].concat();
        for peer in [i.1, r.1] {
            let len = u16::try_from(peer.len()).unwrap_or(u16::MAX);
            out.extend(len.to_be_bytes());
            out.extend(peer.iter());
        }
        out.push(u8::from(role == Role::Responder));
        out
    }

    fn judge(&self, proof: Proof, policy: &impl PeerPolicy) -> Result<Peer, HandshakeError> {
        let signed = self.signed_by(self.role.other());
        let Proof { device, membership, sig, join } = proof;
        let mut peer =
            Peer { device, verified: false, standing: Standing::MembershipOnly, membership, join, signed, sig };
        if policy.key(&device).is_some() {
            peer.confirm(policy)?;
            return Ok(peer);
        }
        if self.local.newcomer {
            return Ok(peer);
        }
        let join = peer.join.as_deref().ok_or(HandshakeError::UnknownDevice(device))?;
        let (joined, key) = policy.admit_newcomer(join)?;
        if joined != device {
            return Err(HandshakeError::BadSignature(device));
        }
        check(&key, &peer.signed, &peer.sig, device)?;
        peer.verified = true;
        Ok(peer)
    }
}

fn check(key: &VerifyingKey, signed: &[u8], sig: &[u8; 64], device: DeviceId) -> Result<(), HandshakeError> {
    key.verify_strict(signed, &Signature::from_bytes(sig)).map_err(|_| HandshakeError::BadSignature(device))
}

struct Proof {
    device: DeviceId,
    membership: [u8; 32],
    sig: [u8; 64],
    join: Option<Vec<u8>>,
}

enum Message {
    Nonce([u8; 32]),
    Proof(Proof),
    Refusal(String),
}

impl Message {
    fn from_frame(frame: &[u8]) -> Result<Self, HandshakeError> {
        let bad = |what: String| HandshakeError::Protocol(what);
        if frame.len() > MESSAGE_BYTES_MAX + JOIN_BYTES_MAX {
            return Err(bad(format!("a message of {} bytes", frame.len())));
        }
        let mut r = Reader::new(frame);
        if let (Ok(Some(2..)), Ok(0), Ok(theirs)) = (r.array(), r.u64(), r.u64())
            && theirs != HANDSHAKE_VERSION
        {
            return Err(HandshakeError::Version { ours: HANDSHAKE_VERSION, theirs });
        }
        cbor::decode(frame).map_err(|error| bad(error.to_string()))
    }
}

impl Canonical for Message {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Nonce(nonce) => {
                w.arr(3).uint(0).uint(HANDSHAKE_VERSION).bstr(nonce);
            }
            Self::Proof(proof) => {
                w.arr(5).uint(1).bstr(&proof.device.0).bstr(&proof.membership).bstr(&proof.sig);
                match &proof.join {
                    Some(join) => w.bstr(join),
                    None => w.nil(),
                };
            }
            Self::Refusal(code) => {
                w.arr(2).uint(2).text(code);
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let parts = r.arr_max(5)?;
        Ok(match (r.u64()?, parts) {
            (0, 3) => {
                if r.u64()? != HANDSHAKE_VERSION {
                    return malformed("unknown handshake version");
                }
                Self::Nonce(r.fixed()?)
            }
            (1, 5) => {
                let (device, membership, sig) = (DeviceId(r.fixed()?), r.fixed()?, r.fixed()?);
                let join = if r.take_null()? { None } else { Some(r.bstr_max(JOIN_BYTES_MAX)?.to_vec()) };
                Self::Proof(Proof { device, membership, sig, join })
            }
            (2, 2) => Self::Refusal(super::message::read_code(r)?),
            (tag, _) => return malformed(format!("unknown message {tag}")),
        })
    }
}

#[cfg(test)]
mod tests;
