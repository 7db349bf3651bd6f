use std::collections::{BTreeMap, BTreeSet};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{Automerge, ChangeHash, ROOT, ReadDoc};
use proptest::prelude::*;

use super::*;
use crate::gate::semantic::to_scalar;
use crate::gate::{AnyKey, CheckedChange, Expect, LayerHistory, OpId, check_change};
use crate::values::ActorId;

const CLERK: ActorId = ActorId([0x11; 16]);
const OFFICER: ActorId = ActorId([0x88; 16]);

fn put(key: &str, value: Value) -> LayerOp {
    LayerOp::Put { key: key.to_owned(), value }
}

fn int(key: &str, value: i64) -> LayerOp {
    put(key, Value::Int(value))
}

fn delete(key: &str) -> LayerOp {
    LayerOp::Delete { key: key.to_owned() }
}

/// Authors on `doc`, passes the gates on its past, and adds the change to it.
fn write(doc: &mut LayerDoc, actor: ActorId, ops: &[LayerOp]) -> CheckedChange {
    let bytes = doc.author(actor, ops).expect("the operations fit a change");
    let expect = Expect { actor, drop_box: false, visible: &|_| true };
    let change = check_change(&bytes, &expect, doc.history(), &AnyKey).expect("an authored change passes");
    doc.apply([&change]).expect("a checked change applies");
    change
}

fn values(doc: &LayerDoc, key: &str) -> Vec<Value> {
    let mut values: Vec<_> = doc.rivals().remove(key).unwrap_or_default().into_iter().map(|r| r.value).collect();
    values.sort();
    values
}

fn stamp(order: u64) -> Stamp {
    let entry = EntryId([order as u8; 32]);
    Stamp { entry, order, claimed_ms: 0, member: None, device: DeviceId([0; 16]) }
}

#[test]
fn concurrent_puts_keep_both_values_with_their_writers() {
    let mut clerk = LayerDoc::new();
    write(&mut clerk, CLERK, &[int("status", 0)]);
    let mut officer = clerk.clone();
    let a = write(&mut clerk, CLERK, &[int("status", 1)]);
    let b = write(&mut officer, OFFICER, &[int("status", 2)]);
    clerk.apply([&b]).expect("applies");
    officer.apply([&a]).expect("applies");
    assert_eq!(clerk.rivals(), officer.rivals());
    let found: BTreeSet<_> = clerk.rivals()["status"].iter().map(|r| (r.value.clone(), r.change)).collect();
    assert_eq!(found, BTreeSet::from([(Value::Int(1), a.hash()), (Value::Int(2), b.hash())]));
}

#[test]
fn a_put_replaces_exactly_the_values_its_author_saw() {
    let mut clerk = LayerDoc::new();
    write(&mut clerk, CLERK, &[int("status", 0)]);
    let (mut officer, mut driver) = (clerk.clone(), clerk.clone());
    let a = write(&mut clerk, CLERK, &[int("status", 1)]);
    let b = write(&mut officer, OFFICER, &[int("status", 2)]);
    let unseen = write(&mut driver, ActorId([0xee; 16]), &[int("status", 3)]);
    clerk.apply([&b]).expect("applies");
    let settled = write(&mut clerk, CLERK, &[int("status", 4)]);
    assert_eq!(settled.ops()[0].preds.len(), 2);
    assert_eq!(values(&clerk, "status"), [Value::Int(4)]);
    clerk.apply([&a, &unseen]).expect("applies");
    assert_eq!(values(&clerk, "status"), [Value::Int(3), Value::Int(4)]);
}

#[test]
fn a_deletion_takes_away_what_its_author_saw_and_leaves_a_concurrent_write() {
    let mut clerk = LayerDoc::new();
    write(&mut clerk, CLERK, &[int("status", 0), int("week", 1)]);
    let mut officer = clerk.clone();
    let gone = write(&mut clerk, CLERK, &[delete("status"), delete("week")]);
    assert!(clerk.rivals().is_empty());
    write(&mut officer, OFFICER, &[int("status", 2)]);
    officer.apply([&gone]).expect("applies");
    assert_eq!(values(&officer, "status"), [Value::Int(2)]);
    assert!(values(&officer, "week").is_empty());
}

#[test]
fn writing_an_equal_value_is_a_write_of_its_own() {
    let mut doc = LayerDoc::new();
    write(&mut doc, CLERK, &[int("status", 1)]);
    let again = write(&mut doc, OFFICER, &[int("status", 1)]);
    assert_eq!(doc.rivals()["status"], [Rival { value: Value::Int(1), change: again.hash() }]);
}

#[test]
fn changes_of_one_actor_follow_each_other() {
    let mut doc = LayerDoc::new();
    let changes: Vec<_> = (0..3).map(|i| write(&mut doc, CLERK, &[int("a", i), int("b", i)])).collect();
    assert_eq!(changes.iter().map(CheckedChange::seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(changes.iter().map(CheckedChange::start_op).collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(changes[2].deps(), [changes[1].hash()]);
    assert_eq!(doc.heads(), [changes[2].hash()]);
}

#[test]
fn a_slip_in_the_box_joins_a_document_its_writer_never_saw() {
    let mut doc = LayerDoc::new();
    write(&mut doc, CLERK, &[int("status", 0), put("fact/1", Value::Bool(true))]);
    let slip = LayerDoc::new().author(OFFICER, &[put("fact/2", Value::Bytes(vec![1]))]).expect("authored");
    let expect = Expect { actor: OFFICER, drop_box: true, visible: &|_| false };
    let slip = check_change(&slip, &expect, doc.history(), &AnyKey).expect("passes");
    doc.apply([&slip]).expect("applies");
    assert_eq!(doc.rivals().into_keys().collect::<Vec<_>>(), ["fact/1", "fact/2", "status"]);
    let joined = write(&mut doc, CLERK, &[int("status", 1)]);
    assert_eq!(joined.deps().len(), 2);
}

#[test]
fn cells_are_sorted_by_the_order_of_their_entries() {
    let mut clerk = LayerDoc::new();
    let mut officer = LayerDoc::new();
    let a = write(&mut clerk, CLERK, &[int("status", 1)]);
    let b = write(&mut officer, OFFICER, &[int("status", 2)]);
    clerk.apply([&b]).expect("applies");
    for (first, second) in [(&a, &b), (&b, &a)] {
        let state = clerk.state(|hash| stamp(if *hash == first.hash() { 1 } else { 2 }));
        let writers: Vec<_> = state["status"].iter().map(|cell| cell.stamp.order).collect();
        assert_eq!(writers, [1, 2]);
        let value = |change: &CheckedChange| match &change.ops()[0].op {
            LayerOp::Put { value, .. } => value.clone(),
            LayerOp::Delete { .. } => unreachable!("both are puts"),
        };
        assert_eq!(state["status"][0].value, value(first));
        assert_eq!(state["status"][1].value, value(second));
    }
}

#[test]
fn our_bytes_are_those_of_an_automerge_transaction() {
    let mut ours = LayerDoc::new();
    let first = [int("status", -1), put("note", Value::Text("é 漢".into())), put("flag", Value::Bool(true))];
    let birth = write(&mut ours, CLERK, &first);
    let mut officer = ours.clone();
    let rival = write(&mut officer, OFFICER, &[int("status", 7)]);
    write(&mut ours, CLERK, &[int("status", 8)]);
    ours.apply([&rival]).expect("applies");
    let ops = [int("status", 9), delete("flag"), put("fact/1", Value::Bytes(vec![0xff, 0]))];

    let mut theirs = ours.to_automerge().expect("Automerge takes it");
    theirs.set_actor(automerge::ActorId::from(CLERK.0));
    let mut transaction = theirs.transaction();
    for op in &ops {
        match op {
            LayerOp::Put { key, value } => transaction.put(ROOT, key.as_str(), to_scalar(value)).expect("puts"),
            LayerOp::Delete { key } => transaction.delete(ROOT, key.as_str()).expect("deletes"),
        }
    }
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    let change = theirs.get_change_by_hash(&hash.expect("a change")).expect("is there");
    assert_eq!(ours.author(CLERK, &ops).expect("authored"), change.raw_bytes());
    assert_ne!(birth.raw_bytes(), change.raw_bytes());
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        prop_oneof![Just(i64::MIN), Just(i64::MAX), -200..200_i64].prop_map(Value::Int),
        any::<String>().prop_map(Value::Text),
        proptest::collection::vec(any::<u8>(), 0..80).prop_map(Value::Bytes),
    ]
}

/// One step of a history: some replica writes, or takes over what another has.
#[derive(Debug, Clone)]
enum Event {
    Write { replica: usize, ops: BTreeMap<u8, Option<Value>> },
    Sync { from: usize, to: usize },
}

fn any_event() -> impl Strategy<Value = Event> {
    let ops = proptest::collection::btree_map(0..5_u8, proptest::option::weighted(0.8, any_value()), 1..4);
    prop_oneof![
        3 => (0..4_usize, ops).prop_map(|(replica, ops)| Event::Write { replica, ops }),
        2 => (0..4_usize, 0..4_usize).prop_map(|(from, to)| Event::Sync { from, to }),
    ]
}

/// Four devices, each with the document it built from what reached it, and all changes in the order written.
#[derive(Default)]
struct Devices {
    docs: [LayerDoc; 4],
    changes: Vec<CheckedChange>,
}

impl Devices {
    fn run(events: &[Event]) -> Self {
        Self::run_as(events, [1, 2, 3, 4])
    }

    /// As [`run`](Self::run), where the replicas write as these actors: two copies of one home write as one.
    fn run_as(events: &[Event], actors: [u8; 4]) -> Self {
        let mut devices = Self::default();
        for event in events {
            match event {
                Event::Write { replica, ops } => devices.write(*replica, ActorId([actors[*replica]; 16]), ops),
                Event::Sync { from, to } => {
                    let has = devices.docs[*from].history().clone();
                    let news = devices.changes.iter().filter(|change| has.contains(&change.hash()));
                    devices.docs[*to].apply(news).expect("a past applies");
                }
            }
        }
        devices
    }

    fn write(&mut self, replica: usize, actor: ActorId, ops: &BTreeMap<u8, Option<Value>>) {
        let doc = &mut self.docs[replica];
        let held = doc.rivals();
        let ops: Vec<_> = ops
            .iter()
            .filter_map(|(key, value)| match value {
                Some(value) => Some(put(&format!("key/{key}"), value.clone())),
                None => held.contains_key(&format!("key/{key}")).then(|| delete(&format!("key/{key}"))),
            })
            .collect();
        if !ops.is_empty() {
            self.changes.push(write(doc, actor, &ops));
        }
    }

    /// The rivals by definition: every put that no operation replaced.
    fn expected(&self) -> BTreeMap<String, BTreeSet<(Value, ChangeHash)>> {
        let replaced: BTreeSet<OpId> =
            self.changes.iter().flat_map(|change| change.ops()).flat_map(|checked| checked.preds.clone()).collect();
        let mut rivals: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for change in &self.changes {
            for (counter, checked) in (change.start_op()..).zip(change.ops()) {
                match &checked.op {
                    LayerOp::Put { key, value } if !replaced.contains(&OpId { counter, actor: change.actor() }) => {
                        rivals.entry(key.clone()).or_default().insert((value.clone(), change.hash()));
                    }
                    _ => {}
                }
            }
        }
        rivals
    }
}

/// A topological order of `changes` that follows `weights` where causality leaves a choice.
fn shuffled<'c>(changes: &'c [CheckedChange], weights: &[u16]) -> Vec<&'c CheckedChange> {
    let mut left: Vec<_> = changes.iter().zip(weights.iter().cycle()).collect();
    let (mut out, mut done) = (Vec::new(), BTreeSet::new());
    while !left.is_empty() {
        let ready = |change: &CheckedChange| change.deps().iter().all(|dep| done.contains(dep));
        let next = (0..left.len()).filter(|i| ready(left[*i].0)).min_by_key(|i| left[*i].1).expect("no cycles");
        let (change, _) = left.remove(next);
        done.insert(change.hash());
        out.push(change);
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn values_come_back_exactly(value in any_value(), key in "[^\u{0}]{1,40}") {
        let mut doc = LayerDoc::new();
        write(&mut doc, CLERK, &[put(&key, value.clone())]);
        prop_assert_eq!(values(&doc, &key), [value.clone()]);
        let saved = doc.to_automerge().expect("Automerge takes it").save();
        let loaded = Automerge::load(&saved).expect("loads");
        prop_assert_eq!(loaded.get_heads(), doc.heads());
        let state = doc.state(|_| stamp(3));
        prop_assert_eq!(&state[&key], &[Cell { value, stamp: stamp(3) }]);
    }

    /// Copies of one home write as one actor, with one sequence number and one id for different things.
    #[test]
    fn copies_that_write_as_one_actor_lose_nothing_and_replace_what_they_would_as_two(
        mut events in proptest::collection::vec(any_event(), 1..40),
        weights in proptest::collection::vec(any::<u16>(), 1..40),
    ) {
        // every value is another one, so that two copies that say the same are told apart
        let values = events.iter_mut().filter_map(|event| match event {
            Event::Write { ops, .. } => Some(ops.values_mut().flatten()),
            Event::Sync { .. } => None,
        });
        values.flatten().zip(0..).for_each(|(value, n)| *value = Value::Int(n));
        let shown = |doc: &LayerDoc| -> BTreeMap<String, BTreeSet<Value>> {
            let of = |rivals: Vec<Rival>| rivals.into_iter().map(|rival| rival.value).collect();
            doc.rivals().into_iter().map(|(key, rivals)| (key, of(rivals))).collect()
        };
        let (copies, apart) = (Devices::run_as(&events, [1, 1, 1, 4]), Devices::run(&events));
        let expected = shown(&LayerDoc::build(&apart.changes).expect("in order"));
        let as_written = LayerDoc::build(&copies.changes).expect("in order");
        prop_assert_eq!(&shown(&as_written), &expected);
        let otherwise = LayerDoc::build(shuffled(&copies.changes, &weights)).expect("in another order");
        prop_assert_eq!(as_written.rivals(), otherwise.rivals());
        for (one, other) in copies.docs.iter().zip(&apart.docs) {
            prop_assert_eq!(shown(one), shown(other));
        }
    }

    #[test]
    fn every_order_of_arrival_shows_the_same_rivals(
        events in proptest::collection::vec(any_event(), 1..40),
        weights in proptest::collection::vec(any::<u16>(), 1..40),
    ) {
        let devices = Devices::run(&events);
        let as_written = LayerDoc::build(&devices.changes).expect("in order");
        let otherwise = LayerDoc::build(shuffled(&devices.changes, &weights)).expect("in another order");
        prop_assert_eq!(as_written.heads(), otherwise.heads());
        prop_assert_eq!(as_written.rivals(), otherwise.rivals());
        for doc in [&as_written, &otherwise] {
            prop_assert_eq!(doc.equals_automerge(), Ok(true));
        }
        let mut piecemeal = LayerDoc::new();
        for change in shuffled(&devices.changes, &weights) {
            piecemeal.apply([change, change]).expect("one by one, each twice");
        }
        prop_assert_eq!(piecemeal.rivals(), as_written.rivals());
        let shown: BTreeMap<_, BTreeSet<_>> = as_written
            .rivals()
            .into_iter()
            .map(|(key, rivals)| (key, rivals.into_iter().map(|r| (r.value, r.change)).collect()))
            .collect();
        prop_assert_eq!(shown, devices.expected());
    }

    #[test]
    fn every_authored_change_passes_on_any_history_that_holds_its_past(
        events in proptest::collection::vec(any_event(), 1..40),
        weights in proptest::collection::vec(any::<u16>(), 1..40),
    ) {
        let devices = Devices::run(&events);
        let mut history = LayerHistory::new();
        for change in shuffled(&devices.changes, &weights) {
            let expect = Expect { actor: change.actor(), drop_box: false, visible: &|_| true };
            let again = check_change(change.raw_bytes(), &expect, &history, &AnyKey);
            prop_assert_eq!(again.map(|again| again.hash()), Ok(change.hash()));
            history.insert(change).expect("in order");
        }
    }
}
