//! What an act left behind: a line or two.

use serde_json::Value;

use super::{With, cell, scalar, text};
use crate::ask::in_question;

/// What an act on many cases did, or would do: counts, each refusal, and the messages of a reminder.
pub(super) fn many(value: &Value, with: With<'_>) -> String {
    let n = |name: &str| value[name].as_u64().unwrap_or_default();
    let mut lines = Vec::new();
    let head = if value["dry_run"] == true { "done-many-trial" } else { "done-many" };
    let args = ["cases", "done", "unchanged", "refused"].map(|name| (name, n(name).into()));
    lines.extend(text::wrap(&with.texts.with(head, &args), with.paint.width));
    for (name, key) in [("sealed", "done-many-sealed"), ("more", "done-many-more")] {
        if n(name) > 0 {
            lines.extend(text::wrap(&with.texts.with(key, &[("n", n(name).into())]), with.paint.width));
        }
    }
    for refusal in value["refusals"].as_array().into_iter().flatten() {
        let line = format!("{}: {}", cell("ref", &refusal["ref"], with), cell("message", &refusal["message"], with));
        lines.extend(text::wrap(&line, with.paint.width).iter().map(|line| with.paint.alarm(line).into_owned()));
    }
    for message in value["messages"].as_array().into_iter().flatten() {
        let to = cell("to", &message["to"], with);
        lines.push(String::new());
        lines.push(with.paint.bold(&with.texts.with("ui-remind-to", &[("to", to.into())])).into_owned());
        for case in message["cases"].as_array().into_iter().flatten() {
            let part = |name: &str| cell(name, &case[name], with);
            let args = [("ref", part("ref").into()), ("days", part("days").into()), ("due", part("due_day").into())];
            lines.push(format!("  {}", with.texts.with("ui-remind-case", &args)));
        }
        if let Some(more) = message["more"].as_u64().filter(|more| *more > 0) {
            lines.push(format!("  {}", with.texts.with("ui-remind-more", &[("n", more.into())])));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Who is still let in here, where somebody is.
fn still_let_in(value: &Value, with: With<'_>) -> Option<String> {
    let members = value["members"].as_array()?.iter().filter(|member| member["unlocked"] == true);
    let names: Vec<String> = members.map(|member| cell("name", &member["name"], with)).collect();
    (!names.is_empty()).then(|| with.texts.with("ui-still-let-in", &[("names", names.join(", ").into())]))
}

/// The reply to an act, or to any command without a renderer of its own.
pub(super) fn act(name: &str, value: &Value, with: With<'_>) -> String {
    if let (Some(count), true) = (value["count"].as_u64(), value.as_object().is_some_and(|fields| fields.len() == 1)) {
        return format!("{count}\n");
    }
    let args: Vec<_> = [
        "site",
        "member",
        "role",
        "expires",
        "ref",
        "cases",
        "digest",
        "audience",
        "lang",
        "added",
        "removed",
        "zone",
        "to",
        "from",
        "with",
        "until",
        "deputy",
        "speaks",
        "code",
        "label",
        "changed",
        "unchanged",
        "file",
        "rows",
        "into",
        "out_of",
        "name",
        "unit",
        "keyfile",
    ]
    .into_iter()
    .map(|field| (field, shown(field, value, with).into()))
    .collect();
    let key = match name {
        "case erase" if value["erased"] == true => "done-case-erased".to_owned(),
        "case new" if value["held"] == true => "done-case-held".to_owned(),
        "case new" if value["provisional"] == true => "done-case-new-provisional".to_owned(),
        "service install" if value["started"] != true => "done-service-install-by-hand".to_owned(),
        "unlock" if value["started"] == true => "done-unlock-started".to_owned(),
        "case refer" if value["assigned"] == true => "done-case-assign".to_owned(),
        "case refer" if value["outside"] == true => "done-case-refer-outside".to_owned(),
        "case answer" if value["interim"] == true => "done-case-answer-interim".to_owned(),
        "case refer" if value["sent"].is_null() => "done-case-refer-choose".to_owned(),
        "case appeal" if value["refused"] == true => "done-case-appeal-refused".to_owned(),
        "taxonomy set" if value["closed"] == true => "done-taxonomy-closed".to_owned(),
        "site set" if value["closed"] == true => "done-site-closed".to_owned(),
        "member away" if value["until"].is_null() => "done-member-back".to_owned(),
        "member set" if value["speaks"].as_array().is_some_and(Vec::is_empty) => "done-member-set-none".to_owned(),
        "member away" if value["deputy"].is_null() => "done-member-away-alone".to_owned(),
        "case move" if value["moved"].is_null() => "done-case-move-look".to_owned(),
        "case link" if value["kind"] == "related" => "done-case-link-related".to_owned(),
        "case share" if value["stopped"] == true => "done-case-share-stop".to_owned(),
        "case withdraw" if value["case_withdrawn"] == true => "done-case-withdraw-case".to_owned(),
        "member confirm" if value["words"].is_array() => "done-member-words".to_owned(),
        name => format!("done-{}", name.replace(' ', "-")),
    };
    let Some(line) = with.texts.find(&key, &args) else {
        return super::case::show(value, with);
    };
    let mut lines = vec![line];
    match name {
        "case refer" if value["outside"].is_null() && value["assigned"].is_null() => {
            lines.extend(super::case::referred(value, with))
        }
        "case refer" if value["outside"] == true => {
            lines.push(with.texts.get("done-case-refer-handout").into_owned());
            let words = text::clean_line(value["text"].as_str().unwrap_or_default());
            lines.extend(text::wrap(&words, with.paint.width.saturating_sub(2)).iter().map(|line| format!("  {line}")));
        }
        "case appeal" if value["level"].is_object() && value["refused"] == false => {
            let level = &value["level"];
            let label = level["labels"][with.texts.asked()].as_str().or(level["code"].as_str()).unwrap_or_default();
            let args =
                [("level", text::clean_line(label).into()), ("due", cell("due_at", &level["due_at"], with).into())];
            lines.push(with.texts.with("ui-level", &args));
        }
        "lock" => lines.extend(still_let_in(value, with)),
        "case notify" => lines.extend(notice(&value["notice"], with)),
        "case move" => lines.extend(text::wrap(&super::case::still_read(value, with.texts), with.paint.width)),
        "site set" if value["hours"].is_string() => {
            let args = [("hours", cell("hours", &value["hours"], with).into())];
            lines.extend(text::wrap(&with.texts.with("done-site-hours", &args), with.paint.width));
        }
        "init" | "join" => {
            let org = in_question(with.texts, &with.texts.field("org"));
            lines.push(with.paint.dim(&format!("{org} {}", cell("org", &value["org"], with))).into_owned());
            if value["zone"].is_string() {
                let args = [("zone", cell("zone", &value["zone"], with).into()), args[0].clone()];
                for key in ["done-init-zone", "done-init-zone-other"] {
                    lines.extend(text::wrap(&with.texts.with(key, &args), with.paint.width));
                }
            }
            if let Some(words) = value["words"].as_str() {
                lines.push(with.texts.with("done-join-words", &[("words", text::clean_line(words).into())]));
            }
            // shown once, here, and stored nowhere
            let roots = value["roots"]["keys"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for (n, key) in roots.enumerate() {
                if n == 0 {
                    lines.push(with.paint.alarm(&with.texts.get("done-init-roots")).into_owned());
                }
                lines.push(text::clean_line(key));
            }
        }
        "invite" => {
            lines.push(cell("", &value["invitation"], with));
            if value["file"].is_string() {
                let file = cell("", &value["file"], with);
                lines.push(with.texts.with("done-invite-file", &[("file", file.into())]));
            }
        }
        "wipe" => {
            lines.push(with.texts.get("done-wipe-promise").into_owned());
            if value["left"].as_array().is_some_and(|left| !left.is_empty()) {
                let files = cell("", &value["left"], with);
                lines.push(
                    with.paint.alarm(&with.texts.with("done-wipe-left", &[("files", files.into())])).into_owned(),
                );
            }
            if value["node"] == "silent" {
                lines.push(with.paint.alarm(&with.texts.get("done-wipe-silent")).into_owned());
            }
        }
        "passphrase change" => lines.push(with.paint.dim(&with.texts.get("done-passphrase-old-copies")).into_owned()),
        "case set" | "case triage" | "case raise" if value["audience"].is_string() => {
            lines.push(with.texts.with("done-sealed-to", &[("audience", cell("", &value["audience"], with).into())]));
        }
        "case triage" | "case lower" if value["generation"].is_number() => {
            lines.push(with.texts.get("done-opened").into_owned());
        }
        "case new" if value["held"] == true => {
            let call = cell("", &value["call"], with);
            let line = match call.is_empty() {
                true => with.texts.get("done-case-held-direction").into_owned(),
                false => with.texts.with("done-case-held-call", &[("call", call.into())]),
            };
            lines = lines.iter().flat_map(|line| text::wrap(line, with.paint.width)).collect();
            lines.push(with.paint.alarm(&line).into_owned());
        }
        "member confirm" if value["words"].is_array() => lines.push(cell("words", &value["words"], with)),
        "case merge" => lines.extend(text::wrap(&with.texts.with("done-case-merge-person", &args), with.paint.width)),
        _ => {}
    }
    if name.starts_with("case ") && value["status"].is_string() {
        let status = cell("status", &value["status"], with);
        lines.push(with.texts.with("done-status-now", &[("status", status.into())]));
    }
    lines.extend(warnings(value, with));
    lines.join("\n") + "\n"
}

/// What a line says of a field; beside the name of somebody who has namesakes, the digits of the id.
/// Who was told, how they are reached, with which fields; and what was kept back.
fn notice(told: &Value, with: With<'_>) -> Vec<String> {
    let names = |list: &str| {
        let names = told[list].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(|name| text::clean_line(&with.texts.field(name))).collect::<Vec<_>>().join(", ")
    };
    let lang = with.texts.asked();
    let label = told["labels"][lang].as_str().or(told["label"].as_str()).unwrap_or_default();
    let reach = told["reach"].as_str().unwrap_or("none");
    let args = [("body", text::clean_line(label).into()), ("reach", text::clean_line(reach).into())];
    let mut lines = vec![with.texts.with("ui-notice-to", &args)];
    for (list, key) in [("fields", "ui-notice-fields"), ("kept_back", "ui-notice-kept-back")] {
        let named = names(list);
        if !named.is_empty() {
            lines.push(with.texts.with(key, &[("fields", named.into())]));
        }
    }
    lines.into_iter().flat_map(|line| text::wrap(&line, with.paint.width)).collect()
}

fn shown(field: &str, value: &Value, with: With<'_>) -> String {
    let told = text::clean_line(&scalar(&value[field], with));
    // a role is called by its label
    if let ("to" | "with", Some(role)) = (field, value[field].as_str().and_then(|code| super::codes::role(code, with)))
    {
        return role;
    }
    match (field, value["id"].as_str().and_then(|id| id.get(..8))) {
        ("member", Some(digits)) if value["namesakes"] == true => format!("{told} ({digits})"),
        _ => told,
    }
}

/// The warnings of a reply: codes with a text of ours, or the codes themselves.
pub(super) fn warnings(value: &Value, with: With<'_>) -> Vec<String> {
    let codes = value["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let near = near_roles(value, with);
    let args = [
        ("who", text::clean_line(&scalar(&value["assignee"], with)).into()),
        ("site", text::clean_line(&scalar(&value["sender_site"], with)).into()),
        ("ref", text::clean_line(&scalar(&value["ref"], with)).into()),
        (
            "there",
            text::clean_line(&scalar(if value["to"].is_string() { &value["to"] } else { &value["site"] }, with)).into(),
        ),
        ("half", text::clean_line(&scalar(&value["half"]["ref"], with)).into()),
        ("half_site", text::clean_line(&scalar(&value["half"]["site"], with)).into()),
        ("route", cell("role", &value["route"], with).into()),
        ("unread", text::clean_line(&scalar(&value["unread_at"], with)).into()),
        ("n", (near.len() as i64).into()),
        ("near", near.join(", ").into()),
    ];
    codes
        // what is held is told as what was done
        .filter(|code| *code != "held")
        .map(|code| {
            let told = match code {
                "set_aside_by_name" => {
                    let members = cell("", &value["set_aside"], with);
                    Some(with.texts.with("warning-set-aside-by-name", &[("members", members.into())]))
                }
                code => with.texts.find(&format!("warning-{}", code.replace('_', "-")), &args),
            };
            let message = text::clean_line(&told.unwrap_or_else(|| code.to_owned()));
            with.paint.alarm(&with.texts.with("ui-warning", &[("message", message.into())])).into_owned()
        })
        .collect()
}

/// Who could be given a case instead: `coordinator (Rose, REG)`.
fn near_roles(value: &Value, with: With<'_>) -> Vec<String> {
    let rows = value["near_roles"].as_array().into_iter().flatten();
    rows.map(|row| {
        let [role, member, site] = ["role", "member", "site"].map(|field| cell(field, &row[field], with));
        match row["confirmed"] == false {
            true => format!("{role} ({member}, {site}, {})", with.texts.code("standing", "unconfirmed")),
            false => format!("{role} ({member}, {site})"),
        }
    })
    .collect()
}
