//! Power cuts, full disks, failed commits; and the store against plain maps.

use proptest::prelude::*;

use super::*;

/// Writes batches until the disk fails; returns how many were acknowledged.
fn write_until_failure(disk: &FaultDisk, batches: u64) -> Result<u64, StoreError> {
    let store = Store::with_backend(disk.clone(), Path::new("(disk)"), config())?;
    for batch in 0..batches {
        if append(&store, batch * 4 + 1, batch * 4 + 4).is_err() {
            let live = store.live.read().expect("not poisoned");
            let tip = live.index.chains.first().map_or(0, |row| row.tip_seq);
            assert_eq!(tip, batch * 4, "the index is never ahead of a failed commit");
            return Ok(batch);
        }
    }
    Ok(batches)
}

#[test]
fn after_a_power_cut_at_any_point_a_prefix_of_whole_batches_is_found() {
    const BATCHES: u64 = 6;
    let whole = FaultDisk::new();
    assert_eq!(write_until_failure(&whole, BATCHES).ok(), Some(BATCHES));
    let ops = whole.ops();
    assert!(ops > 20, "{ops} operations leave something to cut");
    // Every third operation by default, all of them when asked for: each takes tens of milliseconds unoptimised.
    let step = if std::env::var_os("BOUCLE_EVERY_CUT").is_some() { 1 } else { 3 };
    for at in (0..ops).step_by(step) {
        let disk = FaultDisk::new();
        disk.fail_at(at, io::ErrorKind::Other);
        // `Err` if the store could not even be made.
        let acknowledged = write_until_failure(&disk, BATCHES).unwrap_or(0);
        for seed in [at, at + ops] {
            let image = disk.after_power_cut(seed);
            let opened = Store::with_backend(FaultDisk::holding(image), Path::new("(disk)"), config());
            let store = match opened {
                Ok(store) => store,
                Err(error) => {
                    assert_eq!(acknowledged, 0, "cut at {at}, seed {seed}: {error}");
                    continue;
                }
            };
            let found = tip(&store);
            assert!(found.is_multiple_of(4), "cut at {at}, seed {seed}: half a batch, tip {found}");
            assert!(found >= acknowledged * 4, "cut at {at}, seed {seed}: {found} of {acknowledged} batches");
            assert!(found <= acknowledged * 4 + 4, "cut at {at}, seed {seed}");
            assert_holds_prefix(&store, found);
            append(&store, found + 1, found + 2).expect("the store goes on");
            assert_holds_prefix(&store, found + 2);
        }
    }
}

#[test]
fn a_full_disk_is_recognised_and_the_batch_is_absent() -> Result<(), StoreError> {
    let disk = FaultDisk::new();
    let store = Store::with_backend(disk.clone(), Path::new("(disk)"), config())?;
    append(&store, 1, 4)?;
    let before = store.read()?;
    disk.fail_at(disk.ops(), io::ErrorKind::StorageFull);
    let error = append(&store, 5, 8).expect_err("the disk is full");
    assert!(error.is_disk_full(), "{error:?}");
    assert_eq!(before.chain(&key()).map(|chain| chain.tip_seq), Some(4));
    let closed = append(&store, 5, 8).expect_err("a backend of the caller's cannot be reopened");
    assert!(matches!(closed, StoreError::Closed { .. }), "{closed:?}");
    drop((before, store));
    let store = Store::with_backend(FaultDisk::holding(disk.image()), Path::new("(disk)"), config())?;
    assert_holds_prefix(&store, 4);
    append(&store, 5, 8)
}

#[test]
fn after_a_failure_the_next_call_reopens_the_file() -> Result<(), StoreError> {
    let dir = tempfile::tempdir().expect("a directory");
    let store = Store::create(&dir.path().join(STORE_FILE), config())?;
    append(&store, 1, 3)?;
    let before = store.read()?;
    store.write(|tx| tx.put(Space::Outbox, b"a case", b"its reference"))?;
    for from in [4, 6] {
        // As a commit leaves it whose last write failed: nobody knows yet what is on the disk.
        store.commit_failed.store(true, Ordering::Release);
        store.live.write().expect("not poisoned").index = Arc::default();
        if from == 4 {
            assert_eq!(tip(&store), 3, "by reading");
        }
        append(&store, from, from + 1)?;
        assert_holds_prefix(&store, from + 1);
        // whoever kept what was there before looks again
        assert_ne!(store.read()?.outbox_version(), before.outbox_version());
    }
    assert_eq!(before.chain(&key()).map(|chain| chain.tip_seq), Some(3));
    Ok(())
}

/// A step of the model test.
#[derive(Debug, Clone)]
enum Step {
    Append(u8, u8),
    Put(u8, u8),
    Delete(u8),
    Replace(u8),
    Fail,
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Vec<Step>>> {
    let step = prop_oneof![
        4 => (0..3u8, 0..4u8).prop_map(|(chain, doc)| Step::Append(chain, doc)),
        2 => (0..5u8, any::<u8>()).prop_map(|(key, value)| Step::Put(key, value)),
        1 => (0..5u8).prop_map(Step::Delete),
        1 => any::<u8>().prop_map(Step::Replace),
        1 => Just(Step::Fail),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(proptest::collection::vec(step, 1..8), 1..6)
}

/// The store in plain maps.
#[derive(Clone, Default, PartialEq, Debug)]
struct Model {
    tips: [u64; 3],
    entries: Vec<(EntryId, u8, Vec<u8>)>,
    values: std::collections::BTreeMap<u8, u8>,
}

fn run_batch(tx: &mut Tx<'_>, model: &mut Model, batch: &[Step]) -> Result<(), StoreError> {
    for step in batch {
        match step {
            Step::Append(chain, doc_n) => {
                let seq = model.tips[usize::from(*chain)] + 1;
                let entry_id = id(u64::from(*chain) << 32 | seq);
                let device = DeviceId([*chain; 16]);
                let bytes = body(seq);
                tx.append(&AppendEntry { device, entry_id, ..entry(seq, Some(doc(*doc_n)), &bytes) })?;
                model.tips[usize::from(*chain)] = seq;
                model.entries.push((entry_id, *doc_n, bytes));
            }
            Step::Put(key, value) => {
                tx.put(Space::Counters, &[*key], &[*value])?;
                model.values.insert(*key, *value);
            }
            Step::Delete(key) => {
                assert_eq!(tx.delete(Space::Counters, &[*key])?, model.values.remove(key).is_some());
            }
            Step::Replace(n) => {
                let len = model.entries.len().max(1);
                if let Some((entry, _, bytes)) = model.entries.get_mut(usize::from(*n) % len) {
                    *bytes = vec![*n; usize::from(*n)];
                    tx.replace_entry_bytes(entry, bytes)?;
                }
            }
            Step::Fail => return Err(StoreError::BatchFailed),
            Step::Reopen => {}
        }
    }
    Ok(())
}

fn assert_equals_model(store: &Store, model: &Model) -> Result<(), StoreError> {
    let snapshot = store.read()?;
    for n in 0..4u8 {
        let expected: Vec<_> = model.entries.iter().filter(|(_, doc_n, _)| *doc_n == n).cloned().collect();
        let found: Vec<_> =
            snapshot.doc_entries(&SCOPE, &doc(n))?.into_iter().map(|e| (e.entry_id, n, e.bytes)).collect();
        assert_eq!(found, expected);
    }
    let pairs = snapshot.list(Space::Counters)?;
    let found: std::collections::BTreeMap<u8, u8> = pairs.iter().map(|(key, value)| (key[0], value[0])).collect();
    assert_eq!(found, model.values);
    for (n, expected) in model.tips.iter().enumerate() {
        let key = ChainKey { device: DeviceId([n as u8; 16]), ..key() };
        assert_eq!(snapshot.chain(&key).map_or(0, |chain| chain.tip_seq), *expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_store_equals_plain_maps_through_failures_and_reopening(batches in steps()) {
        let disk = FaultDisk::new();
        let mut store = Store::with_backend(disk.clone(), Path::new("(disk)"), config()).expect("made");
        let mut model = Model::default();
        for batch in batches {
            let mut after = model.clone();
            if store.write(|tx| run_batch(tx, &mut after, &batch)).is_ok() {
                model = after;
            }
            if batch.iter().any(|step| matches!(step, Step::Reopen)) {
                drop(store);
                store = Store::with_backend(disk.clone(), Path::new("(disk)"), config()).expect("reopened");
            }
            assert_equals_model(&store, &model).expect("readable");
        }
    }
}

/// What a changed file shows: an error, or all 20 entries as they were.
fn read_bent(image: Vec<u8>) -> Result<(), StoreError> {
    let config = StoreConfig { check_pages: true, ..config() };
    let store = Store::with_backend(FaultDisk::holding(image), Path::new("(disk)"), config)?;
    let snapshot = store.read()?;
    let tip = snapshot.chain(&key()).map(|chain| (chain.tip_seq, chain.tip_entry));
    assert_eq!(tip, Some((20, id(20))));
    for seq in 1..=20 {
        assert_eq!(snapshot.entry(&id(seq))?.map(|entry| entry.bytes), Some(body(seq)));
    }
    for entry in snapshot.chain_entries(&key(), 1, usize::MAX)? {
        assert_eq!(entry.bytes, body(entry.seq()));
    }
    drop(snapshot);
    append(&store, 21, 22)
}

#[test]
fn a_flipped_bit_in_a_checked_file_is_an_error_or_changes_nothing() -> Result<(), StoreError> {
    let disk = FaultDisk::new();
    let drawn = std::sync::atomic::AtomicU64::new(0);
    let entropy: Entropy = Arc::new(move |out| {
        let n = drawn.fetch_add(1, Ordering::Relaxed);
        blake3::Hasher::new_derive_key("boucle store test").update(&n.to_be_bytes()).finalize_xof().fill(out);
        Ok(())
    });
    let store = Store::with_backend(disk.clone(), Path::new("(disk)"), StoreConfig { entropy, ..config() })?;
    append(&store, 1, 20)?;
    drop(store);
    let image = disk.image();
    let used: Vec<usize> = (0..image.len()).filter(|at| image[*at] != 0).collect();
    let (mut refused, mut unharmed) = (0, 0);
    for n in 0..200u64 {
        let draw = u64::from_le_bytes(*blake3::hash(&n.to_be_bytes()).as_bytes().first_chunk().expect("32 bytes"));
        // The first page steers everything else: half of the flips go there.
        let at = if n % 2 == 0 { used[draw as usize % used.len()] } else { draw as usize % 4096 };
        let mut bent = image.clone();
        bent[at] ^= 1 << (draw >> 60 & 7);
        match read_bent(bent) {
            Ok(()) => unharmed += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0 && unharmed > 0, "{refused} refused, {unharmed} unharmed: the flips hit something");
    Ok(())
}
