//! Finding each other on the local network. Needs an interface that is up and not loopback; says so where there is none.

use std::time::Duration;

use transport::{Config, Limits, Mdns, Psk, Transport};

async fn start(listen: &str) -> Transport {
    let limits = Limits { mdns_query_ms: 500, ..Limits::default() };
    let config = Config { listen: vec![listen.into()], mdns: true, limits, ..Config::new(Psk::new([9; 32])) };
    Transport::start(config).await.expect("starts")
}

async fn find(seeker: &Transport, wanted: &Transport) -> String {
    let mut discovered = seeker.discovered();
    let mut state = discovered.now();
    loop {
        if let Some(found) = state.found.iter().find(|found| found.peer == wanted.local_peer()) {
            return found.addr.clone();
        }
        assert!(state.found.iter().all(|found| found.peer != seeker.local_peer()), "it found itself");
        state = discovered.changed().await.expect("the transport runs");
    }
}

/// Sockets of this process that are bound to the mDNS port.
#[cfg(target_os = "linux")]
fn mdns_sockets() -> usize {
    let table = std::fs::read_to_string("/proc/self/net/udp").expect("readable");
    let bound: Vec<String> = table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .filter(|columns| columns.get(1).is_some_and(|local| local.ends_with(":14E9")))
        .filter_map(|columns| columns.get(9).map(|inode| format!("socket:[{inode}]")))
        .collect();
    let open = std::fs::read_dir("/proc/self/fd").expect("readable");
    open.filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .filter(|target| bound.iter().any(|socket| *socket == target.to_string_lossy()))
        .count()
}

#[tokio::test]
async fn two_endpoints_find_each_other_and_leave_nothing_behind() {
    let (one, other) = (start("0.0.0.0:0").await, start("0.0.0.0:0").await);
    assert_eq!(one.discovered().now().mdns, Mdns::On);
    if one.listening().iter().all(|addr| addr.starts_with("/ip4/127.")) {
        eprintln!("not tested: there is no network interface but loopback");
        return;
    }
    let addr = tokio::time::timeout(Duration::from_secs(20), find(&one, &other)).await.expect("found in time");
    tokio::time::timeout(Duration::from_secs(20), find(&other, &one)).await.expect("found in time");
    assert!(other.listening().contains(&addr), "{addr} is not among {:?}", other.listening());
    let mut near = one.dial(&addr).await.expect("what was found can be dialled");
    let mut far = other.accept().await.expect("a channel");
    assert_eq!(near.remote(), other.local_peer());
    near.send(b"found you").await.expect("sent");
    near.flush().await.expect("flushed");
    assert_eq!(far.recv(100, Duration::from_secs(5)).await.expect("received").expect("a frame"), b"found you");

    #[cfg(target_os = "linux")]
    {
        assert!(mdns_sockets() > 0);
        one.stop().await;
        drop(other);
        let began = std::time::Instant::now();
        while mdns_sockets() > 0 {
            assert!(began.elapsed() < Duration::from_secs(10), "mDNS goes on after the transport is gone");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
