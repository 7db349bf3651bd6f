//! The clock of this machine, and whether it is believed.
//!
//! ```text
//! machine's reading ─┬─▶ + offset kept in the home ─▶ the time of this node ─▶ entries, dates, delays
//!                    └─▶ against: newest own entry · last writing here · what a person vouched for · the program's date
//! ```
//!
//! [`judge`] is a function of one reading and of what the home keeps ([`Kept`]). Three rules:
//!
//! 1. A time before what is certain is not believed: 10 minutes before the newest own entry, the last writing or a time
//!    that a person vouched for, 24 hours before the program's own commit.
//! 2. Five years after the program's commit and after the last time a person vouched for, a time is doubtful: it is taken,
//!    and its writer is warned. An own entry of then is no witness against a time that is not doubtful.
//! 3. An offset holds as long as the machine's clock runs on evenly. Within one start of the machine its boot clock tells.
//!    After another start, one of the two times (with and without offset) must be impossible; else a person is asked.
//!
//! While the clock is not believed nothing is written that a person asked for, and what the node writes by itself takes
//! the newest certain time.

mod limits;
mod record;
mod report;

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crdt_model::values::EntryId;

pub(crate) use limits::Limits;
pub(crate) use record::note_own;
pub(crate) use report::{clock_wrong, minute};

/// A day, milliseconds.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Clocks of people and machines differ by so much without harm, milliseconds.
pub(crate) const SLACK_MS: i64 = 10 * 60_000;
/// A commit is dated by its author's machine, in no zone of ours: milliseconds.
const PROGRAM_SLACK_MS: i64 = DAY_MS;
/// A time so long after the program's commit is doubtful: five years, milliseconds.
pub(crate) const AHEAD_MS: i64 = 5 * 366 * DAY_MS;
/// A time typed to the minute: so small a difference is none, milliseconds.
const EVEN_MS: i64 = 2 * 60_000;
/// No copy of this program is older: 2026-01-01.
pub(crate) const PROGRAM_NOT_BEFORE_MS: i64 = 1_767_225_600_000;

/// Unix milliseconds by this machine; 0 before 1970.
pub(crate) fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |age| i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
}

/// A start of the machine, and how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Boot {
    /// Another one after each start.
    pub(crate) id: [u8; 16],
    /// Milliseconds since then, those asleep too.
    pub(crate) ms: i64,
}

/// What the machine says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    /// Its clock, Unix milliseconds.
    pub(crate) wall_ms: i64,
    /// Its start, where it tells.
    pub(crate) boot: Option<Boot>,
}

/// The machine's clock and the program's date.
#[derive(Clone)]
pub(crate) struct Machine {
    read: Arc<dyn Fn() -> Reading + Send + Sync>,
    /// When the program was committed, Unix milliseconds; 0: not known.
    pub(crate) built_ms: i64,
}

impl Machine {
    /// The machine that this runs on.
    pub(crate) fn system(built_ms: i64) -> Self {
        Self { read: Arc::new(|| Reading { wall_ms: now_ms(), boot: boot() }), built_ms }
    }

    /// A machine as a test wants it.
    #[cfg(test)]
    pub(crate) fn of(built_ms: i64, read: impl Fn() -> Reading + Send + Sync + 'static) -> Self {
        Self { read: Arc::new(read), built_ms }
    }

    pub(crate) fn read(&self) -> Reading {
        (self.read)()
    }

    pub(crate) fn judge(&self, kept: &Kept) -> Judged {
        judge(self.read(), self.built_ms, kept)
    }

    /// As [`judge`](Self::judge), of a time that was given.
    pub(crate) fn judge_at(&self, wall_ms: i64, kept: &Kept) -> Judged {
        judge(Reading { wall_ms, boot: None }, self.built_ms, kept)
    }
}

/// The start of this machine, as its kernel names it.
#[cfg(target_os = "linux")]
fn boot() -> Option<Boot> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let hex: String = text.trim().chars().filter(|c| *c != '-').collect();
    let id = data_encoding::HEXLOWER_PERMISSIVE.decode(hex.as_bytes()).ok()?.try_into().ok()?;
    let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Some(Boot { id, ms: since.tv_sec.checked_mul(1000)?.checked_add(since.tv_nsec / 1_000_000)? })
}

#[cfg(not(target_os = "linux"))]
fn boot() -> Option<Boot> {
    None
}

/// A correction that a person gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Offset {
    /// Added to the machine's clock, milliseconds.
    pub(crate) ms: i64,
    /// What the machine said when it was given.
    pub(crate) set: Reading,
}

/// The newest claimed time of an own entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Own {
    /// Unix milliseconds.
    pub(crate) at_ms: i64,
    pub(crate) entry: EntryId,
}

/// What a home keeps of its clock.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) offset: Option<Offset>,
    pub(crate) own: Option<Own>,
    /// When entries were last written here, own ones or others'.
    pub(crate) written_ms: Option<i64>,
    /// The last time that a person vouched for.
    pub(crate) vouched_ms: Option<i64>,
    /// A date of the program that a person says is wrong.
    pub(crate) refuted_ms: Option<i64>,
}

/// What speaks against a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Doubt {
    /// `own_entry`, `last_write`, `vouched`, `program`; `restart` where it is not known whether the offset still holds.
    pub(crate) evidence: &'static str,
    /// Of when that is, Unix milliseconds; of `restart`, the time with the offset.
    pub(crate) than_ms: i64,
    pub(crate) slack_ms: i64,
}

/// A reading, judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Judged {
    pub(crate) machine_ms: i64,
    /// The time to take: what is believed, or the newest certain time.
    pub(crate) now_ms: i64,
    /// The offset in force, milliseconds.
    pub(crate) offset_ms: i64,
    /// Why it is not believed.
    pub(crate) doubt: Option<Doubt>,
    /// Believed, and so far ahead that it is doubtful.
    pub(crate) ahead: bool,
    /// There is an offset that holds no more: the machine's clock is right again.
    pub(crate) mended: bool,
    /// From when on a time is doubtful.
    pub(crate) horizon_ms: i64,
}

impl Kept {
    /// From when on a time is doubtful; never where nothing is known of the program.
    pub(crate) fn horizon(&self, built_ms: i64) -> i64 {
        match built_ms.max(self.vouched_ms.unwrap_or(0)) {
            0 => i64::MAX,
            known => known.saturating_add(AHEAD_MS),
        }
    }

    /// What counts as certain, with how far before it a time may lie.
    fn certain(&self, built_ms: i64) -> impl Iterator<Item = Doubt> {
        let horizon = self.horizon(built_ms);
        let built = (built_ms > 0 && self.refuted_ms != Some(built_ms)).then_some(built_ms);
        let all = [
            ("own_entry", self.own.map(|own| own.at_ms), SLACK_MS),
            ("last_write", self.written_ms, SLACK_MS),
            ("vouched", self.vouched_ms, SLACK_MS),
            ("program", built, PROGRAM_SLACK_MS),
        ];
        let of = |(evidence, at, slack_ms): (_, Option<i64>, _)| Some(Doubt { evidence, than_ms: at?, slack_ms });
        all.into_iter().filter_map(of).filter(move |certain| certain.than_ms <= horizon)
    }

    /// The newest certain time.
    pub(crate) fn newest_certain(&self, built_ms: i64) -> Option<i64> {
        self.certain(built_ms).map(|certain| certain.than_ms).max()
    }

    /// The newest certain time that this one lies before.
    pub(crate) fn against(&self, built_ms: i64, at_ms: i64) -> Option<Doubt> {
        // of two of one time the first is named: an entry is easier to look at than a file
        let behind = |certain: &Doubt| at_ms.saturating_add(certain.slack_ms) < certain.than_ms;
        self.certain(built_ms).filter(behind).reduce(|a, b| {
            // what is written is written a moment after it is dated
            if b.than_ms > a.than_ms.saturating_add(SLACK_MS) { b } else { a }
        })
    }

    /// A person says that it is `at_ms` now. `sure`: whatever speaks against it is wrong.
    ///
    /// # Errors
    ///
    /// What speaks against it, with nothing changed.
    pub(crate) fn set(&mut self, reading: Reading, built_ms: i64, at_ms: i64, sure: bool) -> Result<(), Doubt> {
        if !sure && let Some(doubt) = self.against(built_ms, at_ms) {
            return Err(doubt);
        }
        let horizon = self.horizon(built_ms);
        if !sure && at_ms > horizon {
            return Err(Doubt { evidence: "ahead", than_ms: horizon, slack_ms: 0 });
        }
        let ms = at_ms.saturating_sub(reading.wall_ms);
        self.offset = (ms.abs() >= EVEN_MS).then_some(Offset { ms, set: reading });
        let is_ahead = |than_ms: i64| than_ms > at_ms;
        self.own = self.own.filter(|own| !is_ahead(own.at_ms));
        self.written_ms = self.written_ms.map(|written| written.min(at_ms));
        self.vouched_ms = Some(at_ms);
        self.refuted_ms = (built_ms > at_ms.saturating_add(PROGRAM_SLACK_MS)).then_some(built_ms).or(self.refuted_ms);
        Ok(())
    }
}

/// Whether the machine's clock was set since the offset was given; `None` where the machine was started anew, or does not
/// tell.
fn was_stepped(offset: &Offset, reading: &Reading) -> Option<bool> {
    let (then, now) = offset.set.boot.zip(reading.boot).filter(|(then, now)| then.id == now.id)?;
    let by_wall = reading.wall_ms.saturating_sub(offset.set.wall_ms);
    Some(by_wall.saturating_sub(now.ms.saturating_sub(then.ms)).saturating_abs() >= SLACK_MS)
}

/// Judges a reading by what the home keeps.
pub(crate) fn judge(reading: Reading, built_ms: i64, kept: &Kept) -> Judged {
    let raw_ms = reading.wall_ms;
    let horizon_ms = kept.horizon(built_ms);
    let against = |at_ms| kept.against(built_ms, at_ms);
    let stays = |ms: i64| (raw_ms.saturating_add(ms), ms, against(raw_ms.saturating_add(ms)), false);
    let goes = || (raw_ms, 0, against(raw_ms), true);
    let (at_ms, offset_ms, doubt, mended) = match &kept.offset {
        None => (raw_ms, 0, against(raw_ms), false),
        Some(offset) => {
            let shifted = raw_ms.saturating_add(offset.ms);
            let is_possible = |at_ms| against(at_ms).is_none() && at_ms <= horizon_ms;
            match (was_stepped(offset, &reading), is_possible(raw_ms), is_possible(shifted)) {
                (Some(false), ..) => stays(offset.ms),
                // set to a time that is impossible: what it was meant to be is not known
                (Some(true), false, _) if against(raw_ms).is_some() => (raw_ms, offset.ms, against(raw_ms), false),
                (Some(true), ..) | (None, true, false) => goes(),
                (None, false, true) => stays(offset.ms),
                (None, true, true) => {
                    let doubt = Doubt { evidence: "restart", than_ms: shifted, slack_ms: 0 };
                    (raw_ms, offset.ms, Some(doubt), false)
                }
                (None, false, false) if against(shifted).is_some() && against(raw_ms).is_none() => goes(),
                (None, false, false) => stays(offset.ms),
            }
        }
    };
    let now_ms = if doubt.is_some() { kept.newest_certain(built_ms).unwrap_or(at_ms) } else { at_ms };
    Judged {
        machine_ms: raw_ms,
        now_ms,
        offset_ms,
        doubt,
        ahead: doubt.is_none() && now_ms > horizon_ms,
        mended: mended && doubt.is_none(),
        horizon_ms,
    }
}

#[cfg(test)]
mod tests;
