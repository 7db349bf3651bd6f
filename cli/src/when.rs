//! Times and durations as people type them. Dates without a zone are UTC.

use crdt_model::edit::{Moment, Precision};
use node::error::Failure;
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time};

const EXPECTED_TIME: &str = "2026-11-21, 2026-11-21T14:30, 2026-11, 30d, 12h";
const EXPECTED_DURATION: &str = "45m, 24h, 30d, 2w";

/// Now, in Unix milliseconds, by the machine's clock.
pub(crate) fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// A time as told, with its precision: an RFC 3339 time, a date with or without hours and minutes, a month, or a
/// duration before `now_ms`.
///
/// # Errors
///
/// `bad_value`, naming the option and not what was typed.
pub(crate) fn moment(option: &str, text: &str, now_ms: i64) -> Result<Moment, Failure> {
    let of = |at: OffsetDateTime, precision| Moment { at_ms: unix_ms(at), precision };
    if let Ok(at) = OffsetDateTime::parse(text, &Rfc3339) {
        return Ok(of(at, Precision::Minute));
    }
    if let Some(ago) = parse_duration(text) {
        return Ok(Moment { at_ms: now_ms.saturating_sub(ago), precision: Precision::Minute });
    }
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let parsed = match (date.split('-').collect::<Vec<_>>().as_slice(), clock) {
        ([y, m], None) => date_of(y, m, "1").map(|date| of(date.midnight().assume_utc(), Precision::Month)),
        ([y, m, d], None) => date_of(y, m, d).map(|date| of(date.midnight().assume_utc(), Precision::Day)),
        ([y, m, d], Some(clock)) => date_of(y, m, d)
            .zip(time_of(clock))
            .map(|(date, time)| of(date.with_time(time).assume_utc(), Precision::Minute)),
        _ => None,
    };
    parsed.ok_or_else(|| {
        Failure::new("bad_value").arg("field", option).arg("expected", EXPECTED_TIME).at("field", option)
    })
}

/// [`moment`] without its precision.
///
/// # Errors
///
/// As [`moment`].
pub(crate) fn time_ms(option: &str, text: Option<&str>, now_ms: i64) -> Result<Option<i64>, Failure> {
    text.map(|text| moment(option, text, now_ms).map(|moment| moment.at_ms)).transpose()
}

/// A time to come: as [`moment`], but a duration counts from now on.
///
/// # Errors
///
/// As [`moment`].
pub(crate) fn future_ms(option: &str, text: Option<&str>, now_ms: i64) -> Result<Option<i64>, Failure> {
    match text.and_then(parse_duration) {
        Some(ahead) => Ok(Some(now_ms.saturating_add(ahead))),
        None => time_ms(option, text, now_ms),
    }
}

/// A duration in milliseconds.
///
/// # Errors
///
/// `bad_value`, naming the option.
pub(crate) fn duration_ms(option: &str, text: Option<&str>) -> Result<Option<i64>, Failure> {
    let bad = || Failure::new("bad_value").arg("field", option).arg("expected", EXPECTED_DURATION).at("field", option);
    text.map(|text| parse_duration(text).ok_or_else(bad)).transpose()
}

/// `45m`, `24h`, `30d`, `2w`; `None` for anything else, and beyond a hundred years.
fn parse_duration(text: &str) -> Option<i64> {
    const MINUTE: i64 = 60_000;
    let unit = match text.chars().last()? {
        'm' => MINUTE,
        'h' => 60 * MINUTE,
        'd' | 'j' => 24 * 60 * MINUTE,
        'w' => 7 * 24 * 60 * MINUTE,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let ms = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (ms <= 100 * 366 * 24 * 60 * MINUTE).then_some(ms)
}

fn date_of(year: &str, month: &str, day: &str) -> Option<Date> {
    if year.len() != 4 {
        return None;
    }
    Date::from_calendar_date(year.parse().ok()?, Month::try_from(month.parse::<u8>().ok()?).ok()?, day.parse().ok()?)
        .ok()
}

fn time_of(clock: &str) -> Option<Time> {
    let (hour, minute) = clock.split_once(':')?;
    Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}

fn unix_ms(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_000_000_000;

    fn told(text: &str) -> (i64, Precision) {
        let moment = moment("--since", text, NOW).unwrap_or_else(|failure| panic!("{text}: {failure:?}"));
        (moment.at_ms, moment.precision)
    }

    #[test]
    fn times_keep_the_precision_they_were_told_with() {
        assert_eq!(told("1970-01-02"), (86_400_000, Precision::Day));
        assert_eq!(told("1970-02"), (31 * 86_400_000, Precision::Month));
        assert_eq!(told("1970-01-01T01:30"), (5_400_000, Precision::Minute));
        assert_eq!(told("1970-01-01 01:30"), (5_400_000, Precision::Minute));
        assert_eq!(told("1970-01-01T01:30:00+01:00"), (1_800_000, Precision::Minute));
        assert_eq!(told("30d").0, NOW - 30 * 86_400_000);
    }

    #[test]
    fn nonsense_is_refused_without_being_quoted() {
        for text in [
            "",
            "d",
            "-1d",
            "2026-13",
            "2026-02-30",
            "26-01-01",
            "2026-01-01T25:00",
            "99999999999999w",
            "é",
            "1é",
            "é-é-é",
        ] {
            let failure = moment("--since", text, NOW).expect_err(text);
            assert_eq!(failure.code, "bad_value");
            assert!(text.is_empty() || text == "d" || !format!("{failure:?}").contains(text));
        }
    }

    #[test]
    fn a_due_time_lies_ahead_and_a_lifetime_is_a_length() {
        assert_eq!(future_ms("--due", Some("24h"), NOW), Ok(Some(NOW + 86_400_000)));
        assert_eq!(duration_ms("--expires", Some("2w")), Ok(Some(14 * 86_400_000)));
        assert!(duration_ms("--expires", Some("2026-01-01")).is_err());
        assert_eq!(duration_ms("--expires", None), Ok(None));
    }
}
