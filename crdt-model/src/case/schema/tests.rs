use std::collections::BTreeSet;

use super::*;
use crate::case::facts::{MoveFact, TextFact};
use crate::case::status::Status;

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

#[test]
fn every_key_belongs_to_one_field() {
    let mut keys = BTreeSet::new();
    for field in FIELDS {
        let key = match field.merge {
            Merge::Facts(kind) => format!("{}/", kind.prefix()),
            Merge::Set => format!("{}/", field.name),
            _ => field.name.to_owned(),
        };
        assert!(keys.insert(key.clone()), "{key} twice");
        assert_eq!(field.kind == Kind::Fact, matches!(field.merge, Merge::Facts(_)), "{key}");
        assert_eq!(matches!(field.kind, Kind::Element(..)), field.merge == Merge::Set, "{key}");
    }
    for kind in FactKind::ALL {
        assert!(FIELDS.iter().any(|field| field.merge == Merge::Facts(kind)), "{kind:?}");
        let key = kind.key(FactId([0xab; 8]));
        assert!(matches!(slot(&key), Some(Slot::Fact(_, found, FactId([0xab, ..]))) if found == kind), "{key}");
    }
}

#[test]
fn a_field_is_written_in_its_layer_or_sealed() {
    let name = text("x");
    assert_eq!(check_put(Layer::Personal, "reporter_name", &name), Ok(()));
    assert_eq!(check_put(Layer::Sensitive, "reporter_name", &name), Ok(()));
    assert_eq!(check_put(Layer::Open, "reporter_name", &name), Err(SchemaFault::Key(Layer::Open)));
    assert_eq!(check_put(Layer::Personal, "channel", &name), Err(SchemaFault::Key(Layer::Personal)));
    assert_eq!(check_put(Layer::Sensitive, "accused", &name), Ok(()));
    assert_eq!(check_put(Layer::Personal, "accused", &name), Err(SchemaFault::Key(Layer::Personal)));
    assert_eq!(check_put(Layer::Open, "restricted", &Value::Bool(true)), Ok(()));
    assert_eq!(
        check_put(Layer::Sensitive, "restricted", &Value::Bool(true)),
        Err(SchemaFault::Key(Layer::Sensitive)),
        "the mark is open or nothing"
    );
    assert!(check_put(Layer::Open, "restricted", &Value::Bool(false)).is_err());
    assert_eq!(check_put(Layer::Open, "invented", &name), Err(SchemaFault::Key(Layer::Open)));
    assert_eq!(check_put(Layer::Open, &"x".repeat(201), &name), Err(SchemaFault::Key(Layer::Open)));
}

#[test]
fn values_are_of_the_type_of_their_field() {
    let refused = |layer, key: &str, value: Value| assert!(check_put(layer, key, &value).is_err(), "{key}");
    let words = Layer::Personal;
    refused(Layer::Open, "channel", Value::Int(1));
    refused(Layer::Open, "channel", text("two words"));
    refused(Layer::Open, "channel", text(""));
    refused(Layer::Open, "channel", text("é"));
    refused(Layer::Open, "filer", text("family"));
    refused(Layer::Open, "anonymous", text("true"));
    refused(Layer::Open, "group_size", Value::Int(0));
    refused(Layer::Open, "recorded_at", Value::Int(i64::MAX));
    refused(Layer::Open, "received_at", Value::Int(0));
    refused(Layer::Open, "received_at", Value::Bytes(vec![0x83, 1, 0, 3]));
    refused(Layer::Open, "assignee", text("Rose"));
    refused(Layer::Open, "assignee", text("member:ABABABABABABABABABABABABABABABAB"));
    refused(words, "created_by", text("AB"));
    refused(words, "phone", text(&"1".repeat(65)));
    refused(words, "phone", text("1\u{1b}[2J"));
    refused(words, "disability_answers", text("123459"));
    refused(words, "tags/x", Value::Bool(false));
    assert_eq!(check_put(Layer::Open, "received_at", &Value::Bytes(vec![0x83, 1, 0, 2])), Ok(()));
    assert_eq!(check_put(Layer::Open, "assignee", &text("role:focal_cash")), Ok(()));
}

#[test]
fn facts_and_constants_stay() {
    let id = FactId([1; 8]);
    let fact = cbor::encode(&MoveFact { to: Status::Triaged, epoch: 0, seen: vec![], reason: None });
    let key = FactKind::Move.key(id);
    assert_eq!(check_put(Layer::Open, &key, &Value::Bytes(fact.clone())), Ok(()));
    assert!(check_put(Layer::Open, &key, &text("closed")).is_err());
    assert!(check_put(Layer::Personal, &key, &Value::Bytes(fact.clone())).is_err());
    assert!(check_put(Layer::Open, &FactKind::Hold.key(id), &Value::Bytes(fact)).is_err(), "a move is no hold");
    let note = Value::Bytes(cbor::encode(&TextFact { text: "x".into() }));
    for bad in ["note/", "note/1", "note/ABABABABABABABAB", "note/abababababababab0", "note"] {
        assert!(check_put(Layer::Personal, bad, &note).is_err(), "{bad}");
    }
    for kept in [key.as_str(), "ref", "origin_site"] {
        assert!(check_delete(Layer::Open, kept).is_err() && !may_supersede(kept), "{kept}");
    }
    assert_eq!(check_delete(Layer::Open, "project"), Ok(()));
    assert_eq!(check_delete(Layer::Personal, "tags/x"), Ok(()));
    assert_eq!(check_delete(Layer::Open, "tags/x"), Err(SchemaFault::Key(Layer::Open)));
    assert!(may_supersede("project") && may_supersede("tags/x"));
    assert!(birth_only("restricted") && birth_only("origin_site") && !birth_only("ref") && !birth_only("project"));
}

#[test]
fn an_element_has_one_key() {
    assert_eq!(element_key("tags", "a b/é").as_deref(), Some("tags/a%20b%2f%c3%a9"));
    let element = |key: &str| match slot(key) {
        Some(Slot::Element(_, element)) => Some(element),
        _ => None,
    };
    assert_eq!(element("tags/a%20b%2f%c3%a9").as_deref(), Some("a b/é"));
    for other in ["tags/", "tags/%", "tags/%2", "tags/%2F", "tags/%61", "tags/a b", "tags/%ff", "tags/%zz"] {
        assert_eq!(element(other), None, "{other}");
    }
    assert_eq!(element_key("tags", ""), None);
    assert_eq!(element_key("tags", &"é".repeat(40)), None, "longer than a key may be");
}

proptest::proptest! {
    #[test]
    fn elements_survive_their_key(element in "\\PC{1,20}") {
        let key = element_key("tags", &element);
        if let Some(key) = key {
            let survives = matches!(slot(&key), Some(Slot::Element(_, found)) if found == element);
            proptest::prop_assert!(survives);
        }
    }

    #[test]
    fn no_key_or_value_makes_the_gate_panic(key in "\\PC{0,40}|tags/.{0,20}|move/[0-9a-f]{16}", bytes: Vec<u8>, number: i64) {
        for layer in Layer::ALL {
            for value in [Value::Bytes(bytes.clone()), Value::Int(number), text(&key), Value::Bool(true)] {
                let verdict = check_put(layer, &key, &value);
                proptest::prop_assert!(slot(&key).is_some() || verdict.is_err());
            }
            drop(check_delete(layer, &key));
        }
    }
}
