//! The keys a node owes to others: what somebody may read and nobody has given them yet.
//!
//! A key is given while no true wrap of it is held. Everybody who holds a secret makes the same wrap of it for the same
//! receiver, so a false one is told from the true one by its bytes, and keeps nobody from getting theirs.

use std::collections::{HashMap, HashSet};

use crdt_model::roster::{Member, OpenEpoch, Operation, Reading, Roster, Wrapped};
use crdt_model::seal::{Secret, wrap_secret};
use crdt_model::values::{AudienceId, DeviceId, EntryId, MemberId};

use super::debts::{self, Debt};
use super::{entitled, reads_open};
use crate::error::Failure;
use crate::log::{Log, Reader, Shared};

/// A secret wrapped for somebody, as everybody who holds it does; `None` where the receiver's key is no valid point.
pub(crate) fn wrap_to(
    log: &Log,
    secret: &Secret,
    target: [u8; 16],
    epoch: u32,
    to: (&[u8; 16], &[u8; 32]),
) -> Option<Wrapped> {
    let (enc, ct) = wrap_secret(secret, &log.org, &target, epoch, to)?;
    Some(Wrapped { to: *to.0, enc, ct })
}

/// A wrap that is owed.
pub(crate) struct Owed {
    target: [u8; 16],
    epoch: u32,
    wrapped: Wrapped,
    debt: Debt,
}

impl Owed {
    /// Whether it is for this member or device.
    pub(crate) fn is_to(&self, to: &[u8; 16]) -> bool {
        self.wrapped.to == *to
    }

    pub(crate) fn operation(self) -> Operation {
        Operation::Wrap { target: self.target, epoch: self.epoch, wrapped: self.wrapped }
    }
}

/// What is to be written now of what is owed, and whether something waits for others to write it.
pub(crate) fn due_wraps(
    log: &Log,
    shared: &Shared,
    reader: &mut Reader,
    now_ms: i64,
) -> Result<(Vec<Operation>, bool), Failure> {
    let owed = owed_wraps(log, shared, reader);
    let debts: Vec<Debt> = owed.iter().map(|owed| owed.debt).collect();
    let due = debts::due(log, &format!("keys/{}", reader.member()), &debts, now_ms)?;
    let waits = due.contains(&false);
    let now = owed.into_iter().zip(due).filter(|(_, is_due)| *is_due).map(|(owed, _)| owed.operation());
    Ok((now.collect(), waits))
}

/// Wraps that were found to be the true ones, so that none is made again to compare it with.
#[derive(Default)]
struct TrueWraps(HashSet<[u8; 16]>);

/// What is wrapped, its epoch, and for whom.
type Of = ([u8; 16], u32, [u8; 16]);

/// The wraps that count.
struct Given<'r>(HashMap<Of, Vec<&'r Wrapped>>);

impl<'r> Given<'r> {
    fn of(roster: &'r Roster) -> Self {
        let mut given: HashMap<_, Vec<&Wrapped>> = HashMap::new();
        for held in &roster.wraps {
            given.entry((held.target, held.epoch, held.wrapped.to)).or_default().push(&held.wrapped);
        }
        Self(given)
    }

    /// Whether something was wrapped for this receiver, true or not.
    fn any(&self, target: &[u8; 16], epoch: u32, to: &[u8; 16]) -> bool {
        self.0.contains_key(&(*target, epoch, *to))
    }

    /// The wrap of a secret that is missing: none where the true one is held. `is`: what tells the secret from others.
    fn missing(
        &self,
        log: &Log,
        known: &mut TrueWraps,
        (secret, is): (&Secret, &[u8; 32]),
        (target, epoch): ([u8; 16], u32),
        to: (&[u8; 16], &[u8; 32]),
    ) -> Option<Wrapped> {
        let given = self.0.get(&(target, epoch, *to.0)).map_or(&[][..], Vec::as_slice);
        let name = |wrapped: &Wrapped| {
            let mut hasher = blake3::Hasher::new_derive_key("boucle 2026 true wrap v1");
            hasher.update(&target).update(&epoch.to_be_bytes()).update(&wrapped.to);
            // of rival epochs of one number each has its own secret
            hasher.update(is).update(&wrapped.enc).update(&wrapped.ct);
            let mut short = [0; 16];
            short.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
            short
        };
        if given.iter().any(|wrapped| known.0.contains(&name(wrapped))) {
            return None;
        }
        let own = wrap_to(log, secret, target, epoch, to)?;
        if given.contains(&&own) {
            known.0.insert(name(&own));
            return None;
        }
        Some(own)
    }
}

/// Secrets that members and devices are entitled to and were neither truly wrapped nor invited with.
pub(crate) fn owed_wraps(log: &Log, shared: &Shared, reader: &mut Reader) -> Vec<Owed> {
    let given = Given::of(&shared.roster);
    let mut known = std::mem::take(reader.kept.of::<TrueWraps>());
    let mut owed = owed_open(log, &shared.roster, reader, &given, &mut known);
    owed.extend(owed_audiences(log, shared, reader, &given, &mut known));
    *reader.kept.of::<TrueWraps>() = known;
    owed
}

/// The invitation carried what its author held when it was written.
fn is_invited_with(roster: &Roster, member: &Member, epoch: &EntryId) -> bool {
    let invite = roster.invites.get(&member.invite);
    invite.is_some_and(|invite| roster.past().contains(&invite.entry, epoch) && invite.confirmed.is_none())
}

/// The device that let a member in: it is nearest to them.
fn let_in_by(roster: &Roster, member: &Member) -> Option<DeviceId> {
    let invite = roster.invites.get(&member.invite)?;
    Some(invite.confirmed_by.map_or(invite.by, |(device, _)| device))
}

fn owed_open(log: &Log, roster: &Roster, reader: &Reader, given: &Given<'_>, known: &mut TrueWraps) -> Vec<Owed> {
    let of_device = |id: &DeviceId| {
        let live = roster.members.values().filter(|member| member.device == *id && member.is_live());
        live.collect::<Vec<&Member>>()
    };
    let live: Vec<(&DeviceId, Vec<&Member>)> =
        roster.devices.keys().filter(|id| reads_open(roster, id)).map(|id| (id, of_device(id))).collect();
    let mut owed = Vec::new();
    for (scope, epochs) in &roster.open_epochs {
        for OpenEpoch { epoch, entry, commitment } in epochs {
            let Some(key) = reader.keychain.open_key(scope, *epoch) else { continue };
            let invited = |members: &[&Member]| members.iter().any(|member| is_invited_with(roster, member, entry));
            let mut holders = None;
            for (id, members) in live.iter().filter(|(id, _)| **id != log.device) {
                if invited(members) {
                    continue;
                }
                let Some(device) = roster.devices.get(id) else { continue };
                let to = (&id.0, &device.keys.x);
                let Some(wrapped) = given.missing(log, known, (key, commitment), (scope.0, *epoch), to) else {
                    continue;
                };
                let holders: &Vec<[u8; 16]> = holders.get_or_insert_with(|| {
                    let holds = |(id, members): &&(&DeviceId, Vec<&Member>)| {
                        given.any(&scope.0, *epoch, &id.0) || invited(members)
                    };
                    live.iter().filter(holds).map(|(id, _)| id.0).collect()
                });
                let nearest = members.iter().find_map(|member| let_in_by(roster, member)).map(|device| device.0);
                let others = holders.iter().copied().filter(|holder| *holder != id.0);
                let debt = Debt::new(&[&scope.0, &epoch.to_be_bytes(), &id.0], &log.device.0, nearest.as_ref(), others);
                owed.push(Owed { target: scope.0, epoch: *epoch, wrapped, debt });
            }
        }
    }
    owed
}

fn owed_audiences(log: &Log, shared: &Shared, reader: &Reader, given: &Given<'_>, known: &mut TrueWraps) -> Vec<Owed> {
    let roster = &shared.roster;
    let me = reader.member();
    // whoever may read an audience, and so holds what was given to them of it
    let mut readers: HashMap<AudienceId, Vec<(&MemberId, &Member)>> = HashMap::new();
    for (id, member) in roster.members.iter().filter(|(_, member)| member.is_live()) {
        for audience in entitled(log, shared, member) {
            readers.entry(audience).or_default().push((id, member));
        }
    }
    let mut owed = Vec::new();
    for (audience, held) in &roster.audiences {
        let Some(readers) = readers.get(audience) else { continue };
        let site = held.name.strip_prefix("site/");
        let ordinary = site.is_some();
        // of these a wrap counts only where the membership knows that its author holds the secret
        let is_kept = site.is_none_or(|site| Reading::of(roster).is_partners(site));
        for epoch in &held.epochs {
            let Some(secret) = reader.keychain.audience_secret(audience, epoch.epoch, &epoch.pk) else { continue };
            if is_kept && !given.any(&audience.0, epoch.epoch, &me.0) {
                continue;
            }
            let invited = |member: &Member| ordinary && is_invited_with(roster, member, &epoch.entry);
            let holds =
                |(id, member): &&(&MemberId, &Member)| given.any(&audience.0, epoch.epoch, &id.0) || invited(member);
            let holders: Vec<(&MemberId, &Member)> = readers.iter().filter(holds).copied().collect();
            for (id, member) in readers.iter().filter(|(id, _)| **id != me) {
                if invited(member) {
                    continue;
                }
                let at = (audience.0, epoch.epoch);
                let Some(wrapped) = given.missing(log, known, (secret, &epoch.pk), at, (&id.0, &member.keys.x)) else {
                    continue;
                };
                let near = let_in_by(roster, member);
                let nearest =
                    holders.iter().filter(|(_, holder)| Some(holder.device) == near).map(|(id, _)| id.0).min();
                let others = holders.iter().map(|(holder, _)| holder.0).filter(|holder| *holder != id.0);
                let what: &[&[u8]] = &[&audience.0, &epoch.epoch.to_be_bytes(), &id.0];
                let debt = Debt::new(what, &me.0, nearest.as_ref(), others);
                owed.push(Owed { target: audience.0, epoch: epoch.epoch, wrapped, debt });
            }
        }
    }
    owed
}
