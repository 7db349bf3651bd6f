//! One test for each rule of the gates and each attack they are there for.

use automerge::legacy::{ElementId, Key, ObjectId, OpId as LegacyOpId, OpType};
use automerge::{Change, ExpandedChange, ObjType, ScalarValue};
use crdt_model::gate::{
    AnyKey, CHANGE_BYTES_MAX, ChangeFault, ChangeHash, Expect, LayerHistory, OPS_MAX, SchemaFault, ShadowAlarm, Step,
    check_change, shadow_apply,
};
use crdt_model::layer::{AuthorFault, BuildFault, LayerDoc, Value};
use crdt_model::values::ActorId;

use crate::raw::{self, RawChange};
use crate::world::{BOX, CLERK, DRIVER, NOBODY, OFFICER, World, delete, put, small, text};

const COL_KEY: u64 = 0x15;
const COL_INSERT: u64 = 0x34;
const COL_ACTION: u64 = 0x42;
const COL_PRED_COUNT: u64 = 0x70;
const COL_PRED_ACTOR: u64 = 0x71;
const COL_PRED_COUNTER: u64 = 0x73;

/// A valid change of the clerk on everything in [`small`]: it settles two rivals, deletes, and adds a fact.
fn draft(world: &World) -> Vec<u8> {
    let ops = [text("status", "closed"), delete("urgent"), put("fact/9", Value::Bytes(vec![0x80]))];
    world.draft(CLERK, &world.all(), &ops)
}

fn judge_bytes(alter: impl FnOnce(&mut Vec<u8>)) -> Result<(), ChangeFault> {
    let world = small();
    let mut bytes = draft(&world);
    alter(&mut bytes);
    world.check(&bytes, CLERK).map(|_| ())
}

fn judge_raw(alter: impl FnOnce(&mut RawChange)) -> Result<(), ChangeFault> {
    judge_bytes(|bytes| {
        let mut raw = RawChange::parse(bytes);
        assert_eq!(raw.bytes(), *bytes, "taking apart and together changes nothing");
        alter(&mut raw);
        *bytes = raw.bytes();
    })
}

fn judge_ops(alter: impl FnOnce(&mut ExpandedChange)) -> Result<(), ChangeFault> {
    judge_bytes(|bytes| *bytes = altered(bytes, alter))
}

fn altered(bytes: &[u8], alter: impl FnOnce(&mut ExpandedChange)) -> Vec<u8> {
    let mut change = Change::try_from(bytes).expect("a valid change").decode();
    alter(&mut change);
    Change::from(change).raw_bytes().to_vec()
}

fn legacy_id(counter: u64, actor: ActorId) -> LegacyOpId {
    LegacyOpId(counter, actor.0.into())
}

#[test]
fn the_unaltered_draft_passes() {
    assert_eq!(judge_bytes(|_| ()), Ok(()));
    assert_eq!(judge_raw(|_| ()), Ok(()));
    assert_eq!(judge_ops(|_| ()), Ok(()));
}

// The envelope.

#[test]
fn a_change_over_the_byte_limit_is_refused() {
    let fault = judge_bytes(|bytes| bytes.resize(CHANGE_BYTES_MAX + 1, 0));
    assert_eq!(fault, Err(ChangeFault::TooLarge { found: CHANGE_BYTES_MAX + 1 }));
}

#[test]
fn other_magic_bytes_are_refused() {
    assert_eq!(judge_bytes(|bytes| bytes[0] ^= 1), Err(ChangeFault::BadMagic));
}

#[test]
fn documents_compressed_changes_and_bundles_are_refused() {
    for found in [0, 2, 3, 4, 255] {
        assert_eq!(judge_raw(|raw| raw.chunk_type = found), Err(ChangeFault::ChunkType { found }));
    }
}

#[test]
fn a_saved_document_is_no_change() {
    let mut doc = automerge::Automerge::new();
    doc.apply_changes([Change::try_from(small().raw()[0]).expect("valid")]).expect("applies");
    assert_eq!(judge_bytes(|bytes| *bytes = doc.save()), Err(ChangeFault::ChunkType { found: 0 }));
}

#[test]
fn trailing_bytes_and_a_second_chunk_are_refused() {
    assert_eq!(judge_bytes(|bytes| bytes.push(0)), Err(ChangeFault::TrailingBytes));
    assert_eq!(judge_bytes(|bytes| bytes.extend_from_within(..)), Err(ChangeFault::TrailingBytes));
}

#[test]
fn every_truncation_is_refused() {
    let world = small();
    let bytes = draft(&world);
    for len in 0..bytes.len() {
        assert!(world.check(&bytes[..len], CLERK).is_err(), "cut at {len}");
        let body = &bytes[raw_header_len(&bytes)..];
        let cut = raw::chunk(1, &body[..body.len().min(len)]);
        assert!(len >= body.len() || world.check(&cut, CLERK).is_err(), "body cut at {len}");
    }
}

fn raw_header_len(bytes: &[u8]) -> usize {
    let mut len = Vec::new();
    let body = (0..bytes.len()).find(|body| {
        len.clear();
        raw::unsigned(&mut len, *body as u64);
        9 + len.len() + body == bytes.len()
    });
    bytes.len() - body.expect("a chunk has a body")
}

#[test]
fn a_wrong_checksum_is_refused() {
    for byte in 4..8 {
        assert_eq!(judge_bytes(|bytes| bytes[byte] ^= 0x10), Err(ChangeFault::NotCanonical));
    }
}

#[test]
fn a_padded_length_is_refused() {
    let fault = judge_bytes(|bytes| {
        let header = raw_header_len(bytes);
        bytes[header - 1] |= 0x80;
        bytes.insert(header, 0);
        raw::repair(bytes);
    });
    assert_eq!(fault, Err(ChangeFault::BadInteger));
}

#[test]
fn a_deflated_column_is_refused_before_the_parser() {
    let fault = judge_raw(|raw| raw.columns[0].0 |= 8);
    assert_eq!(fault, Err(ChangeFault::ForeignColumn { spec: COL_KEY | 8 }));
}

#[test]
fn columns_of_objects_marks_and_unknown_kinds_are_refused() {
    for spec in [0x01, 0x02, 0x11, 0x13, 0x91, 0x94, 0xa5, 0xf7, 0x7fff_ffff] {
        let fault = judge_raw(|raw| {
            raw.columns.push((spec, vec![1, 1]));
            raw.columns.sort();
        });
        assert_eq!(fault, Err(ChangeFault::ForeignColumn { spec }));
    }
}

#[test]
fn a_column_twice_or_out_of_order_is_refused() {
    let twice = judge_raw(|raw| raw.columns.insert(1, raw.columns[0].clone()));
    assert_eq!(twice, Err(ChangeFault::ColumnOrder));
    assert_eq!(judge_raw(|raw| raw.columns.swap(0, 1)), Err(ChangeFault::ColumnOrder));
}

#[test]
fn a_run_length_bomb_of_operations_is_refused_before_the_parser() {
    for length in [OPS_MAX as i64 + 1, 1 << 40, i64::MAX, -(OPS_MAX as i64) - 1, i64::MIN] {
        let fault = judge_raw(|raw| {
            let mut action = Vec::new();
            raw::signed(&mut action, length);
            action.push(3);
            *raw.column(COL_ACTION) = action;
        });
        assert_eq!(fault, Err(ChangeFault::TooManyOps));
    }
}

#[test]
fn a_run_length_bomb_of_predecessors_is_refused_before_the_parser() {
    let fault = judge_raw(|raw| {
        let mut counts = vec![3];
        raw::unsigned(&mut counts, 1 << 60);
        *raw.column(COL_PRED_COUNT) = counts;
        for column in [COL_PRED_ACTOR, COL_PRED_COUNTER] {
            let mut run = Vec::new();
            raw::signed(&mut run, 1 << 60);
            run.push(0);
            *raw.column(column) = run;
        }
    });
    assert_eq!(fault, Err(ChangeFault::TooManyPreds));
}

#[test]
fn an_announced_key_of_a_gigabyte_is_refused_before_the_parser_allocates_it() {
    let fault = judge_raw(|raw| {
        let mut keys = vec![0x7d];
        raw::unsigned(&mut keys, 999_999_999);
        keys.push(b'k');
        *raw.column(COL_KEY) = keys;
    });
    assert_eq!(fault, Err(ChangeFault::Truncated));
}

#[test]
fn columns_of_unequal_length_and_null_runs_are_refused() {
    let null = judge_raw(|raw| *raw.column(COL_ACTION) = vec![0, 3]);
    assert_eq!(null, Err(ChangeFault::BadRun));
    let fewer = judge_raw(|raw| *raw.column(COL_ACTION) = vec![2, 1]);
    assert_eq!(fewer, Err(ChangeFault::ColumnCounts));
}

#[test]
fn a_change_without_operations_is_refused() {
    assert_eq!(judge_ops(|change| change.operations.clear()), Err(ChangeFault::NoOps));
}

#[test]
fn counts_beyond_the_bytes_end_in_an_error_at_once() {
    // 2⁶³ dependencies, other actors and columns in a body of a few bytes.
    let mut count = Vec::new();
    raw::unsigned(&mut count, 1 << 63);
    let world = small();
    assert_eq!(world.check(&raw::chunk(1, &count), CLERK).err(), Some(ChangeFault::Truncated));
    let mut others = vec![0, 0, 1, 1, 0, 0];
    others.extend(&count);
    assert_eq!(world.check(&raw::chunk(1, &others), CLERK).err(), Some(ChangeFault::Truncated));
    let mut columns = vec![0, 0, 1, 1, 0, 0, 0];
    columns.extend(&count);
    assert_eq!(world.check(&raw::chunk(1, &columns), CLERK).err(), Some(ChangeFault::Truncated));
}

// G3.

#[test]
fn another_actor_is_refused() {
    for actor in [OFFICER.0.to_vec(), NOBODY.0.to_vec(), vec![], vec![0x11; 15], vec![0x11; 17]] {
        assert_eq!(judge_raw(|raw| raw.actor = actor), Err(ChangeFault::WrongActor));
    }
}

#[test]
fn a_dependency_outside_the_causal_past_of_the_entry_is_refused() {
    let world = small();
    let hidden = world.changes[2].hash();
    let expect = Expect { actor: CLERK, drop_box: false, visible: &|hash| *hash != hidden };
    let fault = check_change(&draft(&world), &expect, &world.history, &AnyKey).err();
    assert_eq!(fault, Some(ChangeFault::DepNotVisible(hidden)));
}

#[test]
fn a_dependency_that_is_no_valid_change_is_refused() {
    let unknown = [7; 32];
    assert_eq!(
        judge_raw(|raw| {
            raw.deps.push(unknown);
            raw.deps.sort();
        }),
        Err(ChangeFault::DepUnknown(ChangeHash(unknown)))
    );
}

#[test]
fn a_dependency_twice_is_refused() {
    let twice = judge_raw(|raw| raw.deps.insert(1, raw.deps[0]));
    assert_eq!(twice, Err(ChangeFault::RepeatedDep));
}

#[test]
fn dependencies_out_of_order_are_refused() {
    assert_eq!(judge_raw(|raw| raw.deps.reverse()), Err(ChangeFault::NotCanonical));
}

#[test]
fn a_sequence_gap_or_repetition_is_refused_and_automerge_panics_on_it() {
    for found in [0, 1, 2, 4, 7, u64::MAX] {
        assert_eq!(judge_raw(|raw| raw.seq = found), Err(ChangeFault::Seq { expected: 3, found }));
    }
    let world = small();
    let bytes = altered(world.changes[0].raw_bytes(), |change| change.seq = 7);
    assert_eq!(shadow_apply(&[], &[&bytes]), Err(ShadowAlarm::ApplyPanicked));
}

#[test]
fn a_start_beyond_the_past_is_refused_and_breaks_the_next_local_edit() {
    for found in [1 << 20, u64::from(u32::MAX) - 1, u64::from(u32::MAX), u64::MAX] {
        let fault = judge_raw(|raw| raw.start_op = found);
        assert_eq!(fault, Err(ChangeFault::StartOp { expected: 6, found }));
    }
    for change in &small().changes {
        let mut last = RawChange::parse(change.raw_bytes());
        (last.deps, last.seq) = (Vec::new(), 1);
        let alone = Change::try_from(&last.bytes()[..]).expect("valid on its own").decode();
        if alone.operations.iter().all(|op| op.pred.is_empty()) {
            last.start_op = u64::from(u32::MAX) + 1 - change.ops().len() as u64;
            assert_eq!(shadow_apply(&[], &[&last.bytes()]), Err(ShadowAlarm::Edit));
        }
    }
}

#[test]
fn a_start_at_one_with_dependencies_is_refused_and_makes_the_document_unloadable() {
    let world = small();
    let ops = [text("note", "x")];
    let bytes = altered(&world.draft(DRIVER, &world.all(), &ops), |change| {
        change.start_op = std::num::NonZeroU64::MIN;
    });
    let fault = world.check(&bytes, DRIVER).err();
    assert_eq!(fault, Some(ChangeFault::StartOp { expected: 6, found: 1 }));
    assert!(shadow_apply(&world.raw(), &[&bytes]).is_err());
}

#[test]
fn overlapping_operation_ids_are_refused_and_make_the_document_unloadable() {
    let world = small();
    let bytes = altered(&draft(&world), |change| {
        // The clerk's last change had the operations 4 and 5.
        change.start_op = std::num::NonZeroU64::MIN.saturating_add(3);
    });
    let fault = world.check(&bytes, CLERK).err();
    assert_eq!(fault, Some(ChangeFault::StartOp { expected: 6, found: 4 }));
    assert!(shadow_apply(&world.raw(), &[&bytes]).is_err());
}

#[test]
fn an_actor_that_wrote_nothing_is_refused() {
    for actor in [NOBODY.0.to_vec(), vec![9; 3], vec![]] {
        assert_eq!(judge_raw(|raw| raw.other_actors.push(actor)), Err(ChangeFault::OtherActor));
    }
}

#[test]
fn a_known_actor_that_no_operation_names_is_refused() {
    assert_eq!(judge_raw(|raw| raw.other_actors.push(BOX.0.to_vec())), Err(ChangeFault::NotCanonical));
}

#[test]
fn extra_bytes_messages_and_times_are_refused() {
    assert_eq!(judge_raw(|raw| raw.extra.push(1)), Err(ChangeFault::ExtraBytes));
    assert_eq!(judge_raw(|raw| raw.message = b"hello".to_vec()), Err(ChangeFault::Message));
    assert_eq!(judge_raw(|raw| raw.timestamp = 1), Err(ChangeFault::Timestamp));
    assert_eq!(judge_raw(|raw| raw.timestamp = i64::MIN), Err(ChangeFault::Timestamp));
}

#[test]
fn a_drop_box_change_stands_alone() {
    let world = small();
    let expect = Expect { actor: NOBODY, drop_box: true, visible: &|_| true };
    let alone = LayerDoc::new().author(NOBODY, &[put("fact/4", Value::Bool(true))]).expect("authored");
    assert!(check_change(&alone, &expect, &world.history, &AnyKey).is_ok());
    let built = world.draft(NOBODY, &[0], &[put("fact/4", Value::Bool(true))]);
    let fault = check_change(&built, &expect, &world.history, &AnyKey).err();
    assert_eq!(fault, Some(ChangeFault::DropBoxDeps));
    let second = altered(&alone, |change| change.seq = 2);
    let fault = check_change(&second, &expect, &world.history, &AnyKey).err();
    assert_eq!(fault, Some(ChangeFault::Seq { expected: 1, found: 2 }));
    let late = altered(&alone, |change| change.start_op = change.start_op.saturating_add(1));
    let fault = check_change(&late, &expect, &world.history, &AnyKey).err();
    assert_eq!(fault, Some(ChangeFault::StartOp { expected: 1, found: 2 }));
}

// G4.

#[test]
fn objects_increments_and_marks_are_refused() {
    let actions = [
        OpType::Make(ObjType::Map),
        OpType::Make(ObjType::List),
        OpType::Make(ObjType::Text),
        OpType::Make(ObjType::Table),
        OpType::Increment(1),
        OpType::MarkEnd(false),
    ];
    for action in actions {
        let fault = judge_ops(|change| change.operations[2].action = action);
        assert_eq!(fault, Err(ChangeFault::Action { op: 2 }));
    }
}

#[test]
fn operations_inside_objects_are_refused() {
    let fault = judge_ops(|change| change.operations[2].obj = ObjectId::Id(legacy_id(1, CLERK)));
    assert_eq!(fault, Err(ChangeFault::ForeignColumn { spec: 0x01 }));
}

#[test]
fn list_elements_and_insertions_are_refused() {
    let element = Key::Seq(ElementId::Id(legacy_id(1, CLERK)));
    assert_eq!(judge_ops(|change| change.operations[2].key = element), Err(ChangeFault::ForeignColumn { spec: 0x11 }));
    let fault = judge_ops(|change| change.operations[2].insert = true);
    assert_eq!(fault, Err(ChangeFault::NotMapKey { op: 2 }));
}

#[test]
fn other_kinds_of_scalars_are_refused() {
    let scalars = [
        ScalarValue::Null,
        ScalarValue::Uint(1),
        ScalarValue::F64(1.0),
        ScalarValue::counter(1),
        ScalarValue::Timestamp(1),
        ScalarValue::Unknown { type_code: 12, bytes: vec![1] },
    ];
    for scalar in scalars {
        let fault = judge_ops(|change| change.operations[0].action = OpType::Put(scalar));
        assert_eq!(fault, Err(ChangeFault::ValueKind { op: 0 }));
    }
}

#[test]
fn a_key_twice_or_empty_is_refused() {
    assert_eq!(judge_ops(|change| change.operations[2].key = Key::from("")), Err(ChangeFault::EmptyKey { op: 2 }));
    let fault = judge_ops(|change| change.operations[2].key = Key::from("status"));
    assert_eq!(fault, Err(ChangeFault::RepeatedKey { op: 2 }));
}

#[test]
fn a_predecessor_must_be_a_write_of_the_past() {
    let unknown = [
        legacy_id(99, CLERK),  // after the past
        legacy_id(6, CLERK),   // in this very change
        legacy_id(2, OFFICER), // before the officer's first operation
        legacy_id(0, CLERK),
    ];
    for id in unknown {
        let fault = judge_ops(|change| change.operations[2].pred = vec![id].into());
        assert_eq!(fault, Err(ChangeFault::UnknownPred { op: 2 }));
    }
}

#[test]
fn a_predecessor_outside_the_dependencies_is_refused_though_others_know_it() {
    let world = small();
    // The driver saw the birth only, and yet replaces what the officer wrote.
    let bytes = altered(&world.draft(DRIVER, &[0], &[text("status", "closed")]), |change| {
        change.operations[0].pred = vec![legacy_id(4, OFFICER)].into();
    });
    let fault = world.check(&bytes, DRIVER).err();
    assert_eq!(fault, Some(ChangeFault::OtherActor), "an actor of which the driver saw nothing");
    let bytes = altered(&world.draft(DRIVER, &[0], &[text("status", "closed")]), |change| {
        change.operations[0].pred = vec![legacy_id(4, CLERK)].into();
    });
    let fault = world.check(&bytes, DRIVER).err();
    assert_eq!(fault, Some(ChangeFault::UnknownPred { op: 0 }), "a later write of an actor the driver knows");
}

#[test]
fn a_deletion_is_no_predecessor() {
    let mut world = small();
    let deletion = world.write(CLERK, &world.all(), &[delete("urgent")]);
    let start = world.changes[deletion].start_op();
    let bytes = altered(&world.draft(OFFICER, &world.all(), &[put("urgent", Value::Bool(true))]), |change| {
        change.operations[0].pred = vec![legacy_id(start, CLERK)].into();
    });
    assert_eq!(world.check(&bytes, OFFICER).err(), Some(ChangeFault::UnknownPred { op: 0 }));
}

#[test]
fn a_predecessor_on_another_key_is_refused() {
    let fault = judge_ops(|change| change.operations[2].pred = vec![legacy_id(2, CLERK)].into());
    assert_eq!(fault, Err(ChangeFault::PredOnOtherKey { op: 2 }));
}

#[test]
fn a_predecessor_twice_is_refused() {
    let fault = judge_ops(|change| {
        let id = legacy_id(4, CLERK);
        change.operations[0].pred = vec![id.clone(), id].into();
    });
    assert_eq!(fault, Err(ChangeFault::RepeatedPred { op: 0 }));
}

#[test]
fn predecessors_out_of_order_are_refused() {
    let world = small();
    let bytes = world.draft(CLERK, &world.all(), &[text("status", "closed")]);
    let mut raw = RawChange::parse(&bytes);
    assert_eq!(raw.column(COL_PRED_ACTOR), &[0x7e, 0, 1], "the clerk's write, then the officer's");
    *raw.column(COL_PRED_ACTOR) = vec![0x7e, 1, 0];
    assert_eq!(world.check(&raw.bytes(), CLERK).err(), Some(ChangeFault::NotCanonical));
}

#[test]
fn a_deletion_of_nothing_is_refused() {
    assert_eq!(
        judge_ops(|change| change.operations[1].pred = Vec::new().into()),
        Err(ChangeFault::EmptyDelete { op: 1 })
    );
}

#[test]
fn fewer_predecessors_than_rivals_are_valid() {
    assert_eq!(judge_ops(|change| change.operations[0].pred = vec![legacy_id(4, CLERK)].into()), Ok(()));
    assert_eq!(judge_ops(|change| change.operations[0].pred = Vec::new().into()), Ok(()));
}

#[test]
fn keys_and_values_outside_the_schema_are_refused() {
    let key = judge_ops(|change| change.operations[2].key = Key::from("k".repeat(201)));
    assert_eq!(key, Err(ChangeFault::Schema { op: 2, fault: SchemaFault::KeyLength }));
    let long = OpType::Put(ScalarValue::Bytes(vec![0; AnyKey::VALUE_BYTES_MAX + 1]));
    let value = judge_ops(|change| change.operations[2].action = long);
    assert_eq!(value, Err(ChangeFault::Schema { op: 2, fault: SchemaFault::ValueLength }));
}

// G5.

#[test]
fn another_encoding_of_the_same_operations_is_refused() {
    // Three literal booleans' worth of `false` as two runs, and one action run split in two.
    let insert = judge_raw(|raw| *raw.column(COL_INSERT) = vec![1, 0, 2]);
    assert_eq!(insert, Err(ChangeFault::NotCanonical));
    let action = judge_raw(|raw| {
        assert_eq!(raw.column(COL_ACTION), &[0x7d, 1, 3, 1]);
        *raw.column(COL_ACTION) = vec![0x7e, 1, 3, 1, 1];
    });
    assert_eq!(action, Err(ChangeFault::NotCanonical));
}

#[test]
fn spare_data_in_a_column_is_refused() {
    let spare = judge_raw(|raw| raw.column(COL_PRED_COUNTER).extend([0x7f, 9]));
    assert_eq!(spare, Err(ChangeFault::NotCanonical));
}

// Attacks that are no single rule.

#[test]
fn of_two_contents_with_one_sequence_number_every_replica_keeps_both() {
    let mut world = World::default();
    let birth = world.write(CLERK, &[], &[text("status", "open")]);
    let first = world.write(CLERK, &[birth], &[text("status", "closed")]);
    let second = world.write(CLERK, &[birth], &[text("status", "withdrawn")]);
    let on_second = world.write(OFFICER, &[second], &[text("note", "seen")]);
    let [birth, first, second, on_second] = [birth, first, second, on_second].map(|i| &world.changes[i]);
    let kept = LayerDoc::build([birth, first, second, on_second]).expect("builds");
    let otherwise = LayerDoc::build([birth, second, on_second, first]).expect("builds");
    assert_eq!((kept.heads(), kept.rivals()), (otherwise.heads(), otherwise.rivals()));
    assert_eq!(kept.rivals()["status"].len(), 2);
    // Automerge alone refuses whichever comes second.
    let refused = shadow_apply(&[birth.raw_bytes(), first.raw_bytes()], &[second.raw_bytes()]);
    assert_eq!(refused, Err(ShadowAlarm::Refused));
}

#[test]
fn a_change_on_both_branches_of_a_forked_actor_replaces_what_it_saw_of_each() {
    let mut world = World::default();
    let birth = world.write(CLERK, &[], &[text("status", "open")]);
    let first = world.write(CLERK, &[birth], &[text("status", "closed")]);
    let second = world.write(CLERK, &[birth], &[text("status", "withdrawn")]);
    // one operation id, two operations: who saw one replaces one, who saw both replaces both
    let on_first = world.write(OFFICER, &[first], &[text("status", "answered")]);
    let of = |at: &[usize]| LayerDoc::build(at.iter().map(|i| &world.changes[*i])).expect("builds");
    assert_eq!(of(&[birth, first, second, on_first]).rivals()["status"].len(), 2);
    let both = of(&[birth, first, second]).author(OFFICER, &[text("status", "settled")]).expect("authored");
    let both = world.check(&both, OFFICER).expect("a good change");
    assert_eq!(both.ops()[0].preds.len(), 1);
    let changes = [birth, first, second].map(|i| &world.changes[i]);
    let settled = LayerDoc::build(changes.into_iter().chain([&both])).expect("builds");
    assert_eq!(
        settled.rivals()["status"].iter().map(|rival| &rival.value).collect::<Vec<_>>(),
        [&Value::Text("settled".into())]
    );
}

#[test]
fn a_compressed_bomb_is_refused_by_its_type() {
    let mut huge = Change::try_from(&draft(&small())[..]).expect("valid").decode();
    huge.operations[0].action = OpType::Put(ScalarValue::Str("a".repeat(4 << 20).into()));
    let compressed = Change::from(huge).bytes().to_vec();
    assert!(compressed.len() < 8 << 10, "four megabytes in {} bytes", compressed.len());
    assert_eq!(small().check(&compressed, CLERK).err(), Some(ChangeFault::ChunkType { found: 2 }));
}

#[test]
fn orphans_are_refused_and_never_queued() {
    let world = small();
    let bytes = draft(&world);
    let expect = Expect { actor: CLERK, drop_box: false, visible: &|_| true };
    let fault = check_change(&bytes, &expect, &LayerHistory::new(), &AnyKey).err();
    assert!(matches!(fault, Some(ChangeFault::DepUnknown(_))));
    assert_eq!(shadow_apply(&[], &[&bytes]), Err(ShadowAlarm::Queued));
}

#[test]
fn the_verdict_does_not_depend_on_changes_outside_the_past() {
    let mut world = small();
    let bytes = world.draft(DRIVER, &[1], &[text("status", "closed")]);
    let before = world.check(&bytes, DRIVER).map(|change| change.hash());
    for _ in 0..5 {
        world.write(OFFICER, &world.all(), &[text("status", "later")]);
    }
    world.write(DRIVER, &[0], &[text("other", "branch of the driver")]);
    assert_eq!(world.check(&bytes, DRIVER).map(|change| change.hash()), before);
}

// The fault itself.

#[test]
fn faults_and_checked_changes_show_no_words_of_a_person() {
    let world = small();
    let words = "the words of a person";
    let bytes = world.draft(CLERK, &world.all(), &[text("note", words)]);
    let change = world.check(&bytes, CLERK).expect("passes");
    assert!(!format!("{change:?} {:?}", change.ops()).contains("person"));
    let fault =
        judge_ops(|change| change.operations[0].action = OpType::Put(ScalarValue::Str(words.repeat(9999).into())));
    let fault = fault.expect_err("too long");
    assert!(!format!("{fault:?} {fault} {}", fault.code()).contains("person"));
    assert_eq!((fault.step(), fault.code()), (Step::Semantic, "schema_value_length"));
}

// The author's side.

#[test]
fn an_author_is_told_what_the_gates_would_refuse() {
    let doc = LayerDoc::new();
    assert_eq!(doc.author(CLERK, &[]), Err(AuthorFault::Gate(ChangeFault::NoOps)));
    assert_eq!(doc.author(CLERK, &[delete("status")]), Err(AuthorFault::NothingThere { op: 0 }));
    let twice = [text("status", "open"), text("status", "closed")];
    assert_eq!(doc.author(CLERK, &twice), Err(AuthorFault::Gate(ChangeFault::RepeatedKey { op: 1 })));
    assert_eq!(doc.author(CLERK, &[text("", "x")]), Err(AuthorFault::Gate(ChangeFault::EmptyKey { op: 0 })));
    let many: Vec<_> = (0..=OPS_MAX).map(|i| text(&i.to_string(), "")).collect();
    assert_eq!(doc.author(CLERK, &many), Err(AuthorFault::Gate(ChangeFault::TooManyOps)));
    assert!(doc.author(CLERK, &many[1..]).is_ok());
    let long = [text("note", &"a".repeat(CHANGE_BYTES_MAX))];
    assert!(matches!(doc.author(CLERK, &long), Err(AuthorFault::Gate(ChangeFault::TooLarge { .. }))));
}

#[test]
fn a_document_is_not_built_over_a_missing_change() {
    let world = small();
    let fault = LayerDoc::build(&world.changes[1..]).err();
    assert_eq!(fault, Some(BuildFault::MissingDep(world.changes[0].hash())));
}

#[test]
fn the_three_thousandth_change_is_judged_quickly() {
    // The clerk's chain, and slips that the clerk joins one by one.
    let (mut history, mut doc, mut slowest) = (LayerHistory::new(), LayerDoc::new(), std::time::Duration::ZERO);
    for i in 0..1_500_u64 {
        let slip = ActorId((u128::from(i) << 64 | 7).to_be_bytes());
        let ops = [put("round", Value::Int(i as i64))];
        for actor in [slip, CLERK] {
            let drop_box = actor == slip;
            let bytes = if drop_box { LayerDoc::new().author(actor, &ops) } else { doc.author(actor, &ops) };
            let expect = Expect { actor, drop_box, visible: &|_| true };
            let started = std::time::Instant::now();
            let change = check_change(&bytes.expect("authored"), &expect, &history, &AnyKey).expect("passes");
            slowest = slowest.max(started.elapsed());
            history.insert(&change).expect("in order");
            doc.apply([&change]).expect("applies");
        }
    }
    assert_eq!(history.len(), 3_000);
    // Some microseconds each on an idle machine; a closure walked anew for each would take far longer.
    assert!(slowest.as_millis() < 500, "one verdict took {slowest:?}");
}
