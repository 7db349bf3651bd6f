//! A partner's own key: cases of its site are read there and nowhere above.
//!
//! Whoever makes a partner's site makes the first epoch of its audience, and needs it to invite. The first member there who
//! is confirmed opens the next one, given to whoever reads there, and everybody seals to that.

use crdt_model::roster::{HeldWrap, Member, Operation, Reading, Standing, WRAPS_MAX};
use crdt_model::seal;
use crdt_model::values::MemberId;

use super::debts::{self, Debt};
use super::owed::wrap_to;
use crate::error::Failure;
use crate::log::{Log, Reader, Shared, entropy};

/// Epochs this reader's node opens now, of partners' sites where they read: wherever the newest was opened by a device
/// nobody of which reads there. And whether one waits for others to open it.
pub(crate) fn due_epochs(
    log: &Log,
    shared: &Shared,
    reader: &Reader,
    now_ms: i64,
) -> Result<(Vec<Operation>, bool), Failure> {
    let (roster, reading) = (&shared.roster, Reading::of(&shared.roster));
    let me = reader.member();
    let is_mine = |member: &Member| member.standing == Standing::Confirmed;
    let Some(member) = roster.members.get(&me).filter(|member| is_mine(member)) else { return Ok((Vec::new(), false)) };
    let (mut debts, mut next) = (Vec::new(), Vec::new());
    for site in roster.sites.values() {
        let code = &site.op.code;
        if !reading.is_partners(code) || !reading.by_member(member, code) {
            continue;
        }
        let audience = seal::ordinary_audience(&log.org, &site.scope);
        let Some(current) = roster.audiences.get(&audience).and_then(|held| held.current()) else { continue };
        if reading.by_device(&current.by, code) {
            continue;
        }
        let was_given = |id: &MemberId| {
            let to_them = |of: &HeldWrap| of.epoch == current.epoch && of.wrapped.to == id.0;
            roster.wraps.iter().any(|of| of.target == audience.0 && to_them(of))
        };
        if !was_given(&me) || reader.keychain.audience_secret(&audience, current.epoch, &current.pk).is_none() {
            continue;
        }
        let reads = |(_, other): &(&MemberId, &Member)| is_mine(other) && reading.by_member(other, code);
        let readers: Vec<(&MemberId, &Member)> = roster.members.iter().filter(reads).collect();
        let others = readers.iter().filter(|(id, _)| was_given(id)).map(|(id, _)| id.0);
        debts.push(Debt::alone(&[b"epoch", &audience.0, &current.epoch.to_be_bytes()], &me.0, others));
        next.push((audience, format!("site/{code}"), current.epoch + 1, readers));
    }
    let due = debts::due(log, &format!("epochs/{me}"), &debts, now_ms)?;
    let waits = due.contains(&false);
    let mut opened = Vec::new();
    for (audience, name, epoch, mut readers) in next.into_iter().zip(due).filter(|(_, due)| *due).map(|(next, _)| next)
    {
        let secret = entropy()?.secret();
        // whoever opens it holds it, however many read there; the rest is owed
        readers.sort_by_key(|(id, _)| **id != me);
        let wrap =
            |(id, member): &(&MemberId, &Member)| wrap_to(log, &secret, audience.0, epoch, (&id.0, &member.keys.x));
        let wraps = readers.iter().take(WRAPS_MAX as usize).filter_map(wrap).collect();
        opened.push(Operation::AudienceEpoch { audience, name, epoch, suite: 1, pk: secret.kem_public(), wraps });
    }
    Ok((opened, waits))
}
