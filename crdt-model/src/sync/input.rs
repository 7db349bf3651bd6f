//! What goes into a session and what comes out, as data.

use std::collections::BTreeMap;

use crate::frontier::{ChainKey, Frontier, Suffix};
use crate::id::{OrgId, ScopeId};
use crate::sync::message::Gaps;
use crate::sync::report::{Refused, Report};
use crate::sync::round::WINDOW_FRAMES_MAX;

/// What both sides know before a session, and the bounds it keeps to.
#[derive(Debug, Clone)]
pub struct Config {
    /// The organisation.
    pub org: OrgId,
    /// The scope made equal before all others.
    pub membership: ScopeId,
    /// A person asked for this session.
    pub explicit: bool,
    /// Most frames of entries sent and not confirmed; 1 to [`WINDOW_FRAMES_MAX`].
    pub window_frames: usize,
    /// Bytes of entries gathered in one frame; one entry may exceed it.
    pub frame_entries_bytes: usize,
    /// Most rounds of streaming.
    pub rounds_max: u32,
}

impl Config {
    /// The usual bounds: 8 frames of 256 KiB, 10 rounds.
    pub fn new(org: OrgId, membership: ScopeId) -> Self {
        Self {
            org,
            membership,
            explicit: false,
            window_frames: WINDOW_FRAMES_MAX,
            frame_entries_bytes: 256 << 10,
            rounds_max: 10,
        }
    }
}

/// What a replica holds at one moment, of the scopes it may share with this peer. A scope that may be shared is listed
/// even while it is empty; one that is not listed is neither offered nor taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// Frontier of each scope.
    pub frontiers: BTreeMap<ScopeId, Frontier>,
    /// Sections missing in them.
    pub gaps: Gaps,
    /// Hash over the ids that waiting entries name and this replica lacks; zero when there are none.
    pub wants: [u8; 32],
}

impl From<BTreeMap<ScopeId, Frontier>> for Snapshot {
    fn from(frontiers: BTreeMap<ScopeId, Frontier>) -> Self {
        Self { frontiers, ..Self::default() }
    }
}

/// A chain to stream again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// The chain.
    pub chain: ChainKey,
    /// The last seq known to fit; 0 for the whole chain.
    pub after: u64,
}

/// What the engine tells the session.
#[derive(Clone)]
pub enum Input {
    /// Begin: the first input. Frames that came before it are kept.
    Start(Snapshot),
    /// The answer to [`Output::AskFrontiers`].
    Frontiers(Snapshot),
    /// A whole frame from the peer, in order.
    Frame(Vec<u8>),
    /// The answer to [`Output::Need`].
    Supplied {
        /// The scope asked for.
        scope: ScopeId,
        /// Encoded entries in order; none if there is nothing to give.
        entries: Vec<Vec<u8>>,
        /// The last seq that is now given. Below the suffix's `upto`, the session asks for the rest.
        reached: u64,
    },
    /// The answer to [`Output::Ingest`], once what it brought is durable.
    Ingested {
        /// Its scope.
        scope: ScopeId,
        /// How many entries were new.
        accepted: u64,
        /// What was not admitted. What waits for its predecessor or for a Join is not refused.
        refused: Vec<Refused>,
        /// Chains whose entries do not fit what is held: a fork, or a peer that was told too much.
        resend: Vec<Again>,
    },
    /// The connection has ended.
    Closed,
}

/// What the session asks of the engine.
#[derive(Clone, PartialEq, Eq)]
pub enum Output {
    /// Send this frame.
    Send(Vec<u8>),
    /// Read entries `suffix.after + 1 ..= suffix.upto` of a chain: about `bytes_max` bytes, at least one entry. Where a
    /// chain has forked, both branches are given, whatever the chain counts up to. Answer with [`Input::Supplied`]; no
    /// other `Need` comes before.
    Need {
        /// The scope.
        scope: ScopeId,
        /// What to read.
        suffix: Suffix,
        /// When to stop.
        bytes_max: usize,
    },
    /// Admit these entries and make them durable, then answer with [`Input::Ingested`], in the order of the `Ingest`s.
    /// Several may share one transaction. Entries known already are no fault.
    Ingest {
        /// The scope they must be of.
        scope: ScopeId,
        /// Encoded entries as they came: nothing about them is checked yet.
        entries: Vec<Vec<u8>>,
    },
    /// Say what is held now; answer with [`Input::Frontiers`].
    AskFrontiers,
    /// The session is over, once and for all.
    Finished(Box<Report>),
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Start(s) => write!(f, "Start({} scopes)", s.frontiers.len()),
            Self::Frontiers(s) => write!(f, "Frontiers({} scopes)", s.frontiers.len()),
            Self::Frame(frame) => write!(f, "Frame({} bytes)", frame.len()),
            Self::Supplied { scope, entries, reached } => {
                write!(f, "Supplied({scope:?}, {} entries, reached {reached})", entries.len())
            }
            Self::Ingested { scope, accepted, refused, resend } => {
                write!(f, "Ingested({scope:?}, {accepted} accepted, {refused:?}, {resend:?})")
            }
            Self::Closed => f.write_str("Closed"),
        }
    }
}

impl std::fmt::Debug for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send(frame) => write!(f, "Send({} bytes)", frame.len()),
            Self::Need { scope, suffix, bytes_max } => write!(f, "Need({scope:?}, {suffix:?}, {bytes_max} bytes)"),
            Self::Ingest { scope, entries } => write!(f, "Ingest({scope:?}, {} entries)", entries.len()),
            Self::AskFrontiers => f.write_str("AskFrontiers"),
            Self::Finished(report) => report.fmt(f),
        }
    }
}
