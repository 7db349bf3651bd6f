//! Lists that went out, and what came back.

use serde_json::Value;

use super::{With, cell, text};

fn wrapped(out: &mut String, line: &str, with: With<'_>) {
    for line in text::wrap(line, with.paint.width) {
        *out += &format!("{line}\n");
    }
}

fn alarmed(out: &mut String, line: &str, with: With<'_>) {
    for line in text::wrap(line, with.paint.width) {
        *out += &format!("{}\n", with.paint.alarm(&line));
    }
}

fn n(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or_default()
}

/// Rows that were refused, each with its reason.
fn refusals(out: &mut String, value: &Value, with: With<'_>) {
    for refusal in value["refusals"].as_array().into_iter().flatten() {
        let line = format!("{}: {}", cell("ref", &refusal["ref"], with), cell("message", &refusal["message"], with));
        alarmed(out, &line, with);
    }
}

/// Cases that do not go along, by the reason.
fn left_out(out: &mut String, value: &Value, with: With<'_>) {
    for (why, left) in value["left_out"].as_object().into_iter().flatten() {
        let why = with.texts.code("left-out", why);
        let args = [("n", left.as_u64().unwrap_or_default().into()), ("why", why.into())];
        wrapped(out, &with.texts.with("done-batch-left-out", &args), with);
    }
}

/// `batch calls`.
pub(super) fn calls(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    let args = [("n", n(value, "cases").into()), ("file", cell("file", &value["file"], with).into())];
    wrapped(&mut out, &with.texts.with("done-batch-calls", &args), with);
    left_out(&mut out, value, with);
    if n(value, "more") > 0 {
        wrapped(&mut out, &with.texts.with("done-many-more", &[("n", n(value, "more").into())]), with);
    }
    out
}

/// `batch out`.
pub(super) fn out(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    let part = |name: &str| cell(name, &value[name], with);
    let due: String = part("due_at").chars().take(10).collect();
    let args = [
        ("batch", part("batch").into()),
        ("file", part("file").into()),
        ("to", part("to").into()),
        ("n", n(value, "cases").into()),
        ("due", due.into()),
    ];
    let head = if value["dry_run"] == true { "done-batch-out-trial" } else { "done-batch-out" };
    wrapped(&mut out, &with.texts.with(head, &args), with);
    let names: Vec<&str> = value["fields"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let fields = text::clean_line(&with.texts.labelled(&names.join(", ")));
    wrapped(&mut out, &with.texts.with("done-batch-fields", &[("fields", fields.into())]), with);
    left_out(&mut out, value, with);
    for (name, key) in [("identity_kept_back", "done-batch-kept-back"), ("more", "done-many-more")] {
        if n(value, name) > 0 {
            wrapped(&mut out, &with.texts.with(key, &[("n", n(value, name).into())]), with);
        }
    }
    if n(value, "refused") > 0 {
        alarmed(&mut out, &with.texts.get("done-batch-not-noted"), with);
    }
    refusals(&mut out, value, with);
    out
}

/// `batch in`.
pub(super) fn back(value: &Value, with: With<'_>) -> String {
    let mut out = String::new();
    let mut args: Vec<_> = ["rows", "done", "resolved", "unchanged", "open", "refused", "unmatched_n"]
        .map(|name| (if name == "unmatched_n" { "unmatched" } else { name }, n(value, name).into()))
        .to_vec();
    args.push(("to", cell("to", &value["to"], with).into()));
    let head = if value["dry_run"] == true { "done-batch-in-trial" } else { "done-batch-in" };
    wrapped(&mut out, &with.texts.with(head, &args), with);
    for unknown in value["unknown_answers"].as_array().into_iter().flatten() {
        let args = [("answer", cell("", &unknown["answer"], with).into()), ("n", n(unknown, "rows").into())];
        alarmed(&mut out, &with.texts.with("done-batch-unknown", &args), with);
    }
    for row in value["unmatched"].as_array().into_iter().flatten() {
        let why = row["why"].as_str().unwrap_or_default();
        let proposed: Vec<&str> = row["proposed"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let args = [
            ("row", n(row, "row").into()),
            ("why", with.texts.code("unmatched", why).into()),
            ("proposed", text::clean_line(&proposed.join(", ")).into()),
        ];
        let key = if proposed.is_empty() { "done-batch-unmatched" } else { "done-batch-unmatched-near" };
        alarmed(&mut out, &with.texts.with(key, &args), with);
    }
    refusals(&mut out, value, with);
    out
}

/// `batch list`.
pub(super) fn list(value: &Value, with: With<'_>) -> String {
    let rows = |name: &str| value[name].as_array().cloned().unwrap_or_default();
    let lists = rows("batches");
    if lists.is_empty() {
        return format!("{}\n", with.paint.dim(&with.texts.get("ui-nothing")));
    }
    let receivers = super::listing::listing("batch receivers", &rows("receivers"), with);
    format!("{}\n{receivers}", super::listing::listing("batch list", &lists, with))
}
