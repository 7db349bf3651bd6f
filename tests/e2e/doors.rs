//! Who lets whom in, where, and who may have a case erased: what stays as it was, and the second self turned round.

use e2e::{Home, Org, Output, fingerprints, sync, sync_until_equal};
use serde_json::Value;

/// The sample of the guide: generated, no real person.
const SAMPLE: &str = include_str!("../../cli/src/demo/kobo.csv");

/// Compares the six words with somebody whose Join has arrived.
fn confirms(by: &Home, name: &str) -> Output {
    let shown = by.ok(&format!("member confirm {name}"));
    let words: Vec<&str> = shown["words"].as_array().expect("six").iter().filter_map(Value::as_str).collect();
    by.cmd(&format!("member confirm {name} --words {}", words.join(" ")))
}

/// REG above JER above TAM; MNK elsewhere. Marc manages JER, Claire coordinates it; both were confirmed by the founder.
struct Staff {
    org: Org,
    marc: Home,
    claire: Home,
}

impl Staff {
    fn new() -> Self {
        let org = Org::founded();
        org.rose.ok("site add TAM --name Tamarin --kind committee --parent JER");
        let (marc, claire) = (org.join("JER", "cfm_manager", "Marc"), org.join("JER", "coordinator", "Claire"));
        for home in [&marc, &claire] {
            sync(home, &org.rose);
        }
        for name in ["Marc", "Claire"] {
            org.confirm(name);
        }
        sync_until_equal(&[&org.rose, &marc, &claire], &[(1, 0), (2, 0), (1, 0)]);
        Self { org, marc, claire }
    }
}

#[test]
fn whom_founder_coordinator_and_manager_let_in_at_their_sites_and_below_has_the_rights_it_had() {
    let staff = Staff::new();
    let (rose, marc, claire) = (&staff.org.rose, &staff.marc, &staff.claire);
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), SAMPLE).expect("written");
    // who invites, where, as what; whether they then read a colleague's words of JER
    let rows: [(&Home, &str, &str, bool); 6] = [
        (rose, "TAM", "operator", false),
        (claire, "TAM", "operator", false),
        (marc, "TAM", "operator", false),
        (marc, "JER", "operator", true),
        (claire, "JER", "cfm_manager", true),
        (marc, "JER", "focal_psea", false),
    ];
    let colleague = marc.new_case("Les mots d'un collègue.");
    sync_until_equal(&[rose, marc, claire], &[(1, 0), (2, 0)]);
    for (n, (by, site, role, reads)) in rows.into_iter().enumerate() {
        let (name, words) = (format!("Ali{n}"), format!("La pompe {n} est en panne."));
        let newcomer = Home::join(&by.invite(site, role), &name);
        // works before it has met anybody
        let case = newcomer.new_case(&words);
        sync_until_equal(&[by, &newcomer], &[(1, 0)]);
        assert!(by.show(&case).to_string().contains(&words), "{role} at {site}: read by whoever let them in");
        let stands = |home: &Home| {
            let members = home.ok("member list");
            let found = members.as_array().expect("a list").iter().find(|member| member["member"] == name.as_str());
            found.map(|member| member["standing"].clone())
        };
        assert_eq!(stands(by).expect("known"), "unconfirmed");
        assert_eq!(confirms(by, &name).ok()["confirmed"], true);
        sync_until_equal(&[by, &newcomer], &[(1, 0)]);
        assert_eq!(stands(&newcomer).expect("known"), "confirmed");
        assert_eq!(newcomer.show(&colleague).to_string().contains("collègue"), reads, "{role} at {site}");
        if n % 4 == 1 {
            let told =
                newcomer.command("import --as kobo --site MNK").arg(file.path().display().to_string()).run().ok();
            assert_eq!(told["created"], 31, "imports for another site");
            sync_until_equal(&[by, &newcomer], &[(1, 0)]);
        }
        assert_eq!(newcomer.ok("verify")["ok"], true);
    }
}

#[test]
fn nobody_lets_a_second_self_in_at_a_site_that_is_neither_theirs_nor_below() {
    let staff = Staff::new();
    let (rose, marc, claire) = (&staff.org.rose, &staff.marc, &staff.claire);
    let zed = staff.org.join("MNK", "committee", "Zed");
    let case = zed.new_case("Les mots de Manakara.");
    sync_until_equal(&[rose, &zed, marc, claire], &[(1, 0), (2, 0), (3, 0)]);
    let before = [marc, claire].map(fingerprints);
    for (site, role) in [("MNK", "cfm_manager"), ("MNK", "operator"), ("MNK", "relay"), ("REG", "operator")] {
        for home in [marc, claire] {
            let refused = home.cmd(&format!("invite --site {site} --role {role}")).refused(4, "not_in_reach");
            assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("Rose")), "{refused}");
        }
    }
    let (words, hint) = marc.command("invite --site MNK --role operator").in_words().run().refused_in_words(4);
    assert!(words.contains("MNK") && hint.is_some_and(|hint| hint.contains("Rose")), "{words}");
    // nor does he confirm whom others let in there, nor does she make a site there
    confirms(marc, "Zed").refused(4, "not_in_reach");
    claire.cmd("site add XAA --name X --kind office --parent MNK").refused(4, "not_in_reach");
    marc.cmd("invite --site JER --role coordinator").refused(4, "not_permitted");
    assert_eq!([marc, claire].map(fingerprints), before, "nothing was changed");
    assert!(!marc.show(&case).to_string().contains("Manakara"));
    // where they manage, all goes on
    claire.ok("site add XAA --name X --kind committee --parent TAM");
    assert!(
        claire.invite("XAA", "operator").starts_with("BOUCLE1")
            && marc.invite("TAM", "operator").starts_with("BOUCLE1")
    );
}

#[test]
fn a_case_is_erased_by_two_who_may_there_and_who_may_not_is_told_whom_to_ask() {
    let staff = Staff::new();
    let (rose, marc, claire) = (&staff.org.rose, &staff.marc, &staff.claire);
    let second = Home::join(&marc.invite("JER", "cfm_manager"), "Bis");
    let zed = staff.org.join("MNK", "committee", "Zed");
    let all = [rose, marc, claire, &second, &zed];
    let meetings = [(3, 1), (4, 0), (1, 0), (2, 0), (3, 1), (4, 0)];
    sync_until_equal(&all, &meetings);
    let (here, elsewhere) = (marc.new_case("Ici."), zed.new_case("Ailleurs."));
    sync_until_equal(&all, &meetings);
    let seals = |home: &Home, case: &str| {
        let line = format!("case seal {case} --reason - --audience psea --no-recusal");
        home.command(&line).stdin("grave").run().ok()
    };
    // Marc's device gives the first signature as it seals
    seals(marc, &here);
    seals(&zed, &elsewhere);
    sync_until_equal(&all, &meetings);
    let ids = [&here, &elsewhere].map(|case| rose.show(case)["case_id"].as_str().expect("an id").to_owned());
    // his second self, whom nobody has confirmed, is no second person
    second.cmd(&format!("case erase --approve {}", ids[0])).refused(4, "member_unconfirmed");
    assert_eq!(second.ok("status")["erasures_to_approve"], serde_json::json!([]));
    // at a site out of reach nobody erases
    let refused = claire.cmd(&format!("case erase {}", ids[1])).refused(4, "not_in_reach");
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("Rose")), "{refused}");
    let refused = zed.cmd(&format!("case erase {}", ids[1])).refused(4, "not_permitted");
    assert!(refused["hint"].as_str().is_some_and(|hint| hint.contains("Rose")), "{refused}");
    // who coordinates there approves
    assert_eq!(claire.ok(&format!("case erase --approve {}", ids[0]))["erased"], true);
    sync_until_equal(&all, &meetings);
    for home in all {
        assert_eq!(home.ok("verify")["ok"], true, "{}", home.member());
    }
}
