//! Peers that are not there, say nothing, or belong to somebody else.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use e2e::Home;

/// A sync that reaches nobody ends within this. A little more for the start of a process on a busy machine.
const PATIENCE: Duration = Duration::from_secs(15 + 5);

/// Exit 6 in time, and the home as before.
fn unreached(home: &Home, target: &str) -> String {
    let before = e2e::fingerprints(home);
    let started = Instant::now();
    let done = home.command("sync").arg(target).run();
    let took = started.elapsed();
    assert!(took < PATIENCE, "{took:?}: {done}");
    assert_eq!(done.status.code(), Some(6), "{done}");
    let error: serde_json::Value = serde_json::from_str(&done.stderr).expect("one document");
    let code = error["error"]["code"].as_str().expect("every error has a code").to_owned();
    done.refused(6, &code);
    assert_eq!(e2e::fingerprints(home), before);
    code
}

#[test]
fn a_port_where_nobody_listens_is_unreachable() {
    let home = Home::init("PAM", "JER", "Rose");
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
        listener.local_addr().expect("a bound socket has an address").port()
    };
    assert_eq!(unreached(&home, &format!("127.0.0.1:{port}")), "peer_unreachable");
    assert_eq!(unreached(&home, &format!("/ip4/127.0.0.1/tcp/{port}")), "peer_unreachable");
    home.command("sync").arg(format!("127.0.0.1:{port}")).in_words().run().refused_in_words(6);
}

#[test]
fn a_listener_that_says_nothing_is_given_up_in_time() {
    let home = Home::init("PAM", "JER", "Rose");
    // the system accepts for it; nothing is ever said
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port on loopback");
    let port = silent.local_addr().expect("a bound socket has an address").port();
    unreached(&home, &format!("127.0.0.1:{port}"));
}

#[test]
fn a_node_of_another_organisation_is_silence_to_both() {
    let (ours, theirs) = (Home::init("PAM", "JER", "Rose"), Home::init("Autre", "AUT", "Zoe"));
    let held = e2e::fingerprints(&theirs);
    let node = theirs.start();
    unreached(&ours, &node.host_port());
    drop(node);
    assert_eq!(e2e::fingerprints(&theirs), held);
}

#[test]
fn an_address_that_is_none_is_wrong_usage() {
    let home = Home::init("PAM", "JER", "Rose");
    for target in ["/ip4/127.0.0.1/udp/9", "/ip4/999.0.0.1/tcp/9", "127.0.0.1:99999", "/", "host:port:more", ":::"] {
        let done = home.command("sync").arg(target).run();
        assert!(matches!(done.status.code(), Some(2 | 3)), "{target}: {done}");
        assert!(!done.stderr.contains("panicked") && done.stdout.is_empty(), "{done}");
    }
    for listen in ["/ip4/1.2.3.4/tcp/0", "nonsense", "/ip4/127.0.0.1/udp/0"] {
        let done = home.command("run --no-mdns --listen").arg(listen).run();
        assert!(matches!(done.status.code(), Some(2 | 6)), "{listen}: {done}");
        assert!(!done.stderr.contains("panicked") && done.stdout.is_empty(), "{done}");
    }
}
