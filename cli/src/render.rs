//! Replies for people: tables, key and value, a line per act. Everything comes from the JSON of the reply and the
//! texts; nothing here decides or computes.

mod acts;
mod batch;
mod bundle;
mod calls;
pub(crate) mod case;
mod codes;
mod listing;
mod report;
mod table;
mod taxonomy;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use std::borrow::Cow;

use crdt_model::case::schema;
use node::texts::Texts;
use serde_json::Value;

use crate::when;

/// How output looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Standard output is a terminal.
    pub(crate) terminal: bool,
    /// Colours are wanted.
    pub(crate) colour: bool,
    /// Columns of a line.
    pub(crate) width: usize,
}

/// Columns that output keeps to, whatever the terminal.
pub(crate) const WIDTH: usize = 80;

impl Paint {
    /// For a pipe.
    pub(crate) const PLAIN: Self = Self { terminal: false, colour: false, width: WIDTH };

    /// For standard output as it is: colours on a terminal unless `NO_COLOR` has a value.
    pub(crate) fn of(terminal: bool, no_color: bool) -> Self {
        Self { terminal, colour: terminal && !no_color, width: WIDTH }
    }

    /// Headings.
    pub(crate) fn bold(self, text: &str) -> Cow<'_, str> {
        self.wrap("1", text)
    }

    /// Secondary things.
    pub(crate) fn dim(self, text: &str) -> Cow<'_, str> {
        self.wrap("2", text)
    }

    /// Wants attention.
    pub(crate) fn alarm(self, text: &str) -> Cow<'_, str> {
        self.wrap("33", text)
    }

    fn wrap<'a>(self, code: &str, text: &'a str) -> Cow<'a, str> {
        if self.colour && !text.is_empty() { Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m")) } else { text.into() }
    }
}

/// The first of what waits on somebody, in a line each.
pub(crate) fn todo_first(rows: &[Value], texts: &Texts, paint: Paint) -> String {
    listing::todo_first(rows, With { texts, paint })
}

/// A listing whose rows are chosen by their number.
pub(crate) fn numbered(name: &str, rows: &[Value], texts: &Texts, paint: Paint) -> String {
    listing::numbered(name, rows, With { texts, paint })
}

/// The reply to the request of this name, as people read it; ends with a line end unless it is empty.
pub(crate) fn human(name: &str, value: &Value, texts: &Texts, paint: Paint) -> String {
    let with = With { texts, paint };
    match (name, value) {
        ("case show", Value::Object(_)) => case::show(value, with),
        ("case history", Value::Array(rows)) => case::history(rows, with),
        ("case conflicts", Value::Array(rows)) => case::conflicts(rows, with),
        ("status", Value::Object(_)) => report::status(value, with),
        ("sync", Value::Object(_)) => report::sync(value, with),
        ("bundle export", Value::Object(_)) => bundle::export(value, with),
        ("bundle import", Value::Object(_)) => bundle::import(value, with),
        ("bundle inspect", Value::Object(_)) => case::show(value, with),
        ("carry", Value::Object(_)) => bundle::carry(value, with),
        ("verify", Value::Object(_)) => report::verify(value, with),
        ("import", Value::Object(reply)) if !reply.contains_key("rows") => report::import_undo(value, with),
        ("import", Value::Object(reply)) if reply.contains_key("messages") => calls::messages(value, with),
        ("import", Value::Object(_)) => report::import(value, with),
        ("outbox", Value::Object(_)) => report::outbox(value, with),
        ("doctor", Value::Object(_)) => report::doctor(value, with),
        ("clock show" | "clock set", Value::Object(_)) => report::clock(name, value, with),
        ("clock accept", Value::Object(_)) => report::clock_accept(value, with),
        // meant to be read as it is sent
        ("support-file", Value::Object(_)) => format!("{}\n", text::escape_json(&format!("{value:#}"))),
        ("taxonomy show", Value::Object(_)) => taxonomy::show(value, with),
        ("member show", Value::Object(_)) => case::show(value, with),
        ("batch out", Value::Object(_)) => batch::out(value, with),
        ("batch calls", Value::Object(_)) => batch::calls(value, with),
        ("batch in", Value::Object(_)) => batch::back(value, with),
        ("batch list", Value::Object(_)) => batch::list(value, with),
        (_, Value::Object(reply)) if reply.contains_key("refusals") => acts::many(value, with),
        ("case duplicates", Value::Array(rows)) => listing::duplicates(rows, with),
        ("services", Value::Array(rows)) if !rows.is_empty() => calls::services(rows, with),
        ("reference find", Value::Array(rows)) => calls::listed(rows, with),
        ("call start", Value::Object(_)) => calls::start(value, with),
        ("call end", Value::Object(_)) => calls::end(value, with),
        ("call log", Value::Object(reply)) if reply.contains_key("outcome") => calls::logged(value, with),
        ("session show", Value::Null) => format!("{}\n", texts.get("ui-session-none")),
        ("session open" | "session show" | "session close", Value::Object(_)) => calls::session(name, value, with),
        ("shift end", Value::Object(_)) => calls::shift(value, with),
        ("todo", Value::Array(rows)) => listing::todo(rows, with),
        (_, Value::Array(rows)) => listing::listing(name, rows, with),
        (_, Value::Object(_)) => acts::act(name, value, with),
        _ => format!("{}\n", text::clean_line(&scalar(value, with))),
    }
}

/// What every renderer needs.
#[derive(Clone, Copy)]
struct With<'a> {
    texts: &'a Texts,
    paint: Paint,
}

/// A field's value in one line: labels for the codes people know by heart, dates short, words cleaned.
fn cell(field: &str, value: &Value, with: With<'_>) -> String {
    let vocabulary = match field {
        "status" => Some("status"),
        "sensitivity" => Some("sensitivity"),
        "satisfaction" => Some("satisfaction"),
        "closure" | "reason" => Some("closure"),
        "kind" => Some("kind"),
        "task" => Some("todo"),
        "act" => Some("act"),
        "topic" => Some("topic"),
        "purpose" => Some("purpose"),
        "answer" => Some("consent"),
        "means" => Some("means"),
        "waiting_on" => Some("waiting"),
        "for" => Some("holdfor"),
        "direction" => Some("direction"),
        "signature" => Some("signature"),
        "happened" => Some("happened"),
        "reporter_is" => Some("reporter-is"),
        "accused_affiliation" => Some("accused-affiliation"),
        _ => None,
    };
    match (vocabulary, value) {
        (_, Value::String(hours)) if field == "hours" => working_hours(hours, with),
        // what a person said may look like a time, and is shown as it was said
        (_, Value::String(words)) if is_words(field) => text::clean_line(words),
        (Some(vocabulary), Value::String(code)) => text::clean_line(&with.texts.code(vocabulary, code)),
        _ => text::clean_line(&scalar(value, with)),
    }
}

/// Working hours, with the days of the week as a person says them.
fn working_hours(hours: &str, with: With<'_>) -> String {
    let tokens = hours.split(' ').map(|token| {
        let (days, comma) = token.strip_suffix(',').map_or((token, ""), |days| (days, ","));
        let days: Vec<_> = days.split('-').map(|day| with.texts.code("weekday", day)).collect();
        days.join("-") + comma
    });
    text::clean_line(&tokens.collect::<Vec<_>>().join(" "))
}

/// As [`cell`], of a time that was told with this precision: a date is shown as it was told, of no zone.
fn told(field: &str, value: &Value, precision: &Value, with: With<'_>) -> String {
    let date = value.as_str().zip(precision.as_str()).and_then(|(text, precision)| when::shown_date(text, precision));
    date.unwrap_or_else(|| cell(field, value, with))
}

/// Whether a field holds a person's words: in a case, in its facts, or in its history.
fn is_words(field: &str) -> bool {
    const IN_FACTS: [&str; 10] =
        ["what", "on_behalf_of", "by_whom", "id", "notes", "reasons", "actions", "responses", "member", "name"];
    let kind = schema::field(field).map(|known| known.kind);
    IN_FACTS.contains(&field)
        || field == "allegation"
        || matches!(kind, Some(schema::Kind::Words(_) | schema::Kind::Element(_, None)))
}

/// Any value as one line of text, not yet cleaned.
fn scalar(value: &Value, with: With<'_>) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(true) => with.texts.get("ui-yes").into_owned(),
        Value::Bool(false) => with.texts.get("ui-no").into_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => when::shown(text).unwrap_or_else(|| text.clone()),
        Value::Array(items) => items.iter().map(|item| scalar(item, with)).collect::<Vec<_>>().join(", "),
        Value::Object(fields) if fields.contains_key("withheld") => with.texts.get("ui-withheld").into_owned(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| format!("{} {}", with.texts.field(name), cell(name, value, with)))
            .collect::<Vec<_>>()
            .join("; "),
    }
}
