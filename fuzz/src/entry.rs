//! An entry from the wire: form, what it carries, what it takes back, what it confirms, whether it is admitted; and the content
//! of a receipt by itself.

use crdt_model::admission::{ChainState, SignedBy, admit};
use crdt_model::carried::{carried, is_signed};
use crdt_model::cbor;
use crdt_model::entry::{Entry, Place};
use crdt_model::erasure::Erased;
use crdt_model::receipt::Receipt;
use crdt_model::retraction::{Retraction, judge, taken_back};
use crdt_model::roster::{Record, self_introduced_key};
use ed25519_dalek::SigningKey;

use crate::{Seed, vectors};

/// Decodes, encodes again, and asks everything that is asked of an entry before anybody may see it.
pub fn run(data: &[u8]) {
    if let Ok(receipt) = cbor::decode::<Receipt>(data) {
        assert_eq!(cbor::encode(&receipt), data, "a receipt has one encoding");
        assert!(receipt.held.windows(2).all(|pair| pair[0].chain < pair[1].chain), "each chain once");
    }
    let Ok(entry) = Entry::decode(data) else { return };
    assert_eq!(entry.encode(), data, "an entry has one encoding");
    let header = entry.header();
    let again = Entry::from_parts(entry.header_bytes(), *entry.signature(), entry.sections().to_vec());
    assert_eq!(again.expect("the same parts").id(), entry.id());
    assert_eq!(header.to_bytes(), entry.header_bytes(), "a header has one encoding");
    let key = SigningKey::from_bytes(&[7; 32]).verifying_key();
    let next =
        Place { seq: header.seq, prev: header.prev, bytes_before: header.bytes_total.wrapping_sub(header.cost()) };
    for signer in [None, Some(SignedBy::Checked), Some(SignedBy::Unchecked(&key))] {
        for held in [None, Some(entry.id())] {
            let _ = admit(&entry, &header.org, signer, &ChainState { next, fork: None, held });
        }
    }
    if let Ok(Some(inner)) = carried(&entry) {
        assert_eq!(inner.header().scope, header.scope, "what is carried stays in its scope");
        let _ = is_signed(&inner, |_| Some(key));
    }
    let _ = (
        Retraction::read_from(&entry),
        Receipt::read_from(&entry),
        self_introduced_key(&header.org, &entry),
        Record::read(&entry),
    );
    let entries = [entry];
    let _ = (judge(&entries), taken_back(&entries));
    let [entry] = entries;
    for layers in 0..8_u8 {
        let of = |bit: u8| (layers >> bit & 1 == 1).then_some(u32::from(layers));
        if let Some(stripped) = Erased::of_layers([of(0), of(1), of(2)]).strip(&entry) {
            assert_eq!(stripped.id(), entry.id(), "an erased section leaves the id");
            assert!(Entry::decode(&stripped.encode()).is_ok(), "an erased entry is an entry");
        }
    }
}

/// The entries of the vectors, whole and without a section.
pub fn seeds() -> Vec<Seed> {
    let of_file = |(file, text): (&str, &str)| {
        let entries = vectors::fields(text).into_iter().filter_map(move |(label, bytes)| {
            Entry::decode(&bytes).ok()?;
            Some((format!("{file}-{}", label.replace('/', "_")), bytes))
        });
        entries.collect::<Vec<_>>()
    };
    let mut seeds: Vec<Seed> = vectors::OF_ENTRIES.into_iter().flat_map(of_file).collect();
    let receipts = vectors::OF_ENTRIES.iter().find(|(file, _)| *file == "receipt").expect("a file of vectors").1;
    seeds.push(("receipt-content".to_owned(), vectors::field(receipts, "content")));
    for parts in ["entry", "carried"] {
        let text = vectors::OF_ENTRIES.iter().find(|(file, _)| *file == parts).expect("a file of vectors").1;
        let fields = vectors::fields(text);
        let sections =
            fields.iter().filter(|(label, _)| label.starts_with("section.") && label.matches('.').count() == 1);
        let sections: Vec<_> = sections.map(|(_, bytes)| Some(bytes.clone())).collect();
        let signature = vectors::field(text, "signature").try_into().expect("64 bytes");
        let Ok(mut entry) = Entry::from_parts(&vectors::field(text, "header"), signature, sections) else { continue };
        seeds.push((format!("{parts}-whole"), entry.encode()));
        entry.drop_section(1);
        seeds.push((format!("{parts}-without-personal"), entry.encode()));
    }
    seeds
}
