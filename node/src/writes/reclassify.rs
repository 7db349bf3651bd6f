//! Generations: sealing a case late, opening one, and carrying into the new generation what came late for it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crdt_model::case::facts::{ExposedFact, OLD_KEYS_MAX, OldKeysFact};
use crdt_model::case::{Shape, schema};
use crdt_model::document::{self, DocEntry, Opened};
use crdt_model::edit::reclassify::{GenerationChange, Rewriting, Seal, carry, old_keys_of, rewrite};
use crdt_model::edit::{Edit, NewCase, RestrictedBirth};
use crdt_model::entry::{DEPS_MAX, Kind, LAYER_GRANT};
use crdt_model::erasure::Erasure;
use crdt_model::layer::{Layer, LayerState, Stamp};
use crdt_model::roster::Reading;
use crdt_model::seal::{self, Entropy, case_key};
use crdt_model::sensitive_words::Topic;
use crdt_model::taxonomy::{Capabilities, Capture, Coded, TRIAGE};
use crdt_model::values::{ChainKey, DeviceId, DocId, EntryId, Level, MemberId, ScopeId, Who, Words};
use crdt_model::view::{CaseView, Shown};
use serde_json::{Value as Json, json};

use crate::cases;
use crate::cases::{Captured, CaseSchema, Loaded, captured_key};
use crate::error::Failure;
use crate::list;
use crate::log::forks;
use crate::log::marks::{mark_urgent, turned};
use crate::log::{Log, Reader, Shared, entropy, fresh, meta};
use crate::members;
use crate::members::reads_site;
use crate::store::{MemberSpace, Space, Tx};
use crate::writes;
use crate::writes::SealOptions;
use crate::writes::assigning;
use crate::writes::assigning::{given_to, whos};
use crate::writes::erase;
use crate::writes::gifts;
use crate::writes::sensitive_words;
use crate::writes::set_aside;
use crate::writes::set_aside::{Readers, SetAside};
use crate::writes::{Author, Intake, SensitiveKey, Write, refusal, region_of, week_received};

/// What turns a case.
pub(crate) enum Reclassify<'a> {
    /// `case seal`, with an act that was typed while the case was open.
    Seal { reason: &'a Words, edit: Option<&'a Edit> },
    /// An act that cannot stand on an ordinary case.
    For(&'a Edit),
    /// `case lower`, or a triage that finds the case ordinary.
    Open { level: Level, reason: Option<&'a Words>, edit: Option<&'a Edit> },
}

/// A case in its other shape, ready to be written: nothing of it can be refused any more.
pub(crate) struct Reclassified {
    /// The case it was made of.
    loaded: Arc<Loaded>,
    ops: Rewriting,
    /// KEM keys it is sealed to; `None`: it is opened.
    readers: Option<Vec<[u8; 32]>>,
    audience: Option<String>,
    /// Who must not see it.
    aside: SetAside,
    week_start_ms: Option<i64>,
    generation: u32,
}

/// Generations of one case from which late edits are carried in one go; the next go takes the rest.
const GENERATIONS_AT_ONCE: usize = 16;

/// Works out a case in the other shape: whatever would be refused is refused here. Nothing is written.
#[expect(clippy::too_many_arguments, reason = "what a turn takes")]
pub(crate) fn reclassification(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Arc<Loaded>,
    turn: &Reclassify<'_>,
    options: &SealOptions,
    mark: &str,
    now_ms: i64,
) -> Result<Reclassified, Failure> {
    members::require(shared, &reader.member(), Capabilities::INTAKE)?;
    let whole = whole_part(log, shared, reader, loaded)?;
    if whole.is_some() && matches!(turn, Reclassify::Open { .. }) {
        // an allegation may be in it
        return Err(Failure::new("case_incomplete"));
    }
    let loaded = whole.as_ref().unwrap_or(loaded);
    let view = loaded.view(now_ms);
    let generation = loaded.document.generation.checked_add(1).ok_or_else(|| Failure::new("unexpected"))?;
    let opens = matches!(turn, Reclassify::Open { .. });
    let mut aside = SetAside::default();
    let (seal, audience) = match opens {
        true => (None, None),
        false => {
            let recuse = options.recuse.as_ref().ok_or_else(|| Failure::new("recusal_not_asked"))?;
            let accused = options.accused.as_ref().map(|words| words.0.as_str());
            aside = set_aside::set_aside(shared, options.told(recuse, accused))?;
            let recuse = aside.recusals.clone();
            let audience = audience_for(log, &view, turn, options)?;
            let Readers { audience, keys: readers } = set_aside::first_readers(log, shared, &audience, &recuse)?;
            if let Reclassify::Seal { edit: Some(edit), .. } | Reclassify::For(edit) = turn {
                assigning::must_not_set_aside(shared, &reader.member(), &whos(&recuse), &view, edit, mark)?;
                assigning::may_hand_out(log, shared, &reader.member(), loaded, (&view, now_ms), edit, mark)?;
                assigning::must_be_inside(log, shared, &audience, &recuse, edit, mark)?;
            }
            let category = chosen(turn).or_else(|| view.text("category"));
            let mut seal = seal(log, shared, reader, loaded, &view, (&audience, category), recuse, now_ms);
            seal.accused.clone_from(&options.accused);
            (Some((seal, readers)), Some(audience))
        }
    };
    let author = Author::of(shared, reader, loaded.codes(), now_ms);
    let ctx = author.on(Some(loaded), fresh()?);
    let turning = match (turn, &seal) {
        (Reclassify::Seal { reason, edit }, Some((seal, _))) => {
            GenerationChange::Seal { seal, level: Level::S2, reason, edit: *edit }
        }
        (Reclassify::For(edit), Some((seal, _))) => GenerationChange::SealFor { seal, edit },
        (Reclassify::Open { level, reason, edit }, _) => {
            GenerationChange::Open { level: *level, reason: *reason, edit: *edit }
        }
        _ => return Err(Failure::new("unexpected")),
    };
    let ops = rewrite(turning, &ctx).map_err(|error| refusal(shared.taxonomy, &error, mark))?;
    let week = week_received(&loaded.zone, view.moment("received_at"), now_ms);
    let week_start_ms = (!opens).then(|| week.monday().midnight_ms());
    let readers = seal.map(|(_, readers)| readers);
    Ok(Reclassified { loaded: Arc::clone(loaded), ops, readers, audience, aside, week_start_ms, generation })
}

/// Writes a case anew in the other shape. Gives the audience it is now sealed to, if it is, and who was set aside.
pub(crate) fn reclassify(
    log: &Log,
    reader: &mut Reader,
    loaded: &Arc<Loaded>,
    turn: &Reclassify<'_>,
    options: &SealOptions,
    mark: &str,
    now_ms: i64,
) -> Result<(Option<String>, SetAside), Failure> {
    let shared = log.shared();
    let turned = reclassification(log, &shared, reader, loaded, turn, options, mark, now_ms)?;
    let Reclassified { loaded, ops, readers, audience, aside, week_start_ms, generation } = turned;
    let mut entropy = entropy()?;
    log.commit(|tx| {
        let place = Anew {
            scope: loaded.scope,
            doc: loaded.doc,
            deps: writes::deps(log, &loaded),
            generation,
            salt: [0; 8],
            week_start_ms,
            readers: readers.clone(),
        };
        let born = write_anew(log, tx, &shared, reader, place, ops, now_ms, &mut entropy)?;
        // sealing does not wait for the time in which one's own words can be taken back
        let incarnation = log.incarnation();
        let seq = log.next_position(tx, &loaded.scope, incarnation).seq - 1;
        mark_urgent(tx, &loaded.scope, &incarnation, seq)?;
        // the first of the two signatures under the older generation's erasure, where this member may give it
        let may_sign = shared.roster.eraser_of(&reader.member(), &loaded.scope, &log.auth(&shared)).is_some();
        if readers.is_some() && may_sign {
            let erasure = Erasure::of_generation(generation - 1);
            erase::sign_erasure(log, tx, &shared, (loaded.scope, loaded.doc), erasure, vec![born], &mut entropy)?;
        }
        if let Some(readers) = &readers {
            keep_captured(tx, reader, loaded.doc, generation, mark, born, readers, now_ms)?;
        }
        tx.put(Space::Meta, &meta::last_case(&reader.member()), &loaded.doc.0)?;
        Ok(())
    })?;
    Ok((audience, aside))
}

/// Where a case is written anew, and for whom.
pub(super) struct Anew {
    pub(super) scope: ScopeId,
    pub(super) doc: DocId,
    pub(super) deps: Vec<EntryId>,
    pub(super) generation: u32,
    /// Of a birth of its own: what its id is made with.
    pub(super) salt: [u8; 8],
    pub(super) week_start_ms: Option<i64>,
    /// KEM keys it is sealed to; `None`: it is ordinary.
    pub(super) readers: Option<Vec<[u8; 32]>>,
}

/// Writes a case anew: its birth, and after it each further rival. The birth.
#[expect(clippy::too_many_arguments, reason = "a place, what stands there, and its time")]
pub(super) fn write_anew(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &mut Reader,
    place: Anew,
    ops: Rewriting,
    now_ms: i64,
    entropy: &mut Entropy,
) -> Result<EntryId, Failure> {
    let Anew { scope, doc, deps, generation, salt, week_start_ms, readers } = place;
    let ck = entropy.secret();
    let sensitive = |granted: bool| match &readers {
        None => SensitiveKey::None,
        Some(readers) if granted => SensitiveKey::New(ck.clone(), readers.clone()),
        Some(_) => SensitiveKey::Held(ck.clone()),
    };
    let birth = Write {
        scope,
        doc,
        ops: ops.birth,
        deps,
        birth: true,
        week_start_ms,
        sensitive: sensitive(true),
        current: None,
        generation,
        salt,
        alone: false,
    };
    let born = writes::append_edit(log, tx, shared, reader, birth, now_ms, entropy)?;
    for ops in ops.rivals {
        let rival = Write {
            scope,
            doc,
            ops,
            deps: vec![born],
            birth: false,
            week_start_ms: None,
            sensitive: sensitive(false),
            current: None,
            generation,
            salt: [0; 8],
            alone: true,
        };
        writes::append_edit(log, tx, shared, reader, rival, now_ms, entropy)?;
    }
    Ok(born)
}

/// Whether all of a case that counts is whole here, as far as its reader goes.
pub(super) fn is_whole(log: &Log, shared: &Shared, reader: &Reader, loaded: &Arc<Loaded>) -> Result<bool, Failure> {
    Ok(whole_part(log, shared, reader, loaded)?.is_none())
}

/// The case without what is not whole here, and without what builds on that, where something is not: what is written
/// anew says only what could be read, so nothing else may be named as its past. What is left out is late, and is
/// carried over once it has come; until then its generation is not erased.
fn whole_part(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Arc<Loaded>,
) -> Result<Option<Arc<Loaded>>, Failure> {
    let layers = loaded.layers();
    let restricted = layers.restricted();
    // who may not turn it at all is told so, and nothing else
    if layers.shape() == Shape::Outside || (!restricted && !layers.is_read) {
        return Ok(None);
    }
    let snapshot = log.store.read()?;
    let held = log.entries(&snapshot, &loaded.scope, &loaded.doc)?;
    drop(snapshot);
    let opened = forks::counted_entries(shared, &held).open(&reader.keychain);
    let is_whole = |entry: &DocEntry| {
        // a birth writes all three layers: of personal and sensitive one is padding
        let is_birth = entry.header.section(LAYER_GRANT).is_some();
        let padding = if restricted { Layer::Personal } else { Layer::Sensitive };
        Layer::ALL.into_iter().all(|layer| match entry.layers[usize::from(layer.code())] {
            Opened::Plain(_) | Opened::Absent => true,
            Opened::Unreadable => is_birth && layer == padding,
            Opened::Missing => false,
        })
    };
    let document = &loaded.document;
    let of_this: Vec<&DocEntry> = opened.iter().filter(|entry| document.counted.contains(&entry.id)).collect();
    let mut out: BTreeSet<EntryId> = of_this.iter().filter(|entry| !is_whole(entry)).map(|entry| entry.id).collect();
    if out.is_empty() {
        return Ok(None);
    }
    loop {
        let before = out.len();
        let builds_on = |entry: &&&DocEntry| entry.header.deps.iter().any(|dep| out.contains(dep));
        let more: Vec<EntryId> = of_this.iter().filter(builds_on).map(|entry| entry.id).collect();
        out.extend(more);
        if out.len() == before {
            break;
        }
    }
    let left = || of_this.iter().filter(|entry| !out.contains(&entry.id));
    let followed: BTreeSet<EntryId> = left().flat_map(|entry| entry.header.deps.iter().copied()).collect();
    let heads: Vec<EntryId> = left().map(|entry| entry.id).filter(|id| !followed.contains(id)).take(DEPS_MAX).collect();
    if heads.is_empty() {
        return Err(Failure::new("case_incomplete"));
    }
    cases::load_at(log, shared, reader, loaded, &heads).map(Some)
}

/// What this machine keeps of a case sealed here, should its reader be none of the audience: the reference, and to
/// whom it was sealed, so that an addition goes to the same and to nobody who was recused.
#[expect(clippy::too_many_arguments, reason = "one row and one value, with all they hold")]
pub(crate) fn keep_captured(
    tx: &mut Tx<'_>,
    reader: &Reader,
    case_id: DocId,
    generation: u32,
    mark: &str,
    entry: EntryId,
    readers: &[[u8; 32]],
    now_ms: i64,
) -> Result<(), Failure> {
    let kept = Captured { reference: mark.to_owned(), case_id, entry, saved_ms: now_ms };
    let bytes = serde_json::to_vec(&kept).map_err(|e| Failure::new("unexpected").because(&e))?;
    tx.put(Space::Outbox, &case_id.0, &bytes)?;
    let access = reader.secrets.store_access();
    let key = captured_key(&case_id, generation);
    Ok(tx.put_member(MemberSpace::Rows, &access, &key, &readers.concat())?)
}

/// The category that an act gives the case.
fn chosen<'e>(turn: &Reclassify<'e>) -> Option<&'e str> {
    match turn {
        Reclassify::For(Edit::Triage { category, .. }) => category.as_deref(),
        _ => None,
    }
}

/// The audience named; else that of the category the case will have; else triage.
fn audience_for(log: &Log, view: &CaseView, turn: &Reclassify<'_>, options: &SealOptions) -> Result<String, Failure> {
    let taxonomy = log.shared().taxonomy;
    if let Some(named) = &options.audience {
        let known = taxonomy.audiences.contains(named);
        return known.then(|| named.clone()).ok_or_else(|| Failure::new("audience_not_found").arg("audience", named));
    }
    let categories = chosen(turn).or(view.text("category")).into_iter();
    let categories = categories.chain(view.list("other_categories").iter().map(String::as_str));
    let main = taxonomy.main_category(categories).map(Coded::code);
    let of = main.and_then(|code| taxonomy.sub_categories.get(code)).and_then(|sub| sub.audience.clone());
    of.map_or_else(|| audience_of_words(log, view), Ok)
}

/// Whom the words of a case concern, where its category does not say it: the audience of the gravest topic the word
/// lists find; without one, triage.
fn audience_of_words(log: &Log, view: &CaseView) -> Result<String, Failure> {
    let list = sensitive_words::word_list(log)?;
    let texts = schema::FIELDS.iter().filter(|field| matches!(field.kind, schema::Kind::Words(_)));
    let told = texts.filter_map(|field| view.text(field.name));
    let gravest = told.flat_map(|text| list.topics(text)).min();
    Ok(gravest.map_or(TRIAGE, Topic::audience).to_owned())
}

/// Who could read an ordinary case until now: by role, and to whom it was given.
pub(super) fn could_read(log: &Log, shared: &Shared, loaded: &Loaded) -> BTreeSet<MemberId> {
    let (roster, at) = (&shared.roster, assigning::case_site(shared, loaded));
    let live = roster.members.iter().filter(|(_, member)| member.is_live());
    // who made a partner's site holds its first key, though no role of theirs reads there
    let ordinary = seal::ordinary_audience(&roster.org, &loaded.scope);
    let given = |id: &MemberId| roster.wraps.iter().any(|of| of.target == ordinary.0 && of.wrapped.to == id.0);
    let holds = |id: &MemberId| Reading::of(roster).is_partners(at) && given(id);
    let members = live.filter(|(id, member)| reads_site(roster, member, at) || holds(id)).map(|(id, _)| *id);
    members.chain(gifts::given_members(log, shared, loaded)).collect()
}

/// Mark, recusals, who could read the case until now, and the keys of what may still be written to it.
#[expect(clippy::too_many_arguments, reason = "one call site")]
fn seal(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    view: &CaseView,
    (audience, category): (&str, Option<&str>),
    recuse: Vec<crdt_model::edit::Recusal>,
    now_ms: i64,
) -> Seal {
    let site = view.text("origin_site").unwrap_or_default();
    let (generation, roster) = (loaded.document.generation, &shared.roster);
    let live = roster.members.iter().filter(|(_, member)| member.is_live());
    let opens = live.filter(|(_, member)| member.capabilities().contains(Capabilities::READ_OPEN));
    let mut devices: Vec<DeviceId> = opens.map(|(_, member)| member.device).collect();
    devices.sort_unstable();
    devices.dedup();
    let mut members: Vec<MemberId> = could_read(log, shared, loaded).into_iter().collect();
    members.truncate(crdt_model::case::facts::EXPOSED_MAX);
    devices.truncate(crdt_model::case::facts::EXPOSED_MAX);
    let mark = RestrictedBirth {
        audience: audience.to_owned(),
        week: week_received(&loaded.zone, view.moment("received_at"), now_ms).to_string(),
        region: region_of(shared, site),
    };
    let old_keys = old_keys(reader, loaded);
    let aside = whos(&recuse);
    let set_aside = given_to(view).into_iter().filter(|who| assigning::is_set_aside(shared, &aside, who)).collect();
    let opens = |who: &Who| assigning::holds_audience(log, shared, audience, &[], who);
    // a case may go back to whoever gave it, by the act that it is sealed with
    let giver = view.assignment.as_ref().and_then(|given| given.sent.by).map(Who::Member);
    let outside = assigning::assignees(view).into_iter().chain(giver).filter(|who| !opens(who)).collect();
    let hands_to = assigning::role_inside(log, shared, audience, category, &aside);
    let exposed = ExposedFact { generation, members, devices };
    Seal { mark, recuse, accused: None, exposed, old_keys, set_aside, outside, hands_to }
}

// ------------------------------------------------------------------ what came late

/// Carries into a sealed case what was written to its older generation by someone who had not heard of it. True when
/// something was: the case is to be loaded anew. What cannot be carried stays late and is named as such: no act and no
/// sync fails for it.
pub(crate) fn rewrap_late(log: &Log, shared: &Shared, reader: &mut Reader, loaded: &Loaded, now_ms: i64) -> bool {
    try_carry(log, shared, reader, loaded, now_ms).unwrap_or_else(|failure| {
        tracing::warn!(code = failure.code, "late edits were not carried over");
        false
    })
}

/// What this reader cannot open stays for another of the audience.
fn try_carry(log: &Log, shared: &Shared, reader: &mut Reader, loaded: &Loaded, now_ms: i64) -> Result<bool, Failure> {
    if loaded.document.late.is_empty() || loaded.layers().shape() != Shape::Inside {
        return Ok(false);
    }
    if members::require(shared, &reader.member(), Capabilities::INTAKE).is_err() {
        return Ok(false);
    }
    let view = loaded.view(now_ms);
    let me = reader.member();
    let recused = view.sealed.as_ref().is_ok_and(|sealed| sealed.recusals.iter().any(|who| is(shared, &me, who)));
    if recused {
        return Ok(false);
    }
    let found = late(log, shared, reader, loaded)?;
    if found.entries.is_empty() {
        return Ok(false);
    }
    let empty = LayerState::new();
    let [open, personal, sensitive] = &found.states;
    let old = crdt_model::case::CaseLayers {
        case_id: loaded.doc,
        open: open.as_ref().unwrap_or(&empty),
        personal: personal.as_ref(),
        sensitive: sensitive.as_ref(),
        is_read: true,
    };
    let recusals = view.sealed.as_ref().map(|sealed| sealed.recusals.as_slice()).unwrap_or_default();
    let is_set_aside = |who: &Who| assigning::is_set_aside(shared, recusals, who);
    let all = carry(&old, &found.entries, &loaded.layers(), &is_set_aside, fresh()?)
        .map_err(|error| refusal(shared.taxonomy, &error, ""))?;
    let mut entropy = entropy()?;
    let mut deps = loaded.document.heads.clone();
    deps.truncate(DEPS_MAX / 2);
    deps.extend(found.heads.iter().take(DEPS_MAX / 2));
    deps.sort_unstable();
    let key = writes::sensitive_key(log, shared, reader, loaded, &all[0], &view, &mut entropy)?;
    log.commit(|tx| {
        let mut key = Some(key);
        let mut last = deps.clone();
        for ops in all {
            let sensitive = match key.take() {
                Some(SensitiveKey::New(ck, readers)) => {
                    key = Some(SensitiveKey::Held(ck.clone()));
                    SensitiveKey::New(ck, readers)
                }
                Some(SensitiveKey::Held(ck)) => {
                    key = Some(SensitiveKey::Held(ck.clone()));
                    SensitiveKey::Held(ck)
                }
                _ => SensitiveKey::None,
            };
            let write = Write {
                scope: loaded.scope,
                doc: loaded.doc,
                ops,
                deps: std::mem::take(&mut last),
                birth: false,
                week_start_ms: None,
                sensitive,
                current: None,
                generation: loaded.document.generation,
                salt: [0; 8],
                alone: true,
            };
            last = vec![writes::append_edit(log, tx, shared, reader, write, now_ms, &mut entropy)?];
        }
        Ok(())
    })?;
    Ok(true)
}

/// Every case with more than one generation that this reader reads from inside: carries what came late. True when
/// something was written.
pub(crate) fn rewrap_all_late(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Result<bool, Failure> {
    let mut wrote = false;
    for (scope, doc) in turned(log)? {
        // one generation after the other
        for _ in 0..GENERATIONS_AT_ONCE {
            let snapshot = log.store.read()?;
            let loaded = cases::load(log, &snapshot, shared, reader, scope, doc)?;
            drop(snapshot);
            if !rewrap_late(log, shared, reader, &loaded, now_ms) {
                break;
            }
            wrote = true;
        }
    }
    Ok(wrote)
}

/// The late entries that this reader can open whole, with all late ones they build on, and the older generation as it
/// holds them.
fn late(log: &Log, shared: &Shared, reader: &Reader, loaded: &Loaded) -> Result<Late, Failure> {
    let snapshot = log.store.read()?;
    let entries = cases::case_entries(log, &snapshot, shared, &loaded.scope, &loaded.doc)?;
    let mut keychain = reader.keychain.clone();
    for fact in old_keys_of(&loaded.layers()) {
        for (device, incarnation, key) in fact.keys {
            keychain.add_old_key(loaded.doc, fact.generation, ChainKey { device, incarnation }, key);
        }
    }
    let opened: Vec<DocEntry> = entries.iter().map(|entry| keychain.open_entry(entry)).collect();
    let whole = |entry: &DocEntry| {
        let words = [Layer::Open, Layer::Personal].map(|layer| &entry.layers[usize::from(layer.code())]);
        let is_shut = |opened: &Opened| matches!(opened, Opened::Unreadable | Opened::Missing);
        // at a birth it may be padding; elsewhere it was written to others
        let is_birth = entry.header.section(LAYER_GRANT).is_some();
        let sensitive = &entry.layers[usize::from(Layer::Sensitive.code())];
        words.iter().all(|opened| !is_shut(opened)) && (is_birth || !is_shut(sensitive))
    };
    let of = |id: &EntryId| opened.iter().find(|entry| entry.id == *id);
    let generation = |id: &EntryId| of(id).and_then(|entry| document::generation_of(&entry.header)).unwrap_or(0);
    let readable = loaded.document.late.iter().filter(|id| of(id).is_some_and(whole));
    // one generation at a time, the newest first: what that carried itself is in it
    let Some(newest) = readable.map(generation).max() else { return Ok(Late::default()) };
    let mut taken: Vec<EntryId> = Vec::new();
    for id in loaded.document.late.iter().filter(|id| generation(id) == newest) {
        let Some(entry) = of(id) else { continue };
        let of_late = |dep: &&EntryId| loaded.document.late.contains(dep) && generation(dep) == newest;
        if whole(entry) && entry.header.deps.iter().filter(of_late).all(|dep| taken.contains(dep)) {
            taken.push(*id);
        }
    }
    let mut found = Late::default();
    if taken.is_empty() {
        return Ok(found);
    }
    // that generation on top: what counts now, and what came between, is taken out
    let counted = &loaded.document.counted;
    let up_to = |entry: &DocEntry| document::generation_of(&entry.header).is_some_and(|of| of <= newest);
    let mut older = opened.clone();
    older.retain(|entry| up_to(entry) && !counted.contains(&entry.id));
    let schema = |layer| -> Box<dyn crdt_model::gate::Schema> { Box::new(CaseSchema(layer)) };
    let document = document::build(&older, Kind::Edit, &shared.roster, &schema);
    let stamps = document.history.iter().map(|written| written.stamp);
    let stamp_of = |id: &EntryId| stamps.clone().find(|stamp| stamp.entry == *id);
    let before = document::late_before(&loaded.document.late, &taken, |id| {
        of(id).map(|entry| entry.header.deps.clone()).unwrap_or_default()
    });
    found.entries = taken
        .iter()
        .chain(&before)
        .map(|id| {
            let header = older.iter().find(|entry| entry.id == *id).map(|entry| &entry.header);
            stamp_of(id).unwrap_or(Stamp {
                entry: *id,
                order: u64::MAX,
                claimed_ms: 0,
                member: None,
                device: header.map_or(log.device, |header| header.device),
            })
        })
        .collect();
    let followed: Vec<EntryId> = older
        .iter()
        .filter(|entry| taken.contains(&entry.id))
        .flat_map(|entry| entry.header.deps.iter().copied())
        .collect();
    found.heads = taken.into_iter().filter(|id| !followed.contains(id)).collect();
    found.states = document.states;
    Ok(found)
}

/// Entries of this device that came after a case was sealed, by what became of them: `with_audience` once someone of
/// the audience carried them over, else `waiting`, or `erased`: say it to the audience yourself.
pub(crate) fn own_late(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    only: Option<DocId>,
) -> Result<Vec<Json>, Failure> {
    let mut rows = Vec::new();
    for (scope, doc) in turned(log)? {
        if only.is_some_and(|only| only != doc) {
            continue;
        }
        let snapshot = log.store.read()?;
        let loaded = cases::load(log, &snapshot, shared, reader, scope, doc)?;
        let (late, carried) = (&loaded.document.late, &loaded.document.carried);
        let states = late.iter().map(|id| (id, "waiting")).chain(carried.iter().map(|id| (id, "with_audience")));
        for (id, state) in states {
            let Some(entry) = forks::held_or_carried(log, &snapshot, id)? else { continue };
            if entry.header().device != log.device {
                continue;
            }
            let gone = state == "waiting" && entry.sections().iter().all(Option::is_none);
            let state = if gone { "erased" } else { state };
            let opened = reader.keychain.open_entry(&entry);
            let at = opened.layers.iter().rev().find_map(|layer| match layer {
                Opened::Plain(plain) => Some(crdt_model::values::moment::rfc3339(plain.claimed_ms)),
                _ => None,
            });
            rows.push(json!({"case_id": doc, "entry": id, "at": at, "state": state}));
        }
    }
    Ok(rows)
}

/// Whether `who` means this member.
fn is(shared: &Shared, member: &MemberId, who: &crdt_model::values::Who) -> bool {
    match who {
        crdt_model::values::Who::Member(id) => id == member,
        crdt_model::values::Who::Role(role) => shared.roster.members.get(member).is_some_and(|m| m.has_role(role)),
    }
}

/// The level an act raises or lowers to: the one named, or the next.
pub(crate) fn step_of(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    typed: &str,
    to: Option<&str>,
    up: bool,
    now_ms: i64,
) -> Result<Level, Failure> {
    if let Some(to) = to {
        let unknown = || Failure::new("bad_value").arg("field", "sensitivity").arg("expected", "s0, s1, s2, s3");
        return Level::from_code(to).ok_or_else(unknown);
    }
    let view = list::find_case(log, shared, reader, typed)?.view(now_ms);
    let level = view.work.and_then(|work| work.sensitivity).unwrap_or(Level::S0) as usize;
    let next = if up { (level + 1).min(Level::ALL.len() - 1) } else { level.saturating_sub(1) };
    Ok(Level::ALL[next])
}

/// Whether a new case would be restricted whatever its words.
pub(crate) fn would_seal(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    new: &NewCase,
    seal: &SealOptions,
) -> Result<bool, Failure> {
    let site = members::own_site(shared, &reader.member());
    let restricted = seal.audience.as_deref().map(Some);
    let recuse = seal.recuse.as_deref().or(Some(&[]));
    let intake = Intake {
        recuse,
        not_them: &seal.not_them,
        site: &site,
        capture: Capture::Entered,
        restricted,
        codes_stand: true,
    };
    Ok(writes::prepare(log, shared, &reader.member(), new.clone(), &intake)?.restricted.is_some())
}

/// Whether a case is restricted for no other reason than that nobody had classified it.
pub(crate) fn is_undecided(view: &CaseView) -> bool {
    view.shape == Shape::Inside && view.text("audience") == Some(TRIAGE) && *view.shown("category") == Shown::Absent
}

/// What came late for a generation.
#[derive(Default)]
struct Late {
    entries: Vec<Stamp>,
    heads: Vec<EntryId>,
    states: [Option<LayerState>; 3],
}

/// Terms whose keys a sealed case is given, at most: whoever writes in it can name any.
const TERMS_MAX: u16 = 512;

/// The personal keys of this case in the chains whose stream the sealing member holds: first those that wrote to it, then
/// the others of the scope, as many as one fact names.
fn old_keys(reader: &Reader, loaded: &Loaded) -> Option<OldKeysFact> {
    let generation = loaded.document.generation;
    let written = &loaded.document.chains;
    let newest = written.iter().map(|(_, term)| *term).max().unwrap_or(0).min(TERMS_MAX);
    let streams: Vec<(ChainKey, &crdt_model::seal::Secret)> = reader.keychain.streams_of(&loaded.scope).collect();
    // what was written first; then what may still be, by whoever knows of the newest ending or of none
    let is_written = |chain: &ChainKey, term: u16| written.contains(&(*chain, term));
    let pairs = || {
        streams
            .iter()
            .flat_map(|(chain, stream)| (0..=newest.saturating_add(1)).map(move |term| (*chain, *stream, term)))
    };
    let first = pairs().filter(|(chain, _, term)| is_written(chain, *term));
    let wrote = |chain: &ChainKey| written.iter().any(|(other, _)| other.device == chain.device);
    let rest = |ours: bool| pairs().filter(move |(chain, _, term)| wrote(chain) == ours && !is_written(chain, *term));
    let keys = first.chain(rest(true)).chain(rest(false)).take(OLD_KEYS_MAX);
    let keys = keys.map(|(chain, stream, term)| {
        (chain.device, chain.incarnation, case_key(stream, &loaded.doc, generation, term))
    });
    let mut keys: Vec<_> = keys.collect();
    keys.sort_by_key(|(device, incarnation, key)| (*device, *incarnation, key.0));
    keys.dedup();
    (!keys.is_empty()).then_some(OldKeysFact { generation, keys })
}
