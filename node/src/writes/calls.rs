//! Calls: the one that goes on, those that led to no case, and the shift in which they came.
//!
//! The call that goes on and the shift are kept for whoever answers, on their node. A call that led to no case is written as
//! a record of its own: it travels, is found by its telephone, and is counted among calls, never among cases.

use std::collections::BTreeMap;

use crdt_model::edit::{CALL_OUTCOMES, Edit, GivenCall, NewCase};
use crdt_model::taxonomy::KeptAs;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{Moment, Words};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{SealOptions, act, case_new_with};
use crate::error::Failure;
use crate::list;
use crate::list::{search, todo};
use crate::log::{Log, Reader, Shared};
use crate::reply::Reply;
use crate::store::MemberSpace;

/// Name, among the member's own values, of the call that goes on and of the shift.
const KEY: &[u8] = b"calls";
/// Earlier cases that are told as a call begins.
const EARLIER_MAX: u64 = 9;
/// A call goes on no longer than this, milliseconds: who forgot to end one is not held to it.
const LASTS_MAX_MS: i64 = 6 * 3_600_000;
/// The channel of a call where none is said.
const CHANNEL: &str = "hotline";
/// The type of what a call is whose person had nothing to be done.
const NOTHING_TO_DO: &str = "call";

/// The type under which a call without a case is written, by its outcome.
fn type_of(outcome: &str) -> &'static str {
    match outcome {
        "missed" => "missed_call",
        "wrong_number" => "wrong_number",
        "prank" => "prank_call",
        "silent" => "silent_call",
        _ => NOTHING_TO_DO,
    }
}

/// A call that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Going {
    began_ms: i64,
    phone: Option<Words>,
    spoken: Option<String>,
    /// The case it led to, or went into.
    case: Option<String>,
}

impl Going {
    fn lasted_ms(&self, now_ms: i64) -> i64 {
        now_ms.saturating_sub(self.began_ms).max(0)
    }
}

/// What was done since a shift began.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Shift {
    began_ms: i64,
    /// Calls by their outcome.
    calls: BTreeMap<String, u64>,
    /// Cases recorded, questions among them.
    cases: u64,
    questions: u64,
}

/// What is kept for whoever answers.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Desk {
    going: Option<Going>,
    shift: Option<Shift>,
}

/// As it was read, in memory while its member is unlocked.
#[derive(Default)]
struct Held(Option<Desk>);

fn desk(log: &Log, reader: &mut Reader) -> Result<Desk, Failure> {
    let access = reader.secrets.store_access();
    let held: &mut Held = reader.kept.of();
    if held.0.is_none() {
        let bytes = log.store.read()?.get_member(MemberSpace::Rows, &access, KEY)?;
        held.0 = Some(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default());
    }
    Ok(held.0.clone().unwrap_or_default())
}

fn keep(log: &Log, reader: &mut Reader, desk: Desk) -> Result<(), Failure> {
    let access = reader.secrets.store_access();
    let bytes = serde_json::to_vec(&desk).map_err(|_| Failure::new("unexpected"))?;
    log.commit_quietly(|tx| Ok(tx.put_member(MemberSpace::Rows, &access, KEY, &bytes)?))?;
    reader.kept.of::<Held>().0 = Some(desk);
    Ok(())
}

/// The call that goes on, unless it was forgotten.
fn going(desk: &Desk, now_ms: i64) -> Option<&Going> {
    desk.going.as_ref().filter(|going| now_ms.saturating_sub(going.began_ms) <= LASTS_MAX_MS)
}

/// Notes that a call begins, and tells the cases known by its telephone. Reply: `{"started_at", "earlier": [line of find]}`.
///
/// # Errors
///
/// `call_goes_on` while another does; when the store cannot be read or written.
pub(crate) fn start(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    phone: Option<&Words>,
    spoken: Option<&str>,
    now_ms: i64,
) -> Reply {
    let mut desk = desk(log, reader)?;
    if let Some(going) = going(&desk, now_ms) {
        return Err(Failure::new("call_goes_on").arg("since", rfc3339(going.began_ms)));
    }
    let phone = phone.filter(|phone| !phone.0.trim().is_empty());
    let earlier = match phone {
        Some(phone) => search::find(log, shared, reader, &phone.0, Some(EARLIER_MAX), now_ms)?,
        None => json!([]),
    };
    let spoken = spoken.map(str::to_owned);
    desk.going = Some(Going { began_ms: now_ms, phone: phone.cloned(), spoken, case: None });
    keep(log, reader, desk)?;
    Ok(json!({"started_at": rfc3339(now_ms), "earlier": earlier}))
}

/// What the call that goes on says of a new case: when it began, the telephone and the language where the case says none. A
/// telephone is kept only of somebody who lets themselves be recorded.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn join(log: &Log, reader: &mut Reader, case: &mut NewCase, now_ms: i64) -> Result<(), Failure> {
    let desk = desk(log, reader)?;
    let Some(going) = going(&desk, now_ms).filter(|_| case.call.is_none() && case.received_at.is_none()) else {
        return Ok(());
    };
    case.call = Some(GivenCall { lasted_ms: Some(going.lasted_ms(now_ms)), outcome: "answered".to_owned() });
    case.spoken_language = case.spoken_language.take().or_else(|| going.spoken.clone());
    let may_be_kept = case.consents.iter().any(|said| said.purpose == "record" && said.answer == "given");
    if may_be_kept && case.phone.is_none() {
        case.phone = going.phone.clone();
    }
    Ok(())
}

/// Notes that a case was recorded: in the call that goes on, and in the shift.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn recorded(
    log: &Log,
    reader: &mut Reader,
    case: &NewCase,
    reply: &Json,
    now_ms: i64,
) -> Result<(), Failure> {
    let mut desk = desk(log, reader)?;
    let is_going = going(&desk, now_ms).is_some();
    if !is_going && desk.shift.is_none() {
        return Ok(());
    }
    if let Some(going) = desk.going.as_mut().filter(|_| is_going) {
        going.case = reply["ref"].as_str().map(str::to_owned);
    }
    if let Some(shift) = &mut desk.shift {
        shift.cases += 1;
        shift.questions += u64::from(case.case_type == "question");
        // a call that goes on is counted at its end
        if let Some(call) = case.call.as_ref().filter(|_| !is_going) {
            *shift.calls.entry(call.outcome.clone()).or_default() += 1;
        }
    }
    keep(log, reader, desk)
}

/// Notes in the shift that a call was about a case that is there.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn repeated(log: &Log, reader: &mut Reader, outcome: &str) -> Result<(), Failure> {
    let mut desk = desk(log, reader)?;
    match &mut desk.shift {
        Some(shift) => *shift.calls.entry(outcome.to_owned()).or_default() += 1,
        None => return Ok(()),
    }
    keep(log, reader, desk)
}

/// Ends the call that goes on. Reply: `{"started_at", "ended_at", "outcome", "ref", "case_id"}`: the case it was about, or the
/// record of a call that led to none.
///
/// # Errors
///
/// `no_call_goes_on`; those of the act on a case.
pub(crate) fn end(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    outcome: &str,
    case: Option<&str>,
    now_ms: i64,
) -> Reply {
    check(outcome)?;
    let kept = desk(log, reader)?;
    let going = going(&kept, now_ms).cloned().ok_or_else(|| Failure::new("no_call_goes_on"))?;
    let told = match (case, &going.case) {
        (Some(case), led_to) if led_to.as_deref() != Some(case) => {
            about(log, shared, reader, case, outcome, going.lasted_ms(now_ms), now_ms)?
        }
        (_, Some(led_to)) => json!({"ref": led_to}),
        _ => {
            let of = OfNoCase {
                outcome,
                phone: going.phone.as_ref(),
                channel: None,
                spoken: going.spoken.as_deref(),
                lasted_ms: Some(going.lasted_ms(now_ms)),
                at: None,
            };
            without_case(log, reader, &of, now_ms)?
        }
    };
    let mut kept = desk(log, reader)?;
    kept.going = None;
    if let Some(shift) = &mut kept.shift {
        *shift.calls.entry(outcome.to_owned()).or_default() += 1;
    }
    keep(log, reader, kept)?;
    Ok(json!({
        "started_at": rfc3339(going.began_ms), "ended_at": rfc3339(now_ms), "outcome": outcome,
        "ref": told["ref"], "case_id": told["case_id"],
    }))
}

fn check(outcome: &str) -> Result<(), Failure> {
    match CALL_OUTCOMES.contains(&outcome) {
        true => Ok(()),
        false => Err(Failure::not_in_taxonomy("outcome", outcome, CALL_OUTCOMES.into_iter())),
    }
}

/// Notes a call about a case that is there. Whoever called in vain was called back.
fn about(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    case: &str,
    outcome: &str,
    lasted_ms: i64,
    now_ms: i64,
) -> Reply {
    let loaded = list::find_case(log, shared, reader, case)?;
    let was_missed = loaded.view(now_ms).work.as_ref().is_some_and(|work| work.kept_as == KeptAs::Call);
    let edit = match outcome {
        "answered" | "referred" | "cut" => Edit::Contact {
            inward: !was_missed,
            channel: Some(CHANNEL.to_owned()),
            purpose: "follow_up".to_owned(),
            outcome: outcome.to_owned(),
            lasted_ms: Some(lasted_ms),
        },
        _ => return Err(Failure::new("call_of_no_case").arg("outcome", outcome).arg("ref", case)),
    };
    act(log, reader, case, &edit, now_ms)
}

/// A call that led to no case.
pub(crate) struct OfNoCase<'a> {
    pub(crate) outcome: &'a str,
    pub(crate) phone: Option<&'a Words>,
    pub(crate) channel: Option<&'a str>,
    pub(crate) spoken: Option<&'a str>,
    pub(crate) lasted_ms: Option<i64>,
    /// When it was, where that is not now.
    pub(crate) at: Option<Moment>,
}

/// Notes a call that led to no case. Reply: `{"ref", "case_id", "outcome"}`.
///
/// # Errors
///
/// An outcome that is none; who may not record; when the store cannot be written.
pub(crate) fn log_call(log: &Log, reader: &mut Reader, call: &OfNoCase<'_>, now_ms: i64) -> Reply {
    check(call.outcome)?;
    let mut told = without_case(log, reader, call, now_ms)?;
    repeated(log, reader, call.outcome)?;
    told["outcome"] = json!(call.outcome);
    Ok(told)
}

fn without_case(log: &Log, reader: &mut Reader, call: &OfNoCase<'_>, now_ms: i64) -> Reply {
    let case = NewCase {
        case_type: type_of(call.outcome).to_owned(),
        channel: call.channel.unwrap_or(CHANNEL).to_owned(),
        phone: call.phone.filter(|phone| !phone.0.trim().is_empty()).cloned(),
        spoken_language: call.spoken.map(str::to_owned),
        received_at: call.at,
        call: Some(GivenCall { lasted_ms: call.lasted_ms, outcome: call.outcome.to_owned() }),
        ..NewCase::default()
    };
    case_new_with(log, reader, case, &SealOptions::default(), now_ms)
}

/// Begins a shift: what is done is counted until its end. Reply: `{"started_at"}`.
///
/// # Errors
///
/// `shift_goes_on`; when the store cannot be written.
pub(crate) fn shift_start(log: &Log, reader: &mut Reader, now_ms: i64) -> Reply {
    let mut desk = desk(log, reader)?;
    if let Some(shift) = &desk.shift {
        return Err(Failure::new("shift_goes_on").arg("since", rfc3339(shift.began_ms)));
    }
    desk.shift = Some(Shift { began_ms: now_ms, ..Shift::default() });
    keep(log, reader, desk)?;
    Ok(json!({"started_at": rfc3339(now_ms)}))
}

/// Ends a shift, and tells what was done in it and what waits for the next. Reply: `{"started_at", "ended_at", "calls":
/// {outcome: n}, "cases", "questions", "waits"}`.
///
/// # Errors
///
/// `no_shift_goes_on`, `call_goes_on`; when the store cannot be written.
pub(crate) fn shift_end(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Reply {
    let mut desk = desk(log, reader)?;
    if let Some(going) = going(&desk, now_ms) {
        return Err(Failure::new("call_goes_on").arg("since", rfc3339(going.began_ms)));
    }
    let shift = desk.shift.take().ok_or_else(|| Failure::new("no_shift_goes_on"))?;
    let waits: u64 = todo::counts(log, shared, reader, now_ms)?.values().sum();
    keep(log, reader, desk)?;
    Ok(json!({
        "started_at": rfc3339(shift.began_ms), "ended_at": rfc3339(now_ms), "calls": shift.calls,
        "cases": shift.cases, "questions": shift.questions, "waits": waits,
    }))
}
