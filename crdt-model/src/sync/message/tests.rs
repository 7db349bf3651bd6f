use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::*;
use crate::frontier::Tip;
use crate::values::{DeviceId, EntryId, Incarnation};

fn chain(n: u8) -> ChainKey {
    ChainKey { device: DeviceId([n; 16]), incarnation: Incarnation([n; 8]) }
}

fn frontier(tips: &[(u8, u64)]) -> Frontier {
    tips.iter().map(|(n, seq)| (chain(*n), Tip { seq: *seq, entry: EntryId([*n; 32]) })).collect()
}

fn status(hints: Vec<(ScopeId, Frontier)>) -> Status {
    Status {
        membership: [1; 32],
        rest: [2; 32],
        gaps: Gaps { count: 3, hash: [4; 32] },
        wants: [5; 32],
        explicit: true,
        too_many: false,
        base: [6; 32],
        hints,
    }
}

/// Bytes in the notation of the golden vectors: hexadecimal, `n*xx` repeats a byte.
fn golden(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for word in text.split_whitespace() {
        match word.split_once('*') {
            Some((n, byte)) => {
                let byte = HEXLOWER.decode(byte.as_bytes()).expect("hexadecimal")[0];
                out.resize(out.len() + n.parse::<usize>().expect("a count"), byte);
            }
            None => out.extend(HEXLOWER.decode(word.as_bytes()).expect("hexadecimal")),
        }
    }
    out
}

#[test]
fn golden_vectors_hold_both_ways() {
    let scope = ScopeId([9; 16]);
    let tip = "84 50 16*07 48 8*07 1818 5820 32*07";
    let vectors: Vec<(Message, String)> = vec![
        (
            Message::Status(status(vec![(scope, frontier(&[(7, 24)]))])),
            format!("8a 01 01 5820 32*01 5820 32*02 03 5820 32*04 5820 32*05 01 5820 32*06 81 82 50 16*09 81 {tip}"),
        ),
        (Message::Scopes(vec![(scope, [8; 32])]), "82 02 81 82 50 16*09 5820 32*08".into()),
        (Message::Tips { scope, tips: frontier(&[(7, 24)]), last: true }, format!("84 03 50 16*09 81 {tip} f5")),
        (
            Message::Entries { scope, entries: vec![vec![1, 2], vec![3]], urgent: vec![1] },
            "84 04 50 16*09 82 42 0102 41 03 81 01".into(),
        ),
        (Message::Confirmed { frames: 300 }, "82 05 19012c".into()),
        (Message::RoundEnd { answered: 0 }, "82 06 00".into()),
        (Message::Resend { scope, chain: chain(7), after: 5 }, "84 07 50 16*09 82 50 16*07 48 8*07 05".into()),
        (Message::Bye { code: "rounds".into() }, "82 08 66 726f756e6473".into()),
        (
            Message::WantSections { scope, wanted: vec![Missing { entry: EntryId([7; 32]), layers: 6 }] },
            "83 09 50 16*09 81 82 5820 32*07 06".into(),
        ),
        (
            Message::Sections {
                scope,
                sections: vec![SectionsOf { entry: EntryId([7; 32]), sections: vec![(0, vec![1]), (2, vec![])] }],
            },
            "83 0a 50 16*09 81 82 5820 32*07 82 82 00 41 01 82 02 40".into(),
        ),
    ];
    for (message, bytes) in vectors {
        let bytes = golden(&bytes);
        assert_eq!(message.to_frame(), bytes, "{message:?}");
        assert_eq!(Message::from_frame(&bytes).expect("decodes"), message);
    }
}

#[test]
fn what_is_not_one_bounded_canonical_message_is_refused() {
    let scope = ScopeId([9; 16]);
    let wrong = [
        "82 05 1805",                                             // a long integer
        "82 05 01 00",                                            // trailing byte
        "83 05 01 00",                                            // a part too many
        "82 09 00",                                               // parts of another message
        "83 09 50 16*09 80",                                      // nothing wanted
        "83 09 50 16*09 81 82 5820 32*07 00",                     // no layer of it
        "83 09 50 16*09 81 82 5820 32*07 10",                     // an unknown layer
        "83 09 50 16*09 82 82 5820 32*07 01 82 5820 32*07 02",    // one entry twice
        "83 0a 50 16*09 80",                                      // no sections
        "83 0a 50 16*09 81 82 5820 32*07 80",                     // an entry and none of its sections
        "83 0a 50 16*09 81 82 5820 32*07 82 82 01 40 82 01 40",   // one layer twice
        "83 0a 50 16*09 81 82 5820 32*07 81 82 04 40",            // an unknown layer
        "84 04 50 16*09 81 41 03 81 01",                          // an urgent place of no entry
        "84 04 50 16*09 81 41 03 82 00 00",                       // one place twice
        "82 18ff 00",                                             // unknown tag
        "84 04 50 16*09 80 80",                                   // no entries
        "84 04 50 16*09 9affffffff",                              // four thousand million entries
        "82 02 82 82 50 16*09 5820 32*08 82 50 16*09 5820 32*08", // one scope twice
        "84 03 50 16*09 81 84 50 16*07 48 8*07 00 5820 32*07 f5", // a tip at seq 0
        "82 08 62 0a41",                                          // a code that is no code
        "",
    ];
    for text in wrong {
        assert!(Message::from_frame(&golden(text)).is_err(), "{text}");
    }
    let long = Message::Bye { code: "a".repeat(BYE_BYTES_MAX + 1) }.to_frame();
    assert!(Message::from_frame(&long).is_err());
    let huge = Message::Entries { scope, entries: vec![vec![0; 900_000], vec![0; 200_000]], urgent: vec![] };
    let huge = huge.to_frame();
    assert!(matches!(Message::from_frame(&huge), Err(MessageError::TooLong { .. })));
    let mut many = Frontier::new();
    for n in 0..1_100u32 {
        let mut device = [0; 16];
        device[..4].copy_from_slice(&n.to_be_bytes());
        let chain = ChainKey { device: DeviceId(device), incarnation: Incarnation([0; 8]) };
        many.advance(chain, Tip { seq: 1, entry: EntryId([1; 32]) });
    }
    let hinted = Message::Status(status(vec![(scope, many)])).to_frame();
    assert!(hinted.len() > HINT_BYTES_MAX);
    assert!(Message::from_frame(&hinted).is_err());
}

#[test]
fn another_version_is_named_even_if_the_rest_is_unknown() {
    let found = Message::from_frame(&golden("83 01 02 f6"));
    assert_eq!(found, Err(MessageError::Version { ours: 1, theirs: 2 }));
}

#[test]
fn a_greeting_without_hints_is_small() {
    assert!(Message::Status(status(vec![])).to_frame().len() <= 180);
}

proptest! {
    #[test]
    fn any_bytes_decode_or_are_refused_and_what_decodes_is_canonical(
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        tag in 0u8..12,
        parts in 2u8..11,
    ) {
        let tagged = [&[0x80 | parts, tag], bytes.as_slice()].concat();
        for frame in [&bytes, &tagged] {
            if let Ok(message) = Message::from_frame(frame) {
                prop_assert_eq!(&message.to_frame(), frame);
            }
        }
    }

    #[test]
    fn a_flipped_bit_never_gives_the_same_message(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let message = Message::Status(status(vec![(ScopeId([9; 16]), frontier(&[(1, 5), (2, 70)]))]));
        let mut frame = message.to_frame();
        let at = at.index(frame.len());
        frame[at] ^= 1 << bit;
        if let Ok(other) = Message::from_frame(&frame) {
            prop_assert_ne!(other, message);
        }
    }
}
