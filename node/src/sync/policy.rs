//! Who may have what: the handshake's questions, answered from the roster.

use std::cell::Cell;
use std::sync::Arc;

use crdt_model::cbor;
use crdt_model::entry::{Entry, Kind};
use crdt_model::roster::{self, Operation, membership_scope, self_introduced_key};
use crdt_model::sync::handshake::{NewcomerFault, PeerPolicy, Standing};
use crdt_model::values::{DeviceId, EntryId, OrgId};
use ed25519_dalek::VerifyingKey;

use crate::log::now;
use crate::log::{Log, Shared};

/// The membership as of one moment.
pub(crate) struct Policy {
    org: OrgId,
    shared: Arc<Shared>,
    now_ms: i64,
    /// The invitation that a newcomer showed after somebody else was confirmed on it.
    reused: Cell<Option<EntryId>>,
}

impl Policy {
    pub(crate) fn of(log: &Log, now_ms: i64) -> Self {
        Self { org: log.org, shared: log.shared(), now_ms: now::for_expiry(log, now_ms), reused: Cell::new(None) }
    }

    /// The invitation that was shown once more, if one was.
    pub(crate) fn reused(&self) -> Option<EntryId> {
        self.reused.get()
    }

    /// The founding is held: this node knows its organisation.
    pub(crate) fn is_founded(&self) -> bool {
        self.shared.roster.founding.is_some()
    }
}

impl PeerPolicy for Policy {
    fn key(&self, device: &DeviceId) -> Option<VerifyingKey> {
        self.shared.roster.device_key(device)
    }

    fn admit_newcomer(&self, join_entry: &[u8]) -> Result<(DeviceId, VerifyingKey), NewcomerFault> {
        let entry = Entry::decode(join_entry).map_err(|_| NewcomerFault::BadSignature)?;
        let header = entry.header();
        if header.org != self.org {
            return Err(NewcomerFault::ForeignOrg);
        }
        if header.kind != Kind::Membership || header.scope != membership_scope(&self.org) {
            return Err(NewcomerFault::BadSignature);
        }
        let key = self_introduced_key(&self.org, &entry).ok_or(NewcomerFault::BadSignature)?;
        entry.verify(&key).map_err(|_| NewcomerFault::BadSignature)?;
        let (_, section) = entry.section(0).ok_or(NewcomerFault::BadSignature)?;
        let Ok(Operation::Join(join)) = cbor::decode::<Operation>(section) else {
            return Err(NewcomerFault::BadSignature);
        };
        let roster = &self.shared.roster;
        let invite = roster.invites.get(&join.invite).ok_or(match roster.is_void_invite(&join.invite) {
            true => NewcomerFault::InviteVoid,
            false => NewcomerFault::UnknownInvite,
        })?;
        if join.invite_pk != invite.op.sign_pk
            || join.role != invite.op.role
            || join.not_after_ms != invite.op.not_after_ms
        {
            return Err(NewcomerFault::BadSignature);
        }
        if invite.confirmed.is_some_and(|confirmed| confirmed != entry.id()) {
            self.reused.set(Some(join.invite));
            return Err(NewcomerFault::InviteUsed);
        }
        // Expiry is judged once, when a newcomer first shows itself, by the clock of whom it shows itself to.
        let past = u64::try_from(self.now_ms).unwrap_or(0) > invite.op.not_after_ms;
        if invite.ended || past {
            return Err(NewcomerFault::InviteExpired);
        }
        Ok((header.device, key))
    }

    fn standing(&self, device: &DeviceId) -> Standing {
        let mut standing = Standing::Refused;
        for member in self.shared.roster.members.values().filter(|member| member.device == *device) {
            match member.standing {
                roster::Standing::Confirmed | roster::Standing::Unconfirmed => return Standing::Member,
                roster::Standing::Suspended => standing = Standing::MembershipOnly,
                roster::Standing::Void => {}
            }
        }
        standing
    }
}
