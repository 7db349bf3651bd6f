//! One case: its fields, its history, its conflicts.

use serde_json::Value;

use super::text::{clean_line, clean_lines, cut, pad, width, wrap};
use super::{With, cell, codes};
use node::texts::Texts;

use crate::ask::in_question;

/// Columns of the names beside the values.
const NAMES: usize = 22;

/// What is shown first, in this order: what the case is and who has it, what the person said, who they are and how they are
/// reached, what they allow. The rest follows as the case has it.
const FIRST: [&str; 24] = [
    "ref",
    "provisional",
    "status",
    "priority",
    "due_at",
    "clocks",
    "waiting_on",
    "assignee",
    "suggested",
    "type",
    "category",
    "sensitivity",
    "handling_site",
    "received_at",
    "text",
    "allegation",
    "reporter_name",
    "phone",
    "safe_contact",
    "alt_contact",
    "sex",
    "age",
    "spoken_language",
    "consents",
];

/// What happened, each at its time: told together at the end, the oldest first.
const HAPPENED: [&str; 12] = [
    "interactions",
    "attempts",
    "actions",
    "notes",
    "questions",
    "referrals",
    "notices",
    "responses",
    "interims",
    "satisfactions",
    "appeals",
    "reasons",
];

/// The case in the order in which people read it.
fn in_reading_order(value: &Value) -> Vec<(&String, &Value)> {
    let fields = value.as_object().into_iter().flatten();
    let place = |name: &str| FIRST.iter().position(|first| *first == name).unwrap_or(FIRST.len());
    let mut fields: Vec<(&String, &Value)> = fields.collect();
    fields.sort_by_key(|(name, _)| place(name));
    fields
}

/// What happened, a line each: when, who, what.
fn timeline(value: &Value, with: With<'_>) -> Vec<String> {
    let told = |name: &str| match name {
        "reasons" => untold(&value[name], &value["referrals"]),
        "notes" => untold(&value[name], &value["questions"]),
        _ => value[name].clone(),
    };
    let when = |item: &Value| {
        let times = ["at", "told_at", "said_at", "asked_at"].map(|time| item[time].as_str().map(str::to_owned));
        times.into_iter().flatten().next().unwrap_or_default()
    };
    let mut all: Vec<(String, usize, String)> = Vec::new();
    for (name, place) in HAPPENED.iter().zip(0..) {
        let items = told(name);
        for item in items.as_array().into_iter().flatten().filter(|item| item.is_object()) {
            let at = when(item);
            let who = cell("by", &item["by"], with);
            let what = codes::happened(name, item, with);
            let shown = crate::when::shown(&at).unwrap_or_default();
            let head = [shown, who].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
            all.push((at, place, with.texts.with("ui-happened", &[("when", head.into()), ("what", what.into())])));
        }
    }
    all.sort();
    all.into_iter().map(|(_, _, line)| clean_line(&line)).collect()
}

/// What has a value, one a line, long text below itself; then what happened.
pub(super) fn show(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    let value = &labelled(value);
    if value["restricted"] == true && value["status"] == "restricted" {
        out += &format!("{}\n", with.paint.alarm(&with.texts.get("ui-restricted-notice")));
    }
    if let Some(n) = value["incomplete"].as_u64() {
        for line in wrap(&with.texts.with("ui-incomplete", &[("n", n.into())]), with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    let fields = in_reading_order(value).into_iter();
    // whoever has a reference needs no other name for a case
    let is_called = value["ref"].is_string() || value["provisional"].is_string();
    let fields = fields.filter(|(name, _)| !(is_called && *name == "case_id"));
    let is_told = |name: &str| HAPPENED.contains(&name) || is_said_elsewhere(name, value);
    let fields = fields.filter(|(name, _)| !is_told(name));
    for (name, told) in fields.filter(|(name, value)| has_content(value) && !is_quiet(name, value)) {
        if name == "delivery" {
            let lines = Value::String(how_far(told, with).join("\n"));
            field(&mut out, name, (&lines, &Value::Null), with);
            out += &advice(value, with);
            continue;
        }
        if name == "consents" {
            let answers = Value::String(consents(told, with));
            field(&mut out, name, (&answers, &Value::Null), with);
            continue;
        }
        field(&mut out, name, (told, &value[format!("{name}_precision")]), with);
    }
    let happened = timeline(value, with);
    if !happened.is_empty() {
        out += &format!("{}\n", with.paint.bold(&with.texts.get("ui-timeline")));
        for line in happened {
            for (part, n) in wrap(&line, with.paint.width.saturating_sub(4)).into_iter().zip(0..) {
                out += &format!("{}{part}\n", if n == 0 { "  " } else { "    " });
            }
        }
    }
    for half in value["halves"].as_array().into_iter().flatten() {
        let (seen, unseen) = match half["kind"].as_str() {
            Some("referred_to") => ("ui-half-to", "ui-half-to-unseen"),
            Some("moved_to") => ("ui-half-moved-to", "ui-half-moved-to-unseen"),
            Some("moved_from") => ("ui-half-moved-from", "ui-half-moved-from-unseen"),
            Some("duplicate_of") if half["merged"] == true => ("ui-half-merged-into", "ui-half-duplicate-unseen"),
            Some("duplicate_of") => ("ui-half-duplicate-of", "ui-half-duplicate-unseen"),
            Some("merged") if half["merged"] == true => ("ui-half-merged", "ui-half-duplicate-unseen"),
            Some("merged") => ("ui-half-has-duplicate", "ui-half-duplicate-unseen"),
            Some("related" | "split_from") => ("ui-half-related", "ui-half-related-unseen"),
            _ => ("ui-half-from", "ui-half-from-unseen"),
        };
        let key = if half["status"].is_string() { seen } else { unseen };
        let args = ["site", "ref", "status"].map(|name| (name, cell(name, &half[name], with).into()));
        for line in wrap(&with.texts.with(key, &args), with.paint.width) {
            out += &format!("{line}\n");
        }
        let is_linked = half["kind"].as_str().is_some_and(|kind| !kind.contains("_to") && !kind.contains("_from"));
        if value["restricted"] == true && half["restricted"] == false && !is_linked {
            for line in wrap(&with.texts.with("ui-half-open", &args), with.paint.width) {
                out += &format!("{}\n", with.paint.alarm(&line));
            }
        }
        if let Some(why) = half["returned"]["why"].as_str() {
            let args = [
                ("ref", cell("ref", &half["ref"], with).into()),
                ("why", why.to_owned().into()),
                ("text", cell("", &half["returned"]["text"], with).into()),
            ];
            for line in wrap(&with.texts.with("ui-half-returned", &args), with.paint.width) {
                out += &format!("{}\n", with.paint.alarm(&line));
            }
        }
        if let Some(words) = half["text"].as_str() {
            for line in clean_lines(words).iter().flat_map(|line| wrap(line, with.paint.width.saturating_sub(2))) {
                out += &format!("  {line}\n");
            }
        }
    }
    for line in people(&value["people"], with).into_iter().chain(alike(value, with)) {
        out += &format!("{line}\n");
    }
    for (layer, text) in [("personal", "ui-withheld-personal"), ("sensitive", "ui-withheld-sensitive")] {
        // every ordinary case has a sealed part; only of a sealed one is something missing
        let is_missing = layer == "personal" || value["restricted"] == true;
        if is_missing && value.as_object().is_some_and(|fields| fields.values().any(|v| v["withheld"] == layer)) {
            for line in wrap(&with.texts.get(text), with.paint.width) {
                out += &format!("{}\n", with.paint.dim(&line));
            }
        }
    }
    out
}

/// Who waits behind a case into which others were merged.
fn people(people: &Value, with: With<'_>) -> Vec<String> {
    let Some(n) = people["concerned"].as_i64() else { return Vec::new() };
    let mut lines = wrap(&with.texts.with("ui-people", &[("n", n.into())]), with.paint.width);
    for other in people["others"].as_array().into_iter().flatten() {
        let key = match (other["told"] == true, other["contact_consent"].as_str()) {
            (true, _) => "ui-person-told",
            (false, Some("refused" | "withdrawn")) => "ui-person-no-contact",
            (false, _) => "ui-person-to-tell",
        };
        let who = ["reporter_name", "phone", "safe_contact"].map(|name| cell(name, &other[name], with));
        let who: Vec<String> = who.into_iter().filter(|part| !part.is_empty()).collect();
        let who = if who.is_empty() { with.texts.get("ui-person-unnamed").into_owned() } else { who.join(", ") };
        let args = [("ref", super::listing::called(other, with).into()), ("who", who.into())];
        let line = with.texts.with(key, &args);
        lines.extend(wrap(&line, with.paint.width.saturating_sub(2)).iter().map(|line| format!("  {line}")));
    }
    lines
}

/// The cases that may be the same matter, as `case show` and `case new` tell them.
pub(crate) fn alike_lines(value: &Value, texts: &Texts, paint: super::Paint) -> Vec<String> {
    alike(value, With { texts, paint })
}

fn alike(value: &Value, with: With<'_>) -> Vec<String> {
    let rows = || value["duplicates"].as_array().into_iter().flatten();
    let mut lines = Vec::new();
    for row in rows() {
        let why = codes::value("why", &row["why"], &Value::Null, with);
        let key = if row["older"] == true { "ui-alike-older" } else { "ui-alike-newer" };
        let status = cell("status", &row["status"], with);
        let (site, day) = (cell("site", &row["site"], with), cell("received_day", &row["received_day"], with));
        let args = [
            ("ref", super::listing::called(row, with).into()),
            ("why", why.into()),
            ("status", status.into()),
            ("site", site.into()),
            ("day", day.into()),
        ];
        let told = wrap(&with.texts.with(key, &args), with.paint.width);
        lines.extend(told.iter().map(|line| with.paint.alarm(line).into_owned()));
    }
    if let Some(row) = rows().next() {
        // the newer one ends, as a rule
        let (this, other) = (super::listing::called(value, with), super::listing::called(row, with));
        let (newer, older) = if row["older"] == true { (this, other) } else { (other, this) };
        let args = [("ref", newer.into()), ("of", older.into())];
        let hint = wrap(&with.texts.with("ui-duplicates-hint", &args), with.paint.width);
        lines.extend(hint.iter().map(|line| with.paint.dim(line).into_owned()));
    }
    lines
}

/// The case with names in the place of codes of the organisation's own tables.
fn labelled(value: &Value) -> Value {
    let mut shown = value.clone();
    for (field, label) in value["labels"].as_object().into_iter().flatten() {
        let place = match field.as_str() {
            "admin1" | "admin2" | "admin3" => shown.get_mut("location").and_then(|location| location.get_mut(field)),
            "resolution" => shown.get_mut("resolution").and_then(|resolution| resolution.get_mut("outcome")),
            field => shown.get_mut(field),
        };
        place.into_iter().for_each(|place| *place = label.clone());
    }
    shown
}

/// What goes on, or would go in any case; what may go as well; and what is kept, by the answer of the person that keeps it.
pub(super) fn referred(value: &Value, with: With<'_>) -> Vec<String> {
    let mut out = String::new();
    let rows = |name: &str| value[name].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for row in rows("fields") {
        field(&mut out, &text(&row["field"]), (&row["value"], &Value::Null), with);
    }
    let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
    let mut tell = |line: &str| lines.extend(wrap(line, with.paint.width));
    let names = |names: Vec<String>| clean_line(&with.texts.labelled(&names.join(", ")));
    let choices: Vec<String> = rows("choices").map(text).collect();
    if value["sent"].is_null() && !choices.is_empty() {
        tell(&with.texts.with("ui-refer-choices", &[("fields", names(choices).into())]));
    }
    if value["sent"].is_null() && value["needs_text"] == true {
        tell(&with.texts.get("ui-refer-needs-text"));
    }
    let kept: Vec<&Value> = rows("kept_back").collect();
    let why = |row: &Value| (text(&row["purpose"]), text(&row["answer"]));
    let mut told: Vec<(String, String)> = Vec::new();
    for (purpose, answer) in kept.iter().map(|row| why(row)) {
        if told.contains(&(purpose.clone(), answer.clone())) {
            continue;
        }
        let alike = kept.iter().filter(|row| why(row) == (purpose.clone(), answer.clone()));
        let fields = names(alike.map(|row| text(&row["field"])).collect());
        let label = clean_line(&with.texts.code("purpose", &purpose));
        let args = [("purpose", label.into()), ("answer", answer.clone().into()), ("fields", fields.into())];
        tell(&with.texts.with("ui-refer-kept-back", &args));
        told.push((purpose, answer));
    }
    lines
}

/// Who could read a case until it moved, and so can still read what is written there.
pub(crate) fn still_read(value: &Value, texts: &Texts) -> String {
    let one = |row: &Value| {
        let name = clean_line(row["member"].as_str().unwrap_or_default());
        format!("{name} ({})", clean_line(row["site"].as_str().unwrap_or_default()))
    };
    let names: Vec<String> = value["readers"].as_array().into_iter().flatten().map(one).collect();
    match names.is_empty() {
        true => texts.get("ui-move-readers-none").into_owned(),
        false => texts.with("ui-move-readers", &[("names", names.join(", ").into())]),
    }
}

/// What to do instead, where half the delay is over and the case has not arrived.
fn advice(case: &Value, with: With<'_>) -> String {
    let told = &case["delivery"]["advice"];
    if told.is_null() {
        return String::new();
    }
    let to = cell("to", &case["delivery"]["to"], with);
    let day = |name: &str| cell(name, &told[name], with).chars().take(10).collect::<String>();
    let phones = ["duty_phone", "alternate_phone"].map(|name| cell(name, &told[name], with));
    let phones = phones.into_iter().filter(|phone| !phone.is_empty()).collect::<Vec<_>>().join(", ");
    let args = [
        ("to", to.into()),
        ("met", day("last_met").into()),
        ("due", day("due_at").into()),
        ("phones", phones.clone().into()),
        // of a sealed case an SMS says nothing that leads to it
        ("ref", if case["restricted"] == true { String::new() } else { cell("ref", &case["ref"], with) }.into()),
    ];
    let met = if told["last_met"].is_null() { "ui-advice-never-met" } else { "ui-advice-met" };
    let call = if phones.is_empty() { "ui-advice-no-phone" } else { "ui-advice-phone" };
    let sms = if case["restricted"] == true { "ui-advice-sms-sealed" } else { "ui-advice-sms" };
    let mut out = String::new();
    for key in [met, "ui-advice-stick", call, sms] {
        for line in wrap(&with.texts.with(key, &args), with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    out
}

/// How far a case got that was given to somebody: a line for each step, done or missing.
fn how_far(far: &Value, with: With<'_>) -> Vec<String> {
    let part = |name: &str| cell(name, &far[name], with);
    let line =
        |key: &str, at: &str, who: &str| with.texts.with(key, &[("at", part(at).into()), ("who", part(who).into())]);
    let left = if far["left"] == true { "ui-far-sent" } else { "ui-far-here" };
    let mut lines = vec![line(left, "sent_at", "by")];
    if far["stored_at"].is_string() {
        lines.push(line("ui-far-stored", "stored_at", "to"));
    } else if far["delivered_at"].is_null() {
        lines.push(line("ui-far-not-stored", "stored_at", "to"));
    }
    for (at, who, done, missing) in [
        ("delivered_at", "delivered_to", "ui-far-delivered", "ui-far-not-delivered"),
        ("accepted_at", "accepted_by", "ui-far-accepted", "ui-far-not-accepted"),
    ] {
        lines.push(if far[at].is_string() { line(done, at, who) } else { line(missing, at, "to") });
    }
    lines
}

/// What holds for each purpose: the last answer to it.
fn consents(all: &Value, with: With<'_>) -> String {
    let mut last: Vec<(&str, &Value)> = Vec::new();
    for consent in all.as_array().into_iter().flatten() {
        let purpose = consent["purpose"].as_str().unwrap_or_default();
        last.retain(|(of, _)| *of != purpose);
        last.push((purpose, &consent["answer"]));
    }
    let one = |(purpose, answer): &(&str, &Value)| {
        format!("{} {}", with.texts.code("purpose", purpose), cell("answer", answer, with))
    };
    last.iter().map(one).collect::<Vec<_>>().join(" · ")
}

/// What another line says already, or says nothing as long as it is so.
fn is_said_elsewhere(name: &str, value: &Value) -> bool {
    match name {
        "origin_site" => value["origin_site"] == value["handling_site"],
        "recorded_at" => minute(&value["recorded_at"]) == minute(&value["received_at"]),
        "age_group" => value["age"].is_number(),
        "answered" | "loop_closed" | "satisfied" => value[name] == false,
        "anonymous" => value[name] == false,
        _ => false,
    }
}

/// A time to the minute.
fn minute(at: &Value) -> Option<&str> {
    at.as_str().and_then(|at| at.get(..16))
}

/// Fields for programs, not for people: `--json` has them.
const TECHNICAL: [&str; 22] = [
    // told below
    "people",
    "duplicates",
    // told in the place of the codes
    "labels",
    // told by what is due
    "expects_answer",
    // told one by one, with what is known of the other case
    "halves",
    "links",
    "moved",
    // of the consents, which stand beside it
    "consent",
    "incomplete",
    "age_ms",
    "accused_linked",
    "attempt_days",
    "completeness",
    "contact_consent",
    "import_batch",
    "origin_node",
    "origin_org",
    "received_at_precision",
    "incident_at_precision",
    // of `received_at` and `due_at`, as lists show them
    "received_day",
    "due_day",
    "taxonomy_version",
];

/// What says nothing to a person: technical fields, the usual `no`, nothing counted, and what is withheld (told once).
fn is_quiet(name: &str, value: &Value) -> bool {
    const USUAL: [&str; 6] = ["restricted", "unreachable", "overdue", "epoch", "integrity_alarms", "conflicts"];
    let nothing = *value == Value::Bool(false) || *value == serde_json::json!(0);
    TECHNICAL.contains(&name) || (USUAL.contains(&name) && nothing) || value.get("withheld").is_some()
}

fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

fn field(out: &mut String, name: &str, (value, precision): (&Value, &Value), with: With<'_>) {
    let label = clean_line(&with.texts.field(name));
    let room = with.paint.width.saturating_sub(NAMES + 1);
    let lines: Vec<String> = match value {
        Value::Array(items) if items.iter().any(Value::is_object) => {
            let lines = items.iter().map(|item| codes::value(name, item, precision, with));
            lines.flat_map(|line| wrap(&format!("- {line}"), room)).collect()
        }
        Value::String(text) if text.contains('\n') => {
            clean_lines(text).iter().flat_map(|line| wrap(line, room)).collect()
        }
        value => wrap(&codes::value(name, value, precision, with), room),
    };
    if lines.iter().all(String::is_empty) {
        return;
    }
    let head = if width(&label) < NAMES { pad(&label, NAMES) } else { format!("{label}\n{}", " ".repeat(NAMES)) };
    for (at, line) in lines.iter().enumerate() {
        let before = if at == 0 { with.paint.bold(&head).into_owned() } else { " ".repeat(NAMES) };
        out.push_str(format!("{before} {line}").trim_end());
        out.push('\n');
    }
}

/// One edit a line, oldest first; below it what was written, field by field and whole.
pub(super) fn history(rows: &[Value], with: With<'_>) -> String {
    let mut out = String::new();
    // one line for what one entry did alike to several fields
    let same =
        |a: &Value, b: &Value| ["entry", "act", "at", "by", "site", "merged"].iter().all(|name| a[name] == b[name]);
    let mut of = &Value::Null;
    for alike in rows.chunk_by(same) {
        let row = &alike[0];
        if row["merged"] != *of {
            of = &row["merged"];
            let args = [("ref", super::listing::called(of, with).into())];
            for line in wrap(&with.texts.with("ui-history-merged", &args), with.paint.width) {
                out += &format!("\n{}\n", with.paint.bold(&line));
            }
        }
        let is_shown = |name: &&str| *name != "origin_org";
        let part = |name: &str| cell(name, &row[name], with);
        let entry: String = part("entry").chars().take(8).collect();
        let head = [part("at"), part("by"), part("site"), part("act"), entry];
        let head: Vec<&str> = head.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        for (at, line) in wrap(&head.join("  "), with.paint.width.saturating_sub(4)).into_iter().enumerate() {
            let indent = if at == 0 { "" } else { "    " };
            out += &format!("{indent}{}\n", if at == 0 { with.paint.bold(&line) } else { line.as_str().into() });
        }
        for row in alike {
            let names = row["fields"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for name in names.filter(is_shown) {
                let label = clean_line(&with.texts.field(name));
                let mut values = match &row["value"] {
                    Value::String(text) if text.contains('\n') => clean_lines(text),
                    _ => vec![codes::written(name, row, with)],
                };
                values[0] = match values[0].is_empty() && values.len() == 1 {
                    true => label,
                    false => format!("{} {}", in_question(with.texts, &label), values[0]),
                };
                let room = with.paint.width.saturating_sub(6);
                for (at, line) in values.iter().flat_map(|value| wrap(value, room)).enumerate() {
                    out.push_str(format!("{}{line}", if at == 0 { "    " } else { "      " }).trim_end());
                    out.push('\n');
                }
            }
        }
    }
    if out.is_empty() { format!("{}\n", with.paint.dim(&with.texts.get("ui-nothing"))) } else { out }
}

/// The words that no fact tells with its own.
fn untold(words: &Value, facts: &Value) -> Value {
    let facts: Vec<&Value> = facts.as_array().into_iter().flatten().collect();
    let is_told = |words: &Value| facts.iter().any(|told| told["id"] == words["id"] && told["text"].is_string());
    match words.as_array() {
        Some(all) => all.iter().filter(|words| !is_told(words)).cloned().collect(),
        None => words.clone(),
    }
}

/// Each conflict with its values, numbered as `case settle --pick` takes them.
pub(super) fn conflicts(rows: &[Value], with: With<'_>) -> String {
    if rows.is_empty() {
        return format!("{}\n", with.paint.dim(&with.texts.get("ui-nothing")));
    }
    let mut out = String::new();
    for row in rows {
        let reference = cell("ref", &row["ref"], with);
        let field = row["field"].as_str().unwrap_or_default();
        let head = format!("{reference}  {}", clean_line(&with.texts.field(field)));
        out += &format!("{}\n", with.paint.bold(&cut(&head, with.paint.width)));
        for (at, value) in row["values"].as_array().into_iter().flatten().enumerate() {
            let number = value["pick"].as_u64().unwrap_or(at as u64 + 1);
            let by = cell("by", &value["by"], with);
            let when = cell("at", &value["at"], with);
            let by = with.texts.with("ui-conflict-by", &[("by", by.into()), ("at", when.into())]);
            let said = codes::written(field, value, with);
            let line = format!("{said} ({by})");
            for (at, line) in wrap(&line, with.paint.width.saturating_sub(6)).into_iter().enumerate() {
                out += &if at == 0 { format!("{number:>4}  {line}\n") } else { format!("      {line}\n") };
            }
        }
        let hint = [("ref", reference.into()), ("field", clean_line(field).into())];
        let key = if field == "links" { "ui-unmerge-hint" } else { "ui-settle-hint" };
        for line in wrap(&with.texts.with(key, &hint), with.paint.width) {
            out += &format!("{}\n", with.paint.dim(&line));
        }
    }
    out
}
