//! How a session ended, how far it has come, and what to keep for the next one.

use std::collections::BTreeMap;

use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::frontier::Frontier;
use crate::sync::message::SCOPES_MAX;
use crate::values::{EntryId, OrgId, ScopeId};

/// Most refused entries a report names one by one.
pub const REFUSED_NAMED_MAX: usize = 100;

/// The frontiers at which two replicas last were equal: kept by each of them, per peer, between sessions. A hint only: a
/// wrong one costs round trips, never entries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agreed(BTreeMap<ScopeId, Frontier>);

impl Agreed {
    /// What both hold; scopes without entries say nothing and are left out.
    pub fn new(frontiers: &BTreeMap<ScopeId, Frontier>) -> Self {
        Self(frontiers.iter().filter(|(_, f)| !f.is_empty()).map(|(scope, f)| (*scope, f.clone())).collect())
    }

    /// Frontiers by scope.
    pub fn frontiers(&self) -> &BTreeMap<ScopeId, Frontier> {
        &self.0
    }

    /// Stands for the whole: BLAKE3 derive_key("boucle 2026 sync base v1") over the sorted (scope ‖ F). All zero when
    /// nothing was agreed on.
    pub fn hash(&self, org: &OrgId) -> [u8; 32] {
        if self.0.is_empty() {
            return [0; 32];
        }
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 sync base v1");
        for (scope, frontier) in &self.0 {
            hasher.update(&scope.0);
            hasher.update(&frontier.hash(org, scope));
        }
        *hasher.finalize().as_bytes()
    }
}

impl Canonical for Agreed {
    fn write(&self, w: &mut Writer) {
        w.arr(2).uint(1).arr(self.0.len());
        for (scope, frontier) in &self.0 {
            w.arr(2).bstr(&scope.0);
            frontier.write(w);
        }
    }
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        r.arr_of(2)?;
        if r.u64()? != 1 {
            return malformed("unknown version of agreed frontiers");
        }
        let mut agreed = BTreeMap::new();
        for _ in 0..r.arr_max(SCOPES_MAX as u64)? {
            r.arr_of(2)?;
            agreed.insert(ScopeId(r.fixed()?), Frontier::read(r)?);
        }
        Ok(Self(agreed))
    }
}

/// Why a session ended without the two being equal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A whole round changed nothing and these scopes still differ: one side refuses what the other counts, holds a scope
    /// the other may not, or knows of a cutoff or fork the other does not.
    #[error("{} scopes still differ after a round that changed nothing", scopes.len())]
    Differs {
        /// Which.
        scopes: Vec<ScopeId>,
    },
    /// All headers are alike but section bytes are missing that the other side lacks too, or does not give.
    #[error("equal, but section bytes are missing: {ours} here, {theirs} there")]
    Gaps {
        /// Missing here.
        ours: u32,
        /// Missing there.
        theirs: u32,
    },
    /// All headers are alike but the two wait for different entries.
    #[error("equal, but waiting for different entries")]
    Wants,
    /// Both kept changing for as many rounds as a session may take. The next session goes on.
    #[error("still differing after {rounds} rounds")]
    Rounds {
        /// Rounds done.
        rounds: u32,
    },
    /// The peer speaks another version of the protocol.
    #[error("the peer speaks version {theirs} of the sync protocol, this node version {ours}")]
    Version {
        /// Ours.
        ours: u64,
        /// Theirs.
        theirs: u64,
    },
    /// The peer sent what the protocol does not allow.
    #[error("the peer broke the protocol: {what}")]
    Protocol {
        /// What it did.
        what: String,
    },
    /// The connection ended before the session did. What was confirmed stays; the next session resumes there.
    #[error("the connection was cut")]
    Cut,
    /// The peer ended the session.
    #[error("the peer ended the session: {code}")]
    Bye {
        /// Its code.
        code: String,
    },
    /// This node could not go on: a bound of its own, or an answer that was not asked for.
    #[error("this node could not go on: {what}")]
    Local {
        /// What happened.
        what: &'static str,
    },
}

impl Reason {
    /// A stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Differs { .. } => "differs",
            Self::Gaps { .. } => "gaps",
            Self::Wants => "wants",
            Self::Rounds { .. } => "rounds",
            Self::Version { .. } => "version",
            Self::Protocol { .. } => "protocol",
            Self::Cut => "cut",
            Self::Bye { .. } => "bye",
            Self::Local { .. } => "local",
        }
    }
}

/// An entry that was not admitted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its id, if its bytes had one.
    pub entry: Option<EntryId>,
    /// Why, as a stable code.
    pub code: &'static str,
}

/// How far a session is: entries done of entries known to be due, both ways. What is due grows when a new round finds
/// more.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Entries the peer has confirmed.
    pub sent: u64,
    /// Entries the peer lacked.
    pub to_send: u64,
    /// Entries ingested here, new or known.
    pub received: u64,
    /// Entries this side lacked.
    pub to_receive: u64,
}

/// One scope at the end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeState {
    /// The scope.
    pub scope: ScopeId,
    /// Entries held in it.
    pub entries: u64,
    /// Hash of its frontier.
    pub hash: [u8; 32],
}

/// What a session did and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Both hold the same entries and every section of them.
    pub equal: bool,
    /// Why not, if not.
    pub reason: Option<Reason>,
    /// Times this side waited for the peer to answer, in round trips.
    pub round_trips: u32,
    /// Rounds of streaming.
    pub rounds: u32,
    /// Entries sent, confirmed or not.
    pub entries_sent: u64,
    /// Entries received that were new here.
    pub entries_received: u64,
    /// Sections received for entries held as headers.
    pub sections_received: u64,
    /// Frames, both ways.
    pub frames: u64,
    /// Bytes of the frames sent.
    pub bytes_sent: u64,
    /// Bytes of the frames received.
    pub bytes_received: u64,
    /// Entries not admitted here.
    pub refused_count: u64,
    /// The first [`REFUSED_NAMED_MAX`] of them.
    pub refused: Vec<Refused>,
    /// A person on the other side asked for this session.
    pub peer_explicit: bool,
    /// The scopes as of the last frontiers given.
    pub scopes: Vec<ScopeState>,
    /// To keep for the next session with this peer. Present whenever the frontiers are equal, gaps or not.
    pub agreed: Option<Agreed>,
    /// How far it came.
    pub progress: Progress,
}
