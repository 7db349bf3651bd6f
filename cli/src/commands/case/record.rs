//! The record that `case new --from-json` reads: the fields of a new case, as `case new` and `case show` name them.
//!
//! What does not fit is told by the name of its field, never by what stands in it: it may be what a person said.

use crdt_model::case::schema::{self, Field, Kind};
use crdt_model::edit::NewCase;
use crdt_model::taxonomy::proposed;
use node::api::SealOptions;
use node::error::Failure;
use serde_json::{Map, Value, json};

use super::new::{consents, external_id};
use crate::when;

/// What a record may say beside the fields of a case, with what it takes.
const BESIDE: [(&str, &str); 14] = [
    ("sensitivity", "s0, s1, s2, s3"),
    ("urgent", BOOL),
    ("session", TEXT),
    ("spoken", TEXT),
    ("location", r#""…", {"admin1", "admin2", "admin3", "locality"}"#),
    ("allegation", TEXT),
    ("recuse", LIST),
    ("no_recusal", BOOL),
    ("not_them", LIST),
    ("audience", TEXT),
    ("consents", CONSENT),
    ("consent", CONSENT),
    ("external_id", EXTERNAL),
    ("answer", r#"{"text", "satisfaction"}"#),
];

/// Everything a record may say, with what it takes.
fn fields() -> Vec<(&'static str, String)> {
    let new = NewCase::default();
    let of_case = new.parts().map(|(field, _)| (field.name, expected(field)));
    of_case.chain(BESIDE.map(|(name, expected)| (name, expected.to_owned()))).collect()
}

/// What a field takes, as JSON says it.
fn expected(field: &Field) -> String {
    let expected = match (field.name, field.kind) {
        ("external_ids", _) => EXTERNAL,
        ("priority", _) => "p1, p2, p3, p4",
        ("disability", _) => "yes, no, unknown",
        (_, Kind::OneOf(codes)) => return codes.join(", "),
        (_, Kind::Element(..)) => LIST,
        (_, Kind::Bool | Kind::Mark) => BOOL,
        (_, Kind::Int(..) | Kind::Time) => NUMBER,
        (_, Kind::Moment) => TIME,
        (_, Kind::WgAnswers) => "[1, 1, 3, 1, 0, 1]",
        (
            _,
            Kind::Code | Kind::CodeOf(_) | Kind::Listed(_) | Kind::Words(_) | Kind::Who | Kind::Member | Kind::Fact,
        ) => TEXT,
    };
    expected.to_owned()
}

const TEXT: &str = r#""…""#;
const LIST: &str = r#"["…", "…"]"#;
const BOOL: &str = "true, false";
const NUMBER: &str = "0, 1, 2…";
const TIME: &str = "2026-11-21, 2026-11-21T14:30, 2026-11-21T14:30:00Z";
const CONSENT: &str = r#""given", "refused", ["record=given", "contact_back=refused:voice"]"#;
const EXTERNAL: &str = r#""SYS:ID", ["SYS:ID", "SYS:ID"]"#;

/// What a record says.
#[derive(Debug, Default)]
pub(super) struct Record {
    pub(super) case: NewCase,
    /// Recusals and audience.
    pub(super) seal: SealOptions,
}

/// Reads a record. `file` is what the user named it by.
///
/// # Errors
///
/// `bad_record` for what is no JSON object, with the line; `unknown_field` and `bad_value` with the name of the field.
pub(super) fn read(text: &str, file: &str, now_ms: i64) -> Result<Record, Failure> {
    let no_record = || Failure::new("bad_record").arg("file", file).at("file", file);
    // only the place is passed on: the parser's own message may quote what the person said
    let whole: Value = serde_json::from_str(text).map_err(|error| {
        let place = std::io::Error::other(format!("{:?}, {}:{}", error.classify(), error.line(), error.column()));
        no_record().at("line", error.line()).because(&place)
    })?;
    let Value::Object(fields) = whole else { return Err(no_record()) };
    let (mut case, mut seal) = (Map::new(), SealOptions::default());
    let known = self::fields();
    for (nth, (field, value)) in fields.into_iter().enumerate().filter(|(_, (_, value))| !value.is_null()) {
        let Some((_, expected)) = known.iter().find(|(known, _)| *known == field) else {
            return Err(unknown(&known, &field, nth).at("file", file));
        };
        let bad = || Failure::new("bad_value").arg("field", &field).arg("expected", expected).at("field", &field);
        // each by itself: the one that does not fit is known
        let mut laid = Map::new();
        take(&field, value, now_ms, &mut laid, &mut seal)
            .and_then(|()| serde_json::from_value::<NewCase>(Value::Object(laid.clone())).map_err(|_| None))
            .and_then(|_| lay(&mut case, laid))
            .map_err(|fault| fault.unwrap_or_else(bad).at("file", file))?;
    }
    let case = serde_json::from_value(Value::Object(case)).map_err(|_| no_record())?;
    Ok(Record { case, seal })
}

/// A field nobody has, by its place: a mistyped record may have somebody's name where the field's should stand.
fn unknown(known: &[(&'static str, String)], field: &str, nth: usize) -> Failure {
    let near = proposed(known.iter().map(|(known, _)| *known), field).join(", ");
    let place = format!("#{}", nth + 1);
    Failure::new("unknown_field").arg("field", &place).arg("near", near).at("field", place)
}

/// Lays one field of the record into the case's own form. `None`: the value is of another kind.
fn take(
    field: &str,
    value: Value,
    now_ms: i64,
    case: &mut Map<String, Value>,
    seal: &mut SealOptions,
) -> Result<(), Option<Failure>> {
    let mut put = |name: &str, value: Value| drop(case.insert(name.to_owned(), value));
    match (field, value) {
        ("urgent", Value::Bool(urgent)) => {
            if urgent {
                put("priority", json!("p1"));
            }
        }
        ("spoken", value) => put("spoken_language", value),
        ("session", value) => put("session_id", value),
        (field, Value::String(text)) if schema::field(field).is_some_and(|known| known.kind == Kind::Moment) => {
            let moment = when::moment(field, &text, now_ms).map_err(Some)?;
            put(field, serde_json::to_value(moment).map_err(|_| None)?);
        }
        ("location", value @ Value::String(_)) => put("locality", value),
        ("location", Value::Object(parts)) => {
            for (part, value) in parts.into_iter().filter(|(_, value)| !value.is_null()) {
                if !["admin1", "admin2", "admin3", "locality"].contains(&part.as_str()) {
                    return Err(None);
                }
                put(&part, value);
            }
        }
        ("external_id" | "external_ids", value) => {
            let pair = |value: Value| match value {
                Value::String(text) => external_id(&text).map(|pair| json!(pair)).map_err(Some),
                pair => Ok(pair),
            };
            let pairs: Result<Vec<Value>, _> = all(value).into_iter().map(pair).collect();
            put("external_ids", Value::Array(pairs?));
        }
        ("consent" | "consents", value) => {
            let mut answers = Vec::new();
            for value in all(value) {
                match value {
                    Value::String(text) => {
                        for answer in consents(&text).map_err(Some)? {
                            answers.push(serde_json::to_value(answer).map_err(|_| None)?);
                        }
                    }
                    answer => answers.push(answer),
                }
            }
            put("consents", Value::Array(answers));
        }
        ("recuse", value) => {
            let names: Option<Vec<String>> = all(value).into_iter().map(text_of).collect();
            seal.recuse = Some(names.ok_or(None)?);
        }
        ("not_them", value) => {
            let names: Option<Vec<String>> = all(value).into_iter().map(text_of).collect();
            seal.not_them = names.ok_or(None)?;
        }
        ("no_recusal", Value::Bool(nobody)) => {
            if nobody && seal.recuse.is_none() {
                seal.recuse = Some(Vec::new());
            }
        }
        ("audience", Value::String(audience)) => seal.audience = Some(audience),
        ("urgent" | "location" | "no_recusal" | "audience", _) => return Err(None),
        (field, value) => put(field, value),
    }
    Ok(())
}

/// Adds what one field said to the case. What is told twice, under two names, may be told differently: of consents all
/// count, of anything else neither.
fn lay(case: &mut Map<String, Value>, laid: Map<String, Value>) -> Result<(), Option<Failure>> {
    for (name, value) in laid {
        match (case.get_mut(&name), value) {
            (Some(Value::Array(held)), Value::Array(more)) if name == "consents" => held.extend(more),
            (Some(_), _) => return Err(None),
            (None, value) => drop(case.insert(name, value)),
        }
    }
    Ok(())
}

/// One, or a list of them.
fn all(value: Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all,
        one => vec![one],
    }
}

fn text_of(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Noon of 21 November 2026.
    const NOW: i64 = 1_795_262_400_000;

    #[test]
    fn every_field_of_a_new_case_is_read() {
        let whole = serde_json::to_value(NewCase::default()).expect("plain data");
        for field in whole.as_object().expect("an object").keys() {
            assert!(fields().iter().any(|(known, _)| known == field), "{field}");
        }
    }

    #[test]
    fn a_record_says_what_the_options_say() {
        let record = json!({
            "type": "complaint", "channel": "hotline", "urgent": true, "spoken": "ht", "session": "boite-3",
            "received_at": "2026-11-01T10:00:00Z", "incident_at": "2026-10", "group_size": null,
            "location": {"admin1": "HT08", "locality": "Jérémie", "admin3": null},
            "external_ids": ["KOBO:1", ["SUGAR", "2"]], "consent": "given",
            "recuse": ["Rose", "administrator"], "audience": "psea",
        });
        let Record { case, seal } = read(&record.to_string(), "-", NOW).expect("a record");
        assert_eq!((case.case_type.as_str(), case.priority.as_deref()), ("complaint", Some("p1")));
        assert_eq!((case.spoken_language.as_deref(), case.session_id.as_deref()), (Some("ht"), Some("boite-3")));
        assert_eq!(case.received_at, Some(when::moment("d", "2026-11-01T10:00:00Z", NOW).expect("a time")));
        assert_eq!(case.incident_at, Some(when::moment("d", "2026-10", NOW).expect("a month")));
        assert_eq!(case.admin1.as_deref(), Some("HT08"));
        assert_eq!(case.locality.map(|words| words.0).as_deref(), Some("Jérémie"));
        let ids = [("KOBO", "1"), ("SUGAR", "2")].map(|(system, id)| (system.to_owned(), id.to_owned()));
        assert_eq!(case.external_ids, ids);
        assert_eq!(case.consents, consents("given").expect("the script"));
        assert_eq!(seal.recuse.as_deref(), Some(["Rose".to_owned(), "administrator".to_owned()].as_slice()));
        assert_eq!(seal.audience.as_deref(), Some("psea"));
        let refused =
            read(r#"{"consent": "refused", "consents": ["contact_back=given"]}"#, "-", NOW).expect("a record");
        assert_eq!(refused.case.consents.len(), 4, "none of the answers is lost");
        let nobody = read(r#"{"no_recusal": true}"#, "-", NOW).expect("a record");
        assert_eq!(nobody.seal.recuse.as_deref(), Some([].as_slice()));
    }

    #[test]
    fn what_does_not_fit_is_named_by_its_field_and_never_by_its_words() {
        for (record, code, field) in [
            (json!({"type": "complaint", "SECRET": "x"}), "unknown_field", "#2"),
            (json!({"type": "complaint", "elle a dit SECRET": 1}), "unknown_field", "#2"),
            (json!({"age": "SECRET"}), "bad_value", "age"),
            (json!({"received_at": "SECRET"}), "bad_value", "received_at"),
            (json!({"received_at": {"at_ms": "SECRET"}}), "bad_value", "received_at"),
            (json!({"urgent": "SECRET"}), "bad_value", "urgent"),
            (json!({"location": {"village": "SECRET"}}), "bad_value", "location"),
            (json!({"external_ids": ["SECRET"]}), "bad_value", "--external-id"),
            (json!({"consent": "SECRET"}), "bad_value", "--consent"),
            (json!({"recuse": [1]}), "bad_value", "recuse"),
            (json!({"priority": "p4", "urgent": true}), "bad_value", "urgent"),
            (json!({"locality": "a", "location": "b"}), "bad_value", "location"),
            (json!({"text": ["SECRET"]}), "bad_value", "text"),
        ] {
            let failure = read(&record.to_string(), "-", NOW).expect_err("does not fit");
            assert_eq!(failure.code, code, "{record}");
            assert!(failure.args.iter().any(|(name, value)| *name == "field" && value == field), "{failure:?}");
            assert!(!format!("{failure:?}").contains("SECRET"), "{failure:?}");
        }
        for text in ["", "[]", "\"SECRET\"", "{\"text\": SECRET}", "{"] {
            let failure = read(text, "-", NOW).expect_err("no record");
            assert_eq!(failure.code, "bad_record");
            assert!(!format!("{failure:?}").contains("SECRET"), "{failure:?}");
        }
    }
}
