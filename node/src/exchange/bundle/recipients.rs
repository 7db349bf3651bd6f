//! Who may open a bundle, and what they are known to hold.
//!
//! | made by | opens to |
//! |---|---|
//! | a member's device, for the organisation | the devices of all members that stand, and every invitation without a Join |
//! | … for a site | those of the site's members, and the site's invitations |
//! | … for a device | that device |
//! | a newcomer that has met nobody | holders of the audiences its invitation names |
//!
//! and to the device that made it. A newcomer's own device becomes a recipient once its Join is known to the maker;
//! before, the invitation's key opens for it.

use std::collections::BTreeSet;

use crdt_model::bundle::To;
use crdt_model::roster::Invite;
use crdt_model::seal::{Secret, invite_kem_secret};
use crdt_model::values::DeviceId;

use crate::error::Failure;
use crate::exchange::bundle;
use crate::log::now;
use crate::log::{Log, Shared, locked, meta};
use crate::members::called::site_typed;
use crate::store::{self, MemberSpace};

use super::Held;

/// Fewest digits that name a device.
const DEVICE_DIGITS_MIN: usize = 8;

/// Who a bundle is for.
pub(super) struct Recipients {
    pub(super) to: To,
    /// Their KEM keys, each once.
    pub(super) keys: Vec<[u8; 32]>,
    /// The devices among them, without our own.
    pub(super) devices: Vec<DeviceId>,
    /// Somebody among them has no device known here: they hold nothing.
    pub(super) strangers: bool,
}

fn is_open(invite: &Invite, now_ms: i64) -> bool {
    let past = u64::try_from(now_ms).unwrap_or(0) > invite.op.not_after_ms;
    !invite.ended && !past && invite.confirmed.is_none() && invite.joins.is_empty()
}

/// The recipients that `name` means: a site, a device by its first digits, or everybody.
pub(super) fn recipients(log: &Log, shared: &Shared, name: Option<&str>, now_ms: i64) -> Result<Recipients, Failure> {
    let roster = &shared.roster;
    let mut keys = BTreeSet::from([log.device_x.kem_public()]);
    if roster.founding.is_none() {
        // nobody's device is known: those who read the site's ordinary cases, and the audiences of sensitive ones
        let audiences = shared.invitations.iter().flat_map(|invitation| &invitation.audiences);
        keys.extend(audiences.map(|audience| audience.pk));
        let keys = keys.into_iter().collect();
        return Ok(Recipients { to: To::Organisation, keys, devices: Vec::new(), strangers: true });
    }
    let to = match name {
        None => To::Organisation,
        Some(name) => recipient_named(shared, name.trim())?,
    };
    let mut devices = BTreeSet::new();
    let mut strangers = false;
    for member in roster.members.values().filter(|member| member.is_live()) {
        let is_meant = match &to {
            To::Organisation => true,
            To::Site(code) => member.roles.iter().any(|held| held.site == *code),
            To::Device(device) => member.device == *device,
        };
        if is_meant && let Some(device) = roster.devices.get(&member.device) {
            devices.insert(member.device);
            keys.insert(device.keys.x);
        }
    }
    let now_ms = now::for_expiry(log, now_ms);
    for invite in roster.invites.values().filter(|invite| is_open(invite, now_ms)) {
        let is_meant = match &to {
            To::Organisation => true,
            To::Site(code) => invite.op.site == *code,
            To::Device(_) => false,
        };
        if is_meant {
            keys.insert(invite.op.kem_pk);
            strangers = true;
        }
    }
    devices.remove(&log.device);
    let keys = keys.into_iter().filter(crdt_model::seal::is_kem_public).collect();
    Ok(Recipients { to, keys, devices: devices.into_iter().collect(), strangers })
}

fn recipient_named(shared: &Shared, name: &str) -> Result<To, Failure> {
    let (site, hex) = (site_typed(name), crdt_model::name::folded(name));
    if shared.roster.sites.contains_key(&site) {
        return Ok(To::Site(site));
    }
    let fits = |device: &&DeviceId| hex.len() >= DEVICE_DIGITS_MIN && device.to_string().starts_with(&hex);
    let mut found = shared.roster.devices.keys().filter(fits);
    match (found.next(), found.next()) {
        (Some(device), None) => Ok(To::Device(*device)),
        _ => Err(Failure::new("recipient_not_found").arg("name", name)),
    }
}

/// What every recipient is known to hold.
pub(super) fn held_by_all(log: &Log, recipients: &Recipients) -> Result<Held, Failure> {
    if recipients.strangers || recipients.devices.is_empty() {
        return Ok(Held::new());
    }
    let snapshot = log.store.read()?;
    let known: Result<Vec<Held>, Failure> =
        recipients.devices.iter().map(|device| bundle::known_of(log, &snapshot, device)).collect();
    Ok(super::meet(&known?))
}

/// The secrets a bundle may be sealed to: this device's, those of invitations its members joined by, and those of
/// audiences they read.
pub(super) fn bundle_secrets(log: &Log) -> Result<Vec<Secret>, Failure> {
    let shared = log.shared();
    let mut secrets = vec![log.device_x.clone()];
    for member in log.unlocked() {
        let Some(reader) = log.reader(&member) else { continue };
        let mut reader = locked(&reader);
        log.refresh_reader(&mut reader)?;
        let access = reader.secrets.store_access();
        let snapshot: store::Snapshot = log.store.read()?;
        for invitation in &shared.invitations {
            let seed = snapshot.get_member(MemberSpace::Rows, &access, &meta::seed(&invitation.invite))?;
            if let Some(seed) = seed.and_then(|seed| <[u8; 32]>::try_from(seed.as_slice()).ok()) {
                secrets.push(invite_kem_secret(&Secret(seed)));
            }
        }
        for secret in reader.keychain.audience_secrets() {
            if !secrets.contains(secret) {
                secrets.push(secret.clone());
            }
        }
    }
    Ok(secrets)
}
