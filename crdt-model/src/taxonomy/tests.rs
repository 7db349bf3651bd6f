use super::role::known;
use super::*;
use proptest::prelude::*;

fn shipped() -> &'static Taxonomy {
    Taxonomy::shipped()
}

/// The shipped file with one text replaced by another, which must be there.
fn with(from: &str, to: &str) -> Result<Taxonomy, TaxonomyError> {
    assert!(Taxonomy::SHIPPED_TOML.contains(from), "{from:?} is no longer in the shipped file");
    Taxonomy::parse(&Taxonomy::SHIPPED_TOML.replacen(from, to, 1))
}

fn refusal(from: &str, to: &str) -> String {
    with(from, to).expect_err("refused").to_string()
}

#[test]
fn the_shipped_taxonomy_is_whole() {
    let t = shipped();
    assert_eq!((t.version.as_str(), t.default_language.as_str()), ("2026.3", "fr"));
    assert_eq!((t.categories.len(), t.sub_categories.len(), t.channels.len(), t.roles.len()), (15, 88, 16, 26));
    assert_eq!((t.small_cell_threshold, t.auto_close_no_answer_attempts, t.repeat_contact_window_days), (5, 3, 14));
    let sea = t.sub_categories.get("sea.abuse").expect("shipped");
    assert_eq!((sea.sensitivity, sea.refer_to.as_str(), sea.refer_within_h), (Level::S3, "focal_psea", 24));
    assert_eq!(sea.category, "sea");
    assert_eq!(t.level(Level::S3).acknowledge_within_h, Some(48));
    assert_eq!(t.countdowns.get("sexual_violence_health").map(|c| c.marks_h.as_slice()), Some([72, 120].as_slice()));
    assert_eq!(t.satisfactions.get("not_satisfied").map(|s| s.answer.as_str()), Some("no"));
    assert_eq!(t.consent_purposes.iter().filter_map(|p| p.tick).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn labels_fall_back_to_english_then_french_then_the_code() {
    let t = shipped();
    assert_eq!(t.sensitivities.label("s1", "ar"), "خاص");
    assert_eq!(t.audiences.label("psea", "ht"), "PSEA audience");
    assert_eq!(t.sub_categories.label("payment.not_received", "ht-HT"), "Peman pa rive");
    assert_eq!(t.age_groups.label("60+", "fr"), "60+");
    assert_eq!(t.channels.label("pigeon", "fr"), "pigeon");
    assert_eq!(t.priorities.label("p1", "tlh"), "Urgent");
}

#[test]
fn the_most_sensitive_category_decides() {
    let t = shipped();
    assert_eq!(t.sensitivity_of(["payment.sim_lost", "sea.abuse"]), Level::S3);
    assert_eq!(t.sensitivity_of(["info.calendar"]), Level::S0);
    assert_eq!(t.sensitivity_of([]), Level::S0);
    assert_eq!(t.sensitivity_of(["info.calendar", "new.code"]), Level::S2);
    let main = |codes: &[&str]| t.main_category(codes.iter().copied()).map(|sub| sub.code.clone());
    assert_eq!(main(&["payment.sim_lost", "integrity.fraud", "sea.abuse"]).as_deref(), Some("sea.abuse"));
    assert_eq!(main(&["info.calendar", "targeting.exclusion"]).as_deref(), Some("info.calendar"));
    assert_eq!(main(&["unknown.code"]), None);
    assert_eq!(t.audience_for("sea.abuse").map(|a| a.code.as_str()), Some("psea"));
    assert_eq!(t.audience_for("payment.late"), None);
}

#[test]
fn what_is_undecided_starts_in_triage() {
    use Capture::{Entered, Imported};
    let audience =
        |channel, category, capture| shipped().starting_audience(channel, category, capture).map(|a| a.code.as_str());
    for (channel, category, capture, expected) in [
        ("hotline", None, Entered, None),
        ("box", None, Entered, Some("triage")),
        ("letter", None, Entered, Some("triage")),
        ("box", Some("payment.late"), Entered, None),
        ("box", Some("payment.late"), Imported, None),
        ("hotline", None, Imported, Some("triage")),
        ("hotline", Some("integrity.fraud"), Entered, Some("integrity")),
        ("hotline", Some("other.unclassified"), Entered, Some("triage")),
        ("hotline", Some("no.such"), Entered, Some("triage")),
        ("pigeon", None, Entered, Some("triage")),
    ] {
        assert_eq!(audience(channel, category, capture), expected, "{channel} {category:?} {capture:?}");
        assert_eq!(shipped().starts_restricted(channel, category, capture), expected.is_some());
    }
}

#[test]
fn ages_fall_into_their_band() {
    for (age, band) in
        [(0, "0-4"), (4, "0-4"), (5, "5-11"), (17, "12-17"), (18, "18-29"), (120, "60+"), (121, "unknown")]
    {
        assert_eq!(shipped().age_group_for(age), band);
    }
}

#[test]
fn any_great_difficulty_is_a_disability() {
    for (answers, summary) in [
        ([0; 6], "unknown"),
        ([1; 6], "no"),
        ([2; 6], "no"),
        ([1, 1, 3, 1, 1, 1], "yes"),
        ([0, 0, 0, 0, 0, 4], "yes"),
        ([0, 0, 0, 0, 0, 1], "no"),
        ([9; 6], "unknown"),
    ] {
        assert_eq!(shipped().disability_summary(answers), summary, "{answers:?}");
    }
}

#[test]
fn close_codes_are_proposed() {
    let t = shipped();
    assert_eq!(t.sub_categories.nearest("payment.not_recieved"), ["payment.not_received"]);
    assert_eq!(t.sub_categories.nearest("not_received"), ["payment.not_received"]);
    assert_eq!(t.channels.nearest("hotlin"), ["hotline"]);
    assert_eq!(t.channels.nearest("Whatsap"), ["whatsapp"]);
    assert!(t.channels.nearest("zzzzzz").is_empty());
    assert!(t.sub_categories.nearest("payment").len() <= 3);
    // a few that are near; else all of a short list, and of a long one none
    assert_eq!(proposed(t.channels.codes(), "hotlin"), ["hotline"]);
    assert_eq!(proposed(t.channels.codes(), "zzzzzz").len(), t.channels.codes().count());
    assert!(proposed(t.sub_categories.codes(), "zzzzzz").is_empty());
}

#[test]
fn a_code_is_given_once() {
    let error = with("code = \"sms\"", "code = \"hotline\"").expect_err("refused");
    assert_eq!(error, TaxonomyError::DuplicateCode { table: "channel", code: "hotline".into() });
    let error = with("code = \"payment.partial\"", "code = \"info.calendar\"").expect_err("refused");
    assert_eq!(error, TaxonomyError::DuplicateCode { table: "category.sub", code: "info.calendar".into() });
}

#[test]
fn references_lead_somewhere_or_are_named() {
    let said = refusal("refer_to = \"focal_cash\"", "refer_to = \"focal_csah\"");
    assert_eq!(
        said,
        "table `category.sub`, code `request.cash`: `refer_to` names `focal_csah`, which does not exist; did you mean focal_cash?"
    );
    for (from, to, field) in [
        ("audience = \"integrity\"", "audience = \"nobody\"", "audience"),
        ("alternate = \"protection\"", "alternate = \"nobody\"", "alternate"),
        ("roles = [\"focal_psea\"]", "roles = [\"nobody\"]", "roles"),
        ("countdown = \"sexual", "countdown = \"asexual", "countdown"),
        ("escalate_to = \"head_of_unit\"", "escalate_to = \"nobody\"", "escalate_to"),
        ("refer_to = \"focal_cash\"", "refer_to = \"focal_cash\"\nwatchers = [\"nobody\"]", "watchers"),
        ("word = \"noted\"", "word = \"nobody\"", "word"),
        ("priority = \"p4\"", "priority = \"p9\"", "priority"),
        ("sensitivity = \"s0\"", "sensitivity = \"s9\"", "sensitivity"),
        ("ht = \"Nòmal\"", "tlh = \"Nòmal\"", "label"),
    ] {
        match with(from, to) {
            Err(TaxonomyError::UnknownReference { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{from} → {to}: {other:?}"),
        }
    }
}

#[test]
fn delays_are_hours_that_make_sense() {
    for (from, to, field, found) in [
        ("refer_within_h = 1\n", "refer_within_h = 0\n", "refer_within_h", 0),
        ("refer_within_h = 1\n", "refer_within_h = -4\n", "refer_within_h", -4),
        ("refer_within_h = 1\n", "refer_within_h = 73\n", "refer_within_h", 73),
        ("respond_within_h = 720             #", "respond_within_h = 99999 #", "respond_within_h", 99_999),
        ("acknowledge_within_h = 48", "acknowledge_within_h = 721", "acknowledge_within_h", 721),
        ("marks_h = [72", "marks_h = [0", "marks_h", 0),
        ("refer_within_h = 1\n", "refer_within_h = 1\naccept_within_h = 0\n", "accept_within_h", 0),
    ] {
        match with(from, to) {
            Err(TaxonomyError::BadHours { field: named, found: value, .. }) => {
                assert_eq!((named, value), (field, found))
            }
            other => panic!("{from} → {to}: {other:?}"),
        }
    }
}

#[test]
fn delays_left_out_are_those_of_the_sensitivity() {
    let t = with("refer_within_h = 1\nrespond_within_h = 72\n", "").expect("accepted");
    let sub = t.sub_categories.get("protection.threat_to_life").expect("there");
    assert_eq!((sub.refer_within_h, sub.accept_within_h, sub.respond_within_h), (24, 24, 720));
    let t = with("refer_within_h = 1\n", "refer_within_h = 1\naccept_within_h = 2\n").expect("accepted");
    assert_eq!(t.sub_categories.get("protection.threat_to_life").map(|sub| sub.accept_within_h), Some(2));
}

#[test]
fn whoever_a_sealed_category_goes_to_can_be_of_its_audience() {
    let said = "table `category.sub`, code `sea.abuse`: `refer_to` names `security`, which the audience `psea` does not \
                take members from; it takes: focal_psea";
    let sea = "code = \"sea.abuse\"";
    let at = Taxonomy::SHIPPED_TOML.find(sea).expect("shipped");
    let (before, after) = Taxonomy::SHIPPED_TOML.split_at(at);
    let parse = |from: &str, to: &str| Taxonomy::parse(&format!("{before}{}", after.replacen(from, to, 1)));
    let target = parse("refer_to = \"focal_psea\"", "refer_to = \"security\"");
    assert_eq!(target.expect_err("refused").to_string(), said);
    let told = parse("refer_to = \"focal_psea\"", "refer_to = \"focal_psea\"\nwatchers = [\"security\"]");
    assert_eq!(told.expect_err("refused").to_string(), said.replace("refer_to", "watchers"));
    let inside = parse("refer_to = \"focal_psea\"", "refer_to = \"focal_psea\"\nwatchers = [\"focal_psea\"]");
    assert!(inside.is_ok());
}

#[test]
fn what_moved_to_the_site_is_no_longer_sealed_and_what_is_of_staff_is() {
    let sub = |code: &str| shipped().sub_categories.get(code).expect("shipped");
    for (code, level, target, watchers) in [
        ("payment.unauthorised_withdrawal", Level::S1, "focal_cash", &["focal_integrity"][..]),
        ("integrity.impersonation", Level::S1, "cfm_manager", &["security"]),
        ("integrity.irregularity", Level::S1, "cfm_manager", &[]),
        ("conduct.negligence", Level::S1, "cfm_manager", &[]),
        ("protection.insecurity", Level::S1, "security", &[]),
        ("targeting.committee", Level::S1, "focal_targeting", &[]),
        ("conduct.discrimination", Level::S2, "focal_protection", &[]),
        ("conduct.sexual_harassment", Level::S3, "hr", &[]),
        ("sea.sexual_harassment", Level::S3, "focal_psea", &[]),
        ("integrity.taxation", Level::S2, "focal_integrity", &[]),
    ] {
        let found = sub(code);
        assert_eq!((found.sensitivity, found.refer_to.as_str()), (level, target), "{code}");
        assert_eq!(found.watchers, watchers, "{code}");
    }
    assert_eq!((sub("protection.insecurity").refer_within_h, sub("service.health_alert").refer_within_h), (4, 6));
    assert_eq!(sub("protection.threat_to_life").refer_within_h, 1);
    let answered = |main: &str| -> Vec<u32> {
        let of = shipped().sub_categories.iter().filter(|sub| sub.category == main);
        of.map(|sub| sub.respond_within_h).collect()
    };
    assert!(answered("payment").iter().all(|hours| *hours == 336) && answered("targeting").iter().all(|h| *h == 720));
    let gates: Vec<&str> = shipped().trainings.iter().filter(|t| t.gate).map(|t| t.code.as_str()).collect();
    assert_eq!(gates, ["code_of_conduct", "confidentiality_oath"]);
}

#[test]
fn who_is_named_in_an_ordinary_case_is_read_by_whom_such_cases_are_told_to() {
    let audience = |code: &str| shipped().audience_of_named([code]);
    assert_eq!(audience("conduct.negligence"), "conduct");
    assert_eq!(audience("payment.unauthorised_withdrawal"), "integrity");
    assert_eq!(audience("integrity.impersonation"), TRIAGE);
    assert_eq!(audience("payment.late"), TRIAGE);
    assert_eq!(audience("no.such"), TRIAGE);
}

#[test]
fn a_delay_that_passed_is_told_to_a_role_that_is_there() {
    let told = Level::ALL.map(|level| shipped().level(level).escalate_to.as_str());
    assert_eq!(told, ["cfm_manager", "cfm_manager", "head_of_unit", "head_of_unit"]);
    assert!(refusal("escalate_to = \"cfm_manager\"", "").contains("missing field `escalate_to`"));
}

#[test]
fn an_answer_is_expected_unless_the_type_or_the_channel_says_no() {
    for (case_type, channel, expected) in [
        (Some("complaint"), Some("hotline"), true),
        (Some("thanks"), Some("hotline"), false),
        (Some("suggestion"), Some("box"), false),
        (Some("rumour"), None, false),
        (Some("complaint"), Some("fgd"), false),
        (Some("complaint"), Some("survey"), false),
        (Some("no_such"), Some("pigeon"), true),
        (None, None, true),
    ] {
        assert_eq!(shipped().expects_answer(case_type, channel), expected, "{case_type:?} {channel:?}");
    }
}

#[test]
fn protection_cannot_be_configured_away() {
    for (from, to) in [
        ("visibility = \"sensitive\"", "visibility = \"personal\""),
        ("hide_existence_from_site = true", "hide_existence_from_site = false"),
        ("capture_device_forgets = true", "capture_device_forgets = false"),
        ("rank = 2", "rank = 1"),
        ("code = \"s3\"", "code = \"s4\""),
        ("audience = \"integrity\"\n", ""),
        ("code = \"triage\"", "code = \"sorting\""),
        ("rank = 15", "rank = 95"),
        ("new_epoch = true", "new_epoch = false"),
        ("alternate = \"protection\"", "alternate = \"psea\""),
        ("roles = [\"focal_psea\"]", "roles = []"),
        ("code = \"not_satisfied\"\nloop", "code = \"unhappy\"\nloop"),
        ("sensitivity = \"s0\"", "sensitivity = \"s0\"\naudience = \"psea\""),
    ] {
        assert!(with(from, to).is_err(), "{from} → {to}");
    }
}

#[test]
fn errors_name_the_table_and_the_code() {
    for (from, to, said) in [
        ("kind = \"voice\"", "kind = \"smoke\"", "table `channel`, code `hotline`: unknown variant `smoke`"),
        ("kind = \"voice\"", "kid = \"voice\"", "table `channel`, code `hotline`: unknown field `kid`"),
        ("first_contact = true", "first_contact = 1", "table `category.sub`, code `info.eligibility`: invalid type"),
        ("code = \"sms\"", "code = \"S M S\"", "table `channel`, code `S M S`: codes are"),
        ("code = \"sms\"", "", "table `channel`, code `#3`: missing field `code`"),
        ("min = 5\n", "min = 6\n", "table `age_group`, code `5-11`: bands follow each other: this one must start at 5"),
        ("schema = 1", "schema = 2", "schema 2, this program reads schema 1"),
        ("small_cell_threshold = 5", "small_cell_threshold = 0", "setting `small_cell_threshold`: must be 1 to 1000"),
        ("[[closure]]", "[[closur]]", "unknown table or setting `closur`; did you mean closure?"),
        (
            "valid_months = 12",
            "valid_months = 0",
            "table `training`, code `code_of_conduct`: valid_months must be 1 to 120",
        ),
        ("en = \"Hotline\"", "en = \"\\u001b[2J\"", "table `channel`, code `hotline`: label `en` is empty, too long"),
    ] {
        let found = refusal(from, to);
        assert!(found.starts_with(said), "{from} → {to}: {found}");
    }
    assert!(refusal("schema = 1", "schema = ").starts_with("not TOML: "));
    assert!(matches!(Taxonomy::parse(&" ".repeat(2 << 20)), Err(TaxonomyError::TooLarge { .. })));
}

#[test]
fn sensitivities_are_ordered_and_two_are_restricted() {
    assert!(Level::S0 < Level::S1 && Level::S2 < Level::S3);
    assert_eq!(Level::ALL.map(Level::restricted), [false, false, true, true]);
    for level in Level::ALL {
        assert_eq!(Level::from_code(level.code()), Some(level));
    }
    assert_eq!(Level::from_code("S0"), None);
}

#[test]
fn every_role_of_the_taxonomy_has_a_profile_of_its_own() {
    let mut roles: Vec<&str> = shipped().roles.codes().collect();
    let mut profiles: Vec<&str> = known().collect();
    roles.sort_unstable();
    profiles.sort_unstable();
    assert_eq!(roles, profiles);
}

#[test]
fn relays_and_support_read_nothing_and_management_only_codes() {
    let profile = |role| shipped().role_profile(role).expect("a role");
    for role in ["relay", "it_support"] {
        assert_eq!(profile(role).capabilities, Capabilities::RELAY);
        assert_eq!((profile(role).reads_personal, profile(role).rank), (PersonalReach::None, 5));
    }
    assert_eq!(profile("management").capabilities, Capabilities::READ_OPEN);
    assert_eq!(profile("management").reads_personal, PersonalReach::None);
    assert_eq!(profile("hr").audiences, ["conduct"]);
    assert_eq!(profile("focal_protection").audiences, ["conduct", "protection"]);
    assert_eq!(profile("cfm_manager").audiences, ["data_protection", "triage"]);
    assert_eq!((profile("coordinator").rank, profile("focal_psea").rank, profile("operator").rank), (1, 2, 4));
    assert_eq!(shipped().role_profile("nobody"), None);
}

#[test]
fn nobody_audits_what_they_may_change_the_rules_of() {
    for role in &shipped().roles {
        let rights = shipped().role_profile(&role.code).expect("a role").capabilities;
        assert!(!rights.contains(Capabilities::MANAGE_ORG | Capabilities::AUDIT_READ), "{}", role.code);
    }
}

#[test]
fn a_role_the_organisation_added_has_no_rights_of_its_own() {
    let added = "[[role]]\ncode = \"night_watch\"\nlabel = { fr = \"Garde\" }\n[[role]]\ncode = \"relay\"";
    let t = with("[[role]]\ncode = \"relay\"", added).expect("accepted");
    let profile = t.role_profile("night_watch").expect("a role");
    assert_eq!(
        (profile.rank, profile.capabilities, profile.reads_personal),
        (5, Capabilities::NONE, PersonalReach::None)
    );
}

#[test]
fn capabilities_survive_their_bits() {
    let rights = Capabilities::RELAY | Capabilities::AUDIT_READ;
    assert_eq!(Capabilities::from_bits(rights.bits()), Some(rights));
    assert_eq!(Capabilities::from_bits(1 << 10), None);
    assert_eq!(rights.names().collect::<Vec<_>>(), ["relay", "audit_read"]);
    assert!(!rights.contains(Capabilities::INTAKE) && rights.contains(Capabilities::NONE));
}

#[test]
fn the_page_on_roles_says_what_the_code_does() {
    let mut table =
        String::from("| role | rank | may | reads personal | audiences | why |\n|---|---|---|---|---|---|\n");
    for role in known() {
        let p = shipped().role_profile(role).expect("a role");
        let list = |items: Vec<&str>| if items.is_empty() { "–".to_owned() } else { items.join(", ") };
        let may = list(p.capabilities.names().collect());
        let audiences = list(p.audiences.iter().map(String::as_str).collect());
        let reach = p.reads_personal.as_str();
        table += &format!("| `{role}` | {} | {may} | {reach} | {audiences} | {} |\n", p.rank, p.reason);
    }
    let page = include_str!("../../../docs/ROLES.md");
    assert!(page.contains(&table), "docs/ROLES.md should hold this table:\n{table}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,60}", table in "[a-z_]{1,12}") {
        let _ = Taxonomy::parse(&text);
        let _ = Taxonomy::parse(&format!("schema = 1\n[[{table}]]\ncode = 3\n"));
        prop_assert!(shipped().sub_categories.nearest(&text).len() <= NEAREST_MAX);
        let _ = shipped().channels.label(&text, &text);
    }

    #[test]
    fn every_known_code_is_nearest_to_itself(at in 0usize..88) {
        let code = shipped().sub_categories.codes().nth(at).expect("88 of them");
        prop_assert_eq!(shipped().sub_categories.nearest(code)[0], code);
    }
}
