//! A case counts on one day, that of its own site, on every node.

use crdt_model::time::{Day, Timestamp};
use crdt_model::values::{Moment, Precision};
use crdt_model::zone::Zone;
use serde_json::Value as Json;

use super::*;
use crate::members::NewSite;
use crate::members::routing::SiteChange;

const ZONES: [&str; 6] =
    ["Africa/Bangui", "Pacific/Kiritimati", "America/Caracas", "Asia/Kathmandu", "America/Port-au-Prince", "UTC"];
const HOUR_MS: i64 = 3_600_000;

fn at(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a time").unix_ms()
}

/// Moments around two midnights and a turn of the week, told to the minute and to the day.
fn moments() -> Vec<Moment> {
    let sunday = at("2026-11-29T00:00:00Z");
    let minute = |n: i64| Moment { at_ms: sunday + n * 5 * HOUR_MS + 1_800_000, precision: Precision::Minute };
    let day = |n: i64| Moment { at_ms: sunday + n * 24 * HOUR_MS, precision: Precision::Day };
    (-6..8).map(minute).chain((-2..3).map(day)).collect()
}

fn new(home: &Home, received: Moment, category: &str) -> String {
    let case = NewCase { received_at: Some(received), category: Some(category.into()), ..case(1) };
    let now_ms = at("2026-12-02T00:00:00Z");
    let told = home.act(|log, reader| crate::writes::case_new(log, reader, case, Some(&[]), now_ms)).expect("a case");
    told["ref"].as_str().expect("a reference").to_owned()
}

fn set_zone(home: &Home, site: &str, zone: &str) {
    home.act(|log, reader| {
        crate::members::routing::site_set(log, reader, site, &SiteChange { zone: Some(zone), ..SiteChange::default() })
    })
    .expect("said");
}

fn list(home: &Home, filter: &CaseFilter, now_ms: i64) -> Json {
    home.act(|log, reader| crate::list::query::list(log, &log.shared(), reader, filter, now_ms)).expect("listed")
}

fn on(day: Day) -> CaseFilter {
    let told = Some(Moment { at_ms: day.midnight_ms(), precision: Precision::Day });
    CaseFilter { since: told, until: told, count: true, ..CaseFilter::default() }
}

#[test]
fn two_nodes_with_the_same_entries_count_the_same_in_whatever_zone_the_organisation_is() {
    let (rose, ali) = two_equal();
    let told = moments();
    for moment in &told {
        new(&rose, *moment, "payment.not_received");
        new(&rose, *moment, "integrity.fraud");
    }
    let sunday: Day = "2026-11-29".parse().expect("a day");
    for name in ZONES {
        set_zone(&rose, "REG", name);
        carry(&rose, &ali);
        carry(&ali, &rose);
        let zone = Zone::named(name).expect("bundled");
        for days in -4..6 {
            let day = sunday.plus(days);
            let expected = told.iter().filter(|moment| zone.day_told(**moment) == day).count();
            // of a fraud only its audience knows the day: the founder is of it
            assert_eq!(list(&rose, &on(day), NOW)["count"], 2 * expected, "{name} {day}");
            assert_eq!(list(&ali, &on(day), NOW)["count"], expected, "{name} {day}: each case counts on one day");
            // between the hours of every due time some are late: alike here and there
            let now_ms = day.midnight_ms() + 7 * 24 * HOUR_MS + 11 * HOUR_MS;
            let late = CaseFilter { overdue: true, category: vec!["payment".into()], ..CaseFilter::default() };
            let (here, there) = (list(&rose, &late, now_ms), list(&ali, &late, now_ms));
            assert_eq!(here.as_array().map(Vec::len), there.as_array().map(Vec::len));
            for (a, b) in here.as_array().into_iter().flatten().zip(there.as_array().into_iter().flatten()) {
                assert_eq!(a, b, "{name}");
            }
        }
        // the list equals a scan, after the change and after a restart
        for home in [&rose, &ali] {
            assert_equal(home);
            restarted(home);
            assert_equal(home);
        }
    }
}

#[test]
fn a_delay_from_a_date_begins_at_its_midnight_in_the_zone_of_the_site() {
    let rose = founded();
    set_zone(&rose, "REG", "America/Port-au-Prince");
    let date = Moment { at_ms: at("2026-11-30T00:00:00Z"), precision: Precision::Day };
    let reference = new(&rose, date, "payment.not_received");
    let shown: Json = serde_json::from_str(&rose.read(&reference)).expect("JSON");
    assert_eq!(shown["received_at"], "2026-11-30T00:00:00Z", "a date is kept as it was told");
    assert_eq!((&shown["received_day"], &shown["due_day"]), (&json!("2026-11-30"), &json!("2026-12-14")));
    assert_eq!(shown["due_at"], "2026-12-14T05:00:00Z", "fourteen days after midnight in Haiti");
}

fn set_hours(home: &Home, site: &str, hours: &str) -> Result<Json, crate::error::Failure> {
    home.act(|log, reader| {
        let change = SiteChange { hours: Some(hours), ..SiteChange::default() };
        crate::members::routing::site_set(log, reader, site, &change)
    })
}

#[test]
fn two_nodes_count_delays_alike_in_the_working_hours_of_the_site_and_rows_follow() {
    let (rose, ali) = two_equal();
    set_zone(&rose, "REG", "America/Port-au-Prince");
    // Friday, 15:00 in Haiti
    let friday = Moment { at_ms: at("2026-11-27T20:00:00Z"), precision: Precision::Minute };
    let [ordinary, sealed] = ["payment.not_received", "integrity.fraud"].map(|category| new(&rose, friday, category));
    let due = |home: &Home, reference: &str| {
        let shown: Json = serde_json::from_str(&home.read(reference)).expect("JSON");
        (shown["clocks"][0]["due_at"].clone(), shown["due_at"].clone())
    };
    let (by_calendar, of_sealed) = (due(&rose, &ordinary), due(&rose, &sealed));
    let listed_due = |home: &Home| {
        list(home, &CaseFilter { category: vec!["payment".into()], ..CaseFilter::default() }, NOW)[0]["due_at"].clone()
    };
    assert_eq!(by_calendar.1, "2026-12-11T20:00:00Z", "fourteen days");
    assert_eq!(listed_due(&rose), by_calendar.1);
    let said = set_hours(&rose, "REG", "Lun-Ven 8h-12h 13h-16h30").expect("said");
    assert_eq!(said["hours"], "mon-fri 08:00-12:00 13:00-16:30");
    carry(&rose, &ali);
    carry(&ali, &rose);
    for home in [&rose, &ali] {
        assert_eq!(due(home, &ordinary).1, "2026-12-17T20:00:00Z", "fourteen working days");
        assert_eq!(listed_due(home), "2026-12-17T20:00:00Z");
        assert_equal(home);
        restarted(home);
        assert_equal(home);
    }
    assert_eq!(due(&rose, &sealed), of_sealed, "what is sealed waits for no opening");
    // said of the site itself, before what is said above; nothing said, as before
    let bom = crate::members::new_site("BOM", "Bombardopolis", "office", None);
    rose.act(|log, reader| crate::members::site_add(log, reader, bom)).expect("added");
    assert_eq!(set_hours(&rose, "BOM", "sat 09:00-10:00").expect("said")["hours"], "sat 09:00-10:00");
    assert_eq!(set_hours(&rose, "BOM", "-").expect("said")["hours"], "mon-fri 08:00-12:00 13:00-16:30");
    assert_eq!(set_hours(&rose, "REG", "-").expect("said")["hours"], Json::Null);
    assert_eq!(due(&rose, &ordinary), by_calendar);
    assert_eq!(set_hours(&rose, "REG", "mon-fri").expect_err("no hours").code, "bad_value");
}

#[test]
fn what_is_due_on_a_day_is_due_until_its_end() {
    let rose = founded();
    set_zone(&rose, "REG", "Africa/Bangui");
    let reference = new(&rose, moments()[0], "payment.not_received");
    let day = Moment { at_ms: at("2026-12-05T00:00:00Z"), precision: Precision::Day };
    let edits = [
        Edit::Act { what: Words::from("appeler la banque"), on_behalf_of: None, due: Some(day) },
        Edit::Hold { reason: "document".into(), until: Some(day) },
    ];
    for edit in edits {
        rose.act(|log, reader| crate::writes::act(log, reader, &reference, &edit, NOW)).expect("done");
    }
    let shown: Json = serde_json::from_str(&rose.read(&reference)).expect("JSON");
    assert_eq!(shown["actions"][0]["due"], "2026-12-05T22:59:59.999Z");
    assert_eq!(shown["hold"]["until"], "2026-12-05T22:59:59.999Z");
}

#[test]
fn the_open_week_is_that_of_the_site() {
    // Sunday, 23:30 in UTC: Monday in Bangui, Sunday still in Port-au-Prince
    let evening = Moment { at_ms: at("2026-11-29T23:30:00Z"), precision: Precision::Minute };
    let monday = Moment { at_ms: at("2026-11-30T00:00:00Z"), precision: Precision::Day };
    for (zone, week) in [("Africa/Bangui", "2026-W49"), ("America/Port-au-Prince", "2026-W48")] {
        let rose = founded();
        set_zone(&rose, "REG", zone);
        let born_sealed = new(&rose, evening, "integrity.fraud");
        let sealed_later = new(&rose, evening, "payment.not_received");
        let options = crate::api::SealOptions { recuse: Some(Vec::new()), ..Default::default() };
        let triage = Edit::Triage {
            category: Some("integrity.fraud".into()),
            case_type: None,
            sensitivity: None,
            priority: None,
            project: None,
        };
        rose.act(|log, reader| crate::writes::act_with(log, reader, &sealed_later, &triage, &options, NOW))
            .expect("sealed");
        let of_monday = new(&rose, monday, "integrity.fraud");
        for (reference, expected) in [(&born_sealed, week), (&sealed_later, week), (&of_monday, "2026-W49")] {
            let shown: Json = serde_json::from_str(&rose.read(reference)).expect("JSON");
            assert_eq!(shown["week"], expected, "{zone} {reference}");
        }
    }
}

#[test]
fn a_site_may_count_in_another_zone_than_the_organisation() {
    let rose = founded();
    set_zone(&rose, "REG", "Africa/Kinshasa");
    let lub =
        NewSite { zone: Some("Africa/Lubumbashi"), ..crate::members::new_site("LUB", "Lubumbashi", "office", None) };
    let told = rose.act(|log, reader| crate::members::site_add(log, reader, lub)).expect("added");
    assert_eq!(told["zone"], "Africa/Lubumbashi");
    let sites = crate::members::site_list(&rose.log);
    let zones: Vec<_> = sites.as_array().expect("rows").iter().map(|row| (&row["zone"], &row["own_zone"])).collect();
    let lubumbashi = json!("Africa/Lubumbashi");
    let kinshasa = json!("Africa/Kinshasa");
    assert_eq!(zones, [(&lubumbashi, &lubumbashi), (&kinshasa, &kinshasa)]);
    assert_eq!(
        rose.log.shared().zone_at(&crdt_model::roster::site_scope(&rose.log.org, "LUB")).name(),
        "Africa/Lubumbashi"
    );
}

#[test]
fn a_zone_this_version_does_not_know_is_told_of_and_counts_as_the_site_above() {
    let rose = founded();
    set_zone(&rose, "REG", "Africa/Bangui");
    assert_eq!(crate::health::doctor::zones(&rose.log), None);
    let bom = crate::members::new_site("BOM", "Bombardopolis", "office", None);
    rose.act(|log, reader| crate::members::site_add(log, reader, bom)).expect("added");
    let newer = crdt_model::roster::Operation::SiteZone { site: "BOM".into(), zone: "Mars/Olympus_Mons".into() };
    rose.log.append_membership(vec![(newer, None)]).expect("said");
    let shared = rose.log.shared();
    assert!(shared.roster.void.is_empty());
    assert_eq!(shared.roster.zone_of("BOM").name(), "Africa/Bangui");
    let found = crate::health::doctor::zones(&rose.log).expect("told of");
    assert_eq!(found.code, "zones_unknown");
    assert!(found.args.contains(&("sites", "BOM (Mars/Olympus_Mons)".to_owned())), "{found:?}");
}

#[test]
fn a_case_received_today_can_be_closed_today_however_far_ahead_of_utc_the_site_is() {
    let rose = founded();
    set_zone(&rose, "REG", "Pacific/Kiritimati");
    // half past one in the morning of the 30th there, still the 29th in UTC
    let now_ms = at("2026-11-29T11:30:00Z");
    let today = Moment { at_ms: at("2026-11-30T00:00:00Z"), precision: Precision::Day };
    let reference = new(&rose, today, "other.prank");
    let close = Edit::Close { reason: "prank".into(), because: None };
    let assign = Edit::Assign { to: Who::Member(rose.member).into() };
    for edit in [assign, close] {
        rose.act(|log, reader| crate::writes::act(log, reader, &reference, &edit, now_ms)).expect("done");
    }
}
