//! Listings: which columns, in which order.

use crdt_model::taxonomy::{KeptAs, Taxonomy};
use node::api::{DUPLICATES_MAX, TODO_LINES};
use serde_json::Value;

use super::table::{Column, table};
use super::{With, cell, scalar, text};

/// Columns of a listing, most important first; `!` marks those that are never cut.
fn columns_of(name: &str) -> Option<&'static [&'static str]> {
    Some(match name {
        "todo" => &["due_at", "task", "!ref", "category", "assignee", "site"],
        "case duplicates" => &["!ref", "!of", "why", "category", "site", "received_at", "status"],
        "case list" => &["!ref", "!status", "category", "site", "received_at", "assignee", "due_at"],
        "call list" => &["!ref", "type", "received_at", "channel", "site"],
        "reference list" => &["kind", "!rows", "loaded_at", "expires", "by", "columns"],
        "session list" => &["!ref", "channel", "received_at", "status", "site"],
        "find" => &["!ref", "!status", "person", "category", "received_at", "site"],
        "batch list" => &["!batch", "to", "cases", "back", "due_at"],
        "batch receivers" => &["to", "!lists", "!sent", "!answered", "!median_days"],
        "routing show" => &["!site", "category", "to", "duty_phone", "alternate_phone"],
        "site list" => &["!site", "name", "kind", "parent", "org_unit", "zone", "hours"],
        "member list" => &["member", "role", "!site", "standing", "until", "away_until", "deputy", "speaks", "device"],
        "audience list" => &["!audience", "label", "members", "delegate", "alternate"],
        "words show" => &["!lang", "!word", "topic", "shipped"],
        "fingerprint" => &["scope", "!entries", "!tips", "fingerprint"],
        _ => return None,
    })
}

/// A table of the listing, or a word when it is empty. Rows of an unknown shape show all their fields.
pub(super) fn listing(name: &str, rows: &[Value], with: With<'_>) -> String {
    listed(name, rows, false, with)
}

/// The same, each row with its number before it.
pub(super) fn numbered(name: &str, rows: &[Value], with: With<'_>) -> String {
    listed(name, rows, true, with)
}

fn listed(name: &str, rows: &[Value], with_numbers: bool, with: With<'_>) -> String {
    if rows.is_empty() {
        return format!("{}\n", with.paint.dim(&with.texts.get("ui-nothing")));
    }
    let known = columns_of(name).filter(|columns| {
        // Grouped counts have columns of their own.
        rows.iter().any(|row| columns.first().is_some_and(|first| row.get(first.trim_start_matches('!')).is_some()))
    });
    let names: Vec<(String, bool)> = match known {
        Some(columns) => columns.iter().map(|c| (c.trim_start_matches('!').to_owned(), c.starts_with('!'))).collect(),
        None => fields_of(rows),
    };
    let number = with_numbers.then(|| Column { heading: String::new(), whole: true });
    let of_fields =
        names.iter().map(|(name, whole)| Column { heading: text::clean_line(&with.texts.field(name)), whole: *whole });
    let columns: Vec<Column> = number.into_iter().chain(of_fields).collect();
    let cells_of = |(row, n): (&Value, usize)| -> Vec<String> {
        let number = with_numbers.then(|| n.to_string()).into_iter();
        match row {
            Value::Object(_) => number.chain(names.iter().map(|(name, _)| shown(row, name, with))).collect(),
            other => number.chain([cell("", other, with)]).collect(),
        }
    };
    let cells: Vec<Vec<String>> = rows.iter().zip(1..).map(cells_of).collect();
    let mut out = table(&columns, &cells, with.paint);
    if name == "member list" && rows.iter().any(|row| row["namesakes"] == true) {
        for line in text::wrap(&with.texts.get("ui-namesakes"), with.paint.width) {
            out += &format!("{}\n", with.paint.dim(&line));
        }
    }
    out
}

/// Pairs of cases that may be one matter, and what can be done with one.
pub(super) fn duplicates(rows: &[Value], with: With<'_>) -> String {
    let mut out = listing("case duplicates", rows, with);
    if rows.len() == DUPLICATES_MAX {
        let more = with.texts.with("ui-duplicates-more", &[("n", DUPLICATES_MAX.into())]);
        for line in text::wrap(&more, with.paint.width) {
            out += &format!("{}\n", with.paint.dim(&line));
        }
    }
    if let Some(row) = rows.first() {
        let args = [("ref", called(row, with).into()), ("of", called(&row["of"], with).into())];
        for line in text::wrap(&with.texts.with("ui-duplicates-hint", &args), with.paint.width) {
            out += &format!("{}\n", with.paint.dim(&line));
        }
    }
    out
}

/// What waits on whoever asks, by the time it is due.
pub(super) fn todo(rows: &[Value], with: With<'_>) -> String {
    if rows.is_empty() {
        return format!("{}\n", with.paint.dim(&with.texts.get("ui-todo-none")));
    }
    let mut out = listing("todo", rows, with);
    // as many as are told at most: there may be more
    if rows.iter().filter(|row| row["case_id"].is_string()).count() == TODO_LINES {
        for line in text::wrap(&with.texts.with("ui-todo-more", &[("n", TODO_LINES.into())]), with.paint.width) {
            out += &format!("{}\n", with.paint.dim(&line));
        }
    }
    out
}

/// The first of what waits, in a line each.
pub(super) fn todo_first(rows: &[Value], with: With<'_>) -> String {
    let mut out = String::new();
    for row in rows {
        let parts = ["due_at", "task", "ref", "category"].map(|name| shown(row, name, with));
        let line = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("  ");
        out += &format!("  {}\n", text::cut(&line, with.paint.width.saturating_sub(2)));
    }
    match out.is_empty() {
        true => out,
        false => format!("\n{}\n{out}", with.paint.bold(&with.texts.get("ui-todo-first"))),
    }
}

/// What a case is called: its reference, else the first digits of its id.
pub(super) fn called(row: &Value, with: With<'_>) -> String {
    match row["ref"].as_str() {
        Some(_) => cell("ref", &row["ref"], with),
        None => cell("case_id", &row["case_id"], with).chars().take(8).chain("…".chars()).collect(),
    }
}

/// A row's field; what wants attention is marked beside the status: `!` overdue, `≠` in conflict.
fn shown(row: &Value, name: &str, with: With<'_>) -> String {
    let value = &row[name];
    let mut shown = match name {
        // from outside a restricted case has no reference: the identifier's first digits name it
        "ref" if row["task"] == "duplicates" => cell("n", &row["n"], with),
        // of a pair the older case
        "of" if value.is_object() => called(value, with),
        "why" if value.is_array() => super::codes::value("why", value, &Value::Null, with),
        "ref" if row["task"] == "confirm_member" => cell("member", &row["member"], with),
        "ref" if row["task"] == "batch" => cell("batch", &row["batch"], with),
        "category" if row["task"] == "batch" => {
            let part = |name: &str| cell(name, &row[name], with);
            let args = [("to", part("to").into()), ("back", part("back").into()), ("cases", part("cases").into())];
            with.texts.with("ui-batch-back", &args)
        }
        "name" if row["closed"] == true && row["site"].is_string() => {
            format!("{} [{}]", cell(name, value, with), with.texts.get("ui-row-closed"))
        }
        "task" if row["speakers"].is_object() => {
            let of = |name: &str| cell(name, &row["speakers"][name], with);
            let args = [("task", cell(name, value, with)), ("who", of("members")), ("language", of("language"))];
            with.texts.with("todo-speakers", &args.map(|(name, part)| (name, part.into())))
        }
        // a call has no subject but what it is
        "category" if value.is_null() && Taxonomy::shipped().kept_as(row["type"].as_str()) != KeptAs::Case => {
            text::clean_line(&with.texts.called("case_type", row["type"].as_str().unwrap_or_default()))
        }
        "kind" if row["reach"].is_string() || row["stale"].is_boolean() => {
            text::clean_line(&with.texts.code("service", value.as_str().unwrap_or_default()))
        }
        "verified" if row["stale"] == true => format!("{} !", cell(name, value, with)),
        "status" | "closure" | "reason" | "kind" | "task" => cell(name, value, with),
        "assignee" | "to" | "waiting_on" | "role" if value.is_string() => {
            super::codes::role(value.as_str().unwrap_or_default(), with).unwrap_or_else(|| cell(name, value, with))
        }
        "due_at" if row["late"] == true && row["batch"].is_string() => {
            format!("{} !", cell(name, value, with).chars().take(10).collect::<String>())
        }
        "due_at" if row["late"] == true && row["due_day"].is_string() => {
            format!("{} !", cell(name, &row["due_day"], with))
        }
        "ref" if value.is_null() && row["case_id"].is_string() => called(row, with),
        "received_at" if value.is_null() => cell("week", &row["week"], with),
        "site" if value.is_null() => cell("region", &row["region"], with),
        // the day on which the case counts, alike for everybody; without one, that of this machine
        "received_at" if row["received_day"].is_string() => cell(name, &row["received_day"], with),
        "due_at" if row["due_day"].is_string() => cell(name, &row["due_day"], with),
        "received_at" | "due_at" => cell(name, value, with).chars().take(10).collect(),
        // the word where there is one, and the digits that `member confirm` takes where a name tells two people apart from nobody
        "standing" => with.texts.find(&format!("standing-{}", scalar(value, with)), &[]).unwrap_or_default(),
        "member" if row["namesakes"] == true => {
            let id: String = cell("id", &row["id"], with).chars().take(8).collect();
            format!("{} ({id})", cell("member", value, with))
        }
        "device" | "fingerprint" | "scope" => cell(name, value, with).chars().take(16).collect(),
        _ => match value.as_str().and_then(|code| super::codes::label(name, code, with)) {
            Some(label) => label,
            None => cell(name, value, with),
        },
    };
    if name == "status" {
        let marked = |flag: &Value| flag == &Value::Bool(true) || flag.as_u64().is_some_and(|n| n > 0);
        if marked(&row["overdue"]) {
            shown.push_str(" !");
        }
        if marked(&row["conflicts"]) || row["conflicts"].as_array().is_some_and(|fields| !fields.is_empty()) {
            shown.push_str(" ≠");
        }
    }
    shown
}

/// All fields that occur, in the order of their first appearance.
fn fields_of(rows: &[Value]) -> Vec<(String, bool)> {
    let mut names: Vec<(String, bool)> = Vec::new();
    for row in rows.iter().filter_map(Value::as_object) {
        for name in row.keys() {
            if !names.iter().any(|(known, _)| known == name) {
                names.push((name.clone(), name == "count" || name == "ref"));
            }
        }
    }
    if names.is_empty() { vec![(String::new(), false)] } else { names }
}
