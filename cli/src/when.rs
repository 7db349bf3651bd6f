//! Times and durations as people type them, and times as they read them. A clock time is one of this machine's zone. A day
//! is one of the calendar: which instants it holds is the node's to say, by the zone of the organisation.

use crdt_model::time::{Day, Timestamp};
use crdt_model::values::{Moment, Precision};
use jiff::civil;
use jiff::tz::TimeZone;
use node::error::Failure;

const EXPECTED_TIME: &str = "2026-11-21, 2026-11-21T14:30, 2026-11, 30d, 12h";
const EXPECTED_DURATION: &str = "45m, 24h, 30d, 2w";

/// Now, in Unix milliseconds, by the machine's clock.
pub(crate) fn now_ms() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(now.as_millis()).unwrap_or(i64::MAX)
}

/// The zone whose hours this machine's clock shows; UTC where it says none. The tests of this crate are in UTC.
pub(crate) fn machine_zone() -> TimeZone {
    if cfg!(test) { TimeZone::UTC } else { TimeZone::system() }
}

/// The IANA name of the machine's zone, which other nodes can count by; `UTC` where it has none.
pub(crate) fn machine_zone_name() -> String {
    let zone = machine_zone();
    let known = zone.iana_name().and_then(crdt_model::zone::Zone::named);
    known.unwrap_or_default().name().to_owned()
}

/// A time as told, with its precision: an RFC 3339 time, a date with or without hours and minutes, a month, or a
/// duration before `now_ms`.
///
/// # Errors
///
/// `bad_value`, naming the option and not what was typed.
pub(crate) fn moment(option: &str, text: &str, now_ms: i64) -> Result<Moment, Failure> {
    moment_in(option, text, now_ms, &machine_zone())
}

fn moment_in(option: &str, text: &str, now_ms: i64, zone: &TimeZone) -> Result<Moment, Failure> {
    if let Ok(at) = Timestamp::parse(text) {
        return Ok(Moment { at_ms: at.unix_ms(), precision: Precision::Minute });
    }
    if let Some(ago) = parse_duration(text) {
        return Ok(Moment { at_ms: now_ms.saturating_sub(ago), precision: Precision::Minute });
    }
    let (date, clock) = match text.split_once(['T', ' ']) {
        Some((date, clock)) => (date, Some(clock)),
        None => (text, None),
    };
    let day = |date: civil::Date, precision| {
        let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?;
        Some(Moment { at_ms: midnight.as_millisecond(), precision })
    };
    let parsed = match (date.split('-').collect::<Vec<_>>().as_slice(), clock) {
        ([y, m], None) => date_of(y, m, "1").and_then(|date| day(date, Precision::Month)),
        ([y, m, d], None) => date_of(y, m, d).and_then(|date| day(date, Precision::Day)),
        ([y, m, d], Some(clock)) => date_of(y, m, d).zip(time_of(clock)).and_then(|(date, time)| {
            // what clocks jumped over is read as if they had not yet; of what they showed twice it is the first
            let at = zone.to_ambiguous_timestamp(date.to_datetime(time)).compatible().ok()?;
            Some(Moment { at_ms: at.as_millisecond(), precision: Precision::Minute })
        }),
        _ => None,
    };
    parsed.ok_or_else(|| {
        Failure::new("bad_value").arg("field", option).arg("expected", EXPECTED_TIME).at("field", option)
    })
}

/// [`moment`], if it was given.
///
/// # Errors
///
/// As [`moment`].
pub(crate) fn given(option: &str, text: Option<&str>, now_ms: i64) -> Result<Option<Moment>, Failure> {
    text.map(|text| moment(option, text, now_ms)).transpose()
}

/// A time to come: as [`moment`], but a duration counts from now on.
///
/// # Errors
///
/// As [`moment`].
pub(crate) fn future(option: &str, text: Option<&str>, now_ms: i64) -> Result<Option<Moment>, Failure> {
    match text.and_then(parse_duration) {
        Some(ahead) => Ok(Some(Moment { at_ms: now_ms.saturating_add(ahead), precision: Precision::Minute })),
        None => given(option, text, now_ms),
    }
}

/// A time in UTC (`2026-11-21T21:18:13.512Z`) as people read it: `2026-11-21 22:18` by this machine's clock. `None`: no time
/// of ours.
pub(crate) fn shown(text: &str) -> Option<String> {
    shown_in(text, &machine_zone())
}

fn shown_in(text: &str, zone: &TimeZone) -> Option<String> {
    let shaped =
        (17..=30).contains(&text.len()) && text.is_ascii() && text.as_bytes()[10] == b'T' && text.ends_with('Z');
    let at = Timestamp::parse(text).ok().filter(|_| shaped)?;
    let Ok(at) = jiff::Timestamp::from_millisecond(at.unix_ms()) else {
        // the last hours of the year 9999
        return Some(format!("{} {}", &text[..10], &text[11..16]));
    };
    let at = zone.to_datetime(at);
    let (date, time) = (at.date(), at.time());
    Some(format!("{date} {:02}:{:02}", time.hour(), time.minute()))
}

/// A text of ours with its times in UTC as people read them.
pub(crate) fn shown_within(text: &str) -> String {
    let of_time = |c: char| c.is_ascii_digit() || "-:.TZ".contains(c);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find(|c| !of_time(c)).unwrap_or(rest.len()));
        let time = run.trim_end_matches(['.', ':', '-']);
        out += &shown(time).map_or_else(|| run.to_owned(), |shown| shown + &run[time.len()..]);
        let (between, next) = after.split_at(after.find(of_time).unwrap_or(after.len()));
        out += between;
        rest = next;
    }
    out
}

/// A time that was told to the day or the month (`2026-11-21T00:00:00Z`) as it was told: `2026-11-21`, `2026-11`. It is a
/// date, of no zone.
pub(crate) fn shown_date(text: &str, precision: &str) -> Option<String> {
    let day: Day = text.get(..10)?.parse().ok()?;
    match precision {
        "day" => Some(day.to_string()),
        "month" => Some(day.to_string()[..7].to_owned()),
        _ => None,
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

fn date_of(year: &str, month: &str, day: &str) -> Option<civil::Date> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if year.len() != 4 || ![year, month, day].into_iter().all(digits) {
        return None;
    }
    civil::Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

fn time_of(clock: &str) -> Option<civil::Time> {
    let (hour, minute) = clock.split_once(':')?;
    civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
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
    fn a_clock_time_is_of_the_machine_s_zone_and_is_shown_as_it_was_typed() {
        for (name, typed, utc) in [
            ("Africa/Bangui", "2026-11-21T14:30", "2026-11-21T13:30:00Z"),
            ("America/Port-au-Prince", "2026-07-01 23:30", "2026-07-02T03:30:00Z"),
            ("Asia/Kathmandu", "2026-11-21T00:10", "2026-11-20T18:25:00Z"),
            ("Pacific/Kiritimati", "2026-11-21T14:30", "2026-11-21T00:30:00Z"),
        ] {
            let zone = jiff::tz::TimeZoneDatabase::bundled().get(name).expect("bundled");
            let told = moment_in("--received-at", typed, NOW, &zone).expect("a time");
            let json = crdt_model::values::moment::rfc3339(told.at_ms);
            assert_eq!(json, utc, "{name}");
            assert_eq!(shown_in(&json, &zone), Some(typed.replace('T', " ")), "{name}");
            // a day has no zone, and an offset says which clock was read
            let day = moment_in("--received-at", "2026-11-21", NOW, &zone).expect("a day");
            assert_eq!(crdt_model::values::moment::rfc3339(day.at_ms), "2026-11-21T00:00:00Z", "{name}");
            let offset = moment_in("--received-at", "2026-11-21T14:30:00+02:00", NOW, &zone).expect("a time");
            assert_eq!(crdt_model::values::moment::rfc3339(offset.at_ms), "2026-11-21T12:30:00Z", "{name}");
        }
    }

    #[test]
    fn what_clocks_jump_over_is_read_as_if_they_had_not_yet() {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get("America/Port-au-Prince").expect("bundled");
        let told = moment_in("--received-at", "2026-03-08T02:30", NOW, &zone).expect("a time");
        assert_eq!(
            shown_in(&crdt_model::values::moment::rfc3339(told.at_ms), &zone).as_deref(),
            Some("2026-03-08 03:30")
        );
    }

    #[test]
    fn times_within_a_text_are_shown_as_people_read_them() {
        let text = "the clock says 2026-11-21T21:18:13.512Z: before 2026-11-22T00:00:00Z. A-1 (2026-11-21)";
        assert_eq!(shown_within(text), "the clock says 2026-11-21 21:18: before 2026-11-22 00:00. A-1 (2026-11-21)");
        for same in ["", "é…T", "Zoe: 12", "--TZ.:"] {
            assert_eq!(shown_within(same), same);
        }
    }

    #[test]
    fn what_was_told_to_the_day_or_the_month_is_shown_so() {
        assert_eq!(shown_date("2026-11-21T00:00:00Z", "day").as_deref(), Some("2026-11-21"));
        assert_eq!(shown_date("2026-11-01T00:00:00Z", "month").as_deref(), Some("2026-11"));
        assert_eq!(shown_date("2026-11-01T00:00:00Z", "minute"), None);
        assert_eq!(shown_date("hier", "day"), None);
    }

    #[test]
    fn times_are_short_and_nothing_else_is_taken_for_one() {
        assert_eq!(shown("2026-11-21T21:18:13.512Z").as_deref(), Some("2026-11-21 21:18"));
        assert_eq!(shown("2026-11-21T21:18:13Z").as_deref(), Some("2026-11-21 21:18"));
        for text in [
            "2026-11-21",
            "",
            "JER-104-00193-54",
            "éééé-éé-ééTéé:ééZ",
            "xxxx-xx-xxTxx:xx:xxZ",
            "2026-11-21T21:18:13+01:00",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
        assert_eq!(shown("9999-12-31T23:59:59.999Z").as_deref(), Some("9999-12-31 23:59"));
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
        let ahead = Moment { at_ms: NOW + 86_400_000, precision: Precision::Minute };
        assert_eq!(future("--due", Some("24h"), NOW), Ok(Some(ahead)));
        let day = future("--due", Some("2026-12-05"), NOW).expect("a day").map(|due| due.precision);
        assert_eq!(day, Some(Precision::Day));
        assert_eq!(duration_ms("--expires", Some("2w")), Ok(Some(14 * 86_400_000)));
        assert!(duration_ms("--expires", Some("2026-01-01")).is_err());
        assert_eq!(duration_ms("--expires", None), Ok(None));
    }
}
