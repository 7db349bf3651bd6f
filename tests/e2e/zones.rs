//! Days are the organisation's, hours the machine's: machines of different zones count the same and each shows its own clock.

use e2e::{Home, Org, sync_until_equal};
use serde_json::{Value, json};

/// Two machines half a day apart from each other, and neither in the organisation's zone.
const MACHINES: [&str; 2] = ["America/Port-au-Prince", "Pacific/Kiritimati"];

/// An organisation that counts in Bangui (an hour ahead of UTC), with somebody at the root and somebody at an office.
fn in_bangui() -> (Org, Home) {
    let rose = Home::empty("Rose");
    let founded = rose.command("init --org PAM --site REG --zone Africa/Bangui").in_zone(MACHINES[0]).run().ok();
    assert_eq!(founded["zone"], "Africa/Bangui");
    rose.ok("site add JER --name Jeremie --kind office --parent REG");
    let org = Org { rose };
    let ali = org.join("JER", "operator", "Ali");
    (org, ali)
}

const NEW: &str = "case new --type complaint --channel hotline --category payment.not_received --text -";

fn new(home: &Home, machine: &str, received: &str) -> Value {
    home.command(NEW).arg("--received-at").arg(received).stdin("Inventé.").in_zone(machine).run().ok()
}

fn count(home: &Home, machine: &str, filter: &str) -> Value {
    home.command(&format!("case list --count {filter}")).in_zone(machine).run().ok()["count"].clone()
}

#[test]
fn machines_of_different_zones_count_the_same_days_weeks_and_delays() {
    let (org, ali) = in_bangui();
    let homes = [&org.rose, &ali];
    sync_until_equal(&homes, &[(1, 0)]);
    // around the midnight of Bangui (23:00 in UTC), told with an offset, by the machine's clock and to the day
    for (n, received) in
        ["2026-11-28T22:30:00Z", "2026-11-28T23:30:00Z", "2026-11-29T22:30:00Z", "2026-11-29T23:30:00Z"]
            .iter()
            .enumerate()
    {
        new(homes[n % 2], MACHINES[n % 2], received);
    }
    new(&org.rose, MACHINES[0], "2026-11-29");
    new(&ali, MACHINES[1], "2026-11-30");
    // 17:45 in Haiti is 23:45 in Bangui; 12:45 on the 30th in Kiritimati is 23:45 on the 29th
    let told = new(&org.rose, MACHINES[0], "2026-11-29T17:45");
    let told = org.rose.show(told["ref"].as_str().expect("a reference"));
    assert_eq!((&told["received_at"], &told["received_day"]), (&json!("2026-11-29T22:45:00Z"), &json!("2026-11-29")));
    new(&ali, MACHINES[1], "2026-11-30T12:45");
    sync_until_equal(&homes, &[(1, 0)]);
    for (filter, expected) in [
        ("--since 2026-11-01 --until 2026-11-28", 1),
        ("--since 2026-11-01 --until 2026-11-29", 6),
        ("--since 2026-11-29 --until 2026-11-29", 5),
        ("--since 2026-11-30", 2),
        ("--until 2026-11", 8),
        ("--until 2026-11-29T23:00:00Z", 6),
    ] {
        for home in homes {
            for machine in MACHINES.into_iter().chain(["UTC", "Africa/Bangui"]) {
                assert_eq!(count(home, machine, filter), expected, "{} in {machine}: {filter}", home.member());
            }
        }
    }
    let rows = |home: &Home, machine: &str| {
        let rows = home.command("case list --sort ref").in_zone(machine).run().ok();
        let kept = ["ref", "received_at", "received_day", "due_at", "due_day", "overdue"];
        let row = |row: &Value| kept.map(|field| row[field].clone());
        rows.as_array().expect("rows").iter().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows(&org.rose, MACHINES[0]), rows(&ali, MACHINES[1]));
    for home in homes {
        assert_eq!(home.ok("verify")["ok"], true);
        assert_eq!(home.ok("status")["zone"], "Africa/Bangui");
    }
    assert_eq!(org.rose.ok("status")["overdue"], ali.ok("status")["overdue"]);
}

#[test]
fn a_clock_time_is_shown_as_it_was_typed_and_a_date_as_its_date() {
    let (org, _) = in_bangui();
    for machine in MACHINES {
        let typed = new(&org.rose, machine, "2026-11-21T14:30");
        let reference = typed["ref"].as_str().expect("a reference");
        let shown = org.rose.command(&format!("case show {reference}")).in_zone(machine).in_words().run();
        assert!(shown.stdout.contains("2026-11-21 14:30"), "{machine}: {shown}");
        let dated = new(&org.rose, machine, "2026-11-21");
        let reference = dated["ref"].as_str().expect("a reference");
        for command in ["case show", "case history"] {
            let shown = org.rose.command(&format!("{command} {reference}")).in_zone(machine).in_words().run();
            let line = shown.stdout.lines().find(|line| line.contains("Received"));
            let line = line.unwrap_or_else(|| panic!("{shown}"));
            assert!(line.trim_end().ends_with("2026-11-21"), "{machine}: {line}");
        }
        // set afterwards, the same
        org.rose
            .command(&format!("case set {reference}"))
            .arg("received_at=2026-11-20 09:15")
            .in_zone(machine)
            .run()
            .ok();
        let shown = org.rose.command(&format!("case show {reference}")).in_zone(machine).in_words().run();
        assert!(shown.stdout.contains("2026-11-20 09:15"), "{machine}: {shown}");
    }
    // for programs it stays UTC
    let json = org.rose.command("case list --limit 1 --sort received_at").in_zone(MACHINES[1]).run().ok();
    assert!(json[0]["received_at"].as_str().is_some_and(|text| text.ends_with('Z')), "{json}");
}

#[test]
fn a_zone_can_be_said_again_and_rows_follow() {
    let (org, _) = in_bangui();
    new(&org.rose, "UTC", "2026-11-29T23:30:00Z");
    assert_eq!(count(&org.rose, "UTC", "--since 2026-11-30"), 1);
    let said = org.rose.ok("site set REG --zone America/Port-au-Prince");
    assert_eq!(said["zone"], "America/Port-au-Prince");
    assert_eq!(count(&org.rose, "UTC", "--since 2026-11-30"), 0);
    let sites = org.rose.ok("site list");
    let zones: Vec<&Value> = sites.as_array().expect("rows").iter().map(|site| &site["zone"]).collect();
    assert_eq!(zones, ["America/Port-au-Prince", "America/Port-au-Prince"]);
    let hours = org.rose.command("site set REG --hours").arg("mon-fri 08:00-16:30").arg("--lang=fr").in_words().run();
    assert!(hours.stdout.contains("lun-ven 08:00-16:30"), "{hours}");
    org.rose.cmd("site set REG --zone Bangui").refused(2, "zone_unknown");
    org.rose.cmd("site set XXX --zone Africa/Bangui").refused(3, "site_not_found");
    assert_eq!(org.rose.ok("verify")["ok"], true);
}

#[test]
fn the_machines_zone_is_proposed_at_the_founding_and_taken_where_nobody_can_be_asked() {
    let silent = Home::empty("Rose");
    let founded = silent.command("init --org PAM --site REG").in_zone("Asia/Kathmandu").run().ok();
    assert_eq!(founded["zone"], "Asia/Kathmandu");
    // a machine without a zone that others could count by
    let nowhere = Home::empty("Rose");
    assert_eq!(nowhere.command("init --org PAM --site REG").in_zone("XYZ-3").run().ok()["zone"], "UTC");
    let wrong = Home::empty("Rose");
    wrong.command("init --org PAM --site REG --zone Mars/Olympus").run().refused(2, "zone_unknown");
    for (answer, zone) in [("", "Asia/Kathmandu"), ("africa/bangui", "Africa/Bangui")] {
        let asked = Home::empty("Rose");
        let terminal = asked.command("init --org PAM").in_zone("Asia/Kathmandu").at_terminal();
        let ended = terminal.answer("Code of the site:", "REG").answer("as in Africa/Bangui", answer).end();
        assert!(ended.status.success(), "{ended}");
        assert!(ended.stdout.contains("Asia/Kathmandu"), "{ended}");
        assert_eq!(asked.ok("site list")[0]["zone"], zone);
    }
}

#[test]
fn times_without_an_offset_in_a_file_are_of_the_site_and_dates_stay_dates() {
    let (org, _) = in_bangui();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("form.csv");
    let header = r#""end","today","canal","type_retour","categories","description","_id","_uuid","_submission_time""#;
    let row = |n: u8, end: &str, today: &str| {
        format!(
            r#""{end}","{today}","hotline","plainte","paiement_non_recu","Texte {n}","{n}","00000000-0000-4000-8000-00000000000{n}","2026-03-05T20:00:00""#
        )
    };
    let rows = [
        row(1, "2026-03-01T23:30:00", "2026-03-01"),
        row(2, "2026-03-01T23:30:00Z", "2026-03-01"),
        row(3, "", "2026-03-01"),
    ];
    std::fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).expect("written");
    let import = org.rose.command("import --as kobo").arg(file.display().to_string()).in_zone(MACHINES[1]).run().ok();
    assert_eq!(import["created"], 3, "{import}");
    let listed = org.rose.ok("case list --sort received_at");
    let told: Vec<_> =
        listed.as_array().expect("rows").iter().map(|row| (&row["received_at"], &row["received_day"])).collect();
    let (first, second) = (json!("2026-03-01"), json!("2026-03-02"));
    assert_eq!(
        told,
        [
            (&json!("2026-03-01T00:00:00Z"), &first),
            (&json!("2026-03-01T22:30:00Z"), &first),
            (&json!("2026-03-01T23:30:00Z"), &second),
        ]
    );
    let remarks = import["warnings"].as_array().expect("remarks");
    let of_zone = remarks.iter().find(|remark| remark["code"] == "no_offset").expect("told of");
    assert!(of_zone["message"].as_str().is_some_and(|text| text.contains("Africa/Bangui")), "{of_zone}");
}
