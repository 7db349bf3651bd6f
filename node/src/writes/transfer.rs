//! A case goes on to another unit or a partner: a case of its own is born there, with the fields chosen for it.
//!
//! The sender's device gives birth to it in the receiver's scope, so whoever reads there reads it, and no key of the sender's
//! site goes along. Each half names the other where words lie. Once somebody there takes it up, the sender's site is given
//! their half, and so hears how it ends.
//!
//! A sealed case goes on as a sealed case, to persons: each gets the key of it, nobody else of their site does.

use std::collections::BTreeMap;
use std::sync::Arc;

use crdt_model::case::consent::Answer;
use crdt_model::case::schema::{self, Identity};
use crdt_model::case::{Shape, schema::Field};
use crdt_model::edit::{ConsentAnswer, Edit, EditOps, LinkKind, NewCase};
use crdt_model::layer::{LayerOp, Value};
use crdt_model::roster::{Reading, Standing, site_scope};
use crdt_model::seal::GRANT_SLOTS;
use crdt_model::taxonomy::{Capabilities, Capture, TRIAGE};
use crdt_model::values::{Level, MemberId, Who, Words};
use crdt_model::view::{CaseView, Shown};
use serde_json::{Map, Value as Json, json};

use super::assigning::{EXTERNAL, INTERNAL, as_recusals, case_site, is_set_aside};
use super::set_aside::Readers;
use super::{Intake, Prepared, Write, append_edit, create, deps, ops_on, prepare, refusal, sensitive_key};
use crate::cases::{self, Loaded};
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared, entropy, meta};
use crate::members;
use crate::members::called::{named, site_typed};
use crate::members::reads_site;
use crate::store::Space;

/// Consent to tell who the person is, of a sealed case.
const IDENTITY: &str = "share_identity_in_sensitive";
/// What goes whatever the person allows: what it is about and where.
const ALWAYS: [&str; 10] = [
    "type",
    "channel",
    "received_at",
    "category",
    "other_categories",
    "priority",
    "spoken_language",
    "admin1",
    "admin2",
    "project",
];
/// What every case has.
const NEEDED: [&str; 4] = ["type", "channel", "received_at", "category"];
/// Fields that stay: what they say is of the half they stand in.
const STAYING: [&str; 4] = ["external_ids", "import_batch", "session_id", "slip"];
/// Stands for all fields that may go.
const ALL: &str = "all";

/// What is to go on, and to whom.
pub(crate) struct Transfer<'a> {
    /// A site's code; of a sealed case a member or a role.
    pub(crate) to: &'a str,
    /// Fields that are to go, or `all`. `None`: not chosen yet.
    pub(crate) fields: Option<&'a [String]>,
    /// The words that go in place of those of the case.
    pub(crate) text: Option<&'a Words>,
}

/// Gives birth to a case at the receiver's with some of the fields of this one; as long as none is chosen, only says which
/// may go. Reply: `{"ref", "case_id", "to", "sent":
/// {"ref", "case_id"} / null, "fields": [{"field", "value"}], "kept_back": [field…], "warnings"}`.
///
/// # Errors
///
/// Who reads nothing of the case sends nothing on. `site_not_found`, `already_there`, `field_kept_back`, `missing`,
/// `assignee_recused`, `readers_too_many`, and whatever refuses a new case.
pub(crate) fn refer(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    order: &Transfer<'_>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let view = loaded.view(now_ms);
    let mark = view.mark().unwrap_or(typed).to_owned();
    let at = |failure: Failure| failure.arg("ref", &mark).at("ref", &mark);
    let said = match (view.shape, &view.account) {
        (Shape::Outside, _) => return Err(at(Failure::new("outside_audience"))),
        (_, Err(_)) => return Err(at(Failure::new("withheld").arg("field", "text"))),
        (_, Ok(account)) => account,
    };
    if view.status_code() == "closed" {
        return Err(at(Failure::new("case_closed")));
    }
    let is_sealed = view.shape == Shape::Inside;
    let receiver = receiver(&shared, reader, &loaded, &view, order.to).map_err(at)?;
    let answer = |purpose: &str| said.consent.get(purpose).copied().unwrap_or(Answer::NotAsked);
    let goes = match is_sealed {
        true => Goes { words: true, who: answer(IDENTITY) == Answer::Given },
        false => Goes::of(receiver.is_partner, answer(INTERNAL), answer(EXTERNAL)),
    };
    let shown = |field: &&Field| !matches!(view.shown(field.name), Shown::Absent | Shown::Withheld(_));
    let empty = NewCase::default();
    let can = empty.parts().map(|(field, _)| field).filter(shown).filter(|field| !STAYING.contains(&field.name));
    let (may, kept_back): (Vec<&Field>, Vec<&Field>) = can.partition(|field| goes.allows(field));
    let names = |fields: Vec<&'static Field>| fields.into_iter().map(|field| field.name).collect::<Vec<_>>();
    let (may, kept_back) = (names(may), names(kept_back));
    let chosen = chosen(order, &may, &kept_back).map_err(at)?;
    let mut new = copied(&view, &chosen)?;
    if let Some(text) = order.text {
        new.text = Some(text.clone());
    }
    let told = said.consent.iter().filter(|(_, answer)| **answer != Answer::NotAsked);
    new.consents = told
        .map(|(purpose, answer)| ConsentAnswer { purpose: purpose.clone(), answer: answer.code().into(), means: None })
        .collect();
    let mut reply = json!({
        "ref": mark, "case_id": loaded.doc, "to": receiver.called, "sent": Json::Null,
        "fields": told_fields(&view, &chosen, order.text), "kept_back": kept_back, "warnings": [],
        "choices": may,
    });
    if order.fields.is_none() {
        return Ok(reply);
    }
    if !goes.words && new.text.is_none() {
        return Err(at(Failure::new("missing").arg("missing", "--text").arg("fields", "text")));
    }
    let prepared = match receiver.keys {
        None => prepare_open(log, &shared, reader, new, &receiver.site)?,
        Some(keys) => prepare_sealed(log, &view, new, &receiver.site, keys),
    };
    let prepared = Prepared { link: Some((LinkKind::ReferredFrom, loaded.doc)), ..prepared };
    let mut entropy = entropy()?;
    let created = log.commit(|tx| {
        let created = create(log, tx, &shared, reader, &prepared, now_ms, &mut entropy)?;
        let link = Edit::Link { to: created.case_id, kind: LinkKind::ReferredTo };
        let ops = ops_on(&shared, reader, &loaded, &link, now_ms)?;
        let ops = ops.map_err(|error| refusal(shared.taxonomy, &error, &mark))?;
        let sensitive = sensitive_key(log, &shared, reader, &loaded, &ops, &view, &mut entropy)?;
        let write = Write::on(Arc::clone(&loaded), deps(log, &loaded), ops, sensitive);
        append_edit(log, tx, &shared, reader, write, now_ms, &mut entropy)?;
        // what a person works on is their own half
        tx.put(Space::Meta, &meta::last_case(&reader.member()), &loaded.doc.0)?;
        Ok(created)
    })?;
    reply["sent"] = json!({"ref": created.mark, "case_id": created.case_id, "site": prepared.site()});
    Ok(reply)
}

// ------------------------------------------------------------------ to whom

/// Where the other half is born, and who reads it.
struct Receiver {
    site: String,
    is_partner: bool,
    /// As people call it.
    called: String,
    /// Of a sealed case: the keys of those who get it, the sender's among them.
    keys: Option<Vec<[u8; 32]>>,
}

fn receiver(shared: &Shared, reader: &Reader, loaded: &Loaded, view: &CaseView, to: &str) -> Result<Receiver, Failure> {
    let roster = &shared.roster;
    let is_partner = |code: &str| Reading::of(roster).is_partners(code);
    let code = site_typed(to);
    if view.shape == Shape::Ordinary {
        let code = members::known_site(shared, &code)?;
        if code == case_site(shared, loaded) {
            return Err(Failure::new("already_there").arg("site", &code));
        }
        return Ok(Receiver { is_partner: is_partner(&code), called: code.clone(), site: code, keys: None });
    }
    if roster.sites.contains_key(&code) {
        return Err(Failure::new("sealed_to_persons").arg("site", &code));
    }
    let who = cases::who(shared, reader, to)?;
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.clone()).unwrap_or_default();
    if is_set_aside(shared, &recusals, &who) {
        return Err(Failure::new("assignee_recused").arg("who", named(shared, &who.to_string())));
    }
    let get = |id: &MemberId| !is_set_aside(shared, &recusals, &Who::Member(*id));
    let confirmed = roster.members.iter().filter(|(id, held)| held.standing == Standing::Confirmed && get(id));
    let receivers: BTreeMap<_, _> = confirmed
        .filter(|(id, held)| match &who {
            Who::Member(one) => one == *id,
            Who::Role(role) => held.has_role(role),
        })
        .collect();
    let me = reader.member();
    let Some((_, first)) = receivers.iter().find(|(id, _)| ***id != me) else {
        return Err(Failure::new("nobody_to_receive").arg("who", named(shared, &who.to_string())));
    };
    if receivers.len() >= GRANT_SLOTS {
        let most = GRANT_SLOTS - 1;
        return Err(Failure::new("readers_too_many").arg("n", receivers.len()).arg("most", most));
    }
    let site = first.site().to_owned();
    let own = roster.members.get(&me).map(|held| held.keys.x);
    let mut keys: Vec<[u8; 32]> = receivers.values().map(|held| held.keys.x).chain(own).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(Receiver { is_partner: is_partner(&site), called: named(shared, &who.to_string()), site, keys: Some(keys) })
}

// ------------------------------------------------------------------ which fields

/// What the person's consent lets go.
struct Goes {
    /// The words, and codes that say more than what it is about and where.
    words: bool,
    /// Who the person is.
    who: bool,
}

impl Goes {
    fn of(to_partner: bool, internal: Answer, external: Answer) -> Self {
        let is_no = |answer| matches!(answer, Answer::Refused | Answer::Withdrawn);
        if is_no(internal) || (to_partner && is_no(external)) {
            return Self { words: false, who: false };
        }
        Self { words: true, who: !to_partner || external == Answer::Given }
    }

    fn allows(&self, field: &Field) -> bool {
        match (self.words, field.identity) {
            (false, _) => ALWAYS.contains(&field.name),
            (true, Identity::None) => true,
            (true, _) => self.who,
        }
    }
}

/// The fields that go: those named, and what every case has.
fn chosen<'a>(order: &Transfer<'_>, may: &[&'a str], kept_back: &[&'a str]) -> Result<Vec<&'a str>, Failure> {
    let named: Vec<&str> = order.fields.unwrap_or_default().iter().map(|name| name.trim()).collect();
    for name in &named {
        if kept_back.contains(name) {
            return Err(Failure::new("field_kept_back").arg("field", name).at("field", name));
        }
        if *name != ALL && !may.contains(name) && schema::field(name).is_none() {
            let near = may.join(", ");
            return Err(Failure::new("unknown_field").arg("field", name).arg("near", near).at("field", name));
        }
    }
    let all = named.contains(&ALL);
    let goes = |name: &&&str| all || NEEDED.contains(*name) || named.contains(*name);
    Ok(may.iter().filter(goes).copied().collect())
}

/// A new case with some of the fields of another.
fn copied(view: &CaseView, fields: &[&str]) -> Result<NewCase, Failure> {
    let mut map = Map::new();
    for name in fields {
        let value = match view.shown(name) {
            Shown::Text(text) => json!(text),
            Shown::Bool(said) => json!(said),
            Shown::Int(number) => json!(number),
            Shown::List(all) => json!(all),
            Shown::Moment(_) | Shown::Time(_) | Shown::Absent | Shown::Withheld(_) => continue,
        };
        map.insert((*name).to_owned(), value);
    }
    let mut new: NewCase =
        serde_json::from_value(Json::Object(map)).map_err(|error| Failure::new("unexpected").because(&error))?;
    new.received_at = view.moment("received_at").filter(|_| fields.contains(&"received_at"));
    new.incident_at = view.moment("incident_at").filter(|_| fields.contains(&"incident_at"));
    Ok(new)
}

fn told_fields(view: &CaseView, fields: &[&str], text: Option<&Words>) -> Json {
    let json = serde_json::to_value(view).unwrap_or(Json::Null);
    let told = fields.iter().filter(|name| text.is_none() || **name != "text");
    let mut rows: Vec<Json> = told.map(|name| json!({"field": name, "value": json[*name]})).collect();
    if let Some(text) = text {
        rows.push(json!({"field": "text", "value": text.0}));
    }
    Json::Array(rows)
}

fn prepare_open(log: &Log, shared: &Shared, reader: &Reader, new: NewCase, site: &str) -> Result<Prepared, Failure> {
    let intake = Intake { recuse: Some(&[]), not_them: &[], site, capture: Capture::Entered, restricted: Some(None) };
    let prepared = prepare(log, shared, &reader.member(), new, &intake)?;
    match prepared.restricted {
        None => Ok(prepared),
        Some(_) => {
            Err(Failure::new("needs_sealing").arg("level", prepared.level().code()).arg("command", "boucle case seal"))
        }
    }
}

fn prepare_sealed(log: &Log, view: &CaseView, mut new: NewCase, site: &str, keys: Vec<[u8; 32]>) -> Prepared {
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    new.recuse = Some(as_recusals(recusals));
    let level = view.work.as_ref().and_then(|work| work.sensitivity).unwrap_or(Level::S2).max(Level::S2);
    let audience = view.text("audience").unwrap_or(TRIAGE).to_owned();
    Prepared::given(site_scope(&log.org, site), site, new, Readers { audience, keys }, level)
}

// ------------------------------------------------------------------ and back

/// Gives the sender's site the half that was sent to us, with the act by which somebody here takes it up.
pub(super) fn answer_back(
    shared: &Shared,
    loaded: &Loaded,
    view: &CaseView,
    me: &MemberId,
    edit: &Edit,
    ops: &mut EditOps,
) {
    let takes_up = matches!(edit, Edit::Accept | Edit::Assign { .. } | Edit::Act { .. } | Edit::Resolve { .. });
    let was_sent = view.list("links").iter().any(|link| link.starts_with(LinkKind::ReferredFrom.code()));
    if !takes_up || !was_sent || view.shape != Shape::Ordinary {
        return;
    }
    let roster = &shared.roster;
    let site = case_site(shared, loaded);
    let reads = |id: &MemberId| roster.members.get(id).is_some_and(|held| reads_site(roster, held, site));
    let sender = view.text("created_by").and_then(|id| id.parse::<MemberId>().ok()).filter(|id| !reads(id));
    let from = sender.and_then(|id| roster.members.get(&id)).map(|held| held.site().to_owned());
    let Some(from) = from.filter(|_| reads(me)) else { return };
    if let Some(key) = schema::element_key("shared_with", &format!("site:{from}"))
        && !loaded.document.states[0].as_ref().is_some_and(|open| open.contains_key(&key))
    {
        ops.open.push(LayerOp::Put { key, value: Value::Bool(true) });
    }
}

/// The other halves of a case, as far as this reader sees them: `[{"kind", "case_id", "ref", "site", "status", "outcome",
/// "text"}]`.
pub(crate) fn halves(log: &Log, shared: &Shared, reader: &mut Reader, view: &CaseView, now_ms: i64) -> Vec<Json> {
    let kinds = [LinkKind::ReferredTo, LinkKind::ReferredFrom];
    let links = view.list("links").iter().filter_map(|link| link.split_once(':'));
    let mut rows = Vec::new();
    for (kind, doc) in links.filter(|(kind, _)| kinds.iter().any(|known| known.code() == *kind)) {
        let mut row = json!({"kind": kind, "case_id": doc});
        if let Ok(other) = list::find_case(log, shared, reader, doc) {
            let seen = other.view(now_ms);
            let told = serde_json::to_value(&seen).unwrap_or(Json::Null);
            row["ref"] = json!(seen.mark());
            row["site"] = json!(case_site(shared, &other));
            row["status"] = json!(seen.status_code());
            row["outcome"] = told["resolution"]["outcome"].clone();
            row["text"] = told["resolution"]["text"].clone();
        }
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests;
