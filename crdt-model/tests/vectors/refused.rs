//! Bytes that must be refused, whatever signed them: `refused.txt`, one field a fault, with the error expected.
//!
//! Each fault is made alone in an otherwise good value, and the good value is checked to be accepted: a reader that
//! refuses everything fails here too.

use crdt_model::cbor::{self, CborError, Writer, WriterExt};
use crdt_model::entry::{Entry, FormError, Header};
use crdt_model::frontier::{ForkProof, Frontier};
use crdt_model::roster::{Invitation, Operation};
use crdt_model::seal::{GRANT_SLOTS, GrantSection, Plain, StreamGrant};

use crate::sheet::Sheet;
use crate::{rival, world::World};

/// A reader: why it refuses the bytes (the code of the fault), if it does.
type Refuses = fn(&[u8]) -> Option<&'static str>;

fn refused_as<T>(result: Result<T, CborError>) -> Option<&'static str> {
    Some(FormError::from(result.err()?).code())
}

fn header(bytes: &[u8]) -> Option<&'static str> {
    refused_as(cbor::decode::<Header>(bytes))
}

fn entry(bytes: &[u8]) -> Option<&'static str> {
    Entry::decode(bytes).err().map(|fault| fault.code())
}

/// A header with one fault; `""` for none.
fn header_with(fault: &str) -> Vec<u8> {
    let is = |name: &str| name == fault;
    let mut w = Writer::new(Vec::new());
    w.arr(if is("one element too many") { 15 } else { 14 });
    w.uint(if is("version 2") { 2 } else { 1 });
    if is("org as text") {
        w.text("aaaaaaaaaaaaaaaa");
    } else {
        w.bstr(&[0x01; 16][..if is("org of 15 bytes") { 15 } else { 16 }]);
    }
    w.bstr(&[0x02; 16]).uint(if is("kind 9") { 9 } else { 1 });
    w.bstr(&[0x03; 16]).bstr(&[0x04; 16]);
    w.bstr(&[0x05; 9][..if is("incarnation of 9 bytes") { 9 } else { 8 }]);
    match fault {
        "seq 0" => w.uint(0).bstr(&[0; 32]),
        "seq 1 with a prev" => w.uint(1).bstr(&[0x06; 32]),
        "seq 2 without a prev" => w.uint(2).bstr(&[0; 32]),
        "negative seq" => w.sint(-1).bstr(&[0x06; 32]),
        _ => w.uint(2).bstr(&[0x06; 32]),
    };
    w.uint(2000).uint(1);
    match fault {
        "auth of 9 ids" => ids(&mut w, 1..=9),
        "auth not sorted" => ids(&mut w, [2, 1]),
        "auth with one id twice" => ids(&mut w, [1, 1]),
        _ => ids(&mut w, [1, 2]),
    }
    if is("deps of 33 ids") {
        ids(&mut w, 1..=33);
    } else {
        ids(&mut w, [7]);
    }
    let layers: &[u8] = match fault {
        "sections not sorted by layer" => &[1, 0],
        "two sections of one layer" => &[0, 0],
        "unknown layer" => &[0, 4],
        "nine sections" => &[0, 1, 2, 3, 3, 3, 3, 3, 3],
        _ => &[0, 1],
    };
    w.arr(layers.len());
    for layer in layers {
        w.arr(5).uint((*layer).into()).uint(if is("generation beyond 32 bits") { 1 << 32 } else { 0 });
        w.uint(if is("section of 262,145 bytes") { 262_145 } else { 4 });
        w.bstr(&[0x09; 32]);
        w.bstr(&[0x0a; 8]);
    }
    if is("one element too many") {
        w.uint(0);
    }
    w.into_writer()
}

fn ids(w: &mut Writer, of: impl IntoIterator<Item = u8>) {
    let of: Vec<u8> = of.into_iter().collect();
    w.arr(of.len());
    for n in of {
        w.bstr(&[n; 32]);
    }
}

const HEADER_FAULTS: [&str; 20] = [
    "one element too many",
    "version 2",
    "org as text",
    "org of 15 bytes",
    "kind 9",
    "incarnation of 9 bytes",
    "seq 0",
    "seq 1 with a prev",
    "seq 2 without a prev",
    "negative seq",
    "auth of 9 ids",
    "auth not sorted",
    "auth with one id twice",
    "deps of 33 ids",
    "sections not sorted by layer",
    "two sections of one layer",
    "unknown layer",
    "nine sections",
    "generation beyond 32 bits",
    "section of 262,145 bytes",
];

/// The same value in other CBOR: each is what a lax reader takes.
fn other_encodings(good: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let long_integer = [&good[..1], &[0x18, 0x01], &good[2..]].concat();
    let longer_integer = [&good[..1], &[0x1b, 0, 0, 0, 0, 0, 0, 0, 1], &good[2..]].concat();
    let long_array = [&[0x98, 0x0e], &good[1..]].concat();
    let indefinite = [&[0x9f], &good[1..], &[0xff]].concat();
    let long_bytes = [&good[..2], &[0x58, 0x10], &good[3..]].concat();
    let chunked_bytes = [&good[..2], &[0x5f, 0x50], &good[3..19], &[0xff], &good[19..]].concat();
    let tagged = [&good[..1], &[0xc1], &good[1..]].concat();
    let trailing = [good, &[0x00]].concat();
    let cut = good[..good.len() - 1].to_vec();
    vec![
        ("integer in two bytes", long_integer),
        ("integer in nine bytes", longer_integer),
        ("array length in two bytes", long_array),
        ("indefinite array", indefinite),
        ("byte length in two bytes", long_bytes),
        ("byte string in chunks", chunked_bytes),
        ("tagged integer", tagged),
        ("trailing byte", trailing),
        ("cut by one byte", cut),
        ("nothing", vec![]),
    ]
}

/// Faults of whole entries around a good header, which names one section of 4 bytes.
fn entries() -> Vec<(&'static str, Vec<u8>)> {
    let good = rival(&World::new(), 1);
    let write = |sig: &[u8], sections: &[Option<&[u8]>]| {
        let mut w = Writer::new(Vec::new());
        w.arr(3).bstr(good.header_bytes()).bstr(sig).arr(sections.len());
        for section in sections {
            match section {
                Some(bytes) => w.bstr(bytes),
                None => w.nil(),
            };
        }
        w.into_writer()
    };
    let sig = good.signature();
    assert_eq!(entry(&write(sig, &[Some(&[1; 4])])), None, "the entry without faults is accepted");
    assert_eq!(entry(&write(sig, &[None])), None, "and without its section");
    vec![
        ("signature of 63 bytes", write(&sig[..63], &[None])),
        ("no section for one", write(sig, &[])),
        ("two sections for one", write(sig, &[None, None])),
        ("section of other bytes", write(sig, &[Some(&[2; 4])])),
        ("section of another length", write(sig, &[Some(&[1; 3])])),
    ]
}

/// Faults of the other formats: (name, bytes, reader).
fn others() -> Vec<(&'static str, Vec<u8>, Refuses)> {
    let w = World::new();
    let bytes = |write: &dyn Fn(&mut Writer)| {
        let mut w = Writer::new(Vec::new());
        write(&mut w);
        w.into_writer()
    };
    let tip = |w: &mut Writer, device: u8, seq: u64| {
        w.arr(4).bstr(&[device; 16]).bstr(&[5; 8]).uint(seq).bstr(&[6; 32]);
    };
    let invitation = cbor::encode(&w.invitation());
    let invitation_1 = [&invitation[..1], &[0x01], &invitation[2..]].concat();
    let frontier: Refuses = |b| refused_as(cbor::decode::<Frontier>(b));
    let operation: Refuses = |b| refused_as(cbor::decode::<Operation>(b));
    let plain: Refuses = |b| refused_as(cbor::decode::<Plain>(b));
    let grant: Refuses = |b| refused_as(cbor::decode::<GrantSection>(b));
    vec![
        (
            "frontier: chains not sorted",
            bytes(&|w| {
                w.arr(2);
                tip(w, 2, 1);
                tip(w, 1, 1)
            }),
            frontier,
        ),
        (
            "frontier: one chain twice",
            bytes(&|w| {
                w.arr(2);
                tip(w, 1, 1);
                tip(w, 1, 2)
            }),
            frontier,
        ),
        (
            "frontier: tip at seq 0",
            bytes(&|w| {
                w.arr(1);
                tip(w, 1, 0)
            }),
            frontier,
        ),
        (
            "frontier: 50,001 chains announced",
            bytes(&|w| {
                w.arr(50_001);
            }),
            frontier,
        ),
        (
            "operation: code 22",
            bytes(&|w| {
                w.arr(2).uint(22).nil();
            }),
            operation,
        ),
        (
            "operation: merge that says something",
            bytes(&|w| {
                w.arr(2).uint(18).uint(0);
            }),
            operation,
        ),
        (
            "operation: site of unknown kind",
            bytes(&|w| {
                w.arr(2).uint(1).arr(5).text("BOM").text("B").uint(5).nil().nil();
            }),
            operation,
        ),
        (
            "operation: code of 65 bytes",
            bytes(&|w| {
                w.arr(2).uint(1).arr(5).text(&"B".repeat(65)).text("B").uint(0).nil().nil();
            }),
            operation,
        ),
        (
            "operation: 257 wraps announced",
            bytes(&|w| {
                w.arr(2).uint(14).arr(3).bstr(&[1; 16]).uint(1).arr(257);
            }),
            operation,
        ),
        (
            "operation: genesis that needs 2 of 1 keys",
            bytes(&|w| {
                w.arr(2).uint(0).arr(2).arr(8).uint(1).bstr(&[1; 16]).arr(1).bstr(&[2; 32]).uint(2).uint(1);
                for _ in 0..2 {
                    w.arr(2).bstr(&[3; 32]).bstr(&[4; 32]);
                }
                w.text("JER").arr(0);
            }),
            operation,
        ),
        (
            "operation: block of one number",
            bytes(&|w| {
                w.arr(2).uint(3).arr(7).bstr(&[1; 32]).bstr(&[2; 32]).text("operator").text("JER").uint(1);
                w.arr(3).uint(104).uint(105).uint(106).arr(1).uint(7);
            }),
            operation,
        ),
        (
            "plaintext: unknown flag 8",
            bytes(&|w| {
                w.arr(7).bstr(&[1; 16]).sint(0).bstr(&[2; 16]).bstr(&[3; 64]).uint(8).uint(0).bstr(&[]);
            }),
            plain,
        ),
        (
            "grant: seven slots",
            bytes(&|w| {
                w.arr(2).bstr(&[1; 16]).arr(GRANT_SLOTS - 1);
                for _ in 1..GRANT_SLOTS {
                    w.arr(2).bstr(&[2; 32]).bstr(&[3; 56]);
                }
            }),
            grant,
        ),
        (
            "stream grant: version 2",
            bytes(&|w| {
                w.arr(6).uint(2).bstr(&[1; 16]).bstr(&[2; 16]).uint(1).bstr(&[3; 32]).bstr(&[4; 48]);
            }),
            |b| refused_as(cbor::decode::<StreamGrant>(b)),
        ),
        (
            "fork proof: version 2",
            bytes(&|w| {
                w.arr(5).uint(2).bstr(&[1]).bstr(&[2; 64]).bstr(&[3]).bstr(&[4; 64]);
            }),
            |b| refused_as(cbor::decode::<ForkProof>(b)),
        ),
        ("invitation: version 1", invitation_1, |b| refused_as(cbor::decode::<Invitation>(b))),
    ]
}

#[test]
fn what_is_not_the_one_form_within_bounds_is_refused() {
    let good = header_with("");
    assert_eq!(header(&good), None, "the header without faults is accepted");
    let mut cases: Vec<(String, Vec<u8>, Refuses)> = Vec::new();
    for fault in HEADER_FAULTS {
        cases.push((format!("header: {fault}"), header_with(fault), header));
    }
    for (fault, bytes) in other_encodings(&good) {
        cases.push((format!("header: {fault}"), bytes, header));
    }
    for (fault, bytes) in entries() {
        cases.push((format!("entry: {fault}"), bytes, entry));
    }
    cases.extend(others().into_iter().map(|(fault, bytes, reader)| (fault.to_owned(), bytes, reader)));

    let mut s = Sheet::new(
        "refused",
        "Bytes that every reader refuses, and the code of the fault. `header` is the good value that faults of headers were put\ninto.",
    );
    s.hex("header", &good);
    for (n, (fault, bytes, reader)) in cases.iter().enumerate() {
        let why = reader(bytes).unwrap_or_else(|| panic!("accepted: {fault}"));
        s.note(fault).hex(&format!("{n:02}"), bytes).plain(&format!("{n:02}.refused"), why);
    }
    let frozen = s.check();
    for (n, (fault, _, reader)) in cases.iter().enumerate() {
        let why = reader(&frozen.hex(&format!("{n:02}")));
        assert_eq!(why, Some(frozen.text(&format!("{n:02}.refused"))), "{fault}");
    }
}
