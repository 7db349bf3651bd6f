//! What a line of the list must say of a case, told here without the table of columns.

use crdt_model::case::Shape;
use crdt_model::values::moment::rfc3339;
use crdt_model::view::CaseView;
use serde_json::{Value as Json, json};

use crate::log::Shared;

/// The line of a case, as a fold at the time of the question gives it.
pub(super) fn line_of(view: &CaseView, undelivered: bool, shared: &Shared) -> Json {
    let work = view.work.as_ref();
    let received = view.moment("received_at");
    let who = |who: Option<&str>| who.map_or(Json::Null, |who| shared.who_of(who));
    let mut line = json!({
        "ref": view.mark(),
        "case_id": view.case_id,
        "status": view.status_code(),
        "site": view.text("handling_site").or_else(|| view.text("origin_site")),
        "received_at": received.map(|moment| rfc3339(moment.at_ms)),
        "received_at_precision": received.map(|moment| moment.precision.code()),
        "received_day": work.and_then(|work| work.received_day),
        "due_at": work.and_then(|work| work.due_at_ms).map(rfc3339),
        "due_day": work.and_then(|work| work.due_day),
        "waiting_on": who(work.and_then(|work| work.waiting_on.as_deref())),
        "undelivered": undelivered,
        "asked": Json::Null,
        "replied": Json::Null,
        "assignee": who(view.text("assignee")),
        "sensitivity": work.and_then(|work| work.sensitivity).map(|level| level.code()),
        "overdue": work.is_some_and(|work| work.overdue),
        "answered": work.is_some_and(|work| work.answered),
        "satisfaction": work.and_then(|work| work.satisfaction).map(|said| said.code()),
        "loop_closed": work.is_some_and(|work| work.loop_closed),
        "closure": work.and_then(|work| work.standing.closure.clone()),
        "hold": work.and_then(|work| work.hold.as_ref()).map(|hold| hold.reason.clone()),
        "epoch": work.map_or(0, |work| work.standing.epoch),
        "conflicts": view.conflicts.len(),
        "restricted": view.shape != Shape::Ordinary,
    });
    for name in [
        "type",
        "category",
        "project",
        "partner",
        "channel",
        "spoken_language",
        "priority",
        "session_id",
        "incident",
        "stakeholder",
        "sex",
        "age_group",
        "disability",
        "admin1",
        "admin2",
        "week",
        "region",
    ] {
        line[name] = json!(view.text(name));
    }
    line
}

/// The fields of a line that say something.
pub(super) fn said(line: &Json) -> Vec<&str> {
    let fields = line.as_object().expect("an object").iter();
    let said = fields.filter(|(_, value)| !value.is_null() && **value != false && **value != 0);
    said.map(|(name, _)| name.as_str()).collect()
}
