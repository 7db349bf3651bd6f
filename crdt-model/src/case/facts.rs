//! Immutable facts: what was said or done, once, as canonical CBOR under a root key `kind/<16 hexadecimal digits>`.
//!
//! Every fact is an array that starts with its version (1). Bounds are checked on reading: a fact that breaks one never
//! passes the gate. An act with words is two facts of one id: the code in the open layer, the words beside it.

mod codec;

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

use crate::case::consent::Answer;
use crate::case::loop_closure::Satisfaction;
use crate::case::status::Status;
use crate::cbor::{self, CborError};
use crate::layer::Stamp;
use crate::seal::Secret;
use crate::values::{DeviceId, EntryId, Incarnation, Level, MemberId, Who, Words};

/// Most bytes of words in one fact.
pub const WORDS_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of a short text: a name, a purpose.
pub const SHORT_BYTES_MAX: usize = 256;
/// Most keys one origin may name.
pub const ORIGIN_KEYS_MAX: usize = 4096;
/// Places of origins in one entry.
pub const ORIGINS_MAX: u32 = 1 << 16;
/// Most members, and devices, one list of readers may name.
pub const EXPOSED_MAX: usize = 1024;
/// Most chains whose keys a new generation passes on.
pub const OLD_KEYS_MAX: usize = 64;
/// Most raises one lowering may name.
pub const RAISES_MAX: usize = 256;

/// What tells a fact from all others of its kind: 8 random bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactId(pub [u8; 8]);

impl fmt::Display for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for FactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FactId({self})")
    }
}

/// Not 16 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fact id is 16 lower-case hexadecimal digits")]
pub struct NotFactId;

impl FromStr for FactId {
    type Err = NotFactId;

    fn from_str(text: &str) -> Result<Self, NotFactId> {
        let bytes = HEXLOWER.decode(text.as_bytes()).map_err(|_| NotFactId)?;
        bytes.try_into().map(Self).map_err(|_| NotFactId)
    }
}

impl serde::Serialize for FactId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

/// A fact and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// What was said or done.
    pub fact: T,
    /// By whom, when, in which entry.
    pub stamp: Stamp,
}

/// The kinds of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FactKind {
    /// A step of the life cycle.
    Move,
    /// Words that explain an open act of the same id.
    Reason,
    /// On hold, or no longer.
    Hold,
    /// Sensitivity raised.
    Raise,
    /// Sensitivity lowered.
    Lower,
    /// Consent, as told.
    Consent,
    /// Consent to be contacted, as a code.
    Contact,
    /// An answer was given.
    Response,
    /// What was told.
    ResponseText,
    /// What the person said of it.
    Satisfaction,
    /// Who said it, and how.
    SatisfactionDetail,
    /// A contact, or an attempt.
    Interaction,
    /// A note.
    Note,
    /// Something done.
    Action,
    /// The allegation, or an addition to it.
    Allegation,
    /// Someone who must not see the case.
    Recusal,
    /// A file.
    Attachment,
    /// A scan of the paper.
    PaperScan,
    /// Who first wrote what a generation restates.
    Origin,
    /// Who could read an older generation.
    Exposed,
    /// Keys of an older generation's words.
    OldKeys,
}

impl FactKind {
    /// All kinds.
    pub const ALL: [Self; 21] = [
        Self::Move,
        Self::Reason,
        Self::Hold,
        Self::Raise,
        Self::Lower,
        Self::Consent,
        Self::Contact,
        Self::Response,
        Self::ResponseText,
        Self::Satisfaction,
        Self::SatisfactionDetail,
        Self::Interaction,
        Self::Note,
        Self::Action,
        Self::Allegation,
        Self::Recusal,
        Self::Attachment,
        Self::PaperScan,
        Self::Origin,
        Self::Exposed,
        Self::OldKeys,
    ];

    /// What stands before the `/` of the root key.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Reason => "reason",
            Self::Hold => "hold",
            Self::Raise => "raise",
            Self::Lower => "lower",
            Self::Consent => "consent",
            Self::Contact => "contact",
            Self::Response => "response",
            Self::ResponseText => "response_text",
            Self::Satisfaction => "satisfaction",
            Self::SatisfactionDetail => "satisfaction_detail",
            Self::Interaction => "interaction",
            Self::Note => "note",
            Self::Action => "action",
            Self::Allegation => "allegation",
            Self::Recusal => "recusal",
            Self::Attachment => "attachment",
            Self::PaperScan => "paper_scan",
            Self::Origin => "origin",
            Self::Exposed => "exposed",
            Self::OldKeys => "old_keys",
        }
    }

    /// The root key of the fact `id`.
    pub fn key(self, id: FactId) -> String {
        format!("{}/{id}", self.prefix())
    }

    /// Whether `bytes` are one canonical fact of this kind.
    ///
    /// # Errors
    ///
    /// When they are not, or a bound is exceeded.
    pub fn check(self, bytes: &[u8]) -> Result<(), CborError> {
        match self {
            Self::Move => cbor::decode::<MoveFact>(bytes).map(drop),
            Self::Hold => cbor::decode::<HoldFact>(bytes).map(drop),
            Self::Raise => cbor::decode::<RaiseFact>(bytes).map(drop),
            Self::Lower => cbor::decode::<LowerFact>(bytes).map(drop),
            Self::Consent => cbor::decode::<ConsentFact>(bytes).map(drop),
            Self::Contact => cbor::decode::<ContactFact>(bytes).map(drop),
            Self::Response => cbor::decode::<ResponseFact>(bytes).map(drop),
            Self::ResponseText => cbor::decode::<ResponseText>(bytes).map(drop),
            Self::Satisfaction => cbor::decode::<SatisfactionFact>(bytes).map(drop),
            Self::SatisfactionDetail => cbor::decode::<SatisfactionDetail>(bytes).map(drop),
            Self::Interaction => cbor::decode::<InteractionFact>(bytes).map(drop),
            Self::Reason | Self::Note | Self::Allegation => cbor::decode::<TextFact>(bytes).map(drop),
            Self::Action => cbor::decode::<ActionFact>(bytes).map(drop),
            Self::Recusal => cbor::decode::<RecusalFact>(bytes).map(drop),
            Self::Attachment | Self::PaperScan => cbor::decode::<AttachmentFact>(bytes).map(drop),
            Self::Origin => cbor::decode::<OriginFact>(bytes).map(drop),
            Self::Exposed => cbor::decode::<ExposedFact>(bytes).map(drop),
            Self::OldKeys => cbor::decode::<OldKeysFact>(bytes).map(drop),
        }
    }
}

/// A step of the life cycle: `[1, to, epoch, [seen…], reason|null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoveFact {
    /// The status it leads to; never `received`.
    pub to: Status,
    /// How often the case had been reopened; a reopening names the epoch it starts.
    pub epoch: u32,
    /// Moves its author knew.
    pub seen: Vec<FactId>,
    /// Why it closes: a code, exactly when `to` is `closed`.
    pub reason: Option<String>,
}

/// Hold or unhold: `[1, reason|null, at_ms, until_ms|null, [seen…]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HoldFact {
    /// What it waits for (taxonomy `hold_reason`); `None` lifts the holds seen.
    pub reason: Option<String>,
    /// From when.
    pub at_ms: i64,
    /// Until when, as foreseen.
    pub until_ms: Option<i64>,
    /// Holds and unholds its author knew.
    pub seen: Vec<FactId>,
}

/// `[1, level]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RaiseFact {
    /// At least this.
    pub level: Level,
}

/// `[1, level, [raises…], [seen…]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LowerFact {
    /// What is left.
    pub level: Level,
    /// Every raise it lowers.
    pub raises: Vec<FactId>,
    /// Lowerings its author knew.
    pub seen: Vec<FactId>,
}

/// `[1, purpose, answer, means|null, by|null, at_ms, [seen…]]`.
#[derive(Clone, PartialEq, Eq)]
pub struct ConsentFact {
    /// Taxonomy `consent_purpose`.
    pub purpose: String,
    /// What the person said.
    pub answer: Answer,
    /// Taxonomy `consent_means`.
    pub means: Option<String>,
    /// Who said it, if not the person.
    pub by: Option<Words>,
    /// When it was said.
    pub at_ms: i64,
    /// Consents of this purpose its author knew.
    pub seen: Vec<FactId>,
}

/// `[1, allowed, [seen…]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactFact {
    /// Whether the person may be called back.
    pub allowed: bool,
    /// Contact facts its author knew.
    pub seen: Vec<FactId>,
}

/// `[1, epoch, at_ms]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseFact {
    /// The epoch it answers in.
    pub epoch: u32,
    /// When the person was told.
    pub at_ms: i64,
}

/// `[1, text, language|null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseText {
    /// What the person was told.
    pub text: Words,
    /// In which language.
    pub language: Option<String>,
}

/// `[1, value, epoch, at_ms, [responses…], [seen…]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SatisfactionFact {
    /// What the person said.
    pub value: Satisfaction,
    /// In which epoch.
    pub epoch: u32,
    /// When they said it.
    pub at_ms: i64,
    /// Answers given before.
    pub responses: Vec<FactId>,
    /// Satisfaction facts its author knew.
    pub seen: Vec<FactId>,
}

/// `[1, by|null, means|null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SatisfactionDetail {
    /// Who spoke, if not the person: a group's spokesperson.
    pub by: Option<Words>,
    /// How it was said.
    pub means: Option<String>,
}

/// `[1, at_ms, channel|null, inward, purpose, outcome, language|null, ended_ms|null, first_contact]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InteractionFact {
    /// When it began.
    pub at_ms: i64,
    /// Taxonomy `channel`.
    pub channel: Option<String>,
    /// From the person to us.
    pub inward: bool,
    /// `new`, `follow_up`, `answer`, `satisfaction`…
    pub purpose: String,
    /// `answered`, `referred`, `cut`, or one of the attempt outcomes.
    pub outcome: String,
    /// Language spoken.
    pub language: Option<String>,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// The first interaction of the case.
    pub first_contact: bool,
}

/// Outcomes that make an interaction an attempt: nobody was reached.
pub const ATTEMPT_OUTCOMES: [&str; 4] = ["no_answer", "busy", "voicemail", "wrong_person"];

impl InteractionFact {
    /// Whether it reached nobody.
    pub fn is_attempt(&self) -> bool {
        ATTEMPT_OUTCOMES.contains(&self.outcome.as_str())
    }
}

/// Words and nothing else: `[1, text]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextFact {
    /// The words.
    pub text: Words,
}

/// `[1, what, on_behalf_of|null, at_ms, due_ms|null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionFact {
    /// What was done.
    pub what: Words,
    /// Who did it, when that is someone without the system.
    pub on_behalf_of: Option<Words>,
    /// When.
    pub at_ms: i64,
    /// When the next step is due.
    pub due_ms: Option<i64>,
}

/// `[1, who]`, `who` as `member:<hex>` or `role:<code>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecusalFact {
    /// Who must not see the case.
    pub who: Who,
}

/// `[1, hash32, bytes, name|null, type|null]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachmentFact {
    /// BLAKE3 of the content.
    pub hash: [u8; 32],
    /// Size in bytes.
    pub bytes: u64,
    /// File name.
    pub name: Option<Words>,
    /// Media type.
    pub media_type: Option<String>,
}

/// Who first wrote some of the keys that the same entry restates: `[1, entry32, member16|null, device16, claimed_ms, n,
/// [keys…]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginFact {
    /// The entry of the older generation.
    pub entry: EntryId,
    /// Its author, where it named one.
    pub member: Option<MemberId>,
    /// The device that wrote it.
    pub device: DeviceId,
    /// The time it claims.
    pub claimed_ms: i64,
    /// Its place among the origins of this entry.
    pub n: u32,
    /// The keys restated, ascending.
    pub keys: Vec<String>,
}

/// `[1, generation, [members…], [devices…]]`, both ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExposedFact {
    /// The generation they could read.
    pub generation: u32,
    /// Who could read the words.
    pub members: Vec<MemberId>,
    /// Which devices could read codes and dates.
    pub devices: Vec<DeviceId>,
}

/// `[1, generation, [[device16, incarnation8, key32]…]]`, ascending: with these the audience reads what was still
/// written to the older generation by someone who had not heard of this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldKeysFact {
    /// The generation they open.
    pub generation: u32,
    /// The personal key of each chain.
    pub keys: Vec<(DeviceId, Incarnation, Secret)>,
}

impl fmt::Debug for ConsentFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentFact").field("purpose", &self.purpose).field("seen", &self.seen).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
