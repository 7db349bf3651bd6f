//! The node at a glance, a sync, a check, an import.

use std::collections::{BTreeSet, HashMap};

use node::error::{Code, Failure};
use serde_json::{Value, json};

use super::listing::listing;
use super::{With, cell, text};
use crate::when;

/// `boucle status`.
pub(super) fn status(value: &Value, with: With<'_>) -> String {
    let members: Vec<String> = value["members"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|member| {
            let name = cell("name", &member["name"], with);
            let open = if member["unlocked"] == true { with.texts.field("unlocked") } else { "".into() };
            if open.is_empty() { name } else { format!("{name} ({})", open.to_lowercase()) }
        })
        .collect();
    let mut glance = json!({
        "site": value["site"],
        "zone": value["zone"],
        "members": members,
        "only_here": value["only_here"]["entries"],
        "undelivered": value["undelivered"],
        "conflicts": value["conflicts"],
        "overdue": value["overdue"],
    });
    if value["only_here"]["entries"].as_u64().is_some_and(|n| n > 0) {
        glance["oldest"] = value["only_here"]["oldest"].clone();
    }
    let mut out = super::case::show(&glance, with);
    out += &super::listing::todo_first(value["todo"].as_array().map(Vec::as_slice).unwrap_or_default(), with);
    if let Some(n) = value["sections_missing"].as_u64().filter(|n| *n > 0) {
        let message = with.texts.with("ui-sections-missing", &[("n", n.into())]);
        for line in text::wrap(&message, with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    if let Some(n) = value["held"].as_u64().filter(|n| *n > 0) {
        for line in text::wrap(&with.texts.with("ui-held", &[("n", n.into())]), with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    out += &clock_warnings(&value["clock"], with);
    out += &alarms(value, with);
    let late = value["late_edits"].as_array().into_iter().flatten();
    let waiting = late.filter(|edit| edit["state"] != "with_audience").count() as u64;
    let erasures = value["erasures_to_approve"].as_array().into_iter().flatten();
    let cases: BTreeSet<String> = erasures.map(|erasure| first_digits(&erasure["case_id"])).collect();
    for (key, n) in [("done-late-waiting", waiting), ("done-erasures-waiting", cases.len() as u64)] {
        if n > 0 {
            let message = with.texts.with(key, &[("n", n.into())]);
            let warning = with.texts.with("ui-warning", &[("message", message.into())]);
            out += &format!("{}\n", with.paint.alarm(&warning));
        }
    }
    for case in cases {
        out += &format!("  boucle case erase --approve {case}\n");
    }
    let peers: Vec<Value> = value["peers"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|peer| json!({"site": peer["site"], "device": short(&peer["device"]), "last_sync": peer["last_sync"], "equal": peer["equal"]}))
        .collect();
    if !peers.is_empty() {
        out += &format!("\n{}", listing("peers", &peers, with));
    }
    out + &reach(&value["reach"], with)
}

/// Lines of addresses shown at most.
const ADDRESSES_SHOWN: usize = 8;

/// Who is in touch; where nobody is, what was tried and what to do.
fn reach(value: &Value, with: With<'_>) -> String {
    let list = |name: &str| value[name].as_array().map(Vec::as_slice).unwrap_or_default();
    if !value.is_object() {
        return String::new();
    }
    let mut lines = Vec::new();
    let connected: Vec<String> = list("connected")
        .iter()
        .map(|peer| {
            let name = if peer["site"].is_string() { peer["site"].clone() } else { short(&peer["device"]) };
            format!("{} ({})", cell("", &name, with), cell("", &peer["addr"], with))
        })
        .collect();
    if connected.is_empty() {
        lines.push(with.texts.get("reach-nobody").into_owned());
        let discovery = &value["discovery"];
        let state = discovery["state"].as_str().unwrap_or_default().to_owned();
        let interfaces: Vec<String> = list("interfaces").iter().map(|ip| cell("", ip, with)).collect();
        let args = [
            ("state", state.into()),
            ("interfaces", interfaces.join(", ").into()),
            ("heard", discovery["heard"].as_u64().unwrap_or(0).into()),
        ];
        lines.push(format!("  {}", with.texts.with("reach-looked", &args)));
        if let Some(n) = value["strangers"].as_u64().filter(|n| *n > 0) {
            lines.push(format!("  {}", with.texts.with("reach-strangers", &[("n", n.into())])));
        }
        for tried in list("addresses").iter().take(ADDRESSES_SHOWN) {
            let addr = ("addr", cell("", &tried["addr"], with).into());
            let line = match tried["answer"].as_str() {
                Some(answer) => {
                    let (answer, when) = (with.texts.code("answer", answer), cell("", &tried["tried_at"], with));
                    with.texts.with("reach-address", &[addr, ("answer", answer.into()), ("when", when.into())])
                }
                None => {
                    let when = cell("", &tried["answered_at"], with);
                    with.texts.with("reach-answered-once", &[addr, ("when", when.into())])
                }
            };
            lines.push(format!("  {line}"));
        }
    } else {
        lines.push(with.texts.with("reach-connected", &[("peers", connected.join(", ").into())]));
    }
    let advice = list("advice");
    if !advice.is_empty() {
        lines.push(with.texts.get("reach-to-do").into_owned());
    }
    lines
        .extend(advice.iter().filter_map(Value::as_str).map(|code| format!("  - {}", with.texts.code("advice", code))));
    let mut out = String::from("\n");
    for line in lines {
        let indent = " ".repeat(line.len() - line.trim_start().len());
        let wrapped = text::wrap(&line, with.paint.width.saturating_sub(indent.len() + 2));
        out += &format!("{indent}{}\n", wrapped.join(&format!("\n{indent}  ")));
    }
    out
}

/// The first digits of an id, for people.
fn short(id: &Value) -> Value {
    id.as_str().map_or(Value::Null, |id| id.chars().take(8).collect::<String>().into())
}

/// As many digits of a case's id as tell it from every other, and a person can still copy.
fn first_digits(id: &Value) -> String {
    text::clean_line(id.as_str().unwrap_or_default()).chars().take(12).collect()
}

/// `boucle sync`.
pub(super) fn sync(value: &Value, with: With<'_>) -> String {
    let peers = value["peers"].as_array().map(Vec::as_slice).unwrap_or_default();
    if peers.is_empty() {
        return format!("{}\n", with.texts.get("done-sync-none"));
    }
    let mut out = String::new();
    for peer in peers {
        if let Some(failure) = broken_off(peer) {
            out += &broken_off_lines(&failure, with);
            continue;
        }
        let count = |name: &str| peer[name].as_u64().unwrap_or(0);
        let name = peer["site"].as_str().map_or_else(|| cell("", &short(&peer["peer"]), with), text::clean_line);
        let mut args = vec![
            ("peer", name.into()),
            ("sent", count("entries_sent").into()),
            ("received", count("entries_received").into()),
        ];
        let line = if peer["equal"] == true {
            args.push(("ms", count("elapsed_ms").into()));
            with.texts.with("done-sync-equal", &args)
        } else {
            with.paint.alarm(&with.texts.with("done-sync-unequal", &args)).into_owned()
        };
        out += &format!("{line}\n");
        if peer["sections_missing"].is_object() {
            let missing = &peer["sections_missing"];
            let n = |side: &str| missing[side].as_u64().unwrap_or(0);
            let authors = cell("", &missing["authors"], with);
            let args = [("here", n("here").into()), ("there", n("there").into()), ("authors", authors.into())];
            let key = if missing["authors"].as_array().is_some_and(|a| !a.is_empty()) {
                "ui-sync-gaps-of"
            } else {
                "ui-sync-gaps"
            };
            for line in text::wrap(&with.texts.with(key, &args), with.paint.width.saturating_sub(4)) {
                out += &format!("    {line}\n");
            }
        } else if let Some(reason) = peer["reason"].as_str() {
            out += &format!("    {}\n", text::clean_line(reason));
        }
    }
    out += &alarms(value, with);
    out
}

/// The failure with which a session ended, where it came to no end of its own.
fn broken_off(peer: &Value) -> Option<Failure> {
    let code = Code::find(peer["reason"].as_str().filter(|_| peer["equal"] == false)?)?;
    let of = |name: &'static str| match &peer[if name == "reason" { "refusal" } else { name }] {
        Value::Null => String::new(),
        Value::String(said) => text::clean_line(said),
        other => other.to_string(),
    };
    Some(code.args.iter().fold(Failure::new(code.code), |failure, name| failure.arg(name, of(name))))
}

/// What was the matter, and what to do.
fn broken_off_lines(failure: &Failure, with: With<'_>) -> String {
    let (message, hint) = with.texts.error(failure);
    let mut out = String::new();
    for line in text::wrap(&message, with.paint.width) {
        out += &format!("{}\n", with.paint.alarm(&line));
    }
    for line in hint.iter().flat_map(|hint| text::wrap(hint, with.paint.width.saturating_sub(4))) {
        out += &format!("    {line}\n");
    }
    out
}

/// What is odd about this machine's clock.
fn clock_warnings(value: &Value, with: With<'_>) -> String {
    let codes = [("suspect", "wrong"), ("ahead", "ahead"), ("mended", "mended")];
    let mut out = String::new();
    for (_, code) in codes.into_iter().filter(|(name, _)| value[*name] == true) {
        let message = with.texts.with(&format!("warning-clock-{code}"), &crate::clock::args(value));
        let warning = with.texts.with("ui-warning", &[("message", message.into())]);
        for line in text::wrap(&warning, with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    out
}

/// `boucle clock show` and `clock set`.
pub(super) fn clock(name: &str, value: &Value, with: With<'_>) -> String {
    let args = crate::clock::args(value);
    let mut out = String::new();
    let mut say = |key: &str| {
        for line in text::wrap(&with.texts.with(key, &args), with.paint.width) {
            out += &format!("{line}\n");
        }
    };
    if value["suspect"] != true {
        say(if name == "clock set" { "done-clock-set" } else { "done-clock-now" });
        if value["offset_ms"].as_i64().is_some_and(|ms| ms != 0) {
            say("done-clock-kept");
        }
    }
    out += &clock_warnings(value, with);
    if name == "clock show" {
        let mut certain = value["evidence"].clone();
        certain["own_entry"] = certain["own_entry"]["at"].clone();
        out += &format!("\n{}\n", with.paint.bold(&with.texts.get("done-clock-certain")));
        out += &super::case::show(&certain, with);
        out += &entries_off(&value["entries"], with);
    }
    out
}

/// `boucle clock accept`.
pub(super) fn clock_accept(value: &Value, with: With<'_>) -> String {
    format!("{}\n", with.texts.get("done-clock-accept")) + &entries_off(&value["accepted"], with)
}

/// Entries dated when it was not, those seen to in one line with that.
fn entries_off(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    for entry in value.as_array().into_iter().flatten() {
        let name = |field: &str| cell("", &entry[field], with);
        let seen =
            if entry["accepted"] == false { String::new() } else { with.texts.get("done-clock-accepted").into_owned() };
        let line = format!("{}  {} ({})  {}  {seen}", name("at"), name("member"), name("site"), name("ref"));
        let line = text::cut(line.trim_end(), with.paint.width);
        out += &format!("{}\n", if seen.is_empty() { with.paint.alarm(&line).into_owned() } else { line });
    }
    out
}

/// What somebody must hear of: invitations that two people used, or that were altered; entries dated when it was not.
fn alarms(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    for alarm in value["alarms"].as_array().into_iter().flatten() {
        let Some(code) = alarm["code"].as_str() else { continue };
        let of = |name: &'static str| (name, cell("", &alarm[name], with).into());
        let n = alarm["retake"].as_array().map_or(0, Vec::len) as u64;
        let args = [of("member"), of("id"), of("by"), of("at"), of("retake"), of("site"), of("ref"), ("n", n.into())];
        let key = format!("warning-{}", code.replace('_', "-"));
        let Some(message) = with.texts.find(&key, &args) else { continue };
        for line in text::wrap(&message, with.paint.width) {
            out += &format!("{}\n", with.paint.alarm(&line));
        }
    }
    out
}

/// `boucle outbox`.
pub(super) fn outbox(value: &Value, with: With<'_>) -> String {
    let rows = value["captured"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut out = String::new();
    if rows.is_empty() {
        out += &format!("{}\n", with.paint.dim(&with.texts.get("ui-outbox-empty")));
    }
    for row in rows {
        let n = row["held_by_n"].as_u64().unwrap_or(0);
        let left = with.texts.with("ui-outbox-left", &[("n", n.into())]);
        let saved = with.texts.with("ui-outbox-saved", &[("at", cell("saved_at", &row["saved_at"], with).into())]);
        let line = format!("{}  {saved}  {left}", cell("ref", &row["ref"], with));
        let line = text::cut(&format!("  {line}"), with.paint.width);
        out += &format!("{}\n", if n == 0 { with.paint.alarm(&line).into_owned() } else { line });
    }
    out += &under_way(value, with);
    let waiting = &value["waiting"];
    let n = waiting["entries"].as_u64().unwrap_or(0);
    let mut args = vec![("n", n.into())];
    let mut key = "ui-outbox-waiting";
    if n > 0 && waiting["oldest"].is_string() {
        args.push(("at", cell("oldest", &waiting["oldest"], with).into()));
        key = "ui-outbox-waiting-since";
    }
    out += &format!("{}\n", with.texts.with(key, &args));
    out
}

/// What somebody here gave to others whom it has not reached: to whom, since when, and how far it got.
fn under_way(value: &Value, with: With<'_>) -> String {
    let rows = value["assigned"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut out = String::new();
    if !rows.is_empty() {
        out += &format!("{}\n", with.paint.bold(&with.texts.get("ui-outbox-assigned")));
    }
    for row in rows {
        let part = |name: &str| cell(name, &row[name], with);
        let far = match (&row["left"], row["stored_at"].is_string()) {
            (_, true) => "ui-outbox-stored",
            (Value::Bool(true), _) => "ui-outbox-gone",
            _ => "ui-outbox-here",
        };
        let args = [("who", part("to").into()), ("at", part("sent_at").into())];
        let far = with.texts.with(far, &[("at", part("stored_at").into())]);
        let line = format!("{} {} {far}", part("ref"), with.texts.with("ui-outbox-given", &args));
        for (at, line) in text::wrap(&line, with.paint.width.saturating_sub(4)).into_iter().enumerate() {
            out += &format!("{}{line}\n", if at == 0 { "  " } else { "    " });
        }
    }
    if let Some(n) = value["assigned_more"].as_u64().filter(|n| *n > 0) {
        out += &format!("  {}\n", with.texts.with("ui-outbox-more", &[("n", n.into())]));
    }
    out
}

/// `boucle verify`.
pub(super) fn verify(value: &Value, with: With<'_>) -> String {
    if value["ok"] == true {
        let args = [
            ("entries", value["entries"].as_u64().unwrap_or(0).into()),
            ("cases", value["cases"].as_u64().unwrap_or(0).into()),
        ];
        return format!("{}\n", with.texts.with("done-verify", &args));
    }
    let mut out = format!("{}\n", with.paint.alarm(&with.texts.get("done-verify-problems")));
    for problem in value["problems"].as_array().into_iter().flatten() {
        // what and why first; then everything that says where, whole
        let fields = problem.as_object().into_iter().flatten();
        let first = ["step", "reason"].iter().filter_map(|name| Some((*name, problem.get(name)?)));
        let rest =
            fields.map(|(name, value)| (name.as_str(), value)).filter(|(name, _)| !["step", "reason"].contains(name));
        let parts = first.chain(rest).filter(|(_, value)| !value.is_null() && *value != "");
        let label = |name: &str| text::clean_line(&with.texts.field(name));
        let parts = parts.map(|(name, value)| format!("{} {}", label(name), cell("", value, with)));
        let line = parts.collect::<Vec<_>>().join("; ");
        for (at, line) in text::wrap(&line, with.paint.width.saturating_sub(2)).into_iter().enumerate() {
            out += &format!("{}{line}\n", if at == 0 { "- " } else { "  " });
        }
    }
    out
}

/// `boucle doctor`: a line a finding, and below what is not well, what to do.
pub(super) fn doctor(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    for check in value["checks"].as_array().into_iter().flatten() {
        let state = check["state"].as_str().unwrap_or_default();
        let width = with.paint.width.saturating_sub(8);
        let mut lines = text::wrap(&when::shown_within(&cell("", &check["message"], with)), width);
        if state != "ok"
            && let Some(advice) = check["advice"].as_str()
        {
            let advice = when::shown_within(&text::clean_line(advice));
            let advice = with.texts.with("ui-advice", &[("message", advice.into())]);
            lines.extend(text::wrap(&advice, width));
        }
        let mut label = with.texts.code("state", state).into_owned();
        for line in lines {
            let line = format!("{label:<8}{line}");
            let line = if state == "ok" { line.into() } else { with.paint.alarm(&line) };
            out += &format!("{line}\n");
            label.clear();
        }
    }
    let (bad, args) = (&value["bad"], ["warn", "bad"].map(|name| (name, value[name].as_u64().unwrap_or(0).into())));
    let done = if bad.as_u64() > Some(0) { "done-doctor-bad" } else { "done-doctor-ok" };
    out + &format!("{}\n", with.texts.with(done, &args))
}

/// `boucle import`.
pub(super) fn import(value: &Value, with: With<'_>) -> String {
    let count = |name: &'static str| (name, value[name].as_u64().unwrap_or(0).into());
    let counts = ["rows", "created", "updated", "unchanged", "skipped", "rejected"].map(count);
    let mut out = String::new();
    for line in text::wrap(&with.texts.with("done-import", &counts), with.paint.width) {
        out += &format!("{line}\n");
    }
    if value["sealed"].as_u64().is_some_and(|n| n > 0) {
        out += &format!("{}\n", with.texts.with("done-import-sealed", &[count("sealed")]));
    }
    let list = |name: &str| value[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let say = |out: &mut String, line: &str, alarm: bool| {
        let indent = " ".repeat(line.len() - line.trim_start().len());
        for line in text::wrap(line, with.paint.width.saturating_sub(indent.len())) {
            let line = format!("{indent}{line}");
            *out += &format!("{}\n", if alarm { with.paint.alarm(&line) } else { line.as_str().into() });
        }
    };
    if value["held"].as_u64().is_some_and(|n| n > 0) {
        say(&mut out, &with.texts.with("done-import-held", &[count("held")]), true);
    }
    for told in list("set_aside").iter().take(LISTED) {
        let args =
            [("row", told["row"].as_u64().unwrap_or(0).into()), ("members", cell("", &told["members"], with).into())];
        say(&mut out, &with.texts.with("done-import-set-aside", &args), true);
    }
    if let Some(n) = value["duplicates_proposed"].as_u64().filter(|n| *n > 0) {
        say(&mut out, &with.texts.with("done-import-duplicates", &[("n", n.into())]), false);
        for pair in list("duplicates").iter().take(LISTED) {
            let refs = pair["refs"].as_array().into_iter().flatten();
            let refs: Vec<String> = refs.filter(|mark| mark.is_string()).map(|mark| cell("", mark, with)).collect();
            let row = |at: usize| pair["rows"][at].as_u64().unwrap_or(0).into();
            let args = [("first", row(0)), ("second", row(1)), ("refs", refs.join(", ").into())];
            let key = if pair["rows"][0].is_u64() { "done-import-duplicate" } else { "done-import-duplicate-before" };
            say(&mut out, &format!("  {}", with.texts.with(key, &args)), false);
        }
    }
    if !list("ignored").is_empty() {
        let columns = list("ignored").iter();
        let columns: Vec<String> =
            columns.map(|held| format!("{} ({})", cell("", &held["column"], with), held["rows"])).collect();
        let args = [("columns", columns.join(", ").into())];
        say(&mut out, &with.texts.with("done-import-ignored", &args), false);
    }
    let grave = list("errors").iter().filter(|error| error["grave"] == true).count();
    if grave > 0 {
        say(&mut out, &with.texts.with("done-import-grave", &[("n", (grave as u64).into())]), true);
    }
    let errors = list("errors").iter().map(|error| (rejection_text(error), error));
    // told at the end, all of them
    let warnings = list("warnings").iter().filter(|warning| warning["code"] != "sensitive_words");
    let mut warnings = warnings.map(|warning| (warning_text(warning), warning));
    let mut errors = errors.into_iter();
    // those of something grave come first, and all of them
    for (key, about) in errors.by_ref().take(LISTED.max(grave)).chain(warnings.by_ref().take(LISTED)) {
        let args = [
            ("row", about["row"].as_u64().unwrap_or(0).into()),
            ("field", cell("", &about["field"], with).into()),
            ("message", cell("", &about["message"], with).into()),
        ];
        say(&mut out, &with.texts.with(key, &args), true);
    }
    let more = (errors.count() + warnings.count()) as u64 + value["not_listed"].as_u64().unwrap_or(0);
    if more > 0 {
        say(&mut out, &with.texts.with("done-import-more", &[("n", more.into())]), false);
    }
    if value["batch"].is_string() {
        let batch = cell("", &value["batch"], with);
        say(&mut out, &with.texts.with("done-import-batch", &[("batch", batch.into())]), false);
    }
    out + &to_seal(value, with)
}

/// `boucle import --undo`: what was taken back and what stays, or the imports there are.
pub(super) fn import_undo(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    let mut say = |line: &str| {
        for line in text::wrap(line, with.paint.width) {
            out += &format!("{line}\n");
        }
    };
    let batch_of = |value: &Value| cell("", &value["batch"], with);
    if let Some(batches) = value["batches"].as_array() {
        say(&with.texts.get(if batches.is_empty() { "done-batches-none" } else { "done-batches" }));
        for row in batches {
            let at = cell("at", &row["at"], with);
            let n = row["cases"].as_u64().unwrap_or(0);
            let args = [("batch", batch_of(row).into()), ("at", at.into()), ("n", n.into())];
            say(&format!("  {}", with.texts.with("done-batches-row", &args)));
        }
        return out;
    }
    let refs = |name: &str| {
        let refs = value[name].as_array().into_iter().flatten();
        refs.map(|mark| cell("", mark, with)).collect::<Vec<_>>()
    };
    let (left, edited) = (refs("left"), refs("edited"));
    let (n, kept) = (value["withdrawn"].as_u64().unwrap_or(0), (left.len() + edited.len()) as u64);
    let args = [("batch", batch_of(value).into()), ("withdrawn", n.into()), ("kept", kept.into())];
    say(&with.texts.with("done-import-undo", &args));
    for (key, refs) in [("done-import-undo-left", left), ("done-import-undo-edited", edited)] {
        if !refs.is_empty() {
            say(&with.texts.with(key, &[("refs", refs.join(", ").into())]));
        }
    }
    if n > 0 {
        say(&with.texts.get("done-import-undo-again"));
    }
    out
}

/// Cases whose words call for sealing: every one, the gravest first, with the command that seals it.
fn to_seal(value: &Value, with: With<'_>) -> String {
    let found = value["sensitive_words"].as_array().map(Vec::as_slice).unwrap_or_default();
    if found.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    for line in text::wrap(&with.texts.get("done-import-to-seal"), with.paint.width) {
        out += &format!("{}\n", with.paint.alarm(&line));
    }
    let row_of = |hit: &Value| hit["row"].as_u64().unwrap_or(0);
    let mut fields_of: HashMap<u64, Vec<String>> = HashMap::new();
    for hit in found {
        fields_of.entry(row_of(hit)).or_default().push(name_of(&hit["field"], with));
    }
    for first in found {
        let row = row_of(first);
        // a row is told once, where its gravest words are
        let Some(fields) = fields_of.remove(&row) else { continue };
        let topic = with.texts.code("topic", first["topic"].as_str().unwrap_or_default()).into_owned();
        let args = [("row", row.into()), ("fields", fields.join(", ").into()), ("topic", topic.into())];
        let line = with.texts.with("done-import-to-seal-row", &args);
        out += &format!("{}\n", with.paint.alarm(&text::cut(&format!("  {line}"), with.paint.width)));
        if first["ref"].is_string() {
            let (mark, audience) = (cell("", &first["ref"], with), cell("", &first["audience"], with));
            out += &format!("    boucle case seal {mark} --audience {audience}\n");
        }
    }
    if let Some(n) = value["sensitive_words_more"].as_u64().filter(|n| *n > 0) {
        out += &format!("{}\n", with.texts.with("done-import-to-seal-more", &[("n", n.into())]));
    }
    out
}

/// What people call a field; a column of the file by its own name.
fn name_of(field: &Value, with: With<'_>) -> String {
    text::clean_line(&with.texts.field(field.as_str().unwrap_or_default()))
}

/// Rejections that are shown to people, and as many warnings; scripts get more.
const LISTED: usize = 30;

fn rejection_text(rejection: &Value) -> &'static str {
    match rejection["field"].as_str() {
        Some("") | None => "done-import-rejected-row",
        _ => "done-import-rejected",
    }
}

fn warning_text(warning: &Value) -> &'static str {
    match (warning["row"].as_u64(), warning["field"].as_str()) {
        (Some(0), Some(field)) if !field.is_empty() => "done-import-warning-column",
        (Some(0), _) => "done-import-warning-file",
        (_, Some("") | None) => "done-import-warning-row",
        _ => "done-import-warning",
    }
}
