//! Who may do what: the state of the organisation, a pure function of the set of membership entries.
//!
//! The membership is a signed DAG: an entry's past is its chain, the heads its `auth` names and, for a Join, the Invite
//! it answers. An operation counts if its author held the needed right in the state its past induces. No clock takes
//! part: expiry warns and refuses locally and becomes a signed entry. Order of arrival changes nothing
//! (`evaluation_does_not_depend_on_arrival`).
//!
//! Revoke, Suspend, Cutoff and Checkpoint are reserved in the format and have no effect yet, nor has
//! [`Operation::EndGrant`]. What is built removes nothing that was once authorised, except by [`Operation::Confirm`] (the
//! other Joins of an invitation become void), so authority in a past is a look-up of bits.

mod erasing;
mod invitation;
mod operation;
mod past;
mod reach;
mod reading;
pub mod said;
mod six_words;
mod zones;

pub use erasing::Eraser;
pub use invitation::{AudienceKey, Invitation, InvitationError, OpenKey, PEOPLE_MAX, Person, Pin};
pub use operation::{
    CODE_BYTES_MAX, Founding, InviteOp, JoinOp, NAME_BYTES_MAX, Operation, PublicKeys, SiteKind, SiteOp, WRAPS_MAX,
    Wrapped,
};
pub use past::Past;
pub use reading::Reading;
pub use six_words::six_words;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ed25519_dalek::{Signature, VerifyingKey};

use crate::cbor;
use crate::entry::{Entry, Header, Kind};
use crate::taxonomy::{Capabilities, RoleProfile, Taxonomy};
use crate::values::{AudienceId, DeviceId, EntryId, MemberId, OrgId, ScopeId};
use erasing::{Picks, picked};
use reach::SiteTree;
use said::SiteSaid;
use zones::SiteZones;

/// Role of whoever founded the organisation.
pub const FOUNDER_ROLES: [&str; 2] = ["administrator", "coordinator"];

/// Name of the membership's scope.
pub const MEMBERSHIP: &str = "membership";
/// Name of the knowledge's scope.
pub const KNOWLEDGE: &str = "knowledge";

/// Rank, capabilities and audiences of a role.
pub fn role_profile(role: &str) -> Option<RoleProfile> {
    Taxonomy::shipped().role_profile(role)
}

/// The scope of the membership.
pub fn membership_scope(org: &OrgId) -> ScopeId {
    crate::seal::scope_id(org, MEMBERSHIP)
}

/// The scope of the knowledge: staff names, taxonomy, routing.
pub fn knowledge_scope(org: &OrgId) -> ScopeId {
    crate::seal::scope_id(org, KNOWLEDGE)
}

/// The scope of a site's cases.
pub fn site_scope(org: &OrgId, site: &str) -> ScopeId {
    crate::seal::scope_id(org, &format!("site/{site}"))
}

/// A site, its scope and the entry that made it.
#[derive(Debug, Clone)]
pub struct Site {
    /// What the entry says.
    pub op: SiteOp,
    /// The scope of its cases.
    pub scope: ScopeId,
    /// The entry.
    pub entry: EntryId,
}

/// An installation.
#[derive(Debug, Clone)]
pub struct Device {
    /// Its public keys.
    pub keys: PublicKeys,
    /// Numbers for references: one, and two spares.
    pub nodes: [u32; 3],
    /// Block of numbers it may give.
    pub block: Option<(u32, u32)>,
    /// Entries that brought it (Genesis or Joins).
    pub joins: Vec<EntryId>,
}

/// Where a Join stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The only Join of its invitation, not yet confirmed.
    Unconfirmed,
    /// Confirmed, by six words or as founder.
    Confirmed,
    /// Another Join came on the same invitation: suspended until one is confirmed.
    Suspended,
    /// Another Join of its invitation was confirmed.
    Void,
}

/// A role at a site, and the entry that gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRole {
    /// Role code.
    pub role: String,
    /// Site code.
    pub site: String,
    /// Genesis, Join or Grant.
    pub by: EntryId,
}

/// A person on a device.
#[derive(Debug, Clone)]
pub struct Member {
    /// Public keys.
    pub keys: PublicKeys,
    /// The device.
    pub device: DeviceId,
    /// Roles held; the first is that of the invitation.
    pub roles: Vec<HeldRole>,
    /// The Genesis or Join.
    pub join: EntryId,
    /// The Invite it answered (zero for the founder).
    pub invite: EntryId,
    /// The invitation's signing key (zero for the founder).
    pub invite_pk: [u8; 32],
    /// Where the Join stands.
    pub standing: Standing,
    /// The terms of its Join are not those of its Invite: the invitation was altered on its way, and with it the keys that
    /// its holder sealed to before meeting anyone. No fault of theirs: what they wrote counts.
    pub altered: bool,
    /// Judged here by the invitation that this home was given alone: its Invite has come and does not count. For others
    /// there is no such member.
    pub uninvited: bool,
}

impl Member {
    /// Lowest (most senior) rank among the member's roles.
    pub fn rank(&self) -> u8 {
        self.profiles().map(|p| p.rank).min().unwrap_or(u8::MAX)
    }

    /// Union of the roles' capabilities.
    pub fn capabilities(&self) -> Capabilities {
        self.profiles().fold(Capabilities::NONE, |all, p| all.union(p.capabilities))
    }

    /// Profiles of the roles held.
    pub fn profiles(&self) -> impl Iterator<Item = RoleProfile> {
        self.roles.iter().filter_map(|held| role_profile(&held.role))
    }

    /// True when one of the roles held is `role`.
    pub fn has_role(&self, role: &str) -> bool {
        self.roles.iter().any(|held| held.role == role)
    }

    /// Site of the first role.
    pub fn site(&self) -> &str {
        self.roles.first().map_or("", |held| &held.site)
    }

    /// First role.
    pub fn role(&self) -> &str {
        self.roles.first().map_or("", |held| &held.role)
    }

    /// True unless void, suspended, or on an invitation that does not count.
    pub fn is_live(&self) -> bool {
        !self.uninvited && matches!(self.standing, Standing::Unconfirmed | Standing::Confirmed)
    }
}

/// An invitation and what became of it.
#[derive(Debug, Clone)]
pub struct Invite {
    /// What the entry says.
    pub op: InviteOp,
    /// The entry.
    pub entry: EntryId,
    /// Device that wrote it.
    pub by: DeviceId,
    /// Joins that answered it.
    pub joins: Vec<EntryId>,
    /// The Join that was picked.
    pub confirmed: Option<EntryId>,
    /// Device that picked it, and its rank then.
    pub confirmed_by: Option<(DeviceId, u8)>,
    /// An `EndInvite` names it.
    pub ended: bool,
}

/// One epoch of an audience.
#[derive(Debug, Clone)]
pub struct AudienceEpoch {
    /// Number, from 1.
    pub epoch: u32,
    /// Public key.
    pub pk: [u8; 32],
    /// The entry.
    pub entry: EntryId,
    /// The device that opened it.
    pub by: DeviceId,
}

/// One epoch of a scope's open key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct OpenEpoch {
    /// Number, from 1.
    pub epoch: u32,
    /// The entry.
    pub entry: EntryId,
    /// Commitment to the key.
    pub commitment: [u8; 32],
}

/// An audience.
#[derive(Debug, Clone)]
pub struct Audience {
    /// `psea`, or `site/JER`.
    pub name: String,
    /// Epochs, oldest first; concurrent ones by entry id.
    pub epochs: Vec<AudienceEpoch>,
}

impl Audience {
    /// The epoch to write to: the greatest, of concurrent ones the lowest entry id.
    pub fn current(&self) -> Option<&AudienceEpoch> {
        let epoch = self.epochs.iter().map(|e| e.epoch).max()?;
        self.epochs.iter().filter(|e| e.epoch == epoch).min_by_key(|e| e.entry)
    }
}

/// A secret of an audience or scope, sealed to one recipient, and the entry that gave it.
#[derive(Debug, Clone)]
pub struct HeldWrap {
    /// Audience or scope.
    pub target: [u8; 16],
    /// Which epoch.
    pub epoch: u32,
    /// The wrapped secret.
    pub wrapped: Wrapped,
    /// The entry.
    pub by: EntryId,
}

/// A membership entry in the log.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its id.
    pub id: EntryId,
    /// Its header.
    pub header: Header,
    /// What it says; `None` for a reserved operation.
    pub op: Option<Operation>,
}

impl Record {
    /// Reads a membership entry. One whose operation cannot be read (reserved, of a later version, or nonsense) keeps
    /// its place in the past of others and has no effect.
    pub fn read(entry: &Entry) -> Self {
        let op = entry.section(0).and_then(|(_, section)| cbor::decode(section).ok());
        Self { id: entry.id(), header: entry.header().clone(), op }
    }
}

/// Why a membership entry has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoidReason {
    /// Its author lacked the right in the entry's past.
    NotAuthorised,
    /// No role of its author that gives the right reaches the site, in the entry's past.
    NotInReach,
    /// Root signatures are missing or it is not this organisation's.
    Genesis,
    /// The invitation's signature or terms do not fit.
    Invitation,
    /// It names something of which its past knows nothing.
    UnknownSubject,
    /// A number, code or epoch it may not use.
    Value,
}

impl VoidReason {
    /// A stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAuthorised => "not_authorised",
            Self::NotInReach => "not_in_reach",
            Self::Genesis => "genesis",
            Self::Invitation => "invitation",
            Self::UnknownSubject => "unknown_subject",
            Self::Value => "value",
        }
    }
}

/// The evaluated membership.
#[derive(Debug, Clone)]
pub struct Roster {
    /// The organisation.
    pub org: OrgId,
    /// The founding, once held.
    pub founding: Option<Founding>,
    /// Sites by code.
    pub sites: BTreeMap<String, Site>,
    /// Devices.
    pub devices: BTreeMap<DeviceId, Device>,
    /// Members.
    pub members: BTreeMap<MemberId, Member>,
    /// Invitations by their Invite.
    pub invites: BTreeMap<EntryId, Invite>,
    /// Audiences.
    pub audiences: BTreeMap<AudienceId, Audience>,
    /// Open epochs by scope, oldest first.
    pub open_epochs: BTreeMap<ScopeId, Vec<OpenEpoch>>,
    /// Every wrap that counts.
    pub wraps: Vec<HeldWrap>,
    /// Entries without effect, and why.
    pub void: BTreeMap<EntryId, VoidReason>,
    /// Entries whose `auth` or Invite is not held yet.
    pub waiting: BTreeSet<EntryId>,
    /// Entries no other entry has in its past, sorted.
    pub heads: Vec<EntryId>,
    past: Arc<Past>,
    void_joins: BTreeSet<EntryId>,
    void_invites: BTreeMap<EntryId, DeviceId>,
    tree: SiteTree,
    zones: SiteZones,
    said: SiteSaid,
    picks: Picks,
    /// Of each Join, the Confirms that had the right to be, whether or not another was picked.
    confirms: BTreeMap<EntryId, Vec<EntryId>>,
    /// The first pass, where a later one differs from it.
    rights: Option<Arc<Self>>,
}

/// Passes after which the picks of rival Joins are taken as they stand (each pass removes the authority of Joins that
/// the one before found void; two suffice unless newcomers confirm each other).
const PASSES_MAX: usize = 4;

impl Roster {
    /// The membership of nobody yet.
    pub fn empty(org: OrgId) -> Self {
        Self::evaluate(org, &[], &[])
    }

    /// Evaluates the set of membership entries. `pinned` are this node's own invitations: until an Invite arrives,
    /// the Join that answers it is judged by its pin.
    pub fn evaluate(org: OrgId, records: &[Record], pinned: &[Pin]) -> Self {
        let ids: Vec<EntryId> = pinned.iter().map(|pin| pin.invite).collect();
        let past = Arc::new(Past::of(records, &ids));
        let pass = |void_joins: &BTreeSet<EntryId>| {
            let roster = Self::pass(org, records, pinned, Arc::clone(&past), void_joins.clone());
            let void = roster.members.values().filter(|m| m.standing == Standing::Void).map(|m| m.join);
            let found: BTreeSet<EntryId> = void.collect();
            (roster, found)
        };
        let (first, mut void_joins) = pass(&BTreeSet::new());
        if void_joins.is_empty() {
            return first;
        }
        let rights = Arc::new(first);
        let mut passes = 1;
        loop {
            let (roster, found) = pass(&void_joins);
            passes += 1;
            if found == void_joins || passes > PASSES_MAX {
                return Self { rights: Some(rights), ..roster };
            }
            void_joins = found;
        }
    }

    fn pass(org: OrgId, records: &[Record], pinned: &[Pin], past: Arc<Past>, void_joins: BTreeSet<EntryId>) -> Self {
        let mut roster = Self {
            org,
            founding: None,
            sites: BTreeMap::new(),
            devices: BTreeMap::new(),
            members: BTreeMap::new(),
            invites: BTreeMap::new(),
            audiences: BTreeMap::new(),
            open_epochs: BTreeMap::new(),
            wraps: Vec::new(),
            void: BTreeMap::new(),
            waiting: past.waiting(),
            heads: past.heads(),
            past,
            void_joins,
            void_invites: BTreeMap::new(),
            tree: SiteTree::default(),
            zones: SiteZones::default(),
            said: SiteSaid::default(),
            picks: Picks::new(),
            confirms: BTreeMap::new(),
            rights: None,
        };
        let by_id: BTreeMap<EntryId, &Record> = records.iter().map(|r| (r.id, r)).collect();
        for id in roster.past.order() {
            let record = by_id[&id];
            if let Some(op) = &record.op
                && let Err(reason) = roster.apply(record, op, pinned)
            {
                roster.void.insert(id, reason);
                if matches!(op, Operation::Invite(_)) {
                    roster.void_invites.insert(id, record.header.device);
                }
            }
        }
        roster.settle_joins(records);
        roster
    }

    /// Applies one operation, all of its past having been applied. (What is concurrent was applied too: each check
    /// asks only for facts in the operation's past.)
    fn apply(&mut self, record: &Record, op: &Operation, pinned: &[Pin]) -> Result<(), VoidReason> {
        let id = record.id;
        match op {
            Operation::Genesis(founding, sigs) => self.apply_genesis(record, founding, sigs),
            Operation::Join(join) => self.apply_join(record, join, pinned),
            Operation::Site(site) => {
                self.require(record, |a| a.capabilities.contains(Capabilities::MANAGE_ORG))?;
                if !is_site_code(&site.code) {
                    return Err(VoidReason::Value);
                }
                let scope = site_scope(&self.org, &site.code);
                self.tree.add(id, site, &self.past);
                self.sites.entry(site.code.clone()).or_insert_with(|| Site { op: site.clone(), scope, entry: id });
                Ok(())
            }
            Operation::Invite(invite) => self.apply_invite(record, invite),
            Operation::EndInvite(invite) => {
                let of = self.invites.get(invite).filter(|of| self.past.contains(&id, &of.entry));
                let (by, op) = of.map(|of| (of.by, of.op.clone())).ok_or(VoidReason::UnknownSubject)?;
                if by != record.header.device {
                    let rank = role_profile(&op.role).map_or(u8::MAX, |profile| profile.rank);
                    self.require_managing(record, &op.site, |managing| managing <= rank)?;
                }
                self.invites.get_mut(invite).ok_or(VoidReason::UnknownSubject)?.ended = true;
                Ok(())
            }
            // picked in `settle_joins`, by the same rules
            Operation::Confirm(join) => {
                if self.confirm_rank(record, join).is_ok() {
                    self.confirms.entry(*join).or_default().push(id);
                }
                Ok(())
            }
            Operation::Grant { member, role, site, .. } => {
                let rank = role_profile(role).ok_or(VoidReason::Value)?.rank;
                self.require_managing(record, site, |managing| managing < rank)?;
                let subject = self.members.get(member).ok_or(VoidReason::UnknownSubject)?;
                if !self.past.contains(&id, &subject.join) || !self.knows_site(&id, site) {
                    return Err(VoidReason::UnknownSubject);
                }
                // nobody gives a role to somebody of their own machine
                if subject.device == record.header.device {
                    return Err(VoidReason::NotAuthorised);
                }
                let held = HeldRole { role: role.clone(), site: site.clone(), by: id };
                self.members.get_mut(member).ok_or(VoidReason::UnknownSubject)?.roles.push(held);
                Ok(())
            }
            // takes effect in a later version, with the clockless expiry of grants; until then nobody writes it
            Operation::EndGrant(_) => Ok(()),
            Operation::AudienceEpoch { audience, name, epoch, suite, pk, wraps } => {
                let held = self.audiences.get(audience);
                let before = |n: u32| {
                    held.is_some_and(|a| a.epochs.iter().any(|e| e.epoch == n && self.past.contains(&id, &e.entry)))
                };
                // the next of those its author knew: nobody skips to a number that cannot be followed
                let in_turn = *epoch >= 1 && !before(*epoch) && (*epoch == 1 || before(*epoch - 1));
                if *audience != audience_of_name(&self.org, name) || *suite != 1 || !in_turn {
                    return Err(VoidReason::Value);
                }
                self.may_open_epoch(record, &audience.0, *epoch, Whose::of(self, record, name))?;
                self.hold_wraps(id, audience.0, *epoch, wraps);
                let held = self
                    .audiences
                    .entry(*audience)
                    .or_insert_with(|| Audience { name: name.clone(), epochs: Vec::new() });
                let by = record.header.device;
                held.epochs.push(AudienceEpoch { epoch: *epoch, pk: *pk, entry: id, by });
                held.epochs.sort_by_key(|e| (e.epoch, e.entry));
                Ok(())
            }
            Operation::OpenEpoch { scope, epoch, commitment, wraps } => {
                let site = |site: &Site| site.scope == *scope && self.knows_site(&id, &site.op.code);
                if *scope != knowledge_scope(&self.org) && !self.sites.values().any(site) {
                    return Err(VoidReason::UnknownSubject);
                }
                let known = |held: &OpenEpoch| held.epoch + 1 == *epoch && self.past.contains(&id, &held.entry);
                if *epoch > 1 && !self.open_epochs.get(scope).is_some_and(|held| held.iter().any(known)) {
                    return Err(VoidReason::Value);
                }
                self.may_open_epoch(record, &scope.0, *epoch, Whose::Organisation)?;
                self.hold_wraps(id, scope.0, *epoch, wraps);
                let epochs = self.open_epochs.entry(*scope).or_default();
                epochs.push(OpenEpoch { epoch: *epoch, entry: id, commitment: *commitment });
                epochs.sort_unstable();
                Ok(())
            }
            Operation::Wrap { target, epoch, wrapped } => {
                self.require(record, |_| true)?;
                let past = |entry: &EntryId| self.past.contains(&id, entry);
                let audience = self.audiences.get(&AudienceId(*target));
                let audience = audience.filter(|a| a.epochs.iter().any(|e| e.epoch == *epoch && past(&e.entry)));
                let open = self.open_epochs.get(&ScopeId(*target));
                let open = open.is_some_and(|held| held.iter().any(|e| e.epoch == *epoch && past(&e.entry)));
                if audience.is_none() && !open {
                    return Err(VoidReason::UnknownSubject);
                }
                // who does not hold a sensitive audience, or a partner's, cannot make anyone look like a holder of it
                let is_kept = audience.is_some_and(|a| Whose::of(self, record, &a.name) != Whose::Organisation);
                if is_kept && !self.holds(record, target, *epoch) {
                    return Err(VoidReason::NotAuthorised);
                }
                self.hold_wraps(id, *target, *epoch, std::slice::from_ref(wrapped));
                Ok(())
            }
            Operation::Merge => Ok(()),
            Operation::SiteZone { site, zone } => self.apply_zone(record, site, zone),
            Operation::SiteSaid { site, key, value } => said::apply(self, record, site, key, value),
        }
    }

    fn apply_genesis(
        &mut self,
        record: &Record,
        founding: &Founding,
        sigs: &[(u32, [u8; 64])],
    ) -> Result<(), VoidReason> {
        let device = crate::seal::device_id(&founding.device.ed, &founding.device.x);
        let again = self.founding.is_some();
        if again || founding.org() != self.org || device != record.header.device || !root_quorum(founding, sigs) {
            return Err(VoidReason::Genesis);
        }
        let nodes = [100, 101, 102];
        let block = Some((103, 159));
        self.devices.insert(device, Device { keys: founding.device, nodes, block, joins: vec![record.id] });
        let member = crate::seal::member_id(&founding.member.ed, &founding.member.x);
        let held = |role: &&str| HeldRole { role: (*role).into(), site: founding.site.clone(), by: record.id };
        let roles = FOUNDER_ROLES.iter().map(held).collect();
        self.members.insert(
            member,
            Member {
                keys: founding.member,
                device,
                roles,
                join: record.id,
                invite: EntryId::ZERO,
                invite_pk: [0; 32],
                standing: Standing::Confirmed,
                altered: false,
                uninvited: false,
            },
        );
        self.founding = Some(founding.clone());
        Ok(())
    }

    fn hold_wraps(&mut self, by: EntryId, target: [u8; 16], epoch: u32, wraps: &[Wrapped]) {
        self.wraps.extend(wraps.iter().map(|wrapped| HeldWrap { target, epoch, wrapped: wrapped.clone(), by }));
    }

    /// The first epoch of an audience or scope is made for the organisation; a later one by someone who manages and
    /// holds the epoch before, or, but for a named audience, manages the organisation: or a manager could turn
    /// allegations to a key of their own. That of a partner's site by somebody who reads there and holds the epoch before,
    /// and by nobody else: or who stands above could turn the partner's cases to a key of theirs.
    fn may_open_epoch(
        &self,
        record: &Record,
        target: &[u8; 16],
        epoch: u32,
        whose: Whose<'_>,
    ) -> Result<(), VoidReason> {
        let (id, device) = (&record.id, &record.header.device);
        let known = |entry: &EntryId| self.past.contains(id, entry);
        let may = match (epoch, whose) {
            (0, _) => return Err(VoidReason::Value),
            (1, _) => self.require(record, |a| a.capabilities.contains(Capabilities::MANAGE_ORG)).map(|_| true)?,
            (_, Whose::Partner(site)) => {
                let holds = |member: &MemberId| {
                    let to_them =
                        |w: &HeldWrap| w.target == *target && w.epoch == epoch - 1 && w.wrapped.to == member.0;
                    self.wraps.iter().any(|w| to_them(w) && known(&w.by))
                };
                Reading::of(self).by_confirmed_in(device, site, known, holds)
            }
            (_, Whose::Organisation | Whose::Named) => {
                let author = self.require(record, |a| a.capabilities.contains(Capabilities::MANAGE_SITE))?;
                let may_any = whose == Whose::Organisation && author.capabilities.contains(Capabilities::MANAGE_ORG);
                may_any || self.holds(record, target, epoch - 1)
            }
        };
        if may { Ok(()) } else { Err(VoidReason::NotAuthorised) }
    }

    /// A member of the author's device was given this epoch's secret in the entry's past.
    fn holds(&self, record: &Record, target: &[u8; 16], epoch: u32) -> bool {
        let here = |to: &[u8; 16]| self.members.get(&MemberId(*to)).is_some_and(|m| m.device == record.header.device);
        self.wraps.iter().any(|w| {
            w.target == *target && w.epoch == epoch && here(&w.wrapped.to) && self.past.contains(&record.id, &w.by)
        })
    }

    fn apply_invite(&mut self, record: &Record, invite: &InviteOp) -> Result<(), VoidReason> {
        let rank = role_profile(&invite.role).ok_or(VoidReason::Value)?.rank;
        if !self.knows_site(&record.id, &invite.site) {
            return Err(VoidReason::UnknownSubject);
        }
        self.require_managing(record, &invite.site, |managing| managing <= rank)?;
        let made = Invite {
            op: invite.clone(),
            entry: record.id,
            by: record.header.device,
            joins: Vec::new(),
            confirmed: None,
            confirmed_by: None,
            ended: false,
        };
        self.invites.insert(record.id, made);
        Ok(())
    }

    fn apply_join(&mut self, record: &Record, join: &JoinOp, pinned: &[Pin]) -> Result<(), VoidReason> {
        let device = crate::seal::device_id(&join.device.ed, &join.device.x);
        if device != record.header.device || !join_signature_holds(&self.org, join) {
            return Err(VoidReason::Invitation);
        }
        let pin = pinned.iter().find(|pin| pin.invite == join.invite);
        let terms = match (self.invites.get(&join.invite), pin) {
            (Some(invite), _) => invite.op.clone(),
            (None, Some(pin)) => pin.op.clone(),
            _ => return Err(VoidReason::Invitation),
        };
        if terms.sign_pk != join.invite_pk || self.members.contains_key(&join.member_id()) {
            return Err(VoidReason::Invitation);
        }
        if join.role != terms.role || join.not_after_ms != terms.not_after_ms {
            return Err(VoidReason::Invitation);
        }
        if let Some(invite) = self.invites.get_mut(&join.invite) {
            invite.joins.push(record.id);
        }
        let held = self.devices.entry(device).or_insert_with(|| Device {
            keys: join.device,
            nodes: terms.nodes,
            block: terms.block,
            joins: Vec::new(),
        });
        held.joins.push(record.id);
        let member = Member {
            keys: join.member,
            device,
            roles: vec![HeldRole { role: terms.role, site: terms.site, by: record.id }],
            join: record.id,
            invite: join.invite,
            invite_pk: join.invite_pk,
            standing: Standing::Unconfirmed,
            altered: join.terms != terms.terms,
            uninvited: self.void_invites.contains_key(&join.invite),
        };
        self.members.insert(join.member_id(), member);
        Ok(())
    }

    /// Several Joins on one invitation suspend all, until the inviter or a senior confirms one.
    fn settle_joins(&mut self, records: &[Record]) {
        let mut picks = Picks::new();
        for record in records {
            let Some(Operation::Confirm(join)) = &record.op else { continue };
            if self.waiting.contains(&record.id) {
                continue;
            }
            match self.confirm_rank(record, join) {
                Ok((invite, rank)) => {
                    let pick = Pick { rank, id: record.id, join: *join, by: record.header.device };
                    picks.entry(invite).or_default().push(pick);
                }
                Err(reason) => {
                    self.void.insert(record.id, reason);
                }
            }
        }
        for (id, invite) in &mut self.invites {
            invite.joins.sort_unstable();
            // a pick that had seen another changes nothing: what was confirmed stays confirmed
            let best = picks.get(id).and_then(|all| picked(all, &self.past, |_| true));
            invite.confirmed = best.map(|pick| pick.join);
            invite.confirmed_by = best.map(|pick| (pick.by, pick.rank));
        }
        self.picks = picks;
        for member in self.members.values_mut() {
            let Some(invite) = self.invites.get(&member.invite) else { continue };
            member.standing = match invite.confirmed {
                Some(join) if join == member.join => Standing::Confirmed,
                Some(_) => Standing::Void,
                None if invite.joins.len() > 1 => Standing::Suspended,
                None => Standing::Unconfirmed,
            };
        }
    }

    /// Invitation and author's rank of a Confirm, if its author is the inviter or manages people of that rank at the site of
    /// the invitation.
    fn confirm_rank(&self, record: &Record, join: &EntryId) -> Result<(EntryId, u8), VoidReason> {
        let member = self.members.values().find(|m| m.join == *join).ok_or(VoidReason::UnknownSubject)?;
        if !self.past.contains(&record.id, join) {
            return Err(VoidReason::UnknownSubject);
        }
        let invite = self.invites.get(&member.invite).ok_or(VoidReason::UnknownSubject)?;
        let managing = |of: &EntryId| {
            self.managing_rank(&record.header.device, &invite.op.site, |entry| self.past.contains(of, entry))
        };
        if invite.by == record.header.device {
            self.require(record, |_| true)?;
            // what they could do when they invited is theirs, whatever was said of the site since
            let rank = managing(&record.id).or_else(|| managing(&invite.entry)).unwrap_or(u8::MAX);
            return Ok((member.invite, rank));
        }
        let roles = member.roles.iter().filter(|held| self.past.contains(&record.id, &held.by));
        let rank = roles.filter_map(|held| role_profile(&held.role)).map(|p| p.rank).min().unwrap_or(u8::MAX);
        let managing = self.require_managing(record, &invite.op.site, |managing| managing <= rank)?;
        Ok((member.invite, managing))
    }

    /// Some Site entry of this code is in an entry's past.
    fn knows_site(&self, of: &EntryId, site: &str) -> bool {
        self.tree.has(site, |entry| self.past.contains(of, entry))
    }

    /// The most senior rank by which the author manages the people of a site in an entry's past, if it passes `test`.
    fn require_managing(&self, record: &Record, site: &str, test: impl Fn(u8) -> bool) -> Result<u8, VoidReason> {
        let known = |entry: &EntryId| self.past.contains(&record.id, entry);
        match self.managing_rank(&record.header.device, site, known) {
            Some(rank) if test(rank) => Ok(rank),
            Some(_) => Err(VoidReason::NotAuthorised),
            None => {
                self.require(record, |author| author.capabilities.contains(Capabilities::MANAGE_SITE))?;
                Err(VoidReason::NotInReach)
            }
        }
    }

    /// The author's authority in an entry's past, if it passes `test`.
    fn require(&self, record: &Record, test: impl Fn(&Authority) -> bool) -> Result<Authority, VoidReason> {
        let authority = self.authority(&record.header.device, |join| self.past.contains(&record.id, join));
        if authority.is_member && test(&authority) { Ok(authority) } else { Err(VoidReason::NotAuthorised) }
    }

    /// What a device may do, counting the members whose Join `known` accepts.
    fn authority(&self, device: &DeviceId, known: impl Fn(&EntryId) -> bool) -> Authority {
        let mut authority =
            Authority { device: *device, rank: u8::MAX, capabilities: Capabilities::NONE, is_member: false };
        for member in self.members.values() {
            if member.device != *device || self.void_joins.contains(&member.join) || !known(&member.join) {
                continue;
            }
            authority.is_member = true;
            for held in member.roles.iter().filter(|held| known(&held.by)) {
                let Some(profile) = role_profile(&held.role) else { continue };
                authority.rank = authority.rank.min(profile.rank);
                authority.capabilities = authority.capabilities.union(profile.capabilities);
            }
        }
        authority
    }

    /// What a device may do by all that is known now.
    pub fn authority_now(&self, device: &DeviceId) -> Authority {
        self.authority(device, |_| true)
    }

    /// What a device may do in the state that `auth` induces, or `None` while part of `auth` is not held.
    pub fn authority_at(&self, device: &DeviceId, auth: &[EntryId]) -> Option<Authority> {
        let past = self.past.closure(auth)?;
        Some(self.authority(device, |join| past.contains(join)))
    }

    /// Who held the secret of an audience, as an entry with this `auth` could know: those its then newest epoch was wrapped
    /// to. `None` while some of that past is not held.
    pub fn wrapped_at(&self, audience: &AudienceId, auth: &[EntryId]) -> Option<BTreeSet<MemberId>> {
        let past = self.past.closure(auth)?;
        let known = || self.wraps.iter().filter(|held| held.target == audience.0 && past.contains(&held.by));
        let newest = known().map(|held| held.epoch).max();
        Some(known().filter(|held| Some(held.epoch) == newest).map(|held| MemberId(held.wrapped.to)).collect())
    }

    /// Heads for the `auth` of an entry by this device: first those that have its own Joins in their past and what
    /// confirmed them, then others, [`crate::entry::AUTH_MAX`] at most, sorted.
    pub fn auth_for(&self, device: &DeviceId) -> Vec<EntryId> {
        let joins = self.devices.get(device).map_or(&[][..], |d| &d.joins);
        let confirms = self.picks.values().flatten().filter(|pick| joins.contains(&pick.join)).map(|pick| pick.id);
        let own: Vec<EntryId> = joins.iter().copied().chain(confirms).collect();
        let covered = |head: &EntryId| own.iter().filter(|entry| self.past.contains(head, entry)).count();
        let mut heads = self.heads.clone();
        heads.sort_by_cached_key(|head| std::cmp::Reverse(covered(head)));
        heads.truncate(crate::entry::AUTH_MAX);
        heads.sort_unstable();
        heads
    }

    /// Whether a member may be of an audience: the founder, or confirmed by the coordination in a role that audiences take
    /// their members from. Such a member may open a sealed case or write it anew.
    pub fn may_open(&self, member: &MemberId) -> bool {
        let Some(held) = self.members.get(member) else { return false };
        if held.invite == EntryId::ZERO {
            return true;
        }
        let confirmed = self.invites.get(&held.invite).and_then(|invite| invite.confirmed_by);
        held.standing == Standing::Confirmed
            && confirmed.is_some_and(|(_, rank)| rank <= 1)
            && held.profiles().any(|profile| !profile.audiences.is_empty())
    }

    /// Whether one of the members of a device [may open](Self::may_open) sealed cases.
    pub fn device_may_open(&self, device: &DeviceId) -> bool {
        self.members.iter().any(|(id, member)| member.device == *device && self.may_open(id))
    }

    /// The device that wrote an Invite, whether or not that counts.
    pub fn inviting_device(&self, invite: &EntryId) -> Option<DeviceId> {
        self.invites.get(invite).map(|invite| invite.by).or_else(|| self.void_invites.get(invite).copied())
    }

    /// Whether an Invite is held that does not count.
    pub fn is_void_invite(&self, invite: &EntryId) -> bool {
        self.void_invites.contains_key(invite)
    }

    /// The verifying key of a device whose Join (or Genesis) is held.
    pub fn device_key(&self, device: &DeviceId) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(&self.devices.get(device)?.keys.ed).ok()
    }

    /// The verifying key of a member.
    pub fn member_key(&self, member: &MemberId) -> Option<VerifyingKey> {
        VerifyingKey::from_bytes(&self.members.get(member)?.keys.ed).ok()
    }

    /// Name of a scope: `membership`, `knowledge`, `site/JER`, or its id.
    pub fn scope_name(&self, scope: &ScopeId) -> String {
        if *scope == membership_scope(&self.org) {
            return MEMBERSHIP.to_owned();
        }
        if *scope == knowledge_scope(&self.org) {
            return KNOWLEDGE.to_owned();
        }
        self.sites
            .values()
            .find(|site| site.scope == *scope)
            .map_or_else(|| scope.to_string(), |site| format!("site/{}", site.op.code))
    }

    /// Every scope there is, the membership first.
    pub fn scopes(&self) -> Vec<ScopeId> {
        let mut scopes = vec![membership_scope(&self.org), knowledge_scope(&self.org)];
        scopes.extend(self.sites.values().map(|site| site.scope));
        scopes
    }

    /// What the membership knows of entries' pasts.
    pub fn past(&self) -> &Past {
        &self.past
    }
}

/// Whose an audience or an open key is, and so who may turn it to another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose<'n> {
    /// A site's of the organisation, or an open key.
    Organisation,
    /// A named audience.
    Named,
    /// Of this site, which is a partner's.
    Partner(&'n str),
}

impl<'n> Whose<'n> {
    /// By the past of an entry that would turn the audience of this name, or give its key.
    fn of(roster: &Roster, record: &Record, name: &'n str) -> Self {
        let known = |entry: &EntryId| roster.past.contains(&record.id, entry);
        match name.strip_prefix(SITE_AUDIENCE) {
            None => Self::Named,
            Some(site) if roster.tree.is_partners(site, known) => Self::Partner(site),
            Some(_) => Self::Organisation,
        }
    }
}

/// A Confirm that counts.
#[derive(Debug, Clone)]
struct Pick {
    rank: u8,
    id: EntryId,
    join: EntryId,
    by: DeviceId,
}

/// What a device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority {
    /// The device.
    pub device: DeviceId,
    /// Lowest (most senior) rank of its members.
    pub rank: u8,
    /// Union of its members' capabilities.
    pub capabilities: Capabilities,
    /// Some member of it is known.
    pub is_member: bool,
}

/// Names of sites' ordinary audiences begin so.
const SITE_AUDIENCE: &str = "site/";

/// `psea` names an audience of the organisation, `site/JER` a site's ordinary one.
pub fn audience_of_name(org: &OrgId, name: &str) -> AudienceId {
    match name.strip_prefix(SITE_AUDIENCE) {
        Some(site) => crate::seal::ordinary_audience(org, &site_scope(org, site)),
        None => crate::seal::named_audience(org, name),
    }
}

/// Three letters A to Z.
pub fn is_site_code(code: &str) -> bool {
    code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase())
}

fn root_quorum(founding: &Founding, sigs: &[(u32, [u8; 64])]) -> bool {
    let message = founding.signed_message();
    let good: BTreeSet<u32> = sigs
        .iter()
        .filter(|(index, sig)| {
            founding
                .roots
                .get(*index as usize)
                .and_then(|pk| VerifyingKey::from_bytes(pk).ok())
                .is_some_and(|key| key.verify_strict(&message, &Signature::from_bytes(sig)).is_ok())
        })
        .map(|(index, _)| *index)
        .collect();
    good.len() >= founding.threshold as usize
}

/// The invitation's key and the member's signed this Join, and both its KEM keys can be sealed to.
pub fn join_signature_holds(org: &OrgId, join: &JoinOp) -> bool {
    let message = join.signed_message(org);
    let signed = |pk: &[u8; 32], sig: &[u8; 64]| {
        VerifyingKey::from_bytes(pk).is_ok_and(|key| key.verify_strict(&message, &Signature::from_bytes(sig)).is_ok())
    };
    signed(&join.invite_pk, &join.sig)
        && signed(&join.member.ed, &join.member_sig)
        && [join.device.x, join.member.x].iter().all(crate::seal::is_kem_public)
}

/// The device key an entry itself brings, if it is the Genesis of `org` or a Join signed by an invitation: what lets
/// the first entry of a device's membership chain be admitted.
pub fn self_introduced_key(org: &OrgId, entry: &Entry) -> Option<VerifyingKey> {
    if entry.header().kind != Kind::Membership {
        return None;
    }
    let (_, section) = entry.section(0)?;
    let keys = match cbor::decode::<Operation>(section).ok()? {
        Operation::Genesis(founding, sigs) if founding.org() == *org && root_quorum(&founding, &sigs) => {
            founding.device
        }
        Operation::Join(join) if join_signature_holds(org, &join) => join.device,
        _ => return None,
    };
    if crate::seal::device_id(&keys.ed, &keys.x) != entry.header().device {
        return None;
    }
    VerifyingKey::from_bytes(&keys.ed).ok()
}

#[cfg(test)]
mod tests;
