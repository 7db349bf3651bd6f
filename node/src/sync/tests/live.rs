//! What is written on one live node is on all that are connected, soon and cheaply.

use super::*;

/// Who calls whom.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// Each the one before it.
    Row,
    /// Everybody the first.
    Star,
    /// Everybody everybody: a local network.
    Mesh,
}

impl Shape {
    fn neighbours(self, n: usize) -> Vec<usize> {
        match self {
            Self::Row => n.checked_sub(1).into_iter().collect(),
            Self::Star => (n > 0).then_some(0).into_iter().collect(),
            Self::Mesh => (0..n).collect(),
        }
    }
}

/// So many homes of one organisation that hold the same.
fn homes(count: usize) -> Vec<Home> {
    let founder = founded();
    let mut homes: Vec<Home> =
        (1..count).map(|n| joined(&founder.invite("cfm_manager"), &format!("Ali {n}"))).collect();
    homes.insert(0, founder);
    loop {
        for n in 1..count {
            carry(&homes[n], &homes[0]);
            homes[0].housekeeping();
            carry(&homes[0], &homes[n]);
            homes[n].housekeeping();
        }
        let first = homes[0].fingerprints();
        if homes.iter().all(|home| home.fingerprints() == first) {
            return homes;
        }
    }
}

fn are_equal(homes: &[Home]) -> bool {
    let first = homes[0].fingerprints();
    homes.iter().all(|home| home.fingerprints() == first)
}

fn connected(homes: &[Home], shape: Shape, settings: &Settings) -> Vec<Engine> {
    let (mut engines, mut addrs) = (Vec::new(), Vec::<String>::new());
    for (n, home) in homes.iter().enumerate() {
        let peers: Vec<&str> = shape.neighbours(n).into_iter().map(|m| addrs[m].as_str()).collect();
        let (engine, addr) = node(home, &peers, settings.clone());
        engines.push(engine);
        addrs.push(addr);
    }
    let lines: usize = 2 * (0..homes.len()).map(|n| shape.neighbours(n).len()).sum::<usize>();
    let in_touch = || engines.iter().map(|engine| locked(&engine.inner.lines).len()).sum::<usize>();
    until("everybody is in touch with their neighbours", || in_touch() == lines && are_equal(homes));
    engines
}

/// Sessions called, bytes of sessions, announcements, of all together.
fn traffic(engines: &[Engine]) -> (u64, u64, u64) {
    let counts = engines.iter().map(|engine| engine.inner.traffic.counts());
    counts.fold((0, 0, 0), |sum, (called, _, bytes, news)| (sum.0 + called, sum.1 + bytes / 2, sum.2 + news))
}

/// Waits until nothing is said any more.
fn settled(engines: &[Engine]) -> (u64, u64, u64) {
    let mut before = traffic(engines);
    loop {
        std::thread::sleep(Duration::from_millis(400));
        let now = traffic(engines);
        if now == before {
            return now;
        }
        before = now;
    }
}

fn minus(a: (u64, u64, u64), b: (u64, u64, u64)) -> (u64, u64, u64) {
    (a.0 - b.0, a.1 - b.1, a.2 - b.2)
}

fn live() -> Settings {
    Settings { release_ms: 0, ..settings() }
}

/// Writes a case at one node, and gives how long it took to all, and what it cost.
fn spread(homes: &[Home], engines: &[Engine], at: usize) -> (Duration, (u64, u64, u64)) {
    let before = settled(engines);
    let began = Instant::now();
    homes[at].case("Inventé.");
    let wanted = homes[at].fingerprints();
    until("it is everywhere", || homes.iter().rev().all(|home| home.fingerprints() == wanted));
    let took = began.elapsed();
    (took, minus(settled(engines), before))
}

fn reaches_everybody(shape: Shape, count: usize) {
    let homes = homes(count);
    let engines = connected(&homes, shape, &live());
    for at in [0, count - 1, count / 2] {
        let (took, (sessions, bytes, news)) = spread(&homes, &engines, at);
        println!("{shape:?} of {count} from {at}: {took:?}, {sessions} sessions, {bytes} bytes, {news} announcements");
        assert!(took < Duration::from_secs(5), "{took:?}");
        // one for each that lacked it; now and then two ask at once
        assert!(sessions >= 1 && sessions < 2 * count as u64, "{sessions} sessions for {count} nodes");
    }
    engines.iter().for_each(Engine::stop);
}

#[test]
fn a_case_reaches_both_ends_of_a_row() {
    reaches_everybody(Shape::Row, 6);
}

#[test]
fn a_case_reaches_every_point_of_a_star() {
    reaches_everybody(Shape::Star, 6);
}

#[test]
fn where_everybody_is_connected_each_fetches_a_case_once() {
    reaches_everybody(Shape::Mesh, 6);
}

#[test]
fn a_section_that_is_missing_comes_over_a_line_without_anybody_asking() {
    let homes = homes(2);
    let engines = connected(&homes, Shape::Row, &live());
    settled(&engines);
    engines.iter().for_each(Engine::stop);
    let held = homes[1].entries();
    let case = homes[0].case("ce qui manque");
    let bare = homes[0].entries().into_iter().filter(|bytes| !held.contains(bytes)).map(|bytes| {
        let mut entry = crdt_model::entry::Entry::decode(&bytes).expect("an entry");
        (0..4).for_each(|layer| entry.drop_section(layer));
        entry.encode()
    });
    let bare: Vec<Vec<u8>> = bare.collect();
    crate::log::admission::ingest(&homes[1].log, &bare, Some(homes[0].log.device), NOW).expect("ingested");
    assert!(are_equal(&homes), "the frontiers tell no difference");
    let digest = |home: &Home| {
        let offer = release::Offer { member: true, explicit: false, release_ms: 0, now_ms: NOW };
        sync::news::digest(&home.log.org, &crate::sync::release::would_offer(&home.log, &offer).expect("readable"))
    };
    assert_ne!(digest(&homes[0]), digest(&homes[1]), "the announcements do");
    let engines = connected(&homes, Shape::Row, &live());
    until("the section is there", || digest(&homes[0]) == digest(&homes[1]));
    assert!(homes[1].read(&case).contains("ce qui manque"));
    engines.iter().for_each(Engine::stop);
}

/// Bytes that loopback has carried, headers included; in a namespace of its own that is ours alone.
fn carried() -> u64 {
    let table = std::fs::read_to_string("/proc/self/net/dev").unwrap_or_default();
    let row = table.lines().find_map(|line| line.trim().strip_prefix("lo:"));
    row.and_then(|row| row.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The figures of docs/ARCHITECTURE.md: `unshare -n sh -c 'ip link set lo up; exec … --ignored figures --nocapture'`.
#[test]
#[ignore = "measures"]
fn figures() {
    for (shape, count) in [(Shape::Row, 8), (Shape::Star, 8), (Shape::Mesh, 8), (Shape::Mesh, 16)] {
        let homes = homes(count);
        let engines = connected(&homes, shape, &live());
        settled(&engines);
        let (mut times, mut sum, before) = (Vec::new(), (0, 0, 0), carried());
        for at in (0..count).cycle().take(10) {
            let (took, cost) = spread(&homes, &engines, at);
            times.push(took.as_millis());
            sum = (sum.0 + cost.0, sum.1 + cost.1, sum.2 + cost.2);
        }
        times.sort_unstable();
        println!(
            "{shape:?} {count}: p50 {} ms, max {} ms; per case {} sessions, {} B of sessions, {} announcements, {} B on the wire",
            times[5],
            times[9],
            sum.0 / 10,
            sum.1 / 10,
            sum.2 / 10,
            (carried() - before) / 10
        );
        engines.iter().for_each(Engine::stop);
    }
}

#[test]
fn a_pair_has_one_line_whoever_called_and_idle_nodes_hold_no_sessions() {
    let homes = homes(2);
    let (one, first) = node(&homes[0], &[], live());
    let (other, second) = node(&homes[1], &[&first], live());
    // now the first calls the second too
    one.inner.named.lock().expect("not poisoned").insert(second.clone());
    {
        let runtime = locked(&one.runtime);
        let runtime = runtime.as_ref().expect("running");
        runtime.spawn(Arc::clone(&one.inner).keep(second, Keep::Always));
    }
    let engines = [one, other];
    let in_touch = || engines.iter().all(|engine| locked(&engine.inner.lines).len() == 1);
    until("they are in touch", in_touch);
    let quiet = settled(&engines);
    until("one line stays", in_touch);
    let by_us: Vec<bool> = engines
        .iter()
        .flat_map(|engine| locked(&engine.inner.lines).values().map(Held::by_us).collect::<Vec<_>>())
        .collect();
    assert_ne!(by_us[0], by_us[1], "both see the same line");
    assert_eq!(settled(&engines).0, quiet.0, "nobody asks for what nobody has");
    assert_eq!(spread(&homes, &engines, 0).1.0, 1, "and what one writes the other fetches once");
}

#[test]
fn a_peer_that_falls_silent_is_noticed_and_called_again() {
    let homes = homes(2);
    let brisk = Settings { heartbeat: Duration::from_millis(200), heard_within: Duration::from_millis(700), ..live() };
    // the other side never repeats itself: to us that is silence
    let mute = Settings { heartbeat: Duration::from_secs(600), heard_within: Duration::from_secs(600), ..live() };
    let (_served, addr) = node(&homes[0], &[], mute);
    let (calling, _) = node(&homes[1], &[&addr], brisk);
    let number = || locked(&calling.inner.lines).values().next().map(Held::number);
    until("they are in touch", || number().is_some());
    let first = number();
    until("the line is a new one", || number().is_some_and(|now| Some(now) != first));
}

#[test]
fn announcements_from_whoever_is_no_member_count_for_nothing() {
    let (founder, stranger) = (founded(), founded());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (served, _) = node(&founder, &[], live());
    let talk = Arc::new(SessionContext::new(Arc::clone(&stranger.log), Some(|| NOW), RELEASE_MS));
    let (near, far) = pair();
    let refused = runtime.block_on(async {
        let serving = tokio::spawn(Arc::clone(&served.inner).serve(far));
        let refused = meet(&talk, near, Role::Initiator).await.map(|_| ()).expect_err("a stranger");
        serving.await.expect("no panic");
        refused
    });
    assert_eq!(refused.code, "peer_refused");
    assert!(locked(&served.inner.lines).is_empty());
}

/// A member's device with a program of its own, on one end of a channel; the other end is served.
async fn hostile(from: &Home, served: &Engine) -> Channel {
    let talk = Arc::new(SessionContext::new(Arc::clone(&from.log), Some(|| NOW), RELEASE_MS));
    let (near, far) = pair();
    tokio::spawn(Arc::clone(&served.inner).serve(far));
    meet(&talk, near, Role::Initiator).await.expect("a member").channel
}

async fn goodbye(channel: &mut Channel) -> Option<String> {
    loop {
        match channel.recv(1 << 20, Duration::from_secs(20)).await {
            Ok(Some(frame)) => match sync::message::Message::from_frame(&frame) {
                Ok(sync::message::Message::Bye { code }) => return Some(code),
                _ => continue,
            },
            _ => return None,
        }
    }
}

#[test]
fn a_member_that_cries_wolf_loses_its_line_and_costs_few_sessions() {
    let homes = homes(2);
    let (served, _) = node(&homes[0], &[], live());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut channel = hostile(&homes[1], &served).await;
        for n in 0..=limits::NEWS_HEARD_MAX + 1 {
            let mut digest = [0xee; 32];
            digest[..4].copy_from_slice(&n.to_be_bytes());
            if channel.send(&News { digest }.to_frame()).await.is_err() || channel.flush().await.is_err() {
                break;
            }
        }
        assert_eq!(goodbye(&mut channel).await, None, "the line is closed");
    });
    until("the line is gone", || locked(&served.inner.lines).is_empty());
    let tried = served.inner.sessions_ended.borrow().to_owned() + locked(&served.inner.busy).len() as u64;
    assert!(tried <= 3, "{tried} sessions because of cries");
}

#[test]
fn what_is_no_announcement_ends_a_line_and_nothing_else() {
    let homes = homes(2);
    let (served, _) = node(&homes[0], &[], live());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    for garbage in [vec![0; 40], vec![0x83, 11, 2], vec![7; 4_000]] {
        runtime.block_on(async {
            let mut channel = hostile(&homes[1], &served).await;
            for frame in [News { digest: [1; 32] }.to_frame(), garbage] {
                channel.send(&frame).await.expect("queued");
            }
            channel.flush().await.expect("sent");
            assert_eq!(goodbye(&mut channel).await, None);
        });
        until("the line is gone", || locked(&served.inner.lines).is_empty());
    }
    assert!(served.sync(Some("nobody.invalid:1"), &mut |_| ()).is_err(), "it still answers");
}

#[test]
fn one_device_may_have_four_sessions_at_once_and_others_are_still_served() {
    let homes = homes(3);
    let (served, addr) = node(&homes[0], &[], live());
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut held = Vec::new();
        for _ in 0..limits::SESSIONS_PER_DEVICE_MAX {
            let mut channel = hostile(&homes[1], &served).await;
            // begins a session and never goes on
            let status = sync::message::Message::Status(sync::message::Status {
                membership: [1; 32],
                rest: [2; 32],
                gaps: Default::default(),
                wants: [0; 32],
                explicit: false,
                too_many: false,
                base: [0; 32],
                hints: Vec::new(),
            });
            channel.send(&status.to_frame()).await.expect("queued");
            channel.flush().await.expect("sent");
            channel.recv(1 << 20, Duration::from_secs(20)).await.expect("its status");
            held.push(channel);
        }
        let mut one_more = hostile(&homes[1], &served).await;
        one_more.send(&[1]).await.expect("queued");
        one_more.flush().await.expect("sent");
        assert_eq!(goodbye(&mut one_more).await.as_deref(), Some("busy"));
    });
    assert_eq!(sync(&dialler(&homes[2]), &addr)["equal"], true, "somebody else is served meanwhile");
}

#[test]
fn a_device_that_floods_is_slowed_and_arrives_all_the_same() {
    let (founder, newcomer) = two_equal();
    newcomer.fill(1_200, 1_000);
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let talk = |home: &Home| Arc::new(SessionContext::new(Arc::clone(&home.log), Some(|| NOW), 0));
    let (served, calling) = (talk(&founder), talk(&newcomer));
    // it has just brought a great deal
    served.spend(newcomer.log.device);
    let channels = pair();
    let began = Instant::now();
    let (ours, theirs) = runtime.block_on(async {
        let calling = converse(&calling, channels.0, Role::Initiator, false, &|_| ());
        let serving = converse(&served, channels.1, Role::Responder, false, &|_| ());
        tokio::join!(calling, serving)
    });
    assert!(ours.expect("synced").report.equal && theirs.expect("synced").report.equal);
    assert!(began.elapsed() > Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(founder.fingerprints(), newcomer.fingerprints());
}

#[test]
fn three_inadmissible_entries_end_in_a_ban_and_two_do_not() {
    let (founder, newcomer) = two_equal();
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    for (bad, banned) in [(limits::REFUSED_MAX - 1, false), (limits::REFUSED_MAX, true)] {
        let (served, _) = node(&founder, &[], live());
        let scope = crdt_model::roster::site_scope(&founder.log.org, "REG");
        runtime.block_on(async {
            let mut channel = hostile(&newcomer, &served).await;
            let ours = crate::sync::release::offer(
                &newcomer.log,
                &SessionContext::new(Arc::clone(&newcomer.log), Some(|| NOW), 0).offer(true, false),
            );
            let mut session = sync::Session::new(
                sync::Config::new(founder.log.org, crdt_model::roster::membership_scope(&founder.log.org)),
                None,
            );
            let mut ours = ours.expect("readable");
            // claims a chain that it does not have, and fills it with rubbish
            let chain = crdt_model::values::ChainKey {
                device: newcomer.log.device,
                incarnation: crdt_model::values::Incarnation([7; 8]),
            };
            let tip = crdt_model::frontier::Tip { seq: bad, entry: crdt_model::values::EntryId([7; 32]) };
            let frontier = ours.frontiers.get(&scope).cloned().unwrap_or_default();
            let frontier = frontier.iter().map(|(c, t)| (*c, *t)).chain([(chain, tip)]).collect();
            ours.frontiers.insert(scope, frontier);
            let mut inputs = std::collections::VecDeque::from([sync::Input::Start(ours.clone())]);
            'session: loop {
                while let Some(input) = inputs.pop_front() {
                    session.handle(input);
                    while let Some(output) = session.poll() {
                        match output {
                            sync::Output::Send(frame) => channel.send(&frame).await.expect("queued"),
                            sync::Output::Need { scope, suffix, .. } => {
                                let entries = (suffix.after..suffix.upto).map(|n| vec![n as u8; 100]).collect();
                                let supply = sync::Supply { entries, reached: suffix.upto, ..Default::default() };
                                inputs.push_back(sync::Input::Supplied { scope, supply });
                            }
                            sync::Output::Ingest { scope, entries, .. } => {
                                let accepted = entries.len() as u64;
                                let (refused, resend) = (Vec::new(), Vec::new());
                                inputs.push_back(sync::Input::Ingested { scope, accepted, refused, resend });
                            }
                            sync::Output::AskFrontiers => inputs.push_back(sync::Input::Frontiers(ours.clone())),
                            sync::Output::NeedSections { .. } | sync::Output::Fill { .. } => {
                                unreachable!("all are whole")
                            }
                            sync::Output::Finished(_) => break 'session,
                        }
                    }
                }
                channel.flush().await.expect("sent");
                let frame = channel.recv(1 << 20, Duration::from_secs(20)).await.ok().flatten();
                inputs.push_back(frame.map_or(sync::Input::Closed, sync::Input::Frame));
            }
        });
        until("the session is over", || locked(&served.inner.busy).is_empty());
        assert_eq!(served.inner.talk.is_banned(&newcomer.log.device), banned, "{bad} bad entries");
        if banned {
            let (near, far) = pair();
            let talk = Arc::new(SessionContext::new(Arc::clone(&newcomer.log), Some(|| NOW), RELEASE_MS));
            let code = runtime.block_on(async {
                tokio::spawn(Arc::clone(&served.inner).serve(far));
                // the handshake itself goes well; nothing follows it
                let mut met = meet(&talk, near, Role::Initiator).await.expect("a member once");
                met.channel.send(&News { digest: [1; 32] }.to_frame()).await.expect("queued");
                let _ = met.channel.flush().await;
                goodbye(&mut met.channel).await
            });
            assert!(code.is_none_or(|code| code != "double"));
            assert!(locked(&served.inner.lines).is_empty(), "no line with who is banned");
        }
    }
}
