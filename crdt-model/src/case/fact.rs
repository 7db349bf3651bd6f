//! Immutable facts: what was said or done, once, as canonical CBOR under a root key `kind/<16 hexadecimal digits>`.
//!
//! Every fact is an array that starts with its version (1). Bounds are checked on reading: a fact that breaks one never
//! passes the gate. An act with words is two facts of one id: the code in the open layer, the words beside it.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;

use crate::case::Who;
use crate::case::consent::Answer;
use crate::case::loop_closure::Satisfaction;
use crate::case::moment::{Signed, in_range};
use crate::case::schema::{CODE_BYTES_MAX, is_clean, is_code};
use crate::case::seen::SEEN_MAX;
use crate::case::sensitivity::Level;
use crate::case::status::{EPOCH_MAX, Status};
use crate::cbor::{self, Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::edit::Words;
use crate::layer::Stamp;

/// Version written at the head of every fact.
const VERSION: u64 = 1;
/// Most bytes of words in one fact.
pub const WORDS_BYTES_MAX: usize = 32 * 1024;
/// Most bytes of a short text: a name, a purpose.
pub const SHORT_BYTES_MAX: usize = 256;
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
}

impl FactKind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
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

impl fmt::Debug for ConsentFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsentFact").field("purpose", &self.purpose).field("seen", &self.seen).finish_non_exhaustive()
    }
}

fn head(w: &mut Writer, items: usize) -> &mut Writer {
    w.arr(items + 1).uint(VERSION)
}

fn read_head(r: &mut Reader<'_>, items: u64) -> Result<(), CborError> {
    r.arr_of(items + 1)?;
    match r.u64()? {
        VERSION => Ok(()),
        other => malformed(format!("version {other} of a fact is not known")),
    }
}

fn write_ids<'w>(w: &'w mut Writer, ids: &[FactId]) -> &'w mut Writer {
    w.arr(ids.len());
    for id in ids {
        w.bstr(&id.0);
    }
    w
}

fn read_ids(r: &mut Reader<'_>, max: usize) -> Result<Vec<FactId>, CborError> {
    let n = r.arr_max(max as u64)?;
    let mut ids: Vec<FactId> = Vec::new();
    for _ in 0..n {
        let id = FactId(r.fixed::<8>()?);
        if ids.last().is_some_and(|last| *last >= id) {
            return malformed("ids are not ascending");
        }
        ids.push(id);
    }
    Ok(ids)
}

fn read_code(r: &mut Reader<'_>) -> Result<String, CborError> {
    let code = r.text_max(CODE_BYTES_MAX)?;
    if is_code(&code) { Ok(code) } else { malformed("not a code") }
}

fn read_code_opt(r: &mut Reader<'_>) -> Result<Option<String>, CborError> {
    if r.take_null()? { Ok(None) } else { read_code(r).map(Some) }
}

fn read_words(r: &mut Reader<'_>, max: usize) -> Result<Words, CborError> {
    match r.text_max(max)? {
        text if text.is_empty() || !is_clean(&text) => malformed("no words, or control characters in them"),
        text => Ok(Words(text)),
    }
}

fn read_words_opt(r: &mut Reader<'_>, max: usize) -> Result<Option<Words>, CborError> {
    if r.take_null()? { Ok(None) } else { read_words(r, max).map(Some) }
}

fn read_time(r: &mut Reader<'_>) -> Result<i64, CborError> {
    let at_ms = r.i64()?;
    if in_range(at_ms) { Ok(at_ms) } else { malformed("time out of range") }
}

fn read_time_opt(r: &mut Reader<'_>) -> Result<Option<i64>, CborError> {
    if r.take_null()? { Ok(None) } else { read_time(r).map(Some) }
}

fn write_time_opt(w: &mut Writer, at_ms: Option<i64>) -> &mut Writer {
    match at_ms {
        Some(at_ms) => w.signed(at_ms),
        None => w.nil(),
    }
}

fn read_epoch(r: &mut Reader<'_>) -> Result<u32, CborError> {
    match u32::try_from(r.u64()?) {
        Ok(epoch) if epoch <= EPOCH_MAX => Ok(epoch),
        _ => malformed("epoch out of range"),
    }
}

fn read_level(r: &mut Reader<'_>) -> Result<Level, CborError> {
    let level = r.u64()?;
    let found = Level::ALL.into_iter().find(|known| *known as u64 == level);
    found.map_or_else(|| malformed("unknown sensitivity"), Ok)
}

fn words(text: &Option<Words>) -> Option<&str> {
    text.as_ref().map(|words| words.0.as_str())
}

impl Canonical for MoveFact {
    fn write(&self, w: &mut Writer) {
        head(w, 4).text(self.to.code()).uint(u64::from(self.epoch));
        write_ids(w, &self.seen).text_opt(self.reason.as_deref());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 4)?;
        let Some(to) = Status::from_code(&read_code(r)?) else { return malformed("unknown status") };
        let fact = Self { to, epoch: read_epoch(r)?, seen: read_ids(r, SEEN_MAX)?, reason: read_code_opt(r)? };
        if to == Status::Received || (to == Status::Reopened && fact.epoch == 0) {
            return malformed("no such move");
        }
        if fact.reason.is_some() != (to == Status::Closed) {
            return malformed("a closing has a reason, nothing else has");
        }
        Ok(fact)
    }
}

impl Canonical for HoldFact {
    fn write(&self, w: &mut Writer) {
        head(w, 4).text_opt(self.reason.as_deref()).signed(self.at_ms);
        write_ids(write_time_opt(w, self.until_ms), &self.seen);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 4)?;
        Ok(Self {
            reason: read_code_opt(r)?,
            at_ms: read_time(r)?,
            until_ms: read_time_opt(r)?,
            seen: read_ids(r, SEEN_MAX)?,
        })
    }
}

impl Canonical for RaiseFact {
    fn write(&self, w: &mut Writer) {
        head(w, 1).uint(self.level as u64);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 1)?;
        Ok(Self { level: read_level(r)? })
    }
}

impl Canonical for LowerFact {
    fn write(&self, w: &mut Writer) {
        head(w, 3).uint(self.level as u64);
        write_ids(write_ids(w, &self.raises), &self.seen);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 3)?;
        Ok(Self { level: read_level(r)?, raises: read_ids(r, RAISES_MAX)?, seen: read_ids(r, SEEN_MAX)? })
    }
}

impl Canonical for ConsentFact {
    fn write(&self, w: &mut Writer) {
        head(w, 6).text(&self.purpose).text(self.answer.code()).text_opt(self.means.as_deref());
        write_ids(w.text_opt(words(&self.by)).signed(self.at_ms), &self.seen);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 6)?;
        let purpose = read_code(r)?;
        let Some(answer) = Answer::from_code(&read_code(r)?) else { return malformed("unknown consent") };
        Ok(Self {
            purpose,
            answer,
            means: read_code_opt(r)?,
            by: read_words_opt(r, SHORT_BYTES_MAX)?,
            at_ms: read_time(r)?,
            seen: read_ids(r, SEEN_MAX)?,
        })
    }
}

impl Canonical for ContactFact {
    fn write(&self, w: &mut Writer) {
        write_ids(head(w, 2).boolean(self.allowed), &self.seen);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        Ok(Self { allowed: r.bool()?, seen: read_ids(r, SEEN_MAX)? })
    }
}

impl Canonical for ResponseFact {
    fn write(&self, w: &mut Writer) {
        head(w, 2).uint(u64::from(self.epoch)).signed(self.at_ms);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        Ok(Self { epoch: read_epoch(r)?, at_ms: read_time(r)? })
    }
}

impl Canonical for ResponseText {
    fn write(&self, w: &mut Writer) {
        head(w, 2).text(&self.text.0).text_opt(self.language.as_deref());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        Ok(Self { text: read_words(r, WORDS_BYTES_MAX)?, language: read_code_opt(r)? })
    }
}

impl Canonical for SatisfactionFact {
    fn write(&self, w: &mut Writer) {
        head(w, 5).text(self.value.code()).uint(u64::from(self.epoch)).signed(self.at_ms);
        write_ids(write_ids(w, &self.responses), &self.seen);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 5)?;
        let Some(value) = Satisfaction::from_code(&read_code(r)?) else { return malformed("unknown satisfaction") };
        Ok(Self {
            value,
            epoch: read_epoch(r)?,
            at_ms: read_time(r)?,
            responses: read_ids(r, SEEN_MAX)?,
            seen: read_ids(r, SEEN_MAX)?,
        })
    }
}

impl Canonical for SatisfactionDetail {
    fn write(&self, w: &mut Writer) {
        head(w, 2).text_opt(words(&self.by)).text_opt(self.means.as_deref());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        Ok(Self { by: read_words_opt(r, SHORT_BYTES_MAX)?, means: read_code_opt(r)? })
    }
}

impl Canonical for InteractionFact {
    fn write(&self, w: &mut Writer) {
        head(w, 8).signed(self.at_ms).text_opt(self.channel.as_deref()).boolean(self.inward).text(&self.purpose);
        w.text(&self.outcome).text_opt(self.language.as_deref());
        write_time_opt(w, self.ended_ms).boolean(self.first_contact);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 8)?;
        Ok(Self {
            at_ms: read_time(r)?,
            channel: read_code_opt(r)?,
            inward: r.bool()?,
            purpose: read_code(r)?,
            outcome: read_code(r)?,
            language: read_code_opt(r)?,
            ended_ms: read_time_opt(r)?,
            first_contact: r.bool()?,
        })
    }
}

impl Canonical for TextFact {
    fn write(&self, w: &mut Writer) {
        head(w, 1).text(&self.text.0);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 1)?;
        Ok(Self { text: read_words(r, WORDS_BYTES_MAX)? })
    }
}

impl Canonical for ActionFact {
    fn write(&self, w: &mut Writer) {
        head(w, 4).text(&self.what.0).text_opt(words(&self.on_behalf_of)).signed(self.at_ms);
        write_time_opt(w, self.due_ms);
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 4)?;
        Ok(Self {
            what: read_words(r, WORDS_BYTES_MAX)?,
            on_behalf_of: read_words_opt(r, SHORT_BYTES_MAX)?,
            at_ms: read_time(r)?,
            due_ms: read_time_opt(r)?,
        })
    }
}

impl Canonical for RecusalFact {
    fn write(&self, w: &mut Writer) {
        head(w, 1).text(&self.who.to_string());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 1)?;
        let who = r.text_max(CODE_BYTES_MAX + 8)?;
        Ok(Self { who: who.parse().or_else(|_| malformed("neither a member nor a role"))? })
    }
}

impl Canonical for AttachmentFact {
    fn write(&self, w: &mut Writer) {
        head(w, 4).bstr(&self.hash).uint(self.bytes).text_opt(words(&self.name)).text_opt(self.media_type.as_deref());
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 4)?;
        Ok(Self {
            hash: r.fixed::<32>()?,
            bytes: r.u64()?,
            name: read_words_opt(r, SHORT_BYTES_MAX)?,
            media_type: read_code_opt(r)?,
        })
    }
}

#[cfg(test)]
mod tests;
