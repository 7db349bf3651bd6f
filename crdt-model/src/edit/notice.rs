//! Bodies outside the mechanism: who is told of a case, and with what.

use crate::case::consent::Answer;
use crate::case::facts::{FactKind, NOTICE_FIELDS_MAX, NoticeFact};
use crate::case::schema::{self, Identity};
use crate::edit::EditRefusal;
use crate::edit::act::Act;
use crate::edit::verbs::said_opt;
use crate::taxonomy::{Listed, OwnRow, OwnTable};
use crate::values::Words;
use crate::view::{CaseView, Shown};

/// Ways by which a body is told.
pub const NOTICE_MEANS: [&str; 5] = ["email", "phone", "letter", "whatsapp", "meeting"];
/// Consent without which nobody is told who the person is.
const IDENTITY: &str = "share_identity_in_sensitive";

/// What a body is told of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToTell {
    /// The fields that go, as the organisation set them down and as far as the case says them.
    pub goes: Vec<&'static str>,
    /// Those that would say who the person is, without their consent.
    pub kept_back: Vec<&'static str>,
}

impl ToTell {
    /// What `body` is told of the case, as its reader sees it.
    pub fn of(view: &CaseView, body: &OwnRow) -> Self {
        let consent = view.account.as_ref().ok().and_then(|account| account.consent.get(IDENTITY).copied());
        let mut told = Self::default();
        let known = body.fields.iter().filter_map(|name| schema::field(name));
        for field in known.filter(|field| is_there(view, field.name)).take(NOTICE_FIELDS_MAX) {
            match field.identity {
                Identity::None => told.goes.push(field.name),
                _ if consent == Some(Answer::Given) => told.goes.push(field.name),
                _ => told.kept_back.push(field.name),
            }
        }
        told
    }
}

fn is_there(view: &CaseView, name: &str) -> bool {
    match view.shown(name) {
        Shown::Absent if name == "allegation" => {
            view.facts.sealed.as_ref().is_ok_and(|sealed| !sealed.allegations.is_empty())
        }
        Shown::Absent | Shown::Withheld(_) => false,
        Shown::List(all) => !all.is_empty(),
        _ => true,
    }
}

/// Records that a body was told, by somebody who reads the case.
pub(super) fn notify(act: &mut Act<'_>, body: &str, by: &str, text: Option<&Words>) -> Result<(), EditRefusal> {
    act.work()?;
    if let Err(layer) = &act.view.account {
        return Err(EditRefusal::Withheld { field: "notices", layer: *layer });
    }
    if !NOTICE_MEANS.contains(&by) {
        return Err(EditRefusal::UnknownCode { field: "notices", table: "means" });
    }
    let codes = act.ctx.codes;
    let row = match codes.own().listed(OwnTable::Body, body) {
        Listed::Is(row) => row,
        Listed::Closed(row) => {
            let code = row.code.clone();
            return Err(EditRefusal::NotOffered { field: "body", table: OwnTable::Body, code });
        }
        Listed::Free | Listed::Unknown => {
            let near = codes.own().near(OwnTable::Body, body).into_iter().map(|row| row.code.clone()).collect();
            return Err(EditRefusal::NotListed { field: "body", table: OwnTable::Body, typed: body.into(), near });
        }
    };
    let text = said_opt("text", text)?;
    tell(act, row, by, text)
}

pub(super) fn tell(act: &mut Act<'_>, body: &OwnRow, by: &str, text: Option<Words>) -> Result<(), EditRefusal> {
    let mut fields: Vec<String> = match by {
        // with the case itself
        HANDOVER => Vec::new(),
        _ => ToTell::of(&act.view, body).goes.into_iter().map(str::to_owned).collect(),
    };
    fields.sort_unstable();
    fields.dedup();
    let fact = NoticeFact { body: body.code.clone(), at_ms: act.ctx.now_ms, means: by.to_owned(), fields, text };
    let id = act.draft.id();
    act.draft.fact(FactKind::Notice, id, &fact)
}

/// How a body was told to which the case was handed over.
pub(super) const HANDOVER: &str = "handover";
