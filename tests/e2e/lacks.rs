//! A machine that lacks something says what, and nothing of ours is called damaged for it.

use std::process::Command;

use e2e::Home;

const LACKS: &[&str] = &["memory_short", "too_many_files", "no_threads"];

/// The code of a command that was refused, never a crash nor a word of damage.
fn refusal(home: &Home, line: &str, letter: char, value: u64) -> Option<String> {
    let ended = home.command(line).limited(letter, value).run();
    assert!(ended.status.code().is_some(), "ended by a signal: {ended}");
    // who examines the machine has an answer also where something is amiss with it
    if ended.status.success() || !ended.stdout.is_empty() {
        assert!(!ended.stdout.contains("too_many_files"), "{ended}");
        return None;
    }
    if ended.status.code() == Some(127) {
        // the system could not even load the program
        return Some("too_many_files".to_owned()).filter(|_| letter == 'n').or(Some("memory_short".to_owned()));
    }
    let error: serde_json::Value = serde_json::from_str(&ended.stderr).unwrap_or_else(|_| panic!("{ended}"));
    Some(error["error"]["code"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn too_few_file_handles_are_told() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let mut told = 0;
    for limit in 3..24 {
        for line in ["case list", "sync 127.0.0.1:9", "doctor"] {
            match refusal(&home, line, 'n', limit).as_deref() {
                Some("too_many_files") => told += 1,
                // enough of them
                None | Some("peer_unreachable" | "peer_silent") => {}
                Some(other) => panic!("{line}, {limit} handles: {other}"),
            }
        }
    }
    assert!(told > 3, "{told}");
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn too_little_address_space_is_told() {
    let home = Home::init("PAM", "JER", "Rose");
    home.new_case("Inventé.");
    let mut told = 0;
    // less than the program itself needs, unoptimised, is no case of use
    for mb in [48, 60, 80, 100, 140, 200, 400, 1000] {
        for line in ["case list", "verify"] {
            match refusal(&home, line, 'v', mb * 1024).as_deref() {
                Some(code) if LACKS.contains(&code) => told += 1,
                None => {}
                Some(other) => panic!("{line}, {mb} MB: {other}"),
            }
        }
    }
    assert!(told > 0, "{told}");
    assert_eq!(home.ok("verify")["ok"], true);
}

#[test]
fn too_little_memory_for_a_passphrase_is_told_as_that() {
    let home = Home::empty("Rose");
    home.command("init --org PAM --site JER").dear().run().ok();
    let refused = home.command("case list").limited('v', 240 * 1024).run();
    let error = refused.refused(1, "memory_short");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("MB")), "{error}");
    home.ok("case list");
}

#[test]
fn memory_that_cannot_be_locked_stops_nobody() {
    let home = Home::init("PAM", "JER", "Rose");
    assert_eq!(refusal(&home, "case list", 'l', 0), None);
}

/// A node that has no handle left for whoever calls goes on, and serves them once there are some again.
#[test]
fn a_node_without_handles_lives_on() {
    let (home, peer) = (Home::init("PAM", "JER", "Rose"), Home::empty("Jean"));
    let invitation = home.invite("JER", "operator");
    peer.command("join").arg(invitation).run().ok();
    let run = home.command("run --listen /ip4/127.0.0.1/tcp/0 --no-mdns");
    let node = home.start_from(run);
    let limit = |n: &str| {
        let id = node.id().to_string();
        let set = Command::new("prlimit").args(["--pid", &id, &format!("--nofile={n}")]).status();
        assert!(set.is_ok_and(|status| status.success()));
    };
    let open = std::fs::read_dir(format!("/proc/{}/fd", node.id())).expect("Linux").count();
    limit(&format!("{open}:4096"));
    let refused = peer.command("sync").arg(node.address()).run();
    assert!(!refused.status.success(), "{refused}");
    let local = home.cmd("case list");
    assert!(local.status.code().is_some());
    limit("4096:4096");
    let met = peer.command("sync").arg(node.address()).run().ok();
    assert_eq!(met["peers"][0]["equal"], true, "{met}");
    assert_eq!(home.ok("verify")["ok"], true);
}
