//! What a list that comes back leaves open: what its answers mean, and which case a row without a reference is of.

use crdt_model::values::is_code;
use node::api::Request;
use node::error::Failure;
use node::texts::Texts;
use serde_json::Value;

use crate::ask;
use crate::choice::{self, NO, YES};
use crate::console::Console;
use crate::render::text::clean_line;

/// What says that an answer is no outcome.
const NOTED: &str = "-";

/// Asks what a trial left open. Whether something was asked, so that another trial is due.
///
/// # Errors
///
/// At the end of input; what the terminal fails with.
pub(crate) fn asks_more(
    request: &mut Request,
    trial: &Value,
    console: &mut dyn Console,
    texts: &Texts,
) -> Result<bool, Failure> {
    let Request::BatchIn { answers, takes, .. } = request else { return Ok(false) };
    let outcomes: Vec<&str> = trial["outcomes"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let mut asked = false;
    for unknown in trial["unknown_answers"].as_array().into_iter().flatten() {
        let Some(answer) = unknown["answer"].as_str() else { continue };
        let rows = unknown["rows"].as_u64().unwrap_or_default();
        let args = [("answer", clean_line(answer).into()), ("n", rows.into()), ("codes", outcomes.join(", ").into())];
        let question = ask::in_question(texts, &texts.with("ask-batch-outcome", &args));
        let meant = |typed: &str| {
            let typed = typed.trim();
            let is_known = outcomes.is_empty() || outcomes.contains(&typed);
            (typed == NOTED || (is_code(typed) && is_known)).then(|| typed.to_owned())
        };
        answers.push((answer.to_owned(), choice::until(console, texts, &question, &meant, Some(NOTED.to_owned()))?));
        asked = true;
    }
    for row in trial["unmatched"].as_array().into_iter().flatten() {
        let (Some(line), Some(proposed)) = (row["row"].as_u64(), row["proposed"].as_array()) else { continue };
        if takes.iter().any(|(taken, _)| *taken == line) {
            continue;
        }
        for case in proposed.iter().filter_map(Value::as_str) {
            let args = [("row", line.into()), ("ref", clean_line(case).into())];
            let question = ask::in_question(texts, &texts.with("ask-batch-row", &args));
            let is_it = choice::choose(console, texts, &question, &[(YES, true), (NO, false)], Some(false))?;
            asked = true;
            takes.push((line, if is_it { case.to_owned() } else { NOTED.to_owned() }));
            if is_it {
                break;
            }
        }
    }
    // the case that was said to be it comes before those that were not
    takes.sort_by_key(|(line, case)| (*line, case == NOTED));
    Ok(asked)
}
