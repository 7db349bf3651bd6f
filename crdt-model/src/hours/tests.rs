use proptest::prelude::*;

use super::*;
use crate::time::Timestamp;

const OFFICE: &str = "mon-fri 08:00-16:30";

fn hours(text: &str) -> WorkHours {
    text.parse().unwrap_or_else(|_| panic!("{text} are hours"))
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a time").unix_ms()
}

fn due(said: &str, from: &str, delay_h: u32) -> String {
    let zone = Zone::named("America/Port-au-Prince").expect("bundled");
    Timestamp::from_unix_ms(hours(said).due_ms(&zone, at(from), delay_h)).to_string()
}

#[test]
fn hours_are_read_as_people_type_them_and_written_in_one_way() {
    for (typed, written) in [
        ("mon-fri 08:00-16:30", OFFICE),
        ("  Lun-Ven 8h-16h30 ", OFFICE),
        ("mon, tue 8:00–12:00 wed-fri 08:00-12:00", "mon-fri 08:00-12:00"),
        ("mon-thu 08:00-12:00 13:00-16:30, fri 8h00-12h00", "mon-thu 08:00-12:00 13:00-16:30, fri 08:00-12:00"),
        ("sat-mon 00:00-24:00", "mon 00:00-24:00, sat-sun 00:00-24:00"),
        ("mon 10:00-12:00 08:00-10:00; mon 11:00-13:00", "mon 08:00-13:00"),
        ("sun-thu 08:00-16:00", "mon-thu 08:00-16:00, sun 08:00-16:00"),
    ] {
        assert_eq!(hours(typed).to_string(), written, "{typed}");
        assert_eq!(hours(written).to_string(), written, "{typed}");
    }
}

#[test]
fn what_says_no_hours_is_none() {
    let long = "mon 01:00-02:00 ".repeat(20);
    for typed in [
        "",
        "mon",
        "08:00-12:00",
        "mon 12:00-08:00",
        "mon 08:00-08:00",
        "mon 08:00-25:00",
        "mon 08:60-09:00",
        "mon 22:00-06:00",
        "xyz 08:00-12:00",
        "mon 08:00-12:00 tue",
        "mon 008:00-12:00",
        "mon 08:0-12:00",
        "mon 08:00",
        &long,
    ] {
        assert_eq!(typed.parse::<WorkHours>(), Err(NotHours), "{typed}");
    }
}

/// Haiti in November is five hours behind UTC. The 27th of November 2026 is a Friday.
#[test]
fn a_day_of_delay_is_a_working_day_and_hours_are_working_hours() {
    for (said, from, delay_h, expected) in [
        // Monday 10:00, three days: Thursday 10:00
        (OFFICE, "2026-11-23T15:00:00Z", 72, "2026-11-26T15:00:00.000Z"),
        // Friday 15:00, a day: Monday 15:00
        (OFFICE, "2026-11-27T20:00:00Z", 24, "2026-11-30T20:00:00.000Z"),
        // Saturday: from Monday 08:00 on
        (OFFICE, "2026-11-28T16:00:00Z", 24, "2026-12-01T13:00:00.000Z"),
        // Friday 15:00, four hours: an hour and a half that day, the rest on Monday
        (OFFICE, "2026-11-27T20:00:00Z", 4, "2026-11-30T15:30:00.000Z"),
        // over the break
        ("mon-fri 08:00-12:00 13:00-16:00", "2026-11-23T16:00:00Z", 2, "2026-11-23T19:00:00.000Z"),
        // until the closing, not the opening after it
        (OFFICE, "2026-11-27T17:30:00Z", 4, "2026-11-27T21:30:00.000Z"),
        // twenty hours take no longer than a day
        (OFFICE, "2026-11-23T15:00:00Z", 20, "2026-11-24T15:00:00.000Z"),
        // Thursday 15:00 is after the closing of Friday: Monday's opening
        ("mon-thu 08:00-16:00, fri 08:00-12:00", "2026-11-26T20:00:00Z", 24, "2026-11-30T13:00:00.000Z"),
        // fourteen working days
        (OFFICE, "2026-11-23T15:00:00Z", 336, "2026-12-11T15:00:00.000Z"),
        // no delay: the next opening
        (OFFICE, "2026-11-28T16:00:00Z", 0, "2026-11-30T13:00:00.000Z"),
    ] {
        assert_eq!(due(said, from, delay_h), expected, "{said}: {delay_h} h from {from}");
    }
}

#[test]
fn the_time_of_day_stays_where_clocks_jump_within_the_delay() {
    // Haiti goes from summer to winter time on Sunday, 1 November 2026: Friday 10:00 is 14:00 UTC, Monday 10:00 is 15:00
    assert_eq!(due(OFFICE, "2026-10-30T14:00:00Z", 24), "2026-11-02T15:00:00.000Z");
    // on a night that is worked through as well
    assert_eq!(due("mon-sun 00:00-24:00", "2026-10-31T14:00:00Z", 24), "2026-11-01T15:00:00.000Z");
    assert_eq!(due("mon-sun 00:00-24:00", "2026-11-01T15:00:00Z", 24), "2026-11-02T15:00:00.000Z");
}

#[test]
fn nothing_is_without_end_and_nothing_overflows() {
    let zone = Zone::UTC;
    let rare = hours("sun 00:00-00:01");
    for from_ms in [i64::MIN, TIME_MS_MIN, 0, TIME_MS_MAX, i64::MAX] {
        for delay_h in [0, 1, 23, 24, 8_784, u32::MAX] {
            let due_ms = rare.due_ms(&zone, from_ms, delay_h);
            assert!(due_ms >= from_ms.clamp(TIME_MS_MIN, TIME_MS_MAX), "{from_ms} {delay_h}");
        }
    }
}

fn any_hours() -> impl Strategy<Value = WorkHours> {
    // clocks jump at night: the hours that they show twice are not among these
    let span = (4u16..21, 0u16..60, 1u16..120).prop_map(|(hour, minute, long)| {
        let (open, close) = (hour * 60 + minute, (hour * 60 + minute + long).min(22 * 60));
        (open, close)
    });
    let day = prop::collection::vec(span, 0..3).prop_map(joined);
    let week = prop::array::uniform7(day);
    week.prop_filter("some hours, that can be written", |spans| {
        spans.iter().any(|day| !day.is_empty())
            && (WorkHours { spans: spans.clone() }).to_string().len() <= HOURS_BYTES_MAX
    })
    .prop_map(|spans| WorkHours { spans })
}

fn any_zone() -> impl Strategy<Value = Zone> {
    let names = ["UTC", "America/Port-au-Prince", "Africa/Bangui", "Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia"];
    prop::sample::select(names.to_vec()).prop_map(|name| Zone::named(name).expect("bundled"))
}

/// Within ten years, by the minute.
fn any_start() -> impl Strategy<Value = i64> {
    (0i64..5_000_000).prop_map(|minutes| 1_600_000_000_000 + minutes * MINUTE_MS)
}

proptest! {
    #[test]
    fn hours_that_are_written_are_read_the_same(hours in any_hours()) {
        prop_assert_eq!(hours.to_string().parse::<WorkHours>(), Ok(hours));
    }

    #[test]
    fn a_delay_in_working_time_is_never_shorter_and_ends_in_it(
        hours in any_hours(), zone in any_zone(), from_ms in any_start(), delay_h in 0u32..900,
    ) {
        let due_ms = hours.due_ms(&zone, from_ms, delay_h);
        prop_assert!(due_ms >= from_ms + i64::from(delay_h) * HOUR_MS);
        let spans: Vec<_> = hours.instants(&zone, zone.day_of(due_ms)).collect();
        prop_assert!(spans.iter().any(|(open_ms, close_ms)| (*open_ms..=*close_ms).contains(&due_ms)));
        // so many working days, and one for what does not fit: a week has at least one of them
        let weeks = i64::from(delay_h / 24) + 3;
        prop_assert!(due_ms <= from_ms + weeks * 7 * DAY_MS);
    }

    #[test]
    fn a_later_start_and_a_longer_delay_are_never_due_sooner(
        hours in any_hours(), zone in any_zone(), from_ms in any_start(), later_min in 0i64..20_000, delay_h in 0u32..900,
        longer_h in 0u32..100,
    ) {
        let due_ms = hours.due_ms(&zone, from_ms, delay_h);
        prop_assert!(hours.due_ms(&zone, from_ms + later_min * MINUTE_MS, delay_h) >= due_ms);
        prop_assert!(hours.due_ms(&zone, from_ms, delay_h + longer_h) >= due_ms);
    }

    #[test]
    fn a_start_outside_hours_counts_from_the_next_opening(
        hours in any_hours(), zone in any_zone(), from_ms in any_start(), delay_h in 0u32..900,
    ) {
        let opening_ms = hours.due_ms(&zone, from_ms, 0);
        // sooner only where the calendar alone is behind it, which the opening has passed
        prop_assert!(hours.due_ms(&zone, opening_ms, delay_h) >= hours.due_ms(&zone, from_ms, delay_h));
        let spans: Vec<_> = (0..=8).flat_map(|n| hours.instants(&zone, zone.day_of(from_ms).plus(n))).collect();
        let next = spans.iter().find(|(_, close_ms)| *close_ms >= from_ms).map(|(open_ms, _)| (*open_ms).max(from_ms));
        prop_assert_eq!(Some(opening_ms), next);
    }

    #[test]
    fn arbitrary_text_is_hours_or_refused(text in "[a-zé0-9:h, ;–-]{0,200}") {
        if let Ok(hours) = text.parse::<WorkHours>() {
            prop_assert_eq!(hours.to_string().parse::<WorkHours>(), Ok(hours));
        }
    }
}
