//! Claimed times, and the days and ISO weeks that people and open layers count in.
//!
//! Nothing here asks for the time: a [`Timestamp`] is made from a number or a text that someone else vouches for.

use std::fmt;
use std::str::FromStr;

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, Weekday};

use crate::values::moment::DAY_MS;
use crate::values::serde_as_text;

/// Why a text is no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TimeError {
    /// The text has another shape, or names a day or hour that does not exist.
    #[error("not a time such as 2024-06-15T16:51:43-04:00")]
    NotATime,
    /// Date and hour are right, the offset to UTC is not given.
    #[error("the offset to UTC is missing, as in 2024-06-15T16:51:43-04:00")]
    NoOffset,
    /// The text has another shape, or names a day that does not exist.
    #[error("not a date such as 2024-06-15")]
    NotADate,
    /// The text has another shape, or the year has no such week.
    #[error("not an ISO week such as 2026-W47")]
    NotAWeek,
}

/// Unix milliseconds, from the first to the last instant that RFC 3339 can write (years 0000 to 9999, UTC).
///
/// Shown as RFC 3339 in UTC with three decimals, so that texts sort as times do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 0000-01-01T00:00:00.000Z.
    pub const MIN: Self = Self(-62_167_219_200_000);
    /// 9999-12-31T23:59:59.999Z.
    pub const MAX: Self = Self(253_402_300_799_999);

    /// The instant `ms` milliseconds after 1970-01-01T00:00Z. What lies outside [`Timestamp::MIN`] to
    /// [`Timestamp::MAX`] is drawn to the nearer of the two: a peer's absurd clock must stay printable.
    pub const fn from_unix_ms(ms: i64) -> Self {
        if ms < Self::MIN.0 {
            Self::MIN
        } else if ms > Self::MAX.0 {
            Self::MAX
        } else {
            Self(ms)
        }
    }

    /// Milliseconds since 1970-01-01T00:00Z, negative before.
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time; `2024-06-15 16:51:43-0400` and `…-04` are understood as well. Finer than a
    /// millisecond is cut off.
    ///
    /// # Errors
    ///
    /// [`TimeError::NoOffset`] if only the offset is missing, [`TimeError::NotATime`] otherwise.
    pub fn parse(text: &str) -> Result<Self, TimeError> {
        let (clock, offset) = split_offset(text.trim()).ok_or(TimeError::NotATime)?;
        let parsed = read_rfc3339(clock, offset.unwrap_or("Z"))?;
        offset.map_or(Err(TimeError::NoOffset), |_| Ok(parsed))
    }

    /// As [`Timestamp::parse`], and a time without an offset (`2024-06-16T21:01:43`) is taken as UTC. Only for
    /// sources that are known to write UTC so.
    ///
    /// # Errors
    ///
    /// [`TimeError::NotATime`].
    pub fn parse_assuming_utc(text: &str) -> Result<Self, TimeError> {
        let (clock, offset) = split_offset(text.trim()).ok_or(TimeError::NotATime)?;
        read_rfc3339(clock, offset.unwrap_or("Z"))
    }

    /// Midnight UTC of a day written `2024-06-15`.
    ///
    /// # Errors
    ///
    /// [`TimeError::NotADate`].
    pub fn parse_date(text: &str) -> Result<Self, TimeError> {
        let text = text.trim();
        if text.len() != 10 {
            return Err(TimeError::NotADate);
        }
        read_rfc3339(&format!("{text}T00:00:00"), "Z").map_err(|_| TimeError::NotADate)
    }

    fn utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .expect("MIN to MAX lie in years 0 to 9999")
    }

    fn of(at: OffsetDateTime) -> Self {
        let ms = at.unix_timestamp_nanos().div_euclid(1_000_000);
        Self::from_unix_ms(i64::try_from(ms).expect("years up to 9999 fit 64 bits of milliseconds"))
    }
}

/// `2024-06-15T16:51:43.000-04:00` → (`2024-06-15T16:51:43.000`, `-04:00` if given). `None`: too short or not ASCII.
fn split_offset(text: &str) -> Option<(&str, Option<&str>)> {
    if !text.is_ascii() || text.len() < 19 || text.len() > 40 {
        return None;
    }
    let cut = text[19..].find(['Z', 'z', '+', '-']).map(|at| at + 19);
    Some(cut.map_or((text, None), |at| (&text[..at], Some(&text[at..]))))
}

/// Puts date-time and offset into the one form the `time` crate reads.
fn read_rfc3339(clock: &str, offset: &str) -> Result<Timestamp, TimeError> {
    let (date, hour) = clock.split_at_checked(10).ok_or(TimeError::NotATime)?;
    let hour = hour.strip_prefix(['T', 't', ' ']).ok_or(TimeError::NotATime)?;
    let offset = match offset.len() {
        3 => format!("{offset}:00"),
        5 => format!("{}:{}", &offset[..3], &offset[3..]),
        _ => offset.to_owned(),
    };
    let at = OffsetDateTime::parse(&format!("{date}T{hour}{offset}"), &Rfc3339).map_err(|_| TimeError::NotATime)?;
    Ok(Timestamp::of(at))
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.utc();
        let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
        let (hour, minute, second, ms) = at.time().as_hms_milli();
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Timestamp {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Self::parse(text)
    }
}

/// Days from 0000-01-01 to 1970-01-01.
const DAY_MIN: i32 = -719_528;
/// Days from 1970-01-01 to 9999-12-31.
const DAY_MAX: i32 = 2_932_896;
/// 1970-01-01 as the `time` crate numbers days.
const JULIAN_1970: i32 = 2_440_588;

/// A day of the calendar, of no zone: which instants it holds is a [`Zone`](crate::zone::Zone)'s to say. Years 0000 to 9999,
/// shown `2024-06-15`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(i32);

impl Day {
    /// The day `number` days after 1970-01-01, drawn to the nearest there is.
    pub fn from_number(number: i64) -> Self {
        Self(number.clamp(DAY_MIN.into(), DAY_MAX.into()) as i32)
    }

    /// Days since 1970-01-01, negative before.
    pub fn number(self) -> i32 {
        self.0
    }

    /// The date that is kept as this midnight UTC: see [`Moment`](crate::values::Moment).
    pub fn of_midnight(at_ms: i64) -> Self {
        Self::from_number(at_ms.div_euclid(DAY_MS))
    }

    /// Midnight UTC of this date, Unix milliseconds: how a date is kept where times are.
    pub fn midnight_ms(self) -> i64 {
        i64::from(self.0) * DAY_MS
    }

    /// So many days later, or earlier.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self::from_number(i64::from(self.0) + i64::from(days))
    }

    /// Year, month, day of the month.
    pub fn calendar(self) -> (i32, u8, u8) {
        let (year, month, day) = self.date().to_calendar_date();
        (year, month.into(), day)
    }

    /// The last day of its month.
    #[must_use]
    pub fn last_of_month(self) -> Self {
        let date = self.date();
        let days = date.month().length(date.year());
        self.plus(i32::from(days) - i32::from(date.day()))
    }

    /// The ISO 8601 week it lies in.
    pub fn week(self) -> IsoWeek {
        let (year, week, _) = self.date().to_iso_week_date();
        IsoWeek { year, week }
    }

    fn date(self) -> Date {
        Date::from_julian_day(self.0 + JULIAN_1970).expect("DAY_MIN to DAY_MAX lie in years 0 to 9999")
    }

    fn of(date: Date) -> Self {
        Self::from_number(i64::from(date.to_julian_day() - JULIAN_1970))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.calendar();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Debug for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Day {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        Ok(Self::of_midnight(Timestamp::parse_date(text)?.unix_ms()))
    }
}

/// A week from Monday to Sunday, numbered as ISO 8601 does: week 1 holds the year's first Thursday.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IsoWeek {
    year: i32,
    week: u8,
}

impl IsoWeek {
    /// Week `week` of ISO year `year` (0 to 9999).
    ///
    /// # Errors
    ///
    /// [`TimeError::NotAWeek`] if the year has no such week.
    pub fn new(year: i32, week: u8) -> Result<Self, TimeError> {
        if !(0..=9999).contains(&year) {
            return Err(TimeError::NotAWeek);
        }
        Date::from_iso_week_date(year, week, Weekday::Thursday).map_err(|_| TimeError::NotAWeek)?;
        Ok(Self { year, week })
    }

    /// The ISO year, which differs from the calendar's around New Year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// 1 to 52 or 53.
    pub fn week(self) -> u8 {
        self.week
    }

    /// Its first day.
    pub fn monday(self) -> Day {
        Date::from_iso_week_date(self.year, self.week, Weekday::Monday).map_or(Day(DAY_MIN), Day::of)
    }
}

impl fmt::Display for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

impl fmt::Debug for IsoWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for IsoWeek {
    type Err = TimeError;
    fn from_str(text: &str) -> Result<Self, TimeError> {
        let (year, week) = text.split_once("-W").ok_or(TimeError::NotAWeek)?;
        let digits = |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(week, 2) {
            return Err(TimeError::NotAWeek);
        }
        Self::new(year.parse().map_err(|_| TimeError::NotAWeek)?, week.parse().map_err(|_| TimeError::NotAWeek)?)
    }
}

serde_as_text!(Timestamp, IsoWeek, Day);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_assuming_utc(text).expect("a time")
    }

    #[test]
    fn an_offset_is_converted_to_utc() {
        let end: Timestamp = "2024-06-15T16:51:43.000-04:00".parse().expect("a time");
        assert_eq!(end.to_string(), "2024-06-15T20:51:43.000Z");
        assert_eq!(end.unix_ms(), 1_718_484_703_000);
        for same in ["2024-06-15 16:51:43-0400", "2024-06-15T16:51:43-04", " 2024-06-15t20:51:43z "] {
            assert_eq!(Timestamp::parse(same), Ok(end), "{same}");
        }
    }

    #[test]
    fn a_time_without_offset_is_utc_only_when_told_so() {
        assert_eq!(Timestamp::parse("2024-06-16T21:01:43"), Err(TimeError::NoOffset));
        assert_eq!(at("2024-06-16T21:01:43").to_string(), "2024-06-16T21:01:43.000Z");
        assert_eq!(at("2024-06-15T16:51:43-04:00"), at("2024-06-15T20:51:43"));
    }

    #[test]
    fn days_and_hours_that_do_not_exist_are_refused() {
        for text in [
            "2024-02-30T10:00:00Z",
            "2024-06-15T25:00:00Z",
            "2024-06-15",
            "",
            "é024-06-15T16:51:43Z",
            "2024-06-15x16:51:43Z",
        ] {
            assert_eq!(Timestamp::parse(text), Err(TimeError::NotATime), "{text}");
        }
        assert_eq!(Timestamp::parse_date("2024-02-30"), Err(TimeError::NotADate));
        assert_eq!("2024-02-29".parse::<Day>().map(|day| day.to_string()), Ok("2024-02-29".to_owned()));
    }

    #[test]
    fn times_before_1970_keep_their_milliseconds() {
        assert_eq!(Timestamp::from_unix_ms(-1).to_string(), "1969-12-31T23:59:59.999Z");
        assert_eq!(at("1969-12-31T23:59:59.9995Z").unix_ms(), -1);
    }

    #[test]
    fn an_absurd_clock_is_drawn_to_the_nearest_bound() {
        assert_eq!(Timestamp::from_unix_ms(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
        assert_eq!(Timestamp::from_unix_ms(i64::MIN).to_string(), "0000-01-01T00:00:00.000Z");
    }

    #[test]
    fn iso_weeks_follow_the_thursday() {
        let week = |day: &str| day.parse::<Day>().expect("a day").week().to_string();
        assert_eq!(week("2026-11-21"), "2026-W47");
        assert_eq!(week("2027-01-03"), "2026-W53");
        assert_eq!(week("2024-12-30"), "2025-W01");
        let week: IsoWeek = "2026-W47".parse().expect("a week");
        assert_eq!(week.monday().to_string(), "2026-11-16");
        let february: Day = "2024-02-03".parse().expect("a day");
        assert_eq!(february.last_of_month().to_string(), "2024-02-29");
        for text in ["2025-W53", "2026-W00", "2026-47", "2026-W7", "26-W07", "-026-W07"] {
            assert_eq!(text.parse::<IsoWeek>(), Err(TimeError::NotAWeek), "{text}");
        }
    }

    #[test]
    fn json_is_rfc_3339_text() {
        let time = Timestamp::from_unix_ms(1_718_484_703_000);
        assert_eq!(serde_json::to_string(&time).expect("json"), "\"2024-06-15T20:51:43.000Z\"");
        assert_eq!(serde_json::from_str::<Timestamp>("\"2024-06-15T20:51:43Z\"").expect("a time"), time);
        assert!(serde_json::from_str::<Timestamp>("\"yesterday\"").is_err());
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(ms in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let time = Timestamp::from_unix_ms(ms);
            prop_assert_eq!(Timestamp::parse(&time.to_string()), Ok(time));
            let day = Day::of_midnight(ms);
            prop_assert_eq!(day.to_string(), &time.to_string()[..10]);
            prop_assert_eq!(day.to_string().parse::<Day>(), Ok(day));
            prop_assert!(day.week().monday() <= day && day <= day.week().monday().plus(6));
            if day.number() > DAY_MIN + 1 {
                // the first two days lie in a week of the year before
                prop_assert_eq!(day.week().to_string().parse::<IsoWeek>(), Ok(day.week()));
            }
        }

        #[test]
        fn texts_sort_as_times_do(a in Timestamp::MIN.0..=Timestamp::MAX.0, b in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let (a, b) = (Timestamp(a), Timestamp(b));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,40}", digits in "[0-9TZ:+. -]{0,30}") {
            for text in [text, digits] {
                let _ = (Timestamp::parse(&text), Timestamp::parse_assuming_utc(&text));
                let _ = (Timestamp::parse_date(&text), text.parse::<IsoWeek>());
            }
        }
    }
}
