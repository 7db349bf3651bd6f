//! One act on many cases, chosen as a list is filtered; first as a trial, if asked for.
//!
//! Each case is an act of its own, refused or done by itself: what one refuses keeps no other from it. A sealed case is never
//! among them, nor is one sealed by such an act: that asks a person, case by case.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::edit::Edit;
use crdt_model::taxonomy::Capabilities;
use serde_json::{Value as Json, json};

use super::{act, assigning, ops_on, refused_edit, whom_found};
use crate::error::Failure;
use crate::list::query::{self, Chosen};
use crate::list::{self, CaseFilter};
use crate::log::{Log, Reader};
use crate::members;
use crate::texts::Texts;

/// Cases acted on at once.
pub(crate) const CASES_MAX: usize = 1_000;
/// Refusals told one by one.
const REFUSED_TOLD: usize = 50;
/// Cases named for each person who is reminded.
const REMINDED_TOLD: usize = 200;

/// What is to be done with which cases.
pub(crate) struct Order<'a> {
    pub(crate) filter: &'a CaseFilter,
    pub(crate) edit: &'a Edit,
    /// A trial: nothing is written.
    pub(crate) only_look: bool,
    /// The language of refusals.
    pub(crate) lang: &'a str,
}

/// Does one act on all cases that a filter leaves. Reply: `{"cases", "done", "unchanged", "refused", "refusals": [{"ref", "case_id",
/// "code", "message"}], "sealed", "more", "dry_run"}`, and of a reminder `"messages": [{"to", "cases": [{"ref", "days"}]}]`.
///
/// # Errors
///
/// When the filter means nothing, or the store cannot be read.
pub(crate) fn many(
    log: &Log,
    reader: &mut Reader,
    order: &Order<'_>,
    now_ms: i64,
    on_progress: &mut dyn FnMut(u64, u64),
) -> Result<Json, Failure> {
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let mut chosen = query::choose(log, &shared, reader, order.filter, now_ms)?;
    let all = chosen.len();
    chosen.retain(|case| !case.is_sealed);
    let sealed = all - chosen.len();
    // nobody is reminded of what nobody has
    let is_remind = matches!(order.edit, Edit::Remind);
    chosen.retain(|case| !is_remind || case.assignee.is_some());
    let more = chosen.len().saturating_sub(CASES_MAX);
    chosen.truncate(CASES_MAX);
    let texts = Texts::for_lang(order.lang);
    let (mut done, mut unchanged, mut refused) = (Vec::new(), 0, Vec::new());
    let total = chosen.len() as u64;
    for (at, case) in chosen.iter().enumerate() {
        on_progress(at as u64, total);
        let id = case.case_id.to_string();
        let outcome = match order.only_look {
            true => would(log, reader, &id, order.edit, now_ms),
            false => {
                let newest = |log: &Log| log.store.read().and_then(|snapshot| snapshot.newest_arrival());
                let before = newest(log)?;
                act(log, reader, &id, order.edit, now_ms).and_then(|_| Ok(newest(log)? != before))
            }
        };
        match outcome {
            Ok(true) => done.push(case),
            Ok(false) => unchanged += 1,
            // those of other sites are for their own manager to ask for
            Err(failure) if is_remind && failure.code == "case_not_read" => unchanged += 1,
            Err(failure) => {
                let (message, _) = texts.error(&failure);
                refused
                    .push(json!({"ref": case.mark, "case_id": case.case_id, "code": failure.code, "message": message}));
            }
        }
    }
    let mut reply = json!({
        "cases": chosen.len(), "done": done.len(), "unchanged": unchanged, "refused": refused.len(),
        "sealed": sealed, "more": more, "dry_run": order.only_look,
    });
    refused.truncate(REFUSED_TOLD);
    reply["refusals"] = Json::Array(refused);
    if matches!(order.edit, Edit::Remind) {
        reply["messages"] = messages(&shared, &done, now_ms);
    }
    Ok(reply)
}

/// The cases of an incident that are still to be resolved.
pub(crate) fn open_cases_of(incident: &str) -> CaseFilter {
    let open = ["received", "triaged", "assigned", "in_progress", "reopened"];
    let status = open.into_iter().map(str::to_owned).collect();
    CaseFilter { incident: Some(incident.to_owned()), status, ..CaseFilter::default() }
}

/// Whether an act would be done, and would change something.
pub(crate) fn would(log: &Log, reader: &mut Reader, typed: &str, edit: &Edit, now_ms: i64) -> Result<bool, Failure> {
    let shared = log.shared();
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let edit = &whom_found(log, &shared, reader, edit, typed, (&loaded, now_ms))?;
    let view = loaded.view(now_ms);
    let mark = view.mark().unwrap_or(typed).to_owned();
    let ops = ops_on(&shared, reader, &loaded, edit, now_ms)?
        .map_err(|error| refused_edit(shared.taxonomy, edit, &error, &mark))?;
    assigning::may_hand_out(log, &shared, &reader.member(), &loaded, (&view, now_ms), edit, &mark)?;
    Ok(!ops.is_empty())
}

/// One message for each who was reminded: references and days, nobody's name.
fn messages(shared: &Arc<crate::log::Shared>, done: &[&Chosen], now_ms: i64) -> Json {
    let mut by_receiver: BTreeMap<&str, Vec<&Chosen>> = BTreeMap::new();
    for case in done {
        if let Some(assignee) = case.assignee.as_deref() {
            by_receiver.entry(assignee).or_default().push(case);
        }
    }
    let message = |(assignee, cases): (&str, Vec<&Chosen>)| {
        let more = cases.len().saturating_sub(REMINDED_TOLD);
        let days = |from: Option<i64>| from.map(|from| now_ms.saturating_sub(from) / crate::clock::DAY_MS);
        let line = |case: &&Chosen| json!({"ref": case.mark, "days": days(case.received_ms), "due_day": case.due_day});
        let cases: Vec<Json> = cases.iter().take(REMINDED_TOLD).map(line).collect();
        json!({"to": shared.who_of(assignee), "cases": cases, "more": more})
    };
    by_receiver.into_iter().map(message).collect()
}

#[cfg(test)]
mod tests;
