//! Links that drop: what came whole is kept, every try gets further, and the message says who, how far and how long silent.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use e2e::{Home, Link, Org, fingerprints, first_peer, same_entries, sync_until_equal};
use serde_json::Value;
use tempfile::TempDir;

/// So many complaints of one form, in the order and shape that KoboToolbox exports.
fn form(folder: &Path, rows: usize) -> String {
    let sample = include_str!("../../cli/src/demo/kobo.csv");
    let header = sample.lines().next().expect("a header");
    let names: Vec<&str> = header.split(';').map(|name| name.trim_matches('"')).collect();
    let place = |name: &str| names.iter().position(|known| *known == name).expect(name);
    let row = sample
        .lines()
        .skip(1)
        .find(|line| line.contains("paiement_non_recu") && line.split("\";\"").count() == names.len());
    let row = row.expect("a row without line breaks").trim_matches('"');
    let mut out = format!("{header}\n");
    for n in 0..rows {
        let mut cells: Vec<String> = row.split("\";\"").map(str::to_owned).collect();
        cells[place("_uuid")] = format!("00000000-0000-4000-8000-{n:012}");
        cells[place("_id")] = format!("{}", 900_000_000 + n);
        cells[place("personne/telephone")] = format!("+5090{n:07}");
        out += &format!("\"{}\"\n", cells.join("\";\""));
    }
    let path = folder.join("k.csv");
    std::fs::write(&path, out).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

/// The founder and an operator at her site who have met, confirmed and hold the same.
fn two() -> (Org, Home) {
    let org = Org::founded();
    let ali = org.join("REG", "operator", "Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    org.confirm("Ali");
    sync_until_equal(&[&org.rose, &ali], &[(1, 0)]);
    (org, ali)
}

fn entries(home: &Home) -> u64 {
    fingerprints(home).iter().map(|(_, entries, ..)| entries).sum()
}

/// Founder and operator, of whom she has `cases` more than he.
fn ahead(cases: usize) -> (Org, Home) {
    let (org, ali) = two();
    let folder = TempDir::new().expect("a folder");
    let imported = org.rose.command("import").arg(form(folder.path(), cases)).arg("--as").arg("kobo").run().ok();
    assert_eq!(imported["created"], cases, "{imported}");
    (org, ali)
}

#[test]
fn a_link_that_drops_every_time_gets_everything_across_and_the_message_counts() {
    let (org, ali) = ahead(40);
    let node = org.rose.start();
    let link = Link::that_drops(&node.host_port(), 60_000);
    let (target, mut tries) = (entries(&org.rose), 0);
    loop {
        let before = entries(&ali);
        let done = ali.command("sync").arg(link.host_port()).in_words().run();
        tries += 1;
        let kept = entries(&ali) - before;
        if done.status.success() {
            break;
        }
        assert_eq!(done.status.code(), Some(6), "{done}");
        assert!(kept > 0, "try {tries} brought nothing: {done}");
        let told = done.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!("changes received: {kept} of {} kept", target - before)), "{done}");
        assert!(told.contains("Rose (REG)"), "who it was: {done}");
        assert!(tries < 30, "{done}");
    }
    assert!(tries > 2, "the link dropped");
    drop(node);
    assert!(same_entries(&[&org.rose, &ali]));
    assert_eq!(ali.ok("verify")["ok"], true);
}

#[test]
fn a_running_node_gets_through_a_link_that_drops_without_being_told() {
    let (org, ali) = ahead(40);
    let node = org.rose.start();
    let link = Link::that_drops(&node.host_port(), 60_000);
    let target = entries(&org.rose);
    // what nobody has asked for may still be taken back for five minutes: she lets it go
    assert_eq!(ali.command("sync").arg(link.host_port()).run().status.code(), Some(6));
    assert!(entries(&ali) < target);
    let began = Instant::now();
    let calling = ali.start_with(&format!("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns --peer {}", link.host_port()));
    while entries(&ali) < target {
        assert!(began.elapsed() < e2e::WAIT, "{} of {target}", entries(&ali));
    }
    drop(calling);
    drop(node);
    assert!(link.carried() > 2 * 60_000, "it dropped more than once");
}

#[test]
fn who_never_answered_is_told_from_who_answered_and_whose_link_broke() {
    let (org, ali) = two();
    // nobody listens there
    let closed =
        std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("known").to_string();
    ali.command("sync").arg(&closed).run().refused(6, "peer_unreachable");
    // somebody listens and says nothing: no secret of this network
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let error =
        ali.command("sync").arg(silent.local_addr().expect("known").to_string()).run().refused(6, "peer_silent");
    assert!(error.to_string().contains("no answer"), "{error}");
    // it answered, and fell silent before it said who it is
    let node = org.rose.start();
    let link = Link::that_stalls(&node.host_port(), 900);
    let error = ali.command("sync").arg(link.host_port()).run().refused(6, "peer_stopped");
    let told = format!("{} answered, and then said nothing for 5 s", link.host_port());
    assert_eq!(error["message"], told, "{error}");
}

#[test]
fn a_sync_with_everybody_says_of_a_link_that_broke_how_far_it_came() {
    let (org, ali) = two();
    // where she was met last is a link that has become bad
    let node = org.rose.start();
    let bad = Arc::new(AtomicU64::new(u64::MAX));
    let link = Link::that_drops_after(&node.host_port(), Arc::clone(&bad));
    assert_eq!(first_peer(&ali.command("sync").arg(link.host_port()).run().ok())["equal"], true);
    let folder = TempDir::new().expect("a folder");
    org.rose.command("import").arg(form(folder.path(), 40)).arg("--as").arg("kobo").run().ok();
    bad.store(60_000, Ordering::SeqCst);
    let before = entries(&ali);
    let done = ali.cmd("sync");
    assert_eq!(done.status.code(), Some(6), "{done}");
    let told = done.json();
    let (peer, kept) = (first_peer(&told), entries(&ali) - before);
    assert_eq!((&peer["equal"], &peer["reason"]), (&false.into(), &"sync_cut".into()), "{told}");
    assert_eq!(
        (&peer["who"], &peer["kept"], &peer["entries_received"]),
        (&"Rose (REG)".into(), &kept.into(), &kept.into())
    );
    assert!(kept > 0 && peer["to_receive"].as_u64().is_some_and(|of| of > kept), "{told}");
    let shown = ali.command("sync").in_words().run();
    let told = shown.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("the link with Rose (REG) broke; changes received: "), "{shown}");
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{shown}");
}

#[test]
fn a_node_listens_on_both_kinds_of_address_and_is_called_on_either() {
    let (org, ali) = two();
    if std::net::TcpListener::bind(("::1", 0)).is_err() {
        println!("skipped: this machine has no IPv6");
        return;
    }
    let node = org.rose.start_with("run --listen /ip4/127.0.0.1/tcp/0 --listen /ip6/::1/tcp/0 --no-mdns");
    let listening: Vec<&str> =
        node.ready()["listening"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(listening[0].starts_with("/ip4/127.0.0.1/tcp/"), "{listening:?}");
    let v6 = listening.iter().find(|addr| addr.starts_with("/ip6/::1/tcp/")).expect("an address of IPv6");
    let port = v6.rsplit('/').next().expect("a port");
    for typed in [(*v6).to_owned(), format!("[::1]:{port}")] {
        let reply = ali.command("sync").arg(&typed).run().ok();
        assert_eq!(first_peer(&reply)["equal"], true, "{typed}: {reply}");
    }
    // what a node does that is told nothing
    drop(node);
    let node = org.rose.start_with("run --no-mdns");
    let listening = node.ready()["listening"].to_string();
    assert!(listening.contains("/ip4/127.0.0.1/tcp/") && listening.contains("/ip6/::1/tcp/"), "{listening}");
    assert!(!listening.contains("/ip6/fe80"), "of one cable only: {listening}");
}

/// What a link that drops after so many bytes brings in six tries. `cargo test -p e2e --test suites links::table --
/// --ignored --nocapture` prints it.
#[test]
#[ignore = "a table on demand: a minute"]
fn table() {
    let tries = 6;
    println!("link drops after | entries kept of 400 after {tries} tries | by try | smallest step");
    for kilobytes in [5, 10, 20, 60, 200] {
        let (org, ali) = ahead(400);
        let (node, before) = (org.rose.start(), entries(&ali));
        let due = entries(&org.rose) - before;
        let link = Link::that_drops(&node.host_port(), kilobytes * 1_000);
        let mut kept = Vec::new();
        for _ in 0..tries {
            let _ = ali.command("sync").arg(link.host_port()).run();
            kept.push(entries(&ali) - before);
        }
        let steps = std::iter::once(kept[0]).chain(kept.windows(2).map(|pair| pair[1] - pair[0]));
        let least = steps.min().unwrap_or(0);
        println!("{kilobytes:>13} kB | {} of {due} | {kept:?} | {least}", kept[tries - 1]);
        assert!(least > 0 || kept.last() == Some(&due) || kilobytes < 20, "{kilobytes} kB: a try brought nothing");
        drop(node);
    }
}

/// What a good link costs: round trips and bytes of frames. `cargo test -p e2e --test suites links::figures -- --ignored
/// --nocapture` prints it.
#[test]
#[ignore = "figures on demand"]
fn figures() {
    println!("what            | round trips | bytes there | bytes back | entries | ms");
    let told = |what: &str, peer: &Value| {
        let n = |name: &str| peer[name].as_u64().unwrap_or(0);
        let (sent, received) = (n("bytes_sent"), n("bytes_received"));
        let entries = n("entries_received") + n("entries_sent");
        println!("{what:<15} | {} | {sent} | {received} | {entries} | {}", n("round_trips"), n("elapsed_ms"));
    };
    let (org, ali) = ahead(400);
    let node = org.rose.start();
    let sync = || first_peer(&ali.command("sync").arg(node.address()).run().ok()).clone();
    told("400 entries", &sync());
    told("nothing new", &sync());
    org.rose.new_case("Inventé.");
    told("one case", &sync());
    told("nothing new", &sync());
}
