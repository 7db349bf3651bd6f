//! The bytes of facts: `[1, …]`, every bound checked on reading.

use super::{
    ActionFact, AttachmentFact, ConsentFact, ContactFact, EXPOSED_MAX, ExposedFact, FactId, HoldFact, InteractionFact,
    LowerFact, MoveFact, OLD_KEYS_MAX, ORIGIN_KEYS_MAX, ORIGINS_MAX, OldKeysFact, OriginFact, RAISES_MAX, RaiseFact,
    RecusalFact, ResponseFact, ResponseText, SHORT_BYTES_MAX, SatisfactionDetail, SatisfactionFact, TextFact,
    WORDS_BYTES_MAX,
};
use crate::case::consent::Answer;
use crate::case::loop_closure::Satisfaction;
use crate::case::schema::KEY_BYTES_MAX;
use crate::case::seen::SEEN_MAX;
use crate::case::status::{EPOCH_MAX, Status};
use crate::cbor::{Canonical, CborError, Reader, ReaderExt, Writer, WriterExt, malformed};
use crate::seal::Secret;
use crate::values::moment::{Signed, in_range};
use crate::values::{CODE_BYTES_MAX, DeviceId, EntryId, Incarnation, Level, MemberId, Words, is_clean, is_code};

/// Version written at the head of every fact.
const VERSION: u64 = 1;

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

fn ascending<T: Ord>(items: &[T]) -> Result<(), CborError> {
    if items.windows(2).all(|pair| pair[0] < pair[1]) { Ok(()) } else { malformed("not ascending") }
}

impl Canonical for OriginFact {
    fn write(&self, w: &mut Writer) {
        head(w, 6).bstr(&self.entry.0);
        match &self.member {
            Some(member) => w.bstr(&member.0),
            None => w.nil(),
        };
        w.bstr(&self.device.0).signed(self.claimed_ms).uint(u64::from(self.n)).arr(self.keys.len());
        for key in &self.keys {
            w.text(key);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 6)?;
        let entry = EntryId(r.fixed()?);
        let member = if r.take_null()? { None } else { Some(MemberId(r.fixed()?)) };
        let (device, claimed_ms, n) = (DeviceId(r.fixed()?), r.i64()?, r.u32()?);
        let mut keys = Vec::new();
        for _ in 0..r.arr_max(ORIGIN_KEYS_MAX as u64)? {
            keys.push(r.text_max(KEY_BYTES_MAX)?);
        }
        ascending(&keys)?;
        if n >= ORIGINS_MAX {
            return malformed("too many origins");
        }
        Ok(Self { entry, member, device, claimed_ms, n, keys })
    }
}

impl Canonical for ExposedFact {
    fn write(&self, w: &mut Writer) {
        head(w, 3).uint(u64::from(self.generation)).arr(self.members.len());
        for member in &self.members {
            w.bstr(&member.0);
        }
        w.arr(self.devices.len());
        for device in &self.devices {
            w.bstr(&device.0);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 3)?;
        let mut fact = Self { generation: r.u32()?, members: Vec::new(), devices: Vec::new() };
        for _ in 0..r.arr_max(EXPOSED_MAX as u64)? {
            fact.members.push(MemberId(r.fixed()?));
        }
        for _ in 0..r.arr_max(EXPOSED_MAX as u64)? {
            fact.devices.push(DeviceId(r.fixed()?));
        }
        ascending(&fact.members)?;
        ascending(&fact.devices)?;
        Ok(fact)
    }
}

impl Canonical for OldKeysFact {
    fn write(&self, w: &mut Writer) {
        head(w, 2).uint(u64::from(self.generation)).arr(self.keys.len());
        for (device, incarnation, key) in &self.keys {
            w.arr(3).bstr(&device.0).bstr(&incarnation.0).bstr(&key.0);
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, CborError> {
        read_head(r, 2)?;
        let mut fact = Self { generation: r.u32()?, keys: Vec::new() };
        for _ in 0..r.arr_max(OLD_KEYS_MAX as u64)? {
            r.arr_of(3)?;
            fact.keys.push((DeviceId(r.fixed()?), Incarnation(r.fixed()?), Secret(r.fixed()?)));
        }
        let in_order = |a: &(DeviceId, Incarnation, Secret), b: &(DeviceId, Incarnation, Secret)| {
            (a.0, a.1, &a.2.0) < (b.0, b.1, &b.2.0)
        };
        if !fact.keys.windows(2).all(|pair| in_order(&pair[0], &pair[1])) {
            return malformed("not ascending");
        }
        Ok(fact)
    }
}
