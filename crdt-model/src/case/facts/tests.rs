//! One vector a fact: the bytes are a promise.

use super::*;
use crate::case::consent::Answer;
use crate::case::loop_closure::Satisfaction;
use crate::case::status::Status;
use crate::seal::Secret;
use crate::values::{DeviceId, EntryId, Incarnation, Level, MemberId, Who, Words};

use crate::case::status::EPOCH_MAX;
use crate::cbor::Canonical;

const A: FactId = FactId([0xaa; 8]);
const B: FactId = FactId([0xbb; 8]);
const AT: i64 = 1_795_219_200_000;

fn vector<T: Canonical + PartialEq + fmt::Debug>(kind: FactKind, fact: &T, hex: &str) {
    let bytes = cbor::encode(fact);
    assert_eq!(HEXLOWER.encode(&bytes), hex, "{kind:?}");
    assert_eq!(cbor::decode::<T>(&bytes).as_ref(), Ok(fact), "{kind:?}");
    assert_eq!(kind.check(&bytes), Ok(()), "{kind:?}");
    let trailing = [&bytes[..], &[0]].concat();
    assert!(kind.check(&trailing).is_err() && kind.check(&bytes[..bytes.len() - 1]).is_err(), "{kind:?}");
    let mut version = bytes;
    version[1] = 2;
    assert!(kind.check(&version).is_err(), "{kind:?}");
}

#[test]
fn a_fact_has_one_form() {
    let closed = MoveFact { to: Status::Closed, epoch: 1, seen: vec![A, B], reason: Some("satisfied".into()) };
    vector(FactKind::Move, &closed, "850166636c6f736564018248aaaaaaaaaaaaaaaa48bbbbbbbbbbbbbbbb69736174697366696564");
    let triaged = MoveFact { to: Status::Triaged, epoch: 0, seen: vec![], reason: None };
    vector(FactKind::Move, &triaged, "850167747269616765640080f6");
    let hold = HoldFact { reason: Some("person".into()), at_ms: AT, until_ms: Some(AT), seen: vec![A] };
    vector(FactKind::Hold, &hold, "850166706572736f6e1b000001a1fb6718001b000001a1fb6718008148aaaaaaaaaaaaaaaa");
    vector(FactKind::Raise, &RaiseFact { level: Level::S3 }, "820103");
    let lower = LowerFact { level: Level::S0, raises: vec![A], seen: vec![] };
    vector(FactKind::Lower, &lower, "8401008148aaaaaaaaaaaaaaaa80");
    let consent = ConsentFact {
        purpose: "record".into(),
        answer: Answer::Given,
        means: Some("oral".into()),
        by: None,
        at_ms: -1,
        seen: vec![],
    };
    vector(FactKind::Consent, &consent, "8701667265636f726465676976656e646f72616cf62080");
    vector(FactKind::Contact, &ContactFact { allowed: false, seen: vec![B] }, "8301f48148bbbbbbbbbbbbbbbb");
    let delivered = DeliveredFact { entry: EntryId([2; 32]) };
    vector(FactKind::Delivered, &delivered, &format!("82015820{}", "02".repeat(32)));
    vector(FactKind::Interim, &InterimFact { epoch: 1, at_ms: 5, until_ms: AT }, "840101051b000001a1fb671800");
    let sent = ReferralFact { status: "sent_outside".into(), at_ms: 5, means: Some("phone".into()), of: None };
    vector(FactKind::Referral, &sent, "85016c73656e745f6f757473696465056570686f6e65f6");
    let confirmed = ReferralFact { status: "confirmed_by_phone".into(), at_ms: 6, means: None, of: Some(A) };
    vector(FactKind::Referral, &confirmed, "850172636f6e6669726d65645f62795f70686f6e6506f648aaaaaaaaaaaaaaaa");
    let fields = vec!["category".into(), "week".into()];
    let notice = NoticeFact { body: "hq".into(), at_ms: 5, means: "email".into(), fields, text: Some("ok".into()) };
    vector(FactKind::Notice, &notice, "86016268710565656d61696c826863617465676f7279647765656b626f6b");
    let question = QuestionFact { who: Who::Role("cfm_manager".into()), at_ms: 5, of: vec![] };
    vector(FactKind::Question, &question, "840170726f6c653a63666d5f6d616e616765720580");
    let answer = QuestionFact { who: Who::Role("hr".into()), at_ms: 6, of: vec![A, B] };
    vector(FactKind::Question, &answer, "840167726f6c653a6872068248aaaaaaaaaaaaaaaa48bbbbbbbbbbbbbbbb");
    let appeal = AppealFact { level: "commune".into(), rank: 2, within_h: 72, epoch: 1, at_ms: 5, refused: false };
    vector(FactKind::Appeal, &appeal, "870167636f6d6d756e650218480105f4");
    vector(FactKind::Response, &ResponseFact { epoch: 2, at_ms: AT }, "8301021b000001a1fb671800");
    let text = ResponseText { text: "ok".into(), language: Some("ht".into()) };
    vector(FactKind::ResponseText, &text, "8301626f6b626874");
    let said = SatisfactionFact { value: Satisfaction::Partly, epoch: 0, at_ms: 5, responses: vec![A], seen: vec![B] };
    vector(FactKind::Satisfaction, &said, "860166706172746c7900058148aaaaaaaaaaaaaaaa8148bbbbbbbbbbbbbbbb");
    let detail = SatisfactionDetail { by: Some("x".into()), means: None };
    vector(FactKind::SatisfactionDetail, &detail, "83016178f6");
    let service = ServiceFact { kind: "medical".into(), answer: "accepted".into(), at_ms: 5, name: Some("x".into()) };
    vector(FactKind::Service, &service, "8501676d65646963616c6861636365707465640561 78".replace(' ', "").as_str());
    let interaction = InteractionFact {
        at_ms: 5,
        channel: Some("sms".into()),
        inward: true,
        purpose: "new".into(),
        outcome: "cut".into(),
        language: None,
        ended_ms: None,
        first_contact: false,
    };
    vector(FactKind::Interaction, &interaction, "89010563736d73f5636e657763637574f6f6f4");
    vector(FactKind::Note, &TextFact { text: "é".into() }, "820162c3a9");
    let action = ActionFact { what: "w".into(), on_behalf_of: None, at_ms: 5, due_ms: Some(6) };
    vector(FactKind::Action, &action, "85016177f60506");
    let recusal = RecusalFact { who: Who::Role("hr".into()) };
    vector(FactKind::Recusal, &recusal, "820167726f6c653a6872");
    let file = AttachmentFact { hash: [1; 32], bytes: 9, name: None, media_type: Some("image/png".into()) };
    let hex = format!("85015820{}09f669696d6167652f706e67", "01".repeat(32));
    vector(FactKind::Attachment, &file, &hex);
    let origin = OriginFact {
        entry: EntryId([2; 32]),
        member: None,
        device: DeviceId([3; 16]),
        claimed_ms: 5,
        n: 1,
        keys: vec!["note/aaaaaaaaaaaaaaaa".into(), "text".into()],
    };
    let hex = format!(
        "87015820{}f650{}05018275{}6474657874",
        "02".repeat(32),
        "03".repeat(16),
        "6e6f74652f61616161616161616161616161616161"
    );
    vector(FactKind::Origin, &origin, &hex);
    let (member, device) = (MemberId([4; 16]), DeviceId([5; 16]));
    let exposed = ExposedFact { generation: 0, members: vec![member], devices: vec![device] };
    let hex = format!("8401008150{}8150{}", "04".repeat(16), "05".repeat(16));
    vector(FactKind::Exposed, &exposed, &hex);
    let keys = OldKeysFact { generation: 1, keys: vec![(device, Incarnation([6; 8]), Secret([7; 32]))] };
    let hex = format!("83010181 8350{}48{}5820{}", "05".repeat(16), "06".repeat(8), "07".repeat(32)).replace(' ', "");
    vector(FactKind::OldKeys, &keys, &hex);
}

#[test]
fn what_a_generation_says_of_the_older_one_is_in_order_and_within_bounds() {
    let refused = |kind: FactKind, bytes: Vec<u8>| assert!(kind.check(&bytes).is_err(), "{kind:?}");
    let origin = OriginFact {
        entry: EntryId([2; 32]),
        member: Some(MemberId([1; 16])),
        device: DeviceId([3; 16]),
        claimed_ms: 5,
        n: 0,
        keys: vec!["b".into(), "a".into()],
    };
    refused(FactKind::Origin, cbor::encode(&origin));
    refused(FactKind::Origin, cbor::encode(&OriginFact { keys: vec![], n: ORIGINS_MAX, ..origin }));
    let twice = ExposedFact { generation: 0, members: vec![MemberId([4; 16]); 2], devices: vec![] };
    refused(FactKind::Exposed, cbor::encode(&twice));
    let key = (DeviceId([5; 16]), Incarnation([6; 8]), Secret([7; 32]));
    refused(FactKind::OldKeys, cbor::encode(&OldKeysFact { generation: 0, keys: vec![key.clone(), key] }));
}

#[test]
fn bounds_of_facts_are_kept() {
    let refused = |kind: FactKind, bytes: Vec<u8>| assert!(kind.check(&bytes).is_err(), "{kind:?}");
    let good = MoveFact { to: Status::Closed, epoch: 0, seen: vec![A, B], reason: Some("withdrawn".into()) };
    for bad in [
        MoveFact { to: Status::Received, reason: None, ..good.clone() },
        MoveFact { to: Status::Reopened, reason: None, ..good.clone() },
        MoveFact { to: Status::Triaged, ..good.clone() },
        MoveFact { reason: None, ..good.clone() },
        MoveFact { reason: Some("two words".into()), ..good.clone() },
        MoveFact { epoch: EPOCH_MAX + 1, ..good.clone() },
        MoveFact { seen: vec![B, A], ..good.clone() },
        MoveFact { seen: vec![A, A], ..good.clone() },
        MoveFact { seen: (0..=64).map(|n| FactId([n; 8])).collect(), ..good.clone() },
    ] {
        refused(FactKind::Move, cbor::encode(&bad));
    }
    for bad in ["".to_owned(), "bell\u{7}".to_owned(), "x".repeat(WORDS_BYTES_MAX + 1)] {
        refused(FactKind::Note, cbor::encode(&TextFact { text: Words(bad) }));
    }
    refused(FactKind::Response, cbor::encode(&ResponseFact { epoch: 0, at_ms: i64::MAX }));
    refused(FactKind::Recusal, cbor::encode(&RecusalFact { who: Who::Role("two words".into()) }));
    refused(FactKind::Raise, vec![0x82, 1, 4]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_a_reader_panic(bytes: Vec<u8>) {
        for kind in FactKind::ALL {
            // deciding is enough; that both answers occur is held by the vectors
            drop(kind.check(&bytes));
        }
    }

    #[test]
    fn what_is_accepted_is_canonical(mut bytes in proptest::sample::select(vec![
        cbor::encode(&MoveFact { to: Status::Closed, epoch: 1, seen: vec![A, B], reason: Some("prank".into()) }),
        cbor::encode(&HoldFact { reason: None, at_ms: AT, until_ms: None, seen: vec![A] }),
    ]), at: proptest::sample::Index, to: u8) {
        let at = at.index(bytes.len());
        bytes[at] = to;
        if let Ok(fact) = cbor::decode::<MoveFact>(&bytes) {
            proptest::prop_assert_eq!(cbor::encode(&fact), bytes.clone());
        }
        if let Ok(fact) = cbor::decode::<HoldFact>(&bytes) {
            proptest::prop_assert_eq!(cbor::encode(&fact), bytes);
        }
    }
}
