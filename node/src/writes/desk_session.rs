//! Sessions: a box that was opened, a desk, an event, a group that was heard. What they have in common is said once, and every
//! case taken in one says so; at its end the slips are counted against the cases.
//!
//! The session is a record of its own that travels. Which one goes on, and what its cases have in common, is kept for whoever
//! sits there, on their node.

use crdt_model::edit::{Edit, NewCase};
use crdt_model::taxonomy::KeptAs;
use crdt_model::values::moment::rfc3339;
use crdt_model::values::{Moment, Words};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

use super::{SealOptions, act, case_new_with};
use crate::error::Failure;
use crate::list::{CaseFilter, query};
use crate::log::{Log, Reader, Shared};
use crate::reply::Reply;
use crate::store::MemberSpace;

/// Name, among the member's own values, of the session that goes on.
const KEY: &[u8] = b"desk session";
/// The type of its record.
const TYPE: &str = "session";
/// What a new case says that belongs to the session that goes on.
pub(crate) const GOES_ON: &str = "@open";
/// Those who open a box, at least.
const OPENERS_MIN: usize = 2;

/// Kinds of sessions, each with the channel of its cases.
const KINDS: [(&str, &str); 4] = [("box", "box"), ("desk", "desk"), ("event", "desk"), ("fgd", "fgd")];

/// What the cases of a session have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionHeader {
    /// `box`, `desk`, `event` or `fgd`.
    pub kind: String,
    /// Slips counted as the box was opened.
    pub slips: Option<u32>,
    /// Who opened it.
    pub opened_by: Vec<String>,
    /// Project of the cases.
    pub project: Option<String>,
    /// Partner of the cases.
    pub partner: Option<String>,
    /// Place of the cases, in words.
    pub location: Option<Words>,
    /// Region, department, commune of the cases.
    pub admin: [Option<String>; 3],
    /// When it took place; absent: now.
    pub at: Option<Moment>,
}

/// The session that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Going {
    id: String,
    header: SessionHeader,
    began_ms: i64,
    /// Cases taken in it here: a sealed one tells nobody where it belongs.
    added: u64,
}

/// As it was read, in memory while its member is unlocked.
#[derive(Default)]
struct Held(Option<Option<Going>>);

fn going(log: &Log, reader: &mut Reader) -> Result<Option<Going>, Failure> {
    let access = reader.secrets.store_access();
    let held: &mut Held = reader.kept.of();
    if held.0.is_none() {
        let bytes = log.store.read()?.get_member(MemberSpace::Rows, &access, KEY)?;
        held.0 = Some(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()));
    }
    Ok(held.0.clone().flatten())
}

fn keep(log: &Log, reader: &mut Reader, going: Option<Going>) -> Result<(), Failure> {
    let access = reader.secrets.store_access();
    let bytes = going.as_ref().map(serde_json::to_vec).transpose().map_err(|_| Failure::new("unexpected"))?;
    log.commit_quietly(|tx| {
        match &bytes {
            Some(bytes) => tx.put_member(MemberSpace::Rows, &access, KEY, bytes)?,
            None => drop(tx.delete_member(MemberSpace::Rows, &access, KEY)?),
        }
        Ok(())
    })?;
    reader.kept.of::<Held>().0 = Some(going);
    Ok(())
}

fn channel_of(kind: &str) -> Result<&'static str, Failure> {
    let known = KINDS.iter().find(|(code, _)| *code == kind).map(|(_, channel)| *channel);
    known.ok_or_else(|| Failure::not_in_taxonomy("kind", kind, KINDS.iter().map(|(code, _)| *code)))
}

/// Opens a session. Reply: `{"session", "kind", "slips", "started_at"}`.
///
/// # Errors
///
/// `session_goes_on`; a box without its slips or without two who opened it (`two_openers`, `slips_not_counted`).
pub(crate) fn open(log: &Log, reader: &mut Reader, header: &SessionHeader, now_ms: i64) -> Reply {
    if let Some(going) = going(log, reader)? {
        return Err(Failure::new("session_goes_on").arg("session", going.id));
    }
    let channel = channel_of(&header.kind)?;
    let openers: Vec<&str> = header.opened_by.iter().map(|who| who.trim()).filter(|who| !who.is_empty()).collect();
    if header.kind == "box" {
        let mut folded: Vec<String> = openers.iter().map(|who| crdt_model::name::folded(who)).collect();
        folded.sort_unstable();
        folded.dedup();
        if folded.len() < OPENERS_MIN {
            return Err(Failure::new("two_openers"));
        }
        if header.slips.is_none() {
            return Err(Failure::new("slips_not_counted"));
        }
    }
    let [admin1, admin2, admin3] = header.admin.clone();
    let record = NewCase {
        case_type: TYPE.to_owned(),
        channel: channel.to_owned(),
        received_at: header.at,
        project: header.project.clone(),
        partner: header.partner.clone(),
        locality: header.location.clone(),
        admin1,
        admin2,
        admin3,
        slips_counted: header.slips,
        opened_by: (!openers.is_empty()).then(|| openers.join(", ").into()),
        ..NewCase::default()
    };
    let made = case_new_with(log, reader, record, &SealOptions::default(), now_ms)?;
    let id = made["ref"].as_str().unwrap_or_default().to_owned();
    keep(log, reader, Some(Going { id: id.clone(), header: header.clone(), began_ms: now_ms, added: 0 }))?;
    Ok(json!({"session": id, "kind": header.kind, "slips": header.slips, "started_at": rfc3339(now_ms)}))
}

/// The session that goes on. Reply: `{"session", "kind", "slips", "recorded", "started_at"}`, or `null`.
///
/// # Errors
///
/// When the store cannot be read.
pub(crate) fn show(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Reply {
    let Some(going) = going(log, reader)? else { return Ok(Json::Null) };
    let recorded = recorded(log, shared, reader, &going, now_ms)?;
    Ok(json!({
        "session": going.id, "kind": going.header.kind, "slips": going.header.slips, "recorded": recorded,
        "started_at": rfc3339(going.began_ms),
    }))
}

/// Cases of the session: those that say so, and those taken here, of which sealed ones do not.
fn recorded(log: &Log, shared: &Shared, reader: &mut Reader, going: &Going, now_ms: i64) -> Result<u64, Failure> {
    let filter = CaseFilter { session: Some(going.id.clone()), count: true, ..CaseFilter::default() };
    let told = query::list(log, shared, reader, &filter, now_ms)?;
    Ok(told["count"].as_u64().unwrap_or(0).max(going.added))
}

/// What the session says of a case that was taken in it, wherever the case itself says nothing.
///
/// # Errors
///
/// `no_session_goes_on`.
pub(crate) fn join(log: &Log, reader: &mut Reader, case: &mut NewCase) -> Result<bool, Failure> {
    if case.session_id.as_deref() != Some(GOES_ON) {
        return Ok(false);
    }
    let Going { id, header, .. } = going(log, reader)?.ok_or_else(|| Failure::new("no_session_goes_on"))?;
    case.session_id = Some(id);
    if case.channel.trim().is_empty() {
        channel_of(&header.kind)?.clone_into(&mut case.channel);
    }
    if case.case_type.trim().is_empty() {
        "complaint".clone_into(&mut case.case_type);
    }
    let [admin1, admin2, admin3] = header.admin;
    case.project = case.project.take().or(header.project);
    case.partner = case.partner.take().or(header.partner);
    case.locality = case.locality.take().or(header.location);
    case.admin1 = case.admin1.take().or(admin1);
    case.admin2 = case.admin2.take().or(admin2);
    case.admin3 = case.admin3.take().or(admin3);
    case.received_at = case.received_at.or(header.at);
    Ok(true)
}

/// Notes that a case was taken in the session that goes on.
///
/// # Errors
///
/// When the store cannot be written.
pub(crate) fn added(log: &Log, reader: &mut Reader) -> Result<(), Failure> {
    let Some(mut going) = going(log, reader)? else { return Ok(()) };
    going.added += 1;
    keep(log, reader, Some(going))
}

/// Closes the session that goes on. Where slips and cases are not as many, somebody says why. Reply: `{"session", "kind",
/// "slips", "recorded", "reason"}`.
///
/// # Errors
///
/// `no_session_goes_on`, `slips_differ`.
pub(crate) fn close(log: &Log, shared: &Shared, reader: &mut Reader, reason: Option<&Words>, now_ms: i64) -> Reply {
    let going = going(log, reader)?.ok_or_else(|| Failure::new("no_session_goes_on"))?;
    let recorded = recorded(log, shared, reader, &going, now_ms)?;
    let reason = reason.filter(|reason| !reason.0.trim().is_empty());
    if let Some(slips) = going.header.slips.filter(|slips| u64::from(*slips) != recorded && reason.is_none()) {
        return Err(Failure::new("slips_differ").arg("slips", slips).arg("recorded", recorded));
    }
    let counted = going.header.slips.map_or_else(|| recorded.to_string(), |slips| format!("{recorded} / {slips}"));
    let because = match reason {
        Some(reason) => format!("{counted}. {}", reason.0.trim()),
        None => counted,
    };
    let edit = Edit::Close { reason: "acknowledged".to_owned(), because: Some(because.into()) };
    act(log, reader, &going.id, &edit, now_ms)?;
    keep(log, reader, None)?;
    Ok(json!({
        "session": going.id, "kind": going.header.kind, "slips": going.header.slips, "recorded": recorded,
        "explained": reason.is_some(),
    }))
}

/// Sessions, those that went before too: lines of `case list`.
///
/// # Errors
///
/// As of `case list`.
pub(crate) fn list(log: &Log, shared: &Shared, reader: &mut Reader, filter: &CaseFilter, now_ms: i64) -> Reply {
    let sessions = CaseFilter { kept_as: KeptAs::Session, ..filter.clone() };
    query::list(log, shared, reader, &sessions, now_ms)
}
