//! Cases as one reader sees them: built, cached, shown.

pub(crate) mod moved;
mod recused;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crdt_model::case::assignment::{self, ASSIGNEE, Assignment};
use crdt_model::case::facts::CodeFacts;
use crdt_model::case::schema::Slot;
use crdt_model::case::{CaseLayers, CategoryFacts, Codes, schema};
use crdt_model::document::{self, Document, Opened};
use crdt_model::entry::{Entry, Header, Kind};
use crdt_model::gate::{Schema, SchemaFault};
use crdt_model::hours::WorkHours;
use crdt_model::layer::{Layer, LayerState, Value};
use crdt_model::receipt::receipts_doc;
use crdt_model::roster::site_scope;
use crdt_model::seal::GiftOf;
use crdt_model::taxonomy::{KeptAs, OwnTables, Taxonomy};
use crdt_model::values::{DocId, EntryId, MemberId, ScopeId, Who};
use crdt_model::view::{self, CaseView};
use crdt_model::zone::Zone;
use serde_json::{Value as Json, json};

use crate::error::Failure;
use crate::keys::keychain::Keychain;
use crate::log::erasure;
use crate::log::forks;
use crate::log::{Log, Reader, Shared};
use crate::members;
use crate::members::called::{is_self, role_called};
use crate::store::Snapshot;

/// The taxonomy in force and the zone of a case, as folds and edits ask them.
pub(crate) struct TaxonomyCodes {
    taxonomy: &'static Taxonomy,
    own: Arc<OwnTables>,
    zone: Zone,
    hours: Option<WorkHours>,
    stand_as_told: bool,
}

impl TaxonomyCodes {
    /// For a case that is to be written, which counts its days in `zone`. Its clocks do not run yet.
    pub(crate) fn of(shared: &Shared, zone: &Zone) -> Self {
        let (taxonomy, own, zone) = (shared.taxonomy, Arc::clone(&shared.own), zone.clone());
        Self { taxonomy, own, zone, hours: None, stand_as_told: false }
    }

    /// The same, of a case that comes from elsewhere, or whose codes were looked at.
    pub(crate) fn standing(self) -> Self {
        Self { stand_as_told: true, ..self }
    }
}

/// The codes of a table, as edits and refusals name it; `None` where any code will do.
pub(crate) fn codes_of(taxonomy: &'static Taxonomy, table: &str) -> Option<Vec<&'static str>> {
    match table {
        "consent_answer" => Some(CONSENT_ANSWERS.to_vec()),
        _ => taxonomy.codes_of(table),
    }
}

/// What a person may say to a question of consent.
const CONSENT_ANSWERS: [&str; 4] = ["given", "refused", "withdrawn", "not_asked"];

impl Codes for TaxonomyCodes {
    fn category(&self, code: &str) -> Option<CategoryFacts> {
        let sub = self.taxonomy.sub_categories.get(code)?;
        let level = self.taxonomy.level(sub.sensitivity);
        Some(CategoryFacts {
            sensitivity: sub.sensitivity,
            priority: sub.priority.clone(),
            audience: sub.audience.clone(),
            refer_to: sub.refer_to.clone(),
            refer_within_h: sub.refer_within_h,
            accept_within_h: sub.accept_within_h,
            acknowledge_within_h: level.acknowledge_within_h,
            respond_within_h: sub.respond_within_h,
            escalate_to: level.escalate_to.clone(),
            first_contact: sub.first_contact,
        })
    }

    fn expects_answer(&self, case_type: Option<&str>, channel: Option<&str>) -> bool {
        self.taxonomy.expects_answer(case_type, channel)
    }

    fn kept_as(&self, case_type: Option<&str>) -> KeptAs {
        self.taxonomy.kept_as(case_type)
    }

    fn knows(&self, table: &str, code: &str) -> bool {
        // tables not listed are free
        codes_of(self.taxonomy, table).is_none_or(|codes| codes.contains(&code))
    }

    fn age_group(&self, years: u32) -> Option<String> {
        Some(self.taxonomy.age_group_for(years).to_owned())
    }

    fn disability(&self, answers: [u8; 6]) -> Option<String> {
        Some(self.taxonomy.disability_summary(answers).to_owned())
    }

    fn own(&self) -> &OwnTables {
        &self.own
    }

    fn stand_as_told(&self) -> bool {
        self.stand_as_told
    }

    fn zone(&self) -> Zone {
        self.zone.clone()
    }

    fn hours(&self) -> Option<&WorkHours> {
        self.hours.as_ref()
    }

    fn attempt_days(&self) -> usize {
        self.taxonomy.auto_close_no_answer_attempts as usize
    }
}

/// The schema of one layer of a case.
pub(crate) struct CaseSchema(pub(crate) Layer);

fn refuse(fault: &schema::SchemaFault) -> SchemaFault {
    match fault {
        schema::SchemaFault::Key(_) => SchemaFault::Key,
        schema::SchemaFault::Type { .. } => SchemaFault::Kind,
        schema::SchemaFault::Bounds { .. } => SchemaFault::Value,
        schema::SchemaFault::Delete { .. } => SchemaFault::Undeletable,
    }
}

impl Schema for CaseSchema {
    fn check_put(&self, key: &str, value: &Value) -> Result<(), SchemaFault> {
        schema::check_put(self.0, key, value).map_err(|fault| refuse(&fault))
    }
    fn check_delete(&self, key: &str) -> Result<(), SchemaFault> {
        schema::check_delete(self.0, key).map_err(|fault| refuse(&fault))
    }
    fn may_supersede(&self, key: &str) -> bool {
        schema::may_supersede(key)
    }
    fn nameless(&self, key: &str) -> bool {
        schema::MARK.contains(&key)
    }
    fn birth_only(&self, key: &str) -> bool {
        schema::birth_only(key)
    }
}

/// A case, built for one reader.
pub(crate) struct Loaded {
    pub(crate) scope: ScopeId,
    pub(crate) doc: DocId,
    pub(crate) document: Document,
    pub(crate) entries: usize,
    /// Per layer: a section is there that did not open (padding looks the same).
    pub(crate) unopened: [bool; 3],
    /// Per layer: as that, of what the view is made of; or it is not held.
    unread: [bool; 3],
    /// See [`CaseLayers::is_read`].
    is_read: bool,
    /// To whom it is given, and how far that got.
    pub(crate) assignment: Option<Assignment>,
    /// Somebody of this home gave it.
    pub(crate) is_sent_here: bool,
    /// In which it counts days: that of the site in whose scope it lies.
    pub(crate) zone: Zone,
    /// When that site works.
    hours: Option<WorkHours>,
    taxonomy: &'static Taxonomy,
    own: Arc<OwnTables>,
    empty: LayerState,
}

/// A document built with the keys at hand.
pub(crate) struct Built {
    pub(crate) document: Document,
    /// Per layer: a section is there that did not open (padding looks the same).
    pub(crate) unopened: [bool; 3],
    /// Per layer: as that, of what the view is made of; or it is not held.
    unread: [bool; 3],
    /// See [`CaseLayers::is_read`].
    is_read: bool,
}

impl Loaded {
    pub(crate) fn of(shared: &Shared, scope: ScopeId, doc: DocId, built: Built, entries: usize) -> Self {
        let Built { document, unopened, unread, is_read } = built;
        let (zone, taxonomy, own) = (shared.zone_at(&scope), shared.taxonomy, Arc::clone(&shared.own));
        let (hours, assignment, is_sent_here, empty) = (shared.hours_at(&scope), None, false, LayerState::new());
        let mut loaded = Self {
            scope,
            doc,
            document,
            entries,
            unopened,
            unread,
            is_read,
            assignment,
            is_sent_here,
            zone,
            hours,
            taxonomy,
            own,
            empty,
        };
        loaded.assignment = loaded.assignment_in_force(shared);
        let sent_by = loaded.assignment.as_ref().and_then(|given| given.sent.by);
        loaded.is_sent_here = sent_by.is_some_and(|by| shared.here.contains(&by));
        loaded
    }

    fn assignment_in_force(&self, shared: &Shared) -> Option<Assignment> {
        let is_sealed = self.layers().restricted();
        let holds = |member: &MemberId, role: &str| holds_at(shared, &self.scope, is_sealed, member, role);
        let layers = self.layers();
        let codes = layers.reading(Layer::Open).ok().filter(|codes| codes.contains_key(ASSIGNEE))?;
        assignment::in_force(&layers, &CodeFacts::of(codes, &mut Vec::new()), &self.document.history, &holds)
    }

    /// True when all that was written in words is open to this reader: to the site's readers of an ordinary case, to the
    /// audience of a restricted one.
    pub(crate) fn reads_words(&self) -> bool {
        let layer = self.layers().placed(Layer::Personal);
        let at = usize::from(layer.code());
        self.document.states[at].is_some() && !self.unread[at]
    }

    /// What other systems call it: (system, id).
    pub(crate) fn external_ids(&self) -> impl Iterator<Item = (String, String)> {
        let keys = self.document.states.iter().flatten().flat_map(|state| state.keys());
        keys.filter_map(|key| match schema::slot(key)? {
            Slot::Element(field, element) if field.name == "external_ids" => {
                element.split_once(':').map(|(system, id)| (system.to_owned(), id.to_owned()))
            }
            _ => None,
        })
    }

    /// The layers, as folds take them. The open layer counts as empty when it cannot be opened.
    pub(crate) fn layers(&self) -> CaseLayers<'_> {
        let [open, personal, sensitive] = &self.document.states;
        CaseLayers {
            case_id: self.doc,
            open: open.as_ref().unwrap_or(&self.empty),
            personal: personal.as_ref(),
            sensitive: sensitive.as_ref(),
            is_read: self.is_read,
        }
    }

    /// True when at least the open layer could be read.
    pub(crate) fn is_readable(&self) -> bool {
        self.document.states[0].as_ref().is_some_and(|open| !open.is_empty())
    }

    /// What folds and edits of it ask.
    pub(crate) fn codes(&self) -> TaxonomyCodes {
        let (own, zone, hours) = (Arc::clone(&self.own), self.zone.clone(), self.hours.clone());
        TaxonomyCodes { taxonomy: self.taxonomy, own, zone, hours, stand_as_told: false }
    }

    /// What the reader sees now.
    pub(crate) fn view(&self, now_ms: i64) -> CaseView {
        let view = view::fold(&self.layers(), now_ms, &self.codes());
        CaseView { assignment: self.assignment.clone(), ..view }
    }
}

/// Most cases kept built: each takes some tens of kilobytes.
const CACHED_CASES_MAX: usize = 256;

/// Cases built for one reader, kept while they do not change.
pub(crate) type Cache = HashMap<(ScopeId, DocId), Kept>;

/// A case built, and what it was built of.
pub(crate) struct Kept {
    of: BuiltOf,
    loaded: Arc<Loaded>,
}

/// All that a case is built of: where none of it changed, it would be built alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BuiltOf {
    entries: usize,
    /// Sections come and go without any entry doing so.
    sections: u64,
    membership: u64,
    keys: u64,
}

impl BuiltOf {
    pub(crate) fn now(snapshot: &Snapshot, entries: usize, shared: &Shared, keychain: &Keychain) -> Self {
        let sections = snapshot.sections_version();
        Self { entries, sections, membership: shared.generation, keys: keychain.version }
    }
}

impl Kept {
    /// The case, if it was built of the same.
    pub(crate) fn of(&self, now: BuiltOf) -> Option<&Arc<Loaded>> {
        (self.of == now).then_some(&self.loaded)
    }
}

/// Cases built for this reader.
pub(crate) fn cache(reader: &mut Reader) -> &mut Cache {
    reader.built.of()
}

/// Builds one case, or takes it from the reader's cache.
pub(crate) fn load(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &mut Reader,
    scope: ScopeId,
    doc: DocId,
) -> Result<Arc<Loaded>, Failure> {
    let count = snapshot.doc_count(&scope, &doc)?;
    let now = BuiltOf::now(snapshot, count, shared, &reader.keychain);
    if let Some(loaded) = cache(reader).get(&(scope, doc)).and_then(|kept| kept.of(now)) {
        return Ok(Arc::clone(loaded));
    }
    let entries = log.entries(snapshot, &scope, &doc)?;
    let built = build_case(log, shared, &mut reader.keychain, &entries);
    let loaded = Arc::new(Loaded::of(shared, scope, doc, built, entries.len()));
    let of = BuiltOf::now(snapshot, count, shared, &reader.keychain);
    let cached = cache(reader);
    if cached.len() >= CACHED_CASES_MAX {
        cached.clear();
    }
    cached.insert((scope, doc), Kept { of, loaded: Arc::clone(&loaded) });
    Ok(loaded)
}

/// Builds a case from its entries, with the content keys that its grants give.
pub(crate) fn build_case(log: &Log, shared: &Shared, keychain: &mut Keychain, entries: &[Entry]) -> Built {
    let gone = erasure::gone(shared, entries);
    let counted = forks::counted_entries(shared, entries);
    let build = |opened: &[document::DocEntry]| {
        document::build_above(opened, Kind::Edit, &shared.roster, &|layer| Box::new(CaseSchema(layer)), &gone)
    };
    let mut opened = counted.open(keychain);
    let mut document = build(&opened);
    let restricted = document.states[0].as_ref().is_some_and(|open| open.contains_key("restricted"));
    if restricted && let Some(doc) = entries.first().map(|entry| entry.header().doc) {
        let before = keychain.content_keys(&doc).len();
        // once more where keys were found: what a stranger left opens by the key of the case, in whichever order both lie
        for _ in 0..2 {
            let held = keychain.content_keys(&doc).len();
            for entry in &counted.entries {
                keychain.absorb_grant(&log.org, entry);
            }
            if keychain.content_keys(&doc).len() == held {
                break;
            }
        }
        if keychain.content_keys(&doc).len() > before {
            opened = counted.open(keychain);
            document = build(&opened);
        }
    }
    if restricted {
        recused::leave_out(&mut document, &opened, &shared.roster);
    }
    let has_shut_words = opened.iter().any(|entry| matches!(entry.layers[1], Opened::Unreadable));
    if !restricted
        && has_shut_words
        && let (Some(first), Some(open)) = (entries.first(), document.states[0].as_ref())
        && keychain.absorb_gifts(&gift_of(log, first.header(), &document), open)
    {
        opened = counted.open(keychain);
        document = build(&opened);
    }
    let unopened = Layer::ALL.map(|layer| {
        let at = usize::from(layer.code());
        opened.iter().any(|entry| matches!(entry.layers[at], Opened::Unreadable))
    });
    let unread = Layer::ALL.map(|layer| {
        let at = usize::from(layer.code());
        let is_unread = |entry: &document::DocEntry| matches!(entry.layers[at], Opened::Unreadable | Opened::Missing);
        opened.iter().any(|entry| is_unread(entry) && document.counted.contains(&entry.id))
    });
    // the first of this generation that says something in words is its birth; what is erased was read
    let words = usize::from(if restricted { Layer::Sensitive } else { Layer::Personal }.code());
    let counted = opened.iter().filter(|entry| document.counted.contains(&entry.id));
    let mut said = counted.map(|entry| &entry.layers[words]).filter(|layer| !matches!(layer, Opened::Absent));
    let is_read = said.next().is_some_and(|birth| !matches!(birth, Opened::Unreadable));
    Built { document, unopened, unread, is_read }
}

/// What gifts of a case are of; their terms and epochs stand in the gifts themselves.
fn gift_of<'a>(log: &'a Log, header: &'a Header, document: &Document) -> GiftOf<'a> {
    let generation = document.generation;
    GiftOf { org: &log.org, scope: &header.scope, doc: &header.doc, generation, term: 0, epoch: 0 }
}

/// The document as it stood at some of its heads: what an act names as its past, where there are more heads than a
/// header holds.
pub(crate) fn load_at(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    heads: &[EntryId],
) -> Result<Arc<Loaded>, Failure> {
    let snapshot = log.store.read()?;
    let held = log.entries(&snapshot, &loaded.scope, &loaded.doc)?;
    let gone = erasure::gone(shared, &held);
    let counted = forks::counted_entries(shared, &held);
    let by_id: HashMap<EntryId, &Entry> = counted.entries.iter().map(|e| (e.id(), &**e)).collect();
    let mut past = std::collections::HashSet::new();
    let mut stack: Vec<EntryId> = heads.to_vec();
    while let Some(id) = stack.pop() {
        if let Some(entry) = by_id.get(&id).filter(|_| past.insert(id)) {
            stack.extend(&entry.header().deps);
        }
    }
    let mut opened = counted.open(&reader.keychain);
    opened.retain(|entry| past.contains(&entry.id));
    let schema = |layer| -> Box<dyn Schema> { Box::new(CaseSchema(layer)) };
    let document = document::build_above(&opened, Kind::Edit, &shared.roster, &schema, &gone);
    let built = Built { document, unopened: loaded.unopened, unread: loaded.unread, is_read: loaded.is_read };
    Ok(Arc::new(Loaded::of(shared, loaded.scope, loaded.doc, built, opened.len())))
}

/// Entries of a case that count: not cut off by a fork, and of no other kind.
pub(crate) fn case_entries(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    scope: &ScopeId,
    doc: &DocId,
) -> Result<Vec<crdt_model::entry::Entry>, Failure> {
    let entries = log.entries(snapshot, scope, doc)?;
    Ok(forks::counted_entries(shared, &entries).entries.into_iter().map(Cow::into_owned).collect())
}

/// Every case of every site, as this reader sees it.
pub(crate) fn load_all(log: &Log, shared: &Shared, reader: &mut Reader) -> Result<Vec<Arc<Loaded>>, Failure> {
    log.refresh_reader(reader)?;
    let snapshot = log.store.read()?;
    let mut all = Vec::new();
    for scope in case_scopes(log, shared) {
        let docs: Vec<DocId> = snapshot.docs(&scope)?.collect::<Result<_, _>>()?;
        for doc in docs.into_iter().filter(|doc| is_case(log, &scope, doc)) {
            let loaded = load(log, &snapshot, shared, reader, scope, doc)?;
            if loaded.document.accepted > 0 {
                all.push(loaded);
            }
        }
    }
    Ok(all)
}

/// The code of the site whose readers read the ordinary cases of a scope.
pub(crate) fn case_site<'s>(shared: &'s Shared, loaded: &Loaded) -> &'s str {
    let known = shared.site_with(&loaded.scope);
    let own = || shared.pinned().map_or("", |told| told.site.as_str());
    known.map_or_else(own, |site| site.op.code.as_str())
}

/// Scopes that hold cases: those of the sites known, and of this home's own before it has met anyone.
pub(crate) fn case_scopes(log: &Log, shared: &Shared) -> Vec<ScopeId> {
    let mut scopes: Vec<ScopeId> = shared.roster.sites.values().map(|site| site.scope).collect();
    scopes.extend(shared.invitations.iter().map(|i| site_scope(&log.org, &i.site)));
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

/// Whether a member holds a role for the cases of a scope: on the line of the site it is held at, or anywhere where the case
/// is sealed, for an audience sits wherever it sits.
pub(crate) fn holds_at(shared: &Shared, scope: &ScopeId, is_sealed: bool, member: &MemberId, role: &str) -> bool {
    let known = shared.site_with(scope).map(|site| site.op.code.as_str());
    let site = known.or_else(|| shared.pinned().map(|told| told.site.as_str())).unwrap_or_default();
    let counts = |held: &str| is_sealed || held == site || members::is_near(&shared.roster, held, site);
    members::roles_held(shared, member).iter().any(|(held, at)| held == role && counts(at))
}

/// Whether a document of a scope with cases is one: what belongs to no document is none, nor are the receipts.
pub(crate) fn is_case(log: &Log, scope: &ScopeId, doc: &DocId) -> bool {
    *doc != DocId::ZERO && *doc != receipts_doc(&log.org, scope)
}

/// Puts beside each referral its words, whom it was sent to or why it came back: they are the reason of the same id. A question
/// and its answer are notes.
pub(crate) fn tell_words(shown: &mut Json) {
    for (facts, words) in [("referrals", "reasons"), ("questions", "notes")] {
        let words = shown[words].as_array().cloned().unwrap_or_default();
        for fact in shown[facts].as_array_mut().into_iter().flatten() {
            let of_fact = words.iter().find(|words| words["id"] == fact["id"]);
            if let Some(text) = of_fact.map(|words| &words["text"]).filter(|text| text.is_string()) {
                fact["text"] = text.clone();
            }
        }
    }
}

/// The view with names in place of ids, as `case show` prints it.
pub(crate) fn show(shared: &Shared, loaded: &Loaded, now_ms: i64) -> Json {
    let view = loaded.view(now_ms);
    let mut json = shared.case_json(&view);
    if let Json::Object(map) = &mut json {
        map.insert("conflicts".into(), conflicts_json(shared, &view));
        map.insert("integrity_alarms".into(), json!(view.alarms.len()));
        if loaded.document.incomplete > 0 {
            map.insert("incomplete".into(), json!(loaded.document.incomplete));
        }
    }
    json
}

/// Conflicts of one case, as `case conflicts` prints them.
pub(crate) fn conflicts_json(shared: &Shared, view: &CaseView) -> Json {
    let reference = view.mark().map(str::to_owned);
    let conflicts = view.conflicts.iter().map(|conflict| {
        let mut json = shared.conflict_json(conflict);
        if let Json::Object(map) = &mut json {
            map.insert("ref".into(), json!(reference));
            map.insert("case_id".into(), json!(view.case_id));
        }
        json
    });
    conflicts.collect()
}

/// Whom a person means: `me`, a member's name, a role.
pub(crate) fn who(shared: &Shared, reader: &Reader, who: &str) -> Result<Who, Failure> {
    if is_self(who) {
        let me = reader.member();
        // somebody may have been called so before that was refused
        let others = shared.called(who, shared.roster.members.keys());
        return match others.iter().all(|other| *other == me) {
            true => Ok(Who::Member(me)),
            false => Err(members::ambiguous(who, &others)),
        };
    }
    // somebody may have been called as a role is before that was refused: by its code the role is meant
    let taxonomy = shared.taxonomy;
    if taxonomy.roles.contains(who) {
        return Ok(Who::Role(who.to_owned()));
    }
    let found = members::find_member(shared, who).map(Who::Member);
    found.or_else(|mut failure| {
        if failure.code == "member_not_found"
            && let Some(role) = role_called(taxonomy, who)
        {
            return Ok(Who::Role(role.to_owned()));
        }
        // whoever mistypes a role is told of roles
        if let ("member_not_found", Some((_, near))) =
            (failure.code, failure.args.iter_mut().find(|(name, _)| *name == "near"))
        {
            let roles = crdt_model::taxonomy::nearest(taxonomy.roles.codes(), who);
            let found = std::iter::once(near.as_str()).filter(|near| !near.is_empty());
            *near = found.chain(roles).collect::<Vec<_>>().join(", ");
        }
        Err(failure)
    })
}

/// `digest`: hash of all case state this reader may read.
pub(crate) fn digest(log: &Log, shared: &Shared, reader: &mut Reader) -> Result<Json, Failure> {
    let mut all = load_all(log, shared, reader)?;
    all.retain(|loaded| loaded.is_readable());
    all.sort_by_key(|loaded| (loaded.doc, loaded.scope));
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 digest v1");
    for loaded in &all {
        let bytes = view::digest_bytes(&loaded.layers());
        hasher.update(&loaded.scope.0);
        hasher.update(&(bytes.len() as u64).to_be_bytes());
        hasher.update(&bytes);
    }
    Ok(json!({"cases": all.len(), "digest": hasher.finalize().to_hex().as_str()}))
}

/// `case history`.
pub(crate) fn history(shared: &Shared, loaded: &Loaded) -> Json {
    let written: Vec<view::Written<'_>> = loaded
        .document
        .history
        .iter()
        .flat_map(|w| w.ops.iter().map(|op| view::Written { stamp: w.stamp, layer: w.layer, op }))
        .collect();
    let items = view::history(&written).into_iter().map(|item| {
        let mut json = shared.history_json(&item);
        if let Json::Object(map) = &mut json {
            map.insert("fields".into(), json!([item.field]));
            map.insert("site".into(), json!(shared.site_at(&item.origin.device)));
        }
        json
    });
    items.collect()
}

/// What the machine keeps of a restricted case captured here that its reader cannot open: of one shape for an
/// allegation, a box slip or a letter. The audience it was sealed to is kept under the capturing member's own key.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Captured {
    #[serde(rename = "ref")]
    pub(crate) reference: String,
    pub(crate) case_id: DocId,
    pub(crate) entry: EntryId,
    pub(crate) saved_ms: i64,
}

/// Key of the readers of a captured case, among the capturing member's own values. Each generation has its own: who was
/// recused from one may be a reader of another.
pub(crate) fn captured_key(case: &DocId, generation: u32) -> Vec<u8> {
    let generation = if generation == 0 { Vec::new() } else { generation.to_be_bytes().to_vec() };
    [b"captured/".as_slice(), &case.0, &generation].concat()
}
