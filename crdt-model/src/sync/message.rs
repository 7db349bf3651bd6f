//! What two sessions say to each other: canonical CBOR, one message a frame, every length bounded before it is used.
//!
//! ```text
//! 1 Status    [1, version, F(membership): 32, F(rest): 32, gaps: uint, gaps hash: 32, wants hash: 32, flags, base: 32,
//!              [* [scope: 16, frontier]]]                       flags: 1 a person asked, 2 too many tips to list
//! 2 Scopes    [2, [* [scope: 16, F: 32]]]                       sorted
//! 3 Tips      [3, scope: 16, frontier, last: bool]              several frames when there are many chains
//! 4 Entries   [4, scope: 16, [+ entry: bstr], urgent: [* uint]]  urgent: places in the frame, sorted: a hint, to pass on
//! 5 Confirmed [5, frames: uint]                                 Entries and Sections frames durable here, over the session
//! 6 RoundEnd  [6, answered: uint]                               Resends and WantSections answered, counted over the round
//! 7 Resend    [7, scope: 16, chain, after: uint]
//! 8 Bye       [8, code: text]                                   a–z, 0–9 and _ only
//! 9 WantSections [9, scope: 16, [+ [entry: 32, layers: 1..15]]] sorted by entry; bit n of layers: layer n
//! 10 Sections [10, scope: 16, [+ [entry: 32, [+ [layer: 0..3, bytes: bstr]]]]]
//! ```

use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::entry::{ENTRY_BYTES_MAX, LAYER_GRANT, SECTION_BYTES_MAX};
use crate::frontier::Frontier;
use crate::values::{ChainKey, EntryId, ScopeId};

/// Version of the session protocol.
pub const PROTOCOL_VERSION: u64 = 1;
/// Largest frame, bytes.
pub const FRAME_BYTES_MAX: usize = 1 << 20;
/// Most bytes of tips a status carries as hints.
pub const HINT_BYTES_MAX: usize = 64 << 10;
/// Most scopes two peers compare.
pub const SCOPES_MAX: usize = 16_384;
/// Most entries in one frame.
pub const FRAME_ENTRIES_MAX: usize = 16_384;
/// Most entries one [`Message::WantSections`] asks for.
pub const WANTED_MAX: usize = 16_384;
/// All layers an entry may have, as bits.
const LAYERS_ALL: u8 = (1 << (LAYER_GRANT + 1)) - 1;
/// Longest code of a [`Message::Bye`], bytes.
pub const BYE_BYTES_MAX: usize = 64;

const FLAG_EXPLICIT: u64 = 1;
const FLAG_TOO_MANY: u64 = 2;

/// Sections known by header whose bytes are not held: how many, and a hash of which.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Entries that lack a section which somebody should have.
    pub count: u32,
    /// Hash over all entries that lack a section, with the withdrawn ones, which do not count; zero when there are none.
    pub hash: [u8; 32],
}

impl Gaps {
    /// Over all entries that lack sections. `count` is how many of them are not withdrawn.
    pub fn over(mut missing: Vec<Missing>, count: u32) -> Self {
        if missing.is_empty() {
            return Self::default();
        }
        missing.sort_unstable();
        let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 gaps v1");
        for one in &missing {
            hasher.update(&one.entry.0);
            hasher.update(&[one.layers]);
        }
        Self { count, hash: *hasher.finalize().as_bytes() }
    }
}

/// Hash over the ids that entries name and a replica lacks; zero when there are none.
pub fn wants_hash(mut ids: Vec<EntryId>) -> [u8; 32] {
    if ids.is_empty() {
        return [0; 32];
    }
    ids.sort_unstable();
    ids.dedup();
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 wants v1");
    for id in &ids {
        hasher.update(&id.0);
    }
    *hasher.finalize().as_bytes()
}

/// Sections of one entry that are not held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// The entry.
    pub entry: EntryId,
    /// Bit n stands for layer n; never zero.
    pub layers: u8,
}

/// Sections of one entry, each as its header names it.
#[derive(Clone, PartialEq, Eq)]
pub struct SectionsOf {
    /// The entry.
    pub entry: EntryId,
    /// (layer, bytes), sorted by layer, at least one.
    pub sections: Vec<(u8, Vec<u8>)>,
}

impl std::fmt::Debug for SectionsOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SectionsOf({}, {} sections)", self.entry.short(), self.sections.len())
    }
}

impl SectionsOf {
    /// Bytes it takes in a frame, or a few more.
    pub fn frame_bytes(&self) -> usize {
        48 + self.sections.iter().map(|(_, bytes)| bytes.len() + 8).sum::<usize>()
    }
}

/// What a replica holds, in one message (tag 1): the greeting, and again after every round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Hash of the membership's frontier.
    pub membership: [u8; 32],
    /// One hash over the frontiers of all other scopes.
    pub rest: [u8; 32],
    /// Sections missing.
    pub gaps: Gaps,
    /// Hash over the ids that waiting entries name and this replica lacks.
    pub wants: [u8; 32],
    /// A person asked for this session: what is held back for withdrawal may be released.
    pub explicit: bool,
    /// More tips changed since `base` than a status may list.
    pub too_many: bool,
    /// Hash of the frontiers this pair last agreed on; zero: none known.
    pub base: [u8; 32],
    /// Tips changed since `base`, by scope, sorted.
    pub hints: Vec<(ScopeId, Frontier)>,
}

/// One message of a session.
#[derive(Clone, PartialEq, Eq)]
pub enum Message {
    /// What the sender holds.
    Status(Status),
    /// The sender's scopes and their frontier hashes, sorted.
    Scopes(Vec<(ScopeId, [u8; 32])>),
    /// Tips of one scope.
    Tips {
        /// The scope.
        scope: ScopeId,
        /// Tips; those of all frames of the scope together are its frontier.
        tips: Frontier,
        /// No more frames follow for this scope.
        last: bool,
    },
    /// Entries of one scope, each chain in order.
    Entries {
        /// The scope.
        scope: ScopeId,
        /// Encoded entries, at least one.
        entries: Vec<Vec<u8>>,
        /// Which of them somebody waits for: places in `entries`, sorted. A hint, which decides on the order of sending.
        urgent: Vec<u32>,
    },
    /// So many frames of entries and sections are durable at the sender of this.
    Confirmed {
        /// Counted from the start of the session.
        frames: u32,
    },
    /// The sender has nothing more to stream in this round.
    RoundEnd {
        /// How many of the receiver's [`Message::Resend`] and [`Message::WantSections`] of this round it has answered.
        answered: u32,
    },
    /// A chain does not fit what the sender holds: stream it again from `after + 1`. The sender streams its own stretch
    /// from there too.
    Resend {
        /// The scope.
        scope: ScopeId,
        /// The chain.
        chain: ChainKey,
        /// Last seq before the stretch.
        after: u64,
    },
    /// The sender ends the session.
    Bye {
        /// Why.
        code: String,
    },
    /// The sender holds these entries as headers and lacks sections of them. Once a scope and round.
    WantSections {
        /// The scope.
        scope: ScopeId,
        /// Which, sorted by entry, at least one.
        wanted: Vec<Missing>,
    },
    /// Sections of entries the receiver holds as headers: asked for, or left out before so that others came first.
    Sections {
        /// The scope.
        scope: ScopeId,
        /// At least one.
        sections: Vec<SectionsOf>,
    },
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Status(status) => status.fmt(f),
            Self::Scopes(scopes) => write!(f, "Scopes({})", scopes.len()),
            Self::Tips { scope, tips, last } => write!(f, "Tips({scope:?}, {} chains, last: {last})", tips.len()),
            Self::Entries { scope, entries, urgent } => {
                write!(f, "Entries({scope:?}, {}, {} urgent)", entries.len(), urgent.len())
            }
            Self::Confirmed { frames } => write!(f, "Confirmed({frames})"),
            Self::RoundEnd { answered } => write!(f, "RoundEnd({answered})"),
            Self::Resend { scope, chain, after } => write!(f, "Resend({scope:?}, {chain:?}, after {after})"),
            Self::Bye { code } => write!(f, "Bye({code})"),
            Self::WantSections { scope, wanted } => write!(f, "WantSections({scope:?}, {})", wanted.len()),
            Self::Sections { scope, sections } => write!(f, "Sections({scope:?}, {})", sections.len()),
        }
    }
}

/// Why a frame is no message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Longer than [`FRAME_BYTES_MAX`].
    #[error("frame of {found} bytes, at most {max} allowed")]
    TooLong {
        /// Bytes found.
        found: usize,
        /// Bytes allowed.
        max: usize,
    },
    /// The peer speaks another version of the protocol.
    #[error("the peer speaks version {theirs} of the sync protocol, this node version {ours}")]
    Version {
        /// Ours.
        ours: u64,
        /// Theirs.
        theirs: u64,
    },
    /// Not one canonical message.
    #[error(transparent)]
    Cbor(#[from] CborError),
}

impl Message {
    /// The frame that carries it.
    pub fn to_frame(&self) -> Vec<u8> {
        cbor::encode(self)
    }

    /// What it is called, without what it says.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Status(_) => "status",
            Self::Scopes(_) => "scopes",
            Self::Tips { .. } => "tips",
            Self::Entries { .. } => "entries",
            Self::Confirmed { .. } => "confirmed",
            Self::RoundEnd { .. } => "round end",
            Self::Resend { .. } => "resend",
            Self::Bye { .. } => "bye",
            Self::WantSections { .. } => "want sections",
            Self::Sections { .. } => "sections",
        }
    }

    /// Reads a frame.
    ///
    /// # Errors
    ///
    /// [`MessageError`] for anything but one canonical message of this version within bounds.
    pub fn from_frame(frame: &[u8]) -> Result<Self, MessageError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(MessageError::TooLong { found: frame.len(), max: FRAME_BYTES_MAX });
        }
        if let Some(theirs) = status_version(frame)
            && theirs != PROTOCOL_VERSION
        {
            return Err(MessageError::Version { ours: PROTOCOL_VERSION, theirs });
        }
        Ok(cbor::decode(frame)?)
    }
}

/// The version a status names, whatever else another version of the protocol puts into it.
fn status_version(frame: &[u8]) -> Option<u64> {
    let mut r = Reader::new(frame);
    r.array().ok()?.filter(|parts| *parts >= 2)?;
    (r.u64().ok()? == 1).then(|| r.u64().ok()).flatten()
}

impl Status {
    fn write(&self, w: &mut Writer) {
        let flags = u64::from(self.explicit) * FLAG_EXPLICIT + u64::from(self.too_many) * FLAG_TOO_MANY;
        w.arr(10).uint(1).uint(PROTOCOL_VERSION).bstr(&self.membership).bstr(&self.rest);
        w.uint(self.gaps.count.into()).bstr(&self.gaps.hash).bstr(&self.wants).uint(flags).bstr(&self.base);
        write_hints(w, &self.hints);
    }

    /// Reads what follows the array header and the tag.
    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        if r.u64()? != PROTOCOL_VERSION {
            return malformed("unknown protocol version");
        }
        let (membership, rest) = (r.fixed()?, r.fixed()?);
        let gaps = Gaps { count: r.u32()?, hash: r.fixed()? };
        let wants = r.fixed()?;
        let flags = r.u64()?;
        if flags > FLAG_EXPLICIT | FLAG_TOO_MANY {
            return malformed("unknown flags");
        }
        let base = r.fixed()?;
        let start = r.position();
        let n = r.arr_max(SCOPES_MAX as u64)?;
        let mut hints: Vec<(ScopeId, Frontier)> = Vec::new();
        for _ in 0..n {
            r.arr_of(2)?;
            let scope = ScopeId(r.fixed()?);
            if hints.last().is_some_and(|(last, _)| *last >= scope) {
                return malformed("scopes not sorted");
            }
            hints.push((scope, Frontier::read(r)?));
            if r.position() - start > HINT_BYTES_MAX {
                return malformed("too many hints");
            }
        }
        let (explicit, too_many) = (flags & FLAG_EXPLICIT != 0, flags & FLAG_TOO_MANY != 0);
        Ok(Self { membership, rest, gaps, wants, explicit, too_many, base, hints })
    }
}

fn write_hints(w: &mut Writer, hints: &[(ScopeId, Frontier)]) {
    w.arr(hints.len());
    for (scope, tips) in hints {
        w.arr(2).bstr(&scope.0);
        tips.write(w);
    }
}

/// How many bytes of a status hints take.
pub(super) fn hint_bytes(hints: &[(ScopeId, Frontier)]) -> usize {
    let mut w = Writer::new(Vec::new());
    write_hints(&mut w, hints);
    w.into_writer().len()
}

impl Canonical for Message {
    fn write(&self, w: &mut Writer) {
        match self {
            Self::Status(status) => status.write(w),
            Self::Scopes(scopes) => {
                w.arr(2).uint(2).arr(scopes.len());
                for (scope, hash) in scopes {
                    w.arr(2).bstr(&scope.0).bstr(hash);
                }
            }
            Self::Tips { scope, tips, last } => {
                w.arr(4).uint(3).bstr(&scope.0);
                tips.write(w);
                w.boolean(*last);
            }
            Self::Entries { scope, entries, urgent } => {
                w.arr(4).uint(4).bstr(&scope.0).arr(entries.len());
                for entry in entries {
                    w.bstr(entry);
                }
                w.arr(urgent.len());
                for place in urgent {
                    w.uint((*place).into());
                }
            }
            Self::Confirmed { frames } => {
                w.arr(2).uint(5).uint((*frames).into());
            }
            Self::RoundEnd { answered } => {
                w.arr(2).uint(6).uint((*answered).into());
            }
            Self::Resend { scope, chain, after } => {
                w.arr(4).uint(7).bstr(&scope.0);
                chain.write(w);
                w.uint(*after);
            }
            Self::Bye { code } => {
                w.arr(2).uint(8).text(code);
            }
            Self::WantSections { scope, wanted } => {
                w.arr(3).uint(9).bstr(&scope.0).arr(wanted.len());
                for one in wanted {
                    w.arr(2).bstr(&one.entry.0).uint(one.layers.into());
                }
            }
            Self::Sections { scope, sections } => {
                w.arr(3).uint(10).bstr(&scope.0).arr(sections.len());
                for of in sections {
                    w.arr(2).bstr(&of.entry.0).arr(of.sections.len());
                    for (layer, bytes) in &of.sections {
                        w.arr(2).uint((*layer).into()).bstr(bytes);
                    }
                }
            }
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        let found = r.arr_max(10)?;
        let tag = r.u64()?;
        let expected = match tag {
            1 => 10,
            2 | 5 | 6 | 8 => 2,
            3 | 4 | 7 => 4,
            9 | 10 => 3,
            _ => return malformed(format!("unknown message {tag}")),
        };
        if found != expected {
            return malformed(format!("message {tag} has {expected} parts, {found} found"));
        }
        Ok(match tag {
            1 => Self::Status(Status::read(r)?),
            2 => Self::Scopes(read_scopes(r)?),
            3 => Self::Tips { scope: ScopeId(r.fixed()?), tips: Frontier::read(r)?, last: r.bool()? },
            4 => {
                let (scope, entries) = (ScopeId(r.fixed()?), read_entries(r)?);
                let urgent = read_urgent(r, entries.len())?;
                Self::Entries { scope, entries, urgent }
            }
            5 => Self::Confirmed { frames: r.u32()? },
            6 => Self::RoundEnd { answered: r.u32()? },
            7 => Self::Resend { scope: ScopeId(r.fixed()?), chain: ChainKey::read(r)?, after: r.u64()? },
            9 => Self::WantSections { scope: ScopeId(r.fixed()?), wanted: read_wanted(r)? },
            10 => Self::Sections { scope: ScopeId(r.fixed()?), sections: read_sections(r)? },
            _ => Self::Bye { code: read_code(r)? },
        })
    }
}

fn read_scopes(r: &mut Reader<'_>) -> Result<Vec<(ScopeId, [u8; 32])>, CborError> {
    let n = r.arr_max(SCOPES_MAX as u64)?;
    let mut scopes: Vec<(ScopeId, [u8; 32])> = Vec::new();
    for _ in 0..n {
        r.arr_of(2)?;
        let (scope, hash) = (ScopeId(r.fixed()?), r.fixed()?);
        if scopes.last().is_some_and(|(last, _)| *last >= scope) {
            return malformed("scopes not sorted");
        }
        scopes.push((scope, hash));
    }
    Ok(scopes)
}

fn read_entries(r: &mut Reader<'_>) -> Result<Vec<Vec<u8>>, CborError> {
    let n = r.arr_max(FRAME_ENTRIES_MAX as u64)?;
    if n == 0 {
        return malformed("a frame of no entries");
    }
    let mut entries = Vec::new();
    for _ in 0..n {
        entries.push(r.bstr_max(ENTRY_BYTES_MAX)?.to_vec());
    }
    Ok(entries)
}

fn read_urgent(r: &mut Reader<'_>, entries: usize) -> Result<Vec<u32>, CborError> {
    let n = r.arr_max(entries as u64)?;
    let mut urgent: Vec<u32> = Vec::new();
    for _ in 0..n {
        let place = r.u32()?;
        if place as usize >= entries || urgent.last().is_some_and(|last| *last >= place) {
            return malformed("urgent places not sorted, or of no entry");
        }
        urgent.push(place);
    }
    Ok(urgent)
}

fn read_wanted(r: &mut Reader<'_>) -> Result<Vec<Missing>, CborError> {
    let n = r.arr_max(WANTED_MAX as u64)?;
    if n == 0 {
        return malformed("sections of no entry wanted");
    }
    let mut wanted: Vec<Missing> = Vec::new();
    for _ in 0..n {
        r.arr_of(2)?;
        let one = Missing { entry: EntryId(r.fixed()?), layers: r.u8()? };
        if one.layers == 0 || one.layers > LAYERS_ALL || wanted.last().is_some_and(|last| last.entry >= one.entry) {
            return malformed("wanted sections not sorted, or of no layer");
        }
        wanted.push(one);
    }
    Ok(wanted)
}

fn read_sections(r: &mut Reader<'_>) -> Result<Vec<SectionsOf>, CborError> {
    let n = r.arr_max(FRAME_ENTRIES_MAX as u64)?;
    if n == 0 {
        return malformed("a frame of no sections");
    }
    let mut all = Vec::new();
    for _ in 0..n {
        r.arr_of(2)?;
        let entry = EntryId(r.fixed()?);
        let layers = r.arr_max(u64::from(LAYER_GRANT) + 1)?;
        let mut sections: Vec<(u8, Vec<u8>)> = Vec::new();
        for _ in 0..layers {
            r.arr_of(2)?;
            let layer = r.u8()?;
            if layer > LAYER_GRANT || sections.last().is_some_and(|(last, _)| *last >= layer) {
                return malformed("layers not sorted, or unknown");
            }
            sections.push((layer, r.bstr_max(SECTION_BYTES_MAX)?.to_vec()));
        }
        if sections.is_empty() {
            return malformed("no section of an entry");
        }
        all.push(SectionsOf { entry, sections });
    }
    Ok(all)
}

pub(super) fn read_code(r: &mut Reader<'_>) -> Result<String, CborError> {
    let code = r.text_max(BYE_BYTES_MAX)?;
    if !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
        return malformed("a code is of a–z, 0–9 and _");
    }
    Ok(code)
}

#[cfg(test)]
mod tests;
