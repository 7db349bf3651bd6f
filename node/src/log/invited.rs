//! Keys that came with an invitation.

use crdt_model::entry::LAYER_GRANT;
use crdt_model::seal::{self, InviteGrant, Secret};
use crdt_model::values::ScopeId;

use super::{Log, Reader, Shared, epoch_key, forks, meta};
use crate::error::Failure;
use crate::store::{self, Space};

/// Takes the keys out of this home's own Invites, once they arrive, and keeps them.
pub(crate) fn absorb_invites(log: &Log, reader: &mut Reader, shared: &Shared) -> Result<(), Failure> {
    let Some(own) = shared.invitation_of(&reader.member()) else { return Ok(()) };
    let access = reader.secrets.store_access();
    {
        let snapshot = log.store.read()?;
        let (Some(invite), Some(seed)) = (
            shared.roster.invites.get(&own.invite),
            snapshot.get_member(store::MemberSpace::Rows, &access, &meta::seed(&own.invite))?,
        ) else {
            return Ok(());
        };
        let Some(entry) = forks::held_or_carried(log, &snapshot, &invite.entry)? else { return Ok(()) };
        drop(snapshot);
        let Some((_, sealed)) = entry.section(LAYER_GRANT) else { return Ok(()) };
        let Ok(seed) = <[u8; 32]>::try_from(seed.as_slice()) else { return Ok(()) };
        let kem = seal::invite_kem_secret(&Secret(seed));
        let Some(grant) = InviteGrant::open_sealed(sealed, &log.org, &kem) else { return Ok(()) };
        let held = |(scope, epoch, _): &&(ScopeId, u32, Secret)| reader.keychain.open_key(scope, *epoch).is_none();
        let fresh_open: Vec<_> = grant.open.iter().filter(held).cloned().collect();
        let fresh_audiences: Vec<_> =
            grant.audiences.iter().filter(|(a, _, _)| !reader.keychain.reads_audience(a)).cloned().collect();
        if fresh_open.is_empty() && fresh_audiences.is_empty() {
            return Ok(());
        }
        log.store.write(|tx| {
            for (scope, epoch, key) in &fresh_open {
                tx.put(Space::OpenKeys, &epoch_key(&scope.0, *epoch), &key.0)?;
            }
            for (audience, epoch, secret) in &fresh_audiences {
                let key = epoch_key(&audience.0, *epoch);
                tx.put_member(store::MemberSpace::Audiences, &access, &key, &secret.0)?;
            }
            Ok::<_, store::StoreError>(())
        })?;
        for (scope, epoch, key) in fresh_open {
            reader.keychain.accept_open(&shared.roster, scope, epoch, key);
        }
        for (audience, epoch, secret) in fresh_audiences {
            reader.keychain.add_audience(audience, epoch, secret);
        }
    }
    Ok(())
}
