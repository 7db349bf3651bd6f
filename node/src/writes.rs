//! What people do: from an intent to durable entries.

pub(crate) mod arrivals;
pub(crate) mod assigning;
pub(crate) mod calls;
pub(crate) mod desk_session;
pub(crate) mod drafts;
pub(crate) mod erase;
pub(crate) mod gifts;
pub(crate) mod held;
pub(crate) mod housekeeping;
pub(crate) mod imported;
pub(crate) mod linking;
pub(crate) mod many;
pub(crate) mod moving;
pub(crate) mod outside;
pub(crate) mod receipts;
pub(crate) mod reclassify;
pub(crate) mod sensitive_words;
pub(crate) mod set_aside;
pub(crate) mod slips;
pub(crate) mod tampering;
pub(crate) mod transfer;
pub(crate) mod withdraw;

use std::sync::Arc;

use crdt_model::case::{Codes, Shape, schema};
use crdt_model::compose::SectionPlan;
use crdt_model::edit::{
    Birth, Creation, Edit, EditContext, EditOps, EditRefusal, LinkKind, NewCase, Policy, Recusal, RestrictedBirth,
    Telling, ToTell, Whom,
};
use crdt_model::entry::{DEPS_MAX, Kind, LAYER_GRANT};
use crdt_model::layer::{Layer, LayerDoc, LayerOp};
use crdt_model::reference::{Provisional, Reference, SiteCode};
use crdt_model::roster::{Member, Person, Standing, audience_of_name, site_scope};
use crdt_model::seal::{
    self, ActorOf, Entropy, FLAG_DEVICE_ONLY, FLAG_DROP_BOX, GRANT_SLOTS, GrantSection, Plain, Sealing, Secret,
    StreamGrant, audience_hint, birth_doc, case_key, open_hint, sensitive_hint,
};
use crdt_model::taxonomy::{Capabilities, Capture, Coded, KeptAs, OwnTable, TRIAGE, Taxonomy};
use crdt_model::time::IsoWeek;
use crdt_model::values::{DocId, EntryId, Incarnation, Level, MemberId, Moment, ScopeId, Who, Words};
use crdt_model::view::CaseView;
use crdt_model::zone::Zone;
use serde_json::{Value as Json, json};

use crate::cases;
use crate::cases::{Captured, Loaded, TaxonomyCodes, codes_of};
use crate::clock::{self, DAY_MS};
use crate::error::Failure;
use crate::list;
use crate::list::alike::proposed_for;
use crate::log::draft::Draft;
use crate::log::marks::mark_urgent;
use crate::log::now;
use crate::log::{Log, Reader, Shared, entropy, fresh, meta};
use crate::members;
use crate::members::called::{self, role_called};
use crate::store::{MemberSpace, Space, Tx};
use crate::writes::gifts::SiteAudience;
use crate::writes::held::{HELD, HeldTerms};
use crate::writes::reclassify::Reclassify;
use crate::writes::set_aside::{Readers, SetAside, Told};
use crate::writes::withdraw::written_key;
pub use set_aside::SealOptions;

/// The priority of what cannot wait.
const URGENT: &str = "p1";

/// The purpose of consent to be recorded at all.
const RECORD: &str = "record";

/// The year 2000, Unix milliseconds.
const YEAR_2000_MS: i64 = 946_684_800_000;

/// Whether a complaint can hardly have been received then: before 2000, or more than a day after `now_ms`.
pub(crate) fn is_odd(at_ms: i64, now_ms: Option<i64>) -> bool {
    at_ms < YEAR_2000_MS || now_ms.is_some_and(|now| at_ms > now.saturating_add(DAY_MS))
}

/// Whether an act makes a case one that cannot wait, as a new one may be.
fn asks_for_haste(edit: &Edit) -> bool {
    match edit {
        Edit::Set { values } => values.iter().any(|(field, code)| field == "priority" && code.0.trim() == URGENT),
        Edit::Triage { priority, .. } => priority.as_deref().is_some_and(|code| code.trim() == URGENT),
        _ => false,
    }
}

/// Whether this answer says that nothing of the person is to be recorded.
fn refuses_record(purpose: &str, answer: &str) -> bool {
    purpose == RECORD && matches!(answer, "refused" | "withdrawn")
}

/// Takes out of a new case what must not be kept: see [`NewCase::redact_identity`].
fn redact_identity(taxonomy: &Taxonomy, new: &mut NewCase) -> Vec<&'static str> {
    let refused = new.consents.iter().any(|told| refuses_record(&told.purpose, &told.answer));
    new.redact_identity(!refused, taxonomy)
}

/// Whether the case still says in words who the person is.
fn names_person(view: &CaseView) -> bool {
    let in_words = |field: &&schema::Field| {
        field.identity != schema::Identity::None && matches!(field.kind, schema::Kind::Words(_))
    };
    schema::FIELDS.iter().filter(in_words).any(|field| view.text(field.name).is_some_and(|told| !told.is_empty()))
}

/// The key of one layer for a new section, and the hint that tells readers.
struct LayerKey {
    key: Secret,
    hint: [u8; 8],
}

/// Who will read the sensitive layer of an entry.
pub(crate) enum SensitiveKey {
    /// Nothing is written there.
    None,
    /// Nothing is written there, and what shows nobody so was made ahead: for births only.
    Decoys(GrantSection),
    /// The content key is held.
    Held(Secret),
    /// A new content key, granted to these KEM keys.
    New(Secret, Vec<[u8; 32]>),
}

/// Somebody who reads an audience, as far as sealing and recusing ask.
struct Holder {
    member: MemberId,
    x: [u8; 32],
    roles: Vec<String>,
}

/// How a case comes in.
pub(crate) struct Intake<'a> {
    /// Names of members and codes of roles who must not see it; `None`: not asked.
    pub(crate) recuse: Option<&'a [String]>,
    /// Members who are not meant by the name of who is complained about.
    pub(crate) not_them: &'a [String],
    /// The site it belongs to.
    pub(crate) site: &'a str,
    /// Entered here, or read from a file.
    pub(crate) capture: Capture,
    /// What a file's reader has decided, or whoever wrote it down: `Some(None)` ordinary, `Some(audience)` sealed to it;
    /// `None`: to be decided.
    pub(crate) restricted: Option<Option<&'a str>>,
    /// Codes of the organisation's own tables stand as they are told: the case comes from elsewhere.
    pub(crate) codes_stand: bool,
}

/// A case written.
pub(crate) struct Created {
    /// Its reference or provisional mark.
    pub(crate) mark: String,
    pub(crate) provisional: bool,
    pub(crate) case_id: DocId,
}

/// What a case is called before it is written: the next reference, or a provisional mark while no number is at hand.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Minted {
    reference: Option<String>,
    provisional: Option<String>,
    /// The node that gave it.
    node: String,
}

impl Minted {
    /// What people call it.
    pub(crate) fn mark(&self) -> String {
        self.reference.clone().or_else(|| self.provisional.clone()).unwrap_or_default()
    }

    pub(crate) fn is_provisional(&self) -> bool {
        self.reference.is_none()
    }

    pub(crate) fn as_created(&self, case_id: DocId) -> Created {
        Created { mark: self.mark(), provisional: self.is_provisional(), case_id }
    }
}

/// A case ready to be written: everything but its place in the chain.
pub(crate) struct Prepared {
    pub(crate) scope: ScopeId,
    pub(crate) restricted: Option<String>,
    site: String,
    new: Box<NewCase>,
    readers: Vec<[u8; 32]>,
    level: Level,
    /// The grant section of an ordinary birth, where it was made ahead.
    decoys: Option<GrantSection>,
    /// Who must not see it.
    pub(crate) set_aside: SetAside,
    /// Everybody who could read it is set aside: it is kept here. With whom to call.
    pub(crate) held: Option<(HeldTerms, String)>,
    /// The case that it comes from.
    link: Option<(LinkKind, DocId)>,
    /// The persons a sealed case is for, where it is not for all of its audience.
    persons: Vec<MemberId>,
}

impl Prepared {
    /// A restricted case for these readers.
    pub(crate) fn given(scope: ScopeId, site: &str, new: NewCase, readers: Readers, level: Level) -> Self {
        Self {
            scope,
            restricted: Some(readers.audience),
            site: site.to_owned(),
            new: Box::new(new),
            readers: readers.keys,
            level,
            decoys: None,
            set_aside: SetAside::default(),
            held: None,
            link: None,
            persons: Vec::new(),
        }
    }

    pub(crate) fn site(&self) -> &str {
        &self.site
    }

    pub(crate) fn level(&self) -> Level {
        self.level
    }

    pub(crate) fn new_case(&self) -> &NewCase {
        &self.new
    }

    /// The week in which it was received, in the zone of its site.
    fn week(&self, zone: &Zone, now_ms: i64) -> IsoWeek {
        week_received(zone, self.new.received_at, now_ms)
    }
}

impl Prepared {
    /// Makes ahead what needs no place in a chain and takes long: the grant to nobody of an ordinary birth.
    pub(crate) fn pregenerate(&mut self, entropy: &mut Entropy) {
        if self.restricted.is_none() {
            self.decoys = Some(GrantSection::decoys(entropy));
        }
    }
}

/// The week that everybody reads of a restricted case: that of the day it was received, in the zone of its site.
pub(crate) fn week_received(zone: &Zone, received: Option<Moment>, now_ms: i64) -> IsoWeek {
    received.map_or_else(|| zone.day_of(now_ms), |moment| zone.day_told(moment)).week()
}

/// Why an act was refused, with what its text needs.
pub(crate) fn refusal(taxonomy: &'static Taxonomy, error: &EditRefusal, reference: &str) -> Failure {
    let failure = Failure::new(error.code()).arg("ref", reference).at("ref", reference);
    let failure = match error {
        EditRefusal::UnknownField { field, near } => {
            failure.arg("field", field).arg("near", near.join(", ")).at("field", field)
        }
        EditRefusal::ByVerb { field, verb } => failure.arg("field", field).arg("verb", verb).at("field", field),
        EditRefusal::BadValue { field, expected } => {
            failure.arg("field", field).arg("expected", expected).at("field", field)
        }
        EditRefusal::ControlCharacter { field, character, at } => {
            let character = format!("U+{:04X}", u32::from(*character));
            failure.arg("field", field).arg("character", character).arg("at", at).at("field", field)
        }
        EditRefusal::Name { field, .. } => failure.arg("field", field).at("field", field),
        EditRefusal::UnknownCode { field, table } => {
            let codes = codes_of(taxonomy, table).unwrap_or_default();
            let near = crate::error::possible(codes.into_iter(), "");
            failure.arg("field", field).arg("table", table).arg("near", near).at("field", field)
        }
        EditRefusal::NotListed { field, table, typed, near } => {
            let value = if crdt_model::values::is_code(typed.0.trim()) { typed.0.trim() } else { "…" };
            let near = crate::error::possible(near.iter().map(String::as_str), "");
            failure
                .arg("field", field)
                .arg("table", table.name())
                .arg("value", value)
                .arg("near", near)
                .at("field", field)
        }
        EditRefusal::NotOffered { field, table, code } => {
            failure.arg("field", field).arg("table", table.name()).arg("value", code).at("field", field)
        }
        EditRefusal::TooLong { field, bytes_max } => {
            failure.arg("field", field).arg("bytes_max", bytes_max).at("field", field)
        }
        EditRefusal::Missing { fields } => failure.arg("missing", fields.join(", ")).arg("fields", fields.join(", ")),
        EditRefusal::NoConflict { field } => failure.arg("field", field).at("field", field),
        EditRefusal::NoSuchPick { choices } => failure.arg("choices", choices),
        EditRefusal::NotUnreachable { days, needed } => failure.arg("days", days).arg("needed", needed),
        EditRefusal::SaidOtherwise { reason } => failure.arg("reason", reason),
        EditRefusal::OtherVerb { reason, verb } => failure.arg("reason", reason).arg("verb", verb),
        EditRefusal::Fixed { field }
        | EditRefusal::NothingToClear { field }
        | EditRefusal::Required { field }
        | EditRefusal::TooMany { field }
        | EditRefusal::Withheld { field, .. } => failure.arg("field", field).at("field", field),
        EditRefusal::NeedsSealing { level } => {
            let command = format!("boucle case seal {reference} --reason -");
            failure.arg("level", level.code()).arg("command", command)
        }
        EditRefusal::MustBeRestricted { level }
        | EditRefusal::NotARaise { level }
        | EditRefusal::NotALowering { level } => failure.arg("level", level.code()),
        _ => failure,
    };
    failure.because(error)
}

/// As [`refusal`], of an edit that names what would be refused otherwise by another verb.
fn refused_edit(taxonomy: &'static Taxonomy, edit: &Edit, error: &EditRefusal, reference: &str) -> Failure {
    let mut failure = refusal(taxonomy, error, reference);
    if let (Edit::Set { values }, EditRefusal::NeedsSealing { .. }) = (edit, error)
        && let Some((_, category)) = values.iter().find(|(field, _)| field == "category")
        && let Some((_, command)) = failure.args.iter_mut().find(|(name, _)| *name == "command")
    {
        // one act that classifies and seals: after `case seal` the writer may be outside
        *command = format!("boucle case triage {reference} --category {}", category.0.trim());
    }
    failure
}

/// Whether somebody is recused: themselves, or by a role they hold.
pub(crate) fn is_recused(recused: &[Recusal], id: &MemberId, has_role: impl Fn(&str) -> bool) -> bool {
    recused.iter().any(|recusal| match recusal {
        Recusal::Member(member) => member == id,
        Recusal::Role(role) => has_role(role),
    })
}

/// An audience, then the one that reads in its place when nobody of it may.
fn or_alternate<'a>(taxonomy: &'a Taxonomy, audience: &'a str) -> impl Iterator<Item = &'a str> {
    let alternate = taxonomy.audiences.get(audience).map(|named| named.alternate.as_str());
    std::iter::once(audience).chain(alternate)
}

/// Whether the taxonomy has this code of a field (`type`, `channel`, `category`…). Fields without a table take anything.
///
/// # Errors
///
/// `not_in_taxonomy`, with what may have been meant.
pub fn check_code(taxonomy: &'static Taxonomy, field: &'static str, value: &str) -> Result<(), Failure> {
    match codes_of(taxonomy, field) {
        Some(codes) if !codes.contains(&value) => Err(Failure::not_in_taxonomy(field, value, codes.into_iter())),
        _ => Ok(()),
    }
}

/// Works out what a new case is: codes, protection, audience and readers. Nothing is written.
pub(crate) fn prepare(
    log: &Log,
    shared: &Shared,
    member: &MemberId,
    mut new: NewCase,
    intake: &Intake<'_>,
) -> Result<Prepared, Failure> {
    let taxonomy = shared.taxonomy;
    members::require(shared, member, Capabilities::INTAKE)?;
    check_code(taxonomy, "type", &new.case_type)?;
    check_code(taxonomy, "channel", &new.channel)?;
    check_codes(taxonomy, &new)?;
    let codes = TaxonomyCodes::of(shared, &shared.zone_at(&site_scope(&log.org, intake.site)));
    let codes = if intake.codes_stand { codes.standing() } else { codes };
    new.put_codes(&codes).map_err(|error| {
        let mut failure = refusal(taxonomy, &error, "");
        failure.where_.retain(|(name, _)| *name != "ref");
        failure
    })?;
    let categories = || new.category.iter().chain(&new.other_categories).map(String::as_str);
    let mut level = taxonomy.sensitivity_of(categories());
    if let Some(asked) = &new.sensitivity {
        let levels = ["s0", "s1", "s2", "s3"].into_iter();
        let asked = Level::from_code(asked).ok_or_else(|| Failure::not_in_taxonomy("sensitivity", asked, levels))?;
        level = level.max(asked);
    }
    let names_somebody = intake.recuse.is_some_and(|recuse| !recuse.is_empty());
    if new.allegation.is_some() || new.accused.is_some() || names_somebody {
        level = level.max(Level::S2);
    }
    let audience = match intake.restricted {
        Some(told) => told.map(str::to_owned),
        None => {
            let main = taxonomy.main_category(categories()).map(Coded::code);
            taxonomy
                .starting_audience(&new.channel, main.or(new.category.as_deref()), intake.capture)
                .map(|a| a.code().to_owned())
        }
    };
    let audience = audience.or_else(|| level.restricted().then(|| taxonomy.audience_of_named(categories()).to_owned()));
    if audience.is_some() {
        level = level.max(Level::S2);
    }
    let mut set_aside = SetAside::default();
    if let Some(recuse) = intake.recuse {
        let accused = new.accused.as_ref().map(|words| words.0.as_str());
        set_aside = set_aside::set_aside(shared, Told { recuse, accused, not_them: intake.not_them })?;
        new.recuse = Some(set_aside.recusals.clone());
    }
    let mut prepared = Prepared {
        scope: site_scope(&log.org, intake.site),
        site: intake.site.to_owned(),
        restricted: audience,
        new: Box::new(new),
        readers: Vec::new(),
        level,
        decoys: None,
        set_aside,
        held: None,
        link: None,
        persons: Vec::new(),
    };
    if let Some(code) = prepared.restricted.clone() {
        let recused = prepared.new.recuse.as_ref().ok_or_else(|| Failure::new("recusal_not_asked"))?;
        match set_aside::first_readers(log, shared, &code, recused) {
            Ok(readers) => (prepared.restricted, prepared.readers) = (Some(readers.audience), readers.keys),
            Err(nobody) => {
                let told = intake.recuse.unwrap_or_default().to_vec();
                let terms = HeldTerms { told, not_them: intake.not_them.to_vec() };
                let call = nobody.args.into_iter().find(|(name, _)| *name == "call");
                prepared.held = Some((terms, call.map(|(_, names)| names).unwrap_or_default()));
            }
        }
    }
    Ok(prepared)
}

/// Whether what was said of sealing means something: nothing else of a case is known yet.
pub(crate) fn before_asking(shared: &Shared, seal: &SealOptions) -> Result<Json, Failure> {
    let unknown = |named: &&String| !shared.taxonomy.audiences.contains(named);
    if let Some(named) = seal.audience.as_ref().filter(unknown) {
        return Err(Failure::new("audience_not_found").arg("audience", named));
    }
    recusals(shared, seal.recuse.as_deref().unwrap_or_default())?;
    Ok(json!({}))
}

/// Names of members and codes of roles as recusals.
pub(crate) fn recusals(shared: &Shared, names: &[String]) -> Result<Vec<Recusal>, Failure> {
    let mut recusals = Vec::new();
    for name in names {
        // all devices of one person: every id that bears the name
        let ids = shared.called(name, shared.roster.members.keys());
        recusals.extend(ids.iter().copied().map(Recusal::Member));
        if let Some(role) = role_called(shared.taxonomy, name) {
            // somebody may have been called so before that was refused: both are meant
            recusals.push(Recusal::Role(role.to_owned()));
        } else if shared.roster.founding.is_none() {
            recusals.extend(invited_by_name(shared, name)?.into_iter().map(Recusal::Member));
        } else if ids.is_empty() {
            recusals.push(Recusal::Member(members::find_member(shared, name)?));
        }
    }
    Ok(recusals)
}

/// KEM keys that get the content key: the audience's epoch key; or, when someone is recused, each remaining member's
/// own key, of the audience or of its alternate. Nothing is sealed to nobody.
pub(crate) fn readers(
    log: &Log,
    shared: &Shared,
    audience: &str,
    recused: &[Recusal],
) -> Result<Vec<[u8; 32]>, Failure> {
    let nobody = || Failure::new("no_reader_left").arg("audience", audience);
    if recused.is_empty() {
        return Ok(vec![audience_pk(log, shared, audience).ok_or_else(nobody)?]);
    }
    let left = not_recused(log, shared, audience, recused).ok_or_else(nobody)?;
    Ok(left.into_iter().map(|person| person.x).take(GRANT_SLOTS).collect())
}

/// Who is left of an audience when somebody is recused: of its alternate where nobody is. `None`: of neither.
fn not_recused(log: &Log, shared: &Shared, audience: &str, recused: &[Recusal]) -> Option<Vec<Holder>> {
    let may =
        |person: &Holder| !is_recused(recused, &person.member, |role| person.roles.iter().any(|held| held == role));
    let left = |code| holders(log, shared, code).into_iter().filter(may).collect::<Vec<_>>();
    or_alternate(shared.taxonomy, audience).map(left).find(|left| !left.is_empty())
}

/// How many of those who read the audience are not given a case that someone is recused from: one grant has so many
/// slots and no more.
fn left_out(log: &Log, shared: &Shared, audience: &str, recused: &[Recusal]) -> usize {
    if recused.is_empty() {
        return 0;
    }
    not_recused(log, shared, audience, recused).map_or(0, |left| left.len()).saturating_sub(GRANT_SLOTS)
}

/// Says so, where it is so.
fn warn_of_left_out(log: &Log, shared: &Shared, audience: Option<&str>, recused: &[Recusal], reply: &mut Json) {
    let left_out = audience.map_or(0, |audience| left_out(log, shared, audience, recused));
    if left_out > 0
        && let Some(warnings) = reply["warnings"].as_array_mut()
    {
        warnings.push("readers_left_out".into());
    }
}

/// KEM keys for a new segment of a case that someone is recused from: members of today among those it was sealed to,
/// each by their own key, and the writer, who reads it. Whoever joined an audience later reads nothing of such a case
/// until somebody who does offers it to them.
fn readers_as_before(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    audience: &str,
    recused: &[Recusal],
) -> Result<Vec<[u8; 32]>, Failure> {
    let snapshot = log.store.read()?;
    let document = &loaded.document;
    let mut births = cases::case_entries(log, &snapshot, shared, &loaded.scope, &loaded.doc)?;
    births.retain(|entry| {
        let follows = entry.header().deps.iter().any(|dep| document.counted.contains(dep));
        document.counted.contains(&entry.id()) && !follows
    });
    drop(snapshot);
    let has_role = |id: &MemberId, role: &str| shared.roster.members.get(id).is_some_and(|held| held.has_role(role));
    let may = |id: &MemberId| !is_recused(recused, id, |role| has_role(id, role));
    // of an audience of which nobody was left, its alternate: as when it was sealed
    let mut members = std::collections::BTreeSet::new();
    for code in or_alternate(shared.taxonomy, audience) {
        let id = seal::named_audience(&log.org, code);
        let mut then = std::collections::BTreeSet::new();
        for birth in &births {
            then.extend(shared.roster.wrapped_at(&id, &birth.header().auth).unwrap_or_default());
        }
        then.retain(may);
        if !then.is_empty() {
            members
                .extend(members::audience_members(log, shared, &id).into_iter().filter(|member| then.contains(member)));
            break;
        }
    }
    members.remove(&reader.member());
    let own = std::iter::once(reader.member());
    let keys = own.chain(members).filter_map(|id| shared.roster.members.get(&id).map(|member| member.keys.x));
    Ok(keys.take(GRANT_SLOTS).collect())
}

/// Who holds an audience's current epoch: by the log, else by the invitation.
fn holders(log: &Log, shared: &Shared, audience: &str) -> Vec<Holder> {
    if shared.roster.founding.is_some() {
        let members = members::audience_members(log, shared, &seal::named_audience(&log.org, audience)).into_iter();
        let known = members.filter_map(|id| Some((id, shared.roster.members.get(&id)?)));
        let roles = |held: &Member| held.roles.iter().map(|held| held.role.clone()).collect();
        return known.map(|(member, held)| Holder { member, x: held.keys.x, roles: roles(held) }).collect();
    }
    let mut holders: Vec<Holder> = Vec::new();
    for told in &shared.invitations {
        let Some(at) = told.audiences.iter().position(|key| key.name == audience) else { continue };
        let of = |person: &&Person| u32::try_from(at).is_ok_and(|at| person.audiences.contains(&at));
        for Person { member, x, roles, .. } in told.people.iter().filter(of) {
            if holders.iter().all(|holder| holder.member != *member) {
                holders.push(Holder { member: *member, x: *x, roles: roles.clone() });
            }
        }
    }
    holders
}

/// The members an invitation tells of by this name, and those of this home. Of anybody else a newcomer knows nothing:
/// nobody is taken for recused who might be a reader under another spelling.
fn invited_by_name(shared: &Shared, name: &str) -> Result<Vec<MemberId>, Failure> {
    let told = shared.invitations.iter().flat_map(|told| {
        told.people.iter().filter(|person| told.is_tag_of(&person.tag, name)).map(|person| person.member)
    });
    let mut found: Vec<MemberId> = told.chain(shared.called(name, &shared.here)).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() {
        return Err(Failure::new("recusal_unknown").arg("member", name));
    }
    Ok(found)
}

/// The current public key of an audience: from the log, else from the invitation.
fn audience_pk(log: &Log, shared: &Shared, name: &str) -> Option<[u8; 32]> {
    audience_key(log, shared, name).map(|(_, pk)| pk)
}

fn audience_key(log: &Log, shared: &Shared, name: &str) -> Option<(u32, [u8; 32])> {
    let id = audience_of_name(&log.org, name);
    if let Some(current) = shared.roster.audiences.get(&id).and_then(|a| a.current()) {
        return Some((current.epoch, current.pk));
    }
    let keys = shared.invitations.iter().flat_map(|i| &i.audiences);
    keys.filter(|k| k.name == name).max_by_key(|k| k.epoch).map(|k| (k.epoch, k.pk))
}

/// Name of the ordinary audience of a scope (`site/JER`).
fn ordinary_name(log: &Log, shared: &Shared, scope: &ScopeId) -> Result<String, Failure> {
    let known = shared.site_with(scope).map(|site| site.op.code.clone());
    let own = || shared.invitations.iter().map(|i| &i.site).find(|s| site_scope(&log.org, s) == *scope).cloned();
    known.or_else(own).map(|site| format!("site/{site}")).ok_or_else(|| Failure::new("sync_first"))
}

/// The numbers of this node, where somebody gave it some.
fn nodes_of(log: &Log, shared: &Shared) -> Option<[u32; 3]> {
    shared.roster.devices.get(&log.device).map(|d| d.nodes).or_else(|| shared.pinned().map(|i| i.nodes))
}

/// The next number of a case, as node and counter; `None` while none is at hand.
fn next_number(log: &Log, tx: &mut Tx<'_>, shared: &Shared) -> Result<Option<(u32, u32)>, Failure> {
    let spare = tx.get(Space::Counters, b"spare")?.and_then(|v| v.first().copied()).unwrap_or(0);
    let Some(node) = nodes_of(log, shared).and_then(|n| n.get(usize::from(spare)).copied()) else { return Ok(None) };
    let held = tx.get(Space::Counters, b"counter")?;
    let last = held.and_then(|v| v.as_slice().try_into().ok()).map_or(0, u32::from_be_bytes);
    let counter = last.checked_add(1).ok_or_else(|| Failure::new("no_numbers_left"))?;
    tx.put(Space::Counters, b"counter", &counter.to_be_bytes())?;
    Ok(Some((node, counter)))
}

/// The reference of the slip that it was typed from, where that was reserved here, or the next one, or a provisional mark while
/// no number is at hand.
pub(crate) fn mint(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    site: &str,
    slip: Option<&str>,
    entropy: &mut Entropy,
) -> Result<Minted, Failure> {
    let nodes = nodes_of(log, shared);
    let of_slip = slip.zip(nodes).map(|(slip, nodes)| slips::take(tx, &nodes, slip)).transpose()?.flatten();
    let number = match of_slip {
        Some(number) => Some(number),
        None => next_number(log, tx, shared)?,
    };
    let site: SiteCode = site.parse().map_err(|_| Failure::new("bad_site_code").arg("site", site))?;
    let Some((node, counter)) = number else {
        let mark = Provisional::draw(site, entropy.bytes());
        // without a number the device itself says where the case began
        return Ok(Minted { reference: None, provisional: Some(mark.to_string()), node: log.device.short() });
    };
    let reference =
        Reference::new(site, node, counter).map_err(|error| Failure::new("no_numbers_left").because(&error))?;
    Ok(Minted { reference: Some(reference.to_string()), provisional: None, node: node.to_string() })
}

/// Writes a prepared case. Its reference is durable once the transaction is.
pub(crate) fn create(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &mut Reader,
    prepared: &Prepared,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<Created, Failure> {
    let slip = prepared.new.slip.as_deref();
    let minted = mint(log, tx, shared, &prepared.site, slip, entropy)?;
    let created = create_as(log, tx, shared, reader, prepared, &minted, now_ms, entropy)?;
    tx.put(Space::Meta, &meta::last_case(&reader.member()), &created.case_id.0)?;
    Ok(created)
}

/// What the first entry of a prepared case says.
///
/// # Errors
///
/// What of it no case can say.
pub(crate) fn birth_ops(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    prepared: &Prepared,
    minted: &Minted,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<EditOps, Failure> {
    let taxonomy = shared.taxonomy;
    let site = prepared.site.as_str();
    let zone = shared.zone_at(&prepared.scope);
    let restricted = prepared.restricted.as_ref().map(|audience| RestrictedBirth {
        audience: audience.clone(),
        week: prepared.week(&zone, now_ms).to_string(),
        region: region_of(shared, site),
    });
    let mut new = prepared.new.as_ref().clone();
    new.sensitivity = Some(prepared.level.code().to_owned());
    let birth = Birth {
        reference: minted.reference.clone(),
        provisional: minted.provisional.clone(),
        origin_node: minted.node.clone(),
        origin_site: site.to_owned(),
        origin_org: log.org.to_string(),
        handling_site: None,
        taxonomy_version: taxonomy.version.clone(),
        restricted,
        link: prepared.link,
        shared_with: prepared.persons.clone(),
    };
    let author = Author::of(shared, reader, TaxonomyCodes::of(shared, &zone).standing(), now_ms);
    let ctx = author.on(None, entropy.bytes());
    Edit::Create(Box::new(Creation { new, birth })).to_ops(&ctx).map_err(|error| {
        let mut failure = refusal(taxonomy, &error, &minted.mark());
        // a case that is not made has no reference
        failure.where_.retain(|(name, _)| *name != "ref");
        failure
    })
}

/// Writes a prepared case under a reference it has already.
#[expect(clippy::too_many_arguments, reason = "a case, its name and its time")]
pub(crate) fn create_as(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &mut Reader,
    prepared: &Prepared,
    minted: &Minted,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<Created, Failure> {
    let ops = birth_ops(log, shared, reader, prepared, minted, now_ms, entropy)?;
    let mark = minted.mark();
    let sensitive = match (&prepared.restricted, &prepared.decoys) {
        (None, None) => SensitiveKey::None,
        (None, Some(decoys)) => SensitiveKey::Decoys(decoys.clone()),
        (Some(_), _) => SensitiveKey::New(entropy.secret(), prepared.readers.clone()),
    };
    open_stream(log, tx, shared, reader, &prepared.scope, entropy)?;
    let incarnation = log.incarnation();
    let place = log.next_position(tx, &prepared.scope, incarnation);
    let salt = entropy.bytes();
    let week = || prepared.week(&shared.zone_at(&prepared.scope), now_ms);
    let week_start_ms = prepared.restricted.is_some().then(|| week().monday().midnight_ms());
    let case_id = birth_doc(&log.org, &prepared.scope, &log.device, &incarnation, place.seq, &salt);
    let write = Write {
        scope: prepared.scope,
        doc: case_id,
        ops,
        deps: Vec::new(),
        birth: true,
        week_start_ms,
        sensitive,
        current: None,
        generation: 0,
        salt,
        alone: false,
    };
    let entry = append_edit(log, tx, shared, reader, write, now_ms, entropy)?;
    if prepared.restricted.is_some() {
        reclassify::keep_captured(tx, reader, case_id, 0, &mark, entry, &prepared.readers, now_ms)?;
    }
    if prepared.new.priority.as_deref() == Some(URGENT) {
        mark_urgent(tx, &prepared.scope, &incarnation, place.seq)?;
    }
    Ok(minted.as_created(case_id))
}

/// One act on an existing case, of which nobody has said what sealing would need.
pub(crate) fn act(log: &Log, reader: &mut Reader, typed: &str, edit: &Edit, now_ms: i64) -> Result<Json, Failure> {
    act_with(log, reader, typed, edit, &SealOptions::default(), now_ms)
}

/// One act on an existing case. What would make an ordinary case a restricted one seals it, what finds an undecided
/// one ordinary opens it: both write it anew.
pub(crate) fn act_with(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    edit: &Edit,
    seal: &SealOptions,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    members::require(&shared, &reader.member(), Capabilities::INTAKE)?;
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let edit = &whom_found(log, &shared, reader, edit, typed, (&loaded, now_ms))?;
    let named = naming_somebody(&shared, edit, seal, &loaded);
    let (edit, seal) = named.as_ref().map_or((edit, seal), |(edit, seal)| (edit, seal));
    let (mut loaded, deps) = at_heads(log, &shared, reader, loaded)?;
    let view = loaded.view(now_ms);
    let captured = || captured_mark(log, loaded.doc).ok().flatten();
    let mark = view.mark().map(str::to_owned).or_else(captured);
    let mark = mark.unwrap_or_else(|| typed.to_owned());
    if let Some(level) = opening(&shared, edit, &view)? {
        let (reason, act) = match edit {
            Edit::Lower { reason, .. } => (Some(reason), None),
            other => (None, Some(other)),
        };
        let turn = Reclassify::Open { level, reason, edit: act };
        // what came late goes into the sealed case before it is opened; where the opening is refused, nothing does
        reclassify::reclassification(log, &shared, reader, &loaded, &turn, seal, &mark, now_ms)?;
        if reclassify::rewrap_late(log, &shared, reader, &loaded, now_ms) {
            let carried = cases::load(log, &log.store.read()?, &shared, reader, loaded.scope, loaded.doc)?;
            (loaded, _) = at_heads(log, &shared, reader, carried)?;
        }
        return turn_and_tell(log, &shared, reader, &loaded, &turn, seal, &mark, now_ms);
    }
    let mut ops = match ops_on(&shared, reader, &loaded, edit, now_ms)? {
        Err(EditRefusal::NeedsSealing { .. })
            if view.shape == Shape::Ordinary && matches!(edit, Edit::Raise { .. } | Edit::Triage { .. }) =>
        {
            return turn_and_tell(log, &shared, reader, &loaded, &Reclassify::For(edit), seal, &mark, now_ms);
        }
        Err(EditRefusal::OutsideAudience) => {
            return Err(outside::refusal(log, &shared, reader, &loaded).arg("ref", &mark).at("ref", &mark));
        }
        other => other.map_err(|error| refused_edit(shared.taxonomy, edit, &error, &mark))?,
    };
    linking::must_go_on(log, &shared, reader, edit, &view, now_ms).map_err(|refused| refused.at("ref", &mark))?;
    // whoever gives a case back gives it to somebody, too
    let receiver = || gifts::assigned_in(&ops.open).or_else(|| gifts::assigned_in(&ops.sensitive));
    let returns = if matches!(edit, Edit::Return { .. }) { receiver() } else { None };
    // who sent the case on holds what they sent: it goes back to them whatever the person refused to have passed on
    let is_sender = |to: &Who| transfer::sender(&shared, &loaded).map(Who::Member).as_ref() == Some(to);
    let returns = returns.filter(|to| !is_sender(to)).map(|to| Edit::Assign { to: to.into() });
    let hands_out = returns.as_ref().unwrap_or(edit);
    assigning::may_hand_out(log, &shared, &reader.member(), &loaded, (&view, now_ms), hands_out, &mark)?;
    let was_given = view.work.as_ref().is_some_and(|work| work.ever_assigned);
    let is_settled = !was_given && gifts::assigned_in(&ops.open).is_some();
    let given_back = transfer::answer_back(&shared, &loaded, &view, &reader.member(), edit, &mut ops);
    let reply_there = transfer::reply_there(log, &shared, reader, &view, edit, now_ms)?;
    if !ops.is_empty() {
        let mut entropy = entropy()?;
        let sensitive = sensitive_key(log, &shared, reader, &loaded, &ops, &view, &mut entropy)?;
        let write = Write::on(Arc::clone(&loaded), deps, ops, sensitive);
        let (member, incarnation, scope) = (reader.member(), log.incarnation(), loaded.scope);
        log.commit(|tx| {
            append_edit(log, tx, &shared, reader, write, now_ms, &mut entropy)?;
            if asks_for_haste(edit) {
                let seq = log.next_position(tx, &scope, incarnation).seq.saturating_sub(1);
                mark_urgent(tx, &scope, &incarnation, seq)?;
            }
            if let Some((half, ops)) = &reply_there {
                let write = Write::on(Arc::clone(half), self::deps(log, half), ops.clone(), SensitiveKey::None);
                append_edit(log, tx, &shared, reader, write, now_ms, &mut entropy)?;
            }
            Ok(tx.put(Space::Meta, &meta::last_case(&member), &loaded.doc.0)?)
        })?;
    }
    if !loaded.document.late.is_empty() {
        // beside what was just done, as something nobody here had seen
        let now = cases::load(log, &log.store.read()?, &shared, reader, loaded.scope, loaded.doc)?;
        reclassify::rewrap_late(log, &shared, reader, &now, now_ms);
    }
    let mut reply = after(log, &shared, reader, &loaded, &mark, None, now_ms)?;
    match edit {
        Edit::Outside { .. } => reply["outside"] = json!(true),
        Edit::Ask { of, .. } => reply["to"] = json!(whom_named(&shared, of)),
        Edit::Answer(Telling { interim_until: Some(_), .. }) => reply["interim"] = json!(true),
        Edit::Appeal { refused } => {
            let now = cases::load(log, &log.store.read()?, &shared, reader, loaded.scope, loaded.doc)?.view(now_ms);
            let level = now.work.and_then(|work| work.level);
            reply["refused"] = json!(refused);
            reply["level"] = json!(level);
            if let Some(row) = level.and_then(|level| shared.own.get(OwnTable::Level, &level.code)) {
                reply["level"]["labels"] = json!(row.label);
            }
        }
        Edit::Notify { body, by, .. } => tell_of_notice(&shared, &view, body, by, &mut reply),
        _ => {}
    }
    tell_of_answer(edit, &view, is_settled, shared.zone_at(&loaded.scope), &mut reply);
    if let Edit::Share { with, stop } = edit {
        reply["with"] = json!(whom_named(&shared, with));
        reply["stopped"] = json!(stop);
    }
    if let Some(site) = given_back
        && let Some(warnings) = reply["warnings"].as_array_mut()
    {
        warnings.push("sender_reads".into());
        reply["sender_site"] = json!(site);
    }
    if let Some((half, _)) = &reply_there
        && let Some(warnings) = reply["warnings"].as_array_mut()
    {
        warnings.push("went_there_too".into());
        reply["half"] = json!({"ref": half.view(now_ms).mark(), "site": assigning::case_site(&shared, half)});
    }
    let me = Who::Member(reader.member());
    let to = edit.given_to(&me).filter(|who| *who != me);
    if to.is_some() || matches!(edit, Edit::Settle { .. } | Edit::Reopen { .. } | Edit::Return { .. }) {
        let now = cases::load(log, &log.store.read()?, &shared, reader, loaded.scope, loaded.doc)?;
        assigning::tell_of_assignee(log, &shared, &reader.member(), &now, (&now.view(now_ms), now_ms), to, &mut reply);
    }
    if let Edit::Consent { purpose, answer, .. } = edit
        && refuses_record(purpose, answer)
        && names_person(&view)
        && let Some(warnings) = reply["warnings"].as_array_mut()
    {
        warnings.push("identity_kept".into());
    }
    Ok(reply)
}

/// Who was told, how, and with what: what was kept back, and why, is said as well.
fn tell_of_notice(shared: &Shared, view: &CaseView, body: &str, by: &str, reply: &mut Json) {
    let Some(row) = shared.own.find(OwnTable::Body, body) else { return };
    let told = ToTell::of(view, row);
    reply["notice"] = json!({
        "body": row.code, "label": row.called("fr"), "labels": row.label, "reach": row.reach, "by": by,
        "fields": told.goes, "kept_back": told.kept_back,
    });
}

/// What an answer says besides: that the person came, that whoever answers had the case, that a promise is a long one.
fn tell_of_answer(edit: &Edit, before: &CaseView, is_settled: bool, zone: Zone, reply: &mut Json) {
    let (Edit::Answer(tells), Some(work), Shape::Ordinary) = (edit, &before.work, before.shape) else { return };
    let Some(warnings) = reply["warnings"].as_array_mut() else { return };
    let is_told = tells.text.as_ref().is_some_and(|text| !text.0.trim().is_empty());
    if is_told && work.contact.is_refusal() && !tells.came {
        warnings.push("told_as_came".into());
    }
    if is_settled {
        warnings.push("settled_on_the_spot".into());
    }
    let promised = tells.interim_until.map(|until| zone.until_ms(until));
    if promised.zip(work.due_at_ms).is_some_and(|(promised, due)| promised > due) {
        warnings.push("interim_overdue".into());
    }
}

/// A triage of an ordinary case that says who must not see it: it asks for sealing, whatever its category.
fn naming_somebody(shared: &Shared, edit: &Edit, seal: &SealOptions, loaded: &Loaded) -> Option<(Edit, SealOptions)> {
    let Edit::Triage { category, .. } = edit else { return None };
    let says = seal.accused.as_ref().is_some_and(|words| !words.0.trim().is_empty());
    if loaded.layers().restricted() || !(says || seal.recuse.as_ref().is_some_and(|recuse| !recuse.is_empty())) {
        return None;
    }
    let (mut edit, mut seal) = (edit.clone(), seal.clone());
    if let Edit::Triage { sensitivity, .. } = &mut edit {
        *sensitivity = (*sensitivity).max(Some(Level::S2));
    }
    let view = loaded.view(0);
    let code = category.as_deref().or_else(|| view.text("category"));
    let of = code.and_then(|code| shared.taxonomy.sub_categories.get(code));
    seal.recuse.get_or_insert_default();
    if seal.audience.is_none() && of.is_some_and(|sub| sub.audience.is_none()) {
        let named = shared.taxonomy.audience_of_named(code);
        seal.audience = (named != TRIAGE).then(|| named.to_owned());
    }
    Some((edit, seal))
}

/// What an act writes on a case, or why it is refused.
fn ops_on(
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    edit: &Edit,
    now_ms: i64,
) -> Result<Result<EditOps, EditRefusal>, Failure> {
    let author = Author::of(shared, reader, loaded.codes(), now_ms);
    let sender = transfer::sender(shared, loaded);
    Ok(edit.to_ops(&EditContext { sender, ..author.on(Some(loaded), fresh()?) }))
}

/// What acts ask of whoever writes them, and when.
pub(crate) struct Author {
    member: MemberId,
    roles: Vec<String>,
    stands_in_for: Vec<MemberId>,
    codes: TaxonomyCodes,
    now_ms: i64,
}

impl Author {
    pub(crate) fn of(shared: &Shared, reader: &Reader, codes: TaxonomyCodes, now_ms: i64) -> Self {
        let member = reader.member();
        let (roles, stands_in_for) = (members::roles(shared, &member), shared.stands_in_for(&member, now_ms));
        Self { member, roles, stands_in_for, codes, now_ms }
    }

    /// An act of theirs on a case, or on a new one.
    pub(crate) fn on<'a>(&'a self, case: Option<&'a Loaded>, entropy: [u8; 32]) -> EditContext<'a> {
        EditContext {
            case: case.map(Loaded::layers),
            member: self.member,
            roles: &self.roles,
            stands_in_for: &self.stands_in_for,
            sender: None,
            now_ms: self.now_ms,
            entropy,
            codes: &self.codes,
            policy: Policy::default(),
        }
    }
}

/// Stands for whoever a case goes to by the routing of its site, or by its category.
const AUTO: &str = "auto";

/// The act, with the member or role, or the site that a share ends with, in the place of what was typed.
fn whom_found(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    edit: &Edit,
    case: &str,
    (loaded, now_ms): (&Loaded, i64),
) -> Result<Edit, Failure> {
    let mut edit = edit.clone();
    // what the sender writes to a half that came back with a question answers it
    if let Edit::Note { text } = &edit
        && transfer::asks(shared, reader, loaded, &loaded.view(now_ms), now_ms)
    {
        return Ok(Edit::Reply { text: text.clone() });
    }
    let is_assigning = matches!(edit, Edit::Assign { .. });
    let sharing = match &edit {
        Edit::Share { stop, .. } => Some(*stop),
        _ => None,
    };
    let Some(whom) = edit.whom_mut() else { return Ok(edit) };
    let Whom::Typed(typed) = &*whom else { return Ok(edit) };
    let found = cases::who(shared, reader, &typed.0).map(Whom::Found);
    let found = found.or_else(|unknown| match (sharing, members::known_site(shared, &typed.0)) {
        (Some(true), Ok(code)) => Ok(Whom::Site { code, own: assigning::case_site(shared, loaded).to_owned() }),
        _ if is_assigning && typed.0.trim() == AUTO => {
            let view = loaded.view(now_ms);
            let suggested = assigning::suggested(log, shared, loaded, &view, now_ms);
            let mark = view.mark().unwrap_or(case);
            let suggested = suggested.ok_or_else(|| Failure::new("no_route").arg("ref", mark).at("ref", mark))?;
            Ok(Whom::Found(suggested.who))
        }
        (Some(false), Ok(site)) => Err(Failure::new("share_is_for_persons").arg("site", site).arg("ref", case)),
        _ => Err(unknown),
    })?;
    *whom = found;
    Ok(edit)
}

/// As people call them.
fn whom_named(shared: &Shared, whom: &Whom) -> String {
    match whom {
        Whom::Found(who) => called::named(shared, &who.to_string()),
        Whom::Site { code, .. } => code.clone(),
        Whom::Typed(typed) => typed.0.clone(),
    }
}

/// What an act builds on: the case as it is, or as much of it as one header can name.
fn at_heads(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: Arc<Loaded>,
) -> Result<(Arc<Loaded>, Vec<EntryId>), Failure> {
    let deps = deps(log, &loaded);
    match deps.len() < loaded.document.heads.len() {
        true => Ok((cases::load_at(log, shared, reader, &loaded, &deps)?, deps)),
        false => Ok((loaded, deps)),
    }
}

/// `boucle case seal`, and nothing with it.
#[cfg(test)]
pub(crate) fn case_seal(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    reason: &Words,
    seal: &SealOptions,
    now_ms: i64,
) -> Result<Json, Failure> {
    case_seal_with(log, reader, typed, reason, None, seal, now_ms)
}

/// `boucle case seal`; `edit` is done to the case once it is sealed, both or neither.
pub(crate) fn case_seal_with(
    log: &Log,
    reader: &mut Reader,
    typed: &str,
    reason: &Words,
    edit: Option<&Edit>,
    seal: &SealOptions,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    let shared = log.shared();
    let loaded = list::find_case(log, &shared, reader, typed)?;
    let view = loaded.view(now_ms);
    let mark = view.mark().unwrap_or(typed).to_owned();
    let edit = edit.map(|edit| whom_found(log, &shared, reader, edit, typed, (&loaded, now_ms))).transpose()?;
    let edit = edit.as_ref();
    turn_and_tell(log, &shared, reader, &loaded, &Reclassify::Seal { reason, edit }, seal, &mark, now_ms)
}

/// Writes a case anew in the other shape, and replies with it as it is then.
#[expect(clippy::too_many_arguments, reason = "what a turn takes")]
fn turn_and_tell(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    loaded: &Arc<Loaded>,
    turn: &Reclassify<'_>,
    seal: &SealOptions,
    mark: &str,
    now_ms: i64,
) -> Result<Json, Failure> {
    let (audience, aside) = reclassify::reclassify(log, reader, loaded, turn, seal, mark, now_ms)?;
    let mut reply = after(log, shared, reader, loaded, mark, audience.clone(), now_ms)?;
    aside.tell(&mut reply);
    warn_of_left_out(log, shared, audience.as_deref(), &aside.recusals, &mut reply);
    Ok(reply)
}

/// The level left, where an act opens the case: lowered out of what is sealed by its audience, or classified as
/// ordinary while nobody had.
fn opening(shared: &Shared, edit: &Edit, view: &CaseView) -> Result<Option<Level>, Failure> {
    Ok(match edit {
        Edit::Lower { to, .. } if view.shape == Shape::Inside && !to.restricted() => Some(*to),
        Edit::Triage { category: Some(category), sensitivity, .. } if reclassify::is_undecided(view) => {
            let facts = TaxonomyCodes::of(shared, &Zone::UTC).category(category);
            let level = facts.map(|facts| facts.sensitivity.max(sensitivity.unwrap_or(Level::S0)));
            level.filter(|level| !level.restricted())
        }
        _ => None,
    })
}

/// The reference under which a case was captured here.
pub(crate) fn captured_mark(log: &Log, doc: DocId) -> Result<Option<String>, Failure> {
    let bytes = log.store.read()?.get(Space::Outbox, &doc.0)?;
    let kept = bytes.and_then(|bytes| serde_json::from_slice::<Captured>(&bytes).ok());
    Ok(kept.map(|kept| kept.reference))
}

/// What an act replies: the case as it is now.
fn after(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    loaded: &Loaded,
    mark: &str,
    audience: Option<String>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let snapshot = log.store.read()?;
    log.refresh_reader(reader)?;
    let after = cases::load(log, &snapshot, shared, reader, loaded.scope, loaded.doc)?;
    let view = after.view(now_ms);
    let mut reply = json!({
        "ref": mark, "case_id": loaded.doc, "status": view.status_code(),
        "loop_closed": view.work.as_ref().is_some_and(|w| w.loop_closed),
        "conflicts": view.conflicts.len(), "restricted": view.shape != Shape::Ordinary,
        "warnings": view.work.map(|w| w.flags).unwrap_or_default(),
    });
    if let Some(warnings) = reply["warnings"].as_array_mut() {
        warnings.extend(warning_of_standing(shared, reader).map(Json::from));
    }
    if after.document.generation != loaded.document.generation {
        reply["generation"] = json!(after.document.generation);
        reply["readable"] = json!(view.shape != Shape::Outside);
        reply["audience"] = json!(audience);
    }
    Ok(reply)
}

/// That what this member writes reaches nobody until somebody picks among the holders of the invitation.
fn warning_of_standing(shared: &Shared, reader: &Reader) -> Option<&'static str> {
    let held = shared.roster.members.get(&reader.member())?;
    (held.standing == Standing::Suspended).then_some("suspended")
}

/// Heads of the document, at most as many as a header holds: those of this device first, then the lowest ids.
pub(crate) fn deps(log: &Log, loaded: &Loaded) -> Vec<EntryId> {
    let own =
        |head: &EntryId| loaded.document.history.iter().any(|w| w.stamp.entry == *head && w.stamp.device == log.device);
    let (mut first, rest): (Vec<EntryId>, Vec<EntryId>) = loaded.document.heads.iter().copied().partition(own);
    first.extend(rest);
    first.truncate(DEPS_MAX);
    first.sort_unstable();
    first
}

/// The key for sensitive operations on an existing case: the content key this device minted; else a new one, to the
/// case's audience when the writer reads the case (or, where someone is recused, to those it was sealed to), to those it was
/// sealed to at capture when the writer took it down, and into the case's drop boxes by whoever else has a role here.
///
/// # Errors
///
/// `outside_for_good`: the writer cannot read the case, and it has no drop box.
pub(crate) fn sensitive_key(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    ops: &EditOps,
    view: &CaseView,
    entropy: &mut Entropy,
) -> Result<SensitiveKey, Failure> {
    if ops.sensitive.is_empty() {
        return Ok(SensitiveKey::None);
    }
    if view.shape != Shape::Outside {
        if let Some(ck) = reader.keychain.own_content_key(&loaded.doc, loaded.document.generation) {
            return Ok(SensitiveKey::Held(ck.clone()));
        }
        return Ok(SensitiveKey::New(entropy.secret(), sealed_readers(log, shared, reader, loaded, view)?));
    }
    let readers = outside::readers(log, shared, reader, loaded)?;
    match readers.is_empty() {
        true => Err(outside::refusal(log, shared, reader, loaded)),
        false => Ok(SensitiveKey::New(entropy.secret(), readers)),
    }
}

/// The KEM keys of those who read a sealed case: of its audience, and of the persons it was made for.
pub(crate) fn sealed_readers(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    view: &CaseView,
) -> Result<Vec<[u8; 32]>, Failure> {
    let audience = view.text("audience").unwrap_or(TRIAGE);
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    let recused = assigning::as_recusals(recusals);
    let mut readers = match recused.is_empty() {
        true => readers(log, shared, audience, &recused)?,
        false => readers_as_before(log, shared, reader, loaded, audience, &recused)?,
    };
    // whom the case was made for read what the others of them add
    let has_role = |id: &MemberId, role: &str| shared.roster.members.get(id).is_some_and(|held| held.has_role(role));
    let persons = made_for(loaded).into_iter().filter(|id| !is_recused(&recused, id, |role| has_role(id, role)));
    let held = persons.filter_map(|id| shared.roster.members.get(&id));
    let keys = held.filter(|held| held.standing == Standing::Confirmed).map(|held| held.keys.x);
    let more: Vec<[u8; 32]> = keys.filter(|key| !readers.contains(key)).collect();
    readers.extend(more);
    readers.truncate(GRANT_SLOTS);
    Ok(readers)
}

/// The persons a sealed case was made for: those that its birth names, while it is the one that counts. Whoever seals a case
/// later, or had registered it, names nobody by it.
pub(crate) fn made_for(loaded: &Loaded) -> Vec<MemberId> {
    // what nothing stands before is the birth, and what it only says again stands after that
    let is_birth = |order: u64| loaded.document.generation == 0 && order == 0;
    let births = loaded.document.history.iter().filter(|written| is_birth(written.stamp.order));
    let sealed = births.filter(|written| written.layer == Layer::Sensitive);
    let named = sealed.flat_map(|written| &written.ops).filter_map(|op| match op {
        LayerOp::Put { key, .. } => match schema::slot(key)? {
            schema::Slot::Element(field, who) if field.name == "shared_with" => who.parse::<Who>().ok(),
            _ => None,
        },
        LayerOp::Delete { .. } => None,
    });
    named.filter_map(|who| if let Who::Member(id) = who { Some(id) } else { None }).collect()
}

/// Seals, signs and appends one edit, with the grant of a stream key before it where one is due.
pub(crate) fn append_edit(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &mut Reader,
    mut write: Write,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<EntryId, Failure> {
    let incarnation = log.incarnation();
    let (stream, audience) = open_stream(log, tx, shared, reader, &write.scope, entropy)?;
    let term = give(log, tx, shared, reader, &mut write, audience, &stream, now_ms, entropy)?;
    let hint = audience_hint(&audience.id, audience.epoch, term);
    // from the log, or from the invitation: nothing is written that the scope's other devices could not open
    let (epoch, key) = reader.keychain.newest_open(&write.scope).ok_or_else(|| Failure::new("sync_first"))?;
    let open = LayerKey { key: key.clone(), hint: open_hint(epoch) };
    let personal = LayerKey { key: case_key(&stream, &write.doc, write.generation, term), hint };
    let place = log.next_position(tx, &write.scope, incarnation);
    let sensitive = match &write.sensitive {
        SensitiveKey::None | SensitiveKey::Decoys(_) => LayerKey { key: entropy.secret(), hint: entropy.bytes() },
        SensitiveKey::Held(ck) | SensitiveKey::New(ck, _) => {
            LayerKey { key: ck.clone(), hint: sensitive_hint(ck, &write.doc, &log.device, &incarnation, place.seq) }
        }
    };
    let mut sections = Vec::with_capacity(4);
    for (layer, key) in Layer::ALL.into_iter().zip([open, personal, sensitive]) {
        let sealing = sealing(log, reader, &write, layer, key.key, place.seq, incarnation, now_ms, entropy)?;
        match sealing {
            Some(sealing) => sections.push(SectionPlan::Sealed { layer, hint: key.hint, sealing }),
            None if write.birth => sections.push(SectionPlan::Padding { layer, hint: key.hint }),
            None => {}
        }
    }
    match &write.sensitive {
        SensitiveKey::New(ck, readers) => {
            sections.push(SectionPlan::Grant { hint: write.salt, to: Some((ck.clone(), readers.clone())) });
        }
        SensitiveKey::Decoys(decoys) => {
            sections.push(SectionPlan::Decoys { hint: write.salt, section: decoys.clone() });
        }
        _ if write.birth => sections.push(SectionPlan::Grant { hint: write.salt, to: None }),
        _ => {}
    }
    let edit = Draft {
        scope: write.scope,
        kind: Kind::Edit,
        doc: write.doc,
        incarnation,
        auth: log.auth(shared),
        deps: write.deps.clone(),
        sections,
    };
    let entry = edit.append(log, tx, Some(&reader.ed), entropy)?;
    let site = shared.site_with(&write.scope).map(|site| site.op.code.as_str());
    arrivals::note_own(tx, entry.header(), write.ops.layer(Layer::Open), site)?;
    // the open mark of a restricted case tells only the week, and so does what is kept of it
    let claimed_ms = write.week_start_ms.map_or(now_ms, |week| week.min(now_ms));
    clock::note_own(tx, claimed_ms, entry.id(), now::machine(log).built_ms)?;
    // nothing of such an entry tells its own author whose it is, once it is sealed
    let is_signed_below = !write.ops.layer(Layer::Personal).is_empty()
        || (write.week_start_ms.is_none() && !write.ops.layer(Layer::Open).is_empty());
    if !is_signed_below {
        let access = reader.secrets.store_access();
        tx.put_member(MemberSpace::Rows, &access, &written_key(&entry.id()), &[1])?;
    }
    reader.keychain.add_stream(write.scope, crdt_model::values::ChainKey { device: log.device, incarnation }, stream);
    Ok(entry.id())
}

/// Adds to an act what it gives to those the case is given to. The term of what is written.
#[expect(clippy::too_many_arguments, reason = "one call site")]
fn give(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &Reader,
    write: &mut Write,
    audience: SiteAudience,
    stream: &Secret,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<u16, Failure> {
    let Some(current) = write.current.clone() else { return Ok(0) };
    if write.birth || write.generation != current.document.generation {
        return Ok(0);
    }
    let stream = (!write.ops.personal.is_empty()).then_some(stream);
    let given = gifts::gifts(log, shared, reader, &current, audience, &write.ops, stream, now_ms);
    gifts::grant_roles(log, tx, shared, reader, &write.scope, &given, entropy)?;
    write.ops.open.extend(given.ops);
    Ok(given.term)
}

/// This member's stream key of the scope's chain, with the audience that reads what is sealed under it; granted to that
/// audience first, where that is still due.
fn open_stream(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &Reader,
    scope: &ScopeId,
    entropy: &mut Entropy,
) -> Result<(Secret, SiteAudience), Failure> {
    let incarnation = log.incarnation();
    let name = ordinary_name(log, shared, scope)?;
    let id = audience_of_name(&log.org, &name);
    let (epoch, pk) =
        audience_key(log, shared, &name).ok_or_else(|| Failure::new("no_reader_left").arg("audience", &name))?;
    let stream = log.own_stream(reader, &incarnation, scope, &id, epoch);
    grant_stream(log, tx, shared, reader, scope, (id, epoch, &pk), &stream, incarnation, entropy)?;
    Ok((stream, SiteAudience { id, epoch, pk }))
}

/// The plaintext of one layer of an act, or `None` where it writes nothing.
#[expect(clippy::too_many_arguments, reason = "one call site")]
fn sealing(
    log: &Log,
    reader: &Reader,
    write: &Write,
    layer: Layer,
    key: Secret,
    seq: u64,
    incarnation: Incarnation,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<Option<Sealing>, Failure> {
    let ops = write.ops.layer(layer);
    if ops.is_empty() {
        return Ok(None);
    }
    let at = usize::from(layer.code());
    let readable = write.current.as_ref().is_some_and(|c| c.document.states[at].is_some());
    let drop_box = !write.birth && (write.alone || !readable);
    // the open mark of a restricted case names nobody and tells only the week
    let nameless = layer == Layer::Open && write.week_start_ms.is_some();
    let member = if nameless { MemberId::ZERO } else { reader.member() };
    let actor = ActorOf {
        org: &log.org,
        scope: &write.scope,
        doc: &write.doc,
        layer: layer.code(),
        generation: write.generation,
        device: &log.device,
        incarnation: &incarnation,
        member: &member,
        drop_box_seq: drop_box.then_some(seq),
    };
    let empty = LayerDoc::new();
    let doc = match &write.current {
        Some(current) if readable && !write.alone => &current.document.docs[at],
        _ => &empty,
    };
    let change = doc.author(actor.id(), ops).map_err(|error| Failure::new("unexpected").because(&error))?;
    let mut flags = 0;
    if drop_box {
        flags |= FLAG_DROP_BOX;
    }
    if nameless {
        flags |= FLAG_DEVICE_ONLY;
    }
    let claimed_ms = if nameless { write.week_start_ms.unwrap_or(now_ms) } else { now_ms };
    let salt = entropy.bytes();
    let plain = Plain { salt, claimed_ms, member, member_sig: [0; 64], flags, generation: write.generation, change };
    Ok(Some(Sealing { key, plain }))
}

/// Grants this member's stream key of the chain to the audience epoch, once.
#[expect(clippy::too_many_arguments, reason = "one call site")]
pub(crate) fn grant_stream(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &Reader,
    scope: &ScopeId,
    audience: (crdt_model::values::AudienceId, u32, &[u8; 32]),
    stream: &Secret,
    incarnation: Incarnation,
    entropy: &mut Entropy,
) -> Result<(), Failure> {
    let mark = [
        b"stream/".as_slice(),
        &scope.0,
        &incarnation.0,
        &reader.member().0,
        &audience.0.0,
        &audience.1.to_be_bytes(),
        // an altered invitation may have named another key for the same epoch
        audience.2,
    ]
    .concat();
    if tx.get(Space::Meta, &mark)?.is_some() {
        return Ok(());
    }
    let chain = (&log.org, scope, &log.device, &incarnation);
    let grant = StreamGrant::new(chain, audience, stream, entropy)
        .ok_or_else(|| Failure::new("no_reader_left").arg("audience", "site"))?;
    let bytes = crdt_model::cbor::encode(&grant);
    let grant = Draft {
        scope: *scope,
        kind: Kind::Keys,
        doc: DocId::ZERO,
        incarnation,
        auth: log.auth(shared),
        deps: Vec::new(),
        sections: vec![SectionPlan::Clear { layer: LAYER_GRANT, bytes }],
    };
    grant.append(log, tx, None, entropy)?;
    tx.put(Space::Meta, &mark, &[1])?;
    Ok(())
}

/// `boucle case new`, where the recusals alone are known.
#[cfg(test)]
pub(crate) fn case_new(
    log: &Log,
    reader: &mut Reader,
    new: NewCase,
    recuse: Option<&[String]>,
    now_ms: i64,
) -> Result<Json, Failure> {
    let seal = SealOptions { recuse: recuse.map(<[String]>::to_vec), ..SealOptions::default() };
    case_new_with(log, reader, new, &seal, now_ms)
}

/// `boucle case new`.
pub(crate) fn case_new_with(
    log: &Log,
    reader: &mut Reader,
    mut new: NewCase,
    seal: &SealOptions,
    now_ms: i64,
) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let dropped = redact_identity(shared.taxonomy, &mut new);
    let site = members::own_site(&shared, &reader.member());
    if let Some(named) = seal.audience.as_ref().filter(|named| !shared.taxonomy.audiences.contains(named)) {
        return Err(Failure::new("audience_not_found").arg("audience", named));
    }
    let words = sensitive_words::words_in_new(log, &new)?;
    // what happened long ago may be told today; nothing happens tomorrow
    let odd = new.received_at.is_some_and(|moment| is_odd(moment.at_ms, Some(now_ms)))
        || new.incident_at.is_some_and(|moment| moment.at_ms > now_ms.saturating_add(DAY_MS));
    let recuse = seal.recuse.as_deref();
    // what is no case holds nobody's allegation, by whatever channel it came
    let is_case = shared.taxonomy.kept_as(Some(&new.case_type)) == KeptAs::Case;
    let restricted = if is_case { seal.audience.as_deref().map(Some) } else { Some(None) };
    let intake = Intake {
        recuse,
        not_them: &seal.not_them,
        site: &site,
        capture: Capture::Entered,
        restricted,
        codes_stand: false,
    };
    let prepared = prepare(log, &shared, &reader.member(), new, &intake)?;
    let mut entropy = entropy()?;
    let (mark, provisional, case_id) = match &prepared.held {
        Some((terms, _)) => {
            let kept = log.commit_quietly(|tx| {
                held::hold_back(log, tx, &shared, reader, &prepared, terms, None, now_ms, &mut entropy)
            })?;
            (kept.mark(), kept.is_provisional(), None)
        }
        None => {
            let created = log.commit(|tx| create(log, tx, &shared, reader, &prepared, now_ms, &mut entropy))?;
            (created.mark, created.provisional, Some(created.case_id))
        }
    };
    let mut warnings = words.warnings(prepared.restricted.is_some());
    warnings.extend(odd.then_some("odd_date"));
    warnings.extend((!dropped.is_empty()).then_some("identity_dropped"));
    warnings.extend(warning_of_standing(&shared, reader));
    let mut reply = json!({
        "ref": mark, "case_id": case_id, "provisional": provisional,
        "restricted": prepared.restricted.is_some(),
        "warnings": warnings, "sensitive_words": words.json(), "dropped": dropped,
        "duplicates": match case_id {
            Some(case_id) => proposed_for(log, &shared, reader, case_id, now_ms)?,
            None => Vec::new(),
        },
    });
    if let Some((_, call)) = &prepared.held {
        reply["held"] = json!(true);
        reply["call"] = json!(call);
        if let Some(warnings) = reply["warnings"].as_array_mut() {
            warnings.push(json!(HELD));
        }
    }
    prepared.set_aside.tell(&mut reply);
    warn_of_left_out(log, &shared, prepared.restricted.as_deref(), &prepared.set_aside.recusals, &mut reply);
    Ok(reply)
}

/// Everything one edit entry is made of.
pub(crate) struct Write {
    pub(crate) scope: ScopeId,
    pub(crate) doc: DocId,
    pub(crate) ops: EditOps,
    pub(crate) deps: Vec<EntryId>,
    /// The first entry of the document: all three layers, and a grant section.
    pub(crate) birth: bool,
    /// Restricted births: what the open layer claims for a time.
    pub(crate) week_start_ms: Option<i64>,
    pub(crate) sensitive: SensitiveKey,
    /// The document as the writer sees it.
    pub(crate) current: Option<Arc<Loaded>>,
    /// The generation written to.
    pub(crate) generation: u32,
    /// Of a document's first entry: what its id was made with, as the hint of its grant section.
    pub(crate) salt: [u8; 8],
    /// A change that builds on no other: what it sets stands beside what is there.
    pub(crate) alone: bool,
}

impl Write {
    /// An act on a case as its writer sees it.
    pub(crate) fn on(current: Arc<Loaded>, deps: Vec<EntryId>, ops: EditOps, sensitive: SensitiveKey) -> Self {
        Self {
            scope: current.scope,
            doc: current.doc,
            ops,
            deps,
            birth: false,
            week_start_ms: None,
            sensitive,
            generation: current.document.generation,
            current: Some(current),
            salt: [0; 8],
            alone: false,
        }
    }
}

/// The region a site lies in: the nearest region above it, else the site itself.
pub(crate) fn region_of(shared: &Shared, site: &str) -> String {
    let mut at = site.to_owned();
    for _ in 0..16 {
        let Some(known) = shared.roster.sites.get(&at) else { break };
        if known.op.kind == crdt_model::roster::SiteKind::Region {
            return at;
        }
        match &known.op.parent {
            Some(parent) => at.clone_from(parent),
            None => break,
        }
    }
    site.to_owned()
}

/// Whether the codes that a person said of a new case are those of the taxonomy. Type and channel may be still to come.
///
/// # Errors
///
/// `not_in_taxonomy`, with what may have been meant.
pub fn check_codes(taxonomy: &'static Taxonomy, new: &NewCase) -> Result<(), Failure> {
    for (field, told) in new.parts() {
        let table = match field.kind {
            schema::Kind::CodeOf(_) => field.name,
            schema::Kind::Element(_, Some(table)) => table,
            _ => continue,
        };
        told.texts().into_iter().try_for_each(|code| check_code(taxonomy, table, code))?;
    }
    Ok(())
}
