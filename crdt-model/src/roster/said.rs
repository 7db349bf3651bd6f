//! What is said of a site besides its place and its zone: what it is called, whether it is closed, whom to telephone, when it
//! works, who gets which cases.
//!
//! Each is a register: what counts is the newest entry that says it; of several that do not know of each other the one with the
//! lowest entry id. A blank value takes it back.

use std::collections::BTreeMap;

use super::reach::DEPTH_MAX;
use super::{Record, Roster, VoidReason};
use crate::hours::WorkHours;
use crate::taxonomy::Capabilities;
use crate::values::{EntryId, is_code};

/// Bytes of the name of what is said.
pub const SAID_KEY_MAX: usize = 96;
/// Bytes of what is said.
pub const SAID_VALUE_MAX: usize = 256;
/// Things said of one site, at most: later ones do not count.
const SAID_MAX: usize = 512;
/// What it is called.
pub const NAME: &str = "name";
/// `yes`: nothing new goes there.
pub const CLOSED: &str = "closed";
/// A telephone where somebody is on duty.
pub const DUTY_PHONE: &str = "duty_phone";
/// Another one.
pub const ALTERNATE_PHONE: &str = "alternate_phone";
/// Its working hours, as [`WorkHours`] writes them: by the clock of its zone.
pub const HOURS: &str = "hours";
/// Before a category or sub-category, or `*`: who gets its cases, a member's id or a role.
pub const ROUTE: &str = "route/";

/// By site and what is said, the entries that count and that no other one of the same has in its past.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteSaid(BTreeMap<String, BTreeMap<String, BTreeMap<EntryId, String>>>);

/// The right that it takes to say something; `None`: nothing of this name is said of a site.
fn right_of(key: &str) -> Option<Capabilities> {
    match key {
        NAME | CLOSED => Some(Capabilities::MANAGE_ORG),
        DUTY_PHONE | ALTERNATE_PHONE | HOURS => Some(Capabilities::MANAGE_SITE),
        _ => {
            let of = key.strip_prefix(ROUTE)?;
            (of == "*" || is_code(of)).then_some(Capabilities::MANAGE_SITE)
        }
    }
}

/// Whoever manages sites says it of those in their reach.
pub(super) fn apply(
    roster: &mut Roster,
    record: &Record,
    site: &str,
    key: &str,
    value: &str,
) -> Result<(), VoidReason> {
    let right = right_of(key).ok_or(VoidReason::Value)?;
    roster.require(record, |author| author.capabilities.contains(right))?;
    if !roster.knows_site(&record.id, site) {
        return Err(VoidReason::UnknownSubject);
    }
    let past = &roster.past;
    let known = |entry: &EntryId| past.contains(&record.id, entry);
    if roster.device_rank(&record.header.device, right, site, known).is_none() {
        return Err(VoidReason::NotInReach);
    }
    let is_hours = || value.is_empty() || value.parse::<WorkHours>().is_ok();
    if value.chars().any(char::is_control) || (key == HOURS && !is_hours()) {
        return Err(VoidReason::Value);
    }
    let of_site = roster.said.0.entry(site.to_owned()).or_default();
    if of_site.len() >= SAID_MAX && !of_site.contains_key(key) {
        return Err(VoidReason::Value);
    }
    let said = of_site.entry(key.to_owned()).or_default();
    said.retain(|entry, _| !past.contains(&record.id, entry));
    said.insert(record.id, value.to_owned());
    Ok(())
}

/// What is said of a site itself.
pub fn of<'r>(roster: &'r Roster, site: &str, key: &str) -> Option<&'r str> {
    let said = roster.said.0.get(site)?.get(key)?.values().next()?;
    Some(said.as_str()).filter(|said| !said.is_empty())
}

/// The same of the site, or of the nearest above it of which it is said.
pub fn above<'r>(roster: &'r Roster, site: &str, key: &str) -> Option<&'r str> {
    first_above(roster, site, |site| of(roster, site, key))
}

/// The working hours of a site, or of the nearest above it that has some.
pub fn hours_of(roster: &Roster, site: &str) -> Option<WorkHours> {
    above(roster, site, HOURS)?.parse().ok()
}

/// What a site is called.
pub fn name_of<'r>(roster: &'r Roster, site: &'r str) -> &'r str {
    let made = || roster.sites.get(site).map_or(site, |site| site.op.name.as_str());
    of(roster, site, NAME).unwrap_or_else(made)
}

/// Whether nothing new goes to a site.
pub fn is_closed(roster: &Roster, site: &str) -> bool {
    of(roster, site, CLOSED) == Some("yes")
}

/// Who gets the cases of a category at a site: said of its sub-category before what is said of its main category, and both before
/// what is said of all; at the site before the site above.
pub fn route<'r>(roster: &'r Roster, site: &str, category: Option<&str>, main: Option<&str>) -> Option<&'r str> {
    let whole = category.map(|code| format!("{ROUTE}{code}"));
    let area = main.map(|main| format!("{ROUTE}{main}"));
    let keys: Vec<String> = whole.into_iter().chain(area).chain([format!("{ROUTE}*")]).collect();
    first_above(roster, site, |site| keys.iter().find_map(|key| of(roster, site, key)))
}

/// The first thing found from a site upwards.
fn first_above<'r>(roster: &'r Roster, site: &str, find: impl Fn(&str) -> Option<&'r str>) -> Option<&'r str> {
    let mut site = site;
    for _ in 0..DEPTH_MAX {
        if let Some(found) = find(site) {
            return Some(found);
        }
        site = roster.sites.get(site)?.op.parent.as_deref()?;
    }
    None
}

/// Everything that is said of sites: the site, what, and the value.
pub fn all(roster: &Roster) -> impl Iterator<Item = (&str, &str, &str)> {
    roster.said.0.iter().flat_map(move |(site, keys)| {
        keys.keys().filter_map(move |key| Some((site.as_str(), key.as_str(), of(roster, site, key)?)))
    })
}
