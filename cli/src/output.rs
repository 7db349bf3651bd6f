//! What goes to standard output: JSON, or a rendering for people.

use std::io::{self, Write};

use node::texts::Texts;
use serde_json::Value;

use crate::render::{self, Paint};

/// How a reply is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON document.
    Json,
    /// One JSON object a line.
    JsonLines,
}

/// Prints the reply to the request of this name.
///
/// # Errors
///
/// What the writer fails with; a reader that left (`BrokenPipe`) included.
pub(crate) fn print(
    to: &mut dyn Write,
    name: &str,
    value: &Value,
    format: Format,
    texts: &Texts,
    paint: Paint,
) -> io::Result<()> {
    match (format, value) {
        (Format::Human, _) => to.write_all(render::human(name, value, texts, paint).as_bytes())?,
        (Format::JsonLines, Value::Array(rows)) => {
            for row in rows {
                writeln!(to, "{}", render::text::escape_json(&row.to_string()))?;
            }
        }
        (Format::Json, _) if paint.terminal => {
            writeln!(to, "{}", render::text::escape_json(&serde_json::to_string_pretty(value)?))?;
        }
        _ => writeln!(to, "{}", render::text::escape_json(&value.to_string()))?,
    }
    to.flush()
}

/// The exit status that a reply asks for: done, but rows were rejected, differences found, peers left behind.
pub(crate) fn exit_status(name: &str, value: &Value) -> u8 {
    use node::error::Exit;
    let exit = match name {
        _ if value["refusals"].is_array() && value["refused"].as_u64().is_some_and(|n| n > 0) => Exit::Rejected,
        "batch in"
            if value["unmatched_n"].as_u64().is_some_and(|n| n > 0)
                || value["unknown_answers"].as_array().is_some_and(|unknown| !unknown.is_empty()) =>
        {
            Exit::Rejected
        }
        "import" if value["rejected"].as_u64().is_some_and(|n| n > 0) => Exit::Rejected,
        "bundle import" if value["refused"].as_u64().is_some_and(|n| n > 0) => Exit::Rejected,
        "carry" if value["problems"].as_array().is_some_and(|problems| !problems.is_empty()) => Exit::Rejected,
        "wipe" if value["wiped"] == false => Exit::Failed,
        "verify" | "doctor" if value["ok"] == false => Exit::Failed,
        "sync" if value["alarms"].as_array().is_some_and(|all| all.iter().any(|a| a["code"] == "altered_here")) => {
            Exit::Failed
        }
        "sync" if value["peers"].as_array().is_some_and(|peers| peers.iter().any(|peer| peer["equal"] == false)) => {
            Exit::Network
        }
        _ => return 0,
    };
    exit.code()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn printed(value: &Value, format: Format) -> String {
        let mut out = Vec::new();
        print(&mut out, "x", value, format, &Texts::for_lang("fr"), Paint::PLAIN).expect("memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn json_is_one_document_and_jsonl_one_object_a_line() {
        let rows = json!([{"ref": "A"}, {"ref": "B"}]);
        assert_eq!(printed(&rows, Format::Json), "[{\"ref\":\"A\"},{\"ref\":\"B\"}]\n");
        assert_eq!(printed(&rows, Format::JsonLines), "{\"ref\":\"A\"}\n{\"ref\":\"B\"}\n");
        assert_eq!(printed(&json!({"n": 1}), Format::JsonLines), "{\"n\":1}\n");
        assert_eq!(printed(&json!([]), Format::JsonLines), "");
    }

    #[test]
    fn json_carries_no_byte_that_a_terminal_obeys_and_still_means_the_same() -> Result<(), serde_json::Error> {
        let value = json!({"text": "a\u{1b}[2J\u{9b}31m\u{7f}\u{202e}é"});
        let line = printed(&value, Format::Json);
        assert!(line.trim_end().chars().all(|c| !c.is_control() && c != '\u{202e}'), "{line:?}");
        assert_eq!(serde_json::from_str::<Value>(&line)?, value);
        Ok(())
    }

    #[test]
    fn done_with_a_remainder_has_its_own_exit_status() {
        assert_eq!(exit_status("import", &json!({"rejected": 1})), 7);
        assert_eq!(exit_status("import", &json!({"rejected": 0})), 0);
        assert_eq!(exit_status("verify", &json!({"ok": false})), 1);
        assert_eq!(exit_status("doctor", &json!({"ok": false})), 1);
        assert_eq!(exit_status("doctor", &json!({"ok": true, "warn": 3})), 0);
        assert_eq!(exit_status("sync", &json!({"peers": [{"equal": true}, {"equal": false}]})), 6);
        let altered = json!({"peers": [{"equal": true}], "alarms": [{"code": "altered_here"}]});
        assert_eq!(exit_status("sync", &altered), 1);
        assert_eq!(exit_status("case new", &json!({"rejected": 9})), 0);
    }
}
