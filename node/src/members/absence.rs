//! `boucle member away`: who is away, and who stands in for them.

use crdt_model::name;
use crdt_model::roster::Standing;
use crdt_model::time::Day;
use crdt_model::values::MemberId;
use serde_json::{Value as Json, json};

use super::reach::{are_of_one_partner, is_partner};
use super::{find_member, require_managing, write_staff};
use crate::error::Failure;
use crate::log::absences::{AWAY, Absence, STATEMENTS_MAX};
use crate::log::{Log, Reader, Shared};

/// What is said of a member's absence.
pub(crate) struct Away<'a> {
    pub(crate) name: &'a str,
    /// The last day away; `None`: they are back.
    pub(crate) until: Option<&'a str>,
    pub(crate) deputy: Option<&'a str>,
}

/// `boucle member away`. Reply: `{"member", "until", "deputy"}`.
///
/// # Errors
///
/// `member_not_found`, `bad_value`, `deputy_unfit`, `partner_by_transfer`, and where somebody else is meant what refuses managing them.
pub(crate) fn away(log: &Log, reader: &mut Reader, order: &Away<'_>, now_ms: i64) -> Result<Json, Failure> {
    let _writer = log.lock_writer();
    log.refresh_reader(reader)?;
    let shared = log.shared();
    let me = reader.member();
    let member = match super::called::is_self(order.name) {
        true => me,
        false => find_member(&shared, order.name)?,
    };
    let held = shared.roster.members.get(&member).ok_or_else(|| Failure::new("sync_first"))?;
    if member != me {
        require_managing(&shared, &me, held.site(), held.rank())?;
    }
    let today = shared.roster.zone_of(held.site()).day_of(now_ms);
    let bad = || Failure::new("bad_value").arg("field", "until").arg("expected", today).at("field", "until");
    let until = order.until.map(|day| day.trim().parse::<Day>().map_err(|_| bad())).transpose()?;
    if until.is_some_and(|until| until < today) {
        return Err(bad());
    }
    let deputy = order.deputy.filter(|_| until.is_some()).map(|name| find_member(&shared, name)).transpose()?;
    if let Some(deputy) = deputy {
        let is_same = deputy == member || name::same(&shared.name(&deputy), &shared.name(&member));
        let is_confirmed = shared.roster.members.get(&deputy).is_some_and(|held| held.standing == Standing::Confirmed);
        if is_same || !is_confirmed || shared.away(&deputy, now_ms).is_some() {
            return Err(Failure::new("deputy_unfit").arg("who", shared.name(&deputy)));
        }
        let partners = shared.roster.members.get(&deputy).filter(|other| is_partner(&shared.roster, other));
        // whoever stands in reads what the absent was given: that stays from partners
        if let Some(other) = partners.filter(|other| !are_of_one_partner(&shared.roster, held, other)) {
            let refused = Failure::new("partner_by_transfer").arg("who", shared.name(&deputy));
            return Err(refused.arg("site", other.site()).arg("of", "deputy").arg("ref", "REF"));
        }
    }
    let before = shared.absences.get(&member);
    let n = before.map_or(0, |said| said.n.saturating_add(1)).min(STATEMENTS_MAX);
    let said = match until {
        Some(until) => Some(Absence { n, is_back: false, until, deputy, by: me }),
        // what they took over as deputy stays theirs: until then, and no longer
        None => before.map(|before| Absence {
            n,
            is_back: true,
            until: before.until.min(today),
            deputy: before.deputy,
            by: me,
        }),
    };
    if let Some(said) = said {
        write_staff(log, reader, &[(format!("{AWAY}/{member}"), said.text())], now_ms)?;
        log.refresh()?;
    }
    let shared = log.shared();
    // as it stands now, whatever was said
    let stands = shared.away(&member, now_ms);
    let deputy = stands.and_then(|away| away.deputy).map(|id| shared.name(&id));
    Ok(json!({"member": shared.name(&member), "until": stands.map(|away| away.until), "deputy": deputy}))
}

/// Adds to rows of `member list` who is away and who stands in: `away_until`, `deputy`.
pub(crate) fn tell(shared: &Shared, rows: &mut Json, now_ms: i64) {
    for row in rows.as_array_mut().into_iter().flatten() {
        let member = row["id"].as_str().and_then(|id| id.parse::<MemberId>().ok());
        let away = member.and_then(|member| shared.away(&member, now_ms));
        row["away_until"] = json!(away.map(|away| away.until));
        row["deputy"] = json!(away.and_then(|away| away.deputy).map(|deputy| shared.name(&deputy)));
    }
}
