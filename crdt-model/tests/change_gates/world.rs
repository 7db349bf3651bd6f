//! Documents to attack: several devices that write one layer, partly without having seen each other.

use std::collections::HashSet;

use crdt_model::gate::{AnyKey, ChangeFault, ChangeHash, CheckedChange, Expect, LayerHistory, check_change};
use crdt_model::layer::{LayerDoc, LayerOp, Value};
use crdt_model::values::ActorId;

pub(crate) const CLERK: ActorId = ActorId([0x11; 16]);
pub(crate) const OFFICER: ActorId = ActorId([0x88; 16]);
pub(crate) const DRIVER: ActorId = ActorId([0xee; 16]);
pub(crate) const BOX: ActorId = ActorId([0x44; 16]);
pub(crate) const NOBODY: ActorId = ActorId([0x66; 16]);

pub(crate) fn put(key: &str, value: Value) -> LayerOp {
    LayerOp::Put { key: key.to_owned(), value }
}

pub(crate) fn text(key: &str, value: &str) -> LayerOp {
    put(key, Value::Text(value.to_owned()))
}

pub(crate) fn delete(key: &str) -> LayerOp {
    LayerOp::Delete { key: key.to_owned() }
}

/// All valid changes of a layer, and what each device can know of them.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) changes: Vec<CheckedChange>,
    pub(crate) history: LayerHistory,
}

impl World {
    /// Authors a change on the changes at `seen` (positions, with all they build on), checks and adds it.
    pub(crate) fn write(&mut self, actor: ActorId, seen: &[usize], ops: &[LayerOp]) -> usize {
        let bytes = self.draft(actor, seen, ops);
        let change = self.check(&bytes, actor).expect("an authored change passes");
        self.history.insert(&change).expect("its dependencies are here");
        self.changes.push(change);
        self.changes.len() - 1
    }

    /// Authors a change without adding it.
    pub(crate) fn draft(&self, actor: ActorId, seen: &[usize], ops: &[LayerOp]) -> Vec<u8> {
        self.doc(seen).author(actor, ops).expect("the operations fit a change")
    }

    /// The document of a device that has seen the changes at `seen` and all they build on.
    pub(crate) fn doc(&self, seen: &[usize]) -> LayerDoc {
        let mut wanted: HashSet<ChangeHash> = seen.iter().map(|position| self.changes[*position].hash()).collect();
        for change in self.changes.iter().rev() {
            if wanted.contains(&change.hash()) {
                wanted.extend(change.deps());
            }
        }
        let past = self.changes.iter().filter(|change| wanted.contains(&change.hash()));
        LayerDoc::build(past).expect("a past is closed and in order")
    }

    /// Everything written so far.
    pub(crate) fn all(&self) -> Vec<usize> {
        (0..self.changes.len()).collect()
    }

    /// Judges bytes of `actor` in an entry that has seen everything.
    pub(crate) fn check(&self, bytes: &[u8], actor: ActorId) -> Result<CheckedChange, ChangeFault> {
        check_change(bytes, &Expect { actor, drop_box: false, visible: &|_| true }, &self.history, &AnyKey)
    }

    pub(crate) fn raw(&self) -> Vec<&[u8]> {
        self.changes.iter().map(CheckedChange::raw_bytes).collect()
    }
}

/// A clerk opens a case; clerk and officer then write without seeing each other; a slip arrives in the box.
pub(crate) fn small() -> World {
    let mut world = World::default();
    let birth = [text("status", "open"), put("week", Value::Int(202_647)), put("urgent", Value::Bool(false))];
    let birth = world.write(CLERK, &[], &birth);
    world.write(CLERK, &[birth], &[text("status", "assigned"), put("fact/1", Value::Bytes(vec![0x82, 1, 2]))]);
    world.write(OFFICER, &[birth], &[text("status", "referred"), put("fact/2", Value::Bytes(vec![0x80]))]);
    world.write(BOX, &[], &[put("fact/3", Value::Bytes(vec![0x81, 0x18, 0x2a]))]);
    world
}

/// A chain of joins, deletions and rewrites by three devices, with heads left open.
pub(crate) fn woven() -> World {
    let mut world = World::default();
    let mut heads = vec![world.write(CLERK, &[], &[text("status", "open"), text("note", "é – ü – 漢")])];
    for round in 0..4 {
        let a = world.write(CLERK, &heads, &[put("round", Value::Int(round)), text("status", "assigned")]);
        let b = world.write(OFFICER, &heads, &[put("round", Value::Int(-round)), put("flag", Value::Bool(true))]);
        let c = world.write(DRIVER, &[heads[0]], &[put(&format!("fact/{round}"), Value::Int(i64::MIN + round))]);
        heads = vec![world.write(OFFICER, &[a, b, c], &[delete("flag"), text("status", "closed")])];
    }
    world.write(CLERK, &heads, &[text("status", "reopened")]);
    world.write(DRIVER, &heads, &[text("status", "withdrawn"), delete("round")]);
    world
}

/// Many slips that nobody has joined yet, and one long text.
pub(crate) fn boxes() -> World {
    let mut world = World::default();
    for slip in 0..12_u8 {
        let actor = ActorId([0xa0 | slip; 16]);
        world.write(actor, &[], &[put(&format!("slip/{slip}"), Value::Bytes(vec![slip; 9])), text("status", "new")]);
    }
    let seen: Vec<_> = (0..8).collect();
    world.write(CLERK, &seen, &[text("status", "open"), text("account", &"word ".repeat(200))]);
    world
}
