//! What a case says in codes, in words for people: where one case is read, labels stand for codes. What a person types may be
//! such a label too.

use crdt_model::case::schema::{self, Kind};
use crdt_model::taxonomy::Taxonomy;
use serde_json::{Map, Value};

use super::text::clean_line;
use super::{With, cell, told};
use crate::ask::in_question;

/// A field's value on one line.
pub(super) fn value(name: &str, value: &Value, precision: &Value, with: With<'_>) -> String {
    match value {
        // a place is its parts, from the largest to the nearest
        Value::Object(fields) if name == "location" && !fields.contains_key("withheld") => {
            let parts = fields.iter().map(|(part, told)| self::value(part, told, precision, with));
            parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Object(fields) if !fields.contains_key("withheld") => {
            in_a_sentence(name, value, with).unwrap_or_else(|| fact(name, fields, with))
        }
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().map(|item| self::value(name, item, precision, with)).collect::<Vec<_>>().join(", ")
        }
        Value::String(code) => label(name, code, with).unwrap_or_else(|| told(name, value, precision, with)),
        value => told(name, value, precision, with),
    }
}

/// What stands in a fact: `Objet garder; Réponse donné`. By which device and under which number it was written is for
/// programs.
fn fact(name: &str, fields: &Map<String, Value>, with: With<'_>) -> String {
    const OF_NODES: [&str; 5] = ["id", "device", "devices", "epoch", "hash"];
    let is_written = ["by", "at", "device"].iter().all(|key| fields.contains_key(*key));
    let is_shown = |key: &str| !(is_written && OF_NODES.contains(&key));
    let parts = fields.iter().filter(|(key, value)| !value.is_null() && is_shown(key)).map(|(key, value)| {
        let code = value.as_str().and_then(|code| in_fact(name, key, code, with));
        format!("{} {}", clean_line(&with.texts.field(key)), code.unwrap_or_else(|| cell(key, value, with)))
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// What reads better as a sentence than as names and values.
fn in_a_sentence(name: &str, value: &Value, with: With<'_>) -> Option<String> {
    let part = |field: &str| (cell(field, &value[field], with)).into();
    let code = |vocabulary: &str, field: &str| match value[field].as_str() {
        Some(code) => of_texts(vocabulary, code, with).into(),
        None => "".into(),
    };
    let (key, args) = match name {
        "clocks" if value["body"].is_string() => {
            ("ui-clock-notice", vec![("body", part("label")), ("due", part("due_at"))])
        }
        "clocks" => ("ui-clock-due", vec![("step", code("step", "step")), ("due", part("due_at"))]),
        // each of two cases was merged into the other
        "conflicts" if value["field"] == "links" => {
            let linked = &value["values"][0]["linked"]["ref"];
            let called = if linked.is_null() {
                with.texts.get("ui-link-unseen").into_owned()
            } else {
                cell("ref", linked, with)
            };
            ("ui-conflict-links", vec![("ref", called.into())])
        }
        "level" => ("ui-level", vec![("level", part("label")), ("due", part("due_at"))]),
        "appeals" => {
            let key = if value["refused"] == true { "ui-appeal-refused" } else { "ui-appeal" };
            (key, ["said_at", "by", "label"].map(|name| (name, part(name))).into())
        }
        "notices" => {
            let fields = value["fields"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let fields: Vec<_> = fields.map(|name| with.texts.field(name).into_owned()).collect();
            let mut said: Vec<_> = ["told_at", "by", "label", "text"].map(|name| (name, part(name))).into();
            said.push(("fields", clean_line(&fields.join(", ")).into()));
            said.push(("means", code("by-means", "means")));
            ("ui-notice", said)
        }
        "suggested" => {
            let key = match value["by"].as_str() {
                Some("routing") => "ui-suggested-routing",
                Some("manager") => "ui-suggested-manager",
                Some("language") => "ui-suggested-language",
                _ => "ui-suggested-taxonomy",
            };
            let to = value["to"].as_str().and_then(|to| role(to, with)).map_or_else(|| part("to"), Into::into);
            (key, vec![("to", to), ("ref", part("ref"))])
        }
        "interims" => {
            let names = ["at", "by", "text", "until"];
            ("ui-interim", names.map(|name| (name, part(name))).to_vec())
        }
        "questions" => {
            let is_answer = value["answers"].as_array().is_some_and(|of| !of.is_empty());
            let key = if is_answer { "ui-asked-answer" } else { "ui-asked" };
            let to = value["who"].as_str().and_then(|who| role(who, with)).map_or_else(|| part("who"), Into::into);
            (key, ["at", "by", "text"].map(|name| (name, part(name))).into_iter().chain([("to", to)]).collect())
        }
        "referrals" => {
            let said = [("status", code("referral", "status")), ("means", code("by-means", "means"))];
            let key = if value["text"].is_string() { "ui-referral-text" } else { "ui-referral" };
            (key, ["at", "by", "text"].map(|name| (name, part(name))).into_iter().chain(said).collect())
        }
        _ => return None,
    };
    Some(clean_line(with.texts.with(key, &args).trim_end()))
}

/// What happened, without when and by whom, which stand before it.
pub(super) fn happened(name: &str, item: &Value, with: With<'_>) -> String {
    let part = |field: &str| cell(field, &item[field], with);
    let mut bare = item.clone();
    for beside in ["at", "by", "told_at", "said_at", "asked_at", "id", "device", "epoch"] {
        if let Some(fields) = bare.as_object_mut() {
            fields.remove(beside);
        }
    }
    let what = match name {
        "notes" | "reasons" => part("text"),
        "actions" => [part("what"), part("on_behalf_of")]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" – "),
        "responses" => part("text"),
        "interactions" | "attempts" => {
            let code =
                |vocabulary: &str, field: &str| item[field].as_str().map(|code| of_texts(vocabulary, code, with));
            let channel = item["channel"].as_str().and_then(|code| label("channel", code, with));
            let outcome = item["outcome"].as_str().map(|code| outcome(code, with));
            let parts = [code("direction", "direction"), channel, code("purpose", "purpose"), outcome];
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        "services" => {
            let of = |vocabulary: &str, field: &str| item[field].as_str().map(|code| of_texts(vocabulary, code, with));
            let parts = [of("service", "kind"), Some(part("name")), of("served", "answer")];
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        "satisfactions" => item["value"].as_str().map(|code| of_texts("satisfaction", code, with)).unwrap_or_default(),
        _ => value(name, &bare, &Value::Null, with),
    };
    let due = item["due"].as_str().filter(|_| name == "actions").map(|_| part("due"));
    let what = match due {
        Some(due) => with.texts.with("ui-happened-due", &[("what", what.into()), ("due", due.into())]),
        None => what,
    };
    let what = what.trim_start_matches([' ', ':', '\u{a0}', '\u{202f}']).to_owned();
    let kind = with.texts.field(name);
    match what.is_empty() {
        true => clean_line(&kind),
        false => with.texts.with("ui-happened-kind", &[("kind", clean_line(&kind).into()), ("what", what.into())]),
    }
}

fn in_fact(name: &str, key: &str, code: &str, with: With<'_>) -> Option<String> {
    match (name, key) {
        ("interactions" | "attempts" | "resolution", "outcome") => Some(outcome(code, with)),
        ("satisfactions", "value") => Some(of_texts("satisfaction", code, with)),
        ("services", "kind") => Some(of_texts("service", code, with)),
        ("services", "answer") => Some(of_texts("served", code, with)),
        (_, "channel") => label(key, code, with),
        _ => None,
    }
}

/// What the history says that was written: the gist of a fact, or a field's value.
pub(super) fn written(name: &str, row: &Value, with: With<'_>) -> String {
    let precision = &row["value_precision"];
    let Some(gist) = row["value"].as_str() else { return value(name, &row["value"], precision, with) };
    let (first, rest) = gist.split_once(':').map_or((gist, None), |(first, rest)| (first, Some(rest)));
    let both = |first: String, rest: Option<String>| match rest {
        Some(rest) => format!("{} {rest}", in_question(with.texts, &first)),
        None => first,
    };
    match (name, row["act"].as_str().unwrap_or_default()) {
        ("links" | "moved", _) => link(row["linked"]["kind"].as_str().unwrap_or(first), &row["linked"], with),
        ("attachments", _) => String::new(),
        ("consents", "consent") => {
            both(of_texts("purpose", first, with), rest.map(|answer| of_texts("consent", answer, with)))
        }
        ("status", "move") => {
            both(of_texts("status", first, with), rest.map(|reason| of_texts("closure", reason, with)))
        }
        ("interactions", _) | ("resolution", "set") => outcome(gist, with),
        ("referrals", _) => of_texts("referral", gist, with),
        ("hold", _) => of_texts("holdfor", gist, with),
        ("contact_consent", _) => of_texts("consent", gist, with),
        _ => value(name, &row["value"], precision, with),
    }
}

/// Another case that this one names, as people call it.
fn link(kind: &str, linked: &Value, with: With<'_>) -> String {
    // of a case that moved the reference is the same
    let called = if kind.starts_with("moved_") { "site" } else { "ref" };
    let other = match linked[called].as_str() {
        Some(mark) => clean_line(mark),
        None => with.texts.get("ui-link-unseen").into_owned(),
    };
    format!("{} {other}", of_texts("link", kind, with))
}

fn outcome(code: &str, with: With<'_>) -> String {
    let told = Taxonomy::shipped().label_of("attempt_outcome", code, with.texts.asked());
    told.map_or_else(|| of_texts("outcome", code, with), clean_line)
}

fn of_texts(vocabulary: &str, code: &str, with: With<'_>) -> String {
    clean_line(&with.texts.code(vocabulary, code))
}

/// What a role is called, where this is the code of one: no person is called so.
pub(super) fn role(code: &str, with: With<'_>) -> Option<String> {
    Taxonomy::shipped().label_of("role", code, with.texts.asked()).map(clean_line)
}

/// The label of a code that a field holds, where it has one.
pub(super) fn label(name: &str, code: &str, with: With<'_>) -> Option<String> {
    match name {
        "flags" => return Some(of_texts("flag", code, with)),
        "returned" => return Some(of_texts("referral", code, with)),
        "why" => return Some(of_texts("why", code, with)),
        "assignee" | "waiting_on" => {
            if let Some(role) = role(code, with) {
                return Some(role);
            }
        }
        _ => {}
    }
    let table = match schema::field(name)?.kind {
        Kind::CodeOf(table) | Kind::Element(_, Some(table)) => table,
        _ => return None,
    };
    Taxonomy::shipped().label_of(table, code, with.texts.asked()).map(clean_line)
}
