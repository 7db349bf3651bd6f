use proptest::prelude::*;

use super::*;
use crate::time::Timestamp;

/// Far east, far west, odd minutes, summer time on both sides of the equator, at midnight, a day left out, none at all.
const ZONES: [&str; 12] = [
    "UTC",
    "Pacific/Kiritimati",
    "America/Caracas",
    "Asia/Kathmandu",
    "America/Port-au-Prince",
    "Africa/Bangui",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "America/Havana",
    "Africa/Casablanca",
    "Pacific/Pago_Pago",
];

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap_or_else(|| panic!("{name} is bundled"))
}

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a time").unix_ms()
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn told(text: &str, precision: Precision) -> Moment {
    Moment { at_ms: Timestamp::parse_date(text).expect("a date").unix_ms(), precision }
}

#[test]
fn a_day_is_that_of_the_zone() {
    let evening = at("2026-11-29T23:30:00Z");
    for (name, expected) in [
        ("UTC", "2026-11-29"),
        ("Africa/Bangui", "2026-11-30"),
        ("America/Port-au-Prince", "2026-11-29"),
        ("Pacific/Kiritimati", "2026-11-30"),
        ("Asia/Kathmandu", "2026-11-30"),
    ] {
        assert_eq!(zone(name).day_of(evening).to_string(), expected, "{name}");
    }
    assert_eq!(zone("Africa/Bangui").week_of(evening).to_string(), "2026-W49", "a Sunday evening in UTC");
    assert_eq!(Zone::UTC.week_of(evening).to_string(), "2026-W48");
    assert_eq!(zone("Asia/Kathmandu").start_ms(day("2026-11-30")), at("2026-11-29T18:15:00Z"));
}

#[test]
fn days_start_where_clocks_jump_over_midnight_and_where_midnight_comes_twice() {
    // Lebanon: 00:00 becomes 01:00; the day begins at the jump
    assert_eq!(zone("Asia/Beirut").start_ms(day("2024-03-31")), at("2024-03-30T22:00:00Z"));
    // Cuba: 01:00 becomes 00:00 again; the day begins with the first midnight and has 25 hours
    let havana = zone("America/Havana");
    assert_eq!(havana.start_ms(day("2024-11-03")), at("2024-11-03T04:00:00Z"));
    assert_eq!(havana.end_ms(day("2024-11-03")) + 1 - havana.start_ms(day("2024-11-03")), 25 * 3_600_000);
    // Haiti: summer time begins at two
    let haiti = zone("America/Port-au-Prince");
    assert_eq!(haiti.end_ms(day("2026-03-08")) + 1 - haiti.start_ms(day("2026-03-08")), 23 * 3_600_000);
}

#[test]
fn a_day_left_out_is_empty_and_the_week_goes_on() {
    // Samoa went over the date line: 2011-12-30 never was
    let apia = zone("Pacific/Apia");
    let left_out = day("2011-12-30");
    assert_eq!(apia.start_ms(left_out), apia.start_ms(left_out.plus(1)));
    assert_eq!(apia.day_of(apia.start_ms(left_out) - 1), left_out.plus(-1));
    assert_eq!(apia.day_of(apia.start_ms(left_out)), left_out.plus(1));
    let week = left_out.week();
    assert_eq!(apia.week_end_ms(week) + 1 - apia.week_start_ms(week), 6 * DAY_MS);
}

#[test]
fn what_was_told_to_the_day_is_its_date_in_every_zone() {
    let date = told("2026-11-30", Precision::Day);
    for name in ZONES {
        let zone = zone(name);
        assert_eq!(zone.day_told(date), day("2026-11-30"), "{name}");
        assert_eq!(zone.day_of(zone.from_ms(date)), day("2026-11-30"), "{name}");
        assert_eq!(zone.day_of(zone.until_ms(date)), day("2026-11-30"), "{name}");
        let month = told("2026-02-01", Precision::Month);
        assert_eq!(zone.day_of(zone.until_ms(month)), day("2026-02-28"), "{name}");
    }
    let minute = Moment { at_ms: at("2026-11-30T10:00:00Z"), precision: Precision::Minute };
    assert_eq!((zone("UTC").from_ms(minute), zone("UTC").until_ms(minute)), (minute.at_ms, minute.at_ms));
}

#[test]
fn zones_are_known_by_name_in_any_letters_and_nothing_else_is_one() {
    assert_eq!(zone("africa/bangui").name(), "Africa/Bangui");
    assert_eq!(Zone::UTC.name(), "UTC");
    for none in ["", "Bangui", "Africa/", "Etc/Unknown", "../etc/passwd", "Africa/Bangui\0", "+01:00", "CET-1"] {
        assert_eq!(Zone::named(none), None, "{none}");
    }
    assert!(is_zone_name("Mars/Olympus_Mons"), "a name of rules that are newer than these");
    for bad in ["", "Africa/Bangui ", "é", &"a".repeat(ZONE_BYTES_MAX + 1)] {
        assert!(!is_zone_name(bad), "{bad}");
    }
    assert!(Zone::near("bangui").contains(&"Africa/Bangui".to_owned()));
    assert!(Zone::near("Africa/Bangi").contains(&"Africa/Bangui".to_owned()));
    assert!(!RULES.is_empty());
}

fn any_zone() -> impl Strategy<Value = Zone> {
    proptest::sample::select(&ZONES[..]).prop_map(zone)
}

/// Years 1900 to 2200: where zones have rules.
fn any_instant() -> std::ops::RangeInclusive<i64> {
    -2_208_988_800_000..=7_258_118_400_000
}

proptest! {
    #[test]
    fn an_instant_lies_in_its_day_and_its_week(zone in any_zone(), at_ms in any_instant()) {
        let day = zone.day_of(at_ms);
        // where a clock was put back over midnight a day ends twice: its second end lies behind the next one's start
        prop_assert!(zone.start_ms(day) <= at_ms);
        prop_assert!(at_ms <= zone.end_ms(day) + 3_600_000 * 24);
        let week = zone.week_of(at_ms);
        prop_assert_eq!(week, day.week());
        prop_assert!(week.monday() <= day && day <= week.monday().plus(6));
    }

    #[test]
    fn days_follow_each_other_without_gap(zone in any_zone(), at_ms in any_instant()) {
        let day = zone.day_of(at_ms);
        let (start, end) = (zone.start_ms(day), zone.end_ms(day));
        prop_assert_eq!(end + 1, zone.start_ms(day.plus(1)));
        prop_assert!(end >= start);
        prop_assert_eq!(zone.day_of(start), day);
        prop_assert!(zone.day_of(start - 1) <= day);
        prop_assert!((20..=28).contains(&((end + 1 - start) / 3_600_000)), "no day but one left out is that short or long");
    }

    #[test]
    fn nothing_panics_at_any_time(zone in any_zone(), at_ms in any::<i64>(), precision in 0..3u8) {
        let precision = [Precision::Minute, Precision::Day, Precision::Month][usize::from(precision)];
        let moment = Moment { at_ms, precision };
        let _ = (zone.day_told(moment), zone.from_ms(moment), zone.until_ms(moment));
        let week = zone.week_of(at_ms);
        prop_assert!(zone.week_start_ms(week) <= zone.week_end_ms(week).saturating_add(1));
    }

    #[test]
    fn no_text_panics(name in "\\PC{0,70}") {
        let _ = (Zone::named(&name), is_zone_name(&name));
    }
}
