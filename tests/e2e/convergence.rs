//! Homes that worked apart hold the same once they have met, whoever met whom first.

use std::time::Instant;

use e2e::{Home, Org, WAIT, fingerprints, same_entries, sync, sync_until_equal};

/// Bytes of a sync that has nothing to tell, both ways together.
const QUIET_BYTES_MAX: u64 = 400;

/// Rose at the region, Ali and Awa at one office with equal rights; nobody has met anybody. Each has cases of their own.
fn apart() -> (Org, Home, Home) {
    let org = Org::founded();
    let (ali, awa) = (org.join("JER", "cfm_manager", "Ali"), org.join("JER", "cfm_manager", "Awa"));
    for (n, home) in [&org.rose, &ali, &awa].into_iter().enumerate() {
        for case in 0..=n {
            home.new_case(&format!("Inventé, {} {case}.", home.member()));
        }
    }
    (org, ali, awa)
}

/// What must hold of homes that met: the same entries, the same reading for equal rights, nothing wrong.
fn agree(rose: &Home, ali: &Home, awa: &Home, cases: u64) {
    assert!(same_entries(&[rose, ali, awa]));
    assert_eq!(ali.digest(), awa.digest(), "equal rights read the same");
    for home in [rose, ali, awa] {
        assert_eq!(home.ok("case list --count")["count"], cases, "{}", home.member());
        let verified = home.ok("verify");
        assert_eq!((&verified["ok"], &verified["quarantined"]), (&true.into(), &0.into()), "{verified}");
    }
}

/// Works apart, meets in this order until equal, works apart again, meets again.
fn converges(meetings: &[(usize, usize)]) {
    let (org, ali, awa) = apart();
    let homes = [&org.rose, &ali, &awa];
    sync_until_equal(&homes, meetings);
    agree(&org.rose, &ali, &awa, 6);
    for home in homes {
        home.new_case("Inventé, après.");
        home.command("case note @last -").stdin("Inventé.").run().ok();
    }
    sync_until_equal(&homes, meetings);
    agree(&org.rose, &ali, &awa, 9);
}

const ROSE: usize = 0;
const ALI: usize = 1;
const AWA: usize = 2;

#[test]
fn a_star_around_the_founder_converges() {
    converges(&[(ALI, ROSE), (AWA, ROSE)]);
}

#[test]
fn a_chain_from_the_founder_converges() {
    converges(&[(ROSE, ALI), (ALI, AWA)]);
}

#[test]
fn a_chain_that_calls_towards_the_founder_converges() {
    converges(&[(ALI, ROSE), (AWA, ALI)]);
}

#[test]
fn a_ring_converges() {
    converges(&[(ROSE, AWA), (AWA, ALI), (ALI, ROSE)]);
}

#[test]
fn two_who_have_met_nobody_cannot_vouch_for_each_other_and_lose_nothing_by_trying() {
    let (org, ali, awa) = apart();
    let before = (fingerprints(&ali), fingerprints(&awa));
    {
        let node = awa.start();
        let done = ali.command("sync").arg(node.address()).run();
        // whichever of the two notices first ends it: the other may see no more than that
        assert_eq!(done.status.code(), Some(6), "{done}");
    }
    assert_eq!((fingerprints(&ali), fingerprints(&awa)), before);
    // as soon as one of them has met somebody, the other can meet that one
    sync(&ali, &org.rose);
    sync_until_equal(&[&org.rose, &ali, &awa], &[(AWA, ALI), (ALI, ROSE)]);
    agree(&org.rose, &ali, &awa, 6);
}

#[test]
fn any_walk_of_meetings_and_work_converges() {
    let seed = std::env::var("SIM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(0x5eed_u64);
    println!("SIM_SEED={seed}");
    let (org, ali, awa) = apart();
    let homes = [&org.rose, &ali, &awa];
    let mut state = seed;
    // splitmix64: any sequence will do, as long as the seed gives the same one again
    let mut draw = |bound: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("below a usize")
    };
    let mut cases = 6;
    for _ in 0..16 {
        let who = draw(3);
        match draw(4) {
            0 => {
                homes[who].new_case("Inventé, en chemin.");
                cases += 1;
            }
            1 => {
                let value = format!("case set @last project=p{}", draw(3));
                homes[who].ok(&value);
            }
            _ => drop(sync(homes[who], homes[(who + 1 + draw(2)) % 3])),
        }
    }
    sync_until_equal(&homes, &[(ALI, ROSE), (AWA, ALI)]);
    agree(&org.rose, &ali, &awa, cases);
}

#[test]
fn a_sync_without_news_is_one_round_trip_and_adds_nothing() {
    let (org, ali, awa) = apart();
    sync_until_equal(&[&org.rose, &ali, &awa], &[(ALI, ROSE), (AWA, ROSE)]);
    let held = (fingerprints(&ali), ali.digest());
    for _ in 0..2 {
        let told = sync(&ali, &org.rose);
        let count = |name: &str| told[name].as_u64().unwrap_or_else(|| panic!("no {name}: {told}"));
        assert_eq!(count("round_trips"), 1, "{told}");
        assert!(count("bytes_sent") + count("bytes_received") <= QUIET_BYTES_MAX, "{told}");
        assert_eq!((count("entries_sent"), count("entries_received")), (0, 0), "{told}");
    }
    assert_eq!((fingerprints(&ali), ali.digest()), held);
}

#[test]
fn a_sync_tells_of_the_scopes_that_both_hold_then() {
    let (org, ali, _) = apart();
    let told = sync(&ali, &org.rose);
    assert_eq!(told["peer"], org.rose.ok("status")["device"], "{told}");
    let scopes = told["scopes"].as_array().expect("a list of scopes");
    assert!(!scopes.is_empty());
    for home in [&ali, &org.rose] {
        let printed = home.ok("fingerprint");
        let held = printed.as_array().expect("a list of scopes");
        for scope in scopes {
            let same = |row: &&serde_json::Value| row["fingerprint"] == scope["fingerprint"];
            let row = held.iter().find(same).unwrap_or_else(|| panic!("{scope} is not in {printed}"));
            assert_eq!(row["entries"], scope["entries"]);
        }
    }
}

#[test]
fn the_direction_of_the_call_does_not_matter_and_a_running_node_may_call() {
    let (org, ali, _) = apart();
    let node = ali.start();
    // through the socket of the node that runs, to one that runs as well
    let other = org.rose.start();
    let reply = ali.command("sync").arg(other.address()).run().ok();
    assert_eq!(e2e::first_peer(&reply)["equal"], true, "{reply}");
    let reply = org.rose.command("sync").arg(node.host_port()).run().ok();
    assert_eq!(e2e::first_peer(&reply)["equal"], true, "{reply}");
    assert!(same_entries(&[&ali, &org.rose]));
}

#[test]
fn nodes_that_run_tell_each_other_without_being_asked() {
    let (org, ali, _) = apart();
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    let rose = org.rose.start();
    let line = format!("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns --peer {}", rose.address());
    let _ali = ali.start_with(&line);
    // own cases wait a while before they are offered unasked; the organisation's sites do not
    org.rose.ok("site add ABR --name Abricots --kind committee --parent REG");
    let started = Instant::now();
    // each question is a command of its own: the waiting is in the asking
    while !ali.ok("site list").to_string().contains("ABR") {
        assert!(started.elapsed() < WAIT, "news of a neighbour that runs never came");
    }
}

#[test]
fn a_home_joined_on_another_continent_meets_nobody_and_works_all_the_same() {
    let org = Org::founded();
    let ali = org.join("MNK", "committee", "Ali");
    let reference = ali.new_case("Inventé.");
    for line in ["case show", "case history", "case conflicts"] {
        ali.ok(&format!("{line} {reference}"));
    }
    ali.command(&format!("case note {reference} -")).stdin("Inventé.").run().ok();
    let status = ali.ok("status");
    assert_eq!((&status["site"], &status["cases"]), (&"MNK".into(), &1.into()));
    assert_eq!(status["peers"], serde_json::json!([]));
    assert!(status["only_here"]["entries"].as_u64().is_some_and(|n| n >= 3), "{status}");
    assert_eq!(ali.ok("verify")["ok"], true);
}

#[test]
fn a_case_taken_before_the_first_sync_is_listed_for_readers_of_every_kind_and_blames_nobody() {
    let org = Org::founded();
    let marie = org.join("JER", "operator", "Marie");
    marie.new_case("Inventé, avant la rencontre.");
    let reference = marie.ok("case list")[0]["ref"].as_str().expect("a reference").to_owned();
    // another site; a coordinator; the same site without reading its cases
    let others = [
        org.join("MNK", "operator", "Jean"),
        org.join("MNK", "coordinator", "Awa"),
        org.join("JER", "focal_cash", "Ali"),
    ];
    let homes: Vec<&Home> = [&org.rose, &marie].into_iter().chain(&others).collect();
    let meetings: Vec<(usize, usize)> = (1..homes.len()).map(|n| (n, 0)).collect();
    sync_until_equal(&homes, &meetings);
    org.rose.ok(&format!("case triage {reference} --category payment.not_received"));
    sync_until_equal(&homes, &meetings);
    for home in homes {
        let verified = home.ok("verify");
        assert_eq!((&verified["ok"], &verified["problems"]), (&true.into(), &serde_json::json!([])), "{verified}");
        let listed = home.ok("case list");
        assert_eq!(listed[0]["ref"], reference.as_str(), "{}: {listed}", home.member());
        assert_eq!(listed[0]["category"], "payment.not_received", "{}: {listed}", home.member());
    }
}
