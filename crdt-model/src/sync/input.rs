//! What goes into a session and what comes out, as data.

use std::collections::BTreeMap;

use crate::frontier::{Frontier, Suffix};
use crate::sync::message::{Gaps, Missing, SectionsOf};
use crate::sync::report::{Refused, Report};
use crate::sync::round::WINDOW_FRAMES_MAX;
use crate::values::{ChainKey, OrgId, ScopeId};

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
    /// Most bytes of entries gathered in one frame; one entry may exceed it. The first frames of a session gather less.
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
    /// Sections to ask for, by scope, each sorted by entry: those of the gaps, and of withdrawn entries a holder may show
    /// after all. At most [`WANTED_MAX`](super::message::WANTED_MAX) are asked for in a round, so no more need be listed.
    pub missing: BTreeMap<ScopeId, Vec<Missing>>,
    /// Chains with entries somebody waits for: the seqs of these.
    pub urgent: BTreeMap<(ScopeId, ChainKey), Vec<u64>>,
}

impl From<BTreeMap<ScopeId, Frontier>> for Snapshot {
    fn from(frontiers: BTreeMap<ScopeId, Frontier>) -> Self {
        Self { frontiers, ..Self::default() }
    }
}

/// Entries read for a peer.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Supply {
    /// Encoded entries in order; none if there is nothing to give.
    pub entries: Vec<Vec<u8>>,
    /// Which of them somebody waits for: places in `entries`, sorted.
    pub urgent: Vec<u32>,
    /// The last seq that is now given. Below the suffix's `upto`, the session asks for the rest.
    pub reached: u64,
    /// Sections were left out: the session asks for them once everything else is sent.
    pub bare: bool,
}

/// Which sections to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// These, asked for by the peer.
    Listed(Vec<Missing>),
    /// Those left out of these entries.
    Of(Suffix),
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
        /// What was read.
        supply: Supply,
    },
    /// The answer to [`Output::NeedSections`].
    SuppliedSections {
        /// The scope asked for.
        scope: ScopeId,
        /// What is held of it, about as many bytes as asked for.
        sections: Vec<SectionsOf>,
        /// What is still to be read.
        left: Option<Wanted>,
    },
    /// The answer to [`Output::Ingest`] and [`Output::Fill`], once what it brought is durable.
    Ingested {
        /// Its scope.
        scope: ScopeId,
        /// How many entries, or sections, were new.
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
        /// Somebody waits for the last of these: others may be given without their sections, which are asked for later.
        urgent: bool,
    },
    /// Read sections: about `bytes_max` bytes, at least one entry's. Answer with [`Input::SuppliedSections`]; no `Need` of
    /// either kind comes before.
    NeedSections {
        /// The scope.
        scope: ScopeId,
        /// Which.
        wanted: Wanted,
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
        /// Which of them the peer says somebody waits for: places in `entries`, sorted.
        urgent: Vec<u32>,
    },
    /// Put these sections where they are missing, if they fit their headers, and make them durable; then answer with
    /// [`Input::Ingested`], in the order of the `Ingest`s and `Fill`s. What is not missing is no fault.
    Fill {
        /// The scope they must be of.
        scope: ScopeId,
        /// As they came: nothing about them is checked yet.
        sections: Vec<SectionsOf>,
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
            Self::Supplied { scope, supply } => {
                write!(f, "Supplied({scope:?}, {} entries, reached {})", supply.entries.len(), supply.reached)
            }
            Self::SuppliedSections { scope, sections, .. } => {
                write!(f, "SuppliedSections({scope:?}, of {} entries)", sections.len())
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
            Self::Need { scope, suffix, bytes_max, urgent } => {
                write!(f, "Need({scope:?}, {suffix:?}, {bytes_max} bytes, urgent: {urgent})")
            }
            Self::NeedSections { scope, bytes_max, .. } => write!(f, "NeedSections({scope:?}, {bytes_max} bytes)"),
            Self::Ingest { scope, entries, .. } => write!(f, "Ingest({scope:?}, {} entries)", entries.len()),
            Self::Fill { scope, sections } => write!(f, "Fill({scope:?}, of {} entries)", sections.len()),
            Self::AskFrontiers => f.write_str("AskFrontiers"),
            Self::Finished(report) => report.fmt(f),
        }
    }
}
