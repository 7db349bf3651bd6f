//! A change before Automerge sees it. The checksum is set right, or the search would stop at it.
//!
//! First byte: which document it arrives at, by whom, into the box or not. The rest: the change from its type byte on.

use std::sync::LazyLock;

use crdt_model::gate::{AnyKey, CheckedChange, Expect, LayerHistory, check_change, shadow_apply};
use crdt_model::layer::{LayerDoc, LayerOp, Value};
use crdt_model::values::ActorId;
use sha2::{Digest, Sha256};

use crate::Seed;

const CLERK: ActorId = ActorId([0x11; 16]);
const OFFICER: ActorId = ActorId([0x88; 16]);
/// Who drops a slip into the box: an actor of its own each time, as the sequence number is part of its id.
const SLIP: ActorId = ActorId([0x44; 16]);
const FOLLOWER: ActorId = ActorId([0x5f; 16]);

/// A document: what was written, in order.
#[derive(Default)]
struct World {
    changes: Vec<CheckedChange>,
    history: LayerHistory,
}

impl World {
    fn draft(&self, actor: ActorId, upto: usize, ops: &[LayerOp]) -> Vec<u8> {
        let doc = LayerDoc::build(&self.changes[..upto]).expect("a past in order");
        doc.author(actor, ops).expect("the operations fit")
    }

    fn write(&mut self, actor: ActorId, upto: usize, ops: &[LayerOp]) {
        let bytes = self.draft(actor, upto, ops);
        let expect = Expect { actor, drop_box: false, visible: &|_| true };
        let change = check_change(&bytes, &expect, &self.history, &AnyKey).expect("an authored change passes");
        self.history.insert(&change).expect("its past is here");
        self.changes.push(change);
    }
}

fn put(key: &str, value: Value) -> LayerOp {
    LayerOp::Put { key: key.to_owned(), value }
}

fn text(key: &str, value: &str) -> LayerOp {
    put(key, Value::Text(value.to_owned()))
}

/// Nothing yet; and a document of two who partly did not see each other.
static WORLDS: LazyLock<[World; 2]> = LazyLock::new(|| {
    let mut world = World::default();
    world.write(
        CLERK,
        0,
        &[text("status", "open"), put("week", Value::Int(202_647)), put("urgent", Value::Bool(false))],
    );
    world.write(CLERK, 1, &[text("status", "assigned"), put("fact/1", Value::Bytes(vec![0x82, 1, 2]))]);
    world.write(OFFICER, 1, &[text("status", "referred"), LayerOp::Delete { key: "urgent".to_owned() }]);
    world.write(CLERK, 3, &[text("note", "é – ü – 漢")]);
    [World::default(), world]
});

fn with_checksum(body: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest(body);
    [&[0x85, 0x6f, 0x4a, 0x83], &hash[..4], body].concat()
}

/// What passes can be held, saved, loaded and built upon.
pub fn run(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let world = &WORLDS[usize::from(choice & 1)];
    let actor = match (choice & 4, choice & 2) {
        (0, 0) => CLERK,
        (0, _) => OFFICER,
        _ => SLIP,
    };
    let expect = Expect { actor, drop_box: actor == SLIP, visible: &|_| true };
    let bytes = with_checksum(body);
    let Ok(change) = check_change(&bytes, &expect, &world.history, &AnyKey) else { return };
    assert_eq!(change.raw_bytes(), bytes);
    let mut doc = LayerDoc::build(world.changes.iter().chain([&change])).expect("what passed applies");
    // two copies of one home may write one sequence number twice: we hold that, Automerge does not
    if !doc.history().is_forked() {
        let past: Vec<&[u8]> = world.changes.iter().map(CheckedChange::raw_bytes).collect();
        assert_eq!(shadow_apply(&past, &[&bytes]), Ok(()), "what passed is not what Automerge reads");
    }
    let next = doc.author(FOLLOWER, &[text("status", "next"), text("note", "next")]).expect("authored");
    let expect = Expect { actor: FOLLOWER, drop_box: false, visible: &|_| true };
    let next = check_change(&next, &expect, doc.history(), &AnyKey).expect("an authored change passes");
    doc.apply([&next]).expect("applies");
    assert_eq!(doc.rivals()["status"].len(), 1, "the next write settles what was left");
}

/// Changes that pass, on either document.
pub fn seeds() -> Vec<Seed> {
    let mut seeds = Vec::new();
    for (n, world) in WORLDS.iter().enumerate() {
        let all = world.changes.len();
        let many: Vec<_> = (0..20).map(|i| put(&format!("fact/{i}/new"), Value::Int(i * i * i))).collect();
        for (label, actor, upto, ops) in [
            ("one", CLERK, all, vec![text("status", "closed")]),
            ("mixed", OFFICER, all, vec![put("flag", Value::Bool(true)), put("fact/9", Value::Bytes(vec![7; 40]))]),
            ("many", CLERK, all, many),
            ("first", SLIP, 0, vec![text("status", "new"), put("slip/x", Value::Bytes(vec![1; 24]))]),
        ] {
            let by = [CLERK, OFFICER, SLIP].iter().position(|one| *one == actor).expect("one of them") << 1;
            let choice = u8::try_from(n | by).expect("three bits");
            seeds.push((format!("{label}-{n}"), [&[choice], &world.draft(actor, upto, &ops)[8..]].concat()));
        }
    }
    seeds
}
