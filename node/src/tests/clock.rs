//! A home on a machine whose clock is wrong, by its requests.

use std::sync::atomic::{AtomicI64, Ordering};

use crdt_model::edit::Edit;
use serde_json::json;

use super::*;
use crate::api::node::Node;
use crate::api::{Envelope, Request, Secret, Service};
use crate::clock::{Boot, DAY_MS, Machine, Reading};

/// 2026-11-29: the program is a month older.
const TRUE_MS: i64 = 1_795_910_400_000;
const BUILT_MS: i64 = TRUE_MS - 30 * DAY_MS;
/// 2000-01-01.
const DEAD_MS: i64 = 946_684_800_000;
const HOUR_MS: i64 = 3_600_000;

/// A node on a machine with a clock that tests set.
struct Desk {
    node: Node,
    wall_ms: Arc<AtomicI64>,
    folder: TempDir,
}

fn desk(wall_ms: i64) -> Desk {
    let wall_ms = Arc::new(AtomicI64::new(wall_ms));
    let folder = TempDir::new().expect("a folder");
    let clock = Arc::clone(&wall_ms);
    let boot = Some(Boot { id: [1; 16], ms: HOUR_MS });
    let machine = Machine::of(BUILT_MS, move || Reading { wall_ms: clock.load(Ordering::SeqCst), boot });
    let node = Node::open(&folder.path().join("home")).expect("a node").on(machine);
    Desk { node, wall_ms, folder }
}

impl Desk {
    fn ask(&self, request: Request) -> Result<Json, Failure> {
        let envelope = Envelope {
            lang: "en".into(),
            member: None,
            passphrase: Some(Secret::new("a long enough passphrase".into())),
            now_ms: None,
            request,
        };
        self.node.handle(envelope, &mut |_| {})
    }

    fn set(&self, at_ms: i64, before_home: bool) -> Result<Json, Failure> {
        self.ask(Request::ClockSet { at_ms: Some(at_ms), sure: false, before_home })
    }

    fn init(&self) -> Result<Json, Failure> {
        self.ask(Request::Init {
            org: "Essai".into(),
            site: "JER".into(),
            member: "Rose".into(),
            roots: None,
            zone: None,
        })
    }

    fn new_case(&self) -> Result<Json, Failure> {
        self.ask(Request::CaseNew { case: Box::new(complaint()), seal: Default::default() })
    }

    fn received(&self) -> String {
        let shown = self.ask(Request::CaseShow { r#ref: "@last".into() }).expect("shown");
        shown["received_at"].as_str().expect("a time").to_owned()
    }
}

fn code(told: Result<Json, Failure>) -> &'static str {
    told.map_or_else(|failure| failure.code, |_| "done")
}

#[test]
fn a_home_is_made_by_what_a_person_said_of_the_clock_and_keeps_it() {
    let desk = desk(DEAD_MS);
    assert_eq!(code(desk.init()), "clock_wrong");
    assert!(!desk.folder.path().join("home/keys.boucle").exists());
    // for no home there is nothing to set
    assert_eq!(code(desk.set(TRUE_MS, false)), "not_initialised");
    assert_eq!(code(desk.set(BUILT_MS - 2 * DAY_MS, true)), "clock_wrong");
    desk.set(TRUE_MS, true).expect("kept for the home to come");
    desk.init().expect("made");
    desk.new_case().expect("written");
    assert!(desk.received().starts_with("2026-11-29"), "{}", desk.received());
    // in the home, not in the process
    let Desk { node, wall_ms, folder } = desk;
    let machine = node.machine.clone();
    drop(node);
    let node = Node::open(&folder.path().join("home")).expect("a node").on(machine);
    let desk = Desk { node, wall_ms, folder };
    desk.new_case().expect("written");
    assert!(desk.received().starts_with("2026-11-29"), "{}", desk.received());
    // set right within one start of the machine
    desk.wall_ms.store(TRUE_MS + DAY_MS, Ordering::SeqCst);
    let told = desk.new_case().expect("written");
    assert!(told["warnings"].to_string().contains("clock_mended"), "{told}");
    assert!(desk.received().starts_with("2026-11-30"), "{}", desk.received());
    assert_eq!(desk.ask(Request::Status).expect("told")["clock"]["offset_ms"], 0);
    let told = desk.new_case().expect("written");
    assert!(!told["warnings"].to_string().contains("clock_mended"), "said once: {told}");
}

#[test]
fn an_invitation_is_not_expired_because_a_battery_died_or_a_clock_ran_ahead() {
    let host = desk(TRUE_MS);
    host.init().expect("made");
    let invite =
        Request::Invite { site: "JER".into(), role: "operator".into(), expires_ms: Some(7 * DAY_MS), out: None };
    let invitation = host.ask(invite).expect("invited")["invitation"].as_str().expect("a text").to_owned();
    let join = |desk: &Desk| {
        code(desk.ask(Request::Join { invitation: Secret::new(invitation.clone()), member: "Ali".into() }))
    };
    assert_eq!(join(&desk(DEAD_MS)), "clock_wrong");
    assert_eq!(join(&desk(TRUE_MS + 36_600 * DAY_MS)), "clock_wrong");
    assert_eq!(join(&desk(TRUE_MS + 8 * DAY_MS)), "invitation_expired");
    assert_eq!(join(&desk(TRUE_MS + 6 * DAY_MS)), "done");
}

#[test]
fn what_the_node_writes_by_itself_takes_the_newest_certain_time_while_the_clock_is_not_believed() {
    let desk = desk(TRUE_MS);
    desk.init().expect("made");
    desk.new_case().expect("written");
    desk.wall_ms.store(DEAD_MS, Ordering::SeqCst);
    let log = desk.node.held().expect("open");
    assert_eq!(crate::log::now::now_ms(&log), TRUE_MS);
    assert_eq!(code(desk.new_case()), "clock_wrong");
    // a clock that lost ten minutes or less is one as any other
    desk.wall_ms.store(TRUE_MS - 9 * 60_000, Ordering::SeqCst);
    desk.new_case().expect("written");
}

#[test]
fn entries_of_a_wrong_clock_are_told_once_a_device_and_never_make_ours_suspect() {
    let desk = desk(TRUE_MS);
    desk.init().expect("made");
    for years in [100, 100, 90] {
        desk.wall_ms.store(TRUE_MS + years * 366 * DAY_MS, Ordering::SeqCst);
        let told = desk.new_case().expect("a complaint is taken whatever the clock says");
        assert!(told["warnings"].to_string().contains("clock_ahead"), "{told}");
    }
    desk.wall_ms.store(TRUE_MS, Ordering::SeqCst);
    let status = || desk.ask(Request::Status).expect("told");
    assert_eq!(status()["clock"]["suspect"], false);
    assert_eq!(status()["alarms"].as_array().map(Vec::len), Some(1), "{}", status());
    assert_eq!((&status()["alarms"][0]["entries"], &status()["overdue"]), (&json!(3), &json!(3)));
    desk.ask(Request::ClockAccept { who: Some("rose".into()) }).expect("seen to");
    assert_eq!(status()["alarms"], json!([]));
    // an entry of before there was any copy of this program
    let log = desk.node.held().expect("open");
    let reader = log.reader(&log.unlocked()[0]).expect("unlocked");
    let note = Edit::Note { text: Words::from("vieux") };
    crate::writes::act(&log, &mut locked(&reader), "@last", &note, DEAD_MS).expect("written");
    assert_eq!(status()["alarms"][0]["code"], "entry_behind_here", "{}", status());
    desk.ask(Request::ClockAccept { who: None }).expect("seen to");
    assert_eq!(status()["alarms"], json!([]));
}
