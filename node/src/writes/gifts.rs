//! Gifts of a case: whoever has to work on an ordinary case reads it, and nothing else.
//!
//! ```text
//!  named in the open layer: assignee, watchers, shared_with, handling_site
//!    ─ on the word of a confirmed member who reads the case by role, never of the receiver ─▶ owed
//!    ─ consent, standing ───────────────────────────────────────────────────────────────────▶ given
//! ```
//!
//! What is owed follows from the case, the membership and the secret of the site's audience, down to the bytes: whoever
//! holds that secret makes the same gift, so it is nobody's task and anybody's. Who acts writes it with the act; what an act
//! could not give is written by the first node that can ([`give_owed`]). Once a gift was made for somebody who is not named
//! any more, what is written next is of the next *term*, which that gift does not open.

use std::collections::BTreeSet;
use std::sync::Arc;

use crdt_model::case::consent::Answer;
use crdt_model::case::facts::{ConsentFact, FactKind, GiftFact, GivenFact, gift_id};
use crdt_model::cbor::{self, Canonical};
use crdt_model::compose::SectionPlan;
use crdt_model::document::Opened;
use crdt_model::edit::EditOps;
use crdt_model::entry::{Kind, LAYER_GRANT};
use crdt_model::gate;
use crdt_model::layer::{Layer, LayerOp, LayerState, Stamp, Value};
use crdt_model::roster::{AudienceEpoch, HeldRole, Member, Reading, Roster, Standing};
use crdt_model::seal::{
    self, EarlierGift, Entropy, GIVEN_MAX, GiftOf, Given, GivenKey, RoleGrant, Secret, case_key, ordinary_audience,
};
use crdt_model::values::{AudienceId, ChainKey, DocId, MemberId, ScopeId, Who};

use super::assigning::{EXTERNAL, INTERNAL, case_site, holders, is_partner, is_partner_role};
use super::housekeeping::Kept;
use super::transfer::sender_site;
use super::{SensitiveKey, Write, append_edit, arrivals, deps, moving};
use crate::cases::{self, Loaded};
use crate::error::Failure;
use crate::keys::keychain::GiftFacts;
use crate::list;
use crate::log::draft::Draft;
use crate::log::forks::unwrap_carried;
use crate::log::{Log, Reader, Shared, entropy};
use crate::members::debts::{self, Debt};
use crate::members::reach::{is_foreign, is_foreign_member};
use crate::members::{is_near, reads_site, role_reads_site};
use crate::store::{GIVEN_ROLES, MemberSpace, Snapshot, Space, Tx};

/// Sealed pieces of one term tried with a key.
const PIECES_TRIED_MAX: usize = 64;
/// Documents looked at for owed gifts in one go; the rest waits for the next.
pub(crate) const LOOK_MAX: usize = 2_048;
/// The same in passing, while somebody waits: at a meeting.
pub(crate) const LOOK_IN_PASSING: usize = 64;
/// Documents asked for their mark for each that is looked at: of most nothing can be owed, and that costs little to see.
const ASKED_PER_DOC: usize = 8;
/// Documents asked for their mark that cost as much as one looked at.
const SAVED_PER_ASKED: usize = 8;
/// Documents that wait for the membership to change, or for others, before their gift is made. Beyond it, all are looked at
/// again once the membership changes, and no more are taken up until others are done.
const WAITING_MAX: usize = 4_096;
/// Documents looked at after which it is kept how far its node has looked.
const LOOK_SAVED: usize = 256;
/// Where a member keeps how far its node has looked.
const LOOKED: &[u8] = b"gifts/looked";

/// Somebody to whom a case can be given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum To {
    Who(Who),
    /// The readers of another site, by its code.
    Site(String),
}

/// Somebody whom a case names, and on whose word.
struct Named {
    to: To,
    by: Option<MemberId>,
    /// By the act that is being written.
    is_new: bool,
    /// What the word is worth, where it does not follow from whose it is.
    word: Option<Word>,
}

/// The fields of the open layer that give a case to somebody.
pub(super) const NAMING: [&str; 4] = ["assignee", "watchers", "shared_with", "handling_site"];

/// What an act adds for those to whom the case is given.
#[derive(Default)]
pub(super) struct Gifts {
    /// The term of what the act writes.
    pub(super) term: u16,
    /// To the open layer.
    pub(super) ops: Vec<LayerOp>,
    /// Roles that were given something, whose holders need the secret of the role.
    roles: Vec<String>,
    /// Somebody is named who can be given nothing yet.
    waits: bool,
}

/// The site's audience as a writer finds it.
#[derive(Clone, Copy)]
pub(super) struct SiteAudience {
    pub(super) id: AudienceId,
    pub(super) epoch: u32,
    pub(super) pk: [u8; 32],
}

/// What an act on a case, or no act, adds. `stream`: the writer's own, where the act seals words under it.
#[expect(clippy::too_many_arguments, reason = "an act, its case, its keys and its time")]
pub(super) fn gifts(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    loaded: &Loaded,
    audience: SiteAudience,
    ops: &EditOps,
    stream: Option<&Secret>,
    now_ms: i64,
) -> Gifts {
    let none = LayerState::new();
    let open = loaded.document.states[0].as_ref().unwrap_or(&none);
    let facts = GiftFacts::of(open);
    let named = named(loaded, open, &ops.open, reader.member());
    let site = case_site(shared, loaded);
    // the rest costs as much as reading the case: most are given to nobody who does not read them anyway
    let has_deputy = |to: &To| deputy(shared, to, now_ms).is_some();
    let reads = |to: &To| reads_by_role(&shared.roster, to, site) && !has_deputy(to);
    let is_idle = facts.gifts.is_empty() && named.iter().all(|named| reads(&named.to));
    if loaded.layers().restricted() || is_idle {
        return Gifts { term: term(log, shared, loaded, &facts, &[], true), ..Gifts::default() };
    }
    let named = standing(shared, loaded, ops, named, now_ms);
    let term = term(log, shared, loaded, &facts, &named, !ops.is_empty());
    let mut gifts = Gifts { term, ..Gifts::default() };
    // in the last term nobody's gift could ever end
    if term == u16::MAX {
        return gifts;
    }
    let of = GiftOf {
        org: &log.org,
        scope: &loaded.scope,
        doc: &loaded.doc,
        generation: loaded.document.generation,
        term,
        epoch: audience.epoch,
    };
    // who does not hold the site's audience cannot tell a true gift key from one that somebody made up, and seals no key under it
    let Some(secret) = reader.keychain.audience_secret(&audience.id, audience.epoch, &audience.pk) else {
        return gifts;
    };
    let key = seal::gift_key(secret, &of);
    let owed = Owed { log, shared, loaded, site, secret, epoch: audience.epoch };
    let mut is_given = facts.gifts.iter().any(|gift| (gift.term, gift.epoch) == (term, of.epoch));
    for named in &named {
        match owed.receiver(named) {
            Receiver::Gets(id, pk) => {
                let Some((enc, ct)) = seal::wrap_gift(&key, &of, (&id, &pk)) else { continue };
                let fact = GiftFact { term, epoch: of.epoch, to: id, enc, ct };
                if !facts.gifts.contains(&fact) {
                    gifts.put(open, FactKind::Gift, &fact);
                }
                is_given = true;
                if let To::Who(Who::Role(role)) = &named.to {
                    gifts.roles.push(role.clone());
                }
            }
            Receiver::Waits => gifts.waits = true,
            Receiver::None => {}
        }
    }
    if is_given {
        let own = ChainKey { device: log.device, incarnation: log.incarnation() };
        let given = |chain: ChainKey, term: u16, stream: &Secret| GivenKey {
            layer: Layer::Personal.code(),
            chain,
            term,
            key: case_key(stream, &loaded.doc, of.generation, term),
        };
        let mut needed: Vec<GivenKey> = stream.map(|stream| given(own, term, stream)).into_iter().collect();
        for (chain, term) in &loaded.document.chains {
            let streams = reader.keychain.streams_of(&loaded.scope).filter(|(held, _)| held == chain);
            needed.extend(streams.map(|(_, stream)| given(*chain, *term, stream)));
        }
        let earlier = earlier(reader, &facts, audience.id, &of);
        gifts.seal(&of, open, &facts, &key, earlier, needed);
    }
    gifts
}

/// The gift keys of earlier terms and epochs under which something is sealed: whatever a fact says of a term, it has to open.
fn earlier(reader: &Reader, facts: &GiftFacts, audience: AudienceId, of: &GiftOf<'_>) -> Vec<EarlierGift> {
    let used: BTreeSet<(u16, u32)> = facts.given.iter().map(|fact| (fact.term, fact.epoch)).collect();
    let before =
        |(term, epoch): &(u16, u32)| *term <= of.term && *epoch <= of.epoch && (*term, *epoch) != (of.term, of.epoch);
    let keys = used.into_iter().filter(before).flat_map(|(term, epoch)| {
        let of = GiftOf { term, epoch, ..*of };
        let secrets = reader.keychain.audience_secrets_at(&audience, epoch);
        let key = move |secret| EarlierGift { term, epoch, key: seal::gift_key(secret, &of) };
        secrets.map(key).filter(|gift| opens_some(facts, &of, gift)).collect::<Vec<_>>()
    });
    keys.collect()
}

fn opens_some(facts: &GiftFacts, of: &GiftOf<'_>, gift: &EarlierGift) -> bool {
    let sealed = facts.given.iter().filter(|fact| (fact.term, fact.epoch) == (gift.term, gift.epoch));
    sealed.take(PIECES_TRIED_MAX).any(|fact| Given::open(&fact.sealed, &gift.key, of).is_some())
}

impl Gifts {
    /// Writes a fact that all givers write alike.
    fn put(&mut self, open: &LayerState, kind: FactKind, fact: &impl Canonical) {
        let value = Value::Bytes(cbor::encode(fact));
        let keys = (0..).map(|n| kind.key(gift_id(fact, n)));
        // somebody may have put another under that id
        let is_free = |key: &String| open.get(key).is_none_or(|cells| cells.iter().all(|cell| cell.value == value));
        let key = keys.take(usize::from(u16::MAX)).find(is_free);
        if let Some(key) = key.filter(|key| !open.contains_key(key)) {
            self.ops.push(LayerOp::Put { key, value });
        }
    }

    /// Seals under a gift key what cannot be reached with it yet.
    fn seal(
        &mut self,
        of: &GiftOf<'_>,
        open: &LayerState,
        facts: &GiftFacts,
        key: &Secret,
        earlier: Vec<EarlierGift>,
        needed: Vec<GivenKey>,
    ) {
        let this = EarlierGift { term: of.term, epoch: of.epoch, key: key.clone() };
        let reach = Given::reach(of, vec![this.clone()], &facts.sealed());
        let mut earlier: Vec<EarlierGift> = earlier.into_iter().filter(|gift| !reach.earlier.contains(gift)).collect();
        let from = std::iter::once(this).chain(earlier.iter().cloned()).collect();
        let reach = Given::reach(of, from, &facts.sealed());
        let mut keys: Vec<GivenKey> = needed.into_iter().filter(|given| !reach.keys.contains(given)).collect();
        keys.sort_by_key(|given| (given.chain, given.term, given.key.0));
        keys.dedup();
        while !keys.is_empty() || !earlier.is_empty() {
            let rest = keys.split_off(keys.len().min(GIVEN_MAX));
            let mut given = Given { earlier: earlier.drain(..earlier.len().min(GIVEN_MAX)).collect(), keys };
            given.sort();
            if let Some(sealed) = given.seal(key, of) {
                self.put(open, FactKind::Given, &GivenFact { term: of.term, epoch: of.epoch, sealed });
            }
            keys = rest;
        }
    }
}

// ------------------------------------------------------------------ who is named

/// Whom the open layer names once the operations are done, each with whoever named them.
fn named(loaded: &Loaded, open: &LayerState, ops: &[LayerOp], me: MemberId) -> Vec<Named> {
    let gives = |key: &str| NAMING.contains(&key.split('/').next().unwrap_or_default());
    let key_of = |op: &LayerOp| match op {
        LayerOp::Put { key, .. } | LayerOp::Delete { key } => key.clone(),
    };
    let written: BTreeSet<String> = ops.iter().map(key_of).collect();
    let held = open.iter().filter(|(key, _)| gives(key) && !written.contains(*key));
    let held = held
        .flat_map(|(key, cells)| cells.iter().map(move |cell| (key, &cell.value, signer(loaded, &cell.stamp), false)));
    let new = ops.iter().filter_map(|op| match op {
        LayerOp::Put { key, value } if gives(key) => Some((key, value, Some(me), true)),
        _ => None,
    });
    let all = held.chain(new);
    all.filter_map(|(key, value, by, is_new)| Some(Named { to: to_of(key, value)?, by, is_new, word: None })).collect()
}

fn to_of(key: &str, value: &Value) -> Option<To> {
    use crdt_model::case::schema::{Slot, slot};
    match (slot(key)?, value) {
        (Slot::Single(field), Value::Text(text)) if field.name == "assignee" => Some(To::Who(text.parse().ok()?)),
        (Slot::Single(field), Value::Text(site)) if field.name == "handling_site" => Some(To::Site(site.clone())),
        (Slot::Element(field, role), _) if field.name == "watchers" => Some(To::Who(Who::Role(role))),
        (Slot::Element(field, who), _) if field.name == "shared_with" => match who.strip_prefix("site:") {
            Some(code) => Some(To::Site(code.to_owned())),
            None => Some(To::Who(who.parse().ok()?)),
        },
        _ => None,
    }
}

/// Those of the named who are given the case on somebody's word, and whom the person did not refuse: not before, and not in
/// what is being written. The site that a case was sent from holds the person's own words: it hears how it ends whatever the
/// person refused to have passed on. Beside them whoever stands in for them.
fn standing(shared: &Shared, loaded: &Loaded, ops: &EditOps, mut named: Vec<Named>, now_ms: i64) -> Vec<Named> {
    let bars = Bars::of(loaded, ops);
    let sender = sender_site(shared, loaded).map(To::Site);
    let site = case_site(shared, loaded);
    // whatever was written elsewhere: what a partner is to have of it was sent to it
    let is_barred = |to: &To| {
        sender.as_ref() != Some(to) && (bars.bars(&shared.roster, to) || is_partners_alone(&shared.roster, to, site))
    };
    named.retain(|named| !is_barred(&named.to) && word(shared, loaded, named) != Word::None);
    let mut deputies = Vec::new();
    let is_away = |named: &&Named| deputy(shared, &named.to, now_ms).is_some();
    // what is done is nobody's to stand in for
    let is_done = named.iter().any(|named| is_away(&named)) && loaded.view(now_ms).status_code() == "closed";
    for absent in named.iter().filter(|_| !is_done) {
        let Some((to, by)) = deputy(shared, &absent.to, now_ms) else { continue };
        // named by the absent, who has the case on a good word; or by somebody else, on their own
        let is_own = absent.to == To::Who(Who::Member(by));
        let word = if is_own { word(shared, loaded, absent) } else { worth(shared, loaded, by) };
        let is_new = named.iter().all(|named| named.to != to);
        if is_new && word != Word::None && !is_barred(&to) {
            deputies.push(Named { to, by: Some(by), is_new: absent.is_new, word: Some(word) });
        }
    }
    named.extend(deputies);
    named
}

/// Who stands in for somebody who is away, and who said so.
fn deputy(shared: &Shared, to: &To, now_ms: i64) -> Option<(To, MemberId)> {
    let To::Who(Who::Member(member)) = to else { return None };
    let away = shared.away(member, now_ms)?;
    Some((To::Who(Who::Member(away.deputy?)), away.by))
}

/// What somebody's word is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Word {
    /// A confirmed member's who reads the site by role.
    Good,
    /// That of somebody who may become one.
    Waits,
    /// Nothing.
    None,
}

/// On whose word somebody is given the case, and what it is worth: the word of whoever named them, never their own. Who took
/// over what was given to a role of theirs goes on reading on the word of whoever gave it to the role.
fn word(shared: &Shared, loaded: &Loaded, named: &Named) -> Word {
    if let Some(word) = named.word {
        return word;
    }
    giver(shared, loaded, named).map_or(Word::None, |giver| worth(shared, loaded, giver))
}

/// What the word of a member is worth for a case.
fn worth(shared: &Shared, loaded: &Loaded, giver: MemberId) -> Word {
    let (roster, site) = (&shared.roster, case_site(shared, loaded));
    match roster.members.get(&giver) {
        None => Word::Waits,
        Some(member) if !reads_site(roster, member, site) => Word::None,
        Some(member) => match member.standing {
            Standing::Confirmed => Word::Good,
            Standing::Void => Word::None,
            _ => Word::Waits,
        },
    }
}

fn giver(shared: &Shared, loaded: &Loaded, named: &Named) -> Option<MemberId> {
    let by = named.by?;
    if named.to != To::Who(Who::Member(by)) {
        return Some(by);
    }
    let puts = loaded.document.history.iter().filter(|written| written.layer == Layer::Open);
    let puts = puts.filter_map(|written| {
        let by = signer(loaded, &written.stamp)?;
        Some((assigned_in(&written.ops)?, by, written.stamp.claimed_ms))
    });
    let puts: Vec<(Who, MemberId, i64)> = puts.collect();
    let own = puts.iter().rposition(|(to, author, _)| *to == Who::Member(*author) && *author == by);
    let before = if named.is_new { puts.as_slice() } else { &puts[..own?] };
    taken_over(shared, loaded, before, by)
}

/// On whose word somebody goes on reading who took a case over: of whoever gave it to a role of theirs, or to somebody they
/// stood in for. `before`: whom the case was given to until then, each with who said so and when.
fn taken_over(shared: &Shared, loaded: &Loaded, before: &[(Who, MemberId, i64)], by: MemberId) -> Option<MemberId> {
    let (roster, site) = (&shared.roster, case_site(shared, loaded));
    // others took it over as well, not knowing of each other: that is still to be settled
    let rivals = loaded.document.states[0].as_ref().and_then(|open| open.get("assignee")).into_iter().flatten();
    let rivals: Vec<Who> = rivals.filter_map(|cell| who_in(&cell.value)).collect();
    let is_rival =
        |(to, author, _): &&(Who, MemberId, i64)| *to == Who::Member(*author) && *author != by && rivals.contains(to);
    let at = before.iter().rposition(|put| !is_rival(&put))?;
    match &before[at] {
        (_, giver, _) if *giver == by => None,
        (Who::Role(role), giver, _) => {
            let is_it = |held: &HeldRole| held.role == *role && is_near(roster, site, &held.site);
            let near = |member: &Member| member.roles.iter().any(is_it);
            roster.members.get(&by).is_some_and(near).then_some(*giver)
        }
        (Who::Member(absent), giver, at_ms) => {
            // while they were away, on the word of themselves or of somebody whose word counts here
            let stands_in = shared
                .stood_in(absent, by, *at_ms)
                .is_some_and(|said| said.by == *absent || worth(shared, loaded, said.by) != Word::None);
            let had = if giver == absent { taken_over(shared, loaded, &before[..at], *absent) } else { Some(*giver) };
            had.filter(|_| stands_in)
        }
    }
}

/// Who signed the entry that a value of the open layer stands in.
fn signer(loaded: &Loaded, stamp: &Stamp) -> Option<MemberId> {
    cases::moved::signer(loaded, Layer::Open, stamp)
}

/// The term of what is written next: the next one where the present one's gift was made for somebody not named any more.
fn term(log: &Log, shared: &Shared, loaded: &Loaded, facts: &GiftFacts, named: &[Named], is_act: bool) -> u16 {
    let written = loaded.document.chains.iter().map(|(_, term)| *term);
    let term = written.chain(facts.gifts.iter().map(|gift| gift.term)).max().unwrap_or(0);
    let mut ids: BTreeSet<[u8; 16]> = named.iter().filter_map(|named| id_of(log, shared, loaded, &named.to)).collect();
    if !is_act {
        // whose absence is over differs by the clock: only words end a deputy's term
        let members = named.iter().filter_map(|named| match &named.to {
            To::Who(Who::Member(id)) => shared.absences.get(id)?.deputy,
            _ => None,
        });
        ids.extend(members.map(|deputy| deputy.0));
    }
    let is_ended = facts.gifts.iter().any(|gift| gift.term == term && !ids.contains(&gift.to));
    if is_ended { term.saturating_add(1) } else { term }
}

/// Whether they read the site's cases anyway.
fn reads_by_role(roster: &Roster, to: &To, site: &str) -> bool {
    match to {
        To::Who(Who::Member(id)) => roster.members.get(id).is_some_and(|member| reads_site(roster, member, site)),
        To::Who(Who::Role(role)) => role_reads_site(roster, role, site, site),
        To::Site(code) => code == site,
    }
}

/// What a gift names its receiver by.
fn id_of(log: &Log, shared: &Shared, loaded: &Loaded, to: &To) -> Option<[u8; 16]> {
    Some(match to {
        To::Who(Who::Member(id)) => id.0,
        To::Who(Who::Role(role)) => seal::role_receiver(&log.org, &loaded.scope, role),
        To::Site(code) => ordinary_audience(&log.org, &shared.roster.sites.get(code)?.scope).0,
    })
}

// ------------------------------------------------------------------ what is owed

/// Whether somebody is of a partner, and not of the organisation.
fn is_of_partner(roster: &Roster, to: &To) -> bool {
    match to {
        To::Who(Who::Member(id)) => roster.members.get(id).is_some_and(|member| is_partner(roster, member)),
        To::Who(Who::Role(role)) => is_partner_role(role),
        To::Site(code) => Reading::of(roster).is_partners(code),
    }
}

/// Whether somebody is of a partner whose case a case of this site is not.
fn is_partners_alone(roster: &Roster, to: &To, site: &str) -> bool {
    match to {
        To::Who(who) => is_foreign(roster, who, site),
        To::Site(code) => code != site && Reading::of(roster).is_partners(code),
    }
}

/// What the person refused to have passed on, as far as the reader can read it.
struct Bars {
    internal: bool,
    external: bool,
}

impl Bars {
    fn of(loaded: &Loaded, ops: &EditOps) -> Self {
        let view = loaded.view(0);
        let held = |purpose: &str| view.account.as_ref().ok().and_then(|account| account.consent.get(purpose).copied());
        let new =
            |purpose: &str| answered_in(ops).filter(|fact| fact.purpose == purpose).map(|fact| fact.answer).last();
        let says = |purpose: &str| new(purpose).or_else(|| held(purpose));
        let refused = |purpose: &str| says(purpose).is_some_and(Answer::is_refusal);
        Self { internal: refused(INTERNAL), external: refused(EXTERNAL) }
    }

    /// Whether the case may not be passed on to them.
    fn bars(&self, roster: &Roster, to: &To) -> bool {
        self.internal || (self.external && is_of_partner(roster, to))
    }
}

/// What some operations say that the person answered.
fn answered_in(ops: &EditOps) -> impl Iterator<Item = ConsentFact> {
    ops.personal.iter().filter_map(|op| match op {
        LayerOp::Put { key, value: Value::Bytes(bytes) } if key.starts_with(FactKind::Consent.prefix()) => {
            cbor::decode(bytes).ok()
        }
        _ => None,
    })
}

/// All that says what is owed of a case.
struct Owed<'a> {
    log: &'a Log,
    shared: &'a Shared,
    loaded: &'a Loaded,
    site: &'a str,
    secret: &'a Secret,
    epoch: u32,
}

/// What somebody named is owed.
enum Receiver {
    /// A gift, wrapped to this key.
    Gets([u8; 16], [u8; 32]),
    /// Nothing until more is known of the membership.
    Waits,
    /// Nothing.
    None,
}

impl Owed<'_> {
    fn receiver(&self, named: &Named) -> Receiver {
        match (word(self.shared, self.loaded, named), self.key_of(&named.to)) {
            (Word::None, _) => Receiver::None,
            (Word::Waits, Receiver::Gets(..)) => Receiver::Waits,
            (_, receiver) => receiver,
        }
    }

    fn key_of(&self, to: &To) -> Receiver {
        let roster = &self.shared.roster;
        if reads_by_role(roster, to, self.site) {
            return Receiver::None;
        }
        let Some(id) = id_of(self.log, self.shared, self.loaded, to) else { return Receiver::Waits };
        let pk = match to {
            To::Who(Who::Member(member)) => match roster.members.get(member) {
                Some(held) if held.standing == Standing::Void => return Receiver::None,
                Some(held) if held.standing == Standing::Confirmed => held.keys.x,
                _ => return Receiver::Waits,
            },
            To::Who(Who::Role(role)) => {
                let (org, scope) = (&self.log.org, &self.loaded.scope);
                let secret = seal::role_secret(self.secret, org, scope, self.epoch, role);
                secret.kem_public()
            }
            To::Site(_) => {
                let Some(current) = roster.audiences.get(&AudienceId(id)).and_then(|held| held.current()) else {
                    return Receiver::Waits;
                };
                current.pk
            }
        };
        Receiver::Gets(id, pk)
    }
}

/// Whom some operations make responsible.
pub(super) fn assigned_in(ops: &[LayerOp]) -> Option<Who> {
    ops.iter().find_map(|op| match op {
        LayerOp::Put { key, value } if key == "assignee" => who_in(value),
        _ => None,
    })
}

fn who_in(value: &Value) -> Option<Who> {
    match value {
        Value::Text(who) => who.parse().ok(),
        _ => None,
    }
}

/// Whether the case was given to them for what is written now.
pub(super) fn is_given(log: &Log, shared: &Shared, loaded: &Loaded, who: &Who, now_ms: i64) -> bool {
    let Some(open) = loaded.document.states[0].as_ref() else { return false };
    let facts = GiftFacts::of(open);
    let id = id_of(log, shared, loaded, &To::Who(who.clone()));
    let named = standing(shared, loaded, &EditOps::default(), named(loaded, open, &[], MemberId::ZERO), now_ms);
    let term = term(log, shared, loaded, &facts, &named, true);
    facts.gifts.iter().any(|gift| gift.term == term && Some(gift.to) == id)
}

/// Members, and readers of sites, that a case's gifts were made for: they could read its words.
pub(super) fn given_members(log: &Log, shared: &Shared, loaded: &Loaded) -> BTreeSet<MemberId> {
    let Some(open) = loaded.document.states[0].as_ref() else { return BTreeSet::new() };
    let ids: BTreeSet<[u8; 16]> = GiftFacts::of(open).gifts.iter().map(|gift| gift.to).collect();
    if ids.is_empty() {
        return BTreeSet::new();
    }
    let roster = &shared.roster;
    let live = || roster.members.iter().filter(|(_, member)| member.is_live());
    let mut given: BTreeSet<MemberId> = live().map(|(id, _)| *id).filter(|id| ids.contains(&id.0)).collect();
    let site = case_site(shared, loaded);
    let is_given_role = |role: &str| ids.contains(&seal::role_receiver(&log.org, &loaded.scope, role));
    for (id, member) in live() {
        let by_role = member.roles.iter().any(|held| is_near(roster, site, &held.site) && is_given_role(&held.role));
        let by_site = roster.sites.iter().any(|(code, known)| {
            ids.contains(&ordinary_audience(&log.org, &known.scope).0) && reads_site(roster, member, code)
        });
        if by_role || by_site {
            given.insert(*id);
        }
    }
    given
}

// ------------------------------------------------------------------ the secrets of roles

/// Grants the secret of a role at a site to all who hold the role there, and notes that the site gave something to it.
pub(super) fn grant_roles(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    reader: &Reader,
    scope: &ScopeId,
    gifts: &Gifts,
    entropy: &mut Entropy,
) -> Result<(), Failure> {
    for role in &gifts.roles {
        let mark = role_mark(scope, role);
        // from then on whoever comes to hold the role is looked for when the membership changes
        if tx.get(Space::Meta, &mark)?.is_none() {
            tx.put(Space::Meta, &mark, &[1])?;
            write_grants(log, tx, shared, owed_grants(log, shared, reader, scope, role), scope, entropy)?;
        }
    }
    Ok(())
}

fn role_mark(scope: &ScopeId, role: &str) -> Vec<u8> {
    [GIVEN_ROLES, &scope.0, role.as_bytes()].concat()
}

/// Grants of the secret of a role at a site that are not in the log: one for each confirmed member who holds the role on the
/// line of the site and does not read the site anyway.
fn owed_grants(log: &Log, shared: &Shared, reader: &Reader, scope: &ScopeId, role: &str) -> Vec<RoleGrant> {
    let roster = &shared.roster;
    let audience = ordinary_audience(&log.org, scope);
    let site = shared.site_with(scope).map(|site| site.op.code.as_str());
    let current = roster.audiences.get(&audience).and_then(|held| held.current());
    let (Some(site), Some(current)) = (site, current) else { return Vec::new() };
    let (epoch, pk) = (current.epoch, current.pk);
    let Some(secret) = reader.keychain.audience_secret(&audience, epoch, &pk) else { return Vec::new() };
    let secret = seal::role_secret(secret, &log.org, scope, epoch, role);
    let gets = |member: &Member| {
        // of a partner's own cases alone its people are given anything
        member.standing == Standing::Confirmed
            && (is_partner_role(role) || !is_partner(roster, member))
            && !is_foreign_member(roster, member, site)
            && member.roles.iter().any(|held| held.role == role && is_near(roster, site, &held.site))
            && !reads_site(roster, member, site)
    };
    let holders = holders(roster, role).filter(|(_, member)| gets(member));
    let grants = holders
        .filter_map(|(id, member)| RoleGrant::new(&secret, (&log.org, scope), epoch, role, (*id, &member.keys.x)));
    grants.filter(|grant| !reader.keychain.is_granted(scope, grant)).collect()
}

fn write_grants(
    log: &Log,
    tx: &mut Tx<'_>,
    shared: &Shared,
    grants: Vec<RoleGrant>,
    scope: &ScopeId,
    entropy: &mut Entropy,
) -> Result<(), Failure> {
    for grant in grants {
        let draft = Draft {
            scope: *scope,
            kind: Kind::Keys,
            doc: DocId::ZERO,
            incarnation: log.incarnation(),
            auth: log.auth(shared),
            deps: Vec::new(),
            sections: vec![SectionPlan::Clear { layer: LAYER_GRANT, bytes: cbor::encode(&grant) }],
        };
        draft.append(log, tx, None, entropy)?;
    }
    Ok(())
}

// ------------------------------------------------------------------ what nobody has given yet

/// How far a member's node has looked for gifts that are owed.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Looked {
    /// The newest arrival looked at.
    seen: Option<u64>,
    /// Of whom the membership consisted, and which sites' audiences were held.
    membership: [u8; 8],
    audiences: [u8; 8],
    /// Who stood in for whom.
    absences: [u8; 8],
    /// Documents that name somebody who can be given nothing yet.
    waiting: BTreeSet<(ScopeId, DocId)>,
    /// More of them than are noted.
    is_full: bool,
    /// Documents of which others are waited for to write what is owed.
    left: BTreeSet<(ScopeId, DocId)>,
    /// Others are waited for to grant the secret of a role.
    roles_left: bool,
}

/// Writes the gifts, and the secrets of roles, that this reader's node can make and that nobody made; and says again where
/// moved cases go on what was written to them in ignorance. The cost follows what arrived, not how many cases there are: `most`
/// of the cases that changed are looked at, the rest the next time.
///
/// # Errors
///
/// When the store cannot be read or written.
pub(crate) fn give_owed(log: &Log, reader: &mut Reader, most: usize, now_ms: i64) -> Result<Kept, Failure> {
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let is_member = shared.roster.members.get(&reader.member()).is_some_and(Member::is_live);
    let audiences = reader.keychain.site_audiences_tag(&shared.roster);
    if shared.roster.founding.is_none() || !is_member {
        return Ok(Kept::default());
    }
    let snapshot = log.store.read()?;
    let access = reader.secrets.store_access();
    let known: &mut Option<(Looked, usize)> = reader.built.of();
    let (mut looked, mut unsaved) = match known.take() {
        Some(known) => known,
        None => {
            let kept = snapshot.get_member(MemberSpace::Rows, &access, LOOKED)?;
            (kept.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default(), 0)
        }
    };
    let before = (looked.waiting.clone(), looked.left.clone(), looked.roles_left);
    let membership = membership_tag(&shared.roster);
    let mut docs = std::mem::take(&mut looked.left);
    let mut wrote = false;
    let is_changed = looked.membership != membership || looked.audiences != audiences;
    if is_changed {
        docs.append(&mut looked.waiting);
        // more waited than were noted: all are looked at again
        if std::mem::take(&mut looked.is_full) {
            looked.seen = None;
        }
    }
    if is_changed || looked.roles_left {
        (wrote, looked.roles_left) = give_roles(log, &shared, reader, now_ms)?;
    }
    if looked.audiences != audiences {
        looked.seen = None;
    }
    (looked.membership, looked.audiences) = (membership, audiences);
    let stands_in = absences_tag(&shared, now_ms);
    if looked.absences != stands_in {
        looked.absences = stands_in;
        // whoever stands in now has what was given to the absent
        docs.extend(of_absent(log, &shared, reader, now_ms)?);
    }
    let changed = snapshot.changed_next(looked.seen, most.saturating_mul(ASKED_PER_DOC))?;
    let is_marked = arrivals::may_owe(&snapshot, changed.iter().map(|doc| (doc.scope, doc.doc)))?;
    // what is left to others is not forgotten for what came since
    let room = docs.len().saturating_add(most).min(WAITING_MAX);
    let furthest = arrivals::furthest(log, &snapshot)?;
    let mut asked = 0_usize;
    for (doc, is_marked) in changed.into_iter().zip(is_marked) {
        if Some(doc.arrival) > furthest || docs.len() >= room {
            break;
        }
        asked += 1;
        looked.seen = Some(doc.arrival);
        if is_marked {
            let (scope, id) = snapshot.numbered_doc(doc.scope, doc.doc)?;
            docs.extend((id != DocId::ZERO).then_some((scope, id)));
        }
    }
    let is_more = looked.seen < snapshot.newest_arrival()?;
    unsaved += docs.len() + asked.div_ceil(SAVED_PER_ASKED);
    let mut may = Vec::new();
    for doc in docs {
        if may_owe(log, &snapshot, &shared, reader, doc, now_ms)? {
            may.push(doc);
        }
    }
    drop(snapshot);
    let (mut owing, mut moved) = (Vec::new(), Vec::new());
    for (scope, doc) in may {
        let (loaded, gifts) = owed_in(log, &shared, reader, (scope, doc), now_ms)?;
        if moving::has_moved(&loaded) {
            moved.push(Arc::clone(&loaded));
        }
        let Some(gifts) = gifts else { continue };
        if gifts.waits {
            looked.is_full |= looked.waiting.len() >= WAITING_MAX;
            if !looked.is_full {
                looked.waiting.insert((scope, doc));
            }
        }
        // what the person refused may stand where this reader cannot read yet
        if !gifts.ops.is_empty() && !loaded.reads_words() {
            looked.left.insert((scope, doc));
            continue;
        }
        if !gifts.ops.is_empty() || has_new_role(log, &scope, &gifts)? {
            owing.push((loaded, gifts));
        }
    }
    let debts = owing.iter().map(|(loaded, gifts)| {
        let what: [&[u8]; 4] =
            [b"gift", &loaded.doc.0, &loaded.document.generation.to_be_bytes(), &gifts.term.to_be_bytes()];
        debt(&shared, reader, case_site(&shared, loaded), &what)
    });
    let debts: Vec<Debt> = debts.collect();
    let due = debts::due(log, &format!("gifts/{}", reader.member()), &debts, now_ms)?;
    for ((loaded, gifts), is_due) in owing.into_iter().zip(due) {
        match is_due {
            true => write_owed(log, &shared, reader, loaded, &gifts, now_ms)?,
            false => drop(looked.left.insert((loaded.scope, loaded.doc))),
        }
        wrote |= is_due;
    }
    let carried = moving::carry_on_all(log, &shared, reader, moved, now_ms)?;
    wrote |= carried.wrote;
    looked.left.extend(carried.left);
    // what is looked at again after a restart costs less than a commit at every meeting
    let after = (&looked.waiting, &looked.left, looked.roles_left);
    if wrote || after != (&before.0, &before.1, before.2) || unsaved >= LOOK_SAVED {
        let bytes = serde_json::to_vec(&looked).map_err(|error| Failure::new("unexpected").because(&error))?;
        log.commit_quietly(|tx| Ok(tx.put_member(MemberSpace::Rows, &access, LOOKED, &bytes)?))?;
        unsaved = 0;
    }
    let waits = is_more || !looked.left.is_empty() || looked.roles_left;
    *reader.built.of() = Some((looked, unsaved));
    Ok(Kept { wrote, waits })
}

/// What is owed of a site's cases, by whoever reads them.
fn debt(shared: &Shared, reader: &Reader, site: &str, what: &[&[u8]]) -> Debt {
    let roster = &shared.roster;
    let gives = |member: &Member| member.standing == Standing::Confirmed && reads_site(roster, member, site);
    let others = roster.members.iter().filter(|(_, member)| gives(member)).map(|(id, _)| id.0);
    Debt::new(what, &reader.member().0, None, others)
}

/// Who stands in for whom at a time.
fn absences_tag(shared: &Shared, now_ms: i64) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 gifts absences v1");
    for absent in shared.absences.keys() {
        if let Some(deputy) = shared.away(absent, now_ms).and_then(|away| away.deputy) {
            hasher.update(&absent.0).update(&deputy.0);
        }
    }
    let mut tag = [0; 8];
    tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    tag
}

/// Cases that whoever is away is to work on.
fn of_absent(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Result<Vec<(ScopeId, DocId)>, Failure> {
    let is_away = |id: &&MemberId| shared.away(id, now_ms).is_some_and(|away| away.deputy.is_some());
    let away: Vec<String> = shared.absences.keys().filter(is_away).map(|id| Who::Member(*id).to_string()).collect();
    if away.is_empty() {
        return Ok(Vec::new());
    }
    list::catch_up(log, shared, reader)?;
    let snapshot = log.store.read()?;
    let rows = list::rows(reader).of_assignees(&away);
    let scopes = snapshot.scopes();
    let at = |(scope, doc): (u32, DocId)| Some((*scopes.get(scope as usize)?, doc));
    Ok(rows.into_iter().take(WAITING_MAX).filter_map(at).collect())
}

/// Who may get or give what: gifts that waited are looked at again when this changes.
fn membership_tag(roster: &Roster) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 gifts membership v1");
    for (id, member) in &roster.members {
        hasher.update(&id.0).update(&[member.standing as u8]);
        for held in &member.roles {
            hasher.update(held.role.as_bytes()).update(&[0]).update(held.site.as_bytes()).update(&[1]);
        }
    }
    for code in roster.sites.keys() {
        hasher.update(code.as_bytes()).update(&[2]);
    }
    let mut tag = [0; 8];
    tag.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    tag
}

/// The secrets of roles for those who hold them since. Whether something was written, and whether others are waited for.
fn give_roles(log: &Log, shared: &Shared, reader: &mut Reader, now_ms: i64) -> Result<(bool, bool), Failure> {
    let marks = crate::log::marks::listed(log, &log.store.read()?, GIVEN_ROLES)?;
    let mut owed = Vec::new();
    for (rest, _) in marks {
        let Some((scope, role)) = rest.split_first_chunk::<16>() else { continue };
        let (scope, Ok(role)) = (ScopeId(*scope), std::str::from_utf8(role)) else { continue };
        owed.extend(owed_grants(log, shared, reader, &scope, role).into_iter().map(|grant| (scope, grant)));
    }
    let debts = owed.iter().map(|(scope, grant)| {
        let site = shared.site_with(scope).map_or("", |site| site.op.code.as_str());
        let what: [&[u8]; 4] = [b"role", &scope.0, grant.role.as_bytes(), &grant.to.0];
        debt(shared, reader, site, &what)
    });
    let debts: Vec<Debt> = debts.collect();
    let due = debts::due(log, &format!("roles/{}", reader.member()), &debts, now_ms)?;
    let is_left = due.contains(&false);
    let now: Vec<_> = owed.into_iter().zip(due).filter(|(_, is_due)| *is_due).map(|(owed, _)| owed).collect();
    if now.is_empty() {
        return Ok((false, is_left));
    }
    let mut entropy = entropy()?;
    log.commit(|tx| {
        now.into_iter().try_for_each(|(scope, grant)| write_grants(log, tx, shared, vec![grant], &scope, &mut entropy))
    })?;
    log.refresh_reader(reader)?;
    Ok((true, is_left))
}

/// Whether something may be owed of a case: it names somebody who does not read its site, it was given, it moved, or its codes
/// are sealed. Asked of what was written to it as it stands, for building a case costs many times as much.
fn may_owe(
    log: &Log,
    snapshot: &Snapshot,
    shared: &Shared,
    reader: &Reader,
    (scope, doc): (ScopeId, DocId),
    now_ms: i64,
) -> Result<bool, Failure> {
    let entries = log.entries(snapshot, &scope, &doc)?;
    let site = shared.site_with(&scope).map_or("", |site| site.op.code.as_str());
    let reads = |to: &To| reads_by_role(&shared.roster, to, site) && deputy(shared, to, now_ms).is_none();
    let names_reader = |op: &LayerOp| match op {
        LayerOp::Put { key, value } => to_of(key, value).is_some_and(|to| reads(&to)),
        LayerOp::Delete { .. } => false,
    };
    // sealed, it is given to nobody; opened again, whom it names stands in it
    let is_sealing = |op: &LayerOp| matches!(op, LayerOp::Put { key, .. } if key == "restricted");
    let may = |op: &LayerOp| arrivals::may_make_owing(op, Some(site)) && !names_reader(op) && !is_sealing(op);
    Ok(entries.iter().any(|entry| match reader.keychain.open_one(&unwrap_carried(entry), Layer::Open) {
        Opened::Plain(plain) => gate::written(&plain.change).map_or(true, |ops| ops.iter().any(may)),
        Opened::Absent => false,
        Opened::Missing | Opened::Unreadable => true,
    }))
}

/// One case, and what is owed of it as far as this reader can give it.
fn owed_in(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    (scope, doc): (ScopeId, DocId),
    now_ms: i64,
) -> Result<(Arc<Loaded>, Option<Gifts>), Failure> {
    let audience = ordinary_audience(&log.org, &scope);
    let current = shared.roster.audiences.get(&audience).and_then(|held| held.current());
    let holds = |at: &&AudienceEpoch| reader.keychain.audience_secret(&audience, at.epoch, &at.pk).is_some();
    let current = current.filter(holds);
    let snapshot = log.store.read()?;
    let loaded = cases::load(log, &snapshot, shared, reader, scope, doc)?;
    drop(snapshot);
    let Some(current) = current else { return Ok((loaded, None)) };
    let at = SiteAudience { id: audience, epoch: current.epoch, pk: current.pk };
    let gifts = gifts(log, shared, reader, &loaded, at, &EditOps::default(), None, now_ms);
    Ok((loaded, Some(gifts)))
}

/// Whether the site gave something to a role that it had given nothing before, as far as this node knows.
fn has_new_role(log: &Log, scope: &ScopeId, gifts: &Gifts) -> Result<bool, Failure> {
    let snapshot = log.store.read()?;
    for role in &gifts.roles {
        if snapshot.get(Space::Meta, &role_mark(scope, role))?.is_none() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes what is owed of one case.
fn write_owed(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    loaded: Arc<Loaded>,
    gifts: &Gifts,
    now_ms: i64,
) -> Result<(), Failure> {
    let mut entropy = entropy()?;
    if gifts.ops.is_empty() {
        log.commit(|tx| grant_roles(log, tx, shared, reader, &loaded.scope, gifts, &mut entropy))?;
        return log.refresh_reader(reader);
    }
    let deps = deps(log, &loaded);
    let write = Write::on(loaded, deps, EditOps::default(), SensitiveKey::None);
    log.commit(|tx| append_edit(log, tx, shared, reader, write, now_ms, &mut entropy).map(drop))
}

#[cfg(test)]
mod tests;
