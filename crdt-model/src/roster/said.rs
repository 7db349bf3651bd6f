//! What is said of a site besides its place and its zone: what it is called, whether it is closed, whom to telephone, who gets
//! which cases.
//!
//! Each is a register: what counts is the newest entry that says it; of several that do not know of each other the one with the
//! lowest entry id. A blank value takes it back.

use std::collections::BTreeMap;

use super::reach::DEPTH_MAX;
use super::{Record, Roster, VoidReason};
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
/// Before a category or sub-category, or `*`: who gets its cases, a member's id or a role.
pub const ROUTE: &str = "route/";

/// By site and what is said, the entries that count and that no other one of the same has in its past.
#[derive(Debug, Clone, Default)]
pub(super) struct SiteSaid(BTreeMap<String, BTreeMap<String, BTreeMap<EntryId, String>>>);

/// The right that it takes to say something; `None`: nothing of this name is said of a site.
fn right_of(key: &str) -> Option<Capabilities> {
    match key {
        NAME | CLOSED => Some(Capabilities::MANAGE_ORG),
        DUTY_PHONE | ALTERNATE_PHONE => Some(Capabilities::MANAGE_SITE),
        _ => {
            let of = key.strip_prefix(ROUTE)?;
            (of == "*" || is_code(of)).then_some(Capabilities::MANAGE_SITE)
        }
    }
}

impl Roster {
    /// Whoever manages sites says it of those in their reach.
    pub(super) fn apply_said(&mut self, record: &Record, site: &str, key: &str, value: &str) -> Result<(), VoidReason> {
        let right = right_of(key).ok_or(VoidReason::Value)?;
        self.require(record, |author| author.capabilities.contains(right))?;
        if !self.knows_site(&record.id, site) {
            return Err(VoidReason::UnknownSubject);
        }
        let past = &self.past;
        let known = |entry: &EntryId| past.contains(&record.id, entry);
        if self.device_rank(&record.header.device, right, site, known).is_none() {
            return Err(VoidReason::NotInReach);
        }
        if value.chars().any(char::is_control) {
            return Err(VoidReason::Value);
        }
        let of_site = self.said.0.entry(site.to_owned()).or_default();
        if of_site.len() >= SAID_MAX && !of_site.contains_key(key) {
            return Err(VoidReason::Value);
        }
        let said = of_site.entry(key.to_owned()).or_default();
        said.retain(|entry, _| !past.contains(&record.id, entry));
        said.insert(record.id, value.to_owned());
        Ok(())
    }

    /// What is said of a site itself.
    pub fn said(&self, site: &str, key: &str) -> Option<&str> {
        let said = self.said.0.get(site)?.get(key)?.values().next()?;
        Some(said.as_str()).filter(|said| !said.is_empty())
    }

    /// The same of the site, or of the nearest above it of which it is said.
    pub fn said_above(&self, site: &str, key: &str) -> Option<&str> {
        let mut site = site;
        for _ in 0..DEPTH_MAX {
            if let Some(said) = self.said(site, key) {
                return Some(said);
            }
            site = self.sites.get(site)?.op.parent.as_deref()?;
        }
        None
    }

    /// What a site is called.
    pub fn site_name<'r>(&'r self, site: &'r str) -> &'r str {
        let made = || self.sites.get(site).map_or(site, |site| site.op.name.as_str());
        self.said(site, NAME).unwrap_or_else(made)
    }

    /// Whether nothing new goes to a site.
    pub fn is_closed(&self, site: &str) -> bool {
        self.said(site, CLOSED) == Some("yes")
    }

    /// Who gets the cases of a category at a site: said of its sub-category before what is said of its category, and both
    /// before what is said of all; at the site before the site above.
    pub fn route(&self, site: &str, category: Option<&str>) -> Option<&str> {
        let whole = category.map(|code| format!("{ROUTE}{code}"));
        let area = category.and_then(|code| code.split_once('.')).map(|(area, _)| format!("{ROUTE}{area}"));
        let keys: Vec<String> = whole.into_iter().chain(area).chain([format!("{ROUTE}*")]).collect();
        let mut site = site;
        for _ in 0..DEPTH_MAX {
            if let Some(said) = keys.iter().find_map(|key| self.said(site, key)) {
                return Some(said);
            }
            site = self.sites.get(site)?.op.parent.as_deref()?;
        }
        None
    }

    /// Everything that is said of sites: the site, what, and the value.
    pub fn all_said(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.said.0.iter().flat_map(move |(site, keys)| {
            keys.keys().filter_map(move |key| Some((site.as_str(), key.as_str(), self.said(site, key)?)))
        })
    }
}
