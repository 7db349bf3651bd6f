use std::collections::BTreeMap;

use proptest::prelude::*;

use super::container::{MAGIC, PREAMBLE_BYTES, TAG_BYTES};
use super::*;
use crate::cbor;
use crate::frontier::Tip;
use crate::seal::{Entropy, Secret};
use crate::values::{ChainKey, DeviceId, EntryId, Incarnation, OrgId, ScopeId};

const ORG: OrgId = OrgId([1; 16]);
const SEALED_CHUNK: usize = CHUNK_BYTES + TAG_BYTES;

fn signer() -> ed25519_dalek::SigningKey {
    Secret([0x51; 32]).signing_key()
}

fn reader_secret() -> Secret {
    Secret([0x52; 32])
}

fn record(entries: &[Vec<u8>]) -> Record {
    let chain = ChainKey { device: DeviceId([2; 16]), incarnation: Incarnation([3; 8]) };
    let row = Row { after: 4, upto: 9, tip: Tip { seq: 12, entry: EntryId([5; 32]) } };
    Record {
        from: DeviceId([6; 16]),
        bundle: [7; 16],
        created_ms: 1_795_219_200_000,
        to: To::Site("JER".into()),
        part: Some(Part { set: [8; 16], index: 2, of: 3 }),
        entries: entries.len() as u64,
        bytes: entries.iter().map(|entry| entry.len() as u64 + 4).sum(),
        join: Some(vec![9; 300]),
        scopes: BTreeMap::from([(ScopeId([4; 16]), BTreeMap::from([(chain, row)]))]),
    }
}

fn written_to(entries: &[Vec<u8>], recipients: &[[u8; 32]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut entropy = Entropy::new([0x53; 32]);
    let mut writer =
        Writer::begin(&ORG, &record(entries), recipients, &signer(), &mut entropy, &mut out).expect("begun");
    for entry in entries {
        writer.entry(entry, &mut out).expect("promised");
    }
    writer.finish(&mut out).expect("whole");
    out
}

fn written(entries: &[Vec<u8>]) -> Vec<u8> {
    written_to(entries, &[Secret([0x61; 32]).kem_public(), reader_secret().kem_public()])
}

/// What a reader gives for these bytes, cut into pieces, up to its error.
fn read_with(
    secrets: Vec<Secret>,
    bytes: &[u8],
    piece: usize,
) -> (Option<SignedRecord>, Vec<Vec<u8>>, Result<(), BundleError>) {
    let mut reader = Reader::new(ORG, secrets);
    let (mut record, mut entries) = (None, Vec::new());
    let mut done = Ok(());
    for piece in bytes.chunks(piece) {
        done = reader.push(piece);
        while let Some(event) = reader.poll() {
            match event {
                Event::Record(signed) => record = Some(*signed),
                Event::Entry(entry) => entries.push(entry),
            }
        }
        if done.is_err() {
            break;
        }
    }
    if done.is_ok() {
        done = reader.finish();
        while let Some(event) = reader.poll() {
            match event {
                Event::Record(signed) => record = Some(*signed),
                Event::Entry(entry) => entries.push(entry),
            }
        }
    }
    (record, entries, done)
}

fn read(bytes: &[u8]) -> (Option<SignedRecord>, Vec<Vec<u8>>, Result<(), BundleError>) {
    read_with(vec![Secret([0x77; 32]), reader_secret()], bytes, 10_000)
}

/// Entries over several chunks: every length, also one across three.
fn many() -> Vec<Vec<u8>> {
    let lengths = [0usize, 1, 700, 65_535, 150_000, 3_000, 65_536, 12];
    lengths.iter().enumerate().map(|(i, len)| vec![i as u8 + 1; *len]).collect()
}

#[test]
fn what_was_written_is_read_whatever_the_pieces() {
    let entries = many();
    let file = written(&entries);
    for piece in [1_000, 65_536, usize::MAX / 2] {
        let (signed, back, done) = read_with(vec![reader_secret()], &file, piece);
        assert_eq!(done, Ok(()));
        assert_eq!(back, entries);
        let signed = signed.expect("a record");
        assert_eq!(signed.record, record(&entries));
        assert!(signed.is_signed_by(&signer().verifying_key()));
        assert!(!signed.is_signed_by(&Secret([0x54; 32]).signing_key().verifying_key()));
    }
    let content = content_bytes(cbor::encode(&record(&entries)).len(), record(&entries).bytes);
    assert_eq!(file.len() as u64, file_bytes(16, content));
}

#[test]
fn an_empty_bundle_is_a_bundle() {
    let file = written(&[]);
    let (signed, entries, done) = read(&file);
    assert_eq!((done, entries.len()), (Ok(()), 0));
    assert!(signed.expect("a record").is_signed_by(&signer().verifying_key()));
}

#[test]
fn it_opens_to_each_recipient_and_to_nobody_else() {
    let people: Vec<Secret> = (0..20).map(|n| Secret([100 + n; 32])).collect();
    let keys: Vec<[u8; 32]> = people.iter().map(Secret::kem_public).collect();
    let file = written_to(&many(), &keys);
    assert_eq!(u16::from_be_bytes([file[8], file[9]]), 64, "twenty fit into sixty-four");
    for secret in people {
        assert_eq!(read_with(vec![secret], &file, 99_999).2, Ok(()));
    }
    assert_eq!(read_with(vec![reader_secret()], &file, 99_999).2, Err(BundleError::NotForUs));
    assert_eq!(read_with(vec![], &file, 99_999).2, Err(BundleError::NotForUs));
    let mut other = Reader::new(OrgId([2; 16]), vec![Secret([100; 32])]);
    assert_eq!(other.push(&file), Err(BundleError::NotForUs), "another organisation's");
}

#[test]
fn it_can_be_sealed_to_thousands_but_not_to_more_than_it_has_slots() {
    let key = reader_secret().kem_public();
    let mut out = Vec::new();
    let begin = |n: usize, out: &mut Vec<u8>| {
        let keys = vec![key; n];
        Writer::begin(&ORG, &record(&[]), &keys, &signer(), &mut Entropy::new([1; 32]), out).map(drop)
    };
    assert_eq!(begin(RECIPIENTS_MAX + 1, &mut out), Err(WriteError::Recipients));
    assert!(out.is_empty(), "nothing was written");
    assert_eq!(begin(65, &mut out), Ok(()));
    assert_eq!(u16::from_be_bytes([out[8], out[9]]), 256);
    let nobody = Writer::begin(&ORG, &record(&[]), &[[0; 32]], &signer(), &mut Entropy::new([1; 32]), &mut out);
    assert!(nobody.is_err(), "a key that gives everybody the same secret");
}

#[test]
fn a_file_cut_at_any_border_is_called_cut_and_gives_only_what_is_authentic() {
    let entries = many();
    let file = written(&entries);
    let head = PREAMBLE_BYTES + 16 * 80 + 64;
    let mut cuts = vec![0, 1, 7, 8, 9, 10, head - 1, head, file.len() - 1];
    cuts.extend((head..file.len()).step_by(SEALED_CHUNK));
    cuts.extend((head..file.len()).step_by(SEALED_CHUNK).map(|at| at + 1));
    for cut in cuts {
        let (_, back, done) = read(&file[..cut]);
        assert!(entries.starts_with(&back), "cut at {cut}");
        match done {
            Err(BundleError::Cut { bytes, expected }) => assert!(bytes == cut as u64 && expected > bytes, "{cut}"),
            Err(BundleError::NotABundle) if cut == 0 => {}
            // before the record is known, a part of a chunk cannot be told from an altered one
            Err(BundleError::Altered { chunk: 0 }) if cut < head + SEALED_CHUNK => {}
            other => panic!("cut at {cut}: {other:?}"),
        }
    }
}

#[test]
fn chunks_cannot_be_dropped_repeated_moved_or_taken_from_another_file() {
    let file = written(&many());
    let other = {
        let mut out = Vec::new();
        let keys = [reader_secret().kem_public()];
        let mut entropy = Entropy::new([0x99; 32]);
        let entries = many();
        let mut writer =
            Writer::begin(&ORG, &record(&entries), &keys, &signer(), &mut entropy, &mut out).expect("begun");
        entries.iter().for_each(|entry| writer.entry(entry, &mut out).expect("promised"));
        writer.finish(&mut out).expect("whole");
        out
    };
    let head = PREAMBLE_BYTES + 16 * 80 + 64;
    let chunks: Vec<&[u8]> = file[head..].chunks(SEALED_CHUNK).collect();
    let theirs: Vec<&[u8]> = other[head..].chunks(SEALED_CHUNK).collect();
    assert!(chunks.len() >= 4);
    let build = |chunks: &[&[u8]]| [&file[..head], &chunks.concat()].concat();
    assert_eq!(read(&build(&chunks)).2, Ok(()));
    for i in 0..chunks.len() {
        let mut dropped = chunks.clone();
        dropped.remove(i);
        assert!(read(&build(&dropped)).2.is_err(), "without {i}");
        let mut twice = chunks.clone();
        twice.insert(i, chunks[i]);
        assert!(read(&build(&twice)).2.is_err(), "{i} twice");
        let mut foreign = chunks.clone();
        foreign[i] = theirs[i];
        assert_eq!(read(&build(&foreign)).2, Err(BundleError::Altered { chunk: i as u64 }));
        if i > 0 {
            let mut swapped = chunks.clone();
            swapped.swap(i - 1, i);
            assert!(read(&build(&swapped)).2.is_err(), "{i} before its predecessor");
        }
    }
    let longer = [file.as_slice(), b"more"].concat();
    assert!(read(&longer).2.is_err(), "nothing may follow the last chunk");
}

#[test]
fn a_record_does_not_speak_for_other_recipients() {
    // somebody who may open it seals the same content to a third party under the author's signature
    let entries = many();
    let (signed, ..) = read(&written(&entries));
    let passed_on = written_to(&entries, &[reader_secret().kem_public()]);
    let (mut again, ..) = read(&passed_on);
    let (first, second) = (signed.expect("read"), again.take().expect("read"));
    let lifted = SignedRecordParts::of(&first).onto(&second);
    assert!(!lifted.is_signed_by(&signer().verifying_key()));
}

/// The signature of one bundle on the container of another.
struct SignedRecordParts([u8; 64]);

impl SignedRecordParts {
    fn of(signed: &SignedRecord) -> Self {
        Self(signed.signature_bytes())
    }
    fn onto(&self, other: &SignedRecord) -> SignedRecord {
        other.clone().with_signature(self.0)
    }
}

#[test]
fn a_writer_keeps_what_its_record_promised() {
    let entries = many();
    let mut out = Vec::new();
    let keys = [reader_secret().kem_public()];
    let mut begin = || {
        Writer::begin(&ORG, &record(&entries), &keys, &signer(), &mut Entropy::new([1; 32]), &mut out).expect("begun")
    };
    assert_eq!(begin().finish(&mut Vec::new()), Err(WriteError::NotAsPromised));
    assert_eq!(begin().entry(&vec![0; 900_000], &mut Vec::new()), Err(WriteError::NotAsPromised));
    let mut more = begin();
    entries.iter().for_each(|entry| more.entry(entry, &mut Vec::new()).expect("promised"));
    assert_eq!(more.entry(&[1], &mut Vec::new()), Err(WriteError::NotAsPromised));
    let mut huge = record(&entries);
    huge.bytes = BUNDLE_BYTES_MAX;
    let refused = Writer::begin(&ORG, &huge, &keys, &signer(), &mut Entropy::new([1; 32]), &mut Vec::new());
    assert!(matches!(refused, Err(WriteError::TooLarge)));
}

#[test]
fn memory_stays_bounded_however_large_the_file() {
    let entry = vec![0x5a; 4_000];
    let entries: Vec<Vec<u8>> = vec![entry; 5_000];
    let file = written(&entries);
    assert!(file.len() > 20_000_000);
    let mut reader = Reader::new(ORG, vec![reader_secret()]);
    let (mut held_max, mut seen) = (0, 0);
    for piece in file.chunks(64 << 10) {
        reader.push(piece).expect("good");
        held_max = held_max.max(reader.held_bytes());
        while reader.poll().is_some() {
            seen += 1;
        }
    }
    reader.finish().expect("whole");
    while reader.poll().is_some() {
        seen += 1;
    }
    assert_eq!(seen, 5_001);
    assert!(held_max < 400_000, "{held_max} bytes held of {}", file.len());
}

#[test]
fn other_files_are_told_apart() {
    assert_eq!(read(b"").2, Err(BundleError::NotABundle));
    assert_eq!(read(b"PK\x03\x04 a zip").2, Err(BundleError::NotABundle));
    assert_eq!(read(b"BOUCLE2\0rest").2, Err(BundleError::Version { found: '2' }));
    let mut odd = MAGIC.to_vec();
    odd.extend(17u16.to_be_bytes());
    assert!(matches!(read(&odd).2, Err(BundleError::Malformed(_))));
}

#[test]
fn padding_hides_the_length_and_costs_little() {
    for len in [0u64, 1, 4_095, 4_096, 4_097, 70_000, 1_000_000, 123_456_789, BUNDLE_BYTES_MAX] {
        let padded = padded_bytes(len);
        assert!(padded >= len && padded as f64 <= (len.max(4_096) as f64) * 1.12, "{len} → {padded}");
        assert_eq!(padded_bytes(padded), padded);
    }
    let lengths: std::collections::BTreeSet<u64> = (0..1_000_000).step_by(97).map(padded_bytes).collect();
    assert!(lengths.len() < 200, "{} lengths for a million", lengths.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_refused_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..3_000)) {
        prop_assert!(read(&bytes).2.is_err());
        let marked = [MAGIC.as_slice(), &16u16.to_be_bytes(), &bytes].concat();
        prop_assert!(read(&marked).2.is_err());
    }

    #[test]
    fn any_flipped_bit_is_noticed(at in any::<proptest::sample::Index>(), bit in 0u8..8) {
        let entries = vec![vec![1; 300], vec![2; 70_000]];
        let mut file = written(&entries);
        // decoys may change: the slots' hash is in the key, so that is noticed too
        let at = at.index(file.len());
        file[at] ^= 1 << bit;
        let (signed, back, done) = read(&file);
        prop_assert!(done.is_err(), "byte {} bit {}", at, bit);
        prop_assert!(entries.starts_with(&back));
        prop_assert!(signed.is_none_or(|signed| signed.is_signed_by(&signer().verifying_key())));
    }

    #[test]
    fn any_content_behind_a_right_key_is_refused_or_read_without_panic(
        content in proptest::collection::vec(any::<u8>(), 1..3_000),
        cut in 0usize..2_000,
        good in any::<bool>(),
    ) {
        // an author who may seal to us and writes what they like
        let entries = vec![vec![7; 100], vec![8; 50]];
        let content = if good {
            let bytes = cbor::encode(&record(&entries));
            let mut whole = (bytes.len() as u32).to_be_bytes().to_vec();
            whole.extend(&bytes);
            whole.truncate(cut);
            [whole, content].concat()
        } else {
            content
        };
        let file = super::container::seal_anything(&ORG, &reader_secret().kem_public(), &content);
        let (_, _, done) = read(&file);
        prop_assert!(done.is_err());
    }

    #[test]
    fn a_record_survives_its_encoding_and_any_bytes_do_not_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        tips in proptest::collection::vec((any::<[u8; 16]>(), 1u64..50, 0u64..50, 0u64..50), 0..12),
        part in proptest::option::of((1u32..9, 9u32..20)),
        to in 0u8..3,
    ) {
        let mut made = record(&[]);
        made.part = part.map(|(index, of)| Part { set: [1; 16], index, of });
        made.to = match to {
            0 => To::Organisation,
            1 => To::Site("PAP".into()),
            _ => To::Device(DeviceId([3; 16])),
        };
        for (device, seq, a, b) in tips {
            let (after, upto) = (a.min(b).min(seq), a.max(b).min(seq));
            let chain = ChainKey { device: DeviceId(device), incarnation: Incarnation([0; 8]) };
            let row = Row { after, upto, tip: Tip { seq, entry: EntryId([1; 32]) } };
            made.scopes.entry(ScopeId([device[0]; 16])).or_default().insert(chain, row);
        }
        let encoded = cbor::encode(&made);
        prop_assert_eq!(cbor::decode::<Record>(&encoded), Ok(made));
        let _ = cbor::decode::<Record>(&bytes);
        let mut altered = encoded;
        for (at, byte) in bytes.iter().enumerate().take(3) {
            let at = (at * 97 + usize::from(*byte)) % altered.len();
            altered[at] = *byte;
        }
        let _ = cbor::decode::<Record>(&altered);
    }
}
