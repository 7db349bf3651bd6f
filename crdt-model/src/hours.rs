//! Working hours of a site, and when a delay that runs in them is over.
//!
//! 24 hours of a delay are one working day: the same time of the day, so many working days later. Hours beyond whole days are
//! working hours, and never take longer than one working day more. What does not begin or end in working hours goes to the
//! next opening, and nothing is due sooner than by the calendar.

use std::fmt;
use std::str::FromStr;

use crate::time::Day;
use crate::values::moment::{DAY_MS, HOUR_MS, TIME_MS_MAX, TIME_MS_MIN};
use crate::zone::Zone;

/// Longest text of working hours, bytes.
pub const HOURS_BYTES_MAX: usize = 160;
/// Days of the week as they are written, Monday first.
pub const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// The same as French says them.
const JOURS: [&str; 7] = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"];
/// Minutes of a day.
const DAY_MIN: u16 = 24 * 60;
const MINUTE_MS: i64 = 60_000;
/// Days until a week is over, and the day after.
const WEEK_AND_DAY: i32 = 8;

/// Why a text says no working hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not working hours such as mon-fri 08:00-12:00 13:00-16:30, sat 08:00-12:00")]
pub struct NotHours;

/// The working hours of a week, by the clock of a zone. There is at least one minute of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkHours {
    /// Of each day, Monday first: minutes of the day from opening to closing, ascending, apart from each other.
    spans: [Vec<(u16, u16)>; 7],
}

impl WorkHours {
    /// When a delay of `hours` that begins at `from_ms` is over, by the clock of `zone`: Unix milliseconds. Never before
    /// `from_ms` and so many hours; never earlier for a later beginning, but for the hour that clocks show twice.
    pub fn due_ms(&self, zone: &Zone, from_ms: i64, hours: u32) -> i64 {
        let from_ms = from_ms.clamp(TIME_MS_MIN, TIME_MS_MAX);
        let calendar_ms = from_ms.saturating_add(i64::from(hours) * HOUR_MS);
        let start_ms = self.opening_from(zone, from_ms);
        let (days, rest_ms) = (hours / 24, i64::from(hours % 24) * HOUR_MS);
        let whole_ms = self.days_later(zone, start_ms, days);
        let due_ms = match rest_ms {
            0 => whole_ms,
            _ => self.worked(zone, whole_ms, rest_ms, self.days_later(zone, start_ms, days + 1)),
        };
        self.opening_from(zone, due_ms.max(calendar_ms))
    }

    /// The same time of the day, `days` working days later; the next opening, where that is no working hour.
    fn days_later(&self, zone: &Zone, start_ms: i64, days: u32) -> i64 {
        if days == 0 {
            return start_ms;
        }
        let today = zone.day_of(start_ms);
        let in_day_ms = zone.shown_ms(start_ms).rem_euclid(DAY_MS);
        let in_week = self.spans.iter().filter(|spans| !spans.is_empty()).count().max(1) as u32;
        let mut day = today.plus(i32::try_from(days / in_week * 7).unwrap_or(i32::MAX));
        let mut left = days % in_week;
        for _ in 0..7 {
            if left == 0 {
                break;
            }
            day = day.plus(1);
            left -= u32::from(!self.of(day).is_empty());
        }
        self.opening_from(zone, zone.at_clock(day.midnight_ms() + in_day_ms))
    }

    /// When `work_ms` of working time are over, and no later than `latest_ms`.
    fn worked(&self, zone: &Zone, from_ms: i64, work_ms: i64, latest_ms: i64) -> i64 {
        let (today, mut left_ms) = (zone.day_of(from_ms), work_ms);
        for day in (0..=2 * WEEK_AND_DAY).map(|n| today.plus(n)) {
            for (open_ms, close_ms) in self.instants(zone, day) {
                let open_ms = open_ms.max(from_ms);
                if open_ms.saturating_add(left_ms) <= close_ms {
                    return latest_ms.min(open_ms.saturating_add(left_ms));
                }
                left_ms -= (close_ms - open_ms).max(0);
            }
        }
        latest_ms
    }

    /// The first instant of working hours that is not before `at_ms`. The instant of closing is one.
    fn opening_from(&self, zone: &Zone, at_ms: i64) -> i64 {
        let today = zone.day_of(at_ms);
        let days = (0..=WEEK_AND_DAY).map(|n| today.plus(n));
        let mut spans = days.flat_map(|day| self.instants(zone, day));
        spans.find(|(_, close_ms)| *close_ms >= at_ms).map_or(at_ms, |(open_ms, _)| open_ms.max(at_ms))
    }

    fn instants(&self, zone: &Zone, day: Day) -> impl Iterator<Item = (i64, i64)> {
        let at = move |minute: u16| zone.at_clock(day.midnight_ms() + i64::from(minute) * MINUTE_MS);
        self.of(day).iter().map(move |(open, close)| (at(*open), at(*close)))
    }

    /// Opening and closing on a day, minutes of the day.
    fn of(&self, day: Day) -> &[(u16, u16)] {
        // the first day of 1970 was a Thursday
        &self.spans[(day.number() + 3).rem_euclid(7) as usize]
    }
}

fn weekday(name: &str) -> Option<usize> {
    [WEEKDAYS, JOURS].iter().find_map(|days| days.iter().position(|day| *day == name))
}

/// `mon` or `fri-tue`: the days from the one to the other.
fn days(token: &str) -> Option<Vec<usize>> {
    let (first, last) = token.split_once('-').unwrap_or((token, token));
    let (first, last) = (weekday(first)?, weekday(last)?);
    Some((0..=(last + 7 - first) % 7).map(|n| (first + n) % 7).collect())
}

/// `08:00`, `8h30`, `8h`: minutes of the day.
fn minute(token: &str) -> Option<u16> {
    let (hour, minute) = token.split_once([':', 'h'])?;
    let is_number = |digits: &str| (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let minute = if minute.is_empty() { "00" } else { minute };
    let both = is_number(hour) && is_number(minute) && minute.len() == 2;
    let (hour, minute): (u16, u16) = both.then_some((hour.parse().ok()?, minute.parse().ok()?))?;
    let all = hour * 60 + minute;
    (minute < 60 && all <= DAY_MIN).then_some(all)
}

fn span(token: &str) -> Option<(u16, u16)> {
    let (open, close) = token.split_once('-')?;
    let (open, close) = (minute(open)?, minute(close)?);
    (open < close).then_some((open, close))
}

/// Days and hours of them, as a person types them: `mon-fri 08:00-12:00 13:00-16:30, sat 08:00-12:00`. French days are
/// understood too. What is said twice of a day is put together.
impl FromStr for WorkHours {
    type Err = NotHours;

    fn from_str(text: &str) -> Result<Self, NotHours> {
        if text.len() > HOURS_BYTES_MAX {
            return Err(NotHours);
        }
        let text = text.to_lowercase().replace('–', "-");
        let mut spans: [Vec<(u16, u16)>; 7] = Default::default();
        let (mut named, mut has_hours): (Vec<usize>, bool) = (Vec::new(), true);
        for token in text.split([' ', ',', ';']).filter(|token| !token.is_empty()) {
            if let Some(days) = days(token) {
                if std::mem::take(&mut has_hours) {
                    named.clear();
                }
                named.extend(days);
                continue;
            }
            let span = span(token).filter(|_| !named.is_empty()).ok_or(NotHours)?;
            named.iter().for_each(|day| spans[*day].push(span));
            has_hours = true;
        }
        if !has_hours || spans.iter().all(Vec::is_empty) {
            return Err(NotHours);
        }
        let hours = Self { spans: spans.map(joined) };
        (hours.to_string().len() <= HOURS_BYTES_MAX).then_some(hours).ok_or(NotHours)
    }
}

/// Ascending, and what touches made one.
fn joined(mut spans: Vec<(u16, u16)>) -> Vec<(u16, u16)> {
    spans.sort_unstable();
    let mut out: Vec<(u16, u16)> = Vec::new();
    for (open, close) in spans {
        match out.last_mut().filter(|last| last.1 >= open) {
            Some(last) => last.1 = last.1.max(close),
            None => out.push((open, close)),
        }
    }
    out
}

/// The one way they are written: days that follow each other and have the same hours together.
impl fmt::Display for WorkHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut day, mut is_first) = (0, true);
        while let Some(spans) = self.spans.get(day) {
            let run = self.spans[day..].iter().take_while(|others| *others == spans).count();
            if !spans.is_empty() {
                f.write_str(if std::mem::take(&mut is_first) { "" } else { ", " })?;
                f.write_str(WEEKDAYS[day])?;
                if run > 1 {
                    write!(f, "-{}", WEEKDAYS[day + run - 1])?;
                }
                for (open, close) in spans {
                    write!(f, " {:02}:{:02}-{:02}:{:02}", open / 60, open % 60, close / 60, close % 60)?;
                }
            }
            day += run;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
