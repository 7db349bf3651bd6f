//! What a person does about the clock of this machine: `boucle clock show | set`.

use crdt_model::values::moment::rfc3339;
use serde_json::{Value as Json, json};

use crate::api::node::Node;
use crate::api::{Envelope, Reply, Request};
use crate::clock::{Doubt, Judged, Kept, Machine, SLACK_MS, clock_wrong};
use crate::error::Failure;
use crate::health::astray;
use crate::keys::keyring::KEYRING_FILE;
use crate::log::now;
use crate::log::{Log, Reader, locked};
use crate::texts::Texts;

impl Node {
    /// A node whose program was committed then, Unix milliseconds (0: not known): no clock is right that lies before.
    #[must_use]
    pub fn built(mut self, built_ms: i64) -> Self {
        self.machine = Machine::system(built_ms);
        self
    }

    /// A node on a machine as a test wants it.
    #[cfg(test)]
    pub(crate) fn on(mut self, machine: Machine) -> Self {
        self.machine = machine;
        self
    }

    /// The time at which a request is carried out: that of the envelope, else the clock's.
    ///
    /// # Errors
    ///
    /// `clock_wrong`, where the request needs a clock and this one is not believed.
    pub(crate) fn time_for(&self, log: &Log, envelope: &Envelope) -> Result<i64, Failure> {
        match envelope.now_ms {
            Some(given) => Ok(given),
            None if envelope.request.needs_clock() => now::judged(log)?.require(),
            None => Ok(now::now_ms(log)),
        }
    }

    /// As [`time_for`](Self::time_for), for a home that is yet to be made.
    ///
    /// # Errors
    ///
    /// `clock_wrong`.
    pub(crate) fn time_for_new(&self, envelope: &Envelope) -> Result<i64, Failure> {
        match envelope.now_ms {
            Some(given) => Ok(given),
            None => self.machine.judge(&self.told()).require(),
        }
    }

    /// An invitation that has expired by a clock so far ahead that it is doubtful: the clock is told, not the invitation.
    pub(crate) fn expired_by_clock(&self, failure: Failure, now_ms: i64) -> Failure {
        let horizon_ms = self.told().horizon(self.machine.built_ms);
        match failure.code {
            "invitation_expired" if now_ms > horizon_ms => {
                clock_wrong(now_ms, &Doubt { evidence: "ahead", than_ms: horizon_ms, slack_ms: 0 })
            }
            _ => failure,
        }
    }

    /// What was said of the clock before there was a home.
    fn told(&self) -> Kept {
        locked(&self.told).unwrap_or_default()
    }

    /// A home was made: what was said of the clock before is kept in it, and when it was made.
    pub(crate) fn keep_told(&self, log: &Log) -> Result<(), Failure> {
        let (told, held) = (locked(&self.told).take(), Kept::of(&log.store.read()?)?);
        let mut kept = Kept { own: held.own, written_ms: None, ..told.unwrap_or_default() };
        // it was written by this time, whatever the clock said while the home was made
        let now_ms = now::machine(log).judge(&Kept { own: None, ..kept }).now_ms;
        if told.is_none() && held.written_ms.is_some_and(|at_ms| at_ms.abs_diff(now_ms) < SLACK_MS.unsigned_abs()) {
            return Ok(());
        }
        kept.written_ms = Some(now_ms);
        now::keep_clock(log, &kept)
    }

    /// The clock without a home; `None` where there is one, which has to be opened.
    pub(crate) fn clock_without_home(&self, request: &Request) -> Option<Reply> {
        if self.home().join(KEYRING_FILE).exists() {
            return None;
        }
        match request {
            Request::ClockShow { .. } => Some(Ok(self.shown(&self.machine, &self.told()))),
            Request::ClockSet { at_ms, sure, before_home: true } => {
                let mut kept = self.told();
                let set = set(&mut kept, &self.machine, *at_ms, *sure);
                Some(set.map(|()| {
                    *locked(&self.told) = Some(kept);
                    self.shown(&self.machine, &kept)
                }))
            }
            _ => None,
        }
    }

    /// `boucle clock show`. With a reader, entries of other times are listed; `brief`: without.
    pub(crate) fn clock_show(&self, log: &Log, reader: Option<&mut Reader>, brief: bool) -> Reply {
        let kept = Kept::of(&log.store.read()?)?;
        let mut told = self.shown(&now::machine(log), &kept);
        if let Some(reader) = reader.filter(|_| !brief) {
            told["entries"] = astray::astray_json(log, &log.shared(), reader)?;
        }
        Ok(told)
    }

    fn shown(&self, machine: &Machine, kept: &Kept) -> Json {
        let mut told = machine.judge(kept).json();
        let built = Some(machine.built_ms).filter(|ms| *ms > 0).map(rfc3339);
        told["evidence"] = json!({
            "own_entry": kept.own.map(|own| json!({"at": rfc3339(own.at_ms), "entry": own.entry})),
            "last_write": kept.written_ms.map(rfc3339), "vouched": kept.vouched_ms.map(rfc3339), "program": built,
        });
        told
    }

    /// `boucle clock set`.
    pub(crate) fn clock_set(&self, log: &Log, at_ms: Option<i64>, sure: bool) -> Reply {
        let machine = now::machine(log);
        let kept = log.commit_quietly(|tx| {
            let mut kept = Kept::of_tx(tx)?;
            set(&mut kept, &machine, at_ms, sure)?;
            kept.keep(tx)?;
            Ok::<_, Failure>(kept)
        })?;
        Ok(self.shown(&machine, &kept))
    }
}

/// Takes a person's word for what time it is; without a time, that the machine's own is right.
fn set(kept: &mut Kept, machine: &Machine, at_ms: Option<i64>, sure: bool) -> Result<(), Failure> {
    let reading = machine.read();
    let at_ms = at_ms.unwrap_or(reading.wall_ms);
    kept.set(reading, machine.built_ms, at_ms, sure).map_err(|doubt| clock_wrong(at_ms, &doubt))
}

/// Tells in the reply to something written that its date is doubtful, or that the clock is right again.
pub(crate) fn tell(judged: &Judged, envelope: &Envelope, reply: &mut Json) {
    let Some(reply) = reply.as_object_mut() else { return };
    for (code, holds) in [("clock_ahead", judged.ahead), ("clock_mended", judged.mended)] {
        let warning = match &envelope.request {
            // an import's warnings are of rows
            Request::Import { .. } => {
                let message = Texts::for_lang(&envelope.lang).code("warning", code).into_owned();
                json!({"row": 0, "field": "clock", "code": code, "message": message})
            }
            _ => json!(code),
        };
        if holds && let Some(told) = reply.entry("warnings").or_insert_with(|| json!([])).as_array_mut() {
            told.insert(0, warning);
        }
    }
}
