//! `boucle intake`: one message or call on standard input, for gateways. It creates and never reads out.

use std::ffi::OsString;

use clap::{Args, Subcommand};
use node::api::Request;
use node::error::Failure;
use serde_json::Value;

use crate::ask::Asker;
use crate::when;

/// Bytes of standard input that are read.
const INPUT_BYTES_MAX: u64 = 256 * 1024;

#[derive(Debug, Subcommand)]
pub(crate) enum Intake {
    Sms(Sms),
    Call(Call),
}

/// A message: on standard input as words or as JSON, or in the environment of a gateway.
#[derive(Debug, Args)]
pub(crate) struct Sms {
    #[arg(long = "from", id = "intake_from", value_name = "PHONE")]
    from: Option<String>,
    #[arg(long = "at", id = "intake_at", value_name = "D")]
    at: Option<String>,
    #[arg(long = "channel", id = "intake_channel", value_name = "C", value_parser = ["sms", "whatsapp"], default_value = "sms", hide_default_value = true)]
    channel: String,
}

/// A call, as a telephone system tells of it.
#[derive(Debug, Args)]
pub(crate) struct Call {
    #[arg(long = "from", id = "intake_call_from", value_name = "PHONE")]
    from: Option<String>,
    #[arg(long = "event", id = "intake_event", value_name = "EVENT", value_parser = ["answer", "hangup", "missed"])]
    event: Option<String>,
}

/// The first of several names that an object has, as text.
fn text(value: &Value, names: &[&str]) -> Option<String> {
    let objects = [value, &value["payload"], &value["message"]];
    let mut found = objects.iter().flat_map(|object| names.iter().map(|name| &object[*name]));
    found.find_map(|part| part.as_str().map(str::to_owned).or_else(|| part.as_i64().map(|n| n.to_string())))
}

impl Intake {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        match self {
            Self::Sms(sms) => sms.request(asker, &|name| std::env::var_os(name)),
            Self::Call(call) => call.request(asker),
        }
    }
}

/// What a gateway says in its environment of one message of so many parts: the number, and the words.
fn of_environment(env: &dyn Fn(&str) -> Option<OsString>) -> Option<(String, String)> {
    let var = |name: &str| env(name).and_then(|value| value.into_string().ok()).filter(|value| !value.is_empty());
    let from = var("SMS_1_NUMBER")?;
    // decoded parts are whole: what came in several pieces is put together there
    let parts = |count: &str, part: &dyn Fn(u32) -> String| {
        let n: u32 = var(count)?.parse().ok().filter(|n| (1..=255).contains(n))?;
        Some((1..=n).filter_map(|n| var(&part(n))).collect::<String>()).filter(|text| !text.is_empty())
    };
    let decoded = parts("DECODED_PARTS", &|n| format!("DECODED_{}_TEXT", n - 1))
        .or_else(|| parts("DECODED_PARTS", &|n| format!("DECODED_{n}_TEXT")));
    let text = decoded.or_else(|| parts("SMS_MESSAGES", &|n| format!("SMS_{n}_TEXT")))?;
    Some((from, text))
}

impl Sms {
    fn request(self, asker: &mut Asker<'_>, env: &dyn Fn(&str) -> Option<OsString>) -> Result<Request, Failure> {
        let at = self.at.map(|at| when::moment("--at", &at, asker.now_ms)).transpose()?.map(|moment| moment.at_ms);
        let channel = self.channel;
        if self.from.is_none()
            && let Some((from, words)) = of_environment(env)
        {
            return Ok(Request::Intake { channel, from: from.into(), text: words.into(), at_ms: at });
        }
        let input = asker.stdin_text("text", INPUT_BYTES_MAX)?;
        let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&input) else {
            let from = asker.required(self.from, "--from", "ask-call-phone")?;
            return Ok(Request::Intake { channel, from: from.into(), text: input.into(), at_ms: at });
        };
        let from = self.from.or_else(|| text(&value, &["from", "phoneNumber", "sender", "msisdn"]));
        let from = asker.required(from, "--from", "ask-call-phone")?;
        let words = text(&value, &["text", "message", "body", "content"]).unwrap_or_default();
        let said = text(&value, &["at", "receivedAt", "received_at", "date"]);
        let at_ms = match said {
            Some(said) => at.or(Some(when::moment("at", &said, asker.now_ms)?.at_ms)),
            None => at,
        };
        Ok(Request::Intake { channel, from: from.into(), text: words.into(), at_ms })
    }
}

impl Call {
    fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let (mut from, mut event) = (self.from, self.event);
        if from.is_none() || event.is_none() {
            let input = asker.stdin_text("event", INPUT_BYTES_MAX)?;
            let value = serde_json::from_str::<Value>(&input).unwrap_or(Value::Null);
            from = from.or_else(|| text(&value, &["from", "phoneNumber", "caller"]));
            event = event.or_else(|| text(&value, &["event"]));
        }
        let phone = from.map(Into::into);
        Ok(match event.as_deref() {
            Some("answer") => Request::CallStart { phone, spoken: None },
            Some("hangup") => Request::CallEnd { outcome: "answered".to_owned(), case: None },
            Some("missed") => Request::CallLog { outcome: "missed".to_owned(), phone, channel: None, at: None },
            _ => {
                return Err(Failure::new("bad_value")
                    .arg("field", "--event")
                    .arg("expected", "answer, hangup, missed"));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_message_in_pieces_is_whole_whatever_the_gateway_calls_them() {
        let of = |pairs: &[(&str, &str)]| {
            let all: BTreeMap<String, OsString> =
                pairs.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
            of_environment(&move |name| all.get(name).cloned())
        };
        let told = |text: &str| Some(("+23566000001".to_owned(), text.to_owned()));
        let from = ("SMS_1_NUMBER", "+23566000001");
        assert_eq!(of(&[from, ("SMS_MESSAGES", "2"), ("SMS_1_TEXT", "a"), ("SMS_2_TEXT", "b")]), told("ab"));
        assert_eq!(
            of(&[from, ("SMS_MESSAGES", "1"), ("SMS_1_TEXT", "x"), ("DECODED_PARTS", "1"), ("DECODED_0_TEXT", "reçu")]),
            told("reçu")
        );
        assert_eq!(of(&[from, ("DECODED_PARTS", "0"), ("SMS_MESSAGES", "1"), ("SMS_1_TEXT", "x")]), told("x"));
        assert_eq!(of(&[("SMS_MESSAGES", "1"), ("SMS_1_TEXT", "x")]), None);
    }
}
