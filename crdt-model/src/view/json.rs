//! The JSON of a view: one flat object, every field always present, in the order of the schema, where what is made of facts
//! stands beside what it goes with.

use std::collections::BTreeSet;

use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::case::Shape;
use crate::case::facts::FactKind;
use crate::case::schema::{self, FIELDS, Field, Merge};
use crate::layer::Layer;
use crate::values::moment::rfc3339;
use crate::view::{
    Account, CaseView, Clock, Origin, OwedNotice, ResponseView, SatisfactionView, SealedAccount, Shown, Work,
};

#[derive(Serialize)]
struct Withheld {
    withheld: Layer,
}

impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => s.serialize_none(),
            Self::Withheld(layer) => Withheld { withheld: *layer }.serialize(s),
            Self::Text(text) => s.serialize_str(text),
            Self::Bool(value) => s.serialize_bool(*value),
            Self::Int(value) => s.serialize_i64(*value),
            Self::Time(at_ms) => s.serialize_str(&rfc3339(*at_ms)),
            Self::Moment(moment) => s.serialize_str(&rfc3339(moment.at_ms)),
            Self::List(elements) => elements.serialize(s),
        }
    }
}

/// Something read with a key, or the layer it is withheld in.
struct Readable<T>(Result<T, Layer>);

impl<T: Serialize> Serialize for Readable<T> {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Ok(value) => value.serialize(s),
            Err(layer) => Withheld { withheld: *layer }.serialize(s),
        }
    }
}

#[derive(Serialize)]
struct Location<'a> {
    admin1: &'a Shown,
    admin2: &'a Shown,
    admin3: &'a Shown,
    locality: &'a Shown,
}

#[derive(Serialize)]
struct Resolution<'a> {
    outcome: &'a Shown,
    text: &'a Shown,
    #[serde(flatten)]
    origin: Option<Origin>,
}

#[derive(Serialize)]
struct ExternalId<'a> {
    system: &'a str,
    id: &'a str,
}

impl Serialize for ResponseView {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_struct("Response", 8)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("epoch", &self.epoch)?;
        object.serialize_field("told_at", &rfc3339(self.at_ms))?;
        object.serialize_field("text", &self.text)?;
        object.serialize_field("language", &self.language)?;
        object.serialize_field("by", &self.origin.by)?;
        object.serialize_field("at", &rfc3339(self.origin.at_ms))?;
        object.serialize_field("device", &self.origin.device)?;
        object.end()
    }
}

impl Serialize for SatisfactionView {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut object = s.serialize_struct("Satisfaction", 9)?;
        object.serialize_field("id", &self.id)?;
        object.serialize_field("value", &self.value)?;
        object.serialize_field("epoch", &self.epoch)?;
        object.serialize_field("said_at", &rfc3339(self.at_ms))?;
        object.serialize_field("by_whom", &self.by_whom)?;
        object.serialize_field("means", &self.means)?;
        object.serialize_field("by", &self.origin.by)?;
        object.serialize_field("at", &rfc3339(self.origin.at_ms))?;
        object.serialize_field("device", &self.origin.device)?;
        object.end()
    }
}

/// What is made of facts stands beside the plain fields that it goes with: the names on the right before that on the left.
/// Names that are not here stand after all plain fields.
const BEFORE: [(&str, &[&str]); 7] = [
    ("type", &["paper_scan"]),
    ("project", &["sensitivity"]),
    ("accused", &["allegation"]),
    ("incident_at", &["recusals", "exposed", "old_keys"]),
    ("assignee", &["attachments", "consents", "contact_consent", "status", "reasons", "hold"]),
    ("resolution", &["interactions", "actions", "notices", "questions", "notes"]),
    ("links", &["referrals", "interims", "responses", "satisfaction", "appeals"]),
];

impl Serialize for CaseView {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut map = s.serialize_map(None)?;
        map.serialize_entry("case_id", &self.case_id)?;
        let mut shown = BTreeSet::new();
        for field in FIELDS {
            let before = BEFORE.iter().filter(|(name, _)| *name == field.name).flat_map(|(_, facts)| facts.iter());
            for name in before.copied().chain([field.name]) {
                // a code and its words share a name
                if let Some(field) = schema::field(name).filter(|_| shown.insert(name)) {
                    self.serialize_field(&mut map, field)?;
                }
            }
        }
        if let Some(work) = &self.work {
            self.serialize_derived(&mut map, work)?;
        }
        map.end()
    }
}

impl CaseView {
    fn serialize_field<M: SerializeMap>(&self, map: &mut M, field: &Field) -> Result<(), M::Error> {
        let name = field.name;
        match name {
            "restricted" => map.serialize_entry(name, &(self.shape != Shape::Ordinary)),
            "status" => map.serialize_entry(name, self.status_code()),
            "admin2" | "admin3" | "locality" | "resolution_text" => Ok(()),
            "admin1" => map.serialize_entry("location", &self.location()),
            "resolution" => self.serialize_resolution(map),
            "external_ids" => map.serialize_entry(name, &self.external_ids()),
            "sensitivity" | "contact_consent" | "hold" | "responses" | "interims" | "satisfaction" => {
                match &self.work {
                    Some(work) => serialize_work(map, work, name),
                    None => map.serialize_entry(name, &Withheld { withheld: Layer::Sensitive }),
                }
            }
            "recusals" => {
                map.serialize_entry(name, &Readable(self.sealed.as_ref().map(recusals).map_err(|layer| *layer)))
            }
            _ => {
                if let Merge::Facts(kind) = field.merge {
                    return self.serialize_facts(map, field, kind);
                }
                let shown = self.shown(name);
                map.serialize_entry(name, shown)?;
                match shown {
                    Shown::Moment(moment) => map.serialize_entry(&format!("{name}_precision"), moment.precision.code()),
                    _ => Ok(()),
                }
            }
        }
    }

    fn location(&self) -> Location<'_> {
        Location {
            admin1: self.shown("admin1"),
            admin2: self.shown("admin2"),
            admin3: self.shown("admin3"),
            locality: self.shown("locality"),
        }
    }

    fn serialize_resolution<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        match (self.shown("resolution"), self.shown("resolution_text")) {
            (outcome @ (Shown::Absent | Shown::Withheld(_)), _) => map.serialize_entry("resolution", outcome),
            (outcome, text) => map.serialize_entry("resolution", &Resolution { outcome, text, origin: self.resolved }),
        }
    }

    fn external_ids(&self) -> Readable<Vec<ExternalId<'_>>> {
        match self.shown("external_ids") {
            Shown::Withheld(layer) => Readable(Err(*layer)),
            Shown::List(elements) => {
                let split = |element: &String| element.find(':').unwrap_or(0);
                let pair = |element| ExternalId { system: &element[..split(element)], id: after_colon(element) };
                Readable(Ok(elements.iter().map(pair).collect()))
            }
            _ => Readable(Ok(Vec::new())),
        }
    }

    fn account<'a, T: Serialize>(&'a self, read: impl Fn(&'a Account) -> T) -> Readable<T> {
        Readable(self.account.as_ref().map(read).map_err(|layer| *layer))
    }

    /// What a family of facts says: as a list, after or before what it adds up to.
    fn serialize_facts<M: SerializeMap>(&self, map: &mut M, field: &Field, kind: FactKind) -> Result<(), M::Error> {
        if kind.is_for_nodes() {
            return Ok(());
        }
        if kind == FactKind::Consent {
            map.serialize_entry("consent", &self.account(|account| &account.consent))?;
        }
        let withheld = match field.layer {
            Layer::Open if self.shape == Shape::Outside => Ok(Some(Layer::Sensitive)),
            Layer::Open => self.facts.codes.list(kind, field.name, map).map(|()| None),
            Layer::Personal => list(&self.facts.words, map, |words, map| words.list(kind, field.name, map)),
            Layer::Sensitive => list(&self.facts.sealed, map, |sealed, map| sealed.list(kind, field.name, map)),
        }?;
        if let Some(layer) = withheld {
            map.serialize_entry(field.name, &Withheld { withheld: layer })?;
        }
        if kind == FactKind::Interaction {
            map.serialize_entry("attempt_days", &self.account(|account| account.attempt_days))?;
            map.serialize_entry("unreachable", &self.account(|account| account.unreachable))?;
        }
        Ok(())
    }

    fn serialize_derived<M: SerializeMap>(&self, map: &mut M, work: &Work) -> Result<(), M::Error> {
        map.serialize_entry("epoch", &work.standing.epoch)?;
        map.serialize_entry("closure", &work.standing.closure)?;
        map.serialize_entry("level", &work.level)?;
        map.serialize_entry("answered", &work.answered)?;
        map.serialize_entry("expects_answer", &work.expects_answer)?;
        map.serialize_entry("returned", &work.returned.as_ref().map(|returned| &returned.why))?;
        map.serialize_entry("loop_closed", &work.loop_closed)?;
        map.serialize_entry("received_day", &work.received_day)?;
        map.serialize_entry("due_at", &work.due_at_ms.map(rfc3339))?;
        map.serialize_entry("due_day", &work.due_day)?;
        map.serialize_entry("overdue", &work.overdue)?;
        map.serialize_entry("clocks", &running(work))?;
        map.serialize_entry("waiting_on", &work.waiting_on)?;
        map.serialize_entry("age_ms", &work.age_ms)?;
        map.serialize_entry("completeness", &work.completeness)?;
        map.serialize_entry("flags", &work.flags)?;
        map.serialize_entry("conflicts", &self.conflicts)?;
        map.serialize_entry("alarms", &self.alarms)
    }
}

/// A clock that runs, as JSON.
#[derive(Serialize)]
#[serde(untagged)]
enum Running<'a> {
    Step(&'a Clock),
    Notice { step: &'static str, body: &'a str, from: String, due_at: String },
}

/// The steps, then the bodies that are to be told.
fn running(work: &Work) -> Vec<Running<'_>> {
    let notice = |owed: &'_ OwedNotice| (rfc3339(owed.from_ms), rfc3339(owed.due_ms));
    let notices = work.notices.iter().map(|owed| {
        let (from, due_at) = notice(owed);
        Running::Notice { step: "notify", body: &owed.body, from, due_at }
    });
    work.clocks.iter().map(Running::Step).chain(notices).collect()
}

/// Writes facts that the reader can open; else tells the layer they are withheld in.
fn list<T, M: SerializeMap>(
    facts: &Result<T, Layer>,
    map: &mut M,
    write: impl FnOnce(&T, &mut M) -> Result<(), M::Error>,
) -> Result<Option<Layer>, M::Error> {
    match facts {
        Ok(facts) => write(facts, map).map(|()| None),
        Err(layer) => Ok(Some(*layer)),
    }
}

fn recusals(sealed: &SealedAccount) -> Vec<String> {
    sealed.recusals.iter().map(ToString::to_string).collect()
}

fn after_colon(element: &str) -> &str {
    element.split_once(':').map_or(element, |(_, id)| id)
}

fn serialize_work<M: SerializeMap>(map: &mut M, work: &Work, name: &'static str) -> Result<(), M::Error> {
    match name {
        "sensitivity" => map.serialize_entry(name, &work.sensitivity.map(|level| level.code())),
        "contact_consent" => map.serialize_entry(name, &work.contact),
        "hold" => map.serialize_entry(name, &work.hold),
        "responses" => map.serialize_entry(name, &work.responses),
        "interims" => map.serialize_entry(name, &work.interims),
        _ => {
            map.serialize_entry(name, &work.satisfaction)?;
            map.serialize_entry("satisfactions", &work.satisfactions)
        }
    }
}
