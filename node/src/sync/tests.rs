use std::time::{Duration, Instant};

use transport::memory::{Cut, pair, pair_with};

use super::session::converse;

use super::*;
use crate::testkit::{Home, NOW, carry, founded, joined, two, two_equal};

mod forks;
mod live;

fn settings() -> Settings {
    let limits = Limits { dial_timeout_ms: 1_500, ..Settings::default().limits };
    Settings { limits, reach: Duration::from_millis(300), now: Some(|| NOW), ..Settings::default() }
}

/// A node that listens on loopback, and where.
fn node(home: &Home, peers: &[&str], settings: Settings) -> (Engine, String) {
    let options = RunOptions { peers: peers.iter().map(|peer| (*peer).to_owned()).collect(), ..RunOptions::default() };
    let listen = vec!["/ip4/127.0.0.1/tcp/0".to_owned()];
    let (engine, ready) = Engine::start_with(Arc::clone(&home.log), listen, &options, settings).expect("started");
    assert!(ready.ready && !ready.listening[0].contains("/p2p/"));
    (engine, ready.listening[0].clone())
}

fn dialler(home: &Home) -> Engine {
    let options = RunOptions::default();
    Engine::start_with(Arc::clone(&home.log), Vec::new(), &options, settings()).expect("started").0
}

fn sync(engine: &Engine, target: &str) -> Json {
    let reply = engine.sync(Some(target), &mut |_| ()).expect("synced");
    reply["peers"][0].clone()
}

/// Waits until something holds.
fn until(what: &str, holds: impl Fn() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(20), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn number(peer: &Json, name: &str) -> u64 {
    peer[name].as_u64().expect(name)
}

#[test]
fn a_newcomer_with_nothing_but_an_invitation_gets_the_log_reads_it_and_writes() {
    let (founder, newcomer) = two();
    let told = founder.case("mots de la fondatrice");
    let early = newcomer.case("avant la rencontre");
    let (served, addr) = node(&founder, &[], settings());
    let caller = dialler(&newcomer);
    let peer = sync(&caller, &addr);
    assert_eq!(peer["equal"], true, "{peer}");
    assert_eq!(peer["peer"], founder.log.device.to_string());
    assert!(number(&peer, "entries_received") > 5 && number(&peer, "entries_sent") > 0);
    assert!(peer["scopes"].as_array().expect("scopes").iter().any(|scope| scope["scope"] == "site/REG"));
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    assert!(newcomer.read(&told).contains("mots de la fondatrice"));
    assert!(founder.read(&early).contains("avant la rencontre"));
    assert_eq!(crate::sync::peers::peers(&newcomer.log).expect("readable")[0].device, founder.log.device.to_string());
    caller.stop();
    served.stop();
}

#[test]
fn a_sync_of_equals_is_one_round_trip_of_at_most_400_bytes() {
    let (founder, newcomer) = two_equal();
    founder.case("x");
    let (served, addr) = node(&founder, &[], settings());
    let caller = dialler(&newcomer);
    assert_eq!(sync(&caller, &addr)["equal"], true);
    let again = sync(&caller, &addr);
    assert_eq!((again["equal"].clone(), number(&again, "round_trips")), (json!(true), 1), "{again}");
    assert!(number(&again, "bytes_sent") + number(&again, "bytes_received") <= 400, "{again}");
    assert_eq!(number(&again, "entries_sent") + number(&again, "entries_received"), 0);
    drop(served);
}

#[test]
fn three_nodes_in_a_row_converge_by_themselves() {
    let (a, b) = two_equal();
    let c = joined(&a.invite("cfm_manager"), "Awa");
    carry(&a, &b);
    let live = Settings { release_ms: 0, ..settings() };
    let (first, addr) = node(&a, &[], live.clone());
    let (second, second_addr) = node(&b, &[&addr], live.clone());
    let (third, _) = node(&c, &[&second_addr], live);
    let equal = || a.fingerprints() == c.fingerprints() && b.fingerprints() == c.fingerprints();
    until("the newcomer is taken in", || equal() && c.log.shared().roster.founding.is_some());
    let began = Instant::now();
    let reference = a.case("de bout en bout");
    let of_a = a.fingerprints();
    until("the case arrives", || of_a == c.fingerprints());
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(c.read(&reference).contains("de bout en bout"));
    c.case("et retour");
    let of_c = c.fingerprints();
    until("the answer arrives", || of_c == a.fingerprints());
    for engine in [first, second, third] {
        engine.stop();
    }
}

#[test]
fn own_entries_wait_in_the_background_and_go_at_once_when_a_person_asks() {
    let (founder, newcomer) = two_equal();
    let (served, addr) = node(&founder, &[], settings());
    let (kept, _) = node(&newcomer, &[&addr], settings());
    until("they have met", || !crate::sync::peers::peers(&newcomer.log).expect("readable").is_empty());
    let before = founder.fingerprints();
    newcomer.case("peut être retiré");
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(founder.fingerprints(), before, "withdrawable for five minutes");
    // whoever asks, both sides release
    let peer = served.sync(None, &mut |_| ()).expect("synced")["peers"][0].clone();
    assert_eq!((peer["equal"].clone(), peer["peer"].clone()), (json!(true), json!(newcomer.log.device)), "{peer}");
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    assert_ne!(founder.fingerprints(), before);
    kept.stop();
    served.stop();
}

#[test]
fn another_networks_secret_gets_no_answer_within_the_dial_timeout() {
    let (here, elsewhere) = (founded(), founded());
    let (served, addr) = node(&elsewhere, &[], settings());
    let caller = dialler(&here);
    let began = Instant::now();
    let failure = caller.sync(Some(&addr), &mut |_| ()).expect_err("silence");
    assert_eq!(failure.code, "peer_silent", "{failure:?}");
    assert!(failure.args.contains(&("peer", addr)));
    assert!(began.elapsed() < Duration::from_secs(5));
    drop(served);
}

#[test]
fn nobody_there_no_address_and_nobody_known_are_told_apart() {
    let home = founded();
    let caller = dialler(&home);
    let code = |target: Option<&str>| caller.sync(target, &mut |_| ()).expect_err("nobody").code;
    assert_eq!(code(Some("/ip4/127.0.0.1/tcp/1")), "peer_unreachable");
    assert_eq!(code(Some("/ip4/127.0.0.1/udp/1")), "bad_address");
    assert_eq!(code(Some("REG")), "peer_unknown");
    assert_eq!(code(None), "no_peer");
}

#[test]
fn a_site_and_a_device_are_found_where_they_were_met() {
    let (founder, newcomer) = two_equal();
    let (served, addr) = node(&founder, &[], settings());
    let caller = dialler(&newcomer);
    sync(&caller, &addr);
    caller.stop();
    let later = dialler(&newcomer);
    assert_eq!(sync(&later, "reg")["equal"], true);
    assert_eq!(sync(&later, &founder.log.device.to_string()[..12])["equal"], true);
    drop(served);
}

#[test]
fn a_stop_ends_a_sync_under_way_by_name_and_may_be_repeated() {
    let home = founded();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let addr = silent.local_addr().expect("bound").to_string();
    let slow = Settings { limits: Limits::default(), ..settings() };
    let (engine, _) = node(&home, &[], slow);
    let failure = std::thread::scope(|scope| {
        let syncing = scope.spawn(|| engine.sync(Some(&addr), &mut |_| ()));
        std::thread::sleep(Duration::from_millis(200));
        engine.stop();
        engine.stop();
        syncing.join().expect("no panic").expect_err("stopped")
    });
    assert!(matches!(failure.code, "sync_cut" | "peer_silent"), "{failure:?}");
    assert_eq!(engine.sync(Some(&addr), &mut |_| ()).expect_err("stopped").code, "sync_cut");
}

/// Both ends of one channel, until both are done.
fn speak(
    caller: &Home,
    answerer: &Home,
    channels: (Channel, Channel),
) -> (Result<SessionOutcome, Failure>, Result<SessionOutcome, Failure>) {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let talk = |home: &Home| Arc::new(SessionContext::new(Arc::clone(&home.log), Some(|| NOW), RELEASE_MS));
    let (one, other) = (talk(caller), talk(answerer));
    runtime.block_on(async {
        let calling = converse(&one, channels.0, Role::Initiator, true, &|_| ());
        let answering = converse(&other, channels.1, Role::Responder, false, &|_| ());
        tokio::join!(calling, answering)
    })
}

#[test]
fn a_cut_session_is_named_and_the_next_one_goes_on_where_it_stopped() {
    let (founder, newcomer) = two_equal();
    let total = 800;
    founder.fill(total, 2_000);
    let limits = Limits::default();
    let held = |home: &Home| home.entries().len();
    let before = held(&newcomer);
    let (ours, _) = speak(&newcomer, &founder, pair_with(&limits, Cut::after(1_000_000)));
    assert_eq!(ours.expect_err("cut").code, "sync_cut");
    let between = held(&newcomer) - before;
    assert!(between > 0 && between < total, "{between} arrived before the cut");
    let (ours, theirs) = speak(&newcomer, &founder, pair());
    let (ours, theirs) = (ours.expect("synced"), theirs.expect("synced"));
    assert!(ours.report.equal && theirs.report.equal);
    assert_eq!(theirs.report.entries_sent as usize, total - between, "what was confirmed is not sent again");
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
}

/// What a failure says under a name.
fn said<'f>(failure: &'f Failure, name: &str) -> &'f str {
    argument(failure, name)
}

#[test]
fn a_cut_session_says_who_it_was_and_counts_what_is_kept() {
    let (founder, newcomer) = two_equal();
    founder.fill(200, 1_000);
    let before = newcomer.entries().len();
    let limits = Limits::default();
    let (ours, theirs) = speak(&newcomer, &founder, pair_with(&limits, Cut::after(100_000)));
    let (ours, theirs) = (ours.expect_err("cut"), theirs.expect_err("cut"));
    let kept = newcomer.entries().len() - before;
    assert!(kept > 0 && kept < 200, "{kept}");
    assert_eq!((said(&ours, "kept"), said(&ours, "to_receive")), (kept.to_string().as_str(), "200"), "{ours:?}");
    assert_eq!(said(&ours, "who"), "Rose (REG)");
    assert_eq!((said(&theirs, "who"), said(&theirs, "to_send")), ("Ali (REG)", "200"), "{theirs:?}");
    let sent: usize = said(&theirs, "sent").parse().expect("a count");
    assert!(sent <= kept, "no more than was made durable there: {sent} of {kept}");
    for lang in ["fr", "en"] {
        let (message, hint) = crate::texts::Texts::for_lang(lang).error(&ours);
        let counted = if lang == "fr" { format!("{kept} sur 200 ") } else { format!("{kept} of 200 kept") };
        assert!(message.contains(&counted) && message.contains("Rose (REG)") && hint.is_some(), "{message}");
    }
}

#[test]
fn all_that_came_whole_before_a_cut_is_kept_wherever_it_is() {
    let (founder, newcomer) = two_equal();
    founder.fill(40, 1_500);
    let due = founder.entries().len() - newcomer.entries().len();
    let (limits, mut kept_before) = (Limits::default(), 0);
    for bytes in (0..).map(|n| 600 + n * 9_000) {
        let copy = newcomer.copied();
        let before = copy.entries().len();
        let (ours, _) = speak(&copy, &founder, pair_with(&limits, Cut::after(bytes)));
        let kept = copy.entries().len() - before;
        assert!(kept >= kept_before, "cut at {bytes}: {kept} kept, {kept_before} of less");
        // a frame under way is lost, and no more: it is at most as large as all before it
        let came = usize::try_from(bytes).expect("small").saturating_sub(6_000) / 2;
        let each = founder.entries().iter().map(Vec::len).max().expect("entries");
        assert!((kept + 1) * each >= came.min(due * each), "cut at {bytes}: {kept} of {due} kept");
        kept_before = kept;
        if ours.is_ok() {
            assert_eq!(kept, due);
            return;
        }
    }
}

#[test]
fn who_answered_and_then_says_nothing_is_told_with_how_far_and_how_long() {
    let (founder, newcomer) = two_equal();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let mut patient = SessionContext::new(Arc::clone(&newcomer.log), Some(|| NOW), RELEASE_MS);
    patient.silence = Duration::from_millis(1_100);
    let (patient, silent) =
        (Arc::new(patient), Arc::new(SessionContext::new(Arc::clone(&founder.log), Some(|| NOW), RELEASE_MS)));
    let channels = pair();
    let failure = runtime.block_on(async {
        let calling = converse(&patient, channels.0, Role::Initiator, true, &|_| ());
        let answering = async {
            let met = meet(&silent, channels.1, Role::Responder).await.expect("shaken hands");
            std::future::pending::<()>().await;
            drop(met);
        };
        tokio::select! {
            ended = calling => ended.expect_err("silence"),
            () = answering => unreachable!("it waits for ever"),
        }
    });
    assert_eq!((failure.code, failure.exit.code()), ("peer_stopped", 6));
    assert_eq!((said(&failure, "who"), said(&failure, "seconds")), ("Rose (REG)", "1"));
    let (message, _) = crate::texts::Texts::for_lang("en").error(&failure);
    assert_eq!(message, "Rose (REG) answered, and then said nothing for 1 s");
}

#[test]
fn everybody_is_called_at_one_address_before_anybody_at_another() {
    let told = |all: &[&str]| in_turn(all.iter().map(|addr| (*addr).to_owned()).collect());
    let a = ["/ip6/fd00::4/tcp/1/p2p/a", "/ip4/127.0.0.1/tcp/1/p2p/a", "/ip4/10.0.0.4/tcp/1/p2p/a"];
    assert_eq!(told(&a), [a[2], a[0], a[1]]);
    let (known, b) = ("/ip4/10.0.0.7/tcp/1", "/ip6/fd00::9/tcp/1/p2p/b");
    assert_eq!(told(&[a[0], a[2], a[0], b, known]), [known, a[2], b, a[0]]);
    assert!(told(&[]).is_empty());
}

#[test]
fn one_with_several_addresses_is_spoken_with_at_one_of_them() {
    let (founder, newcomer) = two_equal();
    let (served, addr) = node(&founder, &[], settings());
    let port = addr.rsplit('/').next().expect("a port").to_owned();
    let caller = dialler(&newcomer);
    // the same machine under three addresses
    let addrs = [addr.clone(), format!("localhost:{port}"), format!("127.0.0.1:{port}")];
    founder.fill(50, 500);
    let held = newcomer.entries().len();
    locked(&caller.inner.links).extend((1..).map(|n| DeviceId([n; 16])).zip(addrs));
    let reply = caller.sync(None, &mut |_| ()).expect("synced");
    let peers = reply["peers"].as_array().expect("peers");
    assert_eq!((peers.len(), &peers[0]["equal"]), (1, &json!(true)), "{reply}");
    assert_eq!(newcomer.entries().len() - held, 50);
    let (called, ..) = caller.inner.traffic.counts();
    assert_eq!(called, 1, "sessions");
    drop(served);
}

#[test]
fn strangers_and_spent_invitations_are_refused_by_name() {
    let founder = founded();
    let stranger = founded();
    let invitation = founder.invite("cfm_manager");
    let first = joined(&invitation, "Ali");
    let foreign = joined(&stranger.invite("cfm_manager"), "Eve");
    let refused = |caller: &Home| {
        let (ours, theirs) = speak(caller, &founder, pair());
        let (ours, theirs) = (ours.expect_err("refused"), theirs.expect_err("refused"));
        assert_eq!((ours.code, theirs.code), ("peer_refused", "peer_refused"));
        ours.args.iter().find(|(name, _)| *name == "reason").map(|(_, reason)| reason.clone()).expect("a reason")
    };
    let before = founder.fingerprints();
    assert_eq!(refused(&stranger), "unknown_device");
    assert_eq!(refused(&foreign), "foreign_org");
    assert_eq!(founder.fingerprints(), before);
    let (ours, _) = speak(&first, &founder, pair());
    assert!(ours.expect("synced").report.equal);
    let join = founder.log.shared().roster.members[&first.member].join;
    founder.log.append_membership(vec![(crdt_model::roster::Operation::Confirm(join), None)]).expect("confirmed");
    // the sheet is found again after somebody joined by it
    assert_eq!(refused(&joined(&invitation, "Eve")), "invite_used");
}

#[test]
fn two_newcomers_give_each_other_nothing_but_the_reason() {
    let founder = founded();
    let (one, other) = (joined(&founder.invite("cfm_manager"), "Ali"), joined(&founder.invite("cfm_manager"), "Awa"));
    one.case("x");
    let before = (one.fingerprints(), other.fingerprints());
    let (ours, theirs) = speak(&one, &other, pair());
    for end in [ours, theirs] {
        let failure = end.expect_err("neither knows the organisation");
        assert_eq!(failure.code, "peer_refused");
        assert!(failure.args.contains(&("reason", "newcomer".to_owned())), "{failure:?}");
    }
    assert_eq!((one.fingerprints(), other.fingerprints()), before);
    assert_eq!(other.log.store.read().expect("readable").staging_counts().expect("readable").pending, 0);
}

#[test]
fn both_copies_of_a_copied_disk_come_to_the_same_end_through_a_sync() {
    let (founder, newcomer) = two_equal();
    let third = joined(&founder.invite("cfm_manager"), "Awa");
    for _ in 0..2 {
        for (a, b) in [(&founder, &third), (&third, &founder), (&founder, &newcomer)] {
            carry(a, b);
            b.housekeeping();
        }
    }
    let incarnation = third.log.incarnation();
    let copy = third.copied();
    for (home, to, size) in [(&third, &founder, 30), (&copy, &newcomer, 31)] {
        home.fill(5, size);
        carry(home, to);
    }
    let (ours, theirs) = speak(&newcomer, &founder, pair());
    assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
    let forks = founder.log.shared().forks.clone();
    assert_eq!(forks, newcomer.log.shared().forks);
    assert!(forks.keys().any(|(_, chain)| chain.device == third.log.device && chain.incarnation == incarnation));
}

/// What a home tells of how far a case got that it gave to another.
fn far(home: &Home, case: &str) -> Json {
    home.act(|log, reader| {
        let shared = log.shared();
        let loaded = crate::list::find_case(log, &shared, reader, case).expect("found");
        crate::writes::receipts::delivery(log, &shared, &loaded).expect("told")
    })
}

fn assign(home: &Home, case: &str, to: crdt_model::values::MemberId) {
    let to = crdt_model::values::Who::Member(to);
    let edit = crdt_model::edit::Edit::Assign { to: to.into() };
    home.act(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("assigned");
}

#[test]
fn one_sync_brings_a_case_there_and_its_receipts_back_and_the_next_is_quiet() {
    let (founder, newcomer) = two_equal();
    let case = founder.case("à suivre");
    assign(&founder, &case, newcomer.member);
    let (ours, theirs) = speak(&newcomer, &founder, pair());
    assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
    let told = far(&founder, &case);
    let at = crdt_model::values::moment::rfc3339(NOW);
    assert_eq!((&told["stored_at"], &told["delivered_at"]), (&json!(at), &json!(at)), "{told}");
    let (ours, _) = speak(&founder, &newcomer, pair());
    let report = ours.expect("synced").report;
    assert!(report.equal && report.round_trips == 1 && report.bytes_sent + report.bytes_received <= 400, "{report:?}");
}

#[test]
fn receipts_come_back_over_a_relay_that_nobody_has_unlocked() {
    let (founder, relay) = two_equal();
    let third = joined(&founder.invite("cfm_manager"), "Awa");
    for _ in 0..3 {
        for (a, b) in [(&founder, &third), (&third, &founder), (&founder, &relay)] {
            carry(a, b);
            b.housekeeping();
        }
    }
    let case = founder.case("à suivre");
    assign(&founder, &case, third.member);
    let (member, meet) = (relay.member, |a: &Home, b: &Home| speak(a, b, pair()).0.expect("synced").report);
    assert!(relay.log.dismiss_reader(&member));
    meet(&relay, &founder);
    assert_eq!(far(&founder, &case)["stored_at"], json!(null), "a relay is nobody it was given to");
    meet(&third, &relay);
    third
        .act(|log, reader| crate::writes::act(log, reader, &case, &crdt_model::edit::Edit::Accept, NOW))
        .expect("accepted");
    meet(&third, &relay);
    meet(&founder, &relay);
    let told = far(&founder, &case);
    let at = json!(crdt_model::values::moment::rfc3339(NOW));
    for name in ["sent_at", "stored_at", "delivered_at", "accepted_at"] {
        assert_eq!(told[name], at, "{name}: {told}");
    }
    let again = [(&third, &relay), (&founder, &relay), (&relay, &third)].map(|(a, b)| meet(a, b));
    assert!(again.iter().all(|report| report.round_trips == 1 && report.bytes_sent <= 200), "{again:?}");
}

#[test]
fn a_locked_machine_says_that_it_holds_a_case_and_no_more() {
    let (founder, newcomer) = two_equal();
    let case = founder.case("à suivre");
    assign(&founder, &case, newcomer.member);
    let member = newcomer.member;
    assert!(newcomer.log.dismiss_reader(&member));
    let (ours, theirs) = speak(&founder, &newcomer, pair());
    assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
    let told = far(&founder, &case);
    assert!(told["stored_at"].is_string() && told["delivered_at"].is_null(), "{told}");
    let (ours, _) = speak(&founder, &newcomer, pair());
    assert!(ours.expect("synced").report.bytes_sent <= 200);
}

fn note(home: &Home, case: &str, text: &str) {
    let edit = crdt_model::edit::Edit::Note { text: crdt_model::values::Words::from(text) };
    home.act(|log, reader| crate::writes::act(log, reader, case, &edit, NOW)).expect("noted");
}

/// Words that do not compress.
fn noise(n: usize, bytes: usize) -> String {
    let mut out = vec![0; bytes * 3 / 4];
    blake3::Hasher::new().update(&n.to_be_bytes()).finalize_xof().fill(&mut out);
    data_encoding::BASE64.encode(&out)
}

#[test]
fn what_was_taken_back_travels_as_a_header_and_both_are_equal_and_quiet() {
    let (founder, newcomer) = two_equal();
    let case = newcomer.case("ce qui reste");
    note(&newcomer, &case, "mots de trop");
    let listed = newcomer
        .act(|log, reader| crate::writes::withdraw::withdraw(log, reader, &case, None, NOW))
        .expect_err("which?");
    let list = listed.args.iter().find(|(name, _)| *name == "entries").expect("a list").1.clone();
    let entry = list.split(' ').next().map(str::to_owned);
    newcomer
        .act(|log, reader| crate::writes::withdraw::withdraw(log, reader, &case, entry.as_deref(), NOW))
        .expect("taken back");
    let (ours, theirs) = speak(&newcomer, &founder, pair());
    assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
    let read = founder.read(&case);
    assert!(read.contains("ce qui reste") && !read.contains("mots de trop"));
    let (ours, _) = speak(&newcomer, &founder, pair());
    let report = ours.expect("synced").report;
    assert!(report.equal && report.round_trips == 1 && report.bytes_sent + report.bytes_received <= 400, "{report:?}");
}

#[test]
fn sections_lost_on_the_way_are_named_and_come_from_whoever_has_them() {
    let (founder, newcomer) = two_equal();
    let third = joined(&founder.invite("cfm_manager"), "Awa");
    for _ in 0..3 {
        for (a, b) in [(&founder, &third), (&third, &founder), (&founder, &newcomer)] {
            carry(a, b);
            b.housekeeping();
        }
    }
    let held = newcomer.entries();
    let case = founder.case("ce qui manque");
    let bare = founder.entries().into_iter().filter(|bytes| !held.contains(bytes)).map(|bytes| {
        let mut entry = crdt_model::entry::Entry::decode(&bytes).expect("an entry");
        (0..4).for_each(|layer| entry.drop_section(layer));
        entry.encode()
    });
    let bare: Vec<Vec<u8>> = bare.collect();
    for home in [&newcomer, &third] {
        crate::log::admission::ingest(&home.log, &bare, Some(founder.log.device), NOW).expect("ingested");
    }
    // two who lack the same end at once, by name
    let (ours, _) = speak(&newcomer, &third, pair());
    let report = ours.expect("an end").report;
    let n = bare.len() as u32;
    assert_eq!((report.equal, report.round_trips), (false, 1), "{report:?}");
    assert_eq!(report.reason, Some(sync::Reason::Gaps { ours: n, theirs: n }));
    let authors = crate::sync::gaps::authors_of_gaps(&newcomer.log, &newcomer.log.shared()).expect("readable");
    assert_eq!(authors, ["Rose (REG)"], "who had it last");
    let (ours, theirs) = speak(&newcomer, &founder, pair());
    let (ours, theirs) = (ours.expect("synced").report, theirs.expect("synced").report);
    assert!(ours.equal && theirs.equal && ours.sections_received > 0, "{ours:?}");
    assert!(newcomer.read(&case).contains("ce qui manque"));
    let (ours, _) = speak(&third, &newcomer, pair());
    assert!(ours.expect("synced").report.equal, "and on from there");
    assert!(third.read(&case).contains("ce qui manque"));
}

#[test]
fn on_a_line_that_breaks_early_the_urgent_case_has_arrived() {
    let bulky = |home: &Home| {
        let old = home.case("ancien");
        (0..60).for_each(|n| note(home, &old, &noise(n, 6_000)));
    };
    let urgent = |home: &Home, priority: Option<&str>| {
        let case = crdt_model::edit::NewCase {
            case_type: "complaint".into(),
            channel: "committee".into(),
            text: Some(crdt_model::values::Words::from("tout de suite")),
            priority: priority.map(str::to_owned),
            ..Default::default()
        };
        let told = home.act(|log, reader| crate::writes::case_new(log, reader, case, None, NOW)).expect("a case");
        told["ref"].as_str().expect("a reference").to_owned()
    };
    let arrives = |priority: Option<&str>| {
        let (founder, newcomer) = two_equal();
        bulky(&newcomer);
        let case = urgent(&newcomer, priority);
        let limits = Limits::default();
        let (ours, _) = speak(&newcomer, &founder, pair_with(&limits, Cut::after(160_000)));
        assert_eq!(ours.expect_err("cut").code, "sync_cut");
        let found = founder.act(|log, reader| crate::list::find_case(log, &log.shared(), reader, &case).is_ok());
        if found {
            assert!(founder.read(&case).contains("tout de suite"));
        }
        let (ours, theirs) = speak(&newcomer, &founder, pair());
        assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
        assert!(founder.log.store.read().expect("readable").gaps().expect("readable").is_empty());
        assert_eq!(founder.fingerprints(), newcomer.fingerprints());
        found
    };
    assert!(!arrives(None), "the control: in the order it was written it has not");
    assert!(arrives(Some("p1")));
}

#[test]
fn a_node_that_nobody_calls_looks_again_at_what_it_owes_once_the_others_were_waited_for() {
    use crate::members::debts::{WAIT_MS, WAITS_MAX};
    use crdt_model::roster::Operation;
    use std::sync::atomic::{AtomicI64, Ordering};

    static CLOCK: AtomicI64 = AtomicI64::new(NOW);
    let founder = founded();
    let readers: Vec<Home> =
        ["Ali", "Bea", "Chi"].iter().map(|name| joined(&founder.invite("operator"), name)).collect();
    let newcomer = joined(&founder.invite("operator"), "Nadia");
    for _ in 0..3 {
        for other in readers.iter().chain([&newcomer]) {
            carry(&founder, other);
            other.housekeeping();
            carry(other, &founder);
            founder.housekeeping();
        }
    }
    // confirmed by a node that gives no keys
    let join = founder.log.shared().roster.members[&newcomer.member].join;
    founder.log.append_membership(vec![(Operation::Confirm(join), None)]).expect("confirmed");
    let given = |home: &Home| {
        let (member, device) = (newcomer.member.0, newcomer.log.device.0);
        let shared = home.log.shared();
        let wraps = shared.roster.wraps.iter().filter(|of| [member, device].contains(&of.wrapped.to));
        wraps.map(|of| (of.target, of.epoch)).collect::<std::collections::BTreeSet<_>>().len()
    };
    let mut waited = 0;
    for home in &readers {
        carry(&founder, home);
        CLOCK.store(NOW, Ordering::SeqCst);
        let context = SessionContext::new(Arc::clone(&home.log), Some(|| CLOCK.load(Ordering::SeqCst)), RELEASE_MS);
        context.look_again().expect("nothing waits yet");
        assert_eq!(given(home), 0);
        context.housekeeping().expect("written");
        let at_once = given(home);
        waited += 3 - at_once;
        context.look_again().expect("too early");
        assert_eq!(given(home), at_once);
        CLOCK.store(NOW + WAITS_MAX as i64 * WAIT_MS, Ordering::SeqCst);
        context.look_again().expect("written");
        assert_eq!(given(home), 3, "the audience's key and the two open ones");
    }
    // of each of the three keys the founder, who is nearest, and one more give at once
    assert_eq!(waited, 6);
}
