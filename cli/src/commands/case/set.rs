//! `boucle case set`.

use clap::Args;
use crdt_model::case::schema;
use crdt_model::edit::Edit;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{Moment, Precision, Words};
use node::api::Request;
use node::error::Failure;

use crate::ask::{Asker, in_question};
use crate::when;

#[derive(Debug, Args)]
pub(crate) struct Set {
    #[arg(value_name = "REF")]
    r#ref: String,
    #[arg(value_name = "FIELD[=VALUE]")]
    assignments: Vec<String>,
}

impl Set {
    pub(crate) fn request(self, asker: &mut Asker<'_>) -> Result<Request, Failure> {
        let mut assignments = self.assignments;
        if assignments.is_empty() {
            // a comma parts fields, never values: those are asked for one by one
            let fields = asker.required(None, "FIELD=VALUE", "ask-fields")?;
            assignments.extend(fields.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned));
        }
        let assignment = |text: String| Ok::<_, Failure>(in_utc(assignment(&text, asker)?, asker.now_ms));
        let assignments = assignments.into_iter().map(assignment).collect::<Result<_, _>>()?;
        Ok(Request::edit(self.r#ref, Edit::Set { values: assignments }))
    }
}

/// A time as people type it, by this machine's clock, as the node takes it: with its offset. What is no time of a field of
/// times is the node's to refuse.
fn in_utc((field, words): (String, Words), now_ms: i64) -> (String, Words) {
    let takes_time = schema::field(&field).is_some_and(|known| known.kind == schema::Kind::Moment);
    match when::moment(&field, words.0.trim(), now_ms) {
        Ok(Moment { at_ms, precision: Precision::Minute }) if takes_time => (field, Words(rfc3339(at_ms))),
        _ => (field, words),
    }
}

/// `FIELD=VALUE`; `FIELD=-` reads standard input; `FIELD` alone asks, so that words stay out of the shell's history.
fn assignment(text: &str, asker: &mut Asker<'_>) -> Result<(String, Words), Failure> {
    let (field, value) = match text.split_once('=') {
        Some((field, value)) => (field, Some(value)),
        None => (text, None),
    };
    let sensible =
        !field.is_empty() && field.len() <= 64 && field.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !sensible {
        // Not quoted: a mistyped line may hold words where the field should stand.
        return Err(Failure::new("usage_bad_value").arg("option", "FIELD=VALUE").arg("expected", "phone=-"));
    }
    let words = match value {
        Some("-") => {
            let words = asker.stdin(field)?;
            if words.0.trim().is_empty() {
                // a pipe that failed clears nothing: `FIELD=` does, on purpose
                return Err(Failure::new("nothing_on_stdin").arg("field", field).at("field", field));
            }
            words
        }
        Some(value) => Words(value.to_owned()),
        None => value_of(field, asker)?,
    };
    Ok((field.to_owned(), words))
}

fn value_of(field: &str, asker: &mut Asker<'_>) -> Result<Words, Failure> {
    if !asker.console.is_terminal() {
        asker.miss(&format!("{field}=VALUE"));
        return Ok(Words::default());
    }
    let label = asker.texts.field(field).into_owned();
    let question = in_question(asker.texts, &asker.texts.with("ask-value", &[("field", label.into())]));
    let answer = asker.ask(&question)?;
    answer.map(Words).ok_or_else(|| Failure::new("usage_missing").arg("missing", format!("{field}=VALUE")))
}
