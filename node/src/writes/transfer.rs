//! A case goes on to another unit or a partner: a case of its own is born there, with the fields chosen for it.
//!
//! The sender's device gives birth to it in the receiver's scope, so whoever reads there reads it, and no key of the sender's
//! site goes along. Each half names the other where words lie. Once somebody there takes it up, the sender's site is given
//! their half, and so hears how it ends.
//!
//! A sealed case goes on as a sealed case, to persons: each gets the key of it, nobody else of their site does.

mod back;
mod receiver;

use std::sync::Arc;

use crdt_model::case::Shape;
use crdt_model::case::consent::Answer;
use crdt_model::case::schema::{self, Field, Identity, Kind};
use crdt_model::edit::{ConsentAnswer, Edit, LinkKind, NewCase};
use crdt_model::roster::{said, site_scope};
use crdt_model::taxonomy::{Capabilities, Capture, Coded, TRIAGE, proposed};
use crdt_model::values::{Level, Words};
use crdt_model::view::{CaseView, Shown};
use serde_json::{Map, Value as Json, json};

use super::assigning::{EXTERNAL, INTERNAL, as_recusals, case_site};
use super::set_aside::Readers;
use super::{Intake, Prepared, Write, append_edit, create, deps, ops_on, prepare, refusal, sensitive_key};
use crate::error::Failure;
use crate::list;
use crate::log::{Log, Reader, Shared, entropy, meta};
use crate::members;
use crate::store::Space;
use crate::texts::Texts;
pub(super) use back::{answer_back, asks, reply_there, sender, sender_site};
pub(crate) use back::{halves, name_linked};
use receiver::Receiver;

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

/// Whether what was refused names somebody of the organisation: an ordinary case is given to them as it is.
pub(crate) fn is_for_a_member(failure: &Failure) -> bool {
    failure.code == "refer_is_for_sites"
        && failure.args.iter().any(|(name, value)| *name == "kind" && value == "member")
}

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
/// may go. Reply: `{"ref", "case_id", "to", "sent": {"ref", "case_id", "site"} / null, "fields": [{"field", "value"}],
/// "choices": [field…], "kept_back": [{"field", "purpose", "answer"}], "needs_text", "warnings"}`: `fields` go, or would in
/// any case; `choices` go where they are named; `kept_back` do not, and which answer of the person keeps them; `needs_text`:
/// the person's words do not go, so somebody has to write others, and has not.
///
/// # Errors
///
/// Who reads nothing of the case sends nothing on. `site_not_found`, `refer_is_for_sites`, `already_there`, `nobody_reads_there`,
/// `field_kept_back`, `own_words_needed`, `assignee_recused`, `readers_too_many`, and whatever refuses a new case.
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
        (Shape::Outside, _) => return Err(at(crate::writes::outside::refusal(log, &shared, reader, &loaded))),
        (_, Err(_)) => return Err(at(Failure::new("withheld").arg("field", "text"))),
        (_, Ok(account)) => account,
    };
    if view.status_code() == "closed" {
        return Err(at(Failure::new("case_closed")));
    }
    let receiver = receiver::find(log, &shared, reader, &loaded, &view, order.to).map_err(at)?;
    let kept = Kept::of(&receiver, |purpose| said.consent.get(purpose).copied().unwrap_or(Answer::NotAsked));
    let fields = Fields::of(&view, &kept);
    let chosen = fields.chosen(order).map_err(at)?;
    let mut new = copied(&view, &chosen)?;
    if let Some(text) = order.text {
        new.text = Some(text.clone());
    }
    let told = said.consent.iter().filter(|(_, answer)| **answer != Answer::NotAsked);
    new.consents = told
        .map(|(purpose, answer)| ConsentAnswer { purpose: purpose.clone(), answer: answer.code().into(), means: None })
        .collect();
    let kept_back = fields
        .kept_back
        .iter()
        .map(|(field, bar)| json!({"field": field, "purpose": bar.purpose, "answer": bar.answer.code()}));
    let mut reply = json!({
        "ref": mark, "case_id": loaded.doc, "to": receiver.called, "sent": Json::Null,
        "fields": told_fields(&view, &chosen, order.text), "choices": fields.choices(),
        "kept_back": kept_back.collect::<Json>(), "needs_text": kept.words.is_some() && new.text.is_none(),
        "warnings": receiver.warning.into_iter().collect::<Json>(),
    });
    if order.fields.is_none() {
        return Ok(reply);
    }
    if let Some(bar) = kept.words.filter(|_| new.text.is_none()) {
        return Err(at(bar.explains(Failure::new("own_words_needed").arg("to", order.to))));
    }
    let prepared = match receiver.keys {
        None => prepare_open(log, &shared, reader, new, &receiver.site)?,
        Some(keys) => prepare_sealed(log, &view, new, &receiver.site, keys),
    };
    let link = Some((LinkKind::ReferredFrom, loaded.doc));
    let prepared = Prepared { link, persons: receiver.persons, ..prepared };
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

// ------------------------------------------------------------------ which fields

/// An answer of the person that keeps something back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bar {
    purpose: &'static str,
    answer: Answer,
}

/// What the person's consent keeps back.
struct Kept {
    /// The words, and codes that say more than what it is about and where.
    words: Option<Bar>,
    /// Who the person is.
    who: Option<Bar>,
}

impl Kept {
    /// Whoever is of the audience of a sealed case gets its words anyway. Who the person is goes only if everything that is
    /// asked about it was allowed.
    fn of(receiver: &Receiver, answer: impl Fn(&str) -> Answer) -> Self {
        let bar = |purpose| Bar { purpose, answer: answer(purpose) };
        let outside = || receiver.is_partner.then_some(EXTERNAL);
        let passing = [Some(INTERNAL), outside()].into_iter().flatten().map(bar);
        let refused = passing.into_iter().find(|bar| bar.answer.is_refusal());
        let naming = [outside(), receiver.keys.is_some().then_some(IDENTITY)].into_iter().flatten().map(bar);
        let who = refused.or_else(|| naming.into_iter().find(|bar| bar.answer != Answer::Given));
        Self { words: refused.filter(|_| !receiver.is_of_audience), who }
    }

    /// What keeps a field back, if anything does.
    fn bar(&self, field: &Field) -> Option<Bar> {
        match field.identity {
            _ if self.words.is_some() => self.words.filter(|_| !ALWAYS.contains(&field.name)),
            Identity::None => None,
            _ => self.who,
        }
    }
}

/// The fields of a case that somebody can be told, by what becomes of them.
struct Fields {
    may: Vec<&'static str>,
    kept_back: Vec<(&'static str, Bar)>,
}

impl Fields {
    fn of(view: &CaseView, kept: &Kept) -> Self {
        let is_there = |field: &&Field| match view.shown(field.name) {
            Shown::Absent | Shown::Withheld(_) => false,
            Shown::List(all) => !all.is_empty(),
            _ => true,
        };
        let mut fields = Self { may: Vec::new(), kept_back: Vec::new() };
        for field in sendable().filter(is_there) {
            match kept.bar(field) {
                None => fields.may.push(field.name),
                Some(bar) => fields.kept_back.push((field.name, bar)),
            }
        }
        fields
    }

    /// Those that go only where they are named.
    fn choices(&self) -> Vec<&'static str> {
        self.may.iter().filter(|name| !NEEDED.contains(name)).copied().collect()
    }

    /// The fields that go: those named, and what every case has.
    fn chosen(&self, order: &Transfer<'_>) -> Result<Vec<&'static str>, Failure> {
        let named: Vec<&str> = order.fields.unwrap_or_default().iter().map(|name| name.trim()).collect();
        for name in &named {
            if let Some((_, bar)) = self.kept_back.iter().find(|(kept, _)| kept == name) {
                return Err(bar.explains(Failure::new("field_kept_back").arg("labelled", name).at("field", name)));
            }
            if *name != ALL && !sendable().any(|field| field.name == *name) {
                let kept = self.kept_back.iter().map(|(kept, _)| *kept);
                let near = proposed(self.choices().into_iter().chain(kept), name).join(", ");
                return Err(Failure::new("unknown_field").arg("field", name).arg("near", near).at("field", name));
            }
        }
        let all = named.contains(&ALL);
        let goes = |name: &&&str| all || NEEDED.contains(*name) || named.contains(*name);
        Ok(self.may.iter().filter(goes).copied().collect())
    }
}

impl Bar {
    /// A failure with the answer that is the reason for it.
    fn explains(self, failure: Failure) -> Failure {
        failure.arg("purpose", self.purpose).arg("answer", self.answer.code())
    }
}

/// All fields that a new case takes and that do not stay.
fn sendable() -> impl Iterator<Item = &'static Field> {
    let names: Vec<&'static Field> = NewCase::default().parts().map(|(field, _)| field).collect();
    names.into_iter().filter(|field| !STAYING.contains(&field.name))
}

/// A new case with some of the fields of another.
fn copied(view: &CaseView, fields: &[&str]) -> Result<NewCase, Failure> {
    let mut map = Map::new();
    for name in fields {
        let is_answers = schema::field(name).is_some_and(|field| matches!(field.kind, Kind::WgAnswers));
        let value = match view.shown(name) {
            // one digit each
            Shown::Text(text) if is_answers => text.chars().map(|digit| digit.to_digit(10)).collect(),
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

/// What goes, by field: read from the case like what is sent, so that all of it is shown.
fn told_fields(view: &CaseView, fields: &[&str], text: Option<&Words>) -> Json {
    let told = fields.iter().filter(|name| text.is_none() || **name != "text");
    let mut rows: Vec<Json> = told.map(|name| json!({"field": name, "value": view.shown(name)})).collect();
    if let Some(text) = text {
        rows.push(json!({"field": "text", "value": text.0}));
    }
    Json::Array(rows)
}

/// The text that goes with a case to somebody without the system, to copy or to print: its reference, what it is about, what is
/// asked, whom to telephone. Nobody's words and nobody's name; of a sealed case not what it is about either.
///
/// # Errors
///
/// As of finding a case.
pub(crate) fn handout(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    typed: &str,
    lang: &str,
    now_ms: i64,
) -> Result<String, Failure> {
    let loaded = list::find_case(log, shared, reader, typed)?;
    let view = loaded.view(now_ms);
    let category = view.text("category").and_then(|code| shared.taxonomy.sub_categories.get(code));
    let what = match view.shape {
        Shape::Ordinary => category.map_or("none", |sub| sub.label(lang)),
        _ => "none",
    };
    let phone = said::above(&shared.roster, case_site(shared, &loaded), said::DUTY_PHONE).unwrap_or("none");
    let args = [("ref", view.mark().unwrap_or(typed)), ("what", what), ("phone", phone)];
    let args = args.map(|(name, value)| (name, value.to_owned().into()));
    Ok(Texts::for_lang(lang).with("handout-outside", &args))
}

fn prepare_open(log: &Log, shared: &Shared, reader: &Reader, new: NewCase, site: &str) -> Result<Prepared, Failure> {
    let (capture, restricted) = (Capture::Entered, Some(None));
    let intake = Intake { recuse: Some(&[]), not_them: &[], site, capture, restricted, codes_stand: true };
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

#[cfg(test)]
mod tests;
