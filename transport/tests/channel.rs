//! One suite for every channel, run over loopback and in memory.

use std::time::Duration;

use proptest::prelude::*;
use transport::{
    Channel, Config, Error, FRAME_PREFIX_BYTES, Limits, Psk, Transport,
    memory::{self, Cut, MemoryNet},
};

const PATIENCE: Duration = Duration::from_secs(20);
const MIB: usize = 1024 * 1024;

/// Two ends, and what keeps them alive.
struct Ends {
    near: Channel,
    far: Channel,
    _net: Vec<Transport>,
}

async fn over_loopback(limits: Limits) -> Ends {
    let start = |listen: Vec<String>| {
        Transport::start(Config { listen, limits: limits.clone(), ..Config::new(Psk::new([7; 32])) })
    };
    let server = start(vec!["127.0.0.1:0".into()]).await.expect("starts");
    let client = start(Vec::new()).await.expect("starts");
    let near = client.dial(&server.listening()[0]).await.expect("connects");
    let far = server.accept().await.expect("a channel");
    assert_eq!((near.local(), near.remote()), (client.local_peer(), server.local_peer()));
    assert_eq!((far.local(), far.remote()), (server.local_peer(), client.local_peer()));
    assert!(far.remote_addr().starts_with("/ip4/127.0.0.1/tcp/"), "{}", far.remote_addr());
    Ends { near, far, _net: vec![server, client] }
}

async fn in_memory(limits: Limits) -> Ends {
    let (near, far) = memory::pair_with(&limits, Cut::default());
    assert_eq!((near.local(), near.remote()), (far.remote(), far.local()));
    Ends { near, far, _net: Vec::new() }
}

/// Sends and receives at once: a large frame does not fit in what may be under way.
async fn carry(from: &mut Channel, to: &mut Channel, frame: &[u8]) {
    let send = async {
        from.send(frame).await.expect("sent");
        from.flush().await.expect("flushed");
    };
    let received = tokio::join!(send, to.recv(MIB, PATIENCE)).1;
    assert!(received.expect("received").expect("a frame") == frame, "not the {} bytes sent", frame.len());
}

async fn frames_cross_both_ways(ends: &mut Ends) {
    let large: Vec<u8> = (0..MIB).map(|i| (i * 31 % 251) as u8).collect();
    for frame in [&b""[..], b"a", &large] {
        carry(&mut ends.near, &mut ends.far, frame).await;
        carry(&mut ends.far, &mut ends.near, frame).await;
    }
    let bytes = (3 * FRAME_PREFIX_BYTES + 1 + MIB) as u64;
    for channel in [&ends.near, &ends.far] {
        assert_eq!((channel.bytes_sent(), channel.bytes_received()), (bytes, bytes));
    }
}

async fn ten_thousand_small_frames_stream_both_ways_at_once(ends: Ends) {
    let Ends { near, far, _net } = ends;
    let one_side = |channel: Channel| async move {
        let (mut sender, mut receiver) = channel.split();
        let send = async {
            for number in 0..10_000_u32 {
                sender.send(&number.to_be_bytes()).await.expect("sent");
            }
            sender.close().await.expect("closed");
            sender.bytes_sent()
        };
        let receive = async {
            for number in 0..10_000_u32 {
                let frame = receiver.recv(4, PATIENCE).await.expect("received").expect("a frame");
                assert_eq!(frame, number.to_be_bytes());
            }
            assert!(receiver.recv(4, PATIENCE).await.expect("received").is_none());
            receiver.bytes_received()
        };
        tokio::join!(send, receive)
    };
    let (near, far) = tokio::join!(one_side(near), one_side(far));
    assert_eq!((near, far), ((80_000, 80_000), (80_000, 80_000)));
}

async fn oversize_is_refused_by_either_side(ends: &mut Ends) {
    let error = ends.near.send(&[0; 1_001]).await.expect_err("over our own bound");
    assert!(matches!(error, Error::FrameTooLarge { found: 1_001, max: 1_000 }), "{error}");
    assert_eq!(ends.near.bytes_sent(), 0);
    ends.near.send(&[0; 1_000]).await.expect("within the bound");
    ends.near.flush().await.expect("flushed");
    let error = ends.far.recv(999, PATIENCE).await.expect_err("over what is asked for");
    assert!(matches!(error, Error::FrameTooLarge { found: 1_000, max: 999 }), "{error}");
    assert_eq!(ends.far.bytes_received(), 0);
}

async fn silence_is_a_timeout_and_the_channel_still_works(ends: &mut Ends) {
    let error = ends.far.recv(MIB, Duration::from_millis(50)).await.expect_err("nobody spoke");
    assert!(matches!(error, Error::Timeout { after_ms: 50 }), "{error}");
    ends.near.send(b"late").await.expect("sent");
    ends.near.flush().await.expect("flushed");
    assert_eq!(ends.far.recv(MIB, PATIENCE).await.expect("received").expect("a frame"), b"late");
}

async fn a_peer_that_takes_nothing_is_a_timeout(ends: &mut Ends) {
    let frame = vec![0; MIB];
    let error = async {
        loop {
            if let Err(error) = ends.near.send(&frame).await {
                return error;
            }
        }
    };
    let error = tokio::time::timeout(PATIENCE, error).await.expect("ends by itself");
    assert!(matches!(error, Error::Timeout { after_ms: 200 }), "{error}");
}

async fn close_ends_the_stream_after_the_last_frame(ends: Ends) {
    let Ends { mut near, mut far, _net } = ends;
    near.send(b"last").await.expect("sent");
    near.close().await.expect("closed");
    assert_eq!(far.recv(MIB, PATIENCE).await.expect("received").expect("a frame"), b"last");
    assert!(far.recv(MIB, PATIENCE).await.expect("received").is_none());
}

async fn a_question_is_flushed_by_waiting_for_its_answer(ends: &mut Ends) {
    let (near, far) = (&mut ends.near, &mut ends.far);
    let ask = async {
        near.send(b"question").await.expect("sent");
        near.recv(MIB, PATIENCE).await.expect("received").expect("a frame")
    };
    let answer = async {
        let question = far.recv(MIB, PATIENCE).await.expect("received").expect("a frame");
        far.send(&question).await.expect("sent");
        far.flush().await.expect("flushed");
    };
    assert_eq!(tokio::join!(ask, answer).0, b"question");
}

async fn a_dropped_recv_loses_no_byte(ends: &mut Ends) {
    let frame: Vec<u8> = (0..MIB).map(|i| (i % 253) as u8).collect();
    let (near, far) = (&mut ends.near, &mut ends.far);
    let send = async {
        near.send(&frame).await.expect("sent");
        near.flush().await.expect("flushed");
    };
    let receive = async {
        for _ in 0..1_000_000 {
            // A wait of a few polls, dropped in the middle of the frame.
            tokio::select! {
                biased;
                received = far.recv(MIB, PATIENCE) => return received.expect("received").expect("a frame"),
                () = tokio::task::yield_now() => {}
            }
        }
        panic!("the frame never came");
    };
    assert!(tokio::join!(send, receive).1 == frame);
}

macro_rules! suite {
    ($carrier:ident, $open:path) => {
        mod $carrier {
            use super::*;

            fn small() -> Limits {
                Limits { frame_bytes_max: 1_000, ..Limits::default() }
            }

            fn hasty() -> Limits {
                Limits { send_timeout_ms: 200, ..Limits::default() }
            }

            #[tokio::test]
            async fn frames_cross_both_ways() {
                super::frames_cross_both_ways(&mut $open(Limits::default()).await).await;
            }

            #[tokio::test]
            async fn ten_thousand_small_frames_stream_both_ways_at_once() {
                super::ten_thousand_small_frames_stream_both_ways_at_once($open(Limits::default()).await).await;
            }

            #[tokio::test]
            async fn oversize_is_refused_by_either_side() {
                super::oversize_is_refused_by_either_side(&mut $open(small()).await).await;
            }

            #[tokio::test]
            async fn silence_is_a_timeout_and_the_channel_still_works() {
                super::silence_is_a_timeout_and_the_channel_still_works(&mut $open(Limits::default()).await).await;
            }

            #[tokio::test]
            async fn a_peer_that_takes_nothing_is_a_timeout() {
                super::a_peer_that_takes_nothing_is_a_timeout(&mut $open(hasty()).await).await;
            }

            #[tokio::test]
            async fn close_ends_the_stream_after_the_last_frame() {
                super::close_ends_the_stream_after_the_last_frame($open(Limits::default()).await).await;
            }

            #[tokio::test]
            async fn a_question_is_flushed_by_waiting_for_its_answer() {
                super::a_question_is_flushed_by_waiting_for_its_answer(&mut $open(Limits::default()).await).await;
            }

            #[tokio::test]
            async fn a_dropped_recv_loses_no_byte() {
                super::a_dropped_recv_loses_no_byte(&mut $open(Limits::default()).await).await;
            }
        }
    };
}

suite!(loopback, over_loopback);
suite!(memory_twin, in_memory);

#[tokio::test]
async fn a_memory_channel_breaks_at_the_byte_it_was_told() {
    // 14 bytes are one frame of 10; the second is cut in its middle, the third in the middle of its length.
    for (after, whole) in [(0, 0), (3, 0), (13, 0), (14, 1), (20, 1), (30, 2)] {
        let (mut near, mut far) = memory::pair_with(&Limits::default(), Cut::after(after));
        let mut sent = Ok(());
        for _ in 0..3 {
            near.send(&[1; 10]).await.expect("queued");
            sent = near.flush().await;
        }
        assert!(matches!(sent, Err(Error::Closed)), "{after}: {sent:?}");
        for _ in 0..whole {
            assert_eq!(far.recv(10, PATIENCE).await.expect("received").expect("a frame"), [1; 10], "{after}");
        }
        let end = far.recv(10, PATIENCE).await;
        if after == 14 || after == 0 {
            assert!(matches!(end, Ok(None)), "{after}: {end:?}");
        } else {
            assert!(matches!(end, Err(Error::Closed)), "{after}: {end:?}");
        }
    }
}

#[tokio::test]
async fn a_cut_wakes_the_side_that_only_listens() {
    let (near, far) = memory::pair_with(&Limits::default(), Cut::after(10));
    let (mut sender, mut receiver) = near.split();
    let waiting = tokio::spawn(async move { receiver.recv(MIB, PATIENCE).await });
    tokio::task::yield_now().await;
    sender.send(&[0; 100]).await.expect("queued");
    assert!(sender.flush().await.is_err());
    let end = tokio::time::timeout(Duration::from_secs(2), waiting).await.expect("woken").expect("no panic");
    assert!(matches!(end, Err(Error::Closed)), "{end:?}");
    drop(far);
}

#[tokio::test]
async fn a_memory_net_finds_by_name_and_keeps_the_bounds() {
    let net = MemoryNet::new();
    let limits = Limits { streams_per_peer: 2, accept_queue: 3, ..Limits::default() };
    let (goma, bukavu) = (net.listen("goma", limits.clone()), net.listen("bukavu", limits));
    assert_eq!(goma.dial("nowhere").await.expect_err("nobody").code(), "refused");
    assert_eq!(goma.dial("goma").await.expect_err("itself").code(), "own_address");
    let mut channel = goma.dial("bukavu").await.expect("connects");
    let mut other = bukavu.accept().await.expect("a channel");
    assert_eq!((other.remote(), channel.remote_addr()), (goma.local_peer(), "bukavu"));
    other.send(b"from bukavu").await.expect("sent");
    other.flush().await.expect("flushed");
    assert_eq!(channel.recv(MIB, PATIENCE).await.expect("received").expect("a frame"), b"from bukavu");

    let second = goma.dial("bukavu").await.expect("a second channel");
    assert_eq!(goma.dial("bukavu").await.expect_err("a third").code(), "busy");
    drop((second, bukavu.accept().await));
    goma.dial("bukavu").await.expect("a place was given back");

    bukavu.stop().await;
    assert_eq!(goma.dial("bukavu").await.expect_err("gone").code(), "refused");
    assert_eq!(bukavu.dial("goma").await.expect_err("stopped").code(), "stopped");
}

#[tokio::test]
#[ignore = "prints a measure"]
async fn measure_dial_bulk_and_ping() {
    let config = || Config { listen: vec!["127.0.0.1:0".into()], ..Config::new(Psk::new([7; 32])) };
    let server = Transport::start(config()).await.expect("starts");
    let client = Transport::start(config()).await.expect("starts");
    for what in ["connection and channel", "another channel"] {
        let began = std::time::Instant::now();
        let channel = client.dial(&server.listening()[0]).await.expect("connects");
        println!("{what} {:.1} ms", began.elapsed().as_secs_f64() * 1e3);
        drop((channel, server.accept().await));
    }
    let Ends { mut near, mut far, _net } = over_loopback(Limits::default()).await;
    let began = std::time::Instant::now();
    let total = 200;
    let send = async {
        let frame = vec![7; MIB];
        for _ in 0..total {
            near.send(&frame).await.expect("sent");
        }
        near.flush().await.expect("flushed");
    };
    let receive = async {
        for _ in 0..total {
            far.recv(MIB, PATIENCE).await.expect("received").expect("a frame");
        }
    };
    tokio::join!(send, receive);
    println!("bulk {:.0} MiB/s", f64::from(total) / began.elapsed().as_secs_f64());
    let began = std::time::Instant::now();
    for _ in 0..1_000 {
        carry(&mut near, &mut far, b"ping").await;
        carry(&mut far, &mut near, b"pong").await;
    }
    println!("ping {:.0} us", began.elapsed().as_secs_f64() * 1e3);
}

/// What the node's engine does, over any endpoint.
async fn an_echo_serves_any_endpoint<E: transport::Endpoint>(server: E, client: E) {
    let addr = server.listening().remove(0);
    let serving = tokio::spawn(async move {
        while let Some(mut channel) = server.accept().await {
            while let Some(frame) = channel.recv(MIB, PATIENCE).await.expect("received") {
                channel.send(&frame).await.expect("sent");
            }
            channel.close().await.expect("closed");
            server.stop().await;
        }
        server.local_peer()
    });
    let (mut sender, mut receiver) = client.dial(&addr).await.expect("connects").split();
    sender.send(b"echo").await.expect("sent");
    sender.close().await.expect("closed");
    assert_eq!(receiver.recv(MIB, PATIENCE).await.expect("received").expect("a frame"), b"echo");
    assert!(receiver.recv(MIB, PATIENCE).await.expect("received").is_none());
    assert_eq!(serving.await.expect("no panic"), receiver.remote());
    assert_eq!(client.dial(&addr).await.expect_err("stopped").code(), "refused");
}

#[tokio::test]
async fn an_engine_runs_over_the_network_or_in_memory() {
    let net = MemoryNet::new();
    let limits = Limits::default;
    an_echo_serves_any_endpoint(net.listen("server", limits()), net.listen("client", limits())).await;
    let start = |listen| Transport::start(Config { listen, ..Config::new(Psk::new([3; 32])) });
    let server = start(vec!["127.0.0.1:0".into()]).await.expect("starts");
    an_echo_serves_any_endpoint(server, start(Vec::new()).await.expect("starts")).await;
}

async fn both_sides_may_send_much_and_then_wait(ends: Ends) {
    let Ends { near, far, _net } = ends;
    let one_side = |mut channel: Channel| async move {
        // Within one send's patience nobody reads; then both wait for the other with a full queue.
        let frame = vec![5; 400_000];
        let _ = channel.send(&frame).await;
        let received = channel.recv(MIB, PATIENCE).await.expect("received").expect("a frame");
        channel.flush().await.expect("flushed");
        received.len()
    };
    let (one, other) = tokio::join!(one_side(near), one_side(far));
    assert_eq!((one, other), (400_000, 400_000));
}

#[tokio::test]
async fn two_full_queues_do_not_block_each_other() {
    let hasty = Limits { send_timeout_ms: 200, ..Limits::default() };
    both_sides_may_send_much_and_then_wait(in_memory(hasty.clone()).await).await;
    both_sides_may_send_much_and_then_wait(over_loopback(hasty).await).await;
}

/// Sends until the line breaks or all is said; gives the frames that arrived, and how the stream ended.
async fn over_a_line_that_breaks(frames: &[Vec<u8>], cut: Cut) -> (Vec<Vec<u8>>, Result<(), Error>) {
    let (mut near, mut far) = memory::pair_with(&Limits::default(), cut);
    let send = async move {
        for frame in frames {
            near.send(frame).await?;
        }
        near.close().await
    };
    let receive = async {
        let mut arrived = Vec::new();
        loop {
            match far.recv(MIB, PATIENCE).await {
                Ok(Some(frame)) => arrived.push(frame),
                Ok(None) => return (arrived, Ok(())),
                Err(error) => return (arrived, Err(error)),
            }
        }
    };
    tokio::join!(send, receive).1
}

proptest! {
    #[test]
    fn wherever_a_line_breaks_a_prefix_of_the_frames_arrives(
        frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..20),
        break_at in 0.0..1.2_f64,
    ) {
        let ends: Vec<u64> = frames
            .iter()
            .scan(0, |end, frame| { *end += (FRAME_PREFIX_BYTES + frame.len()) as u64; Some(*end) })
            .collect();
        let total = ends.last().copied().unwrap_or(0);
        let after = (total as f64 * break_at) as u64;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let (arrived, end) = runtime.block_on(over_a_line_that_breaks(&frames, Cut::after(after)));
        let whole = ends.iter().filter(|end| **end <= after).count();
        prop_assert_eq!(&arrived, &frames[..whole]);
        let between_frames = after >= total || after == 0 || ends.contains(&after);
        prop_assert_eq!(end.is_ok(), between_frames, "{:?}", end);
    }
}
