//! Calls and shifts.

use crdt_model::time::Timestamp;
use serde_json::Value;

use super::{With, cell, listing, text};

/// That a call began, and the cases known by its telephone.
pub(super) fn start(value: &Value, with: With<'_>) -> String {
    let args = [("at", clock(value, "started_at", with).into())];
    let mut out = format!("{}\n", with.texts.with("done-call-start", &args));
    let earlier = value["earlier"].as_array().map_or(&[][..], Vec::as_slice);
    if !earlier.is_empty() {
        out += &format!("\n{}\n{}", with.texts.get("ui-call-earlier"), listing::listing("find", earlier, with));
    }
    let listed_rows = value["listed"].as_array().map_or(&[][..], Vec::as_slice);
    if !listed_rows.is_empty() {
        out += &format!("\n{}", listed(listed_rows, with));
    }
    out
}

/// Services, a few lines each, as they are read out.
pub(super) fn services(rows: &[Value], with: With<'_>) -> String {
    let one = |row: &Value| {
        let of = |name: &str| text::clean_line(row[name].as_str().unwrap_or_default());
        let kind = text::clean_line(&with.texts.code("service", row["kind"].as_str().unwrap_or_default()));
        let mut line = [kind, of("label"), of("place"), of("reach")].map(|part| part.trim().to_owned()).to_vec();
        line.retain(|part| !part.is_empty());
        let mut line = line.join(" · ");
        for (is_so, key) in
            [(row["here"] == false, "front-service-elsewhere"), (row["stale"] == true, "front-service-stale")]
        {
            if is_so {
                line += &format!(" ({})", with.texts.get(key));
            }
        }
        text::wrap(&line, with.paint.width).iter().map(|line| format!("{line}\n")).collect::<String>()
    };
    rows.iter().map(one).collect()
}

/// Rows of the lists that are looked up at a call: which list, of which day, and what it says.
pub(super) fn listed(rows: &[Value], with: With<'_>) -> String {
    if rows.is_empty() {
        return format!("{}\n", with.paint.dim(&with.texts.get("ui-nothing")));
    }
    rows.iter().map(|row| lines_of(row, with)).collect()
}

fn lines_of(row: &Value, with: With<'_>) -> String {
    let kind = with.texts.code("reference", row["kind"].as_str().unwrap_or_default()).into_owned();
    let day: String = part(row, "loaded_at", with).chars().take(10).collect();
    let args = [("list", text::clean_line(&kind).into()), ("day", day.into())];
    let mut out = format!("{}\n", with.paint.bold(&with.texts.with("ui-listed", &args)));
    let cells = row["row"].as_array().into_iter().flatten();
    let of = |cell: &Value, name: &str| text::clean_line(cell[name].as_str().unwrap_or_default());
    let told: Vec<String> = cells.map(|cell| format!("{}: {}", of(cell, "name"), of(cell, "value"))).collect();
    for line in text::wrap(&told.join(" · "), with.paint.width.saturating_sub(2)) {
        out += &format!("  {line}\n");
    }
    out
}

/// How a call ended, and where it is noted.
pub(super) fn end(value: &Value, with: With<'_>) -> String {
    let outcome = with.texts.code("outcome", value["outcome"].as_str().unwrap_or_default()).into_owned();
    let minutes = minutes(value);
    let args = [
        ("outcome", text::clean_line(&outcome).into()),
        ("ref", part(value, "ref", with).into()),
        ("minutes", minutes.into()),
    ];
    format!("{}\n", with.texts.with("done-call-end", &args))
}

/// A call that led to no case.
pub(super) fn logged(value: &Value, with: With<'_>) -> String {
    let outcome = with.texts.code("outcome", value["outcome"].as_str().unwrap_or_default()).into_owned();
    let args = [("outcome", text::clean_line(&outcome).into()), ("ref", part(value, "ref", with).into())];
    let key = if value["outcome"] == "missed" { "done-call-missed" } else { "done-call-none" };
    let line = with.texts.with(key, &args);
    text::wrap(&line, with.paint.width).iter().map(|line| format!("{line}\n")).collect()
}

/// What was done in a shift, and what waits.
pub(super) fn shift(value: &Value, with: With<'_>) -> String {
    let n = |name: &str| value[name].as_u64().unwrap_or_default();
    let calls = value["calls"].as_object();
    let all: u64 = calls.into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum();
    let args = [
        ("at", clock(value, "started_at", with).into()),
        ("calls", all.into()),
        ("cases", n("cases").into()),
        ("questions", n("questions").into()),
        ("waits", n("waits").into()),
    ];
    let mut out: String = text::wrap(&with.texts.with("done-shift-end", &args), with.paint.width)
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    for (outcome, n) in calls.into_iter().flatten() {
        out += &format!("  {}: {n}\n", text::clean_line(&with.texts.code("outcome", outcome)));
    }
    out
}

/// What became of imported messages.
pub(super) fn messages(value: &Value, with: With<'_>) -> String {
    let names = ["rows", "created", "updated", "unchanged", "skipped", "sealed", "rejected"];
    let args = names.map(|name| (name, value[name].as_u64().unwrap_or(0).into()));
    let n = |name: &str| value[name].as_u64().unwrap_or(0);
    let trial = (value["dry_run"] == true).then_some("ui-import-messages-trial");
    let keys = [
        trial,
        Some("done-import-messages"),
        (n("sealed") > 0).then_some("done-import-messages-sealed"),
        (n("rejected") > 0).then_some("done-import-messages-unread"),
    ];
    let lines = keys.into_iter().flatten().flat_map(|key| text::wrap(&with.texts.with(key, &args), with.paint.width));
    lines.map(|line| format!("{line}\n")).collect()
}

/// A session that was opened, goes on or was closed.
pub(super) fn session(name: &str, value: &Value, with: With<'_>) -> String {
    let slips = value["slips"].as_u64().map_or_else(|| "none".into(), Into::into);
    let args = [
        ("ref", part(value, "session", with).into()),
        ("recorded", value["recorded"].as_u64().unwrap_or(0).into()),
        ("slips", slips),
    ];
    let line = with.texts.with(&format!("done-{}", name.replace(' ', "-")), &args);
    text::wrap(&line, with.paint.width).iter().map(|line| format!("{line}\n")).collect()
}

fn part(value: &Value, name: &str, with: With<'_>) -> String {
    cell(name, &value[name], with)
}

/// The time of day alone.
fn clock(value: &Value, name: &str, with: With<'_>) -> String {
    let whole = part(value, name, with);
    whole.split_whitespace().last().unwrap_or_default().to_owned()
}

/// How long it lasted, in begun minutes.
fn minutes(value: &Value) -> i64 {
    let at = |name: &str| value[name].as_str().and_then(|at| Timestamp::parse(at).ok()).map(Timestamp::unix_ms);
    let lasted = at("ended_at").zip(at("started_at")).map_or(0, |(end, start)| end - start);
    lasted.max(0) / 60_000 + 1
}
