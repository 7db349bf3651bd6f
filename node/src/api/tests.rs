use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crdt_model::edit::{Edit, NewCase, Telling};
use crdt_model::values::Words;
use serde_json::{Value, json};

use super::socket::{Limits, Server};
use super::*;

/// Answers with what it was asked.
#[derive(Default)]
struct Echo {
    asked: AtomicUsize,
}

impl Service for Echo {
    fn handle(&self, envelope: Envelope, on_progress: &mut dyn FnMut(Progress)) -> Reply {
        self.asked.fetch_add(1, Ordering::SeqCst);
        match &envelope.request {
            Request::CaseShow { r#ref } if r#ref == "slow" => std::thread::sleep(Duration::from_millis(400)),
            Request::CaseShow { r#ref } if r#ref == "panic" => panic!("a bug inside the node"),
            Request::CaseShow { .. } => return Err(Failure::new("ref_not_found").arg("ref", "x").arg("near", "y")),
            Request::CaseList(filter) => {
                let rows = filter.limit.unwrap_or(0);
                return Ok((0..rows).map(|n| json!({"ref": n, "text": "é".repeat(500)})).collect());
            }
            Request::Verify => {
                for done in 1..=3 {
                    on_progress(Progress { what: "entries".into(), done, total: Some(3) });
                    std::thread::sleep(Duration::from_millis(20));
                }
            }
            Request::Outbox => return Ok(json!({"text": "x".repeat(FRAME_BYTES_MAX)})),
            _ => {}
        }
        Ok(json!({"request": envelope.request.name(), "member": envelope.member,
                  "passphrase": envelope.passphrase.as_ref().map(|secret| secret.expose().len())}))
    }
}

fn envelope(request: Request) -> Envelope {
    let passphrase = Some(Secret::new("correct horse battery".into()));
    Envelope { lang: "fr".into(), member: Some("Rose".into()), passphrase, now_ms: None, request }
}

fn serve(home: &Path) -> (Arc<Echo>, Server) {
    let echo = Arc::new(Echo::default());
    let limits =
        Limits { alive_every: Duration::from_millis(20), silence: Duration::from_secs(5), ..Limits::default() };
    (echo.clone(), Server::start_with(home, echo, limits).expect("a fresh home has no socket"))
}

fn ask(home: &Path, request: Request) -> Reply {
    let client = client::try_connect(home).expect("the server listens");
    client.handle(envelope(request), &mut |_| {})
}

fn show(reference: &str) -> Request {
    Request::CaseShow { r#ref: reference.into() }
}

#[test]
fn a_request_is_answered_the_same_through_the_socket() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (echo, _server) = serve(home.path());
    let case = NewCase { text: Some(Words::from("pa gen dlo")), ..NewCase::default() };
    let request = Request::CaseNew { case: Box::new(case), seal: SealOptions::default() };
    let direct = echo.handle(envelope(request.clone()), &mut |_| {});
    assert_eq!(ask(home.path(), request), direct);
    let failed = ask(home.path(), show("JER-104")).expect_err("the echo refuses it");
    assert_eq!(failed, Failure::new("ref_not_found").arg("ref", "x").arg("near", "y"));
    Ok(())
}

#[test]
fn one_connection_carries_many_requests_with_progress_before_each_reply() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, _server) = serve(home.path());
    let client = client::try_connect(home.path()).expect("the server listens");
    for _ in 0..3 {
        let mut steps = Vec::new();
        let reply = client.handle(envelope(Request::Verify), &mut |step| steps.push(step.done));
        assert_eq!(reply.expect("the echo answers")["passphrase"], 21);
        assert_eq!(steps.last(), Some(&3));
    }
    Ok(())
}

#[test]
fn two_clients_are_answered_side_by_side() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, _server) = serve(home.path());
    let slow = client::try_connect(home.path()).expect("the server listens");
    let slow = std::thread::spawn(move || {
        let reply = slow.handle(envelope(show("slow")), &mut |_| {});
        (reply.is_ok(), std::time::Instant::now())
    });
    std::thread::sleep(Duration::from_millis(50));
    assert!(ask(home.path(), Request::Digest).is_ok());
    let quick_done = std::time::Instant::now();
    let (answered, slow_done) = slow.join().expect("no panic");
    assert!(answered && quick_done < slow_done, "the quick request waited for the slow one");
    Ok(())
}

#[test]
fn a_long_listing_arrives_whole_and_in_order() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, _server) = serve(home.path());
    // 20,000 rows of 1 KB exceed one frame.
    let filter = CaseFilter { limit: Some(20_000), ..CaseFilter::default() };
    let Ok(Value::Array(rows)) = ask(home.path(), Request::CaseList(Box::new(filter))) else {
        panic!("a listing is an array")
    };
    assert_eq!(rows.len(), 20_000);
    assert!(rows.iter().enumerate().all(|(n, row)| row["ref"] == n));
    Ok(())
}

#[test]
fn a_reply_beyond_a_frame_is_refused_by_name() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, _server) = serve(home.path());
    let failed = ask(home.path(), Request::Outbox).expect_err("16 MiB and more");
    assert_eq!(failed.code, "reply_too_large");
    Ok(())
}

#[test]
fn oversize_and_senseless_frames_are_refused_and_others_still_answered() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (echo, server) = serve(home.path());
    let refusal = |bytes: &[u8]| -> std::io::Result<String> {
        let mut stream = std::os::unix::net::UnixStream::connect(server.path())?;
        stream.write_all(bytes)?;
        let frame = frame::read(&mut stream).expect("a frame comes back").expect("not the end");
        match serde_json::from_slice(&frame)? {
            frame::Frame::Reply(Err(failure)) => Ok(failure.code.to_owned()),
            other => panic!("{other:?}"),
        }
    };
    let beyond = u32::try_from(FRAME_BYTES_MAX + 1).expect("fits");
    assert_eq!(refusal(&beyond.to_be_bytes())?, "request_too_large");
    assert_eq!(refusal(&u32::MAX.to_be_bytes())?, "request_too_large");
    assert_eq!(refusal(b"\0\0\0\x04null")?, "request_not_understood");
    assert_eq!(refusal(b"\0\0\0\x02\xff\xfe")?, "request_not_understood");
    assert_eq!(refusal(b"\0\0\0\0")?, "request_not_understood");
    // Who leaves in the middle of a frame disturbs nobody.
    std::os::unix::net::UnixStream::connect(server.path())?.write_all(b"\0\0\x01\0{\"la")?;
    assert!(ask(home.path(), Request::Digest).is_ok());
    assert_eq!(echo.asked.load(Ordering::SeqCst), 1);
    Ok(())
}

#[test]
fn a_bug_inside_the_node_fails_one_request_and_not_the_server() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, _server) = serve(home.path());
    assert_eq!(ask(home.path(), show("panic")).expect_err("it panicked").code, "unexpected");
    assert!(ask(home.path(), Request::Digest).is_ok());
    Ok(())
}

#[test]
fn a_stale_socket_is_replaced_and_a_live_one_is_not() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_, server) = serve(home.path());
    let second = Server::start(home.path(), Arc::new(Echo::default())).expect_err("the first one lives");
    assert_eq!(second.code, "already_running");
    let path = server.path().to_owned();
    drop(server);
    assert!(!path.exists() && client::try_connect(home.path()).is_none());

    // A process that was killed leaves its socket file behind.
    drop(std::os::unix::net::UnixListener::bind(&path)?);
    std::fs::write(home.path().join("node.sock.path"), path.as_os_str().as_encoded_bytes())?;
    assert!(path.exists() && client::try_connect(home.path()).is_none());
    let (_echo, _server) = serve(home.path());
    assert!(ask(home.path(), Request::Digest).is_ok());
    Ok(())
}

#[test]
fn a_home_with_a_long_path_has_its_socket_elsewhere() -> std::io::Result<()> {
    let folder = tempfile::tempdir()?;
    let home = folder.path().join("x".repeat(120));
    std::fs::create_dir(&home)?;
    let (_echo, server) = serve(&home);
    assert!(!server.path().starts_with(&home));
    assert!(ask(&home, Request::Digest).is_ok());
    let path = server.path().to_owned();
    drop(server);
    assert!(!path.exists());
    Ok(())
}

#[test]
fn stopping_waits_for_the_request_under_way() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    let (_echo, server) = serve(home.path());
    let client = client::try_connect(home.path()).expect("the server listens");
    let asked = std::thread::spawn(move || client.handle(envelope(show("slow")), &mut |_| {}));
    std::thread::sleep(Duration::from_millis(100));
    drop(server);
    assert!(asked.join().expect("no panic").is_ok());
    Ok(())
}

#[test]
fn a_pointer_without_sense_is_no_node() -> std::io::Result<()> {
    let home = tempfile::tempdir()?;
    for junk in [&b""[..], b"relative/path", b"/\0/x", &[b'/'; 4000]] {
        std::fs::write(home.path().join("node.sock.path"), junk)?;
        assert!(client::try_connect(home.path()).is_none());
    }
    Ok(())
}

#[test]
fn debug_of_an_envelope_shows_neither_words_nor_secrets() {
    let case = NewCase { text: Some(Words::from("canary-words")), ..NewCase::default() };
    let mut envelope = envelope(Request::CaseNew { case: Box::new(case), seal: SealOptions::default() });
    envelope.passphrase = Some(Secret::new("canary-passphrase".into()));
    let shown = format!("{envelope:?}");
    assert!(!shown.contains("canary"), "{shown}");
    let join = Request::Join { invitation: Secret::new("canary-invitation".into()), member: "Ali".into() };
    assert!(!format!("{join:?}").contains("canary"));
}

#[test]
fn every_request_keeps_its_meaning_on_the_wire() -> Result<(), serde_json::Error> {
    let r = || "@last".to_owned();
    let words = || Words::from("mots");
    let all = vec![
        Request::SiteList,
        Request::MemberConfirm { name: "Ali".into(), words: vec!["un".into()] },
        Request::MemberSet { name: r(), speaks: r() },
        Request::Find { what: words(), limit: Some(3) },
        Request::edit(r(), Edit::Ask { of: crdt_model::edit::Whom::Typed(words()), text: words() }),
        Request::edit(r(), Edit::Set { values: vec![("text".into(), words())] }),
        Request::edit(r(), Edit::Act { what: words(), on_behalf_of: Some(words()), due: None }),
        Request::CaseConflicts { r#ref: None },
        Request::edit(r(), Edit::Settle { field: "category".into(), pick: 2 }),
        Request::edit(r(), Edit::Answer(Telling { satisfied: Some("partly".into()), ..Telling::default() })),
        Request::SiteSet { code: r(), zone: Some(r()), name: None, closed: Some(true), hours: Some(r()) },
        Request::Init {
            org: "O".into(),
            site: "JER".into(),
            member: "R".into(),
            roots: Some(Roots { needed: 2, of: 3 }),
            zone: Some("Africa/Bangui".into()),
        },
        Request::Sync { target: None },
        Request::CaseList(Box::new(CaseFilter { overdue: true, ..CaseFilter::default() })),
    ];
    for request in all {
        let sent = envelope(request);
        assert_eq!(serde_json::from_str::<Envelope>(&serde_json::to_string(&sent)?)?, sent);
    }
    Ok(())
}

#[test]
fn the_implemented_names_are_unique() {
    let mut seen = std::collections::BTreeSet::new();
    assert!(commands().all(|name| seen.insert(name)));
    assert!(implemented("case new") && !implemented("breach"));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// Any JSON of moderate size.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,20}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((".{0,8}", inner), 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let read = frame::read(&mut bytes.as_slice());
            if let Ok(Some(body)) = read {
                prop_assert_eq!(&body[..], &bytes[4..4 + body.len()]);
                let _ = serde_json::from_slice::<Envelope>(&body);
                let _ = serde_json::from_slice::<frame::Frame>(&body);
            }
        }

        #[test]
        fn any_reply_arrives_as_it_was_sent(reply in value()) {
            let frames = frame::of_reply(Ok(reply.clone())).map_err(|_| TestCaseError::fail("it fits"))?;
            let bytes: Vec<u8> = frames.iter().flat_map(|frame| frame.iter().copied()).collect();
            let mut stream = bytes.as_slice();
            let body = frame::read(&mut stream).map_err(|_| TestCaseError::fail("a frame"))?.expect("not the end");
            let frame::Frame::Reply(Ok(got)) = serde_json::from_slice(&body)? else {
                return Err(TestCaseError::fail("a reply"));
            };
            prop_assert_eq!(got, reply);
            prop_assert!(stream.is_empty());
        }
    }
}
