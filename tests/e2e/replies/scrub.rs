//! What differs from run to run is put out of a reply: ids, times, references, places on the disk. What is left is the
//! reply's shape and its codes.

use serde_json::Value;

/// Longest list that is shown whole. Of a longer one the first rows and how many there are.
const ROWS_MAX: usize = 12;
const ROWS_SHOWN: usize = 3;

/// Numbers by these names, and all milliseconds and microseconds, are of the machine, the moment or how often homes met.
const MEASURED: [&str; 12] = [
    "bytes",
    "bytes_sent",
    "bytes_received",
    "free_mb",
    "cores",
    "round_trips",
    "entries",
    "entries_sent",
    "entries_received",
    "chain_entries",
    "take",
    "tips",
];

/// Lists by these names are in the order of ids, which are drawn anew each time.
const UNORDERED: [&str; 4] = ["members", "scopes", "peers", "addresses"];

/// Texts by these names are drawn anew each time.
const DRAWN: [(&str, &str); 3] = [("invitation", "<invitation>"), ("words", "<words>"), ("keys", "<keys>")];

/// The reply without what differs. `folders` are those of this run: only their ends are kept.
pub(super) fn scrubbed(verb: &str, reply: &Value, folders: &[String]) -> Value {
    // the whole reply of these is such a list
    let name = match verb {
        "member list" => "members",
        "fingerprint" => "scopes",
        _ => "",
    };
    value(name, reply, folders)
}

/// The command line without what differs.
pub(super) fn line(line: &str, folders: &[String]) -> String {
    line.split(' ').map(|word| text(word, folders)).collect::<Vec<_>>().join(" ")
}

fn value(name: &str, of: &Value, folders: &[String]) -> Value {
    if let Some((_, instead)) = DRAWN.iter().find(|(drawn, _)| *drawn == name && (of.is_string() || is_texts(of))) {
        return (*instead).into();
    }
    match of {
        Value::String(said) => text(said, folders).into(),
        Value::Number(_) if is_measured(name) => "<number>".into(),
        Value::Array(rows) => {
            let whole = rows.len() <= ROWS_MAX;
            let shown = if whole { rows.len() } else { ROWS_SHOWN };
            let mut kept: Vec<Value> = rows.iter().take(shown).map(|row| value(name, row, folders)).collect();
            if UNORDERED.contains(&name) {
                kept.sort_by_key(Value::to_string);
            }
            if !whole {
                kept.push(format!("… {} rows in all", rows.len()).into());
            }
            kept.into()
        }
        Value::Object(fields) => fields
            .iter()
            .map(|(key, held)| (key.clone(), value(key, held, folders)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

fn is_measured(name: &str) -> bool {
    MEASURED.contains(&name) || name.ends_with("_ms") || name.ends_with("_us")
}

fn is_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|rows| !rows.is_empty() && rows.iter().all(Value::is_string))
}

/// What stands in place of a text, or of the parts of it that differ.
fn text(said: &str, folders: &[String]) -> String {
    if let Some(folder) = folders.iter().find(|folder| said.starts_with(folder.as_str())) {
        let end = said[folder.len()..].trim_start_matches('/');
        let (before, name) = end.rsplit_once('/').unwrap_or(("", end));
        // a bundle is named by its device
        let is_device = name.strip_suffix(".boucle").is_some_and(|name| is_hex(name, 8));
        let name = if is_device { "<device>.boucle" } else { name };
        return ["<folder>", before, name]
            .iter()
            .filter(|part| !part.is_empty())
            .copied()
            .collect::<Vec<_>>()
            .join("/");
    }
    if said.starts_with("/ip4/") || said.starts_with("/ip6/") {
        return "<address>".to_owned();
    }
    if said.starts_with("BOUCLE1") {
        return "<invitation>".to_owned();
    }
    if said.starts_with("L-JER-") {
        return "<list>".to_owned();
    }
    if is_reference(said) {
        "<ref>".to_owned()
    } else if is_hex(said, 8) {
        format!("<id of {}>", said.len())
    } else if let Some((kind, id)) = said.split_once(':').filter(|(_, id)| is_hex(id, 32)) {
        // a link to another case
        format!("{kind}:<id of {}>", id.len())
    } else if is_time(said) {
        (if said.len() == 10 { "<day>" } else { "<time>" }).to_owned()
    } else if said.len() == 8 && said.get(4..6) == Some("-W") {
        "<week>".to_owned()
    } else {
        said.to_owned()
    }
}

fn is_hex(said: &str, least: usize) -> bool {
    said.len() >= least && said.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
}

/// `2026-11-30`, or an hour of that day.
fn is_time(said: &str) -> bool {
    let day = said.get(..10).unwrap_or_default().as_bytes();
    let digits = |range: std::ops::Range<usize>| day.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    let is_day = digits(0..4) && digits(5..7) && digits(8..10) && day[4] == b'-' && day[7] == b'-';
    is_day && (said.len() == 10 || said.as_bytes()[10] == b'T')
}

/// `JER-100-00001-61`.
fn is_reference(said: &str) -> bool {
    let parts: Vec<&str> = said.split('-').collect();
    let numbers =
        |parts: &[&str]| parts.iter().all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric()));
    matches!(parts.as_slice(), [site, rest @ ..] if rest.len() == 3
        && site.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && numbers(rest) && rest[1].len() == 5)
}

/// The names and types in a reply that says what the machine is like: of a list the shapes of its rows, each once.
pub(super) fn shape(of: &Value) -> Value {
    match of {
        Value::Object(fields) => {
            fields.iter().map(|(key, held)| (key.clone(), shape(held))).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(rows) => {
            let mut shapes: Vec<Value> = Vec::new();
            for row in rows.iter().map(shape).filter(|row| !row.is_null()) {
                if !shapes.contains(&row) {
                    shapes.push(row);
                }
            }
            shapes.sort_by_key(Value::to_string);
            shapes.into()
        }
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "yes or no".into(),
        Value::Null => Value::Null,
    }
}

/// As [`shape`], without what only some machines have: what a check found, and whether it has advice.
pub(super) fn shape_of_checks(of: &Value) -> Value {
    let mut reply = of.clone();
    for check in reply["checks"].as_array_mut().into_iter().flatten() {
        for key in ["found", "advice"] {
            if let Some(held) = check.get_mut(key) {
                *held = "…".into();
            }
        }
    }
    shape(&reply)
}
