//! A bundle: the file as it comes, or its content sealed to us by somebody hostile. First byte: bit 0, the rest is
//! content; bits 1 to 7, how the bytes arrive.

use std::sync::LazyLock;

use crdt_model::bundle::testing::seal_anything;
use crdt_model::bundle::{ENTRIES_MAX, Event, Reader, Record};
use crdt_model::cbor;
use crdt_model::entry::Entry;
use crdt_model::seal::{Entropy, Secret};
use crdt_model::values::OrgId;
use ed25519_dalek::SigningKey;

use crate::{Seed, vectors};

const ORG: OrgId = OrgId([1; 16]);

static READER: LazyLock<Secret> = LazyLock::new(|| Entropy::new([0x61; 32]).secret());

/// The record comes first and once, no more entries than it promised, and nothing after an error.
pub fn run(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let file = if choice & 1 == 1 { seal_anything(&ORG, &READER.kem_public(), rest) } else { rest.to_vec() };
    let mut reader = Reader::new(ORG, vec![READER.clone()]);
    let piece = 1 + usize::from(choice >> 1) * 521;
    let (mut promised, mut entries) = (None, 0_u64);
    let mut failed = false;
    let mut take = |reader: &mut Reader| {
        while let Some(event) = reader.poll() {
            match event {
                Event::Record(signed) => {
                    assert!(promised.is_none(), "a second record");
                    let bytes = cbor::encode(&signed.record);
                    assert!(cbor::decode::<Record>(&bytes).is_ok());
                    let _ = signed.is_signed_by(&SigningKey::from_bytes(&[7; 32]).verifying_key());
                    let _ = (signed.record.frontiers(), signed.record.contents().count());
                    promised = Some(signed.record.entries);
                }
                Event::Entry(bytes) => {
                    entries += 1;
                    assert!(promised.is_some_and(|most| entries <= most && most <= ENTRIES_MAX));
                    let _ = Entry::decode(&bytes);
                }
            }
        }
    };
    for bytes in file.chunks(piece) {
        failed = reader.push(bytes).is_err();
        take(&mut reader);
        if failed {
            break;
        }
    }
    let finished = reader.finish();
    take(&mut reader);
    assert!(!(failed && finished.is_ok()), "what failed does not end well");
    assert!(finished.is_err() || promised == Some(entries), "what ends well is whole");
}

/// The file of the vectors; a record that promises one entry, and that entry.
pub fn seeds() -> Vec<Seed> {
    let record = vectors::field(vectors::BUNDLE, "record");
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short").to_be_bytes();
    let entry = crate::entry::seeds().into_iter().find(|(label, _)| label == "entry-whole").expect("a seed").1;
    let content = [&length(&record), record.as_slice(), &[0; 64], &length(&entry), &entry].concat();
    let padded = |mut content: Vec<u8>, to| {
        content.resize(to, 0);
        content
    };
    vec![
        ("file".to_owned(), [&[0xfe], vectors::field(vectors::BUNDLE, "file").as_slice()].concat()),
        ("content".to_owned(), [&[0xff], padded(content.clone(), 4_096).as_slice()].concat()),
        ("unpadded".to_owned(), [&[0x0f], content.as_slice()].concat()),
        ("record".to_owned(), [&[0x03], length(&record).as_slice(), &record, &[0; 64]].concat()),
    ]
}
