//! What happens when the network, or the other side, does not do what one hoped.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
};
use transport::{Channel, Config, Error, Limits, Mdns, Psk, Side, Transport};

const PATIENCE: Duration = Duration::from_secs(20);
const MIB: usize = 1024 * 1024;

fn config(secret: u8, limits: Limits) -> Config {
    Config { listen: vec!["127.0.0.1:0".into()], limits, ..Config::new(Psk::new([secret; 32])) }
}

async fn start(limits: Limits) -> Transport {
    Transport::start(config(7, limits)).await.expect("starts")
}

fn port_of(transport: &Transport) -> u16 {
    let addr = transport.listening().remove(0);
    addr.split('/').nth(4).and_then(|port| port.parse().ok()).expect("a TCP multiaddr")
}

fn brisk() -> Limits {
    Limits { dial_timeout_ms: 600, ..Limits::default() }
}

/// A line between two endpoints that counts, and that can be cut or go silent.
#[derive(Clone, Default)]
struct Line {
    connections: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
    carried: Arc<AtomicU64>,
    /// Connections are cut once this many bytes were carried in all.
    cut_at: Arc<AtomicU64>,
    /// Connections that exist when this is set carry nothing any more.
    mute: Arc<AtomicBool>,
}

impl Line {
    async fn to(port: u16) -> (Self, SocketAddr) {
        let line = Self { cut_at: Arc::new(AtomicU64::new(u64::MAX)), ..Self::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
        let addr = listener.local_addr().expect("bound");
        let this = line.clone();
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let far = TcpStream::connect(("127.0.0.1", port)).await.expect("connects");
                this.connections.fetch_add(1, Ordering::SeqCst);
                this.mute.store(false, Ordering::SeqCst);
                let ((near_read, near_write), (far_read, far_write)) = (near.into_split(), far.into_split());
                let (there, back) = (this.clone(), this.clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = there.carry(near_read, far_write) => {}
                        () = back.carry(far_read, near_write) => {}
                    }
                    there.ended.fetch_add(1, Ordering::SeqCst);
                });
            }
        });
        (line, addr)
    }

    async fn carry(&self, mut from: OwnedReadHalf, mut to: OwnedWriteHalf) {
        let mut bytes = [0; 4096];
        let mut muted = false;
        while let Ok(count @ 1..) = from.read(&mut bytes).await {
            let carried = self.carried.fetch_add(count as u64, Ordering::SeqCst) + count as u64;
            if carried > self.cut_at.load(Ordering::SeqCst) {
                return;
            }
            muted |= self.mute.load(Ordering::SeqCst);
            if !muted && to.write_all(&bytes[..count]).await.is_err() {
                return;
            }
        }
    }
}

async fn say(channel: &mut Channel, word: &[u8]) {
    channel.send(word).await.expect("sent");
    channel.flush().await.expect("flushed");
}

async fn hear(channel: &mut Channel) -> Vec<u8> {
    channel.recv(MIB, PATIENCE).await.expect("received").expect("a frame")
}

#[tokio::test]
async fn every_way_to_name_an_endpoint_reaches_it() {
    let server = start(Limits::default()).await;
    let port = port_of(&server);
    for addr in [
        server.listening().remove(0),
        format!("/ip4/127.0.0.1/tcp/{port}"),
        format!("127.0.0.1:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("localhost:{port}"),
        format!("/dns4/localhost/tcp/{port}"),
    ] {
        let client = start(Limits::default()).await;
        let mut channel = client.dial(&addr).await.unwrap_or_else(|error| panic!("{addr}: {error}"));
        assert_eq!(channel.remote(), server.local_peer(), "{addr}");
        let mut other = server.accept().await.expect("a channel");
        say(&mut channel, addr.as_bytes()).await;
        assert_eq!(hear(&mut other).await, addr.as_bytes());
    }
}

#[tokio::test]
async fn another_secret_ends_as_no_answer() {
    let server = start(Limits::default()).await;
    let addr = server.listening().remove(0);
    // What another secret makes of the handshake is noise: mostly silence, now and then gibberish that ends it at once.
    for secret in 100..106 {
        let stranger = Transport::start(config(secret, brisk())).await.expect("starts");
        let began = Instant::now();
        let error = stranger.dial(&addr).await.expect_err("another organisation");
        assert!(matches!(&error, Error::NoAnswer { addr: told, .. } if *told == addr), "{error:?}");
        assert!(began.elapsed() < Duration::from_millis(1_500), "{:?}", began.elapsed());
    }
    assert!(server.failed_handshakes() > 0, "the server's screen can say that somebody tried");
    let friend = start(brisk()).await;
    friend.dial(&addr).await.expect("the right secret still gets through");
}

#[tokio::test]
async fn a_machine_that_stays_silent_or_hangs_up_is_no_answer() {
    let client = start(brisk()).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let began = Instant::now();
    let error = client.dial(&silent.local_addr().expect("bound").to_string()).await.expect_err("silent");
    assert!(matches!(error, Error::NoAnswer { after_ms: 500..=1_500, .. }), "{error:?}");
    assert!(began.elapsed() < Duration::from_millis(1_500));

    let rude = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let addr = rude.local_addr().expect("bound").to_string();
    tokio::spawn(async move { while rude.accept().await.is_ok() {} });
    let error = client.dial(&addr).await.expect_err("hangs up");
    assert!(matches!(error, Error::NoAnswer { after_ms: 0..=500, .. }), "{error:?}");
}

#[tokio::test]
async fn nobody_listening_is_refused_at_once() {
    let client = start(Limits::default()).await;
    let free = TcpListener::bind("127.0.0.1:0").await.expect("binds").local_addr().expect("bound");
    let began = Instant::now();
    let error = client.dial(&free.to_string()).await.expect_err("nobody");
    assert!(matches!(&error, Error::Refused { addr } if *addr == free.to_string()), "{error:?}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test]
async fn addresses_that_cannot_work_say_why() {
    let client = start(brisk()).await;
    let own = client.listening().remove(0);
    assert_eq!(client.dial(&own).await.expect_err("itself").code(), "own_address");
    assert_eq!(client.dial("no-such-host.invalid:1").await.expect_err("no such name").code(), "unresolvable");
    assert_eq!(client.dial("/ip4/1.2.3.4/udp/1").await.expect_err("not TCP").code(), "bad_address");
    let server = start(Limits::default()).await;
    let third = start(Limits::default()).await.local_peer();
    let stale = server.listening().remove(0).replace(&server.local_peer().to_string(), &third.to_string());
    let error = client.dial(&stale).await.expect_err("restarted since");
    assert!(
        matches!(&error, Error::WrongPeer { addr, found } if *addr == stale && *found == server.local_peer()),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_taken_port_cannot_be_listened_on() {
    let taken = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let listen = vec![taken.local_addr().expect("bound").to_string()];
    let error = Transport::start(Config { listen, ..config(7, Limits::default()) }).await.expect_err("taken");
    assert!(matches!(error, Error::Listen { reason: std::io::ErrorKind::AddrInUse, .. }), "{error:?}");
}

#[tokio::test]
async fn a_line_cut_in_the_middle_of_a_frame_is_closed() {
    let (server, client) = (start(Limits::default()).await, start(Limits::default()).await);
    let (line, addr) = Line::to(port_of(&server)).await;
    let mut near = client.dial(&addr.to_string()).await.expect("connects");
    let mut far = server.accept().await.expect("a channel");
    say(&mut near, b"whole").await;
    assert_eq!(hear(&mut far).await, b"whole");
    line.cut_at.store(line.carried.load(Ordering::SeqCst) + 100_000, Ordering::SeqCst);
    let send = async {
        let _ = near.send(&vec![1; MIB]).await;
        let _ = near.flush().await;
        near.recv(MIB, PATIENCE).await
    };
    let (sent, received) = tokio::join!(send, far.recv(MIB, PATIENCE));
    assert!(matches!(received, Err(Error::Closed)), "{received:?}");
    assert!(matches!(sent, Err(Error::Closed) | Ok(None)), "{sent:?}");
    assert!(matches!(near.send(&vec![1; MIB]).await, Err(Error::Closed)));
}

#[tokio::test]
async fn channels_share_a_connection_and_are_refused_beyond_the_bound() {
    let limits = Limits { streams_per_peer: 3, ..Limits::default() };
    let server = start(limits).await;
    let (line, addr) = Line::to(port_of(&server)).await;
    let client = start(Limits::default()).await;
    let mut channels = Vec::new();
    for _ in 0..3 {
        channels.push((client.dial(&addr.to_string()).await.expect("room"), server.accept().await.expect("a channel")));
    }
    let error = client.dial(&addr.to_string()).await.expect_err("no room there");
    assert!(matches!(error, Error::Busy { side: Side::There }), "{error:?}");
    // Whoever is at the bound itself asks nobody.
    let error = server.dial(&client.listening()[0]).await.expect_err("no room here");
    assert!(matches!(error, Error::Busy { side: Side::Here }), "{error:?}");

    let (near, far) = channels.pop().expect("three of them");
    near.close().await.expect("closed");
    drop(far);
    let (mut near, mut far) =
        (client.dial(&addr.to_string()).await.expect("room again"), server.accept().await.expect("a channel"));
    say(&mut near, b"again").await;
    assert_eq!(hear(&mut far).await, b"again");
    assert_eq!(line.connections.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn channels_nobody_accepts_are_refused_beyond_the_queue() {
    let server = start(Limits { accept_queue: 2, ..Limits::default() }).await;
    let client = start(Limits::default()).await;
    let addr = server.listening().remove(0);
    let waiting = [client.dial(&addr).await.expect("queued"), client.dial(&addr).await.expect("queued")];
    let error = client.dial(&addr).await.expect_err("the queue is full");
    assert!(matches!(error, Error::Busy { side: Side::There }), "{error:?}");
    server.accept().await.expect("a channel");
    client.dial(&addr).await.expect("queued");
    drop(waiting);
}

#[tokio::test]
async fn many_dials_at_once_all_get_their_channel() {
    let limits = Limits { streams_per_peer: 40, accept_queue: 40, ..Limits::default() };
    let (server, client) = (start(limits.clone()).await, Arc::new(start(limits).await));
    let addr = server.listening().remove(0);
    let mut first = client.dial(&addr).await.expect("connects");
    let mut far = server.accept().await.expect("a channel");
    say(&mut first, b"up").await;
    assert_eq!(hear(&mut far).await, b"up");
    let dials: Vec<_> = (0..30_u8)
        .map(|number| {
            let (client, addr) = (client.clone(), addr.clone());
            tokio::spawn(async move {
                let mut channel = client.dial(&addr).await.expect("connects");
                say(&mut channel, &[number]).await;
                channel
            })
        })
        .collect();
    let (mut heard, mut kept) = (Vec::new(), Vec::new());
    for dial in dials {
        kept.push(dial.await.expect("no panic"));
        let mut channel = server.accept().await.expect("a channel");
        heard.extend(hear(&mut channel).await);
    }
    heard.sort_unstable();
    assert_eq!(heard, (0..30).collect::<Vec<u8>>());
}

#[tokio::test]
async fn connections_beyond_the_bound_are_refused() {
    let server = start(Limits { established_in: 1, ..Limits::default() }).await;
    let (first, second) = (start(brisk()).await, start(brisk()).await);
    let addr = server.listening().remove(0);
    let _held = first.dial(&addr).await.expect("connects");
    let error = second.dial(&addr).await.expect_err("one is enough");
    assert!(matches!(error, Error::Busy { side: Side::There } | Error::NoAnswer { .. }), "{error:?}");
}

/// How many of these are still open: the other side has not hung up.
async fn open(sockets: &mut Vec<TcpStream>) -> usize {
    let mut left = Vec::new();
    for mut socket in sockets.drain(..) {
        let mut byte = [0; 64];
        // what pnet says first may have come; the end of the stream is what matters
        let ended = async { while let Ok(1..) = socket.read(&mut byte).await {} };
        if tokio::time::timeout(Duration::from_millis(20), ended).await.is_err() {
            left.push(socket);
        }
    }
    *sockets = left;
    sockets.len()
}

#[tokio::test]
async fn silent_connections_are_bounded_and_let_go() {
    let limits = Limits { pending_in: 4, handshake_timeout_ms: 3_000, ..Limits::default() };
    let server = start(limits).await;
    let port = port_of(&server);
    let began = Instant::now();
    let mut sockets = Vec::new();
    for _ in 0..20 {
        sockets.push(TcpStream::connect(("127.0.0.1", port)).await.expect("the system accepts"));
    }
    while open(&mut sockets).await > 4 {
        assert!(began.elapsed() < PATIENCE, "more than four are kept waiting");
    }
    while open(&mut sockets).await > 0 {
        assert!(began.elapsed() < PATIENCE, "silence is held for ever");
    }
    let friend = start(brisk()).await;
    friend.dial(&server.listening()[0]).await.expect("there is room again");
}

#[tokio::test]
async fn one_peer_under_many_addresses_is_served_over_the_connections_it_may_have() {
    let (server, client) = (start(Limits::default()).await, start(Limits::default()).await);
    let mut held = Vec::new();
    for _ in 0..4 {
        let (_, addr) = Line::to(port_of(&server)).await;
        let mut near = client.dial(&addr.to_string()).await.expect("connects");
        let mut far = server.accept().await.expect("a channel");
        say(&mut near, b"there").await;
        assert_eq!(hear(&mut far).await, b"there");
        held.push((near, far));
    }
}

#[tokio::test]
async fn a_connection_that_went_dead_is_replaced() {
    let limits = Limits { dial_timeout_ms: 2_000, ..Limits::default() };
    let (server, client) = (start(limits.clone()).await, start(limits).await);
    let (line, addr) = Line::to(port_of(&server)).await;
    let _first = client.dial(&addr.to_string()).await.expect("connects");
    let _far = server.accept().await.expect("a channel");
    line.mute.store(true, Ordering::SeqCst);
    let mut near = client.dial(&addr.to_string()).await.expect("connects anew");
    let mut far = server.accept().await.expect("a channel");
    say(&mut near, b"back").await;
    assert_eq!(hear(&mut far).await, b"back");
    assert_eq!(line.connections.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_one_in_use_is_not() {
    let limits = Limits { idle_ms: 200, ..Limits::default() };
    let (server, client) = (start(limits.clone()).await, start(limits).await);
    let (line, addr) = Line::to(port_of(&server)).await;
    let near = client.dial(&addr.to_string()).await.expect("connects");
    let far = server.accept().await.expect("a channel");
    tokio::time::sleep(Duration::from_millis(800)).await;
    assert_eq!(line.ended.load(Ordering::SeqCst), 0, "a channel keeps its connection");
    drop((near, far));
    let began = Instant::now();
    while line.ended.load(Ordering::SeqCst) == 0 {
        assert!(began.elapsed() < PATIENCE, "an idle connection stays open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_stopped_transport_is_gone() {
    let (server, client) = (Arc::new(start(Limits::default()).await), start(Limits::default()).await);
    let addr = server.listening().remove(0);
    let mut near = client.dial(&addr).await.expect("connects");
    let mut far = server.accept().await.expect("a channel");
    let accepting = tokio::spawn({
        let server = server.clone();
        async move { server.accept().await.is_none() }
    });
    say(&mut far, b"goodbye").await;
    server.stop().await;
    assert!(accepting.await.expect("no panic"), "accept ends");
    assert_eq!(hear(&mut near).await, b"goodbye", "what was flushed still leaves");
    let end = near.recv(MIB, PATIENCE).await;
    assert!(matches!(end, Ok(None) | Err(Error::Closed)), "{end:?}");
    assert!(matches!(far.recv(MIB, PATIENCE).await, Ok(None) | Err(Error::Closed)));
    assert_eq!(server.dial(&addr).await.expect_err("stopped").code(), "stopped");
    assert_eq!(client.dial(&addr).await.expect_err("nobody there").code(), "refused");
    server.stop().await;
}

#[tokio::test]
async fn a_dropped_transport_frees_its_port() {
    let server = start(Limits::default()).await;
    let port = port_of(&server);
    drop(server);
    let began = Instant::now();
    while TcpListener::bind(("127.0.0.1", port)).await.is_err() {
        assert!(began.elapsed() < PATIENCE, "the port is still taken");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn secrets_do_not_show_in_debug() {
    let shown = format!("{:?}", config(0xAB, Limits::default()));
    assert!(shown.contains("Psk(..)"), "{shown}");
    assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"), "{shown}");
}

#[tokio::test]
async fn without_mdns_nothing_is_looked_for() {
    let discovery = start(Limits::default()).await.discovered().now();
    assert_eq!((discovery.mdns, discovery.found.len()), (Mdns::Off, 0));
}
